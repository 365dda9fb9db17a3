//===- wino-bench.cpp - Wino beside other libraries, layer by layer -------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Times convolution layers on this machine: code that Wino generates beside
// oneDNN and XNNPACK. All candidates of a layer run in turn, round by round,
// when the first of them is due; then each is reported as a benchmark of its
// own.
//
//===----------------------------------------------------------------------===//

#include "../tools/ModelOptions.h"
#include "Measure.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/WithColor.h"
#include "llvm/Support/raw_ostream.h"
#include <benchmark/benchmark.h>
#include <functional>

using namespace wino;
using namespace wino::bench;
namespace cl = llvm::cl;

static cl::OptionCategory category("Options of wino-bench");
static cl::list<std::string>
    layerFiles("layers",
               cl::desc("File of layers, one "
                        "C,H,W,K,R,stride,pad,groups[,N] a line"),
               cl::value_desc("file"), cl::cat(category));
static cl::list<std::string>
    layerTexts("layer", cl::desc("A single layer; may be repeated"),
               cl::value_desc("C,H,W,K,R,stride,pad,groups[,N]"),
               cl::cat(category));
static cl::list<std::string> algorithms(
    "algorithm",
    cl::desc("Algorithm to force, e.g. winograd:F(4,3); may be repeated, which "
             "measures each"),
    cl::value_desc("name"), cl::cat(category));
static cl::list<std::string>
    plans("plan",
          cl::desc("Plan to compile by, a #wino.plan attribute; may be "
                   "repeated, which measures each"),
          cl::value_desc("attribute"), cl::cat(category));
static cl::opt<int64_t>
    threads(wino::optionName("threads"),
            cl::desc("Threads of all candidates; Wino also runs on one"),
            cl::init(1), cl::cat(category));
static cl::opt<bool> noPeers("no-peers", cl::desc("Measure no other libraries"),
                             cl::cat(category));
static cl::opt<int> rounds("rounds", cl::desc("Rounds of measurement"),
                           cl::init(21), cl::cat(category));
static cl::opt<double>
    minTime("min-time",
            cl::desc("Seconds to measure for, a round and candidate"),
            cl::init(3e-3), cl::cat(category));
static cl::opt<bool> checkOnly("check",
                               cl::desc("Check results instead of timing"),
                               cl::cat(category));
static cl::opt<double> tolerance(
    "tolerance",
    cl::desc("Largest error to accept, relative to the largest result"),
    cl::init(1e-4), cl::cat(category));

/// The candidate whose speed the others are compared with.
static constexpr llvm::StringLiteral kBaseline = "onednn-direct";

/// What a Wino candidate of one thread is called beside those of several.
static constexpr llvm::StringLiteral kOneThread = ":one-thread";

/// The counters of the phases.
static constexpr llvm::StringLiteral kPhaseCounters[kNumPhases] = {
    "filter_ms", "input_ms", "products_ms", "output_ms"};

namespace {
/// Something to measure on a layer.
struct Entry {
  std::string name;
  std::function<llvm::Expected<CandidatePtr>(const Problem &)> create;
  /// May be empty.
  std::function<llvm::Expected<PhaseShares>(const Problem &)> measurePhases;
};

/// What is known about an entry after measuring.
struct Result {
  /// Why there is none, or empty.
  std::string error;
  std::string label;
  double maxError = 0;
  int64_t weightBytes = 0, scratchBytes = 0;
  RoundTimes times;
  PhaseShares phases = {};
};

/// The entries of a layer, measured together.
class Contest {
public:
  Contest(const Layer &layer, std::vector<Entry> entries)
      : layer(layer), entries(std::move(entries)) {}

  const Layer &getLayer() const { return layer; }
  llvm::ArrayRef<Entry> getEntries() const { return entries; }
  /// Returns the results by entry; measures them at the first call.
  llvm::ArrayRef<Result> getResults();
  /// Returns the result of the entry `name`, if there is one without error.
  const Result *find(llvm::StringRef name);

private:
  void measurePhases(const Problem &problem);

  Layer layer;
  std::vector<Entry> entries;
  std::vector<Result> results;
};
} // namespace

