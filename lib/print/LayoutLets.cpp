//===- LayoutLets.cpp - what is written once and named --------------------------------===//
//
// A part that stands in two places and is long, an array whose elements are
// read, and a part that nests deep get a name, defined at the start of the
// innermost body whose indices they read. So the text is never longer than a
// fixed multiple of the graph.
//
//===--------------------------------------------------------------------===//

#include "print/Layout.h"

#include <fmt/format.h>

#include <algorithm>

namespace gradus::print {

namespace {
constexpr unsigned deepest = 48; ///< of the 256 nested brackets of the grammar
} // namespace

void Layout::nameShared() {
  const size_t count = out.all.size();
  std::vector<bool> whole(count, false); // kept apart because it is long
  for (auto [v, f] : done)
    whole[f] = whole[f] || viewer.closed.count(v);
  std::vector<unsigned> references(count, 0);
  std::vector<bool> reached(count, false), fixed(count, false), array(count, false);
  auto children = [&](FormulaId f) {
    const Formula &formula = out[f];
    std::vector<FormulaId> all = formula.parts;
    for (const Bound &b : formula.bounds) {
      all.push_back(b.lo);
      all.push_back(b.hi);
    }
    if (formula.condition != noFormula)
      all.push_back(formula.condition);
    return all;
  };
  reached[out.root] = true;
  references[out.root] = 1;
  for (FormulaId f = static_cast<FormulaId>(count); f-- > 0;) {
    if (!reached[f])
      continue;
    for (FormulaId c : children(f)) {
      reached[c] = true;
      ++references[c];
    }
    if (out[f].shape == Shape::Element) {
      Shape base = out[out[f].parts[0]].shape;
      array[out[f].parts[0]] =
          base == Shape::Build || base == Shape::List || base == Shape::Recurrence;
    }
    // What a condition or a bound reads of its own binder cannot be defined in
    // the body.
    if (out[f].ownScope == 0 || out[f].condition == noFormula)
      continue;
    std::vector<FormulaId> work{out[f].condition};
    while (!work.empty()) {
      FormulaId c = work.back();
      work.pop_back();
      if (fixed[c] || out[c].scope != out[f].ownScope)
        continue;
      fixed[c] = true;
      for (FormulaId d : children(c))
        work.push_back(d);
    }
  }

  std::vector<size_t> length(count, 0);
  std::vector<unsigned> depth(count, 0);
  unsigned next = 1;
  std::set<std::string> names = taken;
  for (const Scope &s : out.scopes)
    names.insert(s.names.begin(), s.names.end());
  for (FormulaId f = 0; f < count; ++f) {
    if (!reached[f])
      continue;
    Formula &formula = out.all[f];
    length[f] = formula.text.size() + 2;
    for (FormulaId c : children(f)) {
      bool named = !out[c].name.empty();
      length[f] += 2 + (named ? out[c].name.size() : length[c]);
      depth[f] = std::max(depth[f], named ? 1 : depth[c] + 1);
    }
    if (formula.shape == Shape::Part) {
      formula.text = out[formula.parts[0]].names[formula.columns];
      length[f] = formula.text.size();
      continue;
    }
    auto freshName = [&] {
      std::string chosen;
      do
        chosen = fmt::format("t{}", next++);
      while (names.count(chosen));
      return chosen;
    };
    if (formula.shape == Shape::Recurrence && formula.columns > 1) {
      std::string all;
      for (uint32_t k = 0; k < formula.columns; ++k) {
        formula.names.push_back(freshName());
        all += (k == 0 ? "(" : ", ") + formula.names.back();
      }
      formula.name = all + ")";
      out.scopes[formula.scope].lets.push_back(f);
      continue;
    }
    bool leaf = formula.shape == Shape::Number || formula.shape == Shape::Name;
    if (leaf || formula.truth || fixed[f] || f == out.root)
      continue;
    bool repeated = references[f] > 1 && (whole[f] || length[f] > longestRepeated);
    if (!repeated && !array[f] && depth[f] < deepest)
      continue;
    formula.name = freshName();
    out.scopes[formula.scope].lets.push_back(f);
  }
}

} // namespace gradus::print
