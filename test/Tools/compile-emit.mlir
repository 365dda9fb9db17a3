// Each kind of output; weights never appear in text.

// RUN: rm -rf %t && mkdir -p %t
// RUN: wino-compile %s --cpu=cortex-a73 --emit=mlir -o - | FileCheck %s --check-prefix=MLIR
// MLIR-NOT: linalg
// MLIR-NOT: 3.000000e-01
// MLIR: llvm.func internal @wino.compile_emit
// MLIR-NOT: linalg
// MLIR-NOT: 3.000000e-01
// MLIR: llvm.func @compile_emit_run
// MLIR-NOT: linalg
// MLIR-NOT: 3.000000e-01

// RUN: wino-compile %s --cpu=cortex-a73 --emit=llvm -o - | FileCheck %s --check-prefix=LLVM
// LLVM-NOT: 3.000000e-01
// LLVM: target triple = "aarch64
// LLVM-NOT: 3.000000e-01
// LLVM: define internal void @wino.compile_emit(
// LLVM-NOT: 3.000000e-01
// LLVM: define i32 @compile_emit_run(
// LLVM-NOT: 3.000000e-01

// RUN: wino-compile %s --cpu=cortex-a73 --emit=asm -o %t/m.s
// RUN: FileCheck %s --check-prefix=ASM < %t/m.s
// ASM: {{fmla.*v[0-9]+\.4s}}
// ASM: compile_emit_run:

// RUN: wino-compile %s --cpu=cortex-a73 -o %t/m.o
// RUN: llvm-readelf -h %t/m.o | FileCheck %s --check-prefix=OBJ
// OBJ: REL (Relocatable file)
// OBJ: AArch64

// The weights are 4 x 4 x 8 x 8 floats or more once transformed.
// RUN: %python -c "import os; assert os.path.getsize('%t/m.weights') > 3*3*8*8*4"

// Assembly and object code come with weights, text does not.
// RUN: ls %t | FileCheck %s --check-prefix=FILES
// FILES: m.o
// FILES-NEXT: m.s
// FILES-NEXT: m.weights
// FILES-NOT: {{.}}

func.func @f(%x: tensor<1x10x10x8xf32>) -> tensor<1x8x8x8xf32> {
  %w = arith.constant dense<0.3> : tensor<3x3x8x8xf32>
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<1x8x8x8xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32>
  %y = linalg.conv_2d_nhwc_hwcf ins(%x, %w : tensor<1x10x10x8xf32>, tensor<3x3x8x8xf32>)
    outs(%init : tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32>
  return %y : tensor<1x8x8x8xf32>
}
