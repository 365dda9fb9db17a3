// RUN: wino-opt %s -resolve-ranked-shaped-type-result-dims -canonicalize -split-input-file | FileCheck %s --check-prefix=REIFY
// RUN: wino-opt %s -loop-invariant-code-motion -split-input-file | FileCheck %s --check-prefix=LICM
// RUN: wino-opt %s -cse -split-input-file | FileCheck %s --check-prefix=CSE
// RUN: wino-opt %s -inline -split-input-file | FileCheck %s --check-prefix=INLINE

// A result has the sizes of its init.
// REIFY-LABEL: func @sizes
// REIFY-SAME: %{{.*}}: tensor<?x?x?x2xf32>, %[[V:[^:]*]]: tensor<4x4x?x?x?x2xf32>, %{{[^:]*}}: tensor<4x4x2x8xf32>, %[[M:[^:]*]]: tensor<4x4x?x?x?x8xf32>, %[[Y:[^:]*]]: tensor<?x?x?x8xf32>
// REIFY-DAG: %[[C8:.*]] = arith.constant 8 : index
// REIFY-DAG: %[[A:.*]] = tensor.dim %[[V]], %{{.*}}
// REIFY-DAG: %[[B:.*]] = tensor.dim %[[M]], %{{.*}}
// REIFY-DAG: %[[C:.*]] = tensor.dim %[[Y]], %{{.*}}
// REIFY: return %[[A]], %[[B]], %[[C]], %[[C8]]
func.func @sizes(%x: tensor<?x?x?x2xf32>, %vi: tensor<4x4x?x?x?x2xf32>, %u: tensor<4x4x2x8xf32>, %mi: tensor<4x4x?x?x?x8xf32>, %yi: tensor<?x?x?x8xf32>) -> (index, index, index, index) {
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %v = wino.input_transform <F(2x2, 3x3)> pad [0, 0, 0, 0] ins(%x : tensor<?x?x?x2xf32>) outs(%vi : tensor<4x4x?x?x?x2xf32>) -> tensor<4x4x?x?x?x2xf32>
  %m = wino.hadamard ins(%v, %u : tensor<4x4x?x?x?x2xf32>, tensor<4x4x2x8xf32>) outs(%mi : tensor<4x4x?x?x?x8xf32>) -> tensor<4x4x?x?x?x8xf32>
  %y = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<4x4x?x?x?x8xf32>) outs(%yi : tensor<?x?x?x8xf32>) -> tensor<?x?x?x8xf32>
  %0 = tensor.dim %v, %c3 : tensor<4x4x?x?x?x2xf32>
  %1 = tensor.dim %m, %c2 : tensor<4x4x?x?x?x8xf32>
  %2 = tensor.dim %y, %c2 : tensor<?x?x?x8xf32>
  %3 = tensor.dim %y, %c3 : tensor<?x?x?x8xf32>
  return %0, %1, %2, %3 : index, index, index, index
}

// -----

// Ops on tensors have no effects and may run speculatively.
// LICM-LABEL: func @hoist_tensors
// LICM: wino.input_transform
// LICM: wino.filter_transform
// LICM: wino.hadamard
// LICM: wino.output_transform
// LICM: scf.for
func.func @hoist_tensors(%x: tensor<1x4x4x2xf32>, %f: tensor<3x3x2x8xf32>, %n: index) -> tensor<1x2x2x8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %y = tensor.empty() : tensor<1x2x2x8xf32>
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%a = %y) -> tensor<1x2x2x8xf32> {
    %vi = tensor.empty() : tensor<4x4x1x1x1x2xf32>
    %ui = tensor.empty() : tensor<4x4x2x8xf32>
    %mi = tensor.empty() : tensor<4x4x1x1x1x8xf32>
    %v = wino.input_transform <F(2x2, 3x3)> pad [0, 0, 0, 0] ins(%x : tensor<1x4x4x2xf32>) outs(%vi : tensor<4x4x1x1x1x2xf32>) -> tensor<4x4x1x1x1x2xf32>
    %u = wino.filter_transform <F(2x2, 3x3)> ins(%f : tensor<3x3x2x8xf32>) outs(%ui : tensor<4x4x2x8xf32>) -> tensor<4x4x2x8xf32>
    %m = wino.hadamard ins(%v, %u : tensor<4x4x1x1x1x2xf32>, tensor<4x4x2x8xf32>) outs(%mi : tensor<4x4x1x1x1x8xf32>) -> tensor<4x4x1x1x1x8xf32>
    %o = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<4x4x1x1x1x8xf32>) outs(%y : tensor<1x2x2x8xf32>) -> tensor<1x2x2x8xf32>
    scf.yield %o : tensor<1x2x2x8xf32>
  }
  return %r : tensor<1x2x2x8xf32>
}

