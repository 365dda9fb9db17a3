//===- QuantizedConvolutionTest.cpp - What quantized code computes --------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Support/QuantizedConvolution.h"
#include "TransformTester.h"
#include <cmath>
#include <limits>
#include <random>

using namespace wino;

namespace {

Transform1D getDefault(int64_t m, int64_t r) {
  return build(m, r, getDefaultPoints(m, r));
}

QuantizedConvolution create(const Transform1D &transform,
                            const QuantizedNumbers &numbers) {
  llvm::Expected<QuantizedConvolution> convolution =
      QuantizedConvolution::create(transform, transform, numbers);
  EXPECT_TRUE(bool(convolution));
  return std::move(*convolution);
}

/// A problem with data of its own.
struct OwnedProblem : QuantizedProblem {
  OwnedProblem(int64_t h, int64_t w, int64_t c, int64_t k, int64_t r,
               unsigned seed, int32_t min = -128, int32_t max = 127) {
    std::mt19937 random(seed);
    std::uniform_int_distribution<int32_t> data(min, max), weights(-127, 127);
    for (int64_t i = 0; i < h * w * c; ++i)
      imageData.push_back(data(random));
    for (int64_t i = 0; i < r * r * c * k; ++i)
      filterData.push_back(weights(random));
    this->h = h;
    this->w = w;
    this->c = c;
    this->k = k;
    image = imageData;
    filter = filterData;
    shape.h = h;
    shape.w = w;
    shape.c = c;
    shape.k = k;
    shape.kh = shape.kw = r;
  }
  std::vector<int64_t> getExact() const {
    return referenceConv2D(shape, imageData, filterData);
  }

