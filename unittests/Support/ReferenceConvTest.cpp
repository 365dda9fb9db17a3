//===- ReferenceConvTest.cpp - Slow exact 2-D convolution -----------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Support/ReferenceConv.h"
#include "gtest/gtest.h"
#include <limits>
#include <random>

using namespace wino;

namespace {

/// One output of the convolution from its definition, by scattering: every
/// input pixel and filter tap is tried, and counted where it meets the output.
template <typename Acc, typename T>
Acc computeOutput(const Conv2DShape &s, llvm::ArrayRef<T> x,
                  llvm::ArrayRef<T> f, int64_t n, int64_t oh, int64_t ow,
                  int64_t k) {
  int64_t groupIn = s.c / s.groups, groupOut = s.k / s.groups;
  int64_t firstChannel = k / groupOut * groupIn;
  Acc sum = 0;
  for (int64_t c = firstChannel; c < firstChannel + groupIn; ++c)
    for (int64_t ih = 0; ih < s.h; ++ih)
      for (int64_t iw = 0; iw < s.w; ++iw)
        for (int64_t i = 0; i < s.kh; ++i)
          for (int64_t j = 0; j < s.kw; ++j) {
            if (ih + s.padTop != oh * s.strideH + i * s.dilationH ||
                iw + s.padLeft != ow * s.strideW + j * s.dilationW)
              continue;
            sum +=
                Acc(x[((n * s.h + ih) * s.w + iw) * s.c + c]) *
                Acc(f[((i * s.kw + j) * groupIn + c - firstChannel) * s.k + k]);
          }
  return sum;
}

template <typename Acc, typename T>
void expectMatchesDefinition(const Conv2DShape &s, unsigned seed) {
  ASSERT_EQ(llvm::toString(s.validate()), "");
  std::mt19937 random(seed);
  // Small integers, so that doubles are exact too.
  std::uniform_int_distribution<int> value(-100, 100);
  std::vector<T> x(s.n * s.h * s.w * s.c);
  std::vector<T> f(s.kh * s.kw * (s.c / s.groups) * s.k);
  for (T &element : x)
    element = static_cast<T>(value(random));
  for (T &element : f)
    element = static_cast<T>(value(random));

  std::vector<Acc> y =
      referenceConv2D(s, llvm::ArrayRef<T>(x), llvm::ArrayRef<T>(f));
  ASSERT_EQ(static_cast<int64_t>(y.size()), s.n * s.outH() * s.outW() * s.k);
  size_t index = 0;
  for (int64_t n = 0; n < s.n; ++n)
    for (int64_t oh = 0; oh < s.outH(); ++oh)
      for (int64_t ow = 0; ow < s.outW(); ++ow)
        for (int64_t k = 0; k < s.k; ++k)
          ASSERT_EQ(y[index++], (computeOutput<Acc, T>(s, x, f, n, oh, ow, k)));
}

TEST(ReferenceConvTest, matchesTheDefinition) {
  std::mt19937 random(7);
  auto pick = [&](int low, int high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  unsigned count = 0;
  for (unsigned seed = 0; seed < 150; ++seed) {
    Conv2DShape shape;
    shape.n = pick(1, 2);
    shape.h = pick(1, 8);
    shape.w = pick(1, 8);
    shape.groups = pick(1, 3);
    shape.c = shape.groups * pick(1, 3);
    shape.k = shape.groups * pick(1, 3);
    shape.kh = pick(1, 4);
    shape.kw = pick(1, 4);
    shape.strideH = pick(1, 3);
    shape.strideW = pick(1, 3);
    shape.dilationH = pick(1, 2);
    shape.dilationW = pick(1, 2);
    shape.padTop = pick(0, 3);
    shape.padBottom = pick(0, 3);
    shape.padLeft = pick(0, 3);
    shape.padRight = pick(0, 3);
    if (llvm::Error error = shape.validate()) {
      llvm::consumeError(std::move(error));
      continue;
    }
    expectMatchesDefinition<double, float>(shape, seed);
    expectMatchesDefinition<int64_t, int32_t>(shape, seed);
    ++count;
  }
  EXPECT_GT(count, 100u);
}

TEST(ReferenceConvTest, depthwise) {
  Conv2DShape shape;
  shape.h = shape.w = 5;
  shape.c = shape.groups = 4;
  shape.k = 8;
  shape.kh = shape.kw = 3;
  shape.padTop = shape.padBottom = shape.padLeft = shape.padRight = 1;
  expectMatchesDefinition<int64_t, int32_t>(shape, 1);
}

TEST(ReferenceConvTest, accumulatesInDouble) {
  Conv2DShape shape;
  shape.c = 3;
  std::vector<float> x = {16777216.0f, 1.0f, -16777216.0f};
  std::vector<float> f = {1.0f, 1.0f, 1.0f};
  EXPECT_EQ(referenceConv2D(shape, llvm::ArrayRef<float>(x),
                            llvm::ArrayRef<float>(f))[0],
            1.0);
}

TEST(ReferenceConvTest, integersAreExactWhenThePartialSumsAreNot) {
  int32_t least = std::numeric_limits<int32_t>::min();
  Conv2DShape shape;
  shape.c = 4;
  // The first two products add up to 2^63, the third makes the sum fit again.
  std::vector<int32_t> x = {least, least, -(least + 1), 3};
  std::vector<int32_t> f = {least, least, least + 1, 5};
  std::vector<int64_t> y = referenceConv2D(shape, llvm::ArrayRef<int32_t>(x),
                                           llvm::ArrayRef<int32_t>(f));
  int64_t quarter = int64_t(1) << 62;
  int64_t max = std::numeric_limits<int32_t>::max();
  EXPECT_EQ(y[0], quarter - max * max + quarter + 15);
}

TEST(ReferenceConvTest, rejectsBadShapes) {
  auto message = [](auto change) {
    Conv2DShape shape;
    shape.h = shape.w = 5;
    shape.c = 4;
    shape.k = 6;
    shape.kh = shape.kw = 3;
    change(shape);
    return llvm::toString(shape.validate());
  };
  EXPECT_EQ(message([](Conv2DShape &) {}), "");
  EXPECT_EQ(message([](Conv2DShape &s) { s.n = 0; }),
            "expected n to be positive, but got 0");
  EXPECT_EQ(message([](Conv2DShape &s) { s.strideW = -1; }),
            "expected strideW to be positive, but got -1");
  EXPECT_EQ(message([](Conv2DShape &s) { s.padLeft = -1; }),
            "expected padLeft not to be negative, but got -1");
  EXPECT_EQ(message([](Conv2DShape &s) { s.groups = 4; }),
            "expected groups to divide the channels, but got 4 groups of 4 "
            "input and 6 output channels");
  EXPECT_EQ(message([](Conv2DShape &s) { s.dilationH = 3; }),
            "expected the dilated filter to fit the padded image, but its "
            "height is 7 and the image's is 5");
  EXPECT_EQ(message([](Conv2DShape &s) { s.kw = 6; }),
            "expected the dilated filter to fit the padded image, but its "
            "width is 6 and the image's is 5");
  int64_t max = std::numeric_limits<int64_t>::max();
  EXPECT_NE(message([=](Conv2DShape &s) { s.padTop = max; }), "");
  EXPECT_NE(message([=](Conv2DShape &s) { s.dilationW = max; }), "");
  EXPECT_EQ(message([=](Conv2DShape &s) { s.h = s.w = max / 8; }),
            "the number of elements of an array exceeds 64 bits");
}

} // namespace
