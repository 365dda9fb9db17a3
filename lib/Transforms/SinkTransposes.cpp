//===- SinkTransposes.cpp - Compute between convolutions in NHWC ----------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In a network in NCHW every convolution is followed by a transpose from NHWC,
// its own layout, and preceded by one to it. These patterns move the transpose
// of a result below paddings and poolings, to where it meets that of the next
// convolution and cancels.
//
//===----------------------------------------------------------------------===//

#include "Wino/Algorithms/Layouts.h"
#include "Wino/Transforms/Transforms.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;
using namespace wino;

static constexpr int64_t kToNHWC[] = {0, 2, 3, 1};
static constexpr int64_t kToNCHW[] = {0, 3, 1, 2};

/// Returns the image in NHWC that `value` is a transpose to NCHW of, or null.
static Value getImageInNHWC(Value value) {
  auto transpose = value.getDefiningOp<linalg::TransposeOp>();
  if (!transpose || transpose.getPermutation() != ArrayRef<int64_t>(kToNCHW))
    return {};
  return transpose.getInput();
}

namespace {
/// transpose -> pad -> pooling  becomes  pad -> transpose -> pooling.
struct SinkBelowPad : OpRewritePattern<tensor::PadOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(tensor::PadOp op,
                                PatternRewriter &rewriter) const override {
    if (!getImageInNHWC(op.getSource()))
      return rewriter.notifyMatchFailure(op, "its source is not transposed");
    if (!op.getConstantPaddingValue())
      return rewriter.notifyMatchFailure(op, "its value is not constant");
    // Elsewhere the transpose is better off with the convolution it comes from.
    if (op->use_empty() || !llvm::all_of(op->getUsers(), [](Operation *user) {
          return isa<linalg::PoolingNchwMaxOp, linalg::PoolingNchwSumOp>(user);
        }))
      return rewriter.notifyMatchFailure(op, "it is not for a pooling");
    Location loc = op.getLoc();
    // The transpose of the source meets the one that is there.
    Value padded = transposeImage(rewriter, loc, op, kToNHWC);
    Value result = transposeImage(rewriter, loc, padded, kToNCHW,
                                  /*movePad=*/false);
    if (result.getType() != op.getType())
      result = tensor::CastOp::create(rewriter, loc, op.getType(), result);
    rewriter.replaceOp(op, result);
    return success();
  }
};

/// transpose -> pooling in NCHW  becomes  pooling in NHWC -> transpose.
template <typename NCHWOp, typename NHWCOp>
struct SinkBelowPooling : OpRewritePattern<NCHWOp> {
  using OpRewritePattern<NCHWOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(NCHWOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.hasPureTensorSemantics())
      return rewriter.notifyMatchFailure(op, "it is not on tensors");
    Value image = getImageInNHWC(op.getInputs()[0]);
    if (!image)
      return rewriter.notifyMatchFailure(op, "its image is not transposed");
    auto fill = op.getOutputs()[0].template getDefiningOp<linalg::FillOp>();
    if (!fill)
      return rewriter.notifyMatchFailure(op, "it accumulates to a tensor");
    Location loc = op.getLoc();
    SmallVector<OpFoldResult> sizes = applyPermutation(
        tensor::getMixedSizes(rewriter, loc, fill.getOutputs()[0]),
        ArrayRef<int64_t>(kToNHWC));
    Value init = tensor::EmptyOp::create(
        rewriter, loc, sizes, getElementTypeOrSelf(op->getResult(0).getType()));
    init = linalg::FillOp::create(rewriter, loc, fill.getInputs(), init)
               .getResult(0);
    auto pooled = NHWCOp::create(rewriter, loc, init.getType(),
                                 ValueRange{image, op.getInputs()[1]}, init,
                                 op.getStrides(), op.getDilations());
    rewriter.template replaceOpWithNewOp<linalg::TransposeOp>(
        op, pooled->getResult(0), fill.getOutputs()[0],
        ArrayRef<int64_t>(kToNCHW));
    return success();
  }
};
} // namespace

void wino::populateSinkTransposesPatterns(RewritePatternSet &patterns) {
  patterns.add<
      SinkBelowPad,
      SinkBelowPooling<linalg::PoolingNchwMaxOp, linalg::PoolingNhwcMaxOp>,
      SinkBelowPooling<linalg::PoolingNchwSumOp, linalg::PoolingNhwcSumOp>>(
      patterns.getContext());
}
