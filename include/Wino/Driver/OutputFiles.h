//===- OutputFiles.h - All output files or none -----------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_DRIVER_OUTPUTFILES_H
#define WINO_DRIVER_OUTPUTFILES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/FileOutputBuffer.h"
#include <memory>
#include <vector>

namespace wino {

/// The output files of one run of a tool. They are written beside their final
/// places under temporary names and take their own names together, so that a
/// failed run leaves the file system as it was.
class OutputFiles {
public:
  /// Fails if a file of `paths` can obviously not be written, names a directory
  /// or `input`, or appears twice. Empty paths are skipped; `-` is standard
  /// output. To be called before long work whose results go there.
  static llvm::Error check(llvm::ArrayRef<llvm::StringRef> paths,
                           llvm::StringRef input);

  /// Adds a file of `size` bytes and returns its contents, all zero, to be
  /// filled in before commit(). Large files are mapped, not held in memory.
  llvm::Expected<llvm::MutableArrayRef<char>> add(llvm::StringRef path,
                                                  size_t size);

  /// Adds a file with the given contents.
  llvm::Error add(llvm::StringRef path, llvm::StringRef contents);

  /// Gives all files their names. If one cannot have it, removes the others.
  llvm::Error commit();

private:
  std::vector<std::unique_ptr<llvm::FileOutputBuffer>> files;
};

} // namespace wino

#endif // WINO_DRIVER_OUTPUTFILES_H
