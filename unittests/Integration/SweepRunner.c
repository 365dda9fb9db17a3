/*===- SweepRunner.c - Runs compiled cases on guarded buffers -------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// usage: runner INPUTS OUTPUTS
//
// Runs every case twice: with the end of every buffer at an inaccessible page,
// then with the beginning of every buffer behind one. INPUTS holds the inputs
// of prepare and then sets of those of run, case after case; OUTPUTS gets, for
// each case, placement and set, a status of four bytes and the outputs.
// Statuses:
//   0    all is well
//   N    signal N was caught
//   -1   memory between a buffer and its alignment or page was written
//   -2   a second call gave another result
//
//===----------------------------------------------------------------------===*/

#define _GNU_SOURCE
#include "SweepRunner.h"

#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MAX_ARGUMENTS = 16, FILL = 0xff };

/* A memref of rank 4 as MLIR passes it; one of lower rank ends earlier, with
   its strides directly behind its sizes. */
struct descriptor {
  void *allocated, *aligned;
  int64_t offset;
  int64_t sizes_and_strides[8];
};

struct buffer {
  char *begin; /* of the accessible pages */
  size_t size;
  char *data;
  size_t bytes;
  struct descriptor descriptor;
};

static size_t page_size;
static sigjmp_buf on_signal;
static volatile sig_atomic_t is_executing;

static void fail(const char *message) {
  fprintf(stderr, "runner: %s\n", message);
  exit(1);
}

/* A signal outside of compiled code is the late effect of a broken case, such
   as a damaged heap: nothing that follows can be trusted. */
static void catch_signal(int number) {
  if (is_executing)
    siglongjmp(on_signal, number);
  signal(number, SIG_DFL);
  raise(number);
}

static void describe(struct buffer *b, const struct argument *a) {
  int64_t stride = 1;
  b->descriptor.allocated = b->descriptor.aligned = b->data;
  b->descriptor.offset = 0;
  for (int dim = a->rank - 1; dim >= 0; --dim) {
    b->descriptor.sizes_and_strides[dim] = a->shape[dim];
    b->descriptor.sizes_and_strides[a->rank + dim] = stride;
    stride *= a->shape[dim];
  }
}

