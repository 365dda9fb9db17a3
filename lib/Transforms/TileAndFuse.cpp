//===- TileAndFuse.cpp - Fuse the stages by blocks of tiles ---------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ThreadSplit.h"
#include "Wino/Transforms/Passes.h"
#include "Wino/Transforms/Transforms.h"
#include "mlir/Dialect/SCF/Transforms/TileUsingInterface.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/LoopInvariantCodeMotionUtils.h"

namespace wino {
#define GEN_PASS_DEF_TILEANDFUSEPASS
#include "Wino/Transforms/Passes.h.inc"
} // namespace wino

using namespace mlir;
using namespace wino;

/// Patterns that turn slices of the whole V and M into tensors of a block.
static FrozenRewritePatternSet getCleanupPatterns(MLIRContext *context) {
  RewritePatternSet patterns(context);
  tensor::populateFoldTensorEmptyPatterns(patterns);
  tensor::ExtractSliceOp::getCanonicalizationPatterns(patterns, context);
  return FrozenRewritePatternSet(std::move(patterns));
}

/// Whether `op` transforms filters on the fly.
static bool isFilterOnTheFly(Operation *op) {
  auto transform = dyn_cast<FilterTransformOp>(op);
  return transform && transform.isFilterPacked();
}

/// Whether `op` is a stage that is fused. What produces the image is not: it is
/// another convolution, which would be computed again for every block.
static bool isStage(Operation *op) {
  return isa<HadamardOp, InputTransformOp, Im2RowOp, Im2ColOp, PadImageOp>(
             op) ||
         isFilterOnTheFly(op);
}

/// Tiles `op` by `sizes` with loops of `loopType` and fuses its producers that
/// are `fusible`. Returns the tiled op.
template <typename OpTy>
static FailureOr<OpTy> tileOnce(RewriterBase &rewriter, OpTy op,
                                ArrayRef<int64_t> sizes,
                                scf::SCFTilingOptions::LoopType loopType,
                                function_ref<bool(Operation *)> fusible) {
  scf::SCFTilingOptions tiling;
  tiling.setTileSizes(getAsIndexOpFoldResult(op.getContext(), sizes));
  tiling.setLoopType(loopType);
  scf::SCFTileAndFuseOptions options;
  options.setTilingOptions(tiling);
  using Control = scf::SCFTileAndFuseOptions::ControlFnResult;
  options.setFusionControlFn(
      [&](tensor::ExtractSliceOp, OpResult producer, bool) {
        return fusible(producer.getOwner()) ? std::optional(Control())
                                            : std::nullopt;
      });
  options.cleanupPatterns = getCleanupPatterns(op.getContext());
  rewriter.setInsertionPoint(op);
  FailureOr<scf::SCFTileAndFuseResult> result =
      scf::tileConsumerAndFuseProducersUsingSCF(
          rewriter, cast<TilingInterface>(op.getOperation()), options);
  if (failed(result))
    return op->emitError("the schedule cannot be applied: tiling failed");
  OpTy tiled;
  for (Operation *candidate : result->tiledAndFusedOps)
    if (auto found = dyn_cast<OpTy>(candidate))
      tiled = found;
  if (!result->loops.empty())
    for (auto [from, to] : result->replacements)
      rewriter.replaceAllUsesWith(from, to);
  return tiled ? tiled : op;
}

/// Sums the products over blocks of `cBlock` input channels, one after the
/// other. Filters that are transformed on the fly are transformed for one block
/// at a time.
static LogicalResult blockChannels(RewriterBase &rewriter, HadamardOp op,
                                   int64_t cBlock) {
  int64_t channels = op.getInputType().getDimSize(tile_dim::kChannel);
  if (cBlock == 0 || cBlock >= channels || op.isDepthwise())
    return success();
  Location loc = op.getLoc();
  rewriter.setInsertionPoint(op);
  Value zero = arith::ConstantOp::create(
      rewriter, loc, rewriter.getZeroAttr(op.getInitType().getElementType()));
  Value init =
      linalg::FillOp::create(rewriter, loc, zero, op.getInit()).getResult(0);
  rewriter.modifyOpInPlace(op, [&] {
    op.getInitMutable().assign(init);
    op.setAccumulate(true);
  });
  SmallVector<int64_t> sizes(tile_dim::kRank, 0);
  sizes.push_back(cBlock);
  return tileOnce(rewriter, op, sizes, scf::SCFTilingOptions::LoopType::ForOp,
                  isFilterOnTheFly);
}

/// Returns the rows of the result of which tiles are multiples; 0 if rows are
/// not tiled.
static int64_t getRowUnit(ResultOpInterface op) {
  if (auto offsetAdd = dyn_cast<OffsetAddOp>(*op))
    return offsetAdd.isPadded(0) ? 0 : 1;
  if (auto product = dyn_cast<ColumnProductOp>(*op))
    return product.getPixelBlock()[0];
  return 1;
}

