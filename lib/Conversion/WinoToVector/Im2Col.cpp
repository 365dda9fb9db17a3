//===- Im2Col.cpp - Lowering of wino.im2col -------------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Panels are filled by some columns at a time. Where the pixels of a tap under
// all of them lie in one row of the image, they are loaded at once, a vector
// for each channel; with groups of elements of the depth, the vectors of a
// group are interleaved, or where groups fill a vector, transposed. Elsewhere
// columns are copied one by one.
//
//===----------------------------------------------------------------------===//

#include "ImageView.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace wino;

namespace {
/// How the channels of a row of pixels become columns.
struct CopyForm {
  CopyForm(Im2ColOp op, const WinoToVectorOptions &options);

  /// The elements of a vector.
  int64_t getVectorLength() const { return inRuns ? group : numColumns; }

  /// Columns that are copied at a time: a power of two that fits a vector and
  /// divides a panel.
  int64_t numColumns;
  /// Elements of a group of the depth, and whether these are all of one tap.
  int64_t group;
  bool hasGroups;
  /// Whether groups are copied from NHWC, where they are contiguous, or from
  /// runs of pixels in NCHW as vectors.
  bool inGroups, inRuns;
};

/// Lowers one im2col.
class Im2ColLowering {
public:
  Im2ColLowering(KernelBuilder &b, Im2ColOp op, const CopyForm &form)
      : b(b), op(op), form(form), dims(op.getImageDims()), image(op.getInput()),
        pixels(ImageView::getExchanged(b, image, op.getLayout())),
        panels(b.flattenGroups(op.getInit())), height(b.size(image, dims.row)),
        width(b.size(image, dims.col)), blockRows(getBlock(0)),
        blockCols(getBlock(1)),
        numChannels(op.getInputType().getDimSize(dims.channel)),
        panelCols(op.getInitType().getDimSize(packed_dim::kPanelCol)) {}

  void run();

private:
  /// A group of columns of a panel.
  struct Columns {
    /// The indices of the panel in P.
    SmallVector<Value, 4> panel;
    /// The first column of the panel.
    Value first;
    /// The number of the first column in its block.
    Value number;
    /// The first pixel of the block in the result.
    Value blockRow, blockCol;
  };

  /// A pixel of the image, which may be outside.
  struct Pixel {
    Value row, col;
  };

  /// Pixels of the result in a block along an axis.
  Value getBlock(unsigned axis);
  /// The pixel of the image under the first tap of column `number` of a block.
  Pixel getFirstPixel(const Columns &columns, Value number);
  void buildColumns(const Columns &columns);
  /// Copies the channels under one tap, to elements of the depth from `depth`
  /// on, for a group of columns whose pixels are in a row from (row, col) on.
  void copyRow(const Columns &columns, Value depth, Value row, Value col);
  /// The same column by column for tap (tapRow, tapCol).
  void copyEach(const Columns &columns, Value depth, Value tapRow,
                Value tapCol);
  /// The same by groups of the depth.
  void copyGroups(const Columns &columns, Value depth, Value row, Value col);
  /// Loads a group of channels of a pixel from NHWC.
  Value loadGroup(const Columns &columns, Value row, Value col, Value channel);
  /// Calls `body` with the first of some channels of the image and a vector of
  /// the columns' pixels for each.
  void forEachChannel(const Columns &columns, Value row, Value col,
                      int64_t step,
                      function_ref<void(Value, ArrayRef<Value>)> body);
  /// Returns one vector of the elements of `vectors` in turn.
  Value interleave(SmallVector<Value> vectors);
  /// The index in the panel of an element of a column.
  SmallVector<Value> getIndices(const Columns &columns, Value depth,
                                Value column);
  SmallVector<Value> getImageIndices(const Columns &columns, Value row,
                                     Value col, Value channel);
  /// Fills what the columns have beyond the patch with zeros.
  void fillRest(const Columns &columns);

