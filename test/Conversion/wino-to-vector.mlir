// RUN: sed "s/, prefetch//" %s | wino-opt --convert-wino-to-vector \
// RUN:   --canonicalize --cse --split-input-file | FileCheck %s
// RUN: wino-opt %s --split-input-file --canonicalize --cse \
// RUN:   --convert-wino-to-vector="vector-length=8 lane-fma=false" \
// RUN:   | FileCheck %s --check-prefix=BROADCAST
// RUN: wino-opt %s --convert-wino-to-vector="in-order=true" \
// RUN:   --split-input-file | FileCheck %s --check-prefix=IN-ORDER

// The identity transform is a copy, in a loop over the channels.

// CHECK-LABEL: func @identity
// CHECK-SAME: %[[M:[^:]*]]: memref<1x1x1x8x8x64xf32>, %[[Y:[^:]*]]: memref
// CHECK: scf.for %[[S:.*]] = %c0 to %c8 step %c1
// CHECK-NEXT: scf.for %[[T:.*]] = %c0 to %c8 step %c1
// CHECK-NEXT: scf.for %[[K:.*]] = %c0 to %c64 step %c4
// CHECK-NEXT: %[[V:.*]] = vector.load %[[M]][%c0, %c0, %c0, %[[S]], %[[T]], %[[K]]]
// CHECK-NEXT: vector.store %[[V]], %[[Y]][%c0, %[[S]], %[[T]], %[[K]]]
// CHECK-NOT: wino.
func.func @identity(%m: memref<1x1x1x8x8x64xf32>, %y: memref<1x8x8x64xf32>) {
  wino.output_transform <F(1x1, 1x1)>
    ins(%m : memref<1x1x1x8x8x64xf32>) outs(%y : memref<1x8x8x64xf32>)
  return
}

// -----

// The epilogue runs on vectors: constants are splats, captured scalars are
// broadcast once. The last channels are masked in all accesses.

// CHECK-LABEL: func @epilogue
// CHECK-SAME: %[[B:[^:]*]]: memref<6xf32>, %[[C:[^:]*]]: f32
// CHECK-DAG: %[[ZERO:.*]] = arith.constant dense<0.000000e+00> : vector<4xf32>
// CHECK-DAG: %[[CAP:.*]] = vector.broadcast %[[C]] : f32 to vector<4xf32>
// CHECK: scf.for
// CHECK: vector.load
// CHECK: %[[MASK:.*]] = vector.constant_mask [2] : vector<4xi1>
// CHECK: %[[BIAS:.*]] = vector.maskedload %[[B]][%{{.*}}], %[[MASK]], %[[ZERO]]
// CHECK: %[[SUM:.*]] = vector.maskedload
// CHECK: %[[Z:.*]] = arith.addf %[[SUM]], %[[BIAS]] : vector<4xf32>
// CHECK: %[[P:.*]] = arith.cmpf olt, %[[Z]], %[[ZERO]] : vector<4xf32>
// CHECK: %[[L:.*]] = arith.mulf %[[Z]], %[[CAP]]
// CHECK: %[[R:.*]] = arith.select %[[P]], %[[L]], %[[Z]] : vector<4xi1>, vector<4xf32>
// CHECK: vector.maskedstore %{{.*}}, %[[MASK]], %[[R]]
func.func @epilogue(%m: memref<1x1x1x8x8x8xf32>, %y: memref<1x8x8x6xf32>,
                    %b: memref<6xf32>, %c: f32) {
  wino.output_transform <F(1x1, 1x1)>
    ins(%m : memref<1x1x1x8x8x8xf32>) outs(%y : memref<1x8x8x6xf32>)
    epilogue(%b : memref<6xf32>) {
  ^bb0(%sum: f32, %bias: f32):
    %zero = arith.constant 0.0 : f32
    %z = arith.addf %sum, %bias : f32
    %p = arith.cmpf olt, %z, %zero : f32
    %l = arith.mulf %z, %c : f32
    %r = arith.select %p, %l, %z : f32
    wino.yield %r : f32
  }
  return
}

// -----

// Tiles that the result's sizes crop store pixel by pixel.

