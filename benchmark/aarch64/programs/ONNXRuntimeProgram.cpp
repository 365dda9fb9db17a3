//===- ONNXRuntimeProgram.cpp - ONNX Runtime ------------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// usage: program LAYER MODEL
//
// MODEL is an ONNX file with the layer as its only node: input `image`, output
// `result`, NCHW.
//
//===----------------------------------------------------------------------===//

#include "Layer.h"
#include <iterator>
#include <onnxruntime/onnxruntime_c_api.h>

using namespace wino::bench;

static const OrtApi *api = OrtGetApiBase()->GetApi(ORT_API_VERSION);

static void check(OrtStatus *status) {
  if (!status)
    return;
  std::fprintf(stderr, "%s\n", api->GetErrorMessage(status));
  std::exit(1);
}

static OrtSession *createSession(const char *model) {
  OrtEnv *environment;
  OrtSessionOptions *options;
  OrtSession *session;
  check(api->CreateEnv(ORT_LOGGING_LEVEL_ERROR, "bench", &environment));
  check(api->CreateSessionOptions(&options));
  check(api->SetIntraOpNumThreads(options, 1));
  check(api->SetInterOpNumThreads(options, 1));
  check(api->SetSessionGraphOptimizationLevel(options, ORT_ENABLE_ALL));
  check(api->CreateSession(environment, model, options, &session));
  return session;
}

/// Wraps an array, NCHW.
static OrtValue *createValue(const Array<float> &array, int n, int channels,
                             int h, int w) {
  OrtMemoryInfo *memory;
  OrtValue *value;
  const int64_t shape[] = {n, channels, h, w};
  size_t bytes = size_t(n) * channels * h * w * sizeof(float);
  check(
      api->CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &memory));
  check(api->CreateTensorWithDataAsOrtValue(
      memory, array.data(), bytes, shape, std::size(shape),
      ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &value));
  return value;
}

int main(int argc, char **argv) {
  if (argc != 3)
    return 2;
  Data data{parseLayer(argv[1])};
  const Layer &l = data.layer;
  Array<float> image(l.imageSize()), result(l.resultSize());
  fillImage(data, [&](int n, int y, int x, int c) -> float & {
    return image[((int64_t(n) * l.c + c) * l.h + y) * l.w + x];
  });
  OrtSession *session = createSession(argv[2]);
  OrtValue *input = createValue(image, l.n, l.c, l.h, l.w);
  OrtValue *output = createValue(result, l.n, l.k, l.outH(), l.outW());
  const char *inputName = "image", *outputName = "result";
  measure([&] {
    check(api->Run(session, /*run_options=*/nullptr, &inputName, &input, 1,
                   &outputName, 1, &output));
  });
  checkAndReport(data, [&](int n, int y, int x, int k) {
    return result[((int64_t(n) * l.k + k) * l.outH() + y) * l.outW() + x];
  });
  // Skips destructors of the library, which wait for its threads.
  std::_Exit(0);
}
