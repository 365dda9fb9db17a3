//===- TargetSpec.cpp - The CPU that a module is for ----------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Target/TargetSpec.h"
#include "Wino/IR/AttributeJSON.h"
#include "Wino/Target/CPUFile.h"
#include "mlir/Dialect/DLTI/DLTI.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace wino;
namespace json = llvm::json;

static constexpr llvm::StringLiteral kDevice = "CPU";

//===----------------------------------------------------------------------===//
// Targets of modules
//===----------------------------------------------------------------------===//

void wino::setTargetCPU(ModuleOp module, const CPUInfo &cpu) {
  MLIRContext *context = module.getContext();
  auto getEntry = [&](StringRef key, Attribute value) {
    return cast<DataLayoutEntryInterface>(
        DataLayoutEntryAttr::get(StringAttr::get(context, key), value));
  };
  SmallVector<DataLayoutEntryInterface> fields;
  const json::Object object = toJSON(cpu);
  for (const json::Object::value_type *field : json::sortedElements(object))
    fields.push_back(
        getEntry(field->first, attributeFromJSON(context, field->second)));
  SmallVector<DataLayoutEntryInterface> devices;
  if (TargetSystemSpecInterface spec = module.getTargetSystemSpec())
    for (DataLayoutEntryInterface entry : spec.getEntries())
      if (entry.getKey() !=
          DataLayoutEntryKey(StringAttr::get(context, kDevice)))
        devices.push_back(entry);
  devices.push_back(
      getEntry(kDevice, TargetDeviceSpecAttr::get(context, fields)));
  module->setAttr(DLTIDialect::kTargetSystemDescAttrName,
                  TargetSystemSpecAttr::get(context, devices));
}

FailureOr<std::optional<CPUInfo>> wino::getTargetCPU(Operation *op) {
  for (; op; op = op->getParentOp()) {
    auto module = dyn_cast<ModuleOp>(op);
    TargetSystemSpecInterface spec =
        module ? module.getTargetSystemSpec() : TargetSystemSpecInterface();
    if (!spec)
      continue;
    std::optional<TargetDeviceSpecInterface> device =
        spec.getDeviceSpecForDeviceID(
            StringAttr::get(op->getContext(), kDevice));
    if (!device)
      continue;
    json::Object object;
    for (DataLayoutEntryInterface entry : device->getEntries())
      if (auto key = dyn_cast<StringAttr>(entry.getKey()))
        object[json::fixUTF8(key.getValue())] =
            attributeToJSON(entry.getValue());
    llvm::Expected<CPUInfo> cpu = parseCPU(std::move(object));
    if (!cpu)
      return op->emitError("the module's target is no CPU: ")
             << llvm::toString(cpu.takeError());
    return std::optional<CPUInfo>(std::move(*cpu));
  }
  return std::optional<CPUInfo>();
}

FailureOr<CPUInfo> wino::resolveCPU(Operation *op, StringRef name) {
  if (name.empty()) {
    FailureOr<std::optional<CPUInfo>> target = getTargetCPU(op);
    if (failed(target))
      return failure();
    if (*target)
      return **target;
  }
  llvm::Expected<CPUInfo> cpu = lookupCPU(name.empty() ? "host" : name);
  if (!cpu)
    return op->emitError(llvm::toString(cpu.takeError()));
  return *cpu;
}
