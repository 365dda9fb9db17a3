//===- BudgetedSelection.cpp - Selection within budgets -------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Support/BudgetedSelection.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <cassert>
#include <limits>
#include <queue>

using namespace wino;
using llvm::ArrayRef;
using llvm::SmallVector;

static constexpr double kInfinity = std::numeric_limits<double>::infinity();
static constexpr int64_t kMaxBytes = std::numeric_limits<int64_t>::max();

/// The sum of two sizes, or the largest size if it is larger than that.
static int64_t addBytes(int64_t a, int64_t b) {
  int64_t sum;
  return llvm::AddOverflow(a, b, sum) ? kMaxBytes : sum;
}

namespace {

/// The bytes that a selection takes.
struct Memory {
  int64_t held = 0, scratch = 0;
  int64_t getTotal() const { return addBytes(held, scratch); }
};

/// A part of the selections: those whose largest scratch memory, and whose held
/// bytes of some layers, lie in ranges. Ranges hold both of their ends.
struct Subspace {
  struct Held {
    unsigned layer;
    int64_t min, max;
  };
  int64_t minScratch, maxScratch;
  SmallVector<Held> held;
  /// What selections of it cost, or take, at least.
  double bound = -kInfinity;
  /// Breaks ties.
  unsigned number = 0;
  /// Where to divide it if it has one size of scratch memory: the bytes of a
  /// layer in a selection within the budget, of which one beyond has more.
  unsigned layer = 0;
  int64_t layerBytes = 0;

  bool contains(unsigned layer, const SelectionCandidate &candidate) const {
    return candidate.scratchBytes <= maxScratch &&
           llvm::all_of(held, [&](const Held &range) {
             return range.layer != layer || (candidate.heldBytes >= range.min &&
                                             candidate.heldBytes <= range.max);
           });
  }
};

struct IsWorse {
  bool operator()(const Subspace &a, const Subspace &b) const {
    return std::tie(a.bound, a.number) > std::tie(b.bound, b.number);
  }
};

/// Selects for one problem.
class Selector {
public:
  Selector(const SelectionProblem &problem, const SelectionLimits &limits)
      : problem(problem), limits(limits) {}

  std::variant<Selection, SelectionFailure> run();

private:
  using Queue = std::priority_queue<Subspace, std::vector<Subspace>, IsWorse>;
  /// What a point of the hull of (held bytes, cost) is.
  struct Point {
    std::vector<unsigned> choices;
    double cost;
    int64_t held;
  };

  bool isAllowed(const SelectionCandidate &candidate) const {
    return candidate.cost != kInfinity &&
           (!problem.maxError || candidate.error <= *problem.maxError);
  }
  std::optional<SelectionFailure> checkLayers() const;
  Subspace getWholeSpace() const;
  Memory getMemory(ArrayRef<unsigned> choices) const;
  double getCost(ArrayRef<unsigned> choices) const;
  PBQPSolution solve(const Subspace &space, double costWeight,
                     double heldWeight);
  Point getPoint(PBQPSolution solution) const;
  bool findSmallest();
  SelectionFailure getMemoryFailure() const;
  void search();
  bool expand(Subspace &space);
  double walkHull(Subspace &space, int64_t budget, Point beyond, Point within);
  void divide(Subspace space, Queue &queue);
  std::pair<int64_t, int64_t> divideScratch(const Subspace &space) const;
  void record(std::vector<unsigned> choices);
  void improve(std::vector<unsigned> &choices) const;
  bool isExhausted() const { return numVisits >= limits.maxLayerVisits; }

  const SelectionProblem &problem;
  const SelectionLimits &limits;
  Selection best;
  bool hasSelection = false;
  /// The selection that takes least memory.
  std::vector<unsigned> smallest;
  /// The least bound of subspaces that were left without a proof.
  double leftBound = kInfinity;
  int64_t numVisits = 0;
  unsigned numSubspaces = 0;
};

} // namespace

//===----------------------------------------------------------------------===//
// Selections
//===----------------------------------------------------------------------===//

std::optional<SelectionFailure> Selector::checkLayers() const {
  for (auto [layer, candidates] : llvm::enumerate(problem.layers)) {
    SelectionFailure failure{SelectionFailure::Kind::Conflict};
    failure.layer = layer;
    failure.least = kInfinity;
    bool isPossible = false;
    for (const SelectionCandidate &candidate : candidates) {
      isPossible |= isAllowed(candidate);
      if (candidate.cost == kInfinity)
        continue;
      failure.kind = SelectionFailure::Kind::Error;
      failure.least = std::min(failure.least, candidate.error);
    }
    if (!isPossible)
      return failure;
  }
  return std::nullopt;
}

