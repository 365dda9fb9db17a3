"""Prints a convolution of i8 by 3x3 weights of one output channel whose absolute
values add up to the number given."""

import sys

CHANNELS = 230
count = 9 * CHANNELS
norm = int(sys.argv[1])
weights = [norm // count + (i < norm % count) for i in range(count)]
text = bytes(weights).hex()
print(f"""
func.func @f(%x: tensor<1x6x6x{CHANNELS}xi8>,
             %f: tensor<3x3x{CHANNELS}x1xi8> {{wino.weight = dense<"0x{text}"> : tensor<3x3x{CHANNELS}x1xi8>}},
             %y: tensor<1x4x4x1xi32>) -> tensor<1x4x4x1xi32> {{
  %0 = linalg.conv_2d_nhwc_hwcf ins(%x, %f : tensor<1x6x6x{CHANNELS}xi8>, tensor<3x3x{CHANNELS}x1xi8>) outs(%y : tensor<1x4x4x1xi32>) -> tensor<1x4x4x1xi32>
  return %0 : tensor<1x4x4x1xi32>
}}""")
