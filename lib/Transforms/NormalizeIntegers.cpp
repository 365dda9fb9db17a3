//===- NormalizeIntegers.cpp - Convolutions without zero points -----------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A convolution of bytes x and w, signed or not, with zero points p and q,
//
//   y[.., k] += sum (x - p) (w - q)
//
// over `count` products per sum, becomes one of signed bytes and what the zero
// points add to it:
//
//   y'       y + sum x w
//   y        y'[.., k] - p s[k] + count p q - q t[..]
//   s[k]     sum of the w of output channel k
//   t[..]    sum of the x under the window
//
// An unsigned byte u is the signed byte u - 128, which is u with its highest
// bit flipped; its zero point moves likewise. All equations hold modulo 2^32.
//
//===----------------------------------------------------------------------===//

#include "Wino/Transforms/Passes.h"
#include "Wino/Transforms/Transforms.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Remarks.h"

namespace wino {
#define GEN_PASS_DEF_NORMALIZEINTEGERSPASS
#include "Wino/Transforms/Passes.h.inc"
} // namespace wino

using namespace mlir;
using namespace wino;

namespace {

/// A factor of the products: an operand of bytes less its zero point.
struct Factor {
  unsigned operand;
  bool isUnsigned = false;
  /// As if the bytes were signed; to this comes `variable`, an integer that the
  /// op does not compute, unless it is null.
  int64_t zeroPoint = 0;
  Value variable;

  bool hasZeroPoint() const { return variable || zeroPoint != 0; }
};

/// The sum of products of bytes that a linalg op computes.
struct ByteProduct {
  linalg::LinalgOp op;
  Factor image, filter;

  bool isPlain() const {
    return !image.isUnsigned && !filter.isUnsigned && !image.hasZeroPoint() &&
           !filter.hasZeroPoint();
  }
};

} // namespace

/// Finds the zero point of `factor`, `value` in the body of `op`: a constant,
/// or an operand or another integer that is the same for all products.
static LogicalResult findZeroPoint(linalg::LinalgOp op, Value value,
                                   Factor &factor) {
  if (auto extension = value.getDefiningOp<arith::ExtSIOp>())
    value = extension.getIn();
  if (auto argument = dyn_cast<BlockArgument>(value);
      argument && argument.getOwner() == op.getBlock())
    value = op->getOperand(argument.getArgNumber());
  APInt constant;
  if (matchPattern(value, m_ConstantInt(&constant))) {
    factor.zeroPoint = constant.getSExtValue();
    return success();
  }
  auto type = dyn_cast<IntegerType>(value.getType());
  if (!type || type.getWidth() > 32 || value.getParentBlock() == op.getBlock())
    return failure();
  factor.variable = value;
  return success();
}

/// Matches a factor, which must be of i32: ext(arg) or ext(arg) - zero point.
/// Returns std::nullopt for other factors, also if the zero point is not the
/// same for all products; then `reason` says so.
static std::optional<Factor> matchFactor(linalg::LinalgOp op, Value value,
                                         std::string &reason) {
  Factor factor;
  Value zeroPoint;
  if (auto difference = value.getDefiningOp<arith::SubIOp>()) {
    value = difference.getLhs();
    zeroPoint = difference.getRhs();
  }
  Operation *extension = value.getDefiningOp();
  if (!isa_and_nonnull<arith::ExtSIOp, arith::ExtUIOp>(extension) ||
      !value.getType().isSignlessInteger(32))
    return std::nullopt;
  auto argument = dyn_cast<BlockArgument>(extension->getOperand(0));
  if (!argument || argument.getOwner() != op.getBlock() ||
      !argument.getType().isSignlessInteger(8))
    return std::nullopt;
  factor.operand = argument.getArgNumber();
  factor.isUnsigned = isa<arith::ExtUIOp>(extension);
  if (zeroPoint) {
    if (failed(findZeroPoint(op, zeroPoint, factor))) {
      reason = "a zero point is not the same for all products";
      return std::nullopt;
    }
    const int64_t least = factor.isUnsigned ? 0 : -128;
    if (factor.zeroPoint < least || factor.zeroPoint > least + 255) {
      llvm::raw_string_ostream(reason)
          << "the zero point " << factor.zeroPoint << " is not from " << least
          << " to " << least + 255;
      return std::nullopt;
    }
  }
  if (factor.isUnsigned)
    factor.zeroPoint -= 128;
  return factor;
}

