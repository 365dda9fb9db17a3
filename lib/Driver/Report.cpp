//===- Report.cpp - What a compilation decided ----------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Driver/Report.h"
#include "Wino/IR/AttributeJSON.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace wino;
namespace json = llvm::json;

static json::Array tensorsToJSON(ArrayRef<TensorSpec> tensors) {
  json::Array result;
  for (const TensorSpec &tensor : tensors)
    result.push_back(json::Object{
        {"name", json::fixUTF8(tensor.name)},
        {"type", getElementTypeInfo(tensor.type).name},
        {"shape", json::Array(tensor.shape)},
    });
  return result;
}

/// Returns the sum of the integer `field` over all layers that have it.
static int64_t sumOverLayers(ArrayAttr layers, StringRef field) {
  int64_t sum = 0;
  for (Attribute layer : layers)
    if (auto dictionary = dyn_cast<DictionaryAttr>(layer))
      if (auto value = dictionary.getAs<IntegerAttr>(field))
        sum += value.getInt();
  return sum;
}

json::Object wino::buildReport(const Report &report) {
  const ModelInterface &model = *report.interface;
  ArrayAttr layers = report.layers;
  json::Object options{{"threads", report.threads}};
  if (!report.algorithm.empty())
    options["algorithm"] = json::fixUTF8(report.algorithm);
  if (report.isSearched)
    options["search"] = true;
  if (report.maxError > 0)
    options["max_error"] = report.maxError;
  if (report.maxMemory >= 0)
    options["max_memory"] = report.maxMemory;
  if (!report.planFile.empty())
    options["plan"] = json::fixUTF8(report.planFile);

  json::Object seconds;
  double total = 0;
  for (const auto &[phase, time] : report.phases) {
    seconds[phase] = time;
    total += time;
  }
  seconds["total"] = total;

  json::Object result{
      {"report_version", 1},
      {"wino_version", WINO_VERSION},
      {"model", json::fixUTF8(model.modelName)},
      {"prefix", model.prefix},
      {"cpu", model.cpu},
      {"triple", report.cpu->triple},
      {"options", std::move(options)},
      {"inputs", tensorsToJSON(model.inputs)},
      {"outputs", tensorsToJSON(model.outputs)},
      {"plan_hash", llvm::utohexstr(model.planHash, /*LowerCase=*/true,
                                    /*Width=*/16)},
      {"layers", layers ? attributeToJSON(layers) : json::Array()},
      {"totals",
       json::Object{{"layers", layers ? layers.size() : 0},
                    {"macs", layers ? sumOverLayers(layers, "macs") : 0}}},
      {"memory", json::Object{{"weight_bytes", report.weightBytes},
                              {"packed_bytes", report.packedBytes},
                              {"scratch_bytes", model.scratchSize},
                              {"scratch_lower_bound", report.scratchLowerBound},
                              {"object_bytes", report.objectBytes}}},
      {"seconds", std::move(seconds)},
  };
  return result;
}

std::string wino::formatReport(json::Object report) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << llvm::formatv("{0:2}\n", json::Value(std::move(report)));
  return text;
}
