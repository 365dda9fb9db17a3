// Folds and canonicalizations of ops on residues, and what must stay.
// RUN: wino-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func @constants
func.func @constants() -> (i8, i8, i8, i8, i8, i8, i32, i32, i8) {
  // 123456 = -8 mod 253, -36 mod 251, -44 mod 247.
  // CHECK-DAG: %[[A:.*]] = arith.constant -8 : i8
  // CHECK-DAG: %[[B:.*]] = arith.constant -36 : i8
  // CHECK-DAG: %[[C:.*]] = arith.constant -44 : i8
  // CHECK-DAG: %[[SUM:.*]] = arith.constant 64 : i8
  // CHECK-DAG: %[[DIFFERENCE:.*]] = arith.constant -56 : i8
  // CHECK-DAG: %[[PRODUCT:.*]] = arith.constant 37 : i8
  // CHECK-DAG: %[[NUMBER:.*]] = arith.constant 123456 : i32
  // 123456 mod 239 = -107
  // CHECK-DAG: %[[EXTENDED:.*]] = arith.constant -107 : i8
  %r:3 = wino.rns.constant 123456 : i32 <[253, 251, 247]> : i8, i8, i8
  %c100 = arith.constant 100 : i8
  %cm92 = arith.constant -92 : i8
  // 100 - 36 = 64
  %s = wino.rns.add %r#1, %c100 modulo 251 : i8
  // 192 - 248 = -56
  %d = wino.rns.sub %c100, %cm92 modulo 248 : i8
  // -36 * -8 = 288 = 37 + 251
  %a = arith.constant -36 : i8
  %b = arith.constant -8 : i8
  %p = wino.rns.mul %a, %b modulo 251 : i8
  %y = wino.rns.reconstruct mixed_radix %r#0, %r#1, %r#2 <[253, 251, 247]>
    : i8, i8, i8 -> i32
  %z = wino.rns.reconstruct crt %r#0, %r#1, %r#2 <[253, 251, 247]>
    : i8, i8, i8 -> i32
  %e = wino.rns.extend_basis %r#0, %r#1, %r#2 <[253, 251, 247]> to <[239]>
    : i8, i8, i8 -> i8
  // CHECK: return %[[A]], %[[B]], %[[C]], %[[SUM]], %[[DIFFERENCE]], %[[PRODUCT]], %[[NUMBER]], %[[NUMBER]], %[[EXTENDED]]
  return %r#0, %r#1, %r#2, %s, %d, %p, %y, %z, %e
    : i8, i8, i8, i8, i8, i8, i32, i32, i8
}

// CHECK-LABEL: func @vectors_of_constants
func.func @vectors_of_constants() -> (vector<3xi8>, vector<4xi8>, vector<3xi32>) {
  // CHECK-DAG: arith.constant dense<[-1, 1, -2]> : vector<3xi8>
  // CHECK-DAG: arith.constant dense<-2> : vector<4xi8>
  // CHECK-DAG: arith.constant dense<[4, -4, 3]> : vector<3xi32>
  %r:2 = wino.rns.constant dense<[4, -4, 3]> : vector<3xi32> <[5, 7]>
    : vector<3xi8>, vector<3xi8>
  %s = arith.constant dense<13> : vector<4xi32>
  %t = wino.rns.reduce %s modulo 5 : vector<4xi32> -> vector<4xi8>
  %y = wino.rns.reconstruct crt %r#0, %r#1 <[5, 7]>
    : vector<3xi8>, vector<3xi8> -> vector<3xi32>
  return %r#0, %t, %y : vector<3xi8>, vector<4xi8>, vector<3xi32>
}

