//===- CookToom.cpp - Transforms of fast 1-D convolution ------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Support/CookToom.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <cassert>
#include <limits>

using namespace wino;
using llvm::ArrayRef;
using llvm::DynamicAPInt;
using llvm::Error;
using llvm::Expected;
using llvm::SmallVector;
using llvm::StringRef;

/// Builds an error from a format string and its arguments.
template <typename... Args>
static Error makeError(const char *format, Args &&...args) {
  return llvm::createStringError(
      llvm::formatv(format, std::forward<Args>(args)...).str());
}

//===----------------------------------------------------------------------===//
// Points
//===----------------------------------------------------------------------===//

bool Point::operator==(const Point &other) const {
  return isInfinity == other.isInfinity && value == other.value;
}

std::optional<Point> wino::parsePoint(StringRef text) {
  if (text == "inf")
    return Point::infinity();
  if (std::optional<Rational> value = parseRational(text))
    return Point(*value);
  return std::nullopt;
}

std::string wino::toString(const Point &point) {
  return point.isInfinity ? "inf" : toString(point.value);
}

/// The finite default points for alpha = 1 .. kMaxAlpha; infinity completes
/// each set. The sets for alpha = 4 .. 18 are the published ones.
static constexpr StringRef kFinitePoints[kMaxAlpha] = {
    "",
    "0",
    "0 1",
    "0 -1 1",
    "0 -1 1 1/2",
    "0 -1 1 1/2 -2",
    "0 -1 1 1/2 -2 -1/2",
    "0 -1 1 1/2 -1/2 2 -2",
    "0 -1 1 1/2 -1/2 2 -2 -1/4",
    "0 -1 1 1/2 -1/2 2 -2 -1/4 4",
    "0 -1 1 1/2 -1/2 2 -2 -1/4 3/4 -4/3",
    "0 -1 1 1/2 -1/2 2 -2 -1/4 4 3/4 -4/3",
    "0 -1 1 1/2 -1/2 2 -2 -1/4 4 3/4 -4/3 1/4",
    "0 -1 1 1/2 -1/2 2 -2 -1/4 4 1/4 -3/4 4/3 -4",
    "0 -1 1 1/2 -1/2 2 -2 -1/4 4 1/4 -3/4 4/3 3/4 -4/3",
    "0 -1 1 1/2 -1/2 2 -2 -1/4 4 1/4 -3/4 4/3 -4 3/4 -4/3",
    "0 -1 1 1/2 -1/2 2 -2 -1/4 4 1/4 -3/4 4/3 -4 2/3 -3/2 3/2",
    "0 -1 1 1/2 -1/2 2 -2 -1/4 4 1/4 -3/4 4/3 -4 2/3 -3/2 -2/3 3/2",
    "0 -1 1 1/2 -1/2 2 -2 -1/4 4 1/4 -3/4 4/3 -4 2/3 -3/2 -2/3 3/2 3/4",
    "0 -1 1 1/2 -1/2 2 -2 -1/4 4 1/4 -3/4 4/3 -4 2/3 -3/2 -2/3 3/2 3/4 -4/3",
    "0 -1 1 1/2 -1/2 2 -2 -1/4 4 1/4 -3/4 4/3 -4 2/3 -3/2 -2/3 3/2 3/4 -4/3 3",
    "0 -1 1 1/2 -1/2 2 -2 -1/4 4 1/4 -3/4 4/3 -4 2/3 -3/2 -2/3 3/2 3/4 -4/3 3 "
    "-1/3",
    "0 -1 1 1/2 -1/2 2 -2 -1/4 4 1/4 -3/4 4/3 -4 2/3 -3/2 -2/3 3/2 3/4 -4/3 3 "
    "-1/3 -3",
    "0 -1 1 1/2 -1/2 2 -2 -1/4 4 1/4 -3/4 4/3 -4 2/3 -3/2 -2/3 3/2 3/4 -4/3 3 "
    "-1/3 -3 1/3",
};

