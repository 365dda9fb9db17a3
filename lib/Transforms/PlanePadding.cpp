//===- PlanePadding.cpp - Distance of the planes of tiles -----------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A transform writes, and the inverse transform reads, one vector of every
// plane of U, V or M, alpha x alpha' of them. If the planes lie a power of two
// apart, these vectors fall into few sets of the cache and evict each other.
//
//===----------------------------------------------------------------------===//

#include "PlanMemory.h"

#include "Wino/IR/WinoDialect.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace wino;

/// Planes that lie a multiple of this number of bytes apart share cache sets:
/// 64 sets of 64 bytes, the least that first-level caches have.
static constexpr int64_t kSetPeriod = 4096;

namespace {
/// Where a buffer has planes, and how far they are to lie apart.
struct Planes {
  /// The dimension of the tap rows, which that of the tap columns follows.
  unsigned tapDim;
  int64_t padding;
};
} // namespace

/// Returns the planes of a buffer of which `use` is one, if that is as V, M or
/// packed U of products whose schedule pads them.
static std::optional<Planes> getPlanes(OpOperand &use) {
  auto op = dyn_cast<HadamardOp>(use.getOwner());
  ScheduleAttr schedule = op ? op.getScheduleAttr() : ScheduleAttr();
  if (!schedule || schedule.getPlanePadding() == 0)
    return std::nullopt;
  bool isFilter = &use == &op.getFilterMutable();
  if (isFilter && !op.isPacked())
    return std::nullopt;
  return Planes{isFilter ? unsigned(packed_dim::kTapRow)
                         : unsigned(tile_dim::kTapRow),
                schedule.getPlanePadding()};
}

/// As above, for a use of `buffer` or of a view of it that has all its
/// dimensions.
static std::optional<Planes> findPlanes(Value buffer) {
  SmallVector<Value> worklist = {buffer};
  while (!worklist.empty()) {
    Value value = worklist.pop_back_val();
    for (OpOperand &use : value.getUses()) {
      if (std::optional<Planes> planes = getPlanes(use))
        return planes;
      if (isa<memref::SubViewOp, memref::CastOp>(use.getOwner()))
        if (auto type =
                dyn_cast<MemRefType>(use.getOwner()->getResult(0).getType());
            type && type.getRank() == tile_dim::kRank)
          worklist.push_back(use.getOwner()->getResult(0));
    }
  }
  return std::nullopt;
}

/// Whether the op reads and writes memrefs of any strides and defines none.
static bool acceptsAnyLayout(Operation *op) {
  if (llvm::any_of(op->getResultTypes(), llvm::IsaPred<BaseMemRefType>))
    return false;
  if (auto store = dyn_cast<memref::StoreOp>(op))
    return !isa<BaseMemRefType>(store.getValueToStore().getType());
  return isa<WinoDialect>(op->getDialect()) ||
         isa<linalg::LinalgOp, memref::LoadOp, memref::DimOp, memref::CopyOp,
             memref::DeallocOp, memref::PrefetchOp, vector::LoadOp,
             vector::StoreOp, vector::MaskedLoadOp, vector::MaskedStoreOp,
             vector::TransferReadOp, vector::TransferWriteOp,
             affine::AffineLoadOp, affine::AffineStoreOp>(op);
}

