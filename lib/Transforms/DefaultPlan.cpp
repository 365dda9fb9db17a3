//===- DefaultPlan.cpp - The default rule for plans -----------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Transforms/DefaultPlan.h"
#include "Wino/Support/LinearProgram.h"
#include "mlir/AsmParser/AsmParser.h"
#include "llvm/Support/MathExtras.h"
#include <limits>

using namespace mlir;
using namespace wino;

/// Stands for a dynamic size where costs are compared.
static constexpr int64_t kTypicalSize = 56;

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
        "'; known are winograd, winograd:F(m,r), im2row and direct");
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

int64_t wino::getNumTiles(int64_t size, int64_t m) {
  return llvm::divideCeil(getTypicalSize(size), m);
}

/// Elements per row of V: channels, or a patch.
static int64_t getDepth(const ConvProblem &problem, TransformAttr transform) {
  return transform ? problem.c : problem.kh * problem.kw * problem.c;
}

/// Splits `total` into the fewest parts of at most `limit`, and returns the
/// size of the larger ones; a divisor near the limit avoids a remainder.
static int64_t getEvenPart(int64_t total, int64_t limit) {
  if (total <= limit)
    return total;
  for (int64_t part = limit; 2 * part > limit && part > 0; --part)
    if (total % part == 0)
      return part;
  return llvm::divideCeil(total, llvm::divideCeil(total, limit));
}

namespace {
/// How the default rule blocks a convolution.
struct Blocking {
  MicroTile micro;
  int64_t kBlock;
  /// Tiles of an image, and of a block.
  int64_t rows, cols, blockRows, blockCols;
  /// Bytes of the packed filter.
  double filterBytes;
  /// Whether the filter stays in the second-level cache between blocks.
  bool keepsFilter = false;

  int64_t getNumBlocks() const {
    return llvm::divideCeil(rows, blockRows) *
           llvm::divideCeil(cols, blockCols);
  }
};
} // namespace

/// Sets the K block to about `target` output channels. Even parts keep the last
/// block from being padded.
static void chooseKBlock(Blocking &blocking, int64_t k, int64_t target) {
  int64_t cols = blocking.micro.cols;
  int64_t panels = std::max<int64_t>(1, llvm::divideCeil(k, cols));
  int64_t panelsPerBlock = std::max<int64_t>(1, llvm::divideCeil(target, cols));
  if (panels <= panelsPerBlock)
    panelsPerBlock = panels;
  while (panels % panelsPerBlock)
    --panelsPerBlock;
  blocking.kBlock = panelsPerBlock * cols;
}

/// Returns how many tiles a block should have. A tile takes `tileBytes` of V
/// and M, and `pixelBytes` of image and result. Sets `blocking.keepsFilter`.
static double getBlockSize(Blocking &blocking, double tileBytes,
                           double pixelBytes, const CPUInfo &cpu) {
  const double microRows = blocking.micro.rows;
  const double l2Bytes = cpu.l2Bytes;
  // If the filter fits the second-level cache beside a block of at least half a
  // micro-kernel's height, it is read from the next level only once.
  double beside = (l2Bytes - blocking.filterBytes) / (tileBytes + pixelBytes);
  blocking.keepsFilter = 2 * beside >= microRows;
  if (blocking.keepsFilter)
    return beside;
  // Otherwise every block streams the filter through the cache, which leaves
  // half of it to the block. A block needs enough rows for its multiply-adds to
  // take as long as the filter takes from the third level, or from memory.
  double fitting = l2Bytes / 2 / tileBytes;
  bool isNear = blocking.filterBytes <= double(cpu.l3Bytes);
  return std::max(fitting, isNear ? microRows / 2 : microRows * 2);
}

