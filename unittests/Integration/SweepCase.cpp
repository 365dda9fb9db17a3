//===- SweepCase.cpp - One convolution of the sweep -----------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SweepCase.h"

#include "Wino/IR/WinoDialect.h"
#include "mlir/AsmParser/AsmParser.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

using namespace wino;
using namespace wino::test;

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

std::string TransformSpec::getName() const {
  std::string name =
      llvm::formatv("F({0}x{1}, {2}x{3})", mRows, mCols, rRows, rCols);
  if (edgeRows != 0 || edgeCols != 0)
    name += llvm::formatv(", edge = {0}x{1}", edgeRows ? edgeRows : mRows,
                          edgeCols ? edgeCols : mCols);
  return name;
}

/// Prints a matrix with two decimals.
static std::string printRounded(const RationalMatrix &matrix) {
  std::string text;
  for (unsigned row = 0; row < matrix.getNumRows(); ++row) {
    std::string line;
    for (const Rational &entry : matrix.getRow(row))
      line +=
          llvm::formatv("{0}{1:F2}", line.empty() ? "" : ", ", toDouble(entry));
    text += (text.empty() ? "[" : ", [") + line + "]";
  }
  return "[" + text + "]";
}

std::string TransformSpec::str() const {
  if (isRounded) {
    auto print = [](llvm::StringRef name, int64_t m, int64_t r) -> std::string {
      Transform1D transform =
          llvm::cantFail(buildCookToom(m, r, getDefaultPoints(m, r)));
      return llvm::formatv(", {0} = {{AT = {1}, G = {2}, BT = {3}}", name,
                           printRounded(transform.at),
                           printRounded(transform.g),
                           printRounded(transform.bt));
    };
    return getName() + print("rows", mRows, rRows) +
           print("cols", mCols, rCols);
  }
  if (points.empty())
    return getName();
  return getName() + ", points = [" + llvm::join(points, ", ") + "]";
}

std::string SweepCase::getNumbers() const {
  if (!quantized.empty())
    return "#wino.quantized<" + quantized + ">";
  if (moduli.empty())
    return "#wino.ring";
  std::vector<std::string> texts;
  for (int64_t modulus : moduli)
    texts.push_back(std::to_string(modulus));
  return "#wino.rns<[" + llvm::join(texts, ", ") + "]>";
}

std::string SweepCase::getRequest() const {
  if (!transform)
    return algorithm;
  return algorithm + (moduli.empty() ? ":" : "-rns:") + transform->getName();
}

std::string SweepCase::str() const {
  static constexpr llvm::StringLiteral layouts[] = {"nhwc_hwcf", "nhwc_fhwc",
                                                    "nchw_fchw"};
  static constexpr llvm::StringLiteral destinations[] = {"", " init=bias",
                                                         " init=tensor"};
  static constexpr llvm::StringLiteral activations[] = {"", " relu", " clip"};
  std::string text = llvm::formatv(
      "seed={0} case={1}: {2} {3}{4} n={5}{6} h={7}{8} w={9}{10} c={11} k={12} "
      "filter={13}x{14}",
      seed, number, getRequest(), layouts[static_cast<int>(layout)],
      isGeneric ? " generic" : "", shape.n, isDynamicN ? "?" : "", shape.h,
      isDynamicH ? "?" : "", shape.w, isDynamicW ? "?" : "", shape.c, shape.k,
      shape.kh, shape.kw);
  text += llvm::formatv(
      " stride={0}x{1} dilation={2}x{3} pad={4},{5},{6},{7}{8}{9}{10}{11}",
      shape.strideH, shape.strideW, shape.dilationH, shape.dilationW,
      shape.padTop, shape.padBottom, shape.padLeft, shape.padRight,
      destinations[static_cast<int>(destination)], hasBias ? " bias" : "",
      hasResidual ? " residual" : "",
      activations[static_cast<int>(activation)]);
  if (isInteger) {
    static constexpr llvm::StringLiteral patterns[] = {"", " least",
                                                       " alternating", " edge"};
    text += llvm::formatv(
        " {0} - {1}, {2} - {3}{4} in {5}..{6} pad_value={7} sets={8}",
        isImageUnsigned ? "u8" : "i8", imageZero,
        isFilterUnsigned ? "u8" : "i8", filterZero,
        patterns[static_cast<int>(filterPattern)], filterMin, filterMax,
        padValue, numSets);
  }
  if (isFilterInput)
    text += " filter=input";
  if (isFilterKnown)
    text += " filter=known";
  if (!moduli.empty() && !schedule.empty())
    text += " " + getNumbers();
  if (!quantized.empty())
    text +=
        llvm::formatv(" quantized <{0}> in <{1}>", quantized, transform->str());
  if (!schedule.empty())
    text += " <" + schedule + ">";
  if (chunk != 0)
    text += llvm::formatv(" chunk={0}", chunk);
  return text;
}

