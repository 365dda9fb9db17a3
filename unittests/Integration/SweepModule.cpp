//===- SweepModule.cpp - The MLIR module of a case ------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SweepCheck.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <array>

using namespace wino;
using namespace wino::test;
using llvm::formatv;

namespace {
/// Writes the function of a case.
class ModuleWriter {
public:
  explicit ModuleWriter(const SweepCase &c)
      : c(c), sumType(c.isInteger ? "i32" : "f32"),
        factorType(c.isInteger ? "i8" : "f32") {}
  std::string write();

private:
  /// Prints a tensor type; -1 is a dynamic size. Without an element type it is
  /// that of sums.
  std::string getType(llvm::ArrayRef<int64_t> sizes,
                      llvm::StringRef element = "");
  /// Orders sizes given as (n, h, w, channels) as the layout does.
  std::string getImageType(int64_t n, int64_t h, int64_t w, int64_t channels,
                           llvm::StringRef element = "");
  std::string getFilterType();
  std::string getMap();
  /// The type of the function's result.
  std::string getResultType();
  std::string getFilterAttributes();
  void writePad();
  void writeDestination();
  void writeConvolution();
  void writeOffsetConvolution();
  /// The attribute that forces the plan of the case, or nothing.
  std::string getPlan();
  void writeEpilogue();

  const SweepCase &c;
  llvm::StringRef sumType, factorType;
  std::string text, imageType, paddedType, resultType, resultSizes,
      image = "%x", result = "%zeros";
};
} // namespace

std::string ModuleWriter::getType(llvm::ArrayRef<int64_t> sizes,
                                  llvm::StringRef element) {
  std::string type = "tensor<";
  for (int64_t size : sizes)
    type += (size < 0 ? "?" : std::to_string(size)) + "x";
  return type + (element.empty() ? sumType : element).str() + ">";
}

std::string ModuleWriter::getImageType(int64_t n, int64_t h, int64_t w,
                                       int64_t channels,
                                       llvm::StringRef element) {
  n = c.isDynamicN ? -1 : n;
  h = c.isDynamicH ? -1 : h;
  w = c.isDynamicW ? -1 : w;
  if (c.layout == Layout::NchwFchw)
    return getType({n, channels, h, w}, element);
  return getType({n, h, w, channels}, element);
}

std::string ModuleWriter::getFilterType() {
  const Conv2DShape &s = c.shape;
  switch (c.layout) {
  case Layout::NhwcHwcf:
    return getType({s.kh, s.kw, s.c, s.k}, factorType);
  case Layout::NhwcFhwc:
    return getType({s.k, s.kh, s.kw, s.c}, factorType);
  case Layout::NchwFchw:
    return getType({s.k, s.c, s.kh, s.kw}, factorType);
  }
  llvm_unreachable("unknown layout");
}

std::string ModuleWriter::getResultType() {
  const Conv2DShape &s = c.shape;
  return getImageType(s.n, s.outH(), s.outW(), s.k,
                      c.isResultNarrow() ? "i8" : sumType);
}

/// The channel of a result, as an affine map.
std::string ModuleWriter::getMap() {
  return c.layout == Layout::NchwFchw ? "affine_map<(n, k, h, w) -> (k)>"
                                      : "affine_map<(n, h, w, k) -> (k)>";
}

void ModuleWriter::writePad() {
  const Conv2DShape &s = c.shape;
  if (s.padTop + s.padBottom + s.padLeft + s.padRight == 0)
    return;
  bool isNchw = c.layout == Layout::NchwFchw;
  auto print = [&](int64_t row, int64_t col) -> std::string {
    return formatv(isNchw ? "[0, 0, {0}, {1}]" : "[0, {0}, {1}, 0]", row, col);
  };
  text += formatv("  %pad = tensor.pad %x low{0} high{1} {{\n"
                  "  ^bb0(%i0: index, %i1: index, %i2: index, %i3: index):\n"
                  "    tensor.yield %padding : {4}\n"
                  "  } : {2} to {3}\n",
                  print(s.padTop, s.padLeft), print(s.padBottom, s.padRight),
                  imageType, paddedType, factorType);
  image = "%pad";
}

