// RUN: wino-opt %s --wino-apply-plan --canonicalize --cse | FileCheck %s
// RUN: wino-opt %s --linalg-generalize-named-ops --wino-assign-plans="cpu=cortex-a73 algorithm=winograd:F(2,3)" --wino-apply-plan --canonicalize --cse | FileCheck %s --check-prefix=GENERIC

// The four stages: C = 3 is rounded up to whole vectors of 4, K = 10 to whole
// blocks of 16; the result has neither.
// CHECK-LABEL: func @nhwc_hwcf
// CHECK-SAME: %[[X:[^:]*]]: tensor<2x10x9x3xf32>, %[[F:[^:]*]]: tensor<3x3x3x10xf32>
// CHECK-SAME: wino.layers = [{algorithm = "winograd", c = 3 : i64, dilation_h = 1 : i64, dilation_w = 1 : i64, h = 10 : i64, k = 10 : i64, key = "2x10x9x3 nhwc, 3x3x3x10 hwcf, 2x8x7x10 nhwf, pad 0,0,0,0, stride 1x1, dilation 1x1, f32,f32,f32", kh = 3 : i64, kw = 3 : i64, macs = 30240 : i64, n = 2 : i64, name = "conv0", out_h = 8 : i64, out_w = 7 : i64, plan = "#wino.plan<{{.*}}>", scratch_bytes = 3456 : i64, stride_h = 1 : i64, stride_w = 1 : i64, transform = "F(4x4, 3x3)", w = 9 : i64, weight_bytes = 9216 : i64}]
// CHECK-DAG: %[[UI:.*]] = tensor.empty() : tensor<2x6x6x1x4x8xf32>
// CHECK-DAG: %[[VI:.*]] = tensor.empty() : tensor<6x6x2x2x2x4xf32>
// CHECK-DAG: %[[MI:.*]] = tensor.empty() : tensor<6x6x2x2x2x16xf32>
// CHECK-DAG: %[[U:.*]] = wino.filter_transform <F(4x4, 3x3)> ins(%[[F]] : tensor<3x3x3x10xf32>) outs(%[[UI]]
// CHECK-DAG: %[[V:.*]] = wino.input_transform <F(4x4, 3x3)> pad [0, 0, 0, 0] ins(%[[X]] : tensor<2x10x9x3xf32>) outs(%[[VI]]
// CHECK: %[[M:.*]] = wino.hadamard schedule <block = 1x2, k_block = 8, micro_tile = 5x8, vector = 4> ins(%[[V]], %[[U]] : {{.*}}) outs(%[[MI]]
// CHECK: %[[YI:.*]] = tensor.empty() : tensor<2x8x7x10xf32>
// CHECK: %[[Y:.*]] = wino.output_transform <F(4x4, 3x3)> schedule <block = 1x2, k_block = 8, micro_tile = 5x8, vector = 4> ins(%[[M]] : {{.*}}) outs(%[[YI]]
// CHECK-NOT: epilogue
// CHECK: return %[[Y]]
// GENERIC-LABEL: func @nhwc_hwcf
// GENERIC: wino.input_transform <F(2x2, 3x3)> pad [0, 0, 0, 0] prefetch ins(%{{.*}} : tensor<2x10x9x3xf32>)
// GENERIC: wino.output_transform
// GENERIC-NOT: epilogue
// GENERIC: return
func.func @nhwc_hwcf(%x: tensor<2x10x9x3xf32>, %f: tensor<3x3x3x10xf32>) -> tensor<2x8x7x10xf32> {
  %cst = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x8x7x10xf32>
  %z = linalg.fill ins(%cst : f32) outs(%e : tensor<2x8x7x10xf32>) -> tensor<2x8x7x10xf32>
  %y = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = winograd, transform = <F(4x4, 3x3)>, schedule = <block = 1x2, k_block = 8, micro_tile = 5x8, vector = 4>>} ins(%x, %f : tensor<2x10x9x3xf32>, tensor<3x3x3x10xf32>) outs(%z : tensor<2x8x7x10xf32>) -> tensor<2x8x7x10xf32>
  return %y : tensor<2x8x7x10xf32>
}

