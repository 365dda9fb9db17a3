//===- OutputTransform.cpp - Lowering of wino.output_transform ------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Epilogue.h"
#include "ImageView.h"
#include "QuantizedCode.h"
#include "ResidueTileCode.h"

using namespace mlir;
using namespace wino;

namespace {
/// Lowers one output transform.
class OutputLowering {
public:
  OutputLowering(KernelBuilder &b, OutputTransformOp op)
      : b(b), op(op), dims(op.getImageDims()), products(op.getInput()),
        init(op.getInit()),
        transforms(b, op.getTransform(), op.getNumbersAttr(),
                   TransformStage::Output) {}

  void run();

private:
  /// A tile: its position in M, its first pixel, its transform, and the ring
  /// that this computes in, if any.
  struct Tile {
    Value batch, row, col, pixelRow, pixelCol;
    const TileCode *code;
    std::optional<RingTransform> ring;
  };

  /// Calls `body` with the bounds of the whole tiles of M along an axis, and of
  /// those at the edge of the image.
  void forEachKind(unsigned axis, function_ref<void(Value, Value, bool)> body);
  /// Whether all `m` pixels of a tile along an axis are in the result.
  Value fits(unsigned axis, Value firstPixel, int64_t m);
  /// Builds all tiles; `inStrips` for a result or operands in NCHW.
  void buildTiles(bool inStrips);
  /// Returns the tile `col` columns to the right of `first`.
  Tile getTile(const Tile &first, Value col);
  /// Builds `numTiles` tiles of a row, of which `first` is the first.
  void buildTileRow(const Tile &first, Value numTiles);
  /// The same for a result or operands in NCHW: strips of some tiles and
  /// channels are transformed to a buffer, whose rows are transposed and
  /// stored.
  void buildTileRowByStrips(const Tile &first, Value numTiles);
  /// Stores the rows of a strip of `count` tiles at channels from `channel` on.
  void storeStrip(const Tile &tiles, Value count, Value strip, Value channel,
                  Value vectors, Value lanes);
  /// Loads a vector of M at a tap of a tile, as the transform takes it.
  Value load(const Tile &tile, Value row, Value col, Value channel, Value mask);
  /// Returns the convolution's sum for a value of a tile's transform: the
  /// value, or what it stands for in the ring or in quantized numbers.
  Value getSum(const Tile &tile, Value value, Value channel, Value mask);
  /// Builds one tile; `isWhole` if all its pixels are in the result.
  void buildTile(const Tile &tile, bool isWhole);

  KernelBuilder &b;
  OutputTransformOp op;
  ImageDims dims;
  Value products, init, height, width;
  TileTransforms transforms;
  /// Present in quantized numbers.
  std::optional<QuantizedOutput> quantized;
  bool streamStores = false;
  std::optional<EpilogueBuilder> epilogue;
};
} // namespace

void OutputLowering::run() {
  height = b.size(init, dims.row);
  width = b.size(init, dims.col);
  epilogue.emplace(b, cast<ResultOpInterface>(*op));
  if (isa_and_present<QuantizedAttr>(op.getNumbersAttr()))
    quantized.emplace(b, op);
  bool needsStrips = op.getLayout() == ImageLayout::NCHW;
  for (unsigned number = 0; number < op.getEpilogueOperands().size(); ++number)
    needsStrips |= op.getEpilogueLayout(number) == ImageLayout::NCHW;
  ScheduleAttr schedule = op.getScheduleAttr();
  bool mayStream = !needsStrips && (op.getStreamStores() ||
                                    (schedule && schedule.getStreamStores()));
  b.buildStreaming(mayStream, init, [&](bool streams) {
    streamStores = streams;
    buildTiles(needsStrips);
  });
}

void OutputLowering::buildTiles(bool inStrips) {
  TransformAttr attr = op.getTransform();
  auto buildRow = [&](Value batch, Value row, bool rowAtEdge) {
    forEachKind(1, [&](Value begin, Value end, bool colAtEdge) {
      Tile first = {batch,
                    row,
                    begin,
                    b.mul(row, attr.getMRows()),
                    b.mul(begin, attr.getMCols()),
                    &transforms.get(rowAtEdge, colAtEdge),
                    {}};
      if (isa_and_present<RingAttr>(op.getNumbersAttr()))
        first.ring =
            llvm::cantFail(buildRingTransform(attr, rowAtEdge, colAtEdge));
      if (inStrips)
        buildTileRowByStrips(first, b.sub(end, begin));
      else
        buildTileRow(first, b.sub(end, begin));
    });
  };
  b.loop(b.size(products, tile_dim::kBatch), [&](Value batch) {
    forEachKind(0, [&](Value begin, Value end, bool atEdge) {
      b.loop(begin, end, 1, [&](Value row) { buildRow(batch, row, atEdge); });
    });
  });
}

void OutputLowering::forEachKind(unsigned axis,
                                 function_ref<void(Value, Value, bool)> body) {
  TransformAttr attr = op.getTransform();
  Value zero = b.index(0);
  Value count = b.size(products, tile_dim::kTileRow + axis);
  if (!attr.hasEdge(axis))
    return body(zero, count, /*atEdge=*/false);
  Value pixels = axis == 0 ? height : width;
  Value numWhole = b.clamp(b.div(pixels, attr.getM(axis)), b.add(count, 1));
  body(zero, numWhole, /*atEdge=*/false);
  body(numWhole, count, /*atEdge=*/true);
}

