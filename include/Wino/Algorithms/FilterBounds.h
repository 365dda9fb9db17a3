//===- FilterBounds.h - What is known about a filter ------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_ALGORITHMS_FILTERBOUNDS_H
#define WINO_ALGORITHMS_FILTERBOUNDS_H

#include "Wino/Algorithms/ConvProblem.h"
#include "Wino/Support/ExactnessProof.h"

namespace wino {

/// What is known at compile time about the elements of a filter of i8.
struct FilterBounds {
  int64_t min = -128, max = 127;
  /// The sum of the absolute values of the elements of each output channel;
  /// empty if the elements are not known.
  llvm::SmallVector<int64_t> norms;

  int64_t getMaxAbs() const { return std::max(-min, max); }
};

/// Returns the bounds of the filter of `problem`: those of its elements if it
/// is a constant, a weight argument with a value, or either of them transposed.
FilterBounds getFilterBounds(const ConvProblem &problem);

/// Returns the elements of a filter of i8 as [kh, kw, C, K]; none if they are
/// not known.
std::vector<int32_t> getFilterElements(const ConvProblem &problem);

/// Returns the inequality by which numbers with `numResults` different results
/// compute `problem` exactly, whatever the image of i8: with d_max = 128
///   2 d_max ||w_k||_1 < numResults
/// for every output channel k; of a filter that is not known 128 kh kw C bounds
/// the norm. With `chunk` it is that of the worst sum over so many input
/// channels at a time.
ResultProof proveResults(const ConvProblem &problem, const FilterBounds &bounds,
                         const llvm::DynamicAPInt &numResults,
                         int64_t chunk = 0);

/// Returns the largest number of input channels, at most `maxChunk`, over which
/// sums satisfy the inequality; 0 if there is none. Above 16 it is a multiple
/// of 16, unless it is all of them, so that vectors are whole.
int64_t getMaxChunk(const ConvProblem &problem, const FilterBounds &bounds,
                    const llvm::DynamicAPInt &numResults,
                    int64_t maxChunk = std::numeric_limits<int64_t>::max());

} // namespace wino

#endif // WINO_ALGORITHMS_FILTERBOUNDS_H
