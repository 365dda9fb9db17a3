//===- Traffic.cpp - What a loop nest reads from memory -------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Cost/Traffic.h"
#include <algorithm>
#include <cmath>

using namespace wino;

static int64_t ceilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

int64_t ConvNest::getNumBlocks() const {
  return ceilDiv(n, blockImages) * ceilDiv(getTileRows(), blockRows) *
         ceilDiv(getTileCols(), blockCols);
}

double ConvNest::getBlockTiles() const {
  return double(n) * double(getTileRows() * getTileCols()) /
         double(getNumBlocks());
}

namespace {
/// What a nest reads along an axis.
struct Axis {
  /// Pixels of the image, of a tile, and from it to the next.
  int64_t size, span, step;

  /// Pixels that are read of those which `tiles` tiles in a row span.
  double getRead(int64_t tiles) const {
    return double(std::min((tiles - 1) * std::min(step, span) + span, size));
  }
  double getAllRead() const {
    return double(step <= span ? size : ceilDiv(size, step) * span);
  }
};
} // namespace

static Axis getRowAxis(const ConvNest &nest) {
  if (nest.patch)
    return {nest.h, nest.patch->rows, nest.patch->rowStride};
  return {nest.h, nest.mRows + nest.rRows - 1, nest.mRows};
}

static Axis getColAxis(const ConvNest &nest) {
  if (nest.patch)
    return {nest.w, nest.patch->cols, nest.patch->colStride};
  return {nest.w, nest.mCols + nest.rCols - 1, nest.mCols};
}

double ConvNest::getBlockImagePixels(int64_t rows, int64_t cols) const {
  return double(std::min(blockImages, n)) * getRowAxis(*this).getRead(rows) *
         getColAxis(*this).getRead(cols);
}

double ConvNest::getImagePixels() const {
  return double(n) * getRowAxis(*this).getAllRead() *
         getColAxis(*this).getAllRead();
}

double ConvNest::getUsedTaps() const {
  auto getShare = [](int64_t m, int64_t r, int64_t edge, int64_t tiles) {
    int64_t saved = edge == 0 ? 0 : m - edge;
    return 1 - double(saved) / double(tiles * (m + r - 1));
  };
  return getShare(mRows, rRows, edgeRows, getTileRows()) *
         getShare(mCols, rCols, edgeCols, getTileCols());
}

/// The share of an array that misses a cache when it is used again after
/// `distance` bytes of other data: none if the cache holds them, all if they
/// are clearly more. The thresholds between were fitted to simulations of a
/// 16-way cache of 2 MiB with LRU replacement.
static double getMisses(double distance, double cacheBytes) {
  constexpr double kNone = 0.8, kAll = 1.15;
  return std::clamp((distance / cacheBytes - kNone) / (kAll - kNone), 0.0, 1.0);
}

/// The same for an array of planes that is written across its planes and read
/// plane after plane, or the other way around, with `others` in between. With x
/// and y, the places of an element in both orders, evenly spread over [0, 1],
/// what is used in between is array * (1 - x * y) + others.
static double getTurnedMisses(double array, double others, double cacheBytes) {
  double share = 1 - (cacheBytes - others) / array;
  if (share <= 0)
    return 0;
  return share >= 1 ? 1 : share - share * std::log(share);
}

namespace {
/// The model of one nest and cache.
class TrafficModel {
public:
  TrafficModel(const ConvNest &nest, int64_t cacheBytes)
      : nest(nest), cacheBytes(double(cacheBytes)) {
    const double taps = double(nest.getTaps());
    const double tiles = nest.getBlockTiles();
    const double pixels = tiles * double(nest.mRows * nest.mCols);
    numBlocks = double(nest.getNumBlocks());
    numKBlocks = double(nest.getNumKBlocks());
    numCBlocks = double(nest.getNumCBlocks());
    const double imagePixels = nest.getBlockImagePixels();
    imagePixelBytes =
        double((nest.patch ? nest.patch->c : nest.c) * nest.imageBytes);
    const double products = nest.sharedTaps ? taps * imagePixels
                                            : taps * nest.getUsedTaps() * tiles;
    vTaps = nest.sharedTaps ? 1 : taps;
    v = (nest.sharedTaps ? imagePixels : products) *
        double(nest.c * nest.inputBytes);
    m = products * double(nest.kBlock * nest.productBytes);
    y = pixels * double(nest.kBlock * nest.resultBytes);
    x = imagePixels * imagePixelBytes;
    double filterBytes =
        nest.onTheFly ? double(nest.rRows * nest.rCols * nest.filterBytes)
                      : taps * double(nest.transformedFilterBytes);
    filter = filterBytes * double(nest.c * nest.kBlock);
    if (nest.onTheFly)
      u = taps *
          double(nest.cBlock * nest.kBlock * nest.transformedFilterBytes);
  }

