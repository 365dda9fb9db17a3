//===- SweepCase.h - One convolution of the sweep ---------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A sweep is a sequence of convolutions that a seed determines: the case of a
// number is the same in every sweep with that seed, so that one can be rerun
// alone.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_UNITTESTS_INTEGRATION_SWEEPCASE_H
#define WINO_UNITTESTS_INTEGRATION_SWEEPCASE_H

#include "Wino/Support/ReferenceConv.h"
#include "Wino/Target/CPU.h"
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace wino::test {

/// Random numbers that do not depend on the standard library.
class Random {
public:
  explicit Random(uint64_t seed) : engine(seed) {}

  /// Returns an integer from `low` to `high`, both included.
  int64_t integer(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(engine() % (high - low + 1));
  }
  /// Returns true once in `n` times.
  bool oneIn(int64_t n) { return integer(1, n) == 1; }
  int64_t pick(llvm::ArrayRef<int64_t> values) {
    return values[integer(0, values.size() - 1)];
  }
  /// Returns a multiple of 2^-23 in [-1, 1].
  float real() {
    return static_cast<float>(integer(-(1 << 23), 1 << 23)) * 0x1p-23f;
  }
  std::vector<float> reals(int64_t count) {
    std::vector<float> values(count);
    for (float &value : values)
      value = real();
    return values;
  }
  std::vector<float> integers(int64_t count, int64_t low, int64_t high) {
    std::vector<float> values(count);
    for (float &value : values)
      value = static_cast<float>(integer(low, high));
    return values;
  }

private:
  std::mt19937_64 engine;
};

/// The op the convolution is written as.
enum class Layout { NhwcHwcf, NhwcFhwc, NchwFchw };
/// What the convolution adds to.
enum class Destination { Zero, Bias, Tensor };
enum class Activation { None, Relu, Clip };
/// The filter of a case of integers: random, all the least, the least and the
/// greatest in turn, or such that the numbers are just exact: 2 d_max ||w_k||_1
/// is the largest such value below M, for every output channel and chunk that
/// has enough weights.
enum class FilterPattern { Random, Least, Alternating, Edge };

/// F(m x m', r x r') with the points of both axes; empty for the default ones.
struct TransformSpec {
  int64_t mRows = 1, mCols = 1, rRows = 1, rCols = 1;
  std::vector<std::string> points;
  /// Whether the matrices are written with two decimals, as learned ones that
  /// satisfy the convolution identity about.
  bool isRounded = false;
  /// m and m' of the last tiles; zero if they are no smaller ones.
  int64_t edgeRows = 0, edgeCols = 0;

  /// Prints `F(4x4, 3x3)` or `F(4x4, 3x3), edge = 2x3`.
  std::string getName() const;
  /// Prints the parameters of a `#wino.transform`.
  std::string str() const;
};

/// A convolution, its epilogue, and the plan it is forced to.
struct SweepCase {
  uint64_t seed = 0;
  unsigned number = 0;

  Layout layout = Layout::NhwcHwcf;
  Conv2DShape shape;
  Destination destination = Destination::Zero;
  bool hasBias = false, hasResidual = false;
  Activation activation = Activation::None;
  /// Whether image and filter are bytes and all else is i32; an activation Clip
  /// makes the result i8.
  bool isInteger = false;
  FilterPattern filterPattern = FilterPattern::Random;
  /// With FilterPattern::Edge: whether one weight is larger by one, so that
  /// there is no proof.
  bool isBeyond = false;
  /// Whether the module has the values of the filter.
  bool isFilterKnown = false;
  /// The least and the greatest element of a filter of integers, if signed.
  int64_t filterMin = -128, filterMax = 127;
  bool isImageUnsigned = false, isFilterUnsigned = false;
  /// What is subtracted from the elements of image and filter.
  int64_t imageZero = 0, filterZero = 0;
  /// What an image of integers is padded with.
  int64_t padValue = 0;
  /// How many sets of data the compiled case is run on, with the same weights.
  unsigned numSets = 1;
  /// Whether the op is written as linalg.generic.
  bool isGeneric = false;
  /// Whether the filter is an input instead of a weight.
  bool isFilterInput = false;
  bool isDynamicN = false, isDynamicH = false, isDynamicW = false;

  /// `winograd`, `direct`, `im2row`, `im2col`, `kn2row` or `loops`.
  std::string algorithm;
  /// The transform of winograd.
  std::optional<TransformSpec> transform;
  /// The moduli in which winograd computes on integers; empty for other
  /// numbers.
  std::vector<int64_t> moduli;
  /// Input channels that winograd sums at once; zero: all of them.
  int64_t chunk = 0;
  /// The parameters of `#wino.quantized`; empty if the numbers are exact.
  std::string quantized;
  /// The schedule of a hand-written plan; if empty the algorithm is forced by
  /// the option of wino-assign-plans, and the schedule is the default one.
  std::string schedule;

  bool isResultNarrow() const {
    return isInteger && activation == Activation::Clip;
  }
  /// Whether no named op computes it.
  bool hasOffsets() const {
    return isImageUnsigned || isFilterUnsigned || imageZero != 0 ||
           filterZero != 0;
  }
  bool isDynamic() const { return isDynamicN || isDynamicH || isDynamicW; }
  /// The symbol of the function.
  std::string getSymbol() const { return "case" + std::to_string(number); }
  /// The attribute of what winograd computes in on integers.
  std::string getNumbers() const;
  /// The value of the option `algorithm`; it leaves the moduli open.
  std::string getRequest() const;
  /// One line for people: how to rerun the case, and what it is.
  std::string str() const;
  /// The MLIR module; the function takes the image, a filter that is no
  /// weight, the destination, the residual, and then the weights.
  std::string getModule() const;
};

/// Returns the largest ||w_k||_1 for which the ring modulo 2^32, or the moduli,
/// of winograd are proved to be exact, for all images of bytes.
int64_t getLargestNorm(const SweepCase &c);

/// Returns case `number` of the sweep of `seed` for `cpu`, of floats or of
/// integers, with `numSets` sets of data.
SweepCase makeSweepCase(uint64_t seed, unsigned number, const CPUInfo &cpu,
                        bool isInteger, unsigned numSets);
/// The same of a sweep of convolutions in quantized numbers.
SweepCase makeQuantizedCase(uint64_t seed, unsigned number, const CPUInfo &cpu);

} // namespace wino::test

#endif // WINO_UNITTESTS_INTEGRATION_SWEEPCASE_H
