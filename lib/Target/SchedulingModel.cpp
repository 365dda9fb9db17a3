//===- SchedulingModel.cpp - LLVM's scheduling models ---------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Target/SchedulingModel.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Triple.h"
#include <mutex>

using namespace wino;

llvm::Expected<SchedulingModel>
wino::findSchedulingModel(llvm::StringRef triple, llvm::StringRef cpu) {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::InitializeAllTargetInfos();
    llvm::InitializeAllTargetMCs();
  });
  const llvm::Triple parsed(triple);
  SchedulingModel model;
  std::string message;
  model.target = llvm::TargetRegistry::lookupTarget(parsed, message);
  if (!model.target)
    return llvm::createStringError("no scheduling model: " + message);
  llvm::StringRef features = parsed.isAArch64() ? "+dotprod,+i8mm" : "";
  auto create = [&](llvm::StringRef name) {
    model.subtarget.reset(
        model.target->createMCSubtargetInfo(parsed, name, features));
  };
  // To ask for an unknown CPU would print a warning.
  create("generic");
  if (model.subtarget->isCPUStringValid(cpu))
    create(cpu);
  if (model.subtarget->getCPU() != cpu ||
      !model.subtarget->getSchedModel().hasInstrSchedModel())
    return llvm::createStringError("LLVM has no scheduling model of '" + cpu +
                                   "'");
  return model;
}
