// RUN: wino-opt %s --wino-hoist-prepare --split-input-file | FileCheck %s
// RUN: wino-opt %s --wino-hoist-prepare --wino-hoist-prepare --split-input-file \
// RUN:   | FileCheck %s
// RUN: wino-opt %s --wino-hoist-prepare --split-input-file -o /dev/null \
// RUN:   --remarks-filter="wino.*" --remark-format=emitRemark 2>&1 \
// RUN:   | FileCheck %s --check-prefix=REMARK

// Filter transforms move, although their results are larger than the filter,
// equal ones become one. The bias is passed on. The transform of the image stays.
// REMARK: [Passed] HoistPrepare | Category:wino | Function=winograd | Remark="moved 2 op(s) on 2 weight(s) to @winograd_prepare, which returns 2 packed tensor(s)"
// CHECK-LABEL: func.func @winograd(
// CHECK-SAME:    %[[X:[a-z0-9]*]]: tensor<1x6x6x4xf32>,
// CHECK-SAME:    %[[U:[a-z0-9]*]]: tensor<6x6x4x8xf32> {bufferization.writable = false, wino.packed = 0 : i64},
// CHECK-SAME:    %[[B:[a-z0-9]*]]: tensor<8xf32> {bufferization.writable = false, wino.name = "b", wino.packed = 1 : i64})
// CHECK-SAME:    -> (tensor<6x6x1x1x1x8xf32>, tensor<6x6x1x1x1x8xf32>, tensor<8xf32>)
// CHECK-SAME:    attributes {wino.prepare = @winograd_prepare}
// CHECK-NOT:     wino.filter_transform
// CHECK:         %[[V:.*]] = wino.input_transform
// CHECK:         %[[M:.*]] = wino.hadamard ins(%[[V]], %[[U]] :
// CHECK:         %[[M2:.*]] = wino.hadamard ins(%[[V]], %[[U]] :
// CHECK:         return %[[M]], %[[M2]], %[[B]]
//
// CHECK-LABEL: func.func @winograd_prepare(
// CHECK-SAME:    %[[W:.*]]: tensor<3x3x4x8xf32> {bufferization.writable = false, wino.weight},
// CHECK-SAME:    %[[RAW:.*]]: tensor<8xf32> {bufferization.writable = false, wino.name = "b", wino.weight})
// CHECK-SAME:    -> (tensor<6x6x4x8xf32> {wino.packed = 0 : i64}, tensor<8xf32> {wino.packed = 1 : i64})
// CHECK-NEXT:    %[[E:.*]] = tensor.empty()
// CHECK-NEXT:    %[[R:.*]] = wino.filter_transform <F(4x4, 3x3)> ins(%[[W]] : {{.*}}) outs(%[[E]] :
// CHECK-NEXT:    return %[[R]], %[[RAW]] :
func.func @winograd(%w: tensor<3x3x4x8xf32> {wino.weight}, %x: tensor<1x6x6x4xf32>,
                    %b: tensor<8xf32> {wino.weight, wino.name = "b"})
    -> (tensor<6x6x1x1x1x8xf32>, tensor<6x6x1x1x1x8xf32>, tensor<8xf32>) {
  %ev = tensor.empty() : tensor<6x6x1x1x1x4xf32>
  %v = wino.input_transform <F(4x4, 3x3)> pad [0, 0, 0, 0]
    ins(%x : tensor<1x6x6x4xf32>)
    outs(%ev : tensor<6x6x1x1x1x4xf32>) -> tensor<6x6x1x1x1x4xf32>
  %e = tensor.empty() : tensor<6x6x4x8xf32>
  %u = wino.filter_transform <F(4x4, 3x3)> ins(%w : tensor<3x3x4x8xf32>)
    outs(%e : tensor<6x6x4x8xf32>) -> tensor<6x6x4x8xf32>
  %e2 = tensor.empty() : tensor<6x6x4x8xf32>
  %u2 = wino.filter_transform <F(4x4, 3x3)> ins(%w : tensor<3x3x4x8xf32>)
    outs(%e2 : tensor<6x6x4x8xf32>) -> tensor<6x6x4x8xf32>
  %em = tensor.empty() : tensor<6x6x1x1x1x8xf32>
  %m = wino.hadamard ins(%v, %u : tensor<6x6x1x1x1x4xf32>, tensor<6x6x4x8xf32>)
    outs(%em : tensor<6x6x1x1x1x8xf32>) -> tensor<6x6x1x1x1x8xf32>
  %m2 = wino.hadamard ins(%v, %u2 : tensor<6x6x1x1x1x4xf32>, tensor<6x6x4x8xf32>)
    outs(%em : tensor<6x6x1x1x1x8xf32>) -> tensor<6x6x1x1x1x8xf32>
  return %m, %m2, %b
    : tensor<6x6x1x1x1x8xf32>, tensor<6x6x1x1x1x8xf32>, tensor<8xf32>
}

