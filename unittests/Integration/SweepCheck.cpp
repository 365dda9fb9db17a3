//===- SweepCheck.cpp - What a case must compute --------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The bound of the rounding errors, after Barabasz et al. (arXiv 1803.10986),
// componentwise and with every constant derived from the code that is
// generated. Let u = 2^-24, gamma_n = n u / (1 - n u). A computed sum of
// products equals the exact sum with every product multiplied by at most n
// factors (1 + d), |d| <= u, where n is the largest number of roundings on the
// way of a product to the result; so its error is at most gamma_n times the sum
// of the absolute values of the products.
//
// Winograd: the ways of y = A^T [sum_c (G g G'^T) . (B^T d B')] A' go through
//   - G: evaluated in double precision and rounded to float once, so one
//     rounding, and as many of 2^-53 as the programs of G have,
//   - B, once along the rows and once along the columns: the roundings of the
//     two straight-line programs, inexact constants included
//     (LinearProgram::getMaxRoundings),
//   - the sum over channels by multiply-adds in a fixed order: C roundings, as
//     the first one adds to zero (padded channels add zeros exactly),
//   - A, as B,
//   - one rounding per addition of the epilogue.
// Programs may compute terms that cancel, so that more products than those of
// the matrix take part: |A|, |B| and |G| are LinearProgram::getAbsoluteMatrix.
//
//   |error| <= gamma_n |A^T| [sum_c (|G| |g| |G'^T|) . (|B^T| |d| |B'|)] |A'|,
//   n = 1 + A + A' + B + B' + C + epilogue
//
// direct, im2row, im2col, kn2row: n = kh kw C + epilogue over sum |f| |x|. The
// linalg op itself rounds products before it adds them: one more. Addends of
// the epilogue are rounded as often as there are additions. Activations do not
// increase errors.
//
//===----------------------------------------------------------------------===//

#include "SweepCheck.h"

#include "Wino/IR/WinoDialect.h"
#include "Wino/Support/CookToom.h"
#include "Wino/Support/LinearProgram.h"
#include "mlir/AsmParser/AsmParser.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>
#include <limits>

using namespace wino;
using namespace wino::test;

//===----------------------------------------------------------------------===//
// Data
//===----------------------------------------------------------------------===//

/// Returns `count` absolute values of at most `max`, whose sum is `norm`, or
/// the largest there is.
static std::vector<int64_t> makeSizes(int64_t count, int64_t norm, int64_t max,
                                      Random &random) {
  norm = std::min(norm, count * max);
  std::vector<int64_t> sizes(count);
  for (int64_t i = 0; i < count; ++i)
    sizes[i] = norm / count + (i < norm % count);
  // Moving some from one to another keeps the norm.
  for (int64_t i = 0; i < count; ++i) {
    int64_t from = random.integer(0, count - 1);
    int64_t moved =
        std::min({random.integer(0, 127), sizes[from], max - sizes[i]});
    sizes[from] -= moved;
    sizes[i] += moved;
  }
  return sizes;
}

/// Returns weights for which 2 d_max ||w_k||_1 is the largest value below M, in
/// every chunk of input channels: the output channels are positive, negative
/// and mixed in turn.
static std::vector<float> makeEdgeFilter(const SweepCase &c, Random &random) {
  const Conv2DShape &s = c.shape;
  const int64_t norm = getLargestNorm(c);
  const int64_t taps = s.kh * s.kw;
  const int64_t chunk = c.chunk == 0 ? s.c : c.chunk;
  std::vector<float> filter(taps * s.c * s.k);
  for (int64_t k = 0; k < s.k; ++k)
    for (int64_t first = 0; first < s.c; first += chunk) {
      const int64_t channels = std::min(chunk, s.c - first);
      std::vector<int64_t> sizes =
          makeSizes(taps * channels, norm, c.filterMax, random);
      if (c.isBeyond && k == 0 && first == 0)
        ++*llvm::min_element(sizes);
      for (auto [i, size] : llvm::enumerate(sizes)) {
        bool isNegative = k % 3 == 1 || (k % 3 == 2 && random.oneIn(2));
        const int64_t at =
            int64_t(i) / channels * s.c + first + int64_t(i) % channels;
        filter[at * s.k + k] = static_cast<float>(isNegative ? -size : size);
      }
    }
  return filter;
}

