//===- OffsetAddTest.cpp - Lowered wino.offset_add ------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelTester.h"

using namespace wino;
using namespace wino::test;

namespace {
struct OffsetAddCase {
  int64_t taps[2], strides[2], dilations[2];
  /// Top, bottom, left, right.
  int64_t pad[4];
  int64_t batch, rows, cols, channels;
  /// Channels of the products.
  int64_t inputChannels;
  /// Whether the epilogue adds a bias and a residual.
  bool epilogue = false;
  /// Rows and columns of the products beyond those that are read.
  int64_t spare[2] = {0, 0};
};

/// Which of the shapes are dynamic or have gaps.
struct Form {
  bool dynamic = false, strided = false;
};
} // namespace

template <typename T>
static void runOffsetAdd(const OffsetAddCase &c, ImageLayout layout,
                         const WinoToVectorOptions &options,
                         GuardedMemory::Side side, Form form) {
  Layout inputLayout, initLayout, biasLayout;
  if (form.dynamic) {
    inputLayout.dynamic = {false, false, true, true, true, false};
    initLayout.dynamic = {true, true, true, true};
    biasLayout.dynamic = {true};
  }
  if (form.strided) {
    inputLayout.gaps = {7, 16, 0, 3, 1};
    initLayout.gaps = {5, 3, 2};
    inputLayout.staticStrides = initLayout.staticStrides = !form.dynamic;
  }
  // The image may be smaller than its padding.
  auto getSize = [&](int64_t pixels, int axis) {
    int64_t size = (pixels - 1) * c.strides[axis] +
                   c.dilations[axis] * (c.taps[axis] - 1) + 1 + c.spare[axis];
    return size - c.pad[2 * axis] - c.pad[2 * axis + 1];
  };
  const int64_t height = getSize(c.rows, 0), width = getSize(c.cols, 1);
  Array<T> input(
      {c.taps[0], c.taps[1], c.batch, height, width, c.inputChannels}, side,
      inputLayout);
  // The residual has the layout of the result, or the other one.
  const bool isNCHW = layout == ImageLayout::NCHW;
  const ImageLayout residualLayout = !form.strided ? layout
                                     : isNCHW      ? ImageLayout::NHWC
                                                   : ImageLayout::NCHW;
  const Shape nhwc = {c.batch, c.rows, c.cols, c.channels};
  auto getShape = [&](ImageLayout to) {
    return changeLayout<int64_t>(nhwc, ImageLayout::NHWC, to);
  };
  Array<T> init(getShape(layout), side, initLayout);
  Array<T> residual(getShape(residualLayout), side, initLayout);
  Array<T> bias({c.channels}, side, biasLayout);
  input.fillRandom(1);
  residual.fillRandom(2);
  bias.fillRandom(3);

  std::string element = sizeof(T) == 8 ? "f64" : "f32";
  std::string text =
      "func.func @f(%m: " + input.getType() + ", %y: " + init.getType() +
      ", %r: " + residual.getType() + ", %b: " + bias.getType() +
      ") attributes {llvm.emit_c_interface} {\nwino.offset_add strides " +
      printList(c.strides) + " dilations " + printList(c.dilations) + " pad " +
      printList(c.pad) + (isNCHW ? " layout nchw" : "") +
      " ins(%m : " + input.getType() + ") outs(%y : " + init.getType() + ")";
  if (c.epilogue)
    text += " epilogue(%b, %r " + stringifyImageLayout(residualLayout).str() +
            " : " + bias.getType() + ", " + residual.getType() +
            ") {\n^bb0(%sum: " + element + ", %bias: " + element +
            ", %res: " + element +
            "):\n%0 = arith.addf %sum, %bias : " + element +
            "\n%1 = arith.addf %0, %res : " + element +
            "\nwino.yield %1 : " + element + "\n}";
  Kernel kernel(text + "\nreturn\n}", options);
  Kernel::Argument arguments[] = {input, init, residual, bias};
  kernel.run(arguments);

  compare(
      init, double(c.taps[0] * c.taps[1]) + 2, [&](llvm::ArrayRef<int64_t> at) {
        ImageDims dims = getImageDims(layout);
        Expected sum;
        for (int64_t i = 0; i < c.taps[0]; ++i)
          for (int64_t j = 0; j < c.taps[1]; ++j) {
            int64_t row =
                at[dims.row] * c.strides[0] + i * c.dilations[0] - c.pad[0];
            int64_t col =
                at[dims.col] * c.strides[1] + j * c.dilations[1] - c.pad[2];
            if (row >= 0 && row < height && col >= 0 && col < width)
              sum.add(
                  input.at({i, j, at[dims.batch], row, col, at[dims.channel]}));
          }
        if (c.epilogue) {
          sum.add(bias.at({at[dims.channel]}));
          sum.add(residual.at(changeLayout(at, layout, residualLayout)));
        }
        return sum;
      });
}

