// RUN: wino-opt %s --wino-assign-plans="cpu=cortex-a76" | FileCheck %s --check-prefix=EXACT
// RUN: wino-opt %s --wino-assign-plans="cpu=cortex-a76 max-error=0.5" | FileCheck %s --check-prefix=CHOSEN
// RUN: wino-opt %s --wino-assign-plans="cpu=cortex-a76 max-error=0.01" --remarks-filter="wino.*" --remark-format=emitRemark 2>%t | FileCheck %s --check-prefix=EXACT
// RUN: FileCheck %s --check-prefix=OVER --input-file=%t
// RUN: wino-opt %s --wino-assign-plans="cpu=cortex-a76 algorithm=winograd-quantized:F(2,3) max-error=0.5" | FileCheck %s --check-prefix=FORCED
// RUN: wino-opt %s --wino-assign-plans="cpu=cortex-a76 algorithm=winograd:F(4,3) max-error=0.5" | FileCheck %s --check-prefix=RING

// The default rule stays exact, unless an error is allowed and no larger.
// EXACT: algorithm = direct
// CHOSEN: algorithm = winograd, transform = <F({{.*}}, 3x3)>, numbers = #wino.quantized<max_error = 5.000000e-01 : f64, input = <per_tap>, filter = <per_tap>>
// OVER: Missed{{.*}}conv0 is not computed by winograd-quantized: error {{[0-9.]+}} of max |y| (relative {{[0-9.]+}}) on seeded data and weights > 0.01
// FORCED: algorithm = winograd, transform = <F(2x2, 3x3)>, numbers = #wino.quantized
// The kind stands for what is exact.
// RING: algorithm = winograd, transform = <F(4x4, 3x3)>, numbers = #wino.ring
func.func @layer(%x: tensor<1x30x30x128xi8>, %f: tensor<3x3x128x128xi8> {wino.weight}, %init: tensor<1x28x28x128xi32>) -> tensor<1x28x28x128xi32> {
  %y = linalg.conv_2d_nhwc_hwcf ins(%x, %f : tensor<1x30x30x128xi8>, tensor<3x3x128x128xi8>) outs(%init : tensor<1x28x28x128xi32>) -> tensor<1x28x28x128xi32>
  return %y : tensor<1x28x28x128xi32>
}
