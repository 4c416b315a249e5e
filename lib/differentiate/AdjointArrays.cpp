//===- AdjointArrays.cpp - adjoints of arrays, element by element --------------===//

#include "differentiate/AdjointArrays.h"

#include <algorithm>
#include <optional>

namespace gradus::differentiate {

using namespace ir;

namespace {

class Terms {
public:
  Terms(Graph &graph, ValueId array)
      : g(graph), type(g.type(array)), axes(g.axesOf(array)) {
    for (const Axis &axis : axes)
      symbols.push_back(g.newSymbol(axis.lo, axis.hi));
    collect(array);
  }

  ValueId written(ValueId array) {
    if (everyElementNamed())
      return asList();
    if (whole.empty())
      return array;
    ValueId body;
    auto add = [&](ValueId v) { body = body.valid() ? g.add(body, v) : v; };
    for (ValueId v : whole)
      add(v);
    for (ValueId v : readable)
      add(g.at(v, symbols));
    ValueId rest;
    for (const auto &[place, v] : named)
      rest = rest.valid() ? g.add(rest, v) : v;
    for (ValueId v : others)
      rest = rest.valid() ? g.add(rest, v) : v;
    if (rest.valid())
      add(g.at(g.keep(rest), symbols));
    return g.build(symbols, axes, body);
  }

private:
  void collect(ValueId array) {
    std::vector<ValueId> work{array};
    while (!work.empty()) {
      ValueId v = work.back();
      work.pop_back();
      const Node n = g.node(v);
      if (n.op == Op::Prim) {
        work.push_back(g.operand(v, 1));
        work.push_back(g.operand(v, 0));
      } else if (n.op == Op::Build || n.op == Op::List || n.op == Op::Keep) {
        readable.push_back(v);
      } else if (n.op == Op::Zeros) {
        continue;
      } else if (n.op == Op::Put && place(v)) {
        named.push_back({*place(v), v});
      } else if (n.op == Op::Reduce) {
        overRange(v);
      } else {
        others.push_back(v);
      }
    }
  }

  /// Where a `put` at constant indices is, row major.
  std::optional<int64_t> place(ValueId put) {
    int64_t linear = 0;
    for (unsigned d = 0; d < axes.size(); ++d) {
      ValueId at = g.operand(put, d + 1);
      if (!g.isConstant(at) || !g.isConstant(axes[d].lo) || !g.isConstant(axes[d].hi))
        return {};
      int64_t lo = g.intValue(axes[d].lo), hi = g.intValue(axes[d].hi), i = g.intValue(at);
      if (i < lo || i > hi)
        return {};
      linear = linear * (hi - lo + 1) + (i - lo);
    }
    return linear;
  }

  /// A sum over the range of each axis, each index being that of a `put`.
  void overRange(ValueId reduce) {
    std::vector<std::pair<ValueId, Axis>> open;
    ValueId body = reduce;
    while (open.size() < axes.size() && g.node(body).op == Op::Reduce) {
      const Opened o = g.open(body);
      if (!g.isConstant(o.condition) || !g.boolValue(o.condition))
        break;
      open.push_back({o.symbols[0], o.ranges[0]});
      body = o.body;
    }
    std::vector<ValueId> work{body}, left;
    std::vector<ValueId> found;
    while (open.size() == axes.size() && !work.empty()) {
      ValueId v = work.back();
      work.pop_back();
      const Node n = g.node(v);
      if (n.op == Op::Prim) {
        work.push_back(g.operand(v, 1));
        work.push_back(g.operand(v, 0));
        continue;
      }
      Substitution here;
      for (size_t d = 0; d < axes.size() && n.op == Op::Put; ++d)
        for (const auto &[symbol, range] : open)
          if (g.operand(v, static_cast<unsigned>(d) + 1) == symbol && range == axes[d])
            here.emplace(symbol, symbols[d]);
      if (here.size() == axes.size())
        found.push_back(g.substitute(g.operand(v, 0), here));
      else
        left.push_back(v);
    }
    if (found.empty()) {
      others.push_back(reduce);
      return;
    }
    whole.insert(whole.end(), found.begin(), found.end());
    if (left.empty())
      return;
    ValueId rest;
    for (ValueId v : left)
      rest = rest.valid() ? g.add(rest, v) : v;
    for (size_t d = open.size(); d-- > 0;)
      rest = g.reduce(ReduceOp::Sum, open[d].first, open[d].second.lo, open[d].second.hi,
                      g.boolean(true), rest);
    others.push_back(rest);
  }

  int64_t size() const {
    int64_t size = 1;
    for (const Axis &axis : axes)
      size *= g.intValue(axis.hi) - g.intValue(axis.lo) + 1;
    return size;
  }

  /// Whether a list of the elements is no longer than what names them now.
  bool everyElementNamed() const {
    if (named.empty() || !others.empty())
      return false;
    std::vector<int64_t> places;
    for (const auto &[place, v] : named)
      places.push_back(place);
    std::sort(places.begin(), places.end());
    places.erase(std::unique(places.begin(), places.end()), places.end());
    return static_cast<int64_t>(places.size()) == size();
  }

  ValueId asList() {
    std::vector<ValueId> elements(static_cast<size_t>(size()));
    for (size_t k = 0; k < elements.size(); ++k) {
      std::vector<ValueId> at(axes.size());
      Substitution here;
      auto rest = static_cast<int64_t>(k);
      for (size_t d = axes.size(); d-- > 0;) {
        int64_t lo = g.intValue(axes[d].lo), extent = g.intValue(axes[d].hi) - lo + 1;
        at[d] = g.integer(lo + rest % extent);
        here.emplace(symbols[d], at[d]);
        rest /= extent;
      }
      ValueId &sum = elements[k];
      auto add = [&](ValueId v) { sum = sum.valid() ? g.add(sum, v) : v; };
      for (const auto &[place, v] : named)
        if (place == static_cast<int64_t>(k))
          add(g.operand(v, 0));
      for (ValueId v : whole)
        add(g.substitute(v, here));
      for (ValueId v : readable)
        add(g.at(v, at));
    }
    return g.list(elements, type.shape);
  }

  Graph &g;
  Type type;
  std::vector<Axis> axes;
  std::vector<ValueId> symbols;  ///< one an axis
  std::vector<ValueId> whole;    ///< elements at `symbols`
  std::vector<ValueId> readable; ///< arrays
  std::vector<std::pair<int64_t, ValueId>> named; ///< `put` at one place each
  std::vector<ValueId> others;
};

} // namespace

ValueId elementByElement(Graph &g, ValueId array) {
  const Op op = g.node(array).op;
  if (g.type(array).scalar() || (op != Op::Prim && op != Op::Reduce && op != Op::Put))
    return array;
  return Terms(g, array).written(array);
}

} // namespace gradus::differentiate
