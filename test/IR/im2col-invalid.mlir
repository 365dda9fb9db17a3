// RUN: wino-opt %s -split-input-file -verify-diagnostics

// Cases are named after the constraint of wino.im2col that they break.

func.func @c1(%x: tensor<2x9x9x8xf32>, %p: tensor<1x3x1x4x72x8xf32>, %i: index) {
  // expected-error @+1 {{expected the batch of the init to be 2, but got 1}}
  %0 = wino.im2col kernel [3, 3] strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] block [3, 9] ins(%x : tensor<2x9x9x8xf32>) outs(%p : tensor<1x3x1x4x72x8xf32>) -> tensor<1x3x1x4x72x8xf32>
  return
}

// -----

func.func @c2(%x: tensor<1x9x9x8xf32>, %p: tensor<1x3x1x4x71x8xf32>, %i: index) {
  // expected-error @+1 {{expected the elements of a column to be at least 72, but got 71}}
  %0 = wino.im2col kernel [3, 3] strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] block [3, 9] ins(%x : tensor<1x9x9x8xf32>) outs(%p : tensor<1x3x1x4x71x8xf32>) -> tensor<1x3x1x4x71x8xf32>
  return
}

// -----

func.func @c2_groups(%x: tensor<1x9x9x8xi8>, %p: tensor<1x3x1x4x17x8x4xi8>, %i: index) {
  // expected-error @+1 {{expected the elements of a column to be at least 72, but got 68}}
  %0 = wino.im2col kernel [3, 3] strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] block [3, 9] ins(%x : tensor<1x9x9x8xi8>) outs(%p : tensor<1x3x1x4x17x8x4xi8>) -> tensor<1x3x1x4x17x8x4xi8>
  return
}

// -----

func.func @c3_number(%x: tensor<1x9x9x8xf32>, %p: tensor<1x3x1x4x72x8xf32>, %i: index) {
  // expected-error @+1 {{expected pad to have four elements, but got 2}}
  %0 = wino.im2col kernel [3, 3] strides [1, 1] dilations [1, 1] pad [1, 1] block [3, 9] ins(%x : tensor<1x9x9x8xf32>) outs(%p : tensor<1x3x1x4x72x8xf32>) -> tensor<1x3x1x4x72x8xf32>
  return
}

// -----

func.func @c3_negative(%x: tensor<1x9x9x8xf32>, %p: tensor<1x3x1x4x72x8xf32>, %i: index) {
  // expected-error @+1 {{expected pad to be in [0, 1073741824], but got -1}}
  %0 = wino.im2col kernel [3, 3] strides [1, 1] dilations [1, 1] pad [1, -1, 1, 1] block [3, 9] ins(%x : tensor<1x9x9x8xf32>) outs(%p : tensor<1x3x1x4x72x8xf32>) -> tensor<1x3x1x4x72x8xf32>
  return
}

// -----

func.func @c4_rows(%x: tensor<1x9x9x8xf32>, %p: tensor<1x2x1x4x72x8xf32>, %i: index) {
  // expected-error @+1 {{expected the number of tile rows to be 3, but got 2}}
  %0 = wino.im2col kernel [3, 3] strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] block [3, 9] ins(%x : tensor<1x9x9x8xf32>) outs(%p : tensor<1x2x1x4x72x8xf32>) -> tensor<1x2x1x4x72x8xf32>
  return
}

// -----

func.func @c4_columns(%x: tensor<1x9x9x8xf32>, %p: tensor<1x3x1x4x72x8xf32>, %i: index) {
  // expected-error @+1 {{expected the number of tile columns to be 2, but got 1}}
  %0 = wino.im2col kernel [3, 3] strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] block [3, 8] ins(%x : tensor<1x9x9x8xf32>) outs(%p : tensor<1x3x1x4x72x8xf32>) -> tensor<1x3x1x4x72x8xf32>
  return
}

// -----

