//===- ReportPageTest.cpp - Tests of reports for people -------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Driver/ReportPage.h"
#include "gtest/gtest.h"

using namespace wino;
namespace json = llvm::json;

static std::string getPage(llvm::StringRef text) {
  llvm::Expected<json::Value> report = json::parse(text);
  if (!report)
    return llvm::toString(report.takeError());
  return formatReportPage(*report->getAsObject());
}

static bool has(llvm::StringRef page, llvm::StringRef text) {
  return page.contains(text);
}

TEST(ReportPageTest, ShowsMultiplyAddsWithoutPredictions) {
  std::string page = getPage(R"json({
    "model": "net", "cpu": "cortex-a73", "layers": [
      {"name": "conv1", "algorithm": "winograd", "transform": "F(4x4, 3x3)",
       "c": 8, "k": 16, "h": 10, "w": 12, "out_h": 8, "kh": 3, "kw": 3,
       "macs": 3000000, "certificate": "2 * 3 = 6 < 7"},
      {"name": "conv2", "algorithm": "direct", "macs": 12000000}],
    "memory": {"packed_bytes": 3145728}})json");
  EXPECT_TRUE(has(page, "Bars show multiply-adds."));
  EXPECT_TRUE(has(page, "winograd F(4x4, 3x3)"));
  // A dynamic size.
  EXPECT_TRUE(has(page, "8×10×12 → 16×8×?, 3×3"));
  EXPECT_TRUE(has(page, "width:25.00%"));
  EXPECT_TRUE(has(page, "width:100.00%"));
  EXPECT_TRUE(has(page, "15.00 M"));
  EXPECT_TRUE(has(page, "3.0 MiB"));
  EXPECT_TRUE(has(page, "2 * 3 = 6 &lt; 7"));
  EXPECT_FALSE(has(page, "Candidate"));
}

TEST(ReportPageTest, ShowsWhatTheSearchSaw) {
  std::string page = getPage(R"json({
    "model": "net", "options": {"max_error": 0.001, "max_memory": 1048576},
    "layers": [{"name": "conv1", "algorithm": "winograd",
      "search": {"cycles": 500, "phases": {"products": 400, "input": 100},
        "candidates": [
          {"algorithm": "winograd", "transform": "F(4x4, 3x3)", "cycles": 500,
           "error": 0.00002},
          {"algorithm": "im2row", "cycles": 1000, "weight_bytes": 2048}]}}]
    })json");
  EXPECT_TRUE(has(page, "Bars show predicted cycles"));
  EXPECT_TRUE(has(page, "width:80.00%\" title=\"products: 400\""));
  EXPECT_TRUE(has(page, "width:20.00%\" title=\"input: 100\""));
  EXPECT_TRUE(has(page, "<td>im2row</td>"));
  EXPECT_TRUE(has(page, ">2.00</td>"));
  EXPECT_TRUE(has(page, "2.0e-05"));
  EXPECT_TRUE(has(page, "2.0 KiB"));
  EXPECT_TRUE(has(page, "Error budget</dt><dd>1.00e-03"));
  EXPECT_TRUE(has(page, "Memory budget</dt><dd>1.0 MiB"));
}

// The names come from the user's model.
TEST(ReportPageTest, NeedsNothingAndEscapesNames) {
  std::string page = getPage(
      R"json({"model": "<script>", "layers": [{"name": "\"><img src=x>"}]})json");
  EXPECT_FALSE(has(page, "<script>"));
  EXPECT_FALSE(has(page, "<img"));
  EXPECT_FALSE(has(page, "http"));
}

TEST(ReportPageTest, StandsWithoutLayers) {
  EXPECT_TRUE(has(getPage("{}"), "Convolutions</dt><dd>0</dd>"));
}
