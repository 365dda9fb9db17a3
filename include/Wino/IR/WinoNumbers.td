//===- WinoNumbers.td - Number systems of exact integers ----*- tablegen -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_IR_WINONUMBERS_TD
#define WINO_IR_WINONUMBERS_TD

include "Wino/IR/WinoDialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

def Wino_RingAttr : AttrDef<Wino_Dialect, "Ring"> {
  let mnemonic = "ring";
  let summary = "the integers modulo 2^32";
  let description = [{
    A convolution of integers whose transforms are scaled to integers, A^T, G and
    B^T together by D = 2^e q with q odd. Transformed operands have 16 bits,
    products are summed in 32 bits and wrap, and

        y = ((Z q^-1) mod 2^32) >> e

    is exact where -2^(31-e) <= y < 2^(31-e).

    ```mlir
    #wino.ring
    ```
  }];
  let assemblyFormat = "";
}

def Wino_RnsAttr : AttrDef<Wino_Dialect, "Rns"> {
  let mnemonic = "rns";
  let summary = "a residue number system";
  let description = [{
    Integers as their residues modulo pairwise coprime moduli m_i. Residues are
    centred, -floor(m_i / 2) <= x mod m_i <= (m_i - 1) / 2, so that a modulus of
    at most 256 needs 8 bits. With M the product of the moduli, the system
    represents the integers -floor(M / 2) .. (M - 1) / 2.

    ```mlir
    #wino.rns<[253, 251, 247]>
    ```

    Constraints:

    - (C1) There are 1 to 8 moduli, all in 2 .. 2^16.
    - (C2) The moduli are pairwise coprime.
    - (C3) Only the first modulus may be even.
    - (C4) Their product is below 2^63.
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$moduli);
  let assemblyFormat = "`<` `[` $moduli `]` `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    ResidueSystem getSystem() const;
  }];
}

def Wino_ReconstructionMixedRadix
    : I32EnumAttrCase<"MixedRadix", 0, "mixed_radix">;
def Wino_ReconstructionCRT : I32EnumAttrCase<"CRT", 1, "crt">;
def Wino_Reconstruction : I32EnumAttr<"Reconstruction",
    "how an integer is put together from residues", [
      Wino_ReconstructionMixedRadix, Wino_ReconstructionCRT]> {
  let cppNamespace = "::wino";
}

#endif // WINO_IR_WINONUMBERS_TD
