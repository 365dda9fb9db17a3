//===- QuantizedPlan.cpp - Plans with a known error -----------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Algorithms/QuantizedPlan.h"
#include "DataRange.h"
#include "Wino/Algorithms/ConvAlgorithm.h"
#include "Wino/Algorithms/FilterBounds.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"
#include <random>

using namespace mlir;
using namespace wino;

bool wino::isQuantized(PlanAttr plan) {
  return isa_and_present<QuantizedAttr>(plan.getNumbers());
}

std::string QuantizedPlan::toString() const {
  return llvm::formatv("error {0:F4} of max |y| (relative {1:F4}) on {2}",
                       error.largest, error.relative, data);
}

//===----------------------------------------------------------------------===//
// Data
//===----------------------------------------------------------------------===//

namespace {
/// Numbers from a seed that do not depend on the standard library.
class Random {
public:
  /// About normally distributed, with mean 0 and variance 1.
  double normal() {
    // The sum of twelve uniform numbers has this mean and variance.
    double sum = -6;
    for (int i = 0; i < 12; ++i)
      sum += static_cast<double>(engine() >> 11) * 0x1p-53;
    return sum;
  }
  int32_t normalInteger(double deviation, int64_t min, int64_t max) {
    double value = std::nearbyint(normal() * deviation);
    return static_cast<int32_t>(
        std::clamp(value, static_cast<double>(min), static_cast<double>(max)));
  }

private:
  std::mt19937_64 engine{/*seed=*/1};
};

/// A part of a convolution that stands for all of it: some tiles, all input
/// channels and some output channels.
struct Sample {
  /// `filter` has all output channels.
  Sample(const ConvProblem &problem, TransformAttr transform,
         const QuantizedNumbers &numbers, const ImageSamples *samples,
         int64_t numOutputs);

  QuantizedProblem get() const {
    QuantizedProblem problem;
    problem.n = image.n;
    problem.h = image.h;
    problem.w = image.w;
    problem.c = image.c;
    problem.k = static_cast<int64_t>(outputs.size());
    problem.image = image.values;
    problem.filter = filter;
    return problem;
  }
  /// The same with all output channels, but without an image.
  QuantizedProblem getAllFilters() const {
    QuantizedProblem problem = get();
    problem.k = numFilters;
    problem.filter = allFilters;
    return problem;
  }
  std::vector<int64_t> getExact(TransformAttr transform) const;

  ImageSamples image;
  int64_t numFilters;
  std::vector<int32_t> allFilters, filter;
  /// The numbers of the output channels.
  SmallVector<int64_t> outputs;
  std::string data;
};
} // namespace

/// Returns the part of `samples` that tiles rows of at most `numTiles` tiles
/// need, of as many images.
static ImageSamples crop(const ImageSamples &samples, TransformAttr transform,
                         int64_t numTiles) {
  ImageSamples result;
  auto limit = [&](int64_t size, unsigned axis) {
    return std::min(size,
                    numTiles * transform.getM(axis) + transform.getR(axis) - 1);
  };
  result.n = std::min(samples.n, numTiles);
  result.h = limit(samples.h, 0);
  result.w = limit(samples.w, 1);
  result.c = samples.c;
  // From the middle, away from borders.
  const int64_t top = (samples.h - result.h) / 2;
  const int64_t left = (samples.w - result.w) / 2;
  for (int64_t n = 0; n < result.n; ++n)
    for (int64_t row = 0; row < result.h; ++row) {
      auto begin = samples.values.begin() +
                   ((n * samples.h + top + row) * samples.w + left) * samples.c;
      result.values.insert(result.values.end(), begin,
                           begin + result.w * result.c);
    }
  return result;
}

Sample::Sample(const ConvProblem &problem, TransformAttr transform,
               const QuantizedNumbers &numbers, const ImageSamples *samples,
               int64_t numOutputs)
    : numFilters(problem.k), allFilters(getFilterElements(problem)) {
  constexpr int64_t kTiles = 4;
  Random random;
  data = "seeded data";
  if (samples) {
    image = crop(*samples, transform, kTiles);
    data = "samples";
  } else {
    image.n = 1;
    image.h = kTiles * transform.getMRows() + transform.getRRows() - 1;
    image.w = kTiles * transform.getMCols() + transform.getRCols() - 1;
    image.c = problem.c;
    // Normally distributed around zero, four deviations to the largest, and
    // rectified where the range begins at zero.
    const double deviation = static_cast<double>(std::max<int64_t>(
                                 {-numbers.dataMin, numbers.dataMax, 4})) /
                             4;
    image.values.resize(image.h * image.w * image.c);
    for (int32_t &value : image.values)
      value = random.normalInteger(deviation, numbers.dataMin, numbers.dataMax);
  }
  if (allFilters.empty()) {
    data += " and weights";
    allFilters.resize(problem.kh * problem.kw * problem.c * problem.k);
    for (int32_t &value : allFilters)
      value = random.normalInteger(/*deviation=*/32, -127, 127);
  }
  numOutputs = std::min(numOutputs, numFilters);
  for (int64_t i = 0; i < numOutputs; ++i)
    outputs.push_back(i * numFilters / numOutputs);
  const int64_t numPairs = static_cast<int64_t>(allFilters.size()) / numFilters;
  for (int64_t pair = 0; pair < numPairs; ++pair)
    for (int64_t output : outputs)
      filter.push_back(allFilters[pair * numFilters + output]);
}

