//===- CodeGen.cpp - From the LLVM dialect to machine code ----------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Driver/CodeGen.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/ExecutionEngine/OptUtils.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Triple.h"
#include "llvm/Transforms/IPO/Internalize.h"
#include <mutex>

using namespace mlir;
using namespace wino;

/// Makes LLVM's targets known, once per process.
static void initializeTargets() {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::InitializeAllTargetInfos();
    llvm::InitializeAllTargets();
    llvm::InitializeAllTargetMCs();
    llvm::InitializeAllAsmPrinters();
    llvm::InitializeAllAsmParsers();
  });
}

llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
wino::createTargetMachine(const CPUInfo &cpu) {
  initializeTargets();
  llvm::Triple triple(cpu.triple);
  std::string reason;
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(triple, reason);
  if (!target)
    return llvm::createStringError("no code generator for CPU '" + cpu.name +
                                   "': " + reason);
  std::unique_ptr<llvm::TargetMachine> machine(target->createTargetMachine(
      triple, cpu.llvmCPU, cpu.features, llvm::TargetOptions(),
      llvm::Reloc::PIC_,
      /*CM=*/std::nullopt, llvm::CodeGenOptLevel::Aggressive));
  if (!machine)
    return llvm::createStringError("LLVM rejects CPU '" + cpu.name + "'");
  llvm::DataLayout layout = machine->createDataLayout();
  if (!layout.isLittleEndian() || layout.getPointerSizeInBits() != 64)
    return llvm::createStringError("CPU '" + cpu.name +
                                   "' is not a 64-bit little-endian one");
  return machine;
}

llvm::Expected<std::unique_ptr<llvm::Module>>
wino::translateForTarget(ModuleOp module, llvm::LLVMContext &context,
                         llvm::TargetMachine &machine, StringRef name,
                         ArrayRef<std::string> exported) {
  std::unique_ptr<llvm::Module> result =
      translateModuleToLLVMIR(module, context, name);
  if (!result)
    return llvm::createStringError("translation to LLVM IR failed");
  mlir::ExecutionEngine::setupTargetTripleAndDataLayout(result.get(), &machine);
  result->setPICLevel(llvm::PICLevel::BigPIC);

  llvm::StringSet<> keep;
  for (const std::string &symbol : exported)
    keep.insert(symbol);
  llvm::internalizeModule(*result, [&](const llvm::GlobalValue &value) {
    return keep.contains(value.getName());
  });
  return result;
}

/// Whether a program that links the C library and its mathematical functions
/// has `function`.
static bool isAvailable(const llvm::Function &function, bool allowOpenMP) {
  StringRef name = function.getName();
  if (name == "memcpy" || name == "memmove" || name == "memset")
    return true;
  if (allowOpenMP && (name.starts_with("__kmpc_") || name.starts_with("omp_")))
    return true;
  llvm::FunctionType *type = function.getFunctionType();
  return type->getReturnType()->isFloatingPointTy() &&
         llvm::all_of(type->params(), [](llvm::Type *parameter) {
           return parameter->isFloatingPointTy();
         });
}

llvm::Error wino::checkCalls(const llvm::Module &module, bool allowOpenMP) {
  for (const llvm::Function &function : module)
    if (function.isDeclaration() && !function.isIntrinsic() &&
        !function.use_empty() && !isAvailable(function, allowOpenMP))
      return llvm::createStringError("the compiled code would call '" +
                                     function.getName() +
                                     "', which programs do not have");
  return llvm::Error::success();
}

void wino::optimize(llvm::Module &module, llvm::TargetMachine &machine) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O3)
      .run(module, modules);
}

llvm::Error wino::emitMachineCode(llvm::Module &module,
                                  llvm::TargetMachine &machine,
                                  llvm::CodeGenFileType fileType,
                                  llvm::raw_pwrite_stream &os) {
  llvm::legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, os, /*DwoOut=*/nullptr, fileType))
    return llvm::createStringError("LLVM cannot emit this kind of file");
  passes.run(module);
  return llvm::Error::success();
}

/// Returns a machine for JIT compilation on this computer.
static llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
createHostMachine() {
  initializeTargets();
  llvm::Expected<llvm::orc::JITTargetMachineBuilder> builder =
      llvm::orc::JITTargetMachineBuilder::detectHost();
  if (!builder)
    return builder.takeError();
  builder->setCodeGenOptLevel(llvm::CodeGenOptLevel::Aggressive);
  return builder->createTargetMachine();
}

llvm::Expected<std::unique_ptr<ExecutionEngine>>
wino::createHostEngine(ModuleOp module) {
  module->removeAttr(LLVM::LLVMDialect::getTargetTripleAttrName());
  module->removeAttr(LLVM::LLVMDialect::getDataLayoutAttrName());
  llvm::Expected<std::unique_ptr<llvm::TargetMachine>> machine =
      createHostMachine();
  if (!machine)
    return machine.takeError();

  auto transformer = makeOptimizingTransformer(/*optLevel=*/3, /*sizeLevel=*/0,
                                               machine->get());
  ExecutionEngineOptions options;
  options.transformer = transformer;
  options.jitCodeGenOptLevel = llvm::CodeGenOptLevel::Aggressive;
  options.enableObjectDump = false;
  options.enableGDBNotificationListener = false;
  options.enablePerfNotificationListener = false;
  return ExecutionEngine::create(module, options, std::move(*machine));
}

llvm::Error wino::runOnHost(ModuleOp module, StringRef name,
                            ArrayRef<const void *> arguments) {
  llvm::Expected<std::unique_ptr<ExecutionEngine>> engine =
      createHostEngine(module);
  if (!engine)
    return engine.takeError();
  (*engine)->initialize();

  // The packed form of a call takes the addresses of the arguments.
  SmallVector<const void *> values(arguments);
  SmallVector<void *> addresses;
  for (const void *&value : values)
    addresses.push_back(&value);
  return (*engine)->invokePacked(name, addresses);
}