// A filter that is transformed on the fly is packed first. What is counted are
// the packed filter, and V, M and the part of U of a block: 36 taps of 2 tiles
// with 8 + 8 channels, and of 4 x 8 channels of filters.
// CHECK-LABEL: func @on_the_fly
// CHECK-SAME: scratch_bytes = 9216 : i64
// CHECK-SAME: weight_bytes = 4608 : i64
// CHECK: %[[G:.*]] = wino.filter_transform <F(1x1, 3x3), matrices = {{.*}}> ins(%{{.*}} : tensor<3x3x8x10xf32>) outs(%{{.*}} : tensor<2x3x3x1x8x8xf32>)
// CHECK: wino.filter_transform <F(4x4, 3x3)> ins(%[[G]] : tensor<2x3x3x1x8x8xf32>) outs(%{{.*}} : tensor<2x6x6x1x8x8xf32>)
func.func @on_the_fly(%x: tensor<2x10x9x8xf32>, %f: tensor<3x3x8x10xf32>, %z: tensor<2x8x7x10xf32>) -> tensor<2x8x7x10xf32> {
  %y = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = winograd, transform = <F(4x4, 3x3)>, schedule = <block = 1x2, k_block = 8, c_block = 4, micro_tile = 5x8, vector = 4, on_the_fly>>} ins(%x, %f : tensor<2x10x9x8xf32>, tensor<3x3x8x10xf32>) outs(%z : tensor<2x8x7x10xf32>) -> tensor<2x8x7x10xf32>
  return %y : tensor<2x8x7x10xf32>
}

