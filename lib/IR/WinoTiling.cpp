//===- WinoTiling.cpp - TilingInterface of the ops ------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// All ops include the taps in their iteration domain, so that the domains of
// the stages line up and one tile-and-fuse of the output transform over (tile
// rows, tile columns, output channels) fuses all of them:
//
//   input transform, im2row   [a, a', n, th, tw, c]
//   hadamard                  [a, a', n, th, tw, k, c]   c is summed
//   output transform          [a, a', n, th, tw, k]      a, a' are summed
//   pad image                 the dimensions of its result
//   conv                      [n, oh, ow, k, kh, kw, c]  kh, kw, c are summed
//   offset add                [kh, kw, n, oh, ow, k]     kh, kw are summed
//   im2col                    the dimensions of its result
//   column product            [n, oh, ow, k, d]          d is summed
//   filter transform          the dimensions of its result
//
// Taps are never tiled. Offsets that must be multiples of a block (pixels of m,
// channels of a packed block) are checked, because the drivers do not: a tile
// that is not provably aligned is refused, and so are tiles of channels that
// only hold padding.
//
//===----------------------------------------------------------------------===//

#include "TilingHelpers.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace wino;
using utils::IteratorType;

//===----------------------------------------------------------------------===//
// FilterTransformOp
//===----------------------------------------------------------------------===//

// The domain is that of the result. A filter that is packed by the transform is
// given in one piece, as this happens once per network; of a packed filter any
// blocks, panels and channels.

SmallVector<IteratorType> FilterTransformOp::getLoopIteratorTypes() {
  return SmallVector<IteratorType>(getInitType().getRank(),
                                   IteratorType::parallel);
}

SmallVector<Range> FilterTransformOp::getIterationDomain(OpBuilder &builder) {
  return getDomain(builder, getLoc(), getInit());
}

LogicalResult FilterTransformOp::getResultTilePosition(
    OpBuilder &, unsigned, ArrayRef<OpFoldResult> offsets,
    ArrayRef<OpFoldResult> sizes, SmallVector<OpFoldResult> &resultOffsets,
    SmallVector<OpFoldResult> &resultSizes) {
  assignTile(offsets, sizes, resultOffsets, resultSizes);
  return success();
}

LogicalResult FilterTransformOp::getIterationDomainTileFromResultTile(
    OpBuilder &, unsigned, ArrayRef<OpFoldResult> offsets,
    ArrayRef<OpFoldResult> sizes, SmallVectorImpl<OpFoldResult> &domainOffsets,
    SmallVectorImpl<OpFoldResult> &domainSizes) {
  assignTile(offsets, sizes, domainOffsets, domainSizes);
  return success();
}

FailureOr<TilingResult>
FilterTransformOp::generateResultTileValue(OpBuilder &builder, unsigned number,
                                           ArrayRef<OpFoldResult> offsets,
                                           ArrayRef<OpFoldResult> sizes) {
  return generateTile(*this, builder, number, offsets, sizes);
}

FailureOr<TilingResult>
FilterTransformOp::getTiledImplementation(OpBuilder &builder,
                                          ArrayRef<OpFoldResult> offsets,
                                          ArrayRef<OpFoldResult> sizes) {
  Location loc = getLoc();
  SmallVector<OpFoldResult> initSizes =
      tensor::getMixedSizes(builder, loc, getInit());
  SmallVector<OpFoldResult> filterSizes =
      tensor::getMixedSizes(builder, loc, getFilter());
  SmallVector<OpFoldResult> filterOffsets(filterSizes.size(),
                                          builder.getIndexAttr(0));
  SmallVector<unsigned> tiledDims;
  for (auto [dim, offset, size, total] :
       llvm::enumerate(offsets, sizes, initSizes))
    if (!coversAll(offset, size, total))
      tiledDims.push_back(dim);
  for (unsigned dim : tiledDims) {
    bool isTap = isPacked()
                     ? dim == packed_dim::kTapRow || dim == packed_dim::kTapCol
                     : dim < 2;
    // Channels map one to one in equal layouts, where nothing is padded.
    if (isTap || !getScales().empty() || isPacked() != isFilterPacked() ||
        getInitType().getDimSize(dim) != getFilterType().getDimSize(dim))
      return failure();
    filterOffsets[dim] = offsets[dim];
    filterSizes[dim] = sizes[dim];
  }
  SmallVector<Operation *> slices;
  Value filter =
      getSlice(builder, loc, getFilter(), filterOffsets, filterSizes, slices);
  Value init = getSlice(builder, loc, getInit(), offsets, sizes, slices);
  // Filters have static shapes.
  for (Value value : {filter, init})
    if (!cast<ShapedType>(value.getType()).hasStaticShape())
      return failure();
  auto tiled =
      FilterTransformOp::create(builder, loc, init.getType(), getTransform(),
                                filter, init, getScales(), getNumbersAttr());
  return TilingResult{{tiled}, tiled->getResults(), slices};
}

