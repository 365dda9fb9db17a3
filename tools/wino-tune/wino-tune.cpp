//===- wino-tune.cpp - Measure plans of convolutions ----------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Measures plans of the convolutions of a network on this machine, or takes in
// what was measured elsewhere, for the search of plans.
//
//===----------------------------------------------------------------------===//

#include "../ModelOptions.h"
#include "Wino/Driver/Tune.h"
#include "Wino/IR/WinoDialect.h"

#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/WithColor.h"
#include <csignal>

using namespace wino;
namespace cl = llvm::cl;

static volatile std::sig_atomic_t isInterrupted = 0;

/// Lets the first Ctrl-C end the work in order, and the second at once.
static void handleInterrupts() {
  struct sigaction action = {};
  action.sa_handler = [](int) { isInterrupted = 1; };
  action.sa_flags = SA_RESETHAND | SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

/// Takes the measurements of files into a database.
static llvm::Error importFiles(llvm::ArrayRef<std::string> paths,
                               llvm::ArrayRef<CPUInfo> cpus,
                               const std::string &databaseFile) {
  mlir::MLIRContext context;
  context.loadDialect<WinoDialect>();
  TuningDatabase database(WINO_VERSION);
  if (llvm::sys::fs::exists(databaseFile))
    if (llvm::Error error = database.load(databaseFile))
      return error;
  size_t numEntries = 0, numSkipped = 0;
  for (const std::string &path : paths) {
    llvm::Expected<Measurements> measurements =
        readMeasurements(path, cpus, context);
    if (!measurements)
      return measurements.takeError();
    for (const TuningEntry &entry : measurements->entries)
      database.set(entry);
    numEntries += measurements->entries.size();
    numSkipped += measurements->numSkipped;
  }
  if (llvm::Error error = database.save(databaseFile))
    return error;
  llvm::outs() << "imported " << numEntries << " times, skipped " << numSkipped
               << " rows\n";
  return llvm::Error::success();
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::OptionCategory category("wino-tune options");
  cl::opt<std::string> modelFile(
      cl::Positional, cl::desc("MODEL.onnx|MODEL.mlir"), cl::cat(category));
  DimOption dims(category);
  cl::opt<std::string> databaseFile(
      optionName("database"), cl::desc("The database to extend, or to make"),
      cl::value_desc("file.json"), cl::cat(category));
  cl::list<std::string> systemFiles(
      optionName("system"),
      cl::desc("A database whose plans need not be measured again"),
      cl::value_desc("file.json"), cl::cat(category));
  cl::list<std::string> importedFiles(
      optionName("import"),
      cl::desc("Measure nothing, but take in what was measured elsewhere"),
      cl::value_desc("file.csv|file.jsonl"), cl::cat(category));
  cl::opt<std::string> listFile(
      optionName("list"),
      cl::desc("Measure nothing, but write the plans to measure"),
      cl::value_desc("file.csv"), cl::cat(category));
  cl::list<std::string> cpuNames(
      optionName("cpu"),
      cl::desc("With --list, the CPU to plan for (default: host); with "
               "--import, the file of a CPU that measurements name"),
      cl::value_desc("name|file.json"), cl::cat(category));
  cl::list<std::string> layers(optionName("layers"), cl::CommaSeparated,
                               cl::desc("Names of convolutions (default: all)"),
                               cl::value_desc("names"), cl::cat(category));
  cl::list<std::string> algorithms(
      optionName("algorithm"),
      cl::desc("Measure plans of this algorithm; may be repeated (default: all "
               "that are exact, but loops)"),
      cl::value_desc("name[:F(m,r)]"), cl::cat(category));
  cl::opt<unsigned> schedules(optionName("schedules"),
                              cl::desc("Schedules of each algorithm, one of "
                                       "each variant in any case (default: 3)"),
                              cl::value_desc("count"), cl::init(3),
                              cl::cat(category));
  cl::opt<unsigned> plans(
      optionName("plans"),
      cl::desc("Plans of a layer, by more schedules of the variants that are "
               "not much slower than the best (default: 20)"),
      cl::value_desc("count"), cl::init(20), cl::cat(category));
  cl::opt<double> budget(
      optionName("budget"),
      cl::desc("Begin no measurement after this time (default: measure all)"),
      cl::value_desc("seconds"), cl::init(0), cl::cat(category));
  cl::opt<unsigned> threads(
      optionName("threads"), cl::desc("Threads of a run (default: 1)"),
      cl::value_desc("count"), cl::init(1), cl::cat(category));
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(argc, argv, "Wino tuner of networks\n");

  Progress progress("wino-tune");
  auto fail = [&](const llvm::Twine &message) {
    progress.finish();
    llvm::WithColor::error(llvm::errs(), "wino-tune") << message << "\n";
    return 1;
  };
  if (modelFile.empty() == importedFiles.empty())
    return fail("expected a model to tune, or --import");
  if (databaseFile.empty() && listFile.empty())
    return fail("expected --database=FILE");
  if (!importedFiles.empty()) {
    std::vector<CPUInfo> cpus;
    for (const std::string &name : cpuNames) {
      llvm::Expected<CPUInfo> cpu = lookupCPU(name);
      if (!cpu)
        return fail(llvm::toString(cpu.takeError()));
      cpus.push_back(std::move(*cpu));
    }
    if (llvm::Error error = importFiles(importedFiles, cpus, databaseFile))
      return fail(llvm::toString(std::move(error)));
    return 0;
  }
  if (cpuNames.size() > 1)
    return fail("expected one --cpu");
  if (!(budget >= 0))
    return fail("expected --budget to be a number that is not negative");

  TuneOptions options;
  options.modelFile = modelFile;
  options.dims = dims.get();
  if (!cpuNames.empty())
    options.cpu = cpuNames.front();
  options.threads = threads;
  options.layers = layers;
  options.algorithms = algorithms;
  options.schedules = schedules;
  options.plans = plans;
  if (!listFile.empty()) {
    llvm::Error error =
        llvm::writeToOutput(listFile, [&](llvm::raw_ostream &os) {
          return listPlansToMeasure(options, progress, os);
        });
    return error ? fail(llvm::toString(std::move(error))) : 0;
  }
  MeasureOptions measure;
  measure.databaseFile = databaseFile;
  measure.knownFiles = systemFiles;
  measure.maxSeconds = budget;
  measure.isInterrupted = [] { return isInterrupted != 0; };
  handleInterrupts();
  llvm::Expected<TuneSummary> summary = tuneModel(options, measure, progress);
  if (!summary)
    return fail(llvm::toString(summary.takeError()));
  llvm::outs() << "measured " << summary->numMeasured << " plans, "
               << summary->numKnown << " were known, " << summary->numFailed
               << " failed, " << summary->numLeft << " are left\n";
  if (isInterrupted) {
    llvm::outs() << "interrupted; the same command goes on from here\n";
    // As shells do for a program that SIGINT ends.
    constexpr int kInterrupted = 128 + SIGINT;
    return kInterrupted;
  }
  return 0;
}
