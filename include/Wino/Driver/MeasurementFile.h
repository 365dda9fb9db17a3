//===- MeasurementFile.h - Times measured elsewhere -------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Lists of plans to measure on a device, and what was measured there or by the
// harness of benchmark/aarch64. docs/Tuning.md states the form of the files.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_DRIVER_MEASUREMENTFILE_H
#define WINO_DRIVER_MEASUREMENTFILE_H

#include "Wino/Cost/TuningDatabase.h"
#include "Wino/Target/CPU.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/raw_ostream.h"

namespace wino {

/// What a file has.
struct Measurements {
  std::vector<TuningEntry> entries;
  /// Rows of what was not measured, or is not Wino's.
  size_t numSkipped = 0;
};

/// Reads `path`: CSV if its name ends in `.csv`, else one JSON object a line.
/// CPUs are those that Wino knows, this host, and `userCPUs`. All that is wrong
/// is in the error, a line each, which begins with `path:line: `: text that is
/// no row, fields that are missing or no numbers, other versions of Wino,
/// unknown CPUs, cycles of CPUs without a frequency, keys and plans that are
/// none, two times for one plan.
llvm::Expected<Measurements> readMeasurements(llvm::StringRef path,
                                              llvm::ArrayRef<CPUInfo> userCPUs,
                                              mlir::MLIRContext &context);

/// A plan to measure.
struct PlanToMeasure {
  /// Its layer, by name and key.
  std::string name, layer;
  std::string plan;
  double predictedCycles = 0;
};

/// Writes CSV that `readMeasurements` reads once the column `ns` is filled in.
void writePlansToMeasure(llvm::raw_ostream &os, const CPUInfo &cpu,
                         int64_t threads, llvm::ArrayRef<PlanToMeasure> plans);

} // namespace wino

#endif // WINO_DRIVER_MEASUREMENTFILE_H
