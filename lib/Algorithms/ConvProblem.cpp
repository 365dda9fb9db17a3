//===- ConvProblem.cpp - What a linalg op convolves -----------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Algorithms/ConvProblem.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/Support/CheckedArithmetic.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace wino;

std::optional<int64_t> ConvProblem::getNumDirectProducts() const {
  int64_t product = 1;
  for (int64_t size : {n, outH, outW, k, kh, kw, c}) {
    if (ShapedType::isDynamic(size))
      return std::nullopt;
    std::optional<int64_t> next = llvm::checkedMul(product, size);
    if (!next)
      return std::nullopt;
    product = *next;
  }
  return product;
}

int64_t wino::getScalarBytes(Type type) {
  return llvm::divideCeil(type.getIntOrFloatBitWidth(), 8);
}

Type wino::getFactorType(const ConvProblem &problem,
                         NumbersAttrInterface numbers) {
  return numbers ? numbers.getFactorType() : problem.imageType;
}

/// Returns the results of `map` in which loop dimension `dim` occurs.
static SmallVector<int64_t> findDim(AffineMap map, unsigned dim) {
  SmallVector<int64_t> positions;
  for (auto [i, expr] : llvm::enumerate(map.getResults()))
    if (expr.isFunctionOfDim(dim))
      positions.push_back(i);
  return positions;
}

/// Sets `permutation[i]` to the result of `map` that holds `dims[i]`; fails if
/// a dimension does not occur in exactly one.
static LogicalResult getPermutation(AffineMap map, ArrayRef<unsigned> dims,
                                    std::array<int64_t, 4> &permutation) {
  if (map.getNumResults() != 4)
    return failure();
  for (auto [i, dim] : llvm::enumerate(dims)) {
    SmallVector<int64_t> positions = findDim(map, dim);
    if (positions.size() != 1)
      return failure();
    permutation[i] = positions[0];
  }
  SmallVector<int64_t> sorted(permutation.begin(), permutation.end());
  llvm::sort(sorted);
  return success(llvm::equal(sorted, llvm::seq<int64_t>(0, 4)));
}

/// Finds the element types of a body that sums products of its first two
/// arguments in the third: a product of floats of one type, or of i8 that are
/// extended to i32.
static LogicalResult matchElementTypes(linalg::LinalgOp op,
                                       ConvProblem &problem) {
  Block &body = *op.getBlock();
  problem.imageType = body.getArgument(0).getType();
  problem.filterType = body.getArgument(1).getType();
  problem.sumType = body.getArgument(2).getType();
  auto sums = [&](auto isMul, auto isAdd) {
    return linalg::detail::isContractionBody(
        body, [&](Operation *mul, Operation *add) {
          return isMul(mul) && isAdd(add);
        });
  };
  // The match of the body skips all ops with one operand.
  auto hasOnly = [&](auto isExpected) {
    return llvm::all_of(body.without_terminator(), isExpected);
  };
  if (isa<FloatType>(problem.sumType))
    return success(
        problem.imageType == problem.sumType &&
        problem.filterType == problem.sumType &&
        sums(llvm::IsaPred<arith::MulFOp>, llvm::IsaPred<arith::AddFOp>) &&
        hasOnly(llvm::IsaPred<arith::MulFOp, arith::AddFOp>));
  return success(
      problem.imageType.isSignlessInteger(8) &&
      problem.filterType.isSignlessInteger(8) &&
      problem.sumType.isSignlessInteger(32) &&
      sums(llvm::IsaPred<arith::MulIOp>, llvm::IsaPred<arith::AddIOp>) &&
      hasOnly(llvm::IsaPred<arith::MulIOp, arith::AddIOp, arith::ExtSIOp>) &&
      llvm::all_of(body.getOps<arith::MulIOp>(), [](arith::MulIOp mul) {
        return mul.getType().isInteger(32);
      }));
}

static FailureOr<ConvProblem> matchMatmul(linalg::LinalgOp op,
                                          std::string &reason) {
  auto matmul = cast<linalg::MatmulOp>(*op);
  if (!isWeight(matmul.getInputs()[1])) {
    reason = "the right side of the product is no weight";
    return failure();
  }
  if (matmul.hasUserDefinedMaps()) {
    reason = "the product is transposed or broadcast";
    return failure();
  }
  auto lhs = cast<RankedTensorType>(matmul.getInputs()[0].getType());
  auto rhs = cast<RankedTensorType>(matmul.getInputs()[1].getType());
  ConvProblem problem;
  problem.op = op;
  problem.isMatmul = true;
  problem.imagePermutation = problem.filterPermutation =
      problem.resultPermutation = {0, 1, 2, 3};
  problem.n = problem.h = problem.outH = problem.kh = problem.kw = 1;
  problem.w = problem.outW = lhs.getDimSize(0);
  problem.c = rhs.getDimSize(0);
  problem.k = rhs.getDimSize(1);
  return problem;
}