/// Writes `%empty` and what the convolution adds to.
void ModuleWriter::writeDestination() {
  const Conv2DShape &s = c.shape;
  int rowDim = c.layout == Layout::NchwFchw ? 2 : 1;
  llvm::SmallVector<std::string> sizes;
  if (c.isDynamicN) {
    text += formatv("  %c0 = arith.constant 0 : index\n"
                    "  %n = tensor.dim %x, %c0 : {0}\n",
                    imageType);
    sizes.push_back("%n");
  }
  auto writeSize = [&](llvm::StringRef name, int dim, int64_t pad,
                       int64_t extent, int64_t stride) {
    text += formatv("  %dim{0} = arith.constant {1} : index\n"
                    "  %in{0} = tensor.dim %x, %dim{0} : {2}\n"
                    "  %{0} = affine.apply affine_map<()[s] -> "
                    "((s + {3}) floordiv {4} + 1)>()[%in{0}]\n",
                    name, dim, imageType, pad - extent, stride);
    sizes.push_back(("%" + name).str());
  };
  if (c.isDynamicH)
    writeSize("h", rowDim, s.padTop + s.padBottom, s.dilationH * (s.kh - 1) + 1,
              s.strideH);
  if (c.isDynamicW)
    writeSize("w", rowDim + 1, s.padLeft + s.padRight,
              s.dilationW * (s.kw - 1) + 1, s.strideW);
  resultSizes = llvm::join(sizes, ", ");
  text +=
      formatv("  %empty = tensor.empty({0}) : {1}\n", resultSizes, resultType);
  switch (c.destination) {
  case Destination::Zero:
    text += formatv("  %zeros = linalg.fill ins(%zero : {1}) outs(%empty : "
                    "{0}) -> {0}\n",
                    resultType, sumType);
    return;
  case Destination::Bias:
    text += formatv(
        "  %start = linalg.broadcast ins(%start_bias : {0}) outs(%empty : {1}) "
        "dimensions = {2}\n",
        getType({s.k}), resultType,
        c.layout == Layout::NchwFchw ? "[0, 2, 3]" : "[0, 1, 2]");
    result = "%start";
    return;
  case Destination::Tensor:
    result = "%start";
    return;
  }
}

void ModuleWriter::writeConvolution() {
  static constexpr llvm::StringLiteral names[] = {
      "conv_2d_nhwc_hwcf", "conv_2d_nhwc_fhwc", "conv_2d_nchw_fchw"};
  const Conv2DShape &s = c.shape;
  if (c.hasOffsets())
    return writeOffsetConvolution();
  text += formatv(
      "  %y = linalg.{0} {{dilations = dense<[{1}, {2}]> : tensor<2xi64>, "
      "strides = dense<[{3}, {4}]> : tensor<2xi64>{5}}\n"
      "    ins({6}, %f : {7}, {8}) outs({9} : {10}) -> {10}\n",
      names[static_cast<int>(c.layout)], s.dilationH, s.dilationW, s.strideH,
      s.strideW, c.schedule.empty() ? "" : ", " + getPlan(), image, paddedType,
      getFilterType(), result, resultType);
  result = "%y";
}

std::string ModuleWriter::getPlan() {
  if (c.schedule.empty())
    return "";
  std::string plan = "wino.plan = #wino.plan<algorithm = " + c.algorithm;
  if (c.transform)
    plan += ", transform = <" + c.transform->str() + ">";
  if (c.transform && c.isInteger)
    plan += ", numbers = " + c.getNumbers();
  plan += ", schedule = <" + c.schedule + ">";
  if (c.chunk != 0)
    plan += ", chunk = " + std::to_string(c.chunk);
  return plan + ">";
}

