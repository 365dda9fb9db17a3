//===- Passes.h - Wino's conversion passes ----------------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_CONVERSION_PASSES_H
#define WINO_CONVERSION_PASSES_H

#include "Wino/Target/CPU.h"
#include "mlir/Pass/Pass.h"

namespace wino {

#define GEN_PASS_DECL
#include "Wino/Conversion/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "Wino/Conversion/Passes.h.inc"

} // namespace wino

#endif // WINO_CONVERSION_PASSES_H