  Traffic estimate() const;

private:
  double getMisses(double distance) const {
    return ::getMisses(distance, cacheBytes);
  }
  double getTransformedImage() const;
  double getProducts() const;

  const ConvNest &nest;
  double cacheBytes;
  double numBlocks, numKBlocks, numCBlocks;
  /// Taps of V.
  double vTaps;
  /// Bytes: V of a block; M, Y and the stored filter of a block of output
  /// channels; the image of a block; U of a block of input and output channels
  /// that is transformed on the fly.
  double v, m, y, filter, x, u = 0;
  /// Bytes of a pixel of the image.
  double imagePixelBytes;
};
} // namespace

/// V is written once a block, and read for every block of output channels; for
/// its further panels, and further taps of a filter that share it, a tap of V
/// is read again.
double TrafficModel::getTransformedImage() const {
  double writes = getMisses(v + m + filter + u + y + x);
  double firstReads = getMisses(v + x);
  double laterReads = (numKBlocks - 1) * getMisses(v + m + filter + u + y);
  double tap = v / vTaps;
  double panel =
      double(nest.cBlock * nest.panelCols * nest.transformedFilterBytes);
  double panels = double(ceilDiv(nest.kBlock, nest.panelCols)) *
                  double(nest.getTaps()) / vTaps;
  double panelReads = numKBlocks * (panels - 1) * getMisses(tap + panel);
  return numBlocks * v * (writes + firstReads + laterReads + panelReads);
}

/// M is written and read once for each block of input channels, and read once
/// more by the inverse transform.
double TrafficModel::getProducts() const {
  if (numCBlocks == 1)
    return numBlocks * numKBlocks * m * 2 * getMisses(v + m + filter + u);
  double part = v / numCBlocks + m + filter / numCBlocks + u;
  return numBlocks * numKBlocks * m *
         (numCBlocks * getMisses(part) + getMisses(v + m + filter + u));
}

Traffic TrafficModel::estimate() const {
  const double allFilters = filter * numKBlocks, allY = y * numKBlocks;
  // What a block touches, after which the next one reads the filters, and the
  // pixels that blocks share, again.
  const double block = v + m + u + x;
  const double image = nest.getImagePixels() * imagePixelBytes;
  const double result =
      double(nest.n * nest.outH * nest.outW * nest.k * nest.resultBytes);
  // What a run touches, after which the next one, or a nest like it that has
  // this one's result as its image, uses the same lines again.
  const double run = image + result + block + allFilters;
  Traffic traffic;
  traffic.image =
      image * getMisses(run) +
      std::max(0.0, numBlocks * x - image) * getMisses(block + filter);
  traffic.result = result * getMisses(run);
  traffic.filter =
      allFilters * (getMisses(run + nest.otherBytes) +
                    (numBlocks - 1) * getMisses(block + allFilters + allY));
  // Written, and read by the products.
  if (nest.onTheFly)
    traffic.transformedFilter =
        numBlocks * numKBlocks * numCBlocks * u * 2 *
        getTurnedMisses(u, v / numCBlocks + m + filter / numCBlocks,
                        cacheBytes);
  traffic.transformedImage = getTransformedImage();
  traffic.products = getProducts();
  return traffic;
}

Traffic wino::estimateTraffic(const ConvNest &nest, int64_t cacheBytes) {
  return TrafficModel(nest, cacheBytes).estimate();
}

Traffic wino::estimateTraffic(const DirectNest &nest, int64_t cacheBytes) {
  auto miss = [&](double distance) {
    return getMisses(distance, double(cacheBytes));
  };
  const double pixels = double(nest.n * nest.outH * nest.outW);
  const double image = pixels * nest.imageBytes;
  const double result = pixels * double(nest.k * nest.resultBytes);
  const double filter = double(nest.depth * nest.k * nest.filterBytes);
  const double numBlocks = double(nest.getNumBlocks());
  const double numPanels = double(ceilDiv(nest.k, nest.panelCols));
  // Of a block: what it reads of the image, the copy of it, and its results.
  const double x = nest.blockImageBytes, copy = nest.copies ? x : 0;
  const double y = result / numBlocks;
  const double run = image + result + copy + filter;
  Traffic traffic;
  traffic.image = image * miss(run) + std::max(0.0, numBlocks * x - image) *
                                          miss(x + copy + filter);
  traffic.result = result * miss(run);
  traffic.filter = filter * (miss(run + nest.otherBytes) +
                             (numBlocks - 1) * miss(x + copy + filter + y));
  // All panels read the pixels of a block.
  const double panel = (filter + y) / numPanels;
  traffic.filter += numBlocks * double(nest.kernels - 1) * filter * miss(panel);
  traffic.transformedImage =
      numBlocks * ((numPanels - 1) * x * miss(x + panel) +
                   copy * (miss(x + copy) + miss(copy + x + filter + y)));
  return traffic;
}
