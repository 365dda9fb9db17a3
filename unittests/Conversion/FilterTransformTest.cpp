//===- FilterTransformTest.cpp - Lowered wino.filter_transform ------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelTester.h"

using namespace wino;
using namespace wino::test;

namespace {
struct FilterCase {
  Sizes2D sizes;
  /// No columns stand for a depthwise filter.
  int64_t channels, cols, initChannels, initCols;
  /// Blocks and panel columns of a packed result, else zero.
  int64_t blocks = 0, panelCols = 0;
};
} // namespace

/// Compiles a filter transform and runs it.
template <typename T>
static void runTransform(const Sizes2D &sizes, const Array<T> &filter,
                         const Array<T> &init,
                         const WinoToVectorOptions &options) {
  std::string text = "func.func @f(%f: " + filter.getType() +
                     ", %u: " + init.getType() +
                     ") attributes {llvm.emit_c_interface} {\n"
                     "wino.filter_transform <" +
                     sizes.str() + "> ins(%f : " + filter.getType() +
                     ") outs(%u : " + init.getType() + ")\nreturn\n}";
  Kernel kernel(text, options);
  Kernel::Argument arguments[] = {filter, init};
  kernel.run(arguments);
}

template <typename T>
static void runFilter(const FilterCase &c, const WinoToVectorOptions &options,
                      GuardedMemory::Side side) {
  const Sizes2D &s = c.sizes;
  bool isDepthwise = c.cols == 0;
  Shape filterShape = {s.rRows, s.rCols, c.channels};
  Shape initShape = {s.alphaRows(), s.alphaCols(), c.initChannels};
  if (!isDepthwise) {
    filterShape.push_back(c.cols);
    initShape.push_back(c.initCols);
  }
  int64_t panels = 0;
  if (c.blocks != 0) {
    panels = c.initCols / c.blocks / c.panelCols;
    initShape = {c.blocks, s.alphaRows(),  s.alphaCols(),
                 panels,   c.initChannels, c.panelCols};
  }
  Array<T> filter(filterShape, side), init(initShape, side);
  filter.fillRandom(1);
  runTransform(s, filter, init, options);

  RationalMatrix rows = s.getRows().g, cols = s.getCols().g;
  // One rounding, as the sums are computed in double precision.
  double numRoundings = sizeof(T) == 8 ? 4 * (s.rRows + s.rCols) : 1.0001;
  compare(init, numRoundings, [&](llvm::ArrayRef<int64_t> at) {
    int64_t p = at[0], q = at[1], ch = at[2];
    int64_t k = isDepthwise ? 0 : at[3];
    if (c.blocks != 0) {
      p = at[1], q = at[2], ch = at[4];
      k = (at[0] * panels + at[3]) * c.panelCols + at[5];
    }
    Expected sum;
    if (ch >= c.channels || (!isDepthwise && k >= c.cols))
      return sum;
    for (int64_t i = 0; i < s.rRows; ++i) {
      for (int64_t j = 0; j < s.rCols; ++j) {
        double tap =
            isDepthwise ? filter.at({i, j, ch}) : filter.at({i, j, ch, k});
        sum.add(toDouble(rows(p, i)) * toDouble(cols(q, j)) * tap);
      }
    }
    return sum;
  });
}

/// Transforms a filter that is packed already, in the precision of its
/// elements.
template <typename T>
static void runPackedFilter(const Sizes2D &s, llvm::ArrayRef<int64_t> blocking,
                            const WinoToVectorOptions &options,
                            GuardedMemory::Side side) {
  auto getShape = [&](int64_t rows, int64_t cols) -> Shape {
    return {blocking[0], rows, cols, blocking[1], blocking[2], blocking[3]};
  };
  Array<T> filter(getShape(s.rRows, s.rCols), side);
  Array<T> init(getShape(s.alphaRows(), s.alphaCols()), side);
  filter.fillRandom(1);
  runTransform(s, filter, init, options);

  // Intermediate sums may be larger than the result's terms.
  double numRoundings = 8 * (s.rRows + s.rCols);
  RationalMatrix rows = s.getRows().g, cols = s.getCols().g;
  compare(init, numRoundings, [&](llvm::ArrayRef<int64_t> at) {
    Expected sum;
    for (int64_t i = 0; i < s.rRows; ++i)
      for (int64_t j = 0; j < s.rCols; ++j)
        sum.add(toDouble(rows(at[1], i)) * toDouble(cols(at[2], j)) *
                filter.at({at[0], i, j, at[3], at[4], at[5]}));
    return sum;
  });
}

TEST(FilterTransformTest, OfPackedFilters) {
  for (const WinoToVectorOptions &options : getMachines()) {
    SCOPED_TRACE("vectors of " + std::to_string(options.vectorLength));
    for (Sizes2D sizes : {Sizes2D{4, 4, 3, 3}, Sizes2D{6, 6, 3, 3},
                          Sizes2D{4, 2, 3, 5}, Sizes2D{1, 4, 1, 3}}) {
      SCOPED_TRACE(sizes.str());
      runPackedFilter<float>(sizes, {2, 3, 5, 16}, options,
                             GuardedMemory::Side::Behind);
      runPackedFilter<double>(sizes, {1, 2, 3, 7}, options,
                              GuardedMemory::Side::Before);
    }
  }
}

static void runFilter(const FilterCase &c) {
  SCOPED_TRACE(c.sizes.str() + " " + std::to_string(c.channels) + "x" +
               std::to_string(c.cols));
  for (const WinoToVectorOptions &options : getMachines()) {
    SCOPED_TRACE("vectors of " + std::to_string(options.vectorLength));
    runFilter<float>(c, options, GuardedMemory::Side::Behind);
    runFilter<double>(c, options, GuardedMemory::Side::Before);
  }
}

TEST(FilterTransformTest, Unpacked) {
  runFilter({{4, 4, 3, 3}, 3, 32, 3, 32});
  runFilter({{2, 2, 3, 3}, 3, 21, 4, 24});
  runFilter({{2, 2, 3, 3}, 2, 3, 3, 41});
  runFilter({{2, 2, 3, 3}, 2, 1, 2, 1});
}

TEST(FilterTransformTest, Packed) {
  runFilter({{4, 4, 3, 3}, 5, 48, 5, 48, 2, 12});
  runFilter({{2, 2, 3, 3}, 5, 50, 8, 96, 2, 16});
  runFilter({{2, 2, 3, 3}, 2, 7, 2, 12, 2, 6});
  runFilter({{1, 1, 1, 1}, 4, 30, 4, 32, 1, 32});
}

TEST(FilterTransformTest, Depthwise) {
  runFilter({{2, 2, 3, 3}, 21, 0, 21, 0});
  runFilter({{4, 2, 3, 5}, 8, 0, 8, 0});
}

TEST(FilterTransformTest, AxesThatDiffer) {
  runFilter({{4, 1, 3, 1}, 2, 9, 2, 12});
  runFilter({{1, 4, 1, 3}, 2, 9, 2, 12});
}

TEST(FilterTransformTest, TilesThroughScratch) {
  runFilter({{6, 6, 3, 3}, 2, 21, 2, 24, 2, 12});
  runFilter({{4, 4, 7, 7}, 1, 5, 1, 5});
}
