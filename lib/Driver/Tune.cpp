//===- Tune.cpp - Measure plans of a model --------------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Driver/Tune.h"
#include "TuneKernel.h"
#include "Wino/Driver/Model.h"
#include "Wino/Pipelines/Pipelines.h"
#include "Wino/Transforms/LayerKey.h"
#include "Wino/Transforms/PlanSamples.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include <map>

using namespace mlir;
using namespace wino;

namespace {
/// A convolution, of which the model may have several.
struct Layer {
  ConvProblem problem;
  std::string name, key;
  /// The fastest by prediction first.
  SmallVector<PlanSample> samples;
  /// The time that is the shortest so far, and its plan.
  double bestNanoseconds = std::numeric_limits<double>::infinity();
  PlanAttr best = {};
};

/// A model with the plans to measure.
class Tuner {
public:
  Tuner(const TuneOptions &options, Progress &progress)
      : options(options), progress(progress) {}

  llvm::Error load();
  ArrayRef<Layer> getLayers() const { return layers; }
  const CPUInfo &getCPU() const { return cpu; }
  llvm::Expected<TuneSummary> measure(const MeasureOptions &measure);

private:
  llvm::Error normalize();
  llvm::Error parseRequests();
  llvm::Error addLayers();
  void addLayer(const ConvProblem &problem, StringRef name);
  void warn(const Twine &text);
  /// A plan to measure, by layer and number.
  struct Task {
    unsigned layer, sample;
  };
  std::vector<Task> listTasks() const;
  llvm::Error loadDatabases(const MeasureOptions &measure);
  void show(const Task &task, double seconds);
  std::string getBest(const Layer &layer) const;

  const TuneOptions &options;
  Progress &progress;
  llvm::SourceMgr sources;
  std::unique_ptr<MLIRContext> context;
  std::unique_ptr<SourceMgrDiagnosticHandler> diagnostics;
  CPUInfo cpu;
  std::optional<Model> model;
  SmallVector<AlgorithmRequest> requests;
  /// Bytes of the filters of all convolutions.
  double filterBytes = 0;
  std::vector<Layer> layers;
  /// What is written, and what else is known.
  TuningDatabase database{WINO_VERSION}, known{WINO_VERSION};
};
} // namespace

static std::string printPlan(PlanAttr plan) {
  std::string text;
  llvm::raw_string_ostream(text) << plan;
  return text;
}

/// The algorithm and transform of a plan, for people.
static std::string getLabel(PlanAttr plan) {
  std::string label = getAlgorithm(plan).getName().str();
  if (TransformAttr transform = plan.getTransform())
    label += " " + transform.getName();
  return label;
}

void Tuner::warn(const Twine &text) {
  progress.clearLine();
  llvm::errs() << "wino-tune: warning: " << text << "\n";
}

//===----------------------------------------------------------------------===//
// Plans
//===----------------------------------------------------------------------===//

llvm::Error Tuner::load() {
  if (options.threads < 1)
    return llvm::createStringError("expected at least 1 thread, but got " +
                                   Twine(options.threads));
  if (options.schedules < 1)
    return llvm::createStringError("expected at least 1 schedule");
  llvm::Expected<CPUInfo> found = lookupCPU(options.cpu);
  if (!found)
    return found.takeError();
  cpu = std::move(*found);
  DialectRegistry registry;
  registerDriverDialects(registry);
  context = std::make_unique<MLIRContext>(registry);
  context->loadDialect<WinoDialect>();
  context->printOpOnDiagnostic(false);
  diagnostics =
      std::make_unique<SourceMgrDiagnosticHandler>(sources, context.get());
  progress.begin("import");
  FailureOr<Model> loaded =
      loadModel(options.modelFile, options.dims, *context, sources);
  if (failed(loaded))
    return llvm::createStringError("cannot load '" + options.modelFile + "'");
  model = std::move(*loaded);
  if (llvm::Error error = normalize())
    return error;
  if (llvm::Error error = parseRequests())
    return error;
  progress.begin("plan");
  llvm::Error error = addLayers();
  progress.finish();
  return error;
}

/// Brings the convolutions into the form in which wino-compile plans them.
llvm::Error Tuner::normalize() {
  PassManager passes(context.get());
  passes.addPass(createInlinerPass());
  passes.addPass(createSymbolDCEPass());
  WinoToLLVMOptions pipelineOptions;
  pipelineOptions.cpu = options.cpu;
  buildWinoNormalizePipeline(passes, pipelineOptions);
  if (failed(passes.run(*model->module)))
    return llvm::createStringError("cannot lower '" + options.modelFile + "'");
  return llvm::Error::success();
}

