//===- WinoAttributes.cpp - Attributes of the wino dialect ----------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/IR/WinoDialect.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

using namespace mlir;
using namespace wino;

#include "Wino/IR/WinoAttrInterfaces.cpp.inc"
#include "Wino/IR/WinoEnums.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "Wino/IR/WinoAttributes.cpp.inc"

void WinoDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "Wino/IR/WinoAttributes.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// Axes of a transform
//===----------------------------------------------------------------------===//

// An axis of a TransformAttr is an ArrayAttr of points or a DictionaryAttr of
// matrices; entries are StringAttr (rational) or FloatAttr.

static constexpr llvm::StringLiteral kMatrixNames[] = {"AT", "G", "BT"};

static ArrayAttr getPointsAttr(MLIRContext *context, ArrayRef<Point> points) {
  SmallVector<Attribute> attrs;
  for (const Point &point : points)
    attrs.push_back(StringAttr::get(context, toString(point)));
  return ArrayAttr::get(context, attrs);
}

/// The exact value of a matrix entry; every finite double is a rational.
static Rational getExactEntry(Attribute entry) {
  if (auto text = dyn_cast<StringAttr>(entry))
    return *parseRational(text.getValue());
  double value = cast<FloatAttr>(entry).getValueAsDouble();
  int exponent;
  double mantissa = std::frexp(value, &exponent);
  // 53 bits of mantissa make an integer.
  Rational result(static_cast<int64_t>(std::ldexp(mantissa, 53)), int64_t(1));
  exponent -= 53;
  Rational two(2, 1), scale(1, 1);
  for (int i = 0, e = std::abs(exponent); i < e; ++i)
    scale = scale * two;
  return exponent < 0 ? divide(result, scale) : result * scale;
}

static RationalMatrix getMatrix(DictionaryAttr axis, StringRef name) {
  auto rows = cast<ArrayAttr>(axis.get(name));
  auto firstRow = cast<ArrayAttr>(rows[0]);
  RationalMatrix matrix(rows.size(), firstRow.size());
  for (auto [i, row] : llvm::enumerate(rows.getAsRange<ArrayAttr>()))
    for (auto [j, entry] : llvm::enumerate(row))
      matrix(i, j) = getExactEntry(entry);
  return matrix;
}

static bool hasFloatEntries(Attribute axis) {
  bool found = false;
  axis.walk([&](FloatAttr) { found = true; });
  return found;
}

/// Builds the transform of the tiles with m outputs, or of the last one with
/// `edge` of them.
static llvm::Expected<Transform1D> buildAxis(int64_t m, int64_t r, int64_t edge,
                                             Attribute axis) {
  if (auto points = dyn_cast<ArrayAttr>(axis)) {
    SmallVector<Point> values;
    for (auto text : points.getAsRange<StringAttr>())
      values.push_back(*parsePoint(text.getValue()));
    llvm::Expected<Transform1D> whole = buildCookToom(m, r, values);
    if (!whole || edge == m)
      return whole;
    return buildEdgeCookToom(edge, *whole, values);
  }
  auto matrices = cast<DictionaryAttr>(axis);
  Transform1D transform;
  transform.m = m;
  transform.r = r;
  transform.at = getMatrix(matrices, "AT");
  transform.g = getMatrix(matrices, "G");
  transform.bt = getMatrix(matrices, "BT");
  return transform;
}