/// Returns an image of the least and the greatest bytes in which windows beside
/// each other have the signs of the weights of an output channel, or the
/// opposite ones.
static std::vector<float> makeMatchedImage(const SweepCase &c,
                                           llvm::ArrayRef<float> filter,
                                           bool isOpposite, Random &random) {
  const Conv2DShape &s = c.shape;
  const int64_t k = random.integer(0, s.k - 1);
  std::vector<float> image;
  for (int64_t row = 0; row < s.n * s.h; ++row)
    for (int64_t col = 0; col < s.w; ++col)
      for (int64_t channel = 0; channel < s.c; ++channel) {
        int64_t kh = (row % s.h + s.padTop) % s.kh;
        int64_t kw = (col + s.padLeft) % s.kw;
        float weight = filter[((kh * s.kw + kw) * s.c + channel) * s.k + k];
        image.push_back((weight > 0) != isOpposite ? 127 : -128);
      }
  return image;
}

/// Returns the image of a set, as signed bytes.
static std::vector<float> makeByteImage(const SweepCase &c, unsigned set,
                                        llvm::ArrayRef<float> filter,
                                        Random &random) {
  const Conv2DShape &s = c.shape;
  const int64_t count = s.n * s.h * s.w * s.c;
  std::vector<float> image = random.integers(count, -128, 127);
  const unsigned kind = (c.number + set) % 7;
  if (kind >= 5)
    return makeMatchedImage(c, filter, /*isOpposite=*/kind == 6, random);
  for (int64_t i = 0; kind != 0 && i < count; ++i) {
    bool isLeast = kind == 1   ? true
                   : kind == 2 ? false
                   : kind == 3 ? i % 2 == 0
                               : image[i] < 0;
    image[i] = isLeast ? -128 : 127;
  }
  return image;
}

static std::vector<float> makeByteFilter(const SweepCase &c, Random &random) {
  const int64_t count = c.shape.kh * c.shape.kw * c.shape.c * c.shape.k;
  if (c.filterPattern == FilterPattern::Edge)
    return makeEdgeFilter(c, random);
  if (c.filterPattern == FilterPattern::Random)
    return random.integers(count, c.filterMin, c.filterMax);
  std::vector<float> filter(count, static_cast<float>(c.filterMin));
  for (int64_t i = 1;
       c.filterPattern == FilterPattern::Alternating && i < count; i += 2)
    filter[i] = static_cast<float>(c.filterMax);
  return filter;
}

SweepData::SweepData(const SweepCase &c, unsigned set) {
  const Conv2DShape &s = c.shape;
  const uint64_t state = ~c.seed * 0x9e3779b97f4a7c15 + c.number;
  Random weights(state), random(state + 0xd1342543de82ef95 * (set + 1));
  int64_t numResults = s.n * s.outH() * s.outW() * s.k;
  // Floats hold these integers exactly.
  auto getAddends = [&](Random &random, int64_t count) {
    constexpr int64_t kMax = 1 << 20;
    return c.isInteger ? random.integers(count, -kMax, kMax)
                       : random.reals(count);
  };
  auto makeUnsigned = [](std::vector<float> &values) {
    for (float &value : values)
      value += 128;
  };
  if (c.isInteger) {
    filter = makeByteFilter(c, weights);
    image = makeByteImage(c, set, filter, random);
    if (c.isFilterUnsigned)
      makeUnsigned(filter);
    if (c.isImageUnsigned)
      makeUnsigned(image);
  } else {
    filter = weights.reals(s.kh * s.kw * s.c * s.k);
    image = random.reals(s.n * s.h * s.w * s.c);
  }
  if (c.destination == Destination::Tensor)
    start = getAddends(random, numResults);
  if (c.destination == Destination::Bias)
    startBias = getAddends(weights, s.k);
  if (c.hasBias)
    bias = getAddends(weights, s.k);
  if (c.hasResidual)
    residual = getAddends(random, numResults);
}

/// Copies a dense array of `sizes` with its dimensions permuted as by
/// linalg.transpose.
template <typename T>
static std::vector<T> transpose(const std::vector<T> &from,
                                std::array<int64_t, 4> sizes,
                                std::array<int, 4> permutation) {
  std::array<int64_t, 4> strides;
  for (int64_t dim = 3, stride = 1; dim >= 0; stride *= sizes[dim--])
    strides[dim] = stride;
  std::array<int64_t, 4> size, step;
  for (int dim = 0; dim < 4; ++dim) {
    size[dim] = sizes[permutation[dim]];
    step[dim] = strides[permutation[dim]];
  }
  std::vector<T> to;
  to.reserve(from.size());
  for (int64_t i = 0; i < size[0]; ++i)
    for (int64_t j = 0; j < size[1]; ++j)
      for (int64_t k = 0; k < size[2]; ++k)
        for (int64_t l = 0; l < size[3]; ++l)
          to.push_back(
              from[i * step[0] + j * step[1] + k * step[2] + l * step[3]]);
  return to;
}

