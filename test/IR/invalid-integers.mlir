// RUN: wino-opt %s -split-input-file -verify-diagnostics

// The constraints of ops on integers, each with an op that breaks it.

func.func @filter_transform_types(%f: tensor<3x3x2x4xi16>, %u: tensor<3x3x2x4xi8>) {
  // expected-error @+1 {{expected equal element types, but got 'i16' and 'i8'}}
  %0 = wino.filter_transform <F(1x1, 3x3), matrices = {AT = [[1, 1, 1]], G = [[1, 0, 0], [0, 1, 0], [0, 0, 1]], BT = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]}> ins(%f : tensor<3x3x2x4xi16>) outs(%u : tensor<3x3x2x4xi8>) -> tensor<3x3x2x4xi8>
  return
}

// -----

func.func @filter_transform_groups(%f: tensor<1x1x1x1x2x4xi8>, %u: tensor<1x1x1x1x1x4x2xi8>) {
  // expected-error @+1 {{expected a packed init for a packed filter, in the same groups, but got 'tensor<1x1x1x1x1x4x2xi8>'}}
  %0 = wino.filter_transform <F(1x1, 1x1)> ins(%f : tensor<1x1x1x1x2x4xi8>) outs(%u : tensor<1x1x1x1x1x4x2xi8>) -> tensor<1x1x1x1x1x4x2xi8>
  return
}

// -----

func.func @filter_transform_channels(%f: tensor<1x1x17x4xi8>, %u: tensor<1x1x1x1x1x4x16xi8>) {
  // expected-error @+1 {{expected the input channels of the init to be at least 17, but got 16}}
  %0 = wino.filter_transform <F(1x1, 1x1)> ins(%f : tensor<1x1x17x4xi8>) outs(%u : tensor<1x1x1x1x1x4x16xi8>) -> tensor<1x1x1x1x1x4x16xi8>
  return
}

// -----

func.func @input_transform_types(%x: tensor<1x4x4x8xi16>, %v: tensor<1x1x1x4x4x8xi8>) {
  // expected-error @+1 {{expected equal element types, but got 'i16' and 'i8'}}
  %0 = wino.input_transform <F(1x1, 1x1)> pad [0, 0, 0, 0] ins(%x : tensor<1x4x4x8xi16>) outs(%v : tensor<1x1x1x4x4x8xi8>) -> tensor<1x1x1x4x4x8xi8>
  return
}

// -----

func.func @pad_image_types(%x: tensor<1x4x4x8xi8>, %z: tensor<1x6x6x8xi16>) {
  // expected-error @+1 {{expected equal element types, but got 'i8' and 'i16'}}
  %0 = wino.pad_image pad [1, 1, 1, 1] ins(%x : tensor<1x4x4x8xi8>) outs(%z : tensor<1x6x6x8xi16>) -> tensor<1x6x6x8xi16>
  return
}

// -----

func.func @pad_image_value(%x: tensor<1x4x4x8xi8>, %z: tensor<1x6x6x8xi8>) {
  // expected-error @+1 {{expected pad_value to be 0 or an integer of type 'i8', but got 128}}
  %0 = wino.pad_image pad [1, 1, 1, 1] pad_value 128 ins(%x : tensor<1x4x4x8xi8>) outs(%z : tensor<1x6x6x8xi8>) -> tensor<1x6x6x8xi8>
  return
}

// -----

func.func @im2row_value(%x: tensor<1x4x4x8xf32>, %p: tensor<1x1x1x4x4x8xf32>) {
  // expected-error @+1 {{expected pad_value to be 0 or an integer of type 'f32', but got 1}}
  %0 = wino.im2row kernel [1, 1] strides [1, 1] dilations [1, 1] pad [0, 0, 0, 0] pad_value 1 ins(%x : tensor<1x4x4x8xf32>) outs(%p : tensor<1x1x1x4x4x8xf32>) -> tensor<1x1x1x4x4x8xf32>
  return
}

// -----

