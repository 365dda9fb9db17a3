//===- QuantizationOps.cpp - Import of quantization operators -------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Quantization.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Diagnostics.h"
#include <cmath>

using namespace mlir;
using namespace wino;
using namespace wino::importer;

//===----------------------------------------------------------------------===//
// QuantizeLinear and DequantizeLinear
//===----------------------------------------------------------------------===//

/// The axis of the node's scales if they may be several; opset 13 added it.
static FailureOr<int64_t> getScaleAxis(const NodeImporter &importer,
                                       int64_t rank) {
  int64_t axis = importer.getInt("axis", 1);
  // One that the tensor does not have is not used if it is the default.
  if (!importer.hasAttr("axis") && axis >= rank)
    return 0;
  return importer.normalizeAxis(axis, rank);
}

static LogicalResult importDequantizeLinear(NodeImporter &importer) {
  const Tensor &input = importer.getAny(0);
  bool isIntConstant = input.kind == ElementKind::Int && input.constant &&
                       input.constant->typeName == "INT32";
  if (!isIntConstant && failed(importer.getBytes(0)))
    return failure();
  if (failed(importer.checkShape(input.shape)))
    return failure();
  FailureOr<int64_t> axis = getScaleAxis(importer, input.rank());
  if (failed(axis))
    return failure();
  auto quantization =
      readQuantization(importer, 1, 2, input.kind, input.shape, *axis);
  if (failed(quantization))
    return failure();
  if (!quantization->hasOneZeroPoint() && !input.constant)
    return importer.emitError() << "zero points that differ by channel are "
                                   "supported for constants only";
  return importer.setResult(
      importer.emitter.fromIntegers(input, *quantization));
}

/// QuantizeLinear of a constant.
static std::unique_ptr<Constant>
foldQuantization(const Constant &floats, const TargetQuantization &target) {
  auto constant = std::make_unique<Constant>();
  constant->shape = floats.shape;
  constant->kind = target.kind;
  constant->typeName = getKindName(target.kind).str();
  allocateValues(*constant);
  const Quantization &quantization = target.quantization;
  for (auto [index, byte] : llvm::enumerate(constant->bytes)) {
    int64_t place = quantization.getPlace(index, floats.shape);
    int32_t zeroPoint = quantization.zeroPointAt(place);
    float quotient = floats.floatAt(index) / quantization.scaleAt(place);
    quotient = std::fmin(std::fmax(quotient, float(-128 - zeroPoint)),
                         float(127 - zeroPoint));
    byte = static_cast<int8_t>(int32_t(std::nearbyint(quotient)) + zeroPoint);
  }
  return constant;
}

static LogicalResult importQuantizeLinear(NodeImporter &importer) {
  auto input = importer.getTensor(0);
  if (failed(input))
    return failure();
  Tensor &x = **input;
  if (const Constant *floats = importer.getFloatConstant(0)) {
    FailureOr<int64_t> axis = getScaleAxis(importer, x.rank());
    if (failed(axis))
      return failure();
    auto target = readTarget(importer, 1, 2, x.shape, *axis);
    if (failed(target))
      return failure();
    return importer.setResult(foldQuantization(*floats, *target));
  }
  auto target = readTarget(importer, 1, 2);
  if (failed(target))
    return failure();
  return setQuantized(importer, x, *target);
}

//===----------------------------------------------------------------------===//
// Operators of ONNX Runtime
//===----------------------------------------------------------------------===//

