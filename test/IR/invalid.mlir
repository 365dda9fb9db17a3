// RUN: wino-opt %s -split-input-file -verify-diagnostics

// Each numbered constraint of an op has cases named after it.

//===----------------------------------------------------------------------===//
// What all ops have in common
//===----------------------------------------------------------------------===//

func.func @mixed_semantics(%f: tensor<3x3x2x4xf32>, %u: memref<4x4x2x4xf32>) {
  // expected-error @+1 {{expected operands to be all tensors or all memrefs}}
  wino.filter_transform <F(2x2, 3x3)> ins(%f : tensor<3x3x2x4xf32>) outs(%u : memref<4x4x2x4xf32>)
  return
}

// -----

func.func @result_on_memrefs(%f: memref<3x3x2x4xf32>, %u: memref<4x4x2x4xf32>) {
  // expected-error @+1 {{expected no result on memrefs}}
  %0 = wino.filter_transform <F(2x2, 3x3)> ins(%f : memref<3x3x2x4xf32>) outs(%u : memref<4x4x2x4xf32>) -> tensor<4x4x2x4xf32>
  return
}

// -----

func.func @no_result_on_tensors(%v: tensor<4x4x1x1x1x2xf32>, %u: tensor<4x4x2x4xf32>, %m: tensor<4x4x1x1x1x4xf32>) {
  // expected-error @+1 {{expected one result on tensors, but got 0}}
  wino.hadamard ins(%v, %u : tensor<4x4x1x1x1x2xf32>, tensor<4x4x2x4xf32>) outs(%m : tensor<4x4x1x1x1x4xf32>)
  return
}

// -----

func.func @result_type(%v: tensor<4x4x1x1x1x2xf32>, %u: tensor<4x4x2x4xf32>, %m: tensor<4x4x1x1x1x4xf32>) {
  // expected-error @+1 {{expected the result to have the type of the init, 'tensor<4x4x1x1x1x4xf32>', but got 'tensor<?x4x1x1x1x4xf32>'}}
  %0 = wino.hadamard ins(%v, %u : tensor<4x4x1x1x1x2xf32>, tensor<4x4x2x4xf32>) outs(%m : tensor<4x4x1x1x1x4xf32>) -> tensor<?x4x1x1x1x4xf32>
  return
}

// -----

func.func @rank(%f: tensor<3x3xf32>, %u: tensor<4x4x2x4xf32>) {
  // expected-error @+1 {{operand #0 must be 3D/4D/6D/7D tensor of floating-point, i8, i16 or i32 values or 3D/4D/6D/7D memref of floating-point, i8, i16 or i32 values, but got 'tensor<3x3xf32>'}}
  %0 = wino.filter_transform <F(2x2, 3x3)> ins(%f : tensor<3x3xf32>) outs(%u : tensor<4x4x2x4xf32>) -> tensor<4x4x2x4xf32>
  return
}

// -----

func.func @integers(%f: tensor<3x3x2x4xi8>, %u: tensor<4x4x2x4xi8>) {
  // expected-error @+1 {{expected G of F(2x2, 3x3) to have integer entries for 'i8'}}
  %0 = wino.filter_transform <F(2x2, 3x3)> ins(%f : tensor<3x3x2x4xi8>) outs(%u : tensor<4x4x2x4xi8>) -> tensor<4x4x2x4xi8>
  return
}

// -----

//===----------------------------------------------------------------------===//
// filter_transform
//===----------------------------------------------------------------------===//

func.func @filter_transform_c1(%f: tensor<5x3x2x4xf32>, %u: tensor<4x4x2x4xf32>) {
  // expected-error @+1 {{expected the filter's height to be 3, but got 5}}
  %0 = wino.filter_transform <F(2x2, 3x3)> ins(%f : tensor<5x3x2x4xf32>) outs(%u : tensor<4x4x2x4xf32>) -> tensor<4x4x2x4xf32>
  return
}

// -----

func.func @filter_transform_c1(%f: tensor<3x1x2x4xf32>, %u: tensor<4x4x2x4xf32>) {
  // expected-error @+1 {{expected the filter's width to be 3, but got 1}}
  %0 = wino.filter_transform <F(2x2, 3x3)> ins(%f : tensor<3x1x2x4xf32>) outs(%u : tensor<4x4x2x4xf32>) -> tensor<4x4x2x4xf32>
  return
}

// -----

func.func @filter_transform_c2(%f: tensor<3x3x2x4xf32>, %u: tensor<6x4x2x4xf32>) {
  // expected-error @+1 {{expected the row taps of the init to be 4, but got 6}}
  %0 = wino.filter_transform <F(2x2, 3x3)> ins(%f : tensor<3x3x2x4xf32>) outs(%u : tensor<6x4x2x4xf32>) -> tensor<6x4x2x4xf32>
  return
}

// -----

func.func @filter_transform_c2_packed(%f: tensor<3x3x2x4xf32>, %u: tensor<1x4x6x1x2x4xf32>) {
  // expected-error @+1 {{expected the column taps of the init to be 4, but got 6}}
  %0 = wino.filter_transform <F(2x2, 3x3)> ins(%f : tensor<3x3x2x4xf32>) outs(%u : tensor<1x4x6x1x2x4xf32>) -> tensor<1x4x6x1x2x4xf32>
  return
}

// -----

func.func @filter_transform_c3(%f: tensor<3x3x2x4xf32>, %u: tensor<4x4x1x4xf32>) {
  // expected-error @+1 {{expected the input channels of the init to be at least 2, but got 1}}
  %0 = wino.filter_transform <F(2x2, 3x3)> ins(%f : tensor<3x3x2x4xf32>) outs(%u : tensor<4x4x1x4xf32>) -> tensor<4x4x1x4xf32>
  return
}

// -----

func.func @filter_transform_c3_packed(%f: tensor<3x3x2x9xf32>, %u: tensor<2x4x4x1x2x4xf32>) {
  // expected-error @+1 {{expected the output channels of the init to be at least 9, but got 8}}
  %0 = wino.filter_transform <F(2x2, 3x3)> ins(%f : tensor<3x3x2x9xf32>) outs(%u : tensor<2x4x4x1x2x4xf32>) -> tensor<2x4x4x1x2x4xf32>
  return
}

// -----

// The product of the blocks exceeds 64 bits.
func.func @filter_transform_size(%f: tensor<3x3x2x4xf32>, %u: tensor<4294967296x4x4x4294967296x2x4xf32>) {
  // expected-error @+1 {{expected at most 2^48 elements, but got 'tensor<4294967296x4x4x4294967296x2x4xf32>'}}
  %0 = wino.filter_transform <F(2x2, 3x3)> ins(%f : tensor<3x3x2x4xf32>) outs(%u : tensor<4294967296x4x4x4294967296x2x4xf32>) -> tensor<4294967296x4x4x4294967296x2x4xf32>
  return
}

// -----

func.func @filter_transform_c3_depthwise(%f: tensor<3x3x2xf32>, %u: tensor<4x4x4xf32>) {
  // expected-error @+1 {{expected the channels of the init to be 2, but got 4}}
  %0 = wino.filter_transform <F(2x2, 3x3)> ins(%f : tensor<3x3x2xf32>) outs(%u : tensor<4x4x4xf32>) -> tensor<4x4x4xf32>
  return
}

// -----

func.func @filter_transform_ranks(%f: tensor<3x3x2xf32>, %u: tensor<4x4x2x4xf32>) {
  // expected-error @+1 {{expected an init of rank 3 for a depthwise filter, but got 'tensor<4x4x2x4xf32>'}}
  %0 = wino.filter_transform <F(2x2, 3x3)> ins(%f : tensor<3x3x2xf32>) outs(%u : tensor<4x4x2x4xf32>) -> tensor<4x4x2x4xf32>
  return
}

// -----

func.func @filter_transform_ranks(%f: tensor<3x3x2x4xf32>, %u: tensor<4x4x2xf32>) {
  // expected-error @+1 {{expected an init of rank 4 or 6, but got 'tensor<4x4x2xf32>'}}
  %0 = wino.filter_transform <F(2x2, 3x3)> ins(%f : tensor<3x3x2x4xf32>) outs(%u : tensor<4x4x2xf32>) -> tensor<4x4x2xf32>
  return
}

// -----

func.func @filter_transform_c4(%f: tensor<3x3x2x4xf32>, %u: tensor<4x4x2x4xf16>) {
  // expected-error @+1 {{expected equal element types, but got 'f32' and 'f16'}}
  %0 = wino.filter_transform <F(2x2, 3x3)> ins(%f : tensor<3x3x2x4xf32>) outs(%u : tensor<4x4x2x4xf16>) -> tensor<4x4x2x4xf16>
  return
}

// -----