//===----------------------------------------------------------------------===//
// Random cases
//===----------------------------------------------------------------------===//

/// The transforms of the sweep.
static const TransformSpec kTransforms[] = {
    {2, 2, 3, 3, {}}, {3, 3, 3, 3, {}}, {4, 4, 3, 3, {}}, {5, 5, 3, 3, {}},
    {6, 6, 3, 3, {}}, {7, 7, 3, 3, {}}, {8, 8, 3, 3, {}}, {2, 2, 5, 5, {}},
    {4, 4, 5, 5, {}}, {2, 2, 7, 7, {}}, {1, 4, 1, 3, {}}, {4, 1, 3, 1, {}},
    {1, 2, 1, 7, {}}, {6, 1, 5, 1, {}}, {4, 2, 3, 5, {}}, {2, 6, 3, 3, {}},
    {3, 4, 5, 2, {}}, {2, 3, 2, 2, {}}};

/// Those that i16 hold for all images and filters of i8, but for the last,
/// whose filters must be small.
static const TransformSpec kRingTransforms[] = {
    {2, 2, 3, 3, {}}, {4, 4, 3, 3, {}},
    {3, 3, 3, 3, {}}, {1, 4, 1, 3, {}},
    {2, 4, 3, 3, {}}, {2, 3, 2, 2, {}},
    {4, 1, 3, 1, {}}, {4, 4, 3, 3, {"0", "1", "-1", "2", "-2", "inf"}},
    {1, 2, 1, 5, {}}, {3, 3, 2, 2, {}},
    {1, 6, 1, 3, {}}, {3, 2, 3, 5, {}},
    {5, 5, 2, 2, {}}, {2, 2, 4, 4, {}},
    {2, 1, 7, 1, {}}, {2, 2, 5, 5, {}}};

/// Transforms and moduli that admit them; the last is left out where the others
/// hold all results.
struct ResidueSpec {
  TransformSpec transform;
  std::vector<int64_t> moduli;
};
static const ResidueSpec kResidues[] = {
    {{7, 7, 3, 3, {}}, {251, 241, 239, 233}},
    {{4, 4, 3, 3, {}}, {253, 251, 247, 239}},
    {{6, 6, 3, 3, {}}, {251, 241, 239, 233}},
    {{2, 2, 3, 3, {}}, {4001, 4331, 3}},
    {{10, 10, 3, 3, {}}, {253, 251, 247, 239}},
    {{4, 4, 5, 5, {}}, {239, 251, 241, 229}},
    {{1, 4, 1, 3, {}}, {127, 113, 109, 107}},
    {{14, 14, 3, 3, {}}, {251, 241, 239, 233}},
    {{2, 2, 2, 2, {}}, {256, 251, 247, 243}},
    {{8, 8, 3, 3, {}}, {4001, 4331, 3989}},
    {{12, 12, 5, 5, {}}, {251, 241, 239, 233}},
    {{6, 1, 5, 1, {}}, {251, 241, 239, 233}},
    {{4, 2, 3, 5, {}}, {251, 253, 247, 239}},
    {{3, 3, 3, 3, {}}, {97, 89, 83, 79, 73}},
    {{2, 6, 3, 3, {}}, {2039, 2029, 2027}},
    {{3, 3, 7, 7, {}}, {251, 241, 239, 233}}};