static std::vector<float> toImageLayout(const SweepCase &c,
                                        std::array<int64_t, 4> sizes,
                                        const std::vector<float> &nhwc) {
  if (c.layout != Layout::NchwFchw)
    return nhwc;
  return transpose(nhwc, sizes, {0, 3, 1, 2});
}

static std::vector<float> toFilterLayout(const SweepCase &c,
                                         const std::vector<float> &hwcf) {
  const Conv2DShape &s = c.shape;
  std::array<int64_t, 4> sizes = {s.kh, s.kw, s.c, s.k};
  switch (c.layout) {
  case Layout::NhwcHwcf:
    return hwcf;
  case Layout::NhwcFhwc:
    return transpose(hwcf, sizes, {3, 0, 1, 2});
  case Layout::NchwFchw:
    return transpose(hwcf, sizes, {3, 2, 0, 1});
  }
  llvm_unreachable("unknown layout");
}

std::vector<float> SweepData::getFilter(const SweepCase &c) const {
  return toFilterLayout(c, filter);
}

std::vector<std::vector<float>> SweepData::getInputs(const SweepCase &c) const {
  const Conv2DShape &s = c.shape;
  std::array<int64_t, 4> resultSizes = {s.n, s.outH(), s.outW(), s.k};
  std::vector<std::vector<float>> inputs = {
      toImageLayout(c, {s.n, s.h, s.w, s.c}, image)};
  if (c.isFilterInput)
    inputs.push_back(getFilter(c));
  if (!start.empty())
    inputs.push_back(toImageLayout(c, resultSizes, start));
  if (!residual.empty())
    inputs.push_back(toImageLayout(c, resultSizes, residual));
  return inputs;
}

std::vector<std::vector<float>>
SweepData::getWeights(const SweepCase &c) const {
  std::vector<std::vector<float>> weights;
  if (!c.isFilterInput)
    weights.push_back(getFilter(c));
  if (!startBias.empty())
    weights.push_back(startBias);
  if (!bias.empty())
    weights.push_back(bias);
  return weights;
}

//===----------------------------------------------------------------------===//
// The bound of Winograd
//===----------------------------------------------------------------------===//

namespace {
/// A dense matrix of doubles.
struct Matrix {
  Matrix(int64_t numRows, int64_t numCols)
      : numRows(numRows), numCols(numCols), data(numRows * numCols) {}
  explicit Matrix(const RationalMatrix &other)
      : Matrix(other.getNumRows(), other.getNumCols()) {
    for (int64_t row = 0; row < numRows; ++row)
      for (int64_t col = 0; col < numCols; ++col)
        at(row, col) = toDouble(other(row, col));
  }
  double &at(int64_t row, int64_t col) { return data[row * numCols + col]; }
  double at(int64_t row, int64_t col) const {
    return data[row * numCols + col];
  }

  int64_t numRows, numCols;
  std::vector<double> data;
};

/// The absolute matrices and roundings of the programs along one axis.
struct AxisBound {
  explicit AxisBound(const Transform1D &transform)
      : AxisBound(synthesizeProgram(transform.at),
                  synthesizeProgram(transform.g),
                  synthesizeProgram(transform.bt)) {}

  Matrix at, g, bt;
  unsigned roundings, filterRoundings;

private:
  AxisBound(const LinearProgram &at, const LinearProgram &g,
            const LinearProgram &bt)
      : at(at.getAbsoluteMatrix()), g(g.getAbsoluteMatrix()),
        bt(bt.getAbsoluteMatrix()),
        roundings(at.getMaxRoundings() + bt.getMaxRoundings()),
        filterRoundings(g.getMaxRoundings()) {}
};

/// The bounds of whole tiles and of those at the edge.
struct AxisBounds {
  AxisBounds(int64_t m, int64_t r, int64_t edge,
             llvm::ArrayRef<std::string> names) {
    if (edge == 0)
      edge = m;
    llvm::SmallVector<Point> points = getDefaultPoints(m, r, edge);
    if (!names.empty())
      points.clear();
    for (const std::string &name : names)
      points.push_back(*parsePoint(name));
    Transform1D transform = llvm::cantFail(buildCookToom(m, r, points));
    whole.emplace(transform);
    atEdge.emplace(llvm::cantFail(buildEdgeCookToom(edge, transform, points)));
  }

