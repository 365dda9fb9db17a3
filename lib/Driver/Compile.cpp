//===- Compile.cpp - From a model to object code --------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Driver/Compile.h"
#include "Wino/Driver/CodeGen.h"
#include "Wino/Driver/OutputFiles.h"
#include "Wino/Driver/Report.h"
#include "Wino/Driver/ReportPage.h"
#include "Wino/Driver/WeightsFile.h"
#include "Wino/IR/WinoDialect.h"
#include "Wino/Pipelines/Pipelines.h"
#include "Wino/Transforms/Transforms.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SHA256.h"

using namespace mlir;
using namespace wino;

Compiler::Compiler(CompileOptions options, Progress &progress)
    : options(std::move(options)), progress(progress) {
  DialectRegistry registry;
  registerDriverDialects(registry);
  context = std::make_unique<MLIRContext>(registry);
  // An operation may hold weights and whole networks.
  context->printOpOnDiagnostic(false);
  diagnostics =
      std::make_unique<SourceMgrDiagnosticHandler>(sources, context.get());
  // Called before the handler above, to which the diagnostic goes on.
  context->getDiagEngine().registerHandler([&progress](Diagnostic &) {
    progress.clearLine();
    return failure();
  });
}

Compiler::~Compiler() = default;

/// Returns the name that a weights file carries for `cpu`: for the host, also
/// the CPU that it is.
static std::string getWeightsCPUName(const CPUInfo &cpu) {
  std::string name = cpu.name;
  if (cpu.name == "host")
    name += ":" + cpu.llvmCPU;
  name.resize(std::min<size_t>(name.size(), kWeightsCPUSize));
  return name;
}

llvm::Error Compiler::load() {
  llvm::Expected<CPUInfo> found = lookupCPU(options.cpu);
  if (!found)
    return found.takeError();
  cpu = std::move(*found);
  llvm::Expected<std::unique_ptr<llvm::TargetMachine>> created =
      createTargetMachine(*cpu);
  if (!created)
    return created.takeError();
  machine = std::move(*created);
  if (!options.prefix.empty())
    if (llvm::Error error = checkPrefix(options.prefix))
      return error;
  if (llvm::Error error = OutputFiles::check(
          {options.outputFile, options.headerFile, options.weightsFile,
           options.reportFile, options.reportPageFile},
          options.modelFile))
    return error;

  if (options.threads < 1)
    return llvm::createStringError("expected at least 1 thread, but got 0");
  if (!options.search &&
      (options.maxMemory >= 0 || !options.candidatesFile.empty() ||
       !options.bits.empty() || !options.tuningFiles.empty()))
    return llvm::createStringError("a memory budget, candidates, bits and "
                                   "databases of times are for a search");

  progress.begin("import");
  FailureOr<Model> loaded =
      loadModel(options.modelFile, options.dims, *context, sources);
  if (failed(loaded))
    return llvm::createStringError("cannot load '" + options.modelFile + "'");
  model = std::move(*loaded);
  interface.prefix =
      options.prefix.empty() ? makePrefix(model->name) : options.prefix;
  interface.modelName = model->name;
  interface.cpu = getWeightsCPUName(*cpu);
  interface.inputs = model->inputs;
  interface.outputs = model->outputs;
  entryName = model->entry.getName().str();
  return llvm::Error::success();
}

