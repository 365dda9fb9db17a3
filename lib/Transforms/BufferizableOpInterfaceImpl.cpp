//===- BufferizableOpInterfaceImpl.cpp - Bufferization of the ops ---------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Transforms/Transforms.h"
#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/DstBufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace mlir::bufferization;
using namespace wino;

namespace {
/// Replaces tensors by their buffers. The ops overwrite their inits, so inits
/// are not read.
template <typename OpTy>
struct WinoOpInterface
    : DstBufferizableOpInterfaceExternalModel<WinoOpInterface<OpTy>, OpTy> {
  bool bufferizesToMemoryRead(Operation *op, OpOperand &operand,
                              const AnalysisState &) const {
    if (auto hadamard = dyn_cast<HadamardOp>(op);
        hadamard && hadamard.getAccumulate())
      return true;
    return !cast<DestinationStyleOpInterface>(op).isDpsInit(&operand);
  }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const BufferizationOptions &options,
                          BufferizationState &state) const {
    auto dpsOp = cast<DestinationStyleOpInterface>(op);
    if (dpsOp.hasPureBufferSemantics())
      return success();
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.setInsertionPoint(op);
    SmallVector<Value> operands, inits;
    for (OpOperand &operand : op->getOpOperands()) {
      Value value = operand.get();
      if (isa<TensorType>(value.getType())) {
        FailureOr<Value> buffer = getBuffer(rewriter, value, options, state);
        if (failed(buffer))
          return failure();
        value = *buffer;
      }
      if (dpsOp.isDpsInit(&operand))
        inits.push_back(value);
      operands.push_back(value);
    }
    OperationState newState(op->getLoc(), op->getName());
    newState.addOperands(operands);
    newState.addAttributes(llvm::to_vector(op->getDiscardableAttrs()));
    newState.propertiesAttr = op->getPropertiesAsAttribute();
    for (Region &region : op->getRegions())
      newState.addRegion()->takeBody(region);
    rewriter.create(newState);
    replaceOpWithBufferizedValues(rewriter, op, inits);
    return success();
  }
};
} // namespace

void wino::registerBufferizableOpInterfaceExternalModels(
    DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, WinoDialect *) {
    FilterScalesOp::attachInterface<WinoOpInterface<FilterScalesOp>>(*context);
    FilterTransformOp::attachInterface<WinoOpInterface<FilterTransformOp>>(
        *context);
    InputTransformOp::attachInterface<WinoOpInterface<InputTransformOp>>(
        *context);
    Im2RowOp::attachInterface<WinoOpInterface<Im2RowOp>>(*context);
    Im2ColOp::attachInterface<WinoOpInterface<Im2ColOp>>(*context);
    PadImageOp::attachInterface<WinoOpInterface<PadImageOp>>(*context);
    HadamardOp::attachInterface<WinoOpInterface<HadamardOp>>(*context);
    OutputTransformOp::attachInterface<WinoOpInterface<OutputTransformOp>>(
        *context);
    ConvOp::attachInterface<WinoOpInterface<ConvOp>>(*context);
    OffsetAddOp::attachInterface<WinoOpInterface<OffsetAddOp>>(*context);
    ColumnProductOp::attachInterface<WinoOpInterface<ColumnProductOp>>(
        *context);
    // Buffers of images, and the views of blocks, are memrefs.
    context->loadDialect<memref::MemRefDialect>();
  });
}
