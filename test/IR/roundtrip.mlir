// RUN: wino-opt %s | wino-opt | FileCheck %s
// RUN: wino-opt %s --mlir-print-op-generic | wino-opt | FileCheck %s
// RUN: wino-opt %s --emit-bytecode | wino-opt | FileCheck %s

// CHECK-LABEL: func @filter_transform
func.func @filter_transform(%f: tensor<3x3x64x128xf32>, %u: tensor<6x6x64x128xf32>, %p: tensor<2x6x6x4x64x16xf32>) -> (tensor<6x6x64x128xf32>, tensor<2x6x6x4x64x16xf32>) {
  // CHECK: wino.filter_transform <F(4x4, 3x3)> ins(%{{.*}} : tensor<3x3x64x128xf32>) outs(%{{.*}} : tensor<6x6x64x128xf32>) -> tensor<6x6x64x128xf32>
  %0 = wino.filter_transform <F(4x4, 3x3)>
    ins(%f : tensor<3x3x64x128xf32>)
    outs(%u : tensor<6x6x64x128xf32>) -> tensor<6x6x64x128xf32>
  // CHECK: wino.filter_transform <F(4x4, 3x3)> {{.*}} -> tensor<2x6x6x4x64x16xf32>
  %1 = wino.filter_transform <F(4x4, 3x3)>
    ins(%f : tensor<3x3x64x128xf32>)
    outs(%p : tensor<2x6x6x4x64x16xf32>) -> tensor<2x6x6x4x64x16xf32>
  return %0, %1 : tensor<6x6x64x128xf32>, tensor<2x6x6x4x64x16xf32>
}

// A filter that is packed as it is, and then transformed.
// CHECK-LABEL: func @filter_transform_packed
func.func @filter_transform_packed(%f: tensor<3x3x64x128xf32>, %p: tensor<2x3x3x4x64x16xf32>, %u: tensor<2x6x6x4x64x16xf32>) -> tensor<2x6x6x4x64x16xf32> {
  // CHECK: wino.filter_transform <F(1x1, 3x3), matrices = {{.*}}> {{.*}} -> tensor<2x3x3x4x64x16xf32>
  %0 = wino.filter_transform <F(1x1, 3x3), matrices = {AT = [[1, 1, 1]], G = [[1, 0, 0], [0, 1, 0], [0, 0, 1]], BT = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]}>
    ins(%f : tensor<3x3x64x128xf32>)
    outs(%p : tensor<2x3x3x4x64x16xf32>) -> tensor<2x3x3x4x64x16xf32>
  // CHECK: wino.filter_transform <F(4x4, 3x3)> ins(%{{.*}} : tensor<2x3x3x4x64x16xf32>) outs(%{{.*}} : tensor<2x6x6x4x64x16xf32>)
  %1 = wino.filter_transform <F(4x4, 3x3)>
    ins(%0 : tensor<2x3x3x4x64x16xf32>)
    outs(%u : tensor<2x6x6x4x64x16xf32>) -> tensor<2x6x6x4x64x16xf32>
  return %1 : tensor<2x6x6x4x64x16xf32>
}

// Depthwise filters, on memrefs.
// CHECK-LABEL: func @filter_transform_depthwise
func.func @filter_transform_depthwise(%f: memref<3x3x32xf32>, %u: memref<4x4x32xf32>) {
  // CHECK: wino.filter_transform <F(2x2, 3x3)> ins(%{{.*}} : memref<3x3x32xf32>) outs(%{{.*}} : memref<4x4x32xf32>){{$}}
  wino.filter_transform <F(2x2, 3x3)> ins(%f : memref<3x3x32xf32>) outs(%u : memref<4x4x32xf32>)
  return
}

