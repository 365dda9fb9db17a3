//===- CInterface.cpp - The C interface of compiled models ----------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Driver/CInterface.h"
#include "Wino/Driver/WeightsFile.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace wino;

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

std::string wino::makePrefix(StringRef stem) {
  std::string prefix;
  for (char c : stem)
    prefix.push_back(llvm::isAlnum(c) ? c : '_');
  // Names that start with an underscore or a digit are not for programs.
  if (prefix.empty() || !llvm::isAlpha(prefix.front()))
    prefix.insert(0, "model");
  return prefix;
}

llvm::Error wino::checkPrefix(StringRef prefix) {
  bool isIdentifier =
      !prefix.empty() && llvm::isAlpha(prefix.front()) &&
      llvm::all_of(prefix, [](char c) { return llvm::isAlnum(c) || c == '_'; });
  if (isIdentifier)
    return llvm::Error::success();
  return llvm::createStringError(
      "expected a C identifier that starts with a letter as prefix, but got '" +
      prefix.str() + "'");
}

SmallVector<std::string> wino::getExportedNames(const ModelInterface &model) {
  SmallVector<std::string> names;
  for (StringRef suffix :
       {"interface_version", "scratch_size", "prepare", "run"})
    names.push_back(model.prefix + "_" + suffix.str());
  return names;
}

//===----------------------------------------------------------------------===//
// The header
//===----------------------------------------------------------------------===//

/// Returns `text` with every character replaced that could end a comment or a
/// string literal, or that starts an escape or a trigraph.
static std::string escapeForC(StringRef text) {
  std::string result;
  for (char c : text)
    result.push_back(
        llvm::isAlnum(c) || StringRef(" _-.:,+/()[]").contains(c) ? c : '_');
  return result;
}

/// The part of the header that is the same for all models. {0} is the interface
/// version, {1} the alignment of the weights file, {2} that of scratch memory.
static constexpr char kCommonHeader[] = R"(
#ifdef __cplusplus
extern "C" {{
#endif

#ifndef WINO_INTERFACE_VERSION
#define WINO_INTERFACE_VERSION {0}

/* Results of prepare and run. */
#define WINO_OK 0
#define WINO_ERROR_NULL 1         /* a pointer is null */
#define WINO_ERROR_ALIGNMENT 2    /* a pointer is not aligned as documented */
#define WINO_ERROR_SIZE 3         /* the weights file is too short or too long */
#define WINO_ERROR_MAGIC 4        /* not a weights file, or a damaged header */
#define WINO_ERROR_VERSION 5      /* another version of the file format */
#define WINO_ERROR_CPU 6          /* weights packed for another CPU */
#define WINO_ERROR_PLAN 7         /* weights packed for other code */
#define WINO_ERROR_CHECKSUM 8     /* the weights are damaged */
#define WINO_ERROR_NOT_PREPARED 9 /* the model is not prepared for this run */

/* Alignments in bytes. */
#define WINO_WEIGHTS_ALIGNMENT {1}
#define WINO_SCRATCH_ALIGNMENT {2}
#endif

#if WINO_INTERFACE_VERSION != {0}
#error "headers of models with different interface versions are mixed"
#endif
)";

/// The declarations of one model. {0} is the prefix, {1} the prefix in
/// capitals, {2} the size of the weights file, {3} that of scratch memory, {4}
/// and {5} the numbers of inputs and outputs, {6} the parameters of run.
static constexpr char kDeclarations[] = R"(
/* Sizes in bytes: of the weights file, and of the scratch memory of one run. */
#define {1}_WEIGHTS_SIZE {2}u
#define {1}_SCRATCH_SIZE {3}u

#define {1}_NUM_INPUTS {4}
#define {1}_NUM_OUTPUTS {5}

/* A model whose weights are in memory. Filled in by {0}_prepare; holds
   nothing that must be released. */
typedef struct {0}_model {{
  const void *weights;
  uint64_t tag;
} {0}_model;

/* Returns the WINO_INTERFACE_VERSION of the object file. */
uint32_t {0}_interface_version(void);

/* Returns the size in bytes of the scratch memory that {0}_run needs. */
size_t {0}_scratch_size(void);

/* Checks the weights file that lies in memory at `file`, aligned to
   WINO_WEIGHTS_ALIGNMENT, and makes `model` point to it. The memory must stay
   valid and unchanged as long as the model is used. Returns WINO_OK or an
   error. */
int {0}_prepare(const void *file, size_t size, {0}_model *model);

/* Computes the outputs. `scratch` is WINO_SCRATCH_ALIGNMENT-aligned memory of
   {0}_scratch_size() bytes whose contents do not matter before and after; it
   may be null if that size is 0. No two of inputs, outputs and scratch memory
   may overlap. Runs at the same time may share the model but not the scratch
   memory. Returns WINO_OK or an error, in which case nothing was written. */
int {0}_run({6});

#ifdef __cplusplus
}
#endif

#endif
)";

