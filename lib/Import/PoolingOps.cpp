//===- PoolingOps.cpp - Import of pooling operators -----------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NodeImporter.h"
#include "Window.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/Diagnostics.h"

using namespace mlir;
using namespace wino;
using namespace wino::importer;

namespace {

/// A pooling node on an NHWC image.
struct Pooling {
  Tensor *input = nullptr;
  Windows windows;
};

} // namespace

static FailureOr<Pooling> readPooling(NodeImporter &importer,
                                      FailureOr<Tensor *> input) {
  if (failed(input) || failed(importer.requireOneOutput()))
    return failure();
  auto windows =
      getWindows(importer, **input, importer.getInts("kernel_shape", {}));
  if (failed(windows))
    return failure();
  Pooling pooling{*input, *windows};
  for (const Window &window : pooling.windows)
    if (window.padBegin >= window.extent() || window.padEnd >= window.extent())
      return importer.emitError()
             << "padding of " << window.padBegin << " and " << window.padEnd
             << " leaves windows of extent " << window.extent()
             << " without any element";
  return pooling;
}

/// Emits linalg operation `PoolOp` on the padded image.
template <typename PoolOp>
static Value emitPool(NodeImporter &importer, const Pooling &pooling,
                      double initial) {
  Emitter &emitter = importer.emitter;
  const Windows &windows = pooling.windows;
  Value image =
      padImage(emitter, getImage(importer, *pooling.input), windows, initial);
  Value kernel = emitter.empty({windows[0].kernelSize, windows[1].kernelSize});
  Value init = emitter.fill({pooling.input->shape[0], windows[0].outputSize,
                             windows[1].outputSize, pooling.input->shape[1]},
                            initial, getElementTypeOrSelf(image));
  return PoolOp::create(emitter.builder, emitter.getLoc(), init.getType(),
                        ValueRange{image, kernel}, init,
                        getStrides(emitter, windows),
                        getDilations(emitter, windows))
      .getResult(0);
}

/// The least value of the elements of `tensor`.
static double getLeastValue(const Tensor &tensor) {
  if (tensor.kind == ElementKind::Float)
    return -INFINITY;
  return double(llvm::minIntN(isByte(tensor.kind) ? 8 : 32));
}

static LogicalResult importMaxPool(NodeImporter &importer) {
  FailureOr<Pooling> pooling = readPooling(importer, importer.getMovable(0));
  if (failed(pooling))
    return failure();
  double least = getLeastValue(*pooling->input);
  Value result = emitPool<linalg::PoolingNhwcMaxOp>(importer, *pooling, least);
  return importer.setMoved(
      0, getImageResult(importer.emitter, result, *pooling->input));
}

/// How many elements of each window along one dimension count for the average:
/// those in the input or, with `includePad`, in the padded input.
static SmallVector<float> getCounts(const Window &window, bool includePad) {
  if (window.padBegin == 0 && window.padEnd == 0 && window.excess() == 0)
    return SmallVector<float>(window.outputSize, float(window.kernelSize));
  int64_t begin = includePad ? -window.padBegin : 0;
  int64_t end = window.inputSize + (includePad ? window.padEnd : 0);
  SmallVector<float> counts;
  for (int64_t o = 0; o < window.outputSize; ++o) {
    int64_t count = 0;
    for (int64_t k = 0; k < window.kernelSize; ++k) {
      int64_t position =
          o * window.stride - window.padBegin + k * window.dilation;
      count += position >= begin && position < end;
    }
    counts.push_back(float(count));
  }
  return counts;
}

/// Divides the NHWC sums by the number of elements of each window, which is a
/// product of one factor per dimension.
static Value emitDivision(Emitter &emitter, Value sums,
                          ArrayRef<float> rowCounts,
                          ArrayRef<float> columnCounts) {
  OpBuilder &builder = emitter.builder;
  auto type = cast<RankedTensorType>(sums.getType());
  AffineMap identity = builder.getMultiDimIdentityMap(4);
  SmallVector<Value> inputs = {sums};
  SmallVector<AffineMap> maps = {identity};
  bool isUniform = llvm::all_equal(rowCounts) && llvm::all_equal(columnCounts);
  Value divisor;
  if (isUniform) {
    divisor = emitter.constantScalar(double(rowCounts[0]) * columnCounts[0]);
  } else {
    ArrayRef<float> allCounts[] = {rowCounts, columnCounts};
    for (auto [dim, counts] : llvm::enumerate(allCounts)) {
      inputs.push_back(emitter.constantVector(counts));
      maps.push_back(AffineMap::get(4, 0, builder.getAffineDimExpr(1 + dim)));
    }
  }
  maps.push_back(identity);
  SmallVector<utils::IteratorType> iterators(4, utils::IteratorType::parallel);
  return linalg::GenericOp::create(
             builder, emitter.getLoc(), type, inputs,
             emitter.empty(type.getShape()), maps, iterators,
             [&](OpBuilder &b, Location loc, ValueRange args) {
               Value count = divisor;
               if (!count)
                 count = arith::MulFOp::create(b, loc, args[1], args[2]);
               Value mean = arith::DivFOp::create(b, loc, args[0], count);
               linalg::YieldOp::create(b, loc, mean);
             })
      .getResult(0);
}

