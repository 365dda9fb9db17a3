//===- Winograd.cpp - Winograd in any numbers -----------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   U   filter_transform(f')   [K'/KB, a, a', KB/NR, C', NR], of a filter that
//                              is only packed before if it is on the fly
//   V   input_transform(x')    [a, a', N, TH, TW, C']
//   M   hadamard(V, U)         [a, a', N, TH, TW, K']
//   y'  output_transform(M)
//
// C' is C rounded up to whole vectors and groups and K' is K rounded up to
// whole blocks, so that only the user's tensors have tails.
//
//===----------------------------------------------------------------------===//

#include "Winograd.h"
#include "StageSchedules.h"
#include "Stages.h"
#include "Wino/Cost/RoundingError.h"

using namespace mlir;
using namespace wino;

/// Checks that smaller tiles at the edge find what whole ones leave of the
/// result at the edge of the image.
static LogicalResult checkEdge(const ConvProblem &problem,
                               TransformAttr transform, unsigned axis,
                               llvm::raw_ostream &os) {
  if (!transform.hasEdge(axis))
    return success();
  const int64_t size = axis == 0 ? problem.h : problem.w;
  const int64_t pixels = axis == 0 ? problem.outH : problem.outW;
  const int64_t edge = transform.getM(axis, /*atEdge=*/true);
  if (ShapedType::isDynamic(size) || ShapedType::isDynamic(pixels)) {
    os << "smaller tiles at the edge need an image of static size";
    return failure();
  }
  if (size - transform.getR(axis) + 1 != pixels) {
    os << "smaller tiles at the edge need an image without pixels to spare";
    return failure();
  }
  if (int64_t rest = pixels % transform.getM(axis); rest > edge) {
    os << "tiles at the edge of " << transform.getName() << " have " << edge
       << " pixels along axis " << axis << ", but whole ones leave " << rest
       << " of " << pixels;
    return failure();
  }
  return success();
}

/// Succeeds if Winograd by `transform` computes `problem`; otherwise `reason`
/// says why not.
static LogicalResult checkTransform(const ConvProblem &problem,
                                    TransformAttr transform,
                                    std::string &reason) {
  llvm::raw_string_ostream os(reason);
  if (problem.strides != std::array<int64_t, 2>{1, 1}) {
    os << "winograd needs stride 1, but the strides are " << problem.strides[0]
       << "x" << problem.strides[1];
    return failure();
  }
  if (problem.dilations != std::array<int64_t, 2>{1, 1}) {
    os << "winograd needs dilation 1, but the dilations are "
       << problem.dilations[0] << "x" << problem.dilations[1];
    return failure();
  }
  if (transform.getRRows() != problem.kh ||
      transform.getRCols() != problem.kw) {
    os << transform.getName() << " does not fit a filter of " << problem.kh
       << "x" << problem.kw;
    return failure();
  }
  return success(succeeded(checkEdge(problem, transform, 0, os)) &&
                 succeeded(checkEdge(problem, transform, 1, os)));
}

/// What is known of the filter; not asked for floats, whose values are free.
static FilterBounds getBounds(const ConvProblem &problem) {
  return problem.isInteger() ? getFilterBounds(problem) : FilterBounds();
}

/// As `checkNumbers`, but the user's word counts; `text` says what holds of
/// each chunk, and why there are chunks.
LogicalResult Winograd::checkRange(const ConvProblem &problem,
                                   const Variant &variant,
                                   const FilterBounds &bounds,
                                   std::string &text) const {
  text.clear();
  bool holds = succeeded(checkNumbers(problem, variant, bounds, text)) ||
               variant.isUnproved;
  if (variant.chunk == 0 || variant.chunk >= problem.c)
    return success(holds);
  // Each chunk is a convolution in the code.
  constexpr int64_t kMaxChunks = 64;
  if (problem.c > kMaxChunks * variant.chunk) {
    holds = false;
    text = "which are more than " + std::to_string(kMaxChunks);
  }
  Variant whole = variant;
  whole.chunk = 0;
  std::string ofAll;
  text = "in chunks of " + std::to_string(variant.chunk) + " input channels, " +
         text;
  if (failed(checkNumbers(problem, whole, bounds, ofAll)))
    text += "; over all " + std::to_string(problem.c) + ", " + ofAll;
  return success(holds);
}

/// Returns `variant` in the largest chunks that hold, if it holds in chunks
/// only.
Variant Winograd::getChunked(const ConvProblem &problem, Variant variant,
                             const FilterBounds &bounds) const {
  std::string unused;
  if (failed(checkRange(problem, variant, bounds, unused)))
    variant.chunk = getMaxChunk(problem, variant, bounds);
  return variant;
}

Variant Winograd::getVariant(const ConvProblem &problem,
                             TransformAttr transform,
                             NumbersAttrInterface numbers) const {
  Variant variant = selectNumbers(problem, transform);
  if (numbers)
    variant.numbers = numbers;
  std::string unused;
  if (failed(checkTransform(problem, variant.transform, unused)))
    return variant;
  return getChunked(problem, variant, getBounds(problem));
}

