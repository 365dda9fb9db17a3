//===- Epilogue.cpp - Epilogues of the ops that write results -------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Epilogue.h"
#include "Verifiers.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace wino;

bool wino::isIdentityEpilogue(Region &epilogue) {
  Block &block = epilogue.front();
  auto yield = dyn_cast<YieldOp>(block.front());
  return yield && block.getNumArguments() == 1 &&
         yield.getValue() == block.getArgument(0);
}

void wino::buildIdentityEpilogue(OpBuilder &builder, Region &region,
                                 Type elementType, Location loc) {
  OpBuilder::InsertionGuard guard(builder);
  Block *block =
      builder.createBlock(&region, region.end(), {elementType}, {loc});
  YieldOp::create(builder, loc, block->getArgument(0));
}

//===----------------------------------------------------------------------===//
// Layouts of operands
//===----------------------------------------------------------------------===//

/// Returns the attribute for the layouts of epilogue operands; null if all are
/// NHWC.
static DenseI32ArrayAttr makeLayoutsAttr(MLIRContext *context,
                                         ArrayRef<int32_t> layouts) {
  constexpr auto nhwc = static_cast<int32_t>(ImageLayout::NHWC);
  if (llvm::all_of(layouts, [&](int32_t layout) { return layout == nhwc; }))
    return {};
  return DenseI32ArrayAttr::get(context, layouts);
}

ImageLayout wino::lookUpEpilogueLayout(EpilogueLayouts layouts,
                                       unsigned number) {
  return layouts ? static_cast<ImageLayout>((*layouts)[number])
                 : ImageLayout::NHWC;
}

DenseI32ArrayAttr wino::replaceEpilogueLayout(ResultOpInterface op,
                                              EpilogueLayouts current,
                                              unsigned number,
                                              ImageLayout layout) {
  // Operands that were added have no layout yet.
  SmallVector<int32_t> layouts;
  if (current)
    layouts.assign(current->begin(), current->end());
  layouts.resize(op.getEpilogueOperands().size(),
                 static_cast<int32_t>(ImageLayout::NHWC));
  layouts[number] = static_cast<int32_t>(layout);
  return makeLayoutsAttr(op.getContext(), layouts);
}

//===----------------------------------------------------------------------===//
// Assembly
//===----------------------------------------------------------------------===//

/// Parses an epilogue operand and its layout, which is NHWC without keyword.
static ParseResult
parseEpilogueOperand(OpAsmParser &parser,
                     SmallVectorImpl<OpAsmParser::UnresolvedOperand> &operands,
                     SmallVectorImpl<int32_t> &layouts) {
  if (parser.parseOperand(operands.emplace_back()))
    return failure();
  llvm::SMLoc loc = parser.getCurrentLocation();
  StringRef keyword;
  layouts.push_back(static_cast<int32_t>(ImageLayout::NHWC));
  if (failed(parser.parseOptionalKeyword(&keyword)))
    return success();
  std::optional<ImageLayout> layout = symbolizeImageLayout(keyword);
  if (!layout)
    return parser.emitError(loc, "expected the layout of an image");
  layouts.back() = static_cast<int32_t>(*layout);
  return success();
}

ParseResult
wino::parseEpilogue(OpAsmParser &parser,
                    SmallVectorImpl<OpAsmParser::UnresolvedOperand> &operands,
                    SmallVectorImpl<Type> &types,
                    DenseI32ArrayAttr &layoutsAttr, Region &region,
                    Type inputType) {
  if (failed(parser.parseOptionalKeyword("epilogue"))) {
    OpBuilder builder(parser.getContext());
    buildIdentityEpilogue(
        builder, region, getSumType(getElementTypeOrSelf(inputType)),
        parser.getEncodedSourceLoc(parser.getCurrentLocation()));
    return success();
  }
  if (parser.parseLParen())
    return failure();
  SmallVector<int32_t> layouts;
  if (failed(parser.parseOptionalRParen()) &&
      (parser.parseCommaSeparatedList(
           [&] { return parseEpilogueOperand(parser, operands, layouts); }) ||
       parser.parseColonTypeList(types) || parser.parseRParen()))
    return failure();
  layoutsAttr = makeLayoutsAttr(parser.getContext(), layouts);
  return parser.parseRegion(region);
}

