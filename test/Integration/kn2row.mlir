// kn2row computes what plain loops do, of small integers, whose sums are exact:
// blocks of rows with a padded image, all rows with strides and dilations, a
// result in NCHW, and integers padded with a zero point.

// DEFINE: %{lower} = wino-opt --eliminate-empty-tensors --one-shot-bufferize="bufferize-function-boundaries=1 function-boundary-type-conversion=identity-layout-map" --convert-wino-to-vector --convert-linalg-to-loops --canonicalize --expand-strided-metadata --lower-affine --convert-scf-to-cf --convert-vector-to-llvm --finalize-memref-to-llvm --convert-arith-to-llvm --convert-index-to-llvm --convert-func-to-llvm --convert-cf-to-llvm --convert-ub-to-llvm --reconcile-unrealized-casts
// DEFINE: %{run} = mlir-runner -e main -entry-point-result=f32 -shared-libs=%runner-utils
// RUN: wino-opt %s --wino-apply-plan --canonicalize --cse --wino-absorb-epilogue \
// RUN:   --canonicalize --cse --wino-fold-transposes --wino-tile-and-fuse \
// RUN:   --canonicalize --cse -o %t.mlir
// RUN: FileCheck %s --input-file=%t.mlir
// RUN: %{lower} %t.mlir | %{run} > %t.wino
// RUN: %{lower} %s | %{run} > %t.loops
// RUN: cmp %t.wino %t.loops

// CHECK-LABEL: func @floats
// CHECK: wino.offset_add {{.*}} pad [0, 0, 1, 1] {{.*}} epilogue(
// CHECK: wino.offset_add strides [2, 1] dilations [1, 2] pad [0, 1, 2, 2] layout nchw
// CHECK-LABEL: func @integers
// CHECK: wino.im2row {{.*}} pad_value -3
// CHECK: wino.offset_add

#id = affine_map<(n, h, w, c) -> (n, h, w, c)>
#channel = affine_map<(n, h, w, c) -> (c)>

func.func @floats(%x: tensor<1x11x9x6xf32>, %f: tensor<3x3x6x10xf32>, %b: tensor<10xf32>, %g: tensor<2x3x10x7xf32>) -> tensor<1x7x6x9xf32> {
  %zero = arith.constant 0.0 : f32
  %pad = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<1x11x9x6xf32> to tensor<1x13x11x6xf32>
  %e = tensor.empty() : tensor<1x11x9x10xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<1x11x9x10xf32>) -> tensor<1x11x9x10xf32>
  %y = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = kn2row, schedule = <block = 4x0, k_block = 8, micro_tile = 3x8, vector = 4>>} ins(%pad, %f : tensor<1x13x11x6xf32>, tensor<3x3x6x10xf32>) outs(%z : tensor<1x11x9x10xf32>) -> tensor<1x11x9x10xf32>
  %r = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%y, %b : tensor<1x11x9x10xf32>, tensor<10xf32>) outs(%e : tensor<1x11x9x10xf32>) {
  ^bb0(%i: f32, %j: f32, %out: f32):
    %s = arith.addf %i, %j : f32
    %m = arith.maximumf %s, %zero : f32
    linalg.yield %m : f32
  } -> tensor<1x11x9x10xf32>
  %pad2 = tensor.pad %r low[0, 0, 2, 0] high[0, 1, 2, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<1x11x9x10xf32> to tensor<1x12x13x10xf32>
  %e2 = tensor.empty() : tensor<1x6x9x7xf32>
  %z2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<1x6x9x7xf32>) -> tensor<1x6x9x7xf32>
  %y2 = linalg.conv_2d_nhwc_hwcf {strides = dense<[2, 1]> : tensor<2xi64>, dilations = dense<[1, 2]> : tensor<2xi64>, wino.plan = #wino.plan<algorithm = kn2row, schedule = <block = 6x9, k_block = 4, micro_tile = 5x4, vector = 4, plane_padding = 16>>} ins(%pad2, %g : tensor<1x12x13x10xf32>, tensor<2x3x10x7xf32>) outs(%z2 : tensor<1x6x9x7xf32>) -> tensor<1x6x9x7xf32>
  %e3 = tensor.empty() : tensor<1x7x6x9xf32>
  %t = linalg.transpose ins(%y2 : tensor<1x6x9x7xf32>) outs(%e3 : tensor<1x7x6x9xf32>) permutation = [0, 3, 1, 2]
  return %t : tensor<1x7x6x9xf32>
}

