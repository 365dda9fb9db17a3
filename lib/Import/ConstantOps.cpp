//===- ConstantOps.cpp - Import of constants ------------------------------===//
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

static LogicalResult importConstant(NodeImporter &importer) {
  using Kind = NodeAttribute::Kind;
  if (importer.node.attributes.size() != 1)
    return importer.emitError() << "expected exactly one value attribute";
  NodeAttribute &value = importer.node.attributes.begin()->second;
  std::unique_ptr<Constant> constant;
  switch (value.kind) {
  case Kind::Tensor:
    return importer.setResult(std::move(value.tensor));
  case Kind::Int:
    return importer.setResult(importer.makeInts({}, value.i));
  case Kind::Ints:
    return importer.setResult(
        importer.makeInts(int64_t(value.ints.size()), value.ints));
  case Kind::Float:
    constant = std::make_unique<Constant>();
    constant->splat = value.f;
    return importer.setResult(std::move(constant));
  case Kind::Floats:
    constant = std::make_unique<Constant>();
    constant->shape = {int64_t(value.floats.size())};
    if (failed(importer.checkShape(constant->shape)))
      return failure();
    allocateValues(*constant);
    llvm::copy(value.floats, constant->values.begin());
    return importer.setResult(std::move(constant));
  default:
    return importer.emitError() << "unsupported kind of value";
  }
}

/// A few bytes of a model may ask for this many elements, no more: 2 GiB, the
/// limit of a model file.
constexpr int64_t kMaxFilled = int64_t(1) << 29;
/// The same for integers, which only describe shapes.
constexpr int64_t kMaxFilledInts = int64_t(1) << 20;

/// The value stays a splat; it takes memory only if it becomes a weight.
static LogicalResult importConstantOfShape(NodeImporter &importer) {
  auto shape = importer.getIntList(0);
  if (failed(shape) || failed(importer.checkShape(*shape)))
    return failure();
  if (*numElements(*shape) > kMaxFilled)
    return importer.emitError()
           << "a tensor of shape " << shapeToString(*shape) << " is too large";
  auto constant = std::make_unique<Constant>();
  constant->shape = *shape;
  constant->splat = 0.0f;
  auto value = importer.node.attributes.find("value");
  if (value == importer.node.attributes.end() || !value->second.tensor)
    return importer.setResult(std::move(constant));
  Constant &element = *value->second.tensor;
  if (numElements(element.shape) != 1)
    return importer.emitError() << "expected a value of one element, but got "
                                << shapeToString(element.shape);
  constant->kind = element.kind;
  constant->typeName = element.typeName;
  if (element.kind == ElementKind::Float)
    constant->splat = element.floatAt(0);
  if (isByte(element.kind)) {
    allocateValues(*constant);
    llvm::fill(constant->bytes, element.bytes[0]);
  }
  if (element.kind == ElementKind::Int) {
    if (constant->size() > kMaxFilledInts)
      return importer.emitError() << "an integer tensor of shape "
                                  << shapeToString(*shape) << " is too large";
    constant->ints.assign(constant->size(), element.ints.front());
  }
  return importer.setResult(std::move(constant));
}

/// The shapes of all tensors are static, so this is a constant.
static LogicalResult importShape(NodeImporter &importer) {
  ArrayRef<int64_t> shape = importer.getAny(0).shape;
  int64_t rank = shape.size();
  auto clamp = [&](int64_t position) {
    return std::clamp<int64_t>(position < 0 ? position + rank : position, 0,
                               rank);
  };
  int64_t start = clamp(importer.getInt("start", 0));
  int64_t end = std::max(start, clamp(importer.getInt("end", rank)));
  ArrayRef<int64_t> part = shape.slice(start, end - start);
  return importer.setResult(importer.makeInts(int64_t(part.size()), part));
}

/// A Cast between integer types, of a constant, or to f32.
static LogicalResult importCast(NodeImporter &importer) {
  constexpr int64_t kFloat = 1, kInt32 = 6, kInt64 = 7;
  int64_t type = importer.getInt("to", 0);
  Tensor &input = importer.getAny(0);
  if (type == kFloat && input.kind == ElementKind::Float)
    return importer.setAlias(0);
  // Sums of integers, which are the values themselves.
  if (type == kFloat && input.kind == ElementKind::Int && !input.constant)
    return importer.setResult(
        importer.emitter.fromIntegers(input, Quantization{{1.0f}, {0}}));
  const Constant *ints = importer.getIntConstant(0);
  if (ints && type == kFloat) {
    if (failed(importer.checkShape(ints->shape)))
      return failure();
    auto constant = std::make_unique<Constant>();
    constant->shape = ints->shape;
    allocateValues(*constant);
    llvm::copy(ints->ints, constant->values.begin());
    return importer.setResult(std::move(constant));
  }
  bool fits = type == kInt64 || (type == kInt32 && ints &&
                                 llvm::all_of(ints->ints, [](int64_t value) {
                                   return llvm::isInt<32>(value);
                                 }));
  if (!ints || !fits)
    return importer.emitError()
           << "unsupported conversion to element type " << type;
  return importer.setAlias(0);
}

/// Gather from an integer constant of rank 1, as exporters use it to take one
/// size out of a shape.
static LogicalResult importGather(NodeImporter &importer) {
  const Constant *data = importer.getIntConstant(0);
  const Constant *indices = importer.getIntConstant(1);
  if (!data || !indices || data->shape.size() != 1)
    return importer.emitError()
           << "supported on integer constants of rank 1 only";
  auto axis = importer.normalizeAxis(importer.getInt("axis", 0), 1);
  if (failed(axis))
    return failure();
  int64_t size = data->ints.size();
  SmallVector<int64_t> values;
  for (int64_t index : indices->ints) {
    auto position = importer.normalizeAxis(index, size);
    if (failed(position))
      return failure();
    values.push_back(data->ints[*position]);
  }
  return importer.setResult(importer.makeInts(indices->shape, values));
}

static LogicalResult importIdentity(NodeImporter &importer) {
  return importer.setAlias(0);
}

/// Dropout at inference does nothing.
static LogicalResult importDropout(NodeImporter &importer) {
  if (failed(importer.requireOneOutput()))
    return failure();
  if (importer.hasInput(2)) {
    auto training = importer.getIntList(2);
    if (failed(training))
      return failure();
    if (llvm::any_of(*training, [](int64_t value) { return value != 0; }))
      return importer.emitError() << "training mode is not supported";
  }
  return importer.setAlias(0);
}

void importer::addConstantOps(ImportTable &table) {
  table["Cast"] = importCast;
  table["Constant"] = importConstant;
  table["ConstantOfShape"] = importConstantOfShape;
  table["Dropout"] = importDropout;
  table["Gather"] = importGather;
  table["Identity"] = importIdentity;
  table["Shape"] = importShape;
}
