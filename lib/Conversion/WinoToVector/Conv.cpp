//===- Conv.cpp - Lowering of wino.conv -----------------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A micro-kernel multiplies some pixels by a panel of the filter over the whole
// depth, kernel rows, columns and channels, with the sums in registers; then
// the epilogue is applied to them, and they are stored to the result. For every
// panel all pixels are visited, so that the panel stays in L1 while the image
// streams by.
//
// The pixels of a micro-kernel are a rectangle of the result. With known sizes
// they lie at constant distances, from one address that moves.
//
//===----------------------------------------------------------------------===//

#include "Epilogue.h"
#include "FlatView.h"
#include "MicroKernel.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace wino;

namespace {
/// Lowers one convolution.
class ConvLowering {
public:
  ConvLowering(KernelBuilder &b, ConvOp op)
      : b(b), op(op),
        panelCols(op.getFilterType().getDimSize(packed_dim::kPanelCol)),
        microRows(getDefaultMicroRows(b, panelCols)) {
    if (ScheduleAttr schedule = op.getScheduleAttr()) {
      microRows = schedule.getMicroRows();
      prefetch = schedule.getPrefetch();
      streamStores = schedule.getStreamStores();
    }
    if (std::optional<int64_t> rows = op.getMicroRows())
      microRows = *rows;
    prefetch |= op.getPrefetch();
    streamStores |= op.getStreamStores();
  }

  /// Emits an error and fails if the micro tile is too large.
  LogicalResult check() { return checkMicroTile(op, b, microRows, panelCols); }
  void run();

private:
  /// Columns of the filter that are computed at a time.
  struct Panel {
    /// Indices of the filter without depth and column.
    SmallVector<Value, 4> filterIndices;
    /// First output channel.
    Value channel;
    int64_t numCols;
    /// Masks of the vectors of output channels; null for all of a vector.
    SmallVector<Value> masks;
  };
  /// A rectangle of pixels of the result.
  struct Pixels {
    Value batch, row, col;
    int64_t numRows, numCols;
  };

  /// Lets the rows of the result be one, if they follow each other in all
  /// operands at the distance of pixels.
  void mergeRows();
  void buildPanels(Value batch);
  /// Builds the panel of number `number` with the first `numChannels` channels.
  void buildPanel(Value batch, Value number, int64_t numCols,
                  ArrayRef<Value> masks);
  void buildKernel(const Panel &panel, const Pixels &pixels, bool prefetch);
  /// Builds the sums over the filter's rows, columns and channels.
  SmallVector<Value> buildSums(MicroKernel &kernel);
  void buildStores(const Panel &panel, const Pixels &pixels,
                   ArrayRef<Value> sums);
  /// Calls `body` with the position from the first of each of the pixels, in a
  /// view.
  void forEachPixel(const Pixels &pixels, const FlatView &view,
                    function_ref<void(Value)> body);
  /// Builds a loop of `count` iterations that carries `sums`.
  SmallVector<Value>
  accumulate(int64_t count, ArrayRef<Value> sums,
             function_ref<SmallVector<Value>(Value, ArrayRef<Value>)> body);

  KernelBuilder &b;
  ConvOp op;
  int64_t panelCols, microRows;
  bool prefetch = false, streamStores = false;
  /// The filter as a memref of rank 6.
  Value filter;
  std::optional<EpilogueBuilder> epilogue;
  /// The image, with the steps from output pixel to output pixel, and those
  /// from pixel to pixel.
  std::optional<FlatView> image, imagePixels;
  std::optional<FlatView> result;
  /// The operands of the epilogue of the result's shape, by their number.
  SmallVector<std::optional<FlatView>> operands;
  Value numRows, numCols;
};
} // namespace

void ConvLowering::run() {
  // Without channels there are no panels to divide them into.
  if (op.getNumFilterColumns() == 0)
    return;
  filter = b.flattenGroups(op.getFilter());
  epilogue.emplace(b, cast<ResultOpInterface>(*op));
  image.emplace(b, op.getInput());
  imagePixels = image;
  image->rowStep = b.mul(image->rowStep, op.getStrides()[0]);
  image->colStep = b.mul(image->colStep, op.getStrides()[1]);
  result.emplace(b, op.getInit());
  for (Value operand : op.getEpilogueOperands()) {
    bool isPerChannel = cast<ShapedType>(operand.getType()).getRank() == 1;
    operands.push_back(isPerChannel
                           ? std::nullopt
                           : std::optional<FlatView>(FlatView(b, operand)));
  }
  numRows = b.size(op.getInit(), image_dim::kRow);
  numCols = b.size(op.getInit(), image_dim::kCol);
  mergeRows();
  b.buildStreaming(streamStores, op.getInit(), [&](bool streams) {
    streamStores = streams;
    b.loop(b.size(op.getInit(), image_dim::kBatch),
           [&](Value batch) { buildPanels(batch); });
  });
}

