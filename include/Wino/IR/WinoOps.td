//===- WinoOps.td - Ops of the wino dialect ----------------*- tablegen -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_IR_WINOOPS_TD
#define WINO_IR_WINOOPS_TD

include "Wino/IR/WinoAttributes.td"
include "Wino/IR/WinoInterfaces.td"
include "Wino/IR/WinoRnsOps.td"
include "mlir/IR/CommonAttrConstraints.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/Interfaces/TilingInterface.td"

// A tensor or memref of floats or of the integers that convolutions compute
// with.
def Wino_Element
    : AnyTypeOf<[AnyFloat, I8, I16, I32], "floating-point, i8, i16 or i32">;
class Wino_ShapedRankOf<list<int> ranks, Type element = Wino_Element>
    : AnyTypeOf<[TensorRankOf<[element], ranks>,
                 StridedMemRefRankOf<[element], ranks>]>;
// What an epilogue reads and yields.
def Wino_EpilogueElement : AnyTypeOf<[AnyFloat, AnySignlessInteger],
                                     "floating-point or signless integer">;
class Wino_EpilogueShapedRankOf<list<int> ranks>
    : Wino_ShapedRankOf<ranks, Wino_EpilogueElement>;

// Ops in destination style. On tensors they have no effects and may be hoisted;
// on memrefs they read their inputs and write `init`. Results overwrite `init`,
// whose elements are only read by an op that accumulates.
class Wino_UntiledDpsOp<string mnemonic, list<Trait> traits = []>
    : Op<Wino_Dialect, mnemonic, traits # [
        DestinationStyleOpInterface,
        DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
        DeclareOpInterfaceMethods<ConditionallySpeculatable>,
        DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface, [
          "reifyResultShapes"
        ]>]> {
  let results = (outs Variadic<AnyRankedTensor>:$result);
  let hasVerifier = 1;
  code dpsDeclarations = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getInitMutable(); }
    ::mlir::ShapedType getInitType() {
      return ::llvm::cast<::mlir::ShapedType>(getInit().getType());
    }
  }];
}

class Wino_DpsOp<string mnemonic, list<Trait> traits = []>
    : Wino_UntiledDpsOp<mnemonic, traits # [
        DeclareOpInterfaceMethods<TilingInterface, [
          "getLoopIteratorTypes", "getIterationDomain",
          "getTiledImplementation", "getResultTilePosition",
          "generateResultTileValue", "getIterationDomainTileFromResultTile"
        ]>]>;

// The scales of a stage in quantized numbers.
def Wino_Scales : Wino_ShapedRankOf<[1], F32>;

def Wino_FilterScalesOp : Wino_UntiledDpsOp<"filter_scales"> {
  let summary = "Find the scales of transformed filters";
  let description = [{
    For filters f [R, R', C, K] gives the scales by which the transformed filter

        U[p, q, c, k] = sum_{i,j} G[p, i] G'[q, j] f[i, j, c, k]

    is rounded to integers: the largest absolute value over 2^(bits-1) - 1, of all
    U (`per_tensor`), of each tap, row by row (`per_tap`), or of each k
    (`per_channel`), rounded up with `powers_of_two`. Where all U are zero, and of
    channels beyond those of the filter, the scale is 1. Where V has scales per
    channel, U is multiplied by these `input_scales` before.

    - (C1) The filter's leading sizes are the R and R' of the transform.
    - (C2) There are as many scales as `numbers` say, per channel at least K, and
      input scales, at least C, only where these have them per channel.
    - (C3) Elements of the filter are i8, shapes static.
    - (C4) The transform can be computed in `numbers`.

    ```mlir
    %s = wino.filter_scales <F(4x4, 3x3)>
      numbers <input = <per_tap>, filter = <per_tap>>
      ins(%f : tensor<3x3x64x128xi8>)
      outs(%init : tensor<36xf32>) -> tensor<36xf32>
    ```
  }];
  let arguments = (ins Wino_TransformAttr:$transform,
                       Wino_QuantizedAttr:$numbers,
                       Wino_ShapedRankOf<[4], I8>:$filter,
                       Wino_Scales:$init,
                       Optional<Wino_Scales>:$inputScales);
  let assemblyFormat = [{
    $transform `numbers` $numbers
    (`input_scales` `(` $inputScales^ `:` type($inputScales) `)`)?
    `ins` `(` $filter `:` type($filter) `)`
    `outs` `(` $init `:` type($init) `)` attr-dict (`->` type($result)^)?
  }];
  let extraClassDeclaration = dpsDeclarations # [{
    ::mlir::ShapedType getFilterType() {
      return ::llvm::cast<::mlir::ShapedType>(getFilter().getType());
    }
  }];
}

