//===- KernelTiming.h - Cycles of kernels on AArch64 cores ------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The loops that lowering makes, as instructions, and the cycles they take on a
// core. Results are remembered: a search asks for the same few loops again and
// again.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_COST_KERNELTIMING_H
#define WINO_COST_KERNELTIMING_H

#include "Wino/Cost/LoopTiming.h"
#include <optional>

namespace wino {

/// The loop over the depth of a micro-kernel.
struct ProductLoop {
  LoopBody body;
  /// Elements of the depth that an iteration sums.
  int64_t depth = 1;
};

/// Returns the loop that multiplies `rows` rows by a panel of `cols` columns,
/// factors of `bits` bits that are floats or integers: woven for cores that
/// issue in order, otherwise loads and then products; nothing if the CPU is
/// none with NEON, or its instructions have no place in the model.
std::optional<ProductLoop> getProductLoop(const CPUInfo &cpu, bool isFloat,
                                          unsigned bits, int64_t rows,
                                          int64_t cols);

/// Returns the cycles of that loop for an element of the depth.
std::optional<double> estimateProductCycles(const CPUInfo &cpu, bool isFloat,
                                            unsigned bits, int64_t rows,
                                            int64_t cols);

} // namespace wino

#endif // WINO_COST_KERNELTIMING_H
