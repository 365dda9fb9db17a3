// RUN: wino-opt %s -canonicalize | FileCheck %s

//===----------------------------------------------------------------------===//
// A zero padding of the image becomes the op's own
//===----------------------------------------------------------------------===//

// The paddings add up.
// CHECK-LABEL: func @absorb_pad
// CHECK-SAME: %[[X:[^:]*]]: tensor<1x8x8x2xf32>
// CHECK-NOT: tensor.pad
// CHECK: wino.input_transform <F(2x2, 3x3)> pad [2, 3, 3, 5] ins(%[[X]] : tensor<1x8x8x2xf32>)
func.func @absorb_pad(%x: tensor<1x8x8x2xf32>, %v: tensor<4x4x1x6x7x2xf32>) -> tensor<4x4x1x6x7x2xf32> {
  %zero = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 1, 3, 0] high[0, 2, 4, 0] {
  ^bb0(%a: index, %b: index, %c: index, %d: index):
    tensor.yield %zero : f32
  } : tensor<1x8x8x2xf32> to tensor<1x11x15x2xf32>
  %0 = wino.input_transform <F(2x2, 3x3)> pad [1, 1, 0, 1] ins(%p : tensor<1x11x15x2xf32>) outs(%v : tensor<4x4x1x6x7x2xf32>) -> tensor<4x4x1x6x7x2xf32>
  return %0 : tensor<4x4x1x6x7x2xf32>
}

// Also through several paddings, with dynamic sizes and a tile's origin.
// CHECK-LABEL: func @absorb_two_pads
// CHECK-SAME: %[[X:[^:]*]]: tensor<?x?x?x2xf32>
// CHECK-NOT: tensor.pad
// CHECK: wino.im2row kernel [3, 3] strides [2, 2] dilations [1, 1] pad [2, 0, 1, 1] origin[%{{.*}}, %{{.*}}] ins(%[[X]] : tensor<?x?x?x2xf32>)
func.func @absorb_two_pads(%x: tensor<?x?x?x2xf32>, %v: tensor<1x1x?x6x7x18xf32>, %i: index) -> tensor<1x1x?x6x7x18xf32> {
  %zero = arith.constant -0.0 : f32
  %p = tensor.pad %x low[0, 1, 0, 0] high[0, 0, 1, 0] {
  ^bb0(%a: index, %b: index, %c: index, %d: index):
    tensor.yield %zero : f32
  } : tensor<?x?x?x2xf32> to tensor<?x?x?x2xf32>
  %q = tensor.pad %p low[0, 1, 1, 0] high[0, 0, 0, 0] {
  ^bb0(%a: index, %b: index, %c: index, %d: index):
    tensor.yield %zero : f32
  } : tensor<?x?x?x2xf32> to tensor<?x?x?x2xf32>
  %0 = wino.im2row kernel [3, 3] strides [2, 2] dilations [1, 1] pad [0, 0, 0, 0] origin[%i, %i] ins(%q : tensor<?x?x?x2xf32>) outs(%v : tensor<1x1x?x6x7x18xf32>) -> tensor<1x1x?x6x7x18xf32>
  return %0 : tensor<1x1x?x6x7x18xf32>
}

// A copy of a padded image pads it.
// CHECK-LABEL: func @absorb_pad_of_copy
// CHECK-SAME: %[[X:[^:]*]]: tensor<1x8x8x2xf32>
// CHECK-NOT: tensor.pad
// CHECK: wino.pad_image pad [1, 2, 3, 4] ins(%[[X]] : tensor<1x8x8x2xf32>)
func.func @absorb_pad_of_copy(%x: tensor<1x8x8x2xf32>, %z: tensor<1x11x15x2xf32>) -> tensor<1x11x15x2xf32> {
  %zero = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 1, 3, 0] high[0, 2, 4, 0] {
  ^bb0(%a: index, %b: index, %c: index, %d: index):
    tensor.yield %zero : f32
  } : tensor<1x8x8x2xf32> to tensor<1x11x15x2xf32>
  %0 = wino.pad_image pad [0, 0, 0, 0] ins(%p : tensor<1x11x15x2xf32>) outs(%z : tensor<1x11x15x2xf32>) -> tensor<1x11x15x2xf32>
  return %0 : tensor<1x11x15x2xf32>
}