/// Verifies that `axis` has the form documented above, that no matrix is empty
/// or ragged, and that floats are finite (C5).
static LogicalResult
verifyAxisForm(function_ref<InFlightDiagnostic()> emitError, Attribute axis) {
  if (auto points = dyn_cast<ArrayAttr>(axis)) {
    for (Attribute point : points) {
      auto text = dyn_cast<StringAttr>(point);
      if (!text || !parsePoint(text.getValue()))
        return emitError()
               << "expected a point to be a rational or inf, but got " << point;
    }
    return success();
  }
  auto matrices = dyn_cast<DictionaryAttr>(axis);
  if (!matrices || matrices.size() != 3)
    return emitError() << "expected points or the matrices AT, G and BT";
  for (StringRef name : kMatrixNames) {
    auto rows = dyn_cast_or_null<ArrayAttr>(matrices.get(name));
    if (!rows || rows.empty())
      return emitError() << "expected a matrix " << name;
    size_t width = 0;
    for (Attribute row : rows) {
      auto entries = dyn_cast<ArrayAttr>(row);
      if (!entries || entries.empty() || (width && entries.size() != width))
        return emitError() << "expected the rows of " << name
                           << " to be of one length that is not zero";
      width = entries.size();
      for (Attribute entry : entries) {
        if (auto text = dyn_cast<StringAttr>(entry);
            text && parseRational(text.getValue()))
          continue;
        if (auto value = dyn_cast<FloatAttr>(entry);
            value && value.getType().isF64() && value.getValue().isFinite())
          continue;
        // C5
        return emitError() << "expected the entries of " << name
                           << " to be finite numbers, but got " << entry;
      }
    }
  }
  return success();
}

static LogicalResult verifyAxis(function_ref<InFlightDiagnostic()> emitError,
                                int64_t m, int64_t r, int64_t edge,
                                Attribute axis) {
  // C1
  if (m < 1 || r < 1)
    return emitError()
           << "expected m and r of F(m, r) to be positive, but got F(" << m
           << ", " << r << ")";
  if (m > kMaxAlpha || r > kMaxAlpha || m + r - 1 > kMaxAlpha)
    return emitError() << "expected m + r - 1 to be at most " << kMaxAlpha
                       << ", but got F(" << m << ", " << r << ")";
  if (failed(verifyAxisForm(emitError, axis)))
    return failure();
  // C6
  if (edge != m && !isa<ArrayAttr>(axis))
    return emitError() << "expected points on an axis with smaller tiles at "
                          "the edge, but got matrices";
  // C2, C6: the construction fails, and otherwise guarantees the identity.
  llvm::Expected<Transform1D> transform = buildAxis(m, r, edge, axis);
  if (!transform)
    return emitError() << llvm::toString(transform.takeError());
  if (isa<ArrayAttr>(axis))
    return success();
  // C3
  int64_t alpha = m + r - 1;
  const RationalMatrix *matrices[] = {&transform->at, &transform->g,
                                      &transform->bt};
  const std::pair<int64_t, int64_t> shapes[] = {
      {m, alpha}, {alpha, r}, {alpha, alpha}};
  for (auto [name, matrix, shape] :
       llvm::zip_equal(kMatrixNames, matrices, shapes))
    if (matrix->getNumRows() != shape.first ||
        matrix->getNumCols() != shape.second)
      return emitError() << "expected " << name << " to be " << shape.first
                         << "x" << shape.second << ", but got "
                         << matrix->getNumRows() << "x" << matrix->getNumCols();
  if (hasFloatEntries(axis))
    return success(); // approximate by nature
  // C4
  if (llvm::Error error = verifyConvolutionIdentity(*transform))
    return emitError() << llvm::toString(std::move(error));
  return success();
}

//===----------------------------------------------------------------------===//
// TransformAttr
//===----------------------------------------------------------------------===//

static Attribute getDefaultAxis(MLIRContext *context, int64_t m, int64_t r,
                                int64_t edge) {
  // Invalid sizes are diagnosed by the verifier.
  if (m < 1 || r < 1 || m > kMaxAlpha || r > kMaxAlpha || m + r - 1 > kMaxAlpha)
    return ArrayAttr::get(context, {});
  return getPointsAttr(context, getDefaultPoints(m, r, edge));
}

TransformAttr TransformAttr::get(MLIRContext *context, int64_t mRows,
                                 int64_t mCols, int64_t rRows, int64_t rCols) {
  return get(context, mRows, mCols, rRows, rCols, /*edgeRows=*/mRows,
             /*edgeCols=*/mCols);
}

