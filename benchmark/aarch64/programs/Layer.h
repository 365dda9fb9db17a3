//===- Layer.h - Layers and their data for AArch64 programs -----*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the programs that are measured under the emulator share: a layer from
// the command line, its data, the check of the result, and the measured run.
// measure.py makes the same data for the code that it compiles.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_BENCHMARK_AARCH64_PROGRAMS_LAYER_H
#define WINO_BENCHMARK_AARCH64_PROGRAMS_LAYER_H

#include "Markers.h"
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <type_traits>

namespace wino::bench {

/// A convolution of N images of H x W pixels and C channels by K filters of
/// R x S taps.
struct Layer {
  int c, h, w, k, r, s, stride, padH, padW, groups, n;

  int outH() const { return (h + 2 * padH - r) / stride + 1; }
  int outW() const { return (w + 2 * padW - s) / stride + 1; }
  int groupC() const { return c / groups; }
  int64_t imageSize() const { return int64_t(n) * h * w * c; }
  int64_t filterSize() const { return int64_t(r) * s * groupC() * k; }
  int64_t resultSize() const { return int64_t(n) * outH() * outW() * k; }
};

/// Parses `C,H,W,K,R,S,stride,padH,padW,groups,N`, which measure.py makes of a
/// layer's text. Ends the program if it is something else.
inline Layer parseLayer(const char *text) {
  Layer l;
  if (std::sscanf(text, "%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d", &l.c, &l.h, &l.w,
                  &l.k, &l.r, &l.s, &l.stride, &l.padH, &l.padW, &l.groups,
                  &l.n) != 11) {
    std::fprintf(stderr, "expected C,H,W,K,R,S,stride,padH,padW,groups,N\n");
    std::exit(2);
  }
  return l;
}

/// Says that the library does not do this, and ends the program.
[[noreturn]] inline void reportUnsupported(const char *reason) {
  std::printf("{\"unsupported\": \"%s\"}\n", reason);
  std::fflush(stdout);
  std::_Exit(0);
}

/// Returns value `index` of the sequence `stream`: uniform in [-1, 1), by the
/// finalizer of SplitMix64.
inline float getValue(uint64_t stream, uint64_t index) {
  uint64_t z = (index + 1) * 0x9e3779b97f4a7c15u + (stream << 56);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  z ^= z >> 31;
  return float(z >> 40) * 0x1p-23f - 1.0f;
}

/// Returns an integer from `least` to -least - 1.
inline int getInteger(uint64_t stream, uint64_t index, int least) {
  return std::max(int(std::floor(double(getValue(stream, index)) * -least)),
                  least);
}

/// The data of a layer, by position.
struct Data {
  Layer layer;

  float image(int n, int y, int x, int c) const {
    const Layer &l = layer;
    return getValue(1, ((int64_t(n) * l.h + y) * l.w + x) * l.c + c);
  }
  /// `c` counts the channels of the group of filter `k`.
  float filter(int i, int j, int c, int k) const {
    const Layer &l = layer;
    return getValue(2, ((int64_t(i) * l.s + j) * l.groupC() + c) * l.k + k);
  }
  float bias(int k) const { return getValue(3, k); }

  /// \name The same of a layer of integers
  /// @{
  int8_t integerImage(int n, int y, int x, int c) const {
    const Layer &l = layer;
    return int8_t(getInteger(1, ((int64_t(n) * l.h + y) * l.w + x) * l.c + c,
                             /*least=*/-128));
  }
  int8_t integerFilter(int i, int j, int c, int k) const {
    const Layer &l = layer;
    return int8_t(
        getInteger(2, ((int64_t(i) * l.s + j) * l.groupC() + c) * l.k + k,
                   /*least=*/-127));
  }
  int integerBias(int k) const { return getInteger(3, k, /*least=*/-1000); }
  /// The bits that the sums of a channel are shifted by to the right.
  int getShift(int k) const {
    double deviation =
        128 * 128 / 3.0 * std::sqrt(double(layer.r * layer.s * layer.groupC()));
    return int(std::floor(std::log2(deviation / 32))) + k % 2;
  }
  /// Returns the exact result: shifted, rounded to even, saturated.
  double integerResult(int n, int y, int x, int k) const;
  /// @}

