//===- PlanSamples.h - Plans of a convolution to measure --------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_TRANSFORMS_PLANSAMPLES_H
#define WINO_TRANSFORMS_PLANSAMPLES_H

#include "Wino/Transforms/DefaultPlan.h"

namespace wino {

/// A plan that computes a convolution, with what it is expected to cost.
struct PlanSample {
  const ConvAlgorithm *algorithm;
  PlanAttr plan;
  Cost cost;
};

/// Which plans of a convolution to take.
struct SampleOptions {
  /// Schedules of each algorithm, if it has so many; one of each variant in any
  /// case.
  unsigned minSchedules = 3;
  /// More schedules of the variants that are not much slower than the best, for
  /// so many plans in all.
  unsigned minPlans = 20;
  /// The algorithms to take plans of; empty: all but loops, which would take
  /// too long to measure.
  llvm::ArrayRef<AlgorithmRequest> algorithms;
};

/// Returns plans of every variant of the algorithms that apply: the cheapest
/// schedule of each and often others, evenly spread from cheap to expensive. Of
/// algorithms that only a user chooses, and did not, one variant.
llvm::SmallVector<PlanSample> samplePlans(const ConvTask &task,
                                          const SampleOptions &options);

} // namespace wino

#endif // WINO_TRANSFORMS_PLANSAMPLES_H