TransformAttr TransformAttr::get(MLIRContext *context, int64_t mRows,
                                 int64_t mCols, int64_t rRows, int64_t rCols,
                                 int64_t edgeRows, int64_t edgeCols) {
  return get(context, mRows, mCols, rRows, rCols, edgeRows, edgeCols,
             getDefaultAxis(context, mRows, rRows, edgeRows),
             getDefaultAxis(context, mCols, rCols, edgeCols));
}

TransformAttr TransformAttr::get(MLIRContext *context, int64_t mRows,
                                 int64_t mCols, int64_t rRows, int64_t rCols,
                                 ArrayRef<Point> rowPoints,
                                 ArrayRef<Point> colPoints) {
  return get(context, mRows, mCols, rRows, rCols, /*edgeRows=*/mRows,
             /*edgeCols=*/mCols, getPointsAttr(context, rowPoints),
             getPointsAttr(context, colPoints));
}

LogicalResult
TransformAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                      int64_t mRows, int64_t mCols, int64_t rRows,
                      int64_t rCols, int64_t edgeRows, int64_t edgeCols,
                      Attribute rows, Attribute cols) {
  return success(
      succeeded(verifyAxis(emitError, mRows, rRows, edgeRows, rows)) &&
      succeeded(verifyAxis(emitError, mCols, rCols, edgeCols, cols)));
}

Transform1D TransformAttr::getTransform(unsigned axis, bool atEdge) const {
  return llvm::cantFail(buildAxis(getM(axis), getR(axis), getM(axis, atEdge),
                                  axis == 0 ? getRows() : getCols()));
}

bool TransformAttr::isExact() const {
  return !hasFloatEntries(getRows()) && !hasFloatEntries(getCols());
}

bool TransformAttr::isIdentity() const {
  return getAlphaRows() == 1 && getAlphaCols() == 1 &&
         *this == get(getContext(), 1, 1, 1, 1);
}

TransformAttr TransformAttr::getKept(MLIRContext *context, int64_t rRows,
                                     int64_t rCols) {
  auto getAxis = [&](int64_t r) {
    auto getRows = [&](int64_t numRows,
                       function_ref<bool(int64_t, int64_t)> isOne) {
      SmallVector<Attribute> rows;
      for (int64_t row = 0; row < numRows; ++row) {
        SmallVector<Attribute> entries;
        for (int64_t col = 0; col < r; ++col)
          entries.push_back(
              StringAttr::get(context, isOne(row, col) ? "1" : "0"));
        rows.push_back(ArrayAttr::get(context, entries));
      }
      return ArrayAttr::get(context, rows);
    };
    ArrayAttr identity = getRows(r, std::equal_to<int64_t>());
    ArrayAttr ones = getRows(1, [](int64_t, int64_t) { return true; });
    Builder builder(context);
    return builder.getDictionaryAttr({builder.getNamedAttr("AT", ones),
                                      builder.getNamedAttr("G", identity),
                                      builder.getNamedAttr("BT", identity)});
  };
  return get(context, 1, 1, rRows, rCols, /*edgeRows=*/1, /*edgeCols=*/1,
             getAxis(rRows), getAxis(rCols));
}

std::string TransformAttr::getName() const {
  std::string name;
  llvm::raw_string_ostream os(name);
  os << "F(" << getMRows() << "x" << getMCols() << ", " << getRRows() << "x"
     << getRCols() << ")";
  if (hasEdge())
    os << ", edge = " << getEdgeRows() << "x" << getEdgeCols();
  return name;
}

//===----------------------------------------------------------------------===//
// TransformAttr: assembly
//===----------------------------------------------------------------------===//

