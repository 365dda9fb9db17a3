//===- LayoutGroups.h - Which images share a layout -------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Images that pooling, padding and elementwise ops make of each other have one
// layout: that of the IR, or NHWC, in which Wino computes. Where a convolution,
// or an op that keeps the layout of the IR, meets the other one, something is
// transposed.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_TRANSFORMS_LAYOUTGROUPS_H
#define WINO_LIB_TRANSFORMS_LAYOUTGROUPS_H

#include "Wino/Algorithms/ConvAlgorithm.h"
#include "Wino/Support/PBQP.h"

namespace wino {

/// The layouts of a group; also their numbers as choices.
enum GroupLayout : unsigned { kLayoutOfIR = 0, kNHWC = 1 };

/// The images of a function that are not NHWC in the IR, by group.
class LayoutGroups {
public:
  /// `problems` are the convolutions of `function`.
  LayoutGroups(mlir::Operation *function, llvm::ArrayRef<ConvProblem> problems,
               const CPUInfo &cpu);

  unsigned getNumGroups() const { return boundaryCycles.size(); }
  /// Cycles of a group by layout: those at which ops meet it that keep the
  /// layout of the IR.
  std::vector<double> getGroupCycles(unsigned group) const {
    return {0, boundaryCycles[group]};
  }

  /// Where a convolution reads or writes a group.
  struct Access {
    unsigned problem, group;
    bool isResult;
    /// Bytes and elements of the image.
    double bytes, elements;
  };
  llvm::ArrayRef<Access> getAccesses() const { return accesses; }
  /// Cycles of the transposes of `access` by a plan, where the group has
  /// `layout`.
  double getCycles(const Access &access, PlanAttr plan,
                   GroupLayout layout) const;

private:
  double getFoldedCycles(double elements) const;
  double getTransposeCycles(double bytes, double elements) const;

  const CPUInfo &cpu;
  std::vector<double> boundaryCycles;
  std::vector<Access> accesses;
};

} // namespace wino

#endif // WINO_LIB_TRANSFORMS_LAYOUTGROUPS_H
