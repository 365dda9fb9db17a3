//===- DefaultPlan.cpp - The default rule for plans -----------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Transforms/DefaultPlan.h"
#include "mlir/AsmParser/AsmParser.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace wino;

//===----------------------------------------------------------------------===//
// Requests
//===----------------------------------------------------------------------===//

/// Returns the algorithms that `name` stands for: one, or all of a kind. With
/// `numbers` those that compute in these; without, a kind leaves out those that
/// are not exact, or only there on request.
static SmallVector<const ConvAlgorithm *>
findAlgorithms(StringRef name, NumbersAttrInterface numbers) {
  return llvm::to_vector(
      llvm::make_filter_range(getAlgorithms(), [&](const ConvAlgorithm *each) {
        if (numbers && !each->hasNumbers(numbers))
          return false;
        return name == each->getName() ||
               (name == stringifyAlgorithm(each->getKind()) &&
                (numbers ||
                 (each->isExact() &&
                  each->getRole() != ConvAlgorithm::Role::OnRequest)));
      }));
}

/// Parses an attribute in a request; the error says what is wrong with it.
template <typename AttrT>
static llvm::Expected<AttrT> parseRequested(StringRef text, StringRef spec,
                                            StringRef kind,
                                            MLIRContext *context) {
  std::string message;
  ScopedDiagnosticHandler handler(context, [&](Diagnostic &diag) {
    message += (message.empty() ? "" : "; ") + diag.str();
  });
  if (auto attr = dyn_cast_or_null<AttrT>(parseAttribute(spec, context)))
    return attr;
  return llvm::createStringError("'" + text + "' is no " + kind +
                                 (message.empty() ? "" : ": " + message));
}

/// Lists what requests can name: the kinds, then single algorithms.
static std::string listAlgorithms() {
  llvm::SmallSetVector<StringRef, 8> names;
  for (const ConvAlgorithm *algorithm : getAlgorithms()) {
    names.insert(stringifyAlgorithm(algorithm->getKind()));
    if (algorithm->getKind() == Algorithm::Winograd)
      names.insert("winograd:F(m,r)");
  }
  for (const ConvAlgorithm *algorithm : getAlgorithms())
    names.insert(algorithm->getName());
  StringRef last = names.pop_back_val();
  return llvm::join(names, ", ") + " and " + last.str();
}

llvm::Expected<AlgorithmRequest>
wino::parseAlgorithmRequest(StringRef text, MLIRContext *context) {
  auto [name, rest] = text.split(':');
  NumbersAttrInterface numbers;
  if (size_t begin = rest.find(":#"); begin != StringRef::npos) {
    StringRef spec = rest.drop_front(begin + 1);
    llvm::Expected<NumbersAttrInterface> parsed =
        parseRequested<NumbersAttrInterface>(spec, spec, "number system",
                                             context);
    if (!parsed)
      return parsed.takeError();
    numbers = *parsed;
    rest = rest.take_front(begin);
  }
  AlgorithmRequest request{findAlgorithms(name, numbers), {}, numbers};
  if (request.algorithms.empty() && !findAlgorithms(name, {}).empty())
    return llvm::createStringError("algorithm '" + name +
                                   "' does not compute in the numbers of '" +
                                   text + "'");
  if (request.algorithms.empty())
    return llvm::createStringError("unknown algorithm '" + name +
                                   "'; known are " + listAlgorithms());
  if (rest.empty() && name.size() == text.size())
    return request;
  if (request.algorithms.front()->getKind() != Algorithm::Winograd)
    return llvm::createStringError(
        "algorithm '" + name + "' has no transform, but got '" + text + "'");
  // F(m,r) is short for F(mxm, rxr).
  std::string spec = rest.str();
  StringRef inner = rest;
  if (inner.consume_front("F(") && inner.consume_back(")")) {
    auto [m, r] = inner.split(',');
    m = m.trim();
    r = r.trim();
    unsigned value;
    if (!m.getAsInteger(10, value) && !r.getAsInteger(10, value))
      spec = ("F(" + m + "x" + m + ", " + r + "x" + r + ")").str();
  }
  llvm::Expected<TransformAttr> transform = parseRequested<TransformAttr>(
      rest, "#wino.transform<" + spec + ">", "transform", context);
  if (!transform)
    return transform.takeError();
  request.transform = *transform;
  return request;
}

double wino::getFilterBytes(const ConvProblem &problem) {
  return double(problem.kh * problem.kw * problem.c) * double(problem.k) *
         problem.filterType.getIntOrFloatBitWidth() / 8;
}

double wino::countFilterBytes(Operation *root) {
  double bytes = 0;
  root->walk([&](linalg::LinalgOp op) {
    std::string reason;
    FailureOr<ConvProblem> problem = matchConvolution(op, reason);
    if (succeeded(problem))
      bytes += getFilterBytes(*problem);
  });
  return bytes;
}

//===----------------------------------------------------------------------===//
// Choices
//===----------------------------------------------------------------------===//

