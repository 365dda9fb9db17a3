//===- PlanFile.cpp - Plans by the names of convolutions ------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PlanFile.h"
#include "Wino/Algorithms/ConvAlgorithm.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Operation.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace wino;

/// Reads a file that holds a JSON object of `what` by the names of
/// convolutions; reports errors at `op`.
static FailureOr<llvm::json::Object> readObject(StringRef path, StringRef what,
                                                Operation *op) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!buffer)
    return op->emitError("cannot read ")
           << what << " '" << path << "': " << buffer.getError().message();
  llvm::Expected<llvm::json::Value> json =
      llvm::json::parse((*buffer)->getBuffer());
  if (!json)
    return op->emitError("cannot read ")
           << what << " '" << path << "': " << llvm::toString(json.takeError());
  llvm::json::Object *object = json->getAsObject();
  if (!object)
    return op->emitError("expected ")
           << what << " '" << path << "' to be a JSON object";
  return std::move(*object);
}

FailureOr<llvm::StringMap<PlanAttr>> wino::readPlanFile(StringRef path,
                                                        Operation *op) {
  FailureOr<llvm::json::Object> object = readObject(path, "plans", op);
  if (failed(object))
    return failure();
  llvm::StringMap<PlanAttr> plans;
  for (auto &[name, value] : *object) {
    std::optional<StringRef> text = value.getAsString();
    if (!text)
      return op->emitError("expected the plan of '")
             << name.str() << "' in '" << path << "' to be a string";
    auto plan =
        dyn_cast_or_null<PlanAttr>(parseAttribute(*text, op->getContext()));
    if (!plan)
      return op->emitError("expected the plan of '")
             << name.str() << "' in '" << path
             << "' to be a #wino.plan, but got " << *text;
    plans[name.str()] = plan;
  }
  return plans;
}

/// Reports the names of `names` that no convolution below `root` has, which
/// `path` has `what` for.
static LogicalResult checkNames(llvm::StringSet<> names, StringRef path,
                                StringRef what, Operation *root) {
  root->walk<WalkOrder::PreOrder>([&](FunctionOpInterface op) {
    forEachConvolution(op,
                       [&](linalg::LinalgOp, FailureOr<ConvProblem>, StringRef,
                           StringRef name) { names.erase(name); });
    return WalkResult::skip();
  });
  SmallVector<StringRef> sorted(names.keys());
  llvm::sort(sorted);
  for (StringRef name : sorted)
    root->emitError("no convolution is called '")
        << name << "', which '" << path << "' has " << what << " for";
  return success(sorted.empty());
}

FailureOr<llvm::StringMap<SmallVector<AlgorithmRequest>>>
wino::readCandidateFile(StringRef path, Operation *op) {
  FailureOr<llvm::json::Object> object = readObject(path, "candidates", op);
  if (failed(object))
    return failure();
  llvm::StringMap<SmallVector<AlgorithmRequest>> result;
  llvm::StringSet<> names;
  for (auto &[name, value] : *object) {
    auto isString = [](const llvm::json::Value &each) {
      return each.kind() == llvm::json::Value::String;
    };
    const llvm::json::Array *array = value.getAsArray();
    if (!array || array->empty() || !llvm::all_of(*array, isString))
      return op->emitError("expected the candidates of '")
             << name.str() << "' in '" << path
             << "' to be a list of names of algorithms";
    names.insert(name.str());
    for (const llvm::json::Value &each : *array) {
      llvm::Expected<AlgorithmRequest> request =
          parseAlgorithmRequest(*each.getAsString(), op->getContext());
      if (!request)
        return op->emitError("candidates of '")
               << name.str() << "' in '" << path
               << "': " << llvm::toString(request.takeError());
      result[name.str()].push_back(std::move(*request));
    }
  }
  if (failed(checkNames(std::move(names), path, "candidates", op)))
    return failure();
  return result;
}

LogicalResult wino::setPlansFromFile(StringRef path, Operation *root) {
  FailureOr<llvm::StringMap<PlanAttr>> plans = readPlanFile(path, root);
  if (failed(plans))
    return failure();
  llvm::StringSet<> names;
  for (StringRef name : plans->keys())
    names.insert(name);
  bool hasFailed = failed(checkNames(std::move(names), path, "a plan", root));
  auto setPlan = [&](linalg::LinalgOp op, FailureOr<ConvProblem> problem,
                     StringRef reason, StringRef name) {
    auto it = plans->find(name);
    if (it == plans->end())
      return;
    std::string why = reason.str();
    if (succeeded(problem) && succeeded(checkPlan(*problem, it->second, why))) {
      op->setAttr(WinoDialect::kPlanAttrName, it->second);
      return;
    }
    op->emitError("the plan of '") << name << "' does not apply: " << why;
    hasFailed = true;
  };
  root->walk<WalkOrder::PreOrder>([&](FunctionOpInterface op) {
    forEachConvolution(op, setPlan);
    return WalkResult::skip();
  });
  return failure(hasFailed);
}

LogicalResult
wino::writePlanFile(StringRef path, Operation *op,
                    ArrayRef<std::pair<std::string, PlanAttr>> plans) {
  llvm::json::Object object;
  for (const auto &[name, plan] : plans) {
    std::string text;
    llvm::raw_string_ostream(text) << plan;
    object[llvm::json::fixUTF8(name)] = std::move(text);
  }
  llvm::Error error =
      llvm::writeToOutput(path, [&](llvm::raw_ostream &os) -> llvm::Error {
        os << llvm::formatv("{0:2}\n", llvm::json::Value(std::move(object)));
        return llvm::Error::success();
      });
  if (error)
    return op->emitError("cannot write plans '")
           << path << "': " << llvm::toString(std::move(error));
  return success();
}
