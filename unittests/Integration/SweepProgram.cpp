//===- SweepProgram.cpp - Compiles and runs cases -------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SweepProgram.h"

#include "SweepCheck.h"
#include "Wino/Driver/CodeGen.h"
#include "Wino/Driver/Model.h"
#include "Wino/IR/WinoDialect.h"
#include "Wino/Pipelines/Pipelines.h"
#include "Wino/Transforms/Transforms.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

using namespace mlir;
using namespace wino;
using namespace wino::test;
using llvm::formatv;

/// The alignment of packed weights and scratch memory.
static constexpr int64_t kAlignment = 64;

/// After this many seconds a program is taken for one that never ends.
static constexpr unsigned kTimeLimit = 1200;

namespace {
/// A case that has been compiled.
struct CompiledCase {
  SweepCase description;
  /// Its part of the C source: declarations and tables of arguments; and its
  /// entry in the table of cases.
  std::string declarations, entry;
};
} // namespace

struct SweepProgram::Impl {
  CPUInfo cpu;
  int64_t threads;
  /// The OpenMP runtime of the CPU.
  std::string openMP;
  std::string folder;
  std::unique_ptr<MLIRContext> context;
  std::vector<CompiledCase> cases;
  std::vector<std::string> objects;

  std::string getPath(const Twine &name) const {
    SmallString<128> path(folder);
    llvm::sys::path::append(path, name);
    return std::string(path);
  }
  /// Whether the code is not for the architecture of this program.
  bool isEmulated() const {
    return cpu.isAArch64() !=
           llvm::Triple(llvm::sys::getProcessTriple()).isAArch64();
  }
  void setOptions(WinoToLLVMOptions &options, const SweepCase &c) const;
  llvm::Error emit(ModuleOp module, const SweepCase &c);
  llvm::Error execute(ArrayRef<StringRef> command);
  llvm::Error link(StringRef program);
  llvm::Expected<std::vector<std::array<CaseResult, 2>>> readResults();
};

SweepProgram::SweepProgram(const CPUInfo &cpu, int64_t threads,
                           std::string openMP, std::string folder)
    : impl(std::make_unique<Impl>()) {
  impl->cpu = cpu;
  impl->threads = threads;
  impl->openMP = std::move(openMP);
  impl->folder = std::move(folder);
  DialectRegistry registry;
  registerDriverDialects(registry);
  impl->context = std::make_unique<MLIRContext>(registry);
}

SweepProgram::~SweepProgram() = default;

//===----------------------------------------------------------------------===//
// Compilation
//===----------------------------------------------------------------------===//

void SweepProgram::Impl::setOptions(WinoToLLVMOptions &options,
                                    const SweepCase &c) const {
  options.cpu = cpu.name;
  options.threads = threads;
  options.packWeights = true;
  options.requireBounded = !c.isDynamic();
  options.barePointers = !c.isDynamic();
  if (c.schedule.empty())
    options.algorithm = c.getRequest();
}

/// Fails unless `function`, tiled and bufferized, computes one convolution as
/// `c` asks for, by its records and by the ops in it.
static llvm::Error checkAlgorithm(func::FuncOp function, const SweepCase &c) {
  auto layers = function->getAttrOfType<ArrayAttr>(kLayersAttrName);
  if (!layers || layers.size() != 1)
    return llvm::createStringError("expected one record of a layer");
  auto record = cast<DictionaryAttr>(layers[0]);
  auto get = [&](StringRef key) {
    auto attr = record.getAs<StringAttr>(key);
    return attr ? attr.getValue() : StringRef();
  };
  std::string transform = c.transform ? c.transform->getName() : "";
  if (get("algorithm") != c.algorithm || get("transform") != transform)
    return llvm::createStringError("the report says " + get("algorithm") + " " +
                                   get("transform"));
  const bool isRns = get("plan").contains("#wino.rns");
  const std::string chunk = "chunk = " + std::to_string(c.chunk);
  if (!get("plan").contains(c.schedule) || isRns != !c.moduli.empty() ||
      get("plan").contains("chunk") != (c.chunk != 0) ||
      (c.chunk != 0 && !get("plan").contains(chunk)))
    return llvm::createStringError("the report says " + get("plan"));
  bool hasWinograd = false, hasDirect = false, hasIm2Row = false,
       hasIm2Col = false, hasKn2Row = false;
  function.walk([&](Operation *op) {
    hasWinograd |= isa<InputTransformOp>(op);
    hasDirect |= isa<ConvOp>(op);
    hasIm2Row |= isa<Im2RowOp>(op);
    hasIm2Col |= isa<Im2ColOp>(op);
    hasKn2Row |= isa<OffsetAddOp>(op);
  });
  if (hasWinograd != (c.algorithm == "winograd") ||
      hasDirect != (c.algorithm == "direct") ||
      hasIm2Col != (c.algorithm == "im2col") ||
      hasKn2Row != (c.algorithm == "kn2row") ||
      hasIm2Row != (c.algorithm == "im2row" || c.algorithm == "kn2row"))
    return llvm::createStringError("the code runs another algorithm");
  return llvm::Error::success();
}

