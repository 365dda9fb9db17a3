//===- DefaultPlan.cpp - The default rule for plans -----------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Transforms/DefaultPlan.h"
#include "Wino/Cost/Traffic.h"
#include "Wino/Support/LinearProgram.h"
#include "Wino/Transforms/FilterBounds.h"
#include "mlir/AsmParser/AsmParser.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>
#include <limits>

using namespace mlir;
using namespace wino;

/// The largest size that a schedule can have.
static constexpr int64_t kMaxScheduleSize = int64_t(1) << 20;

/// Stands for a dynamic size where costs are compared.
static constexpr int64_t kTypicalSize = 56;

/// Elements of plane padding: a cache line of f32.
static constexpr int64_t kPlanePadding = 16;

static int64_t getTypicalSize(int64_t size) {
  return ShapedType::isDynamic(size) ? kTypicalSize : size;
}

//===----------------------------------------------------------------------===//
// Requests
//===----------------------------------------------------------------------===//

llvm::Expected<AlgorithmRequest>
wino::parseAlgorithmRequest(StringRef text, MLIRContext *context) {
  auto [name, rest] = text.split(':');
  std::optional<Algorithm> algorithm = symbolizeAlgorithm(name);
  if (!algorithm)
    return llvm::createStringError(
        "unknown algorithm '" + name +
        "'; known are winograd, winograd:F(m,r), direct, im2row and loops");
  AlgorithmRequest request{*algorithm, {}};
  if (rest.empty() && name.size() == text.size())
    return request;
  if (*algorithm != Algorithm::Winograd)
    return llvm::createStringError(
        "algorithm '" + name + "' has no transform, but got '" + text + "'");
  // F(m,r) is short for F(mxm, rxr).
  std::string spec = rest.str();
  StringRef inner = rest;
  if (inner.consume_front("F(") && inner.consume_back(")")) {
    auto [m, r] = inner.split(',');
    m = m.trim();
    r = r.trim();
    unsigned value;
    if (!m.getAsInteger(10, value) && !r.getAsInteger(10, value))
      spec = ("F(" + m + "x" + m + ", " + r + "x" + r + ")").str();
  }
  std::string message;
  Attribute attr;
  {
    ScopedDiagnosticHandler handler(context, [&](Diagnostic &diag) {
      message += (message.empty() ? "" : "; ") + diag.str();
    });
    attr = parseAttribute("#wino.transform<" + spec + ">", context);
  }
  request.transform = dyn_cast_or_null<TransformAttr>(attr);
  if (!request.transform)
    return llvm::createStringError("'" + rest +
                                   "' is no transform: " + message);
  return request;
}

//===----------------------------------------------------------------------===//
// Schedules
//===----------------------------------------------------------------------===//

/// Elements per row of V: channels, or a patch.
static int64_t getDepth(const ConvProblem &problem, TransformAttr transform) {
  return transform ? problem.c : problem.kh * problem.kw * problem.c;
}

/// Returns the numbers of a plan for `problem` by `transform`, which may be
/// null.
static NumbersAttrInterface getNumbers(const ConvProblem &problem,
                                       TransformAttr transform) {
  return transform && problem.isInteger()
             ? NumbersAttrInterface(RingAttr::get(transform.getContext()))
             : NumbersAttrInterface();
}

static int64_t getBytes(Type type) {
  return llvm::divideCeil(type.getIntOrFloatBitWidth(), 8);
}

/// Whether the image and the result are so large that little of the result
/// would be left in the last cache when it is read.
static bool streamsStores(const ConvProblem &problem, const CPUInfo &cpu) {
  auto getProduct = [&](ArrayRef<int64_t> sizes) {
    double product = 1;
    for (int64_t size : sizes)
      product *= double(getTypicalSize(size));
    return product;
  };
  double bytes = getProduct({problem.n, problem.h, problem.w, problem.c,
                             getBytes(problem.imageType)}) +
                 getProduct({problem.n, problem.outH, problem.outW, problem.k,
                             getBytes(problem.sumType)});
  return cpu.streamsStores && bytes > double(cpu.l3Bytes) / 4;
}

namespace {
/// The micro-kernel for products of one type, and what it takes.
struct Kernel {
  Kernel(const ConvProblem &problem, const CPUInfo &cpu, Type factorType);

