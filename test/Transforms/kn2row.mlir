// RUN: wino-opt %s --wino-apply-plan -split-input-file | FileCheck %s
// RUN: wino-opt %s --wino-apply-plan --wino-tile-and-fuse -split-input-file | FileCheck %s --check-prefix=TILED
// RUN: wino-opt %s --wino-apply-plan --wino-tile-and-fuse="threads=2" -split-input-file | FileCheck %s --check-prefix=THREADS

// Blocks of the whole image: its pixels are multiplied by all taps, and the
// offset-add knows the padding.
// CHECK-LABEL: func @whole
// CHECK-SAME: (%[[X:.*]]: tensor<1x14x14x20xf32>, %[[F:.*]]: tensor<3x3x20x36xf32> {wino.weight}, %[[B:.*]]: tensor<36xf32>
// CHECK-NOT: tensor.pad
// CHECK: %[[U:.*]] = wino.filter_transform <F(1x1, 3x3), {{.*}}> ins(%[[F]] : tensor<3x3x20x36xf32>) outs(%{{.*}} : tensor<2x3x3x2x20x12xf32>)
// CHECK: %[[V:.*]] = wino.im2row kernel [1, 1] strides [1, 1] dilations [1, 1] pad [0, 0, 0, 0] ins(%[[X]] : tensor<1x14x14x20xf32>) outs(%{{.*}} : tensor<1x1x1x14x14x20xf32>)
// CHECK: %[[M:.*]] = wino.hadamard schedule {{.*}} ins(%[[V]], %[[U]] : tensor<1x1x1x14x14x20xf32>, tensor<2x3x3x2x20x12xf32>) outs(%{{.*}} : tensor<3x3x1x14x14x48xf32>)
// CHECK: wino.offset_add strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] schedule <block = 0x0, k_block = 24, {{.*}}> ins(%[[M]] : tensor<3x3x1x14x14x48xf32>) outs(%{{.*}} : tensor<1x14x14x36xf32>) epilogue(%[[B]] : tensor<36xf32>)
// CHECK-NOT: linalg.conv

// The pixels are copied once, the products are those of a block of channels.
// TILED-LABEL: func @whole
// TILED: wino.im2row {{.*}} outs(%{{.*}} : tensor<1x1x1x14x14x20xf32>)
// TILED: scf.for
// TILED: wino.hadamard {{.*}} outs(%{{.*}} : tensor<3x3x1x14x14x24xf32>)
// TILED: wino.offset_add {{.*}} ins(%{{.*}} : tensor<3x3x1x14x14x24xf32>)
// Rows with padding cannot be shared, nor channels that only pad the last block.
// THREADS-LABEL: func @whole
// THREADS-NOT: scf.forall
// THREADS: wino.offset_add
func.func @whole(%x: tensor<1x14x14x20xf32>, %f: tensor<3x3x20x36xf32> {wino.weight}, %bias: tensor<36xf32>) -> tensor<1x14x14x36xf32> {
  %zero = arith.constant 0.0 : f32
  %pad = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%i0: index, %i1: index, %i2: index, %i3: index):
    tensor.yield %zero : f32
  } : tensor<1x14x14x20xf32> to tensor<1x16x16x20xf32>
  %e = tensor.empty() : tensor<1x14x14x36xf32>
  %init = linalg.broadcast ins(%bias : tensor<36xf32>) outs(%e : tensor<1x14x14x36xf32>) dimensions = [0, 1, 2]
  %y = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = kn2row, schedule = <block = 14x16, k_block = 24, micro_tile = 7x12, vector = 4>>} ins(%pad, %f : tensor<1x16x16x20xf32>, tensor<3x3x20x36xf32>) outs(%init : tensor<1x14x14x36xf32>) -> tensor<1x14x14x36xf32>
  return %y : tensor<1x14x14x36xf32>
}

// -----

// Blocks of rows: V has their padding, so that all are alike; the columns are
// whole.
// CHECK-LABEL: func @rows
// CHECK: wino.im2row {{.*}} pad [1, 2, 0, 0] ins(%{{.*}} : tensor<1x12x9x4xf32>) outs(%{{.*}} : tensor<1x1x1x15x9x4xf32>)
// CHECK: wino.offset_add strides [2, 1] dilations [1, 2] pad [0, 0, 3, 1] schedule <block = 3x0, {{.*}}> ins(%{{.*}} : tensor<3x3x1x15x9x8xf32>) outs(%{{.*}} : tensor<1x7x9x8xf32>)
// TILED-LABEL: func @rows
// TILED: scf.for %[[S:.*]] = %c0 to %c7 step %c3
// TILED: wino.im2row {{.*}} origin[%{{.*}}, %c0]
// TILED: wino.hadamard
// TILED: wino.offset_add
// THREADS-LABEL: func @rows
// THREADS: scf.forall (%{{.*}}) = (0) to (7) step (4)
// THREADS: scf.for
// THREADS: wino.offset_add
func.func @rows(%x: tensor<1x12x9x4xf32>, %f: tensor<3x3x4x8xf32> {wino.weight}) -> tensor<1x7x9x8xf32> {
  %zero = arith.constant 0.0 : f32
  %pad = tensor.pad %x low[0, 1, 3, 0] high[0, 2, 1, 0] {
  ^bb0(%i0: index, %i1: index, %i2: index, %i3: index):
    tensor.yield %zero : f32
  } : tensor<1x12x9x4xf32> to tensor<1x15x13x4xf32>
  %e = tensor.empty() : tensor<1x7x9x8xf32>
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<1x7x9x8xf32>) -> tensor<1x7x9x8xf32>
  %y = linalg.conv_2d_nhwc_hwcf {strides = dense<[2, 1]> : tensor<2xi64>, dilations = dense<[1, 2]> : tensor<2xi64>, wino.plan = #wino.plan<algorithm = kn2row, schedule = <block = 3x0, k_block = 8, micro_tile = 7x8, vector = 4>>} ins(%pad, %f : tensor<1x15x13x4xf32>, tensor<3x3x4x8xf32>) outs(%init : tensor<1x7x9x8xf32>) -> tensor<1x7x9x8xf32>
  return %y : tensor<1x7x9x8xf32>
}

