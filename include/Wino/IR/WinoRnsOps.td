//===- WinoRnsOps.td - Ops on residues ----------------------*- tablegen -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_IR_WINORNSOPS_TD
#define WINO_IR_WINORNSOPS_TD

include "Wino/IR/WinoNumbers.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/CommonAttrConstraints.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/InferIntRangeInterface.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Wino_RnsOp<string mnemonic, list<Trait> traits = []>
    : Op<Wino_Dialect, "rns." # mnemonic, traits # [
        Pure,
        DeclareOpInterfaceMethods<InferIntRangeInterface, ["inferResultRanges"]>
      ]> {
  let hasVerifier = 1;
}

// Applied to every element of vectors or tensors of one shape, or to scalars.
defvar Wino_ElementwiseTraits = [
  Elementwise, Scalarizable, Vectorizable, Tensorizable,
  SameOperandsAndResultShape
];

// An op whose results are residues; `modulus` is that of result `number`.
class Wino_ResidueOp<string mnemonic, string modulus, list<Trait> traits = []>
    : Wino_RnsOp<mnemonic, traits> {
  let hasFolder = 1;
  let extraClassDeclaration = [{
    /// The modulus of which a result is the centred residue.
    int64_t getResultModulus(unsigned number) {
      return }] # modulus # [{;
    }
  }];
  let extraClassDefinition = [{
    void $cppClass::inferResultRanges(
        ::llvm::ArrayRef<::mlir::ConstantIntRanges>,
        ::mlir::SetIntRangeFn setResultRange) {
      for (::mlir::OpResult result : getOperation()->getResults())
        setResultRange(result, getResidueRange(
            result.getType(), getResultModulus(result.getResultNumber())));
    }
  }];
}

def Wino_Modulus : ConfinedAttr<I64Attr, [IntMinValue<2>, IntMaxValue<65536>]>;

def Wino_RnsConstantOp
    : Wino_ResidueOp<"constant", "getSystem().getModuli()[number]"> {
  let summary = "Residues of a constant";
  let description = [{
    The residues of an integer, or of an elements attribute of integers, modulo
    every modulus of a system. Folds to constants of the residues.

    - (C1) The results are as many as the moduli and have the shape of the value.
    - (C2) Every result's type holds the residues of its modulus.
    - (C3) The value has at most 64 bits.

    ```mlir
    %r:3 = wino.rns.constant 123456 : i32 <[253, 251, 247]> : i8, i8, i8
    ```
  }];
  let arguments = (ins TypedAttrInterface:$value, Wino_RnsAttr:$system);
  let results = (outs Variadic<SignlessIntegerLike>:$residues);
  let assemblyFormat = "$value $system attr-dict `:` type($residues)";
}

def Wino_ToResiduesOp
    : Wino_ResidueOp<"to_residues", "getSystem().getModuli()[number]",
                     Wino_ElementwiseTraits> {
  let summary = "Take the residues of an integer";
  let description = [{
    The centred residues of an integer modulo every modulus of a system. They
    determine it if it is in the system's range.

    - (C1) The results are as many as the moduli.
    - (C2) Every result's type holds the residues of its modulus.
    - (C3) The integer has at most 64 bits.

    ```mlir
    func.func @example(%x: i32) {
      %r:3 = wino.rns.to_residues %x <[253, 251, 247]> : i32 -> i8, i8, i8
      return
    }
    ```
  }];
  let arguments = (ins SignlessIntegerLike:$input, Wino_RnsAttr:$system);
  let results = (outs Variadic<SignlessIntegerLike>:$residues);
  let assemblyFormat =
      "$input $system attr-dict `:` type($input) `->` type($residues)";
  let hasCanonicalizeMethod = 1;
}

def Wino_ReduceOp
    : Wino_ResidueOp<"reduce", "getModulus()", Wino_ElementwiseTraits> {
  let summary = "Take the residue modulo one modulus";
  let description = [{
    The centred residue of any integer. Folds if the integer is a residue of the
    same modulus already.

    - (C1) The result's type holds the residues.
    - (C2) The integer has at most 64 bits.

    ```mlir
    func.func @example(%x: vector<4xi32>) {
      %r = wino.rns.reduce %x modulo 251 : vector<4xi32> -> vector<4xi8>
      return
    }
    ```
  }];
  let arguments = (ins SignlessIntegerLike:$input, Wino_Modulus:$modulus);
  let results = (outs SignlessIntegerLike:$result);
  let assemblyFormat = [{
    $input `modulo` $modulus attr-dict `:` type($input) `->` type($result)
  }];
  let hasCanonicalizeMethod = 1;
}

