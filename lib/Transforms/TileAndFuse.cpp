//===- TileAndFuse.cpp - Fuse the stages by blocks of tiles ---------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Transforms/Passes.h"
#include "Wino/Transforms/Transforms.h"
#include "mlir/Dialect/SCF/Transforms/TileUsingInterface.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/LoopInvariantCodeMotionUtils.h"
#include "llvm/Support/MathExtras.h"

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
  return isa<HadamardOp, InputTransformOp, Im2RowOp>(op) ||
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

/// Tile sizes that give each thread a part of the batch or of the tile rows, or
/// all zero if there is nothing to distribute.
static SmallVector<int64_t> getThreadTileSizes(OutputTransformOp op,
                                               int64_t threads) {
  SmallVector<int64_t> sizes(tile_dim::kRank, 0);
  for (unsigned dim : {tile_dim::kBatch, tile_dim::kTileRow}) {
    int64_t total = op.getInputType().getDimSize(dim);
    if (ShapedType::isDynamic(total) || total < 2)
      continue;
    if (dim == tile_dim::kBatch && total % threads)
      continue;
    sizes[dim] = llvm::divideCeil(total, threads);
    break;
  }
  return sizes;
}

LogicalResult wino::tileAndFuse(RewriterBase &rewriter, OutputTransformOp op,
                                int64_t threads) {
  ScheduleAttr schedule = op.getScheduleAttr();
  if (!schedule)
    return op->emitError("expected a schedule to tile by");
  rewriter.modifyOpInPlace(op, [&] { op.removeScheduleAttr(); });
  int64_t blockRows = schedule.getBlockRows();
  if (threads > 1) {
    SmallVector<int64_t> sizes = getThreadTileSizes(op, threads);
    if (llvm::any_of(sizes, [](int64_t size) { return size != 0; })) {
      FailureOr<OutputTransformOp> tiled =
          tileOnce(rewriter, op, sizes,
                   scf::SCFTilingOptions::LoopType::ForallOp, isStage);
      if (failed(tiled))
        return failure();
      op = *tiled;
      // A block is no larger than the part of a thread.
      if (int64_t rows = sizes[tile_dim::kTileRow])
        blockRows = blockRows == 0 ? rows : std::min(blockRows, rows);
    }
  }
  const int64_t sizes[] = {
      0,           0,
      /*batch=*/1, blockRows, schedule.getBlockCols(), schedule.getKBlock()};
  FailureOr<OutputTransformOp> tiled = tileOnce(
      rewriter, op, sizes, scf::SCFTilingOptions::LoopType::ForOp, isStage);
  if (failed(tiled))
    return failure();
  auto hadamard = tiled->getInput().getDefiningOp<HadamardOp>();
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
    SmallVector<OutputTransformOp> ops;
    getOperation()->walk([&](OutputTransformOp op) {
      if (op.getScheduleAttr() && op.hasPureTensorSemantics())
        ops.push_back(op);
    });
    IRRewriter rewriter(&getContext());
    for (OutputTransformOp op : ops)
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
