//===- ArenaPlannerTest.cpp - Tests of the arena planner ------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Support/ArenaPlanner.h"

#include "gtest/gtest.h"
#include <limits>
#include <random>

using namespace wino;
using llvm::SmallVector;

namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

/// Expects a plan in which no two live buffers overlap, all are aligned, and
/// the peak is the largest end and not below the largest live set.
void expectSound(llvm::ArrayRef<ArenaBuffer> buffers, int64_t alignment) {
  std::optional<ArenaPlan> plan = planArena(buffers, alignment);
  ASSERT_TRUE(plan.has_value());
  ASSERT_EQ(plan->offsets.size(), buffers.size());
  int64_t end = 0;
  for (size_t i = 0; i < buffers.size(); ++i) {
    int64_t offset = plan->offsets[i];
    EXPECT_GE(offset, 0);
    EXPECT_EQ(offset % alignment, 0);
    end = std::max(end, offset + buffers[i].size);
    for (size_t j = 0; j < i; ++j) {
      bool disjoint = offset + buffers[i].size <= plan->offsets[j] ||
                      plan->offsets[j] + buffers[j].size <= offset;
      bool together = buffers[i].first <= buffers[j].last &&
                      buffers[j].first <= buffers[i].last;
      bool empty = buffers[i].size == 0 || buffers[j].size == 0;
      EXPECT_TRUE(disjoint || !together || empty)
          << "buffers " << i << " and " << j;
    }
  }
  EXPECT_EQ(plan->peak, end);
  std::optional<int64_t> bound = getLargestLiveSet(buffers);
  ASSERT_TRUE(bound.has_value());
  EXPECT_GE(plan->peak, *bound);
}

TEST(ArenaPlannerTest, NoBuffers) {
  std::optional<ArenaPlan> plan = planArena({}, 64);
  ASSERT_TRUE(plan.has_value());
  EXPECT_EQ(plan->peak, 0);
  EXPECT_EQ(getLargestLiveSet({}), 0);
}

TEST(ArenaPlannerTest, SharesMemoryOfDeadBuffers) {
  // A chain in which each step reads one buffer and writes the next.
  SmallVector<ArenaBuffer> chain = {
      {1024, 0, 1}, {512, 1, 2}, {1024, 2, 3}, {512, 3, 4}};
  std::optional<ArenaPlan> plan = planArena(chain, 64);
  ASSERT_TRUE(plan.has_value());
  EXPECT_EQ(plan->peak, 1536);
  EXPECT_EQ(getLargestLiveSet(chain), 1536);
  EXPECT_EQ(plan->offsets[0], plan->offsets[2]);
  EXPECT_EQ(plan->offsets[1], plan->offsets[3]);
}

TEST(ArenaPlannerTest, LifetimesIncludeBothEnds) {
  SmallVector<ArenaBuffer> buffers = {{64, 0, 1}, {64, 1, 2}};
  EXPECT_EQ(planArena(buffers, 64)->peak, 128);
  EXPECT_EQ(getLargestLiveSet(buffers), 128);
  buffers[1].first = 2;
  EXPECT_EQ(planArena(buffers, 64)->peak, 64);
  EXPECT_EQ(getLargestLiveSet(buffers), 64);
}

TEST(ArenaPlannerTest, TakesTheTightestGap) {
  // Between the long-lived 4, 2 and 1 KiB buffers, gaps of 3 and 1 KiB open
  // once the buffers that held them die.
  SmallVector<ArenaBuffer> buffers = {{4096, 0, 9}, {3072, 0, 4}, {2048, 0, 9},
                                      {1024, 0, 4}, {512, 0, 9},  {480, 5, 9}};
  std::optional<ArenaPlan> plan = planArena(buffers, 64);
  ASSERT_TRUE(plan.has_value());
  EXPECT_EQ(plan->peak, 10752);
  EXPECT_EQ(plan->offsets[5], plan->offsets[3]);
}

TEST(ArenaPlannerTest, AlignsOffsetsButNotThePeak) {
  SmallVector<ArenaBuffer> buffers = {{100, 0, 0}, {10, 0, 0}};
  std::optional<ArenaPlan> plan = planArena(buffers, 64);
  ASSERT_TRUE(plan.has_value());
  EXPECT_EQ(plan->offsets[0], 0);
  EXPECT_EQ(plan->offsets[1], 128);
  EXPECT_EQ(plan->peak, 138);
  EXPECT_EQ(getLargestLiveSet(buffers), 110);
}

TEST(ArenaPlannerTest, EmptyBuffersTakeNoRoom) {
  expectSound({{0, 0, 9}, {64, 0, 9}, {0, 3, 4}}, 64);
  EXPECT_EQ(planArena({{0, 0, 9}, {64, 0, 9}, {0, 3, 4}}, 64)->peak, 64);
}

TEST(ArenaPlannerTest, ReportsOverflow) {
  SmallVector<ArenaBuffer> together = {{kMax - 64, 0, 1}, {128, 1, 1}};
  EXPECT_FALSE(planArena(together, 64).has_value());
  EXPECT_FALSE(getLargestLiveSet(together).has_value());
  SmallVector<ArenaBuffer> apart = {{kMax - 64, 0, 1}, {128, 2, 2}};
  EXPECT_EQ(planArena(apart, 64)->peak, kMax - 64);
  EXPECT_EQ(getLargestLiveSet(apart), kMax - 64);
  // The sum fits, the offset rounded up does not.
  EXPECT_FALSE(planArena({{kMax - 2, 0, 0}, {1, 0, 0}}, 64).has_value());
}

TEST(ArenaPlannerTest, RandomPlansAreSound) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    auto pick = [&](int64_t low, int64_t high) {
      return std::uniform_int_distribution<int64_t>(low, high)(random);
    };
    SmallVector<ArenaBuffer> buffers(pick(1, 40));
    for (ArenaBuffer &buffer : buffers) {
      buffer.size = pick(0, 5000);
      buffer.first = pick(0, 30);
      buffer.last = buffer.first + pick(0, 12);
    }
    expectSound(buffers, int64_t(1) << pick(0, 7));
  }
}

TEST(ArenaPlannerTest, ChainsComeNearTheLowerBound) {
  // In a feed-forward chain two buffers live at a time.
  double worst = 1, sum = 0;
  for (unsigned seed = 0; seed < 100; ++seed) {
    std::mt19937 random(seed);
    SmallVector<ArenaBuffer> chain;
    for (int64_t step = 0; step < 20; ++step)
      chain.push_back({64 * int64_t(1 + random() % 50), step, step + 1});
    std::optional<ArenaPlan> plan = planArena(chain, 64);
    ASSERT_TRUE(plan.has_value());
    double ratio = double(plan->peak) / double(*getLargestLiveSet(chain));
    worst = std::max(worst, ratio);
    sum += ratio;
  }
  EXPECT_LE(worst, 1.25);
  EXPECT_LE(sum / 100, 1.05);
}

} // namespace