/// Matches a body that sums products of the first two operands.
static std::optional<ByteProduct> matchProduct(linalg::LinalgOp op,
                                               std::string &reason) {
  if (op.getNumDpsInputs() < 2 || op.getNumDpsInits() != 1 ||
      op.getNumReductionLoops() == 0)
    return std::nullopt;
  Block &body = *op.getBlock();
  Value yielded = body.getTerminator()->getOperand(0);
  auto sum = yielded.getDefiningOp<arith::AddIOp>();
  if (!sum || !sum.getType().isSignlessInteger(32))
    return std::nullopt;
  Value accumulator = body.getArguments().back();
  Value product = sum.getLhs() == accumulator ? sum.getRhs() : sum.getLhs();
  auto mul = product.getDefiningOp<arith::MulIOp>();
  if (!mul || (sum.getLhs() != accumulator && sum.getRhs() != accumulator))
    return std::nullopt;
  auto image = matchFactor(op, mul.getLhs(), reason);
  auto filter = matchFactor(op, mul.getRhs(), reason);
  if (!image || !filter)
    return std::nullopt;
  if (image->operand > filter->operand)
    std::swap(image, filter);
  if (image->operand != 0 || filter->operand != 1)
    return std::nullopt;
  return ByteProduct{op, *image, *filter};
}

namespace {

/// Rewrites one convolution.
class Normalizer {
public:
  Normalizer(RewriterBase &rewriter, const ByteProduct &product)
      : rewriter(rewriter), product(product), op(product.op), loc(op->getLoc()),
        i32(rewriter.getI32Type()) {}

  /// Returns failure with a reason, and leaves the convolution, if Wino would
  /// not compute what it becomes.
  LogicalResult run(std::string &reason);

private:
  Value flipHighestBits(Value bytes);
  linalg::LinalgOp createPlain(Value image, Value filter);
  Value sumFilter(Value filter, unsigned channelDim);
  Value sumWindows(Value image);
  Value createOffsets(Value filter);
  Value correct(Value sums, Value image, Value filter);

  Value createGeneric(ValueRange inputs, Value init, ArrayRef<AffineMap> maps,
                      ArrayRef<utils::IteratorType> iterators,
                      function_ref<Value(OpBuilder &, ValueRange)> body) {
    return linalg::GenericOp::create(
               rewriter, loc, init.getType(), inputs, init, maps, iterators,
               [&](OpBuilder &b, Location, ValueRange args) {
                 linalg::YieldOp::create(b, loc, body(b, args));
               })
        .getResult(0);
  }
  Value createConstant(OpBuilder &b, int64_t value) {
    return arith::ConstantOp::create(
        b, loc, b.getI32IntegerAttr(static_cast<int32_t>(value)));
  }
  /// Writes the zero point times -1.
  Value createNegated(OpBuilder &b, const Factor &factor) {
    Value constant = createConstant(b, -factor.zeroPoint);
    Value variable = factor.variable;
    if (!variable)
      return constant;
    if (variable.getType() != i32)
      variable = arith::ExtSIOp::create(b, loc, i32, variable);
    return arith::SubIOp::create(b, loc, constant, variable);
  }
  Value createEmpty(ArrayRef<OpFoldResult> sizes) {
    return tensor::EmptyOp::create(rewriter, loc, sizes, i32);
  }
  Value createZeros(ArrayRef<OpFoldResult> sizes) {
    return linalg::FillOp::create(rewriter, loc, createConstant(rewriter, 0),
                                  createEmpty(sizes))
        .getResult(0);
  }
  AffineMap getImageMap() { return op.getIndexingMapsArray()[0]; }
  AffineMap getFilterMap() { return op.getIndexingMapsArray()[1]; }
  AffineMap getResultMap() { return op.getIndexingMapsArray().back(); }

