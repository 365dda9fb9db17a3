//===- KernelTester.cpp - Runs lowered ops on guarded buffers -------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelTester.h"

#include "Wino/IR/WinoDialect.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Verifier.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/Support/TargetSelect.h"
#include <sys/mman.h>
#include <unistd.h>

using namespace mlir;
using namespace wino;
using namespace wino::test;

GuardedMemory::GuardedMemory(size_t numBytes, Side side) {
  size_t page = sysconf(_SC_PAGESIZE);
  size_t inner = llvm::alignTo(numBytes, page);
  mappedBytes = inner + 2 * page;
  mapping =
      mmap(nullptr, mappedBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED)
    llvm::report_fatal_error("cannot map guarded memory");
  char *begin = static_cast<char *>(mapping) + page;
  if (inner != 0 && mprotect(begin, inner, PROT_READ | PROT_WRITE) != 0)
    llvm::report_fatal_error("cannot make guarded memory accessible");
  data = side == Side::Before ? begin : begin + inner - numBytes;
}

GuardedMemory::~GuardedMemory() { munmap(mapping, mappedBytes); }

//===----------------------------------------------------------------------===//
// Kernel
//===----------------------------------------------------------------------===//

struct Kernel::Impl {
  std::unique_ptr<ExecutionEngine> engine;
};

static MLIRContext &getContext() {
  static MLIRContext *context = [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    DialectRegistry registry;
    registerAllDialects(registry);
    registerAllExtensions(registry);
    registerAllToLLVMIRTranslations(registry);
    registry.insert<WinoDialect>();
    auto *result = new MLIRContext(registry, MLIRContext::Threading::DISABLED);
    result->loadAllAvailableDialects();
    return result;
  }();
  return *context;
}

static LogicalResult lowerToLLVM(ModuleOp module) {
  PassManager pm(module.getContext());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(memref::createExpandStridedMetadataPass());
  pm.addPass(createLowerAffinePass());
  pm.addPass(createSCFToControlFlowPass());
  pm.addPass(createConvertVectorToLLVMPass());
  pm.addPass(createFinalizeMemRefToLLVMConversionPass());
  pm.addPass(createArithToLLVMConversionPass());
  pm.addPass(createConvertIndexToLLVMPass());
  pm.addPass(createConvertFuncToLLVMPass());
  pm.addPass(createConvertControlFlowToLLVMPass());
  pm.addPass(createUBToLLVMConversionPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
  return pm.run(module);
}

Kernel::Kernel(const std::string &text, const WinoToVectorOptions &options)
    : impl(std::make_unique<Impl>()) {
  OwningOpRef<ModuleOp> module =
      parseSourceString<ModuleOp>(text, &getContext());
  if (!module || failed(lowerWinoToVector(*module, options)) ||
      failed(verify(*module)) || failed(lowerToLLVM(*module))) {
    ADD_FAILURE() << "cannot compile\n" << text;
    return;
  }
  ExecutionEngineOptions engineOptions;
  engineOptions.jitCodeGenOptLevel = llvm::CodeGenOptLevel::Less;
  llvm::Expected<std::unique_ptr<ExecutionEngine>> engine =
      ExecutionEngine::create(*module, engineOptions);
  if (!engine) {
    ADD_FAILURE() << llvm::toString(engine.takeError());
    return;
  }
  impl->engine = std::move(*engine);
}

Kernel::~Kernel() = default;

void Kernel::run(llvm::MutableArrayRef<Argument> arguments) const {
  if (!impl->engine)
    return;
  // The C interface takes memrefs by pointers to descriptors, and the packed
  // form pointers to its arguments.
  SmallVector<void *> pointers, packed;
  pointers.reserve(arguments.size());
  for (Argument &argument : arguments) {
    pointers.push_back(argument.fields.data());
    packed.push_back(argument.fields.empty()
                         ? static_cast<void *>(&argument.index)
                         : static_cast<void *>(&pointers.back()));
  }
  llvm::Error error = impl->engine->invokePacked("_mlir_ciface_f", packed);
  if (error)
    ADD_FAILURE() << llvm::toString(std::move(error));
}

//===----------------------------------------------------------------------===//
// Transforms and machines
//===----------------------------------------------------------------------===//

std::string Sizes2D::str() const {
  return "F(" + std::to_string(mRows) + "x" + std::to_string(mCols) + ", " +
         std::to_string(rRows) + "x" + std::to_string(rCols) + ")";
}

static Transform1D getTransform(int64_t m, int64_t r) {
  return llvm::cantFail(buildCookToom(m, r, getDefaultPoints(m, r)));
}
Transform1D Sizes2D::getRows() const { return getTransform(mRows, rRows); }
Transform1D Sizes2D::getCols() const { return getTransform(mCols, rCols); }

std::string wino::test::printList(llvm::ArrayRef<int64_t> values) {
  std::string text = "[";
  for (int64_t value : values)
    text += (text.size() > 1 ? ", " : "") + std::to_string(value);
  return text + "]";
}

llvm::ArrayRef<WinoToVectorOptions> wino::test::getMachines() {
  static const WinoToVectorOptions machines[] = {
      {/*vectorLength=*/4, /*laneFma=*/true},
      {/*vectorLength=*/16, /*laneFma=*/false},
      {/*vectorLength=*/8, /*laneFma=*/true},
  };
  return machines;
}