Memory Selector::getMemory(ArrayRef<unsigned> choices) const {
  Memory memory;
  for (auto [candidates, choice] : llvm::zip_equal(problem.layers, choices)) {
    memory.held = addBytes(memory.held, candidates[choice].heldBytes);
    memory.scratch = std::max(memory.scratch, candidates[choice].scratchBytes);
  }
  return memory;
}

double Selector::getCost(ArrayRef<unsigned> choices) const {
  double cost = 0;
  for (auto [candidates, choice] : llvm::zip_equal(problem.layers, choices))
    cost += candidates[choice].cost;
  for (const PBQP::Edge &edge : problem.edges)
    cost += edge.costs(choices[edge.rowNode], choices[edge.colNode]);
  return cost;
}

/// Minimizes costs times `costWeight` plus held bytes times `heldWeight`. Edges
/// that cost nothing then keep what they forbid.
PBQPSolution Selector::solve(const Subspace &space, double costWeight,
                             double heldWeight) {
  numVisits += int64_t(problem.layers.size());
  PBQP pbqp;
  for (auto [layer, candidates] : llvm::enumerate(problem.layers)) {
    std::vector<double> costs;
    for (const SelectionCandidate &candidate : candidates)
      costs.push_back(isAllowed(candidate) && space.contains(layer, candidate)
                          ? candidate.cost * costWeight +
                                double(candidate.heldBytes) * heldWeight
                          : kInfinity);
    pbqp.addNode(std::move(costs));
  }
  for (const PBQP::Edge &edge : problem.edges) {
    if (costWeight == 1) {
      pbqp.addEdge(edge.rowNode, edge.colNode, edge.costs);
      continue;
    }
    assert(costWeight == 0 && "costs count or they do not");
    CostMatrix costs = edge.costs;
    for (unsigned row = 0; row < costs.getNumRows(); ++row)
      for (unsigned col = 0; col < costs.getNumCols(); ++col)
        costs(row, col) = costs(row, col) == kInfinity ? kInfinity : 0;
    pbqp.addEdge(edge.rowNode, edge.colNode, std::move(costs));
  }
  return solvePBQP(pbqp, limits.pbqp);
}

Selector::Point Selector::getPoint(PBQPSolution solution) const {
  double cost = getCost(solution.choices);
  int64_t held = getMemory(solution.choices).held;
  return {std::move(solution.choices), cost, held};
}

/// Replaces choices by others that cost less and keep to the budgets, one at a
/// time, until there are none.
void Selector::improve(std::vector<unsigned> &choices) const {
  std::vector<SmallVector<const PBQP::Edge *>> edgesOf(problem.layers.size());
  for (const PBQP::Edge &edge : problem.edges) {
    edgesOf[edge.rowNode].push_back(&edge);
    edgesOf[edge.colNode].push_back(&edge);
  }
  auto getLocalCost = [&](unsigned layer) {
    double cost = problem.layers[layer][choices[layer]].cost;
    for (const PBQP::Edge *edge : edgesOf[layer])
      cost += edge->costs(choices[edge->rowNode], choices[edge->colNode]);
    return cost;
  };
  // Each round makes the selection cheaper; few rounds find most.
  constexpr int kMaxRounds = 4;
  Memory memory = getMemory(choices);
  bool isChanged = true;
  for (int round = 0; round < kMaxRounds && isChanged; ++round) {
    isChanged = false;
    for (unsigned layer = 0; layer < choices.size(); ++layer) {
      ArrayRef<SelectionCandidate> candidates = problem.layers[layer];
      unsigned current = choices[layer], chosen = current;
      double least = getLocalCost(layer);
      const int64_t others = memory.held - candidates[current].heldBytes;
      for (unsigned other = 0; other < candidates.size(); ++other) {
        Memory changed{
            addBytes(others, candidates[other].heldBytes),
            std::max(memory.scratch, candidates[other].scratchBytes)};
        if (!isAllowed(candidates[other]) ||
            changed.getTotal() > *problem.maxBytes)
          continue;
        choices[layer] = other;
        double cost = getLocalCost(layer);
        if (cost < least) {
          least = cost;
          chosen = other;
        }
      }
      choices[layer] = chosen;
      isChanged |= chosen != current;
      memory = {others + candidates[chosen].heldBytes,
                std::max(memory.scratch, candidates[chosen].scratchBytes)};
    }
  }
}