/// Writes sums of products of bytes less their zero points.
void ModuleWriter::writeOffsetConvolution() {
  static constexpr std::array<llvm::StringLiteral, 3> maps[] = {
      {"n, {0}, {1}, c", "kh, kw, c, f", "n, h, w, f"},
      {"n, {0}, {1}, c", "f, kh, kw, c", "n, h, w, f"},
      {"n, c, {0}, {1}", "f, c, kh, kw", "n, f, h, w"}};
  const Conv2DShape &s = c.shape;
  const auto &[imageMap, filterMap, resultMap] =
      maps[static_cast<int>(c.layout)];
  auto getIndex = [](llvm::StringRef pixel, int64_t stride, llvm::StringRef tap,
                     int64_t dilation) -> std::string {
    return formatv("{0} * {1} + {2} * {3}", pixel, stride, tap, dilation);
  };
  std::string imageIndices =
      formatv(imageMap.data(), getIndex("h", s.strideH, "kh", s.dilationH),
              getIndex("w", s.strideW, "kw", s.dilationW));
  text += formatv("  %image_zero = arith.constant {0} : i32\n"
                  "  %filter_zero = arith.constant {1} : i32\n",
                  c.imageZero, c.filterZero);
  llvm::StringRef dims = "affine_map<(n, h, w, f, kh, kw, c) -> (";
  text += formatv(
      "  %y = linalg.generic {{indexing_maps = [{0}{1})>, {0}{2})>, {0}{3})>], "
      "iterator_types = [\"parallel\", \"parallel\", \"parallel\", "
      "\"parallel\", \"reduction\", \"reduction\", \"reduction\"]}\n"
      "    ins({4}, %f : {5}, {6}) outs({7} : {8}) attrs = {{{9}} {{\n"
      "  ^bb0(%a: i8, %b: i8, %sum: i32):\n",
      dims, imageIndices, filterMap, resultMap, image, paddedType,
      getFilterType(), result, resultType, getPlan());
  auto writeFactor = [&](llvm::StringRef name, bool isUnsigned, int64_t zero,
                         llvm::StringRef zeroName) -> std::string {
    text += formatv("    %{0}_wide = arith.{1} %{0} : i8 to i32\n", name,
                    isUnsigned ? "extui" : "extsi");
    if (zero == 0)
      return formatv("%{0}_wide", name);
    text += formatv("    %{0}_real = arith.subi %{0}_wide, {1} : i32\n", name,
                    zeroName);
    return formatv("%{0}_real", name);
  };
  std::string a =
      writeFactor("a", c.isImageUnsigned, c.imageZero, "%image_zero");
  std::string b =
      writeFactor("b", c.isFilterUnsigned, c.filterZero, "%filter_zero");
  text += formatv("    %product = arith.muli {0}, {1} : i32\n"
                  "    %next = arith.addi %sum, %product : i32\n"
                  "    linalg.yield %next : i32\n  } -> {2}\n",
                  a, b, resultType);
  result = "%y";
}

std::string ModuleWriter::getFilterAttributes() {
  if (!c.isFilterKnown)
    return " {wino.weight}";
  std::string bytes;
  for (float value : SweepData(c).getFilter(c))
    bytes.push_back(static_cast<char>(static_cast<int>(value)));
  return formatv(" {{wino.weight = dense<\"0x{0}\"> : {1}}", llvm::toHex(bytes),
                 getFilterType());
}

