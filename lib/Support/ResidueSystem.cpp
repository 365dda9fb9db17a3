//===- ResidueSystem.cpp - Residue number systems -------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Support/ResidueSystem.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVectorExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <cassert>
#include <limits>
#include <numeric>

using namespace wino;
using llvm::ArrayRef;
using llvm::DynamicAPInt;
using llvm::Expected;
using llvm::SmallVector;

/// Builds an error from a format string and its arguments.
template <typename... Args>
static llvm::Error makeError(const char *format, Args &&...args) {
  return llvm::createStringError(
      llvm::formatv(format, std::forward<Args>(args)...).str());
}

//===----------------------------------------------------------------------===//
// Modular arithmetic
//===----------------------------------------------------------------------===//

int64_t wino::reduceCentred(const DynamicAPInt &value, int64_t modulus) {
  int64_t residue = int64_t(mod(value, DynamicAPInt(modulus)));
  return residue > (modulus - 1) / 2 ? residue - modulus : residue;
}

IntegerRange wino::getCentredResidues(int64_t modulus) {
  return {DynamicAPInt(-(modulus / 2)), DynamicAPInt((modulus - 1) / 2)};
}

std::optional<int64_t> wino::invertModulo(int64_t value, int64_t modulus) {
  // Extended Euclid; `coefA` and `coefB` are a and b over `value`, modulo
  // `modulus`.
  int64_t a = modulus, b = value % modulus;
  int64_t coefA = 0, coefB = 1;
  while (b != 0) {
    int64_t quotient = a / b;
    std::tie(a, b) = std::pair(b, a - quotient * b);
    std::tie(coefA, coefB) = std::pair(coefB, coefA - quotient * coefB);
  }
  if (std::abs(a) != 1)
    return std::nullopt;
  return reduceCentred(DynamicAPInt(a * coefA), modulus);
}

int64_t wino::getSmallestPrimeFactor(int64_t value) {
  for (int64_t factor = 2; factor * factor <= value; ++factor)
    if (value % factor == 0)
      return factor;
  return value;
}

/// Returns the centred residue of a * b for factors of at most 2^31.
static int64_t multiplyModulo(int64_t a, int64_t b, int64_t modulus) {
  return reduceCentred(DynamicAPInt(a * b), modulus);
}

//===----------------------------------------------------------------------===//
// ResidueSystem
//===----------------------------------------------------------------------===//

Expected<ResidueSystem> ResidueSystem::get(ArrayRef<int64_t> moduli) {
  if (moduli.empty() || moduli.size() > kMaxNumModuli)
    return makeError("expected 1 to {0} moduli, but got {1}", kMaxNumModuli,
                     moduli.size());
  ResidueSystem system;
  for (auto [i, modulus] : llvm::enumerate(moduli)) {
    if (modulus < 2 || modulus > kMaxModulus)
      return makeError("expected moduli in 2 .. {0}, but got {1}", kMaxModulus,
                       modulus);
    if (i != 0 && modulus % 2 == 0)
      return makeError("expected no even modulus but the first, but got {0}",
                       modulus);
    for (int64_t other : system.moduli)
      if (int64_t divisor = std::gcd(modulus, other); divisor != 1)
        return makeError(
            "expected pairwise coprime moduli, but {0} and {1} are "
            "both multiples of {2}",
            other, modulus, divisor);
    if (system.product > std::numeric_limits<int64_t>::max() / modulus)
      return makeError("expected the product of the moduli to be below 2^63");
    system.moduli.push_back(modulus);
    system.product *= modulus;
  }
  return system;
}

IntegerRange ResidueSystem::getRange() const {
  return {DynamicAPInt(-(product / 2)), DynamicAPInt((product - 1) / 2)};
}

unsigned ResidueSystem::getStorageBits() const {
  return *llvm::max_element(moduli) <= 256 ? 8 : 16;
}

int64_t ResidueSystem::getMaxAlpha() const {
  int64_t smallest = kMaxModulus;
  for (int64_t modulus : moduli)
    smallest = std::min(smallest, getSmallestPrimeFactor(modulus));
  return smallest + 1;
}

