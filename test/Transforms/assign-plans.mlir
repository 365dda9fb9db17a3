// RUN: wino-opt %s --wino-assign-plans="cpu=cortex-a73" --remarks-filter="wino.*" --remark-format=emitRemark 2>&1 | FileCheck %s
// RUN: wino-opt %s --wino-assign-plans="cpu=cortex-a73 algorithm=im2row" | FileCheck %s --check-prefix=IM2ROW
// RUN: wino-opt %s --wino-assign-plans="cpu=cortex-a73 algorithm=kn2row" | FileCheck %s --check-prefix=KN2ROW
// RUN: wino-opt %s --wino-assign-plans="cpu=cortex-a73 algorithm=direct" | FileCheck %s --check-prefix=DIRECT
// RUN: wino-opt %s --wino-assign-plans="cpu=cortex-a73 algorithm=loops" | FileCheck %s --check-prefix=LOOPS
// RUN: wino-opt %s --wino-assign-plans="cpu=cortex-a73 algorithm=winograd" --remarks-filter="wino.*" --remark-format=emitRemark 2>&1 | FileCheck %s --check-prefix=WINOGRAD
// RUN: wino-opt %s --wino-assign-plans="cpu=cortex-a73 algorithm=winograd:F(2,3)" | FileCheck %s --check-prefix=F2
// RUN: wino-opt %s --wino-assign-plans="algorithm=winograd:F(2x4,3x3),rows=[0,1,-1,inf]" | FileCheck %s --check-prefix=FPOINTS
// RUN: wino-opt %s --pass-pipeline="builtin.module(func.func(wino-assign-plans{cpu=cortex-a53}))" | FileCheck %s --check-prefix=NESTED
// RUN: split-file %S/Inputs/plans.txt %t
// RUN: wino-opt %s --wino-assign-plans="cpu=cortex-a73 plans=%t/good.json" | FileCheck %s --check-prefix=PLANS
// RUN: wino-opt %s --wino-assign-plans="plans=%t/good.json algorithm=loops" | FileCheck %s --check-prefix=BOTH

// The default rule: Winograd for a 3x3 filter, direct for the rest.
// CHECK: remark: [Passed] AssignPlan | Category:wino | Remark="conv0: winograd F({{[4-6]x[4-6]}}, 3x3){{.*}}"
// CHECK: remark: {{.*}}[Passed] AssignPlan | Category:wino | Remark="strided: direct"
// CHECK: remark: [Passed] AssignPlan | Category:wino | Remark="conv2: direct"
// CHECK: remark: [Passed] AssignPlan | Category:wino | Remark="conv3: direct"
// CHECK: remark: [Passed] AssignPlan | Category:wino | Remark="conv4: winograd F(2x2, 3x3)"
// CHECK-LABEL: func @layers
// CHECK: linalg.conv_2d_nhwc_hwcf {{{.*}}wino.plan = #wino.plan<algorithm = winograd, transform = <F({{[4-6]x[4-6]}}, 3x3){{.*}}>, schedule = <block = {{[0-9]+x[0-9]+}}, k_block = {{[0-9]+}}, micro_tile = {{[0-9]+x[0-9]+}}, vector = 4, plane_padding = 16{{(, on_the_fly)?}}, prefetch>>}
// CHECK: linalg.conv_2d_nhwc_hwcf {{{.*}}wino.plan = #wino.plan<algorithm = direct, schedule = <block = {{[0-9]+}}x28, k_block = 64, {{.*}}vector = 4{{.*}}>>}
// CHECK: linalg.conv_2d_nhwc_hwcf {{{.*}}wino.plan = #wino.plan<algorithm = direct, {{.*}}>}
// CHECK: linalg.matmul {wino.plan = #wino.plan<algorithm = direct, {{.*}}>}
// A plan in the IR stays.
// CHECK: linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = winograd, transform = <F(2x2, 3x3)>, schedule = <block = 1x1, k_block = 8, micro_tile = 2x8, vector = 8>>}

// A forced algorithm replaces it.
// IM2ROW-LABEL: func @layers
// IM2ROW-COUNT-5: wino.plan = #wino.plan<algorithm = im2row
// IM2ROW-NOT: winograd

// KN2ROW-LABEL: func @layers
// KN2ROW-COUNT-5: wino.plan = #wino.plan<algorithm = kn2row, schedule
// KN2ROW-NOT: winograd

// DIRECT-LABEL: func @layers
// DIRECT-COUNT-5: wino.plan = #wino.plan<algorithm = direct, schedule
// DIRECT-NOT: winograd

// LOOPS-LABEL: func @layers
// LOOPS-COUNT-5: wino.plan = #wino.plan<algorithm = loops>

