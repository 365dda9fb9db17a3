//===- WinogradResidues.cpp - Winograd of i8 in residues ------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Convolution by large tiles modulo several small numbers (Liu & Mattina, arXiv
// 2007.12216). The moduli are those that admit the tile and whose product is
// proved to exceed all results.
//
//===----------------------------------------------------------------------===//

#include "Registry.h"
#include "Winograd.h"

using namespace mlir;
using namespace wino;
using llvm::DynamicAPInt;

namespace {
class WinogradResidues : public Winograd {
public:
  WinogradResidues() : Winograd("winograd-rns", Role::OnRequest) {}

  bool hasNumbers(NumbersAttrInterface numbers) const override {
    return isa_and_present<RnsAttr>(numbers);
  }
  bool supportsTypes(const ConvProblem &problem) const override {
    return problem.isInteger();
  }
  /// Small tiles, in moduli of 8 bits.
  SmallVector<Variant> getVariants(const ConvTask &task,
                                   Refusal &refusal) const override;

protected:
  /// `transform` in the fewest moduli of 8 bits that hold the results. Points
  /// for residues take the place of default ones, which are for floats.
  Variant selectNumbers(const ConvProblem &problem,
                        TransformAttr transform) const override;
  LogicalResult checkNumbers(const ConvProblem &problem, const Variant &variant,
                             const FilterBounds &bounds,
                             std::string &text) const override;
  int64_t getMaxChunk(const ConvProblem &problem, const Variant &variant,
                      const FilterBounds &bounds) const override;
};
} // namespace

/// Returns the transform on the points that suit residues.
static TransformAttr getResidueTransform(MLIRContext *context, int64_t mRows,
                                         int64_t mCols, int64_t rRows,
                                         int64_t rCols) {
  return TransformAttr::get(context, mRows, mCols, rRows, rCols,
                            getResiduePoints(mRows, rRows),
                            getResiduePoints(mCols, rCols));
}

Variant WinogradResidues::selectNumbers(const ConvProblem &problem,
                                        TransformAttr transform) const {
  MLIRContext *context = transform.getContext();
  const int64_t mRows = transform.getMRows(), mCols = transform.getMCols(),
                rRows = transform.getRRows(), rCols = transform.getRCols();
  if (transform == TransformAttr::get(context, mRows, mCols, rRows, rCols))
    transform = getResidueTransform(context, mRows, mCols, rRows, rCols);
  const DynamicAPInt bound =
      proveResults(problem, getFilterBounds(problem), DynamicAPInt(0))
          .getBound();
  const int64_t alpha =
      std::max(transform.getAlphaRows(), transform.getAlphaCols());
  RnsAttr numbers;
  for (size_t count = 1; count <= ResidueSystem::kMaxNumModuli; ++count) {
    SmallVector<int64_t> moduli =
        selectModuli(alpha, count, /*maxModulus=*/256);
    llvm::Expected<ResidueSystem> system = ResidueSystem::get(moduli);
    if (!system) {
      llvm::consumeError(system.takeError());
      break;
    }
    numbers = RnsAttr::get(context, moduli);
    if (bound < system->getProduct())
      break;
  }
  return {transform, numbers};
}

SmallVector<Variant> WinogradResidues::getVariants(const ConvTask &task,
                                                   Refusal &refusal) const {
  // Larger tiles have far larger filters for few products less: who wants them
  // asks for them.
  constexpr int64_t kMaxTaps = 10;
  const ConvProblem &problem = task.problem;
  MLIRContext *context = linalg::LinalgOp(problem.op)->getContext();
  SmallVector<Variant> variants;
  const int64_t taps = std::max(problem.kh, problem.kw);
  for (int64_t m = 2; taps != 1 && m + taps - 1 <= kMaxTaps; ++m) {
    Variant variant = getVariant(
        problem,
        getResidueTransform(context, problem.kh == 1 ? 1 : m,
                            problem.kw == 1 ? 1 : m, problem.kh, problem.kw));
    std::string reason;
    if (succeeded(checkVariant(problem, variant, reason)))
      variants.push_back(variant);
    else if (refusal.reason.empty())
      refusal = {reason, /*isOfRange=*/false};
  }
  if (!variants.empty())
    refusal = {};
  else if (refusal.reason.empty())
    refusal.reason = "winograd in residues needs a filter of 2 to 9 taps along "
                     "an axis";
  return variants;
}

/// The largest absolute value of a residue: those in i8 need not be centred.
static int64_t getMaxResidue(const ResidueSystem &system) {
  const int64_t largest = *llvm::max_element(system.getModuli());
  return system.getStorageBits() == 8 ? std::max<int64_t>(127, largest / 2)
                                      : largest / 2;
}

/// Sums of products of residues are less.
static constexpr int64_t kSumLimit = int64_t(1) << 31;

LogicalResult WinogradResidues::checkNumbers(const ConvProblem &problem,
                                             const Variant &variant,
                                             const FilterBounds &bounds,
                                             std::string &text) const {
  llvm::raw_string_ostream os(text);
  auto numbers = dyn_cast_or_null<RnsAttr>(variant.numbers);
  if (!numbers) {
    os << "no moduli of 8 bits admit " << variant.transform.getName();
    return failure();
  }
  if (llvm::Error error = numbers.checkTransform(variant.transform)) {
    os << variant.transform.getName() << " is not possible in " << numbers
       << ": " << llvm::toString(std::move(error));
    return failure();
  }
  const ResidueSystem system = numbers.getSystem();
  ResultProof results = proveResults(
      problem, bounds, DynamicAPInt(system.getProduct()), variant.chunk);
  if (!results.holds()) {
    os << "the result may exceed the range of " << numbers << ": "
       << results.toString();
    return failure();
  }
  const int64_t residue = getMaxResidue(system);
  const int64_t channels = variant.getNumChannels(problem);
  const int64_t sum = residue * residue * channels;
  const bool fits = sum < kSumLimit;
  if (!fits)
    os << "sums of residues in " << numbers << " may exceed i32: ";
  else
    os << results.toString() << "; sums of products ";
  os << channels << " * " << residue << "^2 = " << sum
     << (fits ? " < " : " >= ") << kSumLimit;
  return success(fits);
}

int64_t WinogradResidues::getMaxChunk(const ConvProblem &problem,
                                      const Variant &variant,
                                      const FilterBounds &bounds) const {
  auto numbers = dyn_cast_or_null<RnsAttr>(variant.numbers);
  if (!numbers)
    return 0;
  const ResidueSystem system = numbers.getSystem();
  const int64_t residue = getMaxResidue(system);
  return wino::getMaxChunk(problem, bounds, DynamicAPInt(system.getProduct()),
                           (kSumLimit - 1) / (residue * residue));
}

std::unique_ptr<ConvAlgorithm> wino::createWinogradResidues() {
  return std::make_unique<WinogradResidues>();
}