namespace {
/// A plan, and what it costs.
struct Choice {
  const ConvAlgorithm *algorithm = nullptr;
  Variant variant;
  Schedule schedule;
  Cost cost;

  PlanAttr getPlan(const ConvTask &task) const {
    linalg::LinalgOp op = task.problem.op;
    return algorithm->getPlan(op->getContext(), variant, schedule);
  }
};
} // namespace

/// Returns the cheapest schedule of a variant.
static Choice chooseSchedule(const ConvTask &task,
                             const ConvAlgorithm &algorithm,
                             const Variant &variant) {
  Choice best{&algorithm, variant, {}, {}};
  std::unique_ptr<ScheduleSpace> space = algorithm.getSchedules(task, variant);
  space->forEach([&](const Schedule &schedule) {
    Cost cost = space->getCost(schedule);
    if (cost.cycles >= space->getMargin() * best.cost.cycles)
      return;
    best.schedule = schedule;
    best.cost = cost;
  });
  return best;
}

/// Returns the cheapest of `variants`; no algorithm if there is none.
static Choice chooseVariant(const ConvTask &task,
                            const ConvAlgorithm &algorithm,
                            ArrayRef<Variant> variants) {
  // Errors grow with the tile, so a larger one has to be clearly cheaper.
  constexpr double kMargin = 0.97;
  Choice best;
  for (const Variant &variant : variants) {
    Choice choice = chooseSchedule(task, algorithm, variant);
    if (choice.cost.cycles < (best.algorithm ? kMargin : 1) * best.cost.cycles)
      best = choice;
  }
  return best;
}

//===----------------------------------------------------------------------===//
// The default rule
//===----------------------------------------------------------------------===//

/// Returns the plan of the first algorithm that applies where no choice does.
static PlanAttr getFallback(const ConvTask &task) {
  for (const ConvAlgorithm *algorithm : getAlgorithms()) {
    Refusal unused;
    std::string reason;
    if (algorithm->getRole() != ConvAlgorithm::Role::Fallback ||
        !algorithm->supportsTypes(task.problem))
      continue;
    Choice choice =
        chooseVariant(task, *algorithm, algorithm->getVariants(task, unused));
    if (!choice.algorithm)
      continue;
    PlanAttr plan = choice.getPlan(task);
    if (succeeded(checkPlan(task.problem, plan, reason)))
      return plan;
  }
  llvm_unreachable("loops apply to every convolution");
}

PlanAttr wino::getDefaultPlan(const ConvTask &task, std::string &refusal) {
  refusal.clear();
  Choice best;
  for (const ConvAlgorithm *algorithm : getAlgorithms()) {
    if (algorithm->getRole() != ConvAlgorithm::Role::Choice ||
        !algorithm->supportsTypes(task.problem) ||
        !(algorithm->isExact() || task.allowsErrors))
      continue;
    Refusal why;
    Choice choice =
        chooseVariant(task, *algorithm, algorithm->getVariants(task, why));
    if (why.isOfRange)
      refusal = why.reason;
    if (choice.cost.cycles < best.cost.cycles)
      best = choice;
  }
  std::string unused;
  if (!best.algorithm)
    return getFallback(task);
  PlanAttr plan = best.getPlan(task);
  // Direct convolutions do not apply to channels that come in no whole groups.
  return succeeded(checkPlan(task.problem, plan, unused)) ? plan
                                                          : getFallback(task);
}

/// Returns the variants of `algorithm` that `request` leaves open; none, and
/// the reason, if it does not apply.
static SmallVector<Variant> getVariants(const ConvTask &task,
                                        const ConvAlgorithm &algorithm,
                                        const AlgorithmRequest &request,
                                        std::string &reason) {
  if (!request.transform) {
    Refusal refusal;
    SmallVector<Variant> variants = algorithm.getVariants(task, refusal);
    reason = refusal.reason;
    return variants;
  }
  Variant variant = algorithm.getVariant(task.problem, request.transform);
  if (request.numbers)
    variant.numbers = request.numbers;
  if (failed(algorithm.checkVariant(task.problem, variant, reason)))
    return {};
  return {variant};
}

FailureOr<PlanAttr> wino::getRequestedPlan(const ConvTask &task,
                                           const AlgorithmRequest &request,
                                           std::string &reason) {
  Choice best;
  SmallVector<std::string> reasons;
  for (const ConvAlgorithm *algorithm : request.algorithms) {
    if (!algorithm->supportsTypes(task.problem)) {
      if (request.algorithms.size() == 1)
        reasons.push_back("it does not compute with these types");
      continue;
    }
    std::string why;
    Choice choice = chooseVariant(task, *algorithm,
                                  getVariants(task, *algorithm, request, why));
    if (!choice.algorithm)
      reasons.push_back(why);
    else if (choice.cost.cycles < best.cost.cycles)
      best = choice;
  }
  if (!best.algorithm) {
    reason = llvm::join(reasons, "; ");
    return failure();
  }
  reason.clear();
  PlanAttr plan = best.getPlan(task);
  if (failed(checkPlan(task.problem, plan, reason)))
    return failure();
  return plan;
}
