//===- TuneKernel.cpp - The time of one plan ------------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TuneKernel.h"
#include "Wino/Algorithms/QuantizedPlan.h"
#include "Wino/Driver/HostKernel.h"
#include "Wino/Driver/Timing.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/SetVector.h"
#include <limits>
#include <random>

using namespace mlir;
using namespace wino;

static constexpr llvm::StringLiteral kFunction = "conv";

/// Returns the image before it is padded, and the op that pads it, if there is
/// one.
static std::pair<Value, tensor::PadOp> getImage(const ConvProblem &problem) {
  linalg::LinalgOp op = problem.op;
  Value image = op.getDpsInputs()[0];
  auto pad = image.getDefiningOp<tensor::PadOp>();
  return {pad ? pad.getSource() : image, pad};
}

bool wino::hasStaticShapes(const ConvProblem &problem) {
  linalg::LinalgOp op = problem.op;
  auto isStatic = [](Value value) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    return type && type.hasStaticShape();
  };
  auto [image, pad] = getImage(problem);
  return isStatic(image) && llvm::all_of(op->getOperands(), isStatic) &&
         (!pad || (pad.getLow().empty() && pad.getHigh().empty()));
}

/// Returns the value of the filter if it is known, else a unit attribute.
static Attribute getFilterValue(Value filter) {
  Attribute value;
  if (matchPattern(filter, m_Constant(&value)))
    return value;
  auto arg = dyn_cast<BlockArgument>(filter);
  auto function = arg ? dyn_cast<func::FuncOp>(arg.getOwner()->getParentOp())
                      : func::FuncOp();
  if (function && arg.getOwner()->isEntryBlock())
    value =
        function.getArgAttr(arg.getArgNumber(), WinoDialect::kWeightAttrName);
  return value ? value : UnitAttr::get(filter.getContext());
}

/// Copies `op` and the constants that its regions use.
static Operation *cloneWithConstants(ImplicitLocOpBuilder &b, Operation *op,
                                     IRMapping &mapping) {
  llvm::SetVector<Value> used;
  getUsedValuesDefinedAbove(op->getRegions(), used);
  for (Value value : used)
    if (Operation *constant = value.getDefiningOp();
        constant && constant->hasTrait<OpTrait::ConstantLike>())
      b.clone(*constant, mapping);
  return b.clone(*op, mapping);
}

/// Returns `plan` for a convolution whose filter and data nobody knows: the
/// range of its network's may have proved it exact, or its error small.
static PlanAttr allow(PlanAttr plan) {
  if (!plan.getNumbers() || isQuantized(plan))
    return plan;
  return PlanAttr::get(plan.getContext(), plan.getAlgorithm(),
                       plan.getTransform(), plan.getNumbers(),
                       plan.getSchedule(), /*unproved=*/true);
}

/// Builds a module with the convolution alone, as a function of image and
/// filter.
static OwningOpRef<ModuleOp> buildModule(const ConvProblem &problem,
                                         PlanAttr plan) {
  linalg::LinalgOp op = problem.op;
  OwningOpRef<ModuleOp> module = ModuleOp::create(op.getLoc());
  ImplicitLocOpBuilder b(op.getLoc(), module->getBodyRegion());
  auto [image, pad] = getImage(problem);
  Value filter = op.getDpsInputs()[1];
  auto resultType = cast<RankedTensorType>(op->getResult(0).getType());
  auto function = func::FuncOp::create(
      b, kFunction,
      b.getFunctionType({image.getType(), filter.getType()}, {resultType}));
  function.setArgAttr(1, WinoDialect::kWeightAttrName, getFilterValue(filter));
  b.setInsertionPointToStart(function.addEntryBlock());

  IRMapping mapping;
  mapping.map(image, function.getArgument(0));
  mapping.map(filter, function.getArgument(1));
  if (pad)
    cloneWithConstants(b, pad, mapping);
  Type elementType = resultType.getElementType();
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(elementType));
  Value empty = tensor::EmptyOp::create(b, resultType.getShape(), elementType);
  mapping.map(op.getDpsInits()[0],
              linalg::FillOp::create(b, zero, empty).getResult(0));
  Operation *convolution = cloneWithConstants(b, op, mapping);
  convolution->setAttr(WinoDialect::kPlanAttrName, allow(plan));
  func::ReturnOp::create(b, convolution->getResult(0));
  return module;
}

/// Fills a buffer with numbers of magnitude up to 1, or any integers.
static void fill(MutableArrayRef<char> buffer, Type type) {
  std::mt19937 generator(1);
  auto fillWith = [&](auto zero, auto scale) {
    using T = decltype(zero);
    auto *values = reinterpret_cast<T *>(buffer.data());
    for (size_t i = 0; i < buffer.size() / sizeof(T); ++i)
      values[i] = static_cast<T>(generator() >> 8) * scale - 1;
  };
  if (type.isF32())
    fillWith(0.0f, 0x1p-23f);
  else if (type.isF64())
    fillWith(0.0, 0x1p-23);
  else if (type.isInteger(8))
    for (char &value : buffer)
      value = static_cast<char>(generator());
}

llvm::Expected<std::optional<double>>
wino::measurePlan(const ConvProblem &problem, PlanAttr plan, int64_t threads,
                  const std::function<bool()> &isInterrupted) {
  OwningOpRef<ModuleOp> module = buildModule(problem, plan);
  HostKernelOptions options;
  options.threads = threads;
  if (isQuantized(plan))
    options.maxError = std::numeric_limits<double>::max();
  llvm::Expected<std::unique_ptr<HostKernel>> kernel =
      HostKernel::compile(*module, kFunction, options);
  if (!kernel)
    return kernel.takeError();
  fill((*kernel)->getInput(), problem.imageType);
  fill((*kernel)->getFilter(), problem.filterType);
  if (llvm::Error error = (*kernel)->prepare())
    return std::move(error);
  // Once interrupted, the rounds end at once.
  auto run = [&] {
    if (!isInterrupted())
      (*kernel)->run();
  };
  constexpr int kNumRounds = 5;
  constexpr double kMinSeconds = 0.01, kNanosecondsPerSecond = 1e9;
  std::vector<RoundTimes> times =
      timeInRounds({run}, kNumRounds, kMinSeconds,
                   threads > 1 ? TimingClock::Busiest : TimingClock::Thread);
  if (isInterrupted())
    return std::nullopt;
  return std::optional(getQuantile(times.front(), 0.5) * kNanosecondsPerSecond);
}
