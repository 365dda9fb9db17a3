//===- ImageView.cpp - Access to images in any layout ---------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ImageView.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace wino;

/// The bytes of the longest run: a cache line. Shorter ones would come back to
/// the lines of a vector's channels, which compete for one set of the cache
/// where planes lie a power of two apart: with 16 bytes 3,224,224,64 took 1.8
/// times as long on AVX-512.
static constexpr int64_t kRunBytes = 64;

/// The bytes of transposed pixels that are kept at a time, well inside of the
/// first-level caches of small cores.
static constexpr int64_t kStripBytes = 16384;

static int64_t getElementBytes(KernelBuilder &b) {
  return b.getVectorType().getElementTypeBitWidth() / 8;
}

//===----------------------------------------------------------------------===//
// Transposition in registers
//===----------------------------------------------------------------------===//

/// Returns elements `positions` of the concatenation of `lhs` and `rhs`.
static Value shuffle(KernelBuilder &b, Value lhs, Value rhs,
                     ArrayRef<int64_t> positions) {
  return vector::ShuffleOp::create(b, lhs, rhs, positions);
}

/// Transposes the square blocks that n = rows.size() vectors, a power of two,
/// form with each n of their lanes. Each step interleaves the halves of blocks
/// of two vectors by groups of twice as many elements as the step before, which
/// are zips on NEON and unpacks on x86. (Interleaving by single elements in
/// each step transposes, too, but LLVM makes a slower st2 of the last one.)
static SmallVector<Value> transposeBlocks(KernelBuilder &b,
                                          ArrayRef<Value> rows) {
  const int64_t n = rows.size(), length = b.getVectorLength();
  // The halves of all blocks from `begin` on, by groups.
  auto interleave = [&](Value lhs, Value rhs, int64_t begin, int64_t group) {
    SmallVector<int64_t> positions;
    for (int64_t block = 0; block < length; block += n)
      for (int64_t first = begin; first < begin + n / 2; first += group)
        for (int64_t side : {int64_t(0), length})
          for (int64_t j = 0; j < group; ++j)
            positions.push_back(side + block + first + j);
    return shuffle(b, lhs, rhs, positions);
  };
  SmallVector<Value> current(rows), next(n);
  for (int64_t group = 1; group < n; group *= 2) {
    for (int64_t base = 0; base < n; base += 2 * group)
      for (int64_t j = 0; j < group; ++j) {
        Value lhs = current[base + j], rhs = current[base + group + j];
        next[base + 2 * j] = interleave(lhs, rhs, 0, group);
        next[base + 2 * j + 1] = interleave(lhs, rhs, n / 2, group);
      }
    std::swap(current, next);
  }
  return current;
}

/// Returns the concatenation of a power of two of vectors of the same type.
static Value concatenate(KernelBuilder &b, SmallVector<Value> parts) {
  while (parts.size() > 1) {
    int64_t length = cast<VectorType>(parts[0].getType()).getNumElements();
    auto all = llvm::to_vector(llvm::seq<int64_t>(0, 2 * length));
    SmallVector<Value> pairs;
    for (size_t i = 0; i < parts.size(); i += 2)
      pairs.push_back(shuffle(b, parts[i], parts[i + 1], all));
    parts = std::move(pairs);
  }
  return parts[0];
}

//===----------------------------------------------------------------------===//
// Runs
//===----------------------------------------------------------------------===//

ImageView ImageView::getExchanged(KernelBuilder &b, Value memref,
                                  ImageLayout layout) {
  // Of [N, H, W, C] and [N, C, H, W] the dimensions 1 and 2 change places,
  // which makes [N, W, H, C] of the one, called NCHW, and [N, H, C, W] of the
  // other.
  auto [offset, strides] = b.getStrides(memref);
  SmallVector<Value> sizes;
  for (unsigned dim = 0; dim < image_dim::kRank; ++dim)
    sizes.push_back(b.size(memref, dim));
  std::swap(sizes[1], sizes[2]);
  std::swap(strides[1], strides[2]);
  Value exchanged = memref::ReinterpretCastOp::create(
      b, memref, getAsOpFoldResult(offset), getAsOpFoldResult(sizes),
      getAsOpFoldResult(strides));
  return {exchanged,
          layout == ImageLayout::NHWC ? ImageLayout::NCHW : ImageLayout::NHWC};
}

int64_t ImageView::getMaxRun(KernelBuilder &b) {
  int64_t length = b.getVectorLength();
  if (!llvm::isPowerOf2_64(length))
    return 1;
  return std::min(length, kRunBytes / getElementBytes(b));
}

