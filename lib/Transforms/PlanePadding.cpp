//===- PlanePadding.cpp - Distance of the planes of tiles -----------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A transform writes, and the inverse transform reads, one vector of every
// plane of V or M, alpha x alpha' of them. If the planes lie a power of two
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

/// Whether `use` is the destination of an op that computes or multiplies tiles.
static bool isTileDestination(OpOperand &use) {
  return isa<InputTransformOp, Im2RowOp, HadamardOp>(use.getOwner()) &&
         cast<DestinationStyleOpInterface>(use.getOwner()).isDpsInit(&use);
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

/// Collects the views of `plan.type` in `plan.views`. Returns false, and the
/// user in `obstacle`, if a user of the buffer or of a view does not accept its
/// type.
static bool collectViews(Value buffer, PlanePlan &plan, bool &isTiles,
                         Operation *&obstacle) {
  SmallVector<std::pair<Value, MemRefType>> worklist = {{buffer, plan.type}};
  while (!worklist.empty()) {
    auto [value, type] = worklist.pop_back_val();
    for (OpOperand &use : value.getUses()) {
      Operation *user = use.getOwner();
      if (type.getRank() == tile_dim::kRank && isTileDestination(use))
        isTiles = true;
      if (acceptsAnyLayout(user))
        continue;
      MemRefType viewType = inferViewType(user, type);
      if (!viewType) {
        if (!obstacle)
          obstacle = user;
        continue;
      }
      plan.views.push_back({user->getResult(0), viewType});
      worklist.push_back(plan.views.back());
    }
  }
  return isTiles && !obstacle;
}

std::optional<PlanePlan> wino::planPlanes(memref::AllocOp alloc,
                                          ArrayRef<int64_t> sizes,
                                          int64_t padding,
                                          Operation *&obstacle) {
  MemRefType type = alloc.getType();
  std::optional<int64_t> elementBytes = getElementBytes(type.getElementType());
  if (padding == 0 || type.getRank() != tile_dim::kRank || !elementBytes ||
      type.isDynamicDim(tile_dim::kTapRow) ||
      type.isDynamicDim(tile_dim::kTapCol) ||
      sizes[tile_dim::kTapRow] * sizes[tile_dim::kTapCol] <= 1)
    return std::nullopt;

  PlanePlan plan;
  plan.stride = 1;
  for (int64_t size : sizes.drop_front(tile_dim::kBatch))
    if (llvm::MulOverflow(plan.stride, size, plan.stride))
      return std::nullopt;
  // An overflow is found, and reported, when the size of the buffer is
  // computed.
  int64_t rowStride;
  if (llvm::AddOverflow(plan.stride, padding, plan.stride) ||
      (plan.stride % kSetPeriod * *elementBytes % kSetPeriod == 0 &&
       llvm::AddOverflow(plan.stride, padding, plan.stride)) ||
      llvm::MulOverflow(plan.stride, sizes[tile_dim::kTapCol], rowStride))
    return std::nullopt;

  SmallVector<int64_t> strides(tile_dim::kRank, 1);
  for (unsigned dim = tile_dim::kChannel; dim > tile_dim::kBatch; --dim) {
    int64_t size = type.getDimSize(dim);
    bool isDynamic =
        ShapedType::isDynamic(size) || ShapedType::isDynamic(strides[dim]);
    strides[dim - 1] = isDynamic ? ShapedType::kDynamic : strides[dim] * size;
  }
  strides[tile_dim::kTapCol] = plan.stride;
  strides[tile_dim::kTapRow] = rowStride;
  plan.type = MemRefType::get(
      type.getShape(), type.getElementType(),
      StridedLayoutAttr::get(type.getContext(), /*offset=*/0, strides),
      type.getMemorySpace());

  bool isTiles = false;
  Operation *blocker = nullptr;
  if (collectViews(alloc.getResult(), plan, isTiles, blocker))
    return plan;
  if (isTiles)
    obstacle = blocker;
  return std::nullopt;
}
