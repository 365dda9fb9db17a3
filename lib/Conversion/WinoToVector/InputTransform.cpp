//===- InputTransform.cpp - Lowering of wino.input_transform --------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ImageView.h"
#include "QuantizedCode.h"
#include "ResidueTileCode.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace wino;

namespace {
/// Lowers one input transform.
class InputLowering {
public:
  InputLowering(KernelBuilder &b, InputTransformOp op)
      : b(b), op(op), dims(op.getImageDims()), image(op.getInput()),
        init(op.getInit()),
        transforms(b, op.getTransform(), op.getNumbersAttr(),
                   TransformStage::Input) {
    if (isa_and_present<QuantizedAttr>(op.getNumbersAttr()))
      quantized.emplace(b, op);
  }

  void run();

private:
  /// A tile: its position in V, the pixel of its first tap, and its transform.
  struct Tile {
    Value batch, row, col, pixelRow, pixelCol;
    const TileCode *code;
  };

  /// Calls `body` with the bounds of the whole tiles of V along an axis, and of
  /// those at the edge of the image; `first` is the first tile's number in the
  /// image.
  void forEachKind(unsigned axis, Value first,
                   function_ref<void(Value, Value, bool)> body);
  /// Builds `count` tiles of a row, of which `first` is the first.
  void buildTileRow(const Tile &first, Value count);
  /// The same for an image in NCHW: strips of some tiles and channels are
  /// transposed to a buffer, from which their tiles are transformed.
  void buildTransposedTileRow(const Tile &first, Value numTiles);
  /// Returns the tile `col` columns to the right of `first`.
  Tile getTile(const Tile &first, Value col);
  void buildTile(const Tile &tile);
  void buildInterior(const Tile &tile);
  void buildBorder(const Tile &tile);
  /// Transforms all channels of a tile of which `load` loads the pixel
  /// (row, column) at a channel under a mask.
  void buildChannels(const Tile &tile,
                     function_ref<Value(Value, Value, Value, Value)> load);
  /// Returns data in the type of the transform.
  Value convert(Value data);
  /// Stores a vector of V at a tap of a tile.
  void store(Value value, const Tile &tile, Value row, Value col, Value channel,
             Value mask);
  /// Returns the vector of the channels of a pixel outside of the image.
  Value getPadding(Value mask);
  /// Fills V with zeros from channel `begin` on, for one tile.
  void fillZero(const Tile &tile, int64_t begin);

  KernelBuilder &b;
  InputTransformOp op;
  ImageDims dims;
  Value image, init, height, width;
  TileTransforms transforms;
  /// Present in quantized numbers.
  std::optional<QuantizedInput> quantized;
};
} // namespace

void InputLowering::forEachKind(unsigned axis, Value first,
                                function_ref<void(Value, Value, bool)> body) {
  TransformAttr attr = op.getTransform();
  Value zero = b.index(0);
  Value count = b.size(init, tile_dim::kTileRow + axis);
  if (!attr.hasEdge(axis))
    return body(zero, count, /*atEdge=*/false);
  const int64_t pad = op.getPad()[2 * axis] + op.getPad()[2 * axis + 1];
  const int64_t pixels =
      op.getInputType().getDimSize(dims.axis(axis)) + pad - attr.getR(axis) + 1;
  Value wholeTiles =
      b.index(attr.getNumWholeTiles(axis, std::max<int64_t>(pixels, 0)));
  Value numWhole = b.clamp(b.sub(wholeTiles, first), b.add(count, 1));
  body(zero, numWhole, /*atEdge=*/false);
  body(numWhole, count, /*atEdge=*/true);
}

