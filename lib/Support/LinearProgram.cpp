//===- LinearProgram.cpp - Straight-line programs for A x -----------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Support/LinearProgram.h"

#include "llvm/ADT/STLExtras.h"
#include <cassert>

using namespace wino;
using llvm::ArrayRef;
using llvm::SmallVector;

//===----------------------------------------------------------------------===//
// Measures of a program
//===----------------------------------------------------------------------===//

unsigned LinearProgram::getNumAdditions() const {
  return llvm::count_if(
      ops, [](const LinearOp &op) { return op.kind != LinearOp::Kind::Mul; });
}

unsigned LinearProgram::getNumMultiplications() const {
  return llvm::count_if(ops, [](const LinearOp &op) {
    return op.kind == LinearOp::Kind::Mul || op.kind == LinearOp::Kind::Fma;
  });
}

unsigned LinearProgram::getMaxRoundings() const {
  SmallVector<unsigned> roundings(numInputs, 0);
  for (const LinearOp &op : ops) {
    unsigned viaLhs = roundings[op.lhs];
    if (op.kind == LinearOp::Kind::Mul) {
      if (!isPowerOfTwo(op.factor))
        viaLhs += isExactInFloat(op.factor) ? 1 : 2;
      roundings.push_back(viaLhs);
      continue;
    }
    if (op.kind == LinearOp::Kind::Fma && !isExactInFloat(op.factor))
      ++viaLhs;
    roundings.push_back(std::max(viaLhs, roundings[op.rhs]) + 1);
  }
  unsigned result = 0;
  for (std::optional<unsigned> output : outputs)
    if (output)
      result = std::max(result, roundings[*output]);
  return result;
}

RationalMatrix LinearProgram::getMatrix() const {
  // Row v holds value v as a combination of the inputs.
  RationalMatrix values(numInputs + ops.size(), numInputs);
  for (unsigned i = 0; i < numInputs; ++i)
    values(i, i) = Rational(1);
  for (auto [index, op] : llvm::enumerate(ops)) {
    unsigned row = numInputs + index;
    for (unsigned col = 0; col < numInputs; ++col) {
      const Rational &lhs = values(op.lhs, col), &rhs = values(op.rhs, col);
      switch (op.kind) {
      case LinearOp::Kind::Add:
        values(row, col) = lhs + rhs;
        break;
      case LinearOp::Kind::Sub:
        values(row, col) = lhs - rhs;
        break;
      case LinearOp::Kind::Mul:
        values(row, col) = op.factor * lhs;
        break;
      case LinearOp::Kind::Fma:
        values(row, col) = op.factor * lhs + rhs;
        break;
      }
    }
  }
  RationalMatrix result(outputs.size(), numInputs);
  for (auto [row, output] : llvm::enumerate(outputs))
    for (unsigned col = 0; output && col < numInputs; ++col)
      result(row, col) = values(*output, col);
  return result;
}

unsigned wino::getNumAdditions2D(const LinearProgram &rows,
                                 const LinearProgram &cols) {
  // The first pass runs once per input column, the second once per output row
  // of the first.
  return rows.getNumAdditions() * cols.numInputs +
         cols.getNumAdditions() * rows.outputs.size();
}
