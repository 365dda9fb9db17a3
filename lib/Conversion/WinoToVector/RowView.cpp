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

RowView::RowView(KernelBuilder &b, Value inputMemRef, Value initMemRef)
    : numBatches(b.size(initMemRef, tile_dim::kBatch)),
      numTileRows(b.size(initMemRef, tile_dim::kTileRow)),
      numTileCols(b.size(initMemRef, tile_dim::kTileCol)),
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

void RowView::forEachRange(KernelBuilder &b,
                           function_ref<void(const Rows &)> body) const {
  b.loop(outerBatches, [&](Value batch) {
    b.loop(outerTileRows, [&](Value tileRow) {
      body({getRange(b, input, batch, tileRow),
            getRange(b, init, batch, tileRow), count});
    });
  });
}
