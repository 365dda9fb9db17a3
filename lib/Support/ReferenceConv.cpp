//===- ReferenceConv.cpp - Slow exact 2-D convolution ---------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Support/ReferenceConv.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"
#include <cassert>

using namespace wino;
using llvm::ArrayRef;
using llvm::Error;

/// Builds an error from a format string and its arguments.
template <typename... Args>
static Error makeError(const char *format, Args &&...args) {
  return llvm::createStringError(
      llvm::formatv(format, std::forward<Args>(args)...).str());
}

/// Multiplies sizes; returns std::nullopt on overflow.
static std::optional<int64_t> multiply(ArrayRef<int64_t> sizes) {
  int64_t product = 1;
  for (int64_t size : sizes)
    if (llvm::MulOverflow(product, size, product))
      return std::nullopt;
  return product;
}

/// Fails unless a filter of `taps` taps fits the padded image along one axis.
static Error checkAxis(llvm::StringRef axis, int64_t size, int64_t taps,
                       int64_t dilation, int64_t padBefore, int64_t padAfter) {
  int64_t padded, reach;
  if (llvm::AddOverflow(size, padBefore, padded) ||
      llvm::AddOverflow(padded, padAfter, padded) ||
      llvm::MulOverflow(dilation, taps - 1, reach) ||
      llvm::AddOverflow(reach, int64_t(1), reach))
    return makeError("the {0} of the padded image or the dilated filter "
                     "exceeds 64 bits",
                     axis);
  if (reach <= padded)
    return Error::success();
  return makeError("expected the dilated filter to fit the padded image, but "
                   "its {0} is {1} and the image's is {2}",
                   axis, reach, padded);
}

Error Conv2DShape::validate() const {
  const std::pair<const char *, int64_t> positives[] = {
      {"n", n},
      {"h", h},
      {"w", w},
      {"c", c},
      {"k", k},
      {"kh", kh},
      {"kw", kw},
      {"strideH", strideH},
      {"strideW", strideW},
      {"dilationH", dilationH},
      {"dilationW", dilationW},
      {"groups", groups}};
  for (auto [name, value] : positives)
    if (value < 1)
      return makeError("expected {0} to be positive, but got {1}", name, value);
  const std::pair<const char *, int64_t> paddings[] = {{"padTop", padTop},
                                                       {"padBottom", padBottom},
                                                       {"padLeft", padLeft},
                                                       {"padRight", padRight}};
  for (auto [name, value] : paddings)
    if (value < 0)
      return makeError("expected {0} not to be negative, but got {1}", name,
                       value);
  if (c % groups != 0 || k % groups != 0)
    return makeError("expected groups to divide the channels, but got {0} "
                     "groups of {1} input and {2} output channels",
                     groups, c, k);
  if (Error error = checkAxis("height", h, kh, dilationH, padTop, padBottom))
    return error;
  if (Error error = checkAxis("width", w, kw, dilationW, padLeft, padRight))
    return error;
  if (!multiply({n, h, w, c}) || !multiply({kh, kw, c / groups, k}) ||
      !multiply({n, outH(), outW(), k}))
    return makeError("the number of elements of an array exceeds 64 bits");
  return Error::success();
}

/// Adds to `out`, the K / groups outputs of one pixel and group, the products
/// of one input pixel's channels of that group with the filter of one tap.
template <typename Acc, typename T>
static void accumulateTap(const Conv2DShape &shape, const T *in,
                          const T *filter, Acc *out) {
  int64_t channelsIn = shape.c / shape.groups;
  int64_t channelsOut = shape.k / shape.groups;
  for (int64_t c = 0; c < channelsIn; ++c) {
    Acc value = static_cast<Acc>(in[c]);
    const T *weights = filter + c * shape.k;
    for (int64_t k = 0; k < channelsOut; ++k)
      out[k] += value * static_cast<Acc>(weights[k]);
  }
}

/// Computes the K outputs of pixel (oh, ow) of image n.
template <typename Acc, typename T>
static void computePixel(const Conv2DShape &shape, int64_t n, int64_t oh,
                         int64_t ow, const T *input, const T *filter,
                         Acc *out) {
  int64_t channelsIn = shape.c / shape.groups;
  int64_t channelsOut = shape.k / shape.groups;
  for (int64_t i = 0; i < shape.kh; ++i) {
    int64_t ih = oh * shape.strideH - shape.padTop + i * shape.dilationH;
    if (ih < 0 || ih >= shape.h)
      continue;
    for (int64_t j = 0; j < shape.kw; ++j) {
      int64_t iw = ow * shape.strideW - shape.padLeft + j * shape.dilationW;
      if (iw < 0 || iw >= shape.w)
        continue;
      const T *pixel = input + ((n * shape.h + ih) * shape.w + iw) * shape.c;
      const T *tap = filter + (i * shape.kw + j) * channelsIn * shape.k;
      for (int64_t g = 0; g < shape.groups; ++g)
        accumulateTap(shape, pixel + g * channelsIn, tap + g * channelsOut,
                      out + g * channelsOut);
    }
  }
}

template <typename Acc, typename T>
static std::vector<Acc> convolve(const Conv2DShape &shape, ArrayRef<T> input,
                                 ArrayRef<T> filter) {
  llvm::cantFail(shape.validate());
  assert(static_cast<int64_t>(input.size()) ==
             shape.n * shape.h * shape.w * shape.c &&
         "input does not have the size of the shape");
  assert(static_cast<int64_t>(filter.size()) ==
             shape.kh * shape.kw * (shape.c / shape.groups) * shape.k &&
         "filter does not have the size of the shape");
  int64_t outH = shape.outH(), outW = shape.outW();
  std::vector<Acc> output(shape.n * outH * outW * shape.k, Acc(0));
  Acc *out = output.data();
  for (int64_t n = 0; n < shape.n; ++n)
    for (int64_t oh = 0; oh < outH; ++oh)
      for (int64_t ow = 0; ow < outW; ++ow, out += shape.k)
        computePixel(shape, n, oh, ow, input.data(), filter.data(), out);
  return output;
}

std::vector<double> wino::referenceConv2D(const Conv2DShape &shape,
                                          ArrayRef<float> input,
                                          ArrayRef<float> filter) {
  return convolve<double>(shape, input, filter);
}

std::vector<int64_t> wino::referenceConv2D(const Conv2DShape &shape,
                                           ArrayRef<int32_t> input,
                                           ArrayRef<int32_t> filter) {
  // Modulo 2^64, where wrapping partial sums do no harm and are defined.
  std::vector<uint64_t> sums = convolve<uint64_t>(shape, input, filter);
  return std::vector<int64_t>(sums.begin(), sums.end());
}
