//===- ConvolutionOps.cpp - Import of convolutions ------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Quantization.h"
#include "Window.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/Diagnostics.h"

using namespace mlir;
using namespace wino;
using namespace wino::importer;

namespace {

/// A convolution of floats or of integers, seen as two-dimensional.
struct Convolution {
  Tensor *input = nullptr;
  /// F x C/groups x KH x KW, or without KH for a rank-3 input.
  Tensor *filter = nullptr;
  /// Null if there is none.
  Tensor *bias = nullptr;
  /// What tells of the zero points if it is of integers.
  std::optional<IntegerProduct> integers;
  int64_t groups = 1;
  Windows windows;

  int64_t channels() const { return input->shape[1]; }
  int64_t filters() const { return filter->shape[0]; }
  SmallVector<int64_t> outputShape(int64_t numFilters) const {
    return {input->shape[0], windows[0].outputSize, windows[1].outputSize,
            numFilters};
  }
};

} // namespace

static FailureOr<Convolution> readConvolution(NodeImporter &importer,
                                              Tensor &input, Tensor &filter) {
  Convolution conv;
  conv.input = &input;
  conv.filter = &filter;
  ArrayRef<int64_t> filterShape = conv.filter->shape;
  if (conv.filter->rank() != conv.input->rank() || conv.input->rank() < 3)
    return importer.emitError()
           << "expected input and filter of equal rank, at least 3, but got "
           << shapeToString(conv.input->shape) << " and "
           << shapeToString(filterShape);
  SmallVector<int64_t> kernelShape(filterShape.drop_front(2));
  if (importer.getInts("kernel_shape", kernelShape) != kernelShape)
    return importer.emitError()
           << "kernel_shape does not match the filter of shape "
           << shapeToString(filterShape);
  conv.groups = importer.getInt("group", 1);
  if (conv.groups < 1 || conv.channels() % conv.groups != 0 ||
      conv.filters() % conv.groups != 0 ||
      filterShape[1] != conv.channels() / conv.groups)
    return importer.emitError()
           << "a filter of shape " << shapeToString(filterShape)
           << " does not fit " << conv.channels() << " input channels in "
           << conv.groups << " groups";
  FailureOr<Windows> windows = getWindows(importer, *conv.input, kernelShape);
  if (failed(windows))
    return failure();
  conv.windows = *windows;
  if (failed(importer.checkShape(conv.outputShape(conv.filters()))))
    return failure();
  return conv;
}

static LogicalResult checkBias(const NodeImporter &importer,
                               const Convolution &conv, const Tensor &bias) {
  if (bias.shape == SmallVector<int64_t>{conv.filters()})
    return success();
  return importer.emitError() << "expected a bias of shape " << conv.filters()
                              << ", but got " << shapeToString(bias.shape);
}

//===----------------------------------------------------------------------===//
// Folding of BatchNormalization
//===----------------------------------------------------------------------===//

/// Returns the BatchNormalization that can be folded into this convolution: it
/// is the only reader, and all weights and parameters are constants.
static Node *getFoldableNormalization(const NodeImporter &importer,
                                      const Convolution &conv) {
  Node *user = importer.state.getOnlyUser(importer.node.outputs.front());
  if (!user || user->opType != "BatchNormalization" ||
      user->inputs.front() != importer.node.outputs.front() ||
      !conv.filter->constant || (conv.bias && !conv.bias->constant))
    return nullptr;
  for (const std::string &input : llvm::drop_begin(user->inputs)) {
    auto found = importer.state.tensors.find(input);
    if (found == importer.state.tensors.end() || !found->second->constant)
      return nullptr;
  }
  return user;
}

