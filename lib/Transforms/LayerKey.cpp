//===- LayerKey.cpp - Names of layers in tuning databases -----------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Transforms/LayerKey.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/Support/Regex.h"

using namespace mlir;
using namespace wino;

static void printSizes(llvm::raw_ostream &os, ArrayRef<int64_t> sizes,
                       StringRef separator) {
  auto printSize = [&](int64_t size) {
    if (ShapedType::isDynamic(size))
      os << "?";
    else
      os << size;
  };
  llvm::interleave(sizes, os, printSize, separator);
}

/// Prints sizes in the canonical order and the letters of the dimensions in the
/// order of the IR.
static void printTensor(llvm::raw_ostream &os, ArrayRef<int64_t> sizes,
                        StringRef letters, ArrayRef<int64_t> permutation) {
  printSizes(os, sizes, "x");
  std::string layout(letters.size(), ' ');
  for (auto [index, letter] : llvm::enumerate(letters))
    layout[permutation[index]] = letter;
  os << " " << layout << ", ";
}

std::string wino::getTuningName(const CPUInfo &cpu, int64_t threads) {
  std::string name =
      cpu.name == "host" ? cpu.name + ":" + cpu.llvmCPU : cpu.name;
  if (threads > 1)
    name += " with " + std::to_string(threads) + " threads";
  return name;
}

bool wino::isLayerKey(StringRef text) {
  static const llvm::Regex regex(
      "^([0-9]+x){3}[0-9]+ [nhwc]{4}, ([0-9]+x){3}[0-9]+ [hwcf]{4}, "
      "([0-9]+x){3}[0-9]+ [nhwf]{4}, pad [0-9]+,[0-9]+,[0-9]+,[0-9]+, stride "
      "[0-9]+x[0-9]+, dilation [0-9]+x[0-9]+, [a-z0-9]+,[a-z0-9]+,[a-z0-9]+$");
  return regex.match(text);
}

std::string wino::getLayerKey(const ConvProblem &problem) {
  std::string key;
  llvm::raw_string_ostream os(key);
  constexpr int64_t kIdentity[] = {0, 1, 2, 3};
  auto getPermutation = [&](ArrayRef<int64_t> permutation) {
    return problem.isMatmul ? ArrayRef<int64_t>(kIdentity) : permutation;
  };
  printTensor(os, {problem.n, problem.h, problem.w, problem.c}, "nhwc",
              getPermutation(problem.imagePermutation));
  printTensor(os, {problem.kh, problem.kw, problem.c, problem.k}, "hwcf",
              getPermutation(problem.filterPermutation));
  printTensor(os, {problem.n, problem.outH, problem.outW, problem.k}, "nhwf",
              getPermutation(problem.resultPermutation));
  os << "pad ";
  linalg::LinalgOp op = problem.op;
  auto pad = op.getDpsInputs()[0].getDefiningOp<tensor::PadOp>();
  int64_t pads[4] = {0, 0, 0, 0};
  if (pad && !problem.isMatmul)
    for (unsigned axis : {0, 1}) {
      int64_t dim = problem.imagePermutation[axis + 1];
      pads[axis] = pad.getStaticLow()[dim];
      pads[axis + 2] = pad.getStaticHigh()[dim];
    }
  printSizes(os, pads, ",");
  os << ", stride " << problem.strides[0] << "x" << problem.strides[1]
     << ", dilation " << problem.dilations[0] << "x" << problem.dilations[1]
     << ", " << problem.imageType << "," << problem.filterType << ","
     << problem.sumType;
  return key;
}
