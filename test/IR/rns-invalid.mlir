// Each constraint of residue systems and of the ops on residues.
// RUN: wino-opt %s --split-input-file --verify-diagnostics

// C1 of #wino.rns
// expected-error@+1 {{expected 1 to 8 moduli, but got 9}}
func.func private @count() attributes {a = #wino.rns<[3, 5, 7, 11, 13, 17, 19, 23, 29]>}

// -----

// expected-error@+1 {{expected moduli in 2 .. 65536, but got 0}}
func.func private @zero() attributes {a = #wino.rns<[251, 0]>}

// -----

// expected-error@+1 {{expected moduli in 2 .. 65536, but got 1}}
func.func private @one() attributes {a = #wino.rns<[1]>}

// -----

// expected-error@+1 {{expected moduli in 2 .. 65536, but got -251}}
func.func private @negative() attributes {a = #wino.rns<[-251]>}

// -----

// expected-error@+1 {{expected moduli in 2 .. 65536, but got 65537}}
func.func private @large() attributes {a = #wino.rns<[65537]>}

// -----

// C2
// expected-error@+1 {{expected pairwise coprime moduli, but 253 and 231 are both multiples of 11}}
func.func private @coprime() attributes {a = #wino.rns<[253, 251, 231]>}

// -----

// C3
// expected-error@+1 {{expected no even modulus but the first, but got 256}}
func.func private @even() attributes {a = #wino.rns<[251, 256]>}

// -----

// C4
// expected-error@+1 {{expected the product of the moduli to be below 2^63}}
func.func private @product() attributes {a = #wino.rns<[65535, 65533, 65531, 65521]>}

// -----

func.func @constant_c1_count() {
  // expected-error@+1 {{expected 2 results, one per modulus, but got 1}}
  %r = wino.rns.constant 5 : i32 <[3, 5]> : i8
  return
}

// -----

func.func @constant_c1_shape() {
  // expected-error@+1 {{expected results of the shape of 'i32', but got 'vector<2xi8>'}}
  %r = wino.rns.constant 5 : i32 <[3]> : vector<2xi8>
  return
}

// -----

func.func @constant_c2() {
  // expected-error@+1 {{expected a type that holds the residues -128 .. 128 modulo 257, but got 'i8'}}
  %r = wino.rns.constant 5 : i32 <[257]> : i8
  return
}

// -----

func.func @constant_c3() {
  // expected-error@+1 {{expected integers of at most 64 bits, but got 'i65'}}
  %r = wino.rns.constant 5 : i65 <[3]> : i8
  return
}

// -----

func.func @constant_float() {
  // expected-error@+1 {{expected signless integers, but got 5.000000e-01 : f32}}
  %r = wino.rns.constant 0.5 : f32 <[3]> : i8
  return
}

// -----

func.func @to_residues_c1(%x: i32) {
  // expected-error@+1 {{expected 2 results, one per modulus, but got 3}}
  %r:3 = wino.rns.to_residues %x <[253, 251]> : i32 -> i8, i8, i8
  return
}

// -----

func.func @to_residues_c2(%x: i32) {
  // expected-error@+1 {{expected a type that holds the residues -2165 .. 2165 modulo 4331, but got 'i8'}}
  %r:2 = wino.rns.to_residues %x <[4001, 4331]> : i32 -> i16, i8
  return
}

// -----

func.func @to_residues_c3(%x: i128) {
  // expected-error@+1 {{expected integers of at most 64 bits, but got 'i128'}}
  %r = wino.rns.to_residues %x <[253]> : i128 -> i8
  return
}

// -----

func.func @reduce_c1(%x: i32) {
  // expected-error@+1 {{expected a type that holds the residues -126 .. 126 modulo 253, but got 'i7'}}
  %r = wino.rns.reduce %x modulo 253 : i32 -> i7
  return
}

// -----

func.func @reduce_c2(%x: i65) {
  // expected-error@+1 {{expected integers of at most 64 bits, but got 'i65'}}
  %r = wino.rns.reduce %x modulo 253 : i65 -> i8
  return
}

// -----

func.func @reduce_modulus(%x: i32) {
  // expected-error@+1 {{attribute 'modulus' failed to satisfy constraint}}
  %r = wino.rns.reduce %x modulo 1 : i32 -> i8
  return
}

// -----

func.func @reduce_shape(%x: vector<4xi32>) {
  // expected-error@+1 {{all non-scalar operands/results must have the same shape and base type}}
  %r = wino.rns.reduce %x modulo 253 : vector<4xi32> -> vector<8xi8>
  return
}

// -----

func.func @add_c1_residues(%x: i8) {
  // expected-error@+1 {{expected a type that holds the residues -128 .. 128 modulo 257, but got 'i8'}}
  %r = wino.rns.add %x, %x modulo 257 : i8
  return
}

// -----

func.func @mul_c1_width(%x: i64) {
  // expected-error@+1 {{expected integers of at most 32 bits, but got 'i64'}}
  %r = wino.rns.mul %x, %x modulo 257 : i64
  return
}

// -----

func.func @sub_c1_residues(%x: i4) {
  // expected-error@+1 {{expected a type that holds the residues -126 .. 126 modulo 253, but got 'i4'}}
  %r = wino.rns.sub %x, %x modulo 253 : i4
  return
}

// -----

func.func @extend_basis_c1_operands(%x: i8) {
  // expected-error@+1 {{expected 2 operands, one per modulus, but got 1}}
  %r = wino.rns.extend_basis %x <[3, 5]> to <[7]> : i8 -> i8
  return
}

// -----

func.func @extend_basis_c1_results(%x: i8) {
  // expected-error@+1 {{expected 1 results, one per modulus, but got 2}}
  %r:2 = wino.rns.extend_basis %x, %x <[3, 5]> to <[7]> : i8, i8 -> i8, i8
  return
}

// -----

func.func @extend_basis_c2(%x: i8) {
  // expected-error@+1 {{expected a type that holds the residues -128 .. 128 modulo 257, but got 'i8'}}
  %r = wino.rns.extend_basis %x, %x <[3, 5]> to <[257]> : i8, i8 -> i8
  return
}

// -----

func.func @extend_basis_c3(%x: i8, %y: i72) {
  // expected-error@+1 {{expected integers of at most 64 bits, but got 'i72'}}
  %r = wino.rns.extend_basis %x, %y <[3, 5]> to <[7]> : i8, i72 -> i8
  return
}

// -----

func.func @reconstruct_c1(%x: i8) {
  // expected-error@+1 {{expected 3 operands, one per modulus, but got 2}}
  %r = wino.rns.reconstruct crt %x, %x <[253, 251, 247]> : i8, i8 -> i32
  return
}

// -----

func.func @reconstruct_c2(%x: i8) {
  // expected-error@+1 {{expected a type that holds -7842620 .. 7842620, but got 'i16'}}
  %r = wino.rns.reconstruct crt %x, %x, %x <[253, 251, 247]> : i8, i8, i8 -> i16
  return
}

// -----

func.func @reconstruct_c3(%x: i8) {
  // expected-error@+1 {{expected integers of at most 64 bits, but got 'i128'}}
  %r = wino.rns.reconstruct crt %x, %x <[3, 5]> : i8, i8 -> i128
  return
}

// -----

func.func @reconstruct_method(%x: i8) {
  // expected-error@+1 {{expected string or keyword containing one of the following enum values for attribute 'method' [mixed_radix, crt]}}
  %r = wino.rns.reconstruct garner %x <[3]> : i8 -> i8
  return
}
