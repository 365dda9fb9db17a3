// RUN: wino-opt %s --wino-apply-plan -split-input-file -verify-diagnostics

// Sums of products of 16 bits do not fit i32.
func.func @sums(%x: tensor<1x8x8x3xi8>, %f: tensor<3x3x3x4xi8>, %init: tensor<1x6x6x4xi32>) -> tensor<1x6x6x4xi32> {
  // expected-error @+1 {{the plan of 'conv0' does not apply: sums of products may exceed i32: 3 * 32768 * 32767 = 3221127168 >= 2147483648}}
  %y = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = winograd, transform = <F(2x2, 3x3)>, numbers = #wino.quantized<bits = 16, max_error = 1.0 : f64, input = <per_tap>, filter = <per_tap>>, schedule = <block = 1x0, k_block = 4, micro_tile = 2x4, vector = 4>>}
    ins(%x, %f : tensor<1x8x8x3xi8>, tensor<3x3x3x4xi8>) outs(%init : tensor<1x6x6x4xi32>) -> tensor<1x6x6x4xi32>
  return %y : tensor<1x6x6x4xi32>
}

// -----

func.func @on_the_fly(%x: tensor<1x8x8x4xi8>, %f: tensor<3x3x4x4xi8>, %init: tensor<1x6x6x4xi32>) -> tensor<1x6x6x4xi32> {
  // expected-error @+1 {{the plan of 'conv0' does not apply: filters in quantized numbers are not transformed on the fly}}
  %y = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = winograd, transform = <F(2x2, 3x3)>, numbers = #wino.quantized<max_error = 1.0 : f64, input = <per_tap>, filter = <per_tap>>, schedule = <block = 1x0, k_block = 4, micro_tile = 2x4, vector = 4, on_the_fly>>}
    ins(%x, %f : tensor<1x8x8x4xi8>, tensor<3x3x4x4xi8>) outs(%init : tensor<1x6x6x4xi32>) -> tensor<1x6x6x4xi32>
  return %y : tensor<1x6x6x4xi32>
}

// -----

func.func @floats(%x: tensor<1x8x8x4xf32>, %f: tensor<3x3x4x4xf32>, %init: tensor<1x6x6x4xf32>) -> tensor<1x6x6x4xf32> {
  // expected-error @+1 {{the plan of 'conv0' does not apply: winograd needs numbers for integers, and only for these}}
  %y = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = winograd, transform = <F(2x2, 3x3)>, numbers = #wino.quantized<max_error = 1.0 : f64, input = <per_tap>, filter = <per_tap>>, schedule = <block = 1x0, k_block = 4, micro_tile = 2x4, vector = 4>>}
    ins(%x, %f : tensor<1x8x8x4xf32>, tensor<3x3x4x4xf32>) outs(%init : tensor<1x6x6x4xf32>) -> tensor<1x6x6x4xf32>
  return %y : tensor<1x6x6x4xf32>
}
