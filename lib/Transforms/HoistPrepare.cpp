//===- HoistPrepare.cpp - Move work on weights to a prepare function ------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The ops of a function's body fall into four kinds:
//
//   constant   no weights, no inputs, no effects: constants, empty tensors and
//              fills of them. Cheap; every function that needs one has its own.
//   prepared   no inputs, no effects, but weights or a filter transform.
//   kept       prepared, but with a result that is much larger than its
//   operands
//              and that the function would have to load: computed in place.
//   dynamic    everything else.
//
// Prepared ops move. The interface is what kept and dynamic ops read of the
// results of prepared ops and of the weights.
//
//===----------------------------------------------------------------------===//

#include "Wino/IR/WinoDialect.h"
#include "Wino/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/Remarks.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Transforms/CSE.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/MapVector.h"

namespace wino {
#define GEN_PASS_DEF_HOISTPREPAREPASS
#include "Wino/Transforms/Passes.h.inc"
} // namespace wino

using namespace mlir;
using namespace wino;

/// Whether tensors of the type have a static shape and can be function
/// arguments in memory.
static bool isStaticTensor(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.hasStaticShape() && !tensor.getEncoding() &&
         tensor.getElementType().isIntOrIndexOrFloat();
}

/// Returns the size in bytes of a static tensor, as a double because the
/// product of the sizes may be beyond int64_t.
static double getSizeInBytes(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  Type element = tensor.getElementType();
  double size =
      element.isIndex() ? 8 : (element.getIntOrFloatBitWidth() + 7) / 8;
  for (int64_t extent : tensor.getShape())
    size *= static_cast<double>(extent);
  return size;
}

/// Calls `callback` for all values that `op` reads: its operands and what its
/// regions capture.
static void forEachUsedValue(Operation &op,
                             llvm::function_ref<void(Value)> callback) {
  for (Value operand : op.getOperands())
    callback(operand);
  visitUsedValuesDefinedAbove(
      op.getRegions(), [&](OpOperand *operand) { callback(operand->get()); });
}

namespace {

/// Splits one function.
class PrepareHoister {
public:
  PrepareHoister(func::FuncOp function, int64_t minConstantBytes,
                 double maxGrowth)
      : function(function), body(function.getBody().front()),
        minConstantBytes(minConstantBytes), maxGrowth(maxGrowth) {}

  /// Makes large constants weights, and decides what moves.
  void analyze();
  /// Whether the function has weights or ops to move.
  bool hasWork() const { return !weights.empty() || !prepared.empty(); }
  /// Creates the prepare function, named `name`, and rewrites the function.
  void split(StringRef name);

private:
  void promoteConstants();
  void classify();
  bool isMovable(Operation &op) const;
  void keepGrowingOps();
  bool isExposed(Operation *op) const;
  bool isTooLarge(Operation *op) const;
  void findInterface();
  func::FuncOp createPrepare(StringRef name);
  void replaceInterface(func::FuncOp prepare);
  void eraseMovedOps();

  func::FuncOp function;
  Block &body;
  int64_t minConstantBytes;
  double maxGrowth;

  /// Weight arguments, in order.
  SmallVector<BlockArgument> weights;
  /// Constant and prepared ops, in order.
  SetVector<Operation *> movable;
  /// Prepared ops, without those that are kept.
  DenseSet<Operation *> prepared;
  /// Weights and results of prepared ops, kept ones included.
  DenseSet<Value> preparedValues;
  /// Values that the function reads from its prepare function, in the order of
  /// their first use.
  SetVector<Value> interface;
};

} // namespace

void PrepareHoister::analyze() {
  promoteConstants();
  for (BlockArgument argument : body.getArguments())
    if (isStaticTensor(argument.getType()) &&
        function.getArgAttr(argument.getArgNumber(),
                            WinoDialect::kWeightAttrName))
      weights.push_back(argument);
  classify();
  keepGrowingOps();
  findInterface();
}