// CHECK-LABEL: func @crop
// CHECK: scf.if
// CHECK-COUNT-16: vector.store
// CHECK-NOT: vector.store
// CHECK: } else {
// CHECK: scf.if %{{.*}} {
// CHECK-NEXT: vector.store
func.func @crop(%m: memref<6x6x1x2x2x4xf32>, %y: memref<1x7x8x4xf32>) {
  wino.output_transform <F(4x4, 3x3)>
    ins(%m : memref<6x6x1x2x2x4xf32>) outs(%y : memref<1x7x8x4xf32>)
  return
}

// -----

// Whole tiles need no check.

// CHECK-LABEL: func @no_crop
// CHECK-NOT: scf.if
// CHECK: return
func.func @no_crop(%m: memref<6x6x1x2x2x4xf32>, %y: memref<1x8x8x4xf32>) {
  wino.output_transform <F(4x4, 3x3)>
    ins(%m : memref<6x6x1x2x2x4xf32>) outs(%y : memref<1x8x8x4xf32>)
  return
}

// -----

// Interior tiles load 36 vectors as they are; at the border rows and columns
// are clamped. Channels of V beyond those of the image are zero.

// CHECK-LABEL: func @input
// CHECK-SAME: %[[X:[^:]*]]: memref<1x16x16x4xf32>, %[[V:[^:]*]]: memref
// CHECK: %[[ZERO:.*]] = arith.constant dense<0.000000e+00> : vector<4xf32>
// CHECK: scf.if
// CHECK-COUNT-36: vector.load %[[X]]
// CHECK: vector.store
// CHECK: } else {
// CHECK: arith.maxsi
// CHECK: arith.minsi
// CHECK: vector.load %[[X]]
// CHECK: }
// CHECK: scf.for
// CHECK: scf.for
// CHECK: vector.store %[[ZERO]], %[[V]]
func.func @input(%x: memref<1x16x16x4xf32>, %v: memref<6x6x1x4x4x8xf32>) {
  wino.input_transform <F(4x4, 3x3)> pad [1, 1, 1, 1]
    ins(%x : memref<1x16x16x4xf32>) outs(%v : memref<6x6x1x4x4x8xf32>)
  return
}

// -----

// Large tiles pass through a buffer that is allocated once per call, outside of
// all loops, and that ops share.

// CHECK-LABEL: func @scratch
// CHECK: %[[S:.*]] = memref.alloca() {alignment = 64 : i64} : memref<8x8x4xf32>
// CHECK: scf.for
// CHECK-NOT: memref.alloca
// CHECK: vector.store %{{.*}}, %[[S]]
// CHECK: vector.load %[[S]]
// CHECK-NOT: memref.alloca
// CHECK: return
func.func @scratch(%x: memref<1x32x32x4xf32>, %v: memref<8x8x1x5x5x4xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  scf.for %i = %c0 to %c2 step %c1 {
    wino.input_transform <F(6x6, 3x3)> pad [0, 0, 0, 0]
      ins(%x : memref<1x32x32x4xf32>) outs(%v : memref<8x8x1x5x5x4xf32>)
  }
  wino.input_transform <F(6x6, 3x3)> pad [0, 0, 0, 0]
    ins(%x : memref<1x32x32x4xf32>) outs(%v : memref<8x8x1x5x5x4xf32>)
  return
}

// -----

// Iterations that may run at the same time have a buffer each.

// CHECK-LABEL: func @scratch_per_thread
// CHECK: scf.forall
// CHECK-NEXT: memref.alloca
func.func @scratch_per_thread(%x: memref<1x32x32x4xf32>,
                              %v: memref<8x8x1x5x5x4xf32>) {
  scf.forall (%i) in (2) {
    wino.input_transform <F(6x6, 3x3)> pad [0, 0, 0, 0]
      ins(%x : memref<1x32x32x4xf32>) outs(%v : memref<8x8x1x5x5x4xf32>)
  }
  return
}

// -----

// 28 rows take four kernels of seven. NEON multiplies by lanes, four channels
// per step; else one channel per step, and the first rows prefetch the filter.

// CHECK-LABEL: func @hadamard
// CHECK: scf.for %{{.*}} = %c0 to %c28 step %c7
// CHECK: scf.for %{{.*}} = %c0 to %c64 step %c4 iter_args
// CHECK-COUNT-84: vector.fma
// CHECK-NOT: vector.fma
// CHECK: {loop_annotation = #{{.*}}}
// CHECK-COUNT-21: vector.store
// CHECK-NOT: memref.prefetch

