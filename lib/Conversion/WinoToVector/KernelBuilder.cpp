//===- KernelBuilder.cpp - Builder of loops of vector code ----------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelBuilder.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Interfaces/LoopLikeInterface.h"
#include <cmath>

using namespace mlir;
using namespace wino;

/// The longest vectors of known machines have 128 elements (f16, 2048 bits).
constexpr int64_t kMaxVectorLength = 256;

/// Returns the innermost region around `op` in which stack memory lives as long
/// as the region runs, or null. Bodies of sequential loops are left out: their
/// stack memory would last until the function returns, once they have become
/// branches.
static Region *getAllocationScope(Operation *op) {
  for (Region *region = op->getParentRegion(); region;
       region = region->getParentRegion()) {
    Operation *parent = region->getParentOp();
    if (parent->hasTrait<OpTrait::AutomaticAllocationScope>() &&
        (!isa<LoopLikeOpInterface>(parent) ||
         parent->hasTrait<OpTrait::HasParallelRegion>()))
      return region;
  }
  return nullptr;
}

LogicalResult wino::checkVectorizable(Operation *op,
                                      const WinoToVectorOptions &options) {
  if (options.vectorLength < 1 || options.vectorLength > kMaxVectorLength)
    return op->emitOpError("cannot be lowered to vectors of ")
           << options.vectorLength << " elements; 1 to " << kMaxVectorLength
           << " are possible";
  if (!getAllocationScope(op))
    return op->emitOpError("is not inside of a function");
  for (auto [number, operand] : llvm::enumerate(op->getOperands())) {
    if (!isa<ShapedType>(operand.getType()))
      continue;
    auto type = dyn_cast<MemRefType>(operand.getType());
    if (!type)
      return op->emitOpError("operand #")
             << number << " is a tensor; bufferize before this lowering";
    Type element = type.getElementType();
    if (!element.isF16() && !element.isF32() && !element.isF64() &&
        !element.isSignlessInteger(8) && !element.isSignlessInteger(16) &&
        !element.isSignlessInteger(32) && !element.isSignlessInteger(64))
      return op->emitOpError("has elements of type ")
             << element
             << "; only f16, f32, f64, i8, i16, i32 and i64 are lowered";
    if (!type.isLastDimUnitStride())
      return op->emitOpError("operand #")
             << number << " of type " << type
             << " must be contiguous along its last dimension";
  }
  return success();
}

void wino::disableUnrolling(scf::ForOp forOp) {
  MLIRContext *ctx = forOp.getContext();
  auto unroll = LLVM::LoopUnrollAttr::get(
      ctx, /*disable=*/BoolAttr::get(ctx, true), {}, {}, {}, {}, {}, {});
  // The name is that of the property of llvm.br which the attribute becomes.
  forOp->setAttr("loop_annotation", LLVM::LoopAnnotationAttr::get(
                                        ctx, {}, {}, {}, unroll, {}, {}, {}, {},
                                        {}, {}, {}, {}, {}, {}, {}));
}

int64_t wino::getNativeLength(Type elementType,
                              const WinoToVectorOptions &options) {
  if (!isa<IntegerType>(elementType))
    return options.vectorLength;
  return std::max<int64_t>(1, options.vectorLength * 32 /
                                  elementType.getIntOrFloatBitWidth());
}

KernelBuilder::KernelBuilder(RewriterBase &rewriter, Operation *op,
                             Type elementType,
                             const WinoToVectorOptions &options,
                             int64_t vectorLength)
    : ImplicitLocOpBuilder(op->getLoc(), rewriter), op(op), options(options),
      vectorType(VectorType::get(
          {vectorLength ? vectorLength : options.vectorLength}, elementType)) {
  setInsertionPoint(op);
}

//===----------------------------------------------------------------------===//
// Index arithmetic
//===----------------------------------------------------------------------===//

Value KernelBuilder::index(int64_t value) {
  return arith::ConstantIndexOp::create(*this, value);
}

