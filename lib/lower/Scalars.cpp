//===- Scalars.cpp - one scalar operation at a time ---------------------------===//

#include "lower/Kernel.h"
#include "lower/Scope.h"

#include <algorithm>
#include <cassert>

namespace gradus::lower {

using namespace ir;
using loops::ScalarId;

namespace {

/// Index k of an At: what has to be checked at run time.
struct IndexNeeds {
  bool lower, upper;
};

IndexNeeds indexNeeds(FunctionBuilder &b, ValueId index, const Axis &axis,
                      std::span<const ValueId> open) {
  Graph &g = b.g;
  auto certain = [&](ValueId more, ValueId less) {
    const ValueId v = g.sub(more, less);
    return b.bounds.nonNegative(v, open) ||
           std::any_of(b.facts.begin(), b.facts.end(), [&](ValueId fact) {
             return b.bounds.nonNegative(g.sub(v, fact), open);
           });
  };
  if (g.node(index).op == Op::At)
    if (auto it = b.elementRanges.find(g.operand(index, 0)); it != b.elementRanges.end())
      return {!certain(it->second.lo, axis.lo), !certain(axis.hi, it->second.hi)};
  return {!certain(index, axis.lo), !certain(axis.hi, index)};
}

ScalarId constantInt(FunctionBuilder &b, ValueId v) {
  ScalarId s = b.bound(v);
  if (s.valid())
    return s;
  s = b.let(loops::Kind::Int, loops::ConstInt{b.g.intValue(v)});
  b.bind(v, s);
  return s;
}

/// A closed size, or one of the loop indices around.
ScalarId rangeEnd(FunctionBuilder &b, ValueId v) {
  if (b.g.isConstant(v))
    return constantInt(b, v);
  if (ScalarId s = b.bound(v); s.valid())
    return s;
  return b.g.hasFree(v) ? ScalarId{} : b.size(v);
}

std::string nameOfArray(const Graph &g, ValueId array) {
  return g.node(array).op == Op::Input ? g.inputOf(array).name : std::string("the array");
}

} // namespace

void checkIndices(FunctionBuilder &b, std::span<const ValueId> indices,
                  const std::vector<Axis> &axes, const std::string &name, SourceRange range) {
  for (unsigned k = 0; k < axes.size(); ++k) {
    IndexNeeds needs = indexNeeds(b, indices[k], axes[k], b.openSymbols);
    if (!needs.lower && !needs.upper)
      continue;
    ScalarId i = b.bound(indices[k]), lo = rangeEnd(b, axes[k].lo), hi = rangeEnd(b, axes[k].hi);
    if (!lo.valid() || !hi.valid())
      continue; // an array local to a loop: its range is that of the loop
    ScalarId ok;
    if (needs.lower)
      ok = b.let(loops::Kind::Bool, loops::PrimOp{Prim::LessEqual, {lo, i}});
    if (needs.upper) {
      ScalarId upper = b.let(loops::Kind::Bool, loops::PrimOp{Prim::LessEqual, {i, hi}});
      ok = ok.valid() ? b.let(loops::Kind::Bool, loops::PrimOp{Prim::And, {ok, upper}}) : upper;
    }
    std::string which = axes.size() > 1 ? "index " + std::to_string(k + 1) + " of " : "the index of ";
    b.module.sites.push_back({range, which + name + " is {0}, outside {1}..{2}"});
    b.push(loops::Check{ok, static_cast<uint32_t>(b.module.sites.size() - 1), {i, lo, hi}});
  }
}

bool areInside(FunctionBuilder &b, std::span<const ValueId> indices,
               const std::vector<Axis> &axes) {
  for (size_t k = 0; k < axes.size(); ++k) {
    IndexNeeds needs = indexNeeds(b, indices[k], axes[k], b.openSymbols);
    if (needs.lower || needs.upper)
      return false;
  }
  return true;
}

bool canFail(FunctionBuilder &b, ValueId v) {
  Graph &g = b.g;
  const Node n = g.node(v);
  bool extreme = n.op == Op::Reduce &&
                 (n.reduceOp() == ReduceOp::Min || n.reduceOp() == ReduceOp::Max);
  bool division = n.op == Op::Prim && n.type.kind == Kind::Int &&
                  (n.prim() == Prim::IntDiv || n.prim() == Prim::Mod);
  if (n.op != Op::At && n.op != Op::Put && !extreme && !division)
    return false;
  if (extreme && mayBeEmpty(g, v))
    return false;
  if (extreme && !(g.isConstant(g.operand(v, 2)) && g.boolValue(g.operand(v, 2))))
    return true;
  if (division && g.isConstant(g.operand(v, 1)))
    return g.intValue(g.operand(v, 1)) == 0;
  if (b.readsConditional(v))
    return true;

  // Loops inside this scope may be running where v is computed.
  std::vector<ValueId> open = b.openSymbols;
  for (int32_t free : g.freeIndices(v))
    if (ValueId s = g.symbolNode(free); s.valid())
      open.push_back(s);
  // What a loop of an array puts in it is put where it has been read, where the loop runs; a
  // part for itself may be that of a branch which is not taken.
  const std::vector<ValueId> operands(g.operands(v).begin(), g.operands(v).end());
  if (n.op == Op::Put &&
      std::any_of(operands.begin() + 1, operands.end(), [&](ValueId i) {
        return std::any_of(open.begin() + static_cast<ptrdiff_t>(b.openSymbols.size()), open.end(),
                           [&](ValueId s) {
                             return g.dependsOn(i, s) &&
                                    std::find(b.openSymbols.begin(), b.openSymbols.end(), s) ==
                                        b.openSymbols.end();
                           });
      }))
    return false;
  if (extreme)
    return !b.bounds.nonNegative(g.sub(g.operand(v, 1), g.operand(v, 0)), open);
  if (division)
    return !b.bounds.nonNegative(g.sub(g.operand(v, 1), g.integer(1)), open);
  const std::vector<Axis> axes = g.axesOf(n.op == Op::Put ? v : g.operand(v, 0));
  for (unsigned k = 0; k < axes.size(); ++k) {
    IndexNeeds needs = indexNeeds(b, g.operand(v, k + 1), axes[k], open);
    if (needs.lower || needs.upper)
      return true;
  }
  return false;
}

void emitScalar(FunctionBuilder &b, ValueId v) {
  Graph &g = b.g;
  Node n = g.node(v);
  if (b.bound(v).valid())
    return;
  loops::Operation op;
  std::string name;
  switch (n.op) {
  case Op::Constant:
    if (n.type.kind == Kind::Real)
      op = loops::ConstReal{g.realValue(v)};
    else if (n.type.kind == Kind::Int)
      op = loops::ConstInt{g.intValue(v)};
    else
      op = loops::ConstBool{g.boolValue(v)};
    break;
  case Op::Prim: {
    loops::PrimOp p{n.prim(), {}};
    p.operands.reserve(n.operandCount);
    for (ValueId o : g.operands(v)) {
      assert(b.bound(o).valid() && "operands come first");
      p.operands.push_back(b.bound(o));
    }
    if (canFail(b, v)) {
      ScalarId zero = b.let(loops::Kind::Int, loops::ConstInt{0});
      ScalarId ok = b.let(loops::Kind::Bool, loops::PrimOp{Prim::NotEqual, {p.operands[1], zero}});
      b.module.sites.push_back({g.range(v), "whole division by {0}"});
      b.push(loops::Check{ok, static_cast<uint32_t>(b.module.sites.size() - 1), {p.operands[1]}});
    }
    op = std::move(p);
    break;
  }
  case Op::Select:
    op = loops::SelectOp{b.bound(g.operand(v, 0)), b.bound(g.operand(v, 1)),
                         b.bound(g.operand(v, 2))};
    break;
  case Op::At: {
    std::vector<ValueId> indices(g.operands(v).begin() + 1, g.operands(v).end());
    ValueId array = g.operand(v, 0);
    checkIndices(b, indices, std::vector<Axis>(g.axesOf(array)), nameOfArray(g, array), g.range(v));
    loops::LoadOp load{b.arrays.at(g.operand(v, 0)), {}};
    for (unsigned k = 1; k < n.operandCount; ++k)
      load.indices.push_back(b.bound(g.operand(v, k)));
    op = std::move(load);
    break;
  }
  case Op::Input:
  case Op::Index:
  case Op::Put:
  case Op::Zeros:
  case Op::Build:
  case Op::Reduce:
  case Op::List:
  case Op::Keep:
  case Op::Matrix:
  case Op::Recur:
  case Op::State:
    assert(false && "not a scalar operation, or not bound before use");
    return;
  }
  b.bind(v, b.let(b.kindOf(v), std::move(op), std::move(name), g.range(v)));
}

} // namespace gradus::lower
