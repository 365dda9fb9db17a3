//===- PlanMemory.cpp - Buffers of a function in one scratch argument -----===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The function's body and the body of every parallel loop are frames. A frame
// has an arena in which the allocs that belong to it are placed by their
// lifetimes, counted in ops of its body. The arenas of a parallel loop, one per
// iteration and back to back, are one buffer in the arena of the frame around
// it, which lives while the loop runs. The function's arena is the argument.
//
//===----------------------------------------------------------------------===//

#include "PlanMemory.h"
#include "BufferLifetime.h"

#include "Wino/IR/WinoDialect.h"
#include "Wino/Support/ArenaPlanner.h"
#include "Wino/Transforms/Passes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Remarks.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ValueBoundsOpInterface.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/MathExtras.h"

namespace wino {
#define GEN_PASS_DEF_PLANMEMORYPASS
#include "Wino/Transforms/Passes.h.inc"
} // namespace wino

using namespace mlir;
using namespace wino;

namespace {

/// A buffer to place.
struct Buffer {
  memref::AllocOp alloc;
  int64_t bytes = 0;
  std::optional<PlanePlan> planes;
  BufferLifetime lifetime;
};

/// The iteration space of a parallel loop, with constant steps and upper bounds
/// of the trip counts.
struct ParallelSpace {
  SmallVector<Value> inductionVars;
  SmallVector<OpFoldResult> lowerBounds;
  SmallVector<int64_t> steps;
  SmallVector<int64_t> trips;
};

struct Frame {
  Operation *op = nullptr;
  Frame *parent = nullptr;
  /// Of a parallel loop.
  ParallelSpace space;
  SmallVector<Buffer> buffers;
  SmallVector<Frame *> children;

  /// Offsets of the buffers, then of the children.
  SmallVector<int64_t> offsets;
  /// Bytes of one iteration, rounded up so that the next is aligned.
  int64_t bytes = 0;
  /// Bytes of all iterations, and of the largest live set in them.
  int64_t totalBytes = 0, lowerBound = 0;
  /// Where the iteration's arena begins in the argument.
  OpFoldResult base;
};

/// Plans one function.
class FunctionPlanner {
public:
  FunctionPlanner(func::FuncOp function, bool requireBounded)
      : function(function), requireBounded(requireBounded),
        lifetimes(function) {}

  LogicalResult run();

private:
  LogicalResult collectBuffers();
  LogicalResult addBuffer(memref::AllocOp alloc);
  LogicalResult keep(memref::AllocOp alloc, const Twine &reason);
  FailureOr<Frame *> getFrame(Operation *op);
  LogicalResult placeBuffers(Frame &frame);
  void createBase(OpBuilder &builder, Frame &frame);
  void replaceAlloc(Buffer &buffer, int64_t offset, Frame &frame,
                    Value scratch);
  void record(const Frame &root);

  func::FuncOp function;
  bool requireBounded;
  BufferLifetimes lifetimes;
  /// Frames with their loops, outer ones before inner ones.
  llvm::MapVector<Operation *, std::unique_ptr<Frame>> frames;
  int64_t numPlaced = 0, numKept = 0;
};

} // namespace

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

/// Returns the largest value of `var`, if a constant is known.
static std::optional<int64_t>
getUpperBound(const ValueBoundsConstraintSet::Variable &var) {
  FailureOr<int64_t> bound = ValueBoundsConstraintSet::computeConstantBound(
      presburger::BoundType::UB, var, /*stopCondition=*/nullptr,
      /*closedUB=*/true);
  if (failed(bound))
    return std::nullopt;
  return *bound;
}

/// Returns constant upper bounds of the sizes of the buffer.
static std::optional<SmallVector<int64_t>> getMaxSizes(memref::AllocOp alloc) {
  SmallVector<int64_t> sizes;
  for (OpFoldResult size : alloc.getMixedSizes()) {
    std::optional<int64_t> bound = getConstantIntValue(size);
    if (!bound)
      bound = getUpperBound(size);
    if (!bound)
      return std::nullopt;
    sizes.push_back(std::max<int64_t>(*bound, 0));
  }
  return sizes;
}

/// Returns an upper bound of the number of iterations from `lower` to `upper`.
static std::optional<int64_t> getMaxTrips(OpFoldResult lower,
                                          OpFoldResult upper, int64_t step) {
  MLIRContext *context = lower.getContext();
  std::optional<int64_t> length;
  auto lowerConstant = getConstantIntValue(lower);
  auto upperConstant = getConstantIntValue(upper);
  int64_t difference;
  if (lowerConstant && upperConstant) {
    if (!llvm::SubOverflow(*upperConstant, *lowerConstant, difference))
      length = difference;
  } else {
    AffineExpr d0, d1;
    bindDims(context, d0, d1);
    using Variable = ValueBoundsConstraintSet::Variable;
    length = getUpperBound(Variable(AffineMap::get(2, 0, d0 - d1),
                                    {Variable(upper), Variable(lower)}));
  }
  if (!length)
    return std::nullopt;
  return *length <= 0 ? 0 : llvm::divideCeilSigned(*length, step);
}

