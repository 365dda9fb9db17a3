//===- CPU.cpp - What a CPU is --------------------------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Target/CPU.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"
#include <unistd.h>

using namespace wino;

bool CPUInfo::isAArch64() const { return llvm::Triple(triple).isAArch64(); }

llvm::ArrayRef<llvm::StringLiteral> wino::getCPUNames() {
  static constexpr llvm::StringLiteral names[] = {
      "cortex-a53", "cortex-a55",  "cortex-a72",  "cortex-a73",
      "cortex-a76", "neoverse-n1", "neoverse-v1", "host"};
  return names;
}

/// How an Arm core issues: one vector operation a cycle in order, one or two
/// out of order.
enum class ArmIssue { InOrder, Single, Dual };

/// Sets how many products of integers `cpu` makes in a cycle. Cores that issue
/// two multiply-adds of floats issue one of i16.
static void setIntegerProducts(CPUInfo &cpu) {
  const double lanes = double(cpu.vectorBits / 32);
  cpu.int16Products = lanes;
  switch (cpu.integerProducts) {
  case IntegerProducts::Generic:
    cpu.int8Products = lanes;
    break;
  case IntegerProducts::Neon:
    // Two multiplications for 16 products. In order, the sum of their pairs
    // takes a cycle, too.
    cpu.int8Products = 16.0 / (cpu.isInOrder ? 3 : 2);
    break;
  case IntegerProducts::NeonDot:
    cpu.int8Products = 4 * lanes * cpu.fmasPerCycle;
    break;
  case IntegerProducts::NeonMatrix:
    cpu.int8Products = 8 * lanes * cpu.fmasPerCycle;
    break;
  case IntegerProducts::VNNI:
    cpu.int8Products = 4 * lanes * cpu.fmasPerCycle;
    cpu.int16Products = 2 * lanes * cpu.fmasPerCycle;
    break;
  }
}

/// Arm cores with NEON. Caches are those of common parts: they differ between
/// chips, and the second level is shared by the cores of a cluster up to A73. A
/// line of 64 bytes comes from memory in about 30 cycles.
static CPUInfo getArmCPU(llvm::StringRef name, ArmIssue issue, int64_t l2KiB,
                         IntegerProducts products) {
  CPUInfo cpu;
  cpu.name = name.str();
  cpu.triple = "aarch64-unknown-linux-gnu";
  cpu.llvmCPU = name.str();
  cpu.hasLaneFma = true;
  cpu.isInOrder = issue == ArmIssue::InOrder;
  cpu.l2Bytes = l2KiB << 10;
  cpu.fmasPerCycle = issue == ArmIssue::Dual ? 2 : 1;
  cpu.exposedLoadCycles = issue == ArmIssue::InOrder ? 1 : 0;
  cpu.startsPerCycle = issue == ArmIssue::Dual ? 3 : 0;
  cpu.opCycles = issue == ArmIssue::InOrder  ? 2.5
                 : issue == ArmIssue::Single ? 1.3
                                             : 0.7;
  cpu.integerProducts = products;
  setIntegerProducts(cpu);
  return cpu;
}

/// A cache size that the operating system reports, or `fallback`.
static int64_t getCacheSize(int name, int64_t fallback) {
  long size = sysconf(name);
  return size > 0 ? size : fallback;
}

/// Bytes of the third-level cache that the first core uses; 0 if Linux does not
/// tell. The C library's answer is for all cores of the machine on some.
static int64_t getHostL3Bytes() {
  auto file = llvm::MemoryBuffer::getFileAsStream(
      "/sys/devices/system/cpu/cpu0/cache/index3/size");
  if (!file)
    return 0;
  llvm::StringRef text = (*file)->getBuffer().trim();
  int64_t kibibytes;
  if (!text.consume_back("K") || text.getAsInteger(10, kibibytes))
    return 0;
  return kibibytes << 10;
}

