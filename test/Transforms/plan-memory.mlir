// RUN: wino-opt %s --wino-plan-memory --canonicalize --split-input-file \
// RUN:   | FileCheck %s
// RUN: wino-opt %s --wino-plan-memory --split-input-file -o /dev/null \
// RUN:   --remarks-filter="wino.*" --remark-format=emitRemark 2>&1 \
// RUN:   | FileCheck %s --check-prefix=REMARK

// In a chain, the first and the third buffer share memory.
// REMARK: [Analysis] PlanMemory | Category:wino | Function=chain | Buffers=3, Kept=0, LowerBound=2048, ScratchBytes=2048
// CHECK-LABEL: func.func @chain(
// CHECK-SAME:    %[[X:.*]]: memref<256xf32>, %[[Y:.*]]: memref<256xf32>,
// CHECK-SAME:    %[[S:.*]]: memref<2048xi8> {llvm.align = 64 : i64, llvm.noalias, wino.scratch})
// CHECK-SAME:    attributes {wino.scratch_bytes = 2048 : i64, wino.scratch_lower_bound = 2048 : i64}
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C1024:.*]] = arith.constant 1024 : index
// CHECK:         %[[A:.*]] = memref.view %[[S]][%[[C0]]][] : memref<2048xi8> to memref<256xf32>
// CHECK:         linalg.exp ins(%[[X]] : {{.*}}) outs(%[[A]] :
// CHECK:         %[[B:.*]] = memref.view %[[S]][%[[C1024]]][] : memref<2048xi8> to memref<256xf32>
// CHECK:         linalg.exp ins(%[[A]] : {{.*}}) outs(%[[B]] :
// CHECK:         %[[C:.*]] = memref.view %[[S]][%[[C0]]][] : memref<2048xi8> to memref<256xf32>
// CHECK:         linalg.exp ins(%[[B]] : {{.*}}) outs(%[[C]] :
// CHECK:         linalg.exp ins(%[[C]] : {{.*}}) outs(%[[Y]] :
// CHECK-NOT:     memref.dealloc
func.func @chain(%x: memref<256xf32>, %y: memref<256xf32>) {
  %a = memref.alloc() {alignment = 64 : i64} : memref<256xf32>
  linalg.exp ins(%x : memref<256xf32>) outs(%a : memref<256xf32>)
  %b = memref.alloc() {alignment = 64 : i64} : memref<256xf32>
  linalg.exp ins(%a : memref<256xf32>) outs(%b : memref<256xf32>)
  memref.dealloc %a : memref<256xf32>
  %c = memref.alloc() {alignment = 64 : i64} : memref<256xf32>
  linalg.exp ins(%b : memref<256xf32>) outs(%c : memref<256xf32>)
  memref.dealloc %b : memref<256xf32>
  linalg.exp ins(%c : memref<256xf32>) outs(%y : memref<256xf32>)
  memref.dealloc %c : memref<256xf32>
  return
}

// -----

// Lives through views and the results of other ops count: %a must outlive %b.
// CHECK-LABEL: func.func @aliases(
// CHECK-SAME:    %[[S:[a-z0-9]*]]: memref<2048xi8>
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C1024:.*]] = arith.constant 1024 : index
// CHECK:         memref.view %[[S]][%[[C0]]][] : memref<2048xi8> to memref<256xf32>
// CHECK:         memref.view %[[S]][%[[C1024]]][] : memref<2048xi8> to memref<256xf32>
func.func @aliases(%c: i1, %x: memref<256xf32>, %y: memref<16xf32>) {
  %a = memref.alloc() : memref<256xf32>
  linalg.exp ins(%x : memref<256xf32>) outs(%a : memref<256xf32>)
  %sub = memref.subview %a[16][16][1]
    : memref<256xf32> to memref<16xf32, strided<[1], offset: 16>>
  %cast = memref.cast %sub : memref<16xf32, strided<[1], offset: 16>>
    to memref<16xf32, strided<[1], offset: ?>>
  %y0 = memref.cast %y : memref<16xf32> to memref<16xf32, strided<[1], offset: ?>>
  %sel = arith.select %c, %cast, %y0 : memref<16xf32, strided<[1], offset: ?>>
  %b = memref.alloc() : memref<256xf32>
  linalg.exp ins(%x : memref<256xf32>) outs(%b : memref<256xf32>)
  memref.copy %b, %x : memref<256xf32> to memref<256xf32>
  memref.copy %sel, %y : memref<16xf32, strided<[1], offset: ?>> to memref<16xf32>
  return
}

// -----

// A buffer that a loop uses lives for the whole loop; one that a conditional
// yields lives on. The three coexist at the loop.
// CHECK-LABEL: func.func @loop(
// CHECK-SAME:    %[[S:[a-z0-9]*]]: memref<192xi8>
// CHECK-COUNT-3: memref.view %[[S]]
// CHECK-NOT:     memref.alloc
func.func @loop(%n: index, %c: i1, %x: memref<16xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a = memref.alloc() : memref<16xf32>
  linalg.exp ins(%x : memref<16xf32>) outs(%a : memref<16xf32>)
  %b = scf.if %c -> memref<16xf32> {
    %inner = memref.alloc() : memref<16xf32>
    linalg.exp ins(%x : memref<16xf32>) outs(%inner : memref<16xf32>)
    scf.yield %inner : memref<16xf32>
  } else {
    scf.yield %x : memref<16xf32>
  }
  scf.for %i = %c0 to %n step %c1 {
    %t = memref.alloc() : memref<16xf32>
    linalg.add ins(%a, %b : memref<16xf32>, memref<16xf32>) outs(%t : memref<16xf32>)
    linalg.exp ins(%t : memref<16xf32>) outs(%x : memref<16xf32>)
    memref.dealloc %t : memref<16xf32>
  }
  return
}

