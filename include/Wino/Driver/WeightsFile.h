//===- WeightsFile.h - The file of packed weights ---------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A weights file is a header of kWeightsHeaderSize bytes and the payload: the
// weights as the compiled code reads them, padded with zeros to a multiple of
// kWeightsAlignment bytes. Every number is little-endian. The header:
//
//   offset  size  field
//        0     8  magic, kWeightsMagic
//        8     4  version of the format, kWeightsVersion
//       12     4  size of the header in bytes
//       16     8  size of the payload in bytes
//       24     8  plan hash: identifies the code that reads the payload
//       32     8  checksum of the payload
//       40     8  zero
//       48    64  name of the CPU, padded with zeros
//      112    16  zero
//
// docs/CInterface.md documents the same for users.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_DRIVER_WEIGHTSFILE_H
#define WINO_DRIVER_WEIGHTSFILE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <string>

namespace wino {

constexpr llvm::StringLiteral kWeightsMagic("WINOWGT\n");
constexpr uint32_t kWeightsVersion = 1;
constexpr uint64_t kWeightsHeaderSize = 128;
constexpr uint64_t kWeightsAlignment = 64;

/// The places of the header's fields, in bytes.
struct WeightsHeaderOffset {
  static constexpr unsigned magic = 0;
  static constexpr unsigned version = 8;
  static constexpr unsigned headerSize = 12;
  static constexpr unsigned payloadSize = 16;
  static constexpr unsigned planHash = 24;
  static constexpr unsigned checksum = 32;
  static constexpr unsigned zero = 40;
  static constexpr unsigned cpu = 48;
  static constexpr unsigned tail = 112;
};
constexpr unsigned kWeightsCPUSize =
    WeightsHeaderOffset::tail - WeightsHeaderOffset::cpu;

/// The parameters of the checksum: kChecksumLanes lanes of 32 bits, one word of
/// each 64-byte block per lane, so that vector units of every width compute it
/// at the speed of memory.
constexpr unsigned kChecksumLanes = 16;
constexpr uint32_t kChecksumSeed = 0x811c9dc5;
constexpr uint32_t kChecksumFactor = 0x9e3779b1;
constexpr unsigned kChecksumRotation = 13;
constexpr uint64_t kChecksumFoldSeed = 0xcbf29ce484222325;
constexpr uint64_t kChecksumFoldFactor = 0x00000100000001b3;

/// Returns the checksum of a payload, whose size must be a multiple of
/// kWeightsAlignment. Each lane starts at kChecksumSeed plus its number and
/// takes a word w by lane = rotateLeft((lane ^ w) * kChecksumFactor,
/// kChecksumRotation); the lanes are then folded in order by
/// sum = (sum ^ lane) * kChecksumFoldFactor, from kChecksumFoldSeed.
/// Every step is a bijection, so that one wrong word never goes unseen.
uint64_t computeWeightsChecksum(llvm::ArrayRef<char> payload);

/// What the header says besides constants and the checksum.
struct WeightsFileInfo {
  /// At most kWeightsCPUSize bytes.
  std::string cpu;
  uint64_t planHash = 0;
  /// A multiple of kWeightsAlignment.
  uint64_t payloadSize = 0;
};

/// Writes the header of `file`, which already holds the payload.
void writeWeightsHeader(const WeightsFileInfo &info,
                        llvm::MutableArrayRef<char> file);

} // namespace wino

#endif // WINO_DRIVER_WEIGHTSFILE_H