  /// The cycles of the products of `rows` rows and a panel for one element of
  /// the depth, and the vectors that are loaded for it.
  double getProductCycles(double rows) const {
    return rows * double(tile.cols) / productsPerCycle;
  }
  double getLoads(double rows) const {
    double perVector = hasLanes ? vectorBytes / factorBytes : double(group);
    return double(tile.cols) * factorBytes / vectorBytes + rows / perVector;
  }

  MicroTile tile;
  /// Elements of a vector of sums, and channels that an instruction sums.
  int64_t vector, group = 1;
  double productsPerCycle, factorBytes, vectorBytes;
  bool hasLanes;
};

/// A schedule of a convolution, and what it costs.
struct Candidate {
  ScheduleAttr schedule;
  double cycles = std::numeric_limits<double>::infinity();
};

/// Bytes that come into the second-level cache, and those of them that come
/// from memory where there is a third level.
struct Moved {
  double next, fromMemory;
};
} // namespace

/// Returns the cycles of a convolution from those of the parts of its code, and
/// from the bytes that it moves of filters, which are read in the order in
/// which they lie in memory, and of all others.
static double addUpCycles(const CPUInfo &cpu, double transforms,
                          double products, Moved filters, Moved others) {
  const bool hasL3 = cpu.l3Bytes != 0;
  auto getNext = [&](const Moved &moved) {
    return moved.next / (hasL3 ? cpu.l3BytesPerCycle : cpu.memoryBytesPerCycle);
  };
  auto getMemory = [&](const Moved &moved) {
    return hasL3 ? moved.fromMemory / cpu.memoryBytesPerCycle : 0;
  };
  double filterCycles = getNext(filters) + getMemory(filters);
  if (!cpu.hidesStreams)
    return transforms + products + filterCycles + getNext(others) +
           getMemory(others);
  // Such a core does other work while most lines arrive from the next cache;
  // what limits it is the bandwidth of memory, where a written line moves
  // twice.
  constexpr double kExposed = 1.0 / 3;
  return transforms + kExposed * getNext(others) + 2 * getMemory(others) +
         std::max(products, filterCycles);
}

namespace {
/// Finds the cheapest schedule for one convolution and transform (null: im2row)
/// by a model of the cycles it takes.
class ScheduleChooser {
public:
  ScheduleChooser(const ConvProblem &problem, TransformAttr transform,
                  const CPUInfo &cpu, double otherBytes);

  Candidate choose();

private:
  /// Whether V and U are of the ring modulo 2^32.
  bool isRing() const { return transform && problem.isInteger(); }
  void tryBlocks(int64_t blockRows, int64_t blockCols);
  void tryNest();
  double getCycles() const;
  double getProductCycles() const;
  double getTapCycles(double tiles) const;
  double getTransformCycles() const;
  void countOperations();

  const ConvProblem &problem;
  TransformAttr transform;
  const CPUInfo &cpu;
  /// The type of the elements of V and U.
  Type factorType;
  Kernel kernel;
  const MicroTile &micro;
  const int64_t vector;
  /// The schedule that is being tried.
  ConvNest nest;
  /// The panels that a block of output channels may have.
  SmallVector<int64_t> panelCounts;
  /// Vector operations, loads and stores included, of the transforms of one
  /// tile of the image, of the products and of a filter.
  double inputOps = 2, outputOps = 2, filterOps = 0;
  Candidate best;
};
} // namespace

Kernel::Kernel(const ConvProblem &problem, const CPUInfo &cpu, Type factorType)
    : vector(cpu.getVectorLength(problem.sumType.getIntOrFloatBitWidth())),
      factorBytes(double(getBytes(factorType))),
      vectorBytes(double(cpu.vectorBits) / 8), hasLanes(cpu.hasLaneFma) {
  if (!problem.isInteger()) {
    tile = selectMicroTile(cpu, vector, problem.k);
    productsPerCycle = double(vector) * cpu.fmasPerCycle;
    return;
  }
  unsigned bits = factorType.getIntOrFloatBitWidth();
  IntegerKernel kernel = selectIntegerKernel(cpu, bits, problem.k);
  tile = kernel.tile;
  group = kernel.group;
  productsPerCycle = bits == 8 ? cpu.int8Products : cpu.int16Products;
}

