// RUN: wino-opt %s --allow-unregistered-dialect -split-input-file -verify-diagnostics

// Each numbered constraint of an attribute has cases named after it.

// transform_c1
// expected-error @+1 {{expected m and r of F(m, r) to be positive, but got F(0, 3)}}
"test.attr"() {a = #wino.transform<F(0x1, 3x3)>} : () -> ()

// -----

// transform_c1
// expected-error @+1 {{expected m and r of F(m, r) to be positive, but got F(4, 0)}}
"test.attr"() {a = #wino.transform<F(4x4, 3x0)>} : () -> ()

// -----

// transform_c1
// expected-error @+1 {{expected m + r - 1 to be at most 24, but got F(23, 3)}}
"test.attr"() {a = #wino.transform<F(22x23, 3x3)>} : () -> ()

// -----

// transform_c1: the sum would overflow.
// expected-error @+1 {{expected m + r - 1 to be at most 24, but got F(9223372036854775807, 3)}}
"test.attr"() {a = #wino.transform<F(9223372036854775807x4, 3x3)>} : () -> ()

// -----

// transform_c1: a size of more than 64 bits.
// expected-error @+1 {{invalid dimension}}
"test.attr"() {a = #wino.transform<F(99999999999999999999x4, 3x3)>} : () -> ()

// -----

// transform_c2
// expected-error @+1 {{expected 4 points for F(2, 3), but got 3}}
"test.attr"() {a = #wino.transform<F(2x2, 3x3), points = [0, 1, -1]>} : () -> ()

// -----

// transform_c2
// expected-error @+1 {{expected 4 points for F(2, 3), but got 5}}
"test.attr"() {a = #wino.transform<F(2x2, 3x3), cols = [0, 1, -1, 2, inf]>} : () -> ()

// -----

// transform_c2
// expected-error @+1 {{expected 4 points for F(2, 3), but got 0}}
"test.attr"() {a = #wino.transform<F(2x2, 3x3), points = []>} : () -> ()

// -----

// transform_c2: equal after reduction.
// expected-error @+1 {{expected distinct points, but points 1 and 2 are both 1}}
"test.attr"() {a = #wino.transform<F(2x2, 3x3), points = [0, 1, 2/2, inf]>} : () -> ()

// -----

// transform_c2
// expected-error @+1 {{expected distinct points, but points 1 and 3 are both inf}}
"test.attr"() {a = #wino.transform<F(2x2, 3x3), rows = [0, inf, 1, inf]>} : () -> ()

// -----

// transform_c2: NaN is no point.
// expected-error @+1 {{expected floating point literal}}
"test.attr"() {a = #wino.transform<F(2x2, 3x3), points = [0, 1, nan, inf]>} : () -> ()

// -----

// transform_c2: there is one infinity.
// expected-error @+1 {{expected floating point literal}}
"test.attr"() {a = #wino.transform<F(2x2, 3x3), points = [0, 1, -inf, inf]>} : () -> ()

// -----

// transform_c2
// expected-error @+1 {{expected a point to be a rational or inf}}
"test.attr"() {a = #wino.transform<F(2x2, 3x3), points = [0, 1, -1.5, inf]>} : () -> ()

// -----

// transform_c2
// expected-error @+1 {{expected a rational, but got 1/0}}
"test.attr"() {a = #wino.transform<F(2x2, 3x3), points = [0, 1, 1/0, inf]>} : () -> ()

// -----

// transform_c2
// expected-error @+1 {{expected a rational, but got 1/-2}}
"test.attr"() {a = #wino.transform<F(2x2, 3x3), points = [0, 1, 1/-2, inf]>} : () -> ()

// -----

// transform_c2
// expected-error @+1 {{expected a number with one sign}}
"test.attr"() {a = #wino.transform<F(2x2, 3x3), points = [0, 1, --1, inf]>} : () -> ()

// -----

// transform_c2
// expected-error @+1 {{expected a denominator}}
"test.attr"() {a = #wino.transform<F(2x2, 3x3), points = [0, 1, 1/, inf]>} : () -> ()

// -----

// transform_c3
// expected-error @+1 {{expected AT to be 1x2, but got 1x3}}
"test.attr"() {a = #wino.transform<F(1x1, 2x2), matrices = {AT = [[1, 1, 1]], G = [[1, 0], [0, 1]], BT = [[1, 0], [0, 1]]}>} : () -> ()

// -----

// transform_c3
// expected-error @+1 {{expected G to be 2x2, but got 3x2}}
"test.attr"() {a = #wino.transform<F(1x1, 2x2), matrices = {AT = [[1, 1]], G = [[1, 0], [0, 1], [0, 0]], BT = [[1, 0], [0, 1]]}>} : () -> ()

// -----

// transform_c3
// expected-error @+1 {{expected BT to be 2x2, but got 1x2}}
"test.attr"() {a = #wino.transform<F(1x1, 2x2), matrices = {AT = [[1, 1]], G = [[1, 0], [0, 1]], BT = [[1, 0]]}>} : () -> ()

// -----

// transform_c3: floating-point matrices have shapes, too.
// expected-error @+1 {{expected BT to be 2x2, but got 2x1}}
"test.attr"() {a = #wino.transform<F(1x1, 2x2), cols = {AT = [[1.0, 1.0]], G = [[1, 0], [0, 1]], BT = [[1], [0]]}>} : () -> ()

// -----

// transform_c3
// expected-error @+1 {{expected a matrix AT}}
"test.attr"() {a = #wino.transform<F(1x1, 2x2), matrices = {AT = [], G = [[1, 0], [0, 1]], BT = [[1, 0], [0, 1]]}>} : () -> ()

// -----

// transform_c3
// expected-error @+1 {{expected the rows of G to be of one length that is not zero}}
"test.attr"() {a = #wino.transform<F(1x1, 2x2), matrices = {AT = [[1, 1]], G = [[1, 0], [0]], BT = [[1, 0], [0, 1]]}>} : () -> ()

// -----

// transform_c3
// expected-error @+1 {{expected the rows of G to be of one length that is not zero}}
"test.attr"() {a = #wino.transform<F(1x1, 2x2), matrices = {AT = [[1, 1]], G = [[], []], BT = [[1, 0], [0, 1]]}>} : () -> ()

// -----

// transform_c4
// expected-error @+1 {{the matrices do not compute F(1, 2): expected sum_k A^T[0,k] G[k,1] B^T[k,1] to be 1, but got 2}}
"test.attr"() {a = #wino.transform<F(1x1, 2x2), matrices = {AT = [[1, 1]], G = [[1, 0], [0, 1]], BT = [[1, 0], [0, 2]]}>} : () -> ()

// -----

// transform_c4: a singular B^T.
// expected-error @+1 {{expected B^T to have rank 2, but got rank 1}}
"test.attr"() {a = #wino.transform<F(1x1, 2x2), matrices = {AT = [[1, 1]], G = [[1, 0], [0, 1]], BT = [[1, 0], [1, 0]]}>} : () -> ()

// -----

// transform_c4: a rank-deficient G.
// expected-error @+1 {{expected G to have rank 2, but got rank 1}}
"test.attr"() {a = #wino.transform<F(1x1, 2x2), rows = {AT = [[1, 1]], G = [[1, 1], [1, 1]], BT = [[1, 0], [0, 1]]}>} : () -> ()

// -----

// transform_c4: a rank-deficient A^T.
// expected-error @+1 {{expected A^T to have rank 1, but got rank 0}}
"test.attr"() {a = #wino.transform<F(1x1, 2x2), rows = {AT = [[0, 0]], G = [[1, 0], [0, 1]], BT = [[1, 0], [0, 1]]}>} : () -> ()

// -----

// transform_c4: the bits of a NaN are an integer like any other.
// expected-error @+1 {{to be 1, but got 9221120237041090560}}
"test.attr"() {a = #wino.transform<F(1x1, 2x2), matrices = {AT = [[1, 1]], G = [[1, 0], [0, 1]], BT = [[1, 0], [0, 0x7FF8000000000000]]}>} : () -> ()

// -----

// transform_c5
// expected-error @+1 {{expected the entries of BT to be finite numbers}}
"test.attr"() {a = #wino.transform<F(1x1, 2x2), matrices = {AT = [[1, 1]], G = [[1, 0], [0, 1]], BT = [[1, 0], [0, 1.0e999]]}>} : () -> ()

// -----

// transform_c5
// expected-error @+1 {{expected floating point literal}}
"test.attr"() {a = #wino.transform<F(1x1, 2x2), matrices = {AT = [[1, 1]], G = [[1, 0], [0, nan]], BT = [[1, 0], [0, 1]]}>} : () -> ()

// -----

// transform_c5
// expected-error @+1 {{expected floating point literal}}
"test.attr"() {a = #wino.transform<F(1x1, 2x2), matrices = {AT = [[1, inf]], G = [[1, 0], [0, 1]], BT = [[1, 0], [0, 1]]}>} : () -> ()

// -----

// expected-error @+1 {{expected 'F'}}
"test.attr"() {a = #wino.transform<4x4>} : () -> ()

// -----

// expected-error @+1 {{expected two sizes, as in 4x4}}
"test.attr"() {a = #wino.transform<F(4, 3)>} : () -> ()

// -----

// expected-error @+1 {{expected two sizes, as in 4x4}}
"test.attr"() {a = #wino.transform<F(2x2x2, 3x3)>} : () -> ()

// -----

// expected-error @+1 {{expected static shape}}
"test.attr"() {a = #wino.transform<F(?x2, 3x3)>} : () -> ()

// -----

// expected-error @+1 {{expected edge, points, matrices, rows or cols, but got foo}}
"test.attr"() {a = #wino.transform<F(2x2, 3x3), foo = [0, 1, -1, inf]>} : () -> ()

// -----

// expected-error @+1 {{an axis is given twice}}
"test.attr"() {a = #wino.transform<F(2x2, 3x3), rows = [0, 1, -1, inf], points = [0, 1, -1, inf]>} : () -> ()

// -----

// expected-error @+1 {{expected '{'}}
"test.attr"() {a = #wino.transform<F(2x2, 3x3), rows = []>} : () -> ()

// -----

// expected-error @+1 {{expected points or the matrices AT, G and BT}}
"test.attr"() {a = #wino.transform<F(1x1, 2x2), matrices = {AT = [[1, 1]], G = [[1, 0], [0, 1]]}>} : () -> ()

// -----

// expected-error @+1 {{expected one each of AT, G and BT}}
"test.attr"() {a = #wino.transform<F(1x1, 2x2), matrices = {AT = [[1, 1]], AT = [[1, 1]], G = [[1, 0], [0, 1]]}>} : () -> ()

// -----

// expected-error @+1 {{expected '['}}
"test.attr"() {a = #wino.transform<F(1x1, 2x2), cols = {AT = [1], G = [[1]], BT = [[1]]}>} : () -> ()

// -----

// schedule_c1: a sign is no size.
// expected-error @+1 {{expected two sizes, as in 4x4}}
"test.attr"() {a = #wino.schedule<block = -1x1, k_block = 64, micro_tile = 5x16, vector = 4>} : () -> ()

// -----

// schedule_c1
// expected-error @+1 {{expected a size in [1, 1048576], but got 0}}
"test.attr"() {a = #wino.schedule<block = 1x1, k_block = 0, micro_tile = 5x16, vector = 4>} : () -> ()

// -----

// schedule_c1
// expected-error @+1 {{expected a size in [1, 1048576], but got 0}}
"test.attr"() {a = #wino.schedule<block = 1x1, k_block = 64, micro_tile = 0x16, vector = 4>} : () -> ()

// -----

// schedule_c1
// expected-error @+1 {{expected a size in [1, 1048576], but got 0}}
"test.attr"() {a = #wino.schedule<block = 1x1, k_block = 64, micro_tile = 5x0, vector = 4>} : () -> ()

// -----

// schedule_c1
// expected-error @+1 {{expected a size in [1, 1048576], but got -4}}
"test.attr"() {a = #wino.schedule<block = 1x1, k_block = 64, micro_tile = 5x16, vector = -4>} : () -> ()

// -----

// schedule_c2
// expected-error @+1 {{expected the micro tile's columns to be a multiple of vector = 4, but got 10}}
"test.attr"() {a = #wino.schedule<block = 1x1, k_block = 64, micro_tile = 5x10, vector = 4>} : () -> ()

// -----

// schedule_c3
// expected-error @+1 {{expected k_block to be a multiple of the micro tile's columns = 16, but got 70}}
"test.attr"() {a = #wino.schedule<block = 1x1, k_block = 70, micro_tile = 5x16, vector = 4>} : () -> ()

// -----

// schedule_c5
// expected-error @+1 {{expected c_block to be a multiple of vector = 4, but got 30}}
"test.attr"() {a = #wino.schedule<block = 1x1, k_block = 64, c_block = 30, micro_tile = 5x16, vector = 4>} : () -> ()

// -----

// schedule_c1
// expected-error @+1 {{expected a block size or plane_padding in [0, 1048576], but got -4}}
"test.attr"() {a = #wino.schedule<block = 1x1, k_block = 64, c_block = -4, micro_tile = 5x16, vector = 4>} : () -> ()

// -----

// schedule_c4
// expected-error @+1 {{expected a block size or plane_padding in [0, 1048576], but got 1048577}}
"test.attr"() {a = #wino.schedule<block = 1x1048577, k_block = 64, micro_tile = 5x16, vector = 4>} : () -> ()

// -----

// schedule_c4
// expected-error @+1 {{expected a size in [1, 1048576], but got 1048592}}
"test.attr"() {a = #wino.schedule<block = 1x1, k_block = 1048592, micro_tile = 5x16, vector = 4>} : () -> ()

// -----

// schedule_c4
// expected-error @+1 {{expected vector to be a power of two, but got 3}}
"test.attr"() {a = #wino.schedule<block = 1x1, k_block = 12, micro_tile = 5x12, vector = 3>} : () -> ()

// -----

// expected-error @+1 {{integer value too large}}
"test.attr"() {a = #wino.schedule<block = 1x1, k_block = 99999999999999999999, micro_tile = 5x16, vector = 4>} : () -> ()

// -----

// expected-error @+1 {{expected 'micro_tile'}}
"test.attr"() {a = #wino.schedule<block = 1x1, k_block = 64, vector = 4>} : () -> ()

// -----

// plan_c1
// expected-error @+1 {{expected algorithm winograd to have a transform}}
"test.attr"() {a = #wino.plan<algorithm = winograd, schedule = <block = 1x1, k_block = 64, micro_tile = 5x16, vector = 4>>} : () -> ()

// -----

// plan_c1
// expected-error @+1 {{expected algorithm im2row not to have a transform}}
"test.attr"() {a = #wino.plan<algorithm = im2row, transform = <F(4x4, 3x3)>, schedule = <block = 1x1, k_block = 64, micro_tile = 5x16, vector = 4>>} : () -> ()

// -----

// plan_c1
// expected-error @+1 {{expected algorithm direct not to have a transform}}
"test.attr"() {a = #wino.plan<algorithm = direct, transform = <F(4x4, 3x3)>, schedule = <block = 1x1, k_block = 64, micro_tile = 5x16, vector = 4>>} : () -> ()

// -----

// plan_c1
// expected-error @+1 {{expected algorithm loops not to have a transform}}
"test.attr"() {a = #wino.plan<algorithm = loops, transform = <F(4x4, 3x3)>>} : () -> ()

// -----

// plan_c2
// expected-error @+1 {{expected algorithm winograd to have a schedule}}
"test.attr"() {a = #wino.plan<algorithm = winograd, transform = <F(4x4, 3x3)>>} : () -> ()

// -----

// plan_c2
// expected-error @+1 {{expected algorithm im2row to have a schedule}}
"test.attr"() {a = #wino.plan<algorithm = im2row>} : () -> ()

// -----

// plan_c2
// expected-error @+1 {{expected algorithm direct to have a schedule}}
"test.attr"() {a = #wino.plan<algorithm = direct>} : () -> ()

// -----

// plan_c2
// expected-error @+1 {{expected algorithm loops not to have a schedule}}
"test.attr"() {a = #wino.plan<algorithm = loops, schedule = <block = 1x1, k_block = 64, micro_tile = 5x16, vector = 4>>} : () -> ()

// -----

// expected-error @+2 {{expected ::wino::Algorithm to be one of: winograd, im2row, direct, loops}}
// expected-error @+1 {{failed to parse Wino_PlanAttr parameter 'algorithm'}}
"test.attr"() {a = #wino.plan<algorithm = fft>} : () -> ()

// -----

// expected-error @+1 {{expected '='}}
"test.attr"() {a = #wino.plan<direct>} : () -> ()

// -----

// expected-error @+1 {{unknown attribute `foo` in dialect `wino`}}
"test.attr"() {a = #wino.foo<direct>} : () -> ()

// -----

// plan_c3
// expected-error @+1 {{expected algorithm im2row not to transform filters on_the_fly}}
"test.attr"() {a = #wino.plan<algorithm = im2row, schedule = <block = 1x1, k_block = 64, micro_tile = 5x16, vector = 4, on_the_fly>>} : () -> ()

// -----

// expected-error @below {{expected 'wino.unsigned' to be a unit attribute, but got true}}
func.func @unsigned_without_value(%arg0: tensor<4xi8> {wino.unsigned = true}) {
  return
}

// -----
// expected-error @+1 {{expected the tiles at the edge of F(4, 3) to have 1 to 4 outputs, but got 5}}
"test.attr"() {a = #wino.transform<F(4x4, 3x3), edge = 5x4>} : () -> ()

// -----

// expected-error @+1 {{expected the tiles at the edge of F(4, 3) to have 1 to 4 outputs, but got 0}}
"test.attr"() {a = #wino.transform<F(4x4, 3x3), edge = 4x0>} : () -> ()

// -----

// expected-error @+1 {{expected points on an axis with smaller tiles at the edge, but got matrices}}
"test.attr"() {a = #wino.transform<F(2x2, 1x1), edge = 1x2, matrices = {AT = [[1, 0], [0, 1]], G = [[1], [1]], BT = [[1, 0], [0, 1]]}>} : () -> ()

// -----

// expected-error @+1 {{expected a block size or plane_padding in [0, 1048576], but got -16}}
"test.attr"() {a = #wino.schedule<block = 1x1, k_block = 8, micro_tile = 2x8, vector = 4, plane_padding = -16>} : () -> ()

// -----

// expected-error @+1 {{expected group, plane_padding, block_images, on_the_fly, prefetch or stream_stores, but got fast}}
"test.attr"() {a = #wino.schedule<block = 1x1, k_block = 8, micro_tile = 2x8, vector = 4, fast>} : () -> ()

// -----

// Numbers are of a kind that transforms compute with.
// expected-error @+2 {{invalid kind of attribute specified}}
// expected-error @+1 {{failed to parse Wino_PlanAttr parameter 'numbers'}}
"test"() {a = #wino.plan<algorithm = winograd, transform = <F(4x4, 3x3)>, numbers = 3 : i32, schedule = <block = 1x1, k_block = 16, micro_tile = 6x16, vector = 4>>} : () -> ()

// -----

// No image of i8 is sure to fit i16.
// expected-error @+1 {{cannot compute F(6x6, 3x3) in #wino.ring: the transformed image does not fit i16: -318912 .. 318750 not in -32768 .. 32767}}
"test"() {a = #wino.plan<algorithm = winograd, transform = <F(6x6, 3x3)>, numbers = #wino.ring, schedule = <block = 1x1, k_block = 16, micro_tile = 6x16, vector = 4>>} : () -> ()

// -----

// expected-error @+1 {{expected numbers that are exact, because the plan is unproved}}
"test"() {a = #wino.plan<algorithm = winograd, transform = <F(2x2, 3x3)>, schedule = <block = 1x1, k_block = 16, micro_tile = 6x16, vector = 4>, unproved = true>} : () -> ()

// -----

// expected-error @+1 {{expected numbers that are exact, because the plan has a chunk}}
"test"() {a = #wino.plan<algorithm = winograd, transform = <F(2x2, 3x3)>, schedule = <block = 1x1, k_block = 16, micro_tile = 6x16, vector = 4>, chunk = 16>} : () -> ()

// -----

// expected-error @+1 {{expected numbers that are exact, because the plan has a chunk}}
"test"() {a = #wino.plan<algorithm = winograd, transform = <F(2x2, 3x3)>, numbers = #wino.quantized<input = <per_tap>, filter = <per_tap>>, schedule = <block = 1x1, k_block = 16, micro_tile = 6x16, vector = 4>, chunk = 16>} : () -> ()

// -----

// expected-error @+1 {{expected a chunk that is not negative, but got -1}}
"test"() {a = #wino.plan<algorithm = winograd, transform = <F(2x2, 3x3)>, numbers = #wino.ring, schedule = <block = 1x1, k_block = 16, micro_tile = 6x16, vector = 4>, chunk = -1>} : () -> ()

// -----

// expected-error @+1 {{expected a size in [1, 1048576], but got 0}}
"test.attr"() {a = #wino.schedule<block = 1x1, k_block = 8, micro_tile = 2x8, vector = 4, block_images = 0>} : () -> ()