/// Replaces filter and bias of `conv` by new constants that also do what
/// `normalization` does. The node's result is then that of `normalization`.
static LogicalResult foldNormalization(NodeImporter &importer,
                                       Convolution &conv, Node &normalization) {
  NodeImporter normalizer(importer.state, normalization);
  FailureOr<ScaleShift> affine = getScaleShift(normalizer, conv.filters());
  if (failed(affine))
    return failure();
  ImportState &state = importer.state;
  Constant &filter = *conv.filter->constant;
  // The old data is only needed for this when nothing else reads it; then it
  // is scaled in place, which saves a copy of the weights.
  bool inPlace = filter.blob && state.getOnlyUser(importer.node.inputs[1]) &&
                 state.getOnlyUser(filter.name);
  auto folded = std::make_unique<Constant>();
  folded->name = filter.name;
  folded->shape = filter.shape;
  int64_t perFilter = filter.size() / conv.filters();
  if (inPlace) {
    folded->values = filter.values;
    folded->blob = std::move(filter.blob);
  } else {
    allocateValues(*folded);
  }
  auto bias = std::make_unique<Constant>();
  bias->name = conv.bias ? conv.bias->constant->name : normalization.inputs[2];
  bias->shape = {conv.filters()};
  allocateValues(*bias);
  for (int64_t f = 0; f < conv.filters(); ++f) {
    double scale = affine->scale[f];
    for (int64_t i = f * perFilter; i < (f + 1) * perFilter; ++i)
      folded->values[i] =
          float(scale * (inPlace ? folded->values[i] : filter.floatAt(i)));
    double oldBias = conv.bias ? conv.bias->constant->floatAt(f) : 0.0;
    bias->values[f] = float(affine->shift[f] + scale * oldBias);
  }
  conv.filter = state.addConstant(std::move(folded)).get();
  conv.bias = state.addConstant(std::move(bias)).get();
  state.done.insert(&normalization);
  return success();
}

//===----------------------------------------------------------------------===//
// Emission
//===----------------------------------------------------------------------===//

/// Filters [begin, begin + count) as rank-4 FCHW value.
static Value getFilter(NodeImporter &importer, const Convolution &conv,
                       int64_t begin, int64_t count) {
  Emitter &emitter = importer.emitter;
  SmallVector<int64_t> shape = {conv.filters(), conv.filter->shape[1],
                                conv.windows[0].kernelSize,
                                conv.windows[1].kernelSize};
  Value filter = emitter.reshape(emitter.onnxOrder(*conv.filter), shape);
  if (count == conv.filters())
    return filter;
  shape[0] = count;
  return emitter.slice(filter, {begin, 0, 0, 0}, shape);
}

/// Emits linalg operation `ConvOp` of one image and filter or, for integers
/// with zero points that stay, `QuantizedOp`. The result is of `shape`.
template <typename ConvOp, typename QuantizedOp>
static Value emitOp(Emitter &emitter, const Convolution &conv, Value image,
                    Value filter, ArrayRef<int64_t> shape) {
  OpBuilder &builder = emitter.builder;
  Type i32 = builder.getI32Type();
  Value init = emitter.fill(shape, 0.0, conv.integers ? i32 : Type());
  SmallVector<Value> inputs = {image, filter};
  Attribute strides = getStrides(emitter, conv.windows);
  Attribute dilations = getDilations(emitter, conv.windows);
  if (!conv.integers || !conv.integers->hasZeroPoints() ||
      conv.integers->isCorrectedByBias())
    return ConvOp::create(builder, emitter.getLoc(), init.getType(), inputs,
                          init, strides, dilations)
        .getResult(0);
  inputs.push_back(emitter.constantScalar(conv.integers->xZeroPoint, i32));
  inputs.push_back(emitter.constantScalar(conv.integers->wZeroPoint, i32));
  return QuantizedOp::create(builder, emitter.getLoc(), init.getType(), inputs,
                             init, strides, dilations)
      .getResult(0);
}

/// Convolves with filters [begin, begin + count).
static Value emitDense(NodeImporter &importer, const Convolution &conv,
                       Value image, int64_t begin, int64_t count) {
  Emitter &emitter = importer.emitter;
  Value fchw = getFilter(importer, conv, begin, count);
  Value hwcf = emitter.transpose(fchw, {2, 3, 1, 0});
  return emitOp<linalg::Conv2DNhwcHwcfOp, linalg::Conv2DNhwcHwcfQOp>(
      emitter, conv, image, hwcf, conv.outputShape(count));
}

