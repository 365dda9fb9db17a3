//===- CPUFileTest.cpp - Tests of CPUs as JSON ----------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Target/CPUFile.h"
#include "Wino/Target/TargetSpec.h"
#include "mlir/Dialect/DLTI/DLTI.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Verifier.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace wino;
namespace json = llvm::json;

namespace {

CPUInfo lookup(StringRef name) {
  llvm::Expected<CPUInfo> cpu = lookupCPU(name);
  EXPECT_TRUE(bool(cpu)) << name.str();
  if (cpu)
    return *cpu;
  ADD_FAILURE() << llvm::toString(cpu.takeError());
  return CPUInfo();
}

/// Returns a valid object, with the value at `path`, of keys and indices
/// divided by dots, replaced; null removes a field.
json::Value change(StringRef path, json::Value replacement) {
  json::Value result = toJSON(lookup("cortex-a73"));
  json::Value *value = &result;
  SmallVector<StringRef> keys;
  path.split(keys, '.');
  for (StringRef key : ArrayRef(keys).drop_back()) {
    size_t index;
    value = key.getAsInteger(10, index) ? value->getAsObject()->get(key)
                                        : &(*value->getAsArray())[index];
  }
  json::Object &object = *value->getAsObject();
  if (replacement.kind() == json::Value::Null)
    object.erase(keys.back());
  else
    object[keys.back()] = std::move(replacement);
  return result;
}

std::string getError(const json::Value &value) {
  llvm::Expected<CPUInfo> cpu = parseCPU(value);
  return cpu ? "" : llvm::toString(cpu.takeError());
}

TEST(CPUFileTest, KnowsItsCPUs) {
  for (StringRef name : getCPUNames()) {
    CPUInfo cpu = lookup(name);
    EXPECT_EQ(cpu.name, name);
    EXPECT_GE(cpu.caches.size(), 2u);
    // What is written is read as the same.
    json::Object object = toJSON(cpu);
    llvm::Expected<CPUInfo> again = parseCPU(json::Object(object));
    ASSERT_TRUE(bool(again)) << llvm::toString(again.takeError());
    EXPECT_EQ(json::Value(toJSON(*again)), json::Value(std::move(object)));
  }
}

TEST(CPUFileTest, SomeFacts) {
  CPUInfo a53 = lookup("cortex-a53"), a73 = lookup("cortex-a73"),
          v1 = lookup("neoverse-v1");
  EXPECT_TRUE(a53.isInOrder);
  EXPECT_EQ(a53.l1Bytes, 32 << 10);
  EXPECT_EQ(a53.l2Bytes, 512 << 10);
  EXPECT_EQ(a53.int8Products, 16.0 / 3);
  EXPECT_EQ(a53.instructions.at("fmla.4s").accumulateLatency, 4);
  EXPECT_FALSE(a73.isInOrder);
  EXPECT_EQ(a73.l2Bytes, 2048 << 10);
  EXPECT_EQ(a73.l3Bytes, 0);
  EXPECT_EQ(a73.issueWidth, 2);
  EXPECT_EQ(a73.schedulingModel, "cortex-a72");
  EXPECT_EQ(a73.int8Products, 8);
  EXPECT_EQ(v1.integerProducts, IntegerProducts::NeonMatrix);
  EXPECT_EQ(v1.int8Products, 64);
  EXPECT_EQ(v1.int16Products, 4);
}

TEST(CPUFileTest, TellsWhatIsWrong) {
  json::Array sve{"sve"}, matrix{"neon", "i8mm"}, vnni{"avx512vnni"};
  const std::tuple<const char *, json::Value, const char *> cases[] = {
      {"name", nullptr, "name: is missing"},
      {"name", "", "name: must not be empty"},
      {"name", 3, "name: expected a string"},
      {"format", 2, "format: expected an integer from 1 to 1, but got 2"},
      {"colour", "red", "colour: there is no such field"},
      {"llvm.cpus", "x", "llvm.cpus: there is no such field"},
      {"llvm.scheduling_model", "cortex-a99",
       "llvm.scheduling_model: LLVM has no scheduling model of 'cortex-a99'"},
      {"triple", "z80-unknown-cpm",
       "triple: LLVM knows no such architecture: z80-unknown-cpm"},
      {"vectors", 128, "vectors: expected an object"},
      {"vectors.bits", 96, "vectors.bits: expected a power of two, but got 96"},
      {"vectors.registers", 0,
       "vectors.registers: expected an integer from 8 to 256, but got 0"},
      {"features", std::move(sve),
       "features: expected neon, dotprod, i8mm, fp16 or avx512vnni, but got "
       "sve"},
      {"features", std::move(matrix),
       "features: i8mm does not go without dotprod"},
      {"features", std::move(vnni),
       "features: avx512vnni is of x86, but the triple is "
       "aarch64-unknown-linux-gnu"},
      {"features", json::Array(),
       "vectors.lane_multiply: there is none without neon"},
      {"caches", json::Array(),
       "caches: expected an array of two or three levels"},
      {"caches.0.line_bytes", 0,
       "caches[0].line_bytes: expected an integer from 8 to 4096, but got 0"},
      {"caches.0.line_bytes", 48,
       "caches[0].line_bytes: expected a power of two, but got 48"},
      {"caches.0.bytes", 1000,
       "caches[0].bytes: expected a multiple of 16 ways of 64 bytes, but got "
       "1000"},
      {"caches.0.usable_bytes", 65537,
       "caches[0].usable_bytes: 65537 bytes are more than the cache's 65536"},
      {"caches.1.bytes", 32768, "caches[1].usable_bytes: 2097152 bytes are"},
      {"caches.1.shared", 1, "caches[1].shared: expected true or false"},
      {"cores", 1.5, "cores: expected an integer"},
      {"rates.fmas_per_cycle", 0, "rates.fmas_per_cycle: must be positive"},
      {"rates.fmas_per_cycle", 3,
       "rates.fmas_per_cycle: more than the 2 instructions that issue"},
      {"rates.miss_cycles", -1, "rates.miss_cycles: must not be negative"},
      {"rates.miss_cycles", "x", "rates.miss_cycles: expected a number"},
      {"instructions", json::Object{{"fmla.4s", json::Object{{"latency", 4}}}},
       "instructions.fmla.4s.per_cycle: is missing"},
  };
  for (const auto &[path, value, expected] : cases)
    EXPECT_EQ(getError(change(path, value)).find(expected), 0u)
        << "expected: " << expected
        << "\ngot: " << getError(change(path, value));
  EXPECT_EQ(getError(json::Array()), "expected an object that describes a CPU");
}

TEST(CPUFileTest, CachesGrow) {
  json::Value value = change("caches.1.usable_bytes", nullptr);
  (*(*value.getAsObject()->getArray("caches"))[1].getAsObject())["bytes"] =
      32768;
  EXPECT_EQ(getError(value), "caches[1].bytes: level 2 has 32768 bytes, fewer "
                             "than the 65536 of the level before it");
}

/// A file that is removed at the end.
class TemporaryFile {
public:
  explicit TemporaryFile(StringRef text) {
    int descriptor;
    EXPECT_FALSE(
        llvm::sys::fs::createTemporaryFile("cpu", "json", descriptor, path));
    llvm::raw_fd_ostream(descriptor, /*shouldClose=*/true) << text;
  }
  ~TemporaryFile() { llvm::sys::fs::remove(path); }
  StringRef getPath() const { return path; }

private:
  SmallString<128> path;
};

std::string getFileError(StringRef text) {
  TemporaryFile file(text);
  llvm::Expected<CPUInfo> cpu = lookupCPU(file.getPath());
  std::string message = cpu ? "" : llvm::toString(cpu.takeError());
  StringRef rest = message;
  EXPECT_TRUE(rest.consume_front(file.getPath())) << message;
  return rest.str();
}

TEST(CPUFileTest, ReadsFiles) {
  auto print = [](const json::Value &value) {
    std::string text;
    llvm::raw_string_ostream(text) << value;
    return text;
  };
  TemporaryFile file(print(change("name", "mine")));
  EXPECT_EQ(lookup(file.getPath()).name, "mine");
  EXPECT_EQ(
      getFileError(print(change("name", "cortex-a73"))),
      ": name: 'cortex-a73' is a CPU that Wino knows; a file needs a name "
      "of its own");
  EXPECT_EQ(getFileError("{\n  \"name\": }"),
            ": [2:11, byte=13]: Invalid JSON value");
  llvm::Expected<CPUInfo> cpu = lookupCPU("/no/such/cpu.json");
  ASSERT_FALSE(bool(cpu));
  EXPECT_EQ(llvm::toString(cpu.takeError()),
            "cannot read CPU file '/no/such/cpu.json': No such file or "
            "directory");
}

TEST(TargetSpecTest, RoundTrip) {
  MLIRContext context;
  context.loadDialect<DLTIDialect>();
  OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(&context));
  FailureOr<std::optional<CPUInfo>> none = getTargetCPU(*module);
  ASSERT_TRUE(succeeded(none));
  EXPECT_FALSE(none->has_value());
  for (StringRef name : getCPUNames()) {
    CPUInfo cpu = lookup(name);
    setTargetCPU(*module, cpu);
    EXPECT_TRUE(succeeded(verify(*module)));
    FailureOr<std::optional<CPUInfo>> again = getTargetCPU(*module);
    ASSERT_TRUE(succeeded(again));
    ASSERT_TRUE(again->has_value());
    EXPECT_EQ(json::Value(toJSON(**again)), json::Value(toJSON(cpu)));
  }
}

} // namespace
