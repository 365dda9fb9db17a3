//===- wino-plugin.cpp - Wino as a plugin of MLIR tools -------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Gives Wino's dialects, passes and pipelines to a tool such as mlir-opt:
//
//   mlir-opt --load-dialect-plugin=libWinoPlugin.so --pass-pipeline=...
//
//===----------------------------------------------------------------------===//

#include "Wino/InitAllDialects.h"
#include "Wino/InitAllPasses.h"
#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"

/// Registers the passes too, so that one option loads everything.
extern "C" LLVM_ATTRIBUTE_WEAK mlir::DialectPluginLibraryInfo
mlirGetDialectPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "Wino", WINO_VERSION,
          [](mlir::DialectRegistry *registry) {
            wino::registerAllDialects(*registry);
            wino::registerAllPasses();
          }};
}

extern "C" LLVM_ATTRIBUTE_WEAK mlir::PassPluginLibraryInfo
mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "Wino", WINO_VERSION,
          wino::registerAllPasses};
}
