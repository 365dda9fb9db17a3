//===- SearchCandidates.cpp - The plans that a search compares ------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SearchCandidates.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace wino;

std::string SearchCandidate::getLabel() const {
  std::string label = getAlgorithm(plan).getName().str();
  if (TransformAttr transform = plan.getTransform())
    label += " " + transform.getName();
  return label;
}

SearchCandidate wino::describePlan(const ConvTask &task, PlanAttr plan) {
  const ConvAlgorithm &algorithm = getAlgorithm(plan);
  return {plan, estimateCost(task, plan).cycles,
          algorithm.getError(task.problem,
                             {plan.getTransform(), plan.getNumbers()}),
          algorithm.getMemoryUse(task.problem, plan)};
}

/// Whether the tiles of a transform, if there is one, are among those allowed.
static bool hasAllowedTiles(TransformAttr transform, ArrayRef<int64_t> tiles) {
  if (tiles.empty() || !transform)
    return true;
  return (transform.getRRows() == 1 ||
          llvm::is_contained(tiles, transform.getMRows())) &&
         (transform.getRCols() == 1 ||
          llvm::is_contained(tiles, transform.getMCols()));
}

bool wino::isAllowed(PlanAttr plan, const CandidateFilter &filter) {
  auto isRequested = [&](const AlgorithmRequest &request) {
    return llvm::is_contained(request.algorithms, &getAlgorithm(plan)) &&
           (!request.transform || request.transform == plan.getTransform());
  };
  return hasAllowedTiles(plan.getTransform(), filter.tiles) &&
         (filter.algorithms.empty() ||
          llvm::any_of(filter.algorithms, isRequested));
}

SmallVector<Variant>
wino::getAllowedVariants(const ConvTask &task, const ConvAlgorithm &algorithm,
                         const CandidateFilter &filter,
                         SmallVectorImpl<std::string> &reasons) {
  SmallVector<Variant> variants;
  bool wantsAll = filter.algorithms.empty() &&
                  algorithm.getRole() != ConvAlgorithm::Role::OnRequest;
  std::string reason;
  for (const AlgorithmRequest &request : filter.algorithms) {
    if (!llvm::is_contained(request.algorithms, &algorithm))
      continue;
    if (!request.transform) {
      wantsAll = true;
      continue;
    }
    Variant variant = algorithm.getVariant(task.problem, request.transform);
    if (request.numbers)
      variant.numbers = request.numbers;
    if (succeeded(algorithm.checkVariant(task.problem, variant, reason)))
      variants.push_back(variant);
  }
  if (wantsAll) {
    Refusal refusal;
    for (const Variant &variant : algorithm.getVariants(task, refusal))
      if (llvm::none_of(variants, [&](const Variant &known) {
            return known.transform == variant.transform &&
                   known.numbers == variant.numbers;
          }))
        variants.push_back(variant);
    if (variants.empty())
      reason = refusal.reason;
  }
  llvm::erase_if(variants, [&](const Variant &variant) {
    return !hasAllowedTiles(variant.transform, filter.tiles);
  });
  if (variants.empty() && !reason.empty())
    reasons.push_back((algorithm.getName() + ": " + reason).str());
  return variants;
}

namespace {
/// A schedule of a variant, with its cost.
struct Option {
  Schedule schedule;
  double cycles;
  /// Its place in the space.
  size_t number;
};
} // namespace

/// Returns the cheapest schedule, by the margin of the space, or with
/// `isMemoryLimited` all schedules, the cheapest first.
static SmallVector<Option> getOptions(const ScheduleSpace &space,
                                      bool isMemoryLimited) {
  SmallVector<Option> options;
  space.forEach([&](const Schedule &schedule) {
    double cycles = space.getCost(schedule).cycles;
    if (isMemoryLimited || options.empty())
      options.push_back({schedule, cycles, options.size()});
    else if (cycles < space.getMargin() * options.front().cycles)
      options.front() = {schedule, cycles, 0};
  });
  llvm::sort(options, [](const Option &a, const Option &b) {
    return std::tie(a.cycles, a.number) < std::tie(b.cycles, b.number);
  });
  return options;
}

/// Adds the plans of a variant; a reason if none of them computes the
/// convolution.
static void addCandidates(const ConvTask &task, const ConvAlgorithm &algorithm,
                          const Variant &variant, bool isMemoryLimited,
                          SmallVectorImpl<SearchCandidate> &candidates,
                          SmallVectorImpl<std::string> &reasons) {
  linalg::LinalgOp op = task.problem.op;
  std::unique_ptr<ScheduleSpace> space = algorithm.getSchedules(task, variant);
  const double error = algorithm.getError(task.problem, variant);
  const size_t first = candidates.size();
  std::string reason;
  for (const Option &option : getOptions(*space, isMemoryLimited)) {
    PlanAttr plan =
        algorithm.getPlan(op->getContext(), variant, option.schedule);
    std::string why;
    if (failed(checkPlan(task.problem, plan, why))) {
      reason = why;
      continue;
    }
    MemoryUse memory = algorithm.getMemoryUse(task.problem, plan);
    // Of no use: a cheaper one takes no more memory.
    if (llvm::any_of(ArrayRef(candidates).drop_front(first),
                     [&](const SearchCandidate &cheaper) {
                       return cheaper.memory.filterBytes <=
                                  memory.filterBytes &&
                              cheaper.memory.scratchBytes <=
                                  memory.scratchBytes;
                     }))
      continue;
    candidates.push_back({plan, option.cycles, error, memory});
  }
  if (candidates.size() == first && !reason.empty())
    reasons.push_back((algorithm.getName() + ": " + reason).str());
}

SmallVector<SearchCandidate>
wino::getSearchCandidates(const ConvTask &task, const CandidateFilter &filter,
                          SmallVectorImpl<std::string> &reasons) {
  using Role = ConvAlgorithm::Role;
  SmallVector<SearchCandidate> candidates;
  for (Role role : {Role::Choice, Role::OnRequest, Role::Fallback}) {
    // Who asks for algorithms compares all of them.
    if (!candidates.empty() && filter.algorithms.empty())
      break;
    for (const ConvAlgorithm *algorithm : getAlgorithms()) {
      if (algorithm->getRole() != role ||
          !algorithm->supportsTypes(task.problem))
        continue;
      for (const Variant &variant :
           getAllowedVariants(task, *algorithm, filter, reasons))
        addCandidates(task, *algorithm, variant, filter.isMemoryLimited,
                      candidates, reasons);
    }
  }
  return candidates;
}
