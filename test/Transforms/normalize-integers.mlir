// RUN: wino-opt %s --wino-normalize-integers -split-input-file | FileCheck %s
// RUN: wino-opt %s --wino-normalize-integers -split-input-file --remarks-filter="wino.*" --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

// A zero point of the image: the sums of the filter give an offset by channel.
// CHECK-DAG: #[[$CHANNEL:.*]] = affine_map<(d0, d1, d2, d3) -> (d3)>
// CHECK-LABEL: func.func @image_zero_point
// CHECK-SAME: (%[[X:.*]]: tensor<1x8x8x4xi8>, %[[W:.*]]: tensor<3x3x4x8xi8>, %[[Y:.*]]: tensor<1x6x6x8xi32>)
// CHECK: %[[PLAIN:.*]] = linalg.generic {{.*}} ins(%[[X]], %[[W]] : tensor<1x8x8x4xi8>, tensor<3x3x4x8xi8>) outs(%[[Y]] : tensor<1x6x6x8xi32>) attrs = {{ *}}{note = "kept"}
// CHECK-NEXT: ^bb0(%[[A:.*]]: i8, %[[B:.*]]: i8, %[[OLD:.*]]: i32):
// CHECK-NEXT: %[[WIDE_A:.*]] = arith.extsi %[[A]]
// CHECK-NEXT: %[[WIDE_B:.*]] = arith.extsi %[[B]]
// CHECK-NEXT: %[[PRODUCT:.*]] = arith.muli %[[WIDE_A]], %[[WIDE_B]]
// CHECK-NEXT: arith.addi %[[OLD]], %[[PRODUCT]]
// CHECK: %[[SUMS:.*]] = linalg.generic {{.*}}"reduction", "reduction", "reduction", "parallel"]} ins(%[[W]] :
// CHECK: %[[OFFSETS:.*]] = linalg.generic {{.*}} ins(%[[SUMS]] : tensor<8xi32>)
// CHECK: arith.constant -3 : i32
// CHECK: %[[RESULT:.*]] = linalg.generic {indexing_maps = [#{{.*}}, #[[$CHANNEL]], #{{.*}}]{{.*}} ins(%[[PLAIN]], %[[OFFSETS]] :
// CHECK: return %[[RESULT]]
func.func @image_zero_point(%x: tensor<1x8x8x4xi8>, %w: tensor<3x3x4x8xi8>,
                            %y: tensor<1x6x6x8xi32>) -> tensor<1x6x6x8xi32> {
  %zx = arith.constant 3 : i32
  %zw = arith.constant 0 : i32
  %r = linalg.conv_2d_nhwc_hwcf_q {note = "kept"}
    ins(%x, %w, %zx, %zw : tensor<1x8x8x4xi8>, tensor<3x3x4x8xi8>, i32, i32)
    outs(%y : tensor<1x6x6x8xi32>) -> tensor<1x6x6x8xi32>
  return %r : tensor<1x6x6x8xi32>
}

// -----

// A zero point of the filter: sums of the image under the filter, in any layout.
// CHECK-LABEL: func.func @filter_zero_point
// CHECK: %[[PLAIN:.*]] = linalg.generic
// CHECK: %[[WINDOW:.*]] = tensor.empty() : tensor<3x3xi32>
// CHECK: %[[SUMS:.*]] = linalg.generic {{.*}} ins(%{{.*}}, %[[WINDOW]] : tensor<1x4x8x8xi8>, tensor<3x3xi32>) outs(%{{.*}} : tensor<1x3x3xi32>)
// CHECK: linalg.generic {{.*}} ins(%[[PLAIN]], %[[SUMS]] : tensor<1x8x3x3xi32>, tensor<1x3x3xi32>)
// CHECK: arith.constant 5 : i32
func.func @filter_zero_point(%x: tensor<1x4x8x8xi8>, %w: tensor<8x4x3x3xi8>,
                             %y: tensor<1x8x3x3xi32>) -> tensor<1x8x3x3xi32> {
  %zx = arith.constant 0 : i32
  %zw = arith.constant -5 : i32
  %r = linalg.conv_2d_nchw_fchw_q {strides = dense<2> : tensor<2xi64>}
    ins(%x, %w, %zx, %zw : tensor<1x4x8x8xi8>, tensor<8x4x3x3xi8>, i32, i32)
    outs(%y : tensor<1x8x3x3xi32>) -> tensor<1x8x3x3xi32>
  return %r : tensor<1x8x3x3xi32>
}

