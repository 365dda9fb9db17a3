//===- Kn2Row.cpp - Products by all taps, added at their offsets ----------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   U   filter_transform(f')   [K'/KB, kh, kw, KB/NR, C', NR], only packed
//   V   im2row(x')             [1, 1, N, VH, VW, C'], the pixels of the image
//   M   hadamard(V, U)         [kh, kw, N, VH, VW, K']
//   y'  offset_add(M)
//
// Along an axis that is one block the products are those of the pixels of the
// image, and the offset-add knows the padding. Along one that is in blocks V
// has the padding, so that all blocks are alike: each has the products of the
// pixels that its taps reach, and neighbours compute those they share twice.
// (Adding every product where it belongs as soon as it is there would compute
// it once, but leave sums of a block unfinished until the next one is through,
// and the epilogue with them.)
//
//===----------------------------------------------------------------------===//

#include "ConvolutionBuilder.h"
#include "KernelCost.h"
#include "Registry.h"
#include "StageSchedules.h"
#include "Stages.h"
#include "Wino/IR/ImagePadding.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace wino;

//===----------------------------------------------------------------------===//
// Geometry
//===----------------------------------------------------------------------===//

/// Pixels that the filter spans along an axis.
static int64_t getExtent(const ConvProblem &problem, unsigned axis) {
  const int64_t taps = axis == 0 ? problem.kh : problem.kw;
  return problem.dilations[axis] * (taps - 1) + 1;
}

/// Returns the zeros around the image, as far as ops can absorb them.
static std::array<int64_t, 4> getZeroPadding(const ConvProblem &problem) {
  linalg::LinalgOp op = problem.op;
  auto pad = op.getDpsInputs()[0].getDefiningOp<tensor::PadOp>();
  if (!pad || problem.isMatmul)
    return {};
  const std::array<int64_t, 4> &dims = problem.imagePermutation;
  StringRef unused;
  FailureOr<ImagePadding> padding =
      getImagePadding(pad,
                      {unsigned(dims[0]), unsigned(dims[1]), unsigned(dims[2]),
                       unsigned(dims[3])},
                      unused);
  if (failed(padding) || padding->value != 0)
    return {};
  return padding->pixels;
}

namespace {
/// How the image is cut into blocks.
struct Geometry {
  Geometry(const ConvProblem &problem, ScheduleAttr schedule);

  bool hasZeroPadding() const { return padding != std::array<int64_t, 4>{}; }
  /// Returns the zeros around the image that V has, or those that it has not.
  std::array<int64_t, 4> getPadding(bool ofImage) const {
    std::array<int64_t, 4> result = {};
    for (unsigned side = 0; side < 4; ++side)
      if (isWhole[side / 2] != ofImage)
        result[side] = padding[side];
    return result;
  }

  /// The zeros around the image that are left to V and the offset-add.
  std::array<int64_t, 4> padding;
  /// Whether blocks have all of the result along an axis.
  std::array<bool, 2> isWhole;
  /// Pixels of V along an axis, of all of it and of a block; may be dynamic.
  std::array<int64_t, 2> pixels, blockPixels;
};
} // namespace

Geometry::Geometry(const ConvProblem &problem, ScheduleAttr schedule)
    : padding(getZeroPadding(problem)) {
  const int64_t blocks[] = {schedule.getBlockRows(), schedule.getBlockCols()};
  const int64_t image[] = {problem.h, problem.w};
  const int64_t result[] = {problem.outH, problem.outW};
  for (unsigned axis : {0, 1}) {
    isWhole[axis] =
        blocks[axis] == 0 ||
        (!ShapedType::isDynamic(result[axis]) && blocks[axis] >= result[axis]);
    pixels[axis] = image[axis];
    if (isWhole[axis] && !ShapedType::isDynamic(image[axis]))
      pixels[axis] -= padding[2 * axis] + padding[2 * axis + 1];
    blockPixels[axis] = isWhole[axis]
                            ? pixels[axis]
                            : (blocks[axis] - 1) * problem.strides[axis] +
                                  getExtent(problem, axis);
  }
}

