// What packs the filter of a 1x1 convolution by im2col takes more scratch memory
// than a run, and both run in the process of wino-tune. A freed block that was
// written past its end stops or hangs the process.

// RUN: rm -f %t.json
// RUN: timeout 120 wino-tune %s --database=%t.json --algorithm=im2col --schedules=3 --plans=3 | FileCheck %s
// CHECK: measured 3 plans, 0 were known, 0 failed, 0 are left

func.func @pointwise(
    %x: tensor<1x2x8x256xi8>,
    %f: tensor<1x1x256x1024xi8> {wino.weight = dense<1> : tensor<1x1x256x1024xi8>})
    -> tensor<1x2x8x1024xi32> {
  %c = arith.constant 0 : i32
  %z = tensor.empty() : tensor<1x2x8x1024xi32>
  %i = linalg.fill ins(%c : i32) outs(%z : tensor<1x2x8x1024xi32>) -> tensor<1x2x8x1024xi32>
  %0 = linalg.conv_2d_nhwc_hwcf
    ins(%x, %f : tensor<1x2x8x256xi8>, tensor<1x1x256x1024xi8>)
    outs(%i : tensor<1x2x8x1024xi32>) -> tensor<1x2x8x1024xi32> loc("pointwise")
  return %0 : tensor<1x2x8x1024xi32>
}
