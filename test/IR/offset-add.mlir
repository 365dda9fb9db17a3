// RUN: wino-opt %s | wino-opt | FileCheck %s
// RUN: wino-opt %s -emit-bytecode | wino-opt | FileCheck %s

// CHECK-LABEL: func @tensors
func.func @tensors(%m: tensor<3x3x1x56x56x128xf32>, %y: tensor<1x56x56x126xf32>) -> tensor<1x56x56x126xf32> {
  // CHECK: wino.offset_add strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] ins(%{{.*}} : tensor<3x3x1x56x56x128xf32>) outs(%{{.*}} : tensor<1x56x56x126xf32>) -> tensor<1x56x56x126xf32>
  %0 = wino.offset_add strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] ins(%m : tensor<3x3x1x56x56x128xf32>) outs(%y : tensor<1x56x56x126xf32>) -> tensor<1x56x56x126xf32>
  return %0 : tensor<1x56x56x126xf32>
}

// CHECK-LABEL: func @memrefs
func.func @memrefs(%m: memref<3x5x?x?x?x16xi32>, %y: memref<?x16x?x?xi8>, %b: memref<16xi32>, %r: memref<?x?x?x16xi8>) {
  // CHECK: wino.offset_add strides [2, 1] dilations [1, 3] pad [0, 0, 2, 1] layout nchw stream_stores ins(%{{.*}} : memref<3x5x?x?x?x16xi32>) outs(%{{.*}} : memref<?x16x?x?xi8>) epilogue(%{{.*}}, %{{.*}} : memref<16xi32>, memref<?x?x?x16xi8>) {
  wino.offset_add strides [2, 1] dilations [1, 3] pad [0, 0, 2, 1] layout nchw stream_stores
      ins(%m : memref<3x5x?x?x?x16xi32>) outs(%y : memref<?x16x?x?xi8>)
      epilogue(%b, %r : memref<16xi32>, memref<?x?x?x16xi8>) {
  ^bb0(%sum: i32, %bias: i32, %res: i8):
    %0 = arith.addi %sum, %bias : i32
    %1 = arith.trunci %0 : i32 to i8
    %2 = arith.addi %1, %res : i8
    wino.yield %2 : i8
  }
  return
}

// CHECK-LABEL: func @scheduled
func.func @scheduled(%m: tensor<1x7x1x4x10x16xf32>, %y: tensor<1x4x4x16xf32>) -> tensor<1x4x4x16xf32> {
  // CHECK: wino.offset_add {{.*}} schedule <block = 2x0, {{.*}}> ins(
  %0 = wino.offset_add strides [1, 1] dilations [1, 1] pad [0, 0, 0, 0]
      schedule <block = 2x0, k_block = 16, micro_tile = 7x8, vector = 4>
      ins(%m : tensor<1x7x1x4x10x16xf32>) outs(%y : tensor<1x4x4x16xf32>) -> tensor<1x4x4x16xf32>
  return %0 : tensor<1x4x4x16xf32>
}

// A single tap of V is multiplied by all taps of the filter.
// CHECK-LABEL: func @one_tap
func.func @one_tap(%v: tensor<1x1x1x9x9x16xf32>, %u: tensor<2x3x3x2x16x8xf32>, %m: tensor<3x3x1x9x9x32xf32>) -> tensor<3x3x1x9x9x32xf32> {
  // CHECK: wino.hadamard ins(%{{.*}}, %{{.*}} : tensor<1x1x1x9x9x16xf32>, tensor<2x3x3x2x16x8xf32>) outs(%{{.*}} : tensor<3x3x1x9x9x32xf32>)
  %0 = wino.hadamard ins(%v, %u : tensor<1x1x1x9x9x16xf32>, tensor<2x3x3x2x16x8xf32>) outs(%m : tensor<3x3x1x9x9x32xf32>) -> tensor<3x3x1x9x9x32xf32>
  return %0 : tensor<3x3x1x9x9x32xf32>
}
