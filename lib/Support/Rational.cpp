//===- Rational.cpp - Exact rational numbers ------------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Support/Rational.h"

#include "llvm/ADT/APInt.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"
#include <cassert>
#include <cmath>

using namespace wino;
using llvm::APInt;
using llvm::ArrayRef;
using llvm::DynamicAPInt;
using llvm::SmallVector;
using llvm::StringRef;

//===----------------------------------------------------------------------===//
// Scalars
//===----------------------------------------------------------------------===//

Rational wino::divide(const Rational &a, const Rational &b) {
  assert(b.num != 0 && "division by zero");
  return a / b;
}

Rational wino::absolute(const Rational &a) { return mlir::presburger::abs(a); }

/// Returns the magnitude of `value` as an unsigned integer just wide enough.
static APInt getMagnitude(DynamicAPInt value) {
  constexpr unsigned kLimbBits = 62;
  const DynamicAPInt limbSize(int64_t(1) << kLimbBits);
  value = abs(value);
  SmallVector<int64_t> limbs;
  for (; value != 0; value /= limbSize)
    limbs.push_back(int64_t(value % limbSize));
  APInt result(std::max<size_t>(limbs.size(), 1) * kLimbBits, 0);
  for (int64_t limb : llvm::reverse(limbs)) {
    result <<= kLimbBits;
    result |= static_cast<uint64_t>(limb);
  }
  return result.trunc(std::max(result.getActiveBits(), 1u));
}

double wino::toDouble(const Rational &a) {
  if (a.num == 0)
    return 0.0;
  APInt num = getMagnitude(a.num), den = getMagnitude(a.den);
  int64_t numBits = num.getActiveBits(), denBits = den.getActiveBits();

  // |a| = q * 2^-shift with an integer q of 55 or 56 bits, at least two more
  // than a significand has; `isInexact` says whether the division cut bits off.
  int64_t shift = 55 - (numBits - denBits);
  unsigned width = std::max(numBits, denBits) + 57;
  num = num.zext(width).shl(std::max<int64_t>(shift, 0));
  den = den.zext(width).shl(std::max<int64_t>(-shift, 0));
  APInt quotient, remainder;
  APInt::udivrem(num, den, quotient, remainder);
  uint64_t q = quotient.getZExtValue();
  bool isInexact = !remainder.isZero();

  // Round once, to 53 bits or to the unit of the subnormal numbers.
  constexpr int64_t kMinExponent = -1074;
  int64_t drop =
      std::max<int64_t>(llvm::bit_width(q) - 53, shift + kMinExponent);
  if (drop > 63)
    return a.num > 0 ? 0.0 : -0.0;
  uint64_t kept = q >> drop;
  uint64_t rest = q & ((uint64_t(1) << drop) - 1);
  uint64_t half = uint64_t(1) << (drop - 1);
  if (rest > half || (rest == half && (isInexact || (kept & 1))))
    ++kept;
  double magnitude = std::ldexp(static_cast<double>(kept), drop - shift);
  return a.num > 0 ? magnitude : -magnitude;
}

/// Returns `value` without its factors of two.
static DynamicAPInt getOddPart(DynamicAPInt value) {
  while (value != 0 && value % 2 == 0)
    value /= 2;
  return value;
}

bool wino::isExactInFloat(const Rational &a) {
  Rational lowest = mlir::presburger::reduce(a);
  return getOddPart(lowest.den) == 1 &&
         abs(getOddPart(lowest.num)) < (int64_t(1) << 24);
}

bool wino::isPowerOfTwo(const Rational &a) {
  Rational lowest = mlir::presburger::reduce(a);
  return getOddPart(lowest.den) == 1 && abs(getOddPart(lowest.num)) == 1;
}

/// Parses a run of decimal digits; returns std::nullopt for anything else.
static std::optional<DynamicAPInt> parseDigits(StringRef digits) {
  // A number is parsed in quadratic time; the limit keeps that short.
  constexpr size_t kMaxDigits = 4096;
  if (digits.empty() || digits.size() > kMaxDigits ||
      !llvm::all_of(digits, llvm::isDigit))
    return std::nullopt;
  // Four bits hold a digit, and one stays free for the sign.
  unsigned numBits = digits.size() * 4 + 1;
  return DynamicAPInt(APInt(numBits, digits, /*radix=*/10));
}

std::optional<Rational> wino::parseRational(StringRef text) {
  bool isNegative = text.consume_front("-");
  auto [numText, denText] = text.split('/');
  std::optional<DynamicAPInt> num = parseDigits(numText);
  std::optional<DynamicAPInt> den = DynamicAPInt(1);
  if (text.contains('/'))
    den = parseDigits(denText);
  if (!num || !den || *den == 0)
    return std::nullopt;
  return mlir::presburger::reduce(Rational(isNegative ? -*num : *num, *den));
}

std::string wino::toString(const Rational &a) {
  Rational lowest = mlir::presburger::reduce(a);
  std::string text;
  llvm::raw_string_ostream os(text);
  os << lowest.num;
  if (lowest.den != 1)
    os << '/' << lowest.den;
  return text;
}

//===----------------------------------------------------------------------===//
// RationalMatrix
//===----------------------------------------------------------------------===//

RationalMatrix RationalMatrix::transposed() const {
  RationalMatrix result(numCols, numRows);
  for (unsigned row = 0; row < numRows; ++row)
    for (unsigned col = 0; col < numCols; ++col)
      result(col, row) = (*this)(row, col);
  return result;
}

RationalMatrix RationalMatrix::operator*(const RationalMatrix &other) const {
  assert(numCols == other.numRows && "inner sizes differ");
  RationalMatrix result(numRows, other.numCols);
  for (unsigned row = 0; row < numRows; ++row)
    for (unsigned k = 0; k < numCols; ++k) {
      const Rational &factor = (*this)(row, k);
      if (factor.num == 0)
        continue;
      for (unsigned col = 0; col < other.numCols; ++col)
        result(row, col) += factor * other(k, col);
    }
  return result;
}

bool RationalMatrix::operator==(const RationalMatrix &other) const {
  return numRows == other.numRows && numCols == other.numCols &&
         ArrayRef<Rational>(data) == ArrayRef<Rational>(other.data);
}

bool wino::isInteger(const RationalMatrix &matrix) {
  for (unsigned row = 0; row < matrix.getNumRows(); ++row)
    for (const Rational &entry : matrix.getRow(row))
      if (entry.den != 1)
        return false;
  return true;
}
