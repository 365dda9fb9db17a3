//===- Direct.cpp - Direct convolution ------------------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   U   filter_transform(f')   [K'/KB, 1, 1, KB/NR, kh kw C, NR]
//   z   pad_image(x')          [N, ZH, ZW, C], if the image is padded
//   y'  conv(z, U)
//
//===----------------------------------------------------------------------===//

#include "ConvolutionBuilder.h"
#include "KernelCost.h"
#include "Registry.h"
#include "Stages.h"
#include "Wino/Algorithms/Layouts.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>
#include <numeric>

using namespace mlir;
using namespace wino;

//===----------------------------------------------------------------------===//
// Schedules
//===----------------------------------------------------------------------===//

/// The fewest parts of at most `limit` that `total` splits into, as the size of
/// the larger ones; a divisor near the limit avoids a remainder.
static int64_t getEvenPart(int64_t total, int64_t limit) {
  if (total <= limit)
    return total;
  for (int64_t part = limit; 2 * part > limit && part > 0; --part)
    if (total % part == 0)
      return part;
  return llvm::divideCeil(total, llvm::divideCeil(total, limit));
}

/// Sizes of parts, with the number of parts of that size.
using Parts = SmallVector<std::pair<int64_t, int64_t>, 2>;

/// Splits `total` into parts of `size` and a rest.
static Parts getBlocks(int64_t total, int64_t size) {
  Parts parts = {{size, total / size}};
  if (total % size != 0)
    parts.emplace_back(total % size, 1);
  return parts;
}

/// Splits `total` evenly into the fewest parts of at most `limit`.
static Parts getSegments(int64_t total, int64_t limit) {
  int64_t number = llvm::divideCeil(total, limit);
  int64_t size = llvm::divideCeil(total, number);
  int64_t numSmall = size * number - total;
  return {{size, number - numSmall}, {size - 1, numSmall}};
}

namespace {
/// All output channels at a time, as far as a schedule can say so, for a block
/// of pixels whose image stays in the second-level cache.
class DirectSchedules : public ScheduleSpace {
public:
  explicit DirectSchedules(const ConvTask &task);

  void forEach(function_ref<void(const Schedule &)> callback) const override;
  Cost getCost(const Schedule &schedule) const override;

private:
  /// What depends on the micro-kernel.
  struct Sizes {
    /// Padded output channels.
    int64_t k;
    /// Bytes of the packed filter.
    double filterBytes;
    /// The pixels of a block beside which the filter fits the second-level
    /// cache.
    double pixelsBesideFilter;
    /// Whether it does so beside a block of at least half a micro-kernel's
    /// height, so that it is read from the next level only once.
    bool filterStays;
  };
  Sizes getSizes(const MicroTile &micro) const;
  double getMaxPixels(const MicroTile &micro, const Sizes &sizes) const;
  /// The schedule with blocks of at most so many pixels.
  Schedule getSchedule(const MicroTile &micro, double limit) const;
  double getBlockImageBytes(int64_t rows, int64_t cols) const;
  DirectNest getNest(const Schedule &schedule) const;
  double getBlockCycles(const Kernel &kernel, int64_t rows, int64_t cols) const;
  double getPanelCycles(const Kernel &kernel, int64_t rows, int64_t cols) const;
  double getConflictCycles(double pixels) const;

  ConvTask task;
  /// The kernel of the schedules to try.
  Kernel kernel;
  int64_t n, outH, outW, depth;
  /// Bytes of the image, and of the result, for one pixel of the result.
  double imageBytes, resultBytes;
};
} // namespace

DirectSchedules::DirectSchedules(const ConvTask &task)
    : task(task), kernel(task, task.problem.imageType) {
  const ConvProblem &problem = task.problem;
  n = ShapedType::isDynamic(problem.n) ? 1 : problem.n;
  outH = std::max<int64_t>(1, getTypicalSize(problem.outH));
  outW = std::max<int64_t>(1, getTypicalSize(problem.outW));
  depth = problem.kh * problem.kw * problem.c;
  resultBytes = double(problem.k * getScalarBytes(problem.storedType));
  // Pixels between those that a filter reads take no place in the cache.
  imageBytes = double(std::min(problem.strides[0], problem.kh) *
                      std::min(problem.strides[1], problem.kw) * problem.c *
                      getScalarBytes(problem.imageType));
}

