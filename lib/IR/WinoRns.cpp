//===- WinoRns.cpp - Residue number systems: attribute and ops ------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/IR/WinoDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/SmallVectorExtras.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/FormatVariadic.h"
#include <limits>

using namespace mlir;
using namespace wino;
using llvm::DynamicAPInt;

//===----------------------------------------------------------------------===//
// RnsAttr
//===----------------------------------------------------------------------===//

LogicalResult RnsAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                              ArrayRef<int64_t> moduli) {
  // C1, C2, C3, C4
  llvm::Expected<ResidueSystem> system = ResidueSystem::get(moduli);
  if (!system)
    return emitError() << llvm::toString(system.takeError());
  return success();
}

ResidueSystem RnsAttr::getSystem() const {
  return llvm::cantFail(ResidueSystem::get(getModuli()));
}

Type RnsAttr::getElementType() const {
  return IntegerType::get(getContext(), 8);
}

Type RnsAttr::getFactorType() const {
  return IntegerType::get(getContext(), getSystem().getStorageBits());
}

int64_t RnsAttr::getNumPlanes() const { return getModuli().size(); }

llvm::Error RnsAttr::checkTransform(const TransformAttr &transform) const {
  if (!transform.isExact())
    return llvm::createStringError("its matrices are not rational");
  if (transform.hasEdge())
    return llvm::createStringError("tiles at the edge are smaller");
  const int64_t maxAlpha = getSystem().getMaxAlpha();
  for (unsigned axis : {0, 1}) {
    if (transform.getAlpha(axis) > maxAlpha)
      return llvm::createStringError(
          llvm::formatv("its {0} points along axis {1} are more than the {2} "
                        "that differ modulo all prime factors of the moduli",
                        transform.getAlpha(axis), axis, maxAlpha)
              .str());
    Transform1D integers = moveFactorsToFilter(transform.getTransform(axis));
    for (int64_t modulus : getModuli())
      if (llvm::Error error =
              reduceModulo(integers, modulus).takeError())
        return error;
  }
  return llvm::Error::success();
}

Transform1D RnsAttr::getMatrices(const TransformAttr &transform, unsigned axis,
                                 bool, int64_t plane) const {
  Transform1D result = moveFactorsToFilter(transform.getTransform(axis));
  result.g = llvm::cantFail(reduceModulo(result, getModuli()[plane])).g;
  return result;
}

bool RnsAttr::hasNarrowFactors() const {
  return getFactorType().isInteger(8) && *llvm::max_element(getModuli()) < 256;
}

ResiduePasses wino::planResiduePasses(TransformAttr transform, RnsAttr numbers,
                                      TransformStage stage) {
  ArrayRef<int64_t> moduli = numbers.getModuli();
  SmallVector<MatrixPair> matrices;
  SmallVector<IntegerRange> targets;
  const bool isOutput = stage == TransformStage::Output;
  const unsigned storageBits = numbers.getSystem().getStorageBits();
  for (auto [plane, modulus] : llvm::enumerate(moduli)) {
    matrices.push_back(
        {getMatrix(numbers.getMatrices(transform, 0, /*atEdge=*/false, plane),
                   stage),
         getMatrix(numbers.getMatrices(transform, 1, /*atEdge=*/false, plane),
                   stage)});
    IntegerRange residues = getCentredResidues(modulus);
    if (isOutput) // What comes out of the passes is put together.
      residues = IntegerRange::getSigned(32);
    else if (storageBits == 8)
      // Two products of these fit i16 (`narrow_range` of wino.hadamard), but
      // those of the residue -128 modulo 256.
      residues = {std::min(residues.min, DynamicAPInt(-127)),
                  DynamicAPInt(127)};
    targets.push_back(residues);
  }
  const unsigned inputBits = isOutput ? 32 : 8;
  return planResiduePasses(matrices, moduli, IntegerRange::getSigned(inputBits),
                           inputBits, /*sharesInput=*/!isOutput, targets);
}

//===----------------------------------------------------------------------===//
// Verifiers
//===----------------------------------------------------------------------===//

/// The widest integers that the ops take, and that binary ops compute on.
static constexpr unsigned kMaxWidth = 64, kMaxBinaryWidth = 32;

static unsigned getWidth(Type type) {
  return getElementTypeOrSelf(type).getIntOrFloatBitWidth();
}