void ConvLowering::mergeRows() {
  std::optional<int64_t> rows = getConstantIntValue(numRows);
  std::optional<int64_t> cols = getConstantIntValue(numCols);
  auto canMerge = [&](const FlatView &view) {
    std::optional<int64_t> rowStep = getConstantIntValue(view.rowStep);
    std::optional<int64_t> colStep = getConstantIntValue(view.colStep);
    return rowStep && colStep && *rowStep == *cols * *colStep;
  };
  if (!rows || !cols || !canMerge(*image) || !canMerge(*result))
    return;
  for (const std::optional<FlatView> &operand : operands)
    if (operand && !canMerge(*operand))
      return;
  numCols = b.index(*rows * *cols);
  numRows = b.index(1);
}

//===----------------------------------------------------------------------===//
// Panels
//===----------------------------------------------------------------------===//

void ConvLowering::buildPanels(Value batch) {
  const int64_t vl = b.getVectorLength();
  SmallVector<Value> noMasks(llvm::divideCeil(panelCols, vl));
  for (auto [number, mask] : llvm::enumerate(noMasks))
    mask = b.mask(panelCols - number * vl);
  Value numChannels = b.size(op.getInit(), image_dim::kChannel);
  Value rest = b.rem(numChannels, panelCols);
  Value numWhole = b.div(numChannels, panelCols);
  b.loop(numWhole,
         [&](Value number) { buildPanel(batch, number, panelCols, noMasks); });

  // The last panel has columns that are not stored.
  SmallVector<Value> masks;
  if (std::optional<int64_t> known = getConstantIntValue(rest)) {
    if (*known == 0)
      return;
    for (int64_t first = 0; first < *known; first += vl)
      masks.push_back(b.mask(*known - first));
    buildPanel(batch, numWhole, std::min<int64_t>(masks.size() * vl, panelCols),
               masks);
    return;
  }
  b.branch(b.compare(arith::CmpIPredicate::ne, rest, b.index(0)), [&] {
    auto type = VectorType::get({vl}, b.getI1Type());
    for (int64_t first = 0; first < panelCols; first += vl)
      masks.push_back(vector::CreateMaskOp::create(
          b, type, ValueRange{b.sub(rest, b.index(first))}));
    buildPanel(batch, numWhole, panelCols, masks);
  });
}

void ConvLowering::buildPanel(Value batch, Value number, int64_t panelCount,
                              ArrayRef<Value> masks) {
  Value zero = b.index(0);
  int64_t panelsPerBlock = op.getFilterType().getDimSize(packed_dim::kPanel);
  Panel panel;
  panel.filterIndices = {zero, zero, zero, number};
  if (op.getFilterType().getDimSize(packed_dim::kBlock) > 1) {
    panel.filterIndices.front() = b.div(number, panelsPerBlock);
    panel.filterIndices.back() = b.rem(number, panelsPerBlock);
  }
  panel.channel = b.mul(number, panelCols);
  panel.numCols = panelCount;
  panel.masks.assign(masks.begin(), masks.end());

  // Rows that are shorter than a micro-kernel's share one.
  int64_t maxCols = microRows, maxRows = 1;
  std::optional<int64_t> knownCols = getConstantIntValue(numCols);
  if (knownCols && *knownCols > 0 && *knownCols < microRows) {
    maxCols = *knownCols;
    maxRows = microRows / maxCols;
  }
  // Only the first pixels prefetch: the others find the panel in the cache.
  b.forEachSegment(
      numRows, maxRows, prefetch, [&](Value row, int64_t rows, bool isFirst) {
        b.forEachSegment(numCols, maxCols, isFirst,
                         [&](Value col, int64_t cols, bool isFirst) {
                           buildKernel(panel, {batch, row, col, rows, cols},
                                       isFirst);
                         });
      });
}

//===----------------------------------------------------------------------===//
// Micro-kernel
//===----------------------------------------------------------------------===//

void ConvLowering::forEachPixel(const Pixels &pixels, const FlatView &view,
                                function_ref<void(Value)> body) {
  Value first = view.getPixel(b, pixels.batch, pixels.row, pixels.col);
  for (int64_t row = 0; row < pixels.numRows; ++row)
    for (int64_t col = 0; col < pixels.numCols; ++col)
      body(b.add(first,
                 b.add(b.mul(view.rowStep, row), b.mul(view.colStep, col))));
}

