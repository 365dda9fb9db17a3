//===- WeightsFile.cpp - The file of packed weights -----------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Driver/WeightsFile.h"

#include "llvm/ADT/bit.h"
#include "llvm/Support/Endian.h"
#include <cassert>
#include <cstring>

using namespace llvm;
using namespace wino;

uint64_t wino::computeWeightsChecksum(ArrayRef<char> payload) {
  assert(payload.size() % kWeightsAlignment == 0 && "payload is not padded");
  uint32_t lanes[kChecksumLanes];
  for (unsigned i = 0; i < kChecksumLanes; ++i)
    lanes[i] = kChecksumSeed + i;
  for (const char *block = payload.begin(); block != payload.end();
       block += kWeightsAlignment)
    for (unsigned i = 0; i < kChecksumLanes; ++i)
      lanes[i] = llvm::rotl<uint32_t>(
          (lanes[i] ^ support::endian::read32le(block + 4 * i)) *
              kChecksumFactor,
          kChecksumRotation);
  uint64_t sum = kChecksumFoldSeed;
  for (uint32_t lane : lanes)
    sum = (sum ^ lane) * kChecksumFoldFactor;
  return sum;
}

void wino::writeWeightsHeader(const WeightsFileInfo &info,
                              MutableArrayRef<char> file) {
  using Offset = WeightsHeaderOffset;
  using namespace support::endian;
  assert(file.size() == kWeightsHeaderSize + info.payloadSize &&
         info.cpu.size() <= kWeightsCPUSize && "wrong sizes");
  char *header = file.data();
  std::memset(header, 0, kWeightsHeaderSize);
  std::memcpy(header + Offset::magic, kWeightsMagic.data(),
              kWeightsMagic.size());
  write32le(header + Offset::version, kWeightsVersion);
  write32le(header + Offset::headerSize, kWeightsHeaderSize);
  write64le(header + Offset::payloadSize, info.payloadSize);
  write64le(header + Offset::planHash, info.planHash);
  write64le(header + Offset::checksum,
            computeWeightsChecksum(file.drop_front(kWeightsHeaderSize)));
  std::memcpy(header + Offset::cpu, info.cpu.data(), info.cpu.size());
}
