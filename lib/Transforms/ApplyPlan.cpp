//===- ApplyPlan.cpp - Rewrite convolutions by their plans ----------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PlanFile.h"
#include "Wino/Algorithms/ConvAlgorithm.h"
#include "Wino/Transforms/LayerKey.h"
#include "Wino/Transforms/Passes.h"
#include "Wino/Transforms/Transforms.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/Support/MathExtras.h"

namespace wino {
#define GEN_PASS_DEF_APPLYPLANPASS
#include "Wino/Transforms/Passes.h.inc"
} // namespace wino

using namespace mlir;
using namespace wino;

/// Height and width of the image before it is padded.
static std::pair<int64_t, int64_t> getImageSize(const ConvProblem &problem) {
  if (problem.isMatmul)
    return {problem.h, problem.w};
  linalg::LinalgOp op = problem.op;
  Value image = op.getDpsInputs()[0];
  if (auto pad = image.getDefiningOp<tensor::PadOp>())
    image = pad.getSource();
  auto type = cast<ShapedType>(image.getType());
  return {type.getDimSize(problem.imagePermutation[1]),
          type.getDimSize(problem.imagePermutation[2])};
}

/// Whether `plan` applies only because the user says that it does.
static bool isUnproved(const ConvProblem &problem, PlanAttr plan) {
  std::string unused;
  return plan.getUnproved() &&
         failed(checkPlan(problem,
                          PlanAttr::get(plan.getContext(), plan.getAlgorithm(),
                                        plan.getTransform(), plan.getNumbers(),
                                        plan.getSchedule(), /*unproved=*/false,
                                        plan.getChunk()),
                          unused));
}

/// Describes a planned convolution for reports; dynamic sizes are left out.
static DictionaryAttr getRecord(const ConvProblem &problem, PlanAttr plan,
                                StringRef name, const QuantizedPlan *measured) {
  Builder builder(plan.getContext());
  NamedAttrList record;
  record.append("name", builder.getStringAttr(name));
  record.append("algorithm",
                builder.getStringAttr(stringifyAlgorithm(plan.getAlgorithm())));
  if (TransformAttr transform = plan.getTransform())
    record.append("transform", builder.getStringAttr(transform.getName()));
  // As text, so that tools without the dialect can read the record.
  std::string planText;
  llvm::raw_string_ostream(planText) << plan;
  record.append("plan", builder.getStringAttr(planText));
  record.append("key", builder.getStringAttr(getLayerKey(problem)));
  const ConvAlgorithm &algorithm = getAlgorithm(plan);
  if (std::string proof = algorithm.getCertificate(problem, plan);
      !proof.empty())
    record.append(isUnproved(problem, plan) ? "unproved" : "certificate",
                  builder.getStringAttr(proof));
  if (measured) {
    record.append("relative_error",
                  builder.getF64FloatAttr(measured->error.relative));
    record.append("largest_error",
                  builder.getF64FloatAttr(measured->error.largest));
    record.append("error_data", builder.getStringAttr(measured->data));
  }
  const MemoryUse memory = algorithm.getMemoryUse(problem, plan);
  auto appendSize = [&](StringRef key, int64_t size) {
    if (!ShapedType::isDynamic(size))
      record.append(key, builder.getI64IntegerAttr(size));
  };
  auto [imageH, imageW] = getImageSize(problem);
  const std::pair<StringRef, int64_t> sizes[] = {
      {"n", problem.n},
      {"h", imageH},
      {"w", imageW},
      {"c", problem.c},
      {"out_h", problem.outH},
      {"out_w", problem.outW},
      {"k", problem.k},
      {"kh", problem.kh},
      {"kw", problem.kw},
      {"stride_h", problem.strides[0]},
      {"stride_w", problem.strides[1]},
      {"dilation_h", problem.dilations[0]},
      {"dilation_w", problem.dilations[1]},
      {"weight_bytes", memory.filterBytes},
      {"scratch_bytes", memory.scratchBytes}};
  for (auto [key, size] : sizes)
    appendSize(key, size);
  if (std::optional<int64_t> macs = problem.getNumDirectProducts())
    appendSize("macs", *macs);
  linalg::LinalgOp op = problem.op;
  if (Attribute search = op->getAttr(WinoDialect::kSearchAttrName))
    record.append("search", search);
  return record.getDictionary(plan.getContext());
}

