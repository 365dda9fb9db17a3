//===- FilterTransform.cpp - Lowering of wino.filter_transform ------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelBuilder.h"
#include "QuantizedCode.h"
#include "ResidueTileCode.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace wino;

/// Whether U is computed in integers.
static bool computesIntegers(FilterTransformOp op) {
  return isa<IntegerType>(op.getInitType().getElementType()) &&
         !isa_and_present<QuantizedAttr>(op.getNumbersAttr());
}

namespace {
/// Lowers the transform of a filter that is not packed. U is written panel by
/// panel of columns, and in them channel by channel: vectors run along the
/// columns, which are contiguous in the filter, too. The columns of an unpacked
/// U are cut into panels of one vector, and a depthwise filter is one channel
/// with a column per channel.
class FilterLowering {
public:
  FilterLowering(KernelBuilder &b, FilterTransformOp op)
      : b(b), op(op), filter(op.getFilter()), init(op.getInit()),
        computeType(b.getVectorOf(computesIntegers(op) ? Type(b.getI32Type())
                                                       : Type(b.getF64Type()))),
        code(TileCode::create(b, op.getTransform(), op.getNumbersAttr(),
                              TransformStage::Filter, computeType)) {
    if (isa_and_present<QuantizedAttr>(op.getNumbersAttr()))
      quantized.emplace(b, op);
    ArrayRef<int64_t> from = op.getFilterType().getShape();
    ArrayRef<int64_t> to = op.getInitType().getShape();
    numCols = from.back();
    numChannels = op.isDepthwise() ? 1 : from[2];
    panelCols = b.getVectorLength();
    if (op.isPacked()) {
      panelCols = to[packed_dim::kPanelCol];
      initChannels = getPackedChannels(op.getInitType());
      group = getGroup(op.getInitType());
      initCols = to[packed_dim::kBlock] * to[packed_dim::kPanel] * panelCols;
    } else {
      initChannels = op.isDepthwise() ? 1 : to[2];
      initCols = to.back();
    }
  }

  void run();

private:
  /// Builds panel `panel`, of which `filterCols` columns come from the filter
  /// and `cols` are in U.
  void buildPanel(Value panel, int64_t filterCols, int64_t cols);
  /// Builds one vector of columns, which begins at column `col` of the panel.
  void buildVector(Value panel, Value channel, Value col, int64_t loadLanes,
                   int64_t storeLanes);
  SmallVector<Value> getInitIndices(Value row, Value col, Value panel,
                                    Value channel, Value panelCol);
  /// Whether U holds channels in groups, between which those of a column lie.
  bool isGrouped() {
    return op.getInitType().getRank() == packed_dim::kGroupedRank;
  }
  /// Stores the first `lanes` elements, of columns from `panelCol` on.
  void store(Value value, Value row, Value col, Value panel, Value channel,
             Value panelCol, int64_t lanes);

  KernelBuilder &b;
  FilterTransformOp op;
  Value filter, init;
  VectorType computeType;
  std::unique_ptr<TileCode> code;
  /// Present in quantized numbers.
  std::optional<QuantizedFilter> quantized;
  int64_t numCols, numChannels, panelCols, initCols, initChannels, group = 1;
};
} // namespace

void FilterLowering::run() {
  if (panelCols == 0)
    return;
  int64_t wholePanels = numCols / panelCols;
  int64_t numPanels = llvm::divideCeil(initCols, panelCols);
  b.loop(wholePanels, 1,
         [&](Value panel) { buildPanel(panel, panelCols, panelCols); });
  // Up to two panels are mixed: the one where the filter ends, and the one
  // where an unpacked U does.
  int64_t lastCols = initCols - (numPanels - 1) * panelCols;
  for (int64_t panel = wholePanels; panel < numPanels;) {
    bool isLast = panel + 1 == numPanels;
    int64_t filterCols = std::max<int64_t>(0, numCols - panel * panelCols);
    if (filterCols > 0 || isLast) {
      buildPanel(b.index(panel), filterCols, isLast ? lastCols : panelCols);
      ++panel;
      continue;
    }
    b.loop(b.index(panel), b.index(numPanels - 1), 1,
           [&](Value zeroPanel) { buildPanel(zeroPanel, 0, panelCols); });
    panel = numPanels - 1;
  }
}

void FilterLowering::buildPanel(Value panel, int64_t filterCols, int64_t cols) {
  int64_t vl = b.getVectorLength();
  auto buildChannels = [&](int64_t begin, int64_t end, int64_t loadCols) {
    b.loop(b.index(begin), b.index(end), 1, [&](Value channel) {
      // Vectors of which all lanes exist in both.
      int64_t whole = std::min(loadCols, cols) / vl * vl;
      b.loop(whole, vl,
             [&](Value col) { buildVector(panel, channel, col, vl, vl); });
      for (int64_t col = whole; col < cols; col += vl)
        buildVector(panel, channel, b.index(col),
                    std::max<int64_t>(0, loadCols - col), cols - col);
    });
  };
  buildChannels(0, numChannels, filterCols);
  buildChannels(numChannels, initChannels, 0);
}