llvm::Error Compiler::lower() {
  // The caller's inputs are constant.
  func::FuncOp entry = model->entry;
  for (unsigned i = 0; i < entry.getNumArguments(); ++i)
    entry.setArgAttr(i, bufferization::BufferizationDialect::kWritableAttrName,
                     BoolAttr::get(context.get(), false));
  PassManager passes(context.get());
  // Leaves the entry function alone where it can be.
  passes.addPass(createInlinerPass());
  passes.addPass(createSymbolDCEPass());
  WinoToLLVMOptions pipelineOptions;
  pipelineOptions.cpu = options.cpu;
  pipelineOptions.plan = options.planFile;
  pipelineOptions.algorithm = options.algorithm;
  pipelineOptions.maxError = options.maxError;
  pipelineOptions.calibration = options.calibrationFile;
  pipelineOptions.search = options.search;
  pipelineOptions.maxMemory = options.maxMemory;
  pipelineOptions.candidates = options.candidatesFile;
  for (int64_t bits : options.bits)
    pipelineOptions.bits.push_back(bits);
  for (const std::string &file : options.tuningFiles)
    pipelineOptions.tuning.push_back(file);
  pipelineOptions.threads = options.threads;
  pipelineOptions.packWeights = true;
  pipelineOptions.requireBounded = true;
  pipelineOptions.barePointers = true;
  buildWinoToLLVMPipeline(passes, pipelineOptions);
  if (failed(passes.run(*model->module)))
    return llvm::createStringError("cannot lower '" + options.modelFile + "'");
  return llvm::Error::success();
}

/// Hashes a module's text. Large constants do not take part: the payload's
/// checksum covers those that are packed.
static uint64_t hashModule(ModuleOp module, StringRef salt) {
  /// Feeds what is printed to it into a hash.
  class HashStream : public llvm::raw_ostream {
  public:
    ~HashStream() override { flush(); }
    llvm::SHA256 hash;

  private:
    void write_impl(const char *data, size_t size) override {
      hash.update(StringRef(data, size));
      position += size;
    }
    uint64_t current_pos() const override { return position; }
    uint64_t position = 0;
  };
  HashStream stream;
  stream << salt << '\0';
  module->print(
      stream,
      OpPrintingFlags().elideLargeElementsAttrs().elideLargeResourceString());
  stream.flush();
  return llvm::support::endian::read64le(stream.hash.final().data());
}

/// Reads the non-negative integer attribute `name` of `op`, 0 if it has none.
static uint64_t getSizeAttr(Operation *op, StringRef name) {
  auto attr = op->getAttrOfType<IntegerAttr>(name);
  return attr ? attr.getValue().getZExtValue() : 0;
}

/// Describes a lowered function that must have `numTensors` pointers before
/// those that the passes added.
static llvm::Expected<ModelFunction> describeFunction(LLVM::LLVMFuncOp function,
                                                      size_t numTensors) {
  ModelFunction result;
  result.name = function.getName().str();
  size_t index = numTensors;
  auto take = [&](StringRef attrName) {
    if (index >= function.getNumArguments() ||
        !function.getArgAttr(index, attrName))
      return false;
    ++index;
    return true;
  };
  result.takesPacked = take(WinoDialect::kPackedAttrName);
  result.takesScratch = take(WinoDialect::kScratchAttrName);
  bool hasPointers = llvm::all_of(function.getArgumentTypes(),
                                  llvm::IsaPred<LLVM::LLVMPointerType>);
  if (index != function.getNumArguments() || !hasPointers)
    return llvm::createStringError(
        "the lowered function '" + result.name + "' is not of the form (" +
        Twine(numTensors) + " pointers, packed weights, scratch memory)");
  return result;
}

/// Removes Wino's attributes of arguments, which mean nothing in LLVM IR.
static void dropArgAttrs(LLVM::LLVMFuncOp function) {
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    for (NamedAttribute attr : llvm::to_vector(
             mlir::function_interface_impl::getArgAttrs(function, i)))
      if (isa_and_present<WinoDialect>(attr.getNameDialect()))
        function.removeArgAttr(i, attr.getName());
}

