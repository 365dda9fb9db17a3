//===- Measure.h - Timing and checking of candidates ------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_BENCHMARK_MEASURE_H
#define WINO_BENCHMARK_MEASURE_H

#include "Candidate.h"
#include "Wino/Driver/Timing.h"
#include "llvm/ADT/ArrayRef.h"

namespace wino::bench {

/// Makes the data of a layer: uniform in [-1, 1], the same in every run.
Problem makeProblem(const Layer &layer);

/// Exact values of some elements of a result.
struct Reference {
  std::vector<int64_t> positions;
  std::vector<double> values;
  /// The largest magnitude among them.
  double maxValue = 0;
};

/// Computes elements of the result in double precision: all if that is little
/// work, else a random sample together with pixels at the border.
Reference makeReference(const Problem &problem);

/// Returns the largest error over the largest value.
double getMaxError(const Reference &reference, llvm::ArrayRef<float> output);

/// Returns the median over rounds of how many times faster `times` is than
/// `base`.
double getMedianSpeedup(const RoundTimes &base, const RoundTimes &times);

} // namespace wino::bench

#endif // WINO_BENCHMARK_MEASURE_H
