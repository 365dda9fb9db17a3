//===- WinoAttributes.td - Attributes of the wino dialect ---*- tablegen -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_IR_WINOATTRIBUTES_TD
#define WINO_IR_WINOATTRIBUTES_TD

include "Wino/IR/WinoAttrInterfaces.td"
include "Wino/IR/WinoDialect.td"
include "Wino/IR/WinoNumbers.td"
include "Wino/IR/WinoQuantized.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

class Wino_Attr<string name, string attrMnemonic, list<Trait> traits = []>
    : AttrDef<Wino_Dialect, name, traits> {
  let mnemonic = attrMnemonic;
}

def Wino_TransformAttr : Wino_Attr<"Transform", "transform"> {
  let summary = "a 2-D transform F(m x m', r x r')";
  let description = [{
    The pair of 1-D transforms that compute m x m' outputs of a correlation with
    r x r' taps from alpha x alpha' inputs, alpha = m + r - 1: one along the rows
    (applied to every column of a tile), one along the columns.

    Each axis is either a Cook-Toom transform on alpha distinct points, rational
    or `inf`, from which A^T, G and B^T are derived exactly, or three explicit
    matrices with rational or floating-point entries. Without points the default
    points of F(m, r) stand for them.

    ```mlir
    #wino.transform<F(4x4, 3x3)>
    #wino.transform<F(4x4, 3x3), points = [0, 1, -1, 2, -2, inf]>
    #wino.transform<F(4x1, 3x1)>
    #wino.transform<F(4x2, 3x5), rows = [0, 1, -1, 1/2, -2, inf]>
    #wino.transform<F(1x1, 2x2), matrices = {AT = [[1, 1]],
                    G = [[1, 0], [0, 1]], BT = [[1, 0], [0, 1]]}>
    ```

    `points` and `matrices` serve both axes, `rows` and `cols` one, each in
    either form.

    With `edge` the last tile along an axis, where m does not divide the image,
    is a smaller one: 14 = 5 + 5 + 4 outputs need 7 + 7 + 6 products, not 3 * 7.
    Its transform stands on the first of the points and shares the transformed
    filters; it uses their first taps. Default points have `inf` among these.

    ```mlir
    #wino.transform<F(5x5, 3x3), edge = 4x4>
    ```

    Constraints:

    - (C1) m, r >= 1 and alpha = m + r - 1 <= 24 on each axis.
    - (C2) An axis with points has alpha of them, all distinct.
    - (C3) Explicit matrices are A^T: m x alpha, G: alpha x r, B^T: alpha x alpha.
    - (C4) Explicit rational matrices satisfy the convolution identity
      sum_k A^T[i,k] G[k,j] B^T[k,l] = [l = i + j] exactly.
    - (C5) Floating-point entries are finite.
    - (C6) `edge` is in [1, m] on each axis, and m unless the axis has points.
  }];
  let parameters = (ins
    "int64_t":$mRows, "int64_t":$mCols, "int64_t":$rRows, "int64_t":$rCols,
    // m of the last tile along an axis; that of the others where it is not
    // smaller.
    "int64_t":$edgeRows, "int64_t":$edgeCols,
    // ArrayAttr of StringAttr (points), or DictionaryAttr of AT, G and BT, each
    // an ArrayAttr of rows of StringAttr (rational) or FloatAttr entries.
    "::mlir::Attribute":$rows, "::mlir::Attribute":$cols);
  let builders = [
    AttrBuilder<(ins "int64_t":$mRows, "int64_t":$mCols, "int64_t":$rRows,
                     "int64_t":$rCols)>,
    AttrBuilder<(ins "int64_t":$mRows, "int64_t":$mCols, "int64_t":$rRows,
                     "int64_t":$rCols, "int64_t":$edgeRows,
                     "int64_t":$edgeCols)>,
    AttrBuilder<(ins "int64_t":$mRows, "int64_t":$mCols, "int64_t":$rRows,
                     "int64_t":$rCols, "::llvm::ArrayRef<Point>":$rowPoints,
                     "::llvm::ArrayRef<Point>":$colPoints)>
  ];
  let genVerifyDecl = 1;
  let hasCustomAssemblyFormat = 1;
  let extraClassDeclaration = [{
    int64_t getAlphaRows() const { return getMRows() + getRRows() - 1; }
    int64_t getAlphaCols() const { return getMCols() + getRCols() - 1; }
    /// The outputs of a tile along an axis (0: rows), of one at the edge if
    /// `atEdge`.
    int64_t getM(unsigned axis, bool atEdge = false) const {
      if (axis == 0)
        return atEdge ? getEdgeRows() : getMRows();
      return atEdge ? getEdgeCols() : getMCols();
    }
    int64_t getR(unsigned axis) const {
      return axis == 0 ? getRRows() : getRCols();
    }
    int64_t getAlpha(unsigned axis, bool atEdge = false) const {
      return getM(axis, atEdge) + getR(axis) - 1;
    }
    /// Whether the last tile along `axis` may be a smaller one.
    bool hasEdge(unsigned axis) const {
      return getM(axis, /*atEdge=*/true) != getM(axis);
    }
    bool hasEdge() const { return hasEdge(0) || hasEdge(1); }
    /// How many of the tiles along `axis` are whole ones, if the result has
    /// `pixels` there: all if the axis has no smaller ones.
    int64_t getNumWholeTiles(unsigned axis, int64_t pixels) const {
      return hasEdge(axis) ? pixels / getM(axis)
                           : llvm::divideCeil(pixels, getM(axis));
    }
    /// The transform along `axis`; that of the rows applies to the columns of a
    /// tile.
    Transform1D getTransform(unsigned axis, bool atEdge = false) const;
    Transform1D getRowTransform() const { return getTransform(0); }
    Transform1D getColTransform() const { return getTransform(1); }
    /// Whether the transform computes the correlation exactly, i.e. no axis has
    /// floating-point matrices.
    bool isExact() const;
    /// Whether the transform is the identity F(1x1, 1x1).
    bool isIdentity() const;
    /// Returns the transform F(1x1, r x r') that keeps a filter as it is: G and
    /// B^T are identity matrices.
    static TransformAttr getKept(::mlir::MLIRContext *context, int64_t rRows,
                                 int64_t rCols);
    /// Prints `F(4x4, 3x3)` or `F(5x5, 3x3), edge = 4x4`.
    std::string getName() const;
  }];
}

