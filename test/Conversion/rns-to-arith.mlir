// Ops on residues become exact arithmetic of the narrowest width, with no more
// corrections than the ranges need.
// RUN: wino-opt %s --convert-wino-rns-to-arith | FileCheck %s

// A byte is at most 2 beyond the residues modulo 253: no remainder is taken.
// CHECK-LABEL: func @reduce_byte
// CHECK-SAME: %[[X:.*]]: i8
func.func @reduce_byte(%x: i8) -> i8 {
  // CHECK-DAG: %[[WIDE:.*]] = arith.extsi %[[X]] : i8 to i16
  // CHECK: arith.cmpi sgt
  // CHECK: arith.select
  // CHECK: arith.cmpi slt
  // CHECK: arith.select
  // CHECK-NOT: arith.remsi
  // CHECK: arith.trunci %{{.*}} : i16 to i8
  %r = wino.rns.reduce %x modulo 253 : i8 -> i8
  return %r : i8
}

// CHECK-LABEL: func @reduce_word
func.func @reduce_word(%x: vector<4xi32>) -> vector<4xi8> {
  // CHECK: arith.remsi %{{.*}} : vector<4xi32>
  // CHECK: arith.select
  // CHECK: arith.select
  // CHECK: arith.trunci %{{.*}} : vector<4xi16> to vector<4xi8>
  %r = wino.rns.reduce %x modulo 253 : vector<4xi32> -> vector<4xi8>
  return %r : vector<4xi8>
}

// The range of a residue, or one that is known otherwise, is used.
// CHECK-LABEL: func @known_ranges
func.func @known_ranges(%x: i32) -> (i16, i16, i8) {
  // CHECK: arith.remsi
  // CHECK: arith.select
  // CHECK: arith.select
  %r = wino.rns.reduce %x modulo 251 : i32 -> i8
  // CHECK-NOT: arith.select
  // CHECK: arith.extsi %{{.*}} : i8 to i16
  %s = wino.rns.reduce %r modulo 253 : i8 -> i16
  %c15 = arith.constant 15 : i32
  // CHECK: arith.andi
  %low = arith.andi %x, %c15 : i32
  // CHECK-NOT: arith.select
  // CHECK: arith.trunci %{{.*}} : i32 to i16
  %t = wino.rns.reduce %low modulo 253 : i32 -> i16
  // Not negative: one correction, after a remainder.
  // CHECK: arith.remsi
  // CHECK: arith.select
  // CHECK-NOT: arith.select
  // CHECK: return
  %u = wino.rns.reduce %low modulo 5 : i32 -> i8
  return %s, %t, %u : i16, i16, i8
}

// CHECK-LABEL: func @widths
func.func @widths(%a: vector<8xi8>, %b: vector<8xi8>, %c: vector<8xi16>)
    -> (vector<8xi8>, vector<8xi8>, vector<8xi16>) {
  // CHECK: arith.addi %{{.*}} : vector<8xi16>
  %s = wino.rns.add %a, %b modulo 253 : vector<8xi8>
  // CHECK: arith.muli %{{.*}} : vector<8xi16>
  // CHECK: arith.remsi %{{.*}} : vector<8xi16>
  %p = wino.rns.mul %a, %b modulo 253 : vector<8xi8>
  // CHECK: arith.muli %{{.*}} : vector<8xi32>
  // CHECK: arith.remsi %{{.*}} : vector<8xi32>
  %q = wino.rns.mul %c, %c modulo 4331 : vector<8xi16>
  return %s, %p, %q : vector<8xi8>, vector<8xi8>, vector<8xi16>
}

// The digits of three moduli of 8 bits need products of 16 bits only, and the
// number 32.
// CHECK-LABEL: func @mixed_radix
func.func @mixed_radix(%x: vector<4xi32>) -> vector<4xi32> {
  %r:3 = wino.rns.to_residues %x <[253, 251, 247]>
    : vector<4xi32> -> vector<4xi8>, vector<4xi8>, vector<4xi8>
  // CHECK-COUNT-3: arith.remsi %{{.*}} : vector<4xi32>
  // CHECK-COUNT-3: arith.remsi %{{.*}} : vector<4xi16>
  // CHECK-NOT: arith.remsi
  // CHECK-NOT: vector<4xi64>
  // CHECK: return %{{.*}} : vector<4xi32>
  %y = wino.rns.reconstruct mixed_radix %r#0, %r#1, %r#2 <[253, 251, 247]>
    : vector<4xi8>, vector<4xi8>, vector<4xi8> -> vector<4xi32>
  return %y : vector<4xi32>
}

// CHECK-LABEL: func @constant
func.func @constant() -> (tensor<2xi8>, tensor<2xi8>) {
  // CHECK: arith.constant dense<[-1, 1]> : tensor<2xi8>
  // CHECK: arith.constant dense<[-3, 3]> : tensor<2xi8>
  %r:2 = wino.rns.constant dense<[4, -4]> : tensor<2xi32> <[5, 7]>
    : tensor<2xi8>, tensor<2xi8>
  return %r#0, %r#1 : tensor<2xi8>, tensor<2xi8>
}
