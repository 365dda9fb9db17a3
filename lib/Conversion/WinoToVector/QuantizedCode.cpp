//===- QuantizedCode.cpp - Code of quantized numbers ----------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "QuantizedCode.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace wino;

//===----------------------------------------------------------------------===//
// Rounding
//===----------------------------------------------------------------------===//

/// Returns the name that intrinsics have for a vector type: `v4f32`.
static std::string getSuffix(Type type) {
  auto vector = cast<VectorType>(type);
  std::string name;
  llvm::raw_string_ostream(name)
      << "v" << vector.getNumElements() << vector.getElementType();
  return name;
}

static Value callIntrinsic(KernelBuilder &b, const Twine &name, Type type,
                           ValueRange operands) {
  return LLVM::CallIntrinsicOp::create(b, type, b.getStringAttr(name), operands)
      ->getResult(0);
}

static bool isNeon(KernelBuilder &b) {
  switch (b.getOptions().integerProducts) {
  case IntegerProducts::Neon:
  case IntegerProducts::NeonDot:
  case IntegerProducts::NeonMatrix:
    return true;
  default:
    return false;
  }
}

Value wino::roundToEven(KernelBuilder &b, Value value) {
  return callIntrinsic(b, "llvm.roundeven." + getSuffix(value.getType()),
                       value.getType(), value);
}

Value wino::roundToI32(KernelBuilder &b, Value value) {
  Type type = cast<VectorType>(value.getType()).clone(b.getI32Type());
  if (isNeon(b) && b.getVectorLength() == 4)
    return callIntrinsic(b, "llvm.aarch64.neon.fcvtns.v4i32.v4f32", type,
                         value);
  return callIntrinsic(b,
                       "llvm.fptosi.sat." + getSuffix(type) + "." +
                           getSuffix(value.getType()),
                       type, roundToEven(b, value));
}

/// Returns a vector of elements that a memref has at `indices`.
static Value loadSplat(KernelBuilder &b, Value memref, ValueRange indices) {
  Value element = memref::LoadOp::create(b, memref, indices);
  return vector::BroadcastOp::create(b, b.getVectorOf(element.getType()),
                                     element);
}

/// Returns a table of `rows` x `cols` elements.
static Value createTable(KernelBuilder &b, Type type, int64_t rows,
                         int64_t cols) {
  return b.scratch(VectorType::get({1}, type), {rows, cols});
}

static Value getTapIndex(KernelBuilder &b, Value row, Value col,
                         int64_t numCols) {
  return b.add(b.mul(row, numCols), col);
}

//===----------------------------------------------------------------------===//
// V
//===----------------------------------------------------------------------===//

static QuantizedConvolution build(TransformAttr transform, Attribute numbers) {
  return llvm::cantFail(
      buildQuantized(transform, cast<QuantizedAttr>(numbers)));
}

Type wino::getInputComputeType(InputTransformOp op) {
  Builder builder(op.getContext());
  return build(op.getTransform(), op.getNumbersAttr()).hasIntegerInput()
             ? Type(builder.getI16Type())
             : Type(builder.getF32Type());
}

QuantizedInput::QuantizedInput(KernelBuilder &b, InputTransformOp op)
    : b(b), convolution(build(op.getTransform(), op.getNumbersAttr())),
      numCols(op.getTransform().getAlphaCols()),
      channelFactors(op.getInverseScales()),
      storageType(op.getInitType().getElementType()) {
  if (!channelFactors)
    fillTable();
}

void QuantizedInput::fillTable() {
  const int64_t numRows = convolution.getNumTaps() / numCols;
  Type type = b.getVectorType().getElementType();
  table = createTable(b, type, numRows, numCols);
  for (int64_t tap = 0; tap < convolution.getNumTaps(); ++tap) {
    TypedAttr factor;
    if (convolution.hasIntegerInput())
      factor = b.getI16IntegerAttr(convolution.getMultipliers()[tap]);
    else
      factor = b.getF32FloatAttr(convolution.getInverseInputScales()[tap]);
    memref::StoreOp::create(
        b, arith::ConstantOp::create(b, factor), table,
        ValueRange{b.index(tap / numCols), b.index(tap % numCols), b.index(0)});
  }
}

Value QuantizedInput::convert(Value data) {
  if (convolution.hasIntegerInput())
    return b.convertIntegers(data, b.getI16Type());
  return arith::SIToFPOp::create(b, b.getVectorType(), data);
}

