//===- QuantizedTransform.cpp - Transforms in few bits --------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Support/QuantizedTransform.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <algorithm>
#include <cassert>
#include <cmath>
#include <random>

using namespace wino;
using llvm::ArrayRef;

//===----------------------------------------------------------------------===//
// Row normalization
//===----------------------------------------------------------------------===//

/// Returns the fraction with the smallest terms that is within 1/64 of
/// `value` > 0, by its continued fraction.
static Rational approximate(double value) {
  constexpr double kTolerance = 1.0 / 64;
  // Numerators and denominators of the last two convergents.
  int64_t num = 1, lastNum = 0, den = 0, lastDen = 1;
  double rest = value;
  while (true) {
    int64_t whole = static_cast<int64_t>(std::floor(rest));
    std::tie(num, lastNum) = std::pair(whole * num + lastNum, num);
    std::tie(den, lastDen) = std::pair(whole * den + lastDen, den);
    double error = std::abs(static_cast<double>(num) / den - value) / value;
    if (num != 0 && error <= kTolerance)
      return Rational(num, den);
    rest = 1 / (rest - static_cast<double>(whole));
  }
}

/// Returns a rational near one over the length of a row that is not zero.
static Rational getRowScale(const RationalMatrix &matrix, unsigned row) {
  double sum = 0;
  for (const Rational &entry : matrix.getRow(row))
    sum += toDouble(entry) * toDouble(entry);
  return sum == 0 ? Rational(1) : approximate(1 / std::sqrt(sum));
}