/// Whether nobody reads the elements of `constant`, because all its users
/// overwrite or accumulate on them.
static bool isDestinationOnly(arith::ConstantOp constant) {
  return llvm::all_of(constant->getUses(), [](OpOperand &use) {
    auto owner = dyn_cast<DestinationStyleOpInterface>(use.getOwner());
    return owner && owner.isDpsInit(&use);
  });
}

void PrepareHoister::promoteConstants() {
  llvm::MapVector<Attribute, SmallVector<arith::ConstantOp>> constants;
  function.walk([&](arith::ConstantOp constant) {
    auto value = dyn_cast<ElementsAttr>(constant.getValue());
    if (!value || !isStaticTensor(constant.getType()) ||
        getSizeInBytes(constant.getType()) <
            static_cast<double>(minConstantBytes))
      return;
    // A splat that initializes a destination is a fill, not data.
    if (isa<SplatElementsAttr>(value) && isDestinationOnly(constant))
      return;
    constants[value].push_back(constant);
  });
  for (auto &[value, ops] : constants) {
    Builder builder(function.getContext());
    auto attributes = builder.getDictionaryAttr(
        builder.getNamedAttr(WinoDialect::kWeightAttrName, value));
    unsigned index = function.getNumArguments();
    if (failed(function.insertArgument(index, ops.front().getType(), attributes,
                                       ops.front().getLoc())))
      continue;
    for (arith::ConstantOp constant : ops) {
      constant.replaceAllUsesWith(Value(function.getArgument(index)));
      constant.erase();
    }
  }
}

bool PrepareHoister::isMovable(Operation &op) const {
  if (op.hasTrait<OpTrait::IsTerminator>() || op.getNumResults() == 0 ||
      !isMemoryEffectFree(&op))
    return false;
  bool onlyMovable = true;
  forEachUsedValue(op, [&](Value value) {
    Operation *producer = value.getDefiningOp();
    bool isKnown = preparedValues.contains(value) ||
                   (producer && movable.contains(producer));
    onlyMovable &= isKnown;
  });
  return onlyMovable;
}

void PrepareHoister::classify() {
  preparedValues.insert(weights.begin(), weights.end());
  for (Operation &op : body) {
    if (!isMovable(op))
      continue;
    movable.insert(&op);
    bool needsWeights = isa<FilterTransformOp, FilterScalesOp>(op);
    forEachUsedValue(op, [&](Value value) {
      needsWeights |= preparedValues.contains(value);
    });
    if (!needsWeights)
      continue;
    prepared.insert(&op);
    preparedValues.insert(op.result_begin(), op.result_end());
  }
}

/// Whether the function reads a result of the prepared op.
bool PrepareHoister::isExposed(Operation *op) const {
  return llvm::any_of(op->getUsers(), [&](Operation *user) {
    return !prepared.contains(body.findAncestorOpInBlock(*user));
  });
}

/// Whether the results of an exposed op are too large to be loaded instead of
/// computed, or are no tensors that can be arguments.
bool PrepareHoister::isTooLarge(Operation *op) const {
  double resultBytes = 0;
  for (Value result : op->getResults()) {
    if (result.use_empty())
      continue;
    if (!isStaticTensor(result.getType()))
      return true;
    resultBytes += getSizeInBytes(result.getType());
  }
  if (auto transform = dyn_cast<FilterTransformOp>(op))
    return transform.isFilterPacked();
  SetVector<Value> operands;
  forEachUsedValue(*op, [&](Value value) {
    if (preparedValues.contains(value))
      operands.insert(value);
  });
  double operandBytes = 0;
  for (Value operand : operands)
    if (isStaticTensor(operand.getType()))
      operandBytes += getSizeInBytes(operand.getType());
  return resultBytes > maxGrowth * operandBytes;
}