//===----------------------------------------------------------------------===//
// Readers of images
//===----------------------------------------------------------------------===//

namespace {
/// The operands of a tile of an op that reads an image.
struct ImageTile {
  Value input, init;
  SmallVector<Value> origin;
  SmallVector<Operation *> slices;
};
} // namespace

/// Returns the operands for the tile, or failure if channels or taps are tiled:
/// all dimensions but the batch, `batchDim`, and the two behind it. The image
/// is sliced along the batch only: the tile reads where it needs, and its place
/// is told by the origin.
template <typename OpTy>
static FailureOr<ImageTile>
getImageTile(OpTy op, OpBuilder &builder, ArrayRef<OpFoldResult> offsets,
             ArrayRef<OpFoldResult> sizes, unsigned batchDim) {
  Location loc = op.getLoc();
  SmallVector<OpFoldResult> initSizes =
      tensor::getMixedSizes(builder, loc, op.getInit());
  for (unsigned dim = 0; dim < initSizes.size(); ++dim)
    if ((dim < batchDim || dim > batchDim + 2) &&
        !coversAll(offsets[dim], sizes[dim], initSizes[dim]))
      return failure();

  ImageTile tile;
  SmallVector<OpFoldResult> imageSizes =
      tensor::getMixedSizes(builder, loc, op.getInput());
  SmallVector<OpFoldResult> imageOffsets(image_dim::kRank,
                                         builder.getIndexAttr(0));
  unsigned imageBatchDim = op.getImageDims().batch;
  imageOffsets[imageBatchDim] = offsets[batchDim];
  imageSizes[imageBatchDim] = sizes[batchDim];
  tile.input = getSlice(builder, loc, op.getInput(), imageOffsets, imageSizes,
                        tile.slices);
  tile.init = getSlice(builder, loc, op.getInit(), offsets, sizes, tile.slices);
  AffineExpr d0, d1;
  bindDims(builder.getContext(), d0, d1);
  for (unsigned axis : {0, 1}) {
    OpFoldResult first = offsets[batchDim + 1 + axis];
    if (!op.getOrigin().empty())
      first = apply(builder, loc, d0 + d1, {first, op.getOrigin()[axis]});
    tile.origin.push_back(getValueOrCreateConstantIndexOp(builder, loc, first));
  }
  return tile;
}

#define WINO_DEFINE_IMAGE_READER_TILING(OP)                                    \
  SmallVector<IteratorType> OP::getLoopIteratorTypes() {                       \
    return SmallVector<IteratorType>(getInitType().getRank(),                  \
                                     IteratorType::parallel);                  \
  }                                                                            \
  SmallVector<Range> OP::getIterationDomain(OpBuilder &builder) {              \
    return getDomain(builder, getLoc(), getInit());                            \
  }                                                                            \
  LogicalResult OP::getResultTilePosition(                                     \
      OpBuilder &, unsigned, ArrayRef<OpFoldResult> offsets,                   \
      ArrayRef<OpFoldResult> sizes, SmallVector<OpFoldResult> &resultOffsets,  \
      SmallVector<OpFoldResult> &resultSizes) {                                \
    assignTile(offsets, sizes, resultOffsets, resultSizes);                    \
    return success();                                                          \
  }                                                                            \
  LogicalResult OP::getIterationDomainTileFromResultTile(                      \
      OpBuilder &, unsigned, ArrayRef<OpFoldResult> offsets,                   \
      ArrayRef<OpFoldResult> sizes,                                            \
      SmallVectorImpl<OpFoldResult> &domainOffsets,                            \
      SmallVectorImpl<OpFoldResult> &domainSizes) {                            \
    assignTile(offsets, sizes, domainOffsets, domainSizes);                    \
    return success();                                                          \
  }                                                                            \
  FailureOr<TilingResult> OP::generateResultTileValue(                         \
      OpBuilder &builder, unsigned number, ArrayRef<OpFoldResult> offsets,     \
      ArrayRef<OpFoldResult> sizes) {                                          \
    return generateTile(*this, builder, number, offsets, sizes);               \
  }