func.func @filter_transform_c6_layout(%f: tensor<1x3x3x1x2x4xf32>, %u: tensor<4x4x2x4xf32>) {
  // expected-error @+1 {{expected a packed init for a packed filter, in the same groups, but got 'tensor<4x4x2x4xf32>'}}
  %0 = wino.filter_transform <F(2x2, 3x3)> ins(%f : tensor<1x3x3x1x2x4xf32>) outs(%u : tensor<4x4x2x4xf32>) -> tensor<4x4x2x4xf32>
  return
}

// -----

func.func @filter_transform_c6_panels(%f: tensor<1x3x3x1x2x4xf32>, %u: tensor<1x4x4x2x2x4xf32>) {
  // expected-error @+1 {{expected the panels of the init to be 1, but got 2}}
  %0 = wino.filter_transform <F(2x2, 3x3)> ins(%f : tensor<1x3x3x1x2x4xf32>) outs(%u : tensor<1x4x4x2x2x4xf32>) -> tensor<1x4x4x2x2x4xf32>
  return
}

// -----

func.func @filter_transform_c6_channels(%f: tensor<1x3x3x1x2x4xf32>, %u: tensor<1x4x4x1x4x4xf32>) {
  // expected-error @+1 {{expected the input channels of the init to be 2, but got 4}}
  %0 = wino.filter_transform <F(2x2, 3x3)> ins(%f : tensor<1x3x3x1x2x4xf32>) outs(%u : tensor<1x4x4x1x4x4xf32>) -> tensor<1x4x4x1x4x4xf32>
  return
}

// -----

func.func @filter_transform_c1_packed(%f: tensor<1x3x2x1x2x4xf32>, %u: tensor<1x4x4x1x2x4xf32>) {
  // expected-error @+1 {{expected the filter's width to be 3, but got 2}}
  %0 = wino.filter_transform <F(2x2, 3x3)> ins(%f : tensor<1x3x2x1x2x4xf32>) outs(%u : tensor<1x4x4x1x2x4xf32>) -> tensor<1x4x4x1x2x4xf32>
  return
}

// -----

func.func @filter_transform_c5(%f: tensor<3x3x?x4xf32>, %u: tensor<4x4x2x4xf32>) {
  // expected-error @+1 {{expected static shapes, but got 'tensor<3x3x?x4xf32>'}}
  %0 = wino.filter_transform <F(2x2, 3x3)> ins(%f : tensor<3x3x?x4xf32>) outs(%u : tensor<4x4x2x4xf32>) -> tensor<4x4x2x4xf32>
  return
}

// -----

func.func @filter_transform_c5(%f: tensor<3x3x2x4xf32>, %u: tensor<?x4x2x4xf32>) {
  // expected-error @+1 {{expected static shapes, but got 'tensor<?x4x2x4xf32>'}}
  %0 = wino.filter_transform <F(2x2, 3x3)> ins(%f : tensor<3x3x2x4xf32>) outs(%u : tensor<?x4x2x4xf32>) -> tensor<?x4x2x4xf32>
  return
}

// -----

//===----------------------------------------------------------------------===//
// input_transform
//===----------------------------------------------------------------------===//

func.func @input_transform_c1(%x: tensor<1x8x8x2xf32>, %v: tensor<4x6x1x3x3x2xf32>) {
  // expected-error @+1 {{expected the column taps of the init to be 4, but got 6}}
  %0 = wino.input_transform <F(2x2, 3x3)> pad [0, 0, 0, 0] ins(%x : tensor<1x8x8x2xf32>) outs(%v : tensor<4x6x1x3x3x2xf32>) -> tensor<4x6x1x3x3x2xf32>
  return
}

// -----

func.func @input_transform_c1(%x: tensor<1x8x8x2xf32>, %v: tensor<3x4x1x3x3x2xf32>) {
  // expected-error @+1 {{expected the row taps of the init to be 4, but got 3}}
  %0 = wino.input_transform <F(2x2, 3x3)> pad [0, 0, 0, 0] ins(%x : tensor<1x8x8x2xf32>) outs(%v : tensor<3x4x1x3x3x2xf32>) -> tensor<3x4x1x3x3x2xf32>
  return
}

// -----

func.func @input_transform_c2(%x: tensor<1x8x8x2xf32>, %v: tensor<4x4x2x3x3x2xf32>) {
  // expected-error @+1 {{expected the batch of the init to be 1, but got 2}}
  %0 = wino.input_transform <F(2x2, 3x3)> pad [0, 0, 0, 0] ins(%x : tensor<1x8x8x2xf32>) outs(%v : tensor<4x4x2x3x3x2xf32>) -> tensor<4x4x2x3x3x2xf32>
  return
}

// -----

func.func @input_transform_c2(%x: tensor<1x8x8x3xf32>, %v: tensor<4x4x1x3x3x2xf32>) {
  // expected-error @+1 {{expected the channels of the init to be at least 3, but got 2}}
  %0 = wino.input_transform <F(2x2, 3x3)> pad [0, 0, 0, 0] ins(%x : tensor<1x8x8x3xf32>) outs(%v : tensor<4x4x1x3x3x2xf32>) -> tensor<4x4x1x3x3x2xf32>
  return
}

// -----

func.func @input_transform_c3(%x: tensor<1x8x8x2xf32>, %v: tensor<4x4x1x3x3x2xf32>) {
  // expected-error @+1 {{expected pad to have four elements, but got 2}}
  %0 = wino.input_transform <F(2x2, 3x3)> pad [0, 0] ins(%x : tensor<1x8x8x2xf32>) outs(%v : tensor<4x4x1x3x3x2xf32>) -> tensor<4x4x1x3x3x2xf32>
  return
}

// -----

func.func @input_transform_c3(%x: tensor<1x8x8x2xf32>, %v: tensor<4x4x1x3x3x2xf32>) {
  // expected-error @+1 {{expected pad to be in [0, 1073741824], but got -1}}
  %0 = wino.input_transform <F(2x2, 3x3)> pad [0, 0, -1, 0] ins(%x : tensor<1x8x8x2xf32>) outs(%v : tensor<4x4x1x3x3x2xf32>) -> tensor<4x4x1x3x3x2xf32>
  return
}

// -----

func.func @input_transform_c3(%x: tensor<1x8x8x2xf32>, %v: tensor<4x4x1x3x3x2xf32>) {
  // expected-error @+1 {{expected pad to be in [0, 1073741824], but got 9223372036854775807}}
  %0 = wino.input_transform <F(2x2, 3x3)> pad [0, 9223372036854775807, 0, 0] ins(%x : tensor<1x8x8x2xf32>) outs(%v : tensor<4x4x1x3x3x2xf32>) -> tensor<4x4x1x3x3x2xf32>
  return
}

// -----

func.func @input_transform_c4(%x: tensor<1x8x8x2xf32>, %v: tensor<4x4x1x4x3x2xf32>) {
  // expected-error @+1 {{expected the number of tile rows to be 3, but got 4}}
  %0 = wino.input_transform <F(2x2, 3x3)> pad [0, 0, 0, 0] ins(%x : tensor<1x8x8x2xf32>) outs(%v : tensor<4x4x1x4x3x2xf32>) -> tensor<4x4x1x4x3x2xf32>
  return
}

// -----

func.func @input_transform_c4(%x: tensor<1x?x8x2xf32>, %v: tensor<4x4x1x4x3x2xf32>) {
  // expected-error @+1 {{expected the number of tile columns to be 4, but got 3}}
  %0 = wino.input_transform <F(2x2, 3x3)> pad [0, 0, 1, 0] ins(%x : tensor<1x?x8x2xf32>) outs(%v : tensor<4x4x1x4x3x2xf32>) -> tensor<4x4x1x4x3x2xf32>
  return
}

// -----

// An image that is smaller than the filter has no tiles.
func.func @input_transform_c4(%x: tensor<1x2x8x2xf32>, %v: tensor<4x4x1x1x3x2xf32>) {
  // expected-error @+1 {{expected the number of tile rows to be 0, but got 1}}
  %0 = wino.input_transform <F(2x2, 3x3)> pad [0, 0, 0, 0] ins(%x : tensor<1x2x8x2xf32>) outs(%v : tensor<4x4x1x1x3x2xf32>) -> tensor<4x4x1x1x3x2xf32>
  return
}

// -----

func.func @input_transform_size(%x: tensor<1x9223372036854775807x8x2xf32>, %v: tensor<4x4x1x4x3x2xf32>) {
  // expected-error @+1 {{expected at most 2^48 elements, but got 'tensor<1x9223372036854775807x8x2xf32>'}}
  %0 = wino.input_transform <F(2x2, 3x3)> pad [1, 1, 0, 0] ins(%x : tensor<1x9223372036854775807x8x2xf32>) outs(%v : tensor<4x4x1x4x3x2xf32>) -> tensor<4x4x1x4x3x2xf32>
  return
}

