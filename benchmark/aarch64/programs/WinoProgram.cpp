//===- WinoProgram.cpp - Code that wino-compile generates -----------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// usage: program LAYER nhwc|nchw WEIGHTS
//
// Linked with the object of one convolution, prefix `layer`; the input, and the
// result, are in the given layout.
//
//===----------------------------------------------------------------------===//

#include "Layer.h"
extern "C" {
#include "layer.h"
}
#include <cstring>

using namespace wino::bench;

// The elements of image and result.
#ifdef WINO_INTEGERS
using Element = int8_t;
#else
using Element = float;
#endif

/// Returns where an element of an image of this shape is.
static int64_t getPosition(bool isNCHW, int h, int w, int channels, int n,
                           int y, int x, int c) {
  if (isNCHW)
    return ((int64_t(n) * channels + c) * h + y) * w + x;
  return ((int64_t(n) * h + y) * w + x) * channels + c;
}

static void nameArrays(const Array<Element> &image, const Array<char> &weights,
                       const Array<Element> &result) {
  auto last = [](void *data, int64_t size) {
    return static_cast<char *>(data) + size - 1;
  };
  WINO_NAME_IMAGE(image.data(), last(image.data(), LAYER_IN0_SIZE));
  WINO_NAME_WEIGHTS(weights.data(), last(weights.data(), LAYER_WEIGHTS_SIZE));
  WINO_NAME_RESULT(result.data(), last(result.data(), LAYER_OUT0_SIZE));
}

int main(int argc, char **argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: program LAYER nhwc|nchw WEIGHTS\n");
    return 2;
  }
  Data data{parseLayer(argv[1])};
  bool isNCHW = std::strcmp(argv[2], "nchw") == 0;
  const Layer &l = data.layer;
  Array<Element> image(l.imageSize()), result(l.resultSize());
  fillImage(data, [&](int n, int y, int x, int c) -> Element & {
    return image[getPosition(isNCHW, l.h, l.w, l.c, n, y, x, c)];
  });
  Array<char> weights = readFile(argv[3], LAYER_WEIGHTS_SIZE);
  Array<char> scratch(LAYER_SCRATCH_SIZE);
  layer_model model;
  int error = layer_prepare(weights.data(), LAYER_WEIGHTS_SIZE, &model);
  nameArrays(image, weights, result);
  measure([&] {
    if (!error)
      error = layer_run(&model, image.data(), result.data(), scratch.data());
  });
  if (error) {
    std::fprintf(stderr, "the code returns error %d\n", error);
    return 1;
  }
  auto get = [&](int n, int y, int x, int k) {
    return result[getPosition(isNCHW, l.outH(), l.outW(), l.k, n, y, x, k)];
  };
#ifdef WINO_INTEGERS
  auto getExact = [&](int n, int y, int x, int k) {
    return data.integerResult(n, y, x, k);
  };
  checkAndReport(data, get, getExact, /*label=*/"");
#else
  checkAndReport(data, get);
#endif
  return 0;
}
