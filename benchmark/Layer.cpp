//===- Layer.cpp - Convolution layers to measure --------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Layer.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/LineIterator.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace wino::bench;

/// Sizes beyond this are mistakes; products of those below fit 64 bits.
static constexpr int64_t kMaxSize = 1 << 15;
static constexpr int64_t kMaxElements = int64_t(1) << 31;

static llvm::Error parseSize(llvm::StringRef text, llvm::StringRef what,
                             int64_t min, int64_t &value) {
  if (text.trim().getAsInteger(10, value) || value < min || value > kMaxSize)
    return llvm::createStringError(
        llvm::formatv("expected {0} from {1} to {2}, but got '{3}'", what, min,
                      kMaxSize, text.trim()));
  return llvm::Error::success();
}

/// Parses `3` or `1x7`.
static llvm::Error parsePair(llvm::StringRef text, llvm::StringRef what,
                             int64_t min, int64_t &rows, int64_t &cols) {
  auto [first, second] = text.split('x');
  if (llvm::Error error = parseSize(first, what, min, rows))
    return error;
  return parseSize(second.empty() ? first : second, what, min, cols);
}

static llvm::Error checkLayer(const Layer &layer) {
  if (layer.c % layer.groups || layer.k % layer.groups)
    return llvm::createStringError(
        "the number of groups does not divide the channels");
  if (layer.h + 2 * layer.padH < layer.r || layer.w + 2 * layer.padW < layer.s)
    return llvm::createStringError("the filter exceeds the padded image");
  for (double size : {double(layer.n) * layer.h * layer.w * layer.c,
                      double(layer.r) * layer.s * layer.c * layer.k,
                      double(layer.n) * layer.outH() * layer.outW() * layer.k})
    if (size > double(kMaxElements))
      return llvm::createStringError("a tensor has more than 2^31 elements");
  return llvm::Error::success();
}

llvm::Expected<Layer> wino::bench::parseLayer(llvm::StringRef text) {
  llvm::SmallVector<llvm::StringRef> fields;
  text.split(fields, ',');
  if (fields.size() != 8 && fields.size() != 9)
    return llvm::createStringError(
        "expected C,H,W,K,R,stride,pad,groups[,N], but got '" + text + "'");
  Layer layer;
  llvm::Error error = parseSize(fields[0], "C", 1, layer.c);
  auto then = [&](auto &&parse) {
    if (!error)
      error = parse();
  };
  then([&] { return parseSize(fields[1], "H", 1, layer.h); });
  then([&] { return parseSize(fields[2], "W", 1, layer.w); });
  then([&] { return parseSize(fields[3], "K", 1, layer.k); });
  then([&] { return parsePair(fields[4], "R", 1, layer.r, layer.s); });
  then([&] { return parseSize(fields[5], "stride", 1, layer.stride); });
  then([&] { return parsePair(fields[6], "pad", 0, layer.padH, layer.padW); });
  then([&] { return parseSize(fields[7], "groups", 1, layer.groups); });
  if (fields.size() == 9)
    then([&] { return parseSize(fields[8], "N", 1, layer.n); });
  then([&] { return checkLayer(layer); });
  if (error)
    return std::move(error);
  return layer;
}

std::string Layer::str() const {
  auto pair = [](int64_t rows, int64_t cols) {
    return rows == cols ? std::to_string(rows)
                        : llvm::formatv("{0}x{1}", rows, cols).str();
  };
  std::string text =
      llvm::formatv("{0},{1},{2},{3},{4},{5},{6},{7}", c, h, w, k, pair(r, s),
                    stride, pair(padH, padW), groups);
  return n == 1 ? text : text + "," + std::to_string(n);
}

llvm::Expected<llvm::SmallVector<Layer>>
wino::bench::readLayers(llvm::StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!buffer)
    return llvm::createStringError(buffer.getError(),
                                   "cannot read '" + path + "'");
  llvm::SmallVector<Layer> layers;
  for (llvm::line_iterator line(**buffer); !line.is_at_eof(); ++line) {
    llvm::StringRef text = line->split('#').first.trim();
    if (text.empty())
      continue;
    llvm::Expected<Layer> layer = parseLayer(text);
    if (!layer)
      return llvm::createStringError(
          llvm::formatv("{0}:{1}: {2}", path, line.line_number(),
                        llvm::toString(layer.takeError())));
    layers.push_back(*layer);
  }
  if (layers.empty())
    return llvm::createStringError("'" + path + "' holds no layer");
  return layers;
}