// -----

// Unsigned bytes, below their padding; its value moves, too.
#image = affine_map<(n, h, w, f, kh, kw, c) -> (n, h + kh, w + kw, c)>
#filter = affine_map<(n, h, w, f, kh, kw, c) -> (kh, kw, c, f)>
#result = affine_map<(n, h, w, f, kh, kw, c) -> (n, h, w, f)>
// CHECK-LABEL: func.func @unsigned_image
// CHECK-SAME: (%[[X:.*]]: tensor<1x6x6x4xi8>,
// CHECK: %[[FLIPPED:.*]] = linalg.generic {{.*}} ins(%[[X]] : tensor<1x6x6x4xi8>)
// CHECK: arith.xori %{{.*}}, %c-128_i8
// CHECK: tensor.pad %[[FLIPPED]]
// CHECK: tensor.yield %[[PAD:.*]] : i8
// CHECK-NOT: extui
// CHECK: arith.constant 128 : i32
func.func @unsigned_image(%x: tensor<1x6x6x4xi8>, %w: tensor<3x3x4x8xi8>,
                          %y: tensor<1x6x6x8xi32>) -> tensor<1x6x6x8xi32> {
  %zero = arith.constant 0 : i8
  %pad = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%a: index, %b: index, %c: index, %d: index):
    tensor.yield %zero : i8
  } : tensor<1x6x6x4xi8> to tensor<1x8x8x4xi8>
  %r = linalg.generic {indexing_maps = [#image, #filter, #result],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
    ins(%pad, %w : tensor<1x8x8x4xi8>, tensor<3x3x4x8xi8>)
    outs(%y : tensor<1x6x6x8xi32>) {
  ^bb0(%a: i8, %b: i8, %c: i32):
    %p = arith.extui %a : i8 to i32
    %q = arith.extsi %b : i8 to i32
    %m = arith.muli %p, %q : i32
    %s = arith.addi %c, %m : i32
    linalg.yield %s : i32
  } -> tensor<1x6x6x8xi32>
  return %r : tensor<1x6x6x8xi32>
}

// -----

// A matrix product stays one; with both zero points there is a constant.
// CHECK-LABEL: func.func @matmul
// CHECK: %[[PLAIN:.*]] = linalg.matmul ins(%{{.*}}, %{{.*}} : tensor<3x20xi8>, tensor<20x7xi8>)
// CHECK: arith.constant -3 : i32
// CHECK: arith.constant 120 : i32
// CHECK: linalg.generic {{.*}} ins(%[[PLAIN]], %{{.*}}, %{{.*}} : tensor<3x7xi32>, tensor<7xi32>, tensor<3xi32>)
func.func @matmul(%x: tensor<3x20xi8>, %w: tensor<20x7xi8> {wino.weight},
                  %y: tensor<3x7xi32>) -> tensor<3x7xi32> {
  %zx = arith.constant 3 : i32
  %zw = arith.constant 2 : i32
  %r = linalg.quantized_matmul
    ins(%x, %w, %zx, %zw : tensor<3x20xi8>, tensor<20x7xi8>, i32, i32)
    outs(%y : tensor<3x7xi32>) -> tensor<3x7xi32>
  return %r : tensor<3x7xi32>
}

// -----

// Zero points that are no constants.
// CHECK-LABEL: func.func @variables
// CHECK-SAME: %[[X:[^:]*]]: tensor<1x8x8x4xi8>, %[[W:[^:]*]]: tensor<3x3x4x8xi8>, %[[Y:[^:]*]]: tensor<1x6x6x8xi32>, %[[ZX:[^:]*]]: i32, %[[ZW:[^:]*]]: i32
// CHECK: arith.subi %{{.*}}, %[[ZX]]
// CHECK: arith.subi %{{.*}}, %[[ZW]]
// CHECK-NOT: conv_2d_nhwc_hwcf_q
func.func @variables(%x: tensor<1x8x8x4xi8>, %w: tensor<3x3x4x8xi8>,
                     %y: tensor<1x6x6x8xi32>, %zx: i32, %zw: i32)
    -> tensor<1x6x6x8xi32> {
  %0 = linalg.conv_2d_nhwc_hwcf_q
    ins(%x, %w, %zx, %zw : tensor<1x8x8x4xi8>, tensor<3x3x4x8xi8>, i32, i32)
    outs(%y : tensor<1x6x6x8xi32>) -> tensor<1x6x6x8xi32>
  return %0 : tensor<1x6x6x8xi32>
}

// -----

// Without zero points there is nothing to do; neither for one that differs by
// channel, for a depthwise convolution or for other widths.
// CHECK-LABEL: func.func @left
// CHECK: linalg.conv_2d_nhwc_hwcf ins(
// CHECK: linalg.generic
// CHECK: linalg.depthwise_conv_2d_nhwc_hwc_q ins(
// CHECK: linalg.conv_2d_nhwc_hwcf_q ins(
// REMARK: NormalizeIntegers {{.*}}Remark="left with its zero points: a zero point is not the same for all products"
// REMARK: NormalizeIntegers {{.*}}Remark="left with its zero points: channels are not summed (depthwise or grouped)"
// REMARK-NOT: Remark
// The last of these is of the next function.
// REMARK: Remark="left with its zero points: the zero point 300 is not from -128 to 127"
// REMARK-NOT: Remark
func.func @left(%x: tensor<1x8x8x4xi8>, %w: tensor<3x3x4x8xi8>,
                %y: tensor<1x6x6x8xi32>, %zw: tensor<8xi32>, %d: tensor<3x3x4xi8>,
                %yd: tensor<1x6x6x4xi32>, %x16: tensor<1x8x8x4xi16>,
                %w16: tensor<3x3x4x8xi16>)
    -> (tensor<1x6x6x8xi32>, tensor<1x6x6x4xi32>, tensor<1x6x6x8xi32>) {
  %three = arith.constant 3 : i32
  %0 = linalg.conv_2d_nhwc_hwcf
    ins(%x, %w : tensor<1x8x8x4xi8>, tensor<3x3x4x8xi8>)
    outs(%y : tensor<1x6x6x8xi32>) -> tensor<1x6x6x8xi32>
  %1 = linalg.generic {
      indexing_maps = [affine_map<(n, h, w, f, i, j, c) -> (n, h + i, w + j, c)>,
                       affine_map<(n, h, w, f, i, j, c) -> (i, j, c, f)>,
                       affine_map<(n, h, w, f, i, j, c) -> (f)>,
                       affine_map<(n, h, w, f, i, j, c) -> (n, h, w, f)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel",
                        "reduction", "reduction", "reduction"]}
    ins(%x, %w, %zw : tensor<1x8x8x4xi8>, tensor<3x3x4x8xi8>, tensor<8xi32>)
    outs(%0 : tensor<1x6x6x8xi32>) {
  ^bb0(%a: i8, %b: i8, %z: i32, %o: i32):
    %e = arith.extsi %a : i8 to i32
    %f = arith.extsi %b : i8 to i32
    %g = arith.subi %f, %z : i32
    %p = arith.muli %e, %g : i32
    %s = arith.addi %o, %p : i32
    linalg.yield %s : i32
  } -> tensor<1x6x6x8xi32>
  %2 = linalg.depthwise_conv_2d_nhwc_hwc_q
    ins(%x, %d, %three, %three : tensor<1x8x8x4xi8>, tensor<3x3x4xi8>, i32, i32)
    outs(%yd : tensor<1x6x6x4xi32>) -> tensor<1x6x6x4xi32>
  %3 = linalg.conv_2d_nhwc_hwcf_q
    ins(%x16, %w16, %three, %three : tensor<1x8x8x4xi16>, tensor<3x3x4x8xi16>, i32, i32)
    outs(%y : tensor<1x6x6x8xi32>) -> tensor<1x6x6x8xi32>
  return %1, %2, %3 : tensor<1x6x6x8xi32>, tensor<1x6x6x4xi32>, tensor<1x6x6x8xi32>
}

// -----

// No byte has such a zero point.
// CHECK-LABEL: func.func @outside
// CHECK: linalg.conv_2d_nhwc_hwcf_q
func.func @outside(%x: tensor<1x8x8x4xi8>, %w: tensor<3x3x4x8xi8>,
                   %y: tensor<1x6x6x8xi32>) -> tensor<1x6x6x8xi32> {
  %zero = arith.constant 0 : i32
  %large = arith.constant 300 : i32
  %0 = linalg.conv_2d_nhwc_hwcf_q
    ins(%x, %w, %large, %zero : tensor<1x8x8x4xi8>, tensor<3x3x4x8xi8>, i32, i32)
    outs(%y : tensor<1x6x6x8xi32>) -> tensor<1x6x6x8xi32>
  return %0 : tensor<1x6x6x8xi32>
}