// -----

// Packing moves; the transform of the packed filter happens where it is used.
// CHECK-LABEL: func.func @on_the_fly(
// CHECK-SAME:    %[[G:[a-z0-9]*]]: tensor<1x3x3x1x4x8xf32> {bufferization.writable = false, wino.packed = 0 : i64})
// CHECK:         %[[U:.*]] = wino.filter_transform <F(4x4, 3x3)> ins(%[[G]]
// CHECK:         return %[[U]]
// CHECK-LABEL: func.func @on_the_fly_prepare(
// CHECK:         wino.filter_transform <F(1x1, 3x3)
// CHECK-NOT:     wino.filter_transform
#kept = #wino.transform<F(1x1, 3x3), matrices = {AT = [[1, 1, 1]], G = [[1, 0, 0], [0, 1, 0], [0, 0, 1]], BT = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]}>
func.func @on_the_fly(%w: tensor<3x3x4x8xf32> {wino.weight}) -> tensor<1x6x6x1x4x8xf32> {
  %eg = tensor.empty() : tensor<1x3x3x1x4x8xf32>
  %g = wino.filter_transform #kept ins(%w : tensor<3x3x4x8xf32>)
    outs(%eg : tensor<1x3x3x1x4x8xf32>) -> tensor<1x3x3x1x4x8xf32>
  %eu = tensor.empty() : tensor<1x6x6x1x4x8xf32>
  %u = wino.filter_transform <F(4x4, 3x3)> ins(%g : tensor<1x3x3x1x4x8xf32>)
    outs(%eu : tensor<1x6x6x1x4x8xf32>) -> tensor<1x6x6x1x4x8xf32>
  return %u : tensor<1x6x6x1x4x8xf32>
}

// -----

// A large constant becomes a weight, two equal ones the same; a small one, and a
// splat that only initializes, stay.
// CHECK-LABEL: func.func @constants(
// CHECK-SAME:    %[[X:[a-z0-9]*]]: tensor<16x16xf32>,
// CHECK-SAME:    %[[T:[a-z0-9]*]]: tensor<16x16xf32> {{{.*}}wino.packed = 0 : i64})
// CHECK-DAG:     %[[SMALL:.*]] = arith.constant dense<3.0{{.*}}> : tensor<16xf32>
// CHECK-DAG:     %[[INIT:.*]] = arith.constant dense<0.0{{.*}}> : tensor<16x16xf32>
// CHECK:         linalg.matmul ins(%[[X]], %[[T]] : {{.*}}) outs(%[[INIT]] :
// CHECK:         linalg.matmul ins(%{{.*}}, %[[T]] : {{.*}}) outs(%[[INIT]] :
// CHECK:         return %{{.*}}, %[[SMALL]] :
//
// CHECK-LABEL: func.func @constants_prepare(
// CHECK-SAME:    %[[W:.*]]: tensor<16x16xf32> {bufferization.writable = false, wino.weight = dense<2.0{{.*}}> : tensor<16x16xf32>})
// CHECK:         %[[R:.*]] = linalg.transpose ins(%[[W]] :
// CHECK:         return %[[R]] :
func.func @constants(%x: tensor<16x16xf32>) -> (tensor<16x16xf32>, tensor<16xf32>) {
  %w = arith.constant dense<2.0> : tensor<16x16xf32>
  %w2 = arith.constant dense<2.0> : tensor<16x16xf32>
  %zero = arith.constant dense<0.0> : tensor<16x16xf32>
  %small = arith.constant dense<3.0> : tensor<16xf32>
  %e = tensor.empty() : tensor<16x16xf32>
  %t = linalg.transpose ins(%w : tensor<16x16xf32>) outs(%e : tensor<16x16xf32>)
    permutation = [1, 0]
  %t2 = linalg.transpose ins(%w2 : tensor<16x16xf32>) outs(%e : tensor<16x16xf32>)
    permutation = [1, 0]
  %a = linalg.matmul ins(%x, %t : tensor<16x16xf32>, tensor<16x16xf32>)
    outs(%zero : tensor<16x16xf32>) -> tensor<16x16xf32>
  %b = linalg.matmul ins(%a, %t2 : tensor<16x16xf32>, tensor<16x16xf32>)
    outs(%zero : tensor<16x16xf32>) -> tensor<16x16xf32>
  return %b, %small : tensor<16x16xf32>, tensor<16xf32>
}

