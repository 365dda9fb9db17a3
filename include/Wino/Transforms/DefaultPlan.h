//===- DefaultPlan.h - The default rule for plans ---------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_TRANSFORMS_DEFAULTPLAN_H
#define WINO_TRANSFORMS_DEFAULTPLAN_H

#include "Wino/Algorithms/ConvAlgorithm.h"

namespace wino {

/// What a user asks for by name: a kind of algorithm or a single one,
/// `winograd`, `winograd-ring`, `direct`, `im2col`, `im2row`, `kn2row` or
/// `loops`; of Winograd also the transform, `winograd:F(4x4,3x3)` or
/// `winograd:F(4,3)` (both axes), and the numbers it computes in,
/// `winograd:F(7,3):#wino.rns<[251, 241, 239]>`. Without numbers a kind of
/// algorithm leaves those out that are only there on request.
struct AlgorithmRequest {
  /// At least one.
  llvm::SmallVector<const ConvAlgorithm *> algorithms;
  /// Null if the request leaves the transform open.
  TransformAttr transform;
  /// Null if the request leaves the numbers open.
  NumbersAttrInterface numbers;
};

/// Parses a request; the error says what is wrong with it.
llvm::Expected<AlgorithmRequest>
parseAlgorithmRequest(llvm::StringRef text, mlir::MLIRContext *context);

/// Bytes of the filter of a convolution as it is given, and of the filters of
/// all convolutions below an op.
double getFilterBytes(const ConvProblem &problem);
double countFilterBytes(mlir::Operation *root);

/// Returns the plan that the default rule gives a convolution; see the pass
/// wino-assign-plans. `refusal` becomes why the range of its values keeps an
/// algorithm from computing it, with the inequality that fails; empty if it
/// does not. Variants with larger errors of rounding than `maxError` are left
/// out (0: none are), unless there is no other.
PlanAttr getDefaultPlan(const ConvTask &task, double maxError,
                        std::string &refusal);

/// Returns the plan of a request, or failure with the reason if the algorithm
/// does not apply. Of the variants that the request leaves open, those with
/// larger errors of rounding than `maxError` are left out (0: none are).
mlir::FailureOr<PlanAttr> getRequestedPlan(const ConvTask &task,
                                           const AlgorithmRequest &request,
                                           double maxError,
                                           std::string &reason);

} // namespace wino

#endif // WINO_TRANSFORMS_DEFAULTPLAN_H
