//===- ReferenceConv.h - Slow exact 2-D convolution -------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The oracle every generated kernel is compared with: a direct loop nest over
// NHWC images and HWCF filters, in double precision for floats and exact for
// integers.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_SUPPORT_REFERENCECONV_H
#define WINO_SUPPORT_REFERENCECONV_H

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <vector>

namespace wino {

/// A 2-D convolution (correlation, as in all frameworks):
///   y[n,oh,ow,k] = sum_{i,j,c} x[n, oh*sh - padTop + i*dh,
///                                ow*sw - padLeft + j*dw, c] * f[i,j,c,k]
/// with zeros outside the image; with groups, output channel k reads input
/// channels (k / (K/groups)) * (C/groups) + c. Arrays are dense: x is NHWC, f
/// is [kh, kw, C/groups, K], y is [N, OH, OW, K].
struct Conv2DShape {
  int64_t n = 1, h = 1, w = 1, c = 1;
  int64_t k = 1, kh = 1, kw = 1;
  int64_t strideH = 1, strideW = 1;
  int64_t dilationH = 1, dilationW = 1;
  int64_t padTop = 0, padBottom = 0, padLeft = 0, padRight = 0;
  int64_t groups = 1;

  int64_t outH() const {
    return (h + padTop + padBottom - dilationH * (kh - 1) - 1) / strideH + 1;
  }
  int64_t outW() const {
    return (w + padLeft + padRight - dilationW * (kw - 1) - 1) / strideW + 1;
  }
  /// Fails with the reason if a size is not positive, a padding is negative,
  /// groups do not divide the channels, or the filter exceeds the padded image.
  llvm::Error validate() const;
};

/// Computes the convolution of floats with double accumulation. The sizes of
/// the arrays must agree with `shape`.
std::vector<double> referenceConv2D(const Conv2DShape &shape,
                                    llvm::ArrayRef<float> input,
                                    llvm::ArrayRef<float> filter);

/// Computes the convolution of integers exactly; the result must fit 64 bits
/// (partial sums need not).
std::vector<int64_t> referenceConv2D(const Conv2DShape &shape,
                                     llvm::ArrayRef<int32_t> input,
                                     llvm::ArrayRef<int32_t> filter);

} // namespace wino

#endif // WINO_SUPPORT_REFERENCECONV_H