static LogicalResult importAveragePool(NodeImporter &importer) {
  FailureOr<Pooling> pooling = readPooling(importer, importer.getTensor(0));
  if (failed(pooling))
    return failure();
  bool includePad = importer.getInt("count_include_pad", 0) != 0;
  Value sums = emitPool<linalg::PoolingNhwcSumOp>(importer, *pooling, 0.0);
  Value result = emitDivision(importer.emitter, sums,
                              getCounts(pooling->windows[0], includePad),
                              getCounts(pooling->windows[1], includePad));
  return importer.setResult(
      getImageResult(importer.emitter, result, *pooling->input));
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

Tensor importer::emitSum(Emitter &emitter, Tensor &input,
                         ArrayRef<int64_t> axes, bool isMean) {
  double count = 1;
  for (int64_t axis : axes)
    count *= input.shape[axis];
  constexpr double kMaxCount = 1 << 23;
  if (input.integers && isByte(input.integers->kind) &&
      input.quantization.isPerTensor() && count <= kMaxCount) {
    Quantization quantization = input.quantization;
    quantization.zeroPoints[0] *= int32_t(count);
    if (isMean)
      quantization.scales[0] /= float(count);
    return emitter.fromIntegers(
        emitter.reduce(*input.integers, axes, Emitter::Reduction::Sum),
        quantization);
  }
  Tensor sum = emitter.reduce(input, axes, Emitter::Reduction::Sum);
  if (!isMean)
    return sum;
  Value divisor = emitter.constantScalar(count);
  return emitter.elementwise(
      sum, [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
        return arith::DivFOp::create(b, loc, args[0], divisor);
      });
}

template <bool isMax>
static LogicalResult importGlobalPool(NodeImporter &importer) {
  auto input = isMax ? importer.getMovable(0) : importer.getTensor(0);
  if (failed(input))
    return failure();
  if ((*input)->rank() < 3)
    return importer.emitError() << "expected an input of rank 3 or more, but "
                                << "got " << shapeToString((*input)->shape);
  auto axes = llvm::to_vector(llvm::seq<int64_t>(2, (*input)->rank()));
  Emitter &emitter = importer.emitter;
  if (isMax)
    return importer.setMoved(
        0, emitter.reduce(**input, axes, Emitter::Reduction::Max));
  return importer.setResult(emitSum(emitter, **input, axes, /*isMean=*/true));
}

/// The axes of a Reduce* node, an attribute or (ReduceSum from opset 13 on) an
/// input; sorted.
static FailureOr<SmallVector<int64_t>> getReducedAxes(NodeImporter &importer,
                                                      int64_t rank) {
  SmallVector<int64_t> axes = importer.getInts("axes", {});
  if (importer.hasInput(1)) {
    auto list = importer.getIntList(1);
    if (failed(list))
      return failure();
    axes = *list;
  }
  if (axes.empty() && importer.getInt("noop_with_empty_axes", 0) == 0)
    axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  auto normalized = importer.normalizeAxes(axes, rank);
  if (succeeded(normalized))
    llvm::sort(*normalized);
  return normalized;
}

enum class ReduceKind { Sum, Mean, Max };

template <ReduceKind kind>
static LogicalResult importReduce(NodeImporter &importer) {
  auto input = importer.getTensor(0);
  if (failed(input))
    return failure();
  auto axes = getReducedAxes(importer, (*input)->rank());
  if (failed(axes))
    return failure();
  Emitter &emitter = importer.emitter;
  Tensor result =
      kind == ReduceKind::Max
          ? emitter.reduce(**input, *axes, Emitter::Reduction::Max)
          : emitSum(emitter, **input, *axes, kind == ReduceKind::Mean);
  if (importer.getInt("keepdims", 1) != 0)
    return importer.setResult(result);
  SmallVector<int64_t> shape;
  for (auto [dim, size] : llvm::enumerate((*input)->shape))
    if (!llvm::is_contained(*axes, dim))
      shape.push_back(size);
  return importer.setResult(
      emitter.fromONNX(emitter.reshape(emitter.onnxOrder(result), shape)));
}

void importer::addPoolingOps(ImportTable &table) {
  table["MaxPool"] = importMaxPool;
  table["AveragePool"] = importAveragePool;
  table["GlobalAveragePool"] = importGlobalPool</*isMax=*/false>;
  table["GlobalMaxPool"] = importGlobalPool</*isMax=*/true>;
  table["ReduceSum"] = importReduce<ReduceKind::Sum>;
  table["ReduceMean"] = importReduce<ReduceKind::Mean>;
  table["ReduceMax"] = importReduce<ReduceKind::Max>;
}
