//===- ResidueTileCode.cpp - Transforms of tiles in residues --------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Passes of a transform are loops over the columns and rows of a tile, with a
// buffer between them: unrolled for all moduli they would not fit in registers.
// Moduli share the passes on exact integers; the others follow modulus by
// modulus. The output's results of all moduli are put together in the end.
//
//===----------------------------------------------------------------------===//

#include "ResidueTileCode.h"
#include "ResidueCode.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace wino;

namespace {
class ResidueTileCode : public TileCode {
public:
  ResidueTileCode(KernelBuilder &b, TransformAttr attr, RnsAttr numbers,
                  TransformStage stage, VectorType type);

  void build(LoadFn load, StoreFn store) const override;

private:
  using Pass = ResiduePasses::Pass;

  /// Rows and columns of a tile.
  struct TileSize {
    int64_t rows, cols;

    TileSize getResult(const Pass &pass) const {
      const int64_t count = pass.program.outputs.size();
      return pass.alongRows ? TileSize{count, cols} : TileSize{rows, count};
    }
  };
  /// Passes that follow each other, and the buffers between them.
  struct Chain {
    ArrayRef<Pass> passes;
    SmallVector<Value, 2> buffers;
  };

  /// Prepares passes over tiles of size `size`, which becomes the result's.
  Chain allocate(ArrayRef<Pass> passes, TileSize &size);
  /// Returns a buffer for a tile between the passes of a chain, which other
  /// chains use as well.
  Value getBetween(TileSize size, unsigned bits);
  Value allocateBuffer(TileSize size, unsigned bits);
  void buildChain(const Chain &chain, TileSize size, LoadFn load,
                  StoreFn store) const;
  void buildPass(const Pass &pass, TileSize size, LoadFn load,
                 StoreFn store) const;
  void reconstruct(StoreFn store) const;
  Value load(Value buffer, Value row, Value col) const;
  void store(Value value, Value buffer, Value row, Value col) const;

  struct Between {
    TileSize size;
    unsigned bits;
    Value value;
  };

  ResidueSystem system;
  ResiduePasses passes;
  SmallVector<Between> between;
  /// Rows and columns of a plane that is transformed, after the shared passes,
  /// and in the end.
  TileSize sizeIn, sizeShared, sizeOut;
  Chain shared;
  SmallVector<Chain> perModulus;
  /// The results of the shared passes, if others follow, and the output's of
  /// each modulus.
  Value sharedResult;
  SmallVector<Value> results;
};
} // namespace

ResidueTileCode::ResidueTileCode(KernelBuilder &b, TransformAttr attr,
                                 RnsAttr numbers, TransformStage stage,
                                 VectorType type)
    : TileCode(b, type), system(numbers.getSystem()),
      passes(planResiduePasses(attr, numbers, stage)) {
  const int64_t numPlanes = numbers.getNumPlanes();
  RationalMatrix rows = getMatrix(getMatrices(attr, numbers, 0), stage);
  RationalMatrix cols = getMatrix(getMatrices(attr, numbers, 1), stage);
  const bool isOutput = stage == TransformStage::Output;
  sizeIn = {rows.getNumCols(), cols.getNumCols()};
  sizeShared = sizeIn;
  shared = allocate(passes.shared, sizeShared);
  if (!passes.shared.empty() && !passes.perModulus.front().empty())
    sharedResult =
        allocateBuffer(sizeShared, passes.shared.back().program.bits);
  for (const std::vector<Pass> &own : passes.perModulus) {
    sizeOut = sizeShared;
    perModulus.push_back(allocate(own, sizeOut));
    if (isOutput)
      results.push_back(allocateBuffer(sizeOut, own.back().program.bits));
  }
  rowsIn = sizeIn.rows * (isOutput ? numPlanes : 1);
  colsIn = sizeIn.cols;
  rowsOut = sizeOut.rows * (isOutput ? 1 : numPlanes);
  colsOut = sizeOut.cols;
}

Value ResidueTileCode::allocateBuffer(TileSize size, unsigned bits) {
  return b.scratch(b.getVectorOf(b.getIntegerType(bits)),
                   {size.rows, size.cols});
}

Value ResidueTileCode::getBetween(TileSize size, unsigned bits) {
  // No chain has two buffers.
  for (const Between &buffer : between)
    if (buffer.size.rows == size.rows && buffer.size.cols == size.cols &&
        buffer.bits == bits)
      return buffer.value;
  between.push_back({size, bits, allocateBuffer(size, bits)});
  return between.back().value;
}

ResidueTileCode::Chain ResidueTileCode::allocate(ArrayRef<Pass> passes,
                                                 TileSize &size) {
  Chain chain{passes, {}};
  for (const Pass &pass : passes) {
    size = size.getResult(pass);
    if (&pass != &passes.back())
      chain.buffers.push_back(getBetween(size, pass.program.bits));
  }
  return chain;
}

