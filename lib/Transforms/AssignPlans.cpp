//===- AssignPlans.cpp - Give every convolution a plan --------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PlanFile.h"
#include "Wino/Target/TargetSpec.h"
#include "Wino/Transforms/DefaultPlan.h"
#include "Wino/Transforms/Passes.h"
#include "Wino/Transforms/Transforms.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/StringMap.h"
#include <cmath>

namespace wino {
#define GEN_PASS_DEF_ASSIGNPLANSPASS
#include "Wino/Transforms/Passes.h.inc"
} // namespace wino

using namespace mlir;
using namespace wino;

static void remarkPlan(Operation *op, StringRef name, PlanAttr plan) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << name << ": " << stringifyAlgorithm(plan.getAlgorithm());
  if (plan.getTransform())
    os << " " << plan.getTransform().getName();
  remark::passed(op->getLoc(),
                 remark::RemarkOpts::name("AssignPlan").category("wino"))
      << text;
}

static void remarkRefusal(Operation *op, StringRef name, StringRef algorithm,
                          StringRef reason) {
  remark::missed(op->getLoc(),
                 remark::RemarkOpts::name("AssignPlan").category("wino"))
      << (name + " is not computed by " + algorithm + ": " + reason).str();
}

LogicalResult wino::readBudget(Operation *op, double maxError,
                               StringRef calibration, ErrorBudget &budget) {
  if (!(maxError >= 0) || !std::isfinite(maxError))
    return op->emitError("expected max-error to be a number that is not "
                         "negative, but got ")
           << maxError;
  budget.maxError = maxError;
  if (calibration.empty())
    return success();
  llvm::Expected<Calibration> read = Calibration::read(calibration);
  if (!read)
    return op->emitError(llvm::toString(read.takeError()));
  budget.calibration = std::move(*read);
  return success();
}

namespace {
struct AssignPlans : wino::impl::AssignPlansPassBase<AssignPlans> {
  using AssignPlansPassBase::AssignPlansPassBase;

  void runOnOperation() override {
    if (failed(readOptions()))
      return signalPassFailure();
    unsigned numConvolutions = 0, numForced = 0;
    bool failedToPlan = false;
    llvm::StringMap<PlanAttr> unused = plansByName;
    filterBytes = countFilterBytes(getOperation());
    std::string lastReason;
    auto assignPlan = [&](linalg::LinalgOp op, FailureOr<ConvProblem> problem,
                          StringRef reason, StringRef name) {
      ++numConvolutions;
      unused.erase(name);
      if (failed(problem)) {
        failedToPlan |= failed(refuse(op, name, reason));
        lastReason = reason;
        return;
      }
      FailureOr<PlanAttr> plan = getPlan(*problem, name, numForced, lastReason);
      if (failed(plan)) {
        failedToPlan = true;
        return;
      }
      // What a search says is of the plan that it chose.
      if (op->getAttr(WinoDialect::kPlanAttrName) != *plan)
        op->removeAttr(WinoDialect::kSearchAttrName);
      op->setAttr(WinoDialect::kPlanAttrName, *plan);
      remarkPlan(op, name, *plan);
    };
    getOperation()->walk<WalkOrder::PreOrder>([&](FunctionOpInterface op) {
      forEachConvolution(op, assignPlan);
      return WalkResult::skip();
    });
    for (auto &entry : unused) {
      getOperation()->emitError("no convolution is called '")
          << entry.first() << "', which '" << plans << "' has a plan for";
      failedToPlan = true;
    }
    if (request && numConvolutions > 0 && numForced == 0) {
      getOperation()->emitError("algorithm '")
          << algorithm
          << "' applies to no convolution; the last: " << lastReason;
      failedToPlan = true;
    }
    if (failedToPlan)
      signalPassFailure();
  }

private:
  LogicalResult readOptions() {
    FailureOr<CPUInfo> info = resolveCPU(getOperation(), cpu);
    if (failed(info))
      return failure();
    target = *info;
    if (failed(readBudget(getOperation(), maxError, calibration, budget)))
      return failure();
    if (!algorithm.empty()) {
      llvm::Expected<AlgorithmRequest> parsed =
          parseAlgorithmRequest(algorithm, &getContext());
      if (!parsed)
        return getOperation()->emitError(llvm::toString(parsed.takeError()));
      request = *parsed;
    }
    if (plans.empty())
      return success();
    FailureOr<llvm::StringMap<PlanAttr>> read =
        readPlanFile(plans, getOperation());
    if (failed(read))
      return failure();
    plansByName = std::move(*read);
    return success();
  }