/// Parses `[-] integer [/ integer]`, a float, or (if allowed) `inf`, as a
/// canonical StringAttr or an f64 FloatAttr.
static FailureOr<Attribute> parseNumber(AsmParser &parser, bool isPoint) {
  MLIRContext *context = parser.getContext();
  SMLoc loc = parser.getCurrentLocation();
  if (isPoint && succeeded(parser.parseOptionalKeyword("inf")))
    return Attribute(StringAttr::get(context, "inf"));
  // Both kinds of number would take a sign of their own; the sign goes first,
  // because an integer that turns out to be none has lost it.
  const bool isNegative = succeeded(parser.parseOptionalMinus());
  if (isNegative && succeeded(parser.parseOptionalMinus()))
    return parser.emitError(loc, "expected a number with one sign"), failure();
  APInt numerator;
  OptionalParseResult isInteger = parser.parseOptionalInteger(numerator);
  if (!isInteger.has_value()) {
    double number;
    if (failed(parser.parseFloat(number)))
      return failure();
    if (isPoint)
      return parser.emitError(loc, "expected a point to be a rational or inf"),
             failure();
    return Attribute(FloatAttr::get(Float64Type::get(context),
                                    isNegative ? -number : number));
  }
  if (failed(*isInteger))
    return failure();
  SmallString<32> text(isNegative ? "-" : "");
  numerator.toStringSigned(text);
  if (succeeded(parser.parseOptionalSlash())) {
    APInt denominator;
    OptionalParseResult result = parser.parseOptionalInteger(denominator);
    if (!result.has_value() || failed(*result))
      return parser.emitError(loc, "expected a denominator"), failure();
    text += "/";
    denominator.toStringSigned(text);
  }
  std::optional<Rational> value = parseRational(text);
  if (!value)
    return parser.emitError(loc, "expected a rational, but got ") << text,
           failure();
  return Attribute(StringAttr::get(context, toString(*value)));
}

/// Parses a list of numbers. With an optional delimiter the list may be absent,
/// which gives an empty one.
static FailureOr<Attribute>
parseNumberList(AsmParser &parser, bool isPoint,
                AsmParser::Delimiter delimiter = AsmParser::Delimiter::Square) {
  SmallVector<Attribute> numbers;
  auto parseOne = [&]() -> ParseResult {
    FailureOr<Attribute> number = parseNumber(parser, isPoint);
    if (failed(number))
      return failure();
    numbers.push_back(*number);
    return success();
  };
  if (failed(parser.parseCommaSeparatedList(delimiter, parseOne)))
    return failure();
  return Attribute(ArrayAttr::get(parser.getContext(), numbers));
}

static FailureOr<Attribute> parseMatrices(AsmParser &parser) {
  NamedAttrList matrices;
  auto parseOne = [&]() -> ParseResult {
    StringRef name;
    SMLoc loc = parser.getCurrentLocation();
    if (parser.parseKeyword(&name) || parser.parseEqual())
      return failure();
    if (!llvm::is_contained(kMatrixNames, name) || matrices.get(name))
      return parser.emitError(loc, "expected one each of AT, G and BT");
    SmallVector<Attribute> rows;
    auto parseRow = [&]() -> ParseResult {
      FailureOr<Attribute> row = parseNumberList(parser, /*isPoint=*/false);
      if (failed(row))
        return failure();
      rows.push_back(*row);
      return success();
    };
    if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseRow))
      return failure();
    matrices.append(name, ArrayAttr::get(parser.getContext(), rows));
    return success();
  };
  if (failed(parser.parseCommaSeparatedList(AsmParser::Delimiter::Braces,
                                            parseOne)))
    return failure();
  return Attribute(matrices.getDictionary(parser.getContext()));
}

/// Parses an axis in either form.
static FailureOr<Attribute> parseAxis(AsmParser &parser) {
  FailureOr<Attribute> points = parseNumberList(
      parser, /*isPoint=*/true, AsmParser::Delimiter::OptionalSquare);
  if (failed(points) || !cast<ArrayAttr>(*points).empty())
    return points;
  return parseMatrices(parser);
}

