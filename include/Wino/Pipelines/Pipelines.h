//===- Pipelines.h - From convolutions to the LLVM dialect ------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_PIPELINES_PIPELINES_H
#define WINO_PIPELINES_PIPELINES_H

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

namespace wino {

/// Options of `wino-to-llvm-pipeline`.
struct WinoToLLVMOptions : mlir::PassPipelineOptions<WinoToLLVMOptions> {
  Option<std::string> cpu{*this, "cpu",
                          llvm::cl::desc("CPU to generate code for, by name or "
                                         "as a file (default: the module's "
                                         "target, or else the host)")};
  Option<std::string> plan{
      *this, "plan",
      llvm::cl::desc("JSON file with plans by the names of convolutions")};
  Option<std::string> algorithm{
      *this, "algorithm",
      llvm::cl::desc("Algorithm to force on every convolution it applies to")};
  Option<bool> search{
      *this, "search",
      llvm::cl::desc("Search the plans of the network: see wino-search"),
      llvm::cl::init(false)};
  Option<int64_t> maxMemory{
      *this, "max-memory",
      llvm::cl::desc("Bytes of packed weights and scratch that a search may "
                     "take (negative: any)"),
      llvm::cl::init(-1)};
  ListOption<std::string> tuning{
      *this, "tuning",
      llvm::cl::desc("Databases of measured times for a search")};
  Option<double> maxError{
      *this, "max-error",
      llvm::cl::desc("The largest relative error of a result that plans may "
                     "have that are not exact; 0 allows none"),
      llvm::cl::init(0)};
  Option<std::string> calibration{
      *this, "calibration",
      llvm::cl::desc("JSON file with samples and scales by the names of "
                     "convolutions")};
  Option<int64_t> threads{*this, "threads",
                          llvm::cl::desc("Number of threads to distribute "
                                         "blocks of a convolution over"),
                          llvm::cl::init(1)};
  Option<bool> packWeights{
      *this, "pack-weights",
      llvm::cl::desc("Make all packed weights one argument"),
      llvm::cl::init(false)};
  Option<bool> requireBounded{
      *this, "require-bounded",
      llvm::cl::desc("Fail if a buffer cannot be placed in the scratch"),
      llvm::cl::init(false)};
  Option<bool> barePointers{
      *this, "bare-pointers",
      llvm::cl::desc("Pass buffers as pointers instead of as descriptors; all "
                     "shapes of arguments must be static"),
      llvm::cl::init(false)};
};

/// Adds the passes that bring convolutions into the form in which plans are
/// made for them. The first one writes the CPU into the module, or diagnoses
/// that it is unknown.
void buildWinoNormalizePipeline(mlir::OpPassManager &passes,
                                const WinoToLLVMOptions &options);

/// Adds the passes from convolutions on tensors to tiled loops over buffers:
/// the Wino ops are in loops, on memrefs, with scratch as an argument.
/// Begins with those above.
void buildWinoToBuffersPipeline(mlir::OpPassManager &passes,
                                const WinoToLLVMOptions &options);

/// Adds the passes from there to the LLVM dialect, for the CPU that the module
/// names.
void buildBuffersToLLVMPipeline(mlir::OpPassManager &passes,
                                const WinoToLLVMOptions &options);

/// Adds both.
void buildWinoToLLVMPipeline(mlir::OpPassManager &passes,
                             const WinoToLLVMOptions &options);

/// Registers `wino-to-buffers-pipeline` and `wino-to-llvm-pipeline`.
void registerPipelines();

} // namespace wino

#endif // WINO_PIPELINES_PIPELINES_H
