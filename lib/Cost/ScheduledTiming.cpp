//===- ScheduledTiming.cpp - Cycles by LLVM's scheduling models -----------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Cost/LoopTiming.h"
#include "Wino/Target/SchedulingModel.h"
#include "llvm/MC/MCAsmInfo.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCInstrAnalysis.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCObjectFileInfo.h"
#include "llvm/MC/MCParser/MCAsmParser.h"
#include "llvm/MC/MCParser/MCTargetAsmParser.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCStreamer.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/MCTargetOptions.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/MCA/Context.h"
#include "llvm/MCA/CustomBehaviour.h"
#include "llvm/MCA/InstrBuilder.h"
#include "llvm/MCA/SourceMgr.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include <mutex>

using namespace wino;

using Kind = LoopInstruction::Kind;

/// Prints an instruction; `index` counts accesses to memory.
static void print(llvm::raw_ostream &os, const LoopInstruction &instruction,
                  int64_t index) {
  auto vector = [](int64_t number) {
    return "v" + std::to_string(number % 32);
  };
  const std::string result = vector(instruction.result);
  auto source = [&](unsigned i) { return vector(instruction.sources[i]); };
  const int64_t register128 = instruction.result % 32;
  switch (instruction.kind) {
  case Kind::Load:
    os << "ldr q" << register128 << ", [x1, #" << 16 * (index % 64) << "]";
    break;
  case Kind::LoadPair:
    os << "ldp q" << register128 << ", q" << (register128 + 1) % 32
       << ", [x1, #" << 16 * (index % 60) << "]";
    break;
  case Kind::Store:
    os << "str q" << instruction.sources[0] % 32 << ", [x2, #"
       << 16 * (index % 64) << "]";
    break;
  case Kind::LoadLow:
    os << "ldr d" << register128 << ", [x1, #" << 8 * (index % 64) << "]";
    break;
  case Kind::LoadHigh:
    os << "ldr x" << 3 + instruction.result % 16 << ", [x1, #"
       << 8 * (index % 64) << "]";
    break;
  case Kind::Insert:
    os << "ins " << result << ".d[1], x" << 3 + instruction.sources[0] % 16;
    break;
  case Kind::FMLA:
    os << "fmla " << result << ".4s, " << source(0) << ".4s, " << source(1)
       << ".s[0]";
    break;
  case Kind::SMLAL:
    // Elements can be taken of the first sixteen registers only.
    os << "smlal " << result << ".4s, " << source(0) << ".4h, v"
       << instruction.sources[1] % 16 << ".h[0]";
    break;
  case Kind::SDOT:
    os << "sdot " << result << ".4s, " << source(0) << ".16b, " << source(1)
       << ".4b[0]";
    break;
  case Kind::SMULL:
    os << "smull " << result << ".8h, " << source(0) << ".8b, " << source(1)
       << ".8b";
    break;
  case Kind::SMLAL8:
    os << "smlal2 " << result << ".8h, " << source(0) << ".16b, " << source(1)
       << ".16b";
    break;
  case Kind::SADALP:
    os << "sadalp " << result << ".4s, " << source(0) << ".8h";
    break;
  case Kind::AddFloat:
    os << "fadd " << result << ".4s, " << source(0) << ".4s, " << source(1)
       << ".4s";
    break;
  case Kind::AddInteger:
    os << "add " << result << ".4s, " << source(0) << ".4s, " << source(1)
       << ".4s";
    break;
  case Kind::Count:
    os << "add x20, x20, #16";
    break;
  case Kind::Branch:
    os << "cbnz x21, #-64";
    break;
  }
  os << "\n";
}

namespace {
/// Collects instructions.
class Collector : public llvm::MCStreamer {
public:
  Collector(llvm::MCContext &context,
            llvm::SmallVectorImpl<llvm::MCInst> &instructions)
      : MCStreamer(context), instructions(instructions) {}

  void emitInstruction(const llvm::MCInst &instruction,
                       const llvm::MCSubtargetInfo &) override {
    instructions.push_back(instruction);
  }
  bool emitSymbolAttribute(llvm::MCSymbol *, llvm::MCSymbolAttr) override {
    return true;
  }
  void emitCommonSymbol(llvm::MCSymbol *, uint64_t, llvm::Align) override {}

private:
  llvm::SmallVectorImpl<llvm::MCInst> &instructions;
};

/// LLVM's description of a core.
class Core {
public:
  static llvm::Expected<std::unique_ptr<Core>> create(llvm::StringRef triple,
                                                      llvm::StringRef cpu);

