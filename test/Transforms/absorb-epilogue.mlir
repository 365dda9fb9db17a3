// RUN: wino-opt %s --wino-absorb-epilogue --canonicalize --cse --remarks-filter="wino.*" --remark-format=emitRemark 2> %t | FileCheck %s
// RUN: FileCheck %s --check-prefix=REMARK < %t

#id = affine_map<(n, h, w, c) -> (n, h, w, c)>
#channel = affine_map<(n, h, w, c) -> (c)>
#scalar = affine_map<(n, h, w, c) -> ()>

// Bias, sum with another tensor, a scalar, and clipping, in the order of use.
// CHECK-LABEL: func @chain
// CHECK-SAME: %[[M:[^:]*]]: tensor<4x4x1x2x3x8xf32>, %[[B:[^:]*]]: tensor<8xf32>, %[[O:[^:]*]]: tensor<1x3x6x8xf32>
// CHECK: %[[R:.*]] = wino.output_transform <F(2x2, 3x3)> schedule <block = 1x1, {{.*}}> ins(%[[M]] : {{.*}}) epilogue(%[[B]], %[[O]] : tensor<8xf32>, tensor<1x3x6x8xf32>) {
// CHECK-NEXT: ^bb0(%[[SUM:.*]]: f32, %[[BE:.*]]: f32, %[[OE:.*]]: f32):
// CHECK-NEXT: %[[T0:.*]] = arith.addf %[[SUM]], %[[BE]]
// CHECK-NEXT: %[[T1:.*]] = arith.addf %[[T0]], %[[OE]]
// CHECK-NEXT: %[[T2:.*]] = arith.maximumf %[[T1]], %{{.*}}
// CHECK-NEXT: %[[T3:.*]] = arith.minimumf %[[T2]], %{{.*}}
// CHECK-NEXT: wino.yield %[[T3]]
// CHECK: return %[[R]]
func.func @chain(%m: tensor<4x4x1x2x3x8xf32>, %b: tensor<8xf32>, %o: tensor<1x3x6x8xf32>, %six: tensor<f32>) -> tensor<1x3x6x8xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x3x6x8xf32>
  %y = wino.output_transform <F(2x2, 3x3)> schedule <block = 1x1, k_block = 8, micro_tile = 5x8, vector = 4> ins(%m : tensor<4x4x1x2x3x8xf32>) outs(%e : tensor<1x3x6x8xf32>) -> tensor<1x3x6x8xf32>
  %0 = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%y, %b : tensor<1x3x6x8xf32>, tensor<8xf32>) outs(%e : tensor<1x3x6x8xf32>) {
  ^bb0(%i: f32, %j: f32, %out: f32):
    %r = arith.addf %i, %j : f32
    linalg.yield %r : f32
  } -> tensor<1x3x6x8xf32>
  // The convolution may be any of the operands, and also the destination.
  %1 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%o, %0 : tensor<1x3x6x8xf32>, tensor<1x3x6x8xf32>) outs(%0 : tensor<1x3x6x8xf32>) {
  ^bb0(%i: f32, %j: f32, %out: f32):
    %r = arith.addf %j, %i : f32
    linalg.yield %r : f32
  } -> tensor<1x3x6x8xf32>
  %2 = linalg.generic {indexing_maps = [#id, #scalar, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%1, %six : tensor<1x3x6x8xf32>, tensor<f32>) outs(%e : tensor<1x3x6x8xf32>) {
  ^bb0(%i: f32, %s: f32, %out: f32):
    %r = arith.maximumf %i, %zero : f32
    %c = arith.minimumf %r, %s : f32
    linalg.yield %c : f32
  } -> tensor<1x3x6x8xf32>
  return %2 : tensor<1x3x6x8xf32>
}

