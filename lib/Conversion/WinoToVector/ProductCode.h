//===- ProductCode.h - Products of integers in a kernel ---------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_CONVERSION_WINOTOVECTOR_PRODUCTCODE_H
#define WINO_LIB_CONVERSION_WINOTOVECTOR_PRODUCTCODE_H

#include "KernelBuilder.h"
#include <memory>

namespace wino {
class MicroKernel;

/// The code of the products of a micro-kernel of integers, by the instructions
/// of one kind of machine. Instructions may sum in another order than that of
/// columns, so what a loop carries is not the sums; all is exact modulo 2^32.
class ProductCode {
public:
  using Value = mlir::Value;
  using Values = llvm::SmallVector<Value>;

  /// Chooses the instructions for `kernel`.
  static std::unique_ptr<ProductCode> create(KernelBuilder &b,
                                             MicroKernel &kernel);
  virtual ~ProductCode() = default;

  /// The groups of channels that `build` takes at a time, or else one.
  virtual int64_t getNumGroups() const { return 1; }
  /// Returns what a loop carries that begins with `sums`: vectors of the first
  /// row, then of the second, ...
  virtual Values begin(llvm::ArrayRef<Value> sums) {
    return llvm::to_vector(sums);
  }
  /// Adds the products of groups [group, group + numGroups), which are
  /// getNumGroups() or one.
  virtual void build(Value group, int64_t numGroups,
                     llvm::MutableArrayRef<Value> carried) = 0;
  /// Returns the sums.
  virtual Values finish(llvm::ArrayRef<Value> carried) {
    return llvm::to_vector(carried);
  }

protected:
  ProductCode(KernelBuilder &b, MicroKernel &kernel) : b(b), kernel(kernel) {}

  KernelBuilder &b;
  MicroKernel &kernel;
};

} // namespace wino

#endif // WINO_LIB_CONVERSION_WINOTOVECTOR_PRODUCTCODE_H
