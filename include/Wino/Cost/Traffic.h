//===- Traffic.h - What a loop nest reads from memory -----------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A model of the cache lines that the loop nest of a Winograd convolution, of a
// product by im2row, or of a direct convolution brings into a cache. An array
// that is used again misses the cache if what the nest touches in between, all
// arrays counted together, is larger than the cache.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_COST_TRAFFIC_H
#define WINO_COST_TRAFFIC_H

#include <cstdint>
#include <limits>
#include <optional>

namespace wino {

/// The loop nest of one convolution: for blocks of tiles, transform the image;
/// for blocks of output channels (and of input channels, one after the other),
/// multiply; transform the products back. Sizes are in elements, tiles or
/// pixels; none is zero.
struct ConvNest {
  /// Images, their size, input and output channels, and the result's size.
  int64_t n = 1, h = 1, w = 1, c = 1, k = 1, outH = 1, outW = 1;
  /// The transform F(m x m', r x r').
  int64_t mRows = 1, mCols = 1, rRows = 1, rCols = 1;
  /// m of the last tile along an axis where m does not divide the result; zero
  /// if all tiles are whole.
  int64_t edgeRows = 0, edgeCols = 0;
  /// Images and tiles of a block; channels of a block of products; columns of a
  /// panel of U.
  int64_t blockImages = 1, blockRows = 1, blockCols = 1, kBlock = 1, cBlock = 1,
          panelCols = 1;
  /// Whether filters are transformed in the nest.
  bool onTheFly = false;
  /// If not zero, taps of a filter (kn2row): V is one, the pixels under a
  /// block, and M their products by each of these taps. r x r' are then the
  /// pixels that the filter spans, and m and m' are one.
  int64_t sharedTaps = 0;
  /// What a tile reads of the image by im2row, where c is all of a patch and
  /// the transform F(1 x 1, 1 x 1): channels, the pixels that a patch spans,
  /// and those from it to the next.
  struct Patch {
    int64_t c, rows, cols, rowStride, colStride;
  };
  std::optional<Patch> patch;
  /// Bytes of an element: of the image, of a filter as it is given, of V, of U,
  /// of M, and of the result.
  int64_t imageBytes = 4, filterBytes = 4, inputBytes = 4,
          transformedFilterBytes = 4, productBytes = 4, resultBytes = 4;
  /// Bytes that are read between two runs of the nest, such as the filters of
  /// other convolutions. A cache that holds them, too, still has the filter of
  /// this one.
  double otherBytes = std::numeric_limits<double>::infinity();

  int64_t getTaps() const {
    return sharedTaps ? sharedTaps : (mRows + rRows - 1) * (mCols + rCols - 1);
  }
  int64_t getTileRows() const { return (outH + mRows - 1) / mRows; }
  int64_t getTileCols() const { return (outW + mCols - 1) / mCols; }
  /// The share of the taps that tiles have on average.
  double getUsedTaps() const;
  /// Blocks of tiles of all images.
  int64_t getNumBlocks() const;
  /// Tiles of a block, on average.
  double getBlockTiles() const;
  /// Pixels of the image under a block, or under `rows` x `cols` tiles of each
  /// of its images, with those that they share with their neighbours, and of
  /// all images. Those between patches do not count.
  double getBlockImagePixels(int64_t rows, int64_t cols) const;
  double getBlockImagePixels() const {
    return getBlockImagePixels(blockRows, blockCols);
  }
  double getImagePixels() const;
  int64_t getNumKBlocks() const { return (k + kBlock - 1) / kBlock; }
  int64_t getNumCBlocks() const { return (c + cBlock - 1) / cBlock; }
};

/// The loop nest of a direct convolution: for blocks of pixels of the result,
/// multiply the pixels that they need, or copies of them with their padding, by
/// all panels of the filter. Sizes are in elements or pixels; none is zero.
struct DirectNest {
  int64_t n = 1, outH = 1, outW = 1, k = 1;
  /// Output pixels of a block, and columns of a panel.
  int64_t blockRows = 1, blockCols = 1, panelCols = 1;
  /// Kernels of a block that read the same panel.
  int64_t kernels = 1;
  /// Products of a sum.
  int64_t depth = 1;
  /// Bytes of the image that belong to one pixel of the result, and of all that
  /// a block reads.
  double imageBytes = 4, blockImageBytes = 4;
  /// Whether blocks of the image are copied.
  bool copies = false;
  /// Bytes of an element of the filter, and of the result.
  int64_t filterBytes = 4, resultBytes = 4;
  /// As for ConvNest.
  double otherBytes = std::numeric_limits<double>::infinity();

  int64_t getNumBlocks() const {
    return n * ((outH + blockRows - 1) / blockRows) *
           ((outW + blockCols - 1) / blockCols);
  }
};

/// Bytes that are brought into a cache, by array. Written arrays count, too, as
/// their lines are allocated; what is written back does not.
struct Traffic {
  double image = 0, result = 0;
  /// The filter as it is stored: transformed, or packed for the fly.
  double filter = 0;
  /// The part of it that is transformed on the fly.
  double transformedFilter = 0;
  double transformedImage = 0, products = 0;

  double getTotal() const {
    return image + result + filter + transformedFilter + transformedImage +
           products;
  }
};

/// Estimates what a run of `nest` brings into a cache of `cacheBytes` that
/// holds what an earlier run, and the reads of `otherBytes` since, have left
/// there.
Traffic estimateTraffic(const ConvNest &nest, int64_t cacheBytes);
Traffic estimateTraffic(const DirectNest &nest, int64_t cacheBytes);

} // namespace wino

#endif // WINO_COST_TRAFFIC_H
