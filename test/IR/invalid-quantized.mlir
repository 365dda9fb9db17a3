// RUN: wino-opt %s --allow-unregistered-dialect -split-input-file -verify-diagnostics

// scales_c1
// expected-error @+1 {{expected positive, finite scales of the stage, but got 0}}
"test.attr"() {a = #wino.scales<per_tensor, [0.0]>} : () -> ()

// -----

// scales_c1
// expected-error @+1 {{expected positive, finite scales of the stage, but got -1}}
"test.attr"() {a = #wino.scales<per_tap, [1.0, -1.0]>} : () -> ()

// -----

// scales_c1
// expected-error @+1 {{expected positive, finite scales of the stage, but got nan}}
"test.attr"() {a = #wino.scales<per_tensor, [nan]>} : () -> ()

// -----

// scales_c1
// expected-error @+1 {{expected positive, finite scales of the stage, but got inf}}
"test.attr"() {a = #wino.scales<per_tensor, [inf]>} : () -> ()

// -----

// A number beyond f32.
// expected-error @+1 {{expected positive, finite scales of the stage, but got inf}}
"test.attr"() {a = #wino.scales<per_tensor, [1.0e39]>} : () -> ()

// -----

// scales_c2
// expected-error @+1 {{expected one scale of the stage, but got 2}}
"test.attr"() {a = #wino.scales<per_tensor, [1.0, 2.0]>} : () -> ()

// -----

// expected-error @+1 {{expected a list of scales not to be empty}}
"test.attr"() {a = #wino.scales<per_tap, []>} : () -> ()

// -----

// expected-error @+1 {{expected per_tensor, per_channel or per_tap, but got per_row}}
"test.attr"() {a = #wino.scales<per_row>} : () -> ()

// -----

// quantized_c1
// expected-error @+1 {{expected 4 to 16 bits, but got 3}}
"test.attr"() {a = #wino.quantized<bits = 3, input = <per_tap>, filter = <per_tap>>} : () -> ()

// -----

// quantized_c1
// expected-error @+1 {{expected 4 to 16 bits, but got 17}}
"test.attr"() {a = #wino.quantized<bits = 17, input = <per_tap>, filter = <per_tap>>} : () -> ()

// -----

// quantized_c2
// expected-error @+1 {{expected a range of data in -128 .. 127, but got 5 .. 4}}
"test.attr"() {a = #wino.quantized<data_min = 5, data_max = 4, input = <per_tap>, filter = <per_tap>>} : () -> ()

// -----

// quantized_c3
// expected-error @+1 {{expected no scales per tap of the output: it has no taps}}
"test.attr"() {a = #wino.quantized<input = <per_tap>, filter = <per_tap>, output = <per_tap>>} : () -> ()

// -----

// quantized_c4
// expected-error @+1 {{expected max_error to be positive, but got -1.000000e+00 : f64}}
"test.attr"() {a = #wino.quantized<max_error = -1.0 : f64, input = <per_tap>, filter = <per_tap>>} : () -> ()

// -----

// A plan whose transform has other taps than there are scales.
// expected-error @+1 {{expected a scale of the input for each of 16 taps, but got 1}}
"test.attr"() {a = #wino.plan<algorithm = winograd, transform = <F(2x2, 3x3)>, numbers = #wino.quantized<input = <per_tap, [1.0]>, filter = <per_tap>>, schedule = <block = 1x1, k_block = 4, micro_tile = 1x4, vector = 4>>} : () -> ()

// -----

// expected-error @+1 {{tiles at the edge are smaller}}
"test.attr"() {a = #wino.plan<algorithm = winograd, transform = <F(4x4, 3x3), edge = 2x2>, numbers = #wino.quantized<input = <per_tap>, filter = <per_tap>>, schedule = <block = 1x1, k_block = 4, micro_tile = 1x4, vector = 4>>} : () -> ()

// -----

func.func @filter_scales_c1(%f: tensor<5x3x16x8xi8>, %init: tensor<36xf32>) -> tensor<36xf32> {
  // expected-error @+1 {{expected the filter's height to be 3, but got 5}}
  %s = wino.filter_scales <F(4x4, 3x3)> numbers <input = <per_tap>, filter = <per_tap>>
    ins(%f : tensor<5x3x16x8xi8>) outs(%init : tensor<36xf32>) -> tensor<36xf32>
  return %s : tensor<36xf32>
}

// -----

func.func @filter_scales_c2(%f: tensor<3x3x16x8xi8>, %init: tensor<35xf32>) -> tensor<35xf32> {
  // expected-error @+1 {{expected 36 scales per_tap in f32, but got 'tensor<35xf32>'}}
  %s = wino.filter_scales <F(4x4, 3x3)> numbers <input = <per_tap>, filter = <per_tap>>
    ins(%f : tensor<3x3x16x8xi8>) outs(%init : tensor<35xf32>) -> tensor<35xf32>
  return %s : tensor<35xf32>
}

// -----

func.func @filter_scales_per_channel(%f: tensor<3x3x16x8xi8>, %init: tensor<7xf32>) -> tensor<7xf32> {
  // expected-error @+1 {{expected 8 scales per_channel in f32, but got 'tensor<7xf32>'}}
  %s = wino.filter_scales <F(4x4, 3x3)> numbers <input = <per_tap>, filter = <per_channel>>
    ins(%f : tensor<3x3x16x8xi8>) outs(%init : tensor<7xf32>) -> tensor<7xf32>
  return %s : tensor<7xf32>
}

// -----

func.func @filter_transform_c9(%f: tensor<3x3x16x8xi8>, %init: tensor<6x6x16x8xi8>) -> tensor<6x6x16x8xi8> {
  // expected-error @+1 {{expected scales of 1 stages, but got 0}}
  %u = wino.filter_transform <F(4x4, 3x3)> numbers #wino.quantized<input = <per_tap>, filter = <per_tap>>
    ins(%f : tensor<3x3x16x8xi8>) outs(%init : tensor<6x6x16x8xi8>) -> tensor<6x6x16x8xi8>
  return %u : tensor<6x6x16x8xi8>
}

// -----

func.func @scales_without_numbers(%f: tensor<3x3x16x8xf32>, %s: tensor<36xf32>, %init: tensor<6x6x16x8xf32>) -> tensor<6x6x16x8xf32> {
  // expected-error @+1 {{expected scales of 0 stages, but got 1}}
  %u = wino.filter_transform <F(4x4, 3x3)> scales(%s : tensor<36xf32>)
    ins(%f : tensor<3x3x16x8xf32>) outs(%init : tensor<6x6x16x8xf32>) -> tensor<6x6x16x8xf32>
  return %u : tensor<6x6x16x8xf32>
}

// -----

func.func @filter_transform_type(%f: tensor<3x3x16x8xi8>, %s: tensor<36xf32>, %init: tensor<6x6x16x8xi16>) -> tensor<6x6x16x8xi16> {
  // expected-error @+1 {{expected elements of type 'i8' with #wino.quantized<input = <per_tap>, filter = <per_tap>>, but got 'i16'}}
  %u = wino.filter_transform <F(4x4, 3x3)> numbers #wino.quantized<input = <per_tap>, filter = <per_tap>>
    scales(%s : tensor<36xf32>)
    ins(%f : tensor<3x3x16x8xi8>) outs(%init : tensor<6x6x16x8xi16>) -> tensor<6x6x16x8xi16>
  return %u : tensor<6x6x16x8xi16>
}

// -----

func.func @output_transform_c13(%m: tensor<6x6x1x2x2x8xi32>, %s: tensor<36xf32>, %init: tensor<1x6x6x8xi32>) -> tensor<1x6x6x8xi32> {
  // expected-error @+1 {{expected scales of 2 stages, but got 1}}
  %y = wino.output_transform <F(4x4, 3x3)> numbers #wino.quantized<input = <per_tap>, filter = <per_tap>, sums = <per_tap>>
    scales(%s : tensor<36xf32>)
    ins(%m : tensor<6x6x1x2x2x8xi32>) outs(%init : tensor<1x6x6x8xi32>) -> tensor<1x6x6x8xi32>
  return %y : tensor<1x6x6x8xi32>
}

// -----

func.func @scales_in_numbers(%m: tensor<6x6x1x2x2x8xi32>, %s: tensor<1xf32>, %init: tensor<1x6x6x8xi32>) -> tensor<1x6x6x8xi32> {
  // expected-error @+1 {{expected only scales of the input in numbers, and none per channel: all others are operands}}
  %y = wino.output_transform <F(4x4, 3x3)> numbers #wino.quantized<input = <per_tap>, filter = <per_tensor, [1.0]>>
    scales(%s : tensor<1xf32>)
    ins(%m : tensor<6x6x1x2x2x8xi32>) outs(%init : tensor<1x6x6x8xi32>) -> tensor<1x6x6x8xi32>
  return %y : tensor<1x6x6x8xi32>
}

// -----

func.func @channel_scales_in_numbers(%f: tensor<3x3x2x8xi8>, %s: tensor<36xf32>, %init: tensor<6x6x2x8xi8>) -> tensor<6x6x2x8xi8> {
  // expected-error @+1 {{expected only scales of the input in numbers, and none per channel: all others are operands}}
  %u = wino.filter_transform <F(4x4, 3x3)> numbers #wino.quantized<input = <per_channel, [1.0, 2.0]>, filter = <per_tap>>
    scales(%s : tensor<36xf32>)
    ins(%f : tensor<3x3x2x8xi8>) outs(%init : tensor<6x6x2x8xi8>) -> tensor<6x6x2x8xi8>
  return %u : tensor<6x6x2x8xi8>
}

// -----

func.func @filter_transform_input_scales(%f: tensor<3x3x16x8xi8>, %s: tensor<36xf32>, %init: tensor<6x6x16x8xi8>) -> tensor<6x6x16x8xi8> {
  // expected-error @+1 {{expected scales of 16 input channels}}
  %u = wino.filter_transform <F(4x4, 3x3)> numbers #wino.quantized<input = <per_channel>, filter = <per_tap>>
    scales(%s : tensor<36xf32>)
    ins(%f : tensor<3x3x16x8xi8>) outs(%init : tensor<6x6x16x8xi8>) -> tensor<6x6x16x8xi8>
  return %u : tensor<6x6x16x8xi8>
}

// -----

func.func @filter_scales_input_scales(%f: tensor<3x3x16x8xi8>, %s: tensor<15xf32>, %init: tensor<36xf32>) -> tensor<36xf32> {
  // expected-error @+1 {{expected scales of 16 input channels, but got 'tensor<15xf32>'}}
  %u = wino.filter_scales <F(4x4, 3x3)> numbers <input = <per_channel>, filter = <per_tap>>
    input_scales(%s : tensor<15xf32>)
    ins(%f : tensor<3x3x16x8xi8>) outs(%init : tensor<36xf32>) -> tensor<36xf32>
  return %u : tensor<36xf32>
}

// -----

func.func @input_transform_c11(%x: tensor<1x8x8x12xi8>, %s: tensor<12xf32>, %init: tensor<6x6x1x2x2x16xi8>) -> tensor<6x6x1x2x2x16xi8> {
  // expected-error @+1 {{expected scales of 16 input channels, but got 'tensor<12xf32>'}}
  %v = wino.input_transform <F(4x4, 3x3)> numbers #wino.quantized<input = <per_channel>, filter = <per_tap>>
    inverse_scales(%s : tensor<12xf32>) pad [0, 0, 0, 0]
    ins(%x : tensor<1x8x8x12xi8>) outs(%init : tensor<6x6x1x2x2x16xi8>) -> tensor<6x6x1x2x2x16xi8>
  return %v : tensor<6x6x1x2x2x16xi8>
}

// -----

func.func @input_transform_c11_without(%x: tensor<1x8x8x16xi8>, %s: tensor<16xf32>, %init: tensor<6x6x1x2x2x16xi8>) -> tensor<6x6x1x2x2x16xi8> {
  // expected-error @+1 {{expected no scales of input channels: numbers have none per channel}}
  %v = wino.input_transform <F(4x4, 3x3)> numbers #wino.quantized<input = <per_tap>, filter = <per_tap>>
    inverse_scales(%s : tensor<16xf32>) pad [0, 0, 0, 0]
    ins(%x : tensor<1x8x8x16xi8>) outs(%init : tensor<6x6x1x2x2x16xi8>) -> tensor<6x6x1x2x2x16xi8>
  return %v : tensor<6x6x1x2x2x16xi8>
}
