//===- Sparse.cpp - Jacobians and Hessians as families of entries --------------===//

#include "differentiate/Sparse.h"
#include "differentiate/Differentiate.h"
#include "differentiate/IndexAlgebra.h"
#include "differentiate/SparseEntries.h"
#include "support/Timings.h"

#include <algorithm>
#include <cassert>
#include <map>
#include <string>
#include <tuple>

namespace gradus::differentiate {

using namespace ir;

ValueId flatSize(Graph &g, std::span<const ValueId> values) {
  ValueId size = g.integer(0);
  for (ValueId v : values) {
    ValueId count = g.integer(1);
    for (const Axis axis : std::vector<Axis>(g.axesOf(v)))
      count = g.mul(count, g.prim(Prim::Max, {g.extent(axis), g.integer(0)}));
    size = g.add(size, count);
  }
  return size;
}

ValueId flatPosition(Graph &g, std::span<const ValueId> values, size_t k,
                     std::span<const ValueId> indices) {
  const std::vector<Axis> axes = g.axesOf(values[k]);
  ValueId position = g.integer(0);
  for (size_t d = 0; d < axes.size(); ++d) {
    position = g.mul(position, g.extent(axes[d]));
    position = g.add(position, g.sub(indices[d], axes[d].lo));
  }
  return g.add(g.add(flatSize(g, values.first(k)), position), g.integer(1));
}

namespace {

/// Loops of so many runs count as a fixed number of entries.
constexpr int64_t fewRuns = 32;

class Assembler {
public:
  Assembler(Graph &graph, std::span<const ValueId> roots, std::span<const ValueId> inputs,
            bool symmetric)
      : g(graph), roots(roots), inputs(inputs), symmetric(symmetric), sparse(graph, inputs) {}

  /// The derivatives of everything that is scattered to the roots.
  bool run() {
    for (size_t k = 0; k < roots.size(); ++k)
      for (const Entry &outer : sparse.scattered(roots[k])) {
        const Entries *gradient = sparse.of(outer.value);
        if (!gradient)
          return false;
        if (!gradient->empty() && !sparse.isFixed(outer))
          return false;
        for (const Entry &inner : *gradient) {
          if (!sparse.isFixed(inner))
            return false;
          add(static_cast<uint32_t>(k), outer, inner);
        }
      }
    for (Entry &e : entries)
      shareSymbols(e);
    merge(g, entries);
    return true;
  }

  /// False: a loop has no bound in the sizes.
  bool finish(SparseMatrix &made) {
    made.rows = flatSize(g, roots);
    made.columns = flatSize(g, inputs);
    made.symmetric = symmetric;
    for (const Entry &e : entries) {
      if (g.isConstant(e.value) && g.realValue(e.value) == 0.0)
        continue;
      Family f;
      for (const Binder &b : e.binders) {
        f.symbols.push_back(b.symbol);
        f.ranges.push_back(b.range);
        if (!largest(g, g.extent(b.range)).valid())
          return false;
      }
      f.guard = g.boolean(true);
      for (ValueId guard : e.guards)
        f.guard = g.logicalAnd(f.guard, guard);
      f.row = flatPosition(g, roots, e.row.which, e.row.indices);
      f.column = flatPosition(g, inputs, e.column.which, e.column.indices);
      f.rowPlace = e.row;
      f.columnPlace = e.column;
      f.value = e.value;
      made.families.push_back(std::move(f));
      noteCoupling(e, made);
    }
    return true;
  }

  SourceRange failedAt() const { return sparse.failedAt(); }

private:
  void add(uint32_t row, const Entry &outer, const Entry &inner) {
    Entry e = inner;
    e.row = outer.row;
    e.row.which = row;
    e.binders.insert(e.binders.begin(), outer.binders.begin(), outer.binders.end());
    e.guards.insert(e.guards.end(), outer.guards.begin(), outer.guards.end());
    if (!settle(g, e) || !inTriangle(e))
      return;
    sumInside(g, e);
    entries.push_back(std::move(e));
  }

