// The report tells what runs, and what it needs.

// RUN: rm -rf %t && mkdir -p %t
// RUN: wino-compile %s --cpu=cortex-a73 --algorithm="winograd:F(2x2,3x3)" \
// RUN:   -o %t/m.o --header --report=%t/m.json
// RUN: %python %S/Inputs/check_report.py %t

// A page comes with the JSON beside it.
// RUN: wino-compile %s --cpu=cortex-a73 -o %t/page.o --report=%t/page.html
// RUN: FileCheck %s --input-file=%t/page.html
// RUN: FileCheck %s --check-prefix=JSON --input-file=%t/page.json

// CHECK: <h1>compile-report</h1>
// CHECK: cortex-a73
// CHECK: Multiply-adds</dt><dd>73.73 k
// CHECK: <details class="layer">
// CHECK: 8×10×10 → 16×8×8, 3×3
// CHECK: #wino.plan
// CHECK: </html>
// JSON: "model": "compile-report"

func.func @f(%x: tensor<1x10x10x8xf32> {wino.name = "image"}) -> tensor<1x8x8x16xf32> {
  %w = arith.constant dense<0.125> : tensor<3x3x8x16xf32>
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<1x8x8x16xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x8x8x16xf32>) -> tensor<1x8x8x16xf32>
  %y = linalg.conv_2d_nhwc_hwcf ins(%x, %w : tensor<1x10x10x8xf32>, tensor<3x3x8x16xf32>)
    outs(%init : tensor<1x8x8x16xf32>) -> tensor<1x8x8x16xf32>
  return %y : tensor<1x8x8x16xf32>
}
