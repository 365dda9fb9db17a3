//===- Timing.h - Times of repeated calls -----------------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_DRIVER_TIMING_H
#define WINO_DRIVER_TIMING_H

#include "llvm/ADT/ArrayRef.h"
#include <functional>
#include <vector>

namespace wino {

/// Seconds a call takes, one entry a round.
using RoundTimes = std::vector<double>;

/// Whose processor time is taken: that of the calling thread or, for functions
/// that use several, that of the busiest thread of the process. In neither do
/// other programs, or threads that sleep until others are ready, take any.
enum class TimingClock { Thread, Busiest };

/// Times the functions in turn, `rounds` times, so that what disturbs the
/// machine disturbs all of them, and times of a round can be compared. Every
/// time is a mean of calls that together last at least `minSeconds`.
std::vector<RoundTimes>
timeInRounds(llvm::ArrayRef<std::function<void()>> functions, int rounds,
             double minSeconds, TimingClock clock);

/// Returns the value with the fraction `rank` of `values` below it.
double getQuantile(std::vector<double> values, double rank);

} // namespace wino

#endif // WINO_DRIVER_TIMING_H