/// Returns the iteration space of a parallel loop, if its size is bounded.
static std::optional<ParallelSpace> getParallelSpace(Operation *op) {
  ParallelSpace space;
  SmallVector<OpFoldResult> uppers, steps;
  if (auto forall = dyn_cast<scf::ForallOp>(op)) {
    llvm::append_range(space.inductionVars, forall.getInductionVars());
    space.lowerBounds = forall.getMixedLowerBound();
    uppers = forall.getMixedUpperBound();
    steps = forall.getMixedStep();
  } else {
    auto parallel = cast<scf::ParallelOp>(op);
    llvm::append_range(space.inductionVars, parallel.getInductionVars());
    space.lowerBounds = getAsOpFoldResult(parallel.getLowerBound());
    uppers = getAsOpFoldResult(parallel.getUpperBound());
    steps = getAsOpFoldResult(parallel.getStep());
  }
  for (auto [lower, upper, step] :
       llvm::zip_equal(space.lowerBounds, uppers, steps)) {
    std::optional<int64_t> constantStep = getConstantIntValue(step);
    if (!constantStep || *constantStep <= 0)
      return std::nullopt;
    std::optional<int64_t> trips = getMaxTrips(lower, upper, *constantStep);
    if (!trips)
      return std::nullopt;
    space.steps.push_back(*constantStep);
    space.trips.push_back(*trips);
  }
  return space;
}

//===----------------------------------------------------------------------===//
// Planning
//===----------------------------------------------------------------------===//

FailureOr<Frame *> FunctionPlanner::getFrame(Operation *op) {
  // Outer frames first, so that parents exist.
  SmallVector<Operation *> missing;
  for (Operation *next = op; next; next = getEnclosingFrame(next)) {
    if (frames.contains(next))
      break;
    missing.push_back(next);
  }
  for (Operation *next : llvm::reverse(missing)) {
    auto frame = std::make_unique<Frame>();
    frame->op = next;
    if (Operation *outer = getEnclosingFrame(next)) {
      std::optional<ParallelSpace> space = getParallelSpace(next);
      if (!space)
        return failure();
      frame->space = *space;
      frame->parent = frames.find(outer)->second.get();
      frame->parent->children.push_back(frame.get());
    }
    frames[next] = std::move(frame);
  }
  return frames.find(op)->second.get();
}

LogicalResult FunctionPlanner::keep(memref::AllocOp alloc,
                                    const Twine &reason) {
  if (requireBounded)
    return alloc.emitError()
           << "cannot place the buffer in the scratch: " << reason;
  ++numKept;
  remark::missed(alloc.getLoc(), remark::RemarkOpts::name("PlanMemory")
                                     .category("wino")
                                     .function(function.getName()))
      << remark::reason("the buffer stays allocated: {0}", reason.str());
  return success();
}

LogicalResult FunctionPlanner::addBuffer(memref::AllocOp alloc) {
  MemRefType type = alloc.getType();
  std::optional<int64_t> elementBytes = getElementBytes(type.getElementType());
  if (!elementBytes)
    return keep(alloc, "the size of its elements is unknown");
  if (!type.getLayout().isIdentity() || type.getMemorySpace())
    return keep(alloc, "it has a layout or a memory space");
  if (alloc.getAlignment().value_or(1) > kBufferAlignment)
    return keep(alloc, "its alignment is larger than " +
                           Twine(kBufferAlignment) + " bytes");
  std::optional<SmallVector<int64_t>> sizes = getMaxSizes(alloc);
  if (!sizes)
    return keep(alloc, "its size has no constant upper bound");

  Buffer buffer;
  buffer.alloc = alloc;
  std::string reason;
  FailureOr<BufferLifetime> lifetime = lifetimes.compute(alloc, reason);
  if (failed(lifetime))
    return keep(alloc, reason);
  buffer.lifetime = *lifetime;
  FailureOr<Frame *> frame = getFrame(getEnclosingFrame(alloc));
  if (failed(frame))
    return keep(alloc, "the trip count of the parallel loop around it has no "
                       "constant upper bound");

  Operation *obstacle = nullptr;
  buffer.planes = planPlanes(alloc, *sizes, obstacle);
  if (obstacle)
    remark::missed(alloc.getLoc(), remark::RemarkOpts::name("PlanePadding")
                                       .category("wino")
                                       .function(function.getName()))
        << remark::reason("planes are not padded: a user, {0}, needs them "
                          "contiguous",
                          obstacle->getName().getStringRef().str());
  if (buffer.planes)
    sizes =
        SmallVector<int64_t>{buffer.planes->stride, buffer.planes->numPlanes};
  std::optional<int64_t> bytes = getBufferBytes(*sizes, *elementBytes);
  if (!bytes)
    return alloc.emitError() << "the buffer is larger than 64 bits can count";
  buffer.bytes = *bytes;
  (*frame)->buffers.push_back(std::move(buffer));
  ++numPlaced;
  return success();
}

