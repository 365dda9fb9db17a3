//===- SweepProgram.h - Compiles and runs cases -----------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_UNITTESTS_INTEGRATION_SWEEPPROGRAM_H
#define WINO_UNITTESTS_INTEGRATION_SWEEPPROGRAM_H

#include "SweepCase.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Target/TargetMachine.h"
#include <memory>

namespace wino::test {

/// What the runs of a case gave.
struct CaseResult {
  /// Why the case failed before its results could be compared, or empty.
  std::string error;
  /// The output for each set of data, in the layout of the case.
  std::vector<std::vector<double>> outputs;
};

/// Cases that become one program for a CPU.
class SweepProgram {
public:
  /// `folder` takes intermediate files. The code runs on `threads` threads; if
  /// there are several, `openMP` is the shared library that runs them.
  SweepProgram(const CPUInfo &cpu, int64_t threads, std::string openMP,
               std::string folder);
  ~SweepProgram();

  /// Compiles a case to an object file. Fails if the passes do, or if another
  /// algorithm than the case's was chosen.
  llvm::Error add(const SweepCase &c);

  /// Succeeds if the case is refused because the results may exceed the ring.
  llvm::Error refuse(const SweepCase &c);

  /// Links the cases that were added, executes them, natively or emulated, and
  /// returns two results of each, in order: of buffers that end at inaccessible
  /// pages, and of buffers that begin behind one.
  llvm::Expected<std::vector<std::array<CaseResult, 2>>> run();

private:
  struct Impl;
  std::unique_ptr<Impl> impl;
};

} // namespace wino::test

#endif // WINO_UNITTESTS_INTEGRATION_SWEEPPROGRAM_H
