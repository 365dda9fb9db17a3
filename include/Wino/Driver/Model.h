//===- Model.h - Models as the driver reads them ----------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_DRIVER_MODEL_H
#define WINO_DRIVER_MODEL_H

#include "Wino/Driver/TensorSpec.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/SourceMgr.h"
#include <vector>

namespace wino {

/// A network and what its border looks like.
struct Model {
  /// One public function, `entry`, and perhaps private ones.
  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::func::FuncOp entry;
  /// The stem of the model's file name.
  std::string name;
  /// The arguments of `entry` that are no weights, and its results.
  llvm::SmallVector<TensorSpec> inputs, outputs;
};

/// Adds every dialect, extension and translation that the driver may meet.
void registerDriverDialects(mlir::DialectRegistry &registry);

/// Reads the model in `path`: a .onnx file, or an .mlir (or .mlirbc) file,
/// whose first public function with a body is the network. An .mlir file stays
/// in `sources`, for diagnostics that quote it. `dims` are the sizes of
/// symbolic dimensions of an ONNX model. Fails, after emitting an error, if the
/// file cannot be read or if a tensor at the border is dynamic, empty, or of a
/// type that C does not have.
mlir::FailureOr<Model> loadModel(llvm::StringRef path,
                                 const llvm::StringMap<int64_t> &dims,
                                 mlir::MLIRContext &context,
                                 llvm::SourceMgr &sources);

/// The value of a weight as raw row-major data.
struct WeightData {
  llvm::ArrayRef<char> bytes;
  /// Holds the data when the IR does not in this form, else is empty.
  std::vector<char> storage;
};

/// Returns the elements of `attr`, the value of a `wino.weight` attribute. They
/// live at least as long as the attribute's context and the result. Fails if
/// the attribute holds no elements of whole bytes.
llvm::Expected<WeightData> getWeightData(mlir::Attribute attr);

} // namespace wino

#endif // WINO_DRIVER_MODEL_H
