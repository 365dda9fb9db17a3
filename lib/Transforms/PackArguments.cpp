//===- PackArguments.cpp - One argument for all packed weights ------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PlanMemory.h"

#include "Wino/IR/WinoDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Remarks.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace wino;

std::optional<int64_t> wino::getElementBytes(Type elementType) {
  if (elementType.isIndex())
    return 8;
  if (elementType.isIntOrFloat()) {
    // Odd widths take the room of the next power of two.
    int64_t bits = elementType.getIntOrFloatBitWidth();
    return llvm::PowerOf2Ceil(std::max<int64_t>((bits + 7) / 8, 1));
  }
  if (auto complex = dyn_cast<ComplexType>(elementType))
    if (auto bytes = getElementBytes(complex.getElementType()))
      return *bytes * 2;
  return std::nullopt;
}

std::optional<int64_t> wino::getBufferBytes(ArrayRef<int64_t> sizes,
                                            int64_t elementBytes) {
  // Sizes of zero would hide the overflow of the others' product, which the
  // lowering of views computes as well.
  int64_t bytes = elementBytes;
  bool isEmpty = false;
  for (int64_t size : sizes) {
    isEmpty |= size == 0;
    if (size != 0 && llvm::MulOverflow(bytes, size, bytes))
      return std::nullopt;
  }
  return isEmpty ? 0 : bytes;
}

BlockArgument wino::appendByteArgument(func::FuncOp function, int64_t bytes,
                                       StringRef attrName) {
  Builder builder(function.getContext());
  // Both attributes reach the object code where arguments are bare pointers.
  SmallVector<NamedAttribute> attributes = {
      builder.getNamedAttr(LLVM::LLVMDialect::getAlignAttrName(),
                           builder.getI64IntegerAttr(kBufferAlignment)),
      builder.getNamedAttr(LLVM::LLVMDialect::getNoAliasAttrName(),
                           builder.getUnitAttr()),
      builder.getNamedAttr(attrName, builder.getUnitAttr())};
  unsigned index = function.getNumArguments();
  LogicalResult inserted = function.insertArgument(
      index, MemRefType::get({bytes}, builder.getI8Type()),
      builder.getDictionaryAttr(attributes), function.getLoc());
  assert(succeeded(inserted) && "func.func takes any argument");
  (void)inserted;
  return function.getArgument(index);
}

namespace {

/// The packed arguments of a function, by index, and where they go.
struct PackedLayout {
  SmallVector<unsigned> arguments;
  SmallVector<MemRefType> types;
  SmallVector<int64_t> offsets;
  int64_t bytes = 0;
};

} // namespace

/// Collects the arguments with an index in the order of the index.
static FailureOr<PackedLayout> collectPacked(func::FuncOp function) {
  PackedLayout layout;
  SmallVector<std::pair<int64_t, unsigned>> indexed;
  for (unsigned argument = 0; argument < function.getNumArguments(); ++argument)
    if (auto index = function.getArgAttrOfType<IntegerAttr>(
            argument, WinoDialect::kPackedAttrName))
      indexed.push_back({index.getInt(), argument});
  llvm::sort(indexed);
  for (auto [position, entry] : llvm::enumerate(indexed)) {
    auto [index, argument] = entry;
    if (index != static_cast<int64_t>(position)) {
      function.emitError() << "expected the '" << WinoDialect::kPackedAttrName
                           << "' indices of the arguments to count from 0, but "
                           << "number " << position << " is " << index;
      return failure();
    }
    auto type = dyn_cast<MemRefType>(function.getArgumentTypes()[argument]);
    if (!type || !type.hasStaticShape() || !type.getLayout().isIdentity() ||
        type.getMemorySpace() || !getElementBytes(type.getElementType())) {
      function.emitError() << "cannot pack argument " << argument << " of type "
                           << function.getArgumentTypes()[argument]
                           << ": expected a contiguous memref of static shape";
      return failure();
    }
    layout.arguments.push_back(argument);
    layout.types.push_back(type);
  }
  return layout;
}

/// Computes the offsets.
static LogicalResult placePacked(func::FuncOp function, PackedLayout &layout) {
  for (MemRefType type : layout.types) {
    // Arguments begin where the one before ends, rounded up.
    int64_t padded;
    std::optional<int64_t> bytes = getBufferBytes(
        type.getShape(), *getElementBytes(type.getElementType()));
    if (!bytes ||
        llvm::AddOverflow(layout.bytes, kBufferAlignment - 1, padded) ||
        llvm::AddOverflow(padded & -kBufferAlignment, *bytes, layout.bytes))
      return function.emitError()
             << "the packed weights are larger than 64 bits can count";
    layout.offsets.push_back(padded & -kBufferAlignment);
  }
  return success();
}

/// Replaces the arguments by views of one.
static void rewriteArguments(func::FuncOp function,
                             const PackedLayout &layout) {
  BlockArgument packed =
      appendByteArgument(function, layout.bytes, WinoDialect::kPackedAttrName);
  OpBuilder builder = OpBuilder::atBlockBegin(&function.getBody().front());
  llvm::BitVector erased(function.getNumArguments());
  for (auto [argument, type, offset] :
       llvm::zip_equal(layout.arguments, layout.types, layout.offsets)) {
    BlockArgument old = function.getArgument(argument);
    Value shift = arith::ConstantIndexOp::create(builder, old.getLoc(), offset);
    Value view = memref::ViewOp::create(builder, old.getLoc(), type, packed,
                                        shift, /*sizes=*/ValueRange());
    old.replaceAllUsesWith(view);
    erased.set(argument);
  }
  LogicalResult done = function.eraseArguments(erased);
  assert(succeeded(done) && "func.func may lose any argument");
  (void)done;
  function->setAttr(WinoDialect::kPackedBytesAttrName,
                    builder.getI64IntegerAttr(layout.bytes));
  remark::analysis(function.getLoc(), remark::RemarkOpts::name("PackWeights")
                                          .category("wino")
                                          .function(function.getName()))
      << remark::metric("Arguments",
                        static_cast<int64_t>(layout.arguments.size()))
      << remark::metric("PackedBytes", layout.bytes);
}

LogicalResult
wino::packArguments(ModuleOp module,
                    llvm::function_ref<bool(func::FuncOp)> isFixed) {
  llvm::MapVector<Operation *, PackedLayout> layouts;
  for (auto function : module.getOps<func::FuncOp>()) {
    FailureOr<PackedLayout> layout = collectPacked(function);
    if (failed(layout))
      return failure();
    if (layout->arguments.empty())
      continue;
    if (function.isExternal() || isFixed(function))
      return function.emitError()
             << "cannot pack the arguments of a function that "
             << (function.isExternal() ? "has no body" : "others call");
    if (failed(placePacked(function, *layout)))
      return failure();
    layouts[function] = std::move(*layout);
  }
  // A function and its prepare function must agree.
  for (auto &[op, layout] : layouts) {
    auto symbol =
        op->getAttrOfType<FlatSymbolRefAttr>(WinoDialect::kPrepareAttrName);
    if (!symbol)
      continue;
    Operation *prepare = SymbolTable::lookupSymbolIn(module, symbol);
    auto mirrored = layouts.find(prepare);
    if (mirrored == layouts.end() || mirrored->second.types != layout.types)
      return op->emitError() << "its packed arguments are not those that "
                             << symbol << " writes";
  }
  for (auto &[op, layout] : layouts)
    rewriteArguments(cast<func::FuncOp>(op), layout);
  return success();
}