/// Takes `choices` if they keep to the budgets and cost less than the best.
void Selector::record(std::vector<unsigned> choices) {
  double cost = getCost(choices);
  int64_t bytes = getMemory(choices).getTotal();
  if (cost == kInfinity || (problem.maxBytes && bytes > *problem.maxBytes))
    return;
  if (problem.maxBytes) {
    improve(choices);
    cost = getCost(choices);
    bytes = getMemory(choices).getTotal();
  }
  if (hasSelection && cost >= best.cost)
    return;
  best = {std::move(choices), cost, cost, bytes};
  hasSelection = true;
}

//===----------------------------------------------------------------------===//
// Ranges
//===----------------------------------------------------------------------===//

Subspace Selector::getWholeSpace() const {
  Subspace space{0, 0, {}};
  for (ArrayRef<SelectionCandidate> candidates : problem.layers) {
    int64_t least = kMaxBytes;
    for (const SelectionCandidate &candidate : candidates) {
      if (!isAllowed(candidate))
        continue;
      least = std::min(least, candidate.scratchBytes);
      space.maxScratch = std::max(space.maxScratch, candidate.scratchBytes);
    }
    space.minScratch = std::max(space.minScratch, least);
  }
  return space;
}

/// Returns the median of the scratch sizes of candidates in the range of
/// `space`, which has several, and the next larger one.
std::pair<int64_t, int64_t>
Selector::divideScratch(const Subspace &space) const {
  std::vector<int64_t> sizes;
  for (ArrayRef<SelectionCandidate> candidates : problem.layers)
    for (const SelectionCandidate &candidate : candidates)
      if (isAllowed(candidate) && candidate.scratchBytes >= space.minScratch &&
          candidate.scratchBytes <= space.maxScratch)
        sizes.push_back(candidate.scratchBytes);
  llvm::sort(sizes);
  sizes.erase(llvm::unique(sizes), sizes.end());
  size_t middle = (sizes.size() - 1) / 2;
  return {sizes[middle], sizes[middle + 1]};
}

/// Puts the parts of `space` into the queue.
void Selector::divide(Subspace space, Queue &queue) {
  Subspace low = space, high = std::move(space);
  if (low.minScratch < low.maxScratch) {
    std::tie(low.maxScratch, high.minScratch) = divideScratch(low);
  } else {
    low.held.push_back({low.layer, 0, low.layerBytes});
    high.held.push_back({low.layer, low.layerBytes + 1, kMaxBytes});
  }
  low.number = numSubspaces++;
  high.number = numSubspaces++;
  queue.push(std::move(low));
  queue.push(std::move(high));
}

//===----------------------------------------------------------------------===//
// The smallest selection
//===----------------------------------------------------------------------===//

/// Finds the selection that takes least memory. Returns false if candidates and
/// edges forbid all.
bool Selector::findSmallest() {
  int64_t least = kMaxBytes;
  Queue queue;
  queue.push(getWholeSpace());
  while (!queue.empty() && queue.top().bound < double(least)) {
    Subspace space = queue.top();
    queue.pop();
    PBQPSolution solution = solve(space, /*costWeight=*/0, /*heldWeight=*/1);
    if (solution.cost == kInfinity)
      continue;
    int64_t bytes = getMemory(solution.choices).getTotal();
    if (smallest.empty() || bytes < least) {
      least = bytes;
      smallest = std::move(solution.choices);
    }
    space.bound = solution.lowerBound + double(space.minScratch);
    if (space.minScratch < space.maxScratch)
      divide(std::move(space), queue);
  }
  return !smallest.empty();
}

SelectionFailure Selector::getMemoryFailure() const {
  Memory memory = getMemory(smallest);
  SelectionFailure failure{SelectionFailure::Kind::Memory};
  failure.least = double(memory.getTotal());
  failure.layerBytes = -1;
  for (auto [layer, candidates] : llvm::enumerate(problem.layers)) {
    const SelectionCandidate &candidate = candidates[smallest[layer]];
    int64_t bytes = addBytes(candidate.heldBytes, candidate.scratchBytes);
    if (bytes > failure.layerBytes) {
      failure.layer = layer;
      failure.layerBytes = bytes;
    }
  }
  return failure;
}

//===----------------------------------------------------------------------===//
// Search
//===----------------------------------------------------------------------===//