llvm::ArrayRef<Result> Contest::getResults() {
  if (!results.empty())
    return results;
  Problem problem = makeProblem(layer);
  Reference reference = makeReference(problem);
  std::vector<CandidatePtr> owned;
  std::vector<std::function<void()>> candidates;
  std::vector<size_t> indices;
  results.resize(entries.size());
  for (auto [index, entry] : llvm::enumerate(entries)) {
    Result &result = results[index];
    llvm::Expected<CandidatePtr> candidate = entry.create(problem);
    if (!candidate) {
      result.error = llvm::toString(candidate.takeError());
      continue;
    }
    (*candidate)->run();
    result.label = (*candidate)->getLabel();
    result.maxError = getMaxError(reference, (*candidate)->getOutput());
    result.weightBytes = (*candidate)->getWeightBytes();
    result.scratchBytes = (*candidate)->getScratchBytes();
    if (!(result.maxError <= tolerance)) {
      llvm::raw_string_ostream(result.error)
          << "wrong result: error " << llvm::format("%.1e", result.maxError);
      continue;
    }
    candidates.push_back([each = candidate->get()] { each->run(); });
    owned.push_back(std::move(*candidate));
    indices.push_back(index);
  }
  if (checkOnly)
    return results;
  std::vector<RoundTimes> times =
      timeInRounds(candidates, rounds, minTime,
                   threads > 1 ? TimingClock::Busiest : TimingClock::Thread);
  for (auto [index, candidateTimes] : llvm::zip_equal(indices, times))
    results[index].times = std::move(candidateTimes);
  measurePhases(problem);
  return results;
}

void Contest::measurePhases(const Problem &problem) {
  for (auto [entry, result] : llvm::zip_equal(entries, results)) {
    if (!entry.measurePhases || !result.error.empty())
      continue;
    llvm::Expected<PhaseShares> phases = entry.measurePhases(problem);
    if (phases)
      result.phases = *phases;
    else
      result.error = llvm::toString(phases.takeError());
  }
}

const Result *Contest::find(llvm::StringRef name) {
  llvm::ArrayRef<Result> all = getResults();
  for (auto [entry, result] : llvm::zip_equal(entries, all))
    if (entry.name == name && result.error.empty())
      return &result;
  return nullptr;
}

//===----------------------------------------------------------------------===//
// Entries
//===----------------------------------------------------------------------===//

static std::vector<Entry> getEntries(const Layer &layer) {
  std::vector<Entry> entries;
  auto addOne = [&](std::string name, WinoRequest request) {
    Entry entry;
    entry.name = std::move(name);
    entry.create = [request](const Problem &problem) {
      return createWino(problem, request);
    };
    if (request.threads == 1)
      entry.measurePhases = [request](const Problem &problem) {
        return measureWinoPhases(problem, request);
      };
    entries.push_back(std::move(entry));
  };
  auto addWino = [&](const std::string &name, WinoRequest request) {
    if (threads > 1)
      addOne(name + kOneThread.str(), request);
    request.threads = threads;
    addOne(name, request);
  };
  for (const std::string &algorithm : algorithms)
    addWino("wino:" + algorithm, {algorithm, ""});
  for (auto [index, plan] : llvm::enumerate(plans))
    addWino("wino:plan" + std::to_string(index), {"", plan});
  if (entries.empty())
    addWino("wino", {});
  if (noPeers)
    return entries;

  auto addOneDNN = [&](llvm::StringRef name, OneDNNAlgorithm algorithm) {
    if (hasOneDNN(layer, algorithm))
      entries.push_back({name.str(),
                         [algorithm](const Problem &problem) {
                           return createOneDNN(problem, algorithm, threads);
                         },
                         {}});
  };
  addOneDNN(kBaseline, OneDNNAlgorithm::Direct);
  addOneDNN("onednn-winograd", OneDNNAlgorithm::Winograd);
  if (hasXNNPACK(layer))
    entries.push_back(
        {"xnnpack",
         [](const Problem &problem) { return createXNNPACK(problem, threads); },
         {}});
  return entries;
}

