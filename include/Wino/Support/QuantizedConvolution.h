//===- QuantizedConvolution.h - What quantized code computes ----*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Convolution of i8 by F(m, r) whose transformed operands are integers of a few
// bits. Unlike QuantizedTransform.h, which measures schemes in real numbers,
// this is the arithmetic of the generated code, operation by operation: what it
// computes is what the code computes, to the last bit.
//
//   V  = B^T d B'      exact in i16, times a multiplier / 2^15 and rounded half
//                      up; or in f32, times 1 / scale and rounded half to even
//   U  = G w G'^T      in f64, divided by the scale, rounded half to even
//                      (before, times scales of V that are per input channel)
//   M  = sum_c V U     in i32
//   y  = A^T (s M) A'  in f32, s the scale of U, times that of V if U has it
//                      not
//
// and y rounds half to even to i32. M and y may be rounded to a few bits
// besides, by scales of their own.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_SUPPORT_QUANTIZEDCONVOLUTION_H
#define WINO_SUPPORT_QUANTIZEDCONVOLUTION_H

#include "Wino/Support/ExactnessProof.h"
#include "Wino/Support/QuantizedTransform.h"
#include "Wino/Support/ReferenceConv.h"
#include "Wino/Support/TileProgram.h"

namespace wino {

/// The scales of V, U, M or y: real = scale * integer.
struct StageScales {
  ScalePer per = ScalePer::Tensor;
  /// Whether scales that are not given are rounded up to powers of two.
  bool powersOfTwo = false;
  /// One, one per tap or one per channel, which are input channels of V, else
  /// output channels; empty if they are not given.
  std::vector<float> values;
};

/// Fails if a scale is not a positive, finite number, or there are several per
/// tensor; `name` says whose they are.
llvm::Error validateScales(llvm::StringRef name, const StageScales &scales);

/// How a convolution is quantized.
struct QuantizedNumbers {
  static constexpr unsigned kMinBits = 4, kMaxBits = 16;

  /// Bits of the integers.
  unsigned bits = 8;
  /// The range of the data, of which scales of the input that are not given
  /// follow: the largest integer is four deviations from the mean that V has if
  /// data are uniform in the range, or what V reaches, if this is less.
  int64_t dataMin = -128, dataMax = 127;
  /// Whether the rows of the matrices are normalized, see normalizeRows.
  bool isNormalized = false;
  StageScales input, filter;
  /// Without a value the stage is not rounded.
  std::optional<StageScales> sums, output;

  /// The largest integer, 2^(bits-1) - 1.
  int64_t getMaxInteger() const { return (int64_t(1) << (bits - 1)) - 1; }
  /// Bits of the integers in memory, 8 or 16.
  unsigned getStorageBits() const { return bits <= 8 ? 8 : 16; }

  /// Fails if bits are not in 4 .. 16, the range is empty or exceeds that of
  /// i8, the output has scales per tap (it has none), or a given scale is not a
  /// positive, finite number.
  llvm::Error validate() const;
};

/// The scales of one convolution that follow V: those of U, and of M and y
/// unless these are not rounded.
struct OutputScales {
  std::vector<float> filter, sums, output;
};

/// A dense image [N, H, W, C] and filter [r, r', C, K] of integers of i8, and
/// what stands outside of the image.
struct QuantizedProblem {
  int64_t n = 1, h = 1, w = 1, c = 1, k = 1;
  llvm::ArrayRef<int32_t> image, filter;
  int32_t padValue = 0;
};

/// A transform pair in quantized numbers.
class QuantizedConvolution {
public:
  /// Fails if the numbers are not valid, or have scales of V in another number
  /// than taps.
  static llvm::Expected<QuantizedConvolution>
  create(const Transform1D &rows, const Transform1D &cols,
         const QuantizedNumbers &numbers);

  const QuantizedNumbers &getNumbers() const { return numbers; }
  int64_t getNumTaps() const { return rows.alpha() * cols.alpha(); }
  /// The matrices that are computed with.
  const Transform1D &getRows() const { return rows; }
  const Transform1D &getCols() const { return cols; }
  /// B^T scaled to integers if V is transformed in i16.
  const RationalMatrix &getInputMatrix(unsigned axis) const {
    return axis == 0 ? inputRows : inputCols;
  }