// -----

func.func @input_transform_c5(%x: tensor<1x8x8x2xf32>, %v: tensor<4x4x1x3x3x2xf32>, %i: index) {
  // expected-error @+1 {{expected no or two origin operands, but got 1}}
  %0 = wino.input_transform <F(2x2, 3x3)> pad [0, 0, 0, 0] origin[%i] ins(%x : tensor<1x8x8x2xf32>) outs(%v : tensor<4x4x1x3x3x2xf32>) -> tensor<4x4x1x3x3x2xf32>
  return
}

// -----

func.func @input_transform_c6(%x: tensor<1x8x8x2xf32>, %v: tensor<4x4x1x3x3x2xf64>) {
  // expected-error @+1 {{expected equal element types, but got 'f32' and 'f64'}}
  %0 = wino.input_transform <F(2x2, 3x3)> pad [0, 0, 0, 0] ins(%x : tensor<1x8x8x2xf32>) outs(%v : tensor<4x4x1x3x3x2xf64>) -> tensor<4x4x1x3x3x2xf64>
  return
}

// -----

func.func @input_transform_c7(%x: tensor<1x8x8x?xf32>, %v: tensor<4x4x1x3x3x2xf32>) {
  // expected-error @+1 {{expected the image to have static channel and tap sizes, but got 'tensor<1x8x8x?xf32>'}}
  %0 = wino.input_transform <F(2x2, 3x3)> pad [0, 0, 0, 0] ins(%x : tensor<1x8x8x?xf32>) outs(%v : tensor<4x4x1x3x3x2xf32>) -> tensor<4x4x1x3x3x2xf32>
  return
}

// -----

func.func @input_transform_c7(%x: tensor<1x8x8x2xf32>, %v: tensor<4x?x1x3x3x2xf32>) {
  // expected-error @+1 {{expected the init to have static channel and tap sizes, but got 'tensor<4x?x1x3x3x2xf32>'}}
  %0 = wino.input_transform <F(2x2, 3x3)> pad [0, 0, 0, 0] ins(%x : tensor<1x8x8x2xf32>) outs(%v : tensor<4x?x1x3x3x2xf32>) -> tensor<4x?x1x3x3x2xf32>
  return
}

// -----

//===----------------------------------------------------------------------===//
// im2row
//===----------------------------------------------------------------------===//

func.func @im2row_c1(%x: tensor<1x8x8x2xf32>, %p: tensor<3x1x1x6x6x18xf32>) {
  // expected-error @+1 {{expected the taps of the init to be 1, but got 3}}
  %0 = wino.im2row kernel [3, 3] strides [1, 1] dilations [1, 1] pad [0, 0, 0, 0] ins(%x : tensor<1x8x8x2xf32>) outs(%p : tensor<3x1x1x6x6x18xf32>) -> tensor<3x1x1x6x6x18xf32>
  return
}

// -----

func.func @im2row_c2(%x: tensor<2x8x8x2xf32>, %p: tensor<1x1x1x6x6x18xf32>) {
  // expected-error @+1 {{expected the batch of the init to be 2, but got 1}}
  %0 = wino.im2row kernel [3, 3] strides [1, 1] dilations [1, 1] pad [0, 0, 0, 0] ins(%x : tensor<2x8x8x2xf32>) outs(%p : tensor<1x1x1x6x6x18xf32>) -> tensor<1x1x1x6x6x18xf32>
  return
}

// -----

func.func @im2row_c2(%x: tensor<1x8x8x2xf32>, %p: tensor<1x1x1x6x6x17xf32>) {
  // expected-error @+1 {{expected the channels of the init to be at least 18, but got 17}}
  %0 = wino.im2row kernel [3, 3] strides [1, 1] dilations [1, 1] pad [0, 0, 0, 0] ins(%x : tensor<1x8x8x2xf32>) outs(%p : tensor<1x1x1x6x6x17xf32>) -> tensor<1x1x1x6x6x17xf32>
  return
}

// -----

func.func @im2row_c2_overflow(%x: tensor<1x?x?x281474976710656xf32>, %p: tensor<1x1x1x6x6x18xf32>) {
  // expected-error @+1 {{the length of a row overflows}}
  %0 = wino.im2row kernel [32768, 32768] strides [1, 1] dilations [1, 1] pad [0, 0, 0, 0] ins(%x : tensor<1x?x?x281474976710656xf32>) outs(%p : tensor<1x1x1x6x6x18xf32>) -> tensor<1x1x1x6x6x18xf32>
  return
}

// -----

func.func @im2row_c3(%x: tensor<1x8x8x2xf32>, %p: tensor<1x1x1x6x6x18xf32>) {
  // expected-error @+1 {{expected pad to have four elements, but got 0}}
  %0 = wino.im2row kernel [3, 3] strides [1, 1] dilations [1, 1] pad [] ins(%x : tensor<1x8x8x2xf32>) outs(%p : tensor<1x1x1x6x6x18xf32>) -> tensor<1x1x1x6x6x18xf32>
  return
}

// -----

func.func @im2row_c3(%x: tensor<1x8x8x2xf32>, %p: tensor<1x1x1x6x6x18xf32>) {
  // expected-error @+1 {{expected pad to be in [0, 1073741824], but got -2}}
  %0 = wino.im2row kernel [3, 3] strides [1, 1] dilations [1, 1] pad [-2, 0, 0, 0] ins(%x : tensor<1x8x8x2xf32>) outs(%p : tensor<1x1x1x6x6x18xf32>) -> tensor<1x1x1x6x6x18xf32>
  return
}

// -----

func.func @im2row_c4(%x: tensor<1x8x8x2xf32>, %p: tensor<1x1x1x6x6x18xf32>) {
  // expected-error @+1 {{expected the number of tile rows to be 3, but got 6}}
  %0 = wino.im2row kernel [3, 3] strides [2, 1] dilations [1, 1] pad [0, 0, 0, 0] ins(%x : tensor<1x8x8x2xf32>) outs(%p : tensor<1x1x1x6x6x18xf32>) -> tensor<1x1x1x6x6x18xf32>
  return
}

// -----

func.func @im2row_c4(%x: tensor<1x8x8x2xf32>, %p: tensor<1x1x1x6x6x18xf32>) {
  // expected-error @+1 {{expected the number of tile columns to be 4, but got 6}}
  %0 = wino.im2row kernel [3, 3] strides [1, 1] dilations [1, 2] pad [0, 0, 0, 0] ins(%x : tensor<1x8x8x2xf32>) outs(%p : tensor<1x1x1x6x6x18xf32>) -> tensor<1x1x1x6x6x18xf32>
  return
}

// -----

func.func @im2row_c5(%x: tensor<1x8x8x2xf32>, %p: tensor<1x1x1x6x6x18xf32>, %i: index) {
  // expected-error @+1 {{expected no or two origin operands, but got 3}}
  %0 = wino.im2row kernel [3, 3] strides [1, 1] dilations [1, 1] pad [0, 0, 0, 0] origin[%i, %i, %i] ins(%x : tensor<1x8x8x2xf32>) outs(%p : tensor<1x1x1x6x6x18xf32>) -> tensor<1x1x1x6x6x18xf32>
  return
}

// -----

func.func @im2row_c6(%x: tensor<1x8x8x2xf16>, %p: tensor<1x1x1x6x6x18xf32>) {
  // expected-error @+1 {{expected equal element types, but got 'f16' and 'f32'}}
  %0 = wino.im2row kernel [3, 3] strides [1, 1] dilations [1, 1] pad [0, 0, 0, 0] ins(%x : tensor<1x8x8x2xf16>) outs(%p : tensor<1x1x1x6x6x18xf32>) -> tensor<1x1x1x6x6x18xf32>
  return
}

// -----

func.func @im2row_c7(%x: tensor<1x8x8x?xf32>, %p: tensor<1x1x1x6x6x18xf32>) {
  // expected-error @+1 {{expected the image to have static channel and tap sizes}}
  %0 = wino.im2row kernel [3, 3] strides [1, 1] dilations [1, 1] pad [0, 0, 0, 0] ins(%x : tensor<1x8x8x?xf32>) outs(%p : tensor<1x1x1x6x6x18xf32>) -> tensor<1x1x1x6x6x18xf32>
  return
}

// -----

func.func @im2row_c7(%x: tensor<1x8x8x2xf32>, %p: tensor<1x1x1x6x6x?xf32>) {
  // expected-error @+1 {{expected the init to have static channel and tap sizes}}
  %0 = wino.im2row kernel [3, 3] strides [1, 1] dilations [1, 1] pad [0, 0, 0, 0] ins(%x : tensor<1x8x8x2xf32>) outs(%p : tensor<1x1x1x6x6x?xf32>) -> tensor<1x1x1x6x6x?xf32>
  return
}