void wino::printEpilogue(OpAsmPrinter &printer, ResultOpInterface op,
                         OperandRange operands, TypeRange types,
                         DenseI32ArrayAttr, Region &region, Type) {
  if (isIdentityEpilogue(region))
    return;
  printer << "epilogue(";
  llvm::interleaveComma(llvm::enumerate(operands), printer, [&](auto operand) {
    printer << operand.value();
    ImageLayout layout = op.getEpilogueLayout(operand.index());
    if (layout != ImageLayout::NHWC)
      printer << " " << stringifyImageLayout(layout);
  });
  if (!operands.empty())
    printer << " : " << types;
  printer << ") ";
  printer.printRegion(region);
}

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

static ShapedType getInitType(ResultOpInterface op) {
  auto dpsOp = cast<DestinationStyleOpInterface>(*op);
  return cast<ShapedType>(dpsOp.getDpsInits()[0].getType());
}

/// Verifies that an operand has the shape of the init, in its layout, or of the
/// init's channels, which has none.
static LogicalResult verifyEpilogueOperand(ResultOpInterface op,
                                           unsigned number) {
  auto type = cast<ShapedType>(op.getEpilogueOperands()[number].getType());
  ImageLayout layout = op.getEpilogueLayout(number);
  ArrayRef<int64_t> init = getInitType(op).getShape();
  SmallVector<int64_t> expected = {init[getImageDims(op.getLayout()).channel]};
  if (type.getRank() == image_dim::kRank) {
    expected = changeLayout(init, op.getLayout(), layout);
  } else if (layout != ImageLayout::NHWC) {
    return op->emitOpError("expected no layout of an epilogue operand by "
                           "channel, but got ")
           << stringifyImageLayout(layout);
  }
  if (type.getRank() != static_cast<int64_t>(expected.size()) ||
      !llvm::all_of(llvm::zip_equal(type.getShape(), expected), [](auto sizes) {
        return areCompatible(std::get<0>(sizes), std::get<1>(sizes));
      }))
    return op->emitOpError("expected an epilogue operand in ")
           << stringifyImageLayout(layout)
           << " to have the shape of the init or of its channels, "
           << getInitType(op) << " in " << stringifyImageLayout(op.getLayout())
           << ", but got " << type;
  return success();
}

LogicalResult wino::verifyEpilogueOperands(ResultOpInterface op,
                                           EpilogueLayouts layouts) {
  if (layouts) {
    if (layouts->size() != op.getEpilogueOperands().size())
      return op->emitOpError("expected a layout for each of ")
             << op.getEpilogueOperands().size()
             << " epilogue operands, but got " << layouts->size();
    for (int32_t layout : *layouts)
      if (!symbolizeImageLayout(layout))
        return op->emitOpError(
                   "expected the layouts of epilogue operands to be "
                   "0 or 1, but got ")
               << layout;
  }
  for (unsigned number = 0; number < op.getEpilogueOperands().size(); ++number)
    if (failed(verifyEpilogueOperand(op, number)))
      return failure();
  return success();
}

LogicalResult wino::verifyEpilogueRegion(ResultOpInterface op) {
  Type elementType = getInitType(op).getElementType();
  Block &block = op.getEpilogue().front();
  auto dpsOp = cast<DestinationStyleOpInterface>(*op);
  SmallVector<Type> expected = {getSumType(
      getElementTypeOrSelf(dpsOp.getDpsInputOperand(0)->get().getType()))};
  for (Value operand : op.getEpilogueOperands())
    expected.push_back(getElementTypeOrSelf(operand.getType()));
  if (TypeRange(block.getArgumentTypes()) != TypeRange(expected))
    return op->emitOpError("expected the epilogue to have arguments of types ")
           << expected << ", but got " << block.getArgumentTypes();
  auto yield = dyn_cast<YieldOp>(block.getTerminator());
  if (!yield || yield.getValue().getType() != elementType)
    return op->emitOpError("expected the epilogue to yield one ")
           << elementType;
  for (Operation &inner : block.without_terminator()) {
    bool isElementwise = OpTrait::hasElementwiseMappableTraits(&inner) ||
                         inner.hasTrait<OpTrait::ConstantLike>();
    bool isScalar = llvm::all_of(inner.getResultTypes(),
                                 [](Type type) { return type.isIntOrFloat(); });
    if (!isElementwise || !isScalar || !isPure(&inner) ||
        inner.getNumRegions()) {
      InFlightDiagnostic diag = op->emitOpError(
          "expected the epilogue to hold pure elementwise ops on scalars");
      diag.attachNote(inner.getLoc()) << "this op is not: " << inner.getName();
      return diag;
    }
  }
  return success();
}
