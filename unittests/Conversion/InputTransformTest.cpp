//===- InputTransformTest.cpp - Lowered wino.input_transform --------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelTester.h"

using namespace wino;
using namespace wino::test;

namespace {
struct InputCase {
  Sizes2D sizes;
  int64_t batch, height, width, channels;
  int64_t pad[4];
  /// Channels of V, at least those of the image.
  int64_t initChannels;
  /// First tile and tiles of a block; no origin if there are no tiles.
  int64_t origin[2] = {0, 0}, tiles[2] = {0, 0};
};
} // namespace

template <typename T>
static void runInput(const InputCase &c, ImageLayout layout,
                     const WinoToVectorOptions &options,
                     GuardedMemory::Side side, bool dynamic, bool strided) {
  const bool isNCHW = layout == ImageLayout::NCHW;
  const Sizes2D &s = c.sizes;
  bool hasOrigin = c.tiles[0] != 0;
  auto getTiles = [](int64_t size, int64_t pads, int64_t m, int64_t r) {
    return std::max<int64_t>(0, size + pads - r + m) / m;
  };
  int64_t tileRows =
      hasOrigin ? c.tiles[0]
                : getTiles(c.height, c.pad[0] + c.pad[1], s.mRows, s.rRows);
  int64_t tileCols =
      hasOrigin ? c.tiles[1]
                : getTiles(c.width, c.pad[2] + c.pad[3], s.mCols, s.rCols);
  Layout imageLayout, initLayout;
  if (dynamic) {
    imageLayout.dynamic = {true, !isNCHW, true, isNCHW};
    initLayout.dynamic = {false, false, true, true, true, false};
  }
  if (strided) {
    imageLayout.gaps = {5, 3, 2};
    initLayout.gaps = {7, 16, 0, 3, 1};
    imageLayout.staticStrides = initLayout.staticStrides = !dynamic;
  }
  Array<T> image(isNCHW ? Shape{c.batch, c.channels, c.height, c.width}
                        : Shape{c.batch, c.height, c.width, c.channels},
                 side, imageLayout);
  Array<T> init({s.alphaRows(), s.alphaCols(), c.batch, tileRows, tileCols,
                 c.initChannels},
                side, initLayout);
  image.fillRandom(1);

  std::string text =
      "func.func @f(%x: " + image.getType() + ", %v: " + init.getType() +
      ", %s: index, %t: index) attributes {llvm.emit_c_interface} {\n"
      "wino.input_transform <" +
      s.str() + "> pad [";
  for (int i = 0; i < 4; ++i)
    text += (i ? ", " : "") + std::to_string(c.pad[i]);
  text += isNCHW ? "] layout nchw" : "]";
  text += hasOrigin ? " origin [%s, %t]" : "";
  text += " ins(%x : " + image.getType() + ") outs(%v : " + init.getType() +
          ")\nreturn\n}";
  Kernel kernel(text, options);
  Kernel::Argument arguments[] = {image, init, c.origin[0], c.origin[1]};
  kernel.run(arguments);

  RationalMatrix rows = s.getRows().bt, cols = s.getCols().bt;
  compare(init, 4 * (s.alphaRows() + s.alphaCols()),
          [&](llvm::ArrayRef<int64_t> at) {
            Expected sum;
            if (at[5] >= c.channels)
              return sum;
            for (int64_t i = 0; i < s.alphaRows(); ++i) {
              for (int64_t j = 0; j < s.alphaCols(); ++j) {
                int64_t y = s.mRows * (c.origin[0] + at[3]) + i - c.pad[0];
                int64_t x = s.mCols * (c.origin[1] + at[4]) + j - c.pad[2];
                if (y >= 0 && x >= 0 && y < c.height && x < c.width)
                  sum.add(toDouble(rows(at[0], i)) * toDouble(cols(at[1], j)) *
                          image.at(isNCHW ? Shape{at[2], at[5], y, x}
                                          : Shape{at[2], y, x, at[5]}));
              }
            }
            return sum;
          });
}

