// RUN: wino-opt %s --wino-apply-plan --canonicalize -split-input-file -verify-diagnostics | FileCheck %s

// Winograd of i8 in a residue number system, whose range provably holds the
// results.

// The padding is absorbed. V, U and M hold the taps of all moduli, V and U as
// i8 of which no element of U is -128.
// CHECK-LABEL: func @rns
// CHECK-SAME: certificate = "2 * 128 * 18432 = 4718592 < 14457349; sums of products 16 * 127^2 = 258064 < 2147483648"
// CHECK: wino.filter_transform <F(7x7, 3x3)> numbers #wino.rns<[251, 241, 239]> ins(%{{.*}} : tensor<3x3x16x32xi8>) outs(%{{.*}} : tensor<1x27x9x2x4x16x4xi8>)
// CHECK: wino.input_transform <F(7x7, 3x3)> numbers #wino.rns<[251, 241, 239]> pad [1, 1, 1, 1] ins(%{{.*}} : tensor<1x14x14x16xi8>) outs(%{{.*}} : tensor<27x9x1x2x2x16xi8>)
// CHECK: wino.hadamard narrow_range schedule {{.*}} -> tensor<27x9x1x2x2x32xi32>
// CHECK: wino.output_transform <F(7x7, 3x3)> numbers #wino.rns<[251, 241, 239]> schedule
func.func @rns(%x: tensor<1x14x14x16xi8>, %f: tensor<3x3x16x32xi8> {wino.weight}, %y: tensor<1x14x14x32xi32>) -> tensor<1x14x14x32xi32> {
  %zero = arith.constant 0 : i8
  %p = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%a: index, %b: index, %c: index, %d: index):
    tensor.yield %zero : i8
  } : tensor<1x14x14x16xi8> to tensor<1x16x16x16xi8>
  %0 = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = winograd, transform = <F(7x7, 3x3)>, numbers = #wino.rns<[251, 241, 239]>, schedule = <block = 2x2, k_block = 32, micro_tile = 6x16, vector = 4, group = 4>>}
    ins(%p, %f : tensor<1x16x16x16xi8>, tensor<3x3x16x32xi8>) outs(%y : tensor<1x14x14x32xi32>) -> tensor<1x14x14x32xi32>
  return %0 : tensor<1x14x14x32xi32>
}

// -----

// On the fly, filters are packed and then transformed. The residue -128 modulo
// 256 forbids to add two products in i16.
// CHECK-LABEL: func @on_the_fly
// CHECK: wino.filter_transform {{.*}} outs(%{{.*}} : tensor<1x2x2x2x16x16xi8>)
// CHECK: wino.filter_transform <F(2x2, 2x2)> numbers #wino.rns<[256, 251, 247]> ins(%{{.*}} : tensor<1x2x2x2x16x16xi8>) outs(%{{.*}} : tensor<1x9x3x2x16x16xi8>)
// CHECK: wino.hadamard schedule
func.func @on_the_fly(%x: tensor<1x9x9x16xi8>, %f: tensor<2x2x16x32xi8> {wino.weight}, %y: tensor<1x8x8x32xi32>) -> tensor<1x8x8x32xi32> {
  %0 = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = winograd, transform = <F(2x2, 2x2)>, numbers = #wino.rns<[256, 251, 247]>, schedule = <block = 2x2, k_block = 32, micro_tile = 6x16, vector = 4, on_the_fly>>}
    ins(%x, %f : tensor<1x9x9x16xi8>, tensor<2x2x16x32xi8>) outs(%y : tensor<1x8x8x32xi32>) -> tensor<1x8x8x32xi32>
  return %0 : tensor<1x8x8x32xi32>
}

// -----

// The most channels of a filter that is not known, and one more.
// CHECK-LABEL: func @most_channels
// CHECK-SAME: certificate = "2 * 128 * 56448 = 14450688 < 14457349;
func.func @most_channels(%x: tensor<1x9x9x49xi8>, %f: tensor<3x3x49x16xi8> {wino.weight}, %y: tensor<1x7x7x16xi32>) -> tensor<1x7x7x16xi32> {
  %0 = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = winograd, transform = <F(7x7, 3x3)>, numbers = #wino.rns<[251, 241, 239]>, schedule = <block = 1x1, k_block = 16, micro_tile = 6x16, vector = 4>>}
    ins(%x, %f : tensor<1x9x9x49xi8>, tensor<3x3x49x16xi8>) outs(%y : tensor<1x7x7x16xi32>) -> tensor<1x7x7x16xi32>
  return %0 : tensor<1x7x7x16xi32>
}

// -----

func.func @too_many_channels(%x: tensor<1x9x9x50xi8>, %f: tensor<3x3x50x16xi8> {wino.weight}, %y: tensor<1x7x7x16xi32>) -> tensor<1x7x7x16xi32> {
  // expected-error @+1 {{the plan of 'conv0' does not apply: the result may exceed the range of #wino.rns<[251, 241, 239]>: 2 * 128 * 57600 = 14745600 >= 14457349}}
  %0 = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = winograd, transform = <F(7x7, 3x3)>, numbers = #wino.rns<[251, 241, 239]>, schedule = <block = 1x1, k_block = 16, micro_tile = 6x16, vector = 4>>}
    ins(%x, %f : tensor<1x9x9x50xi8>, tensor<3x3x50x16xi8>) outs(%y : tensor<1x7x7x16xi32>) -> tensor<1x7x7x16xi32>
  return %0 : tensor<1x7x7x16xi32>
}

// -----

// A filter that is known proves more, by the channel with the largest norm:
// 2 * 128 * 56473 < M, but not with a weight more.
// CHECK-LABEL: func @known_filter
// CHECK-SAME: certificate = "2 * 128 * 49152 = 12582912 < 14457349 for output channel 0;
func.func @known_filter(%x: tensor<1x7x7x512xi8>, %y: tensor<1x7x7x16xi32>) -> tensor<1x7x7x16xi32> {
  %f = arith.constant dense<-96> : tensor<1x1x512x16xi8>
  %0 = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = winograd, transform = <F(2x2, 1x1)>, numbers = #wino.rns<[251, 241, 239]>, schedule = <block = 1x1, k_block = 16, micro_tile = 6x16, vector = 4>>}
    ins(%x, %f : tensor<1x7x7x512xi8>, tensor<1x1x512x16xi8>) outs(%y : tensor<1x7x7x16xi32>) -> tensor<1x7x7x16xi32>
  return %0 : tensor<1x7x7x16xi32>
}

// -----

// Sums of products of residues modulo large numbers may pass i32 though their
// range holds the results.
func.func @large_sums(%x: tensor<1x3x3x500xi8>, %y: tensor<1x1x1x16xi32>) -> tensor<1x1x1x16xi32> {
  %f = arith.constant dense<1> : tensor<3x3x500x16xi8>
  // expected-error @+1 {{sums of residues in #wino.rns<[4001, 4331]> may exceed i32: 500 * 2165^2 = 2343612500 >= 2147483648}}
  %0 = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = winograd, transform = <F(4x4, 3x3)>, numbers = #wino.rns<[4001, 4331]>, schedule = <block = 1x1, k_block = 16, micro_tile = 6x16, vector = 4>>}
    ins(%x, %f : tensor<1x3x3x500xi8>, tensor<3x3x500x16xi8>) outs(%y : tensor<1x1x1x16xi32>) -> tensor<1x1x1x16xi32>
  return %0 : tensor<1x1x1x16xi32>
}
