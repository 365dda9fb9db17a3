//===- LoopTimingTest.cpp - Cycles of loops of vector code ----------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Cost/KernelTiming.h"
#include <gtest/gtest.h>

using namespace wino;

using Kind = LoopInstruction::Kind;

static CPUInfo getCPU(llvm::StringRef name) {
  return llvm::cantFail(lookupCPU(name));
}

static double estimate(llvm::StringRef cpu, const LoopBody &body) {
  return llvm::cantFail(estimateLoopCycles(getCPU(cpu), body));
}

/// Multiply-adds of `count` sums, each of which waits for itself only.
static LoopBody getMultiplyAdds(int64_t count) {
  LoopBody body;
  for (int64_t i = 0; i < count; ++i)
    body.push_back({Kind::FMLA, i, {30, 31}});
  return body;
}

TEST(LoopTimingTest, IndependentMultiplyAddsFillThePipelines) {
  EXPECT_NEAR(estimate("cortex-a53", getMultiplyAdds(8)), 8, 0.5);
  EXPECT_NEAR(estimate("cortex-a55", getMultiplyAdds(8)), 8, 0.5);
  EXPECT_NEAR(estimate("cortex-a73", getMultiplyAdds(24)), 24, 1);
  EXPECT_NEAR(estimate("cortex-a76", getMultiplyAdds(24)), 12, 1);
}

TEST(LoopTimingTest, SumsWaitForThemselves) {
  EXPECT_NEAR(estimate("cortex-a53", getMultiplyAdds(1)), 4, 0.5);
  EXPECT_GT(estimate("cortex-a76", getMultiplyAdds(1)), 1.5);
}

TEST(LoopTimingTest, LoadsOf128BitsIssueAloneInOrder) {
  LoopBody body = getMultiplyAdds(8);
  body.push_back({Kind::Load, 20});
  EXPECT_NEAR(estimate("cortex-a53", body), 10, 0.5);
  // A load to a general register issues beside a multiply-add.
  body.back() = {Kind::LoadHigh, 64};
  EXPECT_NEAR(estimate("cortex-a53", body), 8, 0.5);
}

/// The loops that lowering makes for whole tiles keep the multipliers busy.
TEST(LoopTimingTest, MicroKernels) {
  struct {
    const char *cpu;
    bool isFloat;
    unsigned bits;
    int64_t rows, cols;
    double least, most;
  } const cases[] = {
      // Multiply-adds and a cycle for each vector that is loaded.
      {"cortex-a53", true, 32, 5, 16, 25, 26.5},
      {"cortex-a73", true, 32, 5, 16, 20, 26},
      {"cortex-a76", true, 32, 5, 16, 10, 13},
      {"cortex-a76", false, 8, 5, 16, 2.5, 3.3},
      {"cortex-a73", false, 8, 4, 4, 2, 3.6},
      {"cortex-a73", false, 16, 5, 16, 20, 26}};
  for (const auto &c : cases) {
    auto cycles =
        estimateProductCycles(getCPU(c.cpu), c.isFloat, c.bits, c.rows, c.cols);
    ASSERT_TRUE(cycles.has_value()) << c.cpu;
    EXPECT_GE(*cycles, c.least) << c.cpu << " " << c.bits;
    EXPECT_LE(*cycles, c.most) << c.cpu << " " << c.bits;
  }
}

TEST(LoopTimingTest, UnknownCoresAreErrors) {
  CPUInfo cpu = getCPU("cortex-a73");
  cpu.name = cpu.schedulingModel = "z80";
  EXPECT_EQ(
      llvm::toString(estimateLoopCycles(cpu, getMultiplyAdds(1)).takeError()),
      "LLVM has no scheduling model of 'z80'");
  EXPECT_FALSE(estimateProductCycles(cpu, true, 32, 4, 16).has_value());
}
