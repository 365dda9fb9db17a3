//===- Instruction.cpp - Classes of A64 instructions ----------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Instruction.h"

using namespace wino::count;

const char *const wino::count::kClassNames[kNumClasses] = {
    "vector_fma",     "vector_mul",     "vector_add",   "vector_float_other",
    "vector_int_mla", "vector_int_mul", "vector_dot",   "vector_int",
    "vector_permute", "simd_scalar",    "float_scalar", "vector_load",
    "vector_store",   "scalar_load",    "scalar_store", "prefetch",
    "branch",         "integer",        "system"};

namespace {
/// An instruction word, read by bit positions as in the manual.
struct Word {
  uint32_t bits;
  uint32_t field(unsigned high, unsigned low) const {
    return (bits >> low) & ((1u << (high - low + 1)) - 1);
  }
  bool bit(unsigned position) const { return (bits >> position) & 1; }
};
} // namespace

//===----------------------------------------------------------------------===//
// Loads and stores
//===----------------------------------------------------------------------===//

static Instruction makeAccess(bool isVector, bool isLoad, uint32_t bytes) {
  Instruction result;
  result.accessesMemory = true;
  result.bytes = bytes;
  if (isVector)
    result.kind = isLoad ? Class::VectorLoad : Class::VectorStore;
  else
    result.kind = isLoad ? Class::ScalarLoad : Class::ScalarStore;
  return result;
}

static Instruction makePrefetch() {
  Instruction result;
  result.kind = Class::Prefetch;
  return result;
}

/// LD1 to LD4 and ST1 to ST4 of whole registers.
static Instruction decodeMultipleStructures(Word word) {
  static constexpr uint8_t kRegisters[16] = {4, 0, 4, 0, 3, 0, 3, 1, 2, 0, 2};
  uint32_t bytes = (word.bit(30) ? 16 : 8) * kRegisters[word.field(15, 12)];
  return makeAccess(/*isVector=*/true, /*isLoad=*/word.bit(22), bytes);
}

/// LD1 to LD4 and ST1 to ST4 of one lane, and LD1R to LD4R.
static Instruction decodeSingleStructure(Word word) {
  uint32_t opcode = word.field(15, 13);
  uint32_t count = ((opcode & 1) << 1 | word.bit(21)) + 1;
  uint32_t scale = opcode >> 1;
  uint32_t elementBytes = 1u << scale;
  if (scale == 3)
    elementBytes = 1u << word.field(11, 10);
  else if (scale == 2)
    elementBytes = word.bit(10) ? 8 : 4;
  return makeAccess(/*isVector=*/true, /*isLoad=*/word.bit(22),
                    elementBytes * count);
}

static Instruction decodePair(Word word) {
  uint32_t opcode = word.field(31, 30);
  bool isVector = word.bit(26);
  uint32_t bytes = isVector ? 2 * (4u << opcode) : opcode == 2 ? 16 : 8;
  return makeAccess(isVector, /*isLoad=*/word.bit(22), bytes);
}

static Instruction decodeLiteral(Word word) {
  uint32_t opcode = word.field(31, 30);
  bool isVector = word.bit(26);
  if (!isVector && opcode == 3)
    return makePrefetch();
  uint32_t bytes = isVector ? 4u << opcode : opcode == 1 ? 8 : 4;
  return makeAccess(isVector, /*isLoad=*/true, bytes);
}

/// A single register; atomic operations count as loads.
static Instruction decodeSingleRegister(Word word) {
  uint32_t size = word.field(31, 30), opcode = word.field(23, 22);
  if (word.bit(26))
    return makeAccess(/*isVector=*/true, /*isLoad=*/opcode & 1,
                      opcode & 2 ? 16 : 1u << size);
  if (size == 3 && opcode == 2)
    return makePrefetch();
  bool isAtomic = !word.bit(24) && word.bit(21) && word.field(11, 10) == 0;
  return makeAccess(/*isVector=*/false, /*isLoad=*/opcode != 0 || isAtomic,
                    1u << size);
}

static Instruction decodeLoadStore(Word word) {
  if (word.field(29, 24) == 0x0c)
    return decodeMultipleStructures(word);
  if (word.field(29, 24) == 0x0d)
    return decodeSingleStructure(word);
  if (word.field(29, 27) == 5)
    return decodePair(word);
  if (word.field(29, 27) == 3 && word.field(25, 24) == 0)
    return decodeLiteral(word);
  if (word.field(29, 27) == 7)
    return decodeSingleRegister(word);
  // Exclusive and ordered accesses.
  return makeAccess(/*isVector=*/false, /*isLoad=*/word.bit(22),
                    1u << word.field(31, 30));
}

