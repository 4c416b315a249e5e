//===- LLVMBackend.h - loop IR to native code through LLVM ----------------===//
//
// One LLVMProgram is one loops::Module on its way to machine code. No type of
// LLVM appears here: those stay inside lib/codegen/llvm.
//
// Shape of the code. A function `f` becomes an internal function `f.body` with
// typed parameters (frame, workspace, then scalars by value and buffers as
// pointers that do not alias) that returns its status together with its
// scalar results; and, if exported, a wrapper with the signature of
// runtime/Runtime.h. Calls inside the module use `f.body` directly and pass the
// workspace behind the caller's own.
//
// Numbers. Strict modules: every operation is rounded by itself, in the order of
// the loop IR, and functions of the C library are called by name and left alone.
// Else: a sum or difference one of whose operands is a product is fused (the
// second operand if both are), Accumulate and the combining stores may be
// reassociated, and loops may use vector versions of the C library's functions.
// Infinities, nan and signed zeros are respected in both.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "loops/Loops.h"

#include <memory>
#include <string>
#include <vector>

namespace gradus::codegen {

/// O0: no passes, quickest to compile. Fast: a short pipeline that vectorizes,
/// for code that is compiled while somebody waits. Full: everything LLVM has.
enum class Level : uint8_t { O0, Fast, Full };

struct Settings {
  Level level = Level::Full;
  std::string triple;   ///< empty: this machine
  std::string cpu;      ///< empty: this machine's, or "generic" for another triple
  std::string features; ///< "+avx2,-fma"; added to those of the cpu
  /// Put before the name of every exported function.
  std::string symbolPrefix;
  /// In place of `gradus_` before the names of the runtime's functions; empty: as they are.
  std::string runtimePrefix = {};
  /// Exported functions are for one shared library only.
  bool hidden = false;
  /// Vector versions of the C library's functions (x86-64 with glibc: the
  /// program is linked with libmvec). Never in strict modules.
  bool vectorMath = true;
  /// Long loops call the runtime with chunks of about so many operations, see
  /// runtime/Threads.h. 0: never.
  double chunkWork = 0;
  /// What the caller promises of the workspace's address, in bytes. Who calls an object
  /// promises no more than that a double may be there.
  unsigned workspaceAlignment = 8;
  /// The module is checked before passes and code generation, and its values have names.
  bool careful = true;
};

class LLVMProgram {
public:
  /// Translates a sound module. Null, with `error` set, if LLVM does not know
  /// the target or its processor, or a name clashes with the C library.
  static std::unique_ptr<LLVMProgram> create(const loops::Module &module, const Settings &settings,
                                             std::string &error);
  ~LLVMProgram();

  /// Runs the passes of the level; once, before the outputs that want it.
  void optimize();
  /// The functions of the runtime that the code calls, with their own names: gradus_...
  std::vector<std::string> runtimeFunctions() const;
  /// LLVM's own text.
  std::string ir() const;
  /// LLVM's own binary form.
  std::string bitcode() const;
  std::string assembly() const;
  /// The bytes of a relocatable object file. Uses the program up.
  std::string object();
  /// The same as several files, each of which calls only itself and those before it:
  /// for a program that links them itself, very large functions are left as they are
  /// and the others are optimized. Uses the program up.
  std::vector<std::string> objects();
  /// "x86_64-pc-linux-gnu"
  std::string triple() const;

  struct Impl;

private:
  explicit LLVMProgram(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// What code for this machine depends on beside its source: LLVM's version, the
/// processor and its features.
const std::string &hostIdentity();

} // namespace gradus::codegen