Value OutputLowering::fits(unsigned axis, Value firstPixel, int64_t m) {
  TransformAttr attr = op.getTransform();
  const int64_t pixels = op.getInitType().getDimSize(dims.axis(axis));
  // Static sizes that the tiles divide need no check, nor do tiles that are
  // whole because those at the edge are others.
  bool isKnown =
      !ShapedType::isDynamic(pixels) && pixels % attr.getM(axis) == 0;
  if (attr.hasEdge(axis))
    isKnown |= m == attr.getM(axis) || (!ShapedType::isDynamic(pixels) &&
                                        pixels % attr.getM(axis) == m);
  if (isKnown)
    return arith::ConstantIntOp::create(b, 1, 1);
  return b.isInside(firstPixel, m, axis == 0 ? height : width);
}

OutputLowering::Tile OutputLowering::getTile(const Tile &first, Value col) {
  Tile tile = first;
  tile.col = b.add(first.col, col);
  tile.pixelCol =
      b.add(first.pixelCol, b.mul(col, op.getTransform().getMCols()));
  return tile;
}

void OutputLowering::buildTileRow(const Tile &first, Value numTiles) {
  b.loop(numTiles, [&](Value col) {
    Tile tile = getTile(first, col);
    Value isWhole = b.logicalAnd(fits(0, tile.pixelRow, tile.code->rowsOut),
                                 fits(1, tile.pixelCol, tile.code->colsOut));
    b.branch(
        isWhole, [&] { buildTile(tile, /*isWhole=*/true); },
        [&] { buildTile(tile, /*isWhole=*/false); });
  });
}

void OutputLowering::buildTileRowByStrips(const Tile &first, Value numTiles) {
  const TileCode &code = *first.code;
  const int64_t mRows = code.rowsOut, mCols = code.colsOut;
  ShapedType inputType = op.getInputType();
  const int64_t inputChannels = inputType.getDimSize(tile_dim::kChannel);
  const int64_t numVectors =
      getLineVectors(b, op.getInitType().getDimSize(dims.channel));
  const int64_t stripTiles =
      getStripTiles(b, mRows, mCols, /*overlap=*/0, numVectors,
                    inputType.getDimSize(tile_dim::kTileCol));
  Value strip =
      b.scratch(b.getVectorType(), {mRows, stripTiles * mCols, numVectors});
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
        code.build(
            [&](Value row, Value col) {
              return load(tile, row, col, vecChannel, mask);
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
  Value rows = b.createOrFold<arith::MinSIOp>(b.index(tiles.code->rowsOut),
                                              b.sub(height, tiles.pixelRow));
  Value cols = b.createOrFold<arith::MinSIOp>(b.mul(count, tiles.code->colsOut),
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
              pixels.push_back(epilogue->build(
                  getSum(tiles, sum, vecChannel,
                         lanes ? b.mask(lanes) : Value()),
                  channelOperands,
                  [&](unsigned number) { return operands[number][pixel]; }));
            }
            ImageView(init, op.getLayout()).store(b, pixels, at, lanes);
          });
    });
  });
}

Value OutputLowering::load(const Tile &tile, Value row, Value col,
                           Value channel, Value mask) {
  Value value = b.load(
      products, {row, col, tile.batch, tile.row, tile.col, channel}, mask);
  return quantized ? quantized->dequantize(value, row, col, channel, mask)
                   : value;
}

Value OutputLowering::getSum(const Tile &tile, Value value, Value channel,
                             Value mask) {
  if (quantized)
    return quantized->finish(value, channel, mask);
  const std::optional<RingTransform> &ring = tile.ring;
  if (!ring)
    return value;
  VectorType type = b.getVectorType();
  if (ring->inverse != 1)
    value = arith::MulIOp::create(
        b, value, b.splat(type, static_cast<int32_t>(ring->inverse)));
  if (ring->shift != 0)
    value = arith::ShRSIOp::create(b, value, b.splat(type, ring->shift));
  return value;
}

void OutputLowering::buildTile(const Tile &tile, bool isWhole) {
  // The pixels' checks do not depend on the channel.
  SmallVector<Value> rowChecks, colChecks;
  auto check = [&](Value first, Value pixel, Value size) {
    return b.compare(arith::CmpIPredicate::slt, b.add(first, pixel), size);
  };
  for (int64_t row = 0; !isWhole && row < tile.code->rowsOut; ++row)
    rowChecks.push_back(check(tile.pixelRow, b.index(row), height));
  for (int64_t col = 0; !isWhole && col < tile.code->colsOut; ++col)
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
    auto loadTap = [&](Value row, Value col) {
      return load(tile, row, col, k, mask);
    };
    auto store = [&](Value sum, Value row, Value col) {
      auto finish = [&] {
        SmallVector<Value> indices = {tile.batch, b.add(tile.pixelRow, row),
                                      b.add(tile.pixelCol, col), k};
        auto loadOperand = [&](unsigned number) {
          return b.load(op.getEpilogueOperands()[number], indices, mask);
        };
        b.store(epilogue->build(getSum(tile, sum, k, mask), channelOperands,
                                loadOperand),
                init, indices, mask, streamStores);
      };
      if (isWhole)
        return finish();
      b.branch(isInImage(row, col), finish);
    };
    tile.code->build(loadTap, store);
  });
}

LogicalResult wino::lowerToVector(RewriterBase &rewriter, OutputTransformOp op,
                                  const WinoToVectorOptions &options) {
  if (failed(checkVectorizable(op, options)))
    return failure();
  Type elementType = op.getInputType().getElementType();
  if (isa_and_present<QuantizedAttr>(op.getNumbersAttr()))
    elementType = rewriter.getF32Type();
  KernelBuilder b(
      rewriter, op, elementType, options,
      getTransformLength(elementType, op.getNumbersAttr(), options));
  OutputLowering(b, op).run();
  rewriter.eraseOp(op);
  return success();
}
