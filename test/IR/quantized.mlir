// RUN: wino-opt %s --allow-unregistered-dialect | wino-opt --allow-unregistered-dialect | FileCheck %s
// RUN: wino-opt %s --allow-unregistered-dialect --emit-bytecode | wino-opt --allow-unregistered-dialect | FileCheck %s

// What has its default value is not printed.
// CHECK: a = #wino.quantized<input = <per_tensor>, filter = <per_tap>>
"test.attr"() {a = #wino.quantized<bits = 8, data_min = -128, data_max = 127, normalized = false, input = <per_tensor>, filter = <per_tap>>} : () -> ()
// CHECK: a = #wino.quantized<bits = 6, data_min = 0, normalized = true, max_error = 1.000000e-01 : f64, input = <per_tap, powers_of_two>, filter = <per_channel>, sums = <per_tap>, output = <per_tensor>>
"test.attr"() {a = #wino.quantized<output = <per_tensor>, sums = <per_tap>, filter = <per_channel>, input = <per_tap, powers_of_two>, max_error = 0.1 : f64, bits = 6, normalized = true, data_min = 0>} : () -> ()
// Nine digits make any f32.
// CHECK: input = <per_tensor, [1.00000001e-01]>, filter = <per_tensor, powers_of_two, [5.00000000e-01]>
"test.attr"() {a = #wino.quantized<input = <per_tensor, [0.1]>, filter = <per_tensor, powers_of_two, [0.5]>>} : () -> ()
// CHECK: a = #wino.scales<per_channel, [1.00000000e+00, 2.00000000e+00, 3.40282347e+38, 1.40129846e-45]>
"test.attr"() {a = #wino.scales<per_channel, [1, 2.0, 3.4028234e38, 1.4e-45]>} : () -> ()
// CHECK: a = #wino.plan<algorithm = winograd, transform = <F(2x2, 3x3)>, numbers = #wino.quantized<bits = 16, input = <per_tap>, filter = <per_tap>>, schedule = <{{.*}}>>
"test.attr"() {a = #wino.plan<algorithm = winograd, transform = <F(2x2, 3x3)>, numbers = #wino.quantized<bits = 16, input = <per_tap>, filter = <per_tap>>, schedule = <block = 1x1, k_block = 4, micro_tile = 1x4, vector = 4>>} : () -> ()

// CHECK-LABEL: @stages
func.func @stages(%x: tensor<1x8x8x16xi8>, %f: tensor<3x3x16x8xi8>,
                  %sums: tensor<36xf32>, %out: tensor<1xf32>)
    -> tensor<1x6x6x8xi32> {
  %s0 = tensor.empty() : tensor<8xf32>
  // CHECK: %[[S:.*]] = wino.filter_scales <F(4x4, 3x3)> numbers <input = <per_tap>, filter = <per_channel>, sums = <per_tap>, output = <per_tensor>>
  // CHECK-SAME: ins(%{{.*}} : tensor<3x3x16x8xi8>) outs(%{{.*}} : tensor<8xf32>) -> tensor<8xf32>
  %s = wino.filter_scales <F(4x4, 3x3)>
    numbers <input = <per_tap>, filter = <per_channel>, sums = <per_tap>, output = <per_tensor>>
    ins(%f : tensor<3x3x16x8xi8>) outs(%s0 : tensor<8xf32>) -> tensor<8xf32>
  %u0 = tensor.empty() : tensor<6x6x16x8xi8>
  // CHECK: wino.filter_transform <F(4x4, 3x3)> numbers #wino.quantized<{{.*}}> scales(%[[S]] : tensor<8xf32>) ins
  %u = wino.filter_transform <F(4x4, 3x3)>
    numbers #wino.quantized<input = <per_tap>, filter = <per_channel>, sums = <per_tap>, output = <per_tensor>>
    scales(%s : tensor<8xf32>)
    ins(%f : tensor<3x3x16x8xi8>) outs(%u0 : tensor<6x6x16x8xi8>) -> tensor<6x6x16x8xi8>
  %v0 = tensor.empty() : tensor<6x6x1x2x2x16xi8>
  // CHECK: wino.input_transform <F(4x4, 3x3)> numbers #wino.quantized<{{.*}}> pad [0, 0, 0, 0]
  %v = wino.input_transform <F(4x4, 3x3)>
    numbers #wino.quantized<input = <per_tap>, filter = <per_channel>, sums = <per_tap>, output = <per_tensor>>
    pad [0, 0, 0, 0]
    ins(%x : tensor<1x8x8x16xi8>) outs(%v0 : tensor<6x6x1x2x2x16xi8>) -> tensor<6x6x1x2x2x16xi8>
  %m0 = tensor.empty() : tensor<6x6x1x2x2x8xi32>
  %m = wino.hadamard narrow_range
    ins(%v, %u : tensor<6x6x1x2x2x16xi8>, tensor<6x6x16x8xi8>)
    outs(%m0 : tensor<6x6x1x2x2x8xi32>) -> tensor<6x6x1x2x2x8xi32>
  %y0 = tensor.empty() : tensor<1x6x6x8xi32>
  // CHECK: wino.output_transform <F(4x4, 3x3)> numbers #wino.quantized<{{.*}}output = <per_tensor>>
  // CHECK-SAME: scales(%[[S]], %{{.*}}, %{{.*}} : tensor<8xf32>, tensor<36xf32>, tensor<1xf32>) ins
  %y = wino.output_transform <F(4x4, 3x3)>
    numbers #wino.quantized<input = <per_tap>, filter = <per_channel>, sums = <per_tap>, output = <per_tensor>>
    scales(%s, %sums, %out : tensor<8xf32>, tensor<36xf32>, tensor<1xf32>)
    ins(%m : tensor<6x6x1x2x2x8xi32>) outs(%y0 : tensor<1x6x6x8xi32>) -> tensor<1x6x6x8xi32>
  return %y : tensor<1x6x6x8xi32>
}

// V and U with a scale per input channel.
// CHECK-LABEL: @channel_scales
func.func @channel_scales(%x: tensor<1x8x8x12xi8>, %f: tensor<3x3x12x8xi8>, %c: tensor<12xf32>, %inverse: tensor<16xf32>)
    -> (tensor<6x6x12x8xi8>, tensor<6x6x1x2x2x16xi8>) {
  %s0 = tensor.empty() : tensor<36xf32>
  // CHECK: %[[S:.*]] = wino.filter_scales <F(4x4, 3x3)> numbers <input = <per_channel>, filter = <per_tap>>
  // CHECK-SAME: input_scales(%[[C:.*]] : tensor<12xf32>) ins
  %s = wino.filter_scales <F(4x4, 3x3)> numbers <input = <per_channel>, filter = <per_tap>>
    input_scales(%c : tensor<12xf32>)
    ins(%f : tensor<3x3x12x8xi8>) outs(%s0 : tensor<36xf32>) -> tensor<36xf32>
  %u0 = tensor.empty() : tensor<6x6x12x8xi8>
  // CHECK: wino.filter_transform {{.*}} scales(%[[S]], %[[C]] : tensor<36xf32>, tensor<12xf32>) ins
  %u = wino.filter_transform <F(4x4, 3x3)>
    numbers #wino.quantized<input = <per_channel>, filter = <per_tap>>
    scales(%s, %c : tensor<36xf32>, tensor<12xf32>)
    ins(%f : tensor<3x3x12x8xi8>) outs(%u0 : tensor<6x6x12x8xi8>) -> tensor<6x6x12x8xi8>
  %v0 = tensor.empty() : tensor<6x6x1x2x2x16xi8>
  // CHECK: wino.input_transform {{.*}} inverse_scales(%{{.*}} : tensor<16xf32>) pad
  %v = wino.input_transform <F(4x4, 3x3)>
    numbers #wino.quantized<input = <per_channel>, filter = <per_tap>>
    inverse_scales(%inverse : tensor<16xf32>)
    pad [0, 0, 0, 0]
    ins(%x : tensor<1x8x8x12xi8>) outs(%v0 : tensor<6x6x1x2x2x16xi8>) -> tensor<6x6x1x2x2x16xi8>
  return %u, %v : tensor<6x6x12x8xi8>, tensor<6x6x1x2x2x16xi8>
}
