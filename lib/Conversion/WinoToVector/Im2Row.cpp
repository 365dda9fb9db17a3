//===- Im2Row.cpp - Lowering of wino.im2row -------------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelBuilder.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace wino;

namespace {
/// Lowers one im2row. The pixels that a row of the filter sees are one run of
/// memory if neither dilation nor the image's layout part them, and are then
/// copied at once; else, and where the run leaves the image, tap by tap.
class Im2RowLowering {
public:
  Im2RowLowering(KernelBuilder &b, Im2RowOp op)
      : b(b), op(op), image(op.getInput()), init(op.getInit()),
        numChannels(op.getInputType().getDimSize(image_dim::kChannel)),
        kernelRows(op.getKernel()[0]), kernelCols(op.getKernel()[1]) {}

  void run();

private:
  /// An output pixel: its position in P, and the pixel of its first tap.
  struct Pixel {
    Value batch, row, col, imageRow, imageCol;
  };

  /// Whether the pixels of a row of the filter are contiguous inside the image.
  bool isRunContiguous();
  /// Returns the image as [N, H, W * C].
  Value flattenPixels();
  void buildPixel(const Pixel &pixel);
  /// Copies taps [0, kernelCols) of one row of the filter that is inside the
  /// image to element `to` of the row of P.
  void buildFilterRow(const Pixel &pixel, Value imageRow, Value to);
  /// Copies `count` elements from `source` at `indices` to `to` on.
  void copy(Value source, ValueRange indices, const Pixel &pixel, Value to,
            int64_t count);
  /// Fills `count` elements with `value`.
  void fill(const Pixel &pixel, Value to, int64_t count, int64_t value);
  SmallVector<Value> getInitIndices(const Pixel &pixel) {
    return {b.index(0), b.index(0), pixel.batch, pixel.row, pixel.col};
  }

  KernelBuilder &b;
  Im2RowOp op;
  Value image, init, flatImage, height, width;
  int64_t numChannels, kernelRows, kernelCols;
};
} // namespace

bool Im2RowLowering::isRunContiguous() {
  auto type = cast<MemRefType>(image.getType());
  auto [strides, offset] = type.getStridesAndOffset();
  return op.getDilations()[1] == 1 &&
         (kernelCols == 1 || strides[image_dim::kCol] == numChannels);
}

Value Im2RowLowering::flattenPixels() {
  auto [offset, strides] = b.getStrides(image);
  SmallVector<OpFoldResult> sizes = getAsOpFoldResult(
      {b.size(image, image_dim::kBatch), height, b.mul(width, numChannels)});
  SmallVector<OpFoldResult> flatStrides = getAsOpFoldResult(
      {strides[image_dim::kBatch], strides[image_dim::kRow], b.index(1)});
  return memref::ReinterpretCastOp::create(b, image, getAsOpFoldResult(offset),
                                           sizes, flatStrides);
}

void Im2RowLowering::run() {
  height = b.size(image, image_dim::kRow);
  width = b.size(image, image_dim::kCol);
  if (isRunContiguous() && kernelCols > 1)
    flatImage = flattenPixels();
  Value firstRow = b.index(0), firstCol = b.index(0);
  if (!op.getOrigin().empty()) {
    firstRow = op.getOrigin()[0];
    firstCol = op.getOrigin()[1];
  }
  auto getImagePos = [&](Value first, Value pos, int64_t stride, int64_t pad) {
    return b.add(b.mul(b.add(first, pos), stride), -pad);
  };
  b.loop(b.size(init, tile_dim::kBatch), [&](Value batch) {
    b.loop(b.size(init, tile_dim::kTileRow), [&](Value row) {
      Value imageRow =
          getImagePos(firstRow, row, op.getStrides()[0], op.getPadTop());
      b.loop(b.size(init, tile_dim::kTileCol), [&](Value col) {
        Value imageCol =
            getImagePos(firstCol, col, op.getStrides()[1], op.getPadLeft());
        buildPixel({batch, row, col, imageRow, imageCol});
      });
    });
  });
}

void Im2RowLowering::buildPixel(const Pixel &pixel) {
  int64_t runLength = kernelCols * numChannels;
  b.loop(kernelRows, 1, [&](Value tap) {
    Value imageRow = b.add(pixel.imageRow, b.mul(tap, op.getDilations()[0]));
    Value to = b.mul(tap, runLength);
    b.branch(
        b.isInside(imageRow, 1, height),
        [&] { buildFilterRow(pixel, imageRow, to); },
        [&] { fill(pixel, to, runLength, op.getPadValue()); });
  });
  int64_t used = kernelRows * runLength;
  fill(pixel, b.index(used),
       op.getInitType().getDimSize(tile_dim::kChannel) - used, /*value=*/0);
}

void Im2RowLowering::buildFilterRow(const Pixel &pixel, Value imageRow,
                                    Value to) {
  auto copyTaps = [&] {
    b.loop(kernelCols, 1, [&](Value tap) {
      Value imageCol = b.add(pixel.imageCol, b.mul(tap, op.getDilations()[1]));
      Value tapTo = b.add(to, b.mul(tap, numChannels));
      b.branch(
          b.isInside(imageCol, 1, width),
          [&] {
            copy(image, {pixel.batch, imageRow, imageCol, b.index(0)}, pixel,
                 tapTo, numChannels);
          },
          [&] { fill(pixel, tapTo, numChannels, op.getPadValue()); });
    });
  };
  if (!flatImage)
    return copyTaps();
  b.branch(
      b.isInside(pixel.imageCol, kernelCols, width),
      [&] {
        copy(flatImage,
             {pixel.batch, imageRow, b.mul(pixel.imageCol, numChannels)}, pixel,
             to, kernelCols * numChannels);
      },
      copyTaps);
}

void Im2RowLowering::copy(Value source, ValueRange indices, const Pixel &pixel,
                          Value to, int64_t count) {
  auto copyVector = [&](Value pos, Value mask) {
    SmallVector<Value> from(indices);
    from.back() = b.add(from.back(), pos);
    SmallVector<Value> target = getInitIndices(pixel);
    target.push_back(b.add(to, pos));
    Value loaded = b.convertIntegers(b.load(source, from, mask),
                                     b.getVectorType().getElementType());
    b.store(loaded, init, target, mask);
  };
  int64_t vl = b.getVectorLength();
  int64_t whole = count / vl * vl;
  b.loop(whole, vl, [&](Value pos) { copyVector(pos, Value()); });
  if (whole == count)
    return;
  // A last vector that overlaps the one before is faster than a masked one.
  if (count > vl)
    copyVector(b.index(count - vl), Value());
  else
    copyVector(b.index(0), b.mask(count));
}

void Im2RowLowering::fill(const Pixel &pixel, Value to, int64_t count,
                          int64_t value) {
  if (count <= 0)
    return;
  Value values = b.splat(b.getVectorType(), double(value));
  b.forEachVector(b.index(count), [&](Value pos, Value mask) {
    SmallVector<Value> target = getInitIndices(pixel);
    target.push_back(b.add(to, pos));
    b.store(values, init, target, mask);
  });
}

LogicalResult wino::lowerToVector(RewriterBase &rewriter, Im2RowOp op,
                                  const WinoToVectorOptions &options) {
  if (failed(checkVectorizable(op, options)))
    return failure();
  Type elementType = op.getInitType().getElementType();
  KernelBuilder b(rewriter, op, elementType, options,
                  getNativeLength(elementType, options));
  Im2RowLowering(b, op).run();
  rewriter.eraseOp(op);
  return success();
}