/// Prints the macros that describe one input or output.
static void printTensorMacros(StringRef macroPrefix, StringRef parameter,
                              const TensorSpec &tensor, raw_ostream &os) {
  std::string macro = (macroPrefix + "_" + parameter.upper()).str();
  os << "\n/* " << parameter << ": "
     << formatTensorType(tensor.type, tensor.shape) << ", \""
     << escapeForC(tensor.name) << "\" */\n";
  os << "#define " << macro << "_NAME \"" << escapeForC(tensor.name) << "\"\n";
  os << "#define " << macro << "_RANK " << tensor.shape.size() << "\n";
  if (!tensor.shape.empty()) {
    os << "#define " << macro << "_SHAPE { ";
    llvm::interleaveComma(tensor.shape, os);
    os << " }\n";
  }
  os << "#define " << macro << "_COUNT " << tensor.numElements << "u\n";
  os << "#define " << macro << "_SIZE " << tensor.getByteSize() << "u\n";
}

std::string wino::generateHeader(const ModelInterface &model) {
  std::string text, parameters;
  llvm::raw_string_ostream os(text), parametersOS(parameters);
  std::string capitals = StringRef(model.prefix).upper();
  os << "/* C interface of the model '" << escapeForC(model.modelName)
     << "', compiled by Wino for " << escapeForC(model.cpu)
     << ".\n   Generated: do not edit. Link with -lm. */\n\n";
  os << "#ifndef WINO_MODEL_" << capitals << "_H\n#define WINO_MODEL_"
     << capitals << "_H\n\n#include <stddef.h>\n#include <stdint.h>\n";
  os << llvm::formatv(kCommonHeader, kInterfaceVersion, kWeightsAlignment,
                      kScratchAlignment);

  parametersOS << "const " << model.prefix << "_model *model";
  auto print = [&](ArrayRef<TensorSpec> tensors, StringRef kind,
                   StringRef qualifier) {
    for (auto [index, tensor] : llvm::enumerate(tensors)) {
      std::string parameter = (kind + Twine(index)).str();
      printTensorMacros(capitals, parameter, tensor, os);
      parametersOS << ",\n    " << qualifier
                   << getElementTypeInfo(tensor.type).cType << " *"
                   << parameter;
    }
  };
  print(model.inputs, "in", "const ");
  print(model.outputs, "out", "");
  parametersOS << ",\n    void *scratch";

  os << llvm::formatv(kDeclarations, model.prefix, capitals,
                      kWeightsHeaderSize + model.payloadSize, model.scratchSize,
                      model.inputs.size(), model.outputs.size(), parameters);
  return text;
}

//===----------------------------------------------------------------------===//
// The functions
//===----------------------------------------------------------------------===//

namespace {
/// Writes the text of the exported functions: chains of checks, each of which
/// returns an error code if it fails.
class EntryPointWriter {
public:
  EntryPointWriter(const ModelInterface &model, const ModelFunction &function)
      : model(model), function(function), os(text) {}

  std::string write();

private:
  void writeConstantFunction(StringRef suffix, unsigned width, uint64_t value);
  void writePrepare();
  void writeRun();
  /// Writes the loop that computes the checksum of `%payload` into `%checksum`.
  void writeChecksum();

