//===- Measure.h - Timing and checking of candidates ------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_BENCHMARK_MEASURE_H
#define WINO_BENCHMARK_MEASURE_H

#include "Candidate.h"
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

/// Seconds a call takes, one entry a round.
using RoundTimes = std::vector<double>;

/// Whose processor time is taken: that of the calling thread or, for candidates
/// of several, that of the busiest thread of the process. In neither do other
/// programs, or threads that sleep until others are ready, take any.
enum class Clock { Thread, Busiest };

/// Times the candidates in turn, `rounds` times, so that what disturbs the
/// machine disturbs all of them, and times of a round can be compared. Every
/// time is a mean of calls that together last at least `minSeconds`.
std::vector<RoundTimes> timeInRounds(llvm::ArrayRef<Candidate *> candidates,
                                     int rounds, double minSeconds,
                                     Clock clock);

/// Returns the value with the fraction `rank` of `values` below it.
double getQuantile(std::vector<double> values, double rank);

/// Returns the median over rounds of how many times faster `times` is than
/// `base`.
double getMedianSpeedup(const RoundTimes &base, const RoundTimes &times);

} // namespace wino::bench

#endif // WINO_BENCHMARK_MEASURE_H
