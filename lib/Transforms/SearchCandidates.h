//===- SearchCandidates.h - The plans that a search compares ----*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_TRANSFORMS_SEARCHCANDIDATES_H
#define WINO_LIB_TRANSFORMS_SEARCHCANDIDATES_H

#include "Wino/Transforms/DefaultPlan.h"

namespace wino {

/// A plan that computes a convolution, and what it is expected to take.
struct SearchCandidate {
  PlanAttr plan;
  /// Cycles by the model, or what measurements and a search make of them.
  double cost = 0;
  /// The largest error of a result by the largest result.
  double error = 0;
  MemoryUse memory;

  /// The algorithm and transform, for people.
  std::string getLabel() const;
};

/// Which plans a search may take.
struct CandidateFilter {
  /// Requests of which one has to name the plan; empty: all.
  llvm::SmallVector<AlgorithmRequest> algorithms;
  /// The m that transforms may have along axes with taps; empty: all.
  llvm::SmallVector<int64_t> tiles;
  /// Whether plans that are slower but take less memory are of interest.
  bool isMemoryLimited = false;
};

/// Returns the variants of `algorithm` that `filter` lets pass; adds why there
/// are none.
llvm::SmallVector<Variant>
getAllowedVariants(const ConvTask &task, const ConvAlgorithm &algorithm,
                   const CandidateFilter &filter,
                   llvm::SmallVectorImpl<std::string> &reasons);

/// Returns the cheapest plan of each variant of each algorithm that `filter`
/// lets pass; with limited memory also those that take less than all cheaper
/// ones. Fallbacks are among them if the filter asks for algorithms, or where
/// no other algorithm applies. If there is none, `reasons` are those of the
/// algorithms.
llvm::SmallVector<SearchCandidate>
getSearchCandidates(const ConvTask &task, const CandidateFilter &filter,
                    llvm::SmallVectorImpl<std::string> &reasons);

/// Whether `filter` lets a plan pass.
bool isAllowed(PlanAttr plan, const CandidateFilter &filter);

/// Describes a plan that computes the convolution.
SearchCandidate describePlan(const ConvTask &task, PlanAttr plan);

} // namespace wino

#endif // WINO_LIB_TRANSFORMS_SEARCHCANDIDATES_H