/// Prints one entry of the table of arguments.
static std::string printArgument(StringRef kind, ArrayRef<int64_t> shape,
                                 int64_t elementBytes, int64_t alignment) {
  int64_t bytes = elementBytes;
  std::string sizes;
  for (int64_t size : shape) {
    bytes *= size;
    sizes += (sizes.empty() ? "" : ", ") + std::to_string(size);
  }
  return formatv("  {{ARGUMENT_{0}, {1}, {2}, {3}, {{{4}}},\n", kind, bytes,
                 alignment, shape.size(), sizes);
}

/// Prints declarations of `function` and its arguments under the name `name`,
/// the first `numInputs` of which are inputs, and returns the initializer of a
/// `struct function`.
static std::string printFunction(std::string &text, func::FuncOp function,
                                 StringRef name, unsigned numInputs,
                                 const SweepCase &c) {
  const Conv2DShape &s = c.shape;
  unsigned numArguments = function.getNumArguments();
  std::string table, types, values;
  for (unsigned i = 0; i < numArguments; ++i) {
    auto type = cast<MemRefType>(function.getArgumentTypes()[i]);
    types += i ? ", void *" : "void *";
    values += (i ? ", a[" : "a[") + std::to_string(i) + "]";
    SmallVector<int64_t> shape(type.getShape());
    if (!type.hasStaticShape())
      shape = i == 0 ? SmallVector<int64_t>{s.n, s.h, s.w, s.c}
                     : SmallVector<int64_t>{s.n, s.outH(), s.outW(), s.k};
    if (!type.hasStaticShape() && c.layout == Layout::NchwFchw)
      shape = {shape[0], shape[3], shape[1], shape[2]};
    if (function.getArgAttr(i, WinoDialect::kPackedAttrName))
      table += printArgument("PACKED", shape, 1, kAlignment);
    else if (function.getArgAttr(i, WinoDialect::kScratchAttrName))
      table += printArgument("SCRATCH", shape, 1, kAlignment);
    else
      table += printArgument(i < numInputs ? "INPUT" : "OUTPUT", shape,
                             type.getElementTypeBitWidth() / 8,
                             type.getElementTypeBitWidth() / 8);
  }
  std::string symbol =
      (c.isDynamic() ? "_mlir_ciface_" : "") + function.getName().str();
  text += formatv("void {0}({1});\n"
                  "static void call_{2}(void **a) {{ {0}({3}); }\n"
                  "static const struct argument arguments_{2}[] = {{\n{4}};\n",
                  symbol, types, name, values, table);
  return formatv("{{call_{0}, {1}, arguments_{0}}", name, numArguments);
}

llvm::Error SweepProgram::Impl::emit(ModuleOp module, const SweepCase &c) {
  llvm::Expected<std::unique_ptr<llvm::TargetMachine>> machine =
      createTargetMachine(cpu);
  if (!machine)
    return machine.takeError();
  std::vector<std::string> exported;
  for (auto function : module.getOps<LLVM::LLVMFuncOp>())
    exported.push_back(function.getName().str());
  llvm::LLVMContext llvmContext;
  llvm::Expected<std::unique_ptr<llvm::Module>> translated = translateForTarget(
      module, llvmContext, **machine, c.getSymbol(), exported);
  if (!translated)
    return translated.takeError();
  optimize(**translated, **machine);
  std::string path = getPath(c.getSymbol() + ".o");
  std::error_code code;
  llvm::raw_fd_ostream os(path, code);
  if (code)
    return llvm::createFileError(path, code);
  objects.push_back(path);
  return emitMachineCode(**translated, **machine,
                         llvm::CodeGenFileType::ObjectFile, os);
}

