//===- BufferLifetime.h - When and where buffers are used -------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_TRANSFORMS_BUFFERLIFETIME_H
#define WINO_LIB_TRANSFORMS_BUFFERLIFETIME_H

#include "mlir/Dialect/Bufferization/Transforms/BufferViewFlowAnalysis.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace wino {

/// Returns the frame that `op` is in: the innermost parallel loop or function
/// around it. Null if there is none.
mlir::Operation *getEnclosingFrame(mlir::Operation *op);

/// The life of a buffer within its frame.
struct BufferLifetime {
  /// First and last use, in ops of the frame's body.
  int64_t first = 0;
  int64_t last = 0;
  /// The ops that free the buffer, and no other.
  llvm::SmallVector<mlir::Operation *> deallocs;
};

/// Computes lifetimes of the buffers of a function.
class BufferLifetimes {
public:
  explicit BufferLifetimes(mlir::func::FuncOp function) : aliases(function) {}

  /// Returns the lifetime of a buffer that can have a fixed place in the arena
  /// of its frame. If it cannot, fails and says why in `reason`.
  mlir::FailureOr<BufferLifetime> compute(mlir::memref::AllocOp alloc,
                                          std::string &reason);

  /// Returns the position in the body of its frame of the op that is or holds
  /// `op`. In a body of several blocks all ops count as simultaneous.
  int64_t getTime(mlir::Operation *op);

private:
  mlir::BufferViewFlowAnalysis aliases;
  /// Positions of the ops in the bodies of frames.
  llvm::DenseMap<mlir::Operation *, int64_t> times;
};

} // namespace wino

#endif // WINO_LIB_TRANSFORMS_BUFFERLIFETIME_H
