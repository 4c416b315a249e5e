//===- Bytes.h - what decides the code of a module, as bytes ----------------===//
#pragma once

#include "loops/Loops.h"

#include <string>

namespace gradus::loops {

/// Two modules with the same bytes compile to the same code. Names that only
/// people read, documentation and the texts of sites are left out: they may
/// change, and so may every value that is bound at run time.
std::string bytesOf(const Module &module);

} // namespace gradus::loops
