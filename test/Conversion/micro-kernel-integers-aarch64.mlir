// The micro-kernels of integers, of which the inner loop has nothing on the stack:
//   LONG    4x4, 16 channels of i8: two products of i8 in i16, then their pairs
//   SAFE    the same for filters with -128, whose products are added one by one
//   DOT     5x16, 16 channels: four products of i8 by element
//   MATRIX  6x16, 16 channels: 2x8 by 8x2 products of i8
//   WIDE    6x16, 8 channels of i16 by element

// DEFINE: %{cpu} = cortex-a73
// DEFINE: %{kind} = neon
// DEFINE: %{prefix} = LONG
// DEFINE: %{lower} = wino-opt --pass-pipeline="builtin.module(convert-wino-to-vector{integer-products=%{kind}},canonicalize,cse,expand-strided-metadata,lower-affine,convert-scf-to-cf,convert-vector-to-llvm,finalize-memref-to-llvm,convert-arith-to-llvm,convert-index-to-llvm,convert-func-to-llvm,convert-cf-to-llvm,convert-ub-to-llvm,canonicalize,cse,reconcile-unrealized-casts)"
// DEFINE: %{check} = %{lower} %t.d/%{prefix}.mlir | mlir-translate --mlir-to-llvmir -o %t.ll && opt -O3 -mtriple=aarch64-linux-gnu -mcpu=%{cpu} %t.ll -o %t.bc && llc -O3 -mtriple=aarch64-linux-gnu -mcpu=%{cpu} %t.bc -o %t.s && FileCheck %s --check-prefixes=CHECK,%{prefix} < %t.s && FileCheck %s --check-prefix=STACK < %t.s

// RUN: split-file %s %t.d
// RUN: %{check}
// REDEFINE: %{prefix} = SAFE
// RUN: %{check}
// REDEFINE: %{prefix} = WIDE
// RUN: %{check}
// REDEFINE: %{kind} = neon-dot
// REDEFINE: %{cpu} = cortex-a76
// REDEFINE: %{prefix} = DOT
// RUN: %{check}
// REDEFINE: %{kind} = neon-matrix
// REDEFINE: %{cpu} = neoverse-v1
// REDEFINE: %{prefix} = MATRIX
// RUN: %{check}

// CHECK: This Inner Loop Header
// LONG-COUNT-16: {{smlal|smlal2}} v{{[0-9]+}}.8h
// LONG-NOT: smlal
// SAFE-COUNT-32: sadalp v{{[0-9]+}}.4s
// SAFE-NOT: sadalp
// DOT-COUNT-80: sdot v{{[0-9]+}}.4s, v{{[0-9]+}}.16b, v{{[0-9]+}}.4b[
// DOT-NOT: sdot
// MATRIX-COUNT-48: smmla v{{[0-9]+}}.4s
// MATRIX-NOT: smmla
// WIDE-COUNT-192: {{smlal|smlal2}} v{{[0-9]+}}.4s, v{{[0-9]+}}.{{[48]}}h, v{{[0-9]+}}.h[
// WIDE-NOT: smlal
// CHECK: b.{{[a-z]+}} .LBB0_

// STACK: This Inner Loop Header
// STACK-NOT: [sp
// STACK: b.{{[a-z]+}} .LBB0_

//--- LONG.mlir
func.func @kernel(%v: memref<1x1x1x4x4x64xi8>, %u: memref<1x1x1x4x4x4x16xi8>, %m: memref<1x1x1x4x4x16xi32>) {
  wino.hadamard narrow_range schedule <block = 4x4, k_block = 16, micro_tile = 4x4, vector = 4, group = 16>
    ins(%v, %u : memref<1x1x1x4x4x64xi8>, memref<1x1x1x4x4x4x16xi8>)
    outs(%m : memref<1x1x1x4x4x16xi32>)
  return
}

//--- SAFE.mlir
func.func @kernel(%v: memref<1x1x1x4x4x64xi8>, %u: memref<1x1x1x4x4x4x16xi8>, %m: memref<1x1x1x4x4x16xi32>) {
  wino.hadamard schedule <block = 4x4, k_block = 16, micro_tile = 4x4, vector = 4, group = 16>
    ins(%v, %u : memref<1x1x1x4x4x64xi8>, memref<1x1x1x4x4x4x16xi8>)
    outs(%m : memref<1x1x1x4x4x16xi32>)
  return
}

//--- DOT.mlir
func.func @kernel(%v: memref<1x1x1x3x5x64xi8>, %u: memref<1x1x1x4x16x16x4xi8>, %m: memref<1x1x1x3x5x64xi32>) {
  wino.hadamard schedule <block = 3x5, k_block = 64, micro_tile = 5x16, vector = 4, group = 4>
    ins(%v, %u : memref<1x1x1x3x5x64xi8>, memref<1x1x1x4x16x16x4xi8>)
    outs(%m : memref<1x1x1x3x5x64xi32>)
  return
}

//--- MATRIX.mlir
func.func @kernel(%v: memref<1x1x1x3x6x64xi8>, %u: memref<1x1x1x4x8x16x8xi8>, %m: memref<1x1x1x3x6x64xi32>) {
  wino.hadamard schedule <block = 3x6, k_block = 64, micro_tile = 6x16, vector = 4, group = 8>
    ins(%v, %u : memref<1x1x1x3x6x64xi8>, memref<1x1x1x4x8x16x8xi8>)
    outs(%m : memref<1x1x1x3x6x64xi32>)
  return
}

//--- WIDE.mlir
func.func @kernel(%v: memref<6x6x1x3x6x64xi16>, %u: memref<1x6x6x4x64x16xi16>, %m: memref<6x6x1x3x6x64xi32>) {
  wino.hadamard schedule <block = 3x6, k_block = 64, micro_tile = 6x16, vector = 4>
    ins(%v, %u : memref<6x6x1x3x6x64xi16>, memref<1x6x6x4x64x16xi16>)
    outs(%m : memref<6x6x1x3x6x64xi32>)
  return
}
