//===- KernelTiming.cpp - Cycles of kernels on AArch64 cores --------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Cost/KernelTiming.h"
#include "llvm/Support/MathExtras.h"
#include <map>
#include <mutex>

using namespace wino;

using Kind = LoopInstruction::Kind;

namespace {
/// The instructions of one kind of factors.
struct ProductTraits {
  WovenLoop::Product woven;
  Kind kind;
  /// Columns that a vector of the panel has, and elements of the depth that an
  /// instruction sums.
  int64_t panelCols, group;
};
} // namespace

static std::optional<ProductTraits> getTraits(const CPUInfo &cpu, bool isFloat,
                                              unsigned bits) {
  if (!cpu.isAArch64() || cpu.vectorBits != 128)
    return std::nullopt;
  if (isFloat && bits == 32)
    return ProductTraits{WovenLoop::Product::FMLA, Kind::FMLA, 4, 1};
  if (isFloat)
    return std::nullopt;
  if (bits == 16)
    return ProductTraits{WovenLoop::Product::SMLAL, Kind::SMLAL, 8, 1};
  if (bits == 8 && cpu.integerProducts == IntegerProducts::NeonDot)
    return ProductTraits{WovenLoop::Product::SDOT, Kind::SDOT, 4, 4};
  return std::nullopt;
}

/// Appends the counting of a loop to `body`.
static void finishLoop(LoopBody &body) {
  body.push_back({Kind::Count});
  body.push_back({Kind::Count});
  body.push_back({Kind::Branch});
}

/// Products of vectors of 16 i8 of rows and columns, whose pairs are added.
/// Compilers issue all products of a kind one after the other on cores that
/// would wait for them; what sums, vectors and products take more than there
/// are registers is stored and loaded.
static ProductLoop getPairLoop(const CPUInfo &cpu, int64_t rows, int64_t cols) {
  ProductLoop loop;
  loop.depth = 16;
  const int64_t sums = rows * cols;
  const int64_t firstRow = sums, firstCol = firstRow + rows;
  const int64_t firstProduct = firstCol + cols;
  const int64_t temporaries = cpu.isInOrder ? sums : 4;
  for (int64_t i = 0; i < rows + cols; ++i)
    loop.body.push_back({Kind::Load, firstRow + i});
  for (int64_t begin = 0; begin < sums; begin += temporaries) {
    const int64_t end = std::min(begin + temporaries, sums);
    auto append = [&](Kind kind) {
      for (int64_t i = begin; i < end; ++i)
        loop.body.push_back({kind,
                             firstProduct + i - begin,
                             {firstRow + i / cols, firstCol + i % cols}});
    };
    append(Kind::SMULL);
    append(Kind::SMLAL8);
    for (int64_t i = begin; i < end; ++i)
      loop.body.push_back({Kind::SADALP, i, {firstProduct + i - begin}});
  }
  const int64_t spills =
      firstProduct + temporaries - int64_t(cpu.numVectorRegisters);
  for (int64_t i = 0; i < spills; ++i) {
    loop.body.push_back({Kind::Store, -1, {i}});
    loop.body.push_back({Kind::Load, i});
  }
  finishLoop(loop.body);
  return loop;
}

std::optional<ProductLoop> wino::getProductLoop(const CPUInfo &cpu,
                                                bool isFloat, unsigned bits,
                                                int64_t rows, int64_t cols) {
  if (!isFloat && bits == 8 && cpu.isAArch64() &&
      cpu.integerProducts == IntegerProducts::Neon)
    return getPairLoop(cpu, rows, cols);
  std::optional<ProductTraits> traits = getTraits(cpu, isFloat, bits);
  if (!traits)
    return std::nullopt;
  const int64_t vectors = llvm::divideCeil(cols, 4);
  const int64_t elements = int64_t(128 / bits);
  if (cpu.isInOrder)
    if (auto woven = WovenLoop::create(rows, vectors, traits->woven))
      return ProductLoop{getLoopBody(*woven),
                         woven->getDepth() * traits->group};
  ProductLoop loop;
  loop.depth = elements;
  const int64_t sums = rows * vectors;
  const int64_t panelVectors = llvm::divideCeil(cols, traits->panelCols);
  for (int64_t row = 0; row < rows; ++row)
    loop.body.push_back({Kind::Load, sums + row});
  // Compilers pair loads of neighbours, also of those of two steps.
  const int64_t steps = elements / traits->group;
  const int64_t panel = sums + rows;
  const int64_t numRegisters = llvm::alignTo(panelVectors, 2);
  int64_t numLoaded = 0;
  for (int64_t step = 0; step < steps; ++step) {
    while (numLoaded < (step + 1) * panelVectors) {
      const int64_t first = panel + numLoaded % numRegisters;
      bool isPair = numLoaded + 1 < steps * panelVectors;
      loop.body.push_back({isPair ? Kind::LoadPair : Kind::Load, first});
      numLoaded += isPair ? 2 : 1;
    }
    for (int64_t sum = 0; sum < sums; ++sum) {
      const int64_t vector =
          step * panelVectors + (sum % vectors) * panelVectors / vectors;
      loop.body.push_back(
          {traits->kind,
           sum,
           {panel + vector % numRegisters, sums + sum / vectors}});
    }
  }
  finishLoop(loop.body);
  return loop;
}

std::optional<double> wino::estimateProductCycles(const CPUInfo &cpu,
                                                  bool isFloat, unsigned bits,
                                                  int64_t rows, int64_t cols) {
  using Key = std::tuple<std::string, bool, IntegerProducts, bool, unsigned,
                         int64_t, int64_t>;
  static std::mutex mutex;
  static std::map<Key, std::optional<double>> known;
  const Key key(cpu.name, cpu.isInOrder, cpu.integerProducts, isFloat, bits,
                rows, cols);
  std::lock_guard<std::mutex> lock(mutex);
  if (auto it = known.find(key); it != known.end())
    return it->second;
  std::optional<double> result;
  if (auto loop = getProductLoop(cpu, isFloat, bits, rows, cols)) {
    llvm::Expected<double> cycles = estimateLoopCycles(cpu, loop->body);
    if (cycles)
      result = *cycles / double(loop->depth);
    else
      llvm::consumeError(cycles.takeError());
  }
  known[key] = result;
  return result;
}
