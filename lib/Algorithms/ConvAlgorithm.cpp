//===- ConvAlgorithm.cpp - Interface of convolution algorithms ------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Algorithms/ConvAlgorithm.h"
#include "Registry.h"
#include "Wino/Cost/RoundingError.h"

using namespace mlir;
using namespace wino;

Schedule Schedule::get(ScheduleAttr attr) {
  Schedule schedule;
  schedule.blockRows = attr.getBlockRows();
  schedule.blockCols = attr.getBlockCols();
  schedule.kBlock = attr.getKBlock();
  schedule.microRows = attr.getMicroRows();
  schedule.microCols = attr.getMicroCols();
  schedule.vector = attr.getVector();
  schedule.cBlock = attr.getCBlock();
  schedule.group = attr.getGroup();
  schedule.planePadding = attr.getPlanePadding();
  schedule.blockImages = attr.getBlockImages();
  schedule.onTheFly = attr.getOnTheFly();
  schedule.prefetch = attr.getPrefetch();
  schedule.streamStores = attr.getStreamStores();
  return schedule;
}

ScheduleAttr Schedule::getAttr(MLIRContext *context) const {
  return ScheduleAttr::get(context, blockRows, blockCols, kBlock, microRows,
                           microCols, vector, cBlock, group, planePadding,
                           blockImages, onTheFly, prefetch, streamStores);
}

ScheduleSpace::~ScheduleSpace() = default;
ConvAlgorithm::~ConvAlgorithm() = default;

SmallVector<Variant> ConvAlgorithm::getVariants(const ConvTask &task,
                                                Refusal &) const {
  return {Variant()};
}

LogicalResult ConvAlgorithm::checkVariant(const ConvProblem &, const Variant &,
                                          std::string &) const {
  return success();
}

double ConvAlgorithm::getError(const ConvProblem &problem,
                               const Variant &) const {
  if (problem.isInteger())
    return 0;
  return estimateSumError(
      double(problem.kh * problem.kw) * double(problem.c),
      cast<FloatType>(problem.sumType).getFPMantissaWidth());
}

Variant wino::getPlanVariant(PlanAttr plan) {
  return {plan.getTransform(), plan.getNumbers(), plan.getUnproved(),
          plan.getChunk()};
}

PlanAttr ConvAlgorithm::getPlan(MLIRContext *context, const Variant &variant,
                                const Schedule &schedule) const {
  return PlanAttr::get(context, kind, variant.transform, variant.numbers,
                       kind == Algorithm::Loops ? ScheduleAttr()
                                                : schedule.getAttr(context),
                       variant.isUnproved, variant.chunk);
}

LogicalResult ConvAlgorithm::checkPlan(const ConvProblem &problem,
                                       PlanAttr plan,
                                       std::string &reason) const {
  llvm::raw_string_ostream os(reason);
  ScheduleAttr schedule = plan.getSchedule();
  if (schedule && schedule.getGroup() != 1 && !problem.isInteger()) {
    os << "only integers are summed in groups, but group = "
       << schedule.getGroup();
    return failure();
  }
  return checkVariant(problem, getPlanVariant(plan), reason);
}

std::string ConvAlgorithm::getCertificate(const ConvProblem &, PlanAttr) const {
  return "";
}

ArrayRef<const ConvAlgorithm *> wino::getAlgorithms() {
  static const std::unique_ptr<ConvAlgorithm> owners[] = {
#define WINO_ALGORITHM(name) create##name(),
#include "Algorithms.def"
  };
  static const SmallVector<const ConvAlgorithm *> algorithms =
      llvm::map_to_vector(owners,
                          [](const std::unique_ptr<ConvAlgorithm> &owner)
                              -> const ConvAlgorithm * { return owner.get(); });
  return algorithms;
}

const ConvAlgorithm &wino::getAlgorithm(PlanAttr plan) {
  for (const ConvAlgorithm *algorithm : getAlgorithms())
    if (algorithm->getKind() == plan.getAlgorithm() &&
        algorithm->hasNumbers(plan.getNumbers()))
      return *algorithm;
  llvm_unreachable("a plan without algorithm");
}

LogicalResult wino::checkPlan(const ConvProblem &problem, PlanAttr plan,
                              std::string &reason) {
  return getAlgorithm(plan).checkPlan(problem, plan, reason);
}

Cost wino::estimateCost(const ConvTask &task, PlanAttr plan) {
  ScheduleAttr schedule = plan.getSchedule();
  return getAlgorithm(plan)
      .getSchedules(task, getPlanVariant(plan))
      ->getCost(schedule ? Schedule::get(schedule) : Schedule());
}
