//===- ResidueProgramTest.cpp - Straight-line programs on residues --------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Support/ResidueProgram.h"
#include "TransformTester.h"
#include <array>
#include <random>

using namespace wino;
using llvm::ArrayRef;
using llvm::DynamicAPInt;
using llvm::SmallVector;

namespace {

IntegerRange range(int64_t min, int64_t max) {
  return {DynamicAPInt(min), DynamicAPInt(max)};
}

int64_t getResidue(int64_t value, int64_t modulus) {
  return reduceCentred(DynamicAPInt(value), modulus);
}

/// The transform on the points of residue systems.
Transform1D getTransform(int64_t m, int64_t r) {
  return moveFactorsToFilter(build(m, r, getResiduePoints(m, r)));
}

/// Expects that `program` computes `matrix` modulo `modulus` (exactly, if 0),
/// in its range, for extreme and random inputs.
void expectProgram(const ResidueProgram &program, const RationalMatrix &matrix,
                   const IntegerRange &input, int64_t modulus,
                   std::mt19937 &random) {
  const int64_t min(input.min), max(input.max);
  std::uniform_int_distribution<int64_t> distribution(min, max);
  auto check = [&](ArrayRef<int64_t> inputs) {
    SmallVector<int64_t> results = program.run(inputs);
    for (auto [row, result] : llvm::enumerate(results)) {
      DynamicAPInt sum(0);
      for (auto [col, value] : llvm::enumerate(inputs))
        sum += matrix(row, col).num * DynamicAPInt(value);
      if (modulus == 0)
        ASSERT_EQ(sum, DynamicAPInt(result));
      else
        ASSERT_EQ(reduceCentred(sum, modulus), getResidue(result, modulus));
      ASSERT_TRUE(program.range.contains(range(result, result)));
    }
  };
  SmallVector<int64_t> inputs(matrix.getNumCols());
  // What is most extreme for each row, and its opposite.
  for (unsigned row = 0; row < matrix.getNumRows(); ++row)
    for (bool isNegative : {false, true}) {
      for (unsigned col = 0; col < inputs.size(); ++col)
        inputs[col] = (matrix(row, col).num < 0) == isNegative ? max : min;
      check(inputs);
    }
  for (int i = 0; i < 50; ++i) {
    for (int64_t &value : inputs)
      value = i % 2 == 0 ? distribution(random) : random() % 2 ? min : max;
    check(inputs);
  }
}

} // namespace

// Two steps in 16 bits find the centred residue of every integer of 16 bits,
// and the analysis of ranges knows all of what steps leave.
TEST(ResidueProgramTest, ReducesAllNarrowIntegers) {
  const IntegerRange all = IntegerRange::getSigned(16);
  for (int64_t modulus = 2; modulus <= 256; ++modulus) {
    IntegerRange target = getCentredResidues(modulus);
    // A tie of an even modulus may go either way.
    if (modulus % 2 == 0 && modulus < 256)
      target.max += 1;
    Reduction reduction = getReduction(all, modulus, 16, target);
    ASSERT_LE(reduction.steps.size(), 2u) << modulus;
    IntegerRange expected = all;
    for (const ReductionStep &step : reduction.steps)
      expected = step.getRange(expected);
    ASSERT_TRUE(target.contains(expected));
    int64_t least = 0, largest = 0;
    for (int64_t value = -32768; value <= 32767; ++value) {
      int64_t result = value;
      for (const ReductionStep &step : reduction.steps) {
        ASSERT_EQ(step.bits, 16u);
        result = step.apply(result);
      }
      least = std::min(least, result);
      largest = std::max(largest, result);
      if (modulus % 2 != 0)
        ASSERT_EQ(result, getResidue(value, modulus)) << value;
      else
        ASSERT_EQ(getResidue(result, modulus), getResidue(value, modulus));
    }
    EXPECT_EQ(expected, range(least, largest)) << modulus;
  }
}