/// One group per input channel.
static Value emitDepthwise(NodeImporter &importer, const Convolution &conv,
                           Value image) {
  Emitter &emitter = importer.emitter;
  int64_t multiplier = conv.filters() / conv.channels();
  int64_t kh = conv.windows[0].kernelSize, kw = conv.windows[1].kernelSize;
  Value fchw = getFilter(importer, conv, 0, conv.filters());
  SmallVector<int64_t> outputShape = conv.outputShape(conv.channels());
  if (multiplier == 1) {
    Value chw = emitter.reshape(fchw, {conv.channels(), kh, kw});
    Value hwc = emitter.transpose(chw, {1, 2, 0});
    return emitOp<linalg::DepthwiseConv2DNhwcHwcOp,
                  linalg::DepthwiseConv2DNhwcHwcQOp>(emitter, conv, image, hwc,
                                                     outputShape);
  }
  Value cmhw = emitter.reshape(fchw, {conv.channels(), multiplier, kh, kw});
  Value hwcm = emitter.transpose(cmhw, {2, 3, 0, 1});
  outputShape.push_back(multiplier);
  Value result = emitOp<linalg::DepthwiseConv2DNhwcHwcmOp,
                        linalg::DepthwiseConv2DNhwcHwcmQOp>(
      emitter, conv, image, hwcm, outputShape);
  return emitter.reshape(result, conv.outputShape(conv.filters()));
}

/// A dense convolution per group, on slices of image and filters.
static Value emitGrouped(NodeImporter &importer, const Convolution &conv,
                         Value image) {
  Emitter &emitter = importer.emitter;
  int64_t groupChannels = conv.channels() / conv.groups;
  int64_t groupFilters = conv.filters() / conv.groups;
  SmallVector<int64_t> sizes(
      cast<RankedTensorType>(image.getType()).getShape());
  sizes[3] = groupChannels;
  SmallVector<Value> results;
  for (int64_t g = 0; g < conv.groups; ++g) {
    Value channels = emitter.slice(image, {0, 0, 0, g * groupChannels}, sizes);
    results.push_back(
        emitDense(importer, conv, channels, g * groupFilters, groupFilters));
  }
  return emitter.concat(results, 3);
}

/// The convolution without its bias, in NHWC order.
static Value emitConvolution(NodeImporter &importer, const Convolution &conv) {
  Emitter &emitter = importer.emitter;
  double padValue = conv.integers ? conv.integers->xZeroPoint : 0.0;
  Value image = padImage(emitter, getImage(importer, *conv.input), conv.windows,
                         padValue);
  if (conv.groups == 1)
    return emitDense(importer, conv, image, 0, conv.filters());
  if (conv.groups == conv.channels())
    return emitDepthwise(importer, conv, image);
  return emitGrouped(importer, conv, image);
}

/// The sums of a convolution of integers, with `bias` added, which may be null.
static Tensor emitSums(NodeImporter &importer, const Convolution &conv,
                       const Constant *bias) {
  Emitter &emitter = importer.emitter;
  Value sums = emitConvolution(importer, conv);
  SmallVector<int32_t> addend =
      getIntegerBias(*conv.integers, bias, /*wAxis=*/0);
  if (!addend.empty())
    sums = emitter.addBias(sums, emitter.constantVector(addend));
  return getImageResult(emitter, sums, *conv.input);
}

static FailureOr<Convolution> readIntegers(NodeImporter &importer,
                                           const IntegerProduct &integers) {
  auto conv = readConvolution(importer, *integers.x, *integers.w);
  if (succeeded(conv))
    conv->integers = integers;
  return conv;
}

/// A Conv of dequantized tensors: the sums are dequantized instead. A bias of
/// other scales than the sums' is added to what they are dequantized to.
static FailureOr<Tensor> convolveIntegers(NodeImporter &importer,
                                          const Tensor &input,
                                          const Tensor &filter,
                                          const IntegerProduct &integers,
                                          Tensor *bias) {
  auto conv = readIntegers(importer, integers);
  if (failed(conv) || (bias && failed(checkBias(importer, *conv, *bias))))
    return failure();
  Quantization quantization =
      getSumQuantization(input.quantization, filter.quantization, /*axis=*/1);
  bool isInteger = isIntegerBias(bias, quantization);
  Emitter &emitter = importer.emitter;
  Tensor result = emitter.fromIntegers(
      emitSums(importer, *conv,
               bias && isInteger ? bias->integers->constant : nullptr),
      quantization);
  if (!bias || isInteger)
    return result;
  SmallVector<int64_t> shape(input.rank() - 1, 1);
  shape[0] = conv->filters();
  Tensor addend =
      emitter.fromONNX(emitter.reshape(emitter.onnxOrder(*bias), shape));
  return emitter.elementwise(
      {&result, &addend}, result.shape,
      [](OpBuilder &b, Location loc, ValueRange args) -> Value {
        return arith::AddFOp::create(b, loc, args[0], args[1]);
      });
}

