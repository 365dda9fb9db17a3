// RUN: wino-opt %s --wino-apply-plan --canonicalize -split-input-file -verify-diagnostics | FileCheck %s

// Winograd of i8 in the ring modulo 2^32, where the sums provably fit.

// The padding is absorbed, V and U are i16, M is i32.
// CHECK-LABEL: func @ring
// CHECK-SAME: certificate = "2 * 128 * 18432 = 4718592 < 1073741824"
// CHECK: wino.filter_transform <F(4x4, 3x3)> numbers #wino.ring ins(%{{.*}} : tensor<3x3x16x32xi8>) outs(%{{.*}} : tensor<1x6x6x2x16x16xi16>)
// CHECK: wino.input_transform <F(4x4, 3x3)> numbers #wino.ring pad [1, 1, 1, 1] ins(%{{.*}} : tensor<1x8x8x16xi8>) outs(%{{.*}} : tensor<6x6x1x2x2x16xi16>)
// CHECK: wino.hadamard schedule {{.*}} -> tensor<6x6x1x2x2x32xi32>
// CHECK: wino.output_transform <F(4x4, 3x3)> numbers #wino.ring schedule
func.func @ring(%x: tensor<1x8x8x16xi8>, %f: tensor<3x3x16x32xi8> {wino.weight}, %y: tensor<1x8x8x32xi32>) -> tensor<1x8x8x32xi32> {
  %zero = arith.constant 0 : i8
  %p = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%a: index, %b: index, %c: index, %d: index):
    tensor.yield %zero : i8
  } : tensor<1x8x8x16xi8> to tensor<1x10x10x16xi8>
  %0 = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = winograd, transform = <F(4x4, 3x3)>, numbers = #wino.ring, schedule = <block = 2x2, k_block = 32, micro_tile = 6x16, vector = 4>>}
    ins(%p, %f : tensor<1x10x10x16xi8>, tensor<3x3x16x32xi8>) outs(%y : tensor<1x8x8x32xi32>) -> tensor<1x8x8x32xi32>
  return %0 : tensor<1x8x8x32xi32>
}

// -----

// On the fly, filters of i8 are packed and then transformed.
// CHECK-LABEL: func @on_the_fly
// CHECK: wino.filter_transform {{.*}} outs(%{{.*}} : tensor<1x3x3x2x16x16xi8>)
// CHECK: wino.filter_transform <F(4x4, 3x3)> numbers #wino.ring ins(%{{.*}} : tensor<1x3x3x2x16x16xi8>) outs(%{{.*}} : tensor<1x6x6x2x16x16xi16>)
func.func @on_the_fly(%x: tensor<1x10x10x16xi8>, %f: tensor<3x3x16x32xi8> {wino.weight}, %y: tensor<1x8x8x32xi32>) -> tensor<1x8x8x32xi32> {
  %0 = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = winograd, transform = <F(4x4, 3x3)>, numbers = #wino.ring, schedule = <block = 2x2, k_block = 32, micro_tile = 6x16, vector = 4, on_the_fly>>}
    ins(%x, %f : tensor<1x10x10x16xi8>, tensor<3x3x16x32xi8>) outs(%y : tensor<1x8x8x32xi32>) -> tensor<1x8x8x32xi32>
  return %0 : tensor<1x8x8x32xi32>
}

// -----

// The most channels of a filter that is not known, and one more.
// CHECK-LABEL: func @most_channels
// CHECK-SAME: certificate = "2 * 128 * 4193280 = 1073479680 < 1073741824"
func.func @most_channels(%x: tensor<1x3x3x3640xi8>, %f: tensor<3x3x3640x16xi8> {wino.weight}, %y: tensor<1x1x1x16xi32>) -> tensor<1x1x1x16xi32> {
  %0 = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = winograd, transform = <F(4x4, 3x3)>, numbers = #wino.ring, schedule = <block = 1x1, k_block = 16, micro_tile = 6x16, vector = 4>>}
    ins(%x, %f : tensor<1x3x3x3640xi8>, tensor<3x3x3640x16xi8>) outs(%y : tensor<1x1x1x16xi32>) -> tensor<1x1x1x16xi32>
  return %0 : tensor<1x1x1x16xi32>
}

