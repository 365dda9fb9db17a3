// RUN: wino-opt %s --wino-plan-memory --split-input-file | FileCheck %s
// RUN: wino-opt %s --wino-plan-memory --split-input-file -o /dev/null \
// RUN:   --remarks-filter="wino.*" --remark-format=emitRemark 2>&1 \
// RUN:   | FileCheck %s --check-prefix=REMARK
// RUN: wino-opt %s --wino-plan-memory=require-bounded=1 --split-input-file \
// RUN:   --verify-diagnostics

// Buffers and functions that the planner must leave alone, and why.

// REMARK: remark: [Missed] PlanMemory | Category:wino | Function=unbounded | Reason="the buffer stays allocated: its size has no constant upper bound"
// REMARK: remark: [Analysis] PlanMemory | Category:wino | Function=unbounded | Buffers=1, Kept=1, LowerBound=32, ScratchBytes=64
// CHECK-LABEL: func.func @unbounded(
// CHECK-SAME:    %[[N:.*]]: index, %[[SCRATCH:.*]]: memref<64xi8>
// CHECK:         %[[A:.*]] = memref.alloc(%[[N]]) : memref<?xf32>
// CHECK:         memref.view %[[SCRATCH]]
// CHECK:         memref.dealloc %[[A]]
func.func @unbounded(%n: index) {
  %c = arith.constant 1.0 : f32
  // expected-error @below {{cannot place the buffer in the scratch: its size has no constant upper bound}}
  %a = memref.alloc(%n) : memref<?xf32>
  %b = memref.alloc() : memref<8xf32>
  linalg.fill ins(%c : f32) outs(%a : memref<?xf32>)
  linalg.fill ins(%c : f32) outs(%b : memref<8xf32>)
  memref.dealloc %a : memref<?xf32>
  memref.dealloc %b : memref<8xf32>
  return
}

// -----

// Two instances of %next live at a time: the loop hands one to its next
// iteration. In one place they would be the same.
// REMARK: the buffer stays allocated: it outlives an iteration of the loop around it
// CHECK-LABEL: func.func @handed_on(
// CHECK-SAME:    memref<8xf32>, %[[SCRATCH:.*]]: memref<64xi8>
// CHECK:         memref.view %[[SCRATCH]]
// CHECK:         scf.for
// CHECK:           memref.alloc() : memref<8xf32>
func.func @handed_on(%y: memref<8xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %first = memref.alloc() : memref<8xf32>
  linalg.exp ins(%y : memref<8xf32>) outs(%first : memref<8xf32>)
  %last = scf.for %i = %c0 to %c8 step %c1 iter_args(%old = %first)
      -> memref<8xf32> {
    // expected-error @below {{it outlives an iteration of the loop around it}}
    %next = memref.alloc() : memref<8xf32>
    linalg.exp ins(%old : memref<8xf32>) outs(%next : memref<8xf32>)
    scf.yield %next : memref<8xf32>
  }
  memref.copy %last, %y : memref<8xf32> to memref<8xf32>
  return
}

// -----

// REMARK: the buffer stays allocated: the function returns it
// CHECK-LABEL: func.func @returned() -> memref<8xf32> {
// CHECK:         memref.alloc() : memref<8xf32>
func.func @returned() -> memref<8xf32> {
  // expected-error @below {{the function returns it}}
  %a = memref.alloc() : memref<8xf32>
  return %a : memref<8xf32>
}

// -----

// REMARK: the buffer stays allocated: its address is stored
// CHECK-LABEL: func.func @stored(
// CHECK:         memref.alloc() : memref<8xf32>
func.func @stored(%p: memref<1xmemref<8xf32>>, %i: index) {
  // expected-error @below {{its address is stored}}
  %a = memref.alloc() : memref<8xf32>
  memref.store %a, %p[%i] : memref<1xmemref<8xf32>>
  return
}

// -----

// REMARK: the buffer stays allocated: its address is stored
// CHECK-LABEL: func.func @as_integer(
// CHECK:         memref.alloc() : memref<8xf32>
func.func @as_integer() -> index {
  // expected-error @below {{its address is stored}}
  %a = memref.alloc() : memref<8xf32>
  %p = memref.extract_aligned_pointer_as_index %a : memref<8xf32> -> index
  return %p : index
}

// -----

// REMARK: the buffer stays allocated: it is converted by bufferization.to_tensor
// CHECK-LABEL: func.func @as_tensor(
// CHECK:         memref.alloc() : memref<8xf32>
func.func @as_tensor() -> tensor<8xf32> {
  // expected-error @below {{it is converted by bufferization.to_tensor}}
  %a = memref.alloc() : memref<8xf32>
  %t = bufferization.to_tensor %a restrict : memref<8xf32> to tensor<8xf32>
  return %t : tensor<8xf32>
}

// -----

// The dealloc frees the argument or the buffer, so neither may go.
// REMARK: the buffer stays allocated: a dealloc may free it or another buffer
// CHECK-LABEL: func.func @freed_by_choice(
// CHECK:         memref.alloc() : memref<8xf32>
// CHECK:         memref.dealloc
func.func @freed_by_choice(%x: memref<8xf32>, %c: i1) {
  // expected-error @below {{a dealloc may free it or another buffer}}
  %a = memref.alloc() : memref<8xf32>
  %b = arith.select %c, %a, %x : memref<8xf32>
  memref.dealloc %b : memref<8xf32>
  return
}

