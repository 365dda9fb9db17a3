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

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace wino;

namespace {
/// The most accumulators of a micro-kernel. No machine has so many registers,
/// and the code of a kernel grows with them.
constexpr int64_t kMaxAccumulators = 256;

/// Lowers one hadamard.
class HadamardLowering {
public:
  HadamardLowering(KernelBuilder &b, HadamardOp op)
      : b(b), op(op), filter(op.getFilter()),
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
  void buildStaticRows(const Panel &panel, const RowView::Rows &rows,
                       int64_t numRows);
  void buildDynamicRows(const Panel &panel, const RowView::Rows &rows);
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

/// Takes the micro tile from the schedule, or fills the registers: those of a
/// machine with 512-bit vectors or NEON are 32, else 16.
void HadamardLowering::chooseMicroTile() {
  if (op.isDepthwise())
    return;
  int64_t vl = b.getVectorLength();
  int64_t bits = vl * op.getInputType().getElementTypeBitWidth();
  bool lane = b.getOptions().laneFma;
  int64_t registers = lane || bits >= 512 ? 32 : 16;
  microCols = (lane ? 3 : 2) * vl;
  if (op.isPacked())
    microCols = op.getFilterType().getDimSize(packed_dim::kPanelCol);
  if (ScheduleAttr schedule = op.getScheduleAttr()) {
    microRows = schedule.getMicroRows();
    microCols = schedule.getMicroCols();
    return;
  }
  int64_t vectors = std::max<int64_t>(1, llvm::divideCeil(microCols, vl));
  // Accumulators and a panel row, and with lanes one vector per row of V.
  microRows = lane ? (registers - vectors) / (vectors + 1)
                   : (registers - vectors - 1) / vectors;
  microRows = std::max<int64_t>(1, microRows);
}

LogicalResult HadamardLowering::check() {
  // No panel has more columns than the filter.
  int64_t cols = std::min(microCols, op.getFilterType().getShape().back());
  int64_t accumulators =
      microRows * llvm::divideCeil(cols, b.getVectorLength());
  if (op.isDepthwise() || accumulators <= kMaxAccumulators)
    return success();
  return op.emitOpError("has a micro tile of ")
         << microRows << "x" << cols << " that takes " << accumulators
         << " vectors of " << b.getVectorLength() << " elements; at most "
         << kMaxAccumulators << " are possible";
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
          Value product = arith::MulFOp::create(b, lhs, rhs);
          SmallVector<Value> indices = {tapRow, tapCol, row, c};
          if (op.getAccumulate())
            product = arith::AddFOp::create(b, b.load(rows.init, indices, mask),
                                            product);
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
  rowView->forEachRange(b, [&](const RowView::Rows &rows) {
    if (std::optional<int64_t> numRows = getConstantIntValue(rows.count))
      buildStaticRows(panel, rows, *numRows);
    else
      buildDynamicRows(panel, rows);
  });
}

/// Splits the rows evenly, which takes kernels of at most two heights that
/// differ by one.
void HadamardLowering::buildStaticRows(const Panel &panel,
                                       const RowView::Rows &rows,
                                       int64_t numRows) {
  if (numRows == 0)
    return;
  int64_t numBlocks = llvm::divideCeil(numRows, microRows);
  int64_t height = llvm::divideCeil(numRows, numBlocks);
  int64_t numHigh = numRows - (height - 1) * numBlocks;
  int64_t lowBegin = numHigh * height;
  // Only the first block prefetches: the others find the panel in the cache.
  bool prefetch = b.getOptions().prefetch && op.isPacked();
  int64_t begin = 0;
  if (prefetch) {
    buildKernel(panel, rows, b.index(0), height, /*prefetch=*/true);
    begin = height;
  }
  b.loop(b.index(begin), b.index(lowBegin), height, [&](Value row) {
    buildKernel(panel, rows, row, height, /*prefetch=*/false);
  });
  b.loop(b.index(lowBegin), b.index(numRows), height - 1, [&](Value row) {
    buildKernel(panel, rows, row, height - 1, /*prefetch=*/false);
  });
}

void HadamardLowering::buildDynamicRows(const Panel &panel,
                                        const RowView::Rows &rows) {
  Value remainder = b.rem(rows.count, microRows);
  Value whole = b.sub(rows.count, remainder);
  b.loop(b.index(0), whole, microRows, [&](Value row) {
    buildKernel(panel, rows, row, microRows, /*prefetch=*/false);
  });
  if (microRows == 1)
    return;
  auto cases = llvm::to_vector(llvm::seq<int64_t>(1, microRows));
  auto switchOp = scf::IndexSwitchOp::create(b, TypeRange{}, remainder, cases,
                                             cases.size());
  OpBuilder::InsertionGuard guard(b);
  for (auto [region, numRows] :
       llvm::zip_equal(switchOp.getCaseRegions(), cases)) {
    b.createBlock(&region);
    buildKernel(panel, rows, whole, numRows, /*prefetch=*/false);
    scf::YieldOp::create(b);
  }
  b.createBlock(&switchOp.getDefaultRegion());
  scf::YieldOp::create(b);
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
  sums = kernel.build(numChannels, sums);
  auto sum = sums.begin();
  forEachSum([&](ValueRange indices, Value mask) {
    b.store(*sum++, rows.init, indices, mask);
  });
}

LogicalResult wino::lowerToVector(RewriterBase &rewriter, HadamardOp op,
                                  const WinoToVectorOptions &options) {
  if (failed(checkVectorizable(op, options)))
    return failure();
  KernelBuilder b(rewriter, op, op.getInputType().getElementType(), options);
  HadamardLowering lowering(b, op);
  if (failed(lowering.check()))
    return failure();
  lowering.run();
  rewriter.eraseOp(op);
  return success();
}
