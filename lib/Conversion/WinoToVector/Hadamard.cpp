//===- Hadamard.cpp - Lowering of wino.hadamard ---------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A GEMM per tap, M = V U with rows of tiles. U comes in panels of columns; a
// micro-kernel multiplies some rows of V by one panel and keeps the products in
// registers. For every panel all rows are visited, so that the panel stays in
// L1 while V streams by.
//
//===----------------------------------------------------------------------===//

#include "MicroKernel.h"
#include "RowView.h"

using namespace mlir;
using namespace wino;

namespace {
/// Lowers one hadamard.
class HadamardLowering {
public:
  HadamardLowering(KernelBuilder &b, HadamardOp op)
      : b(b), op(op), filter(b.flattenGroups(op.getFilter())),
        numChannels(op.getInputType().getDimSize(tile_dim::kChannel)) {
    chooseMicroTile();
  }

  /// Emits an error and fails if the micro tile is too large.
  LogicalResult check();
  void run();

private:
  /// Taps [begin, end) along an axis, which `numTiles` rows or columns of tiles
  /// have.
  struct TapRange {
    int64_t begin, end;
    Value numTiles;
  };
  /// A tap and `numCols` columns of U there, beginning at `firstCol` of M.
  struct Panel {
    /// Indices of U without channel and column.
    SmallVector<Value, 4> filterIndices;
    /// First column along the last dimension of U.
    Value filterCol;
    Value tapRow, tapCol, firstCol;
    int64_t numCols;
  };

  void chooseMicroTile();
  void buildDepthwise();
  void buildPackedPanels();
  void buildUnpackedPanels();
  SmallVector<TapRange, 2> getTapRanges(unsigned axis);
  /// Calls `body` with every tap and the rows of V and M that have it.
  void forEachTap(function_ref<void(Value, Value, const RowView &)> body);

  void buildRows(const Panel &panel, const RowView &view);
  /// The tap of V that is multiplied by tap `tap` of U.
  Value getInputTap(Value tap) { return op.sharesInput() ? b.index(0) : tap; }
  /// Builds the kernel of some rows.
  void buildKernel(const Panel &panel, const RowView::Rows &rows,
                   bool prefetch);

  KernelBuilder &b;
  HadamardOp op;
  Value filter;
  int64_t numChannels;
  int64_t microRows = 1, microCols = 1;
};
} // namespace

/// Takes the micro tile from the schedule, or fills the registers.
void HadamardLowering::chooseMicroTile() {
  if (op.isDepthwise())
    return;
  microCols = getDefaultMicroCols(b);
  if (op.isPacked())
    microCols = op.getFilterType().getDimSize(packed_dim::kPanelCol);
  if (ScheduleAttr schedule = op.getScheduleAttr()) {
    microRows = schedule.getMicroRows();
    microCols = schedule.getMicroCols();
    return;
  }
  microRows = getDefaultMicroRows(b, microCols);
}

LogicalResult HadamardLowering::check() {
  if (op.isDepthwise())
    return success();
  // No panel has more columns than the filter.
  int64_t cols = microCols;
  if (!op.isPacked())
    cols = std::min(cols, op.getFilterType().getShape().back());
  return checkMicroTile(op, b, microRows, cols);
}

void HadamardLowering::run() {
  if (op.isDepthwise())
    buildDepthwise();
  else if (op.isPacked())
    buildPackedPanels();
  else
    buildUnpackedPanels();
}

SmallVector<HadamardLowering::TapRange, 2>
HadamardLowering::getTapRanges(unsigned axis) {
  const int64_t taps = op.getInitType().getDimSize(tile_dim::kTapRow + axis);
  Value numTiles = b.size(op.getInit(), tile_dim::kTileRow + axis);
  const int64_t edgeTaps =
      op.getEdge().empty() ? taps : (*op.getEdgeTaps())[axis];
  if (edgeTaps == taps)
    return {{0, taps, numTiles}};
  Value numWhole = b.clamp(op.getEdge()[axis], b.add(numTiles, 1));
  return {{0, edgeTaps, numTiles}, {edgeTaps, taps, numWhole}};
}

void HadamardLowering::forEachTap(
    function_ref<void(Value, Value, const RowView &)> body) {
  for (const TapRange &rows : getTapRanges(0))
    for (const TapRange &cols : getTapRanges(1)) {
      RowView view(b, op.getInput(), op.getInit(), rows.numTiles,
                   cols.numTiles);
      b.loop(b.index(rows.begin), b.index(rows.end), 1, [&](Value row) {
        b.loop(b.index(cols.begin), b.index(cols.end), 1,
               [&](Value col) { body(row, col, view); });
      });
    }
}

//===----------------------------------------------------------------------===//
// Panels
//===----------------------------------------------------------------------===//

