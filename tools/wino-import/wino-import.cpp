//===- wino-import.cpp - Prints the import of an ONNX model ---------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../DimOption.h"
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
static wino::DimOption dims;
static llvm::cl::opt<std::string>
    functionName("function", llvm::cl::desc("Name of the function"),
                 llvm::cl::value_desc("name"));
static llvm::cl::opt<bool> printWeights(
    "weights", llvm::cl::desc("Print the weights' data, as hexadecimal text"));
static llvm::cl::opt<bool>
    printLocations("locations", llvm::cl::desc("Print the locations"));

int main(int argc, char **argv) {
  llvm::InitLLVM initLLVM(argc, argv);
  llvm::cl::ParseCommandLineOptions(
      argc, argv, "Prints the MLIR that an ONNX model is imported as\n");
  wino::ONNXImportOptions options;
  options.functionName = functionName;
  options.dims = dims.get();

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
