//===- Search.cpp - Search the plans of a network -------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LayoutGroups.h"
#include "SearchCandidates.h"
#include "Wino/Support/BudgetedSelection.h"
#include "Wino/Target/TargetSpec.h"
#include "Wino/Transforms/Passes.h"
#include "mlir/IR/Remarks.h"
#include "llvm/Support/Format.h"
#include <cmath>

namespace wino {
#define GEN_PASS_DEF_SEARCHPASS
#include "Wino/Transforms/Passes.h.inc"
} // namespace wino

using namespace mlir;
using namespace wino;

/// The requests that narrow the candidates of one convolution.
static constexpr llvm::StringLiteral kCandidatesAttrName = "wino.candidates";

/// The bytes of a filter as it is given.
static double getFilterBytes(const ConvProblem &problem) {
  return double(problem.kh * problem.kw * problem.c) * double(problem.k) *
         problem.filterType.getIntOrFloatBitWidth() / 8;
}

/// Prints a cost or an error.
static std::string print(double number) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.4g", number);
  return text;
}

namespace {

/// A convolution of the network.
struct Layer {
  ConvProblem problem;
  std::string name;
  SmallVector<SearchCandidate> candidates;
};

/// The search of one function.
class NetworkSearch {
public:
  NetworkSearch(FunctionOpInterface function, const CPUInfo &cpu,
                CandidateFilter filter, double lambda,
                std::optional<double> maxError, std::optional<int64_t> maxBytes,
                double otherBytes)
      : function(function), cpu(cpu), filter(std::move(filter)), lambda(lambda),
        maxError(maxError), maxBytes(maxBytes), otherBytes(otherBytes) {}

  LogicalResult run();

private:
  LogicalResult addLayer(const ConvProblem &problem, StringRef name);
  FailureOr<CandidateFilter> getFilter(const Layer &layer) const;
  SelectionProblem buildSelection(const LayoutGroups &groups) const;
  LogicalResult report(const SelectionFailure &failure);
  void assign(const Selection &selection, const SelectionProblem &problem);
  void remarkLayer(const Layer &layer, unsigned index,
                   ArrayRef<unsigned> choices, const SelectionProblem &problem);

  FunctionOpInterface function;
  const CPUInfo &cpu;
  CandidateFilter filter;
  double lambda;
  std::optional<double> maxError;
  std::optional<int64_t> maxBytes;
  double otherBytes;
  SmallVector<Layer> layers;
};

} // namespace

/// Returns the filter of a layer: that of the search, narrowed by what its op
/// carries.
FailureOr<CandidateFilter> NetworkSearch::getFilter(const Layer &layer) const {
  linalg::LinalgOp op = layer.problem.op;
  CandidateFilter result = filter;
  Attribute attr = op->getAttr(kCandidatesAttrName);
  if (!attr)
    return result;
  auto array = dyn_cast<ArrayAttr>(attr);
  if (!array || array.empty() ||
      !llvm::all_of(array, llvm::IsaPred<StringAttr>))
    return op->emitError("expected '")
           << kCandidatesAttrName << "' to be an array of names of algorithms";
  result.algorithms.clear();
  for (auto text : array.getAsRange<StringAttr>()) {
    llvm::Expected<AlgorithmRequest> request =
        parseAlgorithmRequest(text, op->getContext());
    if (!request)
      return op->emitError(llvm::toString(request.takeError()));
    result.algorithms.push_back(std::move(*request));
  }
  return result;
}

LogicalResult NetworkSearch::addLayer(const ConvProblem &problem,
                                      StringRef name) {
  linalg::LinalgOp op = problem.op;
  Layer layer{problem, name.str(), {}};
  const ConvTask task{problem, cpu, otherBytes - getFilterBytes(problem)};
  if (auto plan = op->getAttrOfType<PlanAttr>(WinoDialect::kPlanAttrName)) {
    std::string reason;
    if (failed(checkPlan(problem, plan, reason)))
      return op->emitError("the plan of '")
             << name << "' does not apply: " << reason;
    layer.candidates.push_back(describePlan(task, plan));
  } else {
    FailureOr<CandidateFilter> layerFilter = getFilter(layer);
    if (failed(layerFilter))
      return failure();
    SmallVector<std::string> reasons;
    layer.candidates = getSearchCandidates(task, *layerFilter, reasons);
    if (layer.candidates.empty()) {
      InFlightDiagnostic diagnostic =
          op->emitError("no algorithm that the search may take computes '")
          << name << "'";
      for (const std::string &reason : reasons)
        diagnostic.attachNote() << reason;
      return diagnostic;
    }
  }
  layers.push_back(std::move(layer));
  return success();
}

