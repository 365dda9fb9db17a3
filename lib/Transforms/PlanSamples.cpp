//===- PlanSamples.cpp - Plans of a convolution to measure ----------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Transforms/PlanSamples.h"
#include "SearchCandidates.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace wino;

namespace {
struct Option {
  Schedule schedule;
  Cost cost;
  /// In the order of enumeration.
  size_t number;
};

/// What there is to measure of a variant, from cheap to expensive.
struct Family {
  const ConvAlgorithm *algorithm;
  Variant variant;
  SmallVector<Option> options;
};
} // namespace

/// Returns the schedules that are not much slower than the cheapest, which is
/// the first.
static SmallVector<Option> getOptions(const ScheduleSpace &space) {
  // Whatever is much slower takes long to measure, too.
  constexpr double kMaxCycles = 3;
  SmallVector<Option> options;
  space.forEach([&](const Schedule &schedule) {
    options.push_back({schedule, space.getCost(schedule), options.size()});
  });
  llvm::sort(options, [](const Option &a, const Option &b) {
    return std::tie(a.cost.cycles, a.number) <
           std::tie(b.cost.cycles, b.number);
  });
  if (!options.empty())
    llvm::erase_if(options, [most = kMaxCycles * options[0].cost.cycles](
                                const Option &option) {
      return option.cost.cycles > most;
    });
  return options;
}

/// Returns `count` of `options`, evenly spread over them, the first included.
static SmallVector<Option> selectOptions(ArrayRef<Option> options,
                                         size_t count) {
  count = std::min(count, options.size());
  SmallVector<Option> selected;
  for (size_t i = 0; i < count; ++i)
    selected.push_back(
        options[count == 1 ? 0 : i * (options.size() - 1) / (count - 1)]);
  return selected;
}

/// Takes one more schedule of each family of `algorithm`, or of all if it is
/// null, that costs at most `maxCycles`, until there are `total`.
static void takeMore(ArrayRef<Family> families, const ConvAlgorithm *algorithm,
                     double maxCycles, size_t total,
                     MutableArrayRef<size_t> counts) {
  size_t taken = 0;
  for (auto [family, count] : llvm::zip_equal(families, counts))
    if (!algorithm || family.algorithm == algorithm)
      taken += count;
  for (bool isMore = true; isMore && taken < total;) {
    isMore = false;
    for (auto [family, count] : llvm::zip_equal(families, counts))
      if ((!algorithm || family.algorithm == algorithm) &&
          count < family.options.size() && taken < total &&
          family.options[0].cost.cycles <= maxCycles) {
        ++count;
        ++taken;
        isMore = true;
      }
  }
}

/// Returns how many schedules to take of each family.
static SmallVector<size_t> countSchedules(ArrayRef<Family> families,
                                          const SampleOptions &options) {
  constexpr double kCheap = 3;
  constexpr double kAny = std::numeric_limits<double>::infinity();
  double best = kAny;
  for (const Family &family : families)
    best = std::min(best, family.options[0].cost.cycles);
  SmallVector<size_t> counts(families.size(), 1);
  for (const Family &family : families)
    takeMore(families, family.algorithm, kAny, options.minSchedules, counts);
  takeMore(families, /*algorithm=*/nullptr, kCheap * best, options.minPlans,
           counts);
  return counts;
}

/// Returns the variants of all algorithms that are to be sampled, with their
/// schedules.
static SmallVector<Family> getFamilies(const ConvTask &task,
                                       const SampleOptions &options) {
  CandidateFilter filter;
  llvm::append_range(filter.algorithms, options.algorithms);
  SmallVector<Family> families;
  SmallVector<std::string> reasons;
  for (const ConvAlgorithm *algorithm : getAlgorithms()) {
    if (!algorithm->supportsTypes(task.problem))
      continue;
    SmallVector<Variant> variants;
    Refusal refusal;
    if (!filter.algorithms.empty())
      variants = getAllowedVariants(task, *algorithm, filter, reasons);
    else if (algorithm->getKind() != Algorithm::Loops)
      variants = algorithm->getVariants(task, refusal);
    SmallVector<Family> found;
    for (const Variant &variant : variants) {
      Family family{algorithm, variant,
                    getOptions(*algorithm->getSchedules(task, variant))};
      if (!family.options.empty())
        found.push_back(std::move(family));
    }
    // Of algorithms that only a user chooses the cheapest variant will do,
    // unless the user did.
    if (algorithm->getRole() == ConvAlgorithm::Role::OnRequest &&
        filter.algorithms.empty() && !found.empty()) {
      auto best =
          llvm::min_element(found, [](const Family &a, const Family &b) {
            return a.options[0].cost.cycles < b.options[0].cost.cycles;
          });
      found = {std::move(*best)};
    }
    llvm::append_range(families, found);
  }
  return families;
}

SmallVector<PlanSample> wino::samplePlans(const ConvTask &task,
                                          const SampleOptions &options) {
  linalg::LinalgOp op = task.problem.op;
  SmallVector<Family> families = getFamilies(task, options);
  SmallVector<PlanSample> samples;
  if (families.empty())
    return samples;
  for (auto [family, count] :
       llvm::zip_equal(families, countSchedules(families, options)))
    for (const Option &option : selectOptions(family.options, count)) {
      PlanAttr plan = family.algorithm->getPlan(
          op->getContext(), family.variant, option.schedule);
      std::string reason;
      if (succeeded(checkPlan(task.problem, plan, reason)))
        samples.push_back({family.algorithm, plan, option.cost});
    }
  return samples;
}