int64_t ResidueSystem::getNumProducts(unsigned bits) const {
  assert(bits <= 64 && "expected a machine integer");
  int64_t largest = *llvm::max_element(moduli) / 2;
  return llvm::maxIntN(bits) / (largest * largest);
}

SmallVector<int64_t>
ResidueSystem::getResidues(const DynamicAPInt &value) const {
  return llvm::map_to_vector(
      moduli, [&](int64_t modulus) { return reduceCentred(value, modulus); });
}

int64_t ResidueSystem::getInverse(size_t j, size_t i) const {
  return *invertModulo(moduli[j], moduli[i]);
}

int64_t ResidueSystem::getCofactorInverse(size_t i) const {
  return *invertModulo(product / moduli[i], moduli[i]);
}

SmallVector<int64_t>
ResidueSystem::getDigits(ArrayRef<int64_t> residues) const {
  assert(residues.size() == moduli.size() && "expected a residue per modulus");
  SmallVector<int64_t> digits;
  for (auto [i, modulus] : llvm::enumerate(moduli)) {
    int64_t digit = residues[i];
    for (size_t j = 0; j < i; ++j)
      digit = multiplyModulo(digit - digits[j], getInverse(j, i), modulus);
    digits.push_back(reduceCentred(DynamicAPInt(digit), modulus));
  }
  return digits;
}

int64_t ResidueSystem::fromDigits(ArrayRef<int64_t> digits) const {
  assert(digits.size() == moduli.size() && "expected a digit per modulus");
  int64_t value = 0;
  for (size_t i = moduli.size(); i-- > 0;)
    value = value * moduli[i] + digits[i];
  return value;
}

int64_t ResidueSystem::fromResidues(ArrayRef<int64_t> residues) const {
  assert(residues.size() == moduli.size() && "expected a residue per modulus");
  DynamicAPInt sum(0);
  for (auto [i, modulus] : llvm::enumerate(moduli)) {
    int64_t residue =
        multiplyModulo(residues[i], getCofactorInverse(i), modulus);
    sum += DynamicAPInt(residue) * DynamicAPInt(product / modulus);
  }
  return reduceCentred(sum, product);
}

int64_t ResidueSystem::extendTo(int64_t modulus,
                                ArrayRef<int64_t> digits) const {
  assert(digits.size() == moduli.size() && "expected a digit per modulus");
  int64_t residue = 0;
  for (size_t i = moduli.size(); i-- > 0;)
    residue =
        reduceCentred(DynamicAPInt(residue * moduli[i] + digits[i]), modulus);
  return residue;
}

//===----------------------------------------------------------------------===//
// Transforms
//===----------------------------------------------------------------------===//

SmallVector<Point> wino::getResiduePoints(int64_t m, int64_t r) {
  const int64_t numFinite = m + r - 2;
  SmallVector<Point> points;
  auto add = [&](const Rational &point) {
    if (int64_t(points.size()) < numFinite)
      points.push_back(point);
  };
  add(Rational(0));
  for (int64_t i = 1; int64_t(points.size()) < numFinite; ++i) {
    add(Rational(i));
    add(Rational(-i));
    if (i != 2)
      continue;
    add(Rational(1, 2));
    add(Rational(-1, 2));
  }
  points.push_back(Point::infinity());
  return points;
}

/// Replaces the entries of `matrix` by their residues.
static llvm::Error reduceEntries(RationalMatrix &matrix, int64_t modulus) {
  for (unsigned i = 0; i < matrix.getNumRows(); ++i)
    for (unsigned j = 0; j < matrix.getNumCols(); ++j) {
      Rational entry = mlir::presburger::reduce(matrix(i, j));
      std::optional<int64_t> inverse =
          invertModulo(reduceCentred(entry.den, modulus), modulus);
      if (!inverse)
        return makeError("expected transforms with denominators coprime to {0},"
                         " but got the entry {1}",
                         modulus, toString(entry));
      int64_t num = reduceCentred(entry.num, modulus);
      matrix(i, j) = Rational(multiplyModulo(num, *inverse, modulus));
    }
  return llvm::Error::success();
}