void PrepareHoister::keepGrowingOps() {
  // Keeping an op exposes the producers of its operands, which come before it.
  for (Operation *op : llvm::reverse(movable))
    if (prepared.contains(op) && isExposed(op) && isTooLarge(op))
      prepared.erase(op);
}

void PrepareHoister::findInterface() {
  for (Operation &op : body) {
    if (prepared.contains(&op))
      continue;
    forEachUsedValue(op, [&](Value value) {
      Operation *producer = value.getDefiningOp();
      if (preparedValues.contains(value) &&
          (!producer || prepared.contains(producer)))
        interface.insert(value);
    });
  }
}

func::FuncOp PrepareHoister::createPrepare(StringRef name) {
  OpBuilder builder(function);
  builder.setInsertionPointAfter(function);
  auto type = builder.getFunctionType(
      llvm::to_vector(ValueRange(weights).getTypes()),
      llvm::to_vector(ValueRange(interface.getArrayRef()).getTypes()));
  auto prepare = func::FuncOp::create(builder, function.getLoc(), name, type);
  prepare.setVisibility(function.getVisibility());

  IRMapping mapping;
  Block *entry = prepare.addEntryBlock();
  for (auto [index, weight] : llvm::enumerate(weights)) {
    BlockArgument argument = entry->getArgument(index);
    argument.setLoc(weight.getLoc());
    mapping.map(weight, argument);
    prepare.setArgAttrs(index, mlir::function_interface_impl::getArgAttrs(
                                   function, weight.getArgNumber()));
    prepare.setArgAttr(index,
                       bufferization::BufferizationDialect::kWritableAttrName,
                       builder.getBoolAttr(false));
  }

  // Clone what the interface depends on.
  DenseSet<Operation *> needed;
  for (Value value : interface)
    if (Operation *producer = value.getDefiningOp())
      needed.insert(producer);
  for (Operation *op : llvm::reverse(movable))
    if (needed.contains(op))
      forEachUsedValue(*op, [&](Value value) {
        if (Operation *producer = value.getDefiningOp())
          needed.insert(producer);
      });
  builder.setInsertionPointToEnd(entry);
  for (Operation *op : movable)
    if (needed.contains(op))
      builder.clone(*op, mapping);
  SmallVector<Value> results;
  for (Value value : interface)
    results.push_back(mapping.lookup(value));
  func::ReturnOp::create(builder, function.getLoc(), results);

  IRRewriter rewriter(builder);
  DominanceInfo dominance(prepare);
  eliminateCommonSubExpressions(rewriter, dominance, prepare);
  return prepare;
}

/// Makes the interface arguments of the function, one per distinct value that
/// the prepare function returns.
void PrepareHoister::replaceInterface(func::FuncOp prepare) {
  Builder builder(function.getContext());
  Operation *terminator = prepare.getBody().front().getTerminator();
  llvm::MapVector<Value, unsigned> packed;
  for (auto [read, result] :
       llvm::zip_equal(interface, terminator->getOperands())) {
    Value value = read;
    unsigned index = function.getNumArguments();
    auto [entry, isNew] = packed.insert({result, index});
    if (isNew) {
      SmallVector<NamedAttribute> attributes;
      if (auto weight = dyn_cast<BlockArgument>(value))
        if (auto name = function.getArgAttr(weight.getArgNumber(),
                                            WinoDialect::kNameAttrName))
          attributes.push_back(
              builder.getNamedAttr(WinoDialect::kNameAttrName, name));
      attributes.push_back(
          builder.getNamedAttr(WinoDialect::kPackedAttrName,
                               builder.getI64IntegerAttr(packed.size() - 1)));
      attributes.push_back(builder.getNamedAttr(
          bufferization::BufferizationDialect::kWritableAttrName,
          builder.getBoolAttr(false)));
      LogicalResult inserted = function.insertArgument(
          index, value.getType(), builder.getDictionaryAttr(attributes),
          value.getLoc());
      assert(succeeded(inserted) && "func.func takes any argument");
      (void)inserted;
    }
    value.replaceAllUsesWith(function.getArgument(entry->second));
  }

  SmallVector<Value> results =
      llvm::map_to_vector(packed, [](auto &entry) { return entry.first; });
  terminator->setOperands(results);
  prepare.setType(
      builder.getFunctionType(prepare.getArgumentTypes(),
                              llvm::to_vector(ValueRange(results).getTypes())));
  for (unsigned index = 0; index < results.size(); ++index)
    prepare.setResultAttr(index, WinoDialect::kPackedAttrName,
                          builder.getI64IntegerAttr(index));
}

