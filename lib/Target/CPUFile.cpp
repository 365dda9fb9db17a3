//===- CPUFile.cpp - CPUs as JSON -----------------------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Target/CPUFile.h"
#include "CPUDetail.h"
#include "Wino/Support/JSONFields.h"
#include "Wino/Target/SchedulingModel.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/TargetParser/Triple.h"

using namespace wino;
using llvm::StringRef;
using llvm::Twine;
namespace json = llvm::json;

static constexpr int64_t kFormat = 1;
/// No size is larger.
static constexpr int64_t kMaxBytes = int64_t(1) << 40;

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

static void readPowerOfTwo(JSONFields &fields, StringRef key, int64_t &result,
                           int64_t min, int64_t max) {
  fields.read(key, result, min, max);
  if (!llvm::isPowerOf2_64(uint64_t(result)))
    fields.report(key, "expected a power of two, but got " + Twine(result));
}

static void readFeatures(JSONFields &fields, CPUInfo &cpu) {
  const json::Value *value = fields.get("features");
  if (!value)
    return;
  const json::Array *array = value->getAsArray();
  if (!array)
    return fields.report("features", "expected an array");
  llvm::StringSet<> features;
  for (const json::Value &element : *array) {
    std::optional<StringRef> name = element.getAsString();
    if (!name || !llvm::is_contained(
                     {"neon", "dotprod", "i8mm", "fp16", "avx512vnni"}, *name))
      return fields.report("features",
                           "expected neon, dotprod, i8mm, fp16 or avx512vnni" +
                               (name ? ", but got " + *name : Twine()));
    features.insert(*name);
  }
  auto require = [&](StringRef feature, StringRef other) {
    if (features.contains(feature) && !features.contains(other))
      fields.report("features", feature + " does not go without " + other);
  };
  require("dotprod", "neon");
  require("i8mm", "dotprod");
  require("fp16", "neon");
  const llvm::Triple triple(cpu.triple);
  if (features.contains("neon") && !triple.isAArch64())
    fields.report("features",
                  "neon is of AArch64, but the triple is " + Twine(cpu.triple));
  if (features.contains("avx512vnni") && !triple.isX86())
    fields.report("features", "avx512vnni is of x86, but the triple is " +
                                  Twine(cpu.triple));
  cpu.hasFloat16 = features.contains("fp16");
  cpu.integerProducts =
      features.contains("i8mm")         ? IntegerProducts::NeonMatrix
      : features.contains("dotprod")    ? IntegerProducts::NeonDot
      : features.contains("neon")       ? IntegerProducts::Neon
      : features.contains("avx512vnni") ? IntegerProducts::VNNI
                                        : IntegerProducts::Generic;
  if (cpu.hasLaneFma && !features.contains("neon"))
    fields.report("vectors.lane_multiply", "there is none without neon");
}

static void readCaches(JSONFields &fields, CPUInfo &cpu, JSONProblem &problem) {
  const json::Value *value = fields.get("caches");
  if (!value)
    return;
  const json::Array *array = value->getAsArray();
  if (!array || array->size() < 2 || array->size() > 3)
    return fields.report("caches", "expected an array of two or three levels");
  for (auto [index, element] : llvm::enumerate(*array)) {
    CacheLevel level;
    JSONFields cache(&element, ("caches[" + Twine(index) + "]").str(), problem);
    cache.read("bytes", level.bytes);
    level.usableBytes = level.bytes;
    cache.read("usable_bytes", level.usableBytes, 1, kMaxBytes,
               /*isRequired=*/false);
    cache.read("ways", level.ways, 1, 1024);
    readPowerOfTwo(cache, "line_bytes", level.lineBytes, 8, 4096);
    cache.read("shared", level.isShared);
    if (problem)
      return;
    if (level.bytes % (level.ways * level.lineBytes) != 0)
      cache.report("bytes", "expected a multiple of " + Twine(level.ways) +
                                " ways of " + Twine(level.lineBytes) +
                                " bytes, but got " + Twine(level.bytes));
    if (level.usableBytes > level.bytes)
      cache.report("usable_bytes", Twine(level.usableBytes) +
                                       " bytes are more than the cache's " +
                                       Twine(level.bytes));
    if (index && level.bytes < cpu.caches.back().bytes)
      cache.report("bytes", "level " + Twine(index + 1) + " has " +
                                Twine(level.bytes) + " bytes, fewer than the " +
                                Twine(cpu.caches.back().bytes) +
                                " of the level before it");
    cpu.caches.push_back(level);
  }
  setCacheBytes(cpu);
}

