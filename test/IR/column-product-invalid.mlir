// RUN: wino-opt %s -split-input-file -verify-diagnostics

// Cases are named after the constraint of wino.column_product that they break.

func.func @c1(%f: tensor<16x72xf32>, %p: tensor<1x3x1x4x72x8xf32>, %y: tensor<2x9x9x16xf32>, %b: tensor<16xf32>, %c: tensor<9xf32>) {
  // expected-error @+1 {{expected the batch of the init to be 1, but got 2}}
  %0 = wino.column_product block [3, 9] ins(%f, %p : tensor<16x72xf32>, tensor<1x3x1x4x72x8xf32>) outs(%y : tensor<2x9x9x16xf32>) -> tensor<2x9x9x16xf32>
  return
}

// -----

func.func @c2(%f: tensor<16x71xf32>, %p: tensor<1x3x1x4x72x8xf32>, %y: tensor<1x9x9x16xf32>, %b: tensor<16xf32>, %c: tensor<9xf32>) {
  // expected-error @+1 {{expected the elements of a column to be 71, but got 72}}
  %0 = wino.column_product block [3, 9] ins(%f, %p : tensor<16x71xf32>, tensor<1x3x1x4x72x8xf32>) outs(%y : tensor<1x9x9x16xf32>) -> tensor<1x9x9x16xf32>
  return
}

// -----

func.func @c3(%f: tensor<16x72xf32>, %p: tensor<1x3x1x4x72x8xf32>, %y: tensor<1x10x9x16xf32>, %b: tensor<16xf32>, %c: tensor<9xf32>) {
  // expected-error @+1 {{expected the blocks of columns along axis 0 to be 4, but got 3}}
  %0 = wino.column_product block [3, 9] ins(%f, %p : tensor<16x72xf32>, tensor<1x3x1x4x72x8xf32>) outs(%y : tensor<1x10x9x16xf32>) -> tensor<1x10x9x16xf32>
  return
}

// -----

func.func @c3_all(%f: tensor<16x72xf32>, %p: tensor<1x3x1x4x72x8xf32>, %y: tensor<1x9x9x16xf32>, %b: tensor<16xf32>, %c: tensor<9xf32>) {
  // expected-error @+1 {{expected the blocks of columns along axis 0 to be 1, but got 3}}
  %0 = wino.column_product block [0, 9] ins(%f, %p : tensor<16x72xf32>, tensor<1x3x1x4x72x8xf32>) outs(%y : tensor<1x9x9x16xf32>) -> tensor<1x9x9x16xf32>
  return
}

// -----

func.func @c4(%f: tensor<15x72xf32>, %p: tensor<1x3x1x4x72x8xf32>, %y: tensor<1x9x9x16xf32>, %b: tensor<16xf32>, %c: tensor<9xf32>) {
  // expected-error @+1 {{expected the channels of the init to be 15, but got 16}}
  %0 = wino.column_product block [3, 9] ins(%f, %p : tensor<15x72xf32>, tensor<1x3x1x4x72x8xf32>) outs(%y : tensor<1x9x9x16xf32>) -> tensor<1x9x9x16xf32>
  return
}

// -----

func.func @c5(%f: tensor<16x72xf32>, %p: tensor<1x3x1x4x72x8xf32>, %y: tensor<1x9x9x16xf32>, %b: tensor<16xf32>, %c: tensor<9xf32>) {
  // expected-error @+1 {{expected an epilogue operand in nhwc to have the shape of the init or of its channels}}
  %0 = wino.column_product block [3, 9] ins(%f, %p : tensor<16x72xf32>, tensor<1x3x1x4x72x8xf32>) outs(%y : tensor<1x9x9x16xf32>) epilogue(%c : tensor<9xf32>) {
  ^bb0(%s: f32, %o: f32):
    wino.yield %s : f32
  } -> tensor<1x9x9x16xf32>
  return
}

// -----

func.func @c6(%f: tensor<16x72xf32>, %p: tensor<1x3x1x4x72x8xf32>, %y: tensor<1x9x9x16xf32>, %b: tensor<16xf32>, %c: tensor<9xf32>) {
  // expected-error @+1 {{expected the epilogue to yield one 'f32'}}
  %0 = wino.column_product block [3, 9] ins(%f, %p : tensor<16x72xf32>, tensor<1x3x1x4x72x8xf32>) outs(%y : tensor<1x9x9x16xf32>) epilogue(%b : tensor<16xf32>) {
  ^bb0(%s: f32, %o: f32):
    %i = arith.fptosi %s : f32 to i32
    wino.yield %i : i32
  } -> tensor<1x9x9x16xf32>
  return
}

// -----

func.func @c8(%f: tensor<16x72xf32>, %p: tensor<1x3x1x4x72x8xf64>, %y: tensor<1x9x9x16xf32>, %b: tensor<16xf32>, %c: tensor<9xf32>) {
  // expected-error @+1 {{expected equal element types, but got 'f32' and 'f64'}}
  %0 = wino.column_product block [3, 9] ins(%f, %p : tensor<16x72xf32>, tensor<1x3x1x4x72x8xf64>) outs(%y : tensor<1x9x9x16xf32>) -> tensor<1x9x9x16xf32>
  return
}

