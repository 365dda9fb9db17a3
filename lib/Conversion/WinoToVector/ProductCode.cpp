//===- ProductCode.cpp - Products of integers in a kernel -----------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ProductCode.h"
#include "MicroKernel.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace wino;

//===----------------------------------------------------------------------===//
// Vectors
//===----------------------------------------------------------------------===//

/// Returns the bits of a vector as one of other elements.
static Value bitcast(KernelBuilder &b, Value value, Type elementType) {
  auto type = cast<VectorType>(value.getType());
  int64_t bits = type.getNumElements() * type.getElementTypeBitWidth();
  return vector::BitCastOp::create(
      b,
      VectorType::get({bits / elementType.getIntOrFloatBitWidth()},
                      elementType),
      value);
}

/// Loads `count` elements from `indices` on.
static Value loadVector(KernelBuilder &b, Value memref, ValueRange indices,
                        int64_t count, Value mask = {}) {
  auto type = VectorType::get({count}, getElementTypeOrSelf(memref.getType()));
  if (mask)
    return vector::MaskedLoadOp::create(b, type, memref, indices, mask,
                                        b.splat(type, 0));
  return vector::LoadOp::create(b, type, memref, indices);
}

/// Loads `count` elements of a row of the left matrix from `channel` on.
static Value loadRow(KernelBuilder &b, MicroKernel &kernel, int64_t row,
                     Value channel, int64_t count) {
  SmallVector<Value> indices = kernel.rows[row];
  indices.back() = b.add(indices.back(), channel);
  return loadVector(b, kernel.input, indices, count);
}

/// Loads `count` elements of a group of the panel from `begin` on.
static Value loadPanel(KernelBuilder &b, MicroKernel &kernel, Value group,
                       int64_t begin, int64_t count, Value mask = {}) {
  SmallVector<Value> indices = kernel.panel;
  indices[indices.size() - 2] = b.add(indices[indices.size() - 2], group);
  indices.back() = b.add(indices.back(), begin);
  return loadVector(b, kernel.filter, indices, count, mask);
}

namespace {
//===----------------------------------------------------------------------===//
// Any machine
//===----------------------------------------------------------------------===//

/// Extends elements and multiplies vectors of columns by an element of a row,
/// which NEON takes from a lane for i16.
class ExtendedCode : public ProductCode {
public:
  ExtendedCode(KernelBuilder &b, MicroKernel &kernel) : ProductCode(b, kernel) {
    nativeLength =
        std::max<int64_t>(1, b.getVectorLength() * 32 /
                                 getElementTypeOrSelf(kernel.filter.getType())
                                     .getIntOrFloatBitWidth());
  }

  int64_t getNumGroups() const override {
    return b.getOptions().laneFma && kernel.group == 1 ? nativeLength : 1;
  }

  void build(Value group, int64_t numGroups,
             MutableArrayRef<Value> carried) override {
    const int64_t numChannels = numGroups * kernel.group;
    const int64_t numVectors = kernel.getNumVectors();
    Value channel = b.mul(group, kernel.group);
    Values rows;
    for (size_t row = 0; row < kernel.rows.size(); ++row)
      rows.push_back(loadRow(b, kernel, row, channel, numChannels));
    for (int64_t number = 0; number < numChannels; ++number) {
      Values panel = loadColumns(b.add(group, number / kernel.group),
                                 number % kernel.group);
      for (auto [row, elements] : llvm::enumerate(rows)) {
        Value element = vector::ExtractOp::create(b, elements, number);
        Value factor =
            b.convertIntegers(vector::BroadcastOp::create(
                                  b, b.getVectorOf(element.getType()), element),
                              b.getI32Type());
        for (auto [vec, columns] : llvm::enumerate(panel)) {
          Value &sum = carried[row * numVectors + vec];
          sum = arith::AddIOp::create(
              b, sum, arith::MulIOp::create(b, columns, factor));
        }
      }
    }
  }

private:
  /// Returns the vectors of columns of lane `lane` of a group, extended. Where
  /// no column is masked, a native vector is loaded at once.
  Values loadColumns(Value group, int64_t lane) {
    const int64_t length = b.getVectorLength(), size = kernel.group;
    const int64_t numVectors = kernel.getNumVectors();
    Values columns;
    for (int64_t vec = 0; vec < numVectors;) {
      int64_t count = std::max<int64_t>(1, nativeLength / (length * size));
      while (count > 1 &&
             (vec + count > numVectors || kernel.getMask(vec + count - 1)))
        --count;
      Value mask = size == 1 ? kernel.getMask(vec) : Value();
      Value loaded = loadPanel(b, kernel, group, vec * length * size,
                               count * length * size, mask);
      for (int64_t i = 0; i < count; ++i)
        columns.push_back(b.convertIntegers(
            b.slice(loaded, i * length * size + lane, length, size),
            b.getI32Type()));
      vec += count;
    }
    return columns;
  }