// Where the forced algorithm does not apply the default rule does.
// WINOGRAD: remark: {{.*}}[Missed] AssignPlan | Category:wino | Remark="strided is not computed by winograd: winograd needs stride 1, dilation 1 and a filter of 2 to 7 taps along an axis"
// WINOGRAD: remark: {{.*}}[Passed] AssignPlan | Category:wino | Remark="strided: direct"
// WINOGRAD-LABEL: func @layers
// WINOGRAD: algorithm = winograd
// WINOGRAD: algorithm = direct
// WINOGRAD: algorithm = direct
// WINOGRAD: algorithm = direct
// WINOGRAD: algorithm = winograd

// F2-LABEL: func @layers
// F2: transform = <F(2x2, 3x3)>
// F2: transform = <F(2x2, 3x3)>, schedule = <{{.*}}vector = 4,

// FPOINTS-LABEL: func @layers
// FPOINTS: transform = <F(2x4, 3x3), rows = [0, 1, -1, inf]>

// NESTED-LABEL: func @layers
// NESTED-COUNT-5: wino.plan =

// Names are the locations of the ops, or their numbers in their function. A
// name may stand in several functions.
// PLANS-LABEL: func @layers
// PLANS: wino.plan = #wino.plan<algorithm = im2row, schedule = <block = 1x1, k_block = 16, micro_tile = 1x16, vector = 4>>
// PLANS: wino.plan = #wino.plan<algorithm = loops>
// PLANS-LABEL: func @other
// PLANS: wino.plan = #wino.plan<algorithm = im2row, schedule = <block = 1x1, k_block = 16, micro_tile = 1x16, vector = 4>>

// A plan by name goes before a forced algorithm.
// BOTH-LABEL: func @layers
// BOTH: wino.plan = #wino.plan<algorithm = im2row, schedule = <block = 1x1, k_block = 16, micro_tile = 1x16, vector = 4>>
// BOTH-COUNT-4: wino.plan = #wino.plan<algorithm = loops>
func.func @layers(%x: tensor<1x58x58x64xf32>, %f: tensor<3x3x64x64xf32>, %f1: tensor<1x1x64x64xf32>, %y: tensor<1x56x56x64xf32>, %ys: tensor<1x28x28x64xf32>, %y1: tensor<1x58x58x64xf32>, %a: tensor<8x64xf32>, %w: tensor<64x10xf32> {wino.weight}, %b: tensor<8x10xf32>) {
  %0 = linalg.conv_2d_nhwc_hwcf ins(%x, %f : tensor<1x58x58x64xf32>, tensor<3x3x64x64xf32>) outs(%y : tensor<1x56x56x64xf32>) -> tensor<1x56x56x64xf32>
  %1 = linalg.conv_2d_nhwc_hwcf {strides = dense<2> : tensor<2xi64>} ins(%x, %f : tensor<1x58x58x64xf32>, tensor<3x3x64x64xf32>) outs(%ys : tensor<1x28x28x64xf32>) -> tensor<1x28x28x64xf32> loc("strided")
  %2 = linalg.conv_2d_nhwc_hwcf ins(%x, %f1 : tensor<1x58x58x64xf32>, tensor<1x1x64x64xf32>) outs(%y1 : tensor<1x58x58x64xf32>) -> tensor<1x58x58x64xf32>
  %3 = linalg.matmul ins(%a, %w : tensor<8x64xf32>, tensor<64x10xf32>) outs(%b : tensor<8x10xf32>) -> tensor<8x10xf32>
  %4 = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = winograd, transform = <F(2x2, 3x3)>, schedule = <block = 1x1, k_block = 8, micro_tile = 2x8, vector = 8>>} ins(%x, %f : tensor<1x58x58x64xf32>, tensor<3x3x64x64xf32>) outs(%y : tensor<1x56x56x64xf32>) -> tensor<1x56x56x64xf32>
  return
}

// A function without the convolution that a plan names is no error.
func.func @other(%x: tensor<?x?x?x64xf32>, %f: tensor<3x3x64x64xf32>, %y: tensor<?x?x?x64xf32>) -> tensor<?x?x?x64xf32> {
  %0 = linalg.conv_2d_nhwc_hwcf ins(%x, %f : tensor<?x?x?x64xf32>, tensor<3x3x64x64xf32>) outs(%y : tensor<?x?x?x64xf32>) -> tensor<?x?x?x64xf32>
  return %0 : tensor<?x?x?x64xf32>
}

func.func private @declared(tensor<1xf32>)

func.func @nothing(%x: tensor<1xf32>) -> tensor<1xf32> {
  return %x : tensor<1xf32>
}
