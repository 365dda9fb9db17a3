//===- ACLProgram.cpp - Arm Compute Library -------------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// usage: program LAYER winograd|gemm
//
// Image and result are NHWC; its Winograd layer may use fast math, as in the
// library's own choice.
//
//===----------------------------------------------------------------------===//

#include "Layer.h"
#include "arm_compute/runtime/NEON/NEFunctions.h"
#include "arm_compute/runtime/Scheduler.h"
#include "arm_compute/runtime/Tensor.h"
#include <cstring>

using namespace arm_compute;
using wino::bench::Data;

static Tensor makeTensor(const TensorShape &shape) {
  TensorInfo info(shape, 1, DataType::F32);
  info.set_data_layout(DataLayout::NHWC);
  Tensor tensor;
  tensor.allocator()->init(info);
  return tensor;
}

/// Returns the element at these positions, innermost first.
static float &getElement(const Tensor &tensor, int a, int b = 0, int c = 0,
                         int d = 0) {
  return *reinterpret_cast<float *>(
      tensor.ptr_to_element(Coordinates(a, b, c, d)));
}

namespace {
/// The layer, set up for the library.
struct Convolution {
  explicit Convolution(const wino::bench::Layer &l)
      : image(makeTensor(TensorShape(l.c, l.w, l.h, l.n))),
        filter(makeTensor(TensorShape(l.c, l.s, l.r, l.k))),
        bias(makeTensor(TensorShape(l.k))),
        result(makeTensor(TensorShape(l.k, l.outW(), l.outH(), l.n))),
        window(l.stride, l.stride, l.padW, l.padH) {}

  /// Makes the function, or ends the program if it cannot.
  void configure(bool isWinograd);
  void fill(const Data &data);

  Tensor image, filter, bias, result;
  PadStrideInfo window;
  std::unique_ptr<IFunction> function;
};
} // namespace

void Convolution::configure(bool isWinograd) {
  auto check = [](const Status &status) {
    if (status.error_code() != ErrorCode::OK)
      wino::bench::reportUnsupported("no such kernel");
  };
  if (isWinograd) {
    using Function = NEWinogradConvolutionLayer;
    check(Function::validate(image.info(), filter.info(), bias.info(),
                             result.info(), window, ActivationLayerInfo(),
                             /*enable_fast_math=*/true));
    auto winograd = std::make_unique<Function>();
    winograd->configure(&image, &filter, &bias, &result, window,
                        ActivationLayerInfo(), /*enable_fast_math=*/true);
    function = std::move(winograd);
  } else {
    using Function = NEGEMMConvolutionLayer;
    check(Function::validate(image.info(), filter.info(), bias.info(),
                             result.info(), window));
    auto gemm = std::make_unique<Function>();
    gemm->configure(&image, &filter, &bias, &result, window);
    function = std::move(gemm);
  }
  for (Tensor *tensor : {&image, &filter, &bias, &result})
    tensor->allocator()->allocate();
}

void Convolution::fill(const Data &data) {
  wino::bench::fillImage(data, [&](int n, int y, int x, int c) -> float & {
    return getElement(image, c, x, y, n);
  });
  wino::bench::fillFilter(data, [&](int i, int j, int c, int k) -> float & {
    return getElement(filter, c, j, i, k);
  });
  for (int k = 0; k < data.layer.k; ++k)
    getElement(bias, k) = data.bias(k);
}

int main(int argc, char **argv) {
  if (argc != 3)
    return 2;
  Data data{wino::bench::parseLayer(argv[1])};
  if (data.layer.groups != 1)
    wino::bench::reportUnsupported("groups");
  Scheduler::set(Scheduler::Type::ST);
  Convolution convolution(data.layer);
  convolution.configure(std::strcmp(argv[2], "winograd") == 0);
  convolution.fill(data);
  wino::bench::measure([&] { convolution.function->run(); });
  wino::bench::checkAndReport(data, [&](int n, int y, int x, int k) {
    return getElement(convolution.result, k, x, y, n);
  });
  return 0;
}
