//===- ArenaPlanner.h - Placement of buffers in one arena -------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Dynamic storage allocation: buffers of known size and lifetime get offsets in
// one arena so that no two that live at the same time overlap. The problem is
// NP-hard; the planner is greedy, largest buffer first into the tightest gap,
// and repairs its plan by placing earlier what stuck out. The largest live set
// is a bound below which no placement can come.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_SUPPORT_ARENAPLANNER_H
#define WINO_SUPPORT_ARENAPLANNER_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>
#include <optional>

namespace wino {

/// A buffer of `size` bytes that is in use from time `first` to time `last`,
/// both included. Times count in any unit, sizes in bytes.
struct ArenaBuffer {
  int64_t size = 0;
  int64_t first = 0;
  int64_t last = 0;

  /// Whether there is a time at which both buffers are in use.
  bool interferes(const ArenaBuffer &other) const {
    return first <= other.last && other.first <= last;
  }
};

/// Where each buffer of a plan lies.
struct ArenaPlan {
  /// Offset in bytes of each buffer, in the order they were given.
  llvm::SmallVector<int64_t> offsets;
  /// Bytes of the arena: the largest end of a buffer.
  int64_t peak = 0;
};

/// Places `buffers` at multiples of `alignment`. The plan with the smallest
/// peak of several greedy orders is taken, the first of equals, so the result
/// depends on the input alone.
///
/// Preconditions: sizes are not negative, first <= last, and `alignment` is
/// positive. Returns std::nullopt if an offset does not fit int64_t.
std::optional<ArenaPlan> planArena(llvm::ArrayRef<ArenaBuffer> buffers,
                                   int64_t alignment);

/// Returns the largest sum of sizes of buffers in use at the same time, a lower
/// bound of every plan's peak, or std::nullopt if a sum does not fit int64_t.
/// Same preconditions as `planArena`.
std::optional<int64_t> getLargestLiveSet(llvm::ArrayRef<ArenaBuffer> buffers);

} // namespace wino

#endif // WINO_SUPPORT_ARENAPLANNER_H