// -----

func.func @im2row_c8(%x: tensor<1x8x8x2xf32>, %p: tensor<1x1x1x6x6x18xf32>) {
  // expected-error @+1 {{expected kernel to have two elements, but got 1}}
  %0 = wino.im2row kernel [3] strides [1, 1] dilations [1, 1] pad [0, 0, 0, 0] ins(%x : tensor<1x8x8x2xf32>) outs(%p : tensor<1x1x1x6x6x18xf32>) -> tensor<1x1x1x6x6x18xf32>
  return
}

// -----

func.func @im2row_c8(%x: tensor<1x8x8x2xf32>, %p: tensor<1x1x1x6x6x18xf32>) {
  // expected-error @+1 {{expected strides to be in [1, 32768], but got 0}}
  %0 = wino.im2row kernel [3, 3] strides [1, 0] dilations [1, 1] pad [0, 0, 0, 0] ins(%x : tensor<1x8x8x2xf32>) outs(%p : tensor<1x1x1x6x6x18xf32>) -> tensor<1x1x1x6x6x18xf32>
  return
}

// -----

func.func @im2row_c8(%x: tensor<1x8x8x2xf32>, %p: tensor<1x1x1x6x6x18xf32>) {
  // expected-error @+1 {{expected dilations to be in [1, 32768], but got 4294967296}}
  %0 = wino.im2row kernel [3, 3] strides [1, 1] dilations [4294967296, 1] pad [0, 0, 0, 0] ins(%x : tensor<1x8x8x2xf32>) outs(%p : tensor<1x1x1x6x6x18xf32>) -> tensor<1x1x1x6x6x18xf32>
  return
}

// -----

//===----------------------------------------------------------------------===//
// hadamard
//===----------------------------------------------------------------------===//

func.func @hadamard_c1(%v: tensor<4x4x1x2x3x2xf32>, %u: tensor<6x4x2x8xf32>, %m: tensor<4x4x1x2x3x8xf32>) {
  // expected-error @+1 {{expected the taps of input and init to be 6, but got 4}}
  %0 = wino.hadamard ins(%v, %u : tensor<4x4x1x2x3x2xf32>, tensor<6x4x2x8xf32>) outs(%m : tensor<4x4x1x2x3x8xf32>) -> tensor<4x4x1x2x3x8xf32>
  return
}

// -----

func.func @hadamard_c1_packed(%v: tensor<4x4x1x2x3x2xf32>, %u: tensor<1x4x4x2x2x4xf32>, %m: tensor<4x3x1x2x3x8xf32>) {
  // expected-error @+1 {{expected the taps of input and init to be 4, but got 3}}
  %0 = wino.hadamard ins(%v, %u : tensor<4x4x1x2x3x2xf32>, tensor<1x4x4x2x2x4xf32>) outs(%m : tensor<4x3x1x2x3x8xf32>) -> tensor<4x3x1x2x3x8xf32>
  return
}

// -----

func.func @hadamard_c2(%v: tensor<4x4x1x2x3x2xf32>, %u: tensor<4x4x2x8xf32>, %m: tensor<4x4x1x5x3x8xf32>) {
  // expected-error @+1 {{expected dimension 3 of the init to be 2, but got 5}}
  %0 = wino.hadamard ins(%v, %u : tensor<4x4x1x2x3x2xf32>, tensor<4x4x2x8xf32>) outs(%m : tensor<4x4x1x5x3x8xf32>) -> tensor<4x4x1x5x3x8xf32>
  return
}

// -----

func.func @hadamard_c3(%v: tensor<4x4x1x2x3x5xf32>, %u: tensor<4x4x2x8xf32>, %m: tensor<4x4x1x2x3x8xf32>) {
  // expected-error @+1 {{expected the channels of the input to be 2, but got 5}}
  %0 = wino.hadamard ins(%v, %u : tensor<4x4x1x2x3x5xf32>, tensor<4x4x2x8xf32>) outs(%m : tensor<4x4x1x2x3x8xf32>) -> tensor<4x4x1x2x3x8xf32>
  return
}

// -----

func.func @hadamard_c3(%v: tensor<4x4x1x2x3x2xf32>, %u: tensor<4x4x2x8xf32>, %m: tensor<4x4x1x2x3x7xf32>) {
  // expected-error @+1 {{expected the channels of the init to be 8, but got 7}}
  %0 = wino.hadamard ins(%v, %u : tensor<4x4x1x2x3x2xf32>, tensor<4x4x2x8xf32>) outs(%m : tensor<4x4x1x2x3x7xf32>) -> tensor<4x4x1x2x3x7xf32>
  return
}

// -----

func.func @hadamard_c3_packed(%v: tensor<4x4x1x2x3x2xf32>, %u: tensor<2x4x4x2x2x4xf32>, %m: tensor<4x4x1x2x3x8xf32>) {
  // expected-error @+1 {{expected the channels of the init to be 16, but got 8}}
  %0 = wino.hadamard ins(%v, %u : tensor<4x4x1x2x3x2xf32>, tensor<2x4x4x2x2x4xf32>) outs(%m : tensor<4x4x1x2x3x8xf32>) -> tensor<4x4x1x2x3x8xf32>
  return
}

// -----

func.func @hadamard_size(%v: tensor<4x4x1x2x3x2xf32>, %u: tensor<4294967296x4x4x4294967296x2x4xf32>, %m: tensor<4x4x1x2x3x8xf32>) {
  // expected-error @+1 {{expected at most 2^48 elements, but got 'tensor<4294967296x4x4x4294967296x2x4xf32>'}}
  %0 = wino.hadamard ins(%v, %u : tensor<4x4x1x2x3x2xf32>, tensor<4294967296x4x4x4294967296x2x4xf32>) outs(%m : tensor<4x4x1x2x3x8xf32>) -> tensor<4x4x1x2x3x8xf32>
  return
}

// -----

func.func @hadamard_c3_depthwise(%v: tensor<4x4x1x2x3x2xf32>, %u: tensor<4x4x2xf32>, %m: tensor<4x4x1x2x3x8xf32>) {
  // expected-error @+1 {{expected the channels of the init to be 2, but got 8}}
  %0 = wino.hadamard ins(%v, %u : tensor<4x4x1x2x3x2xf32>, tensor<4x4x2xf32>) outs(%m : tensor<4x4x1x2x3x8xf32>) -> tensor<4x4x1x2x3x8xf32>
  return
}

// -----

func.func @hadamard_c4(%v: tensor<4x4x1x2x3x2xf32>, %u: tensor<4x4x2x8xf64>, %m: tensor<4x4x1x2x3x8xf32>) {
  // expected-error @+1 {{expected equal element types, but got 'f32' and 'f64'}}
  %0 = wino.hadamard ins(%v, %u : tensor<4x4x1x2x3x2xf32>, tensor<4x4x2x8xf64>) outs(%m : tensor<4x4x1x2x3x8xf32>) -> tensor<4x4x1x2x3x8xf32>
  return
}

// -----

func.func @hadamard_c7(%s: index, %v: tensor<4x4x1x2x3x2xf32>, %u: tensor<4x4x2x8xf32>, %m: tensor<4x4x1x2x3x8xf32>) {
  // expected-error @+1 {{expected the taps of tiles at the edge to be in [1, 4], but got 5}}
  %0 = wino.hadamard edge [%s, %s] taps [3, 5] ins(%v, %u : tensor<4x4x1x2x3x2xf32>, tensor<4x4x2x8xf32>) outs(%m : tensor<4x4x1x2x3x8xf32>) -> tensor<4x4x1x2x3x8xf32>
  return
}

// -----

func.func @hadamard_c7(%s: index, %v: tensor<4x4x1x2x3x2xf32>, %u: tensor<4x4x2x8xf32>, %m: tensor<4x4x1x2x3x8xf32>) {
  // expected-error @+1 {{expected an edge and its taps along no or two axes, but got 1 and 2}}
  %0 = wino.hadamard edge [%s] taps [3, 4] ins(%v, %u : tensor<4x4x1x2x3x2xf32>, tensor<4x4x2x8xf32>) outs(%m : tensor<4x4x1x2x3x8xf32>) -> tensor<4x4x1x2x3x8xf32>
  return
}

// -----

func.func @hadamard_c5(%v: tensor<4x4x1x2x3x2xf32>, %u: tensor<4x4x2x?xf32>, %m: tensor<4x4x1x2x3x8xf32>) {
  // expected-error @+1 {{expected a static filter shape, but got 'tensor<4x4x2x?xf32>'}}
  %0 = wino.hadamard ins(%v, %u : tensor<4x4x1x2x3x2xf32>, tensor<4x4x2x?xf32>) outs(%m : tensor<4x4x1x2x3x8xf32>) -> tensor<4x4x1x2x3x8xf32>
  return
}

