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
#include "mlir/Dialect/Utils/StaticValueUtils.h"

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

/// Returns a padding like `pad`, but of `source`, by a constant.
static Value createPad(OpBuilder &builder, Location loc, tensor::PadOp pad,
                       Value source, ArrayRef<OpFoldResult> low,
                       ArrayRef<OpFoldResult> high, Value value) {
  // A constant may stand in the region of the padding.
  if (value.getParentRegion() == &pad.getRegion())
    value = builder.clone(*value.getDefiningOp())->getResult(0);
  return tensor::PadOp::create(builder, loc, Type(), source, low, high, value,
                               pad.getNofold());
}

Value wino::transposeImage(OpBuilder &builder, Location loc, Value image,
                           ArrayRef<int64_t> permutation, bool movePad) {
  auto pad = image.getDefiningOp<tensor::PadOp>();
  Value value;
  if (!movePad || !canMovePad(pad, permutation, value))
    return transpose(builder, loc, image, permutation);
  Value source = transpose(builder, loc, pad.getSource(), permutation);
  return createPad(builder, loc, pad, source,
                   applyPermutation(pad.getMixedLowPad(), permutation),
                   applyPermutation(pad.getMixedHighPad(), permutation), value);
}

Value wino::sliceChannels(OpBuilder &builder, Location loc, Value value,
                          int64_t dim, int64_t first, int64_t count) {
  if (auto pad = value.getDefiningOp<tensor::PadOp>()) {
    SmallVector<OpFoldResult> low = pad.getMixedLowPad();
    SmallVector<OpFoldResult> high = pad.getMixedHighPad();
    Value padding = pad.getConstantPaddingValue();
    if (padding && isConstantIntValue(low[dim], 0) &&
        isConstantIntValue(high[dim], 0)) {
      Value source =
          sliceChannels(builder, loc, pad.getSource(), dim, first, count);
      return createPad(builder, loc, pad, source, low, high, padding);
    }
  }
  if (auto op = value.getDefiningOp<linalg::TransposeOp>()) {
    ArrayRef<int64_t> permutation = op.getPermutation();
    return transpose(builder, loc,
                     sliceChannels(builder, loc, op.getInput(),
                                   permutation[dim], first, count),
                     permutation);
  }
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(builder, loc, value);
  SmallVector<OpFoldResult> offsets(sizes.size(), builder.getIndexAttr(0));
  SmallVector<OpFoldResult> strides(sizes.size(), builder.getIndexAttr(1));
  offsets[dim] = builder.getIndexAttr(first);
  sizes[dim] = builder.getIndexAttr(count);
  return tensor::ExtractSliceOp::create(builder, loc, value, offsets, sizes,
                                        strides);
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
