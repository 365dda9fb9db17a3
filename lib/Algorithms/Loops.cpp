//===- Loops.cpp - Convolutions that stay as they are ---------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelCost.h"
#include "Registry.h"

using namespace mlir;
using namespace wino;

namespace {
/// The op becomes plain loops later.
class LoopSchedules : public ScheduleSpace {
public:
  explicit LoopSchedules(const ConvTask &task) : task(task) {}

  void forEach(function_ref<void(const Schedule &)> callback) const override {
    callback(Schedule());
  }

  Cost getCost(const Schedule &) const override {
    // A product at a time, whose sum is loaded and stored.
    constexpr double kCyclesPerProduct = 8;
    const ConvProblem &problem = task.problem;
    double cycles = kCyclesPerProduct;
    for (int64_t size : {problem.n, problem.outH, problem.outW, problem.k,
                         problem.kh, problem.kw, problem.c})
      cycles *= double(getTypicalSize(size));
    Cost cost;
    cost.cycles = cost.products = cycles;
    return cost;
  }

private:
  ConvTask task;
};

class Loops : public ConvAlgorithm {
public:
  Loops() : ConvAlgorithm("loops", Algorithm::Loops, Role::Fallback) {}

  std::unique_ptr<ScheduleSpace> getSchedules(const ConvTask &task,
                                              const Variant &) const override {
    return std::make_unique<LoopSchedules>(task);
  }

  MemoryUse getMemoryUse(const ConvProblem &, PlanAttr) const override {
    return {};
  }

  Value rewrite(RewriterBase &rewriter, const ConvProblem &problem,
                PlanAttr) const override {
    linalg::LinalgOp op = problem.op;
    rewriter.modifyOpInPlace(
        op, [&] { op->removeAttr(WinoDialect::kPlanAttrName); });
    return op->getResult(0);
  }
};
} // namespace

std::unique_ptr<ConvAlgorithm> wino::createLoops() {
  return std::make_unique<Loops>();
}