WINO_DEFINE_IMAGE_READER_TILING(InputTransformOp)
WINO_DEFINE_IMAGE_READER_TILING(Im2RowOp)
WINO_DEFINE_IMAGE_READER_TILING(Im2ColOp)
WINO_DEFINE_IMAGE_READER_TILING(PadImageOp)
#undef WINO_DEFINE_IMAGE_READER_TILING

FailureOr<TilingResult>
InputTransformOp::getTiledImplementation(OpBuilder &builder,
                                         ArrayRef<OpFoldResult> offsets,
                                         ArrayRef<OpFoldResult> sizes) {
  FailureOr<ImageTile> tile =
      getImageTile(*this, builder, offsets, sizes, tile_dim::kBatch);
  if (failed(tile))
    return failure();
  auto tiled = InputTransformOp::create(
      builder, getLoc(), tile->init.getType(), getTransform(), getPad(),
      tile->input, tile->init, tile->origin, getInverseScales(), getLayout(),
      getPrefetch(), getPadValue(), getNumbersAttr());
  return TilingResult{{tiled}, tiled->getResults(), tile->slices};
}

FailureOr<TilingResult>
Im2RowOp::getTiledImplementation(OpBuilder &builder,
                                 ArrayRef<OpFoldResult> offsets,
                                 ArrayRef<OpFoldResult> sizes) {
  FailureOr<ImageTile> tile =
      getImageTile(*this, builder, offsets, sizes, tile_dim::kBatch);
  if (failed(tile))
    return failure();
  auto tiled =
      Im2RowOp::create(builder, getLoc(), tile->init.getType(), getKernel(),
                       getStrides(), getDilations(), getPad(), tile->input,
                       tile->init, tile->origin, getPadValue());
  return TilingResult{{tiled}, tiled->getResults(), tile->slices};
}

FailureOr<TilingResult>
Im2ColOp::getTiledImplementation(OpBuilder &builder,
                                 ArrayRef<OpFoldResult> offsets,
                                 ArrayRef<OpFoldResult> sizes) {
  FailureOr<ImageTile> tile =
      getImageTile(*this, builder, offsets, sizes, image_dim::kBatch);
  if (failed(tile))
    return failure();
  auto tiled = Im2ColOp::create(
      builder, getLoc(), tile->init.getType(), getKernel(), getStrides(),
      getDilations(), getPad(), getPixelBlock(), tile->input, tile->init,
      tile->origin, getLayout(), getPadValue());
  return TilingResult{{tiled}, tiled->getResults(), tile->slices};
}

FailureOr<TilingResult>
PadImageOp::getTiledImplementation(OpBuilder &builder,
                                   ArrayRef<OpFoldResult> offsets,
                                   ArrayRef<OpFoldResult> sizes) {
  FailureOr<ImageTile> tile =
      getImageTile(*this, builder, offsets, sizes, image_dim::kBatch);
  if (failed(tile))
    return failure();
  auto tiled = PadImageOp::create(builder, getLoc(), tile->init.getType(),
                                  getPad(), tile->input, tile->init,
                                  tile->origin, getLayout(), getPadValue());
  return TilingResult{{tiled}, tiled->getResults(), tile->slices};
}

//===----------------------------------------------------------------------===//
// HadamardOp
//===----------------------------------------------------------------------===//

/// The dimension of the domain that is summed.
static constexpr unsigned kSummedDim = tile_dim::kRank;

SmallVector<IteratorType> HadamardOp::getLoopIteratorTypes() {
  SmallVector<IteratorType> types(tile_dim::kRank, IteratorType::parallel);
  types.push_back(IteratorType::reduction);
  return types;
}

/// The size of the summed dimension; depthwise products sum nothing.
static OpFoldResult getSummedSize(HadamardOp op, OpBuilder &builder) {
  if (op.isDepthwise())
    return builder.getIndexAttr(1);
  return tensor::getMixedSize(builder, op.getLoc(), op.getInput(),
                              tile_dim::kChannel);
}

SmallVector<Range> HadamardOp::getIterationDomain(OpBuilder &builder) {
  SmallVector<Range> domain = getDomain(builder, getLoc(), getInit());
  domain.push_back({builder.getIndexAttr(0), getSummedSize(*this, builder),
                    builder.getIndexAttr(1)});
  return domain;
}

LogicalResult HadamardOp::getResultTilePosition(
    OpBuilder &, unsigned, ArrayRef<OpFoldResult> offsets,
    ArrayRef<OpFoldResult> sizes, SmallVector<OpFoldResult> &resultOffsets,
    SmallVector<OpFoldResult> &resultSizes) {
  assignTile(offsets.drop_back(), sizes.drop_back(), resultOffsets,
             resultSizes);
  return success();
}