SmallVector<Value> FilterLowering::getInitIndices(Value row, Value col,
                                                  Value panel, Value channel,
                                                  Value panelCol) {
  if (op.isPacked()) {
    int64_t panelsPerBlock = op.getInitType().getDimSize(packed_dim::kPanel);
    Value block = b.div(panel, panelsPerBlock);
    Value blockPanel = b.rem(panel, panelsPerBlock);
    SmallVector<Value> indices = {
        block, row, col, blockPanel, b.div(channel, group), panelCol};
    if (isGrouped())
      indices.push_back(b.rem(channel, group));
    return indices;
  }
  Value initCol = b.add(b.mul(panel, panelCols), panelCol);
  if (op.isDepthwise())
    return {row, col, initCol};
  return {row, col, channel, initCol};
}

void FilterLowering::store(Value value, Value row, Value col, Value panel,
                           Value channel, Value panelCol, int64_t lanes) {
  if (!isGrouped())
    return b.store(value, init,
                   getInitIndices(row, col, panel, channel, panelCol),
                   b.mask(lanes));
  for (int64_t lane = 0; lane < std::min(lanes, b.getVectorLength()); ++lane) {
    Value element = vector::ExtractOp::create(b, value, lane);
    memref::StoreOp::create(
        b, element, init,
        getInitIndices(row, col, panel, channel, b.add(panelCol, lane)));
  }
}

void FilterLowering::buildVector(Value panel, Value channel, Value panelCol,
                                 int64_t loadLanes, int64_t storeLanes) {
  Value filterCol = b.add(b.mul(panel, panelCols), panelCol);
  Value loadMask = b.mask(loadLanes);
  Type elementType = op.getInitType().getElementType();
  bool isDouble = elementType.isF64();
  if (loadLanes == 0) {
    Value zero = b.zero();
    b.loop(code->rowsOut, 1, [&](Value row) {
      b.loop(code->colsOut, 1, [&](Value col) {
        store(zero, row, col, panel, channel, panelCol, storeLanes);
      });
    });
    return;
  }
  auto load = [&](Value row, Value col) -> Value {
    SmallVector<Value> indices = {row, col};
    if (!op.isDepthwise())
      indices.push_back(channel);
    indices.push_back(filterCol);
    Value value = b.load(filter, indices, loadMask);
    if (computesIntegers(op))
      return b.convertIntegers(value, b.getI32Type());
    if (quantized)
      return arith::SIToFPOp::create(b, computeType, value);
    return isDouble ? value
                    : arith::ExtFOp::create(b, computeType, value).getResult();
  };
  code->build(load, [&](Value value, Value row, Value col) {
    if (quantized)
      value =
          quantized->quantize(value, row, col, channel, filterCol, loadMask);
    else if (computesIntegers(op))
      value = b.convertIntegers(value, elementType);
    else if (!isDouble)
      value = arith::TruncFOp::create(b, b.getVectorType(), value);
    store(value, row, col, panel, channel, panelCol, storeLanes);
  });
}

/// Lowers the transform of a packed filter, in the precision of its elements,
/// since this is computed whenever it is used.
static void lowerPackedFilter(KernelBuilder &b, FilterTransformOp op) {
  ShapedType type = op.getInitType();
  std::unique_ptr<TileCode> code =
      TileCode::create(b, op.getTransform(), op.getNumbersAttr(),
                       TransformStage::Filter, b.getVectorType());
  Value filter = b.flattenGroups(op.getFilter());
  Value init = b.flattenGroups(op.getInit());
  b.loop(type.getDimSize(packed_dim::kBlock), 1, [&](Value block) {
    b.loop(type.getDimSize(packed_dim::kPanel), 1, [&](Value panel) {
      b.loop(type.getDimSize(packed_dim::kChannel), 1, [&](Value channel) {
        Value numCols =
            b.index(type.getDimSize(packed_dim::kPanelCol) * getGroup(type));
        b.forEachVector(numCols, [&](Value col, Value mask) {
          code->build(
              [&](Value i, Value j) {
                Value value =
                    b.load(filter, {block, i, j, panel, channel, col}, mask);
                return b.convertIntegers(value, type.getElementType());
              },
              [&](Value value, Value p, Value q) {
                b.store(value, init, {block, p, q, panel, channel, col}, mask);
              });
        });
      });
    });
  });
}

LogicalResult wino::lowerToVector(RewriterBase &rewriter, FilterTransformOp op,
                                  const WinoToVectorOptions &options) {
  if (failed(checkVectorizable(op, options)))
    return failure();
  Type elementType = op.getInitType().getElementType();
  if (op.isFilterPacked()) {
    KernelBuilder b(
        rewriter, op, elementType, options,
        getTransformLength(elementType, op.getNumbersAttr(), options));
    lowerPackedFilter(b, op);
  } else {
    // Filters may be prepared on another machine than the one they are for.
    WinoToVectorOptions portable = options;
    portable.integerProducts = IntegerProducts::Generic;
    KernelBuilder b(rewriter, op, elementType, portable);
    FilterLowering(b, op).run();
  }
  rewriter.eraseOp(op);
  return success();
}