// A direct convolution absorbs alike. Its op moves to where the operands are.
// CHECK-LABEL: func @conv
// CHECK-SAME: %[[X:[^:]*]]: tensor<1x3x6x4xf32>, %[[U:[^:]*]]: tensor<1x1x1x1x4x8xf32>, %[[B:[^:]*]]: tensor<8xf32>
// CHECK: %[[E:.*]] = math.exp
// CHECK: %[[R:.*]] = wino.conv kernel [1, 1] strides [1, 1] dilations [1, 1] schedule <block = 1x1, {{.*}}> ins(%[[X]], %[[U]] : {{.*}}) epilogue(%[[E]] : tensor<8xf32>) {
// CHECK-NEXT: ^bb0(%[[SUM:.*]]: f32, %[[BE:.*]]: f32):
// CHECK-NEXT: %[[T0:.*]] = arith.addf %[[SUM]], %[[BE]]
// CHECK-NEXT: wino.yield %[[T0]]
// CHECK: return %[[R]]
func.func @conv(%x: tensor<1x3x6x4xf32>, %u: tensor<1x1x1x1x4x8xf32>, %b: tensor<8xf32>) -> tensor<1x3x6x8xf32> {
  %e = tensor.empty() : tensor<1x3x6x8xf32>
  %y = wino.conv kernel [1, 1] strides [1, 1] dilations [1, 1] schedule <block = 1x1, k_block = 8, micro_tile = 5x8, vector = 4> ins(%x, %u : tensor<1x3x6x4xf32>, tensor<1x1x1x1x4x8xf32>) outs(%e : tensor<1x3x6x8xf32>) -> tensor<1x3x6x8xf32>
  %late = math.exp %b : tensor<8xf32>
  %0 = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%y, %late : tensor<1x3x6x8xf32>, tensor<8xf32>) outs(%e : tensor<1x3x6x8xf32>) {
  ^bb0(%i: f32, %j: f32, %out: f32):
    %r = arith.addf %i, %j : f32
    linalg.yield %r : f32
  } -> tensor<1x3x6x8xf32>
  return %0 : tensor<1x3x6x8xf32>
}

// Sigmoid and leaky relu.
// CHECK-LABEL: func @activations
// CHECK-NOT: linalg.generic
// CHECK: wino.output_transform
// CHECK: math.exp
// CHECK: arith.cmpf
// CHECK: arith.select
func.func @activations(%m: tensor<4x4x1x2x3x8xf32>, %e: tensor<1x3x6x8xf32>) -> tensor<1x3x6x8xf32> {
  %y = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<4x4x1x2x3x8xf32>) outs(%e : tensor<1x3x6x8xf32>) -> tensor<1x3x6x8xf32>
  %0 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%y : tensor<1x3x6x8xf32>) outs(%e : tensor<1x3x6x8xf32>) {
  ^bb0(%i: f32, %out: f32):
    %one = arith.constant 1.0 : f32
    %n = arith.negf %i : f32
    %x = math.exp %n : f32
    %d = arith.addf %x, %one : f32
    %s = arith.divf %one, %d : f32
    linalg.yield %s : f32
  } -> tensor<1x3x6x8xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%0 : tensor<1x3x6x8xf32>) outs(%e : tensor<1x3x6x8xf32>) {
  ^bb0(%i: f32, %out: f32):
    %zero = arith.constant 0.0 : f32
    %slope = arith.constant 0.125 : f32
    %p = arith.cmpf ogt, %i, %zero : f32
    %q = arith.mulf %i, %slope : f32
    %s = arith.select %p, %i, %q : f32
    linalg.yield %s : f32
  } -> tensor<1x3x6x8xf32>
  return %1 : tensor<1x3x6x8xf32>
}

