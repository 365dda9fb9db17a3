//===- Window.h - Sliding windows of convolution and pooling ----*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_IMPORT_WINDOW_H
#define WINO_LIB_IMPORT_WINDOW_H

#include "NodeImporter.h"

namespace wino::importer {

/// A window sliding along one spatial dimension.
struct Window {
  int64_t inputSize = 0;
  int64_t kernelSize = 1;
  int64_t stride = 1;
  int64_t dilation = 1;
  int64_t padBegin = 0;
  int64_t padEnd = 0;
  int64_t outputSize = 0;

  /// The extent of the dilated kernel.
  int64_t extent() const { return dilation * (kernelSize - 1) + 1; }
  /// How far the last window reaches beyond the padding at the end, which
  /// happens with `ceil_mode`; not negative.
  int64_t excess() const {
    int64_t reach = (outputSize - 1) * stride + extent();
    return std::max<int64_t>(reach - (padBegin + inputSize + padEnd), 0);
  }
};

/// The windows along the last two dimensions.
using Windows = std::array<Window, 2>;

/// Reads the attributes common to convolution and pooling of the node, whose
/// first input is `input`. A rank-3 input is seen with a height of one. Emits
/// an error for inputs of other rank, attributes that do not fit, windows that
/// fit nowhere and padded inputs that are too large.
FailureOr<Windows> getWindows(const NodeImporter &importer, const Tensor &input,
                              ArrayRef<int64_t> kernelShape);

/// The node's first input in NHWC order, of rank 4: a rank-3 one gets a height
/// of one.
Value getImage(NodeImporter &importer, Tensor &input);

/// The node's result, given in NHWC order, with the rank of its input.
Tensor getImageResult(Emitter &emitter, Value nhwc, const Tensor &input);

/// Pads the image for the windows, also where the last ones reach beyond the
/// padding proper.
Value padImage(Emitter &emitter, Value nhwc, const Windows &windows,
               double padValue);

/// The attributes `strides` and `dilations` of linalg's windowed operations.
mlir::DenseIntElementsAttr getStrides(Emitter &emitter, const Windows &windows);
mlir::DenseIntElementsAttr getDilations(Emitter &emitter,
                                        const Windows &windows);

} // namespace wino::importer

#endif // WINO_LIB_IMPORT_WINDOW_H
