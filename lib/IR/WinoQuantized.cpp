//===- WinoQuantized.cpp - Quantized numbers ------------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VerifyScales.h"
#include "Wino/IR/WinoDialect.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Format.h"
#include <cmath>

using namespace mlir;
using namespace wino;

//===----------------------------------------------------------------------===//
// ScalesAttr
//===----------------------------------------------------------------------===//

static StageScales getStage(ScalePer per, bool powersOfTwo,
                            DenseF32ArrayAttr values) {
  StageScales stage{per, powersOfTwo, {}};
  if (values)
    stage.values = values.asArrayRef().vec();
  return stage;
}

StageScales ScalesAttr::getStage() const {
  return ::getStage(getPer(), getPowersOfTwo(), getValues());
}

LogicalResult ScalesAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 ScalePer per, bool powersOfTwo,
                                 DenseF32ArrayAttr values) {
  if (values && values.empty())
    return emitError() << "expected a list of scales not to be empty";
  // C1, C2
  if (llvm::Error error =
          validateScales("stage", ::getStage(per, powersOfTwo, values)))
    return emitError() << llvm::toString(std::move(error));
  return success();
}

/// Parses a number as f32. `inf` and `nan` are numbers, too, for the verifier
/// to refuse.
static ParseResult parseScale(AsmParser &parser, float &scale) {
  const bool isNegative = succeeded(parser.parseOptionalMinus());
  double value = 0;
  APInt integer;
  if (succeeded(parser.parseOptionalKeyword("inf"))) {
    value = INFINITY;
  } else if (succeeded(parser.parseOptionalKeyword("nan"))) {
    value = NAN;
  } else if (OptionalParseResult result = parser.parseOptionalInteger(integer);
             result.has_value()) {
    if (failed(*result))
      return failure();
    value = integer.roundToDouble(/*isSigned=*/true);
  } else if (failed(parser.parseFloat(value))) {
    return failure();
  }
  scale = static_cast<float>(isNegative ? -value : value);
  return success();
}

Attribute ScalesAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  StringRef name;
  if (parser.parseLess())
    return {};
  SMLoc nameLoc = parser.getCurrentLocation();
  if (parser.parseKeyword(&name))
    return {};
  auto per = llvm::StringSwitch<std::optional<ScalePer>>(name)
                 .Case("per_tensor", ScalePer::Tensor)
                 .Case("per_channel", ScalePer::Channel)
                 .Case("per_tap", ScalePer::Tap)
                 .Default(std::nullopt);
  if (!per)
    return parser.emitError(nameLoc, "expected per_tensor, per_channel or "
                                     "per_tap, but got ")
               << name,
           Attribute();
  bool powersOfTwo = false;
  DenseF32ArrayAttr values;
  while (succeeded(parser.parseOptionalComma())) {
    if (succeeded(parser.parseOptionalKeyword("powers_of_two"))) {
      powersOfTwo = true;
      continue;
    }
    SmallVector<float> scales;
    if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&] {
          return parseScale(parser, scales.emplace_back());
        }))
      return {};
    values = DenseF32ArrayAttr::get(parser.getContext(), scales);
  }
  if (parser.parseGreater())
    return {};
  return parser.getChecked<ScalesAttr>(loc, parser.getContext(), *per,
                                       powersOfTwo, values);
}

static StringRef getName(ScalePer per) {
  switch (per) {
  case ScalePer::Tensor:
    return "per_tensor";
  case ScalePer::Channel:
    return "per_channel";
  case ScalePer::Tap:
    return "per_tap";
  }
  llvm_unreachable("unknown granularity");
}

void ScalesAttr::print(AsmPrinter &printer) const {
  printer << "<" << getName(getPer());
  if (getPowersOfTwo())
    printer << ", powers_of_two";
  if (getValues()) {
    printer << ", [";
    // Nine digits make any f32.
    llvm::interleaveComma(getValues().asArrayRef(), printer, [&](float scale) {
      printer.getStream() << llvm::format("%.8e", scale);
    });
    printer << "]";
  }
  printer << ">";
}

//===----------------------------------------------------------------------===//
// QuantizedAttr
//===----------------------------------------------------------------------===//

static QuantizedNumbers getNumbers(int64_t bits, int64_t dataMin,
                                   int64_t dataMax, bool normalized,
                                   ScalesAttr input, ScalesAttr filter,
                                   ScalesAttr sums, ScalesAttr output) {
  QuantizedNumbers numbers;
  // Negative numbers of bits are too many, too.
  numbers.bits = static_cast<unsigned>(bits);
  numbers.dataMin = dataMin;
  numbers.dataMax = dataMax;
  numbers.isNormalized = normalized;
  numbers.input = input.getStage();
  numbers.filter = filter.getStage();
  if (sums)
    numbers.sums = sums.getStage();
  if (output)
    numbers.output = output.getStage();
  return numbers;
}

QuantizedNumbers QuantizedAttr::getQuantization() const {
  return getNumbers(getBits(), getDataMin(), getDataMax(), getNormalized(),
                    getInput(), getFilter(), getSums(), getOutput());
}

QuantizedAttr QuantizedAttr::get(MLIRContext *context,
                                 const QuantizedNumbers &numbers,
                                 FloatAttr maxError) {
  auto getScales = [&](const StageScales &stage) {
    return ScalesAttr::get(context, stage.per, stage.powersOfTwo,
                           stage.values.empty()
                               ? DenseF32ArrayAttr()
                               : DenseF32ArrayAttr::get(context, stage.values));
  };
  return get(context, numbers.bits, numbers.dataMin, numbers.dataMax,
             numbers.isNormalized, maxError, getScales(numbers.input),
             getScales(numbers.filter),
             numbers.sums ? getScales(*numbers.sums) : ScalesAttr(),
             numbers.output ? getScales(*numbers.output) : ScalesAttr());
}

