//===- CopyToLinalg.cpp - Copies of strided buffers as linalg ops ---------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Conversion/Passes.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/MemRef/Utils/MemRefUtils.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace wino {
#define GEN_PASS_DEF_CONVERTCOPYTOLINALGPASS
#include "Wino/Conversion/Passes.h.inc"
} // namespace wino

using namespace mlir;

namespace {

struct CopyToLinalg : OpRewritePattern<memref::CopyOp> {
  using Base::Base;

  LogicalResult matchAndRewrite(memref::CopyOp copy,
                                PatternRewriter &rewriter) const override {
    // What finalize-memref-to-llvm lowers to memcpy.
    auto isContiguous = [](Value buffer) {
      auto type = dyn_cast<MemRefType>(buffer.getType());
      return type && memref::isStaticShapeAndContiguousRowMajor(type);
    };
    Value source = copy.getSource(), target = copy.getTarget();
    if (isContiguous(source) && isContiguous(target))
      return rewriter.notifyMatchFailure(copy, "contiguous");
    if (!isa<MemRefType>(source.getType()) ||
        !isa<MemRefType>(target.getType()))
      return rewriter.notifyMatchFailure(copy, "unranked");
    linalg::makeMemRefCopyOp(rewriter, copy.getLoc(), source, target);
    rewriter.eraseOp(copy);
    return success();
  }
};

struct ConvertCopyToLinalgPass
    : wino::impl::ConvertCopyToLinalgPassBase<ConvertCopyToLinalgPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<CopyToLinalg>(&getContext());
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};

} // namespace
