//===- Im2Col.cpp - Products of filters and columns of patches ------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   f'  filter_transform(f)        [K, (kh kw C)'], a row per filter
//   P   im2col(x')                 [N, OH / BR, OW / BC, panels, (kh kw C)',
//   NR] y'  column_product(f', P)
//
// The roles of im2row exchanged: the vectors of the products run along the
// pixels of a block, which are packed in panels, and the filters are the rows
// that the panels are multiplied by.
//
//===----------------------------------------------------------------------===//

#include "ConvolutionBuilder.h"
#include "KernelCost.h"
#include "Registry.h"
#include "StageSchedules.h"
#include "Stages.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

using namespace mlir;
using namespace wino;

//===----------------------------------------------------------------------===//
// Geometry
//===----------------------------------------------------------------------===//

namespace {
/// The pixels of the result whose columns share panels: the block of the
/// schedule where that is whole rows of a known length, so that a panel may
/// hold pixels of several rows; else the part of a row; of rows of unknown
/// length a panel.
struct PixelBlock {
  PixelBlock(const ConvProblem &problem, const Schedule &schedule);

  /// Returns the columns of the panels of a block.
  int64_t getPanelColumns(const Schedule &schedule) const {
    return llvm::alignTo(rows * cols, schedule.microCols);
  }

  /// Whether the block of the schedule has all of the result along an axis.
  std::array<bool, 2> isWhole;
  int64_t rows = 1, cols;
};
} // namespace

/// Counts a dynamic size as one.
static int64_t getKnown(int64_t size) {
  return ShapedType::isDynamic(size) ? 1 : size;
}

/// Whether `pixels`, an output size, may be those of a block.
static bool isBlockSize(int64_t pixels) {
  return pixels > 0 && pixels <= kMaxScheduleSize;
}

PixelBlock::PixelBlock(const ConvProblem &problem, const Schedule &schedule) {
  auto coversAll = [](int64_t block, int64_t pixels) {
    return block == 0 || (!ShapedType::isDynamic(pixels) && block >= pixels);
  };
  isWhole = {coversAll(schedule.blockRows, problem.outH),
             coversAll(schedule.blockCols, problem.outW)};
  cols = schedule.blockCols;
  if (!isWhole[1])
    return;
  if (!isBlockSize(problem.outW)) {
    cols = schedule.microCols;
    return;
  }
  cols = problem.outW;
  if (!isWhole[0])
    rows = schedule.blockRows;
  else if (isBlockSize(problem.outH))
    rows = problem.outH;
}

//===----------------------------------------------------------------------===//
// Schedules
//===----------------------------------------------------------------------===//

namespace {
/// All micro-kernels, with blocks that divide the result evenly and parts of
/// the output channels whose filters stay in the second-level cache.
class Im2ColSchedules : public ScheduleSpace {
public:
  explicit Im2ColSchedules(const ConvTask &task);

  void forEach(function_ref<void(const Schedule &)> callback) const override;
  Cost getCost(const Schedule &schedule) const override;

private:
  int64_t getDepth(const Schedule &schedule) const {
    return llvm::alignTo(depth, std::max(schedule.vector, schedule.group));
  }
  ConvNest getNest(const Schedule &schedule) const;
  /// Columns of a panel that a block's pixels have.
  int64_t getUsedCols(const Schedule &schedule) const;
  double getProductCycles(const Schedule &schedule, double panels) const;
  double getPackingCycles(const Schedule &schedule, double columns) const;

  ConvTask task;
  /// Kernels have pixels where those of other algorithms have output channels.
  ConvProblem exchanged;
  Kernel kernel;
  int64_t n, outH, outW, depth;
};
} // namespace

static ConvProblem exchange(const ConvProblem &problem) {
  ConvProblem exchanged = problem;
  exchanged.k = std::max<int64_t>(1, getTypicalSize(problem.outH)) *
                std::max<int64_t>(1, getTypicalSize(problem.outW));
  return exchanged;
}

Im2ColSchedules::Im2ColSchedules(const ConvTask &task)
    : task(task), exchanged(exchange(task.problem)),
      kernel({exchanged, task.cpu}, task.problem.imageType) {
  const ConvProblem &problem = task.problem;
  n = ShapedType::isDynamic(problem.n) ? 1 : std::max<int64_t>(1, problem.n);
  outH = std::max<int64_t>(1, getTypicalSize(problem.outH));
  outW = std::max<int64_t>(1, getTypicalSize(problem.outW));
  depth = problem.kh * problem.kw * problem.c;
}

