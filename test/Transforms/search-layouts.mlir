// RUN: wino-opt %s --wino-search="cpu=cortex-a73" --remarks-filter="wino.*" --remark-format=emitRemark 2>&1 | FileCheck %s
// RUN: wino-opt %s --wino-search="cpu=cortex-a73 algorithms=im2row,loops" --remarks-filter="wino.*" --remark-format=emitRemark 2>&1 | FileCheck %s --check-prefix=LOOPS

// Images in NCHW, which an elementwise op and a pooling leave in one layout. The
// join of two branches makes them one group.
// CHECK: first: {{winograd-float|direct}}
// CHECK: left: {{winograd-float|direct}}
// CHECK: right: {{winograd-float|direct}}
// CHECK: 3 convolutions: {{.*}}; no selection of these candidates costs less
// LOOPS: first: im2row{{.*}}; next loops
// LOOPS: 3 convolutions: {{.*}}; no selection of these candidates costs less

#map = affine_map<(n, c, h, w) -> (n, c, h, w)>
func.func @network(%x: tensor<1x16x30x30xf32>, %f: tensor<32x16x3x3xf32>,
                   %g: tensor<32x32x1x1xf32>) -> tensor<1x32x28x28xf32> {
  %z = tensor.empty() : tensor<1x32x28x28xf32>
  %c = arith.constant 0.0 : f32
  %i = linalg.fill ins(%c : f32) outs(%z : tensor<1x32x28x28xf32>) -> tensor<1x32x28x28xf32>
  %0 = linalg.conv_2d_nchw_fchw
    ins(%x, %f : tensor<1x16x30x30xf32>, tensor<32x16x3x3xf32>)
    outs(%i : tensor<1x32x28x28xf32>) -> tensor<1x32x28x28xf32> loc("first")
  %1 = linalg.conv_2d_nchw_fchw
    ins(%0, %g : tensor<1x32x28x28xf32>, tensor<32x32x1x1xf32>)
    outs(%i : tensor<1x32x28x28xf32>) -> tensor<1x32x28x28xf32> loc("left")
  %2 = linalg.conv_2d_nchw_fchw
    ins(%0, %g : tensor<1x32x28x28xf32>, tensor<32x32x1x1xf32>)
    outs(%i : tensor<1x32x28x28xf32>) -> tensor<1x32x28x28xf32> loc("right")
  %3 = linalg.generic {indexing_maps = [#map, #map, #map],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%1, %2 : tensor<1x32x28x28xf32>, tensor<1x32x28x28xf32>)
      outs(%z : tensor<1x32x28x28xf32>) {
    ^bb0(%a: f32, %b: f32, %out: f32):
      %sum = arith.addf %a, %b : f32
      linalg.yield %sum : f32
  } -> tensor<1x32x28x28xf32>
  return %3 : tensor<1x32x28x28xf32>
}
