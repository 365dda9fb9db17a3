//===- TransformTester.h - What tests of transforms share -------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_UNITTESTS_SUPPORT_TRANSFORMTESTER_H
#define WINO_UNITTESTS_SUPPORT_TRANSFORMTESTER_H

#include "Wino/Support/CookToom.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "gtest/gtest.h"

namespace wino {

/// Returns the message of an error, or "" for success.
inline std::string message(llvm::Error error) {
  return llvm::toString(std::move(error));
}

template <typename T>
std::string message(llvm::Expected<T> value) {
  return value ? "" : message(value.takeError());
}

/// Parses points separated by blanks.
inline llvm::SmallVector<Point> points(llvm::StringRef text) {
  llvm::SmallVector<Point> result;
  for (llvm::StringRef word : llvm::split(text, ' ')) {
    std::optional<Point> point = parsePoint(word);
    EXPECT_TRUE(point.has_value()) << word.str();
    result.push_back(point.value_or(Point()));
  }
  return result;
}

inline Transform1D build(int64_t m, int64_t r, llvm::ArrayRef<Point> points) {
  llvm::Expected<Transform1D> transform = buildCookToom(m, r, points);
  if (transform)
    return *transform;
  ADD_FAILURE() << message(transform.takeError());
  return {};
}

/// Returns a file of the folder of test data, or null after a failure.
inline llvm::json::Value readTestData(llvm::StringRef name) {
  std::string path = (WINO_TEST_DATA_DIR "/" + name).str();
  auto buffer = llvm::MemoryBuffer::getFile(path);
  if (!buffer) {
    ADD_FAILURE() << "cannot read " << path;
    return nullptr;
  }
  llvm::Expected<llvm::json::Value> file =
      llvm::json::parse((*buffer)->getBuffer());
  if (file)
    return std::move(*file);
  ADD_FAILURE() << path << ": " << message(file.takeError());
  return nullptr;
}

} // namespace wino

#endif // WINO_UNITTESTS_SUPPORT_TRANSFORMTESTER_H
