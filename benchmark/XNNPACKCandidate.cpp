//===- XNNPACKCandidate.cpp - XNNPACK's convolutions ----------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Candidate.h"

using namespace wino::bench;

#ifdef WINO_HAVE_XNNPACK

#include <limits>
#include <pthreadpool.h>
#include <xnnpack.h>

namespace {
class XNNPACKCandidate : public Candidate {
public:
  XNNPACKCandidate(const Problem &problem, int64_t threads)
      : threads(threads > 1 ? pthreadpool_create(threads) : nullptr),
        layer(problem.layer), input(problem.input.size() + kSlack),
        output(layer.outputSize() + kSlack) {
    std::copy(problem.input.begin(), problem.input.end(), input.data());
  }
  ~XNNPACKCandidate() override {
    if (op)
      xnn_delete_operator(op);
    if (threads)
      pthreadpool_destroy(threads);
  }

  llvm::Error initialize(const Problem &problem) {
    std::vector<float> filter = transposeFilter(problem);
    const float infinity = std::numeric_limits<float>::infinity();
    xnn_status status = xnn_create_convolution2d_nhwc_f32(
        layer.padH, layer.padW, layer.padH, layer.padW, layer.r, layer.s,
        layer.stride, layer.stride, /*dilation_height=*/1,
        /*dilation_width=*/1, layer.groups, layer.c / layer.groups,
        layer.k / layer.groups, layer.c, layer.k, filter.data(),
        /*bias=*/nullptr, -infinity, infinity, /*flags=*/0, &op);
    if (status == xnn_status_success)
      status = xnn_setup_convolution2d_nhwc_f32(
          op, layer.n, layer.h, layer.w, input.data(), output.data(), threads);
    if (status != xnn_status_success)
      return llvm::createStringError("XNNPACK does not support the layer");
    return llvm::Error::success();
  }

  void run() override { xnn_run_operator(op, threads); }
  std::vector<float> getOutput() override {
    return {output.data(), output.data() + layer.outputSize()};
  }
  std::string getLabel() const override { return "nhwc igemm"; }

private:
  /// Elements that XNNPACK may read beyond the end.
  static constexpr size_t kSlack = XNN_EXTRA_BYTES / sizeof(float);

  /// Returns the filters as K x R x S x C/groups.
  static std::vector<float> transposeFilter(const Problem &problem) {
    const Layer &layer = problem.layer;
    int64_t taps = layer.filterSize() / layer.k;
    std::vector<float> result(problem.filter.size());
    for (int64_t tap = 0; tap < taps; ++tap)
      for (int64_t k = 0; k < layer.k; ++k)
        result[k * taps + tap] = problem.filter[tap * layer.k + k];
    return result;
  }

  /// Null for one thread.
  pthreadpool_t threads;
  Layer layer;
  AlignedArray<float> input, output;
  xnn_operator_t op = nullptr;
};
} // namespace

bool wino::bench::hasXNNPACK(const Layer &) {
  return xnn_initialize(/*allocator=*/nullptr) == xnn_status_success;
}

llvm::Expected<CandidatePtr> wino::bench::createXNNPACK(const Problem &problem,
                                                        int64_t threads) {
  auto candidate = std::make_unique<XNNPACKCandidate>(problem, threads);
  if (llvm::Error error = candidate->initialize(problem))
    return std::move(error);
  return candidate;
}

#else

bool wino::bench::hasXNNPACK(const Layer &) { return false; }

llvm::Expected<CandidatePtr> wino::bench::createXNNPACK(const Problem &,
                                                        int64_t) {
  return llvm::createStringError("built without XNNPACK");
}

#endif // WINO_HAVE_XNNPACK