  RewriterBase &rewriter;
  const ByteProduct &product;
  linalg::LinalgOp op;
  Location loc;
  Type i32;
  /// The loop over output channels, and where it is in filter and result.
  unsigned channelLoop = 0, filterChannel = 0, resultChannel = 0;
  /// How many products a sum has; not needed and 0 if a size is dynamic.
  int64_t count = 0;
};

} // namespace

/// Below the padding of an image, so that it stays one.
Value Normalizer::flipHighestBits(Value bytes) {
  if (auto pad = bytes.getDefiningOp<tensor::PadOp>()) {
    APInt value;
    Value constant = pad.getConstantPaddingValue();
    if (constant && matchPattern(constant, m_ConstantInt(&value))) {
      value.flipBit(7);
      Value flipped = arith::ConstantOp::create(
          rewriter, loc, rewriter.getI8IntegerAttr(value.getSExtValue()));
      return tensor::PadOp::create(rewriter, loc, pad.getType(),
                                   flipHighestBits(pad.getSource()),
                                   pad.getMixedLowPad(), pad.getMixedHighPad(),
                                   flipped, pad.getNofold());
    }
  }
  int64_t rank = cast<RankedTensorType>(bytes.getType()).getRank();
  SmallVector<AffineMap> maps(2, rewriter.getMultiDimIdentityMap(rank));
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::parallel);
  Value init = tensor::EmptyOp::create(
      rewriter, loc, tensor::getMixedSizes(rewriter, loc, bytes),
      rewriter.getI8Type());
  return createGeneric(
      bytes, init, maps, iterators, [&](OpBuilder &b, ValueRange args) {
        Value highestBit =
            arith::ConstantOp::create(b, loc, b.getI8IntegerAttr(-128));
        return arith::XOrIOp::create(b, loc, args[0], highestBit);
      });
}

linalg::LinalgOp Normalizer::createPlain(Value image, Value filter) {
  Value init = op.getDpsInits()[0];
  linalg::LinalgOp plain;
  AffineExpr m, n, k;
  bindDims(rewriter.getContext(), m, n, k);
  auto isMap = [&](AffineMap map, ArrayRef<AffineExpr> results) {
    return map.getNumDims() == 3 && map.getResults() == results;
  };
  if (isMap(getImageMap(), {m, k}) && isMap(getFilterMap(), {k, n}) &&
      isMap(getResultMap(), {m, n}))
    plain = linalg::MatmulOp::create(rewriter, loc, init.getType(),
                                     ValueRange{image, filter}, init);
  else
    plain = linalg::GenericOp::create(
        rewriter, loc, init.getType(), ValueRange{image, filter}, init,
        ArrayRef<AffineMap>{getImageMap(), getFilterMap(), getResultMap()},
        op.getIteratorTypesArray(),
        [&](OpBuilder &b, Location, ValueRange args) {
          Value x = arith::ExtSIOp::create(b, loc, i32, args[0]);
          Value w = arith::ExtSIOp::create(b, loc, i32, args[1]);
          Value xw = arith::MulIOp::create(b, loc, x, w);
          Value sum = arith::AddIOp::create(b, loc, args[2], xw);
          linalg::YieldOp::create(b, loc, sum);
        });
  for (NamedAttribute attr : op->getDiscardableAttrs())
    if (attr.getName() != linalg::LinalgDialect::kMemoizedIndexingMapsAttrName)
      plain->setDiscardableAttr(attr.getName(), attr.getValue());
  return plain;
}

