//===- Progress.cpp - What a tool is doing right now ----------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Driver/Progress.h"

#include "llvm/Support/raw_ostream.h"

using namespace wino;

Progress::Progress(llvm::StringRef tool)
    : tool(tool.str()), isTerminal(llvm::errs().is_displayed()) {}

void Progress::begin(llvm::StringRef phase) {
  finish();
  current = phase.str();
  start = Clock::now();
  if (isTerminal)
    llvm::errs() << tool << ": " << phase << " ...";
}

void Progress::update(llvm::StringRef text) {
  clearLine();
  llvm::errs() << tool << ": " << text << (isTerminal ? " ..." : "\n");
}

void Progress::finish() {
  if (current.empty())
    return clearLine();
  std::chrono::duration<double> elapsed = Clock::now() - start;
  phases.emplace_back(current, elapsed.count());
  current.clear();
  clearLine();
}

void Progress::clearLine() {
  // Carriage return, then "erase to the end of the line".
  if (isTerminal)
    llvm::errs() << "\r\033[K";
}