  /// The bound of a tile if the result has `pixels` more.
  const AxisBound &get(int64_t pixels) const {
    return pixels < whole->at.numRows ? *atEdge : *whole;
  }
  unsigned getRoundings() const {
    return std::max(whole->roundings, atEdge->roundings);
  }

  std::optional<AxisBound> whole, atEdge;
};
} // namespace

static Matrix multiply(const Matrix &a, const Matrix &b) {
  Matrix result(a.numRows, b.numCols);
  for (int64_t i = 0; i < a.numRows; ++i)
    for (int64_t k = 0; k < a.numCols; ++k)
      for (int64_t j = 0; j < b.numCols; ++j)
        result.at(i, j) += a.at(i, k) * b.at(k, j);
  return result;
}

static Matrix transposed(const Matrix &a) {
  Matrix result(a.numCols, a.numRows);
  for (int64_t i = 0; i < a.numRows; ++i)
    for (int64_t j = 0; j < a.numCols; ++j)
      result.at(j, i) = a.at(i, j);
  return result;
}

/// A matrix of taps for every index, tap by tap: element (tap, index).
using TapMatrix = Matrix;

/// Returns |G| |g| |G'^T| for every tap and every (c, k).
static TapMatrix getFilterMagnitudes(const Conv2DShape &s,
                                     llvm::ArrayRef<float> filter,
                                     const AxisBound &rows,
                                     const AxisBound &cols) {
  int64_t alphaCols = cols.g.numRows, numPairs = s.c * s.k;
  TapMatrix result(rows.g.numRows * alphaCols, numPairs);
  Matrix right = transposed(cols.g);
  for (int64_t pair = 0; pair < numPairs; ++pair) {
    Matrix taps(s.kh, s.kw);
    for (int64_t i = 0; i < s.kh; ++i)
      for (int64_t j = 0; j < s.kw; ++j)
        taps.at(i, j) = std::fabs(filter[(i * s.kw + j) * numPairs + pair]);
    Matrix u = multiply(multiply(rows.g, taps), right);
    for (auto [tap, value] : llvm::enumerate(u.data))
      result.at(tap, pair) = value;
  }
  return result;
}

/// Returns |B^T| |d| |B'| for every tap and channel of the tile of image `n`
/// whose first input pixel is (top, left).
static TapMatrix getTileMagnitudes(const Conv2DShape &s,
                                   llvm::ArrayRef<float> image, int64_t n,
                                   int64_t top, int64_t left,
                                   const AxisBound &rows,
                                   const AxisBound &cols) {
  int64_t alphaRows = rows.bt.numRows, alphaCols = cols.bt.numRows;
  TapMatrix result(alphaRows * alphaCols, s.c);
  Matrix right = transposed(cols.bt);
  for (int64_t c = 0; c < s.c; ++c) {
    Matrix tile(alphaRows, alphaCols);
    for (int64_t i = 0; i < alphaRows; ++i)
      for (int64_t j = 0; j < alphaCols; ++j) {
        int64_t row = top + i, col = left + j;
        if (row >= 0 && row < s.h && col >= 0 && col < s.w)
          tile.at(i, j) =
              std::fabs(image[((n * s.h + row) * s.w + col) * s.c + c]);
      }
    Matrix v = multiply(multiply(rows.bt, tile), right);
    for (auto [tap, value] : llvm::enumerate(v.data))
      result.at(tap, c) = value;
  }
  return result;
}

