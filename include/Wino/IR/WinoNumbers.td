//===- WinoNumbers.td - Residue number systems --------------*- tablegen -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_IR_WINONUMBERS_TD
#define WINO_IR_WINONUMBERS_TD

include "Wino/IR/WinoAttrInterfaces.td"
include "Wino/IR/WinoDialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

def Wino_RnsAttr : AttrDef<Wino_Dialect, "Rns", [
    DeclareAttrInterfaceMethods<Wino_NumbersAttrInterface, ["getNumPlanes", "hasNarrowFactors"]>]> {
  let mnemonic = "rns";
  let summary = "a residue number system";
  let description = [{
    Integers as their residues modulo pairwise coprime moduli m_i. Residues are
    centred, -floor(m_i / 2) <= x mod m_i <= (m_i - 1) / 2, so that a modulus of
    at most 256 needs 8 bits. With M the product of the moduli, the system
    represents the integers -floor(M / 2) .. (M - 1) / 2.

    As numbers of a transform of i8 they have a plane for each modulus. V and U
    hold residues modulo m_i, not always centred, in i8 if all moduli are at most
    256 and in i16 else, and M their sums in i32. B^T and A^T are scaled to
    integers, which all planes share, and G is what the convolution identity asks
    of it modulo m_i; y is exact for 2 |y| < M.

    ```mlir
    #wino.rns<[253, 251, 247]>
    ```

    Constraints:

    - (C1) There are 1 to 8 moduli, all in 2 .. 2^16.
    - (C2) The moduli are pairwise coprime.
    - (C3) Only the first modulus may be even.
    - (C4) Their product is below 2^63.

    They compute transforms of rational matrices, without smaller tiles at the
    edge, whose alphas are at most the smallest prime factor of a modulus + 1 and
    whose points differ modulo all of these.
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
