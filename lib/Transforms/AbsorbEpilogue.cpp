//===- AbsorbEpilogue.cpp - Move elementwise ops into convolutions --------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Transforms/Passes.h"
#include "Wino/Transforms/Transforms.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/MemRef/Transforms/Transforms.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace wino {
#define GEN_PASS_DEF_ABSORBEPILOGUEPASS
#include "Wino/Transforms/Passes.h.inc"
} // namespace wino

using namespace mlir;
using namespace wino;

/// Whether `op` computes each element of its one result from elements of its
/// inputs, at the same place in the result's order.
static bool isPlainElementwise(linalg::GenericOp op) {
  return op.hasPureTensorSemantics() && op.getNumDpsInits() == 1 &&
         op.getNumParallelLoops() == op.getNumLoops() &&
         op.getIndexingMapsArray().back().isIdentity() &&
         !op.payloadUsesValueFromOperand(op.getDpsInitOperand(0)) &&
         !op.hasIndexSemantics();
}

/// Whether all uses of `value` are in `user`.
static bool isUsedOnlyBy(Value value, Operation *user) {
  return llvm::all_of(value.getUsers(),
                      [&](Operation *other) { return other == user; });
}

/// Whether `value` is computed in the block of `op`, where only `op` uses it.
/// Of a value from outside a loop each iteration would compute its part again.
static bool isPrivateTo(Value value, Operation *op) {
  return value.getParentBlock() == op->getBlock() && isUsedOnlyBy(value, op);
}

/// Whether `op` reads `value` only at the place of the result.
static bool isReadInPlace(Value value, linalg::GenericOp op) {
  return llvm::all_of(op.getDpsInputOperands(), [&](OpOperand *operand) {
    return operand->get() != value ||
           op.getMatchingIndexingMap(operand).isIdentity();
  });
}

/// Whether epilogues load and store elements of the type.
static bool isEpilogueElement(Type type) {
  return type.isF16() || type.isF32() || type.isF64() ||
         type.isSignlessInteger(8) || type.isSignlessInteger(16) ||
         type.isSignlessInteger(32) || type.isSignlessInteger(64);
}

/// Returns the layout of an operand of the pixels of the result, which has
/// layout `resultLayout`; NHWC for one by channel and for scalars. Other
/// operands cannot be absorbed.
static std::optional<ImageLayout> getAbsorbedLayout(linalg::GenericOp op,
                                                    OpOperand &operand,
                                                    ImageLayout resultLayout) {
  AffineMap map = op.getMatchingIndexingMap(&operand);
  if (map.getNumResults() == 0)
    return ImageLayout::NHWC;
  if (!isEpilogueElement(getElementTypeOrSelf(operand.get().getType())))
    return {};
  if (map.getNumResults() == 1) {
    unsigned channel = getImageDims(resultLayout).channel;
    if (map.getResult(0) == getAffineDimExpr(channel, op.getContext()))
      return ImageLayout::NHWC;
    return {};
  }
  auto loops = llvm::to_vector(llvm::seq<unsigned>(0, op.getNumLoops()));
  for (ImageLayout layout : {ImageLayout::NHWC, ImageLayout::NCHW})
    if (map == AffineMap::getPermutationMap(
                   changeLayout<unsigned>(loops, resultLayout, layout),
                   op.getContext()))
      return layout;
  return {};
}

namespace {
/// The last stage of a convolution -> generic  becomes  the stage with a larger
/// epilogue.
struct AbsorbGeneric : OpRewritePattern<linalg::GenericOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(linalg::GenericOp op,
                                PatternRewriter &rewriter) const override {
    if (!isPlainElementwise(op))
      return rewriter.notifyMatchFailure(op, "it is not plainly elementwise");
    ResultOpInterface producer = getProducer(op);
    if (!producer)
      return rewriter.notifyMatchFailure(
          op, "no operand is a convolution without other users");
    Type type = op->getResult(0).getType();
    if (type != producer->getResult(0).getType() &&
        !isEpilogueElement(getElementTypeOrSelf(type)))
      return rewriter.notifyMatchFailure(op, "its elements cannot be stored");
    if (!hasElementwiseBody(op))
      return rewriter.notifyMatchFailure(op, "its body is not elementwise");
    for (OpOperand *operand : op.getDpsInputOperands()) {
      if (operand->get() == producer->getResult(0))
        continue;
      if (!getAbsorbedLayout(op, *operand, producer.getLayout()))
        return rewriter.notifyMatchFailure(op, "an operand is broadcast");
    }
    absorb(rewriter, op, producer);
    return success();
  }

private:
  static ResultOpInterface getProducer(linalg::GenericOp op) {
    for (OpOperand *operand : op.getDpsInputOperands()) {
      auto producer = operand->get().getDefiningOp<ResultOpInterface>();
      if (producer && isPrivateTo(operand->get(), op) &&
          isReadInPlace(operand->get(), op))
        return producer;
    }
    return {};
  }