Value KernelBuilder::add(Value lhs, Value rhs) {
  return createOrFold<arith::AddIOp>(lhs, rhs);
}

Value KernelBuilder::sub(Value lhs, Value rhs) {
  return createOrFold<arith::SubIOp>(lhs, rhs);
}

Value KernelBuilder::mul(Value lhs, Value rhs) {
  return createOrFold<arith::MulIOp>(lhs, rhs);
}

Value KernelBuilder::div(Value lhs, int64_t rhs) {
  return createOrFold<arith::DivUIOp>(lhs, index(rhs));
}

Value KernelBuilder::rem(Value lhs, int64_t rhs) {
  return createOrFold<arith::RemUIOp>(lhs, index(rhs));
}

Value KernelBuilder::clamp(Value value, Value size) {
  Value last = sub(size, index(1));
  return createOrFold<arith::MinSIOp>(
      createOrFold<arith::MaxSIOp>(value, index(0)), last);
}

Value KernelBuilder::compare(arith::CmpIPredicate predicate, Value lhs,
                             Value rhs) {
  return createOrFold<arith::CmpIOp>(predicate, lhs, rhs);
}

Value KernelBuilder::isInside(Value value, int64_t extent, Value size) {
  Value last = sub(size, index(extent));
  return logicalAnd(compare(arith::CmpIPredicate::sge, value, index(0)),
                    compare(arith::CmpIPredicate::sle, value, last));
}

Value KernelBuilder::logicalAnd(Value lhs, Value rhs) {
  return createOrFold<arith::AndIOp>(lhs, rhs);
}

Value KernelBuilder::select(Value condition, Value ifTrue, Value ifFalse) {
  return createOrFold<arith::SelectOp>(condition, ifTrue, ifFalse);
}

Value KernelBuilder::size(Value memref, int64_t dim) {
  auto type = cast<MemRefType>(memref.getType());
  if (!type.isDynamicDim(dim))
    return index(type.getDimSize(dim));
  return memref::DimOp::create(*this, memref, dim);
}

KernelBuilder::Strides KernelBuilder::getStrides(Value memref) {
  auto type = cast<MemRefType>(memref.getType());
  auto [staticStrides, staticOffset] = type.getStridesAndOffset();
  memref::ExtractStridedMetadataOp metadata;
  if (ShapedType::isDynamic(staticOffset) ||
      ShapedType::isDynamicShape(staticStrides))
    metadata = memref::ExtractStridedMetadataOp::create(*this, memref);
  Strides result;
  result.offset = ShapedType::isDynamic(staticOffset) ? metadata.getOffset()
                                                      : index(staticOffset);
  for (auto [dim, stride] : llvm::enumerate(staticStrides))
    result.strides.push_back(ShapedType::isDynamic(stride)
                                 ? metadata.getStrides()[dim]
                                 : index(stride));
  return result;
}

Value KernelBuilder::address(Value memref, ValueRange indices) {
  auto type = cast<MemRefType>(memref.getType());
  Strides layout = getStrides(memref);
  Value element = layout.offset;
  for (auto [position, stride] : llvm::zip_equal(indices, layout.strides))
    element = add(element, mul(position, stride));
  Value base = memref::ExtractAlignedPointerAsIndexOp::create(*this, memref);
  int64_t elementBytes = type.getElementTypeBitWidth() / CHAR_BIT;
  return arith::IndexCastOp::create(*this, getI64Type(),
                                    add(base, mul(element, elementBytes)));
}

//===----------------------------------------------------------------------===//
// Control flow
//===----------------------------------------------------------------------===//

void KernelBuilder::loop(Value lower, Value upper, int64_t step,
                         function_ref<void(Value)> body, bool mayUnroll) {
  std::optional<int64_t> from = getConstantIntValue(lower);
  std::optional<int64_t> to = getConstantIntValue(upper);
  if (from && to && *from >= *to)
    return;
  if (from && to && *to - *from <= step)
    return body(lower);
  auto forOp = scf::ForOp::create(*this, lower, upper, index(step));
  if (!mayUnroll)
    disableUnrolling(forOp);
  OpBuilder::InsertionGuard guard(*this);
  setInsertionPointToStart(forOp.getBody());
  body(forOp.getInductionVar());
}

