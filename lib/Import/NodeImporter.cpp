//===- NodeImporter.cpp - Import of one ONNX node -------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NodeImporter.h"
#include "mlir/IR/Diagnostics.h"

using namespace mlir;
using namespace wino;
using namespace wino::importer;

ImportState::ImportState(Graph &graph, Location modelLoc, Emitter &emitter)
    : graph(graph), modelLoc(modelLoc), emitter(emitter) {
  for (Node &node : graph.nodes)
    for (const std::string &input : node.inputs)
      if (!input.empty())
        users[input].push_back(&node);
  for (const ValueInfo &output : graph.outputs)
    outputs.insert(output.name);
}

Node *ImportState::getOnlyUser(StringRef name) const {
  auto found = users.find(name);
  if (found == users.end() || found->second.size() != 1 ||
      outputs.contains(name))
    return nullptr;
  return found->second.front();
}

std::shared_ptr<Tensor>
ImportState::addConstant(std::unique_ptr<Constant> constant) {
  auto tensor = std::make_shared<Tensor>();
  tensor->shape = constant->shape;
  tensor->kind = constant->kind;
  tensor->constant = constant.get();
  constants.push_back(std::move(constant));
  constantTensors.push_back(tensor);
  return tensor;
}

NodeImporter::NodeImporter(ImportState &state, Node &node)
    : state(state), node(node), emitter(state.emitter) {}

