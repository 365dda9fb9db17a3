//===- WovenLoop.cpp - Inner loop for in-order AArch64 cores --------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Target/WovenLoop.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace wino;
using Operand = WovenLoop::Operand;
using Step = WovenLoop::Step;

static constexpr int64_t kVectorRegisters = 32;
/// The general registers for high halves are x8 to x15, those of the offset of
/// both halves along the rows x16 and x17.
static constexpr int64_t kFirstTemporary = 8;
static constexpr int64_t kMaxTemporaries = 8;
/// The addresses of the rows need a register each.
static constexpr int64_t kMaxRows = 12;
static constexpr int64_t kVectorBytes = 16;
static constexpr int64_t kCacheLineBytes = 64;
/// The largest offset of a load of 64 bits.
static constexpr int64_t kMaxOffset = 32760;

/// Cycles from the load of a low half to the insertion of the high one, and
/// from there to the first use, with Cortex-A53's latencies.
static constexpr int64_t kLoadCycles = 5;
static constexpr int64_t kInsertCycles = 3;

//===----------------------------------------------------------------------===//
// Schedule
//===----------------------------------------------------------------------===//

namespace wino {
/// Finds the order of the steps of a loop. Slot s of an iteration is what
/// follows its multiply-add s. As iterations follow each other, slots go around
/// in a ring.
class Weaver {
public:
  Weaver(WovenLoop &loop) : loop(loop) {}
  bool run();

private:
  struct Load {
    Operand operand;
    /// Its slot, and the first multiply-add that reads it, counted from the
    /// iteration that does: a load ahead has a negative slot.
    int64_t slot, use;
  };
  struct Insertion {
    /// The number of the load.
    size_t load;
    int64_t slot;
  };

  void orderMultiplies();
  bool placeLoads();
  void placeInsertions();
  void addSteps();
  bool numberTemporaries();

  int64_t getNumSlots() const { return multiplies.size(); }
  int64_t getIndex(Operand operand) const {
    return operand.number + (operand.isRow ? loop.getNumColumns() : 0);
  }
  /// The slot of load `number` of the ring, and the cycle it begins if nothing
  /// stalls.
  int64_t getRingSlot(size_t number) const {
    int64_t iteration = number / loads.size();
    return llvm::mod(loads[number % loads.size()].slot, getNumSlots()) +
           iteration * getNumSlots();
  }
  int64_t getCycle(size_t number) const {
    return getRingSlot(number) + static_cast<int64_t>(number);
  }

  WovenLoop &loop;
  struct Multiply {
    int64_t column, row, half;
  };
  llvm::SmallVector<Multiply> multiplies;
  llvm::SmallVector<Load> loads;
  /// The insertion beside each load, if any, and the others.
  llvm::SmallVector<std::optional<Insertion>> paired;
  llvm::SmallVector<Insertion> unpaired;
};
} // namespace wino

/// Panel vectors follow each other, each multiplied by all rows. At the end and
/// at the beginning of an iteration some take turns, row by row: so the last
/// use of a row in one iteration and the first one in the next are farther
/// apart, with as many multiply-adds between them as the turns leave.
void Weaver::orderMultiplies() {
  int64_t numColumns = loop.getNumColumns();
  int64_t group =
      std::clamp<int64_t>(loop.numBuffers / 2, 1, loop.getNumPanelVectors());
  for (int64_t column = 0; column < numColumns;) {
    bool isEnd = column < group || column == numColumns - group;
    int64_t width = isEnd ? group : 1;
    for (int64_t row = 0; row < loop.numRows; ++row)
      for (int64_t turn = 0; turn < width; ++turn)
        for (int64_t half = 0; half < loop.getNumHalves(); ++half)
          multiplies.push_back({column + turn, row, half});
    column += width;
  }
}