llvm::Error SweepProgram::add(const SweepCase &c) {
  MLIRContext *context = impl->context.get();
  // Diagnostics become the error.
  std::string messages;
  ScopedDiagnosticHandler handler(context, [&](Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() == DiagnosticSeverity::Error)
      messages += diagnostic.str() + "\n";
  });
  auto fail = [&](StringRef what) {
    return llvm::createStringError(what + ": " + messages + c.getModule());
  };
  OwningOpRef<ModuleOp> module =
      parseSourceString<ModuleOp>(c.getModule(), context);
  if (!module)
    return fail("the module is not valid");

  PassManager toBuffers(context);
  WinoToLLVMOptions options;
  impl->setOptions(options, c);
  if (c.isGeneric)
    toBuffers.addNestedPass<func::FuncOp>(createLinalgGeneralizeNamedOpsPass());
  buildWinoToBuffersPipeline(toBuffers, options);
  if (failed(toBuffers.run(*module)))
    return fail("the pipeline to buffers failed");
  auto run = module->lookupSymbol<func::FuncOp>(c.getSymbol());
  if (llvm::Error error = checkAlgorithm(run, c))
    return error;

  CompiledCase compiled{c, {}, {}};
  SweepData data(c);
  std::string name = c.getSymbol();
  std::string runEntry = printFunction(compiled.declarations, run, name,
                                       data.getInputs(c).size(), c);
  std::string prepareEntry = "{0}";
  func::FuncOp prepare;
  if (auto symbol =
          run->getAttrOfType<FlatSymbolRefAttr>(WinoDialect::kPrepareAttrName))
    prepare = module->lookupSymbol<func::FuncOp>(symbol.getValue());
  if (prepare)
    prepareEntry =
        printFunction(compiled.declarations, prepare, name + "_prepare",
                      data.getWeights(c).size(), c);
  compiled.entry = formatv("  {{{0}, {1}, {2}, {3}},\n", c.isDynamic() ? 1 : 0,
                           c.numSets, prepareEntry, runEntry);
  if (c.isDynamic())
    for (func::FuncOp function : {run, prepare})
      if (function)
        function->setAttr(LLVM::LLVMDialect::getEmitCWrapperAttrName(),
                          UnitAttr::get(context));

  PassManager toLLVM(context);
  buildBuffersToLLVMPipeline(toLLVM, options);
  if (failed(toLLVM.run(*module)))
    return fail("the pipeline to LLVM failed");
  if (llvm::Error error = impl->emit(*module, c))
    return error;
  impl->cases.push_back(std::move(compiled));
  return llvm::Error::success();
}

llvm::Error SweepProgram::refuse(const SweepCase &c) {
  MLIRContext *context = impl->context.get();
  std::string message;
  ScopedDiagnosticHandler handler(
      context, [&](Diagnostic &diagnostic) { message += diagnostic.str(); });
  OwningOpRef<ModuleOp> module =
      parseSourceString<ModuleOp>(c.getModule(), context);
  PassManager toBuffers(context);
  WinoToLLVMOptions options;
  impl->setOptions(options, c);
  buildWinoToBuffersPipeline(toBuffers, options);
  if (module && succeeded(toBuffers.run(*module)))
    return llvm::createStringError("a plan without a proof was applied");
  const std::string inequality =
      formatv("2 * 128 * {0} = {1} >= ", getLargestNorm(c) + 1,
              2 * 128 * (getLargestNorm(c) + 1));
  if (StringRef(message).contains(inequality))
    return llvm::Error::success();
  return llvm::createStringError("expected '" + inequality +
                                 "' in: " + message);
}

//===----------------------------------------------------------------------===//
// Execution
//===----------------------------------------------------------------------===//

/// Runs a program that must succeed.
llvm::Error SweepProgram::Impl::execute(ArrayRef<StringRef> command) {
  llvm::ErrorOr<std::string> path =
      llvm::sys::findProgramByName(command.front());
  if (!path)
    return llvm::createStringError("cannot find '" + command.front() + "'");
  std::string message;
  int code = llvm::sys::ExecuteAndWait(*path, command, std::nullopt, {},
                                       /*SecondsToWait=*/kTimeLimit,
                                       /*MemoryLimit=*/0, &message);
  if (code == 0)
    return llvm::Error::success();
  return llvm::createStringError("'" + llvm::join(command, " ") +
                                 "' failed with code " + Twine(code) + " " +
                                 message);
}

/// Writes `contents` to a file.
static llvm::Error writeFile(StringRef path, StringRef contents) {
  std::error_code code;
  llvm::raw_fd_ostream os(path, code);
  if (code)
    return llvm::createFileError(path, code);
  os << contents;
  return llvm::Error::success();
}

llvm::Error SweepProgram::Impl::link(StringRef program) {
  std::string declarations, entries;
  for (const CompiledCase &compiled : cases) {
    declarations += compiled.declarations;
    entries += compiled.entry;
  }
  std::string source =
      formatv("#include \"SweepRunner.h\"\n{0}"
              "const struct sweep_case sweep_cases[] = {{\n{1}};\n"
              "const int num_sweep_cases = {2};\n",
              declarations, entries, cases.size());
  std::string table = getPath("cases.c"), list = getPath("objects.txt");
  if (llvm::Error error = writeFile(table, source))
    return error;
  if (llvm::Error error = writeFile(list, llvm::join(objects, "\n")))
    return error;
  std::string objectList = "@" + list;
  StringRef cc = isEmulated() ? "aarch64-linux-gnu-gcc" : "cc";
  SmallVector<StringRef> command = {
      cc,         "-O1",
      "-I",       WINO_SWEEP_SOURCE_DIR,
      table,      WINO_SWEEP_SOURCE_DIR "/SweepRunner.c",
      objectList, "-lm",
      "-o",       program};
  std::string runtimePath =
      ("-Wl,-rpath," + llvm::sys::path::parent_path(openMP)).str();
  if (threads > 1)
    command.append({openMP, runtimePath});
  else if (isEmulated())
    command.push_back("-static");
  return execute(command);
}

