//===- OffsetAdd.cpp - wino.offset_add ------------------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The domain is that of the products, with the pixels of the result instead of
// theirs: [kh, kw, n, oh, ow, k], where kh and kw are summed and never tiled.
//
//===----------------------------------------------------------------------===//

#include "Epilogue.h"
#include "TilingHelpers.h"
#include "Verifiers.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/Support/CheckedArithmetic.h"

using namespace mlir;
using namespace wino;
using utils::IteratorType;

//===----------------------------------------------------------------------===//
// ResultOpInterface
//===----------------------------------------------------------------------===//

unsigned OffsetAddOp::getBatchDim() { return tile_dim::kBatch; }

ScheduleAttr OffsetAddOp::takeSchedule() {
  auto schedule = cast_or_null<ScheduleAttr>(removeScheduleAttr());
  if (schedule)
    setStreamStores(schedule.getStreamStores());
  return schedule;
}

ImageLayout OffsetAddOp::getEpilogueLayout(unsigned number) {
  return lookUpEpilogueLayout(getEpilogueLayouts(), number);
}

void OffsetAddOp::setEpilogueLayout(unsigned number, ImageLayout layout) {
  setEpilogueLayoutsAttr(
      replaceEpilogueLayout(*this, getEpilogueLayouts(), number, layout));
}

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

LogicalResult OffsetAddOp::verify() {
  ShapedType input = getInputType(), init = getInitType();
  ImageDims dims = getImageDims();
  // C4, C5, C10
  if (failed(verifyDps(*this, getInit())) ||
      failed(verifyWindow(
          *this, {{"strides", getStrides()}, {"dilations", getDilations()}})) ||
      failed(verifyPad(*this, getPad())) ||
      failed(verifyStatic(
          *this, "the input", input,
          {tile_dim::kTapRow, tile_dim::kTapCol, tile_dim::kChannel})) ||
      failed(verifyWindow(
          *this, {{"the taps of the input", input.getShape().take_front(2)}})))
    return failure();
  // C1
  if (failed(verifySize(*this, "the batch of the init",
                        init.getDimSize(dims.batch),
                        input.getDimSize(tile_dim::kBatch))))
    return failure();
  // C2
  for (unsigned axis : {0, 1}) {
    int64_t size = input.getDimSize(tile_dim::kTileRow + axis);
    if (!ShapedType::isDynamic(size))
      size += getPadLow(axis) + getPadHigh(axis);
    if (failed(verifyImagePixels(*this, axis, size, getExtent(axis),
                                 getStrides()[axis],
                                 init.getDimSize(dims.axis(axis)))))
      return failure();
  }
  // C3
  if (failed(verifyAtLeast(*this, "the channels of the input",
                           input.getDimSize(tile_dim::kChannel),
                           init.getDimSize(dims.channel))))
    return failure();
  // C6, C11
  if (failed(verifyEpilogueOperands(*this, getEpilogueLayouts())))
    return failure();
  // C9
  Type type = input.getElementType();
  if (type.isInteger(8) || type.isInteger(16))
    return emitOpError("expected products of floats or i32, but got ") << type;
  return success();
}

LogicalResult OffsetAddOp::verifyRegions() {
  return verifyEpilogueRegion(*this);
}

//===----------------------------------------------------------------------===//
// TilingInterface
//===----------------------------------------------------------------------===//

SmallVector<IteratorType> OffsetAddOp::getLoopIteratorTypes() {
  SmallVector<IteratorType> types(tile_dim::kRank, IteratorType::parallel);
  types[tile_dim::kTapRow] = types[tile_dim::kTapCol] = IteratorType::reduction;
  return types;
}

SmallVector<Range> OffsetAddOp::getIterationDomain(OpBuilder &builder) {
  SmallVector<Range> domain = getDomain(builder, getLoc(), getInput());
  for (unsigned axis : {0, 1})
    domain[tile_dim::kTileRow + axis].size = tensor::getMixedSize(
        builder, getLoc(), getInit(), getImageDims().axis(axis));
  return domain;
}

LogicalResult OffsetAddOp::getResultTilePosition(
    OpBuilder &builder, unsigned, ArrayRef<OpFoldResult> offsets,
    ArrayRef<OpFoldResult> sizes, SmallVector<OpFoldResult> &resultOffsets,
    SmallVector<OpFoldResult> &resultSizes) {
  const ImageDims dims = getImageDims();
  resultOffsets = changeLayout(offsets.drop_front(tile_dim::kBatch),
                               ImageLayout::NHWC, getLayout());
  resultSizes = changeLayout(sizes.drop_front(tile_dim::kBatch),
                             ImageLayout::NHWC, getLayout());
  resultSizes[dims.channel] = getCroppedSize(
      builder, getLoc(), /*m=*/1, offsets[tile_dim::kChannel],
      sizes[tile_dim::kChannel],
      tensor::getMixedSize(builder, getLoc(), getInit(), dims.channel),
      tensor::getMixedSize(builder, getLoc(), getInput(), tile_dim::kChannel));
  return success();
}

