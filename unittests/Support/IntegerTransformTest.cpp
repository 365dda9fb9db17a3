//===- IntegerTransformTest.cpp - Transforms scaled to integers -----------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Support/IntegerTransform.h"
#include "TransformTester.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <random>

using namespace wino;
using llvm::DynamicAPInt;
using llvm::SmallVector;
using llvm::StringRef;

namespace {

IntegerTransform scaled(int64_t m, int64_t r, StringRef text) {
  return scaleToIntegers(build(m, r, points(text)));
}

RingTransform ring(IntegerTransform rows, IntegerTransform cols) {
  llvm::Expected<RingTransform> result = buildRingTransform(rows, cols);
  if (result)
    return *result;
  ADD_FAILURE() << message(result.takeError());
  return {};
}

IntegerRange range(int64_t min, int64_t max) {
  return {DynamicAPInt(min), DynamicAPInt(max)};
}

int64_t toInteger(const Rational &value) {
  EXPECT_EQ(value.den, 1);
  return int64_t(value.num);
}

SmallVector<int64_t> toIntegers(const RationalMatrix &matrix) {
  SmallVector<int64_t> values;
  for (unsigned i = 0; i < matrix.getNumRows(); ++i)
    for (const Rational &entry : matrix.getRow(i))
      values.push_back(toInteger(entry));
  return values;
}

SmallVector<int64_t> toIntegers(const llvm::json::Array &rows) {
  SmallVector<int64_t> values;
  for (const llvm::json::Value &row : rows)
    for (const llvm::json::Value &entry : *row.getAsArray())
      values.push_back(*entry.getAsInteger());
  return values;
}

int64_t getNumber(const llvm::json::Object &object, StringRef outer,
                  StringRef inner) {
  return *object.getObject(outer)->getInteger(inner);
}

/// Checks the transform and its ranges against an entry of the test data, which
/// has been derived independently.
void expectMatches(const llvm::json::Object &entry, int64_t m, int64_t r) {
  SmallVector<Point> given;
  for (const llvm::json::Value &text : *entry.getArray("points"))
    given.push_back(*parsePoint(*text.getAsString()));
  IntegerTransform integer = scaleToIntegers(build(m, r, given));
  EXPECT_EQ(toIntegers(integer.matrices.at),
            toIntegers(*entry.getArray("AT_int")));
  EXPECT_EQ(toIntegers(integer.matrices.g),
            toIntegers(*entry.getArray("G_int")));
  EXPECT_EQ(toIntegers(integer.matrices.bt),
            toIntegers(*entry.getArray("BT_int")));
  EXPECT_EQ(integer.scale, *entry.getInteger("scale_1d"));

  RingTransform transform = ring(integer, integer);
  EXPECT_EQ(transform.getScale(), *entry.getInteger("scale_2d"));
  EXPECT_EQ(transform.shift, getNumber(entry, "scale_2d_factor", "two_adic"));
  auto odd = static_cast<uint32_t>(getNumber(entry, "scale_2d_factor", "odd"));
  EXPECT_EQ(transform.inverse * odd, 1u);
  EXPECT_EQ(transform.getOutputRange().max,
            *entry.getInteger("recoverable_abs_y_with_wrapping_int32"));

  IntegerRange input = transform.getTransformedInputRange(range(-128, 128));
  IntegerRange filter = transform.getTransformedFilterRange(range(-127, 127));
  EXPECT_EQ(input.getMaxAbs(),
            *entry.getInteger("max_abs_transformed_input_int8"));
  EXPECT_EQ(filter.getMaxAbs(),
            *entry.getInteger("max_abs_transformed_weight_int8"));
  IntegerRange int16 = IntegerRange::getSigned(16);
  const llvm::json::Object &fits = *entry.getObject("fits_int16");
  EXPECT_EQ(int16.contains(input), *fits.getBoolean("input"));
  EXPECT_EQ(int16.contains(filter), *fits.getBoolean("weight"));
}

TEST(IntegerTransformTest, reproducesTheDerivedTransforms) {
  llvm::json::Value file = readTestData("integer_transforms.json");
  ASSERT_TRUE(file.getAsObject());
  unsigned count = 0;
  for (const auto &[name, value] :
       *file.getAsObject()->getObject("algorithms")) {
    SCOPED_TRACE(StringRef(name).str());
    // The names are `F(m,r)` with single digits, and a suffix.
    expectMatches(*value.getAsObject(), StringRef(name)[2] - '0',
                  StringRef(name)[4] - '0');
    ++count;
  }
  EXPECT_EQ(count, 14u);
}

TEST(IntegerTransformTest, scalesEveryDefaultTransform) {
  for (int64_t m = 1; m <= 14; ++m)
    for (int64_t r = 1; m + r - 1 <= 16; ++r) {
      Transform1D transform = build(m, r, getDefaultPoints(m, r));
      for (const IntegerTransform &integer :
           {scaleToIntegers(transform),
            moveOutputFactorsToFilter(scaleToIntegers(transform))}) {
        std::optional<Rational> scale = getConvolutionScale(integer.matrices);
        ASSERT_TRUE(scale.has_value());
        EXPECT_EQ(*scale, Rational(integer.scale, DynamicAPInt(1)));
        for (const RationalMatrix *matrix :
             {&integer.matrices.at, &integer.matrices.g, &integer.matrices.bt})
          for (unsigned i = 0; i < matrix->getNumRows(); ++i)
            for (const Rational &entry : matrix->getRow(i))
              EXPECT_EQ(entry.den, 1);
      }
    }
}

TEST(IntegerTransformTest, scalesTilesAtTheEdge) {
  for (int64_t m = 2; m <= 8; ++m)
    for (int64_t r : {2, 3, 5})
      for (int64_t edge = 1; edge < m; ++edge) {
        SmallVector<Point> points = getDefaultPoints(m, r, edge);
        Transform1D transform = build(m, r, points);
        llvm::Expected<Transform1D> smaller =
            buildEdgeCookToom(edge, transform, points);
        ASSERT_TRUE(static_cast<bool>(smaller)) << message(smaller.takeError());
        for (const IntegerTransform &whole :
             {scaleToIntegers(transform),
              moveOutputFactorsToFilter(scaleToIntegers(transform))}) {
          IntegerTransform integer = scaleEdgeToIntegers(*smaller, whole);
          std::optional<Rational> scale = getConvolutionScale(integer.matrices);
          ASSERT_TRUE(scale.has_value());
          EXPECT_EQ(*scale, Rational(integer.scale, DynamicAPInt(1)));
          // Filters are those of whole tiles.
          for (int64_t k = 0; k < integer.matrices.alpha(); ++k)
            EXPECT_TRUE(llvm::equal(integer.matrices.g.getRow(k),
                                    whole.matrices.g.getRow(k)));
          // All are integers, and those of A^T have no common divisor with the
          // scale, which would be smaller otherwise.
          toIntegers(integer.matrices.bt);
          DynamicAPInt divisor = integer.scale;
          for (int64_t entry : toIntegers(integer.matrices.at))
            divisor = gcd(divisor, DynamicAPInt(std::abs(entry)));
          EXPECT_EQ(divisor, 1);
        }
      }
}

TEST(IntegerTransformTest, theScaleIsTheSmallest) {
  // With any smaller scale some column of A^T would not be integer.
  for (StringRef text : {"0 1 -1 2 -2 inf", "0 1 -1 1/2 -2 inf",
                         "0 1 -1 3 -1/3 inf", "inf 5 2/7 0 1 -1"}) {
    IntegerTransform integer = scaled(4, 3, text);
    DynamicAPInt divisor = integer.scale;
    for (unsigned i = 0; i < 4; ++i)
      for (const Rational &entry : integer.matrices.at.getRow(i))
        divisor = gcd(divisor, abs(entry.num));
    EXPECT_EQ(divisor, 1) << text.str();
  }
}

TEST(IntegerTransformTest, scalesExplicitMatrices) {
  // A tap that is not used: zero rows and columns keep the factor 1.
  Transform1D transform;
  transform.m = 1;
  transform.r = 1;
  transform.at = transform.g = transform.bt = RationalMatrix(1, 1);
  transform.at(0, 0) = Rational(2, 3);
  transform.g(0, 0) = Rational(3, 5);
  transform.bt(0, 0) = Rational(5, 2);
  IntegerTransform integer = scaleToIntegers(transform);
  EXPECT_EQ(integer.scale, 1);
  EXPECT_EQ(integer.matrices.at(0, 0), Rational(1));
  EXPECT_EQ(integer.matrices.bt(0, 0), Rational(1));

  transform = build(1, 2, points("0 inf"));
  transform.g(1, 1) = Rational(0);
  integer = scaleToIntegers(transform);
  EXPECT_EQ(integer.matrices.g(1, 1), Rational(0));
}

TEST(IntegerTransformTest, movesFactorsOutOfTheOutputTransform) {
  IntegerTransform integer = scaled(4, 3, "0 -1 1 1/2 -2 inf");
  IntegerTransform moved = moveOutputFactorsToFilter(integer);
  EXPECT_EQ(moved.scale, integer.scale);
  EXPECT_EQ(moved.matrices.bt, integer.matrices.bt);
  for (int64_t entry : toIntegers(moved.matrices.at))
    EXPECT_TRUE(entry == 0 || llvm::isPowerOf2_64(std::abs(entry))) << entry;
  // All of A^T's odd factors fit: 15 * 15 * 128.
  EXPECT_EQ(ring(moved, moved).getTransformedFilterRange(range(-128, 127)),
            range(-28800, 28725));
}

TEST(IntegerTransformTest, findsTheExactRange) {
  // One row (2, -3): 2 * 7 - 3 * -8 and 2 * -8 - 3 * 7.
  RationalMatrix rows(1, 2), cols(1, 1);
  rows(0, 0) = Rational(2);
  rows(0, 1) = Rational(-3);
  cols(0, 0) = Rational(1);
  EXPECT_EQ(getTransformedRange(rows, cols, range(-8, 7)), range(-37, 38));
  EXPECT_EQ(getTransformedRange(rows, cols, range(2, 5)), range(-11, 4));
  // The range need not contain zero, and neither need the result's.
  rows(0, 1) = Rational(3);
  EXPECT_EQ(getTransformedRange(rows, cols, range(2, 5)), range(10, 25));
}

TEST(IntegerTransformTest, rangesAreReached) {
  RingTransform transform =
      ring(scaled(4, 3, "0 -1 1 1/2 -2 inf"), scaled(2, 3, "0 1 -1 inf"));
  const RationalMatrix &rows = transform.rows.matrices.bt;
  const RationalMatrix &cols = transform.cols.matrices.bt;
  int64_t min = 0, max = 0;
  for (unsigned p = 0; p < 6; ++p)
    for (unsigned q = 0; q < 4; ++q) {
      int64_t low = 0, high = 0;
      for (unsigned i = 0; i < 6; ++i)
        for (unsigned j = 0; j < 4; ++j) {
          int64_t factor = toInteger(rows(p, i) * cols(q, j));
          low += factor * (factor > 0 ? -128 : 127);
          high += factor * (factor > 0 ? 127 : -128);
        }
      min = std::min(min, low);
      max = std::max(max, high);
    }
  EXPECT_EQ(transform.getTransformedInputRange(range(-128, 127)),
            range(min, max));
}

TEST(IntegerTransformTest, limitsTheChannels) {
  auto channels = [](StringRef text, int64_t maxFilter) {
    IntegerTransform integer = scaled(4, 3, text);
    DynamicAPInt numResults = ring(integer, integer).getNumResults();
    return int64_t(getMaxChannels(numResults, /*taps=*/9, DynamicAPInt(128),
                                  DynamicAPInt(maxFilter)));
  };
  EXPECT_EQ(channels("0 1 -1 1/2 -2 inf", 128), 3640);
  EXPECT_EQ(channels("0 1 -1 1/2 -2 inf", 127), 3669);
  EXPECT_EQ(channels("0 1 -1 2 -2 inf", 128), 227);
  EXPECT_EQ(channels("0 1 -1 2 -2 inf", 127), 229);
  // 2 C < M is strict.
  EXPECT_EQ(
      getMaxChannels(DynamicAPInt(20), 1, DynamicAPInt(1), DynamicAPInt(1)), 9);
  EXPECT_EQ(
      getMaxChannels(DynamicAPInt(2), 1, DynamicAPInt(1), DynamicAPInt(1)), 0);
}

TEST(IntegerTransformTest, buildsMixedAndOneDimensionalRings) {
  IntegerTransform identity = scaled(1, 1, "inf");
  EXPECT_EQ(identity.scale, 1);
  RingTransform column = ring(scaled(4, 3, "0 1 -1 1/2 -2 inf"), identity);
  EXPECT_EQ(column.getScale(), 30);
  EXPECT_EQ(column.shift, 1u);
  EXPECT_EQ(column.inverse, 0xEEEEEEEFu);
  EXPECT_EQ(column.getTransformedInputRange(range(-128, 128)).getMaxAbs(),
            14 * 128);

  RingTransform mixed =
      ring(scaled(4, 3, "0 1 -1 2 -2 inf"), scaled(2, 3, "0 1 -1 inf"));
  EXPECT_EQ(mixed.getScale(), 48);
  EXPECT_EQ(mixed.shift, 4u);
  EXPECT_EQ(mixed.inverse, 0xAAAAAAABu);

  RingTransform square =
      ring(scaled(4, 3, "0 1 -1 2 -2 inf"), scaled(4, 3, "0 1 -1 2 -2 inf"));
  EXPECT_EQ(square.inverse, 0x38E38E39u);
}

TEST(IntegerTransformTest, rejectsScalesWithoutAResult) {
  IntegerTransform integer =
      scaleToIntegers(build(14, 11, getDefaultPoints(14, 11)));
  EXPECT_EQ(message(buildRingTransform(integer, integer)),
            "expected the scale of the transform to have fewer than 32 factors "
            "of two, but got 32");
}

/// A tile of F(m x m', r x r') by the transforms, modulo 2^32.
class RingTile {
public:
  RingTile(const RingTransform &transform) : transform(transform) {}

