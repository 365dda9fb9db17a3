//===- LoopTiming.cpp - Cycles of loops of vector code --------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Cost/LoopTiming.h"
#include "llvm/ADT/DenseMap.h"

using namespace wino;

using Kind = LoopInstruction::Kind;

llvm::Expected<double>
wino::estimateLoopCycles(const CPUInfo &cpu,
                         llvm::ArrayRef<LoopInstruction> body) {
  if (cpu.isInOrder)
    return estimateInOrderCycles(body);
  // LLVM gives both the model of A57, which decodes three instructions a cycle
  // where A73 decodes two, and multiplies one vector where A76 multiplies two.
  const bool isA73 = cpu.llvmCPU == "cortex-a73";
  llvm::StringRef model = cpu.llvmCPU;
  if (isA73)
    model = "cortex-a72";
  else if (model == "cortex-a76")
    model = "neoverse-n1";
  llvm::Expected<double> cycles =
      estimateScheduledCycles(cpu.triple, model, body);
  if (!cycles || !isA73)
    return cycles;
  return std::max(*cycles, double(body.size()) / 2);
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
  int64_t latency;
  /// Cycles that it holds up issue.
  int64_t slots = 1;
  /// Whether it adds to its result.
  bool accumulates = false;
};

/// The state of the core between instructions.
class InOrderPipeline {
public:
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
    return {IssueClass::VectorMemory, 5, /*slots=*/2};
  case Kind::LoadPair:
    return {IssueClass::VectorMemory, 5, /*slots=*/4};
  case Kind::Store:
    return {IssueClass::VectorMemory, 1, /*slots=*/2};
  case Kind::LoadLow:
    return {IssueClass::VectorMemory, 5};
  case Kind::LoadHigh:
    return {IssueClass::IntegerMemory, 3};
  case Kind::Insert:
    return {IssueClass::Lane, 3};
  case Kind::FMLA:
    return {IssueClass::Vector, 8, 1, /*accumulates=*/true};
  case Kind::SMLAL:
  case Kind::SDOT:
  case Kind::SMLAL8:
  case Kind::SADALP:
    return {IssueClass::Vector, 4, 1, /*accumulates=*/true};
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
  const IssueTraits traits = getTraits(instruction.kind);
  int64_t start = cycle;
  for (int64_t source : instruction.sources)
    start = std::max(start, ready.lookup(source));
  if (traits.accumulates) {
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
    ready[instruction.result] = cycle + traits.slots - 1 + traits.latency;
    if (traits.accumulates)
      forwarded[instruction.result] = cycle + 4;
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

double wino::estimateInOrderCycles(llvm::ArrayRef<LoopInstruction> body) {
  constexpr int64_t kWarmUp = 4, kTotal = 12;
  InOrderPipeline pipeline;
  double start = 0;
  for (int64_t iteration = 0; iteration < kTotal; ++iteration) {
    if (iteration == kWarmUp)
      start = pipeline.getTime();
    for (const LoopInstruction &instruction : body)
      pipeline.issue(instruction);
  }
  return (pipeline.getTime() - start) / double(kTotal - kWarmUp);
}
