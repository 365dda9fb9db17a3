// RUN: wino-opt %s --wino-hoist-prepare --eliminate-empty-tensors \
// RUN:   --one-shot-bufferize="bufferize-function-boundaries=1 function-boundary-type-conversion=identity-layout-map" \
// RUN:   --canonicalize --cse \
// RUN:   --buffer-results-to-out-params="hoist-static-allocs=1 modify-public-functions=1" \
// RUN:   --wino-plan-memory="pack-weights=1 require-bounded=1" -o %t.planned
// RUN: (grep -v '^}$' %t.planned; sed -n 's|^// MAIN: ||p' %s; echo '}') > %t.mlir
// RUN: wino-opt %t.mlir --convert-linalg-to-loops --expand-strided-metadata \
// RUN:   --lower-affine --convert-scf-to-cf --convert-to-llvm \
// RUN:   --reconcile-unrealized-casts \
// RUN:   | mlir-runner -e main -entry-point-result=f32 | FileCheck %s

// The weights reach the function through the packed argument, and the buffers in
// the scratch do not destroy each other. With x = 1, b = 1 and w = 2 but for
// w[0, 1] = 5: y[0, 0] = 105 and y[1, 3] = 78.
// CHECK: 7.810500e+04
func.func @f(%x: tensor<4x4xf32>, %w: tensor<4x4xf32> {wino.weight},
             %b: tensor<4xf32> {wino.weight}) -> tensor<4x4xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x4xf32>
  %t = linalg.transpose ins(%w : tensor<4x4xf32>) outs(%e : tensor<4x4xf32>)
    permutation = [1, 0]
  %i = linalg.fill ins(%z : f32) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
  %m = linalg.matmul ins(%x, %t : tensor<4x4xf32>, tensor<4x4xf32>)
    outs(%i : tensor<4x4xf32>) -> tensor<4x4xf32>
  %bb = linalg.broadcast ins(%b : tensor<4xf32>) outs(%e : tensor<4x4xf32>)
    dimensions = [0]
  %s = linalg.add ins(%m, %bb : tensor<4x4xf32>, tensor<4x4xf32>)
    outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
  %y = linalg.matmul ins(%s, %t : tensor<4x4xf32>, tensor<4x4xf32>)
    outs(%i : tensor<4x4xf32>) -> tensor<4x4xf32>
  return %y : tensor<4x4xf32>
}

// MAIN: func.func @main() -> f32 {
// MAIN:   %c0 = arith.constant 0 : index
// MAIN:   %c1 = arith.constant 1 : index
// MAIN:   %c3 = arith.constant 3 : index
// MAIN:   %one = arith.constant 1.0 : f32
// MAIN:   %two = arith.constant 2.0 : f32
// MAIN:   %five = arith.constant 5.0 : f32
// MAIN:   %thousand = arith.constant 1000.0 : f32
// MAIN:   %x = memref.alloc() : memref<4x4xf32>
// MAIN:   %w = memref.alloc() : memref<4x4xf32>
// MAIN:   %y = memref.alloc() : memref<4x4xf32>
// MAIN:   %b = memref.alloc() : memref<4xf32>
// MAIN:   linalg.fill ins(%one : f32) outs(%x : memref<4x4xf32>)
// MAIN:   linalg.fill ins(%two : f32) outs(%w : memref<4x4xf32>)
// MAIN:   linalg.fill ins(%one : f32) outs(%b : memref<4xf32>)
// MAIN:   memref.store %five, %w[%c0, %c1] : memref<4x4xf32>
// MAIN:   %p = memref.alloc() {alignment = 64 : i64} : memref<80xi8>
// MAIN:   %s = memref.alloc() {alignment = 64 : i64} : memref<128xi8>
// MAIN:   call @f_prepare(%w, %b, %p) : (memref<4x4xf32>, memref<4xf32>, memref<80xi8>) -> ()
// MAIN:   call @f(%x, %y, %p, %s) : (memref<4x4xf32>, memref<4x4xf32>, memref<80xi8>, memref<128xi8>) -> ()
// MAIN:   %y00 = memref.load %y[%c0, %c0] : memref<4x4xf32>
// MAIN:   %y13 = memref.load %y[%c1, %c3] : memref<4x4xf32>
// MAIN:   %high = arith.mulf %y13, %thousand : f32
// MAIN:   %sum = arith.addf %high, %y00 : f32
// MAIN:   return %sum : f32
// MAIN: }
