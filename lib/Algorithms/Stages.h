//===- Stages.h - Algorithms with a product per tap ----------- -*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Winograd transforms the image, multiplies per tap, and transforms the
// products back; im2row is the same with rows of patches instead of the
// transformed image, and F(1x1, 1x1).
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_ALGORITHMS_STAGES_H
#define WINO_LIB_ALGORITHMS_STAGES_H

#include "ConvolutionBuilder.h"
#include "Wino/Algorithms/ConvAlgorithm.h"

namespace wino {

/// Sizes of the stages of a plan.
struct StageSizes {
  StageSizes(const ConvProblem &problem, PlanAttr plan);

  /// Returns the sizes for `channels` input channels of them.
  StageSizes with(ScheduleAttr schedule, int64_t channels) const;

  /// F(1x1, 1x1) if the plan has none.
  TransformAttr transform;
  /// Taps along the rows and the columns.
  int64_t rowTaps, colTaps;
  int64_t getTaps() const { return rowTaps * colTaps; }
  /// Length of a row of V with padding, and padded channels of M.
  int64_t paddedDepth, paddedK;
  /// The type of V and U.
  mlir::Type factorType;
};

/// Returns the elements of a row of V or of a packed filter, of which `depth`
/// are used: whole vectors and groups.
int64_t getPaddedDepth(ScheduleAttr schedule, int64_t depth);

/// Sizes of packed filters, of the image as factors, and of products.
struct ProductSizes {
  /// Taps of the filter and the products, and of the image.
  int64_t taps, inputTaps;
  /// Images, and rows and columns of tiles, which may be dynamic.
  int64_t n, rows, cols;
  /// Length of a row of factors with padding, and padded channels of products.
  int64_t depth, k;
};

/// Succeeds if tensors of these sizes can exist, of which `onlyFilter` is used,
/// and blocks of input channels are whole; otherwise `reason` says why not.
mlir::LogicalResult checkProductSizes(const ProductSizes &sizes,
                                      ScheduleAttr schedule, bool onlyFilter,
                                      std::string &reason);

/// As above, for the stages of `plan`.
mlir::LogicalResult checkStageSizes(const ConvProblem &problem, PlanAttr plan,
                                    bool onlyFilter, std::string &reason);

/// Calls `body` with the first input channel of every chunk of `plan`, and with
/// their number.
void forEachChunk(const ConvProblem &problem, PlanAttr plan,
                  llvm::function_ref<void(int64_t, int64_t)> body);

/// The packed filter; V and M of one block, with the part of the filter that is
/// transformed on the fly; partial sums of chunks.
MemoryUse getStageMemory(const ConvProblem &problem, PlanAttr plan);

/// Writes the stages.
class StageBuilder : public ConvolutionBuilder {
public:
  StageBuilder(mlir::RewriterBase &rewriter, const ConvProblem &problem,
               PlanAttr plan)
      : ConvolutionBuilder(rewriter, problem, plan), plan(plan),
        sizes(problem, plan), numbers(plan.getNumbers()) {}

  mlir::Value buildWinograd();
  mlir::Value buildIm2Row();

private:
  llvm::SmallVector<mlir::OpFoldResult> getTileSizes(int64_t channels);
  /// Returns the scales of the stages behind V, of quantized numbers, whose
  /// scales are taken out, but those of V that are not per channel.
  llvm::SmallVector<mlir::Value> takeScales();
  mlir::Value buildScales(ScalesAttr stage);
  mlir::Value buildScales(llvm::ArrayRef<float> values);
  /// Returns the scales of V from channel `first` on, or their inverse, those
  /// of channels of padding 1; null if they are not per channel.
  mlir::Value buildInputScales(int64_t first, int64_t channels, bool isInverse);
  mlir::Value buildProducts(mlir::Value v, mlir::Value u);
  mlir::Value buildOutputTransform(mlir::Value m, mlir::Value addend,
                                   mlir::ValueRange scales = {});
  /// Builds the stages of `channels` channels from `first` on, which image and
  /// filter have.
  mlir::Value buildStages(mlir::Value addend, mlir::ValueRange scales,
                          int64_t first, int64_t channels);

  PlanAttr plan;
  StageSizes sizes;
  /// The numbers of the transforms; null for those of the problem.
  NumbersAttrInterface numbers;
  /// The scales of V per channel.
  llvm::SmallVector<float> inputScales;
};

} // namespace wino

#endif // WINO_LIB_ALGORITHMS_STAGES_H