void InputLowering::run() {
  TransformAttr attr = op.getTransform();
  height = b.size(image, dims.row);
  width = b.size(image, dims.col);
  Value firstRow = b.index(0), firstCol = b.index(0);
  if (!op.getOrigin().empty()) {
    firstRow = op.getOrigin()[0];
    firstCol = op.getOrigin()[1];
  }
  auto getPixel = [&](Value tile, int64_t m, int64_t pad) {
    return b.add(b.mul(tile, m), -pad);
  };
  auto buildRow = [&](Value batch, Value row, bool rowAtEdge) {
    Value pixelRow =
        getPixel(b.add(firstRow, row), attr.getMRows(), op.getPadTop());
    forEachKind(1, firstCol, [&](Value begin, Value end, bool colAtEdge) {
      Value pixelCol =
          getPixel(b.add(firstCol, begin), attr.getMCols(), op.getPadLeft());
      Tile first = {batch,    row,      begin,
                    pixelRow, pixelCol, &transforms.get(rowAtEdge, colAtEdge)};
      if (op.getLayout() == ImageLayout::NCHW)
        buildTransposedTileRow(first, b.sub(end, begin));
      else
        buildTileRow(first, b.sub(end, begin));
    });
  };
  b.loop(b.size(init, tile_dim::kBatch), [&](Value batch) {
    forEachKind(0, firstRow, [&](Value begin, Value end, bool atEdge) {
      b.loop(begin, end, 1, [&](Value row) { buildRow(batch, row, atEdge); });
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

void InputLowering::buildTileRow(const Tile &first, Value count) {
  b.loop(count, [&](Value col) { buildTile(getTile(first, col)); });
}

void InputLowering::buildTransposedTileRow(const Tile &first, Value numTiles) {
  const TileCode &code = *first.code;
  const int64_t alphaRows = code.rowsIn, alphaCols = code.colsIn;
  const int64_t numChannels = op.getInputType().getDimSize(dims.channel);
  const int64_t initChannels = op.getInitType().getDimSize(tile_dim::kChannel);
  const int64_t m = op.getTransform().getMCols(), overlap = alphaCols - m;
  const int64_t numVectors = getLineVectors(b, numChannels);
  const int64_t stripTiles =
      getStripTiles(b, alphaRows, m, overlap, numVectors,
                    op.getInitType().getDimSize(tile_dim::kTileCol));
  // Data of integers are no floats before they are transformed.
  VectorType stripType = b.getVectorType();
  if (quantized)
    stripType = b.getVectorOf(b.getI16Type());
  Value strip =
      b.scratch(stripType, {alphaRows, stripTiles * m + overlap, numVectors});
  auto buildStrip = [&](const Tile &tiles, Value count, Value channel,
                        Value vectors, Value lanes) {
    ImageView(image, op.getLayout())
        .copyTo(b, strip,
                {{tiles.batch, tiles.pixelRow, tiles.pixelCol, channel},
                 vectors,
                 lanes,
                 alphaRows,
                 b.add(b.mul(count, m), overlap),
                 op.getPadValue()});
    Value storeMask;
    if (lanes)
      storeMask = b.mask(initChannels - *getConstantIntValue(channel));
    b.loop(count, [&](Value col) {
      Tile tile = getTile(tiles, col);
      Value stripCol = b.mul(col, m);
      b.loop(vectors, [&](Value vec) {
        Value vecChannel = b.add(channel, b.mul(vec, b.getVectorLength()));
        code.build(
            [&](Value row, Value col) {
              return convert(
                  b.load(strip, {row, b.add(stripCol, col), vec, b.index(0)}));
            },
            [&](Value value, Value row, Value col) {
              store(value, tile, row, col, vecChannel, storeMask);
            });
      });
    });
  };
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
  Value interior =
      b.logicalAnd(b.isInside(tile.pixelRow, tile.code->rowsIn, height),
                   b.isInside(tile.pixelCol, tile.code->colsIn, width));
  // There is no nearest pixel to load in an image without pixels.
  auto isPositive = [&](Value size) {
    return b.compare(arith::CmpIPredicate::sgt, size, b.index(0));
  };
  Value hasPixels = b.logicalAnd(isPositive(height), isPositive(width));
  b.branch(
      interior, [&] { buildInterior(tile); },
      [&] {
        b.branch(
            hasPixels, [&] { buildBorder(tile); },
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
      op.getPrefetch() &&
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

void InputLowering::buildBorder(const Tile &tile) {
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
  for (int64_t tap = 0; tap < tile.code->rowsIn; ++tap)
    rows.push_back(locate(tile.pixelRow, b.index(tap), height));
  for (int64_t tap = 0; tap < tile.code->colsIn; ++tap)
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
    tile.code->build(
        [&](Value row, Value col) {
          return convert(load(row, col, channel, mask));
        },
        [&](Value value, Value row, Value col) {
          store(value, tile, row, col, channel, storeMask);
        });
  });
}

Value InputLowering::convert(Value data) {
  return quantized
             ? quantized->convert(data)
             : b.convertIntegers(data, b.getVectorType().getElementType());
}

void InputLowering::store(Value value, const Tile &tile, Value row, Value col,
                          Value channel, Value mask) {
  if (quantized)
    value = quantized->quantize(value, row, col, channel, mask);
  b.store(value, init, {row, col, tile.batch, tile.row, tile.col, channel},
          mask);
}

void InputLowering::fillZero(const Tile &tile, int64_t begin) {
  int64_t end = op.getInitType().getDimSize(tile_dim::kChannel);
  // A partial vector of the image's channels has filled V that far.
  begin = llvm::alignTo(begin, b.getVectorLength());
  if (begin >= end)
    return;
  b.loop(tile.code->rowsOut, 1, [&](Value row) {
    b.loop(tile.code->colsOut, 1, [&](Value col) {
      b.fillZero(init, {row, col, tile.batch, tile.row, tile.col}, begin, end);
    });
  });
}

LogicalResult wino::lowerToVector(RewriterBase &rewriter, InputTransformOp op,
                                  const WinoToVectorOptions &options) {
  if (failed(checkVectorizable(op, options)))
    return failure();
  Type elementType = op.getInitType().getElementType();
  if (isa_and_present<QuantizedAttr>(op.getNumbersAttr()))
    elementType = getInputComputeType(op);
  KernelBuilder b(
      rewriter, op, elementType, options,
      getTransformLength(elementType, op.getNumbersAttr(), options));
  InputLowering(b, op).run();
  rewriter.eraseOp(op);
  return success();
}