def Wino_RingAttr : Wino_Attr<"Ring", "ring", [
    DeclareAttrInterfaceMethods<Wino_NumbersAttrInterface>]> {
  let summary = "the integers modulo 2^32";
  let description = [{
    Numbers of a transform of i8. Its matrices are scaled to integers, so that it
    computes D y, D = 2^e q with q odd; V and U are i16, and M is i32. As sums and
    products are exact modulo 2^32, y = ((A^T M A) q^-1 mod 2^32) >> e is exact
    for -2^(31-e) <= y < 2^(31-e), though accumulators wrap.

    ```mlir
    #wino.ring
    ```
  }];
}

def Wino_ScheduleAttr : Wino_Attr<"Schedule", "schedule"> {
  let summary = "how the loop nest of a convolution is blocked";
  let description = [{
    A convolution runs in blocks of `block` tiles (rows x columns; 0 means all;
    without a transform a tile is a pixel), whose transformed input and products
    stay in cache, and inside in blocks of `k_block` output channels. The products
    of a block are computed by micro-kernels that hold `micro_tile` rows x output
    channels in registers of `vector` elements. Transformed filters are packed in
    panels of the micro tile's columns, `k_block` output channels at a time.

    With `c_block` the products of a block are summed over parts of so many
    input channels; without it, or 0, over all at once. Filters that are
    transformed `on_the_fly` are packed once as they are, and a block's part of
    them is transformed where it is used, `c_block` x `k_block` channels at a
    time: less memory is read than for transformed filters, for the price of
    transforming in every block.

    With `block_images` a block holds the tiles of so many images, which then
    share one reading of the filters: for images whose tiles are few.

    With `group` an instruction of the micro-kernel sums the products of so many
    input channels, which packed filters therefore hold side by side.

    ```mlir
    #wino.schedule<block = 2x14, k_block = 64, micro_tile = 5x16, vector = 4>
    #wino.schedule<block = 3x3, k_block = 16, c_block = 64, micro_tile = 5x16,
                   vector = 4, on_the_fly>
    #wino.schedule<block = 1x14, k_block = 64, micro_tile = 14x32, vector = 16,
                   plane_padding = 16, prefetch, stream_stores>
    #wino.schedule<block = 2x2, k_block = 64, micro_tile = 6x16, vector = 4,
                   block_images = 4>
    ```

    The planes of a block, one per tap, lie `plane_padding` elements further
    apart than their size, and as much again where they would still compete for
    the same sets of a cache; without it, or 0, they follow each other.

    `prefetch` fetches the next part of a packed filter while the first pixels or
    tiles of a block are multiplied by the one before, and of an image, where a
    vector fills a cache line, the pixels of the next tile. `stream_stores` writes
    results past the caches, where they are aligned to vectors and the machine
    has such stores (x86): for results too large to be found there later.

    Constraints:

    - (C1) Block sizes are not negative, all other sizes and `block_images`
      positive.
    - (C2) The micro tile's columns are a multiple of `vector`.
    - (C3) `k_block` is a multiple of the micro tile's columns.
    - (C4) No size exceeds 2^20; `vector` is a power of two; `plane_padding` is
      not negative.
    - (C5) `c_block` is a multiple of `vector` and of `group`.
    - (C6) `group` is a power of two.
  }];
  let parameters = (ins
    "int64_t":$blockRows, "int64_t":$blockCols, "int64_t":$kBlock,
    "int64_t":$microRows, "int64_t":$microCols, "int64_t":$vector,
    "int64_t":$cBlock, "int64_t":$group, "int64_t":$planePadding,
    "int64_t":$blockImages, "bool":$onTheFly, "bool":$prefetch, "bool":$streamStores);
  let genVerifyDecl = 1;
  let hasCustomAssemblyFormat = 1;
}

