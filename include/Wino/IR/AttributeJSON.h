//===- AttributeJSON.h - Attributes as JSON ---------------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_IR_ATTRIBUTEJSON_H
#define WINO_IR_ATTRIBUTEJSON_H

#include "mlir/IR/Attributes.h"
#include "llvm/Support/JSON.h"

namespace wino {

/// Converts numbers, strings, arrays and dictionaries as themselves, everything
/// else as its text.
llvm::json::Value attributeToJSON(mlir::Attribute attr);

/// Converts numbers to i64 or f64, and strings, arrays and objects as
/// themselves; null becomes a unit.
mlir::Attribute attributeFromJSON(mlir::MLIRContext *context,
                                  const llvm::json::Value &value);

} // namespace wino

#endif // WINO_IR_ATTRIBUTEJSON_H