  static bool hasElementwiseBody(linalg::GenericOp op) {
    return llvm::all_of(
        op.getBody()->without_terminator(), [](Operation &inner) {
          return (OpTrait::hasElementwiseMappableTraits(&inner) ||
                  inner.hasTrait<OpTrait::ConstantLike>()) &&
                 isPure(&inner) &&
                 llvm::all_of(inner.getResultTypes(),
                              [](Type type) { return type.isIntOrFloat(); });
        });
  }

  static void absorb(PatternRewriter &rewriter, linalg::GenericOp op,
                     ResultOpInterface producer) {
    Location loc = rewriter.getFusedLoc({producer.getLoc(), op.getLoc()});
    Value sum = producer->getResult(0);
    Block *block = &producer.getEpilogue().front();
    auto yield = cast<YieldOp>(block->getTerminator());
    SmallVector<Value> operands, scalars; // scalars: null where it is none
    SmallVector<ImageLayout> layouts;     // of the operands
    for (OpOperand *operand : op.getDpsInputOperands()) {
      Value value = operand->get();
      Value scalar;
      if (op.getMatchingIndexingMap(operand).getNumResults() == 0)
        scalar =
            isa<ShapedType>(value.getType())
                ? tensor::ExtractOp::create(rewriter, loc, value, ValueRange())
                      .getResult()
                : value;
      else if (value != sum) {
        operands.push_back(value);
        layouts.push_back(
            *getAbsorbedLayout(op, *operand, producer.getLayout()));
      }
      scalars.push_back(scalar);
    }
    // Where the producer stands there may be no operands of the generic yet.
    rewriter.moveOpBefore(producer, op);
    Value init = op.getDpsInits()[0];
    rewriter.modifyOpInPlace(producer, [&] {
      producer->setLoc(loc);
      // The generic was the only user of a result of the old type.
      producer->getResult(0).setType(op->getResult(0).getType());
      if (init != sum)
        cast<DestinationStyleOpInterface>(*producer).setDpsInitOperand(0, init);
      unsigned numOld = producer.getEpilogueOperands().size();
      producer.getEpilogueOperandsMutable().append(operands);
      for (auto [number, layout] : llvm::enumerate(layouts))
        producer.setEpilogueLayout(numOld + number, layout);

      // The block of the producer, continued by the body of the generic.
      IRMapping mapping;
      for (auto [operand, arg, scalar] :
           llvm::zip_equal(op.getDpsInputOperands(),
                           op.getBody()->getArguments().drop_back(), scalars)) {
        Value mapped = scalar;
        if (operand->get() == sum)
          mapped = yield.getValue();
        else if (!scalar)
          mapped = block->addArgument(arg.getType(), arg.getLoc());
        mapping.map(arg, mapped);
      }
      OpBuilder::InsertionGuard guard(rewriter);
      rewriter.setInsertionPoint(yield);
      for (Operation &inner : op.getBody()->without_terminator())
        rewriter.clone(inner, mapping);
      yield.getValueMutable().assign(mapping.lookupOrDefault(
          cast<linalg::YieldOp>(op.getBody()->getTerminator()).getValues()[0]));
    });
    rewriter.replaceOp(op, producer);
  }
};