/// Returns the type of the view `op` of a buffer of type `source`, or a null
/// type if it is no view of such a buffer.
static MemRefType inferViewType(Operation *op, MemRefType source) {
  if (auto subview = dyn_cast<memref::SubViewOp>(op)) {
    MemRefType type = subview.getType();
    if (type.getRank() == source.getRank())
      return memref::SubViewOp::inferResultType(
          source, subview.getMixedOffsets(), subview.getMixedSizes(),
          subview.getMixedStrides());
    return memref::SubViewOp::inferRankReducedResultType(
        type.getShape(), source, subview.getMixedOffsets(),
        subview.getMixedSizes(), subview.getMixedStrides());
  }
  if (auto cast = dyn_cast<memref::CastOp>(op)) {
    auto type = dyn_cast<MemRefType>(cast.getType());
    if (!type)
      return {};
    return MemRefType::get(type.getShape(), type.getElementType(),
                           source.getLayout(), type.getMemorySpace());
  }
  if (auto collapse = dyn_cast<memref::CollapseShapeOp>(op)) {
    auto groups = collapse.getReassociationIndices();
    if (!memref::CollapseShapeOp::isGuaranteedCollapsible(source, groups))
      return {};
    return memref::CollapseShapeOp::computeCollapsedType(source, groups);
  }
  if (auto expand = dyn_cast<memref::ExpandShapeOp>(op)) {
    FailureOr<MemRefType> type = memref::ExpandShapeOp::computeExpandedType(
        source, expand.getType().getShape(), expand.getReassociationIndices());
    return succeeded(type) ? *type : MemRefType();
  }
  return {};
}

/// Collects the views of `plan.type` in `plan.views`. Returns the first user of
/// the buffer or of a view that does not accept its type, or null.
static Operation *collectViews(Value buffer, PlanePlan &plan) {
  SmallVector<std::pair<Value, MemRefType>> worklist = {{buffer, plan.type}};
  while (!worklist.empty()) {
    auto [value, type] = worklist.pop_back_val();
    for (Operation *user : value.getUsers()) {
      if (acceptsAnyLayout(user))
        continue;
      MemRefType viewType = inferViewType(user, type);
      if (!viewType)
        return user;
      plan.views.push_back({user->getResult(0), viewType});
      worklist.push_back(plan.views.back());
    }
  }
  return nullptr;
}

std::optional<PlanePlan> wino::planPlanes(memref::AllocOp alloc,
                                          ArrayRef<int64_t> sizes,
                                          Operation *&obstacle) {
  MemRefType type = alloc.getType();
  std::optional<int64_t> elementBytes = getElementBytes(type.getElementType());
  if (type.getRank() != tile_dim::kRank || !elementBytes)
    return std::nullopt;
  std::optional<Planes> planes = findPlanes(alloc);
  if (!planes)
    return std::nullopt;
  const int64_t padding = planes->padding;
  const unsigned tapRow = planes->tapDim, tapCol = tapRow + 1;
  if (type.isDynamicDim(tapRow) || type.isDynamicDim(tapCol) ||
      sizes[tapRow] * sizes[tapCol] <= 1)
    return std::nullopt;

  PlanePlan plan;
  plan.stride = plan.numPlanes = 1;
  // An overflow is found, and reported, when the size of the buffer is
  // computed.
  for (int64_t size : sizes.take_front(tapCol + 1))
    if (llvm::MulOverflow(plan.numPlanes, size, plan.numPlanes))
      return std::nullopt;
  for (int64_t size : sizes.drop_front(tapCol + 1))
    if (llvm::MulOverflow(plan.stride, size, plan.stride))
      return std::nullopt;
  if (llvm::AddOverflow(plan.stride, padding, plan.stride) ||
      (plan.stride % kSetPeriod * *elementBytes % kSetPeriod == 0 &&
       llvm::AddOverflow(plan.stride, padding, plan.stride)))
    return std::nullopt;

  SmallVector<int64_t> strides(tile_dim::kRank, 1);
  for (unsigned dim = tile_dim::kRank - 1; dim > 0; --dim) {
    int64_t size = type.getDimSize(dim);
    bool isDynamic =
        ShapedType::isDynamic(size) || ShapedType::isDynamic(strides[dim]);
    if (dim == tapCol + 1)
      strides[tapCol] = plan.stride;
    else if (isDynamic)
      strides[dim - 1] = ShapedType::kDynamic;
    else if (llvm::MulOverflow(strides[dim], size, strides[dim - 1]))
      return std::nullopt;
  }
  plan.type = MemRefType::get(
      type.getShape(), type.getElementType(),
      StridedLayoutAttr::get(type.getContext(), /*offset=*/0, strides),
      type.getMemorySpace());
  obstacle = collectViews(alloc.getResult(), plan);
  if (obstacle)
    return std::nullopt;
  return plan;
}
