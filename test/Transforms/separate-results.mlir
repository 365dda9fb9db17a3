// RUN: wino-opt %s --wino-separate-results | FileCheck %s

// The second and third result are copies.
// CHECK-LABEL: func.func @same
// CHECK: %[[A:.*]] = memref.alloc() : memref<4xf32>
// CHECK: %[[B:.*]] = memref.alloc() {alignment = 64 : i64} : memref<4xf32>
// CHECK-NEXT: memref.copy %[[A]], %[[B]]
// CHECK: %[[C:.*]] = memref.alloc() {alignment = 64 : i64} : memref<4xf32>
// CHECK-NEXT: memref.copy %[[A]], %[[C]]
// CHECK: return %[[A]], %[[B]], %[[C]]
func.func @same() -> (memref<4xf32>, memref<4xf32>, memref<4xf32>) {
  %a = memref.alloc() : memref<4xf32>
  return %a, %a, %a : memref<4xf32>, memref<4xf32>, memref<4xf32>
}

// Copies have the dynamic sizes of the original.
// CHECK-LABEL: func.func @dynamic
// CHECK-SAME: %[[X:.*]]: memref<?x3x?xf32>
// CHECK-DAG: %[[D0:.*]] = memref.dim %[[X]], %c0
// CHECK-DAG: %[[D2:.*]] = memref.dim %[[X]], %c2
// CHECK: %[[COPY:.*]] = memref.alloc(%[[D0]], %[[D2]])
// CHECK: return %[[X]], %[[COPY]]
func.func @dynamic(%x: memref<?x3x?xf32>) -> (memref<?x3x?xf32>, memref<?x3x?xf32>) {
  return %x, %x : memref<?x3x?xf32>, memref<?x3x?xf32>
}

// Different buffers, scalars, and layouts that nothing can be allocated with.
// CHECK-LABEL: func.func @others
// CHECK-NOT: memref.copy
func.func @others(%x: memref<4xf32>, %y: memref<4xf32>, %i: index,
                  %s: memref<4xf32, strided<[2]>>)
    -> (memref<4xf32>, memref<4xf32>, index, index, memref<4xf32, strided<[2]>>,
        memref<4xf32, strided<[2]>>) {
  return %x, %y, %i, %i, %s, %s
    : memref<4xf32>, memref<4xf32>, index, index, memref<4xf32, strided<[2]>>,
      memref<4xf32, strided<[2]>>
}
