//===- CookToomTest.cpp - Transforms of fast 1-D convolution --------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TransformTester.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>
#include <limits>

using namespace wino;
using llvm::ArrayRef;
using llvm::SmallVector;
using llvm::StringRef;

namespace {

//===----------------------------------------------------------------------===//
// Construction
//===----------------------------------------------------------------------===//

TEST(CookToomTest, parsesPoints) {
  EXPECT_EQ(*parsePoint("inf"), Point::infinity());
  EXPECT_EQ(*parsePoint("-2/4"), Point(Rational(-1, 2)));
  EXPECT_EQ(toString(*parsePoint("-2/4")), "-1/2");
  EXPECT_EQ(toString(Point::infinity()), "inf");
  EXPECT_FALSE(Point() == Point::infinity());
  EXPECT_FALSE(parsePoint("nan"));
  EXPECT_FALSE(parsePoint("-inf"));
}

TEST(CookToomTest, everyDefaultTransformIsAConvolution) {
  for (int64_t m = 1; m <= 20; ++m)
    for (int64_t r = 1; m + r - 1 <= 20; ++r) {
      Transform1D transform = build(m, r, getDefaultPoints(m, r));
      EXPECT_EQ(message(verifyConvolutionIdentity(transform)), "")
          << "F(" << m << ", " << r << ")";
    }
}

TEST(CookToomTest, reachesTheLargestAlpha) {
  for (int64_t m : {int64_t(1), int64_t(12), kMaxAlpha - 2, kMaxAlpha}) {
    int64_t r = kMaxAlpha - m + 1;
    SmallVector<Point> defaults = getDefaultPoints(m, r);
    ASSERT_EQ(static_cast<int64_t>(defaults.size()), kMaxAlpha);
    EXPECT_EQ(message(verifyConvolutionIdentity(build(m, r, defaults))), "")
        << "F(" << m << ", " << r << ")";
  }
}

TEST(CookToomTest, acceptsAnyDistinctPointsAndInfinityAnywhere) {
  for (const char *text :
       {"inf 0 1 -1 2", "0 1 inf -1 2", "0 1 -1 2 -2", "7 5/3 -9/4 11 1/100",
        "123456789123456789/7 -98765432198765432198/3 0 inf 1"})
    for (int64_t m = 1; m <= 5; ++m)
      EXPECT_EQ(
          message(verifyConvolutionIdentity(build(m, 6 - m, points(text)))), "")
          << text;
}

TEST(CookToomTest, edgeTransformsShareFilters) {
  for (int64_t m = 1; m <= 9; ++m)
    for (int64_t r = 1; r <= 5; ++r)
      for (int64_t edge = 1; edge <= m; ++edge) {
        SmallVector<Point> defaults = getDefaultPoints(m, r, edge);
        SmallVector<Point> sorted = getDefaultPoints(m, r);
        EXPECT_TRUE(std::is_permutation(defaults.begin(), defaults.end(),
                                        sorted.begin()));
        EXPECT_TRUE(defaults[edge + r - 2].isInfinity);
        Transform1D whole = build(m, r, defaults);
        llvm::Expected<Transform1D> small =
            buildEdgeCookToom(edge, whole, defaults);
        ASSERT_TRUE(bool(small)) << message(small.takeError());
        EXPECT_EQ(message(verifyConvolutionIdentity(*small)), "")
            << "F(" << edge << ", " << r << ") of F(" << m << ", " << r << ")";
        for (int64_t k = 0; k < small->alpha(); ++k)
          for (int64_t j = 0; j < r; ++j)
            EXPECT_EQ(small->g(k, j), whole.g(k, j));
      }
}

TEST(CookToomTest, edgeTransformsNeedNotHaveInfinity) {
  SmallVector<Point> finite = points("0 1 -1 2 -2 inf");
  Transform1D whole = build(4, 3, finite);
  llvm::Expected<Transform1D> small = buildEdgeCookToom(2, whole, finite);
  ASSERT_TRUE(bool(small)) << message(small.takeError());
  EXPECT_EQ(message(verifyConvolutionIdentity(*small)), "");
  for (int64_t m : {0, 5})
    EXPECT_EQ(message(buildEdgeCookToom(m, whole, finite)),
              "expected the tiles at the edge of F(4, 3) to have 1 to 4 "
              "outputs, but got " +
                  std::to_string(m));
}

TEST(CookToomTest, followsTheConvention) {
  Transform1D transform = build(2, 2, points("0 2 inf"));
  auto row = [](const RationalMatrix &matrix, unsigned row) {
    std::string text;
    for (const Rational &entry : matrix.getRow(row))
      text += toString(entry) + " ";
    return text;
  };
  EXPECT_EQ(row(transform.at, 0), "1 1 0 ");
  EXPECT_EQ(row(transform.at, 1), "0 2 1 ");
  EXPECT_EQ(row(transform.g, 0), "-1/2 0 ");
  EXPECT_EQ(row(transform.g, 1), "1/2 1 ");
  EXPECT_EQ(row(transform.g, 2), "0 1 ");
  EXPECT_EQ(row(transform.bt, 0), "-2 1 0 ");
  EXPECT_EQ(row(transform.bt, 1), "0 1 0 ");
  EXPECT_EQ(row(transform.bt, 2), "0 -2 1 ");
}

TEST(CookToomTest, rejectsBadArguments) {
  EXPECT_EQ(message(buildCookToom(0, 3, points("0 1"))),
            "expected m and r of F(m, r) to be at least 1, but got F(0, 3)");
  EXPECT_EQ(message(buildCookToom(2, -1, {})),
            "expected m and r of F(m, r) to be at least 1, but got F(2, -1)");
  EXPECT_EQ(message(buildCookToom(2, 3, points("0 1 inf"))),
            "expected 4 points for F(2, 3), but got 3");
  EXPECT_EQ(message(buildCookToom(2, 3, points("0 1 -1 2 inf"))),
            "expected 4 points for F(2, 3), but got 5");
  EXPECT_EQ(message(buildCookToom(2, 3, points("0 1/2 inf 2/4"))),
            "expected distinct points, but points 1 and 3 are both 1/2");
  EXPECT_EQ(message(buildCookToom(2, 3, points("inf 1 2 inf"))),
            "expected distinct points, but points 0 and 3 are both inf");
  EXPECT_EQ(message(buildCookToom(23, 3, {})),
            "expected m + r - 1 of F(23, 3) to be at most 24");
  int64_t huge = std::numeric_limits<int64_t>::max();
  EXPECT_NE(message(buildCookToom(huge, huge, {})), "");
}

//===----------------------------------------------------------------------===//
// Explicit matrices
//===----------------------------------------------------------------------===//

RationalMatrix parseMatrix(const llvm::json::Array &rows) {
  unsigned numCols = rows.empty() ? 0 : rows[0].getAsArray()->size();
  RationalMatrix matrix(rows.size(), numCols);
  for (auto [i, row] : llvm::enumerate(rows))
    for (auto [j, entry] : llvm::enumerate(*row.getAsArray())) {
      std::optional<Rational> value = parseRational(*entry.getAsString());
      EXPECT_TRUE(value.has_value());
      matrix(i, j) = value.value_or(Rational(0));
    }
  return matrix;
}

Transform1D parseTransform(const llvm::json::Object &object) {
  Transform1D transform;
  transform.m = *object.getInteger("m");
  transform.r = *object.getInteger("r");
  transform.at = parseMatrix(*object.getArray("AT"));
  transform.g = parseMatrix(*object.getArray("G"));
  transform.bt = parseMatrix(*object.getArray("BT"));
  return transform;
}

/// Calls `check` with the name and the entry of every published transform.
void forEachPublished(
    llvm::function_ref<void(StringRef, const llvm::json::Object &)> check) {
  llvm::json::Value file = readTestData("transforms.json");
  ASSERT_TRUE(file.getAsObject());
  unsigned count = 0;
  for (const auto &[name, value] :
       *file.getAsObject()->getObject("transforms")) {
    check(name, *value.getAsObject());
    ++count;
  }
  EXPECT_EQ(count, 27u);
}

TEST(CookToomTest, reproducesPublishedMatrices) {
  unsigned count = 0;
  forEachPublished([&](StringRef name, const llvm::json::Object &object) {
    const llvm::json::Array *texts = object.getArray("points");
    if (!texts)
      return;
    SmallVector<Point> given;
    for (const llvm::json::Value &text : *texts)
      given.push_back(*parsePoint(*text.getAsString()));
    Transform1D published = parseTransform(object);
    Transform1D derived = build(published.m, published.r, given);
    EXPECT_EQ(derived.at, published.at) << name.str();
    EXPECT_EQ(derived.g, published.g) << name.str();
    EXPECT_EQ(derived.bt, published.bt) << name.str();
    ++count;
  });
  EXPECT_EQ(count, 24u);
}

TEST(CookToomTest, verifiesPublishedMatrices) {
  forEachPublished([&](StringRef name, const llvm::json::Object &object) {
    Transform1D transform = parseTransform(object);
    Rational scale(1);
    if (std::optional<StringRef> text = object.getString("scalar_1d"))
      scale = *parseRational(*text);
    std::optional<Rational> found = getConvolutionScale(transform);
    ASSERT_TRUE(found.has_value()) << name.str();
    EXPECT_EQ(*found, scale) << name.str();
    if (scale != Rational(1)) {
      EXPECT_NE(message(verifyConvolutionIdentity(transform)), "");
      EXPECT_EQ(getIdentityResidual(transform), toDouble(Rational(1) - scale));
      for (unsigned i = 0; i < transform.at.getNumRows(); ++i)
        for (unsigned k = 0; k < transform.at.getNumCols(); ++k)
          transform.at(i, k) = divide(transform.at(i, k), scale);
    }
    EXPECT_EQ(message(verifyConvolutionIdentity(transform)), "") << name.str();
    EXPECT_EQ(getIdentityResidual(transform), 0.0) << name.str();
  });
}

TEST(CookToomTest, anyChangedEntryBreaksTheIdentity) {
  Transform1D good = build(4, 3, getDefaultPoints(4, 3));
  for (auto member : {&Transform1D::at, &Transform1D::g, &Transform1D::bt}) {
    const RationalMatrix &matrix = good.*member;
    for (unsigned i = 0; i < matrix.getNumRows(); ++i)
      for (unsigned j = 0; j < matrix.getNumCols(); ++j) {
        Transform1D bad = good;
        (bad.*member)(i, j) += Rational(1, 1000000007);
        EXPECT_NE(message(verifyConvolutionIdentity(bad)), "");
        EXPECT_GT(getIdentityResidual(bad), 0.0);
        EXPECT_FALSE(getConvolutionScale(bad));
      }
  }
}

TEST(CookToomTest, explainsWhatIsWrong) {
  Transform1D good = build(2, 3, points("0 1 -1 inf"));

  Transform1D bad = good;
  bad.at(1, 2) = Rational(1);
  EXPECT_EQ(message(verifyConvolutionIdentity(bad)),
            "the matrices do not compute F(2, 3): expected sum_k A^T[1,k] "
            "G[k,0] B^T[k,1] to be 1, but got 0");

  bad = good;
  bad.m = 3;
  EXPECT_EQ(message(verifyConvolutionIdentity(bad)),
            "expected A^T to be a 3 x 5 matrix, but got 2 x 4");
  EXPECT_EQ(getIdentityResidual(bad), std::numeric_limits<double>::infinity());
  EXPECT_FALSE(getConvolutionScale(bad));
  bad = good;
  bad.g = bad.g.transposed();
  EXPECT_EQ(message(verifyConvolutionIdentity(bad)),
            "expected G to be a 4 x 3 matrix, but got 3 x 4");
  bad = good;
  bad.bt = RationalMatrix(4, 5);
  EXPECT_EQ(message(verifyConvolutionIdentity(bad)),
            "expected B^T to be a 4 x 4 matrix, but got 4 x 5");
  bad = good;
  bad.r = 0;
  EXPECT_NE(message(verifyConvolutionIdentity(bad)), "");
  bad.m = bad.r = std::numeric_limits<int64_t>::max();
  EXPECT_NE(message(verifyConvolutionIdentity(bad)), "");
}

TEST(CookToomTest, reportsDeficientRank) {
  Transform1D good = build(4, 3, points("0 1 -1 2 -2 inf"));

  Transform1D bad = good;
  for (unsigned k = 0; k < 6; ++k)
    bad.at(3, k) = bad.at(1, k) * Rational(3) - bad.at(0, k);
  EXPECT_EQ(message(verifyConvolutionIdentity(bad)),
            "expected A^T to have rank 4, but got rank 3");
  bad = good;
  for (unsigned k = 0; k < 6; ++k)
    bad.g(k, 2) = bad.g(k, 0);
  EXPECT_EQ(message(verifyConvolutionIdentity(bad)),
            "expected G to have rank 3, but got rank 2");
  bad = good;
  for (unsigned l = 0; l < 6; ++l)
    bad.bt(5, l) = bad.bt(0, l) + bad.bt(2, l);
  EXPECT_EQ(message(verifyConvolutionIdentity(bad)),
            "expected B^T to have rank 6, but got rank 5");
  bad.bt = RationalMatrix(6, 6);
  EXPECT_EQ(message(verifyConvolutionIdentity(bad)),
            "expected B^T to have rank 6, but got rank 0");
}

TEST(CookToomTest, measuresRoundedMatrices) {
  Transform1D transform = build(4, 3, points("0 5/6 -5/6 7/6 -7/6 inf"));
  auto roundToFloat = [](RationalMatrix &matrix) {
    for (unsigned i = 0; i < matrix.getNumRows(); ++i)
      for (unsigned j = 0; j < matrix.getNumCols(); ++j) {
        float rounded = static_cast<float>(toDouble(matrix(i, j)));
        matrix(i, j) = Rational(static_cast<int64_t>(std::ldexp(rounded, 30)),
                                int64_t(1) << 30);
      }
  };
  roundToFloat(transform.at);
  roundToFloat(transform.g);
  roundToFloat(transform.bt);
  double residual = getIdentityResidual(transform);
  EXPECT_GT(residual, 1e-9);
  EXPECT_LT(residual, 1e-6);
}

} // namespace