// -----

func.func @hadamard_c5(%v: tensor<4x4x1x2x3x2xf32>, %u: tensor<4x4x2x8xf32>, %m: tensor<?x4x1x2x3x8xf32>) {
  // expected-error @+1 {{expected input and init to have static channel and tap sizes, but got 'tensor<?x4x1x2x3x8xf32>'}}
  %0 = wino.hadamard ins(%v, %u : tensor<4x4x1x2x3x2xf32>, tensor<4x4x2x8xf32>) outs(%m : tensor<?x4x1x2x3x8xf32>) -> tensor<?x4x1x2x3x8xf32>
  return
}

// -----

func.func @hadamard_c6(%v: tensor<4x4x1x2x3x2xf32>, %u: tensor<1x4x4x2x2x4xf32>, %m: tensor<4x4x1x2x3x8xf32>) {
  // expected-error @+1 {{expected the panel width of the filter to be 8, but got 4}}
  %0 = wino.hadamard schedule <block = 1x1, k_block = 8, micro_tile = 5x8, vector = 4> ins(%v, %u : tensor<4x4x1x2x3x2xf32>, tensor<1x4x4x2x2x4xf32>) outs(%m : tensor<4x4x1x2x3x8xf32>) -> tensor<4x4x1x2x3x8xf32>
  return
}

// -----

//===----------------------------------------------------------------------===//
// output_transform
//===----------------------------------------------------------------------===//

func.func @output_transform_c1(%m: tensor<6x4x1x2x3x8xf32>, %y: tensor<1x4x6x8xf32>) {
  // expected-error @+1 {{expected the row taps of the input to be 4, but got 6}}
  %0 = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<6x4x1x2x3x8xf32>) outs(%y : tensor<1x4x6x8xf32>) -> tensor<1x4x6x8xf32>
  return
}

// -----

func.func @output_transform_c2(%m: tensor<4x4x2x2x3x8xf32>, %y: tensor<1x4x6x8xf32>) {
  // expected-error @+1 {{expected the batch of the init to be 2, but got 1}}
  %0 = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<4x4x2x2x3x8xf32>) outs(%y : tensor<1x4x6x8xf32>) -> tensor<1x4x6x8xf32>
  return
}

// -----

func.func @output_transform_c3(%m: tensor<4x4x1x2x3x8xf32>, %y: tensor<1x2x6x8xf32>) {
  // expected-error @+1 {{expected the tiles of the input along axis 0 to be 1, but got 2}}
  %0 = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<4x4x1x2x3x8xf32>) outs(%y : tensor<1x2x6x8xf32>) -> tensor<1x2x6x8xf32>
  return
}

// -----

func.func @output_transform_c3(%m: tensor<4x4x1x2x3x8xf32>, %y: tensor<1x3x7x8xf32>) {
  // expected-error @+1 {{expected the tiles of the input along axis 1 to be 4, but got 3}}
  %0 = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<4x4x1x2x3x8xf32>) outs(%y : tensor<1x3x7x8xf32>) -> tensor<1x3x7x8xf32>
  return
}

// -----

func.func @output_transform_c4(%m: tensor<4x4x1x2x3x8xf32>, %y: tensor<1x3x6x9xf32>) {
  // expected-error @+1 {{expected the channels of the input to be at least 9, but got 8}}
  %0 = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<4x4x1x2x3x8xf32>) outs(%y : tensor<1x3x6x9xf32>) -> tensor<1x3x6x9xf32>
  return
}

// -----

func.func @output_transform_c5(%m: tensor<4x4x1x2x3x8xf32>, %y: tensor<1x3x6x8xf32>, %b: tensor<4xf32>) {
  // expected-error @+1 {{expected an epilogue operand in nhwc to have the shape of the init or of its channels, 'tensor<1x3x6x8xf32>' in nhwc, but got 'tensor<4xf32>'}}
  %0 = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<4x4x1x2x3x8xf32>) outs(%y : tensor<1x3x6x8xf32>) epilogue(%b : tensor<4xf32>) {
  ^bb0(%sum: f32, %e: f32):
    wino.yield %e : f32
  } -> tensor<1x3x6x8xf32>
  return
}

// -----

func.func @output_transform_c5(%m: tensor<4x4x1x2x3x8xf32>, %y: tensor<1x3x6x8xf32>, %b: tensor<1x1x1x8xf32>) {
  // expected-error @+1 {{but got 'tensor<1x1x1x8xf32>'}}
  %0 = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<4x4x1x2x3x8xf32>) outs(%y : tensor<1x3x6x8xf32>) epilogue(%b : tensor<1x1x1x8xf32>) {
  ^bb0(%sum: f32, %e: f32):
    wino.yield %e : f32
  } -> tensor<1x3x6x8xf32>
  return
}

// -----

func.func @output_transform_c5(%m: tensor<4x4x1x2x3x8xf32>, %y: tensor<1x3x6x8xf32>, %b: tensor<3x8xf32>) {
  // expected-error @+1 {{operand #2 must be variadic of 1D/4D tensor of floating-point or signless integer values or 1D/4D memref of floating-point or signless integer values, but got 'tensor<3x8xf32>'}}
  %0 = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<4x4x1x2x3x8xf32>) outs(%y : tensor<1x3x6x8xf32>) epilogue(%b : tensor<3x8xf32>) {
  ^bb0(%sum: f32, %e: f32):
    wino.yield %e : f32
  } -> tensor<1x3x6x8xf32>
  return
}

// -----

// The shape of the init, but not in the operand's layout.
func.func @output_transform_c5(%m: tensor<4x4x1x2x3x8xf32>, %y: tensor<1x8x3x6xf32>, %b: tensor<1x8x3x6xf32>) {
  // expected-error @+1 {{expected an epilogue operand in nhwc to have the shape of the init or of its channels, 'tensor<1x8x3x6xf32>' in nchw, but got 'tensor<1x8x3x6xf32>'}}
  %0 = wino.output_transform <F(2x2, 3x3)> layout nchw ins(%m : tensor<4x4x1x2x3x8xf32>) outs(%y : tensor<1x8x3x6xf32>) epilogue(%b : tensor<1x8x3x6xf32>) {
  ^bb0(%sum: f32, %e: f32):
    wino.yield %e : f32
  } -> tensor<1x8x3x6xf32>
  return
}

// -----

func.func @output_transform_c10(%m: tensor<4x4x1x2x3x8xf32>, %y: tensor<1x3x6x8xf32>, %b: tensor<8xf32>) {
  // expected-error @+1 {{expected no layout of an epilogue operand by channel, but got nchw}}
  %0 = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<4x4x1x2x3x8xf32>) outs(%y : tensor<1x3x6x8xf32>) epilogue(%b nchw : tensor<8xf32>) {
  ^bb0(%sum: f32, %e: f32):
    wino.yield %e : f32
  } -> tensor<1x3x6x8xf32>
  return
}

// -----

func.func @output_transform_c10(%m: tensor<4x4x1x2x3x8xf32>, %y: tensor<1x3x6x8xf32>) {
  // expected-error @+1 {{expected a layout for each of 0 epilogue operands, but got 1}}
  %0 = "wino.output_transform"(%m, %y) <{epilogue_layouts = array<i32: 1>, operandSegmentSizes = array<i32: 1, 1, 0, 0>, transform = #wino.transform<F(2x2, 3x3)>}> ({
  ^bb0(%sum: f32):
    wino.yield %sum : f32
  }) : (tensor<4x4x1x2x3x8xf32>, tensor<1x3x6x8xf32>) -> tensor<1x3x6x8xf32>
  return
}

// -----

func.func @output_transform_c10(%m: tensor<4x4x1x2x3x8xf32>, %y: tensor<1x3x6x8xf32>, %b: tensor<1x3x6x8xf32>) {
  // expected-error @+1 {{expected the layouts of epilogue operands to be 0 or 1, but got 2}}
  %0 = "wino.output_transform"(%m, %y, %b) <{epilogue_layouts = array<i32: 2>, operandSegmentSizes = array<i32: 1, 1, 1, 0>, transform = #wino.transform<F(2x2, 3x3)>}> ({
  ^bb0(%sum: f32, %e: f32):
    wino.yield %sum : f32
  }) : (tensor<4x4x1x2x3x8xf32>, tensor<1x3x6x8xf32>, tensor<1x3x6x8xf32>) -> tensor<1x3x6x8xf32>
  return
}

// -----