func.func @c4_all(%x: tensor<1x9x9x8xf32>, %p: tensor<1x3x1x4x72x8xf32>, %i: index) {
  // expected-error @+1 {{expected the number of tile rows to be 1, but got 3}}
  %0 = wino.im2col kernel [3, 3] strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] block [0, 9] ins(%x : tensor<1x9x9x8xf32>) outs(%p : tensor<1x3x1x4x72x8xf32>) -> tensor<1x3x1x4x72x8xf32>
  return
}

// -----

func.func @c5(%x: tensor<1x9x9x8xf32>, %p: tensor<1x3x1x4x72x8xf32>, %i: index) {
  // expected-error @+1 {{expected no or two origin operands, but got 1}}
  %0 = wino.im2col kernel [3, 3] strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] block [3, 9] origin[%i] ins(%x : tensor<1x9x9x8xf32>) outs(%p : tensor<1x3x1x4x72x8xf32>) -> tensor<1x3x1x4x72x8xf32>
  return
}

// -----

func.func @c6(%x: tensor<1x9x9x8xf32>, %p: tensor<1x3x1x4x72x8xf64>, %i: index) {
  // expected-error @+1 {{expected equal element types, but got 'f32' and 'f64'}}
  %0 = wino.im2col kernel [3, 3] strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] block [3, 9] ins(%x : tensor<1x9x9x8xf32>) outs(%p : tensor<1x3x1x4x72x8xf64>) -> tensor<1x3x1x4x72x8xf64>
  return
}

// -----

func.func @c7_channels(%x: tensor<1x9x9x?xf32>, %p: tensor<1x3x1x4x72x8xf32>, %i: index) {
  // expected-error @+1 {{expected the image to have static channel and tap sizes}}
  %0 = wino.im2col kernel [3, 3] strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] block [3, 9] ins(%x : tensor<1x9x9x?xf32>) outs(%p : tensor<1x3x1x4x72x8xf32>) -> tensor<1x3x1x4x72x8xf32>
  return
}

// -----

func.func @c7_depth(%x: tensor<1x9x9x8xf32>, %p: tensor<1x3x1x4x?x8xf32>, %i: index) {
  // expected-error @+1 {{expected panels of a static size, but got 'tensor<1x3x1x4x?x8xf32>'}}
  %0 = wino.im2col kernel [3, 3] strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] block [3, 9] ins(%x : tensor<1x9x9x8xf32>) outs(%p : tensor<1x3x1x4x?x8xf32>) -> tensor<1x3x1x4x?x8xf32>
  return
}

// -----

func.func @c7_panel(%x: tensor<1x9x9x8xf32>, %p: tensor<1x3x1x4x72x?xf32>, %i: index) {
  // expected-error @+1 {{expected panels of a static size, but got 'tensor<1x3x1x4x72x?xf32>'}}
  %0 = wino.im2col kernel [3, 3] strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] block [3, 9] ins(%x : tensor<1x9x9x8xf32>) outs(%p : tensor<1x3x1x4x72x?xf32>) -> tensor<1x3x1x4x72x?xf32>
  return
}

// -----

func.func @c7_empty(%x: tensor<1x9x9x8xf32>, %p: tensor<1x3x1x4x72x0xf32>, %i: index) {
  // expected-error @+1 {{expected panels of a static size, but got 'tensor<1x3x1x4x72x0xf32>'}}
  %0 = wino.im2col kernel [3, 3] strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] block [3, 9] ins(%x : tensor<1x9x9x8xf32>) outs(%p : tensor<1x3x1x4x72x0xf32>) -> tensor<1x3x1x4x72x0xf32>
  return
}

// -----

func.func @c7_no_group(%x: tensor<1x9x9x8xf32>, %p: tensor<1x3x1x4x72x8x0xf32>, %i: index) {
  // expected-error @+1 {{expected panels of a static size, but got 'tensor<1x3x1x4x72x8x0xf32>'}}
  %0 = wino.im2col kernel [3, 3] strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] block [3, 9] ins(%x : tensor<1x9x9x8xf32>) outs(%p : tensor<1x3x1x4x72x8x0xf32>) -> tensor<1x3x1x4x72x8x0xf32>
  return
}