//===----------------------------------------------------------------------===//
// Schedules
//===----------------------------------------------------------------------===//

namespace {
/// Blocks that divide the result evenly, of one or more panels of output
/// channels.
class Kn2RowSchedules : public ScheduleSpace {
public:
  explicit Kn2RowSchedules(const ConvTask &task)
      : task(task), kernel(task, task.problem.imageType) {}

  void forEach(function_ref<void(const Schedule &)> callback) const override;
  Cost getCost(const Schedule &schedule) const override;

private:
  int64_t getRows() const {
    return std::max<int64_t>(1, getTypicalSize(task.problem.outH));
  }
  int64_t getCols() const {
    return std::max<int64_t>(1, getTypicalSize(task.problem.outW));
  }
  ConvNest getNest(const Schedule &schedule) const;

  ConvTask task;
  /// The kernel of the schedules to try.
  Kernel kernel;
};
} // namespace

void Kn2RowSchedules::forEach(
    function_ref<void(const Schedule &)> callback) const {
  // Blocks of more pixels than this would take too much scratch memory.
  constexpr int64_t kMaxBlock = 4096;
  Schedule schedule = kernel.getSchedule(task);
  const int64_t microCols = kernel.tile.cols;
  const int64_t numPanels = llvm::divideCeil(task.problem.k, microCols);
  forEachBlock(getRows(), getCols(), kMaxBlock,
               [&](int64_t blockRows, int64_t blockCols) {
                 schedule.blockRows = blockRows;
                 schedule.blockCols = blockCols;
                 forEachEvenPart(numPanels, [&](int64_t panels) {
                   schedule.kBlock = panels * microCols;
                   if (schedule.kBlock <= kMaxScheduleSize)
                     callback(schedule);
                 });
               });
}

/// The nest as if the strides were one, which makes the result larger than it
/// is: with strides most products are in vain anyway.
ConvNest Kn2RowSchedules::getNest(const Schedule &schedule) const {
  const ConvProblem &problem = task.problem;
  ConvNest nest;
  nest.n = ShapedType::isDynamic(problem.n) ? 1 : problem.n;
  nest.h = std::max<int64_t>(1, getTypicalSize(problem.h));
  nest.w = std::max<int64_t>(1, getTypicalSize(problem.w));
  const int64_t align = std::max(schedule.vector, schedule.group);
  nest.c = llvm::alignTo(problem.c, align);
  nest.cBlock = schedule.cBlock ? std::min(schedule.cBlock, nest.c) : nest.c;
  nest.k = llvm::alignTo(problem.k, schedule.microCols);
  nest.kBlock = schedule.kBlock;
  nest.panelCols = schedule.microCols;
  nest.outH = getRows() * problem.strides[0];
  nest.outW = getCols() * problem.strides[1];
  auto getBlock = [](int64_t block, int64_t stride, int64_t all) {
    return block == 0 ? all : std::min(block * stride, all);
  };
  nest.blockRows = getBlock(schedule.blockRows, problem.strides[0], nest.outH);
  nest.blockCols = getBlock(schedule.blockCols, problem.strides[1], nest.outW);
  nest.rRows = getExtent(problem, 0);
  nest.rCols = getExtent(problem, 1);
  nest.sharedTaps = problem.kh * problem.kw;
  nest.imageBytes = nest.inputBytes = getScalarBytes(problem.imageType);
  nest.filterBytes = nest.transformedFilterBytes =
      getScalarBytes(problem.filterType);
  nest.productBytes = getScalarBytes(problem.sumType);
  nest.resultBytes = getScalarBytes(problem.storedType);
  nest.otherBytes = task.otherBytes;
  return nest;
}