FailureOr<Value> wino::applyPlan(RewriterBase &rewriter,
                                 const ConvProblem &problem, PlanAttr plan,
                                 DictionaryAttr *record, StringRef name,
                                 const QuantizedPlan *measured) {
  linalg::LinalgOp op = problem.op;
  std::string reason;
  FailureOr<QuantizedPlan> resolved;
  LogicalResult applies = checkPlan(problem, plan, reason);
  if (succeeded(applies) && isQuantized(plan) && !measured) {
    resolved = resolveQuantizedPlan(problem, plan, name, {}, reason);
    applies = resolved;
    measured = succeeded(resolved) ? &*resolved : nullptr;
  }
  if (failed(applies))
    return op->emitError("the plan of '")
           << name << "' does not apply: " << reason;
  if (measured)
    plan = measured->plan;
  if (record)
    *record = getRecord(problem, plan, name, measured);
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPoint(op);
  Value result = getAlgorithm(plan).rewrite(rewriter, problem, plan);
  if (result != op->getResult(0))
    rewriter.replaceOp(op, result);
  return result;
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {
struct ApplyPlan : wino::impl::ApplyPlanPassBase<ApplyPlan> {
  using ApplyPlanPassBase::ApplyPlanPassBase;

  void runOnOperation() override {
    if (!plans.empty() && failed(setPlansFromFile(plans, getOperation())))
      return signalPassFailure();
    if (failed(readBudget(getOperation(), maxError, calibration, budget)))
      return signalPassFailure();
    bool hasFailed = failed(refuseOtherOps());
    getOperation()->walk<WalkOrder::PreOrder>([&](FunctionOpInterface op) {
      hasFailed |= failed(applyPlans(op));
      return WalkResult::skip();
    });
    if (hasFailed)
      return signalPassFailure();
    RewritePatternSet patterns(&getContext());
    InputTransformOp::getCanonicalizationPatterns(patterns, &getContext());
    Im2RowOp::getCanonicalizationPatterns(patterns, &getContext());
    Im2ColOp::getCanonicalizationPatterns(patterns, &getContext());
    PadImageOp::getCanonicalizationPatterns(patterns, &getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }

private:
  /// A plan on an op that computes no convolution is an error.
  LogicalResult refuseOtherOps() {
    bool hasOthers = false;
    getOperation()->walk([&](Operation *op) {
      if (!op->hasAttr(WinoDialect::kPlanAttrName))
        return;
      std::string reason;
      auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
      if (linalgOp &&
          (succeeded(matchConvolution(linalgOp, reason)) || !reason.empty()))
        return;
      hasOthers = true;
      op->emitError("expected a convolution or a product with a weight, "
                    "because it has a plan");
    });
    return failure(hasOthers);
  }

  /// Rewrites the planned convolutions of `function` and records them.
  LogicalResult applyPlans(FunctionOpInterface function) {
    IRRewriter rewriter(&getContext());
    SmallVector<Attribute> records;
    if (auto previous = function->getAttrOfType<ArrayAttr>(kLayersAttrName))
      records.assign(previous.begin(), previous.end());
    bool hasFailed = false;
    forEachConvolution(function, [&](linalg::LinalgOp op,
                                     FailureOr<ConvProblem> problem,
                                     StringRef reason, StringRef name) {
      auto plan = op->getAttrOfType<PlanAttr>(WinoDialect::kPlanAttrName);
      if (failed(problem) || !plan) {
        hasFailed |= failed(refuse(op, plan, name, reason));
        return;
      }
      DictionaryAttr record;
      Location loc = op.getLoc();
      FailureOr<QuantizedPlan> measured;
      std::string why;
      if (succeeded(checkPlan(*problem, plan, why))) {
        LogicalResult isAllowed = success();
        if (isQuantized(plan))
          isAllowed = measured =
              resolveQuantizedPlan(*problem, plan, name, budget, why);
        else
          isAllowed = checkRoundingError(*problem, plan, budget.maxError, why);
        // Such a convolution stays as it is; its plan would be refused again.
        if (failed(isAllowed)) {
          op->removeAttr(WinoDialect::kPlanAttrName);
          hasFailed |= failed(refuse(op, /*plan=*/{}, name, why));
          return;
        }
      }
      std::string numbers;
      llvm::raw_string_ostream(numbers) << plan.getNumbers();
      if (failed(applyPlan(rewriter, *problem, plan, &record, name,
                           succeeded(measured) ? &*measured : nullptr))) {
        hasFailed = true;
        return;
      }
      if (succeeded(measured))
        remark::passed(loc,
                       remark::RemarkOpts::name("ApplyPlan").category("wino"))
            << (name + " is quantized: " + measured->toString()).str();
      auto remarkOn = [&](StringRef key, StringRef verb) {
        auto text = record.getAs<StringAttr>(key);
        if (!text)
          return;
        remark::passed(loc,
                       remark::RemarkOpts::name("ApplyPlan").category("wino"))
            << (name + verb + numbers + ": " + text.getValue()).str();
      };
      remarkOn("certificate", " is exact in ");
      remarkOn("unproved", " is not proved to be exact in ");
      records.push_back(record);
    });
    if (!records.empty())
      function->setAttr(kLayersAttrName,
                        ArrayAttr::get(&getContext(), records));
    return failure(hasFailed);
  }

  LogicalResult refuse(Operation *op, PlanAttr plan, StringRef name,
                       StringRef reason) {
    if (plan && !reason.empty())
      return op->emitError("the plan of '")
             << name << "' does not apply: " << reason;
    remark::missed(op->getLoc(),
                   remark::RemarkOpts::name("ApplyPlan").category("wino"))
        << (name + " is left as it is: " +
            (reason.empty() ? "it has no plan" : reason))
               .str();
    return success();
  }

  ErrorBudget budget;
};
} // namespace
