//===- TuningDatabase.cpp - Measured costs of plans -----------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Cost/TuningDatabase.h"
#include "Wino/Support/JSONFields.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

using namespace wino;
using llvm::StringRef;
using llvm::Twine;
namespace json = llvm::json;

static constexpr int64_t kFormat = 1;

/// Reads the entries of a database; what is wrong goes to `problem`.
static std::vector<TuningEntry>
readEntries(const json::Value &value, StringRef version, JSONProblem &problem) {
  std::vector<TuningEntry> entries;
  JSONFields fields(&value, "", problem);
  int64_t format = kFormat;
  std::string writtenBy;
  fields.read("format", format, kFormat, kFormat);
  fields.read("wino_version", writtenBy);
  if (fields.has("wino_version") && writtenBy != version)
    fields.report("wino_version", "the measurements are of Wino " +
                                      Twine(writtenBy) + ", and this is " +
                                      version + ": measure again");
  const json::Value *list = fields.get("entries");
  const json::Array *array = list ? list->getAsArray() : nullptr;
  if (list && !array)
    fields.report("entries", "expected an array");
  if (!array)
    return entries;
  for (auto [index, element] : llvm::enumerate(*array)) {
    TuningEntry entry;
    JSONFields entryFields(&element, ("entries[" + Twine(index) + "]").str(),
                           problem);
    if (!element.getAsObject())
      break;
    entryFields.read("cpu", entry.cpu);
    entryFields.read("layer", entry.layer);
    entryFields.read("plan", entry.plan);
    entryFields.read("ns", entry.nanoseconds, /*allowZero=*/false,
                     /*isRequired=*/true);
    entries.push_back(std::move(entry));
  }
  return entries;
}

llvm::Error TuningDatabase::load(StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!buffer)
    return llvm::createStringError("cannot read tuning database '" + path +
                                   "': " + buffer.getError().message());
  llvm::Expected<json::Value> value = json::parse((*buffer)->getBuffer());
  if (!value)
    return llvm::createStringError(path + ": " +
                                   llvm::toString(value.takeError()));
  if (!value->getAsObject())
    return llvm::createStringError(path + ": expected an object");
  JSONProblem problem;
  std::vector<TuningEntry> entries = readEntries(*value, version, problem);
  if (problem)
    return llvm::createStringError(path + ": " + problem.getMessage());
  decltype(times) read;
  for (auto [index, entry] : llvm::enumerate(entries)) {
    auto [it, isNew] =
        read[{entry.cpu, entry.layer}].insert({entry.plan, entry.nanoseconds});
    if (!isNew && it->second != entry.nanoseconds)
      return llvm::createStringError(path + ": entries[" + Twine(index) +
                                     "]: another time for the same plan on '" +
                                     entry.cpu + "' and '" + entry.layer + "'");
  }
  for (auto &[key, plans] : read)
    times[key].insert(plans.begin(), plans.end());
  return llvm::Error::success();
}

llvm::Error TuningDatabase::loadAll(llvm::ArrayRef<std::string> paths) {
  for (const std::string &path : paths)
    if (llvm::Error error = load(path))
      return error;
  return llvm::Error::success();
}

void TuningDatabase::set(const TuningEntry &entry) {
  times[{entry.cpu, entry.layer}][entry.plan] = entry.nanoseconds;
}

llvm::Error TuningDatabase::save(StringRef path) const {
  return llvm::writeToOutput(path, [&](llvm::raw_ostream &os) {
    json::OStream stream(os, /*IndentSize=*/1);
    stream.object([&] {
      stream.attribute("format", kFormat);
      stream.attribute("wino_version", version);
      stream.attributeArray("entries", [&] {
        for (const auto &layer : times)
          for (const auto &time : layer.second)
            stream.object([&] {
              stream.attribute("cpu", layer.first.first);
              stream.attribute("layer", layer.first.second);
              stream.attribute("plan", time.first);
              stream.attribute("ns", time.second);
            });
      });
    });
    os << "\n";
    return llvm::Error::success();
  });
}

const TuningDatabase::Times &TuningDatabase::getTimes(StringRef cpu,
                                                      StringRef layer) const {
  static const Times none;
  auto it = times.find({cpu.str(), layer.str()});
  return it == times.end() ? none : it->second;
}

std::optional<double> TuningDatabase::getTime(StringRef cpu, StringRef layer,
                                              StringRef plan) const {
  const Times &plans = getTimes(cpu, layer);
  auto it = plans.find(plan.str());
  return it == plans.end() ? std::nullopt : std::optional(it->second);
}

size_t TuningDatabase::size() const {
  size_t count = 0;
  for (const auto &[key, plans] : times)
    count += plans.size();
  return count;
}