// Filters come to [R, R', C, K]; an arbitrary destination is added.
// CHECK-LABEL: func @nhwc_fhwc
// CHECK-SAME: %{{[^:]*}}: tensor<1x6x6x3xf64>, %[[F:[^:]*]]: tensor<8x3x3x3xf64>, %[[Z:[^:]*]]: tensor<1x4x4x8xf64>
// CHECK: %[[T:.*]] = linalg.transpose ins(%[[F]] : tensor<8x3x3x3xf64>) outs(%{{.*}} : tensor<3x3x3x8xf64>) permutation = [1, 2, 3, 0]
// CHECK: wino.filter_transform <F(2x2, 3x3)> ins(%[[T]]
// CHECK: wino.output_transform
// CHECK-SAME: epilogue(%[[Z]] : tensor<1x4x4x8xf64>)
// CHECK-NEXT: ^bb0(%[[A:.*]]: f64, %[[B:.*]]: f64):
// CHECK-NEXT: %[[S:.*]] = arith.addf %[[A]], %[[B]] : f64
// CHECK-NEXT: wino.yield %[[S]]
func.func @nhwc_fhwc(%x: tensor<1x6x6x3xf64>, %f: tensor<8x3x3x3xf64>, %z: tensor<1x4x4x8xf64>) -> tensor<1x4x4x8xf64> {
  %y = linalg.conv_2d_nhwc_fhwc {wino.plan = #wino.plan<algorithm = winograd, transform = <F(2x2, 3x3)>, schedule = <block = 0x0, k_block = 8, micro_tile = 5x8, vector = 2>>} ins(%x, %f : tensor<1x6x6x3xf64>, tensor<8x3x3x3xf64>) outs(%z : tensor<1x4x4x8xf64>) -> tensor<1x4x4x8xf64>
  return %y : tensor<1x4x4x8xf64>
}

// NCHW: image, filter and result are transposed; a broadcast bias goes to the
// epilogue as a vector. The padding is absorbed, though its zero stands inside.
// CHECK-LABEL: func @nchw_fchw
// CHECK-SAME: %[[X:[^:]*]]: tensor<?x3x?x?xf16>, %[[F:[^:]*]]: tensor<8x3x3x3xf16>, %[[B:[^:]*]]: tensor<8xf16>
// CHECK-NOT: tensor.pad
// CHECK-DAG: %[[XT:.*]] = linalg.transpose ins(%[[X]] : {{.*}}) permutation = [0, 2, 3, 1]
// CHECK-DAG: %[[FT:.*]] = linalg.transpose ins(%[[F]] : {{.*}}) permutation = [2, 3, 1, 0]
// CHECK-DAG: wino.filter_transform <F(2x2, 3x3)> ins(%[[FT]]
// CHECK-DAG: wino.input_transform <F(2x2, 3x3)> pad [1, 2, 3, 0] ins(%[[XT]]
// CHECK: %[[Y:.*]] = wino.output_transform {{.*}} epilogue(%[[B]] : tensor<8xf16>)
// CHECK: linalg.transpose ins(%[[Y]] : {{.*}}) permutation = [0, 3, 1, 2]
// GENERIC-LABEL: func @nchw_fchw
// GENERIC-DAG: linalg.transpose {{.*}} permutation = [0, 2, 3, 1]
// GENERIC-DAG: linalg.transpose {{.*}} permutation = [2, 3, 1, 0]
// GENERIC: wino.input_transform <F(2x2, 3x3)> pad [1, 2, 3, 0]
// GENERIC: wino.output_transform {{.*}} epilogue(%{{.*}} : tensor<8xf16>)
// GENERIC: linalg.transpose {{.*}} permutation = [0, 3, 1, 2]
func.func @nchw_fchw(%x: tensor<?x3x?x?xf16>, %f: tensor<8x3x3x3xf16>, %b: tensor<8xf16>, %e: tensor<?x8x?x?xf16>) -> tensor<?x8x?x?xf16> {
  %p = tensor.pad %x low[0, 0, 1, 3] high[0, 0, 2, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    %cst = arith.constant 0.0 : f16
    tensor.yield %cst : f16
  } : tensor<?x3x?x?xf16> to tensor<?x3x?x?xf16>
  %z = linalg.broadcast ins(%b : tensor<8xf16>) outs(%e : tensor<?x8x?x?xf16>) dimensions = [0, 2, 3]
  %y = linalg.conv_2d_nchw_fchw {wino.plan = #wino.plan<algorithm = winograd, transform = <F(2x2, 3x3)>, schedule = <block = 1x2, k_block = 8, micro_tile = 5x8, vector = 8>>} ins(%p, %f : tensor<?x3x?x?xf16>, tensor<8x3x3x3xf16>) outs(%z : tensor<?x8x?x?xf16>) -> tensor<?x8x?x?xf16>
  return %y : tensor<?x8x?x?xf16>
}

// im2row serves strides and dilations: rows of kh kw C = 27 values, rounded up.
// CHECK-LABEL: func @im2row
// CHECK-SAME: out_h = 3 : i64, out_w = 4 : i64, {{.*}}stride_h = 2 : i64, stride_w = 1 : i64
// CHECK-DAG: %[[FC:.*]] = tensor.collapse_shape %{{.*}} {{\[\[}}0, 1, 2], [3]] : tensor<3x3x3x8xf32> into tensor<27x8xf32>
// CHECK-DAG: %[[FM:.*]] = tensor.expand_shape %[[FC]] {{.*}} into tensor<1x1x27x8xf32>
// CHECK-DAG: wino.filter_transform <F(1x1, 1x1)> ins(%[[FM]] : {{.*}}) outs(%{{.*}} : tensor<1x1x1x1x28x8xf32>)
// CHECK-DAG: wino.im2row kernel [3, 3] strides [2, 1] dilations [1, 2] pad [0, 0, 0, 0] ins(%{{.*}} : tensor<1x7x8x3xf32>) outs(%{{.*}} : tensor<1x1x1x3x4x28xf32>)
// CHECK: wino.output_transform <F(1x1, 1x1)>
// GENERIC-LABEL: func @im2row
// GENERIC: wino.conv kernel [3, 3] strides [2, 1] dilations [1, 2]
func.func @im2row(%x: tensor<1x7x8x3xf32>, %f: tensor<3x3x3x8xf32>, %z: tensor<1x3x4x8xf32>) -> tensor<1x3x4x8xf32> {
  %y = linalg.conv_2d_nhwc_hwcf {strides = dense<[2, 1]> : tensor<2xi64>, dilations = dense<[1, 2]> : tensor<2xi64>, wino.plan = #wino.plan<algorithm = im2row, schedule = <block = 1x2, k_block = 8, micro_tile = 5x8, vector = 4>>} ins(%x, %f : tensor<1x7x8x3xf32>, tensor<3x3x3x8xf32>) outs(%z : tensor<1x3x4x8xf32>) -> tensor<1x3x4x8xf32>
  return %y : tensor<1x3x4x8xf32>
}

// A direct convolution is one op, by filters of kh kw C = 27 rows. Without a
// padding it reads the image itself; its destination is added in the epilogue.
// CHECK-LABEL: func @direct
// CHECK-SAME: %[[X:[^:]*]]: tensor<1x7x8x3xf32>, %{{[^:]*}}: tensor<3x3x3x8xf32>, %[[Z:[^:]*]]: tensor<1x3x4x8xf32>
// CHECK-SAME: algorithm = "direct", {{.*}}scratch_bytes = 0 : i64, {{.*}}weight_bytes = 864 : i64
// CHECK: %[[U:.*]] = wino.filter_transform <F(1x1, 1x1)> ins(%{{.*}} : tensor<1x1x27x8xf32>) outs(%{{.*}} : tensor<1x1x1x1x27x8xf32>)
// CHECK: wino.conv kernel [3, 3] strides [2, 1] dilations [1, 2] schedule <{{.*}}> ins(%[[X]], %[[U]] : {{.*}}) outs(%{{.*}} : tensor<1x3x4x8xf32>) epilogue(%[[Z]] : tensor<1x3x4x8xf32>) {
// CHECK-NEXT: ^bb0(%[[S:.*]]: f32, %[[A:.*]]: f32):
// CHECK-NEXT: arith.addf %[[S]], %[[A]]
func.func @direct(%x: tensor<1x7x8x3xf32>, %f: tensor<3x3x3x8xf32>, %z: tensor<1x3x4x8xf32>) -> tensor<1x3x4x8xf32> {
  %y = linalg.conv_2d_nhwc_hwcf {strides = dense<[2, 1]> : tensor<2xi64>, dilations = dense<[1, 2]> : tensor<2xi64>, wino.plan = #wino.plan<algorithm = direct, schedule = <block = 1x2, k_block = 8, micro_tile = 5x8, vector = 4>>} ins(%x, %f : tensor<1x7x8x3xf32>, tensor<3x3x3x8xf32>) outs(%z : tensor<1x3x4x8xf32>) -> tensor<1x3x4x8xf32>
  return %y : tensor<1x3x4x8xf32>
}

// A padding, here one of NCHW, is a padded copy of the image, which tiling makes
// one of the rows under a block: 5 of them for 2 rows of results.
// CHECK-LABEL: func @direct_pad
// CHECK-SAME: %[[X:[^:]*]]: tensor<2x6x9x6xf32>
// CHECK-SAME: scratch_bytes = 840 : i64
// CHECK: %[[T:.*]] = linalg.transpose ins(%[[X]] : {{.*}}) permutation = [0, 2, 3, 1]
// CHECK: %[[P:.*]] = wino.pad_image pad [1, 0, 1, 0] ins(%[[T]] : tensor<2x9x6x6xf32>) outs(%{{.*}} : tensor<2x10x7x6xf32>)
// CHECK: wino.conv kernel [3, 3] strides [2, 2] dilations [1, 1] {{.*}} ins(%[[P]], %{{.*}} : {{.*}}) outs(%{{.*}} : tensor<2x4x3x8xf32>) ->
func.func @direct_pad(%x: tensor<2x6x9x6xf32>, %f: tensor<8x6x3x3xf32>) -> tensor<2x8x4x3xf32> {
  %zero = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 0, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<2x6x9x6xf32> to tensor<2x6x10x7xf32>
  %e = tensor.empty() : tensor<2x8x4x3xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<2x8x4x3xf32>) -> tensor<2x8x4x3xf32>
  %y = linalg.conv_2d_nchw_fchw {strides = dense<2> : tensor<2xi64>, wino.plan = #wino.plan<algorithm = direct, schedule = <block = 2x0, k_block = 8, micro_tile = 5x8, vector = 4>>} ins(%p, %f : tensor<2x6x10x7xf32>, tensor<8x6x3x3xf32>) outs(%z : tensor<2x8x4x3xf32>) -> tensor<2x8x4x3xf32>
  return %y : tensor<2x8x4x3xf32>
}

// The image has more rows than the convolution reads: V is not all its tiles.
// CHECK-LABEL: func @spare_rows
// CHECK: wino.input_transform <F(2x2, 3x3)> pad [0, 0, 0, 0] origin[%c0, %c0] ins(%{{.*}} : tensor<1x10x6x4xf32>) outs(%{{.*}} : tensor<4x4x1x2x2x4xf32>)
func.func @spare_rows(%x: tensor<1x10x6x4xf32>, %f: tensor<3x3x4x8xf32>, %z: tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xf32> {
  %y = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = winograd, transform = <F(2x2, 3x3)>, schedule = <block = 1x2, k_block = 8, micro_tile = 5x8, vector = 4>>} ins(%x, %f : tensor<1x10x6x4xf32>, tensor<3x3x4x8xf32>) outs(%z : tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xf32>
  return %y : tensor<1x4x4x8xf32>
}

// A padding with another value stays, as one of NHWC.
// CHECK-LABEL: func @pad_value
// CHECK: %[[ONE:.*]] = arith.constant 1.0
// CHECK: %[[P:.*]] = tensor.pad %{{.*}} low[0, 1, 1, 0] high[0, 1, 1, 0]
// CHECK: tensor.yield %[[ONE]]
// CHECK: wino.input_transform <F(2x2, 3x3)> pad [0, 0, 0, 0] ins(%[[P]] : tensor<1x6x6x3xf32>)
func.func @pad_value(%x: tensor<1x3x4x4xf32>, %f: tensor<8x3x3x3xf32>, %z: tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
  %p = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 1, 1] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    %one = arith.constant 1.0 : f32
    tensor.yield %one : f32
  } : tensor<1x3x4x4xf32> to tensor<1x3x6x6xf32>
  %y = linalg.conv_2d_nchw_fchw {wino.plan = #wino.plan<algorithm = winograd, transform = <F(2x2, 3x3)>, schedule = <block = 1x2, k_block = 8, micro_tile = 5x8, vector = 4>>} ins(%p, %f : tensor<1x3x6x6xf32>, tensor<8x3x3x3xf32>) outs(%z : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
  return %y : tensor<1x8x4x4xf32>
}

// A bias that a generic broadcasts, over a permuted result, is no vector by the
// channel: the whole tensor is added.
// CHECK-LABEL: func @permuted_broadcast
// CHECK: %[[G:.*]] = linalg.generic
// CHECK: wino.output_transform {{.*}} epilogue(%[[G]] : tensor<1x8x8x8xf32>)
func.func @permuted_broadcast(%x: tensor<1x10x10x4xf32>, %f: tensor<3x3x4x8xf32>, %b: tensor<8xf32>, %e: tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32> {
  %z = linalg.generic {indexing_maps = [affine_map<(n, h, w, c) -> (c)>, affine_map<(n, h, w, c) -> (n, c, w, h)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%b : tensor<8xf32>) outs(%e : tensor<1x8x8x8xf32>) {
  ^bb0(%i: f32, %o: f32):
    linalg.yield %i : f32
  } -> tensor<1x8x8x8xf32>
  %y = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = winograd, transform = <F(2x2, 3x3)>, schedule = <block = 1x2, k_block = 8, micro_tile = 5x8, vector = 4>>} ins(%x, %f : tensor<1x10x10x4xf32>, tensor<3x3x4x8xf32>) outs(%z : tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32>
  return %y : tensor<1x8x8x8xf32>
}

// A product with a weight is the convolution of one row by a 1x1 filter.
// CHECK-LABEL: func @matmul
// CHECK-SAME: %[[A:[^:]*]]: tensor<?x30xf32>, %[[W:[^:]*]]: tensor<30x10xf32>
// CHECK-DAG: %[[X:.*]] = tensor.expand_shape %[[A]] {{\[\[}}0, 1, 2], [3]] {{.*}} into tensor<1x1x?x30xf32>
// CHECK-DAG: %[[F:.*]] = tensor.expand_shape %[[W]] {{.*}} into tensor<1x1x30x10xf32>
// CHECK-DAG: wino.filter_transform <F(1x1, 1x1)> ins(%[[F]]
// CHECK-DAG: wino.im2row kernel [1, 1] {{.*}} ins(%[[X]] : {{.*}}) outs(%{{.*}} : tensor<1x1x1x1x?x32xf32>)
// CHECK: %[[Y:.*]] = wino.output_transform <F(1x1, 1x1)> {{.*}} epilogue(%{{.*}} : tensor<1x1x?x10xf32>)
// CHECK: tensor.collapse_shape %[[Y]] {{\[\[}}0, 1, 2], [3]]
func.func @matmul(%a: tensor<?x30xf32>, %w: tensor<30x10xf32> {wino.weight}, %b: tensor<?x10xf32>) -> tensor<?x10xf32> {
  %y = linalg.matmul {wino.plan = #wino.plan<algorithm = im2row, schedule = <block = 1x8, k_block = 12, micro_tile = 5x12, vector = 4>>} ins(%a, %w : tensor<?x30xf32>, tensor<30x10xf32>) outs(%b : tensor<?x10xf32>) -> tensor<?x10xf32>
  return %y : tensor<?x10xf32>
}

// A plan of loops leaves the op, and is recorded.
// CHECK-LABEL: func @loops
// CHECK-SAME: wino.layers = [{algorithm = "loops", {{.*}}name = "first"
// CHECK: linalg.conv_2d_nhwc_hwcf
// CHECK-NOT: wino.plan
// CHECK: return
func.func @loops(%x: tensor<1x10x6x4xf32>, %f: tensor<3x3x4x8xf32>, %z: tensor<1x8x4x8xf32>) -> tensor<1x8x4x8xf32> {
  %y = linalg.conv_2d_nhwc_hwcf {wino.plan = #wino.plan<algorithm = loops>} ins(%x, %f : tensor<1x10x6x4xf32>, tensor<3x3x4x8xf32>) outs(%z : tensor<1x8x4x8xf32>) -> tensor<1x8x4x8xf32> loc("first")
  return %y : tensor<1x8x4x8xf32>
}
