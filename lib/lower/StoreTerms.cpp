//===- StoreTerms.cpp - terms that several passes over a range read ------------===//
//
// logsumexp reads its terms twice, and its derivative a third time; the derivative
// of a min reads them to find which is the least. Terms with loops of their own are
// computed once and stored instead:
//     t[k] = term(k);  m + log(sum(k) exp(t[k] - m));  exp(t[k] - that)
//
//===--------------------------------------------------------------------===//
#include "ir/Rewrite.h"
#include "ir/Under.h"
#include "lower/Kernel.h"

#include <limits>
#include <unordered_set>

namespace gradus::lower {

using namespace ir;

namespace {

bool hasLoop(Graph &g, ValueId root) {
  ValueId roots[1] = {root};
  for (ValueId v : g.reachable(roots))
    if (g.node(v).op == Op::Reduce)
      return true;
  return false;
}

bool isReduce(const Graph &g, ValueId v, ReduceOp op) {
  return g.node(v).op == Op::Reduce && g.node(v).reduceOp() == op &&
         g.isConstant(g.operand(v, 2));
}

/// The stored terms of an unconditional reduction, element i.
ValueId storedTerm(Graph &g, const Opened &o, ValueId i) {
  ValueId symbols[1] = {o.symbols[0]}, index[1] = {i};
  Axis ranges[1] = {o.ranges[0]};
  return g.at(g.keep(g.build(symbols, ranges, o.body)), index);
}

/// The k for which `term` is that of the reduction; invalid when there is none.
ValueId indexOfTerm(Graph &g, ValueId reduce, ValueId term) {
  const Opened own = g.open(reduce);
  if (!g.dependsOn(own.body, own.symbols[0]))
    return {}; // all terms are the same: none tells its index
  std::vector<ValueId> open;
  for (int32_t free : g.freeIndices(term))
    if (ValueId s = g.symbolNode(free); s.valid())
      open.push_back(s);
  for (ValueId s : open)
    if (g.openWith(reduce, {&s, 1}).body == term)
      return s;
  return {};
}

/// term(k) - logsumexp(..), for any k, and logsumexp itself.
std::vector<ValueId> storeLogSumExp(Graph &g, std::vector<ValueId> roots) {
  auto suitable = [&](ValueId v) {
    return isReduce(g, v, ReduceOp::LogSumExp) && g.boolValue(g.operand(v, 2)) &&
           hasLoop(g, g.open(v).body);
  };
  RewriteRule differences;
  differences.applies = [&](ValueId v) {
    const Node &n = g.node(v);
    return n.op == Op::Prim && n.prim() == Prim::Sub &&
           isReduce(g, g.operand(v, 1), ReduceOp::LogSumExp);
  };
  differences.replace = [&](ValueId v) {
    const Node n = g.node(v);
    if (n.op != Op::Prim || n.prim() != Prim::Sub || !suitable(g.operand(v, 1)))
      return v;
    ValueId term = g.operand(v, 0), sum = g.operand(v, 1);
    ValueId k = indexOfTerm(g, sum, term);
    return k.valid() ? g.sub(storedTerm(g, g.open(sum), k), sum) : v;
  };
  RewriteRule sums;
  sums.applies = [&](ValueId v) { return isReduce(g, v, ReduceOp::LogSumExp); };
  sums.replace = [&](ValueId v) {
    if (!suitable(v))
      return v;
    Opened o = g.open(v);
    ValueId i = o.symbols[0];
    return g.reduce(ReduceOp::LogSumExp, i, o.ranges[0].lo, o.ranges[0].hi, o.condition,
                    storedTerm(g, o, i));
  };
  roots = rewrite(g, roots, differences);
  return rewrite(g, roots, sums);
}

/// exp(term(k) - logsumexp(..)), the derivative, as e[k]/sum e, where logsumexp has
/// computed e[k] = exp(term(k) - m) already.
std::vector<ValueId> storeExponentials(Graph &g, std::vector<ValueId> roots) {
  struct Parts {
    ValueId largest, shift, exponentials, sum;
  };
  auto partsOf = [&](ValueId v) {
    constexpr double most = std::numeric_limits<double>::max();
    Opened o = g.open(v);
    ValueId i = o.symbols[0];
    const Axis range = o.ranges[0];
    Parts p;
    p.largest = g.reduce(ReduceOp::Max, i, range.lo, range.hi, emptyMark(g), o.body);
    // Where it is infinite, all terms but those that are infinite too vanish.
    p.shift = g.prim(Prim::Max, {g.prim(Prim::Min, {p.largest, g.real(most)}), g.real(-most)});
    ValueId symbols[1] = {i};
    Axis ranges[1] = {range};
    p.exponentials =
        g.keep(g.build(symbols, ranges, g.prim(Prim::Exp, {g.sub(o.body, p.shift)})));
    p.sum = g.reduce(ReduceOp::Sum, i, range.lo, range.hi, o.condition,
                     g.at(p.exponentials, symbols));
    return p;
  };
  bool stored = false;
  RewriteRule weights;
  auto isWeight = [&](ValueId v) {
    const Node &n = g.node(v);
    if (n.op != Op::Prim || n.prim() != Prim::Exp)
      return false;
    const Node &d = g.node(g.operand(v, 0));
    return d.op == Op::Prim && d.prim() == Prim::Sub &&
           isReduce(g, g.operand(g.operand(v, 0), 1), ReduceOp::LogSumExp);
  };
  weights.applies = isWeight;
  weights.replace = [&](ValueId v) {
    if (!isWeight(v))
      return v;
    ValueId term = g.operand(g.operand(v, 0), 0), sum = g.operand(g.operand(v, 0), 1);
    ValueId k = g.boolValue(g.operand(sum, 2)) ? indexOfTerm(g, sum, term) : ValueId{};
    if (!k.valid())
      return v;
    stored = true;
    Parts p = partsOf(sum);
    ValueId index[1] = {k};
    return g.mul(g.at(p.exponentials, index), g.div(g.real(1), p.sum));
  };
  RewriteRule sums;
  sums.applies = [&](ValueId v) { return isReduce(g, v, ReduceOp::LogSumExp); };
  sums.replace = [&](ValueId v) {
    if (!sums.applies(v) || !g.boolValue(g.operand(v, 2)))
      return v;
    Parts p = partsOf(v);
    ValueId infinite = g.prim(Prim::NotEqual, {p.shift, p.largest});
    return g.select(infinite, p.largest, g.add(p.largest, g.prim(Prim::Log, {p.sum})));
  };
  roots = rewrite(g, roots, weights);
  // An index has another name in each sum, so that which logsumexp the exponentials
  // belong to cannot be seen; where one has stored them, all do.
  return stored ? rewrite(g, roots, sums) : roots;
}

/// Where the terms of a min or max are stored anyway, it reads those.
std::vector<ValueId> readStoredTerms(Graph &g, std::vector<ValueId> roots) {
  std::unordered_set<ValueId, ValueIdHash> stored;
  RewriteRule look;
  look.applies = [&](ValueId v) { return g.node(v).op == Op::Keep; };
  look.replace = [&](ValueId v) {
    if (g.node(v).op == Op::Keep)
      stored.insert(v);
    return v;
  };
  rewrite(g, roots, look);
  if (stored.empty())
    return roots;
  RewriteRule extremes;
  auto applies = [&](ValueId v) {
    return isReduce(g, v, ReduceOp::Min) || isReduce(g, v, ReduceOp::Max);
  };
  extremes.applies = applies;
  extremes.replace = [&](ValueId v) {
    if (!applies(v) || !g.boolValue(g.operand(v, 2)))
      return v;
    Opened o = g.open(v);
    ValueId i = o.symbols[0], term = storedTerm(g, o, i);
    if (g.node(term).op != Op::At || !stored.count(g.operand(term, 0)))
      return v;
    return g.reduce(g.node(v).reduceOp(), i, o.ranges[0].lo, o.ranges[0].hi, o.condition, term);
  };
  return rewrite(g, roots, extremes);
}

} // namespace

std::vector<ValueId> storeTerms(Graph &g, std::span<const ValueId> given, bool strict) {
  std::vector<ValueId> roots(given.begin(), given.end());
  bool sums = false, extremes = false, kept = false;
  anyUnder(g, roots, [&](ValueId v) {
    sums = sums || isReduce(g, v, ReduceOp::LogSumExp);
    extremes = extremes || isReduce(g, v, ReduceOp::Min) || isReduce(g, v, ReduceOp::Max);
    kept = kept || g.node(v).op == Op::Keep;
    return sums;
  });
  if (sums) {
    roots = storeLogSumExp(g, std::move(roots));
    if (!strict)
      roots = storeExponentials(g, std::move(roots));
  }
  return sums || (extremes && kept) ? readStoredTerms(g, std::move(roots)) : roots;
}

} // namespace gradus::lower
