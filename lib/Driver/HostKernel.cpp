//===- HostKernel.cpp - Convolutions that run in this process -------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Driver/HostKernel.h"
#include "Wino/Driver/CodeGen.h"
#include "Wino/IR/WinoDialect.h"
#include "Wino/Pipelines/Pipelines.h"
#include "Wino/Transforms/Transforms.h"
#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "llvm/Support/MathExtras.h"
#include <cstring>
#include <dlfcn.h>

using namespace mlir;
using namespace wino;

HostKernel::HostKernel() = default;
HostKernel::~HostKernel() = default;

static LogicalResult runPipeline(
    ModuleOp module, const HostKernelOptions &kernelOptions,
    function_ref<void(OpPassManager &, const WinoToLLVMOptions &)> build) {
  WinoToLLVMOptions options;
  options.cpu = "host";
  options.algorithm = kernelOptions.algorithm;
  options.maxError = kernelOptions.maxError;
  options.threads = kernelOptions.threads;
  options.packWeights = true;
  options.requireBounded = true;
  options.barePointers = true;
  PassManager passes(module.getContext());
  passes.enableVerifier(false);
  build(passes, options);
  return passes.run(module);
}

/// Loads the OpenMP runtime, where compiled code finds it, and sets how many
/// threads it has.
static llvm::Error useThreads(int64_t threads) {
  using SetNumThreads = void (*)(int);
  void *library = dlopen(WINO_OPENMP_LIBRARY, RTLD_NOW | RTLD_GLOBAL);
  if (!library)
    return llvm::createStringError("there is no OpenMP runtime");
  auto set =
      reinterpret_cast<SetNumThreads>(dlsym(library, "omp_set_num_threads"));
  if (!set)
    return llvm::createStringError("the OpenMP runtime is damaged");
  set(static_cast<int>(threads));
  return llvm::Error::success();
}

/// Returns the plan that the convolution got.
static std::string findPlan(func::FuncOp function) {
  auto layers = function->getAttrOfType<ArrayAttr>(kLayersAttrName);
  auto entry = layers && !layers.empty() ? dyn_cast<DictionaryAttr>(layers[0])
                                         : DictionaryAttr();
  auto plan = entry ? entry.getAs<StringAttr>("plan") : StringAttr();
  return plan ? plan.str() : "not planned";
}

/// Makes a buffer for each argument; returns what they are.
SmallVector<HostKernel::Role> HostKernel::allocate(func::FuncOp function,
                                                   bool hasInput) {
  SmallVector<Role> result;
  bool hasOutput = false;
  for (auto [index, type] : llvm::enumerate(function.getArgumentTypes())) {
    Role role = Role::Output;
    if (function.getArgAttr(index, WinoDialect::kPackedAttrName))
      role = Role::Packed;
    else if (function.getArgAttr(index, WinoDialect::kScratchAttrName))
      role = Role::Scratch;
    else if (function.getArgAttr(index, WinoDialect::kWeightAttrName))
      role = Role::Filter;
    else if (index == 0 && hasInput)
      role = Role::Input;
    else if (hasOutput)
      role = Role::Extra;
    hasOutput |= role == Role::Output;
    result.push_back(role);
    Buffer &buffer = buffers[static_cast<unsigned>(role)];
    auto memref = cast<MemRefType>(type);
    const size_t size = memref.getNumElements() *
                        llvm::divideCeil(memref.getElementTypeBitWidth(), 8);
    // Both functions have scratch memory, the larger of which serves both.
    if (buffer.owner && size_t(buffer.size) >= size)
      continue;
    buffer.size = size;
    constexpr size_t kAlignment = 64;
    const size_t bytes = llvm::alignTo(buffer.size + 1, kAlignment);
    buffer.owner.reset(
        static_cast<char *>(std::aligned_alloc(kAlignment, bytes)));
    std::memset(buffer.owner.get(), 0, bytes);
    buffer.pointer = buffer.owner.get();
  }
  return result;
}

/// Reads off the functions on buffers what they take.
llvm::Error HostKernel::describe(ModuleOp module, StringRef name) {
  auto function = module.lookupSymbol<func::FuncOp>(name);
  if (!function)
    return llvm::createStringError("the function was lost in compilation");
  plan = findPlan(function);
  roles = allocate(function, /*hasInput=*/true);
  auto prepare =
      function->getAttrOfType<FlatSymbolRefAttr>(WinoDialect::kPrepareAttrName);
  if (!prepare)
    return llvm::Error::success();
  auto prepareFunction = module.lookupSymbol<func::FuncOp>(prepare.getValue());
  if (!prepareFunction)
    return llvm::createStringError("the prepare function is missing");
  prepareName = prepare.getValue().str();
  prepareRoles = allocate(prepareFunction, /*hasInput=*/false);
  return llvm::Error::success();
}

/// A packed call takes the addresses of the arguments.
SmallVector<void *> HostKernel::getAddresses(ArrayRef<Role> roles) {
  return llvm::map_to_vector(roles, [&](Role role) -> void * {
    return &buffers[static_cast<unsigned>(role)].pointer;
  });
}

llvm::Error HostKernel::link(StringRef name) {
  auto found = engine->lookupPacked(name);
  if (!found)
    return found.takeError();
  function = *found;
  addresses = getAddresses(roles);
  return llvm::Error::success();
}

llvm::Error HostKernel::prepare() {
  if (prepareName.empty())
    return llvm::Error::success();
  auto found = engine->lookupPacked(prepareName);
  if (!found)
    return found.takeError();
  (*found)(getAddresses(prepareRoles).data());
  return llvm::Error::success();
}

llvm::Expected<std::unique_ptr<HostKernel>>
HostKernel::compile(ModuleOp module, StringRef name,
                    const HostKernelOptions &options) {
  if (options.threads > 1)
    if (llvm::Error error = useThreads(options.threads))
      return std::move(error);
  std::string message;
  ScopedDiagnosticHandler handler(
      module.getContext(), [&](Diagnostic &diagnostic) {
        if (diagnostic.getSeverity() == DiagnosticSeverity::Error)
          message += (message.empty() ? "" : "; ") + diagnostic.str();
      });
  if (failed(runPipeline(module, options, buildWinoToBuffersPipeline)))
    return llvm::createStringError(message);
  if (options.instrument)
    options.instrument(module.lookupSymbol<func::FuncOp>(name));
  std::unique_ptr<HostKernel> kernel(new HostKernel);
  if (llvm::Error error = kernel->describe(module, name))
    return std::move(error);
  if (failed(runPipeline(module, options, buildBuffersToLLVMPipeline)))
    return llvm::createStringError(message);
  llvm::Expected<std::unique_ptr<ExecutionEngine>> engine =
      createHostEngine(module);
  if (!engine)
    return engine.takeError();
  kernel->engine = std::move(*engine);
  if (llvm::Error error = kernel->link(name))
    return std::move(error);
  return kernel;
}
