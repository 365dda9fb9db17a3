//===- WinoAttrInterfaces.td - Interfaces of attributes -----*- tablegen -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_IR_WINOATTRINTERFACES_TD
#define WINO_IR_WINOATTRINTERFACES_TD

include "mlir/IR/Interfaces.td"

def Wino_NumbersAttrInterface : AttrInterface<"NumbersAttrInterface"> {
  let description = [{
    The numbers that the transforms of a convolution compute with where these
    are not the elements of its image.

    A number may be represented by several factors, its planes (the residues of a
    residue number system): V and U then hold L alpha x alpha' taps, of which
    those of plane l begin at row l alpha, and so does M.
  }];
  let cppNamespace = "::wino";
  let summary = "numbers of a transform";
  // Transforms are passed by reference because they are declared later.
  let methods = [
    InterfaceMethod<"Returns the type of the elements of images and filters.",
                    "::mlir::Type", "getElementType">,
    InterfaceMethod<"Returns the type of the elements of V and U.",
                    "::mlir::Type", "getFactorType">,
    InterfaceMethod<"Returns how many planes of taps a transform has: L.",
                    "int64_t", "getNumPlanes", (ins), /*methodBody=*/"",
                    /*defaultImplementation=*/"return 1;">,
    InterfaceMethod<[{
      Whether no element of U is the least of its type: see wino.hadamard.
    }], "bool", "hasNarrowFactors", (ins), /*methodBody=*/"",
        /*defaultImplementation=*/"return false;">,
    InterfaceMethod<"Succeeds if `transform` can be computed; else says why not.",
                    "::llvm::Error", "checkTransform",
                    (ins "const TransformAttr &":$transform)>,
    InterfaceMethod<[{
      Returns the matrices of `transform`, which can be computed, along `axis` (0:
      rows) that give a plane; those of a smaller tile if `atEdge`.
    }], "Transform1D", "getMatrices",
        (ins "const TransformAttr &":$transform, "unsigned":$axis, "bool":$atEdge,
             "int64_t":$plane)>
  ];
}

#endif // WINO_IR_WINOATTRINTERFACES_TD
