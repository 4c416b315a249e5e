//===- Bytecode.h - loop IR to code that runs without a compiler -------------===//
//
// A module as instructions on slots of 8 bytes, carried out one by one: there in
// the time that it takes to write them down, where machine code takes LLVM
// milliseconds. For what is called a few times, and until machine code is worth it.
//
// Numbers are those of machine code without optimization (codegen/llvm, Level::O0), to
// the bit: a sum or difference one of whose operands is a product is fused, unless the
// module is strict or the processor has no fused product; functions are those of the
// C library.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "loops/Loops.h"
#include "runtime/Runtime.h"

#include <memory>
#include <optional>
#include <string_view>

namespace gradus::bytecode {

/// The exported functions of a module. Never changed once made: any number of
/// threads may call it.
class Program {
public:
  /// Of a sound module.
  static std::shared_ptr<const Program> translate(const loops::Module &module);
  ~Program();

  /// The number of an exported function.
  std::optional<uint32_t> find(std::string_view name) const;
  /// Frame and arguments as runtime/Runtime.h has them.
  int32_t call(uint32_t function, GradusFrame *frame, void *const *arguments) const;
  /// Of all instructions.
  size_t bytes() const;

  struct Impl;
  explicit Program(std::unique_ptr<Impl> impl);

private:
  std::unique_ptr<const Impl> impl_;
};

} // namespace gradus::bytecode
