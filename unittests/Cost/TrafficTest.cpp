//===- TrafficTest.cpp - What a loop nest reads from memory ---------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Cost/Traffic.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace wino;

static constexpr int64_t kMiB = 1 << 20;

/// A 3x3 convolution with padding 1 in tiles of m x m pixels.
static ConvNest makeNest(int64_t c, int64_t size, int64_t k, int64_t m,
                         int64_t blockRows, int64_t blockCols, int64_t kBlock) {
  ConvNest nest;
  nest.h = nest.w = nest.outH = nest.outW = size;
  nest.c = nest.cBlock = c;
  nest.k = k;
  nest.mRows = nest.mCols = m;
  nest.rRows = nest.rCols = 3;
  nest.blockRows = blockRows;
  nest.blockCols = blockCols;
  nest.kBlock = kBlock;
  nest.panelCols = 16;
  return nest;
}

TEST(TrafficTest, WhatFitsIsReadOnce) {
  ConvNest nest = makeNest(64, 56, 64, 4, 1, 14, 64);
  Traffic traffic = estimateTraffic(nest, 3 * kMiB / 2);
  EXPECT_EQ(traffic.image, 56 * 56 * 64 * 4);
  EXPECT_EQ(traffic.result, 56 * 56 * 64 * 4);
  EXPECT_EQ(traffic.filter, 36 * 64 * 64 * 4);
  EXPECT_EQ(traffic.transformedImage + traffic.products, 0);
}

TEST(TrafficTest, WhatIsThereFromTheLastRunIsNotRead) {
  ConvNest nest = makeNest(64, 56, 64, 4, 1, 14, 64);
  EXPECT_EQ(estimateTraffic(nest, 64 * kMiB).getTotal(), 36 * 64 * 64 * 4);
  nest.otherBytes = 0;
  EXPECT_EQ(estimateTraffic(nest, 64 * kMiB).getTotal(), 0);
  nest.otherBytes = 100 * kMiB;
  EXPECT_EQ(estimateTraffic(nest, 64 * kMiB).filter, 36 * 64 * 64 * 4);
}

TEST(TrafficTest, SmallerTilesAtTheEdgeTakeLess) {
  ConvNest nest = makeNest(256, 14, 256, 5, 1, 3, 64);
  double whole = estimateTraffic(nest, kMiB / 8).transformedImage;
  nest.edgeRows = nest.edgeCols = 4;
  EXPECT_DOUBLE_EQ(nest.getUsedTaps(), 400.0 / 441);
  EXPECT_DOUBLE_EQ(estimateTraffic(nest, kMiB / 8).transformedImage,
                   whole * 400 / 441);
}

TEST(TrafficTest, FiltersThatDoNotFitAreReadByEveryBlock) {
  ConvNest nest = makeNest(512, 28, 512, 4, 1, 7, 64);
  Traffic traffic = estimateTraffic(nest, 2 * kMiB);
  EXPECT_EQ(nest.getNumBlocks(), 7);
  EXPECT_EQ(traffic.filter, 7.0 * 36 * 512 * 512 * 4);
  // All tiles at once read them once, but V and M go through memory.
  nest.blockRows = 7;
  nest.kBlock = 512;
  Traffic unfused = estimateTraffic(nest, 2 * kMiB);
  EXPECT_EQ(unfused.filter, 36.0 * 512 * 512 * 4);
  EXPECT_GT(unfused.transformedImage, 36.0 * 49 * 512 * 4);
  EXPECT_LT(unfused.getTotal(), traffic.getTotal() / 2);
}

TEST(TrafficTest, FiltersOnTheFlyAreSmaller) {
  ConvNest nest = makeNest(512, 14, 512, 5, 3, 3, 16);
  Traffic packed = estimateTraffic(nest, 2 * kMiB);
  nest.onTheFly = true;
  nest.cBlock = 64;
  Traffic onTheFly = estimateTraffic(nest, 2 * kMiB);
  EXPECT_EQ(packed.filter, 49.0 * 512 * 512 * 4);
  EXPECT_EQ(onTheFly.filter, 9.0 * 512 * 512 * 4);
  EXPECT_EQ(onTheFly.transformedFilter, 0);
  // A block of the transformed filter that the cache does not hold is written
  // to memory and read again.
  nest.kBlock = nest.cBlock = 512;
  EXPECT_EQ(estimateTraffic(nest, 2 * kMiB).transformedFilter,
            2 * 49.0 * 512 * 512 * 4);
}

