// RUN: wino-opt %s --wino-assign-plans="cpu=cortex-a73" | FileCheck %s
// RUN: wino-opt %s --wino-assign-plans="cpu=cortex-a73 algorithm=winograd" | FileCheck %s --check-prefix=WINOGRAD

// No size of a schedule is above 2^20, though the channels are 2^22.
// CHECK-LABEL: func @channels
// CHECK: wino.plan = #wino.plan<algorithm = direct, {{.*}}k_block = 1048576,
// WINOGRAD-LABEL: func @channels
// WINOGRAD: wino.plan = #wino.plan<algorithm = winograd, {{.*}}k_block = 16,
func.func @channels(%x: tensor<1x4x4x16xf32>, %f: tensor<3x3x16x4194304xf32>, %y: tensor<1x2x2x4194304xf32>) -> tensor<1x2x2x4194304xf32> {
  %0 = linalg.conv_2d_nhwc_hwcf ins(%x, %f : tensor<1x4x4x16xf32>, tensor<3x3x16x4194304xf32>) outs(%y : tensor<1x2x2x4194304xf32>) -> tensor<1x2x2x4194304xf32>
  return %0 : tensor<1x2x2x4194304xf32>
}

// A row of 2^36 pixels has too many blocks to try one by one.
// CHECK-LABEL: func @pixels
// CHECK: wino.plan = #wino.plan<
// WINOGRAD-LABEL: func @pixels
// WINOGRAD: wino.plan = #wino.plan<algorithm = winograd
func.func @pixels(%x: tensor<1x3x68719476736x1xf32>, %f: tensor<3x3x1x16xf32>, %y: tensor<1x1x68719476734x16xf32>) -> tensor<1x1x68719476734x16xf32> {
  %0 = linalg.conv_2d_nhwc_hwcf ins(%x, %f : tensor<1x3x68719476736x1xf32>, tensor<3x3x1x16xf32>) outs(%y : tensor<1x1x68719476734x16xf32>) -> tensor<1x1x68719476734x16xf32>
  return %0 : tensor<1x1x68719476734x16xf32>
}
