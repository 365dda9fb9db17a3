//===- ConvAlgorithmTest.cpp - Interface of convolution algorithms --------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Algorithms/ConvAlgorithm.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FormatVariadic.h"
#include <gtest/gtest.h>

using namespace mlir;
using namespace wino;

namespace {
/// A convolution of one image of `size` x `size` pixels in a function.
struct Convolution {
  Convolution(int64_t size, int64_t c, int64_t k, int64_t r, int64_t stride,
              bool isInteger) {
    context.loadDialect<WinoDialect, func::FuncDialect, linalg::LinalgDialect,
                        tensor::TensorDialect>();
    int64_t outSize = (size - r) / stride + 1;
    std::string image = llvm::formatv("tensor<1x{0}x{0}x{1}x{2}>", size, c,
                                      isInteger ? "i8" : "f32");
    std::string filter = llvm::formatv("tensor<{0}x{0}x{1}x{2}x{3}>", r, c, k,
                                       isInteger ? "i8" : "f32");
    std::string result = llvm::formatv("tensor<1x{0}x{0}x{1}x{2}>", outSize, k,
                                       isInteger ? "i32" : "f32");
    std::string text = llvm::formatv(
        R"(func.func @f(%x: {0}, %f: {1} {{wino.weight}, %y: {2}) -> {2} {{
  %0 = linalg.conv_2d_nhwc_hwcf {{strides = dense<{3}> : tensor<2xi64>}
    ins(%x, %f : {0}, {1}) outs(%y : {2}) -> {2}
  return %0 : {2}
})",
        image, filter, result, stride);
    module = parseSourceString<ModuleOp>(text, &context);
    module->walk([&](linalg::LinalgOp op) {
      std::string reason;
      problem = *matchConvolution(op, reason);
    });
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  ConvProblem problem;
};

const Convolution &getConvolution(unsigned index) {
  static const Convolution convolutions[] = {
      {16, 24, 20, 3, 1, false}, {16, 24, 20, 3, 1, true},
      {15, 3, 32, 7, 2, false},  {15, 3, 32, 7, 2, true},
      {7, 64, 40, 1, 1, false},  {9, 16, 16, 5, 1, true}};
  return convolutions[index];
}

const ConvAlgorithm &find(StringRef name) {
  for (const ConvAlgorithm *algorithm : getAlgorithms())
    if (algorithm->getName() == name)
      return *algorithm;
  ADD_FAILURE() << "no algorithm " << name.str();
  return *getAlgorithms().front();
}
} // namespace

TEST(ConvAlgorithmTest, NamesAreUnique) {
  llvm::StringSet<> names;
  for (const ConvAlgorithm *algorithm : getAlgorithms())
    EXPECT_TRUE(names.insert(algorithm->getName()).second);
}

/// Whatever an algorithm offers it must also accept, and its memory and costs
/// must be plausible.
class OfferTest
    : public testing::TestWithParam<std::tuple<unsigned, const char *>> {};

