//===- WinogradFloat.cpp - Winograd of floats -----------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Registry.h"
#include "Winograd.h"

using namespace mlir;
using namespace wino;

namespace {
class WinogradFloat : public Winograd {
public:
  WinogradFloat() : Winograd("winograd-float") {}

  bool supportsTypes(const ConvProblem &problem) const override {
    return !problem.isInteger();
  }
};
} // namespace

std::unique_ptr<ConvAlgorithm> wino::createWinogradFloat() {
  return std::make_unique<WinogradFloat>();
}
