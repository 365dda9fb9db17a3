//===- KernelTester.h - Runs lowered ops on guarded buffers -----*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Tests of `convert-wino-to-vector` write an op on memrefs as text, and compare
// what the compiled op computes with the formula of its documentation, in
// double precision. Buffers touch inaccessible pages at one of their ends, and
// elements between the rows of strided buffers must keep their value.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_UNITTESTS_CONVERSION_KERNELTESTER_H
#define WINO_UNITTESTS_CONVERSION_KERNELTESTER_H

#include "Wino/Conversion/WinoToVector.h"
#include "Wino/Support/CookToom.h"
#include "llvm/ADT/ArrayRef.h"
#include "gtest/gtest.h"
#include <cmath>
#include <limits>
#include <random>
#include <string>

namespace wino::test {

using Shape = llvm::SmallVector<int64_t>;

/// Memory of a number of bytes with inaccessible pages on both sides, directly
/// behind it, or directly before it.
class GuardedMemory {
public:
  enum class Side { Before, Behind };

  GuardedMemory(size_t numBytes, Side side);
  ~GuardedMemory();
  GuardedMemory(const GuardedMemory &) = delete;
  GuardedMemory &operator=(const GuardedMemory &) = delete;

  void *get() const { return data; }

private:
  void *mapping;
  size_t mappedBytes;
  void *data;
};

/// How the memref of an array is laid out and typed.
struct Layout {
  /// Dimensions whose size the type does not tell.
  llvm::SmallVector<bool> dynamic;
  /// Extra elements between the slices of each dimension; none if empty.
  Shape gaps;
  /// Whether the type tells the strides of a layout with gaps.
  bool staticStrides = true;
};

/// A dense or strided array in guarded memory.
template <typename T>
class Array {
public:
  Array(llvm::ArrayRef<int64_t> shape, GuardedMemory::Side side,
        Layout layout = {})
      : shape(shape), layout(std::move(layout)), strides(shape.size()),
        numElements(computeStrides()), memory(numElements * sizeof(T), side) {
    for (int64_t i = 0; i < numElements; ++i)
      data()[i] = std::numeric_limits<T>::quiet_NaN();
  }

  T *data() const { return static_cast<T *>(memory.get()); }
  llvm::ArrayRef<int64_t> getShape() const { return shape; }

  T &at(llvm::ArrayRef<int64_t> indices) const {
    int64_t pos = 0;
    for (auto [index, stride] : llvm::zip_equal(indices, strides))
      pos += index * stride;
    return data()[pos];
  }

  /// Calls `body` with the indices of every element.
  void forEach(llvm::function_ref<void(llvm::ArrayRef<int64_t>)> body) const {
    for (int64_t size : shape)
      if (size == 0)
        return;
    Shape indices(shape.size(), 0);
    while (true) {
      body(indices);
      size_t dim = shape.size();
      while (dim > 0 && ++indices[dim - 1] == shape[dim - 1])
        indices[--dim] = 0;
      if (dim == 0)
        return;
    }
  }

  void fillRandom(unsigned seed) {
    std::mt19937 generator(seed);
    std::uniform_real_distribution<double> distribution(-1, 1);
    forEach([&](llvm::ArrayRef<int64_t> indices) {
      at(indices) = static_cast<T>(distribution(generator));
    });
  }

  /// Counts the elements that are no NaN, i.e. have been written if the array
  /// was not filled; those in gaps count, too.
  int64_t countWritten() const {
    int64_t count = 0;
    for (int64_t i = 0; i < numElements; ++i)
      count += !std::isnan(static_cast<double>(data()[i]));
    return count;
  }
  int64_t getNumElements() const {
    int64_t count = 1;
    for (int64_t size : shape)
      count *= size;
    return count;
  }

  /// Returns the memref type.
  std::string getType() const {
    std::string text = "memref<";
    for (auto [dim, size] : llvm::enumerate(shape))
      text += (isDynamic(dim) ? "?" : std::to_string(size)) + "x";
    text += sizeof(T) == 8 ? "f64" : sizeof(T) == 4 ? "f32" : "f16";
    if (layout.gaps.empty())
      return text + ">";
    text += ", strided<[";
    for (auto [dim, stride] : llvm::enumerate(strides)) {
      bool isLast = dim + 1 == strides.size();
      text += layout.staticStrides || isLast ? std::to_string(stride) : "?";
      text += isLast ? "]>>" : ", ";
    }
    return text;
  }

