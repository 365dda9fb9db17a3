//===- Registry.h - Constructors of the algorithms ------------ -*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_ALGORITHMS_REGISTRY_H
#define WINO_LIB_ALGORITHMS_REGISTRY_H

#include "Wino/Algorithms/ConvAlgorithm.h"

namespace wino {

#define WINO_ALGORITHM(name) std::unique_ptr<ConvAlgorithm> create##name();
#include "Algorithms.def"

} // namespace wino

#endif // WINO_LIB_ALGORITHMS_REGISTRY_H