// -----

func.func @too_many_channels(%x: tensor<1x3x3x3641xi8>, %f: tensor<3x3x3641x16xi8> {wino.weight}, %y: tensor<1x1x1x16xi32>) -> tensor<1x1x1x16xi32> {
  // expected-error @+1 {{the plan of 'conv0' does not apply: the result of F(4x4, 3x3) may exceed the range of #wino.ring: 2 * 128 * 4194432 = 1073774592 >= 1073741824}}
  %0 = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = winograd, transform = <F(4x4, 3x3)>, numbers = #wino.ring, schedule = <block = 1x1, k_block = 16, micro_tile = 6x16, vector = 4>>}
    ins(%x, %f : tensor<1x3x3x3641xi8>, tensor<3x3x3641x16xi8>) outs(%y : tensor<1x1x1x16xi32>) -> tensor<1x1x1x16xi32>
  return %0 : tensor<1x1x1x16xi32>
}

// -----

// A filter that is known proves more: as many channels of smaller weights.
// CHECK-LABEL: func @known_filter
// CHECK-SAME: certificate = "2 * 128 * 32769 = 8388864 < 1073741824 for output channel 0"
// CHECK: wino.hadamard
func.func @known_filter(%x: tensor<1x3x3x3641xi8>, %y: tensor<1x1x1x1xi32>) -> tensor<1x1x1x1xi32> {
  %f = arith.constant dense<-1> : tensor<3x3x3641x1xi8>
  %0 = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = winograd, transform = <F(4x4, 3x3)>, numbers = #wino.ring, schedule = <block = 1x1, k_block = 16, micro_tile = 6x16, vector = 4>>}
    ins(%x, %f : tensor<1x3x3x3641xi8>, tensor<3x3x3641x1xi8>) outs(%y : tensor<1x1x1x1xi32>) -> tensor<1x1x1x1xi32>
  return %0 : tensor<1x1x1x1xi32>
}

// -----

// Points on which F(4, 3) proves less.
func.func @other_points(%x: tensor<1x3x3x256xi8>, %f: tensor<3x3x256x16xi8> {wino.weight}, %y: tensor<1x1x1x16xi32>) -> tensor<1x1x1x16xi32> {
  // expected-error @+1 {{the result of F(4x4, 3x3) may exceed the range of #wino.ring: 2 * 128 * 294912 = 75497472 >= 67108864}}
  %0 = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = winograd, transform = <F(4x4, 3x3), points = [0, 1, -1, 2, -2, inf]>, numbers = #wino.ring, schedule = <block = 1x1, k_block = 16, micro_tile = 6x16, vector = 4>>}
    ins(%x, %f : tensor<1x3x3x256xi8>, tensor<3x3x256x16xi8>) outs(%y : tensor<1x1x1x16xi32>) -> tensor<1x1x1x16xi32>
  return %0 : tensor<1x1x1x16xi32>
}

// -----

func.func @too_large_tile(%x: tensor<1x8x8x16xi8>, %f: tensor<3x3x16x16xi8> {wino.weight}, %y: tensor<1x6x6x16xi32>) -> tensor<1x6x6x16xi32> {
  // expected-error @+1 {{cannot compute F(6x6, 3x3) in #wino.ring: the transformed image does not fit i16: -318912 .. 318750 not in -32768 .. 32767}}
  %0 = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = winograd, transform = <F(6x6, 3x3)>, numbers = #wino.ring, schedule = <block = 1x1, k_block = 16, micro_tile = 6x16, vector = 4>>}
    ins(%x, %f : tensor<1x8x8x16xi8>, tensor<3x3x16x16xi8>) outs(%y : tensor<1x6x6x16xi32>) -> tensor<1x6x6x16xi32>
  return %0 : tensor<1x6x6x16xi32>
}

