//===- WinoQuantized.td - Quantized numbers -----------------*- tablegen -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_IR_WINOQUANTIZED_TD
#define WINO_IR_WINOQUANTIZED_TD

include "Wino/IR/WinoAttrInterfaces.td"
include "Wino/IR/WinoDialect.td"
include "mlir/IR/AttrTypeBase.td"

def Wino_ScalesAttr : AttrDef<Wino_Dialect, "Scales"> {
  let mnemonic = "scales";
  let summary = "the scales of one stage of a quantized convolution";
  let description = [{
    A real number is a scale times an integer. There is one scale `per_tensor`,
    one `per_tap`, rows of taps one after the other, or one `per_channel`: of the
    image for what enters products from it, else of the output. Scales that are
    not listed are found elsewhere; with `powers_of_two` they are rounded up to
    these.

    ```mlir
    #wino.scales<per_tap>
    #wino.scales<per_tensor, powers_of_two>
    #wino.scales<per_tensor, [5.000000e-01]>
    ```

    Constraints:

    - (C1) Scales are positive and finite as f32.
    - (C2) There is one scale per tensor.
  }];
  let parameters = (ins
    "ScalePer":$per, "bool":$powersOfTwo,
    OptionalParameter<"::mlir::DenseF32ArrayAttr">:$values);
  let genVerifyDecl = 1;
  let hasCustomAssemblyFormat = 1;
  let extraClassDeclaration = [{
    StageScales getStage() const;
  }];
}

def Wino_QuantizedAttr : AttrDef<Wino_Dialect, "Quantized", [
    DeclareAttrInterfaceMethods<Wino_NumbersAttrInterface, ["hasNarrowFactors"]>]> {
  let mnemonic = "quantized";
  let summary = "integers of a few bits, which are not exact";
  let description = [{
    Numbers of a transform of i8 as Winograd-aware networks have them
    (Fernandez-Marques et al., arXiv 2002.10711): V and U are rounded to integers
    of `bits` bits, of type i8 or beyond 8 bits i16, and M is i32. M and y may be
    rounded to as many bits, too. All have scales of their own; each may be given,
    and otherwise

    - that of `input` (V) has room for four deviations of V from its mean, or all
      V, where data are uniform in `data_min` .. `data_max`,
    - that of `filter` (U) follows from the largest absolute value,
    - that of `sums` (M) and `output` (y) follow from samples of data, before the
      convolution is rewritten.

    Input channels are summed over: where V has scales `per_channel`, U is
    multiplied by them before it is rounded.

    ```mlir
    #wino.quantized<input = <per_tap>, filter = <per_tap>>
    #wino.quantized<bits = 6, data_min = 0, normalized = true,
                    input = <per_tensor>, filter = <per_channel>,
                    sums = <per_tap>, output = <per_tensor, powers_of_two>>
    ```

    With `normalized` the rows of B^T and G are scaled by rationals near one over
    their length, and the columns of A^T by one over the product of both, so that
    one scale serves all taps.

    The result is y rounded to i32. It is not that of the convolution; how far it
    is away depends on the data. `max_error` allows a plan an error of the result,
    max |y' - y| / max |y|; without it passes refuse the plan unless their options
    allow one. Data of i8 are transformed in i16 where the rows
    of B^T can be scaled to integers that fit, and multiplied by integers / 2^15,
    so that scales of V are as precise as these; with scales `per_channel` in f32.

    Constraints:

    - (C1) `bits` is in 4 .. 16.
    - (C2) -128 <= `data_min` <= `data_max` <= 127.
    - (C3) The output has no scales per tap.
    - (C4) `max_error` is positive.
  }];
  let parameters = (ins
    DefaultValuedParameter<"int64_t", "8">:$bits,
    DefaultValuedParameter<"int64_t", "-128">:$data_min,
    DefaultValuedParameter<"int64_t", "127">:$data_max,
    DefaultValuedParameter<"bool", "false">:$normalized,
    OptionalParameter<"::mlir::FloatAttr">:$max_error,
    "ScalesAttr":$input, "ScalesAttr":$filter,
    OptionalParameter<"ScalesAttr">:$sums,
    OptionalParameter<"ScalesAttr">:$output);
  let genVerifyDecl = 1;
  let assemblyFormat = "`<` struct(params) `>`";
  let extraClassDeclaration = [{
    QuantizedNumbers getQuantization() const;
    /// Returns the attribute of `numbers`, which are valid.
    static QuantizedAttr get(::mlir::MLIRContext *context,
                             const QuantizedNumbers &numbers,
                             ::mlir::FloatAttr maxError = {});
    /// Returns the numbers of ops, to which the scales behind V are operands,
    /// and which are allowed to be what they are.
    QuantizedAttr getWithoutOperandScales() const;
  }];
}

#endif // WINO_IR_WINOQUANTIZED_TD