// -----

// A dynamic size takes its upper bound: min(14 - i, 4) is at most 4.
// CHECK-LABEL: func.func @bounded(
// CHECK-SAME:    %[[S:[a-z0-9]*]]: memref<256xi8>
// CHECK:         %[[N:.*]] = affine.min
// CHECK:         memref.view %[[S]][%{{.*}}][%[[N]]] : memref<256xi8> to memref<?x16xf32>
func.func @bounded() {
  %c = arith.constant 1.0 : f32
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %c14 = arith.constant 14 : index
  scf.for %i = %c0 to %c14 step %c4 {
    %n = affine.min affine_map<(d0) -> (-d0 + 14, 4)>(%i)
    %a = memref.alloc(%n) : memref<?x16xf32>
    linalg.fill ins(%c : f32) outs(%a : memref<?x16xf32>)
  }
  return
}

// -----

// Every iteration of a parallel loop has its slice, nested loops slices of the
// slice. The lower bound counts slices, as all iterations may run at once.
// CHECK-DAG:   #[[$OUTER:.*]] = affine_map<(d0, d1) -> ((d0 floordiv 16) * 4352 + ((d1 - 4) floordiv 32) * 2176)>
// CHECK-DAG:   #[[$INNER:.*]] = affine_map<(d0, d1, d2) -> (d0 * 64 + (d1 floordiv 16) * 4352 + ((d2 - 4) floordiv 32) * 2176 + 2048)>
// CHECK-LABEL: func.func @slices(
// CHECK-SAME:    memref<64x64xf32>, %[[S:.*]]: memref<17472xi8>
// CHECK:         scf.forall (%[[I:.*]], %[[J:.*]]) =
// CHECK:           %[[BASE:.*]] = affine.apply #[[$OUTER]](%[[I]], %[[J]])
// CHECK:           memref.view %[[S]][%[[BASE]]][] : memref<17472xi8> to memref<16x32xf32>
// CHECK:           scf.parallel (%[[K:.*]]) =
// CHECK:             %[[IN:.*]] = affine.apply #[[$INNER]](%[[K]], %[[I]], %[[J]])
// CHECK:             memref.view %[[S]][%[[IN]]][] : memref<17472xi8> to memref<5xf32>
func.func @slices(%x: memref<64x64xf32>) {
  %c = arith.constant 1.0 : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %shared = memref.alloc() : memref<16xf32>
  linalg.fill ins(%c : f32) outs(%shared : memref<16xf32>)
  scf.forall (%i, %j) = (0, 4) to (64, 64) step (16, 32) {
    %t = memref.alloc() : memref<16x32xf32>
    %s = memref.subview %x[%i, %j][16, 32][1, 1] : memref<64x64xf32>
      to memref<16x32xf32, strided<[64, 1], offset: ?>>
    linalg.exp ins(%s : memref<16x32xf32, strided<[64, 1], offset: ?>>)
      outs(%t : memref<16x32xf32>)
    scf.parallel (%k) = (%c0) to (%c2) step (%c1) {
      %q = memref.alloc() : memref<5xf32>
      linalg.fill ins(%c : f32) outs(%q : memref<5xf32>)
      memref.copy %t, %t : memref<16x32xf32> to memref<16x32xf32>
    }
    memref.copy %shared, %shared : memref<16xf32> to memref<16xf32>
  }
  return
}

// -----

// In a function of several blocks all buffers lie apart.
// CHECK-LABEL: func.func @blocks(
// CHECK-SAME:    %[[S:[a-z0-9]*]]: memref<128xi8>
func.func @blocks(%c: i1, %x: memref<16xf32>) {
  cf.cond_br %c, ^left, ^right
^left:
  %a = memref.alloc() : memref<16xf32>
  linalg.exp ins(%x : memref<16xf32>) outs(%a : memref<16xf32>)
  memref.dealloc %a : memref<16xf32>
  cf.br ^right
^right:
  %b = memref.alloc() : memref<16xf32>
  linalg.exp ins(%x : memref<16xf32>) outs(%b : memref<16xf32>)
  memref.dealloc %b : memref<16xf32>
  return
}

// -----

// Work that goes on after its op, here until the await, keeps buffers alive.
// CHECK-LABEL: func.func @asynchronous_use(
// CHECK-SAME:    %[[S:[a-z0-9]*]]: memref<128xi8>
func.func @asynchronous_use(%x: memref<16xf32>) {
  %a = memref.alloc() : memref<16xf32>
  %token = async.execute {
    linalg.exp ins(%x : memref<16xf32>) outs(%a : memref<16xf32>)
    async.yield
  }
  %b = memref.alloc() : memref<16xf32>
  linalg.exp ins(%x : memref<16xf32>) outs(%b : memref<16xf32>)
  async.await %token : !async.token
  return
}
