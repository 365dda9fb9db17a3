//===- Passes.td - Wino's conversion passes ----------------*- tablegen -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_CONVERSION_PASSES_TD
#define WINO_CONVERSION_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertWinoToVectorPass : Pass<"convert-wino-to-vector"> {
  let summary = "Lower wino ops on memrefs to loops of native-width vector code";
  let description = [{
    Replaces every wino op by loops (`scf`) over vectors of `vector-length`
    elements, which run along the channels:

    - Transforms become straight-line code that applies the synthesized programs
      of the two axes to a tile. Tiles of more than 36 taps go through a
      scratch buffer on the stack, one loop per axis, as their values do not
      fit in registers.
    - `wino.hadamard` becomes a register-blocked GEMM per tap. The accumulators
      of a micro-kernel are values of native width carried by the loop over the
      input channels, which is marked not to be unrolled by LLVM. With `in-order`
      that loop is inline assembly where elements are f32 or i16, or i8 for dot
      products, and vectors have four sums: LLVM would not keep the order of the
      instructions, on which such a core depends. Single rows, the last, masked
      columns and the last channels, which fill no vector, stay vector code.
    - `wino.conv` runs the same micro-kernels over the whole depth of the filter,
      rows, columns and channels, applies its region to the accumulators and
      stores them to the result. Their rows are a rectangle of pixels of the
      result, at constant distances in the image if its sizes are known.
    - The regions of `wino.output_transform` and `wino.conv` are cloned on
      vectors.

    Tiles at the border of an image load from the nearest pixel inside and select
    zero; the last channels use masked accesses. So nothing outside a buffer is
    ever read or written. Sizes of images, tiles and batches may be dynamic, and
    buffers strided, as long as the channels are contiguous.

    - Integers are multiplied by the instructions that `integer-products` names,
      as far as the groups of channels that a filter is packed in suit them, else
      by extensions, products and sums. All are exact modulo 2^32.

    The pass fails if an op is still on tensors, its elements are no f16, f32,
    f64 or integers of whole bytes, or its channels are not contiguous.

    Example:

    ```mlir
    wino.output_transform <F(1x1, 1x1)>
      ins(%m : memref<1x1x1x8x8x64xf32>) outs(%y : memref<1x8x8x64xf32>)
    ```

    becomes

    ```mlir
    scf.for %s = %c0 to %c8 step %c1 {
      scf.for %t = %c0 to %c8 step %c1 {
        scf.for %k = %c0 to %c64 step %c4 {
          %0 = vector.load %m[%c0, %c0, %c0, %s, %t, %k]
            : memref<1x1x1x8x8x64xf32>, vector<4xf32>
          vector.store %0, %y[%c0, %s, %t, %k]
            : memref<1x8x8x64xf32>, vector<4xf32>
        }
      }
    }
    ```

    If the module has a target (see `wino-set-target`), it tells what the options
    do, which then have no effect.
  }];
  let options = [
    Option<"vectorLength", "vector-length", "int64_t", /*default=*/"4",
           "Elements of a native vector">,
    Option<"laneFma", "lane-fma", "bool", /*default=*/"true",
           "Multiply by lanes of vectors of the transformed input, as NEON can; "
           "otherwise by scalars that are loaded and broadcast">,
    Option<"inOrder", "in-order", "bool", /*default=*/"false",
           "Write the inner loops of products in assembly, scheduled for an "
           "AArch64 core that issues in order">,
    Option<"integerProducts", "integer-products", "::wino::IntegerProducts",
           /*default=*/"::wino::IntegerProducts::Generic",
           "The instructions for products of integers", [{::llvm::cl::values(
      clEnumValN(::wino::IntegerProducts::Generic, "generic",
                 "extensions, products and sums of vectors"),
      clEnumValN(::wino::IntegerProducts::Neon, "neon",
                 "products of i8 in i16, summed by pairs"),
      clEnumValN(::wino::IntegerProducts::NeonDot, "neon-dot",
                 "as neon, and sums of four products of i8"),
      clEnumValN(::wino::IntegerProducts::NeonMatrix, "neon-matrix",
                 "as neon-dot, and products of matrices of i8"),
      clEnumValN(::wino::IntegerProducts::VNNI, "vnni",
                 "AVX-512 VNNI"))}]>
  ];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::LLVM::LLVMDialect",
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
    "::mlir::vector::VectorDialect"
  ];
}

def ConvertRnsToArithPass : Pass<"convert-wino-rns-to-arith"> {
  let summary = "Lower ops on residues to integer arithmetic";
  let description = [{
    Replaces every `wino.rns` op on scalars, vectors or tensors of static shape by
    ops of `arith` on the same shape; `convert-elementwise-to-linalg` turns those
    on tensors, of any shape, into loops over scalars before.

    Nothing overflows: every sum and product is computed in the narrowest machine
    integers that hold its range, which follows from those of the operands by
    range analysis. A number is reduced only where its range is beyond the
    centred residues: by one conditional addition or subtraction if that is
    enough, otherwise by a remainder.

    Example:

    ```mlir
    func.func @f(%a: vector<16xi8>, %b: vector<16xi8>) -> vector<16xi8> {
      %s = wino.rns.add %a, %b modulo 253 : vector<16xi8>
      return %s : vector<16xi8>
    }
    ```

    becomes

    ```mlir
    %0 = arith.extsi %a : vector<16xi8> to vector<16xi16>
    %1 = arith.extsi %b : vector<16xi8> to vector<16xi16>
    %2 = arith.addi %0, %1 : vector<16xi16>
    %3 = arith.cmpi sgt, %2, %c126 : vector<16xi16>
    %4 = arith.subi %2, %c253 : vector<16xi16>
    %5 = arith.select %3, %4, %2 : vector<16xi1>, vector<16xi16>
    ...
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def ConvertCopyToLinalgPass : Pass<"convert-copy-to-linalg"> {
  let summary = "Turn copies of strided buffers into linalg ops";
  let description = [{
    Replaces every `memref.copy` between buffers that are not both contiguous by
    an elementwise `linalg.generic`, which becomes loops. MLIR's own lowering of
    such a copy calls a function of its runner library. Copies of contiguous
    buffers stay: they become `memcpy`.

    Example:

    ```mlir
    func.func @f(%x: memref<4x6xf32>,
                 %y: memref<4x6xf32, strided<[8, 1], offset: 9>>) {
      memref.copy %x, %y
        : memref<4x6xf32> to memref<4x6xf32, strided<[8, 1], offset: 9>>
      return
    }
    ```

    becomes

    ```mlir
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>,
                                     affine_map<(d0, d1) -> (d0, d1)>],
                    iterator_types = ["parallel", "parallel"]}
      ins(%x : memref<4x6xf32>)
      outs(%y : memref<4x6xf32, strided<[8, 1], offset: 9>>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    }
    ```
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

#endif // WINO_CONVERSION_PASSES_TD