std::string Winograd::getCertificate(const ConvProblem &problem,
                                     PlanAttr plan) const {
  std::string text;
  if (plan.getNumbers() && isExact())
    (void)checkRange(problem, getPlanVariant(plan), getBounds(problem), text);
  return text;
}

LogicalResult Winograd::checkVariant(const ConvProblem &problem,
                                     const Variant &variant,
                                     std::string &reason) const {
  if (failed(checkTransform(problem, variant.transform, reason)))
    return failure();
  std::string text;
  if (succeeded(checkRange(problem, variant, getBounds(problem), text)))
    return success();
  reason = text;
  return failure();
}

/// Calls `callback` with the transforms F(m x m', kh x kw) worth trying, by
/// growing m: of uniform tiles, and of tiles at the edge that have just the
/// pixels that are left.
static void forEachTransform(const ConvProblem &problem,
                             function_ref<void(TransformAttr)> callback) {
  // Beyond these the rounding errors of fp32 pass 1e-4 of the largest output.
  constexpr int64_t kMaxM = 6, kMaxTaps = 8;
  if (problem.kh * problem.kw == 1)
    return;
  auto getSizes = [&](int64_t r) {
    SmallVector<int64_t> sizes;
    for (int64_t m = 1; m <= (r == 1 ? 1 : kMaxM) && m + r - 1 <= kMaxTaps; ++m)
      sizes.push_back(m);
    return sizes;
  };
  MLIRContext *context = linalg::LinalgOp(problem.op)->getContext();
  auto getEdge = [](int64_t pixels, int64_t m) {
    bool isPossible = !ShapedType::isDynamic(pixels) && pixels > m;
    return isPossible && pixels % m != 0 ? pixels % m : m;
  };
  for (int64_t mRows : getSizes(problem.kh))
    for (int64_t mCols : getSizes(problem.kw)) {
      // Square tiles where the filter is square: half the transforms to know.
      if (problem.kh == problem.kw && mRows != mCols)
        continue;
      if (mRows * mCols == 1)
        continue;
      auto uniform =
          TransformAttr::get(context, mRows, mCols, problem.kh, problem.kw);
      // Tiles at the edge of just the pixels that are left.
      auto mixed = TransformAttr::get(context, mRows, mCols, problem.kh,
                                      problem.kw, getEdge(problem.outH, mRows),
                                      getEdge(problem.outW, mCols));
      callback(uniform);
      if (mixed.hasEdge())
        callback(mixed);
    }
}

SmallVector<Variant> Winograd::getVariants(const ConvTask &task,
                                           Refusal &refusal) const {
  SmallVector<Variant> variants;
  Refusal firstOfRange;
  const FilterBounds bounds = getBounds(task.problem);
  forEachTransform(task.problem, [&](TransformAttr transform) {
    std::string reason;
    if (failed(checkTransform(task.problem, transform, reason)))
      return;
    Variant variant = getChunked(
        task.problem, selectNumbers(task.problem, transform), bounds);
    if (succeeded(checkRange(task.problem, variant, bounds, reason)))
      variants.push_back(variant);
    else if (!firstOfRange.isOfRange)
      firstOfRange = {reason, /*isOfRange=*/true};
  });
  if (!variants.empty())
    return variants;
  refusal = firstOfRange;
  if (!refusal.isOfRange)
    refusal.reason =
        "winograd needs stride 1, dilation 1 and a filter of 2 to 7 "
        "taps along an axis";
  return variants;
}

double Winograd::getError(const ConvProblem &problem,
                          const Variant &variant) const {
  if (problem.isInteger())
    return 0;
  return estimateWinogradError(
      variant.transform.getTransform(0), variant.transform.getTransform(1),
      problem.c, cast<FloatType>(problem.sumType).getFPMantissaWidth());
}

std::unique_ptr<ScheduleSpace>
Winograd::getSchedules(const ConvTask &task, const Variant &variant) const {
  return std::make_unique<StageSchedules>(task, variant);
}

LogicalResult Winograd::checkPlan(const ConvProblem &problem, PlanAttr plan,
                                  std::string &reason) const {
  if (!supportsTypes(problem)) {
    reason += "winograd needs numbers for integers, and only for these";
    return failure();
  }
  if (failed(ConvAlgorithm::checkPlan(problem, plan, reason)))
    return failure();
  return checkStageSizes(problem, plan, /*onlyFilter=*/false, reason);
}

MemoryUse Winograd::getMemoryUse(const ConvProblem &problem,
                                 PlanAttr plan) const {
  return getStageMemory(problem, plan);
}

Value Winograd::rewrite(RewriterBase &rewriter, const ConvProblem &problem,
                        PlanAttr plan) const {
  return StageBuilder(rewriter, problem, plan).buildWinograd();
}
