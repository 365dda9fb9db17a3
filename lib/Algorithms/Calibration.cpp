//===- Calibration.cpp - Calibration files --------------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Algorithms/QuantizedPlan.h"
#include "Wino/Support/Npy.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

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

/// Reads the samples in an .npy file [N, H, W, C] of i8, or of u8, which are
/// less 128 what enters the convolution.
static Error readSampleFile(StringRef path, ImageSamples &samples) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  if (!buffer)
    return llvm::createStringError("cannot read samples '" + path +
                                   "': " + buffer.getError().message());
  Expected<NpyArray> array = parseNpy((*buffer)->getBuffer());
  if (!array)
    return llvm::createStringError("cannot read samples '" + path +
                                   "': " + llvm::toString(array.takeError()));
  const bool isUnsigned = array->type == ElementType::U8;
  if ((!isUnsigned && array->type != ElementType::I8) ||
      array->shape.size() != 4 || array->data.empty())
    return llvm::createStringError(
        "expected samples '" + path +
        "' to be i8 or u8 [N, H, W, C] that are not empty, but got " +
        formatTensorType(array->type, array->shape));
  samples.n = array->shape[0];
  samples.h = array->shape[1];
  samples.w = array->shape[2];
  samples.c = array->shape[3];
  for (char byte : array->data)
    samples.values.push_back(isUnsigned ? static_cast<uint8_t>(byte) - 128
                                        : static_cast<int8_t>(byte));
  return Error::success();
}

/// Reads samples that are listed, or in a file in `folder` whose name is given.
static Error readSamples(const llvm::json::Value &value, StringRef folder,
                         ImageSamples &samples) {
  if (std::optional<StringRef> name = value.getAsString()) {
    llvm::SmallString<128> path(*name);
    if (llvm::sys::path::is_relative(path)) {
      path = folder;
      llvm::sys::path::append(path, *name);
    }
    return readSampleFile(path, samples);
  }
  int64_t shape[4] = {0, 0, 0, 0};
  if (Error error = readNested(value, 0, shape, samples.values))
    return error;
  samples.n = shape[0];
  samples.h = shape[1];
  samples.w = shape[2];
  samples.c = shape[3];
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

static Error readLayer(const llvm::json::Value &value, StringRef folder,
                       Calibration::Layer &layer) {
  const llvm::json::Object *object = value.getAsObject();
  if (!object)
    return llvm::createStringError("expected an object");
  for (const auto &[key, content] : *object) {
    StringRef name = key;
    if (name == "samples") {
      if (Error error = readSamples(content, folder, layer.samples.emplace()))
        return error;
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
    if (Error error = readLayer(value, llvm::sys::path::parent_path(path),
                                calibration.layers[StringRef(name)]))
      return llvm::createStringError("calibration '" + path + "' of '" +
                                     StringRef(name) +
                                     "': " + llvm::toString(std::move(error)));
  return calibration;
}
