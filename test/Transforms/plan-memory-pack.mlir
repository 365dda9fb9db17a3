// RUN: wino-opt %s --wino-plan-memory=pack-weights=1 --canonicalize \
// RUN:   --split-input-file --verify-diagnostics | FileCheck %s
// RUN: wino-opt %s --wino-plan-memory --split-input-file \
// RUN:   | FileCheck %s --check-prefix=APART

// Both functions see weight 1 at byte 320 (the 288 bytes of weight 0, rounded up
// to 64), although their arguments come in another order. Outputs come before the
// packed argument, the scratch after it.
// CHECK-LABEL: func.func @f(
// CHECK-SAME:    %[[X:.*]]: memref<8xf32>, %[[Y:.*]]: memref<8xf32>,
// CHECK-SAME:    %[[P:.*]]: memref<352xi8> {llvm.align = 64 : i64, llvm.noalias, wino.packed},
// CHECK-SAME:    %[[S:.*]]: memref<64xi8> {llvm.align = 64 : i64, llvm.noalias, wino.scratch})
// CHECK-SAME:    wino.packed_bytes = 352 : i64, wino.prepare = @f_prepare, wino.scratch_bytes = 64 : i64
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C320:.*]] = arith.constant 320 : index
// CHECK-DAG:     %[[W0:.*]] = memref.view %[[P]][%[[C0]]][] : memref<352xi8> to memref<9x8xf32>
// CHECK-DAG:     %[[W1:.*]] = memref.view %[[P]][%[[C320]]][] : memref<352xi8> to memref<8xf32>
// CHECK:         linalg.add ins(%[[X]], %[[W1]] :
// CHECK:         linalg.vecmat
//
// CHECK-LABEL: func.func @f_prepare(
// CHECK-SAME:    %[[A:.*]]: memref<9x8xf32> {wino.weight}, %[[B:.*]]: memref<8xf32> {wino.weight},
// CHECK-SAME:    %[[Q:.*]]: memref<352xi8> {{{.*}}wino.packed})
// CHECK-SAME:    attributes {wino.packed_bytes = 352 : i64}
// CHECK-DAG:     %[[D0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[D320:.*]] = arith.constant 320 : index
// CHECK-DAG:     %[[Q0:.*]] = memref.view %[[Q]][%[[D0]]][] : memref<352xi8> to memref<9x8xf32>
// CHECK-DAG:     %[[Q1:.*]] = memref.view %[[Q]][%[[D320]]][] : memref<352xi8> to memref<8xf32>
// CHECK-DAG:     memref.copy %[[A]], %[[Q0]]
// CHECK-DAG:     memref.copy %[[B]], %[[Q1]]
//
// Without the option they stay.
// APART-LABEL: func.func @f(
// APART-SAME:    memref<8xf32> {wino.packed = 1 : i64}
// APART-SAME:    memref<9x8xf32> {wino.packed = 0 : i64}
func.func @f(%x: memref<8xf32>, %w1: memref<8xf32> {wino.packed = 1 : i64},
             %w0: memref<9x8xf32> {wino.packed = 0 : i64}, %y: memref<8xf32>)
    attributes {wino.prepare = @f_prepare} {
  %t = memref.alloc() : memref<9xf32>
  %h = memref.subview %t[0][8][1] : memref<9xf32> to memref<8xf32, strided<[1]>>
  linalg.add ins(%x, %w1 : memref<8xf32>, memref<8xf32>)
    outs(%h : memref<8xf32, strided<[1]>>)
  linalg.vecmat ins(%t, %w0 : memref<9xf32>, memref<9x8xf32>)
    outs(%y : memref<8xf32>)
  return
}
func.func @f_prepare(%a: memref<9x8xf32> {wino.weight}, %b: memref<8xf32> {wino.weight},
                     %w0: memref<9x8xf32> {wino.packed = 0 : i64},
                     %w1: memref<8xf32> {wino.packed = 1 : i64}) {
  memref.copy %a, %w0 : memref<9x8xf32> to memref<9x8xf32>
  memref.copy %b, %w1 : memref<8xf32> to memref<8xf32>
  return
}

// -----

// expected-error @below {{expected the 'wino.packed' indices of the arguments to count from 0, but number 1 is 2}}
func.func @gap(%a: memref<8xf32> {wino.packed = 0 : i64},
               %b: memref<8xf32> {wino.packed = 2 : i64}) {
  return
}

// -----

// expected-error @below {{cannot pack argument 0 of type 'memref<?xf32>': expected a contiguous memref of static shape}}
func.func @dynamic(%a: memref<?xf32> {wino.packed = 0 : i64}) {
  return
}

// -----

// expected-error @below {{cannot pack the arguments of a function that has no body}}
func.func private @declaration(%a: memref<8xf32> {wino.packed = 0 : i64})

// -----

// expected-error @below {{cannot pack the arguments of a function that others call}}
func.func @callee(%a: memref<8xf32> {wino.packed = 0 : i64}) {
  return
}
func.func @caller(%a: memref<8xf32>) {
  call @callee(%a) : (memref<8xf32>) -> ()
  return
}

// -----

// expected-error @below {{its packed arguments are not those that @g writes}}
func.func @different(%a: memref<8xf32> {wino.packed = 0 : i64})
    attributes {wino.prepare = @g} {
  return
}
func.func @g(%a: memref<9xf32> {wino.packed = 0 : i64}) {
  return
}

// -----

// expected-error @below {{its packed arguments are not those that @missing writes}}
func.func @no_prepare(%a: memref<8xf32> {wino.packed = 0 : i64})
    attributes {wino.prepare = @missing} {
  return
}

// -----

// expected-error @below {{the packed weights are larger than 64 bits can count}}
func.func @too_large(%a: memref<1000000000x1000000000x4xf32> {wino.packed = 0 : i64}) {
  return
}