void ModuleWriter::writeEpilogue() {
  if (!c.hasBias && !c.hasResidual && c.activation == Activation::None)
    return;
  llvm::StringRef identity = "affine_map<(a, b, c, d) -> (a, b, c, d)>";
  std::string operands = result, types = resultType, maps = identity.str(),
              args = ("%v: " + sumType).str(), body, value = "%v";
  auto add = [&](llvm::StringRef name, llvm::StringRef type,
                 llvm::StringRef map) {
    operands += (", %" + name).str();
    types += (", " + type).str();
    maps += (", " + map).str();
    args += (", %" + name + "_v: " + sumType).str();
    body += formatv("    %{0}_sum = arith.add{2} {1}, %{0}_v : {3}\n", name,
                    value, c.isInteger ? "i" : "f", sumType);
    value = ("%" + name + "_sum").str();
  };
  if (c.hasBias)
    add("bias", getType({c.shape.k}), getMap());
  if (c.hasResidual)
    add("residual", resultType, identity);
  if (c.activation != Activation::None) {
    body += formatv("    %low = arith.{1} {0}, %zero : {2}\n", value,
                    c.isInteger ? "maxsi" : "maximumf", sumType);
    value = "%low";
  }
  if (c.activation == Activation::Clip) {
    body += formatv("    %high = arith.{1} {0}, %limit : {2}\n", value,
                    c.isInteger ? "minsi" : "minimumf", sumType);
    value = "%high";
  }
  std::string valueType = sumType.str(), finalType = resultType;
  if (c.isResultNarrow()) {
    body += "    %narrow = arith.trunci %high : i32 to i8\n";
    value = "%narrow";
    valueType = "i8";
    finalType = getResultType();
    text += formatv("  %empty_i8 = tensor.empty({0}) : {1}\n", resultSizes,
                    finalType);
  }
  text += formatv(
      "  %r = linalg.generic {{indexing_maps = [{0}, {1}], iterator_types = "
      "[\"parallel\", \"parallel\", \"parallel\", \"parallel\"]}\n"
      "    ins({2} : {3}) outs({8} : {4}) {{\n"
      "  ^bb0({5}, %o: {9}):\n{6}    linalg.yield {7} : {9}\n  } -> {4}\n",
      maps, identity, operands, types, finalType, args, body, value,
      c.isResultNarrow() ? "%empty_i8" : "%empty", valueType);
  result = "%r";
}

std::string ModuleWriter::write() {
  const Conv2DShape &s = c.shape;
  imageType = getImageType(s.n, s.h, s.w, s.c, factorType);
  paddedType = getImageType(s.n, s.h + s.padTop + s.padBottom,
                            s.w + s.padLeft + s.padRight, s.c, factorType);
  resultType = getImageType(s.n, s.outH(), s.outW(), s.k);
  llvm::StringRef input = " {bufferization.writable = false}";
  llvm::StringRef weight = " {wino.weight}";
  text = formatv("func.func @{0}(%x: {1}{2}", c.getSymbol(), imageType, input);
  auto addArgument = [&](llvm::StringRef name, llvm::StringRef type,
                         llvm::StringRef attrs) {
    text += formatv(", %{0}: {1}{2}", name, type, attrs);
  };
  if (c.isFilterInput)
    addArgument("f", getFilterType(), input);
  if (c.destination == Destination::Tensor)
    addArgument("start", resultType, input);
  if (c.hasResidual)
    addArgument("residual", resultType, input);
  if (!c.isFilterInput)
    addArgument("f", getFilterType(), getFilterAttributes());
  if (c.destination == Destination::Bias)
    addArgument("start_bias", getType({s.k}), weight);
  if (c.hasBias)
    addArgument("bias", getType({s.k}), weight);
  text += formatv(") -> {0} {{\n"
                  "  %padding = arith.constant {5} : {2}\n"
                  "  %zero = arith.constant {1} : {3}\n"
                  "  %limit = arith.constant {4} : {3}\n",
                  getResultType(), c.isInteger ? "0" : "0.0", factorType,
                  sumType, c.isInteger ? "100" : "2.0",
                  c.isInteger ? std::to_string(static_cast<int8_t>(c.padValue))
                              : "0.0");
  writePad();
  writeDestination();
  writeConvolution();
  writeEpilogue();
  text += formatv("  return {0} : {1}\n}\n", result, getResultType());
  return text;
}

std::string SweepCase::getModule() const { return ModuleWriter(*this).write(); }
