//===- QuantizedCode.h - Code of quantized numbers --------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the transforms in quantized numbers do beside their sums and products,
// operation by operation as QuantizedConvolution.h computes it.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_CONVERSION_WINOTOVECTOR_QUANTIZEDCODE_H
#define WINO_LIB_CONVERSION_WINOTOVECTOR_QUANTIZEDCODE_H

#include "KernelBuilder.h"

namespace wino {

/// Returns floats rounded to the nearest integers, half to even.
mlir::Value roundToEven(KernelBuilder &b, mlir::Value value);
/// Returns f32 rounded to i32, half to even; what is out of range saturates.
mlir::Value roundToI32(KernelBuilder &b, mlir::Value value);

/// The type in which V is computed, i16 or f32.
mlir::Type getInputComputeType(InputTransformOp op);

/// Returns f64 of U times the scale of V of an input channel; `value` if
/// `scales`, which are such, are null.
mlir::Value multiplyByInputScale(KernelBuilder &b, mlir::Value value,
                                 mlir::Value scales, mlir::Value channel);

/// Code for V.
class QuantizedInput {
public:
  QuantizedInput(KernelBuilder &b, InputTransformOp op);

  /// Returns a vector of data in the type in which V is computed.
  mlir::Value convert(mlir::Value data);
  /// Returns integers of the type of V for values of the transform at a tap, in
  /// channels from `channel` on.
  mlir::Value quantize(mlir::Value value, mlir::Value row, mlir::Value col,
                       mlir::Value channel, mlir::Value mask);

private:
  void fillTable();
  /// Returns the vector of the multiplier, or 1 / scale, of a tap.
  mlir::Value getFactor(mlir::Value row, mlir::Value col);
  mlir::Value clamp(mlir::Value value);

  KernelBuilder &b;
  QuantizedConvolution convolution;
  int64_t numCols;
  /// The factors of channels, an operand; null if they are of taps.
  mlir::Value channelFactors;
  /// The factors of taps.
  mlir::Value table;
  mlir::Type storageType;
};

/// Code for U. The scales of the filter are an operand of `op`.
class QuantizedFilter {
public:
  QuantizedFilter(KernelBuilder &b, FilterTransformOp op);

  /// Returns integers of type U for f64 of the transform at a tap and input
  /// channel, in columns from `col` on.
  mlir::Value quantize(mlir::Value value, mlir::Value tapRow,
                       mlir::Value tapCol, mlir::Value channel, mlir::Value col,
                       mlir::Value mask);

private:
  KernelBuilder &b;
  FilterTransformOp op;
  QuantizedNumbers numbers;
};

/// Code for M and y.
class QuantizedOutput {
public:
  QuantizedOutput(KernelBuilder &b, OutputTransformOp op);

  /// Returns f32 for a vector of M at a tap, in channels from `channel` on.
  mlir::Value dequantize(mlir::Value value, mlir::Value row, mlir::Value col,
                         mlir::Value channel, mlir::Value mask);
  /// Returns i32 for a vector of y.
  mlir::Value finish(mlir::Value value, mlir::Value channel, mlir::Value mask);

private:
  using Value = mlir::Value;

  /// Fills the tables.
  void fillTables();
  Value loadTable(Value table, Value row, Value col);
  /// Returns the scales of channels.
  Value loadChannels(Value scales, Value channel, Value mask);
  /// Rounds to integers of the numbers' bits, which stay floats.
  Value roundToBits(Value value);
  Value divide(double dividend, Value divisor);

  KernelBuilder &b;
  OutputTransformOp op;
  QuantizedConvolution convolution;
  const QuantizedNumbers &numbers;
  bool filterByChannel, sumsByChannel;
  /// The scales; null where a stage is not rounded.
  Value filterScales, sumsScales, outputScales;
  /// What M is multiplied with, and the scales of its sums where they are not
  /// per channel, of each tap.
  Value factors, sumsTable;
};

} // namespace wino

#endif // WINO_LIB_CONVERSION_WINOTOVECTOR_QUANTIZEDCODE_H
