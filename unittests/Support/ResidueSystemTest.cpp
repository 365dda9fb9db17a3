//===- ResidueSystemTest.cpp - Residue number systems ---------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Support/ResidueSystem.h"
#include "TransformTester.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVectorExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <numeric>
#include <random>

using namespace wino;
using llvm::ArrayRef;
using llvm::DynamicAPInt;
using llvm::SmallVector;
using llvm::StringRef;

namespace {

using Integers = SmallVector<int64_t>;

ResidueSystem getSystem(ArrayRef<int64_t> moduli) {
  llvm::Expected<ResidueSystem> system = ResidueSystem::get(moduli);
  if (system)
    return *system;
  ADD_FAILURE() << message(system.takeError());
  return *ResidueSystem::get({3});
}

Integers toIntegers(const llvm::json::Array &array) {
  return llvm::map_to_vector(array, [](const llvm::json::Value &value) {
    return *value.getAsInteger();
  });
}

Integers flatten(const llvm::json::Array &rows) {
  Integers result;
  for (const llvm::json::Value &row : rows)
    llvm::append_range(result, toIntegers(*row.getAsArray()));
  return result;
}

Integers flatten(const RationalMatrix &matrix) {
  Integers result;
  for (unsigned i = 0; i < matrix.getNumRows(); ++i)
    for (const Rational &entry : matrix.getRow(i)) {
      EXPECT_EQ(entry.den, 1);
      result.push_back(int64_t(entry.num));
    }
  return result;
}

Transform1D reduced(const Transform1D &transform, int64_t modulus) {
  llvm::Expected<Transform1D> result = reduceModulo(transform, modulus);
  if (result)
    return *result;
  ADD_FAILURE() << message(result.takeError());
  return {};
}

/// Checks sum_k A^T[i,k] G[k,j] B^T[k,l] = [l = i + j] modulo `modulus`, and
/// that the entries are centred.
void expectIdentity(const Transform1D &transform, int64_t modulus) {
  for (const RationalMatrix *matrix :
       {&transform.at, &transform.g, &transform.bt})
    for (int64_t entry : flatten(*matrix)) {
      EXPECT_GE(entry, -(modulus / 2));
      EXPECT_LE(entry, (modulus - 1) / 2);
    }
  Integers at = flatten(transform.at), g = flatten(transform.g),
           bt = flatten(transform.bt);
  int64_t alpha = transform.alpha();
  for (int64_t i = 0; i < transform.m; ++i)
    for (int64_t j = 0; j < transform.r; ++j)
      for (int64_t l = 0; l < alpha; ++l) {
        int64_t sum = 0;
        for (int64_t k = 0; k < alpha; ++k)
          sum += at[i * alpha + k] * g[k * transform.r + j] % modulus *
                 bt[k * alpha + l];
        EXPECT_EQ(reduceCentred(DynamicAPInt(sum), modulus), l == i + j);
      }
}

//===----------------------------------------------------------------------===//
// Modular arithmetic
//===----------------------------------------------------------------------===//

TEST(ResidueSystemTest, centresResidues) {
  auto reduce = [](int64_t value, int64_t modulus) {
    return reduceCentred(DynamicAPInt(value), modulus);
  };
  EXPECT_EQ(reduce(125, 251), 125);
  EXPECT_EQ(reduce(126, 251), -125);
  EXPECT_EQ(reduce(-126, 251), 125);
  EXPECT_EQ(reduce(127, 256), 127);
  EXPECT_EQ(reduce(128, 256), -128);
  EXPECT_EQ(reduce(-128, 256), -128);
  EXPECT_EQ(reduce(5, 1), 0);
  EXPECT_EQ(reduce(1, 2), -1);
  EXPECT_EQ(reduce(INT64_MIN, 3), 1);
}

TEST(ResidueSystemTest, invertsWhatIsCoprime) {
  for (int64_t modulus : {2, 3, 16, 251, 253, 4331, 65536})
    for (int64_t value = -300; value <= 300; ++value) {
      std::optional<int64_t> inverse = invertModulo(value, modulus);
      EXPECT_EQ(inverse.has_value(), std::gcd(value, modulus) == 1);
      if (inverse) {
        EXPECT_EQ(reduceCentred(DynamicAPInt(*inverse * value - 1), modulus),
                  0);
      }
    }
}

TEST(ResidueSystemTest, findsPrimeFactors) {
  EXPECT_EQ(getSmallestPrimeFactor(2), 2);
  EXPECT_EQ(getSmallestPrimeFactor(251), 251);
  EXPECT_EQ(getSmallestPrimeFactor(247), 13);
  EXPECT_EQ(getSmallestPrimeFactor(4331), 61);
  EXPECT_EQ(getSmallestPrimeFactor(65521), 65521);
}

//===----------------------------------------------------------------------===//
// Systems
//===----------------------------------------------------------------------===//

TEST(ResidueSystemTest, rejectsBadModuli) {
  auto error = [](ArrayRef<int64_t> moduli) {
    return message(ResidueSystem::get(moduli));
  };
  EXPECT_EQ(error({}), "expected 1 to 8 moduli, but got 0");
  EXPECT_EQ(error({3, 5, 7, 11, 13, 17, 19, 23, 29}),
            "expected 1 to 8 moduli, but got 9");
  EXPECT_EQ(error({251, 0}), "expected moduli in 2 .. 65536, but got 0");
  EXPECT_EQ(error({1}), "expected moduli in 2 .. 65536, but got 1");
  EXPECT_EQ(error({-251}), "expected moduli in 2 .. 65536, but got -251");
  EXPECT_EQ(error({65537}), "expected moduli in 2 .. 65536, but got 65537");
  EXPECT_EQ(error({253, 251, 242}),
            "expected no even modulus but the first, but got 242");
  EXPECT_EQ(error({253, 251, 231}), "expected pairwise coprime moduli, but 253 "
                                    "and 231 are both multiples of 11");
  EXPECT_EQ(error({251, 251}), "expected pairwise coprime moduli, but 251 and "
                               "251 are both multiples of 251");
  EXPECT_EQ(error({65535, 65533, 65531, 65521}),
            "expected the product of the moduli to be below 2^63");
  EXPECT_EQ(error({256, 253, 251}), "");
}

/// Checks a system against an entry of the test data.
void expectMatches(const llvm::json::Object &entry) {
  ResidueSystem system = getSystem(toIntegers(*entry.getArray("moduli")));
  EXPECT_EQ(system.getProduct(), *entry.getInteger("product"));
  EXPECT_EQ(system.getMaxAlpha(),
            *entry.getInteger("max_tile_n_incl_infinity"));
  Integers range = toIntegers(*entry.getArray("signed_range"));
  EXPECT_EQ(system.getRange().min, range[0]);
  EXPECT_EQ(system.getRange().max, range[1]);

  ArrayRef<int64_t> moduli = system.getModuli();
  const llvm::json::Object &inverses = *entry.getObject("mrc_inverses");
  for (size_t i = 0; i < moduli.size(); ++i)
    for (size_t j = 0; j < i; ++j) {
      std::string name =
          llvm::formatv("inv({0}) mod {1}", moduli[j], moduli[i]).str();
      EXPECT_EQ(
          system.getInverse(j, i),
          reduceCentred(DynamicAPInt(*inverses.getInteger(name)), moduli[i]));
    }
  for (auto [i, crt] : llvm::enumerate(*entry.getArray("crt"))) {
    int64_t inverse = *crt.getAsObject()->getInteger("M_i_inv_mod_m");
    EXPECT_EQ(system.getCofactorInverse(i),
              reduceCentred(DynamicAPInt(inverse), moduli[i]));
  }
  const llvm::json::Object &products =
      *entry.getObject("acc_int32_products_without_reduction");
  int64_t numProducts = system.getNumProducts(32);
  for (int64_t modulus : moduli)
    EXPECT_LE(numProducts, *products.getInteger(std::to_string(modulus)));
  int64_t largest = *llvm::max_element(moduli);
  EXPECT_EQ(numProducts, *products.getInteger(std::to_string(largest)));

  // {name, d_max, g_max} of some of the channel limits.
  const std::tuple<const char *, int64_t, int64_t> limits[] = {
      {"int8 x int8 full (|d|<=128,|g|<=128)", 128, 128},
      {"symmetric int8 (|d|,|g|<=127)", 127, 127},
      {"uint8 act [0,255] x int8 |g|<=127", 255, 127},
      {"int8 x int6 (127 x 31)", 127, 31}};
  for (auto [name, maxInput, maxFilter] : limits)
    for (int64_t r : {3, 5})
      EXPECT_EQ(getMaxChannels(DynamicAPInt(system.getProduct()), r * r,
                               DynamicAPInt(maxInput), DynamicAPInt(maxFilter)),
                *entry.getObject("max_channels_worst_case")
                     ->getObject(name)
                     ->getInteger("R" + std::to_string(r)))
          << name;
}

TEST(ResidueSystemTest, reproducesTheTable) {
  llvm::json::Value file = readTestData("rns_moduli.json");
  ASSERT_TRUE(file.getAsObject());
  unsigned count = 0;
  for (const auto &[name, entry] : *file.getAsObject()->getObject("sets")) {
    SCOPED_TRACE(StringRef(name).str());
    expectMatches(*entry.getAsObject());
    ++count;
  }
  EXPECT_EQ(count, 7u);
}

TEST(ResidueSystemTest, knowsItsStorage) {
  EXPECT_EQ(getSystem({256, 255}).getStorageBits(), 8u);
  EXPECT_EQ(getSystem({257}).getStorageBits(), 16u);
  EXPECT_EQ(getSystem({65536, 3}).getStorageBits(), 16u);
}

TEST(ResidueSystemTest, reproducesTheTestVectors) {
  llvm::json::Value file = readTestData("rns_test_vectors.json");
  ASSERT_TRUE(file.getAsObject());
  unsigned count = 0;
  for (const llvm::json::Value &value : *file.getAsObject()->getArray("mrc")) {
    const llvm::json::Object &entry = *value.getAsObject();
    ResidueSystem system = getSystem(toIntegers(*entry.getArray("moduli")));
    int64_t number = *entry.getInteger("value");
    Integers residues = system.getResidues(DynamicAPInt(number));
    Integers digits = system.getDigits(residues);
    EXPECT_EQ(residues, toIntegers(*entry.getArray("residues_centred")));
    EXPECT_EQ(digits,
              toIntegers(*entry.getArray("mixed_radix_digits_centred")));
    EXPECT_EQ(system.fromDigits(digits), number);
    EXPECT_EQ(system.fromResidues(residues), number);
    ++count;
  }
  EXPECT_EQ(count, 21u);
}

TEST(ResidueSystemTest, representsExactlyItsRange) {
  for (const Integers &moduli :
       {Integers{3, 5, 7}, {4, 3, 5}, {2, 3}, {16, 15, 7}, {2}, {9}}) {
    ResidueSystem system = getSystem(moduli);
    IntegerRange range = system.getRange();
    EXPECT_EQ(range.max - range.min + 1, system.getProduct());
    for (DynamicAPInt value = range.min; value <= range.max; ++value) {
      Integers residues = system.getResidues(value);
      Integers digits = system.getDigits(residues);
      EXPECT_EQ(value, system.fromDigits(digits));
      EXPECT_EQ(value, system.fromResidues(residues));
      EXPECT_EQ(system.extendTo(11, digits), reduceCentred(value, 11));
      EXPECT_EQ(system.extendTo(3, digits), reduceCentred(value, 3));
    }
    // The next number is represented as the first.
    EXPECT_EQ(range.min,
              system.fromResidues(system.getResidues(range.max + 1)));
  }
}

TEST(ResidueSystemTest, representsRandomNumbersOfLargeSystems) {
  std::mt19937_64 random(5);
  for (const Integers &moduli : {Integers{251, 241, 239},
                                 {4001, 4331},
                                 {253, 251, 247, 241},
                                 {65536, 65535, 65533},
                                 {256, 255, 253, 251, 247, 241, 239}}) {
    ResidueSystem system = getSystem(moduli);
    std::uniform_int_distribution<int64_t> inRange(
        int64_t(system.getRange().min), int64_t(system.getRange().max));
    for (unsigned trial = 0; trial < 1000; ++trial) {
      int64_t value = inRange(random);
      if (trial < 2)
        value = int64_t(trial ? system.getRange().max : system.getRange().min);
      Integers residues = system.getResidues(DynamicAPInt(value));
      Integers digits = system.getDigits(residues);
      EXPECT_EQ(system.fromDigits(digits), value);
      EXPECT_EQ(system.fromResidues(residues), value);
      EXPECT_EQ(system.extendTo(233, digits),
                reduceCentred(DynamicAPInt(value), 233));
    }
  }
}

//===----------------------------------------------------------------------===//
// Transforms
//===----------------------------------------------------------------------===//

TEST(ResidueSystemTest, reproducesTheTransforms) {
  llvm::json::Value file = readTestData("rns_transforms.json");
  ASSERT_TRUE(file.getAsObject());
  unsigned count = 0;
  for (const auto &[name, value] : *file.getAsObject()) {
    const llvm::json::Object *entry = value.getAsObject();
    if (!entry)
      continue;
    SCOPED_TRACE(StringRef(name).str());
    int64_t m = *entry->getInteger("m"), r = *entry->getInteger("r");
    SmallVector<Point> points;
    for (const llvm::json::Value &point : *entry->getArray("points"))
      points.push_back(point.getAsInteger()
                           ? Point(Rational(*point.getAsInteger()))
                           : Point::infinity());
    Transform1D transform = build(m, r, points);
    for (const auto &[modulusText, matrices] :
         *entry->getObject("per_modulus")) {
      int64_t modulus = 0;
      StringRef(modulusText).getAsInteger(10, modulus);
      Transform1D residues = reduced(transform, modulus);
      const llvm::json::Object &expected = *matrices.getAsObject();
      EXPECT_EQ(flatten(residues.at), flatten(*expected.getArray("AT")));
      EXPECT_EQ(flatten(residues.g), flatten(*expected.getArray("G")));
      EXPECT_EQ(flatten(residues.bt), flatten(*expected.getArray("BT")));
      ++count;
    }
  }
  EXPECT_EQ(count, 17u);
}

TEST(ResidueSystemTest, derivesTransformsOfAllSizes) {
  const std::pair<int64_t, int64_t> sizes[] = {{14, 3}, {12, 5}};
  for (auto [maxOutputs, r] : sizes)
    for (int64_t m = 2; m <= maxOutputs; ++m) {
      Transform1D transform = build(m, r, getResiduePoints(m, r));
      for (size_t count : {2, 3, 4})
        for (int64_t modulus : selectModuli(m + r - 1, count, 255))
          expectIdentity(reduced(transform, modulus), modulus);
      for (int64_t modulus : {4001, 4331})
        expectIdentity(reduced(transform, modulus), modulus);
    }
}

TEST(ResidueSystemTest, reducesRationalPoints) {
  Transform1D transform = build(4, 3, getDefaultPoints(4, 3));
  for (int64_t modulus : {251, 247, 4331})
    expectIdentity(reduced(transform, modulus), modulus);
}

TEST(ResidueSystemTest, rejectsPointsThatCoincide) {
  // 12 finite points, but 11 divides 253.
  Transform1D transform = build(11, 3, getResiduePoints(11, 3));
  EXPECT_EQ(message(reduceModulo(transform, 253)),
            "expected transforms with denominators coprime to 253, but got the "
            "entry -1024/1091475");
  EXPECT_EQ(message(reduceModulo(transform, 247)), "");
}

/// One tile by residues: transforms, products and sums over channels modulo
/// each modulus, and mixed radix reconstruction.
Integers convolve(const Transform1D &transform, const ResidueSystem &system,
                  ArrayRef<Integers> d, ArrayRef<Integers> g) {
  const int64_t m = transform.m, alpha = transform.alpha();
  // rows * x * rows^T modulo a modulus.
  auto apply = [](const RationalMatrix &matrix, ArrayRef<int64_t> x,
                  int64_t modulus) {
    Integers factors = flatten(matrix), result;
    int64_t numRows = matrix.getNumRows(), numCols = matrix.getNumCols();
    for (int64_t p = 0; p < numRows; ++p)
      for (int64_t q = 0; q < numRows; ++q) {
        int64_t sum = 0;
        for (int64_t i = 0; i < numCols; ++i)
          for (int64_t j = 0; j < numCols; ++j)
            sum += factors[p * numCols + i] * factors[q * numCols + j] %
                   modulus * x[i * numCols + j];
        result.push_back(reduceCentred(DynamicAPInt(sum), modulus));
      }
    return result;
  };
  SmallVector<Integers> results;
  for (int64_t modulus : system.getModuli()) {
    Transform1D residues = reduced(transform, modulus);
    Integers sums(alpha * alpha, 0);
    for (auto [channel, tile] : llvm::enumerate(d)) {
      Integers v = apply(residues.bt, tile, modulus);
      Integers u = apply(residues.g, g[channel], modulus);
      for (auto [sum, a, b] : llvm::zip_equal(sums, v, u))
        sum += a * b;
    }
    for (int64_t &sum : sums)
      sum = reduceCentred(DynamicAPInt(sum), modulus);
    results.push_back(apply(residues.at, sums, modulus));
  }
  Integers y;
  for (int64_t i = 0; i < m * m; ++i)
    y.push_back(system.fromDigits(system.getDigits(llvm::map_to_vector(
        results, [&](const Integers &residues) { return residues[i]; }))));
  return y;
}

TEST(ResidueSystemTest, convolvesTheTestVectors) {
  llvm::json::Value file = readTestData("rns_test_vectors.json");
  ASSERT_TRUE(file.getAsObject());
  unsigned count = 0;
  for (const llvm::json::Value &value : *file.getAsObject()->getArray("conv")) {
    const llvm::json::Object &entry = *value.getAsObject();
    int64_t m = *entry.getInteger("m"), r = *entry.getInteger("r");
    SmallVector<Integers> d, g;
    for (const llvm::json::Value &tile : *entry.getArray("d"))
      d.push_back(flatten(*tile.getAsArray()));
    for (const llvm::json::Value &taps : *entry.getArray("g"))
      g.push_back(flatten(*taps.getAsArray()));
    EXPECT_EQ(convolve(build(m, r, getResiduePoints(m, r)),
                       getSystem(toIntegers(*entry.getArray("moduli"))), d, g),
              flatten(*entry.getArray("y")));
    ++count;
  }
  EXPECT_EQ(count, 4u);
}

//===----------------------------------------------------------------------===//
// Selection
//===----------------------------------------------------------------------===//

TEST(ResidueSystemTest, selectsThePublishedModuli) {
  EXPECT_EQ(selectModuli(12, 3, 255), Integers({253, 251, 247}));
  EXPECT_EQ(selectModuli(16, 3, 255), Integers({251, 241, 239}));

  llvm::json::Value file = readTestData("rns_moduli.json");
  ASSERT_TRUE(file.getAsObject());
  const llvm::json::Object &rule =
      *file.getAsObject()->getObject("selection_rule");
  unsigned count = 0;
  for (const llvm::json::Value &value : *rule.getArray("by_min_prime")) {
    const llvm::json::Object &entry = *value.getAsObject();
    int64_t alpha = *entry.getInteger("N_max");
    EXPECT_EQ(selectModuli(alpha, 3, 255),
              toIntegers(*entry.getArray("triple")));
    EXPECT_EQ(selectModuli(alpha, 4, 255), toIntegers(*entry.getArray("quad")));
    ++count;
  }
  EXPECT_EQ(count, 6u);
}

TEST(ResidueSystemTest, selectsTheLargestProduct) {
  // Against all pairs and triples.
  for (int64_t alpha : {3, 4, 8, 12, 14, 24})
    for (int64_t maxModulus : {23, 40, 63}) {
      int64_t bestPair = 0, bestTriple = 0;
      auto isAdmitted = [&](int64_t a) {
        return a % 2 && getSmallestPrimeFactor(a) >= alpha - 1;
      };
      for (int64_t a = 3; a <= maxModulus; ++a)
        for (int64_t b = 3; b < a; ++b) {
          if (!isAdmitted(a) || !isAdmitted(b) || std::gcd(a, b) != 1)
            continue;
          bestPair = std::max(bestPair, a * b);
          for (int64_t c = 3; c < b; ++c)
            if (isAdmitted(c) && std::gcd(a * b, c) == 1)
              bestTriple = std::max(bestTriple, a * b * c);
        }
      auto getProduct = [&](size_t count) {
        Integers moduli = selectModuli(alpha, count, maxModulus);
        return moduli.empty() ? 0 : getSystem(moduli).getProduct();
      };
      EXPECT_EQ(getProduct(2), bestPair);
      EXPECT_EQ(getProduct(3), bestTriple);
    }
  EXPECT_EQ(selectModuli(24, 1, 21), Integers());
}

TEST(ResidueSystemTest, selectsMoreModuliOrSmallerTiles) {
  auto select = [](int64_t numResults, int64_t maxOutputs = 14) {
    std::optional<ResidueChoice> choice =
        selectResidues(3, maxOutputs, DynamicAPInt(numResults), 255);
    EXPECT_TRUE(choice.has_value());
    return choice.value_or(ResidueChoice());
  };
  ResidueChoice choice = select(14457349);
  EXPECT_EQ(choice.m, 14);
  EXPECT_EQ(choice.moduli, Integers({251, 241, 239}));
  // Beyond it a smaller tile, whose moduli may have smaller factors.
  choice = select(14457350);
  EXPECT_EQ(choice.m, 12);
  EXPECT_EQ(choice.moduli, Integers({251, 247, 241}));
  choice = select(15000000);
  EXPECT_EQ(choice.m, 10);
  EXPECT_EQ(choice.moduli, Integers({253, 251, 247}));
  // Beyond these a modulus more.
  choice = select(int64_t(1) << 31);
  EXPECT_EQ(choice.m, 14);
  EXPECT_EQ(choice.moduli, Integers({251, 241, 239, 233}));
  choice = select(15000000, /*maxOutputs=*/7);
  EXPECT_EQ(choice.m, 7);
  EXPECT_EQ(choice.moduli, Integers({253, 251, 247}));
  EXPECT_FALSE(selectResidues(3, 14, DynamicAPInt(INT64_MAX), 15));
}

TEST(ResidueSystemTest, countsMultiplications) {
  llvm::json::Value file = readTestData("rns_complexity.json");
  ASSERT_TRUE(file.getAsObject());
  for (const llvm::json::Value &value : *file.getAsObject()->getArray("rows")) {
    const llvm::json::Object &row = *value.getAsObject();
    int64_t m = *row.getInteger("M"), r = *row.getInteger("R");
    EXPECT_NEAR(toDouble(getReduction(m, r)), *row.getNumber("reduction"),
                6e-5);
    for (int64_t count : {2, 3, 4})
      EXPECT_NEAR(toDouble(getReduction(m, r, count)),
                  *row.getNumber("per_" + std::to_string(count) + "_residues"),
                  6e-5);
  }
  // The published figures.
  auto rounded = [](int64_t m, int64_t r, int64_t count) {
    return llvm::formatv("{0:F2}", toDouble(getReduction(m, r, count))).str();
  };
  EXPECT_EQ(rounded(14, 3, 3), "2.30");
  EXPECT_EQ(rounded(12, 5, 3), "4.69");
  EXPECT_EQ(rounded(14, 3, 2), "3.45");
  EXPECT_EQ(rounded(12, 5, 2), "7.03");
}

} // namespace
