//===- TileProgram.h - Straight-line programs for L X R^T -------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A 2-D transform of a tile: a program for L on every column of the tile and
// one for R on every row, in the order that takes fewer operations. The code of
// the transforms is generated from it, and computing with it here gives what
// that code gives, to the last bit.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_SUPPORT_TILEPROGRAM_H
#define WINO_SUPPORT_TILEPROGRAM_H

#include "Wino/Support/LinearProgram.h"
#include <vector>

namespace wino {

struct TileProgram {
  /// One program applied to all columns (`alongRows`) or all rows of a tile.
  struct Pass {
    LinearProgram program;
    bool alongRows;
    /// How many columns or rows there are.
    int64_t numLines;
  };

  /// With `isInteger` both matrices have integer entries, and so have all
  /// factors of the programs.
  TileProgram(const RationalMatrix &left, const RationalMatrix &right,
              bool isInteger = false);

  /// Returns the transform of a tile, row-major, in which every operation
  /// rounds to the type of the elements; i16 wrap around.
  std::vector<float> apply(llvm::ArrayRef<float> tile) const;
  std::vector<double> apply(llvm::ArrayRef<double> tile) const;
  std::vector<int16_t> apply(llvm::ArrayRef<int16_t> tile) const;

  /// One or two passes; those by identity matrices are left out, unless nothing
  /// else would copy the tile.
  llvm::SmallVector<Pass, 2> passes;
  /// Rows and columns of the tile before, between and after the passes.
  int64_t rowsIn, colsIn, midRows, midCols, rowsOut, colsOut;
};

} // namespace wino

#endif // WINO_SUPPORT_TILEPROGRAM_H