func.func @integers(%x: tensor<1x6x7x5xi8>, %f: tensor<3x3x5x6xi8>) -> tensor<1x6x7x6xi32> {
  %point = arith.constant -3 : i8
  %zero = arith.constant 0 : i32
  %pad = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %point : i8
  } : tensor<1x6x7x5xi8> to tensor<1x8x9x5xi8>
  %e = tensor.empty() : tensor<1x6x7x6xi32>
  %z = linalg.fill ins(%zero : i32) outs(%e : tensor<1x6x7x6xi32>) -> tensor<1x6x7x6xi32>
  %y = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = kn2row, schedule = <block = 4x3, k_block = 8, c_block = 4, micro_tile = 5x8, vector = 4, group = 4>>} ins(%pad, %f : tensor<1x8x9x5xi8>, tensor<3x3x5x6xi8>) outs(%z : tensor<1x6x7x6xi32>) -> tensor<1x6x7x6xi32>
  return %y : tensor<1x6x7x6xi32>
}

// Integers in [-10, 10] that follow no row.
func.func @value_f32(%i: index) -> f32 {
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

func.func @value_i8(%i: index) -> i8 {
  %a = func.call @value_f32(%i) : (index) -> f32
  %b = arith.fptosi %a : f32 to i8
  return %b : i8
}

func.func @main() -> f32 {
  %x_flat = tensor.generate {
  ^bb0(%i: index):
    %v = func.call @value_f32(%i) : (index) -> f32
    tensor.yield %v : f32
  } : tensor<594xf32>
  %x = tensor.expand_shape %x_flat [[0, 1, 2, 3]] output_shape [1, 11, 9, 6] : tensor<594xf32> into tensor<1x11x9x6xf32>
  %f_flat = tensor.generate {
  ^bb0(%i: index):
    %v = func.call @value_f32(%i) : (index) -> f32
    tensor.yield %v : f32
  } : tensor<540xf32>
  %f = tensor.expand_shape %f_flat [[0, 1, 2, 3]] output_shape [3, 3, 6, 10] : tensor<540xf32> into tensor<3x3x6x10xf32>
  %b = tensor.generate {
  ^bb0(%i: index):
    %v = func.call @value_f32(%i) : (index) -> f32
    tensor.yield %v : f32
  } : tensor<10xf32>
  %g_flat = tensor.generate {
  ^bb0(%i: index):
    %v = func.call @value_f32(%i) : (index) -> f32
    tensor.yield %v : f32
  } : tensor<420xf32>
  %g = tensor.expand_shape %g_flat [[0, 1, 2, 3]] output_shape [2, 3, 10, 7] : tensor<420xf32> into tensor<2x3x10x7xf32>
  %xi_flat = tensor.generate {
  ^bb0(%i: index):
    %v = func.call @value_i8(%i) : (index) -> i8
    tensor.yield %v : i8
  } : tensor<210xi8>
  %xi = tensor.expand_shape %xi_flat [[0, 1, 2, 3]] output_shape [1, 6, 7, 5] : tensor<210xi8> into tensor<1x6x7x5xi8>
  %fi_flat = tensor.generate {
  ^bb0(%i: index):
    %v = func.call @value_i8(%i) : (index) -> i8
    tensor.yield %v : i8
  } : tensor<270xi8>
  %fi = tensor.expand_shape %fi_flat [[0, 1, 2, 3]] output_shape [3, 3, 5, 6] : tensor<270xi8> into tensor<3x3x5x6xi8>
  %y = func.call @floats(%x, %f, %b, %g) : (tensor<1x11x9x6xf32>, tensor<3x3x6x10xf32>, tensor<10xf32>, tensor<2x3x10x7xf32>) -> tensor<1x7x6x9xf32>
  %yi = func.call @integers(%xi, %fi) : (tensor<1x6x7x5xi8>, tensor<3x3x5x6xi8>) -> tensor<1x6x7x6xi32>
  %s = tensor.collapse_shape %y [[0, 1, 2, 3]] : tensor<1x7x6x9xf32> into tensor<378xf32>
  %si = tensor.collapse_shape %yi [[0, 1, 2, 3]] : tensor<1x6x7x6xi32> into tensor<252xi32>
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c252 = arith.constant 252 : index
  %c378 = arith.constant 378 : index
  %sum = scf.for %i = %c0 to %c378 step %c1 iter_args(%acc = %zero) -> f32 {
    %v = tensor.extract %s[%i] : tensor<378xf32>
    %w = func.call @value_f32(%i) : (index) -> f32
    %p = arith.mulf %v, %w : f32
    %next = arith.addf %acc, %p : f32
    scf.yield %next : f32
  }
  %total = scf.for %i = %c0 to %c252 step %c1 iter_args(%acc = %sum) -> f32 {
    %v = tensor.extract %si[%i] : tensor<252xi32>
    %vf = arith.sitofp %v : i32 to f32
    %w = func.call @value_f32(%i) : (index) -> f32
    %p = arith.mulf %vf, %w : f32
    %next = arith.addf %acc, %p : f32
    scf.yield %next : f32
  }
  return %total : f32
}
