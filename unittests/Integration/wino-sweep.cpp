//===- wino-sweep.cpp - Random convolutions, compiled and run -------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Compiles random convolutions for a CPU, runs them on buffers between guard
// pages, natively or emulated, and compares each result with the exact one. The
// last line of the output is a summary; the exit code is 1 if a case failed.
//
//===----------------------------------------------------------------------===//

#include "SweepCheck.h"
#include "SweepProgram.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace wino;
using namespace wino::test;
using llvm::formatv;
using llvm::outs;

static llvm::cl::opt<std::string>
    cpuName("cpu", llvm::cl::desc("CPU to run on"), llvm::cl::init("host"));
static llvm::cl::opt<uint64_t> seed("seed", llvm::cl::desc("Seed of the sweep"),
                                    llvm::cl::init(1));
static llvm::cl::opt<unsigned>
    firstCase("first", llvm::cl::desc("First case to run"), llvm::cl::init(0));
static llvm::cl::opt<unsigned>
    numCases("count", llvm::cl::desc("Number of cases"), llvm::cl::init(1));
static llvm::cl::opt<int64_t>
    threads("num-threads",
            llvm::cl::desc("With N > 1: also run on N threads, and fail if the "
                           "results differ in a bit"),
            llvm::cl::init(1));
static llvm::cl::opt<std::string>
    openMP("openmp",
           llvm::cl::desc("LLVM's OpenMP runtime for the CPU, for -num-threads "
                          "(default: that of this machine)"),
           llvm::cl::value_desc("libomp.so"),
           llvm::cl::init(WINO_SWEEP_OPENMP_LIBRARY));
static llvm::cl::opt<std::string>
    folder("folder", llvm::cl::desc("Keep intermediate files in this folder"));
static llvm::cl::opt<bool>
    integers("integers",
             llvm::cl::desc("Convolutions of i8, whose results are exact"));
static llvm::cl::opt<unsigned>
    numSets("sets",
            llvm::cl::desc("Sets of data that each case is run on; for "
                           "integers, seven have images of every kind"),
            llvm::cl::init(1));
static llvm::cl::opt<bool>
    quantized("quantized",
              llvm::cl::desc("Convolutions of i8 in quantized numbers, whose "
                             "results are those of the model"));
static llvm::cl::opt<bool> verbose("v",
                                   llvm::cl::desc("Print every case and its "
                                                  "errors"));
static llvm::cl::opt<bool> printOnly("print",
                                     llvm::cl::desc("Print the modules only"));
static llvm::cl::opt<std::string> pointsFile(
    "points",
    llvm::cl::desc("Instead of a sweep: measure the mean errors of F(m,3), m = "
                   "2..8, on the points in this file"));
static llvm::cl::opt<std::string> errorsFile(
    "errors", llvm::cl::desc(
                  "The file with the errors to compare those of -points with"));
static llvm::cl::opt<double>
    tolerance("tolerance",
              llvm::cl::desc("Factor by which a mean error may exceed the "
                             "listed one"),
              llvm::cl::init(1.1));

/// Prints an error and returns the exit code of wrong usage.
static int fail(llvm::Error error) {
  llvm::errs() << "wino-sweep: " << llvm::toString(std::move(error)) << "\n";
  return 2;
}

/// Creates the folder for intermediate files.
static llvm::Expected<std::string> createFolder(llvm::StringRef name) {
  llvm::SmallString<128> path;
  std::error_code code;
  if (folder.empty()) {
    code = llvm::sys::fs::createUniqueDirectory("wino-sweep", path);
  } else {
    path = folder;
    llvm::sys::path::append(path, name);
    code = llvm::sys::fs::create_directories(path);
  }
  if (code)
    return llvm::createFileError(path, code);
  return std::string(path);
}

/// Compiles and runs `cases` on a number of threads. The results have one entry
/// per case, also of those that could not be compiled.
static llvm::Expected<std::vector<std::array<CaseResult, 2>>>
runCases(llvm::ArrayRef<SweepCase> cases, const CPUInfo &cpu,
         int64_t numThreads) {
  llvm::Expected<std::string> path =
      createFolder("threads" + std::to_string(numThreads));
  if (!path)
    return path.takeError();
  llvm::scope_exit removeFolder([&] {
    if (folder.empty())
      llvm::sys::fs::remove_directories(*path);
  });
  SweepProgram program(cpu, numThreads, openMP, *path);
  std::vector<std::string> errors;
  for (const SweepCase &c : cases) {
    llvm::Error error = llvm::Error::success();
    if (c.filterPattern == FilterPattern::Edge) {
      SweepCase beyond = c;
      beyond.isBeyond = true;
      error = program.refuse(beyond);
    }
    if (!error)
      error = program.add(c);
    errors.push_back(llvm::toString(std::move(error)));
  }
  llvm::Expected<std::vector<std::array<CaseResult, 2>>> results =
      program.run();
  if (!results)
    return results.takeError();
  for (auto [index, error] : llvm::enumerate(errors))
    if (!error.empty())
      results->insert(results->begin() + index,
                      {CaseResult{error, {}}, CaseResult{error, {}}});
  return results;
}

