//===- Bounds.cpp - interval reasoning on affine index expressions -----------===//

#include "lower/Bounds.h"

#include <algorithm>
#include <map>
#include <optional>

namespace gradus::lower {

using namespace ir;

namespace {

struct Affine {
  std::map<ValueId, int64_t> terms;
  int64_t constant = 0;
};

/// Nothing when a product of unknowns or an overflow gets in the way.
std::optional<Affine> affineOf(const Graph &g, ValueId root) {
  Affine result;
  std::vector<std::pair<ValueId, int64_t>> work{{root, 1}};
  while (!work.empty()) {
    auto [v, factor] = work.back();
    work.pop_back();
    const Node &n = g.node(v);
    int64_t scaled = 0;
    if (n.op == Op::Constant) {
      if (__builtin_mul_overflow(n.payload, factor, &scaled) ||
          __builtin_add_overflow(result.constant, scaled, &result.constant))
        return {};
    } else if (n.op == Op::Prim && n.prim() == Prim::Add) {
      work.push_back({g.operand(v, 0), factor});
      work.push_back({g.operand(v, 1), factor});
    } else if (n.op == Op::Prim && n.prim() == Prim::Sub) {
      work.push_back({g.operand(v, 0), factor});
      work.push_back({g.operand(v, 1), -factor});
    } else if (n.op == Op::Prim && n.prim() == Prim::Neg) {
      work.push_back({g.operand(v, 0), -factor});
    } else if (n.op == Op::Prim && n.prim() == Prim::Mul && g.isConstant(g.operand(v, 0))) {
      if (__builtin_mul_overflow(g.intValue(g.operand(v, 0)), factor, &scaled))
        return {};
      work.push_back({g.operand(v, 1), scaled});
    } else {
      result.terms[v] += factor;
      if (result.terms[v] == 0)
        result.terms.erase(v);
    }
  }
  return result;
}

ValueId scale(Graph &g, ValueId v, int64_t factor) { return g.mul(g.integer(factor), v); }

/// Replaces index symbols, latest first, by the end of their range that makes
/// the expression smallest (or largest).
ValueId extremeOverIndices(Graph &g, ValueId v, bool smallest) {
  for (int step = 0; step < 64; ++step) {
    auto a = affineOf(g, v);
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
  auto a = affineOf(g, v);
  if (!a || a->constant < 0)
    return false;
  return std::all_of(a->terms.begin(), a->terms.end(), [&](const auto &t) {
    const Node &n = g.node(t.first);
    return t.second > 0 && n.op == Op::Input && g.inputOf(t.first).role == InputRole::Size;
  });
}

} // namespace

bool provablyNonNegative(Graph &g, ValueId v, std::span<const ValueId> open) {
  ValueId least = extremeOverIndices(g, v, true);
  if (!least.valid())
    return false;
  if (constantOrSizesNonNegative(g, least))
    return true;
  // A loop that runs has lo <= hi.
  for (ValueId s : open) {
    ValueId slack = g.sub(g.symbol(s).hi, g.symbol(s).lo);
    slack = extremeOverIndices(g, slack, false);
    if (slack.valid() && constantOrSizesNonNegative(g, g.sub(least, slack)))
      return true;
  }
  return false;
}

ValueId upperBound(Graph &g, ValueId v) {
  ValueId bound = extremeOverIndices(g, v, false);
  return bound.valid() && !g.hasFree(bound) ? bound : ValueId{};
}

} // namespace gradus::lower
