// RUN: wino-opt %s --wino-apply-plan --canonicalize -split-input-file -verify-diagnostics | FileCheck %s

// Where numbers do not hold sums over all input channels, a convolution is the
// sum of several: each but the first adds to the one before.

// The last chunk has the channels that are left. What the convolution adds to
// comes first, and the padding stays part of each.
// CHECK-LABEL: func @ring
// CHECK-SAME: %[[X:[^:]*]]: tensor<1x8x8x24xi8>, %[[F:[^:]*]]: tensor<3x3x24x32xi8>{{[^%]*}}, %[[Y:[^:]*]]: tensor<1x8x8x32xi32>
// CHECK-SAME: certificate = "in chunks of 16 input channels, 2 * 128 * 18432 = 4718592 < 1073741824 for input channels 0 .. 15"
// CHECK-SAME: scratch_bytes = 31232
// CHECK-SAME: weight_bytes = 55296
// CHECK-DAG: %[[X0:.*]] = tensor.extract_slice %[[X]][0, 0, 0, 0] [1, 8, 8, 16]
// CHECK-DAG: %[[F0:.*]] = tensor.extract_slice %[[F]][0, 0, 0, 0] [3, 3, 16, 32]
// CHECK: wino.input_transform <F(4x4, 3x3)> numbers #wino.ring pad [1, 1, 1, 1] ins(%[[X0]] {{.*}} outs(%{{.*}} : tensor<6x6x1x2x2x16xi16>)
// CHECK: %[[Y0:.*]] = wino.output_transform {{.*}} epilogue(%[[Y]] :
// CHECK: %[[X1:.*]] = tensor.extract_slice %[[X]][0, 0, 0, 16] [1, 8, 8, 8]
// CHECK: %[[F1:.*]] = tensor.extract_slice %[[F]][0, 0, 16, 0] [3, 3, 8, 32]
// CHECK: wino.filter_transform {{.*}} ins(%[[F1]] {{.*}} outs(%{{.*}} : tensor<1x6x6x2x8x16xi16>)
// CHECK: wino.input_transform <F(4x4, 3x3)> numbers #wino.ring pad [1, 1, 1, 1] ins(%[[X1]] {{.*}} outs(%{{.*}} : tensor<6x6x1x2x2x8xi16>)
// CHECK: %[[Y1:.*]] = wino.output_transform {{.*}} epilogue(%[[Y0]] :
// CHECK: arith.addi
// CHECK: return %[[Y1]]
func.func @ring(%x: tensor<1x8x8x24xi8>, %f: tensor<3x3x24x32xi8> {wino.weight}, %y: tensor<1x8x8x32xi32>) -> tensor<1x8x8x32xi32> {
  %zero = arith.constant 0 : i8
  %p = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%a: index, %b: index, %c: index, %d: index):
    tensor.yield %zero : i8
  } : tensor<1x8x8x24xi8> to tensor<1x10x10x24xi8>
  %0 = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = winograd, transform = <F(4x4, 3x3)>, numbers = #wino.ring, schedule = <block = 2x2, k_block = 32, micro_tile = 6x16, vector = 4>, chunk = 16>}
    ins(%p, %f : tensor<1x10x10x24xi8>, tensor<3x3x24x32xi8>) outs(%y : tensor<1x8x8x32xi32>) -> tensor<1x8x8x32xi32>
  return %0 : tensor<1x8x8x32xi32>
}

// -----

