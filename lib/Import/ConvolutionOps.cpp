//===- ConvolutionOps.cpp - Import of Conv --------------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NodeImporter.h"
#include "Window.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/Diagnostics.h"

using namespace mlir;
using namespace wino;
using namespace wino::importer;

namespace {

/// A Conv node, seen as two-dimensional.
struct Convolution {
  Tensor *input = nullptr;
  /// F x C/groups x KH x KW, or without KH for a rank-3 input.
  Tensor *filter = nullptr;
  /// Null if there is none.
  Tensor *bias = nullptr;
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

static FailureOr<Convolution> readConvolution(NodeImporter &importer) {
  Convolution conv;
  auto input = importer.getTensor(0);
  auto filter = importer.getTensor(1);
  if (failed(input) || failed(filter))
    return failure();
  conv.input = *input;
  conv.filter = *filter;
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
  if (!importer.hasInput(2))
    return conv;
  auto bias = importer.getTensor(2);
  if (failed(bias))
    return failure();
  conv.bias = *bias;
  if (conv.bias->shape != SmallVector<int64_t>{conv.filters()})
    return importer.emitError()
           << "expected a bias of shape " << conv.filters() << ", but got "
           << shapeToString(conv.bias->shape);
  return conv;
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

/// Convolves with filters [begin, begin + count).
static Value emitDense(NodeImporter &importer, const Convolution &conv,
                       Value image, int64_t begin, int64_t count) {
  Emitter &emitter = importer.emitter;
  Value fchw = getFilter(importer, conv, begin, count);
  Value hwcf = emitter.transpose(fchw, {2, 3, 1, 0});
  Value init = emitter.fill(conv.outputShape(count), 0.0);
  return linalg::Conv2DNhwcHwcfOp::create(
             emitter.builder, emitter.getLoc(), init.getType(),
             ValueRange{image, hwcf}, init, getStrides(emitter, conv.windows),
             getDilations(emitter, conv.windows))
      .getResult(0);
}

/// One group per input channel.
static Value emitDepthwise(NodeImporter &importer, const Convolution &conv,
                           Value image) {
  Emitter &emitter = importer.emitter;
  OpBuilder &builder = emitter.builder;
  int64_t multiplier = conv.filters() / conv.channels();
  int64_t kh = conv.windows[0].kernelSize, kw = conv.windows[1].kernelSize;
  Attribute strides = getStrides(emitter, conv.windows);
  Attribute dilations = getDilations(emitter, conv.windows);
  Value fchw = getFilter(importer, conv, 0, conv.filters());
  SmallVector<int64_t> outputShape = conv.outputShape(conv.channels());
  if (multiplier == 1) {
    Value chw = emitter.reshape(fchw, {conv.channels(), kh, kw});
    Value hwc = emitter.transpose(chw, {1, 2, 0});
    Value init = emitter.fill(outputShape, 0.0);
    return linalg::DepthwiseConv2DNhwcHwcOp::create(
               builder, emitter.getLoc(), init.getType(),
               ValueRange{image, hwc}, init, strides, dilations)
        .getResult(0);
  }
  Value cmhw = emitter.reshape(fchw, {conv.channels(), multiplier, kh, kw});
  Value hwcm = emitter.transpose(cmhw, {2, 3, 0, 1});
  outputShape.push_back(multiplier);
  Value init = emitter.fill(outputShape, 0.0);
  Value result = linalg::DepthwiseConv2DNhwcHwcmOp::create(
                     builder, emitter.getLoc(), init.getType(),
                     ValueRange{image, hwcm}, init, strides, dilations)
                     .getResult(0);
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

static LogicalResult importConv(NodeImporter &importer) {
  FailureOr<Convolution> conv = readConvolution(importer);
  if (failed(conv))
    return failure();
  Node *normalization = getFoldableNormalization(importer, *conv);
  if (normalization &&
      failed(foldNormalization(importer, *conv, *normalization)))
    return failure();

  Emitter &emitter = importer.emitter;
  Value image =
      padImage(emitter, getImage(importer, *conv->input), conv->windows, 0.0);
  Value result;
  if (conv->groups == 1)
    result = emitDense(importer, *conv, image, 0, conv->filters());
  else if (conv->groups == conv->channels())
    result = emitDepthwise(importer, *conv, image);
  else
    result = emitGrouped(importer, *conv, image);
  if (conv->bias)
    result = emitter.addBias(result, emitter.onnxOrder(*conv->bias));
  if (!normalization)
    return setImageResult(importer, result, *conv->input);
  NodeImporter normalizer(importer.state, *normalization);
  return setImageResult(normalizer, result, *conv->input);
}

void importer::addConvolutionOps(ImportTable &table) {
  table["Conv"] = importConv;
}
