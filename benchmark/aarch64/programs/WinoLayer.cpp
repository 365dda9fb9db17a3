//===- WinoLayer.cpp - A layer that wino-compile generates ----------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WinoLayer.h"
extern "C" {
#include "layer.h"
}

using namespace wino::bench;

const int64_t wino::bench::kImageBytes = LAYER_IN0_SIZE;
const int64_t wino::bench::kResultBytes = LAYER_OUT0_SIZE;
const int64_t wino::bench::kWeightBytes = LAYER_WEIGHTS_SIZE;
const int64_t wino::bench::kScratchBytes = LAYER_SCRATCH_SIZE;

static layer_model model;

int wino::bench::prepareLayer(const void *weights) {
  return layer_prepare(weights, LAYER_WEIGHTS_SIZE, &model);
}

int wino::bench::runLayer(const Element *image, Element *result,
                          void *scratch) {
  return layer_run(&model, image, result, scratch);
}
