// RUN: wino-opt %s -transform-interpreter -canonicalize -cse -split-input-file | FileCheck %s

// The output transform: pixels are m times the tiles, cropped at the border,
// and so are channels; operands of the epilogue are sliced alike.
// CHECK-LABEL: func @chain
// CHECK: %[[M:.*]] = wino.hadamard
// CHECK: scf.for %[[N:.*]] = %c0 to %c3 step %c1
// CHECK: scf.for %[[S:.*]] = %c0 to %c7 step %c2
// CHECK: scf.for %[[T:.*]] = %c0 to %c7 step %c3
// CHECK: scf.for %[[K:.*]] = %c0 to %c64 step %c32
// CHECK-DAG: %[[MK:.*]] = tensor.extract_slice %[[M]][0, 0, %[[N]], %[[S]], %[[T]], %[[K]]] [6, 6, 1, %{{.*}}, %{{.*}}, 32]
// CHECK: wino.output_transform <F(4x4, 3x3)> ins(%[[MK]] : tensor<6x6x1x?x?x32xf32>) outs(%{{.*}} : tensor<1x?x?x?xf32>) epilogue(%{{.*}}, %{{.*}} : tensor<?xf32>, tensor<1x?x?x?xf32>)
func.func @chain(%x: tensor<3x30x30x16xf32>, %u: tensor<2x6x6x2x16x16xf32>, %bias: tensor<60xf32>, %other: tensor<3x28x27x60xf32>, %y: tensor<3x28x27x60xf32>) -> tensor<3x28x27x60xf32> {
  %vi = tensor.empty() : tensor<6x6x3x7x7x16xf32>
  %mi = tensor.empty() : tensor<6x6x3x7x7x64xf32>
  %v = wino.input_transform <F(4x4, 3x3)> pad [0, 0, 0, 0] ins(%x : tensor<3x30x30x16xf32>) outs(%vi : tensor<6x6x3x7x7x16xf32>) -> tensor<6x6x3x7x7x16xf32>
  %m = wino.hadamard ins(%v, %u : tensor<6x6x3x7x7x16xf32>, tensor<2x6x6x2x16x16xf32>) outs(%mi : tensor<6x6x3x7x7x64xf32>) -> tensor<6x6x3x7x7x64xf32>
  %r = wino.output_transform <F(4x4, 3x3)> ins(%m : tensor<6x6x3x7x7x64xf32>) outs(%y : tensor<3x28x27x60xf32>) epilogue(%bias, %other : tensor<60xf32>, tensor<3x28x27x60xf32>) {
  ^bb0(%sum: f32, %b: f32, %o: f32):
    %1 = arith.addf %sum, %b : f32
    %2 = arith.addf %1, %o : f32
    wino.yield %2 : f32
  } -> tensor<3x28x27x60xf32>
  return %r : tensor<3x28x27x60xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["wino.output_transform"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l:4 = transform.structured.tile_using_for %op tile_sizes [0, 0, 1, 2, 3, 32] : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op, !transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// The same in NCHW, with an operand of the epilogue in NHWC.
// CHECK-LABEL: func @nchw
// CHECK-SAME: %[[X:[^:]*]]: tensor<3x16x30x30xf32>
// CHECK: scf.for %[[N:.*]] = %c0 to %c3 step %c1
// CHECK: scf.for %[[S:.*]] = %c0 to %c7 step %c2
// CHECK: scf.for %[[K:.*]] = %c0 to %c64 step %c32
// CHECK-DAG: %[[XN:.*]] = tensor.extract_slice %[[X]][%[[N]], 0, 0, 0] [1, 16, 30, 30]
// CHECK-DAG: wino.input_transform <F(4x4, 3x3)> pad [0, 0, 0, 0] layout nchw origin[%[[S]], %c0] ins(%[[XN]] : tensor<1x16x30x30xf32>)
// CHECK-DAG: %[[ROW:.*]] = affine.apply #{{.*}}(%[[S]])
// CHECK-DAG: tensor.extract_slice %{{.*}}[%[[N]], %[[K]], %[[ROW]], 0] [1, %{{.*}}, %{{.*}}, 27] [1, 1, 1, 1] : tensor<3x60x28x27xf32>
// CHECK-DAG: tensor.extract_slice %{{.*}}[%[[N]], %[[ROW]], 0, %[[K]]] [1, %{{.*}}, 27, %{{.*}}] [1, 1, 1, 1] : tensor<3x28x27x60xf32>
// CHECK: wino.output_transform <F(4x4, 3x3)> layout nchw ins(%{{.*}} : tensor<6x6x1x?x7x32xf32>) outs(%{{.*}} : tensor<1x?x?x27xf32>) epilogue(%{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} nchw : tensor<?xf32>, tensor<1x?x27x?xf32>, tensor<1x?x?x27xf32>)
func.func @nchw(%x: tensor<3x16x30x30xf32>, %u: tensor<2x6x6x2x16x16xf32>, %bias: tensor<60xf32>, %other: tensor<3x28x27x60xf32>, %residual: tensor<3x60x28x27xf32>, %y: tensor<3x60x28x27xf32>) -> tensor<3x60x28x27xf32> {
  %vi = tensor.empty() : tensor<6x6x3x7x7x16xf32>
  %mi = tensor.empty() : tensor<6x6x3x7x7x64xf32>
  %v = wino.input_transform <F(4x4, 3x3)> pad [0, 0, 0, 0] layout nchw ins(%x : tensor<3x16x30x30xf32>) outs(%vi : tensor<6x6x3x7x7x16xf32>) -> tensor<6x6x3x7x7x16xf32>
  %m = wino.hadamard ins(%v, %u : tensor<6x6x3x7x7x16xf32>, tensor<2x6x6x2x16x16xf32>) outs(%mi : tensor<6x6x3x7x7x64xf32>) -> tensor<6x6x3x7x7x64xf32>
  %r = wino.output_transform <F(4x4, 3x3)> layout nchw ins(%m : tensor<6x6x3x7x7x64xf32>) outs(%y : tensor<3x60x28x27xf32>) epilogue(%bias, %other, %residual nchw : tensor<60xf32>, tensor<3x28x27x60xf32>, tensor<3x60x28x27xf32>) {
  ^bb0(%sum: f32, %b: f32, %o: f32, %s: f32):
    %1 = arith.addf %sum, %b : f32
    %2 = arith.addf %1, %o : f32
    %3 = arith.addf %2, %s : f32
    wino.yield %3 : f32
  } -> tensor<3x60x28x27xf32>
  return %r : tensor<3x60x28x27xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["wino.output_transform"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l:3 = transform.structured.fuse %op tile_sizes [0, 0, 1, 2, 0, 32] : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// The whole chain: the image is sliced by the batch only, its tile told by the
// origin.
// CHECK-LABEL: func @chain
// CHECK-NOT: wino.
// CHECK: scf.for %[[N:.*]] = %c0 to %c3 step %c1
// CHECK: scf.for %[[S:.*]] = %c0 to %c7 step %c2
// CHECK: scf.for %[[T:.*]] = %c0 to %c7 step %c3
// CHECK: scf.for
// CHECK: wino.input_transform <F(4x4, 3x3)> pad [0, 0, 0, 0] origin[%[[S]], %[[T]]] ins(%{{.*}} : tensor<1x30x30x16xf32>)
// CHECK: wino.hadamard ins(%{{.*}}, %{{.*}} : tensor<6x6x1x?x?x16xf32>, tensor<1x6x6x2x16x16xf32>)
// CHECK: wino.output_transform
func.func @chain(%x: tensor<3x30x30x16xf32>, %u: tensor<2x6x6x2x16x16xf32>, %bias: tensor<60xf32>, %other: tensor<3x28x27x60xf32>, %y: tensor<3x28x27x60xf32>) -> tensor<3x28x27x60xf32> {
  %vi = tensor.empty() : tensor<6x6x3x7x7x16xf32>
  %mi = tensor.empty() : tensor<6x6x3x7x7x64xf32>
  %v = wino.input_transform <F(4x4, 3x3)> pad [0, 0, 0, 0] ins(%x : tensor<3x30x30x16xf32>) outs(%vi : tensor<6x6x3x7x7x16xf32>) -> tensor<6x6x3x7x7x16xf32>
  %m = wino.hadamard ins(%v, %u : tensor<6x6x3x7x7x16xf32>, tensor<2x6x6x2x16x16xf32>) outs(%mi : tensor<6x6x3x7x7x64xf32>) -> tensor<6x6x3x7x7x64xf32>
  %r = wino.output_transform <F(4x4, 3x3)> ins(%m : tensor<6x6x3x7x7x64xf32>) outs(%y : tensor<3x28x27x60xf32>) epilogue(%bias, %other : tensor<60xf32>, tensor<3x28x27x60xf32>) {
  ^bb0(%sum: f32, %b: f32, %o: f32):
    %1 = arith.addf %sum, %b : f32
    %2 = arith.addf %1, %o : f32
    wino.yield %2 : f32
  } -> tensor<3x28x27x60xf32>
  return %r : tensor<3x28x27x60xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["wino.output_transform"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l:4 = transform.structured.fuse %op tile_sizes [0, 0, 1, 2, 3, 32] : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op, !transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Hadamard alone: blocks of the packed filter are whole.
// CHECK-LABEL: func @chain
// CHECK: scf.for %[[T:.*]] = %c0 to %c7 step %c3
// CHECK: scf.for %[[K:.*]] = %c0 to %c64 step %c32
// CHECK: %[[B:.*]] = affine.apply #{{.*}}(%[[K]])
// CHECK: tensor.extract_slice %{{.*}}[%[[B]], 0, 0, 0, 0, 0] [1, 6, 6, 2, 16, 16]
// CHECK: wino.hadamard ins(%{{.*}}, %{{.*}} : tensor<6x6x3x7x?x16xf32>, tensor<1x6x6x2x16x16xf32>)
func.func @chain(%x: tensor<3x30x30x16xf32>, %u: tensor<2x6x6x2x16x16xf32>, %bias: tensor<60xf32>, %other: tensor<3x28x27x60xf32>, %y: tensor<3x28x27x60xf32>) -> tensor<3x28x27x60xf32> {
  %vi = tensor.empty() : tensor<6x6x3x7x7x16xf32>
  %mi = tensor.empty() : tensor<6x6x3x7x7x64xf32>
  %v = wino.input_transform <F(4x4, 3x3)> pad [0, 0, 0, 0] ins(%x : tensor<3x30x30x16xf32>) outs(%vi : tensor<6x6x3x7x7x16xf32>) -> tensor<6x6x3x7x7x16xf32>
  %m = wino.hadamard ins(%v, %u : tensor<6x6x3x7x7x16xf32>, tensor<2x6x6x2x16x16xf32>) outs(%mi : tensor<6x6x3x7x7x64xf32>) -> tensor<6x6x3x7x7x64xf32>
  %r = wino.output_transform <F(4x4, 3x3)> ins(%m : tensor<6x6x3x7x7x64xf32>) outs(%y : tensor<3x28x27x60xf32>) epilogue(%bias, %other : tensor<60xf32>, tensor<3x28x27x60xf32>) {
  ^bb0(%sum: f32, %b: f32, %o: f32):
    %1 = arith.addf %sum, %b : f32
    %2 = arith.addf %1, %o : f32
    wino.yield %2 : f32
  } -> tensor<3x28x27x60xf32>
  return %r : tensor<3x28x27x60xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["wino.hadamard"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l:2 = transform.structured.tile_using_for %op tile_sizes [0, 0, 0, 0, 3, 32] : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Tiling twice adds the origins up.
// CHECK: #[[$SUM:.*]] = affine_map<(d0, d1) -> (d0 + d1)>
// CHECK-LABEL: func @chain
// CHECK: scf.for %[[S:.*]] = %c0 to %c7 step %c4
// CHECK: scf.for %[[T:.*]] = %c0 to %{{.*}} step %c2
// CHECK: %[[O:.*]] = affine.apply #[[$SUM]](%[[T]], %[[S]])
// CHECK: wino.input_transform {{.*}} origin[%[[O]], %c0] ins(%{{.*}} : tensor<3x30x30x16xf32>)
func.func @chain(%x: tensor<3x30x30x16xf32>, %u: tensor<2x6x6x2x16x16xf32>, %bias: tensor<60xf32>, %other: tensor<3x28x27x60xf32>, %y: tensor<3x28x27x60xf32>) -> tensor<3x28x27x60xf32> {
  %vi = tensor.empty() : tensor<6x6x3x7x7x16xf32>
  %mi = tensor.empty() : tensor<6x6x3x7x7x64xf32>
  %v = wino.input_transform <F(4x4, 3x3)> pad [0, 0, 0, 0] ins(%x : tensor<3x30x30x16xf32>) outs(%vi : tensor<6x6x3x7x7x16xf32>) -> tensor<6x6x3x7x7x16xf32>
  %m = wino.hadamard ins(%v, %u : tensor<6x6x3x7x7x16xf32>, tensor<2x6x6x2x16x16xf32>) outs(%mi : tensor<6x6x3x7x7x64xf32>) -> tensor<6x6x3x7x7x64xf32>
  %r = wino.output_transform <F(4x4, 3x3)> ins(%m : tensor<6x6x3x7x7x64xf32>) outs(%y : tensor<3x28x27x60xf32>) epilogue(%bias, %other : tensor<60xf32>, tensor<3x28x27x60xf32>) {
  ^bb0(%sum: f32, %b: f32, %o: f32):
    %1 = arith.addf %sum, %b : f32
    %2 = arith.addf %1, %o : f32
    wino.yield %2 : f32
  } -> tensor<3x28x27x60xf32>
  return %r : tensor<3x28x27x60xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["wino.input_transform"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.tile_using_for %op tile_sizes [0, 0, 0, 4] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    %t2, %l2 = transform.structured.tile_using_for %t tile_sizes [0, 0, 0, 2] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Dynamic sizes, an origin of its own, and tiles of the batch.
// CHECK-LABEL: func @im2row
// CHECK-SAME: %[[I:[^:]*]]: index, %[[J:[^:]*]]: index
// CHECK: scf.for %[[N:.*]] = %c0 to %{{.*}} step %c2
// CHECK: scf.for %[[S:.*]] = %c0 to %{{.*}} step %c3
// CHECK: scf.for %[[T:.*]] = %c0 to %{{.*}} step %c4
// CHECK: tensor.extract_slice %{{.*}}[%[[N]], 0, 0, 0]
// CHECK: %[[A:.*]] = affine.apply #{{.*}}(%[[S]])[%[[I]]]
// CHECK: %[[B:.*]] = affine.apply #{{.*}}(%[[T]])[%[[J]]]
// CHECK: wino.im2row {{.*}} origin[%[[A]], %[[B]]] ins(%{{.*}} : tensor<?x?x?x2xf32>) outs(%{{.*}} : tensor<1x1x?x?x?x20xf32>)
func.func @im2row(%x: tensor<?x?x?x2xf32>, %p: tensor<1x1x?x?x?x20xf32>, %i: index, %j: index) -> tensor<1x1x?x?x?x20xf32> {
  %0 = wino.im2row kernel [3, 3] strides [2, 2] dilations [1, 1] pad [1, 1, 1, 1] origin[%i, %j] ins(%x : tensor<?x?x?x2xf32>) outs(%p : tensor<1x1x?x?x?x20xf32>) -> tensor<1x1x?x?x?x20xf32>
  return %0 : tensor<1x1x?x?x?x20xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["wino.im2row"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l:3 = transform.structured.tile_using_for %op tile_sizes [0, 0, 2, 3, 4] : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Channels of a filter that are not padded.
// CHECK-LABEL: func @filter
// CHECK: scf.for
// CHECK: wino.filter_transform <F(4x4, 3x3)> ins(%{{.*}} : tensor<3x3x4x16xf32>) outs(%{{.*}} : tensor<6x6x4x20xf32>)
func.func @filter(%f: tensor<3x3x8x16xf32>, %u: tensor<6x6x8x20xf32>) -> tensor<6x6x8x20xf32> {
  %0 = wino.filter_transform <F(4x4, 3x3)> ins(%f : tensor<3x3x8x16xf32>) outs(%u : tensor<6x6x8x20xf32>) -> tensor<6x6x8x20xf32>
  return %0 : tensor<6x6x8x20xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["wino.filter_transform"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.tile_using_for %op tile_sizes [0, 0, 4] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// A consumer whose tile of 6 rows starts at a tile of 4 pixels and ends inside
// of one gets just these rows.
// CHECK-LABEL: func @consumer
// CHECK: scf.for %{{.*}} = %c0 to %c8 step %c4
// CHECK: %[[Y:.*]] = wino.output_transform {{.*}} ins(%{{.*}} : tensor<6x6x1x2x3x8xf32>) outs(%{{.*}} : tensor<1x6x12x8xf32>)
// CHECK: linalg.generic {{.*}} ins(%[[Y]], %{{.*}} : tensor<1x6x12x8xf32>
func.func @consumer(%t: tensor<3xf32>, %m: tensor<6x6x1x3x3x8xf32>, %e: tensor<1x12x12x8xf32>, %r: tensor<1x8x12x8xf32>) -> tensor<1x8x12x8xf32> {
  %y = wino.output_transform <F(4x4, 3x3)> ins(%m : tensor<6x6x1x3x3x8xf32>) outs(%e : tensor<1x12x12x8xf32>) -> tensor<1x12x12x8xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(n, h, w, c, i) -> (n, h + i, w, c)>, affine_map<(n, h, w, c, i) -> (i)>, affine_map<(n, h, w, c, i) -> (n, h, w, c)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%y, %t : tensor<1x12x12x8xf32>, tensor<3xf32>) outs(%r : tensor<1x8x12x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %o : f32
    linalg.yield %s : f32
  } -> tensor<1x8x12x8xf32>
  return %0 : tensor<1x8x12x8xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["linalg.generic"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.fuse %op tile_sizes [0, 4] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// A consumer whose tile does not start at a tile of pixels is not fused.
// CHECK-LABEL: func @consumer
// CHECK: wino.output_transform {{.*}} outs(%{{.*}} : tensor<1x12x12x8xf32>)
// CHECK: scf.for %{{.*}} = %c0 to %c10 step %c5
// CHECK-NOT: wino.output_transform
// CHECK: linalg.generic
func.func @consumer(%t: tensor<3xf32>, %m: tensor<6x6x1x3x3x8xf32>, %e: tensor<1x12x12x8xf32>, %r: tensor<1x10x12x8xf32>) -> tensor<1x10x12x8xf32> {
  %y = wino.output_transform <F(4x4, 3x3)> ins(%m : tensor<6x6x1x3x3x8xf32>) outs(%e : tensor<1x12x12x8xf32>) -> tensor<1x12x12x8xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(n, h, w, c, i) -> (n, h + i, w, c)>, affine_map<(n, h, w, c, i) -> (i)>, affine_map<(n, h, w, c, i) -> (n, h, w, c)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%y, %t : tensor<1x12x12x8xf32>, tensor<3xf32>) outs(%r : tensor<1x10x12x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %o : f32
    linalg.yield %s : f32
  } -> tensor<1x10x12x8xf32>
  return %0 : tensor<1x10x12x8xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["linalg.generic"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.fuse %op tile_sizes [0, 5] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// A convolution: the image under a block of pixels, with its halo; channels are
// cropped to those of the result. The block of the image is padded on its own.
// CHECK-LABEL: func @conv
// CHECK-SAME: %[[X:[^:]*]]: tensor<3x14x13x16xf32>
// CHECK: scf.for %[[N:.*]] = %c0 to %c3 step %c1
// CHECK: scf.for %[[S:.*]] = %c0 to %c7 step %c2
// CHECK: scf.for %[[K:.*]] = %c0 to %c64 step %c32
// CHECK-DAG: tensor.extract_slice %{{.*}}[%{{.*}}, 0, 0, 0, 0, 0] [1, 1, 1, 2, 144, 16]
// CHECK-DAG: %[[ROW:.*]] = affine.apply #{{.*}}(%[[S]])
// CHECK-DAG: %[[XN:.*]] = tensor.extract_slice %[[X]][%[[N]], 0, 0, 0] [1, 14, 13, 16]
// CHECK: %[[Z:.*]] = wino.pad_image pad [1, 1, 1, 1] origin[%[[ROW]], %c0] ins(%[[XN]] : tensor<1x14x13x16xf32>) outs(%{{.*}} : tensor<1x?x15x16xf32>)
// CHECK: wino.conv kernel [3, 3] strides [2, 1] dilations [1, 1] micro_rows 7 ins(%[[Z]], %{{.*}} : tensor<1x?x15x16xf32>, tensor<1x1x1x2x144x16xf32>) outs(%{{.*}} : tensor<1x?x13x?xf32>) epilogue(%{{.*}}, %{{.*}} : tensor<?xf32>, tensor<1x?x13x?xf32>)
func.func @conv(%x: tensor<3x14x13x16xf32>, %u: tensor<2x1x1x2x144x16xf32>, %bias: tensor<60xf32>, %other: tensor<3x7x13x60xf32>, %y: tensor<3x7x13x60xf32>) -> tensor<3x7x13x60xf32> {
  %zi = tensor.empty() : tensor<3x16x15x16xf32>
  %z = wino.pad_image pad [1, 1, 1, 1] ins(%x : tensor<3x14x13x16xf32>) outs(%zi : tensor<3x16x15x16xf32>) -> tensor<3x16x15x16xf32>
  %r = wino.conv kernel [3, 3] strides [2, 1] dilations [1, 1] micro_rows 7 ins(%z, %u : tensor<3x16x15x16xf32>, tensor<2x1x1x2x144x16xf32>) outs(%y : tensor<3x7x13x60xf32>) epilogue(%bias, %other : tensor<60xf32>, tensor<3x7x13x60xf32>) {
  ^bb0(%sum: f32, %b: f32, %o: f32):
    %1 = arith.addf %sum, %b : f32
    %2 = arith.addf %1, %o : f32
    wino.yield %2 : f32
  } -> tensor<3x7x13x60xf32>
  return %r : tensor<3x7x13x60xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["wino.conv"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l:3 = transform.structured.fuse %op tile_sizes [1, 2, 0, 32] : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// As a producer: the part of the result that is asked for.
// CHECK-LABEL: func @conv_producer
// CHECK: scf.for %[[S:.*]] = %c0 to %c8 step %c4
// CHECK: %[[XS:.*]] = tensor.extract_slice %{{.*}}[0, %[[S]], 0, 0] [1, 6, 8, 16]
// CHECK: wino.conv {{.*}} ins(%[[XS]], %{{.*}} : tensor<1x6x8x16xf32>, tensor<1x1x1x1x144x16xf32>) outs(%{{.*}} : tensor<1x4x6x12xf32>)
// CHECK: linalg.exp
func.func @conv_producer(%x: tensor<1x10x8x16xf32>, %u: tensor<1x1x1x1x144x16xf32>, %y: tensor<1x8x6x12xf32>) -> tensor<1x8x6x12xf32> {
  %r = wino.conv kernel [3, 3] strides [1, 1] dilations [1, 1] ins(%x, %u : tensor<1x10x8x16xf32>, tensor<1x1x1x1x144x16xf32>) outs(%y : tensor<1x8x6x12xf32>) -> tensor<1x8x6x12xf32>
  %e = linalg.exp ins(%r : tensor<1x8x6x12xf32>) outs(%y : tensor<1x8x6x12xf32>) -> tensor<1x8x6x12xf32>
  return %e : tensor<1x8x6x12xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["linalg.exp"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l:1 = transform.structured.fuse %op tile_sizes [0, 4] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}