// -----

// REMARK: the buffer stays allocated: it is freed by memref.realloc
// CHECK-LABEL: func.func @resized(
// CHECK:         memref.alloc() : memref<8xf32>
func.func @resized() {
  // expected-error @below {{it is freed by memref.realloc}}
  %a = memref.alloc() : memref<8xf32>
  %b = memref.realloc %a : memref<8xf32> to memref<16xf32>
  memref.dealloc %b : memref<16xf32>
  return
}

// -----

// REMARK: the buffer stays allocated: it is passed between blocks
// CHECK-LABEL: func.func @between_blocks(
// CHECK:         memref.alloc() : memref<8xf32>
func.func @between_blocks(%x: memref<8xf32>, %c: i1) {
  cf.br ^loop(%x : memref<8xf32>)
^loop(%old: memref<8xf32>):
  // expected-error @below {{it is passed between blocks}}
  %a = memref.alloc() : memref<8xf32>
  memref.copy %old, %a : memref<8xf32> to memref<8xf32>
  cf.cond_br %c, ^loop(%a : memref<8xf32>), ^exit
^exit:
  return
}

// -----

// REMARK: the buffer stays allocated: its alignment is larger than 64 bytes
// CHECK-LABEL: func.func @page(
// CHECK:         memref.alloc() {alignment = 4096 : i64} : memref<8xf32>
func.func @page() {
  // expected-error @below {{its alignment is larger than 64 bytes}}
  %a = memref.alloc() {alignment = 4096 : i64} : memref<8xf32>
  memref.dealloc %a : memref<8xf32>
  return
}

// -----

// REMARK: the buffer stays allocated: it has a layout or a memory space
// CHECK-LABEL: func.func @space(
// CHECK:         memref.alloc() : memref<8xf32, 3>
func.func @space() {
  // expected-error @below {{it has a layout or a memory space}}
  %a = memref.alloc() : memref<8xf32, 3>
  memref.dealloc %a : memref<8xf32, 3>
  return
}

// -----

// REMARK: the buffer stays allocated: the size of its elements is unknown
// CHECK-LABEL: func.func @elements(
// CHECK:         memref.alloc() : memref<8xmemref<8xf32>>
func.func @elements() {
  // expected-error @below {{the size of its elements is unknown}}
  %a = memref.alloc() : memref<8xmemref<8xf32>>
  memref.dealloc %a : memref<8xmemref<8xf32>>
  return
}

// -----

// REMARK: the buffer stays allocated: the trip count of the parallel loop around it has no constant upper bound
// CHECK-LABEL: func.func @any_number_of_slices(
// CHECK:         scf.forall
// CHECK:           memref.alloc() : memref<8xf32>
func.func @any_number_of_slices(%n: index) {
  %c = arith.constant 1.0 : f32
  scf.forall (%i) in (%n) {
    // expected-error @below {{the trip count of the parallel loop around it has no constant upper bound}}
    %a = memref.alloc() : memref<8xf32>
    linalg.fill ins(%c : f32) outs(%a : memref<8xf32>)
  }
  return
}

// -----

// REMARK: the buffer stays allocated: it is inside of async.execute, which may run it several times at once
// CHECK-LABEL: func.func @async(
// CHECK:         memref.alloc() : memref<8xf32>
func.func @async() {
  %c = arith.constant 1.0 : f32
  %token = async.execute {
    // expected-error @below {{it is inside of async.execute}}
    %a = memref.alloc() : memref<8xf32>
    linalg.fill ins(%c : f32) outs(%a : memref<8xf32>)
    async.yield
  }
  async.await %token : !async.token
  return
}

// -----

// REMARK: remark: [Missed] PlanMemory | Category:wino | Function=callee | Reason="the function is used in the module, and its signature would change"
// CHECK-LABEL: func.func @callee() {
// CHECK:         memref.alloc() : memref<8xf32>
// expected-error @below {{cannot place buffers: the function is used in the module, and its signature would change}}
func.func @callee() {
  %a = memref.alloc() : memref<8xf32>
  memref.dealloc %a : memref<8xf32>
  return
}
func.func @caller() {
  call @callee() : () -> ()
  return
}

// -----

// REMARK: remark: [Missed] PlanMemory | Category:wino | Function=planned | Reason="the function has a scratch argument already"
// CHECK-LABEL: func.func @planned(
// CHECK:         memref.alloc() : memref<8xf32>
// expected-error @below {{cannot place buffers: the function has a scratch argument already}}
func.func @planned(%s: memref<64xi8> {wino.scratch}) {
  %a = memref.alloc() : memref<8xf32>
  memref.dealloc %a : memref<8xf32>
  return
}

// -----

// Nothing to do, nothing done.
// CHECK-LABEL: func.func @empty() {
// CHECK-NEXT:    return
func.func @empty() {
  return
}

// CHECK-LABEL: func.func private @declaration(memref<8xf32>)
func.func private @declaration(memref<8xf32>)
