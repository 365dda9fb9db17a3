//===- ColumnProduct.cpp - wino.column_product ----------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The domain is [n, oh, ow, k, d], where d is summed and never tiled. Tiles of
// pixels begin with a block of columns.
//
//===----------------------------------------------------------------------===//

#include "Epilogue.h"
#include "TilingHelpers.h"
#include "Verifiers.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/ValueBoundsOpInterface.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace wino;
using utils::IteratorType;

/// The dimension of the domain that is summed; the others are those of an image
/// in NHWC.
static constexpr unsigned kDepthDim = image_dim::kRank;

//===----------------------------------------------------------------------===//
// ResultOpInterface
//===----------------------------------------------------------------------===//

unsigned ColumnProductOp::getBatchDim() { return image_dim::kBatch; }

ScheduleAttr ColumnProductOp::takeSchedule() {
  auto schedule = cast_or_null<ScheduleAttr>(removeScheduleAttr());
  if (schedule)
    setMicroRows(schedule.getMicroRows());
  return schedule;
}

ImageLayout ColumnProductOp::getEpilogueLayout(unsigned number) {
  return lookUpEpilogueLayout(getEpilogueLayouts(), number);
}

void ColumnProductOp::setEpilogueLayout(unsigned number, ImageLayout layout) {
  setEpilogueLayoutsAttr(
      replaceEpilogueLayout(*this, getEpilogueLayouts(), number, layout));
}

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

LogicalResult ColumnProductOp::verify() {
  ShapedType filter = getFilterType(), columns = getColumnsType();
  auto init = cast<ShapedType>(getInit().getType());
  const ImageDims dims = getImageDims();
  // C9, C10
  if (failed(verifyDps(*this, getInit())) ||
      failed(verifyColumns(*this, columns, getPixelBlock())))
    return failure();
  if (filter.isDynamicDim(1))
    return emitOpError("expected filters of a static depth, but got ")
           << filter;
  // C1, C2, C4
  if (failed(verifySize(*this, "the batch of the init",
                        init.getDimSize(dims.batch),
                        columns.getDimSize(image_dim::kBatch))) ||
      failed(verifySize(*this, "the elements of a column", getDepth(),
                        filter.getDimSize(1))) ||
      failed(verifySize(*this, "the channels of the init",
                        init.getDimSize(dims.channel), filter.getDimSize(0))))
    return failure();
  // C3
  for (unsigned axis : {0, 1}) {
    const int64_t pixels = init.getDimSize(dims.axis(axis));
    const int64_t block = getPixelBlock()[axis];
    if (!ShapedType::isDynamic(pixels) &&
        failed(verifySize(
            *this, "the blocks of columns along axis " + Twine(axis),
            columns.getDimSize(image_dim::kRow + axis),
            block == 0 ? 1 : int64_t(llvm::divideCeil(pixels, block)))))
      return failure();
  }
  // C5, C13
  if (failed(verifyEpilogueOperands(*this, getEpilogueLayouts())))
    return failure();
  // C11
  if (ScheduleAttr schedule = getScheduleAttr())
    if (failed(verifySize(*this, "the columns of a panel",
                          columns.getDimSize(packed_dim::kPanelCol),
                          schedule.getMicroCols())))
      return failure();
  // C8
  if (getGroup(columns) != 1 && isa<FloatType>(columns.getElementType()))
    return emitOpError("expected groups of integers, but got ") << columns;
  return verifyFactorTypes(*this, filter, columns);
}

LogicalResult ColumnProductOp::verifyRegions() {
  return verifyEpilogueRegion(*this);
}

//===----------------------------------------------------------------------===//
// TilingInterface
//===----------------------------------------------------------------------===//

SmallVector<IteratorType> ColumnProductOp::getLoopIteratorTypes() {
  SmallVector<IteratorType> types(image_dim::kRank, IteratorType::parallel);
  types.push_back(IteratorType::reduction);
  return types;
}

/// The sizes of the domain.
static SmallVector<OpFoldResult> getDomainSizes(ColumnProductOp op,
                                                OpBuilder &builder) {
  SmallVector<OpFoldResult> sizes = changeLayout<OpFoldResult>(
      tensor::getMixedSizes(builder, op.getLoc(), op.getInit()), op.getLayout(),
      ImageLayout::NHWC);
  sizes.push_back(builder.getIndexAttr(op.getDepth()));
  return sizes;
}

SmallVector<Range> ColumnProductOp::getIterationDomain(OpBuilder &builder) {
  SmallVector<Range> domain;
  for (OpFoldResult size : getDomainSizes(*this, builder))
    domain.push_back({builder.getIndexAttr(0), size, builder.getIndexAttr(1)});
  return domain;
}

LogicalResult ColumnProductOp::getResultTilePosition(
    OpBuilder &, unsigned, ArrayRef<OpFoldResult> offsets,
    ArrayRef<OpFoldResult> sizes, SmallVector<OpFoldResult> &resultOffsets,
    SmallVector<OpFoldResult> &resultSizes) {
  resultOffsets = changeLayout(offsets.take_front(image_dim::kRank),
                               ImageLayout::NHWC, getLayout());
  resultSizes = changeLayout(sizes.take_front(image_dim::kRank),
                             ImageLayout::NHWC, getLayout());
  return success();
}

