// RUN: wino-opt %s --wino-search="cpu=cortex-a73" --remarks-filter="wino.*" --remark-format=emitRemark 2>&1 | FileCheck %s
// RUN: wino-opt %s --wino-search="cpu=cortex-a73 algorithms=direct" | FileCheck %s --check-prefix=DIRECT
// RUN: wino-opt %s --wino-search="cpu=cortex-a73 algorithms=winograd,direct tiles=2" | FileCheck %s --check-prefix=TILES
// RUN: wino-opt %s --wino-search="cpu=cortex-a73 lambda=1e15" | FileCheck %s --check-prefix=LAMBDA
// RUN: wino-opt %s --wino-search="cpu=cortex-a73" > %t.a
// RUN: wino-opt %s --wino-search="cpu=cortex-a73" > %t.b
// RUN: cmp %t.a %t.b
// RUN: wino-opt %s --wino-search="cpu=cortex-a73" --wino-export-plans=file=%t.json | FileCheck %s --check-prefix=PLAN
// RUN: FileCheck %s --check-prefix=JSON < %t.json
// RUN: wino-opt %s --wino-assign-plans="cpu=cortex-a73 plans=%t.json" > %t.c
// RUN: cmp %t.a %t.c
// RUN: wino-opt %s --wino-apply-plan=plans=%t.json > %t.d
// RUN: wino-opt %s --wino-search="cpu=cortex-a73" --wino-apply-plan > %t.f
// RUN: cmp %t.d %t.f

// CHECK: [Passed] Search | Category:wino | Remark="wide: winograd-float F({{.*}}, 3x3){{.*}} cycles, error {{.*}}e-0{{.*}} bytes; next {{.*}} cycles
// CHECK: narrow: direct, {{.*}} cycles, error {{.*}} bytes; next {{.*}} cycles
// CHECK: fixed: winograd-float F(2x2, 3x3), {{.*}}; there is no other
// CHECK: narrowed: im2row, {{.*}}; there is no other
// CHECK: 4 convolutions: {{.*}} cycles, largest error {{.*}} bytes; no selection of these candidates costs less
// CHECK-LABEL: func.func @network

// DIRECT-LABEL: func.func @network
// DIRECT: algorithm = direct
// DIRECT: algorithm = direct

// TILES-LABEL: func.func @network
// TILES: transform = <F(2x2, 3x3)

// LAMBDA-LABEL: func.func @network
// LAMBDA-NOT: F(4x4

// PLAN: wino.plan
// JSON: "fixed": "#wino.plan<algorithm = winograd, transform = <F(2x2, 3x3)>
// JSON: "narrow": "#wino.plan<algorithm = direct
// JSON: "wide": "#wino.plan<algorithm = winograd

func.func @network(%x: tensor<1x58x58x64xf32>, %f: tensor<3x3x64x64xf32>,
                   %g: tensor<1x1x64x64xf32>) -> tensor<1x52x52x64xf32> {
  %z0 = tensor.empty() : tensor<1x56x56x64xf32>
  %z1 = tensor.empty() : tensor<1x54x54x64xf32>
  %z2 = tensor.empty() : tensor<1x52x52x64xf32>
  %c = arith.constant 0.0 : f32
  %i0 = linalg.fill ins(%c : f32) outs(%z0 : tensor<1x56x56x64xf32>) -> tensor<1x56x56x64xf32>
  %i1 = linalg.fill ins(%c : f32) outs(%z1 : tensor<1x54x54x64xf32>) -> tensor<1x54x54x64xf32>
  %i2 = linalg.fill ins(%c : f32) outs(%z2 : tensor<1x52x52x64xf32>) -> tensor<1x52x52x64xf32>
  %0 = linalg.conv_2d_nhwc_hwcf
    ins(%x, %f : tensor<1x58x58x64xf32>, tensor<3x3x64x64xf32>)
    outs(%i0 : tensor<1x56x56x64xf32>) -> tensor<1x56x56x64xf32> loc("wide")
  %1 = linalg.conv_2d_nhwc_hwcf
    ins(%0, %g : tensor<1x56x56x64xf32>, tensor<1x1x64x64xf32>)
    outs(%i0 : tensor<1x56x56x64xf32>) -> tensor<1x56x56x64xf32> loc("narrow")
  // A plan stays.
  %2 = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = winograd,
      transform = <F(2x2, 3x3)>, schedule = <block = 27x27, k_block = 16,
      micro_tile = 6x16, vector = 4>>}
    ins(%1, %f : tensor<1x56x56x64xf32>, tensor<3x3x64x64xf32>)
    outs(%i1 : tensor<1x54x54x64xf32>) -> tensor<1x54x54x64xf32> loc("fixed")
  // A convolution can narrow its candidates.
  %3 = linalg.conv_2d_nhwc_hwcf {wino.candidates = ["im2row"]}
    ins(%2, %f : tensor<1x54x54x64xf32>, tensor<3x3x64x64xf32>)
    outs(%i2 : tensor<1x52x52x64xf32>) -> tensor<1x52x52x64xf32> loc("narrowed")
  return %3 : tensor<1x52x52x64xf32>
}
