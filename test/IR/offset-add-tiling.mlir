// RUN: wino-opt %s -transform-interpreter -canonicalize -cse -split-input-file | FileCheck %s

// Blocks of rows and of output channels. A block needs the products of the
// rows that its taps reach, of which neighbouring blocks compute two as well;
// the columns are whole, with their padding.
// CHECK: #[[$ROWS:.*]] = affine_map<(d0) -> (-d0 + 14, 4)>
// CHECK: #[[$CHANNELS:.*]] = affine_map<(d0) -> (-d0 + 30, 16)>
// CHECK: #[[$HALO:.*]] = affine_map<(d0) -> (d0 + 2)>
// CHECK-LABEL: func @chain
// CHECK: scf.for %[[N:.*]] = %c0 to %c3 step %c1
// CHECK: scf.for %[[S:.*]] = %c0 to %c14 step %c4
// CHECK: scf.for %[[K:.*]] = %c0 to %c32 step %c16
// CHECK: %[[BS:.*]] = affine.min #[[$ROWS]](%[[S]])
// CHECK: %[[KS:.*]] = affine.min #[[$CHANNELS]](%[[K]])
// CHECK: %[[MS:.*]] = affine.apply #[[$HALO]](%[[BS]])
// CHECK: tensor.extract_slice %{{.*}}[%{{.*}}, 0, 0, 0, 0, 0] [1, 3, 3, 2, 16, 8]
// CHECK: wino.im2row {{.*}} pad [1, 1, 0, 0] origin[%[[S]], %c0] ins(%{{.*}} : tensor<1x14x13x16xf32>) outs(%{{.*}} : tensor<1x1x1x?x13x16xf32>)
// CHECK: wino.hadamard ins(%{{.*}} : tensor<1x1x1x?x13x16xf32>, tensor<1x3x3x2x16x8xf32>) outs(%{{.*}} : tensor<3x3x1x?x13x16xf32>)
// CHECK: tensor.extract_slice %{{.*}}[%[[K]]] [%[[KS]]] [1] : tensor<30xf32> to tensor<?xf32>
// CHECK: wino.offset_add strides [1, 1] dilations [1, 1] pad [0, 0, 1, 1] ins(%{{.*}} : tensor<3x3x1x?x13x16xf32>) outs(%{{.*}} : tensor<1x?x13x?xf32>) epilogue(%{{.*}} : tensor<?xf32>)
func.func @chain(%x: tensor<3x14x13x16xf32>, %u: tensor<2x3x3x2x16x8xf32>, %bias: tensor<30xf32>, %y: tensor<3x14x13x30xf32>) -> tensor<3x14x13x30xf32> {
  %vi = tensor.empty() : tensor<1x1x3x16x13x16xf32>
  %mi = tensor.empty() : tensor<3x3x3x16x13x32xf32>
  %v = wino.im2row kernel [1, 1] strides [1, 1] dilations [1, 1] pad [1, 1, 0, 0] ins(%x : tensor<3x14x13x16xf32>) outs(%vi : tensor<1x1x3x16x13x16xf32>) -> tensor<1x1x3x16x13x16xf32>
  %m = wino.hadamard ins(%v, %u : tensor<1x1x3x16x13x16xf32>, tensor<2x3x3x2x16x8xf32>) outs(%mi : tensor<3x3x3x16x13x32xf32>) -> tensor<3x3x3x16x13x32xf32>
  %r = wino.offset_add strides [1, 1] dilations [1, 1] pad [0, 0, 1, 1] ins(%m : tensor<3x3x3x16x13x32xf32>) outs(%y : tensor<3x14x13x30xf32>) epilogue(%bias : tensor<30xf32>) {
  ^bb0(%s: f32, %b: f32):
    %0 = arith.addf %s, %b : f32
    wino.yield %0 : f32
  } -> tensor<3x14x13x30xf32>
  return %r : tensor<3x14x13x30xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["wino.offset_add"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l:3 = transform.structured.fuse %op tile_sizes [0, 0, 1, 4, 0, 16] : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Strides and dilations; a block as large as the axis needs all products, also
// with padding.
// CHECK: #[[$STRIDE:.*]] = affine_map<(d0) -> (d0 * 3)>
// CHECK-LABEL: func @strides
// CHECK: scf.for %[[T:.*]] = %c0 to %c4 step %c2
// CHECK: %[[AT:.*]] = affine.apply #[[$STRIDE]](%[[T]])
// CHECK: tensor.extract_slice %{{.*}}[0, 0, 0, 0, %[[AT]], 0] [3, 2, 1, 9, 6, 8]
// CHECK: wino.offset_add strides [2, 3] dilations [1, 2] pad [1, 1, 0, 0] ins(%{{.*}} : tensor<3x2x1x9x6x8xf32>) outs(%{{.*}} : tensor<1x5x2x8xf32>)
func.func @strides(%m: tensor<3x2x1x9x12x8xf32>, %y: tensor<1x5x4x8xf32>) -> tensor<1x5x4x8xf32> {
  %r = wino.offset_add strides [2, 3] dilations [1, 2] pad [1, 1, 0, 0] ins(%m : tensor<3x2x1x9x12x8xf32>) outs(%y : tensor<1x5x4x8xf32>) -> tensor<1x5x4x8xf32>
  return %r : tensor<1x5x4x8xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["wino.offset_add"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l:2 = transform.structured.fuse %op tile_sizes [0, 0, 0, 5, 2, 0] : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// As a producer, in NCHW: the part of the result that is asked for.
// CHECK-LABEL: func @producer
// CHECK: scf.for %[[S:.*]] = %c0 to %c8 step %c4
// CHECK: tensor.extract_slice %{{.*}}[0, 0, 0, %[[S]], 0, 0] [3, 3, 1, 6, 6, 16]
// CHECK: wino.offset_add {{.*}} layout nchw ins(%{{.*}} : tensor<3x3x1x6x6x16xf32>) outs(%{{.*}} : tensor<1x12x4x6xf32>)
// CHECK: linalg.exp
func.func @producer(%m: tensor<3x3x1x10x6x16xf32>, %y: tensor<1x12x8x6xf32>) -> tensor<1x12x8x6xf32> {
  %r = wino.offset_add strides [1, 1] dilations [1, 1] pad [0, 0, 1, 1] layout nchw ins(%m : tensor<3x3x1x10x6x16xf32>) outs(%y : tensor<1x12x8x6xf32>) -> tensor<1x12x8x6xf32>
  %e = linalg.exp ins(%r : tensor<1x12x8x6xf32>) outs(%y : tensor<1x12x8x6xf32>) -> tensor<1x12x8x6xf32>
  return %e : tensor<1x12x8x6xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["linalg.exp"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l:1 = transform.structured.fuse %op tile_sizes [0, 0, 4] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}
