//===- ReportPage.h - A report for people -----------------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_DRIVER_REPORTPAGE_H
#define WINO_DRIVER_REPORTPAGE_H

#include "llvm/Support/JSON.h"
#include <string>

namespace wino {

/// Returns the report (Report.h) as an HTML page that needs nothing but itself:
/// the totals of the network, and a bar and the choice of each layer with what
/// else there was to choose from. Bars show predicted cycles where the report
/// has them, else multiply-adds.
std::string formatReportPage(const llvm::json::Object &report);

} // namespace wino

#endif // WINO_DRIVER_REPORTPAGE_H
