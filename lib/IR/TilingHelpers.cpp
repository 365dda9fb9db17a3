//===- TilingHelpers.cpp - What the tilings of ops share ------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TilingHelpers.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/LoopLikeInterface.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace wino;

OpFoldResult wino::apply(OpBuilder &builder, Location loc, AffineExpr expr,
                         ArrayRef<OpFoldResult> operands) {
  return affine::makeComposedFoldedAffineApply(builder, loc, expr, operands);
}

Value wino::getSlice(OpBuilder &builder, Location loc, Value source,
                     ArrayRef<OpFoldResult> offsets,
                     ArrayRef<OpFoldResult> sizes,
                     SmallVectorImpl<Operation *> &slices) {
  SmallVector<OpFoldResult> strides(offsets.size(), builder.getIndexAttr(1));
  auto slice = tensor::ExtractSliceOp::create(builder, loc, source, offsets,
                                              sizes, strides);
  slices.push_back(slice);
  return slice;
}

SmallVector<Range> wino::getDomain(OpBuilder &builder, Location loc,
                                   Value value) {
  SmallVector<Range> domain;
  for (OpFoldResult size : tensor::getMixedSizes(builder, loc, value))
    domain.push_back({builder.getIndexAttr(0), size, builder.getIndexAttr(1)});
  return domain;
}

bool wino::isMultipleOf(OpFoldResult value, int64_t factor) {
  if (factor == 1)
    return true;
  if (std::optional<int64_t> constant = getConstantIntValue(value))
    return *constant % factor == 0;
  auto operand = cast<Value>(value);
  if (auto arg = dyn_cast<BlockArgument>(operand)) {
    auto loop = dyn_cast<LoopLikeOpInterface>(arg.getOwner()->getParentOp());
    if (!loop)
      return false;
    std::optional<SmallVector<Value>> ivs = loop.getLoopInductionVars();
    std::optional<SmallVector<OpFoldResult>> lbs = loop.getLoopLowerBounds();
    std::optional<SmallVector<OpFoldResult>> steps = loop.getLoopSteps();
    if (!ivs || !lbs || !steps)
      return false;
    for (auto [iv, lb, step] : llvm::zip_equal(*ivs, *lbs, *steps))
      if (iv == arg)
        return isMultipleOf(lb, factor) && isMultipleOf(step, factor);
    return false;
  }
  auto applyOp = operand.getDefiningOp<affine::AffineApplyOp>();
  if (!applyOp)
    return false;
  // Exact for the operands as free variables; sums of loop indices are tried
  // term by term.
  AffineExpr expr = applyOp.getAffineMap().getResult(0);
  if (expr.isMultipleOf(factor))
    return true;
  auto isTermMultiple = [&](AffineExpr term) {
    if (term.isMultipleOf(factor))
      return true;
    if (auto dim = dyn_cast<AffineDimExpr>(term))
      return isMultipleOf(applyOp.getMapOperands()[dim.getPosition()], factor);
    if (auto symbol = dyn_cast<AffineSymbolExpr>(term))
      return isMultipleOf(
          applyOp.getMapOperands()[applyOp.getAffineMap().getNumDims() +
                                   symbol.getPosition()],
          factor);
    return false;
  };
  SmallVector<AffineExpr> terms = {expr};
  while (!terms.empty()) {
    AffineExpr term = terms.pop_back_val();
    auto sum = dyn_cast<AffineBinaryOpExpr>(term);
    if (sum && sum.getKind() == AffineExprKind::Add) {
      terms.push_back(sum.getLHS());
      terms.push_back(sum.getRHS());
      continue;
    }
    if (!isTermMultiple(term))
      return false;
  }
  return true;
}

bool wino::coversAll(OpFoldResult offset, OpFoldResult size,
                     OpFoldResult total) {
  return isConstantIntValue(offset, 0) &&
         isEqualConstantIntOrValue(size, total);
}

void wino::assignTile(ArrayRef<OpFoldResult> offsets,
                      ArrayRef<OpFoldResult> sizes,
                      SmallVectorImpl<OpFoldResult> &toOffsets,
                      SmallVectorImpl<OpFoldResult> &toSizes) {
  toOffsets.assign(offsets.begin(), offsets.end());
  toSizes.assign(sizes.begin(), sizes.end());
}

OpFoldResult wino::getCroppedSize(OpBuilder &builder, Location loc, int64_t m,
                                  OpFoldResult offset, OpFoldResult size,
                                  OpFoldResult total, OpFoldResult numTiles) {
  AffineExpr d0, d1, d2;
  bindDims(builder.getContext(), d0, d1, d2);
  std::optional<int64_t> constTotal = getConstantIntValue(total);
  std::optional<int64_t> constTiles = getConstantIntValue(numTiles);
  // Without a crop the plain product keeps the size static.
  if (constTotal && constTiles && *constTotal == *constTiles * m)
    return apply(builder, loc, d0 * m, {size});
  return affine::makeComposedFoldedAffineMin(
      builder, loc,
      AffineMap::get(3, 0, {d0 * m, d1 - d2 * m}, builder.getContext()),
      {size, total, offset});
}

bool wino::allTilesHaveChannels(int64_t padded, int64_t channels,
                                OpFoldResult size) {
  std::optional<int64_t> tile = getConstantIntValue(size);
  if (ShapedType::isDynamic(padded) || ShapedType::isDynamic(channels))
    return false;
  return padded == channels ||
         (tile && *tile > 0 &&
          llvm::divideCeil(padded, *tile) == llvm::divideCeil(channels, *tile));
}

SmallVector<Value> wino::getEpilogueTile(ResultOpInterface op,
                                         OpBuilder &builder,
                                         ArrayRef<OpFoldResult> offsets,
                                         ArrayRef<OpFoldResult> sizes,
                                         SmallVectorImpl<Operation *> &slices) {
  SmallVector<Value> operands;
  for (auto [number, operand] : llvm::enumerate(op.getEpilogueOperands())) {
    auto arrange = [&, number = number,
                    operand = operand](ArrayRef<OpFoldResult> values) {
      if (cast<ShapedType>(operand.getType()).getRank() == 1)
        return SmallVector<OpFoldResult>{
            values[getImageDims(op.getLayout()).channel]};
      return changeLayout(values, op.getLayout(), op.getEpilogueLayout(number));
    };
    operands.push_back(getSlice(builder, op.getLoc(), operand, arrange(offsets),
                                arrange(sizes), slices));
  }
  return operands;
}
