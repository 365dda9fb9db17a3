//===- ArenaPlanner.cpp - Placement of buffers in one arena ---------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Support/ArenaPlanner.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/Support/MathExtras.h"
#include <cassert>
#include <tuple>

using namespace wino;
using llvm::ArrayRef;
using llvm::SmallVector;
using llvm::SmallVectorImpl;

/// Returns `value` rounded up to a multiple of `alignment`, if it fits.
static std::optional<int64_t> alignUp(int64_t value, int64_t alignment) {
  int64_t excess = value % alignment;
  if (excess == 0)
    return value;
  int64_t result;
  if (llvm::AddOverflow(value, alignment - excess, result))
    return std::nullopt;
  return result;
}

namespace {

/// Bytes [begin, end) of the arena.
struct Range {
  int64_t begin, end;
};

} // namespace

/// Returns the offset of the tightest gap between the `taken` ranges that holds
/// `size` bytes, or else the first aligned offset behind them.
static std::optional<int64_t> findOffset(SmallVectorImpl<Range> &taken,
                                         int64_t size, int64_t alignment) {
  llvm::sort(taken,
             [](const Range &a, const Range &b) { return a.begin < b.begin; });
  std::optional<int64_t> best;
  int64_t bestSlack = 0;
  int64_t end = 0;
  for (const Range &range : taken) {
    std::optional<int64_t> start = alignUp(end, alignment);
    if (start && *start <= range.begin && range.begin - *start >= size) {
      int64_t slack = range.begin - *start - size;
      if (!best || slack < bestSlack) {
        best = start;
        bestSlack = slack;
      }
    }
    end = std::max(end, range.end);
  }
  return best ? best : alignUp(end, alignment);
}

/// Places the buffers one after the other in the given order.
static std::optional<ArenaPlan> placeInOrder(ArrayRef<ArenaBuffer> buffers,
                                             ArrayRef<size_t> order,
                                             int64_t alignment) {
  ArenaPlan plan;
  plan.offsets.resize(buffers.size());
  SmallVector<Range> taken;
  for (auto [position, index] : llvm::enumerate(order)) {
    const ArenaBuffer &buffer = buffers[index];
    taken.clear();
    for (size_t placed : order.take_front(position))
      if (buffers[placed].size != 0 && buffers[placed].interferes(buffer))
        taken.push_back({plan.offsets[placed],
                         plan.offsets[placed] + buffers[placed].size});
    std::optional<int64_t> offset =
        buffer.size == 0 ? 0 : findOffset(taken, buffer.size, alignment);
    int64_t end;
    if (!offset || llvm::AddOverflow(*offset, buffer.size, end))
      return std::nullopt;
    plan.offsets[index] = *offset;
    plan.peak = std::max(plan.peak, end);
  }
  return plan;
}

/// Whether the buffers satisfy the preconditions of the planner.
[[maybe_unused]] static bool isValid(ArrayRef<ArenaBuffer> buffers) {
  return llvm::all_of(buffers, [](const ArenaBuffer &buffer) {
    return buffer.size >= 0 && buffer.first <= buffer.last;
  });
}

/// Returns the initial orders of placement: by size, by lifetime, by start.
static SmallVector<SmallVector<size_t>>
getInitialOrders(ArrayRef<ArenaBuffer> buffers) {
  enum { kBySize, kByLifetime, kByStart, kNumOrders };
  auto getKey = [&](unsigned order, size_t index) {
    const ArenaBuffer &buffer = buffers[index];
    uint64_t key = 0;
    if (order == kByLifetime)
      key = ~(uint64_t(buffer.last) - uint64_t(buffer.first));
    int64_t start = order == kByStart ? buffer.first : 0;
    return std::tuple(key, start, -buffer.size, index);
  };
  SmallVector<SmallVector<size_t>> orders;
  for (unsigned order = 0; order < kNumOrders; ++order) {
    SmallVector<size_t> indices =
        llvm::to_vector(llvm::seq<size_t>(0, buffers.size()));
    llvm::sort(indices, [&](size_t a, size_t b) {
      return getKey(order, a) < getKey(order, b);
    });
    orders.push_back(std::move(indices));
  }
  return orders;
}

/// Moves the buffer that reaches the peak of `plan` to the front of `order`.
/// Returns false if it is there already.
static bool promotePeak(ArrayRef<ArenaBuffer> buffers, const ArenaPlan &plan,
                        SmallVectorImpl<size_t> &order) {
  auto highest = llvm::find_if(order, [&](size_t index) {
    return plan.offsets[index] + buffers[index].size == plan.peak;
  });
  if (highest == order.begin() || highest == order.end())
    return false;
  std::rotate(order.begin(), highest, std::next(highest));
  return true;
}

std::optional<ArenaPlan> wino::planArena(ArrayRef<ArenaBuffer> buffers,
                                         int64_t alignment) {
  assert(alignment > 0 && isValid(buffers) && "malformed arena problem");
  // Enough for the plans of real networks to settle.
  constexpr unsigned kMaxRepairs = 32;
  std::optional<int64_t> bound = getLargestLiveSet(buffers);
  std::optional<ArenaPlan> best;
  for (SmallVector<size_t> &order : getInitialOrders(buffers)) {
    for (unsigned repair = 0; repair <= kMaxRepairs; ++repair) {
      std::optional<ArenaPlan> plan = placeInOrder(buffers, order, alignment);
      if (!plan)
        break;
      if (!best || plan->peak < best->peak)
        best = plan;
      if (best->peak == bound)
        return best;
      if (!promotePeak(buffers, *plan, order))
        break;
    }
  }
  return best;
}

std::optional<int64_t> wino::getLargestLiveSet(ArrayRef<ArenaBuffer> buffers) {
  assert(isValid(buffers) && "malformed arena problem");
  // The live set only grows when a buffer begins.
  int64_t largest = 0;
  for (const ArenaBuffer &start : buffers) {
    int64_t sum = 0;
    for (const ArenaBuffer &buffer : buffers)
      if (buffer.first <= start.first && start.first <= buffer.last &&
          llvm::AddOverflow(sum, buffer.size, sum))
        return std::nullopt;
    largest = std::max(largest, sum);
  }
  return largest;
}