// CHECK-LABEL: func @absorb_pad_nchw
// CHECK-SAME: %[[X:[^:]*]]: tensor<1x2x8x8xf32>
// CHECK-NOT: tensor.pad
// CHECK: wino.input_transform <F(2x2, 3x3)> pad [1, 2, 3, 4] layout nchw ins(%[[X]] : tensor<1x2x8x8xf32>)
func.func @absorb_pad_nchw(%x: tensor<1x2x8x8xf32>, %v: tensor<4x4x1x5x7x2xf32>) -> tensor<4x4x1x5x7x2xf32> {
  %zero = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 0, 1, 3] high[0, 0, 2, 4] {
  ^bb0(%a: index, %b: index, %c: index, %d: index):
    tensor.yield %zero : f32
  } : tensor<1x2x8x8xf32> to tensor<1x2x11x15xf32>
  %0 = wino.input_transform <F(2x2, 3x3)> pad [0, 0, 0, 0] layout nchw ins(%p : tensor<1x2x11x15xf32>) outs(%v : tensor<4x4x1x5x7x2xf32>) -> tensor<4x4x1x5x7x2xf32>
  return %0 : tensor<4x4x1x5x7x2xf32>
}

// Dimension 1 holds the channels.
// CHECK-LABEL: func @pad_channels_nchw
// CHECK: tensor.pad
// CHECK: wino.input_transform <F(2x2, 3x3)> pad [0, 0, 0, 0] layout nchw
func.func @pad_channels_nchw(%x: tensor<1x2x8x8xf32>, %v: tensor<4x4x1x3x3x3xf32>) -> tensor<4x4x1x3x3x3xf32> {
  %zero = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 1, 0, 0] high[0, 0, 0, 0] {
  ^bb0(%a: index, %b: index, %c: index, %d: index):
    tensor.yield %zero : f32
  } : tensor<1x2x8x8xf32> to tensor<1x3x8x8xf32>
  %0 = wino.input_transform <F(2x2, 3x3)> pad [0, 0, 0, 0] layout nchw ins(%p : tensor<1x3x8x8xf32>) outs(%v : tensor<4x4x1x3x3x3xf32>) -> tensor<4x4x1x3x3x3xf32>
  return %0 : tensor<4x4x1x3x3x3xf32>
}

// CHECK-LABEL: func @pad_value_not_zero
// CHECK: tensor.pad
// CHECK: wino.input_transform <F(2x2, 3x3)> pad [0, 0, 0, 0]
func.func @pad_value_not_zero(%x: tensor<1x8x8x2xf32>, %v: tensor<4x4x1x4x3x2xf32>) -> tensor<4x4x1x4x3x2xf32> {
  %one = arith.constant 1.0 : f32
  %p = tensor.pad %x low[0, 1, 0, 0] high[0, 1, 0, 0] {
  ^bb0(%a: index, %b: index, %c: index, %d: index):
    tensor.yield %one : f32
  } : tensor<1x8x8x2xf32> to tensor<1x10x8x2xf32>
  %0 = wino.input_transform <F(2x2, 3x3)> pad [0, 0, 0, 0] ins(%p : tensor<1x10x8x2xf32>) outs(%v : tensor<4x4x1x4x3x2xf32>) -> tensor<4x4x1x4x3x2xf32>
  return %0 : tensor<4x4x1x4x3x2xf32>
}

// The value depends on the place.
// CHECK-LABEL: func @pad_value_computed
// CHECK: tensor.pad
// CHECK: wino.input_transform <F(2x2, 3x3)> pad [0, 0, 0, 0]
func.func @pad_value_computed(%x: tensor<1x8x8x2xf32>, %v: tensor<4x4x1x4x3x2xf32>, %t: tensor<10xf32>) -> tensor<4x4x1x4x3x2xf32> {
  %p = tensor.pad %x low[0, 1, 0, 0] high[0, 1, 0, 0] {
  ^bb0(%a: index, %b: index, %c: index, %d: index):
    %e = tensor.extract %t[%b] : tensor<10xf32>
    tensor.yield %e : f32
  } : tensor<1x8x8x2xf32> to tensor<1x10x8x2xf32>
  %0 = wino.input_transform <F(2x2, 3x3)> pad [0, 0, 0, 0] ins(%p : tensor<1x10x8x2xf32>) outs(%v : tensor<4x4x1x4x3x2xf32>) -> tensor<4x4x1x4x3x2xf32>
  return %0 : tensor<4x4x1x4x3x2xf32>
}