// In 32 bits results are exact next to all multiples of the modulus and of its
// half that are tried, and never leave the range.
TEST(ResidueProgramTest, ReducesWideIntegers) {
  std::mt19937 random(1);
  for (int64_t modulus : {3, 239, 241, 247, 251, 253, 255, 256, 257, 4001, 4331,
                          32749, 65521, 65535, 65536}) {
    for (int64_t bound : {int64_t(300), int64_t(100'000), int64_t(8'000'000),
                          int64_t(2'147'483'647)}) {
      IntegerRange input = range(-bound, bound);
      IntegerRange target = getCentredResidues(modulus);
      if (modulus % 2 == 0)
        target.max += 1;
      Reduction reduction = getReduction(input, modulus, 32, target);
      SmallVector<IntegerRange> ranges = {input};
      for (const ReductionStep &step : reduction.steps)
        ranges.push_back(step.getRange(ranges.back()));
      std::uniform_int_distribution<int64_t> distribution(-bound, bound);
      for (int i = 0; i < 20000; ++i) {
        int64_t value = distribution(random);
        if (i % 4 != 0)
          value = value / modulus * modulus + modulus / 2 * (i % 2) + i % 3 - 1;
        value = std::clamp(value, -bound, bound);
        int64_t result = value;
        for (auto [step, expected] :
             llvm::zip_equal(reduction.steps, llvm::drop_begin(ranges))) {
          result = step.apply(result);
          ASSERT_TRUE(expected.contains(range(result, result)));
        }
        ASSERT_EQ(getResidue(result, modulus), getResidue(value, modulus));
        ASSERT_TRUE(target.contains(range(result, result)))
            << value << " mod " << modulus << " = " << result;
      }
    }
  }
}

TEST(ResidueProgramTest, StepsAreFew) {
  // Sums of 512 products of residues modulo 251 take one step of 32 bits.
  IntegerRange sums = range(-512 * 125 * 125, 512 * 125 * 125);
  EXPECT_EQ(getReduction(sums, 251, 32, getCentredResidues(251)).steps.size(),
            1u);
  // Any sum takes another, in 16 bits.
  Reduction any = getReduction(IntegerRange::getSigned(32), 251, 32,
                               getCentredResidues(251));
  ASSERT_EQ(any.steps.size(), 2u);
  EXPECT_EQ(any.steps[0].bits, 32u);
  EXPECT_EQ(any.steps[1].bits, 16u);
  // Residues are there.
  EXPECT_TRUE(
      getReduction(getCentredResidues(251), 251, 16, getCentredResidues(251))
          .steps.empty());
}

// Transforms of all sizes that three moduli admit, from elements of i8 and from
// residues.
TEST(ResidueProgramTest, ComputesTransforms) {
  std::mt19937 random(2);
  for (auto [m, r] : {std::pair(2, 3),
                      {4, 3},
                      {6, 3},
                      {7, 3},
                      {10, 3},
                      {14, 3},
                      {4, 5},
                      {8, 5},
                      {12, 5},
                      {3, 7}}) {
    SCOPED_TRACE(std::to_string(m) + ", " + std::to_string(r));
    Transform1D transform = getTransform(m, r);
    for (int64_t modulus : {239, 241, 251, 4001, 4331}) {
      const unsigned bits = modulus <= 256 ? 16 : 32;
      for (const RationalMatrix *matrix : {&transform.at, &transform.bt})
        for (IntegerRange input :
             {IntegerRange::getSigned(8), getCentredResidues(modulus),
              IntegerRange::getSigned(16)}) {
          ResidueProgram program =
              buildResidueProgram(*matrix, input, modulus, bits);
          expectProgram(program, *matrix, input, modulus, random);
        }
    }
  }
}

// Reductions stand where numbers would not fit, and nowhere else.
TEST(ResidueProgramTest, ReducesLazily) {
  Transform1D transform = getTransform(4, 3);
  EXPECT_EQ(buildResidueProgram(transform.at, getCentredResidues(251), 251, 16)
                .getNumReductions(),
            0u);
  EXPECT_EQ(
      buildResidueProgram(transform.at, IntegerRange::getSigned(16), 251, 16)
          .getNumReductions(),
      6u);
  EXPECT_EQ(
      buildResidueProgram(transform.at, IntegerRange::getSigned(16), 251, 32)
          .getNumReductions(),
      0u);
}

TEST(ResidueProgramTest, ExactProgramsFitOrAreNone) {
  std::mt19937 random(3);
  const IntegerRange input = IntegerRange::getSigned(8);
  for (auto [m, r] :
       {std::pair(2, 3), {4, 3}, {6, 3}, {7, 3}, {8, 3}, {10, 3}}) {
    Transform1D transform = getTransform(m, r);
    RationalMatrix one(1, 1);
    one(0, 0) = Rational(1);
    IntegerRange results = getTransformedRange(transform.bt, one, input);
    for (unsigned bits : {16, 32}) {
      std::optional<ResidueProgram> program =
          buildExactProgram(transform.bt, input, bits);
      ASSERT_EQ(program.has_value(),
                IntegerRange::getSigned(bits).contains(results));
      if (program)
        expectProgram(*program, transform.bt, input, 0, random);
    }
  }
}

namespace {
/// A tile, row by row.
using Tile = SmallVector<SmallVector<int64_t>>;

int64_t apply(const Reduction &reduction, int64_t value) {
  for (const ReductionStep &step : reduction.steps)
    value = step.apply(value);
  return value;
}

Tile runPass(const ResiduePasses::Pass &pass, const Tile &tile) {
  const unsigned rows = tile.size(), cols = tile[0].size();
  const unsigned count = pass.program.outputs.size();
  const unsigned lines = pass.alongRows ? cols : rows;
  Tile result(pass.alongRows ? count : rows);
  for (SmallVector<int64_t> &row : result)
    row.resize(pass.alongRows ? cols : count);
  for (unsigned line = 0; line < lines; ++line) {
    SmallVector<int64_t> inputs;
    for (unsigned i = 0; i < pass.program.numInputs; ++i)
      inputs.push_back(
          apply(pass.before, pass.alongRows ? tile[i][line] : tile[line][i]));
    for (auto [i, output] : llvm::enumerate(pass.program.run(inputs)))
      (pass.alongRows ? result[i][line] : result[line][i]) = output;
  }
  return result;
}

/// Returns the results of all moduli for the tiles of all moduli.
SmallVector<Tile> runPasses(const ResiduePasses &passes, ArrayRef<Tile> tiles) {
  SmallVector<Tile> results;
  for (auto [number, own] : llvm::enumerate(passes.perModulus)) {
    Tile tile = tiles[number];
    for (const ResiduePasses::Pass &pass : passes.shared)
      tile = runPass(pass, tile);
    for (const ResiduePasses::Pass &pass : own)
      tile = runPass(pass, tile);
    for (SmallVector<int64_t> &row : tile)
      for (int64_t &value : row)
        value = apply(passes.after[number], value);
    results.push_back(std::move(tile));
  }
  return results;
}
} // namespace

// Tiles of the least and greatest elements, by all passes, are convolved
// exactly, whatever size and moduli.
TEST(ResidueProgramTest, PassesConvolve) {
  std::mt19937 random(4);
  auto draw = [&](unsigned rows, unsigned cols) {
    Tile tile(rows);
    for (SmallVector<int64_t> &row : tile)
      for (unsigned col = 0; col < cols; ++col)
        row.push_back(random() % 4 == 0   ? int64_t(random() % 256) - 128
                      : random() % 2 == 0 ? -128
                                          : 127);
    return tile;
  };
  for (const auto &choice :
       {std::pair<std::array<int64_t, 4>, SmallVector<int64_t>>{
            {2, 2, 3, 3}, {253, 251, 247}},
        {{7, 7, 3, 3}, {251, 241, 239}},
        {{1, 6, 1, 3}, {251, 241, 239}},
        {{4, 2, 3, 5}, {4001, 4331}},
        {{14, 14, 3, 3}, {251, 241, 239}},
        {{2, 2, 2, 2}, {256, 251, 247}},
        {{12, 12, 5, 5}, {239, 241, 251, 233}}}) {
    auto [mRows, mCols, rRows, rCols] = choice.first;
    ArrayRef<int64_t> moduli = choice.second;
    SCOPED_TRACE(std::to_string(mRows) + "x" + std::to_string(mCols));
    Transform1D rows = getTransform(mRows, rRows);
    Transform1D cols = getTransform(mCols, rCols);
    ResidueSystem system = llvm::cantFail(ResidueSystem::get(moduli));
    const size_t count = moduli.size();
    auto plan = [&](RationalMatrix Transform1D::*matrix, bool isOutput) {
      SmallVector<MatrixPair> pairs;
      SmallVector<IntegerRange> targets;
      for (int64_t modulus : moduli) {
        pairs.push_back({llvm::cantFail(reduceModulo(rows, modulus)).*matrix,
                         llvm::cantFail(reduceModulo(cols, modulus)).*matrix});
        if (matrix != &Transform1D::g)
          pairs.back() = {rows.*matrix, cols.*matrix};
        targets.push_back(getCentredResidues(modulus));
      }
      const unsigned bits = isOutput ? 32 : 8;
      return planResiduePasses(pairs, moduli, IntegerRange::getSigned(bits),
                               bits, !isOutput, targets);
    };
    Tile image = draw(mRows + rRows - 1, mCols + rCols - 1);
    Tile filter = draw(rRows, rCols);
    SmallVector<Tile> v = runPasses(plan(&Transform1D::bt, false),
                                    SmallVector<Tile>(count, image));
    SmallVector<Tile> u = runPasses(plan(&Transform1D::g, false),
                                    SmallVector<Tile>(count, filter));
    for (auto [a, b] : llvm::zip_equal(v, u))
      for (auto [rowA, rowB] : llvm::zip_equal(a, b))
        for (auto [x, y] : llvm::zip_equal(rowA, rowB))
          x *= y;
    SmallVector<Tile> y = runPasses(plan(&Transform1D::at, true), v);
    for (int64_t i = 0; i < mRows; ++i)
      for (int64_t j = 0; j < mCols; ++j) {
        int64_t expected = 0;
        for (int64_t p = 0; p < rRows; ++p)
          for (int64_t q = 0; q < rCols; ++q)
            expected += image[i + p][j + q] * filter[p][q];
        SmallVector<int64_t> residues;
        for (const Tile &tile : y)
          residues.push_back(tile[i][j]);
        ASSERT_EQ(system.fromDigits(system.getDigits(residues)), expected);
      }
  }
}

// The input transform of F(6, 3) is exact in 16, then in 32 bits, and all
// moduli share it; that of F(14, 3) is not, and none share the output's.
TEST(ResidueProgramTest, SharesExactPasses) {
  const int64_t moduli[] = {251, 241, 239};
  SmallVector<IntegerRange> targets;
  for (int64_t modulus : moduli)
    targets.push_back(getCentredResidues(modulus));
  auto plan = [&](int64_t m, bool isOutput) {
    Transform1D transform = getTransform(m, 3);
    const RationalMatrix &matrix = isOutput ? transform.at : transform.bt;
    SmallVector<MatrixPair> pairs(3, MatrixPair{matrix, matrix});
    return planResiduePasses(pairs, moduli,
                             IntegerRange::getSigned(isOutput ? 32 : 8),
                             isOutput ? 32 : 8, !isOutput, targets);
  };
  ResiduePasses small = plan(6, /*isOutput=*/false);
  ASSERT_EQ(small.shared.size(), 2u);
  EXPECT_EQ(small.shared[0].program.bits, 16u);
  EXPECT_EQ(small.shared[1].program.bits, 32u);
  EXPECT_TRUE(small.perModulus[0].empty());
  EXPECT_EQ(small.after[0].steps.size(), 1u);
  ResiduePasses large = plan(14, /*isOutput=*/false);
  EXPECT_LE(large.shared.size(), 1u);
  EXPECT_EQ(large.shared.size() + large.perModulus[2].size(), 2u);
  ResiduePasses output = plan(6, /*isOutput=*/true);
  EXPECT_TRUE(output.shared.empty());
  ASSERT_EQ(output.perModulus.size(), 3u);
  EXPECT_EQ(output.perModulus[1].size(), 2u);
  EXPECT_EQ(output.perModulus[1][0].program.bits, 16u);
}