/// Returns the elements of an array in memory.
template <typename T>
static std::vector<double> readElements(StringRef bytes) {
  std::vector<T> elements(bytes.size() / sizeof(T));
  std::memcpy(elements.data(), bytes.data(), bytes.size());
  return std::vector<double>(elements.begin(), elements.end());
}

/// Appends the elements of an array as type T.
template <typename T>
static void appendElements(std::string &bytes, ArrayRef<float> values) {
  for (float value : values) {
    // Unsigned bytes have the bits of signed ones.
    T element;
    if constexpr (std::is_integral_v<T>)
      element = static_cast<T>(static_cast<int64_t>(value));
    else
      element = value;
    bytes.append(reinterpret_cast<const char *>(&element), sizeof element);
  }
}

llvm::Expected<std::vector<std::array<CaseResult, 2>>>
SweepProgram::Impl::readResults() {
  auto file = llvm::MemoryBuffer::getFile(getPath("outputs.bin"));
  if (!file)
    return llvm::createStringError("no outputs were written");
  StringRef bytes = (*file)->getBuffer();
  std::vector<std::array<CaseResult, 2>> results;
  for (const CompiledCase &compiled : cases) {
    const Conv2DShape &s = compiled.description.shape;
    const bool isNarrow = compiled.description.isResultNarrow();
    size_t size = s.n * s.outH() * s.outW() * s.k * (isNarrow ? 1 : 4);
    std::array<CaseResult, 2> &pair = results.emplace_back();
    for (auto [placement, result] : llvm::enumerate(pair)) {
      StringRef side = placement == 0 ? " (buffers end at guard pages)"
                                      : " (buffers begin at guard pages)";
      for (unsigned set = 0; set < compiled.description.numSets; ++set) {
        int32_t status;
        if (bytes.size() < sizeof status + size)
          return llvm::createStringError("the outputs end too early");
        std::memcpy(&status, bytes.data(), sizeof status);
        bytes = bytes.drop_front(sizeof status);
        StringRef output = bytes.take_front(size);
        if (!compiled.description.isInteger)
          result.outputs.push_back(readElements<float>(output));
        else if (isNarrow)
          result.outputs.push_back(readElements<int8_t>(output));
        else
          result.outputs.push_back(readElements<int32_t>(output));
        bytes = bytes.drop_front(size);
        if (status == -1)
          result.error = "memory beside a buffer was written" + side.str();
        else if (status == -2)
          result.error = "a second call gives another result" + side.str();
        else if (status != 0)
          result.error = "signal " + std::to_string(status) + side.str();
      }
    }
  }
  return results;
}

llvm::Expected<std::vector<std::array<CaseResult, 2>>> SweepProgram::run() {
  std::string inputs;
  for (const CompiledCase &compiled : impl->cases) {
    const SweepCase &c = compiled.description;
    // Image and filter come first.
    auto append = [&](ArrayRef<std::vector<float>> arrays, size_t numFactors) {
      for (auto [number, array] : llvm::enumerate(arrays)) {
        if (!c.isInteger)
          appendElements<float>(inputs, array);
        else if (number < numFactors)
          appendElements<int8_t>(inputs, array);
        else
          appendElements<int32_t>(inputs, array);
      }
    };
    append(SweepData(c).getWeights(c), c.isFilterInput ? 0 : 1);
    for (unsigned set = 0; set < c.numSets; ++set)
      append(SweepData(c, set).getInputs(c), c.isFilterInput ? 2 : 1);
  }
  std::string program = impl->getPath("program");
  std::string inputFile = impl->getPath("inputs.bin");
  std::string outputFile = impl->getPath("outputs.bin");
  if (llvm::Error error = writeFile(inputFile, inputs))
    return error;
  if (llvm::Error error = impl->link(program))
    return error;
  SmallVector<StringRef> command = {program, inputFile, outputFile};
  // Threaded programs are linked dynamically.
  if (impl->isEmulated())
    command.insert(command.begin(),
                   {"qemu-aarch64", "-L", "/usr/aarch64-linux-gnu"});
  if (llvm::Error error = impl->execute(command))
    return error;
  return impl->readResults();
}
