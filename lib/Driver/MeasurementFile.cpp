//===- MeasurementFile.cpp - Times measured elsewhere ---------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Driver/MeasurementFile.h"
#include "Wino/IR/WinoDialect.h"
#include "Wino/Transforms/LayerKey.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/LineIterator.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <cmath>
#include <map>

using namespace mlir;
using namespace wino;
namespace json = llvm::json;

/// The fields of a row as texts; those of no interest may be there, too.
using Row = llvm::StringMap<std::string>;

//===----------------------------------------------------------------------===//
// CSV
//===----------------------------------------------------------------------===//

/// Splits a line at its commas. A cell in quotes may hold commas, and quotes
/// that are doubled.
static llvm::Expected<SmallVector<std::string>> splitCells(StringRef line) {
  SmallVector<std::string> cells;
  for (bool isMore = true; isMore;) {
    std::string cell;
    if (line.consume_front("\"")) {
      for (;;) {
        size_t quote = line.find('"');
        if (quote == StringRef::npos)
          return llvm::createStringError("a quote is not closed");
        cell += line.take_front(quote);
        line = line.drop_front(quote + 1);
        if (!line.consume_front("\""))
          break;
        cell += '"';
      }
      if (!line.empty() && line.front() != ',')
        return llvm::createStringError("expected a comma after a quote");
    } else {
      cell = line.take_until([](char c) { return c == ','; });
      line = line.drop_front(cell.size());
    }
    cells.push_back(std::move(cell));
    isMore = line.consume_front(",");
  }
  return cells;
}

static std::string quote(StringRef cell) {
  if (cell.find_first_of(",\"") == StringRef::npos)
    return cell.str();
  std::string text = "\"";
  for (char c : cell)
    text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + "\"";
}

void wino::writePlansToMeasure(llvm::raw_ostream &os, const CPUInfo &cpu,
                               int64_t threads, ArrayRef<PlanToMeasure> plans) {
  os << "wino_version,cpu,threads,name,key,plan,predicted_cycles,ns\n";
  for (const PlanToMeasure &each : plans)
    os << WINO_VERSION << "," << getTuningName(cpu) << "," << threads << ","
       << quote(each.name) << "," << quote(each.layer) << ","
       << quote(each.plan) << "," << llvm::format("%.4g", each.predictedCycles)
       << ",\n";
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

namespace {
/// Reads the rows of a file.
class Reader {
public:
  Reader(StringRef path, ArrayRef<CPUInfo> userCPUs, MLIRContext &context)
      : path(path), userCPUs(userCPUs), context(context) {}

  void readCSV(const llvm::MemoryBuffer &buffer);
  void readJSON(const llvm::MemoryBuffer &buffer);

  Measurements result;
  std::string problems;

private:
  void report(const Twine &text) {
    problems += (problems.empty() ? "" : "\n") +
                (path + ":" + Twine(line) + ": " + text).str();
  }
  void report(llvm::Error error) { report(llvm::toString(std::move(error))); }
  llvm::Expected<Row> parseObject(StringRef text);
  void addRow(const Row &row);
  llvm::Expected<TuningEntry> parseRow(const Row &row);
  llvm::Expected<CPUInfo> findCPU(StringRef name) const;
  llvm::Error checkPlan(StringRef text);

  StringRef path;
  ArrayRef<CPUInfo> userCPUs;
  MLIRContext &context;
  int64_t line = 0;
  /// The times and lines of rows by CPU, layer and plan.
  std::map<std::array<std::string, 3>, std::pair<double, int64_t>> known;
};
} // namespace

/// Returns a field that a row has to have.
static llvm::Expected<StringRef> getField(const Row &row, StringRef name) {
  auto it = row.find(name);
  if (it == row.end() || it->second.empty())
    return llvm::createStringError("expected a field '" + name + "'");
  return StringRef(it->second);
}

/// Returns a field that is a positive number.
static llvm::Expected<double> getNumber(const Row &row, StringRef name) {
  llvm::Expected<StringRef> text = getField(row, name);
  if (!text)
    return text.takeError();
  double number;
  if (text->getAsDouble(number) || !std::isfinite(number) || number <= 0)
    return llvm::createStringError("expected '" + name +
                                   "' to be a positive number, but got '" +
                                   *text + "'");
  return number;
}

llvm::Expected<CPUInfo> Reader::findCPU(StringRef name) const {
  llvm::Expected<CPUInfo> host = lookupCPU("host");
  if (!host)
    return host.takeError();
  const std::string hostName = getTuningName(*host);
  if (name == hostName)
    return host;
  for (const CPUInfo &cpu : userCPUs)
    if (cpu.name == name)
      return cpu;
  for (StringRef known : getCPUNames())
    if (name == known && name != "host")
      return lookupCPU(name);
  SmallVector<StringRef> names{hostName};
  for (StringRef each : getCPUNames())
    if (each != "host")
      names.push_back(each);
  for (const CPUInfo &cpu : userCPUs)
    names.push_back(cpu.name);
  return llvm::createStringError("unknown CPU '" + name + "'; known are " +
                                 llvm::join(names, ", "));
}

llvm::Error Reader::checkPlan(StringRef text) {
  std::string message;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    message += (message.empty() ? ": " : "; ") + diagnostic.str();
  });
  if (isa_and_present<PlanAttr>(parseAttribute(text, &context)))
    return llvm::Error::success();
  return llvm::createStringError("'" + text + "' is no #wino.plan attribute" +
                                 message);
}