static LogicalResult verifyHoldsResidues(Operation *op, Type type,
                                         int64_t modulus) {
  IntegerRange range = getCentredResidues(modulus);
  if (IntegerRange::getSigned(getWidth(type)).contains(range))
    return success();
  return op->emitOpError() << "expected a type that holds the residues "
                           << int64_t(range.min) << " .. " << int64_t(range.max)
                           << " modulo " << modulus << ", but got " << type;
}

static LogicalResult verifyWidth(Operation *op, Type type, unsigned maxWidth) {
  if (getWidth(type) <= maxWidth)
    return success();
  return op->emitOpError() << "expected integers of at most " << maxWidth
                           << " bits, but got " << type;
}

/// Checks that `values`, named `what`, are as many as the moduli.
static LogicalResult verifyCount(Operation *op, StringRef what,
                                 ValueRange values, RnsAttr system) {
  size_t numModuli = system.getModuli().size();
  if (values.size() == numModuli)
    return success();
  return op->emitOpError() << "expected " << numModuli << " " << what
                           << ", one per modulus, but got " << values.size();
}

/// Checks results that are residues modulo the moduli of a system.
static LogicalResult verifyResidues(Operation *op, RnsAttr system) {
  if (failed(verifyCount(op, "results", op->getResults(), system)))
    return failure();
  for (auto [type, modulus] :
       llvm::zip_equal(op->getResultTypes(), system.getModuli()))
    if (failed(verifyHoldsResidues(op, type, modulus)))
      return failure();
  return success();
}

LogicalResult RnsConstantOp::verify() {
  Type type = getValue().getType();
  if (!isa<IntegerAttr, DenseIntElementsAttr>(getValue()) ||
      !getElementTypeOrSelf(type).isSignlessInteger())
    return emitOpError() << "expected signless integers, but got "
                         << getValue();
  // C1
  auto shaped = dyn_cast<ShapedType>(type);
  for (Type resultType : getResultTypes()) {
    Type element = getElementTypeOrSelf(resultType);
    if (resultType != (shaped ? shaped.clone(element) : element))
      return emitOpError() << "expected results of the shape of " << type
                           << ", but got " << resultType;
  }
  // C1, C2
  if (failed(verifyResidues(*this, getSystem())))
    return failure();
  // C3
  return verifyWidth(*this, type, kMaxWidth);
}

LogicalResult ToResiduesOp::verify() {
  // C1, C2
  if (failed(verifyResidues(*this, getSystem())))
    return failure();
  // C3
  return verifyWidth(*this, getInput().getType(), kMaxWidth);
}

LogicalResult ReduceOp::verify() {
  // C1
  if (failed(verifyHoldsResidues(*this, getType(), getModulus())))
    return failure();
  // C2
  return verifyWidth(*this, getInput().getType(), kMaxWidth);
}

static LogicalResult verifyBinary(Operation *op, int64_t modulus) {
  // C1
  Type type = op->getResult(0).getType();
  if (failed(verifyHoldsResidues(op, type, modulus)))
    return failure();
  return verifyWidth(op, type, kMaxBinaryWidth);
}

LogicalResult RnsAddOp::verify() { return verifyBinary(*this, getModulus()); }
LogicalResult RnsSubOp::verify() { return verifyBinary(*this, getModulus()); }
LogicalResult RnsMulOp::verify() { return verifyBinary(*this, getModulus()); }

LogicalResult ExtendBasisOp::verify() {
  // C1
  if (failed(verifyCount(*this, "operands", getResidues(), getSystem())))
    return failure();
  // C1, C2
  if (failed(verifyResidues(*this, getExtension())))
    return failure();
  // C3
  for (Type type : getOperandTypes())
    if (failed(verifyWidth(*this, type, kMaxWidth)))
      return failure();
  return success();
}

LogicalResult ReconstructOp::verify() {
  // C1
  if (failed(verifyCount(*this, "operands", getResidues(), getSystem())))
    return failure();
  // C2
  IntegerRange range = getSystem().getSystem().getRange();
  if (!IntegerRange::getSigned(getWidth(getType())).contains(range))
    return emitOpError() << "expected a type that holds " << int64_t(range.min)
                         << " .. " << int64_t(range.max) << ", but got "
                         << getType();
  // C3
  for (Type type : llvm::concat<const Type>(
           llvm::to_vector(getOperandTypes()),
           llvm::to_vector(getOperation()->getResultTypes())))
    if (failed(verifyWidth(*this, type, kMaxWidth)))
      return failure();
  return success();
}

//===----------------------------------------------------------------------===//
// Ranges
//===----------------------------------------------------------------------===//

