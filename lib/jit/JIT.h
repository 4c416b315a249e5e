//===- JIT.h - loop IR to functions that can be called now -----------------===//
//
// Compiles a module for this machine and links it into the process: object code
// from codegen/llvm, linked by JITLink, in pages that are never writable and
// executable at once. The code sees the C library's mathematics, memory
// functions and lib/runtime, and no other symbol of the process. At Level::Bytecode
// nothing is compiled: codegen/bytecode carries the loops out itself.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "codegen/bytecode/Bytecode.h"
#include "codegen/llvm/LLVMBackend.h"
#include "jit/Cache.h"
#include "jit/CodeStore.h"
#include "runtime/Runtime.h"

#include <memory>
#include <string>
#include <string_view>

namespace gradus::jit {

/// Bytecode: there at once, and slow. The others are those of codegen::Level.
enum class Level : uint8_t { O0, Fast, Full, Bytecode };

/// An exported function, with the signature of runtime/Runtime.h; or none.
class EntryPoint {
public:
  using Native = int32_t (*)(GradusFrame *frame, void *const *arguments);
  EntryPoint(Native native = nullptr) : native_(native) {}
  EntryPoint(const bytecode::Program &program, uint32_t function)
      : program_(&program), function_(function) {}

  explicit operator bool() const { return native_ || program_; }
  int32_t operator()(GradusFrame *frame, void *const *arguments) const {
    return native_ ? native_(frame, arguments) : program_->call(function_, frame, arguments);
  }

  /// The machine code's own address; null where there is none.
  Native native() const { return native_; }

private:
  Native native_ = nullptr;
  const bytecode::Program *program_ = nullptr;
  uint32_t function_ = 0;
};

/// Code in memory; it lives as long as this object.
class CompiledModule {
public:
  ~CompiledModule();
  /// The exported function of this name, or none. Callable from any thread.
  EntryPoint find(std::string_view name) const;
  /// Bytes of the object file: the size of code and constants; of bytecode, its own.
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
