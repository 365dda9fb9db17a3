//===- OutputTransform.cpp - Lowering of wino.output_transform ------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Epilogue.h"
#include "ImageView.h"
#include "TileTransform.h"

using namespace mlir;
using namespace wino;

namespace {
/// Lowers one output transform.
class OutputLowering {
public:
  OutputLowering(KernelBuilder &b, OutputTransformOp op)
      : b(b), op(op), dims(op.getImageDims()), products(op.getInput()),
        init(op.getInit()), mRows(op.getTransform().getMRows()),
        mCols(op.getTransform().getMCols()),
        transform(op.getTransform().getRowTransform().at,
                  op.getTransform().getColTransform().at) {}

  void run();

private:
  /// A tile: its position in M, and its first pixel.
  struct Tile {
    Value batch, row, col, pixelRow, pixelCol;
  };

  /// Returns the tile `col` columns to the right of `first`.
  Tile getTile(const Tile &first, Value col);
  /// Builds a row of tiles of which `first` is the first.
  void buildTileRow(const Tile &first);
  /// The same for a result or operands in NCHW: strips of some tiles and
  /// channels are transformed to a buffer, whose rows are transposed and
  /// stored.
  void buildTileRowByStrips(const Tile &first);
  /// Stores the rows of a strip of `count` tiles at channels from `channel` on.
  void storeStrip(const Tile &tiles, Value count, Value strip, Value channel,
                  Value vectors, Value lanes);
  /// Builds one tile; `isWhole` if all its pixels are in the result.
  void buildTile(const Tile &tile, bool isWhole);

  KernelBuilder &b;
  OutputTransformOp op;
  ImageDims dims;
  Value products, init, height, width, scratch;
  int64_t mRows, mCols;
  TileTransform transform;
  std::optional<EpilogueBuilder> epilogue;
};
} // namespace

void OutputLowering::run() {
  height = b.size(init, dims.row);
  width = b.size(init, dims.col);
  scratch = transform.allocateScratch(b, b.getVectorType());
  epilogue.emplace(b, cast<ResultOpInterface>(*op));
  bool needsStrips = op.getLayout() == ImageLayout::NCHW;
  for (unsigned number = 0; number < op.getEpilogueOperands().size(); ++number)
    needsStrips |= op.getEpilogueLayout(number) == ImageLayout::NCHW;
  b.loop(b.size(products, tile_dim::kBatch), [&](Value batch) {
    b.loop(b.size(products, tile_dim::kTileRow), [&](Value row) {
      Tile first = {batch, row, b.index(0), b.mul(row, mRows), b.index(0)};
      if (needsStrips)
        buildTileRowByStrips(first);
      else
        buildTileRow(first);
    });
  });
}

OutputLowering::Tile OutputLowering::getTile(const Tile &first, Value col) {
  Tile tile = first;
  tile.col = b.add(first.col, col);
  tile.pixelCol = b.add(first.pixelCol, b.mul(col, mCols));
  return tile;
}

void OutputLowering::buildTileRow(const Tile &first) {
  b.loop(b.size(products, tile_dim::kTileCol), [&](Value col) {
    Tile tile = getTile(first, col);
    // Static sizes that the tiles divide need no check.
    auto fits = [&](Value pixel, int64_t m, unsigned tileDim,
                    unsigned pixelDim) -> Value {
      int64_t tiles = op.getInputType().getDimSize(tileDim);
      int64_t pixels = op.getInitType().getDimSize(pixelDim);
      if (!ShapedType::isDynamic(tiles) && !ShapedType::isDynamic(pixels) &&
          tiles <= pixels / m)
        return arith::ConstantIntOp::create(b, 1, 1);
      return b.isInside(pixel, m, pixelDim == dims.row ? height : width);
    };
    Value isWhole =
        b.logicalAnd(fits(tile.pixelRow, mRows, tile_dim::kTileRow, dims.row),
                     fits(tile.pixelCol, mCols, tile_dim::kTileCol, dims.col));
    b.branch(
        isWhole, [&] { buildTile(tile, /*isWhole=*/true); },
        [&] { buildTile(tile, /*isWhole=*/false); });
  });
}