void Im2ColSchedules::forEach(
    function_ref<void(const Schedule &)> callback) const {
  // Blocks of more pixels than this would take too much scratch memory.
  constexpr int64_t kMaxBlock = 4096;
  const int64_t k = std::max<int64_t>(1, task.problem.k);
  Schedule schedule = kernel.getSchedule({exchanged, task.cpu});
  schedule.prefetch = schedule.streamStores = false;
  schedule.planePadding = 0;
  SmallVector<MicroTile> tiles = {kernel.tile};
  for (MicroTile tile : kernel.getTiles({exchanged, task.cpu}))
    if (tile.rows != kernel.tile.rows || tile.cols != kernel.tile.cols)
      tiles.push_back(tile);
  forEachBlock(outH, outW, kMaxBlock, [&](int64_t rows, int64_t cols) {
    schedule.blockRows = rows;
    schedule.blockCols = cols;
    for (const MicroTile &tile : tiles) {
      schedule.microRows = tile.rows;
      schedule.microCols = tile.cols;
      forEachEvenPart(llvm::divideCeil(k, tile.cols), [&](int64_t units) {
        schedule.kBlock = units * tile.cols;
        // Filters of the last block that are fewer would take kernels of
        // their own.
        bool isEven = schedule.kBlock >= k || k % schedule.kBlock == 0;
        if (isEven && schedule.kBlock <= kMaxScheduleSize)
          callback(schedule);
      });
    }
  });
}

/// The nest of im2row, which moves the same arrays but the products: these are
/// stored only as the result.
ConvNest Im2ColSchedules::getNest(const Schedule &schedule) const {
  const ConvProblem &problem = task.problem;
  const PixelBlock block(problem, schedule);
  ConvNest nest;
  nest.n = n;
  nest.h = std::max<int64_t>(1, getTypicalSize(problem.h));
  nest.w = std::max<int64_t>(1, getTypicalSize(problem.w));
  nest.c = nest.cBlock = std::max<int64_t>(1, getDepth(schedule));
  nest.k = std::max<int64_t>(1, problem.k);
  nest.outH = outH;
  nest.outW = outW;
  nest.blockRows = block.isWhole[0] ? outH : schedule.blockRows;
  nest.blockCols = block.isWhole[1] ? outW : schedule.blockCols;
  // The panels of columns are read once for a block of filters.
  nest.kBlock = nest.panelCols = std::min(schedule.kBlock, nest.k);
  auto getExtent = [&](int64_t taps, unsigned axis) {
    return problem.dilations[axis] * (taps - 1) + 1;
  };
  nest.patch = {problem.c, getExtent(problem.kh, 0), getExtent(problem.kw, 1),
                problem.strides[0], problem.strides[1]};
  nest.imageBytes = nest.inputBytes = getScalarBytes(problem.imageType);
  nest.filterBytes = nest.transformedFilterBytes =
      getScalarBytes(problem.filterType);
  nest.productBytes = 0;
  nest.resultBytes = getScalarBytes(problem.storedType);
  nest.otherBytes = task.otherBytes;
  return nest;
}

int64_t Im2ColSchedules::getUsedCols(const Schedule &schedule) const {
  // Vectors that no pixel of the only panel has are not computed.
  const PixelBlock block(task.problem, schedule);
  return std::min(
      schedule.microCols,
      int64_t(llvm::alignTo(block.rows * block.cols, schedule.vector)));
}

/// The cycles of the products of all filters by `panels` panels.
double Im2ColSchedules::getProductCycles(const Schedule &schedule,
                                         double panels) const {
  const CPUInfo &cpu = task.cpu;
  Kernel kernel = this->kernel.with(schedule);
  kernel.tile.cols = getUsedCols(schedule);
  const int64_t k = std::max<int64_t>(1, task.problem.k);
  const double panelBytes = double(schedule.microCols) * kernel.factorBytes;
  const int64_t depth = getDepth(schedule);
  double panel = 0;
  for (int64_t first = 0; first < k; first += schedule.kBlock) {
    const int64_t filters = std::min(schedule.kBlock, k - first);
    const int64_t kernels = llvm::divideCeil(filters, schedule.microRows);
    const double rows = double(filters) / double(kernels);
    const double loop = kernel.getLoopCycles(rows);
    // The first kernel finds the panel in the second-level cache.
    const double firstLoop = std::max(loop, panelBytes / cpu.l2BytesPerCycle);
    panel += double(depth) * (firstLoop + double(kernels - 1) * loop) +
             kernel.getSumCycles(double(filters), /*accumulates=*/false);
  }
  return panels * panel;
}

