//===- ExactnessProof.cpp - Proofs that integers do not overflow ----------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Support/ExactnessProof.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"
#include <cassert>
#include <cstdlib>

using namespace wino;
using llvm::DynamicAPInt;

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

/// Returns the sums of the absolute weights of every input channel for every
/// output channel, [C, K].
static std::vector<int64_t> getChannelNorms(const FilterView &filter) {
  std::vector<int64_t> norms(filter.channels * filter.outputs, 0);
  assert(filter.values.size() == norms.size() * filter.rows * filter.cols &&
         "expected as many weights as the sizes say");
  for (auto [index, value] : llvm::enumerate(filter.values))
    norms[index % norms.size()] += std::abs(int64_t(value));
  return norms;
}

std::vector<int64_t> wino::getFilterNorms(const FilterView &filter) {
  std::vector<int64_t> norms(filter.outputs, 0);
  for (auto [index, norm] : llvm::enumerate(getChannelNorms(filter)))
    norms[index % filter.outputs] += norm;
  return norms;
}

/// The entries of a matrix of integers.
static std::vector<int64_t> getIntegers(const RationalMatrix &matrix) {
  std::vector<int64_t> values;
  for (unsigned i = 0; i < matrix.getNumRows(); ++i)
    for (const Rational &entry : matrix.getRow(i))
      values.push_back(int64_t(entry.num / entry.den));
  return values;
}

IntegerRange wino::getTransformedRange(const RationalMatrix &rows,
                                       const RationalMatrix &cols,
                                       const FilterView &filter) {
  const std::vector<int64_t> left = getIntegers(rows),
                             right = getIntegers(cols);
  const int64_t numPairs = filter.channels * filter.outputs;
  int64_t min = 0, max = 0;
  std::vector<int64_t> sums(numPairs);
  for (unsigned p = 0; p < rows.getNumRows(); ++p)
    for (unsigned q = 0; q < cols.getNumRows(); ++q) {
      llvm::fill(sums, 0);
      for (int64_t i = 0; i < filter.rows; ++i)
        for (int64_t j = 0; j < filter.cols; ++j) {
          int64_t factor =
              left[p * filter.rows + i] * right[q * filter.cols + j];
          if (factor == 0)
            continue;
          const int32_t *weights =
              filter.values.data() + (i * filter.cols + j) * numPairs;
          for (int64_t pair = 0; pair < numPairs; ++pair)
            sums[pair] += factor * weights[pair];
        }
      for (int64_t sum : sums) {
        min = std::min(min, sum);
        max = std::max(max, sum);
      }
    }
  return {DynamicAPInt(min), DynamicAPInt(max)};
}

//===----------------------------------------------------------------------===//
// Proofs
//===----------------------------------------------------------------------===//

std::string ResultProof::toString() const {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "2 * " << maxInput << " * " << norm << " = " << getBound()
     << (holds() ? " < " : " >= ") << numResults;
  if (output)
    os << " for output channel " << *output;
  if (channels)
    os << (output ? ", " : " for ") << "input channels " << channels->first
       << " .. " << channels->second;
  return text;
}

std::string StorageProof::toString() const {
  std::string text;
  llvm::raw_string_ostream os(text);
  IntegerRange storage = IntegerRange::getSigned(bits);
  os << range.min << " .. " << range.max << (holds() ? " in " : " not in ")
     << storage.min << " .. " << storage.max;
  return text;
}

ResultProof wino::proveResults(const DynamicAPInt &maxInput,
                               const FilterView &filter,
                               const DynamicAPInt &numResults) {
  std::vector<int64_t> norms = getFilterNorms(filter);
  auto largest = llvm::max_element(norms);
  assert(largest != norms.end() && "expected an output channel");
  return {maxInput, DynamicAPInt(*largest), numResults,
          std::distance(norms.begin(), largest)};
}

ResultProof wino::proveResults(const DynamicAPInt &maxInput, int64_t taps,
                               int64_t channels, const DynamicAPInt &maxFilter,
                               const DynamicAPInt &numResults) {
  DynamicAPInt norm = DynamicAPInt(channels) * DynamicAPInt(taps) * maxFilter;
  return {maxInput, norm, numResults, std::nullopt};
}

