// RUN: wino-opt %s --wino-apply-plan -split-input-file | FileCheck %s
// RUN: wino-opt %s --wino-apply-plan --wino-fold-transposes --wino-tile-and-fuse -split-input-file | FileCheck %s --check-prefix=TILED
// RUN: wino-opt %s --wino-apply-plan --wino-tile-and-fuse="threads=2" -split-input-file | FileCheck %s --check-prefix=THREADS

// Blocks of whole rows, which share panels. The filters become rows, and the
// padding that of im2col.
// CHECK-LABEL: func @rows
// CHECK-SAME: (%[[X:.*]]: tensor<1x20x14x14xf32>, %[[F:.*]]: tensor<36x20x3x3xf32> {wino.weight}, %[[B:.*]]: tensor<36xf32>
// CHECK-NOT: tensor.pad
// CHECK: %[[U:.*]] = wino.filter_transform <F(1x1, 1x1)> ins(%{{.*}} : tensor<1x1x180x36xf32>) outs(%{{.*}} : tensor<1x1x1x36x180x1xf32>)
// CHECK: %[[ROWS:.*]] = tensor.collapse_shape %[[U]] {{.*}} into tensor<36x180xf32>
// CHECK: %[[P:.*]] = wino.im2col kernel [3, 3] strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] block [4, 14] ins(%{{.*}} : tensor<1x14x14x20xf32>) outs(%{{.*}} : tensor<1x4x1x7x180x8xf32>)
// CHECK: wino.column_product block [4, 14] schedule <block = 4x0, k_block = 24, {{.*}}> ins(%[[ROWS]], %[[P]] : tensor<36x180xf32>, tensor<1x4x1x7x180x8xf32>) outs(%{{.*}} : tensor<1x14x14x36xf32>) epilogue(%[[B]] : tensor<36xf32>)
// CHECK-NOT: linalg.conv

// A block is packed once, for all blocks of output channels, and image and
// result are in their layout. The last block has panels as all others.
// TILED-LABEL: func @rows
// TILED-NOT: linalg.transpose ins(%{{.*}} : tensor<1x
// TILED: scf.for %[[S:.*]] = %c0 to %c14 step %c4
// TILED: wino.im2col {{.*}} block [4, 14] layout nchw origin[%{{.*}}, %{{.*}}] ins(%{{.*}} : tensor<1x20x14x14xf32>) outs(%{{.*}} : tensor<1x1x1x7x180x8xf32>)
// TILED: scf.for
// TILED: wino.column_product block [4, 14] micro_rows 7 layout nchw ins(%{{.*}}, %{{.*}} : tensor<?x180xf32>, tensor<1x1x1x7x180x8xf32>) outs(%{{.*}} : tensor<1x?x?x14xf32>)

// Threads share whole blocks.
// THREADS-LABEL: func @rows
// THREADS: scf.forall (%{{.*}}) = (0) to (14) step (8)
// THREADS: scf.for
// THREADS: wino.im2col
// THREADS: wino.column_product
func.func @rows(%x: tensor<1x20x14x14xf32>, %f: tensor<36x20x3x3xf32> {wino.weight}, %bias: tensor<36xf32>) -> tensor<1x36x14x14xf32> {
  %zero = arith.constant 0.0 : f32
  %pad = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 1, 1] {
  ^bb0(%i0: index, %i1: index, %i2: index, %i3: index):
    tensor.yield %zero : f32
  } : tensor<1x20x14x14xf32> to tensor<1x20x16x16xf32>
  %e = tensor.empty() : tensor<1x36x14x14xf32>
  %init = linalg.broadcast ins(%bias : tensor<36xf32>) outs(%e : tensor<1x36x14x14xf32>) dimensions = [0, 2, 3]
  %y = linalg.conv_2d_nchw_fchw {wino.plan = #wino.plan<algorithm = im2col, schedule = <block = 4x14, k_block = 24, micro_tile = 7x8, vector = 4>>} ins(%pad, %f : tensor<1x20x16x16xf32>, tensor<36x20x3x3xf32>) outs(%init : tensor<1x36x14x14xf32>) -> tensor<1x36x14x14xf32>
  return %y : tensor<1x36x14x14xf32>
}

