//===- Emitted.h - the C back end as a judge ------------------------------------===//
#pragma once

#include "jit/JIT.h"

#include <memory>
#include <string>

namespace gradus::property {

/// A module as emitted C, compiled by a C compiler into this process.
class EmittedCode {
public:
  /// Null when the compiler is not there, or with `error` set when it refuses.
  static std::unique_ptr<EmittedCode> compile(const loops::Module &module,
                                              const std::string &compiler, std::string &error);
  ~EmittedCode();
  jit::EntryPoint find(const std::string &name) const;

private:
  EmittedCode() = default;
  void *library = nullptr;
};

} // namespace gradus::property
