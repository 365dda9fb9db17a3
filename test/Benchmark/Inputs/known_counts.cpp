// Marked regions in which everything that the count plugin counts is known:
// twice a loop of 13 instructions, then an array of 256 KiB read twice, changed
// and read again, and at last loads that cross the border of two cache lines.

#include "Markers.h"
#include <cstdlib>

constexpr long kFloats = 65536;
alignas(64) static float source[kFloats], destination[kFloats];

/// Loads 180 bytes and stores 64 an iteration.
static void runLoop(long count) {
  __asm__ volatile("1:\n"
                   "ldr q0, [%1]\n"
                   "ldp q1, q2, [%1, #16]\n"
                   "ld1 {v4.4s, v5.4s, v6.4s, v7.4s}, [%1]\n"
                   "ld4 {v16.4s, v17.4s, v18.4s, v19.4s}, [%1]\n"
                   "ld1r {v20.4s}, [%1]\n"
                   "prfm pldl1keep, [%1, #256]\n"
                   "fmla v3.4s, v1.4s, v2.s[1]\n"
                   "fmul v8.4s, v1.4s, v2.4s\n"
                   "smlal v9.4s, v1.4h, v2.4h\n"
                   "stp q3, q8, [%2]\n"
                   "st1 {v0.4s, v1.4s}, [%2]\n"
                   "subs %0, %0, #1\n"
                   "b.ne 1b\n"
                   : "+r"(count)
                   : "r"(source), "r"(destination)
                   : "memory", "cc", "v0", "v1", "v2", "v3", "v4", "v5", "v6",
                     "v7", "v8", "v9", "v16", "v17", "v18", "v19", "v20");
}

static void readArray() {
  const float *next = source;
  long count = kFloats / 4;
  __asm__ volatile("1: ldr q0, [%1], #16\n"
                   "subs %0, %0, #1\n"
                   "b.ne 1b\n"
                   : "+r"(count), "+r"(next)
                   :
                   : "memory", "cc", "v0");
}

/// Loads and stores every element of the array: it is the store that changes a
/// line which is there already.
static void changeArray() {
  float *next = source;
  long count = kFloats / 4;
  __asm__ volatile("1: ldr q0, [%1]\n"
                   "str q0, [%1], #16\n"
                   "subs %0, %0, #1\n"
                   "b.ne 1b\n"
                   : "+r"(count), "+r"(next)
                   :
                   : "memory", "cc", "v0");
}

static void crossLines(long count) {
  __asm__ volatile("1: ldr x9, [%1, #60]\n"
                   "subs %0, %0, #1\n"
                   "b.ne 1b\n"
                   : "+r"(count)
                   : "r"(source)
                   : "memory", "cc", "x9");
}

int main(int, char **argv) {
  long count = std::atol(argv[1]);
  for (long i = 0; i < kFloats; ++i)
    source[i] = float(i);
  WINO_MODEL_ON();
  for (int pass = 0; pass < 2; ++pass) {
    WINO_REGION_BEGIN();
    runLoop(count);
    WINO_REGION_END();
  }
  for (int pass = 0; pass < 2; ++pass) {
    WINO_REGION_BEGIN();
    readArray();
    WINO_REGION_END();
  }
  WINO_REGION_BEGIN();
  changeArray();
  WINO_REGION_END();
  WINO_REGION_BEGIN();
  readArray();
  WINO_REGION_END();
  WINO_REGION_BEGIN();
  crossLines(count);
  WINO_REGION_END();
  return 0;
}
