// RUN: wino-opt %s --wino-plan-memory --canonicalize --split-input-file \
// RUN:   | FileCheck %s
// RUN: sed "s/, plane_padding = 16//" %s | wino-opt --wino-plan-memory \
// RUN:   --canonicalize --split-input-file | FileCheck %s --check-prefix=NOPAD
// RUN: wino-opt %s --wino-plan-memory --split-input-file -o /dev/null \
// RUN:   --remarks-filter="wino.*" --remark-format=emitRemark 2>&1 \
// RUN:   | FileCheck %s --check-prefix=REMARK

// V and M have planes of 14 * 64 elements; 16 more lie between them. The types of
// the views follow. One padded buffer takes 36 * 912 * 4 bytes.
// CHECK-LABEL: func.func @static(
// CHECK-SAME:    %[[S:[a-z0-9]*]]: memref<262656xi8>
// CHECK:         %[[FV:.*]] = memref.view %[[S]]{{.*}} to memref<32832xf32>
// CHECK:         %[[V:.*]] = memref.reinterpret_cast %[[FV]] to offset: [0], sizes: [6, 6, 1, 1, 14, 64], strides: [5472, 912, 896, 896, 64, 1]
// CHECK-SAME:      memref<32832xf32> to memref<6x6x1x1x14x64xf32, strided<[5472, 912, 896, 896, 64, 1]>>
// CHECK:         wino.input_transform {{.*}} outs(%[[V]] :
// CHECK:         %[[M:.*]] = memref.reinterpret_cast
// CHECK:         wino.hadamard {{.*}} ins(%[[V]], {{.*}}) outs(%[[M]] :
// CHECK:         %[[SUB:.*]] = memref.subview %[[M]][0, 0, 0, 0, 0, 0] [6, 6, 1, 1, 14, 32]
// CHECK-SAME:      to memref<6x6x1x1x14x32xf32, strided<[5472, 912, 896, 896, 64, 1]>>
// CHECK:         wino.output_transform {{.*}} ins(%[[SUB]] :
//
// NOPAD-LABEL: func.func @static(
// NOPAD-SAME:    memref<258048xi8>
// NOPAD-COUNT-2: memref.view {{.*}} to memref<6x6x1x1x14x64xf32>
// NOPAD-NOT:     memref.reinterpret_cast
func.func @static(%x: memref<1x4x56x64xf32>, %u: memref<6x6x64x64xf32>,
                  %y: memref<1x4x56x32xf32>) {
  %v = memref.alloc() : memref<6x6x1x1x14x64xf32>
  wino.input_transform <F(4x4, 3x3)> pad [1, 1, 1, 1]
    ins(%x : memref<1x4x56x64xf32>) outs(%v : memref<6x6x1x1x14x64xf32>)
  %m = memref.alloc() : memref<6x6x1x1x14x64xf32>
  wino.hadamard schedule <block = 1x14, k_block = 64, micro_tile = 6x16, vector = 4, plane_padding = 16>
    ins(%v, %u : memref<6x6x1x1x14x64xf32>, memref<6x6x64x64xf32>)
    outs(%m : memref<6x6x1x1x14x64xf32>)
  %sub = memref.subview %m[0, 0, 0, 0, 0, 0][6, 6, 1, 1, 14, 32][1, 1, 1, 1, 1, 1]
    : memref<6x6x1x1x14x64xf32>
    to memref<6x6x1x1x14x32xf32, strided<[5376, 896, 896, 896, 64, 1]>>
  wino.output_transform <F(4x4, 3x3)>
    ins(%sub : memref<6x6x1x1x14x32xf32, strided<[5376, 896, 896, 896, 64, 1]>>)
    outs(%y : memref<1x4x56x32xf32>)
  return
}

// -----

