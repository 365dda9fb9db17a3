// Adds a weight to a vector.
func.func @main(%x: tensor<4xf32>,
                %w: tensor<4xf32> {wino.weight = dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>})
    -> tensor<4xf32> {
  %empty = tensor.empty() : tensor<4xf32>
  %y = linalg.add ins(%x, %w : tensor<4xf32>, tensor<4xf32>) outs(%empty : tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}