// CHECK-LABEL: func @input_transform
func.func @input_transform(%x: tensor<1x56x56x64xf32>, %init: tensor<6x6x1x14x14x64xf32>) -> tensor<6x6x1x14x14x64xf32> {
  // CHECK: wino.input_transform <F(4x4, 3x3)> pad [1, 1, 1, 1] ins(%{{.*}} : tensor<1x56x56x64xf32>) outs(%{{.*}} : tensor<6x6x1x14x14x64xf32>) -> tensor<6x6x1x14x14x64xf32>
  %v = wino.input_transform <F(4x4, 3x3)> pad [1, 1, 1, 1]
    ins(%x : tensor<1x56x56x64xf32>)
    outs(%init : tensor<6x6x1x14x14x64xf32>) -> tensor<6x6x1x14x14x64xf32>
  return %v : tensor<6x6x1x14x14x64xf32>
}

// CHECK-LABEL: func @options
func.func @options(%x: tensor<1x56x56x64xf32>, %v: tensor<6x6x1x14x14x64xf32>, %u: tensor<1x1x1x4x64x16xf32>, %y: tensor<1x56x56x64xf32>) -> (tensor<6x6x1x14x14x64xf32>, tensor<1x56x56x64xf32>, tensor<1x56x56x64xf32>) {
  // CHECK: wino.input_transform <F(4x4, 3x3)> pad [1, 1, 1, 1] prefetch ins(
  %0 = wino.input_transform <F(4x4, 3x3)> pad [1, 1, 1, 1] prefetch
    ins(%x : tensor<1x56x56x64xf32>)
    outs(%v : tensor<6x6x1x14x14x64xf32>) -> tensor<6x6x1x14x14x64xf32>
  // CHECK: wino.output_transform <F(4x4, 3x3)> stream_stores ins(
  %1 = wino.output_transform <F(4x4, 3x3)> stream_stores
    ins(%v : tensor<6x6x1x14x14x64xf32>)
    outs(%y : tensor<1x56x56x64xf32>) -> tensor<1x56x56x64xf32>
  // CHECK: wino.conv kernel [1, 1] strides [1, 1] dilations [1, 1] micro_rows 5 prefetch stream_stores ins(
  %2 = wino.conv kernel [1, 1] strides [1, 1] dilations [1, 1] micro_rows 5 prefetch stream_stores
    ins(%x, %u : tensor<1x56x56x64xf32>, tensor<1x1x1x4x64x16xf32>)
    outs(%y : tensor<1x56x56x64xf32>) -> tensor<1x56x56x64xf32>
  return %0, %1, %2 : tensor<6x6x1x14x14x64xf32>, tensor<1x56x56x64xf32>, tensor<1x56x56x64xf32>
}

// CHECK-LABEL: func @input_transform_origin
func.func @input_transform_origin(%x: tensor<?x?x?x70xf32>, %init: tensor<6x3x?x2x5x72xf32>, %i: index, %j: index) -> tensor<6x3x?x2x5x72xf32> {
  // CHECK: wino.input_transform <F(4x1, 3x3)> pad [1, 0, 1, 0] origin[%{{.*}}, %{{.*}}]
  %v = wino.input_transform <F(4x1, 3x3)> pad [1, 0, 1, 0] origin[%i, %j]
    ins(%x : tensor<?x?x?x70xf32>)
    outs(%init : tensor<6x3x?x2x5x72xf32>) -> tensor<6x3x?x2x5x72xf32>
  return %v : tensor<6x3x?x2x5x72xf32>
}

// CHECK-LABEL: func @im2row
func.func @im2row(%x: tensor<1x224x224x3xf32>, %init: tensor<1x1x1x112x112x148xf32>) -> tensor<1x1x1x112x112x148xf32> {
  // CHECK: wino.im2row kernel [7, 7] strides [2, 2] dilations [1, 1] pad [3, 3, 3, 3] ins(
  %p = wino.im2row kernel [7, 7] strides [2, 2] dilations [1, 1]
    pad [3, 3, 3, 3]
    ins(%x : tensor<1x224x224x3xf32>)
    outs(%init : tensor<1x1x1x112x112x148xf32>)
    -> tensor<1x1x1x112x112x148xf32>
  return %p : tensor<1x1x1x112x112x148xf32>
}

