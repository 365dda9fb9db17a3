//===- NormalizationOps.cpp - Import of normalizations and Softmax --------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NodeImporter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Diagnostics.h"
#include <cmath>

using namespace mlir;
using namespace wino;
using namespace wino::importer;

//===----------------------------------------------------------------------===//
// BatchNormalization
//===----------------------------------------------------------------------===//

FailureOr<ScaleShift> importer::getScaleShift(const NodeImporter &importer,
                                              int64_t numChannels) {
  if (importer.getInt("training_mode", 0) != 0 ||
      importer.getInt("spatial", 1) != 1)
    return importer.emitError()
           << "only the spatial inference form is supported";
  if (failed(importer.requireOneOutput()))
    return failure();
  Constant *parameters[4];
  for (size_t i = 0; i < 4; ++i) {
    Constant *parameter = importer.getFloatConstant(1 + i);
    StringRef name = importer.node.inputs[1 + i];
    if (!parameter)
      return importer.emitError()
             << "expected input '" << name << "' to be an f32 constant";
    if (parameter->shape != SmallVector<int64_t>{numChannels})
      return importer.emitError()
             << "expected input '" << name << "' of shape " << numChannels
             << ", but got " << shapeToString(parameter->shape);
    parameters[i] = parameter;
  }
  double epsilon = importer.getFloat("epsilon", 1e-5f);
  ScaleShift result;
  for (int64_t c = 0; c < numChannels; ++c) {
    double variance = parameters[3]->floatAt(c) + epsilon;
    if (!(variance > 0))
      return importer.emitError()
             << "the variance of channel " << c << " plus epsilon is "
             << variance << ", which is not positive";
    double scale = parameters[0]->floatAt(c) / std::sqrt(variance);
    result.scale.push_back(scale);
    result.shift.push_back(parameters[1]->floatAt(c) -
                           scale * parameters[2]->floatAt(c));
  }
  return result;
}

/// A BatchNormalization that no convolution could take in.
static LogicalResult importBatchNormalization(NodeImporter &importer) {
  auto input = importer.getTensor(0);
  if (failed(input))
    return failure();
  if ((*input)->rank() < 2)
    return importer.emitError() << "expected an input of rank 2 or more, but "
                                << "got " << shapeToString((*input)->shape);
  int64_t numChannels = (*input)->shape[1];
  auto affine = getScaleShift(importer, numChannels);
  if (failed(affine))
    return failure();
  // Constants that broadcast along dimension 1.
  SmallVector<int64_t> shape((*input)->rank() - 1, 1);
  shape.front() = numChannels;
  auto addConstant = [&](StringRef name, ArrayRef<double> values) {
    auto constant = std::make_unique<Constant>();
    constant->name = name;
    constant->shape = shape;
    allocateValues(*constant);
    llvm::copy(values, constant->values.begin());
    return importer.state.addConstant(std::move(constant));
  };
  auto scale = addConstant(importer.node.inputs[1], affine->scale);
  auto shift = addConstant(importer.node.inputs[2], affine->shift);
  return importer.setResult(importer.emitter.elementwise(
      {*input, scale.get(), shift.get()}, (*input)->shape,
      [](OpBuilder &b, Location loc, ValueRange args) -> Value {
        Value product = arith::MulFOp::create(b, loc, args[0], args[1]);
        return arith::AddFOp::create(b, loc, product, args[2]);
      }));
}

//===----------------------------------------------------------------------===//
// LRN
//===----------------------------------------------------------------------===//

/// base ^ -beta. Exponents of real networks need no call of pow.
static Value emitNegativePower(OpBuilder &b, Location loc, Value base,
                               double beta) {
  auto constant = [&](double value) -> Value {
    return arith::ConstantOp::create(b, loc, b.getF32FloatAttr(float(value)));
  };
  auto sqrt = [&](Value value) -> Value {
    return math::SqrtOp::create(b, loc, value);
  };
  Value denominator;
  if (beta == 1.0)
    denominator = base;
  else if (beta == 0.5)
    denominator = sqrt(base);
  else if (beta == 0.75)
    denominator = arith::MulFOp::create(b, loc, sqrt(base), sqrt(sqrt(base)));
  else
    return math::PowFOp::create(b, loc, base, constant(-beta));
  return arith::DivFOp::create(b, loc, constant(1), denominator);
}

