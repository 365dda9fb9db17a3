//===- HadamardTest.cpp - Lowered wino.hadamard ---------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelTester.h"

using namespace wino;
using namespace wino::test;

namespace {
enum class Filter { Packed, Unpacked, Depthwise };

struct HadamardCase {
  Filter filter;
  int64_t alpha, batch, tileRows, tileCols, channels, cols;
  /// Blocks and panel columns of a packed filter.
  int64_t blocks = 1, panelCols = 0;
  /// A `schedule` clause, or nothing.
  std::string schedule = "";
  /// Whether the products are added to what is there.
  bool accumulates = false;
  /// Whether V has a single tap, which is multiplied by all of the filter.
  bool sharesInput = false;
};
} // namespace

template <typename T>
static void
runHadamard(const HadamardCase &c, const WinoToVectorOptions &options,
            GuardedMemory::Side side, bool dynamic, const Shape &gaps) {
  Layout layout;
  layout.gaps = gaps;
  layout.staticStrides = !dynamic;
  if (dynamic)
    layout.dynamic = {false, false, true, true, true, false};
  int64_t a = c.alpha, panels = 0;
  const int64_t inputTaps[] = {c.sharesInput ? 1 : a,
                               c.sharesInput ? 1 : a + 1};
  Array<T> lhs(
      {inputTaps[0], inputTaps[1], c.batch, c.tileRows, c.tileCols, c.channels},
      side, layout);
  Array<T> init({a, a + 1, c.batch, c.tileRows, c.tileCols, c.cols}, side,
                layout);
  Shape filterShape = {a, a + 1, c.channels};
  if (c.filter == Filter::Unpacked)
    filterShape.push_back(c.cols);
  if (c.filter == Filter::Packed) {
    panels = c.cols / c.blocks / c.panelCols;
    filterShape = {c.blocks, a, a + 1, panels, c.channels, c.panelCols};
  }
  Array<T> filter(filterShape, side);
  lhs.fillRandom(1);
  filter.fillRandom(2);
  std::vector<T> before;
  if (c.accumulates) {
    init.fillRandom(3);
    init.forEach(
        [&](llvm::ArrayRef<int64_t> at) { before.push_back(init.at(at)); });
  }

  std::string text =
      "func.func @f(%v: " + lhs.getType() + ", %u: " + filter.getType() +
      ", %m: " + init.getType() + ") attributes {llvm.emit_c_interface} {\n" +
      "wino.hadamard " + (c.accumulates ? "accumulate " : "") + c.schedule +
      " ins(%v, %u : " + lhs.getType() + ", " + filter.getType() +
      ") outs(%m : " + init.getType() + ")\nreturn\n}";
  Kernel kernel(text, options);
  Kernel::Argument arguments[] = {lhs, filter, init};
  kernel.run(arguments);

  auto next = before.begin();
  compare(init, c.channels + 2, [&](llvm::ArrayRef<int64_t> at) {
    Expected sum;
    if (c.accumulates)
      sum.add(*next++);
    int64_t k = at[5];
    Shape from(at);
    if (c.sharesInput)
      from[0] = from[1] = 0;
    if (c.filter == Filter::Depthwise) {
      sum.add(static_cast<double>(lhs.at(from)) * filter.at({at[0], at[1], k}));
      return sum;
    }
    for (int64_t ch = 0; ch < c.channels; ++ch) {
      double weight =
          c.filter == Filter::Unpacked
              ? filter.at({at[0], at[1], ch, k})
              : filter.at({k / (panels * c.panelCols), at[0], at[1],
                           k / c.panelCols % panels, ch, k % c.panelCols});
      from.back() = ch;
      sum.add(weight * lhs.at(from));
    }
    return sum;
  });
}

