//===- Scalars.cpp - one scalar operation at a time ---------------------------===//

#include "lower/Bounds.h"
#include "lower/Scope.h"

#include <cassert>

namespace gradus::lower {

using namespace ir;
using loops::ScalarId;

namespace {

/// Index k of an At: what has to be checked at run time.
struct IndexNeeds {
  bool lower, upper;
};

IndexNeeds indexNeeds(FunctionBuilder &b, ValueId index, const Axis &axis) {
  return {!provablyNonNegative(b.g, b.g.sub(index, axis.lo), b.openSymbols),
          !provablyNonNegative(b.g, b.g.sub(axis.hi, index), b.openSymbols)};
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
    IndexNeeds needs = indexNeeds(b, indices[k], axes[k]);
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

bool canFail(FunctionBuilder &b, ValueId v) {
  const Node &n = b.g.node(v);
  if (n.op == Op::Reduce)
    return n.reduceOp() == ReduceOp::Min || n.reduceOp() == ReduceOp::Max;
  if (n.op == Op::Prim)
    return n.type.kind == Kind::Int && (n.prim() == Prim::IntDiv || n.prim() == Prim::Mod);
  if (n.op != Op::At)
    return false;
  const std::vector<Axis> axes = b.g.axesOf(b.g.operand(v, 0));
  for (unsigned k = 0; k < axes.size(); ++k) {
    IndexNeeds needs = indexNeeds(b, b.g.operand(v, k + 1), axes[k]);
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
    for (ValueId o : g.operands(v)) {
      assert(b.bound(o).valid() && "operands come first");
      p.operands.push_back(b.bound(o));
    }
    if (canFail(b, v) && !(g.isConstant(g.operand(v, 1)) && g.intValue(g.operand(v, 1)) != 0)) {
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
    assert(false && "not a scalar operation, or not bound before use");
    return;
  }
  b.bind(v, b.let(b.kindOf(v), std::move(op), std::move(name), g.range(v)));
}

} // namespace gradus::lower