// The result may be read twice at the same place.
// CHECK-LABEL: func @square
// CHECK-NOT: linalg.generic
// CHECK: ^bb0(%[[S:.*]]: f32):
// CHECK: arith.mulf %[[S]], %[[S]]
func.func @square(%m: tensor<4x4x1x2x3x8xf32>, %e: tensor<1x3x6x8xf32>) -> tensor<1x3x6x8xf32> {
  %y = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<4x4x1x2x3x8xf32>) outs(%e : tensor<1x3x6x8xf32>) -> tensor<1x3x6x8xf32>
  %0 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%y, %y : tensor<1x3x6x8xf32>, tensor<1x3x6x8xf32>) outs(%e : tensor<1x3x6x8xf32>) {
  ^bb0(%i: f32, %j: f32, %out: f32):
    %r = arith.mulf %i, %j : f32
    linalg.yield %r : f32
  } -> tensor<1x3x6x8xf32>
  return %0 : tensor<1x3x6x8xf32>
}

// But not at two places.
// CHECK-LABEL: func @with_own_transpose
// CHECK: wino.output_transform
// CHECK-NOT: epilogue
// CHECK: linalg.generic
func.func @with_own_transpose(%m: tensor<4x4x1x3x3x8xf32>, %e: tensor<1x6x6x8xf32>) -> tensor<1x6x6x8xf32> {
  %y = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<4x4x1x3x3x8xf32>) outs(%e : tensor<1x6x6x8xf32>) -> tensor<1x6x6x8xf32>
  %0 = linalg.generic {indexing_maps = [#id, affine_map<(n, h, w, c) -> (n, w, h, c)>, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%y, %y : tensor<1x6x6x8xf32>, tensor<1x6x6x8xf32>) outs(%e : tensor<1x6x6x8xf32>) {
  ^bb0(%i: f32, %j: f32, %out: f32):
    %r = arith.addf %i, %j : f32
    linalg.yield %r : f32
  } -> tensor<1x6x6x8xf32>
  return %0 : tensor<1x6x6x8xf32>
}

// NCHW: the transpose sinks below the bias and the relu; a residual that is
// transposed alike loses its transpose.
// CHECK-LABEL: func @nchw
// CHECK-SAME: %{{[^:]*}}: tensor<4x4x?x?x?x8xf32>, %[[B:[^:]*]]: tensor<8xf32>, %[[O:[^:]*]]: tensor<?x?x?x8xf32>
// CHECK-NOT: linalg.generic
// CHECK: %[[Y:.*]] = wino.output_transform {{.*}} epilogue(%[[B]], %[[O]] : tensor<8xf32>, tensor<?x?x?x8xf32>)
// CHECK: arith.addf
// CHECK: arith.addf
// CHECK: %[[T:.*]] = linalg.transpose ins(%[[Y]] : tensor<?x?x?x8xf32>) {{.*}} permutation = [0, 3, 1, 2]
// CHECK: return %[[T]]
func.func @nchw(%m: tensor<4x4x?x?x?x8xf32>, %b: tensor<8xf32>, %o: tensor<?x?x?x8xf32>, %yi: tensor<?x?x?x8xf32>, %e: tensor<?x8x?x?xf32>) -> tensor<?x8x?x?xf32> {
  %y = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<4x4x?x?x?x8xf32>) outs(%yi : tensor<?x?x?x8xf32>) -> tensor<?x?x?x8xf32>
  %t = linalg.transpose ins(%y : tensor<?x?x?x8xf32>) outs(%e : tensor<?x8x?x?xf32>) permutation = [0, 3, 1, 2]
  %ot = linalg.transpose ins(%o : tensor<?x?x?x8xf32>) outs(%e : tensor<?x8x?x?xf32>) permutation = [0, 3, 1, 2]
  %0 = linalg.generic {indexing_maps = [#id, affine_map<(n, c, h, w) -> (c)>, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%t, %b : tensor<?x8x?x?xf32>, tensor<8xf32>) outs(%t : tensor<?x8x?x?xf32>) {
  ^bb0(%i: f32, %j: f32, %out: f32):
    %r = arith.addf %i, %j : f32
    linalg.yield %r : f32
  } -> tensor<?x8x?x?xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%0, %ot : tensor<?x8x?x?xf32>, tensor<?x8x?x?xf32>) outs(%e : tensor<?x8x?x?xf32>) {
  ^bb0(%i: f32, %j: f32, %out: f32):
    %r = arith.addf %i, %j : f32
    linalg.yield %r : f32
  } -> tensor<?x8x?x?xf32>
  return %1 : tensor<?x8x?x?xf32>
}

