//===- WinoFolds.cpp - Folds and canonicalizations of the ops -------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Limits.h"
#include "Wino/IR/ImagePadding.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace wino;

//===----------------------------------------------------------------------===//
// FilterTransformOp
//===----------------------------------------------------------------------===//

/// Transformed filters with more elements than this are not folded: weights
/// belong into the prepare function, not into the IR.
static constexpr int64_t kMaxFoldedElements = 4096;

/// Returns U [alpha, alpha', channels...] of f [R, R', channels...].
static SmallVector<double> transformFilter(TransformAttr transform,
                                           ArrayRef<double> filter,
                                           int64_t numChannels) {
  Transform1D rows = transform.getRowTransform();
  Transform1D cols = transform.getColTransform();
  SmallVector<double> result(rows.alpha() * cols.alpha() * numChannels, 0.0);
  for (int64_t p = 0; p < rows.alpha(); ++p)
    for (int64_t q = 0; q < cols.alpha(); ++q)
      for (int64_t i = 0; i < rows.r; ++i)
        for (int64_t j = 0; j < cols.r; ++j) {
          double factor = toDouble(rows.g(p, i) * cols.g(q, j));
          for (int64_t c = 0; c < numChannels; ++c)
            result[(p * cols.alpha() + q) * numChannels + c] +=
                factor * filter[(i * cols.r + j) * numChannels + c];
        }
  return result;
}

LogicalResult FilterTransformOp::fold(FoldAdaptor adaptor,
                                      SmallVectorImpl<OpFoldResult> &results) {
  // Only the plain layout folds: packing is decided late, by the schedule.
  ShapedType filterType = getFilterType(), initType = getInitType();
  if (!hasPureTensorSemantics() || isPacked() ||
      filterType.getShape().drop_front(2) != initType.getShape().drop_front(2))
    return failure();
  if (getTransform().isIdentity()) {
    results.push_back(getFilter());
    return success();
  }
  auto filter = dyn_cast_or_null<DenseFPElementsAttr>(adaptor.getFilter());
  if (!filter || initType.getNumElements() > kMaxFoldedElements ||
      initType.getElementTypeBitWidth() > 64)
    return failure();
  SmallVector<double> values;
  for (const APFloat &value : filter.getValues<APFloat>())
    values.push_back(value.convertToDouble());
  int64_t numChannels = filterType.getNumElements() /
                        (filterType.getDimSize(0) * filterType.getDimSize(1));
  auto elementType = cast<FloatType>(initType.getElementType());
  SmallVector<APFloat> result;
  for (double value : transformFilter(getTransform(), values, numChannels)) {
    APFloat rounded(value);
    bool losesInfo;
    rounded.convert(elementType.getFloatSemantics(),
                    APFloat::rmNearestTiesToEven, &losesInfo);
    result.push_back(rounded);
  }
  results.push_back(DenseElementsAttr::get(initType, result));
  return success();
}

//===----------------------------------------------------------------------===//
// Readers of images
//===----------------------------------------------------------------------===//

/// Returns the value of a padding: 0 for floats, else the integer; nothing if
/// it is not known or not zero.
static std::optional<int64_t> getPadValue(tensor::PadOp pad) {
  Value value = pad.getConstantPaddingValue();
  if (value && matchPattern(value, m_AnyZeroFloat()))
    return 0;
  APInt integer;
  if (value && matchPattern(value, m_ConstantInt(&integer)) &&
      integer.getBitWidth() <= 64)
    return integer.getSExtValue();
  return std::nullopt;
}

FailureOr<ImagePadding> wino::getImagePadding(tensor::PadOp pad, ImageDims dims,
                                              StringRef &reason) {
  auto refuse = [&](StringRef why) {
    reason = why;
    return failure();
  };
  std::optional<int64_t> value = getPadValue(pad);
  if (!value)
    return refuse("the padding has no such value");
  std::optional<SmallVector<int64_t>> low =
      getConstantIntValues(pad.getMixedLowPad());
  std::optional<SmallVector<int64_t>> high =
      getConstantIntValues(pad.getMixedHighPad());
  if (!low || !high)
    return refuse("the padding is not static");
  for (unsigned dim : {dims.batch, dims.channel})
    if ((*low)[dim] != 0 || (*high)[dim] != 0)
      return refuse("batch or channels are padded");
  ImagePadding padding = {{}, *value};
  for (unsigned axis : {0, 1}) {
    padding.pixels[2 * axis] = (*low)[dims.axis(axis)];
    padding.pixels[2 * axis + 1] = (*high)[dims.axis(axis)];
  }
  for (int64_t pixels : padding.pixels) {
    // A negative padding crops, which the ops cannot do.
    if (pixels < 0)
      return refuse("the padding is negative");
    if (pixels > kMaxPad)
      return refuse("the padding is too large");
  }
  return padding;
}

namespace {
/// Absorbs a constant padding of the rows and columns of the image into the
/// op's own padding, which needs no padded copy.
template <typename OpTy>
struct AbsorbPad : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    auto pad = op.getInput().template getDefiningOp<tensor::PadOp>();
    if (!pad)
      return rewriter.notifyMatchFailure(op, "the image is not padded");
    StringRef reason;
    FailureOr<ImagePadding> padding =
        getImagePadding(pad, op.getImageDims(), reason);
    if (failed(padding))
      return rewriter.notifyMatchFailure(op, reason);
    if (padding->value != op.getPadValue() &&
        llvm::any_of(op.getPad(), [](int64_t pad) { return pad != 0; }))
      return rewriter.notifyMatchFailure(op, "the paddings differ in value");
    SmallVector<int64_t, 4> sum(op.getPad());
    for (auto [total, pixels] : llvm::zip_equal(sum, padding->pixels))
      total += pixels;
    if (llvm::any_of(sum, [](int64_t pad) { return pad > kMaxPad; }))
      return rewriter.notifyMatchFailure(op, "the padding is too large");
    rewriter.modifyOpInPlace(op, [&] {
      op.getInputMutable().assign(pad.getSource());
      op.setPad(sum);
      op.setPadValue(padding->value);
    });
    return success();
  }
};
} // namespace

void InputTransformOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                                   MLIRContext *context) {
  patterns.add<AbsorbPad<InputTransformOp>>(context);
}

void PadImageOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                             MLIRContext *context) {
  patterns.add<AbsorbPad<PadImageOp>>(context);
}

LogicalResult PadImageOp::fold(FoldAdaptor,
                               SmallVectorImpl<OpFoldResult> &results) {
  // Without padding a copy of the whole image is the image. One that has been
  // padded is left for its padding to be absorbed.
  if (!hasPureTensorSemantics() || !getOrigin().empty() ||
      getLayout() != ImageLayout::NHWC ||
      getInput().getDefiningOp<tensor::PadOp>() ||
      getInput().getType() != getInit().getType() ||
      llvm::any_of(getPad(), [](int64_t pad) { return pad != 0; }))
    return failure();
  results.push_back(getInput());
  return success();
}

void Im2RowOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                           MLIRContext *context) {
  patterns.add<AbsorbPad<Im2RowOp>>(context);
}

void Im2ColOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                           MLIRContext *context) {
  patterns.add<AbsorbPad<Im2ColOp>>(context);
}