LogicalResult HadamardOp::getIterationDomainTileFromResultTile(
    OpBuilder &builder, unsigned, ArrayRef<OpFoldResult> offsets,
    ArrayRef<OpFoldResult> sizes, SmallVectorImpl<OpFoldResult> &domainOffsets,
    SmallVectorImpl<OpFoldResult> &domainSizes) {
  assignTile(offsets, sizes, domainOffsets, domainSizes);
  domainOffsets.push_back(builder.getIndexAttr(0));
  domainSizes.push_back(getSummedSize(*this, builder));
  return success();
}

FailureOr<TilingResult>
HadamardOp::generateResultTileValue(OpBuilder &builder, unsigned number,
                                    ArrayRef<OpFoldResult> offsets,
                                    ArrayRef<OpFoldResult> sizes) {
  return generateTile(*this, builder, number, offsets, sizes);
}

/// Returns the part of U that makes output channels [offset, offset + size) of
/// the input channels [summedOffset, summedOffset + summedSize), or failure if
/// it is not whole blocks of a packed filter. A depthwise filter, of rank 3,
/// sums nothing.
static FailureOr<Value>
getFilterTile(OpBuilder &builder, Location loc, Value filter,
              OpFoldResult offset, OpFoldResult size, OpFoldResult summedOffset,
              OpFoldResult summedSize, SmallVectorImpl<Operation *> &slices) {
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(builder, loc, filter);
  SmallVector<OpFoldResult> offsets(sizes.size(), builder.getIndexAttr(0));
  unsigned dim = sizes.size() - 1;
  auto type = cast<ShapedType>(filter.getType());
  const bool isPacked = wino::isPacked(type);
  if (isPacked || sizes.size() == 4) {
    unsigned summedDim = isPacked ? unsigned(packed_dim::kChannel) : dim - 1;
    const int64_t group = getGroup(type);
    if (group == 0 || !isMultipleOf(summedOffset, group) ||
        !isMultipleOf(summedSize, group))
      return failure();
    AffineExpr d0;
    bindDims(builder.getContext(), d0);
    offsets[summedDim] =
        apply(builder, loc, d0.floorDiv(group), {summedOffset});
    sizes[summedDim] = apply(builder, loc, d0.floorDiv(group), {summedSize});
  }
  if (isPacked) {
    ArrayRef<int64_t> shape = type.getShape();
    int64_t kBlock = shape[packed_dim::kPanel] * shape[packed_dim::kPanelCol];
    if (kBlock == 0 || !isMultipleOf(offset, kBlock) ||
        !isMultipleOf(size, kBlock))
      return failure();
    AffineExpr d0;
    bindDims(builder.getContext(), d0);
    dim = packed_dim::kBlock;
    offset = apply(builder, loc, d0.floorDiv(kBlock), {offset});
    size = apply(builder, loc, d0.floorDiv(kBlock), {size});
  }
  offsets[dim] = offset;
  sizes[dim] = size;
  return getSlice(builder, loc, filter, offsets, sizes, slices);
}

FailureOr<TilingResult>
HadamardOp::getTiledImplementation(OpBuilder &builder,
                                   ArrayRef<OpFoldResult> offsets,
                                   ArrayRef<OpFoldResult> sizes) {
  Location loc = getLoc();
  SmallVector<Range> domain = getIterationDomain(builder);
  // An op that overwrites its result has no tile with a part of the sum; taps
  // and channels have static sizes.
  for (unsigned dim :
       {unsigned(tile_dim::kTapRow), unsigned(tile_dim::kTapCol), kSummedDim})
    if (!(dim == kSummedDim && getAccumulate()) &&
        !coversAll(offsets[dim], sizes[dim], domain[dim].size))
      return failure();
  if (!getConstantIntValue(sizes[tile_dim::kChannel]) ||
      !getConstantIntValue(sizes[kSummedDim]))
    return failure();

  SmallVector<OpFoldResult> inputOffsets(offsets.drop_back()),
      inputSizes(sizes.drop_back());
  if (!isDepthwise()) {
    inputOffsets[tile_dim::kChannel] = offsets[kSummedDim];
    inputSizes[tile_dim::kChannel] = sizes[kSummedDim];
  }
  if (sharesInput())
    for (unsigned dim : {tile_dim::kTapRow, tile_dim::kTapCol})
      inputSizes[dim] = builder.getIndexAttr(1);
  SmallVector<Operation *> slices;
  FailureOr<Value> filter =
      getFilterTile(builder, loc, getFilter(), offsets[tile_dim::kChannel],
                    sizes[tile_dim::kChannel], offsets[kSummedDim],
                    sizes[kSummedDim], slices);
  if (failed(filter))
    return failure();
  Value input =
      getSlice(builder, loc, getInput(), inputOffsets, inputSizes, slices);
  Value init = getSlice(builder, loc, getInit(), offsets.drop_back(),
                        sizes.drop_back(), slices);
  SmallVector<Value> edge;
  AffineExpr d0, d1;
  bindDims(builder.getContext(), d0, d1);
  for (auto [axis, first] : llvm::enumerate(getEdge()))
    edge.push_back(getValueOrCreateConstantIndexOp(
        builder, loc,
        apply(builder, loc, d0 - d1,
              {getAsOpFoldResult(first), offsets[tile_dim::kTileRow + axis]})));
  auto tiled = HadamardOp::create(
      builder, loc, init.getType(), input, *filter, init, edge,
      getEdgeTapsAttr(), getScheduleAttr(), getAccumulate(), getNarrowRange());
  return TilingResult{{tiled}, tiled->getResults(), slices};
}

