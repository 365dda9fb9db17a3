//===- BudgetedSelection.h - Selection within budgets -----------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The selection of one candidate per layer of a network: a PBQP whose choices
// also have errors, bytes that stay (packed weights) and bytes of scratch
// memory, which all layers share. The largest error has a budget, and so has
// the sum of the bytes that stay and the largest scratch memory.
//
// Errors only take candidates away. Memory is Lagrangian: a price per byte that
// stays, found by walking the lower hull of (bytes, cost), makes PBQPs of the
// problem and gives a bound. What the price leaves open goes to branch and
// bound over ranges of the largest scratch memory, then over the bytes of
// layers.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_SUPPORT_BUDGETEDSELECTION_H
#define WINO_SUPPORT_BUDGETEDSELECTION_H

#include "Wino/Support/PBQP.h"
#include <optional>
#include <variant>

namespace wino {

/// One way to compute a layer.
struct SelectionCandidate {
  /// What is minimized, in any unit; +infinity forbids the candidate.
  double cost = 0;
  /// The error that the budget is compared with, in any unit.
  double error = 0;
  /// Bytes that are held as long as the network is, and only while the layer
  /// runs. Not negative.
  int64_t heldBytes = 0, scratchBytes = 0;
};

/// A network of layers with candidates, and costs between neighbors.
struct SelectionProblem {
  /// The candidates of each layer.
  std::vector<std::vector<SelectionCandidate>> layers;
  /// Edges between different layers, which are the nodes.
  std::vector<PBQP::Edge> edges;
  /// No candidate with a larger error is chosen.
  std::optional<double> maxError;
  /// The sum of held bytes plus the largest scratch bytes is no more than this.
  std::optional<int64_t> maxBytes;
};

/// How much work the search within the memory budget may take. It counts PBQPs
/// that are solved times the layers, so that the answer depends on the problem
/// alone.
struct SelectionLimits {
  int64_t maxLayerVisits = 40000;
  PBQPLimits pbqp;
};

/// A selection within all budgets.
struct Selection {
  /// The candidate of each layer.
  std::vector<unsigned> choices;
  double cost;
  /// No selection within the budgets costs less. Equals `cost` if this one is
  /// proved optimal.
  double lowerBound;
  /// The sum of held bytes plus the largest scratch bytes.
  int64_t bytes;

  bool isOptimal() const { return lowerBound == cost; }
};

/// Why there is no selection.
struct SelectionFailure {
  enum class Kind {
    /// All candidates of `layer` have errors over the budget.
    Error,
    /// All selections take more memory than the budget; `layer` is the one that
    /// takes most in the smallest.
    Memory,
    /// Edges or candidates forbid every selection.
    Conflict,
    /// The search of a core ended before it found a selection. Where edges
    /// forbid no pairs, this does not happen.
    Limit
  };
  Kind kind;
  unsigned layer = 0;
  /// The smallest error or number of bytes that is possible.
  double least = 0;
  /// Bytes, held and scratch, of `layer` in the smallest selection.
  int64_t layerBytes = 0;
};

/// Chooses a candidate for each layer so that the cost of candidates and edges
/// is smallest within the budgets: exactly, or within the bound that the
/// selection states. Layers without candidates are a conflict.
std::variant<Selection, SelectionFailure>
selectWithinBudgets(const SelectionProblem &problem,
                    const SelectionLimits &limits = {});

} // namespace wino

#endif // WINO_SUPPORT_BUDGETEDSELECTION_H
