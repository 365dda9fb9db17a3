//===- AttributeJSON.cpp - Attributes as JSON -----------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/IR/AttributeJSON.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace wino;
namespace json = llvm::json;

json::Value wino::attributeToJSON(Attribute attr) {
  if (auto boolean = dyn_cast<BoolAttr>(attr))
    return boolean.getValue();
  if (auto integer = dyn_cast<IntegerAttr>(attr))
    if (integer.getValue().isSignedIntN(64))
      return integer.getValue().getSExtValue();
  if (auto number = dyn_cast<FloatAttr>(attr))
    return number.getValueAsDouble();
  if (auto string = dyn_cast<StringAttr>(attr))
    return json::fixUTF8(string.getValue());
  if (auto array = dyn_cast<DenseI64ArrayAttr>(attr))
    return json::Array(array.asArrayRef());
  if (auto array = dyn_cast<ArrayAttr>(attr)) {
    json::Array result;
    for (Attribute element : array)
      result.push_back(attributeToJSON(element));
    return result;
  }
  if (auto dictionary = dyn_cast<DictionaryAttr>(attr)) {
    json::Object result;
    for (NamedAttribute entry : dictionary)
      result[json::fixUTF8(entry.getName())] =
          attributeToJSON(entry.getValue());
    return result;
  }
  std::string text;
  llvm::raw_string_ostream(text) << attr;
  return json::fixUTF8(text);
}

Attribute wino::attributeFromJSON(MLIRContext *context,
                                  const json::Value &value) {
  Builder builder(context);
  switch (value.kind()) {
  case json::Value::Null:
    return builder.getUnitAttr();
  case json::Value::Boolean:
    return builder.getBoolAttr(*value.getAsBoolean());
  case json::Value::Number:
    if (std::optional<int64_t> integer = value.getAsInteger())
      return builder.getI64IntegerAttr(*integer);
    return builder.getF64FloatAttr(*value.getAsNumber());
  case json::Value::String:
    return builder.getStringAttr(*value.getAsString());
  case json::Value::Array: {
    SmallVector<Attribute> elements;
    for (const json::Value &element : *value.getAsArray())
      elements.push_back(attributeFromJSON(context, element));
    return builder.getArrayAttr(elements);
  }
  case json::Value::Object: {
    NamedAttrList fields;
    for (const auto &[key, field] : *value.getAsObject())
      fields.append(StringRef(key), attributeFromJSON(context, field));
    return fields.getDictionary(context);
  }
  }
  llvm_unreachable("unknown kind of JSON value");
}