llvm::Error Compiler::collectResults() {
  auto entry = (*model->module).lookupSymbol<LLVM::LLVMFuncOp>(entryName);
  if (!entry)
    return llvm::createStringError("the function '" + entryName +
                                   "' is not lowered to LLVM");
  packedBytes = getSizeAttr(entry, WinoDialect::kPackedBytesAttrName);
  scratchLowerBound =
      getSizeAttr(entry, WinoDialect::kScratchLowerBoundAttrName);
  layers = entry->getAttrOfType<ArrayAttr>(kLayersAttrName);
  // It names places in the source, which the plan hash must not depend on.
  entry->removeAttr(kLayersAttrName);
  interface.payloadSize = llvm::alignTo(packedBytes, kWeightsAlignment);
  interface.scratchSize =
      llvm::alignTo(getSizeAttr(entry, WinoDialect::kScratchBytesAttrName),
                    kScratchAlignment);
  interface.planHash =
      hashModule(*model->module, WINO_VERSION " " + interface.cpu);
  return llvm::Error::success();
}

llvm::Error Compiler::splitPrepare() {
  ModuleOp module = *model->module;
  auto entry = module.lookupSymbol<LLVM::LLVMFuncOp>(entryName);
  auto symbol =
      entry->getAttrOfType<FlatSymbolRefAttr>(WinoDialect::kPrepareAttrName);
  if (!symbol)
    return packedBytes
               ? llvm::createStringError("no function packs the weights")
               : llvm::Error::success();
  prepareName = symbol.getValue().str();
  auto prepare = module.lookupSymbol<LLVM::LLVMFuncOp>(prepareName);
  if (!prepare)
    return llvm::createStringError("the function '" + prepareName +
                                   "' is missing");
  for (unsigned i = 0; i < prepare.getNumArguments(); ++i) {
    Attribute attr = prepare.getArgAttr(i, WinoDialect::kWeightAttrName);
    if (!attr)
      break;
    llvm::Expected<WeightData> data = getWeightData(attr);
    if (!data)
      return data.takeError();
    weightBytes += data->bytes.size();
    weights.push_back(std::move(*data));
  }
  llvm::Expected<ModelFunction> described =
      describeFunction(prepare, weights.size());
  if (!described)
    return described.takeError();
  if (described->takesScratch)
    prepareScratchBytes =
        getSizeAttr(prepare, WinoDialect::kScratchBytesAttrName);
  dropArgAttrs(prepare);
  if (described->takesPacked) {
    prepareModule = cast<ModuleOp>(module->clone());
    prepareModule->lookupSymbol(entryName)->erase();
  }
  prepare.erase();
  return llvm::Error::success();
}

llvm::Error Compiler::defineInterface() {
  ModuleOp module = *model->module;
  auto entry = module.lookupSymbol<LLVM::LLVMFuncOp>(entryName);
  // A name that no C program can clash with. Not inlined into `run`, because
  // there the arguments would no longer be known not to alias.
  entry.setName("wino." + interface.prefix);
  entry.setNoInline(true);
  entry.setLinkage(LLVM::Linkage::Internal);
  llvm::Expected<ModelFunction> function =
      describeFunction(entry, model->inputs.size() + model->outputs.size());
  if (!function)
    return function.takeError();
  dropArgAttrs(entry);
  if (llvm::Error error = addEntryPoints(module, *function, interface))
    return error;
  if (failed(verify(module)))
    return llvm::createStringError("the entry points do not fit the module");
  return llvm::Error::success();
}

llvm::Error Compiler::packWeights(OutputFiles &files) {
  if (options.weightsFile.empty())
    return llvm::Error::success();
  progress.begin("prepare");
  llvm::Expected<MutableArrayRef<char>> file = files.add(
      options.weightsFile, kWeightsHeaderSize + interface.payloadSize);
  if (!file)
    return file.takeError();
  if (prepareModule) {
    SmallVector<const void *> arguments;
    for (const WeightData &weight : weights)
      arguments.push_back(weight.bytes.data());
    arguments.push_back(file->data() + kWeightsHeaderSize);
    std::unique_ptr<llvm::WritableMemoryBuffer> scratch;
    if (prepareScratchBytes) {
      scratch = llvm::WritableMemoryBuffer::getNewUninitMemBuffer(
          prepareScratchBytes, "scratch", llvm::Align(kScratchAlignment));
      if (!scratch)
        return llvm::createStringError("out of memory");
      arguments.push_back(scratch->getBufferStart());
    }
    if (llvm::Error error = runOnHost(*prepareModule, prepareName, arguments))
      return error;
    prepareModule = {};
    weights.clear();
  }
  WeightsFileInfo info;
  info.cpu = interface.cpu;
  info.planHash = interface.planHash;
  info.payloadSize = interface.payloadSize;
  writeWeightsHeader(info, *file);
  return llvm::Error::success();
}