  int64_t nativeLength;
};

//===----------------------------------------------------------------------===//
// NEON
//===----------------------------------------------------------------------===//

/// Groups of 16 channels. Products of i8 are i16, of which those of two
/// channels are added if the filter's range lets them fit: 2 * 128 * 127 <
/// 2^15. Pairs of them go to the sum of a row and a column, which has four
/// lanes.
class LongCode : public ProductCode {
public:
  static constexpr int64_t kGroup = 16;

  LongCode(KernelBuilder &b, MicroKernel &kernel) : ProductCode(b, kernel) {}

  /// A sum is the first lane of four.
  Values begin(ArrayRef<Value> sums) override {
    Values carried;
    Value zero = b.zero();
    for (Value sum : sums)
      for (int64_t lane = 0; lane < b.getVectorLength(); ++lane)
        carried.push_back(vector::InsertOp::create(
            b, vector::ExtractOp::create(b, sum, lane), zero, 0));
    return carried;
  }

  void build(Value group, int64_t, MutableArrayRef<Value> carried) override {
    Value channel = b.mul(group, kGroup);
    SmallVector<std::pair<Value, Value>> rows;
    for (size_t row = 0; row < kernel.rows.size(); ++row)
      rows.push_back(split(loadRow(b, kernel, row, channel, kGroup)));
    for (int64_t col = 0; col < kernel.numCols; ++col) {
      auto [low, high] =
          split(loadPanel(b, kernel, group, col * kGroup, kGroup));
      for (auto [row, elements] : llvm::enumerate(rows)) {
        Value &sum = carried[row * kernel.numCols + col];
        Value lowProducts = arith::MulIOp::create(b, elements.first, low);
        Value highProducts = arith::MulIOp::create(b, elements.second, high);
        if (kernel.narrowRange) {
          addPairs(sum, arith::AddIOp::create(b, lowProducts, highProducts));
        } else {
          addPairs(sum, lowProducts);
          addPairs(sum, highProducts);
        }
      }
    }
  }

  Values finish(ArrayRef<Value> carried) override {
    auto addPairwise = [&](Value lhs, Value rhs) {
      return b.callIntrinsic("llvm.aarch64.neon.addp.v4i32", b.getVectorType(),
                             {lhs, rhs});
    };
    Values sums;
    for (size_t i = 0; i < carried.size(); i += 4)
      sums.push_back(addPairwise(addPairwise(carried[i], carried[i + 1]),
                                 addPairwise(carried[i + 2], carried[i + 3])));
    return sums;
  }

private:
  /// Returns the halves of a vector, extended to i16.
  std::pair<Value, Value> split(Value value) {
    auto extend = [&](int64_t begin) {
      return b.convertIntegers(b.slice(value, begin, kGroup / 2),
                               b.getI16Type());
    };
    return {extend(0), extend(kGroup / 2)};
  }

  void addPairs(Value &sum, Value products) {
    Value pairs = b.callIntrinsic("llvm.aarch64.neon.saddlp.v4i32.v8i16",
                                  b.getVectorType(), products);
    sum = arith::AddIOp::create(b, sum, pairs);
  }
};

/// Groups of four channels, which an instruction multiplies by those of a row
/// in a lane.
class DotCode : public ProductCode {
public:
  static constexpr int64_t kGroup = 4;

  DotCode(KernelBuilder &b, MicroKernel &kernel) : ProductCode(b, kernel) {}

