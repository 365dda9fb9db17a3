//===- TuningDatabaseTest.cpp - Tests of the tuning database --------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Cost/TuningDatabase.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"

using namespace wino;
using llvm::StringRef;

namespace {

constexpr llvm::StringLiteral kVersion = "1.2";

class TuningDatabaseTest : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("tuning", directory));
  }
  void TearDown() override { llvm::sys::fs::remove_directories(directory); }

  std::string getPath(StringRef name) {
    llvm::SmallString<128> path = directory;
    llvm::sys::path::append(path, name);
    return path.str().str();
  }
  std::string write(StringRef name, StringRef text) {
    std::string path = getPath(name);
    std::error_code error;
    llvm::raw_fd_ostream(path, error) << text;
    EXPECT_FALSE(error);
    return path;
  }
  /// The error of a file with this text, without the file's name.
  std::string getError(StringRef text) {
    std::string path = write("bad.json", text);
    TuningDatabase database(kVersion.str());
    std::string message = llvm::toString(database.load(path));
    EXPECT_EQ(database.size(), 0u);
    StringRef rest = message;
    rest.consume_front(path);
    return rest.str();
  }
  std::string getEntries(StringRef entries) {
    return ("{\"format\": 1, \"wino_version\": \"1.2\", \"entries\": [" +
            entries + "]}")
        .str();
  }

  llvm::SmallString<128> directory;
};

TEST_F(TuningDatabaseTest, RoundTrip) {
  TuningDatabase database(kVersion.str());
  database.set({"a53", "layer 1", "plan \"x\"", 1.5});
  database.set({"a53", "layer 1", "plan y", 3e9});
  database.set({"a73", "layer 1", "plan y", 7});
  database.set({"a73", "layer 1", "plan y", 8});
  ASSERT_FALSE(database.save(getPath("db.json")));
  TuningDatabase again(kVersion.str());
  ASSERT_EQ(llvm::toString(again.load(getPath("db.json"))), "");
  EXPECT_EQ(again.size(), 3u);
  EXPECT_EQ(again.getTimes("a53", "layer 1"),
            (TuningDatabase::Times{{"plan \"x\"", 1.5}, {"plan y", 3e9}}));
  EXPECT_EQ(again.getTimes("a73", "layer 1").at("plan y"), 8);
  EXPECT_TRUE(again.getTimes("a73", "layer 2").empty());
  EXPECT_EQ(again.getTime("a73", "layer 1", "plan y"), 8);
  EXPECT_EQ(again.getTime("a73", "layer 1", "plan z"), std::nullopt);
  EXPECT_EQ(again.getCPUs(), (std::vector<std::string>{"a53", "a73"}));
  // Saved again it is the same file.
  ASSERT_FALSE(again.save(getPath("again.json")));
  auto first = llvm::MemoryBuffer::getFile(getPath("db.json"));
  auto second = llvm::MemoryBuffer::getFile(getPath("again.json"));
  ASSERT_TRUE(first && second);
  EXPECT_EQ((*first)->getBuffer(), (*second)->getBuffer());
}

TEST_F(TuningDatabaseTest, TheFirstFileCounts) {
  std::string user =
      write("user.json",
            getEntries("{\"cpu\": \"c\", \"layer\": \"l\", \"plan\": \"p\", "
                       "\"ns\": 1}"));
  std::string system = write(
      "system.json",
      getEntries("{\"cpu\": \"c\", \"layer\": \"l\", \"plan\": \"p\", "
                 "\"ns\": 2}, {\"cpu\": \"c\", \"layer\": \"l\", \"plan\": "
                 "\"q\", \"ns\": 3}"));
  TuningDatabase database(kVersion.str());
  ASSERT_FALSE(database.load(user));
  ASSERT_FALSE(database.load(system));
  EXPECT_EQ(database.getTimes("c", "l"),
            (TuningDatabase::Times{{"p", 1}, {"q", 3}}));
  TuningDatabase other(kVersion.str());
  ASSERT_FALSE(other.loadAll({system, user}));
  EXPECT_EQ(other.getTime("c", "l", "p"), 2);
  EXPECT_TRUE(llvm::errorToBool(other.loadAll({user, getPath("none.json")})));
}

TEST_F(TuningDatabaseTest, TellsWhatIsWrong) {
  EXPECT_EQ(getError("[]"), ": expected an object");
  EXPECT_EQ(getError("{"), ": [1:1, byte=1]: Expected object key");
  EXPECT_EQ(getError("{}"), ": format: is missing");
  EXPECT_EQ(getError("{\"format\": 2, \"wino_version\": \"1.2\", "
                     "\"entries\": []}"),
            ": format: expected an integer from 1 to 1, but got 2");
  EXPECT_EQ(getError("{\"format\": 1, \"wino_version\": \"1.1\", "
                     "\"entries\": []}"),
            ": wino_version: the measurements are of Wino 1.1, and this is "
            "1.2: measure again");
  EXPECT_EQ(getError(getEntries("3")), ": entries[0]: expected an object");
  EXPECT_EQ(getError(getEntries("{\"cpu\": \"c\", \"plan\": \"p\", "
                                "\"ns\": 1}")),
            ": entries[0].layer: is missing");
  EXPECT_EQ(getError(getEntries("{\"cpu\": \"c\", \"layer\": \"l\", "
                                "\"plan\": \"p\", \"ns\": 0}")),
            ": entries[0].ns: must be positive");
  EXPECT_EQ(getError(getEntries("{\"cpu\": \"c\", \"layer\": \"l\", "
                                "\"plan\": \"p\", \"ns\": 1, \"ms\": 2}")),
            ": entries[0].ms: there is no such field");
  StringRef one =
      "{\"cpu\": \"c\", \"layer\": \"l\", \"plan\": \"p\", \"ns\": ";
  EXPECT_EQ(getError(getEntries((one + "1}, " + one + "2}").str())),
            ": entries[1]: another time for the same plan on 'c' and 'l'");
  TuningDatabase database(kVersion.str());
  EXPECT_EQ(llvm::toString(database.load("/no/such/db.json")),
            "cannot read tuning database '/no/such/db.json': No such file or "
            "directory");
  EXPECT_NE(llvm::toString(database.save("/no/such/db.json")), "");
}

} // namespace