static void readRates(JSONFields &fields, CPUInfo &cpu, JSONProblem &problem) {
  JSONFields rates(fields.get("rates"), "rates", problem);
  auto positive = [&](StringRef key, double &result, bool isRequired = true) {
    rates.read(key, result, /*allowZero=*/false, isRequired);
  };
  positive("fmas_per_cycle", cpu.fmasPerCycle);
  setIntegerProducts(cpu);
  positive("int8_products_per_cycle", cpu.int8Products, /*isRequired=*/false);
  positive("int16_products_per_cycle", cpu.int16Products,
           /*isRequired=*/false);
  positive("starts_per_cycle", cpu.startsPerCycle, /*isRequired=*/false);
  positive("transform_op_cycles", cpu.opCycles);
  rates.read("exposed_load_cycles", cpu.exposedLoadCycles, /*allowZero=*/true,
             /*isRequired=*/true);
  positive("memory_bytes_per_cycle", cpu.memoryBytesPerCycle);
  positive("l3_bytes_per_cycle", cpu.l3BytesPerCycle);
  positive("l2_bytes_per_cycle", cpu.l2BytesPerCycle);
  rates.read("miss_cycles", cpu.missCycles, /*allowZero=*/true,
             /*isRequired=*/true);
  if (cpu.fmasPerCycle > double(cpu.issueWidth))
    rates.report("fmas_per_cycle", "more than the " + Twine(cpu.issueWidth) +
                                       " instructions that issue in a cycle");
  if (cpu.l3Bytes && cpu.memoryBytesPerCycle > cpu.l3BytesPerCycle)
    rates.report("memory_bytes_per_cycle",
                 "more than come from the third-level cache");
}

static void readInstructions(JSONFields &fields, CPUInfo &cpu,
                             JSONProblem &problem) {
  const json::Value *value = fields.get("instructions", /*isRequired=*/false);
  if (!value)
    return;
  const json::Object *object = value->getAsObject();
  if (!object)
    return fields.report("instructions", "expected an object");
  for (const json::Object::value_type *field : json::sortedElements(*object)) {
    StringRef name = field->first;
    InstructionTiming timing;
    JSONFields values(&field->second, ("instructions." + name).str(), problem);
    values.read("latency", timing.latency, /*allowZero=*/true,
                /*isRequired=*/true);
    timing.accumulateLatency = timing.latency;
    values.read("accumulate_latency", timing.accumulateLatency,
                /*allowZero=*/true, /*isRequired=*/false);
    values.read("per_cycle", timing.perCycle, /*allowZero=*/false,
                /*isRequired=*/true);
    if (timing.perCycle > double(cpu.issueWidth))
      values.report("per_cycle", "more than the " + Twine(cpu.issueWidth) +
                                     " instructions that issue in a cycle");
    cpu.instructions[name.str()] = timing;
  }
}

static void readCore(JSONFields &fields, CPUInfo &cpu, JSONProblem &problem) {
  fields.read("triple", cpu.triple);
  if (!problem &&
      llvm::Triple(cpu.triple).getArch() == llvm::Triple::UnknownArch)
    fields.report("triple",
                  "LLVM knows no such architecture: " + Twine(cpu.triple));
  {
    JSONFields llvmFields(fields.get("llvm"), "llvm", problem);
    llvmFields.read("cpu", cpu.llvmCPU);
    llvmFields.read("features", cpu.features, /*isRequired=*/false);
    llvmFields.read("scheduling_model", cpu.schedulingModel,
                    /*isRequired=*/false);
    if (!problem && !cpu.schedulingModel.empty())
      if (auto model = findSchedulingModel(cpu.triple, cpu.schedulingModel);
          !model)
        llvmFields.report("scheduling_model",
                          llvm::toString(model.takeError()));
  }
  {
    JSONFields vectors(fields.get("vectors"), "vectors", problem);
    readPowerOfTwo(vectors, "bits", cpu.vectorBits, 64, 2048);
    vectors.read("registers", cpu.numVectorRegisters, 8, 256);
    vectors.read("lane_multiply", cpu.hasLaneFma);
  }
  JSONFields issue(fields.get("issue"), "issue", problem);
  issue.read("in_order", cpu.isInOrder);
  issue.read("width", cpu.issueWidth, 1, 32);
}