def Wino_FilterTransformOp : Wino_DpsOp<"filter_transform"> {
  let summary = "Transform filters to the domain of the products";
  let description = [{
    For filters f [R, R', C, K] computes, for every input channel c and output
    channel k,

        U[p, q, c, k] = sum_{i,j} G[p, i] G'[q, j] f[i, j, c, k]

    where G belongs to the rows of the transform and G' to its columns. A filter
    of one output per channel (depthwise), f [R, R', C], gives U [alpha, alpha', C].

    `init` chooses the layout: U [alpha, alpha', C', K'], or packed
    U [K' / KB, alpha, alpha', KB / NR, C', NR] with
    k = (block * KB / NR + panel) * NR + column. Channels beyond those of the
    filter are filled with zeros. The filter may be packed in the same way,
    f [K' / KB, R, R', KB / NR, C', NR], as this op packs it with the transform
    that keeps filters (`TransformAttr::getKept`).

    Instructions that sum the products of g integers want them side by side: a
    packed U [K' / KB, alpha, alpha', KB / NR, C' / g, NR, g] has the channels in
    groups, c = group * g + lane.

    With `numbers` (`#wino.ring`) G is scaled to integers, and U is i16. With
    `#wino.rns` of L moduli U has L alpha rows of taps, of which row l alpha + p
    is row p modulo the l-th modulus.

    With `numbers` that are quantized U is divided by the first of `scales` and
    rounded to integers, half to even, that are at most 2^(bits-1) - 1 in absolute
    value. Where V has scales per channel, U is multiplied by these, the second of
    `scales`, before.

    Accuracy: G is applied in double precision and rounded once per element, as
    this op runs once per network. A packed filter is transformed whenever it is
    used, and so in the precision of its elements.

    - (C1) The filter's leading sizes are the R and R' of the transform.
    - (C2) The tap sizes of `init` are the alphas of the transform, that of its
      rows once for each plane of `numbers`.
    - (C3) C' >= C and K' >= K (equal for depthwise filters).
    - (C4) Element types are equal, or i8 in the filter and i16 in `init`.
    - (C5) Channel and tap sizes are static.
    - (C6) A packed filter has a packed init of the same blocks, panels and
      channels.
    - (C7) G has integer entries if elements are integers.
    - (C8) With `numbers` these can compute the transform, and elements are of
      their types: with `#wino.ring` matrices are rational and can be scaled so,
      and elements are i8, and i16 in `init`.

    - (C9) Quantized numbers come with the scales of U, as
      `wino.filter_scales` gives them, those of V, at least C, where they are per
      channel, and a filter of rank 4.

    ```mlir
    %u = wino.filter_transform <F(4x4, 3x3)>
      ins(%f : tensor<3x3x64x128xf32>)
      outs(%init : tensor<6x6x64x128xf32>) -> tensor<6x6x64x128xf32>
    ```
  }];
  let arguments = (ins Wino_TransformAttr:$transform,
                       Wino_ShapedRankOf<[3, 4, 6, 7]>:$filter,
                       Wino_ShapedRankOf<[3, 4, 6, 7]>:$init,
                       Variadic<Wino_Scales>:$scales,
                       OptionalAttr<Wino_NumbersAttrInterface>:$numbers);
  let assemblyFormat = [{
    $transform (`numbers` $numbers^)?
    (`scales` `(` $scales^ `:` type($scales) `)`)?
    `ins` `(` $filter `:` type($filter) `)`
    `outs` `(` $init `:` type($init) `)` attr-dict (`->` type($result)^)?
  }];
  let hasFolder = 1;
  let extraClassDeclaration = dpsDeclarations # [{
    bool isDepthwise() { return getFilterType().getRank() == 3; }
    bool isPacked() { return wino::isPacked(getInitType()); }
    bool isFilterPacked() { return wino::isPacked(getFilterType()); }
    ::mlir::ShapedType getFilterType() {
      return ::llvm::cast<::mlir::ShapedType>(getFilter().getType());
    }
  }];
}

// What stands outside of an image of integers; that of floats is zero.
def Wino_PadValue : DefaultValuedAttr<I64Attr, "0"> {
  let returnType = "int64_t";
  let convertFromStorage = "$_self.getInt()";
}

// What the ops have in common that read a part of an image with its padding.
class Wino_ImageReaderOp<string mnemonic, list<Trait> traits = []>
    : Wino_DpsOp<mnemonic, traits> {
  code imageReaderDeclarations = dpsDeclarations # [{
    ::mlir::ShapedType getInputType() {
      return ::llvm::cast<::mlir::ShapedType>(getInput().getType());
    }
    int64_t getPadTop() { return getPad()[0]; }
    int64_t getPadBottom() { return getPad()[1]; }
    int64_t getPadLeft() { return getPad()[2]; }
    int64_t getPadRight() { return getPad()[3]; }
    ImageDims getImageDims() { return wino::getImageDims(getLayout()); }
  }];
}

def Wino_InputTransformOp : Wino_ImageReaderOp<"input_transform", [
    AttrSizedOperandSegments]> {
  let summary = "Transform tiles of an image to the domain of the products";
  let description = [{
    Cuts images x [N, H, W, C] into overlapping tiles of alpha x alpha' pixels,
    m apart, and transforms each:

        V[p, q, n, s, t, c] = sum_{i,j} B[p, i] B'[q, j]
            x[n, m (S + s) + i - top, m' (T + t) + j - left, c]

    with B = B^T of the rows and B' of the columns of the transform, and zero for
    pixels outside the image: padding is part of the op, which reads nothing
    outside the image. `pad` is [top, bottom, left, right]. Where x are quantized
    integers with a zero point, this is the `pad_value` of pixels outside.

    (S, T) = `origin` is the first tile of V in the tiling of the whole image;
    without it (0, 0), and V holds all tiles. It lets a block of tiles be computed
    from the whole image, without slices that overlap. Channels of V beyond those
    of the image are filled with zeros.

    With `layout nchw` the image is [N, C, H, W]; it is transposed piece by piece
    where its tiles are read. V is the same.

    With `numbers` (`#wino.ring`) B is scaled to integers, and V is i16. With
    `#wino.rns` V has the rows of taps of all moduli, as U of
    `wino.filter_transform`. With quantized numbers V is rounded by the scales that
    these have or, where they are per channel, multiplied by `inverse_scales`.

    Where the transform has smaller tiles at the edge, a tile that reaches beyond
    the padded image is one of them, and has only the first taps: the others of V
    are not specified.

    With `prefetch` pixels of the next tile are prefetched, where a vector fills a
    cache line.

    - (C1) The tap sizes of `init` are as C2 of `wino.filter_transform` says.
    - (C2) Image and `init` agree in N, and `init` has at least C channels.
    - (C3) `pad` has four elements, none negative or above 2^30.
    - (C4) Without `origin` the tiles are ceil((H + top + bottom - R + 1) / m)
      x ceil((W + left + right - R' + 1) / m').
    - (C5) `origin` has no or two elements.
    - (C6) Element types are equal, or i8 in the image and i16 in `init`.
    - (C7) Channel and tap sizes are static.
    - (C8) An axis with smaller tiles at the edge has a static size, and what the
      whole tiles leave of its outputs fits a smaller one.
    - (C9) `pad_value` is 0 or an integer of the image's element type.
    - (C10) As C8 of `wino.filter_transform`.
    - (C11) There are inverse scales, at least as many as channels of `init`, only
      in quantized numbers with scales per channel.

    ```mlir
    %v = wino.input_transform <F(4x4, 3x3)> pad [1, 1, 1, 1]
      ins(%x : tensor<1x56x56x64xf32>)
      outs(%init : tensor<6x6x1x14x14x64xf32>) -> tensor<6x6x1x14x14x64xf32>
    ```
  }];
  let arguments = (ins Wino_TransformAttr:$transform,
                       DenseI64ArrayAttr:$pad,
                       Wino_ShapedRankOf<[4]>:$input,
                       Wino_ShapedRankOf<[6]>:$init,
                       Variadic<Index>:$origin,
                       Optional<Wino_Scales>:$inverseScales,
                       Wino_ImageLayoutOrNHWC:$layout,
                       UnitAttr:$prefetch,
                       Wino_PadValue:$padValue,
                       OptionalAttr<Wino_NumbersAttrInterface>:$numbers);
  let assemblyFormat = [{
    $transform (`numbers` $numbers^)?
    (`inverse_scales` `(` $inverseScales^ `:` type($inverseScales) `)`)?
    `pad` $pad (`pad_value` $padValue^)?
    (`layout` $layout^)? (`prefetch` $prefetch^)? (`origin` `[` $origin^ `]`)?
    `ins` `(` $input `:` type($input) `)`
    `outs` `(` $init `:` type($init) `)` attr-dict (`->` type($result)^)?
  }];
  let hasCanonicalizer = 1;
  let extraClassDeclaration = imageReaderDeclarations;
}

def Wino_Im2RowOp : Wino_ImageReaderOp<"im2row"> {
  let summary = "Collect the patch under the filter as one row per output pixel";
  let description = [{
    For images x [N, H, W, C] and a filter of kh x kw taps gives every output
    pixel (s, t) the row of values the filter sees,

        P[0, 0, n, s, t, (i kw + j) C + c] =
            x[n, sh (S + s) + dh i - top, sw (T + t) + dw j - left, c]

    with `pad_value` (0) outside the image, strides (sh, sw) and dilations
    (dh, dw). P has
    the form of a transformed input with a single tap and tiles of one pixel, so
    the product with the filter as a [1, 1, kh kw C, K] matrix is the convolution.
    `pad` and `origin` are those of `wino.input_transform`; elements of a row
    beyond kh kw C are zero.

    - (C1) The tap sizes of `init` are 1.
    - (C2) Image and `init` agree in N, and rows have at least kh kw C elements.
    - (C3) `pad` has four elements, none negative or above 2^30.
    - (C4) Without `origin` the tiles are the output pixels of the convolution.
    - (C5) `origin` has no or two elements.
    - (C6) All element types are equal.
    - (C7) Channel and row sizes are static.
    - (C8) `kernel`, `strides` and `dilations` have two elements in [1, 2^15] each.
    - (C9) `pad_value` is 0 or an integer of the image's element type.

    ```mlir
    %p = wino.im2row kernel [7, 7] strides [2, 2] dilations [1, 1]
      pad [3, 3, 3, 3]
      ins(%x : tensor<1x224x224x3xf32>)
      outs(%init : tensor<1x1x1x112x112x148xf32>)
      -> tensor<1x1x1x112x112x148xf32>
    ```
  }];
  let arguments = (ins DenseI64ArrayAttr:$kernel,
                       DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$dilations,
                       DenseI64ArrayAttr:$pad,
                       Wino_ShapedRankOf<[4]>:$input,
                       Wino_ShapedRankOf<[6]>:$init,
                       Variadic<Index>:$origin,
                       Wino_PadValue:$padValue);
  let assemblyFormat = [{
    `kernel` $kernel `strides` $strides `dilations` $dilations `pad` $pad
    (`pad_value` $padValue^)? (`origin` `[` $origin^ `]`)?
    `ins` `(` $input `:` type($input) `)`
    `outs` `(` $init `:` type($init) `)` attr-dict (`->` type($result)^)?
  }];
  let hasCanonicalizer = 1;
  let extraClassDeclaration = imageReaderDeclarations # [{
    ImageLayout getLayout() { return ImageLayout::NHWC; }
  }];
}

// The rows and columns of the result that share panels of columns.
def Wino_PixelBlock : ConfinedAttr<DenseI64ArrayAttr, [DenseArrayCount<2>]>;

def Wino_Im2ColOp : Wino_ImageReaderOp<"im2col"> {
  let summary = "Collect the patch under the filter as one column per output pixel";
  let description = [{
    Cuts the output pixels of a convolution of images x [N, H, W, C] by a filter
    of kh x kw taps into blocks of BR x BC = `block`, and gives the pixels of each
    block, row by row, a column each. The columns are packed in panels of NR,
    P [N, OH / BR, OW / BC, panels, D, NR],

        P[n, a, b, q div NR, (i kw + j) C + c, q mod NR] =
            x[n, sh s + dh i - top, sw t + dw j - left, c]
        s = BR (A + a) + q div BC,  t = BC (B + b) + q mod BC

    with `pad_value` (0) outside the image, strides (sh, sw) and dilations
    (dh, dw). A block of 0 rows or columns is one of all of them. (A, B) =
    `origin` is the first block of P; without it (0, 0), and P holds all blocks.
    Elements of a column beyond kh kw C are zero; columns beyond the pixels of the
    result hold anything.

    Instructions that sum the products of g integers want them side by side: P
    [N, OH / BR, OW / BC, panels, D / g, NR, g], as a packed filter
    (`wino.filter_transform`). With `layout nchw` the image is [N, C, H, W]; P is
    the same.

    - (C1) Image and `init` agree in N.
    - (C2) Columns have at least kh kw C elements.
    - (C3) `pad` has four elements, none negative or above 2^30.
    - (C4) Without `origin` the blocks are those of the output pixels.
    - (C5) `origin` has no or two elements.
    - (C6) All element types are equal.
    - (C7) The channels of the image, D, NR and g are static, and g and NR not 0.
    - (C8) `kernel`, `strides` and `dilations` have two elements in [1, 2^15]
      each.
    - (C9) `pad_value` is 0 or an integer of the image's element type.
    - (C10) `block` has two elements in [0, 2^20], of which no panels hold more
      than they have columns.

    ```mlir
    %p = wino.im2col kernel [3, 3] strides [1, 1] dilations [1, 1]
      pad [1, 1, 1, 1] block [8, 56] layout nchw
      ins(%x : tensor<1x64x56x56xf32>)
      outs(%init : tensor<1x7x1x28x576x16xf32>) -> tensor<1x7x1x28x576x16xf32>
    ```
  }];
  let arguments = (ins DenseI64ArrayAttr:$kernel,
                       DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$dilations,
                       DenseI64ArrayAttr:$pad,
                       Wino_PixelBlock:$pixelBlock,
                       Wino_ShapedRankOf<[4]>:$input,
                       Wino_ShapedRankOf<[6, 7]>:$init,
                       Variadic<Index>:$origin,
                       Wino_ImageLayoutOrNHWC:$layout,
                       Wino_PadValue:$padValue);
  let assemblyFormat = [{
    `kernel` $kernel `strides` $strides `dilations` $dilations `pad` $pad
    (`pad_value` $padValue^)? `block` $pixelBlock (`layout` $layout^)?
    (`origin` `[` $origin^ `]`)?
    `ins` `(` $input `:` type($input) `)`
    `outs` `(` $init `:` type($init) `)` attr-dict (`->` type($result)^)?
  }];
  let hasCanonicalizer = 1;
  let extraClassDeclaration = imageReaderDeclarations # [{
    /// Pixels that the filter spans along an axis: d (k - 1) + 1.
    int64_t getExtent(unsigned axis) {
      return getDilations()[axis] * (getKernel()[axis] - 1) + 1;
    }
  }];
}