/// Filters, strides and dilations that any algorithm but winograd serves.
struct Window {
  int64_t kh, kw, strideH, strideW, dilationH, dilationW;
};
static const Window kWindows[] = {{1, 1, 1, 1, 1, 1}, {1, 1, 2, 2, 1, 1},
                                  {7, 7, 2, 2, 1, 1}, {3, 3, 2, 2, 1, 1},
                                  {3, 3, 1, 1, 2, 2}, {3, 3, 1, 1, 1, 1},
                                  {5, 3, 2, 1, 1, 3}, {11, 11, 4, 4, 1, 1},
                                  {7, 7, 1, 1, 1, 1}, {1, 5, 1, 3, 1, 2}};

/// Sets algorithm and filter so that neighbours differ: of 24 cases 14 run
/// winograd, four direct, one im2row, one im2col, two kn2row, two the linalg op
/// itself.
static void setAlgorithm(SweepCase &c, Random &random) {
  unsigned slot = c.number % 12, round = c.number / 12;
  if (slot < 7) {
    c.algorithm = "winograd";
    llvm::ArrayRef<TransformSpec> transforms = kTransforms;
    if (c.isInteger)
      transforms = kRingTransforms;
    c.transform = transforms[(round * 7 + slot) % transforms.size()];
    if (c.isInteger && (round + slot) % 3 == 0) {
      const ResidueSpec &spec =
          kResidues[(round * 7 + slot) / 3 % std::size(kResidues)];
      c.transform = spec.transform;
      c.moduli = spec.moduli;
      // Those of large tiles for floats have denominators that moduli divide.
      if (spec.transform.mRows == spec.transform.mCols &&
          spec.transform.rRows == spec.transform.rCols)
        for (const Point &point :
             getResiduePoints(spec.transform.mRows, spec.transform.rRows))
          c.transform->points.push_back(toString(point));
    }
    c.shape.kh = c.transform->rRows;
    c.shape.kw = c.transform->rCols;
    return;
  }
  c.algorithm = slot < 10 ? "direct" : slot < 11 ? "im2row" : "loops";
  unsigned index = slot < 11 ? round * 4 + slot - 7 : random.integer(0, 100);
  if (round % 2 == 1 && (slot == 9 || slot == 10)) {
    c.algorithm = "kn2row";
    index = round / 2 * 2 + slot - 9;
  } else if (slot == 9) {
    c.algorithm = "im2col";
    index = round / 2;
  }
  const Window &window = kWindows[index % std::size(kWindows)];
  c.shape.kh = window.kh;
  c.shape.kw = window.kw;
  c.shape.strideH = window.strideH;
  c.shape.strideW = window.strideW;
  c.shape.dilationH = window.dilationH;
  c.shape.dilationW = window.dilationW;
}

static void setSizes(SweepCase &c, Random &random) {
  Conv2DShape &shape = c.shape;
  constexpr int64_t channels[] = {1,  2,  3,  4,  5,  7,  8,  11, 12, 15,
                                  16, 17, 19, 24, 31, 32, 33, 40, 47, 64};
  shape.c = random.pick(channels);
  shape.k = random.pick(channels);
  shape.n = random.pick({1, 1, 2, 3});
  bool isEven = random.oneIn(2);
  int64_t pad = random.integer(0, 3);
  auto getPad = [&] { return isEven ? pad : random.integer(0, 3); };
  shape.padTop = getPad();
  shape.padBottom = getPad();
  shape.padLeft = getPad();
  shape.padRight = getPad();
  // A filter may not exceed the padded image.
  int64_t extentH = shape.dilationH * (shape.kh - 1) + 1;
  int64_t extentW = shape.dilationW * (shape.kw - 1) + 1;
  int64_t maxSize = random.oneIn(4) ? 5 : 22;
  shape.h = std::max(extentH - shape.padTop - shape.padBottom, int64_t(0)) +
            random.integer(1, maxSize);
  shape.w = std::max(extentW - shape.padLeft - shape.padRight, int64_t(0)) +
            random.integer(1, maxSize);
}

