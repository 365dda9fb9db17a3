// The 6x16 micro-kernel on AVX2: per channel 12 multiply-adds that broadcast
// an element of V from memory, and nothing on the stack.

// RUN: wino-opt %s --pass-pipeline="builtin.module(convert-wino-to-vector{vector-length=8 lane-fma=false},canonicalize,cse,expand-strided-metadata,lower-affine,convert-scf-to-cf,convert-vector-to-llvm,finalize-memref-to-llvm,convert-arith-to-llvm,convert-index-to-llvm,convert-func-to-llvm,convert-cf-to-llvm,convert-ub-to-llvm,canonicalize,cse,reconcile-unrealized-casts)" \
// RUN:   | mlir-translate --mlir-to-llvmir -o %t.ll
// RUN: opt -O3 -mtriple=x86_64-linux-gnu -mcpu=haswell %t.ll -o %t.bc
// RUN: llc -O3 -mtriple=x86_64-linux-gnu -mcpu=haswell %t.bc -o %t.s
// RUN: FileCheck %s < %t.s
// RUN: FileCheck %s --check-prefix=STACK < %t.s

// CHECK: This Inner Loop Header
// CHECK-COUNT-12: vfmadd231ps
// CHECK-NOT: vfmadd
// CHECK: j{{[a-z]+}} .LBB0_

// STACK: vfmadd231ps
// STACK-NOT: rsp
// STACK: j{{[a-z]+}} .LBB0_
func.func @kernel(%v: memref<6x6x1x2x6x64xf32>, %u: memref<1x6x6x4x64x16xf32>,
                  %m: memref<6x6x1x2x6x64xf32>) {
  wino.hadamard schedule
      <block = 2x6, k_block = 64, micro_tile = 6x16, vector = 8>
    ins(%v, %u : memref<6x6x1x2x6x64xf32>, memref<1x6x6x4x64x16xf32>)
    outs(%m : memref<6x6x1x2x6x64xf32>)
  return
}
