//===- OutputTransformTest.cpp - Lowered wino.output_transform ------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelTester.h"

using namespace wino;
using namespace wino::test;

namespace {
struct OutputCase {
  Sizes2D sizes;
  int64_t batch, height, width, channels;
  /// Channels of M, at least those of the result.
  int64_t inputChannels;
  /// Whether the epilogue adds a bias, adds a residual, scales by a captured
  /// scalar and applies a leaky relu.
  bool epilogue = false;
};
} // namespace

template <typename T>
static void runOutput(const OutputCase &c, ImageLayout layout,
                      const WinoToVectorOptions &options,
                      GuardedMemory::Side side, bool dynamic, bool strided) {
  const bool isNCHW = layout == ImageLayout::NCHW;
  const Sizes2D &s = c.sizes;
  Layout inputLayout, initLayout, biasLayout;
  if (dynamic) {
    inputLayout.dynamic = {false, false, true, true, true, false};
    initLayout.dynamic = {true, true, true, true};
    biasLayout.dynamic = {true};
  }
  if (strided) {
    inputLayout.gaps = {7, 16, 0, 3, 1};
    initLayout.gaps = {5, 3, 2};
    inputLayout.staticStrides = initLayout.staticStrides = !dynamic;
  }
  Array<T> input({s.alphaRows(), s.alphaCols(), c.batch,
                  (c.height + s.mRows - 1) / s.mRows,
                  (c.width + s.mCols - 1) / s.mCols, c.inputChannels},
                 side, inputLayout);
  // The residual has the layout of the result, or the other one.
  const ImageLayout residualLayout = !strided ? layout
                                     : isNCHW ? ImageLayout::NHWC
                                              : ImageLayout::NCHW;
  const Shape nhwc = {c.batch, c.height, c.width, c.channels};
  auto getShape = [&](ImageLayout to) {
    return changeLayout<int64_t>(nhwc, ImageLayout::NHWC, to);
  };
  Array<T> init(getShape(layout), side, initLayout);
  Array<T> residual(getShape(residualLayout), side, initLayout);
  Array<T> bias({c.channels}, side, biasLayout);
  Array<T> scale({}, side);
  input.fillRandom(1);
  residual.fillRandom(2);
  bias.fillRandom(3);
  scale.fillRandom(4);

  std::string element = sizeof(T) == 8 ? "f64" : "f32";
  std::string text = "func.func @f(%m: " + input.getType() +
                     ", %y: " + init.getType() + ", %r: " + residual.getType() +
                     ", %b: " + bias.getType() + ", %s: memref<" + element +
                     ">) attributes {llvm.emit_c_interface} {\n"
                     "%scale = memref.load %s[] : memref<" +
                     element + ">\nwino.output_transform <" + s.str() +
                     (isNCHW ? "> layout nchw" : ">") +
                     " ins(%m : " + input.getType() +
                     ") outs(%y : " + init.getType() + ")";
  if (c.epilogue)
    text += " epilogue(%b, %r " + stringifyImageLayout(residualLayout).str() +
            " : " + bias.getType() + ", " + residual.getType() +
            ") {\n^bb0(%sum: " + element + ", %bias: " + element +
            ", %res: " + element +
            "):\n"
            "%zero = arith.constant 0.0 : " +
            element + "\n%slope = arith.constant 0.25 : " + element +
            "\n%0 = arith.mulf %sum, %scale : " + element +
            "\n%1 = arith.addf %0, %bias : " + element +
            "\n%2 = arith.addf %1, %res : " + element +
            "\n%3 = arith.cmpf olt, %2, %zero : " + element +
            "\n%4 = arith.mulf %2, %slope : " + element +
            "\n%5 = arith.select %3, %4, %2 : " + element +
            "\nwino.yield %5 : " + element + "\n}";
  text += "\nreturn\n}";
  Kernel kernel(text, options);
  Kernel::Argument arguments[] = {input, init, residual, bias, scale};
  kernel.run(arguments);

  RationalMatrix rows = s.getRows().at, cols = s.getCols().at;
  compare(init, 4 * (s.alphaRows() + s.alphaCols()) + 8,
          [&](llvm::ArrayRef<int64_t> at) {
            ImageDims dims = getImageDims(layout);
            int64_t row = at[dims.row], col = at[dims.col];
            Expected sum;
            for (int64_t p = 0; p < s.alphaRows(); ++p)
              for (int64_t q = 0; q < s.alphaCols(); ++q)
                sum.add(toDouble(rows(row % s.mRows, p)) *
                        toDouble(cols(col % s.mCols, q)) *
                        input.at({p, q, at[dims.batch], row / s.mRows,
                                  col / s.mCols, at[dims.channel]}));
            if (!c.epilogue)
              return sum;
            double factor = scale.at({});
            Expected result = {sum.value * factor,
                               sum.magnitude * std::fabs(factor)};
            result.add(bias.at({at[dims.channel]}));
            result.add(residual.at(changeLayout(at, layout, residualLayout)));
            if (result.value < 0)
              result.value *= 0.25;
            return result;
          });
}

