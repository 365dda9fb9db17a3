//===- WinoLayer.h - A layer that wino-compile generates --------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What WinoProgram.cpp needs of a layer's header, so that it is compiled once
// for all layers.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_BENCHMARK_AARCH64_PROGRAMS_WINOLAYER_H
#define WINO_BENCHMARK_AARCH64_PROGRAMS_WINOLAYER_H

#include <cstdint>

namespace wino::bench {

/// The elements of image and result.
#ifdef WINO_INTEGERS
using Element = int8_t;
#else
using Element = float;
#endif

/// Bytes of the layer's arrays.
extern const int64_t kImageBytes, kResultBytes, kWeightBytes, kScratchBytes;

/// Both return 0, or the error of the generated code.
int prepareLayer(const void *weights);
int runLayer(const Element *image, Element *result, void *scratch);

} // namespace wino::bench

#endif // WINO_BENCHMARK_AARCH64_PROGRAMS_WINOLAYER_H
