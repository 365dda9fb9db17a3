//===- ONNX.h - Import of ONNX models ---------------------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reads a float convolutional network (ONNX opsets 7 to 17) into upstream MLIR:
// one public function on static tensors, made of linalg, tensor, arith and math
// operations.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_IMPORT_ONNX_H
#define WINO_IMPORT_ONNX_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringMap.h"
#include <string>

namespace wino {

struct ONNXImportOptions {
  /// Sizes of symbolic dimensions by name. A leading (batch) dimension of a
  /// graph input without an entry becomes 1; any other is an error, and so is
  /// an entry that no graph input has.
  llvm::StringMap<int64_t> dims;
  /// Name of the emitted function. Empty: the stem of the model's file name,
  /// with every character that C does not allow in a name replaced by '_'.
  std::string functionName;
};

/// The argument attribute that holds the value of a weight: a dense_resource of
/// the argument's type.
constexpr llvm::StringLiteral kWeightAttrName = "wino.weight";
/// The argument and result attribute that holds a graph input's or output's
/// ONNX name.
constexpr llvm::StringLiteral kNameAttrName = "wino.name";
/// The argument and result attribute of tensors of i8 whose bytes are unsigned.
constexpr llvm::StringLiteral kUnsignedAttrName = "wino.unsigned";

/// Imports the ONNX model in the file `path`.
///
/// The function's arguments are the graph's inputs, in the order and layout of
/// the model, followed by one argument per weight that carries its data as
/// attribute `wino.weight`; its results are the graph's outputs. Rank-4
/// activations inside are kept channels-last. Locations are the nodes' names.
///
/// Quantized convolutions and products, also those between DequantizeLinear and
/// QuantizeLinear, become linalg ops on i8 with sums of i32, and elementwise
/// ops that requantize. UINT8 tensors are stored as i8 with all values moved by
/// -128, but for inputs and outputs of the graph.
///
/// Returns null after emitting an error at the model's file, naming the node
/// and operator at fault, when the model cannot be read or uses anything that
/// is not supported.
mlir::OwningOpRef<mlir::ModuleOp> importONNX(llvm::StringRef path,
                                             mlir::MLIRContext &context,
                                             const ONNXImportOptions &options);

} // namespace wino

#endif // WINO_IMPORT_ONNX_H
