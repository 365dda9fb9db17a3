// RUN: wino-opt %s --wino-search="cpu=cortex-a76" --remarks-filter="wino.*" --remark-format=emitRemark 2>%t | FileCheck %s --check-prefix=EXACT
// RUN: FileCheck %s --check-prefix=NONE --input-file=%t
// RUN: wino-opt %s --wino-search="cpu=cortex-a76 max-error=0.5" --remarks-filter="wino.*" --remark-format=emitRemark 2>%t | FileCheck %s --check-prefix=CHOSEN
// RUN: FileCheck %s --check-prefix=REMARK --input-file=%t
// RUN: wino-opt %s --wino-search="cpu=cortex-a76 max-error=0.01" | FileCheck %s --check-prefix=EXACT
// RUN: wino-opt %s --wino-search="cpu=cortex-a76 max-error=0.05 algorithms=winograd-quantized bits=8,12" --remarks-filter="wino.*" --remark-format=emitRemark 2>%t | FileCheck %s --check-prefix=TWELVE
// RUN: wino-opt %s --wino-search="cpu=cortex-a76 max-error=0.5" --wino-apply-plan | FileCheck %s --check-prefix=APPLIED
// RUN: not wino-opt %s --wino-search="cpu=cortex-a76 algorithms=winograd-quantized" 2>&1 | FileCheck %s --check-prefix=REFUSED
// RUN: not wino-opt %s --wino-search="cpu=cortex-a76 algorithms=winograd-quantized max-error=0.05" 2>&1 | FileCheck %s --check-prefix=OVER
// RUN: not wino-opt %s --wino-search="cpu=cortex-a76 max-error=0.5 calibration=%t.none" 2>&1 | FileCheck %s --check-prefix=CALIBRATION
// A measured time does not allow an error either.
// RUN: wino-tune %s --cpu=cortex-a76 --algorithm="winograd-quantized:F(4,3)" --list=%t.csv --schedules=1 --plans=1
// RUN: %python %S/Inputs/scale_times.py %t.csv winograd=0.01 > %t.times.csv
// RUN: rm -f %t.json
// RUN: wino-tune --import=%t.times.csv --database=%t.json
// RUN: wino-opt %s --wino-search="cpu=cortex-a76 tuning=%t.json" --remarks-filter="wino.*" --remark-format=emitRemark 2>%t | FileCheck %s --check-prefix=EXACT
// RUN: FileCheck %s --check-prefix=MEASURED --input-file=%t
// RUN: wino-opt %s --wino-search="cpu=cortex-a76 tuning=%t.json max-error=0.5" --remarks-filter="wino.*" --remark-format=emitRemark 2>&1 | FileCheck %s --check-prefix=TIME

// Without an error budget the search stays exact.
// EXACT: algorithm = direct
// NONE-NOT: winograd-quantized
// CHOSEN: algorithm = winograd, transform = <F(4x4, 3x3)>, numbers = #wino.quantized<max_error = 5.000000e-01 : f64, input = <per_tap>, filter = <per_tap>>
// REMARK: conv0: winograd-quantized F(4x4, 3x3), 8 bits, {{.*}} cycles, error 0.{{[0-9]+}}, {{.*}}; next winograd-quantized
// More bits where eight are not enough.
// TWELVE: numbers = #wino.quantized<bits = 12, max_error = 5.000000e-02 : f64
// What is chosen is applied without another option.
// APPLIED: wino.input_transform <F(4x4, 3x3)> numbers
// REFUSED: error: no algorithm that the search may take computes 'conv0'
// REFUSED: note: winograd-quantized: its results are not exact, and no option max-error allows an error
// OVER: error: no algorithm that the search may take computes 'conv0'
// OVER: note: winograd-quantized: error 0.{{[0-9]+}} of max |y| (relative 0.{{[0-9]+}}) on seeded data > 0.05
// CALIBRATION: error: cannot read calibration
// MEASURED: Missed{{.*}}conv0: a plan that was measured is left out: its result is not exact, and neither the plan nor an option max-error allows an error
// TIME: conv0: winograd-quantized F(4x4, 3x3), 8 bits, {{.*}} ns
func.func @layer(%x: tensor<1x30x30x128xi8>) -> tensor<1x28x28x128xi32> {
  %f = arith.constant dense<127> : tensor<3x3x128x128xi8>
  %zero = arith.constant 0 : i32
  %empty = tensor.empty() : tensor<1x28x28x128xi32>
  %init = linalg.fill ins(%zero : i32) outs(%empty : tensor<1x28x28x128xi32>) -> tensor<1x28x28x128xi32>
  %y = linalg.conv_2d_nhwc_hwcf ins(%x, %f : tensor<1x30x30x128xi8>, tensor<3x3x128x128xi8>) outs(%init : tensor<1x28x28x128xi32>) -> tensor<1x28x28x128xi32>
  return %y : tensor<1x28x28x128xi32>
}
