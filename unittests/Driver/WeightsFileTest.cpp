//===- WeightsFileTest.cpp - Tests of the file of packed weights ----------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Driver/WeightsFile.h"
#include "gtest/gtest.h"
#include <string>
#include <vector>

using namespace wino;

/// Returns a payload of `size` bytes with contents that differ everywhere.
static std::vector<char> makePayload(size_t size) {
  std::vector<char> payload(size);
  for (size_t i = 0; i < size; ++i)
    payload[i] = static_cast<char>(i * 37 + i / 256);
  return payload;
}

TEST(WeightsFileTest, HeaderHasTheDocumentedLayout) {
  std::vector<char> file(kWeightsHeaderSize + 192, 'x');
  WeightsFileInfo info;
  info.cpu = "cortex-a73";
  info.planHash = 0x1122334455667788;
  info.payloadSize = 192;
  writeWeightsHeader(info, file);

  std::string expected("WINOWGT\n\1\0\0\0\x80\0\0\0\xc0\0\0\0\0\0\0\0"
                       "\x88\x77\x66\x55\x44\x33\x22\x11",
                       32);
  EXPECT_EQ(std::string(file.data(), 32), expected);
  uint64_t checksum = computeWeightsChecksum(
      llvm::ArrayRef<char>(file).drop_front(kWeightsHeaderSize));
  for (unsigned i = 0; i < 8; ++i)
    EXPECT_EQ(static_cast<uint8_t>(file[32 + i]),
              static_cast<uint8_t>(checksum >> (8 * i)));
  EXPECT_EQ(std::string(&file[40], 8), std::string(8, '\0'));
  EXPECT_EQ(std::string(&file[48], 64), "cortex-a73" + std::string(54, '\0'));
  EXPECT_EQ(std::string(&file[112], 16), std::string(16, '\0'));
  EXPECT_EQ(file[128], 'x');
}

/// The checksum by its definition in docs/CInterface.md.
static uint64_t computeByDefinition(const std::vector<char> &payload) {
  uint64_t sum = 0xcbf29ce484222325;
  for (unsigned lane = 0; lane < 16; ++lane) {
    uint32_t value = 0x811c9dc5 + lane;
    for (size_t word = lane; word < payload.size() / 4; word += 16) {
      uint32_t w = 0;
      for (unsigned byte = 0; byte < 4; ++byte)
        w |= uint32_t(uint8_t(payload[4 * word + byte])) << (8 * byte);
      value = (value ^ w) * 0x9e3779b1;
      value = value << 13 | value >> 19;
    }
    sum = (sum ^ value) * 0x100000001b3;
  }
  return sum;
}

TEST(WeightsFileTest, ChecksumFollowsItsDefinition) {
  for (size_t size : {0, 64, 4096, 64 * 1023})
    EXPECT_EQ(computeWeightsChecksum(makePayload(size)),
              computeByDefinition(makePayload(size)));
}

TEST(WeightsFileTest, ChecksumSeesEveryFlippedBitAndExchangedWords) {
  std::vector<char> payload = makePayload(256);
  uint64_t checksum = computeWeightsChecksum(payload);
  for (size_t bit = 0; bit < 8 * payload.size(); ++bit) {
    payload[bit / 8] ^= 1 << bit % 8;
    EXPECT_NE(computeWeightsChecksum(payload), checksum) << bit;
    payload[bit / 8] ^= 1 << bit % 8;
  }
  for (size_t word = 0; word + 64 < payload.size(); word += 4) {
    std::swap_ranges(&payload[word], &payload[word + 4], &payload[word + 64]);
    EXPECT_NE(computeWeightsChecksum(payload), checksum) << word;
    std::swap_ranges(&payload[word], &payload[word + 4], &payload[word + 64]);
  }
  // Two flipped signs.
  payload[3] ^= 0x80;
  payload[67] ^= 0x80;
  EXPECT_NE(computeWeightsChecksum(payload), checksum);
}
