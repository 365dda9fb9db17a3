// RUN: wino-opt %s --wino-absorb-epilogue --canonicalize --cse | FileCheck %s

// A pooling with its padding between two convolutions in NCHW.
// CHECK-LABEL: func @between
// CHECK-SAME: %[[X:[^:]*]]: tensor<1x6x6x8xf32>
// CHECK-DAG: %[[LOW:.*]] = arith.constant 0xFF800000 : f32
// CHECK-NOT: linalg.transpose
// CHECK: %[[P:.*]] = tensor.pad %[[X]] low[0, 1, 2, 0] high[0, 3, 0, 0]
// CHECK: tensor<1x6x6x8xf32> to tensor<1x10x8x8xf32>
// CHECK: %[[I:.*]] = linalg.fill ins(%[[LOW]] : f32) outs(%{{.*}} : tensor<1x5x3x8xf32>)
// CHECK: %[[Y:.*]] = linalg.pooling_nhwc_max {dilations = dense<1> : tensor<2xi64>, strides = dense<[2, 3]> : tensor<2xi64>} ins(%[[P]], %{{.*}} : tensor<1x10x8x8xf32>, tensor<2x2xf32>) outs(%[[I]]
// CHECK: return %[[Y]]
func.func @between(%x: tensor<1x6x6x8xf32>, %e: tensor<1x8x6x6xf32>, %k: tensor<2x2xf32>, %y: tensor<1x8x5x3xf32>, %z: tensor<1x5x3x8xf32>) -> tensor<1x5x3x8xf32> {
  %low = arith.constant 0xFF800000 : f32
  %t = linalg.transpose ins(%x : tensor<1x6x6x8xf32>) outs(%e : tensor<1x8x6x6xf32>) permutation = [0, 3, 1, 2]
  %p = tensor.pad %t low[0, 0, 1, 2] high[0, 0, 3, 0] {
  ^bb0(%a: index, %b: index, %c: index, %d: index):
    tensor.yield %low : f32
  } : tensor<1x8x6x6xf32> to tensor<1x8x10x8xf32>
  %i = linalg.fill ins(%low : f32) outs(%y : tensor<1x8x5x3xf32>) -> tensor<1x8x5x3xf32>
  %0 = linalg.pooling_nchw_max {dilations = dense<1> : tensor<2xi64>, strides = dense<[2, 3]> : tensor<2xi64>} ins(%p, %k : tensor<1x8x10x8xf32>, tensor<2x2xf32>) outs(%i : tensor<1x8x5x3xf32>) -> tensor<1x8x5x3xf32>
  %1 = linalg.transpose ins(%0 : tensor<1x8x5x3xf32>) outs(%z : tensor<1x5x3x8xf32>) permutation = [0, 2, 3, 1]
  return %1 : tensor<1x5x3x8xf32>
}

// Sizes that are not known.
// CHECK-LABEL: func @sum_dynamic
// CHECK: %[[Y:.*]] = linalg.pooling_nhwc_sum {{.*}} ins(%{{.*}}, %{{.*}} : tensor<?x?x?x8xf32>, tensor<2x2xf32>)
// CHECK: linalg.transpose ins(%[[Y]] : tensor<?x?x?x8xf32>) outs(%{{.*}} : tensor<?x8x?x?xf32>) permutation = [0, 3, 1, 2]
func.func @sum_dynamic(%x: tensor<?x?x?x8xf32>, %e: tensor<?x8x?x?xf32>, %k: tensor<2x2xf32>, %y: tensor<?x8x?x?xf32>) -> tensor<?x8x?x?xf32> {
  %zero = arith.constant 0.0 : f32
  %t = linalg.transpose ins(%x : tensor<?x?x?x8xf32>) outs(%e : tensor<?x8x?x?xf32>) permutation = [0, 3, 1, 2]
  %i = linalg.fill ins(%zero : f32) outs(%y : tensor<?x8x?x?xf32>) -> tensor<?x8x?x?xf32>
  %0 = linalg.pooling_nchw_sum {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%t, %k : tensor<?x8x?x?xf32>, tensor<2x2xf32>) outs(%i : tensor<?x8x?x?xf32>) -> tensor<?x8x?x?xf32>
  return %0 : tensor<?x8x?x?xf32>
}

