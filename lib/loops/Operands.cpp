//===- Operands.cpp - the scalars that operations and statements read ----------===//
#include "loops/Operands.h"

namespace gradus::loops {
namespace {

template <class... F> struct Overloaded : F... {
  using F::operator()...;
};
template <class... F> Overloaded(F...) -> Overloaded<F...>;

void each(const std::vector<ScalarId> &list, const VisitScalar &visit) {
  for (ScalarId s : list)
    visit(s);
}

} // namespace

void forEachOperand(const Operation &operation, const VisitScalar &visit) {
  std::visit(Overloaded{
                 [&](const PrimOp &o) { each(o.operands, visit); },
                 [&](const SelectOp &o) { each({o.condition, o.then, o.otherwise}, visit); },
                 [&](const LoadOp &o) { each(o.indices, visit); },
                 [](const ReadOp &) {},
                 [](const ConstReal &) {},
                 [](const ConstInt &) {},
                 [](const ConstBool &) {},
             },
             operation);
}

void forEachOperand(const Statement &statement, const VisitScalar &visit) {
  std::visit(Overloaded{
                 [&](const Let &s) { forEachOperand(s.operation, visit); },
                 [&](const Assign &s) { visit(s.value); },
                 [&](const Store &s) {
                   each(s.indices, visit);
                   visit(s.value);
                 },
                 [&](const Accumulate &s) { visit(s.value); },
                 [&](const For &s) {
                   visit(s.lo);
                   visit(s.hi);
                 },
                 [](const While &) {}, // the condition belongs to its head
                 [&](const If &s) { visit(s.condition); },
                 [&](const Fill &s) { visit(s.value); },
                 [](const Copy &) {},
                 [&](const Call &s) {
                   for (const Argument &a : s.arguments)
                     if (auto *scalar = std::get_if<ScalarId>(&a.value))
                       visit(*scalar);
                 },
                 [&](const Check &s) {
                   visit(s.condition);
                   each(s.values, visit);
                 },
                 [&](const Hook &s) { each(s.scalars, visit); },
                 [](const Break &) {},
                 [&](const Return &s) { visit(s.status); },
             },
             statement.node);
}

void forEachBody(const Statement &statement, const std::function<void(const Body &)> &visit) {
  if (auto *loop = std::get_if<For>(&statement.node)) {
    visit(loop->body);
  } else if (auto *loop = std::get_if<While>(&statement.node)) {
    visit(loop->head);
    visit(loop->body);
  } else if (auto *branch = std::get_if<If>(&statement.node)) {
    visit(branch->then);
    visit(branch->otherwise);
  }
}

} // namespace gradus::loops
