//===- ResidueCode.cpp - Arithmetic on residues in a kernel ---------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ResidueCode.h"

using namespace mlir;
using namespace wino;
using llvm::DynamicAPInt;

static unsigned getBits(Value vector) {
  return cast<VectorType>(vector.getType()).getElementTypeBitWidth();
}

Value ResidueCode::multiply(Value value, int64_t factor) {
  if (factor == 1)
    return value;
  auto type = cast<VectorType>(value.getType());
  return arith::MulIOp::create(
      b, value,
      b.splat(type, double(llvm::SignExtend64(factor, getBits(value)))));
}

Value ResidueCode::multiplyHigh(Value value, int64_t multiplier) {
  auto type = cast<VectorType>(value.getType());
  const unsigned bits = getBits(value);
  const int64_t length = type.getNumElements();
  // NEON has an instruction for vectors of 64 and 128 bits.
  const int64_t pieceLength = std::min<int64_t>(length, 128 / bits);
  const IntegerProducts products = b.getOptions().integerProducts;
  const bool isNeon = products == IntegerProducts::Neon ||
                      products == IntegerProducts::NeonDot ||
                      products == IntegerProducts::NeonMatrix;
  if (isNeon && length % pieceLength == 0 && pieceLength * bits >= 64) {
    VectorType pieceType =
        VectorType::get({pieceLength}, type.getElementType());
    std::string name = "llvm.aarch64.neon.sqrdmulh.v" +
                       std::to_string(pieceLength) + "i" + std::to_string(bits);
    Value factor = b.splat(pieceType, double(multiplier));
    Value result;
    for (int64_t begin = 0; begin < length; begin += pieceLength) {
      Value piece = b.callIntrinsic(
          name, pieceType, {b.slice(value, begin, pieceLength), factor});
      result = result ? b.concat(result, piece) : piece;
    }
    return result;
  }
  Type wideElement = b.getIntegerType(2 * bits);
  Value wide = b.convertIntegers(value, wideElement);
  VectorType wideType = type.clone(wideElement);
  Value product = multiply(wide, multiplier);
  Value half = b.splat(wideType, double(int64_t(1) << (bits - 2)));
  Value high = arith::ShRSIOp::create(
      b, arith::AddIOp::create(b, product, half), b.splat(wideType, bits - 1));
  return b.convertIntegers(high, type.getElementType());
}

Value ResidueCode::getMultiple(Value value, const ReductionStep &step) {
  return multiplyHigh(b.convertIntegers(value, b.getIntegerType(step.bits)),
                      step.multiplier);
}

Value ResidueCode::reduce(Value value, const Reduction &reduction,
                          unsigned bits) {
  for (auto [number, step] : llvm::enumerate(reduction.steps)) {
    // The result is small: narrow integers will do to compute it, of which a
    // vector holds more.
    unsigned next = number + 1 < reduction.steps.size()
                        ? reduction.steps[number + 1].bits
                        : bits;
    Type element = b.getIntegerType(std::min(std::max(next, 16u), step.bits));
    Value multiple = b.convertIntegers(getMultiple(value, step), element);
    value = arith::SubIOp::create(b, b.convertIntegers(value, element),
                                  multiply(multiple, step.modulus));
  }
  return b.convertIntegers(value, b.getIntegerType(bits));
}

SmallVector<Value> ResidueCode::build(const ResidueProgram &program,
                                      ArrayRef<Value> inputs) {
  SmallVector<Value> values(inputs);
  for (const ResidueProgram::Op &op : program.ops) {
    if (const auto *reduction = std::get_if<ResidueProgram::Reduce>(&op)) {
      values.push_back(reduce(values[reduction->value], {{reduction->step}, {}},
                              program.bits));
      continue;
    }
    const auto &linear = std::get<LinearOp>(op);
    Value lhs = values[linear.lhs];
    switch (linear.kind) {
    case LinearOp::Kind::Add:
      values.push_back(b.addNumbers(lhs, values[linear.rhs]));
      break;
    case LinearOp::Kind::Sub:
      values.push_back(b.subNumbers(lhs, values[linear.rhs]));
      break;
    case LinearOp::Kind::Mul:
      values.push_back(multiply(lhs, int64_t(linear.factor.num)));
      break;
    case LinearOp::Kind::Fma:
      values.push_back(b.addNumbers(values[linear.rhs],
                                    multiply(lhs, int64_t(linear.factor.num))));
      break;
    }
  }
  VectorType type = b.getVectorOf(b.getIntegerType(program.bits));
  SmallVector<Value> outputs;
  for (std::optional<unsigned> output : program.outputs)
    outputs.push_back(output ? values[*output] : b.splat(type, 0));
  return outputs;
}

