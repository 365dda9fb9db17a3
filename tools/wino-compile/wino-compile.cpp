//===- wino-compile.cpp - Compiler of networks ----------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Compiles a network to an object file, a C header, a file of packed weights
// and a report.
//
//===----------------------------------------------------------------------===//

#include "../ModelOptions.h"
#include "Wino/Driver/Compile.h"

#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/WithColor.h"

using namespace wino;
namespace cl = llvm::cl;

/// Returns the extension of the main output.
static llvm::StringRef getExtension(EmitKind kind) {
  switch (kind) {
  case EmitKind::MLIR:
    return "mlir";
  case EmitKind::LLVM:
    return "ll";
  case EmitKind::Assembly:
    return "s";
  case EmitKind::Object:
    return "o";
  }
  llvm_unreachable("unknown kind of output");
}

static std::string replaceExtension(llvm::StringRef path,
                                    llvm::StringRef extension) {
  llvm::SmallString<128> result = path;
  llvm::sys::path::replace_extension(result, extension);
  return std::string(result);
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::OptionCategory category("wino-compile options");
  ModelOptions modelOptions(category);
  cl::opt<std::string> outputFile(
      optionName("o"), cl::desc("Output file (default: the model's name)"),
      cl::value_desc("file"), cl::cat(category));
  cl::opt<EmitKind> emit(
      optionName("emit"), cl::desc("What to write"), cl::init(EmitKind::Object),
      cl::values(clEnumValN(EmitKind::MLIR, "mlir", "the LLVM dialect"),
                 clEnumValN(EmitKind::LLVM, "llvm", "LLVM IR"),
                 clEnumValN(EmitKind::Assembly, "asm", "assembly"),
                 clEnumValN(EmitKind::Object, "obj", "an object file")),
      cl::cat(category));
  cl::opt<std::string> headerFile(
      optionName("header"), cl::ValueOptional,
      cl::desc("Write the C header (default: the output's name with .h)"),
      cl::value_desc("file"), cl::cat(category));
  cl::opt<std::string> weightsFile(
      optionName("weights"),
      cl::desc("File of the packed weights (default with --emit=obj and asm: "
               "the output's name with .weights)"),
      cl::value_desc("file"), cl::cat(category));
  cl::opt<std::string> prefix(
      optionName("prefix"),
      cl::desc("Start of all C names (default: the model's name)"),
      cl::value_desc("name"), cl::cat(category));
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(argc, argv, "Wino compiler of networks\n");

  CompileOptions options = modelOptions.get();
  options.emit = emit;
  options.prefix = prefix;
  options.outputFile = outputFile;
  if (outputFile.empty())
    options.outputFile = replaceExtension(
        llvm::sys::path::filename(options.modelFile), getExtension(emit));
  // Beside an output on standard output nothing can be named after it.
  bool hasName = options.outputFile != "-";
  bool isCode = emit == EmitKind::Object || emit == EmitKind::Assembly;
  options.headerFile = headerFile;
  options.weightsFile = weightsFile;
  if (headerFile.getNumOccurrences() && headerFile.empty() && hasName)
    options.headerFile = replaceExtension(options.outputFile, "h");
  if (weightsFile.empty() && hasName && isCode)
    options.weightsFile = replaceExtension(options.outputFile, "weights");

  Progress progress("wino-compile");
  Compiler compiler(options, progress);
  llvm::Error error = compiler.load();
  if (!error)
    error = compiler.compile();
  if (!error)
    return 0;
  progress.finish();
  llvm::WithColor::error(llvm::errs(), "wino-compile")
      << llvm::toString(std::move(error)) << "\n";
  return 1;
}