/// The cycles of packing `columns` columns.
double Im2ColSchedules::getPackingCycles(const Schedule &schedule,
                                         double columns) const {
  const ConvProblem &problem = task.problem;
  // Columns that are loaded at once.
  const double vector =
      std::min(kernel.vectorBytes / kernel.factorBytes,
               double(schedule.microCols & -schedule.microCols));
  const bool hasGroups = problem.c % schedule.group == 0;
  const bool isPlanar = !problem.isMatmul && problem.imagePermutation[3] != 3;
  // For an element: one that is copied alone, and one of a vector.
  constexpr double kSingle = 4;
  double single = kSingle, inVector = 2 / vector;
  if (problem.strides[1] != 1)
    inVector = 2 + 1 / vector;
  else if (!isPlanar)
    inVector += std::log2(vector) / vector;
  if (schedule.group > 1 && !hasGroups)
    inVector += 2;
  else if (schedule.group > 1 && isPlanar)
    inVector += std::log2(double(schedule.group)) / vector;
  else if (schedule.group > 1)
    inVector = 0.5;
  // Columns of a vector that lie in two rows, or under a padding, at both ends
  // of a row.
  const double ends = problem.kw == 1 ? 1 : 2;
  double alone = std::min(1.0, ends * vector / double(outW));
  // A group of channels that lie side by side is copied alone in any case.
  if (schedule.group > 1 && hasGroups && !isPlanar)
    alone = 0;
  return columns * double(depth) * (alone * single + (1 - alone) * inVector) *
         task.cpu.opCycles;
}

Cost Im2ColSchedules::getCost(const Schedule &schedule) const {
  const CPUInfo &cpu = task.cpu;
  const ConvProblem &problem = task.problem;
  const PixelBlock block(problem, schedule);
  // All blocks are as the first one, but for a last one of fewer rows.
  const int64_t rows = block.rows, cols = block.cols;
  const int64_t panelCols = getUsedCols(schedule);
  double columns =
      double(outH / rows) * double(llvm::alignTo(rows * cols, panelCols)) +
      double(llvm::alignTo(outH % rows * cols, panelCols));
  columns *= double(n * llvm::divideCeil(outW, cols));
  const ConvNest nest = getNest(schedule);
  Moved moved = estimateMoved(cpu, nest);
  // Filters that do not stay in a cache beside a panel are read for each panel.
  const double panels = columns / double(panelCols);
  const double filterBytes = double(nest.c * nest.filterBytes);
  auto addReads = [&](Traffic &traffic, int64_t cacheBytes) {
    if (filterBytes * double(nest.kBlock + panelCols) > double(cacheBytes))
      traffic.filter =
          std::max(traffic.filter, panels * filterBytes * double(nest.k));
  };
  addReads(moved.next, cpu.l2Bytes);
  if (cpu.l3Bytes != 0)
    addReads(moved.fromMemory, cpu.l3Bytes);
  Cost cost;
  cost.products = getProductCycles(schedule, panels);
  cost.inputTransform = getPackingCycles(schedule, columns);
  // Results in NHWC are transposed.
  if (problem.isMatmul || problem.resultPermutation[3] == 3)
    cost.outputTransform =
        2 * columns * double(nest.k) / double(schedule.vector) * cpu.opCycles;
  cost.outputTransform +=
      getEpilogueCycles(task, double(n * outH * outW), schedule.microCols);
  addUpCycles(cpu, moved, cost);
  return cost;
}

//===----------------------------------------------------------------------===//
// The ops
//===----------------------------------------------------------------------===//

namespace {
class Im2ColBuilder : public ConvolutionBuilder {
public:
  Im2ColBuilder(RewriterBase &rewriter, const ConvProblem &problem,
                PlanAttr plan)
      : ConvolutionBuilder(rewriter, problem, plan),
        block(problem, Schedule::get(schedule)),
        depth(getPaddedDepth(schedule, problem.kh * problem.kw * problem.c)) {}

  Value build();

private:
  Value buildRows();
  Value buildColumns();

  PixelBlock block;
  int64_t depth;
};
} // namespace

/// Returns the filters as rows: panels of one column each.
Value Im2ColBuilder::buildRows() {
  joinTaps();
  const int64_t group = schedule.getGroup();
  SmallVector<int64_t> sizes = {1, 1, 1, problem.k, depth / group, 1};
  SmallVector<ReassociationIndices> dims = {{0, 1, 2, 3}, {4, 5}};
  if (group != 1) {
    sizes.push_back(group);
    dims.back().push_back(packed_dim::kGroup);
  }
  Value init = createEmpty(getAsIndexOpFoldResult(rewriter.getContext(), sizes),
                           problem.filterType);
  auto packed = FilterTransformOp::create(
      rewriter, loc, init.getType(),
      TransformAttr::get(rewriter.getContext(), 1, 1, 1, 1), filter, init,
      /*scales=*/ValueRange(), /*numbers=*/NumbersAttrInterface());
  return tensor::CollapseShapeOp::create(rewriter, loc, packed->getResult(0),
                                         dims);
}

