//===- Instructions.h - what bytecode is -----------------------------------===//
//
// Internal to lib/codegen/bytecode. The frame of a function is an array of slots:
// its constants, its variables, then everything else.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "codegen/bytecode/Bytecode.h"
#include "codegen/bytecode/RuntimeCalls.h"

#include <map>
#include <string>
#include <vector>

namespace gradus::bytecode {

/// The rows of Operations.def.
enum class Op : uint16_t {
#define OPERATION(NAME, ...) NAME,
#include "codegen/bytecode/Operations.def"
};

struct Instruction {
  Op op;
  int16_t shift = 0;
  uint32_t d = 0, a = 0, b = 0, c = 0;
};

union Slot {
  double real;
  int64_t whole;
  char *array;
};

struct Code {
  std::vector<Instruction> instructions;
  std::vector<uint32_t> lists;
  std::vector<Slot> constants; ///< slots from 0 on
  uint32_t variables = 0;      ///< slots after them; 0 at the beginning
  uint32_t slots = 0;
  /// Of the parameters, in order: scalars and arrays that come in, scalars that go out.
  std::vector<uint32_t> inputs, outputs;
  std::vector<Slot> noValues; ///< what outputs are when a check has failed: nan, or 0
  RuntimeCall external = nullptr; ///< in place of instructions
  uint32_t depth = 0;             ///< slots with those of all calls within
};

/// How a parameter of an exported function is found and left, through its pointer.
struct HostParameter {
  enum Role : uint8_t { Input, Output, Array } role;
  loops::Kind kind;
};

struct Program::Impl {
  std::vector<Code> codes; ///< by FunctionId
  std::vector<std::vector<HostParameter>> parameters;
  std::map<std::string, uint32_t, std::less<>> exported;
  std::deque<loops::Table> tables;
};

/// Fills in the code of one function; those that it calls come before it or after.
void translate(const loops::Module &module, const loops::Function &function,
               const std::deque<loops::Table> &tables, Code &code);

/// Runs a function whose constants, variables and inputs are in its slots.
int32_t run(const Program::Impl &program, const Code &code, Slot *slots, char *workspace,
            GradusFrame *frame);

} // namespace gradus::bytecode
