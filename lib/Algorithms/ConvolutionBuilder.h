//===- ConvolutionBuilder.h - What algorithms write alike ----- -*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_ALGORITHMS_CONVOLUTIONBUILDER_H
#define WINO_LIB_ALGORITHMS_CONVOLUTIONBUILDER_H

#include "Wino/Algorithms/ConvProblem.h"
#include "mlir/IR/PatternMatch.h"

namespace wino {

/// Writes the parts of a planned convolution that algorithms have in common.
class ConvolutionBuilder {
public:
  /// Brings image and filter to NHWC and HWCF.
  ConvolutionBuilder(mlir::RewriterBase &rewriter, const ConvProblem &problem,
                     PlanAttr plan);

protected:
  /// Returns a result in NHWC in the layout of the convolution.
  mlir::Value toResultLayout(mlir::Value y);

  mlir::Value createEmpty(llvm::ArrayRef<mlir::OpFoldResult> sizes,
                          mlir::Type elementType);

  /// Makes the taps of the filter channels of a 1x1 filter.
  void joinTaps();
  /// Packs the filter `from` by the schedule, transformed by `by`, with `depth`
  /// channels, into panels of `elementType`.
  /// `scales` are those of quantized numbers, otherwise null.
  mlir::Value buildFilterTransform(mlir::Value from, TransformAttr by,
                                   NumbersAttrInterface numbers, int64_t depth,
                                   mlir::Type elementType,
                                   mlir::ValueRange scales = {});

  /// Returns the origin of an op that reads the image and gives tiles of pixels
  /// of the result, if it has one: with an origin it need not give all that the
  /// image has.
  llvm::SmallVector<mlir::Value> buildOrigin();

  /// Returns what the convolution adds to: null if it is zero, [K] if it is the
  /// same at every pixel, else the tensor in NHWC.
  mlir::Value getAddend();
  /// Fills the region of an op: the sum, plus `addend` if it is not null.
  void buildEpilogue(mlir::Region &epilogue, mlir::Value addend);

  mlir::RewriterBase &rewriter;
  const ConvProblem &problem;
  ScheduleAttr schedule;
  mlir::Location loc;
  /// In NHWC and HWCF.
  mlir::Value image, filter;
  /// Sizes of the result in NHWC.
  llvm::SmallVector<mlir::OpFoldResult> resultSizes;
};

/// Whether no element of a filter of i8 is -128.
bool hasNarrowRange(const ConvProblem &problem);

} // namespace wino

#endif // WINO_LIB_ALGORITHMS_CONVOLUTIONBUILDER_H
