//===- Substitute.cpp - replacing nodes, with refolding --------------------------===//

#include "ir/Graph.h"
#include "ir/Rewrite.h"

#include <algorithm>
#include <cassert>

namespace gradus::ir {

/// One substitution. Works scope by scope: a binder is opened, its parts are
/// substituted as a scope of their own, and a new binder is built.
class Rewriter {
public:
  Rewriter(Graph &graph, Substitution map, const RewriteRule *rewriteRule = nullptr,
           const Rewriter *around = nullptr)
      : g(graph), done(std::move(map)), rule(rewriteRule), outer(around) {
    if (rule)
      return;
    least = outer ? outer->least : UINT32_MAX;
    for (const auto &[from, to] : done)
      least = std::min(least, from.index);
    if (outer && outer->indices.empty())
      return;
    for (const auto &[from, to] : done) {
      if (!g.isSymbol(from)) {
        indices.clear();
        return;
      }
      indices.push_back(from);
    }
    if (outer)
      indices.insert(indices.end(), outer->indices.begin(), outer->indices.end());
  }

  ValueId run(ValueId root) {
    std::vector<ValueId> order = affected(root);
    SourceRange saved = g.currentRange();
    for (ValueId v : order)
      if (!isDone(v)) {
        g.setRange(g.range(v));
        ValueId made = remake(v);
        done.emplace(v, rule && rule->applies(v) ? rule->replace(made) : made);
      }
    g.setRange(saved);
    return get(root);
  }

private:
  ValueId get(ValueId v) const {
    for (const Rewriter *r = this; r; r = r->outer)
      if (auto it = r->done.find(v); it != r->done.end())
        return it->second;
    return v;
  }
  bool isDone(ValueId v) const {
    for (const Rewriter *r = this; r; r = r->outer)
      if (r->done.count(v))
        return true;
    return false;
  }

  template <class Visit> void forEachPart(ValueId v, Visit visit) const {
    for (ValueId o : g.operands(v))
      visit(o);
    const Op op = g.node(v).op;
    if (op == Op::Put || op == Op::Zeros)
      for (const Axis &axis : g.axesOf(v)) {
        visit(axis.lo);
        visit(axis.hi);
      }
  }

  /// The nodes under root that read a replaced leaf and are not open terms,
  /// ascending; those that an earlier root has in common are not among them.
  std::vector<ValueId> affected(ValueId root) {
    std::vector<ValueId> work{root}, all;
    while (!work.empty()) {
      ValueId v = work.back();
      work.pop_back();
      if (v.index < least)
        continue;
      auto [it, fresh] = depends.try_emplace(v, false);
      if (!fresh)
        continue;
      it->second = isDone(v) || (rule && rule->applies(v));
      if (!indices.empty() && !g.dependsOnAny(v, indices))
        continue;
      all.push_back(v);
      forEachPart(v, [&](ValueId o) { work.push_back(o); });
    }
    std::sort(all.begin(), all.end());
    std::vector<ValueId> result;
    for (ValueId v : all) {
      bool &d = depends.at(v);
      if (!d)
        forEachPart(v, [&](ValueId o) { d = d || (o.index >= least && depends.at(o)); });
      if (d && !g.isOpenTerm(v))
        result.push_back(v);
    }
    return result;
  }

  ValueId remake(ValueId v) {
    Node n = g.node(v);
    if (n.binders != 0)
      return remakeBinder(v);
    std::vector<ValueId> ops;
    for (ValueId o : g.operands(v))
      ops.push_back(get(o));
    std::span<const ValueId> rest = std::span(ops).subspan(ops.empty() ? 0 : 1);
    switch (n.op) {
    case Op::Constant:
    case Op::Input:
    case Op::Index:
      return v;
    case Op::Prim:
      return g.prim(n.prim(), ops);
    case Op::Select:
      return g.select(ops[0], ops[1], ops[2]);
    case Op::At:
      return g.at(ops[0], rest);
    case Op::Put:
      return g.put(remakeShape(n.type.shape), rest, ops[0]);
    case Op::Zeros:
      return g.zeros({n.type.kind, remakeShape(n.type.shape)});
    case Op::List:
      return g.list(ops, n.type.shape);
    case Op::Keep:
      return g.keep(ops[0]);
    case Op::Matrix:
      return g.matrix(n.matrixOp(), ops);
    case Op::State: {
      auto k = static_cast<unsigned>(n.payload);
      return n.statePart() == StatePart::Last ? g.lastState(ops[0], k) : g.allStates(ops[0], k);
    }
    case Op::Build:
    case Op::Reduce:
    case Op::Recur:
      break;
    }
    assert(false && "binders are remade above");
    return v;
  }

