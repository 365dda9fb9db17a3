//===- FilterScales.cpp - Lowering of wino.filter_scales ------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelBuilder.h"
#include "QuantizedCode.h"
#include "TileTransform.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace wino;

namespace {
/// Lowers one op: transforms filters as wino.filter_transform does, and keeps
/// the largest absolute values of each group.
class ScalesLowering {
public:
  ScalesLowering(KernelBuilder &b, FilterScalesOp op)
      : b(b), op(op), numbers(op.getNumbers().getQuantization()),
        per(numbers.filter.per), type(b.getVectorOf(b.getF64Type())),
        transform(getMatrices(op.getTransform(), op.getNumbers(), 0).g,
                  getMatrices(op.getTransform(), op.getNumbers(), 1).g),
        numRows(per == ScalePer::Tap ? op.getTransform().getAlphaRows() : 1),
        numCols(per == ScalePer::Tap ? op.getTransform().getAlphaCols() : 1) {}

  void run();

private:
  /// Calls `body` with the indices of each vector of maxima.
  void forEachMaximum(function_ref<void(ValueRange)> body);
  void setToZero();
  /// Transforms the filters of columns from `col` on of all channels.
  void addColumns(Value col, Value mask);
  /// Returns the scales, f32, for largest absolute values, f64.
  Value getScales(Value maxima);
  Value getPowerOfTwo(Value scales);

  KernelBuilder &b;
  FilterScalesOp op;
  QuantizedNumbers numbers;
  ScalePer per;
  VectorType type;
  TileTransform transform;
  int64_t numRows, numCols;
  Value scratch, maxima;
};
} // namespace

void ScalesLowering::run() {
  const int64_t numOutputs = op.getFilterType().getDimSize(3);
  scratch = transform.allocateScratch(b, type);
  maxima = b.scratch(type, {numRows, numCols});
  Value zero = b.index(0);
  if (per == ScalePer::Channel) {
    // Channels beyond those of the filter have the scale 1.
    Value ones = b.splat(b.getVectorOf(b.getF32Type()), 1);
    b.forEachVector(
        b.index(op.getInitType().getDimSize(0)),
        [&](Value col, Value mask) { b.store(ones, op.getInit(), col, mask); });
    b.forEachVector(b.index(numOutputs), [&](Value col, Value mask) {
      setToZero();
      addColumns(col, mask);
      Value values =
          vector::LoadOp::create(b, type, maxima, ValueRange{zero, zero, zero});
      b.store(getScales(values), op.getInit(), col, mask);
    });
    return;
  }
  setToZero();
  b.forEachVector(b.index(numOutputs),
                  [&](Value col, Value mask) { addColumns(col, mask); });
  b.loop(numRows, 1, [&](Value row) {
    b.loop(numCols, 1, [&](Value col) {
      Value values =
          vector::LoadOp::create(b, type, maxima, ValueRange{row, col, zero});
      Value largest = vector::ReductionOp::create(
          b, vector::CombiningKind::MAXNUMF, values);
      Value scales = getScales(vector::BroadcastOp::create(b, type, largest));
      memref::StoreOp::create(b, vector::ExtractOp::create(b, scales, 0),
                              op.getInit(), b.add(b.mul(row, numCols), col));
    });
  });
}

void ScalesLowering::forEachMaximum(function_ref<void(ValueRange)> body) {
  b.loop(numRows, 1, [&](Value row) {
    b.loop(numCols, 1, [&](Value col) { body({row, col, b.index(0)}); });
  });
}

void ScalesLowering::setToZero() {
  Value zeros = b.splat(type, 0);
  forEachMaximum([&](ValueRange indices) {
    vector::StoreOp::create(b, zeros, maxima, indices);
  });
}

void ScalesLowering::addColumns(Value col, Value mask) {
  b.loop(op.getFilterType().getDimSize(2), 1, [&](Value channel) {
    transform.build(
        b, type, scratch,
        [&](Value row, Value tapCol) -> Value {
          return arith::SIToFPOp::create(
              b, type,
              b.load(op.getFilter(), {row, tapCol, channel, col}, mask));
        },
        [&](Value value, Value row, Value tapCol) {
          SmallVector<Value> indices(2, b.index(0));
          if (per == ScalePer::Tap)
            indices = {row, tapCol};
          indices.push_back(b.index(0));
          value = multiplyByInputScale(b, value, op.getInputScales(), channel);
          Value negative = arith::SubFOp::create(b, b.splat(type, 0), value);
          value = arith::MaxNumFOp::create(b, value, negative);
          value = arith::MaxNumFOp::create(
              b, value, vector::LoadOp::create(b, type, maxima, indices));
          vector::StoreOp::create(b, value, maxima, indices);
        });
  });
}

Value ScalesLowering::getPowerOfTwo(Value scales) {
  // Of what is no power of two the mantissa carries into the exponent.
  VectorType bitsType = b.getVectorOf(b.getI64Type());
  constexpr int64_t kMantissa = (int64_t(1) << 52) - 1;
  auto splat = [&](int64_t value) -> Value {
    return arith::ConstantOp::create(
        b, DenseElementsAttr::get(bitsType, b.getI64IntegerAttr(value)));
  };
  Value bits = arith::BitcastOp::create(b, bitsType, scales);
  bits = arith::AddIOp::create(b, bits, splat(kMantissa));
  bits = arith::AndIOp::create(b, bits, splat(~kMantissa));
  return arith::BitcastOp::create(b, type, bits);
}

Value ScalesLowering::getScales(Value maxima) {
  Value isZero = arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, maxima,
                                       b.splat(type, 0));
  Value scales = arith::DivFOp::create(
      b, maxima, b.splat(type, double(numbers.getMaxInteger())));
  if (numbers.filter.powersOfTwo)
    scales = getPowerOfTwo(scales);
  scales = b.select(isZero, b.splat(type, 1), scales);
  return arith::TruncFOp::create(b, b.getVectorOf(b.getF32Type()), scales);
}

LogicalResult wino::lowerToVector(RewriterBase &rewriter, FilterScalesOp op,
                                  const WinoToVectorOptions &options) {
  if (failed(checkVectorizable(op, options)))
    return failure();
  KernelBuilder b(rewriter, op, op.getInitType().getElementType(), options);
  ScalesLowering(b, op).run();
  rewriter.eraseOp(op);
  return success();
}
