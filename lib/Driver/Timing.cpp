//===- Timing.cpp - Times of repeated calls -------------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Driver/Timing.h"
#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <map>
#include <string>
#include <thread>

using namespace wino;

static double readClock(clockid_t clock) {
  timespec time = {};
  clock_gettime(clock, &time);
  return double(time.tv_sec) + 1e-9 * double(time.tv_nsec);
}

/// Returns the seconds that threads have had a processor, by their numbers.
static std::map<int, double> getThreadTimes(TimingClock clock) {
  if (clock == TimingClock::Thread)
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
static double timeCalls(const std::function<void()> &function, int64_t calls,
                        TimingClock clock) {
  std::map<int, double> begin = getThreadTimes(clock);
  for (int64_t call = 0; call < calls; ++call)
    function();
  double longest = 0;
  for (auto &[thread, end] : getThreadTimes(clock))
    longest = std::max(longest, end - begin[thread]);
  return longest / double(calls);
}

/// Lets the workers of the function before fall asleep: some wait for more
/// work for a few milliseconds without leaving the processor.
static void restWorkers(TimingClock clock) {
  if (clock == TimingClock::Busiest)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

std::vector<RoundTimes>
wino::timeInRounds(llvm::ArrayRef<std::function<void()>> functions, int rounds,
                   double minSeconds, TimingClock clock) {
  std::vector<int64_t> calls;
  for (const std::function<void()> &function : functions) {
    timeCalls(function, 2, clock);
    double seconds = std::max(timeCalls(function, 1, clock), 1e-7);
    calls.push_back(std::max<int64_t>(1, std::ceil(minSeconds / seconds)));
  }
  std::vector<RoundTimes> times(functions.size());
  for (int round = 0; round < rounds; ++round)
    for (size_t index = 0; index < functions.size(); ++index) {
      restWorkers(clock);
      // Brings the function's data back into the caches.
      timeCalls(functions[index], 1, clock);
      times[index].push_back(timeCalls(functions[index], calls[index], clock));
    }
  return times;
}

double wino::getQuantile(std::vector<double> values, double rank) {
  std::sort(values.begin(), values.end());
  double position = rank * double(values.size() - 1);
  size_t below = size_t(position);
  size_t above = std::min(below + 1, values.size() - 1);
  double part = position - double(below);
  return values[below] * (1 - part) + values[above] * part;
}
