//===- HostKernel.h - Convolutions that run in this process -----*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Compiles a convolution for the machine that runs this program and keeps it in
// memory with its buffers, so that it can be called and timed.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_DRIVER_HOSTKERNEL_H
#define WINO_DRIVER_HOSTKERNEL_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"
#include <memory>
#include <string>

namespace mlir {
class ExecutionEngine;
} // namespace mlir

namespace wino {

/// How a convolution is compiled.
struct HostKernelOptions {
  /// As the options of wino-assign-plans.
  std::string algorithm;
  double maxError = 0;
  int64_t threads = 1;
  /// Changes the function when it is on buffers; it may add memrefs of static
  /// shapes to the arguments. Optional.
  llvm::function_ref<void(mlir::func::FuncOp)> instrument = nullptr;
};

/// A compiled convolution with its buffers, which begin at cache lines and are
/// filled with zeros.
class HostKernel {
public:
  /// Compiles the function `name` of `module`: one convolution of its first
  /// argument by its second, which has the attribute `wino.weight`, with one
  /// result, all of static shapes. The module is lowered on the way. Fails with
  /// the diagnostics if it cannot be compiled, or if several threads are wanted
  /// and there is no OpenMP runtime.
  static llvm::Expected<std::unique_ptr<HostKernel>>
  compile(mlir::ModuleOp module, llvm::StringRef name,
          const HostKernelOptions &options);
  ~HostKernel();

  /// \name Buffers
  /// @{
  llvm::MutableArrayRef<char> getInput() { return get(Role::Input); }
  llvm::MutableArrayRef<char> getFilter() { return get(Role::Filter); }
  llvm::MutableArrayRef<char> getOutput() { return get(Role::Output); }
  /// Of the argument that `instrument` has added.
  llvm::MutableArrayRef<char> getExtra() { return get(Role::Extra); }
  /// @}

  /// Packs the filter. Has to be called before the first run, and when the
  /// filter has changed.
  llvm::Error prepare();
  /// Computes the convolution once.
  void run() { function(addresses.data()); }

  /// The plan that runs, as an attribute in text.
  const std::string &getPlan() const { return plan; }
  int64_t getPackedBytes() const { return buffers[kPacked].size; }
  int64_t getScratchBytes() const { return buffers[kScratch].size; }

private:
  /// What an argument is.
  enum class Role { Input, Filter, Output, Packed, Scratch, Extra };
  static constexpr unsigned kPacked = static_cast<unsigned>(Role::Packed);
  static constexpr unsigned kScratch = static_cast<unsigned>(Role::Scratch);
  static constexpr unsigned kNumRoles = 6;

  struct Buffer {
    struct Free {
      void operator()(char *pointer) const { std::free(pointer); }
    };
    std::unique_ptr<char, Free> owner;
    /// What a call takes the address of.
    void *pointer = nullptr;
    size_t size = 0;
  };

  HostKernel();
  llvm::MutableArrayRef<char> get(Role role) {
    Buffer &buffer = buffers[static_cast<unsigned>(role)];
    return {buffer.owner.get(), buffer.size};
  }
  llvm::Error describe(mlir::ModuleOp module, llvm::StringRef name);
  llvm::SmallVector<Role> allocate(mlir::func::FuncOp function, bool hasInput);
  llvm::SmallVector<void *> getAddresses(llvm::ArrayRef<Role> roles);
  llvm::Error link(llvm::StringRef name);

  std::unique_ptr<mlir::ExecutionEngine> engine;
  std::string plan, prepareName;
  Buffer buffers[kNumRoles];
  llvm::SmallVector<Role> roles, prepareRoles;
  void (*function)(void **) = nullptr;
  llvm::SmallVector<void *> addresses;
};

} // namespace wino

#endif // WINO_DRIVER_HOSTKERNEL_H
