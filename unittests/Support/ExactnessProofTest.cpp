//===- ExactnessProofTest.cpp - Proofs that integers do not overflow ------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Support/ExactnessProof.h"
#include "TransformTester.h"
#include <random>

using namespace wino;
using llvm::DynamicAPInt;
using llvm::StringRef;

namespace {

RingTransform getRing(StringRef text, bool moveFactors = false) {
  IntegerTransform integer = scaleToIntegers(build(4, 3, points(text)));
  if (moveFactors)
    integer = moveOutputFactorsToFilter(integer);
  return llvm::cantFail(buildRingTransform(integer, integer));
}

IntegerRange getInt8() { return IntegerRange::getSigned(8); }

TEST(ExactnessProofTest, measuresFilters) {
  // [1, 2, C = 2, K = 3]
  std::vector<int32_t> weights = {1, -2, 3, 4, 5, 6, -7, 0, 0, 1, 1, -1};
  FilterView filter{1, 2, 2, 3, weights};
  EXPECT_EQ(getFilterNorms(filter), (std::vector<int64_t>{13, 8, 10}));
  RationalMatrix rows(1, 1), cols(1, 2);
  rows(0, 0) = Rational(2);
  cols(0, 0) = Rational(1);
  cols(0, 1) = Rational(-1);
  // 2 (w0 - w1): 16, -4, 6, 6, 8, 14.
  IntegerRange range = getTransformedRange(rows, cols, filter);
  EXPECT_EQ(range.min, -4);
  EXPECT_EQ(range.max, 16);
}

TEST(ExactnessProofTest, proofsFromWeightsNameTheWorstChannel) {
  std::vector<int32_t> weights(9 * 4 * 2, 1);
  weights[3] = -100;
  FilterView filter{3, 3, 4, 2, weights};
  ResultProof proof =
      proveResults(DynamicAPInt(128), filter, DynamicAPInt(34561));
  EXPECT_TRUE(proof.holds());
  EXPECT_EQ(proof.toString(),
            "2 * 128 * 135 = 34560 < 34561 for output channel 1");
  proof.numResults = 34560;
  EXPECT_FALSE(proof.holds());
  EXPECT_EQ(proof.toString(),
            "2 * 128 * 135 = 34560 >= 34560 for output channel 1");
}

TEST(ExactnessProofTest, worstCaseEndsAtTheLimitOfChannels) {
  RingTransform ring = getRing("0 1 -1 1/2 -2 inf");
  EXPECT_TRUE(proveRing(ring, getInt8(), 3640, getInt8(), 16).holds());
  EXPECT_FALSE(proveRing(ring, getInt8(), 3641, getInt8(), 16).holds());
  IntegerRange symmetric = IntegerRange::getSymmetric(DynamicAPInt(127));
  EXPECT_TRUE(proveRing(ring, getInt8(), 3669, symmetric, 16).holds());
  RingProof proof = proveRing(ring, getInt8(), 3670, symmetric, 16);
  EXPECT_FALSE(proof.holds());
  EXPECT_EQ(proof.results.toString(),
            "2 * 128 * 4194810 = 1073871360 >= 1073741824");
  EXPECT_EQ(proof.transformedInput.toString(),
            "-24990 .. 24990 in -32768 .. 32767");
}

TEST(ExactnessProofTest, storageMustHoldTransformedOperands) {
  RingTransform ring = llvm::cantFail(
      buildRingTransform(scaleToIntegers(build(6, 3, getDefaultPoints(6, 3))),
                         scaleToIntegers(build(6, 3, getDefaultPoints(6, 3)))));
  RingProof proof = proveRing(ring, getInt8(), 1, getInt8(), 16);
  EXPECT_TRUE(proof.results.holds());
  EXPECT_TRUE(proof.transformedFilter.holds());
  EXPECT_FALSE(proof.transformedInput.holds());
  EXPECT_FALSE(proof.holds());
  EXPECT_TRUE(proveRing(ring, getInt8(), 1, getInt8(), 20).holds());
}

TEST(ExactnessProofTest, knownWeightsProveMore) {
  // 227 channels of any weights are exact; of these weights 300 are.
  std::vector<int32_t> weights(9 * 300 * 2, 0);
  std::mt19937 random(3);
  for (int32_t &weight : weights)
    weight = static_cast<int32_t>(random() % 129) - 64;
  FilterView filter{3, 3, 300, 2, weights};
  RingTransform ring = getRing("0 1 -1 2 -2 inf");
  EXPECT_FALSE(proveRing(ring, getInt8(), 300, getInt8(), 16).holds());
  RingProof proof = proveRing(ring, getInt8(), filter, 16);
  EXPECT_TRUE(proof.holds());
  EXPECT_LE(proof.transformedFilter.range.getMaxAbs(), 49 * 64);
}

TEST(ExactnessProofTest, rangesOfWeightsAreThoseOfTheirTransforms) {
  std::mt19937 random(9);
  std::vector<int32_t> weights(9 * 5 * 3);
  for (int32_t &weight : weights)
    weight = static_cast<int32_t>(random() % 256) - 128;
  FilterView filter{3, 3, 5, 3, weights};
  RingTransform ring = getRing("0 1 -1 1/2 -2 inf", /*moveFactors=*/true);
  const RationalMatrix &g = ring.rows.matrices.g;
  Rational min, max;
  for (unsigned pair = 0; pair < 15; ++pair) {
    RationalMatrix w(3, 3);
    for (unsigned i = 0; i < 3; ++i)
      for (unsigned j = 0; j < 3; ++j)
        w(i, j) = Rational(weights[(i * 3 + j) * 15 + pair]);
    RationalMatrix u = g * w * g.transposed();
    for (unsigned p = 0; p < 6; ++p)
      for (const Rational &entry : u.getRow(p)) {
        min = std::min(min, entry);
        max = std::max(max, entry);
      }
  }
  IntegerRange range = getTransformedRange(g, g, filter);
  EXPECT_EQ(range.min, min.num);
  EXPECT_EQ(range.max, max.num);
  EXPECT_TRUE(ring.getTransformedFilterRange(getInt8()).contains(range));
}

TEST(ExactnessProofTest, findsTheLargestChunk) {
  // Norms per channel: 1, 1, 8, 1, 1, 1 for the only output channel.
  std::vector<int32_t> weights = {1, -1, 8, 1, -1, 1};
  FilterView filter{1, 1, 6, 1, weights};
  auto chunk = [&](int64_t numResults, int64_t multiple = 1,
                   int64_t maxChunk = 6) {
    return getMaxChunk(DynamicAPInt(1), filter, DynamicAPInt(numResults),
                       multiple, maxChunk);
  };
  EXPECT_EQ(chunk(27), 6); // 2 * 13 < 27
  EXPECT_EQ(chunk(26), 5);
  EXPECT_EQ(chunk(24), 4); // 1 + 1 + 8 + 1
  // Chunks of 3 sum to 10 and 3, of 2 to 2, 9 and 2.
  EXPECT_EQ(chunk(21), 3);
  EXPECT_EQ(chunk(20), 2);
  EXPECT_EQ(chunk(18), 1);
  EXPECT_EQ(chunk(16), 0);
  EXPECT_EQ(chunk(26, 4), 4);
  EXPECT_EQ(chunk(21, 2), 2);
  EXPECT_EQ(chunk(21, 4), 0);
  EXPECT_EQ(chunk(27, 4), 6);
  // No more than asked for, though all would hold.
  EXPECT_EQ(chunk(27, 1, 5), 5);
  EXPECT_EQ(chunk(27, 2, 5), 4);
  EXPECT_EQ(chunk(27, 4, 3), 0);
  EXPECT_EQ(getMaxChunk(DynamicAPInt(0), filter, DynamicAPInt(2), 4), 6);
}

TEST(ExactnessProofTest, provesChunks) {
  // [1, 1, 5, 2]: norms 1, 2, 3, 4, 6 and 9, 0, 0, 7, 0.
  std::vector<int32_t> weights = {1, -9, -2, 0, 3, 0, 4, 7, 6, 0};
  FilterView filter{1, 1, 5, 2, weights};
  ResultProof proof =
      proveChunks(DynamicAPInt(2), filter, DynamicAPInt(37), /*chunk=*/2);
  EXPECT_TRUE(proof.holds());
  EXPECT_EQ(proof.toString(),
            "2 * 2 * 9 = 36 < 37 for output channel 1, input channels 0 .. 1");
  // The last chunk has the channels that are left.
  proof = proveChunks(DynamicAPInt(2), filter, DynamicAPInt(36), /*chunk=*/3);
  EXPECT_FALSE(proof.holds());
  EXPECT_EQ(
      proof.toString(),
      "2 * 2 * 10 = 40 >= 36 for output channel 0, input channels 3 .. 4");
  proof = proveChunks(DynamicAPInt(2), filter, DynamicAPInt(36), /*chunk=*/9);
  EXPECT_EQ(proof.channels, std::pair(int64_t(0), int64_t(4)));
}

} // namespace