// -----

// Ops on memrefs write.
// LICM-LABEL: func @keep_memrefs
// LICM: scf.for
// LICM: wino.im2row
func.func @keep_memrefs(%x: memref<1x4x4x2xf32>, %p: memref<1x1x1x2x2x18xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    wino.im2row kernel [3, 3] strides [1, 1] dilations [1, 1] pad [0, 0, 0, 0] ins(%x : memref<1x4x4x2xf32>) outs(%p : memref<1x1x1x2x2x18xf32>)
  }
  return
}

// -----

// Equal computations are one, unless they differ in an attribute.
// CSE-LABEL: func @equal
// CSE-COUNT-2: wino.im2row
// CSE-NOT: wino.im2row
func.func @equal(%x: tensor<1x4x4x2xf32>, %p: tensor<1x1x1x2x2x18xf32>) -> (tensor<1x1x1x2x2x18xf32>, tensor<1x1x1x2x2x18xf32>, tensor<1x1x1x2x2x18xf32>) {
  %i = arith.constant 0 : index
  %0 = wino.im2row kernel [3, 3] strides [1, 1] dilations [1, 1] pad [0, 0, 0, 0] ins(%x : tensor<1x4x4x2xf32>) outs(%p : tensor<1x1x1x2x2x18xf32>) -> tensor<1x1x1x2x2x18xf32>
  %1 = wino.im2row kernel [3, 3] strides [1, 1] dilations [1, 1] pad [0, 0, 0, 0] ins(%x : tensor<1x4x4x2xf32>) outs(%p : tensor<1x1x1x2x2x18xf32>) -> tensor<1x1x1x2x2x18xf32>
  %2 = wino.im2row kernel [3, 3] strides [1, 1] dilations [1, 1] pad [1, 0, 0, 0] origin[%i, %i] ins(%x : tensor<1x4x4x2xf32>) outs(%p : tensor<1x1x1x2x2x18xf32>) -> tensor<1x1x1x2x2x18xf32>
  return %0, %1, %2 : tensor<1x1x1x2x2x18xf32>, tensor<1x1x1x2x2x18xf32>, tensor<1x1x1x2x2x18xf32>
}

// -----

// A read between two equal writes sees the first: both stay.
// CSE-LABEL: func @memory
// CSE-COUNT-2: wino.filter_transform
func.func @memory(%f: memref<3x3x2xf32>, %u: memref<4x4x2xf32>, %w: memref<4x4x2xf32>) {
  wino.filter_transform <F(2x2, 3x3)> ins(%f : memref<3x3x2xf32>) outs(%u : memref<4x4x2xf32>)
  memref.copy %w, %u : memref<4x4x2xf32> to memref<4x4x2xf32>
  wino.filter_transform <F(2x2, 3x3)> ins(%f : memref<3x3x2xf32>) outs(%u : memref<4x4x2xf32>)
  return
}

// -----

