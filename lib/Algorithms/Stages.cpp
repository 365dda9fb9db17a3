//===- Stages.cpp - Algorithms with a product per tap ---------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Stages.h"
#include "Wino/Algorithms/Layouts.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace wino;

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

int64_t wino::getPaddedDepth(ScheduleAttr schedule, int64_t depth) {
  return llvm::alignTo(depth,
                       std::max(schedule.getVector(), schedule.getGroup()));
}

/// Elements per row of V before padding: channels, or a patch.
static int64_t getDepth(const ConvProblem &problem, PlanAttr plan) {
  return plan.getTransform() ? problem.c : problem.kh * problem.kw * problem.c;
}

StageSizes::StageSizes(const ConvProblem &problem, PlanAttr plan)
    : transform(plan.getTransform()
                    ? plan.getTransform()
                    : TransformAttr::get(plan.getContext(), 1, 1, 1, 1)),
      rowTaps(getNumTaps(transform, plan.getNumbers(), 0)),
      colTaps(getNumTaps(transform, plan.getNumbers(), 1)),
      paddedDepth(getPaddedDepth(plan.getSchedule(), getDepth(problem, plan))),
      paddedK(llvm::alignTo(problem.k, plan.getSchedule().getKBlock())),
      factorType(getFactorType(problem, plan.getNumbers())) {}

StageSizes StageSizes::with(ScheduleAttr schedule, int64_t channels) const {
  StageSizes sizes = *this;
  sizes.paddedDepth = getPaddedDepth(schedule, channels);
  return sizes;
}

void wino::forEachChunk(const ConvProblem &problem, PlanAttr plan,
                        function_ref<void(int64_t, int64_t)> body) {
  const int64_t chunk = getPlanVariant(plan).getNumChannels(problem);
  int64_t first = 0;
  do {
    body(first, std::min(chunk, problem.c - first));
    first += chunk;
  } while (first < problem.c);
}

LogicalResult wino::checkProductSizes(const ProductSizes &sizes,
                                      ScheduleAttr schedule, bool onlyFilter,
                                      std::string &reason) {
  llvm::raw_string_ostream os(reason);
  const auto [taps, inputTaps, n, rows, cols, depth, k] = sizes;
  if (int64_t cBlock = schedule.getCBlock();
      cBlock != 0 && cBlock < depth && depth % cBlock != 0) {
    os << "c_block = " << cBlock << " does not divide the " << depth
       << " elements of a row";
    return failure();
  }
  // The limit of the ops.
  constexpr uint64_t kMaxNumElements = uint64_t(1) << 48;
  const std::pair<StringRef, uint64_t> tensors[] = {
      {"filter", countElements({taps, depth, k})},
      {"image", countElements({inputTaps, n, rows, cols, depth})},
      {"products", countElements({taps, n, rows, cols, k})}};
  for (auto [name, size] : ArrayRef(tensors).take_front(onlyFilter ? 1 : 3))
    if (size > kMaxNumElements) {
      os << "its transformed " << name << " would have more than 2^48 elements";
      return failure();
    }
  return success();
}

LogicalResult wino::checkStageSizes(const ConvProblem &problem, PlanAttr plan,
                                    bool onlyFilter, std::string &reason) {
  const StageSizes sizes(problem, plan);
  auto getNumTiles = [](int64_t pixels, int64_t m) {
    return ShapedType::isDynamic(pixels) ? pixels : llvm::divideCeil(pixels, m);
  };
  const int64_t rows = getNumTiles(problem.outH, sizes.transform.getMRows());
  const int64_t cols = getNumTiles(problem.outW, sizes.transform.getMCols());
  const int64_t chunk = getPlanVariant(plan).getNumChannels(problem);
  auto check = [&](int64_t depth) {
    return checkProductSizes({sizes.getTaps(), sizes.getTaps(), problem.n, rows,
                              cols, depth, sizes.paddedK},
                             plan.getSchedule(), onlyFilter, reason);
  };
  if (chunk == problem.c)
    return check(sizes.paddedDepth);
  LogicalResult result = success();
  forEachChunk(problem, plan, [&](int64_t, int64_t channels) {
    if (succeeded(result))
      result = check(sizes.with(plan.getSchedule(), channels).paddedDepth);
  });
  return result;
}

/// Bytes of the results of chunks that the next ones add to.
static int64_t getPartialSumBytes(const ConvProblem &problem, PlanAttr plan) {
  const int64_t chunk = getPlanVariant(plan).getNumChannels(problem);
  if (chunk == problem.c)
    return 0;
  const int64_t partials =
      std::min<int64_t>(llvm::divideCeil(problem.c, chunk) - 1, 2);
  return partials *
         int64_t(countElements(
             {problem.n, problem.outH, problem.outW, problem.k})) *
         getScalarBytes(problem.sumType);
}

