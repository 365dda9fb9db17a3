// RUN: wino-opt %s --wino-tile-and-fuse --canonicalize --cse | FileCheck %s
// RUN: wino-opt %s --wino-tile-and-fuse --scf-for-loop-peeling --scf-for-loop-canonicalization --canonicalize --cse | FileCheck %s --check-prefix=PEEL
// RUN: wino-opt %s --wino-tile-and-fuse="threads=2" --canonicalize --cse | FileCheck %s --check-prefix=THREADS
// RUN: wino-opt %s --wino-tile-and-fuse --canonicalize --cse -o %t.once
// RUN: wino-opt %t.once --wino-tile-and-fuse --canonicalize --cse | diff %t.once -
// RUN: not wino-opt %s --wino-tile-and-fuse="threads=0" 2>&1 | FileCheck %s --check-prefix=ERROR
// ERROR: error: expected at least one thread, but got 0

// Images, blocks of tile rows, blocks of output channels; the tile columns are
// one block. The block's image tiles are transformed before the inner loop, and
// V and M are those of a block. Blocks of 3 of 7 tile rows leave a rest of one.
// CHECK-LABEL: func @nest
// CHECK-SAME: %[[X:[^:]*]]: tensor<2x30x30x16xf32>, %[[U:[^:]*]]: tensor<2x6x6x2x16x16xf32>, %[[B:[^:]*]]: tensor<60xf32>
// CHECK-NOT: tensor<6x6x2x7x7
// CHECK: %[[YI:.*]] = tensor.empty() : tensor<2x28x27x60xf32>
// CHECK: scf.for %[[N:.*]] = %c0 to %c2 step %c1 iter_args(%[[Y0:.*]] = %[[YI]])
// CHECK:   %[[XN:.*]] = tensor.extract_slice %[[X]][%[[N]], 0, 0, 0] [1, 30, 30, 16]
// CHECK:   scf.for %[[T:.*]] = %c0 to %c7 step %c3 iter_args
// CHECK:     %[[ROWS:.*]] = affine.min
// CHECK:     %[[VI:.*]] = tensor.empty(%[[ROWS]]) : tensor<6x6x1x?x7x16xf32>
// CHECK:     %[[V:.*]] = wino.input_transform <F(4x4, 3x3)> pad [0, 0, 0, 0] origin[%[[T]], %c0] ins(%[[XN]] : tensor<1x30x30x16xf32>) outs(%[[VI]]
// CHECK:     scf.for %[[K:.*]] = %c0 to %c64 step %c32 iter_args(%[[Y2:.*]] =
// CHECK:       %[[UK:.*]] = tensor.extract_slice %[[U]][%{{.*}}, 0, 0, 0, 0, 0] [1, 6, 6, 2, 16, 16]
// CHECK:       %[[M:.*]] = wino.hadamard {{.*}} ins(%[[V]], %[[UK]] : tensor<6x6x1x?x7x16xf32>, tensor<1x6x6x2x16x16xf32>)
// CHECK:       %[[YK:.*]] = tensor.extract_slice %[[Y2]][%[[N]], %[[ROW:.*]], 0, %[[K]]] [1, %[[OH:[0-9a-z_]+]], 27, %[[KS:[0-9a-z_]+]]]
// CHECK:       %[[BK:.*]] = tensor.extract_slice %[[B]][%[[K]]] [%[[KS]]]
// CHECK:       %[[R:.*]] = wino.output_transform <F(4x4, 3x3)> ins(%[[M]] {{.*}} outs(%[[YK]] {{.*}} epilogue(%[[BK]] : tensor<?xf32>)
// CHECK:       tensor.insert_slice %[[R]] into %[[Y2]][%[[N]], %[[ROW]], 0, %[[K]]] [1, %[[OH]], 27, %[[KS]]]