llvm::Expected<TuningEntry> Reader::parseRow(const Row &row) {
  llvm::Expected<StringRef> version = getField(row, "wino_version");
  if (!version)
    return version.takeError();
  if (*version != WINO_VERSION)
    return llvm::createStringError("the measurement is of Wino " + *version +
                                   ", and this is " WINO_VERSION
                                   ": measure again");
  llvm::Expected<StringRef> cpuName = getField(row, "cpu");
  if (!cpuName)
    return cpuName.takeError();
  llvm::Expected<CPUInfo> cpu = findCPU(*cpuName);
  if (!cpu)
    return cpu.takeError();
  int64_t threads = 1;
  if (auto it = row.find("threads"); it != row.end())
    if (StringRef(it->second).getAsInteger(10, threads) || threads < 1)
      return llvm::createStringError(
          "expected 'threads' to be a positive integer, but got '" +
          it->second + "'");
  llvm::Expected<StringRef> key = getField(row, "key");
  if (!key)
    return key.takeError();
  if (!isLayerKey(*key))
    return llvm::createStringError("'" + *key + "' is no key of a layer");
  llvm::Expected<StringRef> plan = getField(row, "plan");
  if (!plan)
    return plan.takeError();
  if (llvm::Error error = checkPlan(*plan))
    return std::move(error);
  const bool isInCycles = !row.contains("ns") || row.lookup("ns").empty();
  llvm::Expected<double> number = getNumber(row, isInCycles ? "cycles" : "ns");
  if (!number)
    return number.takeError();
  if (isInCycles && cpu->frequencyMHz == 0)
    return llvm::createStringError("the frequency of CPU '" + *cpuName +
                                   "' is not known: give 'ns' in place of "
                                   "'cycles'");
  constexpr double kMHzPerGHz = 1000;
  return TuningEntry{getTuningName(*cpu, threads), key->str(), plan->str(),
                     isInCycles ? *number * kMHzPerGHz /
                                      static_cast<double>(cpu->frequencyMHz)
                                : *number};
}

void Reader::addRow(const Row &row) {
  auto has = [&](StringRef name) { return !row.lookup(name).empty(); };
  const bool isOther = !has("wino_version") && !has("key") && !has("plan");
  const bool isMeasured = has("ns") || has("cycles");
  // A harness says what has failed, and measures other libraries; a list has
  // rows that nobody has filled in.
  if (isOther || has("failed") || (!isMeasured && row.contains("ns"))) {
    ++result.numSkipped;
    return;
  }
  llvm::Expected<TuningEntry> entry = parseRow(row);
  if (!entry)
    return report(entry.takeError());
  auto [it, isNew] = known.insert(
      {{entry->cpu, entry->layer, entry->plan}, {entry->nanoseconds, line}});
  if (isNew)
    result.entries.push_back(std::move(*entry));
  else if (it->second.first != entry->nanoseconds)
    report("another time for the plan of line " + Twine(it->second.second));
}

void Reader::readCSV(const llvm::MemoryBuffer &buffer) {
  SmallVector<std::string> columns;
  for (llvm::line_iterator it(buffer); !it.is_at_eof(); ++it) {
    line = it.line_number();
    StringRef text = it->trim("\r ");
    if (text.empty())
      continue;
    llvm::Expected<SmallVector<std::string>> cells = splitCells(text);
    if (!cells) {
      report(cells.takeError());
      continue;
    }
    if (columns.empty()) {
      columns = std::move(*cells);
      for (StringRef required : {"wino_version", "cpu", "key", "plan"})
        if (!llvm::is_contained(columns, required))
          report("expected a column '" + required + "'");
      if (!llvm::is_contained(columns, "ns") &&
          !llvm::is_contained(columns, "cycles"))
        report("expected a column 'ns' or 'cycles'");
      if (!problems.empty())
        return;
      continue;
    }
    if (cells->size() != columns.size()) {
      report("expected " + Twine(columns.size()) + " cells, but got " +
             Twine(cells->size()));
      continue;
    }
    Row row;
    for (auto [column, cell] : llvm::zip_equal(columns, *cells))
      row[column] = cell;
    addRow(row);
  }
}

llvm::Expected<Row> Reader::parseObject(StringRef text) {
  llvm::Expected<json::Value> value = json::parse(text);
  if (!value)
    return value.takeError();
  const json::Object *object = value->getAsObject();
  if (!object)
    return llvm::createStringError("expected a JSON object");
  Row row;
  for (const auto &[name, field] : *object) {
    std::string &cell = row[StringRef(name)];
    if (std::optional<StringRef> string = field.getAsString())
      cell = string->str();
    else if (field.kind() != json::Value::Null)
      llvm::raw_string_ostream(cell) << field;
  }
  return row;
}

void Reader::readJSON(const llvm::MemoryBuffer &buffer) {
  for (llvm::line_iterator it(buffer); !it.is_at_eof(); ++it) {
    line = it.line_number();
    if (it->trim().empty())
      continue;
    llvm::Expected<Row> row = parseObject(*it);
    if (!row)
      report(row.takeError());
    else
      addRow(*row);
  }
}

llvm::Expected<Measurements> wino::readMeasurements(StringRef path,
                                                    ArrayRef<CPUInfo> userCPUs,
                                                    MLIRContext &context) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!buffer)
    return llvm::createStringError("cannot read measurements '" + path +
                                   "': " + buffer.getError().message());
  Reader reader(path, userCPUs, context);
  if (llvm::sys::path::extension(path) == ".csv")
    reader.readCSV(**buffer);
  else
    reader.readJSON(**buffer);
  if (!reader.problems.empty())
    return llvm::createStringError(reader.problems);
  return std::move(reader.result);
}
