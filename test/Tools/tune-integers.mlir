// Plans in other numbers are measured as well: those that the weights prove
// exact, and by request those that are not.

// RUN: rm -rf %t && mkdir -p %t
// RUN: wino-tune %s --database=%t/db.json --schedules=1 --plans=1 --algorithm=direct \
// RUN:   --algorithm="winograd-ring:F(4,3)" --algorithm="winograd-quantized:F(2,3)" \
// RUN:   --algorithm="winograd-rns:F(4,3)" 2>&1 | FileCheck %s
// CHECK: measured 4 plans, 0 were known, 0 failed, 0 are left
// RUN: FileCheck %s --check-prefix=JSON --input-file=%t/db.json
// JSON-DAG: numbers = #wino.ring
// JSON-DAG: numbers = #wino.rns
// JSON-DAG: numbers = #wino.quantized<input = <per_tap>, filter = <per_tap>>

// The same layer with weights that prove nothing: the time of the ring is of no
// use to it, and those of plans that are not exact need a budget.
// RUN: sed -e '/arith.constant dense/d' -e 's/(%x: tensor<1x10x10x256xi8>)/(%x: tensor<1x10x10x256xi8>, %f: tensor<3x3x256x32xi8> {wino.weight})/' %s > %t/unknown.mlir
// RUN: wino-opt %t/unknown.mlir --wino-search="cpu=host tuning=%t/db.json" \
// RUN:   --remarks-filter="wino.*" --remark-format=emitRemark 2>&1 | FileCheck %s --check-prefix=SEARCH
// SEARCH-DAG: Missed{{.*}}conv0: a plan that was measured is left out: the result may exceed the range of #wino.rns
// SEARCH-DAG: Missed{{.*}}conv0: a plan that was measured is left out: its result is not exact
// SEARCH-DAG: Passed{{.*}}conv0: {{.*}} ns, error 0,

func.func @layer(%x: tensor<1x10x10x256xi8>) -> tensor<1x8x8x32xi32> {
  %f = arith.constant dense<1> : tensor<3x3x256x32xi8>
  %zero = arith.constant 0 : i32
  %empty = tensor.empty() : tensor<1x8x8x32xi32>
  %init = linalg.fill ins(%zero : i32) outs(%empty : tensor<1x8x8x32xi32>) -> tensor<1x8x8x32xi32>
  %y = linalg.conv_2d_nhwc_hwcf ins(%x, %f : tensor<1x10x10x256xi8>, tensor<3x3x256x32xi8>) outs(%init : tensor<1x8x8x32xi32>) -> tensor<1x8x8x32xi32>
  return %y : tensor<1x8x8x32xi32>
}