/// ONNX's library has no schemas of these: checks the number of inputs, and
/// that the attributes `ints` are integers and there are no others.
static LogicalResult checkContribNode(const NodeImporter &importer,
                                      size_t minInputs, size_t maxInputs,
                                      ArrayRef<StringRef> ints) {
  size_t count = importer.numInputs();
  if (count < minInputs || count > maxInputs)
    return importer.emitError() << "expected " << minInputs << " to "
                                << maxInputs << " inputs, but got " << count;
  for (size_t i = 0; i < minInputs; ++i)
    if (!importer.hasInput(i))
      return importer.emitError() << "input " << i << " is missing";
  for (auto &attribute : importer.node.attributes)
    if (!llvm::is_contained(ints, attribute.getKey()) ||
        attribute.getValue().kind != NodeAttribute::Kind::Int)
      return importer.emitError()
             << "unsupported attribute '" << attribute.getKey() << "'";
  return success();
}

/// C = A + B on the values, each with scale and zero point after it.
static LogicalResult importQLinearAdd(NodeImporter &importer) {
  if (failed(checkContribNode(importer, 7, 8, {})))
    return failure();
  constexpr int64_t kNoAxis = -1;
  auto a = readQuantizedInput(importer, 0, kNoAxis);
  auto b = readQuantizedInput(importer, 3, kNoAxis);
  auto target = readTarget(importer, 6, 7);
  if (failed(a) || failed(b) || failed(target))
    return failure();
  auto shape = broadcastShapes(importer, a->shape, b->shape);
  if (failed(shape) || failed(importer.checkShape(*shape)))
    return failure();
  Tensor sum = importer.emitter.elementwise(
      {&*a, &*b}, *shape,
      [](OpBuilder &builder, Location loc, ValueRange args) -> Value {
        return arith::AddFOp::create(builder, loc, args[0], args[1]);
      });
  return setQuantized(importer, sum, *target);
}

static LogicalResult importQLinearGlobalAveragePool(NodeImporter &importer) {
  if (failed(checkContribNode(importer, 4, 5, {"channels_last"})))
    return failure();
  auto input = readQuantizedInput(importer, 0, /*axis=*/-1);
  auto target = readTarget(importer, 3, 4);
  if (failed(input) || failed(target))
    return failure();
  int64_t rank = input->rank();
  if (rank < 3)
    return importer.emitError() << "expected an input of rank 3 or more, but "
                                << "got " << shapeToString(input->shape);
  int64_t first = importer.getInt("channels_last", 0) != 0 ? 1 : 2;
  auto axes = llvm::to_vector(llvm::seq<int64_t>(first, first + rank - 2));
  Tensor mean = emitSum(importer.emitter, *input, axes, /*isMean=*/true);
  return setQuantized(importer, mean, *target);
}

/// The inputs are scale and zero point of the result, then each part with its
/// own.
static LogicalResult importQLinearConcat(NodeImporter &importer) {
  size_t count = importer.numInputs();
  if (failed(checkContribNode(importer, 5, 1 << 16, {"axis"})))
    return failure();
  if (count % 3 != 2 || !importer.hasAttr("axis"))
    return importer.emitError()
           << "expected an axis, and three inputs for each "
              "part after two for the result";
  auto target = readTarget(importer, 0, 1);
  if (failed(target))
    return failure();
  SmallVector<Tensor> parts;
  for (size_t i = 2; i < count; i += 3) {
    auto part = readQuantizedInput(importer, i, /*axis=*/-1);
    if (failed(part))
      return failure();
    part = quantize(importer, *part, *target);
    if (failed(part))
      return failure();
    parts.push_back(std::move(*part));
  }
  auto pointers =
      llvm::map_to_vector(parts, [](Tensor &part) { return &part; });
  auto result = joinTensors(importer, pointers);
  if (failed(result))
    return failure();
  result->kind = target->kind;
  return importer.setResult(*result);
}

void importer::addQuantizationOps(ImportTable &table) {
  table["DequantizeLinear"] = importDequantizeLinear;
  table["QuantizeLinear"] = importQuantizeLinear;
  table["com.microsoft.QLinearAdd"] = importQLinearAdd;
  table["com.microsoft.QLinearConcat"] = importQLinearConcat;
  table["com.microsoft.QLinearGlobalAveragePool"] =
      importQLinearGlobalAveragePool;
}
