// RUN: split-file %S/Inputs/plans.txt %t
// RUN: not wino-opt %s --wino-assign-plans="cpu=z80" 2>&1 | FileCheck %s --check-prefix=CPU
// RUN: not wino-opt %s --wino-assign-plans="algorithm=fft" 2>&1 | FileCheck %s --check-prefix=ALGORITHM
// RUN: not wino-opt %s --wino-assign-plans="algorithm=im2row:F(2,3)" 2>&1 | FileCheck %s --check-prefix=NO-TRANSFORM
// RUN: not wino-opt %s --wino-assign-plans="algorithm=winograd:" 2>&1 | FileCheck %s --check-prefix=EMPTY
// RUN: not wino-opt %s --wino-assign-plans="algorithm=winograd:F(30,3)" 2>&1 | FileCheck %s --check-prefix=LIMIT
// RUN: not wino-opt %s --wino-assign-plans="algorithm=winograd:F(2,5)" 2>&1 | FileCheck %s --check-prefix=NOWHERE
// RUN: not wino-opt %s --wino-assign-plans="plans=%t/missing.json" 2>&1 | FileCheck %s --check-prefix=MISSING
// RUN: not wino-opt %s --wino-assign-plans="plans=%t/truncated.json" 2>&1 | FileCheck %s --check-prefix=TRUNCATED
// RUN: not wino-opt %s --wino-assign-plans="plans=%t/array.json" 2>&1 | FileCheck %s --check-prefix=ARRAY
// RUN: not wino-opt %s --wino-assign-plans="plans=%t/number.json" 2>&1 | FileCheck %s --check-prefix=NUMBER
// RUN: not wino-opt %s --wino-assign-plans="plans=%t/attribute.json" 2>&1 | FileCheck %s --check-prefix=ATTRIBUTE
// RUN: not wino-opt %s --wino-assign-plans="plans=%t/trailing.json" 2>&1 | FileCheck %s --check-prefix=TRAILING
// RUN: not wino-opt %s --wino-assign-plans="plans=%t/name.json" 2>&1 | FileCheck %s --check-prefix=NAME
// RUN: not wino-opt %s --wino-assign-plans="plans=%t/filter.json" 2>&1 | FileCheck %s --check-prefix=FILTER
// RUN: not wino-opt %s --wino-assign-plans="plans=%t/strided.json" 2>&1 | FileCheck %s --check-prefix=STRIDED
// RUN: not wino-opt %s --wino-assign-plans="plans=%t/dilated.json" 2>&1 | FileCheck %s --check-prefix=DILATED
// RUN: not wino-opt %s --wino-assign-plans="plans=%t/depthwise.json" 2>&1 | FileCheck %s --check-prefix=DEPTHWISE

// Each error has a location, and none comes with another.

// CPU: assign-plans-invalid.mlir:{{.*}}: error: unknown CPU 'z80'; known are cortex-a53, {{.*}}host
// ALGORITHM: error: unknown algorithm 'fft'; known are winograd, winograd:F(m,r), direct, im2col, im2row, kn2row, loops, winograd-float, winograd-ring, winograd-rns and winograd-quantized
// NO-TRANSFORM: error: algorithm 'im2row' has no transform, but got 'im2row:F(2,3)'
// EMPTY: error: '' is no transform: expected 'F'
// LIMIT: error: 'F(30,3)' is no transform: expected m + r - 1 to be at most 24, but got F(30, 3)
// NOWHERE: error: algorithm 'winograd:F(2,5)' applies to no convolution; the last: {{.+}}
// MISSING: error: cannot read plans '{{.*}}missing.json': No such file or directory
// TRUNCATED: error: cannot read plans '{{.*}}truncated.json': {{.+}}
// ARRAY: error: expected plans '{{.*}}array.json' to be a JSON object
// NUMBER: error: expected the plan of 'conv0' in '{{.*}}number.json' to be a string
// ATTRIBUTE: error: expected the plan of 'conv0' in '{{.*}}attribute.json' to be a #wino.plan, but got #wino.schedule
// TRAILING: error: expected the plan of 'conv0' in '{{.*}}trailing.json' to be a #wino.plan, but got #wino.plan<algorithm = loops> and more
// NAME: error: no convolution is called 'conv7', which '{{.*}}name.json' has a plan for
// FILTER: :[[#@LINE+6]]:{{.*}}: error: the plan of 'conv0' does not apply: F(2x2, 5x5) does not fit a filter of 3x3
// STRIDED: :[[#@LINE+6]]:{{.*}}: error: the plan of 'conv1' does not apply: winograd needs stride 1, but the strides are 2x2
// DILATED: :[[#@LINE+6]]:{{.*}}: error: the plan of 'conv2' does not apply: winograd needs dilation 1, but the dilations are 2x1
// DEPTHWISE: :[[#@LINE+6]]:{{.*}}: error: the plan of 'conv3' does not apply: channels are not summed (depthwise or grouped)

func.func @layers(%x: tensor<1x9x9x4xf32>, %f: tensor<3x3x4x8xf32>, %y: tensor<1x7x7x8xf32>, %ys: tensor<1x4x4x8xf32>, %yd: tensor<1x5x7x8xf32>, %d: tensor<3x3x4xf32>, %z: tensor<1x7x7x4xf32>) {
  %0 = linalg.conv_2d_nhwc_hwcf ins(%x, %f : tensor<1x9x9x4xf32>, tensor<3x3x4x8xf32>) outs(%y : tensor<1x7x7x8xf32>) -> tensor<1x7x7x8xf32>
  %1 = linalg.conv_2d_nhwc_hwcf {strides = dense<2> : tensor<2xi64>} ins(%x, %f : tensor<1x9x9x4xf32>, tensor<3x3x4x8xf32>) outs(%ys : tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xf32>
  %2 = linalg.conv_2d_nhwc_hwcf {dilations = dense<[2, 1]> : tensor<2xi64>} ins(%x, %f : tensor<1x9x9x4xf32>, tensor<3x3x4x8xf32>) outs(%yd : tensor<1x5x7x8xf32>) -> tensor<1x5x7x8xf32>
  %3 = linalg.depthwise_conv_2d_nhwc_hwc ins(%x, %d : tensor<1x9x9x4xf32>, tensor<3x3x4xf32>) outs(%z : tensor<1x7x7x4xf32>) -> tensor<1x7x7x4xf32>
  return
}
