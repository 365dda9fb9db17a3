//===- Npy.cpp - NumPy's array files --------------------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The layout: the magic string "\x93NUMPY", one byte each of major and minor
// version, the little-endian length of the header text (2 bytes in version 1,
// 4 bytes in 2 and 3), the text, the elements. The text is a Python dictionary
// with the keys 'descr', 'fortran_order' and 'shape'.
//
//===----------------------------------------------------------------------===//

#include "Wino/Support/Npy.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Alignment.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace wino;

static constexpr StringLiteral kMagic("\x93NUMPY");

template <typename... Args>
static llvm::Error makeError(const char *format, Args &&...args) {
  return llvm::createStringError(
      llvm::formatv(format, std::forward<Args>(args)...).str());
}

namespace {
/// The values of the header's dictionary.
struct HeaderFields {
  std::optional<StringRef> descr;
  std::optional<bool> fortranOrder;
  std::optional<SmallVector<int64_t>> shape;
};

/// Parser of the header's text.
class HeaderParser {
public:
  HeaderParser(StringRef text) : rest(text) {}

  llvm::Expected<HeaderFields> parse();

private:
  /// Skips white space, then `token` if it is next.
  bool consume(StringRef token) {
    rest = rest.ltrim(" \t\r\n");
    return rest.consume_front(token);
  }

  std::optional<StringRef> parseString();
  std::optional<bool> parseBool();
  std::optional<SmallVector<int64_t>> parseShape();
  /// Parses the value of `key` into `fields`.
  llvm::Error parseValue(StringRef key, HeaderFields &fields);

  StringRef rest;
};
} // namespace

std::optional<StringRef> HeaderParser::parseString() {
  StringRef quote = consume("'") ? "'" : consume("\"") ? "\"" : "";
  size_t end = quote.empty() ? StringRef::npos : rest.find(quote);
  if (end == StringRef::npos)
    return std::nullopt;
  StringRef text = rest.take_front(end);
  rest = rest.drop_front(end + 1);
  return text;
}

std::optional<bool> HeaderParser::parseBool() {
  if (consume("False"))
    return false;
  if (consume("True"))
    return true;
  return std::nullopt;
}

std::optional<SmallVector<int64_t>> HeaderParser::parseShape() {
  SmallVector<int64_t> shape;
  if (!consume("("))
    return std::nullopt;
  while (!consume(")")) {
    int64_t size;
    rest = rest.ltrim(" \t\r\n");
    if (rest.consumeInteger(10, size))
      return std::nullopt;
    shape.push_back(size);
    if (consume(","))
      continue;
    // One size alone needs its comma to be a tuple.
    if (shape.size() < 2 || !consume(")"))
      return std::nullopt;
    break;
  }
  return shape;
}

llvm::Error HeaderParser::parseValue(StringRef key, HeaderFields &fields) {
  auto set = [&](auto &field, auto value) -> llvm::Error {
    if (field)
      return makeError("the key '{0}' of the header is given twice", key);
    if (!value)
      return makeError("the value of '{0}' in the header is malformed", key);
    field = std::move(value);
    return llvm::Error::success();
  };
  if (key == "descr")
    return set(fields.descr, parseString());
  if (key == "fortran_order")
    return set(fields.fortranOrder, parseBool());
  if (key == "shape")
    return set(fields.shape, parseShape());
  return makeError("unknown key '{0}' in the header", key);
}

llvm::Expected<HeaderFields> HeaderParser::parse() {
  HeaderFields fields;
  if (!consume("{"))
    return makeError("the header is no dictionary");
  while (!consume("}")) {
    std::optional<StringRef> key = parseString();
    if (!key || !consume(":"))
      return makeError("expected a key in the header");
    if (llvm::Error error = parseValue(*key, fields))
      return error;
    if (consume(","))
      continue;
    if (!consume("}"))
      return makeError("expected ',' or '}' in the header");
    break;
  }
  if (!rest.trim(StringRef(" \t\r\n\0", 5)).empty())
    return makeError("unexpected text after the header's dictionary");
  if (!fields.descr || !fields.fortranOrder || !fields.shape)
    return makeError(
        "expected 'descr', 'fortran_order' and 'shape' in the header");
  return fields;
}