  /// Returns the name of an integer constant of `width` bits.
  std::string constant(unsigned width, const APInt &value);
  std::string constant(unsigned width, uint64_t value) {
    return constant(width, APInt(width, value, /*isSigned=*/false,
                                 /*implicitTrunc=*/true));
  }
  /// Writes a line that defines a new value and returns its name.
  std::string define(const Twine &operation);
  /// Returns from the function with `error` where the i1 `condition` holds.
  void failIf(StringRef condition, InterfaceError error);
  void failIfNull(StringRef pointer);
  void failIfMisaligned(StringRef pointer, uint64_t alignment);
  /// Fails unless the integer of `width` bits at `offset` of `%file` is
  /// `value`.
  void failUnlessField(unsigned offset, unsigned width, const APInt &value,
                       InterfaceError error);
  void failUnlessField(unsigned offset, unsigned width, uint64_t value,
                       InterfaceError error) {
    failUnlessField(offset, width, APInt(width, value), error);
  }
  std::string address(StringRef base, uint64_t offset);
  void writeReturn(InterfaceError error);

  const ModelInterface &model;
  const ModelFunction &function;
  std::string text;
  llvm::raw_string_ostream os;
  unsigned numValues = 0;
  unsigned numBlocks = 0;
};
} // namespace

std::string EntryPointWriter::define(const Twine &operation) {
  std::string name = "%v" + std::to_string(numValues++);
  os << "    " << name << " = " << operation << "\n";
  return name;
}

std::string EntryPointWriter::constant(unsigned width, const APInt &value) {
  SmallString<64> digits;
  value.toString(digits, /*Radix=*/10, /*Signed=*/true);
  std::string type = "i" + std::to_string(width);
  return define("llvm.mlir.constant(" + digits + " : " + type + ") : " + type);
}

std::string EntryPointWriter::address(StringRef base, uint64_t offset) {
  return define("llvm.getelementptr " + base + "[" + Twine(offset) +
                "] : (!llvm.ptr) -> !llvm.ptr, i8");
}

void EntryPointWriter::writeReturn(InterfaceError error) {
  std::string code = constant(32, static_cast<uint64_t>(error));
  os << "    llvm.return " << code << " : i32\n";
}

void EntryPointWriter::failIf(StringRef condition, InterfaceError error) {
  unsigned block = numBlocks++;
  os << "    llvm.cond_br " << condition << ", ^fail" << block << ", ^next"
     << block << "\n  ^fail" << block << ":\n";
  writeReturn(error);
  os << "  ^next" << block << ":\n";
}

void EntryPointWriter::failIfNull(StringRef pointer) {
  std::string null = define("llvm.mlir.zero : !llvm.ptr");
  failIf(define("llvm.icmp \"eq\" " + pointer + ", " + null + " : !llvm.ptr"),
         InterfaceError::Null);
}

void EntryPointWriter::failIfMisaligned(StringRef pointer, uint64_t alignment) {
  if (alignment == 1)
    return;
  std::string bits = define("llvm.ptrtoint " + pointer + " : !llvm.ptr to i64");
  std::string low = define("llvm.and " + bits + ", " +
                           constant(64, alignment - 1) + " : i64");
  failIf(define("llvm.icmp \"ne\" " + low + ", " + constant(64, 0) + " : i64"),
         InterfaceError::Alignment);
}

void EntryPointWriter::failUnlessField(unsigned offset, unsigned width,
                                       const APInt &value,
                                       InterfaceError error) {
  std::string type = "i" + std::to_string(width);
  std::string field = define("llvm.load " + address("%file", offset) +
                             " {alignment = 8 : i64} : !llvm.ptr -> " + type);
  failIf(define("llvm.icmp \"ne\" " + field + ", " + constant(width, value) +
                " : " + type),
         error);
}

void EntryPointWriter::writeConstantFunction(StringRef suffix, unsigned width,
                                             uint64_t value) {
  os << "  llvm.func @" << model.prefix << "_" << suffix << "() -> i" << width
     << " {\n";
  std::string result = constant(width, value);
  os << "    llvm.return " << result << " : i" << width << "\n  }\n";
}

/// Returns the bytes of `text`, padded with zeros to `size`, as the integer
/// that a little-endian load of them gives.
static APInt packLittleEndian(StringRef text, unsigned size) {
  APInt value(8 * size, 0);
  for (auto [index, c] : llvm::enumerate(text.bytes()))
    value.insertBits(APInt(8, c), 8 * index);
  return value;
}

