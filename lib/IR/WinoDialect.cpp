//===- WinoDialect.cpp - The wino dialect ---------------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/IR/WinoDialect.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Transforms/InliningUtils.h"

using namespace mlir;
using namespace wino;

#include "Wino/IR/WinoDialect.cpp.inc"

namespace {
/// All ops may be inlined: they refer to nothing outside their function.
struct WinoInlinerInterface : DialectInlinerInterface {
  using DialectInlinerInterface::DialectInlinerInterface;
  bool isLegalToInline(Operation *, Region *, bool, IRMapping &) const final {
    return true;
  }
  bool isLegalToInline(Region *, Region *, bool, IRMapping &) const final {
    return true;
  }
};
} // namespace

void WinoDialect::initialize() {
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "Wino/IR/WinoOps.cpp.inc"
      >();
  addInterfaces<WinoInlinerInterface>();
  declarePromisedInterfaces<
      bufferization::BufferizableOpInterface, FilterScalesOp, FilterTransformOp,
      InputTransformOp, Im2RowOp, Im2ColOp, PadImageOp, HadamardOp,
      OutputTransformOp, ConvOp, OffsetAddOp, ColumnProductOp>();
}

Operation *WinoDialect::materializeConstant(OpBuilder &builder, Attribute value,
                                            Type type, Location loc) {
  return arith::ConstantOp::materialize(builder, value, type, loc);
}

/// Whether `value` is a size in bytes.
static bool isByteCount(Attribute value) {
  auto size = dyn_cast<IntegerAttr>(value);
  return size && size.getType().isSignlessInteger(64) && size.getInt() >= 0;
}

LogicalResult WinoDialect::verifyOperationAttribute(Operation *op,
                                                    NamedAttribute attribute) {
  StringAttr name = attribute.getName();
  Attribute value = attribute.getValue();
  if (name == kPlanAttrName && !isa<PlanAttr>(value))
    return op->emitOpError() << "expected '" << kPlanAttrName
                             << "' to be a #wino.plan, but got " << value;
  if (name == kPrepareAttrName && !isa<FlatSymbolRefAttr>(value))
    return op->emitOpError()
           << "expected '" << kPrepareAttrName
           << "' to be the symbol of a function, but got " << value;
  if ((name == kScratchBytesAttrName || name == kScratchLowerBoundAttrName ||
       name == kPackedBytesAttrName) &&
      !isByteCount(value))
    return op->emitOpError() << "expected '" << name.getValue()
                             << "' to be a 64-bit integer that is not negative,"
                             << " but got " << value;
  return success();
}

/// Checks the attributes that arguments and results have in common.
static LogicalResult verifyInterfaceAttribute(Operation *op,
                                              NamedAttribute attribute) {
  Attribute value = attribute.getValue();
  if (attribute.getName() == WinoDialect::kNameAttrName &&
      !isa<StringAttr>(value))
    return op->emitOpError() << "expected '" << WinoDialect::kNameAttrName
                             << "' to be a string, but got " << value;
  if (attribute.getName() == WinoDialect::kUnsignedAttrName &&
      !isa<UnitAttr>(value))
    return op->emitOpError() << "expected '" << WinoDialect::kUnsignedAttrName
                             << "' to be a unit attribute, but got " << value;
  if (attribute.getName() == WinoDialect::kPackedAttrName &&
      !isa<UnitAttr>(value) && !isByteCount(value))
    return op->emitOpError()
           << "expected '" << WinoDialect::kPackedAttrName
           << "' to be a unit attribute or an index of 64 bits, but got "
           << value;
  return success();
}

LogicalResult WinoDialect::verifyRegionArgAttribute(Operation *op,
                                                    unsigned regionIndex,
                                                    unsigned argIndex,
                                                    NamedAttribute attribute) {
  if (failed(verifyInterfaceAttribute(op, attribute)))
    return failure();
  Attribute value = attribute.getValue();
  if (attribute.getName() == kScratchAttrName && !isa<UnitAttr>(value))
    return op->emitOpError() << "expected '" << kScratchAttrName
                             << "' to be a unit attribute, but got " << value;
  if (attribute.getName() != kWeightAttrName || isa<UnitAttr>(value))
    return success();
  auto function = dyn_cast<FunctionOpInterface>(op);
  auto elements = dyn_cast<ElementsAttr>(value);
  if (!function || !elements)
    return op->emitOpError()
           << "expected '" << kWeightAttrName
           << "' to be a unit attribute or the value of a function argument";
  // The argument becomes a memref, its value remains a tensor.
  Type type = function.getArgumentTypes()[argIndex];
  // A pointer, to which the argument is lowered in the end, tells no shape.
  if (type.getDialect().getNamespace() == "llvm")
    return success();
  auto shaped = dyn_cast<ShapedType>(type);
  if (!shaped || !shaped.hasRank() ||
      shaped.getShape() != elements.getShapedType().getShape() ||
      shaped.getElementType() != elements.getElementType())
    return op->emitOpError()
           << "expected '" << kWeightAttrName << "' of argument " << argIndex
           << " to be of the argument's type " << type << ", but got "
           << elements.getType();
  return success();
}

LogicalResult
WinoDialect::verifyRegionResultAttribute(Operation *op, unsigned regionIndex,
                                         unsigned resultIndex,
                                         NamedAttribute attribute) {
  return verifyInterfaceAttribute(op, attribute);
}