// CHECK-LABEL: func @hadamard
func.func @hadamard(%v: tensor<6x6x1x14x14x64xf32>, %u: tensor<6x6x64x128xf32>, %p: tensor<2x6x6x4x64x16xf32>, %init: tensor<6x6x1x14x14x128xf32>) -> (tensor<6x6x1x14x14x128xf32>, tensor<6x6x1x14x14x128xf32>) {
  // CHECK: wino.hadamard ins(%{{.*}}, %{{.*}} : tensor<6x6x1x14x14x64xf32>, tensor<6x6x64x128xf32>) outs(
  %0 = wino.hadamard
    ins(%v, %u : tensor<6x6x1x14x14x64xf32>, tensor<6x6x64x128xf32>)
    outs(%init : tensor<6x6x1x14x14x128xf32>) -> tensor<6x6x1x14x14x128xf32>
  // CHECK: wino.hadamard schedule <block = 2x0, k_block = 64, micro_tile = 6x16, vector = 4> ins(
  %1 = wino.hadamard
    schedule <block = 2x0, k_block = 64, micro_tile = 6x16, vector = 4>
    ins(%v, %p : tensor<6x6x1x14x14x64xf32>, tensor<2x6x6x4x64x16xf32>)
    outs(%init : tensor<6x6x1x14x14x128xf32>) -> tensor<6x6x1x14x14x128xf32>
  %s = arith.constant 13 : index
  // CHECK: wino.hadamard edge[%[[S:.*]], %[[S]]] taps [5, 6] ins(
  %e = wino.hadamard edge [%s, %s] taps [5, 6]
    ins(%v, %u : tensor<6x6x1x14x14x64xf32>, tensor<6x6x64x128xf32>)
    outs(%init : tensor<6x6x1x14x14x128xf32>) -> tensor<6x6x1x14x14x128xf32>
  // CHECK: wino.hadamard accumulate schedule <block = 2x0, k_block = 64, c_block = 32, micro_tile = 6x16, vector = 4, on_the_fly> ins(
  %2 = wino.hadamard accumulate
    schedule <block = 2x0, k_block = 64, c_block = 32, micro_tile = 6x16, vector = 4, on_the_fly>
    ins(%v, %p : tensor<6x6x1x14x14x64xf32>, tensor<2x6x6x4x64x16xf32>)
    outs(%0 : tensor<6x6x1x14x14x128xf32>) -> tensor<6x6x1x14x14x128xf32>
  return %2, %1 : tensor<6x6x1x14x14x128xf32>, tensor<6x6x1x14x14x128xf32>
}