Value ResidueTileCode::load(Value buffer, Value row, Value col) const {
  return b.load(buffer, {row, col, b.index(0)});
}

void ResidueTileCode::store(Value value, Value buffer, Value row,
                            Value col) const {
  b.store(value, buffer, {row, col, b.index(0)});
}

void ResidueTileCode::buildPass(const Pass &pass, TileSize size, LoadFn load,
                                StoreFn store) const {
  const int64_t numLines = pass.alongRows ? size.cols : size.rows;
  const bool isSmall = size.rows * size.cols <= TileTransform::kMaxUnrolledTile;
  ResidueCode code(b);
  b.loop(
      b.index(0), b.index(numLines), 1,
      [&](Value line) {
        SmallVector<Value> inputs;
        for (unsigned tap = 0; tap < pass.program.numInputs; ++tap) {
          Value pos = b.index(tap);
          Value input = pass.alongRows ? load(pos, line) : load(line, pos);
          inputs.push_back(code.reduce(input, pass.before, pass.program.bits));
        }
        for (auto [tap, output] :
             llvm::enumerate(code.build(pass.program, inputs))) {
          Value pos = b.index(tap);
          pass.alongRows ? store(output, pos, line) : store(output, line, pos);
        }
      },
      /*mayUnroll=*/isSmall);
}

void ResidueTileCode::buildChain(const Chain &chain, TileSize size, LoadFn load,
                                 StoreFn store) const {
  Value source;
  for (auto [number, pass] : llvm::enumerate(chain.passes)) {
    Value target =
        number < chain.buffers.size() ? chain.buffers[number] : Value();
    buildPass(
        pass, size,
        [&](Value row, Value col) {
          return source ? this->load(source, row, col) : load(row, col);
        },
        [&](Value value, Value row, Value col) {
          if (target)
            this->store(value, target, row, col);
          else
            store(value, row, col);
        });
    size = size.getResult(pass);
    source = target;
  }
}

void ResidueTileCode::build(LoadFn load, StoreFn store) const {
  const bool isOutput = !results.empty();
  ResidueCode code(b);
  auto getRow = [&](Value row, int64_t plane, TileSize size) {
    return b.add(row, plane * size.rows);
  };
  auto storeResidue = [&](Value value, Value row, Value col, int64_t plane) {
    if (isOutput)
      return this->store(value, results[plane], row, col);
    Value residue =
        code.reduce(value, passes.after[plane], type.getElementTypeBitWidth());
    store(residue, getRow(row, plane, sizeOut), col);
  };
  buildChain(shared, sizeIn, load, [&](Value value, Value row, Value col) {
    if (sharedResult)
      return this->store(value, sharedResult, row, col);
    for (size_t plane = 0; plane < perModulus.size(); ++plane)
      storeResidue(value, row, col, plane);
  });
  for (auto [number, chain] : llvm::enumerate(perModulus)) {
    const int64_t plane = number;
    buildChain(
        chain, sizeShared,
        [&](Value row, Value col) {
          if (sharedResult)
            return this->load(sharedResult, row, col);
          return load(isOutput ? getRow(row, plane, sizeIn) : row, col);
        },
        [&](Value value, Value row, Value col) {
          storeResidue(value, row, col, plane);
        });
  }
  if (isOutput)
    reconstruct(store);
}

void ResidueTileCode::reconstruct(StoreFn store) const {
  ResidueCode code(b);
  b.loop(b.index(0), b.index(sizeOut.rows), 1, [&](Value row) {
    b.loop(b.index(0), b.index(sizeOut.cols), 1, [&](Value col) {
      SmallVector<RangedVector> residues;
      for (auto [buffer, own] : llvm::zip_equal(results, passes.perModulus))
        residues.push_back({load(buffer, row, col), own.back().program.range});
      store(code.reconstruct(system, residues), row, col);
    });
  });
}

int64_t wino::getTransformLength(Type elementType, NumbersAttrInterface numbers,
                                 const WinoToVectorOptions &options) {
  if (auto residues = dyn_cast_or_null<RnsAttr>(numbers))
    elementType =
        IntegerType::get(elementType.getContext(),
                         residues.getSystem().getStorageBits() == 8 ? 16 : 32);
  return getNativeLength(elementType, options);
}

std::unique_ptr<TileCode> wino::createResidueTileCode(KernelBuilder &b,
                                                      TransformAttr attr,
                                                      RnsAttr numbers,
                                                      TransformStage stage,
                                                      VectorType type) {
  return std::make_unique<ResidueTileCode>(b, attr, numbers, stage, type);
}