/* Maps memory for an argument between inaccessible pages. */
static void map_buffer(struct buffer *b, const struct argument *a, int at_end) {
  size_t gap;
  b->bytes = a->bytes;
  b->size = (a->bytes + page_size - 1) / page_size * page_size;
  b->begin = mmap(NULL, b->size + 2 * page_size, PROT_NONE,
                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (b->begin == MAP_FAILED)
    fail("out of memory");
  b->begin += page_size;
  if (b->size && mprotect(b->begin, b->size, PROT_READ | PROT_WRITE))
    fail("cannot make memory accessible");
  gap = at_end ? (b->size - b->bytes) / a->alignment * a->alignment : 0;
  b->data = b->begin + gap;
  memset(b->begin, FILL, b->size);
  describe(b, a);
}

static void unmap_buffer(struct buffer *b) {
  munmap(b->begin - page_size, b->size + 2 * page_size);
}

static void protect(struct buffer *b, int protection) {
  if (b->size && mprotect(b->begin, b->size, protection))
    fail("cannot change the protection of memory");
}

static int is_gap_written(const struct buffer *b) {
  for (const char *p = b->begin; p < b->begin + b->size; ++p)
    if ((p < b->data || p >= b->data + b->bytes) && *(unsigned char *)p != FILL)
      return 1;
  return 0;
}

/* The buffers of a function's arguments, and what it is called with. */
struct frame {
  struct buffer buffers[MAX_ARGUMENTS];
  void *arguments[MAX_ARGUMENTS];
};

/* Maps all buffers but packed weights that `prepared` has. */
static void open_frame(struct frame *f, const struct function *function,
                       const struct buffer *prepared, int at_end,
                       int uses_descriptors) {
  if (function->num_arguments > MAX_ARGUMENTS)
    fail("too many arguments");
  for (int i = 0; i < function->num_arguments; ++i) {
    const struct argument *a = &function->arguments[i];
    struct buffer *b = &f->buffers[i];
    if (a->kind == ARGUMENT_PACKED && prepared)
      *b = *prepared;
    else
      map_buffer(b, a, at_end);
    f->arguments[i] = uses_descriptors ? (void *)&b->descriptor : b->data;
  }
}

/* Copies the inputs from *data, which moves behind them. */
static void fill_inputs(struct frame *f, const struct function *function,
                        const char **data) {
  for (int i = 0; i < function->num_arguments; ++i) {
    struct buffer *b = &f->buffers[i];
    if (function->arguments[i].kind != ARGUMENT_INPUT)
      continue;
    protect(b, PROT_READ | PROT_WRITE);
    memcpy(b->data, *data, b->bytes);
    *data += b->bytes;
    protect(b, PROT_READ);
  }
}

static struct buffer *find(struct frame *f, const struct function *function,
                           enum argument_kind kind) {
  for (int i = 0; i < function->num_arguments; ++i)
    if (function->arguments[i].kind == kind)
      return &f->buffers[i];
  return NULL;
}

static int are_gaps_written(const struct frame *f,
                            const struct function *function) {
  for (int i = 0; i < function->num_arguments; ++i)
    if (is_gap_written(&f->buffers[i]))
      return 1;
  return 0;
}

/* Calls prepare, if there is one; returns the status. */
static int execute_prepare(const struct sweep_case *c, struct frame *prepare) {
  struct buffer *packed = find(prepare, &c->prepare, ARGUMENT_PACKED);
  int number = sigsetjmp(on_signal, 1);
  if (!number && c->prepare.call) {
    is_executing = 1;
    c->prepare.call(prepare->arguments);
  }
  is_executing = 0;
  if (packed)
    protect(packed, PROT_READ);
  if (number)
    return number;
  return are_gaps_written(prepare, &c->prepare) ? -1 : 0;
}

/* Calls run twice; returns the status. */
static int execute_run(const struct sweep_case *c, struct frame *run,
                       char *result) {
  struct buffer *output = find(run, &c->run, ARGUMENT_OUTPUT);
  int number = sigsetjmp(on_signal, 1);
  if (number) {
    is_executing = 0;
    return number;
  }
  is_executing = 1;
  memset(output->data, FILL, output->bytes);
  c->run.call(run->arguments);
  memcpy(result, output->data, output->bytes);
  memset(output->data, FILL, output->bytes);
  c->run.call(run->arguments);
  is_executing = 0;
  if (memcmp(result, output->data, output->bytes))
    return -2;
  return are_gaps_written(run, &c->run) ? -1 : 0;
}

static void run_case(const struct sweep_case *c, const char **data, int at_end,
                     FILE *outputs) {
  static struct frame prepare, run;
  struct buffer *packed, *output;
  const char *inputs = *data;
  char *result;
  int32_t prepare_status;
  open_frame(&run, &c->run, NULL, at_end, c->uses_descriptors);
  packed = find(&run, &c->run, ARGUMENT_PACKED);
  open_frame(&prepare, &c->prepare, packed, at_end, c->uses_descriptors);
  output = find(&run, &c->run, ARGUMENT_OUTPUT);
  if (!output)
    fail("a case has no output");
  result = calloc(output->bytes, 1);
  if (!result)
    fail("out of memory");
  fill_inputs(&prepare, &c->prepare, &inputs);
  prepare_status = execute_prepare(c, &prepare);
  for (int set = 0; set < c->num_sets; ++set) {
    int32_t status = prepare_status;
    fill_inputs(&run, &c->run, &inputs);
    if (!status)
      status = execute_run(c, &run, result);
    fwrite(&status, sizeof status, 1, outputs);
    fwrite(result, output->bytes, 1, outputs);
  }
  free(result);
  for (int i = 0; i < c->prepare.num_arguments; ++i)
    if (!packed || c->prepare.arguments[i].kind != ARGUMENT_PACKED)
      unmap_buffer(&prepare.buffers[i]);
  for (int i = 0; i < c->run.num_arguments; ++i)
    unmap_buffer(&run.buffers[i]);
  if (!at_end)
    *data = inputs;
}

static char *read_file(const char *path) {
  FILE *file = fopen(path, "rb");
  long size;
  char *data;
  if (!file || fseek(file, 0, SEEK_END) || (size = ftell(file)) < 0)
    fail("cannot read the inputs");
  rewind(file);
  data = malloc(size + 1);
  if (!data || fread(data, 1, size, file) != (size_t)size)
    fail("cannot read the inputs");
  fclose(file);
  return data;
}

int main(int argc, char **argv) {
  const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
  struct sigaction action;
  char *inputs;
  const char *data;
  FILE *outputs;
  if (argc != 3)
    fail("expected INPUTS OUTPUTS");
  page_size = sysconf(_SC_PAGESIZE);
  data = inputs = read_file(argv[1]);
  outputs = fopen(argv[2], "wb");
  if (!outputs)
    fail("cannot write the outputs");
  memset(&action, 0, sizeof action);
  action.sa_handler = catch_signal;
  for (size_t i = 0; i < sizeof signals / sizeof *signals; ++i)
    sigaction(signals[i], &action, NULL);
  for (int i = 0; i < num_sweep_cases; ++i)
    for (int at_end = 1; at_end >= 0; --at_end)
      run_case(&sweep_cases[i], &data, at_end, outputs);
  free(inputs);
  if (fclose(outputs))
    fail("cannot write the outputs");
  return 0;
}
