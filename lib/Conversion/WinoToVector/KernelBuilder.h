//===- KernelBuilder.h - Builder of loops of vector code --------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the lowerings of the ops share: index arithmetic that folds, loops, and
// accesses to the last, partial vector of channels.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_CONVERSION_WINOTOVECTOR_KERNELBUILDER_H
#define WINO_LIB_CONVERSION_WINOTOVECTOR_KERNELBUILDER_H

#include "Wino/Conversion/WinoToVector.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace wino {

/// Builds the code that replaces one op, in front of it. Index operations fold,
/// so what is known at compile time ends up in constants.
class KernelBuilder : public mlir::ImplicitLocOpBuilder {
public:
  using Value = mlir::Value;
  using ValueRange = mlir::ValueRange;

  /// Builds vectors of `elementType`, `vectorLength` elements each, or, if this
  /// is 0, `options.vectorLength`.
  KernelBuilder(mlir::RewriterBase &rewriter, mlir::Operation *op,
                mlir::Type elementType, const WinoToVectorOptions &options,
                int64_t vectorLength = 0);

  const WinoToVectorOptions &getOptions() const { return options; }
  int64_t getVectorLength() const { return vectorType.getNumElements(); }
  mlir::VectorType getVectorType() const { return vectorType; }
  /// Returns the bytes of a vector of elements of `memref`.
  int64_t getVectorBytes(Value memref) const;
  /// Returns the type of as many elements of another type.
  mlir::VectorType getVectorOf(mlir::Type elementType) const {
    return mlir::VectorType(vectorType).clone(elementType);
  }

  /// \name Index arithmetic
  /// @{
  Value index(int64_t value);
  Value add(Value lhs, Value rhs);
  Value add(Value lhs, int64_t rhs) { return add(lhs, index(rhs)); }
  Value sub(Value lhs, Value rhs);
  Value mul(Value lhs, Value rhs);
  Value mul(Value lhs, int64_t rhs) { return mul(lhs, index(rhs)); }
  Value div(Value lhs, int64_t rhs);
  Value rem(Value lhs, int64_t rhs);
  /// Returns the value inside [0, size) nearest to `value`.
  Value clamp(Value value, Value size);
  Value compare(mlir::arith::CmpIPredicate predicate, Value lhs, Value rhs);
  /// Whether 0 <= value and value + extent <= size.
  Value isInside(Value value, int64_t extent, Value size);
  Value logicalAnd(Value lhs, Value rhs);
  Value select(Value condition, Value ifTrue, Value ifFalse);
  /// Returns the size of dimension `dim` of a memref.
  Value size(Value memref, int64_t dim);
  /// Where the elements of a memref lie; constants where its type tells.
  struct Strides {
    Value offset;
    llvm::SmallVector<Value> strides;
  };
  Strides getStrides(Value memref);
  /// Returns a packed filter with groups of channels as one without, whose
  /// panels are as many times wider; others as they are.
  Value flattenGroups(Value filter);
  /// Returns the address of an element of a memref as an i64.
  Value address(Value memref, ValueRange indices);
  /// @}

  /// \name Control flow
  /// @{
  /// Builds a loop over [lower, upper); without it if it runs at most once.
  /// LLVM is told not to unroll it unless it `mayUnroll`.
  void loop(Value lower, Value upper, int64_t step,
            llvm::function_ref<void(Value)> body, bool mayUnroll = true);
  void loop(int64_t upper, int64_t step, llvm::function_ref<void(Value)> body) {
    loop(index(0), index(upper), step, body);
  }
  void loop(Value upper, llvm::function_ref<void(Value)> body) {
    loop(index(0), upper, 1, body);
  }
  /// Splits [0, total) into segments of at most `max` elements and builds
  /// `body` with the first element and the size of each. A known total is split
  /// evenly, into segments of two sizes that differ by one; of another one the
  /// last segment is chosen when the code runs. With `peelFirst` the first
  /// segment of a known total is built on its own, for which `body` is told so.
  void forEachSegment(Value total, int64_t max, bool peelFirst,
                      llvm::function_ref<void(Value, int64_t, bool)> body);
  /// Builds a branch, or only the side that a constant condition chooses.
  void branch(Value condition, llvm::function_ref<void()> ifTrue,
              llvm::function_ref<void()> ifFalse = {});
  /// @}

