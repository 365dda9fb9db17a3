//===- TensorSpec.cpp - Tensors at the border of a model ------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Driver/TensorSpec.h"

#include "mlir/IR/BuiltinTypes.h"

using namespace mlir;
using namespace wino;

std::optional<ElementType> wino::getElementType(Type type) {
  if (type.isF32())
    return ElementType::F32;
  if (type.isF64())
    return ElementType::F64;
  auto integer = dyn_cast<IntegerType>(type);
  if (!integer || integer.getWidth() % 8 != 0)
    return std::nullopt;
  return getElementType(integer.isUnsigned() ? 'u' : 'i',
                        integer.getWidth() / 8);
}
