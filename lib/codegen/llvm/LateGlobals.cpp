//===- LateGlobals.cpp - LLVM's global objects, when they are needed --------===//
#include "codegen/llvm/LateGlobals.h"

#include <mutex>

namespace {

using Constructor = void (*)(int, char **, char **);

} // namespace

extern "C" {
// The linker's names for the ends of the section; absent where nothing is late.
extern Constructor __start_gradus_late_globals[] __attribute__((weak, visibility("hidden")));
extern Constructor __stop_gradus_late_globals[] __attribute__((weak, visibility("hidden")));
}

namespace gradus::codegen {

void constructLateGlobals() {
  static std::once_flag once;
  std::call_once(once, [] {
    static char *none[] = {nullptr};
    for (Constructor *c = __start_gradus_late_globals; c != __stop_gradus_late_globals; ++c)
      (*c)(0, none, none);
  });
}

} // namespace gradus::codegen
