//===- Report.h - What a compilation decided --------------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_DRIVER_REPORT_H
#define WINO_DRIVER_REPORT_H

#include "Wino/Driver/CInterface.h"
#include "Wino/Target/CPU.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/Support/JSON.h"

namespace wino {

/// The contents of a report.
struct Report {
  const ModelInterface *interface = nullptr;
  const CPUInfo *cpu = nullptr;
  /// As the user gave them; empty or 0 if not.
  std::string algorithm, planFile;
  bool isSearched = false;
  /// Budgets, 0 and negative if there is none.
  double maxError = 0;
  int64_t maxMemory = -1;
  unsigned threads = 0;
  /// The records of the passes, one per convolution (kLayersAttrName); may be
  /// null.
  mlir::ArrayAttr layers;
  /// Sizes in bytes.
  uint64_t weightBytes = 0;
  uint64_t packedBytes = 0;
  uint64_t scratchLowerBound = 0;
  uint64_t objectBytes = 0;
  /// Seconds per phase of the compilation.
  llvm::ArrayRef<std::pair<std::string, double>> phases;
};

/// Returns the report as JSON, as docs/CInterface.md describes it.
llvm::json::Object buildReport(const Report &report);
/// Returns the text of a report.
std::string formatReport(llvm::json::Object report);

} // namespace wino

#endif // WINO_DRIVER_REPORT_H
