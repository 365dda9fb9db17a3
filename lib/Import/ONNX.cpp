//===- ONNX.cpp - Import of ONNX models -----------------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Import/ONNX.h"
#include "NodeImporter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace wino;
using namespace wino::importer;

/// The stem of `path` as a C identifier.
static std::string getFunctionName(StringRef path) {
  std::string name = llvm::sys::path::stem(path).str();
  for (char &c : name)
    if (!llvm::isAlnum(c))
      c = '_';
  if (name.empty() || llvm::isDigit(name.front()))
    name.insert(name.begin(), '_');
  return name;
}

namespace {

class GraphImporter {
public:
  GraphImporter(Graph &graph, Location modelLoc,
                const ONNXImportOptions &options)
      : graph(graph), modelLoc(modelLoc), options(options) {}

  OwningOpRef<ModuleOp> run(StringRef functionName);

private:
  /// The graph inputs that are no initializers (before IR version 4 those had
  /// to be listed as inputs, too).
  LogicalResult resolveInputs();
  FailureOr<int64_t> resolveDim(const ValueInfo &input, size_t index);
  LogicalResult checkDims();
  func::FuncOp createFunction(ModuleOp module, StringRef name);
  void defineInputs(ImportState &state, func::FuncOp func);
  void defineInitializers(ImportState &state);
  LogicalResult importNodes(ImportState &state);
  LogicalResult importNode(ImportState &state, Node &node);
  LogicalResult importOutputs(ImportState &state, func::FuncOp func);
  LogicalResult checkDeclaredShape(const ValueInfo &info,
                                   ArrayRef<int64_t> shape);

  Graph &graph;
  Location modelLoc;
  const ONNXImportOptions &options;
  ImportTable table;
  SmallVector<std::pair<const ValueInfo *, SmallVector<int64_t>>> inputs;
};

} // namespace

FailureOr<int64_t> GraphImporter::resolveDim(const ValueInfo &input,
                                             size_t index) {
  const Dimension &dim = (*input.shape)[index];
  if (dim.size >= 0)
    return dim.size;
  auto given = options.dims.find(dim.symbol);
  if (!dim.symbol.empty() && given != options.dims.end())
    return given->second;
  if (index == 0)
    return 1;
  return emitError(modelLoc)
         << "dimension " << index << " of graph input '" << input.name
         << "' is not static"
         << (dim.symbol.empty() ? ""
                                : ": give a value for '" + dim.symbol + "'");
}

/// A size that is given must be that of some graph input.
LogicalResult GraphImporter::checkDims() {
  llvm::StringSet<> symbols;
  for (const ValueInfo &input : graph.inputs)
    if (input.shape)
      for (const Dimension &dim : *input.shape)
        symbols.insert(dim.symbol);
  for (StringRef name : options.dims.keys())
    if (!symbols.contains(name))
      return emitError(modelLoc)
             << "no graph input has a dimension '" << name << "'";
  return success();
}

LogicalResult GraphImporter::resolveInputs() {
  llvm::StringSet<> initializers;
  for (const std::unique_ptr<Constant> &constant : graph.initializers)
    initializers.insert(constant->name);
  for (const ValueInfo &input : graph.inputs) {
    if (initializers.contains(input.name))
      continue;
    if (input.kind != ElementKind::Float && !isByte(input.kind))
      return emitError(modelLoc)
             << "expected graph input '" << input.name
             << "' to be of type FLOAT, INT8 or UINT8, but got "
             << input.typeName;
    if (!input.shape)
      return emitError(modelLoc)
             << "graph input '" << input.name << "' has no shape";
    SmallVector<int64_t> shape;
    for (size_t i = 0; i < input.shape->size(); ++i) {
      FailureOr<int64_t> size = resolveDim(input, i);
      if (failed(size))
        return failure();
      shape.push_back(*size);
    }
    if (!numElements(shape))
      return emitError(modelLoc)
             << "graph input '" << input.name << "' has unsupported shape "
             << shapeToString(shape);
    inputs.emplace_back(&input, std::move(shape));
  }
  return success();
}

