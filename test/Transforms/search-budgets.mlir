// RUN: wino-opt %s --wino-search="cpu=cortex-a73" | FileCheck %s --check-prefix=ANY
// RUN: wino-opt %s --wino-search="cpu=cortex-a73 max-memory=200000" --remarks-filter="wino.*" --remark-format=emitRemark 2>&1 | FileCheck %s --check-prefix=SMALL
// RUN: not wino-opt %s --wino-search="cpu=cortex-a73 max-memory=100000" 2>&1 | FileCheck %s --check-prefix=MEMORY
// RUN: not wino-opt %s --wino-search="cpu=cortex-a73 max-error=1e-9" 2>&1 | FileCheck %s --check-prefix=ERROR
// RUN: not wino-opt %s --wino-search="cpu=cortex-a73 algorithms=kn2col" 2>&1 | FileCheck %s --check-prefix=NAME
// RUN: not wino-opt %s --wino-search="cpu=cortex-a73 algorithms=winograd:F(40,3)" 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not wino-opt %s --wino-search="cpu=cortex-a73 tiles=0" 2>&1 | FileCheck %s --check-prefix=TILE
// RUN: not wino-opt %s --wino-search="cpu=cortex-a73 lambda=-1" 2>&1 | FileCheck %s --check-prefix=LAMBDA
// RUN: not wino-opt %s --wino-search="cpu=cortex-a99" 2>&1 | FileCheck %s --check-prefix=CPU
// RUN: not wino-opt %s --wino-search="cpu=cortex-a73 max-error=-1" 2>&1 | FileCheck %s --check-prefix=NEGATIVE
// RUN: not wino-opt %s --wino-search="cpu=cortex-a73 threads=0" 2>&1 | FileCheck %s --check-prefix=THREADS
// RUN: not wino-opt %s --wino-search="cpu=cortex-a73 bits=3" 2>&1 | FileCheck %s --check-prefix=BITS
// RUN: not wino-opt %s --wino-export-plans 2>&1 | FileCheck %s --check-prefix=FILE

// ANY: transform = <F({{[3-6]}}x
// The filter as it is takes 147456 bytes, transformed it takes more.
// SMALL: layer: {{[a-z0-9]+}},{{.*}} 147456 + {{[0-9]+}} bytes
// SMALL: 1 convolutions: {{.*}} bytes; no selection of these candidates costs less
// MEMORY: error: {{.*}}no plans keep to 100000 bytes of packed weights and scratch: the network needs at least [[#]], [[#]] more; most of them, [[#]], are of 'layer'
// ERROR: error: {{.*}}no plan of 'layer' keeps to an error of 1e-09: the smallest that is predicted is {{.*}}e-0{{.*}}, {{.*}} times as much
// NAME: error: unknown algorithm 'kn2col'; known are
// NONE: error: 'F(40,3)' is no transform
// TILE: error: expected tiles of at least 1 pixel, but got 0
// LAMBDA: error: expected lambda to be a number that is not negative
// NEGATIVE: error: expected max-error to be a number that is not negative, but got -1
// THREADS: error: expected at least one thread, but got 0
// BITS: error: expected 4 to 16 bits, but got 3
// CPU: error: unknown CPU 'cortex-a99'
// FILE: error: expected a file to export plans to

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