// A residual in NCHW is read as it is.
// CHECK-LABEL: func @nchw_residual
// CHECK-SAME: %{{[^:]*}}: tensor<4x4x1x3x3x8xf32>, %[[B:[^:]*]]: tensor<8xf32>, %[[O:[^:]*]]: tensor<1x8x6x6xf32>
// CHECK-NOT: linalg.generic
// CHECK: wino.output_transform <F(2x2, 3x3)> ins({{.*}}) outs(%{{.*}} : tensor<1x6x6x8xf32>) epilogue(%[[B]], %[[O]] nchw : tensor<8xf32>, tensor<1x8x6x6xf32>)
// CHECK: linalg.transpose
func.func @nchw_residual(%m: tensor<4x4x1x3x3x8xf32>, %b: tensor<8xf32>, %o: tensor<1x8x6x6xf32>, %yi: tensor<1x6x6x8xf32>, %e: tensor<1x8x6x6xf32>) -> tensor<1x8x6x6xf32> {
  %y = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<4x4x1x3x3x8xf32>) outs(%yi : tensor<1x6x6x8xf32>) epilogue(%b : tensor<8xf32>) {
  ^bb0(%sum: f32, %bias: f32):
    %r = arith.addf %sum, %bias : f32
    wino.yield %r : f32
  } -> tensor<1x6x6x8xf32>
  %t = linalg.transpose ins(%y : tensor<1x6x6x8xf32>) outs(%e : tensor<1x8x6x6xf32>) permutation = [0, 3, 1, 2]
  %0 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%t, %o : tensor<1x8x6x6xf32>, tensor<1x8x6x6xf32>) outs(%e : tensor<1x8x6x6xf32>) {
  ^bb0(%i: f32, %j: f32, %out: f32):
    %r = arith.addf %i, %j : f32
    linalg.yield %r : f32
  } -> tensor<1x8x6x6xf32>
  return %0 : tensor<1x8x6x6xf32>
}

// Operands that are absorbed later keep the layouts of the earlier ones.
// CHECK-LABEL: func @residuals_in_turn
// CHECK-SAME: %{{[^:]*}}: tensor<4x4x1x3x3x8xf32>, %[[O:[^:]*]]: tensor<1x8x6x6xf32>, %[[P:[^:]*]]: tensor<1x6x6x8xf32>
// CHECK-NOT: linalg.generic
// CHECK: wino.output_transform {{.*}} epilogue(%[[O]] nchw, %[[P]], %[[O]] nchw : tensor<1x8x6x6xf32>, tensor<1x6x6x8xf32>, tensor<1x8x6x6xf32>)
func.func @residuals_in_turn(%m: tensor<4x4x1x3x3x8xf32>, %o: tensor<1x8x6x6xf32>, %p: tensor<1x6x6x8xf32>, %e: tensor<1x6x6x8xf32>) -> tensor<1x6x6x8xf32> {
  %y = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<4x4x1x3x3x8xf32>) outs(%e : tensor<1x6x6x8xf32>) -> tensor<1x6x6x8xf32>
  %0 = linalg.generic {indexing_maps = [#id, affine_map<(n, h, w, c) -> (n, c, h, w)>, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%y, %o : tensor<1x6x6x8xf32>, tensor<1x8x6x6xf32>) outs(%e : tensor<1x6x6x8xf32>) {
  ^bb0(%i: f32, %j: f32, %out: f32):
    %r = arith.addf %i, %j : f32
    linalg.yield %r : f32
  } -> tensor<1x6x6x8xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%0, %p : tensor<1x6x6x8xf32>, tensor<1x6x6x8xf32>) outs(%e : tensor<1x6x6x8xf32>) {
  ^bb0(%i: f32, %j: f32, %out: f32):
    %r = arith.mulf %i, %j : f32
    linalg.yield %r : f32
  } -> tensor<1x6x6x8xf32>
  %2 = linalg.generic {indexing_maps = [#id, affine_map<(n, h, w, c) -> (n, c, h, w)>, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%1, %o : tensor<1x6x6x8xf32>, tensor<1x8x6x6xf32>) outs(%e : tensor<1x6x6x8xf32>) {
  ^bb0(%i: f32, %j: f32, %out: f32):
    %r = arith.addf %i, %j : f32
    linalg.yield %r : f32
  } -> tensor<1x6x6x8xf32>
  return %2 : tensor<1x6x6x8xf32>
}

