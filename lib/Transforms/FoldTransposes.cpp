//===- FoldTransposes.cpp - Read and write images in their layout ---------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Transforms/Passes.h"
#include "Wino/Transforms/Transforms.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace wino {
#define GEN_PASS_DEF_FOLDTRANSPOSESPASS
#include "Wino/Transforms/Passes.h.inc"
} // namespace wino

using namespace mlir;
using namespace wino;

/// Returns the layout of an image from that of its transpose, whose dimension i
/// is dimension permutation[i] of the image.
static std::optional<ImageLayout>
getSourceLayout(ImageLayout layout, ArrayRef<int64_t> permutation) {
  if (permutation.size() != image_dim::kRank)
    return {};
  for (ImageLayout source : {ImageLayout::NHWC, ImageLayout::NCHW}) {
    auto dims = llvm::to_vector(llvm::seq<int64_t>(0, image_dim::kRank));
    if (ArrayRef<int64_t>(changeLayout<int64_t>(dims, source, layout)) ==
        permutation)
      return source;
  }
  return {};
}

/// Returns the number of the epilogue operand that `operand` is, if any.
static std::optional<unsigned> getEpilogueNumber(OpOperand &operand) {
  auto writer = dyn_cast<ResultOpInterface>(operand.getOwner());
  if (!writer)
    return {};
  for (auto [number, other] :
       llvm::enumerate(writer.getEpilogueOperandsMutable()))
    if (&other == &operand)
      return number;
  return {};
}

/// Returns the layout in which `operand` may read the source of `transpose`
/// instead of its result.
static std::optional<ImageLayout> getReadLayout(linalg::TransposeOp transpose,
                                                OpOperand &operand) {
  ImageLayout layout;
  if (auto reader = dyn_cast<InputTransformOp>(operand.getOwner());
      reader && &operand == &reader.getInputMutable())
    layout = reader.getLayout();
  else if (auto columns = dyn_cast<Im2ColOp>(operand.getOwner());
           columns && &operand == &columns.getInputMutable())
    layout = columns.getLayout();
  else if (auto copy = dyn_cast<PadImageOp>(operand.getOwner());
           copy && &operand == &copy.getInputMutable())
    layout = copy.getLayout();
  else if (auto conv = dyn_cast<ConvOp>(operand.getOwner());
           conv && &operand == &conv.getInputMutable())
    layout = ImageLayout::NHWC;
  else if (std::optional<unsigned> number = getEpilogueNumber(operand))
    layout =
        cast<ResultOpInterface>(operand.getOwner()).getEpilogueLayout(*number);
  else
    return {};
  return getSourceLayout(layout, transpose.getPermutation());
}

namespace {
/// transpose -> readers  becomes  readers of the other layout, if that leaves
/// no use of the transpose.
struct FoldIntoReaders : OpRewritePattern<linalg::TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(linalg::TransposeOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.hasPureTensorSemantics() || op->use_empty())
      return rewriter.notifyMatchFailure(op, "it is not used as a tensor");
    for (OpOperand &use : op->getUses())
      if (!getReadLayout(op, use))
        return rewriter.notifyMatchFailure(op, "a user reads one layout only");
    for (OpOperand &use : llvm::make_early_inc_range(op->getUses())) {
      ImageLayout layout = *getReadLayout(op, use);
      std::optional<unsigned> number = getEpilogueNumber(use);
      if (isa<ConvOp>(use.getOwner()) && !number) {
        copyPixels(op, use, layout, rewriter);
        continue;
      }
      rewriter.modifyOpInPlace(use.getOwner(), [&] {
        if (number)
          cast<ResultOpInterface>(use.getOwner())
              .setEpilogueLayout(*number, layout);
        else if (auto reader = dyn_cast<InputTransformOp>(use.getOwner()))
          reader.setLayout(layout);
        else if (auto columns = dyn_cast<Im2ColOp>(use.getOwner()))
          columns.setLayout(layout);
        else
          cast<PadImageOp>(use.getOwner()).setLayout(layout);
        use.set(op.getInput());
      });
    }
    rewriter.eraseOp(op);
    return success();
  }

