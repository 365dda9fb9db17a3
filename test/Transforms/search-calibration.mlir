// What was measured on a layer calibrates the model on another one: here direct
// convolution is a hundred times as fast as predicted, and all else ten times as
// slow.

// RUN: rm -rf %t && mkdir -p %t
// RUN: wino-tune %s --layers=measured --cpu=cortex-a73 --list=%t/list.csv --schedules=1 --plans=1
// RUN: %python %S/Inputs/scale_times.py %t/list.csv direct=0.01 winograd=10 im2row=10 > %t/times.csv
// RUN: wino-tune --import=%t/times.csv --database=%t/db.json
// RUN: wino-opt %s --wino-search="cpu=cortex-a73" --remarks-filter="wino.*" --remark-format=emitRemark 2>&1 | FileCheck %s --check-prefix=MODEL
// RUN: wino-opt %s --wino-search="cpu=cortex-a73 tuning=%t/db.json" --remarks-filter="wino.*" --remark-format=emitRemark 2>&1 | FileCheck %s

// MODEL: measured: winograd-float {{.*}} cycles
// MODEL: other: winograd-float {{.*}} cycles
// CHECK: measured: direct, {{.*}} ns
// CHECK: other: direct, {{.*}} ns
// CHECK: 2 convolutions: {{.*}} ns

func.func @network(%x: tensor<1x30x30x64xf32>, %f: tensor<3x3x64x64xf32>)
    -> tensor<1x26x26x64xf32> {
  %c = arith.constant 0.0 : f32
  %z = tensor.empty() : tensor<1x28x28x64xf32>
  %i = linalg.fill ins(%c : f32) outs(%z : tensor<1x28x28x64xf32>) -> tensor<1x28x28x64xf32>
  %0 = linalg.conv_2d_nhwc_hwcf
    ins(%x, %f : tensor<1x30x30x64xf32>, tensor<3x3x64x64xf32>)
    outs(%i : tensor<1x28x28x64xf32>) -> tensor<1x28x28x64xf32> loc("measured")
  %y = tensor.empty() : tensor<1x26x26x64xf32>
  %j = linalg.fill ins(%c : f32) outs(%y : tensor<1x26x26x64xf32>) -> tensor<1x26x26x64xf32>
  %1 = linalg.conv_2d_nhwc_hwcf
    ins(%0, %f : tensor<1x28x28x64xf32>, tensor<3x3x64x64xf32>)
    outs(%j : tensor<1x26x26x64xf32>) -> tensor<1x26x26x64xf32> loc("other")
  return %1 : tensor<1x26x26x64xf32>
}
