//===- QuantizedPlan.h - Plans with a known error ---------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A plan in quantized numbers does not compute its convolution, but comes near
// to it. How near is measured on data: samples that a user has, or seeded ones.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_ALGORITHMS_QUANTIZEDPLAN_H
#define WINO_ALGORITHMS_QUANTIZEDPLAN_H

#include "Wino/Algorithms/ConvProblem.h"
#include "llvm/ADT/StringMap.h"

namespace wino {

/// Integers [N, H, W, C] that enter a convolution, as i8.
struct ImageSamples {
  int64_t n = 0, h = 0, w = 0, c = 0;
  std::vector<int32_t> values;
};

/// What a calibration file says, by the names of convolutions.
struct Calibration {
  struct Layer {
    /// Absent if the file has none.
    std::optional<ImageSamples> samples;
    /// Those of input, filter, sums and output; empty if the file has none.
    std::vector<float> input, filter, sums, output;
  };

  /// Reads a JSON object whose keys are names of convolutions, and whose values
  /// are objects: `samples`, nested lists [N][H][W][C] of integers of i8 as
  /// they enter the convolution (u8 less 128), or the name of an .npy file of
  /// i8 or u8 [N, H, W, C], in the folder of this one if it is relative; and
  /// `scales`, an object of lists of numbers by the stages `input`, `filter`,
  /// `sums` and `output`. Fails with the place if the file is something else,
  /// or a scale is not positive and finite.
  static llvm::Expected<Calibration> read(llvm::StringRef path);

  llvm::StringMap<Layer> layers;
};

/// What a user allows plans, and the data to judge by those that are not exact.
struct ErrorBudget {
  /// The largest max |y' - y| / max |y| that may be predicted of a convolution;
  /// 0: any that comes of rounding, but none of a plan that is not exact.
  double maxError = 0;
  Calibration calibration;
};

/// A plan whose scales are known but those of its filter, which may follow from
/// this when it runs.
struct QuantizedPlan {
  PlanAttr plan;
  QuantizationError error;
  /// What the error was measured on.
  std::string data;

  /// Prints `error 0.0521 of max |y| (relative 0.0683) on seeded data`.
  std::string toString() const;
};

/// Whether a plan is in quantized numbers.
bool isQuantized(PlanAttr plan);

/// Succeeds unless `plan`, which computes `problem` up to rounding, is
/// predicted a larger error than a budget of `maxError` allows; then `reason`
/// says so.
mlir::LogicalResult checkRoundingError(const ConvProblem &problem,
                                       PlanAttr plan, double maxError,
                                       std::string &reason);

/// Measures the error of `problem` by a transform that computes it on seeded
/// data.
QuantizationError measureQuantizationError(const ConvProblem &problem,
                                           TransformAttr transform,
                                           QuantizedAttr numbers);

/// Finds the scales of a quantized plan that computes `problem` and measures
/// its error. Fails if neither the plan nor `budget` allows one, or it is
/// larger; then `reason` says so.
mlir::FailureOr<QuantizedPlan> resolveQuantizedPlan(const ConvProblem &problem,
                                                    PlanAttr plan,
                                                    llvm::StringRef name,
                                                    const ErrorBudget &budget,
                                                    std::string &reason);

} // namespace wino

#endif // WINO_ALGORITHMS_QUANTIZEDPLAN_H