LogicalResult FunctionPlanner::collectBuffers() {
  // An error is reported for every buffer before the pass fails.
  bool anyFailed = false;
  function.walk(
      [&](memref::AllocOp alloc) { anyFailed |= failed(addBuffer(alloc)); });
  return failure(anyFailed);
}

LogicalResult FunctionPlanner::placeBuffers(Frame &frame) {
  SmallVector<ArenaBuffer> arena, smallest;
  for (const Buffer &buffer : frame.buffers) {
    arena.push_back(
        {buffer.bytes, buffer.lifetime.first, buffer.lifetime.last});
    smallest.push_back(arena.back());
  }
  for (const Frame *child : frame.children) {
    int64_t time = lifetimes.getTime(child->op);
    arena.push_back({child->totalBytes, time, time});
    smallest.push_back({child->lowerBound, time, time});
  }
  std::optional<ArenaPlan> plan = planArena(arena, kBufferAlignment);
  std::optional<int64_t> bound = getLargestLiveSet(smallest);
  int64_t padded = 0, count = 1;
  bool fits = plan && bound &&
              !llvm::AddOverflow(plan->peak, kBufferAlignment - 1, padded);
  for (int64_t trips : frame.space.trips)
    fits = fits && !llvm::MulOverflow(count, trips, count);
  if (fits) {
    frame.offsets = plan->offsets;
    frame.bytes = padded & -kBufferAlignment;
    fits = !llvm::MulOverflow(frame.bytes, count, frame.totalBytes) &&
           !llvm::MulOverflow(*bound, count, frame.lowerBound);
  }
  if (!fits)
    return frame.op->emitError()
           << "the buffers are larger than 64 bits can count";
  return success();
}

//===----------------------------------------------------------------------===//
// Rewriting
//===----------------------------------------------------------------------===//

/// Computes, at the start of the frame's body, where its arena begins.
void FunctionPlanner::createBase(OpBuilder &builder, Frame &frame) {
  if (!frame.parent) {
    frame.base = builder.getIndexAttr(0);
    return;
  }
  Frame &parent = *frame.parent;
  size_t position =
      llvm::find(parent.children, &frame) - parent.children.begin();
  int64_t offset = parent.offsets[parent.buffers.size() + position];

  SmallVector<OpFoldResult> operands = {parent.base};
  AffineExpr iteration = builder.getAffineConstantExpr(0);
  for (auto [variable, lower, step, trips] :
       llvm::zip_equal(frame.space.inductionVars, frame.space.lowerBounds,
                       frame.space.steps, frame.space.trips)) {
    AffineExpr distance = builder.getAffineDimExpr(operands.size()) -
                          builder.getAffineDimExpr(operands.size() + 1);
    operands.append({variable, lower});
    iteration = iteration * trips + distance.floorDiv(step);
  }
  builder.setInsertionPointToStart(&frame.op->getRegion(0).front());
  frame.base = affine::makeComposedFoldedAffineApply(
      builder, frame.op->getLoc(),
      builder.getAffineDimExpr(0) + iteration * frame.bytes + offset, operands);
}

/// Returns the sizes and strides of the padded buffer.
static Value createPaddedView(OpBuilder &builder, memref::AllocOp alloc,
                              const PlanePlan &planes, Value flat) {
  Location loc = alloc.getLoc();
  SmallVector<OpFoldResult> sizes = alloc.getMixedSizes();
  auto [staticStrides, offset] = planes.type.getStridesAndOffset();
  SmallVector<OpFoldResult> strides(sizes.size());
  for (size_t dim = sizes.size(); dim-- > 0;) {
    if (!ShapedType::isDynamic(staticStrides[dim])) {
      strides[dim] = builder.getIndexAttr(staticStrides[dim]);
      continue;
    }
    // Not an affine.apply: the product of two values is not affine.
    auto toValue = [&](OpFoldResult value) {
      return getValueOrCreateConstantIndexOp(builder, loc, value);
    };
    strides[dim] =
        arith::MulIOp::create(builder, loc, toValue(strides[dim + 1]),
                              toValue(sizes[dim + 1]))
            .getResult();
  }
  return memref::ReinterpretCastOp::create(
      builder, loc, planes.type, flat, builder.getIndexAttr(0), sizes, strides);
}