static void setForm(SweepCase &c, Random &random) {
  c.layout = static_cast<Layout>(random.integer(0, 2));
  c.isGeneric = random.oneIn(6);
  c.isFilterInput = random.oneIn(10);
  c.destination = static_cast<Destination>(random.pick({0, 0, 0, 1, 2}));
  c.hasBias = random.oneIn(2);
  c.hasResidual = random.oneIn(4);
  c.activation = static_cast<Activation>(random.integer(0, 2));
  if (random.oneIn(4)) {
    c.isDynamicN = random.oneIn(2);
    c.isDynamicH = random.oneIn(2);
    c.isDynamicW = random.oneIn(2);
  }
}

/// Returns the channels that packed filters may hold side by side.
static int64_t getGroup(const SweepCase &c, Random &random,
                        const CPUInfo &cpu) {
  if (!c.isInteger)
    return 1;
  const bool isNarrow = !c.transform || !c.quantized.empty() ||
                        (!c.moduli.empty() && c.moduli.front() <= 256);
  unsigned bits = isNarrow ? 8 : 16;
  return random.oneIn(2) ? selectIntegerKernel(cpu, bits, c.shape.k).group
                         : random.pick({1, 2, 4, 8, 16});
}

/// Sets zero points and signs of bytes. An image is padded with any value, or
/// with zeros as real numbers.
static void setOffsets(SweepCase &c, Random &random) {
  auto getByte = [&](bool isUnsigned) {
    return random.pick({-128, 127, random.integer(-127, 126)}) +
           (isUnsigned ? 128 : 0);
  };
  if (random.oneIn(2)) {
    c.isImageUnsigned = random.oneIn(2);
    c.isFilterUnsigned = random.oneIn(4);
    c.imageZero = random.oneIn(3) ? 0 : getByte(c.isImageUnsigned);
    c.filterZero = random.oneIn(2) ? 0 : getByte(c.isFilterUnsigned);
    c.isGeneric = false;
  }
  c.padValue = random.oneIn(2) ? c.imageZero : getByte(c.isImageUnsigned);
}

/// Sets what only cases of integers have. Direct convolutions need whole groups
/// of channels.
static void setIntegers(SweepCase &c, Random &random, const CPUInfo &cpu) {
  c.filterPattern = static_cast<FilterPattern>(random.pick({0, 0, 0, 1, 2}));
  c.isFilterKnown = !c.isFilterInput && random.oneIn(2);
  c.filterMin = random.oneIn(2) ? -127 : -128;
  c.padValue = random.pick({0, 0, -128, 127, random.integer(-127, 126)});
  if (c.algorithm == "direct")
    c.shape.c =
        llvm::alignTo(c.shape.c, selectIntegerKernel(cpu, 8, c.shape.k).group);
}

/// Leaves out the last modulus where the others hold all results.
static void setModuli(SweepCase &c) {
  if (c.moduli.empty())
    return;
  double product = 1;
  for (size_t i = 0; i + 1 < c.moduli.size(); ++i)
    product *= double(c.moduli[i]);
  if (double(c.shape.c * c.shape.kh * c.shape.kw) * 0x1p15 < product)
    c.moduli.pop_back();
}

/// Returns the transform in the ring, for all its kinds of tiles.
static llvm::SmallVector<RingTransform, 0>
getRings(const TransformSpec &transform) {
  mlir::MLIRContext context;
  context.loadDialect<WinoDialect>();
  auto attr = llvm::cast<TransformAttr>(mlir::parseAttribute(
      "#wino.transform<" + transform.str() + ">", &context));
  return llvm::cantFail(buildRingTransforms(attr));
}

