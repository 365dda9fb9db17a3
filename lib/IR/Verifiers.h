//===- Verifiers.h - What verifiers of ops share ----------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_IR_VERIFIERS_H
#define WINO_LIB_IR_VERIFIERS_H

#include "Wino/IR/WinoDialect.h"

namespace wino {

/// Operands are all tensors or all memrefs of a size that can be computed with,
/// and a tensor init is the result.
llvm::LogicalResult verifyDps(mlir::DestinationStyleOpInterface op,
                              mlir::Value init);

llvm::LogicalResult verifyElementTypes(mlir::Operation *op, mlir::Type type,
                                       mlir::Type other);

/// Whether two sizes may be equal at run time.
bool areCompatible(int64_t a, int64_t b);
llvm::LogicalResult verifySize(mlir::Operation *op, const llvm::Twine &what,
                               int64_t got, int64_t expected);
llvm::LogicalResult verifyAtLeast(mlir::Operation *op, const llvm::Twine &what,
                                  int64_t got, int64_t bound);
llvm::LogicalResult verifyStatic(mlir::Operation *op, const llvm::Twine &what,
                                 mlir::ShapedType type,
                                 llvm::ArrayRef<unsigned> dims);

/// Verifies that each list has two elements that can be computed with.
llvm::LogicalResult verifyWindow(
    mlir::Operation *op,
    llvm::ArrayRef<std::pair<llvm::StringRef, llvm::ArrayRef<int64_t>>> lists);

/// Verifies that `pad` has four elements that can be computed with.
llvm::LogicalResult verifyPad(mlir::Operation *op, llvm::ArrayRef<int64_t> pad);

/// Verifies that an image of `size` pixels along an axis, padding included, has
/// the `pixels` that a result needs under a filter of `extent` pixels.
llvm::LogicalResult verifyImagePixels(mlir::Operation *op, unsigned axis,
                                      int64_t size, int64_t extent,
                                      int64_t stride, int64_t pixels);

/// Verifies the element types of the factors of products.
llvm::LogicalResult verifyFactorTypes(mlir::Operation *op, mlir::ShapedType lhs,
                                      mlir::ShapedType rhs);

/// Verifies patches in panels of columns: the sizes of panels, and that they
/// hold blocks of `block` pixels.
llvm::LogicalResult verifyColumns(mlir::Operation *op, mlir::ShapedType columns,
                                  llvm::ArrayRef<int64_t> block);

} // namespace wino

#endif // WINO_LIB_IR_VERIFIERS_H
