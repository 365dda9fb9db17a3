//===- RoundingErrorTest.cpp - Errors to expect of floats -----------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Cost/RoundingError.h"
#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace wino;

static Transform1D getTransform(int64_t m, int64_t r) {
  return llvm::cantFail(buildCookToom(m, r, getDefaultPoints(m, r)));
}

TEST(RoundingErrorTest, IdentityAddsNothing) {
  EXPECT_DOUBLE_EQ(getErrorGrowth(getTransform(1, 1)), 1);
}

/// Applies `matrix` to `in` in the arithmetic of T.
template <typename T>
static std::vector<T> apply(const RationalMatrix &matrix,
                            const std::vector<T> &in) {
  std::vector<T> out(matrix.getNumRows(), T(0));
  for (int64_t i = 0; i < matrix.getNumRows(); ++i)
    for (int64_t j = 0; j < matrix.getNumCols(); ++j)
      out[i] += T(toDouble(matrix(i, j))) * in[j];
  return out;
}

/// The result of one tile of a 1-D convolution of `channels` channels.
template <typename T>
static std::vector<T> convolve(const Transform1D &transform, int64_t channels,
                               unsigned seed) {
  std::mt19937 generator(seed);
  std::uniform_real_distribution<float> distribution(-1, 1);
  auto getValues = [&](int64_t size) {
    std::vector<T> values(size);
    for (T &value : values)
      value = T(distribution(generator));
    return values;
  };
  std::vector<T> sums(transform.alpha(), T(0));
  for (int64_t c = 0; c < channels; ++c) {
    std::vector<T> u = apply(transform.g, getValues(transform.r));
    std::vector<T> v = apply(transform.bt, getValues(transform.alpha()));
    for (int64_t k = 0; k < transform.alpha(); ++k)
      sums[k] += u[k] * v[k];
  }
  return apply(transform.at, sums);
}

/// What random data give lies within a factor of two of the prediction.
TEST(RoundingErrorTest, PredictsRandomData) {
  const Transform1D identity = getTransform(1, 1);
  for (int64_t m : {1, 2, 4, 6, 8})
    for (int64_t channels : {16, 256}) {
      const Transform1D transform = getTransform(m, 3);
      double error = 0, size = 0;
      for (unsigned seed = 0; seed < 200; ++seed) {
        std::vector<float> got = convolve<float>(transform, channels, seed);
        std::vector<double> want = convolve<double>(transform, channels, seed);
        for (int64_t i = 0; i < m; ++i) {
          error = std::max(error, std::abs(double(got[i]) - want[i]));
          size = std::max(size, std::abs(want[i]));
        }
      }
      double predicted =
          estimateWinogradError(transform, identity, channels, 24);
      EXPECT_LT(error / size, 2 * predicted) << m << " " << channels;
      EXPECT_GT(error / size, predicted / 2) << m << " " << channels;
    }
}
