// RUN: wino-opt %s -canonicalize | wino-opt | FileCheck %s
// RUN: wino-opt %s -canonicalize -emit-bytecode | wino-opt | FileCheck %s

// CHECK-LABEL: func @tensors
func.func @tensors(%x: tensor<1x64x55x55xf32>, %p: tensor<1x7x1x28x576x16xf32>, %f: tensor<20x576xf32>, %y: tensor<1x20x55x55xf32>) -> tensor<1x20x55x55xf32> {
  // CHECK: wino.im2col kernel [3, 3] strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] block [8, 55] layout nchw ins(%{{.*}} : tensor<1x64x55x55xf32>) outs(%{{.*}} : tensor<1x7x1x28x576x16xf32>) -> tensor<1x7x1x28x576x16xf32>
  %0 = wino.im2col kernel [3, 3] strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] block [8, 55] layout nchw ins(%x : tensor<1x64x55x55xf32>) outs(%p : tensor<1x7x1x28x576x16xf32>) -> tensor<1x7x1x28x576x16xf32>
  // CHECK: wino.column_product block [8, 55] schedule <block = 8x0, k_block = 32, {{.*}}> layout nchw ins(%{{.*}}, %{{.*}} : tensor<20x576xf32>, tensor<1x7x1x28x576x16xf32>) outs(%{{.*}} : tensor<1x20x55x55xf32>) -> tensor<1x20x55x55xf32>
  %1 = wino.column_product block [8, 55] schedule <block = 8x0, k_block = 32, micro_tile = 5x16, vector = 4> layout nchw
      ins(%f, %0 : tensor<20x576xf32>, tensor<1x7x1x28x576x16xf32>) outs(%y : tensor<1x20x55x55xf32>) -> tensor<1x20x55x55xf32>
  return %1 : tensor<1x20x55x55xf32>
}

// Blocks of all rows and columns, groups of the depth, and a part of P.
// CHECK-LABEL: func @memrefs
func.func @memrefs(%x: memref<?x?x?x12xi8>, %p: memref<?x1x1x?x7x8x4xi8>, %i: index, %f: memref<16x28xi8>, %y: memref<?x16x?x?xi8>, %b: memref<16xi32>, %r: memref<?x?x?x16xi8>) {
  // CHECK: wino.im2col kernel [1, 2] strides [2, 3] dilations [1, 4] pad [0, 0, 2, 1] pad_value -3 block [0, 0] origin[%{{.*}}, %{{.*}}] ins(%{{.*}} : memref<?x?x?x12xi8>) outs(%{{.*}} : memref<?x1x1x?x7x8x4xi8>)
  wino.im2col kernel [1, 2] strides [2, 3] dilations [1, 4] pad [0, 0, 2, 1] pad_value -3 block [0, 0] origin[%i, %i] ins(%x : memref<?x?x?x12xi8>) outs(%p : memref<?x1x1x?x7x8x4xi8>)
  // CHECK: wino.column_product block [0, 0] narrow_range micro_rows 3 ins(%{{.*}}, %{{.*}} : memref<16x28xi8>, memref<?x1x1x?x7x8x4xi8>) outs(%{{.*}} : memref<?x?x?x16xi8>)
  // CHECK-SAME: epilogue(%{{.*}}, %{{.*}} nchw : memref<16xi32>, memref<?x16x?x?xi8>) {
  wino.column_product block [0, 0] narrow_range micro_rows 3
      ins(%f, %p : memref<16x28xi8>, memref<?x1x1x?x7x8x4xi8>) outs(%r : memref<?x?x?x16xi8>)
      epilogue(%b, %y nchw : memref<16xi32>, memref<?x16x?x?xi8>) {
  ^bb0(%sum: i32, %bias: i32, %res: i8):
    %0 = arith.addi %sum, %bias : i32
    %1 = arith.trunci %0 : i32 to i8
    %2 = arith.addi %1, %res : i8
    wino.yield %2 : i8
  }
  return
}

// A padding of the image becomes that of the op, in the layout of the image.
// CHECK-LABEL: func @absorb_pad
// CHECK-NOT: tensor.pad
// CHECK: wino.im2col {{.*}} pad [1, 0, 2, 3] block [4, 0] layout nchw
func.func @absorb_pad(%x: tensor<1x4x7x6xf32>, %p: tensor<1x2x1x5x36x8xf32>) -> tensor<1x2x1x5x36x8xf32> {
  %zero = arith.constant 0.0 : f32
  %pad = tensor.pad %x low[0, 0, 1, 2] high[0, 0, 0, 3] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<1x4x7x6xf32> to tensor<1x4x8x11xf32>
  %0 = wino.im2col kernel [3, 3] strides [1, 1] dilations [1, 1] pad [0, 0, 0, 0] block [4, 0] layout nchw ins(%pad : tensor<1x4x8x11xf32>) outs(%p : tensor<1x2x1x5x36x8xf32>) -> tensor<1x2x1x5x36x8xf32>
  return %0 : tensor<1x2x1x5x36x8xf32>
}