// A result in NCHW: bias along dimension 1, a residual in either layout.
// CHECK-LABEL: func @nchw_result
// CHECK-SAME: %{{[^:]*}}: tensor<4x4x1x3x3x8xf32>, %[[B:[^:]*]]: tensor<8xf32>, %[[O:[^:]*]]: tensor<1x8x6x6xf32>, %[[P:[^:]*]]: tensor<1x6x6x8xf32>
// CHECK-NOT: linalg.generic
// CHECK: wino.output_transform <F(2x2, 3x3)> layout nchw ins({{.*}}) outs(%{{.*}} : tensor<1x8x6x6xf32>) epilogue(%[[B]], %[[O]] nchw, %[[P]] : tensor<8xf32>, tensor<1x8x6x6xf32>, tensor<1x6x6x8xf32>)
func.func @nchw_result(%m: tensor<4x4x1x3x3x8xf32>, %b: tensor<8xf32>, %o: tensor<1x8x6x6xf32>, %p: tensor<1x6x6x8xf32>, %e: tensor<1x8x6x6xf32>) -> tensor<1x8x6x6xf32> {
  %y = wino.output_transform <F(2x2, 3x3)> layout nchw ins(%m : tensor<4x4x1x3x3x8xf32>) outs(%e : tensor<1x8x6x6xf32>) -> tensor<1x8x6x6xf32>
  %0 = linalg.generic {indexing_maps = [#id, affine_map<(n, c, h, w) -> (c)>, #id, affine_map<(n, c, h, w) -> (n, h, w, c)>, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%y, %b, %o, %p : tensor<1x8x6x6xf32>, tensor<8xf32>, tensor<1x8x6x6xf32>, tensor<1x6x6x8xf32>) outs(%e : tensor<1x8x6x6xf32>) {
  ^bb0(%i: f32, %j: f32, %k: f32, %l: f32, %out: f32):
    %1 = arith.addf %i, %j : f32
    %2 = arith.addf %1, %k : f32
    %3 = arith.addf %2, %l : f32
    linalg.yield %3 : f32
  } -> tensor<1x8x6x6xf32>
  return %0 : tensor<1x8x6x6xf32>
}

// A vector along the rows is no bias.
// CHECK-LABEL: func @nchw_result_by_row
// CHECK: wino.output_transform <F(2x2, 3x3)> layout nchw ins({{.*}}) outs({{.*}}) -> tensor<1x8x6x6xf32>
// CHECK: linalg.generic
func.func @nchw_result_by_row(%m: tensor<4x4x1x3x3x8xf32>, %b: tensor<6xf32>, %e: tensor<1x8x6x6xf32>) -> tensor<1x8x6x6xf32> {
  %y = wino.output_transform <F(2x2, 3x3)> layout nchw ins(%m : tensor<4x4x1x3x3x8xf32>) outs(%e : tensor<1x8x6x6xf32>) -> tensor<1x8x6x6xf32>
  %0 = linalg.generic {indexing_maps = [#id, affine_map<(n, c, h, w) -> (w)>, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%y, %b : tensor<1x8x6x6xf32>, tensor<6xf32>) outs(%e : tensor<1x8x6x6xf32>) {
  ^bb0(%i: f32, %j: f32, %out: f32):
    %r = arith.addf %i, %j : f32
    linalg.yield %r : f32
  } -> tensor<1x8x6x6xf32>
  return %0 : tensor<1x8x6x6xf32>
}

// The result of a product is collapsed, its size known from elsewhere.
// CHECK-LABEL: func @matmul
// CHECK-NOT: linalg.generic
// CHECK: %[[Y:.*]] = wino.output_transform {{.*}} epilogue(%{{.*}} : tensor<8xf32>)
// CHECK: arith.addf
// CHECK: tensor.collapse_shape %[[Y]]
func.func @matmul(%m: tensor<1x1x1x1x?x8xf32>, %b: tensor<8xf32>, %yi: tensor<1x1x?x8xf32>, %e: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %y = wino.output_transform <F(1x1, 1x1)> ins(%m : tensor<1x1x1x1x?x8xf32>) outs(%yi : tensor<1x1x?x8xf32>) -> tensor<1x1x?x8xf32>
  %c = tensor.collapse_shape %y [[0, 1, 2], [3]] : tensor<1x1x?x8xf32> into tensor<?x8xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(n, c) -> (n, c)>, affine_map<(n, c) -> (c)>, affine_map<(n, c) -> (n, c)>], iterator_types = ["parallel", "parallel"]} ins(%c, %b : tensor<?x8xf32>, tensor<8xf32>) outs(%e : tensor<?x8xf32>) {
  ^bb0(%i: f32, %j: f32, %out: f32):
    %r = arith.addf %i, %j : f32
    linalg.yield %r : f32
  } -> tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}

