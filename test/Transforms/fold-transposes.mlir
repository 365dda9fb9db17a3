// RUN: wino-opt %s --wino-fold-transposes | FileCheck %s
// RUN: wino-opt %s --wino-fold-transposes --remarks-filter="wino.*" \
// RUN:   --remark-format=emitRemark -o %t 2>&1 | FileCheck %s --check-prefix=REMARK

// The image is read, and the result written, in the layout they have.
// CHECK-LABEL: func @both_ends
// CHECK-SAME: %[[X:[^:]*]]: tensor<?x8x?x?xf32>
// CHECK-SAME: %[[Y:[^:]*]]: tensor<?x8x?x?xf32>
// CHECK-NOT: linalg.transpose
// CHECK: wino.input_transform <F(2x2, 3x3)> pad [1, 1, 1, 1] layout nchw ins(%[[X]] : tensor<?x8x?x?xf32>)
// CHECK-NOT: linalg.transpose
// CHECK: %[[R:.*]] = wino.output_transform <F(2x2, 3x3)> layout nchw ins({{.*}}) outs(%[[Y]] : tensor<?x8x?x?xf32>)
// CHECK-SAME: epilogue(%{{.*}} : tensor<8xf32>)
// CHECK: return %{{.*}}, %[[R]]
func.func @both_ends(%x: tensor<?x8x?x?xf32>, %v: tensor<4x4x?x?x?x8xf32>, %m: tensor<4x4x?x?x?x8xf32>, %y: tensor<?x8x?x?xf32>, %yt: tensor<?x?x?x8xf32>, %b: tensor<8xf32>) -> (tensor<4x4x?x?x?x8xf32>, tensor<?x8x?x?xf32>) {
  %xt = linalg.transpose ins(%x : tensor<?x8x?x?xf32>) outs(%yt : tensor<?x?x?x8xf32>) permutation = [0, 2, 3, 1]
  %0 = wino.input_transform <F(2x2, 3x3)> pad [1, 1, 1, 1] ins(%xt : tensor<?x?x?x8xf32>) outs(%v : tensor<4x4x?x?x?x8xf32>) -> tensor<4x4x?x?x?x8xf32>
  %1 = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<4x4x?x?x?x8xf32>) outs(%yt : tensor<?x?x?x8xf32>) epilogue(%b : tensor<8xf32>) {
  ^bb0(%sum: f32, %bias: f32):
    %2 = arith.addf %sum, %bias : f32
    wino.yield %2 : f32
  } -> tensor<?x?x?x8xf32>
  %3 = linalg.transpose ins(%1 : tensor<?x?x?x8xf32>) outs(%y : tensor<?x8x?x?xf32>) permutation = [0, 3, 1, 2]
  return %0, %3 : tensor<4x4x?x?x?x8xf32>, tensor<?x8x?x?xf32>
}

// Two readers and a residual share one transpose.
// CHECK-LABEL: func @several_readers
// CHECK-SAME: %[[X:[^:]*]]: tensor<1x8x6x6xf32>
// CHECK-NOT: linalg.transpose
// CHECK: wino.input_transform {{.*}} layout nchw ins(%[[X]]
// CHECK: wino.input_transform {{.*}} layout nchw ins(%[[X]]
// CHECK: wino.output_transform <F(2x2, 3x3)> ins
// CHECK-SAME: epilogue(%{{[a-z0-9]+}}, %[[X]] nchw : tensor<8xf32>, tensor<1x8x6x6xf32>)
func.func @several_readers(%x: tensor<1x8x6x6xf32>, %v: tensor<4x4x1x3x3x8xf32>, %b: tensor<8xf32>, %e: tensor<1x6x6x8xf32>) -> (tensor<4x4x1x3x3x8xf32>, tensor<4x4x1x3x3x8xf32>, tensor<1x6x6x8xf32>) {
  %xt = linalg.transpose ins(%x : tensor<1x8x6x6xf32>) outs(%e : tensor<1x6x6x8xf32>) permutation = [0, 2, 3, 1]
  %0 = wino.input_transform <F(2x2, 3x3)> pad [1, 1, 1, 1] ins(%xt : tensor<1x6x6x8xf32>) outs(%v : tensor<4x4x1x3x3x8xf32>) -> tensor<4x4x1x3x3x8xf32>
  %1 = wino.input_transform <F(2x2, 3x3)> pad [2, 0, 0, 2] ins(%xt : tensor<1x6x6x8xf32>) outs(%v : tensor<4x4x1x3x3x8xf32>) -> tensor<4x4x1x3x3x8xf32>
  %2 = wino.output_transform <F(2x2, 3x3)> ins(%0 : tensor<4x4x1x3x3x8xf32>) outs(%e : tensor<1x6x6x8xf32>) epilogue(%b, %xt : tensor<8xf32>, tensor<1x6x6x8xf32>) {
  ^bb0(%sum: f32, %bias: f32, %r: f32):
    %3 = arith.addf %sum, %r : f32
    wino.yield %3 : f32
  } -> tensor<1x6x6x8xf32>
  return %0, %1, %2 : tensor<4x4x1x3x3x8xf32>, tensor<4x4x1x3x3x8xf32>, tensor<1x6x6x8xf32>
}

