//===- CInterface.h - The C interface of compiled models --------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A compiled model is used from C through four functions that its object
// defines and its generated header declares; docs/CInterface.md describes them.
// They are made here, in the LLVM dialect, so that no C compiler takes part.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_DRIVER_CINTERFACE_H
#define WINO_DRIVER_CINTERFACE_H

#include "Wino/Driver/TensorSpec.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"

namespace wino {

/// The version of the functions, of the model structure and of their contracts.
constexpr uint32_t kInterfaceVersion = 1;

/// What `prepare` and `run` return. Stable: new codes get new numbers.
enum class InterfaceError : int32_t {
  OK = 0,
  Null = 1,
  Alignment = 2,
  Size = 3,
  Magic = 4,
  Version = 5,
  CPU = 6,
  Plan = 7,
  Checksum = 8,
  NotPrepared = 9,
};

/// What the interface of one compiled model depends on.
struct ModelInterface {
  /// Starts every C name; a valid C identifier.
  std::string prefix;
  /// Of the model's file, for comments.
  std::string modelName;
  /// As the weights file names it.
  std::string cpu;
  llvm::SmallVector<TensorSpec> inputs;
  llvm::SmallVector<TensorSpec> outputs;
  uint64_t planHash = 0;
  /// Of the weights file, a multiple of kWeightsAlignment.
  uint64_t payloadSize = 0;
  /// What `run` needs, a multiple of kScratchAlignment.
  uint64_t scratchSize = 0;
};

/// The alignment of scratch memory, in bytes.
constexpr uint64_t kScratchAlignment = 64;

/// Turns the stem of a file name into a C identifier.
std::string makePrefix(llvm::StringRef stem);

/// Fails unless `prefix` can start a C identifier.
llvm::Error checkPrefix(llvm::StringRef prefix);

/// Returns the names that the object of a model defines for others.
llvm::SmallVector<std::string> getExportedNames(const ModelInterface &model);

/// Returns the text of the C header.
std::string generateHeader(const ModelInterface &model);

/// The function that computes a model. Its parameters are pointers to the
/// inputs, the outputs, the packed weights if `takesPacked`, and the scratch
/// memory if `takesScratch`.
struct ModelFunction {
  std::string name;
  bool takesPacked = false;
  bool takesScratch = false;
};

/// Adds the exported functions to `module`, which is in the LLVM dialect and
/// defines `function`.
llvm::Error addEntryPoints(mlir::ModuleOp module, const ModelFunction &function,
                           const ModelInterface &model);

} // namespace wino

#endif // WINO_DRIVER_CINTERFACE_H