func.func @output_transform_layout(%m: tensor<4x4x1x2x3x8xf32>, %y: tensor<1x3x6x8xf32>, %b: tensor<1x3x6x8xf32>) {
  // expected-error @+1 {{expected the layout of an image}}
  %0 = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<4x4x1x2x3x8xf32>) outs(%y : tensor<1x3x6x8xf32>) epilogue(%b hwcn : tensor<1x3x6x8xf32>) {
  ^bb0(%sum: f32, %e: f32):
    wino.yield %e : f32
  } -> tensor<1x3x6x8xf32>
  return
}

// -----

// The sizes are compared in the layout of the image.
func.func @input_transform_nchw(%x: tensor<1x2x8x8xf32>, %v: tensor<4x4x1x3x2x2xf32>) {
  // expected-error @+1 {{expected the number of tile columns to be 3, but got 2}}
  %0 = wino.input_transform <F(2x2, 3x3)> pad [0, 0, 0, 0] layout nchw ins(%x : tensor<1x2x8x8xf32>) outs(%v : tensor<4x4x1x3x2x2xf32>) -> tensor<4x4x1x3x2x2xf32>
  return
}

// -----

func.func @input_transform_nchw(%x: tensor<1x4x8x8xf32>, %v: tensor<4x4x1x3x3x2xf32>) {
  // expected-error @+1 {{expected the channels of the init to be at least 4, but got 2}}
  %0 = wino.input_transform <F(2x2, 3x3)> pad [0, 0, 0, 0] layout nchw ins(%x : tensor<1x4x8x8xf32>) outs(%v : tensor<4x4x1x3x3x2xf32>) -> tensor<4x4x1x3x3x2xf32>
  return
}

// -----

func.func @output_transform_nchw(%m: tensor<4x4x1x2x3x8xf32>, %y: tensor<1x3x6x8xf32>) {
  // expected-error @+1 {{expected the tiles of the input along axis 0 to be 3, but got 2}}
  %0 = wino.output_transform <F(2x2, 3x3)> layout nchw ins(%m : tensor<4x4x1x2x3x8xf32>) outs(%y : tensor<1x3x6x8xf32>) -> tensor<1x3x6x8xf32>
  return
}

// -----

func.func @output_transform_c6(%m: tensor<4x4x1x2x3x8xf32>, %y: tensor<1x3x6x8xf32>, %b: tensor<8xf32>) {
  // expected-error @+1 {{expected the epilogue to have arguments of types 'f32', 'f32', but got 'f32'}}
  %0 = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<4x4x1x2x3x8xf32>) outs(%y : tensor<1x3x6x8xf32>) epilogue(%b : tensor<8xf32>) {
  ^bb0(%sum: f32):
    wino.yield %sum : f32
  } -> tensor<1x3x6x8xf32>
  return
}

// -----

func.func @output_transform_c6(%m: tensor<4x4x1x2x3x8xf32>, %y: tensor<1x3x6x8xf32>, %b: tensor<8xf16>) {
  // expected-error @+1 {{expected the epilogue to have arguments of types 'f32', 'f16', but got 'f32', 'f32'}}
  %0 = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<4x4x1x2x3x8xf32>) outs(%y : tensor<1x3x6x8xf32>) epilogue(%b : tensor<8xf16>) {
  ^bb0(%sum: f32, %e: f32):
    wino.yield %e : f32
  } -> tensor<1x3x6x8xf32>
  return
}

// -----

func.func @output_transform_c6(%m: tensor<4x4x1x2x3x8xf32>, %y: tensor<1x3x6x8xf32>) {
  // expected-error @+1 {{expected the epilogue to yield one 'f32'}}
  %0 = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<4x4x1x2x3x8xf32>) outs(%y : tensor<1x3x6x8xf32>) epilogue() {
  ^bb0(%sum: f32):
    %0 = arith.truncf %sum : f32 to f16
    wino.yield %0 : f16
  } -> tensor<1x3x6x8xf32>
  return
}

// -----

func.func @output_transform_c6_blocks(%m: tensor<4x4x1x2x3x8xf32>, %y: tensor<1x3x6x8xf32>) {
  // expected-error @+1 {{expects region #0 to have 0 or 1 blocks}}
  %0 = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<4x4x1x2x3x8xf32>) outs(%y : tensor<1x3x6x8xf32>) epilogue() {
  ^bb0(%sum: f32):
    cf.br ^bb1
  ^bb1:
    wino.yield %sum : f32
  } -> tensor<1x3x6x8xf32>
  return
}

// -----

func.func @output_transform_c6_no_block(%m: tensor<4x4x1x2x3x8xf32>, %y: tensor<1x3x6x8xf32>) {
  // expected-error @+1 {{region #0 ('epilogue') failed to verify constraint: region with 1 blocks}}
  %0 = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<4x4x1x2x3x8xf32>) outs(%y : tensor<1x3x6x8xf32>) epilogue() {
  } -> tensor<1x3x6x8xf32>
  return
}

// -----

func.func @output_transform_c6_terminator(%m: tensor<4x4x1x2x3x8xf32>, %y: tensor<1x3x6x8xf32>) {
  // expected-error @+1 {{expected the epilogue to yield one 'f32'}}
  %0 = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<4x4x1x2x3x8xf32>) outs(%y : tensor<1x3x6x8xf32>) epilogue() {
  ^bb0(%sum: f32):
    ub.unreachable
  } -> tensor<1x3x6x8xf32>
  return
}

// -----

func.func @output_transform_c7(%m: tensor<4x4x1x2x3x8xf32>, %y: tensor<1x3x6x8xf32>, %b: memref<f32>) {
  // expected-error @+1 {{expected the epilogue to hold pure elementwise ops on scalars}}
  %0 = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<4x4x1x2x3x8xf32>) outs(%y : tensor<1x3x6x8xf32>) epilogue() {
  ^bb0(%sum: f32):
    // expected-note @+1 {{this op is not: memref.store}}
    memref.store %sum, %b[] : memref<f32>
    wino.yield %sum : f32
  } -> tensor<1x3x6x8xf32>
  return
}

// -----

func.func @output_transform_c7(%m: tensor<4x4x1x2x3x8xf32>, %y: tensor<1x3x6x8xf32>) {
  // expected-error @+1 {{expected the epilogue to hold pure elementwise ops on scalars}}
  %0 = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<4x4x1x2x3x8xf32>) outs(%y : tensor<1x3x6x8xf32>) epilogue() {
  ^bb0(%sum: f32):
    // expected-note @+1 {{this op is not: vector.broadcast}}
    %v = vector.broadcast %sum : f32 to vector<4xf32>
    wino.yield %sum : f32
  } -> tensor<1x3x6x8xf32>
  return
}

// -----

func.func @output_transform_c8(%m: tensor<4x4x1x2x3x8xf32>, %y: tensor<1x3x6x8xf16>) {
  // expected-error @+1 {{expected the epilogue to yield one 'f16'}}
  %0 = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<4x4x1x2x3x8xf32>) outs(%y : tensor<1x3x6x8xf16>) -> tensor<1x3x6x8xf16>
  return
}

// -----

func.func @output_transform_c9(%m: tensor<4x?x1x2x3x8xf32>, %y: tensor<1x3x6x8xf32>) {
  // expected-error @+1 {{expected the input to have static channel and tap sizes, but got 'tensor<4x?x1x2x3x8xf32>'}}
  %0 = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<4x?x1x2x3x8xf32>) outs(%y : tensor<1x3x6x8xf32>) -> tensor<1x3x6x8xf32>
  return
}

// -----

//===----------------------------------------------------------------------===//
// pad_image
//===----------------------------------------------------------------------===//

func.func @pad_image_c1(%x: tensor<1x8x8x2xf32>, %z: tensor<2x10x10x2xf32>) {
  // expected-error @+1 {{expected the batch of the init to be 1, but got 2}}
  %0 = wino.pad_image pad [1, 1, 1, 1] ins(%x : tensor<1x8x8x2xf32>) outs(%z : tensor<2x10x10x2xf32>) -> tensor<2x10x10x2xf32>
  return
}

// -----

func.func @pad_image_c1(%x: tensor<1x8x8x2xf32>, %z: tensor<1x10x10x1xf32>) {
  // expected-error @+1 {{expected the channels of the init to be 2, but got 1}}
  %0 = wino.pad_image pad [1, 1, 1, 1] ins(%x : tensor<1x8x8x2xf32>) outs(%z : tensor<1x10x10x1xf32>) -> tensor<1x10x10x1xf32>
  return
}

// -----

func.func @pad_image_c2(%x: tensor<1x8x8x2xf32>, %z: tensor<1x10x10x2xf32>) {
  // expected-error @+1 {{expected pad to have four elements, but got 2}}
  %0 = wino.pad_image pad [1, 1] ins(%x : tensor<1x8x8x2xf32>) outs(%z : tensor<1x10x10x2xf32>) -> tensor<1x10x10x2xf32>
  return
}

// -----

