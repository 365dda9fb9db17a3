//===- WovenLoopTest.cpp - Tests of the loop for in-order cores -----------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Target/WovenLoop.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"
#include "gtest/gtest.h"
#include <array>
#include <cstring>
#include <map>
#include <vector>

using namespace wino;
using Kind = WovenLoop::Step::Kind;
using Product = WovenLoop::Product;
using Tokens = llvm::ArrayRef<llvm::StringRef>;

namespace {
/// Runs the text of a loop. Registers are named as in the text, operands of the
/// statement being registers, too. Immediate operands that an instruction
/// cannot hold are errors.
class Interpreter {
public:
  /// Adds memory that may be loaded from `address` on.
  template <typename T>
  void addMemory(int64_t address, llvm::ArrayRef<T> values) {
    memory.push_back({address,
                      {reinterpret_cast<const char *>(values.data()),
                       values.size() * sizeof(T)}});
  }
  void run(llvm::StringRef text);

  /// The elements of a vector register.
  template <typename T>
  llvm::MutableArrayRef<T> get(int64_t number) {
    return {reinterpret_cast<T *>(vectors[number].bytes), 16 / sizeof(T)};
  }

  std::map<std::string, int64_t> scalars;
  bool isBranchTaken = false;
  int numPrefetches = 0;

private:
  struct alignas(16) Vector {
    char bytes[16];
  };
  std::array<Vector, 32> vectors = {};

  void execute(Tokens tokens);
  /// Adds to the sums `tokens[1]` products of elements of `tokens[2]`, from
  /// `first` on, with those of the lane in `tokens[3]`; `group` of them for a
  /// sum.
  template <typename T, typename Sum>
  void multiply(Tokens tokens, size_t first = 0, size_t group = 1) {
    EXPECT_TRUE(sizeof(T) != 2 || getVector(tokens[3]) < 16);
    size_t lane = tokens[3].take_back(2).front() - '0';
    auto sums = get<Sum>(getVector(tokens[1]));
    auto panel = get<T>(getVector(tokens[2])),
         row = get<T>(getVector(tokens[3]));
    for (size_t i = 0; i < 4; ++i)
      for (size_t j = 0; j < group; ++j)
        sums[i] +=
            Sum(panel[first + i * group + j]) * Sum(row[lane * group + j]);
  }
  int64_t getValue(llvm::StringRef token);
  int64_t load(Tokens address);
  /// Checks the offset of a load or a prefetch.
  static void checkOffset(llvm::StringRef token) {
    int64_t offset = 0;
    if (!token.consume_front("#"))
      return;
    EXPECT_FALSE(token.getAsInteger(10, offset));
    EXPECT_TRUE(offset >= 0 && offset <= 32760 && offset % 8 == 0) << offset;
  }
  static unsigned getVector(llvm::StringRef token) {
    unsigned number = 32;
    token.drop_front().split('.').first.getAsInteger(10, number);
    return number;
  }

  std::vector<std::pair<int64_t, llvm::ArrayRef<char>>> memory;
};
} // namespace

int64_t Interpreter::getValue(llvm::StringRef token) {
  int64_t value = 0;
  if (token.consume_front("#")) {
    EXPECT_FALSE(token.getAsInteger(10, value));
    return value;
  }
  EXPECT_TRUE(scalars.count(token.str())) << token.str();
  return scalars[token.str()];
}

int64_t Interpreter::load(Tokens address) {
  checkOffset(address[1]);
  int64_t from = getValue(address[0]) + getValue(address[1]);
  for (auto [begin, values] : memory) {
    int64_t offset = from - begin;
    if (offset < 0 || offset + 8 > int64_t(values.size()))
      continue;
    int64_t bits;
    std::memcpy(&bits, values.data() + offset, sizeof(bits));
    return bits;
  }
  ADD_FAILURE() << "load outside of the buffers";
  return 0;
}