Value Im2ColBuilder::buildColumns() {
  AffineExpr d0;
  bindDims(rewriter.getContext(), d0);
  auto getBlocks = [&](unsigned dim, int64_t size) {
    return affine::makeComposedFoldedAffineApply(
        rewriter, loc, d0.ceilDiv(size), {resultSizes[dim]});
  };
  const int64_t group = schedule.getGroup();
  SmallVector<OpFoldResult> sizes = {
      resultSizes[image_dim::kBatch],
      getBlocks(image_dim::kRow, block.rows),
      getBlocks(image_dim::kCol, block.cols),
      rewriter.getIndexAttr(block.getPanelColumns(Schedule::get(schedule)) /
                            schedule.getMicroCols()),
      rewriter.getIndexAttr(depth / group),
      rewriter.getIndexAttr(schedule.getMicroCols())};
  if (group != 1)
    sizes.push_back(rewriter.getIndexAttr(group));
  Value init = createEmpty(sizes, problem.imageType);
  return Im2ColOp::create(rewriter, loc, init.getType(),
                          ArrayRef<int64_t>{problem.kh, problem.kw},
                          problem.strides, problem.dilations,
                          SmallVector<int64_t>(4, 0),
                          ArrayRef<int64_t>{block.rows, block.cols}, image,
                          init, buildOrigin())
      ->getResult(0);
}

Value Im2ColBuilder::build() {
  Value rows = buildRows();
  Value columns = buildColumns();
  Value addend = getAddend();
  Value init = createEmpty(resultSizes, problem.sumType);
  // A block of all of an axis is no tile of it.
  Schedule blocks = Schedule::get(schedule);
  if (block.isWhole[0])
    blocks.blockRows = 0;
  if (block.isWhole[1])
    blocks.blockCols = 0;
  auto op = ColumnProductOp::create(
      rewriter, loc, init.getType(), ArrayRef<int64_t>{block.rows, block.cols},
      rows, columns, init, addend ? ValueRange(addend) : ValueRange(),
      blocks.getAttr(rewriter.getContext()), ImageLayout::NHWC,
      /*epilogueLayouts=*/{}, /*microRows=*/{}, hasNarrowRange(problem));
  buildEpilogue(op.getEpilogue(), addend);
  return toResultLayout(op->getResult(0));
}

//===----------------------------------------------------------------------===//
// The algorithm
//===----------------------------------------------------------------------===//

namespace {
/// Computes what im2row does, for results in NCHW.
class Im2Col : public ConvAlgorithm {
public:
  Im2Col() : ConvAlgorithm("im2col", Algorithm::Im2Col, Role::OnRequest) {}

  std::unique_ptr<ScheduleSpace> getSchedules(const ConvTask &task,
                                              const Variant &) const override {
    return std::make_unique<Im2ColSchedules>(task);
  }

  LogicalResult checkPlan(const ConvProblem &problem, PlanAttr plan,
                          std::string &reason) const override {
    if (failed(ConvAlgorithm::checkPlan(problem, plan, reason)))
      return failure();
    ScheduleAttr schedule = plan.getSchedule();
    const PixelBlock block(problem, Schedule::get(schedule));
    ProductSizes sizes;
    sizes.taps = sizes.inputTaps = 1;
    sizes.n = problem.n;
    // Blocks, and their columns.
    sizes.rows = llvm::divideCeil(getKnown(problem.outH), block.rows) *
                 llvm::divideCeil(getKnown(problem.outW), block.cols);
    sizes.cols = block.getPanelColumns(Schedule::get(schedule));
    sizes.depth = getPaddedDepth(schedule, problem.kh * problem.kw * problem.c);
    sizes.k = problem.k;
    return checkProductSizes(sizes, schedule, /*onlyFilter=*/false, reason);
  }

  MemoryUse getMemoryUse(const ConvProblem &problem,
                         PlanAttr plan) const override {
    ScheduleAttr schedule = plan.getSchedule();
    const PixelBlock block(problem, Schedule::get(schedule));
    const int64_t depth =
        getPaddedDepth(schedule, problem.kh * problem.kw * problem.c);
    const int64_t rows =
        block.isWhole[0] ? getKnown(problem.outH) : schedule.getBlockRows();
    const int64_t cols =
        block.isWhole[1] ? getKnown(problem.outW) : schedule.getBlockCols();
    MemoryUse use;
    use.filterBytes = depth * problem.k * getScalarBytes(problem.filterType);
    use.scratchBytes = int64_t(llvm::divideCeil(rows, block.rows) *
                               llvm::divideCeil(cols, block.cols)) *
                       block.getPanelColumns(Schedule::get(schedule)) * depth *
                       getScalarBytes(problem.imageType);
    return use;
  }

  Value rewrite(RewriterBase &rewriter, const ConvProblem &problem,
                PlanAttr plan) const override {
    return Im2ColBuilder(rewriter, problem, plan).build();
  }
};
} // namespace

std::unique_ptr<ConvAlgorithm> wino::createIm2Col() {
  return std::make_unique<Im2Col>();
}
