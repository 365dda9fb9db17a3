//===- ConvTest.cpp - Lowered wino.conv -----------------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelTester.h"

using namespace wino;
using namespace wino::test;

namespace {
struct ConvCase {
  int64_t kernel[2], strides[2], dilations[2];
  /// Sizes of the result.
  int64_t batch, rows, cols, outputChannels;
  int64_t inputChannels;
  /// Columns of a panel of the filter, and panels of a block.
  int64_t panelCols, panelsPerBlock = 1;
  /// Pixels of a micro-kernel; 0 for as many as the registers hold.
  int64_t microRows = 0;
  /// Rows and columns of the image beyond those that are read.
  int64_t spare[2] = {0, 0};
  /// Whether the epilogue adds a bias and a residual and doubles the sum.
  bool epilogue = false;
};

/// Which of the layouts have gaps or are dynamic.
struct Form {
  bool dynamic = false, strided = false;
};
} // namespace

static std::string getEpilogue(const std::string &element,
                               const std::string &biasType,
                               const std::string &residualType) {
  return " epilogue(%b, %r : " + biasType + ", " + residualType +
         ") {\n^bb0(%sum: " + element + ", %bias: " + element +
         ", %res: " + element + "):\n%0 = arith.addf %sum, %sum : " + element +
         "\n%1 = arith.addf %0, %bias : " + element +
         "\n%2 = arith.addf %1, %res : " + element +
         "\nwino.yield %2 : " + element + "\n}";
}

template <typename T>
static void runConv(const ConvCase &c, const WinoToVectorOptions &options,
                    GuardedMemory::Side side, Form form) {
  auto getSize = [&](int64_t pixels, int axis) {
    return (pixels - 1) * c.strides[axis] +
           c.dilations[axis] * (c.kernel[axis] - 1) + 1 + c.spare[axis];
  };
  Layout imageLayout, resultLayout, biasLayout;
  if (form.dynamic) {
    imageLayout.dynamic = {true, true, true, false};
    resultLayout.dynamic = {true, true, true, true};
    biasLayout.dynamic = {true};
  }
  if (form.strided) {
    imageLayout.gaps = {5, 3, 2};
    resultLayout.gaps = {4, 1, 3};
    imageLayout.staticStrides = resultLayout.staticStrides = !form.dynamic;
  }
  int64_t blockCols = c.panelCols * c.panelsPerBlock;
  int64_t blocks = (c.outputChannels + blockCols - 1) / blockCols;
  int64_t depth = c.kernel[0] * c.kernel[1] * c.inputChannels;
  Array<T> image(
      {c.batch, getSize(c.rows, 0), getSize(c.cols, 1), c.inputChannels}, side,
      imageLayout);
  Array<T> filter({blocks, 1, 1, c.panelsPerBlock, depth, c.panelCols}, side);
  Shape shape = {c.batch, c.rows, c.cols, c.outputChannels};
  Array<T> result(shape, side, resultLayout);
  Array<T> residual(shape, side, resultLayout);
  Array<T> bias({c.outputChannels}, side, biasLayout);
  image.fillRandom(1);
  filter.fillRandom(2);
  residual.fillRandom(3);
  bias.fillRandom(4);

  std::string text =
      "func.func @f(%x: " + image.getType() + ", %u: " + filter.getType() +
      ", %y: " + result.getType() + ", %r: " + residual.getType() +
      ", %b: " + bias.getType() + ") attributes {llvm.emit_c_interface} {\n" +
      "wino.conv kernel " + printList(c.kernel) + " strides " +
      printList(c.strides) + " dilations " + printList(c.dilations) +
      (c.microRows ? " micro_rows " + std::to_string(c.microRows) : "") +
      " ins(%x, %u : " + image.getType() + ", " + filter.getType() +
      ") outs(%y : " + result.getType() + ")";
  if (c.epilogue)
    text += getEpilogue(sizeof(T) == 8 ? "f64" : "f32", bias.getType(),
                        residual.getType());
  Kernel kernel(text + "\nreturn\n}", options);
  Kernel::Argument arguments[] = {image, filter, result, residual, bias};
  kernel.run(arguments);

  compare(result, double(depth) + 8, [&](llvm::ArrayRef<int64_t> at) {
    Expected value;
    int64_t panel = at[3] / c.panelCols;
    for (int64_t d = 0; d < depth; ++d) {
      int64_t tap = d / c.inputChannels;
      int64_t y = c.strides[0] * at[1] + c.dilations[0] * (tap / c.kernel[1]);
      int64_t x = c.strides[1] * at[2] + c.dilations[1] * (tap % c.kernel[1]);
      double factor = c.epilogue ? 2 : 1;
      value.add(factor * image.at({at[0], y, x, d % c.inputChannels}) *
                filter.at({panel / c.panelsPerBlock, 0, 0,
                           panel % c.panelsPerBlock, d, at[3] % c.panelCols}));
    }
    if (c.epilogue) {
      value.add(bias.at({at[3]}));
      value.add(residual.at(at));
    }
    return value;
  });
}

