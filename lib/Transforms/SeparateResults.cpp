//===- SeparateResults.cpp - Results in buffers of their own --------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PlanMemory.h"
#include "Wino/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace wino {
#define GEN_PASS_DEF_SEPARATERESULTSPASS
#include "Wino/Transforms/Passes.h.inc"
} // namespace wino

using namespace mlir;
using namespace wino;

/// Returns a copy of `buffer`.
static Value copyBuffer(OpBuilder &builder, Location loc,
                        TypedValue<MemRefType> buffer) {
  MemRefType type = buffer.getType();
  SmallVector<Value> sizes;
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    if (type.isDynamicDim(dim))
      sizes.push_back(memref::DimOp::create(builder, loc, buffer, dim));
  Value copy = memref::AllocOp::create(
      builder, loc, type, sizes, builder.getI64IntegerAttr(kBufferAlignment));
  memref::CopyOp::create(builder, loc, buffer, copy);
  return copy;
}

namespace {
struct SeparateResults : wino::impl::SeparateResultsPassBase<SeparateResults> {
  void runOnOperation() override {
    getOperation().walk([](func::ReturnOp op) {
      OpBuilder builder(op);
      llvm::SmallPtrSet<Value, 4> seen;
      for (OpOperand &operand : op->getOpOperands()) {
        auto buffer = dyn_cast<TypedValue<MemRefType>>(operand.get());
        if (!buffer || !buffer.getType().getLayout().isIdentity() ||
            seen.insert(buffer).second)
          continue;
        operand.set(copyBuffer(builder, op.getLoc(), buffer));
      }
    });
  }
};
} // namespace
