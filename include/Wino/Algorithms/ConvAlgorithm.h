//===- ConvAlgorithm.h - Interface of convolution algorithms ----*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What Wino knows about an algorithm: which convolutions it computes, in which
// configurations, what these cost, and how it rewrites the op. Each algorithm
// has a file in lib/Algorithms and a line in Algorithms.def.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_ALGORITHMS_CONVALGORITHM_H
#define WINO_ALGORITHMS_CONVALGORITHM_H

#include "Wino/Algorithms/ConvProblem.h"
#include "Wino/Target/CPU.h"
#include "mlir/IR/PatternMatch.h"
#include <limits>
#include <memory>

namespace wino {

/// A convolution, and where it runs.
struct ConvTask {
  const ConvProblem &problem;
  const CPUInfo &cpu;
  /// Bytes that are read between two runs, such as the filters of other
  /// convolutions.
  double otherBytes = 0;
  /// Whether results need not be exact, so that algorithms that are not are
  /// considered.
  bool allowsErrors = false;
};

/// What a plan says of an algorithm beside its schedule.
struct Variant {
  /// Null for algorithms without transforms.
  TransformAttr transform;
  /// What the transform computes in; null: in the numbers of the convolution.
  NumbersAttrInterface numbers;
  /// Whether it is used although nobody proves that the numbers have room for
  /// the results.
  bool isUnproved = false;
  /// Input channels of a chunk; 0: all of them.
  int64_t chunk = 0;

  /// The input channels that are summed at once.
  int64_t getNumChannels(const ConvProblem &problem) const {
    return chunk == 0 ? problem.c : std::min(chunk, problem.c);
  }
};

/// Returns what `plan` says beside its schedule.
Variant getPlanVariant(PlanAttr plan);

/// What a ScheduleAttr says. Of the many that a search tries, few become
/// attributes, which live as long as their context.
struct Schedule {
  int64_t blockRows = 0, blockCols = 0, kBlock = 1;
  int64_t microRows = 1, microCols = 1, vector = 1;
  int64_t cBlock = 0, group = 1, planePadding = 0, blockImages = 1;
  bool onTheFly = false, prefetch = false, streamStores = false;

  static Schedule get(ScheduleAttr attr);
  ScheduleAttr getAttr(mlir::MLIRContext *context) const;
};

/// What a plan is expected to cost.
struct Cost {
  double cycles = std::numeric_limits<double>::infinity();
  /// \name The parts of the cycles
  /// @{
  /// Transforming filters on the fly, images (or copying them to patches or a
  /// padded block), and products; multiplying.
  double filter = 0, inputTransform = 0, products = 0, outputTransform = 0;
  /// Waiting for caches and memory.
  double memory = 0;
  /// @}
};

/// The memory that a plan takes in bytes: of the packed filter, and beside
/// image and result while a block is computed. Dynamic sizes count as one.
struct MemoryUse {
  int64_t filterBytes = 0, scratchBytes = 0;
};

/// The schedules of a variant for one task.
class ScheduleSpace {
public:
  virtual ~ScheduleSpace();

  /// Calls `callback` with every schedule worth trying, the largest blocks
  /// first.
  virtual void
  forEach(llvm::function_ref<void(const Schedule &)> callback) const = 0;
  /// Estimates the cost of any schedule, also one that a user wrote.
  virtual Cost getCost(const Schedule &schedule) const = 0;
  /// The part of the cost of an earlier schedule that a later one may have to
  /// be preferred, as it has overheads that the estimate does not know.
  virtual double getMargin() const { return 0.995; }
};

/// Why an algorithm does not compute a convolution.
struct Refusal {
  std::string reason;
  /// Whether only the range of its values is at fault: then a user may want to
  /// know.
  bool isOfRange = false;
};

/// An algorithm that computes convolutions.
class ConvAlgorithm {
public:
  /// When the default rule considers an algorithm.
  enum class Role {
    /// Always, by its cost.
    Choice,
    /// Where no choice applies.
    Fallback,
    /// Never: only where a user names it.
    OnRequest
  };

