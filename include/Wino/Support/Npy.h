//===- Npy.h - NumPy's array files ------------------------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reading and writing of .npy files, format versions 1 to 3 (numpy.lib.format).
// Only what a model can take or give is read: little-endian arrays in C order
// of the types of ElementType.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_SUPPORT_NPY_H
#define WINO_SUPPORT_NPY_H

#include "Wino/Support/ElementType.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"

namespace wino {

/// An array in a file's contents.
struct NpyArray {
  ElementType type = ElementType::F32;
  llvm::SmallVector<int64_t> shape;
  /// The elements in row-major order, little-endian. Points into the parsed
  /// buffer and need not be aligned.
  llvm::ArrayRef<char> data;
};

/// Parses the contents of a .npy file. Fails with a reason if they are
/// malformed, if the data is shorter or longer than the header says, or if the
/// array is big-endian, in Fortran order or of another type.
llvm::Expected<NpyArray> parseNpy(llvm::StringRef contents);

/// Returns the header of a .npy file (format version 1.0, or 2.0 if the shape
/// is that long) for the given array; the elements follow it directly.
std::string makeNpyHeader(ElementType type, llvm::ArrayRef<int64_t> shape);

} // namespace wino

#endif // WINO_SUPPORT_NPY_H