func.func @input_transform_value(%x: tensor<1x4x4x8xi8>, %v: tensor<1x1x1x4x4x8xi8>) {
  // expected-error @+1 {{expected pad_value to be 0 or an integer of type 'i8', but got -129}}
  %0 = wino.input_transform <F(1x1, 1x1)> pad [0, 0, 0, 0] pad_value -129 ins(%x : tensor<1x4x4x8xi8>) outs(%v : tensor<1x1x1x4x4x8xi8>) -> tensor<1x1x1x4x4x8xi8>
  return
}

// -----

func.func @hadamard_factors(%v: tensor<1x1x1x4x4x8xi32>, %u: tensor<1x1x8x4xi32>, %m: tensor<1x1x1x4x4x4xi32>) {
  // expected-error @+1 {{expected factors of floats, i8 or i16, but got 'i32'}}
  %0 = wino.hadamard ins(%v, %u : tensor<1x1x1x4x4x8xi32>, tensor<1x1x8x4xi32>) outs(%m : tensor<1x1x1x4x4x4xi32>) -> tensor<1x1x1x4x4x4xi32>
  return
}

// -----

func.func @hadamard_sums(%v: tensor<1x1x1x4x4x8xi8>, %u: tensor<1x1x8x4xi8>, %m: tensor<1x1x1x4x4x4xi16>) {
  // expected-error @+1 {{expected products of type 'i32', but got 'i16'}}
  %0 = wino.hadamard ins(%v, %u : tensor<1x1x1x4x4x8xi8>, tensor<1x1x8x4xi8>) outs(%m : tensor<1x1x1x4x4x4xi16>) -> tensor<1x1x1x4x4x4xi16>
  return
}

// -----

func.func @hadamard_channels(%v: tensor<1x1x1x4x4x16xi8>, %u: tensor<1x1x1x1x2x4x16xi8>, %m: tensor<1x1x1x4x4x4xi32>) {
  // expected-error @+1 {{expected the channels of the input to be 32, but got 16}}
  %0 = wino.hadamard ins(%v, %u : tensor<1x1x1x4x4x16xi8>, tensor<1x1x1x1x2x4x16xi8>) outs(%m : tensor<1x1x1x4x4x4xi32>) -> tensor<1x1x1x4x4x4xi32>
  return
}

// -----

func.func @output_transform_products(%m: tensor<1x1x1x4x4x8xi16>, %y: tensor<1x4x4x8xi32>) {
  // expected-error @+1 {{expected products of floats or i32, but got 'i16'}}
  %0 = wino.output_transform <F(1x1, 1x1)> ins(%m : tensor<1x1x1x4x4x8xi16>) outs(%y : tensor<1x4x4x8xi32>) -> tensor<1x4x4x8xi32>
  return
}

// -----

func.func @output_transform_result(%m: tensor<1x1x1x4x4x8xi32>, %y: tensor<1x4x4x8xi8>) {
  // expected-error @+1 {{expected the epilogue to yield one 'i8'}}
  %0 = wino.output_transform <F(1x1, 1x1)> ins(%m : tensor<1x1x1x4x4x8xi32>) outs(%y : tensor<1x4x4x8xi8>) -> tensor<1x4x4x8xi8>
  return
}

// -----

func.func @conv_groups(%x: tensor<1x4x4x8xi8>, %u: tensor<1x1x1x1x2x4x16xi8>, %y: tensor<1x4x1x4xi32>) {
  // expected-error @+1 {{expected groups that divide the 8 channels, but got groups of 16}}
  %0 = wino.conv kernel [1, 4] strides [1, 1] dilations [1, 1] ins(%x, %u : tensor<1x4x4x8xi8>, tensor<1x1x1x1x2x4x16xi8>) outs(%y : tensor<1x4x1x4xi32>) -> tensor<1x4x1x4xi32>
  return
}

// -----

func.func @conv_factors(%x: tensor<1x4x4x8xi8>, %u: tensor<1x1x1x1x8x4xi16>, %y: tensor<1x4x4x4xi32>) {
  // expected-error @+1 {{expected equal element types, but got 'i8' and 'i16'}}
  %0 = wino.conv kernel [1, 1] strides [1, 1] dilations [1, 1] ins(%x, %u : tensor<1x4x4x8xi8>, tensor<1x1x1x1x8x4xi16>) outs(%y : tensor<1x4x4x4xi32>) -> tensor<1x4x4x4xi32>
  return
}

// -----