  /// Whether V is transformed in i16.
  bool hasIntegerInput() const { return isIntegerInput; }
  /// The multipliers of the integers of each tap; 0 where these stay as they
  /// are.
  llvm::ArrayRef<int16_t> getMultipliers() const { return multipliers; }
  /// 1 / scale of each tap, if V is not transformed in i16.
  llvm::ArrayRef<float> getInverseInputScales() const { return inverseScales; }
  /// Whether V has scales per input channel, by which U is multiplied.
  bool hasChannelInput() const {
    return numbers.input.per == ScalePer::Channel;
  }
  /// The scales that V has, of each tap, or of each channel, or one if they are
  /// equal: those given, as precise as multipliers can be.
  llvm::ArrayRef<float> getInputScales() const { return inputScales; }

  /// Succeeds if sums over so many channels do not exceed i32, whatever the
  /// data. `text` becomes the inequality.
  bool checkSums(int64_t channels, std::string &text) const;

  /// The scales of U: those given, or by the largest absolute values of a
  /// filter. Groups of zeros have the scale 1.
  std::vector<float> getFilterScales(const QuantizedProblem &problem) const;
  /// The scales of all stages behind V; those of sums and output must be given.
  OutputScales getOutputScales(const QuantizedProblem &problem) const;
  /// Returns the numbers with scales of input, sums and output, where these are
  /// not given, by the largest absolute values that occur.
  QuantizedNumbers calibrate(const QuantizedProblem &problem) const;

  /// Returns the convolution [N, H - r + 1, W - r' + 1, K] of an image without
  /// padding: that is part of the image.
  std::vector<int32_t> convolve(const QuantizedProblem &problem,
                                const OutputScales &scales) const;

private:
  QuantizedConvolution(const Transform1D &rows, const Transform1D &cols,
                       const QuantizedNumbers &numbers);

  /// Called with values and the number of their tap or channel.
  using ObserveFn = llvm::function_ref<void(size_t, double)>;
  struct Observers {
    ObserveFn input, sums, output;
  };

  void chooseInputScales();
  /// The largest absolute value of V of each tap that scales without samples
  /// provide for.
  std::vector<double> getInputBounds() const;
  /// The number of the scale of V at a tap and input channel.
  size_t getInputGroup(size_t tap, size_t channel) const;
  /// Returns V of a tile of a channel; calls `observe` with every tap before it
  /// is rounded.
  std::vector<int16_t> transformInput(llvm::ArrayRef<int16_t> tile,
                                      size_t channel, ObserveFn observe) const;
  /// U before it is rounded, [taps, C, K].
  std::vector<double> transformFilter(const QuantizedProblem &problem) const;
  std::vector<int16_t> quantizeFilter(llvm::ArrayRef<double> filter,
                                      llvm::ArrayRef<float> scales,
                                      int64_t k) const;
  /// Returns the pixels of a tile of output channel k from its sums.
  std::vector<int32_t> transformOutput(llvm::ArrayRef<int32_t> sums, int64_t k,
                                       const OutputScales &scales,
                                       const Observers &observers) const;
  std::vector<int32_t> convolve(const QuantizedProblem &problem,
                                const OutputScales &scales,
                                const Observers &observers) const;

  QuantizedNumbers numbers;
  Transform1D rows, cols;
  bool isIntegerInput = false;
  RationalMatrix inputRows, inputCols;
  TileProgram inputProgram, filterProgram, outputProgram;
  /// The integers of V before they are rounded, per unit of V, of each tap.
  std::vector<double> integerFactors;
  std::vector<int16_t> multipliers;
  std::vector<float> inverseScales, inputScales;
};

/// How far results are from exact ones.
struct QuantizationError {
  /// ||y' - y|| / ||y||, and max |y' - y| / max |y|; of exact results that are
  /// zero, 0 if all others are, else infinite.
  double relative = 0, largest = 0;
};
QuantizationError getError(llvm::ArrayRef<int32_t> actual,
                           llvm::ArrayRef<int64_t> exact);

/// Returns `value` > 0 rounded up to a power of two.
double roundUpToPowerOfTwo(double value);

} // namespace wino

#endif // WINO_SUPPORT_QUANTIZEDCONVOLUTION_H
