//===- InitAllDialects.h - Registration of Wino's dialects ------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_INITALLDIALECTS_H
#define WINO_INITALLDIALECTS_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace wino {

/// Adds Wino's dialects, and the implementations of their interfaces that live
/// outside the dialects, to `registry`. Upstream dialects that Wino's passes
/// create are loaded by the passes themselves.
void registerAllDialects(mlir::DialectRegistry &registry);

} // namespace wino

#endif // WINO_INITALLDIALECTS_H