InFlightDiagnostic NodeImporter::emitError() const {
  return emitNodeError(node, state.modelLoc);
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

int64_t NodeImporter::getInt(StringRef name, int64_t defaultValue) const {
  auto found = node.attributes.find(name);
  return found == node.attributes.end() ? defaultValue : found->second.i;
}

float NodeImporter::getFloat(StringRef name, float defaultValue) const {
  auto found = node.attributes.find(name);
  return found == node.attributes.end() ? defaultValue : found->second.f;
}

StringRef NodeImporter::getString(StringRef name,
                                  StringRef defaultValue) const {
  auto found = node.attributes.find(name);
  return found == node.attributes.end() ? defaultValue : found->second.s;
}

SmallVector<int64_t>
NodeImporter::getInts(StringRef name, ArrayRef<int64_t> defaultValue) const {
  auto found = node.attributes.find(name);
  if (found == node.attributes.end())
    return SmallVector<int64_t>(defaultValue);
  return found->second.ints;
}

FailureOr<int64_t> NodeImporter::normalizeAxis(int64_t axis,
                                               int64_t rank) const {
  if (axis < -rank || axis >= rank)
    return emitError() << "axis " << axis << " is out of range for rank "
                       << rank;
  return axis < 0 ? axis + rank : axis;
}

FailureOr<SmallVector<int64_t>>
NodeImporter::normalizeAxes(ArrayRef<int64_t> axes, int64_t rank) const {
  SmallVector<int64_t> result;
  for (int64_t axis : axes) {
    FailureOr<int64_t> normalized = normalizeAxis(axis, rank);
    if (failed(normalized))
      return failure();
    if (llvm::is_contained(result, *normalized))
      return emitError() << "axis " << axis << " is given twice";
    result.push_back(*normalized);
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

bool NodeImporter::hasInput(size_t index) const {
  return index < node.inputs.size() && !node.inputs[index].empty();
}

Tensor &NodeImporter::getAny(size_t index) const {
  return *state.tensors.find(node.inputs[index])->second;
}

/// The element type of `tensor` as ONNX spells it.
static StringRef getTypeName(const Tensor &tensor) {
  return tensor.constant ? StringRef(tensor.constant->typeName)
                         : getKindName(tensor.kind);
}

FailureOr<Tensor *> NodeImporter::getTensor(size_t index) const {
  Tensor &tensor = getAny(index);
  if (tensor.kind != ElementKind::Float)
    return emitError() << "expected input '" << node.inputs[index]
                       << "' to be of type FLOAT, but got "
                       << getTypeName(tensor);
  if (failed(checkShape(tensor.shape)))
    return failure();
  return &tensor;
}

FailureOr<Tensor *> NodeImporter::getBytes(size_t index) const {
  Tensor &tensor = getAny(index);
  if (!isByte(tensor.kind))
    return emitError() << "expected input '" << node.inputs[index]
                       << "' to be of type INT8 or UINT8, but got "
                       << getTypeName(tensor);
  if (failed(checkShape(tensor.shape)))
    return failure();
  return &tensor;
}

/// Whether operators that move elements take the integers of `tensor`. Several
/// scales would have to move with the elements.
static bool movesIntegers(const Tensor &tensor) {
  return tensor.integers && tensor.quantization.isPerTensor();
}

FailureOr<Tensor *> NodeImporter::getMovable(size_t index) const {
  Tensor &tensor = getAny(index);
  if (tensor.kind == ElementKind::Unsupported || getIntConstant(index))
    return emitError() << "expected input '" << node.inputs[index]
                       << "' to be of type FLOAT, INT8 or UINT8, but got "
                       << getTypeName(tensor);
  if (failed(checkShape(tensor.shape)))
    return failure();
  return movesIntegers(tensor) ? tensor.integers.get() : &tensor;
}

const Constant *NodeImporter::getIntConstant(size_t index) const {
  Constant *constant = getAny(index).constant;
  return constant && constant->kind == ElementKind::Int ? constant : nullptr;
}

Constant *NodeImporter::getFloatConstant(size_t index) const {
  Constant *constant = getAny(index).constant;
  return constant && constant->kind == ElementKind::Float ? constant : nullptr;
}

FailureOr<SmallVector<int64_t>> NodeImporter::getIntList(size_t index) const {
  const Constant *constant = getIntConstant(index);
  if (!constant)
    return emitError() << "expected input '" << node.inputs[index]
                       << "' to be an integer constant";
  return SmallVector<int64_t>(ArrayRef<int64_t>(constant->ints));
}

FailureOr<float> NodeImporter::getScalar(size_t index) const {
  Constant *constant = getFloatConstant(index);
  if (!constant || numElements(constant->shape) != 1)
    return emitError() << "expected input '" << node.inputs[index]
                       << "' to be an f32 constant of one element";
  return constant->floatAt(0);
}

LogicalResult NodeImporter::requireOneOutput() const {
  for (StringRef output : llvm::drop_begin(node.outputs))
    if (state.isRead(output))
      return emitError() << "its output '" << output
                         << "' is used, but only the first is supported";
  return success();
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

LogicalResult NodeImporter::setResult(size_t index, Tensor tensor) {
  if (failed(checkShape(tensor.shape)))
    return failure();
  if (index < node.outputs.size())
    state.tensors[node.outputs[index]] =
        std::make_shared<Tensor>(std::move(tensor));
  return success();
}

LogicalResult NodeImporter::setResult(std::unique_ptr<Constant> constant) {
  constant->name = node.outputs.front();
  state.tensors[node.outputs.front()] = state.addConstant(std::move(constant));
  return success();
}

LogicalResult NodeImporter::setMoved(size_t index, Tensor moved, size_t input) {
  const Tensor &source = getAny(input);
  if (!movesIntegers(source)) {
    moved.kind = source.kind;
    return setResult(index, std::move(moved));
  }
  moved.kind = source.integers->kind;
  return setResult(index,
                   emitter.fromIntegers(std::move(moved), source.quantization));
}

LogicalResult NodeImporter::setAlias(size_t input) {
  // Copied first: the map may move its entries.
  std::shared_ptr<Tensor> tensor =
      state.tensors.find(node.inputs[input])->second;
  state.tensors[node.outputs.front()] = tensor;
  return success();
}

std::unique_ptr<Constant>
NodeImporter::makeInts(ArrayRef<int64_t> shape,
                       ArrayRef<int64_t> values) const {
  auto constant = std::make_unique<Constant>();
  constant->shape.assign(shape.begin(), shape.end());
  constant->kind = ElementKind::Int;
  constant->typeName = "INT64";
  constant->ints.assign(values.begin(), values.end());
  return constant;
}

LogicalResult NodeImporter::checkShape(ArrayRef<int64_t> shape) const {
  if (llvm::any_of(shape, [](int64_t size) { return size <= 0; }))
    return emitError() << "a tensor of shape " << shapeToString(shape)
                       << " has no elements";
  if (!numElements(shape))
    return emitError() << "a tensor of shape " << shapeToString(shape)
                       << " is too large";
  return success();
}

FailureOr<SmallVector<int64_t>>
importer::broadcastShapes(const NodeImporter &importer, ArrayRef<int64_t> a,
                          ArrayRef<int64_t> b) {
  size_t rank = std::max(a.size(), b.size());
  SmallVector<int64_t> result(rank);
  for (size_t i = 1; i <= rank; ++i) {
    int64_t sizeA = i <= a.size() ? a[a.size() - i] : 1;
    int64_t sizeB = i <= b.size() ? b[b.size() - i] : 1;
    if (sizeA != sizeB && sizeA != 1 && sizeB != 1)
      return importer.emitError() << "shapes " << shapeToString(a) << " and "
                                  << shapeToString(b) << " do not broadcast";
    result[rank - i] = sizeA == 1 ? sizeB : sizeA;
  }
  return result;
}