static FailureOr<ConvProblem> matchConv(linalg::LinalgOp op,
                                        std::string &reason) {
  FailureOr<linalg::ConvolutionDimensions> dims =
      linalg::inferConvolutionDims(op);
  if (failed(dims))
    return failure();
  if (!dims->depth.empty()) {
    reason = "channels are not summed (depthwise or grouped)";
    return failure();
  }
  if (dims->outputImage.size() != 2 || dims->filterLoop.size() != 2) {
    reason = "it is not 2-D";
    return failure();
  }
  if (dims->batch.size() != 1 || dims->outputChannel.size() != 1 ||
      dims->inputChannel.size() != 1) {
    reason = "it does not have one batch, input channel and output channel "
             "dimension each";
    return failure();
  }
  // The dimensions in the order of the image in memory are rows and columns.
  unsigned first = 0, second = 1;
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  SmallVector<int64_t> rowPosition = findDim(maps[0], dims->outputImage[0]);
  SmallVector<int64_t> colPosition = findDim(maps[0], dims->outputImage[1]);
  if (rowPosition > colPosition)
    std::swap(first, second);
  unsigned batch = dims->batch[0], k = dims->outputChannel[0],
           c = dims->inputChannel[0];
  unsigned oh = dims->outputImage[first], ow = dims->outputImage[second];
  unsigned kh = dims->filterLoop[first], kw = dims->filterLoop[second];

  ConvProblem problem;
  problem.op = op;
  if (failed(getPermutation(maps[0], {batch, oh, ow, c},
                            problem.imagePermutation)) ||
      failed(
          getPermutation(maps[1], {kh, kw, c, k}, problem.filterPermutation)) ||
      failed(getPermutation(maps[2], {batch, oh, ow, k},
                            problem.resultPermutation))) {
    reason = "its operands are no permutations of NHWC, HWCF and NHWF";
    return failure();
  }
  problem.strides = {dims->strides[first], dims->strides[second]};
  problem.dilations = {dims->dilations[first], dims->dilations[second]};
  auto getSizes = [&](unsigned operand, const std::array<int64_t, 4> &perm) {
    auto type = cast<ShapedType>(op->getOperand(operand).getType());
    std::array<int64_t, 4> sizes;
    for (auto [size, position] : llvm::zip_equal(sizes, perm))
      size = type.getDimSize(position);
    return sizes;
  };
  std::array<int64_t, 4> image = getSizes(0, problem.imagePermutation);
  std::array<int64_t, 4> filter = getSizes(1, problem.filterPermutation);
  std::array<int64_t, 4> result = getSizes(2, problem.resultPermutation);
  std::tie(problem.n, problem.h, problem.w, problem.c) = std::tuple_cat(image);
  std::tie(problem.kh, problem.kw, std::ignore, problem.k) =
      std::tuple_cat(filter);
  problem.c = filter[2];
  problem.outH = result[1];
  problem.outW = result[2];
  return problem;
}

uint64_t wino::countElements(ArrayRef<int64_t> sizes) {
  uint64_t product = 1;
  for (int64_t size : sizes)
    if (!ShapedType::isDynamic(size))
      product = llvm::SaturatingMultiply<uint64_t>(product, size);
  return product;
}

/// Whether Wino can compute with the sizes of `problem`; if not, `reason` says
/// why.
static bool hasFeasibleSizes(const ConvProblem &problem, std::string &reason) {
  for (int64_t size : {problem.kh, problem.kw, problem.c, problem.k})
    if (ShapedType::isDynamic(size)) {
      reason = "the shape of the filter is dynamic";
      return false;
    }
  for (int64_t size : {problem.n, problem.h, problem.w, problem.c, problem.k,
                       problem.kh, problem.kw, problem.outH, problem.outW})
    if (size == 0) {
      reason = "a size is zero";
      return false;
    }
  // The limits of wino.im2row and wino.conv.
  constexpr int64_t kMaxWindow = int64_t(1) << 15;
  for (int64_t size :
       {problem.kh, problem.kw, problem.strides[0], problem.strides[1],
        problem.dilations[0], problem.dilations[1]})
    if (size < 1 || size > kMaxWindow) {
      reason = "a size, stride or dilation of the filter exceeds " +
               std::to_string(kMaxWindow);
      return false;
    }
  constexpr uint64_t kMaxNumElements = uint64_t(1) << 40;
  if (countElements({problem.n, problem.h, problem.w, problem.c}) >
          kMaxNumElements ||
      countElements({problem.kh, problem.kw, problem.c, problem.k}) >
          kMaxNumElements ||
      countElements({problem.n, problem.outH, problem.outW, problem.k}) >
          kMaxNumElements) {
    reason = "an operand has more than 2^40 elements";
    return false;
  }
  return true;
}

