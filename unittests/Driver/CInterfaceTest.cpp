//===- CInterfaceTest.cpp - Tests of the generated C interface ------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Driver/CInterface.h"
#include "gtest/gtest.h"

using namespace wino;

TEST(CInterfaceTest, PrefixesAreIdentifiers) {
  EXPECT_EQ(makePrefix("resnet-18.v1"), "resnet_18_v1");
  for (llvm::StringRef stem : {"18", "_x", "", "\xc3\xa9"}) {
    std::string prefix = makePrefix(stem);
    EXPECT_FALSE(!!checkPrefix(prefix)) << prefix;
  }
  for (llvm::StringRef prefix : {"", "1a", "_a", "a-b", "a b", "a\n"})
    EXPECT_NE(llvm::toString(checkPrefix(prefix)), "") << prefix.str();
}

TEST(CInterfaceTest, NamesCannotBreakTheHeader) {
  ModelInterface model;
  model.prefix = "net";
  model.modelName = "evil */ #error";
  model.cpu = "host";
  TensorSpec tensor;
  tensor.name = "a\"; */ \n#error \\ ?\?/";
  model.inputs.push_back(tensor);
  model.outputs.push_back(tensor);
  std::string header = generateHeader(model);
  EXPECT_EQ(header.find("#error \\"), std::string::npos);
  EXPECT_EQ(header.find("evil */"), std::string::npos);
  EXPECT_NE(header.find("#define NET_IN0_NAME \"a__ _/ __error _ __/\"\n"),
            std::string::npos)
      << header;
}

TEST(CInterfaceTest, HeaderStatesSizesAndShapes) {
  ModelInterface model;
  model.prefix = "net";
  model.payloadSize = uint64_t(5) << 30;
  model.scratchSize = 640;
  TensorSpec input;
  input.name = "data";
  input.type = ElementType::I16;
  input.shape = {2, 3};
  input.numElements = 6;
  TensorSpec scalar;
  scalar.name = "s";
  model.inputs.push_back(input);
  model.outputs.push_back(scalar);
  std::string header = generateHeader(model);
  for (llvm::StringRef line :
       {"#define NET_IN0_SHAPE { 2, 3 }\n", "#define NET_IN0_COUNT 6u\n",
        "#define NET_IN0_SIZE 12u\n", "#define NET_OUT0_RANK 0\n",
        "#define NET_OUT0_SIZE 4u\n", "#define NET_SCRATCH_SIZE 640u\n",
        "#define NET_WEIGHTS_SIZE 5368709248u\n", "    const int16_t *in0,\n",
        "    float *out0,\n"})
    EXPECT_TRUE(llvm::StringRef(header).contains(line)) << line.str();
  EXPECT_FALSE(llvm::StringRef(header).contains("NET_OUT0_SHAPE"));
}