Expected<Transform1D> wino::reduceModulo(const Transform1D &transform,
                                         int64_t modulus) {
  Transform1D result = transform;
  for (RationalMatrix *matrix : {&result.at, &result.g, &result.bt})
    if (llvm::Error error = reduceEntries(*matrix, modulus))
      return error;
  return result;
}

Transform1D wino::moveFactorsToFilter(const Transform1D &transform) {
  IntegerTransform integers =
      moveOutputFactorsToFilter(scaleToIntegers(transform));
  Transform1D result = integers.matrices;
  for (unsigned i = 0; i < result.g.getNumRows(); ++i)
    for (unsigned j = 0; j < result.g.getNumCols(); ++j)
      result.g(i, j) = divide(result.g(i, j), Rational(integers.scale, 1));
  return result;
}

//===----------------------------------------------------------------------===//
// Selection
//===----------------------------------------------------------------------===//

namespace {
/// Searches sets of pairwise coprime numbers for the largest product.
class ModuliSearch {
public:
  /// Only odd numbers serve, whose prime factors are at least `minPrime`. (An
  /// even modulus admits three points.)
  ModuliSearch(int64_t minPrime, int64_t maxModulus) {
    for (int64_t modulus = maxModulus; modulus >= 3; --modulus)
      if (modulus % 2 != 0 && getSmallestPrimeFactor(modulus) >= minPrime)
        candidates.push_back(modulus);
  }

  SmallVector<int64_t> run(size_t count) {
    extend(/*first=*/0, count, /*product=*/1.0L);
    return best;
  }

private:
  /// Completes `chosen` by `count` of the candidates from `first` on.
  void extend(size_t first, size_t count, long double product) {
    if (count == 0) {
      if (product > bestProduct) {
        bestProduct = product;
        best = chosen;
      }
      return;
    }
    for (size_t i = first; i + count <= candidates.size(); ++i) {
      // No later candidate is larger.
      long double bound = product;
      for (size_t j = 0; j < count; ++j)
        bound *= candidates[i + j];
      if (bound <= bestProduct)
        return;
      if (llvm::any_of(chosen, [&](int64_t modulus) {
            return std::gcd(modulus, candidates[i]) != 1;
          }))
        continue;
      chosen.push_back(candidates[i]);
      extend(i + 1, count - 1, product * candidates[i]);
      chosen.pop_back();
    }
  }

  /// In descending order.
  SmallVector<int64_t> candidates, chosen, best;
  // Eight numbers of 16 bits: the search tells them apart well enough.
  long double bestProduct = 0;
};
} // namespace

SmallVector<int64_t> wino::selectModuli(int64_t alpha, size_t count,
                                        int64_t maxModulus) {
  assert(maxModulus <= ResidueSystem::kMaxModulus &&
         count <= ResidueSystem::kMaxNumModuli && "no such moduli");
  return ModuliSearch(/*minPrime=*/alpha - 1, maxModulus).run(count);
}

std::optional<ResidueChoice>
wino::selectResidues(int64_t r, int64_t maxOutputs,
                     const DynamicAPInt &numResults, int64_t maxModulus) {
  std::optional<ResidueChoice> best;
  Rational bestReduction;
  for (int64_t m = std::min(maxOutputs, kMaxAlpha - r + 1); m >= 1; --m)
    for (size_t count = 1; count <= ResidueSystem::kMaxNumModuli; ++count) {
      Rational reduction = getReduction(m, r, count);
      if (best && reduction <= bestReduction)
        break;
      SmallVector<int64_t> moduli = selectModuli(m + r - 1, count, maxModulus);
      Expected<ResidueSystem> system = ResidueSystem::get(moduli);
      if (!system) {
        llvm::consumeError(system.takeError());
        break;
      }
      if (numResults > system->getProduct())
        continue;
      best = ResidueChoice{m, std::move(moduli)};
      bestReduction = reduction;
      break;
    }
  return best;
}

Rational wino::getReduction(int64_t m, int64_t r, int64_t numModuli) {
  Rational perAxis(m * r, m + r - 1);
  return divide(perAxis * perAxis, Rational(numModuli));
}
