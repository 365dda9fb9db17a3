//===- SelectionTester.h - Random selection problems ------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_UNITTESTS_SUPPORT_SELECTIONTESTER_H
#define WINO_UNITTESTS_SUPPORT_SELECTIONTESTER_H

#include "Wino/Support/PBQP.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <limits>
#include <random>
#include <utility>

namespace wino::test {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The graphs on which selections are tested.
enum class GraphShape { Chain, Tree, SeriesParallel, Dense };

/// Draws problems from a seed.
class RandomProblems {
public:
  explicit RandomProblems(unsigned seed) : random(seed) {}

  int64_t getInteger(int64_t min, int64_t max) {
    return std::uniform_int_distribution<int64_t>(min, max)(random);
  }
  /// A small whole number, or infinity with probability 1 / `forbidOneIn`; 0
  /// for never.
  double getCost(int64_t forbidOneIn) {
    if (forbidOneIn && getInteger(1, forbidOneIn) == 1)
      return kInfinity;
    return double(getInteger(0, 20));
  }
  CostMatrix getMatrix(unsigned rows, unsigned cols, int64_t forbidOneIn) {
    CostMatrix matrix(rows, cols);
    for (unsigned row = 0; row < rows; ++row)
      for (unsigned col = 0; col < cols; ++col)
        matrix(row, col) = getCost(forbidOneIn);
    return matrix;
  }
  /// The pairs of nodes that a graph of this shape joins.
  std::vector<std::pair<unsigned, unsigned>> getPairs(GraphShape shape,
                                                      unsigned numNodes) {
    std::vector<std::pair<unsigned, unsigned>> pairs;
    auto below = [&](unsigned node) {
      return unsigned(getInteger(0, node - 1));
    };
    switch (shape) {
    case GraphShape::Chain:
      for (unsigned node = 1; node < numNodes; ++node)
        pairs.push_back({node - 1, node});
      break;
    case GraphShape::Tree:
      for (unsigned node = 1; node < numNodes; ++node)
        pairs.push_back({node, below(node)});
      break;
    case GraphShape::SeriesParallel:
      // Each node lies beside or within an edge that is there.
      if (numNodes > 1)
        pairs.push_back({0, 1});
      for (unsigned node = 2; node < numNodes; ++node) {
        size_t edge = size_t(getInteger(0, int64_t(pairs.size()) - 1));
        auto [a, b] = pairs[edge];
        if (getInteger(0, 1))
          pairs.erase(pairs.begin() + int64_t(edge));
        pairs.push_back({a, node});
        pairs.push_back({node, b});
      }
      break;
    case GraphShape::Dense:
      for (unsigned node = 1; node < numNodes; ++node)
        for (unsigned other = 0; other < node; ++other)
          if (getInteger(0, 3))
            pairs.push_back({other, node});
      break;
    }
    return pairs;
  }

private:
  std::mt19937 random;
};

/// Calls `visit` with each combination of choices.
inline void
forEachCombination(llvm::ArrayRef<size_t> numChoices,
                   llvm::function_ref<void(llvm::ArrayRef<unsigned>)> visit) {
  std::vector<unsigned> choices(numChoices.size(), 0);
  while (true) {
    visit(choices);
    size_t node = 0;
    while (node < choices.size() && ++choices[node] == numChoices[node])
      choices[node++] = 0;
    if (node == choices.size())
      return;
  }
}

} // namespace wino::test

#endif // WINO_UNITTESTS_SUPPORT_SELECTIONTESTER_H
