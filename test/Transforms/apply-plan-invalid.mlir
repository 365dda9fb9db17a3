// RUN: wino-opt %s --wino-apply-plan -split-input-file -verify-diagnostics

#f5 = #wino.plan<algorithm = winograd, transform = <F(2x2, 5x5)>, schedule = <block = 1x2, k_block = 8, micro_tile = 5x8, vector = 4>>
func.func @filter_size(%x: tensor<1x10x6x4xf32>, %f: tensor<3x3x4x8xf32>, %z: tensor<1x8x4x8xf32>) -> tensor<1x8x4x8xf32> {
  // expected-error @+1 {{the plan of 'conv0' does not apply: F(2x2, 5x5) does not fit a filter of 3x3}}
  %y = linalg.conv_2d_nhwc_hwcf {wino.plan = #f5} ins(%x, %f : tensor<1x10x6x4xf32>, tensor<3x3x4x8xf32>) outs(%z : tensor<1x8x4x8xf32>) -> tensor<1x8x4x8xf32>
  return %y : tensor<1x8x4x8xf32>
}

// -----

#c8 = #wino.plan<algorithm = winograd, transform = <F(2x2, 3x3)>, schedule = <block = 1x2, k_block = 8, c_block = 8, micro_tile = 5x8, vector = 4>>
func.func @channel_blocks(%x: tensor<1x10x6x12xf32>, %f: tensor<3x3x12x8xf32>, %z: tensor<1x8x4x8xf32>) -> tensor<1x8x4x8xf32> {
  // expected-error @+1 {{the plan of 'conv0' does not apply: c_block = 8 does not divide the 12 elements of a row}}
  %y = linalg.conv_2d_nhwc_hwcf {wino.plan = #c8} ins(%x, %f : tensor<1x10x6x12xf32>, tensor<3x3x12x8xf32>) outs(%z : tensor<1x8x4x8xf32>) -> tensor<1x8x4x8xf32>
  return %y : tensor<1x8x4x8xf32>
}

// -----

#f3 = #wino.plan<algorithm = winograd, transform = <F(2x2, 3x3)>, schedule = <block = 1x2, k_block = 8, micro_tile = 5x8, vector = 4>>
func.func @strides(%x: tensor<1x9x9x4xf32>, %f: tensor<3x3x4x8xf32>, %z: tensor<1x7x4x8xf32>) -> tensor<1x7x4x8xf32> {
  // expected-error @+1 {{the plan of 'conv0' does not apply: winograd needs stride 1, but the strides are 1x2}}
  %y = linalg.conv_2d_nhwc_hwcf {strides = dense<[1, 2]> : tensor<2xi64>, wino.plan = #f3} ins(%x, %f : tensor<1x9x9x4xf32>, tensor<3x3x4x8xf32>) outs(%z : tensor<1x7x4x8xf32>) -> tensor<1x7x4x8xf32>
  return %y : tensor<1x7x4x8xf32>
}

// -----

#f3 = #wino.plan<algorithm = winograd, transform = <F(2x2, 3x3)>, schedule = <block = 1x2, k_block = 8, micro_tile = 5x8, vector = 4>>
func.func @depthwise(%x: tensor<1x10x10x3xf32>, %f: tensor<3x3x3xf32>, %y: tensor<1x8x8x3xf32>) -> tensor<1x8x8x3xf32> {
  // expected-error @+1 {{the plan of 'conv0' does not apply: channels are not summed (depthwise or grouped)}}
  %0 = linalg.depthwise_conv_2d_nhwc_hwc {wino.plan = #f3} ins(%x, %f : tensor<1x10x10x3xf32>, tensor<3x3x3xf32>) outs(%y : tensor<1x8x8x3xf32>) -> tensor<1x8x8x3xf32>
  return %0 : tensor<1x8x8x3xf32>
}

// -----

func.func @no_convolution(%a: tensor<4x3xf32>) -> tensor<4x3xf32> {
  // expected-error @+1 {{expected a convolution or a product with a weight, because it has a plan}}
  %0 = linalg.add {wino.plan = #wino.plan<algorithm = loops>} ins(%a, %a : tensor<4x3xf32>, tensor<4x3xf32>) outs(%a : tensor<4x3xf32>) -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}

// -----

func.func @no_linalg_op() -> f32 {
  // expected-error @+1 {{expected a convolution or a product with a weight, because it has a plan}}
  %0 = arith.constant {wino.plan = #wino.plan<algorithm = loops>} 0.0 : f32
  return %0 : f32
}

// -----

func.func @attribute(%x: tensor<1x10x6x4xf32>, %f: tensor<3x3x4x8xf32>, %z: tensor<1x8x4x8xf32>) -> tensor<1x8x4x8xf32> {
  // expected-error @+1 {{expected 'wino.plan' to be a #wino.plan, but got "winograd"}}
  %y = linalg.conv_2d_nhwc_hwcf {wino.plan = "winograd"} ins(%x, %f : tensor<1x10x6x4xf32>, tensor<3x3x4x8xf32>) outs(%z : tensor<1x8x4x8xf32>) -> tensor<1x8x4x8xf32>
  return %y : tensor<1x8x4x8xf32>
}

// -----

// 2^20 output channels each for 2^29 input channels.
#huge = #wino.plan<algorithm = winograd, transform = <F(2x2, 3x3)>, schedule = <block = 1x2, k_block = 1048576, micro_tile = 5x8, vector = 4>>
func.func @too_large(%x: tensor<1x3x3x536870912xf32>, %f: tensor<3x3x536870912x1xf32>, %z: tensor<1x1x1x1xf32>) -> tensor<1x1x1x1xf32> {
  // expected-error @+1 {{the plan of 'conv0' does not apply: its transformed filter would have more than 2^48 elements}}
  %y = linalg.conv_2d_nhwc_hwcf {wino.plan = #huge} ins(%x, %f : tensor<1x3x3x536870912xf32>, tensor<3x3x536870912x1xf32>) outs(%z : tensor<1x1x1x1xf32>) -> tensor<1x1x1x1xf32>
  return %y : tensor<1x1x1x1xf32>
}

// -----

#huge = #wino.plan<algorithm = im2row, schedule = <block = 1x2, k_block = 8, micro_tile = 5x8, vector = 4>>
func.func @too_large(%x: tensor<1x1048575x1048576x1xf32>, %f: tensor<17x17x1x1xf32>, %z: tensor<1x1048559x1048560x1xf32>) -> tensor<1x1048559x1048560x1xf32> {
  // expected-error @+1 {{the plan of 'conv0' does not apply: its transformed image would have more than 2^48 elements}}
  %y = linalg.conv_2d_nhwc_hwcf {wino.plan = #huge} ins(%x, %f : tensor<1x1048575x1048576x1xf32>, tensor<17x17x1x1xf32>) outs(%z : tensor<1x1048559x1048560x1xf32>) -> tensor<1x1048559x1048560x1xf32>
  return %y : tensor<1x1048559x1048560x1xf32>
}

// -----

#edge = #wino.plan<algorithm = winograd, transform = <F(4x4, 3x3), edge = 3x2>, schedule = <block = 1x2, k_block = 8, micro_tile = 5x8, vector = 4>>
func.func @edge_too_small(%x: tensor<1x9x9x4xf32>, %f: tensor<3x3x4x8xf32>, %z: tensor<1x7x7x8xf32>) -> tensor<1x7x7x8xf32> {
  // expected-error @+1 {{the plan of 'conv0' does not apply: tiles at the edge of F(4x4, 3x3), edge = 3x2 have 2 pixels along axis 1, but whole ones leave 3 of 7}}
  %y = linalg.conv_2d_nhwc_hwcf {wino.plan = #edge} ins(%x, %f : tensor<1x9x9x4xf32>, tensor<3x3x4x8xf32>) outs(%z : tensor<1x7x7x8xf32>) -> tensor<1x7x7x8xf32>
  return %y : tensor<1x7x7x8xf32>
}

// -----

#edge = #wino.plan<algorithm = winograd, transform = <F(4x4, 3x3), edge = 3x3>, schedule = <block = 1x2, k_block = 8, micro_tile = 5x8, vector = 4>>
func.func @edge_dynamic(%x: tensor<1x?x9x4xf32>, %f: tensor<3x3x4x8xf32>, %z: tensor<1x?x7x8xf32>) -> tensor<1x?x7x8xf32> {
  // expected-error @+1 {{the plan of 'conv0' does not apply: smaller tiles at the edge need an image of static size}}
  %y = linalg.conv_2d_nhwc_hwcf {wino.plan = #edge} ins(%x, %f : tensor<1x?x9x4xf32>, tensor<3x3x4x8xf32>) outs(%z : tensor<1x?x7x8xf32>) -> tensor<1x?x7x8xf32>
  return %y : tensor<1x?x7x8xf32>
}

// -----

#edge = #wino.plan<algorithm = winograd, transform = <F(4x4, 3x3), edge = 3x3>, schedule = <block = 1x2, k_block = 8, micro_tile = 5x8, vector = 4>>
func.func @edge_spare(%x: tensor<1x10x9x4xf32>, %f: tensor<3x3x4x8xf32>, %z: tensor<1x7x7x8xf32>) -> tensor<1x7x7x8xf32> {
  // expected-error @+1 {{the plan of 'conv0' does not apply: smaller tiles at the edge need an image without pixels to spare}}
  %y = linalg.conv_2d_nhwc_hwcf {wino.plan = #edge} ins(%x, %f : tensor<1x10x9x4xf32>, tensor<3x3x4x8xf32>) outs(%z : tensor<1x7x7x8xf32>) -> tensor<1x7x7x8xf32>
  return %y : tensor<1x7x7x8xf32>
}
