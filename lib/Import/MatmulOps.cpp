//===- MatmulOps.cpp - Import of matrix products --------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Quantization.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/Diagnostics.h"

using namespace mlir;
using namespace wino;
using namespace wino::importer;

static ArrayRef<int64_t> getShape(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

static InFlightDiagnostic emitMismatch(const NodeImporter &importer,
                                       const Tensor &a, const Tensor &b) {
  return importer.emitError()
         << "cannot multiply matrices of shape " << shapeToString(a.shape)
         << " and " << shapeToString(b.shape);
}

/// Emits linalg operation `MatmulOp` or, for integers with zero points that
/// stay, `QuantizedOp`. The result is of `shape`; `integers` is null for
/// floats.
template <typename MatmulOp, typename QuantizedOp>
static Value emitOp(Emitter &emitter, const IntegerProduct *integers, Value a,
                    Value b, ArrayRef<int64_t> shape) {
  OpBuilder &builder = emitter.builder;
  Type i32 = builder.getI32Type();
  Value init = emitter.fill(shape, 0.0, integers ? i32 : Type());
  SmallVector<Value> inputs = {a, b};
  if (!integers || !integers->hasZeroPoints() || integers->isCorrectedByBias())
    return MatmulOp::create(builder, emitter.getLoc(), init.getType(), inputs,
                            init)
        .getResult(0);
  inputs.push_back(emitter.constantScalar(integers->xZeroPoint, i32));
  inputs.push_back(emitter.constantScalar(integers->wZeroPoint, i32));
  return QuantizedOp::create(builder, emitter.getLoc(), init.getType(), inputs,
                             init)
      .getResult(0);
}

/// a (M x K) times b (K x N).
static Value emitMatmul(Emitter &emitter, const IntegerProduct *integers,
                        Value a, Value b) {
  return emitOp<linalg::MatmulOp, linalg::QuantizedMatmulOp>(
      emitter, integers, a, b, {getShape(a)[0], getShape(b)[1]});
}

//===----------------------------------------------------------------------===//
// Gemm
//===----------------------------------------------------------------------===//

/// alpha * product + beta * c, with c broadcast; `c` may be null.
static Tensor emitEpilogue(Emitter &emitter, Tensor &product, Tensor *c,
                           double alpha, double beta) {
  if (alpha == 1.0 && !c)
    return product;
  SmallVector<Tensor *> operands = {&product};
  if (c)
    operands.push_back(c);
  return emitter.elementwise(
      operands, product.shape,
      [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
        auto scale = [&](Value value, double factor) -> Value {
          if (factor == 1.0)
            return value;
          Value constant = arith::ConstantOp::create(
              b, loc, b.getF32FloatAttr(float(factor)));
          return arith::MulFOp::create(b, loc, value, constant);
        };
        Value result = scale(args[0], alpha);
        if (!c)
          return result;
        return arith::AddFOp::create(b, loc, result, scale(args[1], beta));
      });
}

/// alpha * A' * B' + beta * C, where ' stands for an optional transpose.
static LogicalResult importGemm(NodeImporter &importer) {
  auto a = importer.getTensor(0);
  auto b = importer.getTensor(1);
  if (failed(a) || failed(b))
    return failure();
  if ((*a)->rank() != 2 || (*b)->rank() != 2)
    return emitMismatch(importer, **a, **b);
  Emitter &emitter = importer.emitter;
  auto getMatrix = [&](Tensor &tensor, StringRef flag) {
    Value value = emitter.onnxOrder(tensor);
    return importer.getInt(flag, 0) != 0 ? emitter.transpose(value, {1, 0})
                                         : value;
  };
  int64_t wAxis = importer.getInt("transB", 0) != 0 ? 0 : 1;
  auto integers = getIntegerProduct(**a, **b, wAxis);
  Value lhs = getMatrix(integers ? *integers->x : **a, "transA");
  Value rhs = getMatrix(integers ? *integers->w : **b, "transB");
  if (getShape(lhs)[1] != getShape(rhs)[0])
    return emitMismatch(importer, **a, **b);
  SmallVector<int64_t> shape = {getShape(lhs)[0], getShape(rhs)[1]};
  if (failed(importer.checkShape(shape)))
    return failure();
  Tensor *c = nullptr;
  if (importer.hasInput(2)) {
    auto input = importer.getTensor(2);
    if (failed(input))
      return failure();
    c = *input;
    auto joined = broadcastShapes(importer, shape, c->shape);
    if (failed(joined))
      return failure();
    if (*joined != shape)
      return importer.emitError()
             << "cannot add a tensor of shape " << shapeToString(c->shape)
             << " to the product of shape " << shapeToString(shape);
  }
  double alpha = importer.getFloat("alpha", 1.0f);
  double beta = importer.getFloat("beta", 1.0f);
  if (!integers) {
    Tensor product =
        emitter.fromONNX(emitMatmul(emitter, /*integers=*/nullptr, lhs, rhs));
    return importer.setResult(emitEpilogue(emitter, product, c, alpha, beta));
  }
  Quantization quantization =
      getSumQuantization((*a)->quantization, (*b)->quantization, /*axis=*/1);
  // A bias in the sums' own scales is added to them.
  const Constant *bias = nullptr;
  if (c && alpha == 1.0 && beta == 1.0 && numElements(c->shape) == shape[1] &&
      isIntegerBias(c, quantization)) {
    bias = c->integers->constant;
    c = nullptr;
  }
  Value sums = emitMatmul(emitter, &*integers, lhs, rhs);
  SmallVector<int32_t> addend = getIntegerBias(*integers, bias, wAxis);
  if (!addend.empty())
    sums = emitter.addBias(sums, emitter.constantVector(addend));
  Tensor product = emitter.fromIntegers(emitter.fromONNX(sums), quantization);
  return importer.setResult(emitEpilogue(emitter, product, c, alpha, beta));
}

//===----------------------------------------------------------------------===//
// MatMul
//===----------------------------------------------------------------------===//

/// Repeats `value` along its leading dimensions of size one to get the batch
/// dimensions `batch`, and joins these into one dimension.
static Value broadcastBatch(Emitter &emitter, Value value,
                            ArrayRef<int64_t> batch) {
  ArrayRef<int64_t> matrix = getShape(value).take_back(2);
  SmallVector<int64_t> shape(batch);
  llvm::append_range(shape, matrix);
  Tensor tensor = emitter.fromONNX(value);
  if (ArrayRef<int64_t>(tensor.shape) != ArrayRef<int64_t>(shape))
    tensor = emitter.elementwise(
        &tensor, shape,
        [](OpBuilder &, Location, ValueRange args) { return args[0]; },
        tensor.kind);
  return emitter.reshape(emitter.onnxOrder(tensor),
                         {*numElements(batch), matrix[0], matrix[1]});
}

/// Both operands of rank 2 or more, as in numpy; `integers` is null for floats.
static FailureOr<Value> emitBatchMatmul(NodeImporter &importer,
                                        const IntegerProduct *integers, Value a,
                                        Value b) {
  Emitter &emitter = importer.emitter;
  ArrayRef<int64_t> shapeA = getShape(a), shapeB = getShape(b);
  auto batch =
      broadcastShapes(importer, shapeA.drop_back(2), shapeB.drop_back(2));
  if (failed(batch))
    return failure();
  int64_t m = shapeA[shapeA.size() - 2], k = shapeA.back(), n = shapeB.back();
  SmallVector<int64_t> shape(*batch);
  llvm::append_range(shape, ArrayRef<int64_t>{m, n});
  if (failed(importer.checkShape(shape)))
    return failure();
  for (ArrayRef<int64_t> matrix : {shapeA.take_back(2), shapeB.take_back(2)}) {
    SmallVector<int64_t> operand(*batch);
    llvm::append_range(operand, matrix);
    if (failed(importer.checkShape(operand)))
      return failure();
  }
  // One matrix on the right: the rows of all matrices on the left form one.
  if (shapeB.size() == 2) {
    Value rows = emitter.reshape(a, {*numElements(shape) / n, k});
    return emitter.reshape(emitMatmul(emitter, integers, rows, b), shape);
  }
  Value lhs = broadcastBatch(emitter, a, *batch);
  Value rhs = broadcastBatch(emitter, b, *batch);
  Value product = emitOp<linalg::BatchMatmulOp, linalg::QuantizedBatchMatmulOp>(
      emitter, integers, lhs, rhs, {getShape(lhs)[0], m, n});
  return emitter.reshape(product, shape);
}

/// The sums of a product of integers, both of rank 2 or more.
static FailureOr<Tensor> multiplyIntegers(NodeImporter &importer,
                                          IntegerProduct integers) {
  Tensor &x = *integers.x, &w = *integers.w;
  if (x.rank() < 2 || w.rank() < 2 || x.shape.back() != w.shape[w.rank() - 2])
    return emitMismatch(importer, x, w);
  integers.isBatch = w.rank() > 2;
  Emitter &emitter = importer.emitter;
  auto sums = emitBatchMatmul(importer, &integers, emitter.onnxOrder(x),
                              emitter.onnxOrder(w));
  if (failed(sums))
    return failure();
  SmallVector<int32_t> addend =
      getIntegerBias(integers, /*bias=*/nullptr, /*wAxis=*/w.rank() - 1);
  if (!addend.empty())
    *sums = emitter.addBias(*sums, emitter.constantVector(addend));
  return emitter.fromONNX(*sums);
}

static LogicalResult importMatMul(NodeImporter &importer) {
  auto a = importer.getTensor(0);
  auto b = importer.getTensor(1);
  if (failed(a) || failed(b))
    return failure();
  if ((*a)->rank() >= 2 && (*b)->rank() >= 2)
    if (auto integers = getIntegerProduct(**a, **b, (*b)->rank() - 1)) {
      auto sums = multiplyIntegers(importer, *integers);
      if (failed(sums))
        return failure();
      return importer.setResult(importer.emitter.fromIntegers(
          *sums, getSumQuantization((*a)->quantization, (*b)->quantization,
                                    sums->rank() - 1)));
    }
  if ((*a)->rank() == 0 || (*b)->rank() == 0)
    return emitMismatch(importer, **a, **b);
  Emitter &emitter = importer.emitter;
  // A vector is a matrix of one row or column, which the result drops again.
  Value lhs = emitter.onnxOrder(**a), rhs = emitter.onnxOrder(**b);
  bool isRow = (*a)->rank() == 1, isColumn = (*b)->rank() == 1;
  if (isRow)
    lhs = emitter.reshape(lhs, {1, (*a)->shape[0]});
  if (isColumn)
    rhs = emitter.reshape(rhs, {(*b)->shape[0], 1});
  ArrayRef<int64_t> rhsShape = getShape(rhs);
  if (getShape(lhs).back() != rhsShape[rhsShape.size() - 2])
    return emitMismatch(importer, **a, **b);
  auto product = emitBatchMatmul(importer, /*integers=*/nullptr, lhs, rhs);
  if (failed(product))
    return failure();
  SmallVector<int64_t> shape(getShape(*product));
  if (isColumn)
    shape.pop_back();
  if (isRow)
    shape.erase(shape.end() - (isColumn ? 1 : 2));
  return importer.setResult(emitter.fromONNX(emitter.reshape(*product, shape)));
}

/// Inputs: a, its scale and zero point, b, its, and those of y.
static LogicalResult importQLinearMatMul(NodeImporter &importer) {
  auto a = readQuantizedInput(importer, 0, /*axis=*/-1);
  auto b = readQuantizedInput(importer, 3, importer.getAny(3).rank() - 1);
  auto target = readTarget(importer, 6, 7);
  if (failed(a) || failed(b) || failed(target))
    return failure();
  auto integers = getIntegerProduct(*a, *b, b->rank() - 1);
  if (!integers)
    return importer.emitError()
           << "zero points that differ by channel are not supported";
  auto sums = multiplyIntegers(importer, *integers);
  if (failed(sums))
    return failure();
  Tensor result = importer.emitter.fromIntegers(
      *sums,
      getSumQuantization(a->quantization, b->quantization, sums->rank() - 1));
  return setQuantized(importer, result, *target);
}

/// Inputs: a, b, and maybe their zero points. The result is INT32.
static LogicalResult importMatMulInteger(NodeImporter &importer) {
  auto a = importer.getBytes(0);
  auto b = importer.getBytes(1);
  if (failed(a) || failed(b))
    return failure();
  auto aZeroPoint = readZeroPoint(importer, 0, 2);
  auto bZeroPoint = readZeroPoint(importer, 1, 3);
  if (failed(aZeroPoint) || failed(bZeroPoint))
    return failure();
  auto sums = multiplyIntegers(importer, {*a, *b, *aZeroPoint, *bZeroPoint});
  return failed(sums) ? failure() : importer.setResult(*sums);
}

void importer::addMatmulOps(ImportTable &table) {
  table["Gemm"] = importGemm;
  table["MatMul"] = importMatMul;
  table["MatMulInteger"] = importMatMulInteger;
  table["QLinearMatMul"] = importQLinearMatMul;
}
