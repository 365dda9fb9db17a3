//===- wino-run.cpp - Runner of networks ----------------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Compiles a network, links it with a small C program and executes that, on
// this machine or in an emulator.
//
//===----------------------------------------------------------------------===//

#include "../ModelOptions.h"
#include "Wino/Driver/Run.h"

#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/WithColor.h"

using namespace wino;
namespace cl = llvm::cl;

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::OptionCategory category("wino-run options");
  ModelOptions modelOptions(category);
  cl::list<std::string> inputFiles(
      optionName("input"),
      cl::desc("The next input, in the order of the arguments"),
      cl::value_desc("file.npy"), cl::cat(category));
  cl::list<std::string> outputFiles(
      optionName("output"), cl::desc("Where to write the next output"),
      cl::value_desc("file.npy"), cl::cat(category));
  cl::opt<std::string> cc(
      optionName("cc"),
      cl::desc("C compiler for the CPU (default: cc, or for another "
               "architecture ARCH-linux-gnu-gcc)"),
      cl::value_desc("program"), cl::cat(category));
  cl::opt<std::string> emulator(
      optionName("qemu"),
      cl::desc("Emulator of another architecture (default: qemu-ARCH)"),
      cl::value_desc("program"), cl::cat(category));
  cl::opt<std::string> openMP(
      optionName("openmp"),
      cl::desc("LLVM's OpenMP runtime for the CPU, for --threads (default: the "
               "library omp of the C compiler)"),
      cl::value_desc("libomp.so"), cl::cat(category));
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(argc, argv, "Wino runner of networks\n");

  RunOptions options;
  options.compile = modelOptions.get();
  options.inputFiles = inputFiles;
  options.outputFiles = outputFiles;
  options.cc = cc;
  options.emulator = emulator;
  options.openMP = openMP;

  Progress progress("wino-run");
  llvm::Error error = runModel(options, progress);
  if (!error)
    return 0;
  progress.finish();
  llvm::WithColor::error(llvm::errs(), "wino-run")
      << llvm::toString(std::move(error)) << "\n";
  return 1;
}