ScheduleChooser::ScheduleChooser(const ConvProblem &problem,
                                 TransformAttr transform, const CPUInfo &cpu,
                                 double otherBytes)
    : problem(problem), transform(transform), cpu(cpu),
      factorType(isRing() ? IntegerType::get(problem.imageType.getContext(), 16)
                          : problem.imageType),
      kernel(problem, cpu, factorType), micro(kernel.tile),
      vector(kernel.vector) {
  auto getSize = [](int64_t size) {
    return std::max<int64_t>(1, getTypicalSize(size));
  };
  nest.n = ShapedType::isDynamic(problem.n) ? 1 : getSize(problem.n);
  nest.outH = getSize(problem.outH);
  nest.outW = getSize(problem.outW);
  nest.h = getSize(problem.h);
  nest.w = getSize(problem.w);
  // V is padded to whole vectors, and the panels of U to whole ones.
  const int64_t align = std::max(vector, kernel.group);
  nest.c = std::max(
      align, int64_t(llvm::alignTo(getDepth(problem, transform), align)));
  nest.k = std::max(micro.cols, int64_t(llvm::alignTo(problem.k, micro.cols)));
  // Even parts keep the last block from being padded.
  const int64_t numPanels = nest.k / micro.cols;
  for (int64_t panels = 1;
       panels <= std::min(numPanels, kMaxScheduleSize / micro.cols); ++panels)
    if (numPanels % panels == 0)
      panelCounts.push_back(panels);
  nest.cBlock = nest.c;
  nest.panelCols = micro.cols;
  nest.imageBytes = getBytes(problem.imageType);
  nest.filterBytes = getBytes(problem.filterType);
  nest.inputBytes = nest.transformedFilterBytes = getBytes(factorType);
  nest.productBytes = nest.resultBytes = getBytes(problem.sumType);
  nest.otherBytes = otherBytes;
  if (transform) {
    nest.mRows = transform.getMRows();
    nest.mCols = transform.getMCols();
    nest.rRows = transform.getRRows();
    nest.rCols = transform.getRCols();
    nest.edgeRows = transform.hasEdge(0) ? transform.getEdgeRows() : 0;
    nest.edgeCols = transform.hasEdge(1) ? transform.getEdgeCols() : 0;
    countOperations();
  }
}

void ScheduleChooser::countOperations() {
  NumbersAttrInterface numbers = getNumbers(problem, transform);
  Transform1D rows = getMatrices(transform, numbers, 0);
  Transform1D cols = getMatrices(transform, numbers, 1);
  auto synthesize = [&](const RationalMatrix &matrix) {
    return numbers ? synthesizeIntegerProgram(matrix)
                   : synthesizeProgram(matrix);
  };
  auto count = [&](const RationalMatrix &a, const RationalMatrix &b) {
    LinearProgram p = synthesize(a), q = synthesize(b);
    double results = double(a.getNumRows() * b.getNumRows());
    double values = double(a.getNumCols() * b.getNumCols());
    double ops = getNumAdditions2D(p, q) + results + values;
    // What the registers do not hold is stored and loaded between the passes.
    double between = double(a.getNumRows() * b.getNumCols());
    if (std::max(results, values) > double(cpu.numVectorRegisters + 4))
      ops += 2 * between;
    return ops;
  };
  inputOps = count(rows.bt, cols.bt);
  outputOps = count(rows.at, cols.at);
  filterOps = count(rows.g, cols.g);
}

/// Calls `body` with every size that splits `total` evenly into parts, from the
/// largest on.
static void forEachEvenPart(int64_t total, function_ref<void(int64_t)> body) {
  for (int64_t part = total; part > 0;) {
    body(part);
    if (part == 1)
      return;
    // The fewest parts that are smaller.
    part = llvm::divideCeil(total, llvm::divideCeil(total, part - 1));
  }
}