std::vector<int64_t> Sample::getExact(TransformAttr transform) const {
  Conv2DShape shape;
  shape.n = image.n;
  shape.h = image.h;
  shape.w = image.w;
  shape.c = image.c;
  shape.k = static_cast<int64_t>(outputs.size());
  shape.kh = transform.getRRows();
  shape.kw = transform.getRCols();
  return referenceConv2D(shape, image.values, filter);
}

//===----------------------------------------------------------------------===//
// Plans
//===----------------------------------------------------------------------===//

/// Takes the scales from `values` where they are not given.
static void fillScales(StageScales &stage, ArrayRef<float> values) {
  if (stage.values.empty())
    stage.values = values.vec();
}

/// Returns the scales of some output channels.
static StageScales selectChannels(StageScales stage,
                                  ArrayRef<int64_t> channels) {
  if (stage.per != ScalePer::Channel || stage.values.empty())
    return stage;
  std::vector<float> selected;
  for (int64_t channel : channels)
    selected.push_back(stage.values[channel]);
  stage.values = selected;
  return stage;
}

/// Fails if scales per channel are given for others than the channels of
/// `problem`.
static LogicalResult checkChannelScales(const QuantizedNumbers &numbers,
                                        const ConvProblem &problem,
                                        std::string &reason) {
  auto check = [&](StringRef name, const StageScales &stage, int64_t channels) {
    if (stage.per != ScalePer::Channel || stage.values.empty() ||
        static_cast<int64_t>(stage.values.size()) == channels)
      return true;
    reason = llvm::formatv("{0} scales of the {1} are given for {2} channels",
                           stage.values.size(), name, channels);
    return false;
  };
  return success(
      check("input", numbers.input, problem.c) &&
      check("filter", numbers.filter, problem.k) &&
      (!numbers.sums || check("sums", *numbers.sums, problem.k)) &&
      (!numbers.output || check("output", *numbers.output, problem.k)));
}

static llvm::Expected<QuantizedConvolution>
create(TransformAttr transform, const QuantizedNumbers &numbers) {
  return QuantizedConvolution::create(transform.getTransform(0),
                                      transform.getTransform(1), numbers);
}

/// Finds the scales that are not known, but for the filter, and with samples
/// also for the input.
static QuantizedNumbers calibrate(TransformAttr transform,
                                  QuantizedNumbers numbers,
                                  const Sample &sample, bool hasSamples) {
  auto isOpen = [](const std::optional<StageScales> &stage) {
    return stage && stage->values.empty();
  };
  const bool isInputOpen = numbers.input.values.empty() && hasSamples;
  if (!isInputOpen && !isOpen(numbers.sums) && !isOpen(numbers.output))
    return numbers;
  QuantizedConvolution convolution = llvm::cantFail(create(transform, numbers));
  if (!isInputOpen && numbers.input.values.empty()) {
    // Sums and output are those of the scales that follow from the range.
    QuantizedNumbers withInput = numbers;
    withInput.input.values = convolution.getInputScales().vec();
    withInput.input.per = ScalePer::Tap;
    QuantizedNumbers result =
        llvm::cantFail(create(transform, withInput)).calibrate(sample.get());
    result.input = numbers.input;
    return result;
  }
  return convolution.calibrate(sample.get());
}

/// Returns the scales of V per channel: by the sample, or else those that have
/// room for all data.
static std::vector<float> getChannelScales(TransformAttr transform,
                                           QuantizedNumbers numbers,
                                           const Sample &sample,
                                           bool hasSamples) {
  numbers.sums = numbers.output = std::nullopt;
  QuantizedConvolution convolution = llvm::cantFail(create(transform, numbers));
  if (hasSamples)
    return convolution.calibrate(sample.get()).input.values;
  return std::vector<float>(sample.image.c,
                            convolution.getInputScales().front());
}

namespace {
/// What a sample of a convolution says.
struct Measured {
  /// With all scales, those per channel of some channels only where they were
  /// given.
  QuantizedNumbers numbers;
  QuantizationError error;
  std::string data;
};
} // namespace

