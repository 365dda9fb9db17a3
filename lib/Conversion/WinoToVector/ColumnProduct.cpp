//===- ColumnProduct.cpp - Lowering of wino.column_product ----------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A micro-kernel multiplies the rows of some filters by a panel of columns over
// the whole depth, with the sums in registers; then the epilogue is applied to
// them, and they are stored to the result. For every panel all filters are
// visited, so that the panel stays in L1 while the filters stream by.
//
// The columns of a vector are pixels that follow each other in the result if
// the block has one row, or whole rows that lie without gaps in the result and
// the operands. Elsewhere they are stored one by one.
//
//===----------------------------------------------------------------------===//

#include "Epilogue.h"
#include "ImageView.h"
#include "MicroKernel.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace wino;

namespace {
/// Lowers one product.
class ColumnProductLowering {
public:
  ColumnProductLowering(KernelBuilder &b, ColumnProductOp op)
      : b(b), op(op), dims(op.getImageDims()),
        panelCols(op.getColumnsType().getDimSize(packed_dim::kPanelCol)),
        microRows(getDefaultMicroRows(b, panelCols)),
        columns(b.flattenGroups(op.getColumns())),
        numRows(b.size(op.getInit(), dims.row)),
        numCols(b.size(op.getInit(), dims.col)),
        epilogue(b, cast<ResultOpInterface>(*op)) {
    if (ScheduleAttr schedule = op.getScheduleAttr())
      microRows = schedule.getMicroRows();
    if (std::optional<int64_t> rows = op.getMicroRows())
      microRows = *rows;
  }

  /// Emits an error and fails if the micro tile is too large.
  LogicalResult check() { return checkMicroTile(op, b, microRows, panelCols); }
  void run();

private:
  /// A block of pixels: its place in P, its first pixel, and how many the
  /// result has of it.
  struct Block {
    Value batch, number[2], row, col, numRows, numCols;
    /// Pixels up to the last one.
    Value numPixels;
  };
  /// How the pixels of a vector lie in the result and the operands.
  enum class Order { Row, WholeRows, Any };
  /// Pixels of a block from number `first` on, `lanes` of which the block has;
  /// null if it has a whole vector.
  struct Pixels {
    const Block &block;
    Value first, lanes;
  };

  Value getBlockSize(unsigned axis);
  /// Whether the rows of `image` follow each other without gaps.
  bool hasWholeRows(Value image, ImageLayout layout);
  Order getOrder();
  /// Views the rows of the image as one, if the pixels of a block do so.
  ImageView getView(Value image, ImageLayout layout);
  void buildBlock(const Block &block);
  void buildKernel(const Block &block, Value panel, Value channel,
                   int64_t numChannels);
  /// Applies the epilogue to a vector of sums of each of some channels.
  void buildStores(const Pixels &pixels, Value channel, ArrayRef<Value> sums);

  /// \name A vector of pixels of each of some channels
  /// @{
  SmallVector<Value> load(unsigned operand, const Pixels &pixels, Value channel,
                          int64_t numChannels);
  void store(ArrayRef<Value> vectors, const Pixels &pixels, Value channel);
  ImageView::Position getPosition(const Pixels &pixels, Value channel);
  /// The row and column of a pixel, in the result; of one that the block has
  /// not those of one that it has, and false.
  struct Place {
    Value row, col, isInside;
  };
  Place getPlace(const Pixels &pixels, int64_t lane);
  SmallVector<Value> getIndices(const Block &block, const Place &place,
                                Value channel, ImageLayout layout);
  /// @}

  KernelBuilder &b;
  ColumnProductOp op;
  ImageDims dims;
  int64_t panelCols, microRows;
  Value columns, numRows, numCols, blockRows, blockCols;
  EpilogueBuilder epilogue;
  Order order = Order::Any;
  /// The result and the epilogue's operands of its shape, by vectors of pixels.
  std::optional<ImageView> result;
  SmallVector<std::optional<ImageView>> operands;
};
} // namespace

Value ColumnProductLowering::getBlockSize(unsigned axis) {
  const int64_t size = op.getPixelBlock()[axis];
  return size ? b.index(size)
              : b.createOrFold<arith::MaxSIOp>(axis == 0 ? numRows : numCols,
                                               b.index(1));
}

bool ColumnProductLowering::hasWholeRows(Value image, ImageLayout layout) {
  const ImageDims dims = wino::getImageDims(layout);
  SmallVector<Value> strides = b.getStrides(image).strides;
  std::optional<int64_t> rowStep = getConstantIntValue(strides[dims.row]);
  std::optional<int64_t> colStep = getConstantIntValue(strides[dims.col]);
  std::optional<int64_t> cols = getConstantIntValue(numCols);
  return rowStep && colStep && cols && *rowStep == *cols * *colStep;
}

