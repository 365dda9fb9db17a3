//===- TensorSpec.h - Tensors at the border of a model ----------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a model's inputs and outputs are made of, in the terms that MLIR, C and
// NumPy share.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_DRIVER_TENSORSPEC_H
#define WINO_DRIVER_TENSORSPEC_H

#include "Wino/Support/ElementType.h"
#include "mlir/IR/Types.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <optional>
#include <string>

namespace wino {

/// Returns the element type of an MLIR type. Signless integers count as signed.
std::optional<ElementType> getElementType(mlir::Type type);

/// An input or output of a model: a dense row-major tensor of static shape.
struct TensorSpec {
  std::string name;
  ElementType type = ElementType::F32;
  /// True if the type carries no sign, so that unsigned data of the same width
  /// is as good.
  bool isSignless = false;
  llvm::SmallVector<int64_t> shape;
  int64_t numElements = 1;

  uint64_t getByteSize() const {
    return static_cast<uint64_t>(numElements) * getElementTypeInfo(type).size;
  }
};

} // namespace wino

#endif // WINO_DRIVER_TENSORSPEC_H