// Planes have the distance that the largest block needs; rows stay contiguous.
// CHECK-LABEL: func.func @dynamic(
// CHECK-DAG:     %[[C896:.*]] = arith.constant 896 : index
// CHECK:         %[[B:.*]] = affine.min
// CHECK:         %[[STRIDE:.*]] = arith.muli %[[B]], %[[C896]]
// CHECK:         memref.reinterpret_cast {{.*}} sizes: [6, 6, 1, %[[B]], 14, 64], strides: [21600, 3600, %[[STRIDE]], 896, 64, 1]
func.func @dynamic(%x: memref<1x56x56x64xf32>, %u: memref<6x6x64x16xf32>, %m: memref<6x6x1x?x14x16xf32>) {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %c14 = arith.constant 14 : index
  scf.for %t = %c0 to %c14 step %c4 {
    %b = affine.min affine_map<(d0) -> (-d0 + 14, 4)>(%t)
    %v = memref.alloc(%b) : memref<6x6x1x?x14x64xf32>
    wino.input_transform <F(4x4, 3x3)> pad [1, 1, 1, 1] origin [%t, %c0]
      ins(%x : memref<1x56x56x64xf32>) outs(%v : memref<6x6x1x?x14x64xf32>)
    wino.hadamard schedule <block = 1x14, k_block = 64, micro_tile = 6x16, vector = 4, plane_padding = 16>
      ins(%v, %u : memref<6x6x1x?x14x64xf32>, memref<6x6x64x16xf32>) outs(%m : memref<6x6x1x?x14x16xf32>)
  }
  return
}

// -----

// 1008 + 16 elements would be 4096 bytes: 16 more.
// CHECK-LABEL: func.func @not_a_power_of_two(
// CHECK:         strides: [6240, 1040, 1008, 1008, 16, 1]
func.func @not_a_power_of_two(%x: memref<1x4x252x16xf32>, %u: memref<6x6x16x16xf32>, %m: memref<6x6x1x1x63x16xf32>) {
  %v = memref.alloc() : memref<6x6x1x1x63x16xf32>
  wino.input_transform <F(4x4, 3x3)> pad [1, 1, 1, 1]
    ins(%x : memref<1x4x252x16xf32>) outs(%v : memref<6x6x1x1x63x16xf32>)
  wino.hadamard schedule <block = 1x14, k_block = 64, micro_tile = 6x16, vector = 4, plane_padding = 16>
    ins(%v, %u : memref<6x6x1x1x63x16xf32>, memref<6x6x16x16xf32>) outs(%m : memref<6x6x1x1x63x16xf32>)
  return
}

// -----

// One plane has no other to stay away from.
// CHECK-LABEL: func.func @single_plane(
// CHECK:         memref.view {{.*}} to memref<1x1x1x4x4x64xf32>
// CHECK-NOT:     memref.reinterpret_cast
func.func @single_plane(%x: memref<1x4x4x64xf32>, %u: memref<1x1x64x16xf32>, %m: memref<1x1x1x4x4x16xf32>) {
  %v = memref.alloc() : memref<1x1x1x4x4x64xf32>
  wino.im2row kernel [1, 1] strides [1, 1] dilations [1, 1] pad [0, 0, 0, 0]
    ins(%x : memref<1x4x4x64xf32>) outs(%v : memref<1x1x1x4x4x64xf32>)
  wino.hadamard schedule <block = 1x14, k_block = 64, micro_tile = 6x16, vector = 4, plane_padding = 16>
    ins(%v, %u : memref<1x1x1x4x4x64xf32>, memref<1x1x64x16xf32>) outs(%m : memref<1x1x1x4x4x16xf32>)
  return
}

// -----

// Rank 6 alone does not make planes.
// CHECK-LABEL: func.func @other_rank_6(
// CHECK:         memref.view {{.*}} to memref<6x6x1x1x14x64xf32>
// CHECK-NOT:     memref.reinterpret_cast
func.func @other_rank_6(%c: f32) {
  %a = memref.alloc() : memref<6x6x1x1x14x64xf32>
  linalg.fill ins(%c : f32) outs(%a : memref<6x6x1x1x14x64xf32>)
  return
}

// -----

