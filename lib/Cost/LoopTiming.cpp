//===- LoopTiming.cpp - Cycles of loops of vector code --------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Cost/LoopTiming.h"
#include "llvm/ADT/DenseMap.h"
#include <cmath>
#include <map>

using namespace wino;

using Kind = LoopInstruction::Kind;

/// The name by which a CPU knows an instruction better.
static llvm::StringRef getInstructionName(Kind kind) {
  switch (kind) {
  case Kind::Load:
  case Kind::LoadPair:
    return "ldr.q";
  case Kind::Store:
    return "str.q";
  case Kind::LoadLow:
    return "ldr.d";
  case Kind::LoadHigh:
    return "ldr.x";
  case Kind::Insert:
    return "ins.d";
  case Kind::FMLA:
    return "fmla.4s";
  case Kind::SMLAL:
    return "smlal.4s";
  case Kind::SDOT:
    return "sdot.4s";
  case Kind::SMULL:
    return "smull.8h";
  case Kind::SMLAL8:
    return "smlal.8h";
  case Kind::SADALP:
    return "sadalp.4s";
  case Kind::AddFloat:
    return "fadd.4s";
  case Kind::AddInteger:
    return "add.4s";
  case Kind::Count:
  case Kind::Branch:
    return "";
  }
  llvm_unreachable("unknown instruction");
}

/// What `cpu` knows of an instruction; null: nothing.
static const InstructionTiming *getTiming(const CPUInfo &cpu, Kind kind) {
  auto it = cpu.instructions.find(getInstructionName(kind).str());
  return it == cpu.instructions.end() ? nullptr : &it->second;
}

/// The cycles that the instructions of a kind alone take, if `cpu` knows.
static double getLeastCycles(const CPUInfo &cpu,
                             llvm::ArrayRef<LoopInstruction> body) {
  std::map<llvm::StringRef, double> cycles;
  double most = double(body.size()) / double(cpu.issueWidth);
  for (const LoopInstruction &instruction : body)
    if (const InstructionTiming *timing = getTiming(cpu, instruction.kind)) {
      double &sum = cycles[getInstructionName(instruction.kind)];
      sum += 1 / timing->perCycle;
      most = std::max(most, sum);
    }
  return most;
}

llvm::Expected<double>
wino::estimateLoopCycles(const CPUInfo &cpu,
                         llvm::ArrayRef<LoopInstruction> body) {
  if (cpu.isInOrder)
    return estimateInOrderCycles(cpu, body);
  llvm::Expected<double> cycles =
      estimateScheduledCycles(cpu.triple, cpu.schedulingModel, body);
  if (!cycles)
    return cycles;
  return std::max(*cycles, getLeastCycles(cpu, body));
}

LoopBody wino::getLoopBody(const WovenLoop &loop) {
  const Kind product =
      loop.getProduct() == WovenLoop::Product::FMLA    ? Kind::FMLA
      : loop.getProduct() == WovenLoop::Product::SMLAL ? Kind::SMLAL
                                                       : Kind::SDOT;
  LoopBody body;
  for (const WovenLoop::Step &step : loop.getSteps()) {
    const int64_t operand = loop.getRegister(step.operand);
    // General registers follow the vectors.
    constexpr int64_t kGeneral = 64;
    switch (step.kind) {
    case WovenLoop::Step::Kind::Multiply: {
      int64_t vector = loop.getNumHalves() *
                           (step.operand.number % loop.getNumPanelVectors()) +
                       step.half;
      body.push_back({product,
                      loop.getSum(step.row, vector),
                      {operand, loop.getRegister({/*isRow=*/true, step.row})}});
      break;
    }
    case WovenLoop::Step::Kind::LoadLow:
      body.push_back({Kind::LoadLow, operand});
      break;
    case WovenLoop::Step::Kind::LoadHigh:
      body.push_back(
          {Kind::LoadHigh, kGeneral + loop.getTemporary(step.operand)});
      break;
    case WovenLoop::Step::Kind::Insert:
      body.push_back({Kind::Insert,
                      operand,
                      {kGeneral + loop.getTemporary(step.operand), operand}});
      break;
    }
  }
  body.push_back({Kind::Count});
  body.push_back({Kind::Branch});
  return body;
}

//===----------------------------------------------------------------------===//
// In-order cores
//===----------------------------------------------------------------------===//

namespace {
/// Which instructions may issue together.
enum class IssueClass {
  VectorMemory,
  IntegerMemory,
  Vector,
  Lane,
  Integer,
  Branch
};

struct IssueTraits {
  IssueClass issue;
  /// Cycles until others can read the result.
  int64_t latency;
  /// Cycles that it holds up issue.
  int64_t slots = 1;
  /// Cycles until another can add to the result, if it adds to it.
  int64_t accumulateLatency = 0;
};

/// The state of the core between instructions.
class InOrderPipeline {
public:
  explicit InOrderPipeline(const CPUInfo &cpu) : cpu(cpu) {}

  void issue(const LoopInstruction &instruction);