SmallVector<Point> wino::getDefaultPoints(int64_t m, int64_t r, int64_t edge) {
  int64_t alpha = m + r - 1;
  assert(m >= 1 && r >= 1 && alpha <= kMaxAlpha && "no such transform");
  StringRef finite = kFinitePoints[alpha - 1];
  SmallVector<Point> points;
  for (StringRef text : llvm::split(finite, ' '))
    if (std::optional<Point> point = parsePoint(text))
      points.push_back(*point);
  points.push_back(Point::infinity());
  assert(static_cast<int64_t>(points.size()) == alpha && "table is wrong");
  if (edge >= 1 && edge < m)
    std::rotate(points.begin() + edge + r - 2, points.end() - 1, points.end());
  return points;
}

//===----------------------------------------------------------------------===//
// Construction
//===----------------------------------------------------------------------===//

/// Fails unless `points` are m + r - 1 distinct points and the sizes are in
/// range.
static Error checkArguments(int64_t m, int64_t r, ArrayRef<Point> points) {
  if (m < 1 || r < 1)
    return makeError("expected m and r of F(m, r) to be at least 1, but got "
                     "F({0}, {1})",
                     m, r);
  // Compared one by one because the sum may overflow.
  if (m > kMaxAlpha || r > kMaxAlpha || m + r - 1 > kMaxAlpha)
    return makeError("expected m + r - 1 of F({0}, {1}) to be at most {2}", m,
                     r, kMaxAlpha);
  int64_t alpha = m + r - 1;
  if (static_cast<int64_t>(points.size()) != alpha)
    return makeError("expected {0} points for F({1}, {2}), but got {3}", alpha,
                     m, r, points.size());
  for (size_t i = 0; i < points.size(); ++i)
    for (size_t j = i + 1; j < points.size(); ++j)
      if (points[i] == points[j])
        return makeError("expected distinct points, but points {0} and {1} are "
                         "both {2}",
                         i, j, toString(points[i]));
  return Error::success();
}

/// Returns the coefficients, lowest power first, of the product of (x - a) over
/// the finite points a other than number `skipped`.
static SmallVector<Rational> multiplyOut(ArrayRef<Point> points,
                                         size_t skipped) {
  SmallVector<Rational> product = {Rational(1)};
  for (auto [index, point] : llvm::enumerate(points)) {
    if (index == skipped || point.isInfinity)
      continue;
    product.push_back(Rational(0));
    for (size_t power = product.size() - 1; power > 0; --power)
      product[power] = product[power - 1] - point.value * product[power];
    product[0] = -(point.value * product[0]);
  }
  return product;
}

/// Returns the product of (a_k - a_l) over the other finite points a_l, or 1
/// for infinity.
static Rational getDenominator(ArrayRef<Point> points, size_t k) {
  Rational product(1);
  if (points[k].isInfinity)
    return product;
  for (auto [index, point] : llvm::enumerate(points))
    if (index != k && !point.isInfinity)
      product *= points[k].value - point.value;
  return product;
}

/// Returns the power `exponent` of a point among powers 0 .. `degree`. Infinity
/// stands for the leading coefficient of a polynomial of that degree.
static Rational getPower(const Point &point, unsigned exponent,
                         unsigned degree) {
  if (point.isInfinity)
    return Rational(exponent == degree ? 1 : 0);
  Rational power(1);
  for (unsigned i = 0; i < exponent; ++i)
    power *= point.value;
  return power;
}

Expected<Transform1D> wino::buildCookToom(int64_t m, int64_t r,
                                          ArrayRef<Point> points) {
  if (Error error = checkArguments(m, r, points))
    return std::move(error);

  unsigned alpha = m + r - 1;
  Transform1D transform;
  transform.m = m;
  transform.r = r;
  transform.at = RationalMatrix(m, alpha);
  transform.g = RationalMatrix(alpha, r);
  transform.bt = RationalMatrix(alpha, alpha);
  for (unsigned k = 0; k < alpha; ++k) {
    for (unsigned i = 0; i < m; ++i)
      transform.at(i, k) = getPower(points[k], i, m - 1);
    Rational denominator = getDenominator(points, k);
    for (unsigned j = 0; j < r; ++j)
      transform.g(k, j) = divide(getPower(points[k], j, r - 1), denominator);
    for (auto [col, coefficient] : llvm::enumerate(multiplyOut(points, k)))
      transform.bt(k, col) = coefficient;
  }
  return transform;
}

