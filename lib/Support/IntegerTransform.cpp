//===- IntegerTransform.cpp - Transforms scaled to integers ---------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Support/IntegerTransform.h"

#include "llvm/Support/FormatVariadic.h"
#include <algorithm>
#include <cassert>

using namespace wino;
using llvm::DynamicAPInt;
using llvm::SmallVector;

/// Returns 2^exponent.
static DynamicAPInt getPowerOfTwo(unsigned exponent) {
  return DynamicAPInt(llvm::APInt::getOneBitSet(exponent + 2, exponent));
}

IntegerRange IntegerRange::getSigned(unsigned bits) {
  DynamicAPInt limit = getPowerOfTwo(bits - 1);
  return {-limit, limit - 1};
}

DynamicAPInt IntegerRange::getMaxAbs() const {
  return std::max(abs(min), abs(max));
}

//===----------------------------------------------------------------------===//
// Scaling
//===----------------------------------------------------------------------===//

Rational wino::scaleRowToIntegers(RationalMatrix &matrix, unsigned row) {
  DynamicAPInt multiple(1), divisor(0);
  for (const Rational &entry : matrix.getRow(row)) {
    Rational lowest = mlir::presburger::reduce(entry);
    if (lowest.num == 0)
      continue;
    multiple = lcm(multiple, lowest.den);
    divisor = gcd(divisor, abs(lowest.num));
  }
  if (divisor == 0)
    return Rational(1);
  Rational factor(multiple, divisor);
  for (unsigned col = 0; col < matrix.getNumCols(); ++col)
    matrix(row, col) *= factor;
  return factor;
}

/// Divides the columns of A^T by `factors`, those of the rows of G and B^T, and
/// multiplies it by the scale that makes it integer, which is returned.
static DynamicAPInt scaleOutput(RationalMatrix &at,
                                llvm::ArrayRef<Rational> factors) {
  // A column times the scale is integer if the scale is a multiple of all its
  // denominators.
  DynamicAPInt scale(1);
  for (auto [k, factor] : llvm::enumerate(factors))
    for (unsigned i = 0; i < at.getNumRows(); ++i) {
      at(i, k) = mlir::presburger::reduce(divide(at(i, k), factor));
      scale = lcm(scale, at(i, k).den);
    }
  for (unsigned i = 0; i < at.getNumRows(); ++i)
    for (unsigned k = 0; k < at.getNumCols(); ++k)
      at(i, k) *= Rational(scale, DynamicAPInt(1));
  return scale;
}

IntegerTransform wino::scaleToIntegers(const Transform1D &transform) {
  IntegerTransform result;
  result.matrices = transform;
  SmallVector<Rational> factors;
  for (int64_t k = 0; k < transform.alpha(); ++k)
    factors.push_back(scaleRowToIntegers(result.matrices.g, k) *
                      scaleRowToIntegers(result.matrices.bt, k));
  result.scale = scaleOutput(result.matrices.at, factors);
  return result;
}

/// Returns what a row of `to` is times the same row of `from`, or 1 for a row
/// of zeros.
static Rational getRowFactor(const RationalMatrix &from,
                             const RationalMatrix &to, unsigned row) {
  for (unsigned col = 0; col < from.getNumCols(); ++col)
    if (from(row, col).num != 0)
      return divide(to(row, col), from(row, col));
  return Rational(1);
}

IntegerTransform wino::scaleEdgeToIntegers(const Transform1D &edge,
                                           const IntegerTransform &whole) {
  IntegerTransform result;
  result.matrices = edge;
  auto &[m, r, at, g, bt] = result.matrices;
  SmallVector<Rational> factors;
  for (int64_t k = 0; k < edge.alpha(); ++k) {
    Rational factor = getRowFactor(g, whole.matrices.g, k);
    for (int64_t j = 0; j < r; ++j)
      g(k, j) = mlir::presburger::reduce(g(k, j) * factor);
    factors.push_back(factor * scaleRowToIntegers(bt, k));
  }
  result.scale = scaleOutput(at, factors);
  return result;
}