/// Builds the problem whose first nodes are the layers and whose others are the
/// groups of images.
SelectionProblem
NetworkSearch::buildSelection(const LayoutGroups &groups) const {
  SelectionProblem problem;
  problem.maxError = maxError;
  problem.maxBytes = maxBytes;
  for (const Layer &layer : layers) {
    std::vector<wino::SelectionCandidate> nodes;
    for (const SearchCandidate &candidate : layer.candidates)
      nodes.push_back({candidate.cycles + lambda * candidate.error,
                       candidate.error, candidate.memory.filterBytes,
                       candidate.memory.scratchBytes});
    problem.layers.push_back(std::move(nodes));
  }
  for (unsigned group = 0; group < groups.getNumGroups(); ++group) {
    std::vector<wino::SelectionCandidate> nodes;
    for (double cycles : groups.getGroupCycles(group))
      nodes.push_back({cycles});
    problem.layers.push_back(std::move(nodes));
  }
  for (const LayoutGroups::Access &access : groups.getAccesses()) {
    ArrayRef<SearchCandidate> candidates = layers[access.problem].candidates;
    CostMatrix costs(candidates.size(), 2);
    for (auto [row, candidate] : llvm::enumerate(candidates))
      for (GroupLayout layout : {kLayoutOfIR, kNHWC})
        costs(row, layout) = groups.getCycles(access, candidate.plan, layout);
    problem.edges.push_back({access.problem,
                             unsigned(layers.size()) + access.group,
                             std::move(costs)});
  }
  return problem;
}

LogicalResult NetworkSearch::report(const SelectionFailure &failure) {
  const Layer &layer =
      layers[std::min<size_t>(failure.layer, layers.size() - 1)];
  linalg::LinalgOp op = layer.problem.op;
  switch (failure.kind) {
  case SelectionFailure::Kind::Error:
    return op->emitError("no plan of '")
           << layer.name << "' keeps to an error of " << print(*maxError)
           << ": the smallest that is predicted is " << print(failure.least)
           << ", " << print(failure.least / *maxError) << " times as much";
  case SelectionFailure::Kind::Memory:
    return op->emitError("no plans keep to ")
           << *maxBytes << " bytes of packed weights and scratch: the network "
           << "needs at least " << int64_t(failure.least) << ", "
           << int64_t(failure.least) - *maxBytes << " more; most of them, "
           << failure.layerBytes << ", are of '" << layer.name << "'";
  case SelectionFailure::Kind::Conflict:
    return op->emitError("no plan of '")
           << layer.name << "' has a cost that is known";
  case SelectionFailure::Kind::Limit:
    return function->emitError("the search found no plans within its limits");
  }
  llvm_unreachable("unknown kind of failure");
}

/// Tells what was chosen, and what would have been next.
void NetworkSearch::remarkLayer(const Layer &layer, unsigned index,
                                ArrayRef<unsigned> choices,
                                const SelectionProblem &problem) {
  const SearchCandidate &chosen = layer.candidates[choices[index]];
  // The cost of a candidate beside what the neighbors have chosen.
  auto getCost = [&](unsigned candidate) {
    double cost = problem.layers[index][candidate].cost;
    for (const PBQP::Edge &edge : problem.edges)
      if (edge.rowNode == index)
        cost += edge.costs(candidate, choices[edge.colNode]);
    return cost;
  };
  const SearchCandidate *next = nullptr;
  double nextCost = 0;
  for (auto [number, candidate] : llvm::enumerate(layer.candidates)) {
    if (candidate.getLabel() == chosen.getLabel() ||
        (maxError && candidate.error > *maxError))
      continue;
    double cost = getCost(number);
    if (next && cost >= nextCost)
      continue;
    next = &candidate;
    nextCost = cost;
  }
  std::string text;
  llvm::raw_string_ostream os(text);
  os << layer.name << ": " << chosen.getLabel() << ", " << print(chosen.cycles)
     << " cycles, error " << print(chosen.error) << ", "
     << chosen.memory.filterBytes << " + " << chosen.memory.scratchBytes
     << " bytes; ";
  if (next)
    os << "next " << next->getLabel() << ", " << print(next->cycles)
       << " cycles";
  else
    os << "there is no other";
  linalg::LinalgOp op = layer.problem.op;
  remark::passed(op->getLoc(),
                 remark::RemarkOpts::name("Search").category("wino"))
      << text;
}