static Blocking getBlocking(const ConvProblem &problem, TransformAttr transform,
                            const CPUInfo &cpu) {
  const int64_t vector = cpu.getVectorLength(problem.getElementBits());
  const double bytes = problem.getElementBits() / 8;
  int64_t mRows = transform ? transform.getMRows() : 1;
  int64_t mCols = transform ? transform.getMCols() : 1;
  double taps =
      transform ? transform.getAlphaRows() * transform.getAlphaCols() : 1;
  double depth = llvm::alignTo(getDepth(problem, transform), vector);

  // This keeps the products of a block small.
  constexpr int64_t kTargetKBlock = 64;
  Blocking blocking;
  blocking.micro = selectMicroTile(cpu, vector, problem.k);
  chooseKBlock(blocking, problem.k, kTargetKBlock);
  blocking.filterBytes =
      taps * depth * bytes * llvm::alignTo(problem.k, blocking.kBlock);
  double size = getBlockSize(
      blocking, taps * (depth + blocking.kBlock) * bytes,
      double(mRows * mCols) * (problem.c + problem.k) * bytes, cpu);
  // V is read once for each K block. If the cache does not hold it, half as
  // many of them are better.
  if (size * taps * depth * bytes > double(cpu.l2Bytes))
    chooseKBlock(blocking, problem.k, 2 * kTargetKBlock);
  constexpr double kMaxBlock = 4096;
  int64_t numTiles = std::clamp(size, 1.0, kMaxBlock);
  blocking.rows = std::max<int64_t>(1, getNumTiles(problem.outH, mRows));
  blocking.cols = std::max<int64_t>(1, getNumTiles(problem.outW, mCols));
  blocking.blockCols = getEvenPart(blocking.cols, numTiles);
  blocking.blockRows = getEvenPart(
      blocking.rows, std::max<int64_t>(1, numTiles / blocking.blockCols));
  return blocking;
}

ScheduleAttr wino::getDefaultSchedule(const ConvProblem &problem,
                                      TransformAttr transform,
                                      const CPUInfo &cpu) {
  Blocking blocking = getBlocking(problem, transform, cpu);
  return ScheduleAttr::get(problem.op->getContext(), blocking.blockRows,
                           blocking.blockCols, blocking.kBlock,
                           blocking.micro.rows, blocking.micro.cols,
                           cpu.getVectorLength(problem.getElementBits()));
}

//===----------------------------------------------------------------------===//
// The default rule
//===----------------------------------------------------------------------===//

/// Bytes of the packed filter that a core reads from memory, and from a
/// third-level cache, in a cycle; orders of magnitude that hold from small Arm
/// cores to servers.
static constexpr double kMemoryBytesPerCycle = 4;
static constexpr double kL3BytesPerCycle = 8;

/// Cycles in which the packed filter is read, by every block unless it stays in
/// the second-level cache.
static double getFilterCycles(const Blocking &blocking, double n,
                              const CPUInfo &cpu) {
  double passes = blocking.keepsFilter ? 1 : n * blocking.getNumBlocks();
  bool isNear = blocking.filterBytes <= double(cpu.l3Bytes);
  return passes * blocking.filterBytes /
         (isNear ? kL3BytesPerCycle : kMemoryBytesPerCycle);
}

/// Cycles of vector instructions, one a cycle, for `problem` with `transform`
/// (null: im2row).
static double getCost(const ConvProblem &problem, TransformAttr transform,
                      const CPUInfo &cpu) {
  const int64_t bits = problem.getElementBits();
  const int64_t vector = cpu.getVectorLength(bits);
  const double n = ShapedType::isDynamic(problem.n) ? 1 : problem.n;
  // V is padded to whole vectors.
  const double depth = llvm::alignTo(getDepth(problem, transform), vector);
  double taps = 1, inputOps = 2, outputOps = 2;
  int64_t mRows = 1, mCols = 1;
  if (transform) {
    mRows = transform.getMRows();
    mCols = transform.getMCols();
    taps = transform.getAlphaRows() * transform.getAlphaCols();
    Transform1D rows = transform.getRowTransform();
    Transform1D cols = transform.getColTransform();
    auto count = [](const RationalMatrix &a, const RationalMatrix &b) {
      LinearProgram p = synthesizeProgram(a), q = synthesizeProgram(b);
      return getNumAdditions2D(p, q);
    };
    // Every tap is loaded once and stored once.
    inputOps = 2 * taps + count(rows.bt, cols.bt);
    outputOps = taps + mRows * mCols + count(rows.at, cols.at);
  }
  double tiles =
      n * getNumTiles(problem.outH, mRows) * getNumTiles(problem.outW, mCols);
  double transformCycles =
      tiles * (inputOps * depth + outputOps * problem.k) / double(vector);
  double productCycles = tiles * taps * depth * problem.k / double(vector);
  // The filter is prefetched while the products are computed.
  Blocking blocking = getBlocking(problem, transform, cpu);
  return transformCycles +
         std::max(productCycles, getFilterCycles(blocking, n, cpu));
}