/// `range` as one of integers of `type`, which holds it.
static ConstantIntRanges getRangeOf(Type type, const IntegerRange &range) {
  auto get = [&](const DynamicAPInt &value) {
    return APInt(getWidth(type), int64_t(value), /*isSigned=*/true);
  };
  return ConstantIntRanges::fromSigned(get(range.min), get(range.max));
}

ConstantIntRanges wino::getResidueRange(Type type, int64_t modulus) {
  return getRangeOf(type, getCentredResidues(modulus));
}

void ReconstructOp::inferResultRanges(ArrayRef<ConstantIntRanges>,
                                      SetIntRangeFn setResultRange) {
  setResultRange(getResult(),
                 getRangeOf(getType(), getSystem().getSystem().getRange()));
}

//===----------------------------------------------------------------------===//
// Folds
//===----------------------------------------------------------------------===//

/// Constants with more elements than this are not folded.
static constexpr int64_t kMaxFoldedElements = 4096;

using Element = function_ref<DynamicAPInt(ArrayRef<DynamicAPInt>)>;

/// Folds an elementwise op on signed integers: applies `compute` to the
/// elements of `operands`. Returns null if one of them is no constant, or has
/// more than `maxElements`.
static Attribute foldElements(ArrayRef<Attribute> operands, Type resultType,
                              Element compute,
                              int64_t maxElements = kMaxFoldedElements) {
  auto apply = [&](ArrayRef<APInt> elements) {
    SmallVector<DynamicAPInt> values = llvm::map_to_vector(
        elements, [](const APInt &element) { return DynamicAPInt(element); });
    return APInt(getWidth(resultType), int64_t(compute(values)),
                 /*isSigned=*/true);
  };
  if (llvm::all_of(operands, llvm::IsaAndPresentPred<IntegerAttr>))
    return IntegerAttr::get(
        resultType, apply(llvm::map_to_vector(operands, [](Attribute operand) {
          return cast<IntegerAttr>(operand).getValue();
        })));

  auto shapedType = dyn_cast<ShapedType>(resultType);
  if (!llvm::all_of(operands, llvm::IsaAndPresentPred<DenseIntElementsAttr>) ||
      !shapedType || !shapedType.hasStaticShape())
    return {};
  auto constants = llvm::map_to_vector(operands, [](Attribute operand) {
    return cast<DenseIntElementsAttr>(operand);
  });
  bool isSplat = llvm::all_of(constants, [](DenseIntElementsAttr constant) {
    return constant.isSplat();
  });
  int64_t numResults = isSplat ? 1 : shapedType.getNumElements();
  if (numResults > maxElements)
    return {};
  SmallVector<APInt> results;
  for (int64_t i = 0; i < numResults; ++i)
    results.push_back(apply(
        llvm::map_to_vector(constants, [&](DenseIntElementsAttr constant) {
          return constant.getValues<APInt>()[i];
        })));
  return DenseIntElementsAttr::get(shapedType, results);
}

/// Folds the residues of one constant modulo the moduli of a system.
static LogicalResult foldResidues(Attribute value, TypeRange types,
                                  RnsAttr system, int64_t maxElements,
                                  SmallVectorImpl<OpFoldResult> &results) {
  for (auto [index, type] : llvm::enumerate(types)) {
    int64_t modulus = system.getModuli()[index];
    Attribute residue = foldElements(
        value, type,
        [&](ArrayRef<DynamicAPInt> operands) {
          return DynamicAPInt(reduceCentred(operands[0], modulus));
        },
        maxElements);
    if (!residue)
      return failure();
    results.push_back(residue);
  }
  return success();
}

LogicalResult RnsConstantOp::fold(FoldAdaptor,
                                  SmallVectorImpl<OpFoldResult> &results) {
  // The elements are in the IR already.
  return foldResidues(getValue(), getResultTypes(), getSystem(),
                      std::numeric_limits<int64_t>::max(), results);
}

LogicalResult ToResiduesOp::fold(FoldAdaptor adaptor,
                                 SmallVectorImpl<OpFoldResult> &results) {
  return foldResidues(adaptor.getInput(), getResultTypes(), getSystem(),
                      kMaxFoldedElements, results);
}

/// Returns the modulus of which `value` is a centred residue, if it is known.
static std::optional<int64_t> getModulusOf(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op)
    return std::nullopt;
  unsigned number = cast<OpResult>(value).getResultNumber();
  return llvm::TypeSwitch<Operation *, std::optional<int64_t>>(op)
      .Case<RnsConstantOp, ToResiduesOp, ReduceOp, RnsAddOp, RnsSubOp, RnsMulOp,
            ExtendBasisOp>([&](auto op) { return op.getResultModulus(number); })
      .Default(std::nullopt);
}

