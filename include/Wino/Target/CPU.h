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
#include <map>
#include <string>
#include <vector>

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

/// A level of the data caches.
struct CacheLevel {
  /// Its size, and the part of it that one core can expect to use.
  int64_t bytes = 0, usableBytes = 0;
  int64_t ways = 1, lineBytes = 64;
  /// Whether cores share it.
  bool isShared = false;
};

/// What is known of an instruction better than by LLVM's scheduling model.
struct InstructionTiming {
  /// Cycles from its start to the start of one that takes its result, and of
  /// one that takes it as accumulator.
  double latency = 0, accumulateLatency = 0;
  /// How many start in a cycle.
  double perCycle = 0;
};

/// The facts about a core that code generation and default schedules rest on.
/// They come from a file, whose form docs/CPUs.md states, or the host.
struct CPUInfo {
  /// The name users give, e.g. `cortex-a73` or `host`.
  std::string name;
  /// LLVM's target triple, CPU and feature string.
  std::string triple;
  std::string llvmCPU;
  std::string features;
  /// The CPU whose scheduling model in LLVM describes this one, with no more
  /// than `issueWidth` instructions a cycle; empty if none does.
  std::string schedulingModel;
  /// Bits of a native vector register, and how many there are.
  int64_t vectorBits = 128;
  int64_t numVectorRegisters = 32;
  /// Whether a multiply-add can take one operand from a lane of a vector (NEON)
  /// instead of from memory (x86).
  bool hasLaneFma = false;
  /// Whether there is arithmetic of vectors of f16.
  bool hasFloat16 = false;
  IntegerProducts integerProducts = IntegerProducts::Generic;
  /// Whether instructions issue in the order of the program, so that it has to
  /// hide their latencies.
  bool isInOrder = false;
  /// Instructions that start in a cycle at most.
  int64_t issueWidth = 1;
  /// The data caches, the first level first: two or three.
  std::vector<CacheLevel> caches;
  /// The usable bytes of each level; 0 if there is no third.
  int64_t l1Bytes = 32 << 10, l2Bytes = 512 << 10, l3Bytes = 0;
  int64_t numCores = 1;
  /// Zero if it is not known.
  int64_t frequencyMHz = 0;
  /// Corrections of LLVM's scheduling model, by mnemonic and arrangement, e.g.
  /// `fmla.4s`.
  std::map<std::string, InstructionTiming> instructions;

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
  /// Cycles that a miss of the last-level cache adds where nothing hides it.
  double missCycles = 30;
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

/// Returns the CPU called `name`, or described by the file `name` if it ends in
/// `.json`; `host` is the machine this runs on. Errors are an unknown name,
/// with the known ones, and what is wrong in a file.
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
