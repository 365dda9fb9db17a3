//===- ExactnessProof.h - Proofs that integers do not overflow --*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A convolution in a finite ring is exact if its results are fewer than the
// ring has elements: for every output channel k
//
//   2 d_max ||w_k||_1 < M
//
// where d_max bounds the data that enter the transform, w_k are the weights of
// the channel and M is 2^(32-e) for the ring modulo 2^32 (IntegerTransform.h)
// or the product of the moduli of a residue system. In the ring transformed
// operands must fit their storage besides; residues always do.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_SUPPORT_EXACTNESSPROOF_H
#define WINO_SUPPORT_EXACTNESSPROOF_H

#include "Wino/Support/IntegerTransform.h"
#include <limits>
#include <vector>

namespace wino {

/// Weights [taps rows, taps columns, C, K], dense.
struct FilterView {
  int64_t rows = 0, cols = 0, channels = 0, outputs = 0;
  llvm::ArrayRef<int32_t> values;
};

/// Returns ||w_k||_1 of every output channel.
std::vector<int64_t> getFilterNorms(const FilterView &filter);

/// The range of the elements of G w G'^T over all channels: exact for these
/// weights. G must have integer entries, and results below 2^63.
IntegerRange getTransformedRange(const RationalMatrix &rows,
                                 const RationalMatrix &cols,
                                 const FilterView &filter);

/// 2 d_max norm < M for the output channel that is worst.
struct ResultProof {
  /// d_max, the largest ||w_k||_1 or a bound of it, and M.
  llvm::DynamicAPInt maxInput, norm, numResults;
  /// The output channel with this norm; absent if the norm is the worst case
  /// C taps g_max of unknown weights.
  std::optional<int64_t> output;
  /// Where sums are over a part of the input channels, the first and the last
  /// of those with this norm.
  std::optional<std::pair<int64_t, int64_t>> channels = std::nullopt;

  llvm::DynamicAPInt getBound() const {
    return llvm::DynamicAPInt(2) * maxInput * norm;
  }
  bool holds() const { return getBound() < numResults; }
  /// Prints `2 * 128 * 146304 = 37453824 < 1073741824 for output channel 3`, or
  /// with `>=` if it does not hold; `, input channels 64 .. 127` may follow.
  std::string toString() const;
};

/// Proves from the weights. `filter` has at least one output channel.
ResultProof proveResults(const llvm::DynamicAPInt &maxInput,
                         const FilterView &filter,
                         const llvm::DynamicAPInt &numResults);
/// Proves for any weights of absolute value at most `maxFilter`.
ResultProof proveResults(const llvm::DynamicAPInt &maxInput, int64_t taps,
                         int64_t channels, const llvm::DynamicAPInt &maxFilter,
                         const llvm::DynamicAPInt &numResults);

/// That values are stored in signed integers of `bits` bits.
struct StorageProof {
  IntegerRange range;
  unsigned bits = 0;

  bool holds() const { return IntegerRange::getSigned(bits).contains(range); }
  /// Prints `-25088 .. 24892 in -32768 .. 32767`, or with `not in`.
  std::string toString() const;
};

/// Proves that a convolution in the ring modulo 2^32 is exact.
struct RingProof {
  ResultProof results;
  StorageProof transformedInput, transformedFilter;

  bool holds() const {
    return results.holds() && transformedInput.holds() &&
           transformedFilter.holds();
  }
};

/// Proves for data in `input` and transformed operands of `storageBits` bits.
RingProof proveRing(const RingTransform &transform, const IntegerRange &input,
                    const FilterView &filter, unsigned storageBits);
/// Proves for any weights in `filter`.
RingProof proveRing(const RingTransform &transform, const IntegerRange &input,
                    int64_t channels, const IntegerRange &filter,
                    unsigned storageBits);

/// Proves sums over `chunk` input channels at a time, which is positive: for
/// the output channel and the chunk that are worst.
ResultProof proveChunks(const llvm::DynamicAPInt &maxInput,
                        const FilterView &filter,
                        const llvm::DynamicAPInt &numResults, int64_t chunk);

/// The largest number of input channels, at most `maxChunk` and a multiple of
/// `multiple` unless it is all of them, such that partial sums over so many at
/// a time satisfy the inequality; 0 if there is none. The partial results are
/// exact and may be added.
int64_t getMaxChunk(const llvm::DynamicAPInt &maxInput,
                    const FilterView &filter,
                    const llvm::DynamicAPInt &numResults, int64_t multiple,
                    int64_t maxChunk = std::numeric_limits<int64_t>::max());

} // namespace wino

#endif // WINO_SUPPORT_EXACTNESSPROOF_H
