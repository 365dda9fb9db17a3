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
/// `winograd:F(4,3)` (both axes), `direct`, `im2row` or `loops`.
struct AlgorithmRequest {
  Algorithm algorithm;
  /// Null if the request leaves the transform open.
  TransformAttr transform;
};

/// Parses a request; the error says what is wrong with it.
llvm::Expected<AlgorithmRequest>
parseAlgorithmRequest(llvm::StringRef text, mlir::MLIRContext *context);

/// Returns the plan that the default rule gives `problem`; see the pass
/// wino-assign-plans. The filters of other convolutions take `otherBytes`; they
/// are read before that of `problem` is read again. `refusal` becomes why
/// #wino.ring computes it by no transform, with the inequality that fails;
/// empty if it does, or is not asked to.
PlanAttr getDefaultPlan(const ConvProblem &problem, const CPUInfo &cpu,
                        double otherBytes, std::string &refusal);

/// Returns the plan of a request, or failure with the reason if the algorithm
/// does not apply to `problem`.
mlir::FailureOr<PlanAttr>
getRequestedPlan(const ConvProblem &problem, const AlgorithmRequest &request,
                 const CPUInfo &cpu, double otherBytes, std::string &reason);

} // namespace wino

#endif // WINO_TRANSFORMS_DEFAULTPLAN_H
