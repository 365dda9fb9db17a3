//===- TargetSpec.h - The CPU that a module is for --------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A module carries the CPU that it is compiled for as MLIR's own target
// description, dlti.target_system_spec with a device "CPU", whose keys and
// values are those of a CPU file.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_TARGET_TARGETSPEC_H
#define WINO_TARGET_TARGETSPEC_H

#include "Wino/Target/CPU.h"
#include "mlir/IR/BuiltinOps.h"
#include <optional>

namespace wino {

/// Sets the CPU that `module` is for. Other devices that it names stay.
void setTargetCPU(mlir::ModuleOp module, const CPUInfo &cpu);

/// Returns the CPU that the closest module of `op` with a target names, or
/// nothing if there is none. One that is malformed is an error, reported at the
/// module.
mlir::FailureOr<std::optional<CPUInfo>> getTargetCPU(mlir::Operation *op);

/// Returns the CPU that `name` looks up, or if it is empty the one that modules
/// of `op` name, or else the host. Reports errors at `op`.
mlir::FailureOr<CPUInfo> resolveCPU(mlir::Operation *op, llvm::StringRef name);

} // namespace wino

#endif // WINO_TARGET_TARGETSPEC_H
