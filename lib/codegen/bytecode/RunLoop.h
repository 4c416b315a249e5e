//===- RunLoop.h - the body of a function that carries out instructions ---------===//
//
// Included in Run.cpp, where MULTIPLY_ADD is defined, once for each meaning of it.
//
//===--------------------------------------------------------------------===//
static const void *const places[] = {
#define OPERATION(NAME, ...) &&NAME,
#include "codegen/bytecode/Operations.def"
};
const Instruction *const first = code.instructions.data();
const Instruction *i = first;
GO_ON;
#define OPERATION(NAME, ...)                                                                       \
  NAME:                                                                                            \
  __VA_ARGS__;                                                                                     \
  ++i;                                                                                             \
  GO_ON;
#include "codegen/bytecode/Operations.def"
