// A strided 3x3 convolution on NEON: per four channels the 5x16 micro-kernel has
// 80 multiply-adds by element and nothing on the stack. Pixels, two image
// columns apart, are loaded at constant distances from one address that moves.

// RUN: wino-opt %s --pass-pipeline="builtin.module(convert-wino-to-vector,canonicalize,cse,expand-strided-metadata,lower-affine,convert-scf-to-cf,convert-vector-to-llvm,finalize-memref-to-llvm,convert-arith-to-llvm,convert-index-to-llvm,convert-func-to-llvm,convert-cf-to-llvm,convert-ub-to-llvm,canonicalize,cse,reconcile-unrealized-casts)" \
// RUN:   | mlir-translate --mlir-to-llvmir -o %t.ll
// RUN: opt -O3 -mtriple=aarch64-linux-gnu -mcpu=cortex-a73 %t.ll -o %t.bc
// RUN: llc -O3 -mtriple=aarch64-linux-gnu -mcpu=cortex-a73 %t.bc -o %t.s
// RUN: FileCheck %s < %t.s
// RUN: FileCheck %s --check-prefix=FMLA < %t.s
// RUN: FileCheck %s --check-prefix=STACK < %t.s

// CHECK: Inner Loop Header: Depth=5
// CHECK-DAG: ldr q{{[0-9]+}}, [x{{[0-9]+}}]
// CHECK-DAG: ldr q{{[0-9]+}}, [x{{[0-9]+}}, #512]
// CHECK-DAG: ldr q{{[0-9]+}}, [x{{[0-9]+}}, #2048]
// CHECK: b.{{[a-z]+}} .LBB0_

// FMLA: Inner Loop Header: Depth=5
// FMLA-COUNT-80: fmla v{{[0-9]+}}.4s, v{{[0-9]+}}.4s, v{{[0-9]+}}.s[
// FMLA-NOT: fmla
// FMLA: b.{{[a-z]+}} .LBB0_

// STACK: This Inner Loop Header
// STACK-NOT: [sp
// STACK: b.{{[a-z]+}} .LBB0_
func.func @kernel(%x: memref<1x21x21x64xf32>, %u: memref<1x1x1x4x576x16xf32>,
                  %y: memref<1x10x10x64xf32>) {
  wino.conv kernel [3, 3] strides [2, 2] dilations [1, 1] micro_rows 5
    ins(%x, %u : memref<1x21x21x64xf32>, memref<1x1x1x4x576x16xf32>)
    outs(%y : memref<1x10x10x64xf32>)
  return
}
