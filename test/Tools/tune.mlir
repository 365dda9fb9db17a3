// wino-tune measures plans of each convolution into a database, which the search
// reads, and measures nothing twice.

// RUN: rm -rf %t && mkdir -p %t
// RUN: wino-tune %s --database=%t/db.json --algorithm=direct \
// RUN:   --algorithm="winograd:F(2,3)" --schedules=1 --plans=1 2> %t/log \
// RUN:   | FileCheck %s --check-prefix=FIRST
// RUN: FileCheck %s --check-prefix=LOG --input-file=%t/log
// RUN: FileCheck %s --check-prefix=JSON --input-file=%t/db.json
// RUN: wino-tune %s --database=%t/db.json --algorithm=direct \
// RUN:   --algorithm="winograd:F(2,3)" --schedules=1 --plans=1 2>&1 \
// RUN:   | FileCheck %s --check-prefix=AGAIN
// What the system's database has is not measured either, nor copied.
// RUN: wino-tune %s --database=%t/user.json --system=%t/db.json \
// RUN:   --algorithm=direct --algorithm="winograd:F(2,3)" --schedules=1 --plans=1 \
// RUN:   2>&1 | FileCheck %s --check-prefix=AGAIN
// RUN: FileCheck %s --check-prefix=EMPTY --input-file=%t/user.json
// RUN: wino-tune %s --database=%t/one.json --layers=pointwise --algorithm=direct \
// RUN:   --schedules=2 --plans=2 2>&1 | FileCheck %s --check-prefix=LAYER
// More threads are another key.
// RUN: wino-opt %s --wino-search="cpu=host tuning=%t/db.json" \
// RUN:   --remarks-filter="wino.*" --remark-format=emitRemark 2>&1 \
// RUN:   | FileCheck %s --check-prefix=SEARCH
// A budget that is used up leaves all for another run.
// RUN: wino-tune %s --database=%t/budget.json --budget=1e-9 2>&1 \
// RUN:   | FileCheck %s --check-prefix=BUDGET
// The plans for another CPU can be listed.
// RUN: wino-tune %s --cpu=cortex-a73 --list=%t/list.csv --algorithm=direct
// RUN: FileCheck %s --check-prefix=LIST --input-file=%t/list.csv

// LOG: wino-tune: layer 1 of 2 'wide', plan 1 of 2: {{.*}}; best none yet
// LOG: wino-tune: layer 2 of 2 'pointwise', plan 1 of 1: direct; best none yet; {{.*}} left
// LOG: wino-tune: layer 1 of 2 'wide', plan 2 of 2: {{.*}}; best {{.*}} ms by {{.*}}; {{.*}} left
// FIRST: wide: {{[0-9.]+}} ms by {{direct|winograd-float F\(2x2, 3x3\)}}
// FIRST: pointwise: {{[0-9.]+}} ms by direct
// FIRST: measured 3 plans, 0 were known, 0 failed, 0 are left
// JSON: "wino_version":
// JSON: "cpu": "host:
// JSON: "layer": "1x18x18x16 nhwc, 1x1x16x16 hwcf, 1x18x18x16 nhwf, pad 0,0,0,0, stride 1x1, dilation 1x1, f32,f32,f32"
// JSON: "plan": "#wino.plan<algorithm = direct
// JSON: "ns":
// AGAIN-NOT: layer 1 of 2
// AGAIN: measured 0 plans, 3 were known, 0 failed, 0 are left
// EMPTY: "entries": []
// LAYER: layer 1 of 1 'pointwise', plan 1 of 2: direct
// LAYER: measured 2 plans
// SEARCH: wide: {{.*}} ns, error
// SEARCH: pointwise: direct, {{.*}} ns, error
// BUDGET: measured 0 plans, 0 were known, 0 failed, {{[1-9][0-9]*}} are left
// LIST: wino_version,cpu,threads,name,key,plan,predicted_cycles,ns
// LIST: {{.*}},cortex-a73,1,wide,"1x20x20x16 nhwc, {{.*}}","#wino.plan<algorithm = direct, {{.*}}",{{[0-9.e+]+}},