  std::vector<int32_t> imageData, filterData;
  Conv2DShape shape;
};

QuantizationError measure(const Transform1D &transform,
                          const QuantizedNumbers &numbers,
                          const OwnedProblem &problem) {
  QuantizedConvolution convolution = create(transform, numbers);
  convolution = create(transform, convolution.calibrate(problem));
  return getError(
      convolution.convolve(problem, convolution.getOutputScales(problem)),
      problem.getExact());
}

QuantizedNumbers getNumbers(unsigned bits, ScalePer per) {
  QuantizedNumbers numbers;
  numbers.bits = bits;
  numbers.input.per = numbers.filter.per = per;
  return numbers;
}

TEST(QuantizedConvolutionTest, refusesNumbersWithoutAMeaning) {
  auto error = [](auto change) {
    QuantizedNumbers numbers;
    change(numbers);
    return message(numbers.validate());
  };
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float inf = std::numeric_limits<float>::infinity();
  EXPECT_EQ(error([](QuantizedNumbers &n) {}), "");
  EXPECT_EQ(error([](QuantizedNumbers &n) { n.bits = 3; }),
            "expected 4 to 16 bits, but got 3");
  EXPECT_EQ(error([](QuantizedNumbers &n) { n.bits = 17; }),
            "expected 4 to 16 bits, but got 17");
  EXPECT_EQ(error([](QuantizedNumbers &n) { n.dataMax = 128; }),
            "expected a range of data in -128 .. 127, but got -128 .. 128");
  EXPECT_EQ(error([](QuantizedNumbers &n) {
              n.output = StageScales{ScalePer::Tap, false, {}};
            }),
            "expected no scales per tap of the output: it has no taps");
  EXPECT_EQ(error([](QuantizedNumbers &n) { n.input.values = {1, 2}; }),
            "expected one scale of the input, but got 2");
  for (float scale : {0.0f, -1.0f, nan, inf}) {
    EXPECT_NE(error([&](QuantizedNumbers &n) { n.filter.values = {scale}; }),
              "");
    EXPECT_NE(error([&](QuantizedNumbers &n) {
                n.sums = StageScales{ScalePer::Tensor, false, {scale}};
              }),
              "");
  }
  QuantizedNumbers numbers = getNumbers(8, ScalePer::Tap);
  numbers.input.values.assign(35, 1.0f);
  Transform1D transform = getDefault(4, 3);
  EXPECT_EQ(
      message(QuantizedConvolution::create(transform, transform, numbers)),
      "expected a scale of the input for each of 36 taps, but got 35");
}

// The identity has nothing to round where integers fit the bits.
TEST(QuantizedConvolutionTest, identityIsExact) {
  Transform1D transform = getDefault(1, 1);
  OwnedProblem problem(5, 4, 7, 3, 1, 1);
  QuantizedNumbers numbers = getNumbers(8, ScalePer::Tensor);
  numbers.input.values = numbers.filter.values = {1.0f};
  QuantizedConvolution convolution = create(transform, numbers);
  EXPECT_TRUE(convolution.hasIntegerInput());
  EXPECT_EQ(convolution.getMultipliers(), llvm::ArrayRef<int16_t>{0});
  std::vector<int32_t> result =
      convolution.convolve(problem, convolution.getOutputScales(problem));
  EXPECT_EQ(getError(result, problem.getExact()).largest, 0);
}

TEST(QuantizedConvolutionTest, moreBitsMeanLessError) {
  OwnedProblem problem(13, 9, 4, 3, 3, 2);
  for (int64_t m : {2, 4, 6})
    for (ScalePer per : {ScalePer::Tensor, ScalePer::Tap}) {
      double last = INFINITY;
      for (unsigned bits : {6, 8, 10, 12}) {
        QuantizedNumbers numbers = getNumbers(bits, per);
        numbers.isNormalized = true;
        double error = measure(getDefault(m, 3), numbers, problem).relative;
        EXPECT_LT(error, last) << m << " " << bits;
        last = error / 2;
      }
      EXPECT_LT(last, 0.02) << m;
    }
}

// The same data as those of QuantizedTransformTest.reachesTheBaseline, each
// tile an image of its own.
TEST(QuantizedConvolutionTest, reachesTheBaseline) {
  Transform1D transform = getDefault(4, 3);
  double sum = 0;
  constexpr unsigned kNumSeeds = 10;
  for (unsigned seed = 0; seed < kNumSeeds; ++seed) {
    TileProblem tiles =
        makeRandomTiles(transform, transform, 24, 64, 16, true, 8, seed);
    auto getIntegers = [](llvm::ArrayRef<double> values) {
      double max = 0;
      for (double value : values)
        max = std::max(max, std::abs(value));
      std::vector<int32_t> integers;
      for (double value : values)
        integers.push_back(int32_t(std::lround(value / max * 127)));
      return integers;
    };
    OwnedProblem problem(6, 6, 64, 16, 3, 0);
    problem.filterData = getIntegers(tiles.filter);
    std::vector<int32_t> data = getIntegers(tiles.input);
    problem.imageData.resize(data.size());
    const size_t pixel = 24 * 64;
    for (size_t i = 0; i < data.size(); ++i)
      problem.imageData[(i % pixel / 64 * 36 + i / pixel) * 64 + i % 64] =
          data[i];
    problem.n = problem.shape.n = 24;
    problem.image = problem.imageData;
    problem.filter = problem.filterData;
    sum += measure(transform, getNumbers(8, ScalePer::Tap), problem).relative;
  }
  EXPECT_LE(sum / kNumSeeds, 0.069);
  EXPECT_GE(sum / kNumSeeds, 0.067);
}

TEST(QuantizedConvolutionTest, dataFreeScalesFollowTheRange) {
  for (int64_t m : {1, 2, 3, 4, 5, 6})
    for (int32_t min : {-128, 0}) {
      QuantizedNumbers numbers = getNumbers(8, ScalePer::Tap);
      numbers.dataMin = min;
      Transform1D transform = getDefault(m, 3);
      QuantizedConvolution convolution = create(transform, numbers);
      EXPECT_EQ(convolution.hasIntegerInput(), m <= 4);
      const double size = 128 - min, mean = (127 + min) / 2.0;
      for (int64_t tap = 0; tap < convolution.getNumTaps(); ++tap) {
        double max = 0, least = 0, sum = 0, squares = 0;
        for (const Rational &left :
             transform.bt.getRow(tap / transform.alpha()))
          for (const Rational &right :
               transform.bt.getRow(tap % transform.alpha())) {
            double factor = toDouble(left * right);
            max += std::max(factor * 127, factor * min);
            least += std::min(factor * 127, factor * min);
            sum += factor;
            squares += factor * factor;
          }
        double bound =
            std::min(std::max(max, -least),
                     std::abs(sum * mean) +
                         4 * std::sqrt(squares * (size * size - 1) / 12));
        // Within a rounding of the multiplier.
        EXPECT_NEAR(bound / convolution.getInputScales()[tap], 127, 0.6);
      }
    }
}

// Uniform data need no samples: errors are those of calibrated scales.
TEST(QuantizedConvolutionTest, uniformDataNeedNoSamples) {
  for (int32_t min : {-128, 0}) {
    OwnedProblem problem(22, 22, 16, 4, 3, 7, min);
    QuantizedNumbers numbers = getNumbers(8, ScalePer::Tap);
    numbers.dataMin = min;
    QuantizedConvolution convolution = create(getDefault(4, 3), numbers);
    double error = getError(convolution.convolve(
                                problem, convolution.getOutputScales(problem)),
                            problem.getExact())
                       .relative;
    EXPECT_LT(error,
              1.25 * measure(getDefault(4, 3), numbers, problem).relative);
  }
}

TEST(QuantizedConvolutionTest, roundsMultiplesHalfUp) {
  // V = d in F(1, 1), times 1 / 2.
  QuantizedNumbers numbers = getNumbers(8, ScalePer::Tensor);
  numbers.input.values = {2.0f};
  numbers.filter.values = {1.0f};
  QuantizedConvolution convolution = create(getDefault(1, 1), numbers);
  EXPECT_EQ(convolution.getMultipliers(), llvm::ArrayRef<int16_t>{1 << 14});
  OwnedProblem problem(1, 4, 1, 1, 1, 1);
  std::vector<int32_t> image = {-3, -1, 1, 3}, filter = {1};
  problem.image = image;
  problem.filter = filter;
  EXPECT_EQ(convolution.convolve(problem, {{1.0f}, {}, {}}),
            (std::vector<int32_t>{-2, 0, 2, 4}));
}

TEST(QuantizedConvolutionTest, allStagesAreRounded) {
  Transform1D transform = getDefault(4, 3);
  OwnedProblem problem(8, 8, 16, 4, 3, 5, /*min=*/0);
  for (ScalePer per : {ScalePer::Tensor, ScalePer::Tap, ScalePer::Channel}) {
    QuantizedNumbers numbers = getNumbers(8, ScalePer::Tap);
    numbers.isNormalized = true;
    numbers.filter.per = per;
    const double operands = measure(transform, numbers, problem).relative;
    numbers.sums = StageScales{per, false, {}};
    const double sums = measure(transform, numbers, problem).relative;
    numbers.output =
        StageScales{per == ScalePer::Tap ? ScalePer::Tensor : per, true, {}};
    const double all = measure(transform, numbers, problem).relative;
    EXPECT_LT(operands, 0.1);
    EXPECT_LT(operands, sums);
    EXPECT_LT(sums, all);
    EXPECT_LT(all, 0.2);
  }
}

TEST(QuantizedConvolutionTest, powersOfTwoAreScales) {
  QuantizedNumbers numbers = getNumbers(8, ScalePer::Tap);
  numbers.input.powersOfTwo = numbers.filter.powersOfTwo = true;
  QuantizedConvolution convolution = create(getDefault(4, 3), numbers);
  OwnedProblem problem(6, 6, 3, 2, 3, 3);
  auto isPowerOfTwo = [](float scale) {
    int exponent;
    return std::frexp(scale, &exponent) == 0.5f;
  };
  EXPECT_TRUE(llvm::all_of(convolution.getInputScales(), isPowerOfTwo));
  EXPECT_TRUE(llvm::all_of(convolution.getFilterScales(problem), isPowerOfTwo));
  EXPECT_LT(measure(getDefault(4, 3), numbers, problem).relative, 0.15);
}

// A channel of small data has small weights if its scale has room for large
// ones.
TEST(QuantizedConvolutionTest, scalesPerInputChannel) {
  OwnedProblem problem(9, 9, 2, 3, 3, 5);
  constexpr int32_t kSmall = 16;
  for (size_t i = 0; i < problem.imageData.size(); i += 2)
    problem.imageData[i] /= kSmall;
  for (size_t pair = 0; pair < problem.filterData.size(); ++pair)
    if (pair / problem.k % 2 == 1)
      problem.filterData[pair] /= kSmall;
  auto getError = [&](ScalePer per) {
    QuantizedNumbers numbers = getNumbers(6, ScalePer::Tensor);
    numbers.input.per = per;
    return measure(getDefault(2, 3), numbers, problem).relative;
  };
  EXPECT_LT(getError(ScalePer::Channel), 0.5 * getError(ScalePer::Tensor));
  QuantizedConvolution convolution =
      create(getDefault(2, 3), getNumbers(8, ScalePer::Channel));
  EXPECT_FALSE(convolution.hasIntegerInput());
  EXPECT_EQ(convolution.getInputScales().size(), 1u);
}

TEST(QuantizedConvolutionTest, sumsFitI32) {
  auto check = [](unsigned bits, int64_t channels) {
    std::string text;
    bool holds = create(getDefault(2, 3), getNumbers(bits, ScalePer::Tap))
                     .checkSums(channels, text);
    return std::pair(holds, text);
  };
  EXPECT_EQ(check(8, 64), std::pair(true, std::string("64 * 128 * 127 = "
                                                      "1040384 < 2147483648")));
  EXPECT_TRUE(check(16, 2).first);
  EXPECT_EQ(check(16, 3),
            std::pair(false, std::string("3 * 32768 * 32767 = "
                                         "3221127168 >= 2147483648")));
}

} // namespace
