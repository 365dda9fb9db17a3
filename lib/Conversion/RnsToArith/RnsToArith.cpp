//===- RnsToArith.cpp - Ops on residues as integer arithmetic -------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Conversion/Passes.h"

#include "Wino/IR/WinoDialect.h"
#include "mlir/Analysis/DataFlow/IntegerRangeAnalysis.h"
#include "mlir/Analysis/DataFlow/Utils.h"
#include "mlir/Analysis/DataFlowFramework.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/SmallVectorExtras.h"
#include "llvm/ADT/TypeSwitch.h"

namespace wino {
#define GEN_PASS_DEF_CONVERTRNSTOARITHPASS
#include "Wino/Conversion/Passes.h.inc"
} // namespace wino

using namespace mlir;
using namespace wino;
using llvm::DynamicAPInt;

namespace {

/// A value of integers, and what they can be.
struct Ranged {
  Value value;
  IntegerRange range;
};

/// Builds exact arithmetic: every result is as wide as its range needs.
class ExactBuilder {
public:
  ExactBuilder(OpBuilder &builder, Location loc) : builder(builder), loc(loc) {}

  Ranged add(const Ranged &a, const Ranged &b);
  Ranged subtract(const Ranged &a, const Ranged &b);
  Ranged multiply(const Ranged &a, int64_t factor);
  Ranged multiply(const Ranged &a, const Ranged &b);
  /// The centred residue modulo `modulus`.
  Ranged reduce(const Ranged &a, int64_t modulus);
  /// Adds or subtracts `modulus` once where `a` is beyond the centred residues,
  /// from which it must not be farther.
  Ranged correct(Ranged a, int64_t modulus);
  /// Widens or narrows to the element type of `type`, which holds the range.
  Value castTo(const Ranged &a, Type type);

private:
  static unsigned getWidthFor(const IntegerRange &range);
  Type getType(Value like, unsigned width);
  Value getConstant(Type type, const DynamicAPInt &value);
  Ranged widenTo(const Ranged &a, unsigned width);

  OpBuilder &builder;
  Location loc;
};

} // namespace

/// The width of a machine integer that holds `range`.
unsigned ExactBuilder::getWidthFor(const IntegerRange &range) {
  for (unsigned width : {8, 16, 32})
    if (IntegerRange::getSigned(width).contains(range))
      return width;
  assert(IntegerRange::getSigned(64).contains(range) && "wider than 64 bits");
  return 64;
}

Type ExactBuilder::getType(Value like, unsigned width) {
  Type element = builder.getIntegerType(width);
  if (auto shaped = dyn_cast<ShapedType>(like.getType()))
    return shaped.clone(element);
  return element;
}

Value ExactBuilder::getConstant(Type type, const DynamicAPInt &value) {
  Type element = getElementTypeOrSelf(type);
  APInt bits(element.getIntOrFloatBitWidth(), int64_t(value),
             /*isSigned=*/true);
  auto shaped = dyn_cast<ShapedType>(type);
  if (!shaped)
    return arith::ConstantOp::create(builder, loc,
                                     builder.getIntegerAttr(type, bits));
  return arith::ConstantOp::create(builder, loc,
                                   DenseElementsAttr::get(shaped, bits));
}

Value ExactBuilder::castTo(const Ranged &a, Type type) {
  unsigned from = getElementTypeOrSelf(a.value).getIntOrFloatBitWidth();
  unsigned to = getElementTypeOrSelf(type).getIntOrFloatBitWidth();
  Type target = getType(a.value, to);
  if (from < to)
    return arith::ExtSIOp::create(builder, loc, target, a.value);
  if (from > to)
    return arith::TruncIOp::create(builder, loc, target, a.value);
  return a.value;
}

Ranged ExactBuilder::widenTo(const Ranged &a, unsigned width) {
  return {castTo(a, builder.getIntegerType(width)), a.range};
}

