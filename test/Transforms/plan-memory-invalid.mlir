// RUN: wino-opt %s --wino-plan-memory --split-input-file --verify-diagnostics

func.func @size() {
  // expected-error @below {{the buffer is larger than 64 bits can count}}
  %a = memref.alloc() : memref<4000000000x4000000000xf32>
  return
}

// -----

// Each fits, the two together do not.
// expected-error @below {{the buffers are larger than 64 bits can count}}
func.func @sum(%c: f32) {
  %a = memref.alloc() : memref<1500000000000000000xf32>
  %b = memref.alloc() : memref<1500000000000000000xf32>
  linalg.fill ins(%c : f32) outs(%a : memref<1500000000000000000xf32>)
  linalg.fill ins(%c : f32) outs(%b : memref<1500000000000000000xf32>)
  linalg.copy ins(%a : memref<1500000000000000000xf32>)
    outs(%b : memref<1500000000000000000xf32>)
  return
}

// -----

// One slice fits, all slices do not.
func.func @slices(%c: f32) {
  // expected-error @below {{the buffers are larger than 64 bits can count}}
  scf.forall (%i) in (1000000000) {
    %a = memref.alloc() : memref<1000000000xf64>
    %b = memref.alloc() : memref<1000000000xf64>
    linalg.copy ins(%a : memref<1000000000xf64>) outs(%b : memref<1000000000xf64>)
  }
  return
}
