//===- QuantizedTransform.h - Transforms in few bits ------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Convolution by F(m, r) whose transformed operands are rounded to a few bits,
// as in Winograd-aware networks (Fernandez-Marques et al., arXiv 2002.10711).
// It is not exact; how large its error is follows from the transform and from
// the scales, and is measured here.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_SUPPORT_QUANTIZEDTRANSFORM_H
#define WINO_SUPPORT_QUANTIZEDTRANSFORM_H

#include "Wino/Support/CookToom.h"
#include <vector>

namespace wino {

/// Scales the rows of B^T and G by rationals near one over their length and the
/// columns of A^T by one over the product of both, so that the identity holds
/// as before: S_A = (S_B S_G)^-1. All taps of transformed operands then have
/// variances alike, and one scale serves them all.
Transform1D normalizeRows(const Transform1D &transform);

/// What has a scale of its own.
enum class ScalePer {
  Tensor,
  /// Each output channel.
  Channel,
  /// Each tap of the tile.
  Tap
};

/// Symmetric rounding to signed integers: x -> s clamp(round(x / s)).
struct Quantization {
  unsigned bits = 8;
  ScalePer per = ScalePer::Tensor;
  /// Whether scales are rounded up to powers of two.
  bool powersOfTwo = false;
};

/// What is rounded on the way through a convolution; what has no quantization
/// stays as it is.
struct QuantizedScheme {
  /// A^T, G and B^T, each with one scale.
  std::optional<Quantization> matrices;
  /// V, U, their products summed over the channels, and the result.
  std::optional<Quantization> input, filter, sums, output;

  /// Fails if bits are not in 2 .. 16, if the input has scales per channel (its
  /// channels are summed over) or the result per tap (it has none), or if the
  /// matrices have more than one scale each.
  llvm::Error validate() const;
};

/// Values [taps, n, channels].
struct TapArray {
  int64_t taps = 0, channels = 0;
  std::vector<double> values;
};

/// The scales that make the largest absolute value of each group the largest
/// integer of the quantization: one, `channels` or `taps` of them. Groups of
/// zeros have the scale 1.
std::vector<double> getScales(const TapArray &array,
                              const Quantization &quantization);
/// Rounds by given scales, which must be positive and finite.
void quantize(TapArray &array, const Quantization &quantization,
              llvm::ArrayRef<double> scales);

/// Tiles [alpha, alpha', tiles, C] and filters [r, r', C, K], dense.
struct TileProblem {
  int64_t tiles = 0, channels = 0, outputs = 0;
  std::vector<double> input, filter;
};

/// Returns ||y' - y|| / ||y|| in the Frobenius norm, where y is the convolution
/// of the tiles and y' the one by a transform pair in the scheme, whose scales
/// are those of getScales. The scheme must be valid; y must not be zero.
double measureQuantizationError(const Transform1D &rows,
                                const Transform1D &cols,
                                const QuantizedScheme &scheme,
                                const TileProblem &problem);

/// Returns a problem of normally distributed tiles, with negative data set to
/// zero if `isRectified`, and weights, both rounded to `bits` bits with one
/// scale.
TileProblem makeRandomTiles(const Transform1D &rows, const Transform1D &cols,
                            int64_t tiles, int64_t channels, int64_t outputs,
                            bool isRectified, unsigned bits, unsigned seed);

} // namespace wino

#endif // WINO_SUPPORT_QUANTIZEDTRANSFORM_H