MemoryUse wino::getStageMemory(const ConvProblem &problem, PlanAttr plan) {
  StageSizes sizes(problem, plan);
  ScheduleAttr schedule = plan.getSchedule();
  const bool onTheFly = schedule.getOnTheFly();
  // The depth of all chunks, and of the first, which is the largest.
  int64_t depth = sizes.paddedDepth;
  if (plan.getChunk() != 0) {
    depth = 0;
    forEachChunk(problem, plan, [&](int64_t, int64_t channels) {
      depth += sizes.with(schedule, channels).paddedDepth;
    });
    sizes = sizes.with(schedule, getPlanVariant(plan).getNumChannels(problem));
  }
  const int64_t factorBytes = getScalarBytes(sizes.factorType);
  MemoryUse use;
  use.filterBytes =
      (onTheFly ? problem.kh * problem.kw : sizes.getTaps()) * depth *
      sizes.paddedK *
      (onTheFly ? getScalarBytes(problem.filterType) : factorBytes);
  auto getTiles = [](int64_t block, int64_t pixels, int64_t m) -> int64_t {
    if (block != 0)
      return block;
    return ShapedType::isDynamic(pixels) ? 1 : llvm::divideCeil(pixels, m);
  };
  int64_t tiles = getTiles(schedule.getBlockRows(), problem.outH,
                           sizes.transform.getMRows()) *
                  getTiles(schedule.getBlockCols(), problem.outW,
                           sizes.transform.getMCols()) *
                  schedule.getBlockImages();
  use.scratchBytes =
      tiles * (sizes.paddedDepth * factorBytes +
               schedule.getKBlock() * getScalarBytes(problem.sumType));
  if (onTheFly)
    use.scratchBytes +=
        schedule.getKBlock() * factorBytes *
        (schedule.getCBlock() ? schedule.getCBlock() : sizes.paddedDepth);
  use.scratchBytes *= sizes.getTaps();
  use.scratchBytes += getPartialSumBytes(problem, plan);
  return use;
}

//===----------------------------------------------------------------------===//
// The stages
//===----------------------------------------------------------------------===//

/// Sizes of V or M with `channels` channels.
SmallVector<OpFoldResult> StageBuilder::getTileSizes(int64_t channels) {
  AffineExpr d0;
  bindDims(rewriter.getContext(), d0);
  auto tiles = [&](unsigned dim, int64_t m) {
    return affine::makeComposedFoldedAffineApply(rewriter, loc, d0.ceilDiv(m),
                                                 {resultSizes[dim]});
  };
  return {rewriter.getIndexAttr(sizes.rowTaps),
          rewriter.getIndexAttr(sizes.colTaps),
          resultSizes[image_dim::kBatch],
          tiles(image_dim::kRow, sizes.transform.getMRows()),
          tiles(image_dim::kCol, sizes.transform.getMCols()),
          rewriter.getIndexAttr(channels)};
}

/// Returns given scales as a constant, those of channels of padding 1.
Value StageBuilder::buildScales(ScalesAttr stage) {
  SmallVector<float> values(stage.getValues().asArrayRef());
  if (stage.getPer() == ScalePer::Channel)
    values.resize(sizes.paddedK, 1.0f);
  return buildScales(values);
}

Value StageBuilder::buildScales(ArrayRef<float> values) {
  auto type =
      RankedTensorType::get({int64_t(values.size())}, rewriter.getF32Type());
  return arith::ConstantOp::create(rewriter, loc,
                                   DenseElementsAttr::get(type, values));
}

Value StageBuilder::buildInputScales(int64_t first, int64_t channels,
                                     bool isInverse) {
  if (inputScales.empty())
    return {};
  SmallVector<float> values(ArrayRef(inputScales).slice(first, channels));
  values.resize(sizes.paddedDepth, 1.0f);
  if (isInverse)
    for (float &value : values)
      value = 1.0f / value;
  return buildScales(values);
}

SmallVector<Value> StageBuilder::takeScales() {
  auto quantized = dyn_cast_or_null<QuantizedAttr>(numbers);
  if (!quantized)
    return {};
  auto ofOps = quantized.getWithoutOperandScales();
  if (hasChannelInput(numbers))
    inputScales =
        llvm::to_vector(quantized.getInput().getValues().asArrayRef());
  SmallVector<Value> scales;
  for (ScalesAttr stage : getOperandStages(numbers))
    if (stage.getValues())
      scales.push_back(buildScales(stage));
  if (!quantized.getFilter().getValues()) {
    const ScalePer per = quantized.getFilter().getPer();
    const int64_t count = per == ScalePer::Tensor ? 1
                          : per == ScalePer::Tap  ? sizes.getTaps()
                                                  : sizes.paddedK;
    Value init =
        createEmpty({rewriter.getIndexAttr(count)}, rewriter.getF32Type());
    auto op = FilterScalesOp::create(rewriter, loc, init.getType(),
                                     sizes.transform, ofOps, filter, init,
                                     buildInputScales(0, problem.c,
                                                      /*isInverse=*/false));
    scales.insert(scales.begin(), op->getResult(0));
  }
  numbers = ofOps;
  return scales;
}

