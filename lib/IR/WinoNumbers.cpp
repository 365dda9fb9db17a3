//===- WinoNumbers.cpp - The numbers of transforms ------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/IR/WinoDialect.h"

using namespace mlir;
using namespace wino;

//===----------------------------------------------------------------------===//
// RingAttr
//===----------------------------------------------------------------------===//

llvm::Expected<RingTransform>
wino::buildRingTransform(TransformAttr transform) {
  if (!transform.isExact())
    return llvm::createStringError("its matrices are not rational");
  if (transform.hasEdge())
    return llvm::createStringError("tiles at the edge are smaller");
  IntegerTransform rows = scaleToIntegers(transform.getTransform(0));
  IntegerTransform cols = scaleToIntegers(transform.getTransform(1));
  IntegerTransform lightRows = moveOutputFactorsToFilter(rows);
  IntegerTransform lightCols = moveOutputFactorsToFilter(cols);
  IntegerRange filters =
      getTransformedRange(lightRows.matrices.g, lightCols.matrices.g,
                          IntegerRange::getSigned(/*bits=*/8));
  if (IntegerRange::getSigned(/*bits=*/16).contains(filters))
    return buildRingTransform(lightRows, lightCols);
  return buildRingTransform(rows, cols);
}

Type RingAttr::getElementType() const {
  return IntegerType::get(getContext(), 8);
}

Type RingAttr::getFactorType() const {
  return IntegerType::get(getContext(), 16);
}

llvm::Error RingAttr::checkTransform(const TransformAttr &transform) const {
  return buildRingTransform(transform).takeError();
}

Transform1D RingAttr::getMatrices(const TransformAttr &transform, unsigned axis,
                                  bool, int64_t) const {
  RingTransform ring = llvm::cantFail(buildRingTransform(transform));
  return (axis == 0 ? ring.rows : ring.cols).matrices;
}
