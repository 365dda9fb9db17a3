//===- TileProgram.cpp - Straight-line programs for L X R^T ---------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Support/TileProgram.h"

#include "llvm/ADT/STLExtras.h"
#include <cassert>
#include <cmath>
#include <type_traits>

using namespace wino;
using llvm::ArrayRef;

/// Whether `program` passes its inputs on as its outputs.
static bool isIdentity(const LinearProgram &program) {
  if (!program.ops.empty() || program.outputs.size() != program.numInputs)
    return false;
  for (auto [number, output] : llvm::enumerate(program.outputs))
    if (output != number)
      return false;
  return true;
}

TileProgram::TileProgram(const RationalMatrix &left,
                         const RationalMatrix &right, bool isInteger)
    : rowsIn(left.getNumCols()), colsIn(right.getNumCols()),
      rowsOut(left.getNumRows()), colsOut(right.getNumRows()) {
  auto synthesize = [&](const RationalMatrix &matrix) {
    return isInteger ? synthesizeIntegerProgram(matrix)
                     : synthesizeProgram(matrix);
  };
  LinearProgram rows = synthesize(left);
  LinearProgram cols = synthesize(right);
  auto getCost = [](const LinearProgram &program) -> int64_t {
    return program.ops.size();
  };
  bool rowsFirst = colsIn * getCost(rows) + rowsOut * getCost(cols) <=
                   rowsIn * getCost(cols) + colsOut * getCost(rows);
  bool rowsTrivial = isIdentity(rows), colsTrivial = isIdentity(cols);

  midRows = rowsFirst ? rowsOut : rowsIn;
  midCols = rowsFirst ? colsIn : colsOut;
  Pass rowPass = {std::move(rows), /*alongRows=*/true,
                  rowsFirst ? colsIn : colsOut};
  Pass colPass = {std::move(cols), /*alongRows=*/false,
                  rowsFirst ? rowsOut : rowsIn};
  // Something has to copy the tile if both are trivial.
  if (rowsTrivial && !colsTrivial)
    passes = {std::move(colPass)};
  else if (colsTrivial)
    passes = {std::move(rowPass)};
  else if (rowsFirst)
    passes = {std::move(rowPass), std::move(colPass)};
  else
    passes = {std::move(colPass), std::move(rowPass)};
}

//===----------------------------------------------------------------------===//
// Execution
//===----------------------------------------------------------------------===//

/// factor * lhs + rhs, rounded once.
template <typename T>
static T multiplyAdd(T factor, T lhs, T rhs) {
  if constexpr (std::is_integral_v<T>)
    return static_cast<T>(factor * lhs + rhs);
  else
    return std::fma(factor, lhs, rhs);
}

/// Executes a program on one line of a tile. `factors` are those of its
/// operations.
template <typename T>
static std::vector<T> execute(const LinearProgram &program, ArrayRef<T> factors,
                              std::vector<T> values) {
  for (auto [op, factor] : llvm::zip_equal(program.ops, factors)) {
    T lhs = values[op.lhs];
    switch (op.kind) {
    case LinearOp::Kind::Add:
      values.push_back(static_cast<T>(lhs + values[op.rhs]));
      break;
    case LinearOp::Kind::Sub:
      values.push_back(static_cast<T>(lhs - values[op.rhs]));
      break;
    case LinearOp::Kind::Mul:
      values.push_back(static_cast<T>(factor * lhs));
      break;
    case LinearOp::Kind::Fma:
      values.push_back(multiplyAdd(factor, lhs, values[op.rhs]));
      break;
    }
  }
  std::vector<T> outputs;
  for (std::optional<unsigned> output : program.outputs)
    outputs.push_back(output ? values[*output] : T(0));
  return outputs;
}

template <typename T>
static std::vector<T> execute(const TileProgram &program, ArrayRef<T> tile) {
  assert(static_cast<int64_t>(tile.size()) == program.rowsIn * program.colsIn);
  std::vector<T> current(tile);
  int64_t cols = program.colsIn;
  for (const TileProgram::Pass &pass : program.passes) {
    const int64_t taps = pass.program.numInputs;
    const int64_t results = pass.program.outputs.size();
    const int64_t nextCols = pass.alongRows ? cols : results;
    std::vector<T> next(results * pass.numLines);
    std::vector<T> factors;
    for (const LinearOp &op : pass.program.ops)
      factors.push_back(static_cast<T>(toDouble(op.factor)));
    for (int64_t line = 0; line < pass.numLines; ++line) {
      std::vector<T> inputs;
      for (int64_t tap = 0; tap < taps; ++tap)
        inputs.push_back(pass.alongRows ? current[tap * cols + line]
                                        : current[line * cols + tap]);
      std::vector<T> outputs =
          execute<T>(pass.program, factors, std::move(inputs));
      for (int64_t tap = 0; tap < results; ++tap)
        next[pass.alongRows ? tap * nextCols + line : line * nextCols + tap] =
            outputs[tap];
    }
    current = std::move(next);
    cols = nextCols;
  }
  return current;
}

std::vector<float> TileProgram::apply(ArrayRef<float> tile) const {
  return execute(*this, tile);
}
std::vector<double> TileProgram::apply(ArrayRef<double> tile) const {
  return execute(*this, tile);
}
std::vector<int16_t> TileProgram::apply(ArrayRef<int16_t> tile) const {
  return execute(*this, tile);
}
