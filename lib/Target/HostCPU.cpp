//===- HostCPU.cpp - The CPU that runs this -------------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CPUDetail.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/TargetParser/Host.h"
#include <optional>
#include <thread>
#include <unistd.h>

using namespace wino;

/// Reads a number that Linux tells of a cache of the first core, such as `48K`.
static std::optional<int64_t> readCacheNumber(int index, llvm::StringRef name) {
  auto file = llvm::MemoryBuffer::getFileAsStream(
      ("/sys/devices/system/cpu/cpu0/cache/index" + llvm::Twine(index) + "/" +
       name)
          .str());
  if (!file)
    return std::nullopt;
  llvm::StringRef text = (*file)->getBuffer().trim();
  const int shift = text.consume_back("K") ? 10 : 0;
  int64_t number;
  if (text.getAsInteger(10, number) || number <= 0)
    return std::nullopt;
  return number << shift;
}

/// Returns the data cache of a level, if Linux tells. (The C library's answer
/// is for all cores of the machine on some.)
static std::optional<CacheLevel> detectCache(int64_t level) {
  constexpr int kMaxCaches = 8;
  for (int index = 0; index < kMaxCaches; ++index) {
    auto type = llvm::MemoryBuffer::getFileAsStream(
        ("/sys/devices/system/cpu/cpu0/cache/index" + llvm::Twine(index) +
         "/type")
            .str());
    if (!type || (*type)->getBuffer().trim() == "Instruction" ||
        readCacheNumber(index, "level") != level)
      continue;
    std::optional<int64_t> bytes = readCacheNumber(index, "size");
    if (!bytes)
      return std::nullopt;
    CacheLevel cache;
    cache.bytes = cache.usableBytes = *bytes;
    cache.ways = readCacheNumber(index, "ways_of_associativity").value_or(1);
    cache.lineBytes =
        readCacheNumber(index, "coherency_line_size").value_or(64);
    return cache;
  }
  return std::nullopt;
}

/// A level whose size the C library reports, or else of `fallback` bytes.
static CacheLevel getUnknownCache(int name, int64_t fallback) {
  CacheLevel cache;
  long size = name ? sysconf(name) : 0;
  cache.bytes = cache.usableBytes = size > 0 ? size : fallback;
  return cache;
}

#ifdef _SC_LEVEL2_CACHE_SIZE
static constexpr int kL1SizeName = _SC_LEVEL1_DCACHE_SIZE;
static constexpr int kL2SizeName = _SC_LEVEL2_CACHE_SIZE;
#else
static constexpr int kL1SizeName = 0, kL2SizeName = 0;
#endif

static std::vector<CacheLevel> detectCaches() {
  std::optional<CacheLevel> l1 = detectCache(1), l2 = detectCache(2),
                            l3 = detectCache(3);
  std::vector<CacheLevel> caches = {
      l1 ? *l1 : getUnknownCache(kL1SizeName, 32 << 10),
      l2 ? *l2 : getUnknownCache(kL2SizeName, 1 << 20)};
  // Code, tables of pages and other programs take a part.
  caches[1].usableBytes = caches[1].bytes / 5 * 4;
  if (l3) {
    caches.push_back(*l3);
    caches.back().isShared = true;
  }
  return caches;
}

CPUInfo wino::detectHostCPU() {
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
  cpu.issueWidth = 4;
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
      cpu.hasFloat16 = known->hasFloat16;
      cpu.issueWidth = known->issueWidth;
      cpu.instructions = known->instructions;
    } else {
      llvm::consumeError(known.takeError());
    }
  } else if (features.lookup("avx512f")) {
    cpu.vectorBits = 512;
    cpu.l2BytesPerCycle = 32;
    cpu.streamsStores = true;
    if (features.lookup("avx512vnni"))
      cpu.integerProducts = IntegerProducts::VNNI;
  } else {
    cpu.streamsStores = true;
    cpu.numVectorRegisters = 16;
    cpu.vectorBits = features.lookup("avx") ? 256 : 128;
  }
  setIntegerProducts(cpu);
  cpu.caches = detectCaches();
  setCacheBytes(cpu);
  cpu.numCores = std::max(1u, std::thread::hardware_concurrency());
  return cpu;
}
