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
        alphaRows(op.getInitType().getDimSize(tile_dim::kTapRow)),
        alphaCols(op.getInitType().getDimSize(tile_dim::kTapCol)),
        numChannels(op.getInputType().getDimSize(tile_dim::kChannel)) {
    chooseMicroTile();
  }

  /// Emits an error and fails if the micro tile is too large.
  LogicalResult check();
  void run();

private:
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
  void forEachTap(function_ref<void(Value, Value)> body);

  void buildRows(const Panel &panel);
  /// Builds the kernel of rows [firstRow, firstRow + numRows).
  void buildKernel(const Panel &panel, const RowView::Rows &rows,
                   Value firstRow, int64_t numRows, bool prefetch);

  KernelBuilder &b;
  HadamardOp op;
  Value filter;
  int64_t alphaRows, alphaCols, numChannels;
  std::optional<RowView> rowView;
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
  rowView.emplace(b, op.getInput(), op.getInit());
  if (op.isDepthwise())
    buildDepthwise();
  else if (op.isPacked())
    buildPackedPanels();
  else
    buildUnpackedPanels();
}

void HadamardLowering::forEachTap(function_ref<void(Value, Value)> body) {
  b.loop(alphaRows, 1, [&](Value row) {
    b.loop(alphaCols, 1, [&](Value col) { body(row, col); });
  });
}

//===----------------------------------------------------------------------===//
// Panels
//===----------------------------------------------------------------------===//

void HadamardLowering::buildDepthwise() {
  forEachTap([&](Value tapRow, Value tapCol) {
    rowView->forEachRange(b, [&](const RowView::Rows &rows) {
      b.loop(rows.count, [&](Value row) {
        b.forEachVector(b.index(numChannels), [&](Value c, Value mask) {
          Value lhs = b.load(rows.input, {tapRow, tapCol, row, c}, mask);
          Value rhs = b.load(filter, {tapRow, tapCol, c}, mask);
          Type type = b.getVectorType().getElementType();
          Value product = b.mulNumbers(b.convertIntegers(lhs, type),
                                       b.convertIntegers(rhs, type));
          SmallVector<Value> indices = {tapRow, tapCol, row, c};
          if (op.getAccumulate())
            product = b.addNumbers(b.load(rows.init, indices, mask), product);
          b.store(product, rows.init, indices, mask);
        });
      });
    });
  });
}

void HadamardLowering::buildPackedPanels() {
  ShapedType type = op.getFilterType();
  int64_t numPanels = type.getDimSize(packed_dim::kPanel);
  int64_t panelCols = type.getDimSize(packed_dim::kPanelCol);
  if (panelCols == 0)
    return;
  b.loop(type.getDimSize(packed_dim::kBlock), 1, [&](Value block) {
    forEachTap([&](Value tapRow, Value tapCol) {
      b.loop(numPanels, 1, [&](Value number) {
        Value global = b.add(b.mul(block, numPanels), number);
        buildRows({{block, tapRow, tapCol, number},
                   b.index(0),
                   tapRow,
                   tapCol,
                   b.mul(global, panelCols),
                   panelCols});
      });
    });
  });
}

void HadamardLowering::buildUnpackedPanels() {
  int64_t numCols = op.getFilterType().getShape().back();
  int64_t wholeCols = numCols / microCols * microCols;
  forEachTap([&](Value tapRow, Value tapCol) {
    auto build = [&](Value col, int64_t count) {
      buildRows({{tapRow, tapCol}, col, tapRow, tapCol, col, count});
    };
    b.loop(wholeCols, microCols, [&](Value col) { build(col, microCols); });
    if (wholeCols < numCols)
      build(b.index(wholeCols), numCols - wholeCols);
  });
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

void HadamardLowering::buildRows(const Panel &panel) {
  // Only the first block prefetches: the others find the panel in the cache.
  bool prefetch = b.getOptions().prefetch && op.isPacked();
  rowView->forEachRange(b, [&](const RowView::Rows &rows) {
    b.forEachSegment(rows.count, microRows, /*peelFirst=*/prefetch,
                     [&](Value row, int64_t numRows, bool isFirst) {
                       buildKernel(panel, rows, row, numRows, isFirst);
                     });
  });
}

//===----------------------------------------------------------------------===//
// Micro-kernel
//===----------------------------------------------------------------------===//

void HadamardLowering::buildKernel(const Panel &panel,
                                   const RowView::Rows &rows, Value firstRow,
                                   int64_t numRows, bool prefetch) {
  MicroKernel kernel(b);
  kernel.input = rows.input;
  for (int64_t row = 0; row < numRows; ++row)
    kernel.rows.push_back(
        {panel.tapRow, panel.tapCol, b.add(firstRow, row), b.index(0)});
  kernel.filter = filter;
  kernel.panel.assign(panel.filterIndices.begin(), panel.filterIndices.end());
  kernel.panel.append({b.index(0), panel.filterCol});
  kernel.numCols = panel.numCols;
  kernel.group = getGroup(op.getFilterType());
  kernel.narrowRange = op.getNarrowRange();
  kernel.prefetch = prefetch;

  // Calls `body` with the indices of each vector of sums in M, and its mask.
  auto forEachSum = [&](function_ref<void(ValueRange, Value)> body) {
    for (int64_t row = 0; row < numRows; ++row)
      for (int64_t number = 0; number < kernel.getNumVectors(); ++number)
        body({panel.tapRow, panel.tapCol, b.add(firstRow, row),
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