  KernelBuilder &b;
  Im2ColOp op;
  CopyForm form;
  ImageDims dims;
  Value image;
  /// The image by vectors of pixels.
  ImageView pixels;
  /// P without groups.
  Value panels;
  Value height, width, blockRows, blockCols;
  int64_t numChannels, panelCols;
};
} // namespace

CopyForm::CopyForm(Im2ColOp op, const WinoToVectorOptions &options) {
  const int64_t length =
      getNativeLength(op.getInitType().getElementType(), options);
  const int64_t panelCols = op.getInitType().getDimSize(packed_dim::kPanelCol);
  numColumns = std::min(length, panelCols & -panelCols);
  group = getGroup(op.getInitType());
  hasGroups =
      op.getInputType().getDimSize(op.getImageDims().channel) % group == 0;
  const bool isPlanar = op.getLayout() == ImageLayout::NCHW;
  inGroups = group > 1 && hasGroups && !isPlanar;
  inRuns = group > 1 && hasGroups && isPlanar && op.getStrides()[1] == 1 &&
           group >= length && llvm::isPowerOf2_64(group);
}

Value Im2ColLowering::getBlock(unsigned axis) {
  if (int64_t size = op.getPixelBlock()[axis])
    return b.index(size);
  // All pixels of the convolution.
  const int64_t pads[] = {op.getPadTop() + op.getPadBottom(),
                          op.getPadLeft() + op.getPadRight()};
  Value spare =
      b.add(b.size(image, dims.axis(axis)), pads[axis] - op.getExtent(axis));
  Value all = b.add(
      b.createOrFold<arith::DivSIOp>(spare, b.index(op.getStrides()[axis])), 1);
  return b.createOrFold<arith::MaxSIOp>(all, b.index(1));
}

void Im2ColLowering::run() {
  Value firstBlockRow = b.index(0), firstBlockCol = b.index(0);
  if (!op.getOrigin().empty()) {
    firstBlockRow = op.getOrigin()[0];
    firstBlockCol = op.getOrigin()[1];
  }
  auto forEach = [&](unsigned dim, function_ref<void(Value)> body) {
    b.loop(b.size(panels, dim), body);
  };
  forEach(image_dim::kBatch, [&](Value batch) {
    forEach(image_dim::kRow, [&](Value row) {
      forEach(image_dim::kCol, [&](Value col) {
        Columns columns;
        columns.blockRow = b.mul(b.add(firstBlockRow, row), blockRows);
        columns.blockCol = b.mul(b.add(firstBlockCol, col), blockCols);
        forEach(packed_dim::kPanel, [&](Value panel) {
          columns.panel = {batch, row, col, panel};
          b.loop(panelCols, form.numColumns, [&](Value first) {
            columns.first = first;
            columns.number = b.add(b.mul(panel, panelCols), first);
            buildColumns(columns);
          });
        });
      });
    });
  });
}

Im2ColLowering::Pixel Im2ColLowering::getFirstPixel(const Columns &columns,
                                                    Value number) {
  Value row = b.createOrFold<arith::DivSIOp>(number, blockCols);
  Value col = b.createOrFold<arith::RemSIOp>(number, blockCols);
  return {b.add(b.mul(b.add(columns.blockRow, row), op.getStrides()[0]),
                -op.getPadTop()),
          b.add(b.mul(b.add(columns.blockCol, col), op.getStrides()[1]),
                -op.getPadLeft())};
}

void Im2ColLowering::buildColumns(const Columns &columns) {
  const int64_t length = form.numColumns;
  const Pixel first = getFirstPixel(columns, columns.number);
  Value inBlock =
      b.isInside(b.createOrFold<arith::RemSIOp>(columns.number, blockCols),
                 length, blockCols);
  b.loop(op.getKernel()[0], 1, [&](Value tapRow) {
    b.loop(op.getKernel()[1], 1, [&](Value tapCol) {
      Value row = b.add(first.row, b.mul(tapRow, op.getDilations()[0]));
      Value col = b.add(first.col, b.mul(tapCol, op.getDilations()[1]));
      Value depth =
          b.mul(b.add(b.mul(tapRow, op.getKernel()[1]), tapCol), numChannels);
      Value isRow = b.logicalAnd(
          inBlock,
          b.logicalAnd(
              b.isInside(row, 1, height),
              b.isInside(col, (length - 1) * op.getStrides()[1] + 1, width)));
      b.branch(
          isRow, [&] { copyRow(columns, depth, row, col); },
          [&] { copyEach(columns, depth, tapRow, tapCol); });
    });
  });
  fillRest(columns);
}

