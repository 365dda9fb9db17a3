//===- Transforms.h - Entry points of the transformations -------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_TRANSFORMS_TRANSFORMS_H
#define WINO_TRANSFORMS_TRANSFORMS_H

#include "Wino/Algorithms/ConvProblem.h"
#include "Wino/Algorithms/QuantizedPlan.h"
#include "Wino/IR/WinoDialect.h"
#include "mlir/IR/PatternMatch.h"

namespace wino {

/// Name of the function attribute with one dictionary per planned convolution:
/// name, algorithm, transform, shape, `macs` of the direct convolution, and the
/// bytes of packed weights and of scratch per block.
inline constexpr llvm::StringLiteral kLayersAttrName = "wino.layers";

/// Rewrites a convolution of bytes that are unsigned or have zero points to one
/// of signed bytes without. Fails if `op` is none or Wino does not compute it;
/// then `reason` says why, unless `op` is none.
mlir::LogicalResult normalizeIntegers(mlir::RewriterBase &rewriter,
                                      mlir::linalg::LinalgOp op,
                                      std::string &reason);

/// Reads the options `max-error` and `calibration` of passes on plans. Emits an
/// error at `op` and fails if they are none.
mlir::LogicalResult readBudget(mlir::Operation *op, double maxError,
                               llvm::StringRef calibration,
                               ErrorBudget &budget);

/// Rewrites the convolution of `problem` by `plan` and returns its new result.
/// Emits an error and fails if the plan does not apply, or is not exact and
/// does not allow that itself. `record`, if given, receives the dictionary for
/// reports under the name `name`. `measured` is a plan in quantized numbers
/// that has been resolved, and stands for `plan`.
mlir::FailureOr<mlir::Value>
applyPlan(mlir::RewriterBase &rewriter, const ConvProblem &problem,
          PlanAttr plan, mlir::DictionaryAttr *record = nullptr,
          llvm::StringRef name = "", const QuantizedPlan *measured = nullptr);

/// Adds the patterns that move elementwise ops into the epilogues of
/// convolutions.
void populateAbsorbEpiloguePatterns(mlir::RewritePatternSet &patterns);

/// Adds the patterns that move transposes of results in NHWC below paddings and
/// poolings.
void populateSinkTransposesPatterns(mlir::RewritePatternSet &patterns);

/// Adds the patterns that fold transposes into the ops that read and write
/// images.
void populateFoldTransposesPatterns(mlir::RewritePatternSet &patterns);

/// Tiles `op` by its schedule and fuses the stages that feed it. With `threads`
/// above 1 the blocks of rows are distributed over an scf.forall.
mlir::LogicalResult tileAndFuse(mlir::RewriterBase &rewriter,
                                ResultOpInterface op, int64_t threads);

/// Attaches the bufferization of the ops.
void registerBufferizableOpInterfaceExternalModels(
    mlir::DialectRegistry &registry);

} // namespace wino

#endif // WINO_TRANSFORMS_TRANSFORMS_H
