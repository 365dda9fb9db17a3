//===- WinoToVector.cpp - Lowering of wino ops to vectors -----------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Conversion/WinoToVector.h"

#include "Wino/Conversion/Passes.h"
#include "Wino/Target/TargetSpec.h"
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

namespace {
/// Remembers the scratch buffers that lowered ops allocate, so that ops can
/// share them: no two ops run at once on one stack.
class ScratchSharing : public RewriterBase::Listener {
public:
  void notifyOperationInserted(Operation *op,
                               OpBuilder::InsertPoint previous) override {
    if (auto alloca = dyn_cast<memref::AllocaOp>(op))
      allocas.back().push_back(alloca);
  }

  /// Tells that the buffers that follow are another op's.
  void beginOp() { allocas.emplace_back(); }

  /// Leaves as many buffers of each type in a block as one op has.
  void share(RewriterBase &rewriter) {
    // Each has been inserted in front of those before it, so that the last one
    // dominates the others.
    using Key = std::pair<Block *, Type>;
    DenseMap<Key, SmallVector<memref::AllocaOp>> shared;
    for (ArrayRef<memref::AllocaOp> ofOp : llvm::reverse(allocas)) {
      DenseMap<Key, size_t> counts;
      for (memref::AllocaOp alloca : llvm::reverse(ofOp)) {
        Key key(alloca->getBlock(), alloca.getType());
        SmallVector<memref::AllocaOp> &buffers = shared[key];
        size_t number = counts[key]++;
        if (number == buffers.size())
          buffers.push_back(alloca);
        else
          rewriter.replaceOp(alloca, buffers[number]);
      }
    }
  }

private:
  /// Those of each op.
  SmallVector<SmallVector<memref::AllocaOp>> allocas;
};
} // namespace

LogicalResult wino::lowerWinoToVector(Operation *root,
                                      const WinoToVectorOptions &options) {
  SmallVector<Operation *> ops;
  root->walk([&](Operation *op) {
    if (isa<FilterScalesOp, FilterTransformOp, InputTransformOp, Im2RowOp,
            Im2ColOp, PadImageOp, HadamardOp, OutputTransformOp, ConvOp,
            OffsetAddOp, ColumnProductOp>(op))
      ops.push_back(op);
  });
  ScratchSharing scratch;
  IRRewriter rewriter(root->getContext(), &scratch);
  // One run reports all ops that cannot be lowered.
  bool lowersAll = true;
  for (Operation *op : ops) {
    scratch.beginOp();
    LogicalResult lowered =
        TypeSwitch<Operation *, LogicalResult>(op)
            .Case<FilterScalesOp, FilterTransformOp, InputTransformOp, Im2RowOp,
                  Im2ColOp, PadImageOp, HadamardOp, OutputTransformOp, ConvOp,
                  OffsetAddOp, ColumnProductOp>([&](auto typedOp) {
              return lowerToVector(rewriter, typedOp, options);
            });
    lowersAll &= succeeded(lowered);
  }
  scratch.share(rewriter);
  return success(lowersAll);
}

namespace {
struct ConvertWinoToVectorPass
    : public wino::impl::ConvertWinoToVectorPassBase<ConvertWinoToVectorPass> {
  using ConvertWinoToVectorPassBase::ConvertWinoToVectorPassBase;

  void runOnOperation() override {
    WinoToVectorOptions options{vectorLength, laneFma, inOrder,
                                integerProducts};
    FailureOr<std::optional<CPUInfo>> target = getTargetCPU(getOperation());
    if (failed(target))
      return signalPassFailure();
    if (*target)
      options = {(*target)->getVectorLength(/*elementBits=*/32),
                 (*target)->hasLaneFma, (*target)->isInOrder,
                 (*target)->integerProducts};
    if (failed(lowerWinoToVector(getOperation(), options)))
      signalPassFailure();
  }
};
} // namespace
