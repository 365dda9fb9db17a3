//===- ElementType.cpp - Types of elements of arrays ----------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Support/ElementType.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace wino;

static constexpr ElementTypeInfo kElementTypes[] = {
    {ElementType::F32, "f32", "float", 'f', 4},
    {ElementType::F64, "f64", "double", 'f', 8},
    {ElementType::I8, "i8", "int8_t", 'i', 1},
    {ElementType::U8, "u8", "uint8_t", 'u', 1},
    {ElementType::I16, "i16", "int16_t", 'i', 2},
    {ElementType::I32, "i32", "int32_t", 'i', 4},
    {ElementType::I64, "i64", "int64_t", 'i', 8},
};

const ElementTypeInfo &wino::getElementTypeInfo(ElementType type) {
  return *llvm::find_if(kElementTypes, [&](const ElementTypeInfo &info) {
    return info.type == type;
  });
}

std::optional<ElementType> wino::getElementType(char kind, unsigned size) {
  for (const ElementTypeInfo &info : kElementTypes)
    if (info.npyKind == kind && info.size == size)
      return info.type;
  return std::nullopt;
}

std::optional<int64_t> wino::getNumElements(ArrayRef<int64_t> shape) {
  // A zero makes the product zero whatever the other sizes are.
  bool isEmpty = llvm::is_contained(shape, 0);
  int64_t product = 1;
  for (int64_t size : shape) {
    if (size < 0)
      return std::nullopt;
    if (!isEmpty && llvm::MulOverflow(product, size, product))
      return std::nullopt;
  }
  return isEmpty ? 0 : product;
}

std::string wino::formatTensorType(ElementType type, ArrayRef<int64_t> shape) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << getElementTypeInfo(type).name << '[';
  llvm::interleaveComma(shape, os);
  os << ']';
  return text;
}
