//===- WinogradQuantized.cpp - Winograd of i8 in few bits -----------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Registry.h"
#include "Wino/Algorithms/QuantizedPlan.h"
#include "Winograd.h"

using namespace mlir;
using namespace wino;

namespace {
class WinogradQuantized : public Winograd {
public:
  WinogradQuantized() : Winograd("winograd-quantized") {}

  bool isExact() const override { return false; }
  bool hasNumbers(NumbersAttrInterface numbers) const override {
    return isa_and_present<QuantizedAttr>(numbers);
  }
  bool supportsTypes(const ConvProblem &problem) const override {
    return problem.isInteger();
  }

  SmallVector<Variant> getVariants(const ConvTask &task,
                                   Refusal &refusal) const override {
    // Beyond these V does not fit i16, and eight bits leave errors of a tenth.
    constexpr int64_t kMaxM = 4;
    if (!task.allowsErrors) {
      refusal.reason = "its results are not exact, and no option max-error "
                       "allows an error";
      return {};
    }
    SmallVector<Variant> variants = Winograd::getVariants(task, refusal);
    llvm::erase_if(variants, [](const Variant &variant) {
      return variant.transform.getMRows() > kMaxM ||
             variant.transform.getMCols() > kMaxM;
    });
    return variants;
  }

  double getError(const ConvProblem &problem,
                  const Variant &variant) const override {
    return measureQuantizationError(problem, variant.transform,
                                    cast<QuantizedAttr>(variant.numbers))
        .largest;
  }

  LogicalResult checkPlan(const ConvProblem &problem, PlanAttr plan,
                          std::string &reason) const override {
    if (plan.getSchedule().getOnTheFly()) {
      reason += "filters in quantized numbers are not transformed on the fly";
      return failure();
    }
    return Winograd::checkPlan(problem, plan, reason);
  }

protected:
  /// Eight bits, and scales per tap where they are not exact.
  Variant selectNumbers(const ConvProblem &,
                        TransformAttr transform) const override {
    QuantizedNumbers numbers;
    numbers.input.per = numbers.filter.per = ScalePer::Tap;
    return {transform, QuantizedAttr::get(transform.getContext(), numbers)};
  }

  LogicalResult checkNumbers(const ConvProblem &problem, const Variant &variant,
                             const FilterBounds &,
                             std::string &text) const override {
    llvm::Expected<QuantizedConvolution> convolution =
        buildQuantized(variant.transform, cast<QuantizedAttr>(variant.numbers));
    if (!convolution) {
      text = llvm::toString(convolution.takeError());
      return failure();
    }
    std::string inequality;
    if (convolution->checkSums(problem.c, inequality))
      return success();
    text = "sums of products may exceed i32: " + inequality;
    return failure();
  }
};
} // namespace

std::unique_ptr<ConvAlgorithm> wino::createWinogradQuantized() {
  return std::make_unique<WinogradQuantized>();
}
