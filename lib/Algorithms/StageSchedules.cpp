//===- StageSchedules.cpp - Schedules with a product per tap --------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "StageSchedules.h"
#include "Wino/Support/LinearProgram.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

using namespace mlir;
using namespace wino;

//===----------------------------------------------------------------------===//
// What all schedules have in common
//===----------------------------------------------------------------------===//

StageSchedules::StageSchedules(const ConvTask &task, const Variant &variant)
    : task(task), variant(variant),
      kernel(task, getFactorType(task.problem, variant.numbers)) {
  const ConvProblem &problem = task.problem;
  auto getSize = [](int64_t size) {
    return std::max<int64_t>(1, getTypicalSize(size));
  };
  whole.n = ShapedType::isDynamic(problem.n) ? 1 : getSize(problem.n);
  whole.outH = getSize(problem.outH);
  whole.outW = getSize(problem.outW);
  whole.h = getSize(problem.h);
  whole.w = getSize(problem.w);
  whole.c = variant.transform ? problem.c : problem.kh * problem.kw * problem.c;
  whole.k = problem.k;
  // Even parts keep the last block from being padded.
  const int64_t numPanels = llvm::divideCeil(whole.k, kernel.tile.cols);
  for (int64_t panels = 1;
       panels <= std::min(numPanels, kMaxScheduleSize / kernel.tile.cols);
       ++panels)
    if (numPanels % panels == 0)
      panelCounts.push_back(panels);
  whole.imageBytes = getScalarBytes(problem.imageType);
  whole.filterBytes = getScalarBytes(problem.filterType);
  whole.inputBytes = whole.transformedFilterBytes = int64_t(kernel.factorBytes);
  whole.productBytes = getScalarBytes(problem.sumType);
  whole.resultBytes = getScalarBytes(problem.storedType);
  if (variant.numbers) {
    // An element of V, U and M is one of each plane.
    planes = variant.numbers.getNumPlanes();
    whole.inputBytes *= planes;
    whole.transformedFilterBytes *= planes;
    whole.productBytes *= planes;
  }
  whole.otherBytes = task.otherBytes;
  TransformAttr transform = variant.transform;
  if (!transform) {
    auto getSpan = [&](int64_t taps, unsigned axis) {
      return (taps - 1) * problem.dilations[axis] + 1;
    };
    whole.patch = {problem.c, getSpan(problem.kh, 0), getSpan(problem.kw, 1),
                   problem.strides[0], problem.strides[1]};
    countPatchOperations();
    return;
  }
  whole.mRows = transform.getMRows();
  whole.mCols = transform.getMCols();
  whole.rRows = transform.getRRows();
  whole.rCols = transform.getRCols();
  whole.edgeRows = transform.hasEdge(0) ? transform.getEdgeRows() : 0;
  whole.edgeCols = transform.hasEdge(1) ? transform.getEdgeCols() : 0;
  countOperations();
}

/// Counts the operations of copying a patch, by vector of it: pixels that lie
/// side by side are copied by vectors, and less than one by elements.
void StageSchedules::countPatchOperations() {
  constexpr double kSingle = 3;
  const ConvProblem &problem = task.problem;
  const int64_t lanes = int64_t(kernel.vectorBytes / kernel.factorBytes);
  const bool isDense = problem.dilations[1] == 1;
  const int64_t run = isDense ? problem.kw * problem.c : problem.c;
  // NEON has no vectors of which only some lanes are loaded and stored.
  const double ops = run < lanes && task.cpu.isAArch64()
                         ? kSingle * double(run)
                         : 2 * double(llvm::divideCeil(run, lanes));
  inputOps = ops * double(lanes) / double(std::max<int64_t>(1, run));
}