func::FuncOp GraphImporter::createFunction(ModuleOp module, StringRef name) {
  OpBuilder builder(module.getBodyRegion());
  SmallVector<Type> types;
  SmallVector<Location> locs;
  for (auto &[info, shape] : inputs) {
    Type elementType = builder.getF32Type();
    if (isByte(info->kind))
      elementType = builder.getI8Type();
    types.push_back(RankedTensorType::get(shape, elementType));
    locs.push_back(NameLoc::get(builder.getStringAttr(info->name)));
  }
  auto func = func::FuncOp::create(builder, modelLoc, name,
                                   builder.getFunctionType(types, {}));
  builder.createBlock(&func.getBody(), {}, types, locs);
  for (auto [index, input] : llvm::enumerate(inputs)) {
    func.setArgAttr(index, kNameAttrName,
                    builder.getStringAttr(input.first->name));
    if (input.first->kind == ElementKind::UInt8)
      func.setArgAttr(index, kUnsignedAttrName, builder.getUnitAttr());
  }
  return func;
}

/// Moves unsigned bytes between the graph's border, where they are as they are,
/// and the tensors inside.
static Tensor moveUnsigned(Emitter &emitter, Tensor &tensor) {
  return emitter.elementwise(
      tensor,
      [](OpBuilder &b, Location loc, ValueRange args) -> Value {
        Value highBit = arith::ConstantOp::create(
            b, loc, b.getI8IntegerAttr(std::numeric_limits<int8_t>::min()));
        return arith::XOrIOp::create(b, loc, args[0], highBit);
      },
      ElementKind::UInt8);
}

void GraphImporter::defineInputs(ImportState &state, func::FuncOp func) {
  for (auto [index, input] : llvm::enumerate(inputs)) {
    Tensor tensor = state.emitter.fromONNX(func.getArgument(index));
    if (input.first->kind == ElementKind::UInt8)
      tensor = moveUnsigned(state.emitter, tensor);
    state.tensors[input.first->name] = std::make_shared<Tensor>(tensor);
  }
}

void GraphImporter::defineInitializers(ImportState &state) {
  for (const std::unique_ptr<Constant> &constant : graph.initializers) {
    auto tensor = std::make_shared<Tensor>();
    tensor->shape = constant->shape;
    tensor->kind = constant->kind;
    tensor->constant = constant.get();
    state.tensors[constant->name] = std::move(tensor);
  }
}

LogicalResult GraphImporter::importNode(ImportState &state, Node &node) {
  if (!state.done.insert(&node).second)
    return success();
  state.emitter.setLoc(getNodeLocation(node, modelLoc));
  NodeImporter importer(state, node);
  auto import =
      table.find(node.domain.empty() ? node.opType
                                     : (node.domain + "." + node.opType).str());
  if (import == table.end())
    return importer.emitError() << "this operator is not supported";
  if (node.outputs.empty() || node.outputs.front().empty())
    return importer.emitError() << "its first output has no name";
  return import->second(importer);
}

LogicalResult GraphImporter::importNodes(ImportState &state) {
  addConstantOps(table);
  addConvolutionOps(table);
  addElementwiseOps(table);
  addMatmulOps(table);
  addNormalizationOps(table);
  addPoolingOps(table);
  addQuantizationOps(table);
  addShapeOps(table);
  // Constants first, wherever the file has them, so that a convolution can be
  // combined with the normalization after it.
  for (Node &node : graph.nodes) {
    bool isConstant =
        llvm::is_contained({"Constant", "ConstantOfShape", "Identity"},
                           node.opType) &&
        llvm::all_of(node.inputs, [&](StringRef name) {
          auto input = state.tensors.find(name);
          return input != state.tensors.end() && input->second->constant;
        });
    if (isConstant && failed(importNode(state, node)))
      return failure();
  }
  for (Node &node : graph.nodes)
    if (failed(importNode(state, node)))
      return failure();
  return success();
}

