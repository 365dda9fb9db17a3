//===- ImagePadding.h - Paddings that ops can absorb ------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_IR_IMAGEPADDING_H
#define WINO_IR_IMAGEPADDING_H

#include "Wino/IR/WinoDialect.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include <array>

namespace wino {

/// A constant padding of the rows and columns of an image.
struct ImagePadding {
  /// Pixels: top, bottom, left, right; none is negative or above the limit of
  /// the ops.
  std::array<int64_t, 4> pixels;
  /// Zero for floats, else an integer.
  int64_t value;
};

/// Returns the padding that `pad` gives an image with dimensions `dims`. Fails
/// if it is another one; `reason` says why.
mlir::FailureOr<ImagePadding> getImagePadding(mlir::tensor::PadOp pad,
                                              ImageDims dims,
                                              llvm::StringRef &reason);

} // namespace wino

#endif // WINO_IR_IMAGEPADDING_H
