//===- Progress.h - What a tool is doing right now --------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_DRIVER_PROGRESS_H
#define WINO_DRIVER_PROGRESS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace wino {

/// Measures the phases of a tool's work, and shows the current one on standard
/// error if that is a terminal.
class Progress {
public:
  /// `tool` starts the line on the terminal.
  explicit Progress(llvm::StringRef tool);
  ~Progress() { finish(); }

  /// Ends the current phase and begins `phase`.
  void begin(llvm::StringRef phase);
  /// Shows `text` in place of the phase; where standard error is no terminal,
  /// it becomes a line there.
  void update(llvm::StringRef text);
  /// Ends the current phase and clears the line.
  void finish();
  /// Clears the line for other output.
  void clearLine();

  /// The ended phases and the seconds that each took.
  llvm::ArrayRef<std::pair<std::string, double>> getPhases() const {
    return phases;
  }

private:
  using Clock = std::chrono::steady_clock;

  std::string tool;
  bool isTerminal;
  std::string current;
  Clock::time_point start;
  std::vector<std::pair<std::string, double>> phases;
};

} // namespace wino

#endif // WINO_DRIVER_PROGRESS_H
