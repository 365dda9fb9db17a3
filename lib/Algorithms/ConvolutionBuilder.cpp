//===- ConvolutionBuilder.cpp - What algorithms write alike ---------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ConvolutionBuilder.h"
#include "Wino/Algorithms/FilterBounds.h"
#include "Wino/Algorithms/Layouts.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace wino;

//===----------------------------------------------------------------------===//
// The destination of the convolution
//===----------------------------------------------------------------------===//

/// Returns the vector [K] that `value` broadcasts along dimension `channelDim`,
/// or null.
static Value getBroadcastChannel(Value value, int64_t channelDim) {
  if (auto broadcast = value.getDefiningOp<linalg::BroadcastOp>()) {
    auto source = cast<ShapedType>(broadcast.getInput().getType());
    if (source.getRank() == 1 &&
        !llvm::is_contained(broadcast.getDimensions(), channelDim))
      return broadcast.getInput();
    return {};
  }
  auto generic = value.getDefiningOp<linalg::GenericOp>();
  if (!generic || generic.getNumDpsInputs() != 1 ||
      generic.getNumResults() != 1 || !linalg::isElementwise(generic) ||
      !generic.getIndexingMapsArray().back().isIdentity())
    return {};
  auto yield = cast<linalg::YieldOp>(generic.getBody()->getTerminator());
  AffineMap map = generic.getIndexingMapsArray()[0];
  if (yield.getValues()[0] != generic.getBody()->getArgument(0) ||
      map.getNumResults() != 1 ||
      map.getResult(0) != getAffineDimExpr(channelDim, generic->getContext()))
    return {};
  return generic.getDpsInputs()[0];
}

static bool isZero(Value value) {
  if (auto fill = value.getDefiningOp<linalg::FillOp>())
    value = fill.getInputs()[0];
  else if (auto generic = value.getDefiningOp<linalg::GenericOp>())
    value = linalg::isaFillOpInterface(generic).value_or(value);
  return matchPattern(value, m_AnyZeroFloat()) || matchPattern(value, m_Zero());
}

/// Returns what the convolution adds to: null if it is zero, [K] if it is the
/// same at every pixel, else the tensor in NHWC.
static Value getAddend(OpBuilder &builder, const ConvProblem &problem) {
  linalg::LinalgOp op = problem.op;
  Value init = op.getDpsInits()[0];
  if (isZero(init))
    return {};
  int64_t channelDim = problem.isMatmul ? 1 : problem.resultPermutation[3];
  if (Value channel = getBroadcastChannel(init, channelDim))
    return channel;
  if (problem.isMatmul)
    return expandMatrix(builder, op.getLoc(), init);
  return transpose(builder, op.getLoc(), init, problem.resultPermutation);
}

//===----------------------------------------------------------------------===//
// The builder
//===----------------------------------------------------------------------===//

static SmallVector<OpFoldResult> getResultSizes(OpBuilder &builder,
                                                const ConvProblem &problem) {
  linalg::LinalgOp op = problem.op;
  SmallVector<OpFoldResult> sizes =
      tensor::getMixedSizes(builder, op.getLoc(), op.getDpsInits()[0]);
  if (!problem.isMatmul)
    return applyPermutation(sizes, problem.resultPermutation);
  sizes.insert(sizes.begin(), 2, builder.getIndexAttr(1));
  return sizes;
}

ConvolutionBuilder::ConvolutionBuilder(RewriterBase &rewriter,
                                       const ConvProblem &problem,
                                       PlanAttr plan)
    : rewriter(rewriter), problem(problem), schedule(plan.getSchedule()),
      loc(linalg::LinalgOp(problem.op).getLoc()) {
  linalg::LinalgOp op = problem.op;
  image = op.getDpsInputs()[0];
  filter = op.getDpsInputs()[1];
  if (problem.isMatmul) {
    image = expandMatrix(rewriter, loc, image);
    filter = expandMatrix(rewriter, loc, filter);
  } else {
    image = transposeImage(rewriter, loc, image, problem.imagePermutation);
    filter = transpose(rewriter, loc, filter, problem.filterPermutation);
  }
  resultSizes = getResultSizes(rewriter, problem);
}

