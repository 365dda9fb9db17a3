//===- BudgetedSelectionTest.cpp - Tests of selection within budgets ------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Support/BudgetedSelection.h"

#include "SelectionTester.h"
#include "gtest/gtest.h"

using namespace wino;
using namespace wino::test;

namespace {

SelectionProblem makeProblem(RandomProblems &random, GraphShape shape,
                             unsigned numLayers, unsigned maxCandidates,
                             int64_t forbidOneIn) {
  SelectionProblem problem;
  for (unsigned layer = 0; layer < numLayers; ++layer) {
    std::vector<SelectionCandidate> candidates(
        size_t(random.getInteger(1, maxCandidates)));
    for (SelectionCandidate &candidate : candidates)
      candidate = {random.getCost(forbidOneIn),
                   double(random.getInteger(0, 100)), random.getInteger(0, 30),
                   random.getInteger(0, 40)};
    problem.layers.push_back(std::move(candidates));
  }
  for (auto [a, b] : random.getPairs(shape, numLayers))
    problem.edges.push_back(
        {a, b,
         random.getMatrix(problem.layers[a].size(), problem.layers[b].size(),
                          forbidOneIn)});
  return problem;
}

/// What brute force finds.
struct Truth {
  double leastCost = kInfinity;
  int64_t leastBytes = std::numeric_limits<int64_t>::max();
};

struct Totals {
  double cost = 0, error = 0;
  int64_t bytes = 0;
};

Totals getTotals(const SelectionProblem &problem,
                 llvm::ArrayRef<unsigned> choices) {
  Totals totals;
  int64_t scratch = 0;
  for (size_t layer = 0; layer < choices.size(); ++layer) {
    const SelectionCandidate &candidate = problem.layers[layer][choices[layer]];
    totals.cost += candidate.cost;
    totals.error = std::max(totals.error, candidate.error);
    totals.bytes += candidate.heldBytes;
    scratch = std::max(scratch, candidate.scratchBytes);
  }
  totals.bytes += scratch;
  for (const PBQP::Edge &edge : problem.edges)
    totals.cost += edge.costs(choices[edge.rowNode], choices[edge.colNode]);
  return totals;
}

Truth getTruth(const SelectionProblem &problem) {
  std::vector<size_t> numChoices;
  for (const auto &candidates : problem.layers)
    numChoices.push_back(candidates.size());
  Truth truth;
  forEachCombination(numChoices, [&](llvm::ArrayRef<unsigned> choices) {
    Totals totals = getTotals(problem, choices);
    if (totals.cost == kInfinity ||
        (problem.maxError && totals.error > *problem.maxError))
      return;
    truth.leastBytes = std::min(truth.leastBytes, totals.bytes);
    if (!problem.maxBytes || totals.bytes <= *problem.maxBytes)
      truth.leastCost = std::min(truth.leastCost, totals.cost);
  });
  return truth;
}

class BudgetedSelectionRandomTest : public testing::TestWithParam<GraphShape> {
};

TEST_P(BudgetedSelectionRandomTest, EqualsBruteForce) {
  unsigned numFound = 0, numOverMemory = 0, numOverError = 0;
  for (unsigned seed = 0; seed < 400; ++seed) {
    RandomProblems random(seed);
    unsigned numLayers = unsigned(random.getInteger(1, 6));
    SelectionProblem problem = makeProblem(random, GetParam(), numLayers, 5,
                                           random.getInteger(0, 1) * 8);
    if (random.getInteger(0, 2) == 0)
      problem.maxError = double(random.getInteger(20, 90));
    if (random.getInteger(0, 4))
      problem.maxBytes = random.getInteger(10, 22 * int64_t(numLayers) + 20);
    Truth truth = getTruth(problem);
    auto result = selectWithinBudgets(problem);
    if (auto *selection = std::get_if<Selection>(&result)) {
      ++numFound;
      ASSERT_EQ(selection->cost, truth.leastCost) << "seed " << seed;
      ASSERT_TRUE(selection->isOptimal()) << "seed " << seed;
      Totals totals = getTotals(problem, selection->choices);
      ASSERT_EQ(totals.cost, selection->cost);
      ASSERT_EQ(totals.bytes, selection->bytes);
      if (problem.maxError)
        ASSERT_LE(totals.error, *problem.maxError);
      continue;
    }
    ASSERT_EQ(truth.leastCost, kInfinity) << "seed " << seed;
    auto &failure = std::get<SelectionFailure>(result);
    if (failure.kind == SelectionFailure::Kind::Memory) {
      ++numOverMemory;
      ASSERT_EQ(failure.least, double(truth.leastBytes)) << "seed " << seed;
    } else if (failure.kind == SelectionFailure::Kind::Error) {
      ++numOverError;
      ASSERT_GT(failure.least, *problem.maxError);
    } else {
      ASSERT_EQ(failure.kind, SelectionFailure::Kind::Conflict);
    }
  }
  EXPECT_GT(numFound, 100u);
  EXPECT_GT(numOverMemory, 10u);
  EXPECT_GT(numOverError, 10u);
}

TEST_P(BudgetedSelectionRandomTest, LimitsKeepToTheirBound) {
  unsigned numInexact = 0;
  for (unsigned seed = 0; seed < 200; ++seed) {
    RandomProblems random(seed);
    SelectionProblem problem = makeProblem(random, GetParam(), 6, 4, 0);
    problem.maxBytes = random.getInteger(60, 110);
    SelectionLimits limits;
    limits.maxLayerVisits = random.getInteger(0, 60);
    Truth truth = getTruth(problem);
    auto result = selectWithinBudgets(problem, limits);
    auto *selection = std::get_if<Selection>(&result);
    // Whether there is a selection does not depend on the limit.
    ASSERT_EQ(selection != nullptr, truth.leastCost != kInfinity)
        << "seed " << seed;
    if (!selection)
      continue;
    ASSERT_LE(selection->bytes, *problem.maxBytes);
    ASSERT_GE(selection->cost, truth.leastCost) << "seed " << seed;
    ASSERT_LE(selection->lowerBound, truth.leastCost) << "seed " << seed;
    numInexact += !selection->isOptimal();
  }
  EXPECT_GT(numInexact, 0u);
}

INSTANTIATE_TEST_SUITE_P(Shapes, BudgetedSelectionRandomTest,
                         testing::Values(GraphShape::Chain, GraphShape::Tree,
                                         GraphShape::SeriesParallel,
                                         GraphShape::Dense));

TEST(BudgetedSelectionTest, NoLayers) {
  auto result = selectWithinBudgets(SelectionProblem());
  ASSERT_TRUE(std::holds_alternative<Selection>(result));
  EXPECT_EQ(std::get<Selection>(result).cost, 0);
}

TEST(BudgetedSelectionTest, TellsWhichLayerErrs) {
  SelectionProblem problem;
  problem.layers = {{{1, 1e-5}, {2, 1e-7}}, {{1, 1e-2}, {2, 1e-3}}};
  problem.maxError = 1e-4;
  auto result = selectWithinBudgets(problem);
  ASSERT_TRUE(std::holds_alternative<SelectionFailure>(result));
  auto failure = std::get<SelectionFailure>(result);
  EXPECT_EQ(failure.kind, SelectionFailure::Kind::Error);
  EXPECT_EQ(failure.layer, 1u);
  EXPECT_EQ(failure.least, 1e-3);
}

TEST(BudgetedSelectionTest, TellsWhichLayerTakesMemory) {
  SelectionProblem problem;
  problem.layers = {{{1, 0, 100, 50}, {2, 0, 60, 10}},
                    {{1, 0, 300, 20}, {5, 0, 200, 30}}};
  problem.maxBytes = 289;
  auto result = selectWithinBudgets(problem);
  ASSERT_TRUE(std::holds_alternative<SelectionFailure>(result));
  auto failure = std::get<SelectionFailure>(result);
  EXPECT_EQ(failure.kind, SelectionFailure::Kind::Memory);
  EXPECT_EQ(failure.layer, 1u);
  EXPECT_EQ(failure.least, 290);
  EXPECT_EQ(failure.layerBytes, 230);
  problem.maxBytes = 290;
  result = selectWithinBudgets(problem);
  ASSERT_TRUE(std::holds_alternative<Selection>(result));
  EXPECT_EQ(std::get<Selection>(result).choices, (std::vector<unsigned>{1, 1}));
}

TEST(BudgetedSelectionTest, SharesScratchMemory) {
  // Once one layer takes 50 bytes of scratch, the other may, too.
  SelectionProblem problem;
  problem.layers = {{{1, 0, 0, 50}, {2, 0, 0, 0}},
                    {{1, 0, 0, 50}, {3, 0, 0, 0}}};
  problem.maxBytes = 50;
  auto result = selectWithinBudgets(problem);
  ASSERT_TRUE(std::holds_alternative<Selection>(result));
  EXPECT_EQ(std::get<Selection>(result).cost, 2);
}

TEST(BudgetedSelectionTest, HugeSizesDoNotWrap) {
  const int64_t huge = std::numeric_limits<int64_t>::max() - 5;
  SelectionProblem problem;
  problem.layers = {{{1, 0, huge, huge}}, {{1, 0, huge, huge}}};
  problem.maxBytes = 1000;
  auto result = selectWithinBudgets(problem);
  ASSERT_TRUE(std::holds_alternative<SelectionFailure>(result));
  EXPECT_EQ(std::get<SelectionFailure>(result).kind,
            SelectionFailure::Kind::Memory);
}

TEST(BudgetedSelectionTest, LargeNetworkWithinAGap) {
  // Sizes as of a network: candidates trade bytes for time.
  RandomProblems random(3);
  SelectionProblem problem;
  int64_t least = 0, most = 0;
  for (unsigned layer = 0; layer < 500; ++layer) {
    std::vector<SelectionCandidate> candidates;
    int64_t weights = random.getInteger(1000, 4000000);
    for (int64_t tile = 1; tile <= 20; ++tile)
      candidates.push_back({double(weights) / double(tile) +
                                double(random.getInteger(0, 100000)),
                            0, weights * tile, random.getInteger(0, 2000000)});
    least += weights;
    most += 20 * weights;
    problem.layers.push_back(std::move(candidates));
  }
  for (auto [a, b] : random.getPairs(GraphShape::SeriesParallel, 500))
    problem.edges.push_back({a, b, random.getMatrix(20, 20, 0)});
  problem.maxBytes = least + (most - least) / 4;
  auto result = selectWithinBudgets(problem);
  ASSERT_TRUE(std::holds_alternative<Selection>(result));
  auto &selection = std::get<Selection>(result);
  EXPECT_LE(selection.bytes, *problem.maxBytes);
  EXPECT_LE(selection.cost - selection.lowerBound, 1e-3 * selection.cost);
}

} // namespace
