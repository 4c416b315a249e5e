//===- Reductions.cpp - sums over an index, array elements --------------------------===//

#include "print/Facts.h"
#include "print/Simplifier.h"

#include <algorithm>
#include <numeric>

namespace gradus::print {

using namespace ir;

namespace {

bool isEquality(const Graph &g, ValueId c) {
  return g.node(c).op == Op::Prim && g.node(c).prim() == Prim::Equal &&
         g.type(g.operand(c, 0)) == Type{Kind::Int, 0};
}

bool dependsOn(const Graph &g, const Factor &f, ValueId symbol) {
  return (f.base.valid() && g.dependsOn(f.base, symbol)) ||
         (f.symbolic.valid() && g.dependsOn(f.symbolic, symbol));
}

/// lo <= hi + 1, so that the number of indices is hi - lo + 1.
bool countIsExtent(const Graph &g, ValueId lo, ValueId hi) {
  Linear form = difference(g, hi, lo);
  form.add({{}, 1}, 1);
  return provenNotNegative(g, form);
}

/// The size depends on an index around it: such an array cannot be declared.
bool changesSize(const Graph &g, ValueId array) {
  const auto &axes = g.axesOf(array);
  return std::any_of(axes.begin(), axes.end(),
                     [&](const Axis &axis) { return g.hasFree(axis.lo) || g.hasFree(axis.hi); });
}

} // namespace

ValueId Simplifier::reduction(ValueId v) {
  const ReduceOp op = g.node(v).reduceOp();
  Opened o = g.open(v);
  ValueId lo = run(o.ranges[0].lo), hi = run(o.ranges[0].hi);
  ValueId condition = run(o.condition), body = run(o.body);
  if (op == ReduceOp::Sum && g.type(v) == Type{Kind::Real, 0})
    return sumOver(o.symbols[0], lo, hi, condition, body);
  return g.reduce(op, o.symbols[0], lo, hi, condition, body);
}

/// Everything given is simplified.
ValueId Simplifier::sumOver(ValueId i, ValueId lo, ValueId hi, ValueId condition, ValueId body) {
  const ValueId zero = g.real(0.0);
  if (ValueId c, value; isGuarded(body, c, value))
    return sumOver(i, lo, hi, conjunction({condition, c}), value);
  Linear extent = difference(g, lo, hi);
  extent.constant -= 1;
  if (g.isReal(body, 0.0) || (g.isConstant(condition) && !g.boolValue(condition)) ||
      provenNotNegative(g, extent))
    return zero;
  if (lo == hi) {
    Substitution one{{i, lo}};
    ValueId c = run(g.substitute(condition, one));
    return choice(c, run(g.substitute(body, one)), zero);
  }
  if (ValueId split = splitSum(i, lo, hi, condition, body); split.valid())
    return split;

  // What does not ask about the index stands outside.
  std::vector<ValueId> inside, outside;
  for (ValueId c : conjuncts(condition))
    if (!g.isConstant(c))
      (g.dependsOn(c, i) ? inside : outside).push_back(c);
  ValueId made = solveSum(i, lo, hi, inside, body);
  if (!made.valid())
    made = interchange(i, lo, hi, inside, body);
  if (!made.valid()) {
    // i >= a and i <= b become the range, where they are the narrower ends.
    ValueId newLo = lo, newHi = hi;
    std::vector<ValueId> kept;
    for (ValueId c : inside) {
      const Node n = g.node(c);
      bool bound = n.op == Op::Prim && (n.prim() == Prim::Less || n.prim() == Prim::LessEqual) &&
                   g.type(g.operand(c, 0)).kind == Kind::Int;
      Linear form;
      if (bound) {
        form = difference(g, g.operand(c, 1), g.operand(c, 0));
        form.constant -= n.prim() == Prim::Less;
      }
      ValueId end = bound ? solve(g, form, i) : ValueId{};
      if (end.valid()) {
        bool lower = form.parts[i] > 0;
        Linear gap = lower ? difference(g, end, newLo) : difference(g, newHi, end);
        if (provenNotNegative(g, gap)) {
          (lower ? newLo : newHi) = end;
          continue;
        }
      }
      kept.push_back(c);
    }
    ValueId all = conjunction(kept);
    if (newLo != lo || newHi != hi) {
      ValueId narrow = g.newSymbol(newLo, newHi, g.symbol(i).name);
      Substitution rename{{i, narrow}};
      body = run(g.substitute(body, rename));
      all = run(g.substitute(all, rename));
      made = sumOver(narrow, newLo, newHi, all, body);
    } else {
      made = takeInvariants(i, lo, hi, all, body);
    }
  }
  return choice(conjunction(outside), made, zero);
}

/// sum of (v where i = j) + w is (sum of v where i = j) + sum of w: parts that
/// ask for one index are summed, and solved, on their own.
ValueId Simplifier::splitSum(ValueId i, ValueId lo, ValueId hi, ValueId condition, ValueId body) {
  Sum terms = viewer.view(body);
  if (terms.size() < 2)
    return {};
  Sum rest, total;
  bool split = false;
  for (Term &t : terms) {
    ValueId c, value;
    bool single =
        t.factors.size() == 1 && t.factors[0].isPlain() && isGuarded(t.factors[0].base, c, value);
    bool asks = false;
    if (single)
      for (ValueId part : conjuncts(c))
        asks |= isEquality(g, part);
    if (!asks) {
      rest.push_back(std::move(t));
      continue;
    }
    split = true;
    Term part{t.coefficient, {}};
    multiply(g, part, viewer.viewTerm(sumOver(i, lo, hi, conjunction({condition, c}), value)));
    total.push_back(std::move(part));
  }
  if (!split)
    return {};
  total.push_back(viewer.viewTerm(sumOver(i, lo, hi, condition, normalSum(std::move(rest)))));
  return normalSum(std::move(total));
}

/// With a condition e(i) = j that can be solved for i, one term is left.
ValueId Simplifier::solveSum(ValueId i, ValueId lo, ValueId hi,
                             const std::vector<ValueId> &conditions, ValueId body) {
  for (ValueId c : conditions) {
    if (!isEquality(g, c))
      continue;
    ValueId value = solve(g, difference(g, g.operand(c, 0), g.operand(c, 1)), i);
    if (!value.valid())
      continue;
    Substitution map{{i, value}};
    std::vector<ValueId> left{g.lessEqual(lo, value), g.lessEqual(value, hi)};
    for (ValueId other : conditions)
      if (other != c)
        left.push_back(run(g.substitute(other, map)));
    return choice(conjunction(left), run(g.substitute(body, map)), g.real(0.0));
  }
  return {};
}

/// sum(i) sum(k where 2*k = i) v is sum(k) sum(i where 2*k = i) v, which can be
/// solved for i.
ValueId Simplifier::interchange(ValueId i, ValueId lo, ValueId hi,
                                const std::vector<ValueId> &conditions, ValueId body) {
  Sum terms = viewer.view(body);
  if (terms.size() != 1)
    return {};
  for (const Factor &f : terms[0].factors) {
    if (!f.isPlain() || g.node(f.base).op != Op::Reduce ||
        g.node(f.base).reduceOp() != ReduceOp::Sum)
      continue;
    Opened inner = g.open(f.base);
    ValueId k = inner.symbols[0];
    Axis range = inner.ranges[0];
    if (g.dependsOn(range.lo, i) || g.dependsOn(range.hi, i) || g.dependsOn(lo, k) ||
        g.dependsOn(hi, k))
      continue;
    std::vector<ValueId> asked = conjuncts(inner.condition);
    bool solvable = std::any_of(asked.begin(), asked.end(), [&](ValueId c) {
      return isEquality(g, c) &&
             solve(g, difference(g, g.operand(c, 0), g.operand(c, 1)), i).valid();
    });
    if (!solvable)
      continue;
    Term product = terms[0];
    product.factors.erase(std::find(product.factors.begin(), product.factors.end(), f));
    multiply(g, product, viewer.viewTerm(inner.body));
    asked.insert(asked.end(), conditions.begin(), conditions.end());
    ValueId once = sumOver(i, lo, hi, conjunction(asked), normalTerm(std::move(product)));
    return sumOver(k, range.lo, range.hi, g.boolean(true), once);
  }
  return {};
}

/// Constants and factors without the index stand before the sum.
ValueId Simplifier::takeInvariants(ValueId i, ValueId lo, ValueId hi, ValueId condition,
                                   ValueId body) {
  Sum terms = viewer.view(body);
  Term before;
  if (!g.dependsOn(body, i)) {
    before = viewer.viewTerm(body);
    terms = {Term{}};
  } else if (terms.size() == 1) {
    Term inside;
    before.coefficient = terms[0].coefficient;
    for (const Factor &f : terms[0].factors)
      multiply(g, dependsOn(g, f, i) ? inside : before, f);
    terms = {inside};
  } else {
    before.coefficient = takeContent(terms);
    for (const Factor &f : Term(terms[0]).factors) {
      bool shared = !dependsOn(g, f, i) && std::all_of(terms.begin(), terms.end(), [&](Term &t) {
        return std::find(t.factors.begin(), t.factors.end(), f) != t.factors.end();
      });
      if (!shared)
        continue;
      multiply(g, before, f);
      for (Term &t : terms)
        t.factors.erase(std::find(t.factors.begin(), t.factors.end(), f));
    }
  }
  bool one = terms.size() == 1 && terms[0].factors.empty() && terms[0].coefficient.isOne();
  if (one && g.isConstant(condition) && countIsExtent(g, lo, hi)) {
    ValueId count = g.toReal(g.extent({lo, hi}));
    multiply(g, before, viewer.viewTerm(normalSum(viewer.view(count))));
    return normalTerm(std::move(before));
  }
  ValueId inside = one ? g.real(1.0) : normalSum(std::move(terms));
  ValueId sum = g.reduce(ReduceOp::Sum, i, lo, hi, condition, inside);
  done.emplace(sum, sum);
  multiply(g, before, Factor{sum, 1, {}});
  return normalTerm(std::move(before));
}

//--- arrays ----------------------------------------------------------------------

/// An input, a literal, zeros, a Build, or such a one kept.
ValueId Simplifier::array(ValueId v) {
  if (auto it = done.find(v); it != done.end())
    return it->second;
  const Node n = g.node(v);
  ValueId made = v;
  switch (n.op) {
  case Op::Input:
  case Op::Index: // a state
  case Op::Zeros:
    break;
  case Op::State:
    return recurrence(v);
  case Op::Keep:
    made = array(g.operand(v, 0));
    if (isCompared(v) && !changesSize(g, made))
      made = g.keep(made);
    break;
  case Op::List: {
    std::vector<ValueId> elements(g.operands(v).begin(), g.operands(v).end());
    for (ValueId &e : elements)
      e = run(e);
    made = g.list(elements, n.type.shape);
    break;
  }
  case Op::Build: {
    Opened o = g.open(v);
    std::vector<Axis> ranges;
    for (const Axis &r : o.ranges)
      ranges.push_back({run(r.lo), run(r.hi)});
    made = g.build(o.symbols, ranges, run(o.body));
    break;
  }
  case Op::Matrix: {
    std::vector<ValueId> operands(g.operands(v).begin(), g.operands(v).end());
    for (ValueId &o : operands)
      o = run(o);
    made = g.matrix(n.matrixOp(), operands);
    break;
  }
  case Op::Constant:
  case Op::Recur:
  case Op::Prim:
  case Op::Select:
  case Op::At:
  case Op::Put:
  case Op::Reduce: {
    static const char *const names[] = {"i", "j", "k", "l"};
    std::vector<Axis> axes = g.axesOf(v);
    std::vector<ValueId> symbols;
    for (size_t k = 0; k < axes.size(); ++k)
      symbols.push_back(g.newSymbol(axes[k].lo, axes[k].hi, k < 4 ? names[k] : ""));
    ValueId body = element(v, symbols);
    made = g.build(symbols, axes, body);
    break;
  }
  }
  done[v] = made;
  done.emplace(made, made);
  return made;
}

ValueId Simplifier::at(ValueId source, std::span<const ValueId> given) {
  // Arrays that are larger written out than this keep their place and name.
  constexpr unsigned largestCopied = 60;
  std::vector<ValueId> indices(given.begin(), given.end());
  ValueId a = array(source);
  if (g.node(a).op == Op::Build && !g.isOpenTerm(a) &&
      (changesSize(g, a) || weight(g.operand(a, g.node(a).operandCount - 1)) <= largestCopied))
    return run(g.openWith(a, indices).body);
  ValueId made = g.at(a, indices);
  if (g.node(made).op == Op::At)
    return made;
  return run(made);
}

ValueId Simplifier::element(ValueId source, std::span<const ValueId> given) {
  std::vector<ValueId> indices(given.begin(), given.end());
  Sum total;
  std::vector<ValueId> work{source};
  while (!work.empty()) {
    ValueId v = work.back();
    work.pop_back();
    const Node &n = g.node(v);
    if (n.op == Op::Prim && n.prim() == Prim::Add) {
      work.push_back(g.operand(v, 1));
      work.push_back(g.operand(v, 0));
      continue;
    }
    ValueId part = elementOfPart(v, indices);
    if (g.type(part).kind != Kind::Real)
      return part;
    total.push_back(viewer.viewTerm(part));
  }
  return normalSum(std::move(total));
}

ValueId Simplifier::elementOfPart(ValueId v, std::span<const ValueId> indices) {
  const Node n = g.node(v);
  switch (n.op) {
  case Op::Select: {
    ValueId c = g.operand(v, 0), a = g.operand(v, 1), b = g.operand(v, 2);
    return choice(run(c), element(a, indices), element(b, indices));
  }
  case Op::Put: {
    std::vector<ValueId> same;
    for (size_t k = 0; k < indices.size(); ++k)
      same.push_back(run(g.equal(g.operand(v, static_cast<unsigned>(k + 1)), indices[k])));
    return choice(conjunction(same), run(g.operand(v, 0)), g.real(0.0));
  }
  case Op::Reduce: {
    Opened o = g.open(v);
    ValueId body = element(o.body, indices);
    return sumOver(o.symbols[0], run(o.ranges[0].lo), run(o.ranges[0].hi), run(o.condition), body);
  }
  case Op::Build:
    return run(g.openWith(v, indices).body);
  case Op::Keep:
    return element(g.operand(v, 0), indices);
  case Op::Constant:
  case Op::Input:
  case Op::Index:
  case Op::Prim:
  case Op::At:
  case Op::Zeros:
  case Op::List:
  case Op::Matrix:
  case Op::Recur:
  case Op::State:
    break;
  }
  std::vector<ValueId> copy(indices.begin(), indices.end());
  return run(g.at(v, copy));
}

} // namespace gradus::print
