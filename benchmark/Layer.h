//===- Layer.h - Convolution layers to measure ------------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_BENCHMARK_LAYER_H
#define WINO_BENCHMARK_LAYER_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <string>

namespace wino::bench {

/// A convolution of N images of H x W pixels and C channels by K filters of
/// R x S taps, with the same stride along both axes.
struct Layer {
  int64_t c = 1, h = 1, w = 1, k = 1, r = 1, s = 1;
  int64_t stride = 1, padH = 0, padW = 0, groups = 1, n = 1;

  int64_t outH() const { return (h + 2 * padH - r) / stride + 1; }
  int64_t outW() const { return (w + 2 * padW - s) / stride + 1; }
  int64_t inputSize() const { return n * h * w * c; }
  int64_t filterSize() const { return r * s * (c / groups) * k; }
  int64_t outputSize() const { return n * outH() * outW() * k; }
  /// Floating-point operations of the direct convolution; products with the
  /// padding count.
  double flops() const {
    return 2.0 * outputSize() * r * s * (double(c) / groups);
  }
  /// The layer as in a layer file, `C,H,W,K,R,stride,pad,groups[,N]`.
  std::string str() const;
};

/// Parses `C,H,W,K,R,stride,pad,groups[,N]`; R and pad may be `1x7`, `0x3`.
llvm::Expected<Layer> parseLayer(llvm::StringRef text);

/// Reads a file of one layer a line. `#` begins a comment. Errors name the file
/// and the line.
llvm::Expected<llvm::SmallVector<Layer>> readLayers(llvm::StringRef path);

} // namespace wino::bench

#endif // WINO_BENCHMARK_LAYER_H
