// The report tells what runs, and what it needs.

// RUN: rm -rf %t && mkdir -p %t
// RUN: wino-compile %s --cpu=cortex-a73 --algorithm="winograd:F(2x2,3x3)" \
// RUN:   -o %t/m.o --header --report=%t/m.json
// RUN: %python %S/Inputs/check_report.py %t

func.func @f(%x: tensor<1x10x10x8xf32> {wino.name = "image"}) -> tensor<1x8x8x16xf32> {
  %w = arith.constant dense<0.125> : tensor<3x3x8x16xf32>
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<1x8x8x16xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x8x8x16xf32>) -> tensor<1x8x8x16xf32>
  %y = linalg.conv_2d_nhwc_hwcf ins(%x, %w : tensor<1x10x10x8xf32>, tensor<3x3x8x16xf32>)
    outs(%init : tensor<1x8x8x16xf32>) -> tensor<1x8x8x16xf32>
  return %y : tensor<1x8x8x16xf32>
}
