// RUN: wino-opt %s --pass-pipeline="builtin.module(func.func(tosa-to-linalg-named,tosa-to-linalg,tosa-to-arith),canonicalize,wino-assign-plans{cpu=cortex-a73},func.func(wino-apply-plan),canonicalize,cse,func.func(wino-absorb-epilogue),canonicalize,cse)" | FileCheck %s

// What TOSA makes of a convolution with padding, bias and relu is one epilogue.
// CHECK-LABEL: func @conv2d
// CHECK-SAME: %[[X:[^:]*]]: tensor<1x16x16x8xf32>, %[[F:[^:]*]]: tensor<16x3x3x8xf32>, %[[B:[^:]*]]: tensor<16xf32>
// CHECK-NOT: tensor.pad
// CHECK: wino.input_transform <F({{.*}}, 3x3)> pad [1, 1, 1, 1] prefetch ins(%[[X]]
// CHECK: %[[Y:.*]] = wino.output_transform {{.*}} epilogue(%[[B]] : tensor<16xf32>)
// CHECK: arith.addf
// CHECK: arith.minimumf
// CHECK: arith.maximumf
// CHECK: return %[[Y]]
func.func @conv2d(%x: tensor<1x16x16x8xf32>, %f: tensor<16x3x3x8xf32>, %b: tensor<16xf32>) -> tensor<1x16x16x16xf32> {
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %y = tosa.conv2d %x, %f, %b, %zp, %zp {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 1, 1, 1, 1>, stride = array<i64: 1, 1>} : (tensor<1x16x16x8xf32>, tensor<16x3x3x8xf32>, tensor<16xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x16x16x16xf32>
  %r = tosa.clamp %y {min_val = 0.0 : f32, max_val = 6.0 : f32} : (tensor<1x16x16x16xf32>) -> tensor<1x16x16x16xf32>
  return %r : tensor<1x16x16x16xf32>
}