// BROADCAST-LABEL: func @hadamard
// BROADCAST: scf.for %{{.*}} = %c0{{.*}} to %c64{{.*}} step %c1{{.*}} iter_args
// BROADCAST: memref.prefetch
// BROADCAST: memref.load
// BROADCAST: vector.broadcast
// BROADCAST: scf.for
// BROADCAST: scf.for
// BROADCAST-NOT: memref.prefetch
// BROADCAST: return
func.func @hadamard(%v: memref<6x6x1x2x14x64xf32>,
                    %u: memref<1x6x6x4x64x12xf32>,
                    %m: memref<6x6x1x2x14x48xf32>) {
  wino.hadamard schedule
      <block = 2x14, k_block = 48, micro_tile = 7x12, vector = 4, prefetch>
    ins(%v, %u : memref<6x6x1x2x14x64xf32>, memref<1x6x6x4x64x12xf32>)
    outs(%m : memref<6x6x1x2x14x48xf32>)
  return
}

// -----

// A number of rows known at run time only takes kernels of all heights.

// CHECK-LABEL: func @dynamic_rows
// CHECK: %[[REM:.*]] = arith.remui %{{.*}}, %c3
// CHECK: scf.index_switch %[[REM]]
// CHECK: case 1
// CHECK: case 2
// CHECK: default
func.func @dynamic_rows(%v: memref<1x1x?x?x?x4xf32>,
                        %u: memref<1x1x1x1x4x4xf32>,
                        %m: memref<1x1x?x?x?x4xf32>) {
  wino.hadamard schedule
      <block = 2x14, k_block = 4, micro_tile = 3x4, vector = 4>
    ins(%v, %u : memref<1x1x?x?x?x4xf32>, memref<1x1x1x1x4x4xf32>)
    outs(%m : memref<1x1x?x?x?x4xf32>)
  return
}

// -----

// Depthwise filters multiply element by element.

// CHECK-LABEL: func @depthwise
// CHECK: scf.for %{{.*}} = %c0 to %c8 step %c4
// CHECK: arith.mulf
// CHECK-NOT: vector.fma
func.func @depthwise(%v: memref<4x4x1x3x3x8xf32>, %u: memref<4x4x8xf32>,
                     %m: memref<4x4x1x3x3x8xf32>) {
  wino.hadamard
    ins(%v, %u : memref<4x4x1x3x3x8xf32>, memref<4x4x8xf32>)
    outs(%m : memref<4x4x1x3x3x8xf32>)
  return
}

// -----

// Filters are transformed in double precision.

// CHECK-LABEL: func @filter
// CHECK: arith.extf %{{.*}} : vector<4xf32> to vector<4xf64>
// CHECK: arith.truncf %{{.*}} : vector<4xf64> to vector<4xf32>
func.func @filter(%f: memref<3x3x4x8xf32>, %u: memref<1x4x4x2x4x4xf32>) {
  wino.filter_transform <F(2x2, 3x3)>
    ins(%f : memref<3x3x4x8xf32>) outs(%u : memref<1x4x4x2x4x4xf32>)
  return
}

// -----

// A filter's row is one run of the image, copied at once inside of it.

// CHECK-LABEL: func @im2row
// CHECK: %[[FLAT:.*]] = memref.reinterpret_cast
// CHECK-SAME: to memref<1x16x48xf32
// CHECK: vector.load %[[FLAT]]
func.func @im2row(%x: memref<1x16x16x3xf32>, %p: memref<1x1x1x14x14x27xf32>) {
  wino.im2row kernel [3, 3] strides [1, 1] dilations [1, 1] pad [0, 0, 0, 0]
    ins(%x : memref<1x16x16x3xf32>) outs(%p : memref<1x1x1x14x14x27xf32>)
  return
}

// -----

// Dilated taps are copied one by one.

// CHECK-LABEL: func @im2row_dilated
// CHECK-NOT: memref.reinterpret_cast
// CHECK: vector.load
func.func @im2row_dilated(%x: memref<1x16x16x4xf32>,
                          %p: memref<1x1x1x12x12x36xf32>) {
  wino.im2row kernel [3, 3] strides [1, 1] dilations [2, 2] pad [0, 0, 0, 0]
    ins(%x : memref<1x16x16x4xf32>) outs(%p : memref<1x1x1x12x12x36xf32>)
  return
}

