//===- JIT.h - loop IR to functions that can be called now -----------------===//
//
// Compiles a module for this machine and links it into the process: object code
// from codegen/llvm, linked by JITLink, in pages that are never writable and
// executable at once. The code sees the C library's mathematics, memory
// functions and lib/runtime, and no other symbol of the process.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "codegen/llvm/LLVMBackend.h"
#include "jit/Cache.h"
#include "jit/CodeStore.h"
#include "runtime/Runtime.h"

#include <memory>
#include <string>
#include <string_view>

namespace gradus::jit {

using codegen::Level;

/// The signature of exported functions, see runtime/Runtime.h.
using EntryPoint = int32_t (*)(GradusFrame *frame, void *const *arguments);

/// Code in memory; it lives as long as this object.
class CompiledModule {
public:
  ~CompiledModule();
  /// The exported function of this name, or null. Callable from any thread.
  EntryPoint find(std::string_view name) const;
  /// Bytes of the object file: the size of code and constants.
  size_t objectBytes() const;
  /// Whether it was in the cache.
  bool cached() const;

  struct Impl;
  explicit CompiledModule(std::unique_ptr<Impl> impl);

private:
  std::unique_ptr<Impl> impl_;
};

struct JitOptions {
  Level level = Level::Fast;
  bool vectorMath = true;
  const Cache *cache = nullptr; ///< where code is kept for later processes; may be null
  CodeStore *store = nullptr;   ///< where it is kept for other threads; may be null
  std::string cpu = {};         ///< one that this machine can do the work of; empty: its own
  /// Operations of a chunk of a loop; what is smaller is not worth a thread's start.
  double chunkWork = 1 << 17;
};

class Jit {
public:
  /// Compiles a sound module. Null, with `error` set, if it cannot be linked.
  static std::unique_ptr<CompiledModule> compile(const loops::Module &module,
                                                 const JitOptions &options, std::string &error);
  static std::unique_ptr<CompiledModule> compile(const loops::Module &module, Level level,
                                                 std::string &error) {
    return compile(module, JitOptions{level}, error);
  }
};

} // namespace gradus::jit