Candidate ScheduleChooser::choose() {
  // Blocks of more tiles than this would take too much scratch memory.
  constexpr int64_t kMaxBlock = 4096;
  const int64_t rows = nest.getTileRows(), cols = nest.getTileCols();
  forEachEvenPart(cols, [&](int64_t blockCols) {
    if (blockCols > kMaxBlock)
      return;
    if (blockCols < cols)
      return tryBlocks(1, blockCols);
    forEachEvenPart(rows, [&](int64_t blockRows) {
      if (blockRows * blockCols <= kMaxBlock)
        tryBlocks(blockRows, blockCols);
    });
  });
  return best;
}

/// Tries all schedules with this block of tiles.
void ScheduleChooser::tryBlocks(int64_t blockRows, int64_t blockCols) {
  nest.blockRows = blockRows;
  nest.blockCols = blockCols;
  for (int64_t panels : panelCounts) {
    nest.kBlock = panels * micro.cols;
    tryNest();
    // Transforming on the fly is for filters whose blocks stay in a cache.
    constexpr int64_t kMaxPanels = 4, kMinCBlock = 64;
    if (!transform || panels > kMaxPanels)
      continue;
    nest.onTheFly = true;
    for (int64_t cBlock = nest.c; cBlock >= std::min(nest.c, kMinCBlock);
         cBlock /= 2) {
      nest.cBlock = cBlock;
      bool isPossible = cBlock == nest.c || cBlock <= kMaxScheduleSize;
      if (isPossible && cBlock % vector == 0 && cBlock % kernel.group == 0 &&
          nest.c % cBlock == 0)
        tryNest();
      if (cBlock % 2 != 0)
        break;
    }
    nest.cBlock = nest.c;
    nest.onTheFly = false;
  }
}

void ScheduleChooser::tryNest() {
  // Blocks are tried from the largest on; smaller ones have overheads that the
  // model does not know, and have to be clearly cheaper.
  constexpr double kMargin = 0.995;
  double cycles = getCycles();
  if (cycles >= kMargin * best.cycles)
    return;
  best.cycles = cycles;
  best.schedule = ScheduleAttr::get(
      problem.op->getContext(), nest.blockRows, nest.blockCols, nest.kBlock,
      micro.rows, micro.cols, vector,
      /*cBlock=*/nest.cBlock == nest.c ? 0 : nest.cBlock, kernel.group,
      kPlanePadding, nest.onTheFly, /*prefetch=*/true,
      streamsStores(problem, cpu));
}

double ScheduleChooser::getCycles() const {
  Traffic next = estimateTraffic(nest, cpu.l2Bytes), memory;
  if (cpu.l3Bytes != 0)
    memory = estimateTraffic(nest, cpu.l3Bytes);
  return addUpCycles(
      cpu, getTransformCycles(), getProductCycles(),
      {next.filter, memory.filter},
      {next.getTotal() - next.filter, memory.getTotal() - memory.filter});
}

/// Taps of tiles along an axis, `numTiles` of which have them.
using TapCount = std::pair<int64_t, int64_t>;

static SmallVector<TapCount, 2> getTapCounts(int64_t m, int64_t r, int64_t edge,
                                             int64_t numTiles) {
  if (edge == 0)
    return {{m + r - 1, numTiles}};
  return {{edge + r - 1, numTiles}, {m - edge, numTiles - 1}};
}

double ScheduleChooser::getProductCycles() const {
  double cycles = 0;
  for (auto [rowTaps, rows] :
       getTapCounts(nest.mRows, nest.rRows, nest.edgeRows, nest.getTileRows()))
    for (auto [colTaps, cols] : getTapCounts(nest.mCols, nest.rCols,
                                             nest.edgeCols, nest.getTileCols()))
      cycles += double(rowTaps * colTaps) *
                getTapCycles(double(nest.n * rows * cols) /
                             double(nest.getNumBlocks()));
  return cycles;
}