def Wino_PadImageOp : Wino_ImageReaderOp<"pad_image"> {
  let summary = "Copy an image, or a part of it, with zeros around it";
  let description = [{
    Copies images x [N, H, W, C] into z [N, ZH, ZW, C],

        z[n, s, t, c] = x[n, S + s - top, T + t - left, c]

    with `pad_value` (0) outside the image: `pad` is [top, bottom, left, right].
    (S, T) =
    `origin` is the first pixel of z in the padded image; without it (0, 0), and
    z holds all of it. It lets the rows that a block of results needs be copied
    from the whole image. With `layout nchw` the image is [N, C, H, W], and is
    transposed piece by piece; z is the same.

    - (C1) Image and `init` agree in N and C.
    - (C2) `pad` has four elements, none negative or above 2^30.
    - (C3) Without `origin` ZH = H + top + bottom and ZW = W + left + right.
    - (C4) `origin` has no or two elements.
    - (C5) All element types are equal.
    - (C6) Channel sizes are static.
    - (C7) `pad_value` is 0 or an integer of the image's element type.

    ```mlir
    %z = wino.pad_image pad [1, 1, 1, 1]
      ins(%x : tensor<1x56x56x64xf32>)
      outs(%init : tensor<1x58x58x64xf32>) -> tensor<1x58x58x64xf32>
    ```
  }];
  let arguments = (ins DenseI64ArrayAttr:$pad,
                       Wino_ShapedRankOf<[4]>:$input,
                       Wino_ShapedRankOf<[4]>:$init,
                       Variadic<Index>:$origin,
                       Wino_ImageLayoutOrNHWC:$layout,
                       Wino_PadValue:$padValue);
  let assemblyFormat = [{
    `pad` $pad (`pad_value` $padValue^)? (`layout` $layout^)? (`origin` `[` $origin^ `]`)?
    `ins` `(` $input `:` type($input) `)`
    `outs` `(` $init `:` type($init) `)` attr-dict (`->` type($result)^)?
  }];
  let hasFolder = 1;
  let hasCanonicalizer = 1;
  let extraClassDeclaration = imageReaderDeclarations;
}

