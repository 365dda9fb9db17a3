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
  /// In chunks, the largest that hold, where the numbers do not hold all input
  /// channels.
  Variant getVariant(const ConvProblem &problem, TransformAttr transform,
                     NumbersAttrInterface numbers = {}) const override;
  mlir::LogicalResult checkVariant(const ConvProblem &problem,
                                   const Variant &variant,
                                   std::string &reason) const override;
  double getError(const ConvProblem &problem,
                  const Variant &variant) const override;
  std::unique_ptr<ScheduleSpace>
  getSchedules(const ConvTask &task, const Variant &variant) const override;
  mlir::LogicalResult checkPlan(const ConvProblem &problem, PlanAttr plan,
                                std::string &reason) const override;
  std::string getCertificate(const ConvProblem &problem,
                             PlanAttr plan) const override;
  MemoryUse getMemoryUse(const ConvProblem &problem,
                         PlanAttr plan) const override;
  mlir::Value rewrite(mlir::RewriterBase &rewriter, const ConvProblem &problem,
                      PlanAttr plan) const override;

protected:
  explicit Winograd(llvm::StringRef name, Role role = Role::Choice)
      : ConvAlgorithm(name, Algorithm::Winograd, role) {}

  /// Returns `transform`, or its like for these numbers, with the numbers that
  /// suit `problem`.
  virtual Variant selectNumbers(const ConvProblem &problem,
                                TransformAttr transform) const {
    return {transform, {}};
  }
  /// Checks whether the values of `problem` have room in the numbers of
  /// `variant`, whose transform computes it; with a chunk those of sums over so
  /// many input channels. `text`, which is empty, becomes why, or why not.
  virtual mlir::LogicalResult checkNumbers(const ConvProblem &problem,
                                           const Variant &variant,
                                           const FilterBounds &bounds,
                                           std::string &text) const {
    return mlir::success();
  }
  /// Returns the largest chunk of input channels for which `checkNumbers`
  /// succeeds; 0 if there is none.
  virtual int64_t getMaxChunk(const ConvProblem &problem,
                              const Variant &variant,
                              const FilterBounds &bounds) const {
    return 0;
  }

private:
  mlir::LogicalResult checkRange(const ConvProblem &problem,
                                 const Variant &variant,
                                 const FilterBounds &bounds,
                                 std::string &text) const;
  Variant getChunked(const ConvProblem &problem, Variant variant,
                     const FilterBounds &bounds) const;
};

} // namespace wino

#endif // WINO_LIB_ALGORITHMS_WINOGRAD_H
