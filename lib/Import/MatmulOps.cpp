//===- MatmulOps.cpp - Import of Gemm and MatMul --------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NodeImporter.h"
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

/// a (M x K) times b (K x N).
static Value emitMatmul(Emitter &emitter, Value a, Value b) {
  Value init = emitter.fill({getShape(a)[0], getShape(b)[1]}, 0.0);
  return linalg::MatmulOp::create(emitter.builder, emitter.getLoc(),
                                  init.getType(), ValueRange{a, b}, init)
      .getResult(0);
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
  Value lhs = getMatrix(**a, "transA");
  Value rhs = getMatrix(**b, "transB");
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
  Tensor product = emitter.fromONNX(emitMatmul(emitter, lhs, rhs));
  return importer.setResult(emitEpilogue(emitter, product, c,
                                         importer.getFloat("alpha", 1.0f),
                                         importer.getFloat("beta", 1.0f)));
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
        [](OpBuilder &, Location, ValueRange args) { return args[0]; });
  return emitter.reshape(emitter.onnxOrder(tensor),
                         {*numElements(batch), matrix[0], matrix[1]});
}

/// Both operands of rank 2 or more, as in numpy.
static FailureOr<Value> emitBatchMatmul(NodeImporter &importer, Value a,
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
    return emitter.reshape(emitMatmul(emitter, rows, b), shape);
  }
  Value lhs = broadcastBatch(emitter, a, *batch);
  Value rhs = broadcastBatch(emitter, b, *batch);
  Value init = emitter.fill({getShape(lhs)[0], m, n}, 0.0);
  Value product =
      linalg::BatchMatmulOp::create(emitter.builder, emitter.getLoc(),
                                    init.getType(), ValueRange{lhs, rhs}, init)
          .getResult(0);
  return emitter.reshape(product, shape);
}

static LogicalResult importMatMul(NodeImporter &importer) {
  auto a = importer.getTensor(0);
  auto b = importer.getTensor(1);
  if (failed(a) || failed(b))
    return failure();
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
  auto product = emitBatchMatmul(importer, lhs, rhs);
  if (failed(product))
    return failure();
  SmallVector<int64_t> shape(getShape(*product));
  if (isColumn)
    shape.pop_back();
  if (isRow)
    shape.erase(shape.end() - (isColumn ? 1 : 2));
  return importer.setResult(emitter.fromONNX(emitter.reshape(*product, shape)));
}

void importer::addMatmulOps(ImportTable &table) {
  table["Gemm"] = importGemm;
  table["MatMul"] = importMatMul;
}
