// RUN: wino-opt %s --convert-wino-to-vector="integer-products=neon-dot" --canonicalize --cse -split-input-file | FileCheck %s
// RUN: wino-opt %s --convert-wino-to-vector="vector-length=4" --canonicalize --cse -split-input-file | FileCheck %s --check-prefix=PORTABLE

// The passes of an input transform are exact in i16, then in i32, and all moduli
// share them. A residue is what is left of a number by the high half of its
// product with the reciprocal of the modulus, 2^31 / 251 rounded.

// CHECK-LABEL: func @input
// CHECK-SAME: %[[X:[^:]*]]: memref<1x8x8x16xi8>, %[[V:[^:]*]]: memref<24x8x1x1x1x16xi8>
// CHECK-DAG: %[[M:.*]] = arith.constant dense<251> : vector<8xi16>
// CHECK-DAG: %[[C:.*]] = arith.constant dense<8555711> : vector<4xi32>
// CHECK: %[[MID:.*]] = memref.alloca() {{.*}} : memref<8x8x8xi16>
// CHECK: scf.for %{{.*}} = %c0 to %c16 step %c8
// CHECK: scf.for %{{.*}} = %c0 to %c8 step %c1
// CHECK: arith.extsi %{{.*}} : vector<8xi8> to vector<8xi16>
// CHECK-NOT: vector<{{[48]}}xi32>
// CHECK-COUNT-8: vector.store %{{.*}}, %[[MID]]
// CHECK: scf.for %[[ROW:.*]] = %c0 to %c8 step %c1
// CHECK: arith.extsi %{{.*}} : vector<8xi16> to vector<8xi32>
// CHECK: %[[LOW:.*]] = vector.shuffle %[[SUM:.*]], %[[SUM]] [0, 1, 2, 3]
// CHECK: %[[A:.*]] = llvm.call_intrinsic "llvm.aarch64.neon.sqrdmulh.v4i32"(%[[LOW]], %[[C]])
// CHECK: %[[HIGH:.*]] = vector.shuffle %[[SUM]], %[[SUM]] [4, 5, 6, 7]
// CHECK: %[[B:.*]] = llvm.call_intrinsic "llvm.aarch64.neon.sqrdmulh.v4i32"(%[[HIGH]], %[[C]])
// CHECK: %[[Q:.*]] = vector.shuffle %[[A]], %[[B]] [0, 1, 2, 3, 4, 5, 6, 7]
// CHECK: %[[QN:.*]] = arith.trunci %[[Q]] : vector<8xi32> to vector<8xi16>
// CHECK: %[[N:.*]] = arith.trunci %[[SUM]] : vector<8xi32> to vector<8xi16>
// CHECK: %[[MQ:.*]] = arith.muli %[[QN]], %[[M]]
// CHECK: %[[R:.*]] = arith.subi %[[N]], %[[MQ]]
// CHECK: %[[R8:.*]] = arith.trunci %[[R]] : vector<8xi16> to vector<8xi8>
// CHECK: vector.store %[[R8]], %[[V]][%[[ROW]], %c0,
// CHECK: %[[ROW2:.*]] = arith.addi %[[ROW]], %c8
// CHECK: vector.store %{{.*}}, %[[V]][%[[ROW2]], %c0,

// Without such an instruction the product is twice as wide.
// PORTABLE-LABEL: func @input
// PORTABLE: %[[W:.*]] = arith.extsi %{{.*}} : vector<8xi32> to vector<8xi64>
// PORTABLE: %[[P:.*]] = arith.muli %[[W]], %{{.*}} : vector<8xi64>
// PORTABLE: %[[S:.*]] = arith.addi %[[P]], %{{.*}} : vector<8xi64>
// PORTABLE: %[[H:.*]] = arith.shrsi %[[S]], %{{.*}} : vector<8xi64>
func.func @input(%x: memref<1x8x8x16xi8>, %v: memref<24x8x1x1x1x16xi8>) {
  wino.input_transform <F(6x6, 3x3), points = [0, 1, -1, 2, -2, 1/2, -1/2, inf]> numbers #wino.rns<[251, 241, 239]> pad [0, 0, 0, 0]
    ins(%x : memref<1x8x8x16xi8>) outs(%v : memref<24x8x1x1x1x16xi8>)
  return
}

// -----

// Products are reduced to i16, which the passes of each modulus compute in; the
// mixed radix digits make one i32 of them.

// CHECK-LABEL: func @output
// CHECK-DAG: memref.alloca() {{.*}} : memref<4x6x8xi16>
// CHECK-DAG: memref.alloca() {{.*}} : memref<4x4x8xi16>
// CHECK: vector.load %{{.*}} : memref<18x6x1x1x1x16xi32>, vector<8xi32>
// CHECK: "llvm.aarch64.neon.sqrdmulh.v4i32"
// CHECK: "llvm.aarch64.neon.sqrdmulh.v8i16"
// 251 * 241
// CHECK: %[[LOW:.*]] = arith.extsi %{{.*}} : vector<8xi16> to vector<8xi32>
// CHECK: %[[DIGIT:.*]] = arith.extsi %{{.*}} : vector<8xi16> to vector<8xi32>
// CHECK: %[[SCALED:.*]] = arith.muli %[[DIGIT]], %{{.*}} : vector<8xi32>
// CHECK: %[[Y:.*]] = arith.addi %[[LOW]], %[[SCALED]] : vector<8xi32>
// CHECK: %[[Z:.*]] = arith.maxsi %[[Y]], %{{.*}} : vector<8xi32>
// CHECK: vector.store %[[Z]], %{{.*}} : memref<1x4x4x16xi32>
func.func @output(%m: memref<18x6x1x1x1x16xi32>, %y: memref<1x4x4x16xi32>) {
  wino.output_transform <F(4x4, 3x3), points = [0, 1, -1, 2, -2, inf]> numbers #wino.rns<[251, 241, 239]>
    ins(%m : memref<18x6x1x1x1x16xi32>) outs(%y : memref<1x4x4x16xi32>) epilogue() {
  ^bb0(%sum: i32):
    %zero = arith.constant 0 : i32
    %z = arith.maxsi %sum, %zero : i32
    wino.yield %z : i32
  }
  return
}

// -----

// Moduli above 256 compute in i32.

// CHECK-LABEL: func @wide
// CHECK: memref.alloca() {{.*}} : memref<4x3x4xi32>
// CHECK-NOT: sqrdmulh.v8i16
// CHECK: vector.store {{.*}} : memref<8x4x4x4xi16>
func.func @wide(%f: memref<3x3x4x4xi8>, %u: memref<8x4x4x4xi16>) {
  wino.filter_transform <F(2x2, 3x3)> numbers #wino.rns<[4001, 4331]> ins(%f : memref<3x3x4x4xi8>) outs(%u : memref<8x4x4x4xi16>)
  return
}
