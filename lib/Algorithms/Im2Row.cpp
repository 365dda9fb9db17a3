//===- Im2Row.cpp - Products of rows of patches ---------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   U   filter_transform(f')   [K'/KB, 1, 1, KB/NR, (kh kw C)', NR]
//   V   im2row(x')             [1, 1, N, OH, OW, (kh kw C)']
//   M   hadamard(V, U)         [1, 1, N, OH, OW, K']
//   y'  output_transform(M) by F(1x1, 1x1)
//
//===----------------------------------------------------------------------===//

#include "Registry.h"
#include "StageSchedules.h"
#include "Stages.h"

using namespace mlir;
using namespace wino;

namespace {
/// Computes what a direct convolution does, and copies every patch first; but
/// it needs no whole groups of channels.
class Im2Row : public ConvAlgorithm {
public:
  Im2Row() : ConvAlgorithm("im2row", Algorithm::Im2Row, Role::Fallback) {}

  std::unique_ptr<ScheduleSpace>
  getSchedules(const ConvTask &task, const Variant &variant) const override {
    return std::make_unique<StageSchedules>(task, variant);
  }

  LogicalResult checkPlan(const ConvProblem &problem, PlanAttr plan,
                          std::string &reason) const override {
    if (failed(ConvAlgorithm::checkPlan(problem, plan, reason)))
      return failure();
    return checkStageSizes(problem, plan, /*onlyFilter=*/false, reason);
  }

  MemoryUse getMemoryUse(const ConvProblem &problem,
                         PlanAttr plan) const override {
    return getStageMemory(problem, plan);
  }

  Value rewrite(RewriterBase &rewriter, const ConvProblem &problem,
                PlanAttr plan) const override {
    return StageBuilder(rewriter, problem, plan).buildIm2Row();
  }
};
} // namespace

std::unique_ptr<ConvAlgorithm> wino::createIm2Row() {
  return std::make_unique<Im2Row>();
}
