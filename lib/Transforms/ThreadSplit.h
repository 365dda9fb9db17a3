//===- ThreadSplit.h - How threads share a convolution ----------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_TRANSFORMS_THREADSPLIT_H
#define WINO_LIB_TRANSFORMS_THREADSPLIT_H

#include "Wino/Algorithms/ConvAlgorithm.h"

namespace wino {

/// What threads may share of a convolution; sizes that are not known, or that
/// cannot be shared, are absent.
struct ThreadWork {
  /// Images, rows of tiles (or of pixels) of an image, and output channels.
  std::optional<int64_t> images, rows, channels;
  /// Output channels, and rows, that stay together.
  int64_t kBlock = 1, rowBlock = 1;
};

/// What each of several threads gets a part of.
enum class ThreadAxis { None, Images, Rows, Channels };

/// The parts of threads.
struct ThreadSplit {
  ThreadAxis axis = ThreadAxis::None;
  /// The size of a part along the axis, and how many parts of the blocks
  /// that stay together the axis has.
  int64_t size = 0, numParts = 1;
};

/// Shares `work` evenly: the images, the rows, or the output channels. Threads
/// that share channels transform the whole image each, so that this has to be
/// clearly more even.
ThreadSplit splitWork(const ThreadWork &work, int64_t threads);

/// Returns the cycles of a run by several threads, of which a run by one has
/// `cost`: of each phase the part of the busiest thread, and all waiting for
/// memory, which the threads share.
double getThreadedCycles(const ConvProblem &problem,
                         const ConvAlgorithm &algorithm, const Variant &variant,
                         const Schedule &schedule, const Cost &cost,
                         int64_t threads);

} // namespace wino

#endif // WINO_LIB_TRANSFORMS_THREADSPLIT_H
