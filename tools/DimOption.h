//===- DimOption.h - Sizes of symbolic dimensions ---------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_TOOLS_DIMOPTION_H
#define WINO_TOOLS_DIMOPTION_H

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/CommandLine.h"

namespace wino {

/// Reads `name=size` with a positive size.
struct DimParser : llvm::cl::basic_parser<std::pair<std::string, int64_t>> {
  using basic_parser::basic_parser;

  bool parse(llvm::cl::Option &option, llvm::StringRef /*argName*/,
             llvm::StringRef argument,
             std::pair<std::string, int64_t> &result) {
    auto [name, text] = argument.rsplit('=');
    if (name.empty() || text.getAsInteger(10, result.second) ||
        result.second <= 0)
      return option.error("expected name=size, but got '" + argument + "'");
    result.first = name.str();
    return false;
  }
};

/// The option `--dim`.
struct DimOption {
  explicit DimOption(
      llvm::cl::OptionCategory &category = llvm::cl::getGeneralCategory())
      : list("dim",
             llvm::cl::desc("Size of a symbolic dimension of an ONNX model "
                            "(default: 1 for the first of a tensor)"),
             llvm::cl::value_desc("name=size"), llvm::cl::cat(category)) {}

  llvm::StringMap<int64_t> get() const {
    llvm::StringMap<int64_t> dims;
    for (const auto &[name, size] : list)
      dims[name] = size;
    return dims;
  }

  llvm::cl::list<std::pair<std::string, int64_t>, bool, DimParser> list;
};

} // namespace wino

#endif // WINO_TOOLS_DIMOPTION_H
