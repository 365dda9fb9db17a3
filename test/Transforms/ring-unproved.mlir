// RUN: wino-opt %s --wino-apply-plan -split-input-file | FileCheck %s
// RUN: wino-opt %s --wino-apply-plan -split-input-file --remarks-filter="wino.*" --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

// A plan without a proof is refused (ring.mlir) unless the user says that it is
// unproved; then the report and a remark say so.
// REMARK: Remark="conv0 is not proved to be exact in #wino.ring: the result of F(4x4, 3x3) may exceed the range of #wino.ring: 2 * 128 * 4194432 = 1073774592 >= 1073741824"
// CHECK-LABEL: func.func @unproved
// CHECK-SAME: unproved = "the result of F(4x4, 3x3) may exceed the range of #wino.ring: 2 * 128 * 4194432 = 1073774592 >= 1073741824"
// CHECK: wino.output_transform
func.func @unproved(%x: tensor<1x6x6x3641xi8>, %f: tensor<3x3x3641x16xi8>, %y: tensor<1x4x4x16xi32>) -> tensor<1x4x4x16xi32> {
  %0 = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = winograd, transform = <F(4x4, 3x3)>, numbers = #wino.ring, schedule = <block = 1x1, k_block = 16, micro_tile = 6x16, vector = 4>, unproved = true>}
    ins(%x, %f : tensor<1x6x6x3641xi8>, tensor<3x3x3641x16xi8>) outs(%y : tensor<1x4x4x16xi32>) -> tensor<1x4x4x16xi32>
  return %0 : tensor<1x4x4x16xi32>
}

// -----

// Saying so where there is a proof changes nothing.
// REMARK: Remark="conv0 is exact in #wino.ring: 2 * 128 * 9216 = 2359296 < 1073741824"
// CHECK-LABEL: func.func @proved
// CHECK-SAME: certificate = "2 * 128 * 9216 = 2359296 < 1073741824"
func.func @proved(%x: tensor<1x6x6x8xi8>, %f: tensor<3x3x8x16xi8>, %y: tensor<1x4x4x16xi32>) -> tensor<1x4x4x16xi32> {
  %0 = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = winograd, transform = <F(4x4, 3x3)>, numbers = #wino.ring, schedule = <block = 1x1, k_block = 16, micro_tile = 6x16, vector = 4>, unproved = true>}
    ins(%x, %f : tensor<1x6x6x8xi8>, tensor<3x3x8x16xi8>) outs(%y : tensor<1x4x4x16xi32>) -> tensor<1x4x4x16xi32>
  return %0 : tensor<1x4x4x16xi32>
}
