// RUN: wino-opt %s -transform-interpreter -canonicalize -cse -split-input-file | FileCheck %s

// A tile of rows is two blocks, of which the last has one; filters are tiled as
// the channels of the result. Columns are packed by block.
// CHECK: #[[$ROWS:.*]] = affine_map<(d0) -> (-d0 + 11, 4)>
// CHECK: #[[$BLOCK:.*]] = affine_map<(d0) -> (d0 floordiv 2)>
// CHECK: #[[$BLOCKS:.*]] = affine_map<(d0) -> (d0 ceildiv 2)>
// CHECK-LABEL: func @chain
// CHECK: scf.for %[[N:.*]] = %c0 to %c3 step %c1
// CHECK: scf.for %[[S:.*]] = %c0 to %c11 step %c4
// CHECK: scf.for %[[K:.*]] = %c0 to %c16 step %c8
// CHECK-DAG: %[[SIZE:.*]] = affine.min #[[$ROWS]](%[[S]])
// CHECK-DAG: affine.apply #[[$BLOCK]](%[[S]])
// CHECK-DAG: affine.apply #[[$BLOCKS]](%[[SIZE]])
// CHECK: wino.im2col kernel [3, 3] strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] block [2, 9] layout nchw origin[%{{.*}}, %c0] ins(%{{.*}} : tensor<1x4x11x9xf32>) outs(%{{.*}} : tensor<1x?x1x3x36x8xf32>)
// CHECK: tensor.extract_slice %{{.*}}[%[[K]], 0] [8, 36] [1, 1] : tensor<16x36xf32> to tensor<8x36xf32>
// CHECK: tensor.extract_slice %{{.*}}[%[[K]]] [8] [1] : tensor<16xf32> to tensor<8xf32>
// CHECK: wino.column_product block [2, 9] layout nchw ins(%{{.*}}, %{{.*}} : tensor<8x36xf32>, tensor<1x?x1x3x36x8xf32>) outs(%{{.*}} : tensor<1x8x?x9xf32>) epilogue(%{{.*}} : tensor<8xf32>)
func.func @chain(%x: tensor<3x4x11x9xf32>, %f: tensor<16x36xf32>, %bias: tensor<16xf32>, %y: tensor<3x16x11x9xf32>) -> tensor<3x16x11x9xf32> {
  %pi = tensor.empty() : tensor<3x6x1x3x36x8xf32>
  %p = wino.im2col kernel [3, 3] strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] block [2, 9] layout nchw ins(%x : tensor<3x4x11x9xf32>) outs(%pi : tensor<3x6x1x3x36x8xf32>) -> tensor<3x6x1x3x36x8xf32>
  %r = wino.column_product block [2, 9] layout nchw ins(%f, %p : tensor<16x36xf32>, tensor<3x6x1x3x36x8xf32>) outs(%y : tensor<3x16x11x9xf32>) epilogue(%bias : tensor<16xf32>) {
  ^bb0(%s: f32, %b: f32):
    %0 = arith.addf %s, %b : f32
    wino.yield %0 : f32
  } -> tensor<3x16x11x9xf32>
  return %r : tensor<3x16x11x9xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["wino.column_product"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l:3 = transform.structured.fuse %op tile_sizes [1, 4, 0, 8, 0] : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// A tile of one block is one, also at the end of a row.
// CHECK-LABEL: func @block
// CHECK: wino.column_product block [2, 4] ins(%{{.*}}, %{{.*}} : tensor<16x36xf32>, tensor<1x1x1x1x36x8xf32>) outs(%{{.*}} : tensor<1x?x?x16xf32>)
func.func @block(%f: tensor<16x36xf32>, %p: tensor<1x6x3x1x36x8xf32>, %y: tensor<1x11x9x16xf32>) -> tensor<1x11x9x16xf32> {
  %r = wino.column_product block [2, 4] ins(%f, %p : tensor<16x36xf32>, tensor<1x6x3x1x36x8xf32>) outs(%y : tensor<1x11x9x16xf32>) -> tensor<1x11x9x16xf32>
  return %r : tensor<1x11x9x16xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["wino.column_product"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l:2 = transform.structured.tile_using_for %op tile_sizes [0, 2, 4] : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op)
    transform.yield
  }
}