llvm::Error Tuner::parseRequests() {
  for (StringRef text : options.algorithms) {
    llvm::Expected<AlgorithmRequest> request =
        parseAlgorithmRequest(text, context.get());
    if (!request)
      return request.takeError();
    requests.push_back(std::move(*request));
  }
  return llvm::Error::success();
}

llvm::Error Tuner::addLayers() {
  filterBytes = countFilterBytes(*model->module);
  llvm::StringSet<> missing;
  for (const std::string &name : options.layers)
    missing.insert(name);
  const bool takesAll = missing.empty();
  auto add = [&](linalg::LinalgOp, FailureOr<ConvProblem> problem,
                 StringRef reason, StringRef name) {
    if (!takesAll && !llvm::is_contained(options.layers, name))
      return;
    missing.erase(name);
    if (succeeded(problem))
      addLayer(*problem, name);
    else
      warn("'" + name + "' is left out: " + reason);
  };
  forEachConvolution(model->entry, add);
  for (const std::string &name : options.layers)
    if (missing.contains(name))
      return llvm::createStringError("no convolution is called '" + name + "'");
  if (layers.empty())
    return llvm::createStringError("there is no convolution to measure");
  return llvm::Error::success();
}

void Tuner::addLayer(const ConvProblem &problem, StringRef name) {
  std::string key = getLayerKey(problem);
  if (llvm::any_of(layers, [&](const Layer &each) { return each.key == key; }))
    return;
  if (!hasStaticShapes(problem))
    return warn("'" + name + "' is left out: it has dynamic sizes");
  ConvTask task{problem, cpu, filterBytes - getFilterBytes(problem)};
  task.allowsErrors =
      llvm::any_of(requests, [](const AlgorithmRequest &request) {
        return llvm::any_of(request.algorithms, [](const ConvAlgorithm *each) {
          return !each->isExact();
        });
      });
  SampleOptions sampleOptions;
  sampleOptions.minSchedules = options.schedules;
  sampleOptions.minPlans = options.plans;
  sampleOptions.algorithms = requests;
  Layer layer{problem, name.str(), std::move(key),
              samplePlans(task, sampleOptions)};
  if (layer.samples.empty())
    return warn("'" + name +
                "' is left out: no algorithm that was asked for "
                "computes it");
  // Of equal costs the one that was listed first.
  std::multimap<double, PlanSample> sorted;
  for (const PlanSample &sample : layer.samples)
    sorted.insert({sample.cost.cycles, sample});
  layer.samples.assign(llvm::make_second_range(sorted).begin(),
                       llvm::make_second_range(sorted).end());
  layers.push_back(std::move(layer));
}

//===----------------------------------------------------------------------===//
// Measurements
//===----------------------------------------------------------------------===//

/// The fastest plan of each layer by prediction, then the second of each.
std::vector<Tuner::Task> Tuner::listTasks() const {
  std::vector<Task> tasks;
  bool isMore = true;
  for (unsigned sample = 0; isMore; ++sample) {
    isMore = false;
    for (auto [index, layer] : llvm::enumerate(layers))
      if (sample < layer.samples.size()) {
        tasks.push_back({unsigned(index), sample});
        isMore = true;
      }
  }
  return tasks;
}

llvm::Error Tuner::loadDatabases(const MeasureOptions &measure) {
  if (llvm::sys::fs::exists(measure.databaseFile))
    if (llvm::Error error = database.load(measure.databaseFile))
      return error;
  if (llvm::Error error = known.loadAll(measure.knownFiles))
    return error;
  // What cannot be written is to be known before hours of work.
  return database.save(measure.databaseFile);
}

/// Prints seconds as people do.
static std::string formatTime(double seconds) {
  constexpr double kMinute = 60, kHour = 3600;
  if (seconds < kMinute)
    return llvm::formatv("{0:F0} s", seconds);
  if (seconds < kHour)
    return llvm::formatv("{0:F0} min", seconds / kMinute);
  return llvm::formatv("{0:F1} h", seconds / kHour);
}

std::string Tuner::getBest(const Layer &layer) const {
  constexpr double kNanosecondsPerMillisecond = 1e6;
  if (!layer.best)
    return "none yet";
  std::string text;
  llvm::raw_string_ostream(text)
      << llvm::format("%.3g ms by ",
                      layer.bestNanoseconds / kNanosecondsPerMillisecond)
      << getLabel(layer.best);
  return text;
}

