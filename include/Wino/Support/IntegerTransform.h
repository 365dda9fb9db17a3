//===- IntegerTransform.h - Transforms scaled to integers -------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Exact convolution of integers by F(m, r). The rows of G and B^T and the
// columns of A^T are scaled to integers, so that a 2-D transform computes D y
// instead of y, D = 2^e q with q odd. All of it is sums and products, which are
// exact modulo 2^32 even where 32-bit accumulators wrap, and q has an inverse
// modulo 2^32:
//
//   y = ((Z q^-1) mod 2^32) >> e      for -2^(31-e) <= y < 2^(31-e)
//
//===----------------------------------------------------------------------===//

#ifndef WINO_SUPPORT_INTEGERTRANSFORM_H
#define WINO_SUPPORT_INTEGERTRANSFORM_H

#include "Wino/Support/CookToom.h"

namespace wino {

/// The integers from `min` to `max`.
struct IntegerRange {
  llvm::DynamicAPInt min, max;

  /// Returns the range of signed integers of `bits` bits; bits >= 1.
  static IntegerRange getSigned(unsigned bits);
  /// Returns -bound .. bound.
  static IntegerRange getSymmetric(const llvm::DynamicAPInt &bound) {
    return {-bound, bound};
  }

  llvm::DynamicAPInt getMaxAbs() const;
  bool contains(const IntegerRange &other) const {
    return min <= other.min && other.max <= max;
  }
  bool operator==(const IntegerRange &other) const {
    return min == other.min && max == other.max;
  }
};

/// A 1-D transform of integer entries that computes `scale` times the
/// correlation: sum_k A^T[i,k] G[k,j] B^T[k,l] = scale * [l = i + j].
struct IntegerTransform {
  Transform1D matrices;
  llvm::DynamicAPInt scale{1};
};

/// Scales a row by a positive factor to integers without a common divisor;
/// returns the factor, 1 for a row of zeros.
Rational scaleRowToIntegers(RationalMatrix &matrix, unsigned row);

/// Scales a transform that satisfies the convolution identity to integers:
/// rows of G and B^T by positive factors to integers without a common divisor,
/// which makes the operands of the products as small as they can be, and the
/// columns of A^T to what makes the scale the same for all taps and smallest.
IntegerTransform scaleToIntegers(const Transform1D &transform);

/// Moves the common divisors of the columns of A^T into the rows of G, which
/// keeps the scale. The output transform is then made of fewer and smaller
/// multiplications, at the price of larger transformed filters: on 0, 1, -1,
/// 1/2, -2, inf the entries of A^T are powers of two.
IntegerTransform moveOutputFactorsToFilter(IntegerTransform transform);

/// Scales the transform of smaller tiles, whose G has the first rows of that of
/// `whole` (see `buildEdgeCookToom`), so that it takes filters transformed by
/// `whole` as they are: each row of G has the factor it has there, rows of B^T
/// are integers without a common divisor, and the columns of A^T undo both. Its
/// scale may be another.
IntegerTransform scaleEdgeToIntegers(const Transform1D &edge,
                                     const IntegerTransform &whole);

/// The range of the elements of rows * X * cols^T, over all of them, when the
/// elements of X take all values of `range` independently; every bound is
/// reached. With B^T this is the transformed input, with G the transformed
/// filter. The matrices must have integer entries.
IntegerRange getTransformedRange(const RationalMatrix &rows,
                                 const RationalMatrix &cols,
                                 const IntegerRange &range);

/// A 2-D transform in the ring of the integers modulo 2^32. The output
/// transform A Z A'^T is multiplied by `inverse` and shifted to the right by
/// `shift` bits, arithmetically.
struct RingTransform {
  /// Bits of the ring's elements.
  static constexpr unsigned kBits = 32;

  IntegerTransform rows, cols;
  /// e and q^-1 mod 2^32, where rows.scale * cols.scale = 2^e q.
  unsigned shift = 0;
  uint32_t inverse = 1;

  /// D = rows.scale * cols.scale.
  llvm::DynamicAPInt getScale() const { return rows.scale * cols.scale; }
  /// The results that are recovered: -2^(31-e) .. 2^(31-e) - 1.
  IntegerRange getOutputRange() const {
    return IntegerRange::getSigned(kBits - shift);
  }
  /// How many: M = 2^(32-e).
  llvm::DynamicAPInt getNumResults() const {
    return getOutputRange().max * llvm::DynamicAPInt(2) + llvm::DynamicAPInt(2);
  }
  IntegerRange getTransformedInputRange(const IntegerRange &input) const {
    return getTransformedRange(rows.matrices.bt, cols.matrices.bt, input);
  }
  IntegerRange getTransformedFilterRange(const IntegerRange &filter) const {
    return getTransformedRange(rows.matrices.g, cols.matrices.g, filter);
  }
};

/// Returns the 2-D transform of a pair of integer transforms. Fails if 2^e
/// leaves no bit for the result.
llvm::Expected<RingTransform> buildRingTransform(IntegerTransform rows,
                                                 IntegerTransform cols);

/// The largest number of input channels for which |y| <= C taps d_max g_max < M
/// / 2 whatever the data; 0 if there is none. M is the number of different
/// results: 2^(32-e) for a ring.
llvm::DynamicAPInt getMaxChannels(const llvm::DynamicAPInt &numResults,
                                  int64_t taps,
                                  const llvm::DynamicAPInt &maxInput,
                                  const llvm::DynamicAPInt &maxFilter);

} // namespace wino

#endif // WINO_SUPPORT_INTEGERTRANSFORM_H