/// Returns M, of the ring or the product of the moduli.
static int64_t getNumResults(const SweepCase &c) {
  if (c.moduli.empty()) {
    llvm::DynamicAPInt numResults(int64_t(1) << 32);
    for (const RingTransform &ring : getRings(*c.transform))
      numResults = std::min(numResults, ring.getNumResults());
    return int64_t(numResults);
  }
  int64_t product = 1;
  for (int64_t modulus : c.moduli)
    product *= modulus;
  return product;
}

int64_t wino::test::getLargestNorm(const SweepCase &c) {
  // 2 * 128 * norm < M.
  return (getNumResults(c) - 1) / (2 * 128);
}

/// Whether i16 hold all images of i8 that `transform` transforms.
static bool isStoragePossible(const TransformSpec &transform) {
  return llvm::all_of(getRings(transform), [](const RingTransform &ring) {
    IntegerRange image = IntegerRange::getSigned(/*bits=*/8);
    return IntegerRange::getSigned(/*bits=*/16)
        .contains(ring.getTransformedInputRange(image));
  });
}

/// Makes the filter one of signed bytes, whose zero point is one, too.
static void setFilterSigned(SweepCase &c) {
  if (c.isFilterUnsigned && c.filterZero != 0)
    c.filterZero -= 128;
  c.isFilterInput = c.isFilterUnsigned = false;
}

/// Makes the weights small if i16 would not hold all that are transformed.
static void limitFilter(SweepCase &c) {
  IntegerRange filter = IntegerRange::getSigned(/*bits=*/8);
  if (!c.transform ||
      IntegerRange::getSigned(/*bits=*/16)
          .contains(
              getRings(*c.transform).front().getTransformedFilterRange(filter)))
    return;
  setFilterSigned(c);
  c.isFilterKnown = true;
  c.filterMin = -33;
  c.filterMax = 33;
}

/// Makes the case one of as many channels as the numbers just allow, or of up
/// to twice as many in chunks, on an image of few tiles.
static void setEdgeOfProof(SweepCase &c, Random &random) {
  Conv2DShape &shape = c.shape;
  // More would ask for ten thousands of channels.
  constexpr int64_t kMaxProduct = int64_t(1) << 26;
  while (!c.moduli.empty() && getNumResults(c) > kMaxProduct)
    c.moduli.pop_back();
  c.filterPattern = FilterPattern::Edge;
  c.isFilterKnown = true;
  setFilterSigned(c);
  c.isGeneric = false;
  c.isDynamicN = c.isDynamicH = c.isDynamicW = false;
  const int64_t perChannel = shape.kh * shape.kw * c.filterMax;
  const int64_t least = llvm::divideCeil(getLargestNorm(c), perChannel);
  shape.c = least + random.integer(0, least / 8);
  // The sum of two chunks is to fit i32.
  if (random.oneIn(3) && getNumResults(c) <= int64_t(1) << 30) {
    c.chunk = shape.c;
    shape.c += random.integer(1, shape.c);
  }
  shape.k = random.integer(1, 4);
  shape.n = 1;
  shape.h = shape.kh + random.integer(0, 2 * c.transform->mRows);
  shape.w = shape.kw + random.integer(0, 2 * c.transform->mCols);
}

/// Gives half of the transforms smaller tiles at the edge, where the image has
/// one; a quarter of these are larger than what is left.
static void setEdge(SweepCase &c, Random &random) {
  if (!c.transform || !c.moduli.empty() || c.isDynamic() || random.oneIn(2))
    return;
  auto getEdge = [&](int64_t pixels, int64_t m) {
    int64_t rest = pixels % m;
    if (rest == 0)
      return rest;
    int64_t edge = random.oneIn(4) ? random.integer(rest, m) : rest;
    return edge == m ? 0 : edge;
  };
  TransformSpec whole = *c.transform;
  c.transform->edgeRows = getEdge(c.shape.outH(), whole.mRows);
  c.transform->edgeCols = getEdge(c.shape.outW(), whole.mCols);
  if (c.isInteger && !isStoragePossible(*c.transform))
    c.transform = whole;
}