  /// Adds a channel; d is alpha x alpha' and g r x r', row-major.
  void accumulate(llvm::ArrayRef<int64_t> d, llvm::ArrayRef<int64_t> g) {
    const Transform1D &rows = transform.rows.matrices;
    const Transform1D &cols = transform.cols.matrices;
    std::vector<int64_t> v = apply(rows.bt, cols.bt, d);
    std::vector<int64_t> u = apply(rows.g, cols.g, g);
    sums.resize(v.size());
    for (size_t tap = 0; tap < v.size(); ++tap) {
      EXPECT_EQ(v[tap], int16_t(v[tap]));
      EXPECT_EQ(u[tap], int16_t(u[tap]));
      sums[tap] += static_cast<uint32_t>(v[tap] * u[tap]);
    }
  }

  /// The m x m' results.
  std::vector<int64_t> getResults() const {
    std::vector<int64_t> signedSums(sums.begin(), sums.end());
    std::vector<int64_t> results = apply(
        transform.rows.matrices.at, transform.cols.matrices.at, signedSums);
    for (int64_t &value : results)
      value = static_cast<int32_t>(static_cast<uint32_t>(value) *
                                   transform.inverse) >>
              transform.shift;
    return results;
  }

private:
  /// rows * x * cols^T; what exceeds 64 bits is not needed modulo 2^32.
  static std::vector<int64_t> apply(const RationalMatrix &rows,
                                    const RationalMatrix &cols,
                                    llvm::ArrayRef<int64_t> x) {
    std::vector<int64_t> result;
    for (unsigned p = 0; p < rows.getNumRows(); ++p)
      for (unsigned q = 0; q < cols.getNumRows(); ++q) {
        uint64_t sum = 0;
        for (unsigned i = 0; i < rows.getNumCols(); ++i)
          for (unsigned j = 0; j < cols.getNumCols(); ++j)
            sum += static_cast<uint64_t>(toInteger(rows(p, i) * cols(q, j))) *
                   static_cast<uint64_t>(x[i * cols.getNumCols() + j]);
        result.push_back(static_cast<int64_t>(sum));
      }
    return result;
  }

