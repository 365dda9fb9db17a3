// RUN: wino-opt %s --wino-assign-plans="cpu=cortex-a76" | FileCheck %s

// The micro tile of a direct convolution, from how its code divides the pixels.

// Rows of 7 pixels are 5x16 tiles of 4 and 3, or whole 7x12 ones with four
// columns of padding.
// CHECK-LABEL: func @rows_of_7
// CHECK: <algorithm = direct, schedule = <block = 7x7, k_block = 516, micro_tile = 7x12, vector = 4, group = 4,
func.func @rows_of_7(%x: tensor<1x9x9x512xi8>, %f: tensor<3x3x512x512xi8>, %y: tensor<1x7x7x512xi32>) -> tensor<1x7x7x512xi32> {
  %0 = linalg.conv_2d_nhwc_hwcf ins(%x, %f : tensor<1x9x9x512xi8>, tensor<3x3x512x512xi8>) outs(%y : tensor<1x7x7x512xi32>) -> tensor<1x7x7x512xi32>
  return %0 : tensor<1x7x7x512xi32>
}

// Of the sixth panel only the vector that has output channels is computed.
// CHECK-LABEL: func @few_columns
// CHECK: <algorithm = direct, schedule = <block = 14x56, k_block = 72, micro_tile = 7x12, vector = 4, group = 4,
func.func @few_columns(%x: tensor<1x58x58x64xi8>, %f: tensor<3x3x64x64xi8>, %y: tensor<1x56x56x64xi32>) -> tensor<1x56x56x64xi32> {
  %0 = linalg.conv_2d_nhwc_hwcf ins(%x, %f : tensor<1x58x58x64xi8>, tensor<3x3x64x64xi8>) outs(%y : tensor<1x56x56x64xi32>) -> tensor<1x56x56x64xi32>
  return %0 : tensor<1x56x56x64xi32>
}

// The rows of a 1x1 convolution follow each other, so its 15 pixels are three
// tiles of five.
// CHECK-LABEL: func @merged_rows
// CHECK: <algorithm = direct, schedule = <block = 5x3, k_block = 1024, micro_tile = 5x16, vector = 4, group = 4,
func.func @merged_rows(%x: tensor<1x5x3x512xi8>, %f: tensor<1x1x512x1024xi8>, %y: tensor<1x5x3x1024xi32>) -> tensor<1x5x3x1024xi32> {
  %0 = linalg.conv_2d_nhwc_hwcf ins(%x, %f : tensor<1x5x3x512xi8>, tensor<1x1x512x1024xi8>) outs(%y : tensor<1x5x3x1024xi32>) -> tensor<1x5x3x1024xi32>
  return %0 : tensor<1x5x3x1024xi32>
}

// Those of a strided one do not: three rows make nine pixels.
// CHECK-LABEL: func @strided_rows
// CHECK: <algorithm = direct, schedule = <block = 5x3, k_block = 1024, micro_tile = 9x8, vector = 4, group = 4,
func.func @strided_rows(%x: tensor<1x9x5x512xi8>, %f: tensor<1x1x512x1024xi8>, %y: tensor<1x5x3x1024xi32>) -> tensor<1x5x3x1024xi32> {
  %0 = linalg.conv_2d_nhwc_hwcf {strides = dense<2> : tensor<2xi64>} ins(%x, %f : tensor<1x9x5x512xi8>, tensor<1x1x512x1024xi8>) outs(%y : tensor<1x5x3x1024xi32>) -> tensor<1x5x3x1024xi32>
  return %0 : tensor<1x5x3x1024xi32>
}