//===----------------------------------------------------------------------===//
// OutputTransformOp
//===----------------------------------------------------------------------===//

SmallVector<IteratorType> OutputTransformOp::getLoopIteratorTypes() {
  SmallVector<IteratorType> types(tile_dim::kRank, IteratorType::parallel);
  types[tile_dim::kTapRow] = types[tile_dim::kTapCol] = IteratorType::reduction;
  return types;
}

SmallVector<Range> OutputTransformOp::getIterationDomain(OpBuilder &builder) {
  return getDomain(builder, getLoc(), getInput());
}

LogicalResult OutputTransformOp::getResultTilePosition(
    OpBuilder &builder, unsigned, ArrayRef<OpFoldResult> offsets,
    ArrayRef<OpFoldResult> sizes, SmallVector<OpFoldResult> &resultOffsets,
    SmallVector<OpFoldResult> &resultSizes) {
  Location loc = getLoc();
  SmallVector<OpFoldResult> initSizes =
      tensor::getMixedSizes(builder, loc, getInit());
  SmallVector<OpFoldResult> inputSizes =
      tensor::getMixedSizes(builder, loc, getInput());
  const int64_t m[] = {getTransform().getMRows(), getTransform().getMCols()};
  ImageDims dims = getImageDims();
  AffineExpr d0;
  bindDims(builder.getContext(), d0);

  resultOffsets.resize(image_dim::kRank);
  resultSizes.resize(image_dim::kRank);
  resultOffsets[dims.batch] = offsets[tile_dim::kBatch];
  resultSizes[dims.batch] = sizes[tile_dim::kBatch];
  for (unsigned axis : {0, 1}) {
    unsigned dim = tile_dim::kTileRow + axis;
    unsigned resultDim = dims.axis(axis);
    resultOffsets[resultDim] =
        apply(builder, loc, d0 * m[axis], {offsets[dim]});
    resultSizes[resultDim] =
        getCroppedSize(builder, loc, m[axis], offsets[dim], sizes[dim],
                       initSizes[resultDim], inputSizes[dim]);
  }
  resultOffsets[dims.channel] = offsets[tile_dim::kChannel];
  resultSizes[dims.channel] =
      getCroppedSize(builder, loc, /*m=*/1, offsets[tile_dim::kChannel],
                     sizes[tile_dim::kChannel], initSizes[dims.channel],
                     inputSizes[tile_dim::kChannel]);
  return success();
}

