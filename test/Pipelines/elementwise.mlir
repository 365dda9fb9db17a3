// RUN: wino-opt %s --wino-to-buffers-pipeline="cpu=cortex-a73 algorithm=winograd:F(2,3)" | FileCheck %s

// Elementwise ops on tensors: a sum with the result of a convolution goes into
// its epilogue, others become one loop over buffers.
// CHECK-LABEL: func.func @elementwise(
// CHECK-NOT: arith.addf {{.*}} : tensor
// CHECK: wino.output_transform
// CHECK-SAME: epilogue(
// CHECK: arith.addf %{{.*}} : f32
// CHECK: linalg.generic
// CHECK: math.tanh %{{.*}} : f32
func.func @elementwise(%x: tensor<1x6x6x8xf32>, %f: tensor<3x3x8x8xf32>, %r: tensor<1x4x4x8xf32>) -> (tensor<1x4x4x8xf32>, tensor<1x4x4x8xf32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x4x4x8xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xf32>
  %y = linalg.conv_2d_nhwc_hwcf ins(%x, %f : tensor<1x6x6x8xf32>, tensor<3x3x8x8xf32>) outs(%z : tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xf32>
  %s = arith.addf %y, %r : tensor<1x4x4x8xf32>
  %t = math.tanh %r : tensor<1x4x4x8xf32>
  return %s, %t : tensor<1x4x4x8xf32>, tensor<1x4x4x8xf32>
}
