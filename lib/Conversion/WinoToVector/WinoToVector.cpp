//===- WinoToVector.cpp - Lowering of wino ops to vectors -----------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Conversion/WinoToVector.h"

#include "Wino/Conversion/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/TypeSwitch.h"

namespace wino {
#define GEN_PASS_DEF_CONVERTWINOTOVECTORPASS
#include "Wino/Conversion/Passes.h.inc"
} // namespace wino

using namespace mlir;
using namespace wino;

LogicalResult wino::lowerWinoToVector(Operation *root,
                                      const WinoToVectorOptions &options) {
  SmallVector<Operation *> ops;
  root->walk([&](Operation *op) {
    if (isa<FilterTransformOp, InputTransformOp, Im2RowOp, HadamardOp,
            OutputTransformOp>(op))
      ops.push_back(op);
  });
  IRRewriter rewriter(root->getContext());
  // One run reports all ops that cannot be lowered.
  bool lowersAll = true;
  for (Operation *op : ops) {
    LogicalResult lowered =
        TypeSwitch<Operation *, LogicalResult>(op)
            .Case<FilterTransformOp, InputTransformOp, Im2RowOp, HadamardOp,
                  OutputTransformOp>([&](auto typedOp) {
              return lowerToVector(rewriter, typedOp, options);
            });
    lowersAll &= succeeded(lowered);
  }
  return success(lowersAll);
}

namespace {
struct ConvertWinoToVectorPass
    : public wino::impl::ConvertWinoToVectorPassBase<ConvertWinoToVectorPass> {
  using ConvertWinoToVectorPassBase::ConvertWinoToVectorPassBase;

  void runOnOperation() override {
    if (failed(lowerWinoToVector(getOperation(),
                                 {vectorLength, laneFma, prefetch})))
      signalPassFailure();
  }
};
} // namespace