// A residue is reduced already, also for a larger modulus.
// CHECK-LABEL: func @reduce_residue
// CHECK-SAME: %[[X:.*]]: i32
func.func @reduce_residue(%x: i32) -> (i8, i8, i8) {
  // CHECK: %[[R:.*]] = wino.rns.reduce %[[X]] modulo 251
  %r = wino.rns.reduce %x modulo 251 : i32 -> i8
  %s = wino.rns.reduce %r modulo 251 : i8 -> i8
  %t = wino.rns.reduce %r modulo 253 : i8 -> i8
  // CHECK: %[[U:.*]] = wino.rns.reduce %[[R]] modulo 247
  %u = wino.rns.reduce %r modulo 247 : i8 -> i8
  // CHECK: return %[[R]], %[[R]], %[[U]]
  return %s, %t, %u : i8, i8, i8
}

// The residue of a residue modulo a multiple is that of the number.
// CHECK-LABEL: func @reduce_reduced
// CHECK-SAME: %[[X:.*]]: i32, %[[Y:.*]]: i8
func.func @reduce_reduced(%x: i32, %y: i8) -> (i8, i8, i8) {
  // CHECK: wino.rns.reduce %[[X]] modulo 11 : i32 -> i8
  %a = wino.rns.reduce %x modulo 253 : i32 -> i16
  %b = wino.rns.reduce %a modulo 11 : i16 -> i8
  // CHECK: wino.rns.reduce %[[Y]] modulo 11 : i8 -> i8
  %wide = arith.extsi %y : i8 to i32
  %c = wino.rns.reduce %wide modulo 11 : i32 -> i8
  // An unsigned number is another one.
  // CHECK: arith.extui
  %unsigned = arith.extui %y : i8 to i32
  %d = wino.rns.reduce %unsigned modulo 11 : i32 -> i8
  return %b, %c, %d : i8, i8, i8
}

// CHECK-LABEL: func @neutral
// CHECK-SAME: %[[X:.*]]: i8
func.func @neutral(%x: i8) -> (i8, i8, i8, i8, i8) {
  // CHECK-DAG: %[[ZERO:.*]] = arith.constant 0 : i8
  %zero = arith.constant 0 : i8
  %one = arith.constant 1 : i8
  // CHECK-DAG: %[[R:.*]] = wino.rns.reduce %[[X]] modulo 253
  %a = wino.rns.add %zero, %x modulo 253 : i8
  %b = wino.rns.sub %x, %zero modulo 253 : i8
  %c = wino.rns.mul %x, %one modulo 253 : i8
  %d = wino.rns.mul %x, %zero modulo 253 : i8
  %e = wino.rns.sub %x, %x modulo 253 : i8
  // CHECK: return {{.*}}, %[[ZERO]], %[[ZERO]]
  return %a, %b, %c, %d, %e : i8, i8, i8, i8, i8
}

// CHECK-LABEL: func @not_neutral
func.func @not_neutral(%x: i8) -> (i8, i8, i8) {
  %zero = arith.constant 0 : i8
  %one = arith.constant 1 : i8
  // CHECK: wino.rns.sub %{{.*}}, %{{.*}} modulo 253
  %a = wino.rns.sub %zero, %x modulo 253 : i8
  // CHECK: wino.rns.add %{{.*}}, %{{.*}} modulo 253
  %b = wino.rns.add %x, %one modulo 253 : i8
  // CHECK: wino.rns.mul %{{.*}}, %{{.*}} modulo 253
  %c = wino.rns.mul %x, %x modulo 253 : i8
  return %a, %b, %c : i8, i8, i8
}

// Operands need not be reduced.
// CHECK-LABEL: func @drop_reductions
// CHECK-SAME: %[[X:.*]]: i8, %[[Y:.*]]: i8
func.func @drop_reductions(%x: i8, %y: i8) -> (i8, i8) {
  %a = wino.rns.reduce %x modulo 253 : i8 -> i8
  %b = wino.rns.reduce %y modulo 253 : i8 -> i8
  // CHECK-DAG: wino.rns.add %[[X]], %[[Y]] modulo 253
  %s = wino.rns.add %a, %b modulo 253 : i8
  // Modulo another number they matter.
  // CHECK-DAG: %[[R:.*]] = wino.rns.reduce %[[X]]
  // CHECK: wino.rns.mul %[[R]], %[[R]]
  %t = wino.rns.mul %a, %a modulo 251 : i8
  return %s, %t : i8, i8
}