void Interpreter::execute(Tokens tokens) {
  llvm::StringRef name = tokens[0];
  if (name == "mov") {
    scalars[tokens[1].str()] = getValue(tokens[2]);
  } else if (name == "movi") {
    vectors[getVector(tokens[1])] = {};
  } else if (name == "add" || name == "subs") {
    int64_t sign = name == "add" ? 1 : -1;
    int64_t &result = scalars[tokens[1].str()];
    int64_t value = getValue(tokens[3]);
    bool fits = llvm::isUInt<12>(value) || llvm::isShiftedUInt<12, 12>(value);
    EXPECT_TRUE(fits) << value;
    result = getValue(tokens[2]) + sign * value;
    if (name == "subs")
      isBranchTaken = result != 0;
  } else if (name == "prfm") {
    checkOffset(tokens[3]);
    ++numPrefetches;
  } else if (name == "ldr" && tokens[1].starts_with("d")) {
    // The high half becomes zero.
    int64_t bits = load(tokens.drop_front(2));
    auto vector = get<int64_t>(getVector(tokens[1]));
    vector[0] = bits;
    vector[1] = 0;
  } else if (name == "ldr") {
    scalars[tokens[1].str()] = load(tokens.drop_front(2));
  } else if (name == "ins") {
    EXPECT_TRUE(tokens[1].ends_with(".d[1]"));
    get<int64_t>(getVector(tokens[1]))[1] = getValue(tokens[2]);
  } else if (name == "fmla") {
    multiply<float, float>(tokens);
  } else if (name == "smlal") {
    multiply<int16_t, int32_t>(tokens);
  } else if (name == "smlal2") {
    multiply<int16_t, int32_t>(tokens, /*first=*/4);
  } else if (name == "sdot") {
    multiply<int8_t, int32_t>(tokens, /*first=*/0, /*group=*/4);
  } else {
    ADD_FAILURE() << "unknown instruction " << name.str();
  }
}