void ImageView::forEachRun(KernelBuilder &b, Value begin, Value end,
                           function_ref<void(Value, int64_t)> body) {
  const int64_t maxRun = getMaxRun(b);
  Value size = b.sub(end, begin);
  Value rest = b.rem(size, maxRun);
  Value full = b.sub(size, rest);
  // Shorter vectors take a line at a time as well, in several runs.
  const int64_t line = kRunBytes / getElementBytes(b);
  Value lines = b.createOrFold<arith::SubIOp>(full, b.rem(full, line));
  b.loop(b.index(0), lines, line, [&](Value pos) {
    for (int64_t offset = 0; offset < line; offset += maxRun)
      body(b.add(begin, b.add(pos, offset)), maxRun);
  });
  b.loop(lines, full, maxRun,
         [&](Value pos) { body(b.add(begin, pos), maxRun); });
  // The rest is a sum of powers of two.
  for (int64_t run = maxRun / 2; run > 0; run /= 2) {
    Value before = b.sub(rest, b.rem(rest, 2 * run));
    Value hasRun = b.compare(arith::CmpIPredicate::ne,
                             b.rem(b.div(rest, run), 2), b.index(0));
    b.branch(hasRun, [&] { body(b.add(begin, b.add(full, before)), run); });
  }
}

SmallVector<Value> ImageView::getIndices(const Position &at) const {
  ImageDims dims = getImageDims(layout);
  SmallVector<Value> indices(image_dim::kRank);
  indices[dims.batch] = at.batch;
  indices[dims.row] = at.row;
  indices[dims.col] = at.col;
  indices[dims.channel] = at.channel;
  return indices;
}

SmallVector<Value> ImageView::load(KernelBuilder &b, const Position &first,
                                   int64_t numPixels, Value lanes) const {
  if (layout == ImageLayout::NCHW)
    return loadPlanar(b, first, numPixels, lanes);
  Value mask = lanes ? b.mask(lanes) : Value();
  SmallVector<Value> pixels;
  for (int64_t pixel = 0; pixel < numPixels; ++pixel) {
    Position at = first;
    at.col = b.add(first.col, pixel);
    pixels.push_back(b.load(memref, getIndices(at), mask));
  }
  return pixels;
}

void ImageView::store(KernelBuilder &b, ArrayRef<Value> pixels,
                      const Position &first, Value lanes) const {
  if (layout == ImageLayout::NCHW)
    return storePlanar(b, pixels, first, lanes);
  Value mask = lanes ? b.mask(lanes) : Value();
  for (auto [pixel, value] : llvm::enumerate(pixels)) {
    Position at = first;
    at.col = b.add(first.col, pixel);
    b.store(value, memref, getIndices(at), mask);
  }
}

SmallVector<Value> ImageView::loadPlanar(KernelBuilder &b,
                                         const Position &first,
                                         int64_t numPixels, Value lanes) const {
  const int64_t length = b.getVectorLength();
  Type elementType = getElementTypeOrSelf(memref.getType());
  auto runType = VectorType::get({numPixels}, elementType);
  std::optional<int64_t> known;
  if (lanes)
    known = getConstantIntValue(lanes);
  auto loadRun = [&](int64_t lane) -> Value {
    if (known && lane >= *known)
      return numPixels == 1
                 ? arith::ConstantOp::create(
                       b, cast<TypedAttr>(b.getZeroAttr(elementType)))
                       .getResult()
                 : b.splat(runType, 0);
    Value offset = b.index(lane);
    if (lanes && !known)
      offset = b.clamp(offset, lanes);
    Position at = first;
    at.channel = b.add(first.channel, offset);
    SmallVector<Value> indices = getIndices(at);
    if (numPixels == 1)
      return memref::LoadOp::create(b, memref, indices);
    return vector::LoadOp::create(b, runType, memref, indices);
  };

  if (numPixels == 1) {
    SmallVector<Value> elements;
    for (int64_t lane = 0; lane < length; ++lane)
      elements.push_back(loadRun(lane));
    return {vector::FromElementsOp::create(b, b.getVectorOf(elementType),
                                           elements)};
  }
  // Vector i gets the runs of channels i, n + i, 2 n + i, ...
  SmallVector<Value> rows;
  for (int64_t i = 0; i < numPixels; ++i) {
    SmallVector<Value> runs;
    for (int64_t lane = i; lane < length; lane += numPixels)
      runs.push_back(loadRun(lane));
    rows.push_back(concatenate(b, std::move(runs)));
  }
  return transposeBlocks(b, rows);
}

