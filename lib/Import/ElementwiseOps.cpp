//===- ElementwiseOps.cpp - Import of elementwise operators ---------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NodeImporter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace wino;
using namespace wino::importer;

//===----------------------------------------------------------------------===//
// Scalars
//===----------------------------------------------------------------------===//

namespace {

/// Builds scalar expressions in the body of an elementwise operation.
struct Scalars {
  Scalars(OpBuilder &builder, Location loc) : builder(builder), loc(loc) {}

  Value constant(double value) {
    return arith::ConstantOp::create(builder, loc,
                                     builder.getF32FloatAttr(float(value)));
  }
  Value add(Value a, Value b) {
    return arith::AddFOp::create(builder, loc, a, b);
  }
  Value sub(Value a, Value b) {
    return arith::SubFOp::create(builder, loc, a, b);
  }
  Value mul(Value a, Value b) {
    return arith::MulFOp::create(builder, loc, a, b);
  }
  Value div(Value a, Value b) {
    return arith::DivFOp::create(builder, loc, a, b);
  }
  Value max(Value a, Value b) {
    return arith::MaximumFOp::create(builder, loc, a, b);
  }
  Value min(Value a, Value b) {
    return arith::MinimumFOp::create(builder, loc, a, b);
  }
  Value exp(Value a) { return math::ExpOp::create(builder, loc, a); }
  Value neg(Value a) { return arith::NegFOp::create(builder, loc, a); }
  /// `positive` where x > 0, else `other`.
  Value selectPositive(Value x, Value positive, Value other) {
    Value isPositive = arith::CmpFOp::create(
        builder, loc, arith::CmpFPredicate::OGT, x, constant(0));
    return arith::SelectOp::create(builder, loc, isPositive, positive, other);
  }
  /// max(0, min(1, alpha * x + beta))
  Value hardSigmoid(Value x, double alpha, double beta) {
    Value line = add(mul(x, constant(alpha)), constant(beta));
    return max(min(line, constant(1)), constant(0));
  }

  OpBuilder &builder;
  Location loc;
};

} // namespace

//===----------------------------------------------------------------------===//
// Unary operators
//===----------------------------------------------------------------------===//

using UnaryFn = Value (*)(const NodeImporter &, Scalars &, Value);

template <UnaryFn fn>
static LogicalResult importUnary(NodeImporter &importer) {
  auto input = importer.getTensor(0);
  if (failed(input))
    return failure();
  return importer.setResult(importer.emitter.elementwise(
      **input, [&](OpBuilder &b, Location loc, ValueRange args) {
        Scalars scalars(b, loc);
        return fn(importer, scalars, args[0]);
      }));
}

static Value emitRelu(const NodeImporter &, Scalars &s, Value x) {
  return s.max(x, s.constant(0));
}

/// The greater of integers and their zero point are those of the positive
/// values, and remain integers.
static LogicalResult importRelu(NodeImporter &importer) {
  const Tensor &input = importer.getAny(0);
  if (!input.isDequantized() || !input.quantization.hasOneZeroPoint())
    return importUnary<emitRelu>(importer);
  Tensor &integers = *input.integers;
  int32_t zeroPoint = input.quantization.zeroPoints[0];
  Tensor result = importer.emitter.elementwise(
      integers,
      [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
        Value bound = arith::ConstantOp::create(
            b, loc, b.getIntegerAttr(args[0].getType(), zeroPoint));
        return arith::MaxSIOp::create(b, loc, args[0], bound);
      },
      integers.kind);
  return importer.setResult(
      importer.emitter.fromIntegers(result, input.quantization));
}

static Value emitLeakyRelu(const NodeImporter &importer, Scalars &s, Value x) {
  double alpha = importer.getFloat("alpha", 0.01f);
  return s.selectPositive(x, x, s.mul(x, s.constant(alpha)));
}

static Value emitElu(const NodeImporter &importer, Scalars &s, Value x) {
  double alpha = importer.getFloat("alpha", 1.0f);
  Value expm1 = math::ExpM1Op::create(s.builder, s.loc, x);
  return s.selectPositive(x, x, s.mul(expm1, s.constant(alpha)));
}