/// Parses a type string such as `<f4`.
static llvm::Expected<ElementType> parseDescr(StringRef descr) {
  unsigned size = 0;
  std::optional<ElementType> type;
  if (descr.size() >= 3 && StringRef("<>|=").contains(descr[0]) &&
      !descr.drop_front(2).getAsInteger(10, size))
    type = getElementType(descr[1], size);
  if (!type)
    return makeError("type '{0}' is none of f32, f64, i8, u8, i16, i32, i64",
                     descr);
  if (descr[0] == '>' && size > 1)
    return makeError("type '{0}' is big-endian; expected little-endian", descr);
  return *type;
}

llvm::Expected<NpyArray> wino::parseNpy(StringRef contents) {
  StringRef rest = contents;
  if (!rest.consume_front(kMagic) || rest.size() < 2)
    return makeError("no npy file: the magic string is missing");
  unsigned major = static_cast<uint8_t>(rest[0]);
  if (major < 1 || major > 3 || rest[1] != 0)
    return makeError("unknown npy version {0}.{1}", major,
                     static_cast<unsigned>(static_cast<uint8_t>(rest[1])));
  rest = rest.drop_front(2);

  size_t lengthSize = major == 1 ? 2 : 4;
  if (rest.size() < lengthSize)
    return makeError("the file ends in its header");
  size_t length = major == 1 ? llvm::support::endian::read16le(rest.data())
                             : llvm::support::endian::read32le(rest.data());
  rest = rest.drop_front(lengthSize);
  if (rest.size() < length)
    return makeError("the file ends in its header");
  llvm::Expected<HeaderFields> fields =
      HeaderParser(rest.take_front(length)).parse();
  if (!fields)
    return fields.takeError();
  rest = rest.drop_front(length);

  NpyArray array;
  llvm::Expected<ElementType> type = parseDescr(*fields->descr);
  if (!type)
    return type.takeError();
  array.type = *type;
  array.shape = *fields->shape;
  if (*fields->fortranOrder && array.shape.size() > 1)
    return makeError("the array is in Fortran order; expected C order");

  std::optional<int64_t> numElements = getNumElements(array.shape);
  int64_t numBytes = 0;
  if (!numElements ||
      llvm::MulOverflow<int64_t>(*numElements, getElementTypeInfo(*type).size,
                                 numBytes))
    return makeError("the shape is negative or too large");
  if (rest.size() != static_cast<size_t>(numBytes))
    return makeError("expected {0} bytes of data for {1}, but got {2}",
                     numBytes, formatTensorType(*type, array.shape),
                     rest.size());
  array.data = ArrayRef<char>(rest.data(), rest.size());
  return array;
}

std::string wino::makeNpyHeader(ElementType type, ArrayRef<int64_t> shape) {
  const ElementTypeInfo &info = getElementTypeInfo(type);
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "{'descr': '" << (info.size == 1 ? '|' : '<') << info.npyKind
     << info.size << "', 'fortran_order': False, 'shape': (";
  llvm::interleaveComma(shape, os);
  os << (shape.size() == 1 ? ",), }" : "), }");

  // The elements start at a multiple of 64 bytes, after a final line feed.
  bool isLong = text.size() + 64 > UINT16_MAX;
  size_t lengthSize = isLong ? 4 : 2;
  size_t start = kMagic.size() + 2 + lengthSize;
  text.append(llvm::offsetToAlignment(start + text.size() + 1, llvm::Align(64)),
              ' ');
  text.push_back('\n');

  std::string header = kMagic.str();
  header.push_back(isLong ? 2 : 1);
  header.push_back(0);
  for (size_t i = 0; i < lengthSize; ++i)
    header.push_back(static_cast<char>(text.size() >> (8 * i)));
  return header + text;
}
