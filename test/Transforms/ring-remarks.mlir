// RUN: wino-opt %s --wino-assign-plans="cpu=cortex-a73" --wino-apply-plan --remarks-filter="wino.*" --remark-format=emitRemark 2>&1 | FileCheck %s
// RUN: wino-opt %s --wino-assign-plans="cpu=cortex-a73 algorithm=winograd" --wino-apply-plan --remarks-filter="wino.*" --remark-format=emitRemark 2>&1 | FileCheck %s --check-prefix=CHUNKS
// RUN: not wino-opt %s --wino-assign-plans="cpu=cortex-a73 algorithm=winograd:F(6,3)" --remarks-filter="wino.*" --remark-format=emitRemark 2>&1 | FileCheck %s --check-prefix=REQUEST

// Remarks tell the inequality by which Winograd of i8 is exact, and the one that
// fails: why there are chunks, or why it is none.

// CHECK-DAG: [Passed] ApplyPlan | Category:wino | Remark="conv0 is exact in #wino.ring: 2 * 128 * 73728 = 18874368 < 1073741824"
// CHUNKS-DAG: [Passed] ApplyPlan | Category:wino | Remark="conv1 is exact in #wino.ring: in chunks of 3632 input channels, 2 * 128 * 4184064 = 1071120384 < 1073741824 for input channels 0 .. 3631; over all 3641, the result of F(4x4, 3x3) may exceed the range of #wino.ring: 2 * 128 * 4194432 = 1073774592 >= 1073741824"
// REQUEST: [Missed] AssignPlan | Category:wino | Remark="conv0 is not computed by winograd:F(6,3): the image transformed by F(6x6, 3x3) does not fit i16: -318912 .. 318750 not in -32768 .. 32767"
// REQUEST: error: algorithm 'winograd:F(6,3)' applies to no convolution
func.func @f(
    %x: tensor<1x58x58x64xi8>, %f: tensor<3x3x64x64xi8> {wino.weight}, %y: tensor<1x56x56x64xi32>,
    %x1: tensor<1x10x10x3641xi8>, %f1: tensor<3x3x3641x16xi8> {wino.weight}, %y1: tensor<1x8x8x16xi32>)
    -> (tensor<1x56x56x64xi32>, tensor<1x8x8x16xi32>) {
  %0 = linalg.conv_2d_nhwc_hwcf ins(%x, %f : tensor<1x58x58x64xi8>, tensor<3x3x64x64xi8>) outs(%y : tensor<1x56x56x64xi32>) -> tensor<1x56x56x64xi32>
  %1 = linalg.conv_2d_nhwc_hwcf ins(%x1, %f1 : tensor<1x10x10x3641xi8>, tensor<3x3x3641x16xi8>) outs(%y1 : tensor<1x8x8x16xi32>) -> tensor<1x8x8x16xi32>
  return %0, %1 : tensor<1x56x56x64xi32>, tensor<1x8x8x16xi32>
}
