//===- Epilogue.h - Epilogues on vectors ------------------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_CONVERSION_WINOTOVECTOR_EPILOGUE_H
#define WINO_LIB_CONVERSION_WINOTOVECTOR_EPILOGUE_H

#include "KernelBuilder.h"

#include "mlir/IR/IRMapping.h"

namespace wino {

/// Clones the epilogue of an op, which is written for scalars, on vectors.
class EpilogueBuilder {
public:
  using Value = mlir::Value;

  /// Broadcasts the scalars that the epilogue captures, once.
  EpilogueBuilder(KernelBuilder &b, ResultOpInterface op);

  /// Loads the vectors at `channel` of the operands that are indexed by the
  /// channel; those of other operands are null.
  llvm::SmallVector<Value> loadChannelOperands(Value channel, Value mask);
  /// Applies the epilogue to a vector of sums. `load` gives the vector of an
  /// operand, by its number, that has the shape of the result.
  Value build(Value sum, llvm::ArrayRef<Value> channelOperands,
              llvm::function_ref<Value(unsigned)> load);

private:
  KernelBuilder &b;
  ResultOpInterface op;
  mlir::IRMapping captured;
};

} // namespace wino

#endif // WINO_LIB_CONVERSION_WINOTOVECTOR_EPILOGUE_H
