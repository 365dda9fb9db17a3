//===- Measure.cpp - Timing and checking of candidates --------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Measure.h"
#include <algorithm>
#include <cmath>
#include <random>

using namespace wino;
using namespace wino::bench;

Problem wino::bench::makeProblem(const Layer &layer) {
  std::mt19937 generator(1);
  // Not std::uniform_real_distribution, whose values depend on the library.
  auto fill = [&](std::vector<float> &values, int64_t size) {
    values.resize(size);
    for (float &value : values)
      value = float(generator() >> 8) * 0x1p-23f - 1.0f;
  };
  Problem problem{layer, {}, {}};
  fill(problem.input, layer.inputSize());
  fill(problem.filter, layer.filterSize());
  return problem;
}

/// Computes element `position` of the result.
static double computeElement(const Problem &problem, int64_t position) {
  const Layer &layer = problem.layer;
  int64_t k = position % layer.k;
  int64_t col = position / layer.k % layer.outW();
  int64_t row = position / layer.k / layer.outW() % layer.outH();
  int64_t image = position / layer.k / layer.outW() / layer.outH();
  int64_t groupC = layer.c / layer.groups;
  int64_t firstChannel = k / (layer.k / layer.groups) * groupC;
  double sum = 0;
  for (int64_t i = 0; i < layer.r; ++i)
    for (int64_t j = 0; j < layer.s; ++j) {
      int64_t y = row * layer.stride + i - layer.padH;
      int64_t x = col * layer.stride + j - layer.padW;
      if (y < 0 || x < 0 || y >= layer.h || x >= layer.w)
        continue;
      const float *pixel =
          &problem.input[((image * layer.h + y) * layer.w + x) * layer.c];
      const float *taps =
          &problem.filter[(i * layer.s + j) * groupC * layer.k + k];
      for (int64_t c = 0; c < groupC; ++c)
        sum += double(pixel[firstChannel + c]) * taps[c * layer.k];
    }
  return sum;
}

Reference wino::bench::makeReference(const Problem &problem) {
  const Layer &layer = problem.layer;
  constexpr double kMaxFlops = 5e7;
  constexpr int64_t kMinSamples = 2000;
  int64_t size = layer.outputSize();
  int64_t affordable = int64_t(kMaxFlops / (layer.flops() / double(size)));
  int64_t count = std::max(kMinSamples, affordable);

  Reference reference;
  if (count >= size) {
    for (int64_t position = 0; position < size; ++position)
      reference.positions.push_back(position);
  } else {
    std::mt19937_64 generator(2);
    auto draw = [&](int64_t bound) { return int64_t(generator() % bound); };
    for (int64_t sample = 0; sample < count; ++sample) {
      int64_t row = draw(layer.outH()), col = draw(layer.outW());
      // Every fourth sample in the first or last row, and in such a column.
      if (sample % 4 == 0)
        row = sample % 8 ? layer.outH() - 1 : 0;
      if (sample % 4 == 1)
        col = sample % 8 == 1 ? layer.outW() - 1 : 0;
      int64_t pixel = (draw(layer.n) * layer.outH() + row) * layer.outW() + col;
      reference.positions.push_back(pixel * layer.k + draw(layer.k));
    }
  }
  for (int64_t position : reference.positions) {
    reference.values.push_back(computeElement(problem, position));
    reference.maxValue =
        std::max(reference.maxValue, std::fabs(reference.values.back()));
  }
  return reference;
}

double wino::bench::getMaxError(const Reference &reference,
                                llvm::ArrayRef<float> output) {
  double maxError = 0;
  for (size_t sample = 0; sample < reference.positions.size(); ++sample) {
    double error = std::fabs(output[reference.positions[sample]] -
                             reference.values[sample]);
    // A NaN compares false with everything.
    if (!(error <= maxError))
      maxError = error;
    if (std::isnan(error))
      break;
  }
  return maxError / reference.maxValue;
}

double wino::bench::getMedianSpeedup(const RoundTimes &base,
                                     const RoundTimes &times) {
  std::vector<double> ratios;
  for (size_t round = 0; round < times.size(); ++round)
    ratios.push_back(base[round] / times[round]);
  return getQuantile(std::move(ratios), 0.5);
}
