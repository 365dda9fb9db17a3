//===- InputTransform.cpp - Lowering of wino.input_transform --------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ImageView.h"
#include "TileTransform.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace wino;

namespace {
/// Lowers one input transform.
class InputLowering {
public:
  InputLowering(KernelBuilder &b, InputTransformOp op)
      : b(b), op(op), dims(op.getImageDims()), image(op.getInput()),
        init(op.getInit()), alphaRows(op.getTransform().getAlphaRows()),
        alphaCols(op.getTransform().getAlphaCols()),
        transform(op.getTransform().getRowTransform().bt,
                  op.getTransform().getColTransform().bt) {}

  void run();

private:
  /// A tile: its position in V, and the pixel of its first tap.
  struct Tile {
    Value batch, row, col, pixelRow, pixelCol;
  };

  /// Builds a row of tiles of which `tile` is the first.
  void buildTileRow(const Tile &first);
  /// The same for an image in NCHW: strips of some tiles and channels are
  /// transposed to a buffer, from which their tiles are transformed.
  void buildTransposedTileRow(const Tile &first);
  /// Returns the tile `col` columns to the right of `first`.
  Tile getTile(const Tile &first, Value col);
  void buildTile(const Tile &tile);
  void buildInterior(const Tile &tile);
  void buildEdge(const Tile &tile);
  /// Transforms all channels of a tile of which `load` loads the pixel
  /// (row, column) at a channel under a mask.
  void buildChannels(const Tile &tile,
                     function_ref<Value(Value, Value, Value, Value)> load);
  /// Returns the vector of the channels of a pixel outside of the image.
  Value getPadding(Value mask);
  /// Fills V with zeros from channel `begin` on, for one tile.
  void fillZero(const Tile &tile, int64_t begin);

  KernelBuilder &b;
  InputTransformOp op;
  ImageDims dims;
  Value image, init, height, width, scratch;
  int64_t alphaRows, alphaCols;
  TileTransform transform;
};
} // namespace

void InputLowering::run() {
  TransformAttr attr = op.getTransform();
  height = b.size(image, dims.row);
  width = b.size(image, dims.col);
  scratch = transform.allocateScratch(b, b.getVectorType());
  Value firstRow = b.index(0), firstCol = b.index(0);
  if (!op.getOrigin().empty()) {
    firstRow = op.getOrigin()[0];
    firstCol = op.getOrigin()[1];
  }
  auto getPixel = [&](Value tile, int64_t m, int64_t pad) {
    return b.add(b.mul(tile, m), -pad);
  };
  Value pixelCol = getPixel(firstCol, attr.getMCols(), op.getPadLeft());
  b.loop(b.size(init, tile_dim::kBatch), [&](Value batch) {
    b.loop(b.size(init, tile_dim::kTileRow), [&](Value row) {
      Value pixelRow =
          getPixel(b.add(firstRow, row), attr.getMRows(), op.getPadTop());
      Tile first = {batch, row, b.index(0), pixelRow, pixelCol};
      if (op.getLayout() == ImageLayout::NCHW)
        buildTransposedTileRow(first);
      else
        buildTileRow(first);
    });
  });
}

InputLowering::Tile InputLowering::getTile(const Tile &first, Value col) {
  Tile tile = first;
  tile.col = b.add(first.col, col);
  tile.pixelCol =
      b.add(first.pixelCol, b.mul(col, op.getTransform().getMCols()));
  return tile;
}

void InputLowering::buildTileRow(const Tile &first) {
  b.loop(b.size(init, tile_dim::kTileCol),
         [&](Value col) { buildTile(getTile(first, col)); });
}

