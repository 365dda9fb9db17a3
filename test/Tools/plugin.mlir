// The packaged mlir-opt, which knows nothing of Wino, loads the plugin.

// RUN: not %mlir-opt-preload %s 2>&1 | FileCheck %s --check-prefix=WITHOUT
// WITHOUT: error: {{.*}}wino

// RUN: %mlir-opt-with-wino %s --pass-pipeline="builtin.module(canonicalize,cse)" \
// RUN:   | FileCheck %s

// Both entry points at once register everything once.
// RUN: %mlir-opt-with-wino %s --load-pass-plugin=%wino-plugin | FileCheck %s

// CHECK-LABEL: func.func @transform
// CHECK: wino.filter_transform <F(4x4, 3x3)>
func.func @transform(%f: tensor<3x3x64x128xf32>, %init: tensor<6x6x64x128xf32>)
    -> tensor<6x6x64x128xf32> {
  %u = wino.filter_transform <F(4x4, 3x3)>
    ins(%f : tensor<3x3x64x128xf32>)
    outs(%init : tensor<6x6x64x128xf32>) -> tensor<6x6x64x128xf32>
  return %u : tensor<6x6x64x128xf32>
}

// RUN: not %mlir-opt-with-wino %s \
// RUN:   --pass-pipeline="builtin.module(wino-no-such-pass)" 2>&1 \
// RUN:   | FileCheck %s --check-prefix=UNKNOWN
// UNKNOWN: 'wino-no-such-pass' does not refer to a registered pass