/// Measures `problem` by valid numbers with scales for all channels.
static Measured measure(const ConvProblem &problem, TransformAttr transform,
                        QuantizedNumbers numbers, const ImageSamples *samples) {
  // Scales of all channels need all of them.
  auto needsAll = [](const std::optional<StageScales> &stage) {
    return stage && stage->per == ScalePer::Channel && stage->values.empty();
  };
  constexpr int64_t kOutputs = 16;
  const bool usesAll = needsAll(numbers.sums) || needsAll(numbers.output);
  Sample sample(problem, transform, numbers, samples,
                usesAll ? problem.k : kOutputs);
  // The part of the convolution has the scales that the whole one has.
  auto getPart = [&](QuantizedNumbers whole) {
    whole.filter = selectChannels(whole.filter, sample.outputs);
    if (whole.sums)
      whole.sums = selectChannels(*whole.sums, sample.outputs);
    if (whole.output)
      whole.output = selectChannels(*whole.output, sample.outputs);
    return whole;
  };
  // U, and so its scales, depend on scales of V per channel.
  if (numbers.input.per == ScalePer::Channel && numbers.input.values.empty())
    numbers.input.values = getChannelScales(transform, numbers, sample,
                                            /*hasSamples=*/samples != nullptr);
  numbers.filter.values = llvm::cantFail(create(transform, numbers))
                              .getFilterScales(sample.getAllFilters());
  QuantizedNumbers found =
      calibrate(transform, getPart(numbers), sample, samples != nullptr);
  QuantizedConvolution convolution = llvm::cantFail(create(transform, found));
  std::vector<int32_t> result = convolution.convolve(
      sample.get(), convolution.getOutputScales(sample.get()));
  return {found, getError(result, sample.getExact(transform)), sample.data};
}

LogicalResult wino::checkRoundingError(const ConvProblem &problem,
                                       PlanAttr plan, double maxError,
                                       std::string &reason) {
  reason.clear();
  if (maxError == 0)
    return success();
  const double error = getAlgorithm(plan).getError(
      problem, {plan.getTransform(), plan.getNumbers()});
  if (error <= maxError)
    return success();
  llvm::raw_string_ostream(reason)
      << "its predicted error of " << llvm::format("%.3g", error)
      << " of max |y| > " << llvm::format("%g", maxError);
  return failure();
}

QuantizationError wino::measureQuantizationError(const ConvProblem &problem,
                                                 TransformAttr transform,
                                                 QuantizedAttr numbers) {
  return measure(problem, transform, numbers.getQuantization(),
                 /*samples=*/nullptr)
      .error;
}

FailureOr<QuantizedPlan> wino::resolveQuantizedPlan(const ConvProblem &problem,
                                                    PlanAttr plan,
                                                    StringRef name,
                                                    const ErrorBudget &budget,
                                                    std::string &reason) {
  reason.clear();
  auto attr = cast<QuantizedAttr>(plan.getNumbers());
  double maxError = budget.maxError;
  if (FloatAttr own = attr.getMaxError()) {
    const double allowed = own.getValueAsDouble();
    maxError = maxError > 0 ? std::min(maxError, allowed) : allowed;
  }
  if (!(maxError > 0)) {
    reason = "its result is not exact, and neither the plan nor an option "
             "max-error allows an error";
    return failure();
  }
  TransformAttr transform = plan.getTransform();
  QuantizedNumbers numbers = attr.getQuantization();
  // What clamps the image may tell more than its type.
  const IntegerBounds range = getDataRange(problem);
  if (numbers.dataMin < range.min && numbers.input.values.empty())
    numbers.dataMin = std::min(range.min, numbers.dataMax);
  if (numbers.dataMax > range.max && numbers.input.values.empty())
    numbers.dataMax = std::max(range.max, numbers.dataMin);
  const ImageSamples *samples = nullptr;
  if (auto layer = budget.calibration.layers.find(name);
      layer != budget.calibration.layers.end()) {
    const Calibration::Layer &known = layer->second;
    fillScales(numbers.input, known.input);
    fillScales(numbers.filter, known.filter);
    if (numbers.sums)
      fillScales(*numbers.sums, known.sums);
    if (numbers.output)
      fillScales(*numbers.output, known.output);
    if (known.samples)
      samples = &*known.samples;
  }
  if (samples && (samples->c != problem.c || samples->h < problem.kh ||
                  samples->w < problem.kw)) {
    reason = llvm::formatv("samples of {0}x{1} pixels and {2} channels do not "
                           "fit a filter of {3}x{4} and {5}",
                           samples->h, samples->w, samples->c, problem.kh,
                           problem.kw, problem.c);
    return failure();
  }
  if (llvm::Error error = create(transform, numbers).takeError()) {
    reason = llvm::toString(std::move(error));
    return failure();
  }
  if (failed(checkChannelScales(numbers, problem, reason)))
    return failure();

  Measured measured = measure(problem, transform, numbers, samples);
  QuantizedPlan result{{}, measured.error, measured.data};
  if (!(result.error.largest <= maxError)) {
    llvm::raw_string_ostream(reason)
        << result.toString() << " > " << llvm::format("%g", maxError);
    return failure();
  }
  numbers.input = measured.numbers.input;
  auto take = [](std::optional<StageScales> &stage,
                 const std::optional<StageScales> &from) {
    if (stage && stage->values.empty())
      stage->values = from->values;
  };
  take(numbers.sums, measured.numbers.sums);
  take(numbers.output, measured.numbers.output);
  Builder builder(plan.getContext());
  result.plan =
      PlanAttr::get(plan.getContext(), plan.getAlgorithm(), transform,
                    QuantizedAttr::get(plan.getContext(), numbers,
                                       builder.getF64FloatAttr(maxError)),
                    plan.getSchedule(), plan.getUnproved(), plan.getChunk());
  return result;
}