/// See computeWeightsChecksum(). {0}: the constant sizes and factors' uses.
static constexpr char kChecksumLoop[] = R"(
    llvm.br ^loop(%zero64, %lanes : i64, vector<{0}xi32>)
  ^loop(%offset: i64, %old: vector<{0}xi32>):
    %more = llvm.icmp "ult" %offset, %payloadSize : i64
    llvm.cond_br %more, ^body, ^done
  ^body:
    %place = llvm.getelementptr %payload[%offset] : (!llvm.ptr, i64) -> !llvm.ptr, i8
    %words = llvm.load %place {{alignment = {1} : i64} : !llvm.ptr -> vector<{0}xi32>
    %mixed = llvm.xor %old, %words : vector<{0}xi32>
    %product = llvm.mul %mixed, %factor : vector<{0}xi32>
    %new = llvm.intr.fshl(%product, %product, %rotation) : (vector<{0}xi32>, vector<{0}xi32>, vector<{0}xi32>) -> vector<{0}xi32>
    %nextOffset = llvm.add %offset, %blockSize : i64
    llvm.br ^loop(%nextOffset, %new : i64, vector<{0}xi32>)
  ^done:
)";

void EntryPointWriter::writeChecksum() {
  std::string lanesType = llvm::formatv("vector<{0}xi32>", kChecksumLanes);
  auto splat = [&](StringRef name, uint32_t value) {
    os << "    %" << name << " = llvm.mlir.constant(dense<" << value
       << "> : " << lanesType << ") : " << lanesType << "\n";
  };
  os << "    %lanes = llvm.mlir.constant(dense<[";
  llvm::interleaveComma(llvm::seq(kChecksumLanes), os,
                        [&](unsigned lane) { os << kChecksumSeed + lane; });
  os << "]> : " << lanesType << ") : " << lanesType << "\n";
  splat("factor", kChecksumFactor);
  splat("rotation", kChecksumRotation);
  os << "    %zero64 = llvm.mlir.constant(0 : i64) : i64\n"
     << "    %blockSize = llvm.mlir.constant(" << kWeightsAlignment
     << " : i64) : i64\n    %payloadSize = llvm.mlir.constant("
     << model.payloadSize << " : i64) : i64\n";
  os << llvm::formatv(kChecksumLoop, kChecksumLanes, kWeightsAlignment);

  std::string sum = constant(64, kChecksumFoldSeed);
  std::string foldFactor = constant(64, kChecksumFoldFactor);
  for (unsigned i = 0; i < kChecksumLanes; ++i) {
    std::string lane = define("llvm.extractelement %old[" + constant(32, i) +
                              " : i32] : " + lanesType);
    lane = define("llvm.zext " + lane + " : i32 to i64");
    sum = define("llvm.xor " + sum + ", " + lane + " : i64");
    sum = define("llvm.mul " + sum + ", " + foldFactor + " : i64");
  }
  std::string stored =
      define("llvm.load " + address("%file", WeightsHeaderOffset::checksum) +
             " : !llvm.ptr -> i64");
  failIf(define("llvm.icmp \"ne\" " + sum + ", " + stored + " : i64"),
         InterfaceError::Checksum);
}