Value QuantizedInput::getFactor(Value row, Value col) {
  return loadSplat(b, table, {row, col, b.index(0)});
}

Value QuantizedInput::clamp(Value value) {
  auto type = cast<VectorType>(value.getType());
  const double max = double(convolution.getNumbers().getMaxInteger());
  value = arith::MaxSIOp::create(b, value, b.splat(type, -max - 1));
  value = arith::MinSIOp::create(b, value, b.splat(type, max));
  return b.convertIntegers(value, storageType);
}

Value QuantizedInput::quantize(Value value, Value row, Value col, Value channel,
                               Value mask) {
  if (!convolution.hasIntegerInput()) {
    Value factor = channelFactors ? b.load(channelFactors, channel, mask)
                                  : getFactor(row, col);
    return clamp(roundToI32(b, arith::MulFOp::create(b, value, factor)));
  }
  ArrayRef<int16_t> multipliers = convolution.getMultipliers();
  std::optional<int64_t> knownRow = getConstantIntValue(row);
  std::optional<int64_t> knownCol = getConstantIntValue(col);
  const bool isKnown = knownRow && knownCol;
  Value factor;
  if (isKnown) {
    const int16_t multiplier = multipliers[*knownRow * numCols + *knownCol];
    if (multiplier == 0)
      return clamp(value);
    factor = b.splat(b.getVectorType(), multiplier);
  } else {
    factor = getFactor(row, col);
  }
  Value product;
  if (isNeon(b) && b.getVectorLength() == 8) {
    product = callIntrinsic(b, "llvm.aarch64.neon.sqrdmulh.v8i16",
                            b.getVectorType(), {value, factor});
  } else {
    VectorType wide = b.getVectorOf(b.getI32Type());
    product = arith::MulIOp::create(b, b.convertIntegers(value, b.getI32Type()),
                                    b.convertIntegers(factor, b.getI32Type()));
    product = arith::AddIOp::create(b, product, b.splat(wide, 1 << 14));
    product = arith::ShRSIOp::create(b, product, b.splat(wide, 15));
    product = b.convertIntegers(product, b.getI16Type());
  }
  if (!isKnown && llvm::is_contained(multipliers, 0)) {
    Value isKept = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, factor,
                                         b.splat(b.getVectorType(), 0));
    product = arith::SelectOp::create(b, isKept, value, product);
  }
  return clamp(product);
}

//===----------------------------------------------------------------------===//
// U
//===----------------------------------------------------------------------===//

QuantizedFilter::QuantizedFilter(KernelBuilder &b, FilterTransformOp op)
    : b(b), op(op),
      numbers(cast<QuantizedAttr>(op.getNumbersAttr()).getQuantization()) {}

Value wino::multiplyByInputScale(KernelBuilder &b, Value value, Value scales,
                                 Value channel) {
  if (!scales)
    return value;
  Value scale =
      arith::ExtFOp::create(b, value.getType(), loadSplat(b, scales, channel));
  return arith::MulFOp::create(b, value, scale);
}

Value QuantizedFilter::quantize(Value value, Value tapRow, Value tapCol,
                                Value channel, Value col, Value mask) {
  Value filterScales = op.getScales().front();
  if (op.getScales().size() == 2)
    value = multiplyByInputScale(b, value, op.getScales().back(), channel);
  Value scale;
  switch (numbers.filter.per) {
  case ScalePer::Tensor:
    scale = loadSplat(b, filterScales, b.index(0));
    break;
  case ScalePer::Tap:
    scale = loadSplat(
        b, filterScales,
        getTapIndex(b, tapRow, tapCol, op.getTransform().getAlphaCols()));
    break;
  case ScalePer::Channel:
    scale = b.load(filterScales, col, mask);
    // Lanes that are not loaded have no scale.
    if (mask)
      scale = b.select(mask, scale, b.splat(b.getVectorOf(b.getF32Type()), 1));
    break;
  }
  VectorType type = b.getVectorOf(b.getF64Type());
  scale = arith::ExtFOp::create(b, type, scale);
  value = roundToEven(b, arith::DivFOp::create(b, value, scale));
  const double max = double(numbers.getMaxInteger());
  value = arith::MaxNumFOp::create(b, value, b.splat(type, -max));
  value = arith::MinNumFOp::create(b, value, b.splat(type, max));
  value = arith::FPToSIOp::create(b, b.getVectorOf(b.getI32Type()), value);
  return b.convertIntegers(value, op.getInitType().getElementType());
}

//===----------------------------------------------------------------------===//
// M and y
//===----------------------------------------------------------------------===//

