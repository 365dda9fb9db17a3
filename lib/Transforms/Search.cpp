//===- Search.cpp - Search the plans of a network -------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LayoutGroups.h"
#include "SearchCandidates.h"
#include "Wino/Cost/TuningDatabase.h"
#include "Wino/Support/BudgetedSelection.h"
#include "Wino/Target/TargetSpec.h"
#include "Wino/Transforms/LayerKey.h"
#include "Wino/Transforms/Passes.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/Remarks.h"
#include "llvm/Support/Format.h"
#include <cmath>
#include <map>

namespace wino {
#define GEN_PASS_DEF_SEARCHPASS
#include "Wino/Transforms/Passes.h.inc"
} // namespace wino

using namespace mlir;
using namespace wino;

/// The requests that narrow the candidates of one convolution.
static constexpr llvm::StringLiteral kCandidatesAttrName = "wino.candidates";

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
  /// Of the candidates, by number, the times in nanoseconds that were measured.
  std::map<unsigned, double> measured;
};

/// The geometric mean of what was measured by what was predicted.
class MeanRatio {
public:
  void add(double ratio) {
    sum += std::log(ratio);
    ++count;
  }
  bool isEmpty() const { return count == 0; }
  double get() const { return std::exp(sum / count); }

private:
  double sum = 0;
  unsigned count = 0;
};

/// What a search is asked for.
struct Settings {
  CPUInfo cpu;
  CandidateFilter filter;
  double lambda = 0;
  std::optional<double> maxError;
  std::optional<int64_t> maxBytes;
  /// Bytes of the filters of all convolutions.
  double filterBytes = 0;
  TuningDatabase database{WINO_VERSION};
  /// Whether the costs of candidates stay on the convolutions.
  bool isRecorded = false;
};

/// The search of one function.
class NetworkSearch {
public:
  NetworkSearch(FunctionOpInterface function, const Settings &settings)
      : function(function), settings(settings) {}

  LogicalResult run();

private:
  LogicalResult addLayer(const ConvProblem &problem, StringRef name);
  ConvTask getTask(const ConvProblem &problem) const;
  LogicalResult addMeasured(const ConvTask &task, const CandidateFilter &filter,
                            Layer &layer);
  FailureOr<CandidateFilter> getFilter(const Layer &layer) const;
  void calibrate();
  SelectionProblem buildSelection(const LayoutGroups &groups) const;
  LogicalResult report(const SelectionFailure &failure);
  void assign(const Selection &selection, const SelectionProblem &problem);
  void remarkLayer(const Layer &layer, unsigned index,
                   ArrayRef<unsigned> choices, const SelectionProblem &problem);
  DictionaryAttr getRecord(const Layer &layer,
                           const SearchCandidate &chosen) const;

  FunctionOpInterface function;
  const Settings &settings;
  std::vector<Layer> layers;
  /// The unit of costs, and how many of it a cycle of the models is.
  StringRef unit = "cycles";
  double unitsPerCycle = 1;
};

} // namespace

