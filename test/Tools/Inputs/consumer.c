/* A program with two models. Arguments: the weights files of both, and that of
   the first model for another CPU. Fails where an entry point does not do what
   docs/CInterface.md says. */
#include "bias.h"
#include "sum.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPECT(condition)                                                      \
  do {                                                                         \
    if (!(condition)) {                                                        \
      fprintf(stderr, "line %d: %s\n", __LINE__, #condition);                  \
      exit(1);                                                                 \
    }                                                                          \
  } while (0)

/* Returns 64-byte aligned memory. */
static unsigned char *allocate(size_t size) {
  unsigned char *memory = (unsigned char *)malloc(size + 64);
  EXPECT(memory);
  return memory + (64 - (size_t)memory % 64);
}

static unsigned char *read_file(const char *name, size_t size) {
  unsigned char *data = allocate(size + 1);
  FILE *file = fopen(name, "rb");
  EXPECT(file && fread(data, 1, size, file) == size && fgetc(file) == EOF);
  fclose(file);
  return data;
}

/* Expects that `prepare` refuses the file with one byte changed. */
static void expect_damage(unsigned char *file, size_t offset, int error) {
  sum_model model;
  file[offset] ^= 0x10;
  EXPECT(sum_prepare(file, SUM_WEIGHTS_SIZE, &model) == error);
  EXPECT(model.weights == NULL);
  file[offset] ^= 0x10;
}

static void test_prepare(unsigned char *file, unsigned char *other_model,
                         const char *other_cpu) {
  sum_model model;
  size_t size = SUM_WEIGHTS_SIZE, i;
  unsigned char *copy = allocate(size + 64);
  FILE *stream;
  EXPECT(sum_prepare(NULL, size, &model) == WINO_ERROR_NULL);
  EXPECT(sum_prepare(file, size, NULL) == WINO_ERROR_NULL);
  memcpy(copy + 8, file, size);
  EXPECT(sum_prepare(copy + 8, size, &model) == WINO_ERROR_ALIGNMENT);
  for (i = 0; i < size; i += 63)
    EXPECT(sum_prepare(file, i, &model) == WINO_ERROR_SIZE);
  EXPECT(sum_prepare(file, size + 1, &model) == WINO_ERROR_SIZE);

  for (i = 0; i < 8; ++i)
    expect_damage(file, i, WINO_ERROR_MAGIC);
  for (i = 8; i < 12; ++i)
    expect_damage(file, i, WINO_ERROR_VERSION);
  for (i = 12; i < 16; ++i)
    expect_damage(file, i, WINO_ERROR_MAGIC);
  for (i = 16; i < 24; ++i)
    expect_damage(file, i, WINO_ERROR_SIZE);
  for (i = 24; i < 32; ++i)
    expect_damage(file, i, WINO_ERROR_PLAN);
  for (i = 32; i < 40; ++i)
    expect_damage(file, i, WINO_ERROR_CHECKSUM);
  for (i = 40; i < 48; ++i)
    expect_damage(file, i, WINO_ERROR_MAGIC);
  for (i = 48; i < 112; ++i)
    expect_damage(file, i, WINO_ERROR_CPU);
  for (i = 112; i < 128; ++i)
    expect_damage(file, i, WINO_ERROR_MAGIC);
  for (i = 128; i < size; ++i)
    expect_damage(file, i, WINO_ERROR_CHECKSUM);

  EXPECT(bias_prepare(other_model, BIAS_WEIGHTS_SIZE,
                      (bias_model *)(void *)&model) == WINO_OK);
  EXPECT(sum_prepare(other_model, BIAS_WEIGHTS_SIZE, &model) ==
         WINO_ERROR_PLAN);
  stream = fopen(other_cpu, "rb");
  EXPECT(stream && fread(copy, 1, 128, stream) == 128);
  fclose(stream);
  EXPECT(sum_prepare(copy, 128, &model) == WINO_ERROR_CPU);
}

static void test_run(unsigned char *sum_file, unsigned char *bias_file) {
  static float image[SUM_IN0_COUNT + 1], sums[SUM_OUT0_COUNT];
  static float x[BIAS_IN0_COUNT] = {10, 20, 30, 40}, y[BIAS_OUT0_COUNT];
  sum_model sum;
  bias_model bias;
  unsigned char *scratch = allocate(SUM_SCRATCH_SIZE + 64);
  float *misaligned = (float *)(void *)((char *)image + 1);
  int row, column, i, j, c;
  for (i = 0; i < (int)SUM_IN0_COUNT; ++i)
    image[i] = (float)(i * 7 % 13);

  EXPECT(sum_prepare(sum_file, SUM_WEIGHTS_SIZE + 1, &sum) != WINO_OK);
  EXPECT(sum_run(&sum, image, sums, scratch) == WINO_ERROR_NOT_PREPARED);
  EXPECT(sum_prepare(sum_file, SUM_WEIGHTS_SIZE, &sum) == WINO_OK);
  EXPECT(bias_prepare(bias_file, BIAS_WEIGHTS_SIZE, &bias) == WINO_OK);
  EXPECT(sum_run((const sum_model *)(const void *)&bias, image, sums,
                 scratch) == WINO_ERROR_NOT_PREPARED);
  EXPECT(sum_run(NULL, image, sums, scratch) == WINO_ERROR_NULL);
  EXPECT(sum_run(&sum, NULL, sums, scratch) == WINO_ERROR_NULL);
  EXPECT(sum_run(&sum, image, NULL, scratch) == WINO_ERROR_NULL);
  EXPECT(sum_run(&sum, misaligned, sums, scratch) == WINO_ERROR_ALIGNMENT);
  EXPECT(sum_run(&sum, image, misaligned, scratch) == WINO_ERROR_ALIGNMENT);
  if (SUM_SCRATCH_SIZE) {
    EXPECT(sum_run(&sum, image, sums, NULL) == WINO_ERROR_NULL);
    EXPECT(sum_run(&sum, image, sums, scratch + 32) == WINO_ERROR_ALIGNMENT);
  }

  EXPECT(sum_run(&sum, image, sums, scratch) == WINO_OK);
  for (row = 0; row < 6; ++row)
    for (column = 0; column < 6; ++column) {
      float expected = 0, difference;
      for (i = 0; i < 3; ++i)
        for (j = 0; j < 3; ++j)
          for (c = 0; c < 4; ++c)
            expected += image[((row + i) * 8 + column + j) * 4 + c] / 2;
      for (c = 0; c < 8; ++c) {
        difference = sums[(row * 6 + column) * 8 + c] - expected;
        EXPECT(difference < 1e-3f && difference > -1e-3f);
      }
    }
  EXPECT(bias_run(&bias, x, y, scratch) == WINO_OK);
  for (i = 0; i < 4; ++i)
    EXPECT(y[i] == 11.0f * (float)(i + 1));
}

int main(int argc, char **argv) {
  const size_t shape[SUM_IN0_RANK] = SUM_IN0_SHAPE;
  unsigned char *sum_file, *bias_file;
  EXPECT(argc == 4);
  EXPECT(shape[1] == 8 && SUM_IN0_SIZE == 4 * SUM_IN0_COUNT);
  EXPECT(strcmp(SUM_IN0_NAME, "image") == 0 && SUM_NUM_OUTPUTS == 1);
  EXPECT(sum_interface_version() == WINO_INTERFACE_VERSION);
  EXPECT(sum_scratch_size() == SUM_SCRATCH_SIZE);
  EXPECT(bias_scratch_size() == BIAS_SCRATCH_SIZE);
  EXPECT(BIAS_SCRATCH_SIZE <= SUM_SCRATCH_SIZE + 64);
  sum_file = read_file(argv[1], SUM_WEIGHTS_SIZE);
  bias_file = read_file(argv[2], BIAS_WEIGHTS_SIZE);
  test_prepare(sum_file, bias_file, argv[3]);
  test_run(sum_file, bias_file);
  puts("all good");
  return 0;
}
