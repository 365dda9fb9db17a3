//===- TuneKernel.h - The time of one plan ----------------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_DRIVER_TUNEKERNEL_H
#define WINO_LIB_DRIVER_TUNEKERNEL_H

#include "Wino/Algorithms/ConvProblem.h"
#include "llvm/Support/Error.h"
#include <functional>
#include <optional>

namespace wino {

/// Whether all sizes of a convolution are known.
bool hasStaticShapes(const ConvProblem &problem);

/// Returns the nanoseconds that a convolution of static shapes takes by `plan`
/// on this machine, alone, without what is fused into it in its network; none
/// if `isInterrupted` became true meanwhile. Fails if it cannot be compiled.
llvm::Expected<std::optional<double>>
measurePlan(const ConvProblem &problem, PlanAttr plan, int64_t threads,
            const std::function<bool()> &isInterrupted);

} // namespace wino

#endif // WINO_LIB_DRIVER_TUNEKERNEL_H