Ranged ExactBuilder::add(const Ranged &a, const Ranged &b) {
  IntegerRange range{a.range.min + b.range.min, a.range.max + b.range.max};
  unsigned width = std::max(
      {getWidthFor(range), getWidthFor(a.range), getWidthFor(b.range)});
  Value sum = arith::AddIOp::create(builder, loc, widenTo(a, width).value,
                                    widenTo(b, width).value);
  return {sum, range};
}

Ranged ExactBuilder::subtract(const Ranged &a, const Ranged &b) {
  IntegerRange range{a.range.min - b.range.max, a.range.max - b.range.min};
  unsigned width = std::max(
      {getWidthFor(range), getWidthFor(a.range), getWidthFor(b.range)});
  Value difference = arith::SubIOp::create(
      builder, loc, widenTo(a, width).value, widenTo(b, width).value);
  return {difference, range};
}

Ranged ExactBuilder::multiply(const Ranged &a, const Ranged &b) {
  DynamicAPInt corners[] = {
      a.range.min * b.range.min, a.range.min * b.range.max,
      a.range.max * b.range.min, a.range.max * b.range.max};
  IntegerRange range{*std::min_element(std::begin(corners), std::end(corners)),
                     *std::max_element(std::begin(corners), std::end(corners))};
  unsigned width = std::max(
      {getWidthFor(range), getWidthFor(a.range), getWidthFor(b.range)});
  Value product = arith::MulIOp::create(builder, loc, widenTo(a, width).value,
                                        widenTo(b, width).value);
  return {product, range};
}

Ranged ExactBuilder::multiply(const Ranged &a, int64_t factor) {
  if (factor == 1)
    return a;
  DynamicAPInt exact(factor);
  IntegerRange constant{exact, exact};
  Type type = getType(a.value, getWidthFor(constant));
  return multiply(a, {getConstant(type, exact), constant});
}

Ranged ExactBuilder::correct(Ranged a, int64_t modulus) {
  DynamicAPInt exact(modulus);
  const DynamicAPInt low(-(modulus / 2)), high((modulus - 1) / 2);
  // The type holds the modulus if a number may need it.
  if (a.range.max > high) {
    a = widenTo(a, std::max(getWidthFor({exact, exact}), getWidthFor(a.range)));
    Value isHigh =
        arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::sgt, a.value,
                              getConstant(a.value.getType(), high));
    Value lowered = arith::SubIOp::create(
        builder, loc, a.value, getConstant(a.value.getType(), exact));
    a.value = arith::SelectOp::create(builder, loc, isHigh, lowered, a.value);
    a.range = {std::min(a.range.min, low), high};
  }
  if (a.range.min < low) {
    a = widenTo(a, std::max(getWidthFor({exact, exact}), getWidthFor(a.range)));
    Value isLow =
        arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::slt, a.value,
                              getConstant(a.value.getType(), low));
    Value raised = arith::AddIOp::create(builder, loc, a.value,
                                         getConstant(a.value.getType(), exact));
    a.value = arith::SelectOp::create(builder, loc, isLow, raised, a.value);
    a.range.min = low;
  }
  return a;
}

Ranged ExactBuilder::reduce(const Ranged &a, int64_t modulus) {
  DynamicAPInt exact(modulus);
  IntegerRange correctable{DynamicAPInt(-(modulus / 2)) - exact,
                           DynamicAPInt((modulus - 1) / 2) + exact};
  if (correctable.contains(a.range))
    return correct(a, modulus);
  unsigned width = std::max(getWidthFor({exact, exact}), getWidthFor(a.range));
  Value wide = widenTo(a, width).value;
  Value remainder = arith::RemSIOp::create(builder, loc, wide,
                                           getConstant(wide.getType(), exact));
  const DynamicAPInt zero(0);
  return correct({remainder,
                  {a.range.min < 0 ? -(exact - 1) : zero,
                   a.range.max > 0 ? exact - 1 : zero}},
                 modulus);
}

