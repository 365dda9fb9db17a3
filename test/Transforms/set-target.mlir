// RUN: wino-opt %s --wino-set-target="cpu=cortex-a53" | FileCheck %s
// RUN: wino-opt %s --wino-set-target="cpu=cortex-a53" --wino-set-target | FileCheck %s
// RUN: wino-opt %s --wino-set-target="cpu=cortex-a53" --wino-assign-plans | FileCheck %s --check-prefixes=CHECK,PLAN
// RUN: wino-opt %s --wino-set-target="cpu=cortex-a53" --wino-assign-plans="cpu=cortex-a73" | FileCheck %s --check-prefix=OTHER
// RUN: wino-opt %s --wino-set-target | FileCheck %s --check-prefix=HOST
// RUN: wino-opt %s --wino-set-target="cpu=%S/Inputs/cpu.json" --wino-assign-plans | FileCheck %s --check-prefix=FILE
// RUN: not wino-opt %s --wino-set-target="cpu=z80" 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not wino-opt %s --wino-set-target="cpu=%S/Inputs/cpu-contradictory.json" 2>&1 | FileCheck %s --check-prefix=BAD
// RUN: not wino-opt %s --wino-assign-plans="cpu=%S/Inputs/none.json" 2>&1 | FileCheck %s --check-prefix=MISSING

// The CPU's description, and what plans take from it.
// CHECK: dlti.target_system_spec = #dlti.target_system_spec<"CPU" = #dlti.target_device_spec<
// CHECK-SAME: "issue" = {in_order = true, width = 2 : i64}
// CHECK-SAME: "name" = "cortex-a53"
// PLAN: transform = <F(3x3, 3x3)
// OTHER: transform = <F(4x4, 3x3)
// HOST: "name" = "host"
// FILE: "name" = "wide"
// FILE: vector = 8
// UNKNOWN: set-target.mlir:{{.*}}: error: unknown CPU 'z80'; known are cortex-a53, {{.*}}host and files of CPUs, *.json
// BAD: error: {{.*}}cpu-contradictory.json: caches[1].bytes: level 2 has 16384 bytes, fewer than the 32768 of the level before it
// MISSING: error: cannot read CPU file '{{.*}}none.json': No such file or directory

func.func @conv(%x: tensor<1x16x16x16xf32>, %f: tensor<3x3x16x16xf32>,
                %z: tensor<1x14x14x16xf32>) -> tensor<1x14x14x16xf32> {
  %y = linalg.conv_2d_nhwc_hwcf
    ins(%x, %f : tensor<1x16x16x16xf32>, tensor<3x3x16x16xf32>)
    outs(%z : tensor<1x14x14x16xf32>) -> tensor<1x14x14x16xf32>
  return %y : tensor<1x14x14x16xf32>
}