QuantizedAttr QuantizedAttr::getWithoutOperandScales() const {
  QuantizedNumbers numbers = getQuantization();
  numbers.filter.values.clear();
  if (numbers.input.per == ScalePer::Channel)
    numbers.input.values.clear();
  if (numbers.sums)
    numbers.sums->values.clear();
  if (numbers.output)
    numbers.output->values.clear();
  return get(getContext(), numbers);
}

LogicalResult
QuantizedAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                      int64_t bits, int64_t dataMin, int64_t dataMax,
                      bool normalized, FloatAttr maxError, ScalesAttr input,
                      ScalesAttr filter, ScalesAttr sums, ScalesAttr output) {
  // C4
  if (maxError && !(maxError.getValueAsDouble() > 0))
    return emitError() << "expected max_error to be positive, but got "
                       << maxError;
  // C1, C2, C3
  if (llvm::Error error = getNumbers(bits, dataMin, dataMax, normalized, input,
                                     filter, sums, output)
                              .validate())
    return emitError() << llvm::toString(std::move(error));
  return success();
}

llvm::Expected<QuantizedConvolution>
wino::buildQuantized(TransformAttr transform, QuantizedAttr numbers) {
  if (transform.hasEdge())
    return llvm::createStringError("tiles at the edge are smaller");
  return QuantizedConvolution::create(transform.getTransform(0),
                                      transform.getTransform(1),
                                      numbers.getQuantization());
}

//===----------------------------------------------------------------------===//
// Numbers
//===----------------------------------------------------------------------===//

Type QuantizedAttr::getElementType() const {
  return IntegerType::get(getContext(), 8);
}

Type QuantizedAttr::getFactorType() const {
  return IntegerType::get(getContext(), getQuantization().getStorageBits());
}

// The integers of filters are symmetric.
bool QuantizedAttr::hasNarrowFactors() const { return true; }

llvm::Error
QuantizedAttr::checkTransform(const TransformAttr &transform) const {
  return buildQuantized(transform, *this).takeError();
}

Transform1D QuantizedAttr::getMatrices(const TransformAttr &transform,
                                       unsigned axis, bool, int64_t) const {
  QuantizedConvolution convolution =
      llvm::cantFail(buildQuantized(transform, *this));
  Transform1D matrices =
      axis == 0 ? convolution.getRows() : convolution.getCols();
  matrices.bt = convolution.getInputMatrix(axis);
  return matrices;
}

//===----------------------------------------------------------------------===//
// Scales as operands
//===----------------------------------------------------------------------===//

/// Verifies the operand with the scales of a stage.
static LogicalResult verifyScalesOperand(Operation *op, ScalesAttr stage,
                                         Value scales, int64_t taps,
                                         int64_t channels) {
  const int64_t size = stage.getPer() == ScalePer::Tensor ? 1
                       : stage.getPer() == ScalePer::Tap  ? taps
                                                          : channels;
  auto type = cast<ShapedType>(scales.getType());
  if (type.getRank() == 1 && type.getElementType().isF32() &&
      type.getDimSize(0) == size)
    return success();
  return op->emitOpError("expected ")
         << size << " scales " << getName(stage.getPer()) << " in f32, but got "
         << type;
}

SmallVector<ScalesAttr> wino::getOperandStages(NumbersAttrInterface numbers) {
  auto quantized = dyn_cast_or_null<QuantizedAttr>(numbers);
  if (!quantized)
    return {};
  SmallVector<ScalesAttr> stages = {quantized.getFilter()};
  for (ScalesAttr stage : {quantized.getSums(), quantized.getOutput()})
    if (stage)
      stages.push_back(stage);
  return stages;
}

LogicalResult wino::verifyScales(Operation *op, NumbersAttrInterface numbers,
                                 ValueRange scales, bool isResult, int64_t taps,
                                 int64_t channels) {
  SmallVector<ScalesAttr> stages = getOperandStages(numbers);
  if (!isResult && !stages.empty())
    stages.resize(1);
  auto quantized = dyn_cast_or_null<QuantizedAttr>(numbers);
  if (quantized && quantized != quantized.getWithoutOperandScales())
    return op->emitOpError("expected only scales of the input in numbers, and "
                           "none per channel: all others are operands");
  if (scales.size() != stages.size())
    return op->emitOpError("expected scales of ")
           << stages.size() << " stages, but got " << scales.size();
  for (auto [stage, operand] : llvm::zip_equal(stages, scales))
    if (failed(verifyScalesOperand(op, stage, operand, taps, channels)))
      return failure();
  return success();
}

bool wino::hasChannelInput(NumbersAttrInterface numbers) {
  auto quantized = dyn_cast_or_null<QuantizedAttr>(numbers);
  return quantized && quantized.getInput().getPer() == ScalePer::Channel;
}

LogicalResult wino::verifyInputScales(Operation *op,
                                      NumbersAttrInterface numbers,
                                      Value scales, int64_t channels) {
  if (!hasChannelInput(numbers)) {
    if (!scales)
      return success();
    return op->emitOpError("expected no scales of input channels: numbers have "
                           "none per channel");
  }
  if (!scales)
    return op->emitOpError("expected scales of ")
           << channels << " input channels";
  auto type = cast<ShapedType>(scales.getType());
  if (type.hasStaticShape() && type.getDimSize(0) >= channels)
    return success();
  return op->emitOpError("expected scales of ")
         << channels << " input channels, but got " << type;
}