// -----

// Parts of a row have panels of their own, whatever rows the block has. Elements
// of the depth are padded to whole groups.
// CHECK-LABEL: func @parts
// CHECK: wino.im2col {{.*}} strides [2, 1] dilations [1, 2] pad [0, 0, 0, 0] block [1, 4] ins(%{{.*}} : tensor<1x12x13x3xi8>) outs(%{{.*}} : tensor<1x5x3x1x7x4x4xi8>)
// CHECK: wino.column_product block [1, 4] schedule <block = 2x4, {{.*}}> ins(%{{.*}}, %{{.*}} : tensor<8x28xi8>, tensor<1x5x3x1x7x4x4xi8>)
// TILED-LABEL: func @parts
// TILED: wino.im2col {{.*}} outs(%{{.*}} : tensor<1x?x1x1x7x4x4xi8>)
// TILED: wino.column_product
// THREADS-LABEL: func @parts
// THREADS: scf.forall (%{{.*}}) = (0) to (5) step (3)
func.func @parts(%x: tensor<1x12x13x3xi8>, %f: tensor<3x3x3x8xi8> {wino.weight}) -> tensor<1x5x9x8xi32> {
  %zero = arith.constant 0 : i32
  %e = tensor.empty() : tensor<1x5x9x8xi32>
  %init = linalg.fill ins(%zero : i32) outs(%e : tensor<1x5x9x8xi32>) -> tensor<1x5x9x8xi32>
  %y = linalg.conv_2d_nhwc_hwcf {strides = dense<[2, 1]> : tensor<2xi64>, dilations = dense<[1, 2]> : tensor<2xi64>, wino.plan = #wino.plan<algorithm = im2col, schedule = <block = 2x4, k_block = 8, micro_tile = 7x4, vector = 4, group = 4>>} ins(%x, %f : tensor<1x12x13x3xi8>, tensor<3x3x3x8xi8>) outs(%init : tensor<1x5x9x8xi32>) -> tensor<1x5x9x8xi32>
  return %y : tensor<1x5x9x8xi32>
}

// -----

// Of rows of unknown length a block is a panel.
// CHECK-LABEL: func @dynamic
// CHECK: wino.im2col {{.*}} block [1, 8] ins(%{{.*}} : tensor<1x?x?x4xf32>) outs(%{{.*}} : tensor<1x?x?x1x36x8xf32>)
// CHECK: wino.column_product block [1, 8] schedule <block = 2x0, {{.*}}>
// TILED-LABEL: func @dynamic
// TILED: wino.im2col {{.*}} block [1, 8] origin
// TILED: wino.column_product block [1, 8]
func.func @dynamic(%x: tensor<1x?x?x4xf32>, %f: tensor<3x3x4x8xf32> {wino.weight}, %y: tensor<1x?x?x8xf32>) -> tensor<1x?x?x8xf32> {
  %r = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = im2col, schedule = <block = 2x0, k_block = 8, micro_tile = 7x8, vector = 4>>} ins(%x, %f : tensor<1x?x?x4xf32>, tensor<3x3x4x8xf32>) outs(%y : tensor<1x?x?x8xf32>) -> tensor<1x?x?x8xf32>
  return %r : tensor<1x?x?x8xf32>
}

// -----

// A block of all rows is not divided among threads, which take output channels.
// THREADS-LABEL: func @whole
// THREADS: scf.forall (%{{.*}}) = (0) to (32) step (16)
// THREADS: wino.im2col
// THREADS: wino.column_product block [6, 6] {{.*}} outs(%{{.*}} : tensor<1x6x6x8xf32>)
func.func @whole(%x: tensor<1x8x8x4xf32>, %f: tensor<3x3x4x32xf32> {wino.weight}, %y: tensor<1x6x6x32xf32>) -> tensor<1x6x6x32xf32> {
  %r = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = im2col, schedule = <block = 8x8, k_block = 8, micro_tile = 7x8, vector = 4>>} ins(%x, %f : tensor<1x8x8x4xf32>, tensor<3x3x4x32xf32>) outs(%y : tensor<1x6x6x32xf32>) -> tensor<1x6x6x32xf32>
  return %r : tensor<1x6x6x32xf32>
}
