//===- ElementType.h - Types of elements of arrays --------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_SUPPORT_ELEMENTTYPE_H
#define WINO_SUPPORT_ELEMENTTYPE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <optional>
#include <string>

namespace wino {

/// The element types that can pass the border of a compiled model.
enum class ElementType { F32, F64, I8, U8, I16, I32, I64 };

/// The names and the size of an element type.
struct ElementTypeInfo {
  ElementType type;
  /// As npy types are usually called, e.g. `f32`.
  llvm::StringRef name;
  /// As C99 spells it, with <stdint.h>.
  llvm::StringRef cType;
  /// The kind letter of NumPy's array protocol: `f`, `i` or `u`.
  char npyKind;
  /// In bytes.
  unsigned size;
};

const ElementTypeInfo &getElementTypeInfo(ElementType type);

/// Returns the element type with NumPy's `kind` letter and `size` in bytes.
std::optional<ElementType> getElementType(char kind, unsigned size);

/// Returns the product of the sizes in `shape`, or nothing if a size is
/// negative or the product does not fit int64_t.
std::optional<int64_t> getNumElements(llvm::ArrayRef<int64_t> shape);

/// Prints an element type and a shape as in `f32[1, 3, 224, 224]`.
std::string formatTensorType(ElementType type, llvm::ArrayRef<int64_t> shape);

} // namespace wino

#endif // WINO_SUPPORT_ELEMENTTYPE_H
