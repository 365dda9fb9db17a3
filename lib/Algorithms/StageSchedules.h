//===- StageSchedules.h - Schedules with a product per tap ------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_ALGORITHMS_STAGESCHEDULES_H
#define WINO_LIB_ALGORITHMS_STAGESCHEDULES_H

#include "KernelCost.h"
#include "Wino/Cost/Traffic.h"

namespace wino {

/// Calls `body` with every size that splits `total` evenly into parts, from the
/// largest on.
void forEachEvenPart(int64_t total, llvm::function_ref<void(int64_t)> body);

/// Calls `body` with the rows and columns of all even blocks of at most
/// `maxBlock` of `rows` x `cols` tiles: parts of a row, or whole rows, the
/// largest first.
void forEachBlock(int64_t rows, int64_t cols, int64_t maxBlock,
                  llvm::function_ref<void(int64_t, int64_t)> body);

/// How often blocks have so many tiles along an axis.
struct TileCount {
  int64_t tiles, blocks;
};

/// Returns the blocks of `block` of `numTiles` tiles, and the last one, which
/// may have fewer.
std::array<TileCount, 2> countBlocks(int64_t numTiles, int64_t block);

/// The cycles of the products of one tap that `tiles` tiles of a block have.
double getTapCycles(const ConvNest &nest, const Kernel &kernel,
                    const CPUInfo &cpu, double tiles);

/// The schedules of Winograd, and without a transform those of im2row: blocks
/// that divide the work evenly, from one row of tiles to the whole image, of
/// one or more panels of output channels, and filters transformed before or on
/// the fly.
class StageSchedules : public ScheduleSpace {
public:
  StageSchedules(const ConvTask &task, const Variant &variant);

  void
  forEach(llvm::function_ref<void(const Schedule &)> callback) const override;
  Cost getCost(const Schedule &schedule) const override;

private:
  bool isQuantized() const {
    return llvm::isa_and_present<QuantizedAttr>(variant.numbers);
  }
  void
  forEachOfBlocks(Schedule &schedule,
                  llvm::function_ref<void(const Schedule &)> callback) const;
  void countOperations();
  void countPatchOperations();
  void countResidueOperations(RnsAttr numbers);
  /// Input channels that are summed at once; patches are never in chunks.
  int64_t getChunk() const {
    return variant.chunk == 0 ? std::max<int64_t>(whole.c, 1)
                              : std::min(variant.chunk, whole.c);
  }
  ConvNest getNest(const Schedule &schedule, int64_t channels) const;
  Cost getNestCost(const Schedule &schedule, const ConvNest &nest) const;
  void countTransforms(const ConvNest &nest, Cost &cost) const;

  ConvTask task;
  Variant variant;
  /// The kernel of the schedules to try.
  Kernel kernel;
  /// The nest of all schedules, without their blocks.
  ConvNest whole;
  /// The panels that a block of output channels may have.
  llvm::SmallVector<int64_t> panelCounts;
  /// The planes of V, U and M.
  int64_t planes = 1;
  /// Vector operations, loads and stores included, of the transforms of one
  /// tile of the image, of the products and of a filter.
  double inputOps = 2, outputOps = 2, filterOps = 0;
};

} // namespace wino

#endif // WINO_LIB_ALGORITHMS_STAGESCHEDULES_H