/// Runs a case in both layouts on all machines, with static and dynamic sizes,
/// dense and strided buffers, and guards on both sides.
static void runInput(const InputCase &c) {
  using Side = GuardedMemory::Side;
  const WinoToVectorOptions &first = getMachines()[0];
  for (ImageLayout layout : {ImageLayout::NHWC, ImageLayout::NCHW}) {
    SCOPED_TRACE(c.sizes.str() + " " + stringifyImageLayout(layout).str() +
                 " " + std::to_string(c.height) + "x" +
                 std::to_string(c.width) + "x" + std::to_string(c.channels));
    for (const WinoToVectorOptions &options : getMachines()) {
      SCOPED_TRACE("vectors of " + std::to_string(options.vectorLength));
      runInput<float>(c, layout, options, Side::Behind, false, false);
      runInput<float>(c, layout, options, Side::Before, true, true);
    }
    runInput<float>(c, layout, first, Side::Before, false, true);
    runInput<double>(c, layout, first, Side::Behind, true, false);
  }
}

TEST(InputTransformTest, SmallTilesWithPadding) {
  runInput({{4, 4, 3, 3}, 1, 8, 8, 8, {1, 1, 1, 1}, 8});
  runInput({{4, 4, 3, 3}, 2, 7, 9, 16, {1, 1, 1, 1}, 16});
  runInput({{2, 2, 3, 3}, 3, 5, 4, 20, {0, 2, 3, 1}, 20});
}

TEST(InputTransformTest, ChannelsThatFillNoVector) {
  runInput({{4, 4, 3, 3}, 1, 6, 6, 3, {1, 1, 1, 1}, 3});
  runInput({{4, 4, 3, 3}, 1, 6, 6, 3, {1, 1, 1, 1}, 4});
  runInput({{2, 2, 3, 3}, 1, 5, 5, 21, {1, 1, 1, 1}, 22});
  runInput({{2, 2, 3, 3}, 1, 5, 5, 21, {1, 1, 1, 1}, 43});
  runInput({{2, 2, 3, 3}, 1, 5, 5, 1, {0, 0, 0, 0}, 1});
}

TEST(InputTransformTest, AxesThatDiffer) {
  runInput({{4, 1, 3, 1}, 1, 9, 5, 8, {1, 1, 0, 0}, 8});
  runInput({{1, 4, 1, 3}, 1, 5, 9, 8, {0, 0, 1, 1}, 8});
  runInput({{4, 2, 3, 5}, 1, 9, 9, 5, {1, 1, 2, 2}, 8});
  runInput({{1, 1, 1, 1}, 1, 4, 3, 7, {0, 0, 0, 0}, 9});
  runInput({{1, 1, 3, 3}, 1, 4, 3, 7, {1, 0, 0, 1}, 7});
}

TEST(InputTransformTest, TilesThroughScratch) {
  runInput({{6, 6, 3, 3}, 1, 13, 12, 9, {1, 1, 1, 1}, 12});
  runInput({{8, 1, 7, 1}, 1, 20, 3, 5, {3, 3, 0, 0}, 5});
  runInput({{1, 21, 1, 4}, 1, 2, 30, 4, {0, 0, 1, 2}, 4});
  runInput({{12, 12, 5, 5}, 1, 17, 9, 4, {2, 2, 2, 2}, 4});
}

TEST(InputTransformTest, BlocksOfTiles) {
  runInput({{4, 4, 3, 3}, 1, 19, 23, 8, {1, 1, 1, 1}, 8, {2, 3}, {3, 3}});
  runInput({{6, 6, 3, 3}, 2, 19, 23, 8, {1, 1, 1, 1}, 8, {1, 0}, {3, 2}});
}

TEST(InputTransformTest, StripsOfTiles) {
  // More tiles and channels than are transposed at a time.
  runInput({{4, 4, 3, 3}, 1, 6, 75, 35, {1, 1, 1, 1}, 36});
  runInput({{1, 2, 1, 3}, 2, 3, 410, 4, {0, 0, 2, 2}, 4});
  // Strips that lie in the padding as a whole.
  runInput({{2, 2, 3, 3}, 1, 2, 3, 4, {9, 9, 150, 150}, 4});
}

TEST(InputTransformTest, ImagesSmallerThanATile) {
  runInput({{4, 4, 3, 3}, 1, 1, 1, 8, {1, 1, 1, 1}, 8});
  runInput({{2, 2, 3, 3}, 1, 1, 2, 4, {3, 3, 3, 3}, 4});
}
