// RUN: wino-opt %s | wino-opt | FileCheck %s
// RUN: wino-opt %s --emit-bytecode | wino-opt | FileCheck %s

// The ops on integers, with groups of channels and values of paddings.

// CHECK-LABEL: func @stages
func.func @stages(%x: tensor<1x16x16x32xi8>, %f: tensor<1x1x288x64xi8>, %bias: tensor<64xi32>, %y: tensor<1x16x16x64xi8>) -> tensor<1x16x16x64xi8> {
  // CHECK: wino.im2row {{.*}} pad [1, 1, 1, 1] pad_value -3 ins
  %p0 = tensor.empty() : tensor<1x1x1x16x16x288xi8>
  %p = wino.im2row kernel [3, 3] strides [1, 1] dilations [1, 1] pad [1, 1, 1, 1] pad_value -3
    ins(%x : tensor<1x16x16x32xi8>) outs(%p0 : tensor<1x1x1x16x16x288xi8>) -> tensor<1x1x1x16x16x288xi8>
  // CHECK: wino.filter_transform <F(1x1, 1x1)> {{.*}} -> tensor<1x1x1x16x18x4x16xi8>
  %u0 = tensor.empty() : tensor<1x1x1x16x18x4x16xi8>
  %u = wino.filter_transform <F(1x1, 1x1)> ins(%f : tensor<1x1x288x64xi8>) outs(%u0 : tensor<1x1x1x16x18x4x16xi8>) -> tensor<1x1x1x16x18x4x16xi8>
  // CHECK: wino.hadamard accumulate narrow_range schedule <{{.*}}vector = 4, group = 16> ins
  %m0 = tensor.empty() : tensor<1x1x1x16x16x64xi32>
  %m = wino.hadamard accumulate narrow_range schedule <block = 4x4, k_block = 64, micro_tile = 4x4, vector = 4, group = 16>
    ins(%p, %u : tensor<1x1x1x16x16x288xi8>, tensor<1x1x1x16x18x4x16xi8>) outs(%m0 : tensor<1x1x1x16x16x64xi32>) -> tensor<1x1x1x16x16x64xi32>
  // CHECK: wino.output_transform {{.*}} epilogue(%{{.*}} : tensor<64xi32>)
  // CHECK-NEXT: ^bb0(%{{.*}}: i32, %{{.*}}: i32)
  // CHECK: wino.yield %{{.*}} : i8
  %r = wino.output_transform <F(1x1, 1x1)> ins(%m : tensor<1x1x1x16x16x64xi32>) outs(%y : tensor<1x16x16x64xi8>)
    epilogue(%bias : tensor<64xi32>) {
  ^bb0(%sum: i32, %b: i32):
    %s = arith.addi %sum, %b : i32
    %t = arith.trunci %s : i32 to i8
    wino.yield %t : i8
  } -> tensor<1x16x16x64xi8>
  return %r : tensor<1x16x16x64xi8>
}

// Sums of i8 are i32; an identity is not printed.
// CHECK-LABEL: func @conv
func.func @conv(%x: tensor<1x14x14x32xi8>, %u: tensor<1x1x1x4x72x16x4xi8>, %y: tensor<1x14x14x64xi32>) -> tensor<1x14x14x64xi32> {
  // CHECK: wino.pad_image pad [1, 1, 1, 1] pad_value 7 ins
  %z0 = tensor.empty() : tensor<1x16x16x32xi8>
  %z = wino.pad_image pad [1, 1, 1, 1] pad_value 7 ins(%x : tensor<1x14x14x32xi8>) outs(%z0 : tensor<1x16x16x32xi8>) -> tensor<1x16x16x32xi8>
  // CHECK: wino.conv kernel [3, 3] strides [1, 1] dilations [1, 1] narrow_range ins
  // CHECK-NOT: epilogue
  %r = wino.conv kernel [3, 3] strides [1, 1] dilations [1, 1] narrow_range
    ins(%z, %u : tensor<1x16x16x32xi8>, tensor<1x1x1x4x72x16x4xi8>) outs(%y : tensor<1x14x14x64xi32>) -> tensor<1x14x14x64xi32>
  return %r : tensor<1x14x14x64xi32>
}

// Winograd modulo 2^32: i8 becomes i16, whose products are i32.
// CHECK-LABEL: func @ring
func.func @ring(%x: tensor<1x8x8x16xi8>, %f: tensor<3x3x16x32xi8>, %y: tensor<1x8x8x32xi32>) -> tensor<1x8x8x32xi32> {
  // CHECK: wino.filter_transform <F(4x4, 3x3)> numbers #wino.ring ins
  %u0 = tensor.empty() : tensor<6x6x16x32xi16>
  %u = wino.filter_transform <F(4x4, 3x3)> numbers #wino.ring ins(%f : tensor<3x3x16x32xi8>) outs(%u0 : tensor<6x6x16x32xi16>) -> tensor<6x6x16x32xi16>
  // CHECK: wino.input_transform <F(4x4, 3x3)> numbers #wino.ring pad [1, 1, 1, 1] pad_value -3 ins
  %v0 = tensor.empty() : tensor<6x6x1x2x2x16xi16>
  %v = wino.input_transform <F(4x4, 3x3)> numbers #wino.ring pad [1, 1, 1, 1] pad_value -3 ins(%x : tensor<1x8x8x16xi8>) outs(%v0 : tensor<6x6x1x2x2x16xi16>) -> tensor<6x6x1x2x2x16xi16>
  %m0 = tensor.empty() : tensor<6x6x1x2x2x32xi32>
  %m = wino.hadamard ins(%v, %u : tensor<6x6x1x2x2x16xi16>, tensor<6x6x16x32xi16>) outs(%m0 : tensor<6x6x1x2x2x32xi32>) -> tensor<6x6x1x2x2x32xi32>
  // CHECK: wino.output_transform <F(4x4, 3x3)> numbers #wino.ring ins
  %r = wino.output_transform <F(4x4, 3x3)> numbers #wino.ring ins(%m : tensor<6x6x1x2x2x32xi32>) outs(%y : tensor<1x8x8x32xi32>) -> tensor<1x8x8x32xi32>
  return %r : tensor<1x8x8x32xi32>
}
