// im2col computes what plain loops do, of small integers, whose sums are exact:
// the convolutions of kn2row.mlir, with other plans. Several rows share panels in
// the first, parts of rows have their own in the others.

// DEFINE: %{lower} = wino-opt --eliminate-empty-tensors --one-shot-bufferize="bufferize-function-boundaries=1 function-boundary-type-conversion=identity-layout-map" --convert-wino-to-vector --convert-linalg-to-loops --canonicalize --expand-strided-metadata --lower-affine --convert-scf-to-cf --convert-vector-to-llvm --finalize-memref-to-llvm --convert-arith-to-llvm --convert-index-to-llvm --convert-func-to-llvm --convert-cf-to-llvm --convert-ub-to-llvm --reconcile-unrealized-casts
// DEFINE: %{run} = mlir-runner -e main -entry-point-result=f32 -shared-libs=%runner-utils
// RUN: sed 's/algorithm = kn2row/algorithm = im2col/' %S/kn2row.mlir > %t.in.mlir
// RUN: wino-opt %t.in.mlir --wino-apply-plan --canonicalize --cse --wino-absorb-epilogue \
// RUN:   --canonicalize --cse --wino-fold-transposes --wino-tile-and-fuse \
// RUN:   --canonicalize --cse -o %t.mlir
// RUN: FileCheck %s --input-file=%t.mlir
// RUN: %{lower} %t.mlir | %{run} > %t.wino
// RUN: %{lower} %t.in.mlir | %{run} > %t.loops
// RUN: cmp %t.wino %t.loops

// CHECK-LABEL: func @floats
// CHECK: wino.im2col {{.*}} pad [1, 1, 1, 1] block [4, 9] origin[
// CHECK: wino.column_product block [4, 9] {{.*}} epilogue(
// CHECK: wino.column_product block [6, 9] {{.*}} layout nchw
// CHECK-LABEL: func @integers
// CHECK: wino.im2col {{.*}} pad_value -3 block [1, 3]
// CHECK: wino.column_product block [1, 3]
