//===- CPUTest.cpp - Micro tiles ------------------------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Target/CPU.h"
#include "gtest/gtest.h"

using namespace wino;

/// A core with registers of 512 bits and products of bytes.
static CPUInfo makeVNNI() {
  CPUInfo cpu = llvm::cantFail(lookupCPU("cortex-a53"));
  cpu.vectorBits = 512;
  cpu.numVectorRegisters = 32;
  cpu.hasLaneFma = false;
  cpu.isInOrder = false;
  cpu.integerProducts = IntegerProducts::VNNI;
  return cpu;
}

// Of 32 registers one holds what makes bytes unsigned, one a row, two are
// temporary.
TEST(CPUTest, TilesOfBytesLeaveRegistersToTheirConstant) {
  const CPUInfo cpu = makeVNNI();
  MicroTile tile = selectIntegerKernel(cpu, 8, 1024).tile;
  EXPECT_EQ(tile.rows, 13);
  EXPECT_EQ(tile.cols, 32);
  for (MicroTile each : getIntegerTiles(cpu, 8, 1024))
    EXPECT_LE((each.rows + 1) * (each.cols / 16) + 4, 32);
  // Pairs of i16 need no constant.
  MicroTile pairs = selectIntegerKernel(cpu, 16, 1024).tile;
  EXPECT_EQ(pairs.rows, 14);
  EXPECT_EQ(pairs.cols, 32);
}

// Compilers keep all products on their way in order.
TEST(CPUTest, TilesOfBytesInOrder) {
  CPUInfo cpu = llvm::cantFail(lookupCPU("cortex-a53"));
  EXPECT_EQ(selectIntegerKernel(cpu, 8, 64).tile.rows, 3);
  cpu.isInOrder = false;
  EXPECT_EQ(selectIntegerKernel(cpu, 8, 64).tile.rows, 4);
}
