// Half of the sum over 3x3 pixels and all channels, as a convolution.
func.func @main(%x: tensor<1x8x8x4xf32> {wino.name = "image"},
                %w: tensor<3x3x4x8xf32> {wino.weight = dense<0.5> : tensor<3x3x4x8xf32>})
    -> (tensor<1x6x6x8xf32> {wino.name = "sums"}) {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<1x6x6x8xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x6x6x8xf32>) -> tensor<1x6x6x8xf32>
  %y = linalg.conv_2d_nhwc_hwcf ins(%x, %w : tensor<1x8x8x4xf32>, tensor<3x3x4x8xf32>)
    outs(%init : tensor<1x6x6x8xf32>) -> tensor<1x6x6x8xf32>
  return %y : tensor<1x6x6x8xf32>
}
