// RUN: wino-opt %s -transform-interpreter -split-input-file -verify-diagnostics

// Tiles that would give a wrong result are refused.

// Taps, which are summed.
func.func @refused(%m: tensor<3x3x1x9x9x16xf32>, %y: tensor<1x9x9x16xf32>) -> tensor<1x9x9x16xf32> {
  // expected-error @+2 {{faild to tile operation}}
  // expected-error @+1 {{failed to generate tiling loops}}
  %r = wino.offset_add strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] ins(%m : tensor<3x3x1x9x9x16xf32>) outs(%y : tensor<1x9x9x16xf32>) -> tensor<1x9x9x16xf32>
  return %r : tensor<1x9x9x16xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["wino.offset_add"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l:1 = transform.structured.tile_using_for %op tile_sizes [1] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// A part of an axis with padding.
func.func @refused(%m: tensor<3x3x1x9x9x16xf32>, %y: tensor<1x9x9x16xf32>) -> tensor<1x9x9x16xf32> {
  // expected-error @+2 {{faild to tile operation}}
  // expected-error @+1 {{failed to generate tiling loops}}
  %r = wino.offset_add strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] ins(%m : tensor<3x3x1x9x9x16xf32>) outs(%y : tensor<1x9x9x16xf32>) -> tensor<1x9x9x16xf32>
  return %r : tensor<1x9x9x16xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["wino.offset_add"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l:1 = transform.structured.tile_using_for %op tile_sizes [0, 0, 0, 3] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// The same along columns.
func.func @refused(%m: tensor<3x3x1x9x9x16xf32>, %y: tensor<1x9x9x16xf32>) -> tensor<1x9x9x16xf32> {
  // expected-error @+2 {{faild to tile operation}}
  // expected-error @+1 {{failed to generate tiling loops}}
  %r = wino.offset_add strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] ins(%m : tensor<3x3x1x9x9x16xf32>) outs(%y : tensor<1x9x9x16xf32>) -> tensor<1x9x9x16xf32>
  return %r : tensor<1x9x9x16xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["wino.offset_add"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l:1 = transform.structured.tile_using_for %op tile_sizes [0, 0, 0, 0, 3] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Channels of products that the result has none of.
func.func @refused(%m: tensor<3x3x1x9x9x16xf32>, %y: tensor<1x9x9x7xf32>) -> tensor<1x9x9x7xf32> {
  // expected-error @+2 {{faild to tile operation}}
  // expected-error @+1 {{failed to generate tiling loops}}
  %r = wino.offset_add strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] ins(%m : tensor<3x3x1x9x9x16xf32>) outs(%y : tensor<1x9x9x7xf32>) -> tensor<1x9x9x7xf32>
  return %r : tensor<1x9x9x7xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["wino.offset_add"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l:1 = transform.structured.tile_using_for %op tile_sizes [0, 0, 0, 0, 0, 8] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}
