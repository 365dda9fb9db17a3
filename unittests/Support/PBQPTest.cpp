//===- PBQPTest.cpp - Tests of the PBQP solver ----------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Support/PBQP.h"

#include "SelectionTester.h"
#include "gtest/gtest.h"

using namespace wino;
using namespace wino::test;

namespace {

PBQP makeProblem(RandomProblems &random, GraphShape shape, unsigned numNodes,
                 unsigned maxChoices, int64_t forbidOneIn) {
  PBQP problem;
  for (unsigned node = 0; node < numNodes; ++node) {
    std::vector<double> costs(size_t(random.getInteger(1, maxChoices)));
    for (double &cost : costs)
      cost = random.getCost(forbidOneIn);
    problem.addNode(std::move(costs));
  }
  for (auto [a, b] : random.getPairs(shape, numNodes))
    problem.addEdge(a, b,
                    random.getMatrix(problem.getCosts(a).size(),
                                     problem.getCosts(b).size(), forbidOneIn));
  return problem;
}

double getLeastCost(const PBQP &problem) {
  std::vector<size_t> numChoices;
  for (unsigned node = 0; node < problem.getNumNodes(); ++node)
    numChoices.push_back(problem.getCosts(node).size());
  double least = kInfinity;
  forEachCombination(numChoices, [&](llvm::ArrayRef<unsigned> choices) {
    least = std::min(least, problem.getCost(choices));
  });
  return least;
}

TEST(PBQPTest, NoNodes) {
  PBQPSolution solution = solvePBQP(PBQP());
  EXPECT_TRUE(solution.choices.empty());
  EXPECT_EQ(solution.cost, 0);
  EXPECT_TRUE(solution.isOptimal());
}

TEST(PBQPTest, TakesTheCheapestPath) {
  // The cheapest choices, 0 and 0, cost 10 together.
  PBQP problem;
  unsigned a = problem.addNode({1, 4}), b = problem.addNode({1, 2});
  CostMatrix costs(2, 2);
  costs(0, 0) = 10;
  costs(0, 1) = 1;
  problem.addEdge(a, b, costs);
  PBQPSolution solution = solvePBQP(problem);
  EXPECT_EQ(solution.choices, (std::vector<unsigned>{0, 1}));
  EXPECT_EQ(solution.cost, 4);
}

TEST(PBQPTest, AddsUpParallelEdges) {
  PBQP problem;
  unsigned a = problem.addNode({0, 0}), b = problem.addNode({0, 0, 0});
  CostMatrix forward(2, 3), backward(3, 2);
  for (unsigned i = 0; i < 2; ++i)
    for (unsigned j = 0; j < 3; ++j) {
      forward(i, j) = 10 * i + j;
      backward(j, i) = -20.0 * i + (i ? j : 5);
    }
  problem.addEdge(a, b, forward);
  problem.addEdge(b, a, backward);
  PBQPSolution solution = solvePBQP(problem);
  EXPECT_EQ(solution.choices, (std::vector<unsigned>{1, 0}));
  EXPECT_EQ(solution.cost, -10);
}

TEST(PBQPTest, ForbiddenByAllPairs) {
  PBQP problem;
  unsigned a = problem.addNode({0, 0}), b = problem.addNode({0});
  CostMatrix costs(2, 1);
  costs(0, 0) = costs(1, 0) = kInfinity;
  problem.addEdge(a, b, costs);
  PBQPSolution solution = solvePBQP(problem);
  EXPECT_EQ(solution.cost, kInfinity);
  EXPECT_TRUE(solution.isOptimal());
}

class PBQPRandomTest : public testing::TestWithParam<GraphShape> {};

TEST_P(PBQPRandomTest, EqualsBruteForce) {
  for (unsigned seed = 0; seed < 400; ++seed) {
    RandomProblems random(seed);
    unsigned numNodes = unsigned(random.getInteger(1, 7));
    int64_t forbidOneIn = random.getInteger(0, 2) * 4;
    PBQP problem = makeProblem(random, GetParam(), numNodes, 4, forbidOneIn);
    PBQPSolution solution = solvePBQP(problem);
    ASSERT_EQ(solution.cost, getLeastCost(problem)) << "seed " << seed;
    ASSERT_TRUE(solution.isOptimal()) << "seed " << seed;
    if (solution.cost != kInfinity)
      ASSERT_EQ(problem.getCost(solution.choices), solution.cost);
  }
}

TEST_P(PBQPRandomTest, HeuristicsKeepToTheirBound) {
  unsigned numInexact = 0;
  for (unsigned seed = 0; seed < 200; ++seed) {
    RandomProblems random(seed);
    PBQP problem = makeProblem(random, GetParam(), 7, 4, 0);
    PBQPLimits byCore, bySteps;
    byCore.maxCoreNodes = unsigned(random.getInteger(0, 4));
    bySteps.maxSteps = random.getInteger(0, 10);
    double least = getLeastCost(problem);
    for (const PBQPLimits &limits : {byCore, bySteps}) {
      PBQPSolution solution = solvePBQP(problem, limits);
      ASSERT_EQ(problem.getCost(solution.choices), solution.cost);
      ASSERT_GE(solution.cost, least) << "seed " << seed;
      ASSERT_LE(solution.lowerBound, least) << "seed " << seed;
      numInexact += !solution.isOptimal();
    }
  }
  // What reductions solve needs no search.
  EXPECT_EQ(numInexact > 0, GetParam() == GraphShape::Dense);
}

TEST_P(PBQPRandomTest, LargeProblems) {
  RandomProblems random(7);
  const bool isDense = GetParam() == GraphShape::Dense;
  PBQP problem =
      makeProblem(random, GetParam(), isDense ? 60 : 500, isDense ? 8 : 24, 0);
  PBQPSolution solution = solvePBQP(problem);
  EXPECT_EQ(problem.getCost(solution.choices), solution.cost);
  EXPECT_EQ(solution.isOptimal(), !isDense);
  EXPECT_LE(solution.lowerBound, solution.cost);
  PBQPSolution again = solvePBQP(problem);
  EXPECT_EQ(again.choices, solution.choices);
}

INSTANTIATE_TEST_SUITE_P(Shapes, PBQPRandomTest,
                         testing::Values(GraphShape::Chain, GraphShape::Tree,
                                         GraphShape::SeriesParallel,
                                         GraphShape::Dense));

} // namespace
