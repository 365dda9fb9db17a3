//===- BufferLifetime.cpp - When and where buffers are used ---------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A buffer with a fixed place exists once per iteration of its frame. That is
// the alloc's meaning unless two of its instances are alive at the same time,
// which takes a loop that hands a buffer to its next iteration or to its
// results, or a buffer that leaves what we can see.
//
//===----------------------------------------------------------------------===//

#include "BufferLifetime.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

using namespace mlir;
using namespace wino;

/// Sets `reason` and fails.
static LogicalResult reject(std::string &reason, const Twine &text) {
  reason = text.str();
  return failure();
}

static bool isParallelLoop(Operation *op) {
  return isa<scf::ForallOp, scf::ParallelOp>(op);
}

static bool isSequentialLoop(Operation *op) {
  return isa<scf::ForOp, scf::WhileOp, affine::AffineForOp>(op);
}

/// Whether the op runs its regions one after the other before it is done.
static bool isSequential(Operation *op) {
  return isSequentialLoop(op) ||
         isa<scf::IfOp, scf::IndexSwitchOp, scf::ExecuteRegionOp,
             affine::AffineIfOp, memref::AllocaScopeOp>(op);
}

Operation *wino::getEnclosingFrame(Operation *op) {
  do
    op = op->getParentOp();
  while (op && !isParallelLoop(op) && !isa<func::FuncOp>(op));
  return op;
}

int64_t BufferLifetimes::getTime(Operation *op) {
  Operation *frame = getEnclosingFrame(op);
  Region &body = frame->getRegion(0);
  if (!body.hasOneBlock())
    return 0;
  Operation *ancestor = body.front().findAncestorOpInBlock(*op);
  if (!times.contains(ancestor))
    for (auto [position, member] : llvm::enumerate(body.front()))
      times[&member] = position;
  return times.lookup(ancestor);
}

/// Whether `value` lives only inside of one iteration of `loop`.
static bool isInsideIteration(Value value, Operation *loop) {
  Operation *owner = value.getParentBlock()->getParentOp();
  if (isa<BlockArgument>(value) && owner == loop)
    return false;
  return loop->isAncestor(owner);
}

/// Checks that the alias `value` of the buffer stays within one instance of it.
static LogicalResult checkExtent(memref::AllocOp alloc, Value value,
                                 std::string &reason) {
  Operation *frame = getEnclosingFrame(alloc);
  for (Region *region = alloc->getParentRegion();;
       region = region->getParentRegion()) {
    Operation *op = region->getParentOp();
    auto argument = dyn_cast<BlockArgument>(value);
    if (argument && argument.getParentRegion() == region &&
        !argument.getOwner()->isEntryBlock())
      return reject(reason, "it is passed between blocks");
    if (op == frame)
      break;
    if (!isSequential(op))
      return reject(reason, "it is inside of " + op->getName().getStringRef() +
                                ", which may run it several times at once");
    if (isSequentialLoop(op) && !isInsideIteration(value, op))
      return reject(reason, "it outlives an iteration of the loop around it");
  }
  if (isParallelLoop(frame) && !isInsideIteration(value, frame))
    return reject(reason, "it outlives an iteration of the loop around it");
  return success();
}

/// Whether the memref operand of a dealloc is the buffer and nothing else.
static bool isViewOf(Value value, memref::AllocOp alloc) {
  while (auto view = value.getDefiningOp<ViewLikeOpInterface>())
    value = view.getViewSource();
  return value == alloc.getResult();
}

/// Checks that a use of the buffer is one whose effect we know.
static LogicalResult checkUse(memref::AllocOp alloc, OpOperand &use,
                              std::string &reason) {
  Operation *user = use.getOwner();
  if (isa<memref::DeallocOp>(user) && !isViewOf(use.get(), alloc))
    return reject(reason, "a dealloc may free it or another buffer");
  if (isa<memref::ReallocOp, bufferization::DeallocOp>(user))
    return reject(reason, "it is freed by " + user->getName().getStringRef());
  if (isa<func::ReturnOp>(user))
    return reject(reason, "the function returns it");
  auto store = dyn_cast<memref::StoreOp>(user);
  if ((store && store.getValueToStore() == use.get()) ||
      isa<memref::ExtractAlignedPointerAsIndexOp>(user))
    return reject(reason, "its address is stored");
  for (Type type : user->getResultTypes())
    if (!isa<BaseMemRefType, VectorType, ComplexType>(type) &&
        !type.isIntOrIndexOrFloat())
      return reject(reason,
                    "it is converted by " + user->getName().getStringRef());
  return success();
}

/// Whether all ops between `user` and the frame are known to be done with the
/// buffer when they end.
static bool endsInTime(Operation *user, Operation *frame) {
  for (Operation *op = user->getParentOp(); op && op != frame;
       op = op->getParentOp())
    if (!isSequential(op) && !isParallelLoop(op) &&
        !isa<affine::AffineParallelOp>(op))
      return false;
  return true;
}

/// Returns the op in the body of `frame` that is or holds `op`.
static Operation *getTopLevel(Operation *op, Operation *frame) {
  return frame->getRegion(0).front().findAncestorOpInBlock(*op);
}

FailureOr<BufferLifetime> BufferLifetimes::compute(memref::AllocOp alloc,
                                                   std::string &reason) {
  Operation *frame = getEnclosingFrame(alloc);
  Region &body = frame->getRegion(0);
  BufferLifetime life;
  bool isUsed = false, isWhole = !body.hasOneBlock();
  for (Value alias : aliases.resolve(alloc.getResult())) {
    if (failed(checkExtent(alloc, alias, reason)))
      return failure();
    for (OpOperand &use : alias.getUses()) {
      Operation *user = use.getOwner();
      if (failed(checkUse(alloc, use, reason)))
        return failure();
      if (isa<memref::DeallocOp>(user)) {
        life.deallocs.push_back(user);
        continue;
      }
      if (isa<ViewLikeOpInterface>(user) || isWhole)
        continue;
      isWhole |= !endsInTime(user, frame);
      int64_t time = getTime(getTopLevel(user, frame));
      life.first = isUsed ? std::min(life.first, time) : time;
      life.last = isUsed ? std::max(life.last, time) : time;
      isUsed = true;
    }
  }
  if (isWhole) {
    life.first = 0;
    life.last = body.hasOneBlock() ? body.front().getOperations().size() : 0;
  } else if (!isUsed) {
    life.first = life.last = getTime(getTopLevel(alloc, frame));
  }
  return life;
}