//===----------------------------------------------------------------------===//
// Reconstruction
//===----------------------------------------------------------------------===//

RangedVector ResidueCode::reduceTo(const RangedVector &number, int64_t modulus,
                                   const IntegerRange &target) {
  const unsigned bits = getBits(number.value);
  Reduction reduction = getReduction(number.range, modulus, bits, target);
  return {reduce(number.value, reduction, bits), reduction.range};
}

RangedVector ResidueCode::scaleDifference(RangedVector a,
                                          const RangedVector &other,
                                          int64_t factor, int64_t modulus) {
  const IntegerRange integers = IntegerRange::getSigned(getBits(a.value));
  auto subtract = [&]() -> IntegerRange {
    return {a.range.min - other.range.max, a.range.max - other.range.min};
  };
  if (!integers.contains(subtract()))
    a = reduceTo(a, modulus, getCentredResidues(modulus));
  RangedVector difference = {b.subNumbers(a.value, other.value), subtract()};
  auto scale = [&](const DynamicAPInt &bound) {
    return IntegerRange::getSymmetric(bound * DynamicAPInt(std::abs(factor)));
  };
  if (!integers.contains(scale(difference.range.getMaxAbs()))) {
    // As few steps as the product needs.
    DynamicAPInt bound = floorDiv(integers.max, DynamicAPInt(std::abs(factor)));
    difference =
        reduceTo(difference, modulus, IntegerRange::getSymmetric(bound));
  }
  return {multiply(difference.value, factor),
          scale(difference.range.getMaxAbs())};
}

Value ResidueCode::reconstruct(const ResidueSystem &system,
                               ArrayRef<RangedVector> residues) {
  ArrayRef<int64_t> moduli = system.getModuli();
  unsigned bits = 16;
  for (const RangedVector &residue : residues)
    bits = std::max(bits, getBits(residue.value));
  const IntegerRange integers = IntegerRange::getSigned(bits);
  Type element = b.getIntegerType(bits);

  auto getDigit = [&](const RangedVector &number, int64_t modulus) {
    IntegerRange target = getCentredResidues(modulus);
    // Either representative of a tie does: 2 |y| < M.
    if (modulus % 2 == 0)
      target.max += 1;
    return reduceTo(number, modulus, target);
  };
  // The integer that the first digits are, as long as it fits, and the product
  // of their moduli; then the other digits.
  RangedVector low;
  DynamicAPInt product(1);
  SmallVector<RangedVector> digits;
  size_t numLow = 0;
  for (auto [i, modulus] : llvm::enumerate(moduli)) {
    RangedVector digit = {b.convertIntegers(residues[i].value, element),
                          residues[i].range};
    if (i != 0) {
      digit = scaleDifference(
          digit, low, *invertModulo(reduceCentred(product, modulus), modulus),
          modulus);
      for (size_t j = numLow; j < i; ++j)
        digit = scaleDifference(getDigit(digit, modulus), digits[j - numLow],
                                system.getInverse(j, i), modulus);
    }
    digit = getDigit(digit, modulus);
    IntegerRange sum = {low.range.min + digit.range.min * product,
                        low.range.max + digit.range.max * product};
    if (i == 0 ||
        (digits.empty() && integers.contains(sum) && i + 1 != moduli.size())) {
      low = {i == 0 ? digit.value
                    : b.addNumbers(low.value,
                                   multiply(digit.value, int64_t(product))),
             i == 0 ? digit.range : sum};
      product *= DynamicAPInt(modulus);
      ++numLow;
      continue;
    }
    digits.push_back(std::move(digit));
  }

  Type wide = b.getI32Type();
  Value sum = b.convertIntegers(low.value, wide);
  if (digits.empty())
    return sum;
  Value high = b.convertIntegers(digits.back().value, wide);
  for (size_t i = digits.size() - 1; i-- > 0;)
    high = b.addNumbers(b.convertIntegers(digits[i].value, wide),
                        multiply(high, moduli[numLow + i]));
  return b.addNumbers(sum, multiply(high, int64_t(product)));
}
