//===- LayoutGroups.cpp - Which images share a layout ---------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LayoutGroups.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/IntEqClasses.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace wino;

/// Whether `value` is an image, of four dimensions.
static bool isImage(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.getRank() == 4 && type.getElementType().isIntOrFloat();
}

/// Whether `op` computes images in any layout, as long as all have the same.
static bool isOfAnyLayout(Operation *op) {
  if (isa<tensor::PadOp, tensor::EmptyOp, linalg::FillOp>(op) ||
      op->hasTrait<OpTrait::ConstantLike>() ||
      op->hasTrait<OpTrait::Elementwise>())
    return true;
  auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
  return linalgOp && (linalg::isElementwise(linalgOp) ||
                      isa<linalg::ConvolutionOpInterface>(op));
}

/// Elements and bytes of an image; dynamic sizes count as one.
static double getImageElements(Value value) {
  return double(
      countElements(cast<RankedTensorType>(value.getType()).getShape()));
}
static double getImageBytes(Value value) {
  Type type = cast<RankedTensorType>(value.getType()).getElementType();
  return getImageElements(value) * type.getIntOrFloatBitWidth() / 8;
}

static bool isIdentity(ArrayRef<int64_t> permutation) {
  return llvm::equal(permutation, llvm::seq<int64_t>(permutation.size()));
}

LayoutGroups::LayoutGroups(Operation *function, ArrayRef<ConvProblem> problems,
                           const CPUInfo &cpu)
    : cpu(cpu) {
  llvm::SmallDenseSet<Operation *> convolutions;
  for (const ConvProblem &problem : problems)
    convolutions.insert(problem.op);
  // Images by number, and those that meet ops of a fixed layout.
  llvm::MapVector<Value, unsigned> numbers;
  SmallVector<Value> boundary;
  auto number = [&](Value value) {
    return numbers.insert({value, numbers.size()}).first->second;
  };
  SmallVector<std::pair<unsigned, unsigned>> joined;
  function->walk([&](Operation *op) {
    SmallVector<Value> images;
    for (ValueRange values :
         {ValueRange(op->getOperands()), ValueRange(op->getResults())})
      llvm::append_range(images, llvm::make_filter_range(values, isImage));
    for (Region &region : op->getRegions())
      for (BlockArgument argument : region.getArguments())
        if (isImage(argument))
          boundary.push_back(argument);
    for (Value image : images)
      number(image);
    if (convolutions.contains(op))
      return;
    if (!isOfAnyLayout(op))
      return (void)llvm::append_range(boundary, images);
    for (Value image : images)
      joined.emplace_back(number(images.front()), number(image));
  });
  for (Value value : boundary)
    number(value);
  llvm::IntEqClasses classes(numbers.size());
  for (auto [a, b] : joined)
    classes.join(a, b);
  classes.compress();

  // Only groups that are not NHWC in the IR have a choice.
  llvm::MapVector<unsigned, unsigned> groups;
  auto addAccess = [&](unsigned problem, Value value,
                       ArrayRef<int64_t> permutation, bool isResult) {
    if (isIdentity(permutation))
      return;
    unsigned group =
        groups.insert({classes[numbers.lookup(value)], groups.size()})
            .first->second;
    accesses.push_back({problem, group, isResult, getImageBytes(value),
                        getImageElements(value)});
  };
  for (auto [index, problem] : llvm::enumerate(problems)) {
    if (problem.isMatmul)
      continue;
    linalg::LinalgOp op = problem.op;
    addAccess(index, op.getDpsInputs()[0], problem.imagePermutation,
              /*isResult=*/false);
    addAccess(index, op->getResult(0), problem.resultPermutation,
              /*isResult=*/true);
  }
  boundaryCycles.assign(groups.size(), 0);
  for (Value value : boundary)
    if (auto it = groups.find(classes[numbers.lookup(value)]);
        it != groups.end())
      boundaryCycles[it->second] += getFoldedCycles(getImageElements(value));
}

/// Cycles of a transpose that is part of a load or store that happens anyway:
/// its shuffles.
double LayoutGroups::getFoldedCycles(double elements) const {
  constexpr double kShufflesPerVector = 2;
  return elements * 32 / double(cpu.vectorBits) * kShufflesPerVector *
         cpu.opCycles;
}

/// Cycles of a transpose of its own.
double LayoutGroups::getTransposeCycles(double bytes, double elements) const {
  double bytesPerCycle = 2 * bytes > double(cpu.l2Bytes)
                             ? cpu.memoryBytesPerCycle
                             : cpu.l2BytesPerCycle;
  return getFoldedCycles(elements) + 2 * bytes / bytesPerCycle;
}

double LayoutGroups::getCycles(const Access &access, PlanAttr plan,
                               GroupLayout layout) const {
  const Algorithm kind = plan.getAlgorithm();
  if (kind == Algorithm::Loops)
    return layout == kNHWC ? getTransposeCycles(access.bytes, access.elements)
                           : 0;
  // Its vectors run along the pixels.
  if (kind == Algorithm::Im2Col)
    return layout == kNHWC ? getFoldedCycles(access.elements) : 0;
  if (layout == kNHWC)
    return 0;
  // Rows of patches are not read from other layouts.
  return kind == Algorithm::Im2Row && !access.isResult
             ? getTransposeCycles(access.bytes, access.elements)
             : getFoldedCycles(access.elements);
}