void KernelBuilder::forEachSegment(
    Value total, int64_t max, bool peelFirst,
    function_ref<void(Value, int64_t, bool)> body) {
  if (std::optional<int64_t> known = getConstantIntValue(total)) {
    if (*known == 0)
      return;
    int64_t numSegments = llvm::divideCeil(*known, max);
    int64_t size = llvm::divideCeil(*known, numSegments);
    int64_t smallBegin = (*known - (size - 1) * numSegments) * size;
    int64_t begin = 0;
    if (peelFirst) {
      body(index(0), size, /*isFirst=*/true);
      begin = size;
    }
    loop(index(begin), index(smallBegin), size,
         [&](Value start) { body(start, size, /*isFirst=*/false); });
    loop(index(smallBegin), index(*known), size - 1,
         [&](Value start) { body(start, size - 1, /*isFirst=*/false); });
    return;
  }
  Value remainder = rem(total, max);
  Value whole = sub(total, remainder);
  loop(index(0), whole, max,
       [&](Value start) { body(start, max, /*isFirst=*/false); });
  if (max == 1)
    return;
  auto cases = llvm::to_vector(llvm::seq<int64_t>(1, max));
  auto switchOp = scf::IndexSwitchOp::create(*this, TypeRange{}, remainder,
                                             cases, cases.size());
  InsertionGuard guard(*this);
  for (auto [region, size] :
       llvm::zip_equal(switchOp.getCaseRegions(), cases)) {
    createBlock(&region);
    body(whole, size, /*isFirst=*/false);
    scf::YieldOp::create(*this);
  }
  createBlock(&switchOp.getDefaultRegion());
  scf::YieldOp::create(*this);
}

void KernelBuilder::branch(Value condition, function_ref<void()> ifTrue,
                           function_ref<void()> ifFalse) {
  if (std::optional<int64_t> known = getConstantIntValue(condition)) {
    if (*known)
      ifTrue();
    else if (ifFalse)
      ifFalse();
    return;
  }
  auto ifOp = scf::IfOp::create(*this, condition,
                                /*withElseRegion=*/static_cast<bool>(ifFalse));
  OpBuilder::InsertionGuard guard(*this);
  setInsertionPointToStart(ifOp.thenBlock());
  ifTrue();
  if (!ifFalse)
    return;
  setInsertionPointToStart(ifOp.elseBlock());
  ifFalse();
}

//===----------------------------------------------------------------------===//
// Vectors
//===----------------------------------------------------------------------===//

Value KernelBuilder::splat(VectorType type, double value) {
  Attribute element;
  if (isa<FloatType>(type.getElementType()))
    element = FloatAttr::get(type.getElementType(), value);
  else
    element = IntegerAttr::get(type.getElementType(),
                               static_cast<int64_t>(std::nearbyint(value)));
  return arith::ConstantOp::create(*this,
                                   DenseElementsAttr::get(type, element));
}

static bool isFloat(Value value) {
  return isa<FloatType>(getElementTypeOrSelf(value.getType()));
}

Value KernelBuilder::addNumbers(Value lhs, Value rhs) {
  return isFloat(lhs) ? createOrFold<arith::AddFOp>(lhs, rhs)
                      : createOrFold<arith::AddIOp>(lhs, rhs);
}

Value KernelBuilder::subNumbers(Value lhs, Value rhs) {
  return isFloat(lhs) ? createOrFold<arith::SubFOp>(lhs, rhs)
                      : createOrFold<arith::SubIOp>(lhs, rhs);
}

Value KernelBuilder::mulNumbers(Value lhs, Value rhs) {
  return isFloat(lhs) ? createOrFold<arith::MulFOp>(lhs, rhs)
                      : createOrFold<arith::MulIOp>(lhs, rhs);
}