LogicalResult OffsetAddOp::getIterationDomainTileFromResultTile(
    OpBuilder &builder, unsigned, ArrayRef<OpFoldResult> offsets,
    ArrayRef<OpFoldResult> sizes, SmallVectorImpl<OpFoldResult> &domainOffsets,
    SmallVectorImpl<OpFoldResult> &domainSizes) {
  const unsigned channelDim = getImageDims().channel;
  domainOffsets.assign(2, builder.getIndexAttr(0));
  domainSizes.assign({builder.getIndexAttr(getNumTaps(0)),
                      builder.getIndexAttr(getNumTaps(1))});
  llvm::append_range(domainOffsets,
                     changeLayout(offsets, getLayout(), ImageLayout::NHWC));
  llvm::append_range(domainSizes,
                     changeLayout(sizes, getLayout(), ImageLayout::NHWC));
  // All channels include those that the result drops.
  if (coversAll(offsets[channelDim], sizes[channelDim],
                tensor::getMixedSize(builder, getLoc(), getInit(), channelDim)))
    domainSizes[tile_dim::kChannel] =
        tensor::getMixedSize(builder, getLoc(), getInput(), tile_dim::kChannel);
  return success();
}

/// Returns the products that tile [offsets, offsets + sizes) of the domain
/// sums, or failure if it is a part of an axis with padding.
static FailureOr<Value> getProducts(OffsetAddOp op, OpBuilder &builder,
                                    ArrayRef<OpFoldResult> offsets,
                                    ArrayRef<OpFoldResult> sizes,
                                    SmallVectorImpl<Operation *> &slices) {
  Location loc = op.getLoc();
  SmallVector<Range> domain = op.getIterationDomain(builder);
  SmallVector<OpFoldResult> inputOffsets(offsets), inputSizes(sizes);
  AffineExpr d0;
  bindDims(builder.getContext(), d0);
  for (unsigned axis : {0, 1}) {
    unsigned dim = tile_dim::kTileRow + axis;
    // A tile of the whole size is all, whatever its offset is called.
    if (isEqualConstantIntOrValue(sizes[dim], domain[dim].size)) {
      inputOffsets[dim] = builder.getIndexAttr(0);
      inputSizes[dim] = tensor::getMixedSize(builder, loc, op.getInput(), dim);
      continue;
    }
    if (op.isPadded(axis))
      return failure();
    int64_t stride = op.getStrides()[axis];
    inputOffsets[dim] = apply(builder, loc, d0 * stride, {offsets[dim]});
    inputSizes[dim] = apply(
        builder, loc, (d0 - 1) * stride + op.getExtent(axis), {sizes[dim]});
  }
  return getSlice(builder, loc, op.getInput(), inputOffsets, inputSizes,
                  slices);
}

/// Returns the tile of `op` that computes the part [resultOffsets,
/// resultOffsets + resultSizes) of its result from the tile of the domain.
static FailureOr<TilingResult> buildTile(OffsetAddOp op, OpBuilder &builder,
                                         ArrayRef<OpFoldResult> offsets,
                                         ArrayRef<OpFoldResult> sizes,
                                         ArrayRef<OpFoldResult> resultOffsets,
                                         ArrayRef<OpFoldResult> resultSizes) {
  Location loc = op.getLoc();
  SmallVector<Range> domain = op.getIterationDomain(builder);
  for (unsigned dim : {tile_dim::kTapRow, tile_dim::kTapCol})
    if (!coversAll(offsets[dim], sizes[dim], domain[dim].size))
      return failure();
  // Channels of products have a static size.
  if (!getConstantIntValue(sizes[tile_dim::kChannel]))
    return failure();
  SmallVector<Operation *> slices;
  FailureOr<Value> input = getProducts(op, builder, offsets, sizes, slices);
  if (failed(input))
    return failure();
  Value init =
      getSlice(builder, loc, op.getInit(), resultOffsets, resultSizes, slices);
  SmallVector<Value> operands =
      getEpilogueTile(op, builder, resultOffsets, resultSizes, slices);
  auto tiled = OffsetAddOp::create(
      builder, loc, init.getType(), op.getStrides(), op.getDilations(),
      op.getPad(), *input, init, operands, op.getScheduleAttr(), op.getLayout(),
      op.getEpilogueLayoutsAttr(), op.getStreamStores());
  IRMapping mapping;
  op.getEpilogue().cloneInto(&tiled.getEpilogue(), mapping);
  return TilingResult{{tiled}, tiled->getResults(), slices};
}

FailureOr<TilingResult>
OffsetAddOp::generateResultTileValue(OpBuilder &builder, unsigned number,
                                     ArrayRef<OpFoldResult> offsets,
                                     ArrayRef<OpFoldResult> sizes) {
  SmallVector<OpFoldResult> domainOffsets, domainSizes;
  if (failed(getIterationDomainTileFromResultTile(
          builder, number, offsets, sizes, domainOffsets, domainSizes)))
    return failure();
  return buildTile(*this, builder, domainOffsets, domainSizes, offsets, sizes);
}

FailureOr<TilingResult>
OffsetAddOp::getTiledImplementation(OpBuilder &builder,
                                    ArrayRef<OpFoldResult> offsets,
                                    ArrayRef<OpFoldResult> sizes) {
  const int64_t numChannels = getInputType().getDimSize(tile_dim::kChannel);
  if (!coversAll(offsets[tile_dim::kChannel], sizes[tile_dim::kChannel],
                 builder.getIndexAttr(numChannels)) &&
      !allTilesHaveChannels(numChannels,
                            getInitType().getDimSize(getImageDims().channel),
                            sizes[tile_dim::kChannel]))
    return failure();
  SmallVector<OpFoldResult> resultOffsets, resultSizes;
  if (failed(getResultTilePosition(builder, 0, offsets, sizes, resultOffsets,
                                   resultSizes)))
    return failure();
  return buildTile(*this, builder, offsets, sizes, resultOffsets, resultSizes);
}