/// Makes half of the plans hand-written, with a random schedule. The generic
/// form of an op is made by a pass that drops attributes, so its plan cannot be
/// written on the op.
static void setSchedule(SweepCase &c, Random &random, const CPUInfo &cpu) {
  const bool isForced =
      c.filterPattern == FilterPattern::Edge || !c.quantized.empty();
  if (!isForced && (c.algorithm == "loops" || c.isGeneric || random.oneIn(2)))
    return;
  int64_t vector = cpu.getVectorLength(/*elementBits=*/32);
  int64_t microCols = vector * random.integer(1, 3);
  int64_t kBlock = microCols * random.integer(1, 3);
  // Blocks of zero tiles are all tiles, whose number must be known for the
  // scratch to be bounded.
  int64_t least = c.isDynamic() ? 1 : 0;
  int64_t blockRows = random.integer(least, 4);
  int64_t blockCols = random.integer(least, 7);
  int64_t microRows = random.integer(1, 7);
  int64_t group = getGroup(c, random, cpu);
  if (c.algorithm == "direct")
    c.shape.c = llvm::alignTo(c.shape.c, group);
  // Blocks of input channels divide the rows of V.
  bool isWinograd = c.algorithm == "winograd";
  bool isPerTap = isWinograd || c.algorithm == "kn2row";
  int64_t depth = isPerTap ? c.shape.c : c.shape.kh * c.shape.kw * c.shape.c;
  int64_t unit = std::max(vector, group);
  int64_t numUnits = llvm::divideCeil(depth, unit);
  int64_t parts = random.integer(1, 4);
  std::string cBlock;
  if (random.oneIn(2) && numUnits % parts == 0)
    cBlock = llvm::formatv("c_block = {0}, ", numUnits / parts * unit);
  bool onTheFly = isWinograd && c.quantized.empty() && random.oneIn(3);
  const bool isExact = isWinograd && c.isInteger && c.quantized.empty();
  if (isExact && c.filterPattern != FilterPattern::Edge && random.oneIn(3))
    c.chunk = random.integer(llvm::divideCeil(c.shape.c, 6), c.shape.c);
  // They would have to divide those of all chunks.
  if (c.chunk != 0)
    cBlock.clear();
  const int64_t images = random.oneIn(3) ? random.integer(2, 3) : 1;
  c.schedule = llvm::formatv("block = {0}x{1}, k_block = {2}, {3}micro_tile = "
                             "{4}x{5}, vector = {6}",
                             blockRows, blockCols, kBlock, cBlock, microRows,
                             microCols, vector);
  if (group != 1)
    c.schedule += llvm::formatv(", group = {0}", group);
  if (images != 1)
    c.schedule += llvm::formatv(", block_images = {0}", images);
  if (onTheFly)
    c.schedule += ", on_the_fly";
}

SweepCase wino::test::makeSweepCase(uint64_t seed, unsigned number,
                                    const CPUInfo &cpu, bool isInteger,
                                    unsigned numSets) {
  // Neighbouring seeds must not give neighbouring sequences.
  Random random(seed * 0x9e3779b97f4a7c15 + number);
  SweepCase c;
  c.seed = seed;
  c.number = number;
  c.isInteger = isInteger;
  c.numSets = numSets;
  setAlgorithm(c, random);
  setSizes(c, random);
  setForm(c, random);
  if (isInteger) {
    setIntegers(c, random, cpu);
    setOffsets(c, random);
    if (c.moduli.empty())
      limitFilter(c);
    if (c.transform && random.oneIn(6))
      setEdgeOfProof(c, random);
    else
      setModuli(c);
  }
  setEdge(c, random);
  setSchedule(c, random, cpu);
  return c;
}

//===----------------------------------------------------------------------===//
// Quantized numbers
//===----------------------------------------------------------------------===//

