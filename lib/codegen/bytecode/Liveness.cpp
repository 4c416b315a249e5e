//===- Liveness.cpp - which scalars of a function are needed ------------------===//
#include "codegen/bytecode/Liveness.h"
#include "loops/Operands.h"

#include <ranges>

namespace gradus::bytecode {

using namespace loops;

Liveness::Liveness(const Function &function, bool fuses)
    : f_(function), fuses_(fuses), definitions_(function.scalars.size()),
      uses_(function.scalars.size()) {
  define(f_.body);
  // Axes and places are few, and code is made for them when they are used.
  for (const Buffer &b : f_.buffers) {
    for (const BufferAxis &axis : b.axes) {
      use(axis.lo);
      use(axis.extent);
    }
    if (b.offset.valid())
      use(b.offset);
  }
  if (f_.workspaceElements.valid())
    use(f_.workspaceElements);
  count(f_.body);
}

void Liveness::define(const Body &body) {
  for (const Statement &s : body) {
    if (auto *let = std::get_if<Let>(&s.node))
      definitions_[let->target.index] = &let->operation;
    else
      forEachBody(s, [&](const Body &inner) { define(inner); });
  }
}

Product Liveness::product(ScalarId s) const {
  if (!fuses_ || f_.scalars[s.index].kind != Kind::Real || !definition(s))
    return {};
  auto *op = std::get_if<PrimOp>(definition(s));
  if (!op)
    return {};
  if (op->prim == ir::Prim::Mul)
    return {op->operands[0], op->operands[1]};
  if (op->prim == ir::Prim::Powi && definition(op->operands[1])) // a square is a product too
    if (auto *n = std::get_if<ConstInt>(definition(op->operands[1])); n && n->value == 2)
      return {op->operands[0], op->operands[0]};
  return {};
}

unsigned Liveness::fused(const PrimOp &op) const {
  if (op.prim == ir::Prim::Add || op.prim == ir::Prim::Sub)
    for (unsigned k : {1u, 0u})
      if (product(op.operands[k]).valid())
        return k;
  return 2;
}

void Liveness::useAdded(ScalarId s, bool real) {
  const Product p = real ? product(s) : Product{};
  if (!p.valid())
    return use(s);
  use(p.left);
  use(p.right);
}

/// From the last statement to the first, so that what nobody needs uses nothing.
void Liveness::count(const Body &body) {
  for (const Statement &s : body | std::views::reverse)
    count(s);
}

void Liveness::count(const Statement &s) {
  if (auto *loop = std::get_if<While>(&s.node)) {
    count(loop->body);
    use(loop->condition);
    count(loop->head);
    return;
  }
  forEachBody(s, [&](const Body &inner) { count(inner); });
  if (auto *let = std::get_if<Let>(&s.node)) {
    if (uses(let->target) == 0)
      return;
    if (auto *op = std::get_if<PrimOp>(&let->operation))
      if (const unsigned k = fused(*op); k < 2) {
        useAdded(op->operands[k], true);
        use(op->operands[1 - k]);
        return;
      }
  } else if (auto *a = std::get_if<Accumulate>(&s.node); a && a->combine == Combine::Add) {
    return useAdded(a->value, f_.variables[a->variable.index].kind == Kind::Real);
  } else if (auto *store = std::get_if<Store>(&s.node); store && store->combine == Combine::Add) {
    useAdded(store->value, f_.buffers[store->buffer.index].kind == Kind::Real);
    for (ScalarId i : store->indices)
      use(i);
    return;
  }
  forEachOperand(s, [&](ScalarId operand) { use(operand); });
}

} // namespace gradus::bytecode