  int64_t getNumGroups() const override { return b.getVectorLength(); }

  void build(Value group, int64_t numGroups,
             MutableArrayRef<Value> carried) override {
    const int64_t numVectors = kernel.getNumVectors();
    const int64_t length = b.getVectorLength();
    Value channel = b.mul(group, kGroup);
    Values rows;
    for (size_t row = 0; row < kernel.rows.size(); ++row)
      rows.push_back(
          bitcast(b, loadRow(b, kernel, row, channel, numGroups * kGroup),
                  b.getI32Type()));
    for (int64_t number = 0; number < numGroups; ++number) {
      Values panel;
      for (int64_t vec = 0; vec < numVectors; ++vec)
        panel.push_back(loadPanel(b, kernel, b.add(group, number),
                                  vec * length * kGroup, length * kGroup));
      for (auto [row, elements] : llvm::enumerate(rows)) {
        Value factor = bitcast(b, b.slice(elements, number, length, /*step=*/0),
                               b.getI8Type());
        for (auto [vec, columns] : llvm::enumerate(panel)) {
          Value &sum = carried[row * numVectors + vec];
          sum = b.callIntrinsic("llvm.aarch64.neon.sdot.v4i32.v16i8",
                                b.getVectorType(), {sum, columns, factor});
        }
      }
    }
  }
};

/// Groups of eight channels: an instruction multiplies two rows by two columns.
class MatrixCode : public ProductCode {
public:
  static constexpr int64_t kGroup = 8;

  MatrixCode(KernelBuilder &b, MicroKernel &kernel) : ProductCode(b, kernel) {}

  int64_t getNumGroups() const override { return 2; }

  /// A sum carries two columns of one row, then of the next, which is the same
  /// row again if there is none.
  Values begin(ArrayRef<Value> sums) override {
    Values carried;
    const int64_t numVectors = kernel.getNumVectors();
    for (size_t row = 0; row < kernel.rows.size(); row += 2)
      for (int64_t vec = 0; vec < numVectors; ++vec) {
        Value first = sums[row * numVectors + vec];
        Value second = sums[getSecond(row) * numVectors + vec];
        carried.push_back(b.shuffle(first, second, {0, 1, 4, 5}));
        carried.push_back(b.shuffle(first, second, {2, 3, 6, 7}));
      }
    return carried;
  }

  void build(Value group, int64_t numGroups,
             MutableArrayRef<Value> carried) override {
    const int64_t numPairs = kernel.numCols / 2;
    Value channel = b.mul(group, kGroup);
    SmallVector<Values> rows(numGroups);
    for (size_t row = 0; row < kernel.rows.size(); row += 2) {
      auto load = [&](size_t row) {
        return bitcast(b, loadRow(b, kernel, row, channel, numGroups * kGroup),
                       b.getI64Type());
      };
      Value first = load(row), second = load(getSecond(row));
      for (int64_t number = 0; number < numGroups; ++number)
        rows[number].push_back(
            bitcast(b, b.shuffle(first, second, {number, numGroups + number}),
                    b.getI8Type()));
    }
    for (int64_t number = 0; number < numGroups; ++number)
      for (int64_t pair = 0; pair < numPairs; ++pair) {
        Value columns = loadPanel(b, kernel, b.add(group, number),
                                  pair * 2 * kGroup, 2 * kGroup);
        for (auto [row, elements] : llvm::enumerate(rows[number])) {
          Value &sum = carried[row * numPairs + pair];
          sum = b.callIntrinsic("llvm.aarch64.neon.smmla.v4i32.v16i8",
                                b.getVectorType(), {sum, elements, columns});
        }
      }
  }

