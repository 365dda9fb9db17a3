//===- CPU.cpp - What a CPU is --------------------------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Target/CPU.h"
#include "CPUDetail.h"
#include "Wino/Target/CPUFile.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/TargetParser/Triple.h"

using namespace wino;

bool CPUInfo::isAArch64() const { return llvm::Triple(triple).isAArch64(); }

void wino::setIntegerProducts(CPUInfo &cpu) {
  const double lanes = double(cpu.vectorBits / 32);
  // Cores that issue two multiply-adds of floats issue one of i16.
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

void wino::setCacheBytes(CPUInfo &cpu) {
  cpu.l1Bytes = cpu.caches[0].usableBytes;
  cpu.l2Bytes = cpu.caches[1].usableBytes;
  cpu.l3Bytes = cpu.caches.size() > 2 ? cpu.caches[2].usableBytes : 0;
}

/// The files of lib/Target/cpus, by name.
static constexpr std::pair<llvm::StringLiteral, llvm::StringLiteral>
    kCPUFiles[] = {
#include "CPUFiles.inc"
};

llvm::ArrayRef<llvm::StringLiteral> wino::getCPUNames() {
  static const std::vector<llvm::StringLiteral> names = [] {
    std::vector<llvm::StringLiteral> names;
    for (const auto &[name, text] : kCPUFiles)
      names.push_back(name);
    names.push_back("host");
    return names;
  }();
  return names;
}

llvm::Expected<CPUInfo> wino::lookupCPU(llvm::StringRef name) {
  if (name == "host")
    return detectHostCPU();
  if (name.ends_with(".json"))
    return readCPUFile(name);
  for (const auto &[known, text] : kCPUFiles) {
    if (known != name)
      continue;
    llvm::Expected<llvm::json::Value> value = llvm::json::parse(text);
    if (!value)
      return value.takeError();
    return parseCPU(*value);
  }
  return llvm::createStringError("unknown CPU '" + name + "'; known are " +
                                 llvm::join(getCPUNames(), ", ") +
                                 " and files of CPUs, *.json");
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

/// Returns micro tiles that leave `spare` registers free.
static llvm::SmallVector<MicroTile> getTilesBeside(int64_t spare,
                                                   const CPUInfo &cpu,
                                                   int64_t vectorLength,
                                                   int64_t maxVectors = 4) {
  llvm::SmallVector<MicroTile> tiles;
  for (int64_t vectors = 1; vectors <= maxVectors; ++vectors) {
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

llvm::SmallVector<MicroTile> wino::getMicroTiles(const CPUInfo &cpu,
                                                 int64_t vectorLength) {
  // One register stays free for the compiler, and one takes the broadcast
  // value where lanes cannot be multiplied by.
  return getTilesBeside(cpu.hasLaneFma ? 1 : 2, cpu, vectorLength);
}

/// Returns that of `tiles` which pads `numColumns` least, then the best.
static MicroTile selectTile(const CPUInfo &cpu, int64_t vectorLength,
                            int64_t numColumns,
                            llvm::ArrayRef<MicroTile> tiles) {
  MicroTile best;
  int64_t bestPadded = 0;
  for (MicroTile tile : tiles) {
    int64_t padded = llvm::alignTo(numColumns, tile.cols);
    if (bestPadded == 0 || padded < bestPadded ||
        (padded == bestPadded && isBetterTile(cpu, vectorLength, tile, best))) {
      best = tile;
      bestPadded = padded;
    }
  }
  return best;
}

MicroTile wino::selectMicroTile(const CPUInfo &cpu, int64_t vectorLength,
                                int64_t numColumns) {
  return selectTile(cpu, vectorLength, numColumns,
                    getMicroTiles(cpu, vectorLength));
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

/// The tiles of such micro-kernels. Bytes that are multiplied as if they were
/// unsigned are changed by a constant in a register first.
static llvm::SmallVector<MicroTile> getFloatTiles(const CPUInfo &cpu,
                                                  unsigned bits) {
  const int64_t vector = cpu.getVectorLength(/*elementBits=*/32);
  // Those of four vectors took 1.3 times as long where they were measured.
  constexpr int64_t kSpareOfBytes = 4, kMaxVectorsOfBytes = 3;
  if (bits == 8 && cpu.integerProducts == IntegerProducts::VNNI)
    return getTilesBeside(kSpareOfBytes, cpu, vector, kMaxVectorsOfBytes);
  return wino::getMicroTiles(cpu, vector);
}

IntegerKernel wino::selectIntegerKernel(const CPUInfo &cpu, unsigned bits,
                                        int64_t numColumns) {
  const int64_t vector = cpu.getVectorLength(/*elementBits=*/32);
  const int64_t registers = cpu.numVectorRegisters;
  const bool is8 = bits == 8;
  if (hasFloatTiles(cpu, bits)) {
    bool isGeneric = cpu.integerProducts == IntegerProducts::Generic;
    return {selectTile(cpu, vector, numColumns, getFloatTiles(cpu, bits)),
            isGeneric ? 1
            : is8     ? 4
                      : 2};
  }
  // A sum of four lanes for each row and column, a vector for each row and each
  // column, and products of i16 on their way: in order, all of them.
  if (is8 && cpu.integerProducts == IntegerProducts::Neon)
    return {{cpu.isInOrder ? 3 : 4, 4}, 16};
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
    return getFloatTiles(cpu, bits);
  return {selectIntegerKernel(cpu, bits, numColumns).tile};
}
