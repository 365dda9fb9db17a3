// A compilation searches its plans, and the report tells what there was to
// choose from.

// RUN: rm -rf %t && mkdir -p %t
// RUN: wino-compile %s --cpu=cortex-a73 --search --max-error=1e-3 \
// RUN:   --max-memory=10000000 -o %t/m.o --report=%t/m.html
// RUN: FileCheck %s --check-prefix=PAGE --input-file=%t/m.html
// RUN: FileCheck %s --check-prefix=JSON --input-file=%t/m.json
// RUN: wino-compile %s --cpu=cortex-a73 --search --algorithm=direct \
// RUN:   -o %t/d.o --report=%t/d.json
// RUN: FileCheck %s --check-prefix=DIRECT --input-file=%t/d.json
// A file restricts the candidates of a convolution; threads share it.
// RUN: echo '{"conv0": ["winograd:F(2,3)"]}' > %t/candidates.json
// RUN: wino-compile %s --cpu=cortex-a73 --search --candidates=%t/candidates.json \
// RUN:   --threads=2 -o %t/c.o --report=%t/c.json
// RUN: FileCheck %s --check-prefix=FILE --input-file=%t/c.json
// RUN: not wino-compile %s --cpu=cortex-a73 --search --max-memory=1000 \
// RUN:   -o %t/n.o 2>&1 | FileCheck %s --check-prefix=MEMORY
// RUN: not wino-compile %s --max-memory=1000 -o %t/n.o 2>&1 \
// RUN:   | FileCheck %s --check-prefix=USELESS

// PAGE: Predicted cycles</dt>
// PAGE: Error budget</dt><dd>1.00e-03
// PAGE: Memory budget</dt><dd>9.5 MiB
// PAGE: Bars show predicted cycles
// PAGE-SAME: products
// PAGE: Predicted error
// PAGE: Candidate
// PAGE: winograd-float F(
// PAGE: direct
// JSON: "search": {
// JSON: "candidates": [
// JSON: "cycles":
// JSON: "phases": {
// JSON: "products":
// DIRECT: "algorithm": "direct"
// DIRECT: "candidates": [
// DIRECT-NOT: winograd
// FILE: "transform": "F(2x2, 3x3)"
// MEMORY: error: {{.*}}no plans keep to 1000 bytes of packed weights and scratch
// USELESS: error: a memory budget, candidates, bits and databases of times are for a search

func.func @f(%x: tensor<1x18x18x32xf32>) -> tensor<1x16x16x32xf32> {
  %w = arith.constant dense<0.125> : tensor<3x3x32x32xf32>
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<1x16x16x32xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x16x16x32xf32>) -> tensor<1x16x16x32xf32>
  %y = linalg.conv_2d_nhwc_hwcf ins(%x, %w : tensor<1x18x18x32xf32>, tensor<3x3x32x32xf32>)
    outs(%init : tensor<1x16x16x32xf32>) -> tensor<1x16x16x32xf32>
  return %y : tensor<1x16x16x32xf32>
}
