//===- Run.cpp - carrying out instructions ------------------------------------===//
#include "codegen/bytecode/Instructions.h"
#include "ir/Scalar.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>

namespace gradus::bytecode {
namespace {

using ir::Prim;

constexpr int64_t elementBytes = 8;
constexpr size_t mostHookScalars = 16;

// The functions of the table of primitives, apart from the loop below: they keep to
// what every processor has.
[[gnu::noinline]] double primReal(int row, double x, double y, double z) {
  const double operands[] = {x, y, z};
  return ir::evaluateReal<double>(static_cast<Prim>(row), operands);
}
[[gnu::noinline]] double primRealInt(int row, double x, int64_t n) {
  return static_cast<Prim>(row) == Prim::Powi ? ir::algebra::powi(x, n) : ir::algebra::polygamma(n, x);
}
[[gnu::noinline]] int64_t primInt(int row, int64_t x, int64_t y) {
  const auto p = static_cast<Prim>(row);
  if ((p == Prim::IntDiv || p == Prim::Mod) && y == 0)
    return 0; // a Check comes before it
  const int64_t operands[] = {x, y};
  return ir::evaluateWhole(p, operands);
}

uint64_t bits(int64_t x) { return static_cast<uint64_t>(x); }
uint64_t bits(Slot s) { return bits(s.whole); }
int64_t whole(uint64_t x) { return static_cast<int64_t>(x); }

char *element(Slot array, int64_t index) { return array.array + index * elementBytes; }

int64_t ask(const Code &code, const Instruction &i, const Slot *r, GradusFrame *frame) {
  if (!frame->hook)
    return 0;
  const auto n = static_cast<size_t>(i.shift);
  assert(n <= mostHookScalars);
  std::array<double, mostHookScalars> scalars;
  for (size_t k = 0; k < n; ++k)
    scalars[k] = r[code.lists[i.c + k]].real;
  return frame->hook(frame->hookUser, scalars.data(), i.shift,
                     reinterpret_cast<const double *>(r[i.a].array), r[i.b].whole);
}

void forget(const Code &code, Slot *r) {
  for (size_t k = 0; k < code.outputs.size(); ++k)
    r[code.outputs[k]] = code.noValues[k];
}

void fail(const Code &code, const Instruction &i, Slot *r, GradusFrame *frame) {
  frame->errorSite = static_cast<int32_t>(i.b);
  for (size_t k = 0; k < static_cast<size_t>(i.shift); ++k)
    frame->errorValues[k] = r[code.lists[i.c + k]].whole;
  forget(code, r);
}

/// The callee's slots lie behind those of its caller.
int32_t call(const Program::Impl &program, const Code &code, const Instruction &i, Slot *r,
             char *workspace, GradusFrame *frame) {
  const Code &callee = program.codes[i.a];
  Slot *const slots = r + code.slots;
  const uint32_t *list = code.lists.data() + i.b;
  if (callee.external) {
    for (size_t k = 0; k < callee.inputs.size(); ++k)
      slots[k] = r[*list++];
    Slot result;
    callee.external(slots, result);
    if (!callee.outputs.empty())
      r[*list] = result;
    return 0;
  }
  std::copy(callee.constants.begin(), callee.constants.end(), slots);
  std::fill_n(slots + callee.constants.size(), callee.variables, Slot{.whole = 0});
  for (uint32_t input : callee.inputs)
    slots[input] = r[*list++];
  const int32_t status = run(program, callee, slots,
                             workspace + r[i.c].whole * elementBytes, frame);
  if (status != 0) {
    forget(code, r);
    return status;
  }
  for (uint32_t output : callee.outputs)
    r[*list++] = slots[output];
  return 0;
}

#define R(FIELD) r[i->FIELD]
#define GO_ON goto *places[static_cast<size_t>(i->op)]
#define JUMP(TARGET)                                                                               \
  do {                                                                                             \
    i = first + (TARGET);                                                                          \
    GO_ON;                                                                                         \
  } while (false)

// Each operation jumps to the next one by itself: the processor then learns what follows
// what.
int32_t runRounded(const Program::Impl &program, const Code &code, Slot *const r, char *workspace,
                   GradusFrame *frame) {
#define MULTIPLY_ADD(X, Y, Z) ((X) * (Y) + (Z))
#include "codegen/bytecode/RunLoop.h"
#undef MULTIPLY_ADD
}

#ifdef __x86_64__
[[gnu::target("fma")]]
#endif
int32_t
runFused(const Program::Impl &program, const Code &code, Slot *const r, char *workspace,
         GradusFrame *frame) {
#define MULTIPLY_ADD(X, Y, Z) __builtin_fma(X, Y, Z)
#include "codegen/bytecode/RunLoop.h"
#undef MULTIPLY_ADD
}

bool fuses() {
#ifdef __x86_64__
  return __builtin_cpu_supports("fma");
#elif defined FP_FAST_FMA
  return true;
#else
  return false;
#endif
}

} // namespace

int32_t run(const Program::Impl &program, const Code &code, Slot *slots, char *workspace,
            GradusFrame *frame) {
  static const auto how = fuses() ? runFused : runRounded;
  return how(program, code, slots, workspace, frame);
}

} // namespace gradus::bytecode
