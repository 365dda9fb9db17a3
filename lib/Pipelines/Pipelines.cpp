//===- Pipelines.cpp - From convolutions to the LLVM dialect --------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Pipelines/Pipelines.h"
#include "Wino/Conversion/Passes.h"
#include "Wino/Transforms/Passes.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/SCF/Transforms/Passes.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace wino;

static void addCleanup(OpPassManager &passes) {
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
}

void wino::buildWinoNormalizePipeline(OpPassManager &passes,
                                      const WinoToLLVMOptions &options) {
  SetTargetPassOptions target;
  target.cpu = options.cpu;
  passes.addPass(createSetTargetPass(target));
  // Elementwise ops on tensors become linalg ops, which epilogues absorb and
  // bufferization knows.
  passes.addNestedPass<func::FuncOp>(createConvertElementwiseToLinalgPass());
  passes.addPass(createNormalizeIntegersPass());
}

/// Convolutions to tiled loops, on tensors.
static void addTensorPasses(OpPassManager &passes,
                            const WinoToLLVMOptions &options) {
  buildWinoNormalizePipeline(passes, options);
  if (options.search) {
    SearchPassOptions search;
    if (options.maxError > 0)
      search.maxError = options.maxError;
    search.maxMemory = options.maxMemory;
    search.tuning.assign(options.tuning.begin(), options.tuning.end());
    if (!options.algorithm.empty())
      search.algorithms.push_back(options.algorithm);
    search.record = true;
    passes.addPass(createSearchPass(search));
  }
  // What the search has planned stays, but for plans of the file.
  AssignPlansPassOptions plans;
  if (!options.search)
    plans.algorithm = options.algorithm;
  plans.plans = options.plan;
  plans.maxError = options.maxError;
  plans.calibration = options.calibration;
  passes.addPass(createAssignPlansPass(plans));
  ApplyPlanPassOptions apply;
  apply.maxError = options.maxError;
  apply.calibration = options.calibration;
  passes.addNestedPass<func::FuncOp>(createApplyPlanPass(apply));
  addCleanup(passes);
  passes.addNestedPass<func::FuncOp>(createAbsorbEpiloguePass());
  addCleanup(passes);
  passes.addNestedPass<func::FuncOp>(createFoldTransposesPass());
  passes.addPass(createHoistPreparePass());
  // What convolutions did not absorb becomes few loops.
  passes.addPass(createLinalgElementwiseOpFusionPass());
  addCleanup(passes);
  TileAndFusePassOptions tiling;
  tiling.threads = options.threads;
  passes.addNestedPass<func::FuncOp>(createTileAndFusePass(tiling));
  // Repairs sizes that tiling took from different values; without it
  // bufferization copies every block. Peeling would hide that they are equal.
  passes.addNestedPass<func::FuncOp>(createSCFForLoopCanonicalizationPass());
  addCleanup(passes);
  // Static blocks that do not divide become a loop of whole blocks and a rest.
  passes.addPass(createSCFForLoopPeeling());
  passes.addNestedPass<func::FuncOp>(createSCFForLoopCanonicalizationPass());
  addCleanup(passes);
}

/// Tensors to buffers that the caller passes.
static void addBufferizationPasses(OpPassManager &passes,
                                   const WinoToLLVMOptions &options) {
  using namespace bufferization;
  passes.addPass(createEmptyTensorEliminationPass());
  OneShotBufferizePassOptions bufferize;
  bufferize.bufferizeFunctionBoundaries = true;
  bufferize.functionBoundaryTypeConversion = LayoutMapOption::IdentityLayoutMap;
  passes.addPass(createOneShotBufferizePass(bufferize));
  addCleanup(passes);
  passes.addPass(createDropEquivalentBufferResultsPass());
  passes.addNestedPass<func::FuncOp>(createSeparateResultsPass());
  BufferResultsToOutParamsPassOptions results;
  results.hoistStaticAllocs = true;
  results.hoistDynamicAllocs = true;
  results.modifyPublicFunctions = true;
  passes.addPass(createBufferResultsToOutParamsPass(results));
  passes.addNestedPass<func::FuncOp>(createBufferLoopHoistingPass());
  addCleanup(passes);
  PlanMemoryPassOptions memory;
  memory.packWeights = options.packWeights;
  memory.requireBounded = options.requireBounded;
  passes.addPass(createPlanMemoryPass(memory));
  addCleanup(passes);
}

void wino::buildWinoToBuffersPipeline(OpPassManager &passes,
                                      const WinoToLLVMOptions &options) {
  addTensorPasses(passes, options);
  addBufferizationPasses(passes, options);
}

void wino::buildBuffersToLLVMPipeline(OpPassManager &passes,
                                      const WinoToLLVMOptions &options) {
  passes.addPass(createConvertWinoToVectorPass());
  passes.addPass(createConvertCopyToLinalgPass());
  passes.addPass(createConvertLinalgToLoopsPass());
  addCleanup(passes);
  passes.addPass(createLoopInvariantCodeMotionPass());
  passes.addPass(memref::createExpandStridedMetadataPass());
  passes.addPass(createLowerAffinePass());
  if (options.threads > 1) {
    passes.addNestedPass<func::FuncOp>(createForallToParallelLoopPass());
    passes.addPass(createConvertSCFToOpenMPPass());
  }
  // The scopes of the stack that parallel loops bring have one block: they go
  // before control flow makes several.
  passes.addPass(createFinalizeMemRefToLLVMConversionPass());
  passes.addPass(createSCFToControlFlowPass());
  passes.addPass(createConvertVectorToLLVMPass());
  passes.addPass(createConvertMathToLLVMPass());
  passes.addPass(createConvertMathToLibmPass());
  passes.addPass(createArithToLLVMConversionPass());
  passes.addPass(createConvertIndexToLLVMPass());
  ConvertFuncToLLVMPassOptions functions;
  functions.useBarePtrCallConv = options.barePointers;
  passes.addPass(createConvertFuncToLLVMPass(functions));
  passes.addPass(createConvertControlFlowToLLVMPass());
  passes.addPass(createUBToLLVMConversionPass());
  if (options.threads > 1)
    passes.addPass(createConvertOpenMPToLLVMPass());
  addCleanup(passes);
  passes.addPass(createReconcileUnrealizedCastsPass());
}

void wino::buildWinoToLLVMPipeline(OpPassManager &passes,
                                   const WinoToLLVMOptions &options) {
  buildWinoToBuffersPipeline(passes, options);
  buildBuffersToLLVMPipeline(passes, options);
}

void wino::registerPipelines() {
  PassPipelineRegistration<WinoToLLVMOptions>(
      "wino-to-buffers-pipeline",
      "Lower convolutions to tiled loops of Wino ops over buffers",
      buildWinoToBuffersPipeline);
  PassPipelineRegistration<WinoToLLVMOptions>(
      "wino-to-llvm-pipeline", "Lower convolutions to the LLVM dialect",
      buildWinoToLLVMPipeline);
}