// -----

// The broadcast of the bias is 64 times as large as the bias: it stays, with what
// it fills. What comes before it moves.
// CHECK-LABEL: func.func @growth(
// CHECK-SAME:    %[[X:[a-z0-9]*]]: tensor<64x8xf32>,
// CHECK-SAME:    %[[S:[a-z0-9]*]]: tensor<8xf32> {{{.*}}wino.packed = 0 : i64})
// CHECK:         %[[E:.*]] = tensor.empty() : tensor<64x8xf32>
// CHECK:         %[[BB:.*]] = linalg.broadcast ins(%[[S]] : tensor<8xf32>) outs(%[[E]] :
// CHECK:         linalg.add ins(%[[X]], %[[BB]] :
// CHECK-LABEL: func.func @growth_prepare(
// CHECK:         linalg.exp
// CHECK-NOT:     linalg.broadcast
func.func @growth(%x: tensor<64x8xf32>, %b: tensor<8xf32> {wino.weight})
    -> tensor<64x8xf32> {
  %e8 = tensor.empty() : tensor<8xf32>
  %s = linalg.exp ins(%b : tensor<8xf32>) outs(%e8 : tensor<8xf32>) -> tensor<8xf32>
  %e = tensor.empty() : tensor<64x8xf32>
  %bb = linalg.broadcast ins(%s : tensor<8xf32>) outs(%e : tensor<64x8xf32>)
    dimensions = [0]
  %y = linalg.add ins(%x, %bb : tensor<64x8xf32>, tensor<64x8xf32>)
    outs(%e : tensor<64x8xf32>) -> tensor<64x8xf32>
  return %y : tensor<64x8xf32>
}

// -----

// Inside of the prepare function values may grow, if what is read is small.
// CHECK-LABEL: func.func @growth_inside(
// CHECK-SAME:    tensor<8xf32> {{{.*}}wino.packed = 0 : i64})
// CHECK-NOT:     linalg.
// CHECK:         return
// CHECK-LABEL: func.func @growth_inside_prepare(
// CHECK:         linalg.broadcast
// CHECK:         linalg.reduce
func.func @growth_inside(%b: tensor<8xf32> {wino.weight}) -> tensor<8xf32> {
  %e = tensor.empty() : tensor<64x8xf32>
  %bb = linalg.broadcast ins(%b : tensor<8xf32>) outs(%e : tensor<64x8xf32>)
    dimensions = [0]
  %sum = linalg.reduce { arith.addf } ins(%bb : tensor<64x8xf32>)
    outs(%b : tensor<8xf32>) dimensions = [0]
  return %sum : tensor<8xf32>
}

// -----

// A scalar cannot be passed: it is computed from the tensor. Neither can a tensor
// of dynamic shape, and a region that reads the weight is a use of it.
// CHECK-LABEL: func.func @not_a_static_tensor(
// CHECK-SAME:    %[[X:[a-z0-9]*]]: tensor<?xf32>, %[[I:[a-z0-9]*]]: index,
// CHECK-SAME:    %[[B:[a-z0-9]*]]: tensor<8xf32> {{{.*}}wino.packed = 0 : i64})
// CHECK:         %[[C:.*]] = tensor.extract %[[B]]
// CHECK:         tensor.cast %[[B]]
// CHECK:         scf.for
// CHECK:           tensor.extract %[[B]]
func.func @not_a_static_tensor(%x: tensor<?xf32>, %i: index,
                               %b: tensor<8xf32> {wino.weight})
    -> (f32, tensor<?xf32>, f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %z = arith.constant 0.0 : f32
  %c = tensor.extract %b[%c0] : tensor<8xf32>
  %cast = tensor.cast %b : tensor<8xf32> to tensor<?xf32>
  %s = scf.for %j = %c0 to %i step %c1 iter_args(%a = %z) -> f32 {
    %v = tensor.extract %b[%j] : tensor<8xf32>
    %n = arith.addf %a, %v : f32
    scf.yield %n : f32
  }
  return %c, %cast, %s : f32, tensor<?xf32>, f32
}