OpFoldResult ReduceOp::fold(FoldAdaptor adaptor) {
  // The residues of a smaller modulus are centred for this one too.
  std::optional<int64_t> modulus = getModulusOf(getInput());
  if (getInput().getType() == getType() && modulus &&
      *modulus <= static_cast<int64_t>(getModulus()))
    return getInput();
  return foldElements(
      adaptor.getInput(), getType(), [&](ArrayRef<DynamicAPInt> operands) {
        return DynamicAPInt(reduceCentred(operands[0], getModulus()));
      });
}

/// Folds a binary op on constants to the residue of what `compute` returns.
static Attribute foldBinary(
    ArrayRef<Attribute> operands, Type type, int64_t modulus,
    function_ref<DynamicAPInt(const DynamicAPInt &, const DynamicAPInt &)>
        compute) {
  return foldElements(operands, type, [&](ArrayRef<DynamicAPInt> values) {
    return DynamicAPInt(reduceCentred(compute(values[0], values[1]), modulus));
  });
}

OpFoldResult RnsAddOp::fold(FoldAdaptor adaptor) {
  return foldBinary(
      adaptor.getOperands(), getType(), getModulus(),
      [](const DynamicAPInt &a, const DynamicAPInt &b) { return a + b; });
}

OpFoldResult RnsSubOp::fold(FoldAdaptor adaptor) {
  auto shapedType = dyn_cast<ShapedType>(getType());
  if (getLhs() == getRhs() && (!shapedType || shapedType.hasStaticShape()))
    return Builder(getContext()).getZeroAttr(getType());
  return foldBinary(
      adaptor.getOperands(), getType(), getModulus(),
      [](const DynamicAPInt &a, const DynamicAPInt &b) { return a - b; });
}

OpFoldResult RnsMulOp::fold(FoldAdaptor adaptor) {
  if (matchPattern(adaptor.getRhs(), m_Zero()))
    return getRhs();
  return foldBinary(
      adaptor.getOperands(), getType(), getModulus(),
      [](const DynamicAPInt &a, const DynamicAPInt &b) { return a * b; });
}

/// Returns the number in the range of `system` with the residues `values`.
static int64_t getNumber(const ResidueSystem &system,
                         ArrayRef<DynamicAPInt> values) {
  SmallVector<int64_t> residues;
  for (auto [value, modulus] : llvm::zip_equal(values, system.getModuli()))
    residues.push_back(reduceCentred(value, modulus));
  return system.fromResidues(residues);
}

LogicalResult ExtendBasisOp::fold(FoldAdaptor adaptor,
                                  SmallVectorImpl<OpFoldResult> &results) {
  ResidueSystem system = getSystem().getSystem();
  for (OpResult result : getOperation()->getResults()) {
    int64_t modulus = getResultModulus(result.getResultNumber());
    Attribute residue =
        foldElements(adaptor.getResidues(), result.getType(),
                     [&](ArrayRef<DynamicAPInt> values) {
                       DynamicAPInt number(getNumber(system, values));
                       return DynamicAPInt(reduceCentred(number, modulus));
                     });
    if (!residue)
      return failure();
    results.push_back(residue);
  }
  return success();
}

OpFoldResult ReconstructOp::fold(FoldAdaptor adaptor) {
  ResidueSystem system = getSystem().getSystem();
  return foldElements(adaptor.getResidues(), getType(),
                      [&](ArrayRef<DynamicAPInt> values) {
                        return DynamicAPInt(getNumber(system, values));
                      });
}

//===----------------------------------------------------------------------===//
// Canonicalization
//===----------------------------------------------------------------------===//

LogicalResult ToResiduesOp::canonicalize(ToResiduesOp op,
                                         PatternRewriter &rewriter) {
  if (auto extension = op.getInput().getDefiningOp<arith::ExtSIOp>()) {
    rewriter.modifyOpInPlace(
        op, [&] { op.getInputMutable().assign(extension.getIn()); });
    return success();
  }
  // The residues of what was put together from residues.
  auto source = op.getInput().getDefiningOp<ReconstructOp>();
  if (!source || source.getSystem() != op.getSystem())
    return rewriter.notifyMatchFailure(op, "not reconstructed from residues");
  SmallVector<Value> residues;
  for (auto [residue, type, modulus] :
       llvm::zip_equal(source.getResidues(), op.getResultTypes(),
                       op.getSystem().getModuli()))
    residues.push_back(
        ReduceOp::create(rewriter, op.getLoc(), type, residue, modulus));
  rewriter.replaceOp(op, residues);
  return success();
}