/// Loads follow the last use of their register, one in a slot.
bool Weaver::placeLoads() {
  int64_t numColumns = loop.getNumColumns(), numSlots = getNumSlots();
  llvm::SmallVector<int64_t> first(numColumns + loop.numRows, -1);
  llvm::SmallVector<int64_t> last(first);
  for (auto [slot, multiply] : llvm::enumerate(multiplies)) {
    for (Operand operand :
         {Operand{false, multiply.column}, Operand{true, multiply.row}}) {
      int64_t index = getIndex(operand);
      if (first[index] < 0)
        first[index] = slot;
      last[index] = slot;
    }
  }
  llvm::SmallVector<bool> isTaken(numSlots, false);
  auto place = [&](Operand operand, int64_t slot) {
    while (isTaken[llvm::mod(slot, numSlots)])
      ++slot;
    isTaken[llvm::mod(slot, numSlots)] = true;
    int64_t use = first[getIndex(operand)];
    loads.push_back({operand, slot, use});
    return slot < use;
  };
  // Rows wait the shortest, and so go first.
  bool isInTime = true;
  for (int64_t row = 0; row < loop.numRows; ++row)
    isInTime &= place({true, row}, last[numColumns + row] - numSlots);
  for (int64_t column = 0; column < numColumns; ++column) {
    int64_t before = column - loop.numBuffers;
    int64_t slot =
        before < 0 ? last[before + numColumns] - numSlots : last[before];
    isInTime &= place({false, column}, slot);
  }
  llvm::sort(loads, [&](const Load &lhs, const Load &rhs) {
    return llvm::mod(lhs.slot, numSlots) < llvm::mod(rhs.slot, numSlots);
  });
  return isInTime;
}

/// A high half is inserted beside the first load that comes late enough, or by
/// itself if that would be too late for its first use.
void Weaver::placeInsertions() {
  size_t numLoads = loads.size();
  paired.resize(numLoads);
  for (size_t number = 0; number < numLoads; ++number) {
    const Load &load = loads[number];
    int64_t ringSlot = getRingSlot(number);
    int64_t use = ringSlot + load.use - load.slot;
    size_t beside = number + 1;
    while (getCycle(beside) < getCycle(number) + kLoadCycles ||
           paired[beside % numLoads])
      ++beside;
    if (getRingSlot(beside) + kInsertCycles <= use) {
      paired[beside % numLoads] = {number,
                                   getRingSlot(beside) - ringSlot + load.slot};
      continue;
    }
    int64_t latest = load.use - 1;
    int64_t wanted = std::min(load.slot + kLoadCycles, latest - kInsertCycles);
    unpaired.push_back(
        {number, std::min(std::max(wanted, load.slot + 1), latest)});
  }
}

void Weaver::addSteps() {
  int64_t numSlots = getNumSlots();
  auto add = [&](Step::Kind kind, Operand operand, int64_t slot) {
    loop.steps.push_back({kind, operand, llvm::mod(slot, numSlots), slot < 0});
  };
  auto insert = [&](const Insertion &insertion) {
    add(Step::Kind::Insert, loads[insertion.load].operand, insertion.slot);
  };
  size_t number = 0;
  for (int64_t slot = 0; slot < numSlots; ++slot) {
    auto [column, row, half] = multiplies[slot];
    loop.steps.push_back({Step::Kind::Multiply,
                          {false, column},
                          slot,
                          /*isAhead=*/false,
                          row,
                          half});
    if (number < loads.size() && getRingSlot(number) == slot) {
      const Load &load = loads[number];
      add(Step::Kind::LoadHigh, load.operand, load.slot);
      add(Step::Kind::LoadLow, load.operand, load.slot);
      if (paired[number])
        insert(*paired[number]);
      ++number;
    }
    for (const Insertion &insertion : unpaired)
      if (llvm::mod(insertion.slot, numSlots) == slot)
        insert(insertion);
  }
}

