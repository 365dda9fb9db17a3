//===- Calibration.cpp - Calibration files --------------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Algorithms/QuantizedPlan.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace wino;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;

/// Reads `value`, nested lists of the sizes `shape` from `dim` on, which is set
/// to those of the first ones.
static Error readNested(const llvm::json::Value &value, unsigned dim,
                        llvm::MutableArrayRef<int64_t> shape,
                        std::vector<int32_t> &integers) {
  if (dim == shape.size()) {
    std::optional<int64_t> integer = value.getAsInteger();
    if (!integer || *integer < -128 || *integer > 127)
      return llvm::createStringError("expected samples to be integers of i8");
    integers.push_back(static_cast<int32_t>(*integer));
    return Error::success();
  }
  const llvm::json::Array *list = value.getAsArray();
  if (!list || list->empty())
    return llvm::createStringError(
        "expected samples to be lists [N][H][W][C] that are not empty");
  int64_t size = static_cast<int64_t>(list->size());
  if (shape[dim] == 0)
    shape[dim] = size;
  if (shape[dim] != size)
    return llvm::createStringError("expected lists of samples of equal sizes");
  for (const llvm::json::Value &element : *list)
    if (Error error = readNested(element, dim + 1, shape, integers))
      return error;
  return Error::success();
}

static Error readScales(const llvm::json::Value &value, StringRef stage,
                        std::vector<float> &scales) {
  const llvm::json::Array *list = value.getAsArray();
  if (!list || list->empty())
    return llvm::createStringError("expected a list of scales of the " + stage);
  for (const llvm::json::Value &element : *list) {
    std::optional<double> number = element.getAsNumber();
    if (!number)
      return llvm::createStringError("expected scales of the " + stage +
                                     " to be numbers");
    scales.push_back(static_cast<float>(*number));
  }
  // How many there must be depends on the plan.
  return validateScales(stage, {ScalePer::Tap, false, scales});
}

static Error readLayer(const llvm::json::Value &value,
                       Calibration::Layer &layer) {
  const llvm::json::Object *object = value.getAsObject();
  if (!object)
    return llvm::createStringError("expected an object");
  for (const auto &[key, content] : *object) {
    StringRef name = key;
    if (name == "samples") {
      layer.samples.emplace();
      int64_t shape[4] = {0, 0, 0, 0};
      if (Error error = readNested(content, 0, shape, layer.samples->values))
        return error;
      std::tie(layer.samples->n, layer.samples->h, layer.samples->w,
               layer.samples->c) =
          std::tuple(shape[0], shape[1], shape[2], shape[3]);
      continue;
    }
    const llvm::json::Object *stages =
        name == "scales" ? content.getAsObject() : nullptr;
    if (!stages)
      return llvm::createStringError(
          "expected samples or an object of scales, but got '" + name + "'");
    for (const auto &[stageKey, scales] : *stages) {
      StringRef stage = stageKey;
      std::vector<float> *values = stage == "input"    ? &layer.input
                                   : stage == "filter" ? &layer.filter
                                   : stage == "sums"   ? &layer.sums
                                   : stage == "output" ? &layer.output
                                                       : nullptr;
      if (!values)
        return llvm::createStringError(
            "expected scales of input, filter, sums or output, but got '" +
            stage + "'");
      if (Error error = readScales(scales, stage, *values))
        return error;
    }
  }
  return Error::success();
}

Expected<Calibration> Calibration::read(StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  if (!buffer)
    return llvm::createStringError("cannot read calibration '" + path +
                                   "': " + buffer.getError().message());
  Expected<llvm::json::Value> json = llvm::json::parse((*buffer)->getBuffer());
  if (!json)
    return llvm::createStringError("cannot read calibration '" + path +
                                   "': " + llvm::toString(json.takeError()));
  const llvm::json::Object *object = json->getAsObject();
  if (!object)
    return llvm::createStringError("expected calibration '" + path +
                                   "' to be a JSON object");
  Calibration calibration;
  for (const auto &[name, value] : *object)
    if (Error error = readLayer(value, calibration.layers[StringRef(name)]))
      return llvm::createStringError("calibration '" + path + "' of '" +
                                     StringRef(name) +
                                     "': " + llvm::toString(std::move(error)));
  return calibration;
}