  /// A convolution that Wino does not compute is left alone, unless a plan was
  /// given for it.
  LogicalResult refuse(Operation *op, StringRef name, StringRef reason) {
    if (plansByName.contains(name))
      return op->emitError("the plan of '")
             << name << "' does not apply: " << reason;
    remark::missed(op->getLoc(),
                   remark::RemarkOpts::name("AssignPlan").category("wino"))
        << (name + " is left as it is: " + reason).str();
    return success();
  }

  /// Returns a plan with the scales that its numbers need; fails with a remark
  /// and the reason if it is not exact and not allowed to be what it is.
  FailureOr<PlanAttr> resolve(const ConvProblem &problem, PlanAttr plan,
                              StringRef name, std::string &reason) {
    linalg::LinalgOp op = problem.op;
    if (!isQuantized(plan))
      return plan;
    FailureOr<QuantizedPlan> resolved =
        resolveQuantizedPlan(problem, plan, name, budget, reason);
    if (succeeded(resolved))
      return resolved->plan;
    remarkRefusal(op, name, getAlgorithm(plan).getName(), reason);
    return failure();
  }

  /// The plan by precedence: given by name, forced, in the IR, default.
  FailureOr<PlanAttr> getPlan(const ConvProblem &problem, StringRef name,
                              unsigned &numForced, std::string &reason) {
    linalg::LinalgOp op = problem.op;
    ConvTask task{problem, target, filterBytes - getFilterBytes(problem)};
    task.allowsErrors = budget.maxError > 0;
    std::string unused;
    if (auto it = plansByName.find(name); it != plansByName.end()) {
      std::string why;
      if (failed(checkPlan(problem, it->second, why)))
        return op->emitError("the plan of '")
               << name << "' does not apply: " << why;
      FailureOr<PlanAttr> plan = resolve(problem, it->second, name, unused);
      if (succeeded(plan))
        return plan;
    }
    if (request) {
      FailureOr<PlanAttr> plan = getRequestedPlan(task, *request, reason);
      if (succeeded(plan)) {
        plan = resolve(problem, *plan, name, reason);
        if (succeeded(plan)) {
          ++numForced;
          return plan;
        }
      } else {
        remarkRefusal(op, name, algorithm, reason);
      }
    }
    // A plan that cannot be applied is diagnosed where it would be.
    if (auto plan = op->getAttrOfType<PlanAttr>(WinoDialect::kPlanAttrName)) {
      if (failed(checkPlan(problem, plan, unused)))
        return plan;
      FailureOr<PlanAttr> resolved = resolve(problem, plan, name, unused);
      if (succeeded(resolved))
        return resolved;
    }
    std::string refusal;
    PlanAttr plan = getDefaultPlan(task, refusal);
    FailureOr<PlanAttr> resolved = resolve(problem, plan, name, unused);
    if (failed(resolved)) {
      task.allowsErrors = false;
      resolved = getDefaultPlan(task, refusal);
    }
    if (!refusal.empty())
      remarkRefusal(op, name, stringifyAlgorithm(Algorithm::Winograd), refusal);
    return resolved;
  }

  CPUInfo target;
  /// Bytes of the filters of all convolutions.
  double filterBytes = 0;
  std::optional<AlgorithmRequest> request;
  ErrorBudget budget;
  llvm::StringMap<PlanAttr> plansByName;
};
} // namespace
