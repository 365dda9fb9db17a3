//===- ModelOptions.h - Options that compile a model ------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The command line options that wino-compile and wino-run share.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_TOOLS_MODELOPTIONS_H
#define WINO_TOOLS_MODELOPTIONS_H

#include "DimOption.h"
#include "Wino/Driver/Compile.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Path.h"

namespace wino {

/// Returns `name`, for an option of that name. The LLVM library registers the
/// options of its own passes in every program; one that has this name goes.
inline llvm::StringRef optionName(llvm::StringRef name) {
  auto &registered = llvm::cl::getRegisteredOptions();
  if (auto it = registered.find(name); it != registered.end())
    it->second->removeArgument();
  return name;
}

/// Registers the shared options in `category`, of a tool's main().
struct ModelOptions {
  explicit ModelOptions(llvm::cl::OptionCategory &category)
      : modelFile(llvm::cl::Positional, llvm::cl::Required,
                  llvm::cl::desc("MODEL.onnx|MODEL.mlir"),
                  llvm::cl::cat(category)),
        dims(category), cpuHelp("CPU to compile for (default: host), one of " +
                                llvm::join(getCPUNames(), ", ")),
        cpu(optionName("cpu"), llvm::cl::desc(cpuHelp),
            llvm::cl::value_desc("name"), llvm::cl::init("host"),
            llvm::cl::cat(category)),
        planFile(optionName("plan"),
                 llvm::cl::desc("Take the plans from this file"),
                 llvm::cl::value_desc("file.json"), llvm::cl::cat(category)),
        algorithm(optionName("algorithm"),
                  llvm::cl::desc("Force an algorithm on every convolution it "
                                 "applies to"),
                  llvm::cl::value_desc("name[:F(m,r)]"),
                  llvm::cl::cat(category)),
        maxError(optionName("max-error"),
                 llvm::cl::desc("Allow each convolution this error by its "
                                "largest result, also by plans that are not "
                                "exact (default: 0, what rounding causes)"),
                 llvm::cl::value_desc("number"), llvm::cl::init(0),
                 llvm::cl::cat(category)),
        calibrationFile(optionName("calibration"),
                        llvm::cl::desc("Take samples and scales of quantized "
                                       "plans from this file"),
                        llvm::cl::value_desc("file.json"),
                        llvm::cl::cat(category)),
        search(
            optionName("search"),
            llvm::cl::desc("Search the plans of the network by the models of "
                           "the algorithms"),
            llvm::cl::cat(category)),
        maxMemory(
            optionName("max-memory"),
            llvm::cl::desc("Search plans whose packed weights and scratch "
                           "take no more than this"),
            llvm::cl::value_desc("bytes"), llvm::cl::init(-1),
            llvm::cl::cat(category)),
        candidatesFile(optionName("candidates"),
                       llvm::cl::desc("Search among the algorithms that this "
                                      "file has for convolutions"),
                       llvm::cl::value_desc("file.json"),
                       llvm::cl::cat(category)),
        bits(optionName("bits"), llvm::cl::CommaSeparated,
             llvm::cl::desc("With an error budget, search quantized numbers of "
                            "these bits (default: 8)"),
             llvm::cl::value_desc("numbers"), llvm::cl::cat(category)),
        tuningFiles(optionName("tuning"),
                    llvm::cl::desc("Search with the measured times of these "
                                   "databases, the first before the others"),
                    llvm::cl::value_desc("file.json"), llvm::cl::cat(category)),
        threads(optionName("threads"),
                llvm::cl::desc("Threads of a run (default: 1)"),
                llvm::cl::value_desc("count"), llvm::cl::init(1),
                llvm::cl::cat(category)),
        reportFile(optionName("report"),
                   llvm::cl::desc("Write a report as JSON, or as a page beside "
                                  "the JSON"),
                   llvm::cl::value_desc("file.json|file.html"),
                   llvm::cl::cat(category)) {}

  /// Returns the compile options that the given options mean.
  CompileOptions get() const {
    CompileOptions options;
    options.modelFile = modelFile;
    options.dims = dims.get();
    options.cpu = cpu;
    options.planFile = planFile;
    options.algorithm = algorithm;
    options.maxError = maxError;
    options.calibrationFile = calibrationFile;
    options.search = search;
    options.maxMemory = maxMemory;
    options.candidatesFile = candidatesFile;
    options.bits.assign(bits.begin(), bits.end());
    options.tuningFiles.assign(tuningFiles.begin(), tuningFiles.end());
    options.threads = threads;
    options.reportFile = reportFile;
    if (llvm::sys::path::extension(reportFile) == ".html") {
      llvm::SmallString<128> beside(reportFile);
      llvm::sys::path::replace_extension(beside, "json");
      options.reportFile = beside.str();
      options.reportPageFile = reportFile;
    }
    return options;
  }

  llvm::cl::opt<std::string> modelFile;
  DimOption dims;
  /// Options do not own their help texts.
  std::string cpuHelp;
  llvm::cl::opt<std::string> cpu, planFile, algorithm;
  llvm::cl::opt<double> maxError;
  llvm::cl::opt<std::string> calibrationFile;
  llvm::cl::opt<bool> search;
  llvm::cl::opt<int64_t> maxMemory;
  llvm::cl::opt<std::string> candidatesFile;
  llvm::cl::list<int64_t> bits;
  llvm::cl::list<std::string> tuningFiles;
  llvm::cl::opt<unsigned> threads;
  llvm::cl::opt<std::string> reportFile;
};

} // namespace wino

#endif // WINO_TOOLS_MODELOPTIONS_H
