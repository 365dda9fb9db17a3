//===- ApplyPlan.cpp - Rewrite convolutions by their plans ----------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A convolution y = y0 + conv(x, f) becomes
//
//   x', f'   x and f brought to NHWC and HWCF
//   U        filter_transform(f')   [K'/KB, a, a', KB/NR, C', NR], of a filter
//            that is only packed before if this happens on the fly
//   V        input_transform(x')    [a, a', N, TH, TW, C'], or im2row(x')
//   M        hadamard(V, U)         [a, a', N, TH, TW, K']
//   y'       output_transform(M), with y0 added in its epilogue
//   y        y' brought to the layout of the convolution
//
// or, by a direct plan,
//
//   U        filter_transform(f')   [K'/KB, 1, 1, KB/NR, kh kw C, NR]
//   z        pad_image(x')          [N, ZH, ZW, C'], if it has a padding
//   y'       conv(z, U), with y0 added in its epilogue
//
// C' is C rounded up to whole vectors and K' is K rounded up to whole blocks,
// so that only the user's tensors have tails.
//
//===----------------------------------------------------------------------===//

#include "Wino/Transforms/FilterBounds.h"
#include "Wino/Transforms/Passes.h"
#include "Wino/Transforms/Transforms.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/Support/MathExtras.h"

namespace wino {
#define GEN_PASS_DEF_APPLYPLANPASS
#include "Wino/Transforms/Passes.h.inc"
} // namespace wino

using namespace mlir;
using namespace wino;

//===----------------------------------------------------------------------===//
// Layouts
//===----------------------------------------------------------------------===//

static bool isIdentity(ArrayRef<int64_t> permutation) {
  return llvm::equal(permutation, llvm::seq<int64_t>(0, permutation.size()));
}