// The callee wants contiguous planes, and all planes in one dimension cannot be
// padded.
// REMARK: [Missed] PlanePadding | Category:wino | Function=contiguous_users | Reason="planes are not padded: a user, func.call, needs them contiguous"
// REMARK: [Missed] PlanePadding | Category:wino | Function=contiguous_users | Reason="planes are not padded: a user, memref.collapse_shape, needs them contiguous"
// CHECK-LABEL: func.func @contiguous_users(
// CHECK-COUNT-2: memref.view {{.*}} to memref<6x6x1x1x14x64xf32>
// CHECK-NOT:     memref.reinterpret_cast
func.func private @callee(memref<6x6x1x1x14x64xf32>)
func.func @contiguous_users(%x: memref<1x4x56x64xf32>, %c: f32, %u: memref<6x6x64x16xf32>, %m: memref<6x6x1x1x14x16xf32>) {
  %v = memref.alloc() : memref<6x6x1x1x14x64xf32>
  wino.input_transform <F(4x4, 3x3)> pad [1, 1, 1, 1]
    ins(%x : memref<1x4x56x64xf32>) outs(%v : memref<6x6x1x1x14x64xf32>)
  wino.hadamard schedule <block = 1x14, k_block = 64, micro_tile = 6x16, vector = 4, plane_padding = 16>
    ins(%v, %u : memref<6x6x1x1x14x64xf32>, memref<6x6x64x16xf32>) outs(%m : memref<6x6x1x1x14x16xf32>)
  call @callee(%v) : (memref<6x6x1x1x14x64xf32>) -> ()
  %w = memref.alloc() : memref<6x6x1x1x14x64xf32>
  wino.input_transform <F(4x4, 3x3)> pad [1, 1, 1, 1]
    ins(%x : memref<1x4x56x64xf32>) outs(%w : memref<6x6x1x1x14x64xf32>)
  wino.hadamard schedule <block = 1x14, k_block = 64, micro_tile = 6x16, vector = 4, plane_padding = 16>
    ins(%w, %u : memref<6x6x1x1x14x64xf32>, memref<6x6x64x16xf32>) outs(%m : memref<6x6x1x1x14x16xf32>)
  %flat = memref.collapse_shape %w [[0, 1, 2, 3, 4], [5]]
    : memref<6x6x1x1x14x64xf32> into memref<504x64xf32>
  linalg.fill ins(%c : f32) outs(%flat : memref<504x64xf32>)
  return
}

// -----

// Rows can be collapsed, since planes stay contiguous.
// CHECK-LABEL: func.func @rows(
// CHECK:         memref.collapse_shape {{.*}} into memref<6x6x14x64xf32, strided<[5472, 912, 64, 1]>>
func.func @rows(%x: memref<1x4x56x64xf32>, %c: f32, %u: memref<6x6x64x16xf32>, %m: memref<6x6x1x1x14x16xf32>) {
  %v = memref.alloc() : memref<6x6x1x1x14x64xf32>
  wino.input_transform <F(4x4, 3x3)> pad [1, 1, 1, 1]
    ins(%x : memref<1x4x56x64xf32>) outs(%v : memref<6x6x1x1x14x64xf32>)
  wino.hadamard schedule <block = 1x14, k_block = 64, micro_tile = 6x16, vector = 4, plane_padding = 16>
    ins(%v, %u : memref<6x6x1x1x14x64xf32>, memref<6x6x64x16xf32>) outs(%m : memref<6x6x1x1x14x16xf32>)
  %rows = memref.collapse_shape %v [[0], [1], [2, 3, 4], [5]]
    : memref<6x6x1x1x14x64xf32> into memref<6x6x14x64xf32>
  linalg.fill ins(%c : f32) outs(%rows : memref<6x6x14x64xf32>)
  return
}

// -----

// Packed filters have their taps behind the blocks: planes of 4 * 8 * 16
// elements, 16 more apart.
// CHECK-LABEL: func.func @packed_filter(
// CHECK-SAME:    memref<76032xi8>
// CHECK:         memref.reinterpret_cast {{.*}} sizes: [1, 6, 6, 4, 8, 16], strides: [19008, 3168, 528, 128, 16, 1]
// CHECK:         wino.filter_transform
func.func @packed_filter(%g: memref<1x3x3x4x8x16xf32>, %v: memref<6x6x1x1x14x8xf32>,
                         %m: memref<6x6x1x1x14x64xf32>) {
  %u = memref.alloc() : memref<1x6x6x4x8x16xf32>
  wino.filter_transform <F(4x4, 3x3)>
    ins(%g : memref<1x3x3x4x8x16xf32>) outs(%u : memref<1x6x6x4x8x16xf32>)
  wino.hadamard schedule <block = 1x14, k_block = 64, micro_tile = 6x16, vector = 4, plane_padding = 16>
    ins(%v, %u : memref<6x6x1x1x14x8xf32>, memref<1x6x6x4x8x16xf32>)
    outs(%m : memref<6x6x1x1x14x64xf32>)
  return
}
