//===- Instruction.h - Classes of A64 instructions --------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_BENCHMARK_AARCH64_PLUGIN_INSTRUCTION_H
#define WINO_BENCHMARK_AARCH64_PLUGIN_INSTRUCTION_H

#include <cstdint>

namespace wino::count {

/// Classes by what an instruction does and on what it works.
enum class Class : uint8_t {
  VectorFMA,
  VectorMul,
  VectorAdd,
  VectorFloatOther,
  VectorIntMLA,
  VectorIntMul,
  VectorDot,
  VectorInt,
  VectorPermute,
  SIMDScalar,
  FloatScalar,
  VectorLoad,
  VectorStore,
  ScalarLoad,
  ScalarStore,
  Prefetch,
  Branch,
  Integer,
  System
};
inline constexpr unsigned kNumClasses = unsigned(Class::System) + 1;

/// Names of the classes in the plugin's output.
extern const char *const kClassNames[kNumClasses];

/// What the counts need of an instruction.
struct Instruction {
  Class kind = Class::System;
  /// Bytes that a load or store moves.
  uint32_t bytes = 0;
  /// Whether a vector instruction works on the lower 64 bits only.
  bool isHalfVector = false;
  /// Whether it accesses data in memory.
  bool accessesMemory = false;

  bool isLoad() const {
    return kind == Class::VectorLoad || kind == Class::ScalarLoad;
  }
  bool isStore() const {
    return kind == Class::VectorStore || kind == Class::ScalarStore;
  }
};

/// Decodes the instruction `word`, by the tables of the Arm Architecture
/// Reference Manual, section C4.1.
Instruction decode(uint32_t word);

} // namespace wino::count

#endif // WINO_BENCHMARK_AARCH64_PLUGIN_INSTRUCTION_H
