//===- OneDNNCandidate.cpp - oneDNN's convolutions ------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Candidate.h"

using namespace wino::bench;

#ifdef WINO_HAVE_ONEDNN

#include <dlfcn.h>
#include <dnnl.hpp>
#include <optional>
#include <unordered_map>

using namespace dnnl;

static engine &getEngine() {
  static engine cpu(engine::kind::cpu, 0);
  return cpu;
}

static stream &getStream() {
  static stream queue(getEngine());
  return queue;
}

/// Makes oneDNN's OpenMP runtime, whichever it was built with, use `threads`.
static void setNumThreads(int64_t threads) {
  using SetNumThreads = void (*)(int);
  if (auto set = reinterpret_cast<SetNumThreads>(
          dlsym(RTLD_DEFAULT, "omp_set_num_threads")))
    set(static_cast<int>(threads));
}

static memory::desc getDesc(memory::dims sizes, memory::format_tag tag) {
  return memory::desc(std::move(sizes), memory::data_type::f32, tag);
}

/// Sizes of image, filter and result in oneDNN's order of dimensions.
static memory::dims getInputDims(const Layer &layer) {
  return {layer.n, layer.c, layer.h, layer.w};
}
static memory::dims getFilterDims(const Layer &layer) {
  if (layer.groups == 1)
    return {layer.k, layer.c, layer.r, layer.s};
  return {layer.groups, layer.k / layer.groups, layer.c / layer.groups, layer.r,
          layer.s};
}
static memory::dims getOutputDims(const Layer &layer) {
  return {layer.n, layer.k, layer.outH(), layer.outW()};
}

/// Describes our filters, R x S x C/groups x K, in oneDNN's terms.
static memory::desc getPlainFilter(const Layer &layer) {
  int64_t k = layer.k, c = layer.c / layer.groups;
  memory::dims strides = {1, k, layer.s * c * k, c * k};
  if (layer.groups != 1)
    strides.insert(strides.begin(), k / layer.groups);
  return memory::desc(getFilterDims(layer), memory::data_type::f32, strides);
}

/// Finds oneDNN's best implementation, but not the slow reference.
static std::optional<convolution_forward::primitive_desc>
findPrimitive(const Layer &layer, OneDNNAlgorithm algorithm) {
  auto any = memory::format_tag::any;
  memory::dims strides = {layer.stride, layer.stride};
  memory::dims pads = {layer.padH, layer.padW};
  try {
    convolution_forward::desc desc(
        prop_kind::forward_inference,
        algorithm == OneDNNAlgorithm::Direct
            ? dnnl::algorithm::convolution_direct
            : dnnl::algorithm::convolution_winograd,
        getDesc(getInputDims(layer), any), getDesc(getFilterDims(layer), any),
        getDesc(getOutputDims(layer), any), strides, pads, pads);
    convolution_forward::primitive_desc primitive(desc, getEngine());
    if (std::string(primitive.impl_info_str()).find("ref") == std::string::npos)
      return primitive;
  } catch (const dnnl::error &) {
    // No implementation.
  }
  return std::nullopt;
}

namespace {
class OneDNNCandidate : public Candidate {
public:
  OneDNNCandidate(const Problem &problem,
                  const convolution_forward::primitive_desc &desc)
      : layer(problem.layer), label(desc.impl_info_str()), primitive(desc),
        weightBytes(desc.weights_desc().get_size()),
        scratchBytes(desc.scratchpad_desc().get_size()) {
    using Tag = memory::format_tag;
    memory source = pack(problem.input, getDesc(getInputDims(layer), Tag::nhwc),
                         desc.src_desc());
    memory weights =
        pack(problem.filter, getPlainFilter(layer), desc.weights_desc());
    destination = memory(desc.dst_desc(), getEngine());
    arguments = {{DNNL_ARG_SRC, source},
                 {DNNL_ARG_WEIGHTS, weights},
                 {DNNL_ARG_DST, destination}};
  }

  void run() override { primitive.execute(getStream(), arguments); }

  std::vector<float> getOutput() override {
    std::vector<float> values(layer.outputSize());
    memory plain(getDesc(getOutputDims(layer), memory::format_tag::nhwc),
                 getEngine(), values.data());
    reorder(destination, plain).execute(getStream(), destination, plain);
    getStream().wait();
    return values;
  }
  std::string getLabel() const override { return label; }
  int64_t getWeightBytes() const override { return weightBytes; }
  int64_t getScratchBytes() const override { return scratchBytes; }

private:
  /// Returns `values` in the layout that the primitive prefers.
  static memory pack(const std::vector<float> &values,
                     const memory::desc &plainDesc,
                     const memory::desc &packedDesc) {
    memory plain(plainDesc, getEngine(), const_cast<float *>(values.data()));
    memory packed(packedDesc, getEngine());
    reorder(plain, packed).execute(getStream(), plain, packed);
    getStream().wait();
    return packed;
  }

  Layer layer;
  std::string label;
  convolution_forward primitive;
  int64_t weightBytes, scratchBytes;
  memory destination;
  std::unordered_map<int, memory> arguments;
};
} // namespace

bool wino::bench::hasOneDNN(const Layer &layer, OneDNNAlgorithm algorithm) {
  setNumThreads(1);
  return findPrimitive(layer, algorithm).has_value();
}

llvm::Expected<CandidatePtr>
wino::bench::createOneDNN(const Problem &problem, OneDNNAlgorithm algorithm,
                          int64_t threads) {
  setNumThreads(threads);
  auto primitive = findPrimitive(problem.layer, algorithm);
  if (!primitive)
    return llvm::createStringError("oneDNN has no such implementation");
  return std::make_unique<OneDNNCandidate>(problem, *primitive);
}

#else

bool wino::bench::hasOneDNN(const Layer &, OneDNNAlgorithm) { return false; }

llvm::Expected<CandidatePtr>
wino::bench::createOneDNN(const Problem &, OneDNNAlgorithm, int64_t) {
  return llvm::createStringError("built without oneDNN");
}

#endif // WINO_HAVE_ONEDNN
