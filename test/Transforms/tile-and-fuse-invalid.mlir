// RUN: wino-opt %s --wino-tile-and-fuse --split-input-file --verify-diagnostics

// A filter without columns has no blocks of channels to tile by.
func.func @no_columns(%x: tensor<1x8x8x4xf32>, %u: tensor<1x1x1x0x36x12xf32>, %init: tensor<1x6x6x0xf32>) -> tensor<1x6x6x0xf32> {
  // expected-error@below {{to tile operation}}
  // expected-error@below {{failed to generate tiling loops}}
  // expected-error@below {{the schedule cannot be applied: tiling failed}}
  %y = wino.conv kernel [3, 3] strides [1, 1] dilations [1, 1]
    schedule <block = 2x2, k_block = 12, micro_tile = 6x12, vector = 4>
    ins(%x, %u : tensor<1x8x8x4xf32>, tensor<1x1x1x0x36x12xf32>)
    outs(%init : tensor<1x6x6x0xf32>) -> tensor<1x6x6x0xf32>
  return %y : tensor<1x6x6x0xf32>
}