  RingTransform transform;
  std::vector<uint32_t> sums;
};

/// Convolves tiles of `numChannels` channels in the ring and exactly.
void expectExact(const RingTransform &transform, int64_t numChannels,
                 llvm::function_ref<int64_t()> nextInput,
                 llvm::function_ref<int64_t()> nextFilter) {
  const Transform1D &rows = transform.rows.matrices;
  const Transform1D &cols = transform.cols.matrices;
  RingTile tile(transform);
  std::vector<int64_t> expected(rows.m * cols.m, 0);
  for (int64_t c = 0; c < numChannels; ++c) {
    std::vector<int64_t> d(rows.alpha() * cols.alpha()), g(rows.r * cols.r);
    std::generate(d.begin(), d.end(), nextInput);
    std::generate(g.begin(), g.end(), nextFilter);
    tile.accumulate(d, g);
    for (int64_t s = 0; s < rows.m; ++s)
      for (int64_t t = 0; t < cols.m; ++t)
        for (int64_t i = 0; i < rows.r; ++i)
          for (int64_t j = 0; j < cols.r; ++j)
            expected[s * cols.m + t] +=
                d[(s + i) * cols.alpha() + t + j] * g[i * cols.r + j];
  }
  EXPECT_EQ(tile.getResults(), expected);
}

TEST(IntegerTransformTest, convolvesExactlyUpToTheLimit) {
  IntegerTransform f4 = scaled(4, 3, "0 1 -1 2 -2 inf");
  IntegerTransform f4moved =
      moveOutputFactorsToFilter(scaled(4, 3, "0 -1 1 1/2 -2 inf"));
  IntegerTransform f2 = scaled(2, 3, "0 1 -1 inf");
  IntegerTransform f3 = scaled(3, 3, "0 1 -1 2 inf");
  IntegerTransform one = scaled(1, 1, "inf");
  for (const auto &[rows, cols] :
       {std::pair(f4, f4), std::pair(f4moved, f4moved), std::pair(f2, f2),
        std::pair(f3, f4), std::pair(f4, one), std::pair(one, f3)}) {
    RingTransform transform = ring(rows, cols);
    DynamicAPInt numResults = transform.getNumResults();
    int64_t taps = rows.matrices.r * cols.matrices.r;
    int64_t limit = int64_t(
        getMaxChannels(numResults, taps, DynamicAPInt(128), DynamicAPInt(128)));
    std::mt19937 random(7);
    std::uniform_int_distribution<int64_t> value(-128, 127);
    auto next = [&] { return value(random); };
    auto lowest = [] { return int64_t(-128); };
    auto highest = [] { return int64_t(127); };
    auto extreme = [&] { return random() % 2 ? int64_t(127) : int64_t(-128); };
    expectExact(transform, 50, next, next);
    expectExact(transform, 50, extreme, extreme);
    // At the limit nearly all accumulators have wrapped.
    int64_t numChannels = std::min<int64_t>(limit, 4000);
    expectExact(transform, numChannels, lowest, lowest);
    expectExact(transform, numChannels, lowest, highest);
    expectExact(transform, numChannels, highest, highest);
  }
}

TEST(IntegerTransformTest, failsBeyondTheLimit) {
  RingTransform transform =
      ring(scaled(4, 3, "0 1 -1 2 -2 inf"), scaled(4, 3, "0 1 -1 2 -2 inf"));
  RingTile tile(transform);
  std::vector<int64_t> d(36, -128), g(9, -128);
  for (unsigned c = 0; c < 228; ++c)
    tile.accumulate(d, g);
  EXPECT_NE(tile.getResults(), std::vector<int64_t>(16, 228 * 9 * 128 * 128));
}

} // namespace