void FunctionPlanner::replaceAlloc(Buffer &buffer, int64_t offset, Frame &frame,
                                   Value scratch) {
  memref::AllocOp alloc = buffer.alloc;
  Location loc = alloc.getLoc();
  OpBuilder builder(alloc);
  OpFoldResult begin = affine::makeComposedFoldedAffineApply(
      builder, loc, builder.getAffineDimExpr(0) + offset, {frame.base});
  Value shift = getValueOrCreateConstantIndexOp(builder, loc, begin);
  Value view;
  if (buffer.planes) {
    Type element = alloc.getType().getElementType();
    auto flatType =
        MemRefType::get({buffer.bytes / *getElementBytes(element)}, element);
    view = createPaddedView(builder, alloc, *buffer.planes,
                            memref::ViewOp::create(builder, loc, flatType,
                                                   scratch, shift,
                                                   /*sizes=*/ValueRange()));
  } else {
    view = memref::ViewOp::create(builder, loc, alloc.getType(), scratch, shift,
                                  alloc.getDynamicSizes());
  }
  for (Operation *dealloc : buffer.lifetime.deallocs)
    dealloc->erase();
  alloc.getResult().replaceAllUsesWith(view);
  alloc.erase();
  if (buffer.planes)
    for (auto [value, type] : buffer.planes->views)
      value.setType(type);
}

void FunctionPlanner::record(const Frame &root) {
  Builder builder(function.getContext());
  function->setAttr(WinoDialect::kScratchBytesAttrName,
                    builder.getI64IntegerAttr(root.bytes));
  function->setAttr(WinoDialect::kScratchLowerBoundAttrName,
                    builder.getI64IntegerAttr(root.lowerBound));
  remark::analysis(function.getLoc(), remark::RemarkOpts::name("PlanMemory")
                                          .category("wino")
                                          .function(function.getName()))
      << remark::metric("Buffers", numPlaced) << remark::metric("Kept", numKept)
      << remark::metric("ScratchBytes", root.bytes)
      << remark::metric("LowerBound", root.lowerBound);
}

LogicalResult FunctionPlanner::run() {
  if (failed(collectBuffers()))
    return failure();
  if (numPlaced == 0)
    return success();
  // Inner frames, which are buffers of outer ones, come after these in the map.
  for (auto &[op, frame] : llvm::reverse(frames))
    if (failed(placeBuffers(*frame)))
      return failure();

  const Frame &root = *frames.front().second;
  BlockArgument scratch =
      appendByteArgument(function, root.bytes, WinoDialect::kScratchAttrName);
  OpBuilder builder(function.getContext());
  for (auto &[op, frame] : frames) {
    createBase(builder, *frame);
    for (auto [index, buffer] : llvm::enumerate(frame->buffers))
      replaceAlloc(buffer, frame->offsets[index], *frame, scratch);
  }
  record(root);
  return success();
}

//===----------------------------------------------------------------------===//
// Pass
//===----------------------------------------------------------------------===//

/// Whether something in the module uses the function other than as the prepare
/// function of another, so that its signature must not change.
static bool hasFixedSignature(func::FuncOp function) {
  auto uses = SymbolTable::getSymbolUses(function, function->getParentOp());
  return !uses || llvm::any_of(*uses, [](const SymbolTable::SymbolUse &use) {
    return !isa<func::FuncOp>(use.getUser());
  });
}

/// Whether the function has a scratch argument.
static bool hasScratch(func::FuncOp function) {
  for (unsigned index = 0; index < function.getNumArguments(); ++index)
    if (function.getArgAttr(index, WinoDialect::kScratchAttrName))
      return true;
  return false;
}

namespace {

struct PlanMemoryPass : public wino::impl::PlanMemoryPassBase<PlanMemoryPass> {
  using PlanMemoryPassBase::PlanMemoryPassBase;

  void runOnOperation() override {
    if (packWeights && failed(packArguments(getOperation(), hasFixedSignature)))
      return signalPassFailure();
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (failed(planFunction(function)))
        signalPassFailure();
  }

  LogicalResult planFunction(func::FuncOp function) {
    bool hasAllocs =
        !function.isExternal() &&
        function.walk([](memref::AllocOp) { return WalkResult::interrupt(); })
            .wasInterrupted();
    if (!hasAllocs)
      return success();
    StringRef obstacle;
    if (hasFixedSignature(function))
      obstacle = "the function is used in the module, and its signature would "
                 "change";
    else if (hasScratch(function))
      obstacle = "the function has a scratch argument already";
    if (obstacle.empty())
      return FunctionPlanner(function, requireBounded).run();
    if (requireBounded)
      return function.emitError() << "cannot place buffers: " << obstacle;
    remark::missed(function.getLoc(), remark::RemarkOpts::name("PlanMemory")
                                          .category("wino")
                                          .function(function.getName()))
        << remark::reason("{0}", obstacle.str());
    return success();
  }
};

} // namespace
