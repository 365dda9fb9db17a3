/*===- SweepRunner.h - The table of compiled cases ----------------*- C -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What wino-sweep writes about the functions it compiled, as C source, and
// SweepRunner.c executes.
//
//===----------------------------------------------------------------------===*/

#ifndef WINO_UNITTESTS_INTEGRATION_SWEEPRUNNER_H
#define WINO_UNITTESTS_INTEGRATION_SWEEPRUNNER_H

#include <stddef.h>
#include <stdint.h>

enum argument_kind {
  ARGUMENT_INPUT,   /* read from the input file, read-only */
  ARGUMENT_OUTPUT,  /* written to the output file */
  ARGUMENT_PACKED,  /* written by prepare, read-only in run */
  ARGUMENT_SCRATCH, /* anything */
};

struct argument {
  enum argument_kind kind;
  size_t bytes;
  /* In multiples of this address. */
  size_t alignment;
  int rank;
  int64_t shape[4];
};

struct function {
  /* Null if there is none. Takes the addresses of data, or of descriptors. */
  void (*call)(void **arguments);
  int num_arguments;
  const struct argument *arguments;
};

struct sweep_case {
  int uses_descriptors;
  /* How many sets of inputs run is called with. */
  int num_sets;
  struct function prepare, run;
};

extern const struct sweep_case sweep_cases[];
extern const int num_sweep_cases;

#endif /* WINO_UNITTESTS_INTEGRATION_SWEEPRUNNER_H */
