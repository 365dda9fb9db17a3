//===- Measure.cpp - Timing and checking of candidates --------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Measure.h"
#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <thread>

using namespace wino::bench;

Problem wino::bench::makeProblem(const Layer &layer) {
  std::mt19937 generator(1);
  // Not std::uniform_real_distribution, whose values depend on the library.
  auto fill = [&](std::vector<float> &values, int64_t size) {
    values.resize(size);
    for (float &value : values)
      value = float(generator() >> 8) * 0x1p-23f - 1.0f;
  };
  Problem problem{layer, {}, {}};
  fill(problem.input, layer.inputSize());
  fill(problem.filter, layer.filterSize());
  return problem;
}

/// Computes element `position` of the result.
static double computeElement(const Problem &problem, int64_t position) {
  const Layer &layer = problem.layer;
  int64_t k = position % layer.k;
  int64_t col = position / layer.k % layer.outW();
  int64_t row = position / layer.k / layer.outW() % layer.outH();
  int64_t image = position / layer.k / layer.outW() / layer.outH();
  int64_t groupC = layer.c / layer.groups;
  int64_t firstChannel = k / (layer.k / layer.groups) * groupC;
  double sum = 0;
  for (int64_t i = 0; i < layer.r; ++i)
    for (int64_t j = 0; j < layer.s; ++j) {
      int64_t y = row * layer.stride + i - layer.padH;
      int64_t x = col * layer.stride + j - layer.padW;
      if (y < 0 || x < 0 || y >= layer.h || x >= layer.w)
        continue;
      const float *pixel =
          &problem.input[((image * layer.h + y) * layer.w + x) * layer.c];
      const float *taps =
          &problem.filter[(i * layer.s + j) * groupC * layer.k + k];
      for (int64_t c = 0; c < groupC; ++c)
        sum += double(pixel[firstChannel + c]) * taps[c * layer.k];
    }
  return sum;
}

Reference wino::bench::makeReference(const Problem &problem) {
  const Layer &layer = problem.layer;
  constexpr double kMaxFlops = 5e7;
  constexpr int64_t kMinSamples = 2000;
  int64_t size = layer.outputSize();
  int64_t affordable = int64_t(kMaxFlops / (layer.flops() / double(size)));
  int64_t count = std::max(kMinSamples, affordable);

  Reference reference;
  if (count >= size) {
    for (int64_t position = 0; position < size; ++position)
      reference.positions.push_back(position);
  } else {
    std::mt19937_64 generator(2);
    auto draw = [&](int64_t bound) { return int64_t(generator() % bound); };
    for (int64_t sample = 0; sample < count; ++sample) {
      int64_t row = draw(layer.outH()), col = draw(layer.outW());
      // Every fourth sample in the first or last row, and in such a column.
      if (sample % 4 == 0)
        row = sample % 8 ? layer.outH() - 1 : 0;
      if (sample % 4 == 1)
        col = sample % 8 == 1 ? layer.outW() - 1 : 0;
      int64_t pixel = (draw(layer.n) * layer.outH() + row) * layer.outW() + col;
      reference.positions.push_back(pixel * layer.k + draw(layer.k));
    }
  }
  for (int64_t position : reference.positions) {
    reference.values.push_back(computeElement(problem, position));
    reference.maxValue =
        std::max(reference.maxValue, std::fabs(reference.values.back()));
  }
  return reference;
}

double wino::bench::getMaxError(const Reference &reference,
                                llvm::ArrayRef<float> output) {
  double maxError = 0;
  for (size_t sample = 0; sample < reference.positions.size(); ++sample) {
    double error = std::fabs(output[reference.positions[sample]] -
                             reference.values[sample]);
    // A NaN compares false with everything.
    if (!(error <= maxError))
      maxError = error;
    if (std::isnan(error))
      break;
  }
  return maxError / reference.maxValue;
}

//===----------------------------------------------------------------------===//
// Timing
//===----------------------------------------------------------------------===//

static double readClock(clockid_t clock) {
  timespec time = {};
  clock_gettime(clock, &time);
  return double(time.tv_sec) + 1e-9 * double(time.tv_nsec);
}

/// Returns the seconds that threads have had a processor, by their numbers.
static std::map<int, double> getThreadTimes(Clock clock) {
  if (clock == Clock::Thread)
    return {{0, readClock(CLOCK_THREAD_CPUTIME_ID)}};
  std::map<int, double> times;
  for (const auto &task :
       std::filesystem::directory_iterator("/proc/self/task")) {
    int thread = std::stoi(task.path().filename());
    // Linux's clock of a thread, as pthread_getcpuclockid makes it.
    constexpr int kThreadClock = 6;
    times[thread] = readClock(clockid_t(~unsigned(thread) << 3) | kThreadClock);
  }
  return times;
}

/// Returns the seconds that a call takes in the mean of `calls`.
static double timeCalls(Candidate &candidate, int64_t calls, Clock clock) {
  std::map<int, double> begin = getThreadTimes(clock);
  for (int64_t call = 0; call < calls; ++call)
    candidate.run();
  double longest = 0;
  for (auto &[thread, end] : getThreadTimes(clock))
    longest = std::max(longest, end - begin[thread]);
  return longest / double(calls);
}

/// Lets the workers of the candidate before fall asleep: some wait for more
/// work for a few milliseconds without leaving the processor.
static void restWorkers(Clock clock) {
  if (clock == Clock::Busiest)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

std::vector<RoundTimes>
wino::bench::timeInRounds(llvm::ArrayRef<Candidate *> candidates, int rounds,
                          double minSeconds, Clock clock) {
  std::vector<int64_t> calls;
  for (Candidate *candidate : candidates) {
    timeCalls(*candidate, 2, clock);
    double seconds = std::max(timeCalls(*candidate, 1, clock), 1e-7);
    calls.push_back(std::max<int64_t>(1, std::ceil(minSeconds / seconds)));
  }
  std::vector<RoundTimes> times(candidates.size());
  for (int round = 0; round < rounds; ++round)
    for (size_t index = 0; index < candidates.size(); ++index) {
      restWorkers(clock);
      // Brings the candidate's data back into the caches.
      timeCalls(*candidates[index], 1, clock);
      times[index].push_back(
          timeCalls(*candidates[index], calls[index], clock));
    }
  return times;
}

double wino::bench::getQuantile(std::vector<double> values, double rank) {
  std::sort(values.begin(), values.end());
  double position = rank * double(values.size() - 1);
  size_t below = size_t(position);
  size_t above = std::min(below + 1, values.size() - 1);
  double part = position - double(below);
  return values[below] * (1 - part) + values[above] * part;
}

double wino::bench::getMedianSpeedup(const RoundTimes &base,
                                     const RoundTimes &times) {
  std::vector<double> ratios;
  for (size_t round = 0; round < times.size(); ++round)
    ratios.push_back(base[round] / times[round]);
  return getQuantile(std::move(ratios), 0.5);
}