namespace {

/// Lowers ops on residues, with what is known of the ranges of their operands.
class RnsLowering {
public:
  RnsLowering(OpBuilder &builder, Operation *op,
              ArrayRef<IntegerRange> operandRanges)
      : exact(builder, op->getLoc()), op(op) {
    for (auto [value, range] :
         llvm::zip_equal(op->getOperands(), operandRanges))
      operands.push_back({value, range});
  }

  SmallVector<Value> lower();

private:
  Ranged getSum(RnsAddOp) { return exact.add(operands[0], operands[1]); }
  Ranged getSum(RnsSubOp) { return exact.subtract(operands[0], operands[1]); }
  Ranged getSum(RnsMulOp) { return exact.multiply(operands[0], operands[1]); }

  SmallVector<Ranged> getDigits(const ResidueSystem &system);
  Ranged reconstructByDigits(const ResidueSystem &system);
  Ranged reconstructByRemainders(const ResidueSystem &system);
  SmallVector<Value> extend(ExtendBasisOp extension);

  ExactBuilder exact;
  Operation *op;
  SmallVector<Ranged> operands;
};

} // namespace

/// The centred digits of the mixed radix representation (ResidueSystem.h).
SmallVector<Ranged> RnsLowering::getDigits(const ResidueSystem &system) {
  SmallVector<Ranged> digits;
  for (auto [i, modulus] : llvm::enumerate(system.getModuli())) {
    Ranged digit = exact.reduce(operands[i], modulus);
    for (size_t j = 0; j < i; ++j) {
      Ranged difference = exact.subtract(digit, digits[j]);
      digit = exact.reduce(exact.multiply(difference, system.getInverse(j, i)),
                           modulus);
    }
    digits.push_back(digit);
  }
  return digits;
}

Ranged RnsLowering::reconstructByDigits(const ResidueSystem &system) {
  SmallVector<Ranged> digits = getDigits(system);
  Ranged number = digits.back();
  for (size_t i = digits.size() - 1; i-- > 0;)
    number =
        exact.add(digits[i], exact.multiply(number, system.getModuli()[i]));
  return number;
}

Ranged RnsLowering::reconstructByRemainders(const ResidueSystem &system) {
  const int64_t product = system.getProduct();
  std::optional<Ranged> sum;
  for (auto [i, modulus] : llvm::enumerate(system.getModuli())) {
    Ranged residue = exact.reduce(operands[i], modulus);
    residue = exact.reduce(
        exact.multiply(residue, system.getCofactorInverse(i)), modulus);
    Ranged term = exact.multiply(residue, product / modulus);
    // Sums of two stay below M < 2^63 this way.
    sum = sum ? exact.correct(exact.add(*sum, term), product) : term;
  }
  return *sum;
}

SmallVector<Value> RnsLowering::extend(ExtendBasisOp extension) {
  ResidueSystem system = extension.getSystem().getSystem();
  SmallVector<Ranged> digits = getDigits(system);
  SmallVector<Value> results;
  for (OpResult result : op->getResults()) {
    int64_t modulus = extension.getResultModulus(result.getResultNumber());
    Ranged residue = exact.reduce(digits.back(), modulus);
    for (size_t i = digits.size() - 1; i-- > 0;) {
      int64_t factor =
          reduceCentred(DynamicAPInt(system.getModuli()[i]), modulus);
      residue = exact.reduce(
          exact.add(exact.multiply(residue, factor), digits[i]), modulus);
    }
    results.push_back(exact.castTo(residue, result.getType()));
  }
  return results;
}

