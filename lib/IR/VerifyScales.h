//===- VerifyScales.h - Scales of quantized numbers -------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_IR_VERIFYSCALES_H
#define WINO_LIB_IR_VERIFYSCALES_H

#include "Wino/IR/WinoDialect.h"

namespace wino {

/// Verifies the operands `scales` of an op with `taps` taps and `channels`
/// output channels: with quantized numbers those of the filter, and if
/// `isResult` those of sums and output, else none.
llvm::LogicalResult verifyScales(mlir::Operation *op,
                                 NumbersAttrInterface numbers,
                                 mlir::ValueRange scales, bool isResult,
                                 int64_t taps, int64_t channels);

/// Verifies the operand `scales` with one scale of V, or the inverse of it, for
/// at least `channels` input channels: it is there if quantized numbers have
/// such, else null.
llvm::LogicalResult verifyInputScales(mlir::Operation *op,
                                      NumbersAttrInterface numbers,
                                      mlir::Value scales, int64_t channels);

} // namespace wino

#endif // WINO_LIB_IR_VERIFYSCALES_H