/// Follows the elementwise ops that alone read the result.
static void matchEpilogue(ConvProblem &problem) {
  problem.storedType = problem.sumType;
  Value value = problem.op->getResult(0);
  while (value.hasOneUse()) {
    auto op = dyn_cast<linalg::GenericOp>(*value.user_begin());
    if (!op || op->getNumResults() != 1 ||
        op.getNumParallelLoops() != op.getNumLoops() ||
        !llvm::is_contained(op.getDpsInputs(), value))
      return;
    for (Operation &inner : op.getBody()->without_terminator())
      if (!inner.hasTrait<OpTrait::ConstantLike>())
        ++problem.numEpilogueOps;
    value = op->getResult(0);
    problem.storedType = getElementTypeOrSelf(value);
  }
}

FailureOr<ConvProblem> wino::matchConvolution(linalg::LinalgOp op,
                                              std::string &reason) {
  reason.clear();
  bool isMatmul = isa<linalg::MatmulOp>(*op);
  if (op.getNumDpsInputs() < 2 || op.getNumDpsInits() != 1 ||
      (!isMatmul && !linalg::isaConvolutionOpInterface(op)))
    return failure();
  if (op.getNumDpsInputs() > 2) {
    reason = "it has more operands than image and filter, such as zero points, "
             "which wino-normalize-integers takes out";
    return failure();
  }
  // Poolings are convolutions to the interface; they do not multiply.
  if (!linalg::detail::isContractionBody(
          *op.getBlock(), [](Operation *mul, Operation *add) {
            return isa<arith::MulFOp, arith::MulIOp>(mul) &&
                   isa<arith::AddFOp, arith::AddIOp>(add);
          }))
    return failure();
  if (!op.hasPureTensorSemantics()) {
    reason = "it is not on tensors";
    return failure();
  }
  ConvProblem types;
  if (failed(matchElementTypes(op, types))) {
    reason = "its elements are neither all of one floating-point type nor i8 "
             "summed in i32";
    return failure();
  }
  FailureOr<ConvProblem> problem =
      isMatmul ? matchMatmul(op, reason) : matchConv(op, reason);
  if (failed(problem))
    return failure();
  problem->imageType = types.imageType;
  problem->filterType = types.filterType;
  problem->sumType = types.sumType;
  matchEpilogue(*problem);
  if (!hasFeasibleSizes(*problem, reason))
    return failure();
  return problem;
}

std::string wino::getConvolutionName(Operation *op, unsigned index) {
  Location loc = op->getLoc();
  if (auto fused = dyn_cast<FusedLoc>(loc);
      fused && !fused.getLocations().empty())
    loc = fused.getLocations().front();
  if (auto name = dyn_cast<NameLoc>(loc))
    return name.getName().str();
  return "conv" + std::to_string(index);
}

void wino::forEachConvolution(
    Operation *function,
    function_ref<void(linalg::LinalgOp, FailureOr<ConvProblem>, StringRef,
                      StringRef)>
        callback) {
  SmallVector<linalg::LinalgOp> ops;
  function->walk([&](linalg::LinalgOp op) { ops.push_back(op); });
  unsigned index = 0;
  for (linalg::LinalgOp op : ops) {
    std::string reason;
    FailureOr<ConvProblem> problem = matchConvolution(op, reason);
    if (failed(problem) && reason.empty())
      continue;
    callback(op, problem, reason, getConvolutionName(op, index++));
  }
}

bool wino::isWeight(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (op->hasTrait<OpTrait::ConstantLike>())
      return true;
    if (!isa<linalg::TransposeOp, tensor::ExpandShapeOp,
             tensor::CollapseShapeOp, tensor::CastOp, tensor::ExtractSliceOp>(
            op))
      return false;
    value = op->getOperand(0);
  }
  auto arg = cast<BlockArgument>(value);
  auto function = dyn_cast<FunctionOpInterface>(arg.getOwner()->getParentOp());
  return function && arg.getOwner()->isEntryBlock() &&
         function.getArgAttr(arg.getArgNumber(), WinoDialect::kWeightAttrName);
}