void ImageView::storePlanar(KernelBuilder &b, ArrayRef<Value> pixels,
                            const Position &first, Value lanes) const {
  const int64_t numPixels = pixels.size(), length = b.getVectorLength();
  auto storeRun = [&](int64_t lane, function_ref<void(ValueRange)> storeAt) {
    auto store = [&] {
      Position at = first;
      at.channel = b.add(first.channel, lane);
      storeAt(getIndices(at));
    };
    if (!lanes)
      return store();
    b.branch(b.compare(arith::CmpIPredicate::slt, b.index(lane), lanes), store);
  };
  SmallVector<Value> rows = transposeBlocks(b, pixels);
  for (int64_t lane = 0; lane < length; ++lane) {
    Value row = rows[lane % numPixels];
    storeRun(lane, [&](ValueRange indices) {
      if (numPixels == 1) {
        Value element =
            vector::ExtractOp::create(b, row, ArrayRef<int64_t>{lane});
        memref::StoreOp::create(b, element, memref, indices);
        return;
      }
      int64_t begin = lane - lane % numPixels;
      Value run = numPixels == length
                      ? row
                      : shuffle(b, row, row,
                                llvm::to_vector(llvm::seq<int64_t>(
                                    begin, begin + numPixels)));
      vector::StoreOp::create(b, run, memref, indices);
    });
  }
}

void ImageView::copyTo(KernelBuilder &b, Value buffer,
                       const Region &region) const {
  const Position &first = region.first;
  ImageDims dims = getImageDims(layout);
  Value height = b.size(memref, dims.row), width = b.size(memref, dims.col);
  // Columns of the region that are in the image.
  auto limit = [&](Value value, Value low) {
    return b.createOrFold<arith::MinSIOp>(
        b.createOrFold<arith::MaxSIOp>(value, low), region.numCols);
  };
  Value begin = limit(b.sub(b.index(0), first.col), b.index(0));
  Value end = limit(b.sub(width, first.col), begin);
  Type elementType = getElementTypeOrSelf(buffer.getType());
  Value padding = b.splat(b.getVectorOf(elementType), double(region.padValue));
  b.loop(region.numVectors, [&](Value vec) {
    Value channel = b.add(first.channel, b.mul(vec, b.getVectorLength()));
    b.loop(region.numRows, 1, [&](Value row) {
      auto fill = [&](Value from, Value to) {
        b.loop(from, to, 1, [&](Value col) {
          b.store(padding, buffer, {row, col, vec, b.index(0)});
        });
      };
      Value imageRow = b.add(first.row, row);
      Value isInside = b.isInside(imageRow, 1, height);
      b.branch(
          isInside,
          [&] {
            fill(b.index(0), begin);
            forEachRun(b, begin, end, [&](Value col, int64_t numPixels) {
              Position at = {first.batch, imageRow, b.add(first.col, col),
                             channel};
              SmallVector<Value> pixels = load(b, at, numPixels, region.lanes);
              for (auto [pixel, value] : llvm::enumerate(pixels))
                b.store(b.convertIntegers(value, elementType), buffer,
                        {row, b.add(col, pixel), vec, b.index(0)});
            });
            fill(end, region.numCols);
          },
          [&] { fill(b.index(0), region.numCols); });
    });
  });
}

int64_t wino::getLineVectors(KernelBuilder &b, int64_t numChannels) {
  int64_t vectorBytes = b.getVectorLength() * getElementBytes(b);
  int64_t lineVectors = std::max<int64_t>(kRunBytes / vectorBytes, 1);
  if (ShapedType::isDynamic(numChannels))
    return lineVectors;
  int64_t full = numChannels / b.getVectorLength();
  return std::clamp<int64_t>(full, 1, lineVectors);
}

int64_t wino::getStripTiles(KernelBuilder &b, int64_t rows, int64_t tileCols,
                            int64_t overlap, int64_t numVectors,
                            int64_t numTiles) {
  int64_t columnBytes =
      rows * numVectors * b.getVectorLength() * getElementBytes(b);
  int64_t tiles =
      std::max<int64_t>((kStripBytes / columnBytes - overlap) / tileCols, 1);
  if (ShapedType::isDynamic(numTiles) || numTiles < 1)
    return tiles;
  // Strips of about equal length.
  return llvm::divideCeil(numTiles, llvm::divideCeil(numTiles, tiles));
}
