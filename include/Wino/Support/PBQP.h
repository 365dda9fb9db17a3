//===- PBQP.h - Partitioned boolean quadratic problems ----------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A partitioned boolean quadratic problem (PBQP) takes one choice for each node
// of a graph so that the sum of the costs of the choices, and of each edge's
// cost for the two choices at its ends, is smallest. The solver removes nodes
// without loss as long as it can:
//
//   R0   a node without edges takes its cheapest choice;
//   RI   a node with one neighbor adds the cost of its best answer to each of
//        the neighbor's choices (on a chain this is dynamic programming);
//   RII  a node with two neighbors does so for each pair of their choices.
//
// Chains, trees and series-parallel graphs end there, exactly. What is left, a
// core in which every node has three neighbors or more, goes to branch and
// bound, which reduces again after each choice.
//
// Scholz and Eckstein, "Register allocation for irregular architectures", LCTES
// 2002; Anderson and Gregg, "Optimal DNN primitive selection with partitioned
// boolean quadratic programming", CGO 2018.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_SUPPORT_PBQP_H
#define WINO_SUPPORT_PBQP_H

#include "llvm/ADT/ArrayRef.h"
#include <cstdint>
#include <vector>

namespace wino {

/// The costs of pairs of choices. Costs are numbers or +infinity, which forbids
/// a pair.
class CostMatrix {
public:
  CostMatrix(unsigned numRows, unsigned numCols)
      : numRows(numRows), numCols(numCols),
        values(size_t(numRows) * numCols, 0) {}

  unsigned getNumRows() const { return numRows; }
  unsigned getNumCols() const { return numCols; }
  double &operator()(unsigned row, unsigned col) {
    return values[size_t(row) * numCols + col];
  }
  double operator()(unsigned row, unsigned col) const {
    return values[size_t(row) * numCols + col];
  }

private:
  unsigned numRows, numCols;
  std::vector<double> values;
};

/// A PBQP. Costs of choices and pairs are numbers or +infinity, which forbids
/// them.
class PBQP {
public:
  struct Edge {
    /// Two different nodes: that of the rows and that of the columns.
    unsigned rowNode, colNode;
    CostMatrix costs;
  };

  /// Adds a node with at least one choice; returns its number, which counts up
  /// from zero.
  unsigned addNode(std::vector<double> costs);
  /// Adds an edge; several between two nodes add up. Costs have a row for each
  /// choice of `rowNode` and a column for each of `colNode`.
  void addEdge(unsigned rowNode, unsigned colNode, CostMatrix costs);

  unsigned getNumNodes() const { return nodes.size(); }
  llvm::ArrayRef<double> getCosts(unsigned node) const { return nodes[node]; }
  llvm::ArrayRef<Edge> getEdges() const { return edges; }
  /// The sum of all costs of `choices`, one of each node.
  double getCost(llvm::ArrayRef<unsigned> choices) const;

private:
  std::vector<std::vector<double>> nodes;
  std::vector<Edge> edges;
};

/// How much work the search of a core may take. Both count, rather than
/// measure, so that the answer depends on the problem alone.
struct PBQPLimits {
  /// Nodes of a core that branch and bound takes on. Of a larger one, nodes are
  /// removed by the heuristic RN, which decides for the choice that looks
  /// cheapest with the best answers of the neighbors.
  unsigned maxCoreNodes = 24;
  /// Partial choices that branch and bound visits. Cores with no more
  /// combinations than this are always solved exactly; larger ones usually are.
  int64_t maxSteps = 4096;
};

/// The answer to a PBQP.
struct PBQPSolution {
  /// A choice for each node.
  std::vector<unsigned> choices;
  /// Their cost; infinite if there is no solution, or none was found.
  double cost;
  /// No choices cost less. Equals `cost` if the solution is proved optimal.
  double lowerBound;

  bool isOptimal() const { return lowerBound == cost; }
};

/// Solves `problem`: exactly, or within the bound that the solution states.
PBQPSolution solvePBQP(const PBQP &problem, const PBQPLimits &limits = {});

} // namespace wino

#endif // WINO_SUPPORT_PBQP_H