  Values finish(ArrayRef<Value> carried) override {
    Values sums;
    const int64_t numPairs = kernel.numCols / 2;
    for (size_t row = 0; row < kernel.rows.size(); ++row)
      for (int64_t vec = 0; vec < kernel.getNumVectors(); ++vec) {
        size_t first = row / 2 * numPairs + 2 * vec;
        const int64_t lane = row % 2 * 2;
        sums.push_back(b.shuffle(carried[first], carried[first + 1],
                                 {lane, lane + 1, 4 + lane, 5 + lane}));
      }
    return sums;
  }

private:
  size_t getSecond(size_t row) const {
    return std::min(row + 1, kernel.rows.size() - 1);
  }
};

//===----------------------------------------------------------------------===//
// AVX-512 VNNI
//===----------------------------------------------------------------------===//

/// Groups of four i8 or two i16, 32 bits that are broadcast from memory. The
/// instruction for i8 takes the elements of rows as unsigned ones, and so they
/// have 128 added; 128 times the sums of the panel's columns, which are carried
/// behind the others, are subtracted in the end.
class VNNICode : public ProductCode {
public:
  VNNICode(KernelBuilder &b, MicroKernel &kernel) : ProductCode(b, kernel) {}

  Values begin(ArrayRef<Value> sums) override {
    Values carried(sums);
    if (isOffset())
      carried.append(kernel.getNumVectors(), b.zero());
    return carried;
  }

  void build(Value group, int64_t, MutableArrayRef<Value> carried) override {
    const int64_t numVectors = kernel.getNumVectors();
    const int64_t length = b.getVectorLength() * kernel.group;
    Type type = getElementTypeOrSelf(kernel.filter.getType());
    StringRef name = isOffset() ? "llvm.x86.avx512.vpdpbusd.512"
                                : "llvm.x86.avx512.vpdpwssd.512";
    Values panel;
    for (int64_t vec = 0; vec < numVectors; ++vec)
      panel.push_back(loadPanel(b, kernel, group, vec * length, length));
    auto addProducts = [&](size_t row, Value factor) {
      for (auto [vec, columns] : llvm::enumerate(panel)) {
        Value &sum = carried[row * numVectors + vec];
        sum = b.callIntrinsic(name, b.getVectorType(), {sum, factor, columns});
      }
    };
    Value offset = b.splat(VectorType::get({length}, type), -128);
    for (size_t row = 0; row < kernel.rows.size(); ++row) {
      Value elements =
          loadRow(b, kernel, row, b.mul(group, kernel.group), kernel.group);
      elements = bitcast(b, elements, b.getI32Type());
      Value factor = bitcast(
          b, vector::BroadcastOp::create(b, b.getVectorType(), elements), type);
      if (isOffset())
        factor = arith::XOrIOp::create(b, factor, offset);
      addProducts(row, factor);
    }
    if (isOffset())
      addProducts(kernel.rows.size(), offset);
  }

  Values finish(ArrayRef<Value> carried) override {
    Values sums(carried);
    if (!isOffset())
      return sums;
    const size_t numVectors = kernel.getNumVectors();
    sums.resize(carried.size() - numVectors);
    for (auto [number, sum] : llvm::enumerate(sums))
      sum = arith::SubIOp::create(b, sum,
                                  carried[sums.size() + number % numVectors]);
    return sums;
  }

private:
  bool isOffset() const { return kernel.group == 4; }
};
} // namespace

std::unique_ptr<ProductCode> ProductCode::create(KernelBuilder &b,
                                                 MicroKernel &kernel) {
  const unsigned bits =
      getElementTypeOrSelf(kernel.filter.getType()).getIntOrFloatBitWidth();
  const int64_t length = b.getVectorLength();
  const bool isWhole = kernel.numCols % length == 0;
  const IntegerProducts products = b.getOptions().integerProducts;
  if (products == IntegerProducts::VNNI && isWhole && length == 16 &&
      kernel.group * bits == 32)
    return std::make_unique<VNNICode>(b, kernel);
  const bool hasMatrix = products == IntegerProducts::NeonMatrix;
  const bool hasDot = hasMatrix || products == IntegerProducts::NeonDot;
  const bool hasNeon = hasDot || products == IntegerProducts::Neon;
  if (bits == 8 && isWhole && length == 4) {
    if (hasNeon && kernel.group == LongCode::kGroup)
      return std::make_unique<LongCode>(b, kernel);
    if (hasDot && kernel.group == DotCode::kGroup)
      return std::make_unique<DotCode>(b, kernel);
    if (hasMatrix && kernel.group == MatrixCode::kGroup)
      return std::make_unique<MatrixCode>(b, kernel);
  }
  return std::make_unique<ExtendedCode>(b, kernel);
}
