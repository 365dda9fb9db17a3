//===- WinoDialect.h - The wino dialect, its attributes and ops -*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_IR_WINODIALECT_H
#define WINO_IR_WINODIALECT_H

#include "Wino/Support/IntegerTransform.h"
#include "Wino/Support/QuantizedConvolution.h"
#include "Wino/Support/ResidueProgram.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/InferIntRangeInterface.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/TilingInterface.h"

#include "Wino/IR/WinoDialect.h.inc"
#include "Wino/IR/WinoEnums.h.inc"

namespace wino {
class TransformAttr;
} // namespace wino

#include "Wino/IR/WinoAttrInterfaces.h.inc"

#define GET_ATTRDEF_CLASSES
#include "Wino/IR/WinoAttributes.h.inc"

namespace wino {

/// Returns `transform` in the ring modulo 2^32, for tiles that are at the edge
/// along the rows and the columns as said; all take the same transformed
/// filters. The columns of A^T of whole tiles have no common factors if U still
/// fits i16 for all filters of i8. Fails if its matrices are floats, or no bit
/// is left for results.
llvm::Expected<RingTransform> buildRingTransform(TransformAttr transform,
                                                 bool rowsAtEdge = false,
                                                 bool colsAtEdge = false);

/// Returns those of all kinds of tiles that `transform` has, whole ones first.
llvm::Expected<llvm::SmallVector<RingTransform, 0>>
buildRingTransforms(TransformAttr transform);

/// Returns what a convolution by `transform` in quantized numbers computes.
/// Fails if tiles at the edge are smaller, or scales are given in another
/// number than taps.
llvm::Expected<QuantizedConvolution> buildQuantized(TransformAttr transform,
                                                    QuantizedAttr numbers);

/// Returns the scales of the stages behind V in the order of operands: filter,
/// and if they are rounded sums and output. None but in quantized numbers.
llvm::SmallVector<ScalesAttr> getOperandStages(NumbersAttrInterface numbers);

/// Whether V has scales per channel, which are operands, too.
bool hasChannelInput(NumbersAttrInterface numbers);

/// Returns the matrices of `transform` along `axis` that give a plane of
/// `numbers`, which can compute it (null: rationals or floats, of one plane).
inline Transform1D getMatrices(TransformAttr transform,
                               NumbersAttrInterface numbers, unsigned axis,
                               bool atEdge = false, int64_t plane = 0) {
  return numbers ? numbers.getMatrices(transform, axis, atEdge, plane)
                 : transform.getTransform(axis, atEdge);
}

/// Returns the taps that V, U and M have along the axis of `transform`: its
/// alpha, and along the rows those of all planes of `numbers` (may be null).
inline int64_t getNumTaps(TransformAttr transform, NumbersAttrInterface numbers,
                          unsigned axis) {
  int64_t planes = numbers && axis == 0 ? numbers.getNumPlanes() : 1;
  return planes * transform.getAlpha(axis);
}

/// The transforms of a convolution.
enum class TransformStage { Filter, Input, Output };

/// Returns the matrix of a stage: G, B^T or A^T.
RationalMatrix getMatrix(const Transform1D &transform, TransformStage stage);

/// Plans the passes of a transform in residues. Those of image and filter take
/// i8 and give what V and U hold: numbers whose products wino.hadamard can sum,
/// two of them in i16 unless a modulus is 256. That of the output takes any i32
/// and gives numbers of 16 bits, or of 32 for moduli above 256.
ResiduePasses planResiduePasses(TransformAttr transform, RnsAttr numbers,
                                TransformStage stage);

/// Whether the epilogue of an op yields its first argument, the sum, and has no
/// other.
bool isIdentityEpilogue(mlir::Region &epilogue);

/// Dimensions of the transformed input V [alpha, alpha', N, TH, TW, C] and of
/// the products M [alpha, alpha', N, TH, TW, K].
namespace tile_dim {
enum : unsigned {
  kTapRow,
  kTapCol,
  kBatch,
  kTileRow,
  kTileCol,
  kChannel,
  kRank
};
} // namespace tile_dim

/// Dimensions of images X [N, H, W, C] and results Y [N, OH, OW, K].
namespace image_dim {
enum : unsigned { kBatch, kRow, kCol, kChannel, kRank };
} // namespace image_dim

/// Dimensions of the iteration domain of wino.conv; the first are those of its
/// result.
namespace conv_dim {
enum : unsigned {
  kBatch,
  kRow,
  kCol,
  kChannel,
  kKernelRow,
  kKernelCol,
  kInputChannel,
  kRank
};
} // namespace conv_dim

/// Where the dimensions of an image stand in its layout.
struct ImageDims {
  unsigned batch, row, col, channel;

