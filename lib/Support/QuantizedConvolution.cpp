//===- QuantizedConvolution.cpp - What quantized code computes ------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Support/QuantizedConvolution.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

using namespace wino;
using llvm::ArrayRef;

double wino::roundUpToPowerOfTwo(double value) {
  int exponent;
  double mantissa = std::frexp(value, &exponent);
  return mantissa == 0.5 ? value : std::ldexp(1.0, exponent);
}

//===----------------------------------------------------------------------===//
// Numbers
//===----------------------------------------------------------------------===//

llvm::Error wino::validateScales(llvm::StringRef name,
                                 const StageScales &scales) {
  for (float scale : scales.values)
    if (!(scale > 0) || !std::isfinite(scale))
      return llvm::createStringError(
          "expected positive, finite scales of the %s, but got %g",
          name.str().c_str(), static_cast<double>(scale));
  if (scales.per == ScalePer::Tensor && scales.values.size() > 1)
    return llvm::createStringError(
        llvm::formatv("expected one scale of the {0}, but got {1}", name,
                      scales.values.size())
            .str());
  return llvm::Error::success();
}

llvm::Error QuantizedNumbers::validate() const {
  if (bits < kMinBits || bits > kMaxBits)
    return llvm::createStringError(
        llvm::formatv("expected {0} to {1} bits, but got {2}", kMinBits + 0,
                      kMaxBits + 0, bits)
            .str());
  if (dataMin < -128 || dataMax > 127 || dataMin > dataMax)
    return llvm::createStringError(
        llvm::formatv("expected a range of data in -128 .. 127, but got {0} .. "
                      "{1}",
                      dataMin, dataMax)
            .str());
  if (output && output->per == ScalePer::Tap)
    return llvm::createStringError(
        "expected no scales per tap of the output: it has no taps");
  if (llvm::Error error = validateScales("input", input))
    return error;
  if (llvm::Error error = validateScales("filter", filter))
    return error;
  if (sums)
    if (llvm::Error error = validateScales("sums", *sums))
      return error;
  return output ? validateScales("output", *output) : llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Construction
//===----------------------------------------------------------------------===//

llvm::Expected<QuantizedConvolution>
QuantizedConvolution::create(const Transform1D &rows, const Transform1D &cols,
                             const QuantizedNumbers &numbers) {
  if (llvm::Error error = numbers.validate())
    return error;
  const size_t taps = rows.alpha() * cols.alpha();
  auto check = [&](llvm::StringRef name,
                   const StageScales &scales) -> llvm::Error {
    if (scales.per != ScalePer::Tap || scales.values.empty() ||
        scales.values.size() == taps)
      return llvm::Error::success();
    return llvm::createStringError(
        llvm::formatv("expected a scale of the {0} for each of {1} taps, but "
                      "got {2}",
                      name, taps, scales.values.size())
            .str());
  };
  if (llvm::Error error = check("input", numbers.input))
    return error;
  if (llvm::Error error = check("filter", numbers.filter))
    return error;
  if (numbers.sums)
    if (llvm::Error error = check("sums", *numbers.sums))
      return error;
  auto normalize = [&](const Transform1D &transform) {
    return numbers.isNormalized ? normalizeRows(transform) : transform;
  };
  return QuantizedConvolution(normalize(rows), normalize(cols), numbers);
}

/// Scales the rows of a matrix to integers.
static RationalMatrix getIntegerRows(RationalMatrix matrix) {
  for (unsigned row = 0; row < matrix.getNumRows(); ++row)
    scaleRowToIntegers(matrix, row);
  return matrix;
}

/// The factor that scales a row to integers.
static double getRowFactor(RationalMatrix matrix, unsigned row) {
  return toDouble(scaleRowToIntegers(matrix, row));
}

/// Whether B^T scaled to integers transforms data of the range in i16.
static bool fitsI16(const Transform1D &rows, const Transform1D &cols,
                    const QuantizedNumbers &numbers) {
  IntegerRange range =
      getTransformedRange(getIntegerRows(rows.bt), getIntegerRows(cols.bt),
                          {llvm::DynamicAPInt(numbers.dataMin),
                           llvm::DynamicAPInt(numbers.dataMax)});
  return IntegerRange::getSigned(/*bits=*/16).contains(range);
}

QuantizedConvolution::QuantizedConvolution(const Transform1D &rows,
                                           const Transform1D &cols,
                                           const QuantizedNumbers &numbers)
    : numbers(numbers), rows(rows), cols(cols),
      isIntegerInput(numbers.input.per != ScalePer::Channel &&
                     fitsI16(rows, cols, numbers)),
      inputRows(isIntegerInput ? getIntegerRows(rows.bt) : rows.bt),
      inputCols(isIntegerInput ? getIntegerRows(cols.bt) : cols.bt),
      inputProgram(inputRows, inputCols, isIntegerInput),
      filterProgram(rows.g, cols.g), outputProgram(rows.at, cols.at) {
  chooseInputScales();
}

std::vector<double> QuantizedConvolution::getInputBounds() const {
  constexpr double kDeviations = 4;
  const double dataMin = static_cast<double>(numbers.dataMin);
  const double dataMax = static_cast<double>(numbers.dataMax);
  const double size = dataMax - dataMin + 1;
  const double variance = (size * size - 1) / 12;
  std::vector<double> bounds;
  for (int64_t p = 0; p < rows.alpha(); ++p)
    for (int64_t q = 0; q < cols.alpha(); ++q) {
      double min = 0, max = 0, sum = 0, squares = 0;
      for (const Rational &left : rows.bt.getRow(p))
        for (const Rational &right : cols.bt.getRow(q)) {
          double factor = toDouble(left * right);
          min += std::min(factor * dataMin, factor * dataMax);
          max += std::max(factor * dataMin, factor * dataMax);
          sum += factor;
          squares += factor * factor;
        }
      const double mean = sum * (dataMin + dataMax) / 2;
      bounds.push_back(std::min(
          std::max(-min, max),
          std::abs(mean) + kDeviations * std::sqrt(squares * variance)));
    }
  return bounds;
}

/// Returns the scale by which `bound` becomes the largest integer; 1 for 0.
static float getScale(double bound, const QuantizedNumbers &numbers,
                      bool powersOfTwo) {
  if (bound == 0)
    return 1;
  double scale = bound / static_cast<double>(numbers.getMaxInteger());
  return static_cast<float>(powersOfTwo ? roundUpToPowerOfTwo(scale) : scale);
}

/// Returns the scales of groups by their largest absolute values.
static std::vector<float> getScalesOf(std::vector<double> bounds,
                                      const QuantizedNumbers &numbers,
                                      const StageScales &stage) {
  std::vector<float> scales;
  for (double bound : bounds)
    scales.push_back(getScale(bound, numbers, stage.powersOfTwo));
  return scales;
}

void QuantizedConvolution::chooseInputScales() {
  std::vector<float> given = numbers.input.values;
  if (given.empty()) {
    std::vector<double> bounds = getInputBounds();
    // All channels have data of one range.
    if (numbers.input.per != ScalePer::Tap)
      bounds = {*llvm::max_element(bounds)};
    given = getScalesOf(std::move(bounds), numbers, numbers.input);
  }
  if (hasChannelInput()) {
    inputScales = given;
    for (float scale : given)
      inverseScales.push_back(1.0f / scale);
    return;
  }
  for (int64_t tap = 0; tap < getNumTaps(); ++tap) {
    float scale = given.size() == 1 ? given.front() : given[tap];
    if (!isIntegerInput) {
      integerFactors.push_back(1);
      inputScales.push_back(scale);
      inverseScales.push_back(1.0f / scale);
      continue;
    }
    // Integers of the transform are so many times the values that scales are
    // of.
    const double factor = getRowFactor(rows.bt, tap / cols.alpha()) *
                          getRowFactor(cols.bt, tap % cols.alpha());
    integerFactors.push_back(factor);
    constexpr double kOne = 1 << 15;
    const double multiplier = std::nearbyint(kOne / (factor * scale));
    // Integers that need no rounding keep their own scale.
    if (multiplier >= kOne) {
      multipliers.push_back(0);
      inputScales.push_back(static_cast<float>(1 / factor));
      continue;
    }
    multipliers.push_back(static_cast<int16_t>(std::max(multiplier, 1.0)));
    inputScales.push_back(
        static_cast<float>(kOne / multipliers.back() / factor));
  }
}

bool QuantizedConvolution::checkSums(int64_t channels,
                                     std::string &text) const {
  const int64_t largest = numbers.getMaxInteger();
  llvm::DynamicAPInt bound = llvm::DynamicAPInt(channels) *
                             llvm::DynamicAPInt(largest + 1) *
                             llvm::DynamicAPInt(largest);
  const bool holds = bound < llvm::DynamicAPInt(int64_t(1) << 31);
  llvm::raw_string_ostream(text)
      << channels << " * " << largest + 1 << " * " << largest << " = " << bound
      << (holds ? " < " : " >= ") << (int64_t(1) << 31);
  return holds;
}

//===----------------------------------------------------------------------===//
// Stages
//===----------------------------------------------------------------------===//

size_t QuantizedConvolution::getInputGroup(size_t tap, size_t channel) const {
  if (!hasChannelInput())
    return tap;
  return inputScales.size() == 1 ? 0 : channel;
}

std::vector<int16_t>
QuantizedConvolution::transformInput(ArrayRef<int16_t> tile, size_t channel,
                                     ObserveFn observe) const {
  const int32_t max = static_cast<int32_t>(numbers.getMaxInteger());
  std::vector<int16_t> result;
  if (isIntegerInput) {
    std::vector<int16_t> values = inputProgram.apply(tile);
    for (auto [tap, value] : llvm::enumerate(values)) {
      observe(tap, value / integerFactors[tap]);
      int32_t integer = value;
      if (multipliers[tap] != 0)
        integer = (integer * multipliers[tap] + (1 << 14)) >> 15;
      result.push_back(
          static_cast<int16_t>(std::clamp(integer, -max - 1, max)));
    }
    return result;
  }
  std::vector<float> values(tile.begin(), tile.end());
  values = inputProgram.apply(values);
  for (auto [tap, value] : llvm::enumerate(values)) {
    observe(hasChannelInput() ? channel : tap, value);
    float integer =
        std::nearbyint(value * inverseScales[getInputGroup(tap, channel)]);
    result.push_back(static_cast<int16_t>(std::clamp(
        integer, static_cast<float>(-max - 1), static_cast<float>(max))));
  }
  return result;
}

std::vector<double>
QuantizedConvolution::transformFilter(const QuantizedProblem &problem) const {
  const int64_t pairs = problem.c * problem.k;
  const int64_t taps = getNumTaps(), filterTaps = rows.r * cols.r;
  std::vector<double> result(taps * pairs);
  std::vector<double> window(filterTaps);
  for (int64_t pair = 0; pair < pairs; ++pair) {
    for (int64_t tap = 0; tap < filterTaps; ++tap)
      window[tap] = problem.filter[tap * pairs + pair];
    std::vector<double> transformed = filterProgram.apply(window);
    const double scale =
        hasChannelInput() ? inputScales[getInputGroup(0, pair / problem.k)] : 1;
    for (int64_t tap = 0; tap < taps; ++tap)
      result[tap * pairs + pair] = transformed[tap] * scale;
  }
  return result;
}

/// The number of the scale of a tap and channel.
static size_t getGroup(ScalePer per, size_t tap, size_t channel) {
  switch (per) {
  case ScalePer::Tensor:
    return 0;
  case ScalePer::Channel:
    return channel;
  case ScalePer::Tap:
    return tap;
  }
  llvm_unreachable("unknown granularity");
}

static size_t getNumGroups(ScalePer per, int64_t taps, int64_t channels) {
  switch (per) {
  case ScalePer::Tensor:
    return 1;
  case ScalePer::Channel:
    return channels;
  case ScalePer::Tap:
    return taps;
  }
  llvm_unreachable("unknown granularity");
}

std::vector<float>
QuantizedConvolution::getFilterScales(const QuantizedProblem &problem) const {
  const StageScales &stage = numbers.filter;
  if (!stage.values.empty())
    return stage.values;
  std::vector<double> bounds(getNumGroups(stage.per, getNumTaps(), problem.k),
                             0.0);
  const size_t k = problem.k, pairs = problem.c * problem.k;
  for (auto [index, value] : llvm::enumerate(transformFilter(problem))) {
    double &bound = bounds[getGroup(stage.per, index / pairs, index % k)];
    bound = std::max(bound, std::abs(value));
  }
  return getScalesOf(std::move(bounds), numbers, stage);
}

std::vector<int16_t>
QuantizedConvolution::quantizeFilter(ArrayRef<double> filter,
                                     ArrayRef<float> scales, int64_t k) const {
  const double max = static_cast<double>(numbers.getMaxInteger());
  const size_t pairs = filter.size() / getNumTaps();
  std::vector<int16_t> result;
  result.reserve(filter.size());
  for (auto [index, value] : llvm::enumerate(filter)) {
    double scale =
        scales[getGroup(numbers.filter.per, index / pairs, index % k)];
    result.push_back(static_cast<int16_t>(
        std::clamp(std::nearbyint(value / scale), -max, max)));
  }
  return result;
}

/// Rounds to the nearest i32, half to even; what is no number is 0.
static int32_t roundToI32(float value) {
  constexpr float kLimit = 2147483648.0f;
  if (std::isnan(value))
    return 0;
  if (value >= kLimit)
    return std::numeric_limits<int32_t>::max();
  if (value < -kLimit)
    return std::numeric_limits<int32_t>::min();
  return static_cast<int32_t>(std::nearbyint(value));
}

std::vector<int32_t>
QuantizedConvolution::transformOutput(ArrayRef<int32_t> sums, int64_t k,
                                      const OutputScales &scales,
                                      const Observers &observers) const {
  const float max = static_cast<float>(numbers.getMaxInteger());
  auto round = [&](float value) {
    return std::clamp(std::nearbyint(value), -max - 1, max);
  };
  const bool filterByChannel = numbers.filter.per == ScalePer::Channel;
  const bool sumsByChannel =
      numbers.sums && numbers.sums->per == ScalePer::Channel;
  auto getTapScale = [](const StageScales &stage, ArrayRef<float> values,
                        size_t tap) {
    return stage.per == ScalePer::Channel ? 1.0f
                                          : values[getGroup(stage.per, tap, 0)];
  };
  std::vector<float> values;
  for (auto [tap, sum] : llvm::enumerate(sums)) {
    float scale = (hasChannelInput() ? 1.0f : inputScales[tap]) *
                  getTapScale(numbers.filter, scales.filter, tap);
    float value = static_cast<float>(sum);
    if (numbers.sums) {
      float sumsScale = getTapScale(*numbers.sums, scales.sums, tap);
      value = value * (scale / sumsScale);
      if (filterByChannel)
        value = value * scales.filter[k];
      observers.sums(getGroup(numbers.sums->per, tap, k), value * sumsScale);
      if (sumsByChannel)
        value = value * (1.0f / scales.sums[k]);
      value = round(value) * sumsScale;
    } else {
      value = value * scale;
    }
    values.push_back(value);
  }
  std::vector<int32_t> result;
  for (float value : outputProgram.apply(values)) {
    if (sumsByChannel)
      value = value * scales.sums[k];
    else if (!numbers.sums && filterByChannel)
      value = value * scales.filter[k];
    if (numbers.output) {
      size_t group = getGroup(numbers.output->per, 0, k);
      observers.output(group, value);
      float scale = scales.output[group];
      value = round(value * (1.0f / scale)) * scale;
    }
    result.push_back(roundToI32(value));
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Convolution
//===----------------------------------------------------------------------===//

OutputScales
QuantizedConvolution::getOutputScales(const QuantizedProblem &problem) const {
  OutputScales scales;
  scales.filter = getFilterScales(problem);
  if (numbers.sums)
    scales.sums = numbers.sums->values;
  if (numbers.output)
    scales.output = numbers.output->values;
  return scales;
}

std::vector<int32_t>
QuantizedConvolution::convolve(const QuantizedProblem &problem,
                               const OutputScales &scales) const {
  auto ignore = [](size_t, double) {};
  return convolve(problem, scales, {ignore, ignore, ignore});
}

std::vector<int32_t>
QuantizedConvolution::convolve(const QuantizedProblem &problem,
                               const OutputScales &scales,
                               const Observers &observers) const {
  const int64_t taps = getNumTaps(), c = problem.c, k = problem.k;
  const int64_t outH = problem.h - rows.r + 1, outW = problem.w - cols.r + 1;
  std::vector<int16_t> filter =
      quantizeFilter(transformFilter(problem), scales.filter, k);
  std::vector<int32_t> result(problem.n * outH * outW * k);
  auto getPixel = [&](int64_t n, int64_t row, int64_t col, int64_t channel) {
    if (row >= problem.h || col >= problem.w)
      return problem.padValue;
    return problem
        .image[((n * problem.h + row) * problem.w + col) * c + channel];
  };
  auto buildTile = [&](int64_t n, int64_t firstRow, int64_t firstCol) {
    // M [taps, K], summed modulo 2^32.
    std::vector<uint32_t> sums(taps * k, 0);
    std::vector<int16_t> tile(taps);
    for (int64_t channel = 0; channel < c; ++channel) {
      for (int64_t tap = 0; tap < taps; ++tap)
        tile[tap] = static_cast<int16_t>(
            getPixel(n, firstRow + tap / cols.alpha(),
                     firstCol + tap % cols.alpha(), channel));
      std::vector<int16_t> transformed =
          transformInput(tile, channel, observers.input);
      for (int64_t tap = 0; tap < taps; ++tap)
        for (int64_t out = 0; out < k; ++out)
          sums[tap * k + out] +=
              static_cast<uint32_t>(static_cast<int32_t>(transformed[tap]) *
                                    filter[(tap * c + channel) * k + out]);
    }
    std::vector<int32_t> tapSums(taps);
    for (int64_t out = 0; out < k; ++out) {
      for (int64_t tap = 0; tap < taps; ++tap)
        tapSums[tap] = static_cast<int32_t>(sums[tap * k + out]);
      std::vector<int32_t> pixels =
          transformOutput(tapSums, out, scales, observers);
      for (int64_t i = 0; i < rows.m; ++i)
        for (int64_t j = 0; j < cols.m; ++j)
          if (firstRow + i < outH && firstCol + j < outW)
            result[((n * outH + firstRow + i) * outW + firstCol + j) * k +
                   out] = pixels[i * cols.m + j];
    }
  };
  for (int64_t n = 0; n < problem.n; ++n)
    for (int64_t row = 0; row < outH; row += rows.m)
      for (int64_t col = 0; col < outW; col += cols.m)
        buildTile(n, row, col);
  return result;
}

QuantizedNumbers
QuantizedConvolution::calibrate(const QuantizedProblem &problem) const {
  auto ignore = [](size_t, double) {};
  // Chooses the scales of a stage of so many channels by what `stages` compute
  // up to there.
  auto choose = [&](StageScales &stage, QuantizedNumbers stages,
                    int64_t channels, ObserveFn Observers::*observer) {
    QuantizedConvolution convolution(rows, cols, stages);
    std::vector<double> bounds(getNumGroups(stage.per, getNumTaps(), channels),
                               0.0);
    auto observe = [&](size_t group, double value) {
      double &bound = bounds[bounds.size() == 1 ? 0 : group];
      bound = std::max(bound, std::abs(value));
    };
    Observers observers = {ignore, ignore, ignore};
    observers.*observer = observe;
    convolution.convolve(problem, convolution.getOutputScales(problem),
                         observers);
    stage.values = getScalesOf(std::move(bounds), numbers, stage);
  };
  QuantizedNumbers result = numbers, stages = numbers;
  stages.sums = stages.output = std::nullopt;
  if (result.input.values.empty())
    choose(result.input, stages, problem.c, &Observers::input);
  stages.input = result.input;
  if (result.sums) {
    stages.sums = result.sums;
    if (result.sums->values.empty()) {
      stages.sums->values.assign(
          getNumGroups(result.sums->per, getNumTaps(), problem.k), 1.0f);
      choose(*result.sums, stages, problem.k, &Observers::sums);
    }
    stages.sums = result.sums;
  }
  if (result.output && result.output->values.empty()) {
    stages.output = result.output;
    stages.output->values.assign(
        getNumGroups(result.output->per, /*taps=*/1, problem.k), 1.0f);
    choose(*result.output, stages, problem.k, &Observers::output);
  }
  return result;
}

QuantizationError wino::getError(ArrayRef<int32_t> actual,
                                 ArrayRef<int64_t> exact) {
  double error = 0, norm = 0, maxError = 0, max = 0;
  for (auto [got, expected] : llvm::zip_equal(actual, exact)) {
    double difference = static_cast<double>(got - expected);
    double value = static_cast<double>(expected);
    error += difference * difference;
    norm += value * value;
    maxError = std::max(maxError, std::abs(difference));
    max = std::max(max, std::abs(value));
  }
  auto divide = [](double lhs, double rhs) {
    if (rhs == 0)
      return lhs == 0 ? 0 : std::numeric_limits<double>::infinity();
    return lhs / rhs;
  };
  return {std::sqrt(divide(error, norm)), divide(maxError, max)};
}