// A layout change back to NHWC folds, too.
// CHECK-LABEL: func @back
// CHECK-NOT: linalg.transpose
// CHECK: wino.input_transform <F(2x2, 3x3)> pad [1, 1, 1, 1] ins(%{{.*}} : tensor<1x6x6x8xf32>)
func.func @back(%x: tensor<1x6x6x8xf32>, %v: tensor<4x4x1x3x3x8xf32>, %e: tensor<1x8x6x6xf32>) -> tensor<4x4x1x3x3x8xf32> {
  %xt = linalg.transpose ins(%x : tensor<1x6x6x8xf32>) outs(%e : tensor<1x8x6x6xf32>) permutation = [0, 3, 1, 2]
  %0 = wino.input_transform <F(2x2, 3x3)> pad [1, 1, 1, 1] layout nchw ins(%xt : tensor<1x8x6x6xf32>) outs(%v : tensor<4x4x1x3x3x8xf32>) -> tensor<4x4x1x3x3x8xf32>
  return %0 : tensor<4x4x1x3x3x8xf32>
}

// Another user needs the transposed image anyway.
// CHECK-LABEL: func @other_reader
// CHECK: linalg.transpose
// CHECK-NOT: nchw
// REMARK: fold-transposes.mlir:[[#@LINE+2]]:{{.*}}a whole image is transposed: it is no change between NHWC and NCHW, or has users that read one layout only
func.func @other_reader(%x: tensor<1x8x6x6xf32>, %v: tensor<4x4x1x3x3x8xf32>, %e: tensor<1x6x6x8xf32>) -> (tensor<4x4x1x3x3x8xf32>, tensor<1x6x6x8xf32>) {
  %xt = linalg.transpose ins(%x : tensor<1x8x6x6xf32>) outs(%e : tensor<1x6x6x8xf32>) permutation = [0, 2, 3, 1]
  %0 = wino.input_transform <F(2x2, 3x3)> pad [1, 1, 1, 1] ins(%xt : tensor<1x6x6x8xf32>) outs(%v : tensor<4x4x1x3x3x8xf32>) -> tensor<4x4x1x3x3x8xf32>
  return %0, %xt : tensor<4x4x1x3x3x8xf32>, tensor<1x6x6x8xf32>
}

// CHECK-LABEL: func @other_permutation
// CHECK: linalg.transpose
// CHECK-NOT: nchw
func.func @other_permutation(%x: tensor<1x8x6x6xf32>, %v: tensor<4x4x1x3x3x8xf32>, %e: tensor<1x6x6x8xf32>) -> tensor<4x4x1x3x3x8xf32> {
  %xt = linalg.transpose ins(%x : tensor<1x8x6x6xf32>) outs(%e : tensor<1x6x6x8xf32>) permutation = [0, 3, 2, 1]
  %0 = wino.input_transform <F(2x2, 3x3)> pad [1, 1, 1, 1] ins(%xt : tensor<1x6x6x8xf32>) outs(%v : tensor<4x4x1x3x3x8xf32>) -> tensor<4x4x1x3x3x8xf32>
  return %0 : tensor<4x4x1x3x3x8xf32>
}

// The result is needed in both layouts.
// CHECK-LABEL: func @two_results
// CHECK: wino.output_transform <F(2x2, 3x3)> ins
// CHECK: linalg.transpose
// REMARK: a whole image is transposed: the convolution has other users
func.func @two_results(%m: tensor<4x4x1x3x3x8xf32>, %e: tensor<1x6x6x8xf32>, %y: tensor<1x8x6x6xf32>) -> (tensor<1x6x6x8xf32>, tensor<1x8x6x6xf32>) {
  %0 = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<4x4x1x3x3x8xf32>) outs(%e : tensor<1x6x6x8xf32>) -> tensor<1x6x6x8xf32>
  %1 = linalg.transpose ins(%0 : tensor<1x6x6x8xf32>) outs(%y : tensor<1x8x6x6xf32>) permutation = [0, 3, 1, 2]
  return %0, %1 : tensor<1x6x6x8xf32>, tensor<1x8x6x6xf32>
}

