//===- KernelCost.cpp - Cycles of micro-kernels and of memory -------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelCost.h"
#include "Wino/Cost/KernelTiming.h"
#include <cmath>

using namespace mlir;
using namespace wino;

int64_t wino::getTypicalSize(int64_t size) {
  constexpr int64_t kTypicalSize = 56;
  return ShapedType::isDynamic(size) ? kTypicalSize : size;
}

Kernel::Kernel(const ConvTask &task, Type factorType)
    : cpu(&task.cpu), vector(task.cpu.getVectorLength(
                          task.problem.sumType.getIntOrFloatBitWidth())),
      factorBytes(double(getScalarBytes(factorType))),
      vectorBytes(double(task.cpu.vectorBits) / 8),
      isFloat(!task.problem.isInteger()) {
  const CPUInfo &cpu = task.cpu;
  if (isFloat) {
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

std::optional<double> Kernel::getModelledCycles(double rows) const {
  auto estimate = [&](double wholeRows) {
    return estimateProductCycles(*cpu, isFloat, unsigned(8 * factorBytes),
                                 int64_t(wholeRows), tile.cols);
  };
  const double below = std::max(1.0, std::floor(rows)), above = std::ceil(rows);
  std::optional<double> cycles = estimate(below);
  if (!cycles || above <= below)
    return cycles;
  std::optional<double> more = estimate(above);
  if (!more)
    return std::nullopt;
  return *cycles + (rows - below) * (*more - *cycles);
}

double Kernel::getLoopCycles(double rows) const {
  if (std::optional<double> cycles = getModelledCycles(rows))
    return *cycles;
  // By rates: multiply-adds, of which each sum has one after the other, and
  // loads of the panel and of elements of rows.
  constexpr double kFmaLatency = 4;
  const double perVector =
      cpu->hasLaneFma ? vectorBytes / factorBytes : double(group);
  const double loads =
      double(tile.cols) * factorBytes / vectorBytes + rows / perVector;
  double products = rows * double(tile.cols) / productsPerCycle;
  if (cpu->startsPerCycle != 0) {
    // The loop takes a vector of each row at a time, and counts two addresses.
    constexpr double kLoad = 2, kLoop = 4;
    double starts = products * cpu->fmasPerCycle + kLoad * loads +
                    kLoop * factorBytes / vectorBytes;
    products = std::max(products, starts / cpu->startsPerCycle);
  }
  return std::max(products, kFmaLatency / double(group)) +
         loads * cpu->exposedLoadCycles;
}

double Kernel::getSumCycles(double rows, bool accumulates) const {
  const double vectors = rows * double(tile.cols) / double(vector);
  const double added = (accumulates ? vectors : 0) * cpu->opCycles;
  // Where pairs of products are added, each sum is a vector of partial ones,
  // which are added by about three quarters as many operations.
  if (!isFloat && factorBytes == 1 && cpu->isAArch64() &&
      cpu->integerProducts == IntegerProducts::Neon)
    return 0.75 * vectors * double(vector) + added;
  // Cores that issue in order clear the sums before the loop begins.
  return (cpu->isInOrder ? 2 : 1) * vectors * cpu->opCycles + added;
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

double wino::getEpilogueCycles(const ConvTask &task, double pixels,
                               int64_t channels) {
  const ConvProblem &problem = task.problem;
  const CPUInfo &cpu = task.cpu;
  const int64_t vector =
      cpu.getVectorLength(problem.sumType.getIntOrFloatBitWidth());
  const int64_t ratio =
      getScalarBytes(problem.sumType) /
      std::max<int64_t>(1, getScalarBytes(problem.storedType));
  // Four vectors are narrowed to one of bytes by about three operations each,
  // and by fewer if they are stored together.
  double narrowing = double(std::max<int64_t>(0, ratio - 1));
  if (channels % (ratio * vector) == 0)
    narrowing *= 0.75;
  return pixels * double(problem.k) / double(vector) *
         (double(problem.numEpilogueOps) + narrowing) * cpu.opCycles;
}

void wino::addUpCycles(const CPUInfo &cpu, const Moved &moved, Cost &cost) {
  const bool hasL3 = cpu.l3Bytes != 0;
  auto getOthers = [](const Traffic &traffic) {
    return traffic.getTotal() - traffic.filter;
  };
  auto getNext = [&](double bytes) {
    return bytes / (hasL3 ? cpu.l3BytesPerCycle : cpu.memoryBytesPerCycle);
  };
  auto getMemory = [&](double bytes) {
    return hasL3 ? bytes / cpu.memoryBytesPerCycle : 0;
  };
  // Filters are read in the order in which they lie in memory.
  const double filters =
      getNext(moved.next.filter) + getMemory(moved.fromMemory.filter);
  const double next = getNext(getOthers(moved.next));
  const double memory = getMemory(getOthers(moved.fromMemory));
  if (!cpu.hidesStreams) {
    cost.memory = filters + next + memory;
  } else {
    // Such a core does other work while most lines arrive from the next cache;
    // what limits it is the bandwidth of memory, where a written line moves
    // twice.
    constexpr double kExposed = 1.0 / 3;
    cost.memory = kExposed * next + 2 * memory +
                  std::max(kExposed * filters, filters - cost.products);
  }
  cost.cycles = cost.filter + cost.inputTransform + cost.products +
                cost.outputTransform + cost.memory;
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
                             getScalarBytes(problem.storedType)});
  return cpu.streamsStores && bytes > double(cpu.l3Bytes) / 4;
}