DirectSchedules::Sizes DirectSchedules::getSizes(const MicroTile &micro) const {
  Sizes sizes;
  sizes.k = llvm::alignTo(std::max<int64_t>(task.problem.k, 1), micro.cols);
  sizes.filterBytes =
      double(depth * sizes.k * getScalarBytes(task.problem.filterType));
  sizes.pixelsBesideFilter = (double(task.cpu.l2Bytes) - sizes.filterBytes) /
                             (imageBytes + resultBytes);
  sizes.filterStays = 2 * sizes.pixelsBesideFilter >= double(micro.rows);
  return sizes;
}

/// The pixels that a block should have.
double DirectSchedules::getMaxPixels(const MicroTile &micro,
                                     const Sizes &sizes) const {
  if (sizes.filterStays)
    return sizes.pixelsBesideFilter;
  // Every block streams the filter through the cache, which leaves half of it
  // to the block. A block needs enough rows for its multiply-adds to take as
  // long as the filter takes from the third level, or from memory.
  const double microRows = double(micro.rows);
  bool isNear = sizes.filterBytes <= double(task.cpu.l3Bytes);
  return std::max(double(task.cpu.l2Bytes) / 2 / imageBytes,
                  isNear ? microRows / 2 : microRows * 2);
}

void DirectSchedules::forEach(
    function_ref<void(const Schedule &)> callback) const {
  auto forEachBlock = [&](const MicroTile &tile) {
    const double maxPixels = getMaxPixels(tile, getSizes(tile));
    std::optional<Schedule> previous;
    for (double divisor : {1, 4, 16}) {
      Schedule schedule = getSchedule(tile, maxPixels / divisor);
      if (!previous || schedule.blockRows != previous->blockRows ||
          schedule.blockCols != previous->blockCols)
        callback(schedule);
      previous = schedule;
    }
  };
  forEachBlock(kernel.tile);
  for (MicroTile tile : kernel.getTiles(task))
    if (tile.rows != kernel.tile.rows || tile.cols != kernel.tile.cols)
      forEachBlock(tile);
}

Schedule DirectSchedules::getSchedule(const MicroTile &micro,
                                      double limit) const {
  constexpr double kMaxBlock = 4096;
  const Sizes sizes = getSizes(micro);
  const int64_t maxPixels = int64_t(std::clamp(limit, 1.0, kMaxBlock));
  Schedule schedule = kernel.getSchedule(task);
  schedule.microRows = micro.rows;
  schedule.microCols = micro.cols;
  schedule.planePadding = 0;
  schedule.blockCols = getEvenPart(outW, maxPixels);
  schedule.blockRows =
      getEvenPart(outH, std::max<int64_t>(1, maxPixels / schedule.blockCols));
  schedule.kBlock = micro.cols * getEvenPart(sizes.k / micro.cols,
                                             kMaxScheduleSize / micro.cols);
  return schedule;
}

/// The bytes of the image that a block of pixels reads.
double DirectSchedules::getBlockImageBytes(int64_t rows, int64_t cols) const {
  const ConvProblem &problem = task.problem;
  auto getExtent = [&](int64_t block, unsigned axis, int64_t taps) {
    // Pixels between those that a filter reads take no place in the cache.
    int64_t stride = std::min(problem.strides[axis], taps);
    return double((block - 1) * stride + taps);
  };
  return getExtent(rows, 0, problem.kh) * getExtent(cols, 1, problem.kw) *
         double(problem.c * getScalarBytes(problem.imageType));
}

DirectNest DirectSchedules::getNest(const Schedule &schedule) const {
  const ConvProblem &problem = task.problem;
  auto getBlock = [](int64_t size, int64_t block) {
    return block == 0 ? size : block;
  };
  DirectNest nest;
  nest.n = n;
  nest.outH = outH;
  nest.outW = outW;
  nest.blockRows = getBlock(outH, schedule.blockRows);
  nest.blockCols = getBlock(outW, schedule.blockCols);
  nest.panelCols = schedule.microCols;
  nest.kernels =
      std::max<int64_t>(1, nest.blockRows * nest.blockCols /
                               std::max<int64_t>(1, schedule.microRows));
  nest.k = llvm::alignTo(std::max<int64_t>(problem.k, 1), schedule.microCols);
  nest.depth = depth;
  nest.imageBytes = imageBytes;
  nest.blockImageBytes = getBlockImageBytes(nest.blockRows, nest.blockCols);
  nest.copies = problem.kh * problem.kw != 1;
  nest.filterBytes = getScalarBytes(problem.filterType);
  nest.resultBytes = getScalarBytes(problem.storedType);
  nest.otherBytes = task.otherBytes;
  return nest;
}