private:
  /// Lets a convolution read a copy of the image, which is made where, and as
  /// far as, it is needed.
  static void copyPixels(linalg::TransposeOp op, OpOperand &use,
                         ImageLayout layout, PatternRewriter &rewriter) {
    Location loc = op.getLoc();
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.setInsertionPoint(use.getOwner());
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    Value init = tensor::EmptyOp::create(
        rewriter, loc, tensor::getMixedSizes(rewriter, loc, op.getInit()),
        type.getElementType());
    auto copy =
        PadImageOp::create(rewriter, loc, type, ArrayRef<int64_t>{0, 0, 0, 0},
                           op.getInput(), init, ValueRange(), layout);
    rewriter.modifyOpInPlace(use.getOwner(),
                             [&] { use.set(copy->getResult(0)); });
  }
};

/// result of a convolution -> transpose  becomes  the result in the other
/// layout.
struct FoldIntoWriter : OpRewritePattern<linalg::TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(linalg::TransposeOp op,
                                PatternRewriter &rewriter) const override {
    auto writer = op.getInput().getDefiningOp<ResultOpInterface>();
    if (!writer || !op.hasPureTensorSemantics())
      return rewriter.notifyMatchFailure(op, "no result of a convolution");
    if (!writer->hasOneUse() || writer->getBlock() != op->getBlock())
      return rewriter.notifyMatchFailure(op, "the result has other users");
    std::optional<ImageLayout> layout = getSourceLayout(
        writer.getLayout(), invertPermutationVector(op.getPermutation()));
    if (!layout)
      return rewriter.notifyMatchFailure(op, "it yields no known layout");
    // The new result's destination may be defined behind the writer.
    rewriter.moveOpBefore(writer, op);
    rewriter.modifyOpInPlace(writer, [&] {
      writer->setLoc(rewriter.getFusedLoc({writer.getLoc(), op.getLoc()}));
      writer.setLayout(*layout);
      cast<DestinationStyleOpInterface>(*writer).setDpsInitOperand(
          0, op.getInit());
      writer->getResult(0).setType(op->getResult(0).getType());
    });
    rewriter.replaceOp(op, writer->getResult(0));
    return success();
  }
};
} // namespace

void wino::populateFoldTransposesPatterns(RewritePatternSet &patterns) {
  patterns.add<FoldIntoReaders, FoldIntoWriter>(patterns.getContext());
}

/// Tells why a transpose of an image of a convolution stays.
static void remarkMissed(linalg::TransposeOp op) {
  auto missed = [&](const Twine &reason) {
    remark::missed(op->getLoc(),
                   remark::RemarkOpts::name("FoldTransposes").category("wino"))
        << ("a whole image is transposed: " + reason).str();
  };
  if (auto writer = op.getInput().getDefiningOp<ResultOpInterface>())
    return missed(writer->hasOneUse()
                      ? "the convolution writes NHWC or NCHW in its block"
                      : "the convolution has other users");
  bool hasReader = false, hasOther = false;
  for (OpOperand &use : op->getUses()) {
    Operation *user = use.getOwner();
    if (isa<Im2RowOp>(user))
      return missed(user->getName().getStringRef() + " reads NHWC");
    hasReader |= isa<InputTransformOp, Im2ColOp, PadImageOp, ConvOp>(user);
    hasOther |= !getReadLayout(op, use);
  }
  if (hasReader && hasOther)
    missed("it is no change between NHWC and NCHW, or has users that read one "
           "layout only");
}

namespace {
struct FoldTransposes : wino::impl::FoldTransposesPassBase<FoldTransposes> {
  using FoldTransposesPassBase::FoldTransposesPassBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateFoldTransposesPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      return signalPassFailure();
    getOperation()->walk([](linalg::TransposeOp op) { remarkMissed(op); });
  }
};
} // namespace
