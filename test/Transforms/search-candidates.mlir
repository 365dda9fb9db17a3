// A file restricts the candidates of single layers, `algorithms` those of the others.

// RUN: split-file %S/Inputs/candidates.txt %t
// RUN: wino-opt %s --wino-search="cpu=cortex-a73 candidates=%t/good.json algorithms=winograd" --remarks-filter="wino.*" --remark-format=emitRemark 2>&1 | FileCheck %s
// RUN: not wino-opt %s --wino-search="cpu=cortex-a73 candidates=%t/unknown.json" 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not wino-opt %s --wino-search="cpu=cortex-a73 candidates=%t/algorithm.json" 2>&1 | FileCheck %s --check-prefix=ALGORITHM
// RUN: not wino-opt %s --wino-search="cpu=cortex-a73 candidates=%t/text.json" 2>&1 | FileCheck %s --check-prefix=TEXT
// RUN: not wino-opt %s --wino-search="cpu=cortex-a73 candidates=%t/list.json" 2>&1 | FileCheck %s --check-prefix=LIST
// RUN: not wino-opt %s --wino-search="cpu=cortex-a73 candidates=%t/none.json" 2>&1 | FileCheck %s --check-prefix=NONE

// CHECK: first: {{im2row|direct}}, {{.*}}; next {{im2row|direct}},
// The file goes before the attribute.
// CHECK: second: winograd-float F(2x2, 3x3), {{.*}}; there is no other
// CHECK: third: winograd-float F({{.*}}; next winograd-float
// UNKNOWN: error: no convolution is called 'fourth', which '{{.*}}unknown.json' has candidates for
// ALGORITHM: error: candidates of 'first' in '{{.*}}algorithm.json': unknown algorithm 'fft'; known are
// TEXT: error: expected the candidates of 'first' in '{{.*}}text.json' to be a list of names of algorithms
// LIST: error: expected candidates '{{.*}}list.json' to be a JSON object
// NONE: error: cannot read candidates '{{.*}}none.json'

func.func @network(%x: tensor<1x30x30x32xf32>, %f: tensor<3x3x32x32xf32>)
    -> tensor<1x24x24x32xf32> {
  %c = arith.constant 0.0 : f32
  %z0 = tensor.empty() : tensor<1x28x28x32xf32>
  %z1 = tensor.empty() : tensor<1x26x26x32xf32>
  %z2 = tensor.empty() : tensor<1x24x24x32xf32>
  %i0 = linalg.fill ins(%c : f32) outs(%z0 : tensor<1x28x28x32xf32>) -> tensor<1x28x28x32xf32>
  %i1 = linalg.fill ins(%c : f32) outs(%z1 : tensor<1x26x26x32xf32>) -> tensor<1x26x26x32xf32>
  %i2 = linalg.fill ins(%c : f32) outs(%z2 : tensor<1x24x24x32xf32>) -> tensor<1x24x24x32xf32>
  %0 = linalg.conv_2d_nhwc_hwcf
    ins(%x, %f : tensor<1x30x30x32xf32>, tensor<3x3x32x32xf32>)
    outs(%i0 : tensor<1x28x28x32xf32>) -> tensor<1x28x28x32xf32> loc("first")
  %1 = linalg.conv_2d_nhwc_hwcf {wino.candidates = ["direct"]}
    ins(%0, %f : tensor<1x28x28x32xf32>, tensor<3x3x32x32xf32>)
    outs(%i1 : tensor<1x26x26x32xf32>) -> tensor<1x26x26x32xf32> loc("second")
  %2 = linalg.conv_2d_nhwc_hwcf
    ins(%1, %f : tensor<1x26x26x32xf32>, tensor<3x3x32x32xf32>)
    outs(%i2 : tensor<1x24x24x32xf32>) -> tensor<1x24x24x32xf32> loc("third")
  return %2 : tensor<1x24x24x32xf32>
}
