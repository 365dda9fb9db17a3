// RUN: wino-opt %s | wino-opt | FileCheck %s
// RUN: wino-opt %s --emit-bytecode | wino-opt | FileCheck %s

// Transforms in residues: taps of all moduli lie one below the other.

// CHECK-LABEL: func @stages
func.func @stages(%x: tensor<1x16x16x16xi8>, %f: tensor<3x3x16x32xi8>, %y: tensor<1x14x14x32xi32>) -> tensor<1x14x14x32xi32> {
  // CHECK: wino.filter_transform <F(7x7, 3x3)> numbers #wino.rns<[251, 241, 239]> ins
  %u0 = tensor.empty() : tensor<27x9x16x32xi8>
  %u = wino.filter_transform <F(7x7, 3x3)> numbers #wino.rns<[251, 241, 239]> ins(%f : tensor<3x3x16x32xi8>) outs(%u0 : tensor<27x9x16x32xi8>) -> tensor<27x9x16x32xi8>
  // CHECK: wino.input_transform <F(7x7, 3x3)> numbers #wino.rns<[251, 241, 239]> pad [0, 0, 0, 0] ins
  %v0 = tensor.empty() : tensor<27x9x1x2x2x16xi8>
  %v = wino.input_transform <F(7x7, 3x3)> numbers #wino.rns<[251, 241, 239]> pad [0, 0, 0, 0] ins(%x : tensor<1x16x16x16xi8>) outs(%v0 : tensor<27x9x1x2x2x16xi8>) -> tensor<27x9x1x2x2x16xi8>
  %m0 = tensor.empty() : tensor<27x9x1x2x2x32xi32>
  %m = wino.hadamard narrow_range ins(%v, %u : tensor<27x9x1x2x2x16xi8>, tensor<27x9x16x32xi8>) outs(%m0 : tensor<27x9x1x2x2x32xi32>) -> tensor<27x9x1x2x2x32xi32>
  // CHECK: wino.output_transform <F(7x7, 3x3)> numbers #wino.rns<[251, 241, 239]> ins
  %r = wino.output_transform <F(7x7, 3x3)> numbers #wino.rns<[251, 241, 239]> ins(%m : tensor<27x9x1x2x2x32xi32>) outs(%y : tensor<1x14x14x32xi32>) -> tensor<1x14x14x32xi32>
  return %r : tensor<1x14x14x32xi32>
}

// Moduli above 256 need i16; a packed filter is transformed in its layout.
// CHECK-LABEL: func @wide
func.func @wide(%f: tensor<1x3x3x2x8x16x2xi8>) -> tensor<1x12x6x2x8x16x2xi16> {
  // CHECK: numbers #wino.rns<[4001, 4331]> ins
  %u0 = tensor.empty() : tensor<1x12x6x2x8x16x2xi16>
  %u = wino.filter_transform <F(4x4, 3x3)> numbers #wino.rns<[4001, 4331]> ins(%f : tensor<1x3x3x2x8x16x2xi8>) outs(%u0 : tensor<1x12x6x2x8x16x2xi16>) -> tensor<1x12x6x2x8x16x2xi16>
  return %u : tensor<1x12x6x2x8x16x2xi16>
}

// A plan and its transforms.
// CHECK-LABEL: func @plan
// CHECK-SAME: numbers = #wino.rns<[253, 251, 247]>
func.func @plan() attributes {test.plan = #wino.plan<algorithm = winograd, transform = <F(10x10, 3x3), points = [0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, inf]>, numbers = #wino.rns<[253, 251, 247]>, schedule = <block = 1x1, k_block = 16, micro_tile = 6x16, vector = 4>>} {
  return
}