Cost DirectSchedules::getCost(const Schedule &schedule) const {
  const CPUInfo &cpu = task.cpu;
  const Kernel kernel = this->kernel.with(schedule);
  const DirectNest nest = getNest(schedule);
  Cost cost;
  for (auto [rows, numRows] : getBlocks(outH, nest.blockRows))
    for (auto [cols, numCols] : getBlocks(outW, nest.blockCols))
      cost.products +=
          double(n * numRows * numCols) * getBlockCycles(kernel, rows, cols);
  // Pixels that are copied are loaded and stored once more.
  if (nest.copies)
    cost.inputTransform = 2 * double(n * outH * outW) * imageBytes * 8 /
                          double(cpu.vectorBits) * cpu.opCycles;
  cost.outputTransform =
      getEpilogueCycles(task, double(n * outH * outW), schedule.microCols);
  addUpCycles(cpu, estimateMoved(cpu, nest), cost);
  return cost;
}

/// The cycles of the products of a block of pixels and all panels. Only the
/// vectors of the last panel that have output channels are computed.
double DirectSchedules::getBlockCycles(const Kernel &kernel, int64_t rows,
                                       int64_t cols) const {
  const int64_t k = std::max<int64_t>(task.problem.k, 1);
  const int64_t panelCols = kernel.tile.cols;
  double cycles = double(k / panelCols) * getPanelCycles(kernel, rows, cols);
  if (int64_t rest = k % panelCols) {
    Kernel last = kernel;
    last.tile.cols = llvm::alignTo(rest, kernel.vector);
    cycles += getPanelCycles(last, rows, cols);
  }
  return cycles;
}

/// The cycles that an element of the depth waits for lines of `pixels` pixels,
/// as these are so far apart that they compete for the same sets of a cache.
double DirectSchedules::getConflictCycles(double pixels) const {
  // Measured on one core: lines come from the second level, partly beside work.
  constexpr double kLineCycles = 8;
  const CacheLevel &l1 = task.cpu.caches.front();
  const int64_t bytes = getScalarBytes(task.problem.imageType);
  const int64_t way = l1.bytes / l1.ways;
  const int64_t distance = task.problem.strides[1] * task.problem.c * bytes;
  const int64_t places = way / std::gcd(way, std::max<int64_t>(1, distance));
  const double share =
      std::clamp(pixels / double(places * l1.ways) - 1, 0.0, 1.0);
  return share * pixels * kLineCycles * double(bytes) / double(l1.lineBytes);
}

/// The cycles of the products of a block of pixels and a panel, divided into
/// micro-kernels as by the code that wino.conv becomes.
double DirectSchedules::getPanelCycles(const Kernel &kernel, int64_t rows,
                                       int64_t cols) const {
  const ConvProblem &problem = task.problem;
  // Rows that follow each other in image and result are one.
  if (cols == outW &&
      problem.strides[0] * problem.w == problem.strides[1] * cols) {
    cols *= rows;
    rows = 1;
  }
  const int64_t microRows = kernel.tile.rows;
  int64_t maxCols = std::min(cols, microRows);
  int64_t maxRows = cols < microRows ? microRows / cols : 1;
  double cycles = 0;
  for (auto [kernelRows, numRows] : getSegments(rows, maxRows))
    for (auto [kernelCols, numCols] : getSegments(cols, maxCols)) {
      const double pixels = double(kernelRows * kernelCols);
      cycles += double(numRows * numCols) *
                (double(depth) * (kernel.getLoopCycles(pixels) +
                                  getConflictCycles(pixels)) +
                 kernel.getSumCycles(pixels, /*accumulates=*/false));
    }
  return cycles;
}

//===----------------------------------------------------------------------===//
// The ops
//===----------------------------------------------------------------------===//

namespace {
class DirectBuilder : public ConvolutionBuilder {
public:
  using ConvolutionBuilder::ConvolutionBuilder;

  Value build();

private:
  void copyPaddedImage();
};
} // namespace

