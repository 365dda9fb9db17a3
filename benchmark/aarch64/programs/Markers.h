//===- Markers.h - Instructions that the count plugin sees ------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// HINT instructions that no core gives a meaning to, so that they do nothing
// but for the count plugin. The memory clobbers keep compilers from moving work
// across them. On machines that are not AArch64 there is nothing to mark.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_BENCHMARK_AARCH64_PROGRAMS_MARKERS_H
#define WINO_BENCHMARK_AARCH64_PROGRAMS_MARKERS_H

#ifdef __aarch64__
#define WINO_MARK(number) __asm__ volatile("hint #" number ::: "memory")
#else
#define WINO_MARK(number) __asm__ volatile("" ::: "memory")
#endif

/// The region to count.
#define WINO_REGION_BEGIN() WINO_MARK("96")
#define WINO_REGION_END() WINO_MARK("97")

/// The part of the program whose accesses go through the caches.
#define WINO_MODEL_ON() WINO_MARK("98")
#define WINO_MODEL_OFF() WINO_MARK("99")

/// Names the array from `first` to `last`, the addresses of its first and its
/// last byte, by the two accesses that follow the marker.
#define WINO_NAME_ARRAY(number, first, last)                                   \
  __asm__ volatile("hint #" number "\n\tldrb wzr, [%0]\n\tldrb wzr, [%1]"      \
                   :                                                           \
                   : "r"(first), "r"(last)                                     \
                   : "memory")
#define WINO_NAME_IMAGE(first, last) WINO_NAME_ARRAY("100", first, last)
#define WINO_NAME_WEIGHTS(first, last) WINO_NAME_ARRAY("101", first, last)
#define WINO_NAME_RESULT(first, last) WINO_NAME_ARRAY("102", first, last)

#endif // WINO_BENCHMARK_AARCH64_PROGRAMS_MARKERS_H
