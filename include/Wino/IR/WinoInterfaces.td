//===- WinoInterfaces.td - Interfaces of the ops ------------*- tablegen -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_IR_WINOINTERFACES_TD
#define WINO_IR_WINOINTERFACES_TD

include "mlir/IR/Interfaces.td"

def Wino_ResultOpInterface : OpInterface<"ResultOpInterface"> {
  let description = [{
    The last stage of a convolution: it writes the pixels of the result, through
    an epilogue that elementwise ops can move into, and is what a schedule tiles.
  }];
  let cppNamespace = "::wino";
  let methods = [
    InterfaceMethod<"Returns the region that is applied to every element.",
                    "::mlir::Region &", "getEpilogue">,
    InterfaceMethod<"Returns the operands of the epilogue.",
                    "::mlir::OperandRange", "getEpilogueOperands">,
    InterfaceMethod<"Returns the operands of the epilogue, to be changed.",
                    "::mlir::MutableOperandRange",
                    "getEpilogueOperandsMutable">,
    InterfaceMethod<"Returns the schedule, or null.",
                    "ScheduleAttr", "getScheduleAttr">,
    InterfaceMethod<[{
      Removes the schedule, as the op is about to be tiled by it, and returns it.
      What the op's own lowering needs of it stays on the op.
    }], "ScheduleAttr", "takeSchedule">,
    InterfaceMethod<[{
      Returns the dimension of the iteration domain that is the batch. Those of
      rows, columns and output channels follow it.
    }], "unsigned", "getBatchDim">,
    InterfaceMethod<"Returns the layout of the result.",
                    "ImageLayout", "getLayout">,
    InterfaceMethod<"Sets the layout of the result.",
                    "void", "setLayout", (ins "::wino::ImageLayout":$layout)>,
    InterfaceMethod<[{
      Returns the layout of an operand of the epilogue, NHWC if it is indexed by
      the channel alone.
    }], "ImageLayout", "getEpilogueLayout", (ins "unsigned":$number)>,
    InterfaceMethod<"Sets the layout of an operand of the epilogue.",
                    "void", "setEpilogueLayout",
                    (ins "unsigned":$number, "ImageLayout":$layout)>
  ];
}

#endif // WINO_IR_WINOINTERFACES_TD