def Wino_HadamardOp : Wino_DpsOp<"hadamard"> {
  let summary = "Multiply transformed images by transformed filters";
  let description = [{
    For every tap (p, q) multiplies and sums over the input channels,

        M[p, q, n, s, t, k] = sum_c V[p, q, n, s, t, c] U[p, q, c, k]

    one GEMM of (N TH TW) x C x K per tap. U is [alpha, alpha', C, K], or packed
    [K / KB, alpha, alpha', KB / NR, C, NR] or [.., C / g, NR, g] as
    `wino.filter_transform` writes it. Integers are summed modulo 2^32. With U [alpha, alpha', C] (depthwise) nothing is summed:

        M[p, q, n, s, t, c] = V[p, q, n, s, t, c] U[p, q, c]

    A V of a single tap is multiplied by all taps of U, as if it had as many.

    With `accumulate` the products are added to those in `init`, so that the sum
    may be made of parts of the channels.

    `schedule` sizes the micro-kernel. With `narrow_range` no element of U is the
    least of its type, so that two products of i8 fit i16.

    `edge` [S, T] says that tiles from row S or column T on are smaller ones,
    which have only the first `taps` along that axis. What they lack is neither
    read nor written. S and T may be outside of the tiles.

    - (C1) U and M agree in their tap sizes, and so does V, or it has one tap.
    - (C2) V and M agree in N, TH and TW.
    - (C3) V and U agree in C, U and M in K.
    - (C4) V and U have equal element types, and M the same floats, or i32 for
      i8 and i16.
    - (C5) Channel and tap sizes are static.
    - (C6) A packed U and the schedule agree in NR; K is a multiple of NR.
    - (C7) `edge` has no or two elements, and `taps` as many, in [1, alpha].

    ```mlir
    %m = wino.hadamard
      ins(%v, %u : tensor<6x6x1x14x14x64xf32>, tensor<6x6x64x128xf32>)
      outs(%init : tensor<6x6x1x14x14x128xf32>) -> tensor<6x6x1x14x14x128xf32>
    ```
  }];
  let arguments = (ins Wino_ShapedRankOf<[6]>:$input,
                       Wino_ShapedRankOf<[3, 4, 6, 7]>:$filter,
                       Wino_ShapedRankOf<[6]>:$init,
                       Variadic<Index>:$edge,
                       OptionalAttr<DenseI64ArrayAttr>:$edge_taps,
                       OptionalAttr<Wino_ScheduleAttr>:$schedule,
                       UnitAttr:$accumulate,
                       UnitAttr:$narrowRange);
  let assemblyFormat = [{
    (`accumulate` $accumulate^)? (`narrow_range` $narrowRange^)?
    (`schedule` $schedule^)?
    (`edge` `[` $edge^ `]` `taps` $edge_taps)?
    `ins` `(` $input `,` $filter `:` type($input) `,` type($filter) `)`
    `outs` `(` $init `:` type($init) `)` attr-dict (`->` type($result)^)?
  }];
  let extraClassDeclaration = dpsDeclarations # [{
    ::mlir::ShapedType getInputType() {
      return ::llvm::cast<::mlir::ShapedType>(getInput().getType());
    }
    ::mlir::ShapedType getFilterType() {
      return ::llvm::cast<::mlir::ShapedType>(getFilter().getType());
    }
    bool isDepthwise() { return getFilterType().getRank() == 3; }
    bool isPacked() { return wino::isPacked(getFilterType()); }
    /// Whether the single tap of V is multiplied by all taps of U.
    bool sharesInput() {
      return getInputType().getDimSize(tile_dim::kTapRow) == 1 &&
             getInputType().getDimSize(tile_dim::kTapCol) == 1;
    }
  }];
}

// What the ops have in common that write a convolution's result.
class Wino_ResultOp<string mnemonic, list<Trait> traits = []>
    : Wino_DpsOp<mnemonic, traits # [
    SingleBlock,
    DeclareOpInterfaceMethods<Wino_ResultOpInterface, [
      "getBatchDim", "takeSchedule", "getEpilogueLayout", "setEpilogueLayout"
    ]>]> {
  // The region is always present: upstream patterns clone regions of
  // destination-style ops without looking whether they are empty.
  let regions = (region SizedRegion<1>:$epilogue);
  let hasRegionVerifier = 1;
  code resultOpDeclarations = dpsDeclarations # [{
    ::mlir::ShapedType getInputType() {
      return ::llvm::cast<::mlir::ShapedType>(getInput().getType());
    }
    ImageDims getImageDims() { return wino::getImageDims(getLayout()); }
  }];
}