// -----

// A padding that is not zero has products: V has it. Channels come in groups.
// CHECK-LABEL: func @zero_point
// CHECK: wino.im2row {{.*}} pad [1, 1, 1, 1] pad_value -3 ins(%{{.*}} : tensor<1x5x5x6xi8>) outs(%{{.*}} : tensor<1x1x1x7x7x8xi8>)
// CHECK: wino.hadamard {{.*}} ins(%{{.*}} : tensor<1x1x1x7x7x8xi8>, tensor<1x3x3x1x2x8x4xi8>) outs(%{{.*}} : tensor<3x3x1x7x7x8xi32>)
// CHECK: wino.offset_add {{.*}} pad [0, 0, 0, 0] {{.*}} outs(%{{.*}} : tensor<1x5x5x8xi32>)
func.func @zero_point(%x: tensor<1x5x5x6xi8>, %f: tensor<3x3x6x8xi8> {wino.weight}) -> tensor<1x5x5x8xi32> {
  %point = arith.constant -3 : i8
  %zero = arith.constant 0 : i32
  %pad = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%i0: index, %i1: index, %i2: index, %i3: index):
    tensor.yield %point : i8
  } : tensor<1x5x5x6xi8> to tensor<1x7x7x6xi8>
  %e = tensor.empty() : tensor<1x5x5x8xi32>
  %init = linalg.fill ins(%zero : i32) outs(%e : tensor<1x5x5x8xi32>) -> tensor<1x5x5x8xi32>
  %y = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = kn2row, schedule = <block = 0x0, k_block = 8, micro_tile = 7x8, vector = 4, group = 4>>} ins(%pad, %f : tensor<1x7x7x6xi8>, tensor<3x3x6x8xi8>) outs(%init : tensor<1x5x5x8xi32>) -> tensor<1x5x5x8xi32>
  return %y : tensor<1x5x5x8xi32>
}

// -----

// Dynamic sizes, in NCHW.
// CHECK-LABEL: func @dynamic
// CHECK: linalg.transpose
// CHECK: wino.im2row {{.*}} pad [1, 1, 1, 1] ins(%{{.*}} : tensor<?x?x?x4xf32>) outs(%{{.*}} : tensor<1x1x?x?x?x4xf32>)
// CHECK: wino.hadamard {{.*}} outs(%{{.*}} : tensor<3x3x?x?x?x8xf32>)
// CHECK: wino.offset_add {{.*}} pad [0, 0, 0, 0] {{.*}} outs(%{{.*}} : tensor<?x?x?x8xf32>)
func.func @dynamic(%x: tensor<?x4x?x?xf32>, %f: tensor<8x4x3x3xf32> {wino.weight}, %init: tensor<?x8x?x?xf32>) -> tensor<?x8x?x?xf32> {
  %zero = arith.constant 0.0 : f32
  %pad = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 1, 1] {
  ^bb0(%i0: index, %i1: index, %i2: index, %i3: index):
    tensor.yield %zero : f32
  } : tensor<?x4x?x?xf32> to tensor<?x4x?x?xf32>
  %y = linalg.conv_2d_nchw_fchw {wino.plan = #wino.plan<algorithm = kn2row, schedule = <block = 2x7, k_block = 8, micro_tile = 7x8, vector = 4>>} ins(%pad, %f : tensor<?x4x?x?xf32>, tensor<8x4x3x3xf32>) outs(%init : tensor<?x8x?x?xf32>) -> tensor<?x8x?x?xf32>
  return %y : tensor<?x8x?x?xf32>
}

// -----

// A product by a weight is one of a single tap.
// CHECK-LABEL: func @matmul
// CHECK: wino.hadamard {{.*}} outs(%{{.*}} : tensor<1x1x1x1x5x8xf32>)
// CHECK: wino.offset_add {{.*}} outs(%{{.*}} : tensor<1x1x5x8xf32>)
func.func @matmul(%x: tensor<5x12xf32>, %f: tensor<12x8xf32> {wino.weight}, %y: tensor<5x8xf32>) -> tensor<5x8xf32> {
  %zero = arith.constant 0.0 : f32
  %init = linalg.fill ins(%zero : f32) outs(%y : tensor<5x8xf32>) -> tensor<5x8xf32>
  %r = linalg.matmul {wino.plan = #wino.plan<algorithm = kn2row, schedule = <block = 0x0, k_block = 8, micro_tile = 7x8, vector = 4>>} ins(%x, %f : tensor<5x12xf32>, tensor<12x8xf32>) outs(%init : tensor<5x8xf32>) -> tensor<5x8xf32>
  return %r : tensor<5x8xf32>
}
