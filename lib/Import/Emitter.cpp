//===- Emitter.cpp - Tensor building blocks of the importer ---------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"
#include "Wino/Import/ONNX.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace wino;
using namespace wino::importer;

static SmallVector<int64_t> permute(ArrayRef<int64_t> sizes,
                                    ArrayRef<int64_t> perm) {
  return llvm::map_to_vector(perm, [&](int64_t dim) { return sizes[dim]; });
}

SmallVector<int64_t> importer::permuteToNHWC(ArrayRef<int64_t> sizes) {
  return permute(sizes, kToNHWC);
}

static ArrayRef<int64_t> getShape(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

static SmallVector<OpFoldResult> toIndexAttrs(OpBuilder &builder,
                                              ArrayRef<int64_t> values) {
  return getAsIndexOpFoldResult(builder.getContext(), values);
}

Emitter::Emitter(func::FuncOp func)
    : builder(func.getContext()), func(func), loc(func.getLoc()) {
  builder.setInsertionPointToEnd(&func.getBody().front());
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

Type Emitter::getElementType(ElementKind kind) {
  if (kind == ElementKind::Float)
    return builder.getF32Type();
  return builder.getIntegerType(isByte(kind) ? 8 : 32);
}

RankedTensorType Emitter::getType(ArrayRef<int64_t> shape, Type elementType) {
  return RankedTensorType::get(shape, elementType ? elementType
                                                  : builder.getF32Type());
}

Value Emitter::constantScalar(double value, Type type) {
  TypedAttr attr = builder.getF32FloatAttr(float(value));
  if (type && type.isInteger())
    attr = builder.getIntegerAttr(type, int64_t(value));
  return arith::ConstantOp::create(builder, loc, attr);
}

Value Emitter::constantVector(ArrayRef<float> values) {
  auto type = getType(static_cast<int64_t>(values.size()));
  return arith::ConstantOp::create(builder, loc,
                                   DenseElementsAttr::get(type, values));
}

Value Emitter::constantVector(ArrayRef<int32_t> values) {
  auto type =
      getType(static_cast<int64_t>(values.size()), builder.getI32Type());
  return arith::ConstantOp::create(builder, loc,
                                   DenseElementsAttr::get(type, values));
}

Value Emitter::empty(ArrayRef<int64_t> shape, Type elementType) {
  return tensor::EmptyOp::create(builder, loc, shape,
                                 getType(shape, elementType).getElementType());
}

Value Emitter::fill(ArrayRef<int64_t> shape, double value, Type elementType) {
  return linalg::FillOp::create(builder, loc,
                                constantScalar(value, elementType),
                                empty(shape, elementType))
      .getResult(0);
}

Value Emitter::transpose(Value value, ArrayRef<int64_t> perm) {
  ArrayRef<int64_t> shape = getShape(value);
  SmallVector<int64_t> resultShape = permute(shape, perm);
  SmallVector<int64_t> moved;
  llvm::copy_if(perm, std::back_inserter(moved),
                [&](int64_t dim) { return shape[dim] != 1; });
  if (llvm::is_sorted(moved))
    return reshape(value, resultShape);
  Value init = empty(resultShape, getElementTypeOrSelf(value));
  return linalg::TransposeOp::create(builder, loc, value, init, perm)
      .getResult()[0];
}

Value Emitter::reshape(Value value, ArrayRef<int64_t> shape) {
  auto sourceType = cast<RankedTensorType>(value.getType());
  Type elementType = sourceType.getElementType();
  RankedTensorType targetType = getType(shape, elementType);
  if (sourceType == targetType)
    return value;
  if (sourceType.getRank() != targetType.getRank()) {
    if (auto reassociation =
            getReassociationIndicesForReshape(sourceType, targetType)) {
      if (sourceType.getRank() > targetType.getRank())
        return tensor::CollapseShapeOp::create(builder, loc, targetType, value,
                                               *reassociation);
      return tensor::ExpandShapeOp::create(builder, loc, targetType, value,
                                           *reassociation);
    }
  }
  // No grouping of dimensions relates the shapes: go through one dimension.
  auto allDims = [](int64_t rank) {
    SmallVector<ReassociationIndices> groups;
    if (rank != 0)
      groups.emplace_back(llvm::to_vector<2>(llvm::seq<int64_t>(0, rank)));
    return groups;
  };
  auto flatType = getType(sourceType.getNumElements(), elementType);
  Value flat = tensor::CollapseShapeOp::create(builder, loc, flatType, value,
                                               allDims(sourceType.getRank()));
  return tensor::ExpandShapeOp::create(builder, loc, targetType, flat,
                                       allDims(targetType.getRank()));
}

Value Emitter::pad(Value value, ArrayRef<int64_t> low, ArrayRef<int64_t> high,
                   double padValue) {
  auto isZero = [](int64_t size) { return size == 0; };
  if (llvm::all_of(low, isZero) && llvm::all_of(high, isZero))
    return value;
  SmallVector<int64_t> shape;
  for (auto [size, before, after] : llvm::zip_equal(getShape(value), low, high))
    shape.push_back(size + before + after);
  Type elementType = getElementTypeOrSelf(value);
  return tensor::PadOp::create(builder, loc, getType(shape, elementType), value,
                               toIndexAttrs(builder, low),
                               toIndexAttrs(builder, high),
                               constantScalar(padValue, elementType));
}

Value Emitter::slice(Value value, ArrayRef<int64_t> offsets,
                     ArrayRef<int64_t> sizes, ArrayRef<int64_t> strides) {
  SmallVector<int64_t> unitStrides(offsets.size(), 1);
  if (strides.empty())
    strides = unitStrides;
  return tensor::ExtractSliceOp::create(
      builder, loc, value, toIndexAttrs(builder, offsets),
      toIndexAttrs(builder, sizes), toIndexAttrs(builder, strides));
}

Value Emitter::concat(ArrayRef<Value> values, int64_t dim) {
  SmallVector<int64_t> shape(getShape(values.front()));
  shape[dim] = 0;
  for (Value value : values)
    shape[dim] += getShape(value)[dim];
  Value result = empty(shape, getElementTypeOrSelf(values.front()));
  SmallVector<int64_t> offsets(shape.size(), 0);
  SmallVector<int64_t> strides(shape.size(), 1);
  for (Value value : values) {
    result = tensor::InsertSliceOp::create(
        builder, loc, value, result, toIndexAttrs(builder, offsets),
        toIndexAttrs(builder, getShape(value)), toIndexAttrs(builder, strides));
    offsets[dim] += getShape(value)[dim];
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

Value Emitter::getWeightArgument(Constant &constant) {
  Value &argument = weights[&constant];
  if (argument)
    return argument;
  if (constant.splat) {
    float value = *constant.splat;
    allocateValues(constant);
    llvm::fill(constant.values, value);
  }
  if (constant.kind == ElementKind::Int) {
    std::vector<int32_t> narrow(constant.ints.begin(), constant.ints.end());
    constant.blob = HeapAsmResourceBlob::allocateAndCopyWithAlign(
        ArrayRef(reinterpret_cast<const char *>(narrow.data()),
                 narrow.size() * sizeof(int32_t)),
        kWeightAlignment);
  }
  RankedTensorType type =
      getType(constant.shape, getElementType(constant.kind));
  // The data stays where it is, so `constant.values` remains valid.
  auto data = DenseResourceElementsAttr::get(type, constant.name,
                                             std::move(*constant.blob));
  constant.blob.reset();
  unsigned index = func.getNumArguments();
  auto attrs =
      builder.getDictionaryAttr(builder.getNamedAttr(kWeightAttrName, data));
  Location weightLoc = NameLoc::get(builder.getStringAttr(constant.name));
  [[maybe_unused]] LogicalResult inserted =
      func.insertArgument(index, type, attrs, weightLoc);
  assert(succeeded(inserted) && "a function type can always be extended");
  argument = func.getArgument(index);
  return argument;
}

Constant &Emitter::dequantizeConstant(const Tensor &tensor) {
  const Constant &integers = *tensor.integers->constant;
  const Quantization &quantization = tensor.quantization;
  auto constant = std::make_unique<Constant>();
  constant->name = integers.name;
  constant->shape = integers.shape;
  allocateValues(*constant);
  for (auto [index, value] : llvm::enumerate(constant->values)) {
    int64_t place = quantization.getPlace(index, constant->shape);
    value = float(integers.intAt(index) - quantization.zeroPointAt(place)) *
            quantization.scaleAt(place);
  }
  constants.push_back(std::move(constant));
  return *constants.back();
}

/// Gives a tensor that is known by its integers only its floats. Those of a
/// constant are one, too.
void Emitter::materialize(Tensor &tensor) {
  if (!tensor.isDequantized())
    return;
  if (tensor.integers->constant) {
    tensor.constant = &dequantizeConstant(tensor);
    return;
  }
  Tensor floats = elementwise(
      tensor, [](OpBuilder &, Location, ValueRange args) { return args[0]; });
  tensor.onnx = floats.onnx;
  tensor.nhwc = floats.nhwc;
}

Value Emitter::onnxOrder(Tensor &tensor) {
  materialize(tensor);
  if (!tensor.onnx)
    tensor.onnx = tensor.nhwc ? transpose(tensor.nhwc, kToNCHW)
                              : getWeightArgument(*tensor.constant);
  return tensor.onnx;
}

Value Emitter::nhwcOrder(Tensor &tensor) {
  materialize(tensor);
  if (!tensor.nhwc)
    tensor.nhwc = transpose(onnxOrder(tensor), kToNHWC);
  return tensor.nhwc;
}

static ElementKind getKind(Value value) {
  Type type = getElementTypeOrSelf(value);
  if (type.isInteger(8))
    return ElementKind::Int8;
  return type.isInteger(32) ? ElementKind::Int : ElementKind::Float;
}

Tensor Emitter::fromONNX(Value value) {
  Tensor tensor;
  tensor.kind = getKind(value);
  tensor.shape.assign(getShape(value).begin(), getShape(value).end());
  tensor.onnx = value;
  return tensor;
}

Tensor Emitter::fromNHWC(Value value) {
  Tensor tensor;
  tensor.kind = getKind(value);
  tensor.shape = permute(getShape(value), kToNCHW);
  tensor.nhwc = value;
  return tensor;
}

Tensor Emitter::fromIntegers(Tensor integers, Quantization quantization) {
  Tensor tensor;
  tensor.shape = integers.shape;
  tensor.integers = std::make_shared<Tensor>(std::move(integers));
  tensor.quantization = std::move(quantization);
  return tensor;
}

Value Emitter::dequantize(OpBuilder &b, Location bodyLoc, Value q, Value scale,
                          int32_t zeroPoint) {
  Type i32 = b.getI32Type();
  if (q.getType() != i32)
    q = arith::ExtSIOp::create(b, bodyLoc, i32, q);
  if (zeroPoint != 0) {
    Value offset =
        arith::ConstantOp::create(b, bodyLoc, b.getI32IntegerAttr(zeroPoint));
    q = arith::SubIOp::create(b, bodyLoc, q, offset);
  }
  Value x = arith::SIToFPOp::create(b, bodyLoc, b.getF32Type(), q);
  return scale ? arith::MulFOp::create(b, bodyLoc, x, scale).getResult() : x;
}

Value Emitter::dropUnitDims(Value value, ArrayRef<bool> drop) {
  if (!llvm::is_contained(drop, true))
    return value;
  SmallVector<ReassociationIndices> groups;
  bool lastGroupHasKept = true;
  for (auto [dim, isDropped] : llvm::enumerate(drop)) {
    if (groups.empty() || (!isDropped && lastGroupHasKept)) {
      groups.emplace_back();
      lastGroupHasKept = false;
    }
    groups.back().push_back(dim);
    lastGroupHasKept |= !isDropped;
  }
  if (!lastGroupHasKept)
    groups.clear();
  return tensor::CollapseShapeOp::create(builder, loc, value, groups);
}

Value Emitter::getScalar(const Tensor &tensor) {
  const Constant *constant = tensor.constant;
  if (!constant || constant->size() != 1)
    return {};
  return constant->kind == ElementKind::Float
             ? constantScalar(constant->floatAt(0))
             : constantScalar(constant->intAt(0), getElementType(tensor.kind));
}

std::pair<Value, AffineMap>
Emitter::getOperand(Tensor &tensor, ArrayRef<int64_t> shape, bool inNHWC) {
  bool isFull = ArrayRef<int64_t>(tensor.shape) == shape;
  if (inNHWC && isFull && !tensor.constant)
    nhwcOrder(tensor);
  bool fromNHWC = inNHWC && tensor.nhwc;
  Value value = fromNHWC ? tensor.nhwc : onnxOrder(tensor);

  int64_t rankDifference = shape.size() - tensor.rank();
  SmallVector<bool> drop;
  SmallVector<AffineExpr> exprs;
  for (int64_t i = 0; i < tensor.rank(); ++i) {
    int64_t onnxDim = fromNHWC ? kToNHWC[i] : i;
    int64_t resultDim = onnxDim + rankDifference;
    drop.push_back(tensor.shape[onnxDim] != shape[resultDim]);
    if (!drop.back())
      exprs.push_back(
          builder.getAffineDimExpr(inNHWC ? kToNCHW[resultDim] : resultDim));
  }
  auto map = AffineMap::get(shape.size(), 0, exprs, builder.getContext());
  return {dropUnitDims(value, drop), map};
}

Tensor Emitter::elementwise(ArrayRef<Tensor *> operands,
                            ArrayRef<int64_t> shape, ScalarFn body,
                            ElementKind kind) {
  bool inNHWC =
      shape.size() == 4 && llvm::any_of(operands, [&](Tensor *t) {
        return t->prefersNHWC() && ArrayRef<int64_t>(t->shape) == shape;
      });
  SmallVector<Value> inputs;
  SmallVector<AffineMap> maps;
  // Of each operand the scalar, or null if it is the next input, and the scale
  // if it is to be dequantized, likewise.
  SmallVector<Value> scalars;
  SmallVector<std::optional<Value>> scales;
  for (Tensor *operand : operands) {
    // In the body there is one zero point.
    if (!operand->quantization.hasOneZeroPoint())
      materialize(*operand);
    Tensor &source = operand->isDequantized() ? *operand->integers : *operand;
    scalars.push_back(getScalar(source));
    if (!scalars.back()) {
      auto [value, map] = getOperand(source, shape, inNHWC);
      inputs.push_back(value);
      maps.push_back(map);
    }
    scales.emplace_back();
    if (!operand->isDequantized())
      continue;
    const Quantization &quantization = operand->quantization;
    scales.back() = Value();
    if (quantization.isPerTensor()) {
      scales.back() = constantScalar(quantization.scales[0]);
      continue;
    }
    int64_t dim = quantization.axis + shape.size() - operand->rank();
    inputs.push_back(constantVector(quantization.scales));
    maps.push_back(
        AffineMap::get(shape.size(), 0,
                       builder.getAffineDimExpr(inNHWC ? kToNCHW[dim] : dim)));
  }
  maps.push_back(builder.getMultiDimIdentityMap(shape.size()));
  Value init =
      empty(inNHWC ? permuteToNHWC(shape) : SmallVector<int64_t>(shape),
            getElementType(kind));
  SmallVector<utils::IteratorType> iterators(shape.size(),
                                             utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      builder, loc, init.getType(), inputs, init, maps, iterators,
      [&](OpBuilder &b, Location bodyLoc, ValueRange args) {
        SmallVector<Value> values(scalars);
        size_t next = 0;
        for (auto [operand, value, scale] :
             llvm::zip_equal(operands, values, scales)) {
          if (!value)
            value = args[next++];
          if (!scale)
            continue;
          if (!*scale)
            scale = args[next++];
          value = dequantize(b, bodyLoc, value, *scale,
                             operand->quantization.zeroPoints[0]);
        }
        linalg::YieldOp::create(b, bodyLoc, body(b, bodyLoc, values));
      });
  Value value = generic.getResult(0);
  Tensor result = inNHWC ? fromNHWC(value) : fromONNX(value);
  result.kind = kind;
  return result;
}

Tensor Emitter::reduce(Tensor &tensor, ArrayRef<int64_t> axes, Reduction kind) {
  bool inNHWC = tensor.prefersNHWC();
  Value source = inNHWC ? nhwcOrder(tensor) : onnxOrder(tensor);
  int64_t rank = tensor.rank();
  SmallVector<utils::IteratorType> iterators;
  SmallVector<AffineExpr> exprs;
  SmallVector<int64_t> keptSizes, resultShape;
  for (int64_t i = 0; i < rank; ++i) {
    bool isReduced = llvm::is_contained(axes, inNHWC ? kToNHWC[i] : i);
    iterators.push_back(isReduced ? utils::IteratorType::reduction
                                  : utils::IteratorType::parallel);
    int64_t size = getShape(source)[i];
    resultShape.push_back(isReduced ? 1 : size);
    if (isReduced)
      continue;
    exprs.push_back(builder.getAffineDimExpr(i));
    keptSizes.push_back(size);
  }
  bool isMax = kind == Reduction::Max;
  bool isFloat = tensor.kind == ElementKind::Float;
  Type sourceType = getElementTypeOrSelf(source);
  Type type = isMax || isFloat ? sourceType : builder.getI32Type();
  double least =
      isFloat ? -INFINITY
              : double(llvm::minIntN(sourceType.getIntOrFloatBitWidth()));
  Value init = fill(keptSizes, isMax ? least : 0.0, type);
  AffineMap maps[] = {builder.getMultiDimIdentityMap(rank),
                      AffineMap::get(rank, 0, exprs, builder.getContext())};
  auto generic = linalg::GenericOp::create(
      builder, loc, init.getType(), source, init, maps, iterators,
      [&](OpBuilder &b, Location bodyLoc, ValueRange args) {
        Value x = args[0], result;
        if (type != sourceType)
          x = arith::ExtSIOp::create(b, bodyLoc, type, x);
        if (isMax && isFloat)
          result = arith::MaximumFOp::create(b, bodyLoc, x, args[1]);
        else if (isMax)
          result = arith::MaxSIOp::create(b, bodyLoc, x, args[1]);
        else if (isFloat)
          result = arith::AddFOp::create(b, bodyLoc, x, args[1]);
        else
          result = arith::AddIOp::create(b, bodyLoc, x, args[1]);
        linalg::YieldOp::create(b, bodyLoc, result);
      });
  Value result = reshape(generic.getResult(0), resultShape);
  return inNHWC ? fromNHWC(result) : fromONNX(result);
}

Value Emitter::addBias(Value value, Value bias) {
  ArrayRef<int64_t> shape = getShape(value);
  int64_t rank = shape.size();
  AffineMap identity = builder.getMultiDimIdentityMap(rank);
  AffineMap lastDim =
      AffineMap::get(rank, 0, builder.getAffineDimExpr(rank - 1));
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      builder, loc, value.getType(), ValueRange{value, bias},
      empty(shape, getElementTypeOrSelf(value)),
      ArrayRef<AffineMap>{identity, lastDim, identity}, iterators,
      [](OpBuilder &b, Location bodyLoc, ValueRange args) {
        Value sum;
        if (isa<FloatType>(args[0].getType()))
          sum = arith::AddFOp::create(b, bodyLoc, args[0], args[1]);
        else
          sum = arith::AddIOp::create(b, bodyLoc, args[0], args[1]);
        linalg::YieldOp::create(b, bodyLoc, sum);
      });
  return generic.getResult(0);
}
