//===- OutputFiles.cpp - All output files or none -------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Driver/OutputFiles.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include <cstring>

using namespace llvm;
using namespace wino;

/// Whether `path` names standard output or a device, which get the contents but
/// are not replaced.
static bool isStream(StringRef path) {
  return path == "-" ||
         (sys::fs::exists(path) && !sys::fs::is_regular_file(path));
}

/// Checks that a file can be created at `path` or replaced there.
static Error checkOne(StringRef path, StringRef input) {
  if (sys::fs::is_directory(path))
    return createFileError(path,
                           std::make_error_code(std::errc::is_a_directory));
  bool isInput = false;
  if (!sys::fs::equivalent(path, input, isInput) && isInput)
    return createFileError(
        path, createStringError("the output would replace the input"));
  if (isStream(path))
    return Error::success();
  StringRef parent = sys::path::parent_path(path);
  if (parent.empty())
    parent = ".";
  if (std::error_code error =
          sys::fs::access(parent, sys::fs::AccessMode::Write))
    return createFileError(path, error);
  return Error::success();
}

Error OutputFiles::check(ArrayRef<StringRef> paths, StringRef input) {
  StringSet<> seen;
  for (StringRef path : paths) {
    if (path.empty())
      continue;
    SmallString<128> absolute = path;
    if (path != "-") {
      if (Error error = checkOne(path, input))
        return error;
      if (std::error_code error = sys::fs::make_absolute(absolute))
        return createFileError(path, error);
      sys::path::remove_dots(absolute, /*remove_dot_dot=*/true);
    }
    if (!seen.insert(absolute).second)
      return createFileError(path,
                             createStringError("two outputs have this name"));
  }
  return Error::success();
}

Expected<MutableArrayRef<char>> OutputFiles::add(StringRef path, size_t size) {
  Expected<std::unique_ptr<FileOutputBuffer>> file =
      FileOutputBuffer::create(path, size, FileOutputBuffer::F_mmap);
  if (!file)
    return createFileError(path, file.takeError());
  files.push_back(std::move(*file));
  return MutableArrayRef<char>(
      reinterpret_cast<char *>(files.back()->getBufferStart()), size);
}

Error OutputFiles::add(StringRef path, StringRef contents) {
  Expected<MutableArrayRef<char>> buffer = add(path, contents.size());
  if (!buffer)
    return buffer.takeError();
  if (!contents.empty())
    std::memcpy(buffer->data(), contents.data(), contents.size());
  return Error::success();
}

static Error commitOne(FileOutputBuffer &file) {
  std::string path = file.getPath().str();
  if (!isStream(path))
    return file.commit();
  // The buffer's own commit ends the program if the stream is full.
  std::error_code error;
  raw_fd_ostream os(path, error);
  if (error)
    return errorCodeToError(error);
  os.write(reinterpret_cast<const char *>(file.getBufferStart()),
           file.getBufferSize());
  os.flush();
  error = os.error();
  os.clear_error();
  return errorCodeToError(error);
}

Error OutputFiles::commit() {
  std::vector<std::string> committed;
  for (std::unique_ptr<FileOutputBuffer> &file : files) {
    std::string path = file->getPath().str();
    if (Error error = commitOne(*file)) {
      for (const std::string &other : committed)
        (void)sys::fs::remove(other);
      files.clear();
      return createFileError(path, std::move(error));
    }
    if (!isStream(path))
      committed.push_back(path);
  }
  files.clear();
  return Error::success();
}
