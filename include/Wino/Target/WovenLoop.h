//===- WovenLoop.h - Inner loop for in-order AArch64 cores ------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The loop over the depth of a matrix product, in assembly. A core that
// issues in order runs instructions as they stand, and compilers do not keep
// the order in which loads hide behind multiply-adds.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_TARGET_WOVENLOOP_H
#define WINO_TARGET_WOVENLOOP_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <optional>
#include <string>

namespace wino {

/// The order of the instructions that multiply `rows` rows of a left matrix by
/// a panel of `vectors` vectors of four columns, a vector of each row an
/// iteration.
///
/// Cortex-A53 loads 64 bits at once, and neither such a load nor an insertion
/// into a vector issues beside a multiply-add of 128 bits, but both issue
/// together; a load to a general register does issue beside a multiply-add. So
/// a vector is best loaded as a low half, and a high half that goes through a
/// general register and is inserted beside the load of a later low half. That
/// takes one cycle per vector besides the multiply-adds, if enough of them lie
/// between the load, the insertion and the first use.
///
/// Vectors are loaded as soon as the last use of their register has passed, for
/// the first multiply-adds of an iteration in the one before.
class WovenLoop {
public:
  /// The instruction that multiplies by an element of a row.
  enum class Product {
    /// f32.
    FMLA,
    /// i16, summed in i32: a vector of the panel has eight columns, and takes
    /// two
    /// instructions.
    SMLAL,
    /// Groups of four i8, summed in i32.
    SDOT
  };

  /// A vector that is loaded: elements of a row of the left matrix, or a
  /// vector of the panel; these count through the rows of the panel.
  struct Operand {
    bool isRow;
    int64_t number;
  };
  struct Step {
    enum class Kind {
      /// Multiplies panel vector `operand` by its element of row `row`.
      Multiply,
      /// Loads the low half of `operand` to its register.
      LoadLow,
      /// Loads the high half of `operand` to its general register.
      LoadHigh,
      /// Completes the register of `operand`.
      Insert
    };
    Kind kind;
    Operand operand;
    /// Which multiply-add of the iteration it is, or follows.
    int64_t slot;
    /// Whether the step serves the next iteration.
    bool isAhead = false;
    /// Of a multiply-add, the row, and which half of the panel vector.
    int64_t row = 0, half = 0;
  };

  /// What depends on the use of a loop.
  struct TextOptions {
    /// Bytes between rows of the panel.
    int64_t panelStride;
    /// Whether the sums begin as zero instead of the values of registers.
    bool zeroSums = false;
    /// Whether there is more than one iteration.
    bool hasLoop = true;
    /// How far ahead the panel is prefetched, in bytes; 0: not at all.
    int64_t prefetchBytes = 0;
  };

  /// Returns nothing if the registers do not suffice, or the tile is too small
  /// to hide a load.
  static std::optional<WovenLoop> create(int64_t rows, int64_t vectors,
                                         Product product = Product::FMLA);

  /// Whether rows of the panel may be that many bytes apart.
  bool isStridePossible(int64_t panelStride) const;

  Product getProduct() const { return product; }
  /// The rows of the panel that an iteration reads: elements of a vector of a
  /// row of the left matrix.
  int64_t getDepth() const { return product == Product::SMLAL ? 8 : 4; }
  /// Instructions that a vector of the panel takes for a row.
  int64_t getNumHalves() const { return product == Product::SMLAL ? 2 : 1; }
  int64_t getNumRows() const { return numRows; }
  int64_t getNumVectors() const { return numVectors; }
  int64_t getNumSums() const { return numRows * numVectors; }
  /// The vectors of the panel that an iteration reads.
  int64_t getNumColumns() const { return getNumPanelVectors() * getDepth(); }
  /// The vectors of a row of the panel.
  int64_t getNumPanelVectors() const { return numVectors / getNumHalves(); }
  /// The steps of an iteration in their order.
  llvm::ArrayRef<Step> getSteps() const { return steps; }

  /// \name Numbers of registers
  /// @{
  int64_t getSum(int64_t row, int64_t vector) const {
    return getFirstSum() + row * numVectors + vector;
  }
  int64_t getRegister(Operand operand) const;
  /// The general register that the high half of `operand` passes through.
  int64_t getTemporary(Operand operand) const;
  /// @}

  /// Returns the text of an inline assembly statement. Results: the sums, the
  /// panel's address and the counter, which are consumed. Operands: the sums
  /// unless they begin as zero, the address of the panel, the number of
  /// iterations less one, and the address of each row.
  std::string getText(const TextOptions &options) const;
  std::string getConstraints(const TextOptions &options) const;

private:
  friend class Weaver;

  WovenLoop(Product product, int64_t rows, int64_t vectors)
      : product(product), numRows(rows), numVectors(vectors) {}
  /// The sums come first, but elements of i16 can only be taken from the first
  /// sixteen registers.
  int64_t getFirstSum() const {
    return product == Product::SMLAL ? numRows : 0;
  }

  Product product;
  int64_t numRows, numVectors;
  /// How many registers the vectors of the panel take turns in.
  int64_t numBuffers = 0;
  llvm::SmallVector<Step> steps;
  /// Of the vectors of the panel, then of the rows.
  llvm::SmallVector<int64_t> temporaries;
};

} // namespace wino

#endif // WINO_TARGET_WOVENLOOP_H
