//===- JSONFields.h - Checked reading of JSON objects -----------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_SUPPORT_JSONFIELDS_H
#define WINO_SUPPORT_JSONFIELDS_H

#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/JSON.h"
#include <string>

namespace wino {

/// The first thing that is wrong in a JSON value, with the path to it.
class JSONProblem {
public:
  void report(const llvm::Twine &path, const llvm::Twine &text);
  explicit operator bool() const { return !message.empty(); }
  const std::string &getMessage() const { return message; }

private:
  std::string message;
};

/// Reads the fields of an object. A field that is missing, of another type or
/// out of range goes to the problem, and leaves the result as it is. So do, at
/// the end, fields that nobody has asked for.
class JSONFields {
public:
  /// `path` leads to the object; null is an object that is missing.
  JSONFields(const llvm::json::Value *value, std::string path,
             JSONProblem &problem);
  ~JSONFields();
  JSONFields(const JSONFields &) = delete;
  JSONFields &operator=(const JSONFields &) = delete;

  void report(llvm::StringRef key, const llvm::Twine &text) const;
  bool has(llvm::StringRef key) const { return object && object->get(key); }

  /// Returns the field `key`, or null if there is none.
  const llvm::json::Value *get(llvm::StringRef key, bool isRequired = true);

  void read(llvm::StringRef key, std::string &result, bool isRequired = true);
  void read(llvm::StringRef key, bool &result, bool isRequired = true);
  /// Reads an integer in [min, max].
  void read(llvm::StringRef key, int64_t &result, int64_t min = 1,
            int64_t max = int64_t(1) << 40, bool isRequired = true);
  /// Reads a number that is positive, or with `allowZero` not negative.
  void read(llvm::StringRef key, double &result, bool allowZero,
            bool isRequired);

private:
  std::string getPath(llvm::StringRef key) const;

  std::string path;
  JSONProblem &problem;
  const llvm::json::Object *object;
  llvm::StringSet<> known;
};

} // namespace wino

#endif // WINO_SUPPORT_JSONFIELDS_H
