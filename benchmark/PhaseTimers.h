//===- PhaseTimers.h - Time of each stage of a convolution ------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_BENCHMARK_PHASETIMERS_H
#define WINO_BENCHMARK_PHASETIMERS_H

#include "Candidate.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace wino::bench {

/// Counts of cycles: by phase, and of the whole function.
using PhaseCycles = std::array<int64_t, kNumPhases + 1>;

/// Makes `function`, on buffers, add the cycles that the processor spends in
/// each phase and in all to a new last argument, a memref in the form of
/// PhaseCycles.
void insertPhaseTimers(mlir::func::FuncOp function);

} // namespace wino::bench

#endif // WINO_BENCHMARK_PHASETIMERS_H