Expected<Transform1D> wino::buildEdgeCookToom(int64_t m,
                                              const Transform1D &whole,
                                              ArrayRef<Point> points) {
  if (m < 1 || m > whole.m)
    return makeError("expected the tiles at the edge of F({0}, {1}) to have 1 "
                     "to {0} outputs, but got {2}",
                     whole.m, whole.r, m);
  Expected<Transform1D> edge =
      buildCookToom(m, whole.r, points.take_front(m + whole.r - 1));
  if (!edge)
    return edge.takeError();
  for (unsigned k = 0; k < edge->alpha(); ++k) {
    // Row k of both is the same powers of a point, by different factors.
    Rational factor(1);
    for (unsigned j = 0; j < whole.r; ++j)
      if (whole.g(k, j).num != 0)
        factor = divide(edge->g(k, j), whole.g(k, j));
    for (unsigned j = 0; j < whole.r; ++j)
      edge->g(k, j) = whole.g(k, j);
    for (unsigned l = 0; l < edge->alpha(); ++l)
      edge->bt(k, l) *= factor;
  }
  return edge;
}

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

/// Fails unless `matrix` is numRows x numCols.
static Error checkShape(StringRef name, const RationalMatrix &matrix,
                        int64_t numRows, int64_t numCols) {
  if (matrix.getNumRows() == numRows && matrix.getNumCols() == numCols)
    return Error::success();
  return makeError("expected {0} to be a {1} x {2} matrix, but got {3} x {4}",
                   name, numRows, numCols, matrix.getNumRows(),
                   matrix.getNumCols());
}

/// Fails unless m and r are in range and the matrices have the shapes they
/// imply.
static Error checkShapes(const Transform1D &transform) {
  int64_t m = transform.m, r = transform.r;
  if (m < 1 || r < 1 || m > kMaxAlpha || r > kMaxAlpha || m + r - 1 > kMaxAlpha)
    return makeError("expected m and r of F(m, r) to be at least 1 and "
                     "m + r - 1 to be at most {0}, but got F({1}, {2})",
                     kMaxAlpha, m, r);
  int64_t alpha = transform.alpha();
  if (Error error = checkShape("A^T", transform.at, m, alpha))
    return error;
  if (Error error = checkShape("G", transform.g, alpha, r))
    return error;
  return checkShape("B^T", transform.bt, alpha, alpha);
}

/// Returns the rank, by elimination on a copy.
static unsigned getRank(RationalMatrix matrix) {
  unsigned numRows = matrix.getNumRows(), numCols = matrix.getNumCols();
  unsigned rank = 0;
  for (unsigned col = 0; col < numCols && rank < numRows; ++col) {
    unsigned pivot = rank;
    while (pivot < numRows && matrix(pivot, col).num == 0)
      ++pivot;
    if (pivot == numRows)
      continue;
    for (unsigned j = col; j < numCols; ++j)
      std::swap(matrix(pivot, j), matrix(rank, j));
    for (unsigned row = rank + 1; row < numRows; ++row) {
      if (matrix(row, col).num == 0)
        continue;
      Rational factor = divide(matrix(row, col), matrix(rank, col));
      for (unsigned j = col; j < numCols; ++j)
        matrix(row, j) -= factor * matrix(rank, j);
    }
    ++rank;
  }
  return rank;
}

/// Fails unless `matrix` has the largest rank its shape permits.
static Error checkRank(StringRef name, const RationalMatrix &matrix) {
  unsigned fullRank = std::min(matrix.getNumRows(), matrix.getNumCols());
  unsigned rank = getRank(matrix);
  if (rank == fullRank)
    return Error::success();
  return makeError("expected {0} to have rank {1}, but got rank {2}", name,
                   fullRank, rank);
}

namespace {
/// A matrix over a common denominator.
struct IntegerMatrix {
  explicit IntegerMatrix(const RationalMatrix &matrix);