// -----

// The inner loop of a core that issues in order: five rows take the sums as
// they begin, a single row and the last channels, masked columns and other
// types stay vector code.

// IN-ORDER-LABEL: func @in_order
// IN-ORDER: llvm.inline_asm has_side_effects
// IN-ORDER-SAME: "={v0},={v1},{{.*}}={v19},=&r,=&r,20,21,r,r,r,r,r,~{v20}
// IN-ORDER-SAME: (i64, i64, i64, i64, i64, i64, i64)
// IN-ORDER: scf.for
// IN-ORDER: vector.fma
// IN-ORDER-NOT: llvm.inline_asm
// CHECK-LABEL: func @in_order
// CHECK-NOT: llvm.inline_asm
func.func @in_order(%v: memref<1x1x1x1x5x10xf32>, %u: memref<1x1x1x1x10x16xf32>,
                    %m: memref<1x1x1x1x5x16xf32>) {
  wino.hadamard schedule
      <block = 1x5, k_block = 16, micro_tile = 5x16, vector = 4>
    ins(%v, %u : memref<1x1x1x1x5x10xf32>, memref<1x1x1x1x10x16xf32>)
    outs(%m : memref<1x1x1x1x5x16xf32>)
  return
}

// -----

// IN-ORDER-LABEL: func @in_order_single_row
// IN-ORDER-NOT: llvm.inline_asm
func.func @in_order_single_row(%v: memref<1x1x1x1x1x8xf32>,
                               %u: memref<1x1x1x1x8x16xf32>,
                               %m: memref<1x1x1x1x1x16xf32>) {
  wino.hadamard
    ins(%v, %u : memref<1x1x1x1x1x8xf32>, memref<1x1x1x1x8x16xf32>)
    outs(%m : memref<1x1x1x1x1x16xf32>)
  return
}

// -----

// IN-ORDER-LABEL: func @in_order_masked_columns
// IN-ORDER-NOT: llvm.inline_asm
func.func @in_order_masked_columns(%v: memref<1x1x1x1x5x8xf32>,
                                   %u: memref<1x1x8x6xf32>,
                                   %m: memref<1x1x1x1x5x6xf32>) {
  wino.hadamard
    ins(%v, %u : memref<1x1x1x1x5x8xf32>, memref<1x1x8x6xf32>)
    outs(%m : memref<1x1x1x1x5x6xf32>)
  return
}

// -----

// IN-ORDER-LABEL: func @in_order_f64
// IN-ORDER-NOT: llvm.inline_asm
func.func @in_order_f64(%v: memref<1x1x1x1x5x8xf64>,
                        %u: memref<1x1x1x1x8x16xf64>,
                        %m: memref<1x1x1x1x5x16xf64>) {
  wino.hadamard
    ins(%v, %u : memref<1x1x1x1x5x8xf64>, memref<1x1x1x1x8x16xf64>)
    outs(%m : memref<1x1x1x1x5x16xf64>)
  return
}

// -----

// A convolution: 49 pixels of a 1x1 filter are one row, in micro-kernels of 5 and
// 4 pixels; the sums pass the epilogue and are stored, without a copy of patches
// or of products. A core that issues in order gets inner loops as above.

// IN-ORDER-LABEL: func @conv
// IN-ORDER-COUNT-2: llvm.inline_asm
// IN-ORDER-NOT: llvm.inline_asm
// CHECK-LABEL: func @conv
// CHECK-NOT: memref.alloc
// CHECK: scf.for %{{.*}} = %c0 to %c2 step %c1
// CHECK: scf.for %{{.*}} = %c0 to %c45 step %c5
// CHECK: %[[SUMS:.*]]:20 = scf.for
// CHECK: %[[B:.*]] = vector.load %{{.*}} : memref<32xf32>, vector<4xf32>
// CHECK: %[[Y:.*]] = arith.addf %[[SUMS]]#0, %[[B]]
// CHECK: vector.store %[[Y]], %{{.*}} : memref<1568xf32{{.*}}>, vector<4xf32>
// CHECK: :16 = scf.for
// CHECK-NOT: scf.for
// CHECK: return
func.func @conv(%x: memref<1x7x7x64xf32>, %u: memref<1x1x1x2x64x16xf32>, %b: memref<32xf32>, %y: memref<1x7x7x32xf32>) {
  wino.conv kernel [1, 1] strides [1, 1] dilations [1, 1] micro_rows 5
    ins(%x, %u : memref<1x7x7x64xf32>, memref<1x1x1x2x64x16xf32>)
    outs(%y : memref<1x7x7x32xf32>) epilogue(%b : memref<32xf32>) {
  ^bb0(%sum: f32, %e: f32):
    %0 = arith.addf %sum, %e : f32
    wino.yield %0 : f32
  }
  return
}

