//===- TileTransform.cpp - Code of 2-D transforms of a tile ---------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TileTransform.h"
#include "ResidueTileCode.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace wino;

/// Builds `program` on vectors of `type`.
static SmallVector<Value> buildProgram(KernelBuilder &b, VectorType type,
                                       const LinearProgram &program,
                                       ArrayRef<Value> inputs) {
  SmallVector<Value> values(inputs);
  for (const LinearOp &op : program.ops) {
    Value lhs = values[op.lhs];
    auto getProduct = [&] {
      return b.mulNumbers(b.splat(type, toDouble(op.factor)), lhs);
    };
    switch (op.kind) {
    case LinearOp::Kind::Add:
      values.push_back(b.addNumbers(lhs, values[op.rhs]));
      break;
    case LinearOp::Kind::Sub:
      values.push_back(b.subNumbers(lhs, values[op.rhs]));
      break;
    case LinearOp::Kind::Mul:
      values.push_back(getProduct());
      break;
    case LinearOp::Kind::Fma:
      if (isa<IntegerType>(type.getElementType()))
        values.push_back(b.addNumbers(values[op.rhs], getProduct()));
      else
        values.push_back(vector::FMAOp::create(
            b, b.splat(type, toDouble(op.factor)), lhs, values[op.rhs]));
      break;
    }
  }
  SmallVector<Value> outputs;
  for (std::optional<unsigned> output : program.outputs)
    outputs.push_back(output ? values[*output] : b.splat(type, 0));
  return outputs;
}

TileTransform::TileTransform(const RationalMatrix &left,
                             const RationalMatrix &right, bool isInteger)
    : program(left, right, isInteger) {}

bool TileTransform::isUnrolled() const {
  const int64_t maxTile = std::max({program.rowsIn * program.colsIn,
                                    program.midRows * program.midCols,
                                    program.rowsOut * program.colsOut});
  return maxTile <= kMaxUnrolledTile ||
         (program.passes.size() == 2 &&
          program.midRows * program.midCols <= kMaxUnrolledMiddle);
}

Value TileTransform::allocateScratch(KernelBuilder &b, VectorType type) const {
  if (isUnrolled() || program.passes.size() < 2)
    return {};
  return b.scratch(type, {program.midRows, program.midCols});
}

void TileTransform::buildPass(KernelBuilder &b, VectorType type,
                              const TileProgram::Pass &pass, LoadFn load,
                              StoreFn store) const {
  auto buildLine = [&](Value line) {
    SmallVector<Value> inputs;
    for (unsigned tap = 0; tap < pass.program.numInputs; ++tap) {
      Value pos = b.index(tap);
      inputs.push_back(pass.alongRows ? load(pos, line) : load(line, pos));
    }
    SmallVector<Value> outputs = buildProgram(b, type, pass.program, inputs);
    for (auto [tap, output] : llvm::enumerate(outputs)) {
      Value pos = b.index(tap);
      pass.alongRows ? store(output, pos, line) : store(output, line, pos);
    }
  };
  if (!isUnrolled())
    return b.loop(b.index(0), b.index(pass.numLines), 1, buildLine,
                  /*mayUnroll=*/false);
  for (int64_t line = 0; line < pass.numLines; ++line)
    buildLine(b.index(line));
}

void TileTransform::build(KernelBuilder &b, VectorType type, Value scratch,
                          LoadFn load, StoreFn store) const {
  const auto &passes = program.passes;
  const int64_t midCols = program.midCols;
  if (passes.size() == 1)
    return buildPass(b, type, passes.front(), load, store);

  if (scratch) {
    Value zero = b.index(0);
    buildPass(b, type, passes[0], load, [&](Value value, Value row, Value col) {
      vector::StoreOp::create(b, value, scratch, ValueRange{row, col, zero});
    });
    auto loadScratch = [&](Value row, Value col) -> Value {
      return vector::LoadOp::create(b, type, scratch,
                                    ValueRange{row, col, zero});
    };
    return buildPass(b, type, passes[1], loadScratch, store);
  }

  SmallVector<Value> mid(program.midRows * midCols);
  auto at = [&](Value row, Value col) -> Value & {
    return mid[*getConstantIntValue(row) * midCols + *getConstantIntValue(col)];
  };
  buildPass(b, type, passes[0], load,
            [&](Value value, Value row, Value col) { at(row, col) = value; });
  buildPass(
      b, type, passes[1], [&](Value row, Value col) { return at(row, col); },
      store);
}

namespace {
/// Code in the numbers of the matrices.
class MatrixTileCode : public TileCode {
public:
  MatrixTileCode(KernelBuilder &b, VectorType type, const RationalMatrix &rows,
                 const RationalMatrix &cols)
      : TileCode(b, type),
        transform(rows, cols, type.getElementType().isInteger()),
        scratch(transform.allocateScratch(b, type)) {
    rowsIn = rows.getNumCols();
    colsIn = cols.getNumCols();
    rowsOut = rows.getNumRows();
    colsOut = cols.getNumRows();
  }

  void build(LoadFn load, StoreFn store) const override {
    transform.build(b, type, scratch, load, store);
  }

private:
  TileTransform transform;
  Value scratch;
};
} // namespace

std::unique_ptr<TileCode> TileCode::create(KernelBuilder &b, TransformAttr attr,
                                           NumbersAttrInterface numbers,
                                           TransformStage stage,
                                           VectorType type, bool rowAtEdge,
                                           bool colAtEdge) {
  if (auto residues = dyn_cast_or_null<RnsAttr>(numbers))
    return createResidueTileCode(b, attr, residues, stage, type);
  return std::make_unique<MatrixTileCode>(
      b, type, getMatrix(getMatrices(attr, numbers, 0, rowAtEdge), stage),
      getMatrix(getMatrices(attr, numbers, 1, colAtEdge), stage));
}

TileTransforms::TileTransforms(KernelBuilder &b, TransformAttr attr,
                               NumbersAttrInterface numbers,
                               TransformStage stage) {
  for (bool rowAtEdge : {false, true})
    for (bool colAtEdge : {false, true}) {
      if ((rowAtEdge && !attr.hasEdge(0)) || (colAtEdge && !attr.hasEdge(1)))
        continue;
      codes[rowAtEdge][colAtEdge] = TileCode::create(
          b, attr, numbers, stage, b.getVectorType(), rowAtEdge, colAtEdge);
    }
}