  /// The numerators, row-major.
  SmallVector<DynamicAPInt> numerators;
  DynamicAPInt denominator{1};
};
} // namespace

IntegerMatrix::IntegerMatrix(const RationalMatrix &matrix) {
  for (unsigned i = 0; i < matrix.getNumRows(); ++i)
    for (const Rational &entry : matrix.getRow(i))
      denominator = lcm(denominator, entry.den);
  for (unsigned i = 0; i < matrix.getNumRows(); ++i)
    for (const Rational &entry : matrix.getRow(i))
      numerators.push_back(entry.num * (denominator / entry.den));
}

/// Calls `visit(i, j, l, value)` with sum_k A^T[i,k] G[k,j] B^T[k,l] for every
/// (i, j, l) until it returns false.
static void visitProducts(
    const Transform1D &transform,
    llvm::function_ref<bool(int64_t, int64_t, int64_t, Rational)> visit) {
  // Sums of integers, because a sum of rationals takes a gcd for every term.
  IntegerMatrix at(transform.at), g(transform.g), bt(transform.bt);
  DynamicAPInt denominator = at.denominator * g.denominator * bt.denominator;
  int64_t alpha = transform.alpha();
  SmallVector<DynamicAPInt> weights(alpha);
  for (int64_t i = 0; i < transform.m; ++i)
    for (int64_t j = 0; j < transform.r; ++j) {
      for (int64_t k = 0; k < alpha; ++k)
        weights[k] =
            at.numerators[i * alpha + k] * g.numerators[k * transform.r + j];
      for (int64_t l = 0; l < alpha; ++l) {
        DynamicAPInt sum(0);
        for (int64_t k = 0; k < alpha; ++k)
          sum += weights[k] * bt.numerators[k * alpha + l];
        Rational value = mlir::presburger::reduce(Rational(sum, denominator));
        if (!visit(i, j, l, value))
          return;
      }
    }
}

Error wino::verifyConvolutionIdentity(const Transform1D &transform) {
  if (Error error = checkShapes(transform))
    return error;
  if (Error error = checkRank("A^T", transform.at))
    return error;
  if (Error error = checkRank("G", transform.g))
    return error;
  if (Error error = checkRank("B^T", transform.bt))
    return error;

  std::string message;
  visitProducts(transform, [&](int64_t i, int64_t j, int64_t l,
                               const Rational &value) {
    int64_t expected = l == i + j ? 1 : 0;
    if (value == Rational(expected))
      return true;
    message = llvm::formatv("the matrices do not compute F({0}, {1}): expected "
                            "sum_k A^T[{2},k] G[k,{3}] B^T[k,{4}] to be {5}, "
                            "but got {6}",
                            transform.m, transform.r, i, j, l, expected,
                            toString(value))
                  .str();
    return false;
  });
  if (!message.empty())
    return llvm::createStringError(message);
  return Error::success();
}

std::optional<Rational>
wino::getConvolutionScale(const Transform1D &transform) {
  if (Error error = checkShapes(transform)) {
    llvm::consumeError(std::move(error));
    return std::nullopt;
  }
  Rational scale;
  bool isScaled = true;
  visitProducts(transform, [&](int64_t i, int64_t j, int64_t l,
                               const Rational &value) {
    if (i == 0 && j == 0 && l == 0)
      scale = value;
    isScaled = scale.num != 0 && value == (l == i + j ? scale : Rational(0));
    return isScaled;
  });
  if (!isScaled)
    return std::nullopt;
  return scale;
}

double wino::getIdentityResidual(const Transform1D &transform) {
  if (Error error = checkShapes(transform)) {
    llvm::consumeError(std::move(error));
    return std::numeric_limits<double>::infinity();
  }
  Rational largest;
  visitProducts(
      transform, [&](int64_t i, int64_t j, int64_t l, const Rational &value) {
        Rational residual = absolute(value - Rational(l == i + j ? 1 : 0));
        if (residual > largest)
          largest = residual;
        return true;
      });
  return toDouble(largest);
}