// -----

// Ops with side effects, and what depends on them, stay.
// CHECK-LABEL: func.func @effects(
// CHECK-SAME:    %[[B:[a-z0-9]*]]: tensor<8xf32> {{{.*}}wino.packed = 0 : i64})
// CHECK:         %[[R:.*]] = call @effect(%[[B]])
// CHECK:         linalg.exp ins(%[[R]] :
// CHECK-LABEL: func.func @effects_prepare(
// CHECK-NEXT:    return
func.func private @effect(tensor<8xf32>) -> tensor<8xf32>
func.func @effects(%b: tensor<8xf32> {wino.weight}) -> tensor<8xf32> {
  %e = tensor.empty() : tensor<8xf32>
  %r = call @effect(%b) : (tensor<8xf32>) -> tensor<8xf32>
  %s = linalg.exp ins(%r : tensor<8xf32>) outs(%e : tensor<8xf32>) -> tensor<8xf32>
  return %s : tensor<8xf32>
}

// -----

// A weight nobody reads vanishes from the function, not from its prepare
// function, whose arguments are all weights.
// CHECK-LABEL: func.func @unused(
// CHECK-SAME:    %{{[a-z0-9]*}}: tensor<8xf32>) -> tensor<8xf32> attributes {wino.prepare
// CHECK-LABEL: func.func @unused_prepare(
// CHECK-SAME:    tensor<9xf32> {bufferization.writable = false, wino.weight}) {
func.func @unused(%b: tensor<9xf32> {wino.weight}, %x: tensor<8xf32>) -> tensor<8xf32> {
  return %x : tensor<8xf32>
}

// -----

// Without weights there is nothing to prepare.
// CHECK-LABEL: func.func @no_weights(
// CHECK-NOT:     wino.prepare
// CHECK-NOT:   func.func @no_weights_prepare
func.func @no_weights(%x: tensor<8xf32>) -> tensor<8xf32> {
  %e = tensor.empty() : tensor<8xf32>
  %r = linalg.exp ins(%x : tensor<8xf32>) outs(%e : tensor<8xf32>) -> tensor<8xf32>
  return %r : tensor<8xf32>
}

// -----

// A weight of dynamic shape stays an argument.
// CHECK-LABEL: func.func @dynamic_weight(
// CHECK-SAME:    tensor<?xf32> {wino.weight}) -> tensor<?xf32> {
// CHECK-NOT:   func.func @dynamic_weight_prepare
func.func @dynamic_weight(%b: tensor<?xf32> {wino.weight}) -> tensor<?xf32> {
  return %b : tensor<?xf32>
}

// -----

// REMARK: [Missed] HoistPrepare | Category:wino | Function=several_blocks | Reason="the function has several blocks"
// CHECK-LABEL: func.func @several_blocks(
// CHECK-SAME:    tensor<8xf32> {wino.weight}) -> tensor<8xf32> {
func.func @several_blocks(%b: tensor<8xf32> {wino.weight}) -> tensor<8xf32> {
  cf.br ^next
^next:
  return %b : tensor<8xf32>
}

// -----

// REMARK: [Missed] HoistPrepare | Category:wino | Function=called | Reason="the function is used in the module, and its signature would change"
// CHECK-LABEL: func.func @called(
// CHECK-SAME:    tensor<8xf32> {wino.weight}) -> tensor<8xf32> {
func.func @called(%b: tensor<8xf32> {wino.weight}) -> tensor<8xf32> {
  return %b : tensor<8xf32>
}
func.func @caller(%b: tensor<8xf32>) -> tensor<8xf32> {
  %r = call @called(%b) : (tensor<8xf32>) -> tensor<8xf32>
  return %r : tensor<8xf32>
}

// -----

// REMARK: [Missed] HoistPrepare | Category:wino | Function=taken | Reason="the name of its prepare function is taken"
// CHECK-LABEL: func.func @taken(
// CHECK-SAME:    tensor<8xf32> {wino.weight}) -> tensor<8xf32> {
func.func @taken(%b: tensor<8xf32> {wino.weight}) -> tensor<8xf32> {
  return %b : tensor<8xf32>
}
func.func private @taken_prepare()
