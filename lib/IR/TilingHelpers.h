//===- TilingHelpers.h - What the tilings of ops share ----------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_IR_TILINGHELPERS_H
#define WINO_LIB_IR_TILINGHELPERS_H

#include "Wino/IR/WinoDialect.h"

namespace wino {

mlir::OpFoldResult apply(mlir::OpBuilder &builder, mlir::Location loc,
                         mlir::AffineExpr expr,
                         llvm::ArrayRef<mlir::OpFoldResult> operands);

/// Returns the slice of `source`, which is added to `slices`.
mlir::Value getSlice(mlir::OpBuilder &builder, mlir::Location loc,
                     mlir::Value source,
                     llvm::ArrayRef<mlir::OpFoldResult> offsets,
                     llvm::ArrayRef<mlir::OpFoldResult> sizes,
                     llvm::SmallVectorImpl<mlir::Operation *> &slices);

/// The domain of the dimensions of `value`.
llvm::SmallVector<mlir::Range> getDomain(mlir::OpBuilder &builder,
                                         mlir::Location loc, mlir::Value value);

/// Whether `value` is a multiple of `factor` for all values of the loops around
/// it.
bool isMultipleOf(mlir::OpFoldResult value, int64_t factor);

/// Whether [offset, offset + size) covers [0, total).
bool coversAll(mlir::OpFoldResult offset, mlir::OpFoldResult size,
               mlir::OpFoldResult total);

void assignTile(llvm::ArrayRef<mlir::OpFoldResult> offsets,
                llvm::ArrayRef<mlir::OpFoldResult> sizes,
                llvm::SmallVectorImpl<mlir::OpFoldResult> &toOffsets,
                llvm::SmallVectorImpl<mlir::OpFoldResult> &toSizes);

/// The pixels of tiles [offset, offset + size) of `m` pixels, cropped to
/// `total` pixels.
mlir::OpFoldResult getCroppedSize(mlir::OpBuilder &builder, mlir::Location loc,
                                  int64_t m, mlir::OpFoldResult offset,
                                  mlir::OpFoldResult size,
                                  mlir::OpFoldResult total,
                                  mlir::OpFoldResult numTiles);

/// Whether every tile of `size` of the `padded` channels of a domain holds some
/// of the fewer `channels` of the result.
bool allTilesHaveChannels(int64_t padded, int64_t channels,
                          mlir::OpFoldResult size);

/// Returns the parts of the epilogue's operands that belong to a part of the
/// result.
llvm::SmallVector<mlir::Value>
getEpilogueTile(ResultOpInterface op, mlir::OpBuilder &builder,
                llvm::ArrayRef<mlir::OpFoldResult> offsets,
                llvm::ArrayRef<mlir::OpFoldResult> sizes,
                llvm::SmallVectorImpl<mlir::Operation *> &slices);

/// Fuses a tile of the result: the domain tile it belongs to, computed.
template <typename OpTy>
mlir::FailureOr<mlir::TilingResult>
generateTile(OpTy op, mlir::OpBuilder &builder, unsigned resultNumber,
             llvm::ArrayRef<mlir::OpFoldResult> offsets,
             llvm::ArrayRef<mlir::OpFoldResult> sizes) {
  llvm::SmallVector<mlir::OpFoldResult> domainOffsets, domainSizes;
  if (failed(op.getIterationDomainTileFromResultTile(
          builder, resultNumber, offsets, sizes, domainOffsets, domainSizes)))
    return mlir::failure();
  return op.getTiledImplementation(builder, domainOffsets, domainSizes);
}

} // namespace wino

#endif // WINO_LIB_IR_TILINGHELPERS_H
