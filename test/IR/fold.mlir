// RUN: wino-opt %s -canonicalize -split-input-file | FileCheck %s

// F(1x1, 1x1) is the identity.
// CHECK-LABEL: func @identity
// CHECK-SAME: %[[F:[^:]*]]: tensor<1x1x3x5xf32>
// CHECK-NEXT: return %[[F]]
func.func @identity(%f: tensor<1x1x3x5xf32>, %init: tensor<1x1x3x5xf32>) -> tensor<1x1x3x5xf32> {
  %u = wino.filter_transform <F(1x1, 1x1)> ins(%f : tensor<1x1x3x5xf32>) outs(%init : tensor<1x1x3x5xf32>) -> tensor<1x1x3x5xf32>
  return %u : tensor<1x1x3x5xf32>
}

// CHECK-LABEL: func @identity_depthwise
// CHECK-SAME: %[[F:[^:]*]]: tensor<1x1x3xf16>
// CHECK-NEXT: return %[[F]]
func.func @identity_depthwise(%f: tensor<1x1x3xf16>, %init: tensor<1x1x3xf16>) -> tensor<1x1x3xf16> {
  %u = wino.filter_transform <F(1x1, 1x1)> ins(%f : tensor<1x1x3xf16>) outs(%init : tensor<1x1x3xf16>) -> tensor<1x1x3xf16>
  return %u : tensor<1x1x3xf16>
}

// Padded channels differ from the filter.
// CHECK-LABEL: func @identity_padded
// CHECK: wino.filter_transform
func.func @identity_padded(%f: tensor<1x1x3x5xf32>, %init: tensor<1x1x4x8xf32>) -> tensor<1x1x4x8xf32> {
  %u = wino.filter_transform <F(1x1, 1x1)> ins(%f : tensor<1x1x3x5xf32>) outs(%init : tensor<1x1x4x8xf32>) -> tensor<1x1x4x8xf32>
  return %u : tensor<1x1x4x8xf32>
}

// A packed filter is another order of elements.
// CHECK-LABEL: func @identity_packed
// CHECK: wino.filter_transform
func.func @identity_packed(%f: tensor<1x1x3x8xf32>, %init: tensor<1x1x1x2x3x4xf32>) -> tensor<1x1x1x2x3x4xf32> {
  %u = wino.filter_transform <F(1x1, 1x1)> ins(%f : tensor<1x1x3x8xf32>) outs(%init : tensor<1x1x1x2x3x4xf32>) -> tensor<1x1x1x2x3x4xf32>
  return %u : tensor<1x1x1x2x3x4xf32>
}

// On memrefs the init has to be written.
// CHECK-LABEL: func @identity_memref
// CHECK: wino.filter_transform
func.func @identity_memref(%f: memref<1x1x3x5xf32>, %init: memref<1x1x3x5xf32>) {
  wino.filter_transform <F(1x1, 1x1)> ins(%f : memref<1x1x3x5xf32>) outs(%init : memref<1x1x3x5xf32>)
  return
}

// F(1x1, 1x1) need not be the identity when it is given as floats.
// CHECK-LABEL: func @scaled
// CHECK: wino.filter_transform
func.func @scaled(%f: tensor<1x1x3x5xf32>, %init: tensor<1x1x3x5xf32>) -> tensor<1x1x3x5xf32> {
  %u = wino.filter_transform <F(1x1, 1x1), matrices = {AT = [[2.0]], G = [[0.5]], BT = [[1]]}> ins(%f : tensor<1x1x3x5xf32>) outs(%init : tensor<1x1x3x5xf32>) -> tensor<1x1x3x5xf32>
  return %u : tensor<1x1x3x5xf32>
}

// With points 0, 1, -1, inf the rows of G are [-1 0 0], [1/2 1/2 1/2],
// [1/2 -1/2 1/2] and [0 0 1].
// CHECK-LABEL: func @constant
// CHECK-NEXT: %[[U:.*]] = arith.constant dense<
// CHECK-SAME{LITERAL}: [[[[-1.000000e+00, -1.000000e+01]]], [[[3.000000e+00, 3.000000e+01]]], [[[1.000000e+00, 1.000000e+01]]], [[[3.000000e+00, 3.000000e+01]]]
// CHECK-SAME: > : tensor<4x1x1x2xf32>
// CHECK-NEXT: return %[[U]]
func.func @constant(%init: tensor<4x1x1x2xf32>) -> tensor<4x1x1x2xf32> {
  %f = arith.constant dense<[[[[1.0, 10.0]]], [[[2.0, 20.0]]], [[[3.0, 30.0]]]]> : tensor<3x1x1x2xf32>
  %u = wino.filter_transform <F(2x1, 3x1), rows = [0, 1, -1, inf]> ins(%f : tensor<3x1x1x2xf32>) outs(%init : tensor<4x1x1x2xf32>) -> tensor<4x1x1x2xf32>
  return %u : tensor<4x1x1x2xf32>
}

