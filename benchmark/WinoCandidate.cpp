//===- WinoCandidate.cpp - Code that Wino generates -----------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Candidate.h"
#include "PhaseTimers.h"
#include "Wino/Driver/CodeGen.h"
#include "Wino/IR/WinoDialect.h"
#include "Wino/InitAllDialects.h"
#include "Wino/Pipelines/Pipelines.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#include <dlfcn.h>
#include <limits>

using namespace mlir;
using namespace wino;
using namespace wino::bench;

/// The attributes of functions and arguments that the pipeline sets.
static constexpr llvm::StringLiteral kWeight = "wino.weight";
static constexpr llvm::StringLiteral kPacked = "wino.packed";
static constexpr llvm::StringLiteral kPackedBytes = "wino.packed_bytes";
static constexpr llvm::StringLiteral kScratch = "wino.scratch";
static constexpr llvm::StringLiteral kScratchBytes = "wino.scratch_bytes";
static constexpr llvm::StringLiteral kPrepare = "wino.prepare";
static constexpr llvm::StringLiteral kLayers = "wino.layers";

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
  function.setArgAttr(1, kWeight, b.getUnitAttr());
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
// Compilation
//===----------------------------------------------------------------------===//

/// What @conv and its prepare function take, read off the function after
/// bufferization.
namespace {
struct Interface {
  enum class Role { Input, Filter, Output, Packed, Scratch, Cycles };
  SmallVector<Role> arguments;
  std::string prepare;
  SmallVector<Role> prepareArguments;
  int64_t packedBytes = 0, scratchBytes = 0;
  std::string plan;
};
} // namespace

static int64_t getInteger(func::FuncOp function, StringRef name) {
  auto attr = function->getAttrOfType<IntegerAttr>(name);
  return attr ? attr.getInt() : 0;
}

static SmallVector<Interface::Role> getRoles(func::FuncOp function) {
  using Role = Interface::Role;
  SmallVector<Role> roles;
  bool hasInput = function.getName() == kFunction;
  for (unsigned index = 0; index < function.getNumArguments(); ++index) {
    if (function.getArgAttr(index, kPacked))
      roles.push_back(Role::Packed);
    else if (function.getArgAttr(index, kScratch))
      roles.push_back(Role::Scratch);
    else if (function.getArgAttr(index, kWeight))
      roles.push_back(Role::Filter);
    else
      roles.push_back(index == 0 && hasInput ? Role::Input : Role::Output);
  }
  return roles;
}

/// Returns the plan that the layer got.
static std::string getPlan(func::FuncOp function) {
  auto layers = function->getAttrOfType<ArrayAttr>(kLayers);
  auto entry = layers && !layers.empty() ? dyn_cast<DictionaryAttr>(layers[0])
                                         : DictionaryAttr();
  auto plan = entry ? entry.getAs<StringAttr>("plan") : StringAttr();
  return plan ? plan.str() : "not planned";
}

static llvm::Expected<Interface> getInterface(ModuleOp module) {
  auto function = module.lookupSymbol<func::FuncOp>(kFunction);
  if (!function)
    return llvm::createStringError("the function was lost in compilation");
  Interface interface;
  interface.arguments = getRoles(function);
  interface.packedBytes = getInteger(function, kPackedBytes);
  interface.scratchBytes = getInteger(function, kScratchBytes);
  interface.plan = getPlan(function);
  auto name = function->getAttrOfType<FlatSymbolRefAttr>(kPrepare);
  if (!name)
    return interface;
  auto prepare = module.lookupSymbol<func::FuncOp>(name.getValue());
  if (!prepare)
    return llvm::createStringError("the prepare function is missing");
  interface.prepare = name.getValue().str();
  interface.prepareArguments = getRoles(prepare);
  return interface;
}

