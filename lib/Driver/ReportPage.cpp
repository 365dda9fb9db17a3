//===- ReportPage.cpp - A report for people -------------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Plain HTML and CSS, no script: a bar is an element whose width is a share of
// the largest value, and details fold open by themselves.
//
//===----------------------------------------------------------------------===//

#include "Wino/Driver/ReportPage.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

namespace json = llvm::json;
using llvm::StringRef;

static constexpr StringRef kStyle = R"css(
:root { color-scheme: light dark; --line: #8884; --soft: #8882; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 78rem;
       padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; }
h2 { font-size: 1.15rem; margin-top: 2rem; }
dl.totals { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1rem 0; }
dl.totals div { border: 1px solid var(--line); border-radius: 6px; padding: .5rem .9rem; }
dt { font-size: .8rem; opacity: .7; }
dd { margin: 0; font-size: 1.1rem; font-variant-numeric: tabular-nums; }
.layer { border-top: 1px solid var(--line); padding: .35rem 0; }
.layer summary { display: grid; grid-template-columns: 20rem 18rem 1fr 5rem; gap: .75rem;
                 align-items: center; cursor: pointer; }
.layer summary > * { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.bar { display: flex; height: .9rem; background: var(--soft); border-radius: 2px; }
.bar i { display: block; height: 100%; }
.p0 { background: #3b73b9; } .p1 { background: #d98a2b; } .p2 { background: #4c9a5d; }
.p3 { background: #a3549b; } .p4 { background: #7a7a7a; } .p5 { background: #b9483b; }
.other { background: #9aa7b8; }
.legend span { display: inline-block; margin-right: 1rem; }
.legend i { display: inline-block; width: .8rem; height: .8rem; margin-right: .35rem; }
table { border-collapse: collapse; margin: .5rem 0 .75rem; width: 100%; }
td, th { padding: .15rem .6rem; text-align: left; border-bottom: 1px solid var(--soft); }
th.number, td.number { text-align: right; }
td .bar { min-width: 12rem; }
code { font-size: .85rem; overflow-wrap: anywhere; }
)css";

namespace {
/// The width of a bar's part, in percent.
struct Part {
  StringRef style;
  std::string title;
  double percent;
};

class PageWriter {
public:
  PageWriter(llvm::raw_ostream &os, const json::Object &report)
      : os(os), report(report) {
    if (const json::Array *array = report.getArray("layers"))
      for (const json::Value &value : *array)
        if (const json::Object *layer = value.getAsObject())
          layers.push_back(layer);
    isPredicted = llvm::any_of(layers, [](const json::Object *layer) {
      return getCycles(*layer).has_value();
    });
    for (const json::Object *layer : layers)
      largest = std::max(largest, getLength(*layer));
    collectPhases();
  }

  void write();

private:
  /// The predicted cycles of a layer's choice.
  static std::optional<double> getCycles(const json::Object &layer) {
    const json::Object *search = layer.getObject("search");
    return search ? search->getNumber("cycles") : std::nullopt;
  }
  /// What the bar of a layer shows.
  double getLength(const json::Object &layer) const {
    if (isPredicted)
      return getCycles(layer).value_or(0);
    return layer.getNumber("macs").value_or(0);
  }

  /// Finds the phases of all layers, in the order they first appear.
  void collectPhases();
  StringRef getPhaseStyle(StringRef phase) const;

  void writeEscaped(StringRef text) { llvm::printHTMLEscaped(text, os); }
  void writeTotal(StringRef title, const std::string &value);
  void writeTotals();
  void writeLegend();
  void writeBar(llvm::ArrayRef<Part> parts);
  void writeLayer(const json::Object &layer);
  void writeFacts(const json::Object &layer);
  void writeCandidates(const json::Object &search);
  void writeRow(StringRef title, StringRef text);

  llvm::raw_ostream &os;
  const json::Object &report;
  llvm::SmallVector<const json::Object *> layers;
  llvm::SmallVector<StringRef> phases;
  bool isPredicted = false;
  double largest = 0;
};
} // namespace

//===----------------------------------------------------------------------===//
// Numbers
//===----------------------------------------------------------------------===//

/// `12.3 M`, with a unit of a thousand's power.
static std::string formatCount(double count) {
  constexpr StringRef units[] = {"", " k", " M", " G", " T"};
  size_t unit = 0;
  while (count >= 1000 && unit + 1 < std::size(units)) {
    count /= 1000;
    ++unit;
  }
  return llvm::formatv(unit == 0 ? "{0:f0}{1}" : "{0:f2}{1}", count,
                       units[unit]);
}

static std::string formatBytes(double bytes) {
  if (bytes < (1 << 20))
    return llvm::formatv("{0:f1} KiB", bytes / 1024);
  return llvm::formatv("{0:f1} MiB", bytes / (1 << 20));
}

static std::string formatShape(const json::Object &layer) {
  auto size = [&](StringRef key) -> std::string {
    // A dynamic size has no entry.
    std::optional<int64_t> value = layer.getInteger(key);
    return value ? std::to_string(*value) : "?";
  };
  std::string text = size("c") + "×" + size("h") + "×" + size("w") + " → " +
                     size("k") + "×" + size("out_h") + "×" + size("out_w") +
                     ", " + size("kh") + "×" + size("kw");
  if (size("stride_h") != "1" || size("stride_w") != "1")
    text += " / " + size("stride_h") + "×" + size("stride_w");
  return text;
}

/// The algorithm, its transform and its numbers: what tells candidates apart.
static std::string formatChoice(const json::Object &choice) {
  std::string text = choice.getString("algorithm").value_or("?").str();
  for (StringRef key : {"transform", "numbers"})
    if (auto value = choice.getString(key))
      text += " " + value->str();
  return text;
}

//===----------------------------------------------------------------------===//
// Parts of the page
//===----------------------------------------------------------------------===//

void PageWriter::collectPhases() {
  for (const json::Object *layer : layers) {
    const json::Object *search = layer->getObject("search");
    const json::Object *parts = search ? search->getObject("phases") : nullptr;
    if (!parts)
      continue;
    for (const auto &entry : *parts)
      if (!llvm::is_contained(phases, StringRef(entry.first)))
        phases.push_back(entry.first);
  }
  llvm::sort(phases);
}

StringRef PageWriter::getPhaseStyle(StringRef phase) const {
  constexpr StringRef styles[] = {"p0", "p1", "p2", "p3", "p4", "p5"};
  return styles[(llvm::find(phases, phase) - phases.begin()) %
                std::size(styles)];
}

void PageWriter::writeTotal(StringRef title, const std::string &value) {
  os << "<div><dt>" << title << "</dt><dd>";
  writeEscaped(value);
  os << "</dd></div>\n";
}

void PageWriter::writeTotals() {
  os << "<dl class=\"totals\">\n";
  double macs = 0, cycles = 0;
  for (const json::Object *layer : layers) {
    macs += layer->getNumber("macs").value_or(0);
    cycles += getCycles(*layer).value_or(0);
  }
  writeTotal("Convolutions", std::to_string(layers.size()));
  writeTotal("Multiply-adds", formatCount(macs));
  if (isPredicted)
    writeTotal("Predicted cycles", formatCount(cycles));
  if (const json::Object *memory = report.getObject("memory")) {
    auto writeMemory = [&](StringRef title, StringRef key) {
      if (auto bytes = memory->getNumber(key))
        writeTotal(title, formatBytes(*bytes));
    };
    writeMemory("Packed weights", "packed_bytes");
    writeMemory("Scratch memory", "scratch_bytes");
    writeMemory("Object", "object_bytes");
  }
  if (const json::Object *options = report.getObject("options")) {
    if (auto budget = options->getNumber("max_error"))
      writeTotal("Error budget", llvm::formatv("{0:e2}", *budget));
    if (auto budget = options->getNumber("max_memory"))
      writeTotal("Memory budget", formatBytes(*budget));
  }
  if (const json::Object *seconds = report.getObject("seconds"))
    if (auto total = seconds->getNumber("total"))
      writeTotal("Compiled in", llvm::formatv("{0:f1} s", *total));
  os << "</dl>\n";
}

void PageWriter::writeLegend() {
  os << "<p class=\"legend\">Bars show "
     << (isPredicted ? "predicted cycles: " : "multiply-adds.");
  for (StringRef phase : phases) {
    os << "<span><i class=\"" << getPhaseStyle(phase) << "\"></i>";
    writeEscaped(phase);
    os << "</span>";
  }
  os << "</p>\n";
}

void PageWriter::writeBar(llvm::ArrayRef<Part> parts) {
  os << "<span class=\"bar\">";
  for (const Part &part : parts) {
    os << "<i class=\"" << part.style
       << "\" style=\"width:" << llvm::formatv("{0:f2}", part.percent)
       << "%\" title=\"";
    writeEscaped(part.title);
    os << "\"></i>";
  }
  os << "</span>";
}

void PageWriter::writeRow(StringRef title, StringRef text) {
  os << "<tr><th>" << title << "</th><td>";
  writeEscaped(text);
  os << "</td></tr>\n";
}

void PageWriter::writeFacts(const json::Object &layer) {
  os << "<table>\n";
  if (auto plan = layer.getString("plan")) {
    os << "<tr><th>Plan</th><td><code>";
    writeEscaped(*plan);
    os << "</code></td></tr>\n";
  }
  if (auto macs = layer.getNumber("macs"))
    writeRow("Multiply-adds", formatCount(*macs));
  if (auto bytes = layer.getNumber("weight_bytes"))
    writeRow("Packed weights", formatBytes(*bytes));
  if (auto bytes = layer.getNumber("scratch_bytes"))
    writeRow("Scratch of a block", formatBytes(*bytes));
  if (auto certificate = layer.getString("certificate"))
    writeRow("Exact, because", *certificate);
  if (auto reason = layer.getString("unproved"))
    writeRow("Not proved to be exact", *reason);
  if (auto error = layer.getNumber("largest_error"))
    writeRow("Measured error",
             llvm::formatv("{0:e1} of the largest result on {1}", *error,
                           layer.getString("error_data").value_or("?"))
                 .str());
  const json::Object *search = layer.getObject("search");
  if (auto error = search ? search->getNumber("error") : std::nullopt)
    writeRow("Predicted error",
             llvm::formatv("{0:e1} of the largest result", *error).str());
  os << "</table>\n";
}

void PageWriter::writeCandidates(const json::Object &search) {
  const json::Array *candidates = search.getArray("candidates");
  if (!candidates || candidates->empty())
    return;
  double slowest = 0;
  for (const json::Value &value : *candidates)
    if (const json::Object *candidate = value.getAsObject())
      slowest = std::max(slowest, candidate->getNumber("cycles").value_or(0));
  const double chosen = search.getNumber("cycles").value_or(0);
  os << "<table>\n<tr><th>Candidate</th><th>Predicted cycles</th>"
        "<th class=\"number\"></th><th class=\"number\">Against the "
        "choice</th><th class=\"number\">Error</th><th "
        "class=\"number\">Weights</th></tr>\n";
  for (const json::Value &value : *candidates) {
    const json::Object *candidate = value.getAsObject();
    if (!candidate)
      continue;
    const double cycles = candidate->getNumber("cycles").value_or(0);
    os << "<tr><td>";
    writeEscaped(formatChoice(*candidate));
    os << "</td><td>";
    writeBar({{"other", candidate->getString("plan").value_or("").str(),
               slowest > 0 ? 100 * cycles / slowest : 0}});
    os << "</td><td class=\"number\">" << formatCount(cycles)
       << "</td><td class=\"number\">";
    if (chosen > 0)
      os << llvm::formatv("{0:f2}", cycles / chosen);
    os << "</td><td class=\"number\">";
    if (auto error = candidate->getNumber("error"))
      os << llvm::formatv("{0:e1}", *error);
    os << "</td><td class=\"number\">";
    if (auto bytes = candidate->getNumber("weight_bytes"))
      os << formatBytes(*bytes);
    os << "</td></tr>\n";
  }
  os << "</table>\n";
}

void PageWriter::writeLayer(const json::Object &layer) {
  const json::Object *search = layer.getObject("search");
  const double length = getLength(layer);
  auto getPercent = [&](double value) {
    return largest > 0 ? 100 * value / largest : 0;
  };
  llvm::SmallVector<Part> parts;
  if (const json::Object *cost = search ? search->getObject("phases") : nullptr)
    for (StringRef phase : phases)
      if (auto cycles = cost->getNumber(phase))
        parts.push_back({getPhaseStyle(phase),
                         phase.str() + ": " + formatCount(*cycles),
                         getPercent(*cycles)});
  if (parts.empty())
    parts.push_back({"other", formatCount(length), getPercent(length)});

  os << "<details class=\"layer\"><summary><span><b>";
  writeEscaped(layer.getString("name").value_or("?"));
  os << "</b><br>";
  writeEscaped(formatShape(layer));
  os << "</span><span>";
  writeEscaped(formatChoice(layer));
  os << "</span>";
  writeBar(parts);
  os << "<span class=\"number\">" << formatCount(length)
     << "</span></summary>\n";
  writeFacts(layer);
  if (search)
    writeCandidates(*search);
  os << "</details>\n";
}

void PageWriter::write() {
  StringRef model = report.getString("model").value_or("");
  os << "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta "
        "charset=\"utf-8\">\n"
        "<title>";
  writeEscaped(model);
  os << " by Wino</title>\n<style>" << kStyle << "</style>\n</head>\n<body>\n"
     << "<h1>";
  writeEscaped(model);
  os << "</h1>\n<p>Compiled by Wino ";
  writeEscaped(report.getString("wino_version").value_or(""));
  os << " for ";
  writeEscaped(report.getString("cpu").value_or(""));
  os << " (";
  writeEscaped(report.getString("triple").value_or(""));
  os << ").</p>\n";
  writeTotals();
  os << "<h2>Layers</h2>\n";
  writeLegend();
  for (const json::Object *layer : layers)
    writeLayer(*layer);
  os << "</body>\n</html>\n";
}

std::string wino::formatReportPage(const json::Object &report) {
  std::string text;
  llvm::raw_string_ostream os(text);
  PageWriter(os, report).write();
  return text;
}
