// RUN: split-file %S/Inputs/tuning.txt %t
// RUN: wino-opt %s --wino-search="cpu=cortex-a73 tuning=%t/user.json" --remarks-filter="wino.*" --remark-format=emitRemark 2>&1 | FileCheck %s --check-prefix=USER
// RUN: wino-opt %s --wino-search="cpu=cortex-a73 tuning=%t/user.json,%t/system.json" --remarks-filter="wino.*" --remark-format=emitRemark 2>&1 | FileCheck %s --check-prefix=USER
// RUN: wino-opt %s --wino-search="cpu=cortex-a73 tuning=%t/system.json,%t/user.json" --remarks-filter="wino.*" --remark-format=emitRemark 2>&1 | FileCheck %s --check-prefix=SYSTEM
// RUN: wino-opt %s --wino-search="cpu=cortex-a53 tuning=%t/user.json" --remarks-filter="wino.*" --remark-format=emitRemark 2>&1 | FileCheck %s --check-prefix=OTHER
// RUN: not wino-opt %s --wino-search="cpu=cortex-a73 tuning=%t/stale.json" 2>&1 | FileCheck %s --check-prefix=STALE
// RUN: not wino-opt %s --wino-search="cpu=cortex-a73 tuning=%t/misfit.json" 2>&1 | FileCheck %s --check-prefix=MISFIT
// RUN: not wino-opt %s --wino-search="cpu=cortex-a73 tuning=%t/no-plan.json" 2>&1 | FileCheck %s --check-prefix=NOPLAN
// RUN: not wino-opt %s --wino-search="cpu=cortex-a73 tuning=%t/none.json" 2>&1 | FileCheck %s --check-prefix=NONE

// Two plans have times; the direct one is the cheapest by far.
// USER: layer: direct, 1000 ns, {{.*}}; next {{.*}} ns
// USER: 1 convolutions: 1000 ns, {{.*}}; 1 of them have measured times;
// The system's times are others.
// SYSTEM: layer: winograd-float F(4x4, 3x3), 1500 ns, {{.*}}; next {{.*}} ns
// For another CPU there is nothing.
// OTHER: Missed{{.*}}the tuning databases have no times of 'cortex-a53', so models alone are compared; they have times of cortex-a73
// OTHER: layer: winograd-float {{.*}} cycles, {{.*}}; next {{.*}} cycles
// STALE: error: {{.*}}stale.json: wino_version: the measurements are of Wino 0.0.1, and this is {{.*}}: measure again
// MISFIT: error: {{.*}}a tuning database has a time of 'layer' for a plan that does not apply: {{.*}}
// NOPLAN: error: {{.*}}a tuning database has a time of 'layer' for something else than a #wino.plan: #wino.transform<F(2x2, 3x3)>
// NONE: error: cannot read tuning database '{{.*}}none.json': No such file or directory

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
