// A network in NCHW: its transposes cancel around a padded pooling, and fold into
// both ends and the residual. It computes what plain loops do, of small integers,
// whose sums are exact.

// DEFINE: %{lower} = wino-opt --eliminate-empty-tensors --one-shot-bufferize="bufferize-function-boundaries=1 function-boundary-type-conversion=identity-layout-map" --convert-wino-to-vector --convert-linalg-to-loops --canonicalize --expand-strided-metadata --lower-affine --convert-scf-to-cf --convert-vector-to-llvm --finalize-memref-to-llvm --convert-arith-to-llvm --convert-index-to-llvm --convert-func-to-llvm --convert-cf-to-llvm --convert-ub-to-llvm --reconcile-unrealized-casts
// DEFINE: %{run} = mlir-runner -e main -entry-point-result=f32 -shared-libs=%runner-utils
// RUN: wino-opt %s --wino-assign-plans="cpu=cortex-a73 algorithm=winograd:F(2,3)" \
// RUN:   --wino-apply-plan --canonicalize --cse --wino-absorb-epilogue \
// RUN:   --canonicalize --cse --wino-fold-transposes --canonicalize -o %t.mlir
// RUN: FileCheck %s --input-file=%t.mlir
// RUN: %{lower} %t.mlir | %{run} > %t.wino
// RUN: %{lower} %s | %{run} > %t.loops
// RUN: cmp %t.wino %t.loops
// RUN: FileCheck %s --check-prefix=VALUES --input-file=%t.loops

// CHECK-LABEL: func @net
// CHECK: wino.input_transform {{.*}} layout nchw
// CHECK-NOT: linalg.transpose ins(%{{.*}} : tensor<1x
// CHECK: linalg.pooling_nhwc_max
// CHECK-NOT: linalg.transpose ins(%{{.*}} : tensor<1x
// CHECK: wino.output_transform {{.*}} layout nchw {{.*}} epilogue(%{{.*}} nchw :
// CHECK-NOT: linalg.transpose
// CHECK: return

// VALUES: 3.469050e+05

#id = affine_map<(n, c, h, w) -> (n, c, h, w)>

func.func @net(%x: tensor<1x5x14x13xf32>, %f: tensor<6x5x3x3xf32>, %g: tensor<7x6x3x3xf32>, %o: tensor<1x7x6x5xf32>) -> tensor<1x7x6x5xf32> {
  %zero = arith.constant 0.0 : f32
  %low = arith.constant 0xFF800000 : f32
  %e = tensor.empty() : tensor<1x6x12x11xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<1x6x12x11xf32>) -> tensor<1x6x12x11xf32>
  %y = linalg.conv_2d_nchw_fchw ins(%x, %f : tensor<1x5x14x13xf32>, tensor<6x5x3x3xf32>) outs(%z : tensor<1x6x12x11xf32>) -> tensor<1x6x12x11xf32>
  %p = tensor.pad %y low[0, 0, 1, 1] high[0, 0, 0, 0] {
  ^bb0(%a: index, %b: index, %c: index, %d: index):
    tensor.yield %low : f32
  } : tensor<1x6x12x11xf32> to tensor<1x6x13x12xf32>
  %k = tensor.empty() : tensor<2x2xf32>
  %pe = tensor.empty() : tensor<1x6x6x6xf32>
  %pz = linalg.fill ins(%low : f32) outs(%pe : tensor<1x6x6x6xf32>) -> tensor<1x6x6x6xf32>
  %q = linalg.pooling_nchw_max {dilations = dense<1> : tensor<2xi64>, strides = dense<2> : tensor<2xi64>} ins(%p, %k : tensor<1x6x13x12xf32>, tensor<2x2xf32>) outs(%pz : tensor<1x6x6x6xf32>) -> tensor<1x6x6x6xf32>
  %q2 = tensor.pad %q low[0, 0, 1, 1] high[0, 0, 1, 0] {
  ^bb0(%a: index, %b: index, %c: index, %d: index):
    tensor.yield %zero : f32
  } : tensor<1x6x6x6xf32> to tensor<1x6x8x7xf32>
  %e2 = tensor.empty() : tensor<1x7x6x5xf32>
  %z2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<1x7x6x5xf32>) -> tensor<1x7x6x5xf32>
  %y2 = linalg.conv_2d_nchw_fchw ins(%q2, %g : tensor<1x6x8x7xf32>, tensor<7x6x3x3xf32>) outs(%z2 : tensor<1x7x6x5xf32>) -> tensor<1x7x6x5xf32>
  %r = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%y2, %o : tensor<1x7x6x5xf32>, tensor<1x7x6x5xf32>) outs(%e2 : tensor<1x7x6x5xf32>) {
  ^bb0(%i: f32, %j: f32, %out: f32):
    %s = arith.addf %i, %j : f32
    linalg.yield %s : f32
  } -> tensor<1x7x6x5xf32>
  return %r : tensor<1x7x6x5xf32>
}