static ParseResult parsePair(AsmParser &parser, int64_t &first,
                             int64_t &second) {
  SmallVector<int64_t, 2> sizes;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseDimensionList(sizes, /*allowDynamic=*/false,
                                /*withTrailingX=*/false))
    return failure();
  if (sizes.size() != 2)
    return parser.emitError(loc, "expected two sizes, as in 4x4");
  first = sizes[0];
  second = sizes[1];
  return success();
}

Attribute TransformAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  int64_t mRows, mCols, rRows, rCols;
  if (parser.parseLess() || parser.parseKeyword("F") || parser.parseLParen() ||
      parsePair(parser, mRows, mCols) || parser.parseComma() ||
      parsePair(parser, rRows, rCols) || parser.parseRParen())
    return {};
  int64_t edgeRows = mRows, edgeCols = mCols;
  Attribute rows, cols;
  while (succeeded(parser.parseOptionalComma())) {
    StringRef key;
    SMLoc keyLoc = parser.getCurrentLocation();
    if (parser.parseKeyword(&key) || parser.parseEqual())
      return {};
    if (key == "edge") {
      if (parsePair(parser, edgeRows, edgeCols))
        return {};
      continue;
    }
    if (key != "points" && key != "matrices" && key != "rows" && key != "cols")
      return parser.emitError(
                 keyLoc,
                 "expected edge, points, matrices, rows or cols, but got ")
                 << key,
             Attribute();
    FailureOr<Attribute> axis = key == "points"
                                    ? parseNumberList(parser, /*isPoint=*/true)
                                : key == "matrices" ? parseMatrices(parser)
                                                    : parseAxis(parser);
    if (failed(axis))
      return {};
    if ((key != "cols" && rows) || (key != "rows" && cols))
      return parser.emitError(keyLoc, "an axis is given twice"), Attribute();
    if (key != "cols")
      rows = *axis;
    if (key != "rows")
      cols = *axis;
  }
  if (parser.parseGreater())
    return {};
  MLIRContext *context = parser.getContext();
  if (!rows)
    rows = getDefaultAxis(context, mRows, rRows, edgeRows);
  if (!cols)
    cols = getDefaultAxis(context, mCols, rCols, edgeCols);
  return parser.getChecked<TransformAttr>(
      loc, context, mRows, mCols, rRows, rCols, edgeRows, edgeCols, rows, cols);
}

/// Prints a float as a decimal that reads back as the same value. AsmPrinter
/// prints some values in hexadecimal, which would read back as integers.
static void printDecimal(AsmPrinter &printer, double value) {
  SmallString<32> text;
  llvm::raw_svector_ostream os(text);
  os << llvm::format("%.6e", value);
  double read;
  if (StringRef(text).getAsDouble(read, /*AllowInexact=*/true) ||
      read != value) {
    text.clear();
    os << llvm::format("%.16e", value);
  }
  printer << text;
}

static void printNumberList(AsmPrinter &printer, ArrayAttr numbers) {
  printer << "[";
  llvm::interleaveComma(numbers, printer, [&](Attribute number) {
    if (auto text = dyn_cast<StringAttr>(number))
      printer << text.getValue();
    else
      printDecimal(printer, cast<FloatAttr>(number).getValueAsDouble());
  });
  printer << "]";
}

static void printAxis(AsmPrinter &printer, StringRef key, Attribute axis) {
  printer << ", " << key << " = ";
  if (auto points = dyn_cast<ArrayAttr>(axis))
    return printNumberList(printer, points);
  printer << "{";
  llvm::interleaveComma(kMatrixNames, printer, [&](StringRef name) {
    printer << name << " = [";
    auto rows = cast<ArrayAttr>(cast<DictionaryAttr>(axis).get(name));
    llvm::interleaveComma(
        rows.getAsRange<ArrayAttr>(), printer,
        [&](ArrayAttr row) { printNumberList(printer, row); });
    printer << "]";
  });
  printer << "}";
}