/// Sums `value` over windows of `size` along dimension `dim`, padded by zeros.
static Value emitSlidingSum(Emitter &emitter, Value value, int64_t dim,
                            int64_t size) {
  OpBuilder &builder = emitter.builder;
  auto type = cast<RankedTensorType>(value.getType());
  int64_t rank = type.getRank();
  SmallVector<int64_t> low(rank, 0), high(rank, 0);
  // What a window has beyond all elements adds nothing.
  int64_t reach = type.getDimSize(dim) - 1;
  low[dim] = std::min((size - 1) / 2, reach);
  high[dim] = std::min(size / 2, reach);
  Value padded = emitter.pad(value, low, high, 0.0);
  // The window is a tensor without data: it only gives the size of the
  // reduction.
  Value window = emitter.empty(low[dim] + high[dim] + 1);
  Value init = emitter.fill(type.getShape(), 0.0);
  SmallVector<AffineExpr> exprs;
  for (int64_t i = 0; i < rank; ++i)
    exprs.push_back(builder.getAffineDimExpr(i));
  AffineExpr offset = builder.getAffineDimExpr(rank);
  AffineMap outputMap =
      AffineMap::get(rank + 1, 0, exprs, builder.getContext());
  exprs[dim] = exprs[dim] + offset;
  AffineMap inputMap = AffineMap::get(rank + 1, 0, exprs, builder.getContext());
  AffineMap windowMap = AffineMap::get(rank + 1, 0, offset);
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::parallel);
  iterators.push_back(utils::IteratorType::reduction);
  return linalg::GenericOp::create(
             builder, emitter.getLoc(), type, ValueRange{padded, window}, init,
             ArrayRef<AffineMap>{inputMap, windowMap, outputMap}, iterators,
             [](OpBuilder &b, Location loc, ValueRange args) {
               Value sum = arith::AddFOp::create(b, loc, args[0], args[2]);
               linalg::YieldOp::create(b, loc, sum);
             })
      .getResult(0);
}

/// y = x / (bias + alpha / size * sum of x^2 over nearby channels) ^ beta
static LogicalResult importLRN(NodeImporter &importer) {
  auto input = importer.getTensor(0);
  if (failed(input))
    return failure();
  Tensor &x = **input;
  int64_t size = importer.getInt("size", 0);
  if (x.rank() < 2 || size < 1)
    return importer.emitError() << "unsupported size " << size << " on input "
                                << shapeToString(x.shape);
  double scale = double(importer.getFloat("alpha", 0.0001f)) / double(size);
  double beta = importer.getFloat("beta", 0.75f);
  double bias = importer.getFloat("bias", 1.0f);

  Emitter &emitter = importer.emitter;
  Tensor squares = emitter.elementwise(
      x, [](OpBuilder &b, Location loc, ValueRange args) -> Value {
        return arith::MulFOp::create(b, loc, args[0], args[0]);
      });
  Tensor sums =
      squares.nhwc
          ? emitter.fromNHWC(emitSlidingSum(emitter, squares.nhwc, 3, size))
          : emitter.fromONNX(emitSlidingSum(emitter, squares.onnx, 1, size));
  Value scaleValue = emitter.constantScalar(scale);
  Value biasValue = emitter.constantScalar(bias);
  return importer.setResult(emitter.elementwise(
      {&x, &sums}, x.shape,
      [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
        Value scaled = arith::MulFOp::create(b, loc, args[1], scaleValue);
        Value base = arith::AddFOp::create(b, loc, scaled, biasValue);
        Value factor = emitNegativePower(b, loc, base, beta);
        return arith::MulFOp::create(b, loc, args[0], factor);
      }));
}

//===----------------------------------------------------------------------===//
// Softmax
//===----------------------------------------------------------------------===//

/// Before opset 13, Softmax is over all axes from `axis` on; then over `axis`.
static LogicalResult importSoftmax(NodeImporter &importer) {
  auto input = importer.getTensor(0);
  if (failed(input))
    return failure();
  Tensor &x = **input;
  bool isFlattened = importer.opset() < 13;
  auto axis = importer.normalizeAxis(
      importer.getInt("axis", isFlattened ? 1 : -1), x.rank());
  if (failed(axis))
    return failure();
  auto axes = llvm::to_vector(
      llvm::seq<int64_t>(*axis, isFlattened ? x.rank() : *axis + 1));
  Emitter &emitter = importer.emitter;
  Tensor max = emitter.reduce(x, axes, Emitter::Reduction::Max);
  Tensor exps = emitter.elementwise(
      {&x, &max}, x.shape,
      [](OpBuilder &b, Location loc, ValueRange args) -> Value {
        Value difference = arith::SubFOp::create(b, loc, args[0], args[1]);
        return math::ExpOp::create(b, loc, difference);
      });
  Tensor sum = emitter.reduce(exps, axes, Emitter::Reduction::Sum);
  return importer.setResult(emitter.elementwise(
      {&exps, &sum}, x.shape,
      [](OpBuilder &b, Location loc, ValueRange args) -> Value {
        return arith::DivFOp::create(b, loc, args[0], args[1]);
      }));
}

void importer::addNormalizationOps(ImportTable &table) {
  table["BatchNormalization"] = importBatchNormalization;
  table["LRN"] = importLRN;
  table["Softmax"] = importSoftmax;
}
