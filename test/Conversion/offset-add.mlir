// RUN: wino-opt %s --convert-wino-to-vector="vector-length=4" -split-input-file | FileCheck %s

// Without padding the sum is straight-line code: a load per tap.
// CHECK-LABEL: func @plain
// CHECK-SAME: (%[[M:.*]]: memref<1x3x1x4x8x8xf32>
// CHECK-NOT: scf.if
// CHECK: scf.for %{{.*}} = %{{.*}} to %c6{{.*}} step
// CHECK: scf.for %{{.*}} = %{{.*}} to %c8{{.*}} step %c4
// CHECK: %[[A:.*]] = vector.load %[[M]]
// CHECK: %[[B:.*]] = vector.load %[[M]]
// CHECK: %[[AB:.*]] = arith.addf %[[A]], %[[B]]
// CHECK: %[[C:.*]] = vector.load %[[M]]
// CHECK: %[[SUM:.*]] = arith.addf %[[AB]], %[[C]]
// CHECK: vector.store %[[SUM]]
// CHECK-NOT: vector.store
func.func @plain(%m: memref<1x3x1x4x8x8xf32>, %y: memref<1x4x6x8xf32>) {
  wino.offset_add strides [1, 1] dilations [1, 1] pad [0, 0, 0, 0] ins(%m : memref<1x3x1x4x8x8xf32>) outs(%y : memref<1x4x6x8xf32>)
  return
}

// -----

// With padding there are two kinds of pixels; those at the edge are summed in
// loops over the taps that are in the image. The products have whole vectors
// where the result has not.
// CHECK-LABEL: func @padded
// CHECK: scf.if
// CHECK: vector.load
// CHECK-NOT: vector.maskedload
// CHECK: arith.addi
// CHECK: vector.maskedstore
// CHECK: } else {
// CHECK: scf.for
// CHECK: scf.for %{{.*}} iter_args(%[[SUM:.*]] = %{{.*}}) -> (vector<4xi32>)
// CHECK: %[[P:.*]] = vector.load
// CHECK: arith.addi %[[SUM]], %[[P]] : vector<4xi32>
func.func @padded(%m: memref<1x3x1x4x6x4xi32>, %y: memref<1x4x6x3xi32>) {
  wino.offset_add strides [1, 1] dilations [1, 1] pad [0, 0, 1, 1] ins(%m : memref<1x3x1x4x6x4xi32>) outs(%y : memref<1x4x6x3xi32>)
  return
}