void StageSchedules::countResidueOperations(RnsAttr numbers) {
  TransformAttr transform = variant.transform;
  const unsigned vectorBits = task.cpu.vectorBits;
  auto count = [&](TransformStage stage) {
    RationalMatrix rows = getMatrix(getMatrices(transform, numbers, 0), stage);
    RationalMatrix cols = getMatrix(getMatrices(transform, numbers, 1), stage);
    return planResiduePasses(transform, numbers, stage)
        .getOpsPerLane(rows.getNumCols(), cols.getNumCols(), vectorBits);
  };
  // Putting a residue of a pixel to those before takes about so many.
  constexpr double kReconstructionOps = 10;
  double reconstruction = kReconstructionOps * double(planes) *
                          double(transform.getMRows() * transform.getMCols()) *
                          16 / vectorBits;
  // Without products that are rounded and doubled, a reduction takes more.
  const double perOp = task.cpu.isAArch64() ? 1 : 2.5;
  const double factors = perOp * kernel.vectorBytes / kernel.factorBytes;
  inputOps = count(TransformStage::Input) * factors;
  filterOps = count(TransformStage::Filter) * factors;
  // Many of the operations of the output transform are fused, or keep their
  // values in registers.
  constexpr double kFused = 0.6;
  outputOps = kFused * perOp *
              (count(TransformStage::Output) + reconstruction) *
              double(kernel.vector);
}

void StageSchedules::countOperations() {
  if (auto residues = dyn_cast_or_null<RnsAttr>(variant.numbers))
    return countResidueOperations(residues);
  Transform1D rows = getMatrices(variant.transform, variant.numbers, 0);
  Transform1D cols = getMatrices(variant.transform, variant.numbers, 1);
  auto synthesize = [&](const RationalMatrix &matrix) {
    return variant.numbers && isInteger(matrix)
               ? synthesizeIntegerProgram(matrix)
               : synthesizeProgram(matrix);
  };
  auto count = [&](const RationalMatrix &a, const RationalMatrix &b) {
    // Of the columns, and then of the rows of what results.
    const double additions = double(synthesize(a).ops.size() * b.getNumCols() +
                                    synthesize(b).ops.size() * a.getNumRows());
    double results = double(a.getNumRows() * b.getNumRows());
    double values = double(a.getNumCols() * b.getNumCols());
    double ops = additions + results + values;
    // What the registers do not hold is stored and loaded between the passes;
    // few results can wait for the values, which are loaded one by one.
    double between = double(a.getNumRows() * b.getNumCols());
    if (results > double(task.cpu.numVectorRegisters + 4))
      ops += 2 * between;
    return ops;
  };
  inputOps = count(rows.bt, cols.bt);
  outputOps = count(rows.at, cols.at);
  filterOps = count(rows.g, cols.g);
  if (!isQuantized())
    return;
  // Data are extended and integers rounded to V; M is converted and multiplied.
  const double taps = double(rows.bt.getNumRows() * cols.bt.getNumRows());
  inputOps += 3 * taps;
  outputOps += 2 * taps;
}

//===----------------------------------------------------------------------===//
// Enumeration
//===----------------------------------------------------------------------===//

void wino::forEachEvenPart(int64_t total, function_ref<void(int64_t)> body) {
  for (int64_t part = total; part > 0;) {
    body(part);
    if (part == 1)
      return;
    // The fewest parts that are smaller.
    part = llvm::divideCeil(total, llvm::divideCeil(total, part - 1));
  }
}

void wino::forEachBlock(int64_t rows, int64_t cols, int64_t maxBlock,
                        function_ref<void(int64_t, int64_t)> body) {
  forEachEvenPart(cols, [&](int64_t blockCols) {
    if (blockCols > maxBlock)
      return;
    if (blockCols < cols)
      return body(1, blockCols);
    forEachEvenPart(rows, [&](int64_t blockRows) {
      if (blockRows * blockCols <= maxBlock)
        body(blockRows, blockCols);
    });
  });
}

void StageSchedules::forEach(
    function_ref<void(const Schedule &)> callback) const {
  // Blocks of more tiles than this would take too much scratch memory.
  constexpr int64_t kMaxBlock = 4096;
  Schedule schedule = kernel.getSchedule(task);
  forEachBlock(
      whole.getTileRows(), whole.getTileCols(), kMaxBlock,
      [&](int64_t blockRows, int64_t blockCols) {
        schedule.blockRows = blockRows;
        schedule.blockCols = blockCols;
        // Blocks of several images have all of each.
        const int64_t tiles = blockRows * blockCols;
        const bool isWhole = tiles == whole.getTileRows() * whole.getTileCols();
        for (int64_t images = isWhole ? whole.n : 1; images > 0; --images) {
          if (whole.n % images != 0 ||
              (images > 1 && images * tiles > kMaxBlock))
            continue;
          schedule.blockImages = images;
          forEachOfBlocks(schedule, callback);
        }
      });
}

