//===- SparseForward.cpp - sparse gradients by forward mode --------------------===//
//
// The rules are those of Forward.cpp, with a list of entries in the place of
// each tangent. Conditions that do not read the variables become guards and
// make the pattern exact; the others select the value.
//
//===--------------------------------------------------------------------===//

#include "differentiate/IndexAlgebra.h"
#include "differentiate/Partials.h"
#include "differentiate/SparseEntries.h"

#include <algorithm>
#include <cassert>

namespace gradus::differentiate {

using namespace ir;

namespace {
/// A derivative by more elements than this is not called sparse.
constexpr size_t mostEntries = 4096;

bool isZero(const Graph &g, ValueId v) { return g.isConstant(v) && g.realValue(v) == 0.0; }
} // namespace

const Entries *SparseGradient::of(ValueId scalar) {
  if (!run(scalar))
    return nullptr;
  return &tangent(scalar).entries;
}

bool SparseGradient::run(ValueId root) {
  if (!activity.active(root))
    return true;
  auto known = [&](ValueId v) { return tangents.count(v) != 0 || !activity.active(v); };
  for (ValueId v : g.reachable({&root, 1}, known))
    if (!known(v)) {
      g.setRange(g.range(v));
      Tangent made;
      if (!visit(v, made) || made.entries.size() > mostEntries) {
        if (failed_ == SourceRange{})
          failed_ = g.range(v);
        return false;
      }
      tangents.emplace(v, std::move(made));
    }
  return true;
}

/// Through whole numbers and conditions too, unlike Activity.
bool SparseGradient::readsVariables(ValueId root) {
  std::vector<ValueId> work{root};
  while (!work.empty()) {
    ValueId v = work.back();
    if (reads_.size() <= v.index)
      reads_.resize(g.size(), -1);
    if (reads_[v.index] >= 0) {
      work.pop_back();
      continue;
    }
    bool any = std::find(inputs_.begin(), inputs_.end(), v) != inputs_.end(), waiting = false;
    for (ValueId o : g.operands(v))
      if (reads_[o.index] < 0)
        waiting = true;
      else
        any = any || reads_[o.index] == 1;
    if (any || !waiting)
      reads_[v.index] = any;
    else
      for (ValueId o : g.operands(v))
        if (reads_[o.index] < 0)
          work.push_back(o);
  }
  return reads_[root.index] == 1;
}

bool SparseGradient::isFixed(const Entry &e) {
  std::vector<ValueId> parts = e.row.indices;
  parts.insert(parts.end(), e.column.indices.begin(), e.column.indices.end());
  for (const Binder &b : e.binders)
    parts.insert(parts.end(), {b.range.lo, b.range.hi});
  for (ValueId part : parts)
    if (readsVariables(part)) {
      if (failed_ == SourceRange{})
        failed_ = g.range(part);
      return false;
    }
  return true;
}

const SparseGradient::Tangent &SparseGradient::tangent(ValueId v) {
  auto it = tangents.find(v);
  return it == tangents.end() ? none : it->second;
}

std::vector<ValueId> SparseGradient::freshAxes(ValueId array) {
  std::vector<ValueId> axes;
  for (const Axis axis : std::vector<Axis>(g.axesOf(array)))
    axes.push_back(g.newSymbol(axis.lo, axis.hi));
  return axes;
}

void SparseGradient::scale(Entries &entries, ValueId factor) {
  for (Entry &e : entries)
    e.value = g.mul(factor, e.value);
}

/// An entry that may be computed where its place is outside of the array is there only
/// where the place is inside.
void SparseGradient::keepInside(Entry &e, const Place &place, ValueId array) {
  const std::vector<Axis> axes = g.axesOf(array);
  for (size_t k = 0; k < place.indices.size(); ++k) {
    e.guards.push_back(g.lessEqual(axes[k].lo, place.indices[k]));
    e.guards.push_back(g.lessEqual(place.indices[k], axes[k].hi));
  }
}

void SparseGradient::restrict(Entry &e, ValueId condition) {
  for (ValueId part : conjuncts(g, condition)) {
    if (!readsVariables(part)) {
      e.guards.push_back(part);
      continue;
    }
    e.value = g.select(part, e.value, g.real(0.0));
    if (!e.column.indices.empty())
      keepInside(e, e.column, inputs_[e.column.which]);
  }
}

void SparseGradient::restrict(Entries &entries, ValueId condition) {
  for (Entry &e : entries)
    restrict(e, condition);
  std::erase_if(entries, [&](Entry &e) { return !settle(g, e); });
}

void SparseGradient::addTo(Tangent &sum, const Tangent &term) {
  if (sum.axes.empty())
    sum.axes = term.axes;
  Substitution map;
  for (size_t k = 0; k < term.axes.size(); ++k)
    if (term.axes[k] != sum.axes[k])
      map.emplace(term.axes[k], sum.axes[k]);
  for (const Entry &e : term.entries) {
    sum.entries.push_back(e);
    if (!map.empty())
      substitute(g, sum.entries.back(), map);
  }
}

void SparseGradient::visitPrim(ValueId v, Tangent &made) {
  const Node n = g.node(v);
  const std::vector<ValueId> ops(g.operands(v).begin(), g.operands(v).end());
  if (!n.type.scalar()) {
    for (ValueId o : ops)
      addTo(made, tangent(o));
    return merge(g, made.entries);
  }
  if (isExtreme(n)) {
    ExtremeShares e = extremeShares(g, v);
    for (size_t k = 0; k < e.leaves.size(); ++k) {
      Entries part = tangent(e.leaves[k]).entries;
      scale(part, e.shares[k]);
      restrict(part, g.less(g.real(0.0), e.shares[k]));
      made.entries.insert(made.entries.end(), part.begin(), part.end());
    }
    return merge(g, made.entries);
  }
  for (unsigned k = 0; k < ops.size(); ++k) {
    if (tangent(ops[k]).entries.empty())
      continue;
    ValueId p = partial(g, n.prim(), k, ops, v);
    if (!p.valid() || isZero(g, p))
      continue;
    Entries part = tangent(ops[k]).entries;
    scale(part, p);
    made.entries.insert(made.entries.end(), part.begin(), part.end());
  }
  merge(g, made.entries);
}

void SparseGradient::visitSelect(ValueId v, Tangent &made) {
  const ValueId condition = g.operand(v, 0);
  Tangent then = tangent(g.operand(v, 1)), otherwise;
  otherwise.axes = then.axes;
  addTo(otherwise, tangent(g.operand(v, 2)));
  restrict(then.entries, condition);
  restrict(otherwise.entries, g.logicalNot(condition));
  made = std::move(then);
  if (made.axes.empty())
    made.axes = otherwise.axes;
  made.entries.insert(made.entries.end(), otherwise.entries.begin(), otherwise.entries.end());
  merge(g, made.entries);
}

void SparseGradient::visitAt(ValueId v, Tangent &made) {
  const ValueId array = g.operand(v, 0);
  const std::vector<ValueId> indices(g.operands(v).begin() + 1, g.operands(v).end());
  auto input = std::find(inputs_.begin(), inputs_.end(), array);
  if (input != inputs_.end()) {
    Entry e;
    e.column = {static_cast<uint32_t>(input - inputs_.begin()), indices};
    e.value = g.real(1.0);
    made.entries.push_back(std::move(e));
    return;
  }
  const Tangent whole = tangent(array);
  Substitution map;
  for (size_t k = 0; k < whole.axes.size(); ++k)
    map.emplace(whole.axes[k], indices[k]);
  for (Entry e : whole.entries) {
    substitute(g, e, map);
    if (settle(g, e))
      made.entries.push_back(std::move(e));
  }
  merge(g, made.entries);
}

bool SparseGradient::visitReduce(ValueId v, Tangent &made) {
  const Opened o = g.open(v);
  if (!run(o.body))
    return false;
  made = tangent(o.body);
  const ReduceWeights w = reduceWeights(g, v, o);
  if (!g.isReal(w.weight, 1.0))
    scale(made.entries, w.weight);
  restrict(made.entries, w.guard);
  for (Entry &e : made.entries)
    e.binders.insert(e.binders.begin(), {o.symbols[0], o.ranges[0], v});
  // Restricted before, since the guard reads the loop's symbol; settled again
  // because equations may now remove the loop.
  std::erase_if(made.entries, [&](Entry &e) { return !settle(g, e); });
  if (g.type(v).scalar())
    for (Entry &e : made.entries)
      sumInside(g, e);
  merge(g, made.entries);
  return true;
}

void SparseGradient::visitList(ValueId v, Tangent &made) {
  made.axes = freshAxes(v);
  const std::vector<Axis> axes = g.axesOf(v);
  const std::vector<ValueId> elements(g.operands(v).begin(), g.operands(v).end());
  for (size_t k = 0; k < elements.size(); ++k) {
    auto rest = static_cast<int64_t>(k);
    std::vector<ValueId> here;
    for (size_t d = axes.size(); d-- > 0;) {
      const int64_t lo = g.intValue(axes[d].lo), extent = g.intValue(axes[d].hi) - lo + 1;
      here.push_back(g.equal(made.axes[d], g.integer(lo + rest % extent)));
      rest /= extent;
    }
    for (Entry e : tangent(elements[k]).entries) {
      e.guards.insert(e.guards.end(), here.begin(), here.end());
      made.entries.push_back(std::move(e));
    }
  }
}

bool SparseGradient::visit(ValueId v, Tangent &made) {
  switch (g.node(v).op) {
  case Op::Input: { // active: one of the variables
    Entry e;
    e.column.which = static_cast<uint32_t>(std::find(inputs_.begin(), inputs_.end(), v) -
                                           inputs_.begin());
    e.value = g.real(1.0);
    if (!g.type(v).scalar())
      e.column.indices = made.axes = freshAxes(v);
    made.entries.push_back(std::move(e));
    return true;
  }
  case Op::Prim:
    visitPrim(v, made);
    return true;
  case Op::Select:
    visitSelect(v, made);
    return true;
  case Op::At:
    visitAt(v, made);
    return true;
  case Op::Put: {
    made.axes = freshAxes(v);
    const std::vector<ValueId> indices(g.operands(v).begin() + 1, g.operands(v).end());
    made.entries = tangent(g.operand(v, 0)).entries;
    for (Entry &e : made.entries)
      for (size_t k = 0; k < indices.size(); ++k)
        e.guards.push_back(g.equal(made.axes[k], indices[k]));
    std::erase_if(made.entries, [&](Entry &e) { return !settle(g, e); });
    return true;
  }
  case Op::List:
    visitList(v, made);
    return true;
  case Op::Keep:
    made = tangent(g.operand(v, 0));
    return true;
  case Op::Build: {
    const Opened o = g.open(v);
    if (!run(o.body))
      return false;
    made = tangent(o.body);
    made.axes = o.symbols;
    return true;
  }
  case Op::Reduce:
    return visitReduce(v, made);
  default: // no rule
    return false;
  }
}

} // namespace gradus::differentiate