SmallVector<Value> Im2ColLowering::getIndices(const Columns &columns,
                                              Value depth, Value column) {
  SmallVector<Value> indices(columns.panel.begin(), columns.panel.end());
  indices.push_back(b.div(depth, form.group));
  indices.push_back(b.add(b.mul(b.add(columns.first, column), form.group),
                          b.rem(depth, form.group)));
  return indices;
}

SmallVector<Value> Im2ColLowering::getImageIndices(const Columns &columns,
                                                   Value row, Value col,
                                                   Value channel) {
  SmallVector<Value> indices(image_dim::kRank);
  indices[dims.batch] = columns.panel[image_dim::kBatch];
  indices[dims.row] = row;
  indices[dims.col] = col;
  indices[dims.channel] = channel;
  return indices;
}

//===----------------------------------------------------------------------===//
// Groups of columns in a row
//===----------------------------------------------------------------------===//

void Im2ColLowering::copyRow(const Columns &columns, Value depth, Value row,
                             Value col) {
  if (form.inGroups || form.inRuns)
    return copyGroups(columns, depth, row, col);
  const int64_t step = form.hasGroups ? form.group : 1;
  forEachChannel(
      columns, row, col, step, [&](Value channel, ArrayRef<Value> vectors) {
        for (size_t i = 0; i < vectors.size(); i += step) {
          Value element = b.add(depth, b.add(channel, int64_t(i)));
          if (form.hasGroups) {
            b.store(interleave(llvm::to_vector(vectors.slice(i, step))), panels,
                    getIndices(columns, element, b.index(0)));
            continue;
          }
          // The other elements of its group may be of another tap.
          for (int64_t lane = 0; lane < form.numColumns; ++lane)
            memref::StoreOp::create(
                b, vector::ExtractOp::create(b, vectors[i], lane), panels,
                getIndices(columns, element, b.index(lane)));
        }
      });
}

void Im2ColLowering::forEachChannel(
    const Columns &columns, Value row, Value col, int64_t step,
    function_ref<void(Value, ArrayRef<Value>)> body) {
  const int64_t length = form.numColumns, stride = op.getStrides()[1];
  if (stride != 1) {
    b.loop(numChannels, step, [&](Value channel) {
      SmallVector<Value> vectors;
      for (int64_t i = 0; i < step; ++i) {
        SmallVector<Value> elements;
        for (int64_t lane = 0; lane < length; ++lane)
          elements.push_back(memref::LoadOp::create(
              b, image,
              getImageIndices(columns, row, b.add(col, lane * stride),
                              b.add(channel, i))));
        vectors.push_back(
            vector::FromElementsOp::create(b, b.getVectorType(), elements));
      }
      body(channel, vectors);
    });
    return;
  }
  auto load = [&](Value channel, int64_t count) {
    ImageView::Position at = {columns.panel[image_dim::kBatch], row,
                              /*col=*/channel, /*channel=*/col};
    body(channel, pixels.load(b, at, count, /*lanes=*/Value()));
  };
  if (step > 1)
    b.loop(numChannels, step, [&](Value channel) { load(channel, step); });
  else
    ImageView::forEachRun(b, b.index(0), b.index(numChannels), load);
}

Value Im2ColLowering::interleave(SmallVector<Value> vectors) {
  while (vectors.size() > 1) {
    const size_t half = vectors.size() / 2;
    const int64_t length =
        cast<VectorType>(vectors.front().getType()).getNumElements();
    SmallVector<int64_t> positions;
    for (int64_t i = 0; i < length; ++i)
      positions.append({i, length + i});
    SmallVector<Value> pairs;
    for (size_t i = 0; i < half; ++i)
      pairs.push_back(b.shuffle(vectors[i], vectors[half + i], positions));
    vectors = std::move(pairs);
  }
  return vectors.front();
}

