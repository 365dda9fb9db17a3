// RUN: wino-opt %s --wino-to-buffers-pipeline="cpu=cortex-a73 algorithm=winograd:F(4,3)" -o %t
// RUN: FileCheck %s < %t
// RUN: FileCheck %s --check-prefix=NONE < %t
// RUN: wino-opt %s --wino-to-buffers-pipeline="cpu=cortex-a73 algorithm=winograd:F(4,3) threads=2" -o %t
// RUN: FileCheck %s --check-prefix=THREADS < %t
// RUN: FileCheck %s --check-prefix=NONE < %t
// RUN: wino-opt %s --wino-to-buffers-pipeline="cpu=cortex-a73 pack-weights require-bounded" | FileCheck %s --check-prefix=PACK

// No buffer is copied or allocated, and none is as large as the whole of V
// (6x6x1x14x14x64) or M.
// NONE-NOT: memref.alloc
// NONE-NOT: 14x14x64xf32
// NONE-LABEL: func.func @network_prepare
// NONE-NOT: memref.alloc

// Two convolutions, the first with bias and relu, by blocks in one scratch; the
// function that runs once transforms the filters.
// CHECK-LABEL: func.func @network(
// CHECK-SAME: %[[X:[^:]*]]: memref<1x56x56x64xf32>
// CHECK-SAME: memref<4x6x6x1x64x16xf32> {wino.packed = 0 : i64}
// CHECK-SAME: {llvm.align = 64 : i64, llvm.noalias, wino.scratch})
// CHECK-SAME: wino.layers = [{algorithm = "winograd", {{.*}}transform = "F(4x4, 3x3)"
// CHECK-SAME: wino.prepare = @network_prepare
// CHECK-NOT: memref.copy
// CHECK: wino.input_transform <F(4x4, 3x3)> pad [1, 1, 1, 1] prefetch origin{{.*}} ins(%[[X]]
// CHECK: wino.output_transform <F(4x4, 3x3)>
// CHECK-SAME: epilogue(
// CHECK: arith.maximumf
// CHECK: wino.input_transform <F(4x4, 3x3)> pad [1, 1, 1, 1]
// CHECK: wino.output_transform
// CHECK: return
// CHECK-LABEL: func.func @network_prepare
// CHECK-COUNT-2: wino.filter_transform

// THREADS-LABEL: func.func @network(
// THREADS: scf.forall (%{{.*}}) = (0) to (14) step (7)
// THREADS-NOT: memref.copy
// THREADS: scf.forall (%{{.*}}) = (0) to (14) step (7)
// THREADS-NOT: memref.copy
// THREADS: func.func @network_prepare

// PACK-LABEL: func.func @network(
// PACK-SAME: memref<{{[0-9]+}}xi8> {{{.*}}wino.packed}
// PACK-SAME: wino.scratch
// PACK-LABEL: func.func @network_prepare
func.func @network(%x: tensor<1x56x56x64xf32>, %f: tensor<3x3x64x64xf32> {wino.weight}, %g: tensor<3x3x64x64xf32> {wino.weight}, %b: tensor<64xf32> {wino.weight}) -> tensor<1x56x56x64xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x56x56x64xf32>
  %p = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<1x56x56x64xf32> to tensor<1x58x58x64xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<1x56x56x64xf32>) -> tensor<1x56x56x64xf32>
  %y = linalg.conv_2d_nhwc_hwcf ins(%p, %f : tensor<1x58x58x64xf32>, tensor<3x3x64x64xf32>) outs(%z : tensor<1x56x56x64xf32>) -> tensor<1x56x56x64xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(n, h, w, c) -> (n, h, w, c)>, affine_map<(n, h, w, c) -> (c)>, affine_map<(n, h, w, c) -> (n, h, w, c)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%y, %b : tensor<1x56x56x64xf32>, tensor<64xf32>) outs(%e : tensor<1x56x56x64xf32>) {
  ^bb0(%i: f32, %j: f32, %out: f32):
    %s = arith.addf %i, %j : f32
    %m = arith.maximumf %s, %zero : f32
    linalg.yield %m : f32
  } -> tensor<1x56x56x64xf32>
  %q = tensor.pad %r low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<1x56x56x64xf32> to tensor<1x58x58x64xf32>
  %w = linalg.conv_2d_nhwc_hwcf ins(%q, %g : tensor<1x58x58x64xf32>, tensor<3x3x64x64xf32>) outs(%z : tensor<1x56x56x64xf32>) -> tensor<1x56x56x64xf32>
  return %w : tensor<1x56x56x64xf32>
}