void InputLowering::buildTransposedTileRow(const Tile &first) {
  TransformAttr attr = op.getTransform();
  const int64_t numChannels = op.getInputType().getDimSize(dims.channel);
  const int64_t initChannels = op.getInitType().getDimSize(tile_dim::kChannel);
  const int64_t m = attr.getMCols(), overlap = alphaCols - m;
  const int64_t numVectors = getLineVectors(b, numChannels);
  const int64_t stripTiles =
      getStripTiles(b, alphaRows, m, overlap, numVectors,
                    op.getInitType().getDimSize(tile_dim::kTileCol));
  Value strip = b.scratch(b.getVectorType(),
                          {alphaRows, stripTiles * m + overlap, numVectors});
  auto buildStrip = [&](const Tile &tiles, Value count, Value channel,
                        Value vectors, Value lanes) {
    ImageView(image, op.getLayout())
        .copyTo(b, strip,
                {{tiles.batch, tiles.pixelRow, tiles.pixelCol, channel},
                 vectors,
                 lanes,
                 alphaRows,
                 b.add(b.mul(count, m), overlap),
                 static_cast<int64_t>(op.getPadValue())});
    Value storeMask;
    if (lanes)
      storeMask = b.mask(initChannels - *getConstantIntValue(channel));
    b.loop(count, [&](Value col) {
      Tile tile = getTile(tiles, col);
      Value stripCol = b.mul(col, m);
      b.loop(vectors, [&](Value vec) {
        Value vecChannel = b.add(channel, b.mul(vec, b.getVectorLength()));
        transform.build(
            b, b.getVectorType(), scratch,
            [&](Value row, Value col) {
              return b.load(strip,
                            {row, b.add(stripCol, col), vec, b.index(0)});
            },
            [&](Value value, Value row, Value col) {
              b.store(value, init,
                      {row, col, tile.batch, tile.row, tile.col, vecChannel},
                      storeMask);
            });
      });
    });
  };
  Value numTiles = b.size(init, tile_dim::kTileCol);
  b.forEachVectorGroup(
      b.index(numChannels), numVectors,
      [&](Value channel, Value vectors, Value lanes) {
        b.loop(b.index(0), numTiles, stripTiles, [&](Value col) {
          Value count = b.createOrFold<arith::MinSIOp>(b.index(stripTiles),
                                                       b.sub(numTiles, col));
          buildStrip(getTile(first, col), count, channel, vectors, lanes);
        });
      });
  b.loop(numTiles,
         [&](Value col) { fillZero(getTile(first, col), numChannels); });
}

void InputLowering::buildTile(const Tile &tile) {
  Value interior = b.logicalAnd(b.isInside(tile.pixelRow, alphaRows, height),
                                b.isInside(tile.pixelCol, alphaCols, width));
  // There is no nearest pixel to load in an image without pixels.
  auto isPositive = [&](Value size) {
    return b.compare(arith::CmpIPredicate::sgt, size, b.index(0));
  };
  Value hasPixels = b.logicalAnd(isPositive(height), isPositive(width));
  b.branch(
      interior, [&] { buildInterior(tile); },
      [&] {
        b.branch(
            hasPixels, [&] { buildEdge(tile); },
            [&] {
              buildChannels(tile, [&](Value, Value, Value, Value mask) {
                return getPadding(mask);
              });
            });
      });
  fillZero(tile, op.getInputType().getDimSize(dims.channel));
}

void InputLowering::buildInterior(const Tile &tile) {
  TransformAttr attr = op.getTransform();
  // Prefetching needs an instruction per vector, which pays if a vector is a
  // cache line.
  bool prefetch =
      b.getOptions().prefetch &&
      b.getVectorLength() * op.getInputType().getElementTypeBitWidth() >= 512;
  buildChannels(tile, [&](Value row, Value col, Value channel, Value mask) {
    Value pixelRow = b.add(tile.pixelRow, row);
    Value pixelCol = b.add(tile.pixelCol, col);
    // The columns that the next tile does not share with this one.
    std::optional<int64_t> known = getConstantIntValue(col);
    if (prefetch && known && *known >= attr.getRCols() - 1)
      memref::PrefetchOp::create(
          b, image,
          ValueRange{tile.batch, pixelRow, b.add(pixelCol, attr.getMCols()),
                     channel},
          /*isWrite=*/false, /*localityHint=*/3, /*isDataCache=*/true);
    return b.load(image, {tile.batch, pixelRow, pixelCol, channel}, mask);
  });
}