/// Shows what is measured next; `seconds` are left, negative if nobody knows.
void Tuner::show(const Task &task, double seconds) {
  const Layer &layer = layers[task.layer];
  std::string text = llvm::formatv(
      "layer {0} of {1} '{2}', plan {3} of {4}: {5}; best {6}", task.layer + 1,
      layers.size(), layer.name, task.sample + 1, layer.samples.size(),
      getLabel(layer.samples[task.sample].plan), getBest(layer));
  if (seconds >= 0)
    text += "; " + formatTime(seconds) + " left";
  progress.update(text);
}

llvm::Expected<TuneSummary> Tuner::measure(const MeasureOptions &measure) {
  if (llvm::Error error = loadDatabases(measure))
    return std::move(error);
  const std::string cpuName = getTuningName(cpu, options.threads);
  TuneSummary summary;
  auto note = [&](Layer &layer, PlanAttr plan, double nanoseconds) {
    if (nanoseconds >= layer.bestNanoseconds)
      return;
    layer.bestNanoseconds = nanoseconds;
    layer.best = plan;
  };
  std::vector<Task> tasks;
  for (const Task &task : listTasks()) {
    Layer &layer = layers[task.layer];
    PlanAttr plan = layer.samples[task.sample].plan;
    std::optional<double> time =
        database.getTime(cpuName, layer.key, printPlan(plan));
    if (!time)
      time = known.getTime(cpuName, layer.key, printPlan(plan));
    if (time) {
      ++summary.numKnown;
      note(layer, plan, *time);
    } else {
      tasks.push_back(task);
    }
  }

  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  for (auto [index, task] : llvm::enumerate(tasks)) {
    const double elapsed =
        std::chrono::duration<double>(Clock::now() - start).count();
    if (measure.isInterrupted() ||
        (measure.maxSeconds > 0 && elapsed >= measure.maxSeconds)) {
      summary.numLeft = tasks.size() - index;
      break;
    }
    double left = index == 0 ? -1
                             : elapsed / static_cast<double>(index) *
                                   static_cast<double>(tasks.size() - index);
    if (measure.maxSeconds > 0)
      left = left < 0 ? measure.maxSeconds
                      : std::min(left, measure.maxSeconds - elapsed);
    show(task, left);
    Layer &layer = layers[task.layer];
    PlanAttr plan = layer.samples[task.sample].plan;
    llvm::Expected<std::optional<double>> time = measurePlan(
        layer.problem, plan, options.threads, measure.isInterrupted);
    if (!time) {
      ++summary.numFailed;
      warn("'" + layer.name + "' cannot be compiled by " + printPlan(plan) +
           ": " + llvm::toString(time.takeError()));
      continue;
    }
    if (!*time) {
      summary.numLeft = tasks.size() - index;
      break;
    }
    ++summary.numMeasured;
    note(layer, plan, **time);
    database.set({cpuName, layer.key, printPlan(plan), **time});
    if (llvm::Error error = database.save(measure.databaseFile))
      return std::move(error);
  }
  progress.finish();
  for (const Layer &layer : layers)
    llvm::outs() << layer.name << ": " << getBest(layer) << "\n";
  return summary;
}

llvm::Expected<TuneSummary> wino::tuneModel(const TuneOptions &options,
                                            const MeasureOptions &measure,
                                            Progress &progress) {
  if (options.cpu != "host")
    return llvm::createStringError("this machine can measure the CPU 'host' "
                                   "only, but not '" +
                                   options.cpu + "'");
  Tuner tuner(options, progress);
  if (llvm::Error error = tuner.load())
    return std::move(error);
  return tuner.measure(measure);
}

llvm::Error wino::listPlansToMeasure(const TuneOptions &options,
                                     Progress &progress,
                                     llvm::raw_ostream &os) {
  Tuner tuner(options, progress);
  if (llvm::Error error = tuner.load())
    return error;
  std::vector<PlanToMeasure> plans;
  for (const Layer &layer : tuner.getLayers())
    for (const PlanSample &sample : layer.samples)
      plans.push_back(
          {layer.name, layer.key, printPlan(sample.plan), sample.cost.cycles});
  writePlansToMeasure(os, tuner.getCPU(), options.threads, plans);
  return llvm::Error::success();
}