LogicalResult OutputTransformOp::getIterationDomainTileFromResultTile(
    OpBuilder &builder, unsigned, ArrayRef<OpFoldResult> offsets,
    ArrayRef<OpFoldResult> sizes, SmallVectorImpl<OpFoldResult> &domainOffsets,
    SmallVectorImpl<OpFoldResult> &domainSizes) {
  Location loc = getLoc();
  const int64_t m[] = {getTransform().getMRows(), getTransform().getMCols()};
  SmallVector<OpFoldResult> initSizes =
      tensor::getMixedSizes(builder, loc, getInit());
  ImageDims dims = getImageDims();
  AffineExpr d0;
  bindDims(builder.getContext(), d0);
  domainOffsets.assign(
      {builder.getIndexAttr(0), builder.getIndexAttr(0), offsets[dims.batch]});
  domainSizes.assign(
      {builder.getIndexAttr(getNumTaps(getTransform(), getNumbersAttr(), 0)),
       builder.getIndexAttr(getNumTaps(getTransform(), getNumbersAttr(), 1)),
       sizes[dims.batch]});
  for (unsigned axis : {0, 1}) {
    unsigned dim = dims.axis(axis);
    if (!isMultipleOf(offsets[dim], m[axis]))
      return failure();
    // A tile that is cropped, but not at the edge, is none of the edge's.
    if (getTransform().hasEdge(axis) && !isMultipleOf(sizes[dim], m[axis]) &&
        !coversAll(offsets[dim], sizes[dim], initSizes[dim]))
      return failure();
    // A size that is no multiple of m crops the last tile.
    domainOffsets.push_back(
        apply(builder, loc, d0.floorDiv(m[axis]), {offsets[dim]}));
    domainSizes.push_back(
        apply(builder, loc, d0.ceilDiv(m[axis]), {sizes[dim]}));
  }
  domainOffsets.push_back(offsets[dims.channel]);
  // All channels include those that the result drops.
  bool allChannels = coversAll(offsets[dims.channel], sizes[dims.channel],
                               initSizes[dims.channel]);
  domainSizes.push_back(
      allChannels
          ? tensor::getMixedSize(builder, loc, getInput(), tile_dim::kChannel)
          : sizes[dims.channel]);
  return success();
}

/// Returns the tile of `op` that computes the part [resultOffsets,
/// resultOffsets + resultSizes) of its result from the tiles of the domain.
static FailureOr<TilingResult>
buildOutputTile(OutputTransformOp op, OpBuilder &builder,
                ArrayRef<OpFoldResult> offsets, ArrayRef<OpFoldResult> sizes,
                ArrayRef<OpFoldResult> resultOffsets,
                ArrayRef<OpFoldResult> resultSizes) {
  Location loc = op.getLoc();
  SmallVector<OpFoldResult> inputSizes =
      tensor::getMixedSizes(builder, loc, op.getInput());
  for (unsigned dim : {tile_dim::kTapRow, tile_dim::kTapCol})
    if (!coversAll(offsets[dim], sizes[dim], inputSizes[dim]))
      return failure();

  SmallVector<Operation *> slices;
  Value input = getSlice(builder, loc, op.getInput(), offsets, sizes, slices);
  Value init =
      getSlice(builder, loc, op.getInit(), resultOffsets, resultSizes, slices);
  SmallVector<Value> operands =
      getEpilogueTile(op, builder, resultOffsets, resultSizes, slices);
  SmallVector<Value> scales;
  for (auto [stage, operand] :
       llvm::zip_equal(getOperandStages(op.getNumbersAttr()), op.getScales())) {
    Value part = operand;
    if (stage.getPer() == ScalePer::Channel)
      part = getSlice(builder, loc, part, offsets[tile_dim::kChannel],
                      sizes[tile_dim::kChannel], slices);
    scales.push_back(part);
  }
  auto tiled = OutputTransformOp::create(
      builder, loc, init.getType(), op.getTransform(), input, init, operands,
      op.getScheduleAttr(), op.getLayout(), op.getEpilogueLayoutsAttr(),
      op.getNumbersAttr(), scales);
  tiled.setStreamStores(op.getStreamStores());
  IRMapping mapping;
  op.getEpilogue().cloneInto(&tiled.getEpilogue(), mapping);
  return TilingResult{{tiled}, tiled->getResults(), slices};
}

// The tile that is asked for is computed, not the whole tiles it belongs to: a
// result that ends inside a tile is cropped.
FailureOr<TilingResult>
OutputTransformOp::generateResultTileValue(OpBuilder &builder, unsigned number,
                                           ArrayRef<OpFoldResult> offsets,
                                           ArrayRef<OpFoldResult> sizes) {
  SmallVector<OpFoldResult> domainOffsets, domainSizes;
  if (failed(getIterationDomainTileFromResultTile(
          builder, number, offsets, sizes, domainOffsets, domainSizes)))
    return failure();
  return buildOutputTile(*this, builder, domainOffsets, domainSizes, offsets,
                         sizes);
}

FailureOr<TilingResult>
OutputTransformOp::getTiledImplementation(OpBuilder &builder,
                                          ArrayRef<OpFoldResult> offsets,
                                          ArrayRef<OpFoldResult> sizes) {
  OpFoldResult numChannels =
      tensor::getMixedSize(builder, getLoc(), getInput(), tile_dim::kChannel);
  if (!coversAll(offsets[tile_dim::kChannel], sizes[tile_dim::kChannel],
                 numChannels) &&
      !allTilesHaveChannels(getInputType().getDimSize(tile_dim::kChannel),
                            getInitType().getDimSize(getImageDims().channel),
                            sizes[tile_dim::kChannel]))
    return failure();
  SmallVector<OpFoldResult> resultOffsets, resultSizes;
  if (failed(getResultTilePosition(builder, 0, offsets, sizes, resultOffsets,
                                   resultSizes)))
    return failure();
  return buildOutputTile(*this, builder, offsets, sizes, resultOffsets,
                         resultSizes);
}