ColumnProductLowering::Order ColumnProductLowering::getOrder() {
  if (op.getPixelBlock()[0] == 1 || getConstantIntValue(numRows) == 1)
    return Order::Row;
  bool isWhole =
      getConstantIntValue(numCols) == getConstantIntValue(blockCols) &&
      hasWholeRows(op.getInit(), op.getLayout());
  for (auto [number, operand] : llvm::enumerate(op.getEpilogueOperands()))
    if (cast<ShapedType>(operand.getType()).getRank() == image_dim::kRank)
      isWhole &= hasWholeRows(operand, op.getEpilogueLayout(number));
  return isWhole ? Order::WholeRows : Order::Any;
}

ImageView ColumnProductLowering::getView(Value image, ImageLayout layout) {
  if (order == Order::WholeRows) {
    const ImageDims dims = wino::getImageDims(layout);
    auto [offset, strides] = b.getStrides(image);
    SmallVector<Value> sizes;
    for (unsigned dim = 0; dim < image_dim::kRank; ++dim)
      sizes.push_back(b.size(image, dim));
    sizes[dims.col] = b.mul(numRows, numCols);
    sizes[dims.row] = b.index(1);
    image = memref::ReinterpretCastOp::create(
        b, image, getAsOpFoldResult(offset), getAsOpFoldResult(sizes),
        getAsOpFoldResult(strides));
  }
  return ImageView::getExchanged(b, image, layout);
}

void ColumnProductLowering::run() {
  blockRows = getBlockSize(0);
  blockCols = getBlockSize(1);
  order = getOrder();
  result = getView(op.getInit(), op.getLayout());
  for (auto [number, operand] : llvm::enumerate(op.getEpilogueOperands()))
    operands.push_back(
        cast<ShapedType>(operand.getType()).getRank() == image_dim::kRank
            ? std::optional(getView(operand, op.getEpilogueLayout(number)))
            : std::nullopt);
  auto forEach = [&](unsigned dim, function_ref<void(Value)> body) {
    b.loop(b.size(columns, dim), body);
  };
  auto getSize = [&](Value total, Value first, Value size) {
    return b.createOrFold<arith::MinSIOp>(b.sub(total, first), size);
  };
  forEach(image_dim::kBatch, [&](Value batch) {
    forEach(image_dim::kRow, [&](Value row) {
      forEach(image_dim::kCol, [&](Value col) {
        Block block;
        block.batch = batch;
        block.number[0] = row;
        block.number[1] = col;
        block.row = b.mul(row, blockRows);
        block.col = b.mul(col, blockCols);
        block.numRows = getSize(numRows, block.row, blockRows);
        block.numCols = getSize(numCols, block.col, blockCols);
        block.numPixels = b.add(
            b.mul(b.sub(block.numRows, b.index(1)), blockCols), block.numCols);
        buildBlock(block);
      });
    });
  });
}

void ColumnProductLowering::buildBlock(const Block &block) {
  Value numPanels =
      b.createOrFold<arith::CeilDivSIOp>(block.numPixels, b.index(panelCols));
  Value numChannels = b.size(op.getInit(), dims.channel);
  b.loop(numPanels, [&](Value panel) {
    b.forEachSegment(numChannels, microRows, /*peelFirst=*/false,
                     [&](Value channel, int64_t count, bool) {
                       buildKernel(block, panel, channel, count);
                     });
  });
}

//===----------------------------------------------------------------------===//
// Micro-kernel
//===----------------------------------------------------------------------===//

void ColumnProductLowering::buildKernel(const Block &block, Value panel,
                                        Value channel, int64_t numChannels) {
  MicroKernel kernel(b);
  kernel.input = op.getFilter();
  for (int64_t row = 0; row < numChannels; ++row)
    kernel.rows.push_back({b.add(channel, row), b.index(0)});
  kernel.filter = columns;
  kernel.panel = {block.batch, block.number[0], block.number[1],
                  panel,       b.index(0),      b.index(0)};
  kernel.numCols = panelCols;
  kernel.group = getGroup(op.getColumnsType());
  kernel.narrowRange = op.getNarrowRange();
  SmallVector<Value> sums = kernel.finish(
      kernel.build(op.getDepth(), kernel.begin(kernel.getZeros())));

  const int64_t length = b.getVectorLength(),
                numVectors = kernel.getNumVectors();
  for (int64_t number = 0; number < numVectors; ++number) {
    Value first = b.add(b.mul(panel, panelCols), number * length);
    Value lanes = b.sub(block.numPixels, first);
    SmallVector<Value> ofVector;
    for (int64_t row = 0; row < numChannels; ++row)
      ofVector.push_back(sums[row * numVectors + number]);
    auto build = [&](Value lanes) {
      for (int64_t row = 0, run; row < numChannels; row += run) {
        run = std::min(
            ImageView::getMaxRun(b),
            int64_t(llvm::bit_floor(static_cast<uint64_t>(numChannels - row))));
        buildStores({block, first, lanes}, b.add(channel, row),
                    ArrayRef(ofVector).slice(row, run));
      }
    };
    auto buildPart = [&] {
      b.branch(b.compare(arith::CmpIPredicate::sgt, lanes, b.index(0)),
               [&] { build(lanes); });
    };
    // All but the last vectors of a block are whole.
    std::optional<int64_t> known = getConstantIntValue(block.numPixels);
    if (known && *known % panelCols == 0)
      build(Value());
    else if (order == Order::Any)
      buildPart();
    else
      b.branch(
          b.compare(arith::CmpIPredicate::sge, lanes, b.index(length)),
          [&] { build(Value()); }, buildPart);
  }
}