// Numbers that the system covers survive the way through residues.
// CHECK-LABEL: func @through_residues
// CHECK-SAME: %[[X:.*]]: i32, %[[Y:.*]]: i16
func.func @through_residues(%x: i32, %y: i16) -> (i32, i32) {
  // CHECK: %[[WIDE:.*]] = arith.extsi %[[Y]] : i16 to i32
  %r:3 = wino.rns.to_residues %y <[253, 251, 247]> : i16 -> i8, i8, i8
  %a = wino.rns.reconstruct crt %r#0, %r#1, %r#2 <[253, 251, 247]>
    : i8, i8, i8 -> i32
  // Others may be changed.
  // CHECK: %[[CHANGED:.*]] = wino.rns.reconstruct
  %s:3 = wino.rns.to_residues %x <[253, 251, 247]> : i32 -> i8, i8, i8
  %b = wino.rns.reconstruct crt %s#0, %s#1, %s#2 <[253, 251, 247]>
    : i8, i8, i8 -> i32
  // CHECK: return %[[WIDE]], %[[CHANGED]]
  return %a, %b : i32, i32
}

// The order of residues matters.
// CHECK-LABEL: func @swapped_residues
func.func @swapped_residues(%y: i8) -> i32 {
  %r:2 = wino.rns.to_residues %y <[253, 251]> : i8 -> i8, i8
  // CHECK: wino.rns.reconstruct
  %a = wino.rns.reconstruct crt %r#1, %r#0 <[253, 251]> : i8, i8 -> i32
  return %a : i32
}

// CHECK-LABEL: func @residues_of_reconstructed
// CHECK-SAME: %[[A:.*]]: i8, %[[B:.*]]: i8
func.func @residues_of_reconstructed(%a: i8, %b: i8) -> (i8, i8, i8, i8) {
  // CHECK-DAG: wino.rns.reduce %[[A]] modulo 253
  // CHECK-DAG: wino.rns.reduce %[[B]] modulo 251
  %y = wino.rns.reconstruct crt %a, %b <[253, 251]> : i8, i8 -> i32
  %r:2 = wino.rns.to_residues %y <[253, 251]> : i32 -> i8, i8
  // CHECK: wino.rns.to_residues %{{.*}} <[253, 247]>
  %s:2 = wino.rns.to_residues %y <[253, 247]> : i32 -> i8, i8
  return %r#0, %r#1, %s#0, %s#1 : i8, i8, i8, i8
}

// CHECK-LABEL: func @single_residue
func.func @single_residue(%x: i8) -> i32 {
  // CHECK: wino.rns.reduce %{{.*}} modulo 251 : i8 -> i32
  %y = wino.rns.reconstruct mixed_radix %x <[251]> : i8 -> i32
  return %y : i32
}

// A modulus that divides one of the system needs no extension.
// CHECK-LABEL: func @extend_to_known
// CHECK-SAME: %[[A:.*]]: i8, %[[B:.*]]: i8
func.func @extend_to_known(%a: i8, %b: i8) -> (i8, i8, i8) {
  // CHECK-DAG: %[[NEW:.*]]:3 = wino.rns.extend_basis
  // CHECK-DAG: %[[KNOWN:.*]] = wino.rns.reduce %[[B]] modulo 251
  // CHECK-DAG: %[[FACTOR:.*]] = wino.rns.reduce %[[A]] modulo 23
  %r:3 = wino.rns.extend_basis %a, %b <[253, 251]> to <[251, 239, 23]>
    : i8, i8 -> i8, i8, i8
  // CHECK: return %[[KNOWN]], %[[NEW]]#1, %[[FACTOR]]
  return %r#0, %r#1, %r#2 : i8, i8, i8
}
