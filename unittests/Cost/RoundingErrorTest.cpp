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

using Matrix = std::vector<std::vector<double>>;

static Matrix toDoubles(const RationalMatrix &matrix) {
  Matrix doubles(matrix.getNumRows(), std::vector<double>(matrix.getNumCols()));
  for (int64_t i = 0; i < matrix.getNumRows(); ++i)
    for (int64_t j = 0; j < matrix.getNumCols(); ++j)
      doubles[i][j] = toDouble(matrix(i, j));
  return doubles;
}

/// Multiplies `matrix` and `in` in the arithmetic of T.
template <typename T>
static std::vector<T> multiply(const Matrix &matrix, const std::vector<T> &in) {
  std::vector<T> out;
  for (const std::vector<double> &row : matrix) {
    T sum(0);
    for (size_t j = 0; j < in.size(); ++j)
      sum += T(row[j]) * in[j];
    out.push_back(sum);
  }
  return out;
}

namespace {
struct Matrices {
  explicit Matrices(const Transform1D &transform)
      : at(toDoubles(transform.at)), g(toDoubles(transform.g)),
        bt(toDoubles(transform.bt)) {}

  Matrix at, g, bt;
};
} // namespace

/// The result of one tile of a 1-D convolution of `channels` channels.
template <typename T>
static std::vector<T> convolve(const Matrices &matrices, int64_t channels,
                               unsigned seed) {
  std::mt19937 generator(seed);
  std::uniform_real_distribution<float> distribution(-1, 1);
  auto getValues = [&](size_t size) {
    std::vector<T> values(size);
    for (T &value : values)
      value = T(distribution(generator));
    return values;
  };
  std::vector<T> sums(matrices.bt.size(), T(0));
  for (int64_t c = 0; c < channels; ++c) {
    std::vector<T> u = multiply(matrices.g, getValues(matrices.g[0].size()));
    std::vector<T> v = multiply(matrices.bt, getValues(matrices.bt.size()));
    for (size_t k = 0; k < sums.size(); ++k)
      sums[k] += u[k] * v[k];
  }
  return multiply(matrices.at, sums);
}

/// Errors and results of random data have the same distribution, but for their
/// sizes, whose ratio at the worst output is the one predicted.
TEST(RoundingErrorTest, PredictsRandomData) {
  const Transform1D identity = getTransform(1, 1);
  for (int64_t m : {1, 2, 4, 6, 8})
    for (int64_t channels : {16, 256}) {
      const Transform1D transform = getTransform(m, 3);
      const Matrices matrices(transform);
      std::vector<double> errors(m), sizes(m);
      for (unsigned seed = 0; seed < 100; ++seed) {
        std::vector<float> got = convolve<float>(matrices, channels, seed);
        std::vector<double> want = convolve<double>(matrices, channels, seed);
        for (int64_t i = 0; i < m; ++i) {
          errors[i] += std::pow(double(got[i]) - want[i], 2);
          sizes[i] += std::pow(want[i], 2);
        }
      }
      double worst = 0;
      for (int64_t i = 0; i < m; ++i)
        worst = std::max(worst, std::sqrt(errors[i] / sizes[i]));
      double predicted =
          estimateWinogradError(transform, identity, channels, 24);
      EXPECT_LT(worst, 1.5 * predicted) << m << " " << channels;
      EXPECT_GT(worst, predicted / 1.5) << m << " " << channels;
    }
}
