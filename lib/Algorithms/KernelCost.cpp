//===- KernelCost.cpp - Cycles of micro-kernels and of memory -------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelCost.h"

using namespace mlir;
using namespace wino;

int64_t wino::getTypicalSize(int64_t size) {
  constexpr int64_t kTypicalSize = 56;
  return ShapedType::isDynamic(size) ? kTypicalSize : size;
}

Kernel::Kernel(const ConvTask &task, Type factorType)
    : vector(task.cpu.getVectorLength(
          task.problem.sumType.getIntOrFloatBitWidth())),
      factorBytes(double(getScalarBytes(factorType))),
      vectorBytes(double(task.cpu.vectorBits) / 8),
      fmasPerCycle(task.cpu.fmasPerCycle),
      startsPerCycle(task.cpu.startsPerCycle), hasLanes(task.cpu.hasLaneFma) {
  const CPUInfo &cpu = task.cpu;
  if (!task.problem.isInteger()) {
    tile = selectMicroTile(cpu, vector, task.problem.k);
    productsPerCycle = double(vector) * cpu.fmasPerCycle;
    return;
  }
  unsigned bits = factorType.getIntOrFloatBitWidth();
  IntegerKernel kernel = selectIntegerKernel(cpu, bits, task.problem.k);
  tile = kernel.tile;
  group = kernel.group;
  productsPerCycle = bits == 8 ? cpu.int8Products : cpu.int16Products;
}

double Kernel::getProductCycles(double rows) const {
  double cycles = rows * double(tile.cols) / productsPerCycle;
  if (startsPerCycle == 0)
    return cycles;
  // The loop takes a vector of each row at a time, and counts two addresses.
  constexpr double kLoad = 2, kLoop = 4;
  double starts = cycles * fmasPerCycle + kLoad * getLoads(rows) +
                  kLoop * factorBytes / vectorBytes;
  return std::max(cycles, starts / startsPerCycle);
}

SmallVector<MicroTile> Kernel::getTiles(const ConvTask &task) const {
  return task.problem.isInteger()
             ? getIntegerTiles(task.cpu, unsigned(8 * factorBytes),
                               task.problem.k)
             : getMicroTiles(task.cpu, vector);
}

Kernel Kernel::with(const Schedule &schedule) const {
  Kernel kernel = *this;
  kernel.tile = {schedule.microRows, schedule.microCols};
  kernel.vector = schedule.vector;
  kernel.group = schedule.group;
  return kernel;
}

Schedule Kernel::getSchedule(const ConvTask &task) const {
  // A cache line of f32.
  constexpr int64_t kPlanePadding = 16;
  Schedule schedule;
  schedule.microRows = tile.rows;
  schedule.microCols = tile.cols;
  schedule.vector = vector;
  schedule.group = group;
  schedule.planePadding = kPlanePadding;
  schedule.prefetch = true;
  schedule.streamStores = streamsStores(task.problem, task.cpu);
  return schedule;
}

double wino::addUpCycles(const CPUInfo &cpu, double transforms, double products,
                         Moved filters, Moved others) {
  const bool hasL3 = cpu.l3Bytes != 0;
  auto getNext = [&](const Moved &moved) {
    return moved.next / (hasL3 ? cpu.l3BytesPerCycle : cpu.memoryBytesPerCycle);
  };
  auto getMemory = [&](const Moved &moved) {
    return hasL3 ? moved.fromMemory / cpu.memoryBytesPerCycle : 0;
  };
  double filterCycles = getNext(filters) + getMemory(filters);
  if (!cpu.hidesStreams)
    return transforms + products + filterCycles + getNext(others) +
           getMemory(others);
  // Such a core does other work while most lines arrive from the next cache;
  // what limits it is the bandwidth of memory, where a written line moves
  // twice.
  constexpr double kExposed = 1.0 / 3;
  return transforms + kExposed * getNext(others) + 2 * getMemory(others) +
         std::max(products, filterCycles);
}

bool wino::streamsStores(const ConvProblem &problem, const CPUInfo &cpu) {
  auto getProduct = [&](ArrayRef<int64_t> sizes) {
    double product = 1;
    for (int64_t size : sizes)
      product *= double(getTypicalSize(size));
    return product;
  };
  double bytes = getProduct({problem.n, problem.h, problem.w, problem.c,
                             getScalarBytes(problem.imageType)}) +
                 getProduct({problem.n, problem.outH, problem.outW, problem.k,
                             getScalarBytes(problem.sumType)});
  return cpu.streamsStores && bytes > double(cpu.l3Bytes) / 4;
}