void PrepareHoister::eraseMovedOps() {
  for (Operation *op : llvm::reverse(movable))
    if (op->use_empty())
      op->erase();
  llvm::BitVector erased(function.getNumArguments());
  for (BlockArgument weight : weights)
    erased.set(weight.getArgNumber());
  LogicalResult done = function.eraseArguments(erased);
  assert(succeeded(done) && "func.func may lose any argument");
  (void)done;
}

void PrepareHoister::split(StringRef name) {
  size_t numMoved = prepared.size(), numWeights = weights.size();
  func::FuncOp prepare = createPrepare(name);
  replaceInterface(prepare);
  eraseMovedOps();
  function->setAttr(WinoDialect::kPrepareAttrName,
                    FlatSymbolRefAttr::get(prepare));
  remark::passed(function.getLoc(), remark::RemarkOpts::name("HoistPrepare")
                                        .category("wino")
                                        .function(function.getName()))
      << remark::add("moved {0} op(s) on {1} weight(s) to @{2}, which returns "
                     "{3} packed tensor(s)",
                     numMoved, numWeights, name.str(), prepare.getNumResults());
}

/// Says why `function` is left alone.
static void emitMissed(func::FuncOp function, StringRef reason) {
  remark::missed(function.getLoc(), remark::RemarkOpts::name("HoistPrepare")
                                        .category("wino")
                                        .function(function.getName()))
      << remark::reason("{0}", reason.str());
}

/// Whether the function has an argument that is a weight.
static bool hasWeightArgument(func::FuncOp function) {
  for (unsigned index = 0; index < function.getNumArguments(); ++index)
    if (function.getArgAttr(index, WinoDialect::kWeightAttrName))
      return true;
  return false;
}

namespace {

struct HoistPreparePass
    : public wino::impl::HoistPreparePassBase<HoistPreparePass> {
  using HoistPreparePassBase::HoistPreparePassBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    // What an earlier run made stays as it is.
    DenseSet<StringAttr> done;
    for (auto function : module.getOps<func::FuncOp>())
      if (auto prepare = function->getAttrOfType<FlatSymbolRefAttr>(
              WinoDialect::kPrepareAttrName)) {
        done.insert(function.getNameAttr());
        done.insert(prepare.getAttr());
      }
    SmallVector<func::FuncOp> functions(module.getOps<func::FuncOp>());
    for (func::FuncOp function : functions)
      if (!function.isExternal() && !done.contains(function.getNameAttr()))
        splitFunction(module, function);
  }

  void splitFunction(ModuleOp module, func::FuncOp function) {
    std::string name = (function.getName() + "_prepare").str();
    StringRef obstacle;
    if (!function.getBody().hasOneBlock())
      obstacle = "the function has several blocks";
    else if (!SymbolTable::symbolKnownUseEmpty(function, module))
      obstacle = "the function is used in the module, and its signature would "
                 "change";
    else if (SymbolTable::lookupSymbolIn(module, name))
      obstacle = "the name of its prepare function is taken";
    if (!obstacle.empty()) {
      if (hasWeightArgument(function))
        emitMissed(function, obstacle);
      return;
    }
    PrepareHoister hoister(function, minConstantBytes, maxGrowth);
    hoister.analyze();
    if (hoister.hasWork())
      hoister.split(name);
  }
};

} // namespace
