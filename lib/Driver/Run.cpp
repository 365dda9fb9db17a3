//===- Run.cpp - Compile a model and execute it ---------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Driver/Run.h"
#include "Wino/Driver/OutputFiles.h"
#include "Wino/Support/Npy.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/Signals.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"
#include <cstdlib>

using namespace mlir;
using namespace wino;

//===----------------------------------------------------------------------===//
// The calling program
//===----------------------------------------------------------------------===//

/// The C program. {0}: the calls that read the inputs, {1}: those that allocate
/// the outputs, {2}: the tensor arguments of run, {3}: the calls that write the
/// outputs.
static constexpr char kCaller[] = R"(
#include "model.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void fail(const char *what, const char *name) {{
  fprintf(stderr, "%s '%s'\n", what, name);
  exit(1);
}

/* Returns `size` bytes of value 0xff whose end, and the page before whose
   beginning, cannot be accessed. */
static void *allocate(size_t size) {{
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  size_t inner = (size + page - 1) / page * page;
  char *base = mmap(NULL, inner + 2 * page, PROT_NONE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED ||
      (inner && mprotect(base + page, inner, PROT_READ | PROT_WRITE)))
    fail("cannot allocate", "memory");
  memset(base + page, 0xff, inner);
  return base + page + (inner - size);
}

static void *read_file(const char *name, size_t size) {{
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  char *data = allocate(size);
  size_t start = (size_t)data % page;
  FILE *file = fopen(name, "rb");
  if (!file || fread(data, 1, size, file) != size || fgetc(file) != EOF)
    fail("cannot read", name);
  fclose(file);
  if (size && mprotect(data - start, size + start, PROT_READ))
    fail("cannot protect", name);
  return data;
}

static void write_file(const char *name, const void *data, size_t size) {{
  FILE *file = fopen(name, "wb");
  if (!file || fwrite(data, 1, size, file) != size || fclose(file))
    fail("cannot write", name);
}

/* The argument is the directory of the files. */
int main(int argc, char **argv) {{
  model_model model;
  int error;
  if (argc != 2 || chdir(argv[1]))
    fail("cannot enter", "the directory");
{0}{1}  error = model_prepare(read_file("weights", MODEL_WEIGHTS_SIZE),
                        MODEL_WEIGHTS_SIZE, &model);
  if (!error)
    error = model_run(&model, {2}allocate(model_scratch_size()));
  if (error) {{
    fprintf(stderr, "the model returns error %d\n", error);
    return 1;
  }
{3}  return 0;
}
)";

static std::string makeCaller(const ModelInterface &interface) {
  std::string reads, allocations, arguments, writes;
  for (size_t i = 0; i < interface.inputs.size(); ++i) {
    reads += llvm::formatv(
        "  void *in{0} = read_file(\"in{0}\", MODEL_IN{0}_SIZE);\n", i);
    arguments += llvm::formatv("in{0}, ", i);
  }
  for (size_t i = 0; i < interface.outputs.size(); ++i) {
    allocations +=
        llvm::formatv("  void *out{0} = allocate(MODEL_OUT{0}_SIZE);\n", i);
    arguments += llvm::formatv("out{0}, ", i);
    writes += llvm::formatv(
        "  write_file(\"out{0}\", out{0}, MODEL_OUT{0}_SIZE);\n", i);
  }
  return llvm::formatv(kCaller, reads, allocations, arguments, writes);
}

//===----------------------------------------------------------------------===//
// The runner
//===----------------------------------------------------------------------===//

namespace {
/// A directory that disappears with this object, also when a signal ends the
/// program.
class TemporaryDirectory {
public:
  ~TemporaryDirectory() {
    if (!path.empty())
      (void)llvm::sys::fs::remove_directories(path);
  }

  llvm::Error create() {
    if (std::error_code error =
            llvm::sys::fs::createUniqueDirectory("wino-run", path))
      return llvm::createFileError("temporary directory", error);
    return llvm::Error::success();
  }

  /// Returns the path of the file `name` here, to be created by the caller.
  std::string getFile(const Twine &name) {
    SmallString<128> file = path;
    llvm::sys::path::append(file, name);
    llvm::sys::RemoveFileOnSignal(file);
    return std::string(file);
  }

  StringRef getPath() const { return path; }

private:
  SmallString<128> path;
};

/// One execution of a model.
class Runner {
public:
  Runner(const RunOptions &options, TemporaryDirectory &directory,
         Progress &progress)
      : options(options), progress(progress), directory(directory),
        compiler(makeCompileOptions(), progress) {}

  llvm::Error run();

private:
  CompileOptions makeCompileOptions();
  llvm::Error checkCounts();
  llvm::Error readInputs();
  llvm::Error findPrograms();
  bool hasThreads() const { return options.compile.threads > 1; }
  llvm::Error link();
  llvm::Error execute();
  llvm::Error writeOutputs();
  /// Runs a program in the temporary directory.
  llvm::Error call(StringRef program, ArrayRef<StringRef> arguments,
                   StringRef what);

  const RunOptions &options;
  Progress &progress;
  TemporaryDirectory &directory;
  Compiler compiler;
  std::string cc, emulator;
  bool isForeign = false;
  /// The root in which the emulator looks for shared libraries.
  std::string emulatorRoot;
};
} // namespace

static llvm::Error makeError(const Twine &message) {
  return llvm::createStringError(message);
}

CompileOptions Runner::makeCompileOptions() {
  CompileOptions result = options.compile;
  result.emit = EmitKind::Object;
  result.prefix = "model";
  result.outputFile = directory.getFile("model.o");
  result.headerFile = directory.getFile("model.h");
  result.weightsFile = directory.getFile("weights");
  return result;
}

llvm::Error Runner::checkCounts() {
  const ModelInterface &interface = compiler.getInterface();
  if (options.inputFiles.size() != interface.inputs.size())
    return makeError("the model has " + Twine(interface.inputs.size()) +
                     " input(s), but --input is given " +
                     Twine(options.inputFiles.size()) + " time(s)");
  if (options.outputFiles.size() > interface.outputs.size())
    return makeError("the model has " + Twine(interface.outputs.size()) +
                     " output(s), but --output is given " +
                     Twine(options.outputFiles.size()) + " times");
  return llvm::Error::success();
}

/// Fails unless `array` can be passed as `spec`.
static llvm::Error checkFits(const NpyArray &array, const TensorSpec &spec) {
  // A signless integer is what the model makes of it.
  auto isInteger = [](const ElementTypeInfo &info) {
    return info.npyKind != 'f';
  };
  const ElementTypeInfo &given = getElementTypeInfo(array.type);
  const ElementTypeInfo &expected = getElementTypeInfo(spec.type);
  bool typeFits = array.type == spec.type ||
                  (spec.isSignless && isInteger(given) && isInteger(expected) &&
                   given.size == expected.size);
  if (typeFits && array.shape == spec.shape)
    return llvm::Error::success();
  return makeError("input '" + spec.name + "' is " +
                   formatTensorType(spec.type, spec.shape) +
                   ", but the file has " +
                   formatTensorType(array.type, array.shape));
}

llvm::Error Runner::readInputs() {
  OutputFiles raw;
  for (auto [index, path, spec] :
       llvm::enumerate(options.inputFiles, compiler.getInterface().inputs)) {
    auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
    if (!file)
      return llvm::createFileError(path, file.getError());
    llvm::Expected<NpyArray> array = parseNpy((*file)->getBuffer());
    if (!array)
      return llvm::createFileError(path, array.takeError());
    if (llvm::Error error = checkFits(*array, spec))
      return llvm::createFileError(path, std::move(error));
    if (llvm::Error error =
            raw.add(directory.getFile("in" + Twine(index)),
                    StringRef(array->data.data(), array->data.size())))
      return error;
  }
  return raw.commit();
}

/// Returns the path of `program`, or of the first of `defaults` that exists if
/// it is empty.
static llvm::Expected<std::string>
findProgram(StringRef program, ArrayRef<StringRef> defaults, StringRef option) {
  if (!program.empty())
    defaults = program;
  for (StringRef name : defaults)
    if (llvm::ErrorOr<std::string> path = llvm::sys::findProgramByName(name))
      return *path;
  return makeError("cannot find '" + defaults.front() +
                   "'; give another program by --" + option);
}

llvm::Error Runner::findPrograms() {
  llvm::Triple host(llvm::sys::getProcessTriple());
  llvm::Expected<CPUInfo> cpu = lookupCPU(options.compile.cpu);
  if (!cpu)
    return cpu.takeError();
  llvm::Triple target(cpu->triple);
  isForeign = host.getArch() != target.getArch();
  std::string cross = (target.getArchName() + "-linux-gnu-gcc").str();
  SmallVector<StringRef> compilers{"cc", "gcc", "clang"};
  if (isForeign)
    compilers = {cross};
  llvm::Expected<std::string> found = findProgram(options.cc, compilers, "cc");
  if (!found)
    return found.takeError();
  cc = *found;
  if (!isForeign)
    return llvm::Error::success();
  std::string qemu = ("qemu-" + target.getArchName()).str();
  found = findProgram(options.emulator, StringRef(qemu), "qemu");
  if (!found)
    return found.takeError();
  emulator = *found;
  emulatorRoot = ("/usr/" + target.getArchName() + "-linux-gnu").str();
  return llvm::Error::success();
}

llvm::Error Runner::call(StringRef program, ArrayRef<StringRef> arguments,
                         StringRef what) {
  SmallVector<StringRef> all{program};
  llvm::append_range(all, arguments);
  std::string reason;
  int result = llvm::sys::ExecuteAndWait(
      program, all, /*Env=*/std::nullopt, /*Redirects=*/{},
      /*SecondsToWait=*/0, /*MemoryLimit=*/0, &reason);
  if (result == 0)
    return llvm::Error::success();
  if (reason.empty())
    reason = "exit code " + std::to_string(result);
  return makeError(what + " failed: " + reason);
}

llvm::Error Runner::link() {
  progress.begin("link");
  std::string source = directory.getFile("caller.c");
  OutputFiles files;
  if (llvm::Error error =
          files.add(source, makeCaller(compiler.getInterface())))
    return error;
  if (llvm::Error error = files.commit())
    return error;
  std::string object = directory.getFile("model.o");
  std::string program = directory.getFile("program");
  SmallVector<StringRef> arguments{
      "-O1", "-D_DEFAULT_SOURCE", source, object, "-lm", "-o", program};
  std::string runtimePath;
  if (hasThreads() && options.openMP.empty()) {
    arguments.push_back("-lomp");
  } else if (hasThreads()) {
    SmallString<128> folder(options.openMP);
    if (std::error_code error = llvm::sys::fs::make_absolute(folder))
      return llvm::createFileError(options.openMP, error);
    llvm::sys::path::remove_filename(folder);
    runtimePath = ("-Wl,-rpath," + folder).str();
    arguments.append({options.openMP, runtimePath});
  } else if (isForeign) {
    // Saves the emulator from looking for the target's shared libraries.
    arguments.push_back("-static");
  }
  return call(cc, arguments, "linking");
}

llvm::Error Runner::execute() {
  progress.begin("run");
  std::string program = directory.getFile("program");
  if (emulator.empty())
    return call(program, directory.getPath(), "the run");
  SmallVector<StringRef> arguments;
  // The user's choice is in the environment.
  if (hasThreads() && !std::getenv("QEMU_LD_PREFIX"))
    arguments.append({"-L", emulatorRoot});
  arguments.append({program, directory.getPath()});
  return call(emulator, arguments, "the run");
}

llvm::Error Runner::writeOutputs() {
  OutputFiles files;
  for (auto [index, path] : llvm::enumerate(options.outputFiles)) {
    const TensorSpec &spec = compiler.getInterface().outputs[index];
    std::string rawPath = directory.getFile("out" + Twine(index));
    auto raw = llvm::MemoryBuffer::getFile(rawPath, /*IsText=*/false,
                                           /*RequiresNullTerminator=*/false);
    if (!raw)
      return llvm::createFileError(rawPath, raw.getError());
    std::string header = makeNpyHeader(spec.type, spec.shape);
    StringRef data = (*raw)->getBuffer();
    llvm::Expected<MutableArrayRef<char>> file =
        files.add(path, header.size() + data.size());
    if (!file)
      return file.takeError();
    llvm::copy(header, file->begin());
    llvm::copy(data, file->begin() + header.size());
  }
  return files.commit();
}

llvm::Error Runner::run() {
  llvm::scope_exit finish([&] { progress.finish(); });
  SmallVector<StringRef> outputs(options.outputFiles.begin(),
                                 options.outputFiles.end());
  outputs.push_back(options.compile.reportFile);
  outputs.push_back(options.compile.reportPageFile);
  if (llvm::Error error =
          OutputFiles::check(outputs, options.compile.modelFile))
    return error;
  if (llvm::Error error = findPrograms())
    return error;
  if (llvm::Error error = compiler.load())
    return error;
  if (llvm::Error error = checkCounts())
    return error;
  if (llvm::Error error = readInputs())
    return error;
  if (llvm::Error error = compiler.compile())
    return error;
  if (llvm::Error error = link())
    return error;
  if (llvm::Error error = execute())
    return error;
  return writeOutputs();
}

llvm::Error wino::runModel(const RunOptions &options, Progress &progress) {
  TemporaryDirectory directory;
  if (llvm::Error error = directory.create())
    return error;
  return Runner(options, directory, progress).run();
}
