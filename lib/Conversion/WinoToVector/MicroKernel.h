//===- MicroKernel.h - Products of rows by a panel --------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The one description of the innermost loop of all products: some rows of a
// left matrix times a panel of columns of the right one, with the sums in
// registers.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_CONVERSION_WINOTOVECTOR_MICROKERNEL_H
#define WINO_LIB_CONVERSION_WINOTOVECTOR_MICROKERNEL_H

#include "KernelBuilder.h"
#include "ProductCode.h"
#include "Wino/Target/WovenLoop.h"

namespace wino {

/// The columns of a micro-kernel, and its rows of so many columns, that fill
/// the registers: those of a machine with 512-bit vectors or NEON are 32,
/// else 16.
int64_t getDefaultMicroCols(KernelBuilder &b);
int64_t getDefaultMicroRows(KernelBuilder &b, int64_t numCols);

/// Emits an error and fails if a micro-kernel of this size has more sums than
/// any machine has registers; the code of a kernel grows with them.
llvm::LogicalResult checkMicroTile(mlir::Operation *op, KernelBuilder &b,
                                   int64_t numRows, int64_t numCols);

/// The operands of a micro-kernel, and the builder of its loop over the depth.
class MicroKernel {
public:
  using Value = mlir::Value;

  MicroKernel(KernelBuilder &b) : b(b) {}

  /// The left matrix, and the indices of the first element of each row; the
  /// others follow along the last dimension.
  Value input;
  llvm::SmallVector<llvm::SmallVector<Value>> rows;
  /// The right matrix, and the indices of the first element of the panel. The
  /// depth runs along the last dimension but one, columns along the last; or
  /// groups of `group` elements of the depth, and in them for each column those
  /// of a group.
  Value filter;
  llvm::SmallVector<Value> panel;
  int64_t numCols = 0, group = 1;
  /// Whether no integer of the right matrix is the least of its type.
  bool narrowRange = false;
  /// How far ahead of its use a packed filter is prefetched: far enough for a
  /// third-level cache, near enough not to evict what the kernel reads.
  static constexpr int64_t kPrefetchBytes = 4096;
  /// Whether what is about to be read of the right matrix is prefetched.
  bool prefetch = false;

  int64_t getNumVectors() const {
    return llvm::divideCeil(numCols, b.getVectorLength());
  }
  /// Returns the mask of vector `number` of the panel.
  Value getMask(int64_t number) {
    return b.mask(numCols - number * b.getVectorLength());
  }

  /// Returns zero sums: the vectors of the first row, then of the second, ...
  llvm::SmallVector<Value> getZeros() {
    return llvm::SmallVector<Value>(rows.size() * getNumVectors(), b.zero());
  }
  /// Returns what loops around `build` carry that begin with `sums`. Integers
  /// are not summed in the order of columns.
  llvm::SmallVector<Value> begin(llvm::ArrayRef<Value> sums);
  /// Builds the products over `depth` elements, whole groups, and returns
  /// `carried` plus them.
  llvm::SmallVector<Value> build(int64_t depth, llvm::ArrayRef<Value> carried);
  /// Returns the sums.
  llvm::SmallVector<Value> finish(llvm::ArrayRef<Value> carried);

private:
  using BodyFn = llvm::function_ref<void(Value, llvm::MutableArrayRef<Value>)>;

  bool isInteger() const;
  /// Returns the code of products of integers.
  ProductCode &getCode();
  /// Builds a loop over [begin, end), `step` at a time, whose body adds to what
  /// it carries.
  llvm::SmallVector<Value> buildLoop(int64_t begin, int64_t end, int64_t step,
                                     llvm::ArrayRef<Value> init, BodyFn body);
  /// Builds the loop over elements [begin, end) of the depth, `step` at a time.
  llvm::SmallVector<Value> buildReduction(int64_t begin, int64_t end,
                                          int64_t step,
                                          llvm::ArrayRef<Value> init);
  /// Prefetches what is read `kPrefetchBytes` after `step` rows of the panel.
  void buildPrefetch(Value position, int64_t step);

  /// Returns the assembly of the loop for a core that issues in order, or
  /// nothing if such code is not wanted or does not fit.
  std::optional<WovenLoop> getWovenLoop() const;
  /// Builds `loop` over the first elements of the depth.
  llvm::SmallVector<Value> buildWovenLoop(const WovenLoop &loop,
                                          int64_t numIterations,
                                          llvm::ArrayRef<Value> init);

  KernelBuilder &b;
  std::unique_ptr<ProductCode> code;
};

} // namespace wino

#endif // WINO_LIB_CONVERSION_WINOTOVECTOR_MICROKERNEL_H
