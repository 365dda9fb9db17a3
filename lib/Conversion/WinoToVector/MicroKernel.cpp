//===- MicroKernel.cpp - Products of rows by a panel ----------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MicroKernel.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace wino;

static constexpr int64_t kCacheLineBytes = 64;

/// The most accumulators of a micro-kernel.
static constexpr int64_t kMaxAccumulators = 256;

int64_t wino::getDefaultMicroCols(KernelBuilder &b) {
  return (b.getOptions().laneFma ? 3 : 2) * b.getVectorLength();
}

int64_t wino::getDefaultMicroRows(KernelBuilder &b, int64_t numCols) {
  int64_t vl = b.getVectorLength();
  int64_t bits = vl * b.getVectorType().getElementTypeBitWidth();
  bool lane = b.getOptions().laneFma;
  int64_t registers = lane || bits >= 512 ? 32 : 16;
  int64_t vectors = std::max<int64_t>(1, llvm::divideCeil(numCols, vl));
  // Accumulators and a panel row, and with lanes one vector per row of V.
  int64_t rows = lane ? (registers - vectors) / (vectors + 1)
                      : (registers - vectors - 1) / vectors;
  return std::max<int64_t>(1, rows);
}

LogicalResult wino::checkMicroTile(Operation *op, KernelBuilder &b,
                                   int64_t numRows, int64_t numCols) {
  int64_t accumulators =
      numRows * llvm::divideCeil(numCols, b.getVectorLength());
  if (accumulators <= kMaxAccumulators)
    return success();
  return op->emitOpError("has a micro tile of ")
         << numRows << "x" << numCols << " that takes " << accumulators
         << " vectors of " << b.getVectorLength() << " elements; at most "
         << kMaxAccumulators << " are possible";
}

/// Returns `indices` with `offset` added to the one `fromLast` before the last.
static SmallVector<Value> offsetIndices(KernelBuilder &b,
                                        ArrayRef<Value> indices, Value offset,
                                        unsigned fromLast) {
  SmallVector<Value> result(indices);
  Value &index = result[result.size() - 1 - fromLast];
  index = b.add(index, offset);
  return result;
}

bool MicroKernel::isInteger() const {
  return isa<IntegerType>(b.getVectorType().getElementType());
}

ProductCode &MicroKernel::getCode() {
  if (!code)
    code = ProductCode::create(b, *this);
  return *code;
}

SmallVector<Value> MicroKernel::begin(ArrayRef<Value> sums) {
  return isInteger() ? getCode().begin(sums) : llvm::to_vector(sums);
}

SmallVector<Value> MicroKernel::finish(ArrayRef<Value> carried) {
  return isInteger() ? getCode().finish(carried) : llvm::to_vector(carried);
}

SmallVector<Value> MicroKernel::build(int64_t depth, ArrayRef<Value> carried) {
  SmallVector<Value> sums(carried);
  if (isInteger()) {
    const int64_t numGroups = depth / group, step = getCode().getNumGroups();
    const int64_t whole = numGroups / step * step;
    auto buildGroups = [&](int64_t begin, int64_t end, int64_t step) {
      sums = buildLoop(begin, end, step, sums,
                       [&](Value first, MutableArrayRef<Value> sums) {
                         if (prefetch)
                           buildPrefetch(first, step);
                         getCode().build(first, step, sums);
                       });
    };
    std::optional<WovenLoop> loop = getWovenLoop();
    if (loop && whole > 0)
      sums = buildWovenLoop(*loop, whole / step, sums);
    else
      buildGroups(0, whole, step);
    buildGroups(whole, numGroups, 1);
    return sums;
  }
  int64_t whole = 0;
  if (b.getOptions().laneFma) {
    whole = depth / b.getVectorLength() * b.getVectorLength();
    std::optional<WovenLoop> loop = getWovenLoop();
    sums = loop && whole > 0
               ? buildWovenLoop(*loop, whole / b.getVectorLength(), sums)
               : buildReduction(0, whole, b.getVectorLength(), sums);
  }
  return buildReduction(whole, depth, 1, sums);
}

SmallVector<Value> MicroKernel::buildLoop(int64_t begin, int64_t end,
                                          int64_t step, ArrayRef<Value> init,
                                          BodyFn body) {
  if (begin >= end)
    return llvm::to_vector(init);
  auto forOp =
      scf::ForOp::create(b, b.index(begin), b.index(end), b.index(step), init);
  disableUnrolling(forOp);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(forOp.getBody());
  SmallVector<Value> sums(forOp.getRegionIterArgs());
  body(forOp.getInductionVar(), sums);
  scf::YieldOp::create(b, sums);
  return llvm::to_vector_of<Value>(forOp.getResults());
}

SmallVector<Value> MicroKernel::buildReduction(int64_t begin, int64_t end,
                                               int64_t step,
                                               ArrayRef<Value> init) {
  auto body = [&](Value position, MutableArrayRef<Value> sums) {
    SmallVector<Value> inputVectors;
    if (step > 1)
      for (ArrayRef<Value> row : rows)
        inputVectors.push_back(
            b.load(input, offsetIndices(b, row, position, /*fromLast=*/0)));
    if (prefetch)
      buildPrefetch(position, step);
    int64_t numVectors = getNumVectors();
    for (int64_t lane = 0; lane < step; ++lane) {
      SmallVector<Value> at =
          offsetIndices(b, panel, b.add(position, lane), /*fromLast=*/1);
      SmallVector<Value> filterVectors;
      for (int64_t number = 0; number < numVectors; ++number) {
        Value col = b.index(number * b.getVectorLength());
        filterVectors.push_back(
            b.load(filter, offsetIndices(b, at, col, /*fromLast=*/0),
                   getMask(number)));
      }
      for (auto [number, row] : llvm::enumerate(rows)) {
        Value element;
        if (step > 1)
          element = vector::ExtractOp::create(b, inputVectors[number], lane);
        else
          element = memref::LoadOp::create(
              b, input, offsetIndices(b, row, position, /*fromLast=*/0));
        Value factor =
            vector::BroadcastOp::create(b, b.getVectorType(), element);
        for (auto [vec, filterVector] : llvm::enumerate(filterVectors)) {
          Value &sum = sums[number * numVectors + vec];
          sum = vector::FMAOp::create(b, factor, filterVector, sum);
        }
      }
    }
  };
  return buildLoop(begin, end, step, init, body);
}

/// Panels lie one after the other, so reading ahead runs from one into the
/// next; behind the last one nothing is accessed, as a prefetch never faults.
void MicroKernel::buildPrefetch(Value position, int64_t step) {
  int64_t elementBytes =
      getElementTypeOrSelf(filter.getType()).getIntOrFloatBitWidth() / CHAR_BIT;
  int64_t lineElements = kCacheLineBytes / elementBytes;
  int64_t rowElements = numCols * group, rowBytes = rowElements * elementBytes;
  Value ahead = b.add(position, llvm::divideCeil(kPrefetchBytes, rowBytes));
  SmallVector<Value> row = offsetIndices(b, panel, ahead, /*fromLast=*/1);
  for (int64_t pos = 0; pos < step * rowElements; pos += lineElements)
    memref::PrefetchOp::create(
        b, filter, offsetIndices(b, row, b.index(pos), /*fromLast=*/0),
        /*isWrite=*/false, /*localityHint=*/2, /*isDataCache=*/true);
}