/// Returns the magnitudes of all outputs of a Winograd convolution.
static std::vector<double> getWinogradMagnitudes(const Conv2DShape &s,
                                                 const SweepData &data,
                                                 const AxisBounds &allRows,
                                                 const AxisBounds &allCols) {
  std::vector<double> result(s.n * s.outH() * s.outW() * s.k);
  TapMatrix u =
      getFilterMagnitudes(s, data.filter, *allRows.whole, *allCols.whole);
  int64_t mRows = allRows.whole->at.numRows;
  int64_t mCols = allCols.whole->at.numRows;
  int64_t alphaCols = allCols.whole->at.numCols;
  auto addTile = [&](int64_t n, int64_t row, int64_t col) {
    const AxisBound &rows = allRows.get(s.outH() - row);
    const AxisBound &cols = allCols.get(s.outW() - col);
    Matrix right = transposed(cols.at);
    TapMatrix v = getTileMagnitudes(s, data.image, n, row - s.padTop,
                                    col - s.padLeft, rows, cols);
    for (int64_t k = 0; k < s.k; ++k) {
      Matrix products(rows.at.numCols, cols.at.numCols);
      for (int64_t p = 0; p < products.numRows; ++p)
        for (int64_t q = 0; q < products.numCols; ++q)
          for (int64_t c = 0; c < s.c; ++c)
            products.at(p, q) += v.at(p * products.numCols + q, c) *
                                 u.at(p * alphaCols + q, c * s.k + k);
      Matrix y = multiply(multiply(rows.at, products), right);
      for (int64_t i = 0; i < y.numRows && row + i < s.outH(); ++i)
        for (int64_t j = 0; j < y.numCols && col + j < s.outW(); ++j)
          result[((n * s.outH() + row + i) * s.outW() + col + j) * s.k + k] =
              y.at(i, j);
    }
  };
  for (int64_t n = 0; n < s.n; ++n)
    for (int64_t row = 0; row < s.outH(); row += mRows)
      for (int64_t col = 0; col < s.outW(); col += mCols)
        addTile(n, row, col);
  return result;
}

//===----------------------------------------------------------------------===//
// Expectations
//===----------------------------------------------------------------------===//

static double getGamma(double numRoundings) {
  double product = numRoundings * 0x1p-24;
  return product / (1 - product);
}

/// Returns the bounds of the convolution alone, if `numMore` roundings follow.
static std::vector<double> getConvolutionBounds(const SweepCase &c,
                                                const SweepData &data,
                                                unsigned numMore) {
  const Conv2DShape &s = c.shape;
  std::vector<double> bounds;
  double factor;
  if (c.isInteger)
    return std::vector<double>(s.n * s.outH() * s.outW() * s.k, 0.0);
  if (c.algorithm == "winograd") {
    const TransformSpec &spec = *c.transform;
    AxisBounds rows(spec.mRows, spec.rRows, spec.edgeRows, spec.points);
    AxisBounds cols(spec.mCols, spec.rCols, spec.edgeCols, spec.points);
    bounds = getWinogradMagnitudes(s, data, rows, cols);
    factor =
        getGamma(1 + rows.getRoundings() + cols.getRoundings() + s.c +
                 numMore) +
        (rows.whole->filterRoundings + cols.whole->filterRoundings) * 0x1p-53;
  } else {
    auto getAbsolute = [](std::vector<float> values) {
      for (float &value : values)
        value = std::fabs(value);
      return values;
    };
    bounds =
        referenceConv2D(s, getAbsolute(data.image), getAbsolute(data.filter));
    factor = getGamma(s.kh * s.kw * s.c + (c.algorithm == "loops") + numMore);
  }
  for (double &bound : bounds)
    bound *= factor;
  return bounds;
}

/// Returns the sums in quantized numbers, which the code computes to the last
/// bit, of a padded image.
static std::vector<double> getQuantized(const SweepCase &c,
                                        const Conv2DShape &padded,
                                        llvm::ArrayRef<float> image,
                                        llvm::ArrayRef<float> filter) {
  mlir::MLIRContext context;
  context.loadDialect<WinoDialect>();
  auto parse = [&](std::string text) {
    return mlir::parseAttribute(text, &context);
  };
  auto transform = llvm::cast<TransformAttr>(
      parse("#wino.transform<" + c.transform->str() + ">"));
  auto numbers =
      llvm::cast<QuantizedAttr>(parse("#wino.quantized<" + c.quantized + ">"));
  QuantizedConvolution convolution =
      llvm::cantFail(buildQuantized(transform, numbers));
  std::vector<int32_t> images(image.begin(), image.end());
  std::vector<int32_t> filters(filter.begin(), filter.end());
  QuantizedProblem problem;
  problem.n = padded.n;
  problem.h = padded.h;
  problem.w = padded.w;
  problem.c = padded.c;
  problem.k = padded.k;
  problem.image = images;
  problem.filter = filters;
  // Tiles that reach beyond a padded image find more of its padding.
  const Conv2DShape &s = c.shape;
  if (s.padTop + s.padBottom + s.padLeft + s.padRight != 0)
    problem.padValue = static_cast<int32_t>(c.padValue);
  std::vector<int32_t> result =
      convolution.convolve(problem, convolution.getOutputScales(problem));
  return std::vector<double>(result.begin(), result.end());
}