static llvm::Expected<std::vector<Contest>> getContests() {
  std::vector<Contest> contests;
  auto add = [&](const Layer &layer) {
    contests.emplace_back(layer, getEntries(layer));
  };
  for (const std::string &text : layerTexts) {
    llvm::Expected<Layer> layer = parseLayer(text);
    if (!layer)
      return layer.takeError();
    add(*layer);
  }
  for (const std::string &file : layerFiles) {
    auto layers = readLayers(file);
    if (!layers)
      return layers.takeError();
    for (const Layer &layer : *layers)
      add(layer);
  }
  if (contests.empty())
    return llvm::createStringError("expected --layers=FILE or --layer");
  return contests;
}

//===----------------------------------------------------------------------===//
// Reports
//===----------------------------------------------------------------------===//

/// Reports one entry's times as iterations of a benchmark.
static void report(benchmark::State &state, Contest &contest, size_t index) {
  const Result &result = contest.getResults()[index];
  if (!result.error.empty())
    return state.SkipWithError(result.error.c_str());
  size_t round = 0;
  for (auto _ : state)
    state.SetIterationTime(result.times[round++]);

  double median = getQuantile(result.times, 0.5);
  constexpr double kMilli = 1e3, kGiga = 1e-9;
  state.counters["median_ms"] = median * kMilli;
  state.counters["p10_ms"] = getQuantile(result.times, 0.1) * kMilli;
  state.counters["p90_ms"] = getQuantile(result.times, 0.9) * kMilli;
  state.counters["GFLOP/s"] = contest.getLayer().flops() / median * kGiga;
  if (const Result *base = contest.find(kBaseline))
    state.counters["vs_direct"] = getMedianSpeedup(base->times, result.times);
  std::string name = contest.getEntries()[index].name;
  if (const Result *base = contest.find(name + kOneThread.str()))
    state.counters["vs_one_thread"] =
        getMedianSpeedup(base->times, result.times);
  for (auto [counter, share] : llvm::zip_equal(kPhaseCounters, result.phases))
    if (share > 0)
      state.counters[counter.str()] = share * median * kMilli;
  state.counters["max_error"] = result.maxError;
  state.counters["weight_bytes"] = double(result.weightBytes);
  state.counters["scratch_bytes"] = double(result.scratchBytes);
  state.SetLabel(result.label);
}

static void registerBenchmarks(std::vector<Contest> &contests) {
  for (Contest &contest : contests)
    for (size_t index = 0; index < contest.getEntries().size(); ++index) {
      std::string name =
          contest.getLayer().str() + "/" + contest.getEntries()[index].name;
      benchmark::RegisterBenchmark(name.c_str(),
                                   [&contest, index](benchmark::State &state) {
                                     report(state, contest, index);
                                   })
          ->Iterations(rounds)
          ->UseManualTime()
          ->Unit(benchmark::kMillisecond);
    }
}

/// Prints the errors of all entries; returns whether all are small.
static bool checkAll(std::vector<Contest> &contests) {
  bool isCorrect = true;
  for (Contest &contest : contests)
    for (auto [entry, result] :
         llvm::zip_equal(contest.getEntries(), contest.getResults())) {
      llvm::outs() << contest.getLayer().str() << "/" << entry.name << ": ";
      if (result.error.empty())
        llvm::outs() << "error " << llvm::format("%.1e", result.maxError)
                     << ", " << result.label << "\n";
      else
        llvm::outs() << "FAILED: " << result.error << "\n";
      isCorrect &= result.error.empty();
    }
  return isCorrect;
}

int main(int argc, char **argv) {
  // Google Benchmark removes its own options.
  benchmark::Initialize(&argc, argv);
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(
      argc, argv,
      "Times convolution layers on this machine, Wino beside other libraries.\n"
      "Options --benchmark_* are Google Benchmark's.\n");
  if (rounds < 1 || threads < 1) {
    llvm::WithColor::error() << "expected at least one round and thread\n";
    return EXIT_FAILURE;
  }
  llvm::Expected<std::vector<Contest>> contests = getContests();
  if (!contests) {
    llvm::WithColor::error() << llvm::toString(contests.takeError()) << "\n";
    return EXIT_FAILURE;
  }
  if (checkOnly)
    return checkAll(*contests) ? EXIT_SUCCESS : EXIT_FAILURE;
  registerBenchmarks(*contests);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return EXIT_SUCCESS;
}