/// Runs a case in both layouts on all machines.
static void runOutput(const OutputCase &c) {
  using Side = GuardedMemory::Side;
  const WinoToVectorOptions &first = getMachines()[0];
  for (ImageLayout layout : {ImageLayout::NHWC, ImageLayout::NCHW}) {
    SCOPED_TRACE(c.sizes.str() + " " + stringifyImageLayout(layout).str() +
                 " " + std::to_string(c.height) + "x" +
                 std::to_string(c.width) + "x" + std::to_string(c.channels));
    for (const WinoToVectorOptions &options : getMachines()) {
      SCOPED_TRACE("vectors of " + std::to_string(options.vectorLength));
      runOutput<float>(c, layout, options, Side::Behind, false, false);
      runOutput<float>(c, layout, options, Side::Before, true, true);
    }
    runOutput<float>(c, layout, first, Side::Before, false, true);
    runOutput<double>(c, layout, first, Side::Behind, true, false);
  }
}

TEST(OutputTransformTest, WholeTiles) {
  runOutput({{4, 4, 3, 3}, 2, 8, 12, 16, 16});
  runOutput({{2, 2, 3, 3}, 1, 4, 4, 32, 32, true});
}

TEST(OutputTransformTest, PartialTiles) {
  runOutput({{4, 4, 3, 3}, 1, 7, 9, 16, 16, true});
  runOutput({{4, 4, 3, 3}, 1, 5, 4, 8, 8});
  runOutput({{2, 4, 3, 3}, 1, 1, 1, 8, 8, true});
}

TEST(OutputTransformTest, ChannelsThatFillNoVector) {
  runOutput({{4, 4, 3, 3}, 1, 6, 4, 21, 24, true});
  runOutput({{2, 2, 3, 3}, 1, 4, 4, 3, 3, true});
  runOutput({{2, 2, 3, 3}, 1, 3, 3, 1, 12, true});
}

TEST(OutputTransformTest, StripsOfTiles) {
  // More tiles and channels than are transposed at a time.
  runOutput({{4, 4, 3, 3}, 1, 6, 75, 35, 36, true});
  runOutput({{1, 2, 1, 3}, 2, 3, 515, 4, 4, true});
  runOutput({{4, 4, 3, 3}, 1, 4, 68, 35, 48});
}

TEST(OutputTransformTest, AxesThatDiffer) {
  runOutput({{4, 1, 3, 1}, 1, 9, 5, 8, 8, true});
  runOutput({{1, 4, 1, 3}, 1, 5, 9, 8, 8});
  runOutput({{4, 2, 3, 5}, 1, 9, 9, 5, 8});
  runOutput({{1, 1, 3, 3}, 1, 4, 3, 7, 7});
}

TEST(OutputTransformTest, Identity) {
  runOutput({{1, 1, 1, 1}, 2, 5, 7, 16, 16, true});
  runOutput({{1, 1, 1, 1}, 1, 5, 7, 10, 12});
}

TEST(OutputTransformTest, TilesThroughScratch) {
  runOutput({{6, 6, 3, 3}, 1, 13, 12, 9, 12, true});
  runOutput({{8, 1, 7, 1}, 1, 20, 3, 5, 5});
  runOutput({{1, 21, 1, 4}, 1, 2, 30, 4, 4, true});
  runOutput({{12, 12, 5, 5}, 1, 17, 9, 4, 4});
}
