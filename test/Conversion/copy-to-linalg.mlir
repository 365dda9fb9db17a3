// RUN: wino-opt %s --convert-copy-to-linalg | FileCheck %s

// A buffer with gaps is copied element by element.
// CHECK-LABEL: func.func @strided
// CHECK-SAME: (%[[X:.*]]: memref<4x6xf32>, %[[Y:.*]]: memref<4x6xf32, strided<[8, 1], offset: 9>>)
// CHECK-NEXT: linalg.generic
// CHECK-SAME: ins(%[[X]] : {{.*}}) outs(%[[Y]] :
// CHECK: linalg.yield %{{in.*}} : f32
// CHECK-NOT: memref.copy
func.func @strided(%x: memref<4x6xf32>, %y: memref<4x6xf32, strided<[8, 1], offset: 9>>) {
  memref.copy %x, %y : memref<4x6xf32> to memref<4x6xf32, strided<[8, 1], offset: 9>>
  return
}

// So is one of unknown size.
// CHECK-LABEL: func.func @dynamic
// CHECK: linalg.generic
// CHECK-NOT: memref.copy
func.func @dynamic(%x: memref<?x6xf32, strided<[?, 1]>>, %y: memref<?x6xf32>) {
  memref.copy %x, %y : memref<?x6xf32, strided<[?, 1]>> to memref<?x6xf32>
  return
}

// Contiguous buffers, and those of unknown rank, stay.
// CHECK-LABEL: func.func @contiguous
// CHECK-NOT: linalg.generic
// CHECK-COUNT-2: memref.copy
func.func @contiguous(%x: memref<4x6xf32>, %y: memref<4x6xf32>,
                      %u: memref<*xf32>, %v: memref<*xf32>) {
  memref.copy %x, %y : memref<4x6xf32> to memref<4x6xf32>
  memref.copy %u, %v : memref<*xf32> to memref<*xf32>
  return
}