  /// Returns the exact result, in double precision.
  double result(int n, int y, int x, int k) const;
};

/// Returns the sum of `getProduct(i, j, row, col, channel, c)` over the taps
/// inside the image and the channels, both of the image and of the group.
template <typename GetProduct>
double sumProducts(const Layer &l, int y, int x, int k, GetProduct getProduct) {
  int firstChannel = k / (l.k / l.groups) * l.groupC();
  double sum = 0;
  for (int i = 0; i < l.r; ++i)
    for (int j = 0; j < l.s; ++j) {
      int row = y * l.stride + i - l.padH, col = x * l.stride + j - l.padW;
      if (row < 0 || col < 0 || row >= l.h || col >= l.w)
        continue;
      for (int c = 0; c < l.groupC(); ++c)
        sum += getProduct(i, j, row, col, firstChannel + c, c);
    }
  return sum;
}

inline double Data::result(int n, int y, int x, int k) const {
  return bias(k) +
         sumProducts(layer, y, x, k,
                     [&](int i, int j, int row, int col, int channel, int c) {
                       return double(image(n, row, col, channel)) *
                              double(filter(i, j, c, k));
                     });
}

inline double Data::integerResult(int n, int y, int x, int k) const {
  double sum =
      integerBias(k) +
      sumProducts(layer, y, x, k,
                  [&](int i, int j, int row, int col, int channel, int c) {
                    return double(integerImage(n, row, col, channel)) *
                           double(integerFilter(i, j, c, k));
                  });
  // The default rounding is to even.
  double rounded = std::nearbyint(std::ldexp(sum, -getShift(k)));
  return std::min(std::max(rounded, -128.0), 127.0);
}

/// Memory that begins at a cache line.
template <typename T>
class Array {
public:
  explicit Array(int64_t size)
      : data_(static_cast<T *>(
            std::aligned_alloc(64, (size * sizeof(T) / 64 + 1) * 64))) {
    std::fill_n(data_.get(), size, T());
  }
  T *data() const { return data_.get(); }
  T &operator[](int64_t index) const { return data_.get()[index]; }

private:
  struct Free {
    void operator()(T *pointer) const { std::free(pointer); }
  };
  std::unique_ptr<T, Free> data_;
};

/// Fills an NHWC image: `at(n, y, x, c)` is a reference to an element, a float
/// or an int8_t.
template <typename At>
void fillImage(const Data &data, At at) {
  const Layer &l = data.layer;
  constexpr bool isInteger = std::is_same_v<decltype(at(0, 0, 0, 0)), int8_t &>;
  for (int n = 0; n < l.n; ++n)
    for (int y = 0; y < l.h; ++y)
      for (int x = 0; x < l.w; ++x)
        for (int c = 0; c < l.c; ++c) {
          if constexpr (isInteger)
            at(n, y, x, c) = data.integerImage(n, y, x, c);
          else
            at(n, y, x, c) = data.image(n, y, x, c);
        }
}

/// Fills filters: `at(i, j, c, k)` is a reference to an element.
template <typename At>
void fillFilter(const Data &data, At at) {
  const Layer &l = data.layer;
  for (int i = 0; i < l.r; ++i)
    for (int j = 0; j < l.s; ++j)
      for (int c = 0; c < l.groupC(); ++c)
        for (int k = 0; k < l.k; ++k)
          at(i, j, c, k) = data.filter(i, j, c, k);
}

/// Reads a file that has `size` bytes.
inline Array<char> readFile(const char *path, size_t size) {
  Array<char> contents(size);
  FILE *file = std::fopen(path, "rb");
  if (!file || std::fread(contents.data(), 1, size, file) != size) {
    std::fprintf(stderr, "cannot read '%s'\n", path);
    std::exit(1);
  }
  std::fclose(file);
  return contents;
}

/// Runs twice and counts the second run: the first one warms the caches, and
/// lets libraries prepare.
template <typename Run>
void measure(Run run) {
  WINO_MODEL_ON();
  run();
  WINO_REGION_BEGIN();
  run();
  WINO_REGION_END();
  WINO_MODEL_OFF();
}

/// Checks a sample of the result, corners included, against exact values, and
/// prints the largest error, the largest value among them and the label.
/// `get(n, y, x, k)` returns an element, `getExact` the exact one.
template <typename Get, typename GetExact>
void checkAndReport(const Data &data, Get get, GetExact getExact,
                    const char *label) {
  constexpr int kNumSamples = 1500, kNumCorners = 16;
  const Layer &l = data.layer;
  uint64_t state = 1;
  auto draw = [&](int bound) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return int((state >> 33) % uint64_t(bound));
  };
  double maxError = 0, maxValue = 0;
  for (int sample = 0; sample < kNumSamples; ++sample) {
    int n = draw(l.n), y = draw(l.outH()), x = draw(l.outW()), k = draw(l.k);
    if (sample < kNumCorners) {
      y = sample & 1 ? l.outH() - 1 : 0;
      x = sample & 2 ? l.outW() - 1 : 0;
      k = sample & 4 ? l.k - 1 : 0;
      n = sample & 8 ? l.n - 1 : 0;
    }
    double expected = getExact(n, y, x, k);
    double error = std::fabs(expected - double(get(n, y, x, k)));
    // A NaN compares false with everything.
    if (!(error <= maxError))
      maxError = error;
    if (std::isnan(error))
      break;
    maxValue = std::max(maxValue, std::fabs(expected));
  }
  // JSON has no infinity and no NaN.
  if (!std::isfinite(maxError))
    maxError = 1e30;
  std::printf("{\"max_error\": %.6g, \"max_value\": %.6g, \"label\": \"%s\"}\n",
              maxError, maxValue, label);
  std::fflush(stdout);
}

/// The same for a layer of floats.
template <typename Get>
void checkAndReport(const Data &data, Get get, const char *label = "") {
  checkAndReport(
      data, get,
      [&](int n, int y, int x, int k) { return data.result(n, y, x, k); },
      label);
}

} // namespace wino::bench

#endif // WINO_BENCHMARK_AARCH64_PROGRAMS_LAYER_H