// A splat is no splat after its transform, and f16 rounds once.
// CHECK-LABEL: func @constant_splat
// CHECK-NEXT: %[[U:.*]] = arith.constant dense<
// CHECK-SAME{LITERAL}: [[[-1.000000e+00]], [[1.500000e+00]], [[5.000000e-01]], [[1.000000e+00]]]
// CHECK-SAME: > : tensor<4x1x1xf16>
// CHECK-NEXT: return %[[U]]
func.func @constant_splat(%init: tensor<4x1x1xf16>) -> tensor<4x1x1xf16> {
  %f = arith.constant dense<1.0> : tensor<3x1x1xf16>
  %u = wino.filter_transform <F(2x1, 3x1), rows = [0, 1, -1, inf]> ins(%f : tensor<3x1x1xf16>) outs(%init : tensor<4x1x1xf16>) -> tensor<4x1x1xf16>
  return %u : tensor<4x1x1xf16>
}

// Beyond 4096 elements the work belongs into the prepare function.
// CHECK-LABEL: func @constant_too_large
// CHECK: wino.filter_transform
func.func @constant_too_large(%init: tensor<4x4x16x17xf32>) -> tensor<4x4x16x17xf32> {
  %f = arith.constant dense<1.0> : tensor<3x3x16x17xf32>
  %u = wino.filter_transform <F(2x2, 3x3)> ins(%f : tensor<3x3x16x17xf32>) outs(%init : tensor<4x4x16x17xf32>) -> tensor<4x4x16x17xf32>
  return %u : tensor<4x4x16x17xf32>
}

// At the limit it folds.
// CHECK-LABEL: func @constant_at_limit
// CHECK-NOT: wino.filter_transform
// CHECK: return
func.func @constant_at_limit(%init: tensor<4x4x16x16xf32>) -> tensor<4x4x16x16xf32> {
  %f = arith.constant dense<0.0> : tensor<3x3x16x16xf32>
  %u = wino.filter_transform <F(2x2, 3x3)> ins(%f : tensor<3x3x16x16xf32>) outs(%init : tensor<4x4x16x16xf32>) -> tensor<4x4x16x16xf32>
  return %u : tensor<4x4x16x16xf32>
}

// CHECK-LABEL: func @constant_packed
// CHECK: wino.filter_transform
func.func @constant_packed(%init: tensor<1x4x4x1x2x4xf32>) -> tensor<1x4x4x1x2x4xf32> {
  %f = arith.constant dense<1.0> : tensor<3x3x2x4xf32>
  %u = wino.filter_transform <F(2x2, 3x3)> ins(%f : tensor<3x3x2x4xf32>) outs(%init : tensor<1x4x4x1x2x4xf32>) -> tensor<1x4x4x1x2x4xf32>
  return %u : tensor<1x4x4x1x2x4xf32>
}

// Double precision is less than f128 holds.
// CHECK-LABEL: func @constant_wide
// CHECK: wino.filter_transform
func.func @constant_wide(%init: tensor<4x4x1xf128>) -> tensor<4x4x1xf128> {
  %f = arith.constant dense<1.0> : tensor<3x3x1xf128>
  %u = wino.filter_transform <F(2x2, 3x3)> ins(%f : tensor<3x3x1xf128>) outs(%init : tensor<4x4x1xf128>) -> tensor<4x4x1xf128>
  return %u : tensor<4x4x1xf128>
}

// A filter without channels has nothing to fold.
// CHECK-LABEL: func @constant_empty
// CHECK: return
func.func @constant_empty(%init: tensor<4x4x0x4xf32>) -> tensor<4x4x0x4xf32> {
  %f = arith.constant dense<1.0> : tensor<3x3x0x4xf32>
  %u = wino.filter_transform <F(2x2, 3x3)> ins(%f : tensor<3x3x0x4xf32>) outs(%init : tensor<4x4x0x4xf32>) -> tensor<4x4x0x4xf32>
  return %u : tensor<4x4x0x4xf32>
}

// A copy of the whole image, without padding, is the image.
// CHECK-LABEL: func @pad_image_nothing
// CHECK-SAME: %[[X:[^:]*]]: tensor<1x8x?x2xf32>
// CHECK: return %[[X]]
func.func @pad_image_nothing(%x: tensor<1x8x?x2xf32>, %z: tensor<1x8x?x2xf32>) -> tensor<1x8x?x2xf32> {
  %0 = wino.pad_image pad [0, 0, 0, 0] ins(%x : tensor<1x8x?x2xf32>) outs(%z : tensor<1x8x?x2xf32>) -> tensor<1x8x?x2xf32>
  return %0 : tensor<1x8x?x2xf32>
}

// Not with a padding or an origin, nor on memrefs.
// CHECK-LABEL: func @pad_image_something
// CHECK-COUNT-3: wino.pad_image
func.func @pad_image_something(%x: tensor<1x?x8x2xf32>, %z: tensor<1x?x8x2xf32>, %i: index, %m: memref<1x8x8x2xf32>, %n: memref<1x8x8x2xf32>) -> (tensor<1x?x8x2xf32>, tensor<1x?x8x2xf32>) {
  %0 = wino.pad_image pad [1, 0, 0, 0] ins(%x : tensor<1x?x8x2xf32>) outs(%z : tensor<1x?x8x2xf32>) -> tensor<1x?x8x2xf32>
  %1 = wino.pad_image pad [0, 0, 0, 0] origin[%i, %i] ins(%x : tensor<1x?x8x2xf32>) outs(%z : tensor<1x?x8x2xf32>) -> tensor<1x?x8x2xf32>
  wino.pad_image pad [0, 0, 0, 0] ins(%m : memref<1x8x8x2xf32>) outs(%n : memref<1x8x8x2xf32>)
  return %0, %1 : tensor<1x?x8x2xf32>, tensor<1x?x8x2xf32>
}