/// The transforms in i16 and, of larger tiles and rounded matrices, in f32.
static const TransformSpec kQuantizedTransforms[] = {
    {4, 4, 3, 3, {}},       {2, 2, 3, 3, {}}, {4, 4, 3, 3, {}, true},
    {3, 3, 3, 3, {}},       {6, 6, 3, 3, {}}, {1, 4, 1, 3, {}},
    {2, 2, 3, 3, {}, true}, {4, 2, 3, 5, {}}, {4, 1, 3, 1, {}},
    {1, 4, 1, 3, {}, true}, {2, 3, 2, 2, {}}, {4, 4, 5, 5, {}}};

/// Prints a list of `count` scales about `scale`, powers of two at times.
static std::string printScales(Random &random, int64_t count, double scale) {
  const bool arePowers = random.oneIn(3);
  std::string text;
  for (int64_t i = 0; i < count; ++i) {
    double value = scale * std::exp2(random.real());
    if (arePowers)
      value = std::exp2(std::round(std::log2(value)));
    text += llvm::formatv("{0}{1:E8}", text.empty() ? "" : ", ", value);
  }
  return ", [" + text + "]";
}

/// Sets the numbers of a case. Scales are such that some values saturate.
static void setQuantized(SweepCase &c, Random &random) {
  const TransformSpec &t = *c.transform;
  const int64_t taps = (t.mRows + t.rRows - 1) * (t.mCols + t.rCols - 1);
  // The largest number of bits in which sums fit i32.
  int64_t maxBits = 16;
  while (c.shape.c >= int64_t(1) << (33 - 2 * maxBits))
    --maxBits;
  int64_t bits = random.pick({8, 8, 8, 4, 6, 7, 9, 12, 14, 16});
  if (bits > maxBits)
    bits = 8;
  const double max = static_cast<double>(int64_t(1) << (bits - 1));
  c.quantized = llvm::formatv("bits = {0}, max_error = 1.0e300 : f64", bits);
  if (random.oneIn(3))
    c.quantized += ", normalized = true";
  auto add = [&](llvm::StringRef name, int64_t per, double scale,
                 bool isGiven) {
    const char *names[] = {"per_tensor", "per_tap", "per_channel"};
    const int64_t counts[] = {1, taps, name == "input" ? c.shape.c : c.shape.k};
    c.quantized += llvm::formatv(", {0} = <{1}", name, names[per]);
    if (random.oneIn(3))
      c.quantized += ", powers_of_two";
    if (isGiven)
      c.quantized += printScales(random, counts[per], scale);
    c.quantized += ">";
  };
  const int64_t input = random.integer(0, 2);
  add("input", input, 1000 / max, random.oneIn(3));
  // U is multiplied by scales per channel of V.
  const double filter = 200 / max * (input == 2 ? 1000 / max : 1);
  add("filter", random.integer(0, 2), filter, random.oneIn(3));
  const double sums = 5e4 * static_cast<double>(c.shape.c) / max;
  if (random.oneIn(3))
    add("sums", random.integer(0, 2), sums, true);
  if (random.oneIn(3))
    add("output", random.pick({0, 2}), sums, true);
}

SweepCase wino::test::makeQuantizedCase(uint64_t seed, unsigned number,
                                        const CPUInfo &cpu) {
  Random random(seed * 0x9e3779b97f4a7c15 + number);
  SweepCase c;
  c.seed = seed;
  c.number = number;
  c.isInteger = true;
  c.algorithm = "winograd";
  c.transform = kQuantizedTransforms[number % std::size(kQuantizedTransforms)];
  c.shape.kh = c.transform->rRows;
  c.shape.kw = c.transform->rCols;
  setSizes(c, random);
  // Few channels leave room for many bits.
  if (random.oneIn(4))
    c.shape.c = random.integer(1, 2);
  setForm(c, random);
  setIntegers(c, random, cpu);
  // A plan on the op says what the numbers are.
  c.isGeneric = false;
  setQuantized(c, random);
  setSchedule(c, random, cpu);
  return c;
}
