//===- PadImage.cpp - Lowering of wino.pad_image --------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FlatView.h"
#include "ImageView.h"
#include "KernelBuilder.h"

using namespace mlir;
using namespace wino;

namespace {
/// Lowers one padded copy, row by row: padding, pixels of the image, padding.
class PadImageLowering {
public:
  PadImageLowering(KernelBuilder &b, PadImageOp op)
      : b(b), op(op), init(b, op.getInit()),
        height(b.size(op.getInput(), op.getImageDims().row)),
        width(b.size(op.getInput(), op.getImageDims().col)),
        numChannels(op.getInitType().getDimSize(image_dim::kChannel)) {
    if (op.getLayout() == ImageLayout::NHWC)
      image.emplace(b, op.getInput());
  }

  void run();

private:
  /// Fills `size` elements of the result from position `to` on.
  void fill(Value to, Value size);
  /// Fills `count` pixels.
  void fillPixels(Value to, Value count);
  void copyPixels(Value from, Value to, Value count);
  /// The same of `count` pixels of an image in NCHW from (batch, row, col) on.
  void transposePixels(Value batch, Value row, Value col, Value to,
                       Value count);
  /// Whether pixels follow each other without gaps on both sides.
  bool areRowsContiguous() {
    return getConstantIntValue(image->colStep) == numChannels &&
           getConstantIntValue(init.colStep) == numChannels;
  }

  KernelBuilder &b;
  PadImageOp op;
  /// The image, if it is in NHWC.
  std::optional<FlatView> image;
  FlatView init;
  Value height, width;
  int64_t numChannels;
  /// Columns of the result at which the image begins and ends.
  Value imageBegin, imageEnd;
};
} // namespace

void PadImageLowering::run() {
  Value firstRow = b.index(0), firstCol = b.index(0);
  if (!op.getOrigin().empty()) {
    firstRow = op.getOrigin()[0];
    firstCol = op.getOrigin()[1];
  }
  Value numCols = b.size(op.getInit(), image_dim::kCol);
  auto crop = [&](Value col) {
    return b.createOrFold<arith::MinSIOp>(
        b.createOrFold<arith::MaxSIOp>(col, b.index(0)), numCols);
  };
  Value left = b.sub(b.index(op.getPadLeft()), firstCol);
  imageBegin = crop(left);
  imageEnd = crop(b.add(left, width));

  b.loop(b.size(op.getInit(), image_dim::kBatch), [&](Value batch) {
    b.loop(b.size(op.getInit(), image_dim::kRow), [&](Value row) {
      Value imageRow = b.add(b.add(firstRow, row), -op.getPadTop());
      b.branch(
          b.isInside(imageRow, 1, height),
          [&] {
            fillPixels(init.getPixel(b, batch, row, b.index(0)), imageBegin);
            Value imageCol = b.sub(imageBegin, left);
            Value to = init.getPixel(b, batch, row, imageBegin);
            Value count = b.sub(imageEnd, imageBegin);
            if (image)
              copyPixels(image->getPixel(b, batch, imageRow, imageCol), to,
                         count);
            else
              transposePixels(batch, imageRow, imageCol, to, count);
            fillPixels(init.getPixel(b, batch, row, imageEnd),
                       b.sub(numCols, imageEnd));
          },
          [&] {
            fillPixels(init.getPixel(b, batch, row, b.index(0)), numCols);
          });
    });
  });
}

void PadImageLowering::fill(Value to, Value size) {
  Value values = b.splat(b.getVectorType(), double(op.getPadValue()));
  b.forEachVector(size, [&](Value pos, Value mask) {
    b.store(values, init.memref, b.add(to, pos), mask);
  });
}

void PadImageLowering::fillPixels(Value to, Value count) {
  if (getConstantIntValue(init.colStep) == numChannels)
    return fill(to, b.mul(count, numChannels));
  b.loop(count, [&](Value pixel) {
    fill(b.add(to, b.mul(pixel, init.colStep)), b.index(numChannels));
  });
}

void PadImageLowering::copyPixels(Value from, Value to, Value count) {
  auto copy = [&](Value source, Value target, Value size) {
    b.forEachVector(size, [&](Value pos, Value mask) {
      b.store(b.load(image->memref, b.add(source, pos), mask), init.memref,
              b.add(target, pos), mask);
    });
  };
  if (areRowsContiguous())
    return copy(from, to, b.mul(count, numChannels));
  b.loop(count, [&](Value pixel) {
    Value source = b.add(from, b.mul(pixel, image->colStep));
    Value target = b.add(to, b.mul(pixel, init.colStep));
    copy(source, target, b.index(numChannels));
  });
}

void PadImageLowering::transposePixels(Value batch, Value row, Value col,
                                       Value to, Value count) {
  ImageView view(op.getInput(), op.getLayout());
  auto transpose = [&](Value channel, Value lanes) {
    Value mask = lanes ? b.mask(lanes) : Value();
    ImageView::forEachRun(
        b, b.index(0), count, [&](Value first, int64_t numPixels) {
          SmallVector<Value> pixels = view.load(
              b, {batch, row, b.add(col, first), channel}, numPixels, lanes);
          Value target = b.add(to, channel);
          for (auto [pixel, value] : llvm::enumerate(pixels)) {
            Value offset = b.mul(b.add(first, pixel), init.colStep);
            b.store(value, init.memref, b.add(target, offset), mask);
          }
        });
  };
  b.forEachVectorGroup(
      b.index(numChannels), /*numVectors=*/1,
      [&](Value channel, Value, Value lanes) { transpose(channel, lanes); });
}

LogicalResult wino::lowerToVector(RewriterBase &rewriter, PadImageOp op,
                                  const WinoToVectorOptions &options) {
  if (failed(checkVectorizable(op, options)))
    return failure();
  Type elementType = op.getInitType().getElementType();
  KernelBuilder b(rewriter, op, elementType, options,
                  getNativeLength(elementType, options));
  PadImageLowering(b, op).run();
  rewriter.eraseOp(op);
  return success();
}
