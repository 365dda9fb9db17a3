// RUN: wino-opt %s --wino-search="cpu=cortex-a73" -split-input-file -verify-diagnostics

// A plan in the IR that does not fit its op.
func.func @misfit(%x: tensor<1x8x8x4xf32>, %f: tensor<3x3x4x4xf32>, %i: tensor<1x6x6x4xf32>) -> tensor<1x6x6x4xf32> {
  // expected-error @+1 {{the plan of 'conv0' does not apply: F(2x2, 5x5)}}
  %0 = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = winograd,
      transform = <F(2x2, 5x5)>, schedule = <block = 1x1, k_block = 4, micro_tile = 2x4, vector = 4>>}
    ins(%x, %f : tensor<1x8x8x4xf32>, tensor<3x3x4x4xf32>)
    outs(%i : tensor<1x6x6x4xf32>) -> tensor<1x6x6x4xf32>
  return %0 : tensor<1x6x6x4xf32>
}

// -----

// A plan that is not exact, without a budget.
func.func @quantized(%x: tensor<1x8x8x4xi8>, %f: tensor<3x3x4x4xi8>, %i: tensor<1x6x6x4xi32>) -> tensor<1x6x6x4xi32> {
  // expected-error @+1 {{the plan of 'conv0' does not apply: its result is not exact, and neither the plan nor an option max-error allows an error}}
  %0 = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = winograd,
      transform = <F(2x2, 3x3)>, numbers = #wino.quantized<input = <per_tap>, filter = <per_tap>>,
      schedule = <block = 3x3, k_block = 4, micro_tile = 2x4, vector = 4>>}
    ins(%x, %f : tensor<1x8x8x4xi8>, tensor<3x3x4x4xi8>)
    outs(%i : tensor<1x6x6x4xi32>) -> tensor<1x6x6x4xi32>
  return %0 : tensor<1x6x6x4xi32>
}

// -----

func.func @no_list(%x: tensor<1x8x8x4xf32>, %f: tensor<3x3x4x4xf32>, %i: tensor<1x6x6x4xf32>) -> tensor<1x6x6x4xf32> {
  // expected-error @+1 {{expected 'wino.candidates' to be an array of names of algorithms}}
  %0 = linalg.conv_2d_nhwc_hwcf {wino.candidates = "direct"}
    ins(%x, %f : tensor<1x8x8x4xf32>, tensor<3x3x4x4xf32>)
    outs(%i : tensor<1x6x6x4xf32>) -> tensor<1x6x6x4xf32>
  return %0 : tensor<1x6x6x4xf32>
}

// -----

// A transform that does not fit the filter is no candidate.
func.func @none(%x: tensor<1x8x8x4xf32>, %f: tensor<3x3x4x4xf32>, %i: tensor<1x6x6x4xf32>) -> tensor<1x6x6x4xf32> {
  // expected-error @+2 {{no algorithm that the search may take computes 'conv0'}}
  // expected-note @+1 {{winograd-float: F(2x2, 5x5)}}
  %0 = linalg.conv_2d_nhwc_hwcf {wino.candidates = ["winograd:F(2,5)"]}
    ins(%x, %f : tensor<1x8x8x4xf32>, tensor<3x3x4x4xf32>)
    outs(%i : tensor<1x6x6x4xf32>) -> tensor<1x6x6x4xf32>
  return %0 : tensor<1x6x6x4xf32>
}
