// RUN: wino-opt %s -split-input-file -verify-diagnostics

// Cases are named after the constraint of wino.offset_add that they break.

func.func @c1(%m: tensor<3x3x1x9x9x8xf32>, %y: tensor<2x9x9x8xf32>) {
  // expected-error @+1 {{expected the batch of the init to be 1, but got 2}}
  %0 = wino.offset_add strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] ins(%m : tensor<3x3x1x9x9x8xf32>) outs(%y : tensor<2x9x9x8xf32>) -> tensor<2x9x9x8xf32>
  return
}

// -----

func.func @c2_rows(%m: tensor<3x3x1x9x9x8xf32>, %y: tensor<1x9x9x8xf32>) {
  // expected-error @+1 {{expected the pixels that the image has along axis 0 to be at least 9, but got 8}}
  %0 = wino.offset_add strides [1, 1] dilations [1, 1] pad [0, 1, 1, 1] ins(%m : tensor<3x3x1x9x9x8xf32>) outs(%y : tensor<1x9x9x8xf32>) -> tensor<1x9x9x8xf32>
  return
}

// -----

func.func @c2_columns(%m: tensor<3x3x1x9x9x8xf32>, %y: tensor<1x9x9x8xf32>) {
  // expected-error @+1 {{expected the pixels that the image has along axis 1 to be at least 9, but got 4}}
  %0 = wino.offset_add strides [1, 2] dilations [1, 1] pad [1, 1, 1, 0] ins(%m : tensor<3x3x1x9x9x8xf32>) outs(%y : tensor<1x9x9x8xf32>) -> tensor<1x9x9x8xf32>
  return
}

// -----

func.func @c2_dilation(%m: tensor<3x3x1x9x9x8xf32>, %y: tensor<1x9x9x8xf32>) {
  // expected-error @+1 {{expected the pixels that the image has along axis 0 to be at least 9, but got 5}}
  %0 = wino.offset_add strides [1, 1] dilations [3, 1] pad [1, 1, 1, 1] ins(%m : tensor<3x3x1x9x9x8xf32>) outs(%y : tensor<1x9x9x8xf32>) -> tensor<1x9x9x8xf32>
  return
}

// -----

func.func @c2_small(%m: tensor<3x3x1x9x1x8xf32>, %y: tensor<1x9x1x8xf32>) {
  // expected-error @+1 {{expected the pixels that the image has along axis 1 to be at least 1, but got 0}}
  %0 = wino.offset_add strides [1, 1] dilations [1, 1] pad [1, 1, 0, 1] ins(%m : tensor<3x3x1x9x1x8xf32>) outs(%y : tensor<1x9x1x8xf32>) -> tensor<1x9x1x8xf32>
  return
}

// -----

func.func @c3(%m: tensor<3x3x1x9x9x8xf32>, %y: tensor<1x9x9x9xf32>) {
  // expected-error @+1 {{expected the channels of the input to be at least 9, but got 8}}
  %0 = wino.offset_add strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] ins(%m : tensor<3x3x1x9x9x8xf32>) outs(%y : tensor<1x9x9x9xf32>) -> tensor<1x9x9x9xf32>
  return
}

// -----

func.func @c4_number(%m: tensor<3x3x1x9x9x8xf32>, %y: tensor<1x9x9x8xf32>) {
  // expected-error @+1 {{expected pad to have four elements, but got 2}}
  %0 = wino.offset_add strides [1, 1] dilations [1, 1] pad [1, 1] ins(%m : tensor<3x3x1x9x9x8xf32>) outs(%y : tensor<1x9x9x8xf32>) -> tensor<1x9x9x8xf32>
  return
}

// -----

func.func @c4_negative(%m: tensor<3x3x1x9x9x8xf32>, %y: tensor<1x9x9x8xf32>) {
  // expected-error @+1 {{expected pad to be in [0, 1073741824], but got -1}}
  %0 = wino.offset_add strides [1, 1] dilations [1, 1] pad [1, -1, 1, 1] ins(%m : tensor<3x3x1x9x9x8xf32>) outs(%y : tensor<1x9x9x8xf32>) -> tensor<1x9x9x8xf32>
  return
}

