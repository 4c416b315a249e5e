//===- Expansions.cpp - the EVAL column for nodes --------------------------------===//

#include "ir/Expansions.h"
#include "ir/Value.h"

#include <cassert>

namespace gradus::ir {

namespace {

template <Lowering lowering, class Row>
ValueId expandRow(const Row &row, const Value &x, const Value &y, const Value &z,
                  const Value &one) {
  if constexpr (lowering == Lowering::Expanded) {
    return row(x, y, z, one, 0).id;
  } else {
    assert(false && "only Lowering::Expanded rows have an expansion");
    return {};
  }
}

} // namespace

ValueId expand(Graph &g, Prim prim, std::span<const ValueId> operands) {
  auto operand = [&](size_t k) { return Value{&g, operands[k < operands.size() ? k : 0]}; };
  Value first = operand(0), second = operand(1), third = operand(2), unit{&g, g.real(1.0)};
  switch (prim) {
    // The lambdas are generic so that only those of Expanded rows are compiled.
#define PRIMITIVE(NAME, SPELLING, C, ARITY, NOTATION, SIGNATURE, LOWERING, COMMUTATIVE, COST,      \
                  SMOOTH, DOMAIN, KINK, EVAL, ...)                                                 \
  case Prim::NAME:                                                                                 \
    return expandRow<Lowering::LOWERING>(                                                          \
        [&](auto x, auto y, auto z, auto one, auto WHOLE) {                                        \
          (void)one, (void)x, (void)y, (void)z, (void)WHOLE;                                       \
          return EVAL;                                                                             \
        },                                                                                         \
        first, second, third, unit);
#include "ir/Primitives.def"
  }
  assert(false && "not a primitive");
  return {};
}

} // namespace gradus::ir
