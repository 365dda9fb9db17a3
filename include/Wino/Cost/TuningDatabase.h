//===- TuningDatabase.h - Measured costs of plans ---------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What plans were measured to take, by CPU and layer. docs/Tuning.md states the
// form of the files.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_COST_TUNINGDATABASE_H
#define WINO_COST_TUNINGDATABASE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace wino {

/// A measurement.
struct TuningEntry {
  /// The CPU, as `getTuningName` of it; the layer, as its key; the plan, as an
  /// attribute in text.
  std::string cpu, layer, plan;
  /// Time of a run.
  double nanoseconds = 0;
};

/// Measurements, of which no two are of the same plan on the same layer and
/// CPU.
class TuningDatabase {
public:
  /// Measurements with code of another version of Wino are stale.
  explicit TuningDatabase(std::string version) : version(std::move(version)) {}

  /// Adds what a file holds. What is there already stays where the file has
  /// something else, so the file that counts most is to be loaded first. Errors
  /// begin with the file's name: it cannot be read, is no database, is of
  /// another version, or has two times for one plan.
  llvm::Error load(llvm::StringRef path);
  /// Loads files in this order.
  llvm::Error loadAll(llvm::ArrayRef<std::string> paths);
  /// Adds a measurement, in place of one of the same plan.
  void set(const TuningEntry &entry);
  /// Writes all to a file, as a whole or not at all: whenever this is
  /// interrupted, the file is the old or the new one.
  llvm::Error save(llvm::StringRef path) const;

  /// Plans with times in nanoseconds, in the order of their texts.
  using Times = std::map<std::string, double>;
  /// What was measured for a layer on a CPU.
  const Times &getTimes(llvm::StringRef cpu, llvm::StringRef layer) const;
  /// What was measured for a plan of a layer.
  std::optional<double> getTime(llvm::StringRef cpu, llvm::StringRef layer,
                                llvm::StringRef plan) const;
  size_t size() const;

private:
  std::string version;
  std::map<std::pair<std::string, std::string>, Times> times;
};

} // namespace wino

#endif // WINO_COST_TUNINGDATABASE_H
