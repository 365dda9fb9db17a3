//===- LinearProgramTest.cpp - Straight-line programs for A x -------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Support/LinearProgram.h"
#include "Wino/Support/CookToom.h"
#include "Wino/Support/IntegerTransform.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"
#include <cmath>
#include <limits>
#include <random>

using namespace wino;
using llvm::SmallVector;
using llvm::StringRef;

namespace {

RationalMatrix parseMatrix(std::initializer_list<StringRef> rows) {
  RationalMatrix matrix;
  unsigned i = 0;
  for (StringRef row : rows) {
    SmallVector<StringRef> entries;
    row.split(entries, ' ');
    if (i == 0)
      matrix = RationalMatrix(rows.size(), entries.size());
    for (auto [j, entry] : llvm::enumerate(entries))
      matrix(i, j) = *parseRational(entry);
    ++i;
  }
  return matrix;
}

Transform1D build(int64_t m, int64_t r, StringRef points = "") {
  SmallVector<Point> parsed;
  for (StringRef word : llvm::split(points, ' '))
    if (std::optional<Point> point = parsePoint(word))
      parsed.push_back(*point);
  if (points.empty())
    parsed = getDefaultPoints(m, r);
  return llvm::cantFail(buildCookToom(m, r, parsed));
}

unsigned countProducts(const LinearProgram &program) {
  return llvm::count_if(program.ops, [](const LinearOp &op) {
    return op.kind == LinearOp::Kind::Mul;
  });
}

/// Checks that every operand is defined before its use and that the program
/// computes exactly `matrix`.
void expectComputes(const LinearProgram &program,
                    const RationalMatrix &matrix) {
  ASSERT_EQ(program.numInputs, matrix.getNumCols());
  ASSERT_EQ(program.outputs.size(), matrix.getNumRows());
  for (auto [index, op] : llvm::enumerate(program.ops)) {
    ASSERT_LT(op.lhs, program.numInputs + index);
    if (op.kind != LinearOp::Kind::Mul) {
      ASSERT_LT(op.rhs, program.numInputs + index);
    }
  }
  EXPECT_TRUE(program.getMatrix() == matrix);
}

void expectSynthesizes(const RationalMatrix &matrix) {
  expectComputes(synthesizeProgram(matrix), matrix);
}

TEST(LinearProgramTest, executesEveryKindOfOperation) {
  LinearProgram program;
  program.numInputs = 2;
  using Kind = LinearOp::Kind;
  program.ops = {{Kind::Add, 0, 1, Rational(0)},
                 {Kind::Sub, 0, 1, Rational(0)},
                 {Kind::Mul, 2, 0, Rational(3)},
                 {Kind::Fma, 3, 4, Rational(1, 3)}};
  program.outputs = {2u, 3u, 4u, 5u, std::nullopt, 1u};
  EXPECT_EQ(program.getMatrix(),
            parseMatrix({"1 1", "1 -1", "3 3", "10/3 8/3", "0 0", "0 1"}));
  EXPECT_EQ(program.getNumAdditions(), 3u);
  EXPECT_EQ(program.getNumMultiplications(), 2u);
  // Sum, product, multiply-add.
  EXPECT_EQ(program.getMaxRoundings(), 3u);
  // The same way with an inexact factor counts one more, that of a power of two
  // one less.
  program.ops[3] = {Kind::Fma, 4, 3, Rational(1, 3)};
  EXPECT_EQ(program.getMaxRoundings(), 4u);
  program.ops[2].factor = Rational(1, 4);
  EXPECT_EQ(program.getMaxRoundings(), 3u);
}

TEST(LinearProgramTest, knowsWhatCancels) {
  LinearProgram program;
  program.numInputs = 2;
  using Kind = LinearOp::Kind;
  // (x + y) - y
  program.ops = {{Kind::Add, 0, 1, Rational(0)},
                 {Kind::Sub, 2, 1, Rational(0)}};
  program.outputs = {3u, 2u};
  EXPECT_EQ(program.getMatrix(), parseMatrix({"1 0", "1 1"}));
  EXPECT_EQ(program.getAbsoluteMatrix(), parseMatrix({"1 2", "1 1"}));

  // Programs that may not cancel do not, those that may only add to the bound.
  for (int64_t m = 2; m <= 12; ++m) {
    RationalMatrix bt = build(m, 3).bt;
    RationalMatrix plain = synthesizeProgram(bt, 0.0).getAbsoluteMatrix();
    RationalMatrix any = synthesizeProgram(bt).getAbsoluteMatrix();
    for (unsigned i = 0; i < bt.getNumRows(); ++i)
      for (unsigned j = 0; j < bt.getNumCols(); ++j) {
        EXPECT_EQ(plain(i, j), absolute(bt(i, j)));
        EXPECT_GE(any(i, j), absolute(bt(i, j)));
      }
  }
}

TEST(LinearProgramTest, handlesDegenerateMatrices) {
  expectSynthesizes(RationalMatrix(0, 3));
  expectSynthesizes(RationalMatrix(3, 0));
  expectSynthesizes(parseMatrix({"0 0", "0 0"}));
  LinearProgram identity = synthesizeProgram(parseMatrix({"1 0", "0 1"}));
  EXPECT_TRUE(identity.ops.empty());
  EXPECT_EQ(identity.outputs[1], 1u);
  LinearProgram withZero = synthesizeProgram(parseMatrix({"0 0", "2 1"}));
  EXPECT_EQ(withZero.outputs[0], std::nullopt);
  EXPECT_EQ(withZero.ops.size(), 1u);
}

TEST(LinearProgramTest, sharesRowsThatAreMultiples) {
  RationalMatrix matrix =
      parseMatrix({"1 2 3", "1 2 3", "-2 -4 -6", "1/3 2/3 1"});
  LinearProgram program = synthesizeProgram(matrix);
  expectComputes(program, matrix);
  EXPECT_EQ(program.getNumAdditions(), 2u);
  EXPECT_EQ(program.outputs[0], program.outputs[1]);
}

TEST(LinearProgramTest, foldsConstantsIntoMultiplyAdds) {
  RationalMatrix matrix = parseMatrix({"4 0 -5 0 1", "-2 1 0 7/3 0"});
  LinearProgram program = synthesizeProgram(matrix);
  expectComputes(program, matrix);
  EXPECT_EQ(program.getNumAdditions(), 4u);
  EXPECT_EQ(countProducts(program), 0u);
}

TEST(LinearProgramTest, splitsEvenAndOdd) {
  RationalMatrix matrix = parseMatrix({"1 2 4 8 16 32", "1 -2 4 -8 16 -32"});
  LinearProgram program = synthesizeProgram(matrix);
  expectComputes(program, matrix);
  EXPECT_EQ(program.getNumAdditions(), 6u);
  EXPECT_EQ(countProducts(program), 0u);
}

TEST(LinearProgramTest, computesEveryDefaultTransform) {
  for (int64_t m = 1; m <= 20; ++m)
    for (int64_t r = 1; m + r - 1 <= 20; ++r) {
      Transform1D transform = build(m, r);
      SCOPED_TRACE("F(" + std::to_string(m) + ", " + std::to_string(r) + ")");
      // B^T does not depend on how alpha is split.
      if (r == 1)
        expectSynthesizes(transform.bt);
      expectSynthesizes(transform.g);
      expectSynthesizes(transform.at);
    }
}

TEST(LinearProgramTest, computesTransformsOfHugeEntries) {
  Transform1D transform =
      build(3, 3, "123456789123456789/7 -98765432198765432198/3 0 inf 1");
  expectSynthesizes(transform.bt);
  expectSynthesizes(transform.g);
  expectSynthesizes(transform.at);
}

TEST(LinearProgramTest, computesRandomMatrices) {
  std::mt19937 random(3);
  auto pick = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  for (int trial = 0; trial < 300; ++trial) {
    SCOPED_TRACE(trial);
    RationalMatrix matrix(pick(1, 10), pick(1, 10));
    int range = pick(1, 9), density = pick(1, 10);
    for (unsigned i = 0; i < matrix.getNumRows(); ++i)
      for (unsigned j = 0; j < matrix.getNumCols(); ++j)
        if (pick(1, 10) <= density)
          matrix(i, j) = Rational(pick(-range, range), pick(1, range));
    expectSynthesizes(matrix);
  }
}

TEST(LinearProgramTest, isDeterministic) {
  Transform1D transform = build(8, 3);
  LinearProgram first = synthesizeProgram(transform.bt);
  for (int i = 0; i < 3; ++i) {
    LinearProgram again = synthesizeProgram(transform.bt);
    ASSERT_EQ(again.ops.size(), first.ops.size());
    for (auto [a, b] : llvm::zip(first.ops, again.ops)) {
      EXPECT_EQ(a.kind, b.kind);
      EXPECT_EQ(a.lhs, b.lhs);
      EXPECT_EQ(a.rhs, b.rhs);
      EXPECT_EQ(a.factor, b.factor);
    }
  }
}

/// Additions of the 2-D transform that applies `rows` to every column and then
/// `cols` to every row of the result, i.e. nested 1-D programs.
unsigned getNumAdditions2D(const LinearProgram &rows,
                           const LinearProgram &cols) {
  return rows.getNumAdditions() * cols.numInputs +
         cols.getNumAdditions() * rows.outputs.size();
}

/// The additions of the three nested transforms of F(m x m, r x r).
unsigned countAdditions2D(const Transform1D &transform) {
  unsigned sum = 0;
  for (const RationalMatrix *matrix :
       {&transform.bt, &transform.g, &transform.at}) {
    LinearProgram program = synthesizeProgram(*matrix);
    sum += getNumAdditions2D(program, program);
  }
  return sum;
}

TEST(LinearProgramTest, countsNestedAdditions) {
  LinearProgram rows = synthesizeProgram(parseMatrix({"1 1 1", "1 2 0"}));
  LinearProgram cols = synthesizeProgram(parseMatrix({"1 1 1 1"}));
  EXPECT_EQ(getNumAdditions2D(rows, cols), 3u * 4u + 3u * 2u);
}

// Lavin & Gray (arXiv 1509.09308) need 328 and 839 additions; 289 and 752 are
// the fewest published.
TEST(LinearProgramTest, needsNoMoreAdditionsThanPublishedPrograms) {
  EXPECT_LE(countAdditions2D(build(4, 3, "0 1 -1 2 -2 inf")), 289u);
  EXPECT_LE(countAdditions2D(build(6, 3, "0 1 -1 2 -2 1/2 -1/2 inf")), 752u);
}

TEST(LinearProgramTest, factorsOutPointsWithoutPartner) {
  // At most these additions for B^T of F(m, 3), m = 2 .. 8; a pair of opposite
  // points alone shares less.
  const unsigned limits[] = {4, 8, 14, 21, 24, 35, 44};
  for (auto [index, limit] : llvm::enumerate(limits)) {
    RationalMatrix bt = build(2 + index, 3).bt;
    EXPECT_LE(synthesizeProgram(bt).getNumAdditions(), limit);
  }
}

TEST(LinearProgramTest, tradesAdditionsForErrorOnlyWithinTheLimit) {
  for (int64_t alpha = 3; alpha <= 16; ++alpha) {
    RationalMatrix bt = build(alpha, 1).bt;
    LinearProgram plain = synthesizeProgram(bt, /*maxErrorGrowth=*/0.0);
    LinearProgram limited = synthesizeProgram(bt, /*maxErrorGrowth=*/1.2);
    LinearProgram exact = synthesizeProgram(
        bt, /*maxErrorGrowth=*/std::numeric_limits<double>::infinity());
    expectComputes(plain, bt);
    expectComputes(limited, bt);
    expectComputes(exact, bt);
    EXPECT_LE(limited.getExpectedError(), 1.2 * plain.getExpectedError());
    EXPECT_LE(limited.ops.size(), plain.ops.size());
    EXPECT_LE(exact.ops.size(), limited.ops.size());
  }
  // With the default points of F(10, 3) all of this happens.
  RationalMatrix bt = build(10, 3).bt;
  EXPECT_LT(synthesizeProgram(bt).ops.size(),
            synthesizeProgram(bt, 1.2).ops.size());
}

TEST(LinearProgramTest, expectsErrorsOfRoundings) {
  // One addition rounds its result once.
  LinearProgram sum = synthesizeProgram(parseMatrix({"1 1"}));
  EXPECT_DOUBLE_EQ(sum.getExpectedError(), 1.0);
  // The first of two has two thirds of the variance of the second.
  sum = synthesizeProgram(parseMatrix({"1 1 1"}));
  EXPECT_DOUBLE_EQ(sum.getExpectedError(), std::sqrt(1.0 + 2.0 / 3.0));
  // A power of two adds nothing, another constant its own rounding.
  LinearProgram product = synthesizeProgram(parseMatrix({"4"}));
  EXPECT_DOUBLE_EQ(product.getExpectedError(), 0.0);
  product = synthesizeProgram(parseMatrix({"1/3"}));
  EXPECT_DOUBLE_EQ(product.getExpectedError(), std::sqrt(2.0));
}

TEST(LinearProgramTest, reportsCountsOfDefaultPoints) {
  for (int64_t m = 2; m <= 8; ++m) {
    Transform1D transform = build(m, 3);
    std::string line = "F(" + std::to_string(m) + ", 3):";
    const std::pair<const char *, const RationalMatrix *> matrices[] = {
        {"B^T", &transform.bt}, {"G", &transform.g}, {"A^T", &transform.at}};
    for (auto [name, matrix] : matrices) {
      LinearProgram program = synthesizeProgram(*matrix);
      line += llvm::formatv(" {0} {1} additions + {2} products,", name,
                            program.getNumAdditions(), countProducts(program));
      // The transforms of every tile need no standalone products to speak of.
      if (matrix != &transform.g) {
        EXPECT_LE(countProducts(program), 3u);
      }
    }
    llvm::outs() << line << " 2-D " << countAdditions2D(transform)
                 << " additions\n";
  }
}

/// Checks that the program for a matrix of integers has no fractions, and
/// returns how many more operations it has than the one that may.
int64_t expectSynthesizesIntegers(const RationalMatrix &matrix) {
  LinearProgram program = synthesizeIntegerProgram(matrix);
  expectComputes(program, matrix);
  for (const LinearOp &op : program.ops)
    EXPECT_EQ(op.factor.den, 1);
  int64_t numRationalOps =
      synthesizeProgram(matrix, std::numeric_limits<double>::infinity())
          .ops.size();
  return static_cast<int64_t>(program.ops.size()) - numRationalOps;
}

TEST(LinearProgramTest, synthesizesIntegerTransforms) {
  for (int64_t m = 1; m <= 8; ++m)
    for (int64_t r = 1; m + r - 1 <= 9; ++r) {
      IntegerTransform integer = scaleToIntegers(build(m, r));
      IntegerTransform moved = moveOutputFactorsToFilter(integer);
      for (const RationalMatrix *matrix :
           {&integer.matrices.at, &integer.matrices.g, &integer.matrices.bt,
            &moved.matrices.at, &moved.matrices.g})
        EXPECT_LE(expectSynthesizesIntegers(*matrix), 8)
            << "F(" << m << ", " << r << ")";
    }
}

TEST(LinearProgramTest, synthesizesRandomIntegerMatrices) {
  std::mt19937 random(11);
  for (unsigned trial = 0; trial < 200; ++trial) {
    unsigned numRows = 1 + random() % 6, numCols = 1 + random() % 6;
    RationalMatrix matrix(numRows, numCols);
    for (unsigned i = 0; i < numRows; ++i)
      for (unsigned j = 0; j < numCols; ++j)
        matrix(i, j) = Rational(static_cast<int64_t>(random() % 13) - 6);
    expectSynthesizesIntegers(matrix);
  }
}

} // namespace
