// RUN: wino-opt %s --wino-assign-plans --remarks-filter="wino.*" --remark-format=emitRemark 2>&1 | FileCheck %s

// What Wino does not compute stays as it is, and a remark says why.

// CHECK: AssignPlan | Category:wino | Remark="conv0 is left as it is: channels are not summed (depthwise or grouped)"
// CHECK: Remark="conv1 is left as it is: channels are not summed (depthwise or grouped)"
// CHECK: Remark="conv2 is left as it is: it is not 2-D"
// CHECK: Remark="conv3 is left as it is: it is not 2-D"
// CHECK: Remark="conv4 is left as it is: its elements are neither all of one floating-point type nor i8 summed in i32"
// CHECK: Remark="conv5 is left as it is: it has more operands than image and filter, such as zero points, which wino-normalize-integers takes out"
// CHECK: Remark="conv6 is left as it is: it is not on tensors"
// CHECK: Remark="conv7 is left as it is: the shape of the filter is dynamic"
// CHECK: Remark="conv8 is left as it is: a size is zero"
// CHECK: Remark="conv9 is left as it is: the right side of the product is no weight"
// CHECK: Remark="conv10 is left as it is: it does not have one batch, input channel and output channel dimension each"
// CHECK: Remark="conv11 is left as it is: an operand has more than 2^40 elements"
// CHECK: Remark="conv12 is left as it is: a size, stride or dilation of the filter exceeds 32768"
// CHECK: Remark="conv13 is left as it is: its elements are neither all of one floating-point type nor i8 summed in i32"
// CHECK-NOT: conv14
// CHECK-NOT: wino.plan
func.func @refused(
    %x: tensor<1x10x10x3xf32>, %f: tensor<3x3x3x8xf32>, %y: tensor<1x8x8x8xf32>,
    %fd: tensor<3x3x3xf32>, %yd: tensor<1x8x8x3xf32>,
    %xg: tensor<1x2x3x10x10xf32>, %fg: tensor<2x8x3x3x3xf32>, %yg: tensor<1x2x8x8x8xf32>,
    %x1: tensor<1x10x3xf32>, %f1: tensor<3x3x8xf32>, %y1: tensor<1x8x8xf32>,
    %x3: tensor<1x9x9x9x3xf32>, %f3: tensor<3x3x3x3x8xf32>, %y3: tensor<1x7x7x7x8xf32>,
    %xi: tensor<1x10x10x3xi8>, %fi: tensor<3x3x3x8xi8>, %yi: tensor<1x8x8x8xi32>, %zp: i32,
    %xs: tensor<1x10x10x3xi16>, %fs: tensor<3x3x3x8xi16>,
    %xm: memref<1x10x10x3xf32>, %fm: memref<3x3x3x8xf32>, %ym: memref<1x8x8x8xf32>,
    %fq: tensor<?x?x3x8xf32>, %yq: tensor<1x?x?x8xf32>,
    %x0: tensor<0x10x10x3xf32>, %y0: tensor<0x8x8x8xf32>,
    %a: tensor<4x3xf32>, %w: tensor<3x5xf32>, %b: tensor<4x5xf32>,
    %x2: tensor<10x10xf32>, %f2: tensor<3x3xf32>, %y2: tensor<8x8xf32>,
    %xl: tensor<1048577x1024x1024x1xf32>, %fl: tensor<1x1x1x1xf32>,
    %xk: tensor<1x1x40000x1xf32>, %fk: tensor<1x40000x1x1xf32>, %yk: tensor<1x1x1x1xf32>,
    %xh: tensor<1x10x10x3xf16>, %fh: tensor<3x3x3x8xf16>) {
  %0 = linalg.depthwise_conv_2d_nhwc_hwc ins(%x, %fd : tensor<1x10x10x3xf32>, tensor<3x3x3xf32>) outs(%yd : tensor<1x8x8x3xf32>) -> tensor<1x8x8x3xf32>
  %1 = linalg.conv_2d_ngchw_gfchw ins(%xg, %fg : tensor<1x2x3x10x10xf32>, tensor<2x8x3x3x3xf32>) outs(%yg : tensor<1x2x8x8x8xf32>) -> tensor<1x2x8x8x8xf32>
  %2 = linalg.conv_1d_nwc_wcf ins(%x1, %f1 : tensor<1x10x3xf32>, tensor<3x3x8xf32>) outs(%y1 : tensor<1x8x8xf32>) -> tensor<1x8x8xf32>
  %3 = linalg.conv_3d_ndhwc_dhwcf ins(%x3, %f3 : tensor<1x9x9x9x3xf32>, tensor<3x3x3x3x8xf32>) outs(%y3 : tensor<1x7x7x7x8xf32>) -> tensor<1x7x7x7x8xf32>
  %4 = linalg.conv_2d_nhwc_hwcf ins(%xs, %fs : tensor<1x10x10x3xi16>, tensor<3x3x3x8xi16>) outs(%yi : tensor<1x8x8x8xi32>) -> tensor<1x8x8x8xi32>
  %5 = linalg.conv_2d_nhwc_hwcf_q ins(%xi, %fi, %zp, %zp : tensor<1x10x10x3xi8>, tensor<3x3x3x8xi8>, i32, i32) outs(%yi : tensor<1x8x8x8xi32>) -> tensor<1x8x8x8xi32>
  linalg.conv_2d_nhwc_hwcf ins(%xm, %fm : memref<1x10x10x3xf32>, memref<3x3x3x8xf32>) outs(%ym : memref<1x8x8x8xf32>)
  %7 = linalg.conv_2d_nhwc_hwcf ins(%x, %fq : tensor<1x10x10x3xf32>, tensor<?x?x3x8xf32>) outs(%yq : tensor<1x?x?x8xf32>) -> tensor<1x?x?x8xf32>
  %8 = linalg.conv_2d_nhwc_hwcf ins(%x0, %f : tensor<0x10x10x3xf32>, tensor<3x3x3x8xf32>) outs(%y0 : tensor<0x8x8x8xf32>) -> tensor<0x8x8x8xf32>
  %9 = linalg.matmul ins(%a, %w : tensor<4x3xf32>, tensor<3x5xf32>) outs(%b : tensor<4x5xf32>) -> tensor<4x5xf32>
  %10 = linalg.conv_2d ins(%x2, %f2 : tensor<10x10xf32>, tensor<3x3xf32>) outs(%y2 : tensor<8x8xf32>) -> tensor<8x8xf32>
  %11 = linalg.conv_2d_nhwc_hwcf ins(%xl, %fl : tensor<1048577x1024x1024x1xf32>, tensor<1x1x1x1xf32>) outs(%xl : tensor<1048577x1024x1024x1xf32>) -> tensor<1048577x1024x1024x1xf32>
  %12 = linalg.conv_2d_nhwc_hwcf ins(%xk, %fk : tensor<1x1x40000x1xf32>, tensor<1x40000x1x1xf32>) outs(%yk : tensor<1x1x1x1xf32>) -> tensor<1x1x1x1xf32>
  %13 = linalg.conv_2d_nhwc_hwcf ins(%xh, %fh : tensor<1x10x10x3xf16>, tensor<3x3x3x8xf16>) outs(%y : tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32>
  // A pooling is no convolution, neither is an elementwise product.
  %14 = linalg.pooling_nhwc_max ins(%x, %f2 : tensor<1x10x10x3xf32>, tensor<3x3xf32>) outs(%yd : tensor<1x8x8x3xf32>) -> tensor<1x8x8x3xf32>
  %15 = linalg.mul ins(%a, %a : tensor<4x3xf32>, tensor<4x3xf32>) outs(%a : tensor<4x3xf32>) -> tensor<4x3xf32>
  return
}