/// Raises the price of held bytes until the selection keeps to `budget`, from
/// the selections `beyond` and `within` it. Returns the best bound, and notes
/// where to divide `space`.
double Selector::walkHull(Subspace &space, int64_t budget, Point beyond,
                          Point within) {
  double bound = -kInfinity;
  // Each step finds a vertex of the hull, of which few lie around the budget.
  constexpr int kMaxSteps = 50;
  for (int step = 0; step < kMaxSteps && within.cost > beyond.cost; ++step) {
    const double price =
        (within.cost - beyond.cost) / double(beyond.held - within.held);
    PBQPSolution solution = solve(space, /*costWeight=*/1, price);
    bound = std::max(bound, solution.lowerBound - price * double(budget));
    const double line = beyond.cost + price * double(beyond.held);
    const bool isBelow = solution.cost < line * (1 - 1e-12);
    Point point = getPoint(std::move(solution));
    record(point.choices);
    if (!isBelow)
      break;
    (point.held > budget ? beyond : within) = std::move(point);
  }
  int64_t most = 0;
  for (unsigned layer = 0; layer < problem.layers.size(); ++layer) {
    ArrayRef<SelectionCandidate> candidates = problem.layers[layer];
    int64_t bytes = candidates[within.choices[layer]].heldBytes;
    int64_t difference = candidates[beyond.choices[layer]].heldBytes - bytes;
    if (difference > most) {
      most = difference;
      space.layer = layer;
      space.layerBytes = bytes;
    }
  }
  return bound;
}

/// Bounds the cost of the selections in `space`. Returns whether some of them
/// may be cheaper than the best that is known.
bool Selector::expand(Subspace &space) {
  const int64_t budget = *problem.maxBytes - space.minScratch;
  PBQPSolution cheapest = solve(space, /*costWeight=*/1, /*heldWeight=*/0);
  if (cheapest.cost == kInfinity) {
    leftBound = std::min(leftBound, cheapest.lowerBound);
    return false;
  }
  space.bound = std::max(space.bound, cheapest.lowerBound);
  Point beyond = getPoint(std::move(cheapest));
  record(beyond.choices);
  Memory memory = getMemory(beyond.choices);
  if (memory.getTotal() <= *problem.maxBytes) {
    // Only what the PBQP left open is left.
    if (space.bound < beyond.cost)
      leftBound = std::min(leftBound, space.bound);
    return false;
  }
  if (memory.held > budget) {
    PBQPSolution least = solve(space, /*costWeight=*/0, /*heldWeight=*/1);
    if (least.cost == kInfinity || least.lowerBound > double(budget))
      return false;
    Point within = getPoint(std::move(least));
    if (within.held > budget) {
      leftBound = std::min(leftBound, space.bound);
      return false;
    }
    record(within.choices);
    space.bound =
        std::max(space.bound,
                 walkHull(space, budget, std::move(beyond), std::move(within)));
  }
  return space.bound < best.cost;
}

/// Divides the selections, the ones of least bound first, until the best is
/// proved or the limit is reached.
void Selector::search() {
  Queue queue;
  queue.push(getWholeSpace());
  while (!queue.empty() && queue.top().bound < best.cost) {
    if (isExhausted()) {
      leftBound = std::min(leftBound, queue.top().bound);
      break;
    }
    Subspace space = queue.top();
    queue.pop();
    if (expand(space))
      divide(std::move(space), queue);
  }
  best.lowerBound = std::min(best.cost, leftBound);
}

std::variant<Selection, SelectionFailure> Selector::run() {
  if (std::optional<SelectionFailure> failure = checkLayers())
    return *failure;
  PBQPSolution cheapest =
      solve(getWholeSpace(), /*costWeight=*/1, /*heldWeight=*/0);
  if (cheapest.cost == kInfinity)
    return SelectionFailure{cheapest.isOptimal()
                                ? SelectionFailure::Kind::Conflict
                                : SelectionFailure::Kind::Limit};
  int64_t bytes = getMemory(cheapest.choices).getTotal();
  if (!problem.maxBytes || bytes <= *problem.maxBytes) {
    double cost = getCost(cheapest.choices);
    return Selection{std::move(cheapest.choices), cost,
                     std::min(cost, cheapest.lowerBound), bytes};
  }
  if (!findSmallest())
    return SelectionFailure{SelectionFailure::Kind::Limit};
  if (getMemory(smallest).getTotal() > *problem.maxBytes)
    return getMemoryFailure();
  record(smallest);
  search();
  return std::move(best);
}

std::variant<Selection, SelectionFailure>
wino::selectWithinBudgets(const SelectionProblem &problem,
                          const SelectionLimits &limits) {
  return Selector(problem, limits).run();
}
