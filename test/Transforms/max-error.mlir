// max-error is the largest predicted max |y' - y| / max |y| of a convolution in
// all passes that choose or apply plans, for floats as well.

// RUN: wino-opt %s --wino-assign-plans="cpu=cortex-a73" | FileCheck %s --check-prefix=ANY
// RUN: wino-opt %s --wino-assign-plans="cpu=cortex-a73 max-error=1e-6" | FileCheck %s --check-prefix=SMALL
// RUN: wino-opt %s --wino-search="cpu=cortex-a73 max-error=1e-6" | FileCheck %s --check-prefix=SMALL
// RUN: not wino-opt %s --wino-assign-plans="cpu=cortex-a73 max-error=1e-9" 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not wino-opt %s --wino-search="cpu=cortex-a73 max-error=1e-9" 2>&1 | FileCheck %s --check-prefix=SEARCH
// RUN: wino-opt %s --wino-assign-plans="cpu=cortex-a73 max-error=1e-6 algorithm=winograd" | FileCheck %s --check-prefix=SMALL
// RUN: not wino-opt %s --wino-assign-plans="cpu=cortex-a73 max-error=1e-6 algorithm=winograd:F(6,3)" 2>&1 | FileCheck %s --check-prefix=FORCED
// RUN: wino-opt %s --wino-assign-plans="cpu=cortex-a73" --wino-apply-plan="max-error=1e-6" --remarks-filter="wino.*" --remark-format=emitRemark 2>&1 | FileCheck %s --check-prefix=APPLY

// ANY: transform = <F({{[3-6]}}x{{[3-6]}}, 3x3)
// SMALL: algorithm = {{direct|winograd, transform = <F\(2x2, 3x3\)}}
// NONE: error: {{.*}}no plan of 'layer' keeps to the error budget: of the most accurate one, its predicted error of {{.*}}e-0{{.*}} of max |y| > 1e-09
// SEARCH: error: {{.*}}no plan of 'layer' keeps to an error of 1e-09: the smallest that is predicted is {{.*}}e-0{{.*}}, {{.*}} times as much
// FORCED: error: {{.*}}algorithm 'winograd:F(6,3)' applies to no convolution; the last: no variant keeps to an error of 1e-06
// APPLY: Missed{{.*}}layer is left as it is: its predicted error of {{.*}} of max |y| > 1e-06
// APPLY: linalg.conv_2d_nhwc_hwcf

func.func @network(%x: tensor<1x30x30x64xf32>, %f: tensor<3x3x64x64xf32>)
    -> tensor<1x28x28x64xf32> {
  %z = tensor.empty() : tensor<1x28x28x64xf32>
  %c = arith.constant 0.0 : f32
  %i = linalg.fill ins(%c : f32) outs(%z : tensor<1x28x28x64xf32>) -> tensor<1x28x28x64xf32>
  %0 = linalg.conv_2d_nhwc_hwcf
    ins(%x, %f : tensor<1x30x30x64xf32>, tensor<3x3x64x64xf32>)
    outs(%i : tensor<1x28x28x64xf32>) -> tensor<1x28x28x64xf32> loc("layer")
  return %0 : tensor<1x28x28x64xf32>
}