/// The sum of the filter of each output channel.
Value Normalizer::sumFilter(Value filter, unsigned channelDim) {
  int64_t rank = cast<RankedTensorType>(filter.getType()).getRank();
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::reduction);
  iterators[channelDim] = utils::IteratorType::parallel;
  AffineMap maps[] = {
      rewriter.getMultiDimIdentityMap(rank),
      AffineMap::get(rank, 0, rewriter.getAffineDimExpr(channelDim))};
  Value init =
      createZeros(tensor::getMixedSize(rewriter, loc, filter, channelDim));
  return createGeneric(filter, init, maps, iterators,
                       [&](OpBuilder &b, ValueRange args) {
                         Value w = arith::ExtSIOp::create(b, loc, i32, args[0]);
                         return arith::AddIOp::create(b, loc, w, args[1]);
                       });
}

/// What the zero points add to all results of a channel.
Value Normalizer::createOffsets(Value filter) {
  Value sums = sumFilter(filter, filterChannel);
  SmallVector<AffineMap> maps(2, rewriter.getMultiDimIdentityMap(1));
  Value init = createEmpty(tensor::getMixedSizes(rewriter, loc, sums));
  return createGeneric(
      sums, init, maps, utils::IteratorType::parallel,
      [&](OpBuilder &b, ValueRange args) -> Value {
        Value image = createNegated(b, product.image);
        Value offset = arith::MulIOp::create(b, loc, args[0], image);
        if (product.image.variable || product.filter.variable) {
          Value both = arith::MulIOp::create(b, loc, image,
                                             createNegated(b, product.filter));
          both = arith::MulIOp::create(b, loc, both, createConstant(b, count));
          return arith::AddIOp::create(b, loc, offset, both);
        }
        // Modulo 2^32, as all is.
        uint64_t constant = uint64_t(count) *
                            uint64_t(product.image.zeroPoint) *
                            uint64_t(product.filter.zeroPoint);
        return arith::AddIOp::create(b, loc, offset,
                                     createConstant(b, int64_t(constant)));
      });
}

/// The sum of the pixels under the filter of each pixel of the result.
Value Normalizer::sumWindows(Value image) {
  // The loops of the convolution without that over output channels.
  unsigned numLoops = op.getNumLoops();
  SmallVector<AffineExpr> loops;
  SmallVector<utils::IteratorType> iterators;
  for (auto [loop, iterator] : llvm::enumerate(op.getIteratorTypesArray())) {
    loops.push_back(rewriter.getAffineDimExpr(iterators.size()));
    if (loop != channelLoop)
      iterators.push_back(iterator);
  }
  auto getMap = [&](ArrayRef<AffineExpr> results) {
    return AffineMap::get(numLoops, 0, results, rewriter.getContext())
        .replaceDimsAndSymbols(loops, {}, numLoops - 1, 0);
  };
  // A tensor without data gives the sizes of the loops over the window.
  SmallVector<AffineExpr> windowLoops, resultLoops;
  SmallVector<OpFoldResult> windowSizes, resultSizes;
  SmallVector<OpFoldResult> filterSizes =
      tensor::getMixedSizes(rewriter, loc, op->getOperand(1));
  for (auto [size, expr] :
       llvm::zip_equal(filterSizes, getFilterMap().getResults()))
    if (!llvm::is_contained(getImageMap().getResults(), expr) &&
        expr != rewriter.getAffineDimExpr(channelLoop)) {
      windowLoops.push_back(expr);
      windowSizes.push_back(size);
    }
  SmallVector<OpFoldResult> allSizes =
      tensor::getMixedSizes(rewriter, loc, op.getDpsInits()[0]);
  for (auto [size, expr] :
       llvm::zip_equal(allSizes, getResultMap().getResults()))
    if (expr != rewriter.getAffineDimExpr(channelLoop)) {
      resultLoops.push_back(expr);
      resultSizes.push_back(size);
    }
  SmallVector<Value> inputs = {image};
  SmallVector<AffineMap> maps = {getMap(getImageMap().getResults())};
  if (!windowLoops.empty()) {
    inputs.push_back(createEmpty(windowSizes));
    maps.push_back(getMap(windowLoops));
  }
  maps.push_back(getMap(resultLoops));
  return createGeneric(inputs, createZeros(resultSizes), maps, iterators,
                       [&](OpBuilder &b, ValueRange args) {
                         Value x = arith::ExtSIOp::create(b, loc, i32, args[0]);
                         return arith::AddIOp::create(b, loc, x, args.back());
                       });
}