void TransformAttr::print(AsmPrinter &printer) const {
  printer << "<" << getName();
  bool isDefaultRows = getRows() == getDefaultAxis(getContext(), getMRows(),
                                                   getRRows(), getEdgeRows());
  bool isDefaultCols = getCols() == getDefaultAxis(getContext(), getMCols(),
                                                   getRCols(), getEdgeCols());
  if (getRows() == getCols() && !(isDefaultRows && isDefaultCols)) {
    printAxis(printer, isa<ArrayAttr>(getRows()) ? "points" : "matrices",
              getRows());
  } else {
    if (!isDefaultRows)
      printAxis(printer, "rows", getRows());
    if (!isDefaultCols)
      printAxis(printer, "cols", getCols());
  }
  printer << ">";
}

//===----------------------------------------------------------------------===//
// ScheduleAttr
//===----------------------------------------------------------------------===//

LogicalResult ScheduleAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                   int64_t blockRows, int64_t blockCols,
                                   int64_t kBlock, int64_t microRows,
                                   int64_t microCols, int64_t vector,
                                   int64_t cBlock, int64_t group,
                                   int64_t planePadding, int64_t blockImages,
                                   bool, bool, bool) {
  constexpr int64_t kMaxSize = int64_t(1) << 20;
  // C1, C4
  for (int64_t size : {blockRows, blockCols, cBlock, planePadding})
    if (size < 0 || size > kMaxSize)
      return emitError() << "expected a block size or plane_padding in [0, "
                         << kMaxSize << "], but got " << size;
  for (int64_t size :
       {kBlock, microRows, microCols, vector, group, blockImages})
    if (size < 1 || size > kMaxSize)
      return emitError() << "expected a size in [1, " << kMaxSize
                         << "], but got " << size;
  if (!llvm::isPowerOf2_64(vector))
    return emitError() << "expected vector to be a power of two, but got "
                       << vector;
  // C6
  if (!llvm::isPowerOf2_64(group))
    return emitError() << "expected group to be a power of two, but got "
                       << group;
  // C2
  if (microCols % vector)
    return emitError() << "expected the micro tile's columns to be a multiple "
                          "of vector = "
                       << vector << ", but got " << microCols;
  // C3
  if (kBlock % microCols)
    return emitError() << "expected k_block to be a multiple of the micro "
                          "tile's columns = "
                       << microCols << ", but got " << kBlock;
  // C5
  for (auto [name, size] : {std::pair<StringRef, int64_t>("vector", vector),
                            std::pair<StringRef, int64_t>("group", group)})
    if (cBlock % size)
      return emitError() << "expected c_block to be a multiple of " << name
                         << " = " << size << ", but got " << cBlock;
  return success();
}

Attribute ScheduleAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  int64_t blockRows, blockCols, kBlock, microRows, microCols, vector;
  int64_t cBlock = 0, group = 1, planePadding = 0, blockImages = 1;
  bool onTheFly = false, prefetch = false, streamStores = false;
  auto parseKey = [&](StringRef key) -> ParseResult {
    return failure(parser.parseKeyword(key) || parser.parseEqual());
  };
  if (parser.parseLess() || parseKey("block") ||
      parsePair(parser, blockRows, blockCols) || parser.parseComma() ||
      parseKey("k_block") || parser.parseInteger(kBlock) || parser.parseComma())
    return {};
  if (succeeded(parser.parseOptionalKeyword("c_block")) &&
      (parser.parseEqual() || parser.parseInteger(cBlock) ||
       parser.parseComma()))
    return {};
  if (parseKey("micro_tile") || parsePair(parser, microRows, microCols) ||
      parser.parseComma() || parseKey("vector") || parser.parseInteger(vector))
    return {};
  while (succeeded(parser.parseOptionalComma())) {
    StringRef key;
    SMLoc keyLoc = parser.getCurrentLocation();
    if (parser.parseKeyword(&key))
      return {};
    int64_t *size = llvm::StringSwitch<int64_t *>(key)
                        .Case("group", &group)
                        .Case("plane_padding", &planePadding)
                        .Case("block_images", &blockImages)
                        .Default(nullptr);
    if (size) {
      if (parser.parseEqual() || parser.parseInteger(*size))
        return {};
      continue;
    }
    bool *flag = llvm::StringSwitch<bool *>(key)
                     .Case("on_the_fly", &onTheFly)
                     .Case("prefetch", &prefetch)
                     .Case("stream_stores", &streamStores)
                     .Default(nullptr);
    if (!flag)
      return parser.emitError(keyLoc,
                              "expected group, plane_padding, block_images, "
                              "on_the_fly, prefetch or stream_stores, but got ")
                 << key,
             Attribute();
    *flag = true;
  }
  if (parser.parseGreater())
    return {};
  return parser.getChecked<ScheduleAttr>(
      loc, parser.getContext(), blockRows, blockCols, kBlock, microRows,
      microCols, vector, cBlock, group, planePadding, blockImages, onTheFly,
      prefetch, streamStores);
}

