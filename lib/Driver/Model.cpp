//===- Model.cpp - Models as the driver reads them ------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Driver/Model.h"
#include "Wino/Import/ONNX.h"
#include "Wino/InitAllDialects.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace wino;

void wino::registerDriverDialects(DialectRegistry &registry) {
  mlir::registerAllDialects(registry);
  registerAllExtensions(registry);
  registerAllToLLVMIRTranslations(registry);
  wino::registerAllDialects(registry);
}

static OwningOpRef<ModuleOp> loadMLIR(StringRef path, MLIRContext &context,
                                      llvm::SourceMgr &sources) {
  std::string reason;
  std::unique_ptr<llvm::MemoryBuffer> file = openInputFile(path, &reason);
  if (!file) {
    emitError(UnknownLoc::get(&context)) << reason;
    return nullptr;
  }
  sources.AddNewSourceBuffer(std::move(file), SMLoc());
  return parseSourceFile<ModuleOp>(sources, ParserConfig(&context));
}

static OwningOpRef<ModuleOp> loadModule(StringRef path,
                                        const llvm::StringMap<int64_t> &dims,
                                        MLIRContext &context,
                                        llvm::SourceMgr &sources) {
  StringRef extension = llvm::sys::path::extension(path);
  if (extension == ".mlir" || extension == ".mlirbc") {
    if (dims.empty())
      return loadMLIR(path, context, sources);
    emitError(UnknownLoc::get(&context))
        << "'" << path << "': only ONNX models have symbolic dimensions";
    return nullptr;
  }
  if (extension == ".onnx") {
#ifdef WINO_HAVE_ONNX
    ONNXImportOptions options;
    options.dims = dims;
    return importONNX(path, context, options);
#else
    emitError(UnknownLoc::get(&context))
        << "'" << path << "': this build has no ONNX importer";
    return nullptr;
#endif
  }
  emitError(UnknownLoc::get(&context))
      << "'" << path << "': expected a .onnx, .mlir or .mlirbc file";
  return nullptr;
}

/// Returns the first public function with a body; hides all others.
static func::FuncOp selectEntry(ModuleOp module) {
  func::FuncOp entry;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (!entry && function.isPublic() && !function.isExternal())
      entry = function;
    else
      function.setPrivate();
  }
  if (!entry)
    module.emitError("expected a public function with a body");
  return entry;
}

/// Describes the argument or result `what` of `entry`; `attributes` may be
/// null.
static FailureOr<TensorSpec> describeTensor(func::FuncOp entry,
                                            const Twine &what, Type type,
                                            DictionaryAttr attributes) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor)
    return entry.emitError()
           << what << ": expected a ranked tensor, but got " << type;
  if (!tensor.hasStaticShape())
    return entry.emitError() << what << ": expected a static shape, but got "
                             << type << "; compiled code needs all sizes";
  std::optional<ElementType> elementType =
      getElementType(tensor.getElementType());
  if (!elementType)
    return entry.emitError()
           << what
           << ": expected elements of type f32, f64, i8, ui8, i16, i32 or "
              "i64, but got "
           << tensor.getElementType();
  auto name =
      attributes ? attributes.getAs<StringAttr>(kNameAttrName) : nullptr;
  TensorSpec spec;
  spec.name = name ? name.str() : what.str();
  spec.type = *elementType;
  if (spec.type == ElementType::I8 && attributes &&
      attributes.contains(kUnsignedAttrName))
    spec.type = ElementType::U8;
  spec.isSignless = tensor.getElementType().isSignlessInteger() &&
                    spec.type != ElementType::U8;
  llvm::append_range(spec.shape, tensor.getShape());
  std::optional<int64_t> numElements = getNumElements(spec.shape);
  if (!numElements || *numElements > (int64_t(1) << 56))
    return entry.emitError()
           << what << ": the size of " << type << " exceeds the address space";
  if (*numElements == 0)
    return entry.emitError()
           << what << ": expected no zero-sized dimension, but got " << type;
  spec.numElements = *numElements;
  return spec;
}

llvm::Expected<WeightData> wino::getWeightData(Attribute attr) {
  auto elements = dyn_cast<ElementsAttr>(attr);
  if (!elements)
    return llvm::createStringError("a weight has no value");
  std::string type;
  llvm::raw_string_ostream(type) << elements.getShapedType();
  Type elementType = elements.getElementType();
  std::optional<int64_t> count =
      getNumElements(elements.getShapedType().getShape());
  bool hasWholeBytes =
      elementType.isIndex() || (elementType.isIntOrFloat() &&
                                elementType.getIntOrFloatBitWidth() % 8 == 0);
  if (!count || !hasWholeBytes)
    return llvm::createStringError("cannot pack a weight of type " + type);
  uint64_t elementSize =
      elementType.isIndex() ? 8 : elementType.getIntOrFloatBitWidth() / 8;

  WeightData data;
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attr)) {
    if (AsmResourceBlob *blob = resource.getRawHandle().getBlob())
      data.bytes = blob->getData();
  } else if (auto dense = dyn_cast<DenseElementsAttr>(attr)) {
    ArrayRef<char> raw = dense.getRawData();
    for (int64_t i = 0; dense.isSplat() && i < *count; ++i)
      llvm::append_range(data.storage, raw);
    data.bytes = dense.isSplat() ? ArrayRef<char>(data.storage) : raw;
  }
  if (data.bytes.size() != *count * elementSize)
    return llvm::createStringError("expected " + Twine(*count * elementSize) +
                                   " bytes of data for a weight of type " +
                                   type + ", but got " +
                                   Twine(data.bytes.size()));
  return data;
}

static LogicalResult describeBorder(Model &model) {
  func::FuncOp entry = model.entry;
  for (auto [index, type] : llvm::enumerate(entry.getArgumentTypes())) {
    if (Attribute attr = entry.getArgAttr(index, kWeightAttrName)) {
      auto elements = dyn_cast<ElementsAttr>(attr);
      if (elements && elements.getType() == type)
        continue;
      return entry.emitError()
             << "argument " << index << ": expected '" << kWeightAttrName
             << "' to hold elements of type " << type;
    }
    FailureOr<TensorSpec> spec =
        describeTensor(entry, "input " + Twine(model.inputs.size()), type,
                       entry.getArgAttrDict(index));
    if (failed(spec))
      return failure();
    model.inputs.push_back(std::move(*spec));
  }
  for (auto [index, type] : llvm::enumerate(entry.getResultTypes())) {
    FailureOr<TensorSpec> spec = describeTensor(
        entry, "output " + Twine(index), type, entry.getResultAttrDict(index));
    if (failed(spec))
      return failure();
    model.outputs.push_back(std::move(*spec));
  }
  return success();
}

FailureOr<Model> wino::loadModel(StringRef path,
                                 const llvm::StringMap<int64_t> &dims,
                                 MLIRContext &context,
                                 llvm::SourceMgr &sources) {
  Model model;
  model.name = llvm::sys::path::stem(path).str();
  model.module = loadModule(path, dims, context, sources);
  if (!model.module)
    return failure();
  model.entry = selectEntry(*model.module);
  if (!model.entry || failed(describeBorder(model)))
    return failure();
  if (model.outputs.empty())
    return model.entry.emitError("expected a function with results");
  return model;
}
