//===- PlanFile.h - Plans by the names of convolutions ----------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A plan file is a JSON object whose keys are the names of convolutions and
// whose values are plan attributes as text.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_TRANSFORMS_PLANFILE_H
#define WINO_LIB_TRANSFORMS_PLANFILE_H

#include "Wino/IR/WinoDialect.h"
#include "Wino/Transforms/DefaultPlan.h"
#include "llvm/ADT/StringMap.h"

namespace wino {

/// Reads a plan file; reports errors at `op`.
mlir::FailureOr<llvm::StringMap<PlanAttr>> readPlanFile(llvm::StringRef path,
                                                        mlir::Operation *op);

/// Sets the plans of a plan file on the convolutions below `op` that it names.
/// A name that none has, or a plan that does not compute its convolution, is an
/// error.
mlir::LogicalResult setPlansFromFile(llvm::StringRef path, mlir::Operation *op);

/// Reads a file of candidates: an object of lists of requests by the names of
/// convolutions. A name that no convolution below `op` has is an error.
mlir::FailureOr<llvm::StringMap<llvm::SmallVector<AlgorithmRequest>>>
readCandidateFile(llvm::StringRef path, mlir::Operation *op);

/// Writes a plan file, all of it or nothing; reports errors at `op`.
mlir::LogicalResult
writePlanFile(llvm::StringRef path, mlir::Operation *op,
              llvm::ArrayRef<std::pair<std::string, PlanAttr>> plans);

} // namespace wino

#endif // WINO_LIB_TRANSFORMS_PLANFILE_H