  /// \name Vectors
  /// @{
  /// Returns a vector of `type` with all elements `value`, rounded to them.
  Value splat(mlir::VectorType type, double value);
  /// Returns sum, difference or product of numbers, or vectors of them, of any
  /// type.
  Value addNumbers(Value lhs, Value rhs);
  Value subNumbers(Value lhs, Value rhs);
  Value mulNumbers(Value lhs, Value rhs);
  /// Returns a vector of integers with its elements extended or truncated to
  /// `elementType`; a vector of that type as it is.
  Value convertIntegers(Value value, mlir::Type elementType);
  Value zero() { return splat(vectorType, 0); }
  /// Calls an intrinsic of LLVM.
  Value callIntrinsic(llvm::StringRef name, mlir::Type type,
                      mlir::ValueRange operands);
  /// Returns the elements of two vectors at `positions`.
  Value shuffle(Value lhs, Value rhs, llvm::ArrayRef<int64_t> positions);
  /// Returns the elements of `lhs`, then those of `rhs`.
  Value concat(Value lhs, Value rhs);
  /// Returns `count` elements of a vector from `begin` on, `step` apart.
  Value slice(Value value, int64_t begin, int64_t count, int64_t step = 1);
  /// Returns a mask of the first `lanes` elements; null if these are all.
  Value mask(int64_t lanes);
  /// Returns a mask of the first `lanes` elements, less than a vector.
  Value mask(Value lanes);
  /// Loads the vector of elements of `memref` at `indices`; elements that
  /// `mask` excludes are not accessed and zero. A null mask includes all.
  Value load(Value memref, ValueRange indices, Value mask = {});
  /// Stores the elements of `value` that `mask` includes; if it `streams`,
  /// whole vectors are aligned and written past the caches.
  void store(Value value, Value memref, ValueRange indices, Value mask = {},
             bool streams = false);
  /// Calls `body`, whose stores to `memref` stream if it is told so: never
  /// unless they `mayStream`. As all vectors along the last dimension have to
  /// be aligned, the code decides when it runs.
  void buildStreaming(bool mayStream, Value memref,
                      llvm::function_ref<void(bool)> body);
  /// Calls `body` with the first element and the mask of each vector of
  /// [0, size): in a loop for the full ones, then for a partial one.
  void forEachVector(Value size, llvm::function_ref<void(Value, Value)> body);
  /// Calls `body` with the first element, the number of vectors, and the
  /// elements of the last vector (null if they fill it) of each group of
  /// vectors of [0, size): `numVectors` or fewer full ones, or a partial one.
  void forEachVectorGroup(Value size, int64_t numVectors,
                          llvm::function_ref<void(Value, Value, Value)> body);
  /// Stores zeros to elements [begin, end) along the last dimension; `indices`
  /// are those of the other dimensions.
  void fillZero(Value memref, ValueRange indices, int64_t begin, int64_t end);
  /// @}

  /// Returns a buffer of `shape` vectors of `type` on the stack, allocated
  /// outside of all loops.
  Value scratch(mlir::VectorType type, llvm::ArrayRef<int64_t> shape);

private:
  /// Stores as `store` does, integers of less than 32 bits under a mask.
  void storeLanes(Value value, Value memref, ValueRange indices, Value mask);

  mlir::Operation *op;
  const WinoToVectorOptions &options;
  mlir::VectorType vectorType;
};

/// Has LLVM not unroll a loop. It would unroll some loops whose bodies fill the
/// registers already.
void disableUnrolling(mlir::scf::ForOp forOp);

/// Returns how many integers of the type fill a native vector, and for others
/// `options.vectorLength`.
int64_t getNativeLength(mlir::Type elementType,
                        const WinoToVectorOptions &options);

/// Emits an error and fails unless all shaped operands of `op` are memrefs of
/// f16, f32, f64 or integers of whole bytes, whose last dimension is
/// contiguous, so that vectors can be loaded along it.
llvm::LogicalResult checkVectorizable(mlir::Operation *op,
                                      const WinoToVectorOptions &options);

} // namespace wino

#endif // WINO_LIB_CONVERSION_WINOTOVECTOR_KERNELBUILDER_H
