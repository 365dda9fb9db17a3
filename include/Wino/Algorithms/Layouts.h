//===- Layouts.h - Permutations of images -----------------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_ALGORITHMS_LAYOUTS_H
#define WINO_ALGORITHMS_LAYOUTS_H

#include "mlir/IR/Builders.h"

namespace wino {

/// Returns `value` with its dimensions permuted, as linalg.transpose does.
mlir::Value transpose(mlir::OpBuilder &builder, mlir::Location loc,
                      mlir::Value value, llvm::ArrayRef<int64_t> permutation);

/// Returns `image` with its dimensions permuted, as linalg.transpose does. With
/// `movePad` a constant padding moves behind the transpose, where a convolution
/// can absorb it.
mlir::Value transposeImage(mlir::OpBuilder &builder, mlir::Location loc,
                           mlir::Value image,
                           llvm::ArrayRef<int64_t> permutation,
                           bool movePad = true);

/// Whether `transposeImage` returns an image that is padded.
bool isPaddedIfTransposed(mlir::Value image,
                          llvm::ArrayRef<int64_t> permutation);

/// Returns the `count` channels of an image or a filter from `first` on, which
/// lie along `dim`. A constant padding of other dimensions, and a transpose,
/// stay behind the slice, where a convolution can absorb them.
mlir::Value sliceChannels(mlir::OpBuilder &builder, mlir::Location loc,
                          mlir::Value value, int64_t dim, int64_t first,
                          int64_t count);

/// Adds two leading unit dimensions to a matrix.
mlir::Value expandMatrix(mlir::OpBuilder &builder, mlir::Location loc,
                         mlir::Value matrix);
/// Removes them.
mlir::Value collapseMatrix(mlir::OpBuilder &builder, mlir::Location loc,
                           mlir::Value value);

} // namespace wino

#endif // WINO_ALGORITHMS_LAYOUTS_H
