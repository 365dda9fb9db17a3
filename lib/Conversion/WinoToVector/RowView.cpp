//===- RowView.cpp - Tiles of V and M as rows of a matrix -----------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RowView.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace wino;

RowView::RowView(KernelBuilder &b, Value inputMemRef, Value initMemRef,
                 Value tileRows, Value tileCols)
    : numBatches(b.size(initMemRef, tile_dim::kBatch)),
      numTileRows(tileRows ? tileRows : b.size(initMemRef, tile_dim::kTileRow)),
      numTileCols(tileCols ? tileCols : b.size(initMemRef, tile_dim::kTileCol)),
      input(getLayout(b, inputMemRef)), init(getLayout(b, initMemRef)) {
  Value tilesPerImage = b.mul(numTileRows, numTileCols);
  // Whether steps along `dim`, of which there are `size`, continue the rows
  // after `inner` ones.
  auto continues = [&](unsigned dim, Value size, Value inner) {
    auto inMemRef = [&](const Layout &layout) {
      return b.compare(arith::CmpIPredicate::eq, layout.strides[dim],
                       b.mul(inner, layout.rowStride));
    };
    Value isSingle = b.compare(arith::CmpIPredicate::eq, size, b.index(1));
    return b.createOrFold<arith::OrIOp>(
        isSingle, b.logicalAnd(inMemRef(input), inMemRef(init)));
  };
  Value mergesRows = continues(tile_dim::kTileRow, numTileRows, numTileCols);
  Value mergesBatches = b.logicalAnd(
      mergesRows, continues(tile_dim::kBatch, numBatches, tilesPerImage));

  Value one = b.index(1);
  outerTileRows = b.select(mergesRows, one, numTileRows);
  outerBatches = b.select(mergesBatches, one, numBatches);
  count = b.mul(b.select(mergesRows, tilesPerImage, numTileCols),
                b.select(mergesBatches, numBatches, one));
}

RowView::Layout RowView::getLayout(KernelBuilder &b, Value memref) const {
  auto [offset, strides] = b.getStrides(memref);
  Layout layout = {memref, offset, /*rowStride=*/{}, strides};
  // The stride of a dimension of size one means nothing.
  auto isSingle = [&](Value size) {
    return b.compare(arith::CmpIPredicate::eq, size, b.index(1));
  };
  Value outer =
      b.select(isSingle(numTileRows), layout.strides[tile_dim::kBatch],
               layout.strides[tile_dim::kTileRow]);
  layout.rowStride = b.select(isSingle(numTileCols), outer,
                              layout.strides[tile_dim::kTileCol]);
  return layout;
}

Value RowView::getRange(KernelBuilder &b, const Layout &layout, Value batch,
                        Value tileRow) const {
  Value offset = layout.offset;
  offset = b.add(offset, b.mul(batch, layout.strides[tile_dim::kBatch]));
  offset = b.add(offset, b.mul(tileRow, layout.strides[tile_dim::kTileRow]));
  SmallVector<OpFoldResult> sizes =
      getAsOpFoldResult({b.size(layout.memref, tile_dim::kTapRow),
                         b.size(layout.memref, tile_dim::kTapCol), count,
                         b.size(layout.memref, tile_dim::kChannel)});
  SmallVector<OpFoldResult> strides = getAsOpFoldResult(
      {layout.strides[tile_dim::kTapRow], layout.strides[tile_dim::kTapCol],
       layout.rowStride, layout.strides[tile_dim::kChannel]});
  return memref::ReinterpretCastOp::create(
      b, layout.memref, getAsOpFoldResult(offset), sizes, strides);
}

bool RowView::isOneRange() const {
  return isConstantIntValue(outerBatches, 1) &&
         isConstantIntValue(outerTileRows, 1);
}

std::optional<SmallVector<int64_t>>
RowView::getPlaces(const RowView &all) const {
  std::optional<int64_t> batches = getConstantIntValue(numBatches);
  std::optional<int64_t> rows = getConstantIntValue(numTileRows);
  std::optional<int64_t> cols = getConstantIntValue(numTileCols);
  std::optional<int64_t> allRows = getConstantIntValue(all.numTileRows);
  std::optional<int64_t> allCols = getConstantIntValue(all.numTileCols);
  if (!all.isOneRange() || !batches || !rows || !cols || !allRows || !allCols ||
      *batches * *rows * *cols > kMaxPlaces)
    return {};
  SmallVector<int64_t> places;
  for (int64_t batch = 0; batch < *batches; ++batch)
    for (int64_t row = 0; row < *rows; ++row)
      for (int64_t col = 0; col < *cols; ++col)
        places.push_back((batch * *allRows + row) * *allCols + col);
  return places;
}

void RowView::forEachGroup(KernelBuilder &b, int64_t maxRows, bool peelFirst,
                           function_ref<void(const Rows &, bool)> body) const {
  if (!isOneRange()) {
    RowView all(b, input.memref, init.memref);
    if (std::optional<SmallVector<int64_t>> places = getPlaces(all)) {
      Value zero = b.index(0);
      Rows rows = {all.getRange(b, all.input, zero, zero),
                   all.getRange(b, all.init, zero, zero),
                   {}};
      // Evenly, as forEachSegment does.
      ArrayRef<int64_t> rest = *places;
      for (int64_t groups = llvm::divideCeil(rest.size(), maxRows); groups > 0;
           --groups) {
        int64_t size = llvm::divideCeil(rest.size(), groups);
        rows.numbers.clear();
        for (int64_t place : rest.take_front(size))
          rows.numbers.push_back(b.index(place));
        body(rows, /*isFirst=*/peelFirst && rest.size() == places->size());
        rest = rest.drop_front(size);
      }
      return;
    }
  }
  b.loop(outerBatches, [&](Value batch) {
    b.loop(outerTileRows, [&](Value tileRow) {
      Rows rows = {getRange(b, input, batch, tileRow),
                   getRange(b, init, batch, tileRow),
                   {}};
      b.forEachSegment(count, maxRows, peelFirst,
                       [&](Value first, int64_t size, bool isFirst) {
                         rows.numbers.clear();
                         for (int64_t row = 0; row < size; ++row)
                           rows.numbers.push_back(b.add(first, row));
                         body(rows, isFirst);
                       });
    });
  });
}
