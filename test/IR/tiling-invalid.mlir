// RUN: wino-opt %s -transform-interpreter -split-input-file -verify-diagnostics

// Tiles that would give a wrong result are refused.

// Taps are summed.
func.func @chain(%x: tensor<3x30x30x16xf32>, %u: tensor<2x6x6x2x16x16xf32>, %bias: tensor<60xf32>, %other: tensor<3x28x27x60xf32>, %y: tensor<3x28x27x60xf32>) -> tensor<3x28x27x60xf32> {
  %vi = tensor.empty() : tensor<6x6x3x7x7x16xf32>
  %mi = tensor.empty() : tensor<6x6x3x7x7x64xf32>
  %v = wino.input_transform <F(4x4, 3x3)> pad [0, 0, 0, 0] ins(%x : tensor<3x30x30x16xf32>) outs(%vi : tensor<6x6x3x7x7x16xf32>) -> tensor<6x6x3x7x7x16xf32>
  %m = wino.hadamard ins(%v, %u : tensor<6x6x3x7x7x16xf32>, tensor<2x6x6x2x16x16xf32>) outs(%mi : tensor<6x6x3x7x7x64xf32>) -> tensor<6x6x3x7x7x64xf32>
  // expected-error @+2 {{faild to tile operation}}
  // expected-error @+1 {{failed to generate tiling loops}}
  %r = wino.output_transform <F(4x4, 3x3)> ins(%m : tensor<6x6x3x7x7x64xf32>) outs(%y : tensor<3x28x27x60xf32>) epilogue(%bias, %other : tensor<60xf32>, tensor<3x28x27x60xf32>) {
  ^bb0(%sum: f32, %b: f32, %o: f32):
    %1 = arith.addf %sum, %b : f32
    %2 = arith.addf %1, %o : f32
    wino.yield %2 : f32
  } -> tensor<3x28x27x60xf32>
  return %r : tensor<3x28x27x60xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["wino.output_transform"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.tile_using_for %op tile_sizes [2] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// The third tile of 20 channels would have none of the 40.
func.func @chain(%x: tensor<3x30x30x16xf32>, %u: tensor<2x6x6x2x16x16xf32>, %bias: tensor<40xf32>, %other: tensor<3x28x27x40xf32>, %y: tensor<3x28x27x40xf32>) -> tensor<3x28x27x40xf32> {
  %vi = tensor.empty() : tensor<6x6x3x7x7x16xf32>
  %mi = tensor.empty() : tensor<6x6x3x7x7x64xf32>
  %v = wino.input_transform <F(4x4, 3x3)> pad [0, 0, 0, 0] ins(%x : tensor<3x30x30x16xf32>) outs(%vi : tensor<6x6x3x7x7x16xf32>) -> tensor<6x6x3x7x7x16xf32>
  %m = wino.hadamard ins(%v, %u : tensor<6x6x3x7x7x16xf32>, tensor<2x6x6x2x16x16xf32>) outs(%mi : tensor<6x6x3x7x7x64xf32>) -> tensor<6x6x3x7x7x64xf32>
  // expected-error @+2 {{faild to tile operation}}
  // expected-error @+1 {{failed to generate tiling loops}}
  %r = wino.output_transform <F(4x4, 3x3)> ins(%m : tensor<6x6x3x7x7x64xf32>) outs(%y : tensor<3x28x27x40xf32>) epilogue(%bias, %other : tensor<40xf32>, tensor<3x28x27x40xf32>) {
  ^bb0(%sum: f32, %b: f32, %o: f32):
    %1 = arith.addf %sum, %b : f32
    %2 = arith.addf %1, %o : f32
    wino.yield %2 : f32
  } -> tensor<3x28x27x40xf32>
  return %r : tensor<3x28x27x40xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["wino.output_transform"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.tile_using_for %op tile_sizes [0, 0, 0, 0, 0, 20] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// A part of the sum is no tile of the result.
func.func @chain(%x: tensor<3x30x30x16xf32>, %u: tensor<2x6x6x2x16x16xf32>, %bias: tensor<60xf32>, %other: tensor<3x28x27x60xf32>, %y: tensor<3x28x27x60xf32>) -> tensor<3x28x27x60xf32> {
  %vi = tensor.empty() : tensor<6x6x3x7x7x16xf32>
  %mi = tensor.empty() : tensor<6x6x3x7x7x64xf32>
  %v = wino.input_transform <F(4x4, 3x3)> pad [0, 0, 0, 0] ins(%x : tensor<3x30x30x16xf32>) outs(%vi : tensor<6x6x3x7x7x16xf32>) -> tensor<6x6x3x7x7x16xf32>
  // expected-error @+2 {{faild to tile operation}}
  // expected-error @+1 {{failed to generate tiling loops}}
  %m = wino.hadamard ins(%v, %u : tensor<6x6x3x7x7x16xf32>, tensor<2x6x6x2x16x16xf32>) outs(%mi : tensor<6x6x3x7x7x64xf32>) -> tensor<6x6x3x7x7x64xf32>
  %r = wino.output_transform <F(4x4, 3x3)> ins(%m : tensor<6x6x3x7x7x64xf32>) outs(%y : tensor<3x28x27x60xf32>) epilogue(%bias, %other : tensor<60xf32>, tensor<3x28x27x60xf32>) {
  ^bb0(%sum: f32, %b: f32, %o: f32):
    %1 = arith.addf %sum, %b : f32
    %2 = arith.addf %1, %o : f32
    wino.yield %2 : f32
  } -> tensor<3x28x27x60xf32>
  return %r : tensor<3x28x27x60xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["wino.hadamard"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.tile_using_for %op tile_sizes [0, 0, 0, 0, 0, 0, 8] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Taps are not tiled.
func.func @chain(%x: tensor<3x30x30x16xf32>, %u: tensor<2x6x6x2x16x16xf32>, %bias: tensor<60xf32>, %other: tensor<3x28x27x60xf32>, %y: tensor<3x28x27x60xf32>) -> tensor<3x28x27x60xf32> {
  %vi = tensor.empty() : tensor<6x6x3x7x7x16xf32>
  %mi = tensor.empty() : tensor<6x6x3x7x7x64xf32>
  %v = wino.input_transform <F(4x4, 3x3)> pad [0, 0, 0, 0] ins(%x : tensor<3x30x30x16xf32>) outs(%vi : tensor<6x6x3x7x7x16xf32>) -> tensor<6x6x3x7x7x16xf32>
  // expected-error @+2 {{faild to tile operation}}
  // expected-error @+1 {{failed to generate tiling loops}}
  %m = wino.hadamard ins(%v, %u : tensor<6x6x3x7x7x16xf32>, tensor<2x6x6x2x16x16xf32>) outs(%mi : tensor<6x6x3x7x7x64xf32>) -> tensor<6x6x3x7x7x64xf32>
  %r = wino.output_transform <F(4x4, 3x3)> ins(%m : tensor<6x6x3x7x7x64xf32>) outs(%y : tensor<3x28x27x60xf32>) epilogue(%bias, %other : tensor<60xf32>, tensor<3x28x27x60xf32>) {
  ^bb0(%sum: f32, %b: f32, %o: f32):
    %1 = arith.addf %sum, %b : f32
    %2 = arith.addf %1, %o : f32
    wino.yield %2 : f32
  } -> tensor<3x28x27x60xf32>
  return %r : tensor<3x28x27x60xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["wino.hadamard"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.tile_using_for %op tile_sizes [0, 3] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Half a block of the packed filter.
func.func @chain(%x: tensor<3x30x30x16xf32>, %u: tensor<2x6x6x2x16x16xf32>, %bias: tensor<60xf32>, %other: tensor<3x28x27x60xf32>, %y: tensor<3x28x27x60xf32>) -> tensor<3x28x27x60xf32> {
  %vi = tensor.empty() : tensor<6x6x3x7x7x16xf32>
  %mi = tensor.empty() : tensor<6x6x3x7x7x64xf32>
  %v = wino.input_transform <F(4x4, 3x3)> pad [0, 0, 0, 0] ins(%x : tensor<3x30x30x16xf32>) outs(%vi : tensor<6x6x3x7x7x16xf32>) -> tensor<6x6x3x7x7x16xf32>
  // expected-error @+2 {{faild to tile operation}}
  // expected-error @+1 {{failed to generate tiling loops}}
  %m = wino.hadamard ins(%v, %u : tensor<6x6x3x7x7x16xf32>, tensor<2x6x6x2x16x16xf32>) outs(%mi : tensor<6x6x3x7x7x64xf32>) -> tensor<6x6x3x7x7x64xf32>
  %r = wino.output_transform <F(4x4, 3x3)> ins(%m : tensor<6x6x3x7x7x64xf32>) outs(%y : tensor<3x28x27x60xf32>) epilogue(%bias, %other : tensor<60xf32>, tensor<3x28x27x60xf32>) {
  ^bb0(%sum: f32, %b: f32, %o: f32):
    %1 = arith.addf %sum, %b : f32
    %2 = arith.addf %1, %o : f32
    wino.yield %2 : f32
  } -> tensor<3x28x27x60xf32>
  return %r : tensor<3x28x27x60xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["wino.hadamard"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.tile_using_for %op tile_sizes [0, 0, 0, 0, 0, 16] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Channels of the image are not tiled.
func.func @chain(%x: tensor<3x30x30x16xf32>, %u: tensor<2x6x6x2x16x16xf32>, %bias: tensor<60xf32>, %other: tensor<3x28x27x60xf32>, %y: tensor<3x28x27x60xf32>) -> tensor<3x28x27x60xf32> {
  %vi = tensor.empty() : tensor<6x6x3x7x7x16xf32>
  %mi = tensor.empty() : tensor<6x6x3x7x7x64xf32>
  // expected-error @+2 {{faild to tile operation}}
  // expected-error @+1 {{failed to generate tiling loops}}
  %v = wino.input_transform <F(4x4, 3x3)> pad [0, 0, 0, 0] ins(%x : tensor<3x30x30x16xf32>) outs(%vi : tensor<6x6x3x7x7x16xf32>) -> tensor<6x6x3x7x7x16xf32>
  %m = wino.hadamard ins(%v, %u : tensor<6x6x3x7x7x16xf32>, tensor<2x6x6x2x16x16xf32>) outs(%mi : tensor<6x6x3x7x7x64xf32>) -> tensor<6x6x3x7x7x64xf32>
  %r = wino.output_transform <F(4x4, 3x3)> ins(%m : tensor<6x6x3x7x7x64xf32>) outs(%y : tensor<3x28x27x60xf32>) epilogue(%bias, %other : tensor<60xf32>, tensor<3x28x27x60xf32>) {
  ^bb0(%sum: f32, %b: f32, %o: f32):
    %1 = arith.addf %sum, %b : f32
    %2 = arith.addf %1, %o : f32
    wino.yield %2 : f32
  } -> tensor<3x28x27x60xf32>
  return %r : tensor<3x28x27x60xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["wino.input_transform"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.tile_using_for %op tile_sizes [0, 0, 0, 0, 0, 8] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Taps are not tiled.
func.func @im2row(%x: tensor<?x?x?x2xf32>, %p: tensor<1x1x?x?x?x20xf32>, %i: index, %j: index) -> tensor<1x1x?x?x?x20xf32> {
  // expected-error @+2 {{faild to tile operation}}
  // expected-error @+1 {{failed to generate tiling loops}}
  %0 = wino.im2row kernel [3, 3] strides [2, 2] dilations [1, 1] pad [1, 1, 1, 1] origin[%i, %j] ins(%x : tensor<?x?x?x2xf32>) outs(%p : tensor<1x1x?x?x?x20xf32>) -> tensor<1x1x?x?x?x20xf32>
  return %0 : tensor<1x1x?x?x?x20xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["wino.im2row"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l:2 = transform.structured.tile_using_for %op tile_sizes [1, 0, 0, 0, 0, 5] : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Padded channels of the filter.
func.func @filter(%f: tensor<3x3x8x16xf32>, %u: tensor<6x6x8x20xf32>) -> tensor<6x6x8x20xf32> {
  // expected-error @+2 {{faild to tile operation}}
  // expected-error @+1 {{failed to generate tiling loops}}
  %0 = wino.filter_transform <F(4x4, 3x3)> ins(%f : tensor<3x3x8x16xf32>) outs(%u : tensor<6x6x8x20xf32>) -> tensor<6x6x8x20xf32>
  return %0 : tensor<6x6x8x20xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["wino.filter_transform"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.tile_using_for %op tile_sizes [0, 0, 0, 4] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Taps of the filter.
func.func @filter(%f: tensor<3x3x8x16xf32>, %u: tensor<6x6x8x20xf32>) -> tensor<6x6x8x20xf32> {
  // expected-error @+2 {{faild to tile operation}}
  // expected-error @+1 {{failed to generate tiling loops}}
  %0 = wino.filter_transform <F(4x4, 3x3)> ins(%f : tensor<3x3x8x16xf32>) outs(%u : tensor<6x6x8x20xf32>) -> tensor<6x6x8x20xf32>
  return %0 : tensor<6x6x8x20xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["wino.filter_transform"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.tile_using_for %op tile_sizes [0, 2] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// A rest of another size.
func.func @filter(%f: tensor<3x3x8x16xf32>, %u: tensor<6x6x8x20xf32>) -> tensor<6x6x8x20xf32> {
  // expected-error @+2 {{faild to tile operation}}
  // expected-error @+1 {{failed to generate tiling loops}}
  %0 = wino.filter_transform <F(4x4, 3x3)> ins(%f : tensor<3x3x8x16xf32>) outs(%u : tensor<6x6x8x20xf32>) -> tensor<6x6x8x20xf32>
  return %0 : tensor<6x6x8x20xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["wino.filter_transform"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.tile_using_for %op tile_sizes [0, 0, 3] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// A part of a block of the filter.
func.func @conv(%x: tensor<1x9x9x16xf32>, %u: tensor<2x1x1x2x144x16xf32>, %y: tensor<1x7x7x30xf32>) -> tensor<1x7x7x30xf32> {
  // expected-error @+2 {{faild to tile operation}}
  // expected-error @+1 {{failed to generate tiling loops}}
  %0 = wino.conv kernel [3, 3] strides [1, 1] dilations [1, 1] ins(%x, %u : tensor<1x9x9x16xf32>, tensor<2x1x1x2x144x16xf32>) outs(%y : tensor<1x7x7x30xf32>) -> tensor<1x7x7x30xf32>
  return %0 : tensor<1x7x7x30xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["wino.conv"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.tile_using_for %op tile_sizes [0, 0, 0, 16] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Rows of the filter, which are summed.
func.func @conv(%x: tensor<1x9x9x16xf32>, %u: tensor<2x1x1x2x144x16xf32>, %y: tensor<1x7x7x30xf32>) -> tensor<1x7x7x30xf32> {
  // expected-error @+2 {{faild to tile operation}}
  // expected-error @+1 {{failed to generate tiling loops}}
  %0 = wino.conv kernel [3, 3] strides [1, 1] dilations [1, 1] ins(%x, %u : tensor<1x9x9x16xf32>, tensor<2x1x1x2x144x16xf32>) outs(%y : tensor<1x7x7x30xf32>) -> tensor<1x7x7x30xf32>
  return %0 : tensor<1x7x7x30xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["wino.conv"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.tile_using_for %op tile_sizes [0, 0, 0, 0, 1] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Channels that only the padded filter has: the second block is all padding.
func.func @conv(%x: tensor<1x9x9x16xf32>, %u: tensor<2x1x1x2x144x16xf32>, %y: tensor<1x7x7x30xf32>) -> tensor<1x7x7x30xf32> {
  // expected-error @+2 {{faild to tile operation}}
  // expected-error @+1 {{failed to generate tiling loops}}
  %0 = wino.conv kernel [3, 3] strides [1, 1] dilations [1, 1] ins(%x, %u : tensor<1x9x9x16xf32>, tensor<2x1x1x2x144x16xf32>) outs(%y : tensor<1x7x7x30xf32>) -> tensor<1x7x7x30xf32>
  return %0 : tensor<1x7x7x30xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["wino.conv"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.tile_using_for %op tile_sizes [0, 0, 0, 32] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Channels of an image.
func.func @pad_image(%x: tensor<1x9x9x16xf32>, %z: tensor<1x10x9x16xf32>) -> tensor<1x10x9x16xf32> {
  // expected-error @+2 {{faild to tile operation}}
  // expected-error @+1 {{failed to generate tiling loops}}
  %0 = wino.pad_image pad [1, 0, 0, 0] ins(%x : tensor<1x9x9x16xf32>) outs(%z : tensor<1x10x9x16xf32>) -> tensor<1x10x9x16xf32>
  return %0 : tensor<1x10x9x16xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["wino.pad_image"]} in %root : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.tile_using_for %op tile_sizes [0, 0, 0, 8] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}