/// High halves take turns in so many registers that none is loaded before the
/// one that it held has been inserted.
bool Weaver::numberTemporaries() {
  // The largest number of loads before the insertion of another one.
  size_t numLoads = loads.size(), waiting = 0;
  for (auto [beside, insertion] : llvm::enumerate(paired))
    if (insertion)
      waiting = std::max(
          waiting, (beside + numLoads - insertion->load - 1) % numLoads + 1);
  for (const Insertion &insertion : unpaired) {
    const Load &load = loads[insertion.load];
    int64_t end = getRingSlot(insertion.load) + insertion.slot - load.slot;
    size_t next = insertion.load + 1;
    while (getRingSlot(next) <= end)
      ++next;
    waiting = std::max(waiting, next - 1 - insertion.load);
  }
  for (size_t count = waiting + 1; count <= kMaxTemporaries; ++count) {
    size_t left = numLoads % count;
    if (left != 0 && left <= waiting)
      continue;
    loop.temporaries.resize(loop.getNumColumns() + loop.numRows);
    for (auto [number, load] : llvm::enumerate(loads))
      loop.temporaries[getIndex(load.operand)] =
          kFirstTemporary + number % count;
    return true;
  }
  return false;
}

bool Weaver::run() {
  orderMultiplies();
  if (!placeLoads())
    return false;
  placeInsertions();
  addSteps();
  return numberTemporaries();
}

std::optional<WovenLoop> WovenLoop::create(int64_t rows, int64_t vectors,
                                           Product product) {
  // With one row there are more loads than multiply-adds.
  if (rows < 2 || rows > kMaxRows || vectors < 1)
    return std::nullopt;
  WovenLoop loop(product, rows, vectors);
  if (vectors % loop.getNumHalves() != 0)
    return std::nullopt;
  int64_t numColumns = loop.getNumColumns();
  loop.numBuffers =
      std::min(kVectorRegisters - rows * vectors - rows, numColumns);
  if (loop.numBuffers < 2)
    return std::nullopt;
  while (numColumns % loop.numBuffers != 0)
    --loop.numBuffers;
  if (!Weaver(loop).run())
    return std::nullopt;
  return loop;
}

int64_t WovenLoop::getRegister(Operand operand) const {
  if (operand.isRow)
    return product == Product::SMLAL ? operand.number
                                     : getNumSums() + operand.number;
  return getNumSums() + numRows + operand.number % numBuffers;
}

int64_t WovenLoop::getTemporary(Operand operand) const {
  return temporaries[operand.number + (operand.isRow ? getNumColumns() : 0)];
}

