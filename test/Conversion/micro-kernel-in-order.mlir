// The 5x16 micro-kernel for a core that issues in order: per four channels 80
// multiply-adds by element, 21 vectors loaded as halves, and nothing on the
// stack; the last four channels load nothing for others after them.

// RUN: wino-opt %s --pass-pipeline="builtin.module(convert-wino-to-vector{in-order=true},canonicalize,cse,expand-strided-metadata,lower-affine,convert-scf-to-cf,convert-vector-to-llvm,finalize-memref-to-llvm,convert-arith-to-llvm,convert-index-to-llvm,convert-func-to-llvm,convert-cf-to-llvm,convert-ub-to-llvm,canonicalize,cse,reconcile-unrealized-casts)" \
// RUN:   | mlir-translate --mlir-to-llvmir -o %t.ll
// RUN: opt -O3 -mtriple=aarch64-linux-gnu -mcpu=cortex-a53 %t.ll -o %t.bc
// RUN: llc -O3 -mtriple=aarch64-linux-gnu -mcpu=cortex-a53 %t.bc -o %t.s
// RUN: FileCheck %s < %t.s
// RUN: FileCheck %s --check-prefix=LOOP < %t.s
// RUN: opt -O3 -mtriple=aarch64-linux-gnu -mcpu=cortex-a55 %t.ll -o %t.bc
// RUN: llc -O3 -mtriple=aarch64-linux-gnu -mcpu=cortex-a55 %t.bc -o %t.s
// RUN: FileCheck %s < %t.s
// RUN: FileCheck %s --check-prefix=LOOP < %t.s

// The first kernel prefetches, the others do not.
// CHECK: [[BEGIN:.Ltmp[0-9]+]]:
// CHECK-COUNT-80: fmla v{{[0-9]+}}.4s, v{{[0-9]+}}.4s, v{{[0-9]+}}.s[
// CHECK-NOT: fmla
// CHECK: b.ne [[BEGIN]]
// CHECK-COUNT-80: fmla v{{[0-9]+}}.4s, v{{[0-9]+}}.4s, v{{[0-9]+}}.s[
// CHECK-NOT: fmla
// CHECK: [[NEXT:.Ltmp[0-9]+]]:
// CHECK-NOT: prfm
// CHECK: b.ne [[NEXT]]

// LOOP: [[BEGIN:.Ltmp[0-9]+]]:
// LOOP-COUNT-21: ldr d
// LOOP-NOT: {{ldr d|sp}}
// LOOP: b.ne [[BEGIN]]
// LOOP-NOT: ldr d{{[0-9]+}}, [x{{[0-9]+}}, x16]
// LOOP: st{{[rp]}} q
func.func @kernel(%v: memref<6x6x1x2x15x64xf32>, %u: memref<1x6x6x4x64x16xf32>,
                  %m: memref<6x6x1x2x15x64xf32>) {
  wino.hadamard schedule
      <block = 2x15, k_block = 64, micro_tile = 5x16, vector = 4, prefetch>
    ins(%v, %u : memref<6x6x1x2x15x64xf32>, memref<1x6x6x4x64x16xf32>)
    outs(%m : memref<6x6x1x2x15x64xf32>)
  return
}
