//===- WinoCandidate.cpp - Code that Wino generates -----------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Candidate.h"
#include "PhaseTimers.h"
#include "Wino/Driver/HostKernel.h"
#include "Wino/Driver/Model.h"
#include "Wino/IR/WinoDialect.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include <cstring>
#include <limits>

using namespace mlir;
using namespace wino;
using namespace wino::bench;

static constexpr llvm::StringLiteral kFunction = "conv";

//===----------------------------------------------------------------------===//
// The module of a layer
//===----------------------------------------------------------------------===//

/// Returns the channels [group * count, (group + 1) * count) of `value`.
static Value sliceChannels(ImplicitLocOpBuilder &b, Value value, int64_t group,
                           int64_t count) {
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getShape().back() == count)
    return value;
  SmallVector<OpFoldResult> offsets(4, b.getIndexAttr(0));
  SmallVector<OpFoldResult> ones(4, b.getIndexAttr(1));
  SmallVector<OpFoldResult> sizes =
      getAsIndexOpFoldResult(b.getContext(), type.getShape());
  offsets.back() = b.getIndexAttr(group * count);
  sizes.back() = b.getIndexAttr(count);
  return tensor::ExtractSliceOp::create(b, value, offsets, sizes, ones);
}

/// Builds one dense convolution per group and puts the results side by side.
static Value buildConvolution(ImplicitLocOpBuilder &b, const Layer &layer,
                              Value padded, Value filter) {
  auto type = [&](int64_t channels) {
    return RankedTensorType::get(
        {layer.n, layer.outH(), layer.outW(), channels}, b.getF32Type());
  };
  int64_t groupC = layer.c / layer.groups, groupK = layer.k / layer.groups;
  Value zero = arith::ConstantOp::create(b, b.getF32FloatAttr(0));
  auto strides = b.getI64VectorAttr({layer.stride, layer.stride});
  auto dilations = b.getI64VectorAttr({1, 1});
  SmallVector<Value> groups;
  for (int64_t group = 0; group < layer.groups; ++group) {
    Value empty =
        tensor::EmptyOp::create(b, type(groupK).getShape(), b.getF32Type());
    Value init = linalg::FillOp::create(b, zero, empty).getResult(0);
    Value image = sliceChannels(b, padded, group, groupC);
    Value weights = sliceChannels(b, filter, group, groupK);
    groups.push_back(linalg::Conv2DNhwcHwcfOp::create(
                         b, TypeRange{type(groupK)}, ValueRange{image, weights},
                         ValueRange{init}, strides, dilations)
                         .getResult(0));
  }
  if (groups.size() == 1)
    return groups.front();
  return tensor::ConcatOp::create(b, /*dim=*/3, groups);
}

/// Builds a module with the function @conv, as a front end would emit it.
static OwningOpRef<ModuleOp> buildModule(MLIRContext &context,
                                         const Layer &layer) {
  Location loc = NameLoc::get(StringAttr::get(&context, layer.str()));
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  ImplicitLocOpBuilder b(loc, module->getBodyRegion());
  auto type = [&](ArrayRef<int64_t> shape) {
    return RankedTensorType::get(shape, b.getF32Type());
  };
  RankedTensorType inputType = type({layer.n, layer.h, layer.w, layer.c});
  RankedTensorType filterType =
      type({layer.r, layer.s, layer.c / layer.groups, layer.k});
  RankedTensorType outputType =
      type({layer.n, layer.outH(), layer.outW(), layer.k});
  auto function = func::FuncOp::create(
      b, kFunction, b.getFunctionType({inputType, filterType}, {outputType}));
  function.setArgAttr(1, WinoDialect::kWeightAttrName, b.getUnitAttr());
  b.setInsertionPointToStart(function.addEntryBlock());
  Value padded = function.getArgument(0);
  if (layer.padH || layer.padW) {
    SmallVector<OpFoldResult> pads = {
        b.getIndexAttr(0), b.getIndexAttr(layer.padH),
        b.getIndexAttr(layer.padW), b.getIndexAttr(0)};
    Value zero = arith::ConstantOp::create(b, b.getF32FloatAttr(0));
    padded = tensor::PadOp::create(b,
                                   type({layer.n, layer.h + 2 * layer.padH,
                                         layer.w + 2 * layer.padW, layer.c}),
                                   padded, pads, pads, zero);
  }
  Value result = buildConvolution(b, layer, padded, function.getArgument(1));
  func::ReturnOp::create(b, result);
  return module;
}

