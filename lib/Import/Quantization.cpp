//===- Quantization.cpp - Quantized tensors of ONNX -----------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Quantization.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Diagnostics.h"
#include <cmath>

using namespace mlir;
using namespace wino;
using namespace wino::importer;

//===----------------------------------------------------------------------===//
// Scales and zero points
//===----------------------------------------------------------------------===//

/// The constant at `index` of a scalar or vector of type `kind`.
static FailureOr<const Constant *> readVector(const NodeImporter &importer,
                                              size_t index, ElementKind kind,
                                              StringRef what) {
  const Tensor &tensor = importer.getAny(index);
  const Constant *constant = tensor.constant;
  if (!constant || constant->kind != kind) {
    StringRef typeName =
        constant ? StringRef(constant->typeName) : getKindName(tensor.kind);
    return importer.emitError()
           << "expected " << what << " '" << importer.node.inputs[index]
           << "' to be a constant of type " << getKindName(kind) << ", but got "
           << (constant ? "one" : "a variable") << " of type " << typeName;
  }
  if (constant->shape.size() > 1 || !numElements(constant->shape))
    return importer.emitError()
           << "expected " << what << " '" << importer.node.inputs[index]
           << "' to be a scalar or a vector, but got "
           << shapeToString(constant->shape);
  return constant;
}

static LogicalResult checkCount(const NodeImporter &importer, int64_t count,
                                ArrayRef<int64_t> shape, int64_t axis) {
  if (count == 1)
    return success();
  int64_t rank = shape.size();
  if (axis < 0 || axis >= rank)
    return importer.emitError() << "expected one scale, but got " << count;
  if (count == shape[axis])
    return success();
  return importer.emitError()
         << "expected one scale or " << shape[axis] << ", as dimension " << axis
         << " of " << shapeToString(shape) << " has, but got " << count;
}

static FailureOr<SmallVector<float>> readScales(const NodeImporter &importer,
                                                size_t index) {
  auto constant = readVector(importer, index, ElementKind::Float, "the scale");
  if (failed(constant))
    return failure();
  SmallVector<float> scales;
  for (int64_t i = 0; i < (*constant)->size(); ++i) {
    scales.push_back((*constant)->floatAt(i));
    if (!std::isfinite(scales.back()) || scales.back() <= 0)
      return importer.emitError()
             << "expected scale '" << importer.node.inputs[index]
             << "' to be positive and finite, but got " << scales.back();
  }
  return scales;
}

/// The zero points, as they are stored; zero if there are none.
static FailureOr<SmallVector<int32_t>>
readZeroPoints(const NodeImporter &importer, size_t index, ElementKind kind) {
  if (!importer.hasInput(index))
    return SmallVector<int32_t>{int32_t(getStorageOffset(kind))};
  auto constant = readVector(importer, index, kind, "the zero point");
  if (failed(constant))
    return failure();
  SmallVector<int32_t> zeroPoints;
  for (int64_t i = 0; i < (*constant)->size(); ++i) {
    int64_t value = (*constant)->intAt(i);
    if (kind == ElementKind::Int && value != 0)
      return importer.emitError()
             << "expected the zero point of INT32 elements to be 0, but got "
             << value;
    zeroPoints.push_back(int32_t(value));
  }
  return zeroPoints;
}

FailureOr<Quantization>
importer::readQuantization(const NodeImporter &importer, size_t scaleIndex,
                           size_t zeroPointIndex, ElementKind kind,
                           ArrayRef<int64_t> shape, int64_t axis) {
  auto scales = readScales(importer, scaleIndex);
  auto zeroPoints = readZeroPoints(importer, zeroPointIndex, kind);
  if (failed(scales) || failed(zeroPoints))
    return failure();
  Quantization quantization{*scales, *zeroPoints, axis};
  if (!importer.hasInput(zeroPointIndex))
    quantization.zeroPoints.assign(scales->size(), zeroPoints->front());
  if (quantization.scales.size() != quantization.zeroPoints.size())
    return importer.emitError()
           << "expected as many zero points as scales, but got "
           << zeroPoints->size() << " and " << scales->size();
  if (failed(checkCount(importer, scales->size(), shape, axis)))
    return failure();
  return quantization;
}