void ConvLowering::buildKernel(const Panel &panel, const Pixels &pixels,
                               bool prefetch) {
  MicroKernel kernel(b);
  kernel.input = image->memref;
  forEachPixel(pixels, *image,
               [&](Value position) { kernel.rows.push_back({position}); });
  kernel.filter = filter;
  kernel.panel.assign(panel.filterIndices.begin(), panel.filterIndices.end());
  kernel.panel.append(2, b.index(0));
  kernel.numCols = panel.numCols;
  kernel.group = getGroup(op.getFilterType());
  kernel.narrowRange = op.getNarrowRange();
  kernel.prefetch = prefetch;
  buildStores(panel, pixels, buildSums(kernel));
}

SmallVector<Value> ConvLowering::accumulate(
    int64_t count, ArrayRef<Value> sums,
    function_ref<SmallVector<Value>(Value, ArrayRef<Value>)> body) {
  if (count == 1)
    return body(b.index(0), sums);
  auto forOp =
      scf::ForOp::create(b, b.index(0), b.index(count), b.index(1), sums);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(forOp.getBody());
  SmallVector<Value> carried(forOp.getRegionIterArgs());
  scf::YieldOp::create(b, body(forOp.getInductionVar(), carried));
  return llvm::to_vector_of<Value>(forOp.getResults());
}

SmallVector<Value> ConvLowering::buildSums(MicroKernel &kernel) {
  const int64_t numChannels = op.getNumChannels();
  int64_t kernelCols = op.getKernel()[1], run = numChannels;
  // The pixels of a row of the filter are one run of memory if neither dilation
  // nor the image's layout part them.
  if (op.getDilations()[1] == 1 &&
      getConstantIntValue(imagePixels->colStep) == numChannels) {
    run *= kernelCols;
    kernelCols = 1;
  }
  const SmallVector<SmallVector<Value>> rows = kernel.rows;
  const SmallVector<Value> panel = kernel.panel;
  Value rowStep = b.mul(imagePixels->rowStep, op.getDilations()[0]);
  Value colStep = b.mul(imagePixels->colStep, op.getDilations()[1]);
  SmallVector<Value> carried = accumulate(
      op.getKernel()[0], kernel.begin(kernel.getZeros()),
      [&](Value row, ArrayRef<Value> rowSums) {
        return accumulate(
            kernelCols, rowSums, [&](Value col, ArrayRef<Value> sums) {
              Value offset = b.add(b.mul(row, rowStep), b.mul(col, colStep));
              Value depth = b.mul(b.add(b.mul(row, kernelCols), col),
                                  b.index(run / kernel.group));
              for (auto [moved, first] : llvm::zip_equal(kernel.rows, rows))
                moved.back() = b.add(first.back(), offset);
              kernel.panel[packed_dim::kChannel] =
                  b.add(panel[packed_dim::kChannel], depth);
              return kernel.build(run, sums);
            });
      });
  return kernel.finish(carried);
}

void ConvLowering::buildStores(const Panel &panel, const Pixels &pixels,
                               ArrayRef<Value> sums) {
  auto getPositions = [&](const FlatView &view) {
    SmallVector<Value> positions;
    forEachPixel(pixels, view,
                 [&](Value position) { positions.push_back(position); });
    return positions;
  };
  SmallVector<Value> resultPositions = getPositions(*result);
  SmallVector<SmallVector<Value>> operandPositions;
  for (const std::optional<FlatView> &operand : operands)
    operandPositions.push_back(operand ? getPositions(*operand)
                                       : SmallVector<Value>());

  const int64_t numVectors = panel.masks.size();
  for (auto [number, mask] : llvm::enumerate(panel.masks)) {
    Value channel = b.add(panel.channel, number * b.getVectorLength());
    SmallVector<Value> channelOperands =
        epilogue->loadChannelOperands(channel, mask);
    for (auto [pixel, position] : llvm::enumerate(resultPositions)) {
      auto load = [&, pixel = pixel, mask = mask](unsigned operand) {
        return b.load(operands[operand]->memref,
                      b.add(operandPositions[operand][pixel], channel), mask);
      };
      Value value = epilogue->build(sums[pixel * numVectors + number],
                                    channelOperands, load);
      b.store(value, result->memref, b.add(position, channel), mask,
              /*streams=*/streamStores);
    }
  }
}

LogicalResult wino::lowerToVector(RewriterBase &rewriter, ConvOp op,
                                  const WinoToVectorOptions &options) {
  if (failed(checkVectorizable(op, options)))
    return failure();
  KernelBuilder b(rewriter, op, getSumType(op.getInputType().getElementType()),
                  options);
  ConvLowering lowering(b, op);
  if (failed(lowering.check()))
    return failure();
  lowering.run();
  rewriter.eraseOp(op);
  return success();
}
