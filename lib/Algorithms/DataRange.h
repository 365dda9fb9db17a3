//===- DataRange.h - What is known about an image -------------- -*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_ALGORITHMS_DATARANGE_H
#define WINO_LIB_ALGORITHMS_DATARANGE_H

#include "Wino/Algorithms/ConvProblem.h"

namespace wino {

struct IntegerBounds {
  int64_t min, max;
};

/// The range of the image of a convolution of i8, padding included: that of the
/// type, or what an elementwise op clamps it to.
IntegerBounds getDataRange(const ConvProblem &problem);

} // namespace wino

#endif // WINO_LIB_ALGORITHMS_DATARANGE_H
