// Tensors of any shape become loops first.
// RUN: not wino-opt %s --convert-wino-rns-to-arith 2>&1 \
// RUN:   | FileCheck %s --check-prefix=ERROR
// RUN: wino-opt %s --convert-elementwise-to-linalg --convert-wino-rns-to-arith \
// RUN:   | FileCheck %s

// ERROR: error: 'wino.rns.reduce' op expected a static shape, but got 'tensor<?xi32>'; tensors become loops by convert-elementwise-to-linalg

// CHECK-LABEL: func @f
func.func @f(%x: tensor<?xi32>) -> tensor<?xi8> {
  // CHECK: linalg.generic
  // CHECK: arith.remsi %{{.*}} : i32
  %r = wino.rns.reduce %x modulo 253 : tensor<?xi32> -> tensor<?xi8>
  return %r : tensor<?xi8>
}
