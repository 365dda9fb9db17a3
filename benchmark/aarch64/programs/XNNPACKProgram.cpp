//===- XNNPACKProgram.cpp - XNNPACK ---------------------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// usage: program LAYER
//
//===----------------------------------------------------------------------===//

#include "Layer.h"
#include <limits>
#include <xnnpack.h>

using namespace wino::bench;

/// XNNPACK may read this far behind an array.
static constexpr int64_t kSlack = XNN_EXTRA_BYTES / sizeof(float) + 1;

static void check(xnn_status status) {
  if (status != xnn_status_success)
    reportUnsupported("no such operator");
}

/// Makes the operator, which packs the filter.
static xnn_operator_t createOperator(const Data &data) {
  const Layer &l = data.layer;
  Array<float> filter(l.filterSize() + kSlack), bias(l.k + kSlack);
  fillFilter(data, [&](int i, int j, int c, int k) -> float & {
    return filter[((int64_t(k) * l.r + i) * l.s + j) * l.groupC() + c];
  });
  for (int k = 0; k < l.k; ++k)
    bias[k] = data.bias(k);
  float infinity = std::numeric_limits<float>::infinity();
  xnn_operator_t result = nullptr;
  check(xnn_create_convolution2d_nhwc_f32(
      l.padH, l.padW, l.padH, l.padW, l.r, l.s, l.stride, l.stride,
      /*dilation_height=*/1, /*dilation_width=*/1, l.groups, l.groupC(),
      l.k / l.groups, l.c, l.k, filter.data(), bias.data(), -infinity, infinity,
      /*flags=*/0, /*code_cache=*/nullptr, /*weights_cache=*/nullptr, &result));
  return result;
}

int main(int argc, char **argv) {
  if (argc != 2)
    return 2;
  Data data{parseLayer(argv[1])};
  const Layer &l = data.layer;
  check(xnn_initialize(/*allocator=*/nullptr));
  xnn_operator_t convolution = createOperator(data);
  Array<float> image(l.imageSize() + kSlack), result(l.resultSize() + kSlack);
  fillImage(data, [&](int n, int y, int x, int c) -> float & {
    return image[((int64_t(n) * l.h + y) * l.w + x) * l.c + c];
  });
  size_t workspaceSize = 0, alignment = 0, outH, outW;
  check(xnn_reshape_convolution2d_nhwc_f32(
      convolution, l.n, l.h, l.w, &workspaceSize, &alignment, &outH, &outW,
      /*threadpool=*/nullptr));
  Array<char> workspace(workspaceSize);
  check(xnn_setup_convolution2d_nhwc_f32(convolution, workspace.data(),
                                         image.data(), result.data()));
  measure([&] { xnn_run_operator(convolution, /*threadpool=*/nullptr); });
  checkAndReport(data, [&](int n, int y, int x, int k) {
    return result[((int64_t(n) * l.outH() + y) * l.outW() + x) * l.k + k];
  });
  return 0;
}