/// Copies a padded image, so that the copy can take over the padding.
void DirectBuilder::copyPaddedImage() {
  if (!image.getDefiningOp<tensor::PadOp>())
    return;
  Value init = createEmpty(tensor::getMixedSizes(rewriter, loc, image),
                           problem.imageType);
  SmallVector<int64_t, 4> noPad(4, 0);
  image = PadImageOp::create(rewriter, loc, init.getType(), noPad, image, init,
                             ValueRange())
              ->getResult(0);
}

Value DirectBuilder::build() {
  joinTaps();
  auto identity = TransformAttr::get(rewriter.getContext(), 1, 1, 1, 1);
  // The convolution reads no more than the image has.
  const int64_t depth = problem.kh * problem.kw * problem.c;
  Value u = buildFilterTransform(filter, identity, /*numbers=*/{}, depth,
                                 problem.filterType);
  copyPaddedImage();
  Value addend = getAddend();
  Value init = createEmpty(resultSizes, problem.sumType);
  auto op =
      ConvOp::create(rewriter, loc, init.getType(), {problem.kh, problem.kw},
                     problem.strides, problem.dilations, image, u, init,
                     addend ? ValueRange(addend) : ValueRange(), schedule,
                     ImageLayout::NHWC, /*epilogueLayouts=*/{},
                     /*microRows=*/{}, /*prefetch=*/false,
                     /*streamStores=*/false, hasNarrowRange(problem));
  buildEpilogue(op.getEpilogue(), addend);
  return toResultLayout(op->getResult(0));
}

/// Bytes of the padded image under a block; a dynamic size counts as one.
static int64_t getPaddedImageBytes(const ConvProblem &problem,
                                   ScheduleAttr schedule) {
  linalg::LinalgOp op = problem.op;
  if (problem.isMatmul ||
      !isPaddedIfTransposed(op.getDpsInputs()[0], problem.imagePermutation))
    return 0;
  int64_t size = problem.c * getScalarBytes(problem.imageType);
  const int64_t block[] = {schedule.getBlockRows(), schedule.getBlockCols()};
  const int64_t taps[] = {problem.kh, problem.kw};
  const int64_t all[] = {problem.h, problem.w};
  for (unsigned axis : {0, 1}) {
    int64_t part = (block[axis] - 1) * problem.strides[axis] +
                   (taps[axis] - 1) * problem.dilations[axis] + 1;
    bool isAll = block[axis] == 0 ||
                 (!ShapedType::isDynamic(all[axis]) && part > all[axis]);
    size *= isAll ? std::max<int64_t>(all[axis], 1) : part;
  }
  return size;
}

//===----------------------------------------------------------------------===//
// The algorithm
//===----------------------------------------------------------------------===//

namespace {
class Direct : public ConvAlgorithm {
public:
  Direct() : ConvAlgorithm("direct", Algorithm::Direct, Role::Choice) {}

  std::unique_ptr<ScheduleSpace> getSchedules(const ConvTask &task,
                                              const Variant &) const override {
    return std::make_unique<DirectSchedules>(task);
  }

  LogicalResult checkPlan(const ConvProblem &problem, PlanAttr plan,
                          std::string &reason) const override {
    if (failed(ConvAlgorithm::checkPlan(problem, plan, reason)))
      return failure();
    const int64_t group = plan.getSchedule().getGroup();
    if (problem.c % group != 0) {
      llvm::raw_string_ostream(reason)
          << "direct needs whole groups of channels, but group = " << group
          << " does not divide " << problem.c;
      return failure();
    }
    return checkStageSizes(problem, plan, /*onlyFilter=*/true, reason);
  }

  MemoryUse getMemoryUse(const ConvProblem &problem,
                         PlanAttr plan) const override {
    ScheduleAttr schedule = plan.getSchedule();
    MemoryUse use;
    use.filterBytes = problem.kh * problem.kw * problem.c *
                      int64_t(llvm::alignTo(problem.k, schedule.getKBlock())) *
                      getScalarBytes(problem.filterType);
    use.scratchBytes = getPaddedImageBytes(problem, schedule);
    return use;
  }

  Value rewrite(RewriterBase &rewriter, const ConvProblem &problem,
                PlanAttr plan) const override {
    return DirectBuilder(rewriter, problem, plan).build();
  }
};
} // namespace

std::unique_ptr<ConvAlgorithm> wino::createDirect() {
  return std::make_unique<Direct>();
}
