//===- PlanMemory.h - Parts of the memory planner ---------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_TRANSFORMS_PLANMEMORY_H
#define WINO_LIB_TRANSFORMS_PLANMEMORY_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/BuiltinOps.h"
#include <optional>

namespace wino {

/// Alignment in bytes of every buffer in an argument that holds many.
constexpr int64_t kBufferAlignment = 64;

/// Returns the bytes that one element of the type takes in a buffer, or
/// std::nullopt for types whose size is unknown here.
std::optional<int64_t> getElementBytes(mlir::Type elementType);

/// Returns the bytes of a buffer of contiguous elements with the given sizes,
/// or std::nullopt if they do not fit int64_t.
std::optional<int64_t> getBufferBytes(llvm::ArrayRef<int64_t> sizes,
                                      int64_t elementBytes);

/// Appends an argument `memref<BYTESxi8>` to the function that is aligned and
/// overlaps no other, with the unit attribute `attrName`.
mlir::BlockArgument appendByteArgument(mlir::func::FuncOp function,
                                       int64_t bytes, llvm::StringRef attrName);

/// Replaces the arguments of every function that carry the attribute
/// `wino.packed` with an index by views of one argument, at the same offsets in
/// a function and its prepare function. `isFixed` tells functions whose
/// signature must not change. Fails with a diagnostic if the indices or types
/// are not fit for packing.
mlir::LogicalResult
packArguments(mlir::ModuleOp module,
              llvm::function_ref<bool(mlir::func::FuncOp)> isFixed);

/// How the planes, one per tap, of a buffer of transformed tiles or filters
/// come to lie apart.
struct PlanePlan {
  /// Distance of the planes in elements, and their number.
  int64_t stride = 0, numPlanes = 0;
  /// The type of the padded buffer.
  mlir::MemRefType type;
  /// Views of the buffer and the types they get; the producer of a view comes
  /// before it.
  llvm::SmallVector<std::pair<mlir::Value, mlir::MemRefType>> views;
};

/// Plans planes that lie further apart than their size, for a buffer of V, M or
/// packed U that has more than one plane, by the `plane_padding` of the
/// schedule of the `wino.hadamard` that uses it. `sizes` are upper
/// bounds of its sizes. Returns std::nullopt for other buffers, and if a user
/// does not accept the new layout, which it then returns in `obstacle`.
std::optional<PlanePlan> planPlanes(mlir::memref::AllocOp alloc,
                                    llvm::ArrayRef<int64_t> sizes,
                                    mlir::Operation *&obstacle);

} // namespace wino

#endif // WINO_LIB_TRANSFORMS_PLANMEMORY_H
