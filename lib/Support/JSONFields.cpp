//===- JSONFields.cpp - Checked reading of JSON objects -------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Support/JSONFields.h"
#include <cmath>

using namespace wino;
using llvm::StringRef;
using llvm::Twine;
namespace json = llvm::json;

void JSONProblem::report(const Twine &path, const Twine &text) {
  if (message.empty())
    message = (path + ": " + text).str();
}

JSONFields::JSONFields(const json::Value *value, std::string path,
                       JSONProblem &problem)
    : path(std::move(path)), problem(problem),
      object(value ? value->getAsObject() : nullptr) {
  if (value && !object)
    problem.report(this->path, "expected an object");
}

JSONFields::~JSONFields() {
  if (!object)
    return;
  // In the order of the keys, whatever that of the object is.
  for (const json::Object::value_type *field : json::sortedElements(*object))
    if (!known.contains(StringRef(field->first)))
      report(field->first, "there is no such field");
}

std::string JSONFields::getPath(StringRef key) const {
  return path.empty() ? key.str() : path + "." + key.str();
}

void JSONFields::report(StringRef key, const Twine &text) const {
  problem.report(getPath(key), text);
}

const json::Value *JSONFields::get(StringRef key, bool isRequired) {
  known.insert(key);
  const json::Value *value = object ? object->get(key) : nullptr;
  if (object && !value && isRequired)
    report(key, "is missing");
  return value;
}

void JSONFields::read(StringRef key, std::string &result, bool isRequired) {
  const json::Value *value = get(key, isRequired);
  if (!value)
    return;
  if (std::optional<StringRef> text = value->getAsString())
    result = text->str();
  else
    report(key, "expected a string");
}

void JSONFields::read(StringRef key, bool &result, bool isRequired) {
  const json::Value *value = get(key, isRequired);
  if (!value)
    return;
  if (std::optional<bool> boolean = value->getAsBoolean())
    result = *boolean;
  else
    report(key, "expected true or false");
}

void JSONFields::read(StringRef key, int64_t &result, int64_t min, int64_t max,
                      bool isRequired) {
  const json::Value *value = get(key, isRequired);
  if (!value)
    return;
  std::optional<int64_t> integer = value->getAsInteger();
  if (!integer)
    return report(key, "expected an integer");
  if (*integer < min || *integer > max)
    return report(key, "expected an integer from " + Twine(min) + " to " +
                           Twine(max) + ", but got " + Twine(*integer));
  result = *integer;
}

void JSONFields::read(StringRef key, double &result, bool allowZero,
                      bool isRequired) {
  const json::Value *value = get(key, isRequired);
  if (!value)
    return;
  std::optional<double> number = value->getAsNumber();
  if (!number || !std::isfinite(*number))
    return report(key, "expected a number");
  if (*number < 0 || (*number == 0 && !allowZero))
    return report(key, allowZero ? "must not be negative" : "must be positive");
  result = *number;
}