// -----

func.func @c8_i32(%f: tensor<16x72xi32>, %p: tensor<1x3x1x4x72x8xi32>, %y: tensor<1x9x9x16xi32>, %b: tensor<16xf32>, %c: tensor<9xf32>) {
  // expected-error @+1 {{expected factors of floats, i8 or i16, but got 'i32'}}
  %0 = wino.column_product block [3, 9] ins(%f, %p : tensor<16x72xi32>, tensor<1x3x1x4x72x8xi32>) outs(%y : tensor<1x9x9x16xi32>) -> tensor<1x9x9x16xi32>
  return
}

// -----

func.func @c9_filter(%f: tensor<16x?xf32>, %p: tensor<1x3x1x4x72x8xf32>, %y: tensor<1x9x9x16xf32>, %b: tensor<16xf32>, %c: tensor<9xf32>) {
  // expected-error @+1 {{expected filters of a static depth, but got 'tensor<16x?xf32>'}}
  %0 = wino.column_product block [3, 9] ins(%f, %p : tensor<16x?xf32>, tensor<1x3x1x4x72x8xf32>) outs(%y : tensor<1x9x9x16xf32>) -> tensor<1x9x9x16xf32>
  return
}

// -----

func.func @c9_panel(%f: tensor<16x72xf32>, %p: tensor<1x3x1x4x72x?xf32>, %y: tensor<1x9x9x16xf32>, %b: tensor<16xf32>, %c: tensor<9xf32>) {
  // expected-error @+1 {{expected panels of a static size, but got 'tensor<1x3x1x4x72x?xf32>'}}
  %0 = wino.column_product block [3, 9] ins(%f, %p : tensor<16x72xf32>, tensor<1x3x1x4x72x?xf32>) outs(%y : tensor<1x9x9x16xf32>) -> tensor<1x9x9x16xf32>
  return
}

// -----

func.func @c10(%f: tensor<16x72xf32>, %p: tensor<1x3x1x4x72x8xf32>, %y: tensor<1x9x9x16xf32>, %b: tensor<16xf32>, %c: tensor<9xf32>) {
  // expected-error @+1 {{expected block to be in [0, 1048576], but got 1048577}}
  %0 = wino.column_product block [1048577, 9] ins(%f, %p : tensor<16x72xf32>, tensor<1x3x1x4x72x8xf32>) outs(%y : tensor<1x9x9x16xf32>) -> tensor<1x9x9x16xf32>
  return
}

// -----

func.func @c10_panels(%f: tensor<16x72xf32>, %p: tensor<1x3x1x3x72x8xf32>, %y: tensor<1x9x9x16xf32>, %b: tensor<16xf32>, %c: tensor<9xf32>) {
  // expected-error @+1 {{expected the columns of a block to be at least 27, but got 24}}
  %0 = wino.column_product block [3, 9] ins(%f, %p : tensor<16x72xf32>, tensor<1x3x1x3x72x8xf32>) outs(%y : tensor<1x9x9x16xf32>) -> tensor<1x9x9x16xf32>
  return
}

// -----

func.func @c11(%f: tensor<16x72xf32>, %p: tensor<1x3x1x4x72x8xf32>, %y: tensor<1x9x9x16xf32>, %b: tensor<16xf32>, %c: tensor<9xf32>) {
  // expected-error @+1 {{expected the columns of a panel to be 4, but got 8}}
  %0 = wino.column_product block [3, 9] schedule <block = 3x9, k_block = 16, micro_tile = 5x4, vector = 4> ins(%f, %p : tensor<16x72xf32>, tensor<1x3x1x4x72x8xf32>) outs(%y : tensor<1x9x9x16xf32>) -> tensor<1x9x9x16xf32>
  return
}

// -----

func.func @c12(%f: tensor<16x72xf32>, %p: tensor<1x3x1x4x72x8xf32>, %y: tensor<1x9x9x16xf32>, %b: tensor<16xf32>, %c: tensor<9xf32>) {
  // expected-error @+1 {{attribute 'microRows' failed to satisfy constraint}}
  %0 = wino.column_product block [3, 9] micro_rows 0 ins(%f, %p : tensor<16x72xf32>, tensor<1x3x1x4x72x8xf32>) outs(%y : tensor<1x9x9x16xf32>) -> tensor<1x9x9x16xf32>
  return
}

// -----

func.func @c8_groups(%f: tensor<16x72xf32>, %p: tensor<1x3x1x4x18x8x4xf32>, %y: tensor<1x9x9x16xf32>) {
  // expected-error @+1 {{expected groups of integers, but got 'tensor<1x3x1x4x18x8x4xf32>'}}
  %0 = wino.column_product block [3, 9] ins(%f, %p : tensor<16x72xf32>, tensor<1x3x1x4x18x8x4xf32>) outs(%y : tensor<1x9x9x16xf32>) -> tensor<1x9x9x16xf32>
  return
}
