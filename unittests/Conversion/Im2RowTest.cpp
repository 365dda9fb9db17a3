//===- Im2RowTest.cpp - Lowered wino.im2row -------------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelTester.h"

using namespace wino;
using namespace wino::test;

namespace {
struct Im2RowCase {
  int64_t kernel[2], strides[2], dilations[2], pad[4];
  int64_t batch, height, width, channels;
  /// Elements of a row beyond those of the patch.
  int64_t extra;
  /// First pixel and pixels of a block; no origin if there are no pixels.
  int64_t origin[2] = {0, 0}, pixels[2] = {0, 0};
};
} // namespace

template <typename T>
static void runIm2Row(const Im2RowCase &c, const WinoToVectorOptions &options,
                      GuardedMemory::Side side, bool dynamic, bool strided) {
  auto getPixels = [&](int64_t size, int axis) {
    if (c.pixels[0] != 0)
      return c.pixels[axis];
    int64_t extent = c.dilations[axis] * (c.kernel[axis] - 1) + 1;
    int64_t padded = size + c.pad[2 * axis] + c.pad[2 * axis + 1];
    return (padded - extent) / c.strides[axis] + 1;
  };
  Layout imageLayout, initLayout;
  if (dynamic) {
    imageLayout.dynamic = {true, true, true, false};
    initLayout.dynamic = {false, false, true, true, true, false};
  }
  if (strided) {
    imageLayout.gaps = {5, 3, 2};
    initLayout.gaps = {0, 0, 4, 3, 1};
    imageLayout.staticStrides = initLayout.staticStrides = !dynamic;
  }
  int64_t used = c.kernel[0] * c.kernel[1] * c.channels;
  Array<T> image({c.batch, c.height, c.width, c.channels}, side, imageLayout);
  Array<T> init({1, 1, c.batch, getPixels(c.height, 0), getPixels(c.width, 1),
                 used + c.extra},
                side, initLayout);
  image.fillRandom(1);
  std::string text =
      "func.func @f(%x: " + image.getType() + ", %p: " + init.getType() +
      ", %s: index, %t: index) attributes {llvm.emit_c_interface} {\n"
      "wino.im2row kernel " +
      printList(c.kernel) + " strides " + printList(c.strides) + " dilations " +
      printList(c.dilations) + " pad " + printList(c.pad) +
      (c.pixels[0] != 0 ? " origin [%s, %t]" : "") +
      " ins(%x : " + image.getType() + ") outs(%p : " + init.getType() +
      ")\nreturn\n}";
  Kernel kernel(text, options);
  Kernel::Argument arguments[] = {image, init, c.origin[0], c.origin[1]};
  kernel.run(arguments);

  compare(init, 0, [&](llvm::ArrayRef<int64_t> at) {
    Expected value;
    int64_t tap = at[5] / c.channels;
    int64_t y = c.strides[0] * (c.origin[0] + at[3]) +
                c.dilations[0] * (tap / c.kernel[1]) - c.pad[0];
    int64_t x = c.strides[1] * (c.origin[1] + at[4]) +
                c.dilations[1] * (tap % c.kernel[1]) - c.pad[2];
    if (at[5] < used && y >= 0 && x >= 0 && y < c.height && x < c.width)
      value.add(image.at({at[2], y, x, at[5] % c.channels}));
    return value;
  });
}

static void runIm2Row(const Im2RowCase &c) {
  SCOPED_TRACE(printList(c.kernel) + " on " + std::to_string(c.height) + "x" +
               std::to_string(c.width) + "x" + std::to_string(c.channels));
  for (const WinoToVectorOptions &options : getMachines()) {
    SCOPED_TRACE("vectors of " + std::to_string(options.vectorLength));
    runIm2Row<float>(c, options, GuardedMemory::Side::Behind, false, false);
    runIm2Row<float>(c, options, GuardedMemory::Side::Before, true, true);
  }
  runIm2Row<float>(c, getMachines()[0], GuardedMemory::Side::Before, false,
                   true);
  runIm2Row<double>(c, getMachines()[0], GuardedMemory::Side::Behind, true,
                    false);
}

TEST(Im2RowTest, Stem) {
  runIm2Row({{7, 7}, {2, 2}, {1, 1}, {3, 3, 3, 3}, 1, 16, 15, 3, 1});
  runIm2Row({{3, 3}, {2, 2}, {1, 1}, {0, 1, 0, 1}, 2, 8, 9, 3, 5});
}

TEST(Im2RowTest, OnePixel) {
  runIm2Row({{1, 1}, {1, 1}, {1, 1}, {0, 0, 0, 0}, 2, 5, 6, 32, 0});
  runIm2Row({{1, 1}, {2, 2}, {1, 1}, {0, 0, 0, 0}, 1, 5, 6, 21, 3});
  runIm2Row({{1, 1}, {1, 1}, {1, 1}, {1, 0, 0, 2}, 1, 3, 3, 2, 0});
}

TEST(Im2RowTest, DilatedTaps) {
  runIm2Row({{3, 3}, {1, 1}, {2, 2}, {2, 2, 2, 2}, 1, 8, 7, 5, 3});
  runIm2Row({{3, 2}, {1, 2}, {3, 1}, {1, 2, 0, 3}, 1, 9, 9, 17, 0});
}

TEST(Im2RowTest, BlocksOfPixels) {
  runIm2Row(
      {{3, 3}, {2, 1}, {1, 1}, {1, 1, 1, 1}, 1, 13, 11, 6, 2, {2, 3}, {4, 5}});
}

TEST(Im2RowTest, ImagesSmallerThanThePatch) {
  runIm2Row({{5, 5}, {1, 1}, {1, 1}, {4, 4, 4, 4}, 1, 1, 2, 3, 0});
}