// A second user needs the sum itself.
// CHECK-LABEL: func @two_users
// CHECK: wino.output_transform
// CHECK-NOT: epilogue
// CHECK: linalg.generic
// REMARK: remark: [Missed] AbsorbEpilogue | Category:wino | Remark="not absorbed: it is not elementwise with operands of the result's shape or by channel"
// REMARK: remark: [Missed] AbsorbEpilogue | Category:wino | Remark="not absorbed: the convolution has other users"
func.func @two_users(%m: tensor<4x4x1x2x3x8xf32>, %e: tensor<1x3x6x8xf32>) -> (tensor<1x3x6x8xf32>, tensor<1x3x6x8xf32>) {
  %y = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<4x4x1x2x3x8xf32>) outs(%e : tensor<1x3x6x8xf32>) -> tensor<1x3x6x8xf32>
  %0 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%y : tensor<1x3x6x8xf32>) outs(%e : tensor<1x3x6x8xf32>) {
  ^bb0(%i: f32, %out: f32):
    %r = arith.negf %i : f32
    linalg.yield %r : f32
  } -> tensor<1x3x6x8xf32>
  return %y, %0 : tensor<1x3x6x8xf32>, tensor<1x3x6x8xf32>
}

// Each iteration of a loop would compute the convolution again.
// REMARK: Remark="not absorbed: the convolution is in another block"
// CHECK-LABEL: func @in_loop
// CHECK: wino.output_transform
// CHECK: scf.for
// CHECK-NOT: wino.output_transform
// CHECK: linalg.generic
func.func @in_loop(%m: tensor<4x4x1x2x3x8xf32>, %e: tensor<1x3x6x8xf32>, %n: index) -> tensor<1x3x6x8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %y = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<4x4x1x2x3x8xf32>) outs(%e : tensor<1x3x6x8xf32>) -> tensor<1x3x6x8xf32>
  %l = scf.for %k = %c0 to %n step %c1 iter_args(%a = %e) -> tensor<1x3x6x8xf32> {
    %0 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%y, %a : tensor<1x3x6x8xf32>, tensor<1x3x6x8xf32>) outs(%e : tensor<1x3x6x8xf32>) {
    ^bb0(%i: f32, %j: f32, %out: f32):
      %r = arith.addf %i, %j : f32
      linalg.yield %r : f32
    } -> tensor<1x3x6x8xf32>
    scf.yield %0 : tensor<1x3x6x8xf32>
  }
  return %l : tensor<1x3x6x8xf32>
}