Value ConvolutionBuilder::toResultLayout(Value y) {
  if (problem.isMatmul)
    return collapseMatrix(rewriter, loc, y);
  return transpose(rewriter, loc, y,
                   invertPermutationVector(problem.resultPermutation));
}

Value ConvolutionBuilder::createEmpty(ArrayRef<OpFoldResult> sizes,
                                      Type elementType) {
  return tensor::EmptyOp::create(rewriter, loc, sizes, elementType);
}

void ConvolutionBuilder::joinTaps() {
  if (problem.kh * problem.kw == 1)
    return;
  filter = collapseMatrix(rewriter, loc, filter);
  filter = expandMatrix(rewriter, loc, filter);
}

Value ConvolutionBuilder::buildFilterTransform(Value from, TransformAttr by,
                                               NumbersAttrInterface numbers,
                                               int64_t depth, Type elementType,
                                               ValueRange scales) {
  const int64_t group = schedule.getGroup();
  SmallVector<int64_t> sizes = {
      int64_t(llvm::divideCeil(problem.k, schedule.getKBlock())),
      getNumTaps(by, numbers, 0),
      getNumTaps(by, numbers, 1),
      schedule.getKBlock() / schedule.getMicroCols(),
      depth / group,
      schedule.getMicroCols()};
  if (group != 1)
    sizes.push_back(group);
  Value init = createEmpty(getAsIndexOpFoldResult(rewriter.getContext(), sizes),
                           elementType);
  return FilterTransformOp::create(rewriter, loc, init.getType(), by, from,
                                   init, scales, numbers)
      ->getResult(0);
}

/// Whether `image` may hold more pixels along an axis than the `pixels` of the
/// result need.
static bool hasSparePixels(const ConvProblem &problem, Value image,
                           unsigned axis, OpFoldResult pixels) {
  const int64_t taps = axis == 0 ? problem.kh : problem.kw;
  const int64_t extent = problem.dilations[axis] * (taps - 1) + 1;
  const int64_t size =
      cast<ShapedType>(image.getType()).getDimSize(image_dim::kRow + axis);
  std::optional<int64_t> known = getConstantIntValue(pixels);
  return !ShapedType::isDynamic(size) && known &&
         (size - extent) / problem.strides[axis] + 1 != *known;
}

SmallVector<Value> ConvolutionBuilder::buildOrigin() {
  SmallVector<Value> origin;
  if (hasSparePixels(problem, image, 0, resultSizes[image_dim::kRow]) ||
      hasSparePixels(problem, image, 1, resultSizes[image_dim::kCol]))
    origin.assign(2, arith::ConstantIndexOp::create(rewriter, loc, 0));
  return origin;
}

Value ConvolutionBuilder::getAddend() { return ::getAddend(rewriter, problem); }

void ConvolutionBuilder::buildEpilogue(Region &epilogue, Value addend) {
  OpBuilder::InsertionGuard guard(rewriter);
  SmallVector<Type> types(addend ? 2 : 1, problem.sumType);
  Block *block = rewriter.createBlock(&epilogue, {}, types,
                                      SmallVector<Location>(types.size(), loc));
  Value sum = block->getArgument(0);
  if (addend && problem.isInteger())
    sum = arith::AddIOp::create(rewriter, loc, sum, block->getArgument(1));
  else if (addend)
    sum = arith::AddFOp::create(rewriter, loc, sum, block->getArgument(1));
  YieldOp::create(rewriter, loc, sum);
}

bool wino::hasNarrowRange(const ConvProblem &problem) {
  return problem.isInteger() && getFilterBounds(problem).min > -128;
}