def Wino_OutputTransformOp : Wino_ResultOp<"output_transform", [
    AttrSizedOperandSegments]> {
  let summary = "Transform products back to pixels";
  let description = [{
    For every tile and output channel computes m x m' pixels,

        y[n, m s + i, m' t + j, k] =
            e(sum_{p,q} A[i, p] A'[j, q] M[p, q, n, s, t, k])

    with A = A^T of the rows and A' of the columns of the transform. Pixels beyond
    those of `init` are dropped (partial tiles), as are channels of M. Where the
    transform has smaller tiles at the edge, partial tiles are these; they read
    only the first taps of M.

    e is the epilogue: a region applied to every element, the identity if it is
    not printed. Its first argument is the sum, the others are the elements of
    the `epilogue` operands: of shape [K], indexed by the channel, or with an
    element for each of `init`. It holds elementwise ops on scalars.

    With `layout nchw` the result is [N, K, OH, OW]; tiles are transposed where
    they are stored. Epilogue operands of the result's pixels have a layout of
    their own: `epilogue(%bias, %residual nchw : ...)` reads the second in NCHW.

    `schedule` gives the block of tiles; `stream_stores` is left of it when the op
    has been tiled, and writes the result past the caches.

    With `numbers` = `#wino.ring` A is scaled to integers, and the sum is
    multiplied by q^-1 modulo 2^32 and shifted to the right by e bits, which gives
    y where it fits 32 - e bits; then comes the epilogue. With `#wino.rns` the rows
    of taps of each modulus are transformed modulo it, and the epilogue takes the
    integer, modulo 2^32, that has these residues.

    With `numbers` that are quantized M is multiplied by the scales of V and U in
    f32, and the sum rounds to i32, half to even. `scales` are those of the
    filter, then those of the sums and of the output where these are rounded, too:

        M' = s_M clamp(round(s_V s_U M / s_M)),  y' = s_y clamp(round(y / s_y))

    - (C1) The tap sizes of M are as C2 of `wino.filter_transform` says.
    - (C2) M and `init` agree in N.
    - (C3) `init` has ceil(OH / m) = TH and ceil(OW / m') = TW.
    - (C4) M has at least as many channels as `init`.
    - (C5) An epilogue operand has the shape [K], or in its layout that of `init`.
    - (C6) The region has one argument for the sum, of the element type of M, and
      one per operand, of its element type; it yields an element of `init`.
    - (C7) The ops of the region are elementwise and free of side effects.
    - (C8) The elements of M are floats or i32.
    - (C9) Tap sizes are static.
    - (C10) `epilogue_layouts`, if present, has a layout for each epilogue
      operand (0 is `nhwc`, 1 `nchw`); that of an operand [K] is `nhwc`.
    - (C11) With `numbers` these can compute the transform, and the elements of M
      are i32.
    - (C12) Along an axis with smaller tiles at the edge, the pixels that the
      whole tiles leave fit a smaller one.
    - (C13) Quantized numbers come with the scales of the stages behind V, one, or
      one per tap or channel of M.

    ```mlir
    %y = wino.output_transform <F(4x4, 3x3)>
      ins(%m : tensor<6x6x1x14x14x128xf32>)
      outs(%init : tensor<1x56x56x128xf32>)
      epilogue(%bias : tensor<128xf32>) {
    ^bb0(%sum: f32, %b: f32):
      %z = arith.addf %sum, %b : f32
      wino.yield %z : f32
    } -> tensor<1x56x56x128xf32>
    ```
  }];
  let arguments = (ins Wino_TransformAttr:$transform,
                       Wino_ShapedRankOf<[6]>:$input,
                       Wino_EpilogueShapedRankOf<[4]>:$init,
                       Variadic<Wino_EpilogueShapedRankOf<[1, 4]>>:$epilogueOperands,
                       Variadic<Wino_Scales>:$scales,
                       OptionalAttr<Wino_ScheduleAttr>:$schedule,
                       Wino_ImageLayoutOrNHWC:$layout,
                       // Absent if all are NHWC.
                       OptionalAttr<DenseI32ArrayAttr>:$epilogue_layouts,
                       UnitAttr:$streamStores,
                       OptionalAttr<Wino_NumbersAttrInterface>:$numbers);
  let assemblyFormat = [{
    $transform (`numbers` $numbers^)?
    (`scales` `(` $scales^ `:` type($scales) `)`)? (`schedule` $schedule^)?
    (`layout` $layout^)? (`stream_stores` $streamStores^)?
    `ins` `(` $input `:` type($input) `)`
    `outs` `(` $init `:` type($init) `)`
    custom<Epilogue>($epilogueOperands, type($epilogueOperands),
                     $epilogue_layouts, $epilogue, ref(type($input)))
    attr-dict (`->` type($result)^)?
  }];
  let skipDefaultBuilders = 1;
  let builders = [
    // Builds the op with an identity epilogue.
    OpBuilder<(ins "::mlir::TypeRange":$results, "TransformAttr":$transform,
      "::mlir::Value":$input, "::mlir::Value":$init,
      CArg<"ScheduleAttr", "{}">:$schedule,
      CArg<"ImageLayout", "ImageLayout::NHWC">:$layout)>,
    // Builds the op with epilogue operands and an empty region, which the
    // caller fills.
    OpBuilder<(ins "::mlir::TypeRange":$results, "TransformAttr":$transform,
      "::mlir::Value":$input, "::mlir::Value":$init,
      "::mlir::ValueRange":$epilogueOperands, "ScheduleAttr":$schedule,
      CArg<"ImageLayout", "ImageLayout::NHWC">:$layout,
      CArg<"::mlir::DenseI32ArrayAttr", "{}">:$epilogueLayouts,
      CArg<"NumbersAttrInterface", "{}">:$numbers,
      CArg<"::mlir::ValueRange", "{}">:$scales)>
  ];
  let extraClassDeclaration = resultOpDeclarations;
}

def Wino_ConvOp : Wino_ResultOp<"conv"> {
  let summary = "Convolve by packed filters";
  let description = [{
    For images x [N, H, W, C] and filters of kh x kw taps computes

        y[n, s, t, k] =
            e(sum_{i,j,c} x[n, sh s + dh i, sw t + dw j, c] U[i, j, c, k])

    with strides (sh, sw) and dilations (dh, dw). The filter is packed in panels,
    [K' / KB, 1, 1, KB / NR, kh kw C, NR] or [.., kh kw C / g, NR, g], with
    (i kw + j) C + c along its depth and k = (block * KB / NR + panel) * NR + column, as `wino.filter_transform`
    packs the matrix [1, 1, kh kw C, K]. Columns of U beyond K are not computed.
    The image holds its padding, if there is any; see `wino.pad_image`.

    e is the epilogue, as in `wino.output_transform`, and `layout` is that of the
    result, as there. `schedule` gives the block
    of pixels, and sizes the micro-kernel. `micro_rows`, how many pixels a
    micro-kernel computes, `prefetch` and `stream_stores` are left of it when the
    op has been tiled. Integers are summed modulo 2^32; for `narrow_range` see
    `wino.hadamard`.

    - (C1) Image and `init` agree in N.
    - (C2) The image has the pixels that `init` needs:
      (H - dh (kh - 1) - 1) / sh + 1 >= OH, and columns alike.
    - (C3) U has single taps and a depth of kh kw C, in groups that divide C.
    - (C4) U has at least as many columns as `init` has channels.
    - (C5) An epilogue operand has the shape [K] or that of `init`.
    - (C6) The region has one argument for the sum, a float of the element type
      or an i32, and one per operand, of its element type; it yields an element
      of `init`.
    - (C7) The ops of the region are elementwise and free of side effects.
    - (C8) The element types of image and U are equal: floats, i8 or i16.
    - (C9) The filter and the channels of the image are static.
    - (C10) `kernel`, `strides` and `dilations` have two elements in [1, 2^15]
      each.
    - (C11) U and the schedule agree in NR.
    - (C12) `micro_rows` is in [1, 2^20].
    - (C13) `epilogue_layouts` are as in `wino.output_transform`, (C10).

    ```mlir
    %y = wino.conv kernel [3, 3] strides [2, 2] dilations [1, 1]
      ins(%x, %u : tensor<1x57x57x64xf32>, tensor<1x1x1x4x576x32xf32>)
      outs(%init : tensor<1x28x28x128xf32>)
      epilogue(%bias : tensor<128xf32>) {
    ^bb0(%sum: f32, %b: f32):
      %z = arith.addf %sum, %b : f32
      wino.yield %z : f32
    } -> tensor<1x28x28x128xf32>
    ```
  }];
  let arguments = (ins DenseI64ArrayAttr:$kernel,
                       DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$dilations,
                       Wino_ShapedRankOf<[4]>:$input,
                       Wino_ShapedRankOf<[6, 7]>:$filter,
                       Wino_EpilogueShapedRankOf<[4]>:$init,
                       Variadic<Wino_EpilogueShapedRankOf<[1, 4]>>:$epilogueOperands,
                       OptionalAttr<Wino_ScheduleAttr>:$schedule,
                       Wino_ImageLayoutOrNHWC:$layout,
                       // Absent if all are NHWC.
                       OptionalAttr<DenseI32ArrayAttr>:$epilogue_layouts,
                       OptionalAttr<ConfinedAttr<I64Attr, [
                         IntMinValue<1>, IntMaxValue<1048576>
                       ]>>:$microRows,
                       UnitAttr:$prefetch,
                       UnitAttr:$streamStores,
                       UnitAttr:$narrowRange);
  let assemblyFormat = [{
    `kernel` $kernel `strides` $strides `dilations` $dilations
    (`narrow_range` $narrowRange^)? (`schedule` $schedule^)?
    (`micro_rows` $microRows^)? (`prefetch` $prefetch^)?
    (`stream_stores` $streamStores^)? (`layout` $layout^)?
    `ins` `(` $input `,` $filter `:` type($input) `,` type($filter) `)`
    `outs` `(` $init `:` type($init) `)`
    custom<Epilogue>($epilogueOperands, type($epilogueOperands),
                     $epilogue_layouts, $epilogue, ref(type($input)))
    attr-dict (`->` type($result)^)?
  }];
  let builders = [
    // Builds the op with an identity epilogue.
    OpBuilder<(ins "::mlir::TypeRange":$results,
      "::llvm::ArrayRef<int64_t>":$kernel, "::llvm::ArrayRef<int64_t>":$strides,
      "::llvm::ArrayRef<int64_t>":$dilations, "::mlir::Value":$input,
      "::mlir::Value":$filter, "::mlir::Value":$init,
      CArg<"ScheduleAttr", "{}">:$schedule)>
  ];
  let extraClassDeclaration = resultOpDeclarations # [{
    ::mlir::ShapedType getFilterType() {
      return ::llvm::cast<::mlir::ShapedType>(getFilter().getType());
    }
    /// Input channels: C.
    int64_t getNumChannels() {
      return getInputType().getDimSize(image_dim::kChannel);
    }
    /// Output channels that one block of the filter has: KB.
    int64_t getChannelsPerBlock() {
      return getFilterType().getDimSize(packed_dim::kPanel) *
             getFilterType().getDimSize(packed_dim::kPanelCol);
    }
    /// Output channels that the filter has: K'.
    int64_t getNumFilterColumns() {
      return getFilterType().getDimSize(packed_dim::kBlock) *
             getChannelsPerBlock();
    }
    /// Pixels that the filter spans along an axis: d (k - 1) + 1.
    int64_t getExtent(unsigned axis) {
      return getDilations()[axis] * (getKernel()[axis] - 1) + 1;
    }
  }];
}

def Wino_OffsetAddOp : Wino_ResultOp<"offset_add"> {
  let summary = "Add the products of the taps of a filter where they belong";
  let description = [{
    Let M[i, j, n, h, w, k] be the products of pixel (h, w) of image n by tap
    (i, j) of filter k, as `wino.hadamard` computes them of the image itself. The
    convolution is their sum over the taps, each at its offset:

        y[n, s, t, k] = e(sum_{i,j} M[i, j, n, sh s + dh i - top,
                                      sw t + dw j - left, k])

    with zero for pixels outside of M, strides (sh, sw) and dilations (dh, dw).
    The kernel has as many rows and columns as M has taps. `pad` is [top, bottom,
    left, right]. Along an axis with padding all of M is needed at once: there
    the op has no tiles. A tile of others needs the products of the pixels that
    its taps reach; neighbouring tiles compute some of them twice.

    e is the epilogue, as in `wino.output_transform`, and `layout` is that of the
    result, as there. `schedule` gives the block of pixels; `stream_stores` is
    left of it when the op has been tiled. Channels of M beyond those of `init`
    are dropped. Integers are summed modulo 2^32.

    - (C1) M and `init` agree in N.
    - (C2) M and its padding have the pixels that `init` needs:
      (H + top + bottom - dh (kh - 1) - 1) / sh + 1 >= OH, and columns alike.
    - (C3) M has at least as many channels as `init`.
    - (C4) `pad` has four elements, none negative or above 2^30.
    - (C5) `strides` and `dilations` have two elements in [1, 2^15] each, and M
      has as many taps along an axis.
    - (C6) An epilogue operand has the shape [K], or in its layout that of `init`.
    - (C7) The region has one argument for the sum, of the element type of M, and
      one per operand, of its element type; it yields an element of `init`.
    - (C8) The ops of the region are elementwise and free of side effects.
    - (C9) The elements of M are floats or i32.
    - (C10) Tap and channel sizes of M are static.
    - (C11) `epilogue_layouts` are as in `wino.output_transform`, (C10).

    ```mlir
    %y = wino.offset_add strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1]
      ins(%m : tensor<3x3x1x56x56x128xf32>)
      outs(%init : tensor<1x56x56x128xf32>)
      epilogue(%bias : tensor<128xf32>) {
    ^bb0(%sum: f32, %b: f32):
      %z = arith.addf %sum, %b : f32
      wino.yield %z : f32
    } -> tensor<1x56x56x128xf32>
    ```
  }];
  let arguments = (ins DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$dilations,
                       DenseI64ArrayAttr:$pad,
                       Wino_ShapedRankOf<[6]>:$input,
                       Wino_EpilogueShapedRankOf<[4]>:$init,
                       Variadic<Wino_EpilogueShapedRankOf<[1, 4]>>:$epilogueOperands,
                       OptionalAttr<Wino_ScheduleAttr>:$schedule,
                       Wino_ImageLayoutOrNHWC:$layout,
                       // Absent if all are NHWC.
                       OptionalAttr<DenseI32ArrayAttr>:$epilogue_layouts,
                       UnitAttr:$streamStores);
  let assemblyFormat = [{
    `strides` $strides `dilations` $dilations `pad` $pad (`schedule` $schedule^)?
    (`layout` $layout^)? (`stream_stores` $streamStores^)?
    `ins` `(` $input `:` type($input) `)`
    `outs` `(` $init `:` type($init) `)`
    custom<Epilogue>($epilogueOperands, type($epilogueOperands),
                     $epilogue_layouts, $epilogue, ref(type($input)))
    attr-dict (`->` type($result)^)?
  }];
  let extraClassDeclaration = resultOpDeclarations # [{
    /// Taps along an axis.
    int64_t getNumTaps(unsigned axis) {
      return getInputType().getDimSize(tile_dim::kTapRow + axis);
    }
    /// Pixels that the taps span along an axis: d (k - 1) + 1.
    int64_t getExtent(unsigned axis) {
      return getDilations()[axis] * (getNumTaps(axis) - 1) + 1;
    }
    int64_t getPadLow(unsigned axis) { return getPad()[2 * axis]; }
    int64_t getPadHigh(unsigned axis) { return getPad()[2 * axis + 1]; }
    bool isPadded(unsigned axis) {
      return getPadLow(axis) != 0 || getPadHigh(axis) != 0;
    }
  }];
}

