//===- CPU.h - What a CPU is ------------------------------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_TARGET_CPU_H
#define WINO_TARGET_CPU_H

#include "mlir/Support/LLVM.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <string>

namespace wino {

/// The instructions that multiply integers and sum in 32 bits.
enum class IntegerProducts {
  /// What all machines have: extensions, products and sums of vectors.
  Generic,
  /// NEON: products of i8 in i16, of which two are added before pairs of them
  /// go to the sum; products of i16 by elements.
  Neon,
  /// NEON that sums four products of i8 by elements, too (SDOT).
  NeonDot,
  /// NEON with products of matrices of i8, 2x8 by 8x2, too (SMMLA).
  NeonMatrix,
  /// AVX-512 VNNI: sums of four products of u8 and i8, or of two of i16.
  VNNI
};

/// The facts about a core that code generation and default schedules rest on.
struct CPUInfo {
  /// The name users give, e.g. `cortex-a73` or `host`.
  std::string name;
  /// LLVM's target triple, CPU and feature string.
  std::string triple;
  std::string llvmCPU;
  std::string features;
  /// Bits of a native vector register, and how many there are.
  int64_t vectorBits = 128;
  int64_t numVectorRegisters = 32;
  /// Whether a multiply-add can take one operand from a lane of a vector (NEON)
  /// instead of from memory (x86).
  bool hasLaneFma = false;
  IntegerProducts integerProducts = IntegerProducts::Generic;
  /// Whether instructions issue in the order of the program, so that it has to
  /// hide their latencies.
  bool isInOrder = false;
  /// Bytes of the second-level cache that one core can use.
  int64_t l2Bytes = 512 << 10;
  /// Bytes of the third-level cache; 0 if there is none.
  int64_t l3Bytes = 0;

  /// \name Cost of a default schedule
  /// Orders of magnitude, by which schedules are compared.
  /// @{
  /// Multiply-adds of vectors that start in a cycle.
  double fmasPerCycle = 1;
  /// Products of i8, and of i16, that are summed in a cycle.
  double int8Products = 4, int16Products = 4;
  /// Cycles of a vector load that multiply-adds beside it do not hide.
  double exposedLoadCycles = 0;
  /// Micro-operations that start in a cycle, if that limits loops of
  /// multiply-adds, of which each is one; vector loads are two. Otherwise 0.
  double startsPerCycle = 0;
  /// Cycles of a vector operation in the code of a transform.
  double opCycles = 1;
  /// Bytes in a cycle from memory, the third- and the second-level cache.
  double memoryBytesPerCycle = 2;
  double l3BytesPerCycle = 16;
  double l2BytesPerCycle = 16;
  /// Whether filters, which are read as a stream, arrive while products are
  /// computed.
  bool hidesStreams = false;
  /// Whether stores can write past the caches, without reading the lines first.
  bool streamsStores = false;
  /// @}

  bool isAArch64() const;
  /// Elements of a native vector of `bits`-bit elements.
  int64_t getVectorLength(int64_t elementBits) const {
    return vectorBits / elementBits;
  }
};

/// Returns the CPU called `name`; `host` is the machine this runs on. An
/// unknown name is an error that lists the known ones.
llvm::Expected<CPUInfo> lookupCPU(llvm::StringRef name);

/// The names `lookupCPU` knows.
llvm::ArrayRef<llvm::StringLiteral> getCPUNames();

/// The register tile of a GEMM micro-kernel: rows of V times columns of U.
struct MicroTile {
  int64_t rows = 1;
  int64_t cols = 1;
};

/// A micro-kernel of integers.
struct IntegerKernel {
  MicroTile tile;
  /// The channels that an instruction sums for a column, which filters hold
  /// side by side.
  int64_t group = 1;
};

/// Returns the micro-kernel for products of integers of `bits` bits, 8 or 16,
/// and `numColumns` columns.
IntegerKernel selectIntegerKernel(const CPUInfo &cpu, unsigned bits,
                                  int64_t numColumns);

/// Returns the micro tiles for vectors of `vectorLength` elements: for each
/// number of columns as many rows as the registers hold (accumulators, one row
/// of U, and with lane multiplies one vector per row of V).
llvm::SmallVector<MicroTile> getMicroTiles(const CPUInfo &cpu,
                                           int64_t vectorLength);

/// The same for micro-kernels of integers of `bits` bits: all that sum as many
/// channels as the one of `selectIntegerKernel`.
llvm::SmallVector<MicroTile> getIntegerTiles(const CPUInfo &cpu, unsigned bits,
                                             int64_t numColumns);

/// Returns the micro tile for vectors of `vectorLength` elements and
/// `numColumns` columns: of `getMicroTiles`, one that pads the columns least,
/// then one that loads least per multiply-add; without lane multiplies, of
/// those that load little the one with most accumulators.
MicroTile selectMicroTile(const CPUInfo &cpu, int64_t vectorLength,
                          int64_t numColumns);

} // namespace wino

#endif // WINO_TARGET_CPU_H