// An operand broadcast along the pixels is neither of the two shapes.
// CHECK-LABEL: func @broadcast_operand
// CHECK: wino.output_transform
// CHECK-NOT: epilogue
// CHECK: linalg.generic
func.func @broadcast_operand(%m: tensor<4x4x1x2x3x8xf32>, %o: tensor<3x6xf32>, %e: tensor<1x3x6x8xf32>) -> tensor<1x3x6x8xf32> {
  %y = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<4x4x1x2x3x8xf32>) outs(%e : tensor<1x3x6x8xf32>) -> tensor<1x3x6x8xf32>
  %0 = linalg.generic {indexing_maps = [#id, affine_map<(n, h, w, c) -> (h, w)>, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%y, %o : tensor<1x3x6x8xf32>, tensor<3x6xf32>) outs(%e : tensor<1x3x6x8xf32>) {
  ^bb0(%i: f32, %j: f32, %out: f32):
    %r = arith.addf %i, %j : f32
    linalg.yield %r : f32
  } -> tensor<1x3x6x8xf32>
  return %0 : tensor<1x3x6x8xf32>
}

// Neither indices, reductions, element types that no kernel stores nor the value
// of the destination belong into an epilogue.
// CHECK-LABEL: func @not_elementwise
// CHECK-COUNT-4: wino.output_transform {{.*}} -> tensor
func.func @not_elementwise(%m: tensor<4x4x1x2x3x8xf32>, %e: tensor<1x3x6x8xf32>, %h: tensor<1x3x6x8xbf16>, %v: tensor<8xf32>, %s: tensor<1x3x6x8xf32>, %p: tensor<4x4x1x2x3x8xf32>, %q: tensor<4x4x1x2x3x8xf32>, %t: tensor<4x4x1x2x3x8xf32>) -> (tensor<1x3x6x8xf32>, tensor<1x3x6x8xbf16>, tensor<8xf32>, tensor<1x3x6x8xf32>) {
  %y0 = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<4x4x1x2x3x8xf32>) outs(%e : tensor<1x3x6x8xf32>) -> tensor<1x3x6x8xf32>
  %0 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%y0 : tensor<1x3x6x8xf32>) outs(%e : tensor<1x3x6x8xf32>) {
  ^bb0(%i: f32, %out: f32):
    %x = linalg.index 1 : index
    %c = arith.index_cast %x : index to i32
    %f = arith.sitofp %c : i32 to f32
    %r = arith.addf %i, %f : f32
    linalg.yield %r : f32
  } -> tensor<1x3x6x8xf32>
  %y1 = wino.output_transform <F(2x2, 3x3)> ins(%p : tensor<4x4x1x2x3x8xf32>) outs(%e : tensor<1x3x6x8xf32>) -> tensor<1x3x6x8xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%y1 : tensor<1x3x6x8xf32>) outs(%h : tensor<1x3x6x8xbf16>) {
  ^bb0(%i: f32, %out: bf16):
    %r = arith.truncf %i : f32 to bf16
    linalg.yield %r : bf16
  } -> tensor<1x3x6x8xbf16>
  %y2 = wino.output_transform <F(2x2, 3x3)> ins(%q : tensor<4x4x1x2x3x8xf32>) outs(%e : tensor<1x3x6x8xf32>) -> tensor<1x3x6x8xf32>
  %2 = linalg.generic {indexing_maps = [#id, #channel], iterator_types = ["reduction", "reduction", "reduction", "parallel"]} ins(%y2 : tensor<1x3x6x8xf32>) outs(%v : tensor<8xf32>) {
  ^bb0(%i: f32, %out: f32):
    %r = arith.addf %i, %out : f32
    linalg.yield %r : f32
  } -> tensor<8xf32>
  %y3 = wino.output_transform <F(2x2, 3x3)> ins(%t : tensor<4x4x1x2x3x8xf32>) outs(%e : tensor<1x3x6x8xf32>) -> tensor<1x3x6x8xf32>
  %3 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%y3 : tensor<1x3x6x8xf32>) outs(%s : tensor<1x3x6x8xf32>) {
  ^bb0(%i: f32, %out: f32):
    %r = arith.addf %i, %out : f32
    linalg.yield %r : f32
  } -> tensor<1x3x6x8xf32>
  return %0, %1, %2, %3 : tensor<1x3x6x8xf32>, tensor<1x3x6x8xbf16>, tensor<8xf32>, tensor<1x3x6x8xf32>
}