void NetworkSearch::assign(const Selection &selection,
                           const SelectionProblem &problem) {
  double error = 0, cycles = selection.cost;
  for (auto [index, layer] : llvm::enumerate(layers)) {
    const SearchCandidate &chosen = layer.candidates[selection.choices[index]];
    linalg::LinalgOp op = layer.problem.op;
    op->setAttr(WinoDialect::kPlanAttrName, chosen.plan);
    error = std::max(error, chosen.error);
    cycles -= lambda * chosen.error;
    remarkLayer(layer, index, selection.choices, problem);
  }
  std::string text;
  llvm::raw_string_ostream os(text);
  os << layers.size() << " convolutions: " << print(cycles)
     << " cycles, largest error " << print(error) << ", " << selection.bytes
     << " bytes; ";
  if (selection.isOptimal())
    os << "no selection of these candidates costs less";
  else
    os << "at most " << print(100 * (selection.cost / selection.lowerBound - 1))
       << " % more than the best selection";
  remark::passed(function->getLoc(),
                 remark::RemarkOpts::name("Search").category("wino"))
      << text;
}

LogicalResult NetworkSearch::run() {
  bool hasFailed = false;
  forEachConvolution(function, [&](linalg::LinalgOp op,
                                   FailureOr<ConvProblem> problem,
                                   StringRef reason, StringRef name) {
    if (succeeded(problem)) {
      hasFailed |= failed(addLayer(*problem, name));
      return;
    }
    remark::missed(op->getLoc(),
                   remark::RemarkOpts::name("Search").category("wino"))
        << (name + " is left as it is: " + reason).str();
  });
  if (hasFailed)
    return failure();
  if (layers.empty())
    return success();
  SmallVector<ConvProblem> problems = llvm::map_to_vector(
      layers, [](const Layer &layer) { return layer.problem; });
  LayoutGroups groups(function, problems, cpu);
  SelectionProblem problem = buildSelection(groups);
  std::variant<Selection, SelectionFailure> result =
      selectWithinBudgets(problem);
  if (auto *failure = std::get_if<SelectionFailure>(&result))
    return report(*failure);
  assign(std::get<Selection>(result), problem);
  return success();
}

namespace {
struct Search : wino::impl::SearchPassBase<Search> {
  using SearchPassBase::SearchPassBase;

  void runOnOperation() override {
    FailureOr<CPUInfo> target = resolveCPU(getOperation(), cpu);
    FailureOr<CandidateFilter> filter = readFilter();
    if (failed(target) || failed(filter) || failed(checkNumbers()))
      return signalPassFailure();
    double filterBytes = 0;
    getOperation()->walk([&](linalg::LinalgOp op) {
      std::string reason;
      FailureOr<ConvProblem> problem = matchConvolution(op, reason);
      if (succeeded(problem))
        filterBytes += getFilterBytes(*problem);
    });
    bool hasFailed = false;
    getOperation()->walk<WalkOrder::PreOrder>([&](FunctionOpInterface op) {
      auto errorBudget =
          maxError < 0 ? std::nullopt : std::optional<double>(maxError);
      auto memoryBudget =
          maxMemory < 0 ? std::nullopt : std::optional<int64_t>(maxMemory);
      hasFailed |= failed(NetworkSearch(op, *target, *filter, lambda,
                                        errorBudget, memoryBudget, filterBytes)
                              .run());
      return WalkResult::skip();
    });
    if (hasFailed)
      signalPassFailure();
  }

private:
  LogicalResult checkNumbers() {
    if (std::isnan(maxError))
      return getOperation()->emitError("expected max-error to be a number");
    if (!std::isfinite(lambda) || lambda < 0)
      return getOperation()->emitError(
          "expected lambda to be a number that is not negative");
    return success();
  }

  FailureOr<CandidateFilter> readFilter() {
    CandidateFilter filter;
    filter.isMemoryLimited = maxMemory >= 0;
    for (StringRef text : algorithms) {
      llvm::Expected<AlgorithmRequest> request =
          parseAlgorithmRequest(text, &getContext());
      if (!request)
        return getOperation()->emitError(llvm::toString(request.takeError()));
      filter.algorithms.push_back(std::move(*request));
    }
    for (int64_t tile : tiles) {
      if (tile < 1)
        return getOperation()->emitError(
                   "expected tiles of at least 1 pixel, but got ")
               << tile;
      filter.tiles.push_back(tile);
    }
    return filter;
  }
};
} // namespace
