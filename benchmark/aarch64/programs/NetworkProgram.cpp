//===- NetworkProgram.cpp - A network that wino-compile generates ---------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// usage: program WEIGHTS [RUNS]
//
// Linked with the object of a network of one input and one output of f32,
// prefix `network`. Prints the norm of the output, and its first elements; with
// RUNS also the least processor time of so many runs in ns.
//
//===----------------------------------------------------------------------===//

#include "Layer.h"
extern "C" {
#include "network.h"
}
#include <ctime>

using namespace wino::bench;

/// Returns the processor time of this thread in ns.
static double getTime() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return 1e9 * double(time.tv_sec) + double(time.tv_nsec);
}

int main(int argc, char **argv) {
  if (argc != 2 && argc != 3) {
    std::fprintf(stderr, "usage: program WEIGHTS [RUNS]\n");
    return 2;
  }
  Array<float> input(NETWORK_IN0_COUNT), output(NETWORK_OUT0_COUNT);
  for (uint64_t i = 0; i < NETWORK_IN0_COUNT; ++i)
    input[i] = getValue(1, i);
  Array<char> weights = readFile(argv[1], NETWORK_WEIGHTS_SIZE);
  Array<char> scratch(NETWORK_SCRATCH_SIZE);
  network_model model;
  int error = network_prepare(weights.data(), NETWORK_WEIGHTS_SIZE, &model);
  auto run = [&] {
    if (!error)
      error = network_run(&model, input.data(), output.data(), scratch.data());
  };
  measure(run);
  double least = INFINITY;
  for (int left = argc == 3 ? std::atoi(argv[2]) : 0; left > 0; --left) {
    const double begin = getTime();
    run();
    least = std::min(least, getTime() - begin);
  }
  if (error) {
    std::fprintf(stderr, "the code returns error %d\n", error);
    return 1;
  }
  double sum = 0;
  for (uint64_t i = 0; i < NETWORK_OUT0_COUNT; ++i)
    sum += double(output[i]) * output[i];
  std::printf("{");
  if (argc == 3)
    std::printf("\"ns\": %.9g, ", least);
  std::printf("\"norm\": %.9g, \"first\": [", std::sqrt(sum));
  for (int i = 0; i < std::min<int>(8, NETWORK_OUT0_COUNT); ++i)
    std::printf("%s%.9g", i ? ", " : "", double(output[i]));
  std::printf("]}\n");
  return 0;
}
