//===- Emitter.h - Tensor building blocks of the importer -------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Emits upstream operations on static tensors of f32, i8 and i32, and tracks in
// which layout the tensors of the graph exist. Unsigned bytes are moved by -128
// and so are i8 like signed ones.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_IMPORT_EMITTER_H
#define WINO_LIB_IMPORT_EMITTER_H

#include "Graph.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"

namespace wino::importer {

using mlir::Value;

/// What integers q stand for: scale * (q - zeroPoint).
struct Quantization {
  /// One for all elements, or one for each index along `axis`. Positive.
  SmallVector<float> scales;
  /// As many as scales; as the integers are stored.
  SmallVector<int32_t> zeroPoints;
  /// The dimension in ONNX order.
  int64_t axis = 0;

  bool isPerTensor() const { return scales.size() == 1; }
  float scaleAt(int64_t index) const {
    return scales[isPerTensor() ? 0 : index];
  }
  int32_t zeroPointAt(int64_t index) const {
    return zeroPoints[isPerTensor() ? 0 : index];
  }
  /// Which scale and zero point element `index` of a tensor of `shape` has.
  int64_t getPlace(int64_t index, ArrayRef<int64_t> shape) const {
    return isPerTensor() ? 0 : getPosition(index, shape, axis);
  }
  bool hasOneZeroPoint() const { return llvm::all_equal(zeroPoints); }
  bool operator==(const Quantization &other) const {
    return scales == other.scales && zeroPoints == other.zeroPoints &&
           (isPerTensor() || axis == other.axis);
  }
};

/// A tensor of the graph, in up to two layouts.
struct Tensor {
  /// The shape as ONNX defines it (NCHW).
  SmallVector<int64_t> shape;
  ElementKind kind = ElementKind::Float;
  /// Its value if known; then `onnx` is created on first use.
  Constant *constant = nullptr;
  /// The integers that a tensor of floats is dequantized from, or null; then
  /// `onnx` or `nhwc` is created on first use. Operators that can compute with
  /// the integers never create them.
  std::shared_ptr<Tensor> integers;
  Quantization quantization;
  /// The tensor in ONNX order, or null.
  Value onnx;
  /// Rank 4 only: the tensor in NHWC order, or null.
  Value nhwc;

  int64_t rank() const { return shape.size(); }
  /// Whether it is cheapest to go on in NHWC.
  bool prefersNHWC() const {
    return nhwc || (isDequantized() && integers->prefersNHWC());
  }
  /// Whether it is given by its integers only.
  bool isDequantized() const { return integers && !constant && !onnx && !nhwc; }
};

/// NHWC dimension i is ONNX dimension kToNHWC[i].
constexpr int64_t kToNHWC[] = {0, 2, 3, 1};
/// ONNX dimension i is NHWC dimension kToNCHW[i].
constexpr int64_t kToNCHW[] = {0, 3, 1, 2};

/// Returns `sizes` (by ONNX dimension) in NHWC order.
SmallVector<int64_t> permuteToNHWC(ArrayRef<int64_t> sizes);

/// Emits the body of an elementwise operation on scalars.
using ScalarFn = llvm::function_ref<Value(mlir::OpBuilder &, mlir::Location,
                                          mlir::ValueRange)>;

class Emitter {
public:
  Emitter(mlir::func::FuncOp func);

  void setLoc(mlir::Location newLoc) { loc = newLoc; }
  mlir::Location getLoc() const { return loc; }

  //===--------------------------------------------------------------------===//
  // Values
  //===--------------------------------------------------------------------===//

  // Elements are f32 unless a type is given.

  mlir::RankedTensorType getType(ArrayRef<int64_t> shape,
                                 mlir::Type elementType = {});
  Value constantScalar(double value, mlir::Type type = {});
  /// A small constant vector.
  Value constantVector(ArrayRef<float> values);
  Value constantVector(ArrayRef<int32_t> values);
  Value empty(ArrayRef<int64_t> shape, mlir::Type elementType = {});
  Value fill(ArrayRef<int64_t> shape, double value,
             mlir::Type elementType = {});
  /// Result dimension i is dimension perm[i] of `value`. A permutation that
  /// only moves dimensions of size one is a reshape.
  Value transpose(Value value, ArrayRef<int64_t> perm);
  Value reshape(Value value, ArrayRef<int64_t> shape);
  /// Returns `value` itself if there is nothing to pad.
  Value pad(Value value, ArrayRef<int64_t> low, ArrayRef<int64_t> high,
            double padValue);
  Value slice(Value value, ArrayRef<int64_t> offsets, ArrayRef<int64_t> sizes,
              ArrayRef<int64_t> strides = {});
  /// Joins values along dimension `dim` of their own layout.
  Value concat(ArrayRef<Value> values, int64_t dim);

  //===--------------------------------------------------------------------===//
  // Tensors
  //===--------------------------------------------------------------------===//

  /// The tensor in ONNX order; makes it from the NHWC one, or for a constant
  /// adds a weight argument to the function.
  Value onnxOrder(Tensor &tensor);
  /// The rank-4 tensor in NHWC order.
  Value nhwcOrder(Tensor &tensor);
  // Tensors of i8 are taken to be signed.
  Tensor fromONNX(Value value);
  Tensor fromNHWC(Value value);
  /// The tensor of floats that `integers` stand for.
  Tensor fromIntegers(Tensor integers, Quantization quantization);

  /// Applies `body` to all elements of `operands`, which broadcast to `shape`
  /// as in numpy. Constants of one element become scalars of the body, and
  /// tensors given by their integers are dequantized in the body. The elements
  /// of the result are of `kind`, as what `body` returns must be.
  Tensor elementwise(ArrayRef<Tensor *> operands, ArrayRef<int64_t> shape,
                     ScalarFn body, ElementKind kind = ElementKind::Float);
  Tensor elementwise(Tensor &operand, ScalarFn body,
                     ElementKind kind = ElementKind::Float) {
    return elementwise(&operand, operand.shape, body, kind);
  }

  enum class Reduction { Sum, Max };
  /// Reduces over the given (sorted) ONNX axes. The reduced axes stay, with
  /// size one. Sums of integers are of 32 bits.
  Tensor reduce(Tensor &tensor, ArrayRef<int64_t> axes, Reduction kind);

  /// Adds `bias` (rank 1) to the last dimension of a value.
  Value addBias(Value value, Value bias);

private:
  mlir::Type getElementType(ElementKind kind);
  Value getWeightArgument(Constant &constant);
  /// The value of a constant that is given by its integers.
  Constant &dequantizeConstant(const Tensor &tensor);
  void materialize(Tensor &tensor);
  /// The element of a constant of one element; null for other tensors.
  Value getScalar(const Tensor &tensor);
  Value dequantize(mlir::OpBuilder &b, mlir::Location bodyLoc, Value q,
                   Value scale, int32_t zeroPoint);
  Value dropUnitDims(Value value, ArrayRef<bool> drop);
  /// Prepares one operand of an elementwise operation: returns its value
  /// without broadcast dimensions, and the map from iterations to elements.
  std::pair<Value, mlir::AffineMap>
  getOperand(Tensor &tensor, ArrayRef<int64_t> shape, bool inNHWC);

public:
  mlir::OpBuilder builder;

private:
  mlir::func::FuncOp func;
  mlir::Location loc;
  /// The arguments added so far for constants.
  llvm::DenseMap<Constant *, Value> weights;
  /// Constants that are no initializers of the graph.
  std::vector<std::unique_ptr<Constant>> constants;
};

} // namespace wino::importer

#endif // WINO_LIB_IMPORT_EMITTER_H