//===----------------------------------------------------------------------===//
// ConvOp
//===----------------------------------------------------------------------===//

static constexpr unsigned kConvSummedDims[] = {
    conv_dim::kKernelRow, conv_dim::kKernelCol, conv_dim::kInputChannel};

SmallVector<IteratorType> ConvOp::getLoopIteratorTypes() {
  SmallVector<IteratorType> types(conv_dim::kRank, IteratorType::parallel);
  for (unsigned dim : kConvSummedDims)
    types[dim] = IteratorType::reduction;
  return types;
}

/// The sizes of the domain. Its channels are the columns of the filter, which
/// the result may have fewer of.
static SmallVector<OpFoldResult> getConvDomain(ConvOp op, OpBuilder &builder) {
  SmallVector<OpFoldResult> initSizes =
      tensor::getMixedSizes(builder, op.getLoc(), op.getInit());
  SmallVector<OpFoldResult> sizes =
      changeLayout<OpFoldResult>(initSizes, op.getLayout(), ImageLayout::NHWC);
  sizes[conv_dim::kChannel] = builder.getIndexAttr(op.getNumFilterColumns());
  for (int64_t size :
       {op.getKernel()[0], op.getKernel()[1], op.getNumChannels()})
    sizes.push_back(builder.getIndexAttr(size));
  return sizes;
}

SmallVector<Range> ConvOp::getIterationDomain(OpBuilder &builder) {
  SmallVector<Range> domain;
  for (OpFoldResult size : getConvDomain(*this, builder))
    domain.push_back({builder.getIndexAttr(0), size, builder.getIndexAttr(1)});
  return domain;
}

LogicalResult ConvOp::getResultTilePosition(
    OpBuilder &builder, unsigned, ArrayRef<OpFoldResult> offsets,
    ArrayRef<OpFoldResult> sizes, SmallVector<OpFoldResult> &resultOffsets,
    SmallVector<OpFoldResult> &resultSizes) {
  const unsigned channelDim = getImageDims().channel;
  resultOffsets = changeLayout(offsets.take_front(image_dim::kRank),
                               ImageLayout::NHWC, getLayout());
  resultSizes = changeLayout(sizes.take_front(image_dim::kRank),
                             ImageLayout::NHWC, getLayout());
  resultSizes[channelDim] = getCroppedSize(
      builder, getLoc(), /*m=*/1, offsets[conv_dim::kChannel],
      sizes[conv_dim::kChannel],
      tensor::getMixedSize(builder, getLoc(), getInit(), channelDim),
      builder.getIndexAttr(getNumFilterColumns()));
  return success();
}

LogicalResult ConvOp::getIterationDomainTileFromResultTile(
    OpBuilder &builder, unsigned, ArrayRef<OpFoldResult> offsets,
    ArrayRef<OpFoldResult> sizes, SmallVectorImpl<OpFoldResult> &domainOffsets,
    SmallVectorImpl<OpFoldResult> &domainSizes) {
  SmallVector<OpFoldResult> domain = getConvDomain(*this, builder);
  const unsigned channelDim = getImageDims().channel;
  assignTile(changeLayout(offsets, getLayout(), ImageLayout::NHWC),
             changeLayout(sizes, getLayout(), ImageLayout::NHWC), domainOffsets,
             domainSizes);
  // All channels include those that the result drops.
  if (coversAll(offsets[channelDim], sizes[channelDim],
                tensor::getMixedSize(builder, getLoc(), getInit(), channelDim)))
    domainSizes[conv_dim::kChannel] = domain[conv_dim::kChannel];
  for (unsigned dim : kConvSummedDims) {
    domainOffsets.push_back(builder.getIndexAttr(0));
    domainSizes.push_back(domain[dim]);
  }
  return success();
}