// CHECK-LABEL: func @output_transform
func.func @output_transform(%m: tensor<6x6x1x14x14x128xf32>, %init: tensor<1x56x56x128xf32>, %bias: tensor<128xf32>, %other: tensor<1x56x56x128xf32>) -> (tensor<1x56x56x128xf32>, tensor<1x56x56x128xf32>) {
  // An identity epilogue is not printed.
  // CHECK: wino.output_transform <F(4x4, 3x3)> ins(%{{.*}} : tensor<6x6x1x14x14x128xf32>) outs(%{{.*}} : tensor<1x56x56x128xf32>) -> tensor<1x56x56x128xf32>
  %0 = wino.output_transform <F(4x4, 3x3)>
    ins(%m : tensor<6x6x1x14x14x128xf32>)
    outs(%init : tensor<1x56x56x128xf32>) -> tensor<1x56x56x128xf32>
  // CHECK: wino.output_transform <F(4x4, 3x3)> schedule <block = 2x14, {{.*}}> ins({{.*}} : {{.*}}) outs(%{{.*}} : tensor<1x56x56x128xf32>)
  // CHECK-SAME: epilogue(%{{.*}}, %{{.*}} : tensor<128xf32>, tensor<1x56x56x128xf32>) {
  // CHECK-NEXT: ^bb0(%[[SUM:.*]]: f32, %[[B:.*]]: f32, %[[O:.*]]: f32):
  // CHECK-NEXT:   arith.addf %[[SUM]], %[[B]]
  // CHECK:        wino.yield %{{.*}} : f32
  // CHECK-NEXT: } -> tensor<1x56x56x128xf32>
  %1 = wino.output_transform <F(4x4, 3x3)>
    schedule <block = 2x14, k_block = 64, micro_tile = 5x16, vector = 4>
    ins(%m : tensor<6x6x1x14x14x128xf32>)
    outs(%init : tensor<1x56x56x128xf32>)
    epilogue(%bias, %other : tensor<128xf32>, tensor<1x56x56x128xf32>) {
  ^bb0(%sum: f32, %b: f32, %o: f32):
    %2 = arith.addf %sum, %b : f32
    %3 = arith.addf %2, %o : f32
    wino.yield %3 : f32
  } -> tensor<1x56x56x128xf32>
  return %0, %1 : tensor<1x56x56x128xf32>, tensor<1x56x56x128xf32>
}

// An epilogue without operands.
// CHECK-LABEL: func @epilogue_relu
func.func @epilogue_relu(%m: memref<6x6x1x14x14x128xf32>, %y: memref<1x56x56x128xf32>) {
  // CHECK: wino.output_transform <F(4x4, 3x3)> ins({{.*}}) outs({{.*}}) epilogue() {
  wino.output_transform <F(4x4, 3x3)>
    ins(%m : memref<6x6x1x14x14x128xf32>)
    outs(%y : memref<1x56x56x128xf32>) epilogue() {
  ^bb0(%sum: f32):
    %zero = arith.constant 0.0 : f32
    %0 = arith.maximumf %sum, %zero : f32
    wino.yield %0 : f32
  }
  return
}

// CHECK-LABEL: func @pad_image
func.func @pad_image(%x: tensor<1x56x56x60xf32>, %z: tensor<1x58x58x60xf32>, %p: tensor<1x9x58x60xf32>, %i: index) -> (tensor<1x58x58x60xf32>, tensor<1x9x58x60xf32>) {
  // CHECK: wino.pad_image pad [1, 1, 1, 1] ins(%{{.*}} : tensor<1x56x56x60xf32>) outs(%{{.*}} : tensor<1x58x58x60xf32>) -> tensor<1x58x58x60xf32>
  %0 = wino.pad_image pad [1, 1, 1, 1]
    ins(%x : tensor<1x56x56x60xf32>)
    outs(%z : tensor<1x58x58x60xf32>) -> tensor<1x58x58x60xf32>
  // CHECK: wino.pad_image pad [1, 1, 1, 1] origin[%{{.*}}, %{{.*}}] ins(
  %1 = wino.pad_image pad [1, 1, 1, 1] origin[%i, %i]
    ins(%x : tensor<1x56x56x60xf32>)
    outs(%p : tensor<1x9x58x60xf32>) -> tensor<1x9x58x60xf32>
  return %0, %1 : tensor<1x58x58x60xf32>, tensor<1x9x58x60xf32>
}

