//===- Im2ColTest.cpp - Lowered wino.im2col and wino.column_product -------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelTester.h"

using namespace wino;
using namespace wino::test;

namespace {
struct Im2ColCase {
  int64_t kernel[2], strides[2], dilations[2], pad[4];
  int64_t batch, height, width, channels;
  int64_t block[2], panelCols;
  /// Elements of a group of the depth.
  int64_t group = 1;
  /// First block and blocks of a part of P; no origin if there are no blocks.
  int64_t origin[2] = {0, 0}, blocks[2] = {0, 0};

  int64_t getPixels(int axis) const {
    int64_t size = axis == 0 ? height : width;
    int64_t extent = dilations[axis] * (kernel[axis] - 1) + 1;
    int64_t padded = size + pad[2 * axis] + pad[2 * axis + 1];
    return (padded - extent) / strides[axis] + 1;
  }
  /// Pixels of a block.
  int64_t getBlock(int axis) const {
    return block[axis] ? block[axis] : getPixels(axis);
  }
  int64_t getBlocks(int axis) const {
    return blocks[0] ? blocks[axis]
                     : (getPixels(axis) + getBlock(axis) - 1) / getBlock(axis);
  }
  int64_t getPanels() const {
    return (getBlock(0) * getBlock(1) + panelCols - 1) / panelCols;
  }
};

/// Which of the shapes are dynamic or have gaps.
struct Form {
  bool dynamic = false, strided = false;
};
} // namespace

static std::string printOp(const Im2ColCase &c, ImageLayout layout) {
  return "wino.im2col kernel " + printList(c.kernel) + " strides " +
         printList(c.strides) + " dilations " + printList(c.dilations) +
         " pad " + printList(c.pad) + " block " + printList(c.block) +
         (layout == ImageLayout::NCHW ? " layout nchw" : "") +
         (c.blocks[0] ? " origin [%s, %t]" : "");
}

template <typename T>
static void runIm2Col(const Im2ColCase &c, ImageLayout layout,
                      const WinoToVectorOptions &options,
                      GuardedMemory::Side side, Form form) {
  Layout imageLayout, initLayout;
  const Shape nhwc = {c.batch, c.height, c.width, c.channels};
  if (form.dynamic) {
    imageLayout.dynamic = {true, true, true, true};
    imageLayout.dynamic[getImageDims(layout).channel] = false;
    initLayout.dynamic = {true, true, true, true, false, false, false};
    if (c.group == 1)
      initLayout.dynamic.pop_back();
  }
  if (form.strided) {
    imageLayout.gaps = {5, 3, 2};
    imageLayout.staticStrides = !form.dynamic;
  }
  const int64_t used = c.kernel[0] * c.kernel[1] * c.channels;
  const int64_t depth = (used + 4 + c.group - 1) / c.group;
  Array<T> image(changeLayout<int64_t>(nhwc, ImageLayout::NHWC, layout), side,
                 imageLayout);
  Shape shape = {c.batch,       c.getBlocks(0), c.getBlocks(1),
                 c.getPanels(), depth,          c.panelCols};
  if (c.group != 1)
    shape.push_back(c.group);
  Array<T> init(shape, side, initLayout);
  image.fillRandom(1);
  Kernel kernel("func.func @f(%x: " + image.getType() +
                    ", %p: " + init.getType() +
                    ", %s: index, %t: index) attributes "
                    "{llvm.emit_c_interface} {\n" +
                    printOp(c, layout) + " ins(%x : " + image.getType() +
                    ") outs(%p : " + init.getType() + ")\nreturn\n}",
                options);
  Kernel::Argument arguments[] = {image, init, c.origin[0], c.origin[1]};
  kernel.run(arguments);

  compare(init, 0, [&](llvm::ArrayRef<int64_t> at) {
    Expected value;
    const int64_t element = at[4] * c.group + (c.group == 1 ? 0 : at[6]);
    const int64_t number = at[3] * c.panelCols + at[5];
    const int64_t tap = element / c.channels, cols = c.getBlock(1);
    int64_t y =
        c.strides[0] * (c.getBlock(0) * (c.origin[0] + at[1]) + number / cols) +
        c.dilations[0] * (tap / c.kernel[1]) - c.pad[0];
    int64_t x = c.strides[1] * (cols * (c.origin[1] + at[2]) + number % cols) +
                c.dilations[1] * (tap % c.kernel[1]) - c.pad[2];
    if (element < used && y >= 0 && x >= 0 && y < c.height && x < c.width)
      value.add(image.at(changeLayout<int64_t>(
          {at[0], y, x, element % c.channels}, ImageLayout::NHWC, layout)));
    return value;
  });
}

