//===- ExportPlans.cpp - Write the plans of convolutions to a file --------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PlanFile.h"
#include "Wino/Algorithms/ConvProblem.h"
#include "Wino/Transforms/Passes.h"

namespace wino {
#define GEN_PASS_DEF_EXPORTPLANSPASS
#include "Wino/Transforms/Passes.h.inc"
} // namespace wino

using namespace mlir;
using namespace wino;

namespace {
struct ExportPlans : wino::impl::ExportPlansPassBase<ExportPlans> {
  using ExportPlansPassBase::ExportPlansPassBase;

  void runOnOperation() override {
    if (file.empty()) {
      getOperation()->emitError("expected a file to export plans to");
      return signalPassFailure();
    }
    std::vector<std::pair<std::string, PlanAttr>> plans;
    llvm::StringMap<Operation *> known;
    bool isAmbiguous = false;
    auto add = [&](linalg::LinalgOp op, FailureOr<ConvProblem>, StringRef,
                   StringRef name) {
      auto plan = op->getAttrOfType<PlanAttr>(WinoDialect::kPlanAttrName);
      if (!plan)
        return;
      auto [it, isNew] = known.insert({name, op});
      if (!isNew) {
        isAmbiguous = true;
        auto diagnostic = op->emitError("another convolution is called '")
                          << name << "', too, so plans have no name";
        diagnostic.attachNote(it->second->getLoc()) << "this one";
      }
      plans.emplace_back(name.str(), plan);
    };
    getOperation()->walk<WalkOrder::PreOrder>([&](FunctionOpInterface op) {
      forEachConvolution(op, add);
      return WalkResult::skip();
    });
    if (isAmbiguous || failed(writePlanFile(file, getOperation(), plans)))
      return signalPassFailure();
    markAllAnalysesPreserved();
  }
};
} // namespace
