//===- wino-candidates.cpp - Plans of convolutions and their costs --------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Prints plans for every convolution of a module, with what the model expects
// them to cost: of each variant of each algorithm the cheapest schedule and
// others, evenly spread from cheap to expensive. One JSON object a line, for
// the comparison with measurements by model_quality.py.
//
//===----------------------------------------------------------------------===//

#include "Wino/Algorithms/ConvAlgorithm.h"
#include "Wino/InitAllDialects.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace mlir;
using namespace wino;
namespace cl = llvm::cl;

static cl::opt<std::string> input(cl::Positional, cl::Required,
                                  cl::desc("<module>"));
static cl::opt<std::string> cpuName("cpu", cl::desc("The CPU to plan for"),
                                    cl::init("host"));
static cl::opt<unsigned>
    minSchedules("schedules",
                 cl::desc("Schedules of each variant, if it has so many"),
                 cl::init(3));
static cl::opt<unsigned>
    minPlans("min-plans",
             cl::desc("Take more schedules of each variant for so many plans"),
             cl::init(20));

static cl::opt<std::string>
    planFile("plans", cl::desc("Print the costs of these plans instead, one "
                               "#wino.plan attribute a line"));

namespace {
struct Option {
  Schedule schedule;
  Cost cost;
  /// In the order of enumeration.
  size_t number;
};

/// What there is to measure of a variant, from cheap to expensive.
struct Family {
  const ConvAlgorithm *algorithm;
  Variant variant;
  SmallVector<Option> options;
};
} // namespace

static SmallVector<Option> getOptions(const ScheduleSpace &space) {
  // Whatever is much slower takes long to measure, too.
  constexpr double kMaxCycles = 3;
  SmallVector<Option> options;
  space.forEach([&](const Schedule &schedule) {
    options.push_back({schedule, space.getCost(schedule), options.size()});
  });
  llvm::sort(options, [](const Option &a, const Option &b) {
    return std::tie(a.cost.cycles, a.number) <
           std::tie(b.cost.cycles, b.number);
  });
  if (!options.empty())
    llvm::erase_if(options, [most = kMaxCycles * options[0].cost.cycles](
                                const Option &option) {
      return option.cost.cycles > most;
    });
  return options;
}

/// Returns `count` of `options`, evenly spread over them, the first included.
static SmallVector<Option> selectOptions(ArrayRef<Option> options,
                                         size_t count) {
  count = std::min(count, options.size());
  SmallVector<Option> selected;
  for (size_t i = 0; i < count; ++i)
    selected.push_back(
        options[count == 1 ? 0 : i * (options.size() - 1) / (count - 1)]);
  return selected;
}

/// Takes schedules of all families: at least `minSchedules` of each, and more
/// of the cheap ones until there are `minPlans`. Returns the number of each.
static SmallVector<size_t> countSchedules(ArrayRef<Family> families) {
  constexpr double kCheap = 3;
  double best = std::numeric_limits<double>::infinity();
  for (const Family &family : families)
    best = std::min(best, family.options[0].cost.cycles);
  SmallVector<size_t> counts;
  size_t total = 0;
  for (const Family &family : families)
    total += counts.emplace_back(
        std::min<size_t>(minSchedules, family.options.size()));
  for (bool isMore = true; isMore && total < minPlans;) {
    isMore = false;
    for (auto [family, count] : llvm::zip_equal(families, counts))
      if (count < family.options.size() && total < minPlans &&
          family.options[0].cost.cycles <= kCheap * best) {
        ++count;
        ++total;
        isMore = true;
      }
  }
  return counts;
}

static void print(StringRef name, const ConvAlgorithm &algorithm, PlanAttr plan,
                  const Cost &cost) {
  std::string text;
  llvm::raw_string_ostream(text) << plan;
  llvm::json::Object object{{"name", name},
                            {"algorithm", algorithm.getName()},
                            {"plan", text},
                            {"cycles", cost.cycles},
                            {"filter", cost.filter},
                            {"input_transform", cost.inputTransform},
                            {"products", cost.products},
                            {"output_transform", cost.outputTransform},
                            {"memory", cost.memory}};
  llvm::outs() << llvm::json::Value(std::move(object)) << "\n";
}

static void printCandidates(const ConvTask &task, StringRef name) {
  linalg::LinalgOp op = task.problem.op;
  SmallVector<Family> families;
  for (const ConvAlgorithm *algorithm : getAlgorithms()) {
    // Loops would take too long to measure.
    if (algorithm->getKind() == Algorithm::Loops ||
        !algorithm->supportsTypes(task.problem))
      continue;
    Refusal refusal;
    SmallVector<Family> found;
    for (const Variant &variant : algorithm->getVariants(task, refusal)) {
      Family family{algorithm, variant,
                    getOptions(*algorithm->getSchedules(task, variant))};
      if (!family.options.empty())
        found.push_back(std::move(family));
    }
    // Of algorithms that only a user chooses the cheapest variant will do.
    if (algorithm->getRole() == ConvAlgorithm::Role::OnRequest &&
        !found.empty()) {
      auto best =
          llvm::min_element(found, [](const Family &a, const Family &b) {
            return a.options[0].cost.cycles < b.options[0].cost.cycles;
          });
      found = {std::move(*best)};
    }
    llvm::append_range(families, found);
  }
  for (auto [family, count] :
       llvm::zip_equal(families, countSchedules(families)))
    for (const Option &option : selectOptions(family.options, count)) {
      PlanAttr plan = family.algorithm->getPlan(
          op->getContext(), family.variant, option.schedule);
      std::string reason;
      if (succeeded(checkPlan(task.problem, plan, reason)))
        print(name, *family.algorithm, plan, option.cost);
    }
}

/// Prints the costs of those of the lines of `text` that are plans which
/// compute the convolution.
static void printPlans(const ConvTask &task, StringRef name, StringRef text) {
  linalg::LinalgOp op = task.problem.op;
  for (StringRef line : llvm::split(text.trim(), '\n')) {
    auto plan =
        dyn_cast_or_null<PlanAttr>(parseAttribute(line, op->getContext()));
    std::string reason;
    if (plan && succeeded(checkPlan(task.problem, plan, reason)))
      print(name, getAlgorithm(plan), plan, estimateCost(task, plan));
  }
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::ParseCommandLineOptions(argc, argv, "Plans of convolutions\n");
  llvm::ExitOnError exitOnError("wino-candidates: error: ");
  const CPUInfo cpu = exitOnError(lookupCPU(cpuName));
  DialectRegistry registry;
  registerAllDialects(registry);
  registry.insert<arith::ArithDialect, func::FuncDialect, linalg::LinalgDialect,
                  math::MathDialect, tensor::TensorDialect>();
  MLIRContext context(registry);
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(input, &context);
  if (!module)
    return 1;
  std::unique_ptr<llvm::MemoryBuffer> plans;
  if (!planFile.empty())
    plans = exitOnError(
        llvm::errorOrToExpected(llvm::MemoryBuffer::getFile(planFile)));
  module->walk([&](func::FuncOp function) {
    forEachConvolution(function, [&](linalg::LinalgOp,
                                     FailureOr<ConvProblem> problem, StringRef,
                                     StringRef name) {
      if (failed(problem))
        return;
      if (plans)
        printPlans({*problem, cpu}, name, plans->getBuffer());
      else
        printCandidates({*problem, cpu}, name);
    });
  });
  return 0;
}