// -----

func.func @no_numbers(%x: tensor<1x6x6x16xi8>, %f: tensor<3x3x16x16xi8> {wino.weight}, %y: tensor<1x4x4x16xi32>) -> tensor<1x4x4x16xi32> {
  // expected-error @+1 {{winograd needs numbers for integers, and only for these}}
  %0 = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = winograd, transform = <F(4x4, 3x3)>, schedule = <block = 1x1, k_block = 16, micro_tile = 6x16, vector = 4>>}
    ins(%x, %f : tensor<1x6x6x16xi8>, tensor<3x3x16x16xi8>) outs(%y : tensor<1x4x4x16xi32>) -> tensor<1x4x4x16xi32>
  return %0 : tensor<1x4x4x16xi32>
}

// -----

// A direct convolution sums whole groups of channels; filters without -128 tell
// the kernel so.
// CHECK-LABEL: func @narrow_range
// CHECK: wino.conv kernel [1, 1] {{.*}} narrow_range
func.func @narrow_range(%x: tensor<1x4x4x16xi8>, %y: tensor<1x4x4x4xi32>) -> tensor<1x4x4x4xi32> {
  %f = arith.constant dense<-127> : tensor<1x1x16x4xi8>
  %0 = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = direct, schedule = <block = 1x1, k_block = 4, micro_tile = 4x4, vector = 4, group = 16>>}
    ins(%x, %f : tensor<1x4x4x16xi8>, tensor<1x1x16x4xi8>) outs(%y : tensor<1x4x4x4xi32>) -> tensor<1x4x4x4xi32>
  return %0 : tensor<1x4x4x4xi32>
}

// -----

// CHECK-LABEL: func @full_range
// CHECK-NOT: narrow_range
func.func @full_range(%x: tensor<1x4x4x16xi8>, %y: tensor<1x4x4x4xi32>) -> tensor<1x4x4x4xi32> {
  %f = arith.constant dense<-128> : tensor<1x1x16x4xi8>
  %0 = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = direct, schedule = <block = 1x1, k_block = 4, micro_tile = 4x4, vector = 4, group = 16>>}
    ins(%x, %f : tensor<1x4x4x16xi8>, tensor<1x1x16x4xi8>) outs(%y : tensor<1x4x4x4xi32>) -> tensor<1x4x4x4xi32>
  return %0 : tensor<1x4x4x4xi32>
}

// -----

func.func @groups(%x: tensor<1x4x4x8xi8>, %f: tensor<1x1x8x4xi8>, %y: tensor<1x4x4x4xi32>) -> tensor<1x4x4x4xi32> {
  // expected-error @+1 {{direct needs whole groups of channels, but group = 16 does not divide 8}}
  %0 = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = direct, schedule = <block = 1x1, k_block = 4, micro_tile = 4x4, vector = 4, group = 16>>}
    ins(%x, %f : tensor<1x4x4x8xi8>, tensor<1x1x8x4xi8>) outs(%y : tensor<1x4x4x4xi32>) -> tensor<1x4x4x4xi32>
  return %0 : tensor<1x4x4x4xi32>
}

// -----

func.func @groups_of_floats(%x: tensor<1x4x4x8xf32>, %f: tensor<1x1x8x4xf32>, %y: tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32> {
  // expected-error @+1 {{only integers are summed in groups, but group = 2}}
  %0 = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = direct, schedule = <block = 1x1, k_block = 4, micro_tile = 4x4, vector = 4, group = 2>>}
    ins(%x, %f : tensor<1x4x4x8xf32>, tensor<1x1x8x4xf32>) outs(%y : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
  return %0 : tensor<1x4x4x4xf32>
}
