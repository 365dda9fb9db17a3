//===- main.cpp - A user of the installed package -------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Parses a file, counts its wino ops and prints it.
//
//===----------------------------------------------------------------------===//

#include "Wino/IR/WinoDialect.h"
#include "Wino/InitAllDialects.h"
#include "Wino/InitAllPasses.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/raw_ostream.h"

int main(int argc, char **argv) {
  if (argc != 2)
    return 2;
  wino::registerAllPasses();
  mlir::DialectRegistry registry;
  registry.insert<mlir::func::FuncDialect>();
  wino::registerAllDialects(registry);
  mlir::MLIRContext context(registry);
  mlir::OwningOpRef<mlir::ModuleOp> module =
      mlir::parseSourceFile<mlir::ModuleOp>(argv[1], &context);
  if (!module)
    return 1;

  unsigned count = 0;
  module->walk([&](mlir::Operation *op) {
    count += llvm::isa_and_nonnull<wino::WinoDialect>(op->getDialect());
  });
  llvm::outs() << "wino ops: " << count << "\n" << *module << "\n";
  return 0;
}
