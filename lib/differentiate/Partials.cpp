//===- Partials.cpp - the PARTIALS column for nodes -------------------------===//

#include "differentiate/Partials.h"
#include "ir/Value.h"

#include <cassert>

namespace gradus::differentiate {

using namespace ir;

ValueId partial(Graph &g, Prim prim, unsigned k, std::span<const ValueId> operands,
                ValueId result) {
  Value x{&g, operands[0]};
  Value y{&g, operands[operands.size() > 1 ? 1 : 0]};
  Value z{&g, operands[operands.size() > 2 ? 2 : 0]};
  Value r{&g, result};
  Value one{&g, g.real(1.0)}, minusOne{&g, g.real(-1.0)};
  // Only the partial that is asked for is built.
#define PARTIALS(...) PARTIALS_SELECT(__VA_ARGS__, 0, 0, 0)
#define PARTIALS_SELECT(A, B, C, ...)                                                              \
  if (k == 0)                                                                                      \
    return idOf(A);                                                                                \
  if (k == 1)                                                                                      \
    return idOf(B);                                                                                \
  if (k == 2)                                                                                      \
    return idOf(C);
#define NONE
  struct Id {
    ValueId operator()(const Value &v) const { return v.id; }
    ValueId operator()(int) const { return {}; }
  } idOf;
  switch (prim) {
#define PRIMITIVE(NAME, SPELLING, C, ARITY, NOTATION, SIGNATURE, LOWERING, COMMUTATIVE, COST,      \
                  SMOOTH, DOMAIN, KINK, EVAL, ...)                                                 \
  case Prim::NAME:                                                                                 \
    __VA_ARGS__ return {};
#include "ir/Primitives.def"
  }
  assert(false && "not a primitive");
  return {};
}

} // namespace gradus::differentiate
