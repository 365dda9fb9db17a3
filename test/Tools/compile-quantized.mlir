// A plan that is not exact runs within a budget only; the report has its error.
// RUN: wino-compile %s --cpu=cortex-a76 --algorithm=winograd-quantized --max-error=0.9 -o %t.o --report=%t.json
// RUN: FileCheck %s --input-file=%t.json
// CHECK: "error_data": "seeded data"
// CHECK: "largest_error": {{[0-9.]+}}
// CHECK: numbers = #wino.quantized<max_error = 9.000000e-01 : f64, input = <per_tap>, filter = <per_tap>>
// CHECK: "relative_error": {{[0-9.]+}}

// RUN: not wino-compile %s --cpu=cortex-a76 --algorithm=winograd-quantized -o %t.o 2>&1 | FileCheck %s --check-prefix=NONE
// NONE: error: algorithm 'winograd-quantized' applies to no convolution; the last: its results are not exact, and no option max-error allows an error
// RUN: not wino-compile %s --cpu=cortex-a76 --algorithm="winograd-quantized:F(4,3)" --max-error=1e-3 -o %t.o 2>&1 | FileCheck %s --check-prefix=OVER
// OVER: error: algorithm 'winograd-quantized:F(4,3)' applies to no convolution; the last: error {{[0-9.]+}} of max |y| (relative {{[0-9.]+}}) on seeded data > 0.001
func.func @layer(%x: tensor<1x16x16x64xi8>, %f: tensor<3x3x64x64xi8> {wino.weight = dense<3> : tensor<3x3x64x64xi8>}) -> tensor<1x14x14x64xi32> {
  %zero = arith.constant 0 : i32
  %empty = tensor.empty() : tensor<1x14x14x64xi32>
  %init = linalg.fill ins(%zero : i32) outs(%empty : tensor<1x14x14x64xi32>) -> tensor<1x14x14x64xi32>
  %y = linalg.conv_2d_nhwc_hwcf ins(%x, %f : tensor<1x16x16x64xi8>, tensor<3x3x64x64xi8>) outs(%init : tensor<1x14x14x64xi32>) -> tensor<1x14x14x64xi32>
  return %y : tensor<1x14x14x64xi32>
}
