//===- NpyTest.cpp - Tests of NumPy's array files -------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Support/Npy.h"
#include "gtest/gtest.h"

using namespace wino;

/// Returns a file of version `major` with the given header text and data.
static std::string makeFile(unsigned major, const std::string &text,
                            const std::string &data) {
  std::string file("\x93NUMPY", 6);
  file += static_cast<char>(major);
  file += '\0';
  for (unsigned i = 0; i < (major == 1 ? 2u : 4u); ++i)
    file += static_cast<char>(text.size() >> (8 * i));
  return file + text + data;
}

/// Returns the reason why parsing fails, or an empty string.
static std::string getError(llvm::StringRef contents) {
  llvm::Expected<NpyArray> array = parseNpy(contents);
  return array ? "" : llvm::toString(array.takeError());
}

static constexpr char kGood[] =
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n";
static const std::string kData(24, 'x');

TEST(NpyTest, ReadsAllVersions) {
  for (unsigned major : {1, 2, 3}) {
    std::string file = makeFile(major, kGood, kData);
    llvm::Expected<NpyArray> array = parseNpy(file);
    ASSERT_TRUE(!!array) << llvm::toString(array.takeError());
    EXPECT_EQ(array->type, ElementType::F32);
    EXPECT_EQ(array->shape, (llvm::SmallVector<int64_t>{2, 3}));
    EXPECT_EQ(std::string(array->data.begin(), array->data.end()), kData);
  }
}

TEST(NpyTest, AcceptsOtherSpellingsOfTheHeader) {
  EXPECT_EQ(
      getError(makeFile(
          1, "{\"shape\":(24,),\"fortran_order\":False,\"descr\":\"|i1\"}  ",
          kData)),
      "");
  // One dimension is the same in both orders; so is none.
  EXPECT_EQ(
      getError(makeFile(
          1, "{'descr': '=i8', 'fortran_order': True, 'shape': (3,)}", kData)),
      "");
  EXPECT_EQ(getError(makeFile(
                1, "{'descr': '<f8', 'fortran_order': False, 'shape': ()}",
                kData.substr(0, 8))),
            "");
}

TEST(NpyTest, RoundTripsEveryTypeAndRank) {
  for (ElementType type :
       {ElementType::F32, ElementType::F64, ElementType::I8, ElementType::U8,
        ElementType::I16, ElementType::I32, ElementType::I64})
    for (llvm::SmallVector<int64_t> shape :
         {llvm::SmallVector<int64_t>{}, {5}, {2, 3, 4}, {3, 0, 2}}) {
      size_t size = *getNumElements(shape) * getElementTypeInfo(type).size;
      std::string header = makeNpyHeader(type, shape);
      EXPECT_EQ(header.size() % 64, 0u);
      EXPECT_EQ(header.back(), '\n');
      std::string file = header + std::string(size, 'x');
      llvm::Expected<NpyArray> array = parseNpy(file);
      ASSERT_TRUE(!!array) << llvm::toString(array.takeError());
      EXPECT_EQ(array->type, type);
      EXPECT_EQ(array->shape, shape);
      EXPECT_EQ(array->data.size(), size);
    }
}

TEST(NpyTest, LongHeadersHaveVersion2) {
  llvm::SmallVector<int64_t> shape(30000, 1);
  std::string file = makeNpyHeader(ElementType::I8, shape) + "x";
  EXPECT_EQ(file[6], 2);
  EXPECT_EQ(getError(file), "");
}

TEST(NpyTest, RejectsOtherArrays) {
  auto withHeader = [](const std::string &text) {
    return getError(makeFile(1, text, kData));
  };
  EXPECT_EQ(
      withHeader("{'descr': '>f4', 'fortran_order': False, 'shape': (2, 3)}"),
      "type '>f4' is big-endian; expected little-endian");
  EXPECT_EQ(
      withHeader("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3)}"),
      "the array is in Fortran order; expected C order");
  for (std::string type : {"<f2", "<c8", "<u4", "|b1", "|O", "f4", "", "<f"})
    EXPECT_NE(withHeader("{'descr': '" + type +
                         "', 'fortran_order': False, 'shape': (2, 3)}")
                  .find("is none of"),
              std::string::npos);
}

TEST(NpyTest, RejectsMalformedFiles) {
  std::string good = makeFile(1, kGood, kData);
  // Every truncation is seen, by the header or by the amount of data.
  for (size_t size = 0; size < good.size(); ++size)
    EXPECT_NE(getError(llvm::StringRef(good).take_front(size)), "") << size;
  EXPECT_NE(getError(good + "x"), "");
  EXPECT_NE(getError(makeFile(4, kGood, kData)), "");
  for (std::string text :
       {"", "{", "{}", "[]", "{'descr': '<f4'}", "{'descr' '<f4'}",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, "
        "'shape': (2, 3)}",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (2, 3)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (6)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2 3)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-2, -3)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)} x",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'a': 1}",
        "{'descr': '<f4, 'fortran_order': False, 'shape': (2, 3)}"})
    EXPECT_NE(getError(makeFile(1, text, kData)), "") << text;
}

TEST(NpyTest, SizesThatOverflowAreErrors) {
  for (std::string shape :
       {"(4611686018427387904, 1)", "(4294967296, 4294967296)",
        "(99999999999999999999, 1)", "(0, -1)"})
    EXPECT_NE(
        getError(makeFile(
            1,
            "{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + "}",
            kData)),
        "")
        << shape;
}