/// Enumerates all schedules with the block of tiles of `schedule`.
void StageSchedules::forEachOfBlocks(
    Schedule &schedule, function_ref<void(const Schedule &)> callback) const {
  const int64_t depth = getNest(schedule, getChunk()).c;
  const int64_t restDepth =
      getNest(schedule,
              whole.c % getChunk() ? whole.c % getChunk() : getChunk())
          .c;
  for (int64_t panels : panelCounts) {
    schedule.kBlock = panels * kernel.tile.cols;
    callback(schedule);
    // Transforming on the fly is for filters whose blocks stay in a cache.
    constexpr int64_t kMaxPanels = 4, kMinCBlock = 64;
    if (!variant.transform || isQuantized() || panels > kMaxPanels)
      continue;
    schedule.onTheFly = true;
    for (int64_t cBlock = depth; cBlock >= std::min(depth, kMinCBlock);
         cBlock /= 2) {
      schedule.cBlock = cBlock == depth ? 0 : cBlock;
      bool isPossible = cBlock == depth || cBlock <= kMaxScheduleSize;
      if (isPossible && cBlock % kernel.vector == 0 &&
          cBlock % kernel.group == 0 && depth % cBlock == 0 &&
          (restDepth <= cBlock || restDepth % cBlock == 0))
        callback(schedule);
      if (cBlock % 2 != 0)
        break;
    }
    schedule.cBlock = 0;
    schedule.onTheFly = false;
  }
}

//===----------------------------------------------------------------------===//
// Cost
//===----------------------------------------------------------------------===//

ConvNest StageSchedules::getNest(const Schedule &schedule,
                                 int64_t channels) const {
  ConvNest nest = whole;
  // V is padded to whole vectors, and the panels of U to whole ones.
  const int64_t align = std::max(schedule.vector, schedule.group);
  nest.c = std::max(align, int64_t(llvm::alignTo(channels, align)));
  nest.k = std::max(schedule.microCols,
                    int64_t(llvm::alignTo(whole.k, schedule.microCols)));
  auto getBlock = [](int64_t block, int64_t all) {
    return block == 0 ? all : block;
  };
  nest.blockImages = schedule.blockImages;
  nest.blockRows = getBlock(schedule.blockRows, nest.getTileRows());
  nest.blockCols = getBlock(schedule.blockCols, nest.getTileCols());
  nest.kBlock = schedule.kBlock;
  nest.cBlock = std::min(getBlock(schedule.cBlock, nest.c), nest.c);
  nest.panelCols = schedule.microCols;
  nest.onTheFly = schedule.onTheFly;
  return nest;
}

namespace {
/// Taps along an axis that the same tiles have.
struct TapGroup {
  int64_t taps;
  std::array<TileCount, 2> counts;
};
} // namespace

std::array<TileCount, 2> wino::countBlocks(int64_t numTiles, int64_t block) {
  const int64_t numBlocks = llvm::divideCeil(numTiles, block);
  return {{{block, numBlocks - 1}, {numTiles - (numBlocks - 1) * block, 1}}};
}

/// The taps of `numTiles` tiles along an axis, of which the last one may have
/// fewer, in blocks of `block` tiles.
static SmallVector<TapGroup, 2> getTapGroups(int64_t m, int64_t r, int64_t edge,
                                             int64_t numTiles, int64_t block) {
  std::array<TileCount, 2> counts = countBlocks(numTiles, block);
  SmallVector<TapGroup, 2> groups;
  groups.push_back({edge == 0 ? m + r - 1 : edge + r - 1, counts});
  if (edge != 0) {
    --counts.back().tiles;
    groups.push_back({m - edge, counts});
  }
  return groups;
}