IntegerTransform wino::moveOutputFactorsToFilter(IntegerTransform transform) {
  RationalMatrix columns = transform.matrices.at.transposed();
  for (unsigned k = 0; k < columns.getNumRows(); ++k) {
    Rational factor = scaleRowToIntegers(columns, k);
    for (int64_t j = 0; j < transform.matrices.r; ++j)
      transform.matrices.g(k, j) = divide(transform.matrices.g(k, j), factor);
  }
  transform.matrices.at = columns.transposed();
  return transform;
}

//===----------------------------------------------------------------------===//
// Ranges
//===----------------------------------------------------------------------===//

/// The sums of the positive and of the negative entries of a row, both as
/// absolute values.
static std::pair<DynamicAPInt, DynamicAPInt>
getSignedSums(const RationalMatrix &matrix, unsigned row) {
  DynamicAPInt positive(0), negative(0);
  for (const Rational &entry : matrix.getRow(row)) {
    assert(entry.num % entry.den == 0 && "expected integers");
    DynamicAPInt value = entry.num / entry.den;
    (value > 0 ? positive : negative) += abs(value);
  }
  return {positive, negative};
}

IntegerRange wino::getTransformedRange(const RationalMatrix &rows,
                                       const RationalMatrix &cols,
                                       const IntegerRange &range) {
  IntegerRange result{DynamicAPInt(0), DynamicAPInt(0)};
  bool isFirst = true;
  for (unsigned p = 0; p < rows.getNumRows(); ++p) {
    auto [rowPositive, rowNegative] = getSignedSums(rows, p);
    for (unsigned q = 0; q < cols.getNumRows(); ++q) {
      auto [colPositive, colNegative] = getSignedSums(cols, q);
      // The coefficients of an element are the products of the two rows.
      DynamicAPInt positive =
          rowPositive * colPositive + rowNegative * colNegative;
      DynamicAPInt negative =
          rowPositive * colNegative + rowNegative * colPositive;
      DynamicAPInt min = positive * range.min - negative * range.max;
      DynamicAPInt max = positive * range.max - negative * range.min;
      result.min = isFirst ? min : std::min(result.min, min);
      result.max = isFirst ? max : std::max(result.max, max);
      isFirst = false;
    }
  }
  return result;
}

DynamicAPInt wino::getMaxChannels(const DynamicAPInt &numResults, int64_t taps,
                                  const DynamicAPInt &maxInput,
                                  const DynamicAPInt &maxFilter) {
  DynamicAPInt perChannel = DynamicAPInt(2 * taps) * maxInput * maxFilter;
  assert(perChannel > 0 && "expected data that are not all zero");
  return floorDiv(numResults - 1, perChannel);
}

//===----------------------------------------------------------------------===//
// The ring
//===----------------------------------------------------------------------===//

/// Returns the inverse of an odd number modulo 2^32.
static uint32_t invert(uint32_t odd) {
  // Every step doubles the number of correct bits; an odd number is its own
  // inverse modulo 8.
  uint32_t inverse = odd;
  for (unsigned bits = 3; bits < RingTransform::kBits; bits *= 2)
    inverse *= 2 - odd * inverse;
  return inverse;
}

llvm::Expected<RingTransform> wino::buildRingTransform(IntegerTransform rows,
                                                       IntegerTransform cols) {
  RingTransform result;
  result.rows = std::move(rows);
  result.cols = std::move(cols);
  DynamicAPInt odd = result.getScale();
  for (; odd % 2 == 0; odd /= 2)
    ++result.shift;
  if (result.shift >= RingTransform::kBits)
    return llvm::createStringError(
        llvm::formatv("expected the scale of the transform to have fewer than "
                      "{0} factors of two, but got {1}",
                      RingTransform::kBits, result.shift)
            .str());
  DynamicAPInt reduced = mod(odd, getPowerOfTwo(RingTransform::kBits));
  result.inverse = invert(static_cast<uint32_t>(int64_t(reduced)));
  return result;
}