  double getTime() const {
    return double(cycle) + (issued.empty() ? 0 : issued.size() == 1 ? 0.5 : 1);
  }

private:
  void advance(int64_t to) {
    cycle = to;
    issued.clear();
  }
  bool conflicts(IssueClass issue) const;

  const CPUInfo &cpu;
  int64_t cycle = 0;
  /// What has issued in this cycle.
  llvm::SmallVector<IssueClass, 2> issued;
  /// When a register can be read, and when by the next that adds to it.
  llvm::DenseMap<int64_t, int64_t> ready, forwarded;
};
} // namespace

static IssueTraits getTraits(Kind kind) {
  switch (kind) {
  case Kind::Load:
    return {IssueClass::VectorMemory, 6, /*slots=*/2};
  case Kind::LoadPair:
    return {IssueClass::VectorMemory, 8, /*slots=*/4};
  case Kind::Store:
    return {IssueClass::VectorMemory, 1, /*slots=*/2};
  case Kind::LoadLow:
    return {IssueClass::VectorMemory, 5};
  case Kind::LoadHigh:
    return {IssueClass::IntegerMemory, 3};
  case Kind::Insert:
    return {IssueClass::Lane, 3};
  case Kind::FMLA:
    return {IssueClass::Vector, 8, 1, /*accumulateLatency=*/4};
  case Kind::SMLAL:
  case Kind::SDOT:
  case Kind::SMLAL8:
  case Kind::SADALP:
    return {IssueClass::Vector, 4, 1, /*accumulateLatency=*/4};
  case Kind::SMULL:
  case Kind::AddInteger:
    return {IssueClass::Vector, 3};
  case Kind::AddFloat:
    return {IssueClass::Vector, 5};
  case Kind::Count:
    return {IssueClass::Integer, 1};
  case Kind::Branch:
    return {IssueClass::Branch, 1};
  }
  llvm_unreachable("unknown instruction");
}

/// The same, as far as `cpu` does not know better.
static IssueTraits getTraits(const CPUInfo &cpu, Kind kind) {
  IssueTraits traits = getTraits(kind);
  const InstructionTiming *timing = getTiming(cpu, kind);
  if (!timing)
    return traits;
  const int64_t slots =
      std::max<int64_t>(1, std::llround(1 / timing->perCycle)) *
      (kind == Kind::LoadPair ? 2 : 1);
  traits.latency =
      std::llround(timing->latency) + (kind == Kind::LoadPair ? slots / 2 : 0);
  traits.slots = slots;
  if (traits.accumulateLatency != 0)
    traits.accumulateLatency =
        std::llround(timing->accumulateLatency != 0 ? timing->accumulateLatency
                                                    : timing->latency);
  return traits;
}

bool InOrderPipeline::conflicts(IssueClass issue) const {
  auto isPair = [](IssueClass a, IssueClass b, IssueClass first,
                   IssueClass second) {
    return (a == first && b == second) || (a == second && b == first);
  };
  return llvm::any_of(issued, [&](IssueClass other) {
    if (issue == other)
      return issue != IssueClass::Integer && issue != IssueClass::Lane;
    return isPair(issue, other, IssueClass::Vector, IssueClass::Lane) ||
           isPair(issue, other, IssueClass::Vector, IssueClass::VectorMemory) ||
           isPair(issue, other, IssueClass::VectorMemory,
                  IssueClass::IntegerMemory);
  });
}

void InOrderPipeline::issue(const LoopInstruction &instruction) {
  const IssueTraits traits = getTraits(cpu, instruction.kind);
  int64_t start = cycle;
  for (int64_t source : instruction.sources)
    start = std::max(start, ready.lookup(source));
  if (traits.accumulateLatency != 0) {
    auto it = forwarded.find(instruction.result);
    start = std::max(start, it != forwarded.end()
                                ? it->second
                                : ready.lookup(instruction.result));
  }
  if (start > cycle)
    advance(start);
  const bool issuesAlone =
      traits.issue == IssueClass::VectorMemory && traits.slots >= 2;
  if (!issued.empty() &&
      (issuesAlone || conflicts(traits.issue) || issued.size() >= 2))
    advance(cycle + 1);
  if (instruction.result >= 0) {
    ready[instruction.result] = cycle + traits.latency;
    if (traits.accumulateLatency != 0)
      forwarded[instruction.result] = cycle + traits.accumulateLatency;
    else
      forwarded.erase(instruction.result);
  }
  if (instruction.kind == Kind::LoadPair)
    ready[instruction.result + 1] = ready[instruction.result];
  if (issuesAlone)
    advance(cycle + traits.slots);
  else
    issued.push_back(traits.issue);
}

double wino::estimateInOrderCycles(const CPUInfo &cpu,
                                   llvm::ArrayRef<LoopInstruction> body) {
  constexpr int64_t kWarmUp = 4, kTotal = 12;
  InOrderPipeline pipeline(cpu);
  double start = 0;
  for (int64_t iteration = 0; iteration < kTotal; ++iteration) {
    if (iteration == kWarmUp)
      start = pipeline.getTime();
    for (const LoopInstruction &instruction : body)
      pipeline.issue(instruction);
  }
  return (pipeline.getTime() - start) / double(kTotal - kWarmUp);
}
