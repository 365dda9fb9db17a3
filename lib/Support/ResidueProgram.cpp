//===- ResidueProgram.cpp - Straight-line programs on residues ------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Support/ResidueProgram.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <cassert>

using namespace wino;
using llvm::ArrayRef;
using llvm::DynamicAPInt;
using llvm::SmallVector;

/// The largest modulus whose residues steps in 16 bits can find: for larger ones
/// no reciprocal of 15 bits is precise enough.
static constexpr int64_t kMaxNarrowModulus = 256;

static IntegerRange unite(const IntegerRange &a, const IntegerRange &b) {
  return {std::min(a.min, b.min), std::max(a.max, b.max)};
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

int64_t ReductionStep::apply(int64_t value) const {
  assert(bits <= 32 && "the product fits 64 bits");
  const int64_t half = int64_t(1) << (bits - 2);
  return value - ((value * multiplier + half) >> (bits - 1)) * modulus;
}

IntegerRange ReductionStep::getRange(const IntegerRange &range) const {
  const int64_t min(range.min), max(range.max);
  auto getMultiple = [&](int64_t value) {
    return (value - apply(value)) / modulus;
  };
  constexpr int64_t kMaxJumps = 1 << 16;
  const int64_t first = getMultiple(min), last = getMultiple(max);
  if (last - first > kMaxJumps) {
    // |r| <= |x| |c m / 2^(bits-1) - 1| + m / 2
    const int64_t unit = int64_t(1) << (bits - 1);
    const DynamicAPInt error(std::abs(multiplier * modulus - unit));
    DynamicAPInt bound = floorDiv(range.getMaxAbs() * error +
                                      DynamicAPInt(modulus) *
                                          DynamicAPInt(unit / 2),
                                  DynamicAPInt(unit));
    return IntegerRange::getSymmetric(bound);
  }
  // The multiple q that is subtracted grows with x, and so results are extreme
  // at the ends and where q jumps.
  int64_t least = std::min(apply(min), apply(max));
  int64_t largest = std::max(apply(min), apply(max));
  const int64_t quarter = int64_t(1) << (bits - 2);
  for (int64_t q = first + 1; q <= last; ++q) {
    // The first x with (x c + 2^(bits-2)) / 2^(bits-1) >= q.
    int64_t x = llvm::divideCeilSigned((2 * q - 1) * quarter, multiplier);
    least = std::min(least, x - q * modulus);
    largest = std::max(largest, x - 1 - (q - 1) * modulus);
  }
  return {DynamicAPInt(least), DynamicAPInt(largest)};
}

ReductionStep wino::getReductionStep(const IntegerRange &range, int64_t modulus,
                                     unsigned bits) {
  assert((bits == 16 || bits == 32) &&
         IntegerRange::getSigned(bits).contains(range) && "no such integers");
  const int64_t unit = int64_t(1) << (bits - 1);
  ReductionStep best;
  DynamicAPInt bestBound;
  for (int64_t multiplier : {unit / modulus, unit / modulus + 1}) {
    if (multiplier == 0 || multiplier == unit)
      continue;
    ReductionStep step{modulus, multiplier, bits};
    DynamicAPInt bound = step.getRange(range).getMaxAbs();
    if (best.multiplier == 0 || bound < bestBound) {
      best = step;
      bestBound = bound;
    }
  }
  return best;
}

Reduction wino::getReduction(const IntegerRange &range, int64_t modulus,
                             unsigned bits, const IntegerRange &target) {
  Reduction reduction{{}, range};
  while (!target.contains(reduction.range)) {
    bool isNarrow = modulus <= kMaxNarrowModulus &&
                    (bits == 16 || !reduction.steps.empty()) &&
                    IntegerRange::getSigned(16).contains(reduction.range);
    ReductionStep step =
        getReductionStep(reduction.range, modulus, isNarrow ? 16 : 32);
    reduction.steps.push_back(step);
    IntegerRange reduced = step.getRange(reduction.range);
    assert((reduced.getMaxAbs() < reduction.range.getMaxAbs() ||
            target.contains(reduced)) &&
           "no step reduces the range");
    reduction.range = reduced;
  }
  return reduction;
}

//===----------------------------------------------------------------------===//
// Programs
//===----------------------------------------------------------------------===//

unsigned ResidueProgram::getNumReductions() const {
  return llvm::count_if(
      ops, [](const Op &op) { return std::holds_alternative<Reduce>(op); });
}

SmallVector<int64_t> ResidueProgram::run(ArrayRef<int64_t> inputs) const {
  SmallVector<int64_t> values(inputs);
  for (const Op &op : ops) {
    int64_t result;
    if (const auto *reduce = std::get_if<Reduce>(&op)) {
      result = reduce->step.apply(values[reduce->value]);
    } else {
      const auto &linear = std::get<LinearOp>(op);
      int64_t lhs = values[linear.lhs];
      if (linear.kind == LinearOp::Kind::Mul ||
          linear.kind == LinearOp::Kind::Fma)
        lhs *= int64_t(linear.factor.num);
      int64_t rhs = linear.kind == LinearOp::Kind::Mul ? 0 : values[linear.rhs];
      result = linear.kind == LinearOp::Kind::Sub ? lhs - rhs : lhs + rhs;
    }
    values.push_back(llvm::SignExtend64(result, bits));
  }
  SmallVector<int64_t> results;
  for (std::optional<unsigned> output : outputs)
    results.push_back(output ? values[*output] : 0);
  return results;
}

std::optional<ResidueProgram>
wino::buildExactProgram(const RationalMatrix &matrix, const IntegerRange &input,
                        unsigned bits) {
  // Other values may wrap: sums modulo 2^bits are exact if the results fit.
  RationalMatrix identity(1, 1);
  identity(0, 0) = Rational(1);
  IntegerRange range = getTransformedRange(matrix, identity, input);
  IntegerRange integers = IntegerRange::getSigned(bits);
  if (!integers.contains(range))
    return std::nullopt;
  LinearProgram linear = synthesizeIntegerProgram(matrix);
  ResidueProgram program;
  program.bits = bits;
  program.numInputs = linear.numInputs;
  program.outputs = linear.outputs;
  program.range = range;
  for (LinearOp &op : linear.ops) {
    // A factor beyond the integers would do as what it is modulo 2^bits; none
    // occurs where the results fit.
    if (!integers.contains({op.factor.num, op.factor.num}))
      return std::nullopt;
    program.ops.push_back(op);
  }
  return program;
}

namespace {
/// Executes a program on ranges, and adds reductions where values may not fit.
/// A value is a sum of multiples of the inputs and of results of reductions, so
/// that the bounds of its range are those of independent numbers.
class ReductionPlacer {
public:
  ReductionPlacer(const LinearProgram &linear, const IntegerRange &input,
                  int64_t modulus, unsigned bits)
      : linear(linear), modulus(modulus),
        integers(IntegerRange::getSigned(bits)) {
    program.bits = bits;
    program.numInputs = linear.numInputs;
    for (unsigned i = 0; i < linear.numInputs; ++i)
      addBase(i, input);
  }

  ResidueProgram run();

private:
  /// A value of the linear program.
  struct Value {
    /// Its number in the program with reductions.
    unsigned number;
    /// Multiples of the bases, as many as there were.
    SmallVector<int64_t> form;
    IntegerRange range;
  };

  /// Adds a value that is a base.
  Value makeBase(unsigned number, const IntegerRange &range) {
    bases.push_back(range);
    SmallVector<int64_t> form(bases.size(), 0);
    form.back() = 1;
    return {number, std::move(form), range};
  }
  void addBase(unsigned number, const IntegerRange &range) {
    values.push_back(makeBase(number, range));
  }
  Value getResult(const LinearOp &op) const;
  /// Reduces value `index` by a step; false if that would not shrink its range.
  bool reduce(unsigned index);

  const LinearProgram &linear;
  int64_t modulus;
  IntegerRange integers;
  SmallVector<IntegerRange> bases;
  SmallVector<Value> values;
  ResidueProgram program;
};
} // namespace

ReductionPlacer::Value ReductionPlacer::getResult(const LinearOp &op) const {
  const bool hasFactor =
      op.kind == LinearOp::Kind::Mul || op.kind == LinearOp::Kind::Fma;
  const int64_t lhs = hasFactor ? int64_t(op.factor.num) : 1;
  const int64_t rhs = op.kind == LinearOp::Kind::Mul   ? 0
                      : op.kind == LinearOp::Kind::Sub ? -1
                                                       : 1;
  Value result;
  result.form.assign(bases.size(), 0);
  auto add = [&](const Value &value, int64_t factor) {
    for (auto [base, multiple] : llvm::enumerate(value.form))
      result.form[base] += factor * multiple;
  };
  add(values[op.lhs], lhs);
  if (rhs != 0)
    add(values[op.rhs], rhs);
  result.range = {DynamicAPInt(0), DynamicAPInt(0)};
  for (auto [multiple, base] : llvm::zip_equal(result.form, bases)) {
    DynamicAPInt factor(multiple);
    result.range.min += factor * (multiple < 0 ? base.max : base.min);
    result.range.max += factor * (multiple < 0 ? base.min : base.max);
  }
  return result;
}

bool ReductionPlacer::reduce(unsigned index) {
  const Value &value = values[index];
  ReductionStep step = getReductionStep(value.range, modulus, program.bits);
  IntegerRange range = step.getRange(value.range);
  if (range.getMaxAbs() >= value.range.getMaxAbs())
    return false;
  unsigned number = program.numInputs + program.ops.size();
  program.ops.push_back(ResidueProgram::Reduce{value.number, step});
  values[index] = makeBase(number, range);
  return true;
}

ResidueProgram ReductionPlacer::run() {
  for (LinearOp op : linear.ops) {
    const bool hasRhs = op.kind != LinearOp::Kind::Mul;
    if (op.kind == LinearOp::Kind::Mul || op.kind == LinearOp::Kind::Fma)
      op.factor = Rational(
          DynamicAPInt(reduceCentred(op.factor.num, modulus)), DynamicAPInt(1));
    while (true) {
      Value result = getResult(op);
      if (integers.contains(result.range)) {
        LinearOp numbered = op;
        numbered.lhs = values[op.lhs].number;
        numbered.rhs = hasRhs ? values[op.rhs].number : 0;
        result.number = program.numInputs + program.ops.size();
        program.ops.push_back(numbered);
        values.push_back(std::move(result));
        break;
      }
      // The operand that contributes most first.
      DynamicAPInt lhsBound = values[op.lhs].range.getMaxAbs();
      if (op.kind == LinearOp::Kind::Fma || op.kind == LinearOp::Kind::Mul)
        lhsBound *= abs(op.factor.num);
      unsigned first = op.lhs, second = hasRhs ? op.rhs : op.lhs;
      if (hasRhs && values[op.rhs].range.getMaxAbs() > lhsBound)
        std::swap(first, second);
      bool isReduced = reduce(first) || (second != first && reduce(second));
      assert(isReduced && "products of two residues do not fit");
      (void)isReduced;
    }
  }
  program.range = {DynamicAPInt(0), DynamicAPInt(0)};
  for (std::optional<unsigned> output : linear.outputs) {
    if (!output) {
      program.outputs.push_back(std::nullopt);
      continue;
    }
    program.outputs.push_back(values[*output].number);
    program.range = unite(program.range, values[*output].range);
  }
  return std::move(program);
}

/// Replaces the entries by their centred residues.
static RationalMatrix reduceEntries(RationalMatrix matrix, int64_t modulus) {
  for (unsigned i = 0; i < matrix.getNumRows(); ++i)
    for (unsigned j = 0; j < matrix.getNumCols(); ++j)
      matrix(i, j) =
          Rational(DynamicAPInt(reduceCentred(matrix(i, j).num, modulus)),
                   DynamicAPInt(1));
  return matrix;
}

ResidueProgram wino::buildResidueProgram(const RationalMatrix &matrix,
                                         const IntegerRange &input,
                                         int64_t modulus, unsigned bits) {
  auto build = [&](const RationalMatrix &entries) {
    return ReductionPlacer(synthesizeIntegerProgram(entries), input, modulus,
                           bits)
        .run();
  };
  // Integers may have more common factors, and residues are smaller.
  ResidueProgram integers = build(matrix);
  RationalMatrix reduced = reduceEntries(matrix, modulus);
  if (reduced == matrix)
    return integers;
  ResidueProgram residues = build(reduced);
  // A reduction is two instructions.
  auto getCost = [](const ResidueProgram &program) {
    return program.ops.size() + program.getNumReductions();
  };
  return getCost(residues) < getCost(integers) ? residues : integers;
}

//===----------------------------------------------------------------------===//
// Passes
//===----------------------------------------------------------------------===//

static bool isIdentity(const RationalMatrix &matrix) {
  if (matrix.getNumRows() != matrix.getNumCols())
    return false;
  for (unsigned i = 0; i < matrix.getNumRows(); ++i)
    for (unsigned j = 0; j < matrix.getNumCols(); ++j)
      if (matrix(i, j) != Rational(i == j ? 1 : 0))
        return false;
  return true;
}

double ResiduePasses::getOpsPerLane(int64_t rows, int64_t cols,
                                    unsigned vectorBits) const {
  double ops = 0;
  auto addOps = [&](int64_t count, unsigned bits) {
    ops += double(count) * bits / vectorBits;
  };
  auto addReduction = [&](const Reduction &reduction, int64_t count) {
    for (const ReductionStep &step : reduction.steps)
      addOps(2 * count, step.bits);
  };
  // Adds the ops of a pass, and sets the size of the tile to that of its result.
  auto addPass = [&](const Pass &pass, int64_t &tileRows, int64_t &tileCols) {
    const ResidueProgram &program = pass.program;
    const int64_t count = program.outputs.size();
    int64_t lines = pass.alongRows ? tileCols : tileRows;
    addReduction(pass.before, tileRows * tileCols);
    addOps(lines * (int64_t(program.ops.size()) + program.getNumReductions() +
                    program.numInputs + count),
           program.bits);
    (pass.alongRows ? tileRows : tileCols) = count;
  };
  for (const Pass &pass : shared)
    addPass(pass, rows, cols);
  for (auto [own, reduction] : llvm::zip_equal(perModulus, after)) {
    int64_t ownRows = rows, ownCols = cols;
    for (const Pass &pass : own)
      addPass(pass, ownRows, ownCols);
    addReduction(reduction, ownRows * ownCols);
    addOps(ownRows * ownCols, /*bits=*/16);
  }
  return ops;
}

/// Plans a pass on exact integers of 16 or, if they do not fit, 32 bits.
static std::optional<ResiduePasses::Pass>
planExactPass(bool alongRows, const RationalMatrix &matrix,
              const IntegerRange &input) {
  for (unsigned bits : {16, 32})
    if (IntegerRange::getSigned(bits).contains(input))
      if (std::optional<ResidueProgram> program =
              buildExactProgram(matrix, input, bits))
        return ResiduePasses::Pass{alongRows, std::move(*program), {{}, input}};
  return std::nullopt;
}

ResiduePasses wino::planResiduePasses(ArrayRef<MatrixPair> matrices,
                                      ArrayRef<int64_t> moduli,
                                      const IntegerRange &input,
                                      unsigned inputBits, bool sharesInput,
                                      ArrayRef<IntegerRange> targets) {
  struct Axis {
    bool isRows;
    RationalMatrix MatrixPair::*matrix;
  };
  SmallVector<Axis, 2> axes;
  for (Axis axis : {Axis{true, &MatrixPair::rows}, {false, &MatrixPair::cols}})
    if (!llvm::all_of(matrices, [&](const MatrixPair &pair) {
          return isIdentity(pair.*axis.matrix);
        }))
      axes.push_back(axis);
  // Something has to copy the tile if all are.
  if (axes.empty())
    axes.push_back({true, &MatrixPair::rows});

  ResiduePasses passes;
  passes.inputBits = inputBits;
  IntegerRange range = input;
  unsigned bits = inputBits;
  ArrayRef<Axis> rest = axes;
  while (sharesInput && !rest.empty()) {
    Axis axis = rest.front();
    const RationalMatrix &matrix = matrices.front().*axis.matrix;
    if (!llvm::all_of(matrices, [&](const MatrixPair &pair) {
          return pair.*axis.matrix == matrix;
        }))
      break;
    std::optional<ResiduePasses::Pass> pass =
        planExactPass(axis.isRows, matrix, range);
    if (!pass)
      break;
    range = pass->program.range;
    bits = pass->program.bits;
    passes.shared.push_back(std::move(*pass));
    rest = rest.drop_front();
  }

  for (auto [number, modulus] : llvm::enumerate(moduli)) {
    std::vector<ResiduePasses::Pass> &own = passes.perModulus.emplace_back();
    IntegerRange ownRange = range;
    unsigned ownBits = bits;
    const unsigned passBits = modulus <= kMaxNarrowModulus ? 16 : 32;
    for (Axis axis : rest) {
      Reduction before = getReduction(ownRange, modulus, ownBits,
                                      IntegerRange::getSigned(passBits));
      ResidueProgram program =
          buildResidueProgram(matrices[number].*axis.matrix, before.range,
                              modulus, passBits);
      ownRange = program.range;
      ownBits = passBits;
      own.push_back({axis.isRows, std::move(program), std::move(before)});
    }
    passes.after.push_back(
        getReduction(ownRange, modulus, ownBits, targets[number]));
  }
  return passes;
}
