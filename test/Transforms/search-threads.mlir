// Threads share rows, and nothing where there is one of a kind; measured times
// are those of as many threads.

// RUN: wino-opt %s --wino-search="cpu=cortex-a73 algorithms=direct" --remarks-filter="wino.*" --remark-format=emitRemark 2>%t.1 >/dev/null
// RUN: wino-opt %s --wino-search="cpu=cortex-a73 algorithms=direct threads=2" --remarks-filter="wino.*" --remark-format=emitRemark 2>%t.2 >/dev/null
// RUN: wino-opt %s --wino-search="cpu=cortex-a73 algorithms=direct threads=4" --remarks-filter="wino.*" --remark-format=emitRemark 2>%t.4 >/dev/null
// RUN: wino-opt %s --wino-search="cpu=cortex-a73 algorithms=loops threads=4" --remarks-filter="wino.*" --remark-format=emitRemark 2>%t.loops >/dev/null
// RUN: wino-opt %s --wino-search="cpu=cortex-a73 algorithms=loops" --remarks-filter="wino.*" --remark-format=emitRemark 2>%t.loops1 >/dev/null
// RUN: cmp %t.loops %t.loops1
// RUN: %python %S/Inputs/threads.py %t.1 %t.2 %t.4

// RUN: wino-tune %s --cpu=cortex-a73 --threads=2 --algorithm=direct --list=%t.csv --schedules=1 --plans=1
// RUN: %python %S/Inputs/scale_times.py %t.csv direct=1 > %t.times.csv
// RUN: rm -f %t.json
// RUN: wino-tune --import=%t.times.csv --database=%t.json
// RUN: FileCheck %s --check-prefix=KEY --input-file=%t.json
// RUN: wino-opt %s --wino-search="cpu=cortex-a73 tuning=%t.json threads=2" --remarks-filter="wino.*" --remark-format=emitRemark 2>&1 | FileCheck %s --check-prefix=TWO
// RUN: wino-opt %s --wino-search="cpu=cortex-a73 tuning=%t.json" --remarks-filter="wino.*" --remark-format=emitRemark 2>&1 | FileCheck %s --check-prefix=ONE

// KEY: "cpu": "cortex-a73 with 2 threads"
// TWO: rows: {{.*}} ns
// ONE: rows: {{.*}} cycles

func.func @network(%x: tensor<1x34x34x64xf32>, %y: tensor<1x1x8x512xf32>, %g: tensor<1x1x512x512xf32>, %f: tensor<3x3x64x64xf32>)
    -> (tensor<1x32x32x64xf32>, tensor<1x1x8x512xf32>) {
  %c = arith.constant 0.0 : f32
  %z0 = tensor.empty() : tensor<1x32x32x64xf32>
  %z1 = tensor.empty() : tensor<1x1x8x512xf32>
  %i0 = linalg.fill ins(%c : f32) outs(%z0 : tensor<1x32x32x64xf32>) -> tensor<1x32x32x64xf32>
  %i1 = linalg.fill ins(%c : f32) outs(%z1 : tensor<1x1x8x512xf32>) -> tensor<1x1x8x512xf32>
  %0 = linalg.conv_2d_nhwc_hwcf
    ins(%x, %f : tensor<1x34x34x64xf32>, tensor<3x3x64x64xf32>)
    outs(%i0 : tensor<1x32x32x64xf32>) -> tensor<1x32x32x64xf32> loc("rows")
  %1 = linalg.conv_2d_nhwc_hwcf
    ins(%y, %g : tensor<1x1x8x512xf32>, tensor<1x1x512x512xf32>)
    outs(%i1 : tensor<1x1x8x512xf32>) -> tensor<1x1x8x512xf32> loc("row")
  return %0, %1 : tensor<1x32x32x64xf32>, tensor<1x1x8x512xf32>
}