// CHECK-LABEL: func @other_result_permutation
// CHECK: wino.output_transform <F(2x2, 3x3)> ins
// CHECK: linalg.transpose
// REMARK: a whole image is transposed: the convolution writes NHWC or NCHW in its block
func.func @other_result_permutation(%m: tensor<4x4x1x3x3x8xf32>, %e: tensor<1x6x6x8xf32>, %y: tensor<8x6x6x1xf32>) -> tensor<8x6x6x1xf32> {
  %0 = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<4x4x1x3x3x8xf32>) outs(%e : tensor<1x6x6x8xf32>) -> tensor<1x6x6x8xf32>
  %1 = linalg.transpose ins(%0 : tensor<1x6x6x8xf32>) outs(%y : tensor<8x6x6x1xf32>) permutation = [3, 1, 2, 0]
  return %1 : tensor<8x6x6x1xf32>
}

// CHECK-LABEL: func @im2row
// CHECK: linalg.transpose
// REMARK: a whole image is transposed: wino.im2row reads NHWC
func.func @im2row(%x: tensor<1x3x8x8xf32>, %p: tensor<1x1x1x6x6x28xf32>, %e: tensor<1x8x8x3xf32>) -> tensor<1x1x1x6x6x28xf32> {
  %xt = linalg.transpose ins(%x : tensor<1x3x8x8xf32>) outs(%e : tensor<1x8x8x3xf32>) permutation = [0, 2, 3, 1]
  %0 = wino.im2row kernel [3, 3] strides [1, 1] dilations [1, 1] pad [0, 0, 0, 0] ins(%xt : tensor<1x8x8x3xf32>) outs(%p : tensor<1x1x1x6x6x28xf32>) -> tensor<1x1x1x6x6x28xf32>
  return %0 : tensor<1x1x1x6x6x28xf32>
}

// CHECK-LABEL: func @conv
// CHECK-NOT: linalg.transpose
// CHECK: wino.pad_image pad [1, 1, 1, 1] layout nchw ins(%{{.*}} : tensor<1x2x7x7xf32>)
// CHECK: wino.conv {{.*}} layout nchw {{.*}} epilogue(%{{.*}} nchw : tensor<1x8x7x7xf32>)
// CHECK-NOT: linalg.transpose
// CHECK: return
func.func @conv(%x: tensor<1x2x7x7xf32>, %z: tensor<1x9x9x2xf32>, %u: tensor<1x1x1x2x18x4xf32>, %ex: tensor<1x7x7x2xf32>, %e: tensor<1x7x7x8xf32>, %o: tensor<1x8x7x7xf32>) -> tensor<1x8x7x7xf32> {
  %xt = linalg.transpose ins(%x : tensor<1x2x7x7xf32>) outs(%ex : tensor<1x7x7x2xf32>) permutation = [0, 2, 3, 1]
  %0 = wino.pad_image pad [1, 1, 1, 1] ins(%xt : tensor<1x7x7x2xf32>) outs(%z : tensor<1x9x9x2xf32>) -> tensor<1x9x9x2xf32>
  %ot = linalg.transpose ins(%o : tensor<1x8x7x7xf32>) outs(%e : tensor<1x7x7x8xf32>) permutation = [0, 2, 3, 1]
  %1 = wino.conv kernel [3, 3] strides [1, 1] dilations [1, 1] ins(%0, %u : tensor<1x9x9x2xf32>, tensor<1x1x1x2x18x4xf32>) outs(%e : tensor<1x7x7x8xf32>) epilogue(%ot : tensor<1x7x7x8xf32>) {
  ^bb0(%sum: f32, %r: f32):
    %3 = arith.addf %sum, %r : f32
    wino.yield %3 : f32
  } -> tensor<1x7x7x8xf32>
  %2 = linalg.transpose ins(%1 : tensor<1x7x7x8xf32>) outs(%o : tensor<1x8x7x7xf32>) permutation = [0, 3, 1, 2]
  return %2 : tensor<1x8x7x7xf32>
}

// A direct convolution reads pixels of a copy that is made where it is needed.
// CHECK-LABEL: func @read_image
// CHECK-NOT: linalg.transpose
// CHECK: %[[COPY:.*]] = wino.pad_image pad [0, 0, 0, 0] layout nchw ins(%{{.*}} : tensor<1x2x7x?xf32>)
// CHECK: wino.conv {{.*}} ins(%[[COPY]],
func.func @read_image(%x: tensor<1x2x7x?xf32>, %u: tensor<1x1x1x2x2x4xf32>, %ex: tensor<1x7x?x2xf32>, %e: tensor<1x7x?x8xf32>) -> tensor<1x7x?x8xf32> {
  %xt = linalg.transpose ins(%x : tensor<1x2x7x?xf32>) outs(%ex : tensor<1x7x?x2xf32>) permutation = [0, 2, 3, 1]
  %0 = wino.conv kernel [1, 1] strides [1, 1] dilations [1, 1] ins(%xt, %u : tensor<1x7x?x2xf32>, tensor<1x1x1x2x2x4xf32>) outs(%e : tensor<1x7x?x8xf32>) -> tensor<1x7x?x8xf32>
  return %0 : tensor<1x7x?x8xf32>
}
