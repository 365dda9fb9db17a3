//===- CacheModel.h - Data caches of Arm cores ------------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_BENCHMARK_AARCH64_PLUGIN_CACHEMODEL_H
#define WINO_BENCHMARK_AARCH64_PLUGIN_CACHEMODEL_H

#include <cstdint>
#include <cstring>
#include <vector>

namespace wino::count {

/// Bytes of a cache line, and of a page, as powers of two.
inline constexpr unsigned kLineShift = 6, kPageShift = 12;

/// Counts of a cache.
struct CacheCounts {
  uint64_t accesses = 0;
  uint64_t misses = 0;
  /// Misses that go on one of 16 ascending runs of lines. A stride prefetcher
  /// would have hidden them.
  uint64_t sequentialMisses = 0;
  /// Modified lines that were evicted.
  uint64_t writeBacks = 0;
};

/// A set-associative cache, least recently used out first; it writes back, and
/// allocates on writes.
class Cache {
public:
  /// A cache of `units` lines (or pages).
  Cache(unsigned units, unsigned ways)
      : sets(units / ways), ways(ways), tags(size_t(units)) {}

  /// The line of no line.
  static constexpr uint64_t kNone = ~uint64_t(0);

  /// Accesses `line`. Returns whether it was there. A modified line that had to
  /// go is stored in `victim`, else kNone.
  bool access(uint64_t line, bool isStore, uint64_t &victim) {
    ++counts.accesses;
    // An empty way holds 0.
    uint64_t tag = line + 1;
    uint64_t *set = &tags[size_t(line % sets) * ways];
    victim = kNone;
    for (unsigned way = 0; way < ways; ++way)
      if ((set[way] & ~kModified) == tag) {
        uint64_t found = set[way];
        std::memmove(set + 1, set, way * sizeof(*set));
        set[0] = isStore ? found | kModified : found;
        return true;
      }
    uint64_t last = set[ways - 1];
    std::memmove(set + 1, set, (ways - 1) * sizeof(*set));
    set[0] = isStore ? tag | kModified : tag;
    if (last & kModified) {
      victim = (last & ~kModified) - 1;
      ++counts.writeBacks;
    }
    noteMiss(line);
    return false;
  }

  void countRepeatedAccess() { ++counts.accesses; }
  const CacheCounts &getCounts() const { return counts; }

private:
  static constexpr uint64_t kModified = uint64_t(1) << 63;
  static constexpr unsigned kNumRuns = 16;

  void noteMiss(uint64_t line) {
    ++counts.misses;
    for (uint64_t &next : runs)
      if (next == line) {
        ++next;
        ++counts.sequentialMisses;
        return;
      }
    runs[nextRun++ % kNumRuns] = line + 1;
  }

  unsigned sets, ways;
  /// By set, most recently used first.
  std::vector<uint64_t> tags;
  /// The lines that would go on a run.
  uint64_t runs[kNumRuns] = {};
  unsigned nextRun = 0;
  CacheCounts counts;
};

/// Sizes of a core's caches.
struct CoreSizes {
  const char *name;
  unsigned l1Bytes, l1Ways, l2Bytes, l2Ways;
  /// Entries of the two levels of address translation.
  unsigned microTLB, mainTLB;
};

/// The cores that are modelled.
inline constexpr CoreSizes kCores[] = {
    {"a53", 32 << 10, 4, 512 << 10, 16, 10, 512},
    {"a73", 64 << 10, 16, 2048 << 10, 16, 48, 1024},
};

/// The data side of one core. There is no prefetcher, and prefetch instructions
/// do nothing. Addresses are those of the program.
class Core {
public:
  explicit Core(const CoreSizes &sizes)
      : l1(sizes.l1Bytes >> kLineShift, sizes.l1Ways),
        l2(sizes.l2Bytes >> kLineShift, sizes.l2Ways),
        microTLB(sizes.microTLB, sizes.microTLB), mainTLB(sizes.mainTLB, 4) {}

  void access(uint64_t line, bool isStore) {
    // Most accesses are to the line of the one before.
    if (line == lastLine && (lastIsStore || !isStore))
      return l1.countRepeatedAccess();
    lastLine = line;
    lastIsStore = isStore;
    translate(line >> (kPageShift - kLineShift));
    uint64_t victim, unused;
    if (l1.access(line, isStore, victim))
      return;
    if (victim != Cache::kNone)
      l2.access(victim, /*isStore=*/true, unused);
    l2.access(line, /*isStore=*/false, unused);
  }

  const CacheCounts &getL1() const { return l1.getCounts(); }
  const CacheCounts &getL2() const { return l2.getCounts(); }
  const CacheCounts &getMicroTLB() const { return microTLB.getCounts(); }
  const CacheCounts &getMainTLB() const { return mainTLB.getCounts(); }

private:
  void translate(uint64_t page) {
    if (page == lastPage)
      return;
    lastPage = page;
    uint64_t unused;
    if (!microTLB.access(page, /*isStore=*/false, unused))
      mainTLB.access(page, /*isStore=*/false, unused);
  }

  Cache l1, l2, microTLB, mainTLB;
  uint64_t lastLine = Cache::kNone, lastPage = Cache::kNone;
  bool lastIsStore = false;
};

} // namespace wino::count

#endif // WINO_BENCHMARK_AARCH64_PLUGIN_CACHEMODEL_H
