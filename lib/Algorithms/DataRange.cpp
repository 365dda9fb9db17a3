//===- DataRange.cpp - What is known about an image -----------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DataRange.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include <cmath>
#include <limits>

using namespace mlir;
using namespace wino;

namespace {
/// Numbers from `min` to `max`, which are infinite where nothing is known.
struct Bounds {
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();

  bool isInside(const Bounds &other) const {
    return other.min <= min && max <= other.max;
  }
};
} // namespace

static std::optional<double> getConstant(Value value) {
  APInt integer;
  APFloat number(0.0);
  if (matchPattern(value, m_ConstantInt(&integer)))
    return integer.roundToDouble(/*isSigned=*/true);
  if (matchPattern(value, m_ConstantFloat(&number)))
    return number.convertToDouble();
  return std::nullopt;
}

/// Bounds a scalar by the clamps that it comes out of.
static Bounds getScalarBounds(Value value) {
  // Inner clamps count where no outer one does.
  Bounds bounds;
  while (Operation *op = value.getDefiningOp()) {
    if (isa<arith::TruncIOp>(op)) {
      // What does not fit may become anything.
      Bounds inner = getScalarBounds(op->getOperand(0));
      Bounds type = {-128, 127};
      return inner.isInside(type) ? inner : Bounds();
    }
    if (isa<arith::ExtSIOp, arith::FPToSIOp, math::RoundEvenOp>(op)) {
      value = op->getOperand(0);
      continue;
    }
    const bool isMax = isa<arith::MaxSIOp, arith::MaximumFOp, arith::MaxNumFOp>(op);
    const bool isMin = isa<arith::MinSIOp, arith::MinimumFOp, arith::MinNumFOp>(op);
    std::optional<double> limit =
        isMax || isMin ? getConstant(op->getOperand(1)) : std::nullopt;
    if (!limit)
      break;
    // min(max(x, a), b) is b where b < a.
    if (isMax)
      bounds.min = std::max(bounds.min, std::min(*limit, bounds.max));
    else
      bounds.max = std::min(bounds.max, std::max(*limit, bounds.min));
    value = op->getOperand(0);
  }
  return bounds;
}

IntegerBounds wino::getDataRange(const ConvProblem &problem) {
  linalg::LinalgOp conv = problem.op;
  Value image = conv.getDpsInputs()[0];
  Bounds padding = {std::numeric_limits<double>::infinity(),
                    -std::numeric_limits<double>::infinity()};
  Bounds data;
  while (Operation *op = image.getDefiningOp()) {
    if (auto pad = dyn_cast<tensor::PadOp>(op)) {
      Value value = pad.getConstantPaddingValue();
      std::optional<double> constant = value ? getConstant(value) : std::nullopt;
      if (!constant)
        break;
      padding = {std::min(padding.min, *constant),
                 std::max(padding.max, *constant)};
      image = pad.getSource();
      continue;
    }
    if (isa<linalg::TransposeOp, tensor::ExtractSliceOp, tensor::ExpandShapeOp,
            tensor::CollapseShapeOp, tensor::CastOp>(op)) {
      image = op->getOperand(0);
      continue;
    }
    if (auto generic = dyn_cast<linalg::GenericOp>(op)) {
      auto yield = cast<linalg::YieldOp>(generic.getBody()->getTerminator());
      data = getScalarBounds(
          yield.getValues()[cast<OpResult>(image).getResultNumber()]);
    }
    break;
  }
  // A float is truncated towards zero, which stays inside of whole bounds.
  auto clamp = [](double value) {
    return static_cast<int64_t>(std::clamp(value, -128.0, 127.0));
  };
  return {clamp(std::floor(std::min(data.min, padding.min))),
          clamp(std::ceil(std::max(data.max, padding.max)))};
}
