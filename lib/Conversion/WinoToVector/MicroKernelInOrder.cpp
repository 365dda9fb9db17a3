//===- MicroKernelInOrder.cpp - Products on cores that issue in order -----===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MicroKernel.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace wino;

/// Returns the bytes between rows of the panel if that is a constant.
static std::optional<int64_t> getPanelStride(Value filter) {
  auto type = cast<MemRefType>(filter.getType());
  auto [strides, offset] = type.getStridesAndOffset();
  int64_t stride = strides[strides.size() - 2];
  if (ShapedType::isDynamic(stride))
    return std::nullopt;
  return stride * type.getElementTypeBitWidth() / CHAR_BIT;
}

/// Returns the instruction that multiplies elements of `filter`, in groups of
/// `group`, with sums of `sumType`; none if there is no such code.
static std::optional<WovenLoop::Product>
getProduct(Value filter, int64_t group, Type sumType,
           const WinoToVectorOptions &options) {
  Type type = getElementTypeOrSelf(filter.getType());
  if (sumType.isF32() && type.isF32())
    return WovenLoop::Product::FMLA;
  if (type.isInteger(16) && group == 1)
    return WovenLoop::Product::SMLAL;
  bool hasDot = options.integerProducts == IntegerProducts::NeonDot ||
                options.integerProducts == IntegerProducts::NeonMatrix;
  if (type.isInteger(8) && group == 4 && hasDot)
    return WovenLoop::Product::SDOT;
  return std::nullopt;
}

std::optional<WovenLoop> MicroKernel::getWovenLoop() const {
  constexpr int64_t kVectorLength = 4;
  VectorType type = b.getVectorType();
  if (!b.getOptions().inOrder || type.getNumElements() != kVectorLength ||
      numCols % kVectorLength != 0)
    return std::nullopt;
  std::optional<WovenLoop::Product> product =
      getProduct(filter, group, type.getElementType(), b.getOptions());
  std::optional<int64_t> stride = getPanelStride(filter);
  if (!product || !stride)
    return std::nullopt;
  std::optional<WovenLoop> loop =
      WovenLoop::create(rows.size(), numCols / kVectorLength, *product);
  if (!loop || !loop->isStridePossible(*stride))
    return std::nullopt;
  return loop;
}

SmallVector<Value> MicroKernel::buildWovenLoop(const WovenLoop &loop,
                                               int64_t numIterations,
                                               ArrayRef<Value> init) {
  WovenLoop::TextOptions options;
  options.panelStride = *getPanelStride(filter);
  options.zeroSums = llvm::all_of(init, [](Value sum) {
    return matchPattern(sum, m_PosZeroFloat()) || matchPattern(sum, m_Zero());
  });
  options.hasLoop = numIterations > 1;
  options.prefetchBytes = prefetch ? kPrefetchBytes : 0;

  SmallVector<Value> operands;
  if (!options.zeroSums)
    operands.assign(init.begin(), init.end());
  operands.push_back(b.address(filter, panel));
  operands.push_back(
      arith::ConstantIntOp::create(b, b.getI64Type(), numIterations - 1));
  for (ArrayRef<Value> row : rows)
    operands.push_back(b.address(input, row));

  SmallVector<Type> results(loop.getNumSums(), b.getVectorType());
  results.append(2, b.getI64Type());
  auto type = LLVM::LLVMStructType::getLiteral(b.getContext(), results);
  auto assembly = LLVM::InlineAsmOp::create(
      b, type, operands, loop.getText(options), loop.getConstraints(options),
      /*has_side_effects=*/true, /*is_align_stack=*/false,
      LLVM::TailCallKind::None, /*asm_dialect=*/LLVM::AsmDialectAttr(),
      /*operand_attrs=*/ArrayAttr());
  SmallVector<Value> sums;
  for (int64_t sum = 0; sum < loop.getNumSums(); ++sum)
    sums.push_back(LLVM::ExtractValueOp::create(b, assembly.getResult(0), sum));
  return sums;
}
