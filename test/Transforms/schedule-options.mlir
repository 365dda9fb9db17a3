// RUN: wino-opt %s --wino-apply-plan --wino-tile-and-fuse="threads=2" --canonicalize --cse | FileCheck %s

// What a schedule says of single ops stays on them through both tilings.

// CHECK-LABEL: func @winograd
// CHECK: scf.forall
// CHECK: scf.for
// CHECK: wino.input_transform <F(4x4, 3x3)> pad [0, 0, 0, 0] prefetch
// CHECK: wino.hadamard schedule <{{.*}}, plane_padding = 16, prefetch, stream_stores>
// CHECK: wino.output_transform <F(4x4, 3x3)> stream_stores
#winograd = #wino.plan<algorithm = winograd, transform = <F(4x4, 3x3)>, schedule = <block = 1x2, k_block = 8, micro_tile = 5x8, vector = 4, plane_padding = 16, prefetch, stream_stores>>
func.func @winograd(%x: tensor<1x18x10x4xf32>, %f: tensor<3x3x4x8xf32>, %z: tensor<1x16x8x8xf32>) -> tensor<1x16x8x8xf32> {
  %y = linalg.conv_2d_nhwc_hwcf {wino.plan = #winograd} ins(%x, %f : tensor<1x18x10x4xf32>, tensor<3x3x4x8xf32>) outs(%z : tensor<1x16x8x8xf32>) -> tensor<1x16x8x8xf32>
  return %y : tensor<1x16x8x8xf32>
}

// CHECK-LABEL: func @direct
// CHECK: scf.forall
// CHECK: scf.for
// CHECK: wino.conv {{.*}} micro_rows 5 prefetch stream_stores
#direct = #wino.plan<algorithm = direct, schedule = <block = 1x8, k_block = 8, micro_tile = 5x8, vector = 4, prefetch, stream_stores>>
func.func @direct(%x: tensor<1x18x10x4xf32>, %f: tensor<3x3x4x8xf32>, %z: tensor<1x16x8x8xf32>) -> tensor<1x16x8x8xf32> {
  %y = linalg.conv_2d_nhwc_hwcf {wino.plan = #direct} ins(%x, %f : tensor<1x18x10x4xf32>, tensor<3x3x4x8xf32>) outs(%z : tensor<1x16x8x8xf32>) -> tensor<1x16x8x8xf32>
  return %y : tensor<1x16x8x8xf32>
}
