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

RankedTensorType Emitter::getType(ArrayRef<int64_t> shape) {
  return RankedTensorType::get(shape, builder.getF32Type());
}

Value Emitter::constantScalar(double value) {
  return arith::ConstantOp::create(builder, loc,
                                   builder.getF32FloatAttr(float(value)));
}

Value Emitter::constantVector(ArrayRef<float> values) {
  auto type = getType(static_cast<int64_t>(values.size()));
  return arith::ConstantOp::create(builder, loc,
                                   DenseElementsAttr::get(type, values));
}

Value Emitter::empty(ArrayRef<int64_t> shape) {
  return tensor::EmptyOp::create(builder, loc, shape, builder.getF32Type());
}

Value Emitter::fill(ArrayRef<int64_t> shape, double value) {
  return linalg::FillOp::create(builder, loc, constantScalar(value),
                                empty(shape))
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
  return linalg::TransposeOp::create(builder, loc, value, empty(resultShape),
                                     perm)
      .getResult()[0];
}

Value Emitter::reshape(Value value, ArrayRef<int64_t> shape) {
  auto sourceType = cast<RankedTensorType>(value.getType());
  RankedTensorType targetType = getType(shape);
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
  auto flatType = getType(sourceType.getNumElements());
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
  return tensor::PadOp::create(
      builder, loc, getType(shape), value, toIndexAttrs(builder, low),
      toIndexAttrs(builder, high), constantScalar(padValue));
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
  Value result = empty(shape);
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
  RankedTensorType type = getType(constant.shape);
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

Value Emitter::onnxOrder(Tensor &tensor) {
  if (!tensor.onnx)
    tensor.onnx = tensor.nhwc ? transpose(tensor.nhwc, kToNCHW)
                              : getWeightArgument(*tensor.constant);
  return tensor.onnx;
}

Value Emitter::nhwcOrder(Tensor &tensor) {
  if (!tensor.nhwc)
    tensor.nhwc = transpose(onnxOrder(tensor), kToNHWC);
  return tensor.nhwc;
}

Tensor Emitter::fromONNX(Value value) {
  Tensor tensor;
  tensor.shape.assign(getShape(value).begin(), getShape(value).end());
  tensor.onnx = value;
  return tensor;
}

Tensor Emitter::fromNHWC(Value value) {
  Tensor tensor;
  tensor.shape = permute(getShape(value), kToNCHW);
  tensor.nhwc = value;
  return tensor;
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
                            ArrayRef<int64_t> shape, ScalarFn body) {
  bool inNHWC =
      shape.size() == 4 && llvm::any_of(operands, [&](Tensor *t) {
        return t->prefersNHWC() && ArrayRef<int64_t>(t->shape) == shape;
      });
  SmallVector<Value> inputs;
  SmallVector<AffineMap> maps;
  SmallVector<Value> scalars;
  for (Tensor *operand : operands) {
    if (operand->constant && operand->constant->size() == 1) {
      scalars.push_back(constantScalar(operand->constant->floatAt(0)));
      continue;
    }
    scalars.push_back(Value());
    auto [value, map] = getOperand(*operand, shape, inNHWC);
    inputs.push_back(value);
    maps.push_back(map);
  }
  maps.push_back(builder.getMultiDimIdentityMap(shape.size()));
  Value init =
      empty(inNHWC ? permuteToNHWC(shape) : SmallVector<int64_t>(shape));
  SmallVector<utils::IteratorType> iterators(shape.size(),
                                             utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      builder, loc, init.getType(), inputs, init, maps, iterators,
      [&](OpBuilder &b, Location bodyLoc, ValueRange args) {
        SmallVector<Value> values(scalars);
        size_t next = 0;
        for (Value &value : values)
          if (!value)
            value = args[next++];
        linalg::YieldOp::create(b, bodyLoc, body(b, bodyLoc, values));
      });
  Value result = generic.getResult(0);
  return inNHWC ? fromNHWC(result) : fromONNX(result);
}

Tensor Emitter::reduce(Tensor &tensor, ArrayRef<int64_t> axes, Reduction kind) {
  bool inNHWC = tensor.prefersNHWC();
  Value source = inNHWC ? tensor.nhwc : onnxOrder(tensor);
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
  Value init = fill(keptSizes, isMax ? -INFINITY : 0.0);
  AffineMap maps[] = {builder.getMultiDimIdentityMap(rank),
                      AffineMap::get(rank, 0, exprs, builder.getContext())};
  auto generic = linalg::GenericOp::create(
      builder, loc, init.getType(), source, init, maps, iterators,
      [&](OpBuilder &b, Location bodyLoc, ValueRange args) {
        Value result;
        if (isMax)
          result = arith::MaximumFOp::create(b, bodyLoc, args[0], args[1]);
        else
          result = arith::AddFOp::create(b, bodyLoc, args[0], args[1]);
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
      builder, loc, value.getType(), ValueRange{value, bias}, empty(shape),
      ArrayRef<AffineMap>{identity, lastDim, identity}, iterators,
      [](OpBuilder &b, Location bodyLoc, ValueRange args) {
        Value sum = arith::AddFOp::create(b, bodyLoc, args[0], args[1]);
        linalg::YieldOp::create(b, bodyLoc, sum);
      });
  return generic.getResult(0);
}
