//===- Tune.h - Measure plans of a model ------------------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What wino-tune does: measure plans of the convolutions of a model on this
// machine, and keep the times in a database for wino-search.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_DRIVER_TUNE_H
#define WINO_DRIVER_TUNE_H

#include "Wino/Driver/MeasurementFile.h"
#include "Wino/Driver/Progress.h"
#include "llvm/ADT/StringMap.h"
#include <functional>

namespace wino {

/// The plans to measure.
struct TuneOptions {
  std::string modelFile;
  /// Sizes of symbolic dimensions by name, of an ONNX model only.
  llvm::StringMap<int64_t> dims;
  /// The CPU that plans are made for, by name or as a file.
  std::string cpu = "host";
  int64_t threads = 1;
  /// The convolutions to measure, by name; empty: all.
  std::vector<std::string> layers;
  /// Requests as in wino-assign-plans; empty: all algorithms that are exact,
  /// but for loops. Plans that are not exact have to be asked for.
  std::vector<std::string> algorithms;
  /// Schedules of each variant of an algorithm, and plans of a layer, at least,
  /// as far as there are so many.
  unsigned schedules = 3, plans = 20;
};

/// How to measure.
struct MeasureOptions {
  /// The database that is extended, or made.
  std::string databaseFile;
  /// Databases whose plans need not be measured again.
  std::vector<std::string> knownFiles;
  /// Seconds after which no measurement begins; 0: no limit.
  double maxSeconds = 0;
  /// Asked often; once it is true, the current measurement is dropped and no
  /// other begins.
  std::function<bool()> isInterrupted = [] { return false; };
};

/// What became of the plans.
struct TuneSummary {
  size_t numMeasured = 0, numKnown = 0, numFailed = 0, numLeft = 0;
};

/// Measures plans on this machine: first the one of each layer that is
/// predicted to be the fastest, then the second of each, and so on. The
/// database is written after every measurement, so that nothing is lost when
/// this ends early, and what it has is not measured again. Plans that cannot be
/// compiled are told on standard error. Fails if the model or a database cannot
/// be read, or if an option does not fit.
llvm::Expected<TuneSummary> tuneModel(const TuneOptions &options,
                                      const MeasureOptions &measure,
                                      Progress &progress);

/// Writes the plans that would be measured to `os`, to measure them elsewhere.
llvm::Error listPlansToMeasure(const TuneOptions &options, Progress &progress,
                               llvm::raw_ostream &os);

} // namespace wino

#endif // WINO_DRIVER_TUNE_H
