//===- Layouts.cpp - Permutations of images -------------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Algorithms/Layouts.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;
using namespace wino;

static bool isIdentity(ArrayRef<int64_t> permutation) {
  return llvm::equal(permutation, llvm::seq<int64_t>(0, permutation.size()));
}

Value wino::transpose(OpBuilder &builder, Location loc, Value value,
                      ArrayRef<int64_t> permutation) {
  if (isIdentity(permutation))
    return value;
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(builder, loc, value);
  Value init = tensor::EmptyOp::create(builder, loc,
                                       applyPermutation(sizes, permutation),
                                       getElementTypeOrSelf(value.getType()));
  return linalg::TransposeOp::create(builder, loc, value, init, permutation)
      ->getResult(0);
}

/// Whether a padding may be moved behind a transpose by `permutation`; `value`
/// becomes what it pads with.
static bool canMovePad(tensor::PadOp pad, ArrayRef<int64_t> permutation,
                       Value &value) {
  value = pad ? pad.getConstantPaddingValue() : Value();
  return value && !isIdentity(permutation);
}

bool wino::isPaddedIfTransposed(Value image, ArrayRef<int64_t> permutation) {
  auto pad = image.getDefiningOp<tensor::PadOp>();
  Value value;
  return pad &&
         (isIdentity(permutation) || canMovePad(pad, permutation, value));
}

Value wino::transposeImage(OpBuilder &builder, Location loc, Value image,
                           ArrayRef<int64_t> permutation, bool movePad) {
  auto pad = image.getDefiningOp<tensor::PadOp>();
  Value value;
  if (!movePad || !canMovePad(pad, permutation, value))
    return transpose(builder, loc, image, permutation);
  // A constant may stand in the region of the padding.
  if (value.getParentRegion() == &pad.getRegion())
    value = builder.clone(*value.getDefiningOp())->getResult(0);
  Value source = transpose(builder, loc, pad.getSource(), permutation);
  return tensor::PadOp::create(
      builder, loc, Type(), source,
      applyPermutation(pad.getMixedLowPad(), permutation),
      applyPermutation(pad.getMixedHighPad(), permutation), value,
      pad.getNofold());
}

Value wino::expandMatrix(OpBuilder &builder, Location loc, Value matrix) {
  auto type = cast<RankedTensorType>(matrix.getType());
  auto expanded = RankedTensorType::get(
      {1, 1, type.getDimSize(0), type.getDimSize(1)}, type.getElementType());
  return tensor::ExpandShapeOp::create(
      builder, loc, expanded, matrix,
      SmallVector<ReassociationIndices>{{0, 1, 2}, {3}});
}

Value wino::collapseMatrix(OpBuilder &builder, Location loc, Value value) {
  return tensor::CollapseShapeOp::create(
      builder, loc, value, SmallVector<ReassociationIndices>{{0, 1, 2}, {3}});
}