Cost Kn2RowSchedules::getCost(const Schedule &schedule) const {
  const CPUInfo &cpu = task.cpu;
  const ConvNest nest = getNest(schedule);
  const double taps = double(nest.getTaps());
  Cost cost;
  const double blocks = double(nest.getNumBlocks());
  double allPixels = 0;
  for (const TileCount &rows : countBlocks(nest.outH, nest.blockRows))
    for (const TileCount &cols : countBlocks(nest.outW, nest.blockCols)) {
      const double pixels = nest.getBlockImagePixels(rows.tiles, cols.tiles);
      const double same = double(nest.n * rows.blocks * cols.blocks);
      allPixels += same * pixels;
      cost.products +=
          same * taps * getTapCycles(nest, kernel.with(schedule), cpu, pixels);
    }
  // A pixel is copied; a vector of the result is a load per tap, an addition
  // per tap after the first, and a store.
  const double copies =
      2 * allPixels * double(nest.c) * kernel.factorBytes / kernel.vectorBytes;
  const double strides =
      double(task.problem.strides[0] * task.problem.strides[1]);
  const double additions = 2 * taps * nest.getBlockTiles() / strides *
                           double(nest.k) / double(schedule.vector);
  cost.inputTransform = copies * cpu.opCycles;
  cost.outputTransform = blocks * additions * cpu.opCycles;
  cost.outputTransform += getEpilogueCycles(
      task, double(nest.n * getRows() * getCols()), schedule.kBlock);
  addUpCycles(cpu, estimateMoved(cpu, nest), cost);
  return cost;
}

//===----------------------------------------------------------------------===//
// The ops
//===----------------------------------------------------------------------===//

namespace {
class Kn2RowBuilder : public ConvolutionBuilder {
public:
  Kn2RowBuilder(RewriterBase &rewriter, const ConvProblem &problem,
                PlanAttr plan)
      : ConvolutionBuilder(rewriter, problem, plan),
        geometry(problem, plan.getSchedule()) {}

  Value build();

private:
  /// Sizes of V or M.
  SmallVector<OpFoldResult> getSizes(int64_t tapRows, int64_t tapCols,
                                     int64_t channels);
  Value buildPixels(int64_t depth);
  Value buildOffsetAdd(Value m);

  Geometry geometry;
};
} // namespace

SmallVector<OpFoldResult>
Kn2RowBuilder::getSizes(int64_t tapRows, int64_t tapCols, int64_t channels) {
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(rewriter, loc, image);
  const std::array<int64_t, 4> pad = geometry.getPadding(/*ofImage=*/true);
  AffineExpr d0;
  bindDims(rewriter.getContext(), d0);
  for (unsigned axis : {0, 1})
    sizes[image_dim::kRow + axis] = affine::makeComposedFoldedAffineApply(
        rewriter, loc, d0 + (pad[2 * axis] + pad[2 * axis + 1]),
        {sizes[image_dim::kRow + axis]});
  sizes[image_dim::kChannel] = rewriter.getIndexAttr(channels);
  sizes.insert(sizes.begin(), {rewriter.getIndexAttr(tapRows),
                               rewriter.getIndexAttr(tapCols)});
  return sizes;
}

Value Kn2RowBuilder::buildPixels(int64_t depth) {
  Value init = createEmpty(getSizes(1, 1, depth), problem.imageType);
  const int64_t one[] = {1, 1};
  return Im2RowOp::create(rewriter, loc, init.getType(), one, one, one,
                          geometry.getPadding(/*ofImage=*/true), image, init,
                          ValueRange())
      ->getResult(0);
}

Value Kn2RowBuilder::buildOffsetAdd(Value m) {
  Value addend = getAddend();
  Value init = createEmpty(resultSizes, problem.sumType);
  // A block of all of an axis is no tile of it.
  Schedule blocks = Schedule::get(schedule);
  if (geometry.isWhole[0])
    blocks.blockRows = 0;
  if (geometry.isWhole[1])
    blocks.blockCols = 0;
  auto op = OffsetAddOp::create(
      rewriter, loc, init.getType(), problem.strides, problem.dilations,
      geometry.getPadding(/*ofImage=*/false), m, init,
      addend ? ValueRange(addend) : ValueRange(),
      blocks.getAttr(rewriter.getContext()), ImageLayout::NHWC,
      /*epilogueLayouts=*/{}, /*streamStores=*/false);
  buildEpilogue(op.getEpilogue(), addend);
  return toResultLayout(op->getResult(0));
}