func.func @pad_image_c2(%x: tensor<1x8x8x2xf32>, %z: tensor<1x10x10x2xf32>) {
  // expected-error @+1 {{expected pad to be in [0, 1073741824], but got -1}}
  %0 = wino.pad_image pad [1, 1, 1, -1] ins(%x : tensor<1x8x8x2xf32>) outs(%z : tensor<1x10x10x2xf32>) -> tensor<1x10x10x2xf32>
  return
}

// -----

func.func @pad_image_c3(%x: tensor<1x8x8x2xf32>, %z: tensor<1x9x10x2xf32>) {
  // expected-error @+1 {{expected the rows of the init to be 10, but got 9}}
  %0 = wino.pad_image pad [1, 1, 1, 1] ins(%x : tensor<1x8x8x2xf32>) outs(%z : tensor<1x9x10x2xf32>) -> tensor<1x9x10x2xf32>
  return
}

// -----

func.func @pad_image_c3(%x: tensor<1x8x8x2xf32>, %z: tensor<1x10x11x2xf32>) {
  // expected-error @+1 {{expected the columns of the init to be 10, but got 11}}
  %0 = wino.pad_image pad [1, 1, 1, 1] ins(%x : tensor<1x8x8x2xf32>) outs(%z : tensor<1x10x11x2xf32>) -> tensor<1x10x11x2xf32>
  return
}

// -----

func.func @pad_image_c4(%x: tensor<1x8x8x2xf32>, %z: tensor<1x10x10x2xf32>, %i: index) {
  // expected-error @+1 {{expected no or two origin operands, but got 1}}
  %0 = wino.pad_image pad [1, 1, 1, 1] origin[%i] ins(%x : tensor<1x8x8x2xf32>) outs(%z : tensor<1x10x10x2xf32>) -> tensor<1x10x10x2xf32>
  return
}

// -----

func.func @pad_image_c5(%x: tensor<1x8x8x2xf32>, %z: tensor<1x10x10x2xf16>) {
  // expected-error @+1 {{expected equal element types, but got 'f32' and 'f16'}}
  %0 = wino.pad_image pad [1, 1, 1, 1] ins(%x : tensor<1x8x8x2xf32>) outs(%z : tensor<1x10x10x2xf16>) -> tensor<1x10x10x2xf16>
  return
}

// -----

func.func @pad_image_c6(%x: tensor<1x8x8x?xf32>, %z: tensor<1x10x10x2xf32>) {
  // expected-error @+1 {{expected the image to have static channel and tap sizes, but got 'tensor<1x8x8x?xf32>'}}
  %0 = wino.pad_image pad [1, 1, 1, 1] ins(%x : tensor<1x8x8x?xf32>) outs(%z : tensor<1x10x10x2xf32>) -> tensor<1x10x10x2xf32>
  return
}

// -----

func.func @pad_image_c6(%x: tensor<1x8x8x2xf32>, %z: tensor<1x10x10x?xf32>) {
  // expected-error @+1 {{expected the init to have static channel and tap sizes, but got 'tensor<1x10x10x?xf32>'}}
  %0 = wino.pad_image pad [1, 1, 1, 1] ins(%x : tensor<1x8x8x2xf32>) outs(%z : tensor<1x10x10x?xf32>) -> tensor<1x10x10x?xf32>
  return
}

// -----

//===----------------------------------------------------------------------===//
// conv
//===----------------------------------------------------------------------===//

func.func @conv_c1(%x: tensor<1x9x9x2xf32>, %u: tensor<1x1x1x2x18x4xf32>, %y: tensor<2x4x4x8xf32>) {
  // expected-error @+1 {{expected the batch of the init to be 1, but got 2}}
  %0 = wino.conv kernel [3, 3] strides [2, 2] dilations [1, 1] ins(%x, %u : tensor<1x9x9x2xf32>, tensor<1x1x1x2x18x4xf32>) outs(%y : tensor<2x4x4x8xf32>) -> tensor<2x4x4x8xf32>
  return
}

// -----

func.func @conv_c2(%x: tensor<1x9x9x2xf32>, %u: tensor<1x1x1x2x18x4xf32>, %y: tensor<1x5x4x8xf32>) {
  // expected-error @+1 {{expected the pixels that the image has along axis 0 to be at least 5, but got 4}}
  %0 = wino.conv kernel [3, 3] strides [2, 2] dilations [1, 1] ins(%x, %u : tensor<1x9x9x2xf32>, tensor<1x1x1x2x18x4xf32>) outs(%y : tensor<1x5x4x8xf32>) -> tensor<1x5x4x8xf32>
  return
}

// -----

