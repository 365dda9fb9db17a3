// RUN: wino-opt %s --split-input-file --wino-to-buffers-pipeline="cpu=cortex-a73" | FileCheck %s
// RUN: wino-opt %s --split-input-file --wino-to-llvm-pipeline="cpu=cortex-a73" | FileCheck %s --check-prefix=LLVM
// RUN: wino-opt %s --split-input-file --wino-to-llvm-pipeline="cpu=host threads=2" | FileCheck %s --check-prefix=LLVM
// RUN: not wino-opt %s --split-input-file --wino-to-llvm-pipeline="cpu=z80" 2>&1 | FileCheck %s --check-prefix=CPU
// RUN: not wino-opt %s --split-input-file --wino-to-llvm-pipeline="threads=0" 2>&1 | FileCheck %s --check-prefix=THREADS
// RUN: not wino-opt %s --split-input-file --wino-to-llvm-pipeline="plan=/nonexistent.json" 2>&1 | FileCheck %s --check-prefix=PLAN

// CPU: error: unknown CPU 'z80'; known are
// THREADS: error: expected at least one thread, but got 0
// PLAN: error: cannot read plans '/nonexistent.json'

// Functions that hold no convolution keep what they do.
// CHECK-LABEL: func.func private @declared(memref<4xf32>)
// CHECK-LABEL: func.func @scalars
// CHECK: arith.muli
// CHECK-LABEL: func.func @control
// CHECK: scf.while
// CHECK-LABEL: func.func @zero_rank
// CHECK: memref<f32>
// CHECK-LABEL: func.func @empty_tensor
// LLVM: llvm.func @declared
// LLVM: llvm.func @scalars
// LLVM: llvm.func @control
// LLVM: llvm.func @zero_rank
// LLVM: llvm.func @empty_tensor
module {
  func.func private @declared(tensor<4xf32>)
  func.func @scalars(%a: i32, %b: i32) -> i32 {
    %0 = arith.muli %a, %b : i32
    return %0 : i32
  }
  func.func @control(%a: i32) -> i32 {
    %c1 = arith.constant 1 : i32
    %0 = scf.while (%x = %a) : (i32) -> i32 {
      %c = arith.cmpi sgt, %x, %c1 : i32
      scf.condition(%c) %x : i32
    } do {
    ^bb0(%x: i32):
      %h = arith.shrsi %x, %c1 : i32
      scf.yield %h : i32
    }
    return %0 : i32
  }
  func.func @zero_rank(%a: tensor<f32>, %b: tensor<f32>) -> tensor<f32> {
    %e = tensor.empty() : tensor<f32>
    %0 = linalg.add ins(%a, %b : tensor<f32>, tensor<f32>) outs(%e : tensor<f32>) -> tensor<f32>
    return %0 : tensor<f32>
  }
  func.func @empty_tensor(%a: tensor<0x4xf32>) -> tensor<0x4xf32> {
    %e = tensor.empty() : tensor<0x4xf32>
    %0 = linalg.exp ins(%a : tensor<0x4xf32>) outs(%e : tensor<0x4xf32>) -> tensor<0x4xf32>
    return %0 : tensor<0x4xf32>
  }
}

// -----

// CHECK: module attributes {{.*}} {
// CHECK-NEXT: }
module {
}

// -----

// A convolution of no images is left to loops, which do not run; the depthwise
// one beside is no concern of ours, and the other function has its own.
// CHECK-LABEL: func.func @no_images
// CHECK-NOT: wino.
// CHECK-LABEL: func.func @depthwise
// CHECK: linalg.depthwise_conv_2d_nhwc_hwc
// CHECK-LABEL: func.func @one
// CHECK: wino.{{conv|output_transform}}
// LLVM: llvm.func @no_images
// LLVM: llvm.func @depthwise
// LLVM: llvm.func @one
func.func @no_images(%x: tensor<0x10x10x3xf32>, %f: tensor<3x3x3x8xf32>, %y: tensor<0x8x8x8xf32>) -> tensor<0x8x8x8xf32> {
  %0 = linalg.conv_2d_nhwc_hwcf ins(%x, %f : tensor<0x10x10x3xf32>, tensor<3x3x3x8xf32>) outs(%y : tensor<0x8x8x8xf32>) -> tensor<0x8x8x8xf32>
  return %0 : tensor<0x8x8x8xf32>
}
func.func @depthwise(%x: tensor<1x10x10x3xf32>, %f: tensor<3x3x3xf32>, %y: tensor<1x8x8x3xf32>) -> tensor<1x8x8x3xf32> {
  %0 = linalg.depthwise_conv_2d_nhwc_hwc ins(%x, %f : tensor<1x10x10x3xf32>, tensor<3x3x3xf32>) outs(%y : tensor<1x8x8x3xf32>) -> tensor<1x8x8x3xf32>
  return %0 : tensor<1x8x8x3xf32>
}
func.func @one(%x: tensor<?x?x10x3xf32>, %f: tensor<3x3x3x8xf32>, %y: tensor<?x?x8x8xf32>) -> tensor<?x?x8x8xf32> {
  %0 = linalg.conv_2d_nhwc_hwcf ins(%x, %f : tensor<?x?x10x3xf32>, tensor<3x3x3x8xf32>) outs(%y : tensor<?x?x8x8xf32>) -> tensor<?x?x8x8xf32>
  return %0 : tensor<?x?x8x8xf32>
}