// An image in NCHW is sliced before it is transposed.
// CHECK-LABEL: func @nchw
// CHECK: %[[S:.*]] = tensor.extract_slice %{{.*}}[0, 16, 0, 0] [1, 8, 10, 10]
// CHECK: linalg.transpose ins(%[[S]]
func.func @nchw(%x: tensor<1x24x10x10xi8>, %f: tensor<32x24x3x3xi8> {wino.weight}, %y: tensor<1x32x8x8xi32>) -> tensor<1x32x8x8xi32> {
  %0 = linalg.conv_2d_nchw_fchw {wino.plan = #wino.plan<algorithm = winograd, transform = <F(4x4, 3x3)>, numbers = #wino.ring, schedule = <block = 2x2, k_block = 32, micro_tile = 6x16, vector = 4>, chunk = 16>}
    ins(%x, %f : tensor<1x24x10x10xi8>, tensor<32x24x3x3xi8>) outs(%y : tensor<1x32x8x8xi32>) -> tensor<1x32x8x8xi32>
  return %0 : tensor<1x32x8x8xi32>
}

// -----

// A chunk too large, of weights that are known.
func.func @one_more(%x: tensor<1x6x6x460xi8>, %y: tensor<1x4x4x1xi32>) -> tensor<1x4x4x1xi32> {
  %f = arith.constant dense<127> : tensor<3x3x460x1xi8>
  // expected-error @+1 {{in chunks of 230 input channels, the result of F(4x4, 3x3) may exceed the range of #wino.ring: 2 * 128 * 262890 = 67299840 >= 67108864 for output channel 0, input channels 0 .. 229; over all 460, the result of F(4x4, 3x3) may exceed the range of #wino.ring: 2 * 128 * 525780 = 134599680 >= 67108864 for output channel 0}}
  %0 = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = winograd, transform = <F(4x4, 3x3), points = [0, 1, -1, 2, -2, inf]>, numbers = #wino.ring, schedule = <block = 1x1, k_block = 16, micro_tile = 6x16, vector = 4>, chunk = 230>}
    ins(%x, %f : tensor<1x6x6x460xi8>, tensor<3x3x460x1xi8>) outs(%y : tensor<1x4x4x1xi32>) -> tensor<1x4x4x1xi32>
  return %0 : tensor<1x4x4x1xi32>
}

// -----

// One channel less, which holds.
// CHECK-LABEL: func @one_less
// CHECK-SAME: certificate = "in chunks of 229 input channels, 2 * 128 * 261747 = 67007232 < 67108864 for output channel 0, input channels 0 .. 228; over all 460, the result
func.func @one_less(%x: tensor<1x6x6x460xi8>, %y: tensor<1x4x4x1xi32>) -> tensor<1x4x4x1xi32> {
  %f = arith.constant dense<127> : tensor<3x3x460x1xi8>
  %0 = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = winograd, transform = <F(4x4, 3x3), points = [0, 1, -1, 2, -2, inf]>, numbers = #wino.ring, schedule = <block = 1x1, k_block = 16, micro_tile = 6x16, vector = 4>, chunk = 229>}
    ins(%x, %f : tensor<1x6x6x460xi8>, tensor<3x3x460x1xi8>) outs(%y : tensor<1x4x4x1xi32>) -> tensor<1x4x4x1xi32>
  return %0 : tensor<1x4x4x1xi32>
}

// -----

// Residues of 16 bits: sums of more than 458 products may exceed i32.
func.func @residues(%x: tensor<1x6x6x512xi8>, %y: tensor<1x4x4x1xi32>) -> tensor<1x4x4x1xi32> {
  %f = arith.constant dense<1> : tensor<3x3x512x1xi8>
  // expected-error @+1 {{in chunks of 459 input channels, sums of residues in #wino.rns<[4001, 4331]> may exceed i32: 459 * 2165^2 = 2151436275 >= 2147483648}}
  %0 = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = winograd, transform = <F(2x2, 3x3)>, numbers = #wino.rns<[4001, 4331]>, schedule = <block = 1x1, k_block = 16, micro_tile = 6x16, vector = 4>, chunk = 459>}
    ins(%x, %f : tensor<1x6x6x512xi8>, tensor<3x3x512x1xi8>) outs(%y : tensor<1x4x4x1xi32>) -> tensor<1x4x4x1xi32>
  return %0 : tensor<1x4x4x1xi32>
}

// -----

func.func @too_many(%x: tensor<1x6x6x512xi8>, %f: tensor<3x3x512x16xi8>, %y: tensor<1x4x4x16xi32>) -> tensor<1x4x4x16xi32> {
  // expected-error @+1 {{in chunks of 7 input channels, which are more than 64}}
  %0 = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = winograd, transform = <F(2x2, 3x3)>, numbers = #wino.ring, schedule = <block = 1x1, k_block = 16, micro_tile = 6x16, vector = 4>, chunk = 7>}
    ins(%x, %f : tensor<1x6x6x512xi8>, tensor<3x3x512x16xi8>) outs(%y : tensor<1x4x4x16xi32>) -> tensor<1x4x4x16xi32>
  return %0 : tensor<1x4x4x16xi32>
}

// -----

// Blocks of input channels divide those of every chunk.
func.func @blocks(%x: tensor<1x6x6x48xi8>, %f: tensor<3x3x48x16xi8>, %y: tensor<1x4x4x16xi32>) -> tensor<1x4x4x16xi32> {
  // expected-error @+1 {{c_block = 12 does not divide the 32 elements of a row}}
  %0 = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = winograd, transform = <F(2x2, 3x3)>, numbers = #wino.ring, schedule = <block = 1x1, k_block = 16, c_block = 12, micro_tile = 6x16, vector = 4>, chunk = 32>}
    ins(%x, %f : tensor<1x6x6x48xi8>, tensor<3x3x48x16xi8>) outs(%y : tensor<1x4x4x16xi32>) -> tensor<1x4x4x16xi32>
  return %0 : tensor<1x4x4x16xi32>
}