  ShapeId remakeShape(ShapeId shape) {
    std::vector<Axis> axes = g.axes(shape);
    for (Axis &axis : axes)
      axis = {get(axis.lo), get(axis.hi)};
    return g.shape(std::move(axes));
  }

  ValueId remakeBinder(ValueId v) {
    const Opened &opened = g.open(v);
    std::vector<Axis> ranges;
    std::vector<ValueId> symbols;
    Substitution inner;
    for (size_t k = 0; k < opened.ranges.size(); ++k) {
      Axis range{get(opened.ranges[k].lo), get(opened.ranges[k].hi)};
      ValueId symbol = opened.symbols[k];
      if (!(range == opened.ranges[k])) {
        symbol = g.newSymbol(range.lo, range.hi, g.symbol(symbol).name);
        inner[opened.symbols[k]] = symbol;
      }
      ranges.push_back(range);
      symbols.push_back(symbol);
    }
    if (g.node(v).op == Op::Recur)
      return remakeRecurrence(opened, symbols, ranges[0], std::move(inner));
    Rewriter scope(g, std::move(inner), rule, this);
    ValueId body = scope.run(opened.body);
    if (g.node(v).op == Op::Build)
      return g.build(symbols, ranges, body);
    ValueId condition = scope.run(opened.condition);
    return g.reduce(g.node(v).reduceOp(), symbols[0], ranges[0].lo, ranges[0].hi, condition, body);
  }

  ValueId remakeRecurrence(const Opened &opened, std::vector<ValueId> symbols, const Axis &range,
                           Substitution inner) {
    std::vector<ValueId> starts, nexts;
    for (size_t k = 0; k < opened.starts.size(); ++k) {
      starts.push_back(get(opened.starts[k]));
      ValueId state = opened.symbols[k + 1];
      if (Type t = g.type(starts[k]); t != g.type(state)) { // its shape has been replaced
        symbols.push_back(g.newState(t, g.symbol(state).name));
        inner[state] = symbols.back();
      } else {
        symbols.push_back(state);
      }
    }
    Rewriter scope(g, std::move(inner), rule, this);
    ValueId stop = scope.run(opened.condition);
    for (ValueId next : opened.nexts)
      nexts.push_back(scope.run(next));
    return g.recur(symbols, range, stop, starts, nexts, opened.remade);
  }

  Graph &g;
  Substitution done;
  const RewriteRule *rule;
  const Rewriter *outer; ///< of the scope around
  /// The symbols that are replaced, where nothing else is: then what does not
  /// read one of them need not be looked at.
  std::vector<ValueId> indices;
  /// What is older than all that is replaced does not read it.
  uint32_t least = 0;
  NodeMap<bool> depends;
};

std::vector<ValueId> rewrite(Graph &g, std::span<const ValueId> roots, const RewriteRule &rule) {
  std::vector<ValueId> result(roots.begin(), roots.end());
  // Most of the time there is nothing to do, and a look is cheap.
  std::vector<ValueId> work = result;
  std::vector<bool> seen(g.size());
  bool any = false;
  while (!work.empty() && !any) {
    ValueId v = work.back();
    work.pop_back();
    if (seen[v.index])
      continue;
    seen[v.index] = true;
    any = rule.applies(v);
    for (ValueId o : g.operands(v))
      if (!seen[o.index])
        work.push_back(o);
  }
  if (!any)
    return result;
  Rewriter rewriter(g, {}, &rule);
  for (ValueId &root : result)
    root = rewriter.run(root);
  return result;
}

ValueId Graph::substitute(ValueId root, const Substitution &map) {
  return Rewriter(*this, map).run(root);
}

void Graph::substitute(std::span<ValueId *const> roots, const Substitution &map) {
  Rewriter rewriter(*this, map);
  for (ValueId *root : roots)
    *root = rewriter.run(*root);
}

} // namespace gradus::ir