/// Returns the filter of a layer: that of the search, narrowed by what its op
/// carries.
FailureOr<CandidateFilter> NetworkSearch::getFilter(const Layer &layer) const {
  linalg::LinalgOp op = layer.problem.op;
  CandidateFilter result = settings.filter;
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

ConvTask NetworkSearch::getTask(const ConvProblem &problem) const {
  return {problem, settings.cpu,
          settings.filterBytes - getFilterBytes(problem)};
}

LogicalResult NetworkSearch::addLayer(const ConvProblem &problem,
                                      StringRef name) {
  linalg::LinalgOp op = problem.op;
  Layer layer{problem, name.str(), {}, {}};
  const ConvTask task = getTask(problem);
  if (auto plan = op->getAttrOfType<PlanAttr>(WinoDialect::kPlanAttrName)) {
    std::string reason;
    if (failed(checkPlan(problem, plan, reason)))
      return op->emitError("the plan of '")
             << name << "' does not apply: " << reason;
    layer.candidates.push_back(describePlan(task, plan));
    CandidateFilter none;
    if (failed(addMeasured(task, none, layer)))
      return failure();
  } else {
    FailureOr<CandidateFilter> layerFilter = getFilter(layer);
    if (failed(layerFilter))
      return failure();
    SmallVector<std::string> reasons;
    layer.candidates = getSearchCandidates(task, *layerFilter, reasons);
    if (failed(addMeasured(task, *layerFilter, layer)))
      return failure();
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

/// Adds what was measured of a layer: times of its candidates, and plans that
/// are none yet.
LogicalResult NetworkSearch::addMeasured(const ConvTask &task,
                                         const CandidateFilter &filter,
                                         Layer &layer) {
  linalg::LinalgOp op = task.problem.op;
  const bool isFixed = op->hasAttr(WinoDialect::kPlanAttrName);
  for (const auto &[text, nanoseconds] : settings.database.getTimes(
           getTuningName(settings.cpu), getLayerKey(task.problem))) {
    auto plan =
        dyn_cast_or_null<PlanAttr>(parseAttribute(text, op->getContext()));
    if (!plan)
      return op->emitError("a tuning database has a time of '")
             << layer.name
             << "' for something else than a #wino.plan: " << text;
    std::string reason;
    if (failed(checkPlan(task.problem, plan, reason)))
      return op->emitError("a tuning database has a time of '")
             << layer.name << "' for a plan that does not apply: " << reason;
    auto *known = llvm::find_if(layer.candidates,
                                [&, plan = plan](const SearchCandidate &each) {
                                  return each.plan == plan;
                                });
    unsigned number = known - layer.candidates.begin();
    if (known == layer.candidates.end()) {
      if (isFixed || !isAllowed(plan, filter))
        continue;
      layer.candidates.push_back(describePlan(task, plan));
    }
    layer.measured[number] = nanoseconds;
  }
  return success();
}

/// Replaces costs by measured times where there are any, and brings the others
/// to the same unit by what was measured nearby.
void NetworkSearch::calibrate() {
  // Of an algorithm with a transform, first on the same layer, then on all.
  using Key = std::pair<const Layer *, std::string>;
  std::map<Key, MeanRatio> ratios;
  MeanRatio all;
  for (const Layer &layer : layers)
    for (auto [number, nanoseconds] : layer.measured) {
      const SearchCandidate &candidate = layer.candidates[number];
      const double ratio = nanoseconds / candidate.cost;
      ratios[{&layer, candidate.getLabel()}].add(ratio);
      ratios[{nullptr, candidate.getLabel()}].add(ratio);
      all.add(ratio);
    }
  if (all.isEmpty())
    return;
  auto getRatio = [&](const Layer &layer, const SearchCandidate &candidate) {
    for (const Layer *where : {&layer, static_cast<const Layer *>(nullptr)})
      if (auto it = ratios.find({where, candidate.getLabel()});
          it != ratios.end())
        return it->second.get();
    return all.get();
  };
  unit = "ns";
  unitsPerCycle = all.get();
  for (Layer &layer : layers)
    for (auto [number, candidate] : llvm::enumerate(layer.candidates)) {
      auto it = layer.measured.find(number);
      candidate.cost = it == layer.measured.end()
                           ? candidate.cost * getRatio(layer, candidate)
                           : it->second;
    }
}

/// Builds the problem whose first nodes are the layers and whose others are the
/// groups of images.
SelectionProblem
NetworkSearch::buildSelection(const LayoutGroups &groups) const {
  SelectionProblem problem;
  problem.maxError = settings.maxError;
  problem.maxBytes = settings.maxBytes;
  for (const Layer &layer : layers) {
    std::vector<wino::SelectionCandidate> nodes;
    for (const SearchCandidate &candidate : layer.candidates)
      nodes.push_back({candidate.cost + settings.lambda * candidate.error,
                       candidate.error, candidate.memory.filterBytes,
                       candidate.memory.scratchBytes});
    problem.layers.push_back(std::move(nodes));
  }
  for (unsigned group = 0; group < groups.getNumGroups(); ++group) {
    std::vector<wino::SelectionCandidate> nodes;
    for (double cycles : groups.getGroupCycles(group))
      nodes.push_back({cycles * unitsPerCycle});
    problem.layers.push_back(std::move(nodes));
  }
  for (const LayoutGroups::Access &access : groups.getAccesses()) {
    ArrayRef<SearchCandidate> candidates = layers[access.problem].candidates;
    CostMatrix costs(candidates.size(), 2);
    for (auto [row, candidate] : llvm::enumerate(candidates))
      for (GroupLayout layout : {kLayoutOfIR, kNHWC})
        costs(row, layout) =
            unitsPerCycle * groups.getCycles(access, candidate.plan, layout);
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
           << layer.name << "' keeps to an error of "
           << print(*settings.maxError)
           << ": the smallest that is predicted is " << print(failure.least)
           << ", " << print(failure.least / *settings.maxError)
           << " times as much";
  case SelectionFailure::Kind::Memory:
    return op->emitError("no plans keep to ")
           << *settings.maxBytes
           << " bytes of packed weights and scratch: the network "
           << "needs at least " << int64_t(failure.least) << ", "
           << int64_t(failure.least) - *settings.maxBytes
           << " more; most of them, " << failure.layerBytes << ", are of '"
           << layer.name << "'";
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
        (settings.maxError && candidate.error > *settings.maxError))
      continue;
    double cost = getCost(number);
    if (next && cost >= nextCost)
      continue;
    next = &candidate;
    nextCost = cost;
  }
  std::string text;
  llvm::raw_string_ostream os(text);
  os << layer.name << ": " << chosen.getLabel() << ", " << print(chosen.cost)
     << " " << unit << ", error " << print(chosen.error) << ", "
     << chosen.memory.filterBytes << " + " << chosen.memory.scratchBytes
     << " bytes; ";
  if (next)
    os << "next " << next->getLabel() << ", " << print(next->cost) << " "
       << unit;
  else
    os << "there is no other";
  linalg::LinalgOp op = layer.problem.op;
  remark::passed(op->getLoc(),
                 remark::RemarkOpts::name("Search").category("wino"))
      << text;
}

/// Returns what `wino.search` tells of a layer.
DictionaryAttr NetworkSearch::getRecord(const Layer &layer,
                                        const SearchCandidate &chosen) const {
  linalg::LinalgOp op = layer.problem.op;
  Builder builder(op->getContext());
  const Cost cost = estimateCost(getTask(layer.problem), chosen.plan);
  NamedAttrList phases, record;
  const std::pair<StringRef, double> parts[] = {
      {"filter transform", cost.filter},
      {"input transform", cost.inputTransform},
      {"products", cost.products},
      {"output transform", cost.outputTransform},
      {"memory", cost.memory}};
  for (auto [name, cycles] : parts)
    if (cycles != 0)
      phases.append(name, builder.getF64FloatAttr(cycles));

  // Of equal costs the first, as the selection prefers it.
  SmallVector<const SearchCandidate *> ranked = llvm::map_to_vector(
      layer.candidates, [](const SearchCandidate &each) { return &each; });
  llvm::sort(ranked, [](const auto *a, const auto *b) {
    return std::tie(a->cost, a) < std::tie(b->cost, b);
  });
  SmallVector<Attribute> candidates;
  for (const SearchCandidate *candidate : ranked) {
    std::string plan;
    llvm::raw_string_ostream(plan) << candidate->plan;
    candidates.push_back(builder.getDictionaryAttr(
        {builder.getNamedAttr("algorithm",
                              builder.getStringAttr(candidate->getLabel())),
         builder.getNamedAttr("plan", builder.getStringAttr(plan)),
         builder.getNamedAttr("cycles",
                              builder.getF64FloatAttr(candidate->cost)),
         builder.getNamedAttr("error",
                              builder.getF64FloatAttr(candidate->error)),
         builder.getNamedAttr(
             "weight_bytes",
             builder.getI64IntegerAttr(candidate->memory.filterBytes)),
         builder.getNamedAttr(
             "scratch_bytes",
             builder.getI64IntegerAttr(candidate->memory.scratchBytes))}));
  }
  record.append("cycles", builder.getF64FloatAttr(chosen.cost));
  record.append("error", builder.getF64FloatAttr(chosen.error));
  record.append("phases", phases.getDictionary(builder.getContext()));
  record.append("candidates", builder.getArrayAttr(candidates));
  return record.getDictionary(builder.getContext());
}

void NetworkSearch::assign(const Selection &selection,
                           const SelectionProblem &problem) {
  double error = 0, cost = selection.cost;
  for (auto [index, layer] : llvm::enumerate(layers)) {
    const SearchCandidate &chosen = layer.candidates[selection.choices[index]];
    linalg::LinalgOp op = layer.problem.op;
    op->setAttr(WinoDialect::kPlanAttrName, chosen.plan);
    if (settings.isRecorded)
      op->setAttr(WinoDialect::kSearchAttrName, getRecord(layer, chosen));
    error = std::max(error, chosen.error);
    cost -= settings.lambda * chosen.error;
    remarkLayer(layer, index, selection.choices, problem);
  }
  std::string text;
  llvm::raw_string_ostream os(text);
  os << layers.size() << " convolutions: " << print(cost) << " " << unit
     << ", largest error " << print(error) << ", " << selection.bytes
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
  auto problems = llvm::map_to_vector<0>(
      layers, [](const Layer &layer) { return layer.problem; });
  calibrate();
  LayoutGroups groups(function, problems, settings.cpu);
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
    Settings settings;
    if (failed(readSettings(settings)))
      return signalPassFailure();
    bool hasFailed = false;
    getOperation()->walk<WalkOrder::PreOrder>([&](FunctionOpInterface op) {
      hasFailed |= failed(NetworkSearch(op, settings).run());
      return WalkResult::skip();
    });
    if (hasFailed)
      signalPassFailure();
  }

private:
  LogicalResult readSettings(Settings &settings) {
    FailureOr<CPUInfo> target = resolveCPU(getOperation(), cpu);
    FailureOr<CandidateFilter> filter = readFilter();
    if (failed(target) || failed(filter))
      return failure();
    if (std::isnan(maxError))
      return getOperation()->emitError("expected max-error to be a number");
    if (!std::isfinite(lambda) || lambda < 0)
      return getOperation()->emitError(
          "expected lambda to be a number that is not negative");
    settings.cpu = *target;
    settings.filter = *filter;
    settings.lambda = lambda;
    settings.isRecorded = record;
    if (maxError >= 0)
      settings.maxError = maxError;
    if (maxMemory >= 0)
      settings.maxBytes = maxMemory;
    if (llvm::Error error = settings.database.loadAll(tuning))
      return getOperation()->emitError(llvm::toString(std::move(error)));
    settings.filterBytes = countFilterBytes(getOperation());
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