/// The cycles of the products of one tap that `tiles` tiles of a block have.
double ScheduleChooser::getTapCycles(double tiles) const {
  if (tiles == 0)
    return 0;
  const double vectors = double(micro.cols) / double(vector);
  const double kernels = std::ceil(tiles / double(micro.rows));
  const double rows = tiles / kernels;
  // For one element of the depth: multiply-adds, of which each sum has one
  // after the other, and the loads of a panel's row and of the elements of V.
  // The first kernel finds the panel in the second-level cache.
  constexpr double kFmaLatency = 4;
  double fmas = std::max(kernel.getProductCycles(rows),
                         kFmaLatency / double(kernel.group));
  double loads = kernel.getLoads(rows) * cpu.exposedLoadCycles;
  double panelBytes = double(micro.cols * nest.transformedFilterBytes);
  double firstFmas = std::max(fmas, panelBytes / cpu.l2BytesPerCycle);
  // What a kernel takes beside its loop over the depth: storing its sums, and
  // loading them if they are sums of several blocks.
  double sums = rows * vectors * (nest.cBlock == nest.c ? 2 : 3);
  double panel = double(nest.cBlock) *
                     (firstFmas + (kernels - 1) * fmas + kernels * loads) +
                 kernels * sums * cpu.opCycles;
  return double(nest.getNumBlocks() * nest.getNumCBlocks()) *
         double(nest.k / micro.cols) * panel;
}

double ScheduleChooser::getTransformCycles() const {
  const double blocks = double(nest.getNumBlocks());
  // The transforms compute in the types of their results.
  const double factors = kernel.vectorBytes / kernel.factorBytes;
  double ops = nest.getBlockTiles() * nest.getUsedTaps() *
               (inputOps * double(nest.c) / factors +
                outputOps * double(nest.k) / double(vector));
  if (nest.onTheFly)
    ops += filterOps * double(nest.c) * double(nest.k) / factors;
  return blocks * ops * cpu.opCycles;
}

//===----------------------------------------------------------------------===//
// Schedules of direct convolutions
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

namespace {
/// Blocks a direct convolution: all output channels at a time, as far as a
/// schedule can say so, for a block of pixels whose image stays in the
/// second-level cache.
class DirectChooser {
public:
  DirectChooser(const ConvProblem &problem, const CPUInfo &cpu,
                double otherBytes);

  Candidate choose();

private:
  double getMaxPixels();
  double getProductCycles(double blockPixels) const;

  const ConvProblem &problem;
  const CPUInfo &cpu;
  /// Bytes that are read before the filter is read again by another run.
  double otherBytes;
  Kernel kernel;
  const MicroTile &micro;
  const int64_t vector;
  int64_t n, outH, outW, k, depth;
  /// Bytes: of the packed filter; of the image, and of the result, for one
  /// pixel of the result.
  double filterBytes, imageBytes, resultBytes;
  /// How often blocks read the filter from beyond the second-level cache.
  double filterPasses = 1;
};
} // namespace

DirectChooser::DirectChooser(const ConvProblem &problem, const CPUInfo &cpu,
                             double otherBytes)
    : problem(problem), cpu(cpu), otherBytes(otherBytes),
      kernel(problem, cpu, problem.imageType), micro(kernel.tile),
      vector(kernel.vector),
      n(ShapedType::isDynamic(problem.n) ? 1 : problem.n),
      outH(std::max<int64_t>(1, getTypicalSize(problem.outH))),
      outW(std::max<int64_t>(1, getTypicalSize(problem.outW))),
      k(llvm::alignTo(std::max<int64_t>(problem.k, 1), micro.cols)),
      depth(problem.kh * problem.kw * problem.c) {
  filterBytes = double(depth * k * getBytes(problem.filterType));
  resultBytes = double(problem.k * getBytes(problem.sumType));
  // Pixels between those that a filter reads take no place in the cache.
  imageBytes = double(std::min(problem.strides[0], problem.kh) *
                      std::min(problem.strides[1], problem.kw) * problem.c *
                      getBytes(problem.imageType));
}

/// The pixels that a block should have; sets `filterPasses` to infinity if the
/// filter does not stay in the cache between blocks.
double DirectChooser::getMaxPixels() {
  const double microRows = double(micro.rows), l2Bytes = double(cpu.l2Bytes);
  // If the filter fits the second-level cache beside a block of at least half a
  // micro-kernel's height, it is read from the next level only once.
  double beside = (l2Bytes - filterBytes) / (imageBytes + resultBytes);
  if (2 * beside >= microRows)
    return beside;
  filterPasses = std::numeric_limits<double>::infinity();
  // Otherwise every block streams the filter through the cache, which leaves
  // half of it to the block. A block needs enough rows for its multiply-adds to
  // take as long as the filter takes from the third level, or from memory.
  bool isNear = filterBytes <= double(cpu.l3Bytes);
  return std::max(l2Bytes / 2 / imageBytes,
                  isNear ? microRows / 2 : microRows * 2);
}