LogicalResult GraphImporter::checkDeclaredShape(const ValueInfo &info,
                                                ArrayRef<int64_t> shape) {
  if (!info.shape)
    return success();
  bool matches = info.shape->size() == shape.size();
  for (size_t i = 0; matches && i < shape.size(); ++i)
    matches = (*info.shape)[i].size < 0 || (*info.shape)[i].size == shape[i];
  if (matches)
    return success();
  SmallVector<std::string> declared;
  for (const Dimension &dim : *info.shape)
    declared.push_back(dim.size < 0 ? "?" : std::to_string(dim.size));
  return emitError(modelLoc)
         << "graph output '" << info.name << "' is declared with shape "
         << llvm::join(declared, "x") << ", but has " << shapeToString(shape);
}

LogicalResult GraphImporter::importOutputs(ImportState &state,
                                           func::FuncOp func) {
  Emitter &emitter = state.emitter;
  emitter.setLoc(modelLoc);
  SmallVector<Value> results;
  for (const ValueInfo &output : graph.outputs) {
    auto found = state.tensors.find(output.name);
    if (found == state.tensors.end())
      return emitError(modelLoc)
             << "graph output '" << output.name << "' is not supported";
    Tensor &tensor = *found->second;
    bool isIntConstant = tensor.constant && tensor.kind == ElementKind::Int;
    if (tensor.kind == ElementKind::Unsupported || isIntConstant ||
        !numElements(tensor.shape))
      return emitError(modelLoc)
             << "expected graph output '" << output.name
             << "' to be of type FLOAT, INT8 or UINT8 and not empty";
    if (output.typeName != getKindName(tensor.kind))
      return emitError(modelLoc)
             << "graph output '" << output.name << "' is declared with type "
             << output.typeName << ", but has " << getKindName(tensor.kind);
    if (failed(checkDeclaredShape(output, tensor.shape)))
      return failure();
    if (tensor.kind == ElementKind::UInt8) {
      Tensor unsignedTensor = moveUnsigned(emitter, tensor);
      results.push_back(emitter.onnxOrder(unsignedTensor));
    } else {
      results.push_back(emitter.onnxOrder(tensor));
    }
  }
  if (results.empty())
    return emitError(modelLoc) << "the graph has no outputs";
  func::ReturnOp::create(emitter.builder, modelLoc, results);
  func.setType(FunctionType::get(func.getContext(), func.getArgumentTypes(),
                                 ValueRange(results).getTypes()));
  for (auto [index, output] : llvm::enumerate(graph.outputs)) {
    func.setResultAttr(index, kNameAttrName,
                       emitter.builder.getStringAttr(output.name));
    if (output.kind == ElementKind::UInt8)
      func.setResultAttr(index, kUnsignedAttrName,
                         emitter.builder.getUnitAttr());
  }
  return success();
}

OwningOpRef<ModuleOp> GraphImporter::run(StringRef functionName) {
  if (failed(checkDims()) || failed(resolveInputs()))
    return nullptr;
  OwningOpRef<ModuleOp> module = ModuleOp::create(modelLoc);
  func::FuncOp func = createFunction(*module, functionName);
  Emitter emitter(func);
  ImportState state(graph, modelLoc, emitter);
  defineInputs(state, func);
  defineInitializers(state);
  if (failed(importNodes(state)) || failed(importOutputs(state, func)) ||
      failed(verify(*module)))
    return nullptr;
  return module;
}

OwningOpRef<ModuleOp> wino::importONNX(StringRef path, MLIRContext &context,
                                       const ONNXImportOptions &options) {
  context.loadDialect<arith::ArithDialect, func::FuncDialect,
                      linalg::LinalgDialect, math::MathDialect,
                      tensor::TensorDialect>();
  Location modelLoc = getModelLocation(path, context);
  FailureOr<Graph> graph = loadGraph(path, modelLoc);
  if (failed(graph) || failed(sortNodes(*graph, modelLoc)))
    return nullptr;
  std::string name = options.functionName.empty() ? getFunctionName(path)
                                                  : options.functionName;
  return GraphImporter(*graph, modelLoc, options).run(name);
}
