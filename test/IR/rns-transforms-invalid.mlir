// RUN: wino-opt %s -split-input-file -verify-diagnostics

// What transforms in residues need.

func.func @taps(%f: tensor<3x3x2x4xi8>, %u: tensor<6x6x2x4xi8>) {
  // expected-error @+1 {{expected the row taps of the init to be 18, but got 6}}
  %0 = wino.filter_transform <F(4x4, 3x3)> numbers #wino.rns<[251, 241, 239]> ins(%f : tensor<3x3x2x4xi8>) outs(%u : tensor<6x6x2x4xi8>) -> tensor<6x6x2x4xi8>
  return
}

// -----

func.func @wide_storage(%f: tensor<3x3x2x4xi8>, %u: tensor<18x6x2x4xi16>) {
  // expected-error @+1 {{expected elements of type 'i8' with #wino.rns<[251, 241, 239]>, but got 'i16'}}
  %0 = wino.filter_transform <F(4x4, 3x3)> numbers #wino.rns<[251, 241, 239]> ins(%f : tensor<3x3x2x4xi8>) outs(%u : tensor<18x6x2x4xi16>) -> tensor<18x6x2x4xi16>
  return
}

// -----

func.func @narrow_storage(%x: tensor<1x6x6x8xi8>, %v: tensor<12x6x1x1x1x8xi8>) {
  // expected-error @+1 {{expected elements of type 'i16' with #wino.rns<[4001, 4331]>, but got 'i8'}}
  %0 = wino.input_transform <F(4x4, 3x3)> numbers #wino.rns<[4001, 4331]> pad [0, 0, 0, 0] ins(%x : tensor<1x6x6x8xi8>) outs(%v : tensor<12x6x1x1x1x8xi8>) -> tensor<12x6x1x1x1x8xi8>
  return
}

// -----

func.func @floats(%x: tensor<1x6x6x8xf32>, %v: tensor<18x6x1x1x1x8xi8>) {
  // expected-error @+1 {{expected elements of type 'i8' with #wino.rns<[251, 241, 239]>, but got 'f32'}}
  %0 = wino.input_transform <F(4x4, 3x3)> numbers #wino.rns<[251, 241, 239]> pad [0, 0, 0, 0] ins(%x : tensor<1x6x6x8xf32>) outs(%v : tensor<18x6x1x1x1x8xi8>) -> tensor<18x6x1x1x1x8xi8>
  return
}

// -----

// 247 = 13 * 19 tells 13 finite points apart.
func.func @too_many_points(%m: tensor<48x16x1x1x1x8xi32>, %y: tensor<1x14x14x8xi32>) {
  // expected-error @+1 {{cannot compute in #wino.rns<[253, 251, 247]>: its 16 points along axis 0 are more than the 12 that differ modulo all prime factors of the moduli}}
  %0 = wino.output_transform <F(14x14, 3x3)> numbers #wino.rns<[253, 251, 247]> ins(%m : tensor<48x16x1x1x1x8xi32>) outs(%y : tensor<1x14x14x8xi32>) -> tensor<1x14x14x8xi32>
  return
}

// -----

// 1/2 and -3 are equal modulo 7.
func.func @equal_points(%m: tensor<12x4x1x1x1x8xi32>, %y: tensor<1x2x2x8xi32>) {
  // expected-error @+1 {{cannot compute in #wino.rns<[7, 251, 241]>: expected transforms with denominators coprime to 7}}
  %0 = wino.output_transform <F(2x2, 3x3), points = [0, 1/2, -3, inf]> numbers #wino.rns<[7, 251, 241]> ins(%m : tensor<12x4x1x1x1x8xi32>) outs(%y : tensor<1x2x2x8xi32>) -> tensor<1x2x2x8xi32>
  return
}

// -----

func.func @edge(%x: tensor<1x9x9x8xi8>, %v: tensor<18x6x1x2x2x8xi8>) {
  // expected-error @+1 {{cannot compute in #wino.rns<[251, 241, 239]>: tiles at the edge are smaller}}
  %0 = wino.input_transform <F(4x4, 3x3), edge = 3x3> numbers #wino.rns<[251, 241, 239]> pad [0, 0, 0, 0] ins(%x : tensor<1x9x9x8xi8>) outs(%v : tensor<18x6x1x2x2x8xi8>) -> tensor<18x6x1x2x2x8xi8>
  return
}

// -----

func.func @not_rational(%f: tensor<1x1x2x4xi8>, %u: tensor<3x1x2x4xi8>) {
  // expected-error @+1 {{cannot compute in #wino.rns<[251, 241, 239]>: its matrices are not rational}}
  %0 = wino.filter_transform <F(1x1, 1x1), matrices = {AT = [[1.5]], G = [[1.0]], BT = [[1.0]]}> numbers #wino.rns<[251, 241, 239]> ins(%f : tensor<1x1x2x4xi8>) outs(%u : tensor<3x1x2x4xi8>) -> tensor<3x1x2x4xi8>
  return
}

// -----

// expected-error @+1 {{cannot compute F(14x14, 3x3) in #wino.rns<[253, 251, 247]>: its 16 points along axis 0}}
func.func @plan() attributes {test.plan = #wino.plan<algorithm = winograd, transform = <F(14x14, 3x3)>, numbers = #wino.rns<[253, 251, 247]>, schedule = <block = 1x1, k_block = 16, micro_tile = 6x16, vector = 4>>} {
  return
}
