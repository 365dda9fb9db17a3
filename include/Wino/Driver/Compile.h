//===- Compile.h - From a model to object code ------------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What wino-compile does: import, lowering, packing of the weights, code
// generation, and the files that come of it.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_DRIVER_COMPILE_H
#define WINO_DRIVER_COMPILE_H

#include "Wino/Driver/CInterface.h"
#include "Wino/Driver/Model.h"
#include "Wino/Driver/Progress.h"
#include "Wino/Target/CPU.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Target/TargetMachine.h"
#include <memory>
#include <optional>

namespace wino {

class OutputFiles;

/// What the main output file holds.
enum class EmitKind {
  /// The LLVM dialect, with large constants elided.
  MLIR,
  /// LLVM IR, not yet optimized.
  LLVM,
  Assembly,
  Object
};

struct CompileOptions {
  std::string modelFile;
  /// Sizes of symbolic dimensions by name, of an ONNX model only.
  llvm::StringMap<int64_t> dims;
  std::string cpu = "host";
  EmitKind emit = EmitKind::Object;
  /// The output files; empty means that a file is not wanted, `-` is standard
  /// output.
  std::string outputFile, headerFile, weightsFile;
  /// The report, as JSON and as a page.
  std::string reportFile, reportPageFile;
  /// Start of all C names. Empty: made from the model's file name.
  std::string prefix;
  /// See WinoToLLVMOptions.
  std::string planFile, algorithm;
  /// The largest error of a convolution by its largest result that may be
  /// predicted (0: any of rounding), and a calibration file, as in
  /// wino-apply-plan.
  double maxError = 0;
  std::string calibrationFile;
  /// Whether to search the plans, within so many bytes of packed weights and
  /// scratch (negative: any), from a file of candidates, with quantized numbers
  /// of so many bits, and databases of measured times; see wino-search.
  bool search = false;
  int64_t maxMemory = -1;
  std::string candidatesFile;
  std::vector<int64_t> bits;
  std::vector<std::string> tuningFiles;
  unsigned threads = 1;
};

/// One compilation. MLIR's diagnostics go to standard error.
class Compiler {
public:
  Compiler(CompileOptions options, Progress &progress);
  ~Compiler();

  /// Checks the options and reads the model, so that its interface is known.
  llvm::Error load();
  const Model &getModel() const { return *model; }
  const ModelInterface &getInterface() const { return interface; }

  /// Compiles the loaded model and writes the output files: all, or none on
  /// failure.
  llvm::Error compile();

private:
  llvm::Error lower();
  llvm::Error collectResults();
  llvm::Error splitPrepare();
  llvm::Error defineInterface();
  llvm::Error packWeights(OutputFiles &files);
  llvm::Expected<std::string> emit();
  llvm::Error writeReport(OutputFiles &files, uint64_t objectBytes);

  CompileOptions options;
  Progress &progress;
  llvm::SourceMgr sources;
  std::unique_ptr<mlir::MLIRContext> context;
  std::unique_ptr<mlir::SourceMgrDiagnosticHandler> diagnostics;
  std::optional<CPUInfo> cpu;
  std::unique_ptr<llvm::TargetMachine> machine;
  std::optional<Model> model;
  ModelInterface interface;

  std::string entryName;
  /// The function that packs the weights, in a module of its own; may be null.
  mlir::OwningOpRef<mlir::ModuleOp> prepareModule;
  std::string prepareName;
  /// The parameters of that function before the packed weights.
  std::vector<WeightData> weights;
  uint64_t prepareScratchBytes = 0;
  /// What the passes reported of the entry function.
  mlir::ArrayAttr layers;
  uint64_t weightBytes = 0;
  uint64_t packedBytes = 0;
  uint64_t scratchLowerBound = 0;
};

} // namespace wino

#endif // WINO_DRIVER_COMPILE_H
