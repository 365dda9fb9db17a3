//===- ResidueProgram.h - Straight-line programs on residues ----*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Transforms modulo small numbers in machine integers. Numbers are reduced
// lazily: only where the range of a sum would not fit its integers otherwise,
// which an analysis of the program finds out.
//
// A number is reduced by multiplying it by the reciprocal of the modulus, with
// the high half of the product rounded (SQRDMULH on AArch64), and subtracting
// so many times the modulus (MLS).
//
//===----------------------------------------------------------------------===//

#ifndef WINO_SUPPORT_RESIDUEPROGRAM_H
#define WINO_SUPPORT_RESIDUEPROGRAM_H

#include "Wino/Support/LinearProgram.h"
#include "Wino/Support/ResidueSystem.h"
#include <variant>
#include <vector>

namespace wino {

/// One step towards the residue of x in integers of `bits` bits:
///   x - floor(x c / 2^(bits - 1) + 1/2) m
struct ReductionStep {
  /// m and c, 0 < c < 2^(bits - 1).
  int64_t modulus = 0, multiplier = 0;
  unsigned bits = 0;

  /// Returns the result for an x of `bits` <= 32 bits.
  int64_t apply(int64_t value) const;
  /// Returns a range of the results for all x in `range`; the smallest one unless
  /// that spans more than 2^16 moduli.
  IntegerRange getRange(const IntegerRange &range) const;
};

/// Returns the step that leaves the smallest numbers of `range`, which integers
/// of `bits` (16 or 32) bits hold; modulus in 2 .. 2^16.
ReductionStep getReductionStep(const IntegerRange &range, int64_t modulus,
                               unsigned bits);

/// Steps that follow each other, and what they make of a range.
struct Reduction {
  llvm::SmallVector<ReductionStep, 2> steps;
  IntegerRange range;
};

/// Returns the steps that reduce the numbers of `range`, in integers of `bits`
/// bits, into `target`, which holds the centred residues; none if they are
/// there. Steps after the first are in 16 bits where these can find residues:
/// for moduli of at most 256.
Reduction getReduction(const IntegerRange &range, int64_t modulus,
                       unsigned bits, const IntegerRange &target);

/// A straight-line program that computes y = A x modulo a number, in integers
/// of some bits: the ops of a LinearProgram, with integer factors, and
/// reductions.
struct ResidueProgram {
  /// Reduces a value by one step.
  struct Reduce {
    unsigned value;
    ReductionStep step;
  };
  using Op = std::variant<LinearOp, Reduce>;

  unsigned bits = 0;
  unsigned numInputs = 0;
  llvm::SmallVector<Op> ops;
  /// The value number of each output (see LinearProgram) and its range, or
  /// std::nullopt where the row is zero.
  llvm::SmallVector<std::optional<unsigned>> outputs;
  /// The range of all outputs.
  IntegerRange range;

  unsigned getNumReductions() const;
  /// Executes the program; modulo 2^bits where it does not reduce.
  llvm::SmallVector<int64_t> run(llvm::ArrayRef<int64_t> inputs) const;
};

/// Finds a program for y = matrix * x, of integer entries, whose results are
/// exact in integers of `bits` bits for all x in `input`; std::nullopt if some
/// do not fit.
std::optional<ResidueProgram> buildExactProgram(const RationalMatrix &matrix,
                                                const IntegerRange &input,
                                                unsigned bits);

/// Finds a program for y = matrix * x modulo `modulus`, of integer entries, in
/// integers of `bits` bits (16 or 32), which hold `input` and the products of
/// two residues.
ResidueProgram buildResidueProgram(const RationalMatrix &matrix,
                                   const IntegerRange &input, int64_t modulus,
                                   unsigned bits);

/// The passes of a transform Y = L X R^T modulo the moduli of a residue system.
struct ResiduePasses {
  /// A program applied to all columns (`alongRows`) or all rows of a tile.
  struct Pass {
    bool alongRows;
    ResidueProgram program;
    /// What is done with the inputs before, in the integers they come in.
    Reduction before;
  };
  /// The bits of the integers that the passes take X in.
  unsigned inputBits = 0;
  /// Passes on integers that all moduli share; they come first.
  std::vector<Pass> shared;
  /// The passes of each modulus that follow.
  std::vector<std::vector<Pass>> perModulus;
  /// What is done with the results of each modulus in the end.
  std::vector<Reduction> after;

  /// Estimates the instructions on vectors of `vectorBits` bits that a lane of a
  /// vector takes its share of, for a tile of `rows` x `cols` elements: ops, loads
  /// and stores.
  double getOpsPerLane(int64_t rows, int64_t cols, unsigned vectorBits) const;
};

/// L and R of a transform.
struct MatrixPair {
  RationalMatrix rows, cols;
};

/// Plans a transform of elements in `input`, integers of `inputBits` bits, by
/// matrices of integer entries, one pair for each of `moduli`, to results in
/// `targets`. Passes are exact while all moduli have the same elements
/// (`sharesInput`) and matrices, and 32 bits hold the results.
ResiduePasses planResiduePasses(llvm::ArrayRef<MatrixPair> matrices,
                                llvm::ArrayRef<int64_t> moduli,
                                const IntegerRange &input, unsigned inputBits,
                                bool sharesInput,
                                llvm::ArrayRef<IntegerRange> targets);

} // namespace wino

#endif // WINO_SUPPORT_RESIDUEPROGRAM_H
