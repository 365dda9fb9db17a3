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

ScheduleAttr wino::getDefaultSchedule(const ConvProblem &problem,
                                      TransformAttr transform,
                                      const CPUInfo &cpu) {
  const int64_t bits = problem.getElementBits();
  const int64_t vector = cpu.getVectorLength(bits);
  MicroTile micro = selectMicroTile(cpu, vector, problem.k);

  // About 64 output channels at a time keep the products of a block small;
  // even parts keep the last block from being padded.
  constexpr int64_t kTargetKBlock = 64;
  int64_t panels = llvm::divideCeil(problem.k, micro.cols);
  int64_t panelsPerBlock =
      std::max<int64_t>(1, llvm::divideCeil(kTargetKBlock, micro.cols));
  if (panels <= panelsPerBlock)
    panelsPerBlock = panels;
  while (panels % panelsPerBlock)
    --panelsPerBlock;
  int64_t kBlock = panelsPerBlock * micro.cols;

  int64_t taps =
      transform ? transform.getAlphaRows() * transform.getAlphaCols() : 1;
  int64_t depth = llvm::alignTo(getDepth(problem, transform), vector);
  int64_t tileBytes = taps * (depth + kBlock) * bits / 8;
  int64_t numTiles = std::max(cpu.l2Bytes / 2 / tileBytes, 2 * micro.rows);
  int64_t rows =
      getNumTiles(problem.outH, transform ? transform.getMRows() : 1);
  int64_t cols =
      getNumTiles(problem.outW, transform ? transform.getMCols() : 1);
  int64_t blockCols = getEvenPart(cols, numTiles);
  int64_t blockRows =
      getEvenPart(rows, std::max<int64_t>(1, numTiles / blockCols));
  constexpr int64_t kMaxBlock = 4096;
  return ScheduleAttr::get(
      problem.op->getContext(), std::min(blockRows, kMaxBlock),
      std::min(blockCols, kMaxBlock), kBlock, micro.rows, micro.cols, vector);
}

//===----------------------------------------------------------------------===//
// The default rule
//===----------------------------------------------------------------------===//

/// Bytes of the transformed filter that a core reads from memory in a cycle; an
/// order of magnitude that holds from small Arm cores to servers.
static constexpr double kFilterBytesPerCycle = 8;

/// Cycles of vector instructions, one a cycle, for `problem` with `transform`
/// (null: im2row).
static double getCost(const ConvProblem &problem, TransformAttr transform,
                      const CPUInfo &cpu) {
  const int64_t bits = problem.getElementBits();
  const double vector = cpu.getVectorLength(bits);
  const double n = getTypicalSize(problem.n) == kTypicalSize &&
                           ShapedType::isDynamic(problem.n)
                       ? 1
                       : problem.n;
  const double depth = getDepth(problem, transform);
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
  double perTile =
      taps * depth * problem.k + inputOps * depth + outputOps * problem.k;
  double filterBytes = taps * depth * problem.k * bits / 8;
  return tiles * perTile / vector + filterBytes / kFilterBytesPerCycle;
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
  TransformAttr best;
  double bestCost = std::numeric_limits<double>::infinity();
  for (TransformAttr candidate : candidates) {
    double cost = getCost(problem, candidate, cpu);
    if (cost < bestCost) {
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