Candidate DirectChooser::choose() {
  constexpr double kMaxBlock = 4096;
  int64_t maxPixels = int64_t(std::clamp(getMaxPixels(), 1.0, kMaxBlock));
  int64_t blockCols = getEvenPart(outW, maxPixels);
  int64_t blockRows =
      getEvenPart(outH, std::max<int64_t>(1, maxPixels / blockCols));
  double blocks = double(n * llvm::divideCeil(outH, blockRows) *
                         llvm::divideCeil(outW, blockCols));
  filterPasses = std::min(filterPasses, blocks);
  double products = blocks * getProductCycles(double(n * outH * outW) / blocks);
  // Where the image is padded its pixels are loaded and stored once more.
  double copies = problem.kh * problem.kw == 1
                      ? 0
                      : 2 * double(n * outH * outW) * imageBytes * 8 /
                            double(cpu.vectorBits) * cpu.opCycles;
  double others = double(n * outH * outW) * (imageBytes + resultBytes);
  double filters = filterBytes * filterPasses;
  // What the third-level cache holds is read from memory only where something
  // else takes its place before the next run.
  const double l3Bytes = double(cpu.l3Bytes), run = others + filterBytes;
  bool filterStays = run + otherBytes <= l3Bytes;
  double filtersFromMemory = filterStays              ? 0
                             : filterBytes <= l3Bytes ? filterBytes
                                                      : filters;
  int64_t kBlock =
      micro.cols * getEvenPart(k / micro.cols, kMaxScheduleSize / micro.cols);
  Candidate candidate;
  candidate.cycles =
      addUpCycles(cpu, copies, products, {filters, filtersFromMemory},
                  {others, run <= l3Bytes ? 0 : others});
  candidate.schedule = ScheduleAttr::get(
      problem.op->getContext(), blockRows, blockCols, kBlock, micro.rows,
      micro.cols, vector, /*cBlock=*/0, kernel.group, /*planePadding=*/0,
      /*onTheFly=*/false, /*prefetch=*/true, streamsStores(problem, cpu));
  return candidate;
}

double DirectChooser::getProductCycles(double blockPixels) const {
  const double vectors = double(micro.cols) / double(vector);
  const double kernels = std::ceil(blockPixels / double(micro.rows));
  const double rows = blockPixels / kernels;
  // As for the products of a transform; the sums are stored once.
  double products =
      double(depth) * (kernel.getProductCycles(rows) +
                       kernel.getLoads(rows) * cpu.exposedLoadCycles);
  return kernels * double(k / micro.cols) *
         (products + rows * vectors * cpu.opCycles);
}

//===----------------------------------------------------------------------===//
// The default rule
//===----------------------------------------------------------------------===//

/// Returns the transforms F(m x m', kh x kw) that the default rule considers.
/// `refusal` becomes why #wino.ring refuses the smallest if it refuses all,
/// otherwise empty.
static SmallVector<TransformAttr> getCandidates(const ConvProblem &problem,
                                                std::string &refusal) {
  // Beyond these the rounding errors of fp32 pass 1e-4 of the largest output.
  constexpr int64_t kMaxM = 6, kMaxTaps = 8;
  refusal.clear();
  SmallVector<TransformAttr> candidates;
  if (problem.kh * problem.kw == 1)
    return candidates;
  auto getSizes = [&](int64_t r) {
    SmallVector<int64_t> sizes;
    for (int64_t m = 1; m <= (r == 1 ? 1 : kMaxM) && m + r - 1 <= kMaxTaps; ++m)
      sizes.push_back(m);
    return sizes;
  };
  FilterBounds bounds;
  if (problem.isInteger())
    bounds = getFilterBounds(problem);
  MLIRContext *context = problem.op->getContext();
  auto getEdge = [](int64_t pixels, int64_t m) {
    bool isPossible = !ShapedType::isDynamic(pixels) && pixels > m;
    return isPossible && pixels % m != 0 ? pixels % m : m;
  };
  for (int64_t mRows : getSizes(problem.kh))
    for (int64_t mCols : getSizes(problem.kw)) {
      // Square tiles where the filter is square: half the transforms to know.
      if (problem.kh == problem.kw && mRows != mCols)
        continue;
      if (mRows * mCols == 1)
        continue;
      auto uniform =
          TransformAttr::get(context, mRows, mCols, problem.kh, problem.kw);
      // Tiles at the edge of just the pixels that are left.
      auto mixed = TransformAttr::get(context, mRows, mCols, problem.kh,
                                      problem.kw, getEdge(problem.outH, mRows),
                                      getEdge(problem.outW, mCols));
      for (TransformAttr transform : {uniform, mixed}) {
        std::string unused;
        bool isPossible = (transform == uniform || transform.hasEdge()) &&
                          succeeded(checkTransform(problem, transform, unused));
        if (isPossible && problem.isInteger()) {
          std::string text;
          isPossible = succeeded(checkRing(problem, transform, bounds, text));
          if (!isPossible && refusal.empty())
            refusal = text;
        }
        if (isPossible)
          candidates.push_back(transform);
      }
    }
  if (!candidates.empty())
    refusal.clear();
  return candidates;
}