void EntryPointWriter::writePrepare() {
  using Offset = WeightsHeaderOffset;
  uint64_t fileSize = kWeightsHeaderSize + model.payloadSize;
  os << "  llvm.func @" << model.prefix
     << "_prepare(%file: !llvm.ptr, %size: i64, %model: !llvm.ptr) -> i32 {\n";
  failIfNull("%model");
  // A model that fails to be prepared cannot be run.
  std::string null = define("llvm.mlir.zero : !llvm.ptr");
  std::string zero = constant(64, 0);
  std::string tagAddress = address("%model", 8);
  os << "    llvm.store " << null << ", %model : !llvm.ptr, !llvm.ptr\n";
  os << "    llvm.store " << zero << ", " << tagAddress
     << " : i64, !llvm.ptr\n";
  failIfNull("%file");
  failIfMisaligned("%file", kWeightsAlignment);
  failIf(define("llvm.icmp \"ult\" %size, " + constant(64, kWeightsHeaderSize) +
                " : i64"),
         InterfaceError::Size);
  failUnlessField(Offset::magic, 64,
                  packLittleEndian(kWeightsMagic, sizeof(uint64_t)),
                  InterfaceError::Magic);
  failUnlessField(Offset::version, 32, kWeightsVersion,
                  InterfaceError::Version);
  failUnlessField(Offset::headerSize, 32, kWeightsHeaderSize,
                  InterfaceError::Magic);
  failUnlessField(Offset::zero, 64, 0, InterfaceError::Magic);
  failUnlessField(Offset::tail, 8 * (kWeightsHeaderSize - Offset::tail), 0,
                  InterfaceError::Magic);
  failUnlessField(Offset::cpu, 8 * kWeightsCPUSize,
                  packLittleEndian(model.cpu, kWeightsCPUSize),
                  InterfaceError::CPU);
  failUnlessField(Offset::planHash, 64, model.planHash, InterfaceError::Plan);
  failUnlessField(Offset::payloadSize, 64, model.payloadSize,
                  InterfaceError::Size);
  failIf(define("llvm.icmp \"ne\" %size, " + constant(64, fileSize) + " : i64"),
         InterfaceError::Size);
  os << "    %payload = llvm.getelementptr %file[" << kWeightsHeaderSize
     << "] : (!llvm.ptr) -> !llvm.ptr, i8\n";
  writeChecksum();
  os << "    llvm.store %payload, %model : !llvm.ptr, !llvm.ptr\n";
  std::string tag = constant(64, model.planHash);
  os << "    llvm.store " << tag << ", " << tagAddress << " : i64, !llvm.ptr\n";
  writeReturn(InterfaceError::OK);
  os << "  }\n";
}

void EntryPointWriter::writeRun() {
  SmallVector<std::string> tensors;
  for (size_t i = 0; i < model.inputs.size(); ++i)
    tensors.push_back("%in" + std::to_string(i));
  for (size_t i = 0; i < model.outputs.size(); ++i)
    tensors.push_back("%out" + std::to_string(i));

  os << "  llvm.func @" << model.prefix << "_run(%model: !llvm.ptr, ";
  for (const std::string &tensor : tensors)
    os << tensor << ": !llvm.ptr, ";
  os << "%scratch: !llvm.ptr) -> i32 {\n";
  failIfNull("%model");
  std::string tag =
      define("llvm.load " + address("%model", 8) + " : !llvm.ptr -> i64");
  failIf(define("llvm.icmp \"ne\" " + tag + ", " +
                constant(64, model.planHash) + " : i64"),
         InterfaceError::NotPrepared);
  for (const std::string &tensor : tensors)
    failIfNull(tensor);
  if (model.scratchSize)
    failIfNull("%scratch");
  for (auto [name, tensor] :
       llvm::zip_equal(tensors, llvm::concat<const TensorSpec>(model.inputs,
                                                               model.outputs)))
    failIfMisaligned(name, getElementTypeInfo(tensor.type).size);
  if (model.scratchSize)
    failIfMisaligned("%scratch", kScratchAlignment);

  if (function.takesPacked)
    tensors.push_back(define("llvm.load %model : !llvm.ptr -> !llvm.ptr"));
  if (function.takesScratch)
    tensors.push_back("%scratch");
  os << "    llvm.call @\"" << function.name << "\"("
     << llvm::join(tensors, ", ") << ") : (";
  llvm::interleaveComma(tensors, os, [&](StringRef) { os << "!llvm.ptr"; });
  os << ") -> ()\n";
  writeReturn(InterfaceError::OK);
  os << "  }\n";
}

std::string EntryPointWriter::write() {
  writeConstantFunction("interface_version", 32, kInterfaceVersion);
  writeConstantFunction("scratch_size", 64, model.scratchSize);
  writePrepare();
  writeRun();
  return text;
}

llvm::Error wino::addEntryPoints(ModuleOp module, const ModelFunction &function,
                                 const ModelInterface &model) {
  std::string text = EntryPointWriter(model, function).write();
  // The text calls a function of the module it will be part of; it is complete,
  // and verified, only there.
  ParserConfig config(module.getContext(), /*verifyAfterParse=*/false);
  Block functions;
  if (failed(parseSourceString(text, &functions, config, "entry points")))
    return llvm::createStringError("the entry points do not parse");
  Block *body = module.getBody();
  body->getOperations().splice(body->end(), functions.getOperations());
  return llvm::Error::success();
}
