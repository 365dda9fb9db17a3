// RUN: wino-opt %s --wino-hoist-prepare="min-constant-bytes=32 max-growth=100" \
// RUN:   | FileCheck %s --check-prefixes=CHECK,LOW
// RUN: wino-opt %s --wino-hoist-prepare="min-constant-bytes=33" \
// RUN:   | FileCheck %s --check-prefixes=CHECK,HIGH

// The constant has 32 bytes, its broadcast 64 times as many.
// CHECK-LABEL: func.func @f(
// LOW-SAME:      tensor<64x8xf32>, %[[BB:.*]]: tensor<64x8xf32> {{{.*}}wino.packed = 0 : i64})
// LOW:           linalg.add ins(%{{.*}}, %[[BB]] :
// LOW-LABEL:   func.func @f_prepare(
// LOW:           linalg.broadcast
// HIGH-SAME:     %{{[a-z0-9]*}}: tensor<64x8xf32>) -> tensor<64x8xf32> {
// HIGH:          arith.constant dense<1.0{{.*}}> : tensor<8xf32>
// HIGH:          linalg.broadcast
// HIGH-NOT:    func.func @f_prepare
func.func @f(%x: tensor<64x8xf32>) -> tensor<64x8xf32> {
  %b = arith.constant dense<1.0> : tensor<8xf32>
  %e = tensor.empty() : tensor<64x8xf32>
  %bb = linalg.broadcast ins(%b : tensor<8xf32>) outs(%e : tensor<64x8xf32>)
    dimensions = [0]
  %y = linalg.add ins(%x, %bb : tensor<64x8xf32>, tensor<64x8xf32>)
    outs(%e : tensor<64x8xf32>) -> tensor<64x8xf32>
  return %y : tensor<64x8xf32>
}