/// Returns a context in which all dialects of the pipeline are registered.
static std::unique_ptr<MLIRContext> createContext() {
  DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  mlir::registerAllToLLVMIRTranslations(registry);
  wino::registerAllDialects(registry);
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

static LogicalResult runPipeline(
    ModuleOp module, const WinoRequest &request,
    function_ref<void(OpPassManager &, const WinoToLLVMOptions &)> build) {
  WinoToLLVMOptions options;
  options.cpu = "host";
  options.algorithm = request.algorithm;
  options.threads = request.threads;
  options.packWeights = true;
  options.requireBounded = true;
  options.barePointers = true;
  PassManager passes(module.getContext());
  passes.enableVerifier(false);
  build(passes, options);
  return passes.run(module);
}

//===----------------------------------------------------------------------===//
// The candidate
//===----------------------------------------------------------------------===//

namespace {
/// Compiled code with its buffers.
class WinoCandidate : public Candidate {
public:
  using PackedFunction = void (*)(void **);

  WinoCandidate(const Problem &problem, Interface interface,
                std::unique_ptr<ExecutionEngine> engine)
      : interface(std::move(interface)), engine(std::move(engine)),
        input(problem.input.size()), filter(problem.filter.size()),
        output(problem.layer.outputSize()), packed(this->interface.packedBytes),
        scratch(this->interface.scratchBytes),
        outputSize(problem.layer.outputSize()) {
    llvm::copy(problem.input, input.data());
    llvm::copy(problem.filter, filter.data());
    pointers = {input.data(),  filter.data(),  output.data(),
                packed.data(), scratch.data(), cycles.data()};
  }

  /// Finds the functions and prepares the weights.
  llvm::Error initialize() {
    auto find = [&](StringRef name) { return engine->lookupPacked(name); };
    if (!interface.prepare.empty()) {
      auto prepare = find(interface.prepare);
      if (!prepare)
        return prepare.takeError();
      (*prepare)(getAddresses(interface.prepareArguments).data());
    }
    auto found = find(kFunction);
    if (!found)
      return found.takeError();
    function = *found;
    addresses = getAddresses(interface.arguments);
    return llvm::Error::success();
  }

  void run() override { function(addresses.data()); }
  std::vector<float> getOutput() override {
    return {output.data(), output.data() + outputSize};
  }
  std::string getLabel() const override { return interface.plan; }
  int64_t getWeightBytes() const override { return interface.packedBytes; }
  int64_t getScratchBytes() const override { return interface.scratchBytes; }

  /// The counts of phase timers, which add to them.
  PhaseCycles &getCycles() { return cycles; }

private:
  /// A packed call takes the addresses of the arguments.
  SmallVector<void *> getAddresses(ArrayRef<Interface::Role> roles) {
    SmallVector<void *> result;
    for (Interface::Role role : roles)
      result.push_back(&pointers[static_cast<unsigned>(role)]);
    return result;
  }

  Interface interface;
  std::unique_ptr<ExecutionEngine> engine;
  AlignedArray<float> input, filter, output;
  AlignedArray<char> packed, scratch;
  int64_t outputSize;
  PhaseCycles cycles = {};
  /// By role.
  std::array<void *, 6> pointers;
  SmallVector<void *> addresses;
  PackedFunction function = nullptr;
};
} // namespace

/// Compiles the layer; with `hasTimers`, its phases count their cycles.
static llvm::Expected<std::unique_ptr<WinoCandidate>>
compile(const Problem &problem, const WinoRequest &request, bool hasTimers) {
  static std::unique_ptr<MLIRContext> context = createContext();
  std::string message;
  ScopedDiagnosticHandler handler(context.get(), [&](Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() == DiagnosticSeverity::Error)
      message += (message.empty() ? "" : "; ") + diagnostic.str();
  });
  OwningOpRef<ModuleOp> module = buildModule(*context, problem.layer);
  if (!request.plan.empty())
    if (llvm::Error error = setPlan(*module, request.plan))
      return std::move(error);
  if (failed(runPipeline(*module, request, buildWinoToBuffersPipeline)))
    return llvm::createStringError(message);
  llvm::Expected<Interface> interface = getInterface(*module);
  if (!interface)
    return interface.takeError();
  if (hasTimers) {
    insertPhaseTimers(module->lookupSymbol<func::FuncOp>(kFunction));
    interface->arguments.push_back(Interface::Role::Cycles);
  }
  if (failed(runPipeline(*module, request, buildBuffersToLLVMPipeline)))
    return llvm::createStringError(message);
  auto engine = createHostEngine(*module);
  if (!engine)
    return engine.takeError();
  auto candidate = std::make_unique<WinoCandidate>(
      problem, std::move(*interface), std::move(*engine));
  if (llvm::Error error = candidate->initialize())
    return std::move(error);
  return candidate;
}

/// Loads the OpenMP runtime, where compiled code finds it, and sets how many
/// threads it has.
static llvm::Error useThreads(int64_t threads) {
  using SetNumThreads = void (*)(int);
  void *library = dlopen(WINO_BENCH_OPENMP_LIBRARY, RTLD_NOW | RTLD_GLOBAL);
  if (!library)
    return llvm::createStringError("there is no OpenMP runtime");
  auto set =
      reinterpret_cast<SetNumThreads>(dlsym(library, "omp_set_num_threads"));
  if (!set)
    return llvm::createStringError("the OpenMP runtime is damaged");
  set(static_cast<int>(threads));
  return llvm::Error::success();
}

llvm::Expected<CandidatePtr>
wino::bench::createWino(const Problem &problem, const WinoRequest &request) {
  if (request.threads > 1)
    if (llvm::Error error = useThreads(request.threads))
      return std::move(error);
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
