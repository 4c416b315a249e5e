//===- Simplifier.cpp - simplification node by node -------------------------------===//

#include "print/Simplifier.h"
#include "print/Simplify.h"

#include <algorithm>

namespace gradus::print {

using namespace ir;

namespace {

/// A shared sum of more terms than this stays a part of its own where it is
/// used: else sums that use each other would grow without bound.
constexpr size_t largestSharedSum = 64;

bool isProduct(const Graph &g, ValueId v) {
  const Node &n = g.node(v);
  return n.op == Op::Prim && n.type == Type{Kind::Real, 0} &&
         (n.prim() == Prim::Mul || n.prim() == Prim::Div);
}

} // namespace

/// The nodes of this scope that are not simplified yet, operands first. `inner`
/// gets the sums and products that are only a part of one larger sum or
/// product: those are made plainly and simplified once as a whole.
std::vector<ValueId>
Simplifier::scopeOrder(ValueId root, std::unordered_map<ValueId, unsigned, ValueIdHash> &uses,
                       std::unordered_set<ValueId, ValueIdHash> &inner) {
  std::vector<ValueId> found, work{root};
  std::unordered_map<ValueId, ValueId, ValueIdHash> user;
  uses[root] = 2;
  while (!work.empty()) {
    ValueId v = work.back();
    work.pop_back();
    found.push_back(v);
    const Node &n = g.node(v);
    if (!n.type.scalar() || n.binders != 0)
      continue;
    auto ops = g.operands(v);
    for (size_t k = n.op == Op::At ? 1 : 0; k < ops.size(); ++k) {
      if (done.count(ops[k]))
        continue;
      if (++uses[ops[k]] == 1) {
        work.push_back(ops[k]);
        user[ops[k]] = v;
      }
    }
  }
  std::sort(found.begin(), found.end());
  for (auto [v, u] : user)
    if (uses[v] == 1 &&
        ((isAdditive(g, v) && isAdditive(g, u)) || (isProduct(g, v) && isProduct(g, u))))
      inner.insert(v);
  return found;
}

ValueId Simplifier::run(ValueId root) {
  if (auto it = done.find(root); it != done.end())
    return it->second;
  if (!g.type(root).scalar())
    return array(root);
  std::unordered_map<ValueId, unsigned, ValueIdHash> uses;
  std::unordered_set<ValueId, ValueIdHash> inner;
  std::unordered_map<ValueId, ValueId, ValueIdHash> plain;
  for (ValueId v : scopeOrder(root, uses, inner)) {
    if (done.count(v))
      continue;
    const Node n = g.node(v);
    std::vector<ValueId> ops;
    if (n.binders == 0 && n.type.scalar())
      for (ValueId o : g.operands(v)) {
        auto p = plain.find(o);
        auto d = done.find(o);
        ops.push_back(p != plain.end() ? p->second : d != done.end() ? d->second : o);
      }
    if (inner.count(v)) {
      plain[v] = g.prim(n.prim(), ops);
      continue;
    }
    ValueId made = simplify(v, ops);
    done[v] = made;
    done.emplace(made, made);
    if (uses[v] > 1 && isAdditive(g, made) && viewer.view(made).size() > largestSharedSum)
      viewer.closed[made] = true;
  }
  return done[root];
}

/// Elements of a kept array that are compared with each other, as for a tie, have to
/// stay one formula; other arrays are kept for the sake of work alone.
void Simplifier::findCompared(ValueId root) {
  std::vector<ValueId> work{root};
  std::unordered_set<ValueId, ValueIdHash> seen{root};
  while (!work.empty()) {
    ValueId v = work.back();
    work.pop_back();
    const Node n = g.node(v);
    const bool compares =
        (n.op == Op::Prim && n.type == Type{Kind::Bool, 0}) ||
        (n.op == Op::Reduce && (n.reduceOp() == ReduceOp::Min || n.reduceOp() == ReduceOp::Max));
    for (ValueId o : g.operands(v)) {
      if (compares && g.node(o).op == Op::At && g.node(g.operand(o, 0)).op == Op::Keep) {
        compared.insert(g.operand(o, 0));
        comparesInside |= g.hasFree(g.operand(o, 0));
      }
      if (seen.insert(o).second)
        work.push_back(o);
    }
  }
}

bool Simplifier::isCompared(ValueId keep) const {
  return g.hasFree(keep) ? comparesInside : compared.count(keep) != 0;
}

void Simplifier::prepareArrays(ValueId root) {
  findCompared(root);
  std::vector<ValueId> roots{root};
  for (ValueId v : g.reachable(roots)) {
    Op op = g.node(v).op;
    if ((op == Op::Build || op == Op::Keep) && v != root)
      run(v);
  }
}

ValueId Simplifier::simplify(ValueId v, std::span<const ValueId> ops) {
  const Node n = g.node(v);
  if (!n.type.scalar())
    return array(v);
  switch (n.op) {
  case Op::Constant:
  case Op::Input:
  case Op::Index:
  case Op::Put:
  case Op::Zeros:
  case Op::Build:
  case Op::List:
  case Op::Keep:
    return v;
  case Op::Prim:
    if (n.type.kind == Kind::Bool)
      return condition(n.prim(), ops);
    if (n.type.kind == Kind::Int)
      return g.prim(n.prim(), ops);
    return realPrim(n.prim(), ops);
  case Op::Select:
    return choice(ops[0], ops[1], ops[2]);
  case Op::Matrix:
    return g.matrix(n.matrixOp(), ops);
  case Op::At:
    return at(ops[0], ops.subspan(1));
  case Op::Reduce:
    return reduction(v);
  case Op::Recur:
  case Op::State:
    return recurrence(v);
  }
  return v;
}

/// Primitives whose view is terms and factors are normalized as sums.
ValueId Simplifier::realPrim(Prim p, std::span<const ValueId> ops) {
  switch (p) {
  case Prim::Add:
  case Prim::Sub:
  case Prim::Neg:
  case Prim::Mul:
  case Prim::Div:
  case Prim::Fma:
  case Prim::Powi:
  case Prim::Pow:
  case Prim::Sqrt:
  case Prim::Exp:
  case Prim::ToReal:
    return normalSum(viewer.view(g.prim(p, ops)));
  default:
    return function(p, ops);
  }
}

/// How large v is when written out.
unsigned Simplifier::weight(ValueId root) {
  constexpr unsigned cap = 1000000;
  if (auto it = weights.find(root); it != weights.end())
    return it->second;
  std::vector<std::pair<ValueId, bool>> work{{root, false}};
  while (!work.empty()) {
    auto [v, ready] = work.back();
    work.pop_back();
    if (ready) {
      unsigned total = 1;
      for (ValueId o : g.operands(v))
        total = std::min(cap, total + weights[o]);
      weights[v] = total;
      continue;
    }
    if (!weights.emplace(v, 0).second)
      continue;
    work.push_back({v, true});
    for (ValueId o : g.operands(v))
      if (!weights.count(o))
        work.push_back({o, false});
  }
  return weights[root];
}

ValueId simplifyForPeople(Graph &graph, ValueId v) {
  Simplifier simplifier(graph);
  simplifier.prepareArrays(v);
  return simplifier.run(v);
}

ValueId elementForPeople(Graph &graph, ValueId array, std::span<const ValueId> indices) {
  Simplifier simplifier(graph);
  simplifier.prepareArrays(array);
  return simplifier.element(array, indices);
}

} // namespace gradus::print
