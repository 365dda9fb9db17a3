//===- Epilogue.cpp - Epilogues on vectors --------------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Epilogue.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace wino;

EpilogueBuilder::EpilogueBuilder(KernelBuilder &b, ResultOpInterface op)
    : b(b), op(op) {
  Block &body = op.getEpilogue().front();
  auto capture = [&](Value value) {
    if (value.getParentBlock() == &body || captured.contains(value))
      return;
    auto type = VectorType::get({b.getVectorLength()}, value.getType());
    captured.map(value, vector::BroadcastOp::create(b, type, value));
  };
  for (Operation &nested : body)
    for (Value operand : nested.getOperands())
      capture(operand);
}

SmallVector<Value> EpilogueBuilder::loadChannelOperands(Value channel,
                                                        Value mask) {
  SmallVector<Value> operands;
  for (Value operand : op.getEpilogueOperands()) {
    bool isPerChannel = cast<ShapedType>(operand.getType()).getRank() == 1;
    operands.push_back(isPerChannel ? b.load(operand, channel, mask) : Value());
  }
  return operands;
}

Value EpilogueBuilder::build(Value sum, ArrayRef<Value> channelOperands,
                             function_ref<Value(unsigned)> load) {
  Block &body = op.getEpilogue().front();
  IRMapping mapping = captured;
  mapping.map(body.getArgument(0), sum);
  for (auto [number, loaded] : llvm::enumerate(channelOperands))
    mapping.map(body.getArgument(number + 1), loaded ? loaded : load(number));
  for (Operation &scalarOp : body.without_terminator()) {
    Attribute constant;
    if (matchPattern(&scalarOp, m_Constant(&constant))) {
      auto type = b.getVectorOf(scalarOp.getResult(0).getType());
      mapping.map(
          scalarOp.getResult(0),
          arith::ConstantOp::create(b, DenseElementsAttr::get(type, constant)));
      continue;
    }
    Operation *vectorOp = b.clone(scalarOp, mapping);
    for (Value result : vectorOp->getResults())
      result.setType(b.getVectorOf(result.getType()));
  }
  return mapping.lookup(cast<YieldOp>(body.getTerminator()).getValue());
}