llvm::Expected<CPUInfo> wino::parseCPU(const json::Value &value) {
  JSONProblem problem;
  CPUInfo cpu;
  if (!value.getAsObject())
    return llvm::createStringError("expected an object that describes a CPU");
  {
    JSONFields fields(&value, "", problem);
    int64_t format = kFormat;
    fields.read("format", format, kFormat, kFormat);
    fields.read("name", cpu.name);
    if (fields.has("name") && cpu.name.empty())
      fields.report("name", "must not be empty");
    std::string description;
    fields.read("description", description, /*isRequired=*/false);
    readCore(fields, cpu, problem);
    readFeatures(fields, cpu);
    readCaches(fields, cpu, problem);
    fields.read("cores", cpu.numCores, 1, 4096);
    fields.read("frequency_mhz", cpu.frequencyMHz, 1, 20000,
                /*isRequired=*/false);
    readRates(fields, cpu, problem);
    {
      JSONFields memory(fields.get("memory"), "memory", problem);
      memory.read("hides_streams", cpu.hidesStreams);
      memory.read("streams_stores", cpu.streamsStores);
    }
    readInstructions(fields, cpu, problem);
  }
  if (problem)
    return llvm::createStringError(problem.getMessage());
  return cpu;
}

llvm::Expected<CPUInfo> wino::readCPUFile(StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!buffer)
    return llvm::createStringError("cannot read CPU file '" + path +
                                   "': " + buffer.getError().message());
  auto fail = [&](llvm::Error error) {
    return llvm::createStringError(path + ": " +
                                   llvm::toString(std::move(error)));
  };
  llvm::Expected<json::Value> value = json::parse((*buffer)->getBuffer());
  if (!value)
    return fail(value.takeError());
  llvm::Expected<CPUInfo> cpu = parseCPU(*value);
  if (!cpu)
    return fail(cpu.takeError());
  if (llvm::is_contained(getCPUNames(), StringRef(cpu->name)))
    return llvm::createStringError(path + ": name: '" + cpu->name +
                                   "' is a CPU that Wino knows; a file needs "
                                   "a name of its own");
  return cpu;
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

static json::Array featuresToJSON(const CPUInfo &cpu) {
  json::Array features;
  switch (cpu.integerProducts) {
  case IntegerProducts::Generic:
    break;
  case IntegerProducts::NeonMatrix:
    features.push_back("i8mm");
    [[fallthrough]];
  case IntegerProducts::NeonDot:
    features.push_back("dotprod");
    [[fallthrough]];
  case IntegerProducts::Neon:
    features.push_back("neon");
    break;
  case IntegerProducts::VNNI:
    features.push_back("avx512vnni");
    break;
  }
  if (cpu.hasFloat16)
    features.push_back("fp16");
  return features;
}

json::Object wino::toJSON(const CPUInfo &cpu) {
  json::Object llvmFields{{"cpu", cpu.llvmCPU}, {"features", cpu.features}};
  if (!cpu.schedulingModel.empty())
    llvmFields["scheduling_model"] = cpu.schedulingModel;
  json::Array caches;
  for (const CacheLevel &level : cpu.caches)
    caches.push_back(json::Object{{"bytes", level.bytes},
                                  {"usable_bytes", level.usableBytes},
                                  {"ways", level.ways},
                                  {"line_bytes", level.lineBytes},
                                  {"shared", level.isShared}});
  json::Object result{
      {"format", kFormat},
      {"name", cpu.name},
      {"triple", cpu.triple},
      {"llvm", std::move(llvmFields)},
      {"features", featuresToJSON(cpu)},
      {"vectors", json::Object{{"bits", cpu.vectorBits},
                               {"registers", cpu.numVectorRegisters},
                               {"lane_multiply", cpu.hasLaneFma}}},
      {"issue",
       json::Object{{"in_order", cpu.isInOrder}, {"width", cpu.issueWidth}}},
      {"caches", std::move(caches)},
      {"cores", cpu.numCores},
      {"rates",
       json::Object{{"fmas_per_cycle", cpu.fmasPerCycle},
                    {"int8_products_per_cycle", cpu.int8Products},
                    {"int16_products_per_cycle", cpu.int16Products},
                    {"transform_op_cycles", cpu.opCycles},
                    {"exposed_load_cycles", cpu.exposedLoadCycles},
                    {"memory_bytes_per_cycle", cpu.memoryBytesPerCycle},
                    {"l3_bytes_per_cycle", cpu.l3BytesPerCycle},
                    {"l2_bytes_per_cycle", cpu.l2BytesPerCycle},
                    {"miss_cycles", cpu.missCycles}}},
      {"memory", json::Object{{"hides_streams", cpu.hidesStreams},
                              {"streams_stores", cpu.streamsStores}}}};
  if (cpu.startsPerCycle)
    (*result.getObject("rates"))["starts_per_cycle"] = cpu.startsPerCycle;
  if (cpu.frequencyMHz)
    result["frequency_mhz"] = cpu.frequencyMHz;
  json::Object instructions;
  for (const auto &[name, timing] : cpu.instructions)
    instructions[name] =
        json::Object{{"latency", timing.latency},
                     {"accumulate_latency", timing.accumulateLatency},
                     {"per_cycle", timing.perCycle}};
  if (!instructions.empty())
    result["instructions"] = std::move(instructions);
  return result;
}