void OutputLowering::buildTileRowByStrips(const Tile &first) {
  ShapedType inputType = op.getInputType();
  const int64_t inputChannels = inputType.getDimSize(tile_dim::kChannel);
  const int64_t numVectors =
      getLineVectors(b, op.getInitType().getDimSize(dims.channel));
  const int64_t stripTiles =
      getStripTiles(b, mRows, mCols, /*overlap=*/0, numVectors,
                    inputType.getDimSize(tile_dim::kTileCol));
  Value strip =
      b.scratch(b.getVectorType(), {mRows, stripTiles * mCols, numVectors});
  Value numTiles = b.size(products, tile_dim::kTileCol);
  auto buildStrip = [&](const Tile &tiles, Value count, Value channel,
                        Value vectors, Value lanes) {
    // Products are padded to whole vectors, at best.
    std::optional<int64_t> known = getConstantIntValue(channel);
    bool isPadded = known && !ShapedType::isDynamic(inputChannels) &&
                    *known + b.getVectorLength() <= inputChannels;
    Value mask = lanes && !isPadded ? b.mask(lanes) : Value();
    b.loop(count, [&](Value col) {
      Tile tile = getTile(tiles, col);
      Value stripCol = b.mul(col, mCols);
      b.loop(vectors, [&](Value vec) {
        Value vecChannel = b.add(channel, b.mul(vec, b.getVectorLength()));
        transform.build(
            b, b.getVectorType(), scratch,
            [&](Value row, Value col) {
              return b.load(
                  products,
                  {row, col, tile.batch, tile.row, tile.col, vecChannel}, mask);
            },
            [&](Value value, Value row, Value col) {
              b.store(value, strip,
                      {row, b.add(stripCol, col), vec, b.index(0)});
            });
      });
    });
    storeStrip(tiles, count, strip, channel, vectors, lanes);
  };
  b.forEachVectorGroup(
      b.size(init, dims.channel), numVectors,
      [&](Value channel, Value vectors, Value lanes) {
        b.loop(b.index(0), numTiles, stripTiles, [&](Value col) {
          Value count = b.createOrFold<arith::MinSIOp>(b.index(stripTiles),
                                                       b.sub(numTiles, col));
          buildStrip(getTile(first, col), count, channel, vectors, lanes);
        });
      });
}

void OutputLowering::storeStrip(const Tile &tiles, Value count, Value strip,
                                Value channel, Value vectors, Value lanes) {
  // Partial tiles are cropped.
  Value rows = b.createOrFold<arith::MinSIOp>(b.index(mRows),
                                              b.sub(height, tiles.pixelRow));
  Value cols = b.createOrFold<arith::MinSIOp>(b.mul(count, mCols),
                                              b.sub(width, tiles.pixelCol));
  b.loop(vectors, [&](Value vec) {
    Value vecChannel = b.add(channel, b.mul(vec, b.getVectorLength()));
    SmallVector<Value> channelOperands = epilogue->loadChannelOperands(
        vecChannel, lanes ? b.mask(lanes) : Value());
    b.loop(rows, [&](Value row) {
      ImageView::forEachRun(
          b, b.index(0), cols, [&](Value col, int64_t numPixels) {
            ImageView::Position at = {tiles.batch, b.add(tiles.pixelRow, row),
                                      b.add(tiles.pixelCol, col), vecChannel};
            // The pixels of each operand that is not indexed by the channel.
            SmallVector<SmallVector<Value>> operands;
            for (auto [number, operand] :
                 llvm::enumerate(op.getEpilogueOperands())) {
              ImageView view(operand, op.getEpilogueLayout(number));
              operands.push_back(channelOperands[number]
                                     ? SmallVector<Value>()
                                     : view.load(b, at, numPixels, lanes));
            }
            SmallVector<Value> pixels;
            for (int64_t pixel = 0; pixel < numPixels; ++pixel) {
              Value sum =
                  b.load(strip, {row, b.add(col, pixel), vec, b.index(0)});
              pixels.push_back(
                  epilogue->build(sum, channelOperands, [&](unsigned number) {
                    return operands[number][pixel];
                  }));
            }
            ImageView(init, op.getLayout()).store(b, pixels, at, lanes);
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

  b.forEachVector(b.size(init, dims.channel), [&](Value k, Value mask) {
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