/// Returns the transforms F(m x m', kh x kw) that the default rule considers.
static SmallVector<TransformAttr> getCandidates(const ConvProblem &problem) {
  // Beyond these the rounding errors of fp32 pass 1e-4 of the largest output.
  constexpr int64_t kMaxM = 6, kMaxTaps = 8;
  SmallVector<TransformAttr> candidates;
  if (problem.strides != std::array<int64_t, 2>{1, 1} ||
      problem.dilations != std::array<int64_t, 2>{1, 1} ||
      problem.kh * problem.kw == 1)
    return candidates;
  auto getSizes = [&](int64_t r) {
    SmallVector<int64_t> sizes;
    for (int64_t m = 1; m <= (r == 1 ? 1 : kMaxM) && m + r - 1 <= kMaxTaps; ++m)
      sizes.push_back(m);
    return sizes;
  };
  for (int64_t mRows : getSizes(problem.kh))
    for (int64_t mCols : getSizes(problem.kw)) {
      // Square tiles where the filter is square: half the transforms to know.
      if (problem.kh == problem.kw && mRows != mCols)
        continue;
      if (mRows * mCols > 1)
        candidates.push_back(TransformAttr::get(problem.op->getContext(), mRows,
                                                mCols, problem.kh, problem.kw));
    }
  return candidates;
}

static PlanAttr makePlan(const ConvProblem &problem, TransformAttr transform,
                         const CPUInfo &cpu) {
  return PlanAttr::get(problem.op->getContext(),
                       transform ? Algorithm::Winograd : Algorithm::Im2Row,
                       transform, getDefaultSchedule(problem, transform, cpu));
}

/// Returns the cheapest of `candidates`; null stands for im2row.
static TransformAttr getCheapest(const ConvProblem &problem, const CPUInfo &cpu,
                                 ArrayRef<TransformAttr> candidates) {
  // Errors grow with the tile, so a larger one has to be clearly cheaper.
  constexpr double kMargin = 0.9;
  TransformAttr best;
  double bestCost = std::numeric_limits<double>::infinity();
  for (TransformAttr candidate : candidates) {
    double cost = getCost(problem, candidate, cpu);
    bool isLarger = best && candidate;
    if (cost < (isLarger ? kMargin : 1) * bestCost) {
      best = candidate;
      bestCost = cost;
    }
  }
  return best;
}

PlanAttr wino::getDefaultPlan(const ConvProblem &problem, const CPUInfo &cpu) {
  SmallVector<TransformAttr> candidates = getCandidates(problem);
  candidates.push_back({});
  return makePlan(problem, getCheapest(problem, cpu, candidates), cpu);
}

FailureOr<PlanAttr> wino::getRequestedPlan(const ConvProblem &problem,
                                           const AlgorithmRequest &request,
                                           const CPUInfo &cpu,
                                           std::string &reason) {
  if (request.algorithm == Algorithm::Direct)
    return PlanAttr::get(problem.op->getContext(), Algorithm::Direct, {}, {});
  if (request.algorithm == Algorithm::Im2Row)
    return makePlan(problem, {}, cpu);
  TransformAttr transform = request.transform;
  if (!transform) {
    SmallVector<TransformAttr> candidates = getCandidates(problem);
    if (candidates.empty()) {
      reason =
          "winograd needs stride 1, dilation 1 and a filter of 2 to 7 taps "
          "along an axis";
      return failure();
    }
    transform = getCheapest(problem, cpu, candidates);
  }
  PlanAttr plan = makePlan(problem, transform, cpu);
  if (failed(checkPlan(problem, plan, reason)))
    return failure();
  return plan;
}