/// Returns `value` with its dimensions permuted, as linalg.transpose does.
static Value transpose(OpBuilder &builder, Location loc, Value value,
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

Value wino::transposeImage(OpBuilder &builder, Location loc, Value image,
                           ArrayRef<int64_t> permutation, bool movePad) {
  auto pad = image.getDefiningOp<tensor::PadOp>();
  Value value = pad ? pad.getConstantPaddingValue() : Value();
  if (!value || !movePad || isIdentity(permutation))
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

/// Adds two leading unit dimensions to a matrix.
static Value expandMatrix(OpBuilder &builder, Location loc, Value matrix) {
  auto type = cast<RankedTensorType>(matrix.getType());
  auto expanded = RankedTensorType::get(
      {1, 1, type.getDimSize(0), type.getDimSize(1)}, type.getElementType());
  return tensor::ExpandShapeOp::create(
      builder, loc, expanded, matrix,
      SmallVector<ReassociationIndices>{{0, 1, 2}, {3}});
}

/// Removes them.
static Value collapseMatrix(OpBuilder &builder, Location loc, Value value) {
  return tensor::CollapseShapeOp::create(
      builder, loc, value, SmallVector<ReassociationIndices>{{0, 1, 2}, {3}});
}

//===----------------------------------------------------------------------===//
// The destination of the convolution
//===----------------------------------------------------------------------===//

/// Returns the vector [K] that `value` broadcasts along dimension `channelDim`,
/// or null.
static Value getBroadcastChannel(Value value, int64_t channelDim) {
  if (auto broadcast = value.getDefiningOp<linalg::BroadcastOp>()) {
    auto source = cast<ShapedType>(broadcast.getInput().getType());
    if (source.getRank() == 1 &&
        !llvm::is_contained(broadcast.getDimensions(), channelDim))
      return broadcast.getInput();
    return {};
  }
  auto generic = value.getDefiningOp<linalg::GenericOp>();
  if (!generic || generic.getNumDpsInputs() != 1 ||
      generic.getNumResults() != 1 || !linalg::isElementwise(generic) ||
      !generic.getIndexingMapsArray().back().isIdentity())
    return {};
  auto yield = cast<linalg::YieldOp>(generic.getBody()->getTerminator());
  AffineMap map = generic.getIndexingMapsArray()[0];
  if (yield.getValues()[0] != generic.getBody()->getArgument(0) ||
      map.getNumResults() != 1 ||
      map.getResult(0) != getAffineDimExpr(channelDim, generic->getContext()))
    return {};
  return generic.getDpsInputs()[0];
}

static bool isZero(Value value) {
  if (auto fill = value.getDefiningOp<linalg::FillOp>())
    value = fill.getInputs()[0];
  else if (auto generic = value.getDefiningOp<linalg::GenericOp>())
    value = linalg::isaFillOpInterface(generic).value_or(value);
  return matchPattern(value, m_AnyZeroFloat()) || matchPattern(value, m_Zero());
}

/// Returns what the convolution adds to: null if it is zero, [K] if it is the
/// same at every pixel, else the tensor in NHWC.
static Value getAddend(OpBuilder &builder, const ConvProblem &problem) {
  linalg::LinalgOp op = problem.op;
  Value init = op.getDpsInits()[0];
  if (isZero(init))
    return {};
  int64_t channelDim = problem.isMatmul ? 1 : problem.resultPermutation[3];
  if (Value channel = getBroadcastChannel(init, channelDim))
    return channel;
  if (problem.isMatmul)
    return expandMatrix(builder, op.getLoc(), init);
  return transpose(builder, op.getLoc(), init, problem.resultPermutation);
}

//===----------------------------------------------------------------------===//
// The stages
//===----------------------------------------------------------------------===//

namespace {
/// Builds the stages of one convolution.
class ConvolutionBuilder {
public:
  ConvolutionBuilder(RewriterBase &rewriter, const ConvProblem &problem,
                     PlanAttr plan)
      : rewriter(rewriter), problem(problem), schedule(plan.getSchedule()),
        numbers(plan.getNumbers()), loc(linalg::LinalgOp(problem.op).getLoc()) {
    MLIRContext *context = rewriter.getContext();
    isWinograd = plan.getAlgorithm() == Algorithm::Winograd;
    isDirect = plan.getAlgorithm() == Algorithm::Direct;
    transform = isWinograd ? plan.getTransform()
                           : TransformAttr::get(context, 1, 1, 1, 1);
    depth = isWinograd ? problem.c : problem.kh * problem.kw * problem.c;
    // A direct convolution reads no more than the image has.
    paddedDepth = isDirect ? depth : getPaddedDepth(schedule, depth);
    paddedK = llvm::alignTo(problem.k, schedule.getKBlock());
  }

  /// Returns the result in the layout of the convolution.
  Value build() {
    linalg::LinalgOp op = problem.op;
    Value image = op.getDpsInputs()[0], filter = op.getDpsInputs()[1];
    if (problem.isMatmul) {
      image = expandMatrix(rewriter, loc, image);
      filter = expandMatrix(rewriter, loc, filter);
    } else {
      image = transposeImage(rewriter, loc, image, problem.imagePermutation);
      filter = transpose(rewriter, loc, filter, problem.filterPermutation);
    }
    resultSizes = tensor::getMixedSizes(rewriter, loc, op.getDpsInits()[0]);
    if (problem.isMatmul)
      resultSizes.insert(resultSizes.begin(), 2, rewriter.getIndexAttr(1));
    else
      resultSizes = applyPermutation(resultSizes, problem.resultPermutation);

    Value u = buildFilterTransform(filter);
    Value y = isDirect ? buildConv(image, u) : buildStages(image, u);
    if (problem.isMatmul)
      return collapseMatrix(rewriter, loc, y);
    return transpose(rewriter, loc, y,
                     invertPermutationVector(problem.resultPermutation));
  }

  /// Bytes of the packed filter.
  int64_t getFilterBytes() const {
    int64_t taps =
        schedule.getOnTheFly() ? problem.kh * problem.kw : getNumTaps();
    return taps * paddedDepth * paddedK *
           getBytes(schedule.getOnTheFly() ? problem.filterType
                                           : getFactorType());
  }

  /// Bytes of V and M of one block, with the part of the filter that is
  /// transformed on the fly, or of the padded image under it.
  int64_t getScratchBytes() const {
    if (isDirect)
      return getPaddedImageBytes();
    auto getTiles = [](int64_t block, int64_t pixels, int64_t m) -> int64_t {
      if (block != 0)
        return block;
      return ShapedType::isDynamic(pixels) ? 1 : llvm::divideCeil(pixels, m);
    };
    int64_t tiles =
        getTiles(schedule.getBlockRows(), problem.outH, transform.getMRows()) *
        getTiles(schedule.getBlockCols(), problem.outW, transform.getMCols());
    int64_t bytes = tiles * (paddedDepth * getBytes(getFactorType()) +
                             schedule.getKBlock() * getBytes(problem.sumType));
    if (schedule.getOnTheFly())
      bytes += schedule.getKBlock() * getBytes(getFactorType()) *
               (schedule.getCBlock() ? schedule.getCBlock() : paddedDepth);
    return getNumTaps() * bytes;
  }

private:
  /// Bytes of the padded image under a block; a dynamic size counts as one.
  int64_t getPaddedImageBytes() const {
    if (!paddedImage)
      return 0;
    int64_t size = paddedImage.getDimSize(image_dim::kChannel) *
                   getBytes(problem.imageType);
    const int64_t block[] = {schedule.getBlockRows(), schedule.getBlockCols()};
    const int64_t taps[] = {problem.kh, problem.kw};
    for (unsigned axis : {0, 1}) {
      int64_t all = paddedImage.getDimSize(image_dim::kRow + axis);
      int64_t part = (block[axis] - 1) * problem.strides[axis] +
                     (taps[axis] - 1) * problem.dilations[axis] + 1;
      bool isAll =
          block[axis] == 0 || (!ShapedType::isDynamic(all) && part > all);
      size *= isAll ? std::max<int64_t>(all, 1) : part;
    }
    return size;
  }

  int64_t getNumTaps() const {
    return wino::getNumTaps(transform, numbers, 0) *
           wino::getNumTaps(transform, numbers, 1);
  }

  /// Whether no element of a filter of i8 is -128.
  bool hasNarrowRange() const {
    return problem.isInteger() && !numbers &&
           getFilterBounds(problem).min > -128;
  }

  /// The element type of V and U.
  Type getFactorType() const {
    return numbers ? numbers.getFactorType() : problem.imageType;
  }

  static int64_t getBytes(Type type) {
    return llvm::divideCeil(type.getIntOrFloatBitWidth(), 8);
  }

  Value createEmpty(ArrayRef<OpFoldResult> sizes, Type elementType) {
    return tensor::EmptyOp::create(rewriter, loc, sizes, elementType);
  }

  SmallVector<OpFoldResult> getIndexAttrs(ArrayRef<int64_t> values) {
    return getAsIndexOpFoldResult(rewriter.getContext(), values);
  }

  /// Sizes of V or M with `channels` channels.
  SmallVector<OpFoldResult> getTileSizes(int64_t channels) {
    AffineExpr d0;
    bindDims(rewriter.getContext(), d0);
    auto tiles = [&](unsigned dim, int64_t m) {
      return affine::makeComposedFoldedAffineApply(rewriter, loc, d0.ceilDiv(m),
                                                   {resultSizes[dim]});
    };
    return {rewriter.getIndexAttr(wino::getNumTaps(transform, numbers, 0)),
            rewriter.getIndexAttr(wino::getNumTaps(transform, numbers, 1)),
            resultSizes[image_dim::kBatch],
            tiles(image_dim::kRow, transform.getMRows()),
            tiles(image_dim::kCol, transform.getMCols()),
            rewriter.getIndexAttr(channels)};
  }

  Value buildFilterTransform(Value filter) {
    if (!isWinograd && problem.kh * problem.kw != 1) {
      // The taps become channels of a 1x1 filter.
      filter = collapseMatrix(rewriter, loc, filter);
      filter = expandMatrix(rewriter, loc, filter);
    }
    if (schedule.getOnTheFly())
      filter = buildFilterTransform(
          filter,
          TransformAttr::getKept(rewriter.getContext(), problem.kh, problem.kw),
          /*byNumbers=*/{});
    return buildFilterTransform(filter, transform, numbers);
  }

  Value buildFilterTransform(Value filter, TransformAttr by,
                             NumbersAttrInterface byNumbers) {
    const int64_t group = schedule.getGroup();
    SmallVector<int64_t> sizes = {paddedK / schedule.getKBlock(),
                                  wino::getNumTaps(by, byNumbers, 0),
                                  wino::getNumTaps(by, byNumbers, 1),
                                  schedule.getKBlock() /
                                      schedule.getMicroCols(),
                                  paddedDepth / group,
                                  schedule.getMicroCols()};
    if (group != 1)
      sizes.push_back(group);
    Value init = createEmpty(getIndexAttrs(sizes),
                             byNumbers ? getFactorType() : problem.filterType);
    return FilterTransformOp::create(rewriter, loc, init.getType(), by, filter,
                                     init, byNumbers)
        ->getResult(0);
  }

  /// Whether `image` may hold more pixels along `dim` than the result needs.
  bool hasSparePixels(Value image, unsigned dim) {
    const unsigned axis = dim - image_dim::kRow;
    const int64_t taps = axis == 0 ? problem.kh : problem.kw;
    const int64_t extent = problem.dilations[axis] * (taps - 1) + 1;
    const int64_t size = cast<ShapedType>(image.getType()).getDimSize(dim);
    std::optional<int64_t> pixels = getConstantIntValue(resultSizes[dim]);
    return !ShapedType::isDynamic(size) && pixels &&
           (size - extent) / problem.strides[axis] + 1 != *pixels;
  }

  Value buildImageReader(Value image) {
    Value init = createEmpty(getTileSizes(paddedDepth), getFactorType());
    SmallVector<int64_t, 4> noPad(4, 0);
    // With an origin V need not hold all tiles of the image.
    SmallVector<Value> origin;
    if (hasSparePixels(image, image_dim::kRow) ||
        hasSparePixels(image, image_dim::kCol))
      origin.assign(2, arith::ConstantIndexOp::create(rewriter, loc, 0));
    if (isWinograd)
      return InputTransformOp::create(rewriter, loc, init.getType(), transform,
                                      noPad, image, init, origin,
                                      ImageLayout::NHWC, schedule.getPrefetch(),
                                      /*padValue=*/0, numbers)
          ->getResult(0);
    return Im2RowOp::create(rewriter, loc, init.getType(),
                            ArrayRef<int64_t>{problem.kh, problem.kw},
                            problem.strides, problem.dilations, noPad, image,
                            init, origin)
        ->getResult(0);
  }

  Value buildStages(Value image, Value u) {
    Value v = buildImageReader(image);
    Value m = createEmpty(getTileSizes(paddedK), problem.sumType);
    SmallVector<Value> edge;
    DenseI64ArrayAttr edgeTaps;
    if (transform.hasEdge()) {
      for (int64_t axis : {0, 1})
        edge.push_back(arith::ConstantIndexOp::create(
            rewriter, loc,
            transform.getNumWholeTiles(axis, axis == 0 ? problem.outH
                                                       : problem.outW)));
      edgeTaps = rewriter.getDenseI64ArrayAttr(
          {transform.getAlpha(0, /*atEdge=*/true),
           transform.getAlpha(1, /*atEdge=*/true)});
    }
    m = HadamardOp::create(rewriter, loc, m.getType(), v, u, m, edge, edgeTaps,
                           schedule, /*accumulate=*/false, hasNarrowRange())
            ->getResult(0);
    Value addend = getAddend(rewriter, problem);
    Value init = createEmpty(resultSizes, problem.sumType);
    auto op = OutputTransformOp::create(
        rewriter, loc, init.getType(), transform, m, init,
        addend ? ValueRange(addend) : ValueRange(), schedule, ImageLayout::NHWC,
        /*epilogueLayouts=*/{}, numbers);
    buildEpilogue(op.getEpilogue(), addend);
    return op->getResult(0);
  }

  /// Returns a copy of a padded image, which can take over the padding; the
  /// image itself if it has none.
  Value buildPadImage(Value image) {
    if (!image.getDefiningOp<tensor::PadOp>())
      return image;
    Value init = createEmpty(tensor::getMixedSizes(rewriter, loc, image),
                             problem.imageType);
    paddedImage = cast<ShapedType>(init.getType());
    SmallVector<int64_t, 4> noPad(4, 0);
    return PadImageOp::create(rewriter, loc, init.getType(), noPad, image, init,
                              ValueRange())
        ->getResult(0);
  }

  Value buildConv(Value image, Value u) {
    image = buildPadImage(image);
    Value addend = getAddend(rewriter, problem);
    Value init = createEmpty(resultSizes, problem.sumType);
    auto op =
        ConvOp::create(rewriter, loc, init.getType(), {problem.kh, problem.kw},
                       problem.strides, problem.dilations, image, u, init,
                       addend ? ValueRange(addend) : ValueRange(), schedule,
                       ImageLayout::NHWC, /*epilogueLayouts=*/{},
                       /*microRows=*/{}, /*prefetch=*/false,
                       /*streamStores=*/false, hasNarrowRange());
    buildEpilogue(op.getEpilogue(), addend);
    return op->getResult(0);
  }

  /// Fills the region of an op: the sum, plus `addend` if it is not null.
  void buildEpilogue(Region &epilogue, Value addend) {
    OpBuilder::InsertionGuard guard(rewriter);
    SmallVector<Type> types(addend ? 2 : 1, problem.sumType);
    Block *block = rewriter.createBlock(
        &epilogue, {}, types, SmallVector<Location>(types.size(), loc));
    Value sum = block->getArgument(0);
    if (addend && problem.isInteger())
      sum = arith::AddIOp::create(rewriter, loc, sum, block->getArgument(1));
    else if (addend)
      sum = arith::AddFOp::create(rewriter, loc, sum, block->getArgument(1));
    YieldOp::create(rewriter, loc, sum);
  }

  RewriterBase &rewriter;
  const ConvProblem &problem;
  ScheduleAttr schedule;
  /// The numbers of the transforms; null for those of the problem.
  NumbersAttrInterface numbers;
  Location loc;
  bool isWinograd, isDirect;
  TransformAttr transform;
  /// Length of a row of V, before and after padding, and padded channels of M.
  int64_t depth, paddedDepth, paddedK;
  /// The type of the copy of the image; null if there is none.
  ShapedType paddedImage;
  /// Sizes of the result in NHWC.
  SmallVector<OpFoldResult> resultSizes;
};
} // namespace

/// Height and width of the image before it is padded.
static std::pair<int64_t, int64_t> getImageSize(const ConvProblem &problem) {
  if (problem.isMatmul)
    return {problem.h, problem.w};
  linalg::LinalgOp op = problem.op;
  Value image = op.getDpsInputs()[0];
  if (auto pad = image.getDefiningOp<tensor::PadOp>())
    image = pad.getSource();
  auto type = cast<ShapedType>(image.getType());
  return {type.getDimSize(problem.imagePermutation[1]),
          type.getDimSize(problem.imagePermutation[2])};
}

/// Describes a planned convolution for reports; dynamic sizes are left out.
static DictionaryAttr getRecord(const ConvProblem &problem, PlanAttr plan,
                                StringRef name, int64_t filterBytes,
                                int64_t scratchBytes) {
  Builder builder(plan.getContext());
  NamedAttrList record;
  record.append("name", builder.getStringAttr(name));
  record.append("algorithm",
                builder.getStringAttr(stringifyAlgorithm(plan.getAlgorithm())));
  if (TransformAttr transform = plan.getTransform())
    record.append("transform", builder.getStringAttr(transform.getName()));
  // As text, so that tools without the dialect can read the record.
  std::string planText;
  llvm::raw_string_ostream(planText) << plan;
  record.append("plan", builder.getStringAttr(planText));
  if (plan.getNumbers()) {
    std::string proof;
    if (succeeded(checkRing(problem, plan.getTransform(),
                            getFilterBounds(problem), proof)))
      record.append("certificate", builder.getStringAttr(proof));
  }
  auto appendSize = [&](StringRef key, int64_t size) {
    if (!ShapedType::isDynamic(size))
      record.append(key, builder.getI64IntegerAttr(size));
  };
  auto [imageH, imageW] = getImageSize(problem);
  const std::pair<StringRef, int64_t> sizes[] = {
      {"n", problem.n},
      {"h", imageH},
      {"w", imageW},
      {"c", problem.c},
      {"out_h", problem.outH},
      {"out_w", problem.outW},
      {"k", problem.k},
      {"kh", problem.kh},
      {"kw", problem.kw},
      {"stride_h", problem.strides[0]},
      {"stride_w", problem.strides[1]},
      {"dilation_h", problem.dilations[0]},
      {"dilation_w", problem.dilations[1]},
      {"weight_bytes", filterBytes},
      {"scratch_bytes", scratchBytes}};
  for (auto [key, size] : sizes)
    appendSize(key, size);
  if (std::optional<int64_t> macs = problem.getNumDirectProducts())
    appendSize("macs", *macs);
  return record.getDictionary(plan.getContext());
}

FailureOr<Value> wino::applyPlan(RewriterBase &rewriter,
                                 const ConvProblem &problem, PlanAttr plan,
                                 DictionaryAttr *record, StringRef name) {
  linalg::LinalgOp op = problem.op;
  std::string reason;
  if (failed(checkPlan(problem, plan, reason)))
    return op->emitError("the plan of '")
           << name << "' does not apply: " << reason;
  if (plan.getAlgorithm() == Algorithm::Loops) {
    rewriter.modifyOpInPlace(
        op, [&] { op->removeAttr(WinoDialect::kPlanAttrName); });
    if (record)
      *record = getRecord(problem, plan, name, 0, 0);
    return op->getResult(0);
  }
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPoint(op);
  ConvolutionBuilder convolution(rewriter, problem, plan);
  Value result = convolution.build();
  if (record)
    *record = getRecord(problem, plan, name, convolution.getFilterBytes(),
                        convolution.getScratchBytes());
  rewriter.replaceOp(op, result);
  return result;
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {
struct ApplyPlan : wino::impl::ApplyPlanPassBase<ApplyPlan> {
  using ApplyPlanPassBase::ApplyPlanPassBase;

  void runOnOperation() override {
    bool hasFailed = failed(refuseOtherOps());
    getOperation()->walk<WalkOrder::PreOrder>([&](FunctionOpInterface op) {
      hasFailed |= failed(applyPlans(op));
      return WalkResult::skip();
    });
    if (hasFailed)
      return signalPassFailure();
    RewritePatternSet patterns(&getContext());
    InputTransformOp::getCanonicalizationPatterns(patterns, &getContext());
    Im2RowOp::getCanonicalizationPatterns(patterns, &getContext());
    PadImageOp::getCanonicalizationPatterns(patterns, &getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }

private:
  /// A plan on an op that computes no convolution is an error.
  LogicalResult refuseOtherOps() {
    bool hasOthers = false;
    getOperation()->walk([&](Operation *op) {
      if (!op->hasAttr(WinoDialect::kPlanAttrName))
        return;
      std::string reason;
      auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
      if (linalgOp &&
          (succeeded(matchConvolution(linalgOp, reason)) || !reason.empty()))
        return;
      hasOthers = true;
      op->emitError("expected a convolution or a product with a weight, "
                    "because it has a plan");
    });
    return failure(hasOthers);
  }

  /// Rewrites the planned convolutions of `function` and records them.
  LogicalResult applyPlans(FunctionOpInterface function) {
    IRRewriter rewriter(&getContext());
    SmallVector<Attribute> records;
    if (auto previous = function->getAttrOfType<ArrayAttr>(kLayersAttrName))
      records.assign(previous.begin(), previous.end());
    bool hasFailed = false;
    forEachConvolution(function, [&](linalg::LinalgOp op,
                                     FailureOr<ConvProblem> problem,
                                     StringRef reason, StringRef name) {
      auto plan = op->getAttrOfType<PlanAttr>(WinoDialect::kPlanAttrName);
      if (failed(problem) || !plan) {
        hasFailed |= failed(refuse(op, plan, name, reason));
        return;
      }
      DictionaryAttr record;
      Location loc = op.getLoc();
      std::string numbers;
      llvm::raw_string_ostream(numbers) << plan.getNumbers();
      if (failed(applyPlan(rewriter, *problem, plan, &record, name))) {
        hasFailed = true;
        return;
      }
      if (auto certificate = record.getAs<StringAttr>("certificate"))
        remark::passed(loc,
                       remark::RemarkOpts::name("ApplyPlan").category("wino"))
            << (name + " is exact in " + numbers + ": " +
                certificate.getValue())
                   .str();
      records.push_back(record);
    });
    if (!records.empty())
      function->setAttr(kLayersAttrName,
                        ArrayAttr::get(&getContext(), records));
    return failure(hasFailed);
  }

  LogicalResult refuse(Operation *op, PlanAttr plan, StringRef name,
                       StringRef reason) {
    if (plan && !reason.empty())
      return op->emitError("the plan of '")
             << name << "' does not apply: " << reason;
    remark::missed(op->getLoc(),
                   remark::RemarkOpts::name("ApplyPlan").category("wino"))
        << (name + " is left as it is: " +
            (reason.empty() ? "it has no plan" : reason))
               .str();
    return success();
  }
};
} // namespace