//===----------------------------------------------------------------------===//
// The candidate
//===----------------------------------------------------------------------===//

/// Returns a context in which all dialects of the pipeline are registered.
static std::unique_ptr<MLIRContext> createContext() {
  DialectRegistry registry;
  registerDriverDialects(registry);
  auto context =
      std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  context->loadAllAvailableDialects();
  return context;
}

/// Puts the plan `text` on every convolution of `module`.
static llvm::Error setPlan(ModuleOp module, StringRef text) {
  auto plan =
      dyn_cast_or_null<PlanAttr>(parseAttribute(text, module.getContext()));
  if (!plan)
    return llvm::createStringError("'" + text + "' is no #wino.plan attribute");
  module.walk(
      [&](linalg::Conv2DNhwcHwcfOp op) { op->setAttr("wino.plan", plan); });
  return llvm::Error::success();
}

namespace {
/// Compiled code with its buffers.
class WinoCandidate : public Candidate {
public:
  explicit WinoCandidate(std::unique_ptr<HostKernel> kernel)
      : kernel(std::move(kernel)) {}

  void run() override { kernel->run(); }
  std::vector<float> getOutput() override {
    auto *begin = reinterpret_cast<float *>(kernel->getOutput().data());
    return {begin, begin + kernel->getOutput().size() / sizeof(float)};
  }
  std::string getLabel() const override { return kernel->getPlan(); }
  int64_t getWeightBytes() const override { return kernel->getPackedBytes(); }
  int64_t getScratchBytes() const override { return kernel->getScratchBytes(); }

  /// The counts of phase timers, which add to them.
  PhaseCycles &getCycles() {
    return *reinterpret_cast<PhaseCycles *>(kernel->getExtra().data());
  }

private:
  std::unique_ptr<HostKernel> kernel;
};
} // namespace

static void copyTo(MutableArrayRef<char> buffer, ArrayRef<float> values) {
  std::memcpy(buffer.data(), values.data(), buffer.size());
}

/// Compiles the layer; with `hasTimers`, its phases count their cycles.
static llvm::Expected<std::unique_ptr<WinoCandidate>>
compile(const Problem &problem, const WinoRequest &request, bool hasTimers) {
  static std::unique_ptr<MLIRContext> context = createContext();
  OwningOpRef<ModuleOp> module = buildModule(*context, problem.layer);
  if (!request.plan.empty())
    if (llvm::Error error = setPlan(*module, request.plan))
      return std::move(error);
  HostKernelOptions options;
  options.algorithm = request.algorithm;
  options.threads = request.threads;
  if (hasTimers)
    options.instrument = insertPhaseTimers;
  llvm::Expected<std::unique_ptr<HostKernel>> kernel =
      HostKernel::compile(*module, kFunction, options);
  if (!kernel)
    return kernel.takeError();
  copyTo((*kernel)->getInput(), problem.input);
  copyTo((*kernel)->getFilter(), problem.filter);
  if (llvm::Error error = (*kernel)->prepare())
    return std::move(error);
  return std::make_unique<WinoCandidate>(std::move(*kernel));
}

llvm::Expected<CandidatePtr>
wino::bench::createWino(const Problem &problem, const WinoRequest &request) {
  return compile(problem, request, /*hasTimers=*/false);
}

llvm::Expected<PhaseShares>
wino::bench::measureWinoPhases(const Problem &problem,
                               const WinoRequest &request) {
  auto candidate = compile(problem, request, /*hasTimers=*/true);
  if (!candidate)
    return candidate.takeError();
  // The fastest of a few runs is the least disturbed one.
  constexpr int kNumRuns = 7;
  int64_t best = std::numeric_limits<int64_t>::max();
  PhaseShares shares = {};
  for (int run = 0; run < kNumRuns; ++run) {
    PhaseCycles &cycles = (*candidate)->getCycles();
    cycles.fill(0);
    (*candidate)->run();
    int64_t total = cycles.back();
    if (run == 0 || total >= best)
      continue;
    best = total;
    for (unsigned phase = 0; phase < kNumPhases; ++phase)
      shares[phase] = double(cycles[phase]) / double(total);
  }
  return shares;
}