FailureOr<TargetQuantization> importer::readTarget(const NodeImporter &importer,
                                                   size_t scaleIndex,
                                                   size_t zeroPointIndex,
                                                   ArrayRef<int64_t> shape,
                                                   int64_t axis) {
  TargetQuantization target{ElementKind::UInt8, {}};
  if (importer.hasInput(zeroPointIndex)) {
    auto zeroPoint = importer.getBytes(zeroPointIndex);
    if (failed(zeroPoint))
      return failure();
    target.kind = (*zeroPoint)->kind;
  }
  auto quantization = readQuantization(importer, scaleIndex, zeroPointIndex,
                                       target.kind, shape, axis);
  if (failed(quantization))
    return failure();
  target.quantization = *quantization;
  return target;
}

FailureOr<int32_t> importer::readZeroPoint(const NodeImporter &importer,
                                           size_t tensorIndex,
                                           size_t zeroPointIndex) {
  auto zeroPoints = readZeroPoints(importer, zeroPointIndex,
                                   importer.getAny(tensorIndex).kind);
  if (failed(zeroPoints))
    return failure();
  if (!llvm::all_equal(*zeroPoints))
    return importer.emitError()
           << "zero points that differ by channel are not supported";
  return zeroPoints->front();
}

FailureOr<Tensor> importer::readQuantizedInput(const NodeImporter &importer,
                                               size_t index, int64_t axis) {
  auto input = importer.getBytes(index);
  if (failed(input))
    return failure();
  auto quantization = readQuantization(importer, index + 1, index + 2,
                                       (*input)->kind, (*input)->shape, axis);
  if (failed(quantization))
    return failure();
  return importer.emitter.fromIntegers(**input, *quantization);
}

//===----------------------------------------------------------------------===//
// Quantization
//===----------------------------------------------------------------------===//

/// Rounds and saturates x, which is already divided by the scale. `isNumber`
/// says that it is never NaN; NaN becomes the least value.
static Value emitQuantization(OpBuilder &b, Location loc, Value x,
                              int32_t zeroPoint, bool isNumber) {
  auto constant = [&](double value) -> Value {
    return arith::ConstantOp::create(b, loc, b.getF32FloatAttr(float(value)));
  };
  // In this order all that follows has values of 8 bits and their neighbours,
  // and rounding and conversion are one instruction.
  auto flags =
      isNumber ? arith::FastMathFlags::nnan : arith::FastMathFlags::none;
  x = arith::MaxNumFOp::create(b, loc, x, constant(-128.0 - zeroPoint), flags);
  x = arith::MinNumFOp::create(b, loc, x, constant(127.0 - zeroPoint), flags);
  x = math::RoundEvenOp::create(b, loc, x);
  Value q = arith::FPToSIOp::create(b, loc, b.getI32Type(), x);
  if (zeroPoint != 0) {
    Value offset =
        arith::ConstantOp::create(b, loc, b.getI32IntegerAttr(zeroPoint));
    q = arith::AddIOp::create(b, loc, q, offset);
  }
  return arith::TruncIOp::create(b, loc, b.getI8Type(), q);
}

