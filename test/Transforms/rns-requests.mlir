// RUN: wino-opt %s --wino-assign-plans="cpu=cortex-a76 algorithm=winograd-rns:F(14,3)" | FileCheck %s --check-prefix=TILE16
// RUN: wino-opt %s --wino-assign-plans="cpu=cortex-a76 algorithm=winograd-rns:F(10,3)" | FileCheck %s --check-prefix=TILE12
// RUN: wino-opt %s --wino-assign-plans="cpu=cortex-a76 algorithm=winograd-rns" | FileCheck %s --check-prefix=OPEN
// RUN: wino-opt %s --wino-assign-plans="cpu=cortex-a76 algorithm=winograd:F(7,3):#wino.rns<[239,251,241,233]>" | FileCheck %s --check-prefix=BASIS
// RUN: wino-opt %s --wino-assign-plans="cpu=cortex-a76 algorithm=winograd:F(8,3):#wino.rns<[4001,4331]>" | FileCheck %s --check-prefix=CHUNKS
// RUN: wino-opt %s --wino-assign-plans="cpu=cortex-a76 algorithm=winograd" | FileCheck %s --check-prefix=RING
// RUN: wino-opt %s --wino-assign-plans="cpu=cortex-a76 algorithm=winograd-rns:F(7,3)" --wino-apply-plan --remarks-filter="wino.*" --remark-format=emitRemark 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: not wino-opt %s --wino-assign-plans="cpu=cortex-a76 algorithm=winograd:F(7,3):#wino.rns<[2,4]>" 2>&1 | FileCheck %s --check-prefix=COPRIME
// RUN: not wino-opt %s --wino-assign-plans="cpu=cortex-a76 algorithm=winograd-ring:F(7,3):#wino.rns<[251]>" 2>&1 | FileCheck %s --check-prefix=OTHER
// RUN: not wino-opt %s --wino-assign-plans="cpu=cortex-a76 algorithm=winograd:F(7,3):#wino.rns<[251]>" --remarks-filter="wino.*" --remark-format=emitRemark 2>&1 | FileCheck %s --check-prefix=RANGE

// The moduli are the largest that the tile admits, and as many as the range of
// the results asks for: three for 16 channels, four for 64.

// TILE16: numbers = #wino.rns<[251, 241, 239]>
// TILE16: numbers = #wino.rns<[251, 241, 239, 233]>
// TILE12: numbers = #wino.rns<[253, 251, 247]>
// TILE12: numbers = #wino.rns<[253, 251, 247, 241]>

// OPEN: algorithm = winograd, transform = <F({{.*}} points = [0, 1, -1{{.*}}numbers = #wino.rns
// OPEN: numbers = #wino.rns

// Residues are on request: the others compute in the ring.
// RING-NOT: #wino.rns

// Two moduli of 16 bits hold 16 channels, and 64 in chunks.
// CHUNKS: numbers = #wino.rns<[4001, 4331]>
// CHUNKS-NOT: chunk
// CHUNKS: numbers = #wino.rns<[4001, 4331]>{{.*}} chunk = 48>

// BASIS-COUNT-2: numbers = #wino.rns<[239, 251, 241, 233]>

// REMARK-DAG: [Passed] ApplyPlan | Category:wino | Remark="conv0 is exact in #wino.rns<[253, 251, 247]>: 2 * 128 * 18432 = 4718592 < 15685241; sums of products 16 * 127^2 = 258064 < 2147483648"

// COPRIME: '#wino.rns<[2,4]>' is no number system: expected no even modulus but the first, but got 4
// OTHER: algorithm 'winograd-ring' does not compute in the numbers of
// RANGE: conv0 is not computed by winograd:F(7,3):#wino.rns<[251]>: the result may exceed the range of #wino.rns<[251]>: 2 * 128 * 18432 = 4718592 >= 251
func.func @f(
    %x: tensor<1x30x30x16xi8>, %f: tensor<3x3x16x32xi8> {wino.weight}, %y: tensor<1x28x28x32xi32>,
    %x1: tensor<1x30x30x64xi8>, %f1: tensor<3x3x64x32xi8> {wino.weight}, %y1: tensor<1x28x28x32xi32>)
    -> (tensor<1x28x28x32xi32>, tensor<1x28x28x32xi32>) {
  %0 = linalg.conv_2d_nhwc_hwcf ins(%x, %f : tensor<1x30x30x16xi8>, tensor<3x3x16x32xi8>) outs(%y : tensor<1x28x28x32xi32>) -> tensor<1x28x28x32xi32>
  %1 = linalg.conv_2d_nhwc_hwcf ins(%x1, %f1 : tensor<1x30x30x64xi8>, tensor<3x3x64x32xi8>) outs(%y1 : tensor<1x28x28x32xi32>) -> tensor<1x28x28x32xi32>
  return %0, %1 : tensor<1x28x28x32xi32>, tensor<1x28x28x32xi32>
}
