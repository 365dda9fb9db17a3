//===- FlatView.cpp - Images as elements in one dimension -----------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FlatView.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace wino;

FlatView::FlatView(KernelBuilder &b, Value source) {
  auto [offset, strides] = b.getStrides(source);
  batchStep = strides[image_dim::kBatch];
  rowStep = strides[image_dim::kRow];
  colStep = strides[image_dim::kCol];
  // The elements up to the last one; none if the image is empty.
  Value size = b.index(1);
  for (auto [dim, stride] : llvm::enumerate(strides)) {
    Value last = b.sub(b.size(source, dim), b.index(1));
    size = b.add(size, b.mul(last, stride));
  }
  size = b.createOrFold<arith::MaxSIOp>(size, b.index(0));
  memref = memref::ReinterpretCastOp::create(
      b, source, getAsOpFoldResult(offset), {getAsOpFoldResult(size)},
      {b.getIndexAttr(1)});
}

Value FlatView::getPixel(KernelBuilder &b, Value batch, Value row,
                         Value col) const {
  Value position = b.mul(batch, batchStep);
  position = b.add(position, b.mul(row, rowStep));
  return b.add(position, b.mul(col, colStep));
}
