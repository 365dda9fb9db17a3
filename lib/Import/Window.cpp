//===- Window.cpp - Sliding windows of convolution and pooling ------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Window.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace wino;
using namespace wino::importer;

/// Every number of a window is below this, so that sums and products of two do
/// not overflow.
constexpr int64_t kMaxWindowValue = int64_t(1) << 30;

/// Reads attribute `name` with `count` elements, each from `min` on. The result
/// is empty if it is absent.
static FailureOr<SmallVector<int64_t>>
getWindowAttr(const NodeImporter &importer, StringRef name, size_t count,
              int64_t min) {
  SmallVector<int64_t> values = importer.getInts(name, {});
  // An empty list is how some exporters write the default.
  if (!values.empty() && values.size() != count)
    return importer.emitError() << "expected " << count << " values in '"
                                << name << "', but got " << values.size();
  for (int64_t value : values)
    if (value < min || value > kMaxWindowValue)
      return importer.emitError()
             << "unsupported value " << value << " in '" << name << "'";
  return values;
}

/// Sets padding and output size from `auto_pad`.
static void applyAutoPad(Window &window, StringRef autoPad) {
  if (autoPad == "VALID") {
    window.outputSize = llvm::divideCeilSigned(
        window.inputSize - window.extent() + 1, window.stride);
    return;
  }
  window.outputSize = llvm::divideCeilSigned(window.inputSize, window.stride);
  int64_t total = std::max<int64_t>((window.outputSize - 1) * window.stride +
                                        window.extent() - window.inputSize,
                                    0);
  window.padBegin = autoPad == "SAME_UPPER" ? total / 2 : total - total / 2;
  window.padEnd = total - window.padBegin;
}

/// Sets the output size from the given padding.
static void applyPads(Window &window, bool ceilMode) {
  int64_t room =
      window.padBegin + window.inputSize + window.padEnd - window.extent();
  window.outputSize = (ceilMode ? llvm::divideCeilSigned(room, window.stride)
                                : room / window.stride) +
                      1;
  // A window that would start in the padding at the end is dropped.
  if (ceilMode && (window.outputSize - 1) * window.stride >=
                      window.padBegin + window.inputSize)
    --window.outputSize;
}

FailureOr<Windows> importer::getWindows(const NodeImporter &importer,
                                        const Tensor &input,
                                        ArrayRef<int64_t> kernelShape) {
  if (input.rank() != 3 && input.rank() != 4)
    return importer.emitError() << "expected an input of rank 3 or 4, but got "
                                << shapeToString(input.shape);
  size_t count = input.rank() - 2;
  if (kernelShape.size() != count)
    return importer.emitError() << "expected a kernel of rank " << count
                                << ", but got " << kernelShape.size();
  auto strides = getWindowAttr(importer, "strides", count, 1);
  auto dilations = getWindowAttr(importer, "dilations", count, 1);
  auto pads = getWindowAttr(importer, "pads", 2 * count, 0);
  if (failed(strides) || failed(dilations) || failed(pads))
    return failure();
  StringRef autoPad = importer.getString("auto_pad", "NOTSET");
  if (!llvm::is_contained({"NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"},
                          autoPad))
    return importer.emitError() << "unknown auto_pad '" << autoPad << "'";
  bool ceilMode = importer.getInt("ceil_mode", 0) != 0;

  Windows windows;
  for (size_t i = 0; i < 2; ++i) {
    Window &window = windows[i];
    window.inputSize = window.outputSize = 1;
    // With rank 3 only the second window is the node's.
    if (i + count < 2)
      continue;
    size_t axis = i + count - 2;
    window.inputSize = input.shape[2 + axis];
    window.kernelSize = kernelShape[axis];
    window.stride = strides->empty() ? 1 : (*strides)[axis];
    window.dilation = dilations->empty() ? 1 : (*dilations)[axis];
    if (window.kernelSize < 1 || window.kernelSize > kMaxWindowValue ||
        window.inputSize > kMaxWindowValue)
      return importer.emitError()
             << "unsupported kernel size " << window.kernelSize
             << " on input size " << window.inputSize;
    if (autoPad == "NOTSET" && !pads->empty()) {
      window.padBegin = (*pads)[axis];
      window.padEnd = (*pads)[axis + count];
    }
    bool isSame = autoPad.starts_with("SAME");
    if (!isSame &&
        window.padBegin + window.inputSize + window.padEnd < window.extent())
      return importer.emitError()
             << "a kernel of extent " << window.extent()
             << " does not fit the padded input of size "
             << window.padBegin + window.inputSize + window.padEnd;
    if (autoPad == "NOTSET")
      applyPads(window, ceilMode);
    else
      applyAutoPad(window, autoPad);
  }
  SmallVector<int64_t> padded = {input.shape[0], input.shape[1]};
  for (const Window &window : windows)
    padded.push_back(window.padBegin + window.inputSize + window.padEnd +
                     window.excess());
  if (failed(importer.checkShape(padded)))
    return failure();
  return windows;
}

Value importer::getImage(NodeImporter &importer, Tensor &input) {
  Emitter &emitter = importer.emitter;
  if (input.rank() == 4)
    return emitter.nhwcOrder(input);
  Tensor lifted = emitter.fromONNX(
      emitter.reshape(emitter.onnxOrder(input),
                      {input.shape[0], input.shape[1], 1, input.shape[2]}));
  return emitter.nhwcOrder(lifted);
}

Tensor importer::getImageResult(Emitter &emitter, Value nhwc,
                                const Tensor &input) {
  Tensor result = emitter.fromNHWC(nhwc);
  if (input.rank() == 4)
    return result;
  return emitter.fromONNX(
      emitter.reshape(emitter.onnxOrder(result),
                      {result.shape[0], result.shape[1], result.shape[3]}));
}

Value importer::padImage(Emitter &emitter, Value nhwc, const Windows &windows,
                         double padValue) {
  const Window &rows = windows[0], &columns = windows[1];
  return emitter.pad(
      nhwc, {0, rows.padBegin, columns.padBegin, 0},
      {0, rows.padEnd + rows.excess(), columns.padEnd + columns.excess(), 0},
      padValue);
}

DenseIntElementsAttr importer::getStrides(Emitter &emitter,
                                          const Windows &windows) {
  return emitter.builder.getI64TensorAttr(
      {windows[0].stride, windows[1].stride});
}

DenseIntElementsAttr importer::getDilations(Emitter &emitter,
                                            const Windows &windows) {
  return emitter.builder.getI64TensorAttr(
      {windows[0].dilation, windows[1].dilation});
}
