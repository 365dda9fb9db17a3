//===- ImageView.h - Access to images in any layout -------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Kernels compute on vectors of channels. In NCHW the channels of a pixel lie a
// plane apart, so images are accessed by runs, neighbouring pixels of a row,
// and blocks of runs x channels are transposed in registers.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_CONVERSION_WINOTOVECTOR_IMAGEVIEW_H
#define WINO_LIB_CONVERSION_WINOTOVECTOR_IMAGEVIEW_H

#include "KernelBuilder.h"

namespace wino {

/// An image in memory that is accessed by vectors of channels.
class ImageView {
public:
  using Value = mlir::Value;

  /// A pixel, and the first channel of a vector.
  struct Position {
    Value batch, row, col, channel;
  };

  /// A part of the image, of which any pixel may lie outside.
  struct Region {
    /// The first pixel and channel.
    Position first;
    /// Vectors of channels.
    Value numVectors;
    /// Channels of a single, partial vector; null if all are full.
    Value lanes;
    int64_t numRows;
    Value numCols;
    /// The value of pixels outside of the image.
    int64_t padValue;
  };

  ImageView(Value memref, ImageLayout layout)
      : memref(memref), layout(layout) {}

  /// Returns a view of an image whose columns are called channels, and whose
  /// channels columns: its vectors run along the pixels of a row.
  static ImageView getExchanged(KernelBuilder &b, Value memref,
                                ImageLayout layout);

  /// The longest run of pixels that is loaded or stored at once.
  static int64_t getMaxRun(KernelBuilder &b);

  /// Splits [begin, end) into runs that can be loaded and stored: calls `body`
  /// with the first pixel and the number of pixels of each, a power of two.
  static void forEachRun(KernelBuilder &b, Value begin, Value end,
                         llvm::function_ref<void(Value, int64_t)> body);

  /// Loads the vector of channels of each pixel of a run. Channels from `lanes`
  /// on (none if null) are not accessed; their lanes hold anything if `lanes`
  /// is dynamic, else zero.
  llvm::SmallVector<Value> load(KernelBuilder &b, const Position &first,
                                int64_t numPixels, Value lanes) const;

  /// Stores the vectors of channels of the pixels of a run, as `load` loads
  /// them.
  void store(KernelBuilder &b, llvm::ArrayRef<Value> pixels,
             const Position &first, Value lanes) const;

  /// Fills `buffer` [rows, columns, vectors, vector length] with the pixels of
  /// `region`. Integers are converted to its element type.
  void copyTo(KernelBuilder &b, Value buffer, const Region &region) const;

private:
  llvm::SmallVector<Value> getIndices(const Position &at) const;
  /// Loads and stores in NCHW.
  llvm::SmallVector<Value> loadPlanar(KernelBuilder &b, const Position &first,
                                      int64_t numPixels, Value lanes) const;
  void storePlanar(KernelBuilder &b, llvm::ArrayRef<Value> pixels,
                   const Position &first, Value lanes) const;

  Value memref;
  ImageLayout layout;
};

/// How many vectors of channels make up a cache line. Blocks of fewer channels
/// would visit the lines of V and M several times.
int64_t getLineVectors(KernelBuilder &b, int64_t numChannels);

/// The number of tiles of `tileCols` columns, of `numTiles` (or a dynamic
/// number), that are transposed at a time in a buffer of `rows` rows with
/// `overlap` more columns, whose pixels are `numVectors` vectors.
int64_t getStripTiles(KernelBuilder &b, int64_t rows, int64_t tileCols,
                      int64_t overlap, int64_t numVectors, int64_t numTiles);

} // namespace wino

#endif // WINO_LIB_CONVERSION_WINOTOVECTOR_IMAGEVIEW_H
