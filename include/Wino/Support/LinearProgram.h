//===- LinearProgram.h - Straight-line programs for A x ---------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A transform is a product y = A x by a small constant matrix. A LinearProgram
// is that product as straight-line code with few operations: rows that belong
// to points +a and -a share their even and odd halves, common subexpressions
// are computed once, and constant factors are folded into multiply-adds.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_SUPPORT_LINEARPROGRAM_H
#define WINO_SUPPORT_LINEARPROGRAM_H

#include "Wino/Support/Rational.h"
#include "mlir/Support/LLVM.h"
#include <functional>

namespace wino {

/// One instruction. Operands are value numbers: 0 .. numInputs - 1 are the
/// inputs, numInputs + i is the result of instruction i.
struct LinearOp {
  enum class Kind {
    Add, ///< lhs + rhs
    Sub, ///< lhs - rhs
    Mul, ///< factor * lhs
    Fma, ///< factor * lhs + rhs, rounded once
  };
  Kind kind;
  unsigned lhs = 0;
  unsigned rhs = 0; ///< unused by Mul
  Rational factor;  ///< used by Mul and Fma only
};

/// A straight-line program that computes y = A x.
struct LinearProgram {
  unsigned numInputs = 0;
  llvm::SmallVector<LinearOp> ops;
  /// The value number of each output, or std::nullopt where the row is zero.
  llvm::SmallVector<std::optional<unsigned>> outputs;

  /// Additions, subtractions and multiply-adds; the count that is compared with
  /// published ones, in which multiplications by constants are free.
  unsigned getNumAdditions() const;
  /// Multiplications and multiply-adds.
  unsigned getNumMultiplications() const;
  /// The largest number of roundings on the way from an input to an output,
  /// counting the rounding of an inexact (in fp32) constant: gamma of the error
  /// bound (Barabasz et al., arXiv 1803.10986).
  unsigned getMaxRoundings() const;
  /// The expected rounding error: the root mean square, over the outputs, of
  /// the error of an output in units of half an ulp of its own root mean
  /// square, when inputs are independent with variance one and roundings are
  /// too.
  double getExpectedError() const;
  /// The matrix the program computes, by exact symbolic execution.
  RationalMatrix getMatrix() const;
  /// What the matrix would be if nothing cancelled: the sums of the absolute
  /// values of all products along the ways from an input to an output. It
  /// equals |getMatrix()| for a program without cancellation and bounds the
  /// error of any: |error of y| <= gamma_n * getAbsoluteMatrix() * |x| with n =
  /// getMaxRoundings(), gamma_n = n u / (1 - n u), u half an ulp of 1.
  RationalMatrix getAbsoluteMatrix() const;
};

/// Finds a program with few operations for y = matrix * x. Deterministic.
///
/// Sums are ordered so that small terms are added first (Huffman order, arXiv
/// 1803.10986), and the shortest program without cancellation is sought: one
/// whose intermediate values are sums of terms that also stand in the rows they
/// serve, up to a common factor. A shorter one with cancellation is preferred
/// if its expected error (LinearProgram::getExpectedError) is at most
/// `maxErrorGrowth` times as large; pass infinity for exact arithmetic.
LinearProgram synthesizeProgram(const RationalMatrix &matrix,
                                double maxErrorGrowth = 1.4);

/// Finds a program with few operations for y = matrix * x whose factors are all
/// integers, as a ring without fractions needs. The matrix must have integer
/// entries. Sums may cancel, because integers do not round.
LinearProgram synthesizeIntegerProgram(const RationalMatrix &matrix);

} // namespace wino

#endif // WINO_SUPPORT_LINEARPROGRAM_H