  llvm::Expected<double> estimate(llvm::StringRef text) const;

private:
  llvm::Expected<unsigned>
  simulate(llvm::ArrayRef<std::unique_ptr<llvm::mca::Instruction>> body,
           unsigned iterations) const;

  llvm::Triple triple;
  const llvm::Target *target = nullptr;
  llvm::MCTargetOptions options;
  std::unique_ptr<llvm::MCRegisterInfo> registers;
  std::unique_ptr<llvm::MCAsmInfo> assembler;
  std::unique_ptr<llvm::MCInstrInfo> instructions;
  std::unique_ptr<llvm::MCSubtargetInfo> subtarget;
  std::unique_ptr<llvm::MCInstrAnalysis> analysis;
};
} // namespace

llvm::Expected<std::unique_ptr<Core>> Core::create(llvm::StringRef triple,
                                                   llvm::StringRef cpu) {
  static std::once_flag once;
  std::call_once(once, [] { llvm::InitializeAllAsmParsers(); });
  llvm::Expected<SchedulingModel> model = findSchedulingModel(triple, cpu);
  if (!model)
    return model.takeError();
  auto core = std::make_unique<Core>();
  core->triple = llvm::Triple(triple);
  core->target = model->target;
  core->subtarget = std::move(model->subtarget);
  const llvm::Triple &t = core->triple;
  core->registers.reset(core->target->createMCRegInfo(t));
  core->assembler.reset(
      core->target->createMCAsmInfo(*core->registers, t, core->options));
  core->instructions.reset(core->target->createMCInstrInfo());
  core->analysis.reset(
      core->target->createMCInstrAnalysis(core->instructions.get()));
  return core;
}

llvm::Expected<double> Core::estimate(llvm::StringRef text) const {
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(llvm::MemoryBuffer::getMemBuffer(text), {});
  llvm::MCContext context(triple, assembler.get(), registers.get(),
                          subtarget.get(), &sources);
  std::unique_ptr<llvm::MCObjectFileInfo> file(
      target->createMCObjectFileInfo(context, /*PIC=*/false));
  context.setObjectFileInfo(file.get());
  llvm::SmallVector<llvm::MCInst> parsed;
  Collector collector(context, parsed);
  std::unique_ptr<llvm::MCAsmParser> parser(
      llvm::createMCAsmParser(sources, context, collector, *assembler));
  std::unique_ptr<llvm::MCTargetAsmParser> targetParser(
      target->createMCAsmParser(*subtarget, *parser, *instructions, options));
  parser->setTargetParser(*targetParser);
  if (parser->Run(/*NoInitialTextSection=*/false))
    return llvm::createStringError("LLVM does not know an instruction");

  llvm::mca::InstrumentManager instruments(*subtarget, *instructions);
  llvm::mca::InstrBuilder builder(*subtarget, *instructions, *registers,
                                  analysis.get(), instruments,
                                  /*CallLatency=*/100);
  llvm::SmallVector<std::unique_ptr<llvm::mca::Instruction>> body;
  for (const llvm::MCInst &instruction : parsed) {
    auto built = builder.createInstruction(instruction, {});
    if (!built)
      return built.takeError();
    body.push_back(std::move(*built));
  }
  constexpr unsigned kFew = 10, kMany = 40;
  llvm::Expected<unsigned> few = simulate(body, kFew);
  if (!few)
    return few.takeError();
  llvm::Expected<unsigned> many = simulate(body, kMany);
  if (!many)
    return many.takeError();
  return double(*many - *few) / (kMany - kFew);
}

llvm::Expected<unsigned>
Core::simulate(llvm::ArrayRef<std::unique_ptr<llvm::mca::Instruction>> body,
               unsigned iterations) const {
  llvm::mca::CircularSourceMgr source(body, iterations);
  llvm::mca::Context context(*registers, *subtarget);
  llvm::mca::CustomBehaviour behaviour(*subtarget, source, *instructions);
  const llvm::mca::PipelineOptions pipelineOptions(0, 0, 0, 0, 0, 0,
                                                   /*NoAlias=*/true);
  auto pipeline =
      context.createDefaultPipeline(pipelineOptions, source, behaviour);
  return pipeline->run();
}

llvm::Expected<double>
wino::estimateScheduledCycles(llvm::StringRef triple, llvm::StringRef llvmCPU,
                              llvm::ArrayRef<LoopInstruction> body) {
  std::string text;
  llvm::raw_string_ostream os(text);
  int64_t index = 0;
  for (const LoopInstruction &instruction : body)
    print(os, instruction, index++);
  llvm::Expected<std::unique_ptr<Core>> core = Core::create(triple, llvmCPU);
  if (!core)
    return core.takeError();
  return (*core)->estimate(text);
}