SmallVector<Value> RnsLowering::lower() {
  auto castResult = [&](const Ranged &value) -> SmallVector<Value> {
    return {exact.castTo(value, op->getResult(0).getType())};
  };
  return llvm::TypeSwitch<Operation *, SmallVector<Value>>(op)
      .Case<ToResiduesOp, ReduceOp>([&](auto reduction) {
        SmallVector<Value> results;
        for (OpResult result : op->getResults()) {
          int64_t modulus =
              reduction.getResultModulus(result.getResultNumber());
          results.push_back(exact.castTo(exact.reduce(operands[0], modulus),
                                         result.getType()));
        }
        return results;
      })
      .Case<RnsAddOp, RnsSubOp, RnsMulOp>([&](auto binary) {
        return castResult(exact.reduce(getSum(binary), binary.getModulus()));
      })
      .Case([&](ExtendBasisOp extension) { return extend(extension); })
      .Case([&](ReconstructOp reconstruction) {
        ResidueSystem system = reconstruction.getSystem().getSystem();
        return castResult(reconstruction.getMethod() ==
                                  Reconstruction::MixedRadix
                              ? reconstructByDigits(system)
                              : reconstructByRemainders(system));
      })
      .Default(SmallVector<Value>());
}

namespace {
struct ConvertRnsToArithPass
    : wino::impl::ConvertRnsToArithPassBase<ConvertRnsToArithPass> {
  void runOnOperation() override;
};
} // namespace

/// What is known of the elements of `value`.
static IntegerRange getRange(DataFlowSolver &solver, Value value) {
  unsigned width = getElementTypeOrSelf(value).getIntOrFloatBitWidth();
  const auto *lattice =
      solver.lookupState<dataflow::IntegerValueRangeLattice>(value);
  if (!lattice || lattice->getValue().isUninitialized())
    return IntegerRange::getSigned(width);
  const ConstantIntRanges &range = lattice->getValue().getValue();
  return {DynamicAPInt(range.smin()), DynamicAPInt(range.smax())};
}

/// Fails, with an error, if constants of the shape of `op` cannot be written.
static LogicalResult checkShapes(Operation *op) {
  SmallVector<Type> types(op->getOperandTypes());
  llvm::append_range(types, op->getResultTypes());
  for (Type type : types) {
    auto shaped = dyn_cast<ShapedType>(type);
    if (shaped && !shaped.hasStaticShape())
      return op->emitOpError()
             << "expected a static shape, but got " << type
             << "; tensors become loops by convert-elementwise-to-linalg";
  }
  return success();
}

/// Replaces an op by arithmetic.
static LogicalResult lowerOp(IRRewriter &rewriter, Operation *op,
                             ArrayRef<IntegerRange> operandRanges) {
  if (failed(checkShapes(op)))
    return failure();
  rewriter.setInsertionPoint(op);
  SmallVector<Value> results;
  if (!isa<RnsConstantOp>(op))
    results = RnsLowering(rewriter, op, operandRanges).lower();
  else if (failed(rewriter.tryFold(op, results)))
    return op->emitOpError() << "expected a constant that folds";
  rewriter.replaceOp(op, results);
  return success();
}

void ConvertRnsToArithPass::runOnOperation() {
  DataFlowSolver solver;
  dataflow::loadBaselineAnalyses(solver);
  solver.load<dataflow::IntegerRangeAnalysis>();
  if (failed(solver.initializeAndRun(getOperation())))
    return signalPassFailure();

  // The analysis ends with the first change.
  SmallVector<std::pair<Operation *, SmallVector<IntegerRange>>> ops;
  getOperation()->walk([&](Operation *op) {
    if (isa<RnsConstantOp, ToResiduesOp, ReduceOp, RnsAddOp, RnsSubOp, RnsMulOp,
            ExtendBasisOp, ReconstructOp>(op))
      ops.emplace_back(op, llvm::map_to_vector(op->getOperands(), [&](Value v) {
                         return getRange(solver, v);
                       }));
  });
  IRRewriter rewriter(&getContext());
  for (auto &[op, ranges] : ops)
    if (failed(lowerOp(rewriter, op, ranges)))
      return signalPassFailure();
}