/// Returns the sums of the convolution alone. What is subtracted from an image
/// is also subtracted from its padding, so it is padded first.
static std::vector<double> getConvolution(const SweepCase &c,
                                          const SweepData &data) {
  const Conv2DShape &s = c.shape;
  if (c.padValue == 0 && !c.hasOffsets() && c.quantized.empty())
    return referenceConv2D(s, data.image, data.filter);
  Conv2DShape padded = s;
  padded.h += s.padTop + s.padBottom;
  padded.w += s.padLeft + s.padRight;
  padded.padTop = padded.padBottom = padded.padLeft = padded.padRight = 0;
  std::vector<float> image(padded.n * padded.h * padded.w * padded.c,
                           static_cast<float>(c.padValue));
  const int64_t rowSize = s.w * s.c;
  for (int64_t row = 0; row < s.n * s.h; ++row) {
    int64_t paddedRow = row / s.h * padded.h + s.padTop + row % s.h;
    std::copy_n(data.image.begin() + row * rowSize, rowSize,
                image.begin() + (paddedRow * padded.w + s.padLeft) * s.c);
  }
  if (!c.quantized.empty())
    return getQuantized(c, padded, image, data.filter);
  std::vector<float> filter = data.filter;
  for (float &value : image)
    value -= static_cast<float>(c.imageZero);
  for (float &value : filter)
    value -= static_cast<float>(c.filterZero);
  return referenceConv2D(padded, image, filter);
}

Expectation wino::test::getExpectation(const SweepCase &c,
                                       const SweepData &data) {
  const Conv2DShape &s = c.shape;
  unsigned numAdditions =
      (c.destination != Destination::Zero) + c.hasBias + c.hasResidual;
  Expectation expected{getConvolution(c, data),
                       getConvolutionBounds(c, data, numAdditions)};
  double gamma = c.isInteger ? 0 : getGamma(numAdditions);
  const double limit = c.isInteger ? 100 : 2;
  for (size_t i = 0; i < expected.values.size(); ++i) {
    double &value = expected.values[i];
    auto add = [&](llvm::ArrayRef<float> addends, size_t index) {
      if (addends.empty())
        return;
      value += addends[index];
      expected.bounds[i] += gamma * std::fabs(addends[index]);
    };
    add(data.start, i);
    add(data.startBias, i % s.k);
    add(data.bias, i % s.k);
    add(data.residual, i);
    // Sums of i32 wrap.
    if (c.isInteger)
      value = static_cast<int32_t>(
          static_cast<uint32_t>(static_cast<int64_t>(value)));
    if (c.activation != Activation::None)
      value = std::max(value, 0.0);
    if (c.activation == Activation::Clip)
      value = std::min(value, limit);
  }
  return expected;
}

Comparison wino::test::compare(const SweepCase &c, const Expectation &expected,
                               llvm::ArrayRef<double> output) {
  const Conv2DShape &s = c.shape;
  std::vector<double> actual = output.vec();
  if (c.layout == Layout::NchwFchw)
    actual = transpose(actual, {s.n, s.k, s.outH(), s.outW()}, {0, 2, 3, 1});
  Comparison result;
  for (size_t i = 0; i < actual.size(); ++i) {
    double error = std::fabs(actual[i] - expected.values[i]);
    double ratio = error == 0 ? 0 : error / expected.bounds[i];
    if (std::isnan(ratio))
      ratio = std::numeric_limits<double>::infinity();
    result.meanError += error / actual.size();
    result.maxError = std::max(result.maxError, error);
    if (ratio <= result.worstRatio)
      continue;
    result.worstRatio = ratio;
    size_t pixel = i / s.k;
    result.where = llvm::formatv(
        "[n={0}, h={1}, w={2}, k={3}]: {4} instead of {5}",
        pixel / (s.outH() * s.outW()), pixel / s.outW() % s.outH(),
        pixel % s.outW(), i % s.k, actual[i], expected.values[i]);
  }
  return result;
}