/// Runs a case in both layouts on all machines.
static void runOffsetAdd(const OffsetAddCase &c) {
  using Side = GuardedMemory::Side;
  const WinoToVectorOptions &first = getMachines()[0];
  for (ImageLayout layout : {ImageLayout::NHWC, ImageLayout::NCHW}) {
    SCOPED_TRACE(printList(c.taps) + " " + stringifyImageLayout(layout).str() +
                 " " + std::to_string(c.rows) + "x" + std::to_string(c.cols) +
                 "x" + std::to_string(c.channels));
    for (const WinoToVectorOptions &options : getMachines()) {
      SCOPED_TRACE("vectors of " + std::to_string(options.vectorLength));
      runOffsetAdd<float>(c, layout, options, Side::Behind, {false, false});
      runOffsetAdd<float>(c, layout, options, Side::Before, {true, true});
    }
    runOffsetAdd<float>(c, layout, first, Side::Before, {false, true});
    runOffsetAdd<double>(c, layout, first, Side::Behind, {true, false});
  }
}

TEST(OffsetAddTest, WithoutPadding) {
  runOffsetAdd({{3, 3}, {1, 1}, {1, 1}, {0, 0, 0, 0}, 2, 4, 5, 16, 16});
  runOffsetAdd({{1, 1}, {1, 1}, {1, 1}, {0, 0, 0, 0}, 1, 3, 6, 16, 16, true});
}

TEST(OffsetAddTest, Padding) {
  runOffsetAdd({{3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}, 2, 5, 21, 16, 16, true});
  runOffsetAdd({{2, 5}, {1, 1}, {1, 1}, {1, 0, 0, 3}, 1, 4, 7, 8, 8});
}

// Pixels that lie in the padding with all taps, and images smaller than it.
TEST(OffsetAddTest, PaddingOfMoreThanTheKernel) {
  runOffsetAdd({{2, 2}, {1, 1}, {1, 1}, {3, 4, 5, 2}, 1, 9, 9, 8, 8, true});
  runOffsetAdd({{5, 5}, {1, 1}, {1, 1}, {4, 4, 4, 4}, 1, 5, 5, 8, 8});
}

TEST(OffsetAddTest, StridesAndDilations) {
  runOffsetAdd({{3, 3}, {2, 2}, {1, 1}, {1, 0, 0, 1}, 1, 4, 5, 8, 8, true});
  runOffsetAdd({{3, 2}, {1, 3}, {2, 3}, {2, 2, 3, 1}, 1, 4, 5, 8, 8});
  runOffsetAdd(
      {{2, 2}, {3, 2}, {1, 2}, {0, 0, 1, 1}, 1, 3, 4, 8, 8, true, {2, 1}});
}

TEST(OffsetAddTest, ChannelsThatFillNoVector) {
  runOffsetAdd({{3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}, 1, 4, 5, 21, 24, true});
  runOffsetAdd({{1, 3}, {1, 1}, {1, 1}, {0, 0, 1, 1}, 1, 4, 5, 3, 3, true});
  runOffsetAdd({{3, 1}, {1, 1}, {1, 1}, {1, 1, 0, 0}, 1, 4, 5, 1, 12});
}

// More taps than are unrolled.
TEST(OffsetAddTest, LargeKernels) {
  runOffsetAdd({{7, 7}, {1, 1}, {1, 1}, {3, 3, 3, 3}, 1, 9, 8, 8, 8, true});
  runOffsetAdd({{1, 33}, {1, 1}, {1, 1}, {0, 0, 0, 0}, 1, 2, 3, 5, 5});
}
