//===- LoopTiming.h - Cycles of loops of vector code ------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The cycles that a loop of AArch64 instructions takes on a core, with a
// perfect first-level cache: by LLVM's scheduling models where they are known
// to be good, and by rules of our own for cores that issue in order.
//
// LLVM's models of in-order cores are not used: for eight independent
// multiply-adds they give 22 cycles (Cortex-A53) and 6 (A55), where the core
// needs about 8. Where LLVM gives a core the model of another one, CPUs say
// which model is better, and how many instructions start in a cycle at most.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_COST_LOOPTIMING_H
#define WINO_COST_LOOPTIMING_H

#include "Wino/Target/CPU.h"
#include "Wino/Target/WovenLoop.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

namespace wino {

/// An instruction, as far as its timing matters. Vector registers are numbers;
/// beyond 31 they stand for those of other iterations.
struct LoopInstruction {
  enum class Kind {
    /// Of 128 bits; a pair loads the register after the result, too.
    Load,
    LoadPair,
    Store,
    /// Of 64 bits to a vector register, or to a general one that `Insert` moves
    /// to the upper half of a vector.
    LoadLow,
    LoadHigh,
    Insert,
    /// result += sources[0] * element of sources[1], in f32.
    FMLA,
    /// The same, of four i16 in i32, and of groups of four i8.
    SMLAL,
    SDOT,
    /// Eight products of i8 in i16; the same, added to them; and sums of pairs
    /// of
    /// them, added to i32.
    SMULL,
    SMLAL8,
    SADALP,
    /// Sums of four f32, i16 or i32.
    AddFloat,
    AddInteger,
    /// The address or counter of a loop, and its end.
    Count,
    Branch
  };

  Kind kind;
  int64_t result = -1;
  llvm::SmallVector<int64_t, 2> sources = {};
};

using LoopBody = llvm::SmallVector<LoopInstruction, 0>;

/// Returns the cycles of an iteration of `body` in the steady state on an
/// AArch64 CPU, or an error if LLVM does not know its core.
llvm::Expected<double> estimateLoopCycles(const CPUInfo &cpu,
                                          llvm::ArrayRef<LoopInstruction> body);

/// Returns the instructions of a woven loop.
LoopBody getLoopBody(const WovenLoop &loop);

/// \name Models
/// @{

/// On a core that issues two instructions in order, as Cortex-A53:
/// - a vector load or store of 128 bits issues alone, for two cycles;
/// - a 64-bit vector load pairs with no vector arithmetic, but with an
/// insertion
///   into a lane; a load to a general register pairs with both;
/// - one vector operation of 128 bits and one access to memory a cycle;
/// - the accumulator of a multiply-add is forwarded to the next after 4 cycles.
/// What the CPU knows of its instructions takes the place of such latencies.
double estimateInOrderCycles(const CPUInfo &cpu,
                             llvm::ArrayRef<LoopInstruction> body);

/// By LLVM's scheduling model of `llvmCPU`.
llvm::Expected<double>
estimateScheduledCycles(llvm::StringRef triple, llvm::StringRef llvmCPU,
                        llvm::ArrayRef<LoopInstruction> body);
/// @}

} // namespace wino

#endif // WINO_COST_LOOPTIMING_H
