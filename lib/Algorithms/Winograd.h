//===- Winograd.h - Winograd in any numbers ------------------- -*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_ALGORITHMS_WINOGRAD_H
#define WINO_LIB_ALGORITHMS_WINOGRAD_H

#include "Wino/Algorithms/ConvAlgorithm.h"
#include "Wino/Algorithms/FilterBounds.h"

namespace wino {

/// What Winograd is in any numbers; algorithms say which, and what holds for
/// these.
class Winograd : public ConvAlgorithm {
public:
  llvm::SmallVector<Variant> getVariants(const ConvTask &task,
                                         Refusal &refusal) const override;
  mlir::LogicalResult checkVariant(const ConvProblem &problem,
                                   const Variant &variant,
                                   std::string &reason) const override;
  double getError(const ConvProblem &problem,
                  const Variant &variant) const override;
  std::unique_ptr<ScheduleSpace>
  getSchedules(const ConvTask &task, const Variant &variant) const override;
  mlir::LogicalResult checkPlan(const ConvProblem &problem, PlanAttr plan,
                                std::string &reason) const override;
  MemoryUse getMemoryUse(const ConvProblem &problem,
                         PlanAttr plan) const override;
  mlir::Value rewrite(mlir::RewriterBase &rewriter, const ConvProblem &problem,
                      PlanAttr plan) const override;

protected:
  explicit Winograd(llvm::StringRef name, Role role = Role::Choice)
      : ConvAlgorithm(name, Algorithm::Winograd, role) {}

  /// Checks whether the values of `problem` have room in the numbers of
  /// `variant`, whose transform computes it. `text` becomes why, or why not.
  virtual mlir::LogicalResult checkRange(const ConvProblem &problem,
                                         const Variant &variant,
                                         const FilterBounds &bounds,
                                         std::string &text) const {
    return mlir::success();
  }
};

} // namespace wino

#endif // WINO_LIB_ALGORITHMS_WINOGRAD_H