// -----

func.func @c4_large(%m: tensor<3x3x1x9x9x8xf32>, %y: tensor<1x9x9x8xf32>) {
  // expected-error @+1 {{expected pad to be in [0, 1073741824], but got 1073741825}}
  %0 = wino.offset_add strides [1, 1] dilations [1, 1] pad [1, 1073741825, 1, 1] ins(%m : tensor<3x3x1x9x9x8xf32>) outs(%y : tensor<1x9x9x8xf32>) -> tensor<1x9x9x8xf32>
  return
}

// -----

func.func @c5_strides(%m: tensor<3x3x1x9x9x8xf32>, %y: tensor<1x9x9x8xf32>) {
  // expected-error @+1 {{expected strides to be in [1, 32768], but got 0}}
  %0 = wino.offset_add strides [1, 0] dilations [1, 1] pad [1, 1, 1, 1] ins(%m : tensor<3x3x1x9x9x8xf32>) outs(%y : tensor<1x9x9x8xf32>) -> tensor<1x9x9x8xf32>
  return
}

// -----

func.func @c5_dilations(%m: tensor<3x3x1x9x9x8xf32>, %y: tensor<1x9x9x8xf32>) {
  // expected-error @+1 {{expected dilations to have two elements, but got 1}}
  %0 = wino.offset_add strides [1, 1] dilations [1] pad [1, 1, 1, 1] ins(%m : tensor<3x3x1x9x9x8xf32>) outs(%y : tensor<1x9x9x8xf32>) -> tensor<1x9x9x8xf32>
  return
}

// -----

func.func @c5_taps(%m: tensor<0x3x1x9x9x8xf32>, %y: tensor<1x9x9x8xf32>) {
  // expected-error @+1 {{expected the taps of the input to be in [1, 32768], but got 0}}
  %0 = wino.offset_add strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] ins(%m : tensor<0x3x1x9x9x8xf32>) outs(%y : tensor<1x9x9x8xf32>) -> tensor<1x9x9x8xf32>
  return
}

// -----

func.func @c6(%m: tensor<3x3x1x9x9x8xf32>, %y: tensor<1x9x9x8xf32>, %b: tensor<7xf32>) {
  // expected-error @+1 {{expected an epilogue operand in nhwc to have the shape of the init or of its channels}}
  %0 = wino.offset_add strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] ins(%m : tensor<3x3x1x9x9x8xf32>) outs(%y : tensor<1x9x9x8xf32>) epilogue(%b : tensor<7xf32>) {
  ^bb0(%s: f32, %e: f32):
    wino.yield %s : f32
  } -> tensor<1x9x9x8xf32>
  return
}

// -----

func.func @c7_arguments(%m: tensor<3x3x1x9x9x8xf32>, %y: tensor<1x9x9x8xf32>) {
  // expected-error @+1 {{expected the epilogue to have arguments of types 'f32', but got 'f64'}}
  %0 = wino.offset_add strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] ins(%m : tensor<3x3x1x9x9x8xf32>) outs(%y : tensor<1x9x9x8xf32>) epilogue() {
  ^bb0(%s: f64):
    %z = arith.truncf %s : f64 to f32
    wino.yield %z : f32
  } -> tensor<1x9x9x8xf32>
  return
}

// -----

func.func @c7_yield(%m: tensor<3x3x1x9x9x8xf32>, %y: tensor<1x9x9x8xf32>) {
  // expected-error @+1 {{expected the epilogue to yield one 'f32'}}
  %0 = wino.offset_add strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] ins(%m : tensor<3x3x1x9x9x8xf32>) outs(%y : tensor<1x9x9x8xf32>) epilogue() {
  ^bb0(%s: f32):
    %z = arith.extf %s : f32 to f64
    wino.yield %z : f64
  } -> tensor<1x9x9x8xf32>
  return
}

// -----