LogicalResult ColumnProductOp::getIterationDomainTileFromResultTile(
    OpBuilder &builder, unsigned, ArrayRef<OpFoldResult> offsets,
    ArrayRef<OpFoldResult> sizes, SmallVectorImpl<OpFoldResult> &domainOffsets,
    SmallVectorImpl<OpFoldResult> &domainSizes) {
  assignTile(changeLayout(offsets, getLayout(), ImageLayout::NHWC),
             changeLayout(sizes, getLayout(), ImageLayout::NHWC), domainOffsets,
             domainSizes);
  domainOffsets.push_back(builder.getIndexAttr(0));
  domainSizes.push_back(builder.getIndexAttr(getDepth()));
  return success();
}

/// The blocks of `block` pixels that `size` pixels are. What is known to be at
/// most one block is one, although its size may not be known.
static OpFoldResult getNumBlocks(OpBuilder &builder, Location loc,
                                 OpFoldResult size, int64_t block) {
  if (!getConstantIntValue(size)) {
    FailureOr<int64_t> bound = ValueBoundsConstraintSet::computeConstantBound(
        presburger::BoundType::UB, size, /*stopCondition=*/nullptr,
        /*closedUB=*/true);
    if (succeeded(bound) && *bound <= block)
      return builder.getIndexAttr(1);
  }
  AffineExpr d0;
  bindDims(builder.getContext(), d0);
  return apply(builder, loc, d0.ceilDiv(block), {size});
}

/// Returns the columns of the pixels [offsets, offsets + sizes) of the domain,
/// or failure if they do not begin with a block.
static FailureOr<Value> getColumnsTile(ColumnProductOp op, OpBuilder &builder,
                                       ArrayRef<OpFoldResult> offsets,
                                       ArrayRef<OpFoldResult> sizes,
                                       SmallVectorImpl<Operation *> &slices) {
  Location loc = op.getLoc();
  SmallVector<OpFoldResult> domain = getDomainSizes(op, builder);
  SmallVector<OpFoldResult> columnSizes =
      tensor::getMixedSizes(builder, loc, op.getColumns());
  SmallVector<OpFoldResult> columnOffsets(columnSizes.size(),
                                          builder.getIndexAttr(0));
  columnOffsets[image_dim::kBatch] = offsets[image_dim::kBatch];
  columnSizes[image_dim::kBatch] = sizes[image_dim::kBatch];
  AffineExpr d0;
  bindDims(builder.getContext(), d0);
  for (unsigned axis : {0, 1}) {
    const unsigned dim = image_dim::kRow + axis;
    const int64_t block = op.getPixelBlock()[axis];
    // A tile of the whole size is all, whatever its offset is called.
    if (isEqualConstantIntOrValue(sizes[dim], domain[dim]))
      continue;
    // It may end inside of a block.
    if (block == 0 || !isMultipleOf(offsets[dim], block))
      return failure();
    columnOffsets[dim] =
        apply(builder, loc, d0.floorDiv(block), {offsets[dim]});
    columnSizes[dim] = getNumBlocks(builder, loc, sizes[dim], block);
  }
  return getSlice(builder, loc, op.getColumns(), columnOffsets, columnSizes,
                  slices);
}

FailureOr<TilingResult>
ColumnProductOp::generateResultTileValue(OpBuilder &builder, unsigned number,
                                         ArrayRef<OpFoldResult> offsets,
                                         ArrayRef<OpFoldResult> sizes) {
  return generateTile(*this, builder, number, offsets, sizes);
}

FailureOr<TilingResult>
ColumnProductOp::getTiledImplementation(OpBuilder &builder,
                                        ArrayRef<OpFoldResult> offsets,
                                        ArrayRef<OpFoldResult> sizes) {
  Location loc = getLoc();
  // The op overwrites its result, so a part of the sum is no tile of it.
  if (!coversAll(offsets[kDepthDim], sizes[kDepthDim],
                 builder.getIndexAttr(getDepth())))
    return failure();
  SmallVector<OpFoldResult> resultOffsets, resultSizes;
  if (failed(getResultTilePosition(builder, 0, offsets, sizes, resultOffsets,
                                   resultSizes)))
    return failure();
  SmallVector<Operation *> slices;
  FailureOr<Value> columns =
      getColumnsTile(*this, builder, offsets, sizes, slices);
  if (failed(columns))
    return failure();
  Value filter = getSlice(
      builder, loc, getFilter(),
      {offsets[image_dim::kChannel], builder.getIndexAttr(0)},
      {sizes[image_dim::kChannel], builder.getIndexAttr(getDepth())}, slices);
  Value init =
      getSlice(builder, loc, getInit(), resultOffsets, resultSizes, slices);
  SmallVector<Value> operands =
      getEpilogueTile(*this, builder, resultOffsets, resultSizes, slices);
  auto tiled = ColumnProductOp::create(
      builder, loc, init.getType(), getPixelBlock(), filter, *columns, init,
      operands, getScheduleAttr(), getLayout(), getEpilogueLayoutsAttr(),
      getMicroRowsAttr(), getNarrowRange());
  IRMapping mapping;
  getEpilogue().cloneInto(&tiled.getEpilogue(), mapping);
  return TilingResult{{tiled}, tiled->getResults(), slices};
}