/// Whether `value` is a residue modulo a multiple of `modulus`, of which the
/// residue modulo `modulus` is that of the original number. Returns the latter.
static Value getUnreduced(Value value, int64_t modulus) {
  auto reduce = value.getDefiningOp<ReduceOp>();
  return reduce && reduce.getModulus() % modulus == 0 ? reduce.getInput()
                                                      : Value();
}

LogicalResult ReduceOp::canonicalize(ReduceOp op, PatternRewriter &rewriter) {
  Value input = getUnreduced(op.getInput(), op.getModulus());
  if (auto extension = op.getInput().getDefiningOp<arith::ExtSIOp>())
    input = extension.getIn();
  if (!input)
    return rewriter.notifyMatchFailure(op, "the input is not reduced");
  rewriter.modifyOpInPlace(op, [&] { op.getInputMutable().assign(input); });
  return success();
}

/// Drops reductions in front of a binary op, and replaces it by a reduction if
/// its right operand is `neutral`.
template <typename OpTy>
static LogicalResult canonicalizeBinary(OpTy op, int64_t neutral,
                                        PatternRewriter &rewriter) {
  for (OpOperand &operand : op->getOpOperands()) {
    Value input = getUnreduced(operand.get(), op.getModulus());
    if (!input || input.getType() != op.getType())
      continue;
    rewriter.modifyOpInPlace(op, [&] { operand.set(input); });
    return success();
  }
  APInt value;
  if (!matchPattern(op.getRhs(), m_ConstantInt(&value)) ||
      value.getSExtValue() != neutral)
    return rewriter.notifyMatchFailure(op, "no operand is neutral");
  rewriter.replaceOpWithNewOp<ReduceOp>(op, op.getType(), op.getLhs(),
                                        op.getModulus());
  return success();
}

LogicalResult RnsAddOp::canonicalize(RnsAddOp op, PatternRewriter &rewriter) {
  return canonicalizeBinary(op, /*neutral=*/0, rewriter);
}

LogicalResult RnsSubOp::canonicalize(RnsSubOp op, PatternRewriter &rewriter) {
  return canonicalizeBinary(op, /*neutral=*/0, rewriter);
}

LogicalResult RnsMulOp::canonicalize(RnsMulOp op, PatternRewriter &rewriter) {
  return canonicalizeBinary(op, /*neutral=*/1, rewriter);
}

LogicalResult ExtendBasisOp::canonicalize(ExtendBasisOp op,
                                          PatternRewriter &rewriter) {
  // Moduli that divide one of the system need no extension.
  bool isChanged = false;
  for (auto [result, modulus] :
       llvm::zip_equal(op.getExtended(), op.getExtension().getModuli()))
    for (auto [residue, source] :
         llvm::zip_equal(op.getResidues(), op.getSystem().getModuli())) {
      if (source % modulus != 0 || result.use_empty())
        continue;
      Value reduced = ReduceOp::create(rewriter, op.getLoc(), result.getType(),
                                       residue, modulus);
      rewriter.replaceAllUsesWith(result, reduced);
      isChanged = true;
    }
  return success(isChanged);
}

LogicalResult ReconstructOp::canonicalize(ReconstructOp op,
                                          PatternRewriter &rewriter) {
  // A single residue is the number.
  if (op.getSystem().getModuli().size() == 1) {
    rewriter.replaceOpWithNewOp<ReduceOp>(op, op.getType(),
                                          op.getResidues().front(),
                                          op.getSystem().getModuli().front());
    return success();
  }
  // A number of a type that the system covers is put together as it was.
  auto source = op.getResidues().front().getDefiningOp<ToResiduesOp>();
  if (!source || source.getSystem() != op.getSystem() ||
      source.getResults() != op.getResidues())
    return rewriter.notifyMatchFailure(op, "not the residues of a number");
  Type type = source.getInput().getType();
  if (!op.getSystem().getSystem().getRange().contains(
          IntegerRange::getSigned(getWidth(type))))
    return rewriter.notifyMatchFailure(op, "the number may exceed the range");
  if (type == op.getType())
    rewriter.replaceOp(op, source.getInput());
  else
    rewriter.replaceOpWithNewOp<arith::ExtSIOp>(op, op.getType(),
                                                source.getInput());
  return success();
}