TEST_P(OfferTest, PlansApply) {
  const ConvProblem &problem = getConvolution(std::get<0>(GetParam())).problem;
  CPUInfo cpu = llvm::cantFail(lookupCPU(std::get<1>(GetParam())));
  MLIRContext *context = linalg::LinalgOp(problem.op)->getContext();
  ConvTask task{problem, cpu};
  unsigned numApplying = 0;
  for (const ConvAlgorithm *algorithm : getAlgorithms()) {
    if (!algorithm->supportsTypes(problem))
      continue;
    Refusal refusal;
    SmallVector<Variant> variants = algorithm->getVariants(task, refusal);
    EXPECT_EQ(variants.empty(), !refusal.reason.empty());
    for (const Variant &variant : variants) {
      std::string reason;
      EXPECT_TRUE(succeeded(algorithm->checkVariant(problem, variant, reason)))
          << reason;
      double error = algorithm->getError(problem, variant);
      EXPECT_EQ(error == 0, problem.isInteger());
      EXPECT_LT(error, 1e-4);
      auto space = algorithm->getSchedules(task, variant);
      unsigned number = 0;
      space->forEach([&](const Schedule &schedule) {
        // Some of them stand for all.
        const bool isFirst = number == 0;
        if (number++ % 11 != 0)
          return;
        PlanAttr plan = algorithm->getPlan(context, variant, schedule);
        EXPECT_EQ(&getAlgorithm(plan), algorithm);
        std::string why;
        if (failed(checkPlan(problem, plan, why))) {
          // The groups of the CPU's kernel may not divide the channels.
          EXPECT_EQ(algorithm->getKind(), Algorithm::Direct) << why;
          return;
        }
        ++numApplying;
        Cost cost = space->getCost(schedule);
        EXPECT_GT(cost.cycles, 0);
        if (isFirst)
          EXPECT_EQ(cost.cycles, estimateCost(task, plan).cycles);
        MemoryUse memory = algorithm->getMemoryUse(problem, plan);
        if (algorithm->getKind() != Algorithm::Loops)
          EXPECT_GE(memory.filterBytes, problem.kh * problem.kw * problem.c *
                                            problem.k *
                                            (problem.isInteger() ? 1 : 4));
      });
    }
  }
  EXPECT_GT(numApplying, 0u);
}

INSTANTIATE_TEST_SUITE_P(
    Tasks, OfferTest,
    testing::Combine(testing::Range(0u, 6u),
                     testing::Values("cortex-a53", "cortex-a73", "neoverse-v1",
                                     "host")));

TEST(ConvAlgorithmTest, WinogradSaysWhyNot) {
  CPUInfo cpu = llvm::cantFail(lookupCPU("cortex-a73"));
  Refusal refusal;
  ConvTask strided{getConvolution(2).problem, cpu};
  EXPECT_TRUE(find("winograd-float").getVariants(strided, refusal).empty());
  EXPECT_EQ(refusal.reason, "winograd needs stride 1, dilation 1 and a filter "
                            "of 2 to 7 taps along an axis");
  EXPECT_FALSE(refusal.isOfRange);

  Convolution deep(8, 1 << 18, 4, 3, 1, /*isInteger=*/true);
  ConvTask task{deep.problem, cpu};
  EXPECT_TRUE(find("winograd-ring").getVariants(task, refusal).empty());
  EXPECT_TRUE(refusal.isOfRange);
  EXPECT_NE(refusal.reason.find(" >= "), std::string::npos) << refusal.reason;
}

TEST(ConvAlgorithmTest, SchedulesKeepWhatTheySay) {
  MLIRContext context;
  context.loadDialect<WinoDialect>();
  Schedule schedule;
  schedule.blockRows = 3;
  schedule.blockCols = 5;
  schedule.kBlock = 32;
  schedule.microRows = 7;
  schedule.microCols = 16;
  schedule.vector = 8;
  schedule.cBlock = 64;
  schedule.group = 4;
  schedule.planePadding = 16;
  schedule.blockImages = 6;
  schedule.onTheFly = schedule.streamStores = true;
  ScheduleAttr attr = schedule.getAttr(&context);
  EXPECT_EQ(Schedule::get(attr).getAttr(&context), attr);
  EXPECT_EQ(attr.getBlockCols(), 5);
  EXPECT_EQ(attr.getBlockImages(), 6);
  EXPECT_TRUE(attr.getOnTheFly());
  EXPECT_FALSE(attr.getPrefetch());
}

TEST(ConvAlgorithmTest, ErrorsGrowWithTiles) {
  const ConvProblem &problem = getConvolution(0).problem;
  CPUInfo cpu = llvm::cantFail(lookupCPU("cortex-a73"));
  Refusal refusal;
  const ConvAlgorithm &winograd = find("winograd-float");
  double previous = 0;
  for (const Variant &variant : winograd.getVariants({problem, cpu}, refusal)) {
    if (variant.transform.hasEdge() || variant.transform.getMRows() % 2 != 0)
      continue;
    double error = winograd.getError(problem, variant);
    EXPECT_GT(error, previous) << variant.transform.getName();
    previous = error;
  }
}