func.func @c8(%m: tensor<3x3x1x9x9x8xf32>, %y: tensor<1x9x9x8xf32>) {
  // expected-error @+1 {{expected the epilogue to hold pure elementwise ops on scalars}}
  %0 = wino.offset_add strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] ins(%m : tensor<3x3x1x9x9x8xf32>) outs(%y : tensor<1x9x9x8xf32>) epilogue() {
  ^bb0(%s: f32):
    // expected-note @+1 {{this op is not: tensor.empty}}
    %t = tensor.empty() : tensor<f32>
    wino.yield %s : f32
  } -> tensor<1x9x9x8xf32>
  return
}

// -----

func.func @c9(%m: tensor<3x3x1x9x9x8xi8>, %y: tensor<1x9x9x8xf32>) {
  // expected-error @+1 {{expected products of floats or i32, but got 'i8'}}
  %0 = wino.offset_add strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] ins(%m : tensor<3x3x1x9x9x8xi8>) outs(%y : tensor<1x9x9x8xf32>) -> tensor<1x9x9x8xf32>
  return
}

// -----

func.func @c10_taps(%m: tensor<?x3x1x9x9x8xf32>, %y: tensor<1x9x9x8xf32>) {
  // expected-error @+1 {{expected the input to have static channel and tap sizes}}
  %0 = wino.offset_add strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] ins(%m : tensor<?x3x1x9x9x8xf32>) outs(%y : tensor<1x9x9x8xf32>) -> tensor<1x9x9x8xf32>
  return
}

// -----

func.func @c10_channels(%m: tensor<3x3x1x9x9x?xf32>, %y: tensor<1x9x9x8xf32>) {
  // expected-error @+1 {{expected the input to have static channel and tap sizes}}
  %0 = wino.offset_add strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] ins(%m : tensor<3x3x1x9x9x?xf32>) outs(%y : tensor<1x9x9x8xf32>) -> tensor<1x9x9x8xf32>
  return
}

// -----

func.func @c11(%m: tensor<3x3x1x9x9x8xf32>, %y: tensor<1x9x9x8xf32>, %b: tensor<8xf32>) {
  // expected-error @+1 {{expected no layout of an epilogue operand by channel, but got nchw}}
  %0 = wino.offset_add strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] ins(%m : tensor<3x3x1x9x9x8xf32>) outs(%y : tensor<1x9x9x8xf32>) epilogue(%b nchw : tensor<8xf32>) {
  ^bb0(%s: f32, %e: f32):
    wino.yield %s : f32
  } -> tensor<1x9x9x8xf32>
  return
}

// -----

func.func @mixed(%m: memref<3x3x1x9x9x8xf32>, %y: tensor<1x9x9x8xf32>) {
  // expected-error @+1 {{expected operands to be all tensors or all memrefs}}
  %0 = wino.offset_add strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] ins(%m : memref<3x3x1x9x9x8xf32>) outs(%y : tensor<1x9x9x8xf32>) -> tensor<1x9x9x8xf32>
  return
}

// -----

// Taps of V that are neither one nor those of the filter.
func.func @hadamard_c1(%v: tensor<1x3x1x9x9x16xf32>, %u: tensor<3x3x16x8xf32>, %m: tensor<3x3x1x9x9x8xf32>) {
  // expected-error @+1 {{expected the taps of input and init to be 3, but got 1}}
  %0 = wino.hadamard ins(%v, %u : tensor<1x3x1x9x9x16xf32>, tensor<3x3x16x8xf32>) outs(%m : tensor<3x3x1x9x9x8xf32>) -> tensor<3x3x1x9x9x8xf32>
  return
}

// -----

// One tap of V for all of the filter, but not of M.
func.func @hadamard_c1_init(%v: tensor<1x1x1x9x9x8xf32>, %u: tensor<3x3x8x8xf32>, %m: tensor<1x1x1x9x9x8xf32>) {
  // expected-error @+1 {{expected the taps of input and init to be 3, but got 1}}
  %0 = wino.hadamard ins(%v, %u : tensor<1x1x1x9x9x8xf32>, tensor<3x3x8x8xf32>) outs(%m : tensor<1x1x1x9x9x8xf32>) -> tensor<1x1x1x9x9x8xf32>
  return
}
