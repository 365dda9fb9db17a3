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

#include "Wino/InitAllDialects.h"
#include "Wino/Transforms/PlanSamples.h"
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
static cl::opt<unsigned> minSchedules(
    "schedules",
    cl::desc("Schedules of each algorithm, one of each variant in any case"),
    cl::init(3));
static cl::opt<unsigned>
    minPlans("min-plans",
             cl::desc("Take more schedules of each variant for so many plans"),
             cl::init(20));

static cl::list<std::string> algorithms(
    "algorithm",
    cl::desc("Plans of this algorithm; may be repeated (default: all that are "
             "exact, but loops)"),
    cl::value_desc("name[:F(m,r)]"));

static cl::opt<std::string>
    planFile("plans", cl::desc("Print the costs of these plans instead, one "
                               "#wino.plan attribute a line"));

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

static void printCandidates(const ConvTask &task, StringRef name,
                            ArrayRef<AlgorithmRequest> requests) {
  SampleOptions options;
  options.algorithms = requests;
  options.minSchedules = minSchedules;
  options.minPlans = minPlans;
  for (const PlanSample &sample : samplePlans(task, options))
    print(name, *sample.algorithm, sample.plan, sample.cost);
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
  // Plans are made of it, even if the module has none.
  context.loadDialect<WinoDialect>();
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(input, &context);
  if (!module)
    return 1;
  std::unique_ptr<llvm::MemoryBuffer> plans;
  if (!planFile.empty())
    plans = exitOnError(
        llvm::errorOrToExpected(llvm::MemoryBuffer::getFile(planFile)));
  SmallVector<AlgorithmRequest> requests;
  for (StringRef text : algorithms)
    requests.push_back(exitOnError(parseAlgorithmRequest(text, &context)));
  module->walk([&](func::FuncOp function) {
    forEachConvolution(function, [&](linalg::LinalgOp,
                                     FailureOr<ConvProblem> problem, StringRef,
                                     StringRef name) {
      if (failed(problem))
        return;
      if (plans)
        printPlans({*problem, cpu}, name, plans->getBuffer());
      else
        printCandidates({*problem, cpu}, name, requests);
    });
  });
  return 0;
}