FailureOr<Tensor> importer::quantize(const NodeImporter &importer, Tensor &x,
                                     const TargetQuantization &target) {
  if (x.integers && x.integers->kind == target.kind &&
      x.quantization == target.quantization)
    return *x.integers;
  float scale = target.quantization.scales[0];
  int32_t zeroPoint = target.quantization.zeroPoints[0];
  Emitter &emitter = importer.emitter;
  if (!x.integers || x.integers->kind != ElementKind::Int)
    return emitter.elementwise(
        x,
        [&](OpBuilder &b, Location loc, ValueRange args) {
          Value divisor =
              arith::ConstantOp::create(b, loc, b.getF32FloatAttr(scale));
          Value quotient = arith::DivFOp::create(b, loc, args[0], divisor);
          return emitQuantization(b, loc, quotient, zeroPoint,
                                  /*isNumber=*/false);
        },
        target.kind);
  Quantization quotients = x.quantization;
  for (float &quotient : quotients.scales) {
    quotient /= scale;
    if (!std::isfinite(quotient))
      return importer.emitError()
             << "the quotient of the scales of its sums and of its result is "
                "out of range";
  }
  Tensor sums = emitter.fromIntegers(*x.integers, quotients);
  return emitter.elementwise(
      sums,
      [&](OpBuilder &b, Location loc, ValueRange args) {
        return emitQuantization(b, loc, args[0], zeroPoint, /*isNumber=*/true);
      },
      target.kind);
}

LogicalResult importer::setQuantized(NodeImporter &importer, Tensor &x,
                                     const TargetQuantization &target) {
  auto result = quantize(importer, x, target);
  if (failed(result))
    return failure();
  return importer.setResult(*result);
}

//===----------------------------------------------------------------------===//
// Products of integers
//===----------------------------------------------------------------------===//

std::optional<IntegerProduct>
importer::getIntegerProduct(const Tensor &x, const Tensor &w, int64_t wAxis) {
  for (const Tensor *tensor : {&x, &w})
    if (!tensor->integers || !isByte(tensor->integers->kind))
      return std::nullopt;
  if (!x.quantization.isPerTensor() || !w.quantization.hasOneZeroPoint() ||
      (!w.quantization.isPerTensor() && w.quantization.axis != wAxis))
    return std::nullopt;
  return IntegerProduct{x.integers.get(), w.integers.get(),
                        x.quantization.zeroPoints[0],
                        w.quantization.zeroPoints[0]};
}

Quantization importer::getSumQuantization(const Quantization &x,
                                          const Quantization &w, int64_t axis) {
  Quantization sums;
  for (float scale : w.scales)
    sums.scales.push_back(x.scales[0] * scale);
  sums.zeroPoints.assign(sums.scales.size(), 0);
  sums.axis = axis;
  return sums;
}

bool importer::isIntegerBias(const Tensor *bias, const Quantization &sums) {
  if (!bias)
    return true;
  if (!bias->integers || bias->integers->kind != ElementKind::Int ||
      !bias->integers->constant)
    return false;
  // Exporters compute the product of the scales in other precisions.
  constexpr float kMaxDifference = 1e-5f;
  for (int64_t i = 0; i < bias->integers->constant->size(); ++i)
    if (std::abs(bias->quantization.scaleAt(i) - sums.scaleAt(i)) >
        kMaxDifference * sums.scaleAt(i))
      return false;
  return true;
}

SmallVector<int32_t> importer::getIntegerBias(const IntegerProduct &product,
                                              const Constant *bias,
                                              int64_t wAxis) {
  const Tensor &w = *product.w;
  // Unsigned, as sums may wrap.
  SmallVector<uint32_t> sums(w.shape[wAxis], 0);
  for (int64_t i = 0; bias && i < bias->size(); ++i)
    sums[i] = uint32_t(bias->intAt(i));
  if (product.isCorrectedByBias())
    for (int64_t i = 0; i < w.constant->size(); ++i)
      sums[getPosition(i, w.shape, wAxis)] -=
          uint32_t(product.xZeroPoint) * uint32_t(w.constant->intAt(i));
  if (llvm::all_of(sums, [](uint32_t sum) { return sum == 0; }))
    return {};
  return llvm::map_to_vector(sums, [](uint32_t sum) { return int32_t(sum); });
}
