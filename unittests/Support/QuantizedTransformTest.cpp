//===- QuantizedTransformTest.cpp - Transforms in few bits ----------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Support/QuantizedTransform.h"
#include "TransformTester.h"
#include <cmath>

using namespace wino;

namespace {

constexpr Quantization kPerTensor{8, ScalePer::Tensor, false};
constexpr Quantization kPerTap{8, ScalePer::Tap, false};
constexpr Quantization kPerChannel{8, ScalePer::Channel, false};

double getMeanError(const Transform1D &transform, const QuantizedScheme &scheme,
                    unsigned numSeeds = 10) {
  double sum = 0;
  for (unsigned seed = 0; seed < numSeeds; ++seed)
    sum += measureQuantizationError(
        transform, transform, scheme,
        makeRandomTiles(transform, transform, 24, 64, 16, true, 8, seed));
  return sum / numSeeds;
}

TEST(QuantizedTransformTest, normalizedRowsKeepTheIdentity) {
  for (int64_t m = 1; m <= 10; ++m)
    for (int64_t r : {1, 2, 3, 5}) {
      Transform1D transform =
          normalizeRows(build(m, r, getDefaultPoints(m, r)));
      EXPECT_EQ(message(verifyConvolutionIdentity(transform)), "");
      for (const RationalMatrix *matrix : {&transform.g, &transform.bt})
        for (unsigned k = 0; k < matrix->getNumRows(); ++k) {
          double sum = 0;
          for (const Rational &entry : matrix->getRow(k))
            sum += toDouble(entry) * toDouble(entry);
          EXPECT_NEAR(std::sqrt(sum), 1.0, 1.0 / 64);
        }
    }
}

TEST(QuantizedTransformTest, scalesFollowTheLargestValue) {
  // [taps = 2, n = 2, channels = 2]
  TapArray array{2, 2, {1, -2, 3, 4, 5, 6, -254, 0}};
  EXPECT_EQ(getScales(array, kPerTensor), std::vector<double>{2.0});
  EXPECT_EQ(getScales(array, kPerTap), (std::vector<double>{4.0 / 127, 2.0}));
  EXPECT_EQ(getScales(array, kPerChannel),
            (std::vector<double>{2.0, 6.0 / 127}));
  EXPECT_EQ(getScales(array, {8, ScalePer::Tap, /*powersOfTwo=*/true}),
            (std::vector<double>{1.0 / 16, 2.0}));
  EXPECT_EQ(getScales({1, 1, {0.0, 0.0}}, kPerTensor),
            std::vector<double>{1.0});
}

TEST(QuantizedTransformTest, roundsAndClamps) {
  TapArray array{1, 1, {0.4, -0.6, 2.5, 200, -200}};
  quantize(array, kPerTensor, {1.0});
  EXPECT_EQ(array.values, (std::vector<double>{0, -1, 2, 127, -128}));
  array.values = {5.0, 6.1};
  quantize(array, {4, ScalePer::Tensor, false}, {2.0});
  EXPECT_EQ(array.values, (std::vector<double>{4, 6}));
}

TEST(QuantizedTransformTest, rejectsSchemesWithoutAMeaning) {
  auto error = [](QuantizedScheme scheme) {
    return message(scheme.validate());
  };
  EXPECT_EQ(error({kPerTensor, kPerTap, kPerChannel, kPerChannel, kPerChannel}),
            "");
  EXPECT_EQ(error({{}, Quantization{1, ScalePer::Tensor, false}, {}, {}, {}}),
            "expected 2 to 16 bits, but got 1");
  EXPECT_EQ(error({{}, {}, Quantization{17, ScalePer::Tensor, false}, {}, {}}),
            "expected 2 to 16 bits, but got 17");
  EXPECT_EQ(error({{}, kPerChannel, {}, {}, {}}),
            "expected no scales per channel of the input: channels are summed "
            "over");
  EXPECT_EQ(error({kPerTap, {}, {}, {}, {}}), "expected one scale per matrix");
  EXPECT_EQ(error({{}, {}, {}, {}, kPerTap}),
            "expected no scales per tap of the result: it has no taps");
}

TEST(QuantizedTransformTest, withoutQuantizationThereIsNoError) {
  Transform1D rows = build(4, 3, getDefaultPoints(4, 3));
  Transform1D cols = normalizeRows(build(2, 5, getDefaultPoints(2, 5)));
  TileProblem problem = makeRandomTiles(rows, cols, 3, 5, 2, false, 8, 1);
  EXPECT_LT(measureQuantizationError(rows, cols, {}, problem), 1e-14);
}

TEST(QuantizedTransformTest, moreBitsMeanLessError) {
  Transform1D transform = build(4, 3, getDefaultPoints(4, 3));
  double last = INFINITY;
  for (unsigned bits = 4; bits <= 16; bits += 2) {
    Quantization quantization{bits, ScalePer::Tap, false};
    double error =
        getMeanError(transform, {{}, quantization, quantization, {}, {}}, 1);
    EXPECT_LT(error, last / 2);
    last = error;
  }
}

// The data-free baseline: F(4, 3) on 0, -1, 1, 1/2, -2, inf.
TEST(QuantizedTransformTest, reachesTheBaseline) {
  Transform1D transform = build(4, 3, getDefaultPoints(4, 3));
  Transform1D normalized = normalizeRows(transform);
  QuantizedScheme operands{{}, kPerTap, kPerTap, {}, {}};
  QuantizedScheme all{kPerTensor, kPerTensor, kPerTensor, kPerTensor,
                      kPerTensor};
  EXPECT_LE(getMeanError(transform, operands), 0.069);
  EXPECT_LE(getMeanError(normalized, operands), 0.069);
  EXPECT_LE(getMeanError(normalized, all), 0.115);
  // What the normalization is for.
  EXPECT_GT(getMeanError(transform, all), 0.5);
}

} // namespace
