//===- CodeGen.h - From the LLVM dialect to machine code --------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_DRIVER_CODEGEN_H
#define WINO_DRIVER_CODEGEN_H

#include "Wino/Target/CPU.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"
#include "llvm/Target/TargetMachine.h"
#include <memory>

namespace llvm {
class LLVMContext;
class Module;
class raw_pwrite_stream;
} // namespace llvm

namespace mlir {
class ExecutionEngine;
} // namespace mlir

namespace wino {

/// Returns a machine for position-independent code of `cpu` at the highest
/// optimization level. Fails if the linked LLVM has no such target, or if the
/// target is not 64-bit and little-endian, which the weights file takes for
/// granted.
llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
createTargetMachine(const CPUInfo &cpu);

/// Translates `module`, which holds only the LLVM dialect, for `machine`.
/// Every definition that is not named in `exported` becomes internal; `name` is
/// the LLVM module's.
llvm::Expected<std::unique_ptr<llvm::Module>>
translateForTarget(mlir::ModuleOp module, llvm::LLVMContext &context,
                   llvm::TargetMachine &machine, llvm::StringRef name,
                   llvm::ArrayRef<std::string> exported);

/// Fails if `module` calls anything but its own functions, `memcpy` and its
/// kin, functions on floating-point numbers as in <math.h> and, if
/// `allowOpenMP`, the OpenMP runtime.
llvm::Error checkCalls(const llvm::Module &module, bool allowOpenMP);

/// Runs LLVM's pipeline of level -O3.
void optimize(llvm::Module &module, llvm::TargetMachine &machine);

/// Writes an assembly or object file.
llvm::Error emitMachineCode(llvm::Module &module, llvm::TargetMachine &machine,
                            llvm::CodeGenFileType fileType,
                            llvm::raw_pwrite_stream &os);

/// Compiles `module`, which holds only the LLVM dialect, at the highest
/// optimization level for the machine that runs this program. The module is
/// left with attributes of the host in place of its own target.
llvm::Expected<std::unique_ptr<mlir::ExecutionEngine>>
createHostEngine(mlir::ModuleOp module);

/// Calls the function `name` of `module`, compiled as by createHostEngine, with
/// `arguments`, all pointers.
llvm::Error runOnHost(mlir::ModuleOp module, llvm::StringRef name,
                      llvm::ArrayRef<const void *> arguments);

} // namespace wino

#endif // WINO_DRIVER_CODEGEN_H
