//===- Limits.h - Limits of the ops' attributes -----------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_IR_LIMITS_H
#define WINO_LIB_IR_LIMITS_H

#include <cstdint>

namespace wino {

/// The largest padding of one side of an image that an op has, in pixels.
inline constexpr int64_t kMaxPad = int64_t(1) << 30;

/// The largest kernel size, stride or dilation along an axis.
inline constexpr int64_t kMaxWindow = int64_t(1) << 15;

/// The most rows or columns of pixels that share panels of columns.
inline constexpr int64_t kMaxPixelBlock = int64_t(1) << 20;

} // namespace wino

#endif // WINO_LIB_IR_LIMITS_H
