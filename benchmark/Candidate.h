//===- Candidate.h - Implementations of a convolution -----------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What is measured side by side. Everything that a network does once, such as
// transforming and packing weights, happens when a candidate is made; `run` is
// what it does for each image.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_BENCHMARK_CANDIDATE_H
#define WINO_BENCHMARK_CANDIDATE_H

#include "Layer.h"
#include <array>
#include <cstdlib>
#include <memory>
#include <vector>

namespace wino::bench {

/// A layer with its data: the image NHWC, the filters HWCK.
struct Problem {
  Layer layer;
  std::vector<float> input, filter;
};

/// An array that begins at a cache line.
template <typename T>
class AlignedArray {
public:
  explicit AlignedArray(size_t size)
      : data_(static_cast<T *>(
            std::aligned_alloc(kAlignment, roundUp(size * sizeof(T))))) {
    std::fill_n(data_.get(), size, T());
  }
  T *data() const { return data_.get(); }

private:
  static constexpr size_t kAlignment = 64;
  static size_t roundUp(size_t bytes) {
    return (bytes / kAlignment + 1) * kAlignment;
  }
  struct Free {
    void operator()(T *pointer) const { std::free(pointer); }
  };
  std::unique_ptr<T, Free> data_;
};

/// One implementation of a layer, ready to run.
class Candidate {
public:
  virtual ~Candidate() = default;

  /// Computes the layer once.
  virtual void run() = 0;
  /// Returns the result of the last run, NHWK.
  virtual std::vector<float> getOutput() = 0;
  /// Names the algorithm that runs.
  virtual std::string getLabel() const = 0;
  /// Bytes of packed weights, and of memory for intermediate values; 0 if the
  /// implementation does not tell.
  virtual int64_t getWeightBytes() const { return 0; }
  virtual int64_t getScratchBytes() const { return 0; }
};

using CandidatePtr = std::unique_ptr<Candidate>;

/// How Wino is to compute a layer. Empty texts leave it to the default rule.
struct WinoRequest {
  /// As the option `algorithm` of wino-assign-plans.
  std::string algorithm;
  /// A `#wino.plan` attribute.
  std::string plan;
  int64_t threads = 1;
};

/// Compiles `problem` for this machine. Fails if the request does not apply.
llvm::Expected<CandidatePtr> createWino(const Problem &problem,
                                        const WinoRequest &request);

/// Stages of a convolution; `Filter` is the transform of filters in the run,
/// `Input` also padding and the gathering of rows.
enum class Phase { Filter, Input, Products, Output };
inline constexpr unsigned kNumPhases = 4;

/// Part of a run's time that each phase takes; what is missing to 1 is between
/// them.
using PhaseShares = std::array<double, kNumPhases>;

/// Measures the phases of what createWino makes, with timers in the code. All
/// shares are 0 if it has no phases. One thread only.
llvm::Expected<PhaseShares> measureWinoPhases(const Problem &problem,
                                              const WinoRequest &request);

/// oneDNN's algorithms for a convolution.
enum class OneDNNAlgorithm { Direct, Winograd };

/// Whether the program was built with oneDNN and that has such an
/// implementation, other than its reference one.
bool hasOneDNN(const Layer &layer, OneDNNAlgorithm algorithm);
/// Sets up oneDNN, in the layouts it prefers.
llvm::Expected<CandidatePtr> createOneDNN(const Problem &problem,
                                          OneDNNAlgorithm algorithm,
                                          int64_t threads);

/// Whether the program was built with XNNPACK, and that supports the layer.
bool hasXNNPACK(const Layer &layer);
/// Sets up XNNPACK.
llvm::Expected<CandidatePtr> createXNNPACK(const Problem &problem,
                                           int64_t threads);

} // namespace wino::bench

#endif // WINO_BENCHMARK_CANDIDATE_H