// kn2row: V are the pixels under a block, M their products by all taps.
TEST(TrafficTest, SharedTaps) {
  ConvNest nest = makeNest(64, 58, 64, 1, 8, 56, 64);
  nest.outH = nest.outW = 56;
  nest.sharedTaps = 9;
  EXPECT_EQ(nest.getTaps(), 9);
  EXPECT_EQ(nest.getNumBlocks(), 7);
  EXPECT_EQ(nest.getBlockImagePixels(), 10 * 58);
  Traffic traffic = estimateTraffic(nest, kMiB / 16);
  EXPECT_EQ(traffic.products, 7 * 2.0 * 9 * 10 * 58 * 64 * 4);
  // V is written once, and read for each tap and panel.
  EXPECT_EQ(traffic.transformedImage, 7 * (1 + 9 * 4.0) * 10 * 58 * 64 * 4);
  EXPECT_EQ(estimateTraffic(nest, 4 * kMiB).products, 0);
}

TEST(TrafficTest, BlocksOfImagesReadTheFilterOnce) {
  ConvNest nest = makeNest(512, 7, 512, 4, 2, 2, 64);
  nest.n = 8;
  const double filter = 36.0 * 512 * 512 * 4;
  EXPECT_EQ(estimateTraffic(nest, 2 * kMiB).filter, 8 * filter);
  nest.blockImages = 4;
  EXPECT_EQ(nest.getNumBlocks(), 2);
  EXPECT_EQ(nest.getBlockTiles(), 16);
  EXPECT_EQ(nest.getBlockImagePixels(), 4 * 49);
  EXPECT_EQ(estimateTraffic(nest, 2 * kMiB).filter, 2 * filter);
  // The last block has the images that are left.
  nest.blockImages = 3;
  EXPECT_EQ(nest.getNumBlocks(), 3);
}

TEST(TrafficTest, LargerCachesReadNoMore) {
  for (int64_t rows : {1, 2, 7, 14})
    for (int64_t kBlock : {16, 64, 256}) {
      ConvNest nest = makeNest(256, 56, 256, 4, rows, 14, kBlock);
      double last = HUGE_VAL;
      for (int64_t cache = 1 << 16; cache <= 64 * kMiB; cache *= 2) {
        double total = estimateTraffic(nest, cache).getTotal();
        EXPECT_LE(total, last);
        last = total;
      }
    }
}

// Lines that a simulated 16-way cache of 2 MiB with LRU replacement missed in
// the second run of the compiled layer, in MB.
TEST(TrafficTest, AgreesWithSimulation) {
  struct Case {
    ConvNest nest;
    double simulated;
  };
  const Case cases[] = {
      {makeNest(512, 28, 512, 4, 1, 7, 16), 268.2},
      {makeNest(512, 28, 512, 4, 2, 7, 64), 190.3},
      {makeNest(512, 28, 512, 4, 4, 7, 512), 92.9},
      {makeNest(512, 28, 512, 4, 7, 7, 512), 55.3},
      {makeNest(512, 28, 512, 5, 1, 3, 64), 656.1},
      {makeNest(256, 14, 256, 4, 2, 4, 64), 21.6},
      {makeNest(256, 14, 256, 6, 3, 3, 256), 19.4},
      {makeNest(256, 14, 256, 5, 3, 3, 16), 13.2},
  };
  for (const Case &c : cases)
    EXPECT_NEAR(std::log(estimateTraffic(c.nest, 2 * kMiB).getTotal() / 1e6 /
                         c.simulated),
                0, 0.16)
        << c.simulated;
}