  /// Returns the fields of the memref's descriptor.
  llvm::SmallVector<int64_t> getDescriptor() const {
    llvm::SmallVector<int64_t> fields = {reinterpret_cast<int64_t>(data()),
                                         reinterpret_cast<int64_t>(data()), 0};
    fields.append(shape.begin(), shape.end());
    fields.append(strides.begin(), strides.end());
    return fields;
  }

private:
  bool isDynamic(size_t dim) const {
    return dim < layout.dynamic.size() && layout.dynamic[dim];
  }
  /// Returns the number of elements of memory, none behind the last element.
  int64_t computeStrides() {
    int64_t stride = 1, last = 0;
    for (size_t dim = shape.size(); dim-- > 0;) {
      strides[dim] = stride;
      last += (shape[dim] - 1) * stride;
      stride *= shape[dim];
      if (dim > 0 && dim - 1 < layout.gaps.size())
        stride += layout.gaps[dim - 1];
    }
    return getNumElements() == 0 ? 0 : last + 1;
  }

  Shape shape;
  Layout layout;
  Shape strides;
  int64_t numElements;
  GuardedMemory memory;
};

/// Compiles a function `@f` whose arguments are memrefs and indices.
class Kernel {
public:
  Kernel(const std::string &module, const WinoToVectorOptions &options);
  ~Kernel();

  /// An argument: a memref's descriptor, or an index.
  struct Argument {
    template <typename T>
    Argument(const Array<T> &array) : fields(array.getDescriptor()) {}
    Argument(int64_t index) : index(index) {}

    llvm::SmallVector<int64_t> fields;
    int64_t index = 0;
  };
  void run(llvm::MutableArrayRef<Argument> arguments) const;

private:
  struct Impl;
  std::unique_ptr<Impl> impl;
};

/// A result in double precision, and the sum of the magnitudes it is made of,
/// by which errors are measured.
struct Expected {
  double value = 0, magnitude = 0;

  void add(double term) {
    value += term;
    magnitude += std::fabs(term);
  }
};

/// Compares every element of `actual` with the expected one; the error may be
/// `numRoundings` rounding errors of the magnitude.
template <typename T>
void compare(const Array<T> &actual, double numRoundings,
             llvm::function_ref<Expected(llvm::ArrayRef<int64_t>)> expect) {
  double unit = sizeof(T) == 8 ? 0x1p-53 : sizeof(T) == 4 ? 0x1p-24 : 0x1p-11;
  int64_t numErrors = 0;
  actual.forEach([&](llvm::ArrayRef<int64_t> indices) {
    Expected expected = expect(indices);
    double error =
        std::fabs(static_cast<double>(actual.at(indices)) - expected.value);
    if (error <= numRoundings * unit * expected.magnitude)
      return;
    if (++numErrors > 3)
      return;
    std::string position;
    for (int64_t index : indices)
      position += " " + std::to_string(index);
    ADD_FAILURE() << "at" << position << ": "
                  << static_cast<double>(actual.at(indices)) << " instead of "
                  << expected.value << ", error " << error;
  });
  EXPECT_EQ(numErrors, 0);
  EXPECT_EQ(actual.countWritten(), actual.getNumElements())
      << "elements between the rows were written";
}

/// F(m, r) along the two axes.
struct Sizes2D {
  int64_t mRows, mCols, rRows, rCols;

  int64_t alphaRows() const { return mRows + rRows - 1; }
  int64_t alphaCols() const { return mCols + rCols - 1; }
  /// Prints `F(4x4, 3x3)`.
  std::string str() const;
  Transform1D getRows() const;
  Transform1D getCols() const;
};

/// Prints `[1, 2]`.
std::string printList(llvm::ArrayRef<int64_t> values);

/// Vector lengths and ways to multiply that the tests run with.
llvm::ArrayRef<WinoToVectorOptions> getMachines();

} // namespace wino::test

#endif // WINO_UNITTESTS_CONVERSION_KERNELTESTER_H
