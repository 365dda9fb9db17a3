//===- WinogradRing.cpp - Winograd of i8 modulo 2^32 ----------------------===//
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
class WinogradRing : public Winograd {
public:
  WinogradRing() : Winograd("winograd-ring") {}

  bool hasNumbers(NumbersAttrInterface numbers) const override {
    return isa_and_present<RingAttr>(numbers);
  }
  bool supportsTypes(const ConvProblem &problem) const override {
    return problem.isInteger();
  }

protected:
  Variant selectNumbers(const ConvProblem &,
                        TransformAttr transform) const override {
    return {transform, RingAttr::get(transform.getContext())};
  }
  LogicalResult checkNumbers(const ConvProblem &problem, const Variant &variant,
                             const FilterBounds &bounds,
                             std::string &text) const override;
  int64_t getMaxChunk(const ConvProblem &problem, const Variant &variant,
                      const FilterBounds &bounds) const override;
};
} // namespace

/// Succeeds if V and U fit i16, and gives M, the number of different results;
/// `text` becomes what does not hold.
static FailureOr<llvm::DynamicAPInt> checkStorage(TransformAttr transform,
                                                  const FilterBounds &bounds,
                                                  std::string &text) {
  llvm::raw_string_ostream os(text);
  llvm::Expected<SmallVector<RingTransform, 0>> rings =
      buildRingTransforms(transform);
  if (!rings) {
    os << transform.getName() << " is not possible in #wino.ring: "
       << llvm::toString(rings.takeError());
    return failure();
  }
  const IntegerRange image = IntegerRange::getSigned(/*bits=*/8);
  const IntegerRange filter = {llvm::DynamicAPInt(bounds.min),
                               llvm::DynamicAPInt(bounds.max)};
  StorageProof v = {rings->front().getTransformedInputRange(image),
                    /*bits=*/16};
  StorageProof u = {rings->front().getTransformedFilterRange(filter),
                    /*bits=*/16};
  llvm::DynamicAPInt numResults = rings->front().getNumResults();
  // Bounds that hold for all kinds of tiles.
  for (const RingTransform &ring : llvm::drop_begin(*rings)) {
    IntegerRange next = ring.getTransformedInputRange(image);
    v.range = {std::min(v.range.min, next.min),
               std::max(v.range.max, next.max)};
    numResults = std::min(numResults, ring.getNumResults());
  }
  for (auto [name, storage] : {std::pair("image", v), std::pair("filter", u)})
    if (!storage.holds()) {
      os << "the " << name << " transformed by " << transform.getName()
         << " does not fit i16: " << storage.toString();
      return failure();
    }
  return numResults;
}

LogicalResult WinogradRing::checkNumbers(const ConvProblem &problem,
                                         const Variant &variant,
                                         const FilterBounds &bounds,
                                         std::string &text) const {
  FailureOr<llvm::DynamicAPInt> numResults =
      checkStorage(variant.transform, bounds, text);
  if (failed(numResults))
    return failure();
  ResultProof proof = proveResults(problem, bounds, *numResults, variant.chunk);
  if (!proof.holds())
    text += "the result of " + variant.transform.getName() +
            " may exceed the range of #wino.ring: ";
  text += proof.toString();
  return success(proof.holds());
}

int64_t WinogradRing::getMaxChunk(const ConvProblem &problem,
                                  const Variant &variant,
                                  const FilterBounds &bounds) const {
  std::string unused;
  FailureOr<llvm::DynamicAPInt> numResults =
      checkStorage(variant.transform, bounds, unused);
  return failed(numResults) ? 0
                            : wino::getMaxChunk(problem, bounds, *numResults);
}

std::unique_ptr<ConvAlgorithm> wino::createWinogradRing() {
  return std::make_unique<WinogradRing>();
}
