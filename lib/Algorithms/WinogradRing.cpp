//===- WinogradRing.cpp - Winograd of i8 modulo 2^32 ----------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Registry.h"
#include "Winograd.h"

using namespace mlir;
using namespace wino;

namespace {
class WinogradRing : public Winograd {
public:
  WinogradRing() : Winograd("winograd-ring") {}

  bool hasNumbers(NumbersAttrInterface numbers) const override {
    return isa_and_present<RingAttr>(numbers);
  }
  bool supportsTypes(const ConvProblem &problem) const override {
    return problem.isInteger();
  }
  Variant getVariant(const ConvProblem &,
                     TransformAttr transform) const override {
    return {transform, RingAttr::get(transform.getContext())};
  }
  std::string getCertificate(const ConvProblem &problem,
                             PlanAttr plan) const override {
    std::string text;
    (void)checkRing(problem, plan.getTransform(), getFilterBounds(problem),
                    text);
    return text;
  }

protected:
  LogicalResult checkRange(const ConvProblem &problem, const Variant &variant,
                           const FilterBounds &bounds,
                           std::string &text) const override {
    bool holds = succeeded(checkRing(problem, variant.transform, bounds, text));
    return success(holds || variant.isUnproved);
  }
};
} // namespace

std::unique_ptr<ConvAlgorithm> wino::createWinogradRing() {
  return std::make_unique<WinogradRing>();
}
