// Ops on residues print what they parse, in text and in bytecode.
// RUN: wino-opt %s | wino-opt | FileCheck %s
// RUN: wino-opt %s --emit-bytecode | wino-opt | FileCheck %s
// RUN: wino-opt %s --mlir-print-op-generic | wino-opt | FileCheck %s

// CHECK-LABEL: func private @attributes
// CHECK-SAME: rns = #wino.rns<[4001, 4331]>
func.func private @attributes() attributes {rns = #wino.rns<[4001, 4331]>}

// CHECK-LABEL: func @scalars
func.func @scalars(%x: i32) -> (i8, i8, i8) {
  // CHECK: %[[R:.*]]:3 = wino.rns.to_residues %{{.*}} <[253, 251, 247]> : i32 -> i8, i8, i8
  %r:3 = wino.rns.to_residues %x <[253, 251, 247]> : i32 -> i8, i8, i8
  // CHECK: wino.rns.constant -5 : i64 <[253, 251, 247]> : i8, i8, i8
  %c:3 = wino.rns.constant -5 : i64 <[253, 251, 247]> : i8, i8, i8
  // CHECK: wino.rns.add %[[R]]#0, %{{.*}} modulo 253 : i8
  %a = wino.rns.add %r#0, %c#0 modulo 253 : i8
  // CHECK: wino.rns.sub %[[R]]#1, %{{.*}} modulo 251 : i8
  %s = wino.rns.sub %r#1, %c#1 modulo 251 : i8
  // CHECK: wino.rns.mul %[[R]]#2, %{{.*}} modulo 247 : i8
  %m = wino.rns.mul %r#2, %c#2 modulo 247 : i8
  return %a, %s, %m : i8, i8, i8
}

// A system whose moduli need different types.
// CHECK-LABEL: func @vectors
func.func @vectors(%x: vector<4xi64>) -> vector<4xi32> {
  // CHECK: wino.rns.to_residues %{{.*}} <[256, 4001]> : vector<4xi64> -> vector<4xi8>, vector<4xi16>
  %r:2 = wino.rns.to_residues %x <[256, 4001]>
    : vector<4xi64> -> vector<4xi8>, vector<4xi16>
  // CHECK: wino.rns.reconstruct mixed_radix %{{.*}}, %{{.*}} <[256, 4001]> : vector<4xi8>, vector<4xi16> -> vector<4xi32>
  %y = wino.rns.reconstruct mixed_radix %r#0, %r#1 <[256, 4001]>
    : vector<4xi8>, vector<4xi16> -> vector<4xi32>
  // CHECK: wino.rns.reconstruct crt
  %z = wino.rns.reconstruct crt %r#0, %r#1 <[256, 4001]>
    : vector<4xi8>, vector<4xi16> -> vector<4xi32>
  %s = arith.addi %y, %z : vector<4xi32>
  return %s : vector<4xi32>
}

// CHECK-LABEL: func @tensors
func.func @tensors(%a: tensor<?x8xi16>, %b: tensor<?x8xi16>)
    -> (tensor<?x8xi8>, tensor<?x8xi16>) {
  // CHECK: wino.rns.reduce %{{.*}} modulo 239 : tensor<?x8xi16> -> tensor<?x8xi8>
  %r = wino.rns.reduce %a modulo 239 : tensor<?x8xi16> -> tensor<?x8xi8>
  // CHECK: wino.rns.extend_basis %{{.*}}, %{{.*}} <[4001, 4331]> to <[239, 4093]> : tensor<?x8xi16>, tensor<?x8xi16> -> tensor<?x8xi8>, tensor<?x8xi16>
  %e:2 = wino.rns.extend_basis %a, %b <[4001, 4331]> to <[239, 4093]>
    : tensor<?x8xi16>, tensor<?x8xi16> -> tensor<?x8xi8>, tensor<?x8xi16>
  return %e#0, %e#1 : tensor<?x8xi8>, tensor<?x8xi16>
}
