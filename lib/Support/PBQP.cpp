//===- PBQP.cpp - Partitioned boolean quadratic problems ------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Support/PBQP.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include <algorithm>
#include <cassert>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <tuple>

using namespace wino;
using llvm::ArrayRef;

static constexpr double kInfinity = std::numeric_limits<double>::infinity();

//===----------------------------------------------------------------------===//
// The problem
//===----------------------------------------------------------------------===//

unsigned PBQP::addNode(std::vector<double> costs) {
  assert(!costs.empty() && "a node needs a choice");
  nodes.push_back(std::move(costs));
  return nodes.size() - 1;
}

void PBQP::addEdge(unsigned rowNode, unsigned colNode, CostMatrix costs) {
  assert(rowNode != colNode && "an edge joins two nodes");
  assert(costs.getNumRows() == nodes[rowNode].size() &&
         costs.getNumCols() == nodes[colNode].size() &&
         "an edge needs a cost for each pair of choices");
  edges.push_back({rowNode, colNode, std::move(costs)});
}

double PBQP::getCost(ArrayRef<unsigned> choices) const {
  double cost = 0;
  for (auto [costs, choice] : llvm::zip_equal(nodes, choices))
    cost += costs[choice];
  for (const Edge &edge : edges)
    cost += edge.costs(choices[edge.rowNode], choices[edge.colNode]);
  return cost;
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

namespace {

/// An edge from the side of the node that is removed: its rows.
struct Link {
  unsigned neighbor;
  CostMatrix costs;
};

/// An edge whose costs copies of a problem share until one changes them.
struct SharedEdge {
  unsigned rowNode, colNode;
  std::shared_ptr<const CostMatrix> costs;
};

/// A node that is gone, with what it takes to choose once the neighbors that it
/// had then have chosen.
struct RemovedNode {
  unsigned node;
  std::vector<double> costs;
  std::vector<Link> links;
};

/// What is left of a problem, and how to undo what has been reduced. Copies
/// branch off independent problems.
class ReducedProblem {
public:
  explicit ReducedProblem(const PBQP &problem);

  unsigned getNumNodes() const { return byDegree.size(); }
  /// What the removed nodes cost beside their neighbors, and each other node's
  /// cheapest choice. With row and column minima of edges moved into nodes, no
  /// choices cost less.
  double getLowerBound() const;
  /// The product of the numbers of choices.
  double getNumCombinations() const;
  /// The node with most neighbors; of those the one with fewest choices.
  unsigned getBranchNode() const;
  /// The choices of `node` that are not forbidden, by what they cost at least
  /// with the best answer of each neighbor.
  std::vector<unsigned> rankChoices(unsigned node) const;

  /// Removes nodes by R0, RI and RII as long as there are any.
  void reduce();
  /// Decides for `choice` of `node` and removes it.
  void choose(unsigned node, unsigned choice);
  /// Chooses for the removed nodes, the last first, when no node is left.
  void undo(std::vector<unsigned> &choices) const;

private:
  struct Node {
    std::vector<double> costs;
    /// The neighbors, and which edge leads there.
    std::map<unsigned, unsigned> edges;
  };

  CostMatrix takeFrom(unsigned node, unsigned edge) const;
  void addEdge(unsigned rowNode, unsigned colNode, CostMatrix costs);
  /// Sets the costs of an edge, with row and column minima moved into its
  /// nodes; removes it if nothing is left.
  void setCosts(unsigned edge, CostMatrix costs);
  void removeEdge(unsigned edge);
  RemovedNode &remove(unsigned node);
  void setDegree(unsigned node, size_t before);

  std::vector<Node> nodes;
  std::vector<SharedEdge> edges;
  /// The nodes that are left, with their degrees.
  std::set<std::pair<size_t, unsigned>> byDegree;
  std::vector<RemovedNode> removed;
  /// The costs of removed nodes that went to no neighbor.
  double removedCost = 0;
};

} // namespace

ReducedProblem::ReducedProblem(const PBQP &problem) {
  for (unsigned node = 0; node < problem.getNumNodes(); ++node) {
    nodes.push_back({problem.getCosts(node), {}});
    byDegree.insert({0, node});
  }
  for (const PBQP::Edge &edge : problem.getEdges())
    addEdge(edge.rowNode, edge.colNode, edge.costs);
}

double ReducedProblem::getLowerBound() const {
  double bound = removedCost;
  for (auto [degree, node] : byDegree)
    bound += *llvm::min_element(nodes[node].costs);
  return bound;
}

double ReducedProblem::getNumCombinations() const {
  double product = 1;
  for (auto [degree, node] : byDegree)
    product *= double(nodes[node].costs.size());
  return product;
}

unsigned ReducedProblem::getBranchNode() const {
  size_t degree = byDegree.rbegin()->first;
  auto first = byDegree.lower_bound({degree, 0});
  auto least = std::min_element(first, byDegree.end(), [&](auto a, auto b) {
    return nodes[a.second].costs.size() < nodes[b.second].costs.size();
  });
  return least->second;
}

std::vector<unsigned> ReducedProblem::rankChoices(unsigned node) const {
  std::vector<double> costs = nodes[node].costs;
  for (auto [neighbor, edge] : nodes[node].edges) {
    CostMatrix matrix = takeFrom(node, edge);
    for (unsigned row = 0; row < matrix.getNumRows(); ++row) {
      double best = kInfinity;
      for (unsigned col = 0; col < matrix.getNumCols(); ++col)
        best = std::min(best, matrix(row, col) + nodes[neighbor].costs[col]);
      costs[row] += best;
    }
  }
  std::vector<unsigned> ranked;
  for (unsigned choice = 0; choice < costs.size(); ++choice)
    if (costs[choice] != kInfinity)
      ranked.push_back(choice);
  llvm::sort(ranked, [&](unsigned a, unsigned b) {
    return std::tie(costs[a], a) < std::tie(costs[b], b);
  });
  return ranked;
}

/// Returns the costs of `edge` with a row for each choice of `node`.
CostMatrix ReducedProblem::takeFrom(unsigned node, unsigned edge) const {
  const CostMatrix &stored = *edges[edge].costs;
  if (edges[edge].rowNode == node)
    return stored;
  CostMatrix transposed(stored.getNumCols(), stored.getNumRows());
  for (unsigned row = 0; row < transposed.getNumRows(); ++row)
    for (unsigned col = 0; col < transposed.getNumCols(); ++col)
      transposed(row, col) = stored(col, row);
  return transposed;
}

void ReducedProblem::setDegree(unsigned node, size_t before) {
  byDegree.erase({before, node});
  byDegree.insert({nodes[node].edges.size(), node});
}

void ReducedProblem::addEdge(unsigned rowNode, unsigned colNode,
                             CostMatrix costs) {
  auto known = nodes[rowNode].edges.find(colNode);
  if (known == nodes[rowNode].edges.end()) {
    const unsigned edge = edges.size();
    edges.push_back({rowNode, colNode, {}});
    size_t rowDegree = nodes[rowNode].edges.size();
    size_t colDegree = nodes[colNode].edges.size();
    nodes[rowNode].edges[colNode] = edge;
    nodes[colNode].edges[rowNode] = edge;
    setDegree(rowNode, rowDegree);
    setDegree(colNode, colDegree);
    setCosts(edge, std::move(costs));
    return;
  }
  const unsigned edge = known->second;
  CostMatrix sum = *edges[edge].costs;
  const bool isTransposed = edges[edge].rowNode != rowNode;
  for (unsigned row = 0; row < costs.getNumRows(); ++row)
    for (unsigned col = 0; col < costs.getNumCols(); ++col)
      (isTransposed ? sum(col, row) : sum(row, col)) += costs(row, col);
  setCosts(edge, std::move(sum));
}

void ReducedProblem::removeEdge(unsigned edge) {
  const unsigned rowNode = edges[edge].rowNode, colNode = edges[edge].colNode;
  size_t rowDegree = nodes[rowNode].edges.size();
  size_t colDegree = nodes[colNode].edges.size();
  nodes[rowNode].edges.erase(colNode);
  nodes[colNode].edges.erase(rowNode);
  setDegree(rowNode, rowDegree);
  setDegree(colNode, colDegree);
  edges[edge].costs.reset();
}

void ReducedProblem::setCosts(unsigned edge, CostMatrix costs) {
  const unsigned numRows = costs.getNumRows(), numCols = costs.getNumCols();
  /// Moves the minimum of one row or column into the cost of its choice. One
  /// that is forbidden throughout forbids the choice, and leaves zeros.
  auto move = [&](double &choice, unsigned count, auto at) {
    double least = kInfinity;
    for (unsigned i = 0; i < count; ++i)
      least = std::min(least, at(i));
    choice += least;
    for (unsigned i = 0; i < count; ++i)
      at(i) = least == kInfinity ? 0 : at(i) - least;
  };
  for (unsigned row = 0; row < numRows; ++row)
    move(nodes[edges[edge].rowNode].costs[row], numCols,
         [&](unsigned col) -> double & { return costs(row, col); });
  for (unsigned col = 0; col < numCols; ++col)
    move(nodes[edges[edge].colNode].costs[col], numRows,
         [&](unsigned row) -> double & { return costs(row, col); });
  bool isZero = true;
  for (unsigned row = 0; row < numRows; ++row)
    for (unsigned col = 0; col < numCols; ++col)
      isZero &= costs(row, col) == 0;
  edges[edge].costs = std::make_shared<const CostMatrix>(std::move(costs));
  if (isZero)
    removeEdge(edge);
}

RemovedNode &ReducedProblem::remove(unsigned node) {
  RemovedNode gone{node, nodes[node].costs, {}};
  while (!nodes[node].edges.empty()) {
    auto [neighbor, edge] = *nodes[node].edges.begin();
    gone.links.push_back({neighbor, takeFrom(node, edge)});
    removeEdge(edge);
  }
  byDegree.erase({0, node});
  removed.push_back(std::move(gone));
  return removed.back();
}

void ReducedProblem::choose(unsigned node, unsigned choice) {
  RemovedNode &gone = remove(node);
  removedCost += gone.costs[choice];
  for (const Link &link : gone.links)
    for (unsigned col = 0; col < link.costs.getNumCols(); ++col)
      nodes[link.neighbor].costs[col] += link.costs(choice, col);
  for (unsigned other = 0; other < gone.costs.size(); ++other)
    if (other != choice)
      gone.costs[other] = kInfinity;
}

void ReducedProblem::reduce() {
  while (!byDegree.empty() && byDegree.begin()->first <= 2) {
    const RemovedNode &gone = remove(byDegree.begin()->second);
    if (gone.links.empty()) {
      removedCost += *llvm::min_element(gone.costs);
    } else if (gone.links.size() == 1) {
      const CostMatrix &link = gone.links[0].costs;
      std::vector<double> &costs = nodes[gone.links[0].neighbor].costs;
      for (unsigned col = 0; col < link.getNumCols(); ++col) {
        double best = kInfinity;
        for (unsigned row = 0; row < link.getNumRows(); ++row)
          best = std::min(best, gone.costs[row] + link(row, col));
        costs[col] += best;
      }
    } else {
      const CostMatrix &a = gone.links[0].costs, &b = gone.links[1].costs;
      CostMatrix delta(a.getNumCols(), b.getNumCols());
      for (unsigned row = 0; row < delta.getNumRows(); ++row)
        for (unsigned col = 0; col < delta.getNumCols(); ++col) {
          double best = kInfinity;
          for (unsigned choice = 0; choice < gone.costs.size(); ++choice)
            best = std::min(best, gone.costs[choice] + a(choice, row) +
                                      b(choice, col));
          delta(row, col) = best;
        }
      addEdge(gone.links[0].neighbor, gone.links[1].neighbor, std::move(delta));
    }
  }
}

void ReducedProblem::undo(std::vector<unsigned> &choices) const {
  for (const RemovedNode &gone : llvm::reverse(removed)) {
    double best = kInfinity;
    choices[gone.node] = 0;
    for (unsigned choice = 0; choice < gone.costs.size(); ++choice) {
      double cost = gone.costs[choice];
      for (const Link &link : gone.links)
        cost += link.costs(choice, choices[link.neighbor]);
      if (cost < best) {
        best = cost;
        choices[gone.node] = choice;
      }
    }
  }
}

//===----------------------------------------------------------------------===//
// Search
//===----------------------------------------------------------------------===//

namespace {
/// Depth-first branch and bound over what reductions leave.
class CoreSearch {
public:
  CoreSearch(const PBQP &problem, const PBQPLimits &limits)
      : problem(problem), limits(limits) {}

  PBQPSolution run();

private:
  void visit(const ReducedProblem &rest, double bound);
  void record(const ReducedProblem &rest);

  const PBQP &problem;
  const PBQPLimits &limits;
  PBQPSolution best;
  /// The least bound of what has not been visited for want of steps.
  double openBound = kInfinity;
  int64_t numSteps = 0, maxSteps = 0;
};
} // namespace

void CoreSearch::record(const ReducedProblem &rest) {
  std::vector<unsigned> choices(problem.getNumNodes());
  rest.undo(choices);
  double cost = problem.getCost(choices);
  if (cost < best.cost) {
    best.cost = cost;
    best.choices = std::move(choices);
  }
}

void CoreSearch::visit(const ReducedProblem &rest, double bound) {
  if (rest.getNumNodes() == 0)
    return record(rest);
  const unsigned node = rest.getBranchNode();
  for (unsigned choice : rest.rankChoices(node)) {
    if (numSteps++ >= maxSteps) {
      openBound = std::min(openBound, bound);
      return;
    }
    ReducedProblem child = rest;
    child.choose(node, choice);
    child.reduce();
    double childBound = child.getLowerBound();
    if (childBound < best.cost)
      visit(child, childBound);
  }
}

PBQPSolution CoreSearch::run() {
  best.choices.assign(problem.getNumNodes(), 0);
  best.cost = problem.getCost(best.choices);
  ReducedProblem rest(problem);
  rest.reduce();
  const double bound = rest.getLowerBound();
  // A good first answer prunes most of the rest.
  ReducedProblem heuristic = rest;
  bool isExact = true;
  auto decide = [](ReducedProblem &reduced) {
    unsigned node = reduced.getBranchNode();
    std::vector<unsigned> ranked = reduced.rankChoices(node);
    reduced.choose(node, ranked.empty() ? 0 : ranked.front());
    reduced.reduce();
  };
  while (rest.getNumNodes() > limits.maxCoreNodes) {
    decide(rest);
    isExact = false;
  }
  while (heuristic.getNumNodes() > 0)
    decide(heuristic);
  record(heuristic);
  // Each combination is a leaf, and the nodes above them are fewer.
  maxSteps = limits.maxSteps;
  if (rest.getNumCombinations() <= double(limits.maxSteps))
    maxSteps = std::numeric_limits<int64_t>::max();
  if (rest.getLowerBound() < best.cost || !isExact)
    visit(rest, rest.getLowerBound());
  best.lowerBound = best.cost;
  if (!isExact)
    best.lowerBound = std::min(best.cost, bound);
  else if (openBound < best.cost)
    best.lowerBound = std::max(openBound, std::min(bound, best.cost));
  return std::move(best);
}

PBQPSolution wino::solvePBQP(const PBQP &problem, const PBQPLimits &limits) {
  return CoreSearch(problem, limits).run();
}