// An epilogue may change the element type, here to that of a quantized result.
// CHECK-LABEL: func @narrow
// CHECK-NOT: linalg.generic
// CHECK: wino.output_transform <F(1x1, 1x1)>
// CHECK-SAME: outs(%{{.*}} : tensor<1x3x6x8xi8>) epilogue(%{{.*}}, %{{.*}} : tensor<8xf32>, tensor<1x3x6x8xi16>)
// CHECK: ^bb0(%[[SUM:.*]]: i32, %{{.*}}: f32, %{{.*}}: i16):
// CHECK: arith.sitofp %[[SUM]] : i32 to f32
// CHECK: wino.yield %{{.*}} : i8
// CHECK: -> tensor<1x3x6x8xi8>
func.func @narrow(%m: tensor<1x1x1x3x6x8xi32>, %s: tensor<8xf32>, %o: tensor<1x3x6x8xi16>, %e: tensor<1x3x6x8xi32>, %r: tensor<1x3x6x8xi8>) -> tensor<1x3x6x8xi8> {
  %y = wino.output_transform <F(1x1, 1x1)> ins(%m : tensor<1x1x1x3x6x8xi32>) outs(%e : tensor<1x3x6x8xi32>) -> tensor<1x3x6x8xi32>
  %0 = linalg.generic {indexing_maps = [#id, #channel, #id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%y, %s, %o : tensor<1x3x6x8xi32>, tensor<8xf32>, tensor<1x3x6x8xi16>) outs(%r : tensor<1x3x6x8xi8>) {
  ^bb0(%i: i32, %scale: f32, %offset: i16, %out: i8):
    %f = arith.sitofp %i : i32 to f32
    %p = arith.mulf %f, %scale : f32
    %n = arith.fptosi %p : f32 to i16
    %q = arith.addi %n, %offset : i16
    %t = arith.trunci %q : i16 to i8
    linalg.yield %t : i8
  } -> tensor<1x3x6x8xi8>
  return %0 : tensor<1x3x6x8xi8>
}

// CHECK-LABEL: func @conv_nchw_residual
// CHECK: wino.conv {{.*}} epilogue(%{{.*}} nchw : tensor<1x8x3x6xf32>)
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @conv_nchw_residual(%x: tensor<1x3x6x4xf32>, %u: tensor<1x1x1x1x4x8xf32>, %o: tensor<1x8x3x6xf32>, %e: tensor<1x3x6x8xf32>) -> tensor<1x3x6x8xf32> {
  %y = wino.conv kernel [1, 1] strides [1, 1] dilations [1, 1] ins(%x, %u : tensor<1x3x6x4xf32>, tensor<1x1x1x1x4x8xf32>) outs(%e : tensor<1x3x6x8xf32>) -> tensor<1x3x6x8xf32>
  %0 = linalg.generic {indexing_maps = [#id, affine_map<(n, h, w, c) -> (n, c, h, w)>, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%y, %o : tensor<1x3x6x8xf32>, tensor<1x8x3x6xf32>) outs(%e : tensor<1x3x6x8xf32>) {
  ^bb0(%i: f32, %j: f32, %out: f32):
    %r = arith.addf %i, %j : f32
    linalg.yield %r : f32
  } -> tensor<1x3x6x8xf32>
  return %0 : tensor<1x3x6x8xf32>
}