/// transpose -> generic  becomes  generic -> transpose, so that the generic
/// sees the layout of the producer; other operands that are transposed alike
/// lose their transposes.
struct SinkTranspose : OpRewritePattern<linalg::GenericOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(linalg::GenericOp op,
                                PatternRewriter &rewriter) const override {
    if (!isPlainElementwise(op))
      return rewriter.notifyMatchFailure(op, "it is not plainly elementwise");
    linalg::TransposeOp producer;
    for (OpOperand *operand : op.getDpsInputOperands()) {
      auto transpose = operand->get().getDefiningOp<linalg::TransposeOp>();
      if (transpose && isPrivateTo(operand->get(), op) &&
          isReadInPlace(operand->get(), op) &&
          transpose.getInput().getDefiningOp<ResultOpInterface>())
        producer = transpose;
    }
    if (!producer)
      return rewriter.notifyMatchFailure(
          op, "no operand is a transposed convolution");

    // Loop i of the new generic is loop j of the old one with
    // permutation[j] = i, i.e. old loops are new loops permuted.
    ArrayRef<int64_t> permutation = producer.getPermutation();
    Location loc = op.getLoc();
    SmallVector<AffineExpr> oldLoops;
    for (int64_t dim : permutation)
      oldLoops.push_back(rewriter.getAffineDimExpr(dim));
    auto toNewLoops =
        AffineMap::get(permutation.size(), 0, oldLoops, op.getContext());
    SmallVector<Value> inputs;
    SmallVector<AffineMap> maps;
    for (OpOperand *operand : op.getDpsInputOperands()) {
      Value value = operand->get();
      AffineMap map = op.getMatchingIndexingMap(operand).compose(toNewLoops);
      auto transpose = value.getDefiningOp<linalg::TransposeOp>();
      if (transpose && op.getMatchingIndexingMap(operand).isIdentity() &&
          transpose.getPermutation() == permutation) {
        value = transpose.getInput();
        map = rewriter.getMultiDimIdentityMap(permutation.size());
      }
      inputs.push_back(value);
      maps.push_back(map);
    }
    maps.push_back(rewriter.getMultiDimIdentityMap(permutation.size()));
    SmallVector<OpFoldResult> sizes = applyPermutation(
        tensor::getMixedSizes(rewriter, loc, op.getDpsInits()[0]),
        invertPermutationVector(permutation));
    Type elementType = getElementTypeOrSelf(op->getResult(0).getType());
    Value init = tensor::EmptyOp::create(rewriter, loc, sizes, elementType);
    auto sunk = linalg::GenericOp::create(
        rewriter, loc, init.getType(), inputs, init, maps,
        SmallVector<utils::IteratorType>(permutation.size(),
                                         utils::IteratorType::parallel));
    rewriter.inlineRegionBefore(op.getRegion(), sunk.getRegion(),
                                sunk.getRegion().begin());
    Value result = op.getDpsInits()[0];
    if (result == producer->getResult(0))
      result = producer.getInit();
    rewriter.replaceOpWithNewOp<linalg::TransposeOp>(op, sunk->getResult(0),
                                                     result, permutation);
    return success();
  }
};
} // namespace

void wino::populateAbsorbEpiloguePatterns(RewritePatternSet &patterns) {
  MLIRContext *context = patterns.getContext();
  patterns.add<AbsorbGeneric, SinkTranspose>(context);
  populateSinkTransposesPatterns(patterns);
  // Results of matrix products are collapsed; the generic takes their full
  // rank.
  linalg::populateFoldReshapeOpsByExpansionPatterns(
      patterns, [](OpOperand *operand) {
        auto collapse = operand->get().getDefiningOp<tensor::CollapseShapeOp>();
        return collapse && collapse.getSrc().getDefiningOp<ResultOpInterface>();
      });
  linalg::TransposeOp::getCanonicalizationPatterns(patterns, context);
  // A size taken from a result would count as another user of it.
  memref::populateResolveRankedShapedTypeResultDimsPatterns(patterns);
}

/// Tells why `op` is not part of the epilogue of a convolution that it reads.
static void remarkMissed(linalg::GenericOp op) {
  for (OpOperand *operand : op.getDpsInputOperands()) {
    auto producer = operand->get().getDefiningOp<ResultOpInterface>();
    if (!producer)
      continue;
    StringRef reason = "it is not elementwise with operands of the result's "
                       "shape or by channel";
    if (!isUsedOnlyBy(operand->get(), op))
      reason = "the convolution has other users";
    else if (!isPrivateTo(operand->get(), op))
      reason = "the convolution is in another block";
    remark::missed(op->getLoc(),
                   remark::RemarkOpts::name("AbsorbEpilogue").category("wino"))
        << ("not absorbed: " + reason).str();
    return;
  }
}

namespace {
struct AbsorbEpilogue : wino::impl::AbsorbEpiloguePassBase<AbsorbEpilogue> {
  using AbsorbEpiloguePassBase::AbsorbEpiloguePassBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateAbsorbEpiloguePatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      return signalPassFailure();
    getOperation()->walk([](linalg::GenericOp op) { remarkMissed(op); });
  }
};
} // namespace
