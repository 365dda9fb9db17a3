//===- OutputFilesTest.cpp - Tests of all output files or none ------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Driver/OutputFiles.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "gtest/gtest.h"

using namespace wino;
using namespace llvm;

namespace {
/// Gives each test an empty directory.
class OutputFilesTest : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(sys::fs::createUniqueDirectory("wino-test", directory));
  }
  void TearDown() override { sys::fs::remove_directories(directory); }

  std::string getPath(StringRef name) { return (directory + "/" + name).str(); }
  std::string read(StringRef name) {
    auto file = MemoryBuffer::getFile(getPath(name));
    return file ? (*file)->getBuffer().str() : "<none>";
  }
  size_t countFiles() {
    std::error_code error;
    size_t count = 0;
    for (sys::fs::directory_iterator it(directory, error), end; it != end;
         it.increment(error))
      ++count;
    return count;
  }

  SmallString<128> directory;
};
} // namespace

TEST_F(OutputFilesTest, FilesAppearTogether) {
  OutputFiles files;
  ASSERT_FALSE(!!files.add(getPath("a"), "alpha"));
  Expected<MutableArrayRef<char>> contents = files.add(getPath("b"), 100000);
  ASSERT_TRUE(!!contents);
  EXPECT_EQ(contents->front(), 0);
  contents->back() = 'z';
  EXPECT_EQ(read("a"), "<none>");
  ASSERT_FALSE(!!files.commit());
  EXPECT_EQ(read("a"), "alpha");
  EXPECT_EQ(read("b"), std::string(99999, '\0') + "z");
  EXPECT_EQ(countFiles(), 2u);
}

TEST_F(OutputFilesTest, WithoutCommitNothingRemains) {
  {
    OutputFiles files;
    ASSERT_FALSE(!!files.add(getPath("a"), "alpha"));
    ASSERT_TRUE(!!files.add(getPath("b"), 100000));
  }
  EXPECT_EQ(countFiles(), 0u);
}

TEST_F(OutputFilesTest, AFailedCommitRemovesTheOthers) {
  OutputFiles files;
  ASSERT_FALSE(!!files.add(getPath("a"), "alpha"));
  ASSERT_TRUE(!!files.add(getPath("b"), 100000));
  // The name of the second file is taken away after it was begun.
  ASSERT_FALSE(sys::fs::create_directories(getPath("b") + "/c"));
  EXPECT_NE(toString(files.commit()), "");
  EXPECT_EQ(read("a"), "<none>");
  EXPECT_EQ(countFiles(), 1u);
}

TEST_F(OutputFilesTest, AFullDeviceIsAnError) {
  if (!sys::fs::exists("/dev/full"))
    GTEST_SKIP() << "this system has no /dev/full";
  OutputFiles files;
  ASSERT_FALSE(!!files.add(getPath("a"), "alpha"));
  ASSERT_FALSE(!!files.add("/dev/null", "beta"));
  ASSERT_FALSE(!!files.add("/dev/full", "gamma"));
  EXPECT_NE(toString(files.commit()), "");
  EXPECT_EQ(countFiles(), 0u);
  EXPECT_TRUE(sys::fs::exists("/dev/full"));
}

TEST_F(OutputFilesTest, ChecksComeBeforeTheWork) {
  std::string a = getPath("a"), input = getPath("input");
  auto check = [&](ArrayRef<StringRef> paths) {
    return toString(OutputFiles::check(paths, input));
  };
  OutputFiles files;
  ASSERT_FALSE(!!files.add(input, "model"));
  ASSERT_FALSE(!!files.commit());
  EXPECT_EQ(check({a, "", "", "-"}), "");
  EXPECT_NE(check({a, getPath("./a")}), "");
  EXPECT_NE(check({"-", "-"}), "");
  EXPECT_NE(check({input}), "");
  EXPECT_NE(check({directory}), "");
  EXPECT_NE(check({getPath("missing/a")}), "");
}