// RUN: not wino-tune %s --database=%t/db.json --layers=deep 2>&1 \
// RUN:   | FileCheck %s --check-prefix=NAME
// NAME: error: no convolution is called 'deep'
// RUN: not wino-tune %s --database=%t/db.json --algorithm=fft 2>&1 \
// RUN:   | FileCheck %s --check-prefix=ALGORITHM
// ALGORITHM: error: unknown algorithm 'fft'; known are
// RUN: not wino-tune %s --database=%t/db.json --cpu=cortex-a73 2>&1 \
// RUN:   | FileCheck %s --check-prefix=CPU
// CPU: error: this machine can measure the CPU 'host' only, but not 'cortex-a73'
// RUN: not wino-tune %s --cpu=cortex-a73b --list=- 2>&1 \
// RUN:   | FileCheck %s --check-prefix=UNKNOWN
// UNKNOWN: error: unknown CPU 'cortex-a73b'; known are
// RUN: not wino-tune %s --database=%t/none/db.json 2>&1 \
// RUN:   | FileCheck %s --check-prefix=WRITE
// WRITE: error: {{.*}}No such file or directory
// RUN: not wino-tune %s 2>&1 | FileCheck %s --check-prefix=DATABASE
// DATABASE: error: expected --database=FILE
// RUN: not wino-tune --database=%t/db.json 2>&1 | FileCheck %s --check-prefix=MODEL
// MODEL: error: expected a model to tune, or --import
// RUN: sed 's/"wino_version": "[^"]*"/"wino_version": "0.0.1"/' %t/db.json > %t/stale.json
// RUN: not wino-tune %s --database=%t/stale.json 2>&1 \
// RUN:   | FileCheck %s --check-prefix=STALE
// STALE: error: {{.*}}stale.json: wino_version: the measurements are of Wino 0.0.1, and this is {{.*}}: measure again

func.func @f(%x: tensor<1x18x18x16xf32>) -> tensor<1x16x16x16xf32> {
  %w = arith.constant dense<0.125> : tensor<3x3x16x16xf32>
  %v = arith.constant dense<0.25> : tensor<1x1x16x16xf32>
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<1x18x18x16xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x18x18x16xf32>) -> tensor<1x18x18x16xf32>
  %padded = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%n: index, %h: index, %width: index, %c: index):
    tensor.yield %zero : f32
  } : tensor<1x18x18x16xf32> to tensor<1x20x20x16xf32>
  %a = linalg.conv_2d_nhwc_hwcf ins(%padded, %w : tensor<1x20x20x16xf32>, tensor<3x3x16x16xf32>)
    outs(%init : tensor<1x18x18x16xf32>) -> tensor<1x18x18x16xf32> loc("wide")
  %b = linalg.conv_2d_nhwc_hwcf ins(%a, %v : tensor<1x18x18x16xf32>, tensor<1x1x16x16xf32>)
    outs(%init : tensor<1x18x18x16xf32>) -> tensor<1x18x18x16xf32> loc("pointwise")
  // The same layer as "wide" is measured once.
  %c = tensor.pad %b low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%n: index, %h: index, %width: index, %channel: index):
    tensor.yield %zero : f32
  } : tensor<1x18x18x16xf32> to tensor<1x20x20x16xf32>
  %d = linalg.conv_2d_nhwc_hwcf ins(%c, %w : tensor<1x20x20x16xf32>, tensor<3x3x16x16xf32>)
    outs(%init : tensor<1x18x18x16xf32>) -> tensor<1x18x18x16xf32> loc("again")
  %e = tensor.extract_slice %d[0, 0, 0, 0] [1, 16, 16, 16] [1, 1, 1, 1]
    : tensor<1x18x18x16xf32> to tensor<1x16x16x16xf32>
  return %e : tensor<1x16x16x16xf32>
}
