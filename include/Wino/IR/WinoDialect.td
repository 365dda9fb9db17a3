//===- WinoDialect.td - The wino dialect -------------------*- tablegen -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_IR_WINODIALECT_TD
#define WINO_IR_WINODIALECT_TD

include "mlir/IR/OpBase.td"

def Wino_Dialect : Dialect {
  let name = "wino";
  let cppNamespace = "::wino";
  let summary = "Fast convolution: Winograd transforms and their products";
  let description = [{
    The `wino` dialect holds the stages of fast 2-D convolution as ops in
    destination style. A convolution by F(m x m', r x r') (Lavin & Gray,
    arXiv 1509.09308) is

        U = filter_transform(filter)       U = G g G'^T   per channel pair
        V = input_transform(image)         V = B^T d B'   per tile and channel
        M = hadamard(V, U)                 one GEMM per tap of the tile
        Y = output_transform(M)            Y = A^T M A'   per tile and channel

    with alpha = m + r - 1 taps along each axis. Convolutions that gain nothing
    from the transforms are one op, `wino.conv`, whose micro-kernels read the
    image, or a strip of it that `wino.pad_image` has padded, and write the
    result. `wino.im2row` in place of the input transform and a single tap are
    another way to compute them, by a copy of every patch, and so are `wino.im2col`
    and `wino.column_product`, whose vectors run along the pixels, not the output
    channels. `wino.offset_add` sums the products of the pixels of an image by all taps of a filter, each at
    its offset.

    The letters in the ops' documentation: N images of H x W pixels and C
    channels, K output channels, TH x TW tiles, and alpha x alpha' taps.

    The ops `wino.rns.*` compute with integers in a residue number system: on
    scalars, vectors or tensors, elementwise, as `arith` does.

    The operands of a stage are all tensors or all memrefs. None has more than 2^48
    elements (a dynamic size counted as one), so that sizes can be computed with.

    Discardable attributes of the dialect:

    - `wino.plan` on a convolution: the `#wino.plan` to compute it by.
    - `wino.search` on a convolution with a plan: a dictionary that tells why a
      search chose it. `wino-apply-plan` moves it to the record of the layer.
    - `wino.weight` on a function argument: the argument does not change between
      calls, so work that depends on it alone may move to a function that runs
      once. Either a unit attribute, or elements of the argument's type: its
      value.
    - `wino.name` on a function argument or result: its name in the source model.
    - `wino.unsigned`, a unit attribute on a function argument or result that is
      a tensor of i8: its bytes are unsigned.
    - `wino.prepare` on a function: the function that computes its packed
      arguments from the weights.
    - `wino.packed` on a function argument or result: with an index, the prepared
      weight of this number, an argument of a function and a result of its
      prepare function; as a unit attribute, the argument that holds all of them.
    - `wino.scratch`, a unit attribute on a function argument: memory for the
      buffers of a call, undefined before and after.
    - `wino.scratch_bytes`, `wino.scratch_lower_bound` and `wino.packed_bytes` on
      a function: the sizes of its scratch and packed arguments, and of the
      largest set of buffers in the scratch that live at the same time.
  }];
  let useDefaultAttributePrinterParser = 1;
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
  let hasRegionResultAttrVerify = 1;
  let hasConstantMaterializer = 1;
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::tensor::TensorDialect"
  ];
  let extraClassDeclaration = [{
    /// Names of the discardable attributes, documented in the description.
    static constexpr ::llvm::StringLiteral kPlanAttrName = "wino.plan";
    static constexpr ::llvm::StringLiteral kSearchAttrName = "wino.search";
    static constexpr ::llvm::StringLiteral kWeightAttrName = "wino.weight";
    static constexpr ::llvm::StringLiteral kNameAttrName = "wino.name";
    static constexpr ::llvm::StringLiteral kUnsignedAttrName = "wino.unsigned";
    static constexpr ::llvm::StringLiteral kPrepareAttrName = "wino.prepare";
    static constexpr ::llvm::StringLiteral kPackedAttrName = "wino.packed";
    static constexpr ::llvm::StringLiteral kScratchAttrName = "wino.scratch";
    static constexpr ::llvm::StringLiteral kScratchBytesAttrName =
        "wino.scratch_bytes";
    static constexpr ::llvm::StringLiteral kScratchLowerBoundAttrName =
        "wino.scratch_lower_bound";
    static constexpr ::llvm::StringLiteral kPackedBytesAttrName =
        "wino.packed_bytes";

    /// Registers the attributes of the dialect; called by initialize().
    void registerAttributes();
  }];
}

#endif // WINO_IR_WINODIALECT_TD