// CHECK-LABEL: func @pad_dynamic
// CHECK: tensor.pad
// CHECK: wino.input_transform <F(2x2, 3x3)> pad [0, 0, 0, 0]
func.func @pad_dynamic(%x: tensor<1x?x8x2xf32>, %v: tensor<4x4x1x?x3x2xf32>, %i: index) -> tensor<4x4x1x?x3x2xf32> {
  %zero = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, %i, 0, 0] high[0, 1, 0, 0] {
  ^bb0(%a: index, %b: index, %c: index, %d: index):
    tensor.yield %zero : f32
  } : tensor<1x?x8x2xf32> to tensor<1x?x8x2xf32>
  %0 = wino.input_transform <F(2x2, 3x3)> pad [0, 0, 0, 0] ins(%p : tensor<1x?x8x2xf32>) outs(%v : tensor<4x4x1x?x3x2xf32>) -> tensor<4x4x1x?x3x2xf32>
  return %0 : tensor<4x4x1x?x3x2xf32>
}

// CHECK-LABEL: func @pad_channels
// CHECK: tensor.pad
// CHECK: wino.input_transform <F(2x2, 3x3)> pad [0, 0, 0, 0]
func.func @pad_channels(%x: tensor<1x8x8x2xf32>, %v: tensor<4x4x1x4x3x4xf32>) -> tensor<4x4x1x4x3x4xf32> {
  %zero = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 1, 0, 1] high[0, 1, 0, 1] {
  ^bb0(%a: index, %b: index, %c: index, %d: index):
    tensor.yield %zero : f32
  } : tensor<1x8x8x2xf32> to tensor<1x10x8x4xf32>
  %0 = wino.input_transform <F(2x2, 3x3)> pad [0, 0, 0, 0] ins(%p : tensor<1x10x8x4xf32>) outs(%v : tensor<4x4x1x4x3x4xf32>) -> tensor<4x4x1x4x3x4xf32>
  return %0 : tensor<4x4x1x4x3x4xf32>
}

// CHECK-LABEL: func @pad_batch
// CHECK: tensor.pad
// CHECK: wino.input_transform <F(2x2, 3x3)> pad [0, 0, 0, 0]
func.func @pad_batch(%x: tensor<1x8x8x2xf32>, %v: tensor<4x4x2x3x3x2xf32>) -> tensor<4x4x2x3x3x2xf32> {
  %zero = arith.constant 0.0 : f32
  %p = tensor.pad %x low[1, 0, 0, 0] high[0, 0, 0, 0] {
  ^bb0(%a: index, %b: index, %c: index, %d: index):
    tensor.yield %zero : f32
  } : tensor<1x8x8x2xf32> to tensor<2x8x8x2xf32>
  %0 = wino.input_transform <F(2x2, 3x3)> pad [0, 0, 0, 0] ins(%p : tensor<2x8x8x2xf32>) outs(%v : tensor<4x4x2x3x3x2xf32>) -> tensor<4x4x2x3x3x2xf32>
  return %0 : tensor<4x4x2x3x3x2xf32>
}

// A negative padding crops the image.
// CHECK-LABEL: func @pad_negative
// CHECK: tensor.pad
// CHECK: wino.input_transform <F(2x2, 3x3)> pad [0, 0, 0, 0]
func.func @pad_negative(%x: tensor<1x8x8x2xf32>, %v: tensor<4x4x1x3x3x2xf32>) -> tensor<4x4x1x3x3x2xf32> {
  %zero = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 1, 0, 0] high[0, -2, 0, 0] {
  ^bb0(%a: index, %b: index, %c: index, %d: index):
    tensor.yield %zero : f32
  } : tensor<1x8x8x2xf32> to tensor<1x7x8x2xf32>
  %0 = wino.input_transform <F(2x2, 3x3)> pad [0, 0, 0, 0] ins(%p : tensor<1x7x8x2xf32>) outs(%v : tensor<4x4x1x3x3x2xf32>) -> tensor<4x4x1x3x3x2xf32>
  return %0 : tensor<4x4x1x3x3x2xf32>
}

// The op's own padding is limited.
// CHECK-LABEL: func @pad_huge
// CHECK: tensor.pad
// CHECK: wino.input_transform <F(2x2, 3x3)> pad [1073741824, 0, 0, 0]
func.func @pad_huge(%x: tensor<1x?x8x2xf32>, %v: tensor<4x4x1x?x3x2xf32>) -> tensor<4x4x1x?x3x2xf32> {
  %zero = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 1, 0, 0] high[0, 0, 0, 0] {
  ^bb0(%a: index, %b: index, %c: index, %d: index):
    tensor.yield %zero : f32
  } : tensor<1x?x8x2xf32> to tensor<1x?x8x2xf32>
  %0 = wino.input_transform <F(2x2, 3x3)> pad [1073741824, 0, 0, 0] ins(%p : tensor<1x?x8x2xf32>) outs(%v : tensor<4x4x1x?x3x2xf32>) -> tensor<4x4x1x?x3x2xf32>
  return %0 : tensor<4x4x1x?x3x2xf32>
}

