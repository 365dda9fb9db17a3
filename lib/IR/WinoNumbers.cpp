//===- WinoNumbers.cpp - The numbers of transforms ------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/IR/WinoDialect.h"
#include "Wino/Support/ExactnessProof.h"

using namespace mlir;
using namespace wino;

//===----------------------------------------------------------------------===//
// RingAttr
//===----------------------------------------------------------------------===//

RationalMatrix wino::getMatrix(const Transform1D &transform,
                               TransformStage stage) {
  switch (stage) {
  case TransformStage::Filter:
    return transform.g;
  case TransformStage::Input:
    return transform.bt;
  case TransformStage::Output:
    return transform.at;
  }
  llvm_unreachable("unknown stage");
}

llvm::Expected<RingTransform> wino::buildRingTransform(TransformAttr transform,
                                                       bool rowsAtEdge,
                                                       bool colsAtEdge) {
  if (!transform.isExact())
    return llvm::createStringError("its matrices are not rational");
  IntegerTransform rows = scaleToIntegers(transform.getTransform(0));
  IntegerTransform cols = scaleToIntegers(transform.getTransform(1));
  IntegerTransform lightRows = moveOutputFactorsToFilter(rows);
  IntegerTransform lightCols = moveOutputFactorsToFilter(cols);
  IntegerRange filters =
      getTransformedRange(lightRows.matrices.g, lightCols.matrices.g,
                          IntegerRange::getSigned(/*bits=*/8));
  if (IntegerRange::getSigned(/*bits=*/16).contains(filters)) {
    rows = std::move(lightRows);
    cols = std::move(lightCols);
  }
  if (rowsAtEdge)
    rows =
        scaleEdgeToIntegers(transform.getTransform(0, /*atEdge=*/true), rows);
  if (colsAtEdge)
    cols =
        scaleEdgeToIntegers(transform.getTransform(1, /*atEdge=*/true), cols);
  return buildRingTransform(rows, cols);
}

llvm::Expected<SmallVector<RingTransform, 0>>
wino::buildRingTransforms(TransformAttr transform) {
  SmallVector<RingTransform, 0> rings;
  for (bool rowsAtEdge : {false, true})
    for (bool colsAtEdge : {false, true}) {
      if ((rowsAtEdge && !transform.hasEdge(0)) ||
          (colsAtEdge && !transform.hasEdge(1)))
        continue;
      llvm::Expected<RingTransform> ring =
          buildRingTransform(transform, rowsAtEdge, colsAtEdge);
      if (!ring)
        return ring.takeError();
      rings.push_back(std::move(*ring));
    }
  return rings;
}

Type RingAttr::getElementType() const {
  return IntegerType::get(getContext(), 8);
}

Type RingAttr::getFactorType() const {
  return IntegerType::get(getContext(), 16);
}

llvm::Error RingAttr::checkTransform(const TransformAttr &transform) const {
  llvm::Expected<SmallVector<RingTransform, 0>> rings =
      buildRingTransforms(transform);
  if (!rings)
    return rings.takeError();
  for (const RingTransform &ring : *rings) {
    StorageProof proof = {
        ring.getTransformedInputRange(IntegerRange::getSigned(/*bits=*/8)),
        /*bits=*/16};
    if (!proof.holds())
      return llvm::createStringError(
          "the transformed image does not fit i16: " + proof.toString());
  }
  return llvm::Error::success();
}

Transform1D RingAttr::getMatrices(const TransformAttr &transform, unsigned axis,
                                  bool atEdge, int64_t) const {
  RingTransform ring = llvm::cantFail(
      buildRingTransform(transform, /*rowsAtEdge=*/axis == 0 && atEdge,
                         /*colsAtEdge=*/axis == 1 && atEdge));
  return (axis == 0 ? ring.rows : ring.cols).matrices;
}