static CPUInfo getHostCPU() {
  CPUInfo cpu;
  cpu.name = "host";
  cpu.triple = llvm::sys::getProcessTriple();
  cpu.llvmCPU = llvm::sys::getHostCPUName().str();
  llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
  llvm::SmallVector<std::string> enabled;
  for (auto &feature : features)
    enabled.push_back((feature.second ? "+" : "-") + feature.first().str());
  llvm::sort(enabled);
  cpu.features = llvm::join(enabled, ",");
  cpu.fmasPerCycle = 2;
  cpu.memoryBytesPerCycle = 10;
  cpu.hidesStreams = true;
  cpu.opCycles = 0.35;
  if (cpu.isAArch64()) {
    cpu.hasLaneFma = true;
    llvm::Expected<CPUInfo> known = lookupCPU(cpu.llvmCPU);
    cpu.integerProducts = IntegerProducts::Neon;
    if (known) {
      cpu.isInOrder = known->isInOrder;
      cpu.integerProducts = known->integerProducts;
    } else {
      llvm::consumeError(known.takeError());
    }
  } else if (features.lookup("avx512f")) {
    cpu.vectorBits = 512;
    cpu.streamsStores = true;
    if (features.lookup("avx512vnni"))
      cpu.integerProducts = IntegerProducts::VNNI;
  } else {
    cpu.streamsStores = true;
    cpu.numVectorRegisters = 16;
    cpu.vectorBits = features.lookup("avx") ? 256 : 128;
  }
  setIntegerProducts(cpu);
#ifdef _SC_LEVEL2_CACHE_SIZE
  // Code, tables of pages and other programs take a part.
  cpu.l2Bytes = getCacheSize(_SC_LEVEL2_CACHE_SIZE, 1 << 20) / 5 * 4;
  cpu.l3Bytes = getHostL3Bytes();
#endif
  return cpu;
}

llvm::Expected<CPUInfo> wino::lookupCPU(llvm::StringRef name) {
  if (name == "host")
    return getHostCPU();
  if (name == "cortex-a53")
    return getArmCPU(name, ArmIssue::InOrder, 512, IntegerProducts::Neon);
  if (name == "cortex-a55")
    return getArmCPU(name, ArmIssue::InOrder, 256, IntegerProducts::NeonDot);
  if (name == "cortex-a72")
    return getArmCPU(name, ArmIssue::Single, 1024, IntegerProducts::Neon);
  if (name == "cortex-a73")
    return getArmCPU(name, ArmIssue::Single, 2048, IntegerProducts::Neon);
  if (name == "cortex-a76")
    return getArmCPU(name, ArmIssue::Dual, 512, IntegerProducts::NeonDot);
  if (name == "neoverse-n1")
    return getArmCPU(name, ArmIssue::Dual, 1024, IntegerProducts::NeonDot);
  if (name == "neoverse-v1")
    return getArmCPU(name, ArmIssue::Dual, 1024, IntegerProducts::NeonMatrix);
  return llvm::createStringError("unknown CPU '" + name + "'; known are " +
                                 llvm::join(getCPUNames(), ", "));
}

/// Whether tile `a` is better than `b`, which pads the columns as much.
static bool isBetterTile(const CPUInfo &cpu, int64_t vectorLength, MicroTile a,
                         MicroTile b) {
  auto intensity = [&](MicroTile tile) {
    int64_t vectors = tile.cols / vectorLength;
    return double(tile.rows * vectors) / double(tile.rows + vectors);
  };
  if (cpu.hasLaneFma)
    return intensity(a) > intensity(b);
  // Two loads for three multiply-adds keep the multipliers busy. Beyond that a
  // narrow tile is better: its panel of U takes less of the first-level cache.
  constexpr double kEnough = 1.5;
  bool aIsEnough = intensity(a) >= kEnough, bIsEnough = intensity(b) >= kEnough;
  if (aIsEnough && bIsEnough)
    return a.rows * a.cols > b.rows * b.cols;
  return intensity(a) > intensity(b);
}

llvm::SmallVector<MicroTile> wino::getMicroTiles(const CPUInfo &cpu,
                                                 int64_t vectorLength) {
  // One register stays free for the compiler, and one takes the broadcast
  // value where lanes cannot be multiplied by.
  const int64_t spare = cpu.hasLaneFma ? 1 : 2;
  llvm::SmallVector<MicroTile> tiles;
  for (int64_t vectors = 1; vectors <= 4; ++vectors) {
    int64_t perRow = vectors + (cpu.hasLaneFma ? 1 : 0);
    // More rows would gain nothing and unroll the loop past the decoders'
    // reach.
    constexpr int64_t kMaxRows = 24;
    int64_t rows =
        std::min((cpu.numVectorRegisters - spare - vectors) / perRow, kMaxRows);
    if (rows >= 1)
      tiles.push_back({rows, vectors * vectorLength});
  }
  return tiles;
}

