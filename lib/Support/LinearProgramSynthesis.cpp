//===- LinearProgramSynthesis.cpp - Programs with few operations ----------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Two row systems may describe the same matrix; each is factored, and the
// shorter program wins. One holds the rows as they are. The other is for B^T,
// whose rows, read as polynomials, are the products of all (x - a_l) but one.
// Splitting the points into two groups with products p and q, the rows of the
// first group are multiples of q, so they are short sums over the helpers
// z_i = sum_j q_j x_{i+j}, and vice versa. It pays where points without a
// partner -a spoil the even/odd symmetry of the others.
//
//===----------------------------------------------------------------------===//

#include "SumGraph.h"

#include "llvm/ADT/STLExtras.h"
#include <cassert>

using namespace wino;
using namespace wino::detail;
using llvm::ArrayRef;
using llvm::SmallVector;

namespace {

//===----------------------------------------------------------------------===//
// Polynomials
//===----------------------------------------------------------------------===//

/// Coefficients, lowest power first; the last one is not zero.
using Polynomial = SmallVector<Rational>;

/// Reads a row as a polynomial; it is empty for a row of zeros.
Polynomial getPolynomial(ArrayRef<Rational> row) {
  Polynomial polynomial(row);
  while (!polynomial.empty() && polynomial.back().num == 0)
    polynomial.pop_back();
  return polynomial;
}

unsigned countTerms(ArrayRef<Rational> polynomial) {
  return llvm::count_if(polynomial,
                        [](const Rational &coef) { return coef.num != 0; });
}

/// Returns the product of (x - root) over `roots`.
Polynomial getProduct(ArrayRef<Rational> roots) {
  Polynomial product = {Rational(1)};
  for (const Rational &root : roots) {
    product.push_back(Rational(0));
    for (size_t power = product.size() - 1; power > 0; --power)
      product[power] = product[power - 1] - root * product[power];
    product[0] = -(root * product[0]);
  }
  return product;
}

/// Returns the quotient if `divisor` divides `dividend`.
std::optional<Polynomial> divideExactly(Polynomial dividend,
                                        const Polynomial &divisor) {
  if (divisor.empty() || dividend.size() < divisor.size())
    return std::nullopt;
  Polynomial quotient(dividend.size() - divisor.size() + 1, Rational(0));
  for (size_t power = quotient.size(); power-- > 0;) {
    Rational factor =
        wino::divide(dividend[power + divisor.size() - 1], divisor.back());
    quotient[power] = factor;
    for (size_t i = 0; factor.num != 0 && i < divisor.size(); ++i)
      dividend[power + i] -= factor * divisor[i];
  }
  if (countTerms(dividend) != 0)
    return std::nullopt;
  return quotient;
}

/// Returns the interpolation points other than 0 whose B^T `matrix` may be: the
/// roots by which the rows differ from the one of highest degree, which stands
/// for infinity. Empty if the rows are not related so.
SmallVector<Rational> findPoints(const RationalMatrix &matrix) {
  SmallVector<Polynomial> rows;
  for (unsigned i = 0; i < matrix.getNumRows(); ++i)
    rows.push_back(getPolynomial(matrix.getRow(i)));
  const Polynomial *full = nullptr;
  for (const Polynomial &row : rows)
    if (!full || row.size() > full->size())
      full = &row;

  SmallVector<Rational> points;
  for (const Polynomial &row : rows) {
    if (&row == full)
      continue;
    std::optional<Polynomial> linear = divideExactly(*full, row);
    if (!linear || linear->size() != 2)
      return {};
    if ((*linear)[0].num != 0)
      points.push_back(-wino::divide((*linear)[0], (*linear)[1]));
  }
  return points;
}

//===----------------------------------------------------------------------===//
// Systems over common factors
//===----------------------------------------------------------------------===//

/// Rewrites every row of `matrix` over the multiples of one of `factors` that
/// leaves the fewest terms, or over the inputs. The helpers are the shifts of
/// the factors that are used.
RowSystem factorPolynomials(const RationalMatrix &matrix,
                            ArrayRef<Polynomial> factors, ConstantPool &pool) {
  RowSystem system;
  system.numInputs = matrix.getNumCols();
  std::map<std::pair<size_t, size_t>, unsigned> helperVars;
  auto getHelper = [&](size_t factor, size_t shift) {
    auto [it, isNew] = helperVars.try_emplace(
        {factor, shift}, system.numInputs + system.helpers.size());
    if (isNew) {
      Row &row = system.helpers.emplace_back();
      for (auto [i, coef] : llvm::enumerate(factors[factor]))
        if (coef.num != 0)
          row.push_back({static_cast<unsigned>(shift + i), pool.intern(coef)});
    }
    return it->second;
  };

  for (unsigned i = 0; i < matrix.getNumRows(); ++i) {
    Polynomial best = getPolynomial(matrix.getRow(i));
    std::optional<size_t> bestFactor;
    Polynomial whole = best;
    for (auto [index, factor] : llvm::enumerate(factors)) {
      std::optional<Polynomial> quotient = divideExactly(whole, factor);
      if (quotient && countTerms(*quotient) < countTerms(best)) {
        best = *quotient;
        bestFactor = index;
      }
    }
    Row &row = system.outputs.emplace_back();
    for (auto [shift, coef] : llvm::enumerate(best))
      if (coef.num != 0)
        row.push_back({bestFactor ? getHelper(*bestFactor, shift)
                                  : static_cast<unsigned>(shift),
                       pool.intern(coef)});
    llvm::sort(row, [](const Term &a, const Term &b) { return a.var < b.var; });
  }
  return system;
}

/// Returns the system that separates the points +-a of a B^T from the others,
/// if `matrix` is one with points of both kinds.
std::optional<RowSystem> getFactoredSystem(const RationalMatrix &matrix,
                                           ConstantPool &pool) {
  SmallVector<Rational> paired, single;
  SmallVector<Rational> points = findPoints(matrix);
  for (const Rational &point : points)
    (llvm::is_contained(points, -point) ? paired : single).push_back(point);
  if (paired.empty() || single.empty())
    return std::nullopt;
  return factorPolynomials(matrix, {getProduct(paired), getProduct(single)},
                           pool);
}

} // namespace

LinearProgram wino::synthesizeProgram(const RationalMatrix &matrix,
                                      double maxErrorGrowth) {
  ConstantPool pool;
  LinearProgram best =
      emitProgram(factorRows(getRowSystem(matrix, pool), pool), pool);
  double maxError = maxErrorGrowth * best.getExpectedError();
  if (std::optional<RowSystem> system = getFactoredSystem(matrix, pool)) {
    LinearProgram program = emitProgram(factorRows(*system, pool), pool);
    if (program.ops.size() < best.ops.size() &&
        program.getExpectedError() <= maxError)
      best = std::move(program);
  }
  assert(best.getMatrix() == matrix && "program computes another matrix");
  return best;
}
