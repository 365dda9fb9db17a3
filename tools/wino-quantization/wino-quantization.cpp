//===- wino-quantization.cpp - Errors of quantized transforms -------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Prints how far convolutions by quantized transforms are from the exact one of
// the same integers: rectified normal data and normal weights of 8 bits, scales
// by the largest absolute value, the mean over several seeds.
//
//===----------------------------------------------------------------------===//

#include "Wino/Support/QuantizedTransform.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/raw_ostream.h"

using namespace wino;
namespace cl = llvm::cl;

static cl::OptionCategory category("Options of wino-quantization");
static cl::opt<int64_t> filterSize("r", cl::desc("Taps of the filter"),
                                   cl::init(3), cl::cat(category));
static cl::opt<int64_t> maxOutputs("m", cl::desc("Largest F(m, r)"),
                                   cl::init(6), cl::cat(category));
static cl::opt<unsigned> bits("bits", cl::desc("Bits, from 4 to 16"),
                              cl::init(8), cl::cat(category));
static cl::opt<unsigned> numSeeds("seeds", cl::desc("Number of seeds"),
                                  cl::init(10), cl::cat(category));
static cl::opt<bool> powersOfTwo("powers-of-two",
                                 cl::desc("Round scales up to powers of two"),
                                 cl::cat(category));
static cl::opt<bool> gauss("gauss", cl::desc("Do not rectify the data"),
                           cl::cat(category));

/// The mean error over the seeds.
static double getMeanError(const Transform1D &transform,
                           const QuantizedScheme &scheme) {
  double sum = 0;
  for (unsigned seed = 0; seed < numSeeds; ++seed)
    sum += measureQuantizationError(
        transform, transform, scheme,
        makeRandomTiles(transform, transform, /*tiles=*/24, /*channels=*/64,
                        /*outputs=*/16, /*isRectified=*/!gauss, /*bits=*/8,
                        seed));
  return sum / numSeeds;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(argc, argv, "Errors of quantized transforms\n");
  if (filterSize < 1 || maxOutputs < 1 || filterSize > kMaxAlpha ||
      maxOutputs > kMaxAlpha - filterSize + 1) {
    llvm::errs() << "error: expected m, r >= 1 and m + r - 1 <= " << kMaxAlpha
                 << '\n';
    return 1;
  }
  if (bits < 4 || bits > 16 || numSeeds == 0) {
    llvm::errs() << "error: expected 4 to 16 bits and at least one seed\n";
    return 1;
  }

  const Quantization perTensor{bits, ScalePer::Tensor, powersOfTwo};
  const Quantization perTap{bits, ScalePer::Tap, powersOfTwo};
  const Quantization perChannel{bits, ScalePer::Channel, powersOfTwo};
  const std::pair<const char *, QuantizedScheme> schemes[] = {
      {"operands/tensor", {{}, perTensor, perTensor, {}, {}}},
      {"operands/tap", {{}, perTap, perTap, {}, {}}},
      {"tap, U/channel", {{}, perTap, perChannel, {}, {}}},
      {"+ sums/tap", {{}, perTap, perTap, perTap, {}}},
      {"all/tensor", {perTensor, perTensor, perTensor, perTensor, perTensor}}};

  llvm::outs() << llvm::formatv("{0,-8} {1,-5}", "F(m, r)", "rows");
  for (const auto &[name, scheme] : schemes)
    llvm::outs() << llvm::formatv(" {0,15}", name);
  llvm::outs() << '\n';
  for (int64_t m = 2; m <= maxOutputs; ++m) {
    Transform1D transform = llvm::cantFail(
        buildCookToom(m, filterSize, getDefaultPoints(m, filterSize)));
    for (bool isNormalized : {false, true}) {
      std::string name =
          llvm::formatv("F({0}, {1})", m, filterSize.getValue()).str();
      llvm::outs() << llvm::formatv("{0,-8} {1,-5}", name,
                                    isNormalized ? "1/L2" : "exact");
      for (const auto &[unused, scheme] : schemes)
        llvm::outs() << llvm::formatv(
            " {0,15:F4}",
            getMeanError(isNormalized ? normalizeRows(transform) : transform,
                         scheme));
      llvm::outs() << '\n';
    }
  }
  return 0;
}
