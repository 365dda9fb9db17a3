// RUN: wino-opt %s --wino-apply-plan -split-input-file -verify-diagnostics

// Plans that do not apply are told why.

func.func @group(%x: tensor<1x5x5x12xf32>, %f: tensor<3x3x12x8xf32> {wino.weight}, %y: tensor<1x3x3x8xf32>) -> tensor<1x3x3x8xf32> {
  // expected-error @+1 {{the plan of 'conv0' does not apply: only integers are summed in groups, but group = 4}}
  %r = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = im2col, schedule = <block = 0x0, k_block = 8, micro_tile = 7x8, vector = 4, group = 4>>} ins(%x, %f : tensor<1x5x5x12xf32>, tensor<3x3x12x8xf32>) outs(%y : tensor<1x3x3x8xf32>) -> tensor<1x3x3x8xf32>
  return %r : tensor<1x3x3x8xf32>
}

// -----

func.func @c_block(%x: tensor<1x5x5x12xf32>, %f: tensor<3x3x12x8xf32> {wino.weight}, %y: tensor<1x3x3x8xf32>) -> tensor<1x3x3x8xf32> {
  // expected-error @+1 {{the plan of 'conv0' does not apply: c_block = 8 does not divide the 108 elements of a row}}
  %r = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = im2col, schedule = <block = 0x0, k_block = 8, c_block = 8, micro_tile = 7x8, vector = 4>>} ins(%x, %f : tensor<1x5x5x12xf32>, tensor<3x3x12x8xf32>) outs(%y : tensor<1x3x3x8xf32>) -> tensor<1x3x3x8xf32>
  return %r : tensor<1x3x3x8xf32>
}

// -----

// The columns are more than a tensor can hold.
func.func @columns(%x: tensor<1x1048576x1048576x1xf32>, %f: tensor<1x1024x1x1xf32> {wino.weight}, %y: tensor<1x1048576x1047553x1xf32>) -> tensor<1x1048576x1047553x1xf32> {
  // expected-error @+1 {{the plan of 'conv0' does not apply: its transformed image would have more than 2^48 elements}}
  %r = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = im2col, schedule = <block = 1x64, k_block = 8, micro_tile = 7x8, vector = 4>>} ins(%x, %f : tensor<1x1048576x1048576x1xf32>, tensor<1x1024x1x1xf32>) outs(%y : tensor<1x1048576x1047553x1xf32>) -> tensor<1x1048576x1047553x1xf32>
  return %r : tensor<1x1048576x1047553x1xf32>
}

// -----

// expected-error @+1 {{expected algorithm im2col not to transform filters on_the_fly}}
#plan = #wino.plan<algorithm = im2col, schedule = <block = 1x64, k_block = 8, micro_tile = 7x8, vector = 4, on_the_fly>>
