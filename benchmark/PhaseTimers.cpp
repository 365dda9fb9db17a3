//===- PhaseTimers.cpp - Time of each stage of a convolution --------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PhaseTimers.h"
#include "Wino/IR/WinoDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace wino;
using namespace wino::bench;

static std::optional<Phase> getPhase(Operation *op) {
  return llvm::TypeSwitch<Operation *, std::optional<Phase>>(op)
      .Case<FilterScalesOp, FilterTransformOp>(
          [](auto) { return Phase::Filter; })
      .Case<InputTransformOp, Im2RowOp, Im2ColOp, PadImageOp>(
          [](auto) { return Phase::Input; })
      .Case<HadamardOp, ConvOp, ColumnProductOp>(
          [](auto) { return Phase::Products; })
      .Case<OutputTransformOp>([](auto) { return Phase::Output; })
      .Default([](Operation *) { return std::nullopt; });
}

static Value readCycles(ImplicitLocOpBuilder &b) {
  return LLVM::CallIntrinsicOp::create(b, b.getI64Type(),
                                       b.getStringAttr("llvm.readcyclecounter"),
                                       ValueRange())
      .getResult(0);
}

/// Adds the cycles since `start` to element `position` of `counts`.
static void addCycles(ImplicitLocOpBuilder &b, Value start, Value counts,
                      int64_t position) {
  Value cycles = arith::SubIOp::create(b, readCycles(b), start);
  Value index = arith::ConstantIndexOp::create(b, position);
  Value before = memref::LoadOp::create(b, counts, index);
  Value sum = arith::AddIOp::create(b, before, cycles);
  memref::StoreOp::create(b, sum, counts, index);
}

void wino::bench::insertPhaseTimers(func::FuncOp function) {
  SmallVector<std::pair<Operation *, Phase>> ops;
  function.walk([&](Operation *op) {
    if (std::optional<Phase> phase = getPhase(op))
      ops.emplace_back(op, *phase);
  });
  ImplicitLocOpBuilder b(function.getLoc(), function);
  unsigned last = function.getNumArguments();
  auto type = MemRefType::get({kNumPhases + 1}, b.getI64Type());
  // Fails only for functions that are not a func.func.
  (void)function.insertArgument(last, type, /*argAttrs=*/{}, function.getLoc());
  Value counts = function.getArgument(last);
  for (auto [op, phase] : ops) {
    b.setInsertionPoint(op);
    Value start = readCycles(b);
    b.setInsertionPointAfter(op);
    addCycles(b, start, counts, static_cast<int64_t>(phase));
  }
  Block &body = function.front();
  b.setInsertionPointToStart(&body);
  Value start = readCycles(b);
  b.setInsertionPoint(body.getTerminator());
  addCycles(b, start, counts, kNumPhases);
}
