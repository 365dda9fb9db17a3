//===- RoundingError.h - Errors to expect of floats -------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What rounding does to a convolution of random data, as a prediction: a bound
// that holds for all data is orders of magnitude above what happens.
//
// Let image and filter be independent, of mean zero. The product of tap k has
// the standard deviation s_k = |row k of G| |row k of B^T|, per axis. Each of
// the C additions of a tap rounds a partial sum, so that the sum of all has an
// error of about u sqrt(C^2 / 2 + n C) s_k, where n counts the roundings of the
// transforms. A^T adds these up as it does the sums themselves, while a result
// has a deviation of sqrt(C r r').
//
//===----------------------------------------------------------------------===//

#ifndef WINO_COST_ROUNDINGERROR_H
#define WINO_COST_ROUNDINGERROR_H

#include "Wino/Support/CookToom.h"

namespace wino {

/// Returns how many times larger the error of a result of `transform` is along
/// its axis than that of a sum of as many terms, at the worst output.
double getErrorGrowth(const Transform1D &transform);

/// The largest error of a result by the largest result that is to be expected
/// of a sum of `numTerms` products in floats of `precision` bits.
double estimateSumError(double numTerms, unsigned precision);

/// As much of a convolution by `rows` and `cols` with `channels` input
/// channels. The residuals of approximate transforms are part of it.
double estimateWinogradError(const Transform1D &rows, const Transform1D &cols,
                             int64_t channels, unsigned precision);

} // namespace wino

#endif // WINO_COST_ROUNDINGERROR_H
