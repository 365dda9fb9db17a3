//===- SetTarget.cpp - Write into a module which CPU it is for ------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Target/TargetSpec.h"
#include "Wino/Transforms/Passes.h"

namespace wino {
#define GEN_PASS_DEF_SETTARGETPASS
#include "Wino/Transforms/Passes.h.inc"
} // namespace wino

using namespace mlir;
using namespace wino;

namespace {
struct SetTarget : wino::impl::SetTargetPassBase<SetTarget> {
  using SetTargetPassBase::SetTargetPassBase;

  void runOnOperation() override {
    FailureOr<CPUInfo> target = resolveCPU(getOperation(), cpu);
    if (failed(target))
      return signalPassFailure();
    setTargetCPU(getOperation(), *target);
  }
};
} // namespace