//===----------------------------------------------------------------------===//
// Vector arithmetic
//===----------------------------------------------------------------------===//

static Class classifyThreeSame(Word word) {
  uint32_t opcode = word.field(15, 11);
  if (opcode < 0x18) {
    if (opcode == 0x12)
      return Class::VectorIntMLA;
    if (opcode == 0x13 || opcode == 0x16)
      return Class::VectorIntMul;
    return Class::VectorInt;
  }
  // FMLA and FMLS, then FMLAL and FMLSL.
  if (opcode == 0x19 || (opcode == 0x1d && !word.bit(29) && !word.bit(22)))
    return Class::VectorFMA;
  return opcode == 0x1b ? Class::VectorMul : Class::VectorAdd;
}

static Class classifyThreeDifferent(Word word) {
  uint32_t opcode = word.field(15, 12);
  if (opcode >= 8 && opcode <= 11)
    return Class::VectorIntMLA;
  if (opcode >= 12 && opcode <= 14)
    return Class::VectorIntMul;
  return Class::VectorInt;
}

static Class classifyTwoRegisters(Word word) {
  uint32_t opcode = word.field(16, 12);
  bool isFloat = word.field(20, 17) == 0 &&
                 (opcode >= 0x16 || (opcode >= 0x0c && opcode <= 0x0f &&
                                     word.field(23, 22) >= 2));
  return isFloat ? Class::VectorFloatOther : Class::VectorInt;
}

static Class classifyVectors(Word word) {
  if (word.bit(21)) {
    if (word.bit(10))
      return classifyThreeSame(word);
    return word.bit(11) ? classifyTwoRegisters(word)
                        : classifyThreeDifferent(word);
  }
  if (word.bit(15) && word.bit(10)) { // three registers, extra
    uint32_t opcode = word.field(14, 11);
    return opcode >= 2 && opcode <= 5 ? Class::VectorDot : Class::VectorIntMLA;
  }
  bool isHalf = word.field(22, 21) == 2 && word.field(15, 14) == 0;
  if (isHalf && word.bit(10)) { // three registers, half precision
    uint32_t opcode = word.field(13, 11);
    if (opcode == 1 && !word.bit(29))
      return Class::VectorFMA;
    return opcode == 3 ? Class::VectorMul : Class::VectorAdd;
  }
  return Class::VectorPermute;
}

static Class classifyByElement(Word word) {
  bool unsignedBit = word.bit(29);
  switch (word.field(15, 12)) {
  case 0x1:
  case 0x5:
    return Class::VectorFMA;
  case 0x0:
  case 0x4:
    return unsignedBit ? Class::VectorIntMLA : Class::VectorFMA;
  case 0x8:
    return unsignedBit ? Class::VectorFMA : Class::VectorIntMul;
  case 0x9:
    return Class::VectorMul;
  case 0x2:
  case 0x3:
  case 0x6:
  case 0x7:
    return Class::VectorIntMLA;
  case 0xe:
  case 0xf:
    return Class::VectorDot;
  default:
    return Class::VectorIntMul;
  }
}

static Instruction decodeFloatOrVector(Word word) {
  Instruction result;
  if (word.bit(28)) {
    result.kind = word.bit(30) ? Class::SIMDScalar : Class::FloatScalar;
    return result;
  }
  if (word.bit(31)) { // cryptography
    result.kind = Class::VectorInt;
    return result;
  }
  result.isHalfVector = !word.bit(30);
  if (word.field(28, 24) == 0x0e)
    result.kind = classifyVectors(word);
  else if (!word.bit(10))
    result.kind = classifyByElement(word);
  else // immediates, then shifts by one
    result.kind =
        word.field(22, 19) == 0 ? Class::VectorPermute : Class::VectorInt;
  return result;
}

Instruction wino::count::decode(uint32_t bits) {
  Word word{bits};
  uint32_t group = word.field(28, 25);
  Instruction result;
  if ((group & 0xe) == 0x8 || (group & 0x7) == 0x5) {
    result.kind = Class::Integer;
    return result;
  }
  if ((group & 0xe) == 0xa) {
    bool isSystem = word.field(31, 22) == 0x354 || word.field(31, 24) == 0xd4;
    result.kind = isSystem ? Class::System : Class::Branch;
    return result;
  }
  if ((group & 0x5) == 0x4)
    return decodeLoadStore(word);
  if ((group & 0x7) == 0x7)
    return decodeFloatOrVector(word);
  return result;
}
