//===- CPUDetail.h - What descriptions of CPUs share ------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_TARGET_CPUDETAIL_H
#define WINO_LIB_TARGET_CPUDETAIL_H

#include "Wino/Target/CPU.h"

namespace wino {

/// Describes the machine that this runs on, by LLVM's detection and what the
/// operating system tells of the caches.
CPUInfo detectHostCPU();

/// Sets how many products of integers `cpu` makes in a cycle by its vectors,
/// instructions and multiply-adds of floats.
void setIntegerProducts(CPUInfo &cpu);

/// Sets the usable bytes by level from `cpu.caches`, of which there are two or
/// three.
void setCacheBytes(CPUInfo &cpu);

} // namespace wino

#endif // WINO_LIB_TARGET_CPUDETAIL_H