//===----------------------------------------------------------------------===//
// Static sizes travel through casts
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @cast_input
// CHECK-SAME: %[[X:[^:]*]]: tensor<1x8x8x2xf32>
// CHECK: wino.input_transform {{.*}} ins(%[[X]] : tensor<1x8x8x2xf32>) outs(%{{.*}} : tensor<4x4x?x?x?x2xf32>)
func.func @cast_input(%x: tensor<1x8x8x2xf32>, %v: tensor<4x4x?x?x?x2xf32>) -> tensor<4x4x?x?x?x2xf32> {
  %c = tensor.cast %x : tensor<1x8x8x2xf32> to tensor<?x?x?x2xf32>
  %0 = wino.input_transform <F(2x2, 3x3)> pad [0, 0, 0, 0] ins(%c : tensor<?x?x?x2xf32>) outs(%v : tensor<4x4x?x?x?x2xf32>) -> tensor<4x4x?x?x?x2xf32>
  return %0 : tensor<4x4x?x?x?x2xf32>
}

// The result takes the static type of the init, with its epilogue.
// CHECK-LABEL: func @cast_init
// CHECK-SAME: %[[M:[^:]*]]: tensor<4x4x1x2x3x8xf32>, %[[Y:[^:]*]]: tensor<1x3x6x8xf32>
// CHECK: %[[R:.*]] = wino.output_transform {{.*}} ins(%[[M]] : tensor<4x4x1x2x3x8xf32>) outs(%[[Y]] : tensor<1x3x6x8xf32>) epilogue() {
// CHECK: } -> tensor<1x3x6x8xf32>
// CHECK: tensor.cast %[[R]] : tensor<1x3x6x8xf32> to tensor<?x?x?x8xf32>
func.func @cast_init(%m: tensor<4x4x1x2x3x8xf32>, %y: tensor<1x3x6x8xf32>) -> tensor<?x?x?x8xf32> {
  %a = tensor.cast %m : tensor<4x4x1x2x3x8xf32> to tensor<4x4x?x?x?x8xf32>
  %b = tensor.cast %y : tensor<1x3x6x8xf32> to tensor<?x?x?x8xf32>
  %0 = wino.output_transform <F(2x2, 3x3)> ins(%a : tensor<4x4x?x?x?x8xf32>) outs(%b : tensor<?x?x?x8xf32>) epilogue() {
  ^bb0(%sum: f32):
    %z = math.absf %sum : f32
    wino.yield %z : f32
  } -> tensor<?x?x?x8xf32>
  return %0 : tensor<?x?x?x8xf32>
}

// CHECK-LABEL: func @cast_hadamard
// CHECK: wino.hadamard ins(%{{.*}}, %{{.*}} : tensor<4x4x1x2x3x2xf32>, tensor<4x4x2x8xf32>) outs(%{{.*}} : tensor<4x4x?x2x3x8xf32>)
func.func @cast_hadamard(%v: tensor<4x4x1x2x3x2xf32>, %u: tensor<4x4x2x8xf32>, %m: tensor<4x4x?x2x3x8xf32>) -> tensor<4x4x?x2x3x8xf32> {
  %a = tensor.cast %v : tensor<4x4x1x2x3x2xf32> to tensor<4x4x1x?x?x2xf32>
  %0 = wino.hadamard ins(%a, %u : tensor<4x4x1x?x?x2xf32>, tensor<4x4x2x8xf32>) outs(%m : tensor<4x4x?x2x3x8xf32>) -> tensor<4x4x?x2x3x8xf32>
  return %0 : tensor<4x4x?x2x3x8xf32>
}

// A cast that loses sizes stays: a static producer is not made dynamic.
// CHECK-LABEL: func @cast_to_static
// CHECK: tensor.cast
// CHECK: wino.input_transform {{.*}} ins(%{{.*}} : tensor<1x8x8x2xf32>)
func.func @cast_to_static(%x: tensor<?x?x?x2xf32>, %v: tensor<4x4x1x3x3x2xf32>) -> tensor<4x4x1x3x3x2xf32> {
  %c = tensor.cast %x : tensor<?x?x?x2xf32> to tensor<1x8x8x2xf32>
  %0 = wino.input_transform <F(2x2, 3x3)> pad [0, 0, 0, 0] ins(%c : tensor<1x8x8x2xf32>) outs(%v : tensor<4x4x1x3x3x2xf32>) -> tensor<4x4x1x3x3x2xf32>
  return %0 : tensor<4x4x1x3x3x2xf32>
}