double wino::getTapCycles(const ConvNest &nest, const Kernel &kernel,
                          const CPUInfo &cpu, double tiles) {
  const MicroTile &micro = kernel.tile;
  if (tiles == 0)
    return 0;
  const double kernels = std::ceil(tiles / double(micro.rows));
  const double rows = tiles / kernels;
  // The first kernel finds the panel in the second-level cache.
  double loop = kernel.getLoopCycles(rows);
  double panelBytes = double(micro.cols) * kernel.factorBytes;
  double firstLoop = std::max(loop, panelBytes / cpu.l2BytesPerCycle);
  // Where a panel of a tap begins, the places of its rows and sums are found.
  const double start = nest.getTaps() > 1 ? 25 : 0;
  double panel =
      start + double(nest.cBlock) * (firstLoop + (kernels - 1) * loop) +
      kernels * kernel.getSumCycles(rows,
                                    /*accumulates=*/nest.cBlock != nest.c);
  return double(nest.getNumCBlocks()) * double(nest.k / micro.cols) * panel;
}

static double getProductCycles(const ConvNest &nest, const Kernel &kernel,
                               const CPUInfo &cpu) {
  double cycles = 0;
  // Images of blocks, of which the last one may have fewer.
  const TileCount images[] = {{nest.blockImages, nest.n / nest.blockImages},
                              {nest.n % nest.blockImages, 1}};
  for (const TapGroup &row : getTapGroups(nest.mRows, nest.rRows, nest.edgeRows,
                                          nest.getTileRows(), nest.blockRows))
    for (const TapGroup &col :
         getTapGroups(nest.mCols, nest.rCols, nest.edgeCols, nest.getTileCols(),
                      nest.blockCols))
      for (const TileCount &rows : row.counts)
        for (const TileCount &cols : col.counts)
          for (const TileCount &batch : images)
            cycles +=
                double(row.taps * col.taps) *
                double(batch.blocks * rows.blocks * cols.blocks) *
                getTapCycles(nest, kernel, cpu,
                             double(batch.tiles * rows.tiles * cols.tiles));
  return cycles;
}

void StageSchedules::countTransforms(const ConvNest &nest, Cost &cost) const {
  const double blocks = double(nest.getNumBlocks());
  // The transforms compute in the types of their results, that of quantized
  // data in i16.
  const double factors =
      kernel.vectorBytes / (isQuantized() ? 2 : kernel.factorBytes);
  const double c = double(nest.c);
  // Residues are computed in vectors of bytes, also those of a small block.
  const int64_t lanes =
      isa_and_present<RnsAttr>(variant.numbers) ? int64_t(factors) : 1;
  const double k =
      double(nest.k / nest.kBlock * int64_t(llvm::alignTo(nest.kBlock, lanes)) +
             int64_t(llvm::alignTo(nest.k % nest.kBlock, lanes)));
  const double tiles = blocks * nest.getBlockTiles() * nest.getUsedTaps();
  const double opCycles = task.cpu.opCycles;
  cost.inputTransform = tiles * inputOps * c / factors * opCycles;
  cost.outputTransform =
      tiles * outputOps * k / double(kernel.vector) * opCycles +
      getEpilogueCycles(task, double(nest.n * nest.outH * nest.outW),
                        nest.kBlock);
  if (nest.onTheFly)
    cost.filter = blocks * filterOps * c * double(nest.k) / factors * opCycles;
}

Cost StageSchedules::getCost(const Schedule &schedule) const {
  const int64_t chunk = getChunk();
  ConvNest nest = getNest(schedule, chunk);
  Cost cost = getNestCost(schedule, nest);
  // Later chunks read the sums of those before.
  auto add = [&](const Cost &other, int64_t times) {
    for (double Cost::*part :
         {&Cost::cycles, &Cost::filter, &Cost::inputTransform, &Cost::products,
          &Cost::outputTransform, &Cost::memory})
      cost.*part += double(times) * (other.*part);
  };
  if (const int64_t more = whole.c / chunk - 1; more > 0) {
    nest.resultBytes *= 2;
    add(getNestCost(schedule, nest), more);
  }
  if (const int64_t rest = whole.c % chunk) {
    nest = getNest(schedule, rest);
    nest.resultBytes *= 2;
    add(getNestCost(schedule, nest), 1);
  }
  return cost;
}

Cost StageSchedules::getNestCost(const Schedule &schedule,
                                 const ConvNest &nest) const {
  const CPUInfo &cpu = task.cpu;
  Cost cost;
  countTransforms(nest, cost);
  cost.products =
      double(planes) * getProductCycles(nest, kernel.with(schedule), cpu);
  addUpCycles(cpu, estimateMoved(cpu, nest), cost);
  return cost;
}