// An image in NCHW, and one that comes from another layout, stay.
// CHECK-LABEL: func @no_transpose
// CHECK: linalg.pooling_nchw_max
// CHECK: linalg.pooling_nchw_max
func.func @no_transpose(%x: tensor<1x8x6x6xf32>, %c: tensor<6x6x8x1xf32>, %k: tensor<2x2xf32>, %y: tensor<1x8x5x5xf32>) -> (tensor<1x8x5x5xf32>, tensor<1x8x5x5xf32>) {
  %low = arith.constant 0xFF800000 : f32
  %t = linalg.transpose ins(%c : tensor<6x6x8x1xf32>) outs(%x : tensor<1x8x6x6xf32>) permutation = [3, 2, 0, 1]
  %i = linalg.fill ins(%low : f32) outs(%y : tensor<1x8x5x5xf32>) -> tensor<1x8x5x5xf32>
  %0 = linalg.pooling_nchw_max {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%x, %k : tensor<1x8x6x6xf32>, tensor<2x2xf32>) outs(%i : tensor<1x8x5x5xf32>) -> tensor<1x8x5x5xf32>
  %1 = linalg.pooling_nchw_max {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%t, %k : tensor<1x8x6x6xf32>, tensor<2x2xf32>) outs(%i : tensor<1x8x5x5xf32>) -> tensor<1x8x5x5xf32>
  return %0, %1 : tensor<1x8x5x5xf32>, tensor<1x8x5x5xf32>
}

// What the pooling accumulates to would have to be transposed.
// CHECK-LABEL: func @accumulates
// CHECK: linalg.pooling_nchw_max
func.func @accumulates(%x: tensor<1x6x6x8xf32>, %e: tensor<1x8x6x6xf32>, %k: tensor<2x2xf32>, %y: tensor<1x8x5x5xf32>) -> tensor<1x8x5x5xf32> {
  %t = linalg.transpose ins(%x : tensor<1x6x6x8xf32>) outs(%e : tensor<1x8x6x6xf32>) permutation = [0, 3, 1, 2]
  %0 = linalg.pooling_nchw_max {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%t, %k : tensor<1x8x6x6xf32>, tensor<2x2xf32>) outs(%y : tensor<1x8x5x5xf32>) -> tensor<1x8x5x5xf32>
  return %0 : tensor<1x8x5x5xf32>
}

// The padding depends on the place.
// CHECK-LABEL: func @computed_pad
// CHECK: linalg.transpose
// CHECK: tensor.pad
// CHECK-NOT: linalg.transpose
// CHECK: return
func.func @computed_pad(%x: tensor<1x6x6x8xf32>, %e: tensor<1x8x6x6xf32>, %v: tensor<7xf32>, %k: tensor<2x2xf32>, %y: tensor<1x8x5x6xf32>) -> tensor<1x8x5x6xf32> {
  %t = linalg.transpose ins(%x : tensor<1x6x6x8xf32>) outs(%e : tensor<1x8x6x6xf32>) permutation = [0, 3, 1, 2]
  %p = tensor.pad %t low[0, 0, 0, 0] high[0, 0, 0, 1] {
  ^bb0(%a: index, %b: index, %c: index, %d: index):
    %i = tensor.extract %v[%d] : tensor<7xf32>
    tensor.yield %i : f32
  } : tensor<1x8x6x6xf32> to tensor<1x8x6x7xf32>
  %low = arith.constant 0xFF800000 : f32
  %f = linalg.fill ins(%low : f32) outs(%y : tensor<1x8x5x6xf32>) -> tensor<1x8x5x6xf32>
  %0 = linalg.pooling_nchw_max {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%p, %k : tensor<1x8x6x7xf32>, tensor<2x2xf32>) outs(%f : tensor<1x8x5x6xf32>) -> tensor<1x8x5x6xf32>
  return %0 : tensor<1x8x5x6xf32>
}

// Without a pooling the convolution can write the layout that is padded.
// CHECK-LABEL: func @pad_only
// CHECK: linalg.transpose
// CHECK: tensor.pad
// CHECK-NOT: linalg.transpose
// CHECK: return
func.func @pad_only(%x: tensor<1x6x6x8xf32>, %e: tensor<1x8x6x6xf32>) -> tensor<1x8x6x7xf32> {
  %zero = arith.constant 0.0 : f32
  %t = linalg.transpose ins(%x : tensor<1x6x6x8xf32>) outs(%e : tensor<1x8x6x6xf32>) permutation = [0, 3, 1, 2]
  %p = tensor.pad %t low[0, 0, 0, 0] high[0, 0, 0, 1] {
  ^bb0(%a: index, %b: index, %c: index, %d: index):
    tensor.yield %zero : f32
  } : tensor<1x8x6x6xf32> to tensor<1x8x6x7xf32>
  return %p : tensor<1x8x6x7xf32>
}
