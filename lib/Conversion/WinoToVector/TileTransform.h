//===- TileTransform.h - Code of 2-D transforms of a tile -------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_CONVERSION_WINOTOVECTOR_TILETRANSFORM_H
#define WINO_LIB_CONVERSION_WINOTOVECTOR_TILETRANSFORM_H

#include "KernelBuilder.h"
#include "Wino/Support/TileProgram.h"
#include <memory>

namespace wino {

/// Code for one transform of tiles whose elements are vectors.
class TileCode {
public:
  /// Loads element (row, column) of the tile. Positions that are known are
  /// constants.
  using LoadFn = llvm::function_ref<mlir::Value(mlir::Value, mlir::Value)>;
  /// Stores an element (value, row, column) of the result.
  using StoreFn =
      llvm::function_ref<void(mlir::Value, mlir::Value, mlir::Value)>;

  /// Prepares the code of a transform of `attr` in `numbers` (null: those of
  /// the matrices), of whole tiles or of those at the edge, on values of
  /// `type`. Of a tile that has planes, these lie one below the other.
  static std::unique_ptr<TileCode>
  create(KernelBuilder &b, TransformAttr attr, NumbersAttrInterface numbers,
         TransformStage stage, mlir::VectorType type, bool rowAtEdge = false,
         bool colAtEdge = false);

  virtual ~TileCode() = default;

  /// Builds the code for one tile.
  virtual void build(LoadFn load, StoreFn store) const = 0;

  /// Rows and columns of a tile that is transformed, and of the result.
  int64_t rowsIn = 0, colsIn = 0, rowsOut = 0, colsOut = 0;

protected:
  TileCode(KernelBuilder &b, mlir::VectorType type) : b(b), type(type) {}

  KernelBuilder &b;
  /// The type of what is loaded and stored.
  mlir::VectorType type;
};

/// Code for Y = L X R^T on tiles X whose elements are vectors, with constant
/// matrices L and R: a straight-line program for L on every column of the tile
/// and one for R on every row.
class TileTransform {
public:
  using LoadFn = TileCode::LoadFn;
  using StoreFn = TileCode::StoreFn;

  /// The largest tile whose transform is unrolled as a whole. Larger ones do
  /// not fit in registers, and spill more than the buffer between their two
  /// passes costs.
  static constexpr int64_t kMaxUnrolledTile = 36;
  /// A larger one is unrolled, too, if its tile between the passes is as small
  /// as this, such as that of a filter: the rest is loaded and stored in
  /// passing.
  static constexpr int64_t kMaxUnrolledMiddle = 24;

  /// With `isInteger` both matrices have integer entries, and so has all of the
  /// code.
  TileTransform(const RationalMatrix &left, const RationalMatrix &right,
                bool isInteger = false);

  /// Allocates what `build` needs between the passes; null if nothing.
  mlir::Value allocateScratch(KernelBuilder &b, mlir::VectorType type) const;

  /// Builds the code on values of `type`. `scratch` comes from
  /// `allocateScratch`.
  void build(KernelBuilder &b, mlir::VectorType type, mlir::Value scratch,
             LoadFn load, StoreFn store) const;

private:
  bool isUnrolled() const;
  void buildPass(KernelBuilder &b, mlir::VectorType type,
                 const TileProgram::Pass &pass, LoadFn load,
                 StoreFn store) const;

  TileProgram program;
};

/// The transforms of the whole tiles of an image and of the smaller ones at its
/// edge: one for each kind of tile row and column.
class TileTransforms {
public:
  /// Prepares those transforms of `attr` in `numbers` (null: those of the
  /// matrices) that tiles may need, on vectors of `b`.
  TileTransforms(KernelBuilder &b, TransformAttr attr,
                 NumbersAttrInterface numbers, TransformStage stage);

  /// Returns the transform of a tile that is `atEdge` along the rows and along
  /// the columns.
  const TileCode &get(bool rowAtEdge, bool colAtEdge) const {
    return *codes[rowAtEdge][colAtEdge];
  }

private:
  std::unique_ptr<TileCode> codes[2][2];
};

} // namespace wino

#endif // WINO_LIB_CONVERSION_WINOTOVECTOR_TILETRANSFORM_H
