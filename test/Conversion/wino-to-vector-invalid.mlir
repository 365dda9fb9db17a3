// RUN: wino-opt %s --convert-wino-to-vector --split-input-file \
// RUN:   --verify-diagnostics

func.func @tensors(%m: tensor<1x1x1x8x8x4xf32>, %y: tensor<1x8x8x4xf32>)
    -> tensor<1x8x8x4xf32> {
  // expected-error @below {{operand #0 is a tensor; bufferize before this lowering}}
  %r = wino.output_transform <F(1x1, 1x1)> ins(%m : tensor<1x1x1x8x8x4xf32>)
    outs(%y : tensor<1x8x8x4xf32>) -> tensor<1x8x8x4xf32>
  return %r : tensor<1x8x8x4xf32>
}

// -----

func.func @element_type(%m: memref<1x1x1x8x8x4xbf16>,
                        %y: memref<1x8x8x4xbf16>) {
  // expected-error @below {{has elements of type 'bf16'; only f16, f32, f64, i8, i16, i32 and i64 are lowered}}
  wino.output_transform <F(1x1, 1x1)> ins(%m : memref<1x1x1x8x8x4xbf16>)
    outs(%y : memref<1x8x8x4xbf16>)
  return
}

// -----

func.func @strided_channels(
    %m: memref<1x1x1x8x8x4xf32>,
    %y: memref<1x8x8x4xf32, strided<[512, 64, 8, 2]>>) {
  // expected-error @below {{operand #1 of type 'memref<1x8x8x4xf32, strided<[512, 64, 8, 2]>>' must be contiguous along its last dimension}}
  wino.output_transform <F(1x1, 1x1)> ins(%m : memref<1x1x1x8x8x4xf32>)
    outs(%y : memref<1x8x8x4xf32, strided<[512, 64, 8, 2]>>)
  return
}

// -----

func.func @micro_tile(%v: memref<1x1x1x8x8x4xf32>, %u: memref<1x1x4x128xf32>,
                      %m: memref<1x1x1x8x8x128xf32>) {
  // expected-error @below {{has a micro tile of 100x64 that takes 1600 vectors of 4 elements; at most 256 are possible}}
  wino.hadamard schedule
      <block = 1x1, k_block = 64, micro_tile = 100x64, vector = 4>
    ins(%v, %u : memref<1x1x1x8x8x4xf32>, memref<1x1x4x128xf32>)
    outs(%m : memref<1x1x1x8x8x128xf32>)
  return
}

// -----

func.func @conv_micro_tile(%x: memref<1x8x8x4xf32>, %u: memref<1x1x1x1x4x64xf32>,
                           %y: memref<1x8x8x64xf32>) {
  // expected-error @below {{has a micro tile of 100x64 that takes 1600 vectors of 4 elements; at most 256 are possible}}
  wino.conv kernel [1, 1] strides [1, 1] dilations [1, 1] micro_rows 100
    ins(%x, %u : memref<1x8x8x4xf32>, memref<1x1x1x1x4x64xf32>)
    outs(%y : memref<1x8x8x64xf32>)
  return
}

// -----

func.func @pad_image_tensors(%x: tensor<1x8x8x4xf32>, %z: tensor<1x9x8x4xf32>)
    -> tensor<1x9x8x4xf32> {
  // expected-error @below {{operand #0 is a tensor; bufferize before this lowering}}
  %r = wino.pad_image pad [1, 0, 0, 0] ins(%x : tensor<1x8x8x4xf32>)
    outs(%z : tensor<1x9x8x4xf32>) -> tensor<1x9x8x4xf32>
  return %r : tensor<1x9x8x4xf32>
}
