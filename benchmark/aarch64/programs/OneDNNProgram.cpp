//===- OneDNNProgram.cpp - oneDNN -----------------------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// usage: program LAYER
//
// The library chooses the algorithm and the layouts.
//
//===----------------------------------------------------------------------===//

#include "Layer.h"
#include <cstring>
#include <dnnl.hpp>

using namespace wino::bench;
using dnnl::memory;

namespace {
/// Memory in a layout of ours, and the same in one that oneDNN chooses.
class Operand {
public:
  Operand(const dnnl::engine &engine, const memory::dims &sizes,
          memory::format_tag tag)
      : plain({sizes, memory::data_type::f32, tag}, engine) {}

  float &operator[](int64_t index) const {
    return static_cast<float *>(plain.get_data_handle())[index];
  }
  static memory::desc any(const memory::dims &sizes) {
    return {sizes, memory::data_type::f32, memory::format_tag::any};
  }

  memory plain, chosen;
};
} // namespace

static void reorder(dnnl::stream &stream, memory &from, memory &to) {
  dnnl::reorder(from, to).execute(stream, from, to);
  stream.wait();
}

static void run(const Data &data) {
  const Layer &l = data.layer;
  dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  dnnl::stream stream(engine);
  using Tag = memory::format_tag;
  memory::dims imageSizes{l.n, l.c, l.h, l.w};
  memory::dims filterSizes{l.k, l.c, l.r, l.s};
  memory::dims resultSizes{l.n, l.k, l.outH(), l.outW()};
  memory::dims strides{l.stride, l.stride}, pads{l.padH, l.padW};
  Operand image(engine, imageSizes, Tag::nhwc);
  Operand filter(engine, filterSizes, Tag::hwio);
  Operand bias(engine, {l.k}, Tag::a);
  Operand result(engine, resultSizes, Tag::nhwc);
  fillImage(data, [&](int n, int y, int x, int c) -> float & {
    return image[((int64_t(n) * l.h + y) * l.w + x) * l.c + c];
  });
  fillFilter(data, [&](int i, int j, int c, int k) -> float & {
    return filter[((int64_t(i) * l.s + j) * l.c + c) * l.k + k];
  });
  for (int k = 0; k < l.k; ++k)
    bias[k] = data.bias(k);

  dnnl::convolution_forward::primitive_desc description(
      engine, dnnl::prop_kind::forward_inference,
      dnnl::algorithm::convolution_auto, Operand::any(imageSizes),
      Operand::any(filterSizes), bias.plain.get_desc(),
      Operand::any(resultSizes), strides, pads, pads);
  // Nobody uses these for speed.
  if (std::strstr(description.impl_info_str(), "ref"))
    reportUnsupported("only a reference implementation");
  image.chosen = memory(description.src_desc(), engine);
  filter.chosen = memory(description.weights_desc(), engine);
  result.chosen = memory(description.dst_desc(), engine);
  reorder(stream, image.plain, image.chosen);
  reorder(stream, filter.plain, filter.chosen);
  dnnl::convolution_forward convolution(description);
  measure([&] {
    convolution.execute(stream, {{DNNL_ARG_SRC, image.chosen},
                                 {DNNL_ARG_WEIGHTS, filter.chosen},
                                 {DNNL_ARG_BIAS, bias.plain},
                                 {DNNL_ARG_DST, result.chosen}});
    stream.wait();
  });
  reorder(stream, result.chosen, result.plain);
  checkAndReport(
      data,
      [&](int n, int y, int x, int k) {
        return result[((int64_t(n) * l.outH() + y) * l.outW() + x) * l.k + k];
      },
      description.impl_info_str());
}

int main(int argc, char **argv) {
  if (argc != 2)
    return 2;
  Data data{parseLayer(argv[1])};
  if (data.layer.groups != 1)
    reportUnsupported("groups");
  try {
    run(data);
  } catch (const dnnl::error &) {
    reportUnsupported("no such primitive");
  }
  return 0;
}
