//===- TimingTest.cpp - Tests of the timing of calls ----------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Driver/Timing.h"
#include "gtest/gtest.h"

using namespace wino;

namespace {

TEST(TimingTest, Quantiles) {
  EXPECT_EQ(getQuantile({3, 1, 2}, 0), 1);
  EXPECT_EQ(getQuantile({3, 1, 2}, 0.5), 2);
  EXPECT_EQ(getQuantile({3, 1, 2}, 1), 3);
  EXPECT_EQ(getQuantile({4, 1, 2, 3}, 0.5), 2.5);
  EXPECT_EQ(getQuantile({7}, 0.9), 7);
}

TEST(TimingTest, RoundsTakeTheTimeTheyHaveTo) {
  // Work of which the second function does ten times as much.
  volatile double sink = 0;
  auto work = [&sink](int count) {
    for (int i = 0; i < count; ++i)
      sink = sink + 1;
  };
  constexpr int kRounds = 5;
  constexpr int kCount = 100000;
  std::vector<RoundTimes> times =
      timeInRounds({[&] { work(kCount); }, [&] { work(10 * kCount); }}, kRounds,
                   /*minSeconds=*/1e-3, TimingClock::Thread);
  ASSERT_EQ(times.size(), 2u);
  for (const RoundTimes &each : times)
    ASSERT_EQ(each.size(), size_t(kRounds));
  const double ratio = getQuantile(times[1], 0.5) / getQuantile(times[0], 0.5);
  EXPECT_GT(ratio, 5);
  EXPECT_LT(ratio, 20);
}

} // namespace