bool WovenLoop::isStridePossible(int64_t panelStride) const {
  if (panelStride % 8 != 0 || panelStride < 0)
    return false;
  int64_t lastOffset =
      (2 * getDepth() - 1) * panelStride + getNumPanelVectors() * kVectorBytes;
  // What is added to the panel's address has 12 bits, or as many above 12
  // zeros.
  int64_t advance = getDepth() * panelStride;
  return lastOffset <= kMaxOffset &&
         (llvm::isUInt<12>(advance) || llvm::isShiftedUInt<12, 12>(advance));
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

namespace {
/// Writes the text of a loop: what the first iteration needs of the one before,
/// the loop, and the last iteration without what serves the next.
class LoopWriter {
public:
  LoopWriter(const WovenLoop &loop, const WovenLoop::TextOptions &options)
      : loop(loop), options(options), panel(loop.getNumSums()),
        counter(panel + 1),
        firstRow(counter + 1 + (options.zeroSums ? 0 : loop.getNumSums()) + 2) {
    for (const Step &step : loop.getSteps()) {
      numSlots = std::max(numSlots, step.slot + 1);
      if (step.kind == Step::Kind::LoadLow) {
        loadSlots.push_back(step.slot);
        if (!step.operand.isRow && !step.isAhead)
          lastPanelSlot = step.slot;
        if (step.operand.isRow && firstRowSlot < 0)
          firstRowSlot = step.slot;
      }
    }
  }

  std::string write();

private:
  void writePrologue();
  void writeIteration(bool isLast);
  void writeMultiply(const Step &step);
  void writeStep(const Step &step, int64_t panelBias);
  std::string getAddress(const Step &step, int64_t panelBias) const;
  /// Chooses the slots of the instructions that are no steps.
  void placeScalars();
  /// Takes a slot of [begin, end) without a load or another instruction, or if
  /// there is none `otherwise`.
  int64_t takeSlot(int64_t begin, int64_t end, int64_t otherwise);

  const WovenLoop &loop;
  const WovenLoop::TextOptions &options;
  /// Numbers of operands.
  int64_t panel, counter, firstRow;
  int64_t numSlots = 0, lastPanelSlot = -1, firstRowSlot = -1;
  llvm::SmallVector<int64_t> loadSlots;
  /// Instructions and their slots; `panelSlot` is that of the one which moves
  /// on in the panel.
  llvm::SmallVector<std::pair<int64_t, std::string>> scalars;
  int64_t panelSlot = 0;
  std::string text;
  llvm::raw_string_ostream os{text};
};
} // namespace

int64_t LoopWriter::takeSlot(int64_t begin, int64_t end, int64_t otherwise) {
  for (int64_t slot = begin; slot < end; ++slot) {
    bool isTaken = llvm::is_contained(loadSlots, slot) ||
                   llvm::any_of(scalars, [&](const auto &scalar) {
                     return scalar.first == slot;
                   });
    if (!isTaken)
      return slot;
  }
  return otherwise;
}

void LoopWriter::placeScalars() {
  auto add = [&](int64_t slot, const llvm::Twine &instruction) {
    scalars.push_back({slot, instruction.str()});
  };
  std::string address = "$" + std::to_string(panel);
  std::string count = "$" + std::to_string(counter);
  // Later loads are all for the next iteration.
  panelSlot = takeSlot(lastPanelSlot + 1, numSlots, numSlots - 1);
  add(panelSlot, "add " + address + ", " + address + ", #" +
                     llvm::Twine(loop.getDepth() * options.panelStride));
  // So are all loads of rows.
  for (std::string offset : {"x16", "x17"})
    add(takeSlot(0, firstRowSlot, 0),
        "add " + offset + ", " + offset + ", #" + llvm::Twine(kVectorBytes));
  add(takeSlot(0, numSlots, 0), "subs " + count + ", " + count + ", #1");
  if (options.prefetchBytes == 0)
    return;
  int64_t numLines =
      llvm::divideCeil(loop.getDepth() * options.panelStride, kCacheLineBytes);
  for (int64_t line = 0; line < numLines; ++line) {
    int64_t wanted = line * panelSlot / numLines;
    add(takeSlot(wanted, panelSlot, wanted),
        "prfm pldl2keep, [" + address + ", #" +
            llvm::Twine(options.prefetchBytes + line * kCacheLineBytes) + "]");
  }
}

std::string LoopWriter::getAddress(const Step &step, int64_t panelBias) const {
  bool isHigh = step.kind == Step::Kind::LoadHigh;
  if (step.operand.isRow)
    return "[$" + std::to_string(firstRow + step.operand.number) +
           (isHigh ? ", x17]" : ", x16]");
  int64_t row = step.operand.number / loop.getNumPanelVectors();
  int64_t vector = step.operand.number % loop.getNumPanelVectors();
  int64_t offset = panelBias + row * options.panelStride +
                   vector * kVectorBytes + (isHigh ? kVectorBytes / 2 : 0);
  return "[$" + std::to_string(panel) + ", #" + std::to_string(offset) + "]";
}

void LoopWriter::writeMultiply(const Step &step) {
  int64_t numPanelVectors = loop.getNumPanelVectors();
  int64_t vector = step.operand.number % numPanelVectors;
  int64_t lane = step.operand.number / numPanelVectors;
  // How panel and row are divided into elements.
  llvm::StringRef name = "fmla", panelElements = "4s", rowElement = "s";
  if (loop.getProduct() == WovenLoop::Product::SDOT) {
    name = "sdot";
    panelElements = "16b";
    rowElement = "4b";
  } else if (loop.getProduct() == WovenLoop::Product::SMLAL) {
    name = step.half == 0 ? "smlal" : "smlal2";
    panelElements = step.half == 0 ? "4h" : "8h";
    rowElement = "h";
  }
  os << name << " v"
     << loop.getSum(step.row, vector * loop.getNumHalves() + step.half)
     << ".4s, v" << loop.getRegister(step.operand) << "." << panelElements
     << ", v" << loop.getRegister({/*isRow=*/true, step.row}) << "."
     << rowElement << "[" << lane << "]\n";
}

/// Loads of the panel have `panelBias` added to their offsets.
void LoopWriter::writeStep(const Step &step, int64_t panelBias) {
  int64_t reg = loop.getRegister(step.operand);
  switch (step.kind) {
  case Step::Kind::Multiply:
    writeMultiply(step);
    break;
  case Step::Kind::LoadLow:
    os << "ldr d" << reg << ", " << getAddress(step, panelBias) << "\n";
    break;
  case Step::Kind::LoadHigh:
    os << "ldr x" << loop.getTemporary(step.operand) << ", "
       << getAddress(step, panelBias) << "\n";
    break;
  case Step::Kind::Insert:
    os << "ins v" << reg << ".d[1], x" << loop.getTemporary(step.operand)
       << "\n";
    break;
  }
}

void LoopWriter::writePrologue() {
  os << "mov x16, #0\nmov x17, #" << kVectorBytes / 2 << "\n";
  // Clearing half a register clears the other half, too, and issues beside a
  // load of the high half.
  int64_t numCleared = options.zeroSums ? 0 : loop.getNumSums();
  auto clear = [&] {
    if (numCleared < loop.getNumSums())
      os << "movi d" << loop.getSum(0, numCleared++) << ", #0\n";
  };
  for (const Step &step : loop.getSteps()) {
    if (!step.isAhead)
      continue;
    writeStep(step, /*panelBias=*/0);
    if (step.kind == Step::Kind::LoadHigh)
      clear();
  }
  while (numCleared < loop.getNumSums())
    clear();
}

void LoopWriter::writeIteration(bool isLast) {
  int64_t advance = loop.getDepth() * options.panelStride;
  for (const Step &step : loop.getSteps()) {
    if (isLast && step.isAhead)
      continue;
    bool hasMoved = !isLast && step.slot >= panelSlot;
    writeStep(step, (step.isAhead ? advance : 0) - (hasMoved ? advance : 0));
    if (isLast || step.kind != Step::Kind::Multiply)
      continue;
    for (const auto &[slot, instruction] : scalars)
      if (slot == step.slot)
        os << instruction << "\n";
  }
}

std::string LoopWriter::write() {
  placeScalars();
  writePrologue();
  if (options.hasLoop) {
    os << "1:\n";
    writeIteration(/*isLast=*/false);
    os << "b.ne 1b\n";
  }
  writeIteration(/*isLast=*/true);
  return text;
}

std::string WovenLoop::getText(const TextOptions &options) const {
  return LoopWriter(*this, options).write();
}

std::string WovenLoop::getConstraints(const TextOptions &options) const {
  std::string text;
  llvm::raw_string_ostream os(text);
  for (int64_t sum = 0; sum < getNumSums(); ++sum)
    os << "={v" << getSum(0, sum) << "},";
  os << "=&r,=&r";
  // Operands that begin as what results end as.
  for (int64_t number = options.zeroSums ? getNumSums() : 0;
       number < getNumSums() + 2; ++number)
    os << "," << number;
  for (int64_t row = 0; row < numRows; ++row)
    os << ",r";
  for (int64_t number = 0; number < kVectorRegisters; ++number)
    if (number < getFirstSum() || number >= getFirstSum() + getNumSums())
      os << ",~{v" << number << "}";
  for (int64_t number = 0; number < kMaxTemporaries + 2; ++number)
    os << ",~{x" << kFirstTemporary + number << "}";
  os << ",~{cc},~{memory}";
  return text;
}