/// Runs a case in both layouts on all machines.
static void runIm2Col(const Im2ColCase &c) {
  using Side = GuardedMemory::Side;
  const WinoToVectorOptions &first = getMachines()[0];
  for (ImageLayout layout : {ImageLayout::NHWC, ImageLayout::NCHW}) {
    SCOPED_TRACE(printList(c.kernel) + " on " + std::to_string(c.height) + "x" +
                 std::to_string(c.width) + "x" + std::to_string(c.channels) +
                 " " + stringifyImageLayout(layout).str());
    for (const WinoToVectorOptions &options : getMachines()) {
      SCOPED_TRACE("vectors of " + std::to_string(options.vectorLength));
      runIm2Col<float>(c, layout, options, Side::Behind, {false, false});
      runIm2Col<float>(c, layout, options, Side::Before, {true, true});
    }
    runIm2Col<float>(c, layout, first, Side::Before, {false, true});
    runIm2Col<double>(c, layout, first, Side::Behind, {true, false});
  }
}

TEST(Im2ColTest, RowsShareAPanel) {
  runIm2Col({{3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}, 2, 9, 11, 5, {4, 11}, 8});
  runIm2Col({{1, 1}, {1, 1}, {1, 1}, {0, 0, 0, 0}, 1, 5, 6, 17, {0, 0}, 12});
}

TEST(Im2ColTest, PartsOfARow) {
  runIm2Col({{3, 2}, {1, 1}, {2, 3}, {2, 1, 0, 3}, 1, 6, 21, 4, {1, 9}, 4});
}

TEST(Im2ColTest, Strides) {
  runIm2Col({{7, 7}, {2, 2}, {1, 1}, {3, 3, 3, 3}, 1, 16, 35, 3, {2, 18}, 16});
  runIm2Col({{2, 3}, {1, 3}, {1, 2}, {1, 0, 2, 2}, 1, 7, 40, 2, {0, 5}, 8});
}

TEST(Im2ColTest, Groups) {
  // Of one tap, as wide as a vector or not, and of several taps.
  runIm2Col({{3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}, 1, 6, 13, 8, {2, 13}, 8, 4});
  runIm2Col({{1, 2}, {1, 1}, {1, 1}, {0, 0, 1, 0}, 1, 4, 9, 32, {4, 9}, 4, 16});
  runIm2Col({{2, 2}, {1, 2}, {1, 1}, {0, 0, 1, 1}, 1, 5, 20, 4, {1, 10}, 4, 2});
  runIm2Col({{3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}, 1, 6, 13, 3, {2, 13}, 8, 4});
}

TEST(Im2ColTest, PartsOfTheBlocks) {
  runIm2Col({{3, 3},
             {2, 1},
             {1, 1},
             {1, 1, 1, 1},
             1,
             13,
             21,
             6,
             {2, 5},
             4,
             1,
             {1, 2},
             {2, 2}});
}