  /// Returns row and column for the axes 0 and 1.
  unsigned axis(unsigned number) const { return number == 0 ? row : col; }
};
inline ImageDims getImageDims(ImageLayout layout) {
  if (layout == ImageLayout::NCHW)
    return {/*batch=*/0, /*row=*/2, /*col=*/3, /*channel=*/1};
  return {image_dim::kBatch, image_dim::kRow, image_dim::kCol,
          image_dim::kChannel};
}

/// Returns `values`, one for each dimension of an image in layout `from`, in
/// the order of layout `to`.
template <typename T>
llvm::SmallVector<T> changeLayout(llvm::ArrayRef<T> values, ImageLayout from,
                                  ImageLayout to) {
  const ImageDims source = getImageDims(from), target = getImageDims(to);
  llvm::SmallVector<T> result(image_dim::kRank);
  result[target.batch] = values[source.batch];
  result[target.row] = values[source.row];
  result[target.col] = values[source.col];
  result[target.channel] = values[source.channel];
  return result;
}

/// Dimensions of the packed transformed filter
/// U [K / KB, alpha, alpha', KB / NR, C, NR]: blocks of KB output channels, in
/// each of which panels of NR are contiguous per tap, the order in which the
/// micro-kernels read it. With groups of channels, U [.., C / g, NR, g], it has
/// one dimension more.
namespace packed_dim {
enum : unsigned {
  kBlock,
  kTapRow,
  kTapCol,
  kPanel,
  kChannel,
  kPanelCol,
  kRank,
  kGroup = kRank,
  kGroupedRank
};
} // namespace packed_dim

/// Patches in panels of columns, P [N, OH / BR, OW / BC, panels, D, NR] or
/// [.., D / g, NR, g], have an image and a block of its pixels, the dimensions
/// image_dim::kBatch, kRow and kCol, where packed filters have block and taps.
static_assert(image_dim::kCol + 1 == packed_dim::kPanel);

/// Whether a filter is packed.
inline bool isPacked(mlir::ShapedType filter) {
  return filter.getRank() >= packed_dim::kRank;
}
/// Returns the channels that lie side by side in a filter: g.
inline int64_t getGroup(mlir::ShapedType filter) {
  return filter.getRank() == packed_dim::kGroupedRank
             ? filter.getDimSize(packed_dim::kGroup)
             : 1;
}
/// Returns the channels of a packed filter: C'.
inline int64_t getPackedChannels(mlir::ShapedType filter) {
  return filter.getDimSize(packed_dim::kChannel) * getGroup(filter);
}

/// Returns the type in which products of elements of `type` are summed: i32 for
/// integers.
inline mlir::Type getSumType(mlir::Type type) {
  return mlir::isa<mlir::IntegerType>(type)
             ? mlir::IntegerType::get(type.getContext(), 32)
             : type;
}

} // namespace wino

namespace wino {

/// The centred residues modulo `modulus` in integers of `type`, which holds
/// them.
mlir::ConstantIntRanges getResidueRange(mlir::Type type, int64_t modulus);

} // namespace wino

#include "Wino/IR/WinoInterfaces.h.inc"

#define GET_OP_CLASSES
#include "Wino/IR/WinoOps.h.inc"

#endif // WINO_IR_WINODIALECT_H