namespace {
/// What a sweep found.
struct Summary {
  unsigned numFailed = 0, numPassed = 0;
  llvm::StringMap<unsigned> numByAlgorithm;
  double worstRatio = 0;
  unsigned worstCase = 0;
  /// Cases at the edge of a proof, and results by case, set and output channel.
  unsigned numEdges = 0;
  uint64_t numResults = 0;
};
} // namespace

/// Judges one case and prints it if it failed.
static void judge(const SweepCase &c, const std::array<CaseResult, 2> &results,
                  const std::array<CaseResult, 2> *threaded, Summary &summary) {
  std::string error = results[0].error;
  if (error.empty())
    error = results[1].error;
  if (threaded && error.empty())
    error = (*threaded)[0].error;
  Comparison comparison;
  for (unsigned set = 0; set < c.numSets && error.empty(); ++set) {
    const std::vector<double> &output = results[0].outputs[set];
    Comparison next = compare(c, getExpectation(c, SweepData(c, set)), output);
    if (set == 0 || !(next.worstRatio <= comparison.worstRatio))
      comparison = next;
    if (!(next.worstRatio <= 1))
      error = formatv("error of {0} times the bound at {1} of set {2}",
                      next.worstRatio, next.where, set);
    else if (output != results[1].outputs[set])
      error = "the result depends on where the buffers are";
    else if (threaded && output != (*threaded)[0].outputs[set])
      error = "the result depends on the number of threads";
  }
  if (!error.empty() || verbose)
    outs() << c.str() << "\n";
  if (!error.empty()) {
    outs() << "  FAILED: " << error << "\n";
    ++summary.numFailed;
    return;
  }
  if (verbose)
    outs() << formatv("  mean error {0:e2}, max {1:e2}, {2:f3} of the bound\n",
                      comparison.meanError, comparison.maxError,
                      comparison.worstRatio);
  ++summary.numPassed;
  ++summary.numByAlgorithm[c.algorithm];
  summary.numEdges += c.filterPattern == FilterPattern::Edge;
  summary.numResults += c.numSets * c.shape.k;
  if (comparison.worstRatio > summary.worstRatio) {
    summary.worstRatio = comparison.worstRatio;
    summary.worstCase = c.number;
  }
}

static int runSweep(const CPUInfo &cpu) {
  std::vector<SweepCase> cases;
  for (unsigned i = 0; i < numCases; ++i)
    cases.push_back(
        quantized ? makeQuantizedCase(seed, firstCase + i, cpu)
                  : makeSweepCase(seed, firstCase + i, cpu, integers, numSets));
  if (printOnly) {
    for (const SweepCase &c : cases)
      outs() << "// " << c.str() << "\n" << c.getModule();
    return 0;
  }
  llvm::Expected<std::vector<std::array<CaseResult, 2>>> results =
      runCases(cases, cpu, /*numThreads=*/1);
  if (!results)
    return fail(results.takeError());
  std::vector<std::array<CaseResult, 2>> threaded;
  if (threads > 1) {
    llvm::Expected<std::vector<std::array<CaseResult, 2>>> more =
        runCases(cases, cpu, threads);
    if (!more)
      return fail(more.takeError());
    threaded = std::move(*more);
  }
  Summary summary;
  for (auto [index, c] : llvm::enumerate(cases))
    judge(c, (*results)[index], threaded.empty() ? nullptr : &threaded[index],
          summary);
  outs() << formatv(
      "cpu={0} seed={1} first={2}: {3} cases passed ({4} winograd, {5} direct, "
      "{6} im2row, {7} im2col, {8} kn2row, {9} loops), {10} failed; largest "
      "error {11:f3} of the bound (case {12}); {13} results by case, set and "
      "output channel, {14} cases at the edge of a proof\n",
      cpu.name, seed.getValue(), firstCase.getValue(), summary.numPassed,
      summary.numByAlgorithm["winograd"], summary.numByAlgorithm["direct"],
      summary.numByAlgorithm["im2row"], summary.numByAlgorithm["im2col"],
      summary.numByAlgorithm["kn2row"], summary.numByAlgorithm["loops"],
      summary.numFailed, summary.worstRatio, summary.worstCase,
      summary.numResults, summary.numEdges);
  return summary.numFailed ? 1 : 0;
}

