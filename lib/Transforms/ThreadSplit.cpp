//===- ThreadSplit.cpp - How threads share a convolution ------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ThreadSplit.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace wino;

/// How much of `threads` threads works if they share `total` parts.
static double getThreadUse(int64_t total, int64_t threads) {
  return double(total) / double(threads * llvm::divideCeil(total, threads));
}

ThreadSplit wino::splitWork(const ThreadWork &work, int64_t threads) {
  ThreadSplit best;
  double use = 0;
  auto consider = [&](ThreadAxis axis, std::optional<int64_t> total,
                      int64_t partUnit, double overhead) {
    if (!total || *total < 2 * partUnit)
      return;
    const int64_t parts = llvm::divideCeil(*total, partUnit);
    // Images and channels have no rest.
    if (axis != ThreadAxis::Rows &&
        (*total % partUnit != 0 || parts % threads != 0))
      return;
    double axisUse = getThreadUse(parts, threads) * overhead;
    if (axisUse <= use)
      return;
    use = axisUse;
    best = {axis,
            static_cast<int64_t>(llvm::divideCeil(parts, threads)) * partUnit,
            parts};
  };
  constexpr double kRepeatedTransforms = 0.9;
  consider(ThreadAxis::Images, work.images, 1, 1);
  consider(ThreadAxis::Rows, work.rows, work.rowBlock, 1);
  consider(ThreadAxis::Channels, work.channels, work.kBlock,
           kRepeatedTransforms);
  return best;
}

double wino::getThreadedCycles(const ConvProblem &problem,
                               const ConvAlgorithm &algorithm,
                               const Variant &variant, const Schedule &schedule,
                               const Cost &cost, int64_t threads) {
  // Loops are not tiled.
  if (threads == 1 || algorithm.getKind() == Algorithm::Loops)
    return cost.cycles;
  auto getKnown = [](int64_t size) {
    return ShapedType::isDynamic(size) ? std::nullopt : std::optional(size);
  };
  ThreadWork work{getKnown(problem.n), getKnown(problem.outH), problem.k,
                  schedule.kBlock};
  if (work.rows && variant.transform)
    work.rows = llvm::divideCeil(*work.rows, variant.transform.getMRows());
  const ThreadSplit split = splitWork(work, threads);
  if (split.axis == ThreadAxis::None)
    return cost.cycles;
  const double share =
      1 / (getThreadUse(split.numParts, threads) * double(threads));
  double inputShare = share, filterShare = share;
  if (split.axis == ThreadAxis::Channels) {
    inputShare = 1;
  } else if (split.axis == ThreadAxis::Rows) {
    // A filter is transformed on the fly for each block, and each thread has
    // one at least.
    const double blocks =
        schedule.blockRows == 0
            ? 1
            : llvm::divideCeil(*work.rows, schedule.blockRows);
    filterShare = std::min(1.0, std::max(share, 1 / blocks));
  }
  return cost.filter * filterShare + cost.inputTransform * inputShare +
         (cost.products + cost.outputTransform) * share + cost.memory;
}