class Wino_RnsBinaryOp<string mnemonic, string verb, string symbol,
                       list<Trait> traits = []>
    : Wino_ResidueOp<mnemonic, "getModulus()",
        Wino_ElementwiseTraits # [SameOperandsAndResultType] # traits> {
  let summary = verb # " modulo one modulus";
  let description = [{
    The centred residue of a }] # symbol # [{ b, of which nothing overflows. The
    operands need not be residues: a reduction in front is dropped.

    - (C1) The type holds the residues and has at most 32 bits.

    ```mlir
    func.func @example(%a: vector<16xi8>, %b: vector<16xi8>) {
      %r = wino.rns.}] # mnemonic # [{ %a, %b modulo 251 : vector<16xi8>
      return
    }
    ```
  }];
  let arguments = (ins SignlessIntegerLike:$lhs, SignlessIntegerLike:$rhs,
                       Wino_Modulus:$modulus);
  let results = (outs SignlessIntegerLike:$result);
  let assemblyFormat = [{
    $lhs `,` $rhs `modulo` $modulus attr-dict `:` type($result)
  }];
  let hasCanonicalizeMethod = 1;
}

def Wino_RnsAddOp : Wino_RnsBinaryOp<"add", "Add", "+", [Commutative]>;
def Wino_RnsSubOp : Wino_RnsBinaryOp<"sub", "Subtract", "-">;
def Wino_RnsMulOp : Wino_RnsBinaryOp<"mul", "Multiply", "*", [Commutative]>;

def Wino_ExtendBasisOp
    : Wino_ResidueOp<"extend_basis", "getExtension().getModuli()[number]",
                     Wino_ElementwiseTraits> {
  let summary = "Take residues modulo more moduli";
  let description = [{
    The residues modulo other moduli of the integer in the range of a system that
    has the given residues, by its mixed radix digits: no number is larger than a
    product of two residues.

    - (C1) The operands are as many as the moduli of the system, the results as
      those of the other one.
    - (C2) Every result's type holds the residues of its modulus.
    - (C3) The operands have at most 64 bits.

    ```mlir
    func.func @example(%a: i8, %b: i8, %c: i8) {
      %r = wino.rns.extend_basis %a, %b, %c <[251, 241, 239]> to <[233]>
        : i8, i8, i8 -> i8
      return
    }
    ```
  }];
  let arguments = (ins Variadic<SignlessIntegerLike>:$residues,
                       Wino_RnsAttr:$system, Wino_RnsAttr:$extension);
  let results = (outs Variadic<SignlessIntegerLike>:$extended);
  let assemblyFormat = [{
    $residues $system `to` $extension attr-dict `:` type($residues) `->`
    type($extended)
  }];
  let hasCanonicalizeMethod = 1;
}

def Wino_ReconstructOp
    : Wino_RnsOp<"reconstruct", Wino_ElementwiseTraits> {
  let summary = "Put an integer together from its residues";
  let description = [{
    The integer in the range of a system that has the given residues x_i:
    `mixed_radix` by centred digits a_i,

        y = a_0 + m_0 (a_1 + m_1 (a_2 + ...))
        a_i = (...((x_i - a_0) m_0^-1 - a_1) m_1^-1 ...) mod m_i

    with numbers no larger than products of two residues but for y itself, or
    `crt` by the Chinese remainder theorem,

        y = (sum_i ((x_i (M / m_i)^-1) mod m_i) M / m_i) mod M.

    Both give the same integer. The operands are taken modulo their moduli.

    - (C1) The operands are as many as the moduli.
    - (C2) The result's type holds the range of the system.
    - (C3) Operands and result have at most 64 bits.

    ```mlir
    func.func @example(%a: i8, %b: i8, %c: i8) {
      %y = wino.rns.reconstruct mixed_radix %a, %b, %c <[253, 251, 247]>
        : i8, i8, i8 -> i32
      return
    }
    ```
  }];
  let arguments = (ins Wino_Reconstruction:$method,
                       Variadic<SignlessIntegerLike>:$residues,
                       Wino_RnsAttr:$system);
  let results = (outs SignlessIntegerLike:$result);
  let assemblyFormat = [{
    $method $residues $system attr-dict `:` type($residues) `->` type($result)
  }];
  let hasFolder = 1;
  let hasCanonicalizeMethod = 1;
}

#endif // WINO_IR_WINORNSOPS_TD
