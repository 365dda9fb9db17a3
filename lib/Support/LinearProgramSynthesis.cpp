//===- LinearProgramSynthesis.cpp - Programs with few operations ----------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Several row systems describe the same matrix; each is factored, and the
// shortest program wins. Besides the rows as they are, there are two sources.
//
// Common polynomial factors. The rows of B^T, read as polynomials, are the
// products of all (x - a_l) but one. Splitting the points into two groups with
// products p and q, the rows of the first group are multiples of q, so they are
// short sums over the helpers z_i = sum_j q_j x_{i+j}, and vice versa. It pays
// where points without a partner -a spoil the even/odd symmetry of the others.
//
// Differences. A row may be a multiple of another one plus a few terms. This is
// tried in random orders of the rows of small matrices, such as G.
//
//===----------------------------------------------------------------------===//

#include "SumGraph.h"

#include "llvm/ADT/STLExtras.h"
#include <cassert>
#include <limits>
#include <random>

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

//===----------------------------------------------------------------------===//
// Systems over differences of rows
//===----------------------------------------------------------------------===//

/// Searches for rows that are short sums over one row computed before.
class DifferenceSearch {
public:
  DifferenceSearch(const RationalMatrix &matrix, ConstantPool &pool)
      : matrix(matrix), pool(pool) {}

  /// Returns a system that takes the rows in a random order.
  RowSystem getRandomSystem();

private:
  Row getRow(ArrayRef<Rational> coefs);
  Row getShortest(unsigned index, ArrayRef<unsigned> previous);

  const RationalMatrix &matrix;
  ConstantPool &pool;
  std::mt19937 random{1};
};

Row DifferenceSearch::getRow(ArrayRef<Rational> coefs) {
  Row row;
  for (auto [i, coef] : llvm::enumerate(coefs))
    if (coef.num != 0)
      row.push_back({static_cast<unsigned>(i), pool.intern(coef)});
  return row;
}

/// Returns row `index` as a sum over the inputs and at most one of the rows in
/// `previous`, one of the shortest.
Row DifferenceSearch::getShortest(unsigned index, ArrayRef<unsigned> previous) {
  unsigned numCols = matrix.getNumCols();
  ArrayRef<Rational> row = matrix.getRow(index);
  Row best = getRow(row);
  for (unsigned other : previous) {
    ArrayRef<Rational> base = matrix.getRow(other);
    for (unsigned col = 0; col < numCols; ++col) {
      if (row[col].num == 0 || base[col].num == 0)
        continue;
      Rational factor = wino::divide(row[col], base[col]);
      SmallVector<Rational> rest;
      for (unsigned i = 0; i < numCols; ++i)
        rest.push_back(row[i] - factor * base[i]);
      Row candidate = getRow(rest);
      candidate.push_back({numCols + other, pool.intern(factor)});
      if (candidate.size() < best.size() ||
          (candidate.size() == best.size() && random() % 2 == 0))
        best = std::move(candidate);
    }
  }
  return best;
}

RowSystem DifferenceSearch::getRandomSystem() {
  SmallVector<unsigned> order;
  for (unsigned i = 0; i < matrix.getNumRows(); ++i) {
    order.push_back(i);
    std::swap(order.back(), order[random() % order.size()]);
  }
  RowSystem system;
  system.numInputs = matrix.getNumCols();
  system.helpers.resize(order.size());
  system.outputs.resize(order.size());
  for (auto [position, index] : llvm::enumerate(order)) {
    Row row =
        getShortest(index, ArrayRef<unsigned>(order).take_front(position));
    if (row.empty())
      continue;
    system.helpers[index] = std::move(row);
    system.outputs[index] = {{system.numInputs + index, pool.one}};
  }
  return system;
}

/// Keeps the shortest of the programs it is offered, the first one of several.
class Selection {
public:
  Selection(const RowSystem &plain, double maxErrorGrowth, Factors factors,
            ConstantPool &pool)
      : factors(factors), pool(pool),
        best(*emitProgram(factorRows(plain, pool), factors, pool)),
        maxError(maxErrorGrowth * best.getExpectedError()) {}

  /// Replaces the best program by that of `system` if it is shorter and its
  /// error within the limit.
  void offer(const RowSystem &system) {
    std::optional<LinearProgram> program =
        emitProgram(factorRows(system, pool), factors, pool);
    if (program && program->ops.size() < best.ops.size() &&
        program->getExpectedError() <= maxError)
      best = std::move(*program);
  }
  LinearProgram take() { return std::move(best); }

private:
  Factors factors;
  ConstantPool &pool;
  LinearProgram best;
  double maxError;
};

/// Finds a program with factors of a kind; see synthesizeProgram.
LinearProgram synthesize(const RationalMatrix &matrix, double maxErrorGrowth,
                         Factors factors) {
  // Larger matrices have too many differences to try, and take longer.
  constexpr unsigned kMaxEntriesForDifferences = 32;
  constexpr unsigned kNumTrials = 32;

  ConstantPool pool;
  Selection selection(getRowSystem(matrix, pool), maxErrorGrowth, factors,
                      pool);
  if (std::optional<RowSystem> system = getFactoredSystem(matrix, pool))
    selection.offer(*system);
  if (matrix.getNumRows() * matrix.getNumCols() <= kMaxEntriesForDifferences) {
    DifferenceSearch search(matrix, pool);
    for (unsigned trial = 0; trial < kNumTrials; ++trial)
      selection.offer(search.getRandomSystem());
  }
  LinearProgram best = selection.take();
  assert(best.getMatrix() == matrix && "program computes another matrix");
  return best;
}

} // namespace

LinearProgram wino::synthesizeProgram(const RationalMatrix &matrix,
                                      double maxErrorGrowth) {
  return synthesize(matrix, maxErrorGrowth, Factors::Rational);
}

LinearProgram wino::synthesizeIntegerProgram(const RationalMatrix &matrix) {
  return synthesize(matrix, std::numeric_limits<double>::infinity(),
                    Factors::Integer);
}
