//===- ResidueCode.h - Arithmetic on residues in a kernel -------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_CONVERSION_WINOTOVECTOR_RESIDUECODE_H
#define WINO_LIB_CONVERSION_WINOTOVECTOR_RESIDUECODE_H

#include "KernelBuilder.h"
#include "Wino/Support/ResidueProgram.h"

namespace wino {

/// A vector of integers, and what they can be.
struct RangedVector {
  mlir::Value value;
  IntegerRange range;
};

/// Builds code for ResidueProgram.h on vectors.
class ResidueCode {
public:
  explicit ResidueCode(KernelBuilder &b) : b(b) {}

  /// Applies the steps to a vector; the result has elements of `bits` bits,
  /// which hold it.
  mlir::Value reduce(mlir::Value value, const Reduction &reduction,
                     unsigned bits);
  /// Builds a program on vectors of elements of its bits.
  llvm::SmallVector<mlir::Value> build(const ResidueProgram &program,
                                       llvm::ArrayRef<mlir::Value> inputs);
  /// Returns the integers with these residues as i32, modulo 2^32, by their
  /// mixed radix digits.
  mlir::Value reconstruct(const ResidueSystem &system,
                          llvm::ArrayRef<RangedVector> residues);

private:
  /// Returns a step's multiple of the modulus, in the elements of `value`.
  mlir::Value getMultiple(mlir::Value value, const ReductionStep &step);
  /// Returns floor(x c / 2^(bits - 1) + 1/2) of the elements x of a vector.
  mlir::Value multiplyHigh(mlir::Value value, int64_t multiplier);
  mlir::Value multiply(mlir::Value value, int64_t factor);
  /// Reduces numbers into `target`.
  RangedVector reduceTo(const RangedVector &number, int64_t modulus,
                        const IntegerRange &target);
  /// Returns (a - b) factor, whose operands are reduced first where it would
  /// not fit.
  RangedVector scaleDifference(RangedVector a, const RangedVector &b,
                               int64_t factor, int64_t modulus);

  KernelBuilder &b;
};

} // namespace wino

#endif // WINO_LIB_CONVERSION_WINOTOVECTOR_RESIDUECODE_H