Value StageBuilder::buildWinograd() {
  SmallVector<Value> scales = takeScales();
  Value sum = getAddend();
  const Value allOfImage = image, allOfFilter = filter;
  // Of HWCF.
  constexpr int64_t kFilterInputDim = 2;
  forEachChunk(problem, plan, [&](int64_t first, int64_t channels) {
    if (channels != problem.c) {
      sizes = sizes.with(schedule, channels);
      image = sliceChannels(rewriter, loc, allOfImage, image_dim::kChannel,
                            first, channels);
      filter = sliceChannels(rewriter, loc, allOfFilter, kFilterInputDim, first,
                             channels);
    }
    sum = buildStages(sum, scales, first, channels);
  });
  return toResultLayout(sum);
}

/// Returns the sum of `addend`, if it is not null, and the convolution.
Value StageBuilder::buildStages(Value addend, ValueRange scales, int64_t first,
                                int64_t channels) {
  Value u = filter;
  if (schedule.getOnTheFly())
    u = buildFilterTransform(
        u,
        TransformAttr::getKept(rewriter.getContext(), problem.kh, problem.kw),
        /*numbers=*/{}, sizes.paddedDepth, problem.filterType);
  SmallVector<Value> filterScales(scales.take_front(1));
  if (Value scales = buildInputScales(first, channels, /*isInverse=*/false))
    filterScales.push_back(scales);
  u = buildFilterTransform(u, sizes.transform, numbers, sizes.paddedDepth,
                           sizes.factorType, filterScales);
  Value init = createEmpty(getTileSizes(sizes.paddedDepth), sizes.factorType);
  auto v = InputTransformOp::create(rewriter, loc, init.getType(),
                                    sizes.transform, SmallVector<int64_t>(4, 0),
                                    image, init, buildOrigin(),
                                    buildInputScales(first, channels,
                                                     /*isInverse=*/true),
                                    ImageLayout::NHWC, schedule.getPrefetch(),
                                    /*padValue=*/0, numbers);
  return buildOutputTransform(buildProducts(v->getResult(0), u), addend,
                              scales);
}

Value StageBuilder::buildIm2Row() {
  joinTaps();
  Value u = buildFilterTransform(filter, sizes.transform, /*numbers=*/{},
                                 sizes.paddedDepth, problem.filterType);
  Value init = createEmpty(getTileSizes(sizes.paddedDepth), sizes.factorType);
  auto v = Im2RowOp::create(
      rewriter, loc, init.getType(), ArrayRef<int64_t>{problem.kh, problem.kw},
      problem.strides, problem.dilations, SmallVector<int64_t>(4, 0), image,
      init, buildOrigin());
  return toResultLayout(
      buildOutputTransform(buildProducts(v->getResult(0), u), getAddend()));
}

Value StageBuilder::buildProducts(Value v, Value u) {
  TransformAttr transform = sizes.transform;
  Value m = createEmpty(getTileSizes(sizes.paddedK), problem.sumType);
  SmallVector<Value> edge;
  DenseI64ArrayAttr edgeTaps;
  if (transform.hasEdge()) {
    for (int64_t axis : {0, 1})
      edge.push_back(arith::ConstantIndexOp::create(
          rewriter, loc,
          transform.getNumWholeTiles(axis,
                                     axis == 0 ? problem.outH : problem.outW)));
    edgeTaps =
        rewriter.getDenseI64ArrayAttr({transform.getAlpha(0, /*atEdge=*/true),
                                       transform.getAlpha(1, /*atEdge=*/true)});
  }

  const bool narrowRange =
      numbers ? numbers.hasNarrowFactors() : hasNarrowRange(problem);
  return HadamardOp::create(rewriter, loc, m.getType(), v, u, m, edge, edgeTaps,
                            schedule, /*accumulate=*/false, narrowRange)
      ->getResult(0);
}

Value StageBuilder::buildOutputTransform(Value m, Value addend,
                                         ValueRange scales) {
  Value init = createEmpty(resultSizes, problem.sumType);
  auto op = OutputTransformOp::create(
      rewriter, loc, init.getType(), sizes.transform, m, init,
      addend ? ValueRange(addend) : ValueRange(), schedule, ImageLayout::NHWC,
      /*epilogueLayouts=*/{}, numbers, scales);
  buildEpilogue(op.getEpilogue(), addend);
  return op->getResult(0);
}