static Value emitSigmoid(const NodeImporter &, Scalars &s, Value x) {
  Value one = s.constant(1);
  return s.div(one, s.add(one, s.exp(s.neg(x))));
}

static Value emitHardSigmoid(const NodeImporter &importer, Scalars &s,
                             Value x) {
  return s.hardSigmoid(x, importer.getFloat("alpha", 0.2f),
                       importer.getFloat("beta", 0.5f));
}

static Value emitHardSwish(const NodeImporter &, Scalars &s, Value x) {
  return s.mul(x, s.hardSigmoid(x, 1.0 / 6.0, 0.5));
}

static Value emitSoftplus(const NodeImporter &, Scalars &s, Value x) {
  // log(1 + e^x) = max(x, 0) + log(1 + e^-|x|), which does not overflow.
  Value magnitude = math::AbsFOp::create(s.builder, s.loc, x);
  Value tail = math::Log1pOp::create(s.builder, s.loc, s.exp(s.neg(magnitude)));
  return s.add(s.max(x, s.constant(0)), tail);
}

static Value emitNeg(const NodeImporter &, Scalars &s, Value x) {
  return s.neg(x);
}

static Value emitReciprocal(const NodeImporter &, Scalars &s, Value x) {
  return s.div(s.constant(1), x);
}

template <typename MathOp>
static Value emitMath(const NodeImporter &, Scalars &s, Value x) {
  return MathOp::create(s.builder, s.loc, x);
}

/// Clip: the bounds are attributes (opset 6) or optional scalar inputs (11).
static LogicalResult importClip(NodeImporter &importer) {
  auto input = importer.getTensor(0);
  if (failed(input))
    return failure();
  std::optional<float> bounds[2];
  const char *names[] = {"min", "max"};
  for (auto [index, name] : llvm::enumerate(names)) {
    if (importer.hasAttr(name))
      bounds[index] = importer.getFloat(name, 0);
    if (!importer.hasInput(1 + index))
      continue;
    FailureOr<float> bound = importer.getScalar(1 + index);
    if (failed(bound))
      return failure();
    bounds[index] = *bound;
  }
  return importer.setResult(importer.emitter.elementwise(
      **input, [&](OpBuilder &b, Location loc, ValueRange args) {
        Scalars s(b, loc);
        Value x = args[0];
        if (bounds[0])
          x = s.max(x, s.constant(*bounds[0]));
        if (bounds[1])
          x = s.min(x, s.constant(*bounds[1]));
        return x;
      }));
}

//===----------------------------------------------------------------------===//
// Operators with broadcasting
//===----------------------------------------------------------------------===//

/// Integer arithmetic on constants, as exporters use it to compute shapes.
using IntFn = bool (*)(int64_t a, int64_t b, int64_t &result);

static bool addInts(int64_t a, int64_t b, int64_t &result) {
  return !llvm::AddOverflow(a, b, result);
}
static bool subInts(int64_t a, int64_t b, int64_t &result) {
  return !llvm::SubOverflow(a, b, result);
}
static bool mulInts(int64_t a, int64_t b, int64_t &result) {
  return !llvm::MulOverflow(a, b, result);
}
static bool divInts(int64_t a, int64_t b, int64_t &result) {
  if (b == 0 || (b == -1 && a == std::numeric_limits<int64_t>::min()))
    return false;
  result = a / b;
  return true;
}

/// Folds `fn` on two integer constants of equal size, or one a scalar.
static LogicalResult foldInts(NodeImporter &importer, IntFn fn) {
  const Constant *a = importer.getIntConstant(0);
  const Constant *b = importer.getIntConstant(1);
  auto shape = broadcastShapes(importer, a->shape, b->shape);
  if (failed(shape))
    return failure();
  if (shape->size() > 1 || a->ints.empty() || b->ints.empty())
    return importer.emitError()
           << "integer arithmetic is supported on vectors only";
  SmallVector<int64_t> values(std::max(a->ints.size(), b->ints.size()));
  for (auto [i, value] : llvm::enumerate(values))
    if (!fn(a->ints[a->ints.size() == 1 ? 0 : i],
            b->ints[b->ints.size() == 1 ? 0 : i], value))
      return importer.emitError() << "integer overflow or division by zero";
  return importer.setResult(importer.makeInts(*shape, values));
}

