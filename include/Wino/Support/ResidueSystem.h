//===- ResidueSystem.h - Residue number systems -----------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Integers as residues modulo pairwise coprime moduli, for convolution by large
// tiles in small integers (Liu & Mattina, arXiv 2007.12216): every modulus has
// transforms and products of its own, and the results are put together at the
// end.
//
// Residues are centred: -floor(m/2) <= x mod m <= (m - 1)/2.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_SUPPORT_RESIDUESYSTEM_H
#define WINO_SUPPORT_RESIDUESYSTEM_H

#include "Wino/Support/IntegerTransform.h"

namespace wino {

/// Returns the centred residue of `value`; modulus >= 1.
int64_t reduceCentred(const llvm::DynamicAPInt &value, int64_t modulus);
/// Returns the range of centred residues.
IntegerRange getCentredResidues(int64_t modulus);
/// Returns the centred inverse of `value` modulo `modulus` >= 2, or
/// std::nullopt if they are not coprime.
std::optional<int64_t> invertModulo(int64_t value, int64_t modulus);
/// Returns the smallest prime that divides `value` >= 2.
int64_t getSmallestPrimeFactor(int64_t value);

/// Pairwise coprime moduli, and the integers they represent: M = product of the
/// moduli, and the integers -floor(M/2) .. (M - 1)/2.
class ResidueSystem {
public:
  static constexpr int64_t kMaxModulus = int64_t(1) << 16;
  static constexpr size_t kMaxNumModuli = 8;

  /// Fails, with the reason, unless there are 1 to 8 moduli in 2 .. 2^16 that
  /// are pairwise coprime and have a product below 2^63. Only the first may be
  /// even: centred digits of any other place would make the range of the mixed
  /// radix representation lopsided.
  static llvm::Expected<ResidueSystem> get(llvm::ArrayRef<int64_t> moduli);

  llvm::ArrayRef<int64_t> getModuli() const { return moduli; }
  /// M < 2^63.
  int64_t getProduct() const { return product; }
  IntegerRange getRange() const;
  /// Bits of the signed integers that hold residues: 8 or 16.
  unsigned getStorageBits() const;
  /// The largest number of points of a transform, infinity among them, that
  /// differ modulo every prime factor of the moduli: the smallest of these + 1.
  int64_t getMaxAlpha() const;
  /// How many products of residues a signed integer of `bits` bits can sum up,
  /// for the largest modulus.
  int64_t getNumProducts(unsigned bits) const;

  /// Returns the residues of any integer.
  llvm::SmallVector<int64_t> getResidues(const llvm::DynamicAPInt &value) const;
  /// Returns the centred digits a of the mixed radix representation
  /// y = a[0] + m[0] (a[1] + m[1] (a[2] + ...)) (Garner). Its products are no
  /// larger than those of two residues.
  llvm::SmallVector<int64_t> getDigits(llvm::ArrayRef<int64_t> residues) const;
  /// Returns the value in the range from its mixed radix digits.
  int64_t fromDigits(llvm::ArrayRef<int64_t> digits) const;
  /// Returns the value in the range by the Chinese remainder theorem:
  /// y = sum_i ((x[i] (M/m[i])^-1) mod m[i]) M/m[i], mod M.
  int64_t fromResidues(llvm::ArrayRef<int64_t> residues) const;
  /// Returns the residue modulo another modulus of the value in the range, from
  /// its mixed radix digits.
  int64_t extendTo(int64_t modulus, llvm::ArrayRef<int64_t> digits) const;

  /// m[j]^-1 mod m[i], for j != i.
  int64_t getInverse(size_t j, size_t i) const;
  /// (M / m[i])^-1 mod m[i].
  int64_t getCofactorInverse(size_t i) const;

private:
  llvm::SmallVector<int64_t> moduli;
  int64_t product = 1;
};

/// Returns the points 0, 1, -1, 2, -2, 1/2, -1/2, 3, -3, ..., inf for F(m, r): in
/// pairs +-a, which programs share work of, and with small matrices. They differ
/// modulo every prime that is at least m + r - 2, where +-1/2 are the residues
/// farthest from 0.
llvm::SmallVector<Point> getResiduePoints(int64_t m, int64_t r);

/// Returns the matrices of `transform` modulo `modulus`, as centred residues.
/// Fails if a denominator is not coprime to the modulus, which is so where two
/// points are equal modulo one of its primes.
llvm::Expected<Transform1D> reduceModulo(const Transform1D &transform,
                                         int64_t modulus);

/// Returns `transform`, which satisfies the convolution identity, with the rows
/// of B^T and the columns of A^T scaled to integers without a common divisor, and
/// the rows of G to what keeps the identity: modulo a number small integers stay
/// small, while all of G becomes residues once.
Transform1D moveFactorsToFilter(const Transform1D &transform);

/// Returns the `count` moduli of at most `maxModulus` with the largest product
/// among those that transforms of `alpha` points admit, largest first; empty if
/// there are none.
llvm::SmallVector<int64_t> selectModuli(int64_t alpha, size_t count,
                                        int64_t maxModulus);

/// A size of tiles and moduli for it.
struct ResidueChoice {
  int64_t m = 0;
  llvm::SmallVector<int64_t> moduli;
};

/// Returns the tile F(m x m, r x r), m <= maxOutputs, and the moduli of at most
/// `maxModulus` with a product of at least `numResults` that need the fewest
/// multiplications per result: where a range asks for more, another modulus or
/// a smaller tile, which admits larger moduli. Fails by std::nullopt.
std::optional<ResidueChoice>
selectResidues(int64_t r, int64_t maxOutputs,
               const llvm::DynamicAPInt &numResults, int64_t maxModulus);

/// The multiplications of a direct convolution over those of F(m x m, r x r) in
/// `numModuli` residues: (m r / (m + r - 1))^2 / numModuli.
Rational getReduction(int64_t m, int64_t r, int64_t numModuli = 1);

} // namespace wino

#endif // WINO_SUPPORT_RESIDUESYSTEM_H