Transform1D wino::normalizeRows(const Transform1D &transform) {
  Transform1D result = transform;
  for (int64_t k = 0; k < transform.alpha(); ++k) {
    Rational g = getRowScale(transform.g, k), bt = getRowScale(transform.bt, k);
    for (int64_t j = 0; j < transform.r; ++j)
      result.g(k, j) *= g;
    for (int64_t l = 0; l < transform.alpha(); ++l)
      result.bt(k, l) *= bt;
    for (int64_t i = 0; i < transform.m; ++i)
      result.at(i, k) = divide(result.at(i, k), g * bt);
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Quantization
//===----------------------------------------------------------------------===//

llvm::Error QuantizedScheme::validate() const {
  for (const std::optional<Quantization> &quantization :
       {matrices, input, filter, sums, output})
    if (quantization && (quantization->bits < 2 || quantization->bits > 16))
      return llvm::createStringError(
          llvm::formatv("expected 2 to 16 bits, but got {0}",
                        quantization->bits)
              .str());
  if (matrices && matrices->per != ScalePer::Tensor)
    return llvm::createStringError("expected one scale per matrix");
  if (input && input->per == ScalePer::Channel)
    return llvm::createStringError("expected no scales per channel of the "
                                   "input: channels are summed over");
  if (output && output->per == ScalePer::Tap)
    return llvm::createStringError(
        "expected no scales per tap of the result: it has no taps");
  return llvm::Error::success();
}

/// The number of the scale that element `index` has.
static size_t getGroup(const TapArray &array, ScalePer per, size_t index) {
  switch (per) {
  case ScalePer::Tensor:
    return 0;
  case ScalePer::Channel:
    return index % array.channels;
  case ScalePer::Tap:
    return index / (array.values.size() / array.taps);
  }
  llvm_unreachable("unknown granularity");
}

std::vector<double> wino::getScales(const TapArray &array,
                                    const Quantization &quantization) {
  size_t count = 1;
  if (quantization.per == ScalePer::Channel)
    count = array.channels;
  else if (quantization.per == ScalePer::Tap)
    count = array.taps;
  std::vector<double> scales(count, 0.0);
  for (auto [index, value] : llvm::enumerate(array.values)) {
    double &largest = scales[getGroup(array, quantization.per, index)];
    largest = std::max(largest, std::abs(value));
  }
  const double maxInteger = std::ldexp(1.0, quantization.bits - 1) - 1;
  for (double &scale : scales) {
    scale = scale == 0 ? 1.0 : scale / maxInteger;
    if (quantization.powersOfTwo)
      scale = std::exp2(std::ceil(std::log2(scale)));
  }
  return scales;
}

void wino::quantize(TapArray &array, const Quantization &quantization,
                    ArrayRef<double> scales) {
  const double limit = std::ldexp(1.0, quantization.bits - 1);
  for (auto [index, value] : llvm::enumerate(array.values)) {
    double scale = scales[getGroup(array, quantization.per, index)];
    assert(scale > 0 && std::isfinite(scale) && "not a scale");
    value =
        scale * std::clamp(std::nearbyint(value / scale), -limit, limit - 1);
  }
}

/// Rounds by the array's own scales, if there is a quantization.
static void quantizeIfAny(TapArray &array,
                          const std::optional<Quantization> &quantization) {
  if (quantization)
    quantize(array, *quantization, getScales(array, *quantization));
}

//===----------------------------------------------------------------------===//
// Convolution
//===----------------------------------------------------------------------===//

namespace {
/// A matrix of doubles, row-major.
struct Matrix {
  Matrix(const RationalMatrix &matrix,
         const std::optional<Quantization> &quantization)
      : numRows(matrix.getNumRows()), numCols(matrix.getNumCols()) {
    TapArray array{1, 1, {}};
    for (unsigned i = 0; i < matrix.getNumRows(); ++i)
      for (const Rational &entry : matrix.getRow(i))
        array.values.push_back(toDouble(entry));
    quantizeIfAny(array, quantization);
    values = std::move(array.values);
  }
  double operator()(int64_t row, int64_t col) const {
    return values[row * numCols + col];
  }

  int64_t numRows, numCols;
  std::vector<double> values;
};
} // namespace

/// Returns rows x cols^T for every column x [rows.numCols, cols.numCols] of an
/// array [rows.numCols, cols.numCols, inner].
static std::vector<double> apply(const Matrix &rows, const Matrix &cols,
                                 ArrayRef<double> x) {
  size_t inner = x.size() / (rows.numCols * cols.numCols);
  std::vector<double> result(rows.numRows * cols.numRows * inner, 0.0);
  for (int64_t p = 0; p < rows.numRows; ++p)
    for (int64_t q = 0; q < cols.numRows; ++q)
      for (int64_t i = 0; i < rows.numCols; ++i)
        for (int64_t j = 0; j < cols.numCols; ++j) {
          double factor = rows(p, i) * cols(q, j);
          if (factor == 0)
            continue;
          const double *source = &x[(i * cols.numCols + j) * inner];
          double *target = &result[(p * cols.numRows + q) * inner];
          for (size_t index = 0; index < inner; ++index)
            target[index] += factor * source[index];
        }
  return result;
}

/// Adds to `sums` [tiles, K] the products of [tiles, C] and [C, K].
static void addProducts(const TileProblem &problem, const double *tiles,
                        const double *filter, double *sums) {
  for (int64_t t = 0; t < problem.tiles; ++t)
    for (int64_t c = 0; c < problem.channels; ++c)
      for (int64_t k = 0; k < problem.outputs; ++k)
        sums[t * problem.outputs + k] +=
            tiles[t * problem.channels + c] * filter[c * problem.outputs + k];
}

/// The convolution of the tiles, [m, m', tiles, K].
static std::vector<double> convolve(const Transform1D &rows,
                                    const Transform1D &cols,
                                    const TileProblem &problem) {
  const int64_t pixel = problem.tiles * problem.channels;
  const int64_t tap = problem.channels * problem.outputs;
  const int64_t result = problem.tiles * problem.outputs;
  std::vector<double> y(rows.m * cols.m * result, 0.0);
  for (int64_t s = 0; s < rows.m; ++s)
    for (int64_t t = 0; t < cols.m; ++t)
      for (int64_t i = 0; i < rows.r; ++i)
        for (int64_t j = 0; j < cols.r; ++j)
          addProducts(problem,
                      &problem.input[((s + i) * cols.alpha() + t + j) * pixel],
                      &problem.filter[(i * cols.r + j) * tap],
                      &y[(s * cols.m + t) * result]);
  return y;
}

double wino::measureQuantizationError(const Transform1D &rows,
                                      const Transform1D &cols,
                                      const QuantizedScheme &scheme,
                                      const TileProblem &problem) {
  const int64_t taps = rows.alpha() * cols.alpha();
  auto transform = [&](const RationalMatrix &left, const RationalMatrix &right,
                       ArrayRef<double> x) {
    return apply(Matrix(left, scheme.matrices), Matrix(right, scheme.matrices),
                 x);
  };
  TapArray v{taps, problem.channels,
             transform(rows.bt, cols.bt, problem.input)};
  TapArray u{taps, problem.outputs, transform(rows.g, cols.g, problem.filter)};
  quantizeIfAny(v, scheme.input);
  quantizeIfAny(u, scheme.filter);
  const int64_t numSums = problem.tiles * problem.outputs;
  TapArray sums{taps, problem.outputs,
                std::vector<double>(taps * numSums, 0.0)};
  for (int64_t tap = 0; tap < taps; ++tap)
    addProducts(problem, &v.values[tap * problem.tiles * problem.channels],
                &u.values[tap * problem.channels * problem.outputs],
                &sums.values[tap * numSums]);
  quantizeIfAny(sums, scheme.sums);
  TapArray y{/*taps=*/1, problem.outputs,
             transform(rows.at, cols.at, sums.values)};
  quantizeIfAny(y, scheme.output);

  double error = 0, norm = 0;
  for (auto [actual, expected] :
       llvm::zip_equal(y.values, convolve(rows, cols, problem))) {
    error += (actual - expected) * (actual - expected);
    norm += expected * expected;
  }
  assert(norm > 0 && "expected a result that is not zero");
  return std::sqrt(error / norm);
}

TileProblem wino::makeRandomTiles(const Transform1D &rows,
                                  const Transform1D &cols, int64_t tiles,
                                  int64_t channels, int64_t outputs,
                                  bool isRectified, unsigned bits,
                                  unsigned seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  auto draw = [&](int64_t count, bool isPositive) {
    TapArray array{1, 1, std::vector<double>(count)};
    for (double &value : array.values)
      value = isPositive ? std::max(normal(random), 0.0) : normal(random);
    quantizeIfAny(array, Quantization{bits, ScalePer::Tensor, false});
    return std::move(array.values);
  };
  TileProblem problem{tiles, channels, outputs, {}, {}};
  problem.input =
      draw(rows.alpha() * cols.alpha() * tiles * channels, isRectified);
  problem.filter = draw(rows.r * cols.r * channels * outputs, false);
  return problem;
}
