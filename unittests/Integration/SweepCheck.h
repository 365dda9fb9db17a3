//===- SweepCheck.h - What a case must compute ------------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_UNITTESTS_INTEGRATION_SWEEPCHECK_H
#define WINO_UNITTESTS_INTEGRATION_SWEEPCHECK_H

#include "SweepCase.h"

namespace wino::test {

/// Set `set` of the data of a case, uniform in [-1, 1] or integers; all sets
/// have the same weights. Images are NHWC and filters HWCF whatever the layout
/// of the case. Empty if the case has no such operand.
///
/// Seven sets of integers in a row have images of every kind: random; all the
/// least; all the greatest; both in turn; both at random; and the signs of the
/// weights of an output channel or the opposite ones, so that its results come
/// as near to the bounds as they can.
struct SweepData {
  explicit SweepData(const SweepCase &c, unsigned set = 0);

  std::vector<float> image, filter, start, startBias, bias, residual;

  /// The operands in the layout of the case: those that the function takes in
  /// every call, and those that it takes as weights.
  std::vector<std::vector<float>> getInputs(const SweepCase &c) const;
  std::vector<std::vector<float>> getWeights(const SweepCase &c) const;
  std::vector<float> getFilter(const SweepCase &c) const;
};

/// The result in double precision, and how far a correct program may be from
/// it, both NHWC. Integers are exact.
struct Expectation {
  std::vector<double> values, bounds;
};

Expectation getExpectation(const SweepCase &c, const SweepData &data);

/// The result of comparing an output.
struct Comparison {
  /// The largest error in units of its bound; infinite for a NaN.
  double worstRatio = 0;
  /// Where that is, and the mean and the largest error.
  std::string where;
  double meanError = 0, maxError = 0;
};

/// Compares an output in the layout of the case.
Comparison compare(const SweepCase &c, const Expectation &expected,
                   llvm::ArrayRef<double> output);

} // namespace wino::test

#endif // WINO_UNITTESTS_INTEGRATION_SWEEPCHECK_H
