//===- OffsetAdd.cpp - Lowering of wino.offset_add ------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every vector of channels of the result is the sum of one vector per tap.
// Where all taps of a pixel lie in the image their positions are constants
// apart, and the sum is straight-line code; at a padded edge it is made in
// loops over the taps that do.
//
//===----------------------------------------------------------------------===//

#include "Epilogue.h"
#include "ImageView.h"

using namespace mlir;
using namespace wino;

/// Sums of more taps than this are made in loops.
static constexpr int64_t kMaxUnrolledTaps = 32;

namespace {
/// Lowers one offset-add.
class OffsetAddLowering {
public:
  OffsetAddLowering(KernelBuilder &b, OffsetAddOp op)
      : b(b), op(op), dims(op.getImageDims()), products(op.getInput()),
        init(op.getInit()), epilogue(b, cast<ResultOpInterface>(*op)) {}

  void run();

private:
  /// Pixels of a row of the result.
  struct Run {
    Value batch, row, col;
    int64_t numPixels;
  };

  /// Builds all pixels; `inRuns` for a result or operands in NCHW.
  void buildPixels(bool inRuns);
  void buildRun(const Run &run);
  /// Builds a run whose taps are all in the image if `isWhole`.
  void buildRun(const Run &run, bool isWhole);
  /// Returns the position in the image of the first tap of pixel `pos` along an
  /// axis, which is negative in the padding.
  Value getFirst(unsigned axis, Value pos);
  /// Whether all taps of pixel `pos` are in the image along an axis.
  Value fits(unsigned axis, Value pos);
  /// Returns the first tap, and the one behind the last, that are in the image
  /// along an axis for a pixel with its first tap at `first`.
  std::pair<Value, Value> getTaps(unsigned axis, Value first);
  /// Returns the sum of the products of a pixel at `channel`.
  Value buildSum(Value batch, Value row, Value col, Value channel, Value mask,
                 bool isWhole);
  /// Builds a loop over [begin, end) that carries `sum`.
  Value accumulate(Value begin, Value end, Value sum,
                   function_ref<Value(Value, Value)> body);
  Value getNumPixels(unsigned axis) {
    return b.size(products, tile_dim::kTileRow + axis);
  }

  KernelBuilder &b;
  OffsetAddOp op;
  ImageDims dims;
  Value products, init;
  EpilogueBuilder epilogue;
  bool streamStores = false;
};
} // namespace

void OffsetAddLowering::run() {
  bool inRuns = op.getLayout() == ImageLayout::NCHW;
  for (unsigned number = 0; number < op.getEpilogueOperands().size(); ++number)
    inRuns |= op.getEpilogueLayout(number) == ImageLayout::NCHW;
  ScheduleAttr schedule = op.getScheduleAttr();
  bool mayStream = !inRuns && (op.getStreamStores() ||
                               (schedule && schedule.getStreamStores()));
  b.buildStreaming(mayStream, init, [&](bool streams) {
    streamStores = streams;
    buildPixels(inRuns);
  });
}

void OffsetAddLowering::buildPixels(bool inRuns) {
  Value numCols = b.size(init, dims.col);
  b.loop(b.size(init, dims.batch), [&](Value batch) {
    b.loop(b.size(init, dims.row), [&](Value row) {
      auto build = [&](Value col, int64_t numPixels) {
        buildRun({batch, row, col, numPixels});
      };
      if (inRuns)
        ImageView::forEachRun(b, b.index(0), numCols, build);
      else
        b.loop(numCols, [&](Value col) { build(col, 1); });
    });
  });
}

Value OffsetAddLowering::getFirst(unsigned axis, Value pos) {
  return b.add(b.mul(pos, op.getStrides()[axis]), -op.getPadLow(axis));
}

Value OffsetAddLowering::fits(unsigned axis, Value pos) {
  if (!op.isPadded(axis))
    return arith::ConstantIntOp::create(b, 1, 1);
  return b.isInside(getFirst(axis, pos), op.getExtent(axis),
                    getNumPixels(axis));
}

void OffsetAddLowering::buildRun(const Run &run) {
  Value isWhole = b.logicalAnd(fits(0, run.row), fits(1, run.col));
  if (run.numPixels > 1)
    isWhole = b.logicalAnd(isWhole, fits(1, b.add(run.col, run.numPixels - 1)));
  b.branch(
      isWhole, [&] { buildRun(run, /*isWhole=*/true); },
      [&] { buildRun(run, /*isWhole=*/false); });
}

