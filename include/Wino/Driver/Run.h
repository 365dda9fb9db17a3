//===- Run.h - Compile a model and execute it -------------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What wino-run does: compile, link with a small C program that uses the
// generated C interface as any user's program would, and execute that.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_DRIVER_RUN_H
#define WINO_DRIVER_RUN_H

#include "Wino/Driver/Compile.h"

namespace wino {

struct RunOptions {
  /// The model and how to compile it. Its output files are not used, except
  /// for the report.
  CompileOptions compile;
  /// The .npy files of the inputs, one each, and of the first outputs.
  std::vector<std::string> inputFiles, outputFiles;
  /// The C compiler that compiles the caller and links. Empty: `cc` for the
  /// architecture of this machine, else ARCH-linux-gnu-gcc.
  std::string cc;
  /// The program that executes code of another architecture. Empty: qemu-ARCH.
  std::string emulator;
  /// LLVM's OpenMP runtime for the CPU, a shared library that code for several
  /// threads is linked to. Empty: what the C compiler finds as `omp`.
  std::string openMP;
};

/// Runs a model. Every tensor lies between guard pages, its end right at one;
/// inputs and weights are read-only, outputs and scratch memory start as NaN.
/// Fails if files and signature do not fit, or if a step fails; then no output
/// file is written.
llvm::Error runModel(const RunOptions &options, Progress &progress);

} // namespace wino

#endif // WINO_DRIVER_RUN_H
