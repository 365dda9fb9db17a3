//===- InitAll.cpp - Registration of everything Wino has ------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Conversion/Passes.h"
#include "Wino/IR/WinoDialect.h"
#include "Wino/InitAllDialects.h"
#include "Wino/InitAllPasses.h"
#include "Wino/Pipelines/Pipelines.h"
#include "Wino/Transforms/Passes.h"
#include "Wino/Transforms/Transforms.h"

#include "mlir/IR/DialectRegistry.h"
#include <mutex>

void wino::registerAllDialects(mlir::DialectRegistry &registry) {
  registry.insert<WinoDialect>();
  registerBufferizableOpInterfaceExternalModels(registry);
}

void wino::registerAllPasses() {
  static std::once_flag once;
  std::call_once(once, [] {
    registerWinoConversionPasses();
    registerWinoTransformsPasses();
    registerPipelines();
  });
}