void OffsetAddLowering::buildRun(const Run &run, bool isWhole) {
  const int64_t numProducts = op.getInputType().getDimSize(tile_dim::kChannel);
  auto build = [&](Value channel, Value, Value lanes) {
    Value mask = lanes ? b.mask(lanes) : Value();
    // Products are padded to whole vectors, at best.
    std::optional<int64_t> known = getConstantIntValue(channel);
    bool hasVector = known && *known + b.getVectorLength() <= numProducts;
    ImageView::Position at = {run.batch, run.row, run.col, channel};
    SmallVector<Value> channelOperands =
        epilogue.loadChannelOperands(channel, mask);
    // The pixels of each operand that is not indexed by the channel.
    SmallVector<SmallVector<Value>> operands;
    for (auto [number, operand] : llvm::enumerate(op.getEpilogueOperands())) {
      ImageView view(operand, op.getEpilogueLayout(number));
      operands.push_back(channelOperands[number]
                             ? SmallVector<Value>()
                             : view.load(b, at, run.numPixels, lanes));
    }
    SmallVector<Value> pixels;
    for (int64_t pixel = 0; pixel < run.numPixels; ++pixel) {
      Value sum = buildSum(run.batch, run.row, b.add(run.col, pixel), channel,
                           hasVector ? Value() : mask, isWhole);
      pixels.push_back(
          epilogue.build(sum, channelOperands, [&](unsigned number) {
            return operands[number][pixel];
          }));
    }
    if (streamStores)
      b.store(pixels.front(), init, {run.batch, run.row, run.col, channel},
              mask, /*streams=*/true);
    else
      ImageView(init, op.getLayout()).store(b, pixels, at, lanes);
  };
  b.forEachVectorGroup(b.size(init, dims.channel), /*numVectors=*/1, build);
}

Value OffsetAddLowering::accumulate(Value begin, Value end, Value sum,
                                    function_ref<Value(Value, Value)> body) {
  auto forOp = scf::ForOp::create(b, begin, end, b.index(1), sum);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(forOp.getBody());
  scf::YieldOp::create(
      b, body(forOp.getInductionVar(), forOp.getRegionIterArg(0)));
  return forOp.getResult(0);
}

std::pair<Value, Value> OffsetAddLowering::getTaps(unsigned axis, Value first) {
  const int64_t dilation = op.getDilations()[axis];
  // Taps before pixel `pixel`, which may be in front of the first tap.
  auto getTapsBefore = [&](Value pixel) {
    Value distance =
        b.createOrFold<arith::MaxSIOp>(b.sub(pixel, first), b.index(0));
    return b.createOrFold<arith::MinSIOp>(
        b.div(b.add(distance, dilation - 1), dilation),
        b.index(op.getNumTaps(axis)));
  };
  return {getTapsBefore(b.index(0)), getTapsBefore(getNumPixels(axis))};
}

Value OffsetAddLowering::buildSum(Value batch, Value row, Value col,
                                  Value channel, Value mask, bool isWhole) {
  const int64_t taps[] = {op.getNumTaps(0), op.getNumTaps(1)};
  Value first[] = {getFirst(0, row), getFirst(1, col)};
  auto load = [&](Value tapRow, Value tapCol) {
    return b.load(products,
                  {tapRow, tapCol, batch,
                   b.add(first[0], b.mul(tapRow, op.getDilations()[0])),
                   b.add(first[1], b.mul(tapCol, op.getDilations()[1])),
                   channel},
                  mask);
  };
  if (isWhole && taps[0] * taps[1] <= kMaxUnrolledTaps) {
    Value sum;
    for (int64_t i = 0; i < taps[0]; ++i)
      for (int64_t j = 0; j < taps[1]; ++j) {
        Value product = load(b.index(i), b.index(j));
        sum = sum ? b.addNumbers(sum, product) : product;
      }
    return sum;
  }
  auto getRange = [&](unsigned axis) {
    return isWhole || !op.isPadded(axis)
               ? std::pair(b.index(0), b.index(taps[axis]))
               : getTaps(axis, first[axis]);
  };
  const std::pair<Value, Value> rows = getRange(0), cols = getRange(1);
  return accumulate(
      rows.first, rows.second, b.zero(), [&](Value tapRow, Value rowSum) {
        return accumulate(cols.first, cols.second, rowSum,
                          [&](Value tapCol, Value sum) {
                            return b.addNumbers(sum, load(tapRow, tapCol));
                          });
      });
}

LogicalResult wino::lowerToVector(RewriterBase &rewriter, OffsetAddOp op,
                                  const WinoToVectorOptions &options) {
  if (failed(checkVectorizable(op, options)))
    return failure();
  KernelBuilder b(rewriter, op, op.getInputType().getElementType(), options);
  OffsetAddLowering(b, op).run();
  rewriter.eraseOp(op);
  return success();
}