TEST(Im2ColTest, ImagesSmallerThanThePatch) {
  runIm2Col({{5, 5}, {1, 1}, {1, 1}, {4, 4, 4, 4}, 1, 1, 2, 3, {3, 6}, 4});
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

namespace {
struct ProductCase {
  int64_t batch, rows, cols, channels, depth;
  int64_t block[2], panelCols, microRows;
  /// Whether the epilogue adds a bias and a residual.
  bool epilogue = false;
};
} // namespace

template <typename T>
static void runProduct(const ProductCase &c, ImageLayout layout,
                       const WinoToVectorOptions &options,
                       GuardedMemory::Side side, Form form) {
  auto getBlock = [&](int axis) {
    return c.block[axis] ? c.block[axis] : axis == 0 ? c.rows : c.cols;
  };
  const int64_t blockRows = getBlock(0), blockCols = getBlock(1);
  Layout columnsLayout, initLayout, biasLayout;
  if (form.dynamic) {
    columnsLayout.dynamic = {true, true, true, true, false, false};
    initLayout.dynamic = {true, true, true, true};
    biasLayout.dynamic = {true};
  }
  if (form.strided) {
    initLayout.gaps = {5, 3, 2};
    initLayout.staticStrides = !form.dynamic;
  }
  Array<T> filter({c.channels, c.depth}, side);
  Array<T> columns({c.batch, (c.rows + blockRows - 1) / blockRows,
                    (c.cols + blockCols - 1) / blockCols,
                    (blockRows * blockCols + c.panelCols - 1) / c.panelCols,
                    c.depth, c.panelCols},
                   side, columnsLayout);
  // The residual has the layout of the result, or the other one.
  const bool isNCHW = layout == ImageLayout::NCHW;
  const ImageLayout residualLayout =
      isNCHW != form.strided ? ImageLayout::NCHW : ImageLayout::NHWC;
  auto getShape = [&](ImageLayout to) {
    return changeLayout<int64_t>({c.batch, c.rows, c.cols, c.channels},
                                 ImageLayout::NHWC, to);
  };
  Array<T> init(getShape(layout), side, initLayout);
  Array<T> residual(getShape(residualLayout), side, initLayout);
  Array<T> bias({c.channels}, side, biasLayout);
  filter.fillRandom(1);
  columns.fillRandom(2);
  residual.fillRandom(3);
  bias.fillRandom(4);

  std::string element = sizeof(T) == 8 ? "f64" : "f32";
  std::string text =
      "func.func @f(%f: " + filter.getType() + ", %p: " + columns.getType() +
      ", %y: " + init.getType() + ", %r: " + residual.getType() +
      ", %b: " + bias.getType() +
      ") attributes {llvm.emit_c_interface} {\nwino.column_product block " +
      printList(c.block) + " micro_rows " + std::to_string(c.microRows) +
      (isNCHW ? " layout nchw" : "") + " ins(%f, %p : " + filter.getType() +
      ", " + columns.getType() + ") outs(%y : " + init.getType() + ")";
  if (c.epilogue)
    text += " epilogue(%b, %r " + stringifyImageLayout(residualLayout).str() +
            " : " + bias.getType() + ", " + residual.getType() +
            ") {\n^bb0(%sum: " + element + ", %bias: " + element +
            ", %res: " + element +
            "):\n%0 = arith.addf %sum, %bias : " + element +
            "\n%1 = arith.addf %0, %res : " + element +
            "\nwino.yield %1 : " + element + "\n}";
  Kernel kernel(text + "\nreturn\n}", options);
  Kernel::Argument arguments[] = {filter, columns, init, residual, bias};
  kernel.run(arguments);

  compare(init, double(c.depth) + 2, [&](llvm::ArrayRef<int64_t> at) {
    const ImageDims dims = getImageDims(layout);
    const int64_t row = at[dims.row], col = at[dims.col];
    const int64_t number = row % blockRows * blockCols + col % blockCols;
    Expected sum;
    for (int64_t d = 0; d < c.depth; ++d)
      sum.add(double(filter.at({at[dims.channel], d})) *
              columns.at({at[dims.batch], row / blockRows, col / blockCols,
                          number / c.panelCols, d, number % c.panelCols}));
    if (c.epilogue) {
      sum.add(bias.at({at[dims.channel]}));
      sum.add(residual.at(changeLayout(at, layout, residualLayout)));
    }
    return sum;
  });
}

/// Runs a case in both layouts on all machines.
static void runProduct(const ProductCase &c) {
  using Side = GuardedMemory::Side;
  const WinoToVectorOptions &first = getMachines()[0];
  for (ImageLayout layout : {ImageLayout::NHWC, ImageLayout::NCHW}) {
    SCOPED_TRACE(std::to_string(c.rows) + "x" + std::to_string(c.cols) + "x" +
                 std::to_string(c.channels) + " " +
                 stringifyImageLayout(layout).str());
    for (const WinoToVectorOptions &options : getMachines()) {
      SCOPED_TRACE("vectors of " + std::to_string(options.vectorLength));
      runProduct<float>(c, layout, options, Side::Behind, {false, false});
      runProduct<float>(c, layout, options, Side::Before, {true, true});
    }
    runProduct<float>(c, layout, first, Side::Before, {false, true});
    runProduct<double>(c, layout, first, Side::Behind, {true, false});
  }
}

TEST(ColumnProductTest, RowsShareAPanel) {
  runProduct({1, 9, 11, 13, 21, {4, 11}, 16, 5, true});
  runProduct({2, 4, 4, 8, 16, {4, 4}, 16, 4});
  runProduct({1, 5, 3, 1, 7, {0, 0}, 16, 5, true});
}

TEST(ColumnProductTest, PartsOfARow) {
  runProduct({1, 3, 21, 6, 9, {1, 9}, 16, 4, true});
  runProduct({1, 2, 8, 11, 1, {1, 0}, 16, 6});
}

// Pixels of several rows that do not follow each other in the result.
TEST(ColumnProductTest, PartsOfSeveralRows) {
  runProduct({1, 5, 13, 5, 6, {3, 5}, 16, 3, true});
}
