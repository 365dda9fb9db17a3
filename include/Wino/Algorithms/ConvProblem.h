//===- ConvProblem.h - What a linalg op convolves ---------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_ALGORITHMS_CONVPROBLEM_H
#define WINO_ALGORITHMS_CONVPROBLEM_H

#include "Wino/IR/WinoDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include <array>

namespace wino {

/// A 2-D convolution in canonical form,
///   y[n, oh, ow, k] += sum_{i,j,c} x[n, sh oh + dh i, sw ow + dw j, c]
///   f[i,j,c,k]
/// found in a linalg op of any layout. A matrix product x f is the convolution
/// of one image of one row by a 1x1 filter. Sizes may be ShapedType::kDynamic
/// but those of the filter.
struct ConvProblem {
  mlir::linalg::LinalgOp op;
  /// Whether the op is a matrix product, whose operands have rank 2.
  bool isMatmul = false;
  /// The operand dimension of (n, h, w, c), (kh, kw, c, k) and (n, oh, ow, k),
  /// in the sense of the permutation of linalg.transpose.
  std::array<int64_t, 4> imagePermutation, filterPermutation, resultPermutation;
  std::array<int64_t, 2> strides = {1, 1}, dilations = {1, 1};
  int64_t n, h, w, c, outH, outW, k, kh, kw;
  /// The element types: one type of floats, or i8 factors and i32 sums.
  mlir::Type imageType, filterType, sumType;
  /// The elementwise ops that follow, whose operations an epilogue takes over:
  /// how many there are on an element, and the type of the last result.
  int64_t numEpilogueOps = 0;
  mlir::Type storedType;

  bool isInteger() const { return mlir::isa<mlir::IntegerType>(sumType); }

  /// Multiplications of the direct convolution, or std::nullopt if a size is
  /// dynamic.
  std::optional<int64_t> getNumDirectProducts() const;
};

/// Bytes of an element of a scalar type.
int64_t getScalarBytes(mlir::Type type);

/// The type of the factors of `problem` that are transformed in `numbers`;
/// null: in its own.
mlir::Type getFactorType(const ConvProblem &problem,
                         NumbersAttrInterface numbers);

/// Elements of a tensor of these sizes, a dynamic size counted as one.
/// Saturates.
uint64_t countElements(llvm::ArrayRef<int64_t> sizes);

/// Finds the convolution or product with a weight that `op` computes, by MLIR's
/// own inference of convolution dimensions. On failure `reason` says what keeps
/// it from being one that Wino computes, and is empty if `op` is none at all.
mlir::FailureOr<ConvProblem> matchConvolution(mlir::linalg::LinalgOp op,
                                              std::string &reason);

/// The name a user knows `op` by: its location's name, or `conv<index>`.
std::string getConvolutionName(mlir::Operation *op, unsigned index);

/// Calls `callback` for every op of `function` that is a convolution, with the
/// problem or the reason why it has none, and its name.
void forEachConvolution(
    mlir::Operation *function,
    llvm::function_ref<void(mlir::linalg::LinalgOp,
                            mlir::FailureOr<ConvProblem>,
                            llvm::StringRef reason, llvm::StringRef name)>
        callback);

/// Whether `value` does not change between calls: a weight argument, a
/// constant, or either of them transposed or reshaped.
bool isWeight(mlir::Value value);

} // namespace wino

#endif // WINO_ALGORITHMS_CONVPROBLEM_H