// CHECK-LABEL: func @conv
func.func @conv(%x: tensor<1x57x57x64xf32>, %u: tensor<2x1x1x2x576x32xf32>, %y: tensor<1x28x28x126xf32>, %bias: tensor<126xf32>) -> (tensor<1x28x28x126xf32>, tensor<1x28x28x126xf32>) {
  // CHECK: wino.conv kernel [3, 3] strides [2, 2] dilations [1, 1] micro_rows 7 ins(%{{.*}}, %{{.*}} : tensor<1x57x57x64xf32>, tensor<2x1x1x2x576x32xf32>) outs(%{{.*}} : tensor<1x28x28x126xf32>) -> tensor<1x28x28x126xf32>
  %0 = wino.conv kernel [3, 3] strides [2, 2] dilations [1, 1] micro_rows 7
    ins(%x, %u : tensor<1x57x57x64xf32>, tensor<2x1x1x2x576x32xf32>)
    outs(%y : tensor<1x28x28x126xf32>) -> tensor<1x28x28x126xf32>
  // CHECK: wino.conv {{.*}} schedule <block = 4x0, {{.*}}> ins({{.*}}) outs({{.*}}) epilogue(%{{.*}} : tensor<126xf32>) {
  // CHECK-NEXT: ^bb0(%[[SUM:.*]]: f32, %[[B:.*]]: f32):
  // CHECK-NEXT:   arith.addf %[[SUM]], %[[B]]
  // CHECK:        wino.yield %{{.*}} : f32
  // CHECK-NEXT: } -> tensor<1x28x28x126xf32>
  %1 = wino.conv kernel [3, 3] strides [2, 2] dilations [1, 1]
    schedule <block = 4x0, k_block = 64, micro_tile = 14x32, vector = 16>
    ins(%x, %u : tensor<1x57x57x64xf32>, tensor<2x1x1x2x576x32xf32>)
    outs(%y : tensor<1x28x28x126xf32>)
    epilogue(%bias : tensor<126xf32>) {
  ^bb0(%sum: f32, %b: f32):
    %2 = arith.addf %sum, %b : f32
    wino.yield %2 : f32
  } -> tensor<1x28x28x126xf32>
  return %0, %1 : tensor<1x28x28x126xf32>, tensor<1x28x28x126xf32>
}

// Images and residuals in NCHW; NHWC is not printed.
// CHECK-LABEL: func @nchw
func.func @nchw(%x: tensor<1x64x56x56xf32>, %v: tensor<6x6x1x14x14x64xf32>, %i: index, %y: tensor<1x64x56x56xf32>, %bias: tensor<64xf32>, %other: tensor<1x56x56x64xf32>) -> (tensor<6x6x1x14x14x64xf32>, tensor<1x64x56x56xf32>) {
  // CHECK: wino.input_transform <F(4x4, 3x3)> pad [1, 1, 1, 1] layout nchw origin[%{{.*}}, %{{.*}}] ins(%{{.*}} : tensor<1x64x56x56xf32>)
  %0 = wino.input_transform <F(4x4, 3x3)> pad [1, 1, 1, 1] layout nchw
    origin [%i, %i]
    ins(%x : tensor<1x64x56x56xf32>)
    outs(%v : tensor<6x6x1x14x14x64xf32>) -> tensor<6x6x1x14x14x64xf32>
  // CHECK: wino.output_transform <F(4x4, 3x3)> layout nchw ins({{.*}}) outs(%{{.*}} : tensor<1x64x56x56xf32>)
  // CHECK-SAME: epilogue(%{{[a-z0-9]+}}, %{{[a-z0-9]+}}, %{{[a-z0-9]+}} nchw : tensor<64xf32>, tensor<1x56x56x64xf32>, tensor<1x64x56x56xf32>) {
  %1 = wino.output_transform <F(4x4, 3x3)> layout nchw
    ins(%0 : tensor<6x6x1x14x14x64xf32>)
    outs(%y : tensor<1x64x56x56xf32>)
    epilogue(%bias, %other nhwc, %x nchw : tensor<64xf32>, tensor<1x56x56x64xf32>, tensor<1x64x56x56xf32>) {
  ^bb0(%sum: f32, %b: f32, %o: f32, %r: f32):
    %2 = arith.addf %sum, %r : f32
    wino.yield %2 : f32
  } -> tensor<1x64x56x56xf32>
  return %0, %1 : tensor<6x6x1x14x14x64xf32>, tensor<1x64x56x56xf32>
}
