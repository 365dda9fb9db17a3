//===- CookToom.h - Transforms of fast 1-D convolution ----------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// F(m, r) computes m outputs of a correlation with r taps from
// alpha = m + r - 1 inputs with alpha multiplications (Lavin & Gray,
// arXiv 1509.09308):
//
//   y = A^T [(G g) . (B^T d)]      A^T: m x alpha, G: alpha x r,
//                                  B^T: alpha x alpha
//
// The matrices come from alpha distinct interpolation points (Cook-Toom), the
// last of which may be infinity.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_SUPPORT_COOKTOOM_H
#define WINO_SUPPORT_COOKTOOM_H

#include "Wino/Support/Rational.h"
#include "mlir/Support/LLVM.h"
#include "llvm/Support/Error.h"

namespace wino {

/// The largest supported m + r - 1.
constexpr int64_t kMaxAlpha = 24;

/// An interpolation point: a rational, or infinity.
struct Point {
  Point() = default;
  Point(Rational value) : value(std::move(value)) {}
  static Point infinity() {
    Point point;
    point.isInfinity = true;
    return point;
  }
  bool operator==(const Point &other) const;

  bool isInfinity = false;
  /// Zero when the point is infinity, so that equality is memberwise.
  Rational value;
};

/// Parses a rational or `inf`.
std::optional<Point> parsePoint(llvm::StringRef text);
std::string toString(const Point &point);

/// A 1-D transform of F(m, r). The matrices are stored as they are applied:
/// `at` is A^T (m x alpha), `g` is G (alpha x r), `bt` is B^T (alpha x alpha).
struct Transform1D {
  int64_t m = 0;
  int64_t r = 0;
  RationalMatrix at, g, bt;

  int64_t alpha() const { return m + r - 1; }
};

/// Returns default points for F(m, r): the sets of Barabasz et al.
/// (arXiv 1803.10986) as far as they are known to have small fp32 error, and
/// their continuation by the same rule beyond. Precondition: m, r >= 1 and
/// m + r - 1 <= kMaxAlpha. Infinity is the last of them, or if `edge` is less
/// than m the last of those that F(edge, r) has, see `buildEdgeCookToom`: it
/// costs the fewest operations and the smallest error.
llvm::SmallVector<Point> getDefaultPoints(int64_t m, int64_t r, int64_t edge);
inline llvm::SmallVector<Point> getDefaultPoints(int64_t m, int64_t r) {
  return getDefaultPoints(m, r, /*edge=*/m);
}

/// Derives the Cook-Toom transform of F(m, r) on `points` (m + r - 1 of them).
/// A^T is the transposed Vandermonde matrix, G carries the factors
/// 1 / prod(a_k - a_l), B^T has the coefficients of the products of (x - a_l)
/// (papers: Lavin & Gray; Barabasz et al. section 2). Infinity may stand
/// anywhere. Fails if m or r is below 1, m + r - 1 exceeds kMaxAlpha, the
/// number of points is wrong, or two points are equal; the message says which.
llvm::Expected<Transform1D> buildCookToom(int64_t m, int64_t r,
                                          llvm::ArrayRef<Point> points);

/// Derives the transform of a smaller F(m, r) that shares filters with `whole`,
/// the Cook-Toom transform on `points`: it stands on the first m + r - 1 of
/// them, and its G consists of the first rows of that of `whole`, with the
/// factors between the two in B^T. Filters transformed by `whole` so serve the
/// smaller tiles at the edge of an image, too, which use their first taps.
/// Fails if m is not in [1, whole.m].
llvm::Expected<Transform1D> buildEdgeCookToom(int64_t m,
                                              const Transform1D &whole,
                                              llvm::ArrayRef<Point> points);

/// Checks sum_k A^T[i,k] G[k,j] B^T[k,l] == [l == i + j] for all i, j, l, which
/// is a complete proof that the transform computes the correlation. On failure
/// returns an error that names the first wrong (i, j, l) and its value. Also
/// fails on matrices of the wrong shape and of deficient rank.
llvm::Error verifyConvolutionIdentity(const Transform1D &transform);

/// Returns the s with sum_k A^T[i,k] G[k,j] B^T[k,l] == s * [l == i + j], or
/// std::nullopt if there is none other than zero. Published matrices are often
/// correct up to such a factor; dividing A^T by s makes them exact.
std::optional<Rational> getConvolutionScale(const Transform1D &transform);

/// Largest |sum_k A^T[i,k] G[k,j] B^T[k,l] - [l == i + j]|, for matrices that
/// are only approximate (learned or rounded transforms). Infinite if a matrix
/// has the wrong shape.
double getIdentityResidual(const Transform1D &transform);

} // namespace wino

#endif // WINO_SUPPORT_COOKTOOM_H
