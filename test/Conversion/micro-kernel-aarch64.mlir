// The micro-kernels of cores that issue out of order: per four channels 80
// multiply-adds by element for the 5x16 tile of the default rule, 84 for 7x12, and
// nothing on the stack in the inner loop.

// DEFINE: %{cpu} =
// DEFINE: %{count} = FIVE
// DEFINE: %{lower} = wino-opt --pass-pipeline="builtin.module(convert-wino-to-vector,canonicalize,cse,expand-strided-metadata,lower-affine,convert-scf-to-cf,convert-vector-to-llvm,finalize-memref-to-llvm,convert-arith-to-llvm,convert-index-to-llvm,convert-func-to-llvm,convert-cf-to-llvm,convert-ub-to-llvm,canonicalize,cse,reconcile-unrealized-casts)"
// DEFINE: %{compile} = opt -O3 -mtriple=aarch64-linux-gnu -mcpu=%{cpu} %t.ll -o %t.bc && llc -O3 -mtriple=aarch64-linux-gnu -mcpu=%{cpu} %t.bc -o %t.s
// DEFINE: %{check} = %{compile} && FileCheck %s --check-prefixes=CHECK,%{count} < %t.s && FileCheck %s --check-prefix=STACK < %t.s

// RUN: split-file %s %t.d
// RUN: %{lower} %t.d/5x16.mlir | mlir-translate --mlir-to-llvmir -o %t.ll
// REDEFINE: %{cpu} = cortex-a72
// RUN: %{check}
// REDEFINE: %{cpu} = cortex-a73
// RUN: %{check}
// REDEFINE: %{cpu} = cortex-a76
// RUN: %{check}
// REDEFINE: %{cpu} = neoverse-n1
// RUN: %{check}

// REDEFINE: %{count} = SEVEN
// RUN: %{lower} %t.d/7x12.mlir | mlir-translate --mlir-to-llvmir -o %t.ll
// REDEFINE: %{cpu} = cortex-a73
// RUN: %{check}
// REDEFINE: %{cpu} = cortex-a76
// RUN: %{check}

// CHECK: This Inner Loop Header
// FIVE-COUNT-80: fmla v{{[0-9]+}}.4s, v{{[0-9]+}}.4s, v{{[0-9]+}}.s[
// SEVEN-COUNT-84: fmla v{{[0-9]+}}.4s, v{{[0-9]+}}.4s, v{{[0-9]+}}.s[
// CHECK-NOT: fmla
// CHECK: b.{{[a-z]+}} .LBB0_

// STACK: This Inner Loop Header
// STACK-NOT: [sp
// STACK: b.{{[a-z]+}} .LBB0_

//--- 5x16.mlir
func.func @kernel(%v: memref<6x6x1x2x15x64xf32>, %u: memref<1x6x6x4x64x16xf32>,
                  %m: memref<6x6x1x2x15x64xf32>) {
  wino.hadamard schedule
      <block = 2x15, k_block = 64, micro_tile = 5x16, vector = 4>
    ins(%v, %u : memref<6x6x1x2x15x64xf32>, memref<1x6x6x4x64x16xf32>)
    outs(%m : memref<6x6x1x2x15x64xf32>)
  return
}

//--- 7x12.mlir
func.func @kernel(%v: memref<6x6x1x2x14x64xf32>, %u: memref<1x6x6x4x64x12xf32>,
                  %m: memref<6x6x1x2x14x48xf32>) {
  wino.hadamard schedule
      <block = 2x14, k_block = 48, micro_tile = 7x12, vector = 4>
    ins(%v, %u : memref<6x6x1x2x14x64xf32>, memref<1x6x6x4x64x12xf32>)
    outs(%m : memref<6x6x1x2x14x48xf32>)
  return
}
