//===- FlatView.h - Images as elements in one dimension ---------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_CONVERSION_WINOTOVECTOR_FLATVIEW_H
#define WINO_LIB_CONVERSION_WINOTOVECTOR_FLATVIEW_H

#include "KernelBuilder.h"

namespace wino {

/// Images [N, H, W, channels] as a memref of one dimension, in which the
/// positions of pixels can be computed at will.
struct FlatView {
  /// `memref` is one of rank 4 whose channels are contiguous.
  FlatView(KernelBuilder &b, mlir::Value memref);

  mlir::Value memref;
  /// Elements from one image, row or pixel to the next.
  mlir::Value batchStep, rowStep, colStep;

  /// Returns the position of the first channel of a pixel.
  mlir::Value getPixel(KernelBuilder &b, mlir::Value batch, mlir::Value row,
                       mlir::Value col) const;
};

} // namespace wino

#endif // WINO_LIB_CONVERSION_WINOTOVECTOR_FLATVIEW_H