void Interpreter::run(llvm::StringRef text) {
  llvm::SmallVector<llvm::StringRef> lines;
  text.split(lines, '\n', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  size_t label = 0;
  for (size_t line = 0; line < lines.size(); ++line) {
    if (lines[line] == "1:") {
      label = line;
    } else if (lines[line] == "b.ne 1b") {
      if (isBranchTaken)
        line = label;
    } else {
      // Brackets of lanes belong to their token, those of addresses do not.
      llvm::SmallVector<llvm::StringRef> tokens;
      llvm::SplitString(lines[line], tokens, " ,");
      for (llvm::StringRef &token : tokens)
        if (token.consume_front("[") || !token.contains('['))
          token.consume_back("]");
      execute(tokens);
    }
  }
}

namespace {
struct Tile {
  int64_t rows, vectors;
};
class WovenLoopTest : public testing::TestWithParam<Tile> {};
} // namespace

/// Multiplies buffers of T, `group` of which are elements of a row of the panel
/// for a column, that are exactly as long as the product needs.
template <typename T, typename Sum>
static void checkProductsOf(const WovenLoop &loop, int64_t numIterations,
                            WovenLoop::TextOptions options, int64_t group = 1) {
  int64_t depth = numIterations * loop.getDepth();
  int64_t numCols = loop.getNumVectors() * 4;
  int64_t stride = options.panelStride / int64_t(sizeof(T));
  std::vector<T> panel((depth - 1) * stride + numCols * group);
  for (auto [number, value] : llvm::enumerate(panel))
    value = T(int(number * 7 % 23) - 11);
  std::vector<std::vector<T>> rows(loop.getNumRows());
  for (auto [row, values] : llvm::enumerate(rows))
    for (int64_t k = 0; k < depth * group; ++k)
      values.push_back(T(int((row * 5 + k * 3) % 19) - 9));

  Interpreter interpreter;
  int64_t operand = loop.getNumSums();
  auto addPointer = [&](llvm::ArrayRef<T> values) {
    int64_t address = operand * 1000000;
    interpreter.addMemory(address, values);
    return address;
  };
  std::string panelName = "$" + std::to_string(operand);
  interpreter.scalars[panelName] = addPointer(panel);
  ++operand;
  interpreter.scalars["$" + std::to_string(operand++)] = numIterations - 1;
  operand += 2 + (options.zeroSums ? 0 : loop.getNumSums());
  for (llvm::ArrayRef<T> row : rows) {
    int64_t address = addPointer(row);
    interpreter.scalars["$" + std::to_string(operand++)] = address;
  }
  // Registers hold anything before.
  for (int64_t number = 0; number < 32; ++number)
    llvm::fill(interpreter.get<Sum>(number), Sum(number));
  options.hasLoop = numIterations > 1;
  interpreter.run(loop.getText(options));

  for (int64_t row = 0; row < loop.getNumRows(); ++row) {
    for (int64_t col = 0; col < numCols; ++col) {
      int64_t sum = loop.getSum(row, col / 4);
      Sum expected = options.zeroSums ? 0 : Sum(sum);
      for (int64_t k = 0; k < depth * group; ++k)
        expected += Sum(rows[row][k]) *
                    Sum(panel[k / group * stride + col * group + k % group]);
      EXPECT_EQ(interpreter.get<Sum>(sum)[col % 4], expected)
          << "row " << row << " column " << col;
    }
  }
  EXPECT_EQ(interpreter.numPrefetches > 0,
            options.prefetchBytes > 0 && options.hasLoop);
}

static void checkProducts(const WovenLoop &loop, int64_t numIterations,
                          const WovenLoop::TextOptions &options) {
  switch (loop.getProduct()) {
  case Product::FMLA:
    return checkProductsOf<float, float>(loop, numIterations, options);
  case Product::SMLAL:
    return checkProductsOf<int16_t, int32_t>(loop, numIterations, options);
  case Product::SDOT:
    return checkProductsOf<int8_t, int32_t>(loop, numIterations, options,
                                            /*group=*/4);
  }
}

TEST_P(WovenLoopTest, MultipliesAndReadsNothingElse) {
  auto [rows, vectors] = GetParam();
  std::optional<WovenLoop> loop = WovenLoop::create(rows, vectors);
  ASSERT_TRUE(loop);
  for (int64_t numIterations : {1, 2, 3, 6}) {
    for (int64_t extraBytes : {0, 40}) {
      WovenLoop::TextOptions options;
      options.panelStride = vectors * 16 + extraBytes;
      ASSERT_TRUE(loop->isStridePossible(options.panelStride));
      options.zeroSums = numIterations % 2 == 0;
      options.prefetchBytes = numIterations > 2 ? 4096 : 0;
      checkProducts(*loop, numIterations, options);
    }
  }
}

/// All operands are loaded once per iteration, and every product is there.
TEST_P(WovenLoopTest, HasNoOtherSteps) {
  auto [rows, vectors] = GetParam();
  std::optional<WovenLoop> loop = WovenLoop::create(rows, vectors);
  ASSERT_TRUE(loop);
  std::map<Kind, int64_t> count;
  for (const WovenLoop::Step &step : loop->getSteps())
    ++count[step.kind];
  int64_t numLoads = 4 * vectors + rows;
  EXPECT_EQ(count[Kind::Multiply], 4 * vectors * rows);
  EXPECT_EQ(count[Kind::LoadLow], numLoads);
  EXPECT_EQ(count[Kind::LoadHigh], numLoads);
  EXPECT_EQ(count[Kind::Insert], numLoads);
}

/// An insertion that issues beside a load costs nothing.
TEST(WovenLoop, PairsNearlyAllInsertions) {
  for (auto [rows, vectors] :
       {Tile{5, 4}, Tile{4, 4}, Tile{8, 2}, Tile{9, 2}, Tile{7, 3}}) {
    std::optional<WovenLoop> loop = WovenLoop::create(rows, vectors);
    ASSERT_TRUE(loop);
    int64_t numUnpaired = 0;
    Kind before = Kind::Multiply;
    for (const WovenLoop::Step &step : loop->getSteps()) {
      numUnpaired += step.kind == Kind::Insert && before != Kind::LoadLow;
      before = step.kind;
    }
    EXPECT_LE(numUnpaired, 3) << rows << "x" << vectors;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Tiles, WovenLoopTest,
    testing::Values(Tile{5, 4}, Tile{4, 4}, Tile{3, 4}, Tile{2, 4}, Tile{7, 3},
                    Tile{6, 3}, Tile{5, 3}, Tile{4, 3}, Tile{3, 3}, Tile{2, 3},
                    Tile{9, 2}, Tile{8, 2}, Tile{7, 2}, Tile{6, 2}, Tile{5, 2},
                    Tile{4, 2}, Tile{3, 2}, Tile{2, 2}, Tile{12, 1}, Tile{2, 1},
                    Tile{10, 2}, Tile{6, 4}, Tile{2, 8}),
    [](const auto &info) {
      return std::to_string(info.param.rows) + "x" +
             std::to_string(info.param.vectors);
    });

TEST(WovenLoop, RefusesTilesThatDoNotFit) {
  // One row has more loads than products, 7x4 leaves no register, and 13x1 has
  // more rows than general registers are for.
  EXPECT_FALSE(WovenLoop::create(1, 4));
  EXPECT_FALSE(WovenLoop::create(7, 4));
  EXPECT_FALSE(WovenLoop::create(13, 1));
  EXPECT_FALSE(WovenLoop::create(5, 0));
}

/// Whatever tile is accepted is right; returns how many there are.
static int multiplyByEveryTile(Product product) {
  int numTiles = 0;
  for (int64_t rows = 1; rows <= 32; ++rows) {
    for (int64_t vectors = 1; vectors <= 32; ++vectors) {
      std::optional<WovenLoop> loop = WovenLoop::create(rows, vectors, product);
      if (!loop)
        continue;
      ++numTiles;
      SCOPED_TRACE(std::to_string(rows) + "x" + std::to_string(vectors));
      WovenLoop::TextOptions options;
      options.panelStride = loop->getNumPanelVectors() * 16;
      options.prefetchBytes = 4096;
      for (int64_t numIterations : {1, 2, 3}) {
        options.zeroSums = numIterations == 2;
        checkProducts(*loop, numIterations, options);
      }
    }
  }
  return numTiles;
}

TEST(WovenLoop, MultipliesByEveryTile) {
  EXPECT_GE(multiplyByEveryTile(Product::FMLA), 23);
  EXPECT_GE(multiplyByEveryTile(Product::SDOT), 23);
  EXPECT_GE(multiplyByEveryTile(Product::SMLAL), 10);
}

/// The tile of i16 that the default rule takes.
TEST(WovenLoop, WeavesLoadsOfI16) {
  std::optional<WovenLoop> loop = WovenLoop::create(5, 4, Product::SMLAL);
  ASSERT_TRUE(loop);
  std::map<Kind, int64_t> count;
  int64_t numUnpaired = 0;
  Kind before = Kind::Multiply;
  for (const WovenLoop::Step &step : loop->getSteps()) {
    ++count[step.kind];
    numUnpaired += step.kind == Kind::Insert && before != Kind::LoadLow;
    before = step.kind;
  }
  EXPECT_EQ(count[Kind::Multiply], 2 * 2 * 8 * 5);
  EXPECT_EQ(count[Kind::LoadLow], 2 * 8 + 5);
  EXPECT_LE(numUnpaired, 3);
  // A vector of sums is half a vector of the panel.
  EXPECT_FALSE(WovenLoop::create(5, 3, Product::SMLAL));
}

TEST(WovenLoop, RefusesStridesThatNoOffsetReaches) {
  std::optional<WovenLoop> loop = WovenLoop::create(5, 4);
  ASSERT_TRUE(loop);
  EXPECT_TRUE(loop->isStridePossible(64));
  EXPECT_TRUE(loop->isStridePossible(1016));
  // No addition moves on by four times as much.
  EXPECT_FALSE(loop->isStridePossible(1200));
  EXPECT_TRUE(loop->isStridePossible(4096));
  EXPECT_FALSE(loop->isStridePossible(8192));
  EXPECT_FALSE(loop->isStridePossible(68));
  EXPECT_FALSE(loop->isStridePossible(-64));
}
