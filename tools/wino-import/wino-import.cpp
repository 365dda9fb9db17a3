//===- wino-import.cpp - Prints the import of an ONNX model ---------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Import/ONNX.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Support/FileUtilities.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/ToolOutputFile.h"

using namespace mlir;

static llvm::cl::opt<std::string> inputFile(llvm::cl::Positional,
                                            llvm::cl::desc("<model.onnx>"),
                                            llvm::cl::Required);
static llvm::cl::opt<std::string> outputFile("o", llvm::cl::desc("Output file"),
                                             llvm::cl::value_desc("file"),
                                             llvm::cl::init("-"));
static llvm::cl::list<std::string>
    dims("dim", llvm::cl::desc("Size of a symbolic dimension"),
         llvm::cl::value_desc("name=size"));
static llvm::cl::opt<std::string>
    functionName("function", llvm::cl::desc("Name of the function"),
                 llvm::cl::value_desc("name"));
static llvm::cl::opt<bool> printWeights(
    "weights", llvm::cl::desc("Print the weights' data, as hexadecimal text"));
static llvm::cl::opt<bool>
    printLocations("locations", llvm::cl::desc("Print the locations"));

/// Reads the values of symbolic dimensions from the command line.
static LogicalResult parseDims(llvm::StringMap<int64_t> &result) {
  for (StringRef dim : dims) {
    auto [name, text] = dim.rsplit('=');
    int64_t size;
    if (name.empty() || text.getAsInteger(10, size) || size <= 0) {
      llvm::errs() << "error: expected --dim=name=size, but got '" << dim
                   << "'\n";
      return failure();
    }
    result[name] = size;
  }
  return success();
}

int main(int argc, char **argv) {
  llvm::InitLLVM initLLVM(argc, argv);
  llvm::cl::ParseCommandLineOptions(
      argc, argv, "Prints the MLIR that an ONNX model is imported as\n");
  wino::ONNXImportOptions options;
  options.functionName = functionName;
  if (failed(parseDims(options.dims)))
    return 1;

  MLIRContext context;
  llvm::SourceMgr sourceMgr;
  SourceMgrDiagnosticHandler diagnosticHandler(sourceMgr, &context);
  OwningOpRef<ModuleOp> module = wino::importONNX(inputFile, context, options);
  if (!module)
    return 1;

  std::string message;
  auto output = openOutputFile(outputFile, &message);
  if (!output) {
    llvm::errs() << "error: " << message << "\n";
    return 1;
  }
  OpPrintingFlags flags;
  flags.enableDebugInfo(printLocations, /*prettyForm=*/false);
  if (!printWeights)
    flags.elideLargeResourceString(/*largeResourceLimit=*/0);
  module->print(output->os(), flags);
  output->keep();
  return 0;
}