  virtual ~ConvAlgorithm();

  /// The name of the algorithm, which is unique.
  llvm::StringRef getName() const { return name; }
  /// What its plans call it; several algorithms may share a kind and differ in
  /// their numbers.
  Algorithm getKind() const { return kind; }
  Role getRole() const { return role; }

  /// Whether its plans compute the convolution, up to the rounding of floats.
  /// Others have to be allowed: see resolveQuantizedPlan.
  virtual bool isExact() const { return true; }
  /// Whether plans with these numbers, and of the kind, are its own.
  virtual bool hasNumbers(NumbersAttrInterface numbers) const {
    return !numbers;
  }
  /// Whether it computes with elements of these types.
  virtual bool supportsTypes(const ConvProblem &problem) const { return true; }

  /// Returns the variants to try for a convolution, those with small errors
  /// first; none, and why, if the algorithm does not apply.
  virtual llvm::SmallVector<Variant> getVariants(const ConvTask &task,
                                                 Refusal &refusal) const;
  /// Returns the variant of `problem` that a user asks for by `transform`, and
  /// by `numbers` if these are not null.
  virtual Variant getVariant(const ConvProblem &problem,
                             TransformAttr transform,
                             NumbersAttrInterface numbers = {}) const {
    return {transform, numbers};
  }
  /// Succeeds if `variant` computes `problem`; otherwise `reason` says why not.
  virtual mlir::LogicalResult checkVariant(const ConvProblem &problem,
                                           const Variant &variant,
                                           std::string &reason) const;
  /// Predicts the largest error of a result by the largest result; zero if the
  /// variant, which computes `problem`, is exact.
  virtual double getError(const ConvProblem &problem,
                          const Variant &variant) const;
  /// Returns the schedules of a variant that computes the convolution; it
  /// refers to what `task` does.
  virtual std::unique_ptr<ScheduleSpace>
  getSchedules(const ConvTask &task, const Variant &variant) const = 0;
  PlanAttr getPlan(mlir::MLIRContext *context, const Variant &variant,
                   const Schedule &schedule) const;

  /// Succeeds if `plan`, one of the algorithm's own, computes `problem`;
  /// otherwise `reason` says why not.
  virtual mlir::LogicalResult checkPlan(const ConvProblem &problem,
                                        PlanAttr plan,
                                        std::string &reason) const;

  /// \name What holds for a plan that computes `problem`
  /// @{

  /// The inequality that proves the result exact, or of an unproved plan what
  /// does not hold; empty if there is nothing to prove.
  virtual std::string getCertificate(const ConvProblem &problem,
                                     PlanAttr plan) const;
  virtual MemoryUse getMemoryUse(const ConvProblem &problem,
                                 PlanAttr plan) const = 0;
  /// Writes the convolution before its op, and returns the result in the layout
  /// of the op, which is not replaced.
  virtual mlir::Value rewrite(mlir::RewriterBase &rewriter,
                              const ConvProblem &problem,
                              PlanAttr plan) const = 0;
  /// @}

protected:
  ConvAlgorithm(llvm::StringRef name, Algorithm kind, Role role)
      : name(name), kind(kind), role(role) {}

private:
  llvm::StringRef name;
  Algorithm kind;
  Role role;
};

/// All algorithms. Of equally cheap ones the first is preferred.
llvm::ArrayRef<const ConvAlgorithm *> getAlgorithms();

/// Returns the algorithm whose plan `plan` is.
const ConvAlgorithm &getAlgorithm(PlanAttr plan);

/// Succeeds if `plan` computes `problem`; otherwise `reason` says why not.
mlir::LogicalResult checkPlan(const ConvProblem &problem, PlanAttr plan,
                              std::string &reason);

/// Estimates the cost of a plan that computes the convolution.
Cost estimateCost(const ConvTask &task, PlanAttr plan);

} // namespace wino

#endif // WINO_ALGORITHMS_CONVALGORITHM_H