/// Adds to the sums of the plain convolution what the zero points do.
Value Normalizer::correct(Value sums, Value image, Value filter) {
  int64_t rank = cast<RankedTensorType>(sums.getType()).getRank();
  SmallVector<Value> inputs = {sums};
  SmallVector<AffineMap> maps = {rewriter.getMultiDimIdentityMap(rank)};
  bool hasOffsets = product.image.hasZeroPoint();
  bool hasWindows = product.filter.hasZeroPoint();
  if (hasOffsets) {
    inputs.push_back(createOffsets(filter));
    maps.push_back(
        AffineMap::get(rank, 0, rewriter.getAffineDimExpr(resultChannel)));
  }
  if (hasWindows) {
    inputs.push_back(sumWindows(image));
    maps.push_back(maps.front().dropResult(resultChannel));
  }
  if (inputs.size() == 1)
    return sums;
  maps.push_back(maps.front());
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::parallel);
  Value init = createEmpty(tensor::getMixedSizes(rewriter, loc, sums));
  return createGeneric(
      inputs, init, maps, iterators, [&](OpBuilder &b, ValueRange args) {
        Value result = args[0];
        if (hasOffsets)
          result = arith::AddIOp::create(b, loc, result, args[1]);
        if (!hasWindows)
          return result;
        Value window = args[hasOffsets ? 2 : 1];
        Value factor = createNegated(b, product.filter);
        Value addend = arith::MulIOp::create(b, loc, window, factor);
        return arith::AddIOp::create(b, loc, result, addend).getResult();
      });
}

LogicalResult Normalizer::run(std::string &reason) {
  if (!op.hasPureTensorSemantics()) {
    reason = "it is not on tensors";
    return failure();
  }
  rewriter.setInsertionPoint(op);
  // Whether it is a convolution shows the op itself, with other bytes.
  linalg::LinalgOp probe = createPlain(op->getOperand(0), op->getOperand(1));
  FailureOr<ConvProblem> problem = matchConvolution(probe, reason);
  rewriter.eraseOp(probe);
  if (failed(problem))
    return failure();

  resultChannel = problem->isMatmul ? 1 : problem->resultPermutation[3];
  filterChannel = problem->isMatmul ? 1 : problem->filterPermutation[3];
  channelLoop = getFilterMap().getDimPosition(filterChannel);
  count = problem->kh * problem->kw * problem->c;
  auto getBytes = [&](const Factor &factor) {
    Value bytes = op->getOperand(factor.operand);
    return factor.isUnsigned ? flipHighestBits(bytes) : bytes;
  };
  Value image = getBytes(product.image), filter = getBytes(product.filter);
  linalg::LinalgOp plain = createPlain(image, filter);
  rewriter.replaceOp(op, correct(plain->getResult(0), image, filter));
  return success();
}

LogicalResult wino::normalizeIntegers(RewriterBase &rewriter,
                                      linalg::LinalgOp op,
                                      std::string &reason) {
  reason.clear();
  std::optional<ByteProduct> product = matchProduct(op, reason);
  if (!product || product->isPlain())
    return failure();
  return Normalizer(rewriter, *product).run(reason);
}

namespace {
struct NormalizeIntegers
    : wino::impl::NormalizeIntegersPassBase<NormalizeIntegers> {
  using NormalizeIntegersPassBase::NormalizeIntegersPassBase;

  void runOnOperation() override {
    SmallVector<linalg::LinalgOp> ops;
    getOperation()->walk([&](linalg::LinalgOp op) { ops.push_back(op); });
    IRRewriter rewriter(&getContext());
    for (linalg::LinalgOp op : ops) {
      std::string reason;
      Location loc = op->getLoc();
      if (failed(normalizeIntegers(rewriter, op, reason)) && !reason.empty())
        remark::missed(
            loc, remark::RemarkOpts::name("NormalizeIntegers").category("wino"))
            << ("left with its zero points: " + reason);
    }
  }
};
} // namespace
