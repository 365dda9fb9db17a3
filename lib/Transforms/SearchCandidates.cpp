//===- SearchCandidates.cpp - The plans that a search compares ------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SearchCandidates.h"
#include "ThreadSplit.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace wino;

std::string SearchCandidate::getLabel() const {
  std::string label = getAlgorithm(plan).getName().str();
  if (TransformAttr transform = plan.getTransform())
    label += " " + transform.getName();
  if (isQuantized(plan))
    label += ", " +
             std::to_string(cast<QuantizedAttr>(plan.getNumbers()).getBits()) +
             " bits";
  return label;
}

/// Predicts the largest error of a plan by the largest result; fails with the
/// reason if it is not exact and `terms` do not allow that.
static FailureOr<double> predictError(const ConvProblem &problem, PlanAttr plan,
                                      const CandidateTerms &terms,
                                      std::string &reason) {
  if (!isQuantized(plan))
    return getAlgorithm(plan).getError(
        problem, {plan.getTransform(), plan.getNumbers()});
  FailureOr<QuantizedPlan> resolved =
      resolveQuantizedPlan(problem, plan, terms.name, terms.budget, reason);
  if (failed(resolved))
    return failure();
  return resolved->error.largest;
}

/// The memory of a plan; each thread has scratch of its own.
static MemoryUse getMemory(const ConvProblem &problem, PlanAttr plan,
                           const CandidateTerms &terms) {
  MemoryUse memory = getAlgorithm(plan).getMemoryUse(problem, plan);
  memory.scratchBytes *= terms.threads;
  return memory;
}

FailureOr<SearchCandidate> wino::describePlan(const ConvTask &task,
                                              PlanAttr plan,
                                              const CandidateTerms &terms,
                                              std::string &reason) {
  FailureOr<double> error = predictError(task.problem, plan, terms, reason);
  if (failed(error))
    return failure();
  const ConvAlgorithm &algorithm = getAlgorithm(plan);
  const Schedule schedule =
      plan.getSchedule() ? Schedule::get(plan.getSchedule()) : Schedule();
  return SearchCandidate{
      plan,
      getThreadedCycles(task.problem, algorithm,
                        {plan.getTransform(), plan.getNumbers()}, schedule,
                        estimateCost(task, plan), terms.threads),
      *error, getMemory(task.problem, plan, terms)};
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

/// Returns `variants`, but those in quantized numbers with each of `bits` that
/// the algorithm can have.
static SmallVector<Variant> setBits(const ConvProblem &problem,
                                    const ConvAlgorithm &algorithm,
                                    ArrayRef<Variant> variants,
                                    ArrayRef<int64_t> bits) {
  SmallVector<Variant> result;
  for (const Variant &variant : variants) {
    auto quantized = dyn_cast_if_present<QuantizedAttr>(variant.numbers);
    if (!quantized) {
      result.push_back(variant);
      continue;
    }
    QuantizedNumbers numbers = quantized.getQuantization();
    for (int64_t each : bits) {
      numbers.bits = each;
      Variant other = variant;
      other.numbers = QuantizedAttr::get(quantized.getContext(), numbers);
      std::string unused;
      if (succeeded(algorithm.checkVariant(problem, other, unused)))
        result.push_back(other);
    }
  }
  return result;
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
    Variant variant =
        algorithm.getVariant(task.problem, request.transform, request.numbers);
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
  if (wantsAll && !filter.bits.empty())
    variants = setBits(task.problem, algorithm, variants, filter.bits);
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
static SmallVector<Option>
getOptions(const ScheduleSpace &space, bool isMemoryLimited,
           function_ref<double(const Schedule &, const Cost &)> getCycles) {
  SmallVector<Option> options;
  space.forEach([&](const Schedule &schedule) {
    double cycles = getCycles(schedule, space.getCost(schedule));
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
                          const CandidateTerms &terms,
                          SmallVectorImpl<SearchCandidate> &candidates,
                          SmallVectorImpl<std::string> &reasons) {
  linalg::LinalgOp op = task.problem.op;
  std::unique_ptr<ScheduleSpace> space = algorithm.getSchedules(task, variant);
  const size_t first = candidates.size();
  std::string reason;
  auto getCycles = [&](const Schedule &schedule, const Cost &cost) {
    return getThreadedCycles(task.problem, algorithm, variant, schedule, cost,
                             terms.threads);
  };
  // All schedules have the error of the first.
  FailureOr<double> error = failure();
  for (const Option &option : getOptions(*space, isMemoryLimited, getCycles)) {
    PlanAttr plan =
        algorithm.getPlan(op->getContext(), variant, option.schedule);
    std::string why;
    if (failed(checkPlan(task.problem, plan, why))) {
      reason = why;
      continue;
    }
    if (failed(error))
      error = predictError(task.problem, plan, terms, reason);
    if (failed(error))
      break;
    MemoryUse memory = getMemory(task.problem, plan, terms);
    // Of no use: a cheaper one takes no more memory.
    if (llvm::any_of(ArrayRef(candidates).drop_front(first),
                     [&](const SearchCandidate &cheaper) {
                       return cheaper.memory.filterBytes <=
                                  memory.filterBytes &&
                              cheaper.memory.scratchBytes <=
                                  memory.scratchBytes;
                     }))
      continue;
    candidates.push_back({plan, option.cycles, *error, memory});
  }
  if (candidates.size() == first && !reason.empty())
    reasons.push_back((algorithm.getName() + ": " + reason).str());
}

SmallVector<SearchCandidate>
wino::getSearchCandidates(const ConvTask &task, const CandidateFilter &filter,
                          const CandidateTerms &terms,
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
        addCandidates(task, *algorithm, variant, filter.isMemoryLimited, terms,
                      candidates, reasons);
    }
  }
  return candidates;
}
