//===- PadImageTest.cpp - Lowered wino.pad_image --------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelTester.h"

using namespace wino;
using namespace wino::test;

namespace {
struct PadCase {
  int64_t pad[4];
  int64_t batch, height, width, channels;
  /// First pixel and pixels of a part; all of the image if there are none.
  int64_t origin[2] = {0, 0}, pixels[2] = {0, 0};
};
} // namespace

template <typename T>
static void runPad(const PadCase &c, const WinoToVectorOptions &options,
                   GuardedMemory::Side side, bool dynamic, bool strided) {
  bool isPart = c.pixels[0] != 0;
  Layout imageLayout, initLayout;
  if (dynamic)
    imageLayout.dynamic = initLayout.dynamic = {true, true, true, false};
  if (strided) {
    imageLayout.gaps = {5, 3, 2};
    initLayout.gaps = {4, 3, 1};
    imageLayout.staticStrides = initLayout.staticStrides = !dynamic;
  }
  Array<T> image({c.batch, c.height, c.width, c.channels}, side, imageLayout);
  Array<T> init({c.batch, isPart ? c.pixels[0] : c.height + c.pad[0] + c.pad[1],
                 isPart ? c.pixels[1] : c.width + c.pad[2] + c.pad[3],
                 c.channels},
                side, initLayout);
  image.fillRandom(1);
  std::string text =
      "func.func @f(%x: " + image.getType() + ", %z: " + init.getType() +
      ", %s: index, %t: index) attributes {llvm.emit_c_interface} {\n"
      "wino.pad_image pad " +
      printList(c.pad) + (isPart ? " origin [%s, %t]" : "") +
      " ins(%x : " + image.getType() + ") outs(%z : " + init.getType() +
      ")\nreturn\n}";
  Kernel kernel(text, options);
  Kernel::Argument arguments[] = {image, init, c.origin[0], c.origin[1]};
  kernel.run(arguments);

  compare(init, 0, [&](llvm::ArrayRef<int64_t> at) {
    Expected value;
    int64_t y = c.origin[0] + at[1] - c.pad[0];
    int64_t x = c.origin[1] + at[2] - c.pad[2];
    if (y >= 0 && x >= 0 && y < c.height && x < c.width)
      value.add(image.at({at[0], y, x, at[3]}));
    return value;
  });
}

static void runPad(const PadCase &c) {
  SCOPED_TRACE(printList(c.pad) + " around " + std::to_string(c.height) + "x" +
               std::to_string(c.width) + "x" + std::to_string(c.channels));
  for (const WinoToVectorOptions &options : getMachines()) {
    SCOPED_TRACE("vectors of " + std::to_string(options.vectorLength));
    runPad<float>(c, options, GuardedMemory::Side::Behind, false, false);
    runPad<float>(c, options, GuardedMemory::Side::Before, true, true);
  }
  runPad<float>(c, getMachines()[0], GuardedMemory::Side::Before, false, true);
  runPad<double>(c, getMachines()[0], GuardedMemory::Side::Behind, true, false);
}

TEST(PadImageTest, WholeImages) {
  runPad({{1, 1, 1, 1}, 2, 5, 6, 16});
  runPad({{3, 2, 0, 1}, 1, 4, 7, 3});
  runPad({{0, 0, 0, 0}, 1, 3, 3, 5});
}

TEST(PadImageTest, Parts) {
  runPad({{1, 1, 1, 1}, 1, 9, 8, 4, {0, 0}, {4, 10}});
  runPad({{1, 1, 2, 2}, 1, 9, 8, 5, {7, 3}, {4, 5}});
}

// All of the part lies in the padding.
TEST(PadImageTest, PartsOutsideOfTheImage) {
  runPad({{6, 6, 6, 6}, 1, 2, 3, 4, {0, 0}, {3, 4}});
  runPad({{6, 6, 6, 6}, 1, 2, 3, 4, {7, 10}, {6, 4}});
}