Value Kn2RowBuilder::build() {
  if (geometry.hasZeroPadding())
    image = image.getDefiningOp<tensor::PadOp>().getSource();
  const int64_t depth = getPaddedDepth(schedule, problem.c);
  Value u = buildFilterTransform(
      filter,
      TransformAttr::getKept(rewriter.getContext(), problem.kh, problem.kw),
      /*numbers=*/{}, depth, problem.filterType);
  Value v = buildPixels(depth);
  Value init =
      createEmpty(getSizes(problem.kh, problem.kw,
                           llvm::alignTo(problem.k, schedule.getKBlock())),
                  problem.sumType);
  auto m = HadamardOp::create(rewriter, loc, init.getType(), v, u, init,
                              /*edge=*/ValueRange(), /*edgeTaps=*/{}, schedule,
                              /*accumulate=*/false, hasNarrowRange(problem));
  return buildOffsetAdd(m->getResult(0));
}

//===----------------------------------------------------------------------===//
// The algorithm
//===----------------------------------------------------------------------===//

namespace {
/// Computes the products of direct convolution, and stores each of them. With
/// strides it computes more: those of all pixels.
class Kn2Row : public ConvAlgorithm {
public:
  Kn2Row() : ConvAlgorithm("kn2row", Algorithm::Kn2Row, Role::OnRequest) {}

  std::unique_ptr<ScheduleSpace> getSchedules(const ConvTask &task,
                                              const Variant &) const override {
    return std::make_unique<Kn2RowSchedules>(task);
  }

  LogicalResult checkPlan(const ConvProblem &problem, PlanAttr plan,
                          std::string &reason) const override {
    if (failed(ConvAlgorithm::checkPlan(problem, plan, reason)))
      return failure();
    const Geometry geometry(problem, plan.getSchedule());
    ProductSizes sizes;
    sizes.inputTaps = 1;
    sizes.taps = problem.kh * problem.kw;
    sizes.n = problem.n;
    sizes.rows = geometry.pixels[0];
    sizes.cols = geometry.pixels[1];
    sizes.depth = getPaddedDepth(plan.getSchedule(), problem.c);
    sizes.k = llvm::alignTo(problem.k, plan.getSchedule().getKBlock());
    return checkProductSizes(sizes, plan.getSchedule(), /*onlyFilter=*/false,
                             reason);
  }

  MemoryUse getMemoryUse(const ConvProblem &problem,
                         PlanAttr plan) const override {
    ScheduleAttr schedule = plan.getSchedule();
    const Geometry geometry(problem, schedule);
    const int64_t taps = problem.kh * problem.kw;
    const int64_t depth = getPaddedDepth(schedule, problem.c);
    int64_t pixels = 1;
    for (int64_t size : geometry.blockPixels)
      pixels *= ShapedType::isDynamic(size) ? 1 : size;
    MemoryUse use;
    use.filterBytes = taps * depth *
                      int64_t(llvm::alignTo(problem.k, schedule.getKBlock())) *
                      getScalarBytes(problem.filterType);
    use.scratchBytes = pixels * (depth * getScalarBytes(problem.imageType) +
                                 taps * schedule.getKBlock() *
                                     getScalarBytes(problem.sumType));
    return use;
  }

  Value rewrite(RewriterBase &rewriter, const ConvProblem &problem,
                PlanAttr plan) const override {
    return Kn2RowBuilder(rewriter, problem, plan).build();
  }
};
} // namespace

std::unique_ptr<ConvAlgorithm> wino::createKn2Row() {
  return std::make_unique<Kn2Row>();
}
