//===- DefaultPlan.h - The default rule for plans ---------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_TRANSFORMS_DEFAULTPLAN_H
#define WINO_TRANSFORMS_DEFAULTPLAN_H

#include "Wino/Target/CPU.h"
#include "Wino/Transforms/ConvProblem.h"

namespace wino {

/// An algorithm a user asks for by name: `winograd`, `winograd:F(4x4,3x3)`,
/// `winograd:F(4,3)` (both axes), `im2row` or `direct`.
struct AlgorithmRequest {
  Algorithm algorithm;
  /// Null if the request leaves the transform open.
  TransformAttr transform;
};

/// Parses a request; the error says what is wrong with it.
llvm::Expected<AlgorithmRequest>
parseAlgorithmRequest(llvm::StringRef text, mlir::MLIRContext *context);

/// The number of tiles of `m` that cover `size` pixels; dynamic sizes count as
/// one of typical length.
int64_t getNumTiles(int64_t size, int64_t m);

/// Returns the schedule for `problem` computed with tiles of the transform
/// `transform`, or by im2row if it is null: the register tile that wastes
/// least, 64 or more output channels at a time, and the largest block of tiles
/// that fits the second-level cache together with the filter; if the filter
/// leaves no room, the largest block that takes half of it, but one that is
/// high enough for the speed at which the filter can be read.
ScheduleAttr getDefaultSchedule(const ConvProblem &problem,
                                TransformAttr transform, const CPUInfo &cpu);

/// Returns the plan that the default rule gives `problem`; see the pass
/// wino-assign-plans.
PlanAttr getDefaultPlan(const ConvProblem &problem, const CPUInfo &cpu);

/// Returns the plan of a request, or failure with the reason if the algorithm
/// does not apply to `problem`.
mlir::FailureOr<PlanAttr> getRequestedPlan(const ConvProblem &problem,
                                           const AlgorithmRequest &request,
                                           const CPUInfo &cpu,
                                           std::string &reason);

} // namespace wino

#endif // WINO_TRANSFORMS_DEFAULTPLAN_H