Value KernelBuilder::convertIntegers(Value value, Type elementType) {
  auto type = cast<VectorType>(value.getType());
  VectorType to = type.clone(elementType);
  if (type == to)
    return value;
  if (type.getElementTypeBitWidth() < to.getElementTypeBitWidth())
    return arith::ExtSIOp::create(*this, to, value);
  return arith::TruncIOp::create(*this, to, value);
}

Value KernelBuilder::callIntrinsic(StringRef name, Type type,
                                   ValueRange operands) {
  return LLVM::CallIntrinsicOp::create(*this, type, getStringAttr(name),
                                       operands)
      ->getResult(0);
}

Value KernelBuilder::shuffle(Value lhs, Value rhs,
                             ArrayRef<int64_t> positions) {
  return vector::ShuffleOp::create(*this, lhs, rhs, positions);
}

Value KernelBuilder::concat(Value lhs, Value rhs) {
  int64_t count = cast<VectorType>(lhs.getType()).getNumElements() +
                  cast<VectorType>(rhs.getType()).getNumElements();
  return shuffle(lhs, rhs, llvm::to_vector(llvm::seq<int64_t>(0, count)));
}

Value KernelBuilder::slice(Value value, int64_t begin, int64_t count,
                           int64_t step) {
  if (step == 1 && count == cast<VectorType>(value.getType()).getNumElements())
    return value;
  SmallVector<int64_t> positions;
  for (int64_t i = 0; i < count; ++i)
    positions.push_back(begin + i * step);
  return shuffle(value, value, positions);
}

Value KernelBuilder::flattenGroups(Value filter) {
  if (cast<ShapedType>(filter.getType()).getRank() < packed_dim::kGroupedRank)
    return filter;
  SmallVector<ReassociationIndices> dims;
  for (int64_t dim = 0; dim < packed_dim::kRank; ++dim)
    dims.push_back({dim});
  dims.back().push_back(packed_dim::kGroup);
  return memref::CollapseShapeOp::create(*this, filter, dims);
}

Value KernelBuilder::mask(int64_t lanes) {
  if (lanes >= getVectorLength())
    return {};
  auto type = VectorType::get({getVectorLength()}, getI1Type());
  return vector::ConstantMaskOp::create(*this, type, ArrayRef<int64_t>{lanes});
}

Value KernelBuilder::mask(Value lanes) {
  if (std::optional<int64_t> known = getConstantIntValue(lanes))
    return mask(*known);
  auto type = VectorType::get({getVectorLength()}, getI1Type());
  return vector::CreateMaskOp::create(*this, type, ValueRange{lanes});
}

Value KernelBuilder::load(Value memref, ValueRange indices, Value mask) {
  VectorType type = getVectorOf(getElementTypeOrSelf(memref.getType()));
  if (!mask)
    return vector::LoadOp::create(*this, type, memref, indices);
  return vector::MaskedLoadOp::create(*this, type, memref, indices, mask,
                                      splat(type, 0));
}

void KernelBuilder::store(Value value, Value memref, ValueRange indices,
                          Value mask, bool streams) {
  auto type = cast<VectorType>(value.getType());
  if (mask && isa<IntegerType>(type.getElementType()) &&
      type.getElementTypeBitWidth() < 32)
    storeLanes(value, memref, indices, mask);
  else if (mask)
    vector::MaskedStoreOp::create(*this, memref, indices, mask, value);
  else if (streams)
    vector::StoreOp::create(*this, value, memref, indices, /*nontemporal=*/true,
                            llvm::MaybeAlign(getVectorBytes(memref)));
  else
    vector::StoreOp::create(*this, value, memref, indices);
}