func.func @ring_filter_of_floats(%f: tensor<3x3x2x4xf32>, %u: tensor<6x6x2x4xf32>) {
  // expected-error @+1 {{expected elements of type 'i8' with #wino.ring, but got 'f32'}}
  %0 = wino.filter_transform <F(4x4, 3x3)> numbers #wino.ring ins(%f : tensor<3x3x2x4xf32>) outs(%u : tensor<6x6x2x4xf32>) -> tensor<6x6x2x4xf32>
  return
}

// -----

func.func @ring_image_of_floats(%x: tensor<1x6x6x8xf32>, %v: tensor<6x6x1x1x1x8xf32>) {
  // expected-error @+1 {{expected elements of type 'i8' with #wino.ring, but got 'f32'}}
  %0 = wino.input_transform <F(4x4, 3x3)> numbers #wino.ring pad [0, 0, 0, 0] ins(%x : tensor<1x6x6x8xf32>) outs(%v : tensor<6x6x1x1x1x8xf32>) -> tensor<6x6x1x1x1x8xf32>
  return
}

// -----

func.func @ring_products_of_floats(%m: tensor<6x6x1x1x1x8xf32>, %y: tensor<1x4x4x8xf32>) {
  // expected-error @+1 {{expected elements of type 'i32' with #wino.ring, but got 'f32'}}
  %0 = wino.output_transform <F(4x4, 3x3)> numbers #wino.ring ins(%m : tensor<6x6x1x1x1x8xf32>) outs(%y : tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xf32>
  return
}

// -----

func.func @ring_narrow_input(%x: tensor<1x6x6x8xi8>, %v: tensor<6x6x1x1x1x8xi8>) {
  // expected-error @+1 {{expected elements of type 'i16' with #wino.ring, but got 'i8'}}
  %0 = wino.input_transform <F(4x4, 3x3)> numbers #wino.ring pad [0, 0, 0, 0] ins(%x : tensor<1x6x6x8xi8>) outs(%v : tensor<6x6x1x1x1x8xi8>) -> tensor<6x6x1x1x1x8xi8>
  return
}

// -----

func.func @ring_wide_image(%x: tensor<1x6x6x8xi16>, %v: tensor<6x6x1x1x1x8xi16>) {
  // expected-error @+1 {{expected elements of type 'i8' with #wino.ring, but got 'i16'}}
  %0 = wino.input_transform <F(4x4, 3x3)> numbers #wino.ring pad [0, 0, 0, 0] ins(%x : tensor<1x6x6x8xi16>) outs(%v : tensor<6x6x1x1x1x8xi16>) -> tensor<6x6x1x1x1x8xi16>
  return
}

// -----

func.func @ring_wide_filter(%f: tensor<3x3x2x4xi16>, %u: tensor<6x6x2x4xi16>) {
  // expected-error @+1 {{expected elements of type 'i8' with #wino.ring, but got 'i16'}}
  %0 = wino.filter_transform <F(4x4, 3x3)> numbers #wino.ring ins(%f : tensor<3x3x2x4xi16>) outs(%u : tensor<6x6x2x4xi16>) -> tensor<6x6x2x4xi16>
  return
}

// -----

func.func @ring_learned(%f: tensor<1x1x2x4xi8>, %u: tensor<1x1x2x4xi16>) {
  // expected-error @+1 {{cannot compute in #wino.ring: its matrices are not rational}}
  %0 = wino.filter_transform <F(1x1, 1x1), matrices = {AT = [[1.5]], G = [[1.0]], BT = [[1.0]]}> numbers #wino.ring ins(%f : tensor<1x1x2x4xi8>) outs(%u : tensor<1x1x2x4xi16>) -> tensor<1x1x2x4xi16>
  return
}

// -----

func.func @numbers_of_no_kind(%f: tensor<3x3x2x4xi8>, %u: tensor<6x6x2x4xi16>) {
  // expected-error @+1 {{invalid kind of attribute specified}}
  %0 = wino.filter_transform <F(4x4, 3x3)> numbers 3 : i32 ins(%f : tensor<3x3x2x4xi8>) outs(%u : tensor<6x6x2x4xi16>) -> tensor<6x6x2x4xi16>
  return
}