void Im2ColLowering::copyGroups(const Columns &columns, Value depth, Value row,
                                Value col) {
  const Value batch = columns.panel[image_dim::kBatch];
  b.loop(numChannels, form.group, [&](Value channel) {
    SmallVector<Value> groups;
    if (form.inRuns)
      groups = ImageView(image, ImageLayout::NCHW)
                   .load(b, {batch, row, col, channel}, form.numColumns,
                         /*lanes=*/Value());
    else
      for (int64_t lane = 0; lane < form.numColumns; ++lane)
        groups.push_back(loadGroup(
            columns, row, b.add(col, lane * op.getStrides()[1]), channel));
    for (auto [lane, elements] : llvm::enumerate(groups))
      b.store(elements, panels,
              getIndices(columns, b.add(depth, channel), b.index(lane)));
  });
}

Value Im2ColLowering::loadGroup(const Columns &columns, Value row, Value col,
                                Value channel) {
  auto type = VectorType::get({form.group}, b.getVectorType().getElementType());
  return vector::LoadOp::create(b, type, image,
                                getImageIndices(columns, row, col, channel));
}

//===----------------------------------------------------------------------===//
// Single columns
//===----------------------------------------------------------------------===//

void Im2ColLowering::copyEach(const Columns &columns, Value depth, Value tapRow,
                              Value tapCol) {
  const int64_t step = form.hasGroups ? form.group : 1;
  Value padding = vector::ExtractOp::create(
      b, b.splat(b.getVectorType(), double(op.getPadValue())), 0);
  b.loop(form.numColumns, 1, [&](Value column) {
    const Pixel first = getFirstPixel(columns, b.add(columns.number, column));
    Value row = b.add(first.row, b.mul(tapRow, op.getDilations()[0]));
    Value col = b.add(first.col, b.mul(tapCol, op.getDilations()[1]));
    // Stores groups of elements, or single ones.
    auto copy = [&](function_ref<Value(Value)> get) {
      b.loop(numChannels, step, [&](Value channel) {
        SmallVector<Value> at =
            getIndices(columns, b.add(depth, channel), column);
        const Value begin = at.back();
        for (int64_t i = 0; i < step; ++i) {
          at.back() = b.add(begin, i);
          memref::StoreOp::create(b, get(b.add(channel, i)), panels, at);
        }
      });
    };
    b.branch(
        b.logicalAnd(b.isInside(row, 1, height), b.isInside(col, 1, width)),
        [&] {
          copy([&](Value channel) -> Value {
            return memref::LoadOp::create(
                b, image, getImageIndices(columns, row, col, channel));
          });
        },
        [&] { copy([&](Value) { return padding; }); });
  });
}

void Im2ColLowering::fillRest(const Columns &columns) {
  const int64_t used = op.getKernel()[0] * op.getKernel()[1] * numChannels;
  const int64_t depth = getPackedChannels(op.getInitType());
  Value zero = vector::ExtractOp::create(b, b.zero(), 0);
  b.loop(b.index(used), b.index(depth), 1, [&](Value element) {
    b.loop(form.numColumns, 1, [&](Value column) {
      memref::StoreOp::create(b, zero, panels,
                              getIndices(columns, element, column));
    });
  });
}

LogicalResult wino::lowerToVector(RewriterBase &rewriter, Im2ColOp op,
                                  const WinoToVectorOptions &options) {
  if (failed(checkVectorizable(op, options)))
    return failure();
  Type elementType = op.getInitType().getElementType();
  const CopyForm form(op, options);
  KernelBuilder b(rewriter, op, elementType, options, form.getVectorLength());
  Im2ColLowering(b, op, form).run();
  rewriter.eraseOp(op);
  return success();
}