QuantizedOutput::QuantizedOutput(KernelBuilder &b, OutputTransformOp op)
    : b(b), op(op), convolution(build(op.getTransform(), op.getNumbersAttr())),
      numbers(convolution.getNumbers()),
      filterByChannel(numbers.filter.per == ScalePer::Channel),
      sumsByChannel(numbers.sums && numbers.sums->per == ScalePer::Channel) {
  auto next = op.getScales().begin();
  filterScales = *next++;
  if (numbers.sums)
    sumsScales = *next++;
  if (numbers.output)
    outputScales = *next++;
  fillTables();
}

void QuantizedOutput::fillTables() {
  const int64_t rows = op.getTransform().getAlphaRows();
  const int64_t cols = op.getTransform().getAlphaCols();
  const bool hasSumsTable = numbers.sums && !sumsByChannel;
  factors = createTable(b, b.getF32Type(), rows, cols);
  if (hasSumsTable)
    sumsTable = createTable(b, b.getF32Type(), 2 * rows, cols);
  auto loadScale = [&](Value scales, ScalePer per, int64_t tap) -> Value {
    return memref::LoadOp::create(b, scales,
                                  b.index(per == ScalePer::Tap ? tap : 0));
  };
  for (int64_t tap = 0; tap < rows * cols; ++tap) {
    // U has the scales of V that are per channel.
    const float inputScale =
        convolution.hasChannelInput() ? 1 : convolution.getInputScales()[tap];
    Value factor = arith::ConstantOp::create(b, b.getF32FloatAttr(inputScale));
    if (!filterByChannel)
      factor = arith::MulFOp::create(
          b, factor, loadScale(filterScales, numbers.filter.per, tap));
    SmallVector<Value> indices = {b.index(tap / cols), b.index(tap % cols),
                                  b.index(0)};
    if (hasSumsTable) {
      Value scale = loadScale(sumsScales, numbers.sums->per, tap);
      memref::StoreOp::create(b, scale, sumsTable, indices);
      factor = arith::DivFOp::create(b, factor, scale);
    }
    memref::StoreOp::create(b, factor, factors, indices);
  }
}

Value QuantizedOutput::loadTable(Value table, Value row, Value col) {
  return loadSplat(b, table, {row, col, b.index(0)});
}

Value QuantizedOutput::loadChannels(Value scales, Value channel, Value mask) {
  return b.load(scales, channel, mask);
}

Value QuantizedOutput::divide(double dividend, Value divisor) {
  return arith::DivFOp::create(
      b, b.splat(cast<VectorType>(divisor.getType()), dividend), divisor);
}

Value QuantizedOutput::roundToBits(Value value) {
  auto type = cast<VectorType>(value.getType());
  const double max = double(numbers.getMaxInteger());
  value = roundToEven(b, value);
  value = arith::MaxNumFOp::create(b, value, b.splat(type, -max - 1));
  return arith::MinNumFOp::create(b, value, b.splat(type, max));
}

Value QuantizedOutput::dequantize(Value value, Value row, Value col,
                                  Value channel, Value mask) {
  VectorType type = b.getVectorOf(b.getF32Type());
  value = arith::SIToFPOp::create(b, type, value);
  value = arith::MulFOp::create(b, value, loadTable(factors, row, col));
  if (!numbers.sums)
    return value;
  if (filterByChannel)
    value = arith::MulFOp::create(b, value,
                                  loadChannels(filterScales, channel, mask));
  if (sumsByChannel)
    value = arith::MulFOp::create(
        b, value, divide(1, loadChannels(sumsScales, channel, mask)));
  value = roundToBits(value);
  if (sumsByChannel)
    return value;
  return arith::MulFOp::create(b, value, loadTable(sumsTable, row, col));
}

Value QuantizedOutput::finish(Value value, Value channel, Value mask) {
  auto multiply = [&](Value scales) {
    value =
        arith::MulFOp::create(b, value, loadChannels(scales, channel, mask));
  };
  if (sumsByChannel)
    multiply(sumsScales);
  else if (!numbers.sums && filterByChannel)
    multiply(filterScales);
  if (numbers.output) {
    Value scale = numbers.output->per == ScalePer::Channel
                      ? loadChannels(outputScales, channel, mask)
                      : loadSplat(b, outputScales, b.index(0));
    value = arith::MulFOp::create(b, value, divide(1, scale));
    value = arith::MulFOp::create(b, roundToBits(value), scale);
  }
  return roundToI32(b, value);
}
