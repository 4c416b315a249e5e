//===- Bounds.cpp - interval reasoning on affine index expressions -----------===//

#include "ir/Bounds.h"

#include "ir/Affine.h"

#include <algorithm>
#include <optional>

namespace gradus::ir {

namespace {

/// Nothing when an overflow gets in the way.
std::optional<Affine> affineForm(const Graph &g, ValueId v) {
  Affine a = affineOf(g, v);
  return a.overflow ? std::nullopt : std::optional(std::move(a));
}

ValueId scale(Graph &g, ValueId v, int64_t factor) { return g.mul(g.integer(factor), v); }

/// Replaces index symbols, latest first, by the end of their range that makes
/// the expression smallest (or largest).
ValueId extremeOverIndices(Graph &g, ValueId v, bool smallest) {
  for (int step = 0; step < 64; ++step) {
    auto a = affineForm(g, v);
    if (!a)
      return {};
    ValueId symbol;
    int64_t factor = 0;
    for (auto [atom, f] : a->terms)
      if (g.isSymbol(atom)) {
        symbol = atom;
        factor = f;
      }
    if (!symbol.valid())
      return v;
    const Symbol &s = g.symbol(symbol);
    if (!s.lo.valid())
      return {};
    ValueId end = (factor > 0) == smallest ? s.lo : s.hi;
    v = g.add(g.sub(v, scale(g, symbol, factor)), scale(g, end, factor));
  }
  return {};
}

/// Sizes are at least 0; other atoms can be anything.
bool constantOrSizesNonNegative(const Graph &g, ValueId v) {
  auto a = affineForm(g, v);
  if (!a || a->constant < 0)
    return false;
  return std::all_of(a->terms.begin(), a->terms.end(), [&](const auto &t) {
    const Node &n = g.node(t.first);
    return t.second > 0 && n.op == Op::Input && g.inputOf(t.first).role == InputRole::Size;
  });
}

bool isPiecewise(const Graph &g, ValueId v) {
  const Node &n = g.node(v);
  return n.op == Op::Prim && n.type.kind == Kind::Int &&
         (n.prim() == Prim::Min || n.prim() == Prim::Max || n.prim() == Prim::Mod);
}

/// Where a quotient by what is at least 1 reaches k >= 1, what is divided reaches k times
/// the divisor: for `slack` = div(x, y) - k the difference of these; else nothing.
ValueId slackOfDivided(Graph &g, ValueId slack) {
  const auto a = affineForm(g, slack);
  if (!a || a->terms.size() != 1 || a->constant >= 0)
    return {};
  const auto [atom, factor] = *a->terms.begin();
  const Node &n = g.node(atom);
  if (factor != 1 || n.op != Op::Prim || n.prim() != Prim::IntDiv)
    return {};
  const ValueId divided = g.operand(atom, 0), divisor = g.operand(atom, 1);
  if (!Bounds(g).nonNegative(g.sub(divisor, g.integer(1)), {}))
    return {};
  return g.sub(divided, scale(g, divisor, -a->constant));
}

} // namespace

bool Bounds::nonNegative(ValueId v, std::span<const ValueId> open) {
  if (g.isConstant(v))
    return g.intValue(v) >= 0;
  auto it = known.find(v);
  if (it == known.end())
    it = known.emplace(v, prove(v, {}, 0)).first;
  if (it->second || open.empty())
    return it->second;
  // A loop that runs has lo <= hi.
  Slacks slacks;
  for (ValueId s : open) {
    const Symbol symbol = g.symbol(s);
    if (!symbol.lo.valid() || (g.isConstant(symbol.lo) && g.isConstant(symbol.hi)))
      continue;
    ValueId slack = extremeOverIndices(g, g.sub(symbol.hi, symbol.lo), false);
    while (slack.valid() && std::find(slacks.begin(), slacks.end(), slack) == slacks.end()) {
      slacks.push_back(slack);
      slack = slackOfDivided(g, slack);
      if (slack.valid())
        slack = extremeOverIndices(g, slack, false);
    }
  }
  return !slacks.empty() && prove(v, slacks, 0);
}

bool Bounds::prove(ValueId v, const Slacks &slacks, int depth) {
  constexpr int deepest = 4;
  auto a = affineForm(g, v);
  if (!a || depth > deepest)
    return false;
  // Ends of ranges first: in i <= max(n, 0) with i in 1..max(n, 0) they cancel cases.
  ValueId least = extremeOverIndices(g, v, true);
  if (least.valid() &&
      (constantOrSizesNonNegative(g, least) ||
       std::any_of(slacks.begin(), slacks.end(), [&](ValueId s) {
         return constantOrSizesNonNegative(g, g.sub(least, s));
       })))
    return true;
  auto cases = std::find_if(a->terms.begin(), a->terms.end(),
                            [&](const auto &t) { return isPiecewise(g, t.first); });
  if (cases != a->terms.end())
    return splitCase(v, cases->first, cases->second, slacks, depth);
  if (!least.valid())
    return false;
  // The end of a range may have cases of its own.
  return least != v && prove(least, slacks, depth + 1);
}

/// v = rest + factor*atom, the atom being a min, a max or a remainder.
bool Bounds::splitCase(ValueId v, ValueId atom, int64_t factor, const Slacks &slacks, int depth) {
  ValueId rest = g.sub(v, scale(g, atom, factor));
  auto with = [&](ValueId value) {
    return prove(g.add(rest, scale(g, value, factor)), slacks, depth + 1);
  };
  ValueId x = g.operand(atom, 0), y = g.operand(atom, 1);
  Prim p = g.node(atom).prim();
  if (p == Prim::Mod) {
    // 0 <= mod(x, y) <= y - 1 for a positive y; a size is not negative, and a
    // divisor not 0.
    bool size = g.node(y).op == Op::Input && g.inputOf(y).role == InputRole::Size;
    if (!size && !prove(g.sub(y, g.integer(1)), slacks, depth + 1))
      return false;
    return with(factor > 0 ? g.integer(0) : g.sub(y, g.integer(1)));
  }
  bool either = (p == Prim::Max) == (factor > 0);
  return either ? with(x) || with(y) : with(x) && with(y);
}

namespace {

ValueId bound(Graph &g, ValueId v, bool upper, int depth);

/// Values that bound an atom from above (or below), closest to it first. They may
/// have index symbols.
std::vector<ValueId> boundsOfAtom(Graph &g, ValueId atom, bool upper, int depth) {
  const Node &n = g.node(atom);
  if (n.op != Op::Prim || n.type.kind != Kind::Int)
    return {};
  const Prim p = n.prim();
  auto operandBound = [&](unsigned k) { return bound(g, g.operand(atom, k), upper, depth + 1); };
  if (p == (upper ? Prim::Min : Prim::Max))
    return {g.operand(atom, 0), g.operand(atom, 1)};
  if (p == Prim::Min || p == Prim::Max) {
    ValueId x = operandBound(0), y = operandBound(1);
    return x.valid() && y.valid() ? std::vector{g.prim(p, {x, y})} : std::vector<ValueId>{};
  }
  if (p == Prim::Mul) { // of two that are not negative
    Bounds bounds(g);
    ValueId x = operandBound(0), y = operandBound(1);
    bool positive = x.valid() && y.valid() && bounds.nonNegative(g.operand(atom, 0), {}) &&
                    bounds.nonNegative(g.operand(atom, 1), {});
    return positive ? std::vector{g.mul(x, y)} : std::vector<ValueId>{};
  }
  if (p == Prim::Abs) {
    ValueId x = g.operand(atom, 0), most = bound(g, x, true, depth + 1),
            least = bound(g, x, false, depth + 1);
    if (!upper)
      return {g.integer(0)};
    return most.valid() && least.valid() ? std::vector{g.prim(Prim::Max, {most, g.neg(least)})}
                                         : std::vector<ValueId>{};
  }
  if (p != Prim::IntDiv && p != Prim::Mod)
    return {};
  ValueId divisor = g.operand(atom, 1);
  if (!g.isConstant(divisor) || g.intValue(divisor) <= 0) {
    // By what is at least 1 a quotient is no larger than what is divided, nor a remainder
    // than the divisor.
    if (!Bounds(g).nonNegative(g.sub(divisor, g.integer(1)), {}))
      return {};
    if (p == Prim::Mod && !upper)
      return {g.integer(0)};
    ValueId x = p == Prim::Mod ? bound(g, divisor, true, depth + 1) : operandBound(0);
    if (!x.valid())
      return {};
    if (p == Prim::Mod)
      return {g.sub(x, g.integer(1))};
    return {g.prim(upper ? Prim::Max : Prim::Min, {x, g.integer(0)})};
  }
  if (p == Prim::Mod)
    return {upper ? g.sub(divisor, g.integer(1)) : g.integer(0)};
  ValueId x = operandBound(0); // a quotient grows with what is divided
  return x.valid() ? std::vector{g.prim(p, {x, divisor})} : std::vector<ValueId>{};
}

/// A bound of v, without index symbols.
ValueId bound(Graph &g, ValueId v, bool upper, int depth) {
  constexpr int deepest = 12;
  if (depth > deepest)
    return {};
  ValueId ends = extremeOverIndices(g, v, !upper);
  if (ends.valid() && !g.hasFree(ends))
    return ends;
  auto a = affineForm(g, v);
  if (!a)
    return {};
  for (auto [atom, factor] : a->terms)
    if (!g.isSymbol(atom) && g.hasFree(atom))
      for (ValueId other : boundsOfAtom(g, atom, (factor > 0) == upper, depth)) {
        ValueId replaced = g.add(g.sub(v, scale(g, atom, factor)), scale(g, other, factor));
        if (ValueId found = bound(g, replaced, upper, depth + 1); found.valid())
          return found;
      }
  return ends.valid() && ends != v ? bound(g, ends, upper, depth + 1) : ValueId{};
}

} // namespace

ValueId upperBound(Graph &g, ValueId v) { return bound(g, v, true, 0); }
ValueId lowerBound(Graph &g, ValueId v) { return bound(g, v, false, 0); }

} // namespace gradus::ir