void HadamardLowering::buildDepthwise() {
  forEachTap([&](Value tapRow, Value tapCol, const RowView &view) {
    auto build = [&](const RowView::Rows &rows, bool) {
      b.forEachVector(b.index(numChannels), [&](Value c, Value mask) {
        SmallVector<Value> indices = {tapRow, tapCol, rows.numbers.front(), c};
        Value lhs = b.load(
            rows.input,
            {getInputTap(tapRow), getInputTap(tapCol), rows.numbers.front(), c},
            mask);
        Value rhs = b.load(filter, {tapRow, tapCol, c}, mask);
        Type type = b.getVectorType().getElementType();
        Value product = b.mulNumbers(b.convertIntegers(lhs, type),
                                     b.convertIntegers(rhs, type));
        if (op.getAccumulate())
          product = b.addNumbers(b.load(rows.init, indices, mask), product);
        b.store(product, rows.init, indices, mask);
      });
    };
    view.forEachGroup(b, /*maxRows=*/1, /*peelFirst=*/false, build);
  });
}

void HadamardLowering::buildPackedPanels() {
  ShapedType type = op.getFilterType();
  int64_t numPanels = type.getDimSize(packed_dim::kPanel);
  int64_t panelCols = type.getDimSize(packed_dim::kPanelCol);
  if (panelCols == 0)
    return;
  b.loop(type.getDimSize(packed_dim::kBlock), 1, [&](Value block) {
    forEachTap([&](Value tapRow, Value tapCol, const RowView &view) {
      b.loop(numPanels, 1, [&](Value number) {
        Value global = b.add(b.mul(block, numPanels), number);
        buildRows({{block, tapRow, tapCol, number},
                   b.index(0),
                   tapRow,
                   tapCol,
                   b.mul(global, panelCols),
                   panelCols},
                  view);
      });
    });
  });
}

void HadamardLowering::buildUnpackedPanels() {
  int64_t numCols = op.getFilterType().getShape().back();
  int64_t wholeCols = numCols / microCols * microCols;
  forEachTap([&](Value tapRow, Value tapCol, const RowView &view) {
    auto build = [&](Value col, int64_t count) {
      buildRows({{tapRow, tapCol}, col, tapRow, tapCol, col, count}, view);
    };
    b.loop(wholeCols, microCols, [&](Value col) { build(col, microCols); });
    if (wholeCols < numCols)
      build(b.index(wholeCols), numCols - wholeCols);
  });
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

void HadamardLowering::buildRows(const Panel &panel, const RowView &view) {
  // Only the first kernel prefetches: the others find the panel in the cache.
  ScheduleAttr schedule = op.getScheduleAttr();
  bool prefetch = schedule && schedule.getPrefetch() && op.isPacked();
  view.forEachGroup(b, microRows, /*peelFirst=*/prefetch,
                    [&](const RowView::Rows &rows, bool isFirst) {
                      buildKernel(panel, rows, /*prefetch=*/isFirst);
                    });
}

//===----------------------------------------------------------------------===//
// Micro-kernel
//===----------------------------------------------------------------------===//

void HadamardLowering::buildKernel(const Panel &panel,
                                   const RowView::Rows &rows, bool prefetch) {
  MicroKernel kernel(b);
  kernel.input = rows.input;
  for (Value row : rows.numbers)
    kernel.rows.push_back({getInputTap(panel.tapRow), getInputTap(panel.tapCol),
                           row, b.index(0)});
  kernel.filter = filter;
  kernel.panel.assign(panel.filterIndices.begin(), panel.filterIndices.end());
  kernel.panel.append({b.index(0), panel.filterCol});
  kernel.numCols = panel.numCols;
  kernel.group = getGroup(op.getFilterType());
  kernel.narrowRange = op.getNarrowRange();
  kernel.prefetch = prefetch;

  // Calls `body` with the indices of each vector of sums in M, and its mask.
  auto forEachSum = [&](function_ref<void(ValueRange, Value)> body) {
    for (Value row : rows.numbers)
      for (int64_t number = 0; number < kernel.getNumVectors(); ++number)
        body({panel.tapRow, panel.tapCol, row,
              b.add(panel.firstCol, number * b.getVectorLength())},
             kernel.getMask(number));
  };
  SmallVector<Value> sums = kernel.getZeros();
  if (op.getAccumulate()) {
    sums.clear();
    forEachSum([&](ValueRange indices, Value mask) {
      sums.push_back(b.load(rows.init, indices, mask));
    });
  }
  sums = kernel.finish(kernel.build(numChannels, kernel.begin(sums)));
  auto sum = sums.begin();
  forEachSum([&](ValueRange indices, Value mask) {
    b.store(*sum++, rows.init, indices, mask);
  });
}

LogicalResult wino::lowerToVector(RewriterBase &rewriter, HadamardOp op,
                                  const WinoToVectorOptions &options) {
  if (failed(checkVectorizable(op, options)))
    return failure();
  KernelBuilder b(rewriter, op, op.getInitType().getElementType(), options);
  HadamardLowering lowering(b, op);
  if (failed(lowering.check()))
    return failure();
  lowering.run();
  rewriter.eraseOp(op);
  return success();
}
