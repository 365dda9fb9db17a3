//===- LayerKey.h - Names of layers in tuning databases ---------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_TRANSFORMS_LAYERKEY_H
#define WINO_TRANSFORMS_LAYERKEY_H

#include "Wino/Algorithms/ConvProblem.h"
#include "Wino/Target/CPU.h"

namespace wino {

/// Returns what a convolution is called in tuning databases: sizes and layout
/// of image, filter and result, strides, dilations, padding and types, as in
/// `1x58x58x64 nhwc, 3x3x64x64 hwcf, 1x56x56x64 nhwf, pad 0,0,0,0, stride 1x1,
/// dilation 1x1, f32,f32,f32`. Convolutions of one key take the same time by
/// the same plan.
std::string getLayerKey(const ConvProblem &problem);

/// Whether `text` has the form of such a name.
bool isLayerKey(llvm::StringRef text);

/// Returns what a CPU is called there: its name, `cortex-a73`; for the host
/// also LLVM's name of it, `host:znver3`; with several threads also their
/// number, `cortex-a73 with 4 threads`.
std::string getTuningName(const CPUInfo &cpu, int64_t threads = 1);

} // namespace wino

#endif // WINO_TRANSFORMS_LAYERKEY_H
