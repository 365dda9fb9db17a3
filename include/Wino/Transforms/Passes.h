//===- Passes.h - Transformations of convolutions ---------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_TRANSFORMS_PASSES_H
#define WINO_TRANSFORMS_PASSES_H

#include "Wino/IR/WinoDialect.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/DLTI/DLTI.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Pass/Pass.h"

namespace wino {

#define GEN_PASS_DECL
#include "Wino/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "Wino/Transforms/Passes.h.inc"

} // namespace wino

#endif // WINO_TRANSFORMS_PASSES_H