void InputLowering::buildEdge(const Tile &tile) {
  struct Position {
    Value nearest, isInside;
  };
  auto locate = [&](Value first, Value tap, Value size) -> Position {
    Value pos = b.add(first, tap);
    Value nearest = b.clamp(pos, size);
    return {nearest, b.compare(arith::CmpIPredicate::eq, pos, nearest)};
  };
  // Positions of known taps are computed once, outside of the channel loop.
  SmallVector<Position> rows, cols;
  for (int64_t tap = 0; tap < alphaRows; ++tap)
    rows.push_back(locate(tile.pixelRow, b.index(tap), height));
  for (int64_t tap = 0; tap < alphaCols; ++tap)
    cols.push_back(locate(tile.pixelCol, b.index(tap), width));

  buildChannels(tile, [&](Value row, Value col, Value channel, Value mask) {
    std::optional<int64_t> knownRow = getConstantIntValue(row);
    std::optional<int64_t> knownCol = getConstantIntValue(col);
    Position atRow =
        knownRow ? rows[*knownRow] : locate(tile.pixelRow, row, height);
    Position atCol =
        knownCol ? cols[*knownCol] : locate(tile.pixelCol, col, width);
    Value loaded = b.load(
        image, {tile.batch, atRow.nearest, atCol.nearest, channel}, mask);
    return b.select(b.logicalAnd(atRow.isInside, atCol.isInside), loaded,
                    getPadding(mask));
  });
}

Value InputLowering::getPadding(Value mask) {
  VectorType type = b.getVectorOf(op.getInputType().getElementType());
  Value padding = b.splat(type, double(op.getPadValue()));
  if (!mask || op.getPadValue() == 0)
    return padding;
  return b.select(mask, padding, b.splat(type, 0));
}

void InputLowering::buildChannels(
    const Tile &tile, function_ref<Value(Value, Value, Value, Value)> load) {
  int64_t numChannels = op.getInputType().getDimSize(dims.channel);
  int64_t initChannels = op.getInitType().getDimSize(tile_dim::kChannel);
  b.forEachVector(b.index(numChannels), [&](Value channel, Value mask) {
    // Lanes of a partial vector beyond the image's channels are zero, and so
    // may fill V as far as it goes.
    Value storeMask;
    if (mask)
      storeMask = b.mask(initChannels - *getConstantIntValue(channel));
    transform.build(
        b, b.getVectorType(), scratch,
        [&](Value row, Value col) {
          return b.convertIntegers(load(row, col, channel, mask),
                                   b.getVectorType().getElementType());
        },
        [&](Value value, Value row, Value col) {
          b.store(value, init,
                  {row, col, tile.batch, tile.row, tile.col, channel},
                  storeMask);
        });
  });
}

void InputLowering::fillZero(const Tile &tile, int64_t begin) {
  int64_t end = op.getInitType().getDimSize(tile_dim::kChannel);
  // A partial vector of the image's channels has filled V that far.
  begin = llvm::alignTo(begin, b.getVectorLength());
  if (begin >= end)
    return;
  b.loop(alphaRows, 1, [&](Value row) {
    b.loop(alphaCols, 1, [&](Value col) {
      b.fillZero(init, {row, col, tile.batch, tile.row, tile.col}, begin, end);
    });
  });
}

LogicalResult wino::lowerToVector(RewriterBase &rewriter, InputTransformOp op,
                                  const WinoToVectorOptions &options) {
  if (failed(checkVectorizable(op, options)))
    return failure();
  Type elementType = op.getInitType().getElementType();
  KernelBuilder b(rewriter, op, elementType, options,
                  getNativeLength(elementType, options));
  InputLowering(b, op).run();
  rewriter.eraseOp(op);
  return success();
}