using BinaryFn = Value (*)(Scalars &, Value, Value);

/// The inputs and the shape they broadcast to.
static LogicalResult readOperands(NodeImporter &importer,
                                  SmallVector<Tensor *> &operands,
                                  SmallVector<int64_t> &shape) {
  for (size_t i = 0; i < importer.numInputs(); ++i) {
    auto input = importer.getTensor(i);
    if (failed(input))
      return failure();
    operands.push_back(*input);
    auto joined = broadcastShapes(importer, shape, (*input)->shape);
    if (failed(joined))
      return failure();
    shape = *joined;
  }
  return importer.checkShape(shape);
}

/// Joins two or more inputs from left to right; with `isMean` divides by their
/// number.
template <BinaryFn fn, bool isMean = false>
static LogicalResult importVariadic(NodeImporter &importer) {
  SmallVector<Tensor *> operands;
  SmallVector<int64_t> shape;
  if (failed(readOperands(importer, operands, shape)))
    return failure();
  return importer.setResult(importer.emitter.elementwise(
      operands, shape, [&](OpBuilder &b, Location loc, ValueRange args) {
        Scalars s(b, loc);
        Value result = args[0];
        for (Value arg : args.drop_front())
          result = fn(s, result, arg);
        return isMean ? s.div(result, s.constant(double(args.size()))) : result;
      }));
}

template <BinaryFn fn, IntFn intFn>
static LogicalResult importArithmetic(NodeImporter &importer) {
  if (importer.getIntConstant(0) && importer.getIntConstant(1))
    return foldInts(importer, intFn);
  return importVariadic<fn>(importer);
}

static Value emitAdd(Scalars &s, Value a, Value b) { return s.add(a, b); }
static Value emitSub(Scalars &s, Value a, Value b) { return s.sub(a, b); }
static Value emitMul(Scalars &s, Value a, Value b) { return s.mul(a, b); }
static Value emitDiv(Scalars &s, Value a, Value b) { return s.div(a, b); }
static Value emitMax(Scalars &s, Value a, Value b) { return s.max(a, b); }
static Value emitMin(Scalars &s, Value a, Value b) { return s.min(a, b); }
static Value emitPow(Scalars &s, Value a, Value b) {
  return math::PowFOp::create(s.builder, s.loc, a, b);
}
static Value emitPRelu(Scalars &s, Value x, Value slope) {
  return s.selectPositive(x, x, s.mul(x, slope));
}

void importer::addElementwiseOps(ImportTable &table) {
  table["Relu"] = importRelu;
  table["LeakyRelu"] = importUnary<emitLeakyRelu>;
  table["Elu"] = importUnary<emitElu>;
  table["Sigmoid"] = importUnary<emitSigmoid>;
  table["HardSigmoid"] = importUnary<emitHardSigmoid>;
  table["HardSwish"] = importUnary<emitHardSwish>;
  table["Softplus"] = importUnary<emitSoftplus>;
  table["Neg"] = importUnary<emitNeg>;
  table["Reciprocal"] = importUnary<emitReciprocal>;
  table["Abs"] = importUnary<emitMath<math::AbsFOp>>;
  table["Exp"] = importUnary<emitMath<math::ExpOp>>;
  table["Log"] = importUnary<emitMath<math::LogOp>>;
  table["Sqrt"] = importUnary<emitMath<math::SqrtOp>>;
  table["Tanh"] = importUnary<emitMath<math::TanhOp>>;
  table["Erf"] = importUnary<emitMath<math::ErfOp>>;
  table["Clip"] = importClip;
  table["Add"] = importArithmetic<emitAdd, addInts>;
  table["Sub"] = importArithmetic<emitSub, subInts>;
  table["Mul"] = importArithmetic<emitMul, mulInts>;
  table["Div"] = importArithmetic<emitDiv, divInts>;
  table["Sum"] = importVariadic<emitAdd>;
  table["Mean"] = importVariadic<emitAdd, /*isMean=*/true>;
  table["Max"] = importVariadic<emitMax>;
  table["Min"] = importVariadic<emitMin>;
  table["Pow"] = importVariadic<emitPow>;
  table["PRelu"] = importVariadic<emitPRelu>;
}