// Integers in [-10, 10] that follow no row.
func.func @value(%i: index) -> f32 {
  %c37 = arith.constant 37 : index
  %c21 = arith.constant 21 : index
  %ten = arith.constant 10.0 : f32
  %a = arith.muli %i, %c37 : index
  %b = arith.divui %a, %c21 : index
  %c = arith.addi %a, %b : index
  %d = arith.remui %c, %c21 : index
  %e = arith.index_cast %d : index to i64
  %f = arith.sitofp %e : i64 to f32
  %g = arith.subf %f, %ten : f32
  return %g : f32
}

func.func @main() -> f32 {
  %xf = tensor.generate {
  ^bb0(%i: index):
    %v = func.call @value(%i) : (index) -> f32
    tensor.yield %v : f32
  } : tensor<910xf32>
  %x = tensor.expand_shape %xf [[0, 1, 2, 3]] output_shape [1, 5, 14, 13] : tensor<910xf32> into tensor<1x5x14x13xf32>
  %ff = tensor.generate {
  ^bb0(%i: index):
    %v = func.call @value(%i) : (index) -> f32
    tensor.yield %v : f32
  } : tensor<270xf32>
  %f = tensor.expand_shape %ff [[0, 1, 2, 3]] output_shape [6, 5, 3, 3] : tensor<270xf32> into tensor<6x5x3x3xf32>
  %gf = tensor.generate {
  ^bb0(%i: index):
    %v = func.call @value(%i) : (index) -> f32
    tensor.yield %v : f32
  } : tensor<378xf32>
  %g = tensor.expand_shape %gf [[0, 1, 2, 3]] output_shape [7, 6, 3, 3] : tensor<378xf32> into tensor<7x6x3x3xf32>
  %of = tensor.generate {
  ^bb0(%i: index):
    %v = func.call @value(%i) : (index) -> f32
    tensor.yield %v : f32
  } : tensor<210xf32>
  %o = tensor.expand_shape %of [[0, 1, 2, 3]] output_shape [1, 7, 6, 5] : tensor<210xf32> into tensor<1x7x6x5xf32>
  %y = func.call @net(%x, %f, %g, %o) : (tensor<1x5x14x13xf32>, tensor<6x5x3x3xf32>, tensor<7x6x3x3xf32>, tensor<1x7x6x5xf32>) -> tensor<1x7x6x5xf32>
  %s = tensor.collapse_shape %y [[0, 1, 2, 3]] : tensor<1x7x6x5xf32> into tensor<210xf32>
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c210 = arith.constant 210 : index
  %sum = scf.for %i = %c0 to %c210 step %c1 iter_args(%acc = %zero) -> f32 {
    %v = tensor.extract %s[%i] : tensor<210xf32>
    %w = func.call @value(%i) : (index) -> f32
    %p = arith.mulf %v, %w : f32
    %next = arith.addf %acc, %p : f32
    scf.yield %next : f32
  }
  return %sum : f32
}
