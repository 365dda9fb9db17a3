//===- WinoProgram.cpp - Code that wino-compile generates -----------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// usage: program LAYER nhwc|nchw WEIGHTS
//
// Linked with WinoLayer.cpp and the object of one convolution; the input, and
// the result, are in the given layout.
//
//===----------------------------------------------------------------------===//

#include "Layer.h"
#include "WinoLayer.h"
#include <cstring>

using namespace wino::bench;

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
  WINO_NAME_IMAGE(image.data(), last(image.data(), kImageBytes));
  WINO_NAME_WEIGHTS(weights.data(), last(weights.data(), kWeightBytes));
  WINO_NAME_RESULT(result.data(), last(result.data(), kResultBytes));
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
  Array<char> weights = readFile(argv[3], kWeightBytes);
  Array<char> scratch(kScratchBytes);
  int error = prepareLayer(weights.data());
  nameArrays(image, weights, result);
  measure([&] {
    if (!error)
      error = runLayer(image.data(), result.data(), scratch.data());
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