def Wino_ColumnProductOp : Wino_ResultOp<"column_product"> {
  let summary = "Multiply filters by patches in panels of columns";
  let description = [{
    For filters f [K, D], a row each, and the columns P that `wino.im2col` makes
    in blocks of BR x BC = `block` computes

        y[n, s, t, k] = e(sum_d f[k, d] P[n, s div BR, t div BC, q div NR, d,
                                          q mod NR])
        q = (s mod BR) BC + t mod BC

    which is a convolution. P may have its elements in groups, as there. Vectors
    run along the pixels, so that results in NCHW (`layout nchw`) are stored as
    they are; those in NHWC are transposed in registers.

    e is the epilogue, as in `wino.output_transform`, and `layout` is that of the
    result, as there. `schedule` gives the block of pixels, which is `block`, and
    sizes the micro-kernel. `micro_rows`, how many output channels a micro-kernel
    computes, is left of it when the op has been tiled. Tiles begin with a block.
    Integers are summed modulo 2^32. With `narrow_range` no element of f is the
    least of its type, so that two products of i8 fit i16.

    - (C1) P and `init` agree in N.
    - (C2) f and P agree in D.
    - (C3) P has the blocks that `init` needs: ceil(OH / BR) x ceil(OW / BC).
    - (C4) f has as many rows as `init` channels.
    - (C5) An epilogue operand has the shape [K], or in its layout that of `init`.
    - (C6) The region has one argument for the sum, a float of the element type
      or an i32, and one per operand, of its element type; it yields an element
      of `init`.
    - (C7) The ops of the region are elementwise and free of side effects.
    - (C8) The element types of f and P are equal: floats, i8 or i16. Only integers
      come in groups.
    - (C9) D, NR and g are static, and g and NR not 0.
    - (C10) `block` is as in `wino.im2col`, (C10).
    - (C11) P and the schedule agree in NR.
    - (C12) `micro_rows` is in [1, 2^20].
    - (C13) `epilogue_layouts` are as in `wino.output_transform`, (C10).

    ```mlir
    %y = wino.column_product block [8, 56] layout nchw
      ins(%f, %p : tensor<128x576xf32>, tensor<1x7x1x28x576x16xf32>)
      outs(%init : tensor<1x128x56x56xf32>)
      epilogue(%bias : tensor<128xf32>) {
    ^bb0(%sum: f32, %b: f32):
      %z = arith.addf %sum, %b : f32
      wino.yield %z : f32
    } -> tensor<1x128x56x56xf32>
    ```
  }];
  let arguments = (ins Wino_PixelBlock:$pixelBlock,
                       Wino_ShapedRankOf<[2]>:$filter,
                       Wino_ShapedRankOf<[6, 7]>:$columns,
                       Wino_EpilogueShapedRankOf<[4]>:$init,
                       Variadic<Wino_EpilogueShapedRankOf<[1, 4]>>:$epilogueOperands,
                       OptionalAttr<Wino_ScheduleAttr>:$schedule,
                       Wino_ImageLayoutOrNHWC:$layout,
                       // Absent if all are NHWC.
                       OptionalAttr<DenseI32ArrayAttr>:$epilogue_layouts,
                       OptionalAttr<ConfinedAttr<I64Attr, [
                         IntMinValue<1>, IntMaxValue<1048576>
                       ]>>:$microRows,
                       UnitAttr:$narrowRange);
  let assemblyFormat = [{
    `block` $pixelBlock (`narrow_range` $narrowRange^)? (`schedule` $schedule^)?
    (`micro_rows` $microRows^)? (`layout` $layout^)?
    `ins` `(` $filter `,` $columns `:` type($filter) `,` type($columns) `)`
    `outs` `(` $init `:` type($init) `)`
    custom<Epilogue>($epilogueOperands, type($epilogueOperands),
                     $epilogue_layouts, $epilogue, ref(type($filter)))
    attr-dict (`->` type($result)^)?
  }];
  let extraClassDeclaration = dpsDeclarations # [{
    ImageDims getImageDims() { return wino::getImageDims(getLayout()); }
    ::mlir::ShapedType getFilterType() {
      return ::llvm::cast<::mlir::ShapedType>(getFilter().getType());
    }
    ::mlir::ShapedType getColumnsType() {
      return ::llvm::cast<::mlir::ShapedType>(getColumns().getType());
    }
    /// Elements of a column: D.
    int64_t getDepth() { return getPackedChannels(getColumnsType()); }
  }];
}

def Wino_YieldOp : Op<Wino_Dialect, "yield", [
    Pure, ReturnLike, Terminator,
    ParentOneOf<["OutputTransformOp", "ConvOp", "OffsetAddOp",
                 "ColumnProductOp"]>]> {
  let summary = "End an epilogue";
  let description = [{
    Ends the region of `wino.output_transform`, `wino.conv`, `wino.offset_add` or
    `wino.column_product` with the value of its element.
  }];
  let arguments = (ins Wino_EpilogueElement:$value);
  let assemblyFormat = "$value attr-dict `:` type($value)";
}

#endif // WINO_IR_WINOOPS_TD