// Whole blocks have static sizes.
// PEEL-LABEL: func @nest
// PEEL: scf.for %{{.*}} = %c0 to %c2 step %c1
// PEEL:   scf.for %{{.*}} = %c0 to %c6 step %c3
// PEEL:     wino.input_transform {{.*}} outs(%{{.*}} : tensor<6x6x1x3x7x16xf32>)
// PEEL:     scf.for
// PEEL:       wino.output_transform
// PEEL:   wino.input_transform {{.*}} outs(%{{.*}} : tensor<6x6x1x1x7x16xf32>)

// Each thread has one of the two images.
// THREADS-LABEL: func @nest
// THREADS: scf.forall (%[[N:.*]]) in (2) shared_outs
// THREADS:   scf.for %{{.*}} = %c0 to %c7 step %c3
// THREADS:     wino.input_transform
// THREADS:   scf.forall.in_parallel
func.func @nest(%x: tensor<2x30x30x16xf32>, %u: tensor<2x6x6x2x16x16xf32>, %bias: tensor<60xf32>) -> tensor<2x28x27x60xf32> {
  %vi = tensor.empty() : tensor<6x6x2x7x7x16xf32>
  %mi = tensor.empty() : tensor<6x6x2x7x7x64xf32>
  %yi = tensor.empty() : tensor<2x28x27x60xf32>
  %v = wino.input_transform <F(4x4, 3x3)> pad [0, 0, 0, 0] ins(%x : tensor<2x30x30x16xf32>) outs(%vi : tensor<6x6x2x7x7x16xf32>) -> tensor<6x6x2x7x7x16xf32>
  %m = wino.hadamard schedule <block = 3x0, k_block = 32, micro_tile = 5x16, vector = 4> ins(%v, %u : tensor<6x6x2x7x7x16xf32>, tensor<2x6x6x2x16x16xf32>) outs(%mi : tensor<6x6x2x7x7x64xf32>) -> tensor<6x6x2x7x7x64xf32>
  %r = wino.output_transform <F(4x4, 3x3)> schedule <block = 3x0, k_block = 32, micro_tile = 5x16, vector = 4> ins(%m : tensor<6x6x2x7x7x64xf32>) outs(%yi : tensor<2x28x27x60xf32>) epilogue(%bias : tensor<60xf32>) {
  ^bb0(%sum: f32, %b: f32):
    %1 = arith.addf %sum, %b : f32
    wino.yield %1 : f32
  } -> tensor<2x28x27x60xf32>
  return %r : tensor<2x28x27x60xf32>
}

// Dynamic sizes, im2row, one image: threads share the rows of tiles.
// CHECK-LABEL: func @dynamic
// CHECK: scf.for
// CHECK: scf.for
// CHECK: wino.im2row kernel [3, 3] {{.*}} origin[%{{.*}}, %{{.*}}]
// CHECK: wino.hadamard
// CHECK: wino.output_transform
// THREADS-LABEL: func @dynamic
// THREADS-NOT: scf.forall
func.func @dynamic(%x: tensor<?x?x?x2xf32>, %u: tensor<1x1x1x1x20x8xf32>, %yi: tensor<?x?x?x8xf32>, %n: index, %h: index, %w: index) -> tensor<?x?x?x8xf32> {
  %vi = tensor.empty(%n, %h, %w) : tensor<1x1x?x?x?x20xf32>
  %mi = tensor.empty(%n, %h, %w) : tensor<1x1x?x?x?x8xf32>
  %v = wino.im2row kernel [3, 3] strides [2, 2] dilations [1, 1] pad [1, 1, 1, 1] ins(%x : tensor<?x?x?x2xf32>) outs(%vi : tensor<1x1x?x?x?x20xf32>) -> tensor<1x1x?x?x?x20xf32>
  %m = wino.hadamard ins(%v, %u : tensor<1x1x?x?x?x20xf32>, tensor<1x1x1x1x20x8xf32>) outs(%mi : tensor<1x1x?x?x?x8xf32>) -> tensor<1x1x?x?x?x8xf32>
  %r = wino.output_transform <F(1x1, 1x1)> schedule <block = 2x8, k_block = 8, micro_tile = 5x8, vector = 4> ins(%m : tensor<1x1x?x?x?x8xf32>) outs(%yi : tensor<?x?x?x8xf32>) -> tensor<?x?x?x8xf32>
  return %r : tensor<?x?x?x8xf32>
}

