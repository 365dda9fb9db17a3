// RUN: wino-opt %s --allow-unregistered-dialect | wino-opt --allow-unregistered-dialect | FileCheck %s
// RUN: wino-opt %s --allow-unregistered-dialect --emit-bytecode | wino-opt --allow-unregistered-dialect | FileCheck %s

// CHECK: a = #wino.transform<F(4x4, 3x3)>
"test.attr"() {a = #wino.transform<F(4x4, 3x3)>} : () -> ()
// The default points are not printed.
// CHECK: a = #wino.transform<F(2x2, 3x3)>
"test.attr"() {a = #wino.transform<F(2x2, 3x3), points = [0, -1, 1, inf]>} : () -> ()
// With smaller tiles at the edge the default points have infinity among theirs.
// CHECK: a = #wino.transform<F(5x4, 3x3), edge = 4x4>
"test.attr"() {a = #wino.transform<F(5x4, 3x3), edge = 4x4, rows = [0, -1, 1, 1/2, -2, inf, -1/2]>} : () -> ()
// CHECK: a = #wino.transform<F(4x4, 3x3), edge = 2x4, points = [0, -1, 1, 1/2, -2, inf]>
"test.attr"() {a = #wino.transform<F(4x4, 3x3), edge = 2x4, rows = [0, -1, 1, 1/2, -2, inf]>} : () -> ()
// CHECK: a = #wino.transform<F(4x4, 3x3)>
"test.attr"() {a = #wino.transform<F(4x4, 3x3), edge = 4x4>} : () -> ()
// CHECK: a = #wino.transform<F(4x4, 3x3), points = [0, 1, -1, 2, -2, inf]>
"test.attr"() {a = #wino.transform<F(4x4, 3x3), points = [0, 1, -1, 2, -2, inf]>} : () -> ()
// CHECK: a = #wino.transform<F(4x1, 3x1)>
"test.attr"() {a = #wino.transform<F(4x1, 3x1)>} : () -> ()
// Fractions are reduced.
// CHECK: a = #wino.transform<F(4x2, 3x5), rows = [0, 1, -1, 1/2, -3/2, inf]>
"test.attr"() {a = #wino.transform<F(4x2, 3x5), rows = [0, 1, -1, 2/4, -3/2, inf]>} : () -> ()
// CHECK: a = #wino.transform<F(2x1, 1x3), rows = {AT = {{\[}}[1, 0], [0, 1]], G = {{\[}}[1], [1]], BT = {{\[}}[1, 0], [0, 1]]}>
"test.attr"() {a = #wino.transform<F(2x1, 1x3), rows = {AT = [[1, 0], [0, 1]], G = [[1], [1]], BT = [[1, 0], [0, 1]]}>} : () -> ()
// Both axes, with the entries as floats.
// CHECK: a = #wino.transform<F(1x1, 2x2), matrices = {AT = {{\[}}[1.000000e+00, 1]], G = {{\[}}[9.999990e-01, 0], [0, 1]], BT = {{\[}}[1, 0], [0, 1]]}>
"test.attr"() {a = #wino.transform<F(1x1, 2x2), matrices = {AT = [[1.0, 1]], G = [[0.999999, 0], [0, 1]], BT = [[1, 0], [0, 1]]}>} : () -> ()
// CHECK: a = #wino.schedule<block = 2x14, k_block = 64, micro_tile = 7x16, vector = 4>
"test.attr"() {a = #wino.schedule<block = 2x14, k_block = 64, micro_tile = 7x16, vector = 4>} : () -> ()
// CHECK: a = #wino.plan<algorithm = winograd, transform = <F(4x4, 3x3)>, schedule = <block = 0x0, k_block = 64, micro_tile = 7x16, vector = 4>>
"test.attr"() {a = #wino.plan<algorithm = winograd, transform = <F(4x4, 3x3)>, schedule = <block = 0x0, k_block = 64, micro_tile = 7x16, vector = 4>>} : () -> ()
// CHECK: a = #wino.plan<algorithm = direct, schedule = <block = 2x14, k_block = 64, micro_tile = 7x16, vector = 4>>
"test.attr"() {a = #wino.plan<algorithm = direct, schedule = <block = 2x14, k_block = 64, micro_tile = 7x16, vector = 4>>} : () -> ()
// CHECK: a = #wino.plan<algorithm = winograd, transform = <F(2x2, 3x3)>, numbers = #wino.rns<[4001, 4331]>, schedule = <block = 0x0, k_block = 64, micro_tile = 7x16, vector = 4, block_images = 8, on_the_fly>, chunk = 48>
"test.attr"() {a = #wino.plan<algorithm = winograd, transform = <F(2x2, 3x3)>, numbers = #wino.rns<[4001, 4331]>, schedule = <block = 0x0, k_block = 64, micro_tile = 7x16, vector = 4, block_images = 8, on_the_fly>, chunk = 48>} : () -> ()
// CHECK: a = #wino.plan<algorithm = winograd, transform = <F(2x2, 3x3)>, numbers = #wino.ring, schedule = <block = 1x1, k_block = 16, micro_tile = 7x16, vector = 4>>
"test.attr"() {a = #wino.plan<algorithm = winograd, transform = <F(2x2, 3x3)>, numbers = #wino.ring, schedule = <block = 1x1, k_block = 16, micro_tile = 7x16, vector = 4, block_images = 1>, chunk = 0>} : () -> ()
// CHECK: a = #wino.plan<algorithm = loops>
"test.attr"() {a = #wino.plan<algorithm = loops>} : () -> ()
// Floats that a printer of attributes shows in hexadecimal stay decimal, signs
// and tiny values survive.
// CHECK: matrices = {AT = {{\[}}[1, 1]], G = {{\[}}[1, 0], [0, 1]], BT = {{\[}}[1.000000e-310, -0.000000e+00], [1.2345678000000000e+07, -2.500000e+00]]}
"test.attr"() {a = #wino.transform<F(1x1, 2x2), matrices = {AT = [[1, 1]], G = [[1, 0], [0, 1]], BT = [[1.0e-310, -0.0], [12345678.0, -2.5]]}>} : () -> ()
// Points are not limited to 64 bits.
// CHECK: points = [9223372036854775808, -18446744073709551615]
"test.attr"() {a = #wino.transform<F(1x1, 2x2), points = [9223372036854775808, -0xFFFFFFFFFFFFFFFF]>} : () -> ()
// The largest tiles; equal axes in any form are printed once.
// CHECK: a = #wino.transform<F(22x22, 3x3)>
"test.attr"() {a = #wino.transform<F(22x22, 3x3)>} : () -> ()
// CHECK: a = #wino.transform<F(1x1, 2x2), points = [0, 2]>
"test.attr"() {a = #wino.transform<F(1x1, 2x2), rows = [0, 2], cols = [0, 4/2]>} : () -> ()
