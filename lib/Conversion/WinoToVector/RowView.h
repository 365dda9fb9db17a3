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
  /// Some rows: memrefs of rank 4, and their numbers there.
  struct Rows {
    mlir::Value input, init;
    llvm::SmallVector<mlir::Value> numbers;
  };

  /// Views the first `numTileRows` x `numTileCols` tiles of each image; all of
  /// them if these are null.
  RowView(KernelBuilder &b, mlir::Value input, mlir::Value init,
          mlir::Value numTileRows = {}, mlir::Value numTileCols = {});

  /// Calls `body` with groups of up to `maxRows` rows that together make up
  /// all, in loops where there are many. With `peelFirst` the first group is
  /// built on its own, if the number of rows is known, and `body` is told so.
  void forEachGroup(KernelBuilder &b, int64_t maxRows, bool peelFirst,
                    llvm::function_ref<void(const Rows &, bool)> body) const;

private:
  struct Layout {
    mlir::Value memref, offset, rowStride;
    llvm::SmallVector<mlir::Value> strides;
  };

  /// More rows than this are not addressed one by one, as each takes code.
  static constexpr int64_t kMaxPlaces = 32;

  bool isOneRange() const;
  Layout getLayout(KernelBuilder &b, mlir::Value memref) const;
  mlir::Value getRange(KernelBuilder &b, const Layout &layout,
                       mlir::Value batch, mlir::Value tileRow) const;
  /// Returns the places of all rows among those of the whole memrefs, which
  /// `all` views, if they are few and known there. Short ranges then share
  /// groups.
  std::optional<llvm::SmallVector<int64_t>> getPlaces(const RowView &all) const;

  mlir::Value numBatches, numTileRows, numTileCols;
  Layout input, init;
  /// Loop bounds over batches and tile rows that are not part of a range.
  mlir::Value outerBatches, outerTileRows;
  /// Rows of a range.
  mlir::Value count;
};

} // namespace wino

#endif // WINO_LIB_CONVERSION_WINOTOVECTOR_ROWVIEW_H
