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
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace wino;

FailureOr<llvm::StringMap<PlanAttr>> wino::readPlanFile(StringRef path,
                                                        Operation *op) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!buffer)
    return op->emitError("cannot read plans '")
           << path << "': " << buffer.getError().message();
  llvm::Expected<llvm::json::Value> json =
      llvm::json::parse((*buffer)->getBuffer());
  if (!json)
    return op->emitError("cannot read plans '")
           << path << "': " << llvm::toString(json.takeError());
  llvm::json::Object *object = json->getAsObject();
  if (!object)
    return op->emitError("expected plans '") << path << "' to be a JSON object";
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

LogicalResult wino::setPlansFromFile(StringRef path, Operation *root) {
  FailureOr<llvm::StringMap<PlanAttr>> plans = readPlanFile(path, root);
  if (failed(plans))
    return failure();
  llvm::StringMap<PlanAttr> unused = *plans;
  bool hasFailed = false;
  auto setPlan = [&](linalg::LinalgOp op, FailureOr<ConvProblem> problem,
                     StringRef reason, StringRef name) {
    auto it = plans->find(name);
    if (it == plans->end())
      return;
    unused.erase(name);
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
  for (auto &entry : unused) {
    root->emitError("no convolution is called '")
        << entry.first() << "', which '" << path << "' has a plan for";
    hasFailed = true;
  }
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
