//===- SchedulingModel.h - LLVM's scheduling models -------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_TARGET_SCHEDULINGMODEL_H
#define WINO_TARGET_SCHEDULINGMODEL_H

#include "llvm/ADT/StringRef.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/Support/Error.h"
#include <memory>

namespace llvm {
class Target;
} // namespace llvm

namespace wino {

/// LLVM's target, and its description of a core with a scheduling model.
struct SchedulingModel {
  const llvm::Target *target;
  std::unique_ptr<llvm::MCSubtargetInfo> subtarget;
};

/// Returns the scheduling model of `cpu`, with the instructions for dot
/// products and matrices if it is of AArch64. Fails if LLVM has none by that
/// name.
llvm::Expected<SchedulingModel> findSchedulingModel(llvm::StringRef triple,
                                                    llvm::StringRef cpu);

} // namespace wino

#endif // WINO_TARGET_SCHEDULINGMODEL_H