static void runConv(const ConvCase &c) {
  SCOPED_TRACE(printList(c.kernel) + " for " + std::to_string(c.rows) + "x" +
               std::to_string(c.cols) + "x" + std::to_string(c.outputChannels));
  for (const WinoToVectorOptions &options : getMachines()) {
    SCOPED_TRACE("vectors of " + std::to_string(options.vectorLength));
    runConv<float>(c, options, GuardedMemory::Side::Behind, {false, false});
    runConv<float>(c, options, GuardedMemory::Side::Before, {true, true});
  }
  runConv<float>(c, getMachines()[0], GuardedMemory::Side::Before,
                 {false, true});
  runConv<double>(c, getMachines()[0], GuardedMemory::Side::Behind,
                  {true, false});
}

// The rows of the result are one.
TEST(ConvTest, OnePixel) {
  runConv({{1, 1}, {1, 1}, {1, 1}, 2, 5, 7, 32, 24, 16, 2});
  runConv({{1, 1}, {1, 1}, {1, 1}, 1, 4, 6, 16, 7, 8, 1, 5, {}, true});
}

TEST(ConvTest, Strides) {
  runConv({{1, 1}, {2, 2}, {1, 1}, 1, 4, 9, 16, 12, 16, 1, 3, {1, 1}});
  runConv({{3, 3}, {2, 1}, {1, 1}, 1, 5, 7, 24, 8, 12, 1, 0, {}, true});
}

// The columns of the filter are one run of few channels.
TEST(ConvTest, Stem) {
  runConv({{7, 7}, {2, 2}, {1, 1}, 1, 4, 5, 16, 3, 16});
  runConv({{3, 5}, {1, 1}, {1, 1}, 2, 3, 6, 8, 1, 8, 1, 4, {0, 2}, true});
}

// Dilation parts the columns of the filter, as gaps between the pixels do.
TEST(ConvTest, PartedColumns) {
  runConv({{3, 3}, {1, 1}, {2, 2}, 1, 5, 4, 16, 5, 16, 1, 6});
  runConv({{2, 3}, {1, 2}, {2, 1}, 1, 4, 5, 8, 6, 8, 1, 2, {0, 1}, true});
}

// Several short rows share a micro-kernel; the last ones have fewer.
TEST(ConvTest, ShortRows) {
  runConv({{3, 3}, {1, 1}, {1, 1}, 1, 7, 3, 16, 4, 16, 1, 7});
  runConv({{1, 2}, {1, 1}, {1, 1}, 1, 5, 1, 8, 4, 8, 1, 3, {}, true});
}

// Columns of the filter that the result has not are not stored.
TEST(ConvTest, ChannelsThatFillNoPanel) {
  runConv({{1, 1}, {1, 1}, {1, 1}, 1, 3, 3, 21, 9, 16, 2, 4, {}, true});
  runConv({{3, 1}, {1, 1}, {1, 1}, 1, 3, 4, 5, 3, 12, 1, 0, {}, true});
  runConv({{1, 1}, {1, 1}, {1, 1}, 1, 2, 2, 1, 1, 4});
}

// Panels of any width, also one that is no multiple of a vector.
TEST(ConvTest, OddPanels) {
  runConv({{1, 1}, {1, 1}, {1, 1}, 1, 3, 5, 20, 6, 10, 1, 3, {}, true});
  runConv({{1, 1}, {1, 1}, {1, 1}, 1, 1, 9, 7, 6, 3, 2, 2});
}
