//===- AssignPlans.cpp - Give every convolution a plan --------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Transforms/DefaultPlan.h"
#include "Wino/Transforms/Passes.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"

namespace wino {
#define GEN_PASS_DEF_ASSIGNPLANSPASS
#include "Wino/Transforms/Passes.h.inc"
} // namespace wino

using namespace mlir;
using namespace wino;

/// Reads a JSON object of plan attributes as text, keyed by names of
/// convolutions.
static FailureOr<llvm::StringMap<PlanAttr>> readPlans(StringRef path,
                                                      Operation *op) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!buffer)
    return op->emitError("cannot read plans '")
           << path << "': " << buffer.getError().message();
  llvm::Expected<llvm::json::Value> json =
      llvm::json::parse((*buffer)->getBuffer());
  if (!json)
    return op->emitError("cannot read plans '")
           << path << "': " << llvm::toString(json.takeError());
  llvm::json::Object *object = json->getAsObject();
  if (!object)
    return op->emitError("expected plans '") << path << "' to be a JSON object";
  llvm::StringMap<PlanAttr> plans;
  for (auto &[name, value] : *object) {
    std::optional<StringRef> text = value.getAsString();
    if (!text)
      return op->emitError("expected the plan of '")
             << name.str() << "' in '" << path << "' to be a string";
    auto plan =
        dyn_cast_or_null<PlanAttr>(parseAttribute(*text, op->getContext()));
    if (!plan)
      return op->emitError("expected the plan of '")
             << name.str() << "' in '" << path
             << "' to be a #wino.plan, but got " << *text;
    plans[name.str()] = plan;
  }
  return plans;
}

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

namespace {
struct AssignPlans : wino::impl::AssignPlansPassBase<AssignPlans> {
  using AssignPlansPassBase::AssignPlansPassBase;

  void runOnOperation() override {
    if (failed(readOptions()))
      return signalPassFailure();
    unsigned numConvolutions = 0, numForced = 0;
    bool failedToPlan = false;
    llvm::StringMap<PlanAttr> unused = plansByName;
    countFilterBytes();
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
  static double getFilterBytes(const ConvProblem &problem) {
    return double(problem.kh * problem.kw * problem.c) * double(problem.k) *
           problem.filterType.getIntOrFloatBitWidth() / 8;
  }

  void countFilterBytes() {
    filterBytes = 0;
    getOperation()->walk([&](linalg::LinalgOp op) {
      std::string reason;
      FailureOr<ConvProblem> problem = matchConvolution(op, reason);
      if (succeeded(problem))
        filterBytes += getFilterBytes(*problem);
    });
  }

  LogicalResult readOptions() {
    llvm::Expected<CPUInfo> info = lookupCPU(cpu);
    if (!info)
      return getOperation()->emitError(llvm::toString(info.takeError()));
    target = *info;
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
        readPlans(plans, getOperation());
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

  /// The plan by precedence: given by name, forced, in the IR, default.
  FailureOr<PlanAttr> getPlan(const ConvProblem &problem, StringRef name,
                              unsigned &numForced, std::string &reason) {
    linalg::LinalgOp op = problem.op;
    const ConvTask task{problem, target, filterBytes - getFilterBytes(problem)};
    if (auto it = plansByName.find(name); it != plansByName.end()) {
      std::string why;
      if (failed(checkPlan(problem, it->second, why)))
        return op->emitError("the plan of '")
               << name << "' does not apply: " << why;
      return it->second;
    }
    if (request) {
      FailureOr<PlanAttr> plan = getRequestedPlan(task, *request, reason);
      if (succeeded(plan)) {
        ++numForced;
        return plan;
      }
      remarkRefusal(op, name, algorithm, reason);
    }
    if (auto plan = op->getAttrOfType<PlanAttr>(WinoDialect::kPlanAttrName))
      return plan;
    std::string refusal;
    PlanAttr plan = getDefaultPlan(task, refusal);
    if (!refusal.empty())
      remarkRefusal(op, name, stringifyAlgorithm(Algorithm::Winograd), refusal);
    return plan;
  }

  CPUInfo target;
  /// Bytes of the filters of all convolutions.
  double filterBytes = 0;
  std::optional<AlgorithmRequest> request;
  llvm::StringMap<PlanAttr> plansByName;
};
} // namespace
