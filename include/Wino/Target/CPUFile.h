//===- CPUFile.h - CPUs as JSON ---------------------------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The description of a CPU as a JSON object, in files and, as the same keys and
// values, in IR. docs/CPUs.md states its form.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_TARGET_CPUFILE_H
#define WINO_TARGET_CPUFILE_H

#include "Wino/Target/CPU.h"
#include "llvm/Support/JSON.h"

namespace wino {

/// Reads a CPU from JSON. An error names the value that is missing, of another
/// type, out of range, unknown, or in contradiction to another.
llvm::Expected<CPUInfo> parseCPU(const llvm::json::Value &value);

/// Reads a CPU from a file of its own, with a name that Wino does not know yet.
/// Errors begin with the file's name.
llvm::Expected<CPUInfo> readCPUFile(llvm::StringRef path);

/// The object that `parseCPU` reads `cpu` from.
llvm::json::Object toJSON(const CPUInfo &cpu);

} // namespace wino

#endif // WINO_TARGET_CPUFILE_H
