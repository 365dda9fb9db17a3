// The 7x12 micro-kernel on NEON: per four channels 84 multiply-adds by element
// and nothing on the stack. 84 of about 102 instructions are the product.

// RUN: wino-opt %s --pass-pipeline="builtin.module(convert-wino-to-vector{prefetch=false},canonicalize,cse,expand-strided-metadata,lower-affine,convert-scf-to-cf,convert-vector-to-llvm,finalize-memref-to-llvm,convert-arith-to-llvm,convert-index-to-llvm,convert-func-to-llvm,convert-cf-to-llvm,convert-ub-to-llvm,canonicalize,cse,reconcile-unrealized-casts)" \
// RUN:   | mlir-translate --mlir-to-llvmir -o %t.ll
// RUN: opt -O3 -mtriple=aarch64-linux-gnu -mcpu=cortex-a73 %t.ll -o %t.bc
// RUN: llc -O3 -mtriple=aarch64-linux-gnu -mcpu=cortex-a73 %t.bc -o %t.s
// RUN: FileCheck %s < %t.s
// RUN: FileCheck %s --check-prefix=STACK < %t.s

// CHECK: This Inner Loop Header
// CHECK-COUNT-84: fmla v{{[0-9]+}}.4s, v{{[0-9]+}}.4s, v{{[0-9]+}}.s[
// CHECK-NOT: fmla
// CHECK: b.{{[a-z]+}} .LBB0_

// STACK: fmla
// STACK-NOT: [sp
// STACK: b.{{[a-z]+}} .LBB0_
func.func @kernel(%v: memref<6x6x1x2x14x64xf32>, %u: memref<1x6x6x4x64x12xf32>,
                  %m: memref<6x6x1x2x14x48xf32>) {
  wino.hadamard schedule
      <block = 2x14, k_block = 48, micro_tile = 7x12, vector = 4>
    ins(%v, %u : memref<6x6x1x2x14x64xf32>, memref<1x6x6x4x64x12xf32>)
    outs(%m : memref<6x6x1x2x14x48xf32>)
  return
}
