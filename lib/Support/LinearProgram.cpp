//===- LinearProgram.cpp - Straight-line programs for A x -----------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Support/LinearProgram.h"

#include "llvm/ADT/STLExtras.h"
#include <cmath>

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

/// Returns what each value is as a combination of the inputs, in double.
static SmallVector<SmallVector<double>>
getValueVectors(const LinearProgram &program, ArrayRef<double> factors) {
  SmallVector<SmallVector<double>> vectors;
  for (unsigned i = 0; i < program.numInputs; ++i) {
    vectors.emplace_back(program.numInputs, 0.0);
    vectors.back()[i] = 1.0;
  }
  for (auto [op, factor] : llvm::zip(program.ops, factors)) {
    SmallVector<double> vector(program.numInputs);
    for (unsigned i = 0; i < program.numInputs; ++i) {
      double lhs = vectors[op.lhs][i];
      double rhs = op.kind == LinearOp::Kind::Mul ? 0.0 : vectors[op.rhs][i];
      vector[i] = factor * lhs + (op.kind == LinearOp::Kind::Sub ? -rhs : rhs);
    }
    vectors.push_back(std::move(vector));
  }
  return vectors;
}

/// Returns the sum of squares of a vector.
static double getSquare(ArrayRef<double> vector) {
  double sum = 0;
  for (double element : vector)
    sum += element * element;
  return sum;
}

double LinearProgram::getExpectedError() const {
  SmallVector<double> factors;
  for (const LinearOp &op : ops) {
    bool hasFactor =
        op.kind == LinearOp::Kind::Mul || op.kind == LinearOp::Kind::Fma;
    factors.push_back(hasFactor ? toDouble(op.factor) : 1.0);
  }
  SmallVector<SmallVector<double>> vectors = getValueVectors(*this, factors);

  // The variance that each operation's roundings add to its result.
  SmallVector<double> added;
  for (auto [index, op] : llvm::enumerate(ops)) {
    double variance = getSquare(vectors[numInputs + index]);
    if (op.kind == LinearOp::Kind::Mul && isPowerOfTwo(op.factor))
      variance = 0;
    if (!isExactInFloat(op.factor))
      variance += factors[index] * factors[index] * getSquare(vectors[op.lhs]);
    added.push_back(variance);
  }

  double sum = 0;
  unsigned numOutputs = 0;
  for (std::optional<unsigned> output : outputs) {
    if (!output)
      continue;
    // The derivatives of the output, by the values in reverse.
    SmallVector<double> derivatives(numInputs + ops.size(), 0.0);
    derivatives[*output] = 1.0;
    double error = 0;
    for (size_t i = ops.size(); i-- > 0;) {
      double derivative = derivatives[numInputs + i];
      error += derivative * derivative * added[i];
      derivatives[ops[i].lhs] += derivative * factors[i];
      if (ops[i].kind != LinearOp::Kind::Mul)
        derivatives[ops[i].rhs] +=
            ops[i].kind == LinearOp::Kind::Sub ? -derivative : derivative;
    }
    sum += error / getSquare(vectors[*output]);
    ++numOutputs;
  }
  return numOutputs == 0 ? 0.0 : std::sqrt(sum / numOutputs);
}

/// Executes a program on the unit vectors; with absolute values if
/// `isAbsolute`.
static RationalMatrix execute(const LinearProgram &program, bool isAbsolute) {
  // Row v holds value v as a combination of the inputs.
  unsigned numInputs = program.numInputs;
  RationalMatrix values(numInputs + program.ops.size(), numInputs);
  for (unsigned i = 0; i < numInputs; ++i)
    values(i, i) = Rational(1);
  for (auto [index, op] : llvm::enumerate(program.ops)) {
    bool hasFactor =
        op.kind == LinearOp::Kind::Mul || op.kind == LinearOp::Kind::Fma;
    Rational lhs = hasFactor ? op.factor : Rational(1);
    Rational rhs(op.kind == LinearOp::Kind::Mul   ? 0
                 : op.kind == LinearOp::Kind::Sub ? -1
                                                  : 1);
    if (isAbsolute) {
      lhs = absolute(lhs);
      rhs = absolute(rhs);
    }
    for (unsigned col = 0; col < numInputs; ++col)
      values(numInputs + index, col) =
          lhs * values(op.lhs, col) + rhs * values(op.rhs, col);
  }
  RationalMatrix result(program.outputs.size(), numInputs);
  for (auto [row, output] : llvm::enumerate(program.outputs))
    for (unsigned col = 0; output && col < numInputs; ++col)
      result(row, col) = values(*output, col);
  return result;
}

RationalMatrix LinearProgram::getMatrix() const {
  return execute(*this, /*isAbsolute=*/false);
}

RationalMatrix LinearProgram::getAbsoluteMatrix() const {
  return execute(*this, /*isAbsolute=*/true);
}