// A block is no larger than the part of a thread: 4 of 7 rows of tiles.
// THREADS-LABEL: func @rows
// THREADS: scf.forall (%[[T:.*]]) = (0) to (7) step (4)
// THREADS:   scf.for %{{.*}} = %c0 to %{{.*}} step %c4
// THREADS:     wino.input_transform {{.*}} origin[%{{.*}}, %c0]
func.func @rows(%x: tensor<1x30x30x16xf32>, %u: tensor<1x6x6x1x16x16xf32>) -> tensor<1x28x28x16xf32> {
  %vi = tensor.empty() : tensor<6x6x1x7x7x16xf32>
  %yi = tensor.empty() : tensor<1x28x28x16xf32>
  %v = wino.input_transform <F(4x4, 3x3)> pad [0, 0, 0, 0] ins(%x : tensor<1x30x30x16xf32>) outs(%vi : tensor<6x6x1x7x7x16xf32>) -> tensor<6x6x1x7x7x16xf32>
  %m = wino.hadamard ins(%v, %u : tensor<6x6x1x7x7x16xf32>, tensor<1x6x6x1x16x16xf32>) outs(%vi : tensor<6x6x1x7x7x16xf32>) -> tensor<6x6x1x7x7x16xf32>
  %r = wino.output_transform <F(4x4, 3x3)> schedule <block = 0x7, k_block = 16, micro_tile = 5x16, vector = 4> ins(%m : tensor<6x6x1x7x7x16xf32>) outs(%yi : tensor<1x28x28x16xf32>) -> tensor<1x28x28x16xf32>
  return %r : tensor<1x28x28x16xf32>
}

// Three rows of tiles would leave a quarter of two threads idle: they share the
// output channels. So they do where the rows are dynamic.
// THREADS-LABEL: func @channels
// THREADS: scf.forall (%[[K:.*]]) = (0) to (64) step (32)
// THREADS:   scf.for %[[KB:.*]] = %c0 to %c32 step %c16
// THREADS:     wino.hadamard {{.*}} tensor<1x6x6x1x16x16xf32>)
// THREADS: scf.forall (%{{.*}}) = (0) to (64) step (32)
// Channels that pad a block are not shared: the rows are.
// THREADS-LABEL: func @padded_channels
// THREADS: scf.forall (%{{.*}}) = (0) to (3) step (2)
func.func @channels(%x: tensor<1x14x14x16xf32>, %xd: tensor<1x?x?x16xf32>, %u: tensor<4x6x6x1x16x16xf32>, %yd: tensor<1x?x?x64xf32>, %h: index, %w: index) -> (tensor<1x12x12x64xf32>, tensor<1x?x?x64xf32>) {
  %vi = tensor.empty() : tensor<6x6x1x3x3x16xf32>
  %mi = tensor.empty() : tensor<6x6x1x3x3x64xf32>
  %yi = tensor.empty() : tensor<1x12x12x64xf32>
  %v = wino.input_transform <F(4x4, 3x3)> pad [0, 0, 0, 0] ins(%x : tensor<1x14x14x16xf32>) outs(%vi : tensor<6x6x1x3x3x16xf32>) -> tensor<6x6x1x3x3x16xf32>
  %m = wino.hadamard ins(%v, %u : tensor<6x6x1x3x3x16xf32>, tensor<4x6x6x1x16x16xf32>) outs(%mi : tensor<6x6x1x3x3x64xf32>) -> tensor<6x6x1x3x3x64xf32>
  %r = wino.output_transform <F(4x4, 3x3)> schedule <block = 0x0, k_block = 16, micro_tile = 5x16, vector = 4> ins(%m : tensor<6x6x1x3x3x64xf32>) outs(%yi : tensor<1x12x12x64xf32>) -> tensor<1x12x12x64xf32>
  %vdi = tensor.empty(%h, %w) : tensor<6x6x1x?x?x16xf32>
  %mdi = tensor.empty(%h, %w) : tensor<6x6x1x?x?x64xf32>
  %vd = wino.input_transform <F(4x4, 3x3)> pad [0, 0, 0, 0] ins(%xd : tensor<1x?x?x16xf32>) outs(%vdi : tensor<6x6x1x?x?x16xf32>) -> tensor<6x6x1x?x?x16xf32>
  %md = wino.hadamard ins(%vd, %u : tensor<6x6x1x?x?x16xf32>, tensor<4x6x6x1x16x16xf32>) outs(%mdi : tensor<6x6x1x?x?x64xf32>) -> tensor<6x6x1x?x?x64xf32>
  %rd = wino.output_transform <F(4x4, 3x3)> schedule <block = 2x2, k_block = 16, micro_tile = 5x16, vector = 4> ins(%md : tensor<6x6x1x?x?x64xf32>) outs(%yd : tensor<1x?x?x64xf32>) -> tensor<1x?x?x64xf32>
  return %r, %rd : tensor<1x12x12x64xf32>, tensor<1x?x?x64xf32>
}