static void runHadamard(const HadamardCase &c) {
  SCOPED_TRACE(std::to_string(c.batch) + "x" + std::to_string(c.tileRows) +
               "x" + std::to_string(c.tileCols) + " tiles, " +
               std::to_string(c.channels) + " to " + std::to_string(c.cols) +
               " channels");
  using Side = GuardedMemory::Side;
  for (const WinoToVectorOptions &options : getMachines()) {
    SCOPED_TRACE("vectors of " + std::to_string(options.vectorLength));
    runHadamard<float>(c, options, Side::Behind, false, {});
    runHadamard<float>(c, options, Side::Before, false, {7, 16, 0, 3});
  }
  // Gaps between planes leave one range of rows, gaps between images one per
  // image, gaps between rows one per tile row; gaps between tiles none.
  const WinoToVectorOptions &options = getMachines()[0];
  runHadamard<float>(c, options, Side::Behind, true, {7, 16, 2});
  runHadamard<float>(c, options, Side::Before, true, {7, 16, 2, 3});
  runHadamard<float>(c, options, Side::Behind, false, {0, 0, 2, 0, 3});
  runHadamard<float>(c, options, Side::Before, true, {});
  runHadamard<double>(c, getMachines()[0], GuardedMemory::Side::Behind, false,
                      {});
}

TEST(HadamardTest, PackedPanels) {
  runHadamard({Filter::Packed, 2, 1, 2, 14, 16, 24, 1, 12,
               "schedule <block = 2x14, k_block = 24, micro_tile = 7x12, "
               "vector = 4>"});
  runHadamard({Filter::Packed, 1, 2, 3, 5, 20, 96, 3, 16});
  runHadamard({Filter::Packed, 1, 1, 1, 1, 64, 32, 1, 32});
}

TEST(HadamardTest, ChannelsThatFillNoVector) {
  runHadamard({Filter::Packed, 1, 1, 3, 3, 3, 16, 1, 16});
  runHadamard({Filter::Packed, 1, 1, 3, 3, 7, 12, 1, 12});
  runHadamard({Filter::Packed, 1, 1, 3, 7, 37, 40, 2, 20});
}

TEST(HadamardTest, PanelsThatFillNoVector) {
  runHadamard({Filter::Packed, 1, 1, 2, 3, 8, 12, 2, 6});
  runHadamard({Filter::Packed, 1, 1, 2, 3, 8, 5, 5, 1});
}

TEST(HadamardTest, UnpackedColumns) {
  runHadamard({Filter::Unpacked, 2, 1, 4, 4, 8, 64});
  runHadamard({Filter::Unpacked, 1, 2, 3, 4, 9, 37});
  runHadamard({Filter::Unpacked, 1, 1, 2, 2, 5, 3});
  runHadamard({Filter::Unpacked, 1, 1, 2, 2, 5, 1});
}

TEST(HadamardTest, OneTilePerRow) {
  runHadamard({Filter::Unpacked, 1, 1, 9, 1, 4, 8});
  runHadamard({Filter::Unpacked, 1, 5, 1, 1, 4, 8});
}

TEST(HadamardTest, Depthwise) {
  runHadamard({Filter::Depthwise, 2, 2, 3, 4, 16, 16});
  runHadamard({Filter::Depthwise, 1, 1, 2, 3, 21, 21});
}

TEST(HadamardTest, Accumulates) {
  runHadamard({Filter::Packed, 2, 1, 2, 7, 20, 40, 2, 20, "", true});
  runHadamard({Filter::Unpacked, 1, 1, 2, 3, 5, 7, 1, 0, "", true});
  runHadamard({Filter::Depthwise, 1, 1, 2, 3, 21, 21, 1, 0, "", true});
}

// A single tap of V, which is multiplied by all taps of the filter.
TEST(HadamardTest, OneTapForAll) {
  runHadamard({Filter::Packed, 3, 1, 3, 5, 20, 40, 2, 20, "", false, true});
  runHadamard({Filter::Unpacked, 2, 2, 2, 3, 5, 7, 1, 0, "", true, true});
  runHadamard({Filter::Depthwise, 2, 1, 2, 3, 21, 21, 1, 0, "", false, true});
}
