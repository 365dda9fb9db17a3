//===- Quantization.h - Quantized tensors of ONNX ---------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A tensor that DequantizeLinear makes stays a pair of integers and their
// quantization until an operator needs its floats. Convolutions and products of
// such tensors are sums of integers with a quantization of their own, which
// QuantizeLinear takes to bytes in one step: these are the operators QLinear*.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_IMPORT_QUANTIZATION_H
#define WINO_LIB_IMPORT_QUANTIZATION_H

#include "NodeImporter.h"

namespace wino::importer {

/// Reads the inputs with scales and zero points of a tensor of `kind` and
/// `shape`. Emits an error unless they are constants, scales are positive and
/// finite, there is one of each or one per index along `axis`, and zero points
/// are of `kind` (and zero for INT32). Without zero points they are zero.
FailureOr<Quantization> readQuantization(const NodeImporter &importer,
                                         size_t scaleIndex,
                                         size_t zeroPointIndex,
                                         ElementKind kind,
                                         ArrayRef<int64_t> shape, int64_t axis);

/// What an operator's result is to be quantized to.
struct TargetQuantization {
  ElementKind kind;
  Quantization quantization;
};

/// Reads it likewise; the zero point gives the kind, which is UINT8 without.
/// Without a shape there is one scale only.
FailureOr<TargetQuantization> readTarget(const NodeImporter &importer,
                                         size_t scaleIndex,
                                         size_t zeroPointIndex,
                                         ArrayRef<int64_t> shape = {},
                                         int64_t axis = 0);

/// Reads the zero point of input `tensorIndex` of an operator on integers. It
/// may have several equal elements.
FailureOr<int32_t> readZeroPoint(const NodeImporter &importer,
                                 size_t tensorIndex, size_t zeroPointIndex);

/// Reads 8-bit input `index` of an operator QLinear*, which is followed by its
/// scale and its zero point; `axis` is as in `readQuantization`.
FailureOr<Tensor> readQuantizedInput(const NodeImporter &importer, size_t index,
                                     int64_t axis);

/// saturate(round(x / scale) + zeroPoint), rounding half to even.
///
/// Sums of integers are not dequantized before, but multiplied by the quotient
/// of the scales, as ONNX Runtime does it.
///
/// What was dequantized likewise is just its integers.
FailureOr<Tensor> quantize(const NodeImporter &importer, Tensor &x,
                           const TargetQuantization &target);

/// Sets the node's result to `x`, quantized.
LogicalResult setQuantized(NodeImporter &importer, Tensor &x,
                           const TargetQuantization &target);

/// The integers x and w of a convolution or product and their quantization.
struct IntegerProduct {
  Tensor *x = nullptr;
  Tensor *w = nullptr;
  int32_t xZeroPoint = 0;
  int32_t wZeroPoint = 0;
  /// Whether w is several matrices, multiplied one by one.
  bool isBatch = false;

  bool hasZeroPoints() const { return xZeroPoint != 0 || wZeroPoint != 0; }
  /// Whether all that the zero points contribute is a constant for each output
  /// channel, -xZeroPoint * sum(w).
  bool isCorrectedByBias() const {
    return xZeroPoint != 0 && wZeroPoint == 0 && w->constant && !isBatch;
  }
};

/// Returns the product of the integers that `x` and `w` are dequantized from,
/// or nullopt if it does not exist: one is no dequantized tensor of bytes, x
/// has several scales or w several along another dimension than `wAxis`, or w
/// has different zero points.
std::optional<IntegerProduct> getIntegerProduct(const Tensor &x,
                                                const Tensor &w, int64_t wAxis);

/// The scales of the sums of a product, along dimension `axis` of the result,
/// and zero points of zero.
Quantization getSumQuantization(const Quantization &x, const Quantization &w,
                                int64_t axis);

/// Whether `bias`, null or with an element per output channel, is a constant of
/// integers with the scales `sums`.
bool isIntegerBias(const Tensor *bias, const Quantization &sums);

/// The vector to add to the sums: `bias`, which may be null, and the correction
/// for the zero point of x if that is constant. Element k of w along its
/// dimension `wAxis` belongs to output channel k. Empty if it is zero.
SmallVector<int32_t> getIntegerBias(const IntegerProduct &product,
                                    const Constant *bias, int64_t wAxis);

} // namespace wino::importer

#endif // WINO_LIB_IMPORT_QUANTIZATION_H