llvm::Expected<std::string> Compiler::emit() {
  progress.begin("codegen");
  ModuleOp module = *model->module;
  std::string text;
  if (options.emit == EmitKind::MLIR) {
    llvm::raw_string_ostream os(text);
    module->print(
        os,
        OpPrintingFlags().elideLargeElementsAttrs().elideLargeResourceString());
    os << "\n";
    return text;
  }
  llvm::LLVMContext llvmContext;
  llvm::Expected<std::unique_ptr<llvm::Module>> translated =
      translateForTarget(module, llvmContext, *machine, interface.modelName,
                         getExportedNames(interface));
  if (!translated)
    return translated.takeError();
  if (options.emit == EmitKind::LLVM) {
    llvm::raw_string_ostream(text) << **translated;
    return text;
  }
  optimize(**translated, *machine);
  if (llvm::Error error =
          checkCalls(**translated, /*allowOpenMP=*/options.threads > 1))
    return error;
  SmallVector<char, 0> code;
  llvm::raw_svector_ostream os(code);
  auto fileType = options.emit == EmitKind::Object
                      ? llvm::CodeGenFileType::ObjectFile
                      : llvm::CodeGenFileType::AssemblyFile;
  if (llvm::Error error = emitMachineCode(**translated, *machine, fileType, os))
    return error;
  return std::string(code.begin(), code.end());
}

llvm::Error Compiler::writeReport(OutputFiles &files, uint64_t objectBytes) {
  if (options.reportFile.empty())
    return llvm::Error::success();
  Report report;
  report.interface = &interface;
  report.cpu = &*cpu;
  report.algorithm = options.algorithm;
  report.isSearched = options.search;
  report.maxError = options.maxError;
  report.maxMemory = options.maxMemory;
  report.planFile = options.planFile;
  report.threads = options.threads;
  report.layers = layers;
  report.weightBytes = weightBytes;
  report.packedBytes = packedBytes;
  report.scratchLowerBound = scratchLowerBound;
  report.objectBytes = objectBytes;
  report.phases = progress.getPhases();
  llvm::json::Object contents = buildReport(report);
  if (!options.reportPageFile.empty())
    if (llvm::Error error =
            files.add(options.reportPageFile, formatReportPage(contents)))
      return error;
  return files.add(options.reportFile, formatReport(std::move(contents)));
}

llvm::Error Compiler::compile() {
  llvm::scope_exit finish([&] { progress.finish(); });
  progress.begin("lower");
  if (llvm::Error error = lower())
    return error;
  if (llvm::Error error = collectResults())
    return error;
  if (llvm::Error error = splitPrepare())
    return error;
  if (llvm::Error error = defineInterface())
    return error;

  OutputFiles files;
  if (llvm::Error error = packWeights(files))
    return error;
  llvm::Expected<std::string> output = emit();
  if (!output)
    return output.takeError();
  progress.finish();
  if (!options.outputFile.empty())
    if (llvm::Error error = files.add(options.outputFile, *output))
      return error;
  if (!options.headerFile.empty())
    if (llvm::Error error =
            files.add(options.headerFile, generateHeader(interface)))
      return error;
  if (llvm::Error error = writeReport(
          files, options.emit == EmitKind::Object ? output->size() : 0))
    return error;
  return files.commit();
}
