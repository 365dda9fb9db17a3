//===- WinoToVector.h - Lowering of wino ops to vectors ---------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The steps of `convert-wino-to-vector`, for use in other passes.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_CONVERSION_WINOTOVECTOR_H
#define WINO_CONVERSION_WINOTOVECTOR_H

#include "Wino/IR/WinoDialect.h"
#include "Wino/Target/CPU.h"
#include "mlir/IR/PatternMatch.h"

namespace wino {

/// What the generated code may assume of the machine.
struct WinoToVectorOptions {
  /// Elements of a native vector.
  int64_t vectorLength = 4;
  /// Whether micro-kernels multiply by lanes of vectors, else by broadcast
  /// scalars.
  bool laneFma = true;
  /// Whether the machine is an AArch64 core that issues in order, for which the
  /// inner loops of products are scheduled in assembly.
  bool inOrder = false;
  /// The instructions for products of integers.
  IntegerProducts integerProducts = IntegerProducts::Generic;
};

/// Each of the following replaces one op on memrefs by loops of vector code.
/// On failure an error has been emitted at the op and nothing has changed.
llvm::LogicalResult lowerToVector(mlir::RewriterBase &rewriter,
                                  FilterScalesOp op,
                                  const WinoToVectorOptions &options);
llvm::LogicalResult lowerToVector(mlir::RewriterBase &rewriter,
                                  FilterTransformOp op,
                                  const WinoToVectorOptions &options);
llvm::LogicalResult lowerToVector(mlir::RewriterBase &rewriter,
                                  InputTransformOp op,
                                  const WinoToVectorOptions &options);
llvm::LogicalResult lowerToVector(mlir::RewriterBase &rewriter, Im2RowOp op,
                                  const WinoToVectorOptions &options);
llvm::LogicalResult lowerToVector(mlir::RewriterBase &rewriter, Im2ColOp op,
                                  const WinoToVectorOptions &options);
llvm::LogicalResult lowerToVector(mlir::RewriterBase &rewriter, PadImageOp op,
                                  const WinoToVectorOptions &options);
llvm::LogicalResult lowerToVector(mlir::RewriterBase &rewriter, HadamardOp op,
                                  const WinoToVectorOptions &options);
llvm::LogicalResult lowerToVector(mlir::RewriterBase &rewriter,
                                  OutputTransformOp op,
                                  const WinoToVectorOptions &options);
llvm::LogicalResult lowerToVector(mlir::RewriterBase &rewriter, ConvOp op,
                                  const WinoToVectorOptions &options);
llvm::LogicalResult lowerToVector(mlir::RewriterBase &rewriter, OffsetAddOp op,
                                  const WinoToVectorOptions &options);
llvm::LogicalResult lowerToVector(mlir::RewriterBase &rewriter,
                                  ColumnProductOp op,
                                  const WinoToVectorOptions &options);

/// Replaces every wino op inside `root`. On failure errors have been emitted at
/// the ops that could not be replaced.
llvm::LogicalResult lowerWinoToVector(mlir::Operation *root,
                                      const WinoToVectorOptions &options);

} // namespace wino

#endif // WINO_CONVERSION_WINOTOVECTOR_H