  /// The mirror image of an entry above the diagonal is an entry below it.
  bool inTriangle(Entry &e) {
    if (!symmetric)
      return true;
    if (e.row.which != e.column.which)
      return e.row.which > e.column.which;
    // The first index that differs decides, if it is known to.
    ValueId below = g.boolean(false), same = g.boolean(true);
    for (size_t k = 0; k < e.row.indices.size(); ++k) {
      ValueId r = e.row.indices[k], c = e.column.indices[k];
      below = g.logicalOr(below, g.logicalAnd(same, g.less(c, r)));
      same = g.logicalAnd(same, g.equal(c, r));
    }
    e.guards.push_back(g.logicalOr(below, same));
    return settle(g, e);
  }

  /// Equal loops of different sums get the same symbols, so that their entries
  /// meet. They are new ones: an old one could be that of another loop here.
  void shareSymbols(Entry &e) {
    for (size_t k = 0; k < e.binders.size(); ++k) {
      const Binder b = e.binders[k];
      auto key = std::tuple(k, b.range.lo, b.range.hi);
      auto it = symbols.find(key);
      if (it == symbols.end())
        it = symbols
                 .emplace(key, g.newSymbol(b.range.lo, b.range.hi,
                                           nameOf(k, g.symbol(b.symbol).name)))
                 .first;
      substitute(g, e, {{b.symbol, it->second}});
      e.binders[k].symbol = it->second;
    }
    std::sort(e.guards.begin(), e.guards.end());
  }

  /// The loop's own name unless a loop at another depth, or an input, has it.
  std::string nameOf(size_t depth, const std::string &own) {
    auto fits = [&](const std::string &name) {
      for (const Input &input : g.inputs())
        if (input.name == name)
          return false;
      auto [it, fresh] = depthOf.emplace(name, depth);
      return fresh || it->second == depth;
    };
    if (!own.empty() && fits(own))
      return own;
    for (const char *name : {"i", "j", "k", "l", "p", "q", "r", "s"})
      if (fits(name))
        return name;
    return "i" + std::to_string(depth + 1);
  }

  /// A loop that comes from a sum which does not run for each index of a loop
  /// around it: every pair of the two is an entry.
  void noteCoupling(const Entry &e, SparseMatrix &made) {
    auto few = [&](const Binder &b) {
      auto extent = constantExtent(g, b.range);
      return extent && *extent <= fewRuns;
    };
    for (size_t k = 0; k < e.binders.size() && !made.coupled; ++k) {
      const Binder &inner = e.binders[k];
      if (!inner.origin.valid() || few(inner))
        continue;
      for (size_t j = 0; j < k; ++j)
        if (!few(e.binders[j]) && !g.dependsOn(inner.origin, e.binders[j].symbol)) {
          made.coupled = true;
          made.coupledAt = g.range(inner.origin);
        }
    }
  }

  Graph &g;
  std::span<const ValueId> roots, inputs;
  bool symmetric;
  SparseGradient sparse;
  Entries entries;
  std::map<std::tuple<size_t, ValueId, ValueId>, ValueId> symbols;
  std::map<std::string, size_t> depthOf; ///< of the names of loops
};

std::optional<SparseMatrix> assemble(Graph &g, std::span<const ValueId> roots,
                                     std::span<const ValueId> inputs, bool symmetric,
                                     SourceRange *failedAt) {
  SourceRange saved = g.currentRange();
  Assembler assembler(g, roots, inputs, symmetric);
  SparseMatrix made;
  const bool done = assembler.run() && assembler.finish(made);
  g.setRange(saved);
  if (done)
    return made;
  if (failedAt)
    *failedAt = assembler.failedAt();
  return {};
}

} // namespace

std::optional<SparseMatrix> jacobian(Graph &g, std::span<const ValueId> roots,
                                     std::span<const ValueId> inputs, SourceRange *failedAt) {
  return assemble(g, roots, inputs, false, failedAt);
}

std::optional<SparseMatrix> hessian(Graph &g, ValueId root, std::span<const ValueId> inputs,
                                    SourceRange *failedAt) {
  const Stage stage("differentiate");
  const std::vector<ValueId> slopes = gradient(g, root, inputs);
  return assemble(g, slopes, inputs, true, failedAt);
}

} // namespace gradus::differentiate
