//===- KernelCost.h - Cycles of micro-kernels and of memory --- -*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_ALGORITHMS_KERNELCOST_H
#define WINO_LIB_ALGORITHMS_KERNELCOST_H

#include "Wino/Algorithms/ConvAlgorithm.h"
#include "Wino/Cost/Traffic.h"

namespace wino {

/// The largest size that a schedule can have.
inline constexpr int64_t kMaxScheduleSize = int64_t(1) << 20;

/// Returns `size`, or where costs are compared what stands for a dynamic one.
int64_t getTypicalSize(int64_t size);

/// The micro-kernel for products of one type, and what it takes.
struct Kernel {
  Kernel(const ConvTask &task, mlir::Type factorType);

  /// Returns the kernel that `schedule` names.
  Kernel with(const Schedule &schedule) const;
  /// Returns a schedule with the kernel, and without blocks.
  Schedule getSchedule(const ConvTask &task) const;
  /// Returns all tiles that such kernels may have.
  llvm::SmallVector<MicroTile> getTiles(const ConvTask &task) const;

  /// The cycles of the loop over the depth for `rows` rows and a panel, by
  /// element; they may be a mean of kernels.
  double getLoopCycles(double rows) const;
  /// The cycles beside that loop: of storing the sums of `rows` rows and, if
  /// they are added to those of other loops, loading them.
  double getSumCycles(double rows, bool accumulates) const;

  const CPUInfo *cpu;
  MicroTile tile;
  /// Elements of a vector of sums, and channels that an instruction sums.
  int64_t vector, group = 1;
  double productsPerCycle, factorBytes, vectorBytes;
  bool isFloat;

private:
  std::optional<double> getModelledCycles(double rows) const;
};

/// The cycles of the epilogue of `pixels` pixels of the result, of which
/// `channels` are stored together.
double getEpilogueCycles(const ConvTask &task, double pixels, int64_t channels);

/// What comes into the second-level cache, and what of that comes from memory
/// where there is a third level.
struct Moved {
  Traffic next, fromMemory;
};

template <typename Nest>
Moved estimateMoved(const CPUInfo &cpu, const Nest &nest) {
  Moved moved{estimateTraffic(nest, cpu.l2Bytes), {}};
  if (cpu.l3Bytes != 0)
    moved.fromMemory = estimateTraffic(nest, cpu.l3Bytes);
  return moved;
}

/// Completes the cost of a convolution from the cycles of the parts of its
/// code, and from what it moves.
void addUpCycles(const CPUInfo &cpu, const Moved &moved, Cost &cost);

/// Whether the image and the result are so large that little of the result
/// would be left in the last cache when it is read.
bool streamsStores(const ConvProblem &problem, const CPUInfo &cpu);

} // namespace wino

#endif // WINO_LIB_ALGORITHMS_KERNELCOST_H