// INLINE-LABEL: func @caller
// INLINE-NOT: call
// INLINE: wino.output_transform
// INLINE: math.absf
// INLINE: return
func.func @caller(%m: tensor<4x4x1x2x3x8xf32>, %y: tensor<1x3x6x8xf32>) -> tensor<1x3x6x8xf32> {
  %0 = call @callee(%m, %y) : (tensor<4x4x1x2x3x8xf32>, tensor<1x3x6x8xf32>) -> tensor<1x3x6x8xf32>
  return %0 : tensor<1x3x6x8xf32>
}
func.func private @callee(%m: tensor<4x4x1x2x3x8xf32>, %y: tensor<1x3x6x8xf32>) -> tensor<1x3x6x8xf32> {
  %0 = wino.output_transform <F(2x2, 3x3)> ins(%m : tensor<4x4x1x2x3x8xf32>) outs(%y : tensor<1x3x6x8xf32>) epilogue() {
  ^bb0(%sum: f32):
    %z = math.absf %sum : f32
    wino.yield %z : f32
  } -> tensor<1x3x6x8xf32>
  return %0 : tensor<1x3x6x8xf32>
}

// -----

// A convolution and the padding of its image have the sizes of their inits.
// REIFY-LABEL: func @conv_sizes
// REIFY-SAME: %[[Y:[^:]*]]: tensor<?x?x?x8xf32>, %[[Z:[^:]*]]: tensor<?x?x?x2xf32>
// REIFY-DAG: %[[A:.*]] = tensor.dim %[[Y]], %{{.*}}
// REIFY-DAG: %[[B:.*]] = tensor.dim %[[Z]], %{{.*}}
// REIFY: return %[[A]], %[[B]]
func.func @conv_sizes(%x: tensor<?x?x?x2xf32>, %u: tensor<1x1x1x1x18x8xf32>, %yi: tensor<?x?x?x8xf32>, %zi: tensor<?x?x?x2xf32>) -> (index, index) {
  %c1 = arith.constant 1 : index
  %z = wino.pad_image pad [1, 1, 1, 1] ins(%x : tensor<?x?x?x2xf32>) outs(%zi : tensor<?x?x?x2xf32>) -> tensor<?x?x?x2xf32>
  %y = wino.conv kernel [3, 3] strides [2, 2] dilations [1, 1] ins(%z, %u : tensor<?x?x?x2xf32>, tensor<1x1x1x1x18x8xf32>) outs(%yi : tensor<?x?x?x8xf32>) -> tensor<?x?x?x8xf32>
  %0 = tensor.dim %y, %c1 : tensor<?x?x?x8xf32>
  %1 = tensor.dim %z, %c1 : tensor<?x?x?x2xf32>
  return %0, %1 : index, index
}

// -----

// They may be hoisted, and are one if they are equal.
// LICM-LABEL: func @conv
// LICM: wino.pad_image
// LICM: wino.conv
// LICM: scf.for
// CSE-LABEL: func @conv
// CSE-COUNT-1: wino.conv
// CSE-NOT: wino.conv
// CSE: return
func.func @conv(%x: tensor<1x7x7x2xf32>, %u: tensor<1x1x1x1x18x8xf32>, %yi: tensor<1x4x4x8xf32>, %zi: tensor<1x9x9x2xf32>, %n: index) -> (tensor<1x4x4x8xf32>, tensor<1x4x4x8xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%a = %yi, %b = %yi) -> (tensor<1x4x4x8xf32>, tensor<1x4x4x8xf32>) {
    %z = wino.pad_image pad [1, 1, 1, 1] ins(%x : tensor<1x7x7x2xf32>) outs(%zi : tensor<1x9x9x2xf32>) -> tensor<1x9x9x2xf32>
    %0 = wino.conv kernel [3, 3] strides [2, 2] dilations [1, 1] ins(%z, %u : tensor<1x9x9x2xf32>, tensor<1x1x1x1x18x8xf32>) outs(%yi : tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xf32>
    %1 = wino.conv kernel [3, 3] strides [2, 2] dilations [1, 1] ins(%z, %u : tensor<1x9x9x2xf32>, tensor<1x1x1x1x18x8xf32>) outs(%yi : tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xf32>
    scf.yield %0, %1 : tensor<1x4x4x8xf32>, tensor<1x4x4x8xf32>
  }
  return %r#0, %r#1 : tensor<1x4x4x8xf32>, tensor<1x4x4x8xf32>
}
