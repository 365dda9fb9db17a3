// RUN: wino-opt %s -transform-interpreter -split-input-file -verify-diagnostics

// Tiles that would give a wrong result are refused.

// A part of the sum.
func.func @refused(%f: tensor<16x36xf32>, %p: tensor<1x6x1x3x36x8xf32>, %y: tensor<1x12x9x16xf32>) -> tensor<1x12x9x16xf32> {
  // expected-error @+2 {{faild to tile operation}}
  // expected-error @+1 {{failed to generate tiling loops}}
  %r = wino.column_product block [2, 9] ins(%f, %p : tensor<16x36xf32>, tensor<1x6x1x3x36x8xf32>) outs(%y : tensor<1x12x9x16xf32>) -> tensor<1x12x9x16xf32>
  return %r : tensor<1x12x9x16xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["wino.column_product"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l:1 = transform.structured.tile_using_for %op tile_sizes [0, 0, 0, 0, 4] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Rows that begin inside of a block.
func.func @refused(%f: tensor<16x36xf32>, %p: tensor<1x6x1x3x36x8xf32>, %y: tensor<1x12x9x16xf32>) -> tensor<1x12x9x16xf32> {
  // expected-error @+2 {{faild to tile operation}}
  // expected-error @+1 {{failed to generate tiling loops}}
  %r = wino.column_product block [2, 9] ins(%f, %p : tensor<16x36xf32>, tensor<1x6x1x3x36x8xf32>) outs(%y : tensor<1x12x9x16xf32>) -> tensor<1x12x9x16xf32>
  return %r : tensor<1x12x9x16xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["wino.column_product"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l:1 = transform.structured.tile_using_for %op tile_sizes [0, 3] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// A part of a block of all rows.
func.func @refused(%f: tensor<16x36xf32>, %p: tensor<1x1x1x14x36x8xf32>, %y: tensor<1x12x9x16xf32>) -> tensor<1x12x9x16xf32> {
  // expected-error @+2 {{faild to tile operation}}
  // expected-error @+1 {{failed to generate tiling loops}}
  %r = wino.column_product block [0, 9] ins(%f, %p : tensor<16x36xf32>, tensor<1x1x1x14x36x8xf32>) outs(%y : tensor<1x12x9x16xf32>) -> tensor<1x12x9x16xf32>
  return %r : tensor<1x12x9x16xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["wino.column_product"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l:1 = transform.structured.tile_using_for %op tile_sizes [0, 6] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// A part of the columns of a block.
func.func @refused(%f: tensor<16x36xf32>, %p: tensor<1x6x1x3x36x8xf32>, %y: tensor<1x12x9x16xf32>) -> tensor<1x12x9x16xf32> {
  // expected-error @+2 {{faild to tile operation}}
  // expected-error @+1 {{failed to generate tiling loops}}
  %r = wino.column_product block [2, 9] ins(%f, %p : tensor<16x36xf32>, tensor<1x6x1x3x36x8xf32>) outs(%y : tensor<1x12x9x16xf32>) -> tensor<1x12x9x16xf32>
  return %r : tensor<1x12x9x16xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["wino.column_product"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l:1 = transform.structured.tile_using_for %op tile_sizes [0, 0, 4] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}