def Wino_AlgorithmWinograd : I32EnumAttrCase<"Winograd", 0, "winograd">;
def Wino_AlgorithmIm2Row : I32EnumAttrCase<"Im2Row", 1, "im2row">;
def Wino_AlgorithmDirect : I32EnumAttrCase<"Direct", 2, "direct">;
def Wino_AlgorithmLoops : I32EnumAttrCase<"Loops", 3, "loops">;
def Wino_AlgorithmKn2Row : I32EnumAttrCase<"Kn2Row", 4, "kn2row">;
def Wino_AlgorithmIm2Col : I32EnumAttrCase<"Im2Col", 5, "im2col">;
def Wino_Algorithm : I32EnumAttr<"Algorithm", "a convolution algorithm", [
    Wino_AlgorithmWinograd, Wino_AlgorithmIm2Row, Wino_AlgorithmDirect,
    Wino_AlgorithmLoops, Wino_AlgorithmKn2Row, Wino_AlgorithmIm2Col]> {
  let cppNamespace = "::wino";
  let genSpecializedAttr = 0;
}

def Wino_ImageLayoutNHWC : I32EnumAttrCase<"NHWC", 0, "nhwc">;
def Wino_ImageLayoutNCHW : I32EnumAttrCase<"NCHW", 1, "nchw">;
def Wino_ImageLayout : I32EnumAttr<"ImageLayout", "the order of an image's dimensions", [
    Wino_ImageLayoutNHWC, Wino_ImageLayoutNCHW]> {
  let cppNamespace = "::wino";
}
// Ops print the layout of their image unless it is NHWC. An attribute, because
// upstream patterns that clone ops drop properties that are none.
def Wino_ImageLayoutOrNHWC
    : DefaultValuedAttr<Wino_ImageLayout, "::wino::ImageLayout::NHWC">;

