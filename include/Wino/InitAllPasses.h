//===- InitAllPasses.h - Registration of Wino's passes and pipelines -*- C++
//-*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WINO_INITALLPASSES_H
#define WINO_INITALLPASSES_H

namespace wino {

/// Adds Wino's passes and pipelines to the registry of passes, the first time
/// it is called: a plugin that is loaded twice, for its dialects and for its
/// passes, must not register a pipeline again.
void registerAllPasses();

} // namespace wino

#endif // WINO_INITALLPASSES_H