// -----

func.func @c8_kernel(%x: tensor<1x9x9x8xf32>, %p: tensor<1x3x1x4x72x8xf32>, %i: index) {
  // expected-error @+1 {{expected kernel to have two elements, but got 1}}
  %0 = wino.im2col kernel [3] strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] block [3, 9] ins(%x : tensor<1x9x9x8xf32>) outs(%p : tensor<1x3x1x4x72x8xf32>) -> tensor<1x3x1x4x72x8xf32>
  return
}

// -----

func.func @c8_strides(%x: tensor<1x9x9x8xf32>, %p: tensor<1x3x1x4x72x8xf32>, %i: index) {
  // expected-error @+1 {{expected strides to be in [1, 32768], but got 0}}
  %0 = wino.im2col kernel [3, 3] strides [1, 0] dilations [1, 1] pad [1, 1, 1, 1] block [3, 9] ins(%x : tensor<1x9x9x8xf32>) outs(%p : tensor<1x3x1x4x72x8xf32>) -> tensor<1x3x1x4x72x8xf32>
  return
}

// -----

func.func @c8_dilations(%x: tensor<1x9x9x8xf32>, %p: tensor<1x3x1x4x72x8xf32>, %i: index) {
  // expected-error @+1 {{expected dilations to be in [1, 32768], but got 32769}}
  %0 = wino.im2col kernel [3, 3] strides [1, 1] dilations [32769, 1] pad [1, 1, 1, 1] block [3, 9] ins(%x : tensor<1x9x9x8xf32>) outs(%p : tensor<1x3x1x4x72x8xf32>) -> tensor<1x3x1x4x72x8xf32>
  return
}

// -----

func.func @c9(%x: tensor<1x9x9x8xf32>, %p: tensor<1x3x1x4x72x8xf32>, %i: index) {
  // expected-error @+1 {{expected pad_value to be 0 or an integer of type 'f32', but got 1}}
  %0 = wino.im2col kernel [3, 3] strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] pad_value 1 block [3, 9] ins(%x : tensor<1x9x9x8xf32>) outs(%p : tensor<1x3x1x4x72x8xf32>) -> tensor<1x3x1x4x72x8xf32>
  return
}

// -----

func.func @c10_number(%x: tensor<1x9x9x8xf32>, %p: tensor<1x3x1x4x72x8xf32>, %i: index) {
  // expected-error @+1 {{attribute 'pixelBlock' failed to satisfy constraint}}
  %0 = wino.im2col kernel [3, 3] strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] block [3] ins(%x : tensor<1x9x9x8xf32>) outs(%p : tensor<1x3x1x4x72x8xf32>) -> tensor<1x3x1x4x72x8xf32>
  return
}

// -----

func.func @c10_size(%x: tensor<1x9x9x8xf32>, %p: tensor<1x3x1x4x72x8xf32>, %i: index) {
  // expected-error @+1 {{expected block to be in [0, 1048576], but got -1}}
  %0 = wino.im2col kernel [3, 3] strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] block [-1, 9] ins(%x : tensor<1x9x9x8xf32>) outs(%p : tensor<1x3x1x4x72x8xf32>) -> tensor<1x3x1x4x72x8xf32>
  return
}

// -----

func.func @c10_panels(%x: tensor<1x9x9x8xf32>, %p: tensor<1x3x1x3x72x8xf32>, %i: index) {
  // expected-error @+1 {{expected the columns of a block to be at least 27, but got 24}}
  %0 = wino.im2col kernel [3, 3] strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] block [3, 9] ins(%x : tensor<1x9x9x8xf32>) outs(%p : tensor<1x3x1x3x72x8xf32>) -> tensor<1x3x1x3x72x8xf32>
  return
}