// -----

// Without output channels nothing is computed, and nothing divided by their
// number.

// CHECK-LABEL: func @conv_no_columns
// CHECK-NEXT: return
// BROADCAST-LABEL: func @conv_no_columns
// BROADCAST-NOT: scf.for
// BROADCAST: return
func.func @conv_no_columns(%x: memref<1x8x8x4xf32>, %u: memref<1x1x1x1x36x0xf32>, %y: memref<1x6x6x0xf32>) {
  wino.conv kernel [3, 3] strides [1, 1] dilations [1, 1]
    ins(%x, %u : memref<1x8x8x4xf32>, memref<1x1x1x1x36x0xf32>)
    outs(%y : memref<1x6x6x0xf32>)
  return
}

// -----

// CHECK-LABEL: func @hadamard_no_columns
// CHECK-NEXT: return
// BROADCAST-LABEL: func @hadamard_no_columns
// BROADCAST-NOT: scf.for
// BROADCAST: return
func.func @hadamard_no_columns(%v: memref<1x1x1x2x2x8xf32>, %u: memref<1x1x1x1x8x0xf32>, %m: memref<1x1x1x2x2x0xf32>) {
  wino.hadamard
    ins(%v, %u : memref<1x1x1x2x2x8xf32>, memref<1x1x1x1x8x0xf32>)
    outs(%m : memref<1x1x1x2x2x0xf32>)
  return
}

// -----

// Stores past the caches need aligned vectors: those of a result whose pixels are
// whole vectors apart, if its first element is.

// CHECK-LABEL: func @stream
// CHECK: %[[AT:.*]] = memref.extract_aligned_pointer_as_index %{{.*}} : memref<1x4x4x8xf32
// CHECK: arith.andi %{{.*}}, %c15_i64
// CHECK: scf.if
// CHECK-COUNT-16: vector.store {{.*}}{alignment = 16 : i64, nontemporal = true}
// CHECK: else
// CHECK-NOT: nontemporal
// CHECK: return
func.func @stream(%m: memref<6x6x1x1x1x8xf32>, %y: memref<1x4x4x8xf32>) {
  wino.output_transform <F(4x4, 3x3)> stream_stores
    ins(%m : memref<6x6x1x1x1x8xf32>) outs(%y : memref<1x4x4x8xf32>)
  return
}

// -----

// CHECK-LABEL: func @stream_unaligned
// CHECK-NOT: nontemporal
// CHECK: return
func.func @stream_unaligned(%m: memref<6x6x1x1x1x8xf32>, %y: memref<1x4x4x7xf32>) {
  wino.output_transform <F(4x4, 3x3)> stream_stores
    ins(%m : memref<6x6x1x1x1x8xf32>) outs(%y : memref<1x4x4x7xf32>)
  return
}

// -----

// CHECK-LABEL: func @stream_conv
// CHECK: scf.if
// CHECK: vector.store {{.*}}nontemporal = true
// CHECK: else
// CHECK-NOT: nontemporal
// CHECK: return
func.func @stream_conv(%x: memref<1x5x5x8xf32>, %u: memref<1x1x1x1x8x8xf32>, %y: memref<1x5x5x8xf32>) {
  wino.conv kernel [1, 1] strides [1, 1] dilations [1, 1] micro_rows 1 stream_stores
    ins(%x, %u : memref<1x5x5x8xf32>, memref<1x1x1x1x8x8xf32>) outs(%y : memref<1x5x5x8xf32>)
  return
}