def Wino_PlanAttr : Wino_Attr<"Plan", "plan"> {
  let summary = "how to compute one convolution";
  let description = [{
    The algorithm, its transform and its schedule. A user may write a plan by
    hand, a pass may choose it; `wino-apply-plan` rewrites the convolution by it.

    - `winograd`: transforms and one GEMM per tap. Integers need `numbers` in
      which the transform is exact.
    - `direct`: micro-kernels that read the image, sum over the whole filter and
      write the result.
    - `im2row`: rows of patches and one GEMM.
    - `im2col`: columns of patches, which the filters multiply from the left: the
      vectors of its GEMM run along the pixels. Its `micro_tile` has output
      channels as rows and pixels as columns.
    - `kn2row`: one GEMM of the image by all taps of the filter, whose products
      are then added at their offsets.
    - `loops`: the convolution stays a `linalg` op.

    A plan whose numbers have not been proved to hold the results is refused,
    unless it is `unproved`: then the user knows of the data what the compiler
    does not, and results beyond the range are wrong. Reports and remarks say so.

    Numbers that hold no sum over all input channels may hold one over fewer: with
    `chunk` the convolution is the sum of convolutions of so many input channels
    at a time, each exact, and added modulo 2^32. The last has those that are left.

    ```mlir
    #wino.plan<algorithm = winograd, transform = <F(4x4, 3x3)>,
      schedule = <block = 2x14, k_block = 64, micro_tile = 5x16, vector = 4>>
    #wino.plan<algorithm = direct,
      schedule = <block = 4x28, k_block = 120, micro_tile = 7x12, vector = 4>>
    #wino.plan<algorithm = loops>
    #wino.plan<algorithm = winograd, transform = <F(4x4, 3x3)>,
      numbers = #wino.ring,
      schedule = <block = 4x14, k_block = 64, micro_tile = 6x16, vector = 4>>
    #wino.plan<algorithm = winograd, transform = <F(4x4, 3x3)>,
      numbers = #wino.ring,
      schedule = <block = 4x14, k_block = 64, micro_tile = 6x16, vector = 4>,
      unproved = true>
    #wino.plan<algorithm = winograd, transform = <F(4x4, 3x3)>,
      numbers = #wino.rns<[4001, 4331]>,
      schedule = <block = 4x14, k_block = 64, micro_tile = 6x16, vector = 4>,
      chunk = 48>
    ```

    Constraints:

    - (C1) `winograd` has a transform, no other algorithm has one.
    - (C2) `loops` has no schedule, all other algorithms have one.
    - (C3) Only `winograd` transforms filters `on_the_fly`.
    - (C4) Only `winograd` has `numbers`, in which its transform can be
      computed.
    - (C5) Only plans with `numbers` that are exact are `unproved`.
    - (C6) Only these have a `chunk`, which is not negative; 0, as without it, are
      all input channels.
  }];
  let parameters = (ins
    EnumParameter<Wino_Algorithm>:$algorithm,
    OptionalParameter<"TransformAttr">:$transform,
    OptionalParameter<"NumbersAttrInterface">:$numbers,
    OptionalParameter<"ScheduleAttr">:$schedule,
    DefaultValuedParameter<"bool", "false">:$unproved,
    DefaultValuedParameter<"int64_t", "0">:$chunk);
  let genVerifyDecl = 1;
  let assemblyFormat = "`<` struct(params) `>`";
}

#endif // WINO_IR_WINOATTRIBUTES_TD
