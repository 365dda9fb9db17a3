//===- OutputTransform.cpp - Lowering of wino.output_transform ------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Epilogue.h"
#include "KernelBuilder.h"
#include "TileTransform.h"

using namespace mlir;
using namespace wino;

namespace {
/// Lowers one output transform.
class OutputLowering {
public:
  OutputLowering(KernelBuilder &b, OutputTransformOp op)
      : b(b), op(op), products(op.getInput()), init(op.getInit()),
        mRows(op.getTransform().getMRows()),
        mCols(op.getTransform().getMCols()),
        transform(op.getTransform().getRowTransform().at,
                  op.getTransform().getColTransform().at) {}

  void run();

private:
  /// A tile: its position in M, and its first pixel.
  struct Tile {
    Value batch, row, col, pixelRow, pixelCol;
  };

  /// Builds one tile; `isWhole` if all its pixels are in the result.
  void buildTile(const Tile &tile, bool isWhole);

  KernelBuilder &b;
  OutputTransformOp op;
  Value products, init, height, width, scratch;
  int64_t mRows, mCols;
  TileTransform transform;
  std::optional<EpilogueBuilder> epilogue;
};
} // namespace

void OutputLowering::run() {
  height = b.size(init, image_dim::kRow);
  width = b.size(init, image_dim::kCol);
  scratch = transform.allocateScratch(b, b.getVectorType());
  epilogue.emplace(b, cast<ResultOpInterface>(*op));
  b.loop(b.size(products, tile_dim::kBatch), [&](Value batch) {
    b.loop(b.size(products, tile_dim::kTileRow), [&](Value row) {
      b.loop(b.size(products, tile_dim::kTileCol), [&](Value col) {
        Tile tile = {batch, row, col, b.mul(row, mRows), b.mul(col, mCols)};
        // Static sizes that the tiles divide need no check.
        auto fits = [&](Value pixel, int64_t m, unsigned tileDim,
                        unsigned pixelDim) -> Value {
          int64_t tiles = op.getInputType().getDimSize(tileDim);
          int64_t pixels = op.getInitType().getDimSize(pixelDim);
          if (!ShapedType::isDynamic(tiles) && !ShapedType::isDynamic(pixels) &&
              tiles <= pixels / m)
            return arith::ConstantIntOp::create(b, 1, 1);
          return b.isInside(pixel, m,
                            pixelDim == image_dim::kRow ? height : width);
        };
        Value isWhole = b.logicalAnd(
            fits(tile.pixelRow, mRows, tile_dim::kTileRow, image_dim::kRow),
            fits(tile.pixelCol, mCols, tile_dim::kTileCol, image_dim::kCol));
        b.branch(
            isWhole, [&] { buildTile(tile, /*isWhole=*/true); },
            [&] { buildTile(tile, /*isWhole=*/false); });
      });
    });
  });
}

void OutputLowering::buildTile(const Tile &tile, bool isWhole) {
  // The pixels' checks do not depend on the channel.
  SmallVector<Value> rowChecks, colChecks;
  auto check = [&](Value first, Value pixel, Value size) {
    return b.compare(arith::CmpIPredicate::slt, b.add(first, pixel), size);
  };
  for (int64_t row = 0; !isWhole && row < mRows; ++row)
    rowChecks.push_back(check(tile.pixelRow, b.index(row), height));
  for (int64_t col = 0; !isWhole && col < mCols; ++col)
    colChecks.push_back(check(tile.pixelCol, b.index(col), width));
  auto isInImage = [&](Value row, Value col) {
    std::optional<int64_t> knownRow = getConstantIntValue(row);
    std::optional<int64_t> knownCol = getConstantIntValue(col);
    return b.logicalAnd(
        knownRow ? rowChecks[*knownRow] : check(tile.pixelRow, row, height),
        knownCol ? colChecks[*knownCol] : check(tile.pixelCol, col, width));
  };

  b.forEachVector(b.size(init, image_dim::kChannel), [&](Value k, Value mask) {
    SmallVector<Value> channelOperands = epilogue->loadChannelOperands(k, mask);
    auto load = [&](Value row, Value col) {
      return b.load(products, {row, col, tile.batch, tile.row, tile.col, k},
                    mask);
    };
    auto store = [&](Value sum, Value row, Value col) {
      auto finish = [&] {
        SmallVector<Value> indices = {tile.batch, b.add(tile.pixelRow, row),
                                      b.add(tile.pixelCol, col), k};
        auto load = [&](unsigned number) {
          return b.load(op.getEpilogueOperands()[number], indices, mask);
        };
        b.store(epilogue->build(sum, channelOperands, load), init, indices,
                mask);
      };
      if (isWhole)
        return finish();
      b.branch(isInImage(row, col), finish);
    };
    transform.build(b, b.getVectorType(), scratch, load, store);
  });
}

LogicalResult wino::lowerToVector(RewriterBase &rewriter, OutputTransformOp op,
                                  const WinoToVectorOptions &options) {
  if (failed(checkVectorizable(op, options)))
    return failure();
  KernelBuilder b(rewriter, op, op.getInputType().getElementType(), options);
  OutputLowering(b, op).run();
  rewriter.eraseOp(op);
  return success();
}
