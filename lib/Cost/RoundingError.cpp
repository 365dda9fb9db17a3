//===- RoundingError.cpp - Errors to expect of floats ---------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Cost/RoundingError.h"
#include <cmath>

using namespace wino;

static double getSquaredNorm(const RationalMatrix &matrix, int64_t row) {
  double sum = 0;
  for (int64_t col = 0; col < matrix.getNumCols(); ++col) {
    double value = toDouble(matrix(row, col));
    sum += value * value;
  }
  return sum;
}

double wino::getErrorGrowth(const Transform1D &transform) {
  double worst = 0;
  for (int64_t i = 0; i < transform.at.getNumRows(); ++i) {
    double sum = 0;
    for (int64_t k = 0; k < transform.at.getNumCols(); ++k) {
      double a = toDouble(transform.at(i, k));
      sum += a * a * getSquaredNorm(transform.g, k) *
             getSquaredNorm(transform.bt, k);
    }
    worst = std::max(worst, sum);
  }
  return std::sqrt(worst / double(transform.r));
}

/// The root mean square of the error of a rounding, by the rounded value: it is
/// uniform within half a unit in the last place, and mantissas are about
/// logarithmically distributed.
static double getRounding(unsigned precision) {
  return 0.42 * std::ldexp(1.0, -int(precision));
}

double wino::estimateSumError(double numTerms, unsigned precision) {
  return getRounding(precision) * std::sqrt(numTerms / 2);
}

double wino::estimateWinogradError(const Transform1D &rows,
                                   const Transform1D &cols, int64_t channels,
                                   unsigned precision) {
  // Each pass of a transform rounds about as often as its matrix is long.
  const double roundings = double(2 * (rows.alpha() + cols.alpha()));
  double rounding = getRounding(precision) * getErrorGrowth(rows) *
                    getErrorGrowth(cols) *
                    std::sqrt(double(channels) / 2 + roundings);
  return rounding + getIdentityResidual(rows) + getIdentityResidual(cols);
}