void ColumnProductLowering::buildStores(const Pixels &pixels, Value channel,
                                        ArrayRef<Value> sums) {
  const int64_t numChannels = sums.size();
  // The vectors of each operand of the result's shape.
  SmallVector<SmallVector<Value>> loaded;
  for (unsigned number = 0; number < operands.size(); ++number)
    loaded.push_back(operands[number]
                         ? load(number, pixels, channel, numChannels)
                         : SmallVector<Value>());
  SmallVector<Value> results;
  for (int64_t i = 0; i < numChannels; ++i) {
    SmallVector<Value> channelOperands;
    for (auto [number, operand] : llvm::enumerate(op.getEpilogueOperands())) {
      channelOperands.push_back(Value());
      if (operands[number])
        continue;
      Value element = memref::LoadOp::create(b, operand, b.add(channel, i));
      channelOperands.back() = vector::BroadcastOp::create(
          b, b.getVectorOf(element.getType()), element);
    }
    results.push_back(
        epilogue.build(sums[i], channelOperands,
                       [&](unsigned number) { return loaded[number][i]; }));
  }
  store(results, pixels, channel);
}

//===----------------------------------------------------------------------===//
// Vectors of pixels
//===----------------------------------------------------------------------===//

ImageView::Position ColumnProductLowering::getPosition(const Pixels &pixels,
                                                       Value channel) {
  Value row = pixels.block.row, col = pixels.block.col;
  if (order == Order::WholeRows) {
    col = b.mul(row, numCols);
    row = b.index(0);
  }
  return {pixels.block.batch, row, /*col=*/channel,
          /*channel=*/b.add(col, pixels.first)};
}

ColumnProductLowering::Place
ColumnProductLowering::getPlace(const Pixels &pixels, int64_t lane) {
  Value pixel = b.add(pixels.first, lane);
  Value row = b.createOrFold<arith::DivSIOp>(pixel, blockCols);
  Value col = b.createOrFold<arith::RemSIOp>(pixel, blockCols);
  Value isInside = b.logicalAnd(
      b.compare(arith::CmpIPredicate::slt, row, pixels.block.numRows),
      b.compare(arith::CmpIPredicate::slt, col, pixels.block.numCols));
  return {b.add(pixels.block.row, b.clamp(row, pixels.block.numRows)),
          b.add(pixels.block.col, b.clamp(col, pixels.block.numCols)),
          isInside};
}

SmallVector<Value> ColumnProductLowering::getIndices(const Block &block,
                                                     const Place &place,
                                                     Value channel,
                                                     ImageLayout layout) {
  const ImageDims dims = wino::getImageDims(layout);
  SmallVector<Value> indices(image_dim::kRank);
  indices[dims.batch] = block.batch;
  indices[dims.row] = place.row;
  indices[dims.col] = place.col;
  indices[dims.channel] = channel;
  return indices;
}

SmallVector<Value> ColumnProductLowering::load(unsigned operand,
                                               const Pixels &pixels,
                                               Value channel,
                                               int64_t numChannels) {
  if (order != Order::Any)
    return operands[operand]->load(b, getPosition(pixels, channel), numChannels,
                                   pixels.lanes);
  Value image = op.getEpilogueOperands()[operand];
  SmallVector<Value> vectors;
  for (int64_t i = 0; i < numChannels; ++i) {
    SmallVector<Value> elements;
    for (int64_t lane = 0; lane < b.getVectorLength(); ++lane)
      elements.push_back(memref::LoadOp::create(
          b, image,
          getIndices(pixels.block, getPlace(pixels, lane), b.add(channel, i),
                     op.getEpilogueLayout(operand))));
    vectors.push_back(vector::FromElementsOp::create(
        b, b.getVectorOf(elements.front().getType()), elements));
  }
  return vectors;
}

void ColumnProductLowering::store(ArrayRef<Value> vectors, const Pixels &pixels,
                                  Value channel) {
  if (order != Order::Any)
    return result->store(b, vectors, getPosition(pixels, channel),
                         pixels.lanes);
  for (int64_t lane = 0; lane < b.getVectorLength(); ++lane) {
    Place place = getPlace(pixels, lane);
    b.branch(place.isInside, [&] {
      for (auto [i, vector] : llvm::enumerate(vectors))
        memref::StoreOp::create(
            b, vector::ExtractOp::create(b, vector, lane), op.getInit(),
            getIndices(pixels.block, place, b.add(channel, i), op.getLayout()));
    });
  }
}

LogicalResult wino::lowerToVector(RewriterBase &rewriter, ColumnProductOp op,
                                  const WinoToVectorOptions &options) {
  if (failed(checkVectorizable(op, options)))
    return failure();
  KernelBuilder b(rewriter, op, getSumType(op.getFilterType().getElementType()),
                  options);
  ColumnProductLowering lowering(b, op);
  if (failed(lowering.check()))
    return failure();
  lowering.run();
  rewriter.eraseOp(op);
  return success();
}