void KernelBuilder::storeLanes(Value value, Value memref, ValueRange indices,
                               Value mask) {
  // LLVM 22 stores 32 bits on x86 where i32 are truncated and all but one of
  // them masked, which it may only find out when it has unrolled a loop.
  auto constantMask = mask.getDefiningOp<vector::ConstantMaskOp>();
  auto dynamicMask = mask.getDefiningOp<vector::CreateMaskOp>();
  if (!dynamicMask &&
      (!constantMask || constantMask.getMaskDimSizes()[0] != 1)) {
    vector::MaskedStoreOp::create(*this, memref, indices, mask, value);
    return;
  }
  auto storeLane = [&](Value lane) {
    SmallVector<Value> at(indices);
    at.back() = add(at.back(), lane);
    memref::StoreOp::create(
        *this, vector::ExtractOp::create(*this, value, OpFoldResult(lane)),
        memref, at);
  };
  if (!dynamicMask)
    return storeLane(index(0));
  loop(createOrFold<arith::MinSIOp>(dynamicMask.getOperand(0),
                                    index(getVectorLength())),
       storeLane);
}

int64_t KernelBuilder::getVectorBytes(Value memref) const {
  return getVectorLength() *
         cast<MemRefType>(memref.getType()).getElementTypeBitWidth() / CHAR_BIT;
}

void KernelBuilder::buildStreaming(bool mayStream, Value memref,
                                   function_ref<void(bool)> body) {
  auto type = cast<MemRefType>(memref.getType());
  SmallVector<int64_t> strides = type.getStridesAndOffset().first;
  for (int64_t stride : ArrayRef(strides).drop_back())
    mayStream &=
        !ShapedType::isDynamic(stride) && stride % getVectorLength() == 0;
  if (!mayStream)
    return body(/*streams=*/false);
  SmallVector<Value> first(type.getRank(), index(0));
  Value mask =
      arith::ConstantIntOp::create(*this, getVectorBytes(memref) - 1, 64);
  Value rest = arith::AndIOp::create(*this, address(memref, first), mask);
  Value zero = arith::ConstantIntOp::create(*this, 0, 64);
  branch(
      compare(arith::CmpIPredicate::eq, rest, zero),
      [&] { body(/*streams=*/true); }, [&] { body(/*streams=*/false); });
}

void KernelBuilder::forEachVector(Value size,
                                  function_ref<void(Value, Value)> body) {
  Value partial = rem(size, getVectorLength());
  Value full = sub(size, partial);
  loop(index(0), full, getVectorLength(),
       [&](Value pos) { body(pos, Value()); });

  branch(compare(arith::CmpIPredicate::ne, partial, index(0)),
         [&] { body(full, mask(partial)); });
}

void KernelBuilder::forEachVectorGroup(
    Value size, int64_t numVectors,
    function_ref<void(Value, Value, Value)> body) {
  const int64_t length = getVectorLength();
  Value partial = rem(size, length);
  Value full = sub(size, partial);
  std::optional<int64_t> known = getConstantIntValue(full);
  loop(index(0), full, numVectors * length, [&](Value first) {
    Value count = index(numVectors);
    if (!known || *known % (numVectors * length))
      count =
          createOrFold<arith::MinSIOp>(count, div(sub(full, first), length));
    body(first, count, Value());
  });
  branch(compare(arith::CmpIPredicate::ne, partial, index(0)),
         [&] { body(full, index(1), partial); });
}

void KernelBuilder::fillZero(Value memref, ValueRange indices, int64_t begin,
                             int64_t end) {
  if (begin >= end)
    return;
  Value zeros = splat(getVectorOf(getElementTypeOrSelf(memref.getType())), 0);
  forEachVector(index(end - begin), [&](Value pos, Value lanes) {
    SmallVector<Value> at(indices);
    at.push_back(add(pos, begin));
    store(zeros, memref, at, lanes);
  });
}

Value KernelBuilder::scratch(VectorType type, ArrayRef<int64_t> shape) {
  OpBuilder::InsertionGuard guard(*this);
  setInsertionPointToStart(&getAllocationScope(op)->front());
  SmallVector<int64_t> elements(shape);
  elements.push_back(type.getNumElements());
  return memref::AllocaOp::create(
      *this, MemRefType::get(elements, type.getElementType()),
      getI64IntegerAttr(64));
}