func.func @conv_c2(%x: tensor<1x9x9x2xf32>, %u: tensor<1x1x1x2x18x4xf32>, %y: tensor<1x4x4x8xf32>) {
  // expected-error @+1 {{expected the pixels that the image has along axis 1 to be at least 4, but got 3}}
  %0 = wino.conv kernel [3, 3] strides [2, 2] dilations [1, 2] ins(%x, %u : tensor<1x9x9x2xf32>, tensor<1x1x1x2x18x4xf32>) outs(%y : tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xf32>
  return
}

// -----

func.func @conv_c2_small(%x: tensor<1x2x9x2xf32>, %u: tensor<1x1x1x2x18x4xf32>, %y: tensor<1x1x4x8xf32>) {
  // expected-error @+1 {{expected the pixels that the image has along axis 0 to be at least 1, but got 0}}
  %0 = wino.conv kernel [3, 3] strides [2, 2] dilations [1, 1] ins(%x, %u : tensor<1x2x9x2xf32>, tensor<1x1x1x2x18x4xf32>) outs(%y : tensor<1x1x4x8xf32>) -> tensor<1x1x4x8xf32>
  return
}

// -----

func.func @conv_c3(%x: tensor<1x9x9x2xf32>, %u: tensor<1x1x2x2x18x4xf32>, %y: tensor<1x4x4x8xf32>) {
  // expected-error @+1 {{expected the taps of the filter to be 1, but got 2}}
  %0 = wino.conv kernel [3, 3] strides [2, 2] dilations [1, 1] ins(%x, %u : tensor<1x9x9x2xf32>, tensor<1x1x2x2x18x4xf32>) outs(%y : tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xf32>
  return
}

// -----

func.func @conv_c3(%x: tensor<1x9x9x2xf32>, %u: tensor<1x1x1x2x20x4xf32>, %y: tensor<1x4x4x8xf32>) {
  // expected-error @+1 {{expected the depth of the filter to be 18, but got 20}}
  %0 = wino.conv kernel [3, 3] strides [2, 2] dilations [1, 1] ins(%x, %u : tensor<1x9x9x2xf32>, tensor<1x1x1x2x20x4xf32>) outs(%y : tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xf32>
  return
}

// -----

func.func @conv_c3_overflow(%x: tensor<1x?x?x281474976710656xf32>, %u: tensor<1x1x1x2x18x4xf32>, %y: tensor<1x4x4x8xf32>) {
  // expected-error @+1 {{the depth of the filter overflows}}
  %0 = wino.conv kernel [32768, 32768] strides [1, 1] dilations [1, 1] ins(%x, %u : tensor<1x?x?x281474976710656xf32>, tensor<1x1x1x2x18x4xf32>) outs(%y : tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xf32>
  return
}

// -----

func.func @conv_c4(%x: tensor<1x9x9x2xf32>, %u: tensor<1x1x1x2x18x4xf32>, %y: tensor<1x4x4x9xf32>) {
  // expected-error @+1 {{expected the columns of the filter to be at least 9, but got 8}}
  %0 = wino.conv kernel [3, 3] strides [2, 2] dilations [1, 1] ins(%x, %u : tensor<1x9x9x2xf32>, tensor<1x1x1x2x18x4xf32>) outs(%y : tensor<1x4x4x9xf32>) -> tensor<1x4x4x9xf32>
  return
}

// -----

func.func @conv_c5(%x: tensor<1x9x9x2xf32>, %u: tensor<1x1x1x2x18x4xf32>, %y: tensor<1x4x4x8xf32>, %b: tensor<7xf32>) {
  // expected-error @+1 {{expected an epilogue operand in nhwc to have the shape of the init or of its channels, 'tensor<1x4x4x8xf32>' in nhwc, but got 'tensor<7xf32>'}}
  %0 = wino.conv kernel [3, 3] strides [2, 2] dilations [1, 1] ins(%x, %u : tensor<1x9x9x2xf32>, tensor<1x1x1x2x18x4xf32>) outs(%y : tensor<1x4x4x8xf32>) epilogue(%b : tensor<7xf32>) {
  ^bb0(%sum: f32, %e: f32):
    wino.yield %sum : f32
  } -> tensor<1x4x4x8xf32>
  return
}

// -----

func.func @conv_c6(%x: tensor<1x9x9x2xf32>, %u: tensor<1x1x1x2x18x4xf32>, %y: tensor<1x4x4x8xf32>) {
  // expected-error @+1 {{expected the epilogue to have arguments of types 'f32', but got 'f32', 'f32'}}
  %0 = wino.conv kernel [3, 3] strides [2, 2] dilations [1, 1] ins(%x, %u : tensor<1x9x9x2xf32>, tensor<1x1x1x2x18x4xf32>) outs(%y : tensor<1x4x4x8xf32>) epilogue() {
  ^bb0(%sum: f32, %e: f32):
    wino.yield %sum : f32
  } -> tensor<1x4x4x8xf32>
  return
}

// -----

func.func @conv_c7(%x: tensor<1x9x9x2xf32>, %u: tensor<1x1x1x2x18x4xf32>, %y: tensor<1x4x4x8xf32>) {
  // expected-error @+1 {{expected the epilogue to hold pure elementwise ops on scalars}}
  %0 = wino.conv kernel [3, 3] strides [2, 2] dilations [1, 1] ins(%x, %u : tensor<1x9x9x2xf32>, tensor<1x1x1x2x18x4xf32>) outs(%y : tensor<1x4x4x8xf32>) epilogue() {
  ^bb0(%sum: f32):
    // expected-note @+1 {{this op is not: vector.broadcast}}
    %v = vector.broadcast %sum : f32 to vector<4xf32>
    wino.yield %sum : f32
  } -> tensor<1x4x4x8xf32>
  return
}

// -----

func.func @conv_c8(%x: tensor<1x9x9x2xf32>, %u: tensor<1x1x1x2x18x4xf16>, %y: tensor<1x4x4x8xf32>) {
  // expected-error @+1 {{expected equal element types, but got 'f32' and 'f16'}}
  %0 = wino.conv kernel [3, 3] strides [2, 2] dilations [1, 1] ins(%x, %u : tensor<1x9x9x2xf32>, tensor<1x1x1x2x18x4xf16>) outs(%y : tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xf32>
  return
}

// -----

func.func @conv_c9(%x: tensor<1x9x9x2xf32>, %u: tensor<?x1x1x2x18x4xf32>, %y: tensor<1x4x4x8xf32>) {
  // expected-error @+1 {{expected a static filter shape, but got 'tensor<?x1x1x2x18x4xf32>'}}
  %0 = wino.conv kernel [3, 3] strides [2, 2] dilations [1, 1] ins(%x, %u : tensor<1x9x9x2xf32>, tensor<?x1x1x2x18x4xf32>) outs(%y : tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xf32>
  return
}

// -----

func.func @conv_c9(%x: tensor<1x9x9x?xf32>, %u: tensor<1x1x1x2x18x4xf32>, %y: tensor<1x4x4x8xf32>) {
  // expected-error @+1 {{expected the image to have static channel and tap sizes, but got 'tensor<1x9x9x?xf32>'}}
  %0 = wino.conv kernel [3, 3] strides [2, 2] dilations [1, 1] ins(%x, %u : tensor<1x9x9x?xf32>, tensor<1x1x1x2x18x4xf32>) outs(%y : tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xf32>
  return
}

// -----

func.func @conv_c10(%x: tensor<1x9x9x2xf32>, %u: tensor<1x1x1x2x18x4xf32>, %y: tensor<1x4x4x8xf32>) {
  // expected-error @+1 {{expected kernel to have two elements, but got 1}}
  %0 = wino.conv kernel [3] strides [2, 2] dilations [1, 1] ins(%x, %u : tensor<1x9x9x2xf32>, tensor<1x1x1x2x18x4xf32>) outs(%y : tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xf32>
  return
}

// -----

func.func @conv_c10(%x: tensor<1x9x9x2xf32>, %u: tensor<1x1x1x2x18x4xf32>, %y: tensor<1x4x4x8xf32>) {
  // expected-error @+1 {{expected strides to be in [1, 32768], but got 0}}
  %0 = wino.conv kernel [3, 3] strides [2, 0] dilations [1, 1] ins(%x, %u : tensor<1x9x9x2xf32>, tensor<1x1x1x2x18x4xf32>) outs(%y : tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xf32>
  return
}

// -----

func.func @conv_c10(%x: tensor<1x9x9x2xf32>, %u: tensor<1x1x1x2x18x4xf32>, %y: tensor<1x4x4x8xf32>) {
  // expected-error @+1 {{expected dilations to be in [1, 32768], but got 32769}}
  %0 = wino.conv kernel [3, 3] strides [2, 2] dilations [32769, 1] ins(%x, %u : tensor<1x9x9x2xf32>, tensor<1x1x1x2x18x4xf32>) outs(%y : tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xf32>
  return
}

// -----

func.func @conv_c11(%x: tensor<1x9x9x2xf32>, %u: tensor<1x1x1x2x18x4xf32>, %y: tensor<1x4x4x8xf32>) {
  // expected-error @+1 {{expected the panel width of the filter to be 8, but got 4}}
  %0 = wino.conv kernel [3, 3] strides [2, 2] dilations [1, 1] schedule <block = 1x1, k_block = 8, micro_tile = 2x8, vector = 4> ins(%x, %u : tensor<1x9x9x2xf32>, tensor<1x1x1x2x18x4xf32>) outs(%y : tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xf32>
  return
}

// -----

func.func @conv_c12(%x: tensor<1x9x9x2xf32>, %u: tensor<1x1x1x2x18x4xf32>, %y: tensor<1x4x4x8xf32>) {
  // expected-error @+1 {{attribute 'microRows' failed to satisfy constraint: 64-bit signless integer attribute whose minimum value is 1 whose maximum value is 1048576}}
  %0 = wino.conv kernel [3, 3] strides [2, 2] dilations [1, 1] micro_rows 0 ins(%x, %u : tensor<1x9x9x2xf32>, tensor<1x1x1x2x18x4xf32>) outs(%y : tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xf32>
  return
}

// -----

func.func @conv_memref(%x: memref<1x9x9x2xf32>, %u: tensor<1x1x1x2x18x4xf32>, %y: tensor<1x4x4x8xf32>) {
  // expected-error @+1 {{expected operands to be all tensors or all memrefs}}
  %0 = wino.conv kernel [3, 3] strides [2, 2] dilations [1, 1] ins(%x, %u : memref<1x9x9x2xf32>, tensor<1x1x1x2x18x4xf32>) outs(%y : tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xf32>
  return
}

// -----

func.func @yield(%f: f32) {
  // expected-error @+1 {{'wino.yield' op expects parent op to be one of 'wino.output_transform, wino.conv, wino.offset_add, wino.column_product'}}
  wino.yield %f : f32
}

// -----

func.func @epilogue_syntax(%m: tensor<4x4x1x2x3x8xf32>, %y: tensor<1x3x6x8xf32>) {
  // expected-error @+1 {{expected '('}}
  %0 = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<4x4x1x2x3x8xf32>) outs(%y : tensor<1x3x6x8xf32>) epilogue {
  } -> tensor<1x3x6x8xf32>
  return
}

// -----

func.func @input_transform_c8(%x: tensor<1x7x7x3xf32>, %v: tensor<6x6x1x2x2x3xf32>) {
  // expected-error @+1 {{expected tiles at the edge to hold the 3 of 7 pixels along axis 1 that whole tiles leave, but they hold 2}}
  %0 = wino.input_transform <F(4x4, 3x3), edge = 3x2> pad [1, 1, 1, 1] ins(%x : tensor<1x7x7x3xf32>) outs(%v : tensor<6x6x1x2x2x3xf32>) -> tensor<6x6x1x2x2x3xf32>
  return
}

// -----

func.func @input_transform_c8(%x: tensor<1x7x?x3xf32>, %v: tensor<6x6x1x2x?x3xf32>) {
  // expected-error @+1 {{expected a static image along axis 1, where tiles at the edge are smaller}}
  %0 = wino.input_transform <F(4x4, 3x3), edge = 3x2> pad [1, 1, 1, 1] ins(%x : tensor<1x7x?x3xf32>) outs(%v : tensor<6x6x1x2x?x3xf32>) -> tensor<6x6x1x2x?x3xf32>
  return
}

// -----

func.func @output_transform_c11(%m: tensor<6x6x1x2x2x3xf32>, %y: tensor<1x8x7x3xf32>) {
  // expected-error @+1 {{expected tiles at the edge to hold the 3 of 7 pixels along axis 1 that whole tiles leave, but they hold 2}}
  %0 = wino.output_transform <F(4x4, 3x3), edge = 3x2> ins(%m : tensor<6x6x1x2x2x3xf32>) outs(%y : tensor<1x8x7x3xf32>) -> tensor<1x8x7x3xf32>
  return
}