//===----------------------------------------------------------------------===//
// Mean errors
//===----------------------------------------------------------------------===//

static llvm::Expected<llvm::json::Value> readJSON(llvm::StringRef path) {
  auto file = llvm::MemoryBuffer::getFile(path);
  if (!file)
    return llvm::createFileError(path, file.getError());
  return llvm::json::parse((*file)->getBuffer());
}

/// The setting of the listed errors: one channel, many tiles, many filters.
static SweepCase makeErrorCase(int64_t m, std::vector<std::string> points,
                               const CPUInfo &cpu) {
  SweepCase c;
  c.seed = seed;
  c.number = m;
  c.shape.k = 512;
  c.shape.kh = c.shape.kw = 3;
  c.shape.h = c.shape.w = 8 * m + 2;
  c.algorithm = "winograd";
  c.transform = TransformSpec{m, m, 3, 3, std::move(points)};
  int64_t vector = cpu.getVectorLength(/*elementBits=*/32);
  c.schedule = formatv("block = 4x4, k_block = {0}, micro_tile = 4x{0}, vector "
                       "= {0}",
                       vector);
  return c;
}

/// Reads the points of F(m,3) from point_sets.json.
static std::vector<std::string> getPoints(const llvm::json::Value &json,
                                          int64_t m) {
  std::vector<std::string> points;
  const llvm::json::Object *root = json.getAsObject();
  const llvm::json::Object *sets =
      root ? root->getObject("r3_by_m_tvm_barabasz") : nullptr;
  const llvm::json::Array *set =
      sets ? sets->getArray(std::to_string(m)) : nullptr;
  for (size_t i = 0; set && i < set->size(); ++i)
    points.push_back((*set)[i].getAsString().value_or("").str());
  return points;
}

/// Reads the listed error of F(m,3) from barabasz_fp32_error.json.
static std::optional<double> getListedError(const llvm::json::Value &json,
                                            int64_t m) {
  const llvm::json::Object *root = json.getAsObject();
  const llvm::json::Array *rows = root ? root->getArray("rows") : nullptr;
  for (size_t i = 0; rows && i < rows->size(); ++i) {
    const llvm::json::Object *row = (*rows)[i].getAsObject();
    if (row && row->getInteger("m") == m)
      return row->getNumber("listed_E");
  }
  return std::nullopt;
}

static int measureErrors(const CPUInfo &cpu) {
  llvm::Expected<llvm::json::Value> sets = readJSON(pointsFile);
  if (!sets)
    return fail(sets.takeError());
  llvm::Expected<llvm::json::Value> listed = readJSON(errorsFile);
  if (!listed)
    return fail(listed.takeError());
  std::vector<SweepCase> cases;
  std::vector<double> limits;
  for (int64_t m = 2; m <= 8; ++m) {
    std::vector<std::string> points = getPoints(*sets, m);
    std::optional<double> error = getListedError(*listed, m);
    if (points.empty() || !error)
      return fail(llvm::createStringError("no points or no error of F(" +
                                          llvm::Twine(m) + ",3) in the files"));
    cases.push_back(makeErrorCase(m, std::move(points), cpu));
    limits.push_back(*error);
  }
  llvm::Expected<std::vector<std::array<CaseResult, 2>>> results =
      runCases(cases, cpu, /*numThreads=*/1);
  if (!results)
    return fail(results.takeError());
  unsigned numFailed = 0;
  for (auto [c, pair, limit] : llvm::zip_equal(cases, *results, limits)) {
    if (!pair[0].error.empty()) {
      outs() << c.str() << "\n  FAILED: " << pair[0].error << "\n";
      ++numFailed;
      continue;
    }
    Comparison comparison =
        compare(c, getExpectation(c, SweepData(c)), pair[0].outputs.front());
    double ratio = comparison.meanError / limit;
    bool isGood = ratio <= tolerance && comparison.worstRatio <= 1;
    numFailed += !isGood;
    outs() << formatv("F({0}x{0}, 3x3): mean error {1:e3}, listed {2:e3}, "
                      "ratio {3:f3}{4}\n",
                      c.transform->mRows, comparison.meanError, limit, ratio,
                      isGood ? "" : " FAILED");
  }
  outs() << formatv("cpu={0} seed={1}: {2} mean errors, {3} failed\n", cpu.name,
                    seed.getValue(), cases.size(), numFailed);
  return numFailed ? 1 : 0;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  llvm::cl::ParseCommandLineOptions(argc, argv,
                                    "Runs random convolutions on a CPU\n");
  llvm::Expected<CPUInfo> cpu = lookupCPU(cpuName);
  if (!cpu)
    return fail(cpu.takeError());
  return pointsFile.empty() ? runSweep(*cpu) : measureErrors(*cpu);
}
