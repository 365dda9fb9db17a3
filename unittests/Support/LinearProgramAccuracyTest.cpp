//===- LinearProgramAccuracyTest.cpp - Error of programs in fp32 ----------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The mean error of 2-D F(m, 3) on uniform data, run as the generated code
// runs: data and output transforms by the synthesized programs in fp32 with
// fused multiply-adds, the filter transform in double and rounded once.
//
//===----------------------------------------------------------------------===//

#include "Wino/Support/CookToom.h"
#include "Wino/Support/LinearProgram.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"
#include <cmath>
#include <random>

using namespace wino;

namespace {

/// Runs a program in the arithmetic of T.
template <typename T>
class Executor {
public:
  explicit Executor(const RationalMatrix &matrix)
      : program(synthesizeProgram(matrix)),
        values(program.numInputs + program.ops.size()) {
    for (const LinearOp &op : program.ops)
      factors.push_back(static_cast<T>(toDouble(op.factor)));
  }

  /// Applies the program to the columns and then to the rows of a square image.
  std::vector<T> run2D(const std::vector<T> &image) {
    size_t in = program.numInputs, out = program.outputs.size();
    std::vector<T> half(out * in), result(out * out);
    for (size_t col = 0; col < in; ++col)
      run(&image[col], in, &half[col], in);
    for (size_t row = 0; row < out; ++row)
      run(&half[row * in], 1, &result[row * out], 1);
    return result;
  }

private:
  T execute(const LinearOp &op, T factor) const {
    switch (op.kind) {
    case LinearOp::Kind::Add:
      return values[op.lhs] + values[op.rhs];
    case LinearOp::Kind::Sub:
      return values[op.lhs] - values[op.rhs];
    case LinearOp::Kind::Mul:
      return factor * values[op.lhs];
    case LinearOp::Kind::Fma:
      return std::fma(factor, values[op.lhs], values[op.rhs]);
    }
    llvm_unreachable("unknown operation");
  }

  void run(const T *input, size_t inStride, T *output, size_t outStride) {
    for (unsigned i = 0; i < program.numInputs; ++i)
      values[i] = input[i * inStride];
    for (size_t i = 0; i < program.ops.size(); ++i)
      values[program.numInputs + i] = execute(program.ops[i], factors[i]);
    for (size_t i = 0; i < program.outputs.size(); ++i)
      output[i * outStride] =
          program.outputs[i] ? values[*program.outputs[i]] : T(0);
  }

  LinearProgram program;
  std::vector<T> factors, values;
};

struct MeanError {
  double roundedFilters = 0; ///< filter transform in double, rounded once
  double allFloat = 0;       ///< filter transform in fp32 as well
};

/// Measures the mean |error| per output of F(m x m, 3 x 3) for one channel,
/// data and filter uniform in [-1, 1].
MeanError measure(int64_t m, unsigned numTrials) {
  const int64_t r = 3, alpha = m + r - 1;
  Transform1D transform =
      llvm::cantFail(buildCookToom(m, r, getDefaultPoints(m, r)));
  Executor<float> data(transform.bt), output(transform.at), filter(transform.g);
  Executor<double> exactFilter(transform.g);
  std::mt19937 random(1);
  std::uniform_real_distribution<float> uniform(-1.0f, 1.0f);

  MeanError sum;
  for (unsigned trial = 0; trial < numTrials; ++trial) {
    std::vector<float> d(alpha * alpha), g(r * r);
    for (float &element : d)
      element = uniform(random);
    for (float &element : g)
      element = uniform(random);
    std::vector<float> v = data.run2D(d), u = filter.run2D(g);
    std::vector<double> exactU =
        exactFilter.run2D(std::vector<double>(g.begin(), g.end()));
    std::vector<float> product(v), allFloatProduct(v);
    for (size_t i = 0; i < v.size(); ++i) {
      product[i] *= static_cast<float>(exactU[i]);
      allFloatProduct[i] *= u[i];
    }
    std::vector<float> y = output.run2D(product);
    std::vector<float> allFloatY = output.run2D(allFloatProduct);
    for (int64_t oh = 0; oh < m; ++oh)
      for (int64_t ow = 0; ow < m; ++ow) {
        double expected = 0;
        for (int64_t i = 0; i < r; ++i)
          for (int64_t j = 0; j < r; ++j)
            expected += static_cast<double>(d[(oh + i) * alpha + ow + j]) *
                        g[i * r + j];
        sum.roundedFilters += std::abs(y[oh * m + ow] - expected);
        sum.allFloat += std::abs(allFloatY[oh * m + ow] - expected);
      }
  }
  double numOutputs = static_cast<double>(numTrials) * m * m;
  return {sum.roundedFilters / numOutputs, sum.allFloat / numOutputs};
}

// The errors listed for the default points (arXiv 1803.10986, as quoted in
// Apache TVM's winograd_util.py) for m = 2 .. 8.
TEST(LinearProgramAccuracyTest, meanErrorStaysNearThePublishedOne) {
  const double listed[] = {7.65e-08, 2.35e-07, 3.29e-07, 6.81e-07,
                           8.79e-07, 3.71e-06, 7.35e-06};
  for (auto [index, limit] : llvm::enumerate(listed)) {
    int64_t m = 2 + index;
    MeanError error = measure(m, /*numTrials=*/1000);
    llvm::outs() << "F(" << m << ", 3): mean error "
                 << llvm::format("%.3g", error.roundedFilters) << ", "
                 << llvm::format("%.3f", error.roundedFilters / limit)
                 << " of the listed one; with filters transformed in fp32 "
                 << llvm::format("%.3f", error.allFloat / limit) << "\n";
    EXPECT_LE(error.roundedFilters, 1.1 * limit);
    EXPECT_LE(error.allFloat, 1.1 * limit);
    // Far less would mean that the arithmetic is not fp32.
    EXPECT_GE(error.roundedFilters, 0.3 * limit);
  }
}

} // namespace
