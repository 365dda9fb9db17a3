//===- Emitter.h - Tensor building blocks of the importer -------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Emits upstream operations on static f32 tensors, and tracks in which layout
// the tensors of the graph exist.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_IMPORT_EMITTER_H
#define WINO_LIB_IMPORT_EMITTER_H

#include "Graph.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"

namespace wino::importer {

using mlir::Value;

/// A tensor of the graph, in up to two layouts.
struct Tensor {
  /// The shape as ONNX defines it (NCHW).
  SmallVector<int64_t> shape;
  /// Its value if known; then `onnx` is created on first use.
  Constant *constant = nullptr;
  /// The tensor in ONNX order, or null.
  Value onnx;
  /// Rank 4 only: the tensor in NHWC order, or null.
  Value nhwc;

  int64_t rank() const { return shape.size(); }
  /// Whether it is cheapest to go on in NHWC.
  bool prefersNHWC() const { return bool(nhwc); }
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

  mlir::RankedTensorType getType(ArrayRef<int64_t> shape);
  Value constantScalar(double value);
  /// A small constant vector.
  Value constantVector(ArrayRef<float> values);
  Value empty(ArrayRef<int64_t> shape);
  Value fill(ArrayRef<int64_t> shape, double value);
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
  Tensor fromONNX(Value value);
  Tensor fromNHWC(Value value);

  /// Applies `body` to all elements of `operands`, which broadcast to `shape`
  /// as in numpy. Constants of one element become scalars of the body.
  Tensor elementwise(ArrayRef<Tensor *> operands, ArrayRef<int64_t> shape,
                     ScalarFn body);
  Tensor elementwise(Tensor &operand, ScalarFn body) {
    return elementwise(&operand, operand.shape, body);
  }

  enum class Reduction { Sum, Max };
  /// Reduces over the given (sorted) ONNX axes. The reduced axes stay, with
  /// size one.
  Tensor reduce(Tensor &tensor, ArrayRef<int64_t> axes, Reduction kind);

  /// Adds `bias` (rank 1) to the last dimension of an NHWC value.
  Value addBias(Value value, Value bias);

private:
  Value getWeightArgument(Constant &constant);
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
};

} // namespace wino::importer

#endif // WINO_LIB_IMPORT_EMITTER_H
