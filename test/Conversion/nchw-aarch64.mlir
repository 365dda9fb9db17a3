// Images in NCHW on NEON: blocks of four channels and four pixels are loaded and
// stored as whole vectors and transposed by zips, without scalar accesses.

// RUN: wino-opt %s --pass-pipeline="builtin.module(convert-wino-to-vector,canonicalize,cse,expand-strided-metadata,lower-affine,convert-scf-to-cf,convert-vector-to-llvm,finalize-memref-to-llvm,convert-arith-to-llvm,convert-index-to-llvm,convert-func-to-llvm,convert-cf-to-llvm,convert-ub-to-llvm,canonicalize,cse,reconcile-unrealized-casts)" \
// RUN:   | mlir-translate --mlir-to-llvmir -o %t.ll
// RUN: opt -O3 -mtriple=aarch64-linux-gnu -mcpu=cortex-a73 %t.ll -o %t.bc
// RUN: llc -O3 -mtriple=aarch64-linux-gnu -mcpu=cortex-a73 %t.bc -o %t.s
// RUN: FileCheck %s < %t.s
// RUN: FileCheck %s --check-prefix=SCALAR < %t.s

// CHECK-LABEL: input:
// CHECK-COUNT-8: zip{{[12]}} v{{[0-9]+}}.4s, v{{[0-9]+}}.4s, v{{[0-9]+}}.4s
// CHECK-LABEL: output:
// CHECK-COUNT-8: zip{{[12]}} v{{[0-9]+}}.4s, v{{[0-9]+}}.4s, v{{[0-9]+}}.4s

// SCALAR-NOT: ldr s
// SCALAR-NOT: str s
// SCALAR-NOT: .s[
// SCALAR-NOT: .s }[
func.func @input(%x: memref<1x32x56x56xf32>, %v: memref<6x6x1x14x14x32xf32>) {
  wino.input_transform <F(4x4, 3x3)> pad [0, 2, 0, 2] layout nchw
    ins(%x : memref<1x32x56x56xf32>) outs(%v : memref<6x6x1x14x14x32xf32>)
  return
}

func.func @output(%m: memref<6x6x1x14x14x32xf32>, %y: memref<1x32x56x56xf32>) {
  wino.output_transform <F(4x4, 3x3)> layout nchw
    ins(%m : memref<6x6x1x14x14x32xf32>) outs(%y : memref<1x32x56x56xf32>)
  return
}
