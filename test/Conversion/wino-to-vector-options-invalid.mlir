// RUN: wino-opt %s --convert-wino-to-vector=vector-length=0 --verify-diagnostics
// RUN: wino-opt %s --convert-wino-to-vector=vector-length=-4 --verify-diagnostics
// RUN: wino-opt %s --convert-wino-to-vector=vector-length=1000000 \
// RUN:   --verify-diagnostics

func.func @f(%m: memref<1x1x1x8x8x4xf32>, %y: memref<1x8x8x4xf32>) {
  // expected-error @below {{cannot be lowered to vectors of}}
  wino.output_transform <F(1x1, 1x1)> ins(%m : memref<1x1x1x8x8x4xf32>)
    outs(%y : memref<1x8x8x4xf32>)
  return
}