func.func @padded_channels(%x: tensor<1x14x14x16xf32>, %u: tensor<4x6x6x1x16x16xf32>) -> tensor<1x12x12x60xf32> {
  %vi = tensor.empty() : tensor<6x6x1x3x3x16xf32>
  %mi = tensor.empty() : tensor<6x6x1x3x3x64xf32>
  %yi = tensor.empty() : tensor<1x12x12x60xf32>
  %v = wino.input_transform <F(4x4, 3x3)> pad [0, 0, 0, 0] ins(%x : tensor<1x14x14x16xf32>) outs(%vi : tensor<6x6x1x3x3x16xf32>) -> tensor<6x6x1x3x3x16xf32>
  %m = wino.hadamard ins(%v, %u : tensor<6x6x1x3x3x16xf32>, tensor<4x6x6x1x16x16xf32>) outs(%mi : tensor<6x6x1x3x3x64xf32>) -> tensor<6x6x1x3x3x64xf32>
  %r = wino.output_transform <F(4x4, 3x3)> schedule <block = 0x0, k_block = 16, micro_tile = 5x16, vector = 4> ins(%m : tensor<6x6x1x3x3x64xf32>) outs(%yi : tensor<1x12x12x60xf32>) -> tensor<1x12x12x60xf32>
  return %r : tensor<1x12x12x60xf32>
}

// Where the channels stand in the layout does not matter.
// THREADS-LABEL: func @channels_nchw
// THREADS: scf.forall (%{{.*}}) = (0) to (64) step (32)
func.func @channels_nchw(%x: tensor<1x14x14x16xf32>, %u: tensor<4x6x6x1x16x16xf32>) -> tensor<1x64x12x12xf32> {
  %vi = tensor.empty() : tensor<6x6x1x3x3x16xf32>
  %mi = tensor.empty() : tensor<6x6x1x3x3x64xf32>
  %yi = tensor.empty() : tensor<1x64x12x12xf32>
  %v = wino.input_transform <F(4x4, 3x3)> pad [0, 0, 0, 0] ins(%x : tensor<1x14x14x16xf32>) outs(%vi : tensor<6x6x1x3x3x16xf32>) -> tensor<6x6x1x3x3x16xf32>
  %m = wino.hadamard ins(%v, %u : tensor<6x6x1x3x3x16xf32>, tensor<4x6x6x1x16x16xf32>) outs(%mi : tensor<6x6x1x3x3x64xf32>) -> tensor<6x6x1x3x3x64xf32>
  %r = wino.output_transform <F(4x4, 3x3)> schedule <block = 0x0, k_block = 16, micro_tile = 5x16, vector = 4> layout nchw ins(%m : tensor<6x6x1x3x3x64xf32>) outs(%yi : tensor<1x64x12x12xf32>) -> tensor<1x64x12x12xf32>
  return %r : tensor<1x64x12x12xf32>
}

