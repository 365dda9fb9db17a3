//===- Epilogue.h - Epilogues of the ops that write results -----*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_IR_EPILOGUE_H
#define WINO_LIB_IR_EPILOGUE_H

#include "Wino/IR/WinoDialect.h"

namespace wino {

/// The layouts of epilogue operands; none if all are NHWC.
using EpilogueLayouts = std::optional<llvm::ArrayRef<int32_t>>;

/// Fills `region` with a block that yields its argument.
void buildIdentityEpilogue(mlir::OpBuilder &builder, mlir::Region &region,
                           mlir::Type elementType, mlir::Location loc);

/// Parses `epilogue(%a, %b nchw : type, type) { region }`, or nothing, which is
/// the identity on sums of products of elements of `inputType`.
mlir::ParseResult parseEpilogue(
    mlir::OpAsmParser &parser,
    llvm::SmallVectorImpl<mlir::OpAsmParser::UnresolvedOperand> &operands,
    llvm::SmallVectorImpl<mlir::Type> &types,
    mlir::DenseI32ArrayAttr &layoutsAttr, mlir::Region &region,
    mlir::Type inputType);
void printEpilogue(mlir::OpAsmPrinter &printer, ResultOpInterface op,
                   mlir::OperandRange operands, mlir::TypeRange types,
                   mlir::DenseI32ArrayAttr layouts, mlir::Region &region,
                   mlir::Type inputType);

/// Returns the layout of epilogue operand `number`.
ImageLayout lookUpEpilogueLayout(EpilogueLayouts layouts, unsigned number);
/// Returns the attribute for the layouts of the epilogue operands of `op` when
/// that of operand `number` is `layout`.
mlir::DenseI32ArrayAttr replaceEpilogueLayout(ResultOpInterface op,
                                              EpilogueLayouts layouts,
                                              unsigned number,
                                              ImageLayout layout);

/// Verifies that the operands of an epilogue have the shape of the init or of
/// its channels, in their layouts.
llvm::LogicalResult verifyEpilogueOperands(ResultOpInterface op,
                                           EpilogueLayouts layouts);
/// Verifies that the region of an epilogue takes a sum of products and an
/// element of each operand, and holds elementwise ops that yield an element of
/// the init.
llvm::LogicalResult verifyEpilogueRegion(ResultOpInterface op);

} // namespace wino

#endif // WINO_LIB_IR_EPILOGUE_H