void ScheduleAttr::print(AsmPrinter &printer) const {
  printer << "<block = " << getBlockRows() << "x" << getBlockCols()
          << ", k_block = " << getKBlock();
  if (getCBlock() != 0)
    printer << ", c_block = " << getCBlock();
  printer << ", micro_tile = " << getMicroRows() << "x" << getMicroCols()
          << ", vector = " << getVector();
  if (getGroup() != 1)
    printer << ", group = " << getGroup();
  if (getPlanePadding() != 0)
    printer << ", plane_padding = " << getPlanePadding();
  if (getBlockImages() != 1)
    printer << ", block_images = " << getBlockImages();
  if (getOnTheFly())
    printer << ", on_the_fly";
  if (getPrefetch())
    printer << ", prefetch";
  if (getStreamStores())
    printer << ", stream_stores";
  printer << ">";
}

//===----------------------------------------------------------------------===//
// PlanAttr
//===----------------------------------------------------------------------===//

LogicalResult PlanAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                               Algorithm algorithm, TransformAttr transform,
                               NumbersAttrInterface numbers,
                               ScheduleAttr schedule, bool unproved,
                               int64_t chunk) {
  // C1
  if ((algorithm == Algorithm::Winograd) != static_cast<bool>(transform))
    return emitError() << "expected algorithm " << stringifyAlgorithm(algorithm)
                       << (transform ? " not to have a transform"
                                     : " to have a transform");
  // C2
  if ((algorithm != Algorithm::Loops) != static_cast<bool>(schedule))
    return emitError() << "expected algorithm " << stringifyAlgorithm(algorithm)
                       << (schedule ? " not to have a schedule"
                                    : " to have a schedule");
  // C3
  if (schedule && schedule.getOnTheFly() && algorithm != Algorithm::Winograd)
    return emitError() << "expected algorithm " << stringifyAlgorithm(algorithm)
                       << " not to transform filters on_the_fly";
  // C4
  if (numbers && algorithm != Algorithm::Winograd)
    return emitError() << "expected algorithm " << stringifyAlgorithm(algorithm)
                       << " not to have numbers";
  if (numbers)
    if (llvm::Error error = numbers.checkTransform(transform))
      return emitError() << "cannot compute " << transform.getName() << " in "
                         << numbers << ": " << llvm::toString(std::move(error));
  // C5
  if (unproved && (!numbers || isa<QuantizedAttr>(numbers)))
    return emitError()
           << "expected numbers that are exact, because the plan is "
              "unproved";
  // C6
  if (chunk < 0)
    return emitError() << "expected a chunk that is not negative, but got "
                       << chunk;
  if (chunk != 0 && (!numbers || isa<QuantizedAttr>(numbers)))
    return emitError() << "expected numbers that are exact, because the plan "
                          "has a chunk";
  return success();
}
