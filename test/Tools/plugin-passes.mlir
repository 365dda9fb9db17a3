// The plugin's passes run in the packaged mlir-opt.

// RUN: %mlir-opt-with-wino %s \
// RUN:   --pass-pipeline="builtin.module(convert-wino-to-vector{vector-length=4})" \
// RUN:   | FileCheck %s

// CHECK-LABEL: func.func @lower
// CHECK-NOT: wino.output_transform
// CHECK: vector.store {{.*}} vector<4xf32>
func.func @lower(%m: memref<1x1x1x8x8x64xf32>, %y: memref<1x8x8x64xf32>) {
  wino.output_transform <F(1x1, 1x1)>
    ins(%m : memref<1x1x1x8x8x64xf32>) outs(%y : memref<1x8x8x64xf32>)
  return
}