/// Returns the cheapest of `transforms` (null: im2row), and its schedule.
static std::pair<TransformAttr, Candidate>
getCheapest(const ConvProblem &problem, const CPUInfo &cpu, double otherBytes,
            ArrayRef<TransformAttr> transforms) {
  // Errors grow with the tile, so a larger one has to be clearly cheaper.
  constexpr double kMargin = 0.97;
  TransformAttr best;
  Candidate chosen;
  for (TransformAttr transform : transforms) {
    Candidate candidate =
        ScheduleChooser(problem, transform, cpu, otherBytes).choose();
    if (candidate.cycles < (best ? kMargin : 1) * chosen.cycles) {
      best = transform;
      chosen = candidate;
    }
  }
  return {best, chosen};
}

PlanAttr wino::getDefaultPlan(const ConvProblem &problem, const CPUInfo &cpu,
                              double otherBytes, std::string &refusal) {
  MLIRContext *context = problem.op->getContext();
  auto [transform, winograd] =
      getCheapest(problem, cpu, otherBytes, getCandidates(problem, refusal));
  Candidate direct = DirectChooser(problem, cpu, otherBytes).choose();
  if (winograd.cycles <= direct.cycles)
    return PlanAttr::get(context, Algorithm::Winograd, transform,
                         getNumbers(problem, transform), winograd.schedule);
  auto plan =
      PlanAttr::get(context, Algorithm::Direct, {}, {}, direct.schedule);
  std::string unused;
  if (succeeded(checkPlan(problem, plan, unused)))
    return plan;
  // Channels that do not come in groups: rows of patches do.
  Candidate patches =
      ScheduleChooser(problem, /*transform=*/{}, cpu, otherBytes).choose();
  return PlanAttr::get(context, Algorithm::Im2Row, {}, {}, patches.schedule);
}

FailureOr<PlanAttr> wino::getRequestedPlan(const ConvProblem &problem,
                                           const AlgorithmRequest &request,
                                           const CPUInfo &cpu,
                                           double otherBytes,
                                           std::string &reason) {
  TransformAttr transform = request.transform;
  ScheduleAttr schedule;
  if (request.algorithm == Algorithm::Direct) {
    schedule = DirectChooser(problem, cpu, otherBytes).choose().schedule;
  } else if (request.algorithm != Algorithm::Loops) {
    SmallVector<TransformAttr> transforms = {transform};
    if (request.algorithm == Algorithm::Winograd && !transform)
      transforms = getCandidates(problem, reason);
    if (transforms.empty()) {
      if (reason.empty())
        reason = "winograd needs stride 1, dilation 1 and a filter of 2 to 7 "
                 "taps along an axis";
      return failure();
    }
    reason.clear();
    Candidate candidate;
    std::tie(transform, candidate) =
        getCheapest(problem, cpu, otherBytes, transforms);
    schedule = candidate.schedule;
  }
  PlanAttr plan =
      PlanAttr::get(problem.op->getContext(), request.algorithm, transform,
                    getNumbers(problem, transform), schedule);
  if (failed(checkPlan(problem, plan, reason)))
    return failure();
  return plan;
}
