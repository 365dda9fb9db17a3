//===- RationalTest.cpp - Exact rational numbers --------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Support/Rational.h"
#include "gtest/gtest.h"
#include <cmath>
#include <limits>

using namespace wino;

/// Parses a number the test knows to be one.
static Rational number(llvm::StringRef text) {
  std::optional<Rational> value = parseRational(text);
  EXPECT_TRUE(value.has_value()) << text.str();
  return value.value_or(Rational(0));
}

TEST(RationalTest, parsesAndPrints) {
  EXPECT_EQ(number("0"), Rational(0));
  EXPECT_EQ(number("-7"), Rational(-7));
  EXPECT_EQ(number("6/4"), Rational(3, 2));
  EXPECT_EQ(toString(number("6/4")), "3/2");
  EXPECT_EQ(toString(number("-6/3")), "-2");
  EXPECT_EQ(toString(number("-0/5")), "0");
  EXPECT_EQ(toString(Rational(2, -4)), "-1/2");
  EXPECT_EQ(toString(number("123456789123456789123456789/7")),
            "123456789123456789123456789/7");
  EXPECT_EQ(toString(number("9223372036854775808")), "9223372036854775808");
  EXPECT_EQ(toString(number("-9223372036854775808")), "-9223372036854775808");
}

TEST(RationalTest, rejectsOtherText) {
  for (const char *text :
       {"", "-", "/", "1/", "/2", "1/0", "1/-2", "--1", "+1", "1.5", " 1", "1 ",
        "0x10", "1/2/3", "inf", "nan", "1e3"})
    EXPECT_FALSE(parseRational(text)) << text;
  EXPECT_TRUE(parseRational(std::string(4096, '9')));
  EXPECT_FALSE(parseRational(std::string(4097, '9')));
}

TEST(RationalTest, doesNotOverflow) {
  Rational large = number("123456789123456789/7");
  Rational power(1);
  for (int i = 0; i < 30; ++i)
    power *= large;
  EXPECT_GT(power, Rational(std::numeric_limits<int64_t>::max()));
  for (int i = 0; i < 30; ++i)
    power = divide(power, large);
  EXPECT_EQ(power, Rational(1));
  EXPECT_EQ(absolute(-large), large);
}

TEST(RationalTest, roundsToNearestDouble) {
  EXPECT_EQ(toDouble(Rational(0)), 0.0);
  EXPECT_EQ(toDouble(Rational(1, 3)), 1.0 / 3.0);
  EXPECT_EQ(toDouble(Rational(-2, 3)), -2.0 / 3.0);
  EXPECT_EQ(toDouble(Rational(123456789, 1000)), 123456.789);
  // 2^53 + 1 lies between two doubles and goes to the even one; any more above
  // the middle goes up.
  EXPECT_EQ(toDouble(number("9007199254740993")), 9007199254740992.0);
  EXPECT_EQ(toDouble(number("9007199254740995")), 9007199254740996.0);
  EXPECT_EQ(toDouble(number("90071992547409930001/10000")), 9007199254740994.0);
}

TEST(RationalTest, roundsAtTheEndsOfTheRange) {
  std::string tenTo400 = "1" + std::string(400, '0');
  EXPECT_EQ(toDouble(number(tenTo400)),
            std::numeric_limits<double>::infinity());
  EXPECT_EQ(toDouble(number("-" + tenTo400)),
            -std::numeric_limits<double>::infinity());
  EXPECT_EQ(toDouble(number("1/" + tenTo400)), 0.0);
  // Both too large for a double, the quotient is not.
  EXPECT_EQ(toDouble(number("3" + std::string(400, '0') + "/" + tenTo400)),
            3.0);

  Rational smallest(1);
  for (int i = 0; i < 1074; ++i)
    smallest = divide(smallest, Rational(2));
  double denormMin = std::numeric_limits<double>::denorm_min();
  EXPECT_EQ(toDouble(smallest), denormMin);
  EXPECT_EQ(toDouble(divide(smallest, Rational(2))), 0.0);
  EXPECT_EQ(toDouble(smallest * Rational(51, 100)), denormMin);
  EXPECT_EQ(toDouble(smallest * Rational(5, 2)), 2 * denormMin);
  EXPECT_EQ(toDouble(smallest * Rational(-7, 2)), -4 * denormMin);
}

TEST(RationalTest, knowsWhatAFloatHolds) {
  EXPECT_TRUE(isExactInFloat(Rational(0)));
  EXPECT_TRUE(isExactInFloat(Rational(-21, 4)));
  EXPECT_FALSE(isExactInFloat(Rational(1, 3)));
  EXPECT_TRUE(isExactInFloat(Rational((1 << 24) - 1)));
  EXPECT_TRUE(isExactInFloat(Rational(1 << 24)));
  EXPECT_FALSE(isExactInFloat(Rational((1 << 24) + 1)));
  EXPECT_TRUE(isPowerOfTwo(Rational(-1, 8)));
  EXPECT_TRUE(isPowerOfTwo(Rational(1)));
  EXPECT_FALSE(isPowerOfTwo(Rational(3, 8)));
  EXPECT_FALSE(isPowerOfTwo(Rational(0)));
}

TEST(RationalTest, multipliesMatrices) {
  RationalMatrix a(2, 3), b(3, 1);
  for (unsigned i = 0; i < 2; ++i)
    for (unsigned j = 0; j < 3; ++j)
      a(i, j) = Rational(i + 1, j + 1);
  for (unsigned j = 0; j < 3; ++j)
    b(j, 0) = Rational(j + 1);
  RationalMatrix product = a * b;
  ASSERT_EQ(product.getNumRows(), 2u);
  ASSERT_EQ(product.getNumCols(), 1u);
  EXPECT_EQ(product(0, 0), Rational(3));
  EXPECT_EQ(product(1, 0), Rational(6));
  EXPECT_EQ((b.transposed() * a.transposed()), product.transposed());
  EXPECT_NE(a, b);
  EXPECT_NE(a, a.transposed());
  EXPECT_EQ(a, a.transposed().transposed());
}