/// Returns the part of the image under the pixels [offsets, offsets + sizes) of
/// the result, in the order of the domain.
static Value getConvImageTile(ConvOp op, OpBuilder &builder,
                              ArrayRef<OpFoldResult> offsets,
                              ArrayRef<OpFoldResult> sizes,
                              SmallVectorImpl<Operation *> &slices) {
  Location loc = op.getLoc();
  SmallVector<OpFoldResult> domain = getConvDomain(op, builder);
  SmallVector<OpFoldResult> imageSizes =
      tensor::getMixedSizes(builder, loc, op.getInput());
  SmallVector<OpFoldResult> imageOffsets(image_dim::kRank,
                                         builder.getIndexAttr(0));
  imageOffsets[image_dim::kBatch] = offsets[image_dim::kBatch];
  imageSizes[image_dim::kBatch] = sizes[image_dim::kBatch];
  AffineExpr d0;
  bindDims(builder.getContext(), d0);
  for (unsigned axis : {0, 1}) {
    unsigned dim = image_dim::kRow + axis;
    if (coversAll(offsets[dim], sizes[dim], domain[dim]))
      continue;
    int64_t stride = op.getStrides()[axis];
    imageOffsets[dim] = apply(builder, loc, d0 * stride, {offsets[dim]});
    imageSizes[dim] = apply(
        builder, loc, (d0 - 1) * stride + op.getExtent(axis), {sizes[dim]});
  }
  return getSlice(builder, loc, op.getInput(), imageOffsets, imageSizes,
                  slices);
}

/// Returns the tile of `op` that computes the part [resultOffsets,
/// resultOffsets + resultSizes) of its result.
static FailureOr<TilingResult>
buildConvTile(ConvOp op, OpBuilder &builder, ArrayRef<OpFoldResult> offsets,
              ArrayRef<OpFoldResult> sizes,
              ArrayRef<OpFoldResult> resultOffsets,
              ArrayRef<OpFoldResult> resultSizes) {
  Location loc = op.getLoc();
  // The op overwrites its result, so a part of the sum is no tile of it.
  SmallVector<OpFoldResult> domain = getConvDomain(op, builder);
  for (unsigned dim : kConvSummedDims)
    if (!coversAll(offsets[dim], sizes[dim], domain[dim]))
      return failure();
  SmallVector<Operation *> slices;
  FailureOr<Value> filter = getFilterTile(
      builder, loc, op.getFilter(), offsets[conv_dim::kChannel],
      sizes[conv_dim::kChannel], builder.getIndexAttr(0),
      builder.getIndexAttr(getPackedChannels(op.getFilterType())), slices);
  if (failed(filter) || !cast<ShapedType>(filter->getType()).hasStaticShape())
    return failure();
  Value image = getConvImageTile(op, builder, offsets, sizes, slices);
  Value init =
      getSlice(builder, loc, op.getInit(), resultOffsets, resultSizes, slices);
  SmallVector<Value> operands =
      getEpilogueTile(op, builder, resultOffsets, resultSizes, slices);
  auto tiled = ConvOp::create(
      builder, loc, init.getType(), op.getKernel(), op.getStrides(),
      op.getDilations(), image, *filter, init, operands, op.getScheduleAttr(),
      op.getLayout(), op.getEpilogueLayoutsAttr(), op.getMicroRowsAttr(),
      op.getPrefetch(), op.getStreamStores(), op.getNarrowRange());
  IRMapping mapping;
  op.getEpilogue().cloneInto(&tiled.getEpilogue(), mapping);
  return TilingResult{{tiled}, tiled->getResults(), slices};
}

FailureOr<TilingResult>
ConvOp::generateResultTileValue(OpBuilder &builder, unsigned number,
                                ArrayRef<OpFoldResult> offsets,
                                ArrayRef<OpFoldResult> sizes) {
  SmallVector<OpFoldResult> domainOffsets, domainSizes;
  if (failed(getIterationDomainTileFromResultTile(
          builder, number, offsets, sizes, domainOffsets, domainSizes)))
    return failure();
  return buildConvTile(*this, builder, domainOffsets, domainSizes, offsets,
                       sizes);
}

FailureOr<TilingResult>
ConvOp::getTiledImplementation(OpBuilder &builder,
                               ArrayRef<OpFoldResult> offsets,
                               ArrayRef<OpFoldResult> sizes) {
  OpFoldResult numColumns = builder.getIndexAttr(getNumFilterColumns());
  if (!coversAll(offsets[conv_dim::kChannel], sizes[conv_dim::kChannel],
                 numColumns) &&
      !allTilesHaveChannels(getNumFilterColumns(),
                            getInitType().getDimSize(getImageDims().channel),
                            sizes[conv_dim::kChannel]))
    return failure();
  SmallVector<OpFoldResult> resultOffsets, resultSizes;
  if (failed(getResultTilePosition(builder, 0, offsets, sizes, resultOffsets,
                                   resultSizes)))
    return failure();
  return buildConvTile(*this, builder, offsets, sizes, resultOffsets,
                       resultSizes);
}