RingProof wino::proveRing(const RingTransform &transform,
                          const IntegerRange &input, const FilterView &filter,
                          unsigned storageBits) {
  IntegerRange u = getTransformedRange(transform.rows.matrices.g,
                                       transform.cols.matrices.g, filter);
  return {proveResults(input.getMaxAbs(), filter, transform.getNumResults()),
          {transform.getTransformedInputRange(input), storageBits},
          {u, storageBits}};
}

RingProof wino::proveRing(const RingTransform &transform,
                          const IntegerRange &input, int64_t channels,
                          const IntegerRange &filter, unsigned storageBits) {
  int64_t taps = transform.rows.matrices.r * transform.cols.matrices.r;
  return {proveResults(input.getMaxAbs(), taps, channels, filter.getMaxAbs(),
                       transform.getNumResults()),
          {transform.getTransformedInputRange(input), storageBits},
          {transform.getTransformedFilterRange(filter), storageBits}};
}

//===----------------------------------------------------------------------===//
// Chunks
//===----------------------------------------------------------------------===//

/// A sum over a chunk of input channels.
struct ChunkNorm {
  int64_t norm = -1, output = 0, firstChannel = 0;
};

/// Returns the first of the sums over chunks of `chunk` rows of [C, K] that
/// exceeds `limit`, or else the largest.
static ChunkNorm findLargestChunk(llvm::ArrayRef<int64_t> norms,
                                  int64_t outputs, int64_t chunk,
                                  const DynamicAPInt &limit) {
  std::vector<int64_t> sums(outputs);
  const int64_t channels = norms.size() / outputs;
  ChunkNorm largest;
  for (int64_t first = 0; first < channels; first += chunk) {
    llvm::fill(sums, 0);
    for (int64_t c = first; c < std::min(first + chunk, channels); ++c)
      for (int64_t k = 0; k < outputs; ++k)
        sums[k] += norms[c * outputs + k];
    auto max = llvm::max_element(sums);
    if (*max > largest.norm)
      largest = {*max, std::distance(sums.begin(), max), first};
    if (limit < largest.norm)
      break;
  }
  return largest;
}

ResultProof wino::proveChunks(const DynamicAPInt &maxInput,
                              const FilterView &filter,
                              const DynamicAPInt &numResults, int64_t chunk) {
  assert(chunk > 0 && filter.outputs > 0 && "expected channels");
  const std::vector<int64_t> norms = getChannelNorms(filter);
  ChunkNorm largest =
      findLargestChunk(norms, filter.outputs, chunk,
                       DynamicAPInt(std::numeric_limits<int64_t>::max()));
  int64_t end = std::min(largest.firstChannel + chunk, filter.channels);
  return {maxInput, DynamicAPInt(largest.norm), numResults, largest.output,
          std::pair(largest.firstChannel, end - 1)};
}

int64_t wino::getMaxChunk(const DynamicAPInt &maxInput,
                          const FilterView &filter,
                          const DynamicAPInt &numResults, int64_t multiple,
                          int64_t maxChunk) {
  const std::vector<int64_t> norms = getChannelNorms(filter);
  DynamicAPInt limit =
      maxInput == 0 ? DynamicAPInt(std::numeric_limits<int64_t>::max())
                    : floorDiv(numResults - 1, DynamicAPInt(2) * maxInput);
  auto holds = [&](int64_t chunk) {
    return !(limit <
             findLargestChunk(norms, filter.outputs, chunk, limit).norm);
  };
  if (filter.channels <= maxChunk && holds(filter.channels))
    return filter.channels;
  // Where chunks begin depends on their size, so that larger ones may hold
  // where smaller ones do not: each is tried.
  for (int64_t chunk =
           llvm::alignDown(std::min(filter.channels - 1, maxChunk), multiple);
       chunk > 0; chunk -= multiple)
    if (holds(chunk))
      return chunk;
  return 0;
}