/// Tile sizes that give each thread a part, or all zero if there is nothing to
/// distribute.
static SmallVector<int64_t> getThreadTileSizes(RewriterBase &rewriter,
                                               ResultOpInterface op,
                                               int64_t kBlock,
                                               int64_t threads) {
  rewriter.setInsertionPoint(op);
  SmallVector<Range> domain =
      cast<TilingInterface>(*op).getIterationDomain(rewriter);
  SmallVector<int64_t> sizes(domain.size(), 0);
  const unsigned batchDim = op.getBatchDim();
  const unsigned rowDim = batchDim + 1, channelDim = batchDim + 3;
  ThreadWork work;
  work.kBlock = kBlock;
  work.images = getConstantIntValue(domain[batchDim].size);
  if (int64_t rowUnit = getRowUnit(op)) {
    work.rows = getConstantIntValue(domain[rowDim].size);
    work.rowBlock = rowUnit;
  }
  // Channels that only pad the last block are no work.
  auto dpsOp = cast<DestinationStyleOpInterface>(*op);
  auto products =
      cast<ShapedType>(dpsOp.getDpsInputOperand(0)->get().getType());
  auto result = cast<ShapedType>(dpsOp.getDpsInits()[0].getType());
  bool isPadded = products.getRank() == tile_dim::kRank &&
                  products.getDimSize(tile_dim::kChannel) !=
                      result.getDimSize(getImageDims(op.getLayout()).channel);
  if (!isPadded)
    work.channels = getConstantIntValue(domain[channelDim].size);
  const ThreadSplit split = splitWork(work, threads);
  switch (split.axis) {
  case ThreadAxis::None:
    break;
  case ThreadAxis::Images:
    sizes[batchDim] = split.size;
    break;
  case ThreadAxis::Rows:
    sizes[rowDim] = split.size;
    break;
  case ThreadAxis::Channels:
    sizes[channelDim] = split.size;
    break;
  }
  return sizes;
}

LogicalResult wino::tileAndFuse(RewriterBase &rewriter, ResultOpInterface op,
                                int64_t threads) {
  if (!op.getScheduleAttr())
    return op->emitError("expected a schedule to tile by");
  ScheduleAttr schedule;
  rewriter.modifyOpInPlace(op, [&] { schedule = op.takeSchedule(); });
  int64_t blockRows = schedule.getBlockRows();
  int64_t blockImages = schedule.getBlockImages();
  unsigned batchDim = op.getBatchDim();
  SmallVector<int64_t> sizes =
      getThreadTileSizes(rewriter, op, schedule.getKBlock(), threads);
  const int64_t numDims = sizes.size();
  if (threads > 1 &&
      llvm::any_of(sizes, [](int64_t size) { return size != 0; })) {
    FailureOr<ResultOpInterface> tiled =
        tileOnce(rewriter, op, sizes, scf::SCFTilingOptions::LoopType::ForallOp,
                 isStage);
    if (failed(tiled))
      return failure();
    op = *tiled;
    // A block is no larger than the part of a thread.
    if (int64_t rows = sizes[batchDim + 1])
      blockRows = blockRows == 0 ? rows : std::min(blockRows, rows);
    if (int64_t images = sizes[batchDim])
      blockImages = std::min(blockImages, images);
  }
  sizes.assign(numDims, 0);
  llvm::copy(ArrayRef<int64_t>{blockImages, blockRows, schedule.getBlockCols(),
                               schedule.getKBlock()},
             sizes.begin() + batchDim);
  FailureOr<ResultOpInterface> tiled = tileOnce(
      rewriter, op, sizes, scf::SCFTilingOptions::LoopType::ForOp, isStage);
  if (failed(tiled))
    return failure();
  auto dpsOp = cast<DestinationStyleOpInterface>(tiled->getOperation());
  auto hadamard =
      dpsOp.getDpsInputOperand(0)->get().getDefiningOp<HadamardOp>();
  return hadamard ? blockChannels(rewriter, hadamard, schedule.getCBlock())
                  : success();
}

/// Moves what does not depend on `loop` out of it, but no fill: its result, the
/// beginning of a sum, would have to be copied in every iteration.
static void hoistInvariants(LoopLikeOpInterface loop) {
  moveLoopInvariantCode(
      loop.getLoopRegions(),
      [&](Value value, Region *) { return loop.isDefinedOutsideOfLoop(value); },
      [](Operation *op, Region *) {
        return !isa<linalg::FillOp>(op) && isMemoryEffectFree(op) &&
               isSpeculatable(op);
      },
      [&](Operation *op, Region *) { loop.moveOutOfLoop(op); });
}

namespace {
struct TileAndFuse : wino::impl::TileAndFusePassBase<TileAndFuse> {
  using TileAndFusePassBase::TileAndFusePassBase;

  void runOnOperation() override {
    if (threads < 1) {
      getOperation()->emitError("expected at least one thread, but got ")
          << threads.getValue();
      return signalPassFailure();
    }
    SmallVector<ResultOpInterface> ops;
    getOperation()->walk([&](ResultOpInterface op) {
      if (op.getScheduleAttr() &&
          cast<DestinationStyleOpInterface>(*op).hasPureTensorSemantics())
        ops.push_back(op);
    });
    IRRewriter rewriter(&getContext());
    for (ResultOpInterface op : ops)
      if (failed(tileAndFuse(rewriter, op, threads)))
        return signalPassFailure();
    if (failed(applyPatternsGreedily(getOperation(),
                                     getCleanupPatterns(&getContext()))))
      return signalPassFailure();
    // The input transform of a block does not depend on the output channels.
    getOperation()->walk(
        [](LoopLikeOpInterface loop) { hoistInvariants(loop); });
  }
};
} // namespace