// Of two convolutions in a row each has its own nest.
// CHECK-LABEL: func @two
// CHECK: %[[A:.*]] = scf.for
// CHECK: wino.input_transform
// CHECK: wino.output_transform
// CHECK: scf.yield
// CHECK: scf.for
// CHECK: wino.input_transform
// CHECK: wino.output_transform
// CHECK-NOT: wino.input_transform
func.func @two(%x: tensor<1x8x8x8xf32>, %u: tensor<1x6x6x1x8x8xf32>) -> tensor<1x8x8x8xf32> {
  %vi = tensor.empty() : tensor<6x6x1x2x2x8xf32>
  %yi = tensor.empty() : tensor<1x8x8x8xf32>
  %v = wino.input_transform <F(4x4, 3x3)> pad [1, 1, 1, 1] ins(%x : tensor<1x8x8x8xf32>) outs(%vi : tensor<6x6x1x2x2x8xf32>) -> tensor<6x6x1x2x2x8xf32>
  %m = wino.hadamard ins(%v, %u : tensor<6x6x1x2x2x8xf32>, tensor<1x6x6x1x8x8xf32>) outs(%vi : tensor<6x6x1x2x2x8xf32>) -> tensor<6x6x1x2x2x8xf32>
  %r = wino.output_transform <F(4x4, 3x3)> schedule <block = 1x1, k_block = 8, micro_tile = 5x8, vector = 4> ins(%m : tensor<6x6x1x2x2x8xf32>) outs(%yi : tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32>
  %v2 = wino.input_transform <F(4x4, 3x3)> pad [1, 1, 1, 1] ins(%r : tensor<1x8x8x8xf32>) outs(%vi : tensor<6x6x1x2x2x8xf32>) -> tensor<6x6x1x2x2x8xf32>
  %m2 = wino.hadamard ins(%v2, %u : tensor<6x6x1x2x2x8xf32>, tensor<1x6x6x1x8x8xf32>) outs(%vi : tensor<6x6x1x2x2x8xf32>) -> tensor<6x6x1x2x2x8xf32>
  %r2 = wino.output_transform <F(4x4, 3x3)> schedule <block = 1x1, k_block = 8, micro_tile = 5x8, vector = 4> ins(%m2 : tensor<6x6x1x2x2x8xf32>) outs(%yi : tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32>
  return %r2 : tensor<1x8x8x8xf32>
}

// A direct convolution: a strip of the image is padded for each block of pixels,
// before the loop over output channels. The micro-kernel's rows stay on the op.
// CHECK-LABEL: func @conv
// CHECK-SAME: %[[X:[^:]*]]: tensor<1x28x28x16xf32>
// CHECK-NOT: tensor<1x30x30x16xf32>
// CHECK: scf.for %[[S:.*]] = %c0 to %c28 step %c4
// CHECK:   %[[Z:.*]] = wino.pad_image pad [1, 1, 1, 1] origin[%[[S]], %c0] ins(%[[X]] : tensor<1x28x28x16xf32>) outs(%{{.*}} : tensor<1x6x30x16xf32>)
// CHECK:   scf.for %[[K:.*]] = %c0 to %c64 step %c32
// CHECK:     wino.conv kernel [3, 3] strides [1, 1] dilations [1, 1] micro_rows 7 ins(%[[Z]], %{{.*}} : tensor<1x6x30x16xf32>, tensor<1x1x1x2x144x16xf32>) outs(%{{.*}} : tensor<1x4x28x?xf32>)
// THREADS-LABEL: func @conv
// THREADS: scf.forall (%[[T:.*]]) = (0) to (28) step (14)
// THREADS:   scf.for
// THREADS:     wino.pad_image
// THREADS:     wino.conv
func.func @conv(%x: tensor<1x28x28x16xf32>, %u: tensor<2x1x1x2x144x16xf32>) -> tensor<1x28x28x60xf32> {
  %zi = tensor.empty() : tensor<1x30x30x16xf32>
  %yi = tensor.empty() : tensor<1x28x28x60xf32>
  %z = wino.pad_image pad [1, 1, 1, 1] ins(%x : tensor<1x28x28x16xf32>) outs(%zi : tensor<1x30x30x16xf32>) -> tensor<1x30x30x16xf32>
  %r = wino.conv kernel [3, 3] strides [1, 1] dilations [1, 1] schedule <block = 4x0, k_block = 32, micro_tile = 7x16, vector = 4> ins(%z, %u : tensor<1x30x30x16xf32>, tensor<2x1x1x2x144x16xf32>) outs(%yi : tensor<1x28x28x60xf32>) -> tensor<1x28x28x60xf32>
  return %r : tensor<1x28x28x60xf32>
}

// Without a schedule, and on memrefs, there is nothing to do.
// CHECK-LABEL: func @untouched
// CHECK-NOT: scf.for
// CHECK: return
func.func @untouched(%m: tensor<6x6x1x2x2x8xf32>, %yi: tensor<1x8x8x8xf32>, %mm: memref<6x6x1x2x2x8xf32>, %ym: memref<1x8x8x8xf32>) -> tensor<1x8x8x8xf32> {
  %r = wino.output_transform <F(4x4, 3x3)> ins(%m : tensor<6x6x1x2x2x8xf32>) outs(%yi : tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32>
  wino.output_transform <F(4x4, 3x3)> schedule <block = 1x1, k_block = 8, micro_tile = 5x8, vector = 4> ins(%mm : memref<6x6x1x2x2x8xf32>) outs(%ym : memref<1x8x8x8xf32>)
  return %r : tensor<1x8x8x8xf32>
}

// Filters are transformed on the fly, and sums made of blocks of channels: V is
// made before the loop over output channels, in which M begins as zero, and a
// block of U is made for each block of 8 input and 16 output channels.
// CHECK-LABEL: func @on_the_fly
// CHECK-SAME: %{{.*}}: tensor<1x14x14x16xf32>, %[[G:[^:]*]]: tensor<2x3x3x1x16x16xf32>
// CHECK:   %[[V:.*]] = wino.input_transform
// CHECK:   scf.for %[[K:.*]] = %c0 to %c32 step %c16
// CHECK-DAG: %[[GK:.*]] = tensor.extract_slice %[[G]][%{{.*}}, 0, 0, 0, 0, 0] [1, 3, 3, 1, 16, 16]
// CHECK-DAG: %[[ZERO:.*]] = linalg.fill
// CHECK:     %[[M:.*]] = scf.for %[[C:.*]] = %c0 to %c16 step %c8 iter_args(%[[SUM:.*]] = %[[ZERO]])
// CHECK:       %[[GC:.*]] = tensor.extract_slice %[[GK]][0, 0, 0, 0, %[[C]], 0] [1, 3, 3, 1, 8, 16]
// CHECK:       %[[U:.*]] = wino.filter_transform <F(4x4, 3x3)> ins(%[[GC]] : {{.*}}) outs(%{{.*}} : tensor<1x6x6x1x8x16xf32>)
// CHECK:       %[[VC:.*]] = tensor.extract_slice %[[V]][0, 0, 0, 0, 0, %[[C]]] [6, 6, 1, 3, 3, 8]
// CHECK:       %[[P:.*]] = wino.hadamard accumulate {{.*}} ins(%[[VC]], %[[U]] : {{.*}}) outs(%[[SUM]]
// CHECK:       scf.yield %[[P]]
// CHECK:     wino.output_transform <F(4x4, 3x3)> ins(%[[M]]
func.func @on_the_fly(%x: tensor<1x14x14x16xf32>, %g: tensor<2x3x3x1x16x16xf32>) -> tensor<1x12x12x32xf32> {
  %ui = tensor.empty() : tensor<2x6x6x1x16x16xf32>
  %vi = tensor.empty() : tensor<6x6x1x3x3x16xf32>
  %mi = tensor.empty() : tensor<6x6x1x3x3x32xf32>
  %yi = tensor.empty() : tensor<1x12x12x32xf32>
  %u = wino.filter_transform <F(4x4, 3x3)> ins(%g : tensor<2x3x3x1x16x16xf32>) outs(%ui : tensor<2x6x6x1x16x16xf32>) -> tensor<2x6x6x1x16x16xf32>
  %v = wino.input_transform <F(4x4, 3x3)> pad [0, 0, 0, 0] ins(%x : tensor<1x14x14x16xf32>) outs(%vi : tensor<6x6x1x3x3x16xf32>) -> tensor<6x6x1x3x3x16xf32>
  %m = wino.hadamard schedule <block = 0x0, k_block = 16, c_block = 8, micro_tile = 5x16, vector = 4, on_the_fly> ins(%v, %u : tensor<6x6x1x3x3x16xf32>, tensor<2x6x6x1x16x16xf32>) outs(%mi : tensor<6x6x1x3x3x32xf32>) -> tensor<6x6x1x3x3x32xf32>
  %y = wino.output_transform <F(4x4, 3x3)> schedule <block = 0x0, k_block = 16, c_block = 8, micro_tile = 5x16, vector = 4, on_the_fly> ins(%m : tensor<6x6x1x3x3x32xf32>) outs(%yi : tensor<1x12x12x32xf32>) -> tensor<1x12x12x32xf32>
  return %y : tensor<1x12x12x32xf32>
}

// Blocks of several images, here all of each: the filter is read once for two.
// The last block has the image that is left.
// CHECK-LABEL: func @images
// CHECK: scf.for %[[N:.*]] = %c0 to %c3 step %c2
// CHECK:   %[[IMAGES:.*]] = affine.min
// CHECK:   wino.input_transform {{.*}} outs(%{{.*}} : tensor<4x4x?x2x2x8xf32>)
// CHECK:   scf.for %{{.*}} = %c0 to %c32 step %c16
// CHECK:     wino.hadamard {{.*}} -> tensor<4x4x?x2x2x16xf32>
// CHECK:     wino.output_transform {{.*}} -> tensor<?x4x4x16xf32>

// No more than a thread has.
// THREADS-LABEL: func @images
// THREADS: scf.forall
// THREADS-NOT: tensor<4x4x3x
func.func @images(%x: tensor<3x6x6x8xf32>, %u: tensor<2x4x4x1x8x16xf32>) -> tensor<3x4x4x32xf32> {
  %vi = tensor.empty() : tensor<4x4x3x2x2x8xf32>
  %mi = tensor.empty() : tensor<4x4x3x2x2x32xf32>
  %yi = tensor.empty() : tensor<3x4x4x32xf32>
  %v = wino.input_transform <F(2x2, 3x3)> pad [0, 0, 0, 0] ins(%x : tensor<3x6x6x8xf32>) outs(%vi : tensor<4x4x3x2x2x8xf32>) -> tensor<4x4x3x2x2x8xf32>
  %m = wino.hadamard schedule <block = 2x2, k_block = 16, micro_tile = 5x16, vector = 4, block_images = 2> ins(%v, %u : tensor<4x4x3x2x2x8xf32>, tensor<2x4x4x1x8x16xf32>) outs(%mi : tensor<4x4x3x2x2x32xf32>) -> tensor<4x4x3x2x2x32xf32>
  %r = wino.output_transform <F(2x2, 3x3)> schedule <block = 2x2, k_block = 16, micro_tile = 5x16, vector = 4, block_images = 2> ins(%m : tensor<4x4x3x2x2x32xf32>) outs(%yi : tensor<3x4x4x32xf32>) -> tensor<3x4x4x32xf32>
  return %r : tensor<3x4x4x32xf32>
}
