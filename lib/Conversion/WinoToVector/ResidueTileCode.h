//===- ResidueTileCode.h - Transforms of tiles in residues ------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_CONVERSION_WINOTOVECTOR_RESIDUETILECODE_H
#define WINO_LIB_CONVERSION_WINOTOVECTOR_RESIDUETILECODE_H

#include "TileTransform.h"

namespace wino {

/// Prepares the code of a transform in residues (see TileCode::create). The
/// transforms of image and filter give residues that products in their storage
/// take, that of the output takes any i32 and gives integers modulo 2^32.
std::unique_ptr<TileCode>
createResidueTileCode(KernelBuilder &b, TransformAttr attr, RnsAttr numbers,
                      TransformStage stage, mlir::VectorType type);

/// Returns how many elements of the type a transform in `numbers` (may be null)
/// computes at a time: as many as fill a native vector of the integers that
/// most of its code computes with.
int64_t getTransformLength(mlir::Type elementType, NumbersAttrInterface numbers,
                           const WinoToVectorOptions &options);

} // namespace wino

#endif // WINO_LIB_CONVERSION_WINOTOVECTOR_RESIDUETILECODE_H
