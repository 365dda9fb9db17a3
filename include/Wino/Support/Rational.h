//===- Rational.h - Exact rational numbers ----------------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Rationals of unlimited size, and matrices of them. All of Wino's algebra on
// transforms happens here, so nothing overflows or rounds before code is
// generated.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_SUPPORT_RATIONAL_H
#define WINO_SUPPORT_RATIONAL_H

#include "mlir/Analysis/Presburger/Fraction.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <optional>
#include <string>

namespace wino {

/// An exact rational. Arithmetic reduces to lowest terms with a positive
/// denominator.
using Rational = mlir::presburger::Fraction;

/// Returns the quotient of two rationals; `b` must not be zero.
Rational divide(const Rational &a, const Rational &b);
/// Returns the absolute value.
Rational absolute(const Rational &a);
/// Returns the double nearest to `a` (correctly rounded, ties to even, also
/// when numerator or denominator exceed the range of a double).
double toDouble(const Rational &a);
/// Returns whether a float holds `a` exactly, its exponent range aside: whether
/// `a` is an integer of at most 24 bits times a power of two.
bool isExactInFloat(const Rational &a);
/// Returns whether `a` is a power of two or the negative of one: whether
/// multiplying by it is exact in binary floating point.
bool isPowerOfTwo(const Rational &a);
/// Parses `[-]digits[/digits]` with a non-zero denominator and at most 4096
/// digits each; returns std::nullopt for anything else.
std::optional<Rational> parseRational(llvm::StringRef text);
/// Prints in lowest terms, `p` or `p/q`.
std::string toString(const Rational &a);

/// A dense matrix of rationals, row-major.
class RationalMatrix {
public:
  RationalMatrix() = default;
  RationalMatrix(unsigned numRows, unsigned numCols)
      : numRows(numRows), numCols(numCols), data(numRows * numCols) {}

  unsigned getNumRows() const { return numRows; }
  unsigned getNumCols() const { return numCols; }
  Rational &operator()(unsigned row, unsigned col) {
    return data[row * numCols + col];
  }
  const Rational &operator()(unsigned row, unsigned col) const {
    return data[row * numCols + col];
  }
  llvm::ArrayRef<Rational> getRow(unsigned row) const {
    return llvm::ArrayRef<Rational>(data).slice(row * numCols, numCols);
  }

  RationalMatrix transposed() const;
  RationalMatrix operator*(const RationalMatrix &other) const;
  bool operator==(const RationalMatrix &other) const;
  bool operator!=(const RationalMatrix &other) const {
    return !(*this == other);
  }

private:
  unsigned numRows = 0, numCols = 0;
  llvm::SmallVector<Rational> data;
};

/// Whether all entries of a matrix are integers.
bool isInteger(const RationalMatrix &matrix);

} // namespace wino

#endif // WINO_SUPPORT_RATIONAL_H
