func.func @transform(%f: tensor<3x3x64x128xf32>, %init: tensor<6x6x64x128xf32>)
    -> tensor<6x6x64x128xf32> {
  %u = wino.filter_transform <F(4x4, 3x3)>
    ins(%f : tensor<3x3x64x128xf32>)
    outs(%init : tensor<6x6x64x128xf32>) -> tensor<6x6x64x128xf32>
  return %u : tensor<6x6x64x128xf32>
}