static LogicalResult importConv(NodeImporter &importer) {
  auto input = importer.getTensor(0);
  auto filter = importer.getTensor(1);
  FailureOr<Tensor *> bias = static_cast<Tensor *>(nullptr);
  if (importer.hasInput(2))
    bias = importer.getTensor(2);
  if (failed(input) || failed(filter) || failed(bias))
    return failure();
  if (auto integers = getIntegerProduct(**input, **filter, /*wAxis=*/0)) {
    auto result =
        convolveIntegers(importer, **input, **filter, *integers, *bias);
    return failed(result) ? failure() : importer.setResult(*result);
  }
  FailureOr<Convolution> conv = readConvolution(importer, **input, **filter);
  if (failed(conv) || (*bias && failed(checkBias(importer, *conv, **bias))))
    return failure();
  conv->bias = *bias;
  Node *normalization = getFoldableNormalization(importer, *conv);
  if (normalization &&
      failed(foldNormalization(importer, *conv, *normalization)))
    return failure();

  Emitter &emitter = importer.emitter;
  Value result = emitConvolution(importer, *conv);
  if (conv->bias)
    result = emitter.addBias(result, emitter.onnxOrder(*conv->bias));
  Tensor tensor = getImageResult(emitter, result, **input);
  if (!normalization)
    return importer.setResult(tensor);
  return NodeImporter(importer.state, *normalization).setResult(tensor);
}

/// Inputs: x, its scale and zero point, w, its, those of y, and maybe a bias of
/// INT32.
static LogicalResult importQLinearConv(NodeImporter &importer) {
  auto input = readQuantizedInput(importer, 0, /*axis=*/-1);
  auto filter = readQuantizedInput(importer, 3, /*axis=*/0);
  auto target = readTarget(importer, 6, 7);
  if (failed(input) || failed(filter) || failed(target))
    return failure();
  auto integers = getIntegerProduct(*input, *filter, /*wAxis=*/0);
  if (!integers)
    return importer.emitError()
           << "zero points that differ by channel are not supported";
  auto conv = readIntegers(importer, *integers);
  if (failed(conv))
    return failure();
  const Constant *bias = nullptr;
  if (importer.hasInput(8)) {
    bias = importer.getIntConstant(8);
    if (!bias)
      return importer.emitError()
             << "expected input '" << importer.node.inputs[8]
             << "' to be a constant of type INT32";
    if (failed(checkBias(importer, *conv, importer.getAny(8))))
      return failure();
  }
  Tensor result = importer.emitter.fromIntegers(
      emitSums(importer, *conv, bias),
      getSumQuantization(input->quantization, filter->quantization,
                         /*axis=*/1));
  return setQuantized(importer, result, *target);
}

/// Inputs: x, w, and maybe their zero points. The result is INT32.
static LogicalResult importConvInteger(NodeImporter &importer) {
  auto input = importer.getBytes(0);
  auto filter = importer.getBytes(1);
  if (failed(input) || failed(filter))
    return failure();
  auto inputZeroPoint = readZeroPoint(importer, 0, 2);
  auto filterZeroPoint = readZeroPoint(importer, 1, 3);
  if (failed(inputZeroPoint) || failed(filterZeroPoint))
    return failure();
  auto conv = readIntegers(
      importer, {*input, *filter, *inputZeroPoint, *filterZeroPoint});
  if (failed(conv))
    return failure();
  return importer.setResult(emitSums(importer, *conv, /*bias=*/nullptr));
}

void importer::addConvolutionOps(ImportTable &table) {
  table["Conv"] = importConv;
  table["ConvInteger"] = importConvInteger;
  table["QLinearConv"] = importQLinearConv;
}