MicroTile wino::selectMicroTile(const CPUInfo &cpu, int64_t vectorLength,
                                int64_t numColumns) {
  MicroTile best;
  int64_t bestPadded = 0;
  for (MicroTile tile : getMicroTiles(cpu, vectorLength)) {
    int64_t padded = llvm::alignTo(numColumns, tile.cols);
    if (bestPadded == 0 || padded < bestPadded ||
        (padded == bestPadded && isBetterTile(cpu, vectorLength, tile, best))) {
      best = tile;
      bestPadded = padded;
    }
  }
  return best;
}

/// Returns the tile of rows x columns, columns of which `step` share a vector
/// of the panel, that pads `numColumns` least, then has the most sums. `fits`
/// tells whether the registers hold a tile.
static MicroTile selectTile(int64_t numColumns, int64_t step,
                            llvm::function_ref<bool(int64_t, int64_t)> fits) {
  constexpr int64_t kMaxRows = 12, kMaxCols = 16;
  MicroTile best;
  int64_t bestPadded = 0;
  for (int64_t cols = step; cols <= kMaxCols; cols += step) {
    int64_t rows = kMaxRows;
    while (rows > 1 && !fits(rows, cols))
      --rows;
    int64_t padded = llvm::alignTo(numColumns, cols);
    if (bestPadded == 0 || padded < bestPadded ||
        (padded == bestPadded && rows * cols >= best.rows * best.cols)) {
      best = {rows, cols};
      bestPadded = padded;
    }
  }
  return best;
}

/// Whether micro-kernels of integers of `bits` bits have the tiles of those of
/// floats: instructions sum lanes of 32 bits.
static bool hasFloatTiles(const CPUInfo &cpu, unsigned bits) {
  switch (cpu.integerProducts) {
  case IntegerProducts::Generic:
    return !cpu.hasLaneFma;
  case IntegerProducts::VNNI:
    return true;
  case IntegerProducts::NeonDot:
    return bits == 8;
  case IntegerProducts::Neon:
  case IntegerProducts::NeonMatrix:
    return false;
  }
  llvm_unreachable("unknown products");
}

IntegerKernel wino::selectIntegerKernel(const CPUInfo &cpu, unsigned bits,
                                        int64_t numColumns) {
  const int64_t vector = cpu.getVectorLength(/*elementBits=*/32);
  const int64_t registers = cpu.numVectorRegisters;
  const bool is8 = bits == 8;
  if (hasFloatTiles(cpu, bits)) {
    bool isGeneric = cpu.integerProducts == IntegerProducts::Generic;
    return {selectMicroTile(cpu, vector, numColumns), isGeneric ? 1
                                                      : is8     ? 4
                                                                : 2};
  }
  // A sum of four lanes for each row and column, a vector for each row and each
  // column, and products of i16 on their way.
  if (is8 && cpu.integerProducts == IntegerProducts::Neon)
    return {{4, 4}, 16};
  // A sum for each pair of rows and pair of columns.
  if (is8 && cpu.integerProducts == IntegerProducts::NeonMatrix)
    return {selectTile(numColumns, vector,
                       [&](int64_t rows, int64_t cols) {
                         constexpr int64_t kPanelVectors = 4;
                         return rows % 2 == 0 &&
                                rows / 2 * (cols / 2 + 1) + kPanelVectors <=
                                    registers;
                       }),
            8};
  // A vector of the panel has the i16 of two vectors of sums. In order, the
  // next row of the panel has to be on its way.
  const int64_t panelRows = cpu.isInOrder ? 2 : 1;
  return {selectTile(numColumns, vector,
                     [&](int64_t rows, int64_t cols) {
                       int64_t panel = (cols + 2 * vector - 1) / (2 * vector);
                       return rows * (cols / vector + 1) + panelRows * panel <=
                              registers;
                     }),
          1};
}

llvm::SmallVector<MicroTile>
wino::getIntegerTiles(const CPUInfo &cpu, unsigned bits, int64_t numColumns) {
  if (hasFloatTiles(cpu, bits))
    return getMicroTiles(cpu, cpu.getVectorLength(/*elementBits=*/32));
  return {selectIntegerKernel(cpu, bits, numColumns).tile};
}
