//===- RowView.h - Tiles of V and M as rows of a matrix ---------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_CONVERSION_WINOTOVECTOR_ROWVIEW_H
#define WINO_LIB_CONVERSION_WINOTOVECTOR_ROWVIEW_H

#include "KernelBuilder.h"

namespace wino {

/// Views V and M [alpha, alpha', N, TH, TW, channels] as matrices
/// [alpha, alpha', rows, channels] with as many rows as lie at one stride in
/// both of them, at best all N * TH * TW. What the types do not tell is decided
/// when the code runs.
class RowView {
public:
  /// A range of rows: memrefs of rank 4.
  struct Rows {
    mlir::Value input, init, count;
  };

  RowView(KernelBuilder &b, mlir::Value input, mlir::Value init);

  /// Builds loops over the ranges that together make up all rows.
  void forEachRange(KernelBuilder &b,
                    llvm::function_ref<void(const Rows &)> body) const;

private:
  struct Layout {
    mlir::Value memref, offset, rowStride;
    llvm::SmallVector<mlir::Value> strides;
  };

  Layout getLayout(KernelBuilder &b, mlir::Value memref) const;
  mlir::Value getRange(KernelBuilder &b, const Layout &layout,
                       mlir::Value batch, mlir::Value tileRow) const;

  mlir::Value numBatches, numTileRows, numTileCols;
  Layout input, init;
  /// Loop bounds over batches and tile rows that are not part of a range.
  mlir::Value outerBatches, outerTileRows;
  /// Rows of a range.
  mlir::Value count;
};

} // namespace wino

#endif // WINO_LIB_CONVERSION_WINOTOVECTOR_ROWVIEW_H
