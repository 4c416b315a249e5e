//===- CCompilers.h - the C compilers of this machine ------------------------===//
#pragma once

#include <string>
#include <vector>

namespace gradus::driver {

/// Names in PATH, each compiler once: gcc, clang, clang-19, ...
std::vector<std::string> cCompilers();
/// What CC names, else the first of them; empty: there is none.
std::string usualCCompiler();

} // namespace gradus::driver
