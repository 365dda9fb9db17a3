// RUN: wino-opt %s --wino-apply-plan --wino-tile-and-fuse --canonicalize --cse | FileCheck %s

// Tiles of 4 and one of 3 pixels along both axes, in blocks of one row of tiles:
// where the last one begins among those of the block depends on the block.

// CHECK: #[[MAP:.*]] = affine_map<(d0) -> (-d0 + 1)>
// CHECK: func.func @mixed
// CHECK-DAG: %[[ONE:.*]] = arith.constant 1 : index
// CHECK: scf.for %[[ROW:[^ ]*]] =
// CHECK: %[[EDGE:.*]] = affine.apply #[[MAP]](%[[ROW]])
// CHECK: wino.input_transform <F(4x4, 3x3), edge = 3x3>
// CHECK: wino.hadamard schedule {{.*}} edge[%[[EDGE]], %[[ONE]]] taps [5, 5] ins(%{{.*}} : tensor<6x6x1x1x2x4xf32>,
// CHECK: wino.output_transform <F(4x4, 3x3), edge = 3x3>

#plan = #wino.plan<algorithm = winograd, transform = <F(4x4, 3x3), edge = 3x3>, schedule = <block = 1x2, k_block = 8, micro_tile = 5x8, vector = 4>>
func.func @mixed(%x: tensor<1x9x9x4xf32>, %f: tensor<3x3x4x8xf32>, %z: tensor<1x7x7x8xf32>) -> tensor<1x7x7x8xf32> {
  %y = linalg.conv_2d_nhwc_hwcf {wino.plan = #plan} ins(%x, %f : tensor<1x9x9x4xf32>, tensor<3x3x4x8xf32>) outs(%z : tensor<1x7x7x8xf32>) -> tensor<1x7x7x8xf32>
  return %y : tensor<1x7x7x8xf32>
}
